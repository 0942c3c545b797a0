/* lease_test.c - founding, taking, letting go, beats and attempts. */
#include "private.h"

static struct private_redis redis;
static struct store *store;
static int territories;

static struct territory_id
fresh_territory(void)
{
    struct territory_id t = { "" };
    snprintf(t.s, sizeof(t.s), "t%d", territories++);
    return t;
}

static void
a_territory_is_founded_once(void **state)
{
    (void)state;
    struct territory_id t = fresh_territory();
    struct incarnation first = { { 1 } }, second = { { 2 } };
    struct nonce nobody = { { 0 } };
    struct head h;
    assert_int_equal(store_head(store, t, &h), OK);
    assert_false(h.exists);
    assert_int_equal(store_take(store, t, nobody, private_nonce(1), "w1", NULL, &h), ERR_UNKNOWN);
    assert_int_equal(store_take(store, t, private_nonce(9), private_nonce(1), "w1", &first, &h),
                     ERR_FENCED);
    assert_int_equal(store_take(store, t, nobody, private_nonce(1), "w1", &first, &h), OK);
    assert_true(h.exists && h.clean);
    assert_int_equal(h.version, 0);
    assert_string_equal(h.cursor, "0-0");
    assert_string_equal(h.worker, "w1");
    assert_memory_equal(&h.incarnation, &first, sizeof(first));
    assert_true(same_id(h.chain, (struct chain){ { 0 } }));
    assert_true(same_id(h.parent, (struct incarnation){ { 0 } }));
    /* Another founder comes too late; the same one, after a lost answer, does not. */
    assert_int_equal(store_take(store, t, nobody, private_nonce(2), "w2", &second, &h), ERR_FENCED);
    assert_int_equal(store_take(store, t, nobody, private_nonce(1), "w1", &first, &h), OK);
    assert_true(h.clean);
    assert_memory_equal(&h.incarnation, &first, sizeof(first));
    assert_true(same_id(h.parent, (struct incarnation){ { 0 } }));
}

static void
a_lease_is_taken_only_from_the_holder_that_was_seen(void **state)
{
    (void)state;
    struct territory_id t = fresh_territory();
    struct head h = private_hold(store, t, 1), out;
    assert_int_equal(store_take(store, t, private_nonce(7), private_nonce(2), "w2", NULL, &out),
                     ERR_FENCED);
    assert_int_equal(
        store_take(store, t, (struct nonce){ { 0 } }, private_nonce(2), "w2", NULL, &out),
        ERR_FENCED);
    assert_int_equal(store_take(store, t, h.holder, private_nonce(2), "w2", NULL, &out), OK);
    assert_false(out.clean); /* the first did not let go */
    assert_string_equal(out.worker, "w2");
    assert_int_equal(store_take(store, t, h.holder, private_nonce(3), "w3", NULL, &out),
                     ERR_FENCED);
    assert_int_equal(store_head(store, t, &out), OK);
    struct nonce second = private_nonce(2);
    assert_true(same_id(out.holder, second));
    assert_false(out.clean);
}

static void
what_was_let_go_is_free_and_clean(void **state)
{
    (void)state;
    struct territory_id t = fresh_territory();
    struct head h;
    private_hold(store, t, 1);
    assert_int_equal(store_release(store, t, private_nonce(2)), ERR_FENCED);
    assert_int_equal(store_release(store, t, private_nonce(1)), OK);
    assert_int_equal(store_head(store, t, &h), OK);
    assert_true(h.exists && h.clean && h.worker[0] == '\0');
    assert_true(same_id(h.holder, (struct nonce){ { 0 } }));
    assert_int_equal(store_release(store, t, private_nonce(1)), ERR_FENCED);
    h = private_hold(store, t, 2);
    assert_true(h.clean);
    h = private_hold(store, t, 3);
    assert_false(h.clean);
}

static void
after_a_rollback_a_new_incarnation_names_its_parent_and_goes_on_from_there(void **state)
{
    (void)state;
    struct territory_id t = fresh_territory();
    struct incarnation fresh = { { 42 } };
    struct head h = private_hold(store, t, 1), out;
    for (int i = 0; i < 3; i++) {
        struct commit c = private_next(t, &h);
        assert_int_equal(private_commit(store, &c), OK);
        private_follow(&h, &c);
    }
    for (int again = 0; again < 2; again++) { /* the second asks after a lost answer */
        assert_int_equal(store_take(store, t, h.holder, private_nonce(2), "w2", &fresh, &out), OK);
        assert_memory_equal(&out.incarnation, &fresh, sizeof(fresh));
        assert_memory_equal(&out.parent, &h.incarnation, sizeof(fresh));
        assert_int_equal(out.parent_version, 3);
        assert_int_equal(out.version, 3);
        assert_memory_equal(&out.chain, &h.chain, sizeof(h.chain));
    }
    struct commit c = private_next(t, &out);
    assert_int_equal(private_commit(store, &c), OK);
    assert_int_equal(store_head(store, t, &out), OK);
    assert_int_equal(out.version, 4);
}

static void
attempts_are_counted_by_entry_and_forgotten_by_commit_and_release(void **state)
{
    (void)state;
    struct territory_id t = fresh_territory();
    struct head h = private_hold(store, t, 1);
    uint32_t n;
    for (uint32_t i = 1; i <= 3; i++) {
        assert_int_equal(store_attempt(store, t, private_nonce(1), "5-1", &n), OK);
        assert_int_equal(n, i);
    }
    assert_int_equal(store_attempt(store, t, private_nonce(2), "5-1", &n), ERR_FENCED);
    assert_int_equal(store_attempt(store, t, private_nonce(1), "5-2", &n), OK);
    assert_int_equal(n, 1);
    assert_int_equal(store_attempt(store, t, private_nonce(1), "5-2", &n), OK);
    private_hold(store, t, 2); /* the count outlives its holder */
    assert_int_equal(store_attempt(store, t, private_nonce(2), "5-2", &n), OK);
    assert_int_equal(n, 3);
    assert_int_equal(store_head(store, t, &h), OK);
    assert_string_equal(h.attempt, "5-2");
    assert_int_equal(h.attempts, 3);

    struct commit c = private_next(t, &h);
    assert_int_equal(private_commit(store, &c), OK);
    assert_int_equal(store_attempt(store, t, private_nonce(2), "5-2", &n), OK);
    assert_int_equal(n, 1);
    assert_int_equal(store_release(store, t, private_nonce(2)), OK);
    assert_int_equal(store_head(store, t, &h), OK);
    assert_int_equal(h.attempts, 0);
    assert_string_equal(h.attempt, "");
}

static void
beats_are_listed_and_a_worker_is_buried_only_where_it_was_seen(void **state)
{
    (void)state;
    struct beat *list;
    size_t count;
    assert_int_equal(store_beat(store, "w1", 1), OK);
    assert_int_equal(store_beat(store, "w2", UINT64_MAX), OK);
    assert_int_equal(store_beat(store, "w1", 2), OK);
    assert_int_equal(store_beats(store, &list, &count), OK);
    assert_int_equal(count, 2);
    for (size_t i = 0; i < count; i++)
        assert_true(list[i].count == (strcmp(list[i].worker, "w1") == 0 ? 2 : UINT64_MAX));
    free(list);
    assert_int_equal(store_bury(store, "w1", 1), ERR_CONFLICT);
    assert_int_equal(store_bury(store, "w1", 2), OK);
    assert_int_equal(store_bury(store, "w1", 2), OK); /* asked again */
    assert_int_equal(store_beats(store, &list, &count), OK);
    assert_int_equal(count, 1);
    assert_string_equal(list[0].worker, "w2");
    free(list);
}

static void
a_head_that_somebody_altered_is_refused(void **state)
{
    (void)state;
    static const char *const wrong[][2] = { { "inc", "short" },        { "ver", "-1" },
                                            { "chain", "" },           { "cur", "yesterday" },
                                            { "plan", "99999999999" }, { "tries", "x" } };
    for (size_t i = 0; i < countof(wrong); i++) {
        struct territory_id t = fresh_territory();
        struct head h = private_hold(store, t, 1);
        SAY(store, "HSET", key_of(t, KEY_HEAD).s, wrong[i][0], wrong[i][1]);
        assert_int_equal(store_head(store, t, &h), ERR_SYNTAX);
    }
}

static int
open_all(void **state)
{
    (void)state;
    private_new(&redis, "256mb");
    store = private_store(&redis, "worker");
    return store_up(store, 60000) == OK ? 0 : -1;
}

static int
close_all(void **state)
{
    (void)state;
    store_free(store);
    private_stop(&redis);
    return 0;
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_territory_is_founded_once),
        cmocka_unit_test(a_lease_is_taken_only_from_the_holder_that_was_seen),
        cmocka_unit_test(what_was_let_go_is_free_and_clean),
        cmocka_unit_test(
            after_a_rollback_a_new_incarnation_names_its_parent_and_goes_on_from_there),
        cmocka_unit_test(attempts_are_counted_by_entry_and_forgotten_by_commit_and_release),
        cmocka_unit_test(beats_are_listed_and_a_worker_is_buried_only_where_it_was_seen),
        cmocka_unit_test(a_head_that_somebody_altered_is_refused),
    };
    return cmocka_run_group_tests(tests, open_all, close_all);
}
