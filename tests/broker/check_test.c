/* check_test.c - what is refused, with which code; the verbs' roles against docs/protocol.md. */
#include "tests/broker/city.h"

#include "broker/check.h"
#include "common/wire/body.h"
#include "common/wire/names.h"
#include "tests/seed.h"

struct fixture {
    struct city city;
    struct atlas *now, *then;
    struct key_id pool_id;
    char sealed[REPORT_BODY_MAX + 2 * SEAL_OVERHEAD];
};

static struct check
check_as(struct fixture *f, enum who who)
{
    const struct principal *p = atlas_principal(f->now, principal(people[who].name));
    assert_non_null(p);
    return (struct check){ .who = p, .now = f->now, .then = f->then, .pool_id = &f->pool_id };
}

static int
set_up(void **state)
{
    struct fixture *f = zalloc(sizeof(*f));
    city_init(&f->city);
    f->then = city_atlas(&f->city);
    f->city.version = 2;
    f->city.wide = true;
    f->now = city_atlas(&f->city);
    memcpy(f->pool_id.b, keys_public(f->city.pool)->seal_id, 8);
    *state = f;
    return 0;
}

static int
tear_down(void **state)
{
    struct fixture *f = *state;
    atlas_free(f->now);
    atlas_free(f->then);
    city_fini(&f->city);
    free(f);
    return 0;
}

static struct message
good_report(struct fixture *f)
{
    struct message m = { .kind = MSG_REPORT };
    m.report.territory = territory("north");
    m.report.plan = 1;
    m.report.route.place = (struct place){ 50000000, 70000000 }; /* north then, south now */
    m.report.hint = -1;
    str_fill(m.report.source.s, sizeof(m.report.source.s), STR("mail.support"));
    m.report.pool_key = f->pool_id;
    m.report.sealed = str_bytes(f->sealed, 100);
    return m;
}

static struct message
good_event(struct fixture *f, enum verb v)
{
    struct message m = { .kind = MSG_EVENT };
    m.event.id = (struct event_id){ 1, 1 };
    m.event.territory = territory("south");
    m.event.verb = v;
    m.event.pool_key = f->pool_id;
    m.event.sealed = str_bytes(f->sealed, 60);
    return m;
}

static void
expect(struct refusal_text got, const char *code)
{
    if (code == NULL)
        assert_null(got.code);
    else
        assert_string_equal(got.code == NULL ? "(allowed)" : got.code, code);
}

static void
a_report_is_checked_against_the_map_that_its_address_names(void **state)
{
    struct fixture *f = *state;
    struct check c = check_as(f, GATEWAY);
    struct message m = good_report(f);
    expect(check_report(&c, &m), NULL);
    m.report.territory = territory("south");
    expect(check_report(&c, &m), "address");
    c.then = f->now;
    expect(check_report(&c, &m), NULL);
    c.then = NULL;
    expect(check_report(&c, &m), "plan");
    m.report.territory = territory("");
    expect(check_report(&c, &m), NULL); /* it asks for its address */
}

static void
a_report_for_a_foreign_source_is_refused_addressed_or_not(void **state)
{
    struct fixture *f = *state;
    struct check c = check_as(f, OTHER_GATEWAY);
    struct message m = good_report(f);
    expect(check_report(&c, &m), "source");
    m.report.territory = territory("");
    expect(check_report(&c, &m), "source");
    memset(m.report.source.s, 0, sizeof(m.report.source.s));
    expect(check_report(&c, &m), "source");
}

static void
a_report_that_names_what_is_not_there_is_refused_by_name(void **state)
{
    struct fixture *f = *state;
    struct check c = check_as(f, GATEWAY);
    struct message m = good_report(f);
    m.report.territory = territory("atlantis");
    expect(check_report(&c, &m), "territory");
    m = good_report(f);
    m.report.pool_key.b[3] ^= 1;
    expect(check_report(&c, &m), "pool_key");
    m = good_report(f);
    m.report.sealed.len = SEAL_OVERHEAD - 1;
    expect(check_report(&c, &m), "malformed");
    m.report.sealed.len = REPORT_BODY_MAX + SEAL_OVERHEAD + 1;
    expect(check_report(&c, &m), "too_big");
    m.report.sealed.len--;
    expect(check_report(&c, &m), NULL);
}

static void
an_event_is_refused_by_verb_role_territory_and_key(void **state)
{
    struct fixture *f = *state;
    struct check c = check_as(f, ENGINEER);
    struct message m = good_event(f, VERB_ACCEPT);
    expect(check_event(&c, &m), NULL);
    m.event.verb = VERB_APPROVE;
    expect(check_event(&c, &m), "role");
    m.event.verb = VERBS;
    expect(check_event(&c, &m), "verb");
    m.event.verb = VERB_OFFER; /* the engine's own */
    expect(check_event(&c, &m), "verb");
    m = good_event(f, VERB_ACCEPT);
    m.event.territory = territory("atlantis");
    expect(check_event(&c, &m), "territory");
    m.event.territory = territory("");
    expect(check_event(&c, &m), "territory");
    m = good_event(f, VERB_ACCEPT);
    m.event.pool_key.b[0] ^= 1;
    expect(check_event(&c, &m), "pool_key");
    m = good_event(f, VERB_ACCEPT);
    m.event.id.counter = 0;
    expect(check_event(&c, &m), "malformed");
}

static void
a_place_goes_to_the_engineers_home_alone(void **state)
{
    struct fixture *f = *state;
    struct check c = check_as(f, ENGINEER);
    struct message m = { .kind = MSG_PLACE };
    m.place.territory = territory("north");
    m.place.pool_key = f->pool_id;
    m.place.sealed = str_bytes(f->sealed, 60);
    expect(check_place(&c, &m), NULL);
    m.place.territory = territory("south");
    expect(check_place(&c, &m), "territory");
}

static void
only_dispatchers_watch_and_credit_has_its_range(void **state)
{
    struct fixture *f = *state;
    struct check engineer = check_as(f, ENGINEER), dispatcher = check_as(f, DISPATCHER);
    struct message m = { .kind = MSG_SUBSCRIBE };
    m.subscribe.credit = 1;
    expect(check_subscribe(&engineer, &m), NULL);
    m.subscribe.watch = true;
    expect(check_subscribe(&engineer, &m), "role");
    expect(check_subscribe(&dispatcher, &m), NULL);
    m.subscribe.credit = 0;
    expect(check_subscribe(&dispatcher, &m), "malformed");
    m.subscribe.credit = CREDIT_MAX + 1;
    expect(check_subscribe(&dispatcher, &m), "malformed");
    struct message confirm = { .kind = MSG_CONFIRM };
    expect(check_confirm(&engineer, &confirm, true), NULL);
    expect(check_confirm(&engineer, &confirm, false), "territory");
    confirm.confirm.watch = true;
    expect(check_confirm(&engineer, &confirm, true), "role");
}

/* ---- the table in docs/protocol.md section 4: | `verb`, `verb` | role, role (`verb`) | ... */

/* The roles of a cell like "gateway, dispatcher, engineer (`note`)", for this verb. */
static unsigned
roles_in(char *cell, const char *verb)
{
    unsigned roles = 0;
    char *rest = cell;
    for (char *one; (one = strsep(&rest, ",")) != NULL;) {
        char *only = strchr(one, '(');
        if (only != NULL) {
            if (strstr(only, verb) == NULL)
                continue;
            *only = '\0';
        }
        struct str name = str_trim(str_of(one));
        enum role role = role_named(name);
        if (str_is(name, "all"))
            roles |= ROLE_BIT(ROLE_GATEWAY) | ROLE_BIT(ROLE_ENGINEER) | ROLE_BIT(ROLE_DISPATCHER);
        else if (role < ROLES)
            roles |= ROLE_BIT(role);
    }
    return roles;
}

static size_t
check_row(char *line, bool seen[VERBS])
{
    size_t count = 0;
    char *rest = line + 1, *verbs = strsep(&rest, "|"), *roles = strsep(&rest, "|");
    strsep(&verbs, "`");
    for (char *verb; roles != NULL && (verb = strsep(&verbs, "`")) != NULL; strsep(&verbs, "`")) {
        enum verb v = verb_named(str_of(verb));
        if (v == VERBS)
            continue;
        char cell[128];
        snprintf(cell, sizeof(cell), "%s", roles);
        assert_int_equal(check_verb_roles(v), roles_in(cell, verb));
        seen[v] = true;
        count++;
    }
    return count;
}

static void
the_verbs_roles_are_those_of_the_protocols_page(void **state)
{
    (void)state;
    FILE *page = fopen("docs/protocol.md", "r");
    assert_non_null(page);
    char line[1024];
    bool inside = false, seen[VERBS] = { false };
    size_t count = 0;
    while (fgets(line, sizeof(line), page) != NULL) {
        inside = inside || strncmp(line, "| verb |", 8) == 0;
        if (inside && line[0] != '|')
            break;
        if (inside)
            count += check_row(line, seen);
    }
    fclose(page);
    assert_int_equal(count, VERBS - VERB_FIRST_OF_PEOPLE);
    for (enum verb v = 0; v < VERBS; v++)
        assert_int_equal(seen[v], check_verb_roles(v) != 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_report_is_checked_against_the_map_that_its_address_names),
        cmocka_unit_test(a_report_for_a_foreign_source_is_refused_addressed_or_not),
        cmocka_unit_test(a_report_that_names_what_is_not_there_is_refused_by_name),
        cmocka_unit_test(an_event_is_refused_by_verb_role_territory_and_key),
        cmocka_unit_test(a_place_goes_to_the_engineers_home_alone),
        cmocka_unit_test(only_dispatchers_watch_and_credit_has_its_range),
        cmocka_unit_test(the_verbs_roles_are_those_of_the_protocols_page),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
