/* query.c - what is asked, one row each; and the round that reads the state. */
#include "broker/query.h"

#include "broker/check.h"
#include "common/io/clock.h"
#include "common/io/seal.h"
#include "common/store/store.h"
#include "common/wire/key.h"
#include "common/wire/pack.h"

void
query_init(struct query *q)
{
    q->made_ms = INT64_MIN / 2;
}

void
query_fini(struct query *q)
{
    free(q->list);
    buf_fini(&q->workers);
    buf_fini(&q->value);
}

static void
say(struct query *q, const struct asker *a, const char *what, struct str value)
{
    const struct message m = {
        .kind = MSG_ANSWER,
        .number = a->number,
        .answer = { str_of(what), value },
    };
    (void)voice_say(q->voice, &a->to, &m); /* gone, or it asks again */
}

/* ---- the map: [version, yaml, signature] */

static struct refusal_text
answer_map(struct query *q, const struct asker *a)
{
    const struct chart_sheet *s = q->chart->current;
    if (s->yaml.len + SIGNATURE_SIZE > ANSWER_MAX)
        return (struct refusal_text){ "query", "the map is larger than one message: ask for each "
                                               "report's address instead" };
    struct buf packed = { 0 };
    pack_array(&packed, 3);
    pack_uint(&packed, s->version);
    pack_str(&packed, buf_str(&s->yaml));
    pack_bin(&packed, s->signature, sizeof(s->signature));
    say(q, a, "map", buf_str(&packed));
    buf_fini(&packed);
    return (struct refusal_text){ NULL, NULL };
}

/* ---- the state
 *
 * { "plan": 7, "now": ms, "territories": { north: { "inbox", "version", "plan", "worker" } },
 *   "left_out": territories that did not fit, "workers": { name: beat },
 *   "broker": { "peers", "accepted", "refused", "busy", "letters" } } */

static void
pack_pair(struct buf *b, const char *name, uint64_t n)
{
    pack_text(b, name);
    pack_uint(b, n);
}

static void
pack_broker(const struct query *q, struct buf *b)
{
    pack_text(b, "broker");
    pack_map(b, 5);
    pack_pair(b, "peers", peers_count(q->peers));
    pack_pair(b, "accepted", q->intake->accepted);
    pack_pair(b, "refused", q->voice->refused);
    pack_pair(b, "busy", q->voice->busied);
    pack_pair(b, "letters", q->mailbox->sent);
}

static void
pack_territory(struct buf *b, const struct territory_status *t)
{
    pack_text(b, t->id.s);
    pack_map(b, 4);
    pack_pair(b, "inbox", t->waiting < 0 ? 0 : (uint64_t)t->waiting);
    pack_pair(b, "version", t->version);
    pack_pair(b, "plan", t->plan);
    pack_text(b, "worker");
    pack_text(b, t->worker);
}

static void
make_status(struct query *q)
{
    enum { ROOM_MAX = 120 }; /* of one packed territory, at most */
    struct buf *b = &q->value;
    size_t room = ANSWER_MAX - 1024 - q->workers.len, fit = q->list_count;
    if (fit > room / ROOM_MAX)
        fit = room / ROOM_MAX;
    buf_clear(b);
    pack_map(b, 6);
    pack_pair(b, "plan", atlas_version(chart_current(q->chart)));
    pack_text(b, "now");
    pack_int(b, clock_wall_ms());
    pack_text(b, "territories");
    pack_map(b, fit);
    for (size_t i = 0; i < fit; i++)
        pack_territory(b, &q->list[i]);
    pack_pair(b, "left_out", q->list_count - fit);
    pack_text(b, "workers");
    pack_map(b, q->workers_count);
    buf_put(b, q->workers.data, q->workers.len);
    pack_broker(q, b);
    q->made_ms = q->now_ms;
}

static void
end_round(struct query *q)
{
    if (!q->broken)
        make_status(q);
    for (size_t i = 0; i < q->askers_count; i++) {
        const struct asker *a = &q->askers[i];
        if (peers_find(q->peers, &a->to, a->key) == NULL)
            continue;
        if (q->broken)
            voice_busy(q->voice, &a->to, a->number, BUSY_STORE_MS, "store");
        else
            say(q, a, "status", buf_str(&q->value));
    }
    q->askers_count = 0;
}

static void
take_answer(struct query *q, enum err err, struct reply r)
{
    if (err != OK || reply_kind(r) == REPLY_ERROR)
        q->broken = true;
    assert(q->open > 0);
    if (--q->open == 0)
        end_round(q);
}

/* Answers come in the order of asking, two a territory: `open` says whose this is. */
static struct territory_status *
its_territory(struct query *q)
{
    size_t answered = 2 * q->list_count + 1 - q->open; /* the workers' answer is the last */
    return &q->list[answered / 2];
}

static void
on_length(void *context, enum err err, struct reply r)
{
    struct query *q = context;
    if (err == OK)
        its_territory(q)->waiting = reply_number(r);
    take_answer(q, err, r);
}

static uint64_t
number_at(struct reply r, size_t i)
{
    int64_t n = 0;
    return str_int(reply_text(reply_at(r, i)), &n) && n > 0 ? (uint64_t)n : 0;
}

static void
on_head(void *context, enum err err, struct reply r)
{
    struct query *q = context;
    if (err == OK) {
        struct territory_status *t = its_territory(q);
        (void)str_fill(t->worker, sizeof(t->worker), reply_text(reply_at(r, 0)));
        t->version = number_at(r, 1);
        t->plan = number_at(r, 2);
    }
    take_answer(q, err, r);
}

static void
on_workers(void *context, enum err err, struct reply r)
{
    struct query *q = context;
    for (size_t i = 0; err == OK && i + 1 < reply_count(r); i += 2) {
        struct str name = reply_text(reply_at(r, i));
        if (name.len > 40 || q->workers.len > ANSWER_MAX / 4)
            continue; /* no worker writes such a name; so many are more than a screen */
        pack_str(&q->workers, name);
        pack_uint(&q->workers, number_at(r, i + 1));
        q->workers_count++;
    }
    take_answer(q, err, r);
}

static void
ask_territory(struct query *q, struct territory_id t)
{
    q->list = grow_array(q->list, q->list_count, &q->list_cap, sizeof(*q->list));
    q->list[q->list_count++] = (struct territory_status){ .id = t };
    struct key inbox = key_of(t, KEY_INBOX), head = key_of(t, KEY_HEAD);
    struct redis *r = store_redis(q->store);
    const struct str length[] = { STR("XLEN"), str_of(inbox.s) };
    redis_call(r, on_length, q, countof(length), length);
    const struct str holder[] = { STR("HMGET"), str_of(head.s), STR("worker"), STR("ver"),
                                  STR("plan") };
    redis_call(r, on_head, q, countof(holder), holder);
}

static void
begin_round(struct query *q)
{
    const struct territory_id *list;
    size_t count = atlas_territories(chart_current(q->chart), &list);
    q->list_count = q->workers_count = 0;
    buf_clear(&q->workers);
    q->broken = false;
    q->open = 2 * count + 1;
    for (size_t i = 0; i < count; i++)
        ask_territory(q, list[i]);
    const struct str workers[] = { STR("HGETALL"), STR(KEY_WORKERS) };
    redis_call(store_redis(q->store), on_workers, q, countof(workers), workers);
}

static struct refusal_text
answer_status(struct query *q, const struct asker *a)
{
    if (q->open == 0 && q->now_ms - q->made_ms < STATUS_KEPT_MS) {
        say(q, a, "status", buf_str(&q->value));
    } else if (q->askers_count == ASKERS_MAX) {
        voice_busy(q->voice, &a->to, a->number, BUSY_STORE_MS, "status");
    } else {
        q->askers[q->askers_count++] = *a;
        if (q->open == 0)
            begin_round(q);
    }
    return (struct refusal_text){ NULL, NULL };
}

/* ---- the table */

static const struct {
    const char *what;
    unsigned roles;
    struct refusal_text (*answer)(struct query *q, const struct asker *a);
} rows[] = {
    { "map", ROLE_BIT(ROLE_GATEWAY) | ROLE_BIT(ROLE_DISPATCHER), answer_map },
    { "status", ROLE_BIT(ROLE_DISPATCHER), answer_status },
};

struct refusal_text
query_ask(struct query *q, struct peer *p, const struct principal *who, const struct message *m,
          int64_t now_ms)
{
    const struct asker a = { p->id, p->key, m->number };
    q->now_ms = now_ms;
    for (size_t i = 0; i < countof(rows); i++) {
        if (!str_is(m->query.what, rows[i].what))
            continue;
        if ((rows[i].roles & ROLE_BIT(who->role)) == 0)
            return (struct refusal_text){ "role", "this query is not for your role" };
        return rows[i].answer(q, &a);
    }
    return (struct refusal_text){ "query", "no such query: `map` and `status` are" };
}
