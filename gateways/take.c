/* take.c - what came in: to the spool and the book, then to the disk, then acknowledged.
 *
 * The order of the syncs is the contract. Threads first, so that a report that goes out has its
 * address. Then the spool. Marks of events last: a crash in between lets the channel's repetition
 * make the event again, never lose it. */
#include "common/io/clock.h"
#include "common/io/log.h"
#include "gateways/entry.h"
#include "gateways/own.h"

#include <stdio.h>

static void
say_why(struct gateway *g, const char *why)
{
    entry_fill(g->why, sizeof(g->why), why);
}

/* ---- dry run */

static void
put_report(struct json *j, const struct fl_report *r)
{
    const struct {
        const char *key, *value;
    } texts[] = {
        { "source", r->source },     { "key", r->message_key }, { "text", r->text },
        { "category", r->category }, { "contact", r->contact }, { "name", r->name },
        { "lang", r->lang },         { "site", r->site },       { "customer", r->customer },
        { "device", r->device },
    };
    for (size_t i = 0; i < countof(texts); i++)
        json_put_text(j, texts[i].key, texts[i].value);
    if (r->lat_e7 != NULL && r->lon_e7 != NULL) {
        json_put_e7(j, "lat", *r->lat_e7);
        json_put_e7(j, "lon", *r->lon_e7);
    }
    if (r->hint >= 0)
        json_put_number(j, "hint", r->hint);
    if (r->affected_pct != NULL)
        json_put_number(j, "affected", *r->affected_pct);
    if (r->lost_pct != NULL)
        json_put_number(j, "lost", *r->lost_pct);
    json_put_true(j, "down", r->down);
    if (r->occurred_at != 0)
        json_put_number(j, "occurred_at", r->occurred_at);
}

void
take_dry(const struct arrival *a, const struct fl_report *r, const uint8_t id[16])
{
    struct json *j = json_object_new();
    json_put_text(j, "becomes", "report");
    json_put_hex(j, "id", id, 16);
    json_put_text(j, "address", a->address);
    json_put_text(j, "data", a->data);
    json_put_text(j, "told", a->told != NULL && a->told[0] == '\0' ? "nobody" : a->told);
    put_report(j, r);
    json_print(&j, stdout);
}

static void
dry_event(const struct said *s)
{
    struct json *j = json_object_new();
    json_put_text(j, "becomes", "event");
    json_put_text(j, "verb", s->verb);
    json_put_text(j, "note", s->note);
    json_put_text(j, "key", s->key);
    if (s->thread != NULL) {
        json_put_text(j, "number", s->thread->number);
        json_put_hex(j, "ticket", s->thread->ticket, 16);
    }
    if (s->details != NULL && s->details->amount != NULL)
        json_put_number(j, "amount", *s->details->amount);
    json_print(&j, stdout);
}

/* ---- reports */

static void
fill_in(const struct gateway *g, struct fl_report *r, const struct arrival *a, struct buf *contact)
{
    const struct contact *who = who_is(g->who, g->channel->name, a->address);
    const struct {
        const char **to, *from;
    } rows[] = {
        { &r->customer, who == NULL ? NULL : who->customer },
        { &r->site, who == NULL ? NULL : who->site },
        { &r->name, who == NULL ? NULL : who->name },
        { &r->lang, who == NULL ? NULL : who->lang },
        { &r->lang, g->values.lang },
    };
    for (size_t i = 0; i < countof(rows); i++)
        if (*rows[i].to == NULL && rows[i].from != NULL && rows[i].from[0] != '\0')
            *rows[i].to = rows[i].from;
    buf_printf(contact, "%s:%s", g->channel->name, a->address);
    if (r->contact == NULL)
        r->contact = buf_cstr(contact);
    if (r->source == NULL)
        r->source = g->values.source;
    r->message_key = a->key;
}

static enum taken
answer(struct gateway *g, int e)
{
    say_why(g, fl_error_text(e));
    if (e == FL_ERR_ARGUMENT || e == FL_ERR_CONFLICT) {
        g->counts.wrong++;
        return TAKEN_WRONG;
    }
    g->counts.later++;
    return TAKEN_LATER;
}

/* May this sender send now? */
static enum taken
may_send(struct gateway *g, const char *address, bool unlimited)
{
    if (g->ending_at != 0) {
        say_why(g, "the gateway is ending");
        g->counts.later++;
        return TAKEN_LATER;
    }
    g->retry_ms =
        unlimited || g->dry_run ? 0 : limits_take(g->limits, str_of(address), clock_mono_ms());
    if (g->retry_ms == 0)
        return TAKEN;
    g->counts.flooded++;
    log_debug("event=flood sender=%s", log_quote(address, strlen(address)));
    return TAKEN_FLOOD;
}

enum taken
gateway_report(struct gateway *g, const struct arrival *a, uint8_t id[16])
{
    struct fl_report r = a->report;
    struct buf contact = { 0 };
    char address[320], told[320];
    entry_fill(address, sizeof(address), a->address);
    entry_fill(told, sizeof(told), a->told == NULL ? a->address : a->told);
    const char *source = r.source == NULL ? g->values.source : r.source;
    fl_report_id(source, a->key, id);
    bool known = thread_of_report(g->threads, id) != NULL;
    enum taken taken = known ? TAKEN : may_send(g, address, a->unlimited);
    if (taken != TAKEN)
        return taken;
    fill_in(g, &r, a, &contact);
    if (g->dry_run) {
        take_dry(a, &r, id);
        buf_fini(&contact);
        return TAKEN;
    }
    int e = fl_report(g->client, &r, id);
    if (e == FL_OK) {
        thread_begin(g->threads, g->book,
                     &(struct thread){ .at = clock_wall_ms(),
                                       .source = (char *)(uintptr_t)source,
                                       .address = told,
                                       .lang = (char *)(uintptr_t)r.lang,
                                       .data = (char *)(uintptr_t)a->data,
                                       .report = { id[0], id[1], id[2], id[3], id[4], id[5], id[6],
                                                   id[7], id[8], id[9], id[10], id[11], id[12],
                                                   id[13], id[14], id[15] } });
        g->dirty = g->took = true;
        *(known ? &g->counts.repeated : &g->counts.reports) += 1;
    }
    buf_fini(&contact);
    return e == FL_OK ? TAKEN : answer(g, e);
}

/* ---- events */

static void
mark_of(uint8_t key[16], const struct gateway *g, const char *message)
{
    struct buf b = { 0 };
    buf_put_str(&b, STR("event"));
    buf_put_str(&b, str_of(g->values.source));
    buf_put_str(&b, str_of(message));
    digest_16(key, NULL, buf_str(&b));
    buf_fini(&b);
}

static bool
is_fresh_mark(const struct gateway *g, const uint8_t key[16])
{
    for (size_t i = 0; i < g->fresh_marks.len; i += 16)
        if (memcmp(g->fresh_marks.data + i, key, 16) == 0)
            return true;
    return false;
}

static struct fl_event
event_of(const struct said *s)
{
    struct fl_event e = { .territory = s->thread->territory,
                          .seen = s->seen,
                          .verb = s->verb,
                          .note = s->note,
                          .details = s->details };
    memcpy(e.ticket, s->thread->ticket, 16);
    return e;
}

void
gateway_again(struct gateway *g)
{
    g->counts.repeated++;
    g->took = true; /* it is acknowledged with the rest */
}

static enum taken
say_event(struct gateway *g, const struct said *s)
{
    struct asked *asked = &g->asked[g->asked_next % VERDICTS];
    const struct fl_event event = event_of(s);
    int e = fl_event(g->client, &event, &asked->epoch, &asked->counter);
    if (e != FL_OK)
        return answer(g, e);
    memcpy(asked->report, s->thread->report, 16);
    g->asked_next++;
    return TAKEN;
}

static enum taken
say_to_owner(struct gateway *g, const struct said *s, uint8_t id[16])
{
    if (s->key == NULL)
        random_bytes(id, 16);
    if (tell_owner(g, s, id))
        return TAKEN;
    say_why(g, "the gateway that it is for cannot be reached");
    g->counts.later++;
    return TAKEN_LATER;
}

enum taken
gateway_event(struct gateway *g, const struct said *s)
{
    uint8_t key[16] = { 0 };
    if (g->dry_run) {
        dry_event(s);
        return TAKEN;
    }
    if (s->key != NULL)
        mark_of(key, g, s->key);
    if (s->key != NULL && (marks_has(g->marks, key) || is_fresh_mark(g, key))) {
        gateway_again(g);
        return TAKEN;
    }
    enum taken taken = may_send(g, s->address == NULL ? "" : s->address, s->address == NULL);
    if (taken != TAKEN)
        return taken;
    if (s->thread->territory[0] == '\0') {
        say_why(g, "the ticket's report has not reached the system yet");
        g->counts.later++;
        return TAKEN_LATER;
    }
    taken = tell_is_borrowed(s->thread) ? say_to_owner(g, s, key) : say_event(g, s);
    if (taken != TAKEN)
        return taken;
    if (s->key != NULL)
        buf_put(&g->fresh_marks, key, 16);
    g->dirty = g->took = true;
    g->counts.events++;
    return TAKEN;
}

void
take_own(struct gateway *g, const char *territory, const uint8_t ticket[16], uint32_t seen,
         const char *verb, const char *note)
{
    struct fl_event e = { .territory = territory, .seen = seen, .verb = verb, .note = note };
    memcpy(e.ticket, ticket, 16);
    int error = fl_event(g->client, &e, NULL, NULL);
    if (error != FL_OK)
        log_error("event=not_said verb=%s why=\"%s\"", verb, fl_error_text(error));
    g->dirty = true;
}

/* ---- to the disk */

static bool
sync_all(struct gateway *g)
{
    if (book_sync(g->book) != OK || fl_client_sync(g->client) != FL_OK)
        return false;
    for (size_t i = 0; i < g->fresh_marks.len; i += 16)
        marks_put(g->marks, g->book, g->fresh_marks.data + i, clock_wall_ms());
    buf_clear(&g->fresh_marks);
    return book_sync(g->book) == OK;
}

bool
gateway_commit(struct gateway *g)
{
    bool took = g->took, good = true;
    if (!g->dry_run) {
        good = sync_all(g);
        g->dirty = !good;
        if (!good)
            log_error("event=not_synced folder=%s do=\"nothing is acknowledged until the disk "
                      "takes it\"",
                      g->folder);
    }
    g->took = false;
    if (took && g->channel->committed != NULL && g->own != NULL)
        g->channel->committed(g->own, good);
    return good;
}

const char *
gateway_why(const struct gateway *g)
{
    return g->why;
}

int64_t
gateway_retry_ms(const struct gateway *g)
{
    return g->retry_ms;
}
