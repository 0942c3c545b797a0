/* known_test.c - about workers/core/known.c. */
#include "tests/check.h"
#include "workers/core/known.h"

static struct report_id
id_of(uint64_t n)
{
    struct rng r = { n };
    struct report_id id;
    for (size_t i = 0; i < sizeof(id.b); i += 8) {
        uint64_t word = rng_next(&r);
        memcpy(id.b + i, &word, 8);
    }
    return id;
}

static void
a_hundred_thousand_reports_are_all_known_and_no_other(void **state)
{
    (void)state;
    struct known k = { 0 };
    uint8_t digest[16] = { 0 };
    for (uint64_t i = 0; i < 100000; i++) {
        assert_null(known_find(&k, id_of(i)));
        memcpy(digest, &i, sizeof(i));
        known_add(&k, id_of(i), digest, ticket_of(id_of(i / 2)));
    }
    for (uint64_t i = 0; i < 100000; i++) {
        const struct known_report *r = known_find(&k, id_of(i));
        struct ticket_id t = ticket_of(id_of(i / 2));
        assert_non_null(r);
        assert_memory_equal(r->digest, &i, sizeof(i));
        assert_true(same_id(r->ticket, t));
        assert_null(known_find(&k, id_of(1000000 + i)));
    }
    assert_true(sizeof(struct known_report) <= 56);
    known_fini(&k);
}

static void
each_change_is_listed_once(void **state)
{
    (void)state;
    struct known k = { 0 };
    uint8_t digest[16] = { 9 };
    known_add(&k, id_of(1), digest, ticket_of(id_of(1)));
    known_add(&k, id_of(2), digest, ticket_of(id_of(1)));
    known_end(&k, ticket_of(id_of(1)), TICKET_CLOSED);
    assert_int_equal(k.changed_count, 2);
    known_settle(&k);
    assert_int_equal(k.changed_count, 0);
    known_end(&k, ticket_of(id_of(1)), TICKET_CANCELLED); /* it has ended once */
    assert_int_equal(k.changed_count, 0);
    assert_int_equal(known_find(&k, id_of(1))->end, TICKET_CLOSED);
    assert_int_equal(k.ended[TICKET_CLOSED], 1);
    known_fini(&k);
}

static void
records_come_back_and_broken_ones_do_not(void **state)
{
    (void)state;
    struct known k = { 0 };
    struct buf b = { 0 };
    uint8_t digest[16] = { 1, 2, 3 };
    struct report_id id = id_of(7);
    known_add(&k, id, digest, ticket_of(id_of(8)));
    known_encode(known_find(&k, id), &b);
    struct str key = str_bytes(id.b, sizeof(id.b));
    for (size_t len = 0; len < b.len; len++) {
        struct known other = { 0 };
        assert_int_equal(known_restore(&other, key, str_bytes(b.data, len)), ERR_SYNTAX);
        known_fini(&other);
    }
    struct known back = { 0 };
    assert_int_equal(known_restore(&back, str_bytes(id.b, 15), buf_str(&b)), ERR_SYNTAX);
    assert_int_equal(known_restore(&back, key, buf_str(&b)), OK);
    assert_int_equal(known_restore(&back, key, buf_str(&b)), ERR_SYNTAX); /* twice */
    assert_memory_equal(known_find(&back, id), known_find(&k, id),
                        offsetof(struct known_report, end));
    known_fini(&back);
    known_fini(&k);
    buf_fini(&b);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_hundred_thousand_reports_are_all_known_and_no_other),
        cmocka_unit_test(each_change_is_listed_once),
        cmocka_unit_test(records_come_back_and_broken_ones_do_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
