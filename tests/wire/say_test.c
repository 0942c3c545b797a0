/* say_test.c - what people are told fits their channel, holds what was promised, and has no hole.
 */
#include "common/wire/names.h"
#include "common/wire/say_rows.h"
#include "tests/wire/draw.h"

#include <time.h>

static struct draw d;

static int
begin(void **state)
{
    (void)state;
    d = (struct draw){ .rng = seed() };
    return 0;
}

static int
end(void **state)
{
    (void)state;
    arena_fini(&d.arena);
    return 0;
}

/* An SMS, in its two codings, and a channel that counts 160 of anything. */
static const struct {
    size_t units_max;
    bool gsm7;
} limits[] = { { 70, false }, { 160, true }, { 160, false } };

static struct say
say_of(enum say_lang lang, enum say_to to, size_t limit)
{
    return (struct say){ lang, to, limits[limit].units_max, limits[limit].gsm7, 480 };
}

static void
put(char *to, size_t size, const char *from)
{
    assert_true(str_fill(to, size, str_of(from)));
}
#define PUT(array, from) put((array), sizeof(array), (from))

/* Everything present. */
static struct update
full(void)
{
    struct update u = { .kind = UPDATE_TICKET,
                        .state = TICKET_ACCEPTED,
                        .version = 3,
                        .verb = VERB_ACCEPT,
                        .repeats = 2,
                        .due = INT64_C(1795246200000), /* 2026-11-21 07:30 UTC */
                        .place = PLACE_NONE,
                        .clock = CLOCKS,
                        .object = 1,
                        .amount = 4,
                        .code = "0815",
                        .why = STR("the lift's door") };
    PUT(u.number, "N1-0123456789-4");
    PUT(u.level, "severe");
    PUT(u.category.s, "lift");
    PUT(u.site.s, "elm-street-4");
    PUT(u.customer.s, "acme");
    PUT(u.engineer.s, "na.l");
    PUT(u.name, "Li Na");
    PUT(u.phone, "555-0107");
    return u;
}

static void
assert_said(struct say s, struct update u, const char *want)
{
    struct buf out = { 0 };
    say_update(&out, &s, &u);
    assert_string_equal(buf_cstr(&out), want);
    buf_fini(&out);
}

/* Printable, not empty. */
static void
draw_words(char *to, size_t size)
{
    static const char *const plain[] = { "a", "Z", "-", "7", "é", "ü", "@", "+", "[", "€", "^" };
    static const char *const any[] = { "a", "李", "娜", "😀", "ë", "€", "^", "0", "Ж", "𠮷" };
    bool gsm7 = draw_bool(&d);
    size_t len = 0, want = 1 + draw_below(&d, size - 1);
    memset(to, 0, size);
    for (;;) {
        const char *letter =
            gsm7 ? plain[draw_below(&d, countof(plain))] : any[draw_below(&d, countof(any))];
        if (len + strlen(letter) > want && len > 0)
            return;
        memcpy(to + len, letter, strlen(letter));
        len += strlen(letter);
    }
}
#define DRAW_WORDS(array) draw_words((array), sizeof(array))

static struct update
draw_full(void)
{
    struct update u = full();
    DRAW_WORDS(u.number);
    DRAW_WORDS(u.level);
    DRAW_WORDS(u.category.s);
    DRAW_WORDS(u.site.s);
    DRAW_WORDS(u.customer.s);
    DRAW_WORDS(u.engineer.s);
    DRAW_WORDS(u.name);
    DRAW_WORDS(u.phone);
    u.why = draw_text(&d);
    u.due = draw_instant(&d);
    u.from = draw_instant(&d);
    u.until = u.from + (instant)draw_below(&d, 3 * DAYS);
    u.repeats = draw_u32(&d);
    u.reason = draw_below(&d, REASONS);
    u.clock = draw_below(&d, CLOCKS + 1);
    u.share_pct = (uint16_t)draw_below(&d, 200);
    u.object = (uint16_t)draw_below(&d, 3);
    u.object_kind = draw_below(&d, OBJECT_KINDS);
    u.object_state = draw_below(&d, OBJECT_STATES);
    u.amount = (int64_t)draw_below(&d, 1000000) - 1;
    return u;
}

/* One line of whole letters, within the limit. */
static void
assert_fits(struct say s, struct str text)
{
    assert_true(str_is_printable(text));
    bool packed = s.gsm7 && say_is_gsm7(text);
    assert_in_range(say_units(text, s.gsm7), 1, s.gsm7 && !packed ? 70 : s.units_max);
}

/* The whole name, or letters from its beginning and an ellipsis. */
static bool
names(const char *text, const char *name)
{
    char head[80];
    if (strstr(text, name) != NULL)
        return true;
    for (size_t len = strlen(name); len > 0; len--) {
        if (!str_is_utf8(str_bytes(name, len)))
            continue;
        for (size_t i = 0; i < 2; i++) {
            snprintf(head, sizeof(head), "%.*s%s", (int)len, name, i == 0 ? "…" : "...");
            if (strstr(text, head) != NULL)
                return true;
        }
    }
    return false;
}

static void
an_accepted_ticket_always_names_number_engineer_and_telephone(void **state)
{
    (void)state;
    struct buf out = { 0 };
    for (size_t round = 0; round < 20000; round++) {
        struct update u = draw_full();
        struct say s = say_of(round % SAY_LANGS, SAY_CUSTOMER, draw_below(&d, countof(limits)));
        buf_clear(&out);
        say_update(&out, &s, &u);
        assert_fits(s, buf_str(&out));
        assert_non_null(strstr(buf_cstr(&out), u.number));
        assert_non_null(strstr(buf_cstr(&out), u.phone));
        assert_true(names(buf_cstr(&out), u.name));
    }
    buf_fini(&out);
}

static void
every_update_to_everybody_fits_and_is_one_line(void **state)
{
    (void)state;
    struct buf out = { 0 };
    for (size_t round = 0; round < 20000; round++) {
        struct update u = draw_full();
        u.kind = draw_below(&d, UPDATE_KINDS + 1); /* one is of a later version */
        u.state = draw_below(&d, TICKET_STATES);
        u.verb = draw_below(&d, VERBS);
        u.refusal = draw_below(&d, REFUSALS);
        struct say s = say_of(draw_below(&d, SAY_LANGS), draw_below(&d, SAY_TOS),
                              draw_below(&d, countof(limits)));
        buf_clear(&out);
        say_update(&out, &s, &u);
        assert_fits(s, buf_str(&out));
        s.units_max = 1 + draw_below(&d, 69); /* too short for some: whole letters, all the same */
        say_update(&out, &s, &u);
        assert_true(str_is_printable(buf_str(&out)));
    }
    buf_fini(&out);
}

/* ---- the templates */

static const char *const known[] = { "number", "name",   "phone",    "engineer",     "level",
                                     "state",  "verb",   "refusal",  "due",          "repeats",
                                     "why",    "site",   "category", "customer",     "alarm",
                                     "code",   "amount", "object",   "object_state", "window" };

/* A bit for each field in it; all braces and brackets are paired, none within another. */
static unsigned
fields_of(const char *form)
{
    unsigned found = 0;
    bool part = false;
    for (struct str rest = str_of(form); rest.len > 0;) {
        char c = rest.at[0];
        rest = str_bytes(rest.at + 1, rest.len - 1);
        assert_true(c != '}' && (c != '[' || !part) && (c != ']' || part));
        part = c == '[' || (part && c != ']');
        if (c != '{')
            continue;
        struct str name = str_cut(&rest, '}');
        size_t i = 0;
        while (i < countof(known) && !str_is(name, known[i]))
            i++;
        if (i == countof(known))
            fail_msg("no field {%.*s}: %s", STR_ARG(name), form);
        found |= 1u << i;
    }
    assert_false(part);
    return found;
}

static void
every_template_has_known_fields_and_is_the_same_in_both_languages(void **state)
{
    (void)state;
    const struct say_row *r;
    size_t rows = 0;
    for (size_t i = 0; (r = say_row_next(&i)) != NULL; rows++)
        for (size_t form = 0; form < SAY_FORMS; form++) {
            const char *en = r->forms[SAY_EN][form], *zh = r->forms[SAY_ZH][form];
            if ((en == NULL) != (zh == NULL))
                fail_msg("only in one language: %s", en == NULL ? zh : en);
            if (en == NULL)
                continue;
            if (fields_of(en) != fields_of(zh))
                fail_msg("other fields in the other language: %s", en);
            assert_true(str_is_printable(str_of(en)) && str_is_printable(str_of(zh)));
            assert_true(say_is_gsm7(str_of(en)));
            if (form > 0 && r->forms[SAY_EN][form - 1] != NULL)
                assert_true(strlen(en) < strlen(r->forms[SAY_EN][form - 1]) &&
                            strlen(zh) < strlen(r->forms[SAY_ZH][form - 1]));
        }
    assert_in_range(rows, TICKET_STATES, 1000);
}

/* Calls `look` with every update there is a template for; with and without what may be absent. */
static void
say_all(void (*look)(struct say s, const struct update *u, struct str text))
{
    struct buf out = { 0 };
    for (unsigned n = 0; n < (UPDATE_KINDS + 1) * (TICKET_STATES + 1) * REFUSALS * 2; n++) {
        struct update u = full();
        if (n % 2 == 1) {
            u = (struct update){ .verb = VERB_SYNC, .place = PLACE_NONE, .version = 1 };
            PUT(u.number, "N1-0123456789-4");
        }
        u.kind = n / 2 % (UPDATE_KINDS + 1);
        u.state = n / 2 / (UPDATE_KINDS + 1) % (TICKET_STATES + 1); /* one is of a later version */
        u.refusal = n / 2 / (UPDATE_KINDS + 1) / (TICKET_STATES + 1);
        u.object_kind = n / 2 / (UPDATE_KINDS + 1) % OBJECT_KINDS;
        for (unsigned m = 0; m < SAY_LANGS * SAY_TOS * 4; m++) {
            struct say s = { .lang = m % SAY_LANGS, .to = m / SAY_LANGS % SAY_TOS };
            s.units_max = m / SAY_LANGS / SAY_TOS * 30;
            buf_clear(&out);
            say_update(&out, &s, &u);
            look(s, &u, buf_str(&out));
        }
    }
    buf_fini(&out);
}

static bool reached[256]; /* of the rows, in the order of say_row_next */

static void
look_for_leftovers(struct say s, const struct update *u, struct str text)
{
    const struct say_row *r;
    size_t row = 0;
    for (size_t i = 0; (r = say_row_next(&i)) != NULL && r != say_row_of(u, s.to);)
        row++;
    assert_true(r != NULL && row < countof(reached));
    reached[row] = true;
    assert_true(text.len > 0 && str_is_printable(text));
    for (size_t i = 0; i < text.len; i++)
        assert_null(strchr("{}[]", text.at[i]));
}

static void
every_row_is_said_and_nothing_of_a_template_is_left_in_it(void **state)
{
    (void)state;
    const struct say_row *r;
    size_t row = 0;
    say_all(look_for_leftovers);
    for (size_t i = 0; (r = say_row_next(&i)) != NULL; row++)
        if (!reached[row])
            fail_msg("nobody is ever told: %s", r->forms[SAY_EN][0]);
}

/* ---- holes */

static unsigned holes;

static void
hole_unless(bool filled, const char *what, const char *name)
{
    if (filled)
        return;
    print_message("hole in common/wire/say_*.c: %s %s\n", what, name);
    holes++;
}

/* A hole is said by the wire's name, which is no Chinese. */
static bool
in_chinese(const char *said)
{
    return (uint8_t)said[0] >= 0x80;
}

static void
nothing_is_without_words(void **state)
{
    (void)state;
    holes = 0;
    for (enum ticket_state s = 0; s < TICKET_STATES; s++) {
        struct update u = { .kind = UPDATE_TICKET, .state = s }, other = u;
        other.state = TICKET_STATES;
        hole_unless(in_chinese(say_state(SAY_ZH, s)), "state", state_name(s));
        hole_unless(say_row_of(&u, SAY_CUSTOMER) != say_row_of(&other, SAY_CUSTOMER),
                    "template to the customer, state", state_name(s));
    }
    for (enum verb v = 0; v < VERBS; v++)
        hole_unless(in_chinese(say_verb(SAY_ZH, v)), "verb", verb_name(v));
    for (enum refusal r = REFUSAL_NONE + 1; r < REFUSALS; r++)
        hole_unless(in_chinese(say_refusal(SAY_ZH, r)), "refusal", refusal_name(r));
    for (enum reason r = REASON_NONE + 1; r < REASONS; r++)
        hole_unless(in_chinese(say_reason(SAY_ZH, r)), "reason", reason_name(r));
    for (enum object_kind k = 0; k < OBJECT_KINDS; k++)
        hole_unless(in_chinese(say_object(SAY_ZH, k)), "object", object_kind_name(k));
    for (enum object_state o = 0; o < OBJECT_STATES; o++)
        hole_unless(in_chinese(say_object_state(SAY_ZH, o)), "object state", object_state_name(o));
    for (enum clock c = 0; c < CLOCKS; c++)
        hole_unless(in_chinese(say_clock(SAY_ZH, c)), "clock", clock_name(c));
    for (enum update_kind k = 0; k < UPDATE_KINDS; k++) {
        struct update u = { .kind = k }, later = { .kind = UPDATE_KINDS };
        hole_unless(say_row_of(&u, SAY_DISPATCHER) != say_row_of(&later, SAY_DISPATCHER),
                    "template, update", update_name(k));
    }
    assert_int_equal(holes, 0);
}

/* ---- examples */

static void
the_longest_form_that_fits_is_said(void **state)
{
    (void)state;
    struct say s = { .to = SAY_CUSTOMER };
    assert_said(s, full(),
                "Ticket N1-0123456789-4 is in the hands of your engineer Li Na, phone 555-0107.");
    s.units_max = 70;
    assert_said(s, full(), "N1-0123456789-4: engineer Li Na, 555-0107");
    s.units_max = 35;
    assert_said(s, full(), "N1-0123456789-4 Li Na 555-0107");
    s.units_max = 28;
    assert_said(s, full(), "N1-0123456789-4 Li… 555-0107");
    s.units_max = 5;
    assert_said(s, full(), "N1-0123456789-4 L… 555-0107");
    s = (struct say){ .lang = SAY_ZH, .to = SAY_CUSTOMER, .units_max = 70 };
    assert_said(s, full(), "故障单N1-0123456789-4：已接单，由工程师Li Na为您处理，电话555-0107。");
}

static void
a_letter_outside_gsm_makes_the_text_shorter(void **state)
{
    (void)state;
    struct say s = { .to = SAY_CUSTOMER, .units_max = 160, .gsm7 = true };
    struct update u = full();
    assert_said(s, u,
                "Ticket N1-0123456789-4 is in the hands of your engineer Li Na, phone 555-0107.");
    PUT(u.name, "李娜");
    assert_said(s, u, "N1-0123456789-4: engineer 李娜, 555-0107");
    u = full();
    u.state = TICKET_REJECTED;
    s.units_max = 44;
    assert_said(s, u, "N1-0123456789-4: not taken on: the lift's...");
}

static void
levels_times_and_reasons_are_said_in_the_language(void **state)
{
    (void)state;
    struct say s = { .to = SAY_ENGINEER, .utc_offset_min = 480 };
    struct update u = full();
    u.kind = UPDATE_OFFER;
    assert_said(s, u,
                "Offer N1-0123456789-4: severe fault, lift, site elm-street-4, customer acme, 2 "
                "repeated. Accept or decline before 11-21 15:30.");
    struct update v = u;
    v.from = u.due;
    v.until = u.due + 2 * HOURS;
    assert_said(s, v,
                "Offer N1-0123456789-4: severe fault, lift, site elm-street-4, customer acme, 2 "
                "repeated, agreed for 11-21 15:30-17:30. Accept or decline before 11-21 15:30.");
    v.until = u.due + 10 * HOURS;
    s.units_max = 150;
    assert_said(s, v,
                "Offer N1-0123456789-4: severe fault, site elm-street-4, agreed for 11-21 "
                "15:30-11-22 01:30, answer before 11-21 15:30");
    s.units_max = 0;
    s.lang = SAY_ZH;
    assert_said(s, u,
                "派单N1-0123456789-4：严重故障，lift，站点elm-street-4，客户acme，重复受理2次。"
                "请于11月21日15:30前接单或拒单。");
    PUT(u.level, "gold");
    s.units_max = 50;
    u.site = (struct site_id){ "" };
    assert_said(s, u, "派单N1-0123456789-4：gold，11月21日15:30前答复");
    u.kind = UPDATE_VERDICT;
    u.refusal = REFUSAL_NOT_YOURS;
    assert_said(s, u, "N1-0123456789-4接单未成功：不是您的故障单，现为已接单");
}

static void
control_characters_and_broken_bytes_do_not_come_through(void **state)
{
    (void)state;
    struct update u = full();
    u.state = TICKET_CANCELLED;
    u.why = STR("a\nb\x7f"
                "c\xc2\x85"
                "d\xe2\x80\xa8"
                "e\xff"
                "f");
    assert_said((struct say){ .to = SAY_CUSTOMER }, u,
                "Ticket N1-0123456789-4 has been cancelled: a b c d e?f.");
}

static void
times_are_those_of_the_calendar(void **state)
{
    (void)state;
    char want[64];
    for (size_t round = 0; round < 5000; round++) {
        struct update u = { .kind = UPDATE_OFFER, .due = 1 + draw_instant(&d) };
        int offset = (int)draw_below(&d, 28 * 60) - 14 * 60;
        PUT(u.number, "N");
        time_t seconds = (time_t)(u.due / MINUTES * 60 + offset * 60);
        struct tm t;
        assert_non_null(gmtime_r(&seconds, &t));
        snprintf(want, sizeof(want), "派单N，%d月%d日%02d:%02d前", t.tm_mon + 1, t.tm_mday,
                 t.tm_hour, t.tm_min);
        assert_said((struct say){ SAY_ZH, SAY_ENGINEER, 1, false, offset }, u, want);
    }
}

static void
units_are_counted_as_the_channel_counts_them(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool gsm7;
        size_t plain, packed;
    } texts[] = {
        { "", true, 0, 0 },           { "Li Na", true, 5, 5 }, { "@£è_Ωß", true, 6, 6 },
        { "{~}", true, 3, 6 },        { "10 €", true, 4, 5 },  { "李娜", false, 2, 2 },
        { "😀", false, 2, 2 },         { "Zoë", false, 3, 3 },  { "a`", false, 2, 2 },
        { "\xff", false, 1, 1 },      { "€ 李", false, 3, 3 }, { "à la carte", true, 10, 10 },
        { "\x1b", false, 1, 1 },      { "ç", false, 1, 1 },    { "Ç", true, 1, 1 },
        { "line\nline", true, 9, 9 }, { "\t", false, 1, 1 },
    };
    for (size_t i = 0; i < countof(texts); i++) {
        struct str text = str_of(texts[i].text);
        assert_int_equal(say_is_gsm7(text), texts[i].gsm7);
        assert_int_equal(say_units(text, false), texts[i].plain);
        assert_int_equal(say_units(text, true), texts[i].packed);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_accepted_ticket_always_names_number_engineer_and_telephone),
        cmocka_unit_test(every_update_to_everybody_fits_and_is_one_line),
        cmocka_unit_test(every_template_has_known_fields_and_is_the_same_in_both_languages),
        cmocka_unit_test(every_row_is_said_and_nothing_of_a_template_is_left_in_it),
        cmocka_unit_test(nothing_is_without_words),
        cmocka_unit_test(the_longest_form_that_fits_is_said),
        cmocka_unit_test(a_letter_outside_gsm_makes_the_text_shorter),
        cmocka_unit_test(levels_times_and_reasons_are_said_in_the_language),
        cmocka_unit_test(control_characters_and_broken_bytes_do_not_come_through),
        cmocka_unit_test(times_are_those_of_the_calendar),
        cmocka_unit_test(units_are_counted_as_the_channel_counts_them),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
