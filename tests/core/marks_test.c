/* marks_test.c - about workers/core/marks.c. */
#include "tests/check.h"
#include "workers/core/marks.h"

static const struct principal_id who = { "e1" };

static enum marked
ask(const struct marks *m, uint64_t epoch, uint64_t counter, struct answer *a)
{
    return marks_check(m, who, (struct event_id){ epoch, counter }, a);
}

static void
answer(struct marks *m, uint64_t epoch, uint64_t counter)
{
    struct answer a = { .version = (uint32_t)(counter * 3 + epoch), .verb = VERB_NOTE };
    marks_answer(m, who, (struct event_id){ epoch, counter }, a);
}

static void
a_repeat_gets_the_first_answer_and_the_too_old_none(void **state)
{
    (void)state;
    struct marks m;
    struct answer a;
    marks_init(&m, (struct incarnation){ { 1 } });
    assert_int_equal(ask(&m, 1, 1, &a), MARK_NEW);
    assert_int_equal(ask(&m, 1, 0, &a), MARK_OLD);
    answer(&m, 5, 100);
    answer(&m, 5, 98); /* overtaken */
    assert_int_equal(ask(&m, 5, 99, &a), MARK_NEW);
    assert_int_equal(ask(&m, 5, 98, &a), MARK_REPEATED);
    assert_int_equal(a.version, 98 * 3 + 5);
    assert_int_equal(ask(&m, 5, 37, &a), MARK_NEW); /* the window's end */
    assert_int_equal(ask(&m, 5, 36, &a), MARK_OLD);
    assert_int_equal(ask(&m, 4, 1000, &a), MARK_OLD);
    assert_int_equal(ask(&m, 6, 1, &a), MARK_NEW);
    answer(&m, 6, 1);
    assert_int_equal(ask(&m, 5, 100, &a), MARK_OLD);
    assert_int_equal(ask(&m, 6, 1, &a), MARK_REPEATED);
    marks_fini(&m);
}

/* Beside a model that remembers everything. */
static void
random_numbers_are_answered_as_the_window_says(void **state)
{
    (void)state;
    struct rng r = seed();
    struct marks m;
    static bool seen[4][400];
    uint64_t epoch = 0, high = 0;
    marks_init(&m, (struct incarnation){ { 1 } });
    for (int i = 0; i < 20000; i++) {
        uint64_t e = rng_below(&r, 200) == 0 && epoch < 3 ? epoch + 1 : rng_below(&r, epoch + 1);
        uint64_t c = rng_below(&r, high + 5 < 400 ? high + 5 : 400);
        struct answer a;
        enum marked want = MARK_NEW;
        if (c == 0 || (high > 0 && e < epoch) || (e == epoch && c + MARKS_WINDOW <= high))
            want = MARK_OLD;
        else if (seen[e][c])
            want = MARK_REPEATED;
        assert_int_equal(ask(&m, e, c, &a), want);
        if (want == MARK_REPEATED)
            assert_int_equal(a.version, c * 3 + e);
        if (want != MARK_NEW)
            continue;
        answer(&m, e, c);
        seen[e][c] = true;
        high = e > epoch ? c : c > high ? c : high;
        epoch = e;
    }
    assert_int_equal(epoch, 3);
    marks_fini(&m);
}

static void
mailboxes_count_from_one_and_anew_in_a_new_incarnation(void **state)
{
    (void)state;
    struct marks m, back;
    struct buf b = { 0 };
    struct answer a;
    marks_init(&m, (struct incarnation){ { 1 } });
    assert_int_equal(marks_post(&m, who), 1);
    assert_int_equal(marks_post(&m, who), 2);
    answer(&m, 1, 70);
    answer(&m, 1, 10);
    assert_int_equal(m.changed_count, 1);
    marks_encode(&m, m.changed[0], &b);

    marks_init(&back, (struct incarnation){ { 1 } });
    assert_int_equal(marks_restore(&back, str_of(who.s), buf_str(&b)), OK);
    assert_int_equal(marks_post(&back, who), 3);
    assert_int_equal(ask(&back, 1, 10, &a), MARK_REPEATED);
    marks_fini(&back);

    marks_init(&back, (struct incarnation){ { 2 } });
    assert_int_equal(marks_restore(&back, str_of(who.s), buf_str(&b)), OK);
    assert_int_equal(marks_post(&back, who), 1);
    assert_int_equal(ask(&back, 1, 70, &a), MARK_REPEATED); /* what was done stays done */
    marks_fini(&back);
    marks_fini(&m);
    buf_fini(&b);
}

static void
broken_records_are_refused_or_come_back_the_same(void **state)
{
    (void)state;
    struct marks m;
    struct buf b = { 0 };
    marks_init(&m, (struct incarnation){ { 1 } });
    for (uint64_t i = 1; i < 80; i += 1 + i % 3)
        answer(&m, 2, i);
    marks_encode(&m, m.changed[0], &b);
    for (size_t at = 0; at < b.len * 8 + b.len; at++) {
        struct marks back;
        size_t len = at < b.len ? at : b.len;
        marks_init(&back, (struct incarnation){ { 1 } });
        if (at >= b.len)
            b.data[(at - b.len) / 8] ^= (uint8_t)(1 << at % 8);
        enum err err = marks_restore(&back, str_of(who.s), str_bytes(b.data, len));
        assert_true(err == ERR_SYNTAX || at >= b.len);
        if (err == OK && memcmp(b.data + 1, back.incarnation.b, 16) == 0) {
            struct buf again = { 0 };
            marks_encode(&back, map_get(&back.parties, &who), &again);
            assert_true(str_eq(buf_str(&again), buf_str(&b)));
            buf_fini(&again);
        }
        if (at >= b.len)
            b.data[(at - b.len) / 8] ^= (uint8_t)(1 << at % 8);
        marks_fini(&back);
    }
    marks_fini(&m);
    buf_fini(&b);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_repeat_gets_the_first_answer_and_the_too_old_none),
        cmocka_unit_test(random_numbers_are_answered_as_the_window_says),
        cmocka_unit_test(mailboxes_count_from_one_and_anew_in_a_new_incarnation),
        cmocka_unit_test(broken_records_are_refused_or_come_back_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
