/* snapshot.c - the engine's state as records: those that changed, all of them, and back. What is
 * not in a record is derived from records (job.c), so saving and loading at any event changes
 * no later byte. */
#include "workers/core/state.h"

/* ---- what has changed */

static void
change(struct engine *e, struct changes *out, enum record_kind kind, struct str key)
{
    out->list = grow_array(out->list, out->count, &out->cap, sizeof(*out->list));
    struct change *c = &out->list[out->count++];
    c->kind = kind;
    c->key = arena_copy(&out->arena, key);
    c->bytes = arena_copy(&out->arena, buf_str(&e->scratch));
    buf_clear(&e->scratch);
}

static struct str
ticket_key(const struct job *j)
{
    return str_bytes(j->t.id.b, sizeof(j->t.id.b));
}

static void
change_tickets(struct engine *e, struct changes *out)
{
    for (size_t i = 0; i < e->dirty.count; i++) {
        struct job *j = e->dirty.list[i];
        if (!j->over)
            ticket_encode(&j->t, &e->scratch);
        change(e, out, RECORD_TICKET, ticket_key(j));
    }
    for (size_t i = 0; i < e->dirty.count; i++) {
        struct job *j = e->dirty.list[i];
        j->dirty = false;
        if (!j->over)
            continue;
        ticket_encode(&j->t, &e->scratch);
        change(e, out, RECORD_CLOSED, ticket_key(j));
        job_free(j);
    }
    e->dirty.count = 0;
}

static void
change_engineers(struct engine *e, struct changes *out)
{
    for (size_t i = 0; i < e->roster.changed_count; i++) {
        struct engineer_id id = e->roster.changed[i];
        const struct engineer *x = roster_find(&e->roster, id);
        if (x != NULL)
            roster_encode(x, &e->scratch);
        change(e, out, RECORD_ENGINEER, str_of(id.s));
    }
    roster_settle(&e->roster);
}

static void
change_principals(struct engine *e, struct changes *out)
{
    for (size_t i = 0; i < e->marks.changed_count; i++) {
        const struct party *p = e->marks.changed[i];
        marks_encode(&e->marks, p, &e->scratch);
        change(e, out, RECORD_PRINCIPAL, str_of(p->id.s));
    }
    marks_settle(&e->marks);
}

static void
change_reports(struct engine *e, struct changes *out)
{
    for (size_t i = 0; i < e->known.changed_count; i++) {
        const struct known_report *r = &e->known.list[e->known.changed[i]];
        known_encode(r, &e->scratch);
        change(e, out, RECORD_REPORT, str_bytes(r->id.b, sizeof(r->id.b)));
    }
    known_settle(&e->known);
}

static struct str
learned_str(const struct learned_key *k)
{
    return str_bytes(k->b, k->len);
}

static void
change_learned(struct engine *e, struct changes *out)
{
    size_t count;
    const struct learned_key *keys = learned_changes(&e->learned, &count);
    for (size_t i = 0; i < count; i++) {
        learned_encode(learned_find(&e->learned, &keys[i]), &e->scratch);
        change(e, out, RECORD_LEARNED, learned_str(&keys[i]));
    }
    learned_settle(&e->learned);
}

void
engine_changes(struct engine *e, struct changes *out)
{
    changes_clear(out);
    if (!e->meta_dirty)
        return;
    buf_clear(&e->scratch);
    meta_encode(e, &e->scratch);
    change(e, out, RECORD_META, STR(""));
    e->meta_dirty = false;
    change_tickets(e, out);
    change_engineers(e, out);
    change_principals(e, out);
    change_reports(e, out);
    change_learned(e, out);
}

/* ---- all of it */

static void
save(struct buf *out, enum record_kind kind, struct str key, const struct buf *bytes)
{
    if (bytes->len == 0)
        return;
    buf_put_u8(out, (uint8_t)kind);
    buf_put_str(out, key);
    buf_put_str(out, buf_str(bytes));
}

static int
by_ticket(const void *a, const void *b)
{
    struct job *const *x = a, *const *y = b;
    return memcmp(&(*x)->t.id, &(*y)->t.id, sizeof((*x)->t.id));
}

static int
by_party(const void *a, const void *b)
{
    struct party *const *x = a, *const *y = b;
    return memcmp(&(*x)->id, &(*y)->id, sizeof((*x)->id));
}

static int
by_report(const void *a, const void *b)
{
    const struct known_report *const *x = a, *const *y = b;
    return memcmp(&(*x)->id, &(*y)->id, sizeof((*x)->id));
}

/* The map's values in the order of `compare`; free() it. */
static void *
sorted(const struct map *m, int (*compare)(const void *, const void *))
{
    void **list = zalloc((m->count + 1) * sizeof(void *));
    void *v;
    size_t count = 0;
    for (size_t i = 0; (v = map_next(m, &i)) != NULL;)
        list[count++] = v;
    qsort(list, count, sizeof(void *), compare);
    return list;
}

static void
save_tickets(const struct engine *e, struct buf *out, struct buf *b)
{
    struct job **jobs = sorted(&e->jobs, by_ticket);
    for (size_t i = 0; i < e->jobs.count; i++) {
        buf_clear(b);
        ticket_encode(&jobs[i]->t, b);
        save(out, RECORD_TICKET, ticket_key(jobs[i]), b);
    }
    free(jobs);
    for (size_t i = 0; i < e->roster.count; i++) {
        buf_clear(b);
        roster_encode(&e->roster.list[i], b);
        save(out, RECORD_ENGINEER, str_of(e->roster.list[i].rule->id.s), b);
    }
}

static void
save_reports(const struct engine *e, struct buf *out, struct buf *b)
{
    const struct known_report **list = zalloc((e->known.count + 1) * sizeof(*list));
    for (size_t i = 0; i < e->known.count; i++)
        list[i] = &e->known.list[i];
    qsort(list, e->known.count, sizeof(*list), by_report);
    for (size_t i = 0; i < e->known.count; i++) {
        buf_clear(b);
        known_encode(list[i], b);
        save(out, RECORD_REPORT, str_bytes(list[i]->id.b, sizeof(list[i]->id.b)), b);
    }
    free(list);
}

static void
save_learned(const struct engine *e, struct buf *out, struct buf *b)
{
    size_t count;
    const struct tally **list = learned_sorted(&e->learned, &count);
    for (size_t i = 0; i < count; i++) {
        buf_clear(b);
        learned_encode(list[i], b);
        save(out, RECORD_LEARNED, learned_str(&list[i]->key), b);
    }
    free(list);
}

void
engine_save(const struct engine *e, struct buf *out)
{
    struct buf b = { 0 };
    meta_encode(e, &b);
    save(out, RECORD_META, STR(""), &b);
    save_tickets(e, out, &b);
    struct party **parties = sorted(&e->marks.parties, by_party);
    for (size_t i = 0; i < e->marks.parties.count; i++) {
        buf_clear(&b);
        marks_encode(&e->marks, parties[i], &b);
        save(out, RECORD_PRINCIPAL, str_of(parties[i]->id.s), &b);
    }
    free(parties);
    save_reports(e, out, &b);
    save_learned(e, out, &b);
    buf_fini(&b);
}

/* ---- and back */

static enum err
restore_ticket(struct engine *e, struct str key, struct str bytes)
{
    struct ticket t;
    if (ticket_decode(&t, bytes) != OK)
        return ERR_SYNTAX;
    if (!str_eq(key, str_bytes(t.id.b, sizeof(t.id.b))) || job_find(e, t.id) != NULL) {
        ticket_fini(&t);
        return ERR_SYNTAX;
    }
    job_new(e, t.id)->t = t;
    return OK;
}

enum err
engine_restore(struct engine *e, enum record_kind kind, struct str key, struct str bytes)
{
    switch (kind) {
    case RECORD_META:
        return key.len == 0 ? meta_restore(e, bytes) : ERR_SYNTAX;
    case RECORD_TICKET:
        return restore_ticket(e, key, bytes);
    case RECORD_CLOSED:
        return OK;
    case RECORD_ENGINEER:
        return roster_restore(&e->roster, key, bytes);
    case RECORD_PRINCIPAL:
        return marks_restore(&e->marks, key, bytes);
    case RECORD_REPORT:
        return known_restore(&e->known, key, bytes);
    case RECORD_LEARNED:
        return learned_restore(&e->learned, key, bytes);
    case RECORDS:
        break;
    }
    return ERR_SYNTAX;
}

void
engine_restored(struct engine *e)
{
    job_unlist(e);
    roster_shifts(&e->roster, seat_tick(e->at));
    for (size_t i = 0; i < e->roster.count; i++) {
        struct engineer *x = &e->roster.list[i];
        x->load = x->held_count = 0;
        x->held = NULL;
    }
    learned_now(&e->learned, e->at);
    job_list(e);
    board_settle(e, 0);
    roster_settle(&e->roster);
    marks_restored(&e->marks);
}
