/* replay.c - opening a spool: each entry's effect on the records, in the journal's order; then
 * the lists, once every record is as it was.
 *
 * While replaying, records are in no list. An entry about a number that is not there speaks of
 * a record forgotten, or lost with a damaged entry: it has no effect. */
#include "common/client/replay.h"

#include <inttypes.h>
#include <stdio.h>

struct replay {
    struct spool *spool;
    instant now;
    uint32_t version_met; /* a version that we do not read; 0: none */
};

typedef void entry_fn(struct replay *p, struct cur *c, struct spot at);

static struct rec *
numbered(struct replay *p, struct cur *c)
{
    return spool_numbered(p->spool, cur_u64(c));
}

static void
on_start(struct replay *p, struct cur *c, struct spot at)
{
    struct spool *s = p->spool;
    uint32_t version = cur_u32(c);
    uint64_t epoch = cur_u64(c), counter = cur_u64(c), number = cur_u64(c);
    (void)at;
    if (c->failed || version != SPOOL_VERSION) {
        p->version_met = version;
        return;
    }
    if (epoch >= s->epoch) {
        s->counter = epoch > s->epoch || counter > s->counter ? counter : s->counter;
        s->epoch = epoch;
    }
    s->number = number > s->number ? number : s->number;
}

/* A record new or moved. NULL: it is only moved. */
static struct rec *
arrive(struct spool *s, uint64_t number, struct spot at)
{
    struct rec *r = spool_numbered(s, number);
    journal_hold(s->journal, at);
    if (r != NULL) {
        journal_release(s->journal, r->spot);
        r->spot = at;
        return NULL;
    }
    r = rec_new(&s->pool);
    r->number = number;
    r->spot = at;
    r->state = REC_WAITING;
    map_put(&s->numbers, &r->number, r);
    s->number = number > s->number ? number : s->number;
    return r;
}

static void
on_report(struct replay *p, struct cur *c, struct spot at)
{
    struct message m;
    uint8_t digest[16];
    entry_get_report(c, &m, digest);
    struct rec *r = c->failed ? NULL : arrive(p->spool, m.number, at);
    if (r == NULL)
        return;
    r->id.report = m.report.id;
    memcpy(r->digest, digest, sizeof(r->digest));
}

static void
on_event(struct replay *p, struct cur *c, struct spot at)
{
    struct spool *s = p->spool;
    struct message m;
    entry_get_event(c, &m);
    struct rec *r = c->failed ? NULL : arrive(s, m.number, at);
    if (r == NULL)
        return;
    r->flags = REC_EVENT;
    r->id.event = m.event.id;
    r->ticket = m.event.ticket;
    r->territory = tallies_index(&s->tallies, m.event.territory);
    map_put(&s->events, &r->id, r);
    if (m.event.id.epoch > s->epoch) {
        s->epoch = m.event.id.epoch;
        s->counter = m.event.id.counter;
    } else if (m.event.id.epoch == s->epoch && m.event.id.counter > s->counter) {
        s->counter = m.event.id.counter;
    }
}

static void
on_address(struct replay *p, struct cur *c, struct spot at)
{
    struct rec *r = numbered(p, c);
    struct territory_id t;
    (void)at;
    entry_get_name(c, t.s, sizeof(t.s));
    uint32_t plan = cur_u32(c);
    if (r == NULL || c->failed)
        return;
    r->territory = tallies_index(&p->spool->tallies, t);
    r->plan = plan;
}

static void
on_accepted(struct replay *p, struct cur *c, struct spot at)
{
    struct rec *r = numbered(p, c);
    (void)at;
    if (r == NULL)
        return;
    r->state = rec_is(r, REC_TOLD) ? REC_COVERED : REC_ACCEPTED;
    r->at = rec_is(r, REC_TOLD) ? p->now : 0;
    r->flags &= (uint8_t)~REC_TOLD;
}

static void
on_covered(struct replay *p, struct cur *c, struct spot at)
{
    struct rec *r = numbered(p, c);
    instant since = cur_i64(c);
    (void)at;
    if (r == NULL)
        return;
    if (r->state < REC_ACCEPTED) {
        r->flags |= REC_TOLD;
        return;
    }
    r->state = REC_COVERED;
    r->at = since;
}

static void
forget(struct spool *s, struct rec *r)
{
    map_del(&s->numbers, &r->number);
    if (rec_is(r, REC_EVENT))
        map_del(&s->events, &r->id);
    journal_release(s->journal, r->spot);
    rec_free(&s->pool, r);
}

static void
on_refused(struct replay *p, struct cur *c, struct spot at)
{
    struct rec *r = numbered(p, c);
    (void)at;
    if (r != NULL)
        forget(p->spool, r);
}

static void
wait_again(struct rec *r)
{
    r->state = REC_WAITING;
    r->at = 0;
}

static void
on_again(struct replay *p, struct cur *c, struct spot at)
{
    struct rec *r = numbered(p, c);
    (void)at;
    if (r != NULL)
        wait_again(r);
}

static void
on_rollback(struct replay *p, struct cur *c, struct spot at)
{
    struct spool *s = p->spool;
    struct territory_id t;
    struct rec *r;
    (void)at;
    entry_get_name(c, t.s, sizeof(t.s));
    instant old = cur_i64(c) - s->options.keep_ms;
    uint16_t territory = c->failed ? 0 : tallies_index(&s->tallies, t);
    for (size_t i = 0; territory != 0 && (r = map_next(&s->numbers, &i)) != NULL;)
        if (r->territory == territory && r->state >= REC_ACCEPTED &&
            (r->state != REC_COVERED || r->at > old)) /* those were forgotten before */
            wait_again(r);
}

static void
on_tally(struct replay *p, struct cur *c, struct spot at)
{
    struct tally read;
    (void)at;
    if (!tally_get(str_bytes(c->at, (size_t)(c->end - c->at)), &read))
        return;
    uint16_t index = tallies_index(&p->spool->tallies, read.territory);
    if (index != 0)
        *tallies_at(&p->spool->tallies, index) = read;
}

static entry_fn *const effects[ENTRY_KINDS] = {
    [ENTRY_START] = on_start,     [ENTRY_REPORT] = on_report,     [ENTRY_EVENT] = on_event,
    [ENTRY_ADDRESS] = on_address, [ENTRY_ACCEPTED] = on_accepted, [ENTRY_COVERED] = on_covered,
    [ENTRY_REFUSED] = on_refused, [ENTRY_AGAIN] = on_again,       [ENTRY_ROLLBACK] = on_rollback,
    [ENTRY_TALLY] = on_tally,
};

static void
replay_entry(void *context, uint8_t kind, struct spot at, struct str payload)
{
    struct replay *p = context;
    struct cur c = cur_of(payload);
    if (kind < ENTRY_KINDS && effects[kind] != NULL)
        effects[kind](p, &c, at);
}

/* ---- the lists */

static int
by_number(const void *a, const void *b)
{
    const struct rec *x = *(struct rec *const *)a, *y = *(struct rec *const *)b;
    return (x->number > y->number) - (x->number < y->number);
}

static int
by_time(const void *a, const void *b)
{
    const struct rec *x = *(struct rec *const *)a, *y = *(struct rec *const *)b;
    return x->at != y->at ? (x->at > y->at) - (x->at < y->at) : by_number(a, b);
}

static void
place_unfinished(struct spool *s, struct rec *r)
{
    bool parked = r->older != NULL && r->older->state < REC_ACCEPTED;
    if (r->territory != 0)
        r->flags |= REC_MAYBE; /* the last process may have sent it */
    spool_place(s, r, parked ? REC_PARKED : REC_WAITING);
    if (!parked && !rec_is(r, REC_EVENT))
        spool_inherit(s, r);
}

static bool
is_old(const struct spool *s, const struct rec *r, instant now)
{
    return r->state == REC_COVERED && r->at <= now - s->options.keep_ms;
}

static void
place_all(struct spool *s, instant now)
{
    size_t count = 0, kept = 0;
    struct rec *r, **list = grow(NULL, (s->numbers.count + 1) * sizeof(struct rec *));
    for (size_t i = 0; (r = map_next(&s->numbers, &i)) != NULL;)
        list[count++] = r;
    qsort(list, count, sizeof(struct rec *), by_number);
    for (size_t i = 0; i < count; i++) {
        r = list[i];
        if (is_old(s, r, now)) {
            forget(s, r);
            continue;
        }
        if (!rec_is(r, REC_EVENT))
            r->older = map_put(&s->reports, &r->id, r);
        if (r->state == REC_COVERED)
            list[kept++] = r;
        else if (r->state == REC_ACCEPTED)
            spool_place(s, r, REC_ACCEPTED);
        else
            place_unfinished(s, r);
    }
    qsort(list, kept, sizeof(struct rec *), by_time);
    for (size_t i = 0; i < kept; i++)
        spool_place(s, list[i], REC_COVERED);
    free(list);
}

/* ---- opening and closing */

/* An event's counter may have been lost with what the disk lost: then a greater epoch. */
static void
epoch_check(struct spool *s, instant now)
{
    bool lost = s->damage.skipped > 0 || s->damage.cut > 0;
    if (s->epoch != 0 && !lost)
        return;
    uint64_t clock = now > 0 ? (uint64_t)now : 1;
    s->epoch = clock > s->epoch ? clock : s->epoch + 1;
    s->counter = 0;
}

static struct spool *
spool_new(const struct spool_options *o)
{
    struct spool *s = zalloc(sizeof(*s));
    s->options = *o;
    s->options.folder = NULL;
    tallies_init(&s->tallies);
    map_init(&s->reports, sizeof(struct report_id));
    map_init(&s->events, sizeof(struct event_id));
    map_init(&s->numbers, sizeof(uint64_t));
    return s;
}

/* The journal hands out entries while it opens: it must be there already when they hold. */
enum err
spool_open(struct spool **out, const struct spool_options *o, instant now, struct buf *why)
{
    struct spool *s = spool_new(o);
    struct replay p = { .spool = s, .now = now };
    *out = NULL;
    enum err e = journal_open(&s->journal, o->folder, replay_entry, &p, &s->damage, why);
    if (e == OK && p.version_met != 0) {
        buf_printf(why, "%s: a spool of version %" PRIu32 "; this library reads version %d",
                   o->folder, p.version_met, SPOOL_VERSION);
        e = ERR_VERSION;
    }
    if (e != OK) {
        journal_close(s->journal);
        s->journal = NULL;
        spool_close(s);
        return e;
    }
    if (s->damage.skipped > 0)
        buf_printf(why, "%s: %s", o->folder, s->damage.first);
    epoch_check(s, now);
    spool_start(s);
    place_all(s, now);
    s->must_sync = true;
    *out = s;
    return OK;
}

void
spool_close(struct spool *s)
{
    if (s == NULL)
        return;
    if (s->journal != NULL) {
        enum err e = spool_sync(s);
        (void)e; /* what is not on disk was not promised */
        journal_close(s->journal);
    }
    tallies_fini(&s->tallies);
    map_fini(&s->reports);
    map_fini(&s->events);
    map_fini(&s->numbers);
    rec_pool_fini(&s->pool);
    free(s);
}
