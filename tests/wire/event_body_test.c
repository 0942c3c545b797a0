/* event_body_test.c - what a verb needs besides its ticket, and the sections of papers. */
#include "common/wire/body.h"
#include "common/wire/names.h"
#include "tests/wire/draw.h"

static struct doc doc;
static struct draw draw;
static struct arena arena; /* of what is decoded */

static void
draw_sections(struct event_body *e)
{
    struct sections s = { 0 };
    struct buf packed = { 0 };
    for (unsigned i = 0; i < SECTIONS; i++)
        if (draw_bool(&draw))
            do
                s.words[i] = draw_text(&draw);
            while (s.words[i].len > 700);
    e->sections = body_put_sections(&packed, &s);
    if (e->sections != 0)
        e->text = arena_copy(&draw.arena, buf_str(&packed));
    buf_fini(&packed);
}

static struct event_body
draw_body(void)
{
    struct event_body e = EVENT_BODY_NONE;
    if (draw_bool(&draw))
        e.note = draw_text(&draw);
    if (draw_bool(&draw)) {
        e.reason = (enum reason)draw_below(&draw, REASONS);
        e.until = draw_instant(&draw);
        DRAW_ID(&draw, e.engineer);
        draw_bytes(&draw, e.other.b, sizeof(e.other.b));
        e.place = draw_place(&draw);
    }
    if (draw_bool(&draw)) {
        draw_label(&draw, e.code, sizeof(e.code));
        draw_label(&draw, e.level, sizeof(e.level));
        e.object = (uint16_t)draw_u32(&draw);
        e.amount = (int64_t)draw_mark(&draw);
        draw_label(&draw, e.name, sizeof(e.name));
        e.warranty = draw_bool(&draw);
    }
    if (draw_bool(&draw))
        draw_sections(&e);
    return e;
}

static void
same_body(const struct event_body *a, const struct event_body *b)
{
    assert_same_str(a, b, note);
    assert_same(a, b, reason);
    assert_same(a, b, until);
    assert_same(a, b, engineer);
    assert_same(a, b, other);
    assert_same(a, b, place);
    assert_same(a, b, code);
    assert_same(a, b, level);
    assert_same(a, b, object);
    assert_same(a, b, amount);
    assert_same(a, b, name);
    assert_same(a, b, warranty);
    assert_same(a, b, sections);
    assert_same_str(a, b, text);
}

static enum err
body_again(void *context, struct str bytes, struct buf *again)
{
    struct event_body e;
    arena_clear(&arena);
    enum err err = body_get_event(context, &arena, bytes, &e, NULL);
    if (err == OK)
        body_put_event(again, &e);
    return err;
}

static void
a_body_comes_back_as_it_went(void **state)
{
    struct buf b = { 0 };
    (void)state;
    for (size_t round = 0; round < 1000; round++) {
        struct event_body sent = draw_body(), got;
        buf_clear(&b);
        body_put_event(&b, &sent);
        arena_clear(&arena);
        assert_int_equal(body_get_event(&doc, &arena, buf_str(&b), &got, NULL), OK);
        same_body(&sent, &got);
        arena_clear(&draw.arena);
    }
    buf_fini(&b);
}

static void
cut_changed_and_senseless_bytes_are_survived(void **state)
{
    struct buf b = { 0 };
    (void)state;
    for (size_t round = 0; round < 20; round++) {
        struct event_body e = draw_body();
        buf_clear(&b);
        body_put_event(&b, &e);
        check_hostile(body_again, &doc, buf_str(&b), &draw);
        arena_clear(&draw.arena);
    }
    buf_fini(&b);
}

static void
nothing_that_is_empty_is_said(void **state)
{
    struct buf b = { 0 };
    struct event_body got;
    (void)state;
    body_put_event(&b, &EVENT_BODY_NONE);
    assert_int_equal(b.len, 1);
    assert_int_equal(body_get_event(&doc, &arena, buf_str(&b), &got, NULL), OK);
    assert_int_equal(got.amount, -1);
    assert_false(place_known(got.place));
    buf_fini(&b);
}

static void
put_pairs(struct buf *b, const char *const *pairs, size_t count)
{
    buf_clear(b);
    pack_map(b, 1);
    pack_text(b, "sections");
    pack_map(b, count);
    for (size_t i = 0; i < 2 * count; i++)
        pack_text(b, pairs[i]);
}

static void
sections_have_one_order_whatever_the_sender_chose(void **state)
{
    static const char *const one[] = { "lessons", "label the fuses", "handling", "new fuse" };
    static const char *const other[] = { "handling", "new fuse", "lessons", "label the fuses" };
    struct buf b = { 0 };
    struct event_body x, y;
    struct sections s;
    (void)state;
    put_pairs(&b, one, 2);
    assert_int_equal(body_get_event(&doc, &arena, buf_str(&b), &x, NULL), OK);
    put_pairs(&b, other, 2);
    assert_int_equal(body_get_event(&doc, &arena, buf_str(&b), &y, NULL), OK);
    same_body(&x, &y);
    assert_int_equal(x.sections, 1u << SECTION_HANDLING | 1u << SECTION_LESSONS);
    assert_int_equal(body_get_sections(&doc, x.text, &s), OK);
    assert_true(str_is(s.words[SECTION_LESSONS], "label the fuses"));
    assert_int_equal(s.words[SECTION_ANALYSIS].len, 0);
    buf_fini(&b);
}

static void
a_section_of_no_such_name_is_named(void **state)
{
    static const char *const pairs[] = { "handling", "new fuse", "poetry", "o fuse" };
    struct buf b = { 0 };
    struct event_body e;
    struct sections s;
    struct str wrong, map;
    (void)state;
    put_pairs(&b, pairs, 2);
    assert_int_equal(body_get_event(&doc, &arena, buf_str(&b), &e, &wrong), ERR_SYNTAX);
    assert_true(str_is(wrong, "poetry"));
    map = (struct str){ (const char *)b.data + 10, b.len - 10 };
    assert_int_equal(body_get_sections(&doc, map, &s), ERR_SYNTAX);
    buf_clear(&b);
    pack_map(&b, 1);
    pack_text(&b, "reason");
    pack_text(&b, "mood");
    assert_int_equal(body_get_event(&doc, &arena, buf_str(&b), &e, &wrong), ERR_SYNTAX);
    assert_int_equal(wrong.len, 0);
    buf_fini(&b);
}

static void
sections_have_a_largest_size(void **state)
{
    char *words = zalloc(SECTIONS_MAX);
    struct sections s = { 0 };
    struct event_body e = EVENT_BODY_NONE, got;
    (void)state;
    memset(words, 'w', SECTIONS_MAX);
    for (size_t more = 0; more < 2; more++) {
        struct buf b = { 0 }, packed = { 0 };
        /* a map of one, a name of five, a text of up to 64 KiB: 1 + 6 + 3 octets beside the words
         */
        s.words[SECTION_FAULT] = (struct str){ words, SECTIONS_MAX - 10 + more };
        e.sections = body_put_sections(&packed, &s);
        e.text = buf_str(&packed);
        body_put_event(&b, &e);
        assert_int_equal(body_get_event(&doc, &arena, buf_str(&b), &got, NULL),
                         more == 0 ? OK : ERR_TOO_BIG);
        buf_fini(&b);
        buf_fini(&packed);
    }
    free(words);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_body_comes_back_as_it_went),
        cmocka_unit_test(cut_changed_and_senseless_bytes_are_survived),
        cmocka_unit_test(nothing_that_is_empty_is_said),
        cmocka_unit_test(sections_have_one_order_whatever_the_sender_chose),
        cmocka_unit_test(a_section_of_no_such_name_is_named),
        cmocka_unit_test(sections_have_a_largest_size),
    };
    draw.rng = seed();
    doc_init(&doc);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    doc_fini(&doc);
    arena_fini(&draw.arena);
    arena_fini(&arena);
    return failed;
}
