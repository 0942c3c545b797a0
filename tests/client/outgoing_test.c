/* outgoing_test.c - what each answer of a broker does to a report. */
#include "tests/client/fake.h"

static void
take_report(struct fl_client *c, const char *key, const char *text, const char *site,
            uint8_t id[16])
{
    const struct fl_report r = {
        .source = "mail.support", .message_key = key, .text = text, .site = site, .hint = -1
    };
    assert_int_equal(fl_report(c, &r, id), FL_OK);
}

static size_t
waiting(struct fl_client *c)
{
    struct fl_counts n;
    fl_client_counts(c, &n);
    return n.waiting;
}

static void
a_refused_report_is_told_and_not_sent_again(void **state)
{
    (void)state;
    struct fake *f = fake_new();
    struct fl_client *c = fake_client(f, 0);
    uint8_t id[16];
    f->refuse_with = "source";
    f->refuse_next = 1;
    take_report(c, "1", "dark", "a", id);
    const struct fl_happening *h = fake_await(f, c, FL_REFUSED);
    assert_string_equal(h->code, "source");
    assert_string_equal(h->text, "says the test's broker");
    assert_memory_equal(h->id, id, 16);
    assert_int_equal(waiting(c), 0);
    take_report(c, "1", "dark", "a", id); /* the plan was mended: it is new again */
    fake_await(f, c, FL_ACCEPTED);
    fl_client_close(c);
    fake_free(f);
}

static void
twenty_busys_are_a_pause_or_two_and_lose_nothing(void **state)
{
    (void)state;
    struct fake *f = fake_new();
    struct fl_client *c = fake_client(f, 0);
    uint8_t id[16];
    f->busy_next = 20;
    for (int i = 0; i < 20; i++) {
        char key[16];
        snprintf(key, sizeof(key), "%d", i);
        take_report(c, key, "dark", "a", id);
    }
    size_t busy = 0, accepted = 0;
    const int64_t end = clock_mono_ms() + 60000;
    while (accepted < 20 && clock_mono_ms() < end) {
        const struct fl_happening *h = fl_client_next(c);
        if (h == NULL) {
            fake_together(f, c);
            continue;
        }
        accepted += h->kind == FL_ACCEPTED;
        if (h->kind == FL_BUSY) {
            busy++;
            assert_in_range(h->wait_ms, 1, 1000);
            assert_string_equal(h->text, "the inbox is full");
        }
    }
    assert_int_equal(accepted, 20);
    assert_in_range(busy, 1, 5); /* a wave of them is one pause */
    assert_int_equal(f->log_count, 20);
    fl_client_close(c);
    fake_free(f);
}

static void
an_address_refused_at_first_is_asked_for_again(void **state)
{
    (void)state;
    struct fake *f = fake_new();
    struct fl_client *c = fake_client(f, 0);
    uint8_t id[16];
    take_report(c, "1", "dark", "a", id);
    fake_await(f, c, FL_ACCEPTED);
    assert_int_equal(f->routes, 1);
    f->refuse_with = "address";
    f->refuse_next = 1;
    f->plan = 2;
    take_report(c, "2", "dark", "a", id); /* its address is remembered from the first */
    fake_await(f, c, FL_ACCEPTED);
    assert_int_equal(f->routes, 2);
    assert_memory_not_equal(&f->log[0].territory, &f->log[1].territory, 16);
    fl_client_close(c);
    fake_free(f);
}

static void
an_address_that_may_be_in_use_is_kept_until_it_is_refused(void **state)
{
    (void)state;
    struct fake *f = fake_new();
    struct fl_client *c = fake_client(f, 0);
    uint8_t id[16];
    f->lose_next = 1; /* appended, but the answer is lost */
    take_report(c, "1", "dark", "a", id);
    while (f->log_count < 1)
        fake_together(f, c);
    f->plan = 2;
    fake_await(f, c, FL_ACCEPTED);
    assert_int_equal(f->log_count, 2);
    assert_memory_equal(&f->log[0], &f->log[1], sizeof(f->log[0]));
    assert_int_equal(f->routes, 1);
    f->lose_next = 1;
    take_report(c, "2", "dark", "b", id);
    while (f->log_count < 3)
        fake_together(f, c);
    f->refuse_with = "address";
    f->refuse_next = 1;
    assert_string_equal(fake_await(f, c, FL_REFUSED)->code, "address");
    assert_int_equal(f->routes, 2);
    fl_client_close(c);
    fake_free(f);
}

static void
a_revoked_key_keeps_the_report(void **state)
{
    (void)state;
    struct fake *f = fake_new();
    struct fl_client *c = fake_client(f, 0);
    uint8_t id[16];
    f->refuse_with = "key";
    f->refuse_next = 1;
    take_report(c, "1", "dark", "a", id);
    const struct fl_happening *h = fake_await(f, c, FL_DOWN);
    assert_non_null(strstr(h->text, "key"));
    assert_int_equal(waiting(c), 1);
    fake_await(f, c, FL_ACCEPTED); /* the operator put it right */
    fl_client_close(c);
    fake_free(f);
}

static void
other_content_under_a_known_id_follows_the_first_to_its_address(void **state)
{
    (void)state;
    struct fake *f = fake_new();
    struct fl_client *c = fake_client(f, 0);
    uint8_t id[16], again[16];
    take_report(c, "1", "dark", "a", id);
    take_report(c, "1", "dark", "a", id); /* the same: nothing new */
    assert_int_equal(waiting(c), 1);
    take_report(c, "1", "very dark", "b", again); /* elsewhere, by its own headers */
    assert_memory_equal(id, again, 16);
    assert_int_equal(waiting(c), 2);
    fake_await(f, c, FL_ACCEPTED);
    fake_await(f, c, FL_ACCEPTED);
    assert_int_equal(f->log_count, 2);
    assert_memory_equal(&f->log[0].territory, &f->log[1].territory, 16);
    assert_int_not_equal(f->log[0].number, f->log[1].number);
    take_report(c, "1", "dark", "a", id); /* accepted before: asks the same again */
    fake_await(f, c, FL_ACCEPTED);
    assert_int_equal(f->log[2].number, f->log[0].number);
    fl_client_close(c);
    fake_free(f);
}

static void
equal_headers_are_asked_for_once(void **state)
{
    (void)state;
    struct fake *f = fake_new();
    struct fl_client *c = fake_client(f, 0);
    uint8_t id[16];
    take_report(c, "0", "dark", "a", id);
    fake_await(f, c, FL_ACCEPTED);
    for (int i = 1; i < 50; i++) {
        char key[16];
        snprintf(key, sizeof(key), "%d", i);
        take_report(c, key, "dark", "a", id);
    }
    for (int i = 1; i < 50; i++)
        fake_await(f, c, FL_ACCEPTED);
    assert_int_equal(f->routes, 1);
    fl_client_close(c);
    fake_free(f);
}

/* fake_route's territories are strips of a cell's height. */
static void
take_at(struct fl_client *c, int32_t lat, const char *site, const char *customer)
{
    static int key;
    const int32_t lon = 1500;
    char text[16];
    uint8_t id[16];
    snprintf(text, sizeof(text), "at%d", key++);
    const struct fl_report r = { .source = "mail.support",
                                 .message_key = text,
                                 .text = "dark",
                                 .site = site,
                                 .customer = customer,
                                 .lat_e7 = &lat,
                                 .lon_e7 = &lon,
                                 .hint = -1 };
    assert_int_equal(fl_report(c, &r, id), FL_OK);
}

static void
a_cell_of_places_is_asked_for_once(void **state)
{
    static const struct {
        int32_t lat;
        const char *site, *customer;
        size_t routes;
    } table[] = {
        { -500, NULL, NULL, 1 },  { -1, NULL, NULL, 1 },    { -1000, NULL, NULL, 1 },
        { -1001, NULL, NULL, 2 }, { 0, NULL, NULL, 3 },     { 999, NULL, NULL, 3 },
        { 998, "a", NULL, 4 },    { 998, NULL, "acme", 5 }, { 997, NULL, NULL, 5 },
    };
    (void)state;
    struct fake *f = fake_new();
    struct fl_client *c = fake_client(f, 0);
    for (size_t i = 0; i < countof(table); i++) {
        take_at(c, table[i].lat, table[i].site, table[i].customer);
        fake_await(f, c, FL_ACCEPTED);
        assert_int_equal(f->routes, table[i].routes);
    }
    fl_client_close(c);
    fake_free(f);
}

static void
reports_that_waited_for_a_question_do_not_ask_it_again(void **state)
{
    (void)state;
    struct fake *f = fake_new();
    struct fl_client *c = fake_client(f, 1);
    for (int32_t i = 0; i < 20; i++)
        take_at(c, 100 + i, NULL, NULL);
    for (int i = 0; i < 20; i++)
        fake_await(f, c, FL_ACCEPTED);
    assert_int_equal(f->routes, 1);
    fl_client_close(c);
    fake_free(f);
}

static void
another_plan_or_a_refused_address_forgets_the_cells(void **state)
{
    (void)state;
    struct fake *f = fake_new();
    struct fl_client *c = fake_client(f, 0);
    take_at(c, 500, NULL, NULL);
    fake_await(f, c, FL_ACCEPTED);
    f->plan = 2;
    take_at(c, 1500, NULL, NULL); /* brings the news */
    fake_await(f, c, FL_ACCEPTED);
    assert_int_equal(f->routes, 2);
    take_at(c, 501, NULL, NULL);
    fake_await(f, c, FL_ACCEPTED);
    assert_int_equal(f->routes, 3);
    assert_memory_not_equal(&f->log[0].territory, &f->log[2].territory, 16);
    f->refuse_with = "address";
    f->refuse_next = 1;
    take_at(c, 502, NULL, NULL);
    fake_await(f, c, FL_ACCEPTED);
    assert_int_equal(f->routes, 4);
    take_at(c, 1501, NULL, NULL);
    fake_await(f, c, FL_ACCEPTED);
    assert_int_equal(f->routes, 5);
    fl_client_close(c);
    fake_free(f);
}

static void
bytes_that_the_disk_has_altered_are_told_and_the_rest_goes_on(void **state)
{
    (void)state;
    struct fake *f = fake_new();
    struct fl_client *c = fake_client(f, 0);
    struct buf file = { 0 };
    uint8_t id[16], other[16];
    take_report(c, "1", "dark", "a", id);
    take_report(c, "2", "dark", "b", other);
    assert_int_equal(fl_client_sync(c), FL_OK);
    const char *path = scratch_at(f->spool, "00000001.seg");
    file_get(path, &file);
    struct rec *r = c->spool->lists[RECS_TO_ROUTE].first;
    int fd = open(path, O_WRONLY);
    assert_int_equal(pwrite(fd, "\xff\xff", 2, (off_t)r->spot.offset + 40), 2);
    close(fd);
    const struct fl_happening *h = fake_await(f, c, FL_REFUSED);
    assert_string_equal(h->code, "spool");
    assert_memory_equal(h->id, id, 16);
    assert_memory_equal(fake_await(f, c, FL_ACCEPTED)->id, other, 16);
    buf_fini(&file);
    fl_client_close(c);
    fake_free(f);
}

static void
a_refused_subscription_is_told(void **state)
{
    (void)state;
    struct fake *f = fake_new();
    struct fl_client *c = fake_client(f, 0);
    static const uint8_t none[16];
    f->no_watch = true;
    fl_subscribe(c, true);
    const struct fl_happening *h = fake_await(f, c, FL_REFUSED);
    assert_string_equal(h->code, "role");
    assert_memory_equal(h->id, none, 16);
    fl_client_close(c);
    fake_free(f);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_refused_report_is_told_and_not_sent_again),
        cmocka_unit_test(twenty_busys_are_a_pause_or_two_and_lose_nothing),
        cmocka_unit_test(an_address_refused_at_first_is_asked_for_again),
        cmocka_unit_test(an_address_that_may_be_in_use_is_kept_until_it_is_refused),
        cmocka_unit_test(a_revoked_key_keeps_the_report),
        cmocka_unit_test(other_content_under_a_known_id_follows_the_first_to_its_address),
        cmocka_unit_test(equal_headers_are_asked_for_once),
        cmocka_unit_test(a_cell_of_places_is_asked_for_once),
        cmocka_unit_test(reports_that_waited_for_a_question_do_not_ask_it_again),
        cmocka_unit_test(another_plan_or_a_refused_address_forgets_the_cells),
        cmocka_unit_test(bytes_that_the_disk_has_altered_are_told_and_the_rest_goes_on),
        cmocka_unit_test(a_refused_subscription_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
