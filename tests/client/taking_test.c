/* taking_test.c - what the caller hands over: checked here, sealed once, known again. */
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
refuse_details(struct fl_client *c)
{
    static const int32_t lat = 5;
    static const int64_t debt = -1;
    static const struct fl_section twice[] = { { "handling", "a" }, { "handling", "b" } };
    static const struct fl_section none[] = { { "poetry", "a" } };
    static char much[9000];
    memset(much, 'w', sizeof(much) - 1);
    const struct fl_section long_one[] = { { "fault", much } };
    const struct fl_details bad[] = {
        { .reason = "mood" },
        { .until = -1 },
        { .engineer = "an engineer whose id does not fit" },
        { .lat_e7 = &lat },
        { .amount = &debt },
        { .code = "0123456789012345" },
        { .sections = twice, .sections_count = 2 },
        { .sections = none, .sections_count = 1 },
        { .sections = long_one, .sections_count = 1 },
    };
    for (size_t i = 0; i < countof(bad); i++) {
        const struct fl_event e = { .territory = "t1", .verb = "pend", .details = &bad[i] };
        assert_int_equal(fl_event(c, &e, NULL, NULL), FL_ERR_ARGUMENT);
    }
}

static void
arguments_that_no_broker_would_take_are_refused_here(void **state)
{
    (void)state;
    struct fake *f = fake_new();
    struct fl_client *c = fake_client(f, 0);
    uint8_t id[16];
    const int32_t far = 900000001, lon = 0;
    char *long_text = zalloc(40000);
    memset(long_text, 'x', 39999);
    const struct fl_report good = {
        .source = "mail.support", .message_key = "1", .text = "dark", .hint = -1
    };
    static const int much = 101, less = -1;
    struct fl_report bad[14];
    for (size_t i = 0; i < countof(bad); i++)
        bad[i] = good;
    bad[0].source = NULL;
    bad[1].message_key = "";
    bad[2].text = NULL;
    bad[3].site = "Not\na label";
    bad[4].lat_e7 = &lon; /* half a place */
    bad[5].lat_e7 = &far, bad[5].lon_e7 = &lon;
    bad[6].text = long_text;
    bad[7].hint = 200;
    bad[8].occurred_at = -1;
    bad[9].source = "Not A Name";
    bad[10].category = "not utf-8 \xff";
    bad[12].affected_pct = &much;
    bad[13].lost_pct = &less;
    bad[11].customer = "a customer's name that fits no id's array";
    for (size_t i = 0; i < countof(bad); i++)
        assert_int_equal(fl_report(c, &bad[i], id), FL_ERR_ARGUMENT);
    assert_int_equal(fl_report(c, &good, id), FL_OK);
    struct fl_report labelled = good; /* what the plan and the wire take */
    labelled.message_key = "2";
    labelled.category = "Caf\xc3\xa9 (main)";
    labelled.site = "Tower B/2";
    labelled.customer = "C-1001";
    assert_int_equal(fl_report(c, &labelled, id), FL_OK);
    struct fl_event e = { .territory = "t1", .verb = "dance" };
    assert_int_equal(fl_event(c, &e, NULL, NULL), FL_ERR_ARGUMENT);
    refuse_details(c);
    e.verb = "triage"; /* the engine's own */
    assert_int_equal(fl_event(c, &e, NULL, NULL), FL_ERR_ARGUMENT);
    e.verb = "sync";
    e.territory = "";
    assert_int_equal(fl_event(c, &e, NULL, NULL), FL_ERR_ARGUMENT);
    assert_int_equal(fl_place(c, "t1", far, 0), FL_ERR_ARGUMENT);
    assert_int_equal(waiting(c), 2);
    free(long_text);
    fl_client_close(c);
    fake_free(f);
}

/* What the pool opens is what the caller said. */
static void
a_report_is_sealed_to_the_pool_and_to_nobody_else(void **state)
{
    (void)state;
    struct fake *f = fake_new();
    struct fl_client *c = fake_client(f, 0);
    struct report_body body;
    struct message m;
    struct doc d;
    struct buf ad = { 0 }, plain = { 0 }, file = { 0 };
    struct seal_key k;
    uint8_t id[16];
    take_report(c, "1", "CANARY-WORDS", "a", id);
    assert_int_equal(fl_client_sync(c), FL_OK);
    assert_int_equal(spool_read(c->spool, 0, c->spool->lists[RECS_TO_ROUTE].first, &m), OK);
    assert_true(seal_key_between(&k, f->pool, keys_public(f->client)->seal, false));
    struct key_id own;
    memcpy(own.b, keys_public(f->client)->seal_id, 8);
    ad_report(&ad, m.report.pool_key, own, m.report.source, m.report.id);
    assert_int_equal(unseal(&plain, &k, buf_str(&ad), m.report.sealed), OK);
    doc_init(&d);
    assert_int_equal(body_get_report(&d, buf_str(&plain), &body), OK);
    assert_true(str_is(body.text, "CANARY-WORDS"));
    assert_true(body.occurred_at > 0);
    file_get(scratch_at(f->spool, "00000001.seg"), &file);
    assert_null(memmem(file.data, file.len, "CANARY", 6)); /* nor on the disk */
    doc_fini(&d);
    buf_fini(&ad);
    buf_fini(&plain);
    buf_fini(&file);
    fl_client_close(c);
    fake_free(f);
}

static void
an_events_details_are_sealed_as_the_protocol_has_them(void **state)
{
    (void)state;
    struct fake *f = fake_new();
    struct fl_client *c = fake_client(f, 0);
    struct event_body body;
    struct message m;
    struct doc d;
    struct arena arena = { 0 };
    struct buf ad = { 0 }, plain = { 0 };
    struct seal_key k;
    struct key_id own;
    static const int64_t two = 2;
    static const struct fl_section papers[] = { { "lessons", "b" }, { "handling", "a" } };
    const struct fl_details details = { .reason = "absent",
                                        .until = 5000,
                                        .engineer = "chen.wei",
                                        .amount = &two,
                                        .name = "fan tray",
                                        .sections = papers,
                                        .sections_count = 2 };
    const struct fl_event e = {
        .territory = "t1", .verb = "pend", .note = "nobody", .details = &details
    };
    assert_int_equal(fl_event(c, &e, NULL, NULL), FL_OK);
    assert_int_equal(fl_client_sync(c), FL_OK);
    assert_int_equal(spool_read(c->spool, 1, c->spool->lists[RECS_EVENTS].first, &m), OK);
    assert_true(seal_key_between(&k, f->pool, keys_public(f->client)->seal, false));
    memcpy(own.b, keys_public(f->client)->seal_id, 8);
    ad_event(&ad, m.event.pool_key, own, &m);
    assert_int_equal(unseal(&plain, &k, buf_str(&ad), m.event.sealed), OK);
    doc_init(&d);
    assert_int_equal(body_get_event(&d, &arena, buf_str(&plain), &body, NULL), OK);
    assert_true(str_is(body.note, "nobody"));
    assert_int_equal(body.reason, REASON_ABSENT);
    assert_int_equal(body.until, 5000);
    assert_string_equal(body.engineer.s, "chen.wei");
    assert_int_equal(body.amount, 2);
    assert_string_equal(body.name, "fan tray");
    assert_int_equal(body.sections, 1u << SECTION_HANDLING | 1u << SECTION_LESSONS);
    doc_fini(&d);
    arena_fini(&arena);
    buf_fini(&ad);
    buf_fini(&plain);
    fl_client_close(c);
    fake_free(f);
}

static void
the_same_message_is_the_same_report_for_the_next_process_too(void **state)
{
    (void)state;
    struct fake *f = fake_new();
    struct fl_client *c = fake_client(f, 0);
    uint8_t id[16];
    take_report(c, "1", "dark", "a", id);
    fl_client_close(c);
    c = fake_client(f, 0);
    take_report(c, "1", "dark", "a", id);
    assert_int_equal(waiting(c), 1);
    take_report(c, "1", "darker", "a", id);
    assert_int_equal(waiting(c), 2);
    fl_client_close(c);
    fake_free(f);
}

static void
an_events_counter_goes_on_in_the_next_process(void **state)
{
    (void)state;
    struct fake *f = fake_new();
    struct fl_event e = { .territory = "t1", .verb = "sync" };
    uint64_t epoch = 0, counter = 0, first = 0;
    for (uint64_t life = 1; life <= 3; life++) {
        struct fl_client *c = fake_client(f, 0);
        assert_int_equal(fl_event(c, &e, &epoch, &counter), FL_OK);
        first = first == 0 ? epoch : first;
        assert_int_equal(epoch, first);
        assert_int_equal(counter, life);
        fl_client_close(c);
    }
    scratch_empty(f->spool); /* lost: then a greater epoch */
    struct fl_client *c = fake_client(f, 0);
    assert_int_equal(fl_event(c, &e, &epoch, &counter), FL_OK);
    assert_true(epoch > first);
    assert_int_equal(counter, 1);
    fl_client_close(c);
    fake_free(f);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arguments_that_no_broker_would_take_are_refused_here),
        cmocka_unit_test(a_report_is_sealed_to_the_pool_and_to_nobody_else),
        cmocka_unit_test(an_events_details_are_sealed_as_the_protocol_has_them),
        cmocka_unit_test(the_same_message_is_the_same_report_for_the_next_process_too),
        cmocka_unit_test(an_events_counter_goes_on_in_the_next_process),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
