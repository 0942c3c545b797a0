/* said_test.c - what an engineer types after a verb and a job, detail by detail. */
#include "cli/said.h"
#include "tests/check.h"

struct line {
    struct said said;
    struct buf why;
    bool good;
};

static struct line *
say(const char *verb, const char *rest)
{
    static struct line l;
    said_fini(&l.said);
    buf_fini(&l.why);
    l = (struct line){ 0 };
    said_init(&l.said, verb_row(str_of(verb)));
    l.good = said_line(&l.said, str_of(rest), &l.why) && said_whole(&l.said, &l.why);
    return &l;
}

static void
forget(void)
{
    struct line *l = say("accept", "");
    said_fini(&l->said);
    buf_fini(&l->why);
}

static void
a_reason_and_words_are_told_apart(void **state)
{
    (void)state;
    struct line *l = say("decline", "far  the bridge is closed");
    assert_true(l->good);
    assert_string_equal(l->said.details.reason, "far");
    assert_string_equal(l->said.note, "the bridge is closed");
    assert_true(say("decline", "far")->good);
    l = say("decline", "on leave");
    assert_false(l->good);
    assert_non_null(strstr(buf_cstr(&l->why), "busy, far, skill"));
    assert_false(say("decline", "absent")->good); /* another verb's */
}

static void
details_come_in_any_order_before_the_words(void **state)
{
    (void)state;
    struct line *l = say("pend", "until +2h absent nobody at the door until noon");
    assert_true(l->good);
    assert_string_equal(l->said.details.reason, "absent");
    assert_true(l->said.details.until > 0);
    assert_string_equal(l->said.note, "nobody at the door until noon");
    l = say("transfer", "to chen.wei busy");
    assert_true(l->good);
    assert_string_equal(l->said.details.engineer, "chen.wei");
    assert_null(l->said.note);
    assert_false(say("pend", "absent")->good); /* no evidence */
    assert_false(say("pend", "absent until soon he says")->good);
}

static void
a_name_is_one_word_or_stands_in_quotes(void **state)
{
    (void)state;
    struct line *l = say("part_request", "\"fan tray\" x2 the left one");
    assert_true(l->good);
    assert_string_equal(l->said.details.name, "fan tray");
    assert_int_equal(*l->said.details.amount, 2);
    assert_string_equal(l->said.note, "the left one");
    l = say("part_request", "x1 fan");
    assert_true(l->good);
    assert_string_equal(l->said.details.name, "fan");
    assert_null(l->said.note);
    assert_false(say("part_request", "x2")->good);
    assert_null(say("inspect", "worn out")->said.details.name); /* not needed: only in quotes */
}

static void
objects_codes_places_and_warranty_say_what_they_are(void **state)
{
    (void)state;
    struct line *l = say("part_use", "warranty #3");
    assert_true(l->good);
    assert_int_equal(l->said.details.object, 3);
    assert_true(l->said.details.warranty);
    l = say("arrive", "code 4711 at 42.5,-71.25");
    assert_true(l->good);
    assert_string_equal(l->said.details.code, "4711");
    assert_int_equal(*l->said.details.lat_e7, 425000000);
    assert_int_equal(*l->said.details.lon_e7, -712500000);
    l = say("resolve", "to be watched #3 x2");
    assert_true(l->good);
    assert_string_equal(l->said.note, "to be watched #3 x2");
    assert_false(say("arrive", "at home")->good);
    assert_false(say("part_use", "#70000")->good);
}

static void
papers_are_sections(void **state)
{
    (void)state;
    struct line *l = say("report", "handling=\"new fan\" lessons=\"clean it\" done");
    assert_true(l->good);
    assert_int_equal(l->said.details.sections_count, 2);
    assert_string_equal(l->said.details.sections[0].name, "handling");
    assert_string_equal(l->said.details.sections[0].text, "new fan");
    assert_string_equal(l->said.details.sections[1].text, "clean it");
    assert_string_equal(l->said.note, "done");
    assert_false(say("report", "handling=a handling=b")->good);
    assert_false(say("report", "just words")->good);
}

static void
a_note_may_stand_in_quotes_as_a_whole(void **state)
{
    (void)state;
    assert_string_equal(say("note", "\"the door is locked\"")->said.note, "the door is locked");
    assert_string_equal(say("note", "\"locked\", he said")->said.note, "\"locked\", he said");
    assert_false(say("note", "  ")->good);
}

static void
any_line_is_taken_or_refused_with_words(void **state)
{
    static const char *const parts[] = { "\"",  "=",     "#",      "x",    "x2", "#1",
                                         " ",   "until", "to",     "at",   "3",  ",",
                                         "far", "parts", "fault=", "code", "ä" };
    struct rng rng = seed();
    (void)state;
    for (size_t round = 0; round < 20000; round++) {
        char text[128] = "";
        for (uint64_t n = rng_below(&rng, 12); n > 0; n--)
            strcat(text, parts[rng_below(&rng, countof(parts))]);
        const char *const verbs[] = { "pend", "report", "part_use", "quote", "arrive", "transfer" };
        struct line *l = say(verbs[rng_below(&rng, countof(verbs))], text);
        assert_true(l->good || l->why.len > 0);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_reason_and_words_are_told_apart),
        cmocka_unit_test(details_come_in_any_order_before_the_words),
        cmocka_unit_test(a_name_is_one_word_or_stands_in_quotes),
        cmocka_unit_test(objects_codes_places_and_warranty_say_what_they_are),
        cmocka_unit_test(papers_are_sections),
        cmocka_unit_test(a_note_may_stand_in_quotes_as_a_whole),
        cmocka_unit_test(any_line_is_taken_or_refused_with_words),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    forget();
    return failed;
}
