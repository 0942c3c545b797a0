/* tally_test.c - what counts as held, and what may be confirmed. */
#include "tests/client/scratch.h"

#include "common/client/tally.h"

static struct tallies all;

static int
begin(void **state)
{
    (void)state;
    tallies_init(&all);
    return 0;
}

static int
end(void **state)
{
    (void)state;
    tallies_fini(&all);
    return 0;
}

static struct tally *
tally(void)
{
    return tallies_at(&all, tallies_index(&all, (struct territory_id){ "north" }));
}

static void
a_territory_has_one_tally_and_none_has_no_name(void **state)
{
    (void)state;
    assert_int_equal(tallies_index(&all, (struct territory_id){ "" }), 0);
    uint16_t a = tallies_index(&all, (struct territory_id){ "a" });
    uint16_t b = tallies_index(&all, (struct territory_id){ "b" });
    assert_int_not_equal(a, b);
    assert_int_equal(tallies_index(&all, (struct territory_id){ "a" }), a);
}

/* Letters in order, some of which never open, redelivered later: nothing that was not held is
 * ever confirmed, and a repeat is known as one. */
static void
nothing_is_confirmed_past_a_hole(void **state)
{
    (void)state;
    struct rng r = seed();
    for (int round = 0; round < 300; round++) {
        struct tally *k = tally();
        tally_renew(&all, k, (struct incarnation){ { (uint8_t)(1 + round % 250) } });
        bool held[41] = { false };
        uint64_t from = 1, confirmed = 0;
        for (int pass = 0; pass < 4; pass++) {
            for (uint64_t n = from; n <= 40; n++) {
                bool opens = rng_below(&r, 8) != 0;
                if (!opens) {
                    tally_miss(k);
                    continue;
                }
                assert_true(!tally_holds(k, false, n) || held[n]);
                tally_take(&all, k, false, n, false);
                held[n] = true;
                assert_true(tally_holds(k, false, n) || k->hole_first != 0);
                confirmed = tally_confirmed(k, false);
                for (uint64_t i = 1; i <= confirmed; i++)
                    assert_true(held[i]);
            }
            from = confirmed + 1; /* what a broker sends again */
        }
    }
}

static void
a_mailbox_that_was_emptied_before_begins_anywhere(void **state)
{
    (void)state;
    struct tally *k = tally();
    tally_renew(&all, k, (struct incarnation){ { 1 } });
    tally_take(&all, k, false, 500, false);
    assert_int_equal(tally_confirmed(k, false), 500);
}

static void
a_resync_stands_for_all_before_it(void **state)
{
    (void)state;
    struct tally *k = tally();
    tally_renew(&all, k, (struct incarnation){ { 1 } });
    tally_take(&all, k, false, 1, false);
    tally_take(&all, k, false, 5, false);
    assert_int_equal(tally_confirmed(k, false), 1);
    assert_false(tally_holds(k, false, 3));
    tally_take(&all, k, false, 900, true);
    assert_int_equal(tally_confirmed(k, false), 900);
}

static void
the_stream_of_the_dispatchers_has_no_holes(void **state)
{
    (void)state;
    struct tally *k = tally();
    tally_renew(&all, k, (struct incarnation){ { 1 } });
    tally_take(&all, k, true, 4, false);
    tally_take(&all, k, true, 9, false);
    assert_int_equal(tally_confirmed(k, true), 9);
    assert_true(tally_holds(k, true, 5));
    assert_int_equal(tally_confirmed(k, false), 0);
}

static void
an_incarnation_left_behind_is_remembered(void **state)
{
    (void)state;
    struct tally *k = tally();
    for (uint8_t i = 1; i <= 3; i++)
        tally_renew(&all, k, (struct incarnation){ { i } });
    assert_true(tally_is_past(k, (struct incarnation){ { 2 } }));
    assert_false(tally_is_past(k, (struct incarnation){ { 3 } }));
    assert_false(tally_is_past(k, (struct incarnation){ { 0 } }));
}

static void
the_higher_head_is_kept_and_a_second_one_of_its_version_is_told(void **state)
{
    (void)state;
    struct tally *k = tally();
    struct letter_head five = { .version = 5, .chain = { { 1 } } };
    struct letter_head other = { .version = 5, .chain = { { 2 } } };
    struct letter_head four = { .version = 4, .chain = { { 9 } } };
    tally_renew(&all, k, (struct incarnation){ { 1 } });
    assert_true(tally_head(&all, k, &five));
    assert_true(tally_head(&all, k, &four));
    assert_int_equal(k->head.version, 5);
    assert_true(tally_head(&all, k, &five));
    assert_false(tally_head(&all, k, &other));
}

static void
it_is_on_disk_what_it_was_and_no_prefix_of_it_is_one(void **state)
{
    (void)state;
    struct rng r = seed();
    struct buf bytes = { 0 };
    struct tally t = { .territory = { "north" },
                       .mail = 7,
                       .watch = 9,
                       .hole_first = 3,
                       .hole_last = 4 },
                 u;
    for (size_t i = 0; i < sizeof(t.head.signature); i++)
        t.head.signature[i] = (uint8_t)rng_next(&r);
    tally_put(&bytes, &t);
    assert_true(tally_get(buf_str(&bytes), &u));
    assert_memory_equal(&t, &u, sizeof(t));
    for (size_t len = 0; len < bytes.len; len++)
        assert_false(tally_get((struct str){ (const char *)bytes.data, len }, &u));
    buf_fini(&bytes);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_territory_has_one_tally_and_none_has_no_name, begin, end),
        cmocka_unit_test_setup_teardown(nothing_is_confirmed_past_a_hole, begin, end),
        cmocka_unit_test_setup_teardown(a_mailbox_that_was_emptied_before_begins_anywhere, begin,
                                        end),
        cmocka_unit_test_setup_teardown(a_resync_stands_for_all_before_it, begin, end),
        cmocka_unit_test_setup_teardown(the_stream_of_the_dispatchers_has_no_holes, begin, end),
        cmocka_unit_test_setup_teardown(an_incarnation_left_behind_is_remembered, begin, end),
        cmocka_unit_test_setup_teardown(
            the_higher_head_is_kept_and_a_second_one_of_its_version_is_told, begin, end),
        cmocka_unit_test_setup_teardown(it_is_on_disk_what_it_was_and_no_prefix_of_it_is_one, begin,
                                        end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
