/* territory.c - a territory's standing in this worker: take, load, settle, drop, release. */
#include "workers/territory.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "common/io/clock.h"
#include "common/io/log.h"
#include "workers/anchor.h"

enum { BROKEN_MS = 60 * 1000, REFUSED_MS = 1000, SPARE_MAX = 16 };

/* ---- flights */

struct flight *
flight_new(struct tools *x)
{
    struct flight *f = x->spare;
    if (f == NULL)
        return zalloc(sizeof(*f));
    x->spare = f->next;
    x->spare_count--;
    return f;
}

static void
flight_free(struct flight *f)
{
    arena_fini(&f->arena);
    free(f);
}

void
flight_done(struct tools *x, struct flight *f)
{
    if (x->spare_count == SPARE_MAX) {
        flight_free(f);
        return;
    }
    arena_clear(&f->arena);
    f->next = x->spare;
    x->spare = f;
    x->spare_count++;
}

void
flights_fini(struct tools *x)
{
    for (struct flight *f; (f = x->spare) != NULL;) {
        x->spare = f->next;
        flight_free(f);
    }
    x->spare_count = 0;
}

/* ---- a territory */

struct territory *
territory_new(struct territory_id id, const struct tools *x)
{
    struct territory *t = zalloc(sizeof(*t));
    t->id = id;
    t->batch = (size_t)x->conf->batch;
    map_init(&t->places, sizeof(struct engineer_id));
    return t;
}

void
territory_free(struct territory *t, struct tools *x)
{
    if (t == NULL)
        return;
    territory_drop(t, x);
    map_fini(&t->places);
    free(t->positions);
    buf_fini(&t->alarm);
    free(t);
}

void
territory_tell(struct territory *t, const char *format, ...)
{
    char text[256];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    if (t->alarm.len > 0)
        buf_put(&t->alarm, "; ", 2);
    if (t->alarm.len < 1024)
        buf_put(&t->alarm, text, strlen(text));
}

static void
forget_places(struct territory *t)
{
    void *at;
    for (size_t i = 0; (at = map_next(&t->places, &i)) != NULL;)
        free(at);
    map_fini(&t->places);
    map_init(&t->places, sizeof(struct engineer_id));
    t->positions_count = 0;
}

void
territory_drop(struct territory *t, struct tools *x)
{
    for (size_t i = 0; i < t->flights_count; i++) {
        assert(t->flights[i]->answered); /* its answer would find another's memory */
        flight_done(x, t->flights[i]);
    }
    t->flights_count = 0;
    engine_free(t->engine);
    t->engine = NULL;
    t->edition = NULL;
    t->standing = TERRITORY_AWAY;
    t->founding = false;
    t->nonce = (struct nonce){ 0 };
    forget_places(t);
    planner_fini(&t->planner);
}

/* ---- taking */

/* Does the store know less than this worker committed, or than an anchor says? */
static bool
store_is_behind(const struct territory *t, const struct tools *x, const struct head *h)
{
    if (h->exists && t->known.version > 0 && same_id(t->known.incarnation, h->incarnation) &&
        (h->version < t->known.version ||
         (h->version == t->known.version && !same_id(t->known.chain, h->chain))))
        return true;
    if (!h->exists && t->known.version > 0)
        return true;
    return anchor_ahead(x->conf->anchors, t->id, h);
}

static bool
may_take(const struct head *h, struct tools *x)
{
    const struct nonce nobody = { 0 };
    return !h->exists || same_id(h->holder, nobody) ||
           strcmp(h->worker, lease_worker(x->lease)) == 0 || lease_silent(x->lease, h->worker);
}

static void
tell_rollback(struct territory *t, const struct head *was)
{
    log_error("event=rollback territory=%s store_version=%" PRIu64 " known_version=%" PRIu64
              " action=\"new incarnation: clients send again what they keep\"",
              t->id.s, was->version, t->known.version);
    territory_tell(t,
                   "the store was rolled back to version %" PRIu64
                   ": a new incarnation begins, clients send again what they keep",
                   was->version);
}

static enum err load(struct territory *t, struct tools *x);

/* No commit of this incarnation yet: the head's signature is over the one before, and proves
 * nothing of this one. */
static void
forget_signature(struct head *h)
{
    const struct incarnation none = { 0 };
    if (same_id(h->parent, none) || h->version != h->parent_version)
        return;
    h->signer = (struct principal_id){ 0 };
    memset(h->signature, 0, sizeof(h->signature));
}

/* Ours: the engine comes to life from its records. */
static enum err
bring_in(struct territory *t, struct tools *x, struct nonce nonce)
{
    t->nonce = nonce;
    forget_signature(&t->head);
    t->tip = t->head;
    t->founding = t->head.plan == 0;
    t->outbox = !t->founding;
    t->cautious = t->head.clean && t->head.attempts == 0 ? 0 : (size_t)x->conf->batch;
    t->again_at = 0;
    enum err err = load(t, x);
    if (err == ERR_CLOSED || err == ERR_AGAIN) {
        territory_drop(t, x); /* the head names us: taken again as soon as Redis is back */
        return err;
    }
    if (err != OK) {
        engine_free(t->engine);
        t->engine = NULL;
        t->standing = TERRITORY_BROKEN;
        t->again_at = clock_mono_ms() + BROKEN_MS;
        return OK;
    }
    t->standing = TERRITORY_SERVED;
    t->anchored = 0;
    t->anchored_at = 0;
    log_info("event=took territory=%s version=%" PRIu64 " plan=%u%s%s", t->id.s, t->head.version,
             t->head.plan, t->founding ? " founding=1" : "", t->cautious > 0 ? " cautious=1" : "");
    return OK;
}

enum err
territory_take(struct territory *t, struct tools *x)
{
    struct head was;
    struct nonce nonce;
    struct incarnation fresh;
    assert(t->standing == TERRITORY_AWAY);
    enum err err = store_head(x->store, t->id, &was);
    if (err != OK)
        return err;
    if (!may_take(&was, x))
        return ERR_AGAIN;
    if (!was.exists && !t->listed)
        return ERR_UNKNOWN;
    bool behind = store_is_behind(t, x, &was);
    random_bytes(nonce.b, sizeof(nonce.b));
    random_bytes(fresh.b, sizeof(fresh.b));
    err = store_take(x->store, t->id, was.holder, nonce, lease_worker(x->lease),
                     !was.exists || behind ? &fresh : NULL, &t->head);
    if (err != OK)
        return err;
    if (behind)
        tell_rollback(t, &was);
    t->known.incarnation = t->head.incarnation;
    t->known.version = t->head.version;
    t->known.chain = t->head.chain;
    return bring_in(t, x, nonce);
}

/* ---- loading */

struct loading {
    struct territory *t;
    struct tools *x;
    size_t records;
    struct map seen; /* keys of the hash in hand: a scan may give a record twice */
    enum record_hash hash;
};

static bool
seen_before(struct loading *l, enum record_hash hash, struct str key)
{
    char padded[32];
    if (hash != l->hash) {
        map_fini(&l->seen);
        map_init(&l->seen, sizeof(padded));
        l->hash = hash;
    }
    return str_fill(padded, sizeof(padded), key) && map_put(&l->seen, padded, l) != NULL;
}

static enum err
load_record(void *context, enum record_hash hash, struct str key, struct str bytes)
{
    struct loading *l = context;
    enum record_kind kind = rest_kind(hash);
    struct str plain;
    if (seen_before(l, hash, key))
        return OK;
    if (kind == RECORD_META)
        key = (struct str){ 0 };
    enum err err = rest_open_record(&l->x->rest, kind, l->t->id, key, bytes, &plain);
    if (err == OK)
        err = engine_restore(l->t->engine, kind, key, plain);
    if (err != OK) {
        char hex[2 * 24 + 1];
        size_t len = key.len < 24 ? key.len : 24;
        hex_of(hex, key.at, len);
        log_error("event=record_unreadable territory=%s kind=%s key=%s err=%s action=\"restore the "
                  "record, or the store, from a backup\"",
                  l->t->id.s, rest_name(kind), hex,
                  log_quote(err_text(err), strlen(err_text(err))));
        territory_tell(l->t, "territory %s is not served: its %s record %s cannot be read",
                       l->t->id.s, rest_name(kind), hex);
    }
    l->records++;
    return err;
}

/* The rules that the head's plan version gives; a new territory begins with the current one. */
static enum err
rules_to_load(struct territory *t, struct tools *x, const struct rules **rules)
{
    enum err err = OK;
    t->edition = plans_current(x->plans);
    if (!t->founding)
        err = plans_get(x->plans, t->head.plan, &t->edition);
    if (err != OK)
        return err;
    *rules = edition_rules(t->edition, t->id);
    return *rules == NULL ? ERR_UNKNOWN : OK;
}

static void
load_progress(void *context)
{
    const struct loading *l = context;
    if (l->x->progress != NULL)
        l->x->progress(l->x->progress_context);
}

/* Tickets live by the versions they were opened under, as far as the store still has them. */
static enum err
know_editions(struct territory *t, struct tools *x)
{
    struct edition *old;
    for (uint32_t v = 0; (v = engine_wants(t->engine, v)) != 0;) {
        enum err err = plans_get(x->plans, v, &old);
        if (err == ERR_CLOSED || err == ERR_AGAIN)
            return err;
        const struct rules *rules = err == OK ? edition_rules(old, t->id) : NULL;
        if (rules != NULL)
            engine_knows(t->engine, rules);
        else
            log_warn("event=plan_missing territory=%s plan=%u instead=%u", t->id.s, v,
                     t->edition->version);
    }
    return OK;
}

static enum err
load(struct territory *t, struct tools *x)
{
    struct loading l = { .t = t, .x = x, .hash = RECORD_HASHES };
    const struct rules *rules;
    int64_t began = clock_mono_ms();
    enum err err = rules_to_load(t, x, &rules);
    if (err == OK) {
        t->engine = engine_new(t->id, t->head.incarnation, rules);
        err = store_load(x->store, t->id, load_record, load_progress, &l);
        map_fini(&l.seen);
    }
    if (err == OK)
        err = know_editions(t, x);
    if (err != OK) {
        log_error("event=load_failed territory=%s plan=%u err=%s", t->id.s, t->head.plan,
                  log_quote(err_text(err), strlen(err_text(err))));
        return err;
    }
    engine_restored(t->engine);
    log_debug("event=loaded territory=%s records=%zu ms=%" PRId64, t->id.s, l.records,
              clock_mono_ms() - began);
    return OK;
}

/* ---- letting go */

static void
fenced(struct territory *t, struct tools *x)
{
    log_warn("event=fenced territory=%s version=%" PRIu64, t->id.s, t->head.version);
    territory_drop(t, x);
}

enum err
territory_release(struct territory *t, struct tools *x)
{
    assert(t->standing == TERRITORY_SERVED || t->standing == TERRITORY_BROKEN);
    assert(t->flights_count == 0);
    enum err err = store_release(x->store, t->id, t->nonce);
    if (err == ERR_FENCED) { /* it was another's already: nothing to let go */
        fenced(t, x);
        return OK;
    }
    if (err != OK)
        return err;
    log_info("event=released territory=%s version=%" PRIu64, t->id.s, t->head.version);
    territory_drop(t, x);
    return OK;
}

/* ---- commits in flight */

bool
territory_has_room(const struct territory *t)
{
    bool alone = t->cautious > 0 || t->founding || t->indigestible;
    return t->flights_count < (alone ? 1 : FLIGHTS_MAX);
}

static void
on_answer(void *context, enum err answer)
{
    struct flight *f = context;
    f->answer = answer;
    f->answered = true;
}

static void
launch(struct flight *f, struct tools *x)
{
    f->answer = ERR_CLOSED;
    f->answered = false;
    store_commit(x->store, &f->commit, on_answer, f);
}

/* The head that a commit makes of the one it builds on. */
static void
follow(struct head *h, const struct commit *c)
{
    h->version = c->version;
    h->chain = c->chain;
    h->commit = c->id;
    h->plan = c->plan;
    h->signer = c->signer;
    memcpy(h->signature, c->signature, sizeof(h->signature));
    memcpy(h->cursor, c->cursor, sizeof(h->cursor));
}

void
territory_send(struct territory *t, struct tools *x, struct flight *f)
{
    assert(territory_has_room(t));
    t->flights[t->flights_count++] = f;
    follow(&t->tip, &f->commit);
    launch(f, x);
}

/* The oldest in flight is there. */
static void
on_committed(struct territory *t, struct tools *x)
{
    struct flight *f = t->flights[0];
    follow(&t->head, &f->commit);
    t->known.incarnation = t->head.incarnation;
    t->known.version = t->head.version;
    t->known.chain = t->head.chain;
    t->outbox = t->outbox || f->commit.out_count > 0;
    t->founding = t->indigestible = false;
    if (t->batch < (size_t)x->conf->batch)
        t->batch *= 2;
    t->commits++;
    t->standing = TERRITORY_SERVED;
    t->flights_count--;
    memmove(t->flights, t->flights + 1, t->flights_count * sizeof(*t->flights));
    flight_done(x, f);
}

/* One event too many for one commit: load again, and try fewer. Alone it is poison. */
static void
on_too_big(struct territory *t, struct tools *x)
{
    log_error("event=commit_too_big territory=%s batch=%zu letters=%zu", t->id.s, t->batch,
              t->flights[0]->commit.mail_count);
    t->indigestible = t->batch == 1;
    t->batch = t->batch > 1 ? t->batch / 2 : 1;
    territory_drop(t, x);
}

static void
on_refused(struct territory *t, struct tools *x)
{
    const struct flight *f = t->flights[0];
    switch (f->answer) {
    case ERR_CLOSED: /* unknown: the same bytes again, until Redis says */
    case ERR_AGAIN:
        if (t->standing != TERRITORY_IN_DOUBT)
            log_warn("event=commit_in_doubt territory=%s version=%" PRIu64 " in_flight=%zu",
                     t->id.s, f->commit.version, t->flights_count);
        t->standing = TERRITORY_IN_DOUBT;
        t->again_at = 0;
        return;
    case ERR_IO: /* Redis would not (memory, rights, library): the same again, later */
    case ERR_BUSY:
    case ERR_VERSION:
    case ERR_FORBIDDEN:
        t->standing = TERRITORY_IN_DOUBT;
        t->again_at = clock_mono_ms() + REFUSED_MS;
        return;
    case ERR_FENCED:
        log_warn("event=fenced territory=%s version=%" PRIu64, t->id.s, f->commit.version);
        territory_drop(t, x);
        return;
    case ERR_DIVERGED:
        log_error("event=diverged territory=%s version=%" PRIu64, t->id.s, f->commit.version);
        territory_drop(t, x); /* the next take compares the head with what is known */
        return;
    case ERR_TOO_BIG:
        on_too_big(t, x);
        return;
    case OK:
    case ERR_DUPLICATE:
    case ERR_TRUNCATED:
    case ERR_TOO_DEEP:
    case ERR_SYNTAX:
    case ERR_KIND:
    case ERR_UNKNOWN:
    case ERR_CONFLICT:
    case ERR_KEY:
    case ERRS:
        break;
    }
    assert(false); /* no answer to a commit */
}

/* Each commit builds on the one before, and a head knows only its last commit's id. So an OK or
 * a DUPLICATE says that all before are there too, whatever a repeat of those was answered; and
 * behind one that was refused the answers mean nothing. */
void
territory_settle(struct territory *t, struct tools *x)
{
    size_t there = 0, answered = 0;
    for (size_t i = 0; i < t->flights_count; i++) {
        const struct flight *f = t->flights[i];
        answered += f->answered;
        if (f->answered && (f->answer == OK || f->answer == ERR_DUPLICATE))
            there = i + 1;
    }
    answered -= there; /* answers come in order */
    for (; there > 0; there--)
        on_committed(t, x);
    if (answered > 0 && answered == t->flights_count)
        on_refused(t, x);
}

void
territory_repeat(struct territory *t, struct tools *x)
{
    assert(t->standing == TERRITORY_IN_DOUBT);
    if (clock_mono_ms() < t->again_at)
        return;
    for (size_t i = 0; i < t->flights_count; i++)
        launch(t->flights[i], x);
}

void
territory_check(struct territory *t, struct tools *x)
{
    struct head h;
    if (t->standing != TERRITORY_SERVED || t->flights_count > 0 ||
        store_head(x->store, t->id, &h) != OK)
        return;
    if (same_id(h.holder, t->nonce) && h.version == t->head.version &&
        same_id(h.chain, t->head.chain))
        return;
    if (!same_id(h.holder, t->nonce)) {
        fenced(t, x);
        return;
    }
    log_warn("event=head_changed territory=%s version=%" PRIu64 " store_version=%" PRIu64, t->id.s,
             t->head.version, h.version);
    territory_drop(t, x);
}

/* ---- places and anchors */

struct looking {
    struct territory *t;
    struct tools *x;
};

static enum err
look_at(void *context, enum record_hash hash unused, struct str key, struct str bytes)
{
    struct looking *l = context;
    struct territory *t = l->t;
    struct engineer_id who;
    struct position p;
    if (!str_fill(who.s, sizeof(who.s), key))
        return OK;
    instant *youngest = map_get(&t->places, &who);
    /* one that does not open is nobody's position; the next one from the device replaces it */
    if (open_place(&l->x->opener, t->id, key, bytes, youngest == NULL ? 0 : *youngest, &p) != OK)
        return OK;
    if (youngest == NULL) {
        youngest = zalloc(sizeof(*youngest));
        map_put(&t->places, &who, youngest);
    }
    *youngest = p.at;
    t->positions =
        grow_array(t->positions, t->positions_count, &t->positions_cap, sizeof(*t->positions));
    t->positions[t->positions_count++] = p;
    return OK;
}

static int
by_engineer(const void *a, const void *b)
{
    const struct position *p = a, *q = b;
    return memcmp(&p->engineer, &q->engineer, sizeof(p->engineer));
}

void
territory_look(struct territory *t, struct tools *x)
{
    struct looking l = { t, x };
    if (t->standing != TERRITORY_SERVED || t->positions_count > 0)
        return;
    if (store_places(x->store, t->id, look_at, &l) != OK)
        return; /* the next look finds them */
    if (t->positions_count > 1)
        qsort(t->positions, t->positions_count, sizeof(*t->positions), by_engineer);
}

void
territory_anchor(struct territory *t, struct tools *x)
{
    int64_t now = clock_mono_ms();
    if (t->standing != TERRITORY_SERVED || t->head.version == t->anchored ||
        no_name(t->head.signer) ||
        (t->anchored_at != 0 && now - t->anchored_at < x->conf->anchor_ms))
        return;
    t->anchored_at = now;
    if (anchor_put(x->conf->anchors, t->id, &t->head, clock_wall_ms()) == OK)
        t->anchored = t->head.version;
    else
        log_error("event=anchor_failed territory=%s folder=%s action=\"make it writable\"", t->id.s,
                  log_quote(x->conf->anchors, strlen(x->conf->anchors)));
}
