/* turn_test.c - a report goes in, a decision comes out; what cannot be read harms nobody. */
#include "tests/worker/house.h"

struct site {
    struct house h;
    struct worker *w;
};

static int
open_site(void **state)
{
    struct site *s = zalloc(sizeof(*s));
    house_new(&s->h);
    s->w = worker_new(&s->h.conf, "worker");
    TURN_UNTIL(s->w, serves(s->w, NORTH) && serves(s->w, TRIAGE));
    *state = s;
    return 0;
}

static int
close_site(void **state)
{
    struct site *s = *state;
    if (s->w != NULL)
        worker_free(s->w);
    house_free(&s->h);
    free(s);
    return 0;
}

static struct ticket_id
ticket_for(const char *key)
{
    return ticket_of(report_id(key));
}

static void
a_report_becomes_a_ticket_an_offer_and_a_word_to_the_dispatchers(void **state)
{
    struct site *s = *state;
    struct house *h = &s->h;
    send_report(h, "m1", "no power in the cellar");
    drain(h, s->w);

    struct buf sealed = { 0 };
    struct str plain;
    bool closed;
    struct ticket_id id = ticket_for("m1");
    assert_int_equal(store_ticket(h->operator_, NORTH, id, &sealed, &closed), OK);
    assert_false(closed);
    assert_int_equal(rest_open_record(&worker_tools(s->w)->rest, RECORD_TICKET, NORTH,
                                      str_bytes(id.b, sizeof(id.b)), buf_str(&sealed), &plain),
                     OK);
    buf_fini(&sealed);

    struct mailbox *g = read_mail(h, G1, false);
    const struct opened *opened = find_kind(g, UPDATE_OPENED);
    assert_memory_equal(&opened->u.ticket, &id, sizeof(id));

    struct mailbox *e =
        read_mail(h, count_kind(read_mail(h, E1, false), UPDATE_OFFER) > 0 ? E1 : E2, false);
    const struct opened *offer = find_kind(e, UPDATE_OFFER);
    struct report_body words;
    struct doc d;
    doc_init(&d);
    assert_memory_equal(&offer->u.ticket, &id, sizeof(id));
    assert_int_equal(body_get_report(&d, offer->u.text, &words), OK);
    assert_true(str_is(words.text, "no power in the cellar"));
    doc_fini(&d);

    for (enum who who = D1; who <= D2; who++)
        assert_true(read_mail(h, who, true)->count > 0);
}

static void
an_engineers_answer_is_done_once_and_told(void **state)
{
    struct site *s = *state;
    struct house *h = &s->h;
    struct buf bytes = { 0 };
    send_report(h, "m1", "no power");
    drain(h, s->w);
    enum who engineer = count_kind(read_mail(h, E1, false), UPDATE_OFFER) > 0 ? E1 : E2;

    say_event(h, &bytes, engineer, VERB_ACCEPT, ticket_for("m1"));
    for (int i = 0; i < 3; i++) /* its device sends it again and again */
        append_as(h, 'e', engineer, buf_str(&bytes));
    drain(h, s->w);
    buf_fini(&bytes);

    struct mailbox *m = read_mail(h, engineer, false);
    assert_int_equal(count_kind(m, UPDATE_VERDICT), 3);
    for (size_t i = 0; i < m->count; i++)
        if (m->list[i].u.kind == UPDATE_VERDICT)
            assert_int_equal(m->list[i].u.refusal, REFUSAL_NONE);
    assert_int_equal(find_kind(read_mail(h, G1, false), UPDATE_TICKET)->u.state, TICKET_ACCEPTED);
}

/* Nine ways to be unreadable, among reports that are well. */
static void
garbage_is_put_aside_and_its_neighbours_are_served(void **state)
{
    struct site *s = *state;
    struct house *h = &s->h;
    struct buf good = { 0 }, event = { 0 };
    size_t bad = 0;
    say_report(h, &good, "g", "text");
    say_event(h, &event, E1, VERB_ACCEPT, ticket_for("g"));
    send_report(h, "before", "text");
    append_as(h, 'r', G1, (struct str){ (const char *)good.data, good.len / 2 }), bad++;
    append_as(h, 'r', G1, STR("")), bad++;
    append_as(h, 'r', E1, buf_str(&good)), bad++;       /* not a gateway, not his key */
    append_as(h, 'r', STRANGER, buf_str(&good)), bad++; /* not in the plan */
    append_as(h, 'e', G1, buf_str(&good)), bad++;       /* another kind */
    append_as(h, 'e', E2, buf_str(&event)), bad++;      /* another's key */
    append_as(h, 'r', G1, buf_str(&event)), bad++;
    good.data[good.len - 1] ^= 1;
    append_as(h, 'r', G1, buf_str(&good)), bad++;
    send_report(h, "after", "text");
    drain(h, s->w);
    buf_fini(&good);
    buf_fini(&event);

    char expected[16];
    snprintf(expected, sizeof(expected), "%zu", bad);
    assert_string_equal(SAY(h->operator_, "XLEN", "fl:{north}:quarantine"), expected);
    assert_int_equal(count_kind(read_mail(h, G1, false), UPDATE_OPENED), 2);
    assert_true(count_kind(read_mail(h, D1, true), UPDATE_ALARM) >= bad);
}

static void
every_byte_flipped_in_a_report_is_found(void **state)
{
    struct site *s = *state;
    struct house *h = &s->h;
    struct rng r = seed();
    struct buf good = { 0 };
    say_report(h, &good, "flip", "text");
    size_t flips = 0;
    for (size_t i = 0; i < good.len; i += 1 + rng_below(&r, 3), flips++) {
        uint8_t was = good.data[i];
        good.data[i] ^= (uint8_t)(1u << rng_below(&r, 8));
        append_as(h, 'r', G1, buf_str(&good));
        good.data[i] = was;
    }
    drain(h, s->w);
    buf_fini(&good);
    /* A header that the seal does not cover (number, plan, hint, route) may change nothing: the
     * report then is what it was, opened once and known afterwards. */
    struct mailbox *g = read_mail(h, G1, false);
    assert_in_range(count_kind(g, UPDATE_OPENED), 0, 1);
    int64_t aside = 0;
    assert_true(str_int(str_of(SAY(h->operator_, "XLEN", "fl:{north}:quarantine")), &aside));
    assert_int_equal((size_t)aside + count_kind(g, UPDATE_OPENED) + count_kind(g, UPDATE_DUPLICATE),
                     flips);
    assert_true((size_t)aside > flips / 2);
}

static void
the_same_report_said_again_is_the_same_ticket_and_other_words_are_put_aside(void **state)
{
    struct site *s = *state;
    struct house *h = &s->h;
    send_report(h, "m1", "no power");
    drain(h, s->w);
    send_report(h, "m1", "no power"); /* sealed anew, a moment later */
    send_report(h, "m1", "something else");
    drain(h, s->w);
    struct mailbox *g = read_mail(h, G1, false);
    assert_int_equal(count_kind(g, UPDATE_OPENED), 1);
    assert_int_equal(count_kind(g, UPDATE_DUPLICATE), 1);
    assert_int_equal(count_kind(g, UPDATE_QUARANTINED), 1);
}

static void
a_big_backlog_is_decided_exactly_once(void **state)
{
    struct site *s = *state;
    struct house *h = &s->h;
    enum { REPORTS = 700 };
    char key[16];
    for (int i = 0; i < REPORTS; i++) {
        snprintf(key, sizeof(key), "b%d", i);
        send_report(h, key, "no power, and a good many words about how that came about");
    }
    drain(h, s->w);
    struct mailbox *g = read_mail(h, G1, false);
    assert_int_equal(count_kind(g, UPDATE_OPENED), REPORTS);
    assert_int_equal(g->count >= REPORTS, true);
    assert_true(g->letters < REPORTS / 10); /* one letter a commit, not one an update */
    assert_int_equal(read_mail(h, D1, true)->list[0].u.kind, UPDATE_TICKET);
    assert_string_equal(SAY(h->operator_, "HLEN", "fl:{north}:tickets"), "700");
}

static void
a_new_plan_takes_effect_and_a_revoked_key_gets_no_letters(void **state)
{
    struct site *s = *state;
    struct house *h = &s->h;
    house_plan(h, E1);
    const struct territory *t = worker_territory(s->w, NORTH);
    TURN_UNTIL(s->w, t->head.plan == 2 && plans_current(worker_tools(s->w)->plans)->version == 2);
    for (int i = 0; i < 4; i++) {
        char key[8];
        snprintf(key, sizeof(key), "m%d", i);
        send_report(h, key, "no power");
    }
    drain(h, s->w);
    assert_int_equal(read_mail(h, E1, false)->count, 0);
    assert_int_equal(count_kind(read_mail(h, G1, false), UPDATE_OPENED), 4);
}

static void
a_plan_whose_word_never_came_takes_effect_all_the_same(void **state)
{
    struct site *s = *state;
    house_plan_told(&s->h, PEOPLE, 0); /* the operator's program died before it told anybody */
    TURN_UNTIL(s->w, worker_territory(s->w, NORTH)->head.plan == 2 &&
                         worker_territory(s->w, TRIAGE)->head.plan == 2);
    send_report(&s->h, "m1", "no power");
    drain(&s->h, s->w);
    assert_int_equal(count_kind(read_mail(&s->h, G1, false), UPDATE_OPENED), 1);
}

static void
a_position_is_used_once_and_another_when_it_changes(void **state)
{
    struct site *s = *state;
    struct house *h = &s->h;
    const struct territory *t = worker_territory(s->w, NORTH);
    for (int round = 0; round < 2; round++) {
        struct buf body = { 0 }, ad = { 0 }, sealed = { 0 }, bytes = { 0 };
        struct seal_key k = key_to_pool(h, E1);
        struct message m = { .kind = MSG_PLACE,
                             .number = 1,
                             .place = { .territory = NORTH,
                                        .at = clock_wall_ms() + round,
                                        .pool_key = key_id_of(h, POOL) } };
        body_put_place(&body, (struct place){ 423100000, -710500000 + round });
        ad_place(&ad, m.place.pool_key, key_id_of(h, E1), &m);
        seal(&sealed, &k, buf_str(&ad), buf_str(&body));
        m.place.sealed = buf_str(&sealed);
        codec_encode(&m, &bytes);
        enum err answer = NOT_YET;
        uint64_t events = t->events;
        assert_int_equal(store_up(h->broker, 60000), OK);
        store_place(h->broker, NORTH, engineer_of(name_of(E1)), buf_str(&bytes), answer_to,
                    &answer);
        assert_int_equal(store_wait(h->broker, 60000), OK);
        assert_int_equal(answer, OK);
        TURN_UNTIL(s->w, t->events > events);
        assert_int_equal(t->events, events + 1);
        s->w->due[2] = 0; /* look again at once: nothing new */
        worker_turn(s->w, 10);
        assert_int_equal(t->events, events + 1);
        buf_fini(&body), buf_fini(&ad), buf_fini(&sealed), buf_fini(&bytes);
    }
}

#define AT_A_SITE(test) cmocka_unit_test_setup_teardown(test, open_site, close_site)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        AT_A_SITE(a_report_becomes_a_ticket_an_offer_and_a_word_to_the_dispatchers),
        AT_A_SITE(an_engineers_answer_is_done_once_and_told),
        AT_A_SITE(garbage_is_put_aside_and_its_neighbours_are_served),
        AT_A_SITE(every_byte_flipped_in_a_report_is_found),
        AT_A_SITE(the_same_report_said_again_is_the_same_ticket_and_other_words_are_put_aside),
        AT_A_SITE(a_big_backlog_is_decided_exactly_once),
        AT_A_SITE(a_new_plan_takes_effect_and_a_revoked_key_gets_no_letters),
        AT_A_SITE(a_plan_whose_word_never_came_takes_effect_all_the_same),
        AT_A_SITE(a_position_is_used_once_and_another_when_it_changes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
