/* open_test.c - inbox entries: whole, cut short, flipped, from the wrong hands; and records
 * at rest that were moved. */
#include "tests/worker/house.h"

#include <stdio.h>
#include <unistd.h>

struct desk {
    struct house h; /* keys only; no Redis is started */
    struct plan *plan;
    struct atlas *atlas;
    struct keyring *keyring;
    struct rest rest;
    struct opener opener;
    struct edition edition;
    struct arena arena;
};

static int
open_desk(void **state)
{
    struct desk *d = zalloc(sizeof(*d));
    struct buf yaml = { 0 }, why = { 0 };
    seal_open_library();
    for (enum who w = 0; w < PEOPLE; w++)
        d->h.keys[w] = keys_new();
    d->h.plan = 1;
    house_yaml(&d->h, &yaml, E2);
    if (plan_parse(&d->plan, "test", buf_str(&yaml), &why) != OK)
        fail_msg("%s", buf_cstr(&why));
    d->atlas = atlas_new(d->plan);
    d->keyring = keyring_new(d->h.keys[POOL]);
    keyring_use(d->keyring, d->atlas);
    rest_init(&d->rest, d->h.keys[POOL]);
    opener_init(&d->opener, d->h.keys[POOL], d->keyring, NULL, &d->rest);
    d->edition = (struct edition){ .version = 1, .plan = d->plan, .atlas = d->atlas };
    buf_fini(&yaml);
    *state = d;
    return 0;
}

static int
close_desk(void **state)
{
    struct desk *d = *state;
    opener_fini(&d->opener);
    rest_fini(&d->rest);
    keyring_free(d->keyring);
    atlas_free(d->atlas);
    plan_free(d->plan);
    for (enum who w = 0; w < PEOPLE; w++)
        keys_free(d->h.keys[w]);
    arena_fini(&d->arena);
    free(d);
    return 0;
}

static struct event
opened_as(struct desk *d, char kind, enum who who, struct str bytes)
{
    struct event ev = { .at = 77 };
    const struct inbox_entry e = { "1-1", kind, name_of(who), bytes };
    arena_clear(&d->arena);
    assert_int_equal(open_entry(&d->opener, NORTH, &d->edition, &e, &d->arena, &ev), OK);
    assert_int_equal(ev.at, 77);
    return ev;
}

static void
a_whole_report_is_an_event_with_all_it_says(void **state)
{
    struct desk *d = *state;
    struct buf b = { 0 };
    say_report(&d->h, &b, "m1", "the house is on FIRE");
    struct event ev = opened_as(d, 'r', G1, buf_str(&b));
    struct report_id id = report_id("m1");
    struct report_body words;
    struct doc doc;
    doc_init(&doc);
    assert_int_equal(ev.kind, EVENT_REPORT);
    assert_memory_equal(&ev.report.id, &id, sizeof(id));
    assert_string_equal(ev.report.gateway.s, "g1");
    assert_string_equal(ev.report.category.s, "power");
    assert_int_equal(ev.report.words, 1); /* the plan's first rule with words */
    assert_int_equal(body_get_report(&doc, ev.report.text, &words), OK);
    assert_true(str_is(words.text, "the house is on FIRE"));
    doc_fini(&doc);
    buf_fini(&b);
}

static void
the_digest_knows_the_content_and_not_the_moment_it_was_said(void **state)
{
    struct desk *d = *state;
    struct buf a = { 0 }, b = { 0 }, c = { 0 };
    say_report(&d->h, &a, "m1", "no power");
    int64_t then = clock_wall_ms();
    while (clock_wall_ms() == then)
        ;
    say_report(&d->h, &b, "m1", "no power");
    say_report(&d->h, &c, "m1", "no power!");
    struct event first = opened_as(d, 'r', G1, buf_str(&a));
    struct event same = opened_as(d, 'r', G1, buf_str(&b));
    struct event other = opened_as(d, 'r', G1, buf_str(&c));
    assert_true(first.report.occurred_at != same.report.occurred_at);
    assert_memory_equal(first.report.digest, same.report.digest, 16);
    assert_memory_not_equal(first.report.digest, other.report.digest, 16);
    buf_fini(&a), buf_fini(&b), buf_fini(&c);
}

static void
a_revoked_key_may_speak_but_has_no_role(void **state)
{
    struct desk *d = *state;
    struct buf b = { 0 };
    say_event(&d->h, &b, E2, VERB_ACCEPT, (struct ticket_id){ { 1 } });
    struct event ev = opened_as(d, 'e', E2, buf_str(&b));
    assert_int_equal(ev.kind, EVENT_VERB);
    assert_int_equal(ev.act.role, ROLE_NONE);
    assert_true(str_is(ev.act.note, "why not"));
    buf_fini(&b);
}

static void
what_decides_a_level_is_taken_from_the_body(void **state)
{
    struct desk *d = *state;
    struct buf b = { 0 };
    say_report(&d->h, &b, "m1", "no power");
    struct event ev = opened_as(d, 'r', G1, buf_str(&b));
    assert_int_equal(ev.kind, EVENT_REPORT);
    assert_int_equal(ev.report.affected_pct, 15);
    assert_int_equal(ev.report.lost_pct, -1);
    assert_true(ev.report.down);
    assert_int_equal(ev.report.follows.b[0], 9);
    assert_string_equal(ev.report.lang, "zh"); /* all that its seven bytes hold of zh-Hans-CN */
    buf_fini(&b);
}

static void
an_act_has_everything_that_was_said(void **state)
{
    struct desk *d = *state;
    struct buf b = { 0 }, packed = { 0 };
    struct sections s = { 0 };
    struct event_body said = EVENT_BODY_NONE;
    struct ticket_id none = { { 0 } }, fresh;
    s.words[SECTION_LESSONS] = STR("label the fuses");
    said.sections = body_put_sections(&packed, &s);
    said.text = buf_str(&packed);
    said.reason = REASON_FAR;
    said.until = 5;
    said.engineer = (struct engineer_id){ "e2" };
    said.other = (struct ticket_id){ { 7 } };
    said.place = (struct place){ 1, 2 };
    said.object = 3;
    said.amount = 4;
    said.warranty = true;
    strcpy(said.code, "4711"), strcpy(said.level, "severe"), strcpy(said.name, "fan");
    say_body(&d->h, &b, E1, VERB_DIFFERENT, (struct ticket_id){ { 1 } }, &said);
    struct event ev = opened_as(d, 'e', E1, buf_str(&b));
    const struct act *a = &ev.act;
    assert_int_equal(ev.kind, EVENT_VERB);
    assert_int_equal(a->reason, REASON_FAR);
    assert_int_equal(a->until, 5);
    assert_string_equal(a->engineer.s, "e2");
    assert_int_equal(a->other.b[0], 7);
    assert_int_equal(a->place.lon_e7, 2);
    assert_int_equal(a->object, 3);
    assert_int_equal(a->amount, 4);
    assert_true(a->warranty);
    assert_string_equal(a->code, "4711");
    assert_string_equal(a->level, "severe");
    assert_string_equal(a->name, "fan");
    assert_int_equal(a->sections, 1u << SECTION_LESSONS);
    assert_true(str_eq(a->text, buf_str(&packed)));
    ticket_id_of(fresh.b, str_of(a->who.s), a->id.epoch, a->id.counter);
    assert_true(same_id(a->fresh, fresh));
    buf_clear(&b);
    say_event(&d->h, &b, E1, VERB_ACCEPT, (struct ticket_id){ { 1 } }); /* opens nothing */
    ev = opened_as(d, 'e', E1, buf_str(&b));
    assert_true(same_id(ev.act.fresh, none));
    assert_int_equal(ev.act.amount, -1);
    assert_false(place_known(ev.act.place));
    buf_fini(&b), buf_fini(&packed);
}

static void
a_section_that_is_none_is_named(void **state)
{
    struct desk *d = *state;
    struct buf b = { 0 }, packed = { 0 };
    struct event_body said = EVENT_BODY_NONE;
    pack_map(&packed, 1);
    pack_text(&packed, "poetry");
    pack_text(&packed, "o fuse");
    said.sections = 1;
    said.text = buf_str(&packed);
    say_body(&d->h, &b, E1, VERB_REPORT, (struct ticket_id){ { 1 } }, &said);
    struct event ev = opened_as(d, 'e', E1, buf_str(&b));
    assert_int_equal(ev.kind, EVENT_POISON);
    assert_non_null(memmem(ev.poison.why.at, ev.poison.why.len, "'poetry'", 8));
    buf_fini(&b), buf_fini(&packed);
}

/* Every prefix, and every byte changed, of both kinds of message. */
static void
whatever_is_cut_or_changed_is_poison_or_says_the_same(void **state)
{
    struct desk *d = *state;
    struct rng r = seed();
    struct buf b[2] = { { 0 }, { 0 } };
    static const char kinds[] = { 'r', 'e' };
    static const enum who whose[] = { G1, E1 };
    say_report(&d->h, &b[0], "m1", "no power");
    say_event(&d->h, &b[1], E1, VERB_ACCEPT, (struct ticket_id){ { 1 } });
    for (size_t k = 0; k < 2; k++) {
        struct event whole = opened_as(d, kinds[k], whose[k], buf_str(&b[k]));
        assert_int_not_equal(whole.kind, EVENT_POISON);
        uint8_t digest[16];
        memcpy(digest, whole.report.digest, sizeof(digest));
        for (size_t len = 0; len < b[k].len; len++) {
            struct str cut = { (const char *)b[k].data, len };
            assert_int_equal(opened_as(d, kinds[k], whose[k], cut).kind, EVENT_POISON);
        }
        for (size_t i = 0; i < b[k].len; i++) {
            uint8_t flip = (uint8_t)(1u << rng_below(&r, 8));
            b[k].data[i] ^= flip;
            struct event ev = opened_as(d, kinds[k], whose[k], buf_str(&b[k]));
            b[k].data[i] ^= flip;
            if (ev.kind == EVENT_POISON)
                continue; /* else: a header that the worker does not read */
            assert_int_equal(ev.kind, whole.kind);
            if (k == 0)
                assert_memory_equal(ev.report.digest, digest, sizeof(digest));
            else
                assert_memory_equal(&ev.act.id, &whole.act.id, sizeof(whole.act.id));
        }
    }
    buf_fini(&b[0]);
    buf_fini(&b[1]);
}

static void
poison_names_whom_and_what_it_can(void **state)
{
    struct desk *d = *state;
    struct buf b = { 0 };
    struct report_id id = report_id("m1");
    say_report(&d->h, &b, "m1", "no power");
    struct event ev = opened_as(d, 'r', STRANGER, buf_str(&b));
    assert_int_equal(ev.kind, EVENT_POISON);
    assert_string_equal(ev.poison.who.s, "stranger");
    assert_memory_equal(&ev.poison.report, &id, sizeof(id));
    assert_true(str_is(ev.poison.why, "its sender is not in the plan"));
    assert_int_equal(opened_as(d, '?', G1, buf_str(&b)).kind, EVENT_POISON);
    buf_fini(&b);
}

static void
a_plan_entry_is_news_only_when_it_is_newer(void **state)
{
    struct desk *d = *state;
    assert_int_equal(opened_as(d, 'p', POOL, STR("1")).kind, EVENT_KINDS);
    static const char *const bad[] = { "", "0", "-1", "x", "1x", "99999999999" };
    for (size_t i = 0; i < countof(bad); i++)
        assert_int_equal(opened_as(d, 'p', POOL, str_of(bad[i])).kind, EVENT_POISON);
}

static void
a_neighbours_word_opens_where_it_is_addressed_and_nowhere_else(void **state)
{
    struct desk *d = *state;
    struct buf b = { 0 };
    struct arena a = { 0 };
    const struct assist word = {
        .from = TRIAGE, .sequence = 5, .kind = ASSIST_DENIED, .ticket = { { 3 } }
    };
    body_put_assist(&b, &word);
    struct str here = rest_assist(&d->rest, NORTH, buf_str(&b), &a);
    struct str there = rest_assist(&d->rest, TRIAGE, buf_str(&b), &a);
    struct event ev = opened_as(d, 'x', POOL, here);
    assert_int_equal(ev.kind, EVENT_ASSIST);
    assert_int_equal(ev.assist.sequence, 5);
    assert_int_equal(opened_as(d, 'x', POOL, there).kind, EVENT_POISON);
    arena_fini(&a);
    buf_fini(&b);
}

static void
a_record_opens_only_at_its_own_place(void **state)
{
    struct desk *d = *state;
    struct arena a = { 0 };
    struct str plain;
    for (enum record_kind k = 0; k < RECORDS; k++) {
        struct str sealed = rest_record(&d->rest, k, NORTH, STR("key"), STR("content"), &a);
        assert_int_equal(rest_open_record(&d->rest, k, NORTH, STR("key"), sealed, &plain), OK);
        assert_true(str_is(plain, "content"));
        assert_int_equal(rest_open_record(&d->rest, k, TRIAGE, STR("key"), sealed, &plain),
                         ERR_KEY);
        assert_int_equal(rest_open_record(&d->rest, k, NORTH, STR("kez"), sealed, &plain), ERR_KEY);
        for (enum record_kind other = 0; other < RECORDS; other++)
            if (other != k)
                assert_int_equal(
                    rest_open_record(&d->rest, other, NORTH, STR("key"), sealed, &plain), ERR_KEY);
    }
    arena_fini(&a);
}

static void
a_new_plan_changes_keys_and_keeps_those_that_stay(void **state)
{
    struct desk *d = *state;
    struct keyholder *g = keyring_find(d->keyring, name_of(G1));
    struct seal_key was = *keyholder_in(d->keyring, g);
    struct seal_key expected = key_to_pool(&d->h, G1);
    assert_memory_equal(&was, &expected, sizeof(was));
    assert_null(keyring_find(d->keyring, name_of(STRANGER)));
    struct keyholder *const *list;
    assert_int_equal(keyring_dispatchers(d->keyring, &list), 2);

    struct buf yaml = { 0 }, why = { 0 };
    struct plan *next;
    keys_free(d->h.keys[E1]);
    d->h.keys[E1] = keys_new();
    struct seal_key old = *keyholder_in(d->keyring, keyring_find(d->keyring, name_of(E1)));
    house_yaml(&d->h, &yaml, D1);
    assert_int_equal(plan_parse(&next, "next", buf_str(&yaml), &why), OK);
    struct atlas *atlas = atlas_new(next);
    keyring_use(d->keyring, atlas);
    assert_ptr_equal(keyring_find(d->keyring, name_of(G1)), g);
    assert_memory_equal(keyholder_in(d->keyring, g), &was, sizeof(was));
    assert_memory_not_equal(keyholder_in(d->keyring, keyring_find(d->keyring, name_of(E1))), &old,
                            sizeof(old));
    assert_int_equal(keyring_dispatchers(d->keyring, &list), 1);
    assert_string_equal(list[0]->p.id.s, "d2");
    keyring_use(d->keyring, d->atlas);
    atlas_free(atlas);
    plan_free(next);
    buf_fini(&yaml);
}

/* How often `what` has been logged since stderr was turned to `to`. */
static unsigned
count_logged(FILE *to, const char *what)
{
    char line[512];
    unsigned n = 0;
    rewind(to);
    while (fgets(line, sizeof(line), to) != NULL)
        n += strstr(line, what) != NULL;
    return n;
}

static void
a_slow_pattern_fits_nothing_and_is_told_once(void **state)
{
    struct desk *d = *state;
    struct buf yaml = { 0 }, slow = { 0 }, why = { 0 }, b = { 0 };
    static const char rules[] = "level_rules:\n";
    char text[3001] = "";
    memset(text, 'a', sizeof(text) - 1);
    house_yaml(&d->h, &yaml, E2);
    const char *at = strstr(buf_cstr(&yaml), rules);
    buf_printf(&slow, "%.*s%s  - { match: [ '(a+)+\\d' ], level: severe }\n%s",
               (int)(at - (const char *)yaml.data), (const char *)yaml.data, rules,
               at + strlen(rules));
    assert_int_equal(plan_parse(&d->edition.plan, "slow", buf_str(&slow), &why), OK);
    say_report(&d->h, &b, "m1", text);
    FILE *log = tmpfile();
    int out = dup(STDERR_FILENO);
    assert_true(log != NULL && out >= 0 && dup2(fileno(log), STDERR_FILENO) >= 0);
    for (int i = 0; i < 3; i++) {
        struct event ev = opened_as(d, 'r', G1, buf_str(&b));
        assert_int_equal(ev.kind, EVENT_REPORT);
        assert_int_equal(ev.report.words, 0);
    }
    dup2(out, STDERR_FILENO);
    close(out);
    assert_int_equal(count_logged(log, "event=pattern_slow plan=1 level_rule=1"), 1);
    fclose(log);
    plan_free(d->edition.plan);
    d->edition.plan = d->plan;
    buf_fini(&yaml), buf_fini(&slow), buf_fini(&b);
}

#define AT_A_DESK(test) cmocka_unit_test_setup_teardown(test, open_desk, close_desk)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        AT_A_DESK(a_whole_report_is_an_event_with_all_it_says),
        AT_A_DESK(the_digest_knows_the_content_and_not_the_moment_it_was_said),
        AT_A_DESK(a_revoked_key_may_speak_but_has_no_role),
        AT_A_DESK(what_decides_a_level_is_taken_from_the_body),
        AT_A_DESK(an_act_has_everything_that_was_said),
        AT_A_DESK(a_section_that_is_none_is_named),
        AT_A_DESK(whatever_is_cut_or_changed_is_poison_or_says_the_same),
        AT_A_DESK(poison_names_whom_and_what_it_can),
        AT_A_DESK(a_plan_entry_is_news_only_when_it_is_newer),
        AT_A_DESK(a_neighbours_word_opens_where_it_is_addressed_and_nowhere_else),
        AT_A_DESK(a_record_opens_only_at_its_own_place),
        AT_A_DESK(a_slow_pattern_fits_nothing_and_is_told_once),
        AT_A_DESK(a_new_plan_changes_keys_and_keeps_those_that_stay),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
