/* letter_test.c - letters, there and back. */
#include "common/wire/body.h"
#include "tests/wire/draw.h"

static struct doc doc;
static struct draw draw;
static struct arena arena; /* of what is decoded */

static struct letter
draw_letter(void)
{
    struct letter l = { .first = draw_mark(&draw), .count = draw_u32(&draw) };
    DRAW_ID(&draw, l.territory);
    DRAW_ID(&draw, l.recipient);
    draw_bytes(&draw, l.incarnation.b, sizeof(l.incarnation.b));
    l.sealed = draw_octets(&draw);
    if (draw_below(&draw, 4) > 0) {
        l.head.version = draw_u64(&draw);
        draw_bytes(&draw, l.head.chain.b, sizeof(l.head.chain.b));
        DRAW_ID(&draw, l.head.signer);
        draw_bytes(&draw, l.head.signature, sizeof(l.head.signature));
    }
    if (draw_bool(&draw)) {
        l.watch_count = draw_below(&draw, 4);
        l.watch = arena_alloc(&draw.arena, l.watch_count * sizeof(*l.watch));
        for (size_t i = 0; i < l.watch_count; i++) {
            DRAW_ID(&draw, l.watch[i].dispatcher);
            l.watch[i].dispatcher.s[0] = (char)('a' + i); /* each once */
            l.watch[i].sealed_key = draw_octets(&draw);
        }
    }
    return l;
}

static void
same_letter(const struct letter *a, const struct letter *b)
{
    assert_same(a, b, territory);
    assert_same(a, b, recipient);
    assert_same(a, b, incarnation);
    assert_same(a, b, first);
    assert_same(a, b, count);
    assert_same_str(a, b, sealed);
    assert_same(a, b, head.version);
    assert_same(a, b, head.chain);
    assert_same(a, b, head.signer);
    assert_same(a, b, head.signature);
    assert_int_equal(a->watch == NULL, b->watch == NULL);
    assert_same(a, b, watch_count);
    for (size_t i = 0; i < a->watch_count; i++) {
        assert_same(a, b, watch[i].dispatcher);
        assert_same_str(a, b, watch[i].sealed_key);
    }
}

static enum err
letter_again(void *context, struct str bytes, struct buf *again)
{
    struct letter l;
    arena_clear(&arena);
    enum err e = body_get_letter(context, &arena, bytes, &l);
    if (e == OK)
        body_put_letter(again, &l);
    return e;
}

static void
a_letter_comes_back_as_it_went(void **state)
{
    struct buf b = { 0 };
    (void)state;
    for (size_t round = 0; round < 1000; round++) {
        struct letter sent = draw_letter(), got;
        buf_clear(&b);
        body_put_letter(&b, &sent);
        arena_clear(&arena);
        assert_int_equal(body_get_letter(&doc, &arena, buf_str(&b), &got),
                         b.len > PACK_BYTES_MAX ? ERR_TOO_BIG : OK);
        if (b.len <= PACK_BYTES_MAX)
            same_letter(&sent, &got);
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
        struct letter l = draw_letter();
        buf_clear(&b);
        body_put_letter(&b, &l);
        if (b.len < 3000)
            check_hostile(letter_again, &doc, buf_str(&b), &draw);
    }
    buf_fini(&b);
}

static void
a_letter_of_another_version_is_named(void **state)
{
    struct buf b = { 0 };
    struct letter l = draw_letter(), got;
    (void)state;
    body_put_letter(&b, &l);
    b.data[1] = 2;
    assert_int_equal(body_get_letter(&doc, &arena, buf_str(&b), &got), ERR_VERSION);
    b.data[1] = 1;
    b.data[0]++;
    pack_nil(&b);
    assert_int_equal(body_get_letter(&doc, &arena, buf_str(&b), &got), ERR_SYNTAX);
    buf_fini(&b);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_letter_comes_back_as_it_went),
        cmocka_unit_test(cut_changed_and_senseless_bytes_are_survived),
        cmocka_unit_test(a_letter_of_another_version_is_named),
    };
    draw.rng = seed();
    doc_init(&doc);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    doc_fini(&doc);
    arena_fini(&draw.arena);
    arena_fini(&arena);
    return failed;
}
