/* sms_kannel_test.c - the box protocol: what is written is read, in any pieces; what is bent breaks
 * nothing. */
#include "tests/check.h"

#include "gateways/sms/kannel.h"

static struct rng rng;

static int
begin(void **state)
{
    (void)state;
    rng = seed();
    return 0;
}

static struct kannel_sms
sample(void)
{
    struct kannel_sms s = kannel_sms_none();
    s.sender = STR("8613800000021");
    s.receiver = STR("4711");
    s.words = STR("lift\0stuck");
    s.time = 1795246200;
    s.type = KANNEL_MO;
    s.coding = KANNEL_7BIT;
    s.dlr_mask = KANNEL_DELIVERED;
    s.dlr_url = STR("00112233445566778899aabbccddeeff");
    s.meta = STR("?smpp?");
    for (uint8_t i = 0; i < 16; i++)
        s.id[i] = (uint8_t)(i * 17);
    return s;
}

static void
assert_sample(const struct kannel_message *m)
{
    const struct kannel_sms want = sample();
    assert_int_equal(m->kind, KANNEL_SMS);
    assert_true(str_eq(m->sms.sender, want.sender) && str_eq(m->sms.receiver, want.receiver));
    assert_true(str_eq(m->sms.words, want.words) && str_eq(m->sms.dlr_url, want.dlr_url));
    assert_true(str_eq(m->sms.meta, want.meta));
    assert_int_equal(m->sms.service.len, 0);
    assert_int_equal(m->sms.time, want.time);
    assert_int_equal(m->sms.dlr_mask, KANNEL_DELIVERED);
    assert_int_equal(m->sms.validity, KANNEL_UNSET);
    assert_memory_equal(m->id, want.id, 16);
}

static void
put_all(struct buf *out)
{
    const struct kannel_sms s = sample();
    kannel_put_identify(out, "faultline");
    kannel_put_sms(out, &s);
    kannel_put_ack(out, s.id, s.time, KANNEL_LATER);
    kannel_put_heartbeat(out, 7);
}

static void
assert_all(struct kannel *k, size_t at, struct kannel_message *m)
{
    switch (at) {
    case 0:
        assert_int_equal(m->kind, KANNEL_ADMIN);
        assert_int_equal(m->command, KANNEL_IDENTIFY);
        assert_true(str_is(m->box, "faultline"));
        break;
    case 1:
        assert_sample(m);
        break;
    case 2:
        assert_int_equal(m->kind, KANNEL_ACK);
        assert_int_equal(m->answer, KANNEL_LATER);
        assert_int_equal(m->time, 1795246200);
        assert_memory_equal(m->id, sample().id, 16);
        break;
    default:
        assert_int_equal(m->kind, KANNEL_HEARTBEAT);
        assert_int_equal(m->load, 7);
        assert_false(k->broken);
        break;
    }
}

static void
messages_come_whole_out_of_single_bytes_and_of_any_pieces(void **state)
{
    (void)state;
    for (size_t round = 0; round < 200; round++) {
        struct buf b = { 0 };
        struct kannel k = { 0 };
        struct kannel_message m;
        size_t count = 0;
        put_all(&b);
        for (size_t at = 0, len; at < b.len; at += len) {
            len = round == 0 ? 1 : 1 + rng_below(&rng, 300);
            len = len < b.len - at ? len : b.len - at;
            kannel_eat(&k, str_bytes(b.data + at, len));
            while (kannel_next(&k, &m))
                assert_all(&k, count++, &m);
        }
        assert_int_equal(count, 4);
        kannel_fini(&k);
        buf_fini(&b);
    }
}

static void
bent_bytes_are_passed_over_or_break_the_connection_and_nothing_else(void **state)
{
    (void)state;
    for (size_t round = 0; round < 20000; round++) {
        struct buf b = { 0 };
        struct kannel k = { 0 };
        struct kannel_message m;
        put_all(&b);
        for (size_t i = 0; i < 1 + round % 4; i++)
            b.data[rng_below(&rng, b.len)] = (uint8_t)rng_below(&rng, 256);
        /* a copy of the exact size, so that a sanitizer sees a read beyond it */
        kannel_eat(&k, str_bytes(b.data, rng_below(&rng, b.len + 1)));
        size_t count = 0;
        while (kannel_next(&k, &m)) {
            count++;
            assert_true(m.sms.words.len <= b.len && m.box.len <= b.len);
        }
        assert_true(count <= 8);
        kannel_fini(&k);
        buf_fini(&b);
    }
}

static void
a_frame_of_impossible_length_breaks_the_connection_before_its_bytes_come(void **state)
{
    (void)state;
    static const uint8_t lengths[][4] = {
        { 0, 0, 0, 0 }, { 0, 0, 0, 3 }, { 0xff, 0xff, 0xff, 0xff }, { 0, 4, 0, 1 }
    };
    struct kannel_message m;
    for (size_t i = 0; i < countof(lengths); i++) {
        struct kannel k = { 0 };
        kannel_eat(&k, str_bytes(lengths[i], 4));
        assert_false(kannel_next(&k, &m));
        assert_true(k.broken);
        kannel_reset(&k);
        assert_false(k.broken);
        kannel_fini(&k);
    }
}

static void
a_type_that_is_not_ours_is_passed_over_and_the_next_message_is_read(void **state)
{
    (void)state;
    static const uint8_t wdp[] = { 0, 0, 0, 8, 0, 0, 0, 4, 1, 2, 3, 4 };
    struct kannel k = { 0 };
    struct kannel_message m;
    struct buf b = { 0 };
    kannel_put_heartbeat(&b, 1);
    kannel_eat(&k, str_bytes(wdp, sizeof(wdp)));
    kannel_eat(&k, buf_str(&b));
    assert_true(kannel_next(&k, &m));
    assert_int_equal(m.kind, KANNEL_OTHER);
    assert_true(kannel_next(&k, &m));
    assert_int_equal(m.kind, KANNEL_HEARTBEAT);
    kannel_fini(&k);
    buf_fini(&b);
}

static void
the_bytes_of_an_acknowledgement_are_those_of_the_protocol(void **state)
{
    (void)state;
    struct buf b = { 0 };
    kannel_put_ack(&b, sample().id, 1, KANNEL_GOOD);
    static const char want[] = "\0\0\0\x34\0\0\0\3\0\0\0\0\0\0\0\1\0\0\0\x24"
                               "00112233-4455-6677-8899-aabbccddeeff";
    assert_int_equal(b.len, sizeof(want) - 1);
    assert_memory_equal(b.data, want, b.len);
    buf_fini(&b);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(messages_come_whole_out_of_single_bytes_and_of_any_pieces),
        cmocka_unit_test(bent_bytes_are_passed_over_or_break_the_connection_and_nothing_else),
        cmocka_unit_test(a_frame_of_impossible_length_breaks_the_connection_before_its_bytes_come),
        cmocka_unit_test(a_type_that_is_not_ours_is_passed_over_and_the_next_message_is_read),
        cmocka_unit_test(the_bytes_of_an_acknowledgement_are_those_of_the_protocol),
    };
    return cmocka_run_group_tests(tests, begin, NULL);
}
