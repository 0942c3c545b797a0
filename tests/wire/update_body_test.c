/* update_body_test.c - status messages: absent stands for empty, and nothing else is lost. */
#include "common/wire/body.h"
#include "tests/wire/draw.h"

static struct doc doc;
static struct draw draw;

static struct update
draw_update(void)
{
    struct update u = { .kind = (enum update_kind)draw_below(&draw, UPDATE_KINDS),
                        .verb = VERBS,
                        .clock = CLOCKS,
                        .amount = -1 };
    u.at = draw_instant(&draw);
    u.place = draw_place(&draw);
    if (draw_bool(&draw)) {
        draw_bytes(&draw, u.ticket.b, sizeof(u.ticket.b));
        draw_label(&draw, u.number, sizeof(u.number));
        u.state = (enum ticket_state)draw_below(&draw, TICKET_STATES);
        u.version = draw_u32(&draw);
        draw_label(&draw, u.level, sizeof(u.level));
        DRAW_LABEL(&draw, u.category);
        DRAW_LABEL(&draw, u.site);
        DRAW_LABEL(&draw, u.customer);
    }
    if (draw_bool(&draw)) {
        draw_bytes(&draw, u.report.b, sizeof(u.report.b));
        DRAW_ID(&draw, u.engineer);
        draw_label(&draw, u.name, sizeof(u.name));
        draw_label(&draw, u.phone, sizeof(u.phone));
        u.due = draw_bool(&draw) ? draw_instant(&draw) : draw_i64(&draw);
        u.repeats = draw_u32(&draw);
        u.why = draw_text(&draw);
        u.text = draw_octets(&draw);
    }
    if (draw_bool(&draw))
        u.event = (struct event_id){ draw_u64(&draw), draw_u64(&draw) };
    if (draw_bool(&draw)) {
        u.reason = (enum reason)draw_below(&draw, REASONS);
        u.object = (uint16_t)(1 + draw_below(&draw, UINT16_MAX));
        u.object_kind = (enum object_kind)draw_below(&draw, OBJECT_KINDS);
        u.object_state = (enum object_state)draw_below(&draw, OBJECT_STATES);
        u.amount = draw_bool(&draw) ? -1 : (int64_t)draw_mark(&draw);
    }
    if (draw_bool(&draw)) {
        draw_bytes(&draw, u.other.b, sizeof(u.other.b));
        draw_label(&draw, u.lang, sizeof(u.lang));
        draw_label(&draw, u.code, sizeof(u.code));
    }
    if (u.kind == UPDATE_ALARM) {
        u.clock = (enum clock)draw_below(&draw, CLOCKS + 1);
        u.share_pct = (uint16_t)draw_u32(&draw);
    }
    if (u.kind == UPDATE_VERDICT) {
        u.verb = (enum verb)draw_below(&draw, VERBS + 1);
        u.refusal = (enum refusal)draw_below(&draw, REFUSALS);
    }
    return u;
}

static void
same_update(const struct update *a, const struct update *b)
{
    assert_same(a, b, kind);
    assert_same(a, b, at);
    assert_same(a, b, ticket);
    assert_same(a, b, report);
    assert_same(a, b, number);
    assert_same(a, b, state);
    assert_same(a, b, version);
    assert_same(a, b, level);
    assert_same(a, b, category);
    assert_same(a, b, site);
    assert_same(a, b, customer);
    assert_same(a, b, place);
    assert_same(a, b, engineer);
    assert_same(a, b, name);
    assert_same(a, b, phone);
    assert_same(a, b, due);
    assert_same(a, b, repeats);
    assert_same(a, b, event);
    assert_same(a, b, verb);
    assert_same(a, b, refusal);
    assert_same(a, b, reason);
    assert_same(a, b, clock);
    assert_same(a, b, share_pct);
    assert_same(a, b, object);
    assert_same(a, b, object_kind);
    assert_same(a, b, object_state);
    assert_same(a, b, amount);
    assert_same(a, b, other);
    assert_same(a, b, lang);
    assert_same(a, b, code);
    assert_same_str(a, b, why);
    assert_same_str(a, b, text);
}

static enum err
update_again(void *context, struct str bytes, struct buf *again)
{
    struct update u;
    enum err e = body_get_update(context, bytes, &u);
    if (e == OK)
        body_put_update(again, &u);
    return e;
}

static void
an_update_comes_back_as_it_went(void **state)
{
    struct buf b = { 0 };
    (void)state;
    for (size_t round = 0; round < 3000; round++) {
        struct update sent = draw_update(), got;
        buf_clear(&b);
        body_put_update(&b, &sent);
        assert_int_equal(body_get_update(&doc, buf_str(&b), &got), OK);
        same_update(&sent, &got);
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
        struct update u = draw_update();
        buf_clear(&b);
        body_put_update(&b, &u);
        check_hostile(update_again, &doc, buf_str(&b), &draw);
    }
    buf_fini(&b);
}

static void
nothing_that_is_empty_is_said(void **state)
{
    /* a zeroed clock or amount without its alarm or object is none either */
    struct update u = { .kind = UPDATE_RESYNC, .place = PLACE_NONE, .verb = VERBS };
    struct buf b = { 0 };
    size_t pairs = 0;
    (void)state;
    body_put_update(&b, &u);
    assert_int_equal(doc_open(&doc, buf_str(&b), 0), OK);
    assert_true(node_map(doc.root, &pairs));
    assert_int_equal(pairs, 1);
    buf_fini(&b);
}

static void
a_ticket_just_received_says_its_state(void **state)
{
    struct update u = { .kind = UPDATE_OPENED, .version = 1, .place = PLACE_NONE };
    struct buf b = { 0 };
    struct str s = { 0 };
    (void)state;
    body_put_update(&b, &u);
    assert_int_equal(doc_open(&doc, buf_str(&b), 0), OK);
    assert_true(node_str(node_get(doc.root, "state"), &s));
    assert_true(str_is(s, "received"));
    assert_null(node_get(doc.root, "verb")); /* only a verdict has one, though triage is zero */
    buf_fini(&b);
}

static void
words_of_a_later_version_are_met_kindly(void **state)
{
    struct buf b = { 0 };
    struct update u;
    (void)state;
    pack_map(&b, 1);
    pack_text(&b, "kind");
    pack_text(&b, "birthday");
    assert_int_equal(body_get_update(&doc, buf_str(&b), &u), ERR_KIND);
    buf_clear(&b);
    pack_map(&b, 5);
    pack_text(&b, "kind");
    pack_text(&b, "verdict");
    pack_text(&b, "reason");
    pack_text(&b, "moonshine");
    pack_text(&b, "clock");
    pack_text(&b, "sundial");
    pack_text(&b, "verb");
    pack_text(&b, "teleport");
    pack_text(&b, "mood");
    pack_text(&b, "fine");
    assert_int_equal(body_get_update(&doc, buf_str(&b), &u), OK);
    assert_int_equal(u.verb, VERBS);
    assert_int_equal(u.reason, REASON_NONE);
    assert_int_equal(u.clock, CLOCKS);
    buf_clear(&b);
    pack_map(&b, 1);
    pack_text(&b, "state");
    pack_text(&b, "queued");
    assert_int_equal(body_get_update(&doc, buf_str(&b), &u), ERR_SYNTAX); /* of no kind */
    buf_fini(&b);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_update_comes_back_as_it_went),
        cmocka_unit_test(cut_changed_and_senseless_bytes_are_survived),
        cmocka_unit_test(nothing_that_is_empty_is_said),
        cmocka_unit_test(a_ticket_just_received_says_its_state),
        cmocka_unit_test(words_of_a_later_version_are_met_kindly),
    };
    draw.rng = seed();
    doc_init(&doc);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    doc_fini(&doc);
    arena_fini(&draw.arena);
    return failed;
}
