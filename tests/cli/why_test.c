/* why_test.c - about cli/why.c: a decision in words, for a ticket that somebody has, one that waits
 * for somebody, and one that nobody can take. */
#include "tests/check.h"

#include "cli/story.h"
#include "workers/core/cost.h"

#define T0          ((instant)INT64_C(1795246200000)) /* 2026-11-21 07:30 UTC */
#define MINUTE_COST (60 * COST_SECOND)

static struct ticket
blank(enum ticket_state s)
{
    struct ticket t;
    ticket_init(&t, T0);
    t.state = s;
    return t;
}

/* The words hold these, in this order. */
static void
assert_says(const struct ticket *t, const char *const *parts, size_t count)
{
    struct buf out = { 0 };
    why_words(t, &out);
    const char *at = buf_cstr(&out);
    for (size_t i = 0; i < count; i++) {
        const char *found = strstr(at, parts[i]);
        if (found == NULL)
            fail_msg("no '%s' in order in:\n%s", parts[i], buf_cstr(&out));
        at = found + strlen(parts[i]);
    }
    buf_fini(&out);
}

static void
assert_silent_of(const struct ticket *t, const char *words)
{
    struct buf out = { 0 };
    why_words(t, &out);
    if (strstr(buf_cstr(&out), words) != NULL)
        fail_msg("'%s' in:\n%s", words, buf_cstr(&out));
    buf_fini(&out);
}

static const struct considered chosen_of_three[] = {
    { { "li.na" }, 2100, 1, WHY_CHOSEN },
    { { "wei.q" }, 6400, 0, WHY_OUTRANKED },
    { { "garcia.m" }, DISTANCE_UNKNOWN, 2, WHY_UNSKILLED },
};

static void
who_has_it_is_named_with_the_price_the_rival_and_the_others(void **state)
{
    (void)state;
    static const char *const says[] = {
        "Offered to li.na (Li Na, 555-0107), who has until 2026-11-21 07:35 UTC to answer.\n",
        "Chosen: li.na, 2.1 km away, carrying 1.\n",
        "  travel            8.0   the time on the way\n",
        "  lateness          2.5   ",
        "  in all           10.5\n",
        "The next best, wei.q, would cost 5.0 minutes more.\n",
        "Not the others:\n",
        "  wei.q, 6.4 km away, carrying 0: could, but another fits better.\n",
        "  garcia.m, at an unknown distance, carrying 2: lacks a skill or its level.\n",
    };
    const struct grounds r = {
        { 8 * MINUTE_COST, MINUTE_COST * 5 / 2 }, 5 * MINUTE_COST, { "wei.q" }, T0
    };
    struct ticket t = blank(TICKET_OFFERED);
    memcpy(t.engineer.s, "li.na", 6);
    memcpy(t.name, "Li Na", 6);
    memcpy(t.phone, "555-0107", 9);
    t.due = T0 + 5 * MINUTES;
    ticket_consider(&t, chosen_of_three, 3, &r);
    assert_says(&t, says, countof(says));
    assert_silent_of(&t, "fairness"); /* it costs nothing here */
    ticket_fini(&t);
}

static void
a_rival_who_is_cheaper_is_needed_elsewhere_and_none_is_said_to_be_none(void **state)
{
    (void)state;
    static const char
        *const cheaper[] = { "wei.q would cost 3.0 minutes less for this ticket alone, "
                             "and is needed more elsewhere.\n" },
               *const alone[] = { "Nobody else could do it.\n" },
               *const old[] = { "The next best would cost 1.0 minutes more.\n" };
    struct grounds r = { { MINUTE_COST }, -3 * MINUTE_COST, { "wei.q" }, T0 };
    struct ticket t = blank(TICKET_QUEUED);
    ticket_consider(&t, chosen_of_three, 3, &r);
    assert_says(&t, cheaper, 1);
    r = (struct grounds){ { MINUTE_COST }, GROUNDS_ALONE, { "" }, T0 };
    ticket_consider(&t, chosen_of_three, 1, &r);
    assert_says(&t, alone, 1);
    assert_silent_of(&t, "Not the others");
    r = (struct grounds){ { MINUTE_COST }, MINUTE_COST, { "" }, 0 }; /* of an older release */
    ticket_consider(&t, chosen_of_three, 3, &r);
    assert_says(&t, old, 1);
    ticket_fini(&t);
}

static void
what_waits_says_for_whom_and_until_when(void **state)
{
    (void)state;
    static const char *const says[] = {
        "It waits; nobody has it.\n",
        "A dispatcher keeps it for li.na.\n",
        "It waits for li.na, 2.1 km away, carrying 3, who should be free at about "
        "2026-11-21 08:10 UTC.\n",
        "Not the others:\n  wei.q, 6.4 km away, carrying 1: off duty.\n",
    };
    const struct considered list[] = { { { "li.na" }, 2100, 3, WHY_AWAITED },
                                       { { "wei.q" }, 6400, 1, WHY_OFF_DUTY } };
    const struct grounds r = { { MINUTE_COST }, GROUNDS_ALONE, { "" }, T0 + 40 * MINUTES };
    struct ticket t = blank(TICKET_QUEUED);
    memcpy(t.pinned.s, "li.na", 6);
    ticket_consider(&t, list, 2, &r);
    assert_says(&t, says, countof(says));
    ticket_fini(&t);
}

static void
what_nobody_can_take_says_why_and_who_is_asked(void **state)
{
    (void)state;
    static const char *const asked[] = { "Territory north has been asked for somebody; another one "
                                         "has somebody who is busy.\n",
                                         "Nobody could be chosen.\n", "Why not:\n",
                                         "  wei.q, 6.4 km away, carrying 1: off duty.\n" },
                             *const none[] = { "Nobody here or at any neighbour has the skills.\n",
                                               "Nobody was considered" },
                             *const kept[] = { "The desk keeps it: it is offered to nobody before "
                                               "2026-11-21 08:30 UTC.\n" };
    const struct considered list[] = { { { "wei.q" }, 6400, 1, WHY_OFF_DUTY } };
    struct ticket t = blank(TICKET_QUEUED);
    memcpy(t.asked.s, "north", 6);
    t.busy = true;
    ticket_consider(&t, list, 1, NULL);
    assert_says(&t, asked, countof(asked));
    t.unqualified = true;
    ticket_consider(&t, NULL, 0, NULL);
    assert_says(&t, none, countof(none));
    t.state = TICKET_TRIAGED;
    t.due = T0 + HOURS;
    assert_says(&t, kept, 1);
    assert_silent_of(&t, "has been asked");
    ticket_fini(&t);
}

static void
scripts_get_the_same_in_seconds(void **state)
{
    (void)state;
    const struct grounds r = { { 8 * MINUTE_COST, 0, 24 }, -MINUTE_COST, { "wei.q" }, T0 };
    struct ticket t = blank(TICKET_OFFERED);
    struct buf out = { 0 };
    ticket_consider(&t, chosen_of_three, 3, &r);
    struct json *j = json_object_new();
    why_json(&t, j);
    json_write(&j, &out);
    static const char *const has[] = { "\"engineer\":\"li.na\"",
                                       "\"distance_m\":2100",
                                       "\"why\":\"lacks a skill or its level\"",
                                       "\"travel\":480",
                                       "\"flow\":2",
                                       "\"cost\":482",
                                       "\"margin\":-60",
                                       "\"next_best\":\"wei.q\"",
                                       "\"departs\":\"2026-11-21T07:30:00" };
    for (size_t i = 0; i < countof(has); i++)
        if (strstr(buf_cstr(&out), has[i]) == NULL)
            fail_msg("no %s in %s", has[i], buf_cstr(&out));
    buf_fini(&out);
    ticket_fini(&t);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_has_it_is_named_with_the_price_the_rival_and_the_others),
        cmocka_unit_test(a_rival_who_is_cheaper_is_needed_elsewhere_and_none_is_said_to_be_none),
        cmocka_unit_test(what_waits_says_for_whom_and_until_when),
        cmocka_unit_test(what_nobody_can_take_says_why_and_who_is_asked),
        cmocka_unit_test(scripts_get_the_same_in_seconds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
