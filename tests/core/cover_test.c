/* cover_test.c - about workers/core/cover.c: what it is worth that somebody stands by, beside the
 * formula in doubles and libm, and that a reloaded engine knows it. */
#include "tests/core/world.h"
#include "workers/core/cover.h"
#include "workers/core/state.h"
#include "workers/core/travel.h"

#include <math.h>

#define NOW (WORLD_BEGIN + 10 * HOURS)

/* ---- a town: who can do "ac" is asked about, and some others are at work */

enum { OTHERS = 10, PEOPLE_MAX = 48 };

struct town {
    struct world_plan plan;
    struct engineer_rule people[PEOPLE_MAX];
    struct engine *e;
    struct effects fx;
    uint32_t jobs;
};

static const struct place center = { 310000000, 1210000000 };

/* So many metres north of the center. */
static struct place
north(int64_t metres)
{
    return (struct place){ center.lat_e7 + (int32_t)(metres * 90), center.lon_e7 };
}

static struct engineer_rule *
town_person(struct town *t, const char *name, const char *skill, struct place home)
{
    struct engineer_rule *p = &t->people[t->plan.rules.engineers_count++];
    p->id = NAME(engineer_id, name);
    world_skill(p, skill, 3);
    p->home = home;
    p->capacity = 1;
    p->duty[p->duty_count++] = (struct span){ 0, 10080 };
    return p;
}

static struct town *
town_new(void)
{
    struct town *t = zalloc(sizeof(*t));
    world_plan_init(&t->plan, "home", 1);
    t->plan.categories[0].service_ms = HOURS;
    t->plan.rules.matching.scarcity_s = 0;
    t->plan.rules.engineers = t->people;
    t->plan.rules.engineers_count = 0;
    for (size_t i = 0; i < OTHERS; i++) {
        char name[16];
        snprintf(name, sizeof(name), "a-other%zu", i);
        town_person(t, name, "other", center);
    }
    return t;
}

static void
town_fini(struct town *t)
{
    engine_free(t->e);
    effects_fini(&t->fx);
    free(t);
}

/* The others get something to do, which nobody else could. */
static void
town_open(struct town *t)
{
    t->e = engine_new(t->plan.rules.territory, WORLD_INCARNATION, &t->plan.rules);
    world_apply(t->e, &(struct event){ .kind = EVENT_TIME, .at = NOW }, &t->fx);
    for (size_t i = 0; i < OTHERS; i++) {
        t->e->roster.list[i].load = 1;
        t->e->roster.list[i].seats.stale = true;
    }
}

/* Open tickets that nobody works at. */
static void
town_tickets(struct town *t, size_t count, const char *category, struct place p)
{
    for (size_t i = 0; i < count; i++) {
        struct ticket_id id = { { (uint8_t)++t->jobs, (uint8_t)(t->jobs >> 8), 3 } };
        struct job *j = job_new(t->e, id);
        j->slot = roster_slot(&t->e->roster, NAME(category_id, category));
        j->t.place = p;
    }
}

static uint32_t
worth(const struct town *t, const char *name)
{
    return roster_find(&t->e->roster, NAME(engineer_id, name))->standby_s;
}

static uint32_t
look(struct town *t, const char *name)
{
    cover_look(t->e);
    return worth(t, name);
}

static void
a_few_tickets_tell_nothing(void **state)
{
    (void)state;
    struct town *t = town_new();
    town_person(t, "near", "air", north(1000));
    t->plan.rules.fallback = (struct category_id){ "" };
    town_open(t);
    assert_int_equal(look(t, "near"), 0);
    town_tickets(t, COVER_LEAST - 1, "ac", center);
    town_tickets(t, 5, "ac", PLACE_NONE);
    town_tickets(t, 5, "no-such", center); /* nobody can tell who could go */
    assert_int_equal(look(t, "near"), 0);
    town_tickets(t, 1, "ac", center);
    assert_true(look(t, "near") > 0);
    assert_int_equal(worth(t, "near") % COVER_STEP_S, 0);
    assert_int_equal(worth(t, "a-other0"), 0);
    town_fini(t);
}

static void
without_reports_of_the_worst_level_without_a_promise_or_anybody_at_work_it_is_nothing(void **state)
{
    (void)state;
    struct town *t = town_new();
    town_person(t, "near", "air", north(1000));
    town_open(t);
    town_tickets(t, COVER_LEAST, "ac", center);
    assert_true(look(t, "near") > 0);
    t->plan.rules.matching.cover_pm = 0;
    assert_int_equal(look(t, "near"), 0); /* what it was is forgotten */
    t->plan.rules.matching.cover_pm = 40;
    assert_true(look(t, "near") > 0);
    struct promise *worst = &t->plan.contract.promises[CLOCK_ARRIVAL][1], kept = *worst;
    *worst = (struct promise){ 0 };
    assert_int_equal(look(t, "near"), 0);
    *worst = kept;
    for (size_t i = 0; i < OTHERS; i++)
        t->e->roster.list[i].load = 0;
    assert_int_equal(look(t, "near"), 0);
    town_fini(t);
}

/* The engineers of "ac" so many metres away, 0: nobody; what the first of them is worth. */
static uint32_t
worth_beside(int64_t first, int64_t second)
{
    struct town *t = town_new();
    town_person(t, "n1", "air", north(first));
    if (second > 0)
        town_person(t, "n2", "air", north(second));
    town_open(t);
    town_tickets(t, 2 * COVER_LEAST, "ac", center);
    uint32_t got = look(t, "n1");
    town_fini(t);
    return got;
}

static void
who_is_not_the_only_one_is_worth_less(void **state)
{
    (void)state;
    uint32_t alone = worth_beside(1000, 0), of_two = worth_beside(1000, 1000);
    assert_true(of_two > 0 && of_two < alone);
    assert_true(worth_beside(1000, 40000) > of_two); /* the other would be rather late */
    assert_int_equal(worth_beside(1000, 2000000), alone);
}

static void
who_is_far_is_worth_less_and_who_cannot_come_nothing(void **state)
{
    (void)state;
    uint32_t near = worth_beside(1000, 0), late = worth_beside(40000, 0);
    assert_true(late > 0 && late < near);
    assert_true(worth_beside(40000, 1000) < late);
    assert_int_equal(worth_beside(2000000, 0), 0);
    struct town *t = town_new();
    town_person(t, "low", "air", center)->skills[0].level = 1;
    struct engineer_rule *off = town_person(t, "off", "air", center);
    off->duty[0] = (struct span){ 0, 60 };
    struct engineer_rule *soon = town_person(t, "soon", "air", center);
    soon->duty[0] = (struct span){ 0, 10 * 60 + 20 }; /* the work would outlast his shift */
    town_open(t);
    town_tickets(t, 2 * COVER_LEAST, "ac", center);
    cover_look(t->e);
    assert_int_equal(worth(t, "low"), 0);
    assert_int_equal(worth(t, "off"), 0);
    assert_int_equal(worth(t, "soon"), 0);
    town_fini(t);
}

static void
it_is_never_more_than_is_said_whatever_the_weights(void **state)
{
    (void)state;
    struct town *t = town_new();
    struct matching *m = &t->plan.rules.matching;
    town_person(t, "near", "air", center);
    m->weights[0] = m->weights[1] = WEIGHT_MAX;
    m->p_late_s = 86400;
    m->cover_pm = 1000;
    town_open(t);
    town_tickets(t, 2 * COVER_LEAST, "ac", center);
    assert_int_equal(look(t, "near"), COVER_MOST_S);
    town_fini(t);
}

/* ---- who covers stays, and the second nearest goes */

/* A mild "line" near who alone can do "ac", too; `near` is charged so much in `scarcity`. */
static const char *
sent(int32_t cover_pm, int64_t *charged)
{
    struct town *t = town_new();
    world_skill(town_person(t, "near", "air", north(500)), "line", 3);
    town_person(t, "second", "line", north(4000));
    t->plan.rules.matching.cover_pm = cover_pm;
    town_open(t);
    town_tickets(t, 2 * COVER_LEAST, "ac", center);
    struct event r = world_report(NOW + 2 * MINUTES, 200, "line", "s");
    world_apply(t->e, &r, &t->fx);
    bool second = world_told(&t->fx, UPDATE_OFFER, "second");
    assert_true(second != world_told(&t->fx, UPDATE_OFFER, "near"));
    struct job *j = job_find(t->e, ticket_of(r.report.id));
    struct wish w = match_wish(t->e, j);
    struct engineer *near = roster_find(&t->e->roster, NAME(engineer_id, "near"));
    struct choice choice;
    struct grounds why;
    match_look(&w, &choice);
    seat_look(t->e, near);
    assert_true(match_grounds(&w, &choice, near, 0, &why));
    size_t term = 0;
    while (strcmp(cost_text(term), "scarcity") != 0)
        term++;
    *charged = second ? why.terms[term] : 0;
    assert_true(!second || *charged == (int64_t)near->standby_s * COST_SECOND);
    town_fini(t);
    return second ? "second" : "near";
}

static void
the_second_nearest_goes_where_the_nearest_alone_covers(void **state)
{
    (void)state;
    int64_t charged;
    assert_string_equal(sent(40, &charged), "second");
    assert_true(charged > 0);
    assert_string_equal(sent(0, &charged), "near");
}

/* ---- crowds that work */

struct crowd {
    struct town t;
    struct rng r;
    instant at;
    uint64_t said;
};

static struct place
somewhere(struct rng *r)
{
    return (struct place){ center.lat_e7 + (int32_t)rng_below(r, 4000000),
                           center.lon_e7 + (int32_t)rng_below(r, 4000000) };
}

static struct crowd *
crowd_new(uint64_t from, size_t people)
{
    static const char *const skills[] = { "air", "line", "odd" };
    struct crowd *c = zalloc(sizeof(*c));
    struct town *t = &c->t;
    c->r.state = from;
    c->at = WORLD_BEGIN + (msec)rng_below(&c->r, 5 * DAYS);
    world_plan_init(&t->plan, "home", 1);
    struct matching *m = &t->plan.rules.matching;
    m->answer_s = 60;
    m->unsure_s = 1200;
    m->pause_ms = HOURS;
    m->early_ms = 2 * HOURS;
    m->cover_pm = (int32_t)(1 + rng_below(&c->r, 200));
    t->plan.rules.engineers = t->people;
    t->plan.rules.engineers_count = 0;
    for (size_t i = 0; i < people; i++) {
        char name[8];
        snprintf(name, sizeof(name), "p%02zu", i);
        struct engineer_rule *p = town_person(t, name, skills[i % 3], somewhere(&c->r));
        p->capacity = (uint16_t)(1 + rng_below(&c->r, 2));
        int32_t begin = (int32_t)rng_below(&c->r, 4) * 240;
        p->duty_count = 0;
        for (int32_t day = 0; day < 7; day++)
            p->duty[p->duty_count++] =
                (struct span){ day * 1440 + begin, day * 1440 + begin + 700 };
    }
    for (size_t i = 0; i < 2; i++)
        t->plan.contract.promises[CLOCK_ARRIVAL][i].working_ms =
            (30 + (msec)rng_below(&c->r, 200)) * MINUTES;
    t->e = engine_new(t->plan.rules.territory, WORLD_INCARNATION, &t->plan.rules);
    return c;
}

static void
crowd_free(struct crowd *c)
{
    engine_free(c->t.e);
    effects_fini(&c->t.fx);
    free(c);
}

/* Some engineer does the next thing; false: nobody has anything to do. */
static bool
crowd_works(struct crowd *c, struct event *ev)
{
    static const enum verb next[TICKET_STATES] = {
        [TICKET_OFFERED] = VERB_ACCEPT,
        [TICKET_ACCEPTED] = VERB_DEPART,
        [TICKET_EN_ROUTE] = VERB_ARRIVE,
        [TICKET_WORKING] = VERB_RESOLVE,
    };
    size_t i = 0, skip = rng_below(&c->r, 20);
    struct job *j;
    while ((j = map_next(&c->t.e->jobs, &i)) != NULL)
        if (next[j->t.state] != 0 && skip-- == 0)
            break;
    if (j == NULL)
        return false;
    *ev = world_act(c->at, j->t.engineer.s, ROLE_ENGINEER, ++c->said, next[j->t.state], NULL);
    ev->act.ticket = j->t.id;
    return true;
}

static void
crowd_next(struct crowd *c)
{
    static const char *const kinds[] = { "ac", "line", "odd" };
    struct event ev;
    c->at += (instant)rng_below(&c->r, 3 * MINUTES);
    if (rng_below(&c->r, 2) == 0 || !crowd_works(c, &ev)) {
        ev = world_report(c->at, (uint8_t)++c->t.jobs, kinds[rng_below(&c->r, 3)], "");
        ev.report.id.b[5] = (uint8_t)(c->t.jobs >> 8);
        ev.report.place = somewhere(&c->r);
    }
    world_apply(c->t.e, &ev, &c->t.fx);
}

/* ---- beside the formula, slowly */

/* 1: he would be late for certain, or cannot come. */
static double
late_slowly(struct engine *e, const struct job *j, msec limit, struct engineer *x, bool *comes)
{
    const struct matching *m = &e->rules->matching;
    const struct category *g = e->roster.slots[j->slot].category;
    const struct seats *s = seat_look(e, x);
    instant tick = s->tick, latest = tick + 2 * limit;
    *comes = false;
    if (!engineer_qualifies(x, g->needs, g->needs_count) || s->count == 0)
        return 1;
    instant begins = s->begins[s->turn], until = s->untils[s->turn];
    if (until == FIT_OFF || begins > latest)
        return 1;
    msec way = travel_expected(e->rules, travel_metres(s->from, j->t.place), begins);
    instant there = begins + way + m->answer_s * SECONDS;
    if (there > latest || there + g->service_ms > until)
        return 1;
    *comes = true;
    double unsure = s->busy ? m->unsure_s : 0, lead = (double)(there - tick) / 1000;
    return 1 / (1 + exp((double)(tick + limit - there) / 1000 / (240 + unsure + 0.12 * lead)));
}

static int
rising(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The probability that a report here would be late; `without`: NULL, or he is not there. */
static double
risk(struct engine *e, const struct job *j, msec limit, const struct engineer *without)
{
    double q[PEOPLE_MAX], left = 1, sum = 0, a = COVER_FREE_PCT / 100.0;
    size_t count = 0;
    for (size_t i = 0; i < e->roster.count; i++) {
        bool comes;
        struct engineer *x = &e->roster.list[i];
        q[count] = late_slowly(e, j, limit, x, &comes);
        count += comes && x != without;
    }
    qsort(q, count, sizeof(*q), rising);
    for (size_t k = 0; k < count; k++, left *= 1 - a)
        sum += left * a * q[k];
    return sum + left;
}

/* What one that is late costs, times those to be expected. */
static double
stake(const struct engine *e)
{
    const struct matching *m = &e->rules->matching;
    size_t busy = 0;
    for (size_t i = 0; i < e->roster.count; i++)
        busy += e->roster.list[i].load > 0;
    return (double)m->weights[1] * m->p_late_s * (double)busy * m->cover_pm / 1000;
}

static double
worth_slowly(struct engine *e, const struct engineer *x)
{
    double sum = 0;
    size_t points = 0;
    const struct job *j;
    for (size_t i = 0; (j = map_next(&e->jobs, &i)) != NULL;) {
        msec limit = job_contract(e, j)->promises[CLOCK_ARRIVAL][1].working_ms;
        if (e->roster.slots[j->slot].category == NULL || !place_known(j->t.place) || limit == 0)
            continue;
        sum += risk(e, j, limit, x) - risk(e, j, limit, NULL);
        points++;
    }
    assert_true(points <= COVER_SAMPLE);
    return points < COVER_LEAST ? 0 : sum / (double)points * stake(e);
}

/* `slack`: of certainty. Returns how many are worth something. */
static size_t
check_worth(struct engine *e, double slack)
{
    size_t some = 0;
    for (size_t i = 0; i < e->roster.count; i++) {
        const struct engineer *x = &e->roster.list[i];
        double want = worth_slowly(e, x), off = stake(e) * slack, got = x->standby_s;
        if (want > COVER_MOST_S)
            want = COVER_MOST_S;
        if (got > want + off || got < want - off - COVER_STEP_S)
            fail_msg("%s: wanted %.1f, got %.1f of %.1f", x->rule->id.s, want, got, stake(e));
        some += got > 0;
    }
    return some;
}

/* `people` of three skills: so a third of them for each ticket. */
static size_t
crowds_compared(struct rng *r, size_t people, double slack)
{
    size_t some = 0;
    for (int round = 0; round < 60; round++) {
        struct crowd *c = crowd_new(rng_next(r), people);
        for (uint64_t n = 20 + rng_below(r, 100); n > 0; n--)
            crowd_next(c);
        cover_look(c->t.e);
        some += check_worth(c->t.e, slack);
        crowd_free(c);
    }
    return some;
}

static void
few_are_worth_what_the_formula_says(void **state)
{
    (void)state;
    struct rng r = seed();
    size_t some = crowds_compared(&r, 9, 1e-4);
    print_message("worth something: %zu\n", some);
    assert_true(some > 50);
}

/* Only the first of many are looked at. */
static void
and_many_nearly(void **state)
{
    (void)state;
    struct rng r = seed();
    size_t some = crowds_compared(&r, PEOPLE_MAX, 0.02);
    print_message("worth something: %zu\n", some);
    assert_true(some > 50);
}

/* ---- a part of the record */

static void
a_reloaded_engine_knows_it_though_the_minute_has_gone_on(void **state)
{
    (void)state;
    struct rng r = seed();
    struct crowd *c = crowd_new(rng_next(&r), 12);
    struct world_store store;
    size_t some = 0, gone = 0;
    world_store_init(&store);
    c->t.plan.rules.matching.cover_pm = 200;
    for (int i = 0; i < 300; i++) {
        crowd_next(c);
        world_commit(&store, c->t.e);
        struct engine *twin = world_load(&store, WORLD_INCARNATION, &c->t.plan.rules);
        for (size_t k = 0; k < twin->roster.count; k++) {
            const struct engineer *x = &c->t.e->roster.list[k], *y = &twin->roster.list[k];
            assert_int_equal(x->standby_s, y->standby_s);
            some += x->standby_s > 0;
        }
        cover_look(twin); /* what would be found now */
        for (size_t k = 0; k < twin->roster.count; k++)
            gone += c->t.e->roster.list[k].standby_s != twin->roster.list[k].standby_s;
        engine_free(twin);
    }
    print_message("worth something: %zu, and by now something else: %zu\n", some, gone);
    assert_true(some > 100 && gone > 0);
    world_store_fini(&store);
    crowd_free(c);
}

/* His record, with so much at its end. */
static enum err
restored(uint32_t standby_s)
{
    struct town *t = town_new();
    town_person(t, "near", "air", center);
    town_open(t);
    struct engineer *x = roster_find(&t->e->roster, NAME(engineer_id, "near"));
    struct buf b = { 0 };
    x->standby_s = 1;
    roster_encode(x, &b);
    x->standby_s = 0;
    b.len -= sizeof(uint32_t);
    buf_put_u32(&b, standby_s);
    enum err err = roster_restore(&t->e->roster, STR("near"), buf_str(&b));
    assert_int_equal(x->standby_s, err == OK ? standby_s : 0);
    buf_fini(&b);
    town_fini(t);
    return err;
}

static void
a_record_that_cannot_be_is_refused(void **state)
{
    (void)state;
    assert_int_equal(restored(1), OK);
    assert_int_equal(restored(COVER_MOST_S), OK);
    assert_int_equal(restored(0), ERR_SYNTAX);
    assert_int_equal(restored(COVER_MOST_S + 1), ERR_SYNTAX);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_few_tickets_tell_nothing),
        cmocka_unit_test(
            without_reports_of_the_worst_level_without_a_promise_or_anybody_at_work_it_is_nothing),
        cmocka_unit_test(who_is_not_the_only_one_is_worth_less),
        cmocka_unit_test(who_is_far_is_worth_less_and_who_cannot_come_nothing),
        cmocka_unit_test(it_is_never_more_than_is_said_whatever_the_weights),
        cmocka_unit_test(the_second_nearest_goes_where_the_nearest_alone_covers),
        cmocka_unit_test(few_are_worth_what_the_formula_says),
        cmocka_unit_test(and_many_nearly),
        cmocka_unit_test(a_reloaded_engine_knows_it_though_the_minute_has_gone_on),
        cmocka_unit_test(a_record_that_cannot_be_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
