/* intake_test.c - taking, batching, acknowledging, against a store that this file plays: second
 * bodies of store_append, store_place and store_is_up. */
#include <setjmp.h>
#include <stdarg.h>

#include "broker/intake.h"
#include "common/wire/body.h"
#include "common/wire/codec.h"
#include "tests/seed.h"

#include <cmocka.h>

enum { CALLS = 2048, MESSAGES = 20000, LANES = 5 };

static struct append_call {
    struct territory_id t;
    size_t count;
    store_fn *fn;
    void *context;
} calls[CALLS];
static size_t calls_first, calls_end;
static uint64_t appended; /* entries, all together */
static bool is_up;

/* What each number was told: 0 nothing yet. */
static uint8_t told[MESSAGES];
static struct codec codec;

bool
store_is_up(struct store *s)
{
    (void)s;
    return is_up;
}

void
store_append(struct store *s, struct territory_id t, const struct intake_entry *list, size_t count,
             uint64_t inbox_max, store_fn *fn, void *context)
{
    (void)s;
    size_t bytes = 0;
    assert_int_equal(inbox_max, 1000000);
    assert_true(count >= 1 && count <= BATCH_ENTRIES);
    for (size_t i = 0; i < count; i++) {
        assert_memory_equal(list[i].bytes.at, "body", 4);
        assert_string_equal(list[i].who.s, "gw");
        bytes += list[i].bytes.len;
    }
    assert_true(bytes <= BATCH_BYTES);
    appended += count;
    calls[calls_end++ % CALLS] = (struct append_call){ t, count, fn, context };
    assert_true(calls_end - calls_first <= CALLS);
}

void
store_place(struct store *s, struct territory_id t, struct engineer_id e, struct str sealed,
            store_fn *fn, void *context)
{
    (void)s;
    assert_string_equal(e.s, "gw");
    assert_memory_equal(sealed.at, "body", 4);
    calls[calls_end++ % CALLS] = (struct append_call){ t, 1, fn, context };
}

static bool
answer_first(enum err err)
{
    if (calls_first == calls_end)
        return false;
    struct append_call call = calls[calls_first++ % CALLS];
    call.fn(call.context, err);
    return true;
}

static enum err
hear(void *context, const struct peer_id *to, struct str bytes)
{
    (void)context;
    (void)to;
    struct message m;
    assert_int_equal(codec_decode(&codec, bytes, &m), OK);
    assert_int_equal(told[m.number], 0); /* one answer a request */
    told[m.number] = (uint8_t)m.kind;
    return OK;
}

static const char *
code_of(void *context, struct territory_id t)
{
    (void)context;
    (void)t;
    return "N1";
}

struct fixture {
    struct peers peers;
    struct voice voice;
    struct intake intake;
    struct peer *peer;
    char body[60000];
};

static void
on_drop(void *context, struct peer *p)
{
    (void)context;
    (void)p;
}

static int
set_up(void **state)
{
    struct fixture *f = zalloc(sizeof(*f));
    calls_first = calls_end = 0;
    appended = 0;
    is_up = true;
    memset(told, 0, sizeof(told));
    memcpy(f->body, "body", 4);
    codec_init(&codec);
    peers_init(&f->peers, on_drop, NULL);
    voice_init(&f->voice, hear, NULL);
    intake_init(&f->intake, NULL, &f->peers, &f->voice, 1000000);
    f->intake.code_of = code_of;
    f->peer = peers_heard(&f->peers, &(struct peer_id){ .b = { 1 }, .len = 1 }, 0, 0);
    *state = f;
    return 0;
}

static int
tear_down(void **state)
{
    struct fixture *f = *state;
    while (answer_first(ERR_CLOSED))
        ;
    peers_fini(&f->peers);
    intake_fini(&f->intake);
    voice_fini(&f->voice);
    codec_fini(&codec);
    free(f);
    return 0;
}

static void
take(struct fixture *f, uint64_t number, size_t lane, size_t len)
{
    struct principal_id who = { "gw" };
    struct territory_id t = { "t0" };
    struct message m = { .kind = number % 2 == 0 ? MSG_REPORT : MSG_EVENT, .number = number };
    t.s[1] = (char)('0' + lane);
    memcpy(m.report.id.b, &number, m.kind == MSG_REPORT ? sizeof(number) : 0);
    intake_take(&f->intake, f->peer, &who, t, &m, str_bytes(f->body, len));
}

/* When nothing of the last flush is waited for any more. */
static void
flush_later(struct fixture *f)
{
    f->intake.now_ms += LINGER_MS;
    intake_flush(&f->intake, false);
}

static void
nothing_is_accepted_before_the_store_has_said_so(void **state)
{
    struct fixture *f = *state;
    take(f, 2, 0, 100);
    take(f, 3, 0, 100);
    intake_flush(&f->intake, false);
    assert_int_equal(calls_end, 1);
    assert_int_equal(told[2], 0);
    assert_int_equal(f->peer->open, 2);
    answer_first(OK);
    assert_int_equal(told[2], MSG_ACCEPTED);
    assert_int_equal(told[3], MSG_ACCEPTED);
    assert_int_equal(f->peer->open, 0);
    assert_true(intake_is_idle(&f->intake));
}

static void
a_full_inbox_and_a_lost_store_are_answered_busy(void **state)
{
    struct fixture *f = *state;
    const enum err answers[] = { ERR_BUSY, ERR_CLOSED, ERR_IO };
    for (uint64_t i = 0; i < countof(answers); i++) {
        take(f, i, 0, 100);
        flush_later(f);
        answer_first(answers[i]);
        assert_int_equal(told[i], MSG_BUSY);
    }
    assert_int_equal(f->intake.accepted, 0);
    uint32_t retry_ms;
    assert_null(intake_busy(&f->intake, true, &retry_ms));
    f->intake.memory_short = true;
    assert_string_equal(intake_busy(&f->intake, true, &retry_ms), "memory");
    assert_null(intake_busy(&f->intake, false, &retry_ms)); /* events free memory in the end */
    is_up = false;
    assert_string_equal(intake_busy(&f->intake, false, &retry_ms), "store");
    assert_true(retry_ms > 0);
}

static void
what_comes_while_a_batch_is_in_flight_gathers_into_one(void **state)
{
    struct fixture *f = *state;
    for (uint64_t i = 0; i < 50; i++) {
        take(f, i, 0, 100);
        flush_later(f);
    }
    assert_int_equal(calls_end, 1);
    answer_first(OK);
    flush_later(f);
    assert_int_equal(calls_end, 2);
    assert_int_equal(calls[1].count, 49);
    take(f, 50, 1, 100); /* another territory does not wait for the answer */
    flush_later(f);
    assert_int_equal(calls_end, 3);
    take(f, 51, 0, 100);
    intake_flush(&f->intake, true); /* draining */
    assert_int_equal(calls_end, 4);
}

static void
lanes_leave_together_and_the_first_at_once(void **state)
{
    struct fixture *f = *state;
    assert_true(intake_wait_ms(&f->intake) == INT64_MAX);
    take(f, 0, 0, 100);
    intake_flush(&f->intake, false);
    assert_int_equal(calls_end, 1);
    take(f, 1, 1, 100);
    take(f, 2, 2, 100);
    f->intake.now_ms += LINGER_MS - 1;
    intake_flush(&f->intake, false);
    assert_int_equal(calls_end, 1);
    assert_int_equal(intake_wait_ms(&f->intake), 1);
    f->intake.now_ms += intake_wait_ms(&f->intake);
    intake_flush(&f->intake, false);
    assert_int_equal(calls_end, 3);
    assert_true(intake_wait_ms(&f->intake) == INT64_MAX);
}

static void
a_place_is_acknowledged_like_an_event(void **state)
{
    struct fixture *f = *state;
    struct principal_id who = { "gw" };
    struct message m = { .kind = MSG_PLACE, .number = 9 };
    m.place.territory = (struct territory_id){ "t1" };
    intake_place(&f->intake, f->peer, &who, &m, STR("body of a place"));
    answer_first(OK);
    assert_int_equal(told[9], MSG_ACCEPTED);
}

static void
a_peer_that_is_gone_or_replaced_is_told_nothing(void **state)
{
    struct fixture *f = *state;
    take(f, 4, 0, 100);
    intake_flush(&f->intake, false);
    f->peer = peers_heard(&f->peers, &f->peer->id, 77, 1); /* another key, the same routing id */
    answer_first(OK);
    assert_int_equal(told[4], 0);
    assert_int_equal(f->peer->open, 0);
}

static void
a_store_that_hangs_is_noticed(void **state)
{
    struct fixture *f = *state;
    take(f, 4, 0, 100);
    intake_flush(&f->intake, false);
    f->intake.now_ms += INTAKE_STALLED_MS - 1;
    assert_false(intake_is_stalled(&f->intake));
    f->intake.now_ms += 1;
    assert_true(intake_is_stalled(&f->intake));
    answer_first(OK);
    assert_false(intake_is_stalled(&f->intake));
}

/* Every number gets one answer, batches keep their bounds, and the bound on all is kept. */
static void
every_message_is_answered_once_under_any_load(void **state)
{
    struct fixture *f = *state;
    struct rng r = seed();
    uint64_t number = 0;
    while (number < MESSAGES) {
        f->intake.now_ms += (int64_t)rng_below(&r, 3);
        for (uint64_t n = rng_below(&r, 700); n > 0 && number < MESSAGES; n--) {
            if (intake_is_full(&f->intake))
                break;
            size_t len = rng_below(&r, 50) == 0 ? 4 + rng_below(&r, 59000) : 4 + rng_below(&r, 600);
            take(f, number++, rng_below(&r, 3) == 0 ? rng_below(&r, LANES) : 0, len);
            assert_true(f->intake.bytes <= INTAKE_BYTES + sizeof(f->body));
            assert_true(f->intake.batches <= INTAKE_BATCHES);
        }
        intake_flush(&f->intake, false);
        for (uint64_t n = rng_below(&r, 6); n > 0; n--)
            answer_first(rng_below(&r, 20) == 0 ? ERR_CLOSED : OK);
    }
    do
        intake_flush(&f->intake, true);
    while (answer_first(OK));
    for (uint64_t i = 0; i < MESSAGES; i++)
        assert_true(told[i] == MSG_ACCEPTED || told[i] == MSG_BUSY);
    assert_int_equal(appended, MESSAGES);
    assert_int_equal(f->peer->open, 0);
    assert_int_equal(f->intake.bytes, 0);
    assert_true(intake_is_idle(&f->intake));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(nothing_is_accepted_before_the_store_has_said_so, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_full_inbox_and_a_lost_store_are_answered_busy, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(what_comes_while_a_batch_is_in_flight_gathers_into_one,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(lanes_leave_together_and_the_first_at_once, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_place_is_acknowledged_like_an_event, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_peer_that_is_gone_or_replaced_is_told_nothing, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_store_that_hangs_is_noticed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(every_message_is_answered_once_under_any_load, set_up,
                                        tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
