/* match_test.c - about workers/core/match.c and roster.c: beside a plain search over everybody. */
#include "tests/core/world.h"

#include <time.h>

#include "workers/core/duty.h"
#include "workers/core/match.h"
#include "workers/core/place.h"

enum { PEOPLE = 60, SKILLS = 6, CATEGORIES = 8 };

struct crowd {
    struct rules rules;
    struct engineer_rule people[PEOPLE];
    struct category categories[CATEGORIES];
    struct roster roster;
};

static const char *const skills[SKILLS] = { "s0", "s1", "s2", "s3", "s4", "s5" };

static void
crowd_init(struct crowd *c, struct rng *r)
{
    char name[24];
    memset(c, 0, sizeof(*c));
    c->rules.engineers = c->people;
    c->rules.engineers_count = PEOPLE;
    c->rules.categories = c->categories;
    c->rules.categories_count = CATEGORIES;
    c->rules.speed_m_per_min = 400;
    c->rules.load_ms = 10 * MINUTES;
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
        snprintf(name, sizeof(name), "c%zu", i);
        c->categories[i].id = NAME(category_id, name);
        for (size_t k = 0; k < SKILLS && i > 0; k++)
            if (rng_below(r, 4) == 0)
                c->categories[i].needs[c->categories[i].needs_count++] =
                    (struct skill){ NAME(skill_id, skills[k]), (uint8_t)(1 + rng_below(r, 2)) };
    }
    roster_init(&c->roster, &c->rules);
    for (size_t i = 0; i < PEOPLE; i++)
        c->roster.list[i].load = (uint32_t)rng_below(r, c->people[i].capacity + 1u);
}

static int64_t
cost(const struct crowd *c, const struct engineer *x, struct place to)
{
    struct place from = engineer_place(x);
    bool known = place_known(from) && place_known(to);
    int64_t metres = known ? place_distance(from, to) : 100000;
    return metres * MINUTES / c->rules.speed_m_per_min + c->rules.load_ms * engineer_load(x);
}

static const struct engineer *
plain_search(const struct crowd *c, const struct category *k, const struct ticket *t, instant at)
{
    const struct engineer *best = NULL;
    int64_t best_cost = 0;
    for (size_t i = 0; i < PEOPLE; i++) {
        const struct engineer *x = &c->roster.list[i];
        const struct refuser *no = ticket_refuser(t, x->rule->id, at);
        if (!engineer_qualifies(x, k->needs, k->needs_count) || !engineer_room(x) ||
            !duty_is_on(x->rule, at) || (no != NULL && !no->missed))
            continue;
        int64_t here = cost(c, x, t->place) + (no != NULL ? 1000 * DAYS : 0);
        if (best == NULL || here < best_cost) {
            best = x;
            best_cost = here;
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
        struct crowd c;
        crowd_init(&c, &r);
        size_t k = rng_below(&r, CATEGORIES);
        struct ticket t = { .place = { (int32_t)rng_below(&r, 1000000), 0 } };
        for (int i = 0; i < 10; i++)
            ticket_refuse(&t, (struct refuser){ c.people[rng_below(&r, PEOPLE)].id,
                                                WORLD_BEGIN + (instant)rng_below(&r, 2 * HOURS),
                                                rng_below(&r, 2) == 0 });
        instant at = WORLD_BEGIN + HOURS;
        struct choice choice;
        struct wish ours = { .place = t.place, .slot = &c.roster.slots[k], .ticket = &t };
        struct engineer *x = match_best(&c.roster, &ours, at, &choice);
        assert_ptr_equal(x, plain_search(&c, &c.categories[k], &t, at));
        assert_true(choice.count <= CONSIDERED_MAX);
        if (x != NULL) {
            assert_true(same_id(choice.list[0].engineer, x->rule->id));
            assert_int_equal(choice.list[0].why, WHY_CHOSEN);
        }
        for (size_t i = x == NULL ? 0 : 1; i < choice.count; i++)
            assert_int_not_equal(choice.list[i].why, WHY_CHOSEN);
        found += x != NULL;
        none += x == NULL;

        struct wish theirs = { .place = t.place,
                               .needs = c.categories[k].needs,
                               .needs_count = c.categories[k].needs_count };
        struct ticket clean = { .place = t.place };
        assert_ptr_equal(match_best(&c.roster, &theirs, at, NULL),
                         plain_search(&c, &c.categories[k], &clean, at));
        ticket_fini(&t);
        roster_fini(&c.roster);
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
    assert_string_equal(t.considered[0].engineer.s, "home-e0"); /* the nearest comes first */
    assert_int_equal(t.considered[0].why, WHY_UNSKILLED);
    assert_int_equal(t.considered[1].why, WHY_FULL);
    assert_string_equal(t.considered[1].engineer.s, "home-e2");
    assert_int_equal(t.considered[1].load, 1);
    assert_true(t.considered[1].distance_m > 2000 && t.considered[1].distance_m < 2400);
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
    enum { MANY = 10000, ROUNDS = 20000 };
    struct rng r = seed();
    struct crowd *c = zalloc(sizeof(*c));
    crowd_init(c, &r);
    roster_fini(&c->roster);
    struct engineer_rule *people = zalloc(MANY * sizeof(*people));
    for (size_t i = 0; i < MANY; i++) {
        people[i] = c->people[i % PEOPLE];
        snprintf(people[i].id.s, sizeof(people[i].id.s), "p%05zu", i);
        people[i].skills_count = 0;
        world_skill(&people[i], i % 100 == 0 ? "rare" : "common", 3);
    }
    c->rules.engineers = people;
    c->rules.engineers_count = MANY;
    c->categories[1].needs[0] = (struct skill){ NAME(skill_id, "rare"), 1 };
    c->categories[1].needs_count = 1;
    roster_init(&c->roster, &c->rules);
    struct ticket t = { .place = { 500000, 0 } };
    struct wish wish = { .place = t.place, .slot = &c->roster.slots[1], .ticket = &t };
    struct choice choice;
    clock_t begin = clock();
    for (int i = 0; i < ROUNDS; i++)
        assert_non_null(match_best(&c->roster, &wish, WORLD_BEGIN + i, &choice));
    print_message("match_us=%.1f (%d engineers, 1 %% qualify)\n",
                  (double)(clock() - begin) / CLOCKS_PER_SEC / (double)ROUNDS * 1e6, MANY);
    assert_int_equal(c->roster.slots[1].qualified_count, MANY / 100);
    roster_fini(&c->roster);
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
