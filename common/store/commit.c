/* commit.c - all the effects of a batch in one call: all of it or nothing.
 *
 * The fence is in store.lua. Here is the order of its arguments, and the limits that are
 * looked at before anything is sent. */
#include "common/store/call.h"

#include "common/io/log.h"

#include <inttypes.h>
#include <stdio.h>

/* ---- limits */

struct sum {
    size_t bytes, records;
    bool good;
};

static void
weigh(struct sum *sum, struct str s, size_t most)
{
    sum->bytes += s.len;
    sum->good = sum->good && s.len <= most;
}

static void
weigh_pairs(struct sum *sum, const struct pair *list, size_t count, size_t most)
{
    sum->records += count;
    for (size_t i = 0; i < count; i++) {
        weigh(sum, list[i].key, 256);
        weigh(sum, list[i].bytes, most);
    }
}

static bool
fits(const struct commit *c)
{
    struct sum sum = { 0, 0, c->mail_count <= MAIL_MAX && c->watch_count <= WATCH_MAX };
    weigh(&sum, c->log, COMMIT_BYTES);
    weigh(&sum, c->meta, RECORD_MAX);
    for (enum record_hash h = HASH_TICKETS; h < RECORD_HASHES; h++)
        weigh_pairs(&sum, c->records[h], c->records_count[h], RECORD_MAX);
    weigh_pairs(&sum, c->closed, c->closed_count, RECORD_MAX);
    weigh_pairs(&sum, c->quarantine, c->quarantine_count, ENTRY_MAX);
    for (size_t i = 0; i < c->mail_count; i++) {
        weigh(&sum, c->mail[i].letter, ENTRY_MAX);
        weigh(&sum, c->mail[i].resync, ENTRY_MAX);
    }
    for (size_t i = 0; i < c->watch_count; i++)
        weigh(&sum, c->watch[i].letter, ENTRY_MAX);
    sum.records += c->out_count;
    for (size_t i = 0; i < c->out_count; i++)
        weigh(&sum, c->out[i].sealed, ENTRY_MAX);
    return sum.good && sum.records <= RECORDS_MAX && sum.bytes <= COMMIT_BYTES;
}

struct refused {
    store_fn *fn;
    void *context;
    char territory[sizeof(struct territory_id) + 1];
};

static void
on_refused(void *context, enum err unused err, struct reply unused r)
{
    struct refused *f = context;
    log_error("event=commit_too_big territory=%s", log_quote(f->territory, strlen(f->territory)));
    if (f->fn != NULL)
        f->fn(f->context, ERR_TOO_BIG);
    free(f);
}

/* Its answer comes in its turn, like every other. */
static void
refuse(struct store *s, const struct commit *c, store_fn *fn, void *context)
{
    struct refused *f = zalloc(sizeof(*f));
    f->fn = fn;
    f->context = context;
    memcpy(f->territory, c->territory.s, sizeof(c->territory.s));
    call_begin(s, "PING");
    call_send(s, on_refused, f);
}

/* ---- the arguments, in the order of store.lua */

/* The hashes of a commit, in the order of their keys. */
static const enum territory_key fixed_keys[] = { KEY_INBOX,   KEY_HEAD,      KEY_LOG,
                                                 KEY_WATCH,   KEY_OUTBOX,    KEY_QUARANTINE,
                                                 KEY_TICKETS, KEY_ENGINEERS, KEY_PRINCIPALS,
                                                 KEY_REPORTS, KEY_LEARNED,   KEY_CLOSED };
enum { COMMIT_HASHES = RECORD_HASHES - 1 + 1 }; /* all but META, and the closed tickets */

static const struct pair *
pairs_of(const struct commit *c, size_t h, size_t *count)
{
    bool closed = h == COMMIT_HASHES - 1;
    *count = closed ? c->closed_count : c->records_count[h + 1];
    return closed ? c->closed : c->records[h + 1];
}

static void
put_keys(struct call *call, const struct commit *c)
{
    for (size_t i = 0; i < countof(fixed_keys); i++)
        call_key(call, key_of(c->territory, fixed_keys[i]));
    for (size_t i = 0; i < c->mail_count; i++)
        call_key(call, key_mail(c->territory, c->mail[i].who));
    call_keys_end(call);
}

/* "5-0" -> "5-1": the first entry that stays in the inbox. */
static void
put_after(struct call *call, const char *cursor)
{
    struct str rest = str_of(cursor), ms = str_cut(&rest, '-');
    uint64_t n = 0;
    bool good = fields_number(rest, &n) && ms.len > 0 && n < UINT64_MAX;
    assert(good); /* a cursor is an entry's id or 0-0 */
    call_format(call, "%.*s-%" PRIu64, STR_ARG(ms), n + 1);
}

/* "g1 e07 watch": who has new letters. */
static void
put_ring(struct call *call, const struct commit *c)
{
    size_t len = 0, size = (c->mail_count + 1) * (sizeof(struct principal_id) + 1);
    char *ring = arena_alloc(&call->texts, size);
    for (size_t i = 0; i < c->mail_count; i++)
        len += (size_t)snprintf(ring + len, size - len, "%s%.*s", len == 0 ? "" : " ",
                                (int)sizeof(c->mail[i].who.s), c->mail[i].who.s);
    if (c->watch_count > 0)
        len += (size_t)snprintf(ring + len, size - len, "%swatch", len == 0 ? "" : " ");
    assert(len < size);
    call_str(call, (struct str){ ring, len });
}

static void
put_fixed(struct call *call, const struct commit *c)
{
    call_bytes(call, c->holder.b, sizeof(c->holder.b));
    call_bytes(call, c->id.b, sizeof(c->id.b));
    call_number(call, c->version - 1);
    call_number(call, c->version);
    call_bytes(call, c->parent.b, sizeof(c->parent.b));
    call_bytes(call, c->chain.b, sizeof(c->chain.b));
    call_bytes(call, c->effects, sizeof(c->effects));
    call_name(call, c->signer.s, sizeof(c->signer.s));
    call_bytes(call, c->signature, sizeof(c->signature));
    call_name(call, c->cursor, sizeof(c->cursor));
    put_after(call, c->cursor);
    call_number(call, c->plan);
    call_str(call, c->log);
    call_str(call, c->meta);
    call_number(call, c->mailbox_max);
    call_number(call, c->watch_max);
    call_key(call, key_of(c->territory, KEY_BELL));
    put_ring(call, c);
}

static void
put_counts(struct call *call, const struct commit *c)
{
    for (size_t h = 0; h < COMMIT_HASHES; h++) {
        size_t count, sets = 0;
        const struct pair *list = pairs_of(c, h, &count);
        for (size_t i = 0; i < count; i++)
            sets += list[i].bytes.len > 0;
        call_number(call, sets);
        call_number(call, count - sets);
    }
    call_number(call, c->mail_count);
    call_number(call, c->watch_count);
    call_number(call, c->out_count);
    call_number(call, c->quarantine_count);
}

static void
put_lists(struct call *call, const struct commit *c)
{
    for (size_t h = 0; h < COMMIT_HASHES; h++) {
        size_t count;
        const struct pair *list = pairs_of(c, h, &count);
        for (size_t i = 0; i < count; i++)
            if (list[i].bytes.len > 0) {
                call_str(call, list[i].key);
                call_str(call, list[i].bytes);
            }
        for (size_t i = 0; i < count; i++)
            if (list[i].bytes.len == 0)
                call_str(call, list[i].key);
    }
    for (size_t i = 0; i < c->mail_count; i++) {
        call_format(call, "%" PRIu64 "-0", c->mail[i].sequence);
        call_str(call, c->mail[i].letter);
        call_str(call, c->mail[i].resync);
    }
    for (size_t i = 0; i < c->watch_count; i++) {
        call_format(call, "%" PRIu64 "-0", c->watch[i].sequence);
        call_str(call, c->watch[i].letter);
    }
    for (size_t i = 0; i < c->out_count; i++) {
        call_name(call, c->out[i].to.s, sizeof(c->out[i].to.s));
        call_str(call, c->out[i].sealed);
    }
    for (size_t i = 0; i < c->quarantine_count; i++) {
        call_str(call, c->quarantine[i].key);
        call_str(call, c->quarantine[i].bytes);
    }
}

void
store_commit(struct store *s, const struct commit *c, store_fn *fn, void *context)
{
    assert(c->version > 0 && c->records_count[HASH_META] == 0);
    if (!fits(c)) {
        refuse(s, c, fn, context);
        return;
    }
    struct call *call = call_function(s, "fl_commit");
    put_keys(call, c);
    put_fixed(call, c);
    put_counts(call, c);
    put_lists(call, c);
    call_send_word(s, fn, context);
}
