/* trail.c - records become trails. One row a verb says what it reaches; the rest is who is
 * believed, and since when and until when time does not count. */
#include "cli/trail.h"

#include "common/base/base.h"

#define M(moment) (1u << MOMENT_##moment)
#define C(clock)  (1u << CLOCK_##clock)

/* What a step brings with it, by its verb. */
static const struct effect {
    uint16_t first;  /* moments that it reaches, unless they were reached before */
    uint16_t latest; /* moments that it reaches, anew each time */
    uint16_t undone; /* moments that it takes back */
    uint16_t anew;   /* clocks that begin anew */
} effects[VERBS] = {
    [VERB_DELIVERED] = { .first = M(NAMED) },
    [VERB_ARRIVE] = { .first = M(ARRIVED) },
    [VERB_RESOLVE] = { .latest = M(RESTORED), .undone = M(ANALYSED) },
    [VERB_SOLVE] = { .latest = M(RESTORED), .undone = M(ANALYSED) },
    [VERB_FOLLOW] = { .latest = M(RESTORED), .undone = M(ANALYSED) },
    [VERB_REOPEN] = { .undone = M(RESTORED) | M(ANALYSED) | M(REPLACED), .anew = C(ANALYSIS) },
    [VERB_REPLACE] = { .first = M(REPLACE), .undone = M(REPLACED) },
    [VERB_REPLACED] = { .latest = M(REPLACED) },
    [VERB_ANALYSE] = { .first = M(ANALYSED) },
    [VERB_COMPLAIN] = { .latest = M(COMPLAINED),
                        .undone = M(ANSWERED) | M(SETTLED),
                        .anew = C(COMPLAINT_ANSWER) | C(COMPLAINT_CLOSE) },
    [VERB_COMPLAINT_ANSWER] = { .first = M(ANSWERED) },
    [VERB_COMPLAINT_CLOSE] = { .first = M(ANSWERED), .latest = M(SETTLED) },
};

static bool
is_over(enum ticket_state s)
{
    return s == TICKET_CLOSED || s == TICKET_REJECTED || s == TICKET_DUPLICATE ||
           s == TICKET_CANCELLED;
}

void
trails_init(struct trails *all)
{
    *all = (struct trails){ .at = 0 };
    map_init(&all->by_id, sizeof(struct ticket_id));
}

void
trails_fini(struct trails *all)
{
    for (size_t i = 0; i < all->count; i++) {
        free(all->list[i]->facts.gaps);
        free(all->list[i]->steps);
        free(all->list[i]->runs);
        free(all->list[i]);
    }
    free(all->list);
    map_fini(&all->by_id);
}

void
trail_keep(struct trail *s, enum clock c, const struct reckoning *r, instant at)
{
    s->runs = grow_array(s->runs, s->runs_count, &s->runs_cap, sizeof(*s->runs));
    s->runs[s->runs_count++] = (struct trail_run){ (uint8_t)c, *r, at };
}

const struct trail *
trails_find(const struct trails *all, struct ticket_id id)
{
    return map_get(&all->by_id, &id);
}

/* ---- a record's outcome and the event that it came of */

struct line {
    const struct outcome *o;
    const struct log_event *cause; /* NULL: the engine's own, or a neighbour's word */
    instant at;
    const struct log_record *record; /* where it stands, */
    size_t number;                   /* and at which place */
};

/* An event's number is its sender's own, so two people's may be the same: their deeds are told
 * apart by what they are about, and by their order. Each has one step of its own verb, or is
 * answered. */
static bool
names(const struct outcome *o, const struct event *e)
{
    bool answered = o->kind == OUTCOME_REFUSED || o->kind == OUTCOME_REPEATED;
    if (o->event.counter == 0)
        return o->kind == OUTCOME_OPENED && e->kind == EVENT_REPORT &&
               same_id(o->report, e->report.id);
    if (e->kind != EVENT_VERB || !same_id(o->event, e->act.id))
        return false;
    if (answered)
        return same_id(o->who, e->act.who);
    return o->kind != OUTCOME_STEP || o->verb < VERB_FIRST_OF_PEOPLE ||
           (o->verb == e->act.verb && same_id(o->ticket, e->act.ticket));
}

/* Outcomes stand in the order of their events. `spent`: that one has had its own line. */
struct place_in {
    size_t from;
    bool spent;
};

static const struct log_event *
cause_of(const struct log_record *r, const struct outcome *o, struct place_in *p)
{
    bool own = o->kind == OUTCOME_REFUSED || o->kind == OUTCOME_REPEATED ||
               (o->kind == OUTCOME_STEP && o->verb >= VERB_FIRST_OF_PEOPLE);
    for (size_t i = p->from + (own && p->spent); i < r->events_count; i++)
        if (names(o, &r->events[i].event)) {
            *p = (struct place_in){ i, own || (i == p->from && p->spent) };
            return &r->events[i];
        }
    return NULL;
}

/* What somebody says about when, within the limit of the plan of that day. */
static instant
believed(const struct trails *all, instant at, instant said)
{
    const struct rules *r = all->rules(all->context, all->plan);
    if (said <= 0 || said > at || r == NULL)
        return at;
    return at - said > r->occurred_limit_ms ? at : said;
}

/* The person's own deed, if the line is about it; NULL: it only followed from one. */
static const struct act *
deed_of(const struct line *l)
{
    if (l->cause == NULL || l->cause->event.kind != EVENT_VERB)
        return NULL;
    const struct act *a = &l->cause->event.act;
    bool same = a->verb == l->o->verb && same_id(a->ticket, l->o->ticket);
    return same && a->verb >= VERB_FIRST_OF_PEOPLE ? a : NULL;
}

/* ---- time that does not count */

/* None before the report. */
static void
gap_add(struct trail *s, instant from, instant to, enum reason reason)
{
    from = from < s->facts.received ? s->facts.received : from;
    s->facts.gaps =
        grow_array(s->facts.gaps, s->facts.gaps_count, &s->gaps_cap, sizeof(*s->facts.gaps));
    s->facts.gaps[s->facts.gaps_count++] = (struct gap){ from, to < from ? from : to, reason };
}

/* The wait is over; never before it began. */
static void
gap_end(struct trail *s, instant to)
{
    for (size_t i = 0; i < s->facts.gaps_count; i++) {
        struct gap *g = &s->facts.gaps[i];
        if (g->to == NEVER)
            g->to = to < g->from ? g->from : to;
    }
}

/* A time is agreed: until its end nothing counts, and what was agreed before is void. */
static void
gap_agree(struct trail *s, instant from, instant until)
{
    for (size_t i = 0; s->agreed_until != 0 && i < s->facts.gaps_count; i++) {
        struct gap *g = &s->facts.gaps[i];
        if (g->reason == REASON_WISH && g->to == s->agreed_until && from < g->to)
            g->to = from < g->from ? g->from : from;
    }
    gap_add(s, from, until, REASON_WISH);
    s->agreed_until = until;
}

/* How long a wait for the customer may go on. */
static instant
wait_limit(const struct trails *all, const struct trail *s, enum verb v, const struct act *a,
           instant at)
{
    const struct rules *r = all->rules(all->context, s->plan);
    if (v == VERB_PEND && a != NULL && a->until > 0)
        return a->until;
    if (r == NULL)
        return NEVER;
    return at + (v == VERB_OBSERVE ? r->observe_ms : r->pend_ms);
}

/* A wait begins when its step is said to have happened, and ends when it was to end, be the timer
 * late; an observation, when that is said. What a dispatcher exempts is as he says it. Between the
 * accepted restoration of a closed ticket and its reopening nothing counts. */
static void
gaps_of_step(const struct trails *all, struct trail *s, const struct line *l, const struct act *a,
             instant occurred)
{
    enum verb v = l->o->verb;
    if (l->o->from == TICKET_PENDING_CUSTOMER && l->o->to != TICKET_PENDING_CUSTOMER)
        gap_end(s, v != VERB_CLOSE && s->wait_due < occurred ? s->wait_due : occurred);
    if (v == VERB_PEND || v == VERB_QUOTE || v == VERB_OBSERVE) {
        s->wait_due = wait_limit(all, s, v, a, l->at);
        gap_add(s, occurred, NEVER,
                v == VERB_QUOTE     ? REASON_QUOTE
                : v == VERB_OBSERVE ? REASON_OBSERVED
                : a == NULL         ? REASON_NONE
                                    : a->reason);
    }
    if (v == VERB_EXEMPT && a != NULL)
        gap_add(s, a->occurred_at <= 0 ? l->at : a->occurred_at, a->until == 0 ? l->at : a->until,
                a->reason);
    if (v == VERB_APPOINT && a != NULL)
        gap_agree(s, occurred, a->until);
    if (l->o->to == TICKET_QUEUED && l->o->from >= TICKET_WORKING && l->o->from != TICKET_HELD)
        s->agreed_until = 0;
    if (v == VERB_REOPEN && l->o->from == TICKET_CLOSED && s->ended_at != NEVER) {
        instant restored = s->facts.reached[MOMENT_RESTORED];
        gap_add(s, s->ended_at < restored ? s->ended_at : restored, occurred, REASON_OVER);
    }
}

/* What came again: the report that is attached next, or the ticket that was put to this one. */
static instant
recurred_at(const struct trails *all, const struct line *l)
{
    const struct log_record *r = l->record;
    if (l->cause != NULL && l->cause->event.kind == EVENT_VERB) {
        const struct trail *put = trails_find(all, l->cause->event.act.ticket);
        return put == NULL ? 0 : put->reported_at;
    }
    for (size_t i = l->number; i < r->outcomes_count; i++) {
        const struct outcome *o = &r->outcomes[i];
        if (o->kind != OUTCOME_ATTACHED || !same_id(o->ticket, l->o->ticket))
            continue;
        for (size_t k = 0; k < r->events_count; k++)
            if (r->events[k].event.kind == EVENT_REPORT &&
                same_id(r->events[k].event.report.id, o->report))
                return r->events[k].event.report.occurred_at;
    }
    return 0;
}

/* When it happened, as far as that is believed: a person says it with his deed; a follower is
 * restored when its master was; and a fault comes again when that is reported. */
static instant
occurred_of(const struct trails *all, struct trail *s, const struct line *l, const struct act *a)
{
    if (a != NULL)
        return believed(all, l->at, a->occurred_at);
    if (l->o->verb == VERB_FOLLOW) {
        const struct trail *master = trails_find(all, s->master);
        return master == NULL ? l->at
                              : believed(all, l->at, master->facts.reached[MOMENT_RESTORED]);
    }
    if (l->o->verb == VERB_RECUR) {
        s->reported_at = recurred_at(all, l);
        return believed(all, l->at, s->reported_at);
    }
    return l->at;
}

/* ---- what is reached */

/* A word of delivery may be about a version that named nobody, and a complaint that waits for its
 * first answer waits on. */
static bool
counts(const struct trail *s, enum verb v, const struct act *a)
{
    const instant *reached = s->facts.reached;
    if (v == VERB_DELIVERED)
        return a != NULL && s->name_version > 0 && a->seen >= s->name_version;
    if (v == VERB_COMPLAIN)
        return reached[MOMENT_COMPLAINED] == NEVER || reached[MOMENT_ANSWERED] != NEVER;
    return true;
}

static void
restart(struct trails *all, struct trail *s, enum verb v, instant now)
{
    for (enum clock c = 0; c < CLOCKS; c++)
        if (effects[v].anew >> c & 1) {
            if (all->anew != NULL)
                all->anew(all->context, s, c, now);
            s->told[c] = (struct trail_told){ .shares_count = 0 };
        }
}

static void
reach(struct trail *s, enum verb v, instant at)
{
    const struct effect *e = &effects[v];
    for (enum moment m = 0; m < MOMENTS; m++) {
        instant *reached = &s->facts.reached[m];
        if (e->undone >> m & 1)
            *reached = NEVER;
        if ((e->latest >> m & 1) || ((e->first >> m & 1) && *reached == NEVER))
            *reached = at;
    }
}

/* What the log itself refutes is not believed: nobody arrives before he has accepted, or repairs
 * again before it was rejected. */
static instant
refuted_until(const struct trail *s, enum verb v)
{
    const instant *reached = s->facts.reached;
    enum moment after = v == VERB_REPLACED  ? MOMENT_REPLACE
                        : v == VERB_ANALYSE ? MOMENT_RESTORED
                        : v == VERB_COMPLAINT_ANSWER || v == VERB_COMPLAINT_CLOSE
                            ? MOMENT_COMPLAINED
                            : MOMENTS;
    if (v == VERB_DELIVERED)
        return s->name_version > 0 ? s->name_at : 0;
    if (after != MOMENTS && reached[after] != NEVER)
        return reached[after];
    bool work = v == VERB_ARRIVE || v == VERB_RESOLVE || v == VERB_SOLVE || v == VERB_REPLACE ||
                v == VERB_REPLACED;
    return work ? s->begun_at : 0;
}

static void
reach_of_step(struct trail *s, const struct line *l, const struct act *a, instant occurred)
{
    enum verb v = l->o->verb;
    instant at = occurred < refuted_until(s, v) ? refuted_until(s, v) : occurred;
    at = at < s->facts.received ? s->facts.received : at;
    if ((v == VERB_ACCEPT || v == VERB_TAKE_OVER || v == VERB_REOPEN) && at > s->begun_at)
        s->begun_at = at;
    instant *ended = &s->facts.reached[MOMENT_ENDED];
    if (counts(s, v, a))
        reach(s, v, at);
    if (!is_over(l->o->to))
        *ended = NEVER;
    else if (*ended == NEVER)
        *ended = at;
}

/* Since when somebody's name can be told, and until when. */
static void
name_of_step(struct trail *s, const struct line *l)
{
    const struct outcome *o = l->o;
    bool untaken = o->from == TICKET_OFFERED && o->to != TICKET_ACCEPTED;
    if (o->verb == VERB_ACCEPT || o->verb == VERB_TAKE_OVER) {
        s->name_version = o->version;
        s->name_at = l->at;
    } else if (o->to == TICKET_QUEUED || untaken || o->verb == VERB_OBSERVE ||
               o->verb == VERB_JOIN) {
        s->name_version = 0;
    }
}

static void
read_step(struct trails *all, struct trail *s, const struct line *l)
{
    const struct outcome *o = l->o;
    const struct act *a = deed_of(l);
    instant occurred = occurred_of(all, s, l, a);
    if (s->steps_count == 0 || occurred > s->occurred_at)
        s->occurred_at = occurred;
    s->steps = grow_array(s->steps, s->steps_count, &s->steps_cap, sizeof(*s->steps));
    s->steps[s->steps_count++] =
        (struct trail_step){ l->at,
                             s->occurred_at,
                             a == NULL ? o->who : a->who,
                             (uint8_t)o->verb,
                             (uint8_t)o->from,
                             (uint8_t)o->to,
                             (uint8_t)(a == NULL ? REASON_NONE : a->reason) };
    if (counts(s, o->verb, a))
        restart(all, s, o->verb, l->at);
    gaps_of_step(all, s, l, a, occurred);
    reach_of_step(s, l, a, occurred);
    name_of_step(s, l);
    if (o->verb == VERB_JOIN && a != NULL)
        s->master = a->other;
    if (o->from != o->to)
        s->ended_at = is_over(o->to) ? l->at : NEVER;
    s->state = o->to;
}

/* ---- the other lines */

/* What a linked new ticket takes over from the one before it; its promises are of its own day. */
static void
inherit(struct trail *s, const struct trail *old)
{
    s->customer = old->customer;
    s->site = old->site;
    s->category = old->category;
}

/* Whoever the report names, else the site's owner by the plan of that day. */
static struct customer_id
customer_of(const struct trails *all, const struct report *r)
{
    const struct rules *rules = all->rules(all->context, all->plan);
    if (!no_name(r->customer) || rules == NULL || no_name(r->site))
        return r->customer;
    for (size_t i = 0; i < rules->sites_count; i++)
        if (same_id(rules->sites[i].id, r->site))
            return rules->sites[i].customer;
    return r->customer;
}

/* A time that had passed when the report came, or was none, agrees nothing. */
static bool
agreed(const struct report *r, instant at)
{
    return r->from > 0 && r->from < r->until && r->until > at && r->until <= at + 366 * DAYS;
}

static void
open_trail(struct trails *all, const struct line *l)
{
    const struct event *e = l->cause == NULL ? NULL : &l->cause->event;
    struct trail *s = zalloc(sizeof(*s));
    *s = (struct trail){ .id = l->o->ticket,
                         .plan = all->plan,
                         .opened_at = l->at,
                         .changed_at = l->at,
                         .ended_at = NEVER,
                         .wait_due = NEVER,
                         .reported_at = l->at,
                         .facts = { .received = l->at } };
    for (enum moment m = 0; m < MOMENTS; m++)
        s->facts.reached[m] = NEVER;
    if (e != NULL && e->kind == EVENT_REPORT) {
        s->customer = customer_of(all, &e->report);
        s->site = e->report.site;
        s->category = e->report.category;
        s->facts.received = believed(all, l->at, e->report.occurred_at);
        s->reported_at = e->report.occurred_at;
        if (agreed(&e->report, l->at))
            gap_agree(s, s->facts.received, e->report.until);
    } else if (e != NULL && e->kind == EVENT_VERB) {
        const struct trail *old = trails_find(all, e->act.ticket);
        if (old != NULL)
            inherit(s, old);
    }
    all->list = grow_array(all->list, all->count, &all->cap, sizeof(struct trail *));
    all->list[all->count++] = s;
    map_put(&all->by_id, &s->id, s);
}

/* From its beginning, as if it had never had another. Warnings will be given anew when it is time.
 */
static void
read_level(struct trail *s, const struct outcome *o)
{
    s->levelled = true;
    s->strayed |= o->plan != s->plan;
    s->level = o->level;
    s->contract = o->contract;
    s->plan = o->plan;
    for (enum clock c = 0; c < CLOCKS; c++)
        s->told[c].shares_count = 0;
}

static void
read_alarm(struct trail *s, const struct line *l)
{
    if ((unsigned)l->o->clock >= CLOCKS)
        return;
    struct trail_told *t = &s->told[l->o->clock];
    if (l->o->kind == OUTCOME_CORRECTED) {
        *t = (struct trail_told){ .shares_count = 0 };
    } else if (l->o->share_pct == 100) {
        t->breach = true;
        t->breach_at = l->at;
    } else if (t->shares_count < countof(t->shares)) {
        t->shares[t->shares_count++] = l->o->share_pct;
    }
}

static void
read_line(struct trails *all, const struct line *l)
{
    const struct outcome *o = l->o;
    struct trail *s = map_get(&all->by_id, &o->ticket);
    bool claims = o->kind == OUTCOME_ALARM || o->kind == OUTCOME_CORRECTED;
    if (o->kind == OUTCOME_PLAN) {
        all->plan = o->version;
    } else if (o->kind == OUTCOME_OPENED && s == NULL) {
        open_trail(all, l);
    } else if (o->kind != OUTCOME_STEP && o->kind != OUTCOME_LEVEL && !claims) {
        return;
    } else if (s == NULL || (unsigned)o->verb >= VERBS) {
        all->unopened++;
    } else if (claims) {
        if (all->claim != NULL)
            all->claim(all->context, s, o, l->at);
        read_alarm(s, l);
    } else {
        if (o->kind == OUTCOME_LEVEL)
            read_level(s, o);
        else
            read_step(all, s, l);
        s->changed_at = l->at;
    }
}

void
trails_read(struct trails *all, const struct log_record *r)
{
    struct place_in place = { 0, false };
    all->before = all->at;
    for (size_t i = 0; i < r->outcomes_count; i++) {
        const struct outcome *o = &r->outcomes[i];
        const struct log_event *cause = cause_of(r, o, &place);
        instant at = cause == NULL ? r->at : cause->event.at;
        if (at > all->at) /* as in the engine, time does not go back */
            all->at = at;
        read_line(all, &(struct line){ o, cause, all->at, r, i });
    }
    if (r->at > all->at)
        all->at = r->at;
}
