/* update_body_test.c - status messages: absent stands for empty, and nothing else is lost. */
#include "common/wire/body.h"
#include "tests/wire/draw.h"

static struct doc doc;
static struct draw draw;
static struct arena arena; /* of what is decoded */
static struct buf packed;

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
    struct update *u;
    arena_clear(&arena);
    enum err e = body_get_updates(context, &arena, bytes, 1, &u);
    if (e == OK && u->kind == UPDATE_KINDS)
        return ERR_KIND;
    if (e == OK) {
        pack_array(again, 1);
        body_put_update(again, u);
    }
    return e;
}

/* What lies in a letter, from `packed`; `count` is what the letter says. */
static enum err
get(size_t count, struct update **out)
{
    arena_clear(&arena);
    return body_get_updates(&doc, &arena, buf_str(&packed), count, out);
}

static void
updates_come_back_as_they_went_in_order(void **state)
{
    struct update sent[5], *got;
    (void)state;
    for (size_t round = 0; round < 1000; round++) {
        size_t count = draw_below(&draw, countof(sent) + 1);
        buf_clear(&packed);
        pack_array(&packed, count);
        for (size_t i = 0; i < count; i++) {
            sent[i] = draw_update();
            body_put_update(&packed, &sent[i]);
        }
        if (packed.len <= PACK_BYTES_MAX) {
            assert_int_equal(get(count, &got), OK);
            for (size_t i = 0; i < count; i++)
                same_update(&sent[i], &got[i]);
            assert_int_equal(get(count + 1, &got), ERR_SYNTAX);
            assert_int_equal(get(count + 1000000000, &got), ERR_SYNTAX);
        }
        arena_clear(&draw.arena);
    }
}

static void
one_that_cannot_be_read_spoils_them_all(void **state)
{
    struct update *got;
    (void)state;
    for (size_t bad = 0; bad < 3; bad++) {
        buf_clear(&packed);
        pack_array(&packed, 3);
        for (size_t i = 0; i < 3; i++) {
            struct update u = draw_update();
            if (i == bad)
                pack_array(&packed, 0);
            else
                body_put_update(&packed, &u);
        }
        assert_int_equal(get(3, &got), ERR_SYNTAX);
    }
}

static void
cut_changed_and_senseless_bytes_are_survived(void **state)
{
    (void)state;
    for (size_t round = 0; round < 20; round++) {
        struct update u = draw_update();
        buf_clear(&packed);
        pack_array(&packed, 1);
        body_put_update(&packed, &u);
        check_hostile(update_again, &doc, buf_str(&packed), &draw);
    }
}

static void
nothing_that_is_empty_is_said(void **state)
{
    /* a zeroed clock or amount without its alarm or object is none either */
    struct update u = { .kind = UPDATE_RESYNC, .place = PLACE_NONE, .verb = VERBS };
    size_t parts = 0;
    (void)state;
    buf_clear(&packed);
    body_put_update(&packed, &u);
    assert_int_equal(doc_open(&doc, buf_str(&packed), 0), OK);
    assert_true(node_array(doc.root, &parts));
    assert_int_equal(parts, 2); /* the kind's number, and the kind */
}

static void
a_ticket_just_received_says_its_state(void **state)
{
    struct update u = { .kind = UPDATE_OPENED, .version = 1, .place = PLACE_NONE };
    static const uint64_t said[] = { 0, 0, 5, 0, 6, 1 }; /* opened, received, version 1 */
    size_t parts = 0;
    (void)state;
    buf_clear(&packed);
    body_put_update(&packed, &u);
    assert_int_equal(doc_open(&doc, buf_str(&packed), 0), OK);
    assert_true(node_array(doc.root, &parts));
    assert_int_equal(parts, countof(said)); /* only a verdict has a verb, though triage is zero */
    for (size_t i = 0; i < countof(said); i++) {
        uint64_t n = 99;
        assert_true(node_uint(node_at(doc.root, i), &n));
        assert_int_equal(n, said[i]);
    }
}

/* The beginning of an update of so many parts. */
static void
put_pair(uint64_t number, uint64_t value, size_t parts)
{
    pack_array(&packed, parts);
    pack_uint(&packed, number);
    pack_uint(&packed, value);
}

static void
words_of_a_later_version_are_met_kindly(void **state)
{
    struct update *u;
    (void)state;
    buf_clear(&packed);
    pack_array(&packed, 2);
    put_pair(0, 200, 4);
    pack_uint(&packed, 1);
    pack_text(&packed, "of another type by then");
    put_pair(0, 7, 10);
    pack_uint(&packed, 19);
    pack_text(&packed, "teleport");
    pack_uint(&packed, 23);
    pack_text(&packed, "moonshine");
    pack_uint(&packed, 24);
    pack_text(&packed, "sundial");
    pack_uint(&packed, 200);
    pack_text(&packed, "fine");
    assert_int_equal(get(2, &u), OK);
    assert_int_equal(u[0].kind, UPDATE_KINDS); /* its place counts */
    assert_int_equal(u[1].kind, UPDATE_VERDICT);
    assert_int_equal(u[1].verb, VERBS);
    assert_int_equal(u[1].reason, REASON_NONE);
    assert_int_equal(u[1].clock, CLOCKS);
}

static void
an_update_is_pairs_with_rising_numbers_and_a_kind_first(void **state)
{
    static const struct {
        size_t parts;
        uint64_t first, second;
        enum err e;
    } rows[] = {
        { 4, 0, 5, OK },         /* opened, received */
        { 4, 5, 0, ERR_SYNTAX }, /* of no kind at first */
        { 4, 0, 0, ERR_SYNTAX }, /* twice the same */
        { 3, 0, 5, ERR_SYNTAX }, /* a number without its value */
    };
    struct update *u;
    (void)state;
    for (size_t i = 0; i < countof(rows); i++) {
        buf_clear(&packed);
        pack_array(&packed, 1);
        put_pair(rows[i].first, 0, rows[i].parts);
        pack_uint(&packed, rows[i].second);
        if (rows[i].parts == 4)
            pack_uint(&packed, 0);
        assert_int_equal(get(1, &u), rows[i].e);
    }
    buf_clear(&packed);
    pack_array(&packed, 1);
    pack_array(&packed, 6);
    for (uint64_t n = 0; n < 6; n += 2) { /* 0, 6, 5: not rising */
        pack_uint(&packed, n == 0 ? 0 : n == 2 ? 6 : 5);
        pack_uint(&packed, 0);
    }
    assert_int_equal(get(1, &u), ERR_SYNTAX);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(updates_come_back_as_they_went_in_order),
        cmocka_unit_test(one_that_cannot_be_read_spoils_them_all),
        cmocka_unit_test(cut_changed_and_senseless_bytes_are_survived),
        cmocka_unit_test(nothing_that_is_empty_is_said),
        cmocka_unit_test(a_ticket_just_received_says_its_state),
        cmocka_unit_test(words_of_a_later_version_are_met_kindly),
        cmocka_unit_test(an_update_is_pairs_with_rising_numbers_and_a_kind_first),
    };
    draw.rng = seed();
    doc_init(&doc);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    doc_fini(&doc);
    arena_fini(&draw.arena);
    arena_fini(&arena);
    buf_fini(&packed);
    return failed;
}
