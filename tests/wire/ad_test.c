/* ad_test.c - associated data, byte for byte. The bytes were packed by another library from
 * the arrays of docs/protocol.md: whoever changes one of them locks out every client. */
#include "common/wire/body.h"
#include "tests/wire/draw.h"

static const struct key_id pool = { { 0x10, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17 } };
static const struct key_id sender = { { 0x20, 0x21, 0x22, 0x23, 0x24, 0x25, 0x26, 0x27 } };
static const struct territory_id north = { "north" };
static const struct principal_id anna = { "anna" };
static struct incarnation incarnation; /* 0x30 .. 0x3f */
static struct ticket_id ticket;        /* 0x50 .. 0x5f */
static struct chain chain;             /* 0x60 .. 0x7f */
static struct buf out;

static void
assert_said(const char *hex)
{
    char said[512];
    assert_true(out.len < 256);
    hex_of(said, out.data, out.len);
    assert_string_equal(said, hex);
    buf_clear(&out);
}

static void
a_report_is_bound_to_its_source_and_id(void **state)
{
    struct report_id id;
    (void)state;
    memcpy(id.b, ticket.b, sizeof(id.b));
    ad_report(&out, pool, sender, (struct source_id){ "mail.support" }, id);
    assert_said("9601a67265706f7274c4081011121314151617c4082021222324252627ac6d61696c2e737570706f72"
                "74c410505152535455565758595a5b5c5d5e5f");
}

static void
an_event_is_bound_to_all_that_its_header_says(void **state)
{
    struct message m = { .kind = MSG_EVENT };
    (void)state;
    m.event.id = (struct event_id){ 1700000000, 12 };
    m.event.territory = north;
    m.event.ticket = ticket;
    m.event.seen = 3;
    m.event.verb = VERB_ACCEPT;
    m.event.occurred_at = 1700000000123;
    ad_event(&out, pool, sender, &m);
    assert_said("9b01a56576656e74c4081011121314151617c4082021222324252627ce6553f1000ca56e6f727468c4"
                "10505152535455565758595a5b5c5d5e5f03a6616363657074cf0000018bcfe5687b");
    m.event.id = (struct event_id){ 1, 1 };
    m.event.seen = 0;
    m.event.verb = VERBS;
    m.event.occurred_at = 0;
    ad_event(&out, pool, sender, &m);
    assert_said("9b01a56576656e74c4081011121314151617c40820212223242526270101a56e6f727468c410505152"
                "535455565758595a5b5c5d5e5f00a000");
}

static void
a_place_is_bound_to_its_territory_and_instant(void **state)
{
    struct message m = { .kind = MSG_PLACE };
    (void)state;
    m.place.territory = north;
    m.place.at = 1700000000123;
    ad_place(&out, pool, sender, &m);
    assert_said("9601a5706c616365c4081011121314151617c4082021222324252627a56e6f727468cf0000018bcfe5"
                "687b");
}

static void
what_goes_down_is_bound_to_its_recipient_and_sequences(void **state)
{
    const struct letter l = {
        .territory = north, .recipient = anna, .incarnation = incarnation, .first = 300, .count = 7
    };
    (void)state;
    ad_letter(&out, &l);
    assert_said("9801a66c6574746572a4646f776ea56e6f727468a4616e6e61c410303132333435363738393a3b3c"
                "3d3e3fcd012c07");
    ad_watch(&out, north, incarnation, 300);
    assert_said("9501a57761746368a56e6f727468c410303132333435363738393a3b3c3d3e3fcd012c");
}

static void
heads_and_records_at_rest_are_bound_to_their_territory(void **state)
{
    (void)state;
    ad_head(&out, north, incarnation, 70000, chain);
    assert_said("9601a468656164a56e6f727468c410303132333435363738393a3b3c3d3e3fce00011170c420606162"
                "636465666768696a6b6c6d6e6f707172737475767778797a7b7c7d7e7f");
    ad_rest(&out, "ticket", north, str_bytes(ticket.b, sizeof(ticket.b)));
    assert_said("9401a67469636b6574a56e6f727468c410505152535455565758595a5b5c5d5e5f");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_report_is_bound_to_its_source_and_id),
        cmocka_unit_test(an_event_is_bound_to_all_that_its_header_says),
        cmocka_unit_test(a_place_is_bound_to_its_territory_and_instant),
        cmocka_unit_test(what_goes_down_is_bound_to_its_recipient_and_sequences),
        cmocka_unit_test(heads_and_records_at_rest_are_bound_to_their_territory),
    };
    for (uint8_t i = 0; i < sizeof(incarnation.b); i++)
        incarnation.b[i] = (uint8_t)(0x30 + i);
    for (uint8_t i = 0; i < sizeof(ticket.b); i++)
        ticket.b[i] = (uint8_t)(0x50 + i);
    for (uint8_t i = 0; i < sizeof(chain.b); i++)
        chain.b[i] = (uint8_t)(0x60 + i);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    buf_fini(&out);
    return failed;
}
