/* route_test.c - about workers/core/route.c, tour.c, ruin.c, recreate.c and cool.c: judged by an
 * umpire that shares nothing with them, and beside a search of everything where that is small. */
#include "tests/check.h"
#include "tests/umpire.h"
#include "workers/core/cool.h"

#include <malloc.h>

enum { JOBS = 60, PEOPLE = 9, PLACES = JOBS + 2 * PEOPLE + 1, DAY_S = 8 * 3600 };

struct case_of {
    struct route_input in;
    struct route_job jobs[JOBS];
    struct route_vehicle people[PEOPLE];
    struct route_ban bans[20];
    int32_t x[PLACES], y[PLACES];
    int32_t travel_s[PLACES * PLACES];
    struct route_visit visits[JOBS];
    struct route_total total;
};

static int32_t
below(struct rng *r, int32_t n)
{
    return (int32_t)rng_below(r, (uint64_t)n);
}

static bool
one_in(struct rng *r, uint64_t n)
{
    return rng_below(r, n) == 0;
}

static int32_t
city_block(const void *arg, uint32_t from, uint32_t to)
{
    const struct case_of *c = arg;
    int32_t dx = c->x[from] - c->x[to], dy = c->y[from] - c->y[to];
    return (dx < 0 ? -dx : dx) + (dy < 0 ? -dy : dy);
}

static void
draw_person(struct rng *r, struct case_of *c, uint32_t i, bool kits)
{
    struct route_vehicle *v = &c->people[i];
    *v = (struct route_vehicle){
        .start = one_in(r, 6) ? ROUTE_NONE : JOBS + 2 * i,
        .end = one_in(r, 4) ? ROUTE_NONE : JOBS + 2 * i + (uint32_t)one_in(r, 2),
        .skills = { rng_next(r) | rng_next(r), rng_next(r) },
        .tools = kits ? rng_next(r) : UINT64_MAX,
    };
    for (int32_t at = below(r, 3600); v->shifts_count < 1 + rng_below(r, 3);) {
        int32_t to = at + 3600 + below(r, 4 * 3600);
        v->shifts[v->shifts_count++] = (struct route_span){ at, to };
        at = to + 60 + below(r, 3600);
    }
    for (int p = 0; p < ROUTE_PARTS; p++)
        v->parts[p] = kits ? (uint16_t)rng_below(r, 4) : UINT16_MAX;
}

static void
draw_job(struct rng *r, struct case_of *c, uint32_t i, bool kits)
{
    struct route_job *j = &c->jobs[i];
    *j = (struct route_job){
        .place = one_in(r, 5) ? (uint32_t)rng_below(r, JOBS) : i,
        .service_s = 300 + below(r, 2400),
        .late_max_s = one_in(r, 2) ? 0 : below(r, 7200),
        .late_weight = below(r, 10),
        .penalty = one_in(r, 4) ? below(r, 4000) : 100000,
        .release_at = one_in(r, 4) ? below(r, DAY_S / 2) : -ROUTE_TIME_MAX,
        .needs = { one_in(r, 2) ? UINT64_C(1) << rng_below(r, 64) : 0,
                   one_in(r, 4) ? UINT64_C(1) << rng_below(r, 64) : 0 },
        .tools = kits && one_in(r, 3) ? UINT64_C(1) << rng_below(r, 64) : 0,
        .pinned = one_in(r, 10) ? (uint32_t)rng_below(r, PEOPLE) : ROUTE_NONE,
    };
    uint64_t windows = rng_below(r, 4);
    for (int32_t at = below(r, DAY_S / 2); j->windows_count < windows;) {
        int32_t to = at + 600 + below(r, 7200);
        j->windows[j->windows_count++] = (struct route_span){ at, to };
        at = to + 60 + below(r, 7200);
    }
    for (int p = 0; p < ROUTE_PARTS && kits; p++)
        j->parts[p] = one_in(r, 4) ? (uint16_t)(1 + rng_below(r, 3)) : 0;
}

/* Everything that the input knows, at random. Free: the caller's. */
static struct case_of *
draw_case(struct rng *r, uint32_t jobs, uint32_t people, bool kits)
{
    struct case_of *c = zalloc(sizeof(*c));
    for (uint32_t p = 0; p < PLACES; p++) {
        c->x[p] = below(r, 1500);
        c->y[p] = below(r, 1500);
    }
    for (uint32_t i = 0; i < people; i++)
        draw_person(r, c, i, kits);
    for (uint32_t i = 0; i < jobs; i++) {
        draw_job(r, c, i, kits);
        if (c->jobs[i].pinned != ROUTE_NONE)
            c->jobs[i].pinned %= people;
    }
    for (size_t i = 0; i < countof(c->bans); i++)
        c->bans[i] =
            (struct route_ban){ (uint32_t)rng_below(r, jobs), (uint32_t)rng_below(r, people) };
    for (uint32_t a = 0; a < PLACES; a++)
        for (uint32_t b = 0; b < PLACES; b++)
            c->travel_s[a * PLACES + b] = city_block(c, a, b);
    c->in = (struct route_input){
        .seed = rng_next(r),
        .vehicles = c->people,
        .jobs = c->jobs,
        .bans = c->bans,
        .vehicles_count = people,
        .jobs_count = jobs,
        .bans_count = countof(c->bans),
        .places_count = PLACES,
        .travel_s = c->travel_s,
        .travel_weight = 1 + below(r, 3),
        .store = kits && one_in(r, 2) ? PLACES - 1 : ROUTE_NONE,
        .store_s = below(r, 900),
        .cool_over = 3000,
    };
    return c;
}

static void
judge(struct case_of *c, const struct route *route)
{
    route_best(route, c->visits, &c->total);
    struct umpire u = umpire_judge(&c->in, c->visits, &c->total);
    if (u.wrong != NULL)
        fail_msg("job %u: %s", u.job, u.wrong);
}

static void
every_plan_on_the_way_is_what_it_says(void **state)
{
    (void)state;
    struct rng r = seed();
    uint64_t visits = 0, left_out = 0, late = 0, called = 0;
    for (int round = 0; round < 60; round++) {
        struct case_of *c = draw_case(&r, JOBS, PEOPLE, round % 2 == 1);
        if (round % 3 == 0) { /* the same table, asked for */
            c->in.travel_s = NULL;
            c->in.travel = city_block;
            c->in.arg = c;
        }
        struct route *route = route_new(&c->in);
        int64_t before = INT64_MAX;
        for (int i = 0; i < 60; i++) {
            route_step(route, 50);
            judge(c, route);
            assert_true(c->total.cost <= before);
            before = c->total.cost;
        }
        visits += c->total.visits;
        left_out += c->total.left_out;
        late += c->total.late_s > 0;
        for (uint32_t i = 0; i < c->total.visits; i++)
            called += c->visits[i].by_store;
        route_free(route);
        free(c);
    }
    assert_true(visits > left_out && left_out > 60 && late > 20 && called > 20);
}

static void
a_table_without_the_triangle_inequality_is_obeyed_too(void **state)
{
    (void)state;
    struct rng r = seed();
    for (int round = 0; round < 40; round++) {
        struct case_of *c = draw_case(&r, JOBS, PEOPLE, round % 2 == 1);
        for (size_t i = 0; i < countof(c->travel_s); i++)
            c->travel_s[i] = below(&r, 3000);
        struct route *route = route_new(&c->in);
        for (int i = 0; i < 20; i++) {
            route_step(route, 50);
            judge(c, route);
        }
        route_free(route);
        free(c);
    }
}

static void
the_same_input_gives_the_same_plan_in_whatever_portions(void **state)
{
    (void)state;
    struct rng r = seed();
    for (int round = 0; round < 10; round++) {
        struct case_of *a = draw_case(&r, JOBS, PEOPLE, round % 2 == 1);
        struct case_of *b = zalloc(sizeof(*b));
        *b = *a;
        b->in.jobs = b->jobs; /* other addresses */
        b->in.vehicles = b->people;
        struct route *once = route_new(&a->in), *bits = route_new(&b->in);
        route_step(once, 1000);
        for (int i = 0; i < 100; i++) {
            route_step(bits, 10);
            judge(b, bits);
        }
        judge(a, once);
        assert_int_equal(a->total.visits, b->total.visits);
        assert_true(a->total.cost == b->total.cost);
        for (uint32_t i = 0; i < a->total.visits; i++) {
            assert_int_equal(a->visits[i].job, b->visits[i].job);
            assert_int_equal(a->visits[i].vehicle, b->visits[i].vehicle);
            assert_int_equal(a->visits[i].begin_at, b->visits[i].begin_at);
        }
        route_free(once);
        route_free(bits);
        free(a);
        free(b);
    }
}

/* All plans of a small case: the cheapest. Jobs are appended, so every order is met. */
struct search {
    const struct case_of *c;
    struct umpire u; /* for its travel times */
    uint32_t place[PEOPLE];
    int32_t free_at[PEOPLE];
    bool done[JOBS];
    int64_t best;
};

static int32_t
earliest(const struct route_vehicle *v, const struct route_job *j, int32_t at)
{
    int32_t last = j->windows_count == 0 ? INT32_MAX : j->windows[j->windows_count - 1].to;
    for (; at < 2 * DAY_S; at++) { /* second by second: no cleverness to get wrong */
        bool shift = false, window = j->windows_count == 0 || at > last;
        for (uint32_t s = 0; s < v->shifts_count; s++)
            shift = shift || (at >= v->shifts[s].from && at + j->service_s <= v->shifts[s].to);
        for (uint32_t w = 0; w < j->windows_count; w++)
            window = window || (at >= j->windows[w].from && at <= j->windows[w].to);
        if (at > last && at - last > j->late_max_s)
            return -1;
        if (shift && window)
            return at;
    }
    return -1;
}

static void
search_on(struct search *s, uint32_t person, int64_t cost)
{
    const struct route_input *in = &s->c->in;
    if (person == in->vehicles_count) {
        for (uint32_t i = 0; i < in->jobs_count; i++)
            cost += s->done[i] ? 0 : in->jobs[i].penalty;
        s->best = cost < s->best ? cost : s->best;
        return;
    }
    const struct route_vehicle *v = &in->vehicles[person];
    int32_t home = umpire_travel(&s->u, s->place[person], v->end);
    bool moved = s->free_at[person] != v->shifts[0].from;
    if (!moved)
        search_on(s, person + 1, cost);
    else if (s->free_at[person] + home <= v->shifts[v->shifts_count - 1].to)
        search_on(s, person + 1, cost + home * in->travel_weight);
    for (uint32_t i = 0; i < in->jobs_count; i++) {
        const struct route_job *j = &in->jobs[i];
        struct route_visit x = { .job = i, .vehicle = person };
        if (s->done[i])
            continue;
        int32_t way = umpire_travel(&s->u, s->place[person], j->place);
        int32_t free_at = s->free_at[person];
        x.leave_at = free_at > j->release_at ? free_at : j->release_at;
        x.begin_at = earliest(v, j, x.leave_at + way);
        x.done_at = x.begin_at + j->service_s;
        struct umpire u = { .in = in };
        umpire_pair(&u, &x);
        if (x.begin_at < 0 || u.wrong != NULL)
            continue;
        uint32_t place = s->place[person];
        s->done[i] = true;
        s->place[person] = j->place;
        s->free_at[person] = x.done_at;
        search_on(s, person, cost + way * in->travel_weight + u.cost);
        s->done[i] = false;
        s->place[person] = place;
        s->free_at[person] = free_at;
    }
}

static void
small_plans_are_as_cheap_as_any(void **state)
{
    (void)state;
    struct rng r = seed();
    for (int round = 0; round < 60; round++) {
        struct case_of *c = draw_case(&r, 5, 2, false);
        struct search s = { .c = c, .best = INT64_MAX };
        s.u.in = &c->in;
        for (uint32_t i = 0; i < 2; i++) {
            s.place[i] = c->people[i].start;
            s.free_at[i] = c->people[i].shifts[0].from;
        }
        search_on(&s, 0, 0);
        struct route *route = route_new(&c->in);
        route_step(route, 3000);
        judge(c, route);
        assert_true(c->total.cost == s.best);
        route_free(route);
        free(c);
    }
}

static void
an_earlier_plan_put_in_is_where_it_begins(void **state)
{
    (void)state;
    struct rng r = seed();
    for (int round = 0; round < 20; round++) {
        struct case_of *c = draw_case(&r, JOBS, PEOPLE, round % 2 == 1);
        struct route *first = route_new(&c->in), *second = route_new(&c->in);
        route_step(first, 1000);
        judge(c, first);
        int64_t cost = c->total.cost;
        for (uint32_t i = 0; i < c->total.visits; i++)
            assert_true(route_put(second, c->visits[i].vehicle, c->visits[i].job));
        assert_false(route_put(second, c->visits[0].vehicle, c->visits[0].job));
        judge(c, second);
        assert_true(c->total.cost <= cost);
        route_step(second, 200);
        judge(c, second);
        assert_true(c->total.cost <= cost);
        route_free(first);
        route_free(second);
        free(c);
    }
}

static void
steps_allocate_nothing(void **state)
{
    (void)state;
    struct rng r = seed();
    struct case_of *c = draw_case(&r, JOBS, PEOPLE, true);
    struct route *route = route_new(&c->in);
    struct mallinfo2 before = mallinfo2();
    route_step(route, 2000);
    route_best(route, c->visits, &c->total);
    struct mallinfo2 after = mallinfo2();
    assert_true(before.uordblks == after.uordblks && before.hblkhd == after.hblkhd);
    route_free(route);
    free(c);
}

static void
nothing_to_plan_is_a_plan(void **state)
{
    (void)state;
    struct rng r = seed();
    struct case_of *c = draw_case(&r, 3, 1, false);
    struct route_input none = c->in, nobody = c->in;
    none.jobs_count = none.bans_count = 0;
    nobody.vehicles_count = nobody.bans_count = 0;
    for (int i = 0; i < 3; i++)
        c->jobs[i].pinned = ROUTE_NONE;
    struct route *a = route_new(&none), *b = route_new(&nobody);
    route_step(a, 100);
    route_step(b, 100);
    route_best(a, NULL, &c->total);
    assert_true(c->total.cost == 0 && c->total.visits == 0 && c->total.left_out == 0);
    route_best(b, NULL, &c->total);
    assert_true(c->total.visits == 0 && c->total.left_out == 3);
    route_free(a);
    route_free(b);
    route_free(NULL);
    free(c);
}

static void
heat_falls_to_a_hundredth_and_luck_is_exponential(void **state)
{
    (void)state;
    struct rng r = seed();
    int64_t before = INT64_MAX, sum = 0, above = 0, n = 1000000;
    for (uint64_t i = 0; i <= 10000; i++) {
        int64_t heat = cool_heat(1000000, i, 10000);
        assert_true(heat <= before);
        before = heat;
    }
    assert_in_range(cool_heat(1000000, 0, 10000), 999000, 1000000);
    assert_in_range(cool_heat(1000000, 5000, 10000), 98500, 101500);
    assert_in_range(before, 9850, 10150);
    assert_true(cool_heat(1000000, 77777, 10000) == before && cool_heat(0, 1, 2) == 1);
    for (int64_t i = 0; i < n; i++) {
        int64_t luck = cool_luck(&r);
        assert_true(luck >= 0 && luck <= 45 * COOL_ONE);
        sum += luck;
        above += luck > 3 * COOL_ONE;
    }
    assert_in_range(sum / n, COOL_ONE * 99 / 100, COOL_ONE * 101 / 100);
    assert_in_range(above, n * 48 / 1000, n * 52 / 1000); /* exp(-3) is 0.0498 */
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_plan_on_the_way_is_what_it_says),
        cmocka_unit_test(a_table_without_the_triangle_inequality_is_obeyed_too),
        cmocka_unit_test(the_same_input_gives_the_same_plan_in_whatever_portions),
        cmocka_unit_test(small_plans_are_as_cheap_as_any),
        cmocka_unit_test(an_earlier_plan_put_in_is_where_it_begins),
        cmocka_unit_test(steps_allocate_nothing),
        cmocka_unit_test(nothing_to_plan_is_a_plan),
        cmocka_unit_test(heat_falls_to_a_hundredth_and_luck_is_exponential),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
