/* board_test.c - about workers/core/board.c, edges.c, stance.c, lost.c, seat.c and match.c: what is
 * kept is the cheapest matching of everything, nobody waits for ever, and nothing is remembered
 * that is not in the records. */
#include "tests/core/history.h"
#include "workers/core/duty.h"
#include "workers/core/service.h"
#include "workers/core/state.h"
#include "workers/core/travel.h"

/* ---- beside a solver that is told everything and starts from nothing */

static uint64_t
key_of(const struct assign *a, uint32_t slot)
{
    return assign_slot_key(a, slot);
}

/* Those who wait, then those to whom somebody is on his way; NULL: no more. */
static const struct job *
row_at(const struct engine *e, size_t n)
{
    const struct board *b = &e->board;
    for (size_t c = 0; c < e->roster.slots_count; n -= b->windows[c++].count)
        if (n < b->windows[c].count)
            return b->windows[c].list[n];
    return n < b->riders_count ? b->riders[n] : NULL;
}

/* Every pair that fits, at every seat; the board's own keys, for they decide among equals. */
static struct assign *
all_pairs(const struct engine *e, uint32_t *slots, uint32_t *rows)
{
    struct assign *a = assign_new();
    const struct board *b = &e->board;
    struct assign_edge edges[64 * SEATS_MAX];
    size_t n = 0;
    for (size_t i = 0; i < e->roster.count; i++) {
        const struct seats *s = &e->roster.list[i].seats;
        for (size_t k = 0; k < SEATS_MAX; k++) {
            bool known = s->era == b->era && k < s->slots_count;
            /* who has no edge there has a key of his own here: his price must prove him useless */
            slots[i * SEATS_MAX + k] = assign_slot_add(
                a, known ? key_of(b->assign, s->slots[k]) : UINT64_C(77777) * (i * SEATS_MAX + k));
        }
    }
    for (const struct job *j; (j = row_at(e, n)) != NULL; n++) {
        struct wish w = match_wish(e, j);
        const struct category *g = e->roster.slots[j->slot].category;
        size_t count = 0;
        for (size_t k = 0; k < e->roster.count; k++) {
            struct suitor s;
            struct engineer *x = &e->roster.list[k];
            if (g != NULL && !engineer_qualifies(x, g->needs, g->needs_count))
                continue;
            if (!fits(match_fit(&w, x, &s)))
                continue;
            for (size_t q = 0; q < x->seats.count; q++) {
                int64_t cost = match_cost(&w, &s, q);
                if (cost != MATCH_NEVER)
                    edges[count++] = (struct assign_edge){ slots[k * SEATS_MAX + q], cost };
            }
        }
        rows[n] = assign_row_add(a, assign_row_key(b->assign, j->row - 1), w.defer + w.aged, edges,
                                 count);
    }
    for (size_t i = 0; i < e->roster.count * SEATS_MAX; i++)
        assign_slot_in(a, slots[i]);
    for (size_t i = 0; i < n; i++)
        assign_row_in(a, rows[i]);
    assign_cold(a);
    return a;
}

/* What is remembered of engineers is what would be found if they were looked at now; and who is on
 * his way has a row for it. */
static void
check_memory(const struct engine *e)
{
    size_t riders = 0;
    for (size_t i = 0; i < e->roster.count; i++) {
        struct engineer *x = &e->roster.list[i];
        struct seats kept = *seat_look(e, x);
        x->seats.stale = true;
        seat_look(e, x);
        assert_int_equal(kept.count, x->seats.count);
        assert_int_equal(kept.now, x->seats.now);
        assert_int_equal(kept.busy, x->seats.busy);
        assert_true(kept.count == 0 || kept.rider == x->seats.rider);
        assert_true(kept.count == 0 || same_id(kept.from, x->seats.from));
        for (size_t k = 0; k < kept.count; k++)
            assert_true(kept.begins[k] == x->seats.begins[k] &&
                        kept.untils[k] == x->seats.untils[k]);
        riders += kept.rider != NULL;
        for (size_t c = 0; c < e->roster.slots_count; c++) {
            msec known = e->board.services[c * e->roster.count + i];
            assert_true(known == 0 ||
                        known ==
                            service_time(&e->learned, e->roster.slots[c].category, x->rule->id));
        }
    }
    assert_int_equal(e->board.riders_count, e->board.riding ? riders : 0);
}

/* Nobody without an edge is below the floor. */
static void
check_floor(const struct engine *e, const struct board_row *r, struct engineer *x)
{
    struct suitor s;
    uint32_t place = (uint32_t)(x - e->roster.list);
    const struct slot *slot = &e->roster.slots[r->job->slot];
    bool qualified = false;
    for (size_t i = 0; i < slot->qualified_count; i++)
        qualified |= slot->qualified[i] == place;
    for (size_t i = 0; i < r->near_count; i++)
        qualified &= r->near[i] != place;
    struct wish w = match_wish(e, r->job);
    if (!qualified || !fits(match_fit(&w, x, &s)))
        return;
    assert_true(match_least(&w, &s) >= r->floors[stance_of(e, x).kind]);
}

/* The same pairs, and none of them waits that could be offered. */
static void
check_cheapest(const struct engine *e, size_t *riders)
{
    const struct board *b = &e->board;
    uint32_t slots[64 * SEATS_MAX], rows[BOARD_ROWS + 64];
    size_t n = 0;
    if (!b->live)
        return;
    check_memory(e);
    struct assign *a = all_pairs(e, slots, rows);
    assert_int_equal(assign_audit(b->assign).fault, ASSIGN_SOUND);
    assert_true(assign_cost(a) == assign_cost(b->assign));
    for (const struct job *j; (j = row_at(e, n)) != NULL; n++) {
        uint32_t cold = assign_matched(a, rows[n]);
        for (size_t i = 0; i < e->roster.count; i++)
            check_floor(e, &b->rows[j->row - 1], &e->roster.list[i]);
        size_t seat;
        const struct engineer *x = edges_taken(e, j, &seat);
        assert_int_equal(cold == ASSIGN_NONE, x == NULL);
        if (x == NULL)
            continue;
        assert_int_equal(slots[(size_t)(x - e->roster.list) * SEATS_MAX + seat], cold);
        assert_true(b->pending || !seat_is_now(&x->seats, seat) || x->seats.rider == j ||
                    !duty_is_on(x->rule, e->at));
    }
    *riders += b->riders_count;
    assign_free(a);
}

/* How many are worth something while they stand by, and could. */
static size_t
standing(const struct engine *e)
{
    size_t count = 0;
    for (size_t i = 0; i < e->roster.count; i++)
        count += e->roster.list[i].standby_s > 0 && e->roster.list[i].seats.now > 0;
    return count;
}

/* With one candidate to begin with: who must have more gets more. */
static void
after_every_event_the_matching_is_the_cheapest_of_all(void **state)
{
    (void)state;
    struct rng r = seed();
    struct effects fx = { 0 };
    size_t live = 0, riders = 0, stand = 0;
    for (int round = 0; round < 4; round++) {
        struct history *h = history_new(rng_next(&r));
        for (size_t i = 0; i < countof(h->plans); i++) {
            h->plans[i].rules.matching.candidates = (uint16_t)(1 + round % 2);
            h->plans[i].rules.matching.divert = 3;
        }
        struct engine *e =
            engine_new(h->plans[0].rules.territory, WORLD_INCARNATION, &h->plans[0].rules);
        for (int i = 0; i < 1500; i++) {
            struct event ev;
            history_tell(h, e, &ev);
            world_apply(e, &ev, &fx);
            history_hear(h, &fx);
            check_cheapest(e, &riders);
            live += e->board.live;
            stand += standing(e);
        }
        engine_free(e);
        history_free(h);
    }
    print_message("matchings compared: %zu, with %zu on their way, %zu standing by\n", live, riders,
                  stand);
    assert_true(live > 500 && stand > 100);
    effects_fini(&fx);
}

/* ---- a crowd: forty engineers of four skills in a city, and more work than they can do */

enum { CROWD = 40 };

struct crowd {
    struct world_plan plan;
    struct engineer_rule people[CROWD];
    struct engine *e;
    struct effects fx;
    struct rng r;
    uint32_t reports;
    uint64_t said;
    size_t riders, returned, stand;
};

static void
crowd_init(struct crowd *c, uint64_t from)
{
    static const char *const skills[] = { "air", "line", "odd", "air" };
    memset(c, 0, sizeof(*c));
    c->r.state = from;
    world_plan_init(&c->plan, "home", 1);
    for (size_t i = 0; i < CROWD; i++) {
        struct engineer_rule *p = &c->people[i];
        snprintf(p->id.s, sizeof(p->id.s), "p%02zu", i);
        world_skill(p, skills[i % 4], 3);
        p->home = (struct place){ 310000000 + (int32_t)rng_below(&c->r, 2000000),
                                  1210000000 + (int32_t)rng_below(&c->r, 2000000) };
        p->capacity = (uint16_t)(1 + i % 3);
        p->duty[p->duty_count++] = (struct span){ 0, 10080 };
    }
    c->plan.rules.engineers = c->people;
    c->plan.rules.engineers_count = CROWD;
    c->plan.rules.matching.candidates = 3;
    c->e = engine_new(c->plan.rules.territory, WORLD_INCARNATION, &c->plan.rules);
}

static struct event
crowd_report(struct crowd *c, instant at)
{
    static const char *const kinds[] = { "ac", "line", "odd" };
    struct event ev = world_report(at, 0, kinds[rng_below(&c->r, 3)], "");
    uint64_t id[2] = { rng_next(&c->r), ++c->reports };
    memcpy(ev.report.id.b, id, sizeof(id));
    ev.report.place.lat_e7 += (int32_t)rng_below(&c->r, 2000000);
    ev.report.place.lon_e7 += (int32_t)rng_below(&c->r, 2000000);
    ev.report.hint = rng_below(&c->r, 4) == 0;
    return ev;
}

/* Some ticket's engineer does the next thing. */
static bool
crowd_work(struct crowd *c, instant at, struct event *ev)
{
    static const enum verb next[TICKET_STATES] = {
        [TICKET_OFFERED] = VERB_ACCEPT,          [TICKET_ACCEPTED] = VERB_DEPART,
        [TICKET_EN_ROUTE] = VERB_ARRIVE,         [TICKET_WORKING] = VERB_RESOLVE,
        [TICKET_PENDING_CUSTOMER] = VERB_RESUME,
    };
    size_t at_job = 0, skip = rng_below(&c->r, 60);
    struct job *j;
    while ((j = map_next(&c->e->jobs, &at_job)) != NULL)
        if (next[j->t.state] != 0 && skip-- == 0)
            break;
    if (j == NULL)
        return false;
    enum verb verb = next[j->t.state];
    if (j->t.state == TICKET_OFFERED && rng_below(&c->r, 8) == 0)
        verb = VERB_DECLINE;
    if (j->t.state == TICKET_ACCEPTED && rng_below(&c->r, 8) == 0)
        verb = VERB_PEND;
    *ev = world_act(at, j->t.engineer.s, ROLE_ENGINEER, ++c->said, verb, NULL);
    ev->act.ticket = j->t.id;
    return true;
}

static void
check_capacity(const struct engine *e)
{
    for (size_t i = 0; i < e->roster.count; i++)
        assert_true(engineer_load(&e->roster.list[i]) <= e->roster.list[i].rule->capacity);
}

static void
in_a_crowd_too_and_nobody_carries_more_than_he_may(void **state)
{
    (void)state;
    struct rng r = seed();
    struct crowd *c = zalloc(sizeof(*c));
    instant at = WORLD_BEGIN;
    size_t live = 0, most = 0;
    crowd_init(c, rng_next(&r));
    for (int i = 0; i < 1500; i++) {
        struct event ev;
        at += (instant)rng_below(&c->r, 20 * SECONDS);
        if (rng_below(&c->r, 5) < 3 || !crowd_work(c, at, &ev))
            ev = crowd_report(c, at);
        world_apply(c->e, &ev, &c->fx);
        check_capacity(c->e);
        check_cheapest(c->e, &c->riders);
        live += c->e->board.live;
        c->stand += standing(c->e);
        most = c->e->board.waiting > most ? c->e->board.waiting : most;
    }
    print_message("matchings compared: %zu, at most %zu tickets, %zu standing by\n", live, most,
                  c->stand);
    assert_true(live > 500 && most > 100 && c->stand > 0);
    engine_free(c->e);
    effects_fini(&c->fx);
    free(c);
}

/* ---- the same crowd in shifts and in traffic, with hours and minutes between events */

static void
crowd_shifts(struct crowd *c)
{
    struct matching *m = &c->plan.rules.matching;
    for (size_t i = 0; i < CROWD; i++) {
        struct engineer_rule *p = &c->people[i];
        int32_t from = 240 * (int32_t)(i % 5), pause = from + 200 + 10 * (int32_t)(i % 7);
        p->duty_count = 0;
        for (int32_t day = 0; day < 7; day++) {
            int32_t day_min = day * 1440;
            p->duty[p->duty_count++] = (struct span){ day_min + from, day_min + pause };
            p->duty[p->duty_count++] = (struct span){ day_min + pause + 30, day_min + from + 480 };
        }
    }
    for (size_t i = 0; i < SPEEDS; i++)
        m->speed_pct[i] = (uint8_t)(50 + rng_below(&c->r, 3) * 40);
    m->divert = 3;
    m->answer_s = 60;
    m->unsure_s = 1200;
    m->unsure_slot_s = 800;
    m->silent_ms = 10 * MINUTES;
    m->early_ms = 2 * HOURS;
    m->pause_ms = HOURS;
    m->overrun_ms = 30 * MINUTES;
    m->prefer_ms = 40 * MINUTES;
    m->candidates = 2;
}

/* Promises that run out between events, with no alarm that would look at the ticket then. */
static void
crowd_hurries(struct crowd *c)
{
    struct matching *m = &c->plan.rules.matching;
    c->plan.ladder.rungs_count = 0;
    m->unsure_s = 0;
    m->late_pct = 5;
    m->flow_pct = 2;
    m->scarcity_s = m->fairness_s = 0;
    m->early_ms = 6 * HOURS;
    for (size_t i = 0; i < CLOCKS; i++)
        for (size_t l = 0; l < 2; l++) {
            struct promise *p = &c->plan.contract.promises[i][l];
            p->working_ms = p->off_ms = (20 + (msec)rng_below(&c->r, 50)) * MINUTES;
        }
}

static void
crowd_remembers(struct crowd *c)
{
    for (int i = 0; i < 3000; i++) {
        struct place ends[2];
        for (size_t k = 0; k < 2; k++)
            ends[k] = (struct place){ 310000000 + (int32_t)rng_below(&c->r, 2000000),
                                      1210000000 + (int32_t)rng_below(&c->r, 2000000) };
        instant departed = WORLD_BEGIN + (msec)rng_below(&c->r, DAYS);
        travel_learn(&c->e->learned, &c->plan.rules, ends[0], ends[1], departed,
                     departed + (msec)rng_below(&c->r, 4 * HOURS));
    }
    for (size_t i = 0; i < 3 * CROWD; i++)
        service_learn(&c->e->learned, &c->plan.rules.categories[i % 3], c->people[i % CROWD].id,
                      (msec)rng_below(&c->r, 6 * HOURS));
}

/* Some tally gives way, as in a table that is full. */
static void
crowd_forgets(struct crowd *c)
{
    struct learned *l = &c->e->learned;
    struct tally *bucket = l->buckets[rng_below(&c->r, LEARNED_BUCKETS)];
    struct tally *t = bucket == NULL ? NULL : &bucket[rng_below(&c->r, LEARNED_WAYS)];
    if (t == NULL || t->count == 0)
        return;
    l->lost[l->lost_count++] = t->key;
    t->count = 0;
}

static struct event
crowd_moves(struct crowd *c, instant at, struct position *p)
{
    *p = (struct position){ c->people[rng_below(&c->r, CROWD)].id,
                            { 310000000 + (int32_t)rng_below(&c->r, 2000000),
                              1210000000 + (int32_t)rng_below(&c->r, 2000000) },
                            at };
    return (struct event){ .kind = EVENT_PLACES, .at = at, .places = { p, 1 } };
}

/* As often as not the next minute has come. */
static msec
crowd_waits(struct crowd *c)
{
    static const msec most[] = { SECONDS, 20 * SECONDS, MINUTES, 3 * MINUTES, 20 * MINUTES };
    bool long_one = rng_below(&c->r, 200) == 0;
    return (msec)rng_below(&c->r, (uint64_t)(long_one ? 5 * HOURS : most[rng_below(&c->r, 5)]));
}

/* Whoever is away says that he is there. */
static bool
crowd_returns(struct crowd *c, instant at, struct event *out)
{
    const struct roster *r = &c->e->roster;
    size_t i = 0;
    while (i < r->count && r->list[i].absent_until <= at)
        i++;
    if (i == r->count || rng_below(&c->r, 6) != 0)
        return false;
    *out = world_act(at, r->list[i].rule->id.s, ROLE_ENGINEER, ++c->said, VERB_SYNC, NULL);
    c->returned++;
    return true;
}

static struct event
crowd_next(struct crowd *c, instant *at, struct position *p)
{
    struct event ev;
    uint64_t kind = rng_below(&c->r, 10);
    *at += crowd_waits(c);
    if (crowd_returns(c, *at, &ev))
        return ev;
    instant due = engine_next(c->e);
    if (kind < 2 && due != NEVER && due < *at + HOURS) {
        *at = due > *at ? due : *at;
        return (struct event){ .kind = EVENT_TIME, .at = *at };
    }
    if (kind < 4)
        return crowd_moves(c, *at, p);
    if (kind >= 6 && crowd_work(c, *at, &ev))
        return ev;
    return c->e->board.waiting < 40 ? crowd_report(c, *at) : crowd_moves(c, *at, p);
}

static void
as_minutes_and_hours_pass_nobody_left_out_could_matter(void **state)
{
    (void)state;
    struct rng r = seed();
    size_t live = 0, renewed = 0, riders = 0, returned = 0, stand = 0;
    for (int round = 0; round < 6; round++) {
        struct crowd *c = zalloc(sizeof(*c));
        struct position p;
        instant at = WORLD_BEGIN;
        crowd_init(c, rng_next(&r));
        crowd_shifts(c);
        if (round >= 4)
            crowd_hurries(c);
        engine_free(c->e);
        c->e = engine_new(c->plan.rules.territory, WORLD_INCARNATION, &c->plan.rules);
        crowd_remembers(c);
        for (int i = 0; i < 2500; i++) {
            uint32_t era = c->e->board.era;
            instant tick = c->e->board.tick;
            struct event ev = crowd_next(c, &at, &p);
            if (rng_below(&c->r, 4) == 0)
                crowd_forgets(c);
            world_apply(c->e, &ev, &c->fx);
            check_capacity(c->e);
            check_cheapest(c->e, &c->riders);
            live += c->e->board.live;
            stand += standing(c->e);
            renewed += c->e->board.live && era == c->e->board.era && tick != c->e->board.tick;
        }
        riders += c->riders;
        returned += c->returned;
        engine_free(c->e);
        effects_fini(&c->fx);
        free(c);
    }
    print_message("matchings compared: %zu, %zu of them taken over from another minute, "
                  "with %zu on their way; %zu came back, %zu standing by\n",
                  live, renewed, riders, returned, stand);
    assert_true(live > 3000 && renewed > 300 && riders > 1000 && returned > 100 && stand > 1000);
}

/* ---- nobody waits for ever */

static struct event
numbered(instant at, uint32_t n, bool severe)
{
    struct event ev = world_report(at, 0, "ac", "");
    ev.report.place.lat_e7 += (int32_t)n * 2000; /* no repeat */
    ev.report.id.b[0] = (uint8_t)n;
    ev.report.id.b[1] = (uint8_t)(n >> 8);
    ev.report.id.b[2] = 9;
    ev.report.hint = severe ? 1 : -1;
    return ev;
}

/* Whatever is offered to him, he does at once. */
static void
work(struct world *w, instant at, uint64_t *said)
{
    static const enum verb verbs[] = { VERB_ACCEPT, VERB_WORK, VERB_RESOLVE };
    struct job *j;
    size_t i = 0;
    while ((j = map_next(&w->e->jobs, &i)) != NULL)
        if (j->t.state == TICKET_OFFERED)
            break;
    if (j == NULL)
        return;
    struct ticket_id id = j->t.id;
    for (size_t k = 0; k < countof(verbs); k++) {
        struct event ev = world_act(at, "home-e2", ROLE_ENGINEER, ++*said, verbs[k], NULL);
        ev.act.ticket = id;
        world_do(w, ev);
    }
}

/* One engineer, an hour a job, a severe fault each half hour, and `ahead` of them to begin with:
 * what is mild is served all the same. Returns after how long; the engine's limit is what was ahead
 * of it by rank, and its patience. */
static msec
mild_wait(uint32_t ahead)
{
    struct world w;
    uint64_t said = 0;
    uint32_t n = 1;
    world_init(&w, "home");
    w.plan.engineers[4].duty_count = 0; /* he could help by day */
    for (; n <= ahead; n++)
        world_do(&w, numbered(WORLD_BEGIN, n, true));
    struct event mild = numbered(WORLD_BEGIN + 1, 0, false);
    world_do(&w, mild);
    for (instant at = WORLD_BEGIN + MINUTES;; at += 30 * MINUTES) {
        world_do(&w, numbered(at, n++, true));
        if (n % 2 == 0)
            work(&w, at, &said);
        struct job *j = job_find(w.e, ticket_of(mild.report.id));
        if (j->t.state != TICKET_QUEUED) {
            world_fini(&w);
            return at - WORLD_BEGIN;
        }
        assert_true(at < WORLD_BEGIN + 60 * DAYS);
    }
}

static void
what_is_mild_waits_for_a_bounded_time_under_endless_severe_faults(void **state)
{
    (void)state;
    assert_true(mild_wait(2) <= PATIENCE_MS + 6 * HOURS);
    /* more than its window holds are ahead of it: an hour for each, and for those of the first
     * hours that its rank lets pass */
    msec wait = mild_wait(250);
    print_message("behind 250 and endless more: %lld h\n", (long long)(wait / HOURS));
    assert_true(wait > AGEING_MS);
    assert_true(wait <= (250 + 2 * AGEING_MS / HOURS + 10) * HOURS + PATIENCE_MS);
}

/* He let an offer run out. Something is offered in the minute in which he is expected again,
 * though nobody says a word. */
static void
the_end_of_an_absence_is_seen_to_in_time(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, "home");
    w.plan.engineers[4].duty_count = 0; /* one could take it: home-e2 */
    w.plan.rules.matching.silent_ms = 90 * MINUTES;
    w.plan.rules.retry_ms = DAYS;
    struct event first = numbered(WORLD_BEGIN, 1, false), second = numbered(WORLD_BEGIN, 2, false);
    world_do(&w, first);
    const struct engineer *x = &w.e->roster.list[2];
    while (x->absent_until == 0)
        world_do(&w, (struct event){ .kind = EVENT_TIME, .at = engine_next(w.e) });
    second.at = w.e->at + MINUTES;
    world_do(&w, second);
    const struct job *a = job_find(w.e, ticket_of(first.report.id)),
                     *b = job_find(w.e, ticket_of(second.report.id));
    instant until = x->absent_until;
    assert_true(a->t.state == TICKET_QUEUED && b->t.state == TICKET_QUEUED);
    while (w.e->at < until)
        world_do(&w, (struct event){ .kind = EVENT_TIME, .at = engine_next(w.e) });
    assert_true(w.e->at < until + MINUTES);
    assert_true((a->t.state == TICKET_OFFERED) != (b->t.state == TICKET_OFFERED));
    world_fini(&w);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(after_every_event_the_matching_is_the_cheapest_of_all),
        cmocka_unit_test(in_a_crowd_too_and_nobody_carries_more_than_he_may),
        cmocka_unit_test(as_minutes_and_hours_pass_nobody_left_out_could_matter),
        cmocka_unit_test(what_is_mild_waits_for_a_bounded_time_under_endless_severe_faults),
        cmocka_unit_test(the_end_of_an_absence_is_seen_to_in_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
