/* life_test.c - about workers/core/life.c and docs/life.md. */
#include <stdio.h>

#include "common/base/buf.h"
#include "common/wire/names.h"
#include "tests/check.h"
#include "workers/core/life.h"

/* ---- the page, table by table: each row is the cells between its bars */

static char text[64 * 1024];

struct row {
    struct str section; /* the "## " heading above it; none: before the first */
    struct str cells[4];
    size_t count;
};

static struct str
page(void)
{
    FILE *f = fopen("docs/life.md", "r");
    assert_non_null(f);
    struct str all = { text, fread(text, 1, sizeof(text), f) };
    fclose(f);
    assert_true(all.len < sizeof(text));
    return all;
}

/* The next row of a table, its head and rule left out; false: the page is over. */
static bool
next_row(struct str *rest, struct row *r)
{
    static const char *const heads[] = { "from", "whose", "verb", "clock", "---" };
    while (rest->len > 0) {
        struct str line = str_cut(rest, '\n');
        if (str_starts(line, STR("## ")))
            r->section = str_bytes(line.at + 3, line.len - 3);
        if (!str_starts(line, STR("|")))
            continue;
        str_cut(&line, '|');
        for (r->count = 0; line.len > 0 && r->count < countof(r->cells); r->count++)
            r->cells[r->count] = str_trim(str_cut(&line, '|'));
        bool head = false;
        for (size_t i = 0; i < countof(heads); i++)
            head |= str_starts(r->cells[0], str_of(heads[i]));
        if (!head)
            return true;
    }
    return false;
}

/* The next of "a, b, c"; false: none is left. */
static bool
next_word(struct str *list, struct str *word)
{
    *word = str_trim(str_cut(list, ','));
    return word->len > 0;
}

static unsigned
role_bit(struct str name)
{
    unsigned bit = str_is(name, "engine") ? BY_ENGINE : BY(role_named(name));
    assert_true(bit < BY(ROLES));
    return bit;
}

static void
every_step_on_the_page_is_one_of_the_table_and_back(void **state)
{
    (void)state;
    struct step said[TICKET_STATES][VERBS] = { 0 };
    struct str rest = page(), word;
    struct row r = { 0 };
    size_t rows = 0, cells = 0;
    while (next_row(&rest, &r)) {
        if (r.section.len > 0)
            continue;
        enum ticket_state from = state_named(r.cells[0]), to = state_named(r.cells[2]);
        enum verb verb = verb_named(r.cells[1]);
        assert_true(r.count == 4 && from < TICKET_STATES && verb < VERBS && to < TICKET_STATES);
        assert_int_equal(said[from][verb].roles, 0); /* said once */
        said[from][verb].next = (uint8_t)to;
        while (next_word(&r.cells[3], &word))
            said[from][verb].roles = (uint8_t)(said[from][verb].roles | role_bit(word));
        rows++;
    }
    for (unsigned s = 0; s < TICKET_STATES; s++)
        for (unsigned v = 0; v < VERBS; v++) {
            const struct step *step = life_step(s, v);
            assert_int_equal(step == NULL ? 0 : step->roles, said[s][v].roles);
            assert_int_equal(step == NULL ? 0 : step->next, said[s][v].next);
            cells += step != NULL;
        }
    assert_int_equal(rows, cells);
    assert_true(rows > 200);
}

static void
every_engineers_verb_stands_once_under_whose_it_is(void **state)
{
    (void)state;
    static const char *const names[WHOSES] = { "holder", "team", "next", "asked", "hand" };
    bool said[VERBS] = { false };
    struct str rest = page(), word;
    struct row r = { 0 };
    while (next_row(&rest, &r)) {
        if (!str_is(r.section, "Whose ticket it is"))
            continue;
        while (next_word(&r.cells[1], &word)) {
            enum verb v = verb_named(word);
            assert_true(v < VERBS && !said[v]);
            assert_true(str_is(r.cells[0], names[life_whose(v)]));
            said[v] = true;
        }
    }
    for (unsigned v = 0; v < VERBS; v++) /* sync is about no ticket */
        assert_int_equal(said[v], v != VERB_SYNC && life_knows(v, ROLE_ENGINEER));
}

static void
every_reason_on_the_page_is_taken_and_no_other(void **state)
{
    (void)state;
    bool said[VERBS][REASONS] = { { false } };
    struct str rest = page(), word;
    struct row r = { 0 };
    while (next_row(&rest, &r)) {
        if (!str_is(r.section, "Reasons"))
            continue;
        enum verb v = verb_named(r.cells[0]);
        assert_true(v < VERBS && reason_asked(v));
        while (next_word(&r.cells[1], &word)) {
            enum reason reason = reason_named(word);
            assert_true(reason < REASONS && !said[v][reason]);
            said[v][reason] = true;
        }
    }
    for (unsigned v = 0; v < VERBS; v++) {
        bool any = false;
        for (unsigned i = REASON_NONE + 1; i < REASONS; i++) {
            assert_int_equal(said[v][i], reason_fits(v, i));
            any |= said[v][i];
        }
        assert_int_equal(any, reason_asked(v));
    }
}

static void
every_clock_and_every_refusal_is_told_of(void **state)
{
    (void)state;
    bool clocks[CLOCKS] = { false }, refusals[REFUSALS] = { false };
    struct str rest = page(), word;
    struct row r = { 0 };
    while (next_row(&rest, &r))
        if (str_is(r.section, "Clocks")) {
            enum clock c = clock_named(r.cells[0]);
            assert_true(c < CLOCKS && !clocks[c]);
            clocks[c] = true;
        }
    rest = page();
    while (rest.len > 0) { /* words in `ticks` */
        str_cut(&rest, '`');
        word = str_cut(&rest, '`');
        if (refusal_named(word) < REFUSALS)
            refusals[refusal_named(word)] = true;
    }
    for (unsigned i = 0; i < CLOCKS; i++)
        assert_true(clocks[i]);
    for (unsigned i = REFUSAL_NONE + 1; i < REFUSALS; i++)
        assert_true(refusals[i]);
}

/* ---- what the table is for */

/* Only the customer's wish brings a ticket back, and only one that was solved or rejected. */
static void
what_is_over_moves_only_by_reopen_and_appeal(void **state)
{
    (void)state;
    for (unsigned s = 0; s < TICKET_STATES; s++)
        for (unsigned v = 0; v < VERBS; v++) {
            const struct step *step = life_step(s, v);
            if (!life_is_over(s) || step == NULL || step->next == s)
                continue;
            assert_true((s == TICKET_CLOSED && v == VERB_REOPEN) ||
                        (s == TICKET_REJECTED && v == VERB_APPEAL));
            assert_int_equal(step->next, TICKET_QUEUED);
        }
    assert_true(life_is_over(TICKET_CLOSED) && life_is_over(TICKET_DUPLICATE));
    assert_false(life_is_over(TICKET_RESOLVED));
}

static void
every_state_can_be_reached_and_all_but_two_ends_left(void **state)
{
    (void)state;
    bool reached[TICKET_STATES] = { [TICKET_RECEIVED] = true };
    for (unsigned round = 0; round < TICKET_STATES; round++)
        for (unsigned s = 0; s < TICKET_STATES; s++)
            for (unsigned v = 0; v < VERBS; v++)
                if (reached[s] && life_step(s, v) != NULL)
                    reached[life_step(s, v)->next] = true;
    for (unsigned s = 0; s < TICKET_STATES; s++) {
        bool left = false;
        for (unsigned v = 0; v < VERBS; v++)
            left |= life_step(s, v) != NULL && life_step(s, v)->next != s;
        assert_true(reached[s]);
        assert_int_equal(left, s != TICKET_CANCELLED && s != TICKET_DUPLICATE);
    }
}

static void
nobody_may_use_what_is_the_engines_alone(void **state)
{
    (void)state;
    for (unsigned s = 0; s < TICKET_STATES; s++)
        for (unsigned v = 0; v < VERB_FIRST_OF_PEOPLE; v++)
            for (unsigned r = 0; r < ROLES; r++)
                assert_int_equal(life_allows(s, v, r), REFUSAL_ROLE);
    for (unsigned v = 0; v < VERBS; v++) {
        assert_int_equal(life_allows(TICKET_WORKING, v, ROLE_NONE), REFUSAL_ROLE);
        assert_int_equal(life_allows(TICKET_WORKING, v, ROLE_BROKER), REFUSAL_ROLE);
    }
    assert_int_equal(life_allows(TICKET_WORKING, VERB_RESOLVE, ROLE_ENGINEER), REFUSAL_NONE);
    assert_int_equal(life_allows(TICKET_QUEUED, VERB_RESOLVE, ROLE_ENGINEER), REFUSAL_STATE);
    assert_int_equal(life_allows(TICKET_QUEUED, VERB_REJECT, ROLE_GATEWAY), REFUSAL_ROLE);
    assert_int_equal(life_allows(TICKET_QUEUED, (enum verb)200, ROLE_DISPATCHER), REFUSAL_ROLE);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_step_on_the_page_is_one_of_the_table_and_back),
        cmocka_unit_test(every_engineers_verb_stands_once_under_whose_it_is),
        cmocka_unit_test(every_reason_on_the_page_is_taken_and_no_other),
        cmocka_unit_test(every_clock_and_every_refusal_is_told_of),
        cmocka_unit_test(what_is_over_moves_only_by_reopen_and_appeal),
        cmocka_unit_test(every_state_can_be_reached_and_all_but_two_ends_left),
        cmocka_unit_test(nobody_may_use_what_is_the_engines_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
