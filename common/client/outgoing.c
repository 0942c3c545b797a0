/* outgoing.c - what the spool holds, on its way to a broker, and the broker's answers.
 *
 * Invariants: at most a window of requests is unanswered; nothing is sent that is not synced
 * (the caller syncs before outgoing_turn); a record that was ever sent keeps its address.
 *
 * Events leave in the order they were made, at most EVENTS_OPEN_MAX beyond the oldest that is
 * not accepted, and one at a time about one ticket, so that a BUSY cannot turn two words about
 * it around. */
#include "common/client/client.h"

#include "common/io/clock.h"

#include <stdio.h>

enum { READ_ROUTE, READ_SEND, READ_ROUTED }; /* the journal's readers */

enum {
    REFUSALS_OF_ADDRESS_MAX = 3,
    CLOGGED_MS = 10 /* until a full socket, or a disk that cannot be read, is tried again */
};

static struct rec_list *
list(const struct fl_client *c, enum rec_list_name name)
{
    return &c->spool->lists[name];
}

static size_t
in_flight(const struct fl_client *c)
{
    return list(c, RECS_FLIGHT)->count + c->events_flying;
}

static size_t
window(const struct fl_client *c)
{
    return c->window_said != 0 && c->window_said < c->window ? c->window_said : c->window;
}

bool
outgoing_asking(const struct fl_client *c)
{
    return in_flight(c) > 0;
}

/* ---- the connection is lost, or an answer does not come */

static void
land(struct fl_client *c, struct rec *r)
{
    if (rec_is(r, REC_EVENT))
        c->events_flying--;
    spool_land(c->spool, r);
}

static void
land_unanswered(struct fl_client *c, struct rec *r)
{
    if (r->state == REC_SENDING)
        r->flags |= REC_MAYBE;
    land(c, r);
}

void
outgoing_lost(struct fl_client *c)
{
    struct rec *r;
    while ((r = list(c, RECS_FLIGHT)->last) != NULL)
        land_unanswered(c, r);
    for (r = list(c, RECS_EVENTS)->first; r != NULL && c->events_flying > 0; r = r->next)
        if (r->state == REC_SENDING)
            land_unanswered(c, r);
    for (size_t i = 0; i < QUERIES_MAX; i++)
        c->queries[i].number = 0;
    c->window_said = 0;
    c->paused_until = 0;
}

/* An answer that does not come on a living connection: the broker did not know the outcome. */
static void
resend_late(struct fl_client *c, int64_t now)
{
    int64_t before = now - c->tempo.resend_ms;
    struct rec *r;
    while ((r = list(c, RECS_FLIGHT)->first) != NULL && r->at <= before)
        land_unanswered(c, r);
    size_t flying = c->events_flying; /* they are the first ones: not all that wait are looked at */
    for (r = list(c, RECS_EVENTS)->first; r != NULL && flying > 0; r = r->next) {
        if (r->state != REC_SENDING)
            continue;
        flying--;
        if (r->at <= before)
            land_unanswered(c, r);
    }
}

/* ---- sending */

static void
name_record(struct news *n, const struct rec *r)
{
    n->is_event = rec_is(r, REC_EVENT);
    if (n->is_event) {
        n->epoch = r->id.event.epoch;
        n->counter = r->id.event.counter;
    } else {
        memcpy(n->id, r->id.report.b, sizeof(n->id));
    }
}

/* Bytes that the disk has altered cannot be sent; say so rather than stop for ever. */
static enum err
give_up_damaged(struct fl_client *c, struct rec *r, enum err e)
{
    if (e != ERR_SYNTAX)
        return e;
    struct news *n = news_say(&c->news, FL_REFUSED, "spool",
                              "its bytes on this disk are damaged: submit it again");
    name_record(n, r);
    spool_refused(c->spool, r);
    return OK;
}

static enum err
send_route(struct fl_client *c, struct rec *r, int64_t now)
{
    struct message m;
    enum err e = spool_read(c->spool, READ_ROUTE, r, &m);
    if (e != OK)
        return give_up_damaged(c, r, e);
    struct territory_id t;
    if (routes_find(&c->routes, &m.report.route, now, &t)) { /* learnt since it was submitted */
        spool_address(c->spool, r, t, c->routes.plan);
        return OK;
    }
    struct message ask = { .kind = MSG_ROUTE, .number = link_number(r->number, TAG_ROUTE) };
    ask.route = m.report.route;
    e = link_send(&c->link, &ask);
    if (e == OK)
        spool_fly(c->spool, r, REC_ROUTING, now);
    return e;
}

static enum err
send_whole(struct fl_client *c, struct rec *r, int64_t now)
{
    struct message m;
    enum err e = spool_read(c->spool, READ_SEND, r, &m);
    if (e != OK)
        return give_up_damaged(c, r, e);
    m.number = link_number(r->number, TAG_RECORD);
    e = link_send(&c->link, &m);
    if (e != OK)
        return e;
    c->events_flying += rec_is(r, REC_EVENT) ? 1 : 0;
    spool_fly(c->spool, r, REC_SENDING, now);
    return OK;
}

/* Is an earlier event about the same ticket not accepted yet? */
static bool
goes_behind(const struct rec *first, const struct rec *r)
{
    for (const struct rec *e = first; e != r; e = e->next)
        if (e->territory == r->territory && same_id(e->ticket, r->ticket))
            return true;
    return false;
}

static void
send_events(struct fl_client *c, int64_t now)
{
    struct rec *first = list(c, RECS_EVENTS)->first, *next;
    for (struct rec *r = first; r != NULL && c->events_flying < EVENTS_OPEN_MAX; r = next) {
        next = r->next;
        if (r->id.event.epoch != first->id.event.epoch ||
            r->id.event.counter >= first->id.event.counter + EVENTS_OPEN_MAX)
            return;
        if (r->state != REC_WAITING)
            continue;
        if (goes_behind(first, r))
            return;
        if (send_whole(c, r, now) != OK) {
            c->clogged = true;
            return;
        }
        if (first == r && list(c, RECS_EVENTS)->first != r)
            return; /* it was given up; the rest in the next turn */
    }
}

static void
send_reports(struct fl_client *c, enum rec_list_name from, int64_t now)
{
    enum err e = OK;
    struct rec *r;
    /* a turn has an end, though what needs no question does not fill the window */
    for (size_t n = 0; n < WINDOW_MAX && e == OK && in_flight(c) < window(c) &&
                       (r = list(c, from)->first) != NULL;
         n++)
        e = from == RECS_TO_ROUTE ? send_route(c, r, now) : send_whole(c, r, now);
    c->clogged = c->clogged || e != OK;
}

static void
send_confirms(struct fl_client *c)
{
    struct tallies *t = &c->spool->tallies;
    for (size_t i = 1; i < t->count && t->due > 0; i++) {
        struct tally *k = t->list[i];
        bool *const due[] = { &k->say_mail, &k->say_watch };
        for (size_t watch = 0; watch < countof(due); watch++) {
            struct message m = { .kind = MSG_CONFIRM };
            if (!*due[watch])
                continue;
            m.confirm.territory = k->territory;
            m.confirm.watch = watch == 1;
            m.confirm.sequence = tally_confirmed(k, watch == 1);
            if (m.confirm.sequence != 0 && link_send(&c->link, &m) != OK)
                return;
            *due[watch] = false;
            t->due--;
        }
    }
}

static bool
send_subscription(struct fl_client *c, bool watch)
{
    const struct tallies *t = &c->spool->tallies;
    struct mark marks[TERRITORIES_SAID_MAX];
    struct message m = { .kind = MSG_SUBSCRIBE };
    /* A mailbox begins where it was confirmed; the stream is not cut by confirming. */
    for (size_t i = 1; watch && i < t->count && m.subscribe.marks_count < countof(marks); i++)
        if (t->list[i]->watch != 0)
            marks[m.subscribe.marks_count++] =
                (struct mark){ t->list[i]->territory, t->list[i]->watch };
    m.subscribe.watch = watch;
    m.subscribe.marks = marks;
    m.subscribe.credit = CREDIT;
    return link_send(&c->link, &m) == OK;
}

static void
send_small(struct fl_client *c, int64_t now)
{
    if (c->subscribe_due)
        c->subscribe_due =
            !(send_subscription(c, false) && (!c->subscribed_watch || send_subscription(c, true)));
    if (c->place.len > 0) {
        struct message m = { .kind = MSG_PLACE };
        m.place.territory = c->place_at;
        m.place.at = c->place_time;
        m.place.pool_key = c->pool_id;
        m.place.sealed = buf_str(&c->place);
        if (link_send(&c->link, &m) == OK)
            buf_clear(&c->place);
        else
            c->clogged = true;
    }
    for (size_t i = 0; i < QUERIES_MAX; i++) {
        struct query *q = &c->queries[i];
        struct message m = { .kind = MSG_QUERY };
        if (q->what[0] == '\0' || q->number != 0 || now < c->paused_until)
            continue;
        m.query.what = str_of(q->what);
        if (link_send(&c->link, &m) == OK)
            q->number = m.number;
    }
}

void
outgoing_turn(struct fl_client *c, int64_t now)
{
    c->clogged = false;
    if (c->link.state != LINK_UP)
        return;
    send_small(c, now);
    send_confirms(c);
    resend_late(c, now);
    if (now < c->paused_until)
        return;
    c->paused_until = 0;
    send_events(c, now);
    send_reports(c, RECS_TO_SEND, now);
    send_reports(c, RECS_TO_ROUTE, now);
}

int64_t
outgoing_next(const struct fl_client *c, int64_t now)
{
    const struct rec *r = list(c, RECS_FLIGHT)->first;
    int64_t next = NEVER;
    if (c->link.state != LINK_UP)
        return NEVER;
    if (r != NULL)
        next = r->at + c->tempo.resend_ms;
    if (c->events_flying > 0 && now + c->tempo.resend_ms < next)
        next = now + c->tempo.resend_ms;
    if (c->paused_until != 0)
        return c->paused_until < next ? c->paused_until : next;
    bool waits = list(c, RECS_TO_SEND)->count + list(c, RECS_TO_ROUTE)->count > 0;
    bool events = list(c, RECS_EVENTS)->count > 0 && c->events_flying == 0;
    if (!events && !(waits && in_flight(c) < window(c)))
        return next;
    return c->clogged ? now + CLOGGED_MS : now;
}

/* ---- answers */

/* The record that an answer is about; NULL: none that waits for one of this kind. */
static struct rec *
answered(const struct fl_client *c, const struct message *m)
{
    enum link_tag tag = link_tag(m->number);
    struct rec *r = tag == TAG_OTHER ? NULL : spool_numbered(c->spool, m->number >> TAG_BITS);
    if (r == NULL)
        return NULL;
    if (tag == TAG_ROUTE)
        return r->state == REC_ROUTING ? r : NULL;
    /* An answer may come after its request was given up as late. */
    bool late = r->state == REC_WAITING && rec_is(r, REC_MAYBE);
    return r->state == REC_SENDING || late ? r : NULL;
}

void
outgoing_routed(struct fl_client *c, const struct message *m, int64_t now)
{
    struct rec *r = answered(c, m);
    struct message was;
    routes_plan(&c->routes, m->routed.plan);
    if (r == NULL || link_tag(m->number) != TAG_ROUTE)
        return;
    if (no_name(m->routed.territory)) {
        client_leave(c, now, "it answers ROUTE without a territory");
        return;
    }
    if (spool_read(c->spool, READ_ROUTED, r, &was) == OK) {
        const struct route *asked = &was.report.route;
        routes_learn(&c->routes, asked, m->routed.territory, now);
        if (m->routed.how == ROUTED_PLACE && m->routed.cell > 0)
            routes_learn_cell(&c->routes, asked->place, m->routed.cell, m->routed.territory, now);
    }
    spool_address(c->spool, r, m->routed.territory, m->routed.plan);
}

/* Takes a record out of flight when it is answered for good. */
static void
arrived(struct fl_client *c, const struct rec *r)
{
    if (rec_is(r, REC_EVENT) && r->state == REC_SENDING)
        c->events_flying--;
}

void
outgoing_accepted(struct fl_client *c, const struct message *m, int64_t now)
{
    struct rec *r = answered(c, m);
    if (r == NULL || link_tag(m->number) != TAG_RECORD)
        return;
    if (!rec_is(r, REC_EVENT) && memcmp(r->id.report.b, m->accepted.id, 16) != 0) {
        client_leave(c, now, "it accepts a report that was not sent");
        return;
    }
    struct news *n = news_push(&c->news, FL_ACCEPTED);
    name_record(n, r);
    n->territory = m->accepted.territory;
    memcpy(n->number, m->accepted.number, sizeof(n->number));
    arrived(c, r);
    spool_accepted(c->spool, r, clock_wall_ms());
    c->pause = 0;
}

enum refused { REFUSED_FINAL, REFUSED_ADDRESS, REFUSED_LINK };

static enum refused
refused_how(struct str code)
{
    static const struct {
        const char *code;
        enum refused how;
    } table[] = {
        { "address", REFUSED_ADDRESS },
        { "plan", REFUSED_ADDRESS },
        { "hello", REFUSED_LINK }, /* the broker behind this socket is a new one */
        { "key", REFUSED_LINK },
    };
    for (size_t i = 0; i < countof(table); i++)
        if (str_is(code, table[i].code))
            return table[i].how;
    return REFUSED_FINAL;
}

static struct query *
query_numbered(struct fl_client *c, uint64_t number)
{
    for (size_t i = 0; i < QUERIES_MAX; i++)
        if (c->queries[i].what[0] != '\0' && c->queries[i].number == number)
            return &c->queries[i];
    return NULL;
}

static char *
terminated(struct str s)
{
    return s.len == 0 ? NULL : str_dup(s);
}

static void
refused_finally(struct fl_client *c, const struct message *m, struct rec *r)
{
    struct news *n = news_push(&c->news, FL_REFUSED);
    name_record(n, r);
    n->territory = tallies_at(&c->spool->tallies, r->territory)->territory;
    n->code = terminated(m->refused.code);
    n->text = terminated(m->refused.text);
    arrived(c, r);
    spool_refused(c->spool, r);
}

void
outgoing_refused(struct fl_client *c, const struct message *m, int64_t now)
{
    enum refused how = refused_how(m->refused.code);
    struct query *q = query_numbered(c, m->number);
    struct rec *r = answered(c, m);
    if (how == REFUSED_LINK || c->link.state == LINK_GREETING) {
        char why[256];
        snprintf(why, sizeof(why), "%.*s: %.*s", STR_ARG(m->refused.code),
                 (int)(m->refused.text.len < 200 ? m->refused.text.len : 200), m->refused.text.at);
        client_leave(c, now, why);
    } else if (q != NULL) {
        struct news *n = news_push(&c->news, FL_ANSWER);
        n->code = terminated(m->refused.code);
        n->text = terminated(m->refused.text);
        *q = (struct query){ "", 0 };
    } else if (r == NULL && link_tag(m->number) == TAG_OTHER) { /* a subscription, place, confirm */
        struct news *n = news_push(&c->news, FL_REFUSED);
        n->code = terminated(m->refused.code);
        n->text = terminated(m->refused.text);
    } else if (r == NULL) {
        return; /* answered before */
    } else if (how == REFUSED_ADDRESS && !rec_is(r, REC_EVENT) &&
               ++r->refusals < REFUSALS_OF_ADDRESS_MAX && spool_readdress(c->spool, r)) {
        routes_forget(&c->routes);
    } else {
        refused_finally(c, m, r);
    }
}

/* One pause at a time: a window of BUSYs says the same thing. */
static void
pause_for(struct fl_client *c, const struct message *m, int64_t now)
{
    if (now < c->paused_until)
        return;
    msec least = c->pause == 0 ? 20 : c->pause * 2;
    msec asked = (msec)m->busy.retry_ms;
    msec wait = asked > least ? asked : least;
    if (wait > 30 * SECONDS)
        wait = 30 * SECONDS;
    c->pause = wait;
    c->paused_since = now;
    wait += (msec)rng_below(&c->link.jitter, (uint64_t)wait / 4 + 1);
    c->paused_until = now + wait;
    struct news *n = news_push(&c->news, FL_BUSY);
    n->text = terminated(m->busy.what);
    n->wait_ms = (int)wait;
}

void
outgoing_busy(struct fl_client *c, const struct message *m, int64_t now)
{
    struct rec *r = answered(c, m);
    struct query *q = query_numbered(c, m->number);
    bool heeded = r != NULL && r->at <= c->paused_since; /* sent before we knew */
    if (q != NULL)
        q->number = 0; /* again, after the pause */
    if (r != NULL && r->state != REC_WAITING)
        land_unanswered(c, r); /* a store that failed half-way is BUSY, too */
    if (!heeded)
        pause_for(c, m, now);
}

void
outgoing_answer(struct fl_client *c, const struct message *m, int64_t now)
{
    struct query *q = query_numbered(c, m->number);
    (void)now;
    if (q == NULL)
        return;
    struct news *n = news_push(&c->news, FL_ANSWER);
    n->text = str_dup(str_of(q->what));
    news_keep(n, m->answer.value);
    *q = (struct query){ "", 0 };
}
