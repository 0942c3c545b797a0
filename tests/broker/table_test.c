/* table_test.c - what the running broker refuses, and that it stays up through it. */
#include "tests/broker/house.h"

#include "common/wire/pack.h"
#include "tests/seed.h"

static struct message
query(const char *what)
{
    struct message m = message_of(MSG_QUERY);
    m.query.what = str_of(what);
    return m;
}

static struct message
subscribe(bool watch, uint32_t credit)
{
    struct message m = message_of(MSG_SUBSCRIBE);
    m.subscribe.watch = watch;
    m.subscribe.credit = credit;
    return m;
}

static void
before_hello_everything_is_refused(void **state)
{
    struct house *h = *state;
    struct client *c = client_connect(h, GATEWAY);
    expect_refused(client_ask(c, message_of(MSG_PING)), "hello");
    expect_refused(client_ask(c, addressed(report_of(h, 1), "north", 1)), "hello");
    expect_refused(client_ask(c, subscribe(false, 1)), "hello");
    client_hello(c);
    assert_int_equal(client_ask(c, message_of(MSG_PING))->kind, MSG_PONG);
}

static void
welcome_says_who_one_is_and_what_there_is(void **state)
{
    struct house *h = *state;
    struct client *c = client_open(h, ENGINEER);
    const struct message *m = &c->got;
    assert_string_equal(m->welcome.principal.s, "e07");
    assert_int_equal(m->welcome.role, ROLE_ENGINEER);
    assert_int_equal(m->welcome.plan, 1);
    assert_int_equal(m->welcome.territories_count, 3);
    assert_string_equal(m->welcome.home.s, "north");
    assert_memory_equal(m->welcome.pool_key, keys_public(h->city.pool)->seal, 32);
    assert_true(llabs(m->welcome.now - clock_wall_ms()) < 10000);
    c = client_open(h, GATEWAY);
    assert_string_equal(c->got.welcome.home.s, "");
}

static void
strangers_and_workers_are_not_let_in(void **state)
{
    struct house *h = *state;
    const enum who outside[] = { STRANGER, WORKER };
    for (size_t i = 0; i < countof(outside); i++) {
        struct client *c = client_connect(h, outside[i]);
        struct message hello = { .kind = MSG_HELLO, .hello = { STR("let me in") } };
        client_send(c, &hello);
        client_open(h, GATEWAY); /* the door works meanwhile */
        assert_false(client_hear(c, 200));
    }
}

static void
each_role_has_its_kinds_and_no_others(void **state)
{
    struct house *h = *state;
    struct client *gateway = client_open(h, GATEWAY), *engineer = client_open(h, ENGINEER),
                  *dispatcher = client_open(h, DISPATCHER);
    struct message place = message_of(MSG_PLACE), route = message_of(MSG_ROUTE);
    route.route.place = PLACE_NONE;
    place.place.territory = territory("north");
    expect_refused(client_ask(gateway, place), "role");
    expect_refused(client_ask(dispatcher, place), "role");
    expect_refused(client_ask(engineer, route), "role");
    expect_refused(client_ask(engineer, report_of(h, 1)), "role");
    expect_refused(client_ask(dispatcher, report_of(h, 1)), "role");
    expect_refused(client_ask(gateway, event_of(h, VERB_ACCEPT, 1)), "role");
    expect_refused(client_ask(engineer, event_of(h, VERB_REJECT, 1)), "role");
    expect_refused(client_ask(gateway, subscribe(true, 1)), "role");
    expect_refused(client_ask(engineer, query("map")), "role");
    expect_refused(client_ask(gateway, query("status")), "role");
    assert_int_equal(inbox_length(h, "north"), 0);
}

static void
what_a_message_names_must_be_there_and_be_ours(void **state)
{
    struct house *h = *state;
    struct client *c = client_open(h, GATEWAY), *other = client_open(h, OTHER_GATEWAY);
    struct message report = report_of(h, 1);
    expect_refused(client_ask(other, addressed(report, "north", 1)), "source");
    expect_refused(client_ask(other, report), "source");
    expect_refused(client_ask(c, addressed(report, "atlantis", 1)), "territory");
    expect_refused(client_ask(c, addressed(report, "south", 1)), "address");
    expect_refused(client_ask(c, query("weather")), "query");
    struct message event = event_of(h, VERBS, 1);
    expect_refused(client_ask(c, event), "verb");
    event = event_of(h, VERB_SYNC, 1);
    event.event.territory = territory("atlantis");
    expect_refused(client_ask(c, event), "territory");
    report.report.pool_key.b[0] ^= 1;
    expect_refused(client_ask(c, addressed(report, "north", 1)), "pool_key");
    struct message confirm = message_of(MSG_CONFIRM);
    confirm.confirm.territory = territory("atlantis");
    expect_refused(client_ask(c, confirm), "territory");
    assert_int_equal(inbox_length(h, "north"), 0);
}

static void
a_revoked_key_is_refused_at_its_next_message(void **state)
{
    struct house *h = *state;
    struct client *c = client_open(h, GATEWAY), *e = client_open(h, ENGINEER);
    h->city.version = 2;
    h->city.revoked[GATEWAY] = true;
    apply_plan(h);
    wait_until(client_ask(c, message_of(MSG_PING))->kind == MSG_REFUSED, );
    expect_refused(&c->got, "key");
    expect_refused(client_ask(c, addressed(report_of(h, 1), "north", 1)), "key");
    assert_int_equal(client_ask(e, message_of(MSG_PING))->kind, MSG_PONG);
    assert_int_equal(inbox_length(h, "north"), 0);
    struct client *again = client_connect(h, GATEWAY); /* nor does it come in anew */
    struct message hello = { .kind = MSG_HELLO, .hello = { STR("me again") } };
    client_send(again, &hello);
    assert_false(client_hear(again, 200));
}

/* [version, kind, number, then `depth` arrays in each other, then `more` nils] */
static void
put_odd(struct buf *b, unsigned version, unsigned kind, unsigned number, size_t depth, size_t more)
{
    buf_clear(b);
    pack_array(b, (depth > 0 ? 4U : 3U) + more);
    pack_uint(b, version);
    pack_uint(b, kind);
    pack_uint(b, number);
    for (size_t i = 0; i < depth; i++)
        pack_array(b, i + 1 < depth);
    for (size_t i = 0; i < more; i++)
        pack_nil(b);
}

static void
an_odd_message_is_refused_by_its_oddity(void **state)
{
    struct house *h = *state;
    struct client *c = client_open(h, GATEWAY);
    struct buf b = { 0 };
    static const struct {
        unsigned version, kind;
        size_t depth, more;
        const char *code;
    } odd[] = {
        { 1, 99, 0, 0, "kind" },
        { 1, 0, 0, 0, "kind" },
        { 2, MSG_PING, 0, 0, "version" },
        { 1, MSG_PING, 20, 0, "too_deep" },
        { 1, MSG_PING, 0, PACK_PARTS_MAX, "too_big" },
        { 1, MSG_PING, 0, 5, "malformed" },
        { 1, MSG_REPORT, 0, 3, "malformed" },
    };
    for (unsigned i = 0; i < countof(odd); i++) {
        put_odd(&b, odd[i].version, odd[i].kind, 1000 + i, odd[i].depth, odd[i].more);
        client_send_bytes(c, buf_str(&b));
        expect_refused(client_answer(c, 1000 + i), odd[i].code);
    }
    struct message m = message_of(MSG_PONG); /* ours to say, not theirs */
    expect_refused(client_ask(c, m), "kind");
    static const char body[33000];
    struct message large = addressed(report_of(h, 1), "north", 1);
    large.report.sealed = str_bytes(body, sizeof(body));
    expect_refused(client_ask(c, large), "too_big");
    buf_clear(&b);
    memset(buf_extend(&b, SOCK_MESSAGE_MAX), 0xc1, SOCK_MESSAGE_MAX);
    client_send_bytes(c, buf_str(&b));
    expect_refused(client_answer(c, 0), "malformed");
    buf_fini(&b);
}

static void
truncated_and_broken_messages_harm_nobody(void **state)
{
    struct house *h = *state;
    struct rng r = seed();
    struct client *c = client_open(h, GATEWAY);
    struct buf b = { 0 };
    struct message report = addressed(report_of(h, 1), "north", 1);
    assert_int_equal(client_ask(c, report)->kind, MSG_ACCEPTED);
    buf_put(&b, c->out.data, c->out.len);
    for (size_t len = 0; len < b.len; len++)
        client_send_bytes(c, str_bytes(b.data, len));
    for (int i = 0; i < 3000; i++) {
        size_t at = rng_below(&r, i % 2 == 0 ? 100 : b.len);
        uint8_t was = b.data[at];
        b.data[at] ^= (uint8_t)(1 + rng_below(&r, 255));
        client_send_bytes(c, buf_str(&b));
        b.data[at] = was;
    }
    assert_int_equal(client_ask(c, message_of(MSG_PING))->kind, MSG_PONG);
    assert_int_equal(client_ask(c, report)->kind, MSG_ACCEPTED);
    assert_int_equal(waitpid(h->broker, NULL, WNOHANG), 0);
    buf_fini(&b);
}

static void
refusals_are_logged_once_a_second_for_each_peer(void **state)
{
    struct house *h = *state;
    struct client *c = client_open(h, GATEWAY);
    struct buf log = { 0 };
    int64_t began = clock_mono_ms();
    for (int i = 0; i < 500; i++)
        expect_refused(client_ask(c, query("weather")), "query");
    int64_t seconds = (clock_mono_ms() - began) / 1000 + 1;
    house_read(h, "broker.log", &log);
    int64_t lines = 0;
    for (const char *at = buf_cstr(&log); (at = strstr(at, "event=refused")) != NULL; at++)
        lines++;
    assert_true(lines >= 1 && lines <= seconds + 1);
    buf_fini(&log);
}

static void
the_map_is_given_out_with_its_signature(void **state)
{
    struct house *h = *state;
    struct client *c = client_open(h, GATEWAY);
    struct buf map = { 0 };
    uint8_t signature[64], given[64];
    struct doc d;
    struct str yaml;
    uint32_t version;
    city_map(&h->city, &map, signature);
    assert_int_equal(client_ask(c, query("map"))->kind, MSG_ANSWER);
    doc_init(&d);
    assert_int_equal(doc_open(&d, c->got.answer.value, 0), OK);
    assert_true(node_u32(node_at(d.root, 0), &version) && version == 1);
    assert_true(node_str(node_at(d.root, 1), &yaml) && str_eq(yaml, buf_str(&map)));
    assert_true(node_bytes(node_at(d.root, 2), given, 64));
    assert_memory_equal(given, signature, 64);
    doc_fini(&d);
    buf_fini(&map);
}

static void
dispatchers_see_inboxes_workers_and_heads(void **state)
{
    struct house *h = *state;
    struct client *g = client_open(h, GATEWAY), *c = client_open(h, DISPATCHER);
    struct nonce seen = { { 0 } }, mine = { { 1 } };
    struct incarnation fresh = { { 2 } };
    struct head head;
    for (uint64_t i = 0; i < 5; i++)
        until_accepted(g, addressed(report_of(h, i), "north", 1));
    assert_int_equal(store_beat(h->store, "w-1", 42), OK);
    assert_int_equal(store_take(h->store, territory("north"), seen, mine, "w-1", &fresh, &head),
                     OK);
    assert_int_equal(client_ask(c, query("status"))->kind, MSG_ANSWER);
    struct doc d;
    struct str worker;
    uint64_t n;
    doc_init(&d);
    assert_int_equal(doc_open(&d, c->got.answer.value, 0), OK);
    assert_true(node_uint(node_get(d.root, "plan"), &n) && n == 1);
    node territories = node_get(d.root, "territories"), north = node_get(territories, "north");
    size_t count;
    assert_true(node_map(territories, &count) && count == 3);
    assert_true(node_uint(node_get(north, "inbox"), &n) && n == 6); /* and one tells of the plan */
    assert_true(node_str(node_get(north, "worker"), &worker) && str_is(worker, "w-1"));
    node south = node_get(territories, "south");
    assert_true(node_str(node_get(south, "worker"), &worker) && worker.len == 0);
    assert_true(node_uint(node_get(node_get(d.root, "workers"), "w-1"), &n) && n == 42);
    assert_true(node_uint(node_get(node_get(d.root, "broker"), "accepted"), &n) && n == 5);
    doc_fini(&d);
}

#define whole(test) cmocka_unit_test_setup_teardown(test, house_set_up, house_tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        whole(before_hello_everything_is_refused),
        whole(welcome_says_who_one_is_and_what_there_is),
        whole(strangers_and_workers_are_not_let_in),
        whole(each_role_has_its_kinds_and_no_others),
        whole(what_a_message_names_must_be_there_and_be_ours),
        whole(a_revoked_key_is_refused_at_its_next_message),
        whole(an_odd_message_is_refused_by_its_oddity),
        whole(truncated_and_broken_messages_harm_nobody),
        whole(refusals_are_logged_once_a_second_for_each_peer),
        whole(the_map_is_given_out_with_its_signature),
        whole(dispatchers_see_inboxes_workers_and_heads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
