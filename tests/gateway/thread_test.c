/* thread_test.c - threads are found by report, ticket, address and number, and are the same after a
 * crash at any byte. */
#include "tests/check.h"
#include "tests/client/scratch.h"

#include "common/io/seal.h"
#include "gateways/thread.h"

static const struct seal_key key = { { 1, 2, 3 } };

struct desk {
    struct threads *threads;
    struct book *book;
};

static struct desk
desk_open(const char *folder, size_t most)
{
    struct desk d = { .threads = threads_new(most) };
    struct book_table table = threads_table(d.threads);
    struct buf why = { 0 };
    assert_int_equal(book_open(&d.book, folder, &key, &table, 1, &why), OK);
    buf_fini(&why);
    return d;
}

static void
desk_close(struct desk *d)
{
    book_close(d->book);
    threads_free(d->threads);
}

static struct thread *
begin(struct desk *d, uint8_t n, const char *address)
{
    struct thread from = { .at = n,
                           .source = (char *)(uintptr_t) "sms.1",
                           .address = (char *)(uintptr_t)address,
                           .lang = (char *)(uintptr_t) "zh",
                           .data = (char *)(uintptr_t) "<m@x>" };
    memset(from.report, n, 16);
    return thread_begin(d->threads, d->book, &from);
}

static struct fl_update
update(uint8_t ticket, const char *kind, const char *state, uint32_t version)
{
    struct fl_update u = { .kind = kind,
                           .state = state,
                           .version = version,
                           .has_ticket = true,
                           .territory = "north",
                           .number = "N-0000000001-2",
                           .level = "general",
                           .engineer = "e1",
                           .name = "Wang",
                           .phone = "+1",
                           .at = 1000 + version };
    memset(u.ticket, ticket, 16);
    return u;
}

static void
two_reports_of_one_ticket_are_both_found(void **state)
{
    (void)state;
    struct scratch s = scratch_new();
    struct desk d = desk_open(s.path, 100);
    struct thread *a = begin(&d, 1, "+861"), *b = begin(&d, 2, "+862");
    assert_ptr_equal(begin(&d, 1, "other"), a);
    struct fl_update opened = update(1, "opened", "queued", 1),
                     attached = update(1, "attached", "queued", 2);
    thread_learn(d.threads, d.book, a, &opened);
    thread_learn(d.threads, d.book, b, &attached);
    struct thread *first = thread_of_ticket(d.threads, a->ticket);
    assert_ptr_equal(first, b);
    assert_ptr_equal(thread_next(first, BY_TICKET), a);
    assert_null(thread_next(a, BY_TICKET));
    assert_ptr_equal(thread_of_address(d.threads, "+862"), b);
    assert_null(thread_of_address(d.threads, "other"));
    assert_non_null(thread_of_number(d.threads, "N-0000000001-2"));
    desk_close(&d);
    scratch_free(&s);
}

static void
what_was_synced_is_there_after_a_crash_at_any_byte(void **state)
{
    (void)state;
    struct scratch s = scratch_new(), copy = scratch_new();
    struct desk d = desk_open(s.path, 100);
    struct fl_update accepted = update(1, "ticket", "accepted", 3);
    thread_learn(d.threads, d.book, begin(&d, 1, "+861"), &accepted);
    assert_int_equal(book_sync(d.book), OK);
    struct buf whole = { 0 };
    file_get(scratch_at(s.path, "00000001.seg"), &whole);
    size_t synced = whole.len;
    begin(&d, 2, "+862");
    assert_int_equal(book_sync(d.book), OK);
    file_get(scratch_at(s.path, "00000001.seg"), &whole);
    for (size_t cut = synced; cut <= whole.len; cut++) {
        file_put(scratch_at(copy.path, "00000001.seg"), str_bytes(whole.data, cut));
        struct desk after = desk_open(copy.path, 100);
        const struct thread *t = thread_of_address(after.threads, "+861");
        assert_non_null(t);
        assert_string_equal(t->phone, "+1");
        assert_string_equal(t->data, "<m@x>");
        assert_int_equal(t->version, 3);
        assert_int_equal(threads_count(after.threads), cut == whole.len ? 2 : 1);
        desk_close(&after);
        scratch_empty(copy.path);
    }
    buf_fini(&whole);
    desk_close(&d);
    scratch_free(&s);
    scratch_free(&copy);
}

static void
the_book_is_written_anew_when_it_has_grown_and_holds_the_same(void **state)
{
    (void)state;
    struct scratch s = scratch_new();
    struct desk d = desk_open(s.path, 100);
    struct thread *t = begin(&d, 1, "+861");
    struct buf why = { 0 };
    for (uint32_t v = 1; v <= 30000; v++) {
        struct fl_update u = update(1, "ticket", v % 2 ? "queued" : "offered", v);
        thread_learn(d.threads, d.book, t, &u);
        if (v % 500 == 0)
            assert_int_equal(book_sync(d.book), OK);
    }
    desk_close(&d);
    uint64_t bytes = 0;
    for (unsigned i = 1; i < 100; i++) {
        char name[32];
        struct stat st;
        snprintf(name, sizeof(name), "%08u.seg", i);
        bytes += stat(scratch_at(s.path, name), &st) == 0 ? (uint64_t)st.st_size : 0;
    }
    assert_in_range(bytes, 1, 6 << 20);
    d = desk_open(s.path, 100);
    t = thread_of_address(d.threads, "+861");
    assert_non_null(t);
    assert_int_equal(t->version, 30000);
    buf_fini(&why);
    desk_close(&d);
    scratch_free(&s);
}

static void
past_the_limit_the_oldest_that_has_ended_goes(void **state)
{
    (void)state;
    struct scratch s = scratch_new();
    struct desk d = desk_open(s.path, 3);
    begin(&d, 1, "a");
    struct fl_update closed = update(2, "ticket", "closed", 3);
    thread_learn(d.threads, d.book, begin(&d, 2, "b"), &closed);
    begin(&d, 3, "c");
    begin(&d, 4, "d");
    assert_null(thread_of_address(d.threads, "b"));
    assert_non_null(thread_of_address(d.threads, "a"));
    begin(&d, 5, "e");
    assert_null(thread_of_address(d.threads, "a"));
    assert_int_equal(threads_count(d.threads), 3);
    desk_close(&d);
    scratch_free(&s);
}

static void
a_merged_ticket_goes_on_in_the_one_that_stays(void **state)
{
    (void)state;
    struct scratch s = scratch_new();
    struct desk d = desk_open(s.path, 100);
    struct fl_update merged = update(1, "ticket", "duplicate", 7);
    merged.has_other = true;
    memset(merged.other, 9, 16);
    struct thread *t = begin(&d, 1, "a");
    thread_learn(d.threads, d.book, t, &merged);
    assert_ptr_equal(thread_of_ticket(d.threads, merged.other), t);
    assert_null(thread_of_ticket(d.threads, merged.ticket));
    assert_int_equal(t->ended_at, 0);
    threads_tidy(d.threads, d.book, INT64_MAX);
    assert_int_equal(threads_count(d.threads), 1);
    struct fl_update closed = update(9, "ticket", "closed", 2);
    thread_learn(d.threads, d.book, t, &closed);
    threads_tidy(d.threads, d.book, INT64_MAX);
    assert_int_equal(threads_count(d.threads), 0);
    desk_close(&d);
    scratch_free(&s);
}

int
main(void)
{
    seal_open_library();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_reports_of_one_ticket_are_both_found),
        cmocka_unit_test(what_was_synced_is_there_after_a_crash_at_any_byte),
        cmocka_unit_test(the_book_is_written_anew_when_it_has_grown_and_holds_the_same),
        cmocka_unit_test(past_the_limit_the_oldest_that_has_ended_goes),
        cmocka_unit_test(a_merged_ticket_goes_on_in_the_one_that_stays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
