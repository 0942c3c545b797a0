/* outbox_test.c - letters wait, go out in their time, and outlive a crash; a letter passed to
 * another gateway arrives there, and nobody else can read it; an update kept is the update. */
#include "tests/check.h"
#include "tests/client/scratch.h"

#include "common/io/seal.h"
#include "gateways/handover.h"
#include "gateways/outbox.h"
#include "gateways/said.h"

static const struct seal_key key = { { 7 } };

static struct book *
open_book(const char *folder, struct outbox *o)
{
    struct book *b;
    struct book_table table = outbox_table(o);
    struct buf why = { 0 };
    assert_int_equal(book_open(&b, folder, &key, &table, 1, &why), OK);
    buf_fini(&why);
    return b;
}

static struct letter *
put(struct outbox *o, struct book *b, uint8_t n)
{
    struct letter l = { .at = n, .address = (char *)(uintptr_t) "+861", .version = n };
    memset(l.id, n, 16);
    assert_true(outbox_put(o, b, &l));
    return outbox_get(o, l.id);
}

static void
a_letter_stays_until_its_outcome_whatever_crashes(void **state)
{
    (void)state;
    struct scratch s = scratch_new();
    struct outbox *o = outbox_new(3);
    struct book *b = open_book(s.path, o);
    put(o, b, 1);
    put(o, b, 1); /* the same */
    outbox_move(o, b, put(o, b, 2), LETTER_UNDER_WAY, 900);
    outbox_move(o, b, put(o, b, 3), LETTER_HANDED, 800);
    assert_false(outbox_put(o, b, &(struct letter){ .id = { 9 } }));
    assert_int_equal(outbox_under_way(o), 1);
    assert_int_equal(outbox_due(o, 10)->id[0], 1);
    assert_int_equal(book_sync(b), OK);
    book_close(b);
    outbox_free(o);
    o = outbox_new(3);
    b = open_book(s.path, o);
    assert_int_equal(outbox_count(o), 3);
    assert_int_equal(outbox_under_way(o), 0); /* 2 is sent again */
    uint8_t two[16], three[16];
    memset(two, 2, 16);
    memset(three, 3, 16);
    assert_int_equal(outbox_get(o, two)->stage, LETTER_WAITING);
    assert_int_equal(outbox_get(o, three)->stage, LETTER_HANDED);
    outbox_remove(o, b, outbox_get(o, three));
    outbox_readdress(o, b, outbox_get(o, two), "email", "li@x", "zh");
    assert_int_equal(book_sync(b), OK);
    book_close(b);
    outbox_free(o);
    o = outbox_new(3);
    b = open_book(s.path, o);
    assert_int_equal(outbox_count(o), 2);
    assert_string_equal(outbox_get(o, two)->via, "email");
    assert_string_equal(outbox_get(o, two)->address, "li@x");
    book_close(b);
    outbox_free(o);
    scratch_free(&s);
}

static void
remember(void *own, struct str message)
{
    buf_put_str(own, message);
}

static void
a_message_passed_on_arrives_until_it_is_cleared(void **state)
{
    (void)state;
    struct scratch s = scratch_new();
    struct buf why = { 0 }, got = { 0 };
    uint8_t id[16] = { 5 };
    struct handover *sms = handover_open(s.path, "sms", &why);
    assert_non_null(sms);
    assert_int_equal(handover_put(sms, "email", id, STR("hello")), ERR_UNKNOWN);
    struct handover *email = handover_open(s.path, "email", &why);
    assert_int_equal(handover_put(sms, "email", id, STR("hello")), OK);
    assert_int_equal(handover_read(sms, remember, &got), 0);
    assert_int_equal(handover_read(email, remember, &got), 1);
    assert_int_equal(got.len, 4 + 5);
    handover_close(email); /* it dies before it has cleared */
    email = handover_open(s.path, "email", &why);
    assert_int_equal(handover_read(email, remember, &got), 1);
    handover_clear(email);
    assert_int_equal(handover_read(email, remember, &got), 0);
    handover_close(email);
    handover_close(sms);
    buf_fini(&why);
    buf_fini(&got);
    scratch_free(&s);
}

static void
an_update_kept_is_the_same_and_no_part_of_it_is_one(void **state)
{
    (void)state;
    struct fl_update u = { .kind = "ticket",
                           .number = "N-1",
                           .state = "accepted",
                           .version = 4,
                           .name = "Wang",
                           .phone = "+1",
                           .has_ticket = true,
                           .at = 77,
                           .has_amount = true,
                           .amount = -3 },
                     v;
    struct buf bytes = { 0 }, texts = { 0 };
    said_put(&bytes, &u);
    assert_true(said_get(&v, buf_str(&bytes), &texts));
    assert_string_equal(v.phone, "+1");
    assert_string_equal(v.why, "");
    assert_true(v.has_ticket && v.has_amount && !v.has_report);
    assert_int_equal(v.amount, -3);
    for (size_t cut = 0; cut < bytes.len; cut++)
        assert_false(said_get(&v, str_bytes(bytes.data, cut), &texts));
    buf_fini(&bytes);
    buf_fini(&texts);
}

int
main(void)
{
    seal_open_library();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_letter_stays_until_its_outcome_whatever_crashes),
        cmocka_unit_test(a_message_passed_on_arrives_until_it_is_cleared),
        cmocka_unit_test(an_update_kept_is_the_same_and_no_part_of_it_is_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
