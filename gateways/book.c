/* book.c - sealed entries in a journal (common/client/journal.h), written anew when it has grown.
 *
 * Invariant: the files from `first` on hold every entry that counts; older ones go as soon as the
 * rewritten ones are on disk. */
#include "gateways/book.h"

#include "common/client/journal.h"
#include "common/io/log.h"

enum { GROWN_LEAST = 1 << 20, GROWN_TIMES = 4 };

struct book {
    struct journal *journal;
    struct seal_key key;
    struct book_table tables[BOOK_TABLES];
    size_t count, stale; /* stale: files that go after the next sync */
    uint64_t fresh;      /* bytes there were after the last rewriting */
};

static const struct book_table *
table_of(const struct book *b, uint8_t kind)
{
    for (size_t i = 0; i < b->count; i++)
        if (b->tables[i].kind == kind)
            return &b->tables[i];
    return NULL;
}

static void
on_entry(void *context, uint8_t kind, struct spot at, struct str payload)
{
    struct book *b = context;
    const struct book_table *t = table_of(b, kind);
    struct buf plain = { 0 };
    enum err e = unseal(&plain, &b->key, str_bytes(&kind, 1), payload);
    if (e != OK)
        log_warn("event=book_entry_lost segment=%u offset=%u why=\"%s\"", at.segment, at.offset,
                 err_text(e));
    else if (t != NULL)
        t->load(t->own, buf_str(&plain));
    buf_fini(&plain);
}

enum err
book_open(struct book **out, const char *folder, const struct seal_key *key,
          const struct book_table *tables, size_t count, struct buf *why)
{
    struct book *b = zalloc(sizeof(*b));
    struct journal_damage damage = { 0 };
    assert(count <= BOOK_TABLES);
    b->key = *key;
    memcpy(b->tables, tables, count * sizeof(*tables));
    b->count = count;
    enum err e = journal_open(&b->journal, folder, on_entry, b, &damage, why);
    if (e != OK) {
        free(b);
        return e;
    }
    if (damage.skipped > 0)
        log_warn("event=book_damaged bytes=%llu where=%s", (unsigned long long)damage.skipped,
                 log_quote(damage.first, strlen(damage.first)));
    b->fresh = GROWN_LEAST;
    *out = b;
    return OK;
}

void
book_close(struct book *b)
{
    if (b == NULL)
        return;
    journal_close(b->journal);
    explicit_bzero(&b->key, sizeof(b->key));
    free(b);
}

void
book_put(struct book *b, uint8_t kind, struct str entry)
{
    assert(entry.len <= BOOK_ENTRY_MAX);
    seal(journal_begin(b->journal, kind), &b->key, str_bytes(&kind, 1), entry);
    journal_end(b->journal);
}

static bool
has_grown(const struct book *b)
{
    uint64_t size, held;
    journal_total(b->journal, &size, &held);
    return size > GROWN_TIMES * b->fresh;
}

static enum err
rewrite(struct book *b)
{
    enum err e = journal_roll(b->journal);
    if (e != OK)
        return e;
    b->stale = journal_segments(b->journal) - 1;
    for (size_t i = 0; i < b->count; i++)
        b->tables[i].save(b->tables[i].own, b);
    return journal_sync(b->journal);
}

enum err
book_sync(struct book *b)
{
    uint64_t held;
    enum err e = journal_pending(b->journal) > 0 ? journal_sync(b->journal) : OK;
    if (e == OK && b->stale == 0 && has_grown(b))
        e = rewrite(b);
    if (e != OK || b->stale == 0)
        return e;
    for (; b->stale > 0; b->stale--)
        journal_drop_oldest(b->journal);
    journal_total(b->journal, &b->fresh, &held);
    b->fresh = b->fresh > GROWN_LEAST ? b->fresh : GROWN_LEAST;
    return OK;
}
