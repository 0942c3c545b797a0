/* standing_test.c - about cli/standing.c: how tickets stand, before and after, and in words. */
#include "tests/core/people.h"

#include "cli/standing.h"

static void
assert_words(const struct standings *all, const struct event *r, const char *want)
{
    const struct standing *s = standings_find(all, ticket_of(r->report.id));
    struct buf out = { 0 };
    assert_non_null(s);
    standing_words(s, all->at, &out);
    assert_string_equal(buf_cstr(&out), want);
    buf_fini(&out);
}

static void
what_differs_after_a_word_is_found_and_said(void **state)
{
    (void)state;
    struct world w;
    struct standings before, after;
    world_init(&w, "home");
    struct event r = world_report(WORLD_BEGIN, 1, "ac", "s"), /* e2 alone, who has room for one */
        o = world_report(WORLD_BEGIN, 2, "ac", "t");
    world_do(&w, r);
    world_do(&w, o);
    standings_take(&before, w.e, &w.plan.rules);
    assert_int_equal(before.count, 2);
    assert_words(&before, &o, "waits for home-e2");
    struct event back = people_act(&w, "desk", VERB_PREPROCESS, &r);
    back.act.until = WORLD_BEGIN + 2 * HOURS;
    assert_int_equal(people_say(&w, back), REFUSAL_NONE);
    standings_take(&after, w.e, &w.plan.rules);
    assert_words(&after, &r, "kept at the desk for 120 min more");
    for (size_t i = 0; i < before.count; i++)
        assert_true(standing_differs(&before.list[i], standings_find(&after, before.list[i].id)));
    for (size_t i = 0; i < before.count; i++)
        assert_false(standing_differs(&before.list[i], &before.list[i]));
    const struct standing *now = standings_find(&after, ticket_of(o.report.id));
    assert_int_equal(now->state, TICKET_OFFERED);
    assert_true(now->foreseen && now->errand.arrives > WORLD_BEGIN);
    standings_fini(&before);
    standings_fini(&after);
    world_fini(&w);
}

static void
late_is_said_against_the_deadline_and_to_spare_too(void **state)
{
    (void)state;
    msec late;
    struct standing s = { .state = TICKET_OFFERED, .has = { "li.na" }, .foreseen = true };
    s.errand = (struct errand){ .arrives = 30 * MINUTES, .done = 90 * MINUTES };
    s.deadlines[STANDING_ARRIVAL] = 20 * MINUTES;
    s.deadlines[STANDING_RESTORATION] = 100 * MINUTES;
    assert_true(standing_late(&s, STANDING_ARRIVAL, &late) && late == 10 * MINUTES);
    assert_true(standing_late(&s, STANDING_RESTORATION, &late) && late == -10 * MINUTES);
    struct buf out = { 0 };
    standing_words(&s, 0, &out);
    assert_string_equal(buf_cstr(&out),
                        "offered to li.na; there in 30 min, done in 90 min; arrival "
                        "LATE by 10 min, restoration with 10 min to spare");
    struct standing later = s;
    later.errand.arrives += MINUTES / 2;
    assert_false(standing_differs(&s, &later)); /* half a minute is no news */
    later.errand.arrives += MINUTES;
    assert_true(standing_differs(&s, &later));
    later.deadlines[STANDING_ARRIVAL] = NEVER;
    assert_false(standing_late(&later, STANDING_ARRIVAL, &late));
    buf_fini(&out);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_differs_after_a_word_is_found_and_said),
        cmocka_unit_test(late_is_said_against_the_deadline_and_to_spare_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
