/* incoming_test.c - letters: opened, recognised again, refused when they are not what they
 * seem, and never confirmed before the caller had them. */
#include "tests/client/fake.h"

#include "common/wire/names.h"

static const struct update *
ticket_update(uint8_t ticket, uint32_t version)
{
    static struct update u[8];
    static size_t turn;
    struct update *one = &u[turn++ % 8];
    *one = (struct update){ .kind = UPDATE_TICKET,
                            .verb = VERBS,
                            .place = PLACE_NONE,
                            .state = TICKET_QUEUED,
                            .version = version,
                            .at = 1000 };
    one->ticket.b[0] = ticket;
    return one;
}

static void
write_one(struct fake *f, uint64_t sequence, const struct update *u)
{
    const struct fake_letter w = { .territory = "t1",
                                   .recipient = "gw1",
                                   .incarnation = 1,
                                   .first = sequence,
                                   .updates = u,
                                   .count = 1 };
    fake_write(f, &w);
}

/* Takes what is there until nothing more comes for a while of turns. */
static void
settle(struct fake *f, struct fl_client *c)
{
    for (int quiet = 0; quiet < 10; quiet++) {
        while (fl_client_next(c) != NULL)
            quiet = 0;
        fake_together(f, c);
    }
}

static void
an_update_arrives_with_all_that_it_says(void **state)
{
    (void)state;
    struct fake *f = fake_new();
    struct fl_client *c = fake_client(f, 0);
    struct report_body words = { .text = STR("no light"),
                                 .contact = STR("555"),
                                 .name = STR("Li"),
                                 .place = PLACE_NONE,
                                 .hint = -1 };
    struct buf text = { 0 };
    body_put_report(&text, &words);
    struct update u = { .kind = UPDATE_OFFER,
                        .at = 12345,
                        .ticket = { { 7 } },
                        .number = "T1-0000000007-3",
                        .state = TICKET_OFFERED,
                        .version = 4,
                        .level = "severe",
                        .category = { "lighting" },
                        .site = { "depot" },
                        .customer = { "acme" },
                        .place = { 10, -20 },
                        .engineer = { "e07" },
                        .name = "Wang Fang",
                        .phone = "+86 1",
                        .due = 99999,
                        .repeats = 2,
                        .verb = VERBS,
                        .why = STR("nearest"),
                        .text = buf_str(&text) };
    write_one(f, 1, &u);
    assert_int_equal(fl_subscribe(c, false), FL_OK);
    const struct fl_happening *h = fake_await(f, c, FL_UPDATE);
    const struct fl_update *v = h->update;
    assert_string_equal(v->kind, "offer");
    assert_string_equal(v->territory, "t1");
    assert_string_equal(v->recipient, "gw1");
    assert_int_equal(v->sequence, 1);
    assert_false(v->repeated);
    assert_int_equal(v->at, 12345);
    assert_true(v->has_ticket && v->ticket[0] == 7 && !v->has_report);
    assert_string_equal(v->number, "T1-0000000007-3");
    assert_string_equal(v->state, "offered");
    assert_int_equal(v->version, 4);
    assert_string_equal(v->level, "severe");
    assert_string_equal(v->category, "lighting");
    assert_string_equal(v->site, "depot");
    assert_string_equal(v->customer, "acme");
    assert_true(v->has_place && v->lat_e7 == 10 && v->lon_e7 == -20);
    assert_string_equal(v->engineer, "e07");
    assert_string_equal(v->name, "Wang Fang");
    assert_string_equal(v->phone, "+86 1");
    assert_int_equal(v->due, 99999);
    assert_int_equal(v->repeats, 2);
    assert_string_equal(v->verb, "");
    assert_string_equal(v->refusal, "");
    assert_string_equal(v->why, "nearest");
    assert_string_equal(v->text, "no light");
    assert_string_equal(v->contact, "555");
    assert_string_equal(v->reporter, "Li");
    buf_fini(&text);
    fl_client_close(c);
    fake_free(f);
}

static void
an_update_is_confirmed_when_the_next_happening_is_taken(void **state)
{
    (void)state;
    struct fake *f = fake_new();
    struct fl_client *c = fake_client(f, 0);
    const struct update both[] = { *ticket_update(1, 1), *ticket_update(1, 2) };
    const struct fake_letter w = { .territory = "t1",
                                   .recipient = "gw1",
                                   .incarnation = 1,
                                   .first = 1,
                                   .updates = both,
                                   .count = 2 };
    fake_write(f, &w);
    fl_subscribe(c, false);
    fake_await(f, c, FL_UPDATE);
    for (int i = 0; i < 10; i++)
        fake_together(f, c);
    assert_int_equal(f->confirmed, 0);
    const struct fl_happening *h = fl_client_next(c); /* takes the first */
    assert_int_equal(h->update->version, 2);
    for (int i = 0; i < 10; i++)
        fake_together(f, c);
    assert_int_equal(f->confirmed, 0); /* a letter is confirmed whole */
    settle(f, c);
    assert_int_equal(f->confirmed, 2);
    fl_client_close(c);
    fake_free(f);
}

static void
a_repeat_is_known_as_one_also_by_the_next_process(void **state)
{
    (void)state;
    struct fake *f = fake_new();
    struct fl_client *c = fake_client(f, 0);
    for (uint64_t i = 1; i <= 4; i++)
        write_one(f, i, ticket_update(1, (uint32_t)i));
    fl_subscribe(c, false);
    for (uint64_t i = 1; i <= 3; i++)
        assert_int_equal(fake_await(f, c, FL_UPDATE)->update->sequence, i);
    /* The third is out but was not taken: the caller may have died over it. */
    assert_int_equal(fl_client_sync(c), FL_OK);
    fl_client_close(c);
    f->greeted = f->subscribed = false;
    for (size_t i = 0; i < f->mail_count; i++)
        f->mail[i].gone = false; /* no CONFIRM came through */
    c = fake_client(f, 0);
    fl_subscribe(c, false);
    for (uint64_t i = 1; i <= 4; i++) {
        const struct fl_update *u = fake_await(f, c, FL_UPDATE)->update;
        assert_int_equal(u->sequence, i);
        assert_int_equal(u->repeated, i <= 2);
    }
    settle(f, c);
    assert_int_equal(f->confirmed, 4);
    fl_client_close(c);
    fake_free(f);
}

static void
letters_that_do_not_open_are_told_and_never_confirmed(void **state)
{
    (void)state;
    struct fake *f = fake_new();
    struct fl_client *c = fake_client(f, 0);
    struct keys *stranger = keys_new();
    const struct fake_letter wrong[] = {
        { .territory = "t1",
          .recipient = "gw1",
          .incarnation = 1,
          .first = 1,
          .updates = ticket_update(1, 1),
          .count = 1,
          .sealer = stranger },
        { .territory = "t2",
          .recipient = "gw2",
          .incarnation = 1,
          .first = 1,
          .updates = ticket_update(1, 1),
          .count = 1 },
    };
    for (size_t i = 0; i < countof(wrong); i++)
        fake_write(f, &wrong[i]);
    write_one(f, 2, ticket_update(1, 2)); /* good, in t1, past the bad one */
    fl_subscribe(c, false);
    const struct fl_happening *h = fake_await(f, c, FL_UNSEALED);
    assert_non_null(strstr(h->text, "does not open"));
    assert_string_equal(h->territory, "t1");
    h = fake_await(f, c, FL_UNSEALED);
    assert_non_null(strstr(h->text, "somebody else's"));
    h = fake_await(f, c, FL_UPDATE);
    assert_int_equal(h->update->sequence, 2);
    settle(f, c);
    assert_int_equal(f->confirmed, 0); /* it would delete the one before */
    /* The true first letter comes through another broker. */
    buf_fini(&f->mail[0].bytes);
    f->mail[0] = (struct fake_mail){ 0 };
    size_t count = f->mail_count;
    write_one(f, 1, ticket_update(1, 1));
    f->mail[0] = f->mail[count];
    f->mail_count--;
    f->pushed = 0;
    h = fake_await(f, c, FL_UPDATE);
    assert_int_equal(h->update->sequence, 1);
    assert_false(h->update->repeated);
    settle(f, c);
    assert_int_equal(f->confirmed, 2);
    keys_free(stranger);
    fl_client_close(c);
    fake_free(f);
}

/* A good first letter of t1, taken out of the mailbox. */
static struct buf
letter_by_hand(struct fake *f)
{
    write_one(f, 1, ticket_update(1, 1));
    struct buf bytes = f->mail[--f->mail_count].bytes;
    f->mail[f->mail_count] = (struct fake_mail){ 0 };
    return bytes;
}

/* One letter through the client's hands; how it ended. */
static enum fl_kind
push_and_hear(struct fake *f, struct fl_client *c, struct str bytes, uint64_t last)
{
    struct message m = { .kind = MSG_UPDATE };
    m.update.territory = (struct territory_id){ "t1" };
    m.update.sequence = last;
    m.update.letter = bytes;
    fake_send(f, &f->peer, &m);
    const int64_t end = clock_mono_ms() + 60000;
    while (clock_mono_ms() < end) {
        const struct fl_happening *h = fl_client_next(c);
        if (h != NULL && (h->kind == FL_UPDATE || h->kind == FL_UNSEALED))
            return h->kind;
        if (h == NULL)
            fake_together(f, c);
    }
    return FL_DOWN;
}

static void
a_letter_cut_or_flipped_anywhere_is_never_an_update(void **state)
{
    (void)state;
    struct fake *f = fake_new();
    struct fl_client *c = fake_client(f, 0);
    struct buf bytes = letter_by_hand(f);
    fl_subscribe(c, false);
    fake_await(f, c, FL_UP);
    for (size_t len = 0; len < bytes.len; len += 1 + rng_below(&f->rng, 3))
        assert_int_equal(push_and_hear(f, c, (struct str){ (const char *)bytes.data, len }, 1),
                         FL_UNSEALED);
    /* What no seal covers is the head: a version number, a hash, a name, a signature. */
    size_t head = bytes.len - (64 + 2) - 34 - 8;
    for (size_t at = 0; at < head; at++) {
        bytes.data[at] ^= (uint8_t)(1u << rng_below(&f->rng, 8));
        assert_int_equal(push_and_hear(f, c, buf_str(&bytes), 1), FL_UNSEALED);
        buf_fini(&bytes);
        bytes = letter_by_hand(f);
    }
    assert_int_equal(push_and_hear(f, c, buf_str(&bytes), 1), FL_UPDATE);
    buf_fini(&bytes);
    fl_client_close(c);
    fake_free(f);
}

/* What the pool itself sealed is given out whole or not at all. */
static void
a_letter_of_which_one_update_cannot_be_read_gives_none(void **state)
{
    (void)state;
    struct fake *f = fake_new();
    struct fl_client *c = fake_client(f, 0);
    struct buf inside = { 0 };
    for (size_t maps = 1; maps <= 3; maps++)
        for (size_t bad = 0; bad <= maps; bad++) { /* bad == maps: each can be read */
            buf_clear(&inside);
            pack_array(&inside, maps);
            for (size_t i = 0; i < maps; i++) {
                if (i == bad)
                    pack_map(&inside, 0);
                else
                    body_put_update(&inside, ticket_update(1, 1));
            }
            fake_write(f, &(struct fake_letter){ .territory = "t1",
                                                 .recipient = "gw1",
                                                 .incarnation = 1,
                                                 .first = 1,
                                                 .count = 2,
                                                 .inside = buf_str(&inside) });
        }
    fl_subscribe(c, false);
    for (size_t maps = 1; maps <= 3; maps++)
        for (size_t bad = 0; bad <= maps; bad++) {
            if (maps == 2 && bad == 2) { /* as the letter says */
                assert_int_equal(fake_await(f, c, FL_UPDATE)->update->sequence, 1);
                assert_int_equal(fl_client_next(c)->update->sequence, 2);
                continue;
            }
            const struct fl_happening *h;
            while ((h = fl_client_next(c)) == NULL || h->kind == FL_UP)
                fake_together(f, c);
            assert_int_equal(h->kind, FL_UNSEALED);
            assert_non_null(strstr(h->text, "cannot be read"));
        }
    buf_fini(&inside);
    fl_client_close(c);
    fake_free(f);
}

static void
the_dispatchers_stream_opens_with_its_letters_own_key(void **state)
{
    (void)state;
    struct fake *f = fake_new();
    struct fl_client *c = fake_client(f, 0);
    struct update u = *ticket_update(3, 9);
    struct fake_letter w = {
        .territory = "t1", .incarnation = 1, .first = 41, .updates = &u, .count = 1, .watch = true
    };
    fake_write(f, &w);
    w.first = 42;
    fake_write(f, &w);
    fl_subscribe(c, true);
    const struct fl_happening *h = fake_await(f, c, FL_UPDATE);
    assert_string_equal(h->update->recipient, "watch");
    assert_int_equal(h->update->sequence, 41);
    fake_await(f, c, FL_UPDATE);
    settle(f, c);
    assert_int_equal(f->confirmed_watch, 42);
    assert_int_equal(f->confirmed, 0);
    fl_client_close(c);
    c = fake_client(f, 0); /* goes on where it was: the stream is not cut by confirming */
    fl_subscribe(c, true);
    fake_await(f, c, FL_UP);
    settle(f, c);
    assert_int_equal(f->watch_mark, 42);
    fl_client_close(c);
    fake_free(f);
}

static void
take_report(struct fl_client *c, const char *key, uint8_t id[16])
{
    const struct fl_report r = { .source = "mail.support",
                                 .message_key = key,
                                 .text = "it is broken",
                                 .site = "a",
                                 .hint = -1 };
    assert_int_equal(fl_report(c, &r, id), FL_OK);
}

static void
told_reports_and_events_are_covered(void **state)
{
    (void)state;
    struct fake *f = fake_new();
    struct fl_client *c = fake_client(f, 0);
    struct fl_counts n;
    uint8_t id[16];
    uint64_t epoch, counter;
    take_report(c, "1", id);
    const struct fl_event e = { .territory = "t1", .verb = "sync" };
    assert_int_equal(fl_event(c, &e, &epoch, &counter), FL_OK);
    fake_await(f, c, FL_ACCEPTED);
    fake_await(f, c, FL_ACCEPTED);
    fl_client_counts(c, &n);
    assert_int_equal(n.uncovered, 2);
    struct update opened = { .kind = UPDATE_OPENED, .verb = VERBS, .place = PLACE_NONE };
    struct update verdict = {
        .kind = UPDATE_VERDICT, .verb = VERB_SYNC, .place = PLACE_NONE, .event = { epoch, counter }
    };
    memcpy(opened.report.b, id, 16);
    memcpy(opened.ticket.b, id, 16);
    write_one(f, 1, &opened);
    write_one(f, 2, &verdict);
    fl_subscribe(c, false);
    settle(f, c);
    fl_client_counts(c, &n);
    assert_int_equal(n.uncovered, 0);
    assert_int_equal(n.kept, 2);
    fl_client_close(c);
    fake_free(f);
}

static void
a_new_incarnation_sends_what_is_kept_again(void **state)
{
    (void)state;
    struct fake *f = fake_new();
    struct fl_client *c = fake_client(f, 0);
    uint8_t id[16];
    take_report(c, "1", id);
    fake_await(f, c, FL_ACCEPTED);
    assert_int_equal(f->log_count, 1);
    const struct territory_id at = f->log[0].territory;
    struct update opened = { .kind = UPDATE_OPENED, .verb = VERBS, .place = PLACE_NONE };
    memcpy(opened.report.b, id, 16);
    struct fake_letter w = { .territory = at.s,
                             .recipient = "gw1",
                             .incarnation = 1,
                             .first = 1,
                             .updates = &opened,
                             .count = 1 };
    fake_write(f, &w);
    fl_subscribe(c, false);
    fake_await(f, c, FL_UPDATE);
    settle(f, c);
    assert_int_equal(f->confirmed, 1);
    w.incarnation = 2; /* the store was rolled back to before the report */
    w.updates = ticket_update(9, 1);
    fake_write(f, &w);
    f->mail[1].gone = false;
    const struct fl_happening *h = fake_await(f, c, FL_ROLLBACK);
    assert_string_equal(h->territory, at.s);
    h = fake_await(f, c, FL_UPDATE);
    assert_false(h->update->repeated); /* its sequences begin again */
    fake_await(f, c, FL_ACCEPTED);
    assert_int_equal(f->log_count, 2);
    assert_memory_equal(&f->log[0], &f->log[1], sizeof(f->log[0]));
    settle(f, c);
    /* A letter of the old life is no third incarnation. */
    w.incarnation = 1;
    w.first = 2;
    fake_write(f, &w);
    f->mail[2].gone = false;
    h = fake_await(f, c, FL_UPDATE);
    assert_true(h->update->repeated);
    settle(f, c);
    assert_int_equal(f->log_count, 2);
    fl_client_close(c);
    fake_free(f);
}

static void
two_heads_of_one_version_are_told(void **state)
{
    (void)state;
    struct fake *f = fake_new();
    struct fl_client *c = fake_client(f, 0);
    struct fake_letter w = { .territory = "t1",
                             .recipient = "gw1",
                             .incarnation = 1,
                             .first = 1,
                             .updates = ticket_update(1, 1),
                             .count = 1,
                             .head = { .version = 5, .chain = { { 1 } }, .signer = { "w1" } } };
    fake_write(f, &w);
    w.first = 2;
    w.head.chain.b[0] = 2;
    fake_write(f, &w);
    fl_subscribe(c, false);
    fake_await(f, c, FL_UPDATE);
    const struct fl_happening *h = fake_await(f, c, FL_ROLLBACK);
    assert_non_null(strstr(h->text, "two heads"));
    assert_int_equal(fake_await(f, c, FL_UPDATE)->update->sequence, 2);
    fl_client_close(c);
    fake_free(f);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_update_arrives_with_all_that_it_says),
        cmocka_unit_test(an_update_is_confirmed_when_the_next_happening_is_taken),
        cmocka_unit_test(a_repeat_is_known_as_one_also_by_the_next_process),
        cmocka_unit_test(letters_that_do_not_open_are_told_and_never_confirmed),
        cmocka_unit_test(a_letter_cut_or_flipped_anywhere_is_never_an_update),
        cmocka_unit_test(a_letter_of_which_one_update_cannot_be_read_gives_none),
        cmocka_unit_test(the_dispatchers_stream_opens_with_its_letters_own_key),
        cmocka_unit_test(told_reports_and_events_are_covered),
        cmocka_unit_test(a_new_incarnation_sends_what_is_kept_again),
        cmocka_unit_test(two_heads_of_one_version_are_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
