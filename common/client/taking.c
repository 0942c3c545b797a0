/* taking.c - what the caller hands over: checked, sealed once, and put into the spool. */
#include "common/client/client.h"

#include "common/io/clock.h"
#include "common/wire/names.h"

enum { LAT_MAX_E7 = 900000000, LON_MAX_E7 = 1800000000 };
#define INSTANT_LAST INT64_C(253402300799999) /* of the year 9999: as far as the protocol goes */

/* ---- checking */

/* A label into its array; an absent one gives none. False: the wire does not take it. */
static bool
label_of(char *to, size_t size, const char *from)
{
    memset(to, 0, size);
    return str_is_printable(str_of(from)) && str_fill(to, size, str_of(from));
}
#define LABEL(label, from) label_of((label).s, sizeof((label).s), from)

/* The same for a name. */
static bool
name_of(char *to, size_t size, const char *from)
{
    if (from == NULL || from[0] == '\0') {
        memset(to, 0, size);
        return true;
    }
    return strspn(from, "abcdefghijklmnopqrstuvwxyz0123456789._-") == strlen(from) &&
           str_fill(to, size, str_of(from));
}
#define NAME(id, from) name_of((id).s, sizeof((id).s), from)

static bool
place_of(struct place *to, const int32_t *lat, const int32_t *lon)
{
    *to = PLACE_NONE;
    if (lat == NULL || lon == NULL)
        return lat == lon;
    *to = (struct place){ *lat, *lon };
    return *lat >= -LAT_MAX_E7 && *lat <= LAT_MAX_E7 && *lon >= -LON_MAX_E7 && *lon <= LON_MAX_E7;
}

static bool
instant_fits(instant at)
{
    return at >= 0 && at <= INSTANT_LAST;
}

/* A percentage; -1 when it is not said. */
static bool
percent_of(int8_t *to, const int *from)
{
    *to = from == NULL ? -1 : (int8_t)*from;
    return from == NULL || (*from >= 0 && *from <= 100);
}

static struct ticket_id
other_ticket(const uint8_t *from)
{
    struct ticket_id t = { { 0 } };
    if (from != NULL)
        memcpy(t.b, from, sizeof(t.b));
    return t;
}

static bool
body_of(struct report_body *b, const struct fl_report *r)
{
    *b = (struct report_body){ .text = str_of(r->text),
                               .contact = str_of(r->contact),
                               .name = str_of(r->name),
                               .lang = str_of(r->lang),
                               .device = str_of(r->device),
                               .down = r->down,
                               .follows = other_ticket(r->follows),
                               .hint = (int8_t)r->hint,
                               .from = r->from,
                               .until = r->until,
                               .occurred_at = r->occurred_at };
    return r->text != NULL && r->source != NULL && r->source[0] != '\0' && r->message_key != NULL &&
           r->message_key[0] != '\0' && LABEL(b->category, r->category) &&
           LABEL(b->site, r->site) && LABEL(b->customer, r->customer) &&
           place_of(&b->place, r->lat_e7, r->lon_e7) && r->hint >= -1 && r->hint <= INT8_MAX &&
           percent_of(&b->affected_pct, r->affected_pct) && percent_of(&b->lost_pct, r->lost_pct) &&
           instant_fits(r->occurred_at) && instant_fits(r->from) && instant_fits(r->until) &&
           (r->until == 0 ? r->from == 0 : r->from > 0 && r->from < r->until);
}

static size_t
waiting(const struct spool *s)
{
    const struct rec_list *l = s->lists;
    return l[RECS_PARKED].count + l[RECS_TO_ROUTE].count + l[RECS_TO_SEND].count +
           l[RECS_FLIGHT].count + l[RECS_EVENTS].count;
}

/* Unsynced bytes are bounded, also for a caller that only ever hands over. */
static int
taken(struct fl_client *c)
{
    enum { UNSYNCED_MAX = 4 * 1024 * 1024 };
    if (journal_pending(c->spool->journal) < UNSYNCED_MAX)
        return FL_OK;
    return fl_client_sync(c);
}

/* ---- reports */

void
fl_report_id(const char *source, const char *message_key, uint8_t id[16])
{
    seal_open_library();
    report_id_of(id, str_of(source), str_of(message_key));
}

/* What makes two reports of one id the same: all that the caller said of it. "Now" is no
 * part of it: the same message handed over again is the same. */
static void
digest_of(struct fl_client *c, const struct report_body *b, uint8_t digest[16])
{
    buf_clear(&c->plain);
    body_put_report(&c->plain, b);
    digest_16(digest, &c->digests, buf_str(&c->plain));
}

static void
seal_report(struct fl_client *c, struct message *m)
{
    buf_clear(&c->ad);
    ad_report(&c->ad, c->pool_id, c->own_id, m->report.source, m->report.id);
    buf_clear(&c->sealed);
    seal(&c->sealed, &c->to_pool, buf_str(&c->ad), buf_str(&c->plain));
    m->report.pool_key = c->pool_id;
    m->report.sealed = buf_str(&c->sealed);
}

int
fl_report(struct fl_client *c, const struct fl_report *r, uint8_t id[16])
{
    struct report_body b;
    struct message m = { .kind = MSG_REPORT };
    uint8_t digest[16];
    if (!body_of(&b, r) || !NAME(m.report.source, r->source))
        return FL_ERR_ARGUMENT;
    report_id_of(m.report.id.b, str_of(r->source), str_of(r->message_key));
    memcpy(id, m.report.id.b, sizeof(m.report.id.b));
    digest_of(c, &b, digest);
    if (c->plain.len > REPORT_BODY_MAX - 16) /* room for an instant of our own */
        return FL_ERR_ARGUMENT;
    struct rec *known = spool_same(c->spool, m.report.id, digest);
    if (known != NULL) {
        spool_again(c->spool, known);
        return taken(c);
    }
    if (waiting(c->spool) >= WAITING_MAX)
        return FL_ERR_FULL;
    if (b.occurred_at == 0) {
        b.occurred_at = clock_wall_ms();
        buf_clear(&c->plain);
        body_put_report(&c->plain, &b);
    }
    if (!spool_route(c->spool, m.report.id, &m.report.route))
        m.report.route = (struct route){ b.site, b.place, b.customer };
    m.report.hint = b.hint;
    seal_report(c, &m);
    struct rec *rec = spool_put_report(c->spool, &m, digest);
    struct territory_id t;
    if (rec->state == REC_WAITING && rec->territory == 0 &&
        routes_find(&c->routes, &m.report.route, clock_mono_ms(), &t))
        spool_address(c->spool, rec, t, c->routes.plan);
    return taken(c);
}

/* ---- events and places */

/* The sections in the order that everybody gives them. */
static bool
sections_of(struct event_body *b, const struct fl_details *d, struct buf *packed)
{
    struct sections s = { 0 };
    for (size_t i = 0; i < d->sections_count; i++) {
        enum section at = section_named(str_of(d->sections[i].name));
        if (at == SECTIONS || s.words[at].len > 0)
            return false;
        s.words[at] = str_of(d->sections[i].text);
    }
    b->sections = body_put_sections(packed, &s);
    b->text = buf_str(packed);
    return packed->len <= SECTIONS_MAX;
}

static bool
details_of(struct event_body *b, const struct fl_details *d, struct buf *packed)
{
    b->reason = d->reason == NULL ? REASON_NONE : reason_named(str_of(d->reason));
    b->from = d->from;
    b->until = d->until;
    b->other = other_ticket(d->other);
    b->object = d->object;
    b->amount = d->amount == NULL ? -1 : *d->amount;
    b->warranty = d->warranty;
    return b->reason != REASONS && instant_fits(d->from) && instant_fits(d->until) &&
           LABEL(b->engineer, d->engineer) && place_of(&b->place, d->lat_e7, d->lon_e7) &&
           (d->amount == NULL || *d->amount >= 0) && label_of(b->code, sizeof(b->code), d->code) &&
           label_of(b->level, sizeof(b->level), d->level) &&
           label_of(b->name, sizeof(b->name), d->name) && sections_of(b, d, packed);
}

/* The event's body, in c->plain. */
static bool
put_event(struct fl_client *c, const struct fl_event *e)
{
    struct event_body b = EVENT_BODY_NONE;
    struct buf packed = { 0 };
    b.note = str_of(e->note);
    bool ok = e->details == NULL || details_of(&b, e->details, &packed);
    buf_clear(&c->plain);
    if (ok)
        body_put_event(&c->plain, &b);
    buf_fini(&packed);
    return ok && c->plain.len <= EVENT_BODY_MAX;
}

int
fl_event(struct fl_client *c, const struct fl_event *e, uint64_t *epoch, uint64_t *counter)
{
    struct message m = { .kind = MSG_EVENT };
    enum verb verb = e->verb == NULL ? VERBS : verb_named(str_of(e->verb));
    if (e->territory == NULL || e->territory[0] == '\0' || !NAME(m.event.territory, e->territory) ||
        verb == VERBS || verb < VERB_FIRST_OF_PEOPLE || !instant_fits(e->occurred_at))
        return FL_ERR_ARGUMENT;
    if (!put_event(c, e))
        return FL_ERR_ARGUMENT;
    if (waiting(c->spool) >= WAITING_MAX)
        return FL_ERR_FULL;
    m.event.id = spool_next_event(c->spool);
    memcpy(m.event.ticket.b, e->ticket, sizeof(m.event.ticket.b));
    m.event.seen = e->seen;
    m.event.verb = verb;
    m.event.occurred_at = e->occurred_at != 0 ? e->occurred_at : clock_wall_ms();
    m.event.pool_key = c->pool_id;
    buf_clear(&c->ad);
    ad_event(&c->ad, c->pool_id, c->own_id, &m);
    buf_clear(&c->sealed);
    seal(&c->sealed, &c->to_pool, buf_str(&c->ad), buf_str(&c->plain));
    m.event.sealed = buf_str(&c->sealed);
    if (epoch != NULL)
        *epoch = m.event.id.epoch;
    if (counter != NULL)
        *counter = m.event.id.counter;
    spool_put_event(c->spool, &m);
    return taken(c);
}

int
fl_place(struct fl_client *c, const char *territory, int32_t lat_e7, int32_t lon_e7)
{
    struct message m = { .kind = MSG_PLACE };
    struct place p;
    if (territory == NULL)
        territory = c->home.s;
    if (territory[0] == '\0' || !NAME(m.place.territory, territory) ||
        !place_of(&p, &lat_e7, &lon_e7))
        return FL_ERR_ARGUMENT;
    m.place.at = clock_wall_ms();
    buf_clear(&c->plain);
    body_put_place(&c->plain, p);
    buf_clear(&c->ad);
    ad_place(&c->ad, c->pool_id, c->own_id, &m);
    buf_clear(&c->place);
    seal(&c->place, &c->to_pool, buf_str(&c->ad), buf_str(&c->plain));
    c->place_at = m.place.territory;
    c->place_time = m.place.at;
    return FL_OK;
}
