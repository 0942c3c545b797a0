/* entry_test.c - reports and events are read as they were written, and no prefix is one. */
#include "tests/client/scratch.h"

#include "common/client/entry.h"

static void
a_report_is_read_as_it_was_written_and_no_prefix_is_one(void **state)
{
    (void)state;
    struct buf bytes = { 0 };
    uint8_t digest[16] = { 9, 8 }, got[16];
    struct message m = { .kind = MSG_REPORT, .number = 77 }, n;
    m.report.id.b[3] = 5;
    m.report.route = (struct route){ { "depot" }, { -5, 6 }, { "acme" } };
    m.report.hint = -1;
    m.report.source = (struct source_id){ "mail.support" };
    m.report.pool_key.b[0] = 1;
    m.report.sealed = STR("sealed\0words");
    entry_put_report(&bytes, &m, digest);
    struct cur c = cur_of(buf_str(&bytes));
    entry_get_report(&c, &n, got);
    assert_true(cur_done(&c));
    assert_true(str_eq(m.report.sealed, n.report.sealed));
    n.report.sealed = m.report.sealed;
    assert_memory_equal(&m.report.id, &n.report.id, 16);
    assert_memory_equal(&m.report.route, &n.report.route, sizeof(m.report.route));
    assert_memory_equal(&m.report.source, &n.report.source, sizeof(m.report.source));
    assert_int_equal(n.number, 77);
    assert_int_equal(n.report.hint, -1);
    assert_memory_equal(got, digest, 16);
    for (size_t len = 0; len < bytes.len; len++) {
        c = cur_of((struct str){ (const char *)bytes.data, len });
        entry_get_report(&c, &n, got);
        assert_true(c.failed);
    }
    buf_fini(&bytes);
}

static void
an_event_is_read_as_it_was_written_whatever_its_verb(void **state)
{
    (void)state;
    for (enum verb v = VERB_FIRST_OF_PEOPLE; v < VERBS; v++) {
        struct buf bytes = { 0 };
        struct message m = { .kind = MSG_EVENT, .number = 5 }, n;
        m.event.id = (struct event_id){ 1000, 7 };
        m.event.territory = (struct territory_id){ "north" };
        m.event.ticket.b[15] = 3;
        m.event.seen = 12;
        m.event.verb = v;
        m.event.occurred_at = 99;
        m.event.sealed = STR("x");
        entry_put_event(&bytes, &m);
        struct cur c = cur_of(buf_str(&bytes));
        entry_get_event(&c, &n);
        assert_true(cur_done(&c));
        assert_memory_equal(&m.event.id, &n.event.id, sizeof(m.event.id));
        assert_memory_equal(&m.event.ticket, &n.event.ticket, 16);
        assert_string_equal(n.event.territory.s, "north");
        assert_int_equal(n.event.seen, 12);
        assert_int_equal(n.event.verb, v);
        assert_int_equal(n.event.occurred_at, 99);
        for (size_t len = 0; len < bytes.len; len++) {
            c = cur_of((struct str){ (const char *)bytes.data, len });
            entry_get_event(&c, &n);
            assert_true(c.failed);
        }
        buf_fini(&bytes);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_report_is_read_as_it_was_written_and_no_prefix_is_one),
        cmocka_unit_test(an_event_is_read_as_it_was_written_whatever_its_verb),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
