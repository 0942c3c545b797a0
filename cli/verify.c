/* verify.c - the hash-chained, signed log of a territory, proven entry by entry, or where it
 * breaks:
 *
 *   entry n:  parent = chain of n-1;  chain = H(parent, incarnation, n, effects, H(sealed entry));
 *             signature by a worker of the plan over (territory, incarnation, n, chain);
 *             the sealed entry opens with the pool's log key and is of its documented shape
 *   head:     is the last entry's
 *   anchors:  each line outside Redis is met by the entry of its version
 *   archive:  each file is whole, and signed by a worker of the plan; files, then Redis, are one
 * log
 *
 * Everything is computed anew from what is read; nothing is taken from the worker. */
#include "cli/verify.h"

#include "cli/json.h"
#include "common/store/history.h"
#include "common/wire/body.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

/* A worker's key, of any plan version that is kept: what was signed before a key changed is as
 * right as it was then. */
struct signer {
    struct principal_id who;
    uint8_t sign[32];
};

struct signers {
    struct signer *list;
    size_t count, cap;
};

/* An entry that was read: anchors are compared with it. */
struct link {
    uint64_t version;
    struct incarnation incarnation;
    struct chain chain;
};

struct audit {
    struct site *site;
    const struct signers *signers;
    struct territory_id territory;
    struct seal_key key;
    struct doc doc;
    struct arena arena;
    struct buf scratch, plain;
    uint64_t version; /* of the last entry read */
    struct chain chain;
    uint64_t events, reports, anchors, files, faults;
    struct link *links; /* in the order of their versions */
    size_t count, cap;
    verify_fn *fn; /* NULL: nobody else reads */
    void *context;
};

static void fault(struct audit *a, const char *format, ...) format_like(2, 3);

static void
fault(struct audit *a, const char *format, ...)
{
    va_list args;
    if (a->faults++ >= 20)
        return; /* the chain breaks once and everything after it with it */
    printf("%s: ", a->territory.s);
    va_start(args, format);
    vprintf(format, args);
    va_end(args);
    putchar('\n');
}

static bool
signed_by_worker(struct audit *a, struct principal_id signer, struct incarnation i,
                 uint64_t version, struct chain chain, const uint8_t signature[64])
{
    buf_clear(&a->scratch);
    ad_head(&a->scratch, a->territory, i, version, chain);
    for (size_t k = a->signers->count; k-- > 0;) /* the latest first */
        if (same_id(a->signers->list[k].who, signer) &&
            sign_check(a->signers->list[k].sign, signature, buf_str(&a->scratch)))
            return true;
    return false;
}

static void
check_content(struct audit *a, const struct log_entry *e)
{
    struct log_record record;
    struct buf key = { 0 };
    buf_put_u64(&key, e->version);
    buf_clear(&a->scratch);
    buf_clear(&a->plain);
    arena_clear(&a->arena);
    ad_rest(&a->scratch, "log", a->territory, buf_str(&key));
    buf_fini(&key);
    if (unseal(&a->plain, &a->key, buf_str(&a->scratch), e->sealed) != OK) {
        fault(a, "version %" PRIu64 ": the entry does not open with the pool's key: it was changed",
              e->version);
        return;
    }
    if (log_get(&a->doc, &a->arena, buf_str(&a->plain), &record) != OK) {
        fault(a, "version %" PRIu64 ": the entry is not of the documented shape", e->version);
        return;
    }
    a->events += record.events_count;
    for (size_t i = 0; i < record.outcomes_count; i++)
        a->reports += record.outcomes[i].kind == OUTCOME_OPENED ||
                      record.outcomes[i].kind == OUTCOME_ATTACHED;
    if (a->fn != NULL)
        a->fn(a->context, &record);
}

static enum err
check_entry(void *context, const struct log_entry *e)
{
    struct audit *a = context;
    struct chain right;
    if (e->version != a->version + 1)
        fault(a, "version %" PRIu64 " follows %" PRIu64 ": entries are missing", e->version,
              a->version);
    if (!same_id(e->parent, a->chain))
        fault(a, "version %" PRIu64 ": does not build on the entry before it", e->version);
    chain_next(&right, &e->parent, e->incarnation, e->version, e->effects, e->sealed);
    if (!same_id(e->chain, right))
        fault(a, "version %" PRIu64 ": its chain hash is not that of its content: it was changed",
              e->version);
    if (!signed_by_worker(a, e->signer, e->incarnation, e->version, e->chain, e->signature))
        fault(a, "version %" PRIu64 ": the signature of '%s' is not right", e->version,
              e->signer.s);
    check_content(a, e);
    if (e->version > a->version || a->count == 0) {
        a->links = grow_array(a->links, a->count, &a->cap, sizeof(*a->links));
        a->links[a->count++] = (struct link){ e->version, e->incarnation, e->chain };
    }
    a->version = e->version;
    a->chain = e->chain;
    return OK;
}

static void
on_fault(void *context, const char *words)
{
    fault(context, "%s", words);
}

static void
check_file(void *context, const char *name, const struct archive *file)
{
    struct audit *a = context;
    bool good = false;
    for (size_t k = a->signers->count; !good && k-- > 0;)
        good = same_id(a->signers->list[k].who, file->head.signer) &&
               archive_signed(file, a->signers->list[k].sign);
    a->files++;
    if (!good)
        fault(a, "archive file %s: the signature of '%s' is not right", name, file->head.signer.s);
}

static const struct link *
link_of(const struct audit *a, uint64_t version)
{
    size_t low = 0, high = a->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (a->links[middle].version < version)
            low = middle + 1;
        else
            high = middle;
    }
    return low < a->count && a->links[low].version == version ? &a->links[low] : NULL;
}

/* Workers go on while the log is read: it ends between the head before and the head after. */
static void
check_head(struct audit *a, const struct head *before)
{
    struct head after;
    const struct link *link = link_of(a, before->version);
    enum err e = store_head(a->site->store, a->territory, &after);
    if (e != OK)
        fault(a, "its head cannot be read: %s", err_text(e));
    else if (!after.exists && a->version > 0)
        fault(a, "has a log but no head");
    else if (after.exists && after.version < a->version)
        fault(a, "the head is at version %" PRIu64 " but the log goes on to %" PRIu64,
              after.version, a->version);
    else if (before->exists && before->version > a->version)
        fault(a, "the head is at version %" PRIu64 " but the log ends at %" PRIu64, before->version,
              a->version);
    else if (before->exists && before->version > 0 &&
             (link == NULL || !same_id(link->chain, before->chain)))
        fault(a, "the head's chain hash is not that of the last entry");
    else if (after.exists && after.version == a->version && !same_id(after.chain, a->chain))
        fault(a, "the head's chain hash is not that of the last entry");
}

/* "TIME INCARNATION VERSION CHAIN SIGNER SIGNATURE" */
static void
check_anchor(struct audit *a, struct str line, unsigned number)
{
    struct incarnation incarnation;
    struct principal_id signer;
    struct chain chain;
    const struct link *link;
    uint8_t signature[64];
    int64_t version = 0;
    str_cut(&line, ' ');
    bool good = hex_to(incarnation.b, sizeof(incarnation.b), str_cut(&line, ' ')) &&
                str_int(str_cut(&line, ' '), &version) && version > 0 &&
                hex_to(chain.b, sizeof(chain.b), str_cut(&line, ' ')) &&
                str_fill(signer.s, sizeof(signer.s), str_cut(&line, ' ')) &&
                hex_to(signature, sizeof(signature), line);
    if (!good) {
        fault(a, "anchor %u is not an anchor", number);
        return;
    }
    a->anchors++;
    if (!signed_by_worker(a, signer, incarnation, (uint64_t)version, chain, signature))
        fault(a, "anchor %u (version %" PRId64 "): its signature is not right", number, version);
    else if ((uint64_t)version > a->version)
        fault(a,
              "anchor %u proves version %" PRId64 ", but the log ends at %" PRIu64
              ": the store was rolled back",
              number, version, a->version);
    else if ((link = link_of(a, (uint64_t)version)) == NULL)
        fault(a, "anchor %u proves version %" PRId64 ", which is missing", number, version);
    else if (!same_id(link->chain, chain) || !same_id(link->incarnation, incarnation))
        fault(a,
              "anchor %u proves another version %" PRId64 " than the log's: the log was rewritten",
              number, version);
}

/* As they are now: later ones may be of versions that are read by nobody yet. */
static void
read_anchors(struct audit *a, struct buf *text)
{
    char path[640];
    snprintf(path, sizeof(path), "%s/%s.anchors", a->site->conf.anchors, a->territory.s);
    if (!file_read(path, text) && errno != ENOENT)
        fault(a, "its anchors %s cannot be read: %s", path, strerror(errno));
}

static void
check_anchors(struct audit *a, struct str rest)
{
    for (unsigned number = 1; rest.len > 0; number++)
        check_anchor(a, str_trim(str_cut(&rest, '\n')), number);
}

void
verify_say(struct territory_id t, const struct verified *v, bool json)
{
    if (json) {
        struct json *j = json_object_new();
        json_put_text(j, "territory", t.s);
        json_put_number(j, "versions", (int64_t)v->versions);
        json_put_number(j, "events", (int64_t)v->events);
        json_put_number(j, "reports", (int64_t)v->reports);
        json_put_number(j, "anchors", (int64_t)v->anchors);
        json_put_number(j, "archives", (int64_t)v->files);
        json_put_number(j, "faults", (int64_t)v->faults);
        json_print(&j, stdout);
    } else {
        printf("%s: %s: %" PRIu64 " versions, %" PRIu64 " events, %" PRIu64 " reports, %" PRIu64
               " anchors, %" PRIu64 " archive files\n",
               t.s, v->faults == 0 ? "holds" : "BROKEN", v->versions, v->events, v->reports,
               v->anchors, v->files);
    }
}

static void
signers_add(struct signers *all, const struct principal *p)
{
    for (size_t i = 0; i < all->count; i++)
        if (same_id(all->list[i].who, p->id) &&
            memcmp(all->list[i].sign, p->sign, sizeof(p->sign)) == 0)
            return;
    all->list = grow_array(all->list, all->count, &all->cap, sizeof(*all->list));
    struct signer *s = &all->list[all->count++];
    s->who = p->id;
    memcpy(s->sign, p->sign, sizeof(s->sign));
}

static void
signers_of(struct signers *all, const struct atlas *a)
{
    const struct principal *list;
    size_t count = atlas_principals(a, &list);
    for (size_t i = 0; i < count; i++)
        if (list[i].role == ROLE_WORKER)
            signers_add(all, &list[i]);
}

bool
signers_collect(struct signers **out, struct site *s)
{
    struct signers *all = *out = zalloc(sizeof(*all));
    bool good = true;
    for (uint32_t version = 1; version < s->plan->version; version++) {
        struct plan *plan = NULL;
        enum err e = site_plan_of(s, version, &plan);
        if (e == OK) {
            struct atlas *a = atlas_new(plan);
            signers_of(all, a);
            atlas_free(a);
            plan_free(plan);
        }
        good = good && (e == OK || e == ERR_UNKNOWN);
    }
    signers_of(all, s->atlas);
    return good;
}

void
signers_free(struct signers *all)
{
    if (all == NULL)
        return;
    free(all->list);
    free(all);
}

bool
verify_log(struct site *s, const struct signers *signers, struct territory_id t, verify_fn *fn,
           void *context, struct verified *out)
{
    struct audit a = {
        .site = s, .signers = signers, .territory = t, .fn = fn, .context = context
    };
    struct head before = { .exists = false };
    struct buf anchors = { 0 };
    doc_init(&a.doc);
    seal_key_storage(&a.key, s->pool, "log");
    read_anchors(&a, &anchors);
    const struct history_reader reader = { check_entry, on_fault, check_file, &a };
    enum err e = store_head(s->store, t, &before);
    if (e == OK)
        e = history_log(s->store, s->conf.archive, t, &reader);
    if (e != OK)
        fault(&a, "its log cannot be read after version %" PRIu64 ": %s", a.version, err_text(e));
    check_head(&a, &before);
    check_anchors(&a, buf_str(&anchors));
    *out = (struct verified){ a.version, a.events, a.reports, a.anchors, a.files, a.faults };
    doc_fini(&a.doc);
    arena_fini(&a.arena);
    buf_fini(&a.scratch);
    buf_fini(&a.plain);
    buf_fini(&anchors);
    free(a.links);
    return a.faults == 0;
}
