/* report_test.c - about workers/core/report.c: what becomes of a report. */
#include "tests/core/world.h"

static void
a_report_opens_a_ticket_and_is_offered_in_the_same_event(void **state)
{
    (void)state;
    static const enum verb verbs[] = { VERB_TRIAGE, VERB_QUEUE, VERB_OFFER };
    struct world w;
    world_init(&w, "home");
    struct event r = world_report(WORLD_BEGIN, 1, "line", "s");
    world_do(&w, r);
    assert_int_equal(w.fx.outcomes[0].kind, OUTCOME_OPENED);
    assert_int_equal(w.fx.outcomes[1].kind, OUTCOME_LEVEL);
    assert_int_equal(w.fx.outcomes[1].level, 1);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(w.fx.outcomes[2 + i].kind, OUTCOME_STEP);
        assert_int_equal(w.fx.outcomes[2 + i].verb, verbs[i]);
    }
    assert_string_equal(w.fx.outcomes[4].who.s, "home-e1");
    assert_int_equal(w.fx.outcomes_count, 5);
    assert_int_equal(w.fx.postings_count, 3);

    const struct update *u = &world_posting(&w.fx, UPDATE_OPENED, 0)->update;
    assert_true(world_told(&w.fx, UPDATE_OPENED, "gw-1"));
    assert_int_equal(u->state, TICKET_OFFERED);
    assert_string_equal(u->level, "severe"); /* line is severe by itself */
    assert_int_equal(u->version, 4);
    assert_int_equal(strlen(u->number), strlen("T1-0123456789-4"));
    assert_int_equal(u->engineer.s[0], '\0'); /* promised nobody yet */

    u = &world_posting(&w.fx, UPDATE_OFFER, 0)->update;
    assert_true(world_told(&w.fx, UPDATE_OFFER, "home-e1"));
    assert_true(u->due == WORLD_BEGIN + 5 * MINUTES);
    assert_true(str_is(u->text, "it does not work"));
    assert_string_equal(u->site.s, "s");
    assert_true(world_told(&w.fx, UPDATE_TICKET, "watch"));
    world_fini(&w);
}

static void
the_same_report_again_has_no_second_effect_even_after_the_end(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, "home");
    struct event r = world_report(WORLD_BEGIN, 1, "misc", "s");
    world_do(&w, r);
    world_do(&w, r);
    assert_int_equal(w.fx.outcomes_count, 1);
    assert_int_equal(w.fx.outcomes[0].kind, OUTCOME_DUPLICATE);
    assert_int_equal(w.fx.postings_count, 1);
    const struct update *u = &world_posting(&w.fx, UPDATE_DUPLICATE, 0)->update;
    assert_int_equal(u->state, TICKET_OFFERED);
    assert_memory_equal(u->ticket.b, r.report.id.b, 16);

    world_do(&w, world_act(WORLD_BEGIN, "gw-1", ROLE_GATEWAY, 1, VERB_CANCEL, &r));
    world_do(&w, r);
    u = &world_posting(&w.fx, UPDATE_DUPLICATE, 0)->update;
    assert_int_equal(u->state, TICKET_CANCELLED);
    assert_true(u->number[0] != '\0');
    struct engine_stats s;
    engine_stats(w.e, &s);
    assert_int_equal(s.by_state[TICKET_CANCELLED], 1);
    assert_int_equal(s.reports_known, 1);
    world_fini(&w);
}

static void
other_content_under_a_known_id_is_kept_aside_and_told(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, "home");
    struct event r = world_report(WORLD_BEGIN, 1, "misc", "s");
    world_do(&w, r);
    r.report.digest[3] ^= 1;
    world_do(&w, r);
    assert_int_equal(w.fx.outcomes_count, 1);
    assert_int_equal(w.fx.outcomes[0].kind, OUTCOME_QUARANTINED);
    assert_true(world_told(&w.fx, UPDATE_QUARANTINED, "gw-1"));
    assert_true(world_told(&w.fx, UPDATE_ALARM, "watch"));
    assert_true(world_posting(&w.fx, UPDATE_QUARANTINED, 0)->update.why.len > 0);
    world_fini(&w);
}

static bool
attaches(struct world *w, struct event r)
{
    static uint8_t n = 100;
    r.report.id.b[0] = ++n;
    world_do(w, r);
    bool attached = world_outcomes(&w->fx, OUTCOME_ATTACHED) == 1;
    assert_true(attached || world_outcomes(&w->fx, OUTCOME_OPENED) == 1);
    return attached;
}

static void
repeats_attach_by_place_and_category_within_the_window(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, "home");
    struct event r = world_report(WORLD_BEGIN, 1, "misc", "s"), o;
    world_do(&w, r);
    assert_true(attaches(&w, r));
    o = r;
    o.report.place = PLACE_NONE; /* the site is enough */
    o.report.occurred_at -= 2 * HOURS;
    assert_true(attaches(&w, o));
    o.report.occurred_at -= 1;
    assert_false(attaches(&w, o)); /* a millisecond past the window: a ticket of its own */
    o = r;
    o.report.category = NAME(category_id, "ac");
    assert_false(attaches(&w, o));
    o = r;
    o.report.category = NAME(category_id, "unheard-of"); /* the fallback is misc */
    assert_true(attaches(&w, o));

    o = r;
    o.report.site = NAME(site_id, "");
    assert_false(attaches(&w, o)); /* by coordinates: nothing there yet */
    o.report.place.lon_e7 += 400;
    assert_true(attaches(&w, o)); /* some 4 m */
    o.report.place.lon_e7 += 2000;
    assert_false(attaches(&w, o));
    o.report.place = PLACE_NONE;
    assert_false(attaches(&w, o));
    assert_false(attaches(&w, o)); /* nowhere is not a place */
    world_fini(&w);
}

static void
a_repeat_is_counted_and_its_gateway_is_told_of_what_follows(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, "home");
    struct event r = world_report(WORLD_BEGIN, 1, "line", "s"), o = r;
    world_do(&w, r);
    for (uint8_t i = 2; i < 30; i++) {
        o.report.id.b[0] = i;
        o.report.gateway.s[3] = (char)('1' + i % 5);
        world_do(&w, o);
        const struct update *u = &world_posting(&w.fx, UPDATE_ATTACHED, 0)->update;
        assert_int_equal(u->repeats, i - 1);
        assert_memory_equal(u->ticket.b, r.report.id.b, 16);
    }
    struct ticket t = world_ticket(&w, &r);
    assert_int_equal(t.repeats, 28);
    assert_int_equal(t.gateways_count, 3);
    assert_int_equal(t.repeat_ids[15].b[0], 29);
    assert_int_equal(t.repeat_ids[0].b[0], 14);
    ticket_fini(&t);
    world_do(&w, world_act(WORLD_BEGIN, "home-e1", ROLE_ENGINEER, 1, VERB_ACCEPT, &r));
    assert_true(world_told(&w.fx, UPDATE_TICKET, "gw-1"));
    assert_true(world_told(&w.fx, UPDATE_TICKET, "gw-3"));
    assert_true(world_told(&w.fx, UPDATE_TICKET, "gw-4"));
    assert_string_equal(world_posting(&w.fx, UPDATE_TICKET, 0)->update.phone, "+86-1");
    world_fini(&w);
}

static void
nothing_attaches_to_what_is_solved(void **state)
{
    (void)state;
    static const enum verb verbs[] = { VERB_ACCEPT, VERB_WORK, VERB_RESOLVE };
    struct world w;
    world_init(&w, "home");
    struct event r = world_report(WORLD_BEGIN, 1, "line", "s");
    world_do(&w, r);
    for (size_t i = 0; i < 3; i++)
        world_do(&w, world_act(WORLD_BEGIN, "home-e1", ROLE_ENGINEER, i + 1, verbs[i], &r));
    struct event o = r;
    assert_false(attaches(&w, o));
    world_do(&w, world_act(WORLD_BEGIN, "gw-1", ROLE_GATEWAY, 1, VERB_REOPEN, &r));
    assert_true(attaches(&w, o));
    world_fini(&w);
}

static void
the_first_level_rule_that_fits_decides(void **state)
{
    (void)state;
    static const struct {
        const char *category;
        int8_t hint;
        uint64_t words;
        const char *level;
    } rows[] = {
        { "misc", -1, 0, "general" }, { "misc", 1, 0, "severe" },   { "misc", 0, 8, "general" },
        { "ac", -1, 8, "severe" },    { "ac", -1, 7, "general" },   { "line", -1, 0, "severe" },
        { "none", 1, 0, "severe" },   { "none", -1, 8, "general" },
    };
    struct world w;
    world_init(&w, "home");
    for (uint8_t i = 0; i < countof(rows); i++) {
        struct event r = world_report(WORLD_BEGIN, i, rows[i].category, "");
        r.report.place = PLACE_NONE;
        r.report.hint = rows[i].hint;
        r.report.words = rows[i].words;
        world_do(&w, r);
        assert_string_equal(world_posting(&w.fx, UPDATE_OPENED, 0)->update.level, rows[i].level);
    }
    world_fini(&w);
}

static void
the_reporters_own_instant_counts_within_its_limit(void **state)
{
    (void)state;
    static const struct {
        instant occurred, received;
    } rows[] = {
        { -HOURS, -HOURS }, { -12 * HOURS, -12 * HOURS }, { -12 * HOURS - 1, 0 },
        { HOURS, 0 },       { INT64_MIN / 2, 0 },
    };
    struct world w;
    world_init(&w, "home");
    for (uint8_t i = 0; i < countof(rows); i++) {
        struct event r = world_report(WORLD_BEGIN, i, "misc", "");
        r.report.place = PLACE_NONE;
        r.report.occurred_at = WORLD_BEGIN + rows[i].occurred;
        world_do(&w, r);
        struct ticket t = world_ticket(&w, &r);
        assert_true(t.course.received_at == WORLD_BEGIN + rows[i].received);
        ticket_fini(&t);
    }
    world_fini(&w);
}

static void
each_installation_is_an_order_of_its_own(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, "home");
    w.plan.categories[1].installation = true;
    for (uint8_t i = 0; i < 2; i++) {
        struct event r = world_report(WORLD_BEGIN, (uint8_t)(1 + i), "line", "s");
        r.report.hint = 1; /* the rules of levels count here, too */
        world_do(&w, r);
        assert_int_equal(world_outcomes(&w.fx, OUTCOME_OPENED), 1);
        assert_string_equal(world_posting(&w.fx, UPDATE_OPENED, 0)->update.level, "severe");
    }
    world_fini(&w);
}

static void
what_follows_a_ticket_is_linked_to_it_and_never_its_repeat(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, "home");
    struct event r = world_report(WORLD_BEGIN, 1, "line", "s"),
                 o = world_report(WORLD_BEGIN, 2, "line", "s"),
                 later = world_report(WORLD_BEGIN, 3, "line", "t");
    o.report.follows = ticket_of(r.report.id);
    later.report.follows.b[0] = 99; /* long gone */
    world_do(&w, r);
    world_do(&w, o);
    assert_int_equal(world_outcomes(&w.fx, OUTCOME_OPENED), 1);
    world_do(&w, later);
    struct ticket t = world_ticket(&w, &r), u = world_ticket(&w, &o), v = world_ticket(&w, &later);
    assert_true(t.links_count == 1 && u.links_count == 1 && v.links_count == 1);
    assert_true(same_id(ticket_link(&t, LINK_SUCCESSOR)->id, u.id));
    assert_true(same_id(ticket_link(&u, LINK_PREVIOUS)->id, t.id));
    assert_true(same_id(ticket_link(&v, LINK_PREVIOUS)->id, later.report.follows));
    ticket_fini(&t);
    ticket_fini(&u);
    ticket_fini(&v);
    world_do(&w, world_act(WORLD_BEGIN, "gw-1", ROLE_GATEWAY, 1, VERB_CANCEL, &o));
    o = world_report(WORLD_BEGIN, 4, "line", "s"); /* follows nothing: a repeat of the first */
    world_do(&w, o);
    assert_int_equal(world_outcomes(&w.fx, OUTCOME_ATTACHED), 1);
    world_fini(&w);
}

static void
a_closed_ticket_says_in_its_timeline_that_another_goes_on(void **state)
{
    (void)state;
    static const enum verb verbs[] = { VERB_ACCEPT, VERB_WORK, VERB_RESOLVE };
    struct world w;
    world_init(&w, "home");
    struct event r = world_report(WORLD_BEGIN, 1, "line", "s"),
                 o = world_report(WORLD_BEGIN, 2, "line", "s");
    o.report.follows = ticket_of(r.report.id);
    world_do(&w, r);
    for (uint64_t i = 0; i < countof(verbs); i++)
        world_do(&w, world_act(WORLD_BEGIN, "home-e1", ROLE_ENGINEER, i + 1, verbs[i], &r));
    world_do(&w, world_act(WORLD_BEGIN, "gw-1", ROLE_GATEWAY, 1, VERB_APPROVE, &r));
    world_do(&w, o);
    struct ticket t = world_ticket(&w, &r);
    assert_int_equal(t.timeline[t.timeline_count - 1].verb, VERB_LINK);
    assert_int_equal(t.state, TICKET_CLOSED);
    ticket_fini(&t);
    world_fini(&w);
}

static void
a_site_names_its_customer_where_the_report_does_not(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, "home");
    struct site_rule site = { .id = { "s" }, .customer = { "bank" }, .contract = NO_INDEX_8 };
    w.plan.rules.sites = &site;
    w.plan.rules.sites_count = 1;
    struct event plain = world_report(WORLD_BEGIN, 1, "line", "s"), said = plain;
    world_do(&w, plain);
    assert_string_equal(world_posting(&w.fx, UPDATE_OPENED, 0)->update.customer.s, "bank");
    said = world_report(WORLD_BEGIN, 2, "ac", "s");
    memcpy(said.report.customer.s, "tenant", 6);
    world_do(&w, said);
    assert_string_equal(world_posting(&w.fx, UPDATE_OPENED, 0)->update.customer.s, "tenant");
    world_fini(&w);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_report_opens_a_ticket_and_is_offered_in_the_same_event),
        cmocka_unit_test(the_same_report_again_has_no_second_effect_even_after_the_end),
        cmocka_unit_test(other_content_under_a_known_id_is_kept_aside_and_told),
        cmocka_unit_test(repeats_attach_by_place_and_category_within_the_window),
        cmocka_unit_test(a_repeat_is_counted_and_its_gateway_is_told_of_what_follows),
        cmocka_unit_test(nothing_attaches_to_what_is_solved),
        cmocka_unit_test(the_first_level_rule_that_fits_decides),
        cmocka_unit_test(the_reporters_own_instant_counts_within_its_limit),
        cmocka_unit_test(each_installation_is_an_order_of_its_own),
        cmocka_unit_test(what_follows_a_ticket_is_linked_to_it_and_never_its_repeat),
        cmocka_unit_test(a_site_names_its_customer_where_the_report_does_not),
        cmocka_unit_test(a_closed_ticket_says_in_its_timeline_that_another_goes_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
