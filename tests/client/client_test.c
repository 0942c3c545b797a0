/* client_test.c - opening and its refusals, and the whole road through a broker that loses,
 * repeats, delays, refuses and dies. */
#include "tests/client/fake.h"

static int
open_with(const struct fl_options *o, char why[300])
{
    struct fl_client *c = NULL;
    int e = fl_client_open(&c, o, why, 300);
    assert_true((e == FL_OK) == (c != NULL));
    fl_client_close(c);
    return e;
}

static void
an_option_that_is_wrong_is_named(void **state)
{
    (void)state;
    struct fake *f = fake_new();
    const char *brokers[] = { f->endpoint, NULL }, *bad_endpoint[] = { "nonsense", NULL };
    const struct fl_options good = { .brokers = brokers,
                                     .broker_key = keys_public(f->keys)->curve,
                                     .pool_key = f->pool_hex,
                                     .key_file = f->key_file,
                                     .spool = f->spool };
    struct fl_options o = good;
    char why[300];
    assert_int_equal(open_with(&o, why), FL_OK);
    o.pool_key = "1234";
    assert_int_equal(open_with(&o, why), FL_ERR_OPTION);
    assert_non_null(strstr(why, "pool_key"));
    o = good;
    o.broker_key = "short";
    assert_int_equal(open_with(&o, why), FL_ERR_OPTION);
    o = good;
    o.brokers = bad_endpoint;
    assert_int_equal(open_with(&o, why), FL_ERR_OPTION);
    assert_non_null(strstr(why, "nonsense"));
    o = good;
    o.spool = NULL;
    assert_int_equal(open_with(&o, why), FL_ERR_OPTION);
    assert_non_null(strstr(why, "spool"));
    o = good;
    o.spool = "/proc/none";
    assert_int_equal(open_with(&o, why), FL_ERR_SPOOL);
    assert_non_null(strstr(why, "/proc/none"));
    fake_free(f);
}

static void
a_key_file_that_others_may_read_is_refused(void **state)
{
    (void)state;
    struct fake *f = fake_new();
    const char *brokers[] = { f->endpoint, NULL };
    const struct fl_options o = { .brokers = brokers,
                                  .broker_key = keys_public(f->keys)->curve,
                                  .pool_key = f->pool_hex,
                                  .key_file = f->key_file,
                                  .spool = f->spool };
    char why[300];
    assert_int_equal(chmod(f->key_file, 0640), 0);
    assert_int_equal(open_with(&o, why), FL_ERR_KEY);
    assert_non_null(strstr(why, f->key_file));
    fake_free(f);
}

static void
one_spool_is_for_one_client(void **state)
{
    (void)state;
    struct fake *f = fake_new();
    struct fl_client *c = fake_client(f, 0);
    const char *brokers[] = { f->endpoint, NULL };
    const struct fl_options o = { .brokers = brokers,
                                  .broker_key = keys_public(f->keys)->curve,
                                  .pool_key = f->pool_hex,
                                  .key_file = f->key_file,
                                  .spool = f->spool };
    char why[300];
    assert_int_equal(open_with(&o, why), FL_ERR_SPOOL);
    assert_non_null(strstr(why, "another process"));
    fl_client_close(c);
    assert_int_equal(open_with(&o, why), FL_OK);
    fake_free(f);
}

static void
a_reports_id_is_what_the_protocol_says(void **state)
{
    (void)state;
    uint8_t id[16], again[16], want[16];
    /* hashlib.blake2b(b"mail.support\0<1@x>", digest_size=16, person=b"faultline-report") */
    assert_true(hex_to(want, 16, STR("8da4d951aa602dbef6a8ad186cef88d2")));
    fl_report_id("mail.support", "<1@x>", id);
    assert_memory_equal(id, want, 16);
    fl_report_id("mail.support", "<2@x>", again);
    assert_memory_not_equal(id, again, 16);
}

/* ---- the whole road */

struct said { /* what the caller heard of one report or event */
    unsigned accepted, refused;
};

struct run {
    struct fake *f;
    struct fl_client *c;
    struct said *reports, *events;
    uint8_t (*ids)[16];
    size_t reports_count, events_count, accepted, refused;
    struct map by_id;
};

static void
run_report(struct run *u)
{
    char key[32], site[2] = { (char)('a' + rng_below(&u->f->rng, 20)), '\0' };
    size_t n = u->reports_count++;
    snprintf(key, sizeof(key), "m%zu", n);
    struct fl_report r = {
        .source = "mail.support", .message_key = key, .text = "no light", .site = site, .hint = -1
    };
    assert_int_equal(fl_report(u->c, &r, u->ids[n]), FL_OK);
    map_put(&u->by_id, u->ids[n], &u->reports[n]);
}

static void
run_event(struct run *u)
{
    uint64_t counter;
    struct fl_event e = { .territory = "t1", .verb = "note", .note = "so it is" };
    e.ticket[0] = (uint8_t)rng_below(&u->f->rng, 4);
    assert_int_equal(fl_event(u->c, &e, NULL, &counter), FL_OK);
    assert_int_equal(counter, ++u->events_count);
}

static void
run_listen(struct run *u)
{
    const struct fl_happening *h;
    while ((h = fl_client_next(u->c)) != NULL) {
        if (h->kind != FL_ACCEPTED && h->kind != FL_REFUSED)
            continue;
        struct said *s = h->is_event ? &u->events[h->counter] : map_get(&u->by_id, h->id);
        assert_non_null(s);
        *(h->kind == FL_ACCEPTED ? &s->accepted : &s->refused) += 1;
        *(h->kind == FL_ACCEPTED ? &u->accepted : &u->refused) += 1;
    }
}

/* Everything recorded was accepted, once in the caller's ears and at one address; events about
 * one ticket in the order they were made. */
static void
run_check(struct run *u)
{
    struct fake *f = u->f;
    uint64_t last[4] = { 0 };
    struct map seen;
    map_init(&seen, 16);
    for (size_t i = 0; i < f->log_count; i++) {
        struct fake_entry *e = &f->log[i];
        if (e->counter == 0) {
            const struct fake_entry *before = map_put(&seen, e->id, e);
            assert_true(before == NULL || same_id(before->territory, e->territory));
            continue;
        }
        assert_true(e->counter <= last[e->id[0]] + 1000);
        if (e->counter > last[e->id[0]]) /* else a repeat */
            last[e->id[0]] = e->counter;
        for (size_t j = i + 1; j < f->log_count; j++)
            if (f->log[j].counter != 0 && f->log[j].counter < e->counter &&
                f->log[j].id[0] == e->id[0]) { /* older ones only as repeats */
                bool repeat = false;
                for (size_t k = 0; k < i; k++)
                    repeat = repeat || f->log[k].counter == f->log[j].counter;
                assert_true(repeat);
            }
    }
    for (size_t i = 0; i < u->reports_count; i++)
        assert_true(u->reports[i].accepted == 0 || map_get(&seen, u->ids[i]) != NULL);
    assert_in_range(seen.count, u->reports_count - u->refused, u->reports_count);
    map_fini(&seen);
}

static struct run
run_new(size_t window)
{
    enum { MOST = 4096 };
    struct run u = { .f = fake_new() };
    u.c = fake_client(u.f, window);
    u.reports = zalloc(MOST * sizeof(*u.reports));
    u.events = zalloc(MOST * sizeof(*u.events));
    u.ids = zalloc(MOST * sizeof(*u.ids));
    map_init(&u.by_id, 16);
    return u;
}

static void
run_free(struct run *u)
{
    fl_client_close(u->c);
    fake_free(u->f);
    free(u->reports);
    free(u->events);
    free(u->ids);
    map_fini(&u->by_id);
}

static void
run_until_done(struct run *u, int64_t limit_ms)
{
    const int64_t end = clock_mono_ms() + limit_ms;
    struct fl_counts n;
    do {
        fake_together(u->f, u->c);
        run_listen(u);
        fl_client_counts(u->c, &n);
    } while (n.waiting > 0 && clock_mono_ms() < end);
    assert_int_equal(n.waiting, 0);
    assert_int_equal(n.in_flight, 0);
}

static void
all_is_accepted_once_by_a_good_broker(void **state)
{
    (void)state;
    struct run u = run_new(64);
    for (int i = 0; i < 1000; i++) {
        run_report(&u);
        if (i % 10 == 0)
            run_event(&u);
    }
    run_until_done(&u, 60000);
    run_check(&u);
    assert_int_equal(u.accepted, u.reports_count + u.events_count);
    assert_int_equal(u.f->log_count, u.accepted);
    for (size_t i = 1; i < u.f->log_count; i++) /* nothing was lost: counters are in order */
        for (size_t j = i; u.f->log[i].counter > 0 && j-- > 0;)
            if (u.f->log[j].counter > 0) {
                assert_int_equal(u.f->log[i].counter, u.f->log[j].counter + 1);
                break;
            }
    run_free(&u);
}

static void
all_is_accepted_as_recorded_through_losses_repeats_delays_and_deaths(void **state)
{
    (void)state;
    struct run u = run_new(50);
    u.f->chaos = (struct fake_chaos){
        .busy = 30, .drop = 20, .twice = 50, .late = 150, .forget_address = 100, .hang_up = 25
    };
    const int64_t end = clock_mono_ms() + 60000;
    for (int i = 0; i < 1500 && clock_mono_ms() < end; i++) {
        run_report(&u);
        if (i % 5 == 0)
            run_event(&u);
        for (int turns = i % 8 == 0 ? 4 : 0; turns > 0; turns--) {
            run_listen(&u);
            fake_together(u.f, u.c);
        }
        if (i % 400 == 399)
            u.f->plan++;
        if (i % 500 == 250) { /* the broker is killed */
            fake_down(u.f);
            fake_up(u.f);
        }
        if (i % 500 == 450) { /* the client is */
            assert_int_equal(fl_client_sync(u.c), FL_OK);
            run_listen(&u); /* what was not taken would not be told again */
            fl_client_close(u.c);
            u.c = fake_client(u.f, 50);
        }
    }
    size_t hellos = u.f->hellos;
    u.f->chaos = (struct fake_chaos){ .busy = 10, .twice = 50, .late = 100 };
    run_until_done(&u, 60000);
    run_check(&u);
    print_message("%zu appended for %zu, after %zu greetings; %zu heard, %zu refused\n",
                  u.f->log_count, u.reports_count + u.events_count, hellos, u.accepted, u.refused);
    assert_true(hellos > 5 && u.f->log_count > u.accepted); /* the trouble did happen */
    assert_int_equal(u.accepted + u.refused, u.reports_count + u.events_count);
    for (size_t i = 0; i < u.reports_count; i++)
        assert_int_equal(u.reports[i].accepted + u.reports[i].refused, 1);
    run_free(&u);
}

/* Until so many requests have come, and then some turns for those too many. */
static void
run_flood(struct run *u, size_t requests)
{
    const int64_t end = clock_mono_ms() + 60000;
    for (int after = 0; after < 30 && clock_mono_ms() < end;) {
        fake_together(u->f, u->c);
        run_listen(u);
        after += u->f->requests >= requests;
    }
    assert_int_equal(u->f->requests, requests);
}

static void
the_window_is_never_passed(void **state)
{
    (void)state;
    struct run u = run_new(37);
    u.f->mute = true;
    u.c->tempo.resend_ms = u.c->tempo.dead_ms = 100000;
    for (int i = 0; i < 200; i++)
        run_report(&u);
    run_flood(&u, 37);
    fl_client_close(u.c);
    u.f->requests = 0;
    u.f->window = 11; /* the broker's is smaller */
    u.c = fake_client(u.f, 37);
    u.c->tempo.resend_ms = u.c->tempo.dead_ms = 100000;
    run_flood(&u, 11);
    run_free(&u);
}

static void
what_was_taken_outlives_the_client(void **state)
{
    (void)state;
    struct run u = run_new(0);
    fake_down(u.f);
    for (int i = 0; i < 100; i++)
        run_report(&u);
    for (int i = 0; i < 20; i++)
        run_event(&u);
    fl_client_close(u.c);
    fake_up(u.f);
    u.c = fake_client(u.f, 0);
    run_until_done(&u, 60000);
    assert_int_equal(u.accepted, 120);
    run_check(&u);
    run_free(&u);
}

static void
a_broker_that_is_down_is_left_for_the_next(void **state)
{
    (void)state;
    struct fake *f = fake_new();
    struct fl_client *c;
    char nobody[160], why[300];
    snprintf(nobody, sizeof(nobody), "%s-not", f->endpoint);
    const char *brokers[] = { nobody, f->endpoint, nobody, NULL };
    const struct fl_options o = { .brokers = brokers,
                                  .broker_key = keys_public(f->keys)->curve,
                                  .pool_key = f->pool_hex,
                                  .key_file = f->key_file,
                                  .spool = f->spool };
    assert_int_equal(fl_client_open(&c, &o, why, sizeof(why)), FL_OK);
    c->tempo.greet_ms = 60;
    c->tempo.backoff_ms = 2;
    assert_string_equal(fl_client_principal(c), "");
    const struct fl_happening *h = fake_await(f, c, FL_UP);
    assert_string_equal(h->text, f->endpoint);
    assert_string_equal(fl_client_principal(c), "gw1");
    assert_string_equal(fl_client_role(c), "gateway");
    const char *const *list;
    assert_int_equal(fl_client_territories(c, &list), 2);
    assert_string_equal(list[1], "t1");
    c->tempo.ping_ms = c->tempo.ping_asking_ms = 20;
    c->tempo.dead_ms = 60;
    fake_down(f);
    h = fake_await(f, c, FL_DOWN);
    assert_non_null(strstr(h->text, "silent"));
    fake_up(f);
    fake_await(f, c, FL_UP);
    fl_client_close(c);
    fake_free(f);
}

static void
a_silent_connection_is_pinged_and_lives(void **state)
{
    (void)state;
    struct fake *f = fake_new();
    struct fl_client *c = fake_client(f, 0);
    c->tempo.ping_ms = 5;
    c->tempo.dead_ms = 1000; /* more than one who shares the processor is kept waiting */
    fake_await(f, c, FL_UP);
    const int64_t end = clock_mono_ms() + c->tempo.dead_ms + 100;
    while (clock_mono_ms() < end) {
        fake_together(f, c);
        const struct fl_happening *h = fl_client_next(c);
        assert_true(h == NULL || h->kind != FL_DOWN);
    }
    assert_int_equal(f->hellos, 1);
    fl_client_close(c);
    fake_free(f);
}

static void
a_question_is_answered_or_refused(void **state)
{
    (void)state;
    struct fake *f = fake_new();
    struct fl_client *c = fake_client(f, 0);
    assert_int_equal(fl_query(c, "status"), FL_OK);
    assert_int_equal(fl_query(c, ""), FL_ERR_ARGUMENT);
    const struct fl_happening *h = fake_await(f, c, FL_ANSWER);
    assert_string_equal(h->text, "status");
    assert_int_equal(h->value_len, 1);
    assert_memory_equal(h->value, "\xc3", 1);
    assert_int_equal(fl_query(c, "weather"), FL_OK);
    h = fake_await(f, c, FL_ANSWER);
    assert_null(h->value);
    assert_string_equal(h->code, "query");
    assert_int_equal(fl_place(c, "t1", 10, 20), FL_OK);
    assert_int_equal(fl_place(c, "t1", 11, 21), FL_OK); /* the latest alone */
    while (f->places == 0)
        fake_together(f, c);
    assert_int_equal(f->places, 1);
    fl_client_close(c);
    fake_free(f);
}

static void
an_engineers_place_goes_home_without_being_told_where_that_is(void **state)
{
    (void)state;
    struct fake *f = fake_new();
    f->home = "t1";
    struct fl_client *c = fake_client(f, 0);
    assert_string_equal(fl_client_home(c), "");
    assert_int_equal(fl_place(c, NULL, 10, 20), FL_ERR_ARGUMENT); /* not greeted: nobody knows */
    fake_await(f, c, FL_UP);
    assert_string_equal(fl_client_home(c), "t1");
    assert_string_equal(fl_client_role(c), "engineer");
    assert_int_equal(fl_place(c, NULL, 10, 20), FL_OK);
    while (f->places == 0)
        fake_together(f, c);
    assert_string_equal(f->placed.s, "t1");
    fl_client_close(c);
    fake_free(f);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_option_that_is_wrong_is_named),
        cmocka_unit_test(a_key_file_that_others_may_read_is_refused),
        cmocka_unit_test(one_spool_is_for_one_client),
        cmocka_unit_test(a_reports_id_is_what_the_protocol_says),
        cmocka_unit_test(all_is_accepted_once_by_a_good_broker),
        cmocka_unit_test(all_is_accepted_as_recorded_through_losses_repeats_delays_and_deaths),
        cmocka_unit_test(the_window_is_never_passed),
        cmocka_unit_test(what_was_taken_outlives_the_client),
        cmocka_unit_test(a_broker_that_is_down_is_left_for_the_next),
        cmocka_unit_test(a_silent_connection_is_pinged_and_lives),
        cmocka_unit_test(a_question_is_answered_or_refused),
        cmocka_unit_test(an_engineers_place_goes_home_without_being_told_where_that_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
