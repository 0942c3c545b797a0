/* records.c - tickets out of the store and out of archive files, opened with the pool's key. */
#include "cli/records.h"

#include "common/base/map.h"
#include "common/store/history.h"
#include "common/wire/body.h"

struct walk {
    struct site *site;
    struct territory_id territory;
    const char *what; /* "ticket", "closed" */
    struct seal_key key;
    struct buf ad, plain;
    records_fn *fn;
    void *context;
    bool stopped;
    struct map seen; /* ids: what leaves Redis meanwhile, or was written twice, is told once */
};

static void
walk_init(struct walk *w, struct site *s, struct territory_id t, bool closed)
{
    *w = (struct walk){ .site = s, .territory = t, .what = closed ? "closed" : "ticket" };
    seal_key_storage(&w->key, s->pool, "records");
    map_init(&w->seen, sizeof(struct ticket_id));
}

static void
walk_fini(struct walk *w)
{
    buf_fini(&w->ad);
    buf_fini(&w->plain);
    map_fini(&w->seen);
}

static enum err
open_record(struct walk *w, struct str id, struct str sealed, struct ticket *out)
{
    buf_clear(&w->ad);
    buf_clear(&w->plain);
    ad_rest(&w->ad, w->what, w->territory, id);
    enum err e = unseal(&w->plain, &w->key, buf_str(&w->ad), sealed);
    return e == OK ? ticket_decode(out, buf_str(&w->plain)) : e;
}

static enum err
on_record(void *context, enum record_hash h unused, struct str id, struct str sealed)
{
    struct walk *w = context;
    struct ticket t;
    if (id.len != sizeof(struct ticket_id))
        return ERR_SYNTAX;
    if (map_put(&w->seen, id.at, w) != NULL)
        return OK;
    enum err e = open_record(w, id, sealed, &t);
    if (e != OK)
        return e;
    w->stopped = !w->fn(w->context, w->territory, &t);
    ticket_fini(&t);
    return w->stopped ? ERR_AGAIN : OK;
}

/* Redis first: whatever leaves it while we read is in a file by then. */
bool
records_each(struct site *s, struct territory_id t, bool closed, records_fn *fn, void *context)
{
    struct walk w;
    struct buf why = { 0 };
    walk_init(&w, s, t, closed);
    w.fn = fn;
    w.context = context;
    enum err e = store_tickets(s->store, t, closed, on_record, &w);
    if (e == OK && closed)
        e = history_tickets(s->conf.archive, t, on_record, &w, &why);
    walk_fini(&w);
    if (e != OK && !w.stopped)
        cmd_failed(s->command, "tickets of territory %s: %s", t.s,
                   why.len > 0 ? buf_cstr(&why) : err_text(e));
    buf_fini(&why);
    return e == OK || w.stopped;
}

/* ---- one by name */

struct search {
    struct ticket_id id;
    const char *code;
    struct str number; /* empty: by id */
    bool found;
};

static bool
is_sought(struct search *s, struct ticket_id id)
{
    char number[32];
    number_of(number, s->code, id);
    s->found = str_is(s->number, number);
    if (s->found)
        s->id = id;
    return s->found;
}

static enum err
by_number(void *context, enum record_hash h unused, struct str id, struct str sealed unused)
{
    struct ticket_id one;
    if (id.len != sizeof(one))
        return ERR_SYNTAX;
    memcpy(one.b, id.at, sizeof(one.b));
    return is_sought(context, one) ? ERR_AGAIN : OK;
}

static bool
search_failed(struct site *s, struct territory_id t, enum err e, struct buf *why)
{
    cmd_failed(s->command, "looking for the ticket in %s: %s", t.s,
               why->len > 0 ? buf_cstr(why) : err_text(e));
    buf_fini(why);
    return false;
}

/* By id alone, no record is opened for it. */
static bool
search_territory(struct site *s, struct territory_id t, struct search *search)
{
    struct str code, digits;
    struct buf why = { 0 };
    search->code = atlas_code(s->atlas, t);
    if (!number_check(search->number, &code, &digits) || search->code == NULL ||
        !str_is(code, search->code))
        return true;
    enum err e = store_tickets(s->store, t, false, by_number, search);
    if (e == OK)
        e = store_tickets(s->store, t, true, by_number, search);
    if (e == OK)
        e = history_tickets(s->conf.archive, t, by_number, search, &why);
    if (e != OK && !search->found)
        return search_failed(s, t, e, &why);
    buf_fini(&why);
    return true;
}

struct pick {
    struct ticket_id id;
    struct buf *sealed;
};

static enum err
by_id(void *context, enum record_hash h unused, struct str id, struct str sealed)
{
    struct pick *p = context;
    if (id.len != sizeof(p->id.b) || memcmp(id.at, p->id.b, id.len) != 0)
        return OK;
    buf_put(p->sealed, sealed.at, sealed.len);
    return ERR_AGAIN;
}

/* The record as it lies in Redis, else in the latest file that has it. false: it complained. */
static bool
fetch(struct site *s, struct territory_id t, struct ticket_id id, struct buf *sealed, bool *closed)
{
    struct buf why = { 0 };
    struct pick pick = { id, sealed };
    enum err e = store_ticket(s->store, t, id, sealed, closed);
    if (e == OK && sealed->len == 0) {
        *closed = true;
        e = history_tickets(s->conf.archive, t, by_id, &pick, &why);
    }
    if (e != OK && sealed->len == 0)
        return search_failed(s, t, e, &why);
    buf_fini(&why);
    return true;
}

static bool
read_one(struct site *s, struct territory_id t, struct ticket_id id, struct ticket *out,
         bool *found)
{
    struct buf sealed = { 0 };
    bool closed = false, good = fetch(s, t, id, &sealed, &closed);
    *found = sealed.len > 0;
    if (good && *found) {
        struct walk w;
        walk_init(&w, s, t, closed);
        enum err e = open_record(&w, str_bytes(id.b, sizeof(id.b)), buf_str(&sealed), out);
        walk_fini(&w);
        good = e == OK;
        if (!good)
            cmd_failed(s->command, "reading the ticket in %s: %s", t.s, err_text(e));
    }
    buf_fini(&sealed);
    return good;
}

bool
records_find(struct site *s, const char *name, struct territory_id *t, struct ticket *out)
{
    const struct territory_id *list;
    size_t count = atlas_territories(s->atlas, &list);
    struct search search = { .number = str_of(name) };
    struct str code, digits;
    bool is_id = hex_to(search.id.b, sizeof(search.id.b), str_of(name));
    if (!is_id && !number_check(search.number, &code, &digits)) {
        cmd_usage(s->command,
                  "'%s' is no ticket number (its check digit is wrong?) and no id of 32 hex digits",
                  name);
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        bool found = false;
        if (!is_id && !search_territory(s, list[i], &search))
            return false;
        if (!is_id && !search.found)
            continue;
        if (!read_one(s, list[i], search.id, out, &found))
            return false;
        *t = list[i];
        if (found)
            return true;
    }
    cmd_failed(s->command, "no ticket %s, neither in Redis nor in the archive %s", name,
               s->conf.archive);
    return false;
}
