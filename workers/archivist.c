/* archivist.c - the oldest part of a log, out of Redis into a file.
 *
 * A small file is not written for every entry that comes of age: entries wait until they fill a
 * file, or until the oldest of them is a while past its time (`patience`). */
#include "workers/archivist.h"

#include <errno.h>
#include <inttypes.h>

#include "common/io/clock.h"
#include "common/io/log.h"
#include "common/store/shelf.h"
#include "common/wire/log.h"

enum {
    PATIENCE_MAX_MS = 24 * 3600 * 1000,
    LOOK_MIN_MS = 250, /* between two looks that found nothing to do */
    TROUBLE_MS = 10 * 1000,
    TELL_MS = 60 * 1000
};

/* How far past its time the oldest entry may be while the others do not fill a file. */
static int64_t
patience_ms(const struct tools *x)
{
    int64_t eighth = x->conf->archive_after_s * 1000 / 8;
    return eighth < PATIENCE_MAX_MS ? eighth : PATIENCE_MAX_MS;
}

static int64_t
pause_ms(const struct tools *x)
{
    int64_t pause = patience_ms(x) / 8;
    return pause > LOOK_MIN_MS ? pause : LOOK_MIN_MS;
}

/* ---- gathering */

struct gathering {
    struct territory *t;
    struct tools *x;
    struct archive_draft draft;
    struct buf closed; /* ids */
    struct arena arena;
    struct doc doc;
    int64_t age_limit; /* instant: what is younger stays */
    int64_t oldest;    /* instant of the first entry */
    int64_t began_ms;  /* mono */
    bool full;
};

static bool
follows(const struct gathering *g, const struct log_entry *e)
{
    const struct archive_head *h = &g->draft.head;
    struct chain right;
    chain_next(&right, &e->parent, e->incarnation, e->version, e->effects, e->sealed);
    return same_id(e->chain, right) &&
           (h->entries == 0 || (e->version == h->last + 1 && same_id(e->parent, h->after)));
}

static bool
is_full(const struct gathering *g, const struct log_entry *e)
{
    const struct archive_head *h = &g->draft.head;
    return h->entries > 0 &&
           (h->entries == ARCHIVE_ENTRIES || !same_id(h->incarnation, e->incarnation) ||
            g->draft.entries.len + e->sealed.len > ARCHIVE_DATA ||
            (g->closed.len + e->closed.len) / sizeof(struct ticket_id) > ARCHIVE_TICKETS);
}

static enum err
instant_of(struct gathering *g, const struct log_entry *e, int64_t *at)
{
    struct log_record record;
    struct str plain;
    arena_clear(&g->arena);
    enum err err = rest_open_log(&g->x->rest, g->t->id, e->version, e->sealed, &plain);
    if (err == OK)
        err = log_get(&g->doc, &g->arena, plain, &record);
    *at = err == OK ? record.at : 0;
    return err;
}

/* ERR_AGAIN: from here on they stay. ERR_DIVERGED: this is no log of ours. */
static enum err
gather_entry(void *context, const struct log_entry *e)
{
    struct gathering *g = context;
    int64_t at;
    if (e->version > g->t->anchored || e->version >= g->t->head.version)
        return ERR_AGAIN;
    g->full = is_full(g, e);
    if (g->full)
        return ERR_AGAIN;
    if (!follows(g, e) || instant_of(g, e, &at) != OK)
        return ERR_DIVERGED;
    if (at > g->age_limit)
        return ERR_AGAIN;
    if (g->draft.head.entries == 0)
        g->oldest = at;
    archive_add(&g->draft, g->t->id, e);
    if (e->closed.len % sizeof(struct ticket_id) == 0)
        buf_put(&g->closed, e->closed.at, e->closed.len);
    return OK;
}

static enum err
gather_ticket(void *context, enum record_hash h unused, struct str id, struct str sealed)
{
    struct gathering *g = context;
    archive_add_ticket(&g->draft, id, sealed);
    return OK;
}

/* ERR_AGAIN: nothing is old enough, or too little. */
static enum err
gather(struct gathering *g)
{
    int64_t now = clock_wall_ms();
    g->age_limit = now - g->x->conf->archive_after_s * 1000;
    enum err err = store_log(g->x->store, g->t->id, 0, gather_entry, g);
    if (err != OK && err != ERR_AGAIN)
        return err;
    if (g->draft.head.entries == 0 || (!g->full && g->oldest > g->age_limit - patience_ms(g->x)))
        return ERR_AGAIN;
    return store_closed(g->x->store, g->t->id, buf_str(&g->closed), gather_ticket, g);
}

/* ---- to disk, and out of Redis */

/* Takes out of Redis what a file holds, after it was proved. ERR_KEY: it is not one of ours. */
static enum err
forget(struct territory *t, struct tools *x, const char *name, int64_t began_ms)
{
    struct buf bytes = { 0 };
    struct archive a;
    enum err err = shelf_read(x->conf->archive, t->id, name, &bytes, &a);
    if (err == OK && !archive_signed(&a, keys_public(x->sign)->sign))
        err = ERR_KEY;
    if (err == OK)
        err = store_forget(x->store, t->id, t->nonce, &a);
    if (err == OK)
        log_info("event=archived territory=%s first=%" PRIu64 " last=%" PRIu64
                 " tickets=%u bytes=%zu ms=%" PRId64,
                 t->id.s, a.head.first, a.head.last, (unsigned)a.head.records, bytes.len,
                 clock_mono_ms() - began_ms);
    buf_fini(&bytes);
    return err;
}

/* Does another file bear the name: whole, of the same range, with other content? Then the log was
 * rewritten, and the file is the proof. */
static bool
would_hide(const struct gathering *g, const char *name)
{
    struct buf bytes = { 0 };
    struct archive a;
    bool other = shelf_read(g->x->conf->archive, g->t->id, name, &bytes, &a) == OK &&
                 !same_id(a.head.after, g->draft.head.after);
    buf_fini(&bytes);
    return other;
}

static enum err
put(struct gathering *g)
{
    struct tools *x = g->x;
    struct buf file = { 0 };
    char name[SHELF_NAME];
    shelf_name(name, &g->draft.head);
    archive_finish(&g->draft, x->signer, x->sign, clock_wall_ms(), &file);
    enum err err = file.len > ARCHIVE_BYTES_MAX ? ERR_TOO_BIG
                   : would_hide(g, name)        ? ERR_CONFLICT
                                                : shelf_put(x->conf->archive, g->t->id, name,
                                                            lease_worker(x->lease), buf_str(&file));
    int why = errno;
    buf_fini(&file);
    errno = why;
    return err == OK ? forget(g->t, x, name, g->began_ms) : err;
}

/* A file that begins where the log begins was left by one who was killed before he forgot. */
static enum err
archive(struct gathering *g)
{
    char name[SHELF_NAME];
    const struct archive_head *h = &g->draft.head;
    enum err err = gather(g);
    if (err != OK)
        return err;
    if (shelf_find(g->x->conf->archive, g->t->id, h->incarnation, h->first, name) &&
        forget(g->t, g->x, name, g->began_ms) == OK)
        return OK;
    return put(g);
}

/* ---- when */

static void
complain(struct territory *t, const struct tools *x, enum err err)
{
    int64_t now = clock_mono_ms();
    const char *why = err == ERR_IO ? strerror(errno) : err_text(err);
    if (err == ERR_CLOSED || err == ERR_FENCED ||
        (t->archive_told_at != 0 && now - t->archive_told_at < TELL_MS))
        return;
    t->archive_told_at = now;
    if (err == ERR_DIVERGED || err == ERR_CONFLICT)
        log_error("event=archive_refused territory=%s action=\"the log is not what was committed: "
                  "run faultline audit verify; it stays in Redis\"",
                  t->id.s);
    else
        log_error("event=archive_failed territory=%s folder=%s err=%s action=\"make it writable, "
                  "make room; nothing leaves Redis until then\"",
                  t->id.s, log_quote(x->conf->archive, strlen(x->conf->archive)),
                  log_quote(why, strlen(why)));
}

bool
archivist_look(struct territory *t, struct tools *x)
{
    int64_t now = clock_mono_ms();
    struct gathering g = { .t = t, .x = x, .began_ms = now };
    if (x->conf->archive_after_s == 0 || t->standing != TERRITORY_SERVED || t->flights_count > 0 ||
        t->anchored == 0 || now < t->archive_at)
        return false;
    doc_init(&g.doc);
    enum err err = archive(&g);
    t->archive_at = now + (err == OK ? 0 : err == ERR_AGAIN ? pause_ms(x) : TROUBLE_MS);
    if (err != OK && err != ERR_AGAIN)
        complain(t, x, err);
    archive_draft_fini(&g.draft);
    buf_fini(&g.closed);
    arena_fini(&g.arena);
    doc_fini(&g.doc);
    return true;
}
