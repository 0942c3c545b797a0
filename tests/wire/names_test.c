/* names_test.c - words and their values are each other's only partner. */
#include "common/wire/names.h"
#include "common/wire/words.h"
#include "tests/wire/draw.h"

static const struct {
    const struct words *words;
    unsigned count;
} tables[] = {
    { &words_state, TICKET_STATES }, { &words_verb, VERBS },          { &words_role, ROLES },
    { &words_refusal, REFUSALS },    { &words_update, UPDATE_KINDS }, { &words_outcome, OUTCOMES },
    { &words_how, ROUTED_HOWS },     { &words_event, EVENT_KINDS },   { &words_assist, ASSISTS },
};

static void
every_value_has_a_name_and_a_number_of_its_own(void **state)
{
    (void)state;
    for (size_t t = 0; t < countof(tables); t++) {
        const struct words *w = tables[t].words;
        assert_int_equal(w->count, tables[t].count);
        for (unsigned v = 0; v < w->count; v++) {
            assert_non_null(w->list[v].name);
            assert_int_equal(words_named(w, str_of(w->list[v].name)), v);
            assert_int_equal(words_coded(w, w->list[v].code), v);
        }
    }
}

static void
names_are_lower_case_words(void **state)
{
    (void)state;
    for (size_t t = 0; t < countof(tables); t++)
        for (unsigned v = 0; v < tables[t].count; v++)
            for (const char *c = tables[t].words->list[v].name; *c != '\0'; c++)
                assert_true((*c >= 'a' && *c <= 'z') || *c == '_');
}

static void
what_is_no_name_gives_the_count(void **state)
{
    static const char *const not_names[] = { "", "Accept", "accep", "acceptt", " ", "accept " };
    (void)state;
    for (size_t t = 0; t < countof(tables); t++) {
        for (size_t i = 0; i < countof(not_names); i++)
            assert_int_equal(words_named(tables[t].words, str_of(not_names[i])), tables[t].count);
        assert_int_equal(words_coded(tables[t].words, 255), tables[t].count);
        assert_int_equal(words_coded(tables[t].words, UINT64_MAX), tables[t].count);
    }
    assert_int_equal(verb_named(str_bytes("accept\0", 7)), VERBS);
}

static void
each_function_speaks_of_its_own_enum(void **state)
{
    (void)state;
    assert_string_equal(state_name(TICKET_PENDING_CUSTOMER), "pending_customer");
    assert_string_equal(verb_name(VERB_REOPEN), "reopen");
    assert_string_equal(role_name(ROLE_DISPATCHER), "dispatcher");
    assert_string_equal(refusal_name(REFUSAL_NOT_YOURS), "not_yours");
    assert_string_equal(update_name(UPDATE_QUARANTINED), "quarantined");
    assert_string_equal(outcome_name(OUTCOME_UNQUALIFIED), "unqualified");
    assert_string_equal(how_name(ROUTED_TRIAGE), "triage");
    assert_string_equal(event_name(EVENT_POISON), "poison");
    assert_string_equal(assist_name(ASSIST_RELEASE), "release");
    assert_int_equal(state_named(STR("en_route")), TICKET_EN_ROUTE);
    assert_int_equal(verb_named(STR("sync")), VERB_SYNC);
    assert_int_equal(role_named(STR("gateway")), ROLE_GATEWAY);
    assert_int_equal(refusal_named(STR("stale")), REFUSAL_STALE);
    assert_int_equal(update_named(STR("resync")), UPDATE_RESYNC);
    assert_int_equal(outcome_named(STR("plan")), OUTCOME_PLAN);
    assert_int_equal(how_named(STR("customer")), ROUTED_CUSTOMER);
    assert_int_equal(event_named(STR("places")), EVENT_PLACES);
    assert_int_equal(assist_named(STR("denied")), ASSIST_DENIED);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_value_has_a_name_and_a_number_of_its_own),
        cmocka_unit_test(names_are_lower_case_words),
        cmocka_unit_test(what_is_no_name_gives_the_count),
        cmocka_unit_test(each_function_speaks_of_its_own_enum),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
