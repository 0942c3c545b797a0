/* letters_test.c - mailboxes through the running broker: pushed within credit, trimmed when
 * confirmed, sent again when not. The test writes the letters where a worker's commit would. */
#include "tests/broker/house.h"

static struct key
mailbox_key(const char *where, const char *who)
{
    bool watch = strcmp(who, "watch") == 0;
    return watch ? key_of(territory(where), KEY_WATCH) : key_mail(territory(where), principal(who));
}

/* One letter of this sequence, and the bell if `ring`. */
static void
write_letter(struct house *h, const char *where, const char *who, uint64_t sequence, bool ring)
{
    struct key k = mailbox_key(where, who), bell = key_of(territory(where), KEY_BELL);
    char id[32], letter[32];
    snprintf(id, sizeof(id), "%" PRIu64 "-0", sequence);
    snprintf(letter, sizeof(letter), "letter %" PRIu64, sequence);
    redis_say(h, 5,
              (struct str[]){ STR("XADD"), str_of(k.s), str_of(id), STR("l"), str_of(letter) });
    if (ring)
        redis_say(h, 3, (struct str[]){ STR("PUBLISH"), str_of(bell.s), str_of(who) });
}

static int64_t
letters_left(struct house *h, const char *where, const char *who)
{
    struct key k = mailbox_key(where, who);
    return redis_say(h, 2, (struct str[]){ STR("XLEN"), str_of(k.s) });
}

static void
subscribe(struct client *c, bool watch, uint32_t credit, const char *where, uint64_t mark)
{
    struct mark marks = { territory(where), mark };
    struct message m = message_of(MSG_SUBSCRIBE);
    m.subscribe.watch = watch;
    m.subscribe.credit = credit;
    m.subscribe.marks = &marks;
    m.subscribe.marks_count = mark > 0;
    client_send(c, &m);
}

static void
confirm(struct client *c, bool watch, const char *where, uint64_t sequence)
{
    struct message m = message_of(MSG_CONFIRM);
    m.confirm.territory = territory(where);
    m.confirm.watch = watch;
    m.confirm.sequence = sequence;
    client_send(c, &m);
}

static void
expect_letter(struct client *c, const char *where, uint64_t sequence)
{
    char letter[32];
    snprintf(letter, sizeof(letter), "letter %" PRIu64, sequence);
    assert_true(client_hear(c, DEADLINE_MS));
    assert_int_equal(c->got.kind, MSG_UPDATE);
    assert_int_equal(c->got.number, 0);
    assert_string_equal(c->got.update.territory.s, where);
    assert_int_equal(c->got.update.sequence, sequence);
    assert_true(str_is(c->got.update.letter, letter));
}

/* Nothing is under way: what was asked before is answered, and no letter came before that. */
static void
expect_quiet(struct client *c)
{
    struct message ping = message_of(MSG_PING);
    uint64_t number = client_send(c, &ping);
    assert_true(client_hear(c, DEADLINE_MS));
    assert_int_equal(c->got.number, number);
    assert_false(client_hear(c, 100));
}

static void
letters_come_in_order_within_credit_and_confirming_trims_them(void **state)
{
    struct house *h = *state;
    struct client *c = client_open(h, ENGINEER);
    for (uint64_t n = 1; n <= 20; n++)
        write_letter(h, "north", "e07", n, false);
    subscribe(c, false, 3, "north", 0);
    for (uint64_t n = 1; n <= 3; n++)
        expect_letter(c, "north", n);
    expect_quiet(c);
    assert_int_equal(letters_left(h, "north", "e07"), 20);
    confirm(c, false, "north", 2);
    expect_letter(c, "north", 4);
    expect_letter(c, "north", 5);
    expect_quiet(c);
    wait_until(letters_left(h, "north", "e07") == 18, );
    for (uint64_t n = 5; n <= 20; n++) {
        confirm(c, false, "north", n);
        if (n < 20)
            expect_letter(c, "north", n + 1);
    }
    wait_until(letters_left(h, "north", "e07") == 0, );
    write_letter(h, "south", "e07", 1, true); /* every territory has a mailbox for everybody */
    expect_letter(c, "south", 1);
}

static void
a_bell_brings_a_letter_at_once_and_a_lost_bell_soon(void **state)
{
    struct house *h = *state;
    struct client *c = client_open(h, ENGINEER);
    subscribe(c, false, 256, "north", 0);
    expect_quiet(c);
    int64_t began = clock_mono_ms();
    for (uint64_t n = 1; n <= 20; n++) {
        write_letter(h, "north", "e07", n, true);
        expect_letter(c, "north", n);
    }
    assert_true(clock_mono_ms() - began < 30000); /* bells did it: 20 re-reads last longer */
    write_letter(h, "north", "e07", 21, false);
    expect_letter(c, "north", 21);
}

static void
unconfirmed_letters_come_again_and_confirmed_ones_do_not(void **state)
{
    struct house *h = *state;
    for (uint64_t n = 1; n <= 10; n++)
        write_letter(h, "north", "e07", n, false);
    struct client *c = client_open(h, ENGINEER);
    subscribe(c, false, 10, "north", 0);
    for (uint64_t n = 1; n <= 10; n++)
        expect_letter(c, "north", n);
    confirm(c, false, "north", 4);
    wait_until(letters_left(h, "north", "e07") == 6, );
    house_end(h->broker, SIGKILL);
    start_broker(h, "inbox_max=100000");
    client_close(c);
    c = client_open(h, ENGINEER);
    subscribe(c, false, 10, "north", 4);
    for (uint64_t n = 5; n <= 10; n++)
        expect_letter(c, "north", n);
    subscribe(c, false, 1, "north", 4); /* anew on the same connection */
    expect_letter(c, "north", 5);
    expect_quiet(c);
}

static void
a_confirmation_is_trimmed_without_a_subscription_too(void **state)
{
    struct house *h = *state;
    for (uint64_t n = 1; n <= 5; n++)
        write_letter(h, "north", "e07", n, false);
    struct client *c = client_open(h, ENGINEER);
    confirm(c, false, "north", 3);
    wait_until(letters_left(h, "north", "e07") == 2, );
}

static void
one_mailbox_is_nobody_elses(void **state)
{
    struct house *h = *state;
    struct client *e = client_open(h, ENGINEER), *g = client_open(h, GATEWAY);
    subscribe(g, false, 10, "north", 0);
    subscribe(e, false, 10, "north", 0);
    write_letter(h, "north", "e07", 1, true);
    expect_letter(e, "north", 1);
    confirm(g, false, "north", 1); /* trims only its own */
    expect_quiet(g);
    assert_int_equal(letters_left(h, "north", "e07"), 1);
}

static void
dispatchers_watch_from_their_mark_and_confirming_trims_nothing(void **state)
{
    struct house *h = *state;
    for (uint64_t n = 1; n <= 10; n++)
        write_letter(h, "north", "watch", n, false);
    struct client *c = client_open(h, DISPATCHER);
    subscribe(c, true, 2, "north", 7);
    expect_letter(c, "north", 8);
    assert_true(c->got.update.watch);
    expect_letter(c, "north", 9);
    expect_quiet(c);
    confirm(c, true, "north", 9);
    expect_letter(c, "north", 10);
    write_letter(h, "north", "watch", 11, true);
    expect_letter(c, "north", 11);
    assert_int_equal(letters_left(h, "north", "watch"), 11);
}

static void
a_revoked_subscriber_gets_no_more_letters(void **state)
{
    struct house *h = *state;
    struct client *c = client_open(h, ENGINEER), *g = client_open(h, GATEWAY);
    subscribe(c, false, 100, "north", 0);
    write_letter(h, "north", "e07", 1, true);
    expect_letter(c, "north", 1);
    h->city.version = 2;
    h->city.revoked[ENGINEER] = true;
    apply_plan(h);
    struct message route = message_of(MSG_ROUTE);
    route.route.place = PLACE_NONE;
    wait_until(client_ask(g, route)->routed.plan == 2, );
    write_letter(h, "north", "e07", 2, true);
    assert_false(client_hear(c, 300));
}

static void
letters_come_again_after_redis_was_away(void **state)
{
    struct house *h = *state;
    struct client *c = client_open(h, ENGINEER);
    subscribe(c, false, 100, "north", 0);
    write_letter(h, "north", "e07", 1, true);
    expect_letter(c, "north", 1);
    house_end(h->redis, SIGKILL);
    start_redis(h);
    expect_letter(c, "north", 1); /* unconfirmed: at least once */
    confirm(c, false, "north", 1);
    write_letter(h, "north", "e07", 2, true);
    expect_letter(c, "north", 2);
    wait_until(letters_left(h, "north", "e07") == 1, );
}

#define whole(test) cmocka_unit_test_setup_teardown(test, house_set_up, house_tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        whole(letters_come_in_order_within_credit_and_confirming_trims_them),
        whole(a_bell_brings_a_letter_at_once_and_a_lost_bell_soon),
        whole(unconfirmed_letters_come_again_and_confirmed_ones_do_not),
        whole(a_confirmation_is_trimmed_without_a_subscription_too),
        whole(one_mailbox_is_nobody_elses),
        whole(dispatchers_watch_from_their_mark_and_confirming_trims_nothing),
        whole(a_revoked_subscriber_gets_no_more_letters),
        whole(letters_come_again_after_redis_was_away),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
