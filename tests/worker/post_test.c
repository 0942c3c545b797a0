/* post_test.c - postings become letters that their recipients, and nobody else, can open. */
#include "tests/worker/house.h"

struct office {
    struct house h; /* keys and plan; no Redis is started */
    struct atlas *atlas;
    struct plan *plan;
    struct keyring *keyring;
    struct poster *poster;
    struct effects fx;
    struct arena arena;
    struct head head;
    struct commit commit;
    struct log_letter *letters;
    size_t letters_count;
    uint64_t sequences[PEOPLE + 1]; /* the last is the watch's */
};

static int
open_office(void **state)
{
    struct office *o = zalloc(sizeof(*o));
    struct buf yaml = { 0 }, why = { 0 };
    seal_open_library();
    log_open("test", LOG_ERROR);
    for (enum who w = 0; w < PEOPLE; w++)
        o->h.keys[w] = keys_new();
    o->h.plan = 1;
    house_yaml(&o->h, &yaml, E2); /* e2's key is revoked */
    if (plan_parse(&o->plan, "test", buf_str(&yaml), &why) != OK)
        fail_msg("%s", buf_cstr(&why));
    o->atlas = atlas_new(o->plan);
    o->keyring = keyring_new(o->h.keys[POOL]);
    keyring_use(o->keyring, o->atlas);
    o->poster = poster_new(o->keyring);
    o->head = (struct head){ .exists = true, .version = 41, .signer = { "worker" } };
    memset(o->head.incarnation.b, 9, sizeof(o->head.incarnation.b));
    buf_fini(&yaml);
    *state = o;
    return 0;
}

static int
close_office(void **state)
{
    struct office *o = *state;
    poster_free(o->poster);
    keyring_free(o->keyring);
    atlas_free(o->atlas);
    plan_free(o->plan);
    for (enum who w = 0; w < PEOPLE; w++)
        keys_free(o->h.keys[w]);
    arena_fini(&o->arena);
    arena_fini(&o->h.arena);
    effects_fini(&o->fx);
    free(o);
    return 0;
}

/* An update about ticket `n` to these; PEOPLE is the watch. */
static void
post(struct office *o, uint8_t n, struct str text, const enum who *to, size_t count)
{
    o->fx.postings = grow_array(o->fx.postings, o->fx.postings_count, &o->fx.postings_cap,
                                sizeof(*o->fx.postings));
    struct posting *p = &o->fx.postings[o->fx.postings_count++];
    *p = (struct posting){ .update = { .kind = UPDATE_TICKET,
                                       .at = 1000 + n,
                                       .place = PLACE_NONE,
                                       .verb = VERBS,
                                       .text = text },
                           .recipients_count = count };
    memset(p->update.ticket.b, n, sizeof(p->update.ticket.b));
    for (size_t i = 0; i < count; i++) {
        p->recipients[i].who = to[i] == PEOPLE ? WATCH : name_of(to[i]);
        p->recipients[i].sequence = ++o->sequences[to[i]];
    }
    post_gather(o->poster, &o->fx);
}

static void
seal_all(struct office *o)
{
    const struct post_from from = { NORTH, o->head.incarnation, &o->head, 2000 };
    post_seal(o->poster, &from, &o->arena, &o->commit, &o->letters, &o->letters_count);
}

static struct mailbox *
box_of(struct office *o, enum who who, bool watch)
{
    static struct mailbox m;
    memset(&m, 0, sizeof(m));
    m.house = &o->h;
    m.who = who;
    m.watch = watch;
    struct principal_id me = name_of(who);
    for (size_t i = 0; i < o->commit.watch_count && watch; i++) {
        assert_true(o->commit.watch[i].letter.len <= LETTER_MAX);
        open_letter(&m, o->commit.watch[i].letter);
        assert_int_equal(m.list[m.count - 1].sequence, o->commit.watch[i].sequence);
    }
    for (size_t i = 0; i < o->commit.mail_count && !watch; i++) {
        const struct commit_mail *mail = &o->commit.mail[i];
        assert_true(mail->letter.len <= LETTER_MAX);
        if (!same_id(mail->who, me))
            continue;
        open_letter(&m, mail->letter);
        assert_int_equal(m.list[m.count - 1].sequence, mail->sequence);
    }
    return &m;
}

static void
every_recipient_opens_exactly_what_is_his_in_order(void **state)
{
    struct office *o = *state;
    struct rng r = seed();
    static const enum who all[] = { G1, E1, D1, PEOPLE };
    uint8_t sent[PEOPLE + 1][256];
    size_t counts[PEOPLE + 1] = { 0 };
    for (int round = 0; round < 3; round++) {
        struct office was = *o;
        memset(counts, 0, sizeof(counts));
        effects_clear(&o->fx);
        post_begin(o->poster);
        memset(&o->commit, 0, sizeof(o->commit));
        for (size_t n = 0; n < 60; n++) {
            enum who to[4];
            size_t count = 0;
            for (size_t i = 0; i < countof(all); i++)
                if (rng_below(&r, 2) == 0)
                    to[count++] = all[i];
            if (count == 0)
                continue;
            for (size_t i = 0; i < count; i++)
                sent[to[i]][counts[to[i]]++] = (uint8_t)n;
            post(o, (uint8_t)n, STR("words"), to, count);
        }
        seal_all(o);
        for (size_t i = 0; i < countof(all); i++) {
            bool watch = all[i] == PEOPLE;
            struct mailbox *m = box_of(o, watch ? D1 : all[i], watch);
            assert_int_equal(m->count, counts[all[i]]);
            for (size_t k = 0; k < m->count; k++) {
                assert_int_equal(m->list[k].u.ticket.b[0], sent[all[i]][k]);
                assert_int_equal(m->list[k].sequence, was.sequences[all[i]] + k + 1);
                assert_int_equal(m->list[k].head.version, 41);
                assert_true(str_is(m->list[k].u.text, "words"));
            }
        }
    }
}

static void
a_letter_opens_for_its_recipient_alone_and_only_as_it_stands(void **state)
{
    struct office *o = *state;
    const enum who to[] = { G1, E1 };
    struct doc d;
    struct letter l;
    struct buf ad = { 0 }, plain = { 0 };
    struct seal_key his, other;
    uint8_t ticket[16];
    post(o, 1, STR("words"), to, countof(to));
    seal_all(o);
    assert_int_equal(o->commit.mail_count, 2);
    const struct commit_mail *mail = &o->commit.mail[0];
    bool is_g1 = same_id(mail->who, (struct principal_id){ "g1" });
    doc_init(&d);
    assert_int_equal(body_get_letter(&d, &o->arena, mail->letter, &l), OK);
    memset(ticket, 1, sizeof(ticket));
    assert_null(memmem(mail->letter.at, mail->letter.len, ticket, sizeof(ticket)));
    for (size_t i = 0; i < 2; i++)
        assert_true(seal_key_between(i == 0 ? &his : &other, o->h.keys[(i == 0) == is_g1 ? G1 : E1],
                                     keys_public(o->h.keys[POOL])->seal, false));
    ad_letter(&ad, &l);
    assert_int_equal(unseal(&plain, &his, buf_str(&ad), l.sealed), OK);
    assert_int_equal(unseal(&plain, &other, buf_str(&ad), l.sealed), ERR_KEY);
    struct letter altered[5] = { l, l, l, l, l };
    altered[0].territory = TRIAGE;
    altered[1].recipient = name_of(is_g1 ? E1 : G1);
    altered[2].incarnation.b[0] ^= 1;
    altered[3].first++;
    altered[4].count++;
    for (size_t i = 0; i < countof(altered); i++) {
        buf_clear(&ad);
        ad_letter(&ad, &altered[i]);
        assert_int_equal(unseal(&plain, &his, buf_str(&ad), l.sealed), ERR_KEY);
    }
    doc_fini(&d);
    buf_fini(&ad);
    buf_fini(&plain);
}

static void
letters_are_split_before_they_grow_too_big(void **state)
{
    struct office *o = *state;
    static char words[20000];
    memset(words, 'w', sizeof(words));
    for (uint8_t n = 0; n < 20; n++)
        post(o, n, str_bytes(words, 1000u * n), (const enum who[]){ E1 }, 1);
    seal_all(o);
    assert_true(o->commit.mail_count > 3);
    struct mailbox *m = box_of(o, E1, false);
    assert_int_equal(m->count, 20);
    for (size_t i = 0; i < m->count; i++)
        assert_int_equal(m->list[i].sequence, i + 1);
    assert_int_equal(o->letters_count, o->commit.mail_count);
}

/* As many values as a letter ever has: its reader counts them, too. */
static void
a_letter_full_of_the_shortest_updates_can_be_read(void **state)
{
    struct office *o = *state;
    enum { UPDATES = 3000 };
    for (size_t n = 0; n < UPDATES; n++)
        post(o, (uint8_t)n, STR(""), (const enum who[]){ E1 }, 1);
    seal_all(o);
    assert_true(o->commit.mail_count > 1 && o->commit.mail_count < 6);
    struct mailbox *m = box_of(o, E1, false);
    assert_int_equal(m->count, UPDATES);
    for (size_t i = 0; i < m->count; i++)
        assert_int_equal(m->list[i].sequence, i + 1);
}

static void
who_is_unknown_or_revoked_gets_no_letter(void **state)
{
    struct office *o = *state;
    post(o, 1, STR("words"), (const enum who[]){ E2, STRANGER, G1 }, 3);
    seal_all(o);
    assert_int_equal(o->commit.mail_count, 1);
    assert_string_equal(o->commit.mail[0].who.s, "g1");
}

static void
what_is_too_much_for_one_dispatchers_letter_comes_in_several_dense_and_in_order(void **state)
{
    struct office *o = *state;
    static char words[30000];
    memset(words, 'w', sizeof(words));
    assert_true(post_light(o->poster));
    for (uint8_t n = 0; n < 128; n++)
        post(o, n, str_bytes(words, n == 100 ? sizeof(words) : 100u * (n % 50u)),
             (const enum who[]){ PEOPLE }, 1);
    seal_all(o);
    assert_true(o->commit.watch_count > 4);
    assert_int_equal(o->letters_count, o->commit.watch_count);
    assert_int_equal(o->commit.watch[o->commit.watch_count - 1].sequence, 128);
    for (enum who d = D1; d <= D2; d++) {
        struct mailbox *m = box_of(o, d, true);
        assert_int_equal(m->count, 128);
        for (size_t i = 0; i < m->count; i++) {
            assert_int_equal(m->list[i].sequence, i + 1);
            assert_int_equal(m->list[i].u.at, 1000 + i);
        }
    }
}

static void
a_commit_is_full_when_its_letters_are(void **state)
{
    struct office *o = *state;
    static char words[30000];
    memset(words, 'w', sizeof(words));
    for (uint8_t n = 0; !post_full(o->poster); n++) {
        post(o, n, str_bytes(words, sizeof(words)), (const enum who[]){ PEOPLE }, 1);
        assert_true(n < 120);
        assert_true(post_light(o->poster) || n > 20);
    }
    assert_false(post_light(o->poster));
}

static void
the_letter_left_in_a_full_mailbox_says_resync(void **state)
{
    struct office *o = *state;
    for (uint8_t n = 0; n < 5; n++)
        post(o, n, STR("words"), (const enum who[]){ G1 }, 1);
    seal_all(o);
    struct mailbox m = { .house = &o->h, .who = G1 };
    open_letter(&m, o->commit.mail[0].resync);
    assert_int_equal(m.count, 1);
    assert_int_equal(m.list[0].u.kind, UPDATE_RESYNC);
    assert_int_equal(m.list[0].sequence, o->commit.mail[0].sequence);
}

#define IN_AN_OFFICE(test) cmocka_unit_test_setup_teardown(test, open_office, close_office)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        IN_AN_OFFICE(every_recipient_opens_exactly_what_is_his_in_order),
        IN_AN_OFFICE(a_letter_opens_for_its_recipient_alone_and_only_as_it_stands),
        IN_AN_OFFICE(letters_are_split_before_they_grow_too_big),
        IN_AN_OFFICE(a_letter_full_of_the_shortest_updates_can_be_read),
        IN_AN_OFFICE(who_is_unknown_or_revoked_gets_no_letter),
        IN_AN_OFFICE(
            what_is_too_much_for_one_dispatchers_letter_comes_in_several_dense_and_in_order),
        IN_AN_OFFICE(a_commit_is_full_when_its_letters_are),
        IN_AN_OFFICE(the_letter_left_in_a_full_mailbox_says_resync),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
