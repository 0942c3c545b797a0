/* tally.c - what this client holds of each territory's letters. The drawing is in tally.h. */
#include "common/client/tally.h"

void
tallies_init(struct tallies *m)
{
    *m = (struct tallies){ 0 };
    map_init(&m->by_name, sizeof(struct territory_id));
    m->list = grow_array(m->list, 0, &m->cap, sizeof(*m->list));
    m->list[m->count++] = zalloc(sizeof(struct tally));
}

void
tallies_fini(struct tallies *m)
{
    for (size_t i = 0; i < m->count; i++)
        free(m->list[i]);
    free(m->list);
    map_fini(&m->by_name);
    *m = (struct tallies){ 0 };
}

/* The map's values are indices, as pointers that are never followed: index 0 is never put. */
uint16_t
tallies_index(struct tallies *m, struct territory_id t)
{
    if (no_name(t))
        return 0;
    void *found = map_get(&m->by_name, &t);
    if (found != NULL)
        return (uint16_t)(uintptr_t)found;
    if (m->count >= TALLIES_MAX)
        return 0;
    m->list = grow_array(m->list, m->count, &m->cap, sizeof(*m->list));
    struct tally *k = zalloc(sizeof(*k));
    k->territory = t;
    m->list[m->count] = k;
    map_put(&m->by_name, &t, (void *)(uintptr_t)m->count);
    return (uint16_t)m->count++;
}

struct tally *
tallies_at(const struct tallies *m, uint16_t index)
{
    assert(index < m->count);
    return m->list[index];
}

static void
soil(struct tallies *m, struct tally *k)
{
    m->dirty += k->dirty ? 0 : 1;
    k->dirty = true;
}

bool
tally_is_past(const struct tally *k, struct incarnation i)
{
    static const struct incarnation none;
    for (size_t n = 0; n < TALLY_PAST; n++)
        if (same_id(k->past[n], i))
            return !same_id(i, none);
    return false;
}

void
tally_renew(struct tallies *m, struct tally *k, struct incarnation i)
{
    static const struct incarnation none;
    if (!same_id(k->incarnation, none)) {
        memmove(k->past + 1, k->past, (TALLY_PAST - 1) * sizeof(*k->past));
        k->past[0] = k->incarnation;
    }
    k->incarnation = i;
    k->mail = k->watch = k->hole_first = k->hole_last = 0;
    k->head = (struct letter_head){ 0 };
    m->due -= k->say_mail ? 1 : 0;
    m->due -= k->say_watch ? 1 : 0;
    k->say_mail = k->say_watch = false;
    soil(m, k);
}

static bool
in_hole(const struct tally *k, uint64_t sequence)
{
    return sequence >= k->hole_first && sequence <= k->hole_last && k->hole_first != 0;
}

bool
tally_holds(const struct tally *k, bool watch, uint64_t sequence)
{
    return watch ? sequence <= k->watch : sequence <= k->mail && !in_hole(k, sequence);
}

/* A gap: what lies between did not open, or never came. Without a sequence held before, and
 * nothing missed, the mailbox just begins there: an earlier life of this client emptied it. */
static void
take_mail(struct tally *k, uint64_t sequence, bool resync)
{
    if (resync)
        k->hole_first = k->hole_last = 0;
    else if (sequence > k->mail + 1 && (k->mail != 0 || k->missed)) {
        k->hole_first = k->hole_first != 0 ? k->hole_first : k->mail + 1;
        k->hole_last = sequence - 1;
    } else if (in_hole(k, sequence) && sequence == k->hole_first && k->hole_first++ == k->hole_last)
        k->hole_first = k->hole_last = 0;
    if (sequence > k->mail)
        k->mail = sequence;
    k->missed = false;
}

void
tally_take(struct tallies *m, struct tally *k, bool watch, uint64_t sequence, bool resync)
{
    if (tally_holds(k, watch, sequence) && !resync)
        return;
    soil(m, k);
    if (!watch)
        take_mail(k, sequence, resync);
    else if (sequence > k->watch)
        k->watch = sequence;
}

void
tally_miss(struct tally *k)
{
    k->missed = true;
}

void
tally_due(struct tallies *m, struct tally *k, bool watch)
{
    bool *say = watch ? &k->say_watch : &k->say_mail;
    m->due += *say ? 0 : 1;
    *say = true;
}

uint64_t
tally_confirmed(const struct tally *k, bool watch)
{
    if (watch)
        return k->watch;
    return k->hole_first != 0 ? k->hole_first - 1 : k->mail;
}

bool
tally_head(struct tallies *m, struct tally *k, const struct letter_head *h)
{
    if (h->version == 0 || h->version < k->head.version)
        return true;
    bool agrees = h->version != k->head.version || same_id(h->chain, k->head.chain);
    if (h->version > k->head.version || !agrees) {
        k->head = *h;
        soil(m, k);
    }
    return agrees;
}

void
tally_put(struct buf *out, const struct tally *k)
{
    buf_put(out, k->territory.s, sizeof(k->territory.s));
    buf_put(out, k->incarnation.b, sizeof(k->incarnation.b));
    buf_put(out, k->past, sizeof(k->past));
    const uint64_t numbers[] = { k->mail, k->watch, k->hole_first, k->hole_last, k->head.version };
    for (size_t i = 0; i < countof(numbers); i++)
        buf_put_u64(out, numbers[i]);
    buf_put(out, k->head.chain.b, sizeof(k->head.chain.b));
    buf_put(out, k->head.signer.s, sizeof(k->head.signer.s));
    buf_put(out, k->head.signature, sizeof(k->head.signature));
}

bool
tally_get(struct str bytes, struct tally *k)
{
    struct cur c = cur_of(bytes);
    *k = (struct tally){ 0 };
    cur_get(&c, k->territory.s, sizeof(k->territory.s));
    cur_get(&c, k->incarnation.b, sizeof(k->incarnation.b));
    cur_get(&c, k->past, sizeof(k->past));
    uint64_t *const numbers[] = { &k->mail, &k->watch, &k->hole_first, &k->hole_last,
                                  &k->head.version };
    for (size_t i = 0; i < countof(numbers); i++)
        *numbers[i] = cur_u64(&c);
    cur_get(&c, k->head.chain.b, sizeof(k->head.chain.b));
    cur_get(&c, k->head.signer.s, sizeof(k->head.signer.s));
    cur_get(&c, k->head.signature, sizeof(k->head.signature));
    return cur_done(&c) && !no_name(k->territory);
}
