/* neighbour_test.c - about workers/core/assist.c: engineers near a border serve two territories,
 * and only their home commits their time. A scenario is played with every death at every commit,
 * then at every two of them; then histories at random with words that come late, twice, and in any
 * order across senders. */
#include "tests/core/neighbours.h"

static const char *const names[SIDES] = { "east", "west", "south" };
static const char *const trades[SIDES][2] = { { "air", NULL },
                                              { "air", "odd" },
                                              { "line", "odd" } };

static void
side_init(struct town *t, size_t i, uint16_t capacity)
{
    struct side *s = &t->sides[i];
    struct world_plan *p = &s->plan;
    world_plan_init(p, names[i], 1);
    p->rules.neighbours_count = 0;
    for (size_t k = 0; k < t->count; k++)
        p->rules.neighbours[p->rules.neighbours_count++] = NAME(territory_id, names[k]);
    p->rules.repeat_ms = 0;
    p->rules.ask_ms = MINUTES;
    p->rules.retry_ms = 10 * MINUTES;
    p->rules.decline_ms = 30 * MINUTES;
    p->rules.engineers_count = 2;
    for (size_t k = 0; k < 2; k++) {
        struct engineer_rule *r = &p->engineers[k];
        r->skills_count = 0;
        for (size_t n = 0; n < 2 && trades[i][n] != NULL; n++)
            world_skill(r, trades[i][n], 5);
        r->capacity = (uint16_t)(capacity + k * (capacity - 1u));
    }
    s->without = *p;
    s->without.rules.version = 2;
    s->without.rules.engineers_count = 1;
    s->incarnation.b[0] = (uint8_t)(i + 1);
    world_store_init(&s->store);
    s->engine = engine_new(p->rules.territory, s->incarnation, &p->rules);
}

static struct town *
town_new(size_t count, uint16_t capacity)
{
    struct town *t = zalloc(sizeof(*t));
    t->count = count;
    t->at = WORLD_BEGIN + 9 * HOURS;
    for (size_t i = 0; i < count; i++)
        side_init(t, i, capacity);
    for (size_t i = 0; i < count; i++)
        town_apply(t, i, (struct event){ .kind = EVENT_FOUND, .rules = &t->sides[i].plan.rules });
    t->step = 0;
    return t;
}

/* ---- what people do */

static void
work_on(struct town *t, struct seen *k)
{
    if (k->state == TICKET_OFFERED)
        town_act(t, k, k->engineer.s, ROLE_ENGINEER, VERB_ACCEPT, 0);
    if (k->state == TICKET_ACCEPTED)
        town_act(t, k, k->engineer.s, ROLE_ENGINEER, VERB_WORK, 0);
    if (k->state == TICKET_WORKING)
        town_act(t, k, k->engineer.s, ROLE_ENGINEER, VERB_RESOLVE, 0);
    if (k->state == TICKET_RESOLVED)
        town_act(t, k, "desk", ROLE_DISPATCHER, VERB_APPROVE, 0);
}

static void
only_accept(struct town *t, struct seen *k)
{
    if (k->state == TICKET_OFFERED)
        work_on(t, k);
}

/* By the ticket's number: 1 is declined, then left lying, then accepted, taken back by the desk,
 * and done; 2 is done; 3 is cancelled while it is offered; 4 when it has been accepted. */
static void
by_the_script(struct town *t, struct seen *k)
{
    unsigned n = k->id.b[0];
    if (n == 1 && k->state == TICKET_OFFERED && k->offers == 1)
        town_act(t, k, k->engineer.s, ROLE_ENGINEER, VERB_DECLINE, 0);
    else if (n == 1 && k->state == TICKET_OFFERED && k->offers == 2)
        return;
    else if (n == 1 && k->state == TICKET_ACCEPTED && k->offers == 3)
        town_act(t, k, "desk", ROLE_DISPATCHER, VERB_RETURN, 0);
    else if ((n == 3 && k->state == TICKET_OFFERED) || (n == 4 && k->state == TICKET_ACCEPTED))
        town_act(t, k, "desk", ROLE_DISPATCHER, VERB_CANCEL, 0);
    else
        work_on(t, k);
}

static void
as_people_do(struct town *t, struct seen *k)
{
    static const enum verb verbs[TICKET_STATES] = {
        [TICKET_OFFERED] = VERB_DECLINE,
        [TICKET_ACCEPTED] = VERB_RETURN,
        [TICKET_WORKING] = VERB_RETURN,
    };
    if (one_in(t, 12) && k->state <= TICKET_HELD)
        town_act(t, k, "desk", ROLE_DISPATCHER, VERB_CANCEL, (msec)rng_below(t->rng, 10 * MINUTES));
    else if (one_in(t, 6) && (k->state == TICKET_ACCEPTED || k->state == TICKET_WORKING))
        town_act(t, k, "desk", ROLE_DISPATCHER, VERB_RETURN, (msec)rng_below(t->rng, 5 * MINUTES));
    else if (one_in(t, 4) && verbs[k->state] != 0)
        town_act(t, k, k->engineer.s, ROLE_ENGINEER, verbs[k->state],
                 (msec)rng_below(t->rng, 5 * MINUTES));
    else if (!one_in(t, 4))
        work_on(t, k);
}

/* ---- what must be so in the end */

static bool
has_refused(const struct ticket *t, struct engineer_id x, instant at)
{
    for (size_t i = 0; i < t->refusers_count; i++)
        if (same_id(t->refusers[i].engineer, x) && t->refusers[i].until > at)
            return true;
    return false;
}

/* Of solved tickets too: whoever is lent is kept for one until it is closed. */
static size_t
kept_load(const struct town *t, struct engineer_id x)
{
    size_t load = town_load(t, x), home = town_home(t, x);
    for (size_t i = 0; i < t->seen_count; i++)
        load += t->seen[i].state == TICKET_RESOLVED && t->seen[i].side != home &&
                same_id(t->seen[i].engineer, x);
    return load;
}

static bool
can(const struct engineer_rule *x, const struct ticket *k)
{
    const char *skill = strcmp(k->category.s, "ac") == 0 ? "air" : k->category.s;
    for (size_t i = 0; i < x->skills_count; i++)
        if (strcmp(x->skills[i].id.s, skill) == 0)
            return true;
    return false;
}

/* Who waits, waits for somebody who is not free: at home for one of them who is worth it, though
 * another may be free (board.h); but then no neighbour has anybody free. */
static void
check_waits(const struct town *t, const struct ticket *k, size_t side)
{
    for (size_t i = 0; i < t->count; i++) {
        const struct rules *r = side_rules(&t->sides[i]);
        size_t free = 0, full = 0;
        for (size_t n = 0; n < r->engineers_count; n++) {
            const struct engineer_rule *x = &r->engineers[n];
            if (!can(x, k) || has_refused(k, x->id, t->at))
                continue;
            bool room = kept_load(t, x->id) < x->capacity;
            free += room;
            full += !room;
        }
        assert_true(free == 0 || (i == side && full > 0));
    }
}

/* Each place that is kept is for a ticket that has this engineer, and the other way round. */
static void
check_rest(const struct town *t)
{
    struct world_view views[SIDES] = { 0 };
    size_t kept = 0, lent = 0;
    for (size_t i = 0; i < t->count; i++)
        world_view_take(&views[i], t->sides[i].engine);
    for (size_t i = 0; i < t->count; i++) {
        for (size_t n = 0; n < views[i].count; n++) {
            const struct ticket *k = &views[i].tickets[n];
            lent += !no_name(k->home);
            if (k->state == TICKET_QUEUED)
                check_waits(t, k, i);
        }
        kept += views[i].kept_count;
        for (size_t n = 0; n < views[i].kept_count; n++) {
            const struct ticket *k = world_view_find(&views[side_named(t, views[i].kept[n].asker)],
                                                     views[i].kept[n].ticket);
            assert_non_null(k);
            assert_string_equal(k->engineer.s, views[i].kept[n].engineer);
        }
    }
    assert_int_equal(kept, lent);
    for (size_t i = 0; i < t->count; i++)
        world_view_fini(&views[i]);
}

/* All faults are over: what waits is offered and accepted as far as there is anybody; then it is
 * done, and nobody has anything any more. */
static void
town_rest(struct town *t)
{
    t->rng = NULL;
    t->faults_count = 0;
    t->react = only_accept;
    for (size_t i = 0; i < t->seen_count; i++)
        t->react(t, &t->seen[i]);
    town_live(t, t->at + 4 * HOURS);
    check_rest(t);
    t->react = work_on;
    for (size_t i = 0; i < t->seen_count; i++)
        t->react(t, &t->seen[i]);
    town_live(t, t->at + 4 * HOURS);
    check_rest(t);
    for (size_t i = 0; i < t->seen_count; i++)
        assert_true(t->seen[i].state == TICKET_CLOSED || t->seen[i].state == TICKET_CANCELLED);
    struct world_view v = { 0 }; /* what is left of them may say that somebody stands by */
    struct world_record *r;
    for (size_t i = 0; i < t->count; i++)
        for (size_t at = 0; (r = map_next(&t->sides[i].store.map, &at)) != NULL;)
            if (r->kind == RECORD_ENGINEER)
                world_view_engineer(&v, str_bytes(r->key.key, r->key.len), buf_str(&r->bytes));
    for (size_t i = 0; i < v.loads_count; i++)
        assert_int_equal(v.loads[i].load, 0);
    assert_int_equal(v.kept_count, 0);
    world_view_fini(&v);
}

/* ---- the scenario */

/* East has four that only west can do, west one of its own; returns how many commits it took. */
static size_t
play(const struct fault *faults, size_t count)
{
    struct town *t = town_new(2, 1);
    memcpy(t->faults, faults, count * sizeof(*faults));
    t->faults_count = count;
    t->react = by_the_script;
    town_report(t, 0, 1, "odd");
    town_report(t, 1, 2, "odd");
    town_live(t, t->at + MINUTES);
    town_report(t, 0, 3, "odd");
    town_live(t, t->at + 12 * MINUTES);
    town_report(t, 0, 4, "odd");
    town_live(t, t->at + 30 * MINUTES);
    size_t steps = t->step;
    assert_int_equal(t->seen_count, 4);
    town_rest(t);
    assert_true(t->lent >= 4);
    town_fini(t);
    return steps;
}

/* Every way to go wrong at one commit. */
enum { WAYS = 24 };
static struct fault
way(size_t step, size_t n)
{
    return (struct fault){
        .step = step,
        .before = n % 3 == 1,
        .after = n % 3 == 2,
        .others = n / 3 % 2 == 1,
        .again = n / 6 % 2 == 1,
        .late = n / 12 == 1,
    };
}

static void
whoever_dies_at_whatever_commit_nobody_is_given_twice_or_kept_for_ever(void **state)
{
    (void)state;
    size_t steps = play(NULL, 0), plays = 0;
    assert_true(steps > 40);
    for (size_t i = 0; i < steps; i++)
        for (size_t n = 1; n < WAYS; n++, plays++)
            play((struct fault[]){ way(i, n) }, 1);
    print_message("commits=%zu plays=%zu\n", steps, plays);
}

/* All pairs of commits, each with ways drawn at random. */
static void
nor_when_they_die_twice(void **state)
{
    (void)state;
    struct rng r = seed();
    size_t steps = play(NULL, 0);
    for (size_t i = 0; i < steps; i++)
        for (size_t k = i + 1; k < steps; k++) {
            struct fault two[] = { way(i, 1 + rng_below(&r, WAYS - 1)),
                                   way(k, 1 + rng_below(&r, WAYS - 1)) };
            play(two, 2);
        }
}

/* ---- at random */

static size_t
live(uint64_t from)
{
    struct rng r = { from };
    struct town *t = town_new(2 + rng_below(&r, 2), (uint16_t)(1 + rng_below(&r, 2)));
    static const char *const categories[] = { "ac", "odd", "line" };
    size_t reports = 8 + rng_below(&r, 16), leaves = rng_below(&r, 3 * reports);
    t->rng = &r;
    t->react = as_people_do;
    for (size_t n = 0; n < reports; n++) {
        town_report(t, rng_below(&r, t->count), (uint8_t)(n + 1),
                    categories[rng_below(&r, t->count)]);
        town_live(t, t->at + (msec)rng_below(&r, 20 * MINUTES));
        if (n == leaves) {
            size_t side = rng_below(&r, t->count);
            channel_put(
                &t->sides[side].from[PEOPLE],
                &(struct event){ .kind = EVENT_PLAN, .rules = &t->sides[side].without.rules },
                t->at);
        }
    }
    town_rest(t);
    size_t lent = t->lent;
    town_fini(t);
    return lent;
}

static void
nor_in_any_history(void **state)
{
    (void)state;
    struct rng r = seed();
    size_t lent = 0;
    for (int i = 0; i < 400; i++)
        lent += live(rng_next(&r));
    assert_true(lent > 1000);
    print_message("lent=%zu\n", lent);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whoever_dies_at_whatever_commit_nobody_is_given_twice_or_kept_for_ever),
        cmocka_unit_test(nor_when_they_die_twice),
        cmocka_unit_test(nor_in_any_history),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
