/* rerun_test.c - about cli/past.c, cli/rerun.c and cli/score.c: a period played again is the same
 * play under the same plan, a worse one under a worse plan, and loses no ticket. */
#include "tests/core/people.h"

#include "cli/score.h"
#include "tests/seed.h"

/* ---- a past that is drawn */

struct stage {
    struct past past;
    struct world_plan plans[2];
    const struct rules *rules[2];
    struct engine *truths[2];
    size_t count;
};

static void
add_report(struct stage *s, size_t territory, size_t n, instant at, struct rng *r)
{
    static const char *const categories[] = { "line", "ac", "line", "misc" };
    struct past *p = &s->past;
    char site[8] = { 's', (char)('a' + n / 26 % 26), (char)('a' + n % 26), '\0' };
    struct past_report one = { .territory = territory };
    one.event = world_report(at, (uint8_t)n, categories[rng_below(r, 4)], site);
    one.event.report.id.b[2] = (uint8_t)(n >> 8);
    one.event.report.id.b[3] = (uint8_t)territory;
    one.event.report.hint = rng_below(r, 4) == 0 ? 1 : -1;
    one.event.report.place.lat_e7 += (int32_t)rng_below(r, 900000);
    one.work_ms = (msec)(20 + rng_below(r, 80)) * MINUTES;
    p->reports = grow_array(p->reports, p->reports_count, &p->reports_cap, sizeof(one));
    p->reports[p->reports_count++] = one;
}

static void
stage_init(struct stage *s, size_t territories, size_t reports)
{
    struct rng r = seed();
    *s = (struct stage){ .count = territories };
    past_init(&s->past, WORLD_BEGIN, WORLD_BEGIN + 2 * DAYS);
    for (size_t t = 0; t < territories; t++) {
        world_plan_init(&s->plans[t], t == 0 ? "home" : "north", 1);
        s->rules[t] = &s->plans[t].rules;
        s->truths[t] = engine_new(s->rules[t]->territory, WORLD_INCARNATION, s->rules[t]);
        for (size_t i = 0; i < reports; i++)
            add_report(s, t, i, WORLD_BEGIN + (instant)rng_below(&r, 2 * DAYS), &r);
    }
    past_done(&s->past);
}

static void
stage_fini(struct stage *s)
{
    for (size_t t = 0; t < s->count; t++)
        engine_free(s->truths[t]);
    past_fini(&s->past);
}

static struct score
played(struct stage *s, const struct rules *const *rules)
{
    const struct engine *truths[2] = { s->truths[0], s->truths[1] };
    const struct rerun_wish wish = { s->count, rules, truths, NULL, NULL };
    struct score score;
    struct rerun *r = rerun_play(&s->past, &wish);
    score_take(&score, r, s->rules);
    rerun_free(r);
    return score;
}

/* ---- what is promised of it */

static void
the_same_plan_is_the_same_play(void **state)
{
    (void)state;
    struct stage s;
    stage_init(&s, 1, 60);
    struct score one = played(&s, s.rules), other = played(&s, s.rules);
    assert_memory_equal(&one, &other, sizeof(one));
    assert_int_equal(one.tickets, 60);
    assert_int_equal(one.solved, 60);
    assert_int_equal(one.visits, 60);
    assert_int_equal(one.refused, 0);
    assert_int_equal(one.clocks[CLOCK_ARRIVAL].begun, 60);
    assert_true(one.travel_ms > 0 && one.travel_m > 0 && one.wait_ms > 0);
    assert_true(one.wait_p90_ms <= one.wait_most_ms && one.busy_least_ms <= one.busy_ms);
    stage_fini(&s);
}

static void
half_of_the_people_break_more_promises(void **state)
{
    (void)state;
    struct stage s;
    struct world_plan half;
    stage_init(&s, 1, 150);
    world_plan_init(&half, "home", 1);
    half.rules.engineers_count = WORLD_ENGINEERS / 2;
    const struct rules *rules[] = { &half.rules };
    struct score present = played(&s, s.rules), tried = played(&s, rules);
    assert_int_equal(tried.tickets, present.tickets);
    assert_int_equal(tried.engineers, 3);
    assert_true(tried.weighted > present.weighted);
    assert_true(tried.clocks[CLOCK_ARRIVAL].broken > present.clocks[CLOCK_ARRIVAL].broken);
    assert_true(tried.busy_ms > present.busy_ms && tried.wait_ms > present.wait_ms);
    stage_fini(&s);
}

/* Nobody at home can: the neighbour's people come, and every word between the two arrives. */
static void
a_neighbour_lends_his_people(void **state)
{
    (void)state;
    struct stage s;
    stage_init(&s, 2, 20);
    s.plans[0].rules.engineers_count = 1; /* e0: neither lines nor air */
    struct score score = played(&s, s.rules), again = played(&s, s.rules);
    assert_memory_equal(&score, &again, sizeof(score));
    assert_int_equal(score.tickets, 40);
    assert_int_equal(score.solved, 40);
    assert_int_equal(score.refused, 0);
    stage_fini(&s);
}

static void
what_the_customer_withdrew_is_withdrawn_again(void **state)
{
    (void)state;
    struct stage s;
    stage_init(&s, 1, 12);
    const struct past_report *last = &s.past.reports[11];
    struct past_deed no = { .territory = 0 };
    no.event =
        world_act(last->event.at + SECONDS, "gw-1", ROLE_GATEWAY, 0, VERB_CANCEL, &last->event);
    s.past.deeds = grow_array(NULL, 0, &s.past.deeds_cap, sizeof(no));
    s.past.deeds[s.past.deeds_count++] = no;
    struct score score = played(&s, s.rules);
    assert_int_equal(score.ended, 1);
    assert_int_equal(score.solved, 11);
    assert_int_equal(score.visits, 11);
    stage_fini(&s);
}

static void
what_came_before_the_period_is_played_and_not_counted(void **state)
{
    (void)state;
    struct stage s;
    stage_init(&s, 1, 60);
    struct score whole = played(&s, s.rules);
    s.past.from = WORLD_BEGIN + DAYS;
    struct score part = played(&s, s.rules);
    size_t counted = 0;
    for (size_t i = 0; i < s.past.reports_count; i++)
        counted += s.past.reports[i].event.at >= s.past.from;
    assert_int_equal(part.tickets, counted);
    assert_true(part.tickets < whole.tickets && part.travel_ms < whole.travel_ms);
    stage_fini(&s);
}

static void
the_table_and_the_scripts_say_all_three(void **state)
{
    (void)state;
    struct score a = { .tickets = 10, .weighted = 4, .travel_m = 12340 },
                 b = { .tickets = 10, .weighted = 9, .travel_m = 10000 };
    struct buf out = { 0 };
    a.clocks[CLOCK_ARRIVAL].begun = b.clocks[CLOCK_ARRIVAL].begun = 10;
    b.clocks[CLOCK_ARRIVAL].broken = 3;
    score_table(&a, &b, &out);
    static const char *const rows[] = {
        "broken promises, weighted                           4            9           +5\n",
        "arrival promised                                   10           10           +0\n",
        "  broken                                            0            3           +3\n",
        "travel, km                                       12.3         10.0         -2.3\n",
    };
    for (size_t i = 0; i < countof(rows); i++)
        if (strstr(buf_cstr(&out), rows[i]) == NULL)
            fail_msg("no '%s' in\n%s", rows[i], buf_cstr(&out));
    assert_null(strstr(buf_cstr(&out), "complaint")); /* nothing of the kind was promised */
    buf_clear(&out);
    struct json *j = score_json(&a, &b);
    json_write(&j, &out);
    assert_non_null(strstr(buf_cstr(&out), "\"difference\":{"));
    assert_non_null(strstr(buf_cstr(&out), "\"weighted\":5"));
    assert_non_null(strstr(buf_cstr(&out), "\"travel_m\":-2340"));
    buf_fini(&out);
}

/* ---- the log becomes a past */

struct tape {
    struct world w;
    struct past past;
    struct past_reading reading;
};

static const struct rules *
tape_rules(void *context, uint32_t version)
{
    const struct tape *t = context;
    return version == 1 ? &t->w.plan.rules : NULL;
}

/* It happens, and stands in the log. */
static void
happen(struct tape *t, struct event ev)
{
    static uint64_t counter;
    ev.act.id.counter = ev.kind == EVENT_VERB ? ++counter : ev.act.id.counter;
    world_do(&t->w, ev);
    struct log_event in = { .event = ev, .plan = 1 };
    struct log_record r = { .at = ev.at,
                            .events = &in,
                            .events_count = 1,
                            .outcomes = t->w.fx.outcomes,
                            .outcomes_count = t->w.fx.outcomes_count };
    past_read(&t->reading, &r);
}

static void
does(struct tape *t, instant at, const char *who, enum verb v, const struct event *report)
{
    struct event ev = people_act(&t->w, who, v, report);
    ev.at = ev.act.occurred_at = at;
    happen(t, ev);
}

static void
the_log_says_how_soon_he_answers_and_sets_out_and_how_long_the_work_took(void **state)
{
    (void)state;
    static struct tape t;
    const instant begin = WORLD_BEGIN + HOURS;
    const struct engineer_id e2 = NAME(engineer_id, "home-e2"), e1 = NAME(engineer_id, "home-e1");
    world_init(&t.w, "home");
    past_init(&t.past, 0, NEVER);
    past_begin(&t.reading, &t.past, 0, tape_rules, &t);
    struct event r = world_report(begin, 1, "ac", "s"),
                 o = world_report(begin + HOURS, 2, "ac", "t");
    happen(&t, r);
    does(&t, begin + 2 * MINUTES, "home-e2", VERB_ACCEPT, &r);
    does(&t, begin + 3 * MINUTES, "gw-1", VERB_DELIVERED, &r);
    does(&t, begin + 6 * MINUTES, "home-e2", VERB_DEPART, &r);
    does(&t, begin + 20 * MINUTES, "home-e2", VERB_ARRIVE, &r);
    struct event pend = people_act(&t.w, "home-e2", VERB_PEND, &r);
    pend.at = pend.act.occurred_at = begin + 30 * MINUTES; /* ten minutes of work, then a wait */
    happen(&t, pend);
    does(&t, begin + 50 * MINUTES, "home-e2", VERB_RESUME, &r);
    does(&t, begin + 55 * MINUTES, "home-e2", VERB_RESOLVE, &r);
    happen(&t, o);
    does(&t, begin + HOURS + 4 * MINUTES, "home-e2", VERB_ACCEPT, &o);
    does(&t, begin + HOURS + 5 * MINUTES, "gw-1", VERB_CANCEL, &o);
    past_end(&t.reading);
    past_done(&t.past);
    assert_int_equal(t.past.reports_count, 2);
    assert_true(t.past.from == begin && t.past.to > begin + HOURS);
    assert_true(past_accepts(&t.past, e2, 0) == 3 * MINUTES); /* of two and four */
    assert_true(past_accepts(&t.past, e1, 0) == 3 * MINUTES); /* like everybody */
    assert_true(past_departs(&t.past, e2, 0) == 4 * MINUTES);
    assert_true(past_delivered(&t.past, 0) == MINUTES);
    assert_true(t.past.reports[0].work_ms == 15 * MINUTES + 1);
    assert_true(t.past.reports[1].work_ms == 0); /* nobody solved it */
    assert_int_equal(t.past.deeds_count, 1);
    assert_int_equal(t.past.deeds[0].event.act.verb, VERB_CANCEL);
    past_fini(&t.past);
    world_fini(&t.w);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_plan_is_the_same_play),
        cmocka_unit_test(half_of_the_people_break_more_promises),
        cmocka_unit_test(a_neighbour_lends_his_people),
        cmocka_unit_test(what_the_customer_withdrew_is_withdrawn_again),
        cmocka_unit_test(what_came_before_the_period_is_played_and_not_counted),
        cmocka_unit_test(the_table_and_the_scripts_say_all_three),
        cmocka_unit_test(the_log_says_how_soon_he_answers_and_sets_out_and_how_long_the_work_took),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
