/* assist_body_test.c - words between territories, there and back. */
#include "common/wire/body.h"
#include "tests/wire/events.h"

static struct doc doc;
static struct draw draw;

static enum err
assist_again(void *context, struct str bytes, struct buf *again)
{
    struct assist a;
    enum err e = body_get_assist(context, bytes, &a);
    if (e == OK)
        body_put_assist(again, &a);
    return e;
}

static void
a_word_comes_back_as_it_went(void **state)
{
    struct buf b = { 0 };
    (void)state;
    for (size_t round = 0; round < 1000; round++) {
        struct assist sent, got;
        draw_assist(&draw, &sent);
        buf_clear(&b);
        body_put_assist(&b, &sent);
        assert_int_equal(body_get_assist(&doc, buf_str(&b), &got), OK);
        same_assist(&sent, &got);
    }
    buf_fini(&b);
}

static void
cut_changed_and_senseless_bytes_are_survived(void **state)
{
    struct buf b = { 0 };
    (void)state;
    for (size_t round = 0; round < 20; round++) {
        struct assist a;
        draw_assist(&draw, &a);
        buf_clear(&b);
        body_put_assist(&b, &a);
        check_hostile(assist_again, &doc, buf_str(&b), &draw);
    }
    buf_fini(&b);
}

static void
more_needs_than_a_ticket_can_have_are_refused(void **state)
{
    enum { NEEDS_AT = 9, REFUSED_AT = 10, PARTS = 14 };
    struct buf b = { 0 };
    struct assist a = { .kind = ASSIST_ASK, .place = PLACE_NONE }, got;
    (void)state;
    for (size_t part = NEEDS_AT; part <= REFUSED_AT; part++) {
        for (size_t more = 0; more < 2; more++) {
            struct buf whole = { 0 };
            body_put_assist(&whole, &a);
            buf_clear(&b);
            pack_array(&b, PARTS);
            for (size_t i = 0; i < PARTS; i++) {
                if (i != part) {
                    pack_raw(&b, pack_element(buf_str(&whole), i));
                    continue;
                }
                size_t most = part == NEEDS_AT ? countof(a.needs) : countof(a.refused);
                pack_array(&b, most + more);
                for (size_t k = 0; k < most + more; k++) {
                    if (part == NEEDS_AT)
                        pack_array(&b, 2);
                    pack_text(&b, "fibre");
                    if (part == NEEDS_AT)
                        pack_uint(&b, 3);
                }
            }
            assert_int_equal(body_get_assist(&doc, buf_str(&b), &got), more ? ERR_SYNTAX : OK);
            buf_fini(&whole);
        }
    }
    buf_fini(&b);
}

static void
another_version_is_named(void **state)
{
    struct buf b = { 0 };
    struct assist a = { .kind = ASSIST_ASK, .place = PLACE_NONE }, got;
    (void)state;
    body_put_assist(&b, &a);
    b.data[1] = 2;
    assert_int_equal(body_get_assist(&doc, buf_str(&b), &got), ERR_VERSION);
    buf_fini(&b);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_word_comes_back_as_it_went),
        cmocka_unit_test(cut_changed_and_senseless_bytes_are_survived),
        cmocka_unit_test(more_needs_than_a_ticket_can_have_are_refused),
        cmocka_unit_test(another_version_is_named),
    };
    draw.rng = seed();
    doc_init(&doc);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    doc_fini(&doc);
    arena_fini(&draw.arena);
    return failed;
}
