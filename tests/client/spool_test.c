/* spool_test.c - a spool opened again is the spool that was: after any sequence of changes, cut
 * at any byte, flipped at any byte, moved between segments. */
#include "tests/client/scratch.h"

#include "common/client/spool.h"

static const struct spool_options usual = { NULL, 1 << 20, 1000 };

static struct spool *
open_in(const char *folder, uint32_t segment_max, instant now)
{
    struct spool *s;
    struct buf why = { 0 };
    struct spool_options o = usual;
    o.folder = folder;
    o.segment_max = segment_max;
    enum err e = spool_open(&s, &o, now, &why);
    if (e != OK)
        fail_msg("%s", buf_cstr(&why));
    buf_fini(&why);
    return s;
}

static struct territory_id
territory(uint64_t n)
{
    struct territory_id t = { "" };
    snprintf(t.s, sizeof(t.s), "t%u", (unsigned)n);
    return t;
}

/* ---- a spool in words */

static int
by_number(const void *a, const void *b)
{
    const struct rec *x = *(struct rec *const *)a, *y = *(struct rec *const *)b;
    return (x->number > y->number) - (x->number < y->number);
}

/* One line a record, by number: what a caller or a broker could ever see of it. */
static void
describe_recs(struct spool *s, struct buf *out)
{
    struct rec *r, *list[4096];
    size_t count = 0;
    for (size_t i = 0; (r = map_next(&s->numbers, &i)) != NULL;)
        list[count++] = r;
    qsort(list, count, sizeof(list[0]), by_number);
    for (size_t i = 0; i < count; i++) {
        char hex[33];
        r = list[i];
        hex_of(hex, &r->id, 16);
        const char *how = r->state == REC_COVERED    ? "covered"
                          : r->state == REC_ACCEPTED ? "accepted"
                          : rec_is(r, REC_TOLD)      ? "told"
                                                     : "waiting";
        struct message m;
        assert_int_equal(spool_read(s, 0, r, &m), OK);
        buf_printf(out, "%" PRIu64 " %s %s %s %u %.*s\n", r->number, hex, how,
                   tallies_at(&s->tallies, r->territory)->territory.s, r->plan,
                   m.kind == MSG_EVENT ? (int)m.event.sealed.len : (int)m.report.sealed.len,
                   m.kind == MSG_EVENT ? m.event.sealed.at : m.report.sealed.at);
    }
}

static void
describe(struct spool *s, struct buf *out)
{
    buf_clear(out);
    describe_recs(s, out);
    for (size_t i = 1; i < s->tallies.count; i++) {
        const struct tally *k = s->tallies.list[i];
        if (k->mail + k->watch > 0)
            buf_printf(out, "%s %" PRIu64 " %" PRIu64 " %" PRIu64 " v%" PRIu64 "\n", k->territory.s,
                       k->mail, k->watch, tally_confirmed(k, false), k->head.version);
    }
    buf_printf(out, "counter %" PRIu64 " number %" PRIu64 "\n", s->counter, s->number);
}

/* Lists and indices agree with the records. */
static void
check_inside(struct spool *s)
{
    size_t listed = 0;
    for (size_t l = 0; l < RECS_LISTS; l++) {
        size_t count = 0;
        uint64_t before = 0;
        for (struct rec *r = s->lists[l].first; r != NULL; r = r->next, count++) {
            assert_int_equal(r->list, l);
            assert_ptr_equal(spool_numbered(s, r->number), r);
            assert_true(l != RECS_EVENTS || r->number > before);
            before = r->number;
            bool parked = !rec_is(r, REC_EVENT) && r->older != NULL && l == RECS_PARKED;
            assert_true(!parked || r->older->state < REC_ACCEPTED);
            assert_true(r->older == NULL || r->older->number < r->number);
        }
        assert_int_equal(count, s->lists[l].count);
        listed += count;
    }
    assert_int_equal(listed, s->numbers.count);
}

/* How many lines of `a` are not in `b`; said, when asked. */
static size_t
lines_missing(struct buf *a, struct buf *b, const char *say)
{
    size_t missing = 0;
    struct str rest = buf_str(a);
    while (rest.len > 0) {
        char line[256];
        struct str one = str_cut(&rest, '\n');
        snprintf(line, sizeof(line), "%.*s\n", STR_ARG(one));
        if (strstr(buf_cstr(b), line) != NULL)
            continue;
        missing++;
        if (say != NULL)
            print_message("%s: %s", say, line);
    }
    return missing;
}

/* ---- random changes */

static void
put_report(struct spool *s, struct rng *r)
{
    char text[40];
    struct message m = { .kind = MSG_REPORT };
    uint8_t digest[16] = { (uint8_t)rng_below(r, 3) };
    m.report.id.b[0] = (uint8_t)rng_below(r, 30);
    m.report.hint = -1;
    m.report.route.place = PLACE_NONE;
    snprintf(text, sizeof(text), "text %u", (unsigned)rng_below(r, 100000));
    m.report.sealed = str_of(text);
    struct rec *known = spool_same(s, m.report.id, digest);
    if (known != NULL)
        spool_again(s, known);
    else
        spool_put_report(s, &m, digest);
}

static void
put_event(struct spool *s, struct rng *r)
{
    struct message m = { .kind = MSG_EVENT };
    m.event.id = spool_next_event(s);
    m.event.territory = territory(rng_below(r, 3));
    m.event.verb = VERB_ACCEPT;
    m.event.sealed = STR("note");
    spool_put_event(s, &m);
}

static struct rec *
pick(struct spool *s, struct rng *r, enum rec_list_name l)
{
    struct rec *at = s->lists[l].first;
    for (uint64_t n = at == NULL ? 0 : rng_below(r, s->lists[l].count); n > 0; n--)
        at = at->next;
    return at;
}

static void
answer_one(struct spool *s, struct rng *r, instant now)
{
    static const enum rec_list_name from[] = { RECS_TO_ROUTE, RECS_TO_SEND, RECS_EVENTS };
    struct rec *rec = pick(s, r, from[rng_below(r, countof(from))]);
    if (rec == NULL)
        return;
    if (rec->list == RECS_TO_ROUTE) {
        spool_fly(s, rec, REC_ROUTING, 1);
        if (rng_below(r, 4) == 0)
            spool_land(s, rec);
        else
            spool_address(s, rec, territory(rng_below(r, 3)), 1 + (uint32_t)rng_below(r, 2));
        return;
    }
    spool_fly(s, rec, REC_SENDING, 1);
    switch (rng_below(r, 6)) {
    case 0:
        spool_land(s, rec);
        break;
    case 1:
        spool_refused(s, rec);
        break;
    case 2:
        if (rec_is(rec, REC_EVENT) || !spool_readdress(s, rec))
            spool_land(s, rec);
        break;
    default:
        spool_accepted(s, rec, now);
    }
}

static void
tell_one(struct spool *s, struct rng *r, instant now)
{
    static const enum rec_list_name from[] = { RECS_UNCOVERED, RECS_TO_SEND, RECS_EVENTS };
    struct rec *rec = pick(s, r, from[rng_below(r, 8) == 0 ? 1 + rng_below(r, 2) : 0]);
    if (rec == NULL)
        return;
    if (rec_is(rec, REC_EVENT))
        spool_told_event(s, rec->id.event, now);
    else
        spool_told_report(s, rec->id.report, now);
}

static void
count_letter(struct spool *s, struct rng *r)
{
    struct tally *k =
        tallies_at(&s->tallies, tallies_index(&s->tallies, territory(rng_below(r, 3))));
    tally_take(&s->tallies, k, rng_below(r, 3) == 0, k->mail + 1 + rng_below(r, 2), false);
    assert_int_equal(spool_sync(s), OK);
}

static void
change(struct spool *s, struct rng *r, instant now)
{
    uint64_t dice = rng_below(r, 100);
    if (dice < 30)
        put_report(s, r);
    else if (dice < 40)
        put_event(s, r);
    else if (dice < 80)
        answer_one(s, r, now);
    else if (dice < 92)
        tell_one(s, r, now);
    else if (dice < 96)
        count_letter(s, r);
    else if (dice < 98)
        spool_rollback(s, tallies_index(&s->tallies, territory(rng_below(r, 3))), now);
    else
        assert_int_equal(spool_sync(s), OK);
}

/* ---- properties */

enum { STEPS = 160 };

struct history { /* of one segment: what it says up to each offset */
    size_t offsets[STEPS + 1];
    struct buf words[STEPS + 1];
};

static void
history_make(struct history *h, struct spool *s, struct rng *r)
{
    for (size_t i = 0; i <= STEPS; i++) {
        if (i > 0)
            change(s, r, 5);
        check_inside(s);
        h->offsets[i] = journal_size(s->journal) + journal_pending(s->journal);
        if (spool_sync(s) != OK) /* records are read back for their words */
            fail();
        describe(s, &h->words[i]);
    }
}

static void
history_fini(struct history *h)
{
    for (size_t i = 0; i <= STEPS; i++)
        buf_fini(&h->words[i]);
}

static void
cut_at_any_byte_it_is_as_it_was_after_some_change(void **state)
{
    (void)state;
    struct rng r = seed();
    struct scratch a = scratch_new(), b = scratch_new();
    struct history *h = zalloc(sizeof(*h));
    struct buf bytes = { 0 }, words = { 0 };
    struct spool *s = open_in(a.path, 1 << 20, 5);
    history_make(h, s, &r);
    spool_close(s);
    file_get(scratch_at(a.path, "00000001.seg"), &bytes);
    size_t done = 0;
    for (size_t cut = h->offsets[0]; cut <= bytes.len; cut++) {
        while (done < STEPS && h->offsets[done + 1] <= cut)
            done++;
        file_put(scratch_at(b.path, "00000001.seg"), (struct str){ (const char *)bytes.data, cut });
        s = open_in(b.path, 1 << 20, 5);
        check_inside(s);
        uint64_t counter = s->damage.cut > 0 ? 0 : s->counter;
        s->counter = h->offsets[done] == cut ? counter : 0;
        describe(s, &words);
        /* A cut counter begins a new epoch: that line apart. */
        size_t line = (size_t)(strstr(buf_cstr(&words), "counter") - buf_cstr(&words));
        bool same = line <= h->words[done].len &&
                    memcmp(words.data, h->words[done].data, line) == 0 &&
                    memcmp(h->words[done].data + line, "counter", 7) == 0;
        size_t next = done < STEPS ? done + 1 : done;
        bool ahead =
            line <= h->words[next].len && memcmp(words.data, h->words[next].data, line) == 0;
        if (!same && !ahead) {
            lines_missing(&words, &h->words[done], "it is");
            lines_missing(&h->words[done], &words, "it was");
            fail_msg("cut at %zu (change %zu)", cut, done);
        }
        spool_close(s);
    }
    history_fini(h);
    free(h);
    buf_fini(&bytes);
    buf_fini(&words);
    scratch_free(&a);
    scratch_free(&b);
}

static void
a_flipped_byte_changes_one_record_and_begins_a_new_epoch(void **state)
{
    (void)state;
    struct rng r = seed();
    struct scratch a = scratch_new(), b = scratch_new();
    struct buf bytes = { 0 }, good = { 0 }, words = { 0 };
    struct spool *s = open_in(a.path, 1 << 20, 5);
    for (int i = 0; i < 60; i++) {
        put_report(s, &r);
        put_event(s, &r);
    }
    for (int i = 0; i < 200; i++)
        answer_one(s, &r, 5);
    assert_int_equal(spool_sync(s), OK);
    uint64_t epoch = s->epoch;
    describe_recs(s, &good);
    spool_close(s);
    file_get(scratch_at(a.path, "00000001.seg"), &bytes);
    for (int i = 0; i < 800; i++) {
        size_t at = rng_below(&r, bytes.len);
        uint8_t with = (uint8_t)(1 + rng_below(&r, 255));
        bytes.data[at] ^= with;
        file_put(scratch_at(b.path, "00000001.seg"), buf_str(&bytes));
        bytes.data[at] ^= with;
        s = open_in(b.path, 1 << 20, 5);
        check_inside(s);
        assert_true(s->damage.skipped + s->damage.cut > 0);
        assert_true(s->epoch > epoch);
        buf_clear(&words);
        describe_recs(s, &words);
        /* One record is lost, another state, or (a refusal lost) back again; and one report that
         * inherits its address differs with it. */
        assert_in_range(lines_missing(&good, &words, NULL), 0, 2);
        assert_in_range(lines_missing(&words, &good, NULL), 0, 2);
        spool_close(s);
    }
    buf_fini(&bytes);
    buf_fini(&good);
    buf_fini(&words);
    scratch_free(&a);
    scratch_free(&b);
}

static void
small_segments_move_shrink_and_lose_nothing(void **state)
{
    (void)state;
    struct rng r = seed();
    struct scratch a = scratch_new(), b = scratch_new();
    struct buf then = { 0 }, words = { 0 };
    struct spool *s = open_in(a.path, 2000, 5);
    size_t segments_most = 0, dropped = 0;
    for (instant now = 5; now < 4000; now += 2) {
        change(s, &r, now);
        for (int i = 0; i < 4; i++) {
            answer_one(s, &r, now);
            tell_one(s, &r, now);
        }
        if (rng_below(&r, 4) == 0)
            assert_int_equal(spool_sync(s), OK);
        if (rng_below(&r, 10) == 0) {
            size_t before = journal_segments(s->journal);
            spool_expire(s, now);
            dropped += before > journal_segments(s->journal);
        }
        check_inside(s);
        segments_most = journal_segments(s->journal) > segments_most ? journal_segments(s->journal)
                                                                     : segments_most;
        if (now % 50 != 5)
            continue;
        assert_int_equal(spool_sync(s), OK);
        spool_expire(s, now);
        describe(s, &then);
        folder_copy(a.path, b.path); /* a crash here */
        struct spool *t = open_in(b.path, 2000, now);
        spool_expire(t, now);
        describe(t, &words);
        size_t other = lines_missing(&words, &then, "it is");
        assert_int_equal(other + lines_missing(&then, &words, "it was"), 0);
        spool_close(t);
    }
    uint64_t size, held;
    journal_total(s->journal, &size, &held);
    print_message("at most %zu segments, dropped %zu times, %" PRIu64 " bytes held of %" PRIu64
                  "\n",
                  segments_most, dropped, held, size);
    assert_in_range(size, held, 4 * held + 8 * 2000);
    assert_true(dropped > 10);
    spool_close(s);
    buf_fini(&then);
    buf_fini(&words);
    scratch_free(&a);
    scratch_free(&b);
}

/* ---- examples */

static struct rec *
take_report(struct spool *s, uint8_t id, uint8_t content)
{
    struct message m = { .kind = MSG_REPORT };
    uint8_t digest[16] = { content };
    m.report.id.b[0] = id;
    m.report.route.place = PLACE_NONE;
    return spool_put_report(s, &m, digest);
}

static void
deliver(struct spool *s, struct rec *r)
{
    if (r->territory == 0) {
        spool_fly(s, r, REC_ROUTING, 1);
        spool_address(s, r, territory(1), 7);
    }
    spool_fly(s, r, REC_SENDING, 1);
    spool_accepted(s, r, 5);
}

static void
other_content_under_a_known_id_waits_its_turn_and_takes_the_first_address(void **state)
{
    (void)state;
    struct scratch a = scratch_new();
    struct spool *s = open_in(a.path, 1 << 20, 5);
    struct rec *first = take_report(s, 1, 1), *second = take_report(s, 1, 2);
    assert_int_equal(first->list, RECS_TO_ROUTE);
    assert_int_equal(second->list, RECS_PARKED);
    spool_close(s);
    s = open_in(a.path, 1 << 20, 5);
    first = s->lists[RECS_TO_ROUTE].first;
    second = s->lists[RECS_PARKED].first;
    assert_non_null(second);
    deliver(s, first);
    assert_int_equal(second->list, RECS_TO_SEND);
    assert_int_equal(second->plan, 7);
    assert_int_equal(second->territory, first->territory);
    scratch_empty(a.path);
    spool_close(s);
    scratch_free(&a);
}

static void
what_was_told_before_it_was_accepted_is_covered_at_once(void **state)
{
    (void)state;
    struct scratch a = scratch_new();
    struct spool *s = open_in(a.path, 1 << 20, 5);
    struct rec *r = take_report(s, 1, 1);
    spool_told_report(s, r->id.report, 5);
    assert_int_equal(r->list, RECS_TO_ROUTE);
    deliver(s, r);
    assert_int_equal(r->list, RECS_KEPT);
    spool_expire(s, 5 + usual.keep_ms - 1);
    assert_int_equal(s->numbers.count, 1);
    spool_expire(s, 5 + usual.keep_ms);
    assert_int_equal(s->numbers.count, 0);
    spool_close(s);
    scratch_free(&a);
}

static void
a_rollback_sends_all_of_its_territory_again_in_order_even_after_a_crash(void **state)
{
    (void)state;
    struct scratch a = scratch_new();
    struct spool *s = open_in(a.path, 1 << 20, 5);
    for (uint8_t i = 1; i <= 5; i++)
        deliver(s, take_report(s, i, 1));
    spool_told_report(s, (struct report_id){ { 2 } }, 5);
    spool_told_report(s, (struct report_id){ { 1 } }, 6);
    assert_int_equal(spool_rollback(s, tallies_index(&s->tallies, territory(1)), 7), 5);
    for (int life = 0; life < 2; life++) {
        uint64_t number = 0;
        assert_int_equal(s->lists[RECS_TO_SEND].count, 5);
        for (struct rec *r = s->lists[RECS_TO_SEND].first; r != NULL; r = r->next) {
            assert_int_equal(r->number, ++number);
            assert_true(rec_is(r, REC_MAYBE));
        }
        spool_close(s);
        s = open_in(a.path, 1 << 20, 5);
    }
    spool_close(s);
    scratch_free(&a);
}

static void
a_spool_of_another_version_is_left_alone(void **state)
{
    (void)state;
    struct scratch a = scratch_new();
    struct spool *s = open_in(a.path, 1 << 20, 5);
    buf_put_u32(journal_begin(s->journal, ENTRY_START), SPOOL_VERSION + 1);
    (void)journal_end(s->journal);
    spool_close(s);
    struct buf why = { 0 };
    struct spool_options o = usual;
    o.folder = a.path;
    assert_int_equal(spool_open(&s, &o, 5, &why), ERR_VERSION);
    assert_null(s);
    assert_non_null(strstr(buf_cstr(&why), "version 2"));
    buf_fini(&why);
    scratch_free(&a);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cut_at_any_byte_it_is_as_it_was_after_some_change),
        cmocka_unit_test(a_flipped_byte_changes_one_record_and_begins_a_new_epoch),
        cmocka_unit_test(small_segments_move_shrink_and_lose_nothing),
        cmocka_unit_test(other_content_under_a_known_id_waits_its_turn_and_takes_the_first_address),
        cmocka_unit_test(what_was_told_before_it_was_accepted_is_covered_at_once),
        cmocka_unit_test(a_rollback_sends_all_of_its_territory_again_in_order_even_after_a_crash),
        cmocka_unit_test(a_spool_of_another_version_is_left_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
