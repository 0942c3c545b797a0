/* snapshot_test.c - about workers/core/snapshot.c and all records: same events, same bytes. */
#include "tests/core/history.h"

static void
assert_same(const struct buf *a, const struct buf *b)
{
    assert_int_equal(a->len, b->len);
    if (a->len > 0)
        assert_memory_equal(a->data, b->data, a->len);
}

static void
assert_same_state(const struct engine *a, const struct engine *b)
{
    struct buf x = { 0 }, y = { 0 };
    engine_save(a, &x);
    engine_save(b, &y);
    assert_same(&x, &y);
    assert_true(engine_next(a) == engine_next(b));
    assert_true(engine_at(a) == engine_at(b));
    assert_int_equal(engine_plan(a), engine_plan(b));
    struct engine_stats s, t;
    engine_stats(a, &s);
    engine_stats(b, &t);
    assert_memory_equal(s.by_state, t.by_state, sizeof(s.by_state));
    buf_fini(&x);
    buf_fini(&y);
}

/* One engine goes on; its twin is thrown away after every event and loaded from what was stored.
 * Nothing that either says or keeps ever differs. */
struct twins {
    const struct rules *rules;
    struct world_store store;
    struct engine *a, *b;
    struct effects fx, gx;
    struct buf x, y;
};

static void
twins_init(struct twins *t, const struct rules *rules)
{
    memset(t, 0, sizeof(*t));
    t->rules = rules;
    world_store_init(&t->store);
    t->a = engine_new(rules->territory, WORLD_INCARNATION, rules);
    t->b = engine_new(rules->territory, WORLD_INCARNATION, rules);
}

static void
twins_apply(struct twins *t, const struct event *ev)
{
    world_apply(t->a, ev, &t->fx);
    world_apply(t->b, ev, &t->gx);
    buf_clear(&t->x);
    buf_clear(&t->y);
    world_put_effects(&t->x, &t->fx);
    world_put_effects(&t->y, &t->gx);
    assert_same(&t->x, &t->y);
    if (ev->kind == EVENT_PLAN || ev->kind == EVENT_FOUND)
        t->rules = ev->rules;
    world_commit(&t->store, t->b);
    engine_free(t->b);
    t->b = world_load(&t->store, WORLD_INCARNATION, t->rules);
    assert_same_state(t->a, t->b);
}

static void
twins_fini(struct twins *t)
{
    engine_free(t->a);
    engine_free(t->b);
    effects_fini(&t->fx);
    effects_fini(&t->gx);
    buf_fini(&t->x);
    buf_fini(&t->y);
    world_store_fini(&t->store);
}

static size_t
learned_count(const struct world_store *s)
{
    size_t count = 0;
    const struct world_record *r;
    for (size_t i = 0; (r = map_next(&s->map, &i)) != NULL;)
        count += r->kind == RECORD_LEARNED;
    return count;
}

/* Goes on for so many events; counts the steps by verb. */
static void
load_at_every_event(struct history *h, int events, size_t steps[VERBS])
{
    struct twins t;
    struct changes c = { 0 };
    twins_init(&t, &h->plans[0].rules);
    for (int i = 0; i < events; i++) {
        struct event ev;
        history_tell(h, t.a, &ev);
        twins_apply(&t, &ev);
        history_hear(h, &t.fx);
        for (size_t k = 0; k < t.fx.outcomes_count; k++)
            if (t.fx.outcomes[k].kind == OUTCOME_STEP)
                steps[t.fx.outcomes[k].verb]++;
        if (i % 7 == 0)
            engine_changes(t.a, &c); /* a's are taken at other moments than b's */
    }
    assert_true(h->view.count > 5);
    assert_true(learned_count(&t.store) > 2);
    changes_fini(&c);
    twins_fini(&t);
    history_free(h);
}

static void
loading_at_every_event_changes_no_later_byte(void **state)
{
    (void)state;
    struct rng r = seed();
    size_t steps[VERBS] = { 0 };
    load_at_every_event(history_new(rng_next(&r)), 1200, steps);
}

static void
nor_does_it_while_people_are_paged_and_pages_held_back(void **state)
{
    (void)state;
    struct rng r = seed();
    struct history *h = history_new(rng_next(&r));
    size_t steps[VERBS] = { 0 };
    for (size_t i = 0; i < countof(h->plans); i++)
        world_ladder(&h->plans[i]);
    load_at_every_event(h, 1200, steps);
}

/* Who follows whom, and how many were opened lately, is derived. */
static void
nor_does_it_while_tickets_follow_and_are_watched(void **state)
{
    (void)state;
    static const enum verb seen[] = { VERB_JOIN, VERB_LEAVE, VERB_MERGE, VERB_EXEMPT,
                                      VERB_OBSERVE };
    struct rng r = seed();
    r.state += 2;
    struct history *h = history_new(rng_next(&r));
    size_t steps[VERBS] = { 0 };
    h->linked = 3;
    load_at_every_event(h, 1500, steps);
    for (size_t i = 0; i < countof(seen); i++)
        assert_true(steps[seen[i]] > 0);
}

/* More at once than one event does: the cursors are part of the state. */
static void
loading_between_slices_changes_nothing_either(void **state)
{
    (void)state;
    struct world_plan one, two;
    struct twins t;
    world_plan_init(&one, "home", 1);
    world_plan_init(&two, "home", 3);
    for (size_t i = 0; i < 5; i++) /* by the plan: e1, e2; when duty begins: e4 */
        two.engineers[i].capacity = 100;
    twins_init(&t, &one.rules);
    twins_apply(&t, &(struct event){ .kind = EVENT_FOUND, .at = WORLD_BEGIN, .rules = &one.rules });
    for (uint32_t i = 0; i < 500; i++) {
        struct event ev = world_report(WORLD_BEGIN, 0, i % 2 ? "line" : "mixed", "");
        ev.report.place = PLACE_NONE;
        memcpy(ev.report.id.b + 2, &i, sizeof(i));
        twins_apply(&t, &ev);
    }
    size_t slices = 0;
    twins_apply(&t, &(struct event){ .kind = EVENT_PLAN, .at = WORLD_BEGIN, .rules = &two.rules });
    for (instant at = WORLD_BEGIN; at <= WORLD_BEGIN + 9 * HOURS; at += HOURS)
        for (; engine_next(t.a) <= at; slices++)
            twins_apply(&t, &(struct event){ .kind = EVENT_TIME, .at = at });
    assert_true(slices > 10);
    twins_fini(&t);
}

/* Many tickets of one place and category, opened, solved and opened again in any order. */
static void
loading_a_crowded_place_changes_nothing_either(void **state)
{
    (void)state;
    struct rng r = seed();
    struct world_plan plan;
    struct twins t;
    struct event reports[150];
    uint64_t n = 0;
    world_plan_init(&plan, "home", 1);
    plan.rules.repeat_ms = 5 * MINUTES;
    plan.engineers[1].capacity = 1000;
    plan.rules.decline_ms = 0;
    twins_init(&t, &plan.rules);
    for (size_t i = 0; i < countof(reports); i++) {
        struct event *ev = &reports[i];
        *ev = world_report(WORLD_BEGIN, (uint8_t)i, "line", "s");
        ev->report.occurred_at -= (instant)rng_below(&r, 12 * HOURS);
        twins_apply(&t, ev);
        static const enum verb verbs[] = { VERB_ACCEPT, VERB_WORK, VERB_RESOLVE };
        const struct event *other = &reports[rng_below(&r, i + 1)];
        for (size_t k = 0; k < 3; k++) {
            struct event act =
                world_act(WORLD_BEGIN, "home-e1", ROLE_ENGINEER, ++n, verbs[k], other);
            twins_apply(&t, &act);
        }
        struct event act = world_act(WORLD_BEGIN, "desk", ROLE_DISPATCHER, i + 1, VERB_REOPEN,
                                     &reports[rng_below(&r, i + 1)]);
        twins_apply(&t, &act);
    }
    twins_fini(&t);
}

/* Somebody is always on the way somewhere: what was learned, and who has set out, come back too. */
static void
loading_while_people_travel_changes_nothing_either(void **state)
{
    (void)state;
    struct rng r = seed();
    struct world_plan plan;
    struct twins t;
    uint64_t n = 0;
    instant at = WORLD_BEGIN;
    world_plan_init(&plan, "home", 1);
    for (size_t x = 0; x < countof(plan.engineers); x++) /* nobody else, however far he is */
        plan.engineers[x].duty_count = x == 1 ? plan.engineers[x].duty_count : 0;
    twins_init(&t, &plan.rules);
    for (uint32_t i = 0; i < 120; i++) {
        struct position p = { NAME(engineer_id, "home-e1"),
                              { 310000000 + (int32_t)rng_below(&r, 4000000), 1210000000 },
                              at += MINUTES };
        struct event report = world_report(at, (uint8_t)i, "line", "");
        report.report.place =
            (struct place){ 310000000, 1210000000 + (int32_t)rng_below(&r, 9000) };
        twins_apply(&t, &report);
        twins_apply(&t, &(struct event){ .kind = EVENT_PLACES, .at = at, .places = { &p, 1 } });
        static const enum verb verbs[] = { VERB_ACCEPT, VERB_DEPART, VERB_ARRIVE, VERB_RESOLVE };
        for (size_t k = 0; k < countof(verbs); k++) {
            struct event act = world_act(at += (instant)rng_below(&r, HOURS), "home-e1",
                                         ROLE_ENGINEER, ++n, verbs[k], &report);
            twins_apply(&t, &act);
        }
    }
    assert_true(learned_count(&t.store) > 20);
    twins_fini(&t);
}

/* What changed, taken in batches, adds up to everything; and a change is named once a batch. */
static void
the_changes_add_up_to_the_state(void **state)
{
    (void)state;
    struct rng r = seed();
    r.state += 1;
    struct history *h = history_new(rng_next(&r));
    const struct rules *rules = &h->plans[0].rules;
    struct engine *e = engine_new(rules->territory, WORLD_INCARNATION, rules);
    struct world_store store;
    struct effects fx = { 0 };
    struct changes c = { 0 };
    world_store_init(&store);
    for (int i = 0; i < 2000; i++) {
        struct event ev;
        history_tell(h, e, &ev);
        world_apply(e, &ev, &fx);
        history_hear(h, &fx);
        if (below(h, 20) != 0)
            continue;
        engine_changes(e, &c);
        assert_true(c.count > 0);
        for (size_t k = 0; k < c.count; k++) {
            for (size_t n = 0; n < k; n++)
                assert_false(c.list[n].kind == c.list[k].kind &&
                             str_eq(c.list[n].key, c.list[k].key));
            world_store_put(&store, &c.list[k]);
        }
        engine_changes(e, &c);
        assert_int_equal(c.count, 0);
        struct engine *back = world_load(&store, WORLD_INCARNATION, &h->plans[h->plan].rules);
        assert_same_state(e, back);
        engine_free(back);
    }
    engine_free(e);
    effects_fini(&fx);
    changes_fini(&c);
    world_store_fini(&store);
    history_free(h);
}

static void
tell_all(uint64_t from, struct buf *said)
{
    struct history *h = history_new(from);
    const struct rules *rules = &h->plans[0].rules;
    struct engine *e = engine_new(rules->territory, WORLD_INCARNATION, rules);
    struct effects fx = { 0 };
    for (int i = 0; i < 1000; i++) {
        struct event ev;
        history_tell(h, e, &ev);
        world_apply(e, &ev, &fx);
        history_hear(h, &fx);
        world_put_effects(said, &fx);
    }
    engine_save(e, said);
    engine_free(e);
    effects_fini(&fx);
    history_free(h);
}

static void
the_same_history_twice_gives_the_same_bytes(void **state)
{
    (void)state;
    struct rng r = seed();
    uint64_t from = rng_next(&r);
    struct buf a = { 0 }, b = { 0 };
    tell_all(from, &a);
    tell_all(from, &b);
    assert_same(&a, &b);
    buf_fini(&a);
    buf_fini(&b);
}

/* Every record of a lived-in engine, cut short at every length and with bits flipped: it is
 * refused, or it is a record; the engine survives either. */
static void
broken_records_fail_cleanly(void **state)
{
    (void)state;
    struct rng r = seed();
    struct history *h = history_new(rng_next(&r));
    const struct rules *rules = &h->plans[0].rules;
    struct engine *e = engine_new(rules->territory, WORLD_INCARNATION, rules);
    struct effects fx = { 0 };
    for (int i = 0; i < 900; i++) {
        struct event ev;
        history_tell(h, e, &ev);
        world_apply(e, &ev, &fx);
        history_hear(h, &fx);
    }
    struct buf all = { 0 };
    engine_save(e, &all);
    size_t refused = 0, taken = 0;
    for (struct cur c = cur_of(buf_str(&all)); c.at < c.end;) {
        enum record_kind kind = cur_u8(&c);
        struct str key = cur_str(&c), bytes = cur_str(&c);
        for (int n = 0; n < 12; n++) {
            struct engine *other = engine_new(rules->territory, WORLD_INCARNATION, rules);
            char *copy = str_dup(bytes);
            size_t len = n < 6 ? rng_below(&r, bytes.len) : bytes.len;
            if (n >= 6)
                copy[rng_below(&r, len)] ^= (char)(1 << rng_below(&r, 8));
            enum err err = engine_restore(other, kind, key, str_bytes(copy, len));
            assert_true(err == ERR_SYNTAX || (err == OK && n >= 6));
            *(err == OK ? &taken : &refused) += 1;
            engine_restored(other);
            struct event ev = { .kind = EVENT_TIME, .at = h->at };
            world_apply(other, &ev, &fx);
            engine_free(other);
            free(copy);
        }
    }
    assert_true(refused > 500 && taken > 0);
    struct engine *other = engine_new(rules->territory, WORLD_INCARNATION, rules);
    assert_int_equal(engine_restore(other, RECORDS, STR("x"), STR("y")), ERR_SYNTAX);
    engine_free(other);
    engine_free(e);
    effects_fini(&fx);
    buf_fini(&all);
    history_free(h);
}

/* After a rollback everybody is told once, in slices, wherever the records are loaded again. */
static void
a_new_incarnation_is_told_once_to_everybody_the_records_name(void **state)
{
    (void)state;
    enum { KNOWN = 300 };
    struct world w;
    struct world_store store;
    size_t told = 0, slices = 0;
    world_init(&w, "home");
    world_store_init(&store);
    struct event report = world_report(WORLD_BEGIN, 1, "line", "");
    world_do(&w, report);
    for (int i = 0; i < KNOWN; i++) {
        char name[16];
        snprintf(name, sizeof(name), "g%03d", i);
        world_do(&w, world_act(WORLD_BEGIN, name, ROLE_GATEWAY, 1, VERB_NOTE, &report));
    }
    world_time(&w, WORLD_BEGIN);
    world_commit(&store, w.e);
    struct engine_stats before;
    engine_stats(w.e, &before);
    assert_true(before.principals > KNOWN);
    engine_free(w.e);

    const struct incarnation another = { { 77 } };
    w.e = world_load(&store, another, &w.plan.rules);
    world_do(&w, world_act(WORLD_BEGIN, "g007", ROLE_GATEWAY, 2, VERB_NOTE, &report));
    assert_true(world_told(&w.fx, UPDATE_VERDICT, "g007")); /* a letter, too: he knows by it */
    for (; engine_next(w.e) <= WORLD_BEGIN; slices++) {
        world_time(&w, WORLD_BEGIN);
        const struct posting *p;
        for (size_t n = 0; (p = world_posting(&w.fx, UPDATE_RESYNC, n)) != NULL; n++) {
            assert_int_equal(p->recipients_count, 1);
            assert_int_equal(p->recipients[0].sequence, 1);
            assert_string_not_equal(p->recipients[0].who.s, "g007");
            told++;
        }
        world_commit(&store, w.e);
        struct engine *again = world_load(&store, another, &w.plan.rules);
        assert_same_state(w.e, again);
        engine_free(w.e);
        w.e = again;
    }
    assert_true(slices >= 3);
    assert_true(told >= KNOWN - 1 && told < before.principals);
    world_fini(&w);
    world_store_fini(&store);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(loading_at_every_event_changes_no_later_byte),
        cmocka_unit_test(nor_does_it_while_people_are_paged_and_pages_held_back),
        cmocka_unit_test(nor_does_it_while_tickets_follow_and_are_watched),
        cmocka_unit_test(loading_between_slices_changes_nothing_either),
        cmocka_unit_test(loading_a_crowded_place_changes_nothing_either),
        cmocka_unit_test(loading_while_people_travel_changes_nothing_either),
        cmocka_unit_test(a_new_incarnation_is_told_once_to_everybody_the_records_name),
        cmocka_unit_test(the_changes_add_up_to_the_state),
        cmocka_unit_test(the_same_history_twice_gives_the_same_bytes),
        cmocka_unit_test(broken_records_fail_cleanly),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
