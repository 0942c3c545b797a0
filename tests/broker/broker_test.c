/* broker_test.c - the program faultline-broker, end to end: addresses, acknowledgements that
 * outlive Redis, back-pressure, drain. */
#include "tests/broker/house.h"

/* Is one of the inbox's entries this message, from `who`? */
static bool
inbox_holds(struct house *h, const char *where, struct str bytes, const char *who)
{
    struct arena a = { 0 };
    struct inbox in = { .territory = territory(where), .cursor = "0-0" };
    int64_t redis_ms;
    bool found = false;
    assert_int_equal(store_read(h->store, &in, 1, 10000, 0, &a, &redis_ms), OK);
    for (size_t i = 0; i < in.count; i++)
        found = found || (str_eq(in.entries[i].bytes, bytes) &&
                          strcmp(in.entries[i].who.s, who) == 0 && in.entries[i].kind == 'r');
    arena_fini(&a);
    return found;
}

static void
a_report_finds_its_address_and_outlives_redis_once_accepted(void **state)
{
    struct house *h = *state;
    struct buf kept = { 0 };
    struct client *c = client_open(h, GATEWAY);
    struct message report = report_of(h, 1);
    const struct message *m = client_ask(c, report);
    assert_int_equal(m->kind, MSG_ROUTED);
    assert_string_equal(m->routed.territory.s, "north");
    assert_int_equal(m->routed.plan, 1);
    assert_int_equal(m->routed.how, ROUTED_PLACE);
    assert_true(m->routed.cell > 0);               /* far from every border */
    assert_int_equal(inbox_length(h, "north"), 0); /* no other effect */

    m = client_ask(c, addressed(report, "north", 1));
    buf_put(&kept, c->out.data, c->out.len);
    assert_int_equal(m->kind, MSG_ACCEPTED);
    assert_string_equal(m->accepted.territory.s, "north");
    assert_memory_equal(m->accepted.id, report.report.id.b, 16);
    assert_memory_equal(m->accepted.number, "N1-", 3);

    assert_int_equal(house_end(h->redis, SIGKILL), 256 + SIGKILL);
    struct message ping = message_of(MSG_PING);
    assert_int_equal(client_ask(c, ping)->kind, MSG_PONG); /* it stays, and says so */
    wait_until(client_ask(c, addressed(report, "north", 1))->kind == MSG_BUSY, );
    assert_true(c->got.busy.retry_ms > 0);
    assert_int_equal(client_ask(c, event_of(h, VERB_SYNC, 1))->kind, MSG_BUSY);

    start_redis(h);
    assert_true(inbox_holds(h, "north", buf_str(&kept), "gw-mail"));
    until_accepted(c, addressed(report, "north", 1));
    assert_int_equal(waitpid(h->broker, NULL, WNOHANG), 0);
    buf_fini(&kept);
}

static void
a_route_is_answered_by_site_place_customer_or_triage(void **state)
{
    struct house *h = *state;
    struct client *c = client_open(h, GATEWAY);
    struct message m = message_of(MSG_ROUTE);
    m.route.place = PLACE_NONE;
    assert_string_equal(client_ask(c, m)->routed.territory.s, "triage");
    assert_int_equal(c->got.routed.how, ROUTED_TRIAGE);
    str_fill(m.route.customer.s, sizeof(m.route.customer.s), STR("acme"));
    assert_string_equal(client_ask(c, m)->routed.territory.s, "north");
    assert_int_equal(c->got.routed.how, ROUTED_CUSTOMER);
    assert_int_equal(c->got.routed.cell, 0);
    m.route.place = (struct place){ 50000000, 150000000 };
    assert_string_equal(client_ask(c, m)->routed.territory.s, "south");
    assert_int_equal(c->got.routed.how, ROUTED_PLACE);
    assert_true(c->got.routed.cell > 0);
    str_fill(m.route.site.s, sizeof(m.route.site.s), STR("hall"));
    assert_string_equal(client_ask(c, m)->routed.territory.s, "south");
    assert_int_equal(c->got.routed.how, ROUTED_SITE);
    assert_int_equal(c->got.routed.cell, 0);
}

static void
an_old_address_holds_and_a_plan_this_broker_has_not_seen_is_waited_for(void **state)
{
    struct house *h = *state;
    struct client *c = client_open(h, GATEWAY);
    struct message report = report_of(h, 2);
    report.report.route.place.lon_e7 = 70000000; /* north in version 1, south in version 2 */
    until_accepted(c, addressed(report, "north", 1));
    h->city.version = 2;
    h->city.wide = true;
    apply_plan(h);
    /* Another broker may have given this address before ours has seen the plan. */
    until_accepted(c, addressed(report, "south", 2));
    until_accepted(c, addressed(report, "north", 1));
    expect_refused(client_ask(c, addressed(report, "north", 2)), "address");
    assert_int_equal(client_ask(c, report)->kind, MSG_ROUTED);
    assert_string_equal(c->got.routed.territory.s, "south");
    wait_until(client_ask(c, addressed(report, "north", 99))->kind == MSG_REFUSED,
               assert_int_equal(c->got.kind, MSG_BUSY));
    expect_refused(&c->got, "plan");
}

static void
events_and_places_are_accepted_and_kept(void **state)
{
    struct house *h = *state;
    struct client *c = client_open(h, ENGINEER);
    const struct message *m = client_ask(c, event_of(h, VERB_ACCEPT, 1));
    assert_int_equal(m->kind, MSG_ACCEPTED);
    assert_string_equal(m->accepted.number, "");
    assert_memory_equal(m->accepted.id, (uint8_t[16]){ 0 }, 16);
    assert_int_equal(inbox_length(h, "north"), 1);
    struct message place = message_of(MSG_PLACE), event = event_of(h, VERB_SYNC, 1);
    place.place.territory = territory("north");
    place.place.at = clock_wall_ms();
    place.place.pool_key = event.event.pool_key;
    place.place.sealed = event.event.sealed;
    assert_int_equal(client_ask(c, place)->kind, MSG_ACCEPTED);
    struct key k = key_of(territory("north"), KEY_PLACES);
    struct reply r;
    struct str argv[] = { STR("HGET"), str_of(k.s), STR("e07") };
    assert_int_equal(redis_ask(store_redis(h->store), DEADLINE_MS, 3, argv, &r), OK);
    assert_true(str_eq(reply_text(r), buf_str(&c->out)));
    reply_free(&r);
}

static void
a_full_inbox_says_busy_and_takes_again_when_there_is_room(void **state)
{
    struct house *h = *state;
    house_end(h->broker, SIGKILL);
    start_broker(h, "inbox_max=10");
    struct client *c = client_open(h, GATEWAY);
    size_t accepted = 0;
    for (uint64_t i = 0; i < 30; i++) {
        const struct message *m = client_ask(c, addressed(report_of(h, i), "north", 1));
        accepted += m->kind == MSG_ACCEPTED;
        assert_true(m->kind == MSG_ACCEPTED || m->kind == MSG_BUSY);
    }
    assert_int_equal(accepted, 9); /* and one entry tells of the plan */
    assert_int_equal(c->got.kind, MSG_BUSY);
    assert_true(str_is(c->got.busy.what, "inbox"));
    assert_int_equal(inbox_length(h, "north"), accepted);
    struct key k = key_of(territory("north"), KEY_INBOX);
    redis_say(h, 4, (struct str[]){ STR("XTRIM"), str_of(k.s), STR("MAXLEN"), STR("5") });
    until_accepted(c, addressed(report_of(h, 31), "north", 1));
}

static void
short_memory_stops_reports_and_lets_events_pass(void **state)
{
    struct house *h = *state;
    struct client *c = client_open(h, GATEWAY);
    struct client *e = client_open(h, ENGINEER);
    struct str limit[] = { STR("CONFIG"), STR("SET"), STR("maxmemory"), STR("") };
    struct message report = addressed(report_of(h, 1), "north", 1);
    until_accepted(c, report);
    redis_say(h, 4, (struct str[]){ STR("SETRANGE"), STR("ballast"), STR("20000000"), STR("x") });
    /* A limit of which nine tenths are used: past the watermark, and room for an event. */
    struct reply r;
    struct str info[] = { STR("INFO"), STR("memory") };
    assert_int_equal(redis_ask(store_redis(h->store), DEADLINE_MS, 2, info, &r), OK);
    const char *used = strstr(reply_text(r).at, "used_memory:");
    assert_non_null(used);
    char text[32];
    snprintf(text, sizeof(text), "%ld", strtol(used + 12, NULL, 10) * 10 / 9);
    reply_free(&r);
    limit[3] = str_of(text);
    redis_say(h, 4, limit);
    wait_until(client_ask(c, report)->kind == MSG_BUSY, );
    assert_true(str_is(c->got.busy.what, "memory"));
    assert_int_equal(client_ask(e, event_of(h, VERB_SYNC, 1))->kind, MSG_ACCEPTED);
    limit[3] = STR("0");
    redis_say(h, 4, limit);
    until_accepted(c, report);
}

/* More than the broker takes in flight: it leaves the rest unread; and when the store has been
 * silent for long, it reads again to say BUSY. Every one is answered in the end. */
static void
a_store_that_hangs_silences_nobody(void **state)
{
    enum { FLOOD = 1300 };
    static const char body[32000];
    struct house *h = *state;
    struct client *c = client_open(h, GATEWAY);
    size_t told[MSG_KINDS] = { 0 };
    until_accepted(c, addressed(report_of(h, 1), "north", 1));
    kill(h->redis, SIGSTOP);
    int64_t stopped_ms = clock_mono_ms();
    for (uint64_t i = 0; i < FLOOD; i++) {
        struct message m = addressed(report_of(h, 2 + i), "north", 1);
        m.report.sealed = str_bytes(body, sizeof(body));
        client_send(c, &m);
    }
    assert_true(client_hear(c, DEADLINE_MS));
    assert_int_equal(c->got.kind, MSG_BUSY);
    assert_true(str_is(c->got.busy.what, "stalled"));
    assert_true(clock_mono_ms() - stopped_ms > 1500); /* until then it was left unread */
    told[MSG_BUSY]++;
    struct message ping = message_of(MSG_PING);
    client_send(c, &ping);
    for (; c->got.kind != MSG_PONG; told[c->got.kind]++)
        assert_true(client_hear(c, DEADLINE_MS));
    assert_int_equal(told[MSG_ACCEPTED], 0);
    kill(h->redis, SIGCONT);
    for (size_t n = told[MSG_BUSY]; n < FLOOD; n++) {
        assert_true(client_hear(c, DEADLINE_MS));
        told[c->got.kind]++;
    }
    assert_int_equal(told[MSG_ACCEPTED] + told[MSG_BUSY], FLOOD);
    assert_true(told[MSG_ACCEPTED] > FLOOD / 2);
    until_accepted(c, addressed(report_of(h, 1), "north", 1));
}

static void
a_killed_broker_loses_nothing_that_it_accepted(void **state)
{
    struct house *h = *state;
    size_t accepted = 0, sent = 0;
    struct client *c = client_open(h, GATEWAY);
    for (; sent < 2000; sent++) {
        struct message m = addressed(report_of(h, sent), "north", 1);
        client_send(c, &m);
    }
    while (accepted < 300) {
        assert_true(client_hear(c, DEADLINE_MS));
        accepted += c->got.kind == MSG_ACCEPTED;
    }
    house_end(h->broker, SIGKILL);
    while (client_hear(c, 200))
        accepted += c->got.kind == MSG_ACCEPTED;
    assert_true(inbox_length(h, "north") >= accepted);
    start_broker(h, "inbox_max=100000");
    client_close(c);
    c = client_open(h, GATEWAY); /* says HELLO again, to whichever broker */
    until_accepted(c, addressed(report_of(h, 0), "north", 1));
}

static bool
log_says(struct house *h, const char *words)
{
    struct buf log = { 0 };
    house_read(h, "broker.log", &log);
    bool says = strstr(buf_cstr(&log), words) != NULL;
    buf_fini(&log);
    return says;
}

static void
a_stopped_broker_answers_what_it_has_taken_and_ends_with_zero(void **state)
{
    enum { TAKEN = 20 };
    struct house *h = *state;
    struct client *c = client_open(h, GATEWAY);
    until_accepted(c, addressed(report_of(h, 0), "north", 1));
    kill(h->redis, SIGSTOP);
    for (uint64_t i = 0; i < TAKEN; i++) { /* one in flight, the others gather behind it */
        struct message m = addressed(report_of(h, i), "north", 1);
        client_send(c, &m);
    }
    assert_int_equal(client_ask(c, message_of(MSG_PING))->kind, MSG_PONG); /* so they are taken */
    kill(h->broker, SIGTERM);
    wait_until(log_says(h, "event=draining"), );
    struct message late = addressed(report_of(h, 100), "north", 1);
    client_send(c, &late);
    assert_false(client_hear(c, 500)); /* it waits for the store, and reads no more */
    assert_int_equal(waitpid(h->broker, NULL, WNOHANG), 0);
    kill(h->redis, SIGCONT);
    for (size_t i = 0; i < TAKEN; i++) {
        assert_true(client_hear(c, DEADLINE_MS));
        assert_int_equal(c->got.kind, MSG_ACCEPTED);
    }
    assert_int_equal(house_end(h->broker, 0), 0);
    h->broker = 0;
    assert_false(client_hear(c, 100));
    assert_int_equal(inbox_length(h, "north"), 1 + TAKEN);
}

static void
a_broker_stopped_under_load_leaves_nothing_unanswered(void **state)
{
    struct house *h = *state;
    struct client *c = client_open(h, GATEWAY);
    size_t accepted = 0;
    for (uint64_t i = 0; i < 5000; i++) {
        struct message m = addressed(report_of(h, i), i % 3 == 0 ? "north" : "south", 1);
        if (i % 3 != 0)
            m.report.route.place.lon_e7 = 150000000;
        client_send(c, &m);
    }
    assert_true(client_hear(c, DEADLINE_MS)); /* it is in the middle of it */
    accepted += c->got.kind == MSG_ACCEPTED;
    int64_t began = clock_mono_ms();
    assert_int_equal(house_end(h->broker, SIGTERM), 0);
    assert_true(clock_mono_ms() - began < 30000);
    h->broker = 0;
    while (client_hear(c, 300))
        accepted += c->got.kind == MSG_ACCEPTED;
    assert_true(accepted > 0);
    assert_int_equal(inbox_length(h, "north") + inbox_length(h, "south"), accepted);
}

static void
a_broker_whose_store_never_answers_ends_all_the_same(void **state)
{
    struct house *h = *state;
    struct client *c = client_open(h, GATEWAY);
    kill(h->redis, SIGSTOP);
    struct message m = addressed(report_of(h, 1), "north", 1);
    client_send(c, &m);
    assert_int_equal(client_ask(c, message_of(MSG_PING))->kind, MSG_PONG);
    assert_int_equal(house_end(h->broker, SIGTERM), 0);
    h->broker = 0;
}

static void
two_brokers_serve_one_site_side_by_side(void **state)
{
    struct house *h = *state;
    struct client *c = client_open(h, GATEWAY);
    char other[300], first[128];
    snprintf(other, sizeof(other), "brokers=ipc://%s/other.sock", h->dir);
    memcpy(first, h->endpoint, sizeof(first));
    snprintf(h->endpoint, sizeof(h->endpoint), "ipc://%s/other.sock", h->dir);
    pid_t one = h->broker;
    start_broker(h, other);
    struct client *d = client_open(h, GATEWAY);
    for (uint64_t i = 0; i < 50; i++) {
        until_accepted(c, addressed(report_of(h, 2 * i), "north", 1));
        until_accepted(d, addressed(report_of(h, 2 * i + 1), "north", 1));
    }
    assert_int_equal(inbox_length(h, "north"), 100);
    assert_int_equal(house_end(one, SIGINT), 0);
    until_accepted(d, addressed(report_of(h, 1000), "north", 1));
}

static void
a_site_that_is_set_up_wrong_is_named(void **state)
{
    struct house *h = *state;
    char program[512];
    struct buf said = { 0 };
    broker_program(program);
    static const char *const wrong[][3] = {
        { "--index", "1", "brokers" },
        { "--set", "pool_public=00", "pool_public" },
        { "--set", "broker_key=none.key", "broker_key" },
        { "--set", "brokers=ipc:///nowhere/at/all.sock", "brokers" },
    };
    for (size_t i = 0; i < countof(wrong); i++) {
        const char *const argv[] = { program, "--site", h->dir, wrong[i][0], wrong[i][1], NULL };
        pid_t pid = house_start(h, "wrong.log", argv);
        assert_int_equal(house_end(pid, 0), 78);
        buf_clear(&said);
        house_read(h, "wrong.log", &said);
        if (strstr(buf_cstr(&said), wrong[i][2]) == NULL)
            fail_msg("\"%s\" does not name %s", buf_cstr(&said), wrong[i][2]);
    }
    const char *const help[] = { program, "--help", NULL };
    assert_int_equal(house_end(house_start(h, "help.log", help), 0), 0);
    const char *const odd[] = { program, "--sight", h->dir, NULL };
    assert_int_equal(house_end(house_start(h, "help.log", odd), 0), 2);
    buf_fini(&said);
}

#define whole(test) cmocka_unit_test_setup_teardown(test, house_set_up, house_tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        whole(a_report_finds_its_address_and_outlives_redis_once_accepted),
        whole(a_route_is_answered_by_site_place_customer_or_triage),
        whole(an_old_address_holds_and_a_plan_this_broker_has_not_seen_is_waited_for),
        whole(events_and_places_are_accepted_and_kept),
        whole(a_full_inbox_says_busy_and_takes_again_when_there_is_room),
        whole(short_memory_stops_reports_and_lets_events_pass),
        whole(a_store_that_hangs_silences_nobody),
        whole(a_killed_broker_loses_nothing_that_it_accepted),
        whole(a_stopped_broker_answers_what_it_has_taken_and_ends_with_zero),
        whole(a_broker_stopped_under_load_leaves_nothing_unanswered),
        whole(a_broker_whose_store_never_answers_ends_all_the_same),
        whole(two_brokers_serve_one_site_side_by_side),
        whole(a_site_that_is_set_up_wrong_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
