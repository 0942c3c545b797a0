/* history.c - archive files, then Redis, as one log. */
#include "common/store/history.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

/* A file of the line, up to this version. */
struct step {
    struct segment *file;
    uint64_t upto;
};

struct history {
    struct store *store;
    const char *folder;
    struct territory_id territory;
    const struct history_reader *reader;
    struct shelf shelf;
    struct step *steps; /* the latest first */
    size_t steps_count, steps_cap;
    struct buf bytes; /* of the file in hand */
    uint64_t last;    /* version of the last entry that the reader got */
    uint64_t upto;    /* of the file in hand, no further */
    bool moved;       /* what was next has gone to an archive file meanwhile: look again */
    bool again;       /* this is not the first look: files beside the line were read */
    struct {
        bool any;
        uint64_t version;
        struct chain before; /* of the entry before it */
    } oldest;                /* in Redis */
};

static void fault(struct history *h, const char *format, ...) format_like(2, 3);

static void
fault(struct history *h, const char *format, ...)
{
    char words[SHELF_PATH + 256];
    va_list args;
    va_start(args, format);
    vsnprintf(words, sizeof(words), format, args);
    va_end(args);
    h->reader->fault(h->reader->context, words);
}

static void
on_bad_file(void *context, const char *name, enum err e)
{
    fault(context, "archive file %s %s", name,
          e == ERR_CONFLICT ? "is not what its name says" : archive_fault(e));
}

static enum err
on_oldest(void *context, const struct log_entry *e)
{
    struct history *h = context;
    h->oldest.any = true;
    h->oldest.version = e->version;
    h->oldest.before = e->parent;
    return OK;
}

static enum err
look_oldest(struct history *h)
{
    h->oldest.any = false;
    return store_log_oldest(h->store, h->territory, on_oldest, h);
}

/* Where the archive must lead to: version and chain. The head is asked first: what comes after it,
 * even the very first entry, is in Redis. */
static enum err
end_of_archive(struct history *h, uint64_t *version, struct chain *chain)
{
    struct head head;
    enum err e = store_head(h->store, h->territory, &head);
    if (e == OK)
        e = look_oldest(h);
    if (e != OK)
        return e;
    *version = head.exists ? head.version : 0;
    *chain = head.chain;
    if (h->oldest.any) {
        *version = h->oldest.version - 1;
        *chain = h->oldest.before;
    }
    return OK;
}

/* ---- the line, backwards */

struct sought {
    uint64_t version;
    struct chain chain;
    bool found;
};

static enum err
seek_version(void *context, const struct log_entry *e)
{
    struct sought *s = context;
    s->found = s->found || (e->version == s->version && same_id(e->chain, s->chain));
    return OK;
}

/* A file whose line was left in its middle. */
static bool
holds(struct history *h, const struct segment *f, uint64_t version, const struct chain *chain)
{
    struct archive a;
    struct sought s = { .version = version, .chain = *chain };
    return shelf_read(h->folder, h->territory, f->name, &h->bytes, &a) == OK &&
           archive_each(&a, seek_version, &s) == OK && s.found;
}

/* The file that has this very entry; `*near`: else one that has this version, or an earlier one. */
static struct segment *
file_of(struct history *h, uint64_t version, const struct chain *chain, struct segment **near)
{
    struct segment *list = h->shelf.list;
    *near = NULL;
    for (size_t i = 0; i < h->shelf.count; i++) {
        if (list[i].head.last == version && same_id(list[i].head.after, *chain))
            return &list[i];
        if (list[i].head.last <= version || list[i].head.first <= version)
            *near = &list[i];
    }
    for (size_t i = 0; i < h->shelf.count; i++)
        if (list[i].head.first <= version && list[i].head.last > version &&
            holds(h, &list[i], version, chain))
            return &list[i];
    return NULL;
}

static void
plan(struct history *h, uint64_t version, struct chain chain)
{
    h->steps_count = 0;
    while (version > h->last) {
        struct segment *near, *f = file_of(h, version, &chain, &near);
        if (f == NULL && (near == NULL || near->head.last < version)) {
            uint64_t from = near == NULL ? 1 : near->head.last + 1;
            fault(h,
                  "versions %" PRIu64 " to %" PRIu64
                  " are missing: neither in Redis nor in a file of %s/%s",
                  from > h->last ? from : h->last + 1, version, h->folder, h->territory.s);
        } else if (f == NULL) {
            fault(h, "archive file %s does not lead to version %" PRIu64, near->name, version + 1);
        }
        f = f != NULL ? f : near;
        if (f == NULL)
            return;
        h->steps = grow_array(h->steps, h->steps_count, &h->steps_cap, sizeof(*h->steps));
        h->steps[h->steps_count++] =
            (struct step){ f, f->head.last < version ? f->head.last : version };
        version = f->head.first - 1;
        chain = f->head.before;
    }
}

/* ---- the line, forwards */

static enum err
on_archived(void *context, const struct log_entry *e)
{
    struct history *h = context;
    if (e->version <= h->last || e->version > h->upto)
        return OK;
    h->last = e->version;
    return h->reader->entry(h->reader->context, e);
}

static enum err
read_file(struct history *h, struct segment *f, uint64_t upto)
{
    struct archive a;
    enum err e = shelf_read(h->folder, h->territory, f->name, &h->bytes, &a);
    if (e != OK && !f->used)
        on_bad_file(h, f->name, e);
    if (e == OK && !f->used && h->reader->file != NULL)
        h->reader->file(h->reader->context, f->name, &a);
    f->used = true;
    h->upto = upto;
    return e == OK ? archive_each(&a, on_archived, h) : OK;
}

/* Did the oldest entries leave Redis while we were reading? */
static bool
has_moved(struct history *h)
{
    uint64_t was = h->oldest.version;
    return look_oldest(h) == OK && h->oldest.any && h->oldest.version > was &&
           h->oldest.version > h->last + 1;
}

static enum err
on_live(void *context, const struct log_entry *e)
{
    struct history *h = context;
    h->moved = e->version != h->last + 1 && has_moved(h);
    if (h->moved)
        return ERR_AGAIN;
    h->last = e->version;
    return h->reader->entry(h->reader->context, e);
}

static enum err
read_once(struct history *h)
{
    uint64_t version;
    struct chain chain;
    enum err e = end_of_archive(h, &version, &chain);
    if (e == OK && shelf_open(&h->shelf, h->folder, h->territory, on_bad_file, h) != OK)
        fault(h, "the archive folder %s/%s cannot be read: %s", h->folder, h->territory.s,
              strerror(errno));
    if (e == OK)
        plan(h, version, chain);
    for (size_t i = h->steps_count; e == OK && i-- > 0;)
        e = read_file(h, h->steps[i].file, h->steps[i].upto);
    for (size_t i = 0; e == OK && !h->again && i < h->shelf.count; i++)
        if (!h->shelf.list[i].used)
            e = read_file(h, &h->shelf.list[i], 0);
    if (e == OK)
        e = store_log(h->store, h->territory, h->oldest.any ? h->oldest.version - 1 : 0, on_live,
                      h);
    shelf_close(&h->shelf);
    return e;
}

enum err
history_log(struct store *s, const char *folder, struct territory_id t,
            const struct history_reader *r)
{
    struct history h = { .store = s, .folder = folder, .territory = t, .reader = r };
    enum err e;
    do {
        h.moved = false;
        e = read_once(&h);
        h.again = true;
    } while (h.moved);
    free(h.steps);
    buf_fini(&h.bytes);
    return e;
}

/* ---- tickets */

static void
note_bad_file(void *context, const char *name, enum err e)
{
    struct buf *why = context;
    if (why->len == 0)
        buf_printf(why, "archive file %s %s", name, archive_fault(e));
}

static int
latest_first(const void *a, const void *b)
{
    const struct segment *p = a, *q = b;
    if (p->head.written_ms != q->head.written_ms)
        return p->head.written_ms > q->head.written_ms ? -1 : 1;
    return strcmp(q->name, p->name);
}

enum err
history_tickets(const char *folder, struct territory_id t, store_record_fn *fn, void *context,
                struct buf *why)
{
    struct shelf shelf;
    struct buf records = { 0 };
    enum err e = shelf_open(&shelf, folder, t, note_bad_file, why);
    if (e != OK)
        buf_printf(why, "the archive folder %s/%s cannot be read: %s", folder, t.s,
                   strerror(errno));
    if (shelf.count > 1)
        qsort(shelf.list, shelf.count, sizeof(*shelf.list), latest_first);
    for (size_t i = 0; e == OK && i < shelf.count; i++) {
        const struct segment *f = &shelf.list[i];
        if (f->head.records == 0)
            continue;
        e = shelf_records(folder, t, f, &records);
        if (e == OK)
            e = archive_tickets(buf_str(&records), f->head.records, fn, context);
        else
            note_bad_file(why, f->name, e);
    }
    e = e == OK && why->len > 0 ? ERR_SYNTAX : e;
    buf_fini(&records);
    shelf_close(&shelf);
    return e;
}
