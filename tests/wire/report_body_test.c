/* report_body_test.c - what clients seal: reports and places. */
#include "common/wire/body.h"
#include "tests/wire/draw.h"

static struct doc doc;
static struct draw draw;

static struct report_body
draw_report(void)
{
    struct report_body r = { .text = draw_text(&draw), .hint = -1, .place = draw_place(&draw) };
    r.affected_pct = (int8_t)((int)draw_below(&draw, 102) - 1);
    r.lost_pct = (int8_t)((int)draw_below(&draw, 102) - 1);
    if (draw_bool(&draw)) {
        r.contact = draw_text(&draw);
        r.name = draw_text(&draw);
        r.lang = draw_text(&draw);
        r.hint = (int8_t)draw_below(&draw, 128);
    }
    if (draw_bool(&draw)) {
        r.down = draw_bool(&draw);
        r.device = draw_text(&draw);
        draw_bytes(&draw, r.follows.b, sizeof(r.follows.b));
    }
    DRAW_LABEL(&draw, r.category);
    DRAW_LABEL(&draw, r.site);
    DRAW_LABEL(&draw, r.customer);
    r.occurred_at = draw_instant(&draw);
    return r;
}

static void
same_report(const struct report_body *a, const struct report_body *b)
{
    assert_same_str(a, b, text);
    assert_same_str(a, b, contact);
    assert_same_str(a, b, name);
    assert_same_str(a, b, lang);
    assert_same(a, b, category);
    assert_same(a, b, site);
    assert_same(a, b, customer);
    assert_same(a, b, place);
    assert_same(a, b, hint);
    assert_same(a, b, affected_pct);
    assert_same(a, b, lost_pct);
    assert_same(a, b, down);
    assert_same_str(a, b, device);
    assert_same(a, b, follows);
    assert_same(a, b, occurred_at);
}

static enum err
report_again(void *context, struct str bytes, struct buf *again)
{
    struct report_body r;
    enum err e = body_get_report(context, bytes, &r);
    if (e == OK)
        body_put_report(again, &r);
    return e;
}

static enum err
place_again(void *context, struct str bytes, struct buf *again)
{
    struct place p;
    enum err e = body_get_place(context, bytes, &p);
    if (e == OK)
        body_put_place(again, p);
    return e;
}

static void
a_report_comes_back_as_it_went(void **state)
{
    struct buf b = { 0 };
    (void)state;
    for (size_t round = 0; round < 500; round++) {
        struct report_body sent = draw_report(), got;
        buf_clear(&b);
        body_put_report(&b, &sent);
        assert_int_equal(body_get_report(&doc, buf_str(&b), &got), OK);
        same_report(&sent, &got);
    }
    buf_fini(&b);
}

static void
places_come_back_as_they_went(void **state)
{
    struct buf b = { 0 };
    (void)state;
    for (size_t round = 0; round < 500; round++) {
        struct place place = draw_place(&draw), read;
        if (!place_known(place))
            continue;
        buf_clear(&b);
        body_put_place(&b, place);
        assert_int_equal(body_get_place(&doc, buf_str(&b), &read), OK);
        assert_memory_equal(&place, &read, sizeof(place));
    }
    buf_fini(&b);
}

static void
cut_changed_and_senseless_bytes_are_survived(void **state)
{
    struct buf b = { 0 };
    (void)state;
    for (size_t round = 0; round < 20; round++) {
        struct report_body r = draw_report();
        buf_clear(&b);
        body_put_report(&b, &r);
        check_hostile(report_again, &doc, buf_str(&b), &draw);
    }
    buf_clear(&b);
    body_put_place(&b, (struct place){ 423601000, -710589000 });
    check_hostile(place_again, &doc, buf_str(&b), &draw);
    buf_fini(&b);
}

static void
the_smallest_report_is_words_and_an_instant(void **state)
{
    struct buf b = { 0 };
    struct report_body r;
    (void)state;
    pack_map(&b, 3);
    pack_text(&b, "occurred_at");
    pack_uint(&b, 1);
    pack_text(&b, "a key of a later version");
    pack_array(&b, 0);
    pack_text(&b, "text");
    pack_text(&b, "no dial tone");
    assert_int_equal(body_get_report(&doc, buf_str(&b), &r), OK);
    assert_true(str_is(r.text, "no dial tone"));
    assert_int_equal(r.hint, -1);
    assert_int_equal(r.affected_pct, -1);
    assert_int_equal(r.lost_pct, -1);
    assert_false(r.down);
    assert_false(place_known(r.place));
    assert_true(no_name(r.site) && no_name(r.customer) && no_name(r.category));

    static const char *const lonely[] = { "text", "occurred_at" };
    for (size_t i = 0; i < countof(lonely); i++) {
        buf_clear(&b);
        pack_map(&b, 1);
        pack_text(&b, lonely[i]);
        if (i == 0)
            pack_text(&b, "words");
        else
            pack_uint(&b, 1);
        assert_int_equal(body_get_report(&doc, buf_str(&b), &r), ERR_SYNTAX);
    }
    buf_fini(&b);
}

static void
a_report_has_a_largest_size(void **state)
{
    struct buf b = { 0 };
    char *words = zalloc(REPORT_BODY_MAX);
    struct report_body r = { .text = { words, REPORT_BODY_MAX - 100 }, .hint = -1 }, got;
    (void)state;
    memset(words, 'w', REPORT_BODY_MAX);
    r.place = PLACE_NONE;
    body_put_report(&b, &r);
    assert_int_equal(body_get_report(&doc, buf_str(&b), &got), OK);
    r.text.len = REPORT_BODY_MAX;
    buf_clear(&b);
    body_put_report(&b, &r);
    assert_int_equal(body_get_report(&doc, buf_str(&b), &got), ERR_TOO_BIG);
    free(words);
    buf_fini(&b);
}

static void
a_share_is_of_a_hundred(void **state)
{
    static const char *const keys[] = { "affected", "lost" };
    struct buf b = { 0 };
    struct report_body r;
    (void)state;
    for (size_t i = 0; i < countof(keys); i++)
        for (int64_t pct = -2; pct <= 101; pct++) {
            buf_clear(&b);
            pack_map(&b, 3);
            pack_text(&b, "text");
            pack_text(&b, "slow");
            pack_text(&b, keys[i]);
            pack_int(&b, pct);
            pack_text(&b, "occurred_at");
            pack_uint(&b, 1);
            assert_int_equal(body_get_report(&doc, buf_str(&b), &r),
                             pct >= -1 && pct <= 100 ? OK : ERR_SYNTAX);
        }
    buf_fini(&b);
}

static void
an_engineer_is_somewhere_on_earth(void **state)
{
    static const int64_t bad[][2] = { { 900000001, 0 }, { 0, -1800000001 }, { INT32_MIN, 0 } };
    struct buf b = { 0 };
    struct place p;
    (void)state;
    for (size_t i = 0; i < countof(bad); i++) {
        buf_clear(&b);
        pack_array(&b, 2);
        pack_int(&b, bad[i][0]);
        pack_int(&b, bad[i][1]);
        assert_int_equal(body_get_place(&doc, buf_str(&b), &p), ERR_SYNTAX);
    }
    buf_clear(&b);
    pack_array(&b, 2);
    pack_nil(&b);
    pack_nil(&b);
    assert_int_equal(body_get_place(&doc, buf_str(&b), &p), ERR_SYNTAX);
    buf_fini(&b);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_report_comes_back_as_it_went),
        cmocka_unit_test(places_come_back_as_they_went),
        cmocka_unit_test(cut_changed_and_senseless_bytes_are_survived),
        cmocka_unit_test(the_smallest_report_is_words_and_an_instant),
        cmocka_unit_test(a_report_has_a_largest_size),
        cmocka_unit_test(a_share_is_of_a_hundred),
        cmocka_unit_test(an_engineer_is_somewhere_on_earth),
    };
    draw.rng = seed();
    doc_init(&doc);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    doc_fini(&doc);
    arena_fini(&draw.arena);
    return failed;
}
