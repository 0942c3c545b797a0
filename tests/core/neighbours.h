/* neighbours.h - territories that help each other, with everything between them in the test's
 * hands: what is stored, whose words arrive when, twice or late, and who dies at which commit.
 *
 *      people --.                       store (records)
 *               v                          ^   |
 *      channels: one a sender, in order -> engine -> words -> the others' channels
 *                                          |
 *                                          v
 *                                       observer: what was told, after it was committed
 *
 * The observer knows the plan and what people were told, and nothing of the engine. Everything
 * derives from a schedule of faults, or from one seed. */
#ifndef TESTS_CORE_NEIGHBOURS_H
#define TESTS_CORE_NEIGHBOURS_H

#include "tests/core/world.h"

#include "workers/core/life.h"

enum { SIDES = 3, PEOPLE = SIDES, TICKETS = 64, FAULTS_MAX = 2, AGAIN_MAX = 4 };

struct letter {
    struct event ev;
    instant ready;
};
/* From one sender, in his order. */
struct channel {
    struct letter *list;
    size_t count, cap, next;
};
struct sent {
    size_t to;
    struct event ev;
};

struct side {
    struct world_plan plan, without; /* without: its last engineer has left */
    bool left;
    struct incarnation incarnation;
    struct world_store store;
    struct engine *engine;
    struct channel from[SIDES + 1];
    struct sent *out; /* every word it has committed */
    size_t out_count, out_cap;
    struct event *log; /* every event it has committed */
    size_t log_count, log_cap;
    struct buf said; /* and what that did */
};

/* A ticket as its dispatchers know it. */
struct seen {
    struct ticket_id id;
    size_t side;
    enum ticket_state state;
    struct engineer_id engineer;
    unsigned offers;
};

struct fault {
    size_t step;        /* at this commit */
    bool before, after; /* whose turn it is dies, and with him his effects or not */
    bool others;        /* the others die as well */
    bool again, late;   /* his last words are delivered once more; or late */
};

struct town {
    struct side sides[SIDES];
    size_t count;
    instant at;
    struct seen seen[TICKETS];
    size_t seen_count;
    uint64_t counter; /* of people's acts */
    size_t step;
    struct fault faults[FAULTS_MAX]; /* the schedule */
    size_t faults_count;
    struct rng *rng; /* NULL: nothing happens but by the schedule */
    /* What people do about a ticket that has changed; owned by the test. */
    void (*react)(struct town *t, struct seen *k);
    size_t deaths, lent, repeats;
};

static inline bool
one_in(struct town *t, uint64_t n)
{
    return t->rng != NULL && rng_below(t->rng, n) == 0;
}

static inline void
channel_put(struct channel *c, const struct event *ev, instant ready)
{
    c->list = grow_array(c->list, c->count, &c->cap, sizeof(*c->list));
    c->list[c->count++] = (struct letter){ *ev, ready };
}

static inline const struct rules *
side_rules(const struct side *s)
{
    return s->left ? &s->without.rules : &s->plan.rules;
}

/* ---- the observer */

static inline struct seen *
town_ticket(struct town *t, struct ticket_id id, size_t side)
{
    for (size_t i = 0; i < t->seen_count; i++)
        if (same_id(t->seen[i].id, id))
            return &t->seen[i];
    assert_true(t->seen_count < TICKETS);
    t->seen[t->seen_count] = (struct seen){ .id = id, .side = side };
    return &t->seen[t->seen_count++];
}

static inline size_t
town_home(const struct town *t, struct engineer_id id)
{
    for (size_t i = 0; i < t->count; i++)
        for (size_t k = 0; k < t->sides[i].plan.rules.engineers_count; k++)
            if (same_id(t->sides[i].plan.engineers[k].id, id))
                return i;
    fail_msg("nobody is called %s", id.s);
    return 0;
}

static inline size_t
town_load(const struct town *t, struct engineer_id x)
{
    size_t load = 0;
    for (size_t i = 0; i < t->seen_count; i++)
        load += life_is_held(t->seen[i].state) && same_id(t->seen[i].engineer, x);
    return load;
}

/* Whoever had it before has been told that it is no longer his, or has said so himself. */
static inline void
check_let_go(const struct seen *k, struct engineer_id now, const struct event *ev,
             const struct effects *fx)
{
    if (!life_is_held(k->state) || same_id(k->engineer, now) || no_name(k->engineer))
        return;
    bool himself = ev->kind == EVENT_VERB && strcmp(ev->act.who.s, k->engineer.s) == 0;
    assert_true(himself || world_told(fx, UPDATE_WITHDRAWN, k->engineer.s));
}

/* One ticket as it is told to the dispatchers. */
static inline void
town_see(struct town *t, size_t side, const struct update *u, const struct event *ev,
         const struct effects *fx)
{
    struct seen *k = town_ticket(t, u->ticket, side);
    bool offered = u->state == TICKET_OFFERED, held = life_is_held(u->state);
    if (held) {
        check_let_go(k, u->engineer, ev, fx);
        assert_false(no_name(u->engineer));
        assert_true(!offered || same_id(k->engineer, u->engineer) ||
                    world_told(fx, UPDATE_OFFER, u->engineer.s));
    }
    k->offers += offered;
    k->state = u->state;
    k->engineer = u->engineer;
    t->lent += held && offered && town_home(t, k->engineer) != side;
}

/* Nobody has more in his hands than he can carry, whoever gave it to him. */
static inline void
check_loads(const struct town *t)
{
    for (size_t i = 0; i < t->count; i++)
        for (size_t k = 0; k < t->sides[i].plan.rules.engineers_count; k++) {
            const struct engineer_rule *x = &t->sides[i].plan.engineers[k];
            assert_true(town_load(t, x->id) <= x->capacity);
        }
}

static inline bool
is_watched(const struct posting *p)
{
    return strcmp(p->recipients[0].who.s, "watch") == 0;
}

/* What has been committed is told, all of an event's at once. */
static inline void
town_hear(struct town *t, size_t side, const struct event *ev, const struct effects *fx)
{
    const struct posting *p;
    for (size_t n = 0; (p = world_posting(fx, UPDATE_TICKET, n)) != NULL; n++)
        if (is_watched(p))
            town_see(t, side, &p->update, ev, fx);
    check_loads(t);
    for (size_t n = 0; (p = world_posting(fx, UPDATE_TICKET, n)) != NULL; n++)
        if (is_watched(p) && t->react != NULL)
            t->react(t, town_ticket(t, p->update.ticket, side));
}

/* ---- people */

static inline void
town_act(struct town *t, const struct seen *k, const char *who, enum role role, enum verb v,
         msec later)
{
    struct event ev = world_act(t->at, who, role, ++t->counter, v, NULL);
    ev.act.ticket = k->id;
    channel_put(&t->sides[k->side].from[PEOPLE], &ev, t->at + later);
}

static inline void
town_report(struct town *t, size_t side, uint8_t n, const char *category)
{
    struct event ev = world_report(t->at, n, category, "");
    channel_put(&t->sides[side].from[PEOPLE], &ev, t->at);
}

/* ---- commits and deaths */

static inline void
side_dies(struct town *t, struct side *s)
{
    engine_free(s->engine);
    s->engine = world_load(&s->store, s->incarnation, side_rules(s));
    t->deaths++;
}

static inline size_t
side_named(const struct town *t, struct territory_id id)
{
    size_t i = 0;
    while (i < t->count && !same_id(t->sides[i].plan.rules.territory, id))
        i++;
    assert_true(i < t->count);
    return i;
}

/* A word that waits for others of its sender comes no sooner than they. */
static inline void
deliver(struct town *t, size_t from, const struct sent *w, msec later)
{
    channel_put(&t->sides[w->to].from[from], &w->ev, t->at + later);
}

static inline void
commit(struct town *t, size_t side, const struct event *ev, const struct effects *fx, msec later)
{
    struct side *s = &t->sides[side];
    s->log = grow_array(s->log, s->log_count, &s->log_cap, sizeof(*s->log));
    s->log[s->log_count++] = *ev;
    s->left |= ev->kind == EVENT_PLAN;
    world_put_effects(&s->said, fx);
    world_commit(&s->store, s->engine);
    for (size_t i = 0; i < fx->messages_count; i++) {
        struct sent w = { side_named(t, fx->messages[i].to),
                          { .kind = EVENT_ASSIST, .assist = fx->messages[i].assist } };
        s->out = grow_array(s->out, s->out_count, &s->out_cap, sizeof(*s->out));
        s->out[s->out_count++] = w;
        deliver(t, side, &w, later);
    }
    town_hear(t, side, ev, fx);
}

/* Whoever moves its words had not noted how far he had come. */
static inline void
words_again(struct town *t, size_t side)
{
    struct side *s = &t->sides[side];
    size_t last = s->out_count;
    for (size_t i = last > AGAIN_MAX ? last - AGAIN_MAX : 0; i < last; i++, t->repeats++)
        deliver(t, side, &s->out[i], 0);
}

static inline struct fault
fault_now(struct town *t)
{
    struct fault f = { .before = one_in(t, 8),
                       .after = one_in(t, 8),
                       .others = one_in(t, 16),
                       .again = one_in(t, 6),
                       .late = one_in(t, 6) };
    for (size_t i = 0; i < t->faults_count; i++)
        if (t->faults[i].step == t->step)
            f = t->faults[i];
    t->step++;
    return f;
}

static inline void
town_apply(struct town *t, size_t side, struct event ev)
{
    struct side *s = &t->sides[side];
    struct effects fx = { 0 };
    struct fault f = fault_now(t);
    ev.at = t->at;
    engine_apply(s->engine, &ev, &fx);
    if (f.before) { /* it is as if nothing had been; the event comes again */
        side_dies(t, s);
        world_apply(s->engine, &ev, &fx);
    }
    msec later = !f.late ? 0 : t->rng != NULL ? (msec)rng_below(t->rng, 15 * MINUTES) : 5 * MINUTES;
    commit(t, side, &ev, &fx, later);
    if (f.after)
        side_dies(t, s);
    for (size_t i = 0; f.others && i < t->count; i++)
        if (i != side)
            side_dies(t, &t->sides[i]);
    if (f.again)
        words_again(t, side);
    effects_fini(&fx);
}

/* ---- whose turn it is */

/* The next that can be done now: a letter, or (from > PEOPLE) what time brings. */
static inline bool
is_ready(const struct town *t, size_t side, size_t from)
{
    const struct side *s = &t->sides[side];
    if (from > PEOPLE)
        return engine_next(s->engine) <= t->at;
    const struct channel *c = &s->from[from];
    return c->next < c->count && c->list[c->next].ready <= t->at;
}

static inline instant
town_next(const struct town *t)
{
    instant next = NEVER;
    for (size_t i = 0; i < t->count; i++) {
        const struct side *s = &t->sides[i];
        if (engine_next(s->engine) < next)
            next = engine_next(s->engine);
        for (size_t k = 0; k <= PEOPLE; k++) {
            const struct channel *c = &s->from[k];
            if (c->next < c->count && c->list[c->next].ready < next)
                next = c->list[c->next].ready;
        }
    }
    return next;
}

/* One thing that is ready: the first, or any. false: there is none. */
static inline bool
town_turn(struct town *t)
{
    const size_t ways = PEOPLE + 2, all = t->count * ways;
    size_t first = t->rng != NULL ? rng_below(t->rng, all) : 0, i = 0;
    while (i < all && !is_ready(t, (first + i) % all / ways, (first + i) % ways))
        i++;
    if (i == all)
        return false;
    size_t side = (first + i) % all / ways, from = (first + i) % ways;
    struct event ev = { .kind = EVENT_TIME };
    struct channel *c = from > PEOPLE ? NULL : &t->sides[side].from[from];
    if (c != NULL)
        ev = c->list[c->next++].ev;
    town_apply(t, side, ev);
    return true;
}

/* All that happens until then. */
static inline void
town_live(struct town *t, instant until)
{
    while (t->at <= until) {
        while (town_turn(t))
            ;
        instant next = town_next(t);
        if (next > until)
            break;
        t->at = next > t->at ? next : t->at;
    }
    t->at = until;
}

/* ---- the end */

/* The same events, to one who never dies: the same words, the same records. */
static inline void
check_replay(const struct side *s)
{
    struct engine *e = engine_new(s->plan.rules.territory, s->incarnation, &s->plan.rules);
    struct effects fx = { 0 };
    struct buf said = { 0 }, is = { 0 }, was = { 0 };
    for (size_t i = 0; i < s->log_count; i++) {
        world_apply(e, &s->log[i], &fx);
        world_put_effects(&said, &fx);
    }
    assert_int_equal(said.len, s->said.len);
    assert_memory_equal(said.data, s->said.data, said.len);
    engine_save(s->engine, &was);
    engine_save(e, &is);
    assert_int_equal(was.len, is.len);
    assert_memory_equal(was.data, is.data, is.len);
    buf_fini(&said);
    buf_fini(&is);
    buf_fini(&was);
    effects_fini(&fx);
    engine_free(e);
}

static inline void
town_fini(struct town *t)
{
    for (size_t i = 0; i < t->count; i++) {
        struct side *s = &t->sides[i];
        check_replay(s);
        engine_free(s->engine);
        world_store_fini(&s->store);
        for (size_t k = 0; k <= PEOPLE; k++)
            free(s->from[k].list);
        free(s->out);
        free(s->log);
        buf_fini(&s->said);
    }
    free(t);
}

#endif
