/* assist_test.c - about workers/core/assist.c: territories that help each other through numbered
 * words, which may come twice and late, while workers are killed between applying and committing.
 */
#include "tests/core/world.h"

#include "workers/core/life.h"

enum { HOUSES = 3, INBOX = 20000, REPORTS = 60 };

/* One territory: its committed records, its inbox, the engine that may be thrown away. */
struct house {
    struct world_plan plan;
    struct incarnation incarnation;
    struct world_store store;
    struct engine *engine;
    struct event inbox[INBOX];
    size_t count, cursor;
    struct world_view view; /* as committed */
    uint64_t counters[64];  /* of the people who write to it */
};

struct town {
    struct rng rng;
    struct house houses[HOUSES];
    size_t houses_count;
    instant at;
    bool faults;
    size_t kills, repeats, lent;
};

static const char *const names[HOUSES] = { "north", "south", "west" };

static void
town_init(struct town *t, size_t houses, uint64_t from)
{
    static const char *const skills[HOUSES] = { "air", "line", "odd" };
    t->rng.state = from;
    t->houses_count = houses;
    t->at = WORLD_BEGIN + 9 * HOURS;
    t->faults = true;
    for (size_t i = 0; i < houses; i++) {
        struct house *h = &t->houses[i];
        world_plan_init(&h->plan, names[i], 1);
        h->plan.rules.neighbours_count = 0;
        for (size_t k = 0; k < houses; k++)
            h->plan.rules.neighbours[h->plan.rules.neighbours_count++] =
                NAME(territory_id, names[k]);
        h->plan.rules.retry_ms = 10 * MINUTES;
        h->plan.rules.repeat_ms = 0;
        for (size_t k = 0; k < WORLD_ENGINEERS; k++) { /* each house knows one trade */
            struct engineer_rule *r = &h->plan.engineers[k];
            r->skills_count = 0;
            world_skill(r, skills[i], 5);
            r->duty[0] = (struct span){ 0, 10080 };
            r->duty_count = 1;
        }
        h->plan.rules.engineers_count = 2; /* scarce */
        h->incarnation.b[0] = (uint8_t)(i + 1);
        world_store_init(&h->store);
        h->engine = engine_new(h->plan.rules.territory, h->incarnation, &h->plan.rules);
    }
}

static void
town_fini(struct town *t)
{
    for (size_t i = 0; i < t->houses_count; i++) {
        engine_free(t->houses[i].engine);
        world_store_fini(&t->houses[i].store);
        world_view_fini(&t->houses[i].view);
    }
}

static void
send(struct house *h, const struct event *ev)
{
    assert_true(h->count < INBOX);
    h->inbox[h->count++] = *ev;
}

static struct house *
house_named(struct town *t, struct territory_id id)
{
    for (size_t i = 0; i < t->houses_count; i++)
        if (same_id(t->houses[i].plan.rules.territory, id))
            return &t->houses[i];
    fail();
    return NULL;
}

/* Commits: records, then the words for the others, some of them twice. */
static void
commit(struct town *t, struct house *h, const struct effects *fx)
{
    world_commit(&h->store, h->engine);
    for (size_t i = 0; i < fx->messages_count; i++) {
        struct event ev = { .kind = EVENT_ASSIST, .assist = fx->messages[i].assist };
        struct house *to = house_named(t, fx->messages[i].to);
        send(to, &ev);
        for (size_t n = i; t->faults && rng_below(&t->rng, 4) == 0;
             n--) { /* the mover began anew */
            ev.assist = fx->messages[n].assist;
            if (same_id(fx->messages[n].to, fx->messages[i].to))
                send(to, &ev);
            t->repeats++;
            if (n == 0)
                break;
        }
    }
    world_view_take(&h->view, h->engine);
}

/* Applies some of the inbox; then commits, or dies and is loaded from what was committed. */
static void
turn(struct town *t, struct house *h)
{
    struct effects fx = { 0 };
    size_t from = h->cursor, most = 1 + rng_below(&t->rng, 5);
    for (size_t n = 0; n < most && h->cursor < h->count; n++) {
        struct event ev = h->inbox[h->cursor++];
        ev.at = t->at;
        engine_apply(h->engine, &ev, &fx);
    }
    if (engine_next(h->engine) <= t->at) {
        struct event ev = { .kind = EVENT_TIME, .at = t->at };
        engine_apply(h->engine, &ev, &fx);
    }
    if (t->faults && rng_below(&t->rng, 5) == 0) {
        engine_free(h->engine);
        h->engine = world_load(&h->store, h->incarnation, &h->plan.rules);
        h->cursor = from;
        t->kills++;
    } else {
        commit(t, h, &fx);
    }
    effects_fini(&fx);
}

/* Over all houses, no engineer has more in his hands than he can carry. */
static void
check_capacity(const struct town *t)
{
    for (size_t i = 0; i < t->houses_count; i++)
        for (size_t k = 0; k < t->houses[i].plan.rules.engineers_count; k++) {
            const struct engineer_rule *r = &t->houses[i].plan.engineers[k];
            size_t load = 0;
            for (size_t n = 0; n < t->houses_count; n++)
                for (size_t m = 0; m < t->houses[n].view.count; m++)
                    load += life_is_held(t->houses[n].view.tickets[m].state) &&
                            same_id(t->houses[n].view.tickets[m].engineer, r->id);
            assert_true(load <= r->capacity);
        }
}

static uint64_t
next_counter(struct house *h, const char *who)
{
    size_t i = (size_t)(who[0] * 7 + who[strlen(who) - 1]) % 64;
    return ++h->counters[i];
}

/* One of those that are not over; NULL: none. */
static const struct ticket *
any_alive(struct town *t, const struct house *h)
{
    size_t alive = 0;
    for (size_t i = 0; i < h->view.count; i++)
        alive += !life_is_over(h->view.tickets[i].state);
    size_t n = alive == 0 ? 0 : rng_below(&t->rng, alive);
    for (size_t i = 0; i < h->view.count; i++)
        if (!life_is_over(h->view.tickets[i].state) && n-- == 0)
            return &h->view.tickets[i];
    return NULL;
}

/* Somebody does the next thing for some ticket of this house, as it stood when committed. */
static void
act(struct town *t, struct house *h)
{
    static const enum verb sensible[TICKET_STATES] = {
        [TICKET_OFFERED] = VERB_ACCEPT,  [TICKET_ACCEPTED] = VERB_WORK,
        [TICKET_WORKING] = VERB_RESOLVE, [TICKET_RESOLVED] = VERB_APPROVE,
        [TICKET_QUEUED] = VERB_NUDGE,
    };
    const struct ticket *k = any_alive(t, h);
    if (k == NULL)
        return;
    enum verb v = sensible[k->state];
    bool desk = k->state == TICKET_RESOLVED || k->state == TICKET_QUEUED;
    if (t->faults && k->state == TICKET_OFFERED && rng_below(&t->rng, 3) == 0)
        v = VERB_DECLINE;
    if (t->faults && rng_below(&t->rng, 40) == 0) {
        v = VERB_CANCEL;
        desk = true;
    }
    const char *who = desk ? "desk" : k->engineer.s;
    struct event ev = world_act(t->at, who, desk ? ROLE_DISPATCHER : ROLE_ENGINEER,
                                next_counter(h, who), v, NULL);
    ev.act.ticket = k->id;
    t->lent += !no_name(k->home) && v == VERB_ACCEPT;
    send(h, &ev);
}

static void
report(struct town *t, size_t n)
{
    static const char *const categories[HOUSES] = { "ac", "line", "odd" };
    struct event ev =
        world_report(t->at, (uint8_t)n, categories[rng_below(&t->rng, t->houses_count)], "");
    send(&t->houses[rng_below(&t->rng, t->houses_count)], &ev);
}

static void
live(size_t houses, uint64_t from)
{
    struct town *t = zalloc(sizeof(*t));
    town_init(t, houses, from);
    size_t reports = 0;
    for (int i = 0; i < 6000; i++) {
        t->at += (instant)rng_below(&t->rng, 30 * SECONDS);
        t->faults = i < 4000;
        if (t->faults && reports < REPORTS && rng_below(&t->rng, 20) == 0)
            report(t, ++reports);
        act(t, &t->houses[rng_below(&t->rng, houses)]);
        turn(t, &t->houses[rng_below(&t->rng, houses)]);
        check_capacity(t);
    }
    size_t over = 0;
    for (size_t i = 0; i < houses; i++) {
        struct house *h = &t->houses[i];
        while (h->cursor < h->count)
            turn(t, h);
        struct engine_stats s;
        engine_stats(h->engine, &s);
        over += s.by_state[TICKET_CLOSED] + s.by_state[TICKET_CANCELLED];
    }
    assert_int_equal(over, reports); /* none lost, and none still hangs */
    struct world_record *r;
    for (size_t i = 0; i < houses; i++)
        for (size_t at = 0; (r = map_next(&t->houses[i].store.map, &at)) != NULL;)
            assert_int_not_equal(r->kind,
                                 RECORD_ENGINEER); /* nobody carries or is promised anything */
    assert_true(t->kills > 100 && t->repeats > 10 && t->lent > 5);
    print_message("houses=%zu reports=%zu kills=%zu repeats=%zu lent=%zu\n", houses, reports,
                  t->kills, t->repeats, t->lent);
    town_fini(t);
    free(t);
}

static void
two_territories_help_each_other_through_repeats_and_kills(void **state)
{
    (void)state;
    struct rng r = seed();
    for (int i = 0; i < 3; i++)
        live(2, rng_next(&r));
}

static void
three_territories_do_too(void **state)
{
    (void)state;
    struct rng r = seed();
    for (int i = 0; i < 3; i++)
        live(3, rng_next(&r));
}

/* ---- one step after the other */

/* Of a ticket's first round. */
static struct event
word(const char *from, uint64_t sequence, enum assist_kind kind, const struct event *report)
{
    struct event ev = { .kind = EVENT_ASSIST, .at = WORLD_BEGIN };
    ev.assist.from = NAME(territory_id, from);
    ev.assist.sequence = sequence;
    ev.assist.kind = kind;
    ev.assist.ticket = ticket_of(report->report.id);
    ev.assist.round = 1;
    ev.assist.place = PLACE_NONE;
    return ev;
}

static void
the_neighbours_are_asked_in_order_and_then_the_dispatchers_told(void **state)
{
    (void)state;
    struct world p;
    world_init(&p, "home");
    struct event odd = world_report(WORLD_BEGIN, 1, "odd", "s");
    world_apply(p.e, &odd, &p.fx);
    assert_int_equal(p.fx.messages_count, 1);
    assert_string_equal(p.fx.messages[0].to.s, "north");
    assert_int_equal(p.fx.messages[0].assist.kind, ASSIST_ASK);
    assert_int_equal(p.fx.messages[0].assist.sequence, 1);
    assert_string_equal(p.fx.messages[0].assist.needs[0].id.s, "odd");

    struct event ev = word("north", 1, ASSIST_DENIED, &odd);
    world_apply(p.e, &ev, &p.fx);
    assert_string_equal(p.fx.messages[0].to.s, "south");
    assert_int_equal(world_outcomes(&p.fx, OUTCOME_UNQUALIFIED), 0);

    assert_true(engine_next(p.e) == WORLD_BEGIN + 2 * MINUTES); /* the south is silent */
    ev = (struct event){ .kind = EVENT_TIME, .at = WORLD_BEGIN + 2 * MINUTES };
    world_apply(p.e, &ev, &p.fx);
    assert_int_equal(p.fx.messages_count, 0);
    assert_int_equal(world_outcomes(&p.fx, OUTCOME_UNQUALIFIED), 1);
    assert_true(world_told(&p.fx, UPDATE_ALARM, "watch"));

    ev.at += 30 * MINUTES; /* the next round */
    world_apply(p.e, &ev, &p.fx);
    assert_string_equal(p.fx.messages[0].to.s, "north");
    world_fini(&p);
}

static void
neighbours_are_asked_when_all_at_home_have_declined_or_are_off_duty(void **state)
{
    (void)state;
    struct world p;
    world_init(&p, "home");
    p.plan.rules.decline_ms = 24 * HOURS;
    struct event ac = world_report(WORLD_BEGIN, 1, "ac", "s");
    world_apply(p.e, &ac, &p.fx);
    assert_true(world_told(&p.fx, UPDATE_OFFER, "home-e2")); /* e4 could, but sleeps */
    assert_int_equal(p.fx.messages_count, 0);
    struct event ev = world_act(WORLD_BEGIN, "home-e2", ROLE_ENGINEER, 1, VERB_DECLINE, &ac);
    world_apply(p.e, &ev, &p.fx);
    assert_int_equal(p.fx.messages_count, 1);
    assert_int_equal(p.fx.messages[0].assist.kind, ASSIST_ASK);
    assert_string_equal(p.fx.messages[0].assist.refused[0].s, "home-e2");

    ev = (struct event){ .kind = EVENT_TIME, .at = WORLD_BEGIN + 8 * HOURS };
    world_apply(p.e, &ev, &p.fx); /* e4's day begins: ours again */
    assert_true(world_told(&p.fx, UPDATE_OFFER, "home-e4"));
    ev = word("north", 1, ASSIST_RESERVED, &ac); /* too late: the place is given back */
    ev.at = engine_at(p.e);
    ev.assist.engineer = NAME(engineer_id, "north-e1");
    world_apply(p.e, &ev, &p.fx);
    assert_int_equal(p.fx.messages[0].assist.kind, ASSIST_RELEASE);
    world_fini(&p);
}

/* Both neighbours answer so; what the engine does then. */
static void
both_answer(struct world *p, const struct event *odd, uint64_t sequence, enum assist_kind north,
            enum assist_kind south)
{
    struct event ev = word("north", sequence, north, odd);
    ev.assist.round = p->fx.messages[0].assist.round;
    ev.at = engine_at(p->e);
    world_apply(p->e, &ev, &p->fx);
    assert_string_equal(p->fx.messages[0].to.s, "south");
    uint32_t round = p->fx.messages[0].assist.round;
    ev = word("south", sequence, south, odd);
    ev.at = engine_at(p->e);
    ev.assist.round = round;
    world_apply(p->e, &ev, &p->fx);
    assert_int_equal(p->fx.messages_count, 0);
}

/* All who could are full. A neighbour's may come from the moment when half of the promise has gone,
 * or one of ours who has room again. */
static void
what_waits_through_half_of_its_promise_is_asked_for_elsewhere_too(void **state)
{
    (void)state;
    struct world p;
    world_init(&p, "home");
    struct event first = world_report(WORLD_BEGIN, 1, "ac", "s"),
                 second = world_report(WORLD_BEGIN, 2, "ac", "elsewhere");
    world_do(&p, first); /* e2 has one place */
    world_do(&p, world_act(WORLD_BEGIN, "home-e2", ROLE_ENGINEER, 1, VERB_ACCEPT, &first));
    world_do(&p, second);
    instant half = WORLD_BEGIN + 90 * MINUTES;
    for (instant at = WORLD_BEGIN + MINUTES; at < half; at += 5 * MINUTES) {
        world_time(&p, at);
        assert_int_equal(p.fx.messages_count, 0);
    }
    world_time(&p, half);
    assert_int_equal(p.fx.messages_count, 1);
    assert_int_equal(p.fx.messages[0].assist.kind, ASSIST_ASK);
    assert_memory_equal(p.fx.messages[0].assist.ticket.b, second.report.id.b, 16);
    both_answer(&p, &second, 1, ASSIST_DENIED, ASSIST_DENIED);
    assert_int_equal(world_outcomes(&p.fx, OUTCOME_UNQUALIFIED), 0); /* somebody here will */

    world_time(&p, half + 30 * MINUTES);
    assert_string_equal(p.fx.messages[0].to.s, "north");
    struct event ev = word("north", 2, ASSIST_RESERVED, &second);
    ev.at = engine_at(p.e);
    ev.assist.round = p.fx.messages[0].assist.round;
    ev.assist.engineer = NAME(engineer_id, "north-e1");
    world_do(&p, ev);
    assert_true(world_told(&p.fx, UPDATE_OFFER, "north-e1"));
    ev = world_act(ev.at, "north-e1", ROLE_ENGINEER, 1, VERB_DECLINE, &second);
    world_do(&p, ev); /* the next of his is asked for */
    assert_int_equal(p.fx.messages[1].assist.kind, ASSIST_ASK);
    world_do(&p, world_act(ev.at, "gw-1", ROLE_GATEWAY, 1, VERB_CANCEL, &first));
    assert_true(world_told(&p.fx, UPDATE_OFFER, "home-e2")); /* before anybody has answered */
    world_fini(&p);
}

static void
a_busy_neighbour_is_asked_again_soon_with_back_off_and_nobody_is_alarmed(void **state)
{
    (void)state;
    struct world p;
    world_init(&p, "home");
    struct event odd = world_report(WORLD_BEGIN, 1, "odd", "s");
    world_apply(p.e, &odd, &p.fx);
    instant at = WORLD_BEGIN;
    for (uint64_t round = 1; round <= 3; round++) {
        both_answer(&p, &odd, round, ASSIST_BUSY, ASSIST_DENIED);
        assert_int_equal(world_outcomes(&p.fx, OUTCOME_UNQUALIFIED), 0);
        assert_false(world_told(&p.fx, UPDATE_ALARM, "watch"));
        at += (1 << round) * SECONDS;
        assert_true(engine_next(p.e) == at);
        struct event time = { .kind = EVENT_TIME, .at = at };
        world_apply(p.e, &time, &p.fx);
        assert_int_equal(p.fx.messages[0].assist.kind, ASSIST_ASK);
        assert_string_equal(p.fx.messages[0].to.s, "north");
    }
    both_answer(&p, &odd, 4, ASSIST_DENIED, ASSIST_DENIED);
    assert_int_equal(world_outcomes(&p.fx, OUTCOME_UNQUALIFIED), 1);
    world_fini(&p);
}

static void
who_was_told_busy_is_told_free_once_and_asks_again_at_once(void **state)
{
    (void)state;
    struct world p;
    world_init(&p, "home");
    struct event first = world_report(WORLD_BEGIN, 1, "odd", "s"), ev;
    struct event second = world_report(WORLD_BEGIN + SECONDS, 2, "odd", "elsewhere");
    world_apply(p.e, &first, &p.fx);
    both_answer(&p, &first, 1, ASSIST_BUSY, ASSIST_DENIED);
    world_apply(p.e, &second, &p.fx);
    both_answer(&p, &second, 2, ASSIST_BUSY, ASSIST_DENIED);

    ev = word("north", 3, ASSIST_FREE, &first); /* the asker: the longest wait asks */
    ev.assist.needs[0] = (struct skill){ NAME(skill_id, "odd"), 1 };
    ev.assist.needs_count = 1;
    world_apply(p.e, &ev, &p.fx);
    assert_int_equal(p.fx.messages_count, 1);
    assert_int_equal(p.fx.messages[0].assist.kind, ASSIST_ASK);
    assert_memory_equal(p.fx.messages[0].assist.ticket.b, first.report.id.b, 16);
    uint32_t round = p.fx.messages[0].assist.round;
    ev = word("north", 4, ASSIST_RESERVED, &first); /* given: the next one asks */
    ev.assist.round = round;
    ev.assist.engineer = NAME(engineer_id, "north-e1");
    world_apply(p.e, &ev, &p.fx);
    assert_true(world_told(&p.fx, UPDATE_OFFER, "north-e1"));
    assert_int_equal(p.fx.messages_count, 1);
    assert_memory_equal(p.fx.messages[0].assist.ticket.b, second.report.id.b, 16);

    struct event asked = word("south", 3, ASSIST_ASK, &first); /* the home: e2 has one place */
    asked.assist.needs[0] = (struct skill){ NAME(skill_id, "air"), 2 };
    asked.assist.needs_count = 1;
    for (unsigned i = 0; i < 3; i++, asked.assist.sequence++) {
        asked.assist.ticket.b[3] = (uint8_t)(i + 1);
        world_apply(p.e, &asked, &p.fx);
        assert_int_equal(p.fx.messages[0].assist.kind, i == 0 ? ASSIST_RESERVED : ASSIST_BUSY);
    }
    ev = asked;
    ev.assist.kind = ASSIST_RELEASE;
    ev.assist.ticket.b[3] = 1;
    ev.assist.engineer = NAME(engineer_id, "home-e2");
    world_apply(p.e, &ev, &p.fx);
    assert_int_equal(p.fx.messages_count, 1); /* two were turned away, for the same skills */
    assert_int_equal(p.fx.messages[0].assist.kind, ASSIST_FREE);
    assert_string_equal(p.fx.messages[0].assist.needs[0].id.s, "air");
    world_fini(&p);
}

static void
one_lent_is_offered_accepted_and_released_at_the_end(void **state)
{
    (void)state;
    struct world p;
    world_init(&p, "home");
    struct event odd = world_report(WORLD_BEGIN, 1, "odd", "s");
    world_apply(p.e, &odd, &p.fx);
    struct event ev = word("north", 1, ASSIST_RESERVED, &odd);
    ev.assist.engineer = NAME(engineer_id, "north-e1");
    memcpy(ev.assist.name, "Lent", 5);
    memcpy(ev.assist.phone, "+1", 3);
    world_apply(p.e, &ev, &p.fx);
    assert_true(world_told(&p.fx, UPDATE_OFFER, "north-e1"));
    world_apply(p.e, &ev, &p.fx); /* the same word again */
    assert_int_equal(world_outcomes(&p.fx, OUTCOME_REPEATED), 1);
    assert_int_equal(p.fx.postings_count, 0);
    ev.assist.sequence = 2; /* the same answer to another question: no release */
    world_apply(p.e, &ev, &p.fx);
    assert_int_equal(p.fx.messages_count, 0);

    ev = world_act(WORLD_BEGIN, "north-e1", ROLE_ENGINEER, 1, VERB_ACCEPT, &odd);
    world_apply(p.e, &ev, &p.fx);
    assert_int_equal(p.fx.messages[0].assist.kind, ASSIST_ASSIGN);
    assert_string_equal(world_posting(&p.fx, UPDATE_TICKET, 0)->update.name, "Lent");
    assert_true(world_told(&p.fx, UPDATE_TICKET, "gw-1"));
    ev = world_act(WORLD_BEGIN, "gw-1", ROLE_GATEWAY, 1, VERB_CANCEL, &odd);
    world_apply(p.e, &ev, &p.fx);
    assert_int_equal(p.fx.messages[0].assist.kind, ASSIST_RELEASE);
    assert_string_equal(p.fx.messages[0].assist.engineer.s, "north-e1");

    ev = word("south", 1, ASSIST_RESERVED, &odd); /* long after it was wanted */
    ev.assist.engineer = NAME(engineer_id, "south-e1");
    world_apply(p.e, &ev, &p.fx);
    assert_int_equal(p.fx.messages[0].assist.kind, ASSIST_RELEASE);
    assert_string_equal(p.fx.messages[0].to.s, "south");
    world_fini(&p);
}

static void
a_place_is_kept_once_however_often_one_asks(void **state)
{
    (void)state;
    struct world p;
    world_init(&p, "home");
    struct event odd = world_report(WORLD_BEGIN, 1, "odd", "s");
    struct event ev = word("north", 1, ASSIST_ASK, &odd);
    ev.assist.needs[0] = (struct skill){ NAME(skill_id, "air"), 2 };
    ev.assist.needs_count = 1;
    world_apply(p.e, &ev, &p.fx);
    assert_int_equal(p.fx.messages[0].assist.kind, ASSIST_RESERVED);
    struct engineer_id first = p.fx.messages[0].assist.engineer;
    assert_string_equal(first.s, "home-e2"); /* capacity 1; e4 is off duty at night */
    assert_string_equal(p.fx.messages[0].assist.name, "Engineer 2");

    ev.assist.sequence = 2;
    world_apply(p.e, &ev, &p.fx);
    assert_true(same_id(p.fx.messages[0].assist.engineer, first));

    struct event other = ev;
    other.assist.sequence = 3;
    other.assist.ticket.b[5] = 9;
    world_apply(p.e, &other, &p.fx);
    assert_int_equal(p.fx.messages[0].assist.kind, ASSIST_BUSY); /* his one place is kept */

    struct event own = world_report(WORLD_BEGIN, 7, "ac", "s");
    world_apply(p.e, &own, &p.fx);
    assert_false(world_told(&p.fx, UPDATE_OFFER, "home-e2"));
    ev.assist.kind = ASSIST_RELEASE;
    ev.assist.sequence = 4;
    ev.assist.engineer = first;
    world_apply(p.e, &ev, &p.fx); /* free: what waits here comes to him in the same event */
    assert_true(world_told(&p.fx, UPDATE_OFFER, "home-e2"));
    world_fini(&p);
}

/* What is required at home is required of whoever comes from elsewhere. */
static void
who_lacks_the_licence_or_the_parts_is_not_lent(void **state)
{
    (void)state;
    struct world p;
    world_init(&p, "home");
    struct event odd = world_report(WORLD_BEGIN, 1, "odd", "s");
    p.plan.engineers[2].certificates = 2;
    p.plan.engineers[2].parts = (uint64_t)1 << 40;
    struct event ev = word("north", 1, ASSIST_ASK, &odd);
    ev.assist.needs[0] = (struct skill){ NAME(skill_id, "air"), 2 };
    ev.assist.needs_count = 1;
    ev.assist.certificates = 1;
    world_do(&p, ev);
    assert_int_equal(p.fx.messages[0].assist.kind, ASSIST_DENIED);
    ev.assist.sequence++;
    ev.assist.certificates = 2;
    ev.assist.parts = 1;
    world_do(&p, ev);
    assert_int_equal(p.fx.messages[0].assist.kind, ASSIST_DENIED);
    ev.assist.sequence++;
    ev.assist.parts = p.plan.engineers[2].parts;
    world_do(&p, ev);
    assert_int_equal(p.fx.messages[0].assist.kind, ASSIST_RESERVED);
    p.plan.categories[4].parts = p.plan.categories[4].certificates = 8; /* and so it is asked */
    world_do(&p, odd);
    assert_int_equal(p.fx.messages[0].assist.certificates, 8);
    assert_int_equal(p.fx.messages[0].assist.parts, 8);
    world_fini(&p);
}

/* It was said before the place was given back: taken for an answer, it would be of a place that
 * somebody else may have by now. */
static void
what_is_said_of_an_older_round_changes_nothing_in_a_younger_one(void **state)
{
    (void)state;
    struct world p;
    world_init(&p, "home");
    struct event odd = world_report(WORLD_BEGIN, 1, "odd", "s");
    world_do(&p, odd);
    struct event ev = word("north", 1, ASSIST_RESERVED, &odd);
    ev.assist.engineer = NAME(engineer_id, "north-e1");
    world_do(&p, ev);
    world_do(&p, world_act(WORLD_BEGIN, "north-e1", ROLE_ENGINEER, 1, VERB_ACCEPT, &odd));
    assert_int_equal(p.fx.messages[0].assist.round, 1);
    world_do(&p, world_act(WORLD_BEGIN, "desk", ROLE_DISPATCHER, 1, VERB_RETURN, &odd));
    assert_int_equal(p.fx.messages[0].assist.kind, ASSIST_RELEASE);
    assert_int_equal(p.fx.messages[0].assist.round, 1);
    assert_int_equal(p.fx.messages[1].assist.kind, ASSIST_ASK);
    uint32_t round = p.fx.messages[1].assist.round;
    assert_true(round > 1);
    ev.assist.sequence = 2; /* to a question of long ago */
    world_do(&p, ev);
    assert_false(world_told(&p.fx, UPDATE_OFFER, "north-e1"));
    assert_int_equal(p.fx.messages[0].assist.kind, ASSIST_RELEASE);
    assert_int_equal(p.fx.messages[0].assist.round, 1);

    struct event asked = word("south", 1, ASSIST_ASK, &odd); /* the home's side: e2 has one place */
    asked.assist.needs[0] = (struct skill){ NAME(skill_id, "air"), 2 };
    asked.assist.needs_count = 1;
    for (; asked.assist.sequence <= 2; asked.assist.sequence++, asked.assist.round++)
        world_do(&p, asked);
    struct event old = word("south", 3, ASSIST_RELEASE, &odd);
    old.assist.engineer = NAME(engineer_id, "home-e2");
    world_do(&p, old);
    asked.assist.ticket.b[3] = 9;
    asked.assist.sequence = 4;
    world_do(&p, asked);
    assert_int_equal(p.fx.messages[0].assist.kind, ASSIST_BUSY); /* still kept */
    old.assist.sequence = 5;
    old.assist.round = 2;
    world_do(&p, old);
    assert_int_equal(p.fx.messages[0].assist.kind, ASSIST_FREE);
    world_fini(&p);
}

static void
a_gap_in_a_neighbours_numbers_is_told(void **state)
{
    (void)state;
    struct world p;
    world_init(&p, "home");
    struct event odd = world_report(WORLD_BEGIN, 1, "odd", "s");
    struct event ev = word("north", 3, ASSIST_DENIED, &odd);
    world_apply(p.e, &ev, &p.fx);
    assert_true(world_told(&p.fx, UPDATE_ALARM, "watch"));
    ev = word("home", 1, ASSIST_DENIED, &odd); /* from ourselves: nonsense */
    world_apply(p.e, &ev, &p.fx);
    assert_int_equal(world_outcomes(&p.fx, OUTCOME_QUARANTINED), 1);
    world_fini(&p);
}

static void
an_engineer_who_leaves_the_plan_is_denied_by_name(void **state)
{
    (void)state;
    struct world p;
    struct world_plan without;
    world_init(&p, "home");
    world_plan_init(&without, "home", 2);
    struct event odd = world_report(WORLD_BEGIN, 1, "odd", "s");
    struct event ev = word("north", 1, ASSIST_ASK, &odd);
    ev.assist.needs[0] = (struct skill){ NAME(skill_id, "line"), 1 };
    ev.assist.needs_count = 1;
    world_apply(p.e, &ev, &p.fx);
    assert_string_equal(p.fx.messages[0].assist.engineer.s, "home-e1");
    ev = (struct event){ .kind = EVENT_PLAN, .at = WORLD_BEGIN, .rules = &without.rules };
    world_apply(p.e, &ev, &p.fx);
    assert_int_equal(p.fx.messages_count, 1);
    assert_int_equal(p.fx.messages[0].assist.kind, ASSIST_DENIED);
    assert_string_equal(p.fx.messages[0].assist.engineer.s, "home-e1");
    world_fini(&p);

    struct world q; /* and the asker takes the ticket back from him */
    world_init(&q, "asker");
    world_apply(q.e, &odd, &q.fx);
    ev = word("north", 1, ASSIST_RESERVED, &odd);
    ev.assist.engineer = NAME(engineer_id, "north-e1");
    world_apply(q.e, &ev, &q.fx);
    ev.assist.kind = ASSIST_DENIED;
    ev.assist.sequence = 2;
    world_apply(q.e, &ev, &q.fx);
    assert_true(world_told(&q.fx, UPDATE_WITHDRAWN, "north-e1"));
    assert_int_equal(world_posting(&q.fx, UPDATE_TICKET, 0)->update.state, TICKET_QUEUED);
    world_fini(&q);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_neighbours_are_asked_in_order_and_then_the_dispatchers_told),
        cmocka_unit_test(neighbours_are_asked_when_all_at_home_have_declined_or_are_off_duty),
        cmocka_unit_test(what_waits_through_half_of_its_promise_is_asked_for_elsewhere_too),
        cmocka_unit_test(a_busy_neighbour_is_asked_again_soon_with_back_off_and_nobody_is_alarmed),
        cmocka_unit_test(who_was_told_busy_is_told_free_once_and_asks_again_at_once),
        cmocka_unit_test(one_lent_is_offered_accepted_and_released_at_the_end),
        cmocka_unit_test(a_place_is_kept_once_however_often_one_asks),
        cmocka_unit_test(who_lacks_the_licence_or_the_parts_is_not_lent),
        cmocka_unit_test(what_is_said_of_an_older_round_changes_nothing_in_a_younger_one),
        cmocka_unit_test(a_gap_in_a_neighbours_numbers_is_told),
        cmocka_unit_test(an_engineer_who_leaves_the_plan_is_denied_by_name),
        cmocka_unit_test(two_territories_help_each_other_through_repeats_and_kills),
        cmocka_unit_test(three_territories_do_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
