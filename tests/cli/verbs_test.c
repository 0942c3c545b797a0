/* verbs_test.c - the command line's table of verbs against the core's and the broker's. */
#include "broker/check.h"
#include "cli/verbs.h"
#include "common/wire/names.h"
#include "tests/check.h"
#include "workers/core/life.h"
#include "workers/core/state.h"

static const struct verb_row *
row_of(enum verb v)
{
    return verb_row(str_of(verb_name(v)));
}

static void
every_verb_of_people_has_a_row_but_sync(void **state)
{
    (void)state;
    for (enum verb v = 0; v < VERBS; v++)
        assert_int_equal(row_of(v) != NULL, v >= VERB_FIRST_OF_PEOPLE && v != VERB_SYNC);
    assert_null(verb_row(STR("dance")));
}

static void
roles_are_the_cores_and_the_brokers(void **state)
{
    (void)state;
    for (enum verb v = VERB_FIRST_OF_PEOPLE; v < VERBS; v++) {
        for (enum role r = 0; r < ROLES; r++)
            assert_int_equal(check_verb_roles(v) >> r & 1, life_knows(v, r));
        if (v != VERB_SYNC)
            assert_int_equal(row_of(v)->roles, check_verb_roles(v));
    }
}

static void
reasons_are_the_cores(void **state)
{
    (void)state;
    for (enum verb v = VERB_FIRST_OF_PEOPLE; v < VERB_SYNC; v++) {
        const struct verb_row *row = row_of(v);
        assert_int_equal(row->needs >> DETAIL_REASON & 1, reason_asked(v));
        for (enum reason r = REASON_NONE + 1; r < REASONS; r++)
            assert_int_equal(row->reasons >> r & 1, reason_fits(v, r));
    }
}

/* The protocol's page sets what a verb needs in bold. */
static void
what_a_verb_needs_is_bold_on_the_protocols_page(void **state)
{
    static const struct {
        enum detail d;
        const char *bold;
    } keys[] = {
        { DETAIL_REASON, "**`reason`**" },    { DETAIL_NOTE, "**`note`**" },
        { DETAIL_NAME, "**`name`**" },        { DETAIL_AMOUNT, "**`amount`**" },
        { DETAIL_OTHER, "**`other`**" },      { DETAIL_LEVEL, "**`level`**" },
        { DETAIL_SECTION, "**`sections`**" },
    };
    char line[1024];
    size_t seen = 0;
    (void)state;
    FILE *page = fopen("docs/protocol.md", "r");
    assert_non_null(page);
    while (fgets(line, sizeof(line), page) != NULL) {
        if (strncmp(line, "| `", 3) != 0)
            continue;
        char *rest = line + 2, *verbs = strsep(&rest, "|"), *what = NULL;
        for (char *cell; (cell = strsep(&rest, "|")) != NULL && *cell != '\n';)
            what = cell;
        strsep(&verbs, "`");
        const struct verb_row *row = verb_row(str_of(strsep(&verbs, "`")));
        if (row == NULL || row->verb == VERB_NOTE || row->verb == VERB_NUDGE || what == NULL)
            continue; /* a row of two verbs, one of which needs its words */
        for (size_t i = 0; i < countof(keys); i++)
            if ((strstr(what, keys[i].bold) != NULL) != (row->needs >> keys[i].d & 1) &&
                row->verb != VERB_APPROVE) /* and approve, whose row is reopen's */
                fail_msg("%s: %s", verb_name(row->verb), keys[i].bold);
        seen++;
    }
    fclose(page);
    assert_true(seen > 30);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_verb_of_people_has_a_row_but_sync),
        cmocka_unit_test(roles_are_the_cores_and_the_brokers),
        cmocka_unit_test(reasons_are_the_cores),
        cmocka_unit_test(what_a_verb_needs_is_bold_on_the_protocols_page),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
