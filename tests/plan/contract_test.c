/* What contracts and escalations get wrong, each told with its line (which bears the mark #!); and
 * what the engine gets of them. */
#include "tests/plan/fixture.h"

#include "common/plan/promise.h"
#include "common/wire/names.h"

static const struct {
    const char *old, *new, *says;
} cases[] = {
    /* contracts: names */
    { "  - id: gold\n", "  - {id: usual} #!\n  - id: gold\n", "another contract has this id" },
    { "    calendar: hours", "    calendar: hour #!", "calendar \"hour\" is not among the plan's" },
    { "    ladder: steep", "    ladder: steeper #!", "ladder \"steeper\" is not among the plan's" },
    { "preferred: [ann]", "preferred: [eve] #!",
      "preferred \"eve\" is not among the plan's engin" },
    { "preferred: [ann]", "preferred: [ann, ann] #!", "preferred \"ann\" is said twice" },
    { "preferred: [ann]", "preferred: [ann, bob, a, b, c, d, e, f, g]",
      "9 preferred, at most 8 are allowed" },
    { "{roster: shifts, seats: 1}", "{roster: nights, seats: 1} #!\n",
      "seats number 1: roster \"nights\" is not among the plan's rosters" },
    { "{roster: shifts, seats: 1}", "{roster: shifts, seats: 0} #!\n", "seats is missing or 0" },
    { "    currency: EUR", "    currency: euro #!", "three capital letters such as CNY" },
    { "    currency: EUR\n", "", "a penalty in which money? Give the contract a currency" },
    { "[customer_delay, force_majeure]", "[customer_delay, rain] #!",
      "exempts \"rain\" is not a reason; it may be force_majeure or customer_delay" },
    /* contracts: people */
    { "    manager: dora", "    manager: eve #!",
      "manager \"eve\" is not among the plan's princip" },
    { "    manager: dora", "    manager: mail #!", "\"mail\" must be a dispatcher or an engineer" },
    { "    complaints: quinn", "    complaints: eve #!",
      "complaints \"eve\" is not among the plan" },
    { "    complaints: quinn", "    complaints: ann #!",
      "complaints \"ann\" must be a dispatcher" },
    { "    complaints: quinn", "    complaints: dora #!",
      "\"dora\" is the manager, and complaints need somebody outside the team" },
    /* promises */
    { "{clock: response, working_min: 15}", "{clock: respons, working_min: 15} #!",
      "contract usual, promise number 1: clock \"respons\" is unknown; it is one of response, "
      "arr" },
    { "{clock: response, working_min: 15}", "{clock: response, working_min: 0} #!",
      "working_min is missing or 0" },
    { "{clock: response, working_min: 15}", "{clock: response, working_min: 525601} #!",
      "working_min is 525601" },
    { "{clock: response, working_min: 15}", "{clock: response, level: mild, working_min: 5} #!",
      "level \"mild\" is not among the plan's levels" },
    { "    promises:\n      - {clock: response, working_min: 15}",
      "    promises: #!\n      - {clock: response, level: general, working_min: 15}",
      "contract usual: response is promised for level general and not for severe; add a promise" },
    { "    promises:\n      - {clock: response, working_min: 15}\n      - {clock: arrival, work",
      "    promises: #!\n      - {clock: response, working_min: 15}\n      - {clock: arrival, "
      "level: "
      "severe, work",
      "arrival is promised for level severe and not for general" },
    { "{clock: restoration, working_min: 240}",
      "{clock: restoration, working_min: 240}\n      - {clock: restoration, working_min: 9} #!",
      "promise number 4: restoration is promised twice for level general; keep one" },
    { "{clock: restoration, working_min: 240}",
      "{clock: restoration, working_min: 240}\n      - {clock: restoration, level: severe, "
      "working_min: 9} #!",
      "restoration is promised twice for level severe" },
    { "basis: working}", "basis: sometimes} #!", "it is always, working or split" },
    { "basis: working}", "off_min: 9, basis: working} #!", "so off_min has no meaning" },
    { "working_min: 60, off_min: 90, basis: split", "working_min: 50401, #!\n       basis: split",
      "a split promise of 50401 minutes; at most 35 days (50400 minutes) can be split" },
    { "working_min: 60, off_min: 90, basis: split",
      "working_min: 60, off_min: 60000, #!\n       basis: split",
      "a split promise of 60000 minutes" },
    { "{clock: response, working_min: 15}", "{clock: response, working_min: 15, off_min: 9} #!",
      "need a calendar" },
    { "{clock: response, working_min: 15}", "{clock: response, working_min: 15, basis: working} #!",
      "need a calendar" },
    { "penalty_per: 10, penalty_each_min: 30, penalty_most: 500}", "penalty_each_min: 30} #!",
      "penalty_per and penalty_each_min go together: so much for each so many minutes; add the "
      "money" },
    { "penalty_per: 10, penalty_each_min: 30, penalty_most: 500}", "penalty_per: 10} #!",
      "add the minutes" },
    { "penalty_most: 500}", "penalty_most: 99} #!",
      "at most 99 in all is less than the 100 at once" },
    /* escalations */
    { "  - id: steep\n",
      "  - id: usual #!\n    steps: [{share_pct: 5, to: [ann]}]\n  - id: steep\n",
      "another escalation has this id" },
    { "{share_pct: 100, to: [manager], ", "{share_pct: 50, to: [manager], #!\n       ",
      "escalation steep, step number 2: 50 % is not more than the step before (50 %)" },
    { "{share_pct: 150, to", "{share_pct: 1001, #!\n       to", "share_pct is 1001" },
    { "{share_pct: 150, to: [quinn, dora]}", "{share_pct: 150, to: []} #!",
      "to is missing; add it" },
    { "to: [quinn, dora]}", "to: [quinn, eve]} #!", "to \"eve\" is nobody who could be told" },
    { "to: [quinn, dora]}", "to: [mail]} #!", "to \"mail\" is nobody who could be told" },
    { "to: [quinn, dora]}", "to: [quinn, dora, ann, bob, engineer]} #!", "5 to, at most 4" },
    { "repeat_min: 10, times: 3}", "repeat_min: 10} #!", "repeated how often?" },
    { "repeat_min: 10, times: 3}", "times: 3} #!", "told 3 times without repeat_min" },
    { "      - {share_pct: 75, to: [engineer, dispatchers]}\n", "", "usual: steps is missing" },
    { "  - id: w1\n", "  - id: manager #!\n", "\"manager\" is the contract's manager" },
};

/* Without a mark, something was taken away, and any line will do. */
static void
each_fault_is_told_with_its_line(void **state)
{
    (void)state;
    for (size_t i = 0; i < countof(cases); i++) {
        char *yaml = edited(town, cases[i].old, cases[i].new);
        if (strstr(yaml, "#!") != NULL)
            expect_one(yaml, "#!", cases[i].says);
        else
            expect_some(yaml, cases[i].says);
        free(yaml);
    }
}

static void
a_plan_needs_a_contract_and_an_escalation(void **state)
{
    (void)state;
    const char *from = strstr(town, "escalations:"), *to = strstr(town, "categories:");
    struct buf b = { 0 };
    buf_put(&b, town, (size_t)(from - town));
    buf_put(&b, to, strlen(to) + 1);
    expect_some((char *)b.data, "escalations is missing; add it");
    expect_some((char *)b.data, "contracts is missing; add it");
    buf_fini(&b);
}

/* A plan to begin with names people whose keys are yet to be made. */
static void
without_principals_people_may_be_yet_to_come(void **state)
{
    (void)state;
    struct buf b = { 0 };
    buf_put(&b, town, (size_t)(strstr(town, "principals:") - town));
    buf_put_u8(&b, 0);
    struct plan *p = parse((char *)b.data);
    char **names;
    assert_int_equal(plan_named(p, &names), 2); /* sorted, once each */
    assert_string_equal(names[0], "dora");
    assert_string_equal(names[1], "quinn");
    free(names);
    plan_free(p);
    char *own = edited((char *)b.data, "complaints: quinn", "complaints: dora");
    expect_some(own, "is the manager, and complaints need somebody outside");
    free(own);
    own = edited((char *)b.data, "complaints: quinn", "complaints: bob");
    expect_some(own, "complaints \"bob\" must be a dispatcher");
    free(own);
    buf_fini(&b);
}

static void
clocks_and_reasons_have_the_names_of_the_wire(void **state)
{
    enum promise_basis basis;
    (void)state;
    for (enum clock c = 0; c < CLOCKS; c++) {
        assert_string_equal(promise_clock_name(c), clock_name(c));
        assert_int_equal(promise_clock(str_of(clock_name(c))), c);
    }
    for (enum reason r = 0; r < REASONS; r++) {
        enum reason got = promise_exempt(str_of(reason_name(r)));
        assert_int_equal(got,
                         r == REASON_FORCE_MAJEURE || r == REASON_CUSTOMER_DELAY ? r : REASON_NONE);
    }
    assert_true(promise_basis(STR(""), &basis) && basis == BASIS_ALWAYS);
    assert_true(promise_basis(STR("split"), &basis) && basis == BASIS_SPLIT);
    assert_false(promise_basis(STR("splits"), &basis));
}

static struct rules *
rules_of(const char *yaml, const char *territory)
{
    struct plan *p = parse(yaml);
    struct territory_id t;
    assert_true(str_fill(t.s, sizeof(t.s), str_of(territory)));
    struct rules *r = plan_rules(p, t);
    plan_free(p);
    return r;
}

static void
the_engine_gets_promises_in_its_own_units(void **state)
{
    (void)state;
    struct rules *r = rules_of(town, "west");
    assert_int_equal(r->contracts_count, 2);
    const struct contract *usual = &r->contracts[0], *gold = &r->contracts[1];
    assert_string_equal(usual->id, "usual");
    assert_null(usual->calendar);
    assert_int_equal(usual->ladder, 0);
    assert_int_equal(usual->exempts, 0);
    assert_true(no_name(usual->manager));
    for (size_t level = 0; level < 2; level++) {
        assert_int_equal(usual->promises[CLOCK_RESPONSE][level].working_ms, 15 * MINUTES);
        assert_int_equal(usual->promises[CLOCK_RESPONSE][level].off_ms, 15 * MINUTES);
        assert_int_equal(usual->promises[CLOCK_RESPONSE][level].basis, BASIS_ALWAYS);
        assert_int_equal(usual->promises[CLOCK_ANALYSIS][level].working_ms, 0);
    }
    assert_string_equal(gold->currency, "EUR");
    assert_string_equal(gold->manager.s, "dora");
    assert_string_equal(gold->complaints.s, "quinn");
    assert_string_equal(gold->preferred[0].s, "ann");
    assert_int_equal(gold->preferred_count, 1);
    assert_int_equal(gold->exempts, 1u << REASON_FORCE_MAJEURE | 1u << REASON_CUSTOMER_DELAY);
    assert_int_equal(gold->ladder, 1);
    const struct promise *p = &gold->promises[CLOCK_RESTORATION][0];
    assert_int_equal(p->working_ms, HOURS);
    assert_int_equal(p->off_ms, 90 * MINUTES);
    assert_int_equal(p->basis, BASIS_SPLIT);
    assert_int_equal(p->penalty, 100);
    assert_int_equal(p->penalty_per, 10);
    assert_int_equal(p->penalty_each_ms, 30 * MINUTES);
    assert_int_equal(p->penalty_most, 500);
    assert_int_equal(gold->promises[CLOCK_ANALYSIS][0].working_ms, 0);
    assert_int_equal(gold->promises[CLOCK_ANALYSIS][1].working_ms, 8 * HOURS);
    assert_int_equal(gold->promises[CLOCK_RESPONSE][0].working_ms, 0);
    rules_free(r);
}

static void
the_engine_gets_ladders_calendars_and_contacts(void **state)
{
    (void)state;
    struct rules *r = rules_of(town, "west");
    const struct ladder *steep = &r->ladders[1];
    assert_int_equal(r->ladders_count, 2);
    assert_int_equal(r->ladders[0].ack_ms, 30 * MINUTES);
    assert_int_equal(steep->ack_ms, 20 * MINUTES);
    assert_int_equal(steep->rungs_count, 3);
    assert_int_equal(steep->rungs[0].times, 1);
    assert_int_equal(steep->rungs[0].targets[0].kind, TARGET_ENGINEER);
    assert_int_equal(steep->rungs[1].targets[0].kind, TARGET_MANAGER);
    assert_int_equal(steep->rungs[1].repeat_ms, 10 * MINUTES);
    assert_int_equal(steep->rungs[1].times, 3);
    assert_int_equal(steep->rungs[2].targets_count, 2);
    assert_string_equal(steep->rungs[2].targets[0].who.s, "quinn");
    assert_int_equal(r->ladders[0].rungs[0].targets[1].kind, TARGET_DISPATCHERS);
    const struct calendar *hours = r->contracts[1].calendar;
    assert_string_equal(hours->id, "hours");
    assert_int_equal(hours->count, 2);
    assert_int_equal(hours->spans[1].from, 33 * HOURS);
    assert_int_equal(hours->spans[1].before, 8 * HOURS);
    assert_int_equal(r->contacts_count, 2);
    assert_string_equal(r->contacts[0].id.s, "dora");
    assert_int_equal(r->contacts[0].duty->spans[0].to, 12 * HOURS);
    assert_null(r->contacts[1].duty);
    assert_non_null(r->engineers[0].roster); /* ann */
    assert_int_equal(r->engineers[0].roster->count, 1);
    rules_free(r);
    r = rules_of(town, "east");
    assert_null(r->engineers[0].roster);     /* bob */
    assert_int_equal(r->calendars_count, 2); /* not ann's */
    rules_free(r);
}

static void
sites_and_customers_know_their_contract(void **state)
{
    (void)state;
    struct rules *r = rules_of(town, "desk");
    assert_int_equal(r->customers_count, 1); /* C 1 has none of its own */
    assert_string_equal(r->customers[0].id.s, "C 2");
    assert_int_equal(r->customers[0].contract, 1);
    assert_int_equal(r->sites_count, 3);
    assert_string_equal(r->sites[0].id.s, "mill");
    assert_int_equal(r->sites[0].contract, 1); /* its customer's */
    assert_int_equal(r->sites[0].warranty_until, 0);
    assert_string_equal(r->sites[1].id.s, "shop"); /* says whose it is, no more */
    assert_string_equal(r->sites[1].customer.s, "C 1");
    assert_int_equal(r->sites[1].contract, NO_INDEX_8);
    assert_string_equal(r->sites[2].id.s, "tower");
    assert_int_equal(r->sites[2].contract, 1);
    assert_int_equal(r->sites[2].warranty_until, INT64_C(1898553600000)); /* 2030-03-01 */
    rules_free(r);
    r = rules_of(town, "west"); /* tower is the desk's */
    assert_int_equal(r->sites_count, 2);
    rules_free(r);
    char *yaml = edited(town, "contract: gold, warranty_until", "warranty_until");
    char *west = edited(yaml, "territory: desk, lat: 5, lon: 5", "territory: west, lat: 5, lon: 5");
    r = rules_of(west, "west"); /* an hour before UTC */
    assert_string_equal(r->sites[2].id.s, "tower");
    assert_int_equal(r->sites[2].contract, NO_INDEX_8);
    assert_int_equal(r->sites[2].warranty_until, INT64_C(1898553600000) - HOURS);
    rules_free(r);
    free(yaml);
    free(west);
}

static void
conditions_services_and_settings_arrive(void **state)
{
    (void)state;
    char *one = edited(town, "  repeat_min: 60\n",
                       "  repeat_min: 60\n  pend_limit_h: 5\n  observe_days: 6\n  reopen_days: 20\n"
                       "  geofence_m: 0\n  outage_count: 7\n  outage_min: 8\n");
    char *two = edited(one, "  - id: other\n",
                       "  - id: other\n    service: installation\n    preprocess_min: 9\n");
    char *yaml =
        edited(two, "    category: other\n",
               "    contract: gold\n    affected_pct: 10\n    lost_pct: 0\n    down: true\n");
    struct rules *r = rules_of(yaml, "west"), *d = rules_of(town, "west");
    assert_int_equal(r->pend_ms, 5 * HOURS);
    assert_int_equal(r->observe_ms, 6 * DAYS);
    assert_int_equal(r->reopen_ms, 20 * DAYS);
    assert_int_equal(r->settle_ms, 20 * DAYS); /* at hand for as long as it can be reopened */
    assert_int_equal(r->geofence_m, 0);
    assert_int_equal(r->outage_count, 7);
    assert_int_equal(r->outage_ms, 8 * MINUTES);
    assert_true(r->categories[0].installation && !r->categories[1].installation);
    assert_int_equal(r->categories[0].preprocess_ms, 9 * MINUTES);
    assert_int_equal(r->categories[1].preprocess_ms, 0);
    assert_int_equal(r->level_rules[2].contract, 1);
    assert_int_equal(r->level_rules[2].affected_pct, 10);
    assert_int_equal(r->level_rules[2].lost_pct, 0);
    assert_true(r->level_rules[2].down);
    assert_int_equal(d->pend_ms, 14 * DAYS);
    assert_int_equal(d->observe_ms, 92 * DAYS);
    assert_int_equal(d->reopen_ms, 7 * DAYS);
    assert_int_equal(d->settle_ms, 14 * DAYS);
    assert_int_equal(d->geofence_m, 200);
    assert_int_equal(d->outage_ms, 0);
    assert_int_equal(d->level_rules[2].contract, NO_INDEX_8);
    assert_int_equal(d->level_rules[2].affected_pct, -1);
    assert_int_equal(d->level_rules[2].lost_pct, -1);
    assert_false(d->level_rules[2].down);
    rules_free(r);
    rules_free(d);
    free(one);
    free(two);
    free(yaml);
}

/* The seed's figures, as the sample promises them. */
static void
the_sample_promises_what_the_service_says(void **state)
{
    static const struct {
        enum clock clock;
        msec general, general_off, severe;
    } seed_says[] = {
        { CLOCK_RESPONSE, 15 * MINUTES, 15 * MINUTES, 15 * MINUTES },
        { CLOCK_ARRIVAL, 3 * HOURS, 5 * HOURS, 2 * HOURS },
        { CLOCK_RESTORATION, 4 * HOURS, 7 * HOURS, 4 * HOURS },
        { CLOCK_REPLACEMENT, 8 * HOURS, 8 * HOURS, 8 * HOURS },
        { CLOCK_ANALYSIS, 0, 0, 3 * DAYS },
        { CLOCK_COMPLAINT_ANSWER, 2 * HOURS, 2 * HOURS, 2 * HOURS },
        { CLOCK_COMPLAINT_CLOSE, 15 * DAYS, 15 * DAYS, 15 * DAYS },
    };
    (void)state;
    char *yaml = file("deploy/sample/plan.yaml");
    struct plan *p = parse_sample(yaml);
    struct territory_id t = { "north" };
    struct rules *r = plan_rules(p, t);
    assert_string_equal(r->contracts[0].id, "telecom-hardware");
    for (size_t i = 0; i < countof(seed_says); i++) {
        const struct promise *promised = r->contracts[0].promises[seed_says[i].clock];
        assert_int_equal(promised[0].working_ms, seed_says[i].general);
        assert_int_equal(promised[0].off_ms, seed_says[i].general_off);
        assert_int_equal(promised[1].working_ms, seed_says[i].severe);
        assert_int_equal(promised[1].off_ms, seed_says[i].severe);
    }
    const struct contract *carrier = &r->contracts[1];
    assert_int_equal(carrier->promises[CLOCK_RESPONSE][0].working_ms, MINUTES);
    assert_int_equal(carrier->promises[CLOCK_ARRIVAL][1].working_ms, HOURS);
    assert_int_equal(carrier->promises[CLOCK_ARRIVAL][1].off_ms, 2 * HOURS);
    assert_true(r->contracts[0].calendar->count > 1000);
    rules_free(r);
    plan_free(p);
    free(yaml);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_fault_is_told_with_its_line),
        cmocka_unit_test(a_plan_needs_a_contract_and_an_escalation),
        cmocka_unit_test(without_principals_people_may_be_yet_to_come),
        cmocka_unit_test(clocks_and_reasons_have_the_names_of_the_wire),
        cmocka_unit_test(the_engine_gets_promises_in_its_own_units),
        cmocka_unit_test(the_engine_gets_ladders_calendars_and_contacts),
        cmocka_unit_test(sites_and_customers_know_their_contract),
        cmocka_unit_test(conditions_services_and_settings_arrive),
        cmocka_unit_test(the_sample_promises_what_the_service_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
