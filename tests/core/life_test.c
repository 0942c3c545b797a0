/* life_test.c - about workers/core/life.c and docs/life.md. */
#include <stdio.h>

#include "common/base/buf.h"
#include "common/wire/names.h"
#include "tests/check.h"
#include "workers/core/life.h"

static unsigned
role_bit(struct str name)
{
    return str_is(name, "engine") ? BY_ENGINE : BY(role_named(name));
}

/* One row "| from | verb | to | who |"; false: not a row of the table. */
static bool
row(struct str line, enum ticket_state *from, enum verb *verb, struct step *step)
{
    struct str cells[6];
    size_t count = 0;
    if (!str_starts(line, STR("| ")))
        return false;
    while (line.len > 0 && count < countof(cells))
        cells[count++] = str_trim(str_cut(&line, '|'));
    if (count != 5 || str_is(cells[1], "from"))
        return false;
    *from = state_named(cells[1]);
    *verb = verb_named(cells[2]);
    enum ticket_state to = state_named(cells[3]);
    assert_true(*from < TICKET_STATES && *verb < VERBS && to < TICKET_STATES);
    *step = (struct step){ (uint8_t)to, 0 };
    while (cells[4].len > 0)
        step->roles = (uint8_t)(step->roles | role_bit(str_trim(str_cut(&cells[4], ','))));
    return true;
}

static void
the_page_and_the_table_say_the_same(void **state)
{
    (void)state;
    FILE *f = fopen("docs/life.md", "r");
    assert_non_null(f);
    static char text[64 * 1024];
    struct str rest = { text, fread(text, 1, sizeof(text), f) };
    fclose(f);
    struct step said[TICKET_STATES][VERBS] = { 0 };
    size_t rows = 0, cells = 0;
    while (rest.len > 0) {
        enum ticket_state from;
        enum verb verb;
        struct step step;
        if (!row(str_cut(&rest, '\n'), &from, &verb, &step))
            continue;
        assert_int_equal(said[from][verb].roles, 0); /* said once */
        said[from][verb] = step;
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
    assert_true(rows > 40);
}

static void
a_finished_ticket_moves_no_more(void **state)
{
    (void)state;
    for (unsigned s = 0; s < TICKET_STATES; s++)
        for (unsigned v = 0; v < VERBS; v++)
            if (life_is_over(s))
                assert_null(life_step(s, v));
    assert_true(life_is_over(TICKET_CLOSED) && life_is_over(TICKET_DUPLICATE));
    assert_false(life_is_over(TICKET_RESOLVED));
}

static void
every_state_but_joined_can_be_reached_and_left(void **state)
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
        assert_int_equal(reached[s], s != TICKET_DUPLICATE);
        assert_int_equal(left, !life_is_over(s));
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
        cmocka_unit_test(the_page_and_the_table_say_the_same),
        cmocka_unit_test(a_finished_ticket_moves_no_more),
        cmocka_unit_test(every_state_but_joined_can_be_reached_and_left),
        cmocka_unit_test(nobody_may_use_what_is_the_engines_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
