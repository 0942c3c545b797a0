/* match_test.c - about workers/core/match.c and roster.c: beside a plain search over everybody. */
#include "tests/core/world.h"

#include <time.h>

#include "workers/core/duty.h"
#include "workers/core/place.h"
#include "workers/core/service.h"
#include "workers/core/state.h"
#include "workers/core/travel.h"

enum { PEOPLE = 60, SKILLS = 6, CATEGORIES = 5 };

struct crowd {
    struct world_plan plan;
    struct engineer_rule people[PEOPLE];
    struct engine *e;
    struct effects fx;
};

static const char *const skills[SKILLS] = { "s0", "s1", "s2", "s3", "s4", "s5" };

static void
crowd_init(struct crowd *c, struct rng *r)
{
    char name[24];
    memset(c, 0, sizeof(*c));
    world_plan_init(&c->plan, "home", 1);
    c->plan.rules.engineers = c->people;
    c->plan.rules.engineers_count = PEOPLE;
    for (size_t i = 0; i < PEOPLE; i++) {
        struct engineer_rule *p = &c->people[i];
        snprintf(name, sizeof(name), "p%02zu", i);
        p->id = NAME(engineer_id, name);
        for (size_t k = 0; k < SKILLS; k++)
            if (rng_below(r, 3) == 0)
                world_skill(p, skills[k], (uint8_t)(1 + rng_below(r, 3)));
        p->home =
            rng_below(r, 8) == 0 ? PLACE_NONE : (struct place){ (int32_t)rng_below(r, 1000000), 0 };
        p->capacity = (uint16_t)(1 + rng_below(r, 3));
        p->duty[p->duty_count++] = (struct span){ 0, rng_below(r, 4) == 0 ? 10 : 10080 };
    }
    for (size_t i = 0; i < CATEGORIES; i++) {
        struct category *g = &c->plan.categories[i];
        g->needs_count = 0;
        for (size_t k = 0; k < SKILLS && i > 0; k++)
            if (rng_below(r, 4) == 0)
                g->needs[g->needs_count++] =
                    (struct skill){ NAME(skill_id, skills[k]), (uint8_t)(1 + rng_below(r, 2)) };
    }
    c->e = engine_new(c->plan.rules.territory, WORLD_INCARNATION, &c->plan.rules);
    world_apply(c->e, &(struct event){ .kind = EVENT_TIME, .at = WORLD_BEGIN + HOURS }, &c->fx);
}

static void
crowd_fini(struct crowd *c)
{
    engine_free(c->e);
    effects_fini(&c->fx);
}

/* Idle people only: from where he is, at once. */
static const struct engineer *
plain_search(const struct crowd *c, const struct job *j)
{
    const struct engineer *best = NULL;
    const struct category *g = c->e->roster.slots[j->slot].category;
    const struct contract *contract = job_contract(c->e, j);
    struct fit f =
        fit_of(&c->e->roster, &c->e->learned, &c->e->roster.slots[j->slot], contract, &j->t);
    instant now = engine_at(c->e);
    struct cost_ticket ct;
    int64_t least = 0;
    cost_ticket(&ct, &c->plan.rules.matching, contract, &j->t,
                cost_rarity(&c->e->roster, g->needs, g->needs_count), now);
    for (size_t i = 0; i < PEOPLE; i++) {
        const struct engineer *x = &c->e->roster.list[i];
        struct fit_way way;
        enum considered_why why = fit_ask(&f, x, now, &way);
        if (!fits(why))
            continue;
        const struct cost_trip trip = {
            .departs = now,
            .travel_ms = way.travel_ms,
            .service_ms = way.service_ms,
            .rarity = cost_rarity(&c->e->roster, x->rule->skills, x->rule->skills_count),
            .missed = why == WHY_MISSED,
        };
        struct cost_terms terms;
        cost_trip(&ct, &trip, &terms);
        if (best == NULL || cost_sum(&terms) < least) {
            best = x;
            least = cost_sum(&terms);
        }
    }
    return best;
}

static void
the_best_is_who_a_plain_search_finds(void **state)
{
    (void)state;
    struct rng r = seed();
    size_t found = 0, none = 0;
    for (int round = 0; round < 400; round++) {
        struct crowd *c = zalloc(sizeof(*c));
        crowd_init(c, &r);
        static const char *const kinds[] = { "ac", "line", "misc", "mixed", "odd" };
        struct event ev = world_report(WORLD_BEGIN, 1, kinds[rng_below(&r, CATEGORIES)], "s");
        struct job *j = job_new(c->e, ticket_of(ev.report.id));
        j->slot = roster_slot(&c->e->roster, ev.report.category);
        j->t.place = (struct place){ (int32_t)rng_below(&r, 1000000), 0 };
        for (int i = 0; i < 10; i++)
            ticket_refuse(&j->t, (struct refuser){ c->people[rng_below(&r, PEOPLE)].id,
                                                   WORLD_BEGIN + (instant)rng_below(&r, 2 * HOURS),
                                                   rng_below(&r, 2) == 0 });
        struct wish w = match_wish(c->e, j);
        struct choice choice;
        match_look(&w, &choice);
        const struct engineer *x = plain_search(c, j);
        assert_ptr_equal(choice.best, x);
        assert_ptr_equal(match_free(&w), x);
        assert_true(choice.count <= CONSIDERED_MAX);
        if (x != NULL)
            assert_true(same_id(choice.list[0].engineer, x->rule->id));
        found += x != NULL;
        none += x == NULL;
        crowd_fini(c);
        free(c);
    }
    assert_true(found > 50 && none > 20);
}

static void
the_rejected_are_kept_with_their_reasons(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, "home");
    struct event r = world_report(WORLD_BEGIN, 1, "ac", "s"),
                 o = world_report(WORLD_BEGIN, 2, "ac", "t");
    world_do(&w, r); /* e2 takes it: capacity 1 */
    world_do(&w, o);
    struct ticket t = world_ticket(&w, &o);
    assert_int_equal(t.state, TICKET_QUEUED);
    assert_int_equal(t.considered_count, 3);
    assert_int_equal(t.considered[0].why, WHY_AWAITED);
    assert_string_equal(t.considered[0].engineer.s, "home-e2");
    assert_int_equal(t.considered[0].load, 1);
    assert_true(t.considered[0].distance_m > 2000 && t.considered[0].distance_m < 2400);
    assert_string_equal(t.considered[1].engineer.s, "home-e0"); /* the nearest comes first */
    assert_int_equal(t.considered[1].why, WHY_UNSKILLED);
    assert_int_equal(t.considered[2].why, WHY_OFF_DUTY);
    for (unsigned i = 0; i < CONSIDERED_WHYS; i++)
        assert_true(strlen(considered_text(i)) > 3);
    ticket_fini(&t);
    world_fini(&w);
}

static void
the_nearest_wins_and_equals_go_by_id(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, "home");
    w.plan.rules.matching.scarcity_s = 0; /* whoever can do less would go before */
    struct position far = { NAME(engineer_id, "home-e1"), { 320000000, 1210000000 }, WORLD_BEGIN };
    struct event ev = { .kind = EVENT_PLACES, .at = WORLD_BEGIN };
    ev.places.list = &far;
    ev.places.count = 1;
    world_do(&w, ev);
    struct event r = world_report(WORLD_BEGIN, 1, "line", "s");
    world_do(&w, r);
    assert_true(world_told(&w.fx, UPDATE_OFFER, "home-e2"));
    r = world_report(WORLD_BEGIN, 2, "misc", "");
    r.report.place = PLACE_NONE;
    world_do(&w, r);
    assert_true(world_told(&w.fx, UPDATE_OFFER, "home-e0"));

    far.at -= HOURS; /* an older position changes nothing */
    far.place = (struct place){ 310000000, 1210000000 };
    world_do(&w, ev);
    struct changes c = { 0 };
    engine_changes(w.e, &c);
    changes_fini(&c);
    world_do(&w, ev);
    engine_changes(w.e, &c);
    for (size_t i = 0; i < c.count; i++)
        assert_int_not_equal(c.list[i].kind, RECORD_ENGINEER);
    changes_fini(&c);
    world_fini(&w);
}

static void
a_figure_for_ten_thousand_engineers_is_printed(void **state)
{
    (void)state;
    enum { MANY = 10000, ROUNDS = 5000 };
    struct rng r = seed();
    struct crowd *c = zalloc(sizeof(*c));
    crowd_init(c, &r);
    crowd_fini(c);
    struct engineer_rule *people = zalloc(MANY * sizeof(*people));
    for (size_t i = 0; i < MANY; i++) {
        people[i] = c->people[i % PEOPLE];
        snprintf(people[i].id.s, sizeof(people[i].id.s), "p%05zu", i);
        people[i].skills_count = 0;
        world_skill(&people[i], i % 100 == 0 ? "rare" : "common", 3);
    }
    c->plan.rules.engineers = people;
    c->plan.rules.engineers_count = MANY;
    c->plan.categories[1].needs[0] = (struct skill){ NAME(skill_id, "rare"), 1 };
    c->plan.categories[1].needs_count = 1;
    c->fx = (struct effects){ 0 };
    c->e = engine_new(c->plan.rules.territory, WORLD_INCARNATION, &c->plan.rules);
    struct job *j = job_new(c->e, (struct ticket_id){ { 1 } });
    j->slot = 1;
    j->t.place = (struct place){ 500000, 0 };
    clock_t begin = clock();
    for (int i = 0; i < ROUNDS; i++) {
        struct choice choice;
        struct wish w = match_wish(c->e, j);
        match_look(&w, &choice);
        assert_non_null(choice.best);
    }
    print_message("match_us=%.1f (%d engineers, 1 %% qualify)\n",
                  (double)(clock() - begin) / CLOCKS_PER_SEC / (double)ROUNDS * 1e6, MANY);
    assert_int_equal(c->e->roster.slots[1].qualified_count, MANY / 100);
    crowd_fini(c);
    free(people);
    free(c);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_best_is_who_a_plain_search_finds),
        cmocka_unit_test(the_rejected_are_kept_with_their_reasons),
        cmocka_unit_test(the_nearest_wins_and_equals_go_by_id),
        cmocka_unit_test(a_figure_for_ten_thousand_engineers_is_printed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
