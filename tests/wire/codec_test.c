/* codec_test.c - every kind of message, there and back, and what strangers may send instead. */
#include "tests/wire/messages.h"

static struct codec codec;

static enum err
decode_and_say(void *context, struct str bytes, struct buf *again)
{
    struct message m;
    enum err e = codec_decode(context, bytes, &m);
    if (e == OK)
        codec_encode(&m, again);
    return e;
}

/* ---- the tests */

static void
every_kind_comes_back_as_it_went(void **state)
{
    struct buf b = { 0 }, again = { 0 };
    (void)state;
    for (enum message_kind k = MSG_HELLO; k < MSG_KINDS; k++) {
        for (size_t round = 0; round < 200; round++) {
            struct message sent = draw_message(k), got;
            buf_clear(&b);
            codec_encode(&sent, &b);
            assert_int_equal(codec_decode(&codec, buf_str(&b), &got), OK);
            assert_int_equal(got.kind, k);
            assert_true(got.number == sent.number);
            kinds[k].same(&sent, &got);
            buf_clear(&again);
            codec_encode(&got, &again);
            assert_true(str_eq(buf_str(&b), buf_str(&again)));
            arena_clear(&draw.arena);
        }
    }
    buf_fini(&b);
    buf_fini(&again);
}

static void
every_kind_survives_cut_changed_and_senseless_bytes(void **state)
{
    struct buf b = { 0 };
    (void)state;
    for (enum message_kind k = MSG_HELLO; k < MSG_KINDS; k++) {
        for (size_t round = 0; round < 5; round++) {
            struct message m = draw_message(k);
            buf_clear(&b);
            codec_encode(&m, &b);
            check_hostile(decode_and_say, &codec, buf_str(&b), &draw);
        }
    }
    buf_fini(&b);
}

/* An array as somebody might send it. The message borrows from `said` until the next call. */
static struct buf said;

static enum err
decode_said(uint64_t version, uint64_t kind, const struct buf *fields, size_t count,
            struct message *m)
{
    buf_clear(&said);
    pack_array(&said, 3 + count);
    pack_uint(&said, version);
    pack_uint(&said, kind);
    pack_uint(&said, 4711);
    pack_raw(&said, buf_str(fields));
    return codec_decode(&codec, buf_str(&said), m);
}

static void
one_field_more_or_less_is_refused_with_the_number(void **state)
{
    struct buf b = { 0 };
    struct message got;
    (void)state;
    for (enum message_kind k = MSG_HELLO; k < MSG_KINDS; k++) {
        struct message m = draw_message(k);
        buf_clear(&b);
        codec_encode(&m, &b);
        assert_true(b.data[0] < 0x9f); /* a short array: the count is in its first byte */
        b.data[0]++;
        pack_nil(&b);
        assert_int_equal(codec_decode(&codec, buf_str(&b), &got), ERR_SYNTAX);
        assert_true(got.number == m.number);
    }
    buf_clear(&b);
    pack_array(&b, 3);
    pack_uint(&b, 1);
    pack_uint(&b, MSG_PONG);
    pack_uint(&b, 5);
    assert_int_equal(codec_decode(&codec, buf_str(&b), &got), ERR_SYNTAX);
    assert_true(got.number == 5);
    buf_fini(&b);
}

static void
an_unknown_version_or_kind_is_named_and_answered(void **state)
{
    struct buf none = { 0 };
    struct message m;
    (void)state;
    assert_int_equal(decode_said(1, MSG_PING, &none, 0, &m), OK);
    assert_int_equal(decode_said(2, MSG_PING, &none, 0, &m), ERR_VERSION);
    assert_int_equal(m.number, 4711);
    assert_int_equal(decode_said(0, MSG_PING, &none, 0, &m), ERR_VERSION);
    assert_int_equal(decode_said(1, 0, &none, 0, &m), ERR_KIND);
    assert_int_equal(decode_said(1, MSG_KINDS, &none, 0, &m), ERR_KIND);
    assert_int_equal(decode_said(1, UINT64_MAX, &none, 0, &m), ERR_KIND);
    assert_int_equal(m.number, 4711);
    assert_string_equal(codec_kind_name(MSG_REPORT), "REPORT");
    assert_string_equal(codec_kind_name(0), "?");
    assert_string_equal(codec_kind_name(MSG_KINDS), "?");
}

static void
the_number_is_told_even_of_a_broken_message(void **state)
{
    struct buf b = { 0 };
    struct message got;
    (void)state;
    for (size_t round = 0; round < 100; round++) {
        struct message m = draw_message(MSG_REPORT);
        buf_clear(&b);
        codec_encode(&m, &b);
        struct str head = pack_element(buf_str(&b), 2);
        size_t told = (size_t)(head.at + head.len - (const char *)b.data);
        for (size_t len = 0; len < b.len; len++) {
            assert_int_not_equal(codec_decode(&codec, str_bytes(b.data, len), &got), OK);
            assert_true(got.number == (len < told ? 0 : m.number));
        }
    }
    buf_clear(&b);
    pack_array(&b, 4);
    pack_uint(&b, 1);
    pack_uint(&b, MSG_HELLO);
    pack_uint(&b, 99);
    size_t len = PACK_BYTES_MAX;
    uint8_t *zeros = zalloc(len);
    pack_bin(&b, zeros, len);
    assert_int_equal(codec_decode(&codec, buf_str(&b), &got), ERR_TOO_BIG);
    assert_true(got.number == 99);
    free(zeros);
    buf_fini(&b);
}

static void
a_number_past_63_bits_or_negative_is_refused(void **state)
{
    struct buf b = { 0 };
    struct message m;
    (void)state;
    pack_array(&b, 3);
    pack_uint(&b, 1);
    pack_uint(&b, MSG_PING);
    pack_uint(&b, (uint64_t)INT64_MAX + 1);
    assert_int_equal(codec_decode(&codec, buf_str(&b), &m), ERR_SYNTAX);
    assert_true(m.number == 0);
    buf_clear(&b);
    pack_array(&b, 3);
    pack_uint(&b, 1);
    pack_uint(&b, MSG_PING);
    pack_int(&b, -1);
    assert_int_equal(codec_decode(&codec, buf_str(&b), &m), ERR_SYNTAX);
    buf_fini(&b);
}

static enum err
decode_event_verb(const char *verb, enum verb *out)
{
    static const uint8_t zeros[16];
    struct buf f = { 0 };
    struct message m;
    pack_uint(&f, 7);
    pack_uint(&f, 1);
    pack_text(&f, "north");
    pack_bin(&f, zeros, 16);
    pack_uint(&f, 0);
    pack_text(&f, verb);
    pack_uint(&f, 1000);
    pack_bin(&f, zeros, 8);
    pack_bin(&f, zeros, 0);
    enum err e = decode_said(1, MSG_EVENT, &f, 9, &m);
    *out = m.event.verb;
    buf_fini(&f);
    return e;
}

static void
a_verb_that_nobody_may_say_is_no_verb(void **state)
{
    static const char *const others[] = { "", "Accept", "acceptx", "triage", "close", "offer" };
    enum verb v;
    (void)state;
    assert_int_equal(decode_event_verb("accept", &v), OK);
    assert_int_equal(v, VERB_ACCEPT);
    for (size_t i = 0; i < countof(others); i++) {
        assert_int_equal(decode_event_verb(others[i], &v), OK);
        assert_int_equal(v, VERBS);
    }
}

static void
places_outside_the_earth_or_half_known_are_refused(void **state)
{
    static const struct {
        int64_t lat, lon; /* INT64_MIN: nil */
        enum err want;
    } rows[] = {
        { 900000000, 1800000000, OK },        { -900000000, -1800000000, OK },
        { INT64_MIN, INT64_MIN, OK },         { 900000001, 0, ERR_SYNTAX },
        { -900000001, 0, ERR_SYNTAX },        { 0, 1800000001, ERR_SYNTAX },
        { 0, -1800000001, ERR_SYNTAX },       { 0, INT64_MIN, ERR_SYNTAX },
        { INT64_MIN, 0, ERR_SYNTAX },         { INT64_MAX, INT64_MAX, ERR_SYNTAX },
        { INT32_MIN, INT32_MIN, ERR_SYNTAX },
    };
    struct buf f = { 0 };
    struct message m;
    (void)state;
    for (size_t i = 0; i < countof(rows); i++) {
        buf_clear(&f);
        pack_text(&f, "site 5");
        for (size_t k = 0; k < 2; k++) {
            int64_t v = k == 0 ? rows[i].lat : rows[i].lon;
            if (v == INT64_MIN)
                pack_nil(&f);
            else
                pack_int(&f, v);
        }
        pack_nil(&f);
        assert_int_equal(decode_said(1, MSG_ROUTE, &f, 4, &m), rows[i].want);
        if (rows[i].want == OK)
            assert_int_equal(place_known(m.route.place), rows[i].lat != INT64_MIN);
    }
    buf_fini(&f);
}

static enum err
decode_names(const char *territory, const char *site)
{
    static const uint8_t zeros[16];
    struct buf f = { 0 };
    struct message m;
    pack_bin(&f, zeros, 16);
    pack_text(&f, territory);
    pack_uint(&f, 1);
    pack_text(&f, site);
    pack_nil(&f);
    pack_nil(&f);
    pack_nil(&f);
    pack_int(&f, -1);
    pack_text(&f, "mail.support");
    pack_bin(&f, zeros, 8);
    pack_bin(&f, zeros, 16);
    enum err e = decode_said(1, MSG_REPORT, &f, 11, &m);
    buf_fini(&f);
    return e;
}

static void
names_keep_to_their_letters_and_length(void **state)
{
    static const char *const bad[] = { "",        "North", "north east", "no:rth",
                                       "{north}", "nörd",  "north\n",    "0123456789abcdef" };
    (void)state;
    assert_int_equal(decode_names("north-1._x", "Main St. 5, 渋谷"), OK);
    assert_int_equal(decode_names("0123456789abcde", "0123456789012345678901234567890"), OK);
    for (size_t i = 0; i < countof(bad); i++)
        assert_int_equal(decode_names(bad[i], "site"), ERR_SYNTAX);
    assert_int_equal(decode_names("north", "01234567890123456789012345678901"), ERR_SYNTAX);
    assert_int_equal(decode_names("north", "line\nbreak"), ERR_SYNTAX);
    assert_int_equal(decode_names("north", "\x1b[31m"), ERR_SYNTAX);
}

static enum err
decode_subscribe(size_t marks_count, uint64_t credit, const char *what)
{
    struct buf f = { 0 };
    struct message m;
    pack_text(&f, what);
    pack_map(&f, marks_count);
    for (size_t i = 0; i < marks_count; i++) {
        char name[16];
        snprintf(name, sizeof(name), "t%zu", i);
        pack_text(&f, name);
        pack_uint(&f, i);
    }
    pack_uint(&f, credit);
    enum err e = decode_said(1, MSG_SUBSCRIBE, &f, 3, &m);
    buf_fini(&f);
    return e;
}

static void
subscriptions_have_limits(void **state)
{
    (void)state;
    assert_int_equal(decode_subscribe(0, 1, "mail"), OK);
    assert_int_equal(decode_subscribe(TERRITORIES_SAID_MAX, CREDIT_MAX, "watch"), OK);
    assert_int_equal(decode_subscribe(TERRITORIES_SAID_MAX + 1, 1, "mail"), ERR_SYNTAX);
    assert_int_equal(decode_subscribe(0, 0, "mail"), ERR_SYNTAX);
    assert_int_equal(decode_subscribe(0, CREDIT_MAX + 1, "mail"), ERR_SYNTAX);
    assert_int_equal(decode_subscribe(0, 1, "post"), ERR_SYNTAX);
}

static void
a_query_may_carry_an_argument_of_a_later_day(void **state)
{
    struct buf f = { 0 };
    struct message m;
    (void)state;
    pack_text(&f, "map");
    pack_map(&f, 1);
    pack_text(&f, "version");
    pack_uint(&f, 7);
    assert_int_equal(decode_said(1, MSG_QUERY, &f, 2, &m), OK);
    assert_true(str_is(m.query.what, "map"));
    buf_fini(&f);
}

static void
an_answer_is_found_behind_a_head_of_any_width(void **state)
{
    /* An array of five, said in three bytes and in five: others' packers may. */
    static const uint8_t wide[] = { 0xdc, 0, 5, 1, MSG_ANSWER, 9, 0xa1, 'x', 0x92, 1, 2 };
    static const uint8_t wider[] = { 0xdd, 0, 0, 0, 5, 1, MSG_ANSWER, 9, 0xa1, 'x', 0x92, 1, 2 };
    struct message m;
    (void)state;
    assert_int_equal(codec_decode(&codec, str_bytes(wide, sizeof(wide)), &m), OK);
    assert_true(str_eq(m.answer.value, STR("\x92\x01\x02")));
    assert_int_equal(codec_decode(&codec, str_bytes(wider, sizeof(wider)), &m), OK);
    assert_true(str_eq(m.answer.value, STR("\x92\x01\x02")));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_comes_back_as_it_went),
        cmocka_unit_test(every_kind_survives_cut_changed_and_senseless_bytes),
        cmocka_unit_test(one_field_more_or_less_is_refused_with_the_number),
        cmocka_unit_test(an_unknown_version_or_kind_is_named_and_answered),
        cmocka_unit_test(the_number_is_told_even_of_a_broken_message),
        cmocka_unit_test(a_number_past_63_bits_or_negative_is_refused),
        cmocka_unit_test(a_verb_that_nobody_may_say_is_no_verb),
        cmocka_unit_test(places_outside_the_earth_or_half_known_are_refused),
        cmocka_unit_test(names_keep_to_their_letters_and_length),
        cmocka_unit_test(subscriptions_have_limits),
        cmocka_unit_test(a_query_may_carry_an_argument_of_a_later_day),
        cmocka_unit_test(an_answer_is_found_behind_a_head_of_any_width),
    };
    draw.rng = seed();
    codec_init(&codec);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    codec_fini(&codec);
    buf_fini(&said);
    arena_fini(&draw.arena);
    return failed;
}
