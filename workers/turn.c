/* turn.c - one turn of a territory: entries become events, events effects, effects a commit.
 *
 * The order is fixed: founding, the shell's alarms, places, proposals, entries, time. Time comes
 * when all that was read is applied, so that an answer which waits in the inbox is in time; and
 * into a commit that is still light, because much may be due at once. Everything that goes into the
 * commit lives in its flight's arena until the commit is settled. */
#include "workers/territory.h"

#include <stdio.h>

#include "common/io/log.h"
#include "common/wire/body.h"
#include "common/wire/log.h"
#include "workers/chain.h"

enum {
    TRIES_MAX = 3,               /* an entry that met so many crashes is put aside */
    READ_BYTES = 2 * 1024 * 1024 /* of entries in one commit, about */
};

struct turn {
    struct territory *t;
    struct tools *x;
    struct flight *flight; /* its arena keeps what goes into the commit */
    instant at;
    struct log_event *events;
    size_t events_count, events_cap;
    struct pair *quarantine;
    size_t quarantine_count;
    size_t consumed, bytes;
};

static bool
time_due(const struct territory *t, const struct tools *x)
{
    return watchtime_sane(&x->time) &&
           engine_next(t->engine) <= watchtime_at(&x->time, engine_at(t->engine));
}

/* The rules that this territory should have had word of by now, or NULL. */
static const struct rules *
rules_overdue(const struct territory *t, const struct tools *x)
{
    return t->listed && t->edition != NULL && plans_late(x->plans, t->edition->version)
               ? edition_rules(plans_current(x->plans), t->id)
               : NULL;
}

bool
turn_due(const struct territory *t, const struct tools *x)
{
    assert(t->standing == TERRITORY_SERVED);
    return t->founding || t->alarm.len > 0 || t->positions_count > 0 ||
           t->planner.proposals_count > 0 || time_due(t, x) || rules_overdue(t, x) != NULL;
}

static void
apply(struct turn *u, struct event *ev)
{
    struct territory *t = u->t;
    assert(u->events_count < u->events_cap);
    ev->at = u->at;
    engine_apply(t->engine, ev, &u->x->fx);
    post_gather(u->x->poster, &u->x->fx);
    u->events[u->events_count++] =
        (struct log_event){ .event = *ev, .plan = engine_plan(t->engine) };
    t->events++;
}

static void
apply_founding(struct turn *u)
{
    struct event ev = { .kind = EVENT_FOUND };
    ev.rules = edition_rules(u->t->edition, u->t->id);
    assert(ev.rules != NULL); /* the engine was made with them */
    apply(u, &ev);
}

/* What the shell has to say reaches dispatchers the only way there is: as an event. */
static void
apply_alarm(struct turn *u)
{
    struct event ev = { .kind = EVENT_POISON };
    ev.poison.why = arena_copy(&u->flight->arena, buf_str(&u->t->alarm));
    apply(u, &ev);
    buf_clear(&u->t->alarm);
}

static void
apply_places(struct turn *u)
{
    struct event ev = { .kind = EVENT_PLACES };
    size_t count = u->t->positions_count;
    struct position *list = arena_alloc(&u->flight->arena, count * sizeof(*list));
    memcpy(list, u->t->positions, count * sizeof(*list));
    ev.places.list = list;
    ev.places.count = count;
    apply(u, &ev);
    u->t->positions_count = 0;
}

static void
apply_proposals(struct turn *u)
{
    struct planner *p = &u->t->planner;
    struct event ev = { .kind = EVENT_PROPOSE };
    struct proposal *list = arena_alloc(&u->flight->arena, p->proposals_count * sizeof(*list));
    memcpy(list, p->proposals, p->proposals_count * sizeof(*list));
    ev.proposals.list = list;
    ev.proposals.count = p->proposals_count;
    apply(u, &ev);
    p->proposals_count = 0;
}

static void
apply_rules(struct turn *u, const struct rules *rules)
{
    struct event ev = { .kind = EVENT_PLAN };
    ev.rules = rules;
    apply(u, &ev);
    enum err err = plans_get(u->x->plans, rules->version, &u->t->edition);
    assert(err == OK); /* it is where the rules are from */
}

static void
put_aside(struct turn *u, const struct inbox_entry *entry, const struct event *ev)
{
    struct arena *a = &u->flight->arena;
    log_warn("event=quarantined territory=%s entry=%s kind=%c who=%s why=%s", u->t->id.s, entry->id,
             entry->kind, log_quote(entry->who.s, strlen(entry->who.s)),
             log_quote(ev->poison.why.at, ev->poison.why.len));
    u->quarantine[u->quarantine_count++] =
        (struct pair){ arena_copy(a, str_of(entry->id)), arena_copy(a, entry->bytes) };
}

/* A loader after a crash counts before it tries. ERR_AGAIN: not now. */
static enum err
ask_attempts(struct turn *u, const struct inbox_entry *entry, bool *poison)
{
    uint32_t attempts = 0;
    enum err err = store_attempt(u->x->store, u->t->id, u->t->nonce, entry->id, &attempts);
    *poison = attempts >= TRIES_MAX;
    if (err == ERR_FENCED) {
        log_warn("event=fenced territory=%s", u->t->id.s);
        territory_drop(u->t, u->x);
    }
    return err;
}

static bool
apply_entry(struct turn *u, const struct inbox_entry *entry, const char *condemned)
{
    struct territory *t = u->t;
    struct event ev = { .at = u->at };
    if (condemned != NULL)
        open_poison(&u->x->opener, entry, condemned, &ev);
    else if (open_entry(&u->x->opener, t->id, t->edition, entry, &u->flight->arena, &ev) != OK)
        return false; /* the store cannot be asked now */
    if (ev.kind == EVENT_POISON)
        put_aside(u, entry, &ev);
    if (ev.kind == EVENT_PLAN)
        apply_rules(u, ev.rules);
    else if (ev.kind != EVENT_KINDS)
        apply(u, &ev);
    u->consumed++;
    u->bytes += entry->bytes.len;
    return true;
}

/* Entry after entry until the commit is full. */
static void
apply_entries(struct turn *u, const struct inbox_entry *list, size_t count)
{
    struct territory *t = u->t;
    size_t most = count < t->batch ? count : t->batch;
    const char *condemned = t->indigestible ? "what it causes is too big for one commit" : NULL;
    for (size_t i = 0; i < most; i++) {
        bool heavy = list[i].kind == 'p' && !post_light(u->x->poster); /* a plan moves many */
        if (u->bytes > READ_BYTES || post_full(u->x->poster) || heavy)
            break;
        if (!apply_entry(u, &list[i], i == 0 ? condemned : NULL))
            break;
    }
}

/* After a crash: one entry, alone, so that what kills its readers is known by name. */
static void
apply_cautiously(struct turn *u, const struct inbox_entry *entry)
{
    bool poison = false;
    if (ask_attempts(u, entry, &poison) != OK)
        return; /* not now */
    u->t->cautious--;
    apply_entry(u, entry, poison ? "it was being applied when its reader died, three times" : NULL);
}

/* ---- from effects to a commit */

static struct pair *
pair_add(struct commit *c, enum record_hash h)
{
    return h == RECORD_HASHES ? &c->closed[c->closed_count++]
                              : &c->records[h][c->records_count[h]++];
}

static void
put_records(struct turn *u)
{
    struct territory *t = u->t;
    struct commit *c = &u->flight->commit;
    size_t counts[RECORD_HASHES + 1] = { 0 };
    changes_clear(&u->x->changes);
    engine_changes(t->engine, &u->x->changes);
    for (size_t i = 0; i < u->x->changes.count; i++)
        counts[rest_hash(u->x->changes.list[i].kind)]++;
    for (enum record_hash h = HASH_TICKETS; h < RECORD_HASHES; h++)
        c->records[h] = arena_alloc(&u->flight->arena, (counts[h] + 1) * sizeof(struct pair));
    c->closed = arena_alloc(&u->flight->arena, (counts[RECORD_HASHES] + 1) * sizeof(struct pair));
    for (size_t i = 0; i < u->x->changes.count; i++) {
        const struct change *ch = &u->x->changes.list[i];
        struct pair p = { arena_copy(&u->flight->arena, ch->key), { 0 } };
        if (ch->bytes.len > 0)
            p.bytes =
                rest_record(&u->x->rest, ch->kind, t->id, ch->key, ch->bytes, &u->flight->arena);
        if (ch->kind == RECORD_META)
            c->meta = p.bytes;
        else
            *pair_add(c, rest_hash(ch->kind)) = p;
    }
}

static void
put_messages(struct turn *u)
{
    struct commit *c = &u->flight->commit;
    c->out = arena_alloc(&u->flight->arena, (u->x->fx.messages_count + 1) * sizeof(*c->out));
    for (size_t i = 0; i < u->x->fx.messages_count; i++) {
        const struct message_out *m = &u->x->fx.messages[i];
        buf_clear(&u->x->scratch);
        body_put_assist(&u->x->scratch, &m->assist);
        c->out[c->out_count++] =
            (struct commit_out){ m->to, rest_assist(&u->x->rest, m->to, buf_str(&u->x->scratch),
                                                    &u->flight->arena) };
    }
}

/* Letters, and the log entry that names them. */
static void
put_letters_and_log(struct turn *u)
{
    struct territory *t = u->t;
    struct post_from from = { t->id, t->tip.incarnation, &t->tip, u->at };
    struct log_record record = { .at = u->at,
                                 .events = u->events,
                                 .events_count = u->events_count,
                                 .outcomes = u->x->fx.outcomes,
                                 .outcomes_count = u->x->fx.outcomes_count };
    post_seal(u->x->poster, &from, &u->flight->arena, &u->flight->commit, &record.letters,
              &record.letters_count);
    buf_clear(&u->x->scratch);
    log_put(&u->x->scratch, &record);
    u->flight->commit.log = rest_log(&u->x->rest, t->id, u->flight->commit.version,
                                     buf_str(&u->x->scratch), &u->flight->arena);
}

static void
queue_commit(struct turn *u, const char *cursor)
{
    struct territory *t = u->t;
    struct commit *c = &u->flight->commit;
    *c = (struct commit){ .territory = t->id,
                          .holder = t->nonce,
                          .version = t->tip.version + 1,
                          .parent = t->tip.chain,
                          .quarantine = u->quarantine,
                          .quarantine_count = u->quarantine_count,
                          .mailbox_max = (uint64_t)u->x->conf->mailbox_max,
                          .watch_max = (uint64_t)u->x->conf->watch_max };
    random_bytes(c->id.b, sizeof(c->id.b));
    snprintf(c->cursor, sizeof(c->cursor), "%s", cursor);
    c->plan = engine_plan(t->engine);
    put_records(u);
    put_messages(u);
    put_letters_and_log(u);
    chain_link(c, t->tip.incarnation, u->x->signer, u->x->sign);
    territory_send(t, u->x, u->flight);
}

static void
begin(struct turn *u, size_t count)
{
    struct territory *t = u->t;
    u->flight = flight_new(u->x);
    effects_clear(&u->x->fx);
    post_begin(u->x->poster);
    u->at = watchtime_at(&u->x->time, engine_at(t->engine));
    u->events_cap =
        (count < t->batch ? count : t->batch) + 5; /* founding, alarm, places, plan, time */
    u->events = arena_alloc(&u->flight->arena, u->events_cap * sizeof(*u->events));
    u->quarantine = arena_alloc(&u->flight->arena, u->events_cap * sizeof(*u->quarantine));
}

static void
apply_all(struct turn *u, const struct inbox_entry *list, size_t count)
{
    struct territory *t = u->t;
    const struct rules *overdue = rules_overdue(t, u->x);
    if (count == 0)
        t->cautious = 0;
    if (t->founding)
        apply_founding(u);
    else if (overdue != NULL)
        apply_rules(u, overdue);
    if (t->alarm.len > 0)
        apply_alarm(u);
    if (t->positions_count > 0)
        apply_places(u);
    if (t->planner.proposals_count > 0)
        apply_proposals(u);
    apply_entries(u, list, count);
    if (u->consumed == count && post_light(u->x->poster) && time_due(t, u->x)) {
        apply(u, &(struct event){ .kind = EVENT_TIME });
        t->timed = true;
    }
}

size_t
turn_apply(struct territory *t, struct tools *x, const struct inbox_entry *list, size_t count)
{
    struct turn u = { .t = t, .x = x };
    assert(t->standing == TERRITORY_SERVED && territory_has_room(t));
    begin(&u, count);
    if (t->cautious > 0 && count > 0 && !t->founding)
        apply_cautiously(&u, list);
    else
        apply_all(&u, list, count);
    if (u.events_count > 0 || u.consumed > 0)
        queue_commit(&u, u.consumed > 0 ? list[u.consumed - 1].id : t->tip.cursor);
    else
        flight_done(x, u.flight);
    return u.consumed;
}
