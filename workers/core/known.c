/* known.c - every report ever taken. Open addressing by a hash of the id. */
#include "workers/core/known.h"

#include "workers/core/life.h"
#include "workers/core/record.h"

void
known_fini(struct known *k)
{
    free(k->list);
    free(k->table);
    free(k->changed);
    *k = (struct known){ 0 };
}

/* Ids are hashes already, but a sender may choose his: mix both halves. */
static size_t
hash(struct report_id id)
{
    uint64_t a, b;
    memcpy(&a, id.b, sizeof(a));
    memcpy(&b, id.b + 8, sizeof(b));
    a = (a ^ (a >> 30) ^ b) * 0xbf58476d1ce4e5b9u;
    a = (a ^ (a >> 27)) * 0x94d049bb133111ebu;
    return (size_t)(a ^ (a >> 31));
}

/* The table's cell for `id`: its own, or the free one where it would go. */
static size_t
cell(const struct known *k, struct report_id id)
{
    size_t at = hash(id) & (k->table_cap - 1);
    while (k->table[at] != 0 && !same_id(k->list[k->table[at] - 1].id, id))
        at = (at + 1) & (k->table_cap - 1);
    return at;
}

static struct known_report *
find(const struct known *k, struct report_id id)
{
    if (k->count == 0)
        return NULL;
    uint32_t place = k->table[cell(k, id)];
    return place == 0 ? NULL : &k->list[place - 1];
}

const struct known_report *
known_find(const struct known *k, struct report_id id)
{
    return find(k, id);
}

static void
enlarge(struct known *k)
{
    free(k->table);
    k->table_cap = k->table_cap == 0 ? 64 : k->table_cap * 2;
    k->table = zalloc(k->table_cap * sizeof(*k->table));
    for (size_t i = 0; i < k->count; i++)
        k->table[cell(k, k->list[i].id)] = (uint32_t)i + 1;
}

static struct known_report *
add(struct known *k, struct report_id id)
{
    assert(k->count < UINT32_MAX - 1);
    if ((k->count + 1) * 4 > k->table_cap * 3)
        enlarge(k);
    size_t at = cell(k, id);
    assert(k->table[at] == 0);
    k->list = grow_array(k->list, k->count, &k->cap, sizeof(*k->list));
    struct known_report *r = &k->list[k->count++];
    *r = (struct known_report){ .id = id };
    k->table[at] = (uint32_t)k->count;
    return r;
}

static void
mark(struct known *k, struct known_report *r)
{
    if (r->changed)
        return;
    r->changed = true;
    k->changed = grow_array(k->changed, k->changed_count, &k->changed_cap, sizeof(*k->changed));
    k->changed[k->changed_count++] = (uint32_t)(r - k->list);
}

void
known_add(struct known *k, struct report_id id, const uint8_t digest[16], struct ticket_id ticket)
{
    struct known_report *r = add(k, id);
    memcpy(r->digest, digest, sizeof(r->digest));
    r->ticket = ticket;
    mark(k, r);
}

void
known_end(struct known *k, struct ticket_id ticket, enum ticket_state end)
{
    struct report_id opener;
    memcpy(opener.b, ticket.b, sizeof(opener.b));
    struct known_report *r = find(k, opener);
    if (r == NULL || r->end != 0)
        return;
    r->end = (uint8_t)end;
    k->ended[end]++;
    mark(k, r);
}

void
known_settle(struct known *k)
{
    for (size_t i = 0; i < k->changed_count; i++)
        k->list[k->changed[i]].changed = false;
    k->changed_count = 0;
}

void
known_encode(const struct known_report *r, struct buf *out)
{
    buf_put_u8(out, RECORD_FORMAT);
    buf_put(out, r->digest, sizeof(r->digest));
    buf_put(out, r->ticket.b, sizeof(r->ticket.b));
    buf_put_u8(out, r->end);
}

enum err
known_restore(struct known *k, struct str key, struct str bytes)
{
    struct cur c = cur_of(bytes);
    struct known_report got = { 0 };
    if (key.len != sizeof(got.id.b) || cur_u8(&c) != RECORD_FORMAT)
        return ERR_SYNTAX;
    memcpy(got.id.b, key.at, key.len);
    cur_get(&c, got.digest, sizeof(got.digest));
    cur_get(&c, got.ticket.b, sizeof(got.ticket.b));
    got.end = record_get_below(&c, TICKET_STATES);
    if (!cur_done(&c) || (got.end != 0 && !life_is_over(got.end)) || find(k, got.id) != NULL)
        return ERR_SYNTAX;
    *add(k, got.id) = got;
    k->ended[got.end] += got.end != 0;
    return OK;
}
