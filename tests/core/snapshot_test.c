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
static void
loading_at_every_event_changes_no_later_byte(void **state)
{
    (void)state;
    struct rng r = seed();
    struct history *h = history_new(rng_next(&r));
    struct world_store store;
    world_store_init(&store);
    const struct rules *rules = &h->plans[0].rules;
    struct engine *a = engine_new(rules->territory, WORLD_INCARNATION, rules);
    struct engine *b = engine_new(rules->territory, WORLD_INCARNATION, rules);
    struct effects fx = { 0 }, gx = { 0 };
    struct changes c = { 0 };
    struct buf x = { 0 }, y = { 0 };
    for (int i = 0; i < 1200; i++) {
        struct event ev;
        history_tell(h, a, &ev);
        world_apply(a, &ev, &fx);
        world_apply(b, &ev, &gx);
        history_hear(h, &fx);
        buf_clear(&x);
        buf_clear(&y);
        world_put_effects(&x, &fx);
        world_put_effects(&y, &gx);
        assert_same(&x, &y);
        if (i % 7 == 0)
            engine_changes(a, &c); /* a's are taken at other moments than b's */
        world_commit(&store, b);
        engine_free(b);
        b = world_load(&store, WORLD_INCARNATION, &h->plans[h->plan].rules);
        assert_same_state(a, b);
    }
    assert_true(h->view.count > 5);
    engine_free(a);
    engine_free(b);
    effects_fini(&fx);
    effects_fini(&gx);
    changes_fini(&c);
    buf_fini(&x);
    buf_fini(&y);
    world_store_fini(&store);
    history_free(h);
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
    for (int i = 0; i < 600; i++) {
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
    assert_true(refused > 1000 && taken > 0);
    struct engine *other = engine_new(rules->territory, WORLD_INCARNATION, rules);
    assert_int_equal(engine_restore(other, RECORDS, STR("x"), STR("y")), ERR_SYNTAX);
    engine_free(other);
    engine_free(e);
    effects_fini(&fx);
    buf_fini(&all);
    history_free(h);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(loading_at_every_event_changes_no_later_byte),
        cmocka_unit_test(the_changes_add_up_to_the_state),
        cmocka_unit_test(the_same_history_twice_gives_the_same_bytes),
        cmocka_unit_test(broken_records_fail_cleanly),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
