/* territory_test.c - taken, fenced, rolled back, in doubt, poisoned, reloaded. */
#include "tests/worker/house.h"
#include "workers/chain.h"

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

static struct territory *
north(const struct site *s)
{
    return map_get(&s->w->by_id, &NORTH);
}

/* The process is gone from one moment to the next: nothing is released. */
static void
kill_worker(struct site *s)
{
    worker_land(s->w);
    for (size_t i = 0; i < s->w->count; i++)
        territory_drop(s->w->list[i], &s->w->x);
    lease_free(s->w->x.lease);
    s->w->x.lease = NULL;
    struct store *dead = s->w->x.store;
    const struct store_options o = { "unix:/nowhere/at/all", NULL, NULL, false };
    s->w->x.store = store_new(&o);
    store_free(dead);
    worker_free(s->w);
    s->w = NULL;
}

static void
new_worker(struct site *s)
{
    s->w = worker_new(&s->h.conf, "worker");
    TURN_UNTIL(s->w, serves(s->w, NORTH) && serves(s->w, TRIAGE));
}

static struct head
head_of(struct site *s)
{
    struct head head;
    assert_int_equal(store_head(s->h.operator_, NORTH, &head), OK);
    return head;
}

static struct store *
thief(struct site *s)
{
    return private_store(&s->h.redis, "worker");
}

static void
work(struct site *s, int from, int to)
{
    for (int i = from; i < to; i++) {
        char key[16];
        snprintf(key, sizeof(key), "w%d", i);
        send_report(&s->h, key, "no power");
    }
    drain(&s->h, s->w);
}

static void
who_lost_the_nonce_is_fenced_and_takes_over_again_when_the_other_falls_silent(void **state)
{
    struct site *s = *state;
    struct head h, taken;
    struct store *other = thief(s);
    work(s, 0, 3);
    h = head_of(s);
    assert_int_equal(store_take(other, NORTH, h.holder, private_nonce(7), "thief", NULL, &taken),
                     OK);
    send_report(&s->h, "late", "no power");
    TURN_UNTIL(s->w, north(s)->standing == TERRITORY_AWAY);
    assert_int_equal(head_of(s).version, h.version); /* nothing was written */
    assert_int_equal(inbox_length(&s->h), 1);

    /* the thief never beats: after the lease, and not before, it is ours again */
    int64_t lost_at = clock_mono_ms();
    drain(&s->h, s->w);
    assert_true(clock_mono_ms() - lost_at >= s->h.conf.lease_ms / 2);
    assert_int_equal(count_kind(read_mail(&s->h, G1, false), UPDATE_OPENED), 4);
    store_free(other);
}

/* The other took it and gave it back; there is nothing to commit that would be refused. */
static void
who_slept_through_a_takeover_takes_again_what_it_believes_to_hold(void **state)
{
    struct site *s = *state;
    struct head h, taken;
    struct store *other = thief(s);
    work(s, 0, 3);
    h = head_of(s);
    assert_int_equal(store_take(other, NORTH, h.holder, private_nonce(7), "thief", NULL, &taken),
                     OK);
    assert_int_equal(store_release(other, NORTH, private_nonce(7)), OK);
    assert_true(serves(s->w, NORTH)); /* so it thinks */
    const struct nonce nobody = { 0 };
    TURN_UNTIL(s->w, (taken = head_of(s), !same_id(taken.holder, nobody)));
    assert_true(same_id(taken.holder, north(s)->nonce));
    assert_int_equal(taken.version, h.version);
    store_free(other);
}

/* What a turn does: reads what comes after all that is in flight, applies it, queues the commit. */
static void
apply_next(struct site *s, size_t most)
{
    struct territory *t = north(s);
    struct inbox in = { .territory = NORTH };
    struct arena a = { 0 };
    int64_t redis_ms;
    memcpy(in.cursor, t->tip.cursor, sizeof(in.cursor));
    assert_int_equal(store_read(s->w->x.store, &in, 1, most, 1000, &a, &redis_ms), OK);
    assert_true(in.count > 0);
    assert_int_equal(turn_apply(t, &s->w->x, in.entries, in.count), in.count);
    arena_fini(&a);
}

/* As if the connection had been lost before the answers came. */
static void
lose_answers(struct site *s)
{
    struct territory *t = north(s);
    assert_int_equal(store_wait(s->w->x.store, 60000), OK);
    for (size_t i = 0; i < t->flights_count; i++) {
        assert_int_equal(t->flights[i]->answer, OK);
        t->flights[i]->answer = ERR_CLOSED;
    }
    territory_settle(t, &s->w->x);
    assert_int_equal(t->standing, TERRITORY_IN_DOUBT);
}

static void
a_lost_answer_is_asked_for_again_and_counts_once(void **state)
{
    struct site *s = *state;
    struct territory *t = north(s);
    work(s, 0, 2);
    /* A commit whose answer never came: the same bytes go again. */
    uint64_t version = t->head.version;
    send_report(&s->h, "lost", "no power");
    apply_next(s, 10);
    struct nonce lost = t->flights[0]->commit.id;
    lose_answers(s);
    send_report(&s->h, "next", "no power");

    territory_repeat(t, &s->w->x);
    assert_int_equal(store_wait(s->w->x.store, 60000), OK);
    assert_int_equal(t->flights[0]->answer, ERR_DUPLICATE);
    assert_memory_equal(&t->flights[0]->commit.id, &lost, sizeof(lost));
    territory_settle(t, &s->w->x);
    assert_int_equal(t->standing, TERRITORY_SERVED);
    assert_int_equal(t->head.version, version + 1);
    drain(&s->h, s->w);
    assert_int_equal(count_kind(read_mail(&s->h, G1, false), UPDATE_OPENED), 4);
}

/* The head knows only the last commit's id: to the first one repeated it says DIVERGED. */
static void
two_in_flight_whose_answers_were_lost_are_both_there_once(void **state)
{
    struct site *s = *state;
    struct territory *t = north(s);
    work(s, 0, 1);
    uint64_t version = t->head.version;
    send_report(&s->h, "a", "no power");
    send_report(&s->h, "b", "no power");
    apply_next(s, 1);
    apply_next(s, 1);
    assert_int_equal(t->flights_count, 2);
    assert_false(territory_has_room(t));
    lose_answers(s);
    assert_int_equal(t->head.version, version);

    territory_repeat(t, &s->w->x);
    assert_int_equal(store_wait(s->w->x.store, 60000), OK);
    assert_int_equal(t->flights[0]->answer, ERR_DIVERGED);
    assert_int_equal(t->flights[1]->answer, ERR_DUPLICATE);
    territory_settle(t, &s->w->x);
    assert_int_equal(t->standing, TERRITORY_SERVED);
    assert_int_equal(t->flights_count, 0);
    assert_int_equal(t->head.version, version + 2);
    assert_int_equal(head_of(s).version, version + 2);
    work(s, 1, 2);
    assert_int_equal(count_kind(read_mail(&s->h, G1, false), UPDATE_OPENED), 4);
}

/* The first is there and its answer was lost; the second never came. */
static void
of_two_in_flight_the_one_that_never_came_is_sent_after_the_other(void **state)
{
    struct site *s = *state;
    struct territory *t = north(s);
    work(s, 0, 1);
    uint64_t version = t->head.version;
    send_report(&s->h, "a", "no power");
    send_report(&s->h, "b", "no power");
    struct inbox in = { .territory = NORTH };
    struct arena a = { 0 };
    int64_t redis_ms;
    memcpy(in.cursor, t->tip.cursor, sizeof(in.cursor));
    assert_int_equal(store_read(s->w->x.store, &in, 1, 10, 1000, &a, &redis_ms), OK);
    assert_int_equal(in.count, 2);
    assert_int_equal(turn_apply(t, &s->w->x, in.entries, 1), 1);
    assert_int_equal(store_wait(s->w->x.store, 60000), OK);
    t->flights[0]->answer = ERR_CLOSED;
    house_down(&s->h);
    assert_int_equal(turn_apply(t, &s->w->x, in.entries + 1, 1), 1);
    (void)!store_wait(s->w->x.store, 1000);
    arena_fini(&a);
    territory_settle(t, &s->w->x);
    assert_int_equal(t->standing, TERRITORY_IN_DOUBT);
    assert_int_equal(t->flights_count, 2);
    house_up(&s->h);
    drain(&s->h, s->w);
    assert_int_equal(t->head.version, version + 2);
    assert_int_equal(count_kind(read_mail(&s->h, G1, false), UPDATE_OPENED), 3);
}

/* Taken away before both, or between them. */
static void
who_is_fenced_with_two_in_flight_keeps_what_is_there_and_forgets_the_rest(void **state)
{
    struct site *s = *state;
    struct store *other = thief(s);
    for (uint64_t there = 0; there < 2; there++) {
        struct territory *t = north(s);
        struct head h, taken;
        char key[8];
        work(s, (int)there, (int)there + 1);
        t->cautious = 0; /* it was taken from the dead the last time */
        uint64_t version = t->head.version;
        for (int i = 0; i < 2; i++) {
            snprintf(key, sizeof(key), "%c%d", 'a' + i, (int)there);
            send_report(&s->h, key, "no power");
        }
        if (there == 1) {
            apply_next(s, 1);
            assert_int_equal(store_wait(s->w->x.store, 60000), OK);
        }
        h = head_of(s);
        assert_int_equal(
            store_take(other, NORTH, h.holder, private_nonce(7), "thief", NULL, &taken), OK);
        while (t->flights_count < 2)
            apply_next(s, 1);
        assert_int_equal(store_wait(s->w->x.store, 60000), OK);
        assert_int_equal(t->flights[1]->answer, ERR_FENCED);
        territory_settle(t, &s->w->x);
        assert_int_equal(t->standing, TERRITORY_AWAY);
        assert_int_equal(t->flights_count, 0);
        assert_int_equal(t->known.version, version + there);
        assert_int_equal(head_of(s).version, version + there);
        assert_int_equal(inbox_length(&s->h), 2 - there);
        drain(&s->h, s->w); /* the thief is silent: after the lease it is ours again */
    }
    assert_int_equal(count_kind(read_mail(&s->h, G1, false), UPDATE_OPENED), 6);
    store_free(other);
}

/* The next batch is applied while the last commits are on their way. */
static void
commits_overlap_and_every_report_is_decided_once(void **state)
{
    struct site *s = *state;
    enum { REPORTS = 900 };
    size_t overlapped = 0;
    s->h.conf.batch = 64;
    north(s)->batch = 64;
    for (int i = 0; i < REPORTS; i++) {
        char key[16];
        snprintf(key, sizeof(key), "o%d", i);
        send_report(&s->h, key, "no power");
        if (i % 300 == 299)
            while (inbox_length(&s->h) > 64) {
                worker_turn(s->w, 20);
                overlapped += north(s)->flights_count > 0;
            }
    }
    drain(&s->h, s->w);
    assert_true(overlapped > 0);
    struct mailbox *g = read_mail(&s->h, G1, false); /* dense, from 1 */
    assert_int_equal(count_kind(g, UPDATE_OPENED), REPORTS);
    assert_true(read_mail(&s->h, D1, true)->count >= REPORTS);
    assert_int_equal(north(s)->head.version, north(s)->tip.version);
    assert_int_equal(head_of(s).version, north(s)->tip.version);
    assert_string_equal(SAY(s->h.operator_, "HLEN", "fl:{north}:tickets"), "900");
}

/* Redis dies with the commit in its hands, or before it came: nobody can know which. */
static void
a_commit_that_went_into_a_dying_redis_is_there_once(void **state)
{
    struct site *s = *state;
    for (int sent = 0; sent < 2; sent++) {
        struct territory *t = north(s);
        char key[8];
        snprintf(key, sizeof(key), "dying%d", sent);
        send_report(&s->h, key, "no power");
        uint64_t version = t->head.version;
        apply_next(s, 10);
        if (sent) { /* it arrives, and its answer does not */
            redis_work(store_redis(s->w->x.store));
            while (head_of(s).version == version)
                ;
        }
        house_down(&s->h);
        (void)!store_wait(s->w->x.store, 1000);
        if (t->flights[0]->answer == OK)
            t->flights[0]->answer = ERR_CLOSED; /* it was quicker than we: lose it none the less */
        territory_settle(t, &s->w->x);
        assert_int_equal(t->standing, TERRITORY_IN_DOUBT);
        house_up(&s->h);
        drain(&s->h, s->w);
        assert_int_equal(t->head.version, version + 1);
    }
    assert_int_equal(count_kind(read_mail(&s->h, G1, false), UPDATE_OPENED), 2);
}

static void
a_killed_redis_loses_and_doubles_nothing(void **state)
{
    struct site *s = *state;
    struct rng r = seed();
    enum { ROUNDS = 4, EACH = 40 };
    for (int round = 0; round < ROUNDS; round++) {
        for (int i = 0; i < EACH; i++) {
            char key[16];
            snprintf(key, sizeof(key), "k%d", round * EACH + i);
            send_report(&s->h, key, "no power");
        }
        s->h.conf.batch = 1 + (int64_t)rng_below(&r, 20);
        north(s)->batch = (size_t)s->h.conf.batch;
        for (uint64_t n = rng_below(&r, 4); n > 0; n--)
            worker_turn(s->w, 0);
        house_down(&s->h);
        worker_turn(s->w, 10);
        house_up(&s->h);
        TURN_UNTIL(s->w, store_is_up(s->w->x.store) && north(s)->standing == TERRITORY_SERVED);
        drain(&s->h, s->w);
    }
    assert_int_equal(count_kind(read_mail(&s->h, G1, false), UPDATE_OPENED), ROUNDS * EACH);
    assert_int_equal(head_of(s).version, north(s)->head.version);
}

/* Has the engine something to say at once? */
static bool
time_wanted(const struct site *s)
{
    const struct territory *t = north(s);
    return t->standing != TERRITORY_SERVED || t->flights_count > 0 ||
           engine_next(t->engine) <= engine_at(t->engine);
}

/* ---- rollback: the folder of yesterday's append-only file comes back */

static void
copy_aof(struct site *s, const char *from, const char *to)
{
    char command[400];
    snprintf(command, sizeof(command), "rm -rf '%s/%s' && cp -a '%s/%s' '%s/%s'", s->h.redis.dir,
             to, s->h.redis.dir, from, s->h.redis.dir, to);
    assert_int_equal(system(command), 0);
}

/* All whom yesterday's records name are told; a head is signed in its own incarnation or not. */
static void
check_new_life(struct site *s, const struct head *before)
{
    TURN_UNTIL(s->w, !time_wanted(s));
    struct mailbox *m = read_mail(&s->h, G1, false);
    assert_true(m->count > 0);
    assert_memory_not_equal(&m->list[0].incarnation, &before->incarnation,
                            sizeof(before->incarnation));
    for (size_t i = 0; i < m->count; i++)
        assert_int_equal(no_name(m->list[i].head.signer),
                         m->list[i].head.version == before->version);
}

static void
a_store_restored_from_yesterday_is_noticed_and_a_new_incarnation_begins(void **state)
{
    struct site *s = *state;
    work(s, 0, 3);
    struct head before = head_of(s);
    house_down(&s->h);
    copy_aof(s, "appendonlydir", "yesterday");
    house_up(&s->h);
    work(s, 3, 9);
    assert_true(head_of(s).version > before.version);

    house_down(&s->h);
    copy_aof(s, "yesterday", "appendonlydir");
    house_up(&s->h);
    TURN_UNTIL(s->w, store_is_up(s->w->x.store));
    work(s, 9, 10); /* DIVERGED, and then served again */
    check_new_life(s, &before);
    struct head after = head_of(s);
    assert_memory_not_equal(&after.incarnation, &before.incarnation, sizeof(after.incarnation));
    assert_memory_equal(&after.parent, &before.incarnation, sizeof(after.parent));
    assert_int_equal(after.parent_version, before.version);
    work(s, 0, 9); /* clients send again what they keep: nothing is lost, nothing twice */
    assert_string_equal(SAY(s->h.operator_, "HLEN", "fl:{north}:tickets"), "10");
}

/* The worker is gone as well: only the anchors remember. */
static void
anchors_notice_a_rollback_that_no_living_worker_remembers(void **state)
{
    struct site *s = *state;
    work(s, 0, 3);
    struct head before = head_of(s);
    house_down(&s->h);
    copy_aof(s, "appendonlydir", "yesterday");
    house_up(&s->h);
    work(s, 3, 9);
    TURN_UNTIL(s->w, north(s)->anchored == north(s)->head.version);
    kill_worker(s);
    house_down(&s->h);
    copy_aof(s, "yesterday", "appendonlydir");
    house_up(&s->h);
    new_worker(s);
    struct head after = head_of(s);
    assert_memory_not_equal(&after.incarnation, &before.incarnation, sizeof(after.incarnation));
    assert_memory_equal(&after.parent, &before.incarnation, sizeof(after.parent));
    TURN_UNTIL(s->w, !time_wanted(s)); /* nobody sends anything: they are told all the same */
    assert_int_equal(count_kind(read_mail(&s->h, G1, false), UPDATE_RESYNC), 1);
    assert_true(read_mail(&s->h, D1, true)->count > 0);
    check_new_life(s, &before);
}

/* ---- poison */

static void
what_killed_its_readers_twice_is_put_aside_the_third_time(void **state)
{
    struct site *s = *state;
    struct store *other = thief(s);
    struct head h;
    uint32_t attempts = 0;
    work(s, 0, 1);
    worker_free(s->w);
    s->w = NULL;
    /* a reader takes it, tries the first entry, and dies; and another */
    send_report(&s->h, "killer", "no power");
    send_report(&s->h, "innocent", "no power");
    h = head_of(s);
    assert_int_equal(store_take(other, NORTH, h.holder, private_nonce(1), "victim-1", NULL, &h),
                     OK);
    char first[48] = "";
    struct inbox in = { .territory = NORTH };
    struct arena a = { 0 };
    int64_t redis_ms;
    memcpy(in.cursor, h.cursor, sizeof(in.cursor));
    assert_int_equal(store_read(other, &in, 1, 10, 1000, &a, &redis_ms), OK);
    memcpy(first, in.entries[0].id, sizeof(first));
    arena_fini(&a);
    for (uint8_t n = 1; n <= 2; n++) {
        assert_int_equal(store_attempt(other, NORTH, private_nonce(n), first, &attempts), OK);
        assert_int_equal(attempts, n);
        if (n == 1)
            assert_int_equal(
                store_take(other, NORTH, private_nonce(1), private_nonce(2), "victim-2", NULL, &h),
                OK);
    }
    new_worker(s);
    drain(&s->h, s->w);
    assert_string_equal(SAY(s->h.operator_, "XLEN", "fl:{north}:quarantine"), "1");
    struct mailbox *g = read_mail(&s->h, G1, false);
    assert_int_equal(count_kind(g, UPDATE_OPENED), 2);
    struct report_id killer = report_id("killer");
    assert_memory_equal(&find_kind(g, UPDATE_QUARANTINED)->u.report, &killer, sizeof(killer));
    assert_true(count_kind(read_mail(&s->h, D1, true), UPDATE_ALARM) > 0);
    store_free(other);
}

/* ---- loading */

static void
killed_and_loaded_again_a_territory_is_what_it_was(void **state)
{
    struct site *s = *state;
    struct buf was = { 0 }, is = { 0 };
    for (int round = 0; round < 3; round++) {
        work(s, round * 20, round * 20 + 20);
        for (int i = 0; i < 20; i += 3) {
            char key[16];
            snprintf(key, sizeof(key), "w%d", round * 20 + i);
            send_event(&s->h, i % 2 == 0 ? E1 : E2, i % 5 == 0 ? VERB_DECLINE : VERB_ACCEPT,
                       ticket_of(report_id(key)));
        }
        drain(&s->h, s->w);
        buf_clear(&was);
        engine_save(north(s)->engine, &was);
        uint64_t version = north(s)->head.version;
        kill_worker(s);
        new_worker(s);
        buf_clear(&is);
        engine_save(north(s)->engine, &is);
        if (north(s)->head.version != version)
            continue; /* a timer has come in between */
        assert_int_equal(is.len, was.len);
        assert_memory_equal(is.data, was.data, was.len);
    }
    buf_fini(&was);
    buf_fini(&is);
}

static void
a_record_that_does_not_open_stops_its_territory_and_no_other(void **state)
{
    struct site *s = *state;
    struct ticket_id id = ticket_of(report_id("w0"));
    struct store *other = thief(s);
    struct head before, now;
    work(s, 0, 2);
    worker_free(s->w);
    assert_int_equal(store_head(other, TRIAGE, &before), OK);
    const struct str set[] = { STR("HSET"), STR("fl:{north}:tickets"),
                               str_bytes(id.b, sizeof(id.b)), STR("something else altogether") };
    assert_string_equal(private_say(other, countof(set), set), "0");
    s->w = worker_new(&s->h.conf, "worker");
    TURN_UNTIL(s->w, serves(s->w, TRIAGE) && north(s)->standing == TERRITORY_BROKEN);
    do { /* its neighbour tells the dispatchers */
        worker_turn(s->w, 20);
        assert_int_equal(store_head(other, TRIAGE, &now), OK);
    } while (now.version == before.version);
    assert_int_equal(inbox_length(&s->h), 0);
    send_report(&s->h, "waits", "no power");
    for (int i = 0; i < 5; i++)
        worker_turn(s->w, 5);
    assert_int_equal(inbox_length(&s->h), 1); /* nothing is lost meanwhile */
    store_free(other);
}

/* ---- the log */

struct auditing {
    struct site *s;
    struct chain chain;
    uint64_t version, reports;
};

static enum err
audit(void *context, const struct log_entry *e)
{
    struct auditing *a = context;
    struct chain chain;
    struct head h = { .incarnation = e->incarnation, .version = e->version, .chain = e->chain };
    assert_int_equal(e->version, ++a->version);
    assert_memory_equal(&e->parent, &a->chain, sizeof(a->chain));
    chain_next(&chain, &e->parent, e->incarnation, e->version, e->effects, e->sealed);
    assert_memory_equal(&chain, &e->chain, sizeof(chain));
    memcpy(h.signature, e->signature, sizeof(h.signature));
    assert_true(chain_signed(NORTH, &h, keys_public(a->s->h.keys[WORKER])->sign));
    h.chain.b[0] ^= 1;
    assert_false(chain_signed(NORTH, &h, keys_public(a->s->h.keys[WORKER])->sign));
    a->chain = e->chain;

    struct rest *rest = &a->s->w->x.rest;
    struct buf key = { 0 }, ad = { 0 }, plain = { 0 };
    struct log_record record;
    struct arena arena = { 0 };
    struct doc d;
    doc_init(&d);
    buf_put_u64(&key, e->version);
    ad_rest(&ad, "log", NORTH, buf_str(&key));
    assert_int_equal(unseal(&plain, &rest->log, buf_str(&ad), e->sealed), OK);
    assert_int_equal(log_get(&d, &arena, buf_str(&plain), &record), OK);
    for (size_t i = 0; i < record.events_count; i++)
        a->reports += record.events[i].event.kind == EVENT_REPORT;
    doc_fini(&d);
    arena_fini(&arena);
    buf_fini(&key);
    buf_fini(&ad);
    buf_fini(&plain);
    return OK;
}

static void
the_log_proves_every_commit_from_the_first(void **state)
{
    struct site *s = *state;
    struct auditing a = { .s = s };
    for (int i = 0; i < 5; i++)
        work(s, i * 7, i * 7 + 7);
    assert_int_equal(store_log(s->h.operator_, NORTH, 0, audit, &a), OK);
    struct head h = head_of(s);
    assert_int_equal(a.version, h.version);
    assert_memory_equal(&a.chain, &h.chain, sizeof(a.chain));
    assert_int_equal(a.reports, 35);
    /* and every letter names a head that is in it */
    struct mailbox *g = read_mail(&s->h, G1, false);
    for (size_t i = 0; i < g->count; i++)
        assert_true(g->list[i].head.version < h.version);
}

#define AT_A_SITE(test) cmocka_unit_test_setup_teardown(test, open_site, close_site)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        AT_A_SITE(who_lost_the_nonce_is_fenced_and_takes_over_again_when_the_other_falls_silent),
        AT_A_SITE(who_slept_through_a_takeover_takes_again_what_it_believes_to_hold),
        AT_A_SITE(a_lost_answer_is_asked_for_again_and_counts_once),
        AT_A_SITE(two_in_flight_whose_answers_were_lost_are_both_there_once),
        AT_A_SITE(of_two_in_flight_the_one_that_never_came_is_sent_after_the_other),
        AT_A_SITE(who_is_fenced_with_two_in_flight_keeps_what_is_there_and_forgets_the_rest),
        AT_A_SITE(commits_overlap_and_every_report_is_decided_once),
        AT_A_SITE(a_commit_that_went_into_a_dying_redis_is_there_once),
        AT_A_SITE(a_killed_redis_loses_and_doubles_nothing),
        AT_A_SITE(a_store_restored_from_yesterday_is_noticed_and_a_new_incarnation_begins),
        AT_A_SITE(anchors_notice_a_rollback_that_no_living_worker_remembers),
        AT_A_SITE(what_killed_its_readers_twice_is_put_aside_the_third_time),
        AT_A_SITE(killed_and_loaded_again_a_territory_is_what_it_was),
        AT_A_SITE(a_record_that_does_not_open_stops_its_territory_and_no_other),
        AT_A_SITE(the_log_proves_every_commit_from_the_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
