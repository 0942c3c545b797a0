/* chat_talk_test.c - the dialogue: what is missing is asked for, once; every stage answers every
 * word; and whatever a person says, his first words are filed or he has dropped them himself. */
#include "tests/check.h"

#include "gateways/chat/talk.h"

static struct talk_config
config(void)
{
    struct talk_config c = { .ask_site = true, .ask_urgency = true };
    struct buf why = { 0 };
    assert_true(talk_categories(&c, "lift=电梯/lift, power=停电/power cut", &why));
    return c;
}

static struct talk_step
hear(struct talk *t, const struct talk_known *k, const char *text)
{
    const struct talk_config c = config();
    const struct talk_message m = { "key-1", "thread-1", str_of(text), 77, "Li" };
    return talk_hear(t, &c, k, &m);
}

static void
what_is_missing_is_asked_for_and_then_filed(void **state)
{
    const struct talk_known nobody = { .number = "" };
    struct talk t = { .hint = -1 };
    (void)state;
    assert_int_equal(hear(&t, &nobody, "机房很热").say, PHRASE_ASK_SITE);
    assert_int_equal(hear(&t, &nobody, "city-hall").say, PHRASE_ASK_CATEGORY);
    assert_int_equal(hear(&t, &nobody, "7").say, PHRASE_ASK_CATEGORY); /* there are two */
    assert_int_equal(hear(&t, &nobody, "2").say, PHRASE_ASK_URGENCY);
    struct talk_step s = hear(&t, &nobody, "2");
    assert_int_equal(s.act, DO_FILE);
    assert_string_equal(t.text, "机房很热");
    assert_string_equal(t.site, "city-hall");
    assert_string_equal(t.category, "power");
    assert_string_equal(t.key, "key-1");
    assert_true(t.hint == 1 && t.at == 77);
    talk_fini(&t);
}

static void
what_is_known_is_not_asked_for(void **state)
{
    const struct talk_known known = { .site = true, .number = "" };
    struct talk t = { .hint = -1 };
    (void)state;
    struct talk_step s = hear(&t, &known, "URGENT: the LIFT is stuck");
    assert_int_equal(s.act, DO_FILE);
    assert_true(t.hint == 1 && strcmp(t.category, "lift") == 0);
    talk_fini(&t);
}

static void
words_are_commands_only_when_they_stand_alone(void **state)
{
    static const struct {
        const char *text;
        enum input input;
        const char *rest;
    } rows[] = {
        { "催单", INPUT_NUDGE, "" },
        { "催单！", INPUT_NUDGE, "" },
        { "Nudge", INPUT_NUDGE, "" },
        { "nudge N1-0000000001-2", INPUT_NUDGE, "" },
        { "没修好，还是停电", INPUT_REJECT, "还是停电" },
        { "accept", INPUT_ACCEPT, "" },
        { "accept payments does not work", INPUT_WORDS, "accept payments does not work" },
        { "取消不了预约", INPUT_WORDS, "取消不了预约" },
        { "nudged", INPUT_WORDS, "nudged" },
        { " 5 ", INPUT_DIGIT, "5" },
        { "55", INPUT_WORDS, "55" },
        { "?", INPUT_HELP, "" },
        { "你好", INPUT_HELLO, "" },
        { "", INPUT_WORDS, "" },
        { "新报障 电梯坏了", INPUT_NEW, "电梯坏了" },
    };
    (void)state;
    for (size_t i = 0; i < countof(rows); i++) {
        struct understood u = phrase_understand(str_of(rows[i].text));
        assert_int_equal(u.input, rows[i].input);
        assert_true(str_is(u.rest, rows[i].rest));
    }
    assert_string_equal(phrase_understand(STR("status n1-0000000001-2")).number, "N1-0000000001-2");
}

static void
a_ticket_s_words_go_to_the_ticket(void **state)
{
    struct talk_known k = { .open = 1, .ticket = true, .number = "N" };
    struct talk t = { .hint = -1 };
    (void)state;
    assert_int_equal(hear(&t, &k, "the door too").act, DO_NOTE);
    assert_int_equal(hear(&t, &k, "nudge").act, DO_NUDGE);
    assert_int_equal(hear(&t, &k, "accept").say, PHRASE_NO_TICKET);
    k.open = 2;
    assert_int_equal(hear(&t, &k, "cancel").say, PHRASE_WHICH);
    k.resolved = true;
    k.in_thread = true;
    assert_int_equal(hear(&t, &k, "accept").act, DO_APPROVE);
    assert_int_equal(hear(&t, &k, "reject").say, PHRASE_ASK_WHY);
    struct talk_step s = hear(&t, &k, "still dark");
    assert_int_equal(s.act, DO_REOPEN);
    assert_true(str_is(s.words, "still dark") && t.stage == STAGE_IDLE);
    k.surveyed = true;
    s = hear(&t, &k, "4");
    assert_true(s.act == DO_SCORE && s.digit == 4);
    assert_int_equal(hear(&t, &k, "6").say, PHRASE_HELP);
    talk_fini(&t);
}

static void
first_words_are_filed_or_dropped_by_himself_whatever_he_says(void **state)
{
    static const char *const sayings[] = { "lift", "1",      "2",    "9",      "hello",
                                           "help", "new",    "skip", "status", "nudge",
                                           "ok",   "cancel", "",     "reject", "机房" };
    struct rng r = seed();
    (void)state;
    for (int round = 0; round < 2000; round++) {
        struct talk t = { .hint = -1 };
        bool held = false;
        for (int i = 0; i < 12; i++) {
            const struct talk_known k = { .site = rng_below(&r, 2) == 1,
                                          .open = rng_below(&r, 3),
                                          .ticket = rng_below(&r, 2) == 1,
                                          .number = "N" };
            struct talk_step s = hear(&t, &k, sayings[rng_below(&r, countof(sayings))]);
            bool asks =
                t.stage == STAGE_SITE || t.stage == STAGE_CATEGORY || t.stage == STAGE_URGENCY;
            assert_true(s.say != PHRASE_NONE);
            assert_true((t.text != NULL) == (asks || s.act == DO_FILE));
            if (held && t.text == NULL)
                assert_int_equal(s.say, PHRASE_DROPPED);
            if (s.act == DO_FILE)
                talk_fini(&t);
            held = t.text != NULL;
        }
        talk_fini(&t);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_missing_is_asked_for_and_then_filed),
        cmocka_unit_test(what_is_known_is_not_asked_for),
        cmocka_unit_test(words_are_commands_only_when_they_stand_alone),
        cmocka_unit_test(a_ticket_s_words_go_to_the_ticket),
        cmocka_unit_test(first_words_are_filed_or_dropped_by_himself_whatever_he_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
