/* auditor_test.c - about workers/auditor.c: silent while everything rings, and not when it does
 * not. */
#include "tests/core/history.h"
#include "workers/core/state.h"
#include "workers/territory.h"

static struct str
words(const struct territory *t)
{
    return buf_str(&t->alarm);
}

static void
an_engine_that_gets_its_time_is_never_complained_of(void **state)
{
    (void)state;
    struct rng r = seed();
    struct history *h = history_new(rng_next(&r));
    struct effects fx = { 0 };
    for (size_t i = 0; i < countof(h->plans); i++)
        world_ladder(&h->plans[i]);
    struct engine *e =
        engine_new(h->plans[0].rules.territory, WORLD_INCARNATION, &h->plans[0].rules);
    size_t looked = 0, alarms = 0;
    for (int i = 0; i < 800; i++) {
        struct event ev;
        struct engine_look l;
        history_tell(h, e, &ev);
        world_apply(e, &ev, &fx);
        history_hear(h, &fx);
        while (engine_next(e) <= engine_at(e)) {
            ev = (struct event){ .kind = EVENT_TIME, .at = engine_at(e) };
            world_apply(e, &ev, &fx);
            alarms += world_outcomes(&fx, OUTCOME_ALARM);
        }
        for (size_t at = 0; engine_each(e, &at, &l); looked++)
            assert_null(auditor_overdue(&l, engine_at(e) + AUDIT_GRACE_MS));
    }
    assert_true(looked > 1000 && alarms > 100);
    engine_free(e);
    effects_fini(&fx);
    history_free(h);
}

static void
withheld_time_is_noticed_and_told_once(void **state)
{
    (void)state;
    struct world w;
    struct territory t = { .standing = TERRITORY_SERVED };
    instant rings = WORLD_BEGIN + 15 * MINUTES * 3 / 4;
    int64_t mono = 1000;
    world_init(&w, "home");
    w.plan.rules.levels[1].offer_ms = DAYS;
    world_do(&w, world_report(WORLD_BEGIN, 1, "line", "s"));
    world_do(&w, world_report(WORLD_BEGIN, 2, "line", "t"));
    t.engine = w.e;
    assert_int_equal(auditor_walk(&t, rings + DAYS, mono, AUDIT_SLICE), 0); /* just loaded */
    mono += AUDIT_EVERY_MS;
    assert_int_equal(auditor_walk(&t, rings + AUDIT_GRACE_MS - 1, mono, AUDIT_SLICE), 2);
    assert_int_equal(words(&t).len, 0);
    mono += AUDIT_EVERY_MS;
    assert_int_equal(auditor_walk(&t, rings + AUDIT_GRACE_MS, mono, 1), 1); /* in slices */
    assert_int_equal(words(&t).len, 0);
    assert_int_equal(auditor_walk(&t, rings + AUDIT_GRACE_MS, mono, 2), 1);
    assert_true(str_starts(words(&t), STR("2 tickets have timers or alarms")));
    assert_int_equal(auditor_walk(&t, rings + DAYS, mono, AUDIT_SLICE), 0); /* not yet again */
    buf_clear(&t.alarm);
    mono += AUDIT_EVERY_MS;
    assert_int_equal(auditor_walk(&t, rings + DAYS, mono, AUDIT_SLICE), 2);
    assert_int_equal(words(&t).len, 0); /* they know */
    world_time(&w, rings);
    mono += AUDIT_EVERY_MS;
    assert_int_equal(auditor_walk(&t, rings + AUDIT_GRACE_MS, mono, AUDIT_SLICE), 2);
    assert_int_equal(words(&t).len, 0);
    mono += AUDIT_EVERY_MS; /* it was mended; now it fails again */
    assert_int_equal(auditor_walk(&t, rings + DAYS, mono, AUDIT_SLICE), 2);
    assert_true(words(&t).len > 0);
    buf_fini(&t.alarm);
    world_fini(&w);
}

/* The timer is lost, the ticket is as it was. */
static void
it_trusts_the_course_and_not_the_timers(void **state)
{
    (void)state;
    struct world w;
    struct engine_look l;
    world_init(&w, "home");
    w.plan.rules.levels[1].offer_ms = DAYS;
    struct event report = world_report(WORLD_BEGIN, 1, "line", "s");
    world_do(&w, report);
    struct job *j = job_find(w.e, ticket_of(report.report.id));
    j->due = NEVER;
    heap_del(&w.e->timers, &j->timer); /* the wrong timer */
    instant at = WORLD_BEGIN + 15 * MINUTES;
    world_time(&w, at);
    assert_int_equal(world_outcomes(&w.fx, OUTCOME_ALARM), 0);
    size_t i = 0;
    assert_true(engine_each(w.e, &i, &l));
    assert_string_equal(auditor_overdue(&l, at + AUDIT_GRACE_MS), "response");
    world_fini(&w);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_engine_that_gets_its_time_is_never_complained_of),
        cmocka_unit_test(withheld_time_is_noticed_and_told_once),
        cmocka_unit_test(it_trusts_the_course_and_not_the_timers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
