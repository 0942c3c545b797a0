/* fake.h - a broker small enough to believe, in the test's own thread: it and the client take
 * turns. It keeps everything that it was sent, and misbehaves as it is told. */
#ifndef TESTS_CLIENT_FAKE_H
#define TESTS_CLIENT_FAKE_H

#include "tests/client/scratch.h"

#include "common/client/client.h"
#include "common/io/clock.h"

enum { FAKE_LATE_MAX = 4096, FAKE_LOG_MAX = 65536, FAKE_MAIL_MAX = 512, FAKE_CELL = 1000 };

/* Per mille of the answers, or of the turns. */
struct fake_chaos {
    unsigned busy, drop, twice, late, forget_address;
    unsigned hang_up; /* of turns: forgets everybody, as a restarted broker does */
};

struct fake_entry { /* what was appended: a report's or an event's */
    uint8_t id[16];
    uint64_t epoch, counter, number;
    struct territory_id territory;
    uint8_t digest[16]; /* of the message's bytes */
};

struct fake_mail {
    struct buf bytes;
    struct territory_id territory;
    uint64_t last;
    bool watch, gone;
};

struct fake {
    struct scratch scratch;
    char endpoint[128], pool_hex[65], key_file[128], spool[128];
    struct sockets *sockets;
    struct sock *router;
    struct keys *keys, *pool, *client;
    struct rng rng;
    struct fake_chaos chaos;
    struct codec codec;
    struct buf out;
    struct peer_id peer; /* the last that said HELLO */
    bool greeted, mute, shut, no_watch;
    const char *home;        /* of the next that say HELLO; NULL: none, it is a gateway */
    const char *refuse_with; /* the code of the next refusals */
    size_t refuse_next, busy_next, lose_next; /* so many REPORTs and EVENTs from now */
    uint32_t plan, window;
    struct fake_entry *log;
    size_t log_count, requests, answers, routes, hellos, places, refused_key;
    struct {
        struct peer_id to;
        struct buf bytes;
    } late[FAKE_LATE_MAX];
    size_t late_count;
    struct territory_id placed; /* where the last PLACE went */
    struct fake_mail mail[FAKE_MAIL_MAX];
    size_t mail_count, pushed;
    bool subscribed, subscribed_watch;
    uint64_t confirmed, confirmed_watch, watch_mark;
};

static inline bool
fake_zap(void *context, const uint8_t public_key[32], char user[24])
{
    const struct fake *f = context;
    (void)public_key;
    memset(user, 0, 24);
    strcpy(user, "gw1");
    return !f->shut;
}

static inline void
fake_up(struct fake *f)
{
    struct buf why = { 0 };
    f->sockets = sockets_new();
    f->router = sock_router(f->sockets, f->endpoint, keys_public(f->keys)->curve,
                            keys_curve_secret(f->keys), fake_zap, f, &why);
    if (f->router == NULL)
        fail_msg("%s", buf_cstr(&why));
    buf_fini(&why);
}

/* A broker that is killed. */
static inline void
fake_down(struct fake *f)
{
    sock_free(f->router);
    sockets_free(f->sockets);
    f->router = NULL;
    f->greeted = f->subscribed = f->subscribed_watch = false;
    for (size_t i = 0; i < f->late_count; i++)
        buf_fini(&f->late[i].bytes);
    f->late_count = f->pushed = 0;
}

static inline struct fake *
fake_new(void)
{
    struct fake *f = zalloc(sizeof(*f));
    struct buf why = { 0 };
    seal_open_library();
    f->rng = seed();
    f->scratch = scratch_new();
    f->keys = keys_new();
    f->pool = keys_new();
    f->client = keys_new();
    f->plan = 1;
    f->window = WINDOW_MAX;
    f->log = zalloc(FAKE_LOG_MAX * sizeof(*f->log));
    snprintf(f->endpoint, sizeof(f->endpoint), "ipc://%s/broker", f->scratch.path);
    snprintf(f->key_file, sizeof(f->key_file), "%s/gw1.key", f->scratch.path);
    snprintf(f->spool, sizeof(f->spool), "%s/spool", f->scratch.path);
    hex_of(f->pool_hex, keys_public(f->pool)->seal, 32);
    assert_int_equal(keys_write(f->key_file, f->client, &why), OK);
    codec_init(&f->codec);
    fake_up(f);
    buf_fini(&why);
    return f;
}

static inline void
fake_free(struct fake *f)
{
    if (f->router != NULL)
        fake_down(f);
    for (size_t i = 0; i < f->mail_count; i++)
        buf_fini(&f->mail[i].bytes);
    keys_free(f->keys);
    keys_free(f->pool);
    keys_free(f->client);
    codec_fini(&f->codec);
    buf_fini(&f->out);
    free(f->log);
    scratch_free(&f->scratch);
    free(f);
}

/* A client of this broker, in a hurry. */
static inline struct fl_client *
fake_client(struct fake *f, size_t window)
{
    const char *brokers[] = { f->endpoint, NULL };
    struct fl_options o = { .brokers = brokers,
                            .broker_key = keys_public(f->keys)->curve,
                            .pool_key = f->pool_hex,
                            .key_file = f->key_file,
                            .spool = f->spool,
                            .window = window };
    struct fl_client *c;
    char why[300];
    if (fl_client_open(&c, &o, why, sizeof(why)) != FL_OK)
        fail_msg("%s", why);
    c->tempo = (struct tempo){ .greet_ms = 3000,
                               .ping_ms = 60,
                               .ping_asking_ms = 40,
                               .dead_ms = 5000,
                               .backoff_ms = 2,
                               .backoff_max_ms = 10,
                               .resend_ms = 60 };
    return c;
}

/* ---- answering */

static inline bool
fake_dice(struct fake *f, unsigned per_mille)
{
    return per_mille > 0 && rng_below(&f->rng, 1000) < per_mille;
}

static inline void
fake_send(struct fake *f, const struct peer_id *to, const struct message *m)
{
    buf_clear(&f->out);
    codec_encode(m, &f->out);
    enum err e = sock_send(f->router, to, buf_str(&f->out));
    (void)e; /* it may be gone */
}

static inline void
fake_answer(struct fake *f, const struct peer_id *to, const struct message *m)
{
    f->answers++;
    if (fake_dice(f, f->chaos.drop))
        return;
    if (fake_dice(f, f->chaos.late) && f->late_count < FAKE_LATE_MAX) {
        f->late[f->late_count].to = *to;
        f->late[f->late_count].bytes = (struct buf){ 0 };
        codec_encode(m, &f->late[f->late_count++].bytes);
        return;
    }
    fake_send(f, to, m);
    if (fake_dice(f, f->chaos.twice))
        fake_send(f, to, m);
}

static inline void
fake_refuse(struct fake *f, const struct peer_id *to, uint64_t number, const char *code)
{
    struct message m = { .kind = MSG_REFUSED, .number = number };
    m.refused.code = str_of(code);
    m.refused.text = STR("says the test's broker");
    fake_send(f, to, &m);
}

/* Where these headers belong in this version of the map. */
static inline struct territory_id
fake_route(const struct route *r, uint32_t plan)
{
    struct territory_id t = { "" };
    int32_t row = r->place.lat_e7 / FAKE_CELL - (r->place.lat_e7 % FAKE_CELL < 0 ? 1 : 0);
    uint32_t n = (uint32_t)r->site.s[0] + (uint32_t)row + plan;
    snprintf(t.s, sizeof(t.s), "t%u", n % 5);
    return t;
}

static inline void
fake_append(struct fake *f, const struct message *m, struct str bytes)
{
    assert_true(f->log_count < FAKE_LOG_MAX);
    struct fake_entry *e = &f->log[f->log_count];
    e->number = m->number;
    digest_16(e->digest, NULL, bytes);
    if (m->kind == MSG_REPORT) {
        memcpy(e->id, m->report.id.b, 16);
        e->territory = m->report.territory;
    } else {
        memcpy(e->id, m->event.ticket.b, 16);
        e->epoch = m->event.id.epoch;
        e->counter = m->event.id.counter;
        e->territory = m->event.territory;
    }
    for (size_t i = 0; i < f->log_count; i++) /* every retry: the same bytes */
        if (f->log[i].number == m->number)
            assert_memory_equal(f->log[i].digest, e->digest, 16);
    f->log_count++;
}

static inline void
fake_take(struct fake *f, const struct peer_id *from, const struct message *m, struct str bytes)
{
    struct message a = { .kind = MSG_ACCEPTED, .number = m->number };
    if (f->refuse_next > 0) {
        f->refuse_next--;
        fake_refuse(f, from, m->number, f->refuse_with);
        return;
    }
    if (f->busy_next > 0 || fake_dice(f, f->chaos.busy)) {
        f->busy_next -= f->busy_next > 0 ? 1 : 0;
        a = (struct message){ .kind = MSG_BUSY, .number = m->number };
        a.busy.retry_ms = 1;
        a.busy.what = STR("the inbox is full");
        fake_answer(f, from, &a);
        return;
    }
    if (m->kind == MSG_REPORT) {
        struct territory_id right = fake_route(&m->report.route, m->report.plan);
        bool forgotten = m->report.plan < f->plan && fake_dice(f, f->chaos.forget_address);
        if (!same_id(right, m->report.territory) || forgotten) {
            fake_refuse(f, from, m->number, "address");
            return;
        }
        memcpy(a.accepted.id, m->report.id.b, 16);
        a.accepted.territory = m->report.territory;
        snprintf(a.accepted.number, sizeof(a.accepted.number), "T1-0123456789-4");
    } else {
        a.accepted.territory = m->event.territory;
    }
    fake_append(f, m, bytes);
    if (f->lose_next > 0)
        f->lose_next--;
    else
        fake_answer(f, from, &a);
}

static inline void
fake_hear(struct fake *f, const struct peer_id *from, struct str bytes)
{
    struct message m, a = { .kind = MSG_PONG };
    assert_int_equal(codec_decode(&f->codec, bytes, &m), OK);
    a.number = m.number;
    if (m.kind != MSG_HELLO && !f->greeted) {
        fake_refuse(f, from, m.number, "hello");
        return;
    }
    f->requests += m.kind == MSG_ROUTE || m.kind == MSG_REPORT || m.kind == MSG_EVENT;
    if (f->mute && m.kind != MSG_HELLO && m.kind != MSG_PING)
        return;
    switch (m.kind) {
    case MSG_HELLO:
        f->greeted = true;
        f->subscribed = f->subscribed_watch = false;
        f->peer = *from;
        f->hellos++;
        a.kind = MSG_WELCOME;
        strcpy(a.welcome.principal.s, "gw1");
        a.welcome.role = f->home == NULL ? ROLE_GATEWAY : ROLE_ENGINEER;
        if (f->home != NULL)
            strcpy(a.welcome.home.s, f->home);
        a.welcome.now = clock_wall_ms();
        a.welcome.plan = f->plan;
        a.welcome.window = f->window;
        memcpy(a.welcome.pool_key, keys_public(f->pool)->seal, 32);
        static const struct territory_id names[] = { { "t0" }, { "t1" } };
        a.welcome.territories = names;
        a.welcome.territories_count = countof(names);
        fake_send(f, from, &a);
        break;
    case MSG_ROUTE:
        f->routes++;
        a.kind = MSG_ROUTED;
        a.routed.territory = fake_route(&m.route, f->plan);
        a.routed.plan = f->plan;
        a.routed.how = !no_name(m.route.site)       ? ROUTED_SITE
                       : place_known(m.route.place) ? ROUTED_PLACE
                                                    : ROUTED_TRIAGE;
        a.routed.cell = a.routed.how == ROUTED_PLACE ? FAKE_CELL : 0;
        fake_answer(f, from, &a);
        break;
    case MSG_REPORT:
    case MSG_EVENT:
        fake_take(f, from, &m, bytes);
        break;
    case MSG_SUBSCRIBE:
        if (m.subscribe.watch && f->no_watch) {
            fake_refuse(f, from, m.number, "role");
            break;
        }
        *(m.subscribe.watch ? &f->subscribed_watch : &f->subscribed) = true;
        if (m.subscribe.watch)
            f->watch_mark = m.subscribe.marks_count > 0 ? m.subscribe.marks[0].sequence : 0;
        f->pushed = 0;
        break;
    case MSG_CONFIRM:
        *(m.confirm.watch ? &f->confirmed_watch : &f->confirmed) = m.confirm.sequence;
        for (size_t i = 0; i < f->mail_count; i++)
            f->mail[i].gone =
                f->mail[i].gone ||
                (f->mail[i].watch == m.confirm.watch && f->mail[i].last <= m.confirm.sequence &&
                 same_id(f->mail[i].territory, m.confirm.territory));
        break;
    case MSG_PLACE:
        f->places++;
        f->placed = m.place.territory;
        break;
    case MSG_QUERY:
        a.kind = MSG_ANSWER;
        a.answer.what = m.query.what;
        a.answer.value = STR("\xc3"); /* true */
        if (str_is(m.query.what, "status"))
            fake_send(f, from, &a);
        else
            fake_refuse(f, from, m.number, "query");
        break;
    default:
        fake_send(f, from, &a);
    }
}

static inline void
fake_push(struct fake *f)
{
    for (; f->greeted && f->pushed < f->mail_count; f->pushed++) {
        const struct fake_mail *l = &f->mail[f->pushed];
        struct message m = { .kind = MSG_UPDATE };
        if (!(l->watch ? f->subscribed_watch : f->subscribed))
            return;
        if (l->gone || (l->watch && l->last <= f->watch_mark))
            continue;
        m.update.territory = l->territory;
        m.update.watch = l->watch;
        m.update.sequence = l->last;
        m.update.letter = buf_str(&l->bytes);
        fake_send(f, &f->peer, &m);
    }
}

static inline void
fake_turn(struct fake *f)
{
    struct peer_id from;
    struct str bytes;
    char user[24];
    if (f->router == NULL)
        return;
    sock_serve_zap(f->router);
    if (fake_dice(f, f->chaos.hang_up))
        f->greeted = false;
    while (sock_receive(f->router, &from, user, &bytes) == OK) {
        assert_string_equal(user, "gw1");
        fake_hear(f, &from, bytes);
    }
    while (f->late_count > 0 && fake_dice(f, 500)) { /* in any order */
        size_t i = rng_below(&f->rng, f->late_count);
        enum err e = sock_send(f->router, &f->late[i].to, buf_str(&f->late[i].bytes));
        (void)e;
        buf_fini(&f->late[i].bytes);
        f->late[i] = f->late[--f->late_count];
    }
    fake_push(f);
}

/* One turn of both, without sleeping long: the client waits a millisecond for what is not there. */
static inline void
fake_together(struct fake *f, struct fl_client *c)
{
    fl_client_wait(c, 1);
    fake_turn(f);
}

/* The next happening of this kind; others are passed over. Fails after a minute. */
static inline const struct fl_happening *
fake_await(struct fake *f, struct fl_client *c, enum fl_kind kind)
{
    const int64_t end = clock_mono_ms() + 60000;
    while (clock_mono_ms() < end) {
        const struct fl_happening *h;
        while ((h = fl_client_next(c)) != NULL)
            if (h->kind == kind)
                return h;
        fake_together(f, c);
    }
    fail_msg("nothing of kind %d in a minute", (int)kind);
    return NULL;
}

/* ---- letters, as a worker of the pool writes them */

struct fake_letter {
    const char *territory, *recipient;
    uint8_t incarnation;
    uint64_t first;
    const struct update *updates;
    size_t count;
    struct str inside; /* not empty: packed, instead of the updates */
    struct letter_head head;
    bool watch;
    const struct keys *sealer; /* NULL: the pool */
};

static inline void
fake_write(struct fake *f, const struct fake_letter *w)
{
    struct letter l = { .first = w->first, .count = (uint32_t)w->count, .head = w->head };
    struct letter_watch readers[1] = { { .dispatcher = { "gw1" } } };
    struct buf ad = { 0 }, plain = { 0 }, sealed = { 0 }, sealed_key = { 0 };
    struct seal_key to_client, kw;
    const struct keys *sealer = w->sealer != NULL ? w->sealer : f->pool;
    struct fake_mail *mail = &f->mail[f->mail_count++];
    assert_true(f->mail_count <= FAKE_MAIL_MAX);
    assert_true(seal_key_between(&to_client, sealer, keys_public(f->client)->seal, true));
    snprintf(l.territory.s, sizeof(l.territory.s), "%s", w->territory);
    snprintf(l.recipient.s, sizeof(l.recipient.s), "%s", w->watch ? "watch" : w->recipient);
    l.incarnation.b[0] = w->incarnation;
    kw = to_client;
    if (w->watch) {
        seal_key_random(&kw);
        ad_watch(&ad, l.territory, l.incarnation, l.first);
        seal(&sealed_key, &to_client, buf_str(&ad), str_bytes(kw.b, 32));
        readers[0].sealed_key = buf_str(&sealed_key);
        l.watch = readers;
        l.watch_count = 1;
    }
    if (w->inside.len == 0)
        pack_array(&plain, w->count);
    for (size_t i = 0; i < w->count && w->inside.len == 0; i++)
        body_put_update(&plain, &w->updates[i]);
    buf_put(&plain, w->inside.at, w->inside.len);
    buf_clear(&ad);
    ad_letter(&ad, &l);
    seal(&sealed, &kw, buf_str(&ad), buf_str(&plain));
    l.sealed = buf_str(&sealed);
    body_put_letter(&mail->bytes, &l);
    mail->territory = l.territory;
    mail->last = w->first + w->count - 1;
    mail->watch = w->watch;
    buf_fini(&sealed);
    buf_fini(&sealed_key);
    buf_fini(&ad);
    buf_fini(&plain);
}

#endif
