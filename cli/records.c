/* records.c - tickets out of the store, opened with the pool's key. */
#include "cli/records.h"

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
};

static void
walk_init(struct walk *w, struct site *s, struct territory_id t, bool closed)
{
    *w = (struct walk){ .site = s, .territory = t, .what = closed ? "closed" : "ticket" };
    seal_key_storage(&w->key, s->pool, "records");
}

static void
walk_fini(struct walk *w)
{
    buf_fini(&w->ad);
    buf_fini(&w->plain);
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
on_record(void *context, enum record_hash h, struct str id, struct str sealed)
{
    struct walk *w = context;
    struct ticket t;
    (void)h;
    enum err e = open_record(w, id, sealed, &t);
    if (e != OK)
        return e;
    w->stopped = !w->fn(w->context, w->territory, &t);
    ticket_fini(&t);
    return w->stopped ? ERR_AGAIN : OK;
}

bool
records_each(struct site *s, struct territory_id t, bool closed, records_fn *fn, void *context)
{
    struct walk w;
    walk_init(&w, s, t, closed);
    w.fn = fn;
    w.context = context;
    enum err e = store_tickets(s->store, t, closed, on_record, &w);
    walk_fini(&w);
    if (e == OK || w.stopped)
        return true;
    cmd_failed(s->command, "tickets of territory %s: %s", t.s, err_text(e));
    return false;
}

/* ---- one by name */

struct search {
    struct ticket_id id;
    const char *code;
    struct str number; /* empty: by id */
    bool found;
};

static bool
by_number(void *context, struct territory_id t, const struct ticket *ticket)
{
    struct search *s = context;
    char number[32];
    (void)t;
    number_of(number, s->code, ticket->id);
    s->found = str_is(s->number, number);
    if (s->found)
        s->id = ticket->id;
    return !s->found;
}

static bool
search_territory(struct site *s, struct territory_id t, struct search *search)
{
    struct str code, digits;
    search->code = atlas_code(s->atlas, t);
    if (!number_check(search->number, &code, &digits) || search->code == NULL ||
        !str_is(code, search->code))
        return true;
    return records_each(s, t, false, by_number, search) &&
           (search->found || records_each(s, t, true, by_number, search));
}

static bool
read_one(struct site *s, struct territory_id t, struct ticket_id id, struct ticket *out,
         bool *found)
{
    struct buf sealed = { 0 };
    bool closed = false;
    enum err e = store_ticket(s->store, t, id, &sealed, &closed);
    *found = e == OK && sealed.len > 0;
    if (*found) {
        struct walk w;
        walk_init(&w, s, t, closed);
        e = open_record(&w, str_bytes(id.b, sizeof(id.b)), buf_str(&sealed), out);
        walk_fini(&w);
    }
    buf_fini(&sealed);
    if (e != OK)
        cmd_failed(s->command, "reading the ticket in %s: %s", t.s, err_text(e));
    return e == OK;
}

bool
records_find(struct site *s, const char *name, struct territory_id *t, struct ticket *out)
{
    const struct territory_id *list;
    size_t count = atlas_territories(s->atlas, &list);
    struct search search = { .number = str_of(name) };
    struct str code, digits;
    bool by_id = hex_to(search.id.b, sizeof(search.id.b), str_of(name));
    if (!by_id && !number_check(search.number, &code, &digits)) {
        cmd_usage(s->command,
                  "'%s' is no ticket number (its check digit is wrong?) and no id of 32 hex digits",
                  name);
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        bool found = false;
        if (!by_id && !search_territory(s, list[i], &search))
            return false;
        if (!by_id && !search.found)
            continue;
        if (!read_one(s, list[i], search.id, out, &found))
            return false;
        *t = list[i];
        if (found)
            return true;
    }
    cmd_failed(s->command, "no ticket %s", name);
    return false;
}
