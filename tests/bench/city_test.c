/* city_test.c - the simulated city is drawn from its seed alone, and is what docs/quality.md says.
 */
#include "bench/quality/city.h"
#include "tests/check.h"

static const struct city_wish wish = { 77, 60, 2, 0.9, false };

static void
the_same_seed_draws_the_same_city(void **state)
{
    struct city_wish other = wish;
    struct city *a = city_new(&wish), *b = city_new(&wish);
    (void)state;
    other.seed++;
    struct city *c = city_new(&other);
    assert_true(city_digest(a) == city_digest(b));
    assert_true(city_digest(a) != city_digest(c));
    city_free(a);
    city_free(b);
    city_free(c);
}

static void
every_shift_has_masters_of_every_skill(void **state)
{
    (void)state;
    for (unsigned n = 20; n <= 200; n += 60) {
        struct city_wish w = wish;
        w.engineers = n;
        struct city *c = city_new(&w);
        unsigned masters[24 * 60][CITY_SKILLS] = { { 0 } };
        for (unsigned i = 0; i < c->men_count; i++)
            for (unsigned k = 0; k < CITY_SKILLS; k++)
                masters[c->men[i].from_min][k] += c->men[i].levels[k] == CITY_LEVELS;
        for (unsigned i = 0; i < c->men_count; i++)
            for (unsigned k = 0; k < CITY_SKILLS; k++)
                assert_true(masters[c->men[i].from_min][k] >= 2);
        city_free(c);
    }
}

/* Severities 4, 16, 40, 40 %; tickets in order, by day, as many as the load asks for. */
static void
tickets_come_as_wished(void **state)
{
    struct city_wish w = wish;
    (void)state;
    w.days = 20;
    struct city *c = city_new(&w);
    double severities[CITY_SEVERITIES] = { 0 }, work_min = 0, duty_min = 0;
    for (unsigned i = 0; i < c->tickets_count; i++) {
        const struct ticket_drawn *t = &c->tickets[i];
        int hour = minute_of_day(t->created_at) / 60;
        assert_true(i == 0 || c->tickets[i - 1].created_at <= t->created_at);
        assert_true(hour >= 6 && hour < 22);
        assert_true(t->deadline == t->created_at + city_limits_min[t->severity] * MINUTES);
        severities[t->severity] += 1.0 / c->tickets_count;
        work_min += CITY_NOMINAL_MIN + (double)t->service_ms / (double)MINUTES;
    }
    for (unsigned i = 0; i < c->men_count; i++)
        duty_min += c->men[i].to_min - c->men[i].from_min - CITY_BREAK_MIN;
    assert_true(fabs(severities[0] - 0.04) < 0.01 && fabs(severities[1] - 0.16) < 0.02);
    assert_true(fabs(severities[2] - 0.40) < 0.02 && fabs(severities[3] - 0.40) < 0.02);
    assert_true(fabs(work_min / duty_min / w.days - w.load) < 0.05);
    city_free(c);
}

/* The everyday is the same with and without it. */
static void
a_storm_is_300_tickets_more_in_ten_minutes(void **state)
{
    struct city_wish w = wish;
    struct city *calm = city_new(&wish);
    (void)state;
    w.storm = true;
    struct city *c = city_new(&w);
    unsigned more = 0;
    assert_int_equal(c->tickets_count, calm->tickets_count + CITY_STORM);
    for (unsigned i = 0, k = 0; i < c->tickets_count; i++) {
        const struct ticket_drawn *t = &c->tickets[i];
        if (t->number < calm->tickets_count) {
            assert_true(t->number == calm->tickets[k].number);
            assert_true(t->service_ms == calm->tickets[k++].service_ms);
            continue;
        }
        more++;
        assert_true(t->created_at >= CITY_BEGIN + 11 * HOURS);
        assert_true(t->created_at < CITY_BEGIN + 11 * HOURS + 10 * MINUTES);
    }
    assert_int_equal(more, CITY_STORM);
    city_free(c);
    city_free(calm);
}

static struct spot
anywhere(struct rng *r)
{
    return (struct spot){ (double)rng_below(r, (uint64_t)ROAD_SIDE_M),
                          (double)rng_below(r, (uint64_t)ROAD_SIDE_M) };
}

/* Never shorter than the crow's way; as long back as there; it begins and ends where it should; and
 * while one is on it, one is where the way is. */
static void
roads_lead_there(void **state)
{
    struct rng r = seed();
    (void)state;
    for (unsigned n = 0; n < 5000; n++) {
        struct spot a = anywhere(&r), b = anywhere(&r);
        struct road there = road_find(a, b), back = road_find(b, a);
        assert_true(there.metres >= spot_crow_m(a, b) - 0.001);
        assert_true(fabs(there.metres - back.metres) < 0.001);
        assert_true(spot_crow_m(road_at(&there, 0), a) < 0.001);
        assert_true(spot_crow_m(road_at(&there, 1), b) < 0.001);
        struct spot half = road_at(&there, 0.5);
        assert_true(spot_crow_m(a, half) <= there.metres / 2 + 0.001);
        assert_true(spot_crow_m(b, half) <= there.metres / 2 + 0.001);
        instant night = CITY_BEGIN + 22 * HOURS, rush = CITY_BEGIN + 17 * HOURS;
        assert_true(road_takes(&there, rush) >= road_takes(&there, night));
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_seed_draws_the_same_city),
        cmocka_unit_test(every_shift_has_masters_of_every_skill),
        cmocka_unit_test(tickets_come_as_wished),
        cmocka_unit_test(a_storm_is_300_tickets_more_in_ten_minutes),
        cmocka_unit_test(roads_lead_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
