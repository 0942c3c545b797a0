/* spool.c - the records of a spool, and how each change of them is journalled. Opening is in
 * replay.c. */
#include "common/client/spool.h"

#include "common/client/replay.h"

/* ---- lists */

static enum rec_list_name
list_for(const struct rec *r, enum rec_state state)
{
    static const enum rec_list_name reports[REC_STATES] = {
        [REC_PARKED] = RECS_PARKED,  [REC_WAITING] = RECS_TO_ROUTE,   [REC_ROUTING] = RECS_FLIGHT,
        [REC_SENDING] = RECS_FLIGHT, [REC_ACCEPTED] = RECS_UNCOVERED, [REC_COVERED] = RECS_KEPT,
    };
    if (rec_is(r, REC_EVENT) && state < REC_ACCEPTED)
        return RECS_EVENTS;
    if (state == REC_WAITING && r->territory != 0)
        return RECS_TO_SEND;
    return reports[state];
}

/* Moves a record to where its state belongs; `front`: it comes back and goes before newer ones. */
static void
move(struct spool *s, struct rec *r, enum rec_state state, bool front)
{
    enum rec_list_name to = list_for(r, state);
    r->state = (uint8_t)state;
    if (to == RECS_EVENTS && r->list == to)
        return; /* events keep their order, in flight or not */
    rec_list_remove(&s->lists[r->list], r);
    r->list = (uint8_t)to;
    if (to == RECS_EVENTS)
        rec_list_insert(&s->lists[to], r);
    else if (front)
        rec_list_return(&s->lists[to], r);
    else
        rec_list_append(&s->lists[to], r);
}

void
spool_place(struct spool *s, struct rec *r, enum rec_state state)
{
    r->state = (uint8_t)state;
    r->list = (uint8_t)list_for(r, state);
    rec_list_append(&s->lists[r->list], r);
}

/* ---- entries */

static void
journal_number(struct spool *s, enum entry_kind kind, const struct rec *r)
{
    buf_put_u64(journal_begin(s->journal, (uint8_t)kind), r->number);
    (void)journal_end(s->journal);
}

static void
journal_address(struct spool *s, const struct rec *r)
{
    const struct tally *k = tallies_at(&s->tallies, r->territory);
    struct buf *out = journal_begin(s->journal, ENTRY_ADDRESS);
    buf_put_u64(out, r->number);
    entry_put_name(out, k->territory.s, sizeof(k->territory.s));
    buf_put_u32(out, r->plan);
    (void)journal_end(s->journal);
    s->must_sync = true;
}

static void
journal_covered(struct spool *s, const struct rec *r, instant since)
{
    struct buf *out = journal_begin(s->journal, ENTRY_COVERED);
    buf_put_u64(out, r->number);
    buf_put_i64(out, since);
    (void)journal_end(s->journal);
}

/* ---- taking */

static bool
finished(const struct rec *r)
{
    return r->state >= REC_ACCEPTED;
}

void
spool_inherit(struct spool *s, struct rec *r)
{
    const struct rec *o = r->older;
    if (r->territory == 0 && o != NULL && finished(o) && o->territory != 0)
        spool_address(s, r, tallies_at(&s->tallies, o->territory)->territory, o->plan);
}

struct rec *
spool_put_report(struct spool *s, struct message *m, const uint8_t digest[16])
{
    m->number = ++s->number;
    entry_put_report(journal_begin(s->journal, ENTRY_REPORT), m, digest);
    struct spot spot = journal_end(s->journal);
    struct rec *r = rec_new(&s->pool);
    r->number = m->number;
    r->id.report = m->report.id;
    memcpy(r->digest, digest, sizeof(r->digest));
    r->spot = spot;
    journal_hold(s->journal, spot);
    r->older = map_put(&s->reports, &r->id, r);
    map_put(&s->numbers, &r->number, r);
    s->must_sync = true;
    bool parked = r->older != NULL && !finished(r->older);
    spool_place(s, r, parked ? REC_PARKED : REC_WAITING);
    if (!parked)
        spool_inherit(s, r);
    return r;
}

struct event_id
spool_next_event(const struct spool *s)
{
    return (struct event_id){ s->epoch, s->counter + 1 };
}

struct rec *
spool_put_event(struct spool *s, struct message *m)
{
    assert(m->event.id.epoch == s->epoch && m->event.id.counter == s->counter + 1);
    m->number = ++s->number;
    s->counter++;
    entry_put_event(journal_begin(s->journal, ENTRY_EVENT), m);
    struct rec *r = rec_new(&s->pool);
    r->spot = journal_end(s->journal);
    r->number = m->number;
    r->flags = REC_EVENT;
    r->id.event = m->event.id;
    r->ticket = m->event.ticket;
    r->territory = tallies_index(&s->tallies, m->event.territory);
    journal_hold(s->journal, r->spot);
    map_put(&s->events, &r->id, r);
    map_put(&s->numbers, &r->number, r);
    s->must_sync = true;
    spool_place(s, r, REC_WAITING);
    return r;
}

/* ---- finding and reading */

struct rec *
spool_same(const struct spool *s, struct report_id id, const uint8_t digest[16])
{
    struct rec *r = map_get(&s->reports, &id);
    while (r != NULL && memcmp(r->digest, digest, sizeof(r->digest)) != 0)
        r = r->older;
    return r;
}

struct rec *
spool_numbered(const struct spool *s, uint64_t number)
{
    return map_get(&s->numbers, &number);
}

enum err
spool_read(struct spool *s, size_t reader, const struct rec *r, struct message *m)
{
    struct str payload;
    uint8_t digest[16];
    enum err e = journal_read(s->journal, reader, r->spot, &payload);
    if (e != OK)
        return e;
    struct cur c = cur_of(payload);
    if (rec_is(r, REC_EVENT)) {
        entry_get_event(&c, m);
    } else {
        entry_get_report(&c, m, digest);
        m->report.territory = tallies_at(&s->tallies, r->territory)->territory;
        m->report.plan = r->plan;
    }
    return cur_done(&c) && m->number == r->number ? OK : ERR_SYNTAX;
}

bool
spool_route(struct spool *s, struct report_id id, struct route *out)
{
    const struct rec *r = map_get(&s->reports, &id);
    struct message m;
    if (r == NULL || spool_sync(s) != OK || spool_read(s, 0, r, &m) != OK)
        return false;
    *out = m.report.route;
    return true;
}

/* ---- how far it is */

void
spool_fly(struct spool *s, struct rec *r, enum rec_state state, int64_t now_mono)
{
    assert(state == REC_ROUTING || state == REC_SENDING);
    r->at = now_mono;
    move(s, r, state, false);
}

void
spool_land(struct spool *s, struct rec *r)
{
    assert(r->state == REC_ROUTING || r->state == REC_SENDING);
    r->at = 0;
    move(s, r, REC_WAITING, true);
}

void
spool_address(struct spool *s, struct rec *r, struct territory_id t, uint32_t plan)
{
    r->territory = tallies_index(&s->tallies, t);
    r->plan = plan;
    r->at = 0;
    journal_address(s, r);
    move(s, r, REC_WAITING, false);
}

bool
spool_readdress(struct spool *s, struct rec *r)
{
    if (rec_is(r, REC_MAYBE) || (r->older != NULL && r->older->territory != 0))
        return false;
    r->territory = 0;
    r->plan = 0;
    r->at = 0;
    journal_address(s, r);
    move(s, r, REC_WAITING, true);
    return true;
}

/* The record that waits for this one of the same id; or NULL. */
static struct rec *
newer_of(const struct spool *s, const struct rec *r)
{
    struct rec *n = rec_is(r, REC_EVENT) ? NULL : map_get(&s->reports, &r->id);
    while (n != NULL && n->older != r)
        n = n->older;
    return n;
}

/* A report whose older namesake is finished, or gone, need not wait for it any more. */
static void
unpark(struct spool *s, struct rec *r)
{
    if (r == NULL || r->state != REC_PARKED || (r->older != NULL && !finished(r->older)))
        return;
    move(s, r, REC_WAITING, false);
    spool_inherit(s, r);
}

void
spool_accepted(struct spool *s, struct rec *r, instant now)
{
    journal_number(s, ENTRY_ACCEPTED, r);
    r->flags &= (uint8_t)~REC_MAYBE;
    r->refusals = 0;
    r->at = 0;
    if (rec_is(r, REC_TOLD)) {
        r->flags &= (uint8_t)~REC_TOLD;
        r->at = now;
        journal_covered(s, r, now);
        move(s, r, REC_COVERED, false);
    } else {
        move(s, r, REC_ACCEPTED, false);
    }
    unpark(s, newer_of(s, r));
}

/* Out of every index, and its room with it. */
static void
forget(struct spool *s, struct rec *r)
{
    struct rec *newer = newer_of(s, r);
    if (newer != NULL)
        newer->older = r->older;
    else if (rec_is(r, REC_EVENT))
        map_del(&s->events, &r->id);
    else if (r->older != NULL)
        map_put(&s->reports, &r->id, r->older);
    else
        map_del(&s->reports, &r->id);
    map_del(&s->numbers, &r->number);
    rec_list_remove(&s->lists[r->list], r);
    journal_release(s->journal, r->spot);
    rec_free(&s->pool, r);
}

void
spool_refused(struct spool *s, struct rec *r)
{
    journal_number(s, ENTRY_REFUSED, r);
    struct rec *newer = newer_of(s, r);
    forget(s, r);
    unpark(s, newer);
}

void
spool_again(struct spool *s, struct rec *r)
{
    if (!finished(r))
        return;
    journal_number(s, ENTRY_AGAIN, r);
    s->must_sync = true;
    r->flags |= REC_MAYBE;
    r->at = 0;
    move(s, r, REC_WAITING, false);
}

static void
told(struct spool *s, struct rec *r, instant now)
{
    journal_covered(s, r, now);
    if (r->state != REC_ACCEPTED) {
        r->flags |= REC_TOLD;
        return;
    }
    r->at = now;
    move(s, r, REC_COVERED, false);
}

void
spool_told_report(struct spool *s, struct report_id id, instant now)
{
    struct rec *oldest = NULL;
    for (struct rec *r = map_get(&s->reports, &id); r != NULL; r = r->older)
        if (r->state != REC_COVERED && !rec_is(r, REC_TOLD))
            oldest = r;
    if (oldest != NULL)
        told(s, oldest, now);
}

void
spool_told_event(struct spool *s, struct event_id id, instant now)
{
    struct rec *r = map_get(&s->events, &id);
    if (r != NULL && r->state != REC_COVERED && !rec_is(r, REC_TOLD))
        told(s, r, now);
}

static int
by_number(const void *a, const void *b)
{
    const struct rec *x = *(struct rec *const *)a, *y = *(struct rec *const *)b;
    return (x->number > y->number) - (x->number < y->number);
}

/* The journal has it in one entry. */
static size_t
rollback(struct spool *s, uint16_t territory)
{
    struct rec **list = NULL, *r;
    size_t count = 0, cap = 0;
    for (size_t l = RECS_UNCOVERED; l <= RECS_KEPT; l++)
        for (r = s->lists[l].first; r != NULL; r = r->next)
            if (r->territory == territory) {
                list = grow_array(list, count, &cap, sizeof(struct rec *));
                list[count++] = r;
            }
    if (count > 0)
        qsort(list, count, sizeof(struct rec *), by_number);
    for (size_t i = 0; i < count; i++) {
        r = list[i];
        r->flags |= REC_MAYBE;
        r->at = 0;
        bool first = rec_is(r, REC_EVENT) || r->older == NULL || finished(r->older);
        move(s, r, first ? REC_WAITING : REC_PARKED, false);
    }
    free(list);
    return count;
}

/* Forgotten is what is old enough, in memory and in a replay alike: else a replay would find it
 * in the journal again and send it. */
static void
forget_old(struct spool *s, instant now)
{
    struct rec *r;
    while ((r = s->lists[RECS_KEPT].first) != NULL && r->at <= now - s->options.keep_ms)
        forget(s, r);
}

size_t
spool_rollback(struct spool *s, uint16_t territory, instant now)
{
    const struct tally *k = tallies_at(&s->tallies, territory);
    struct buf *out = journal_begin(s->journal, ENTRY_ROLLBACK);
    entry_put_name(out, k->territory.s, sizeof(k->territory.s));
    buf_put_i64(out, now);
    (void)journal_end(s->journal);
    s->must_sync = true;
    forget_old(s, now);
    return rollback(s, territory);
}

/* ---- on disk */

/* A segment stands on its own for everything that is not a record. */
void
spool_start(struct spool *s)
{
    struct buf *out = journal_begin(s->journal, ENTRY_START);
    buf_put_u32(out, SPOOL_VERSION);
    buf_put_u64(out, s->epoch);
    buf_put_u64(out, s->counter);
    buf_put_u64(out, s->number);
    (void)journal_end(s->journal);
    for (size_t i = 1; i < s->tallies.count; i++) {
        tally_put(journal_begin(s->journal, ENTRY_TALLY), s->tallies.list[i]);
        (void)journal_end(s->journal);
    }
}

static void
journal_tallies(struct spool *s)
{
    for (size_t i = 1; i < s->tallies.count && s->tallies.dirty > 0; i++) {
        struct tally *k = s->tallies.list[i];
        if (!k->dirty)
            continue;
        tally_put(journal_begin(s->journal, ENTRY_TALLY), k);
        (void)journal_end(s->journal);
        k->dirty = false;
        s->tallies.dirty--;
    }
}

enum err
spool_sync(struct spool *s)
{
    journal_tallies(s);
    enum err e = journal_sync(s->journal);
    if (e != OK)
        return e;
    s->must_sync = false;
    if (journal_size(s->journal) < s->options.segment_max || journal_roll(s->journal) != OK)
        return OK; /* what was asked for is on disk; a new segment can wait for room */
    spool_start(s);
    return journal_sync(s->journal);
}

/* Writes what a replay needs of this record to the newest segment. */
static bool
move_to_newest(struct spool *s, struct rec *r)
{
    struct str payload;
    if (journal_read(s->journal, 0, r->spot, &payload) != OK)
        return false; /* damaged: its segment stays, for whoever can mend it */
    enum entry_kind kind = rec_is(r, REC_EVENT) ? ENTRY_EVENT : ENTRY_REPORT;
    buf_put(journal_begin(s->journal, (uint8_t)kind), payload.at, payload.len);
    struct spot spot = journal_end(s->journal);
    journal_release(s->journal, r->spot);
    journal_hold(s->journal, spot);
    r->spot = spot;
    if (!rec_is(r, REC_EVENT) && r->territory != 0)
        journal_address(s, r);
    if (finished(r))
        journal_number(s, ENTRY_ACCEPTED, r);
    if (r->state == REC_COVERED)
        journal_covered(s, r, r->at);
    else if (rec_is(r, REC_TOLD))
        journal_covered(s, r, 0);
    return true;
}

static bool
empty_oldest(struct spool *s, uint32_t segment)
{
    struct rec *r;
    for (size_t i = 0; (r = map_next(&s->numbers, &i)) != NULL;)
        if (r->spot.segment == segment && !move_to_newest(s, r))
            return false;
    return true;
}

/* The oldest segment goes when little in it is needed, or little in all of them: so the folder
 * is at most some four times what it must hold. */
static bool
worth_moving(const struct spool *s, uint32_t *segment, uint64_t *held)
{
    uint32_t size;
    uint64_t total, total_held;
    if (!journal_oldest(s->journal, segment, &size, held) || *segment == s->stuck)
        return false;
    journal_total(s->journal, &total, &total_held);
    return *held <= size / 4 || total_held <= total / 4;
}

static void
trim(struct spool *s)
{
    uint32_t segment;
    uint64_t held;
    for (size_t left = journal_segments(s->journal); left > 0; left--) {
        if (!worth_moving(s, &segment, &held))
            return;
        if (held > 0 && !empty_oldest(s, segment)) {
            s->stuck = segment;
            return;
        }
        if (spool_sync(s) != OK)
            return;
        journal_drop_oldest(s->journal);
    }
}

void
spool_expire(struct spool *s, instant now)
{
    forget_old(s, now);
    trim(s);
}
