/* mailbox_test.c - letters through the broker's mailbox, against a store that is an array. This
 * file holds second bodies of store_letters, store_life and store_confirm: answers come when the
 * test says so, and may be lost. */
#include <setjmp.h>
#include <stdarg.h>

#include "broker/mailbox.h"
#include "common/wire/codec.h"
#include "tests/seed.h"

#include <cmocka.h>

enum { BOXES = 4, PEOPLE = 3, LETTERS_MAX = 3000, READS = 4096 };

/* One mailbox of the store: sequences that are there, ascending. */
struct stream {
    uint64_t list[LETTERS_MAX];
    size_t count;
    uint64_t last; /* ever written */
};
static struct stream streams[BOXES][PEOPLE];

static struct read_call {
    struct territory_id t;
    struct principal_id who;
    uint64_t after;
    size_t count;
    store_letters_fn *fn;
    void *context;
} reads[READS];
static size_t reads_count;
static uint8_t lives[BOXES]; /* the territories' incarnations; 0: it does not say */

/* What each person's device has: the last sequence of each box, and how many are unconfirmed. */
struct device {
    struct peer peer;
    uint64_t got[BOXES], confirmed[BOXES];
    uint32_t open;
    uint32_t credit;
    bool deaf; /* its socket takes nothing now */
};
static struct device devices[PEOPLE];
static struct codec codec;

static struct territory_id
territory(size_t i)
{
    struct territory_id t = { "t0" };
    t.s[1] = (char)('0' + i);
    return t;
}

static struct principal_id
person(size_t i)
{
    struct principal_id p = { "p0" };
    p.s[1] = (char)('0' + i);
    return p;
}

static struct stream *
stream_of(struct territory_id t, struct principal_id who)
{
    return &streams[t.s[1] - '0'][who.s[1] - '0'];
}

void
store_letters(struct store *s, struct territory_id t, struct principal_id who, bool watch,
              uint64_t after, size_t count, store_letters_fn *fn, void *context)
{
    (void)s;
    assert_false(watch);
    assert_true(reads_count < READS && count > 0);
    reads[reads_count++] = (struct read_call){ t, who, after, count, fn, context };
}

void
store_life(struct store *s, struct territory_id t, store_life_fn *fn, void *context)
{
    (void)s;
    uint8_t life = lives[t.s[1] - '0'];
    fn(context, life == 0 ? ERR_CLOSED : OK, (struct incarnation){ { life } });
}

void
store_confirm(struct store *s, struct territory_id t, struct principal_id who, uint64_t sequence)
{
    (void)s;
    struct stream *st = stream_of(t, who);
    size_t kept = 0;
    for (size_t i = 0; i < st->count; i++)
        if (st->list[i] > sequence)
            st->list[kept++] = st->list[i];
    st->count = kept;
}

static void
answer_read(size_t at, enum err err)
{
    struct read_call call = reads[at];
    reads[at] = reads[--reads_count];
    struct letter_entry list[READ_LETTERS];
    struct stream *st = stream_of(call.t, call.who);
    size_t count = 0;
    for (size_t i = 0; err == OK && i < st->count && count < call.count; i++)
        if (st->list[i] > call.after)
            list[count++] = (struct letter_entry){ st->list[i], STR("letter") };
    call.fn(call.context, err, list, count);
}

static enum err
hear(void *context, const struct peer_id *to, struct str bytes)
{
    (void)context;
    struct device *d = &devices[to->b[0]];
    struct message m;
    if (d->deaf)
        return ERR_AGAIN;
    assert_int_equal(codec_decode(&codec, bytes, &m), OK);
    assert_int_equal(m.kind, MSG_UPDATE);
    size_t box = (size_t)(m.update.territory.s[1] - '0');
    assert_true(m.update.sequence > d->got[box]); /* in order, never twice on one subscription */
    for (uint64_t n = d->got[box] + 1; n < m.update.sequence; n++)
        assert_true(n <= d->confirmed[box]); /* nothing is passed over */
    d->got[box] = m.update.sequence;
    d->open++;
    assert_true(d->open <= d->credit);
    return OK;
}

static void
subscribe(struct mailbox *mb, size_t who, uint32_t credit)
{
    struct device *d = &devices[who];
    struct principal_id owner = person(who);
    struct message m = { .kind = MSG_SUBSCRIBE };
    m.subscribe.credit = credit;
    d->peer.id = (struct peer_id){ .b = { (uint8_t)who }, .len = 1 };
    d->credit = credit;
    d->open = 0;
    memset(d->got, 0, sizeof(d->got));
    mailbox_subscribe(mb, &d->peer, &owner, &m, 0);
}

/* Confirms what that device has of that box. */
static void
confirm(struct mailbox *mb, size_t who, size_t box)
{
    struct device *d = &devices[who];
    struct principal_id owner = person(who);
    struct message m = { .kind = MSG_CONFIRM };
    m.confirm.territory = territory(box);
    m.confirm.sequence = d->got[box];
    if (d->got[box] == 0)
        return;
    mailbox_confirm(mb, &d->peer, &owner, &m);
    d->confirmed[box] = d->got[box] > d->confirmed[box] ? d->got[box] : d->confirmed[box];
    struct subscription *s = d->peer.mail;
    d->open = s == NULL ? 0 : s->posted_count;
}

static void
write_letter(struct mailbox *mb, size_t box, size_t who, bool ring)
{
    struct stream *st = &streams[box][who];
    if (st->count == LETTERS_MAX)
        return;
    st->list[st->count++] = ++st->last;
    if (ring)
        mailbox_bell(mb, territory(box), person(who));
}

static void
begin(struct mailbox *mb, struct voice *v)
{
    memset(streams, 0, sizeof(streams));
    memset(devices, 0, sizeof(devices));
    memset(lives, 1, sizeof(lives));
    reads_count = 0;
    codec_init(&codec);
    voice_init(v, hear, NULL);
    mailbox_init(mb, NULL, v);
    struct territory_id list[BOXES];
    for (size_t i = 0; i < BOXES; i++)
        list[i] = territory(i);
    mailbox_territories(mb, list, BOXES);
    mailbox_work(mb, true, 0);
}

static void
finish(struct mailbox *mb, struct voice *v)
{
    for (size_t i = 0; i < PEOPLE; i++)
        mailbox_drop(mb, &devices[i].peer);
    while (reads_count > 0)
        answer_read(0, ERR_CLOSED);
    mailbox_fini(mb);
    voice_fini(v);
    codec_fini(&codec);
}

/* Answers everything, confirms everything, until nothing moves; a few seconds of broker's time. */
static void
settle(struct mailbox *mb, int64_t *now)
{
    for (int round = 0; round < 3000; round++) {
        *now += 10;
        mailbox_work(mb, true, *now);
        while (reads_count > 0)
            answer_read(0, OK);
        for (size_t who = 0; who < PEOPLE; who++)
            for (size_t box = 0; box < BOXES; box++)
                if (devices[who].peer.mail != NULL && devices[who].open > 0)
                    confirm(mb, who, box);
    }
}

static void
credit_bounds_what_is_unconfirmed_and_confirming_gives_it_back(void **state)
{
    (void)state;
    struct mailbox mb;
    struct voice v;
    int64_t now = 0;
    begin(&mb, &v);
    for (int i = 0; i < 100; i++)
        write_letter(&mb, 0, 0, false);
    subscribe(&mb, 0, 7);
    for (int i = 0; i < 20; i++) {
        mailbox_work(&mb, true, ++now);
        while (reads_count > 0)
            answer_read(0, OK);
    }
    assert_int_equal(devices[0].open, 7);
    assert_int_equal(devices[0].got[0], 7);
    confirm(&mb, 0, 0);
    mailbox_work(&mb, true, now += TRIM_EVERY_MS);
    assert_int_equal(streams[0][0].count, 93);
    assert_int_equal(streams[0][0].list[0], 8);
    settle(&mb, &now);
    assert_int_equal(devices[0].got[0], 100);
    assert_int_equal(streams[0][0].count, 0);
    finish(&mb, &v);
}

static void
a_lost_bell_is_mended_by_the_slow_reread(void **state)
{
    (void)state;
    struct mailbox mb;
    struct voice v;
    int64_t now = 0;
    begin(&mb, &v);
    subscribe(&mb, 1, 10);
    settle(&mb, &now);
    write_letter(&mb, 2, 1, false);
    int64_t written = now;
    while (devices[1].got[2] == 0 && now - written < 10 * REREAD_EVERY_MS) {
        mailbox_work(&mb, true, now += 10);
        while (reads_count > 0)
            answer_read(0, OK);
    }
    assert_int_equal(devices[1].got[2], 1);
    assert_true(now - written <= 2 * REREAD_EVERY_MS);
    finish(&mb, &v);
}

static void
rereading_is_bounded_however_many_subscribe(void **state)
{
    (void)state;
    struct mailbox mb;
    struct voice v;
    int64_t now = 0;
    size_t asked = 0;
    static struct peer crowd[2000];
    begin(&mb, &v);
    struct message m = { .kind = MSG_SUBSCRIBE };
    m.subscribe.credit = 1;
    struct principal_id owner = person(0);
    for (size_t i = 0; i < countof(crowd); i++)
        mailbox_subscribe(&mb, &crowd[i], &owner, &m, 0);
    for (int i = 0; i < 3000; i++) {
        mailbox_work(&mb, true, now += 10);
        if (i >= 1000)
            asked += reads_count;
        while (reads_count > 0)
            answer_read(0, OK);
    }
    assert_true(asked > 20 * REREADS_PER_S / 2 && asked <= 20 * REREADS_PER_S + READS_MAX);
    for (size_t i = 0; i < countof(crowd); i++)
        mailbox_drop(&mb, &crowd[i]);
    finish(&mb, &v);
}

/* ---- the store is rolled back under a subscription */

/* The stream begins anew, with so many letters. */
static void
roll_back(size_t box, size_t who, size_t letters)
{
    struct stream *st = &streams[box][who];
    *st = (struct stream){ .count = letters, .last = letters };
    for (size_t i = 0; i < letters; i++)
        st->list[i] = i + 1;
    devices[who].got[box] = devices[who].confirmed[box] = 0;
}

/* Whether the new stream is shorter than what was sent, as long, or longer. */
static void
a_new_incarnation_is_read_from_its_first_letter_on(void **state)
{
    (void)state;
    for (size_t letters = 1; letters <= 9; letters++) {
        struct mailbox mb;
        struct voice v;
        int64_t now = 0;
        begin(&mb, &v);
        for (int i = 0; i < 5; i++)
            write_letter(&mb, 1, 0, false);
        subscribe(&mb, 0, 5);
        for (int i = 0; i < 20; i++) { /* sent, never confirmed: no credit is left */
            mailbox_work(&mb, true, now += 10);
            while (reads_count > 0)
                answer_read(0, OK);
        }
        assert_int_equal(devices[0].got[1], 5);
        roll_back(1, 0, letters);
        devices[0].open = 0;
        lives[1] = 2;
        settle(&mb, &now);
        assert_int_equal(devices[0].confirmed[1], letters);
        finish(&mb, &v);
    }
}

/* The broker, too, is new: it has only the stream to tell it. */
static void
a_stream_that_ends_before_what_was_sent_is_read_from_its_beginning(void **state)
{
    (void)state;
    struct mailbox mb;
    struct voice v;
    int64_t now = 0;
    begin(&mb, &v);
    for (int i = 0; i < 9; i++)
        write_letter(&mb, 1, 0, false);
    subscribe(&mb, 0, 20);
    settle(&mb, &now);
    assert_int_equal(devices[0].confirmed[1], 9);
    roll_back(1, 0, 4);
    settle(&mb, &now);
    assert_int_equal(devices[0].confirmed[1], 4);
    finish(&mb, &v);
}

/* ---- any trouble, in any order */

struct play {
    struct mailbox mb;
    struct voice voice;
    struct rng *r;
    int64_t now;
    bool up; /* the store */
};

static size_t
draw(struct play *p, size_t below)
{
    return (size_t)rng_below(p->r, below);
}

static void
someone_is_written_to(struct play *p)
{
    write_letter(&p->mb, draw(p, BOXES), draw(p, PEOPLE), draw(p, 4) > 0);
}

static void
someone_confirms(struct play *p)
{
    size_t who = draw(p, PEOPLE);
    if (devices[who].peer.mail != NULL)
        confirm(&p->mb, who, draw(p, BOXES));
}

static void
a_read_is_answered(struct play *p)
{
    if (reads_count > 0)
        answer_read(draw(p, reads_count), p->up ? OK : ERR_CLOSED);
}

static void
someone_comes_or_goes(struct play *p)
{
    size_t who = draw(p, PEOPLE), what = draw(p, 8);
    if (what == 0)
        mailbox_drop(&p->mb, &devices[who].peer);
    else if (what < 3 || devices[who].peer.mail == NULL)
        subscribe(&p->mb, who, 1 + (uint32_t)draw(p, 20));
}

static void
a_socket_fills_or_empties(struct play *p)
{
    struct device *d = &devices[draw(p, PEOPLE)];
    d->deaf = !d->deaf;
}

/* The store goes: its calls are all answered. It comes back: mail begins again. */
static void
the_store_goes_or_comes(struct play *p)
{
    if (draw(p, 20) > 0)
        return;
    while (reads_count > 0)
        answer_read(0, ERR_CLOSED);
    p->up = !p->up;
    for (size_t i = 0; p->up && i < PEOPLE; i++) {
        memset(devices[i].got, 0, sizeof(devices[i].got));
        devices[i].open = 0;
    }
    mailbox_work(&p->mb, p->up, p->now);
}

static void
a_turn_passes(struct play *p)
{
    p->now += (int64_t)draw(p, 200);
    mailbox_work(&p->mb, p->up, p->now);
}

static void (*const scenes[])(struct play *p) = {
    someone_is_written_to, someone_is_written_to,     someone_is_written_to,   someone_confirms,
    someone_confirms,      a_read_is_answered,        a_read_is_answered,      a_read_is_answered,
    someone_comes_or_goes, a_socket_fills_or_empties, the_store_goes_or_comes, a_turn_passes,
};

/* Everybody is there and listens: everything arrives, and the store keeps nothing. */
static void
check_the_end(struct play *p)
{
    while (!p->up && reads_count > 0)
        answer_read(0, ERR_CLOSED);
    for (size_t who = 0; who < PEOPLE; who++) {
        devices[who].deaf = false;
        subscribe(&p->mb, who, 5);
    }
    settle(&p->mb, &p->now);
    for (size_t who = 0; who < PEOPLE; who++)
        for (size_t box = 0; box < BOXES; box++) {
            assert_int_equal(devices[who].confirmed[box], streams[box][who].last);
            assert_int_equal(streams[box][who].count, 0);
        }
}

static void
every_letter_arrives_in_order_through_any_trouble(void **state)
{
    (void)state;
    struct rng r = seed();
    for (int run = 0; run < 30; run++) {
        struct play p = { .r = &r, .up = true };
        begin(&p.mb, &p.voice);
        for (int step = 0; step < 2000; step++)
            scenes[draw(&p, countof(scenes))](&p);
        check_the_end(&p);
        finish(&p.mb, &p.voice);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(credit_bounds_what_is_unconfirmed_and_confirming_gives_it_back),
        cmocka_unit_test(a_lost_bell_is_mended_by_the_slow_reread),
        cmocka_unit_test(rereading_is_bounded_however_many_subscribe),
        cmocka_unit_test(a_new_incarnation_is_read_from_its_first_letter_on),
        cmocka_unit_test(a_stream_that_ends_before_what_was_sent_is_read_from_its_beginning),
        cmocka_unit_test(every_letter_arrives_in_order_through_any_trouble),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
