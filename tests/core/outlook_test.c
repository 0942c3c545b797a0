/* outlook_test.c - about workers/core/outlook.c: appointments and duties in, proposals out. */
#include "tests/core/people.h"
#include "workers/core/outlook.h"

enum { STEPS = 2000 };

/* So many line faults, agreed for an hour each from `begin` on, some 5 km apart. */
static void
agree(struct world *w, struct event *list, uint8_t count, instant begin)
{
    for (uint8_t i = 0; i < count; i++) {
        char site[4] = { 's', (char)('a' + i), '\0' };
        list[i] =
            world_report(engine_at(w->e) > 0 ? engine_at(w->e) : WORLD_BEGIN, i, "line", site);
        list[i].report.place.lat_e7 += (i % 3) * 500000;
        list[i].report.from = begin + i / 3 * 4 * HOURS;
        list[i].report.until = list[i].report.from + HOURS;
        world_do(w, list[i]);
    }
}

static size_t
plan(const struct world *w, uint64_t seed, uint32_t slice, struct proposal *out)
{
    struct outlook *o = outlook_new(w->e, engine_at(w->e), seed, STEPS);
    uint64_t left = STEPS;
    if (o == NULL)
        return 0;
    for (uint64_t before; left > 0;) {
        before = left;
        left = outlook_step(o, slice);
        assert_true(left == (before > slice ? before - slice : 0));
    }
    size_t count = outlook_propose(o, out);
    outlook_free(o);
    return count;
}

static void
apply(struct world *w, const struct proposal *list, size_t count)
{
    struct event ev = { .kind = EVENT_PROPOSE, .at = engine_at(w->e) };
    ev.proposals.list = list;
    ev.proposals.count = count;
    world_do(w, ev);
}

static const struct event *
report_of(const struct event *list, size_t count, struct ticket_id id)
{
    for (size_t i = 0; i < count; i++) {
        struct ticket_id t = ticket_of(list[i].report.id);
        if (same_id(t, id))
            return &list[i];
    }
    return NULL;
}

/* Three at a time, three who can: each has one of them, in its time. */
static void
everybody_has_what_he_can_be_in_time_for(void **state)
{
    (void)state;
    struct world w;
    struct event r[6];
    struct proposal p[OUTLOOK_JOBS];
    world_init(&w, "home");
    agree(&w, r, 6, WORLD_BEGIN + 9 * HOURS);
    size_t count = plan(&w, 1, STEPS, p);
    assert_int_equal(count, 6);
    for (size_t i = 0; i < count; i++) {
        const struct event *of = report_of(r, 6, p[i].ticket);
        assert_non_null(of);
        assert_true(p[i].begin_at >= of->report.from && p[i].begin_at <= of->report.until);
        assert_true(p[i].leave_at <= p[i].begin_at);
        assert_false(no_name(p[i].engineer));
        assert_int_not_equal(strcmp(p[i].engineer.s, "home-e0"), 0); /* has no line */
        for (size_t k = 0; k < i; k++) /* an hour's work, and the way */
            if (same_id(p[i].engineer, p[k].engineer))
                assert_true(p[i].leave_at >= p[k].begin_at + HOURS ||
                            p[k].leave_at >= p[i].begin_at + HOURS);
    }
    world_fini(&w);
}

static void
what_stands_is_not_proposed_again(void **state)
{
    (void)state;
    struct world w;
    struct event r[6];
    struct proposal p[OUTLOOK_JOBS];
    world_init(&w, "home");
    agree(&w, r, 6, WORLD_BEGIN + 9 * HOURS);
    apply(&w, p, plan(&w, 1, STEPS, p));
    for (uint64_t i = 0; i < 20; i++)
        assert_int_equal(plan(&w, i, STEPS, p), 0);
    world_time(&w, WORLD_BEGIN + HOURS); /* nor by time alone */
    assert_int_equal(plan(&w, 7, STEPS, p), 0);
    world_fini(&w);
}

static void
who_is_gone_is_planned_no_more(void **state)
{
    (void)state;
    struct world w;
    struct event r[3];
    struct proposal p[OUTLOOK_JOBS];
    struct world_plan second;
    world_init(&w, "home");
    world_plan_init(&second, "home", 2); /* without e1 and e4: e2 and e5 are left, two for three */
    agree(&w, r, 3, WORLD_BEGIN + 9 * HOURS);
    apply(&w, p, plan(&w, 1, STEPS, p));
    world_do(&w, (struct event){ .kind = EVENT_PLAN, .at = WORLD_BEGIN, .rules = &second.rules });
    apply(&w, p, plan(&w, 1, STEPS, p));
    size_t planned = 0;
    for (size_t i = 0; i < 3; i++) {
        struct ticket t = world_ticket(&w, &r[i]);
        const char *who = t.visit.planned.s;
        assert_true(strcmp(who, "home-e1") != 0 && strcmp(who, "home-e4") != 0);
        planned += who[0] != '\0';
        ticket_fini(&t);
    }
    assert_int_equal(planned, 2);
    world_fini(&w);
}

static void
a_pinned_appointment_is_his_alone(void **state)
{
    (void)state;
    struct world w;
    struct event r;
    struct proposal p[OUTLOOK_JOBS];
    world_init(&w, "home");
    agree(&w, &r, 1, WORLD_BEGIN + 9 * HOURS);
    assert_int_equal(people_name(&w, "desk", VERB_PIN, &r, "home-e5"), REFUSAL_NONE);
    assert_int_equal(plan(&w, 1, STEPS, p), 1);
    assert_string_equal(p[0].engineer.s, "home-e5");
    world_fini(&w);
}

static void
the_same_is_proposed_in_whatever_slices_and_the_engine_does_not_notice(void **state)
{
    (void)state;
    struct world w;
    struct event r[20];
    struct proposal p[OUTLOOK_JOBS], q[OUTLOOK_JOBS];
    struct buf before = { 0 }, after = { 0 };
    world_init(&w, "home");
    agree(&w, r, 20, WORLD_BEGIN + 9 * HOURS);
    engine_save(w.e, &before);
    instant next = engine_next(w.e);
    size_t count = plan(&w, 3, STEPS, p);
    assert_true(count > 5);
    assert_int_equal(plan(&w, 3, 7, q), count);
    for (size_t i = 0; i < count; i++)
        assert_memory_equal(&p[i], &q[i], sizeof(p[i]));
    engine_save(w.e, &after);
    assert_int_equal(before.len, after.len);
    assert_memory_equal(before.data, after.data, before.len);
    assert_true(engine_next(w.e) == next);
    buf_fini(&before);
    buf_fini(&after);
    world_fini(&w);
}

/* As many as it takes at once, and some more: the first of them are planned. */
static void
more_than_it_takes_is_planned_later(void **state)
{
    (void)state;
    struct world w;
    struct proposal p[OUTLOOK_JOBS];
    world_init(&w, "home");
    assert_null(outlook_new(w.e, WORLD_BEGIN, 1, STEPS)); /* nothing to plan */
    for (uint32_t i = 0; i < OUTLOOK_JOBS + 20; i++) {
        struct event r = world_report(WORLD_BEGIN, (uint8_t)i, "misc", "");
        r.report.id.b[2] = (uint8_t)(i >> 8);
        r.report.place.lon_e7 += (int32_t)i * 20000;
        r.report.from = WORLD_BEGIN + 6 * HOURS + (OUTLOOK_JOBS + 20 - i) * 10 * MINUTES;
        r.report.until = r.report.from + 3 * HOURS;
        world_do(&w, r);
    }
    size_t count = plan(&w, 1, STEPS, p);
    assert_in_range(count, 40, OUTLOOK_JOBS);
    for (size_t i = 0; i < count; i++)
        assert_true(p[i].begin_at <=
                    WORLD_BEGIN + 6 * HOURS + OUTLOOK_JOBS * 10 * MINUTES + 3 * HOURS);
    world_fini(&w);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everybody_has_what_he_can_be_in_time_for),
        cmocka_unit_test(what_stands_is_not_proposed_again),
        cmocka_unit_test(who_is_gone_is_planned_no_more),
        cmocka_unit_test(a_pinned_appointment_is_his_alone),
        cmocka_unit_test(the_same_is_proposed_in_whatever_slices_and_the_engine_does_not_notice),
        cmocka_unit_test(more_than_it_takes_is_planned_later),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
