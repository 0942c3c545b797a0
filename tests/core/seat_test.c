/* seat_test.c - about workers/core/seat.c, load.c, carry.c and match.c: when somebody could take
 * the next ticket, whence he sets out for it, and what that is worth. */
#include "tests/core/people.h"
#include "workers/core/service.h"
#include "workers/core/state.h"

#define CLOCK(hour, minute) ((hour)*HOURS + (minute)*MINUTES)

/* Two who can do "line": e2 from eight to five, with a break at noon until half past, and e5,
 * who has none, 3 km away. One ticket at a time. */
static void
town_plan(struct world *w)
{
    memset(w, 0, sizeof(*w));
    world_plan_init(&w->plan, "home", 1);
    struct engineer_rule *them = w->plan.engineers;
    for (size_t i = 0; i < WORLD_ENGINEERS; i++)
        them[i].duty_count = 0;
    for (int32_t day = 0; day < 7 * 1440; day += 1440) {
        them[2].duty[them[2].duty_count++] = (struct span){ day + 480, day + 720 };
        them[2].duty[them[2].duty_count++] = (struct span){ day + 750, day + 1020 };
        them[5].duty[them[5].duty_count++] = (struct span){ day + 480, day + 1020 };
    }
    w->plan.categories[1].level = 0;
    struct matching *m = &w->plan.rules.matching;
    m->pause_ms = HOURS;
    m->early_ms = 2 * HOURS;
    m->scarcity_s = 0; /* e2 can do more than e5 */
}

static void
town_open(struct world *w, instant at)
{
    w->e = engine_new(w->plan.rules.territory, WORLD_INCARNATION, &w->plan.rules);
    world_do(w, (struct event){ .kind = EVENT_FOUND, .at = at, .rules = &w->plan.rules });
}

/* e2 is the only one. */
static void
town_of_one(struct world *w, uint16_t capacity, instant at)
{
    town_plan(w);
    w->plan.engineers[5].duty_count = 0;
    w->plan.engineers[2].capacity = capacity;
    town_open(w, at);
}

static struct engineer *
e2(const struct world *w)
{
    return roster_find(&w->e->roster, w->plan.engineers[2].id);
}

/* A fault next to the home of e2. */
static struct event
fault(const struct world *w, uint8_t n, bool severe)
{
    char site[8] = { 's', (char)('a' + n), '\0' };
    struct event r = world_report(engine_at(w->e), n, "line", site);
    r.report.place = w->plan.engineers[2].home;
    r.report.hint = severe ? 1 : -1;
    return r;
}

/* It is taken by e2. */
static struct event
taken(struct world *w, uint8_t n)
{
    struct event r = fault(w, n, false);
    world_do(w, r);
    assert_true(world_told(&w->fx, UPDATE_OFFER, "home-e2"));
    assert_int_equal(people_do(w, "home-e2", VERB_ACCEPT, &r), REFUSAL_NONE);
    return r;
}

static void
e2_says(struct world *w, enum verb v, const struct event *r)
{
    assert_int_equal(people_do(w, "home-e2", v, r), REFUSAL_NONE);
}

static void
e2_seen(struct world *w, struct place place, instant at)
{
    struct position p = { NAME(engineer_id, "home-e2"), place, at };
    struct event ev = { .kind = EVENT_PLACES, .at = at > engine_at(w->e) ? at : engine_at(w->e) };
    ev.places.list = &p;
    ev.places.count = 1;
    world_do(w, ev);
}

/* ---- a job that waits for its customer */

static void
who_waits_for_a_customer_is_not_waited_for_while_another_is_idle(void **state)
{
    (void)state;
    struct world w;
    town_plan(&w);
    town_open(&w, WORLD_BEGIN + CLOCK(10, 0));
    struct event r = taken(&w, 1);
    e2_says(&w, VERB_PEND, &r);
    struct event severe = fault(&w, 2, true);
    world_do(&w, severe);
    assert_true(world_told(&w.fx, UPDATE_OFFER, "home-e5"));
    instant tick = engine_at(w.e), slot = w.plan.rules.matching.slot_s * SECONDS;
    const struct seats *s = seat_look(w.e, e2(&w));
    assert_int_equal(s->now, 0);
    assert_true(s->busy && s->begins[0] == tick + slot); /* nobody knows how long */
    world_fini(&w);
}

static void
who_has_room_beside_it_is_free(void **state)
{
    (void)state;
    struct world w;
    town_of_one(&w, 2, WORLD_BEGIN + CLOCK(10, 0));
    struct event r = taken(&w, 1);
    e2_says(&w, VERB_PEND, &r);
    const struct seats *s = seat_look(w.e, e2(&w));
    assert_int_equal(s->now, 1);
    assert_true(!s->busy && s->begins[0] == engine_at(w.e));
    world_fini(&w);
}

/* ---- whence */

static void
a_shift_begins_at_home_unless_he_was_seen_since_or_shortly_before(void **state)
{
    (void)state;
    static const struct {
        msec seen, at; /* since Monday 00:00 */
        bool there;
    } cases[] = {
        { CLOCK(16, 0), CLOCK(16, 59), true },
        { CLOCK(8, 5), CLOCK(16, 0), true }, /* a break ends no shift */
        { CLOCK(16, 0), CLOCK(24 + 7, 30), false },
        { CLOCK(16, 0), CLOCK(24 + 8, 10), false },
        { CLOCK(24 + 6, 59), CLOCK(24 + 7, 30), false },
        { CLOCK(24 + 6, 59), CLOCK(24 + 8, 10), false },
        { CLOCK(24 + 7, 10), CLOCK(24 + 7, 30), true },
        { CLOCK(24 + 7, 10), CLOCK(24 + 16, 0), true },
    };
    for (size_t i = 0; i < countof(cases); i++) {
        struct world w;
        struct place there = { 315000000, 1210000000 };
        town_of_one(&w, 1, WORLD_BEGIN);
        struct place from = cases[i].there ? there : e2(&w)->rule->home;
        e2_seen(&w, there, WORLD_BEGIN + cases[i].seen);
        world_time(&w, WORLD_BEGIN + cases[i].at);
        const struct seats *s = seat_look(w.e, e2(&w));
        assert_true(s->count > 0);
        assert_true(same_id(s->from, from));
        world_fini(&w);
    }
}

/* ---- a break that is due */

/* He is at work since ten past eleven, an hour's work. */
static struct event
at_work(struct world *w, uint16_t capacity, bool another)
{
    town_of_one(w, capacity, WORLD_BEGIN + CLOCK(11, 0));
    struct event other = another ? taken(w, 1) : (struct event){ 0 }, r = taken(w, 2);
    if (another)
        e2_says(w, VERB_PEND, &other);
    world_time(w, WORLD_BEGIN + CLOCK(11, 10));
    e2_says(w, VERB_WORK, &r);
    return r;
}

static void
who_works_through_his_break_is_free_after_it_as_was_foreseen(void **state)
{
    (void)state;
    struct world w;
    struct event r = at_work(&w, 1, false);
    instant free_at = WORLD_BEGIN + CLOCK(12, 40);
    assert_true(seat_look(w.e, e2(&w))->begins[0] == free_at);
    world_time(&w, WORLD_BEGIN + CLOCK(12, 10));
    e2_says(&w, VERB_RESOLVE, &r);
    assert_true(e2(&w)->absent_until == free_at);
    assert_true(seat_look(w.e, e2(&w))->begins[0] == free_at);
    world_fini(&w);
}

static void
who_carries_something_besides_takes_no_break_then_and_none_is_foreseen(void **state)
{
    (void)state;
    struct world w;
    struct event r = at_work(&w, 2, true);
    instant free_at = WORLD_BEGIN + CLOCK(12, 30); /* the planned one is over */
    assert_true(seat_look(w.e, e2(&w))->begins[0] == free_at);
    world_time(&w, WORLD_BEGIN + CLOCK(12, 10));
    e2_says(&w, VERB_RESOLVE, &r);
    assert_true(e2(&w)->absent_until == 0);
    world_time(&w, WORLD_BEGIN + CLOCK(12, 40));
    assert_true(seat_look(w.e, e2(&w))->begins[0] == engine_at(w.e)); /* he has had it */
    world_fini(&w);
}

/* What another had in the morning, and what waited for its customer, is nobody's work at noon. */
static void
only_who_was_at_it_has_worked_through_his_break(void **state)
{
    (void)state;
    struct world w;
    town_plan(&w);
    town_open(&w, WORLD_BEGIN + CLOCK(11, 0));
    struct event r = taken(&w, 1), other = fault(&w, 2, false);
    world_do(&w, other);
    e2_says(&w, VERB_PEND, &r);
    assert_int_equal(people_do(&w, "home-e5", VERB_ACCEPT, &other), REFUSAL_NONE);
    world_time(&w, WORLD_BEGIN + CLOCK(12, 35));
    assert_int_equal(people_do(&w, "gw-1", VERB_CANCEL, &r), REFUSAL_NONE);
    assert_true(e2(&w)->absent_until == 0);
    assert_int_equal(people_do(&w, "home-e5", VERB_RETURN, &other), REFUSAL_NONE);
    assert_true(world_told(&w.fx, UPDATE_OFFER, "home-e2"));
    e2_says(&w, VERB_DECLINE, &other);
    assert_true(e2(&w)->absent_until == 0);
    world_fini(&w);
}

/* He sets out to one far away, having been offered it at `accepted`; at twenty to one something
 * severe happens next to him. Is he turned back for it? */
static bool
is_turned_back(instant accepted, uint16_t capacity)
{
    struct world w;
    town_of_one(&w, capacity, WORLD_BEGIN + CLOCK(9, 0));
    w.plan.rules.matching.overrun_ms = 5 * HOURS;
    struct event other = capacity > 1 ? taken(&w, 1) : (struct event){ 0 };
    if (capacity > 1)
        e2_says(&w, VERB_PEND, &other);
    e2_seen(&w, w.plan.engineers[2].home, accepted);
    struct event far = fault(&w, 2, false);
    far.report.place.lat_e7 += 5000000;
    world_do(&w, far);
    e2_says(&w, VERB_ACCEPT, &far);
    e2_says(&w, VERB_DEPART, &far);
    world_time(&w, WORLD_BEGIN + CLOCK(12, 40));
    struct event near = fault(&w, 3, true);
    world_do(&w, near);
    bool turned = world_told(&w.fx, UPDATE_WITHDRAWN, "home-e2");
    assert_int_equal(job_find(w.e, ticket_of(near.report.id))->t.state,
                     turned ? TICKET_OFFERED : TICKET_QUEUED);
    world_fini(&w);
    return turned;
}

static void
who_would_have_his_break_is_not_turned_back(void **state)
{
    (void)state;
    assert_false(is_turned_back(WORLD_BEGIN + CLOCK(11, 40), 1));
    assert_true(is_turned_back(WORLD_BEGIN + CLOCK(11, 40), 2)); /* nor would he then */
    assert_true(is_turned_back(WORLD_BEGIN + CLOCK(12, 31), 1)); /* he has had it */
}

static void
who_would_answer_in_his_break_is_asked_after_it(void **state)
{
    (void)state;
    for (int late = 0; late < 2; late++) {
        struct world w;
        town_of_one(&w, 1, WORLD_BEGIN + CLOCK(11, 58));
        w.plan.rules.matching.answer_s = 60;
        world_time(&w, WORLD_BEGIN + CLOCK(11, 58 + late) + 10 * SECONDS);
        struct event r = fault(&w, 1, true);
        world_do(&w, r);
        instant asked = WORLD_BEGIN + CLOCK(12, 30);
        while (late && engine_at(w.e) < asked) {
            assert_false(world_told(&w.fx, UPDATE_OFFER, "home-e2"));
            assert_true(seat_look(w.e, e2(&w))->begins[0] == asked);
            world_time(&w, engine_next(w.e));
        }
        assert_true(world_told(&w.fx, UPDATE_OFFER, "home-e2"));
        world_fini(&w);
    }
}

/* ---- fairness */

/* In sixteenths of a second, at each of his seats. */
static void
check_fairness(const struct world *w, const struct event *waits, int64_t now)
{
    struct wish wish = match_wish(w->e, job_find(w->e, ticket_of(waits->report.id)));
    struct suitor s;
    assert_true(fits(match_fit(&wish, e2(w), &s)));
    const struct seats *seats = &e2(w)->seats;
    for (size_t i = 0; i < seats->count; i++) {
        struct cost_terms terms;
        match_terms(&wish, &s, i, &terms);
        assert_true(terms.fairness == (seat_is_now(seats, i) ? now : 0));
    }
}

static void
fairness_speaks_of_what_he_has_at_once(void **state)
{
    (void)state;
    struct world w;
    const int64_t whole = 300 * COST_SECOND;
    for (uint16_t capacity = 1; capacity <= 4; capacity++) {
        town_of_one(&w, capacity, WORLD_BEGIN + CLOCK(10, 0));
        (void)taken(&w, 1);
        struct event r = fault(&w, 2, false);
        world_do(&w, r);
        check_fairness(&w, &r, whole * (2000 / capacity) / 1000); /* he has two, if he may */
        world_fini(&w);
    }
}

/* Nearly done and next to it; the other, who is idle, is two minutes dearer, which is less than
 * fairness may count. */
static void
who_is_nearly_done_is_waited_for_though_another_is_idle(void **state)
{
    (void)state;
    struct world w;
    town_plan(&w);
    w.plan.engineers[5].home = w.plan.engineers[2].home;
    w.plan.engineers[5].home.lat_e7 += 135000;
    town_open(&w, WORLD_BEGIN + CLOCK(13, 0));
    struct event r = taken(&w, 1);
    e2_says(&w, VERB_WORK, &r);
    world_time(&w, WORLD_BEGIN + CLOCK(13, 50));
    struct event next = fault(&w, 2, false);
    world_do(&w, next);
    assert_null(world_posting(&w.fx, UPDATE_OFFER, 0));
    struct ticket t = world_ticket(&w, &next);
    assert_int_equal(t.considered[0].why, WHY_AWAITED);
    assert_string_equal(t.considered[0].engineer.s, "home-e2");
    ticket_fini(&t);
    world_fini(&w);
}

/* ---- putting off */

/* What it costs that nobody takes it now is what it costs that somebody sets out then. */
static void
check_put_off(const struct world *w, const struct event *waits, instant departs)
{
    struct wish wish = match_wish(w->e, job_find(w->e, ticket_of(waits->report.id)));
    struct cost_terms terms;
    const struct engineer_id nobody = { { 0 } };
    cost_defer(&wish.cost, departs, service_time(&w->e->learned, wish.fit.category, nobody),
               &terms);
    assert_true(wish.defer == cost_sum(&terms));
}

static void
what_is_put_off_past_the_shift_waits_for_the_morning(void **state)
{
    (void)state;
    struct world w;
    town_of_one(&w, 1, WORLD_BEGIN + CLOCK(7, 0));
    struct event r = fault(&w, 1, false);
    world_do(&w, r);
    const struct matching *m = &w.plan.rules.matching;
    msec wait = (m->defer_wait_s + (msec)m->slot_s * w.e->board.depth) * SECONDS;
    instant day = WORLD_BEGIN;
    assert_true(wait > HOURS && wait < 4 * HOURS);
    check_put_off(&w, &r, engine_at(w.e) + wait);
    world_time(&w, day + CLOCK(12, 5) - wait); /* into the break */
    check_put_off(&w, &r, day + CLOCK(12, 30));
    world_time(&w, day + CLOCK(16, 59) - wait);
    check_put_off(&w, &r, day + CLOCK(16, 59));
    world_time(&w, day + CLOCK(17, 0) - wait);
    check_put_off(&w, &r, day + DAYS + CLOCK(8, 0));
    world_fini(&w);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_waits_for_a_customer_is_not_waited_for_while_another_is_idle),
        cmocka_unit_test(who_has_room_beside_it_is_free),
        cmocka_unit_test(a_shift_begins_at_home_unless_he_was_seen_since_or_shortly_before),
        cmocka_unit_test(who_works_through_his_break_is_free_after_it_as_was_foreseen),
        cmocka_unit_test(who_carries_something_besides_takes_no_break_then_and_none_is_foreseen),
        cmocka_unit_test(only_who_was_at_it_has_worked_through_his_break),
        cmocka_unit_test(who_would_have_his_break_is_not_turned_back),
        cmocka_unit_test(who_would_answer_in_his_break_is_asked_after_it),
        cmocka_unit_test(fairness_speaks_of_what_he_has_at_once),
        cmocka_unit_test(who_is_nearly_done_is_waited_for_though_another_is_idle),
        cmocka_unit_test(what_is_put_off_past_the_shift_waits_for_the_morning),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
