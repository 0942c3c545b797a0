/* house.h - a whole small site for the worker's tests: a private Redis with the site's own
 * rights, keys, a plan, and people who seal and open as docs/protocol.md says. */
#ifndef TESTS_WORKER_HOUSE_H
#define TESTS_WORKER_HOUSE_H

#include "common/io/log.h"
#include "common/wire/body.h"
#include "common/wire/codec.h"
#include "common/wire/log.h"
#include "common/wire/names.h"
#include "tests/seed.h"
#include "tests/store/private.h"
#include "workers/worker.h"

/* Everybody with a key. The roles are the plan's. */
enum who { POOL, WORKER, G1, E1, E2, D1, D2, STRANGER, PEOPLE };
static const struct {
    const char *name, *role;
} people[PEOPLE] = {
    [POOL] = { "pool", NULL },     [WORKER] = { "worker", "worker" }, [G1] = { "g1", "gateway" },
    [E1] = { "e1", "engineer" },   [E2] = { "e2", "engineer" },       [D1] = { "d1", "dispatcher" },
    [D2] = { "d2", "dispatcher" }, [STRANGER] = { "stranger", NULL },
};

static const struct territory_id NORTH = { "north" }, TRIAGE = { "triage" };

struct house {
    struct private_redis redis;
    struct conf conf;
    struct keys *keys[PEOPLE];
    struct store *operator_, *broker;
    struct arena arena; /* of what was opened */
    uint32_t plan;
    uint64_t counter; /* of events sent */
};

static inline struct principal_id
name_of(enum who w)
{
    struct principal_id id = { 0 };
    str_fill(id.s, sizeof(id.s), str_of(people[w].name));
    return id;
}

/* Two territories, one skill, two engineers always on duty. `more` goes at the end of the
 * principals; `without` is left out of them. */
static inline void
house_yaml(const struct house *h, struct buf *y, enum who revoked)
{
    buf_printf(y,
               "version: %u\nname: test\n"
               "settings: { triage: triage, fallback_category: other, repeat_min: 0, settle_days: "
               "0, reopen_days: 0 }\n"
               "levels:\n"
               "  - { id: general, offer_s: 300 }\n"
               "  - { id: severe, offer_s: 60 }\n"
               "escalations:\n"
               "  - { id: usual, steps: [ { share_pct: 75, to: [ dispatchers ] }, "
               "{ share_pct: 100, to: [ dispatchers ] } ] }\n"
               "contracts:\n"
               "  - { id: usual, promises: [ { clock: response, working_min: 15 }, "
               "{ clock: arrival, level: general, working_min: 180 }, "
               "{ clock: arrival, level: severe, working_min: 120 }, "
               "{ clock: restoration, working_min: 240 } ] }\n"
               "categories:\n"
               "  - { id: other, level: general }\n"
               "  - { id: power, level: severe, needs: [ { skill: power, level: 1 } ] }\n"
               "level_rules:\n"
               "  - { words: [ fire ], level: severe }\n"
               "territories:\n"
               "  - { id: north, code: N1, area: [ { lat: 42.0, lon: -71.5 }, "
               "{ lat: 42.0, lon: -70.5 }, { lat: 43.0, lon: -70.5 }, "
               "{ lat: 43.0, lon: -71.5 } ] }\n"
               "  - { id: triage, code: T0 }\n"
               "engineers:\n",
               h->plan);
    for (int i = 1; i <= 2; i++)
        buf_printf(y,
                   "  - { id: e%d, name: Engineer %d, phone: \"+1 617 555 010%d\", "
                   "territory: north, lat: 42.3%d, lon: -71.05, capacity: 1000, "
                   "skills: [ { skill: power, level: 5 } ] }\n",
                   i, i, i, i);
    buf_printf(y, "principals:\n");
    for (enum who w = 0; w < PEOPLE; w++) {
        char seal_hex[65], sign_hex[65];
        const struct public_keys *k = keys_public(h->keys[w]);
        if (people[w].role == NULL)
            continue;
        hex_of(seal_hex, k->seal, 32);
        hex_of(sign_hex, k->sign, 32);
        buf_printf(y, "  - id: %s\n    role: %s\n    curve: '%s'\n    seal: '%s'\n", people[w].name,
                   people[w].role, k->curve, seal_hex);
        if (w == WORKER)
            buf_printf(y, "    sign: '%s'\n", sign_hex);
        if (w == G1)
            buf_printf(y, "    sources: [ mail.support ]\n");
        if (w == revoked)
            buf_printf(y, "    revoked: true\n");
    }
}

/* Puts the next version of the plan in force, and tells the first `told` territories. */
static inline void
house_plan_told(struct house *h, enum who revoked, size_t told)
{
    struct buf yaml = { 0 }, ad = { 0 }, sealed = { 0 };
    const struct territory_id list[] = { NORTH, TRIAGE };
    const uint8_t signature[64] = { 0 };
    struct seal_key key;
    char version[16];
    h->plan++;
    snprintf(version, sizeof(version), "%u", h->plan);
    house_yaml(h, &yaml, revoked);
    seal_key_storage(&key, h->keys[POOL], "plan");
    ad_rest(&ad, "plan", (struct territory_id){ "" }, str_of(version));
    seal(&sealed, &key, buf_str(&ad), buf_str(&yaml));
    assert_int_equal(
        store_plan_put(h->operator_, h->plan, buf_str(&sealed), STR("map"), signature, list, told),
        OK);
    buf_fini(&yaml);
    buf_fini(&ad);
    buf_fini(&sealed);
}

/* PEOPLE: nobody is revoked. */
static inline void
house_plan(struct house *h, enum who revoked)
{
    house_plan_told(h, revoked, 2);
}

static inline void
house_new(struct house *h)
{
    char path[512];
    struct buf why = { 0 };
    memset(h, 0, sizeof(*h));
    log_open("test", getenv("FAULTLINE_LOG") == NULL ? LOG_ERROR : LOG_DEBUG);
    private_new(&h->redis, "0");
    for (enum who w = 0; w < PEOPLE; w++) {
        snprintf(path, sizeof(path), "%s/%s.key", h->redis.dir, people[w].name);
        h->keys[w] = keys_new();
        assert_int_equal(keys_write(path, h->keys[w], &why), OK);
    }
    struct conf *c = &h->conf;
    snprintf(c->redis, sizeof(c->redis), "%s", h->redis.where);
    snprintf(c->redis_worker_password, sizeof(c->redis_worker_password), "%s", WORKER_PASSWORD);
    snprintf(c->keys_dir, sizeof(c->keys_dir), "%s", h->redis.dir);
    snprintf(c->pool_key, sizeof(c->pool_key), "%s/pool.key", h->redis.dir);
    snprintf(c->anchors, sizeof(c->anchors), "%s/anchors", h->redis.dir);
    c->lease_ms = 400;
    c->beat_ms = 50;
    c->batch = 256;
    c->mailbox_max = c->watch_max = c->inbox_max = 1000000;
    c->anchor_ms = 100;
    c->clock_limit_ms = 2000;
    h->operator_ = private_store(&h->redis, "operator");
    h->broker = private_store(&h->redis, "broker");
    house_plan(h, PEOPLE);
}

/* kill -9 of Redis. */
static inline void
house_down(struct house *h)
{
    store_free(h->operator_);
    store_free(h->broker);
    private_signal(&h->redis, SIGKILL);
}

static inline void
house_up(struct house *h)
{
    private_start(&h->redis);
    h->operator_ = private_store(&h->redis, "operator");
    h->broker = private_store(&h->redis, "broker");
}

static inline void
house_free(struct house *h)
{
    store_free(h->operator_);
    store_free(h->broker);
    for (enum who w = 0; w < PEOPLE; w++)
        keys_free(h->keys[w]);
    arena_fini(&h->arena);
    private_stop(&h->redis);
}

/* ---- people who say something */

static inline struct key_id
key_id_of(const struct house *h, enum who w)
{
    struct key_id id;
    memcpy(id.b, keys_public(h->keys[w])->seal_id, sizeof(id.b));
    return id;
}

static inline struct seal_key
key_to_pool(const struct house *h, enum who w)
{
    struct seal_key k;
    assert_true(seal_key_between(&k, h->keys[w], keys_public(h->keys[POOL])->seal, true));
    return k;
}

static inline struct report_id
report_id(const char *key)
{
    struct report_id id;
    report_id_of(id.b, STR("mail.support"), str_of(key));
    return id;
}

/* A sealed REPORT as the gateway sends it. */
static inline void
say_report(const struct house *h, struct buf *out, const char *key, const char *text)
{
    struct buf body = { 0 }, ad = { 0 }, sealed = { 0 };
    const struct source_id source = { "mail.support" };
    struct seal_key k = key_to_pool(h, G1);
    const struct report_body r = { .text = str_of(text),
                                   .contact = STR("a@example.org"),
                                   .lang = STR("zh-Hans-CN"),
                                   .affected_pct = 15,
                                   .lost_pct = -1,
                                   .down = true,
                                   .follows = { { 9 } },
                                   .category = { "power" },
                                   .place = { 423000000, -710000000 },
                                   .hint = -1,
                                   .occurred_at = clock_wall_ms() };
    body_put_report(&body, &r);
    ad_report(&ad, key_id_of(h, POOL), key_id_of(h, G1), source, report_id(key));
    seal(&sealed, &k, buf_str(&ad), buf_str(&body));
    const struct message m = { .kind = MSG_REPORT,
                               .number = 1,
                               .report = { .id = report_id(key),
                                           .territory = NORTH,
                                           .plan = h->plan,
                                           .route = { .place = r.place },
                                           .hint = -1,
                                           .source = source,
                                           .pool_key = key_id_of(h, POOL),
                                           .sealed = buf_str(&sealed) } };
    codec_encode(&m, out);
    buf_fini(&body);
    buf_fini(&ad);
    buf_fini(&sealed);
}

static inline void
say_body(struct house *h, struct buf *out, enum who who, enum verb verb, struct ticket_id ticket,
         const struct event_body *words)
{
    struct buf body = { 0 }, ad = { 0 }, sealed = { 0 };
    struct seal_key k = key_to_pool(h, who);
    struct message m = { .kind = MSG_EVENT,
                         .number = 1,
                         .event = { .id = { 1, ++h->counter },
                                    .territory = NORTH,
                                    .ticket = ticket,
                                    .verb = verb,
                                    .occurred_at = clock_wall_ms(),
                                    .pool_key = key_id_of(h, POOL) } };
    body_put_event(&body, words);
    ad_event(&ad, key_id_of(h, POOL), key_id_of(h, who), &m);
    seal(&sealed, &k, buf_str(&ad), buf_str(&body));
    m.event.sealed = buf_str(&sealed);
    codec_encode(&m, out);
    buf_fini(&body);
    buf_fini(&ad);
    buf_fini(&sealed);
}

static inline void
say_event(struct house *h, struct buf *out, enum who who, enum verb verb, struct ticket_id ticket)
{
    struct event_body words = EVENT_BODY_NONE;
    words.note = STR("why not");
    say_body(h, out, who, verb, ticket, &words);
}

static inline void
append_as(struct house *h, char kind, enum who who, struct str bytes)
{
    const struct intake_entry e = { kind, name_of(who), bytes };
    assert_int_equal(private_append(h->broker, NORTH, &e, 1, 1000000), OK);
}

static inline void
send_report(struct house *h, const char *key, const char *text)
{
    struct buf bytes = { 0 };
    say_report(h, &bytes, key, text);
    append_as(h, 'r', G1, buf_str(&bytes));
    buf_fini(&bytes);
}

static inline void
send_event(struct house *h, enum who who, enum verb verb, struct ticket_id ticket)
{
    struct buf bytes = { 0 };
    say_event(h, &bytes, who, verb, ticket);
    append_as(h, 'e', who, buf_str(&bytes));
    buf_fini(&bytes);
}

/* ---- people who read */

struct opened {
    struct update u;
    uint64_t sequence;
    struct letter_head head;
    struct incarnation incarnation;
};
struct mailbox {
    struct house *house;
    enum who who;
    bool watch;
    struct opened list[4096];
    size_t count;
    size_t letters;
};

static inline struct str
open_with(struct mailbox *m, const struct seal_key *k, const struct buf *ad, struct str sealed)
{
    struct buf plain = { 0 };
    assert_int_equal(unseal(&plain, k, buf_str(ad), sealed), OK);
    struct str kept = arena_copy(&m->house->arena, buf_str(&plain));
    buf_fini(&plain);
    return kept;
}

static inline struct seal_key
key_from(struct str bytes)
{
    struct seal_key k;
    assert_int_equal(bytes.len, sizeof(k.b));
    memcpy(k.b, bytes.at, sizeof(k.b));
    return k;
}

/* The key that the letter is sealed with: the pool's to us, or its own. */
static inline struct seal_key
letter_key(struct mailbox *m, const struct letter *l)
{
    struct seal_key k;
    struct buf ad = { 0 };
    assert_true(seal_key_between(&k, m->house->keys[m->who],
                                 keys_public(m->house->keys[POOL])->seal, false));
    if (!m->watch)
        return k;
    for (size_t i = 0; i < l->watch_count; i++) {
        struct principal_id me = name_of(m->who);
        if (!same_id(l->watch[i].dispatcher, me))
            continue;
        ad_watch(&ad, l->territory, l->incarnation, l->first);
        k = key_from(open_with(m, &k, &ad, l->watch[i].sealed_key));
        buf_fini(&ad);
        return k;
    }
    fail_msg("the letter holds no key for %s", people[m->who].name);
    return k;
}

static inline void
open_letter(struct mailbox *m, struct str bytes)
{
    struct doc d, inner;
    struct letter l;
    struct update *updates;
    struct buf ad = { 0 };
    doc_init(&d);
    doc_init(&inner);
    struct str kept = arena_copy(&m->house->arena, bytes);
    assert_int_equal(body_get_letter(&d, &m->house->arena, kept, &l), OK);
    struct seal_key kw = letter_key(m, &l);
    ad_letter(&ad, &l);
    struct str plain = open_with(m, &kw, &ad, l.sealed);
    assert_int_equal(body_get_updates(&inner, &m->house->arena, plain, l.count, &updates), OK);
    for (size_t i = 0; i < l.count; i++) {
        struct opened *o = &m->list[m->count++];
        assert_true(m->count < countof(m->list));
        o->u = updates[i];
        o->sequence = l.first + i;
        o->head = l.head;
        o->incarnation = l.incarnation;
    }
    buf_fini(&ad);
    doc_fini(&d);
    doc_fini(&inner);
}

static inline void
on_letters(void *context, enum err answer, const struct letter_entry *list, size_t count)
{
    struct mailbox *m = context;
    assert_int_equal(answer, OK);
    for (size_t i = 0; i < count; i++)
        open_letter(m, list[i].bytes);
    m->letters = count;
}

/* Everything in a mailbox, opened with its owner's key; sequences are dense from 1. */
static inline struct mailbox *
read_mail(struct house *h, enum who who, bool watch)
{
    static struct mailbox boxes[4];
    static size_t next;
    struct mailbox *m = &boxes[next++ % countof(boxes)];
    memset(m, 0, sizeof(*m));
    m->house = h;
    m->who = who;
    m->watch = watch;
    assert_int_equal(store_up(h->broker, 60000), OK);
    store_letters(h->broker, NORTH, name_of(who), watch, 0, 10000, on_letters, m);
    assert_int_equal(store_wait(h->broker, 60000), OK);
    for (size_t i = 0; i < m->count; i++)
        assert_int_equal(m->list[i].sequence, i + 1);
    return m;
}

static inline size_t
count_kind(const struct mailbox *m, enum update_kind kind)
{
    size_t n = 0;
    for (size_t i = 0; i < m->count; i++)
        n += m->list[i].u.kind == kind;
    return n;
}

static inline const struct opened *
find_kind(const struct mailbox *m, enum update_kind kind)
{
    for (size_t i = 0; i < m->count; i++)
        if (m->list[i].u.kind == kind)
            return &m->list[i];
    fail_msg("no update of kind %s for %s", update_name(kind), people[m->who].name);
    return NULL;
}

/* ---- waiting for a worker */

/* Turns until the inbox is used up and nothing is in doubt; at most ten seconds. */
#define TURN_UNTIL(w, condition)                                                                   \
    do {                                                                                           \
        int64_t until_ = clock_mono_ms() + 60000;                                                  \
        while (!(condition)) {                                                                     \
            if (clock_mono_ms() > until_)                                                          \
                fail_msg("in vain: %s", #condition);                                               \
            worker_turn(w, 20);                                                                    \
        }                                                                                          \
    } while (0)

static inline bool
serves(const struct worker *w, struct territory_id t)
{
    const struct territory *x = worker_territory(w, t);
    return x != NULL && x->standing == TERRITORY_SERVED && !x->founding;
}

static inline size_t
inbox_length(struct house *h)
{
    int64_t n = -1;
    assert_true(str_int(str_of(SAY(h->operator_, "XLEN", "fl:{north}:inbox")), &n));
    return (size_t)n;
}

/* Nothing is on its way to Redis or back. */
static inline bool
at_rest(const struct worker *w)
{
    for (size_t i = 0; i < w->count; i++)
        if (w->list[i]->flights_count > 0 || w->list[i]->forwarding)
            return false;
    return w->readings[0].asked == NULL && w->readings[1].asked == NULL;
}

static inline void
drain(struct house *h, struct worker *w)
{
    TURN_UNTIL(w, serves(w, NORTH) && inbox_length(h) == 0 && at_rest(w));
}

#endif
