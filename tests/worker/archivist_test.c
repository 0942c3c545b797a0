/* archivist_test.c - a worker puts the old part of a log away, and only that, and loses nothing. */
#include "common/store/history.h"
#include "tests/worker/house.h"
#include "workers/archivist.h"

struct site {
    struct house h;
    struct worker *w;
};

static void
start(struct site *s)
{
    s->w = worker_new(&s->h.conf, "worker");
    TURN_UNTIL(s->w, serves(s->w, NORTH) && serves(s->w, TRIAGE));
}

static int
open_site(void **state)
{
    struct site *s = zalloc(sizeof(*s));
    house_new(&s->h);
    snprintf(s->h.conf.archive, sizeof(s->h.conf.archive), "%s/archive", s->h.redis.dir);
    s->h.conf.archive_after_s = 1;
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

static struct territory *
north(const struct site *s)
{
    return map_get(&s->w->by_id, &NORTH);
}

/* Tickets that are opened and cancelled, a commit each or more. */
static void
work(struct site *s, int from, int to)
{
    for (int i = from; i < to; i++) {
        char key[16];
        snprintf(key, sizeof(key), "w%d", i);
        send_report(&s->h, key, "no power");
        drain(&s->h, s->w);
        send_event(&s->h, D1, VERB_CANCEL, ticket_of(report_id(key)));
        drain(&s->h, s->w);
    }
}

static size_t
in_redis(struct site *s, const char *command, const char *key)
{
    int64_t n = -1;
    assert_true(str_int(str_of(SAY(s->h.operator_, command, key)), &n));
    return (size_t)n;
}

static bool
all_is_away(struct site *s)
{
    return in_redis(s, "XLEN", "fl:{north}:log") == 1 &&
           in_redis(s, "HLEN", "fl:{north}:closed") <= 1; /* the newest entry's */
}

/* ---- reading */

struct past {
    struct site *site;
    uint64_t version, files;
    struct chain chain;
    struct map tickets; /* those that open as closed tickets */
};

static enum err
on_entry(void *context, const struct log_entry *e)
{
    struct past *r = context;
    assert_int_equal(e->version, r->version + 1);
    assert_memory_equal(&e->parent, &r->chain, sizeof(r->chain));
    r->version = e->version;
    r->chain = e->chain;
    return OK;
}

static void
on_fault(void *context unused, const char *words)
{
    fail_msg("%s", words);
}

static void
on_file(void *context, const char *name unused, const struct archive *a)
{
    struct past *r = context;
    assert_true(archive_signed(a, keys_public(r->site->h.keys[WORKER])->sign));
    assert_string_equal(a->head.signer.s, "worker");
    r->files++;
}

static enum err
on_ticket(void *context, enum record_hash h unused, struct str id, struct str sealed)
{
    struct past *r = context;
    struct str plain;
    assert_int_equal(
        rest_open_record(&r->site->w->x.rest, RECORD_CLOSED, NORTH, id, sealed, &plain), OK);
    map_put(&r->tickets, id.at, r);
    return OK;
}

/* The log is one, from 1 to the head, and `tickets` closed ones are to be had. Returns the files.
 */
static uint64_t
check_whole(struct site *s, size_t tickets)
{
    struct past r = { .site = s };
    struct head h;
    struct buf why = { 0 };
    const struct history_reader reader = { on_entry, on_fault, on_file, &r };
    map_init(&r.tickets, sizeof(struct ticket_id));
    assert_int_equal(history_log(s->h.operator_, s->h.conf.archive, NORTH, &reader), OK);
    assert_int_equal(store_head(s->h.operator_, NORTH, &h), OK);
    assert_int_equal(r.version, h.version);
    assert_memory_equal(&r.chain, &h.chain, sizeof(h.chain));
    assert_int_equal(history_tickets(s->h.conf.archive, NORTH, on_ticket, &r, &why), OK);
    assert_int_equal(store_tickets(s->h.operator_, NORTH, true, on_ticket, &r), OK);
    assert_int_equal(r.tickets.count, tickets);
    map_fini(&r.tickets);
    return r.files;
}

/* All entries are older than a second, and a bit, and nothing is on its way. */
static void
age(struct site *s)
{
    int64_t until = clock_wall_ms() + 1200;
    TURN_UNTIL(s->w, clock_wall_ms() > until && at_rest(s->w));
}

/* ---- the tests */

static void
what_has_grown_old_is_put_away_and_the_newest_entry_stays(void **state)
{
    struct site *s = *state;
    start(s);
    work(s, 0, 5);
    TURN_UNTIL(s->w, all_is_away(s));
    assert_true(check_whole(s, 5) >= 1);
    work(s, 5, 8);
    check_whole(s, 8);
    TURN_UNTIL(s->w, all_is_away(s));
    check_whole(s, 8);
    /* a ticket that is known for ever opens no second one */
    send_report(&s->h, "w2", "no power");
    drain(&s->h, s->w);
    assert_int_equal(in_redis(s, "HLEN", "fl:{north}:tickets"), 0);
}

static void
what_is_young_or_not_anchored_stays(void **state)
{
    struct site *s = *state;
    s->h.conf.archive_after_s = 3600;
    start(s);
    work(s, 0, 3);
    size_t was = in_redis(s, "XLEN", "fl:{north}:log");
    TURN_UNTIL(s->w, north(s)->anchored == north(s)->head.version && at_rest(s->w));
    north(s)->archive_at = 0;
    assert_true(archivist_look(north(s), &s->w->x));
    assert_int_equal(in_redis(s, "XLEN", "fl:{north}:log"), was);
    age(s);
    s->h.conf.archive_after_s = 1;
    north(s)->archive_at = 0;
    north(s)->anchored = 2;
    assert_true(archivist_look(north(s), &s->w->x));
    assert_int_equal(in_redis(s, "XLEN", "fl:{north}:log"), was - 2);
    check_whole(s, 3);
}

static void
copy_aof(struct site *s, const char *from, const char *to)
{
    char command[400];
    house_down(&s->h);
    snprintf(command, sizeof(command), "cd '%s' && rm -rf '%s' && cp -a '%s' '%s'", s->h.redis.dir,
             to, from, to);
    assert_int_equal(system(command), 0);
    house_up(&s->h);
    TURN_UNTIL(s->w, store_is_up(s->w->x.store) && serves(s->w, NORTH));
}

/* The store as it was just before: as if the worker had been killed after the rename. */
static void
a_file_that_is_there_already_is_not_written_again(void **state)
{
    struct site *s = *state;
    s->h.conf.archive_after_s = 3600;
    start(s);
    work(s, 0, 4);
    copy_aof(s, "appendonlydir", "before");
    s->h.conf.archive_after_s = 1;
    TURN_UNTIL(s->w, all_is_away(s));
    uint64_t files = check_whole(s, 4);
    s->h.conf.archive_after_s = 3600;
    copy_aof(s, "before", "appendonlydir");
    assert_true(in_redis(s, "XLEN", "fl:{north}:log") > 1);
    check_whole(s, 4); /* both have them */
    s->h.conf.archive_after_s = 1;
    north(s)->archive_at = 0;
    TURN_UNTIL(s->w, all_is_away(s));
    assert_int_equal(check_whole(s, 4), files);
}

static void
without_a_folder_to_write_to_nothing_leaves_and_work_goes_on(void **state)
{
    struct site *s = *state;
    char right[sizeof(s->h.conf.archive)];
    memcpy(right, s->h.conf.archive, sizeof(right));
    snprintf(s->h.conf.archive, sizeof(s->h.conf.archive), "/dev/null/archive");
    start(s);
    work(s, 0, 2);
    size_t was = in_redis(s, "XLEN", "fl:{north}:log");
    TURN_UNTIL(s->w, north(s)->archive_told_at != 0);
    work(s, 2, 3);
    assert_true(in_redis(s, "XLEN", "fl:{north}:log") > was);
    memcpy(s->h.conf.archive, right, sizeof(right));
    north(s)->archive_at = 0;
    TURN_UNTIL(s->w, all_is_away(s));
    check_whole(s, 3);
}

static void
a_log_that_was_changed_is_not_put_away(void **state)
{
    struct site *s = *state;
    s->h.conf.archive_after_s = 3600;
    start(s);
    work(s, 0, 3);
    struct store *hand = private_store(&s->h.redis, "worker");
    assert_int_equal(store_up(hand, 60000), OK);
    assert_string_equal(SAY(hand, "XDEL", "fl:{north}:log", "2-0"), "1");
    store_free(hand);
    size_t was = in_redis(s, "XLEN", "fl:{north}:log");
    s->h.conf.archive_after_s = 1;
    north(s)->archive_at = 0;
    TURN_UNTIL(s->w, north(s)->archive_told_at != 0);
    assert_int_equal(in_redis(s, "XLEN", "fl:{north}:log"), was);
}

static void
who_holds_no_more_cannot_put_away(void **state)
{
    struct site *s = *state;
    struct head h, taken;
    s->h.conf.archive_after_s = 3600;
    start(s);
    work(s, 0, 3);
    TURN_UNTIL(s->w, north(s)->anchored == north(s)->head.version && at_rest(s->w));
    age(s);
    struct store *thief = private_store(&s->h.redis, "worker");
    assert_int_equal(store_head(thief, NORTH, &h), OK);
    assert_int_equal(store_take(thief, NORTH, h.holder, private_nonce(7), "thief", NULL, &taken),
                     OK);
    size_t was = in_redis(s, "XLEN", "fl:{north}:log");
    s->h.conf.archive_after_s = 1;
    north(s)->archive_at = 0;
    assert_true(archivist_look(north(s), &s->w->x));
    assert_int_equal(in_redis(s, "XLEN", "fl:{north}:log"), was);
    check_whole(s, 3); /* its file says nothing that is not so */
    store_free(thief);
}

#define AT_A_SITE(test) cmocka_unit_test_setup_teardown(test, open_site, close_site)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        AT_A_SITE(what_has_grown_old_is_put_away_and_the_newest_entry_stays),
        AT_A_SITE(what_is_young_or_not_anchored_stays),
        AT_A_SITE(a_file_that_is_there_already_is_not_written_again),
        AT_A_SITE(without_a_folder_to_write_to_nothing_leaves_and_work_goes_on),
        AT_A_SITE(a_log_that_was_changed_is_not_put_away),
        AT_A_SITE(who_holds_no_more_cannot_put_away),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
