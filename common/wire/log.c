/* log.c - an entry of the audit log. What was decided must read the same for ever: decoding
 * what was encoded gives an equal record, and unequal records have unequal bytes. */
#include "common/wire/log.h"
#include "common/wire/assist_body.h"
#include "common/wire/field.h"

enum { LOG_VERSION = 1, ENTRY_PARTS = 5, EVENT_HEADER = 2 };

/* An instant as a distance back from another: a few bytes instead of nine. The differences
 * wrap, so any two instants will do. */
static int64_t
distance(instant from, instant to)
{
    return (int64_t)((uint64_t)from - (uint64_t)to);
}

/* ---- shapes that only the log has; those with two members stand on the whole log_event */

static void
put_assist(const struct field *f, const void *at, struct buf *out)
{
    (void)f;
    assist_put(out, at);
}

static bool
get_assist(const struct field *f, node n, void *at, const struct reading *r)
{
    (void)f;
    (void)r;
    return assist_get(n, at) == OK;
}

static void
put_report_occurred(const struct field *f, const void *at, struct buf *out)
{
    const struct event *e = &((const struct log_event *)at)->event;
    (void)f;
    pack_int(out, distance(e->at, e->report.occurred_at));
}

static bool
get_report_occurred(const struct field *f, node n, void *at, const struct reading *r)
{
    struct event *e = &((struct log_event *)at)->event;
    int64_t ago;
    (void)f;
    (void)r;
    if (!node_int(n, &ago))
        return false;
    e->report.occurred_at = distance(e->at, ago);
    return true;
}

static void
put_act_occurred(const struct field *f, const void *at, struct buf *out)
{
    const struct event *e = &((const struct log_event *)at)->event;
    (void)f;
    pack_int(out, distance(e->at, e->act.occurred_at));
}

static bool
get_act_occurred(const struct field *f, node n, void *at, const struct reading *r)
{
    struct event *e = &((struct log_event *)at)->event;
    int64_t ago;
    (void)f;
    (void)r;
    if (!node_int(n, &ago))
        return false;
    e->act.occurred_at = distance(e->at, ago);
    return true;
}

static const struct field position_fields[] = {
    FIELD(MAY, NULL, field_label, struct position, engineer),
    FIELD(MAY, NULL, field_lat, struct position, place),
    FIELD(MAY, NULL, field_lon, struct position, place),
    FIELD(NEED, NULL, field_i64, struct position, at),
};
static const struct list positions = { position_fields, countof(position_fields),
                                       sizeof(struct position), 0 };

static void
put_places(const struct field *f, const void *at, struct buf *out)
{
    const struct event *e = &((const struct log_event *)at)->event;
    (void)f;
    fields_put_list(&positions, e->places.list, e->places.count, out);
}

static bool
get_places(const struct field *f, node n, void *at, const struct reading *r)
{
    struct event *e = &((struct log_event *)at)->event;
    void *list = NULL;
    (void)f;
    bool ok = fields_get_list(&positions, n, &list, &e->places.count, r);
    e->places.list = list;
    return ok;
}

static const struct field proposal_fields[] = {
    FIELD(NEED, NULL, field_bytes, struct proposal, ticket),
    FIELD(MAY, NULL, field_label, struct proposal, engineer),
    FIELD(MAY, NULL, field_i64, struct proposal, leave_at),
    FIELD(MAY, NULL, field_i64, struct proposal, begin_at),
};
static const struct list proposals = { proposal_fields, countof(proposal_fields),
                                       sizeof(struct proposal), 0 };

static void
put_proposals(const struct field *f, const void *at, struct buf *out)
{
    const struct event *e = &((const struct log_event *)at)->event;
    (void)f;
    fields_put_list(&proposals, e->proposals.list, e->proposals.count, out);
}

static bool
get_proposals(const struct field *f, node n, void *at, const struct reading *r)
{
    struct event *e = &((struct log_event *)at)->event;
    void *list = NULL;
    (void)f;
    bool ok = fields_get_list(&proposals, n, &list, &e->proposals.count, r);
    e->proposals.list = list;
    return ok;
}

static const struct shape field_assist = { .put = put_assist, .get = get_assist };
static const struct shape field_reported = { .put = put_report_occurred,
                                             .get = get_report_occurred };
static const struct shape field_acted = { .put = put_act_occurred, .get = get_act_occurred };
static const struct shape field_places = { .put = put_places, .get = get_places };
static const struct shape field_proposals = { .put = put_proposals, .get = get_proposals };
static const struct shape field_role = FIELD_CODED(words_role, ROLES);
static const struct shape field_verb = FIELD_CODED(words_verb, VERBS);
static const struct shape field_state = FIELD_CODED(words_state, TICKET_STATES);
static const struct shape field_refusal = FIELD_CODED(words_refusal, REFUSAL_NONE);
static const struct shape field_reason = FIELD_CODED(words_reason, REASON_NONE);
static const struct shape field_clock = FIELD_CODED(words_clock, CLOCK_RESPONSE);
static const struct shape field_outcome = FIELD_CODED(words_outcome, OUTCOMES);

/* ---- the events */

#define F(rule, shape, member) FIELD(rule, NULL, shape, struct log_event, member)
#define WHOLE(rule, shape)                                                                         \
    {                                                                                              \
        rule, NULL, &(shape), 0, sizeof(struct log_event), NULL                                    \
    }
static const struct field plan_fields[] = { F(NEED, field_u32, plan) };
static const struct field report_fields[] = {
    F(NEED, field_bytes, event.report.id),        F(MAY, field_label, event.report.gateway),
    F(MAY, field_label, event.report.source),     F(MAY, field_label, event.report.site),
    F(MAY, field_label, event.report.customer),   F(MAY, field_label, event.report.category),
    F(MAY, field_lat, event.report.place),        F(MAY, field_lon, event.report.place),
    F(MAY, field_hint, event.report.hint),        WHOLE(NEED, field_reported),
    F(MAY, field_u64, event.report.words),        F(MAY, field_bytes, event.report.digest),
    F(MAY, field_octets, event.report.text),      F(MAY, field_percent, event.report.affected_pct),
    F(MAY, field_percent, event.report.lost_pct), F(MAY, field_bool, event.report.down),
    F(MAY, field_label, event.report.lang),       F(MAY, field_bytes, event.report.follows),
    F(MAY, field_i64, event.report.from),         F(MAY, field_i64, event.report.until),
};
static const struct field verb_fields[] = {
    F(MAY, field_label, event.act.who),    F(NEED, field_role, event.act.role),
    F(MAY, field_u64, event.act.id.epoch), F(MAY, field_u64, event.act.id.counter),
    F(MAY, field_verb, event.act.verb),    F(MAY, field_bytes, event.act.ticket),
    F(MAY, field_u32, event.act.seen),     WHOLE(NEED, field_acted),
    F(MAY, field_text, event.act.note),    F(MAY, field_reason, event.act.reason),
    F(MAY, field_i64, event.act.until),    F(MAY, field_label, event.act.engineer),
    F(MAY, field_bytes, event.act.other),  F(MAY, field_bytes, event.act.fresh),
    F(MAY, field_u16, event.act.object),   F(MAY, field_amount, event.act.amount),
    F(MAY, field_label, event.act.name),   F(MAY, field_label, event.act.code),
    F(MAY, field_lat, event.act.place),    F(MAY, field_lon, event.act.place),
    F(MAY, field_label, event.act.level),  F(MAY, field_bool, event.act.warranty),
    F(MAY, field_u32, event.act.sections), F(MAY, field_octets, event.act.text),
    F(MAY, field_i64, event.act.from),
};
static const struct field places_fields[] = { WHOLE(NEED, field_places) };
static const struct field propose_fields[] = { WHOLE(NEED, field_proposals) };
static const struct field assist_fields[] = { F(NEED, field_assist, event.assist) };
static const struct field poison_fields[] = {
    F(MAY, field_label, event.poison.who),       F(MAY, field_bytes, event.poison.report),
    F(MAY, field_u64, event.poison.event.epoch), F(MAY, field_u64, event.poison.event.counter),
    F(MAY, field_text, event.poison.why),
};

/* Fields from TAIL on came later, or are seldom said: log.h shows the bar. */
enum { REPORT_TAIL = 13, VERB_TAIL = 9, OUTCOME_TAIL = 11 };
#define ROW(fields)                                                                                \
    {                                                                                              \
        fields, countof(fields), countof(fields)                                                   \
    }
#define TAILED(fields, tail)                                                                       \
    {                                                                                              \
        fields, tail, countof(fields)                                                              \
    }
static const struct {
    const struct field *fields;
    size_t least, count;
} kinds[EVENT_KINDS] = {
    [EVENT_FOUND] = ROW(plan_fields),
    [EVENT_REPORT] = TAILED(report_fields, REPORT_TAIL),
    [EVENT_VERB] = TAILED(verb_fields, VERB_TAIL),
    [EVENT_TIME] = { NULL, 0, 0 },
    [EVENT_PLAN] = ROW(plan_fields),
    [EVENT_PLACES] = ROW(places_fields),
    [EVENT_ASSIST] = ROW(assist_fields),
    [EVENT_POISON] = ROW(poison_fields),
    [EVENT_PROPOSE] = ROW(propose_fields),
};

static void
put_event(const struct log_event *e, instant at, struct buf *out)
{
    enum event_kind kind = e->event.kind;
    size_t said = fields_said(kinds[kind].fields, kinds[kind].least, kinds[kind].count, e);
    pack_array(out, EVENT_HEADER + said);
    pack_uint(out, words_at(&words_event, kind)->code);
    pack_int(out, distance(at, e->event.at));
    fields_put_array(kinds[kind].fields, said, e, out);
}

static enum err
get_event(node n, instant at, struct log_event *e, const struct reading *r)
{
    uint64_t code;
    int64_t ago;
    if (!node_uint(node_at(n, 0), &code) || !node_int(node_at(n, 1), &ago))
        return ERR_SYNTAX;
    unsigned kind = words_coded(&words_event, code);
    if (kind == EVENT_KINDS)
        return ERR_KIND;
    e->event.kind = (enum event_kind)kind;
    e->event.at = distance(at, ago);
    return fields_get_tailed(kinds[kind].fields, kinds[kind].least, kinds[kind].count, n,
                             EVENT_HEADER, e, r)
               ? OK
               : ERR_SYNTAX;
}

static enum err
get_events(node n, struct log_record *out, const struct reading *r)
{
    if (!node_array(n, &out->events_count))
        return ERR_SYNTAX;
    out->events = arena_alloc(r->arena, out->events_count * sizeof(*out->events));
    enum err e = OK;
    for (size_t i = 0; i < out->events_count && e == OK; i++)
        e = get_event(node_at(n, i), out->at, &out->events[i], r);
    return e;
}

/* ---- what came of them */

#define O(rule, shape, member) FIELD(rule, NULL, shape, struct outcome, member)
static const struct field outcome_fields[] = {
    O(NEED, field_outcome, kind),   O(MAY, field_bytes, report),
    O(MAY, field_bytes, ticket),    O(MAY, field_label, who),
    O(MAY, field_u64, event.epoch), O(MAY, field_u64, event.counter),
    O(MAY, field_verb, verb),       O(MAY, field_state, from),
    O(MAY, field_state, to),        O(MAY, field_refusal, refusal),
    O(MAY, field_u32, version),     O(MAY, field_clock, clock),
    O(MAY, field_u16, share_pct),   O(MAY, field_i64, deadline),
    O(MAY, field_u8, level),        O(MAY, field_u8, contract),
    O(MAY, field_u32, plan),
};
static const struct list outcomes = { outcome_fields, countof(outcome_fields),
                                      sizeof(struct outcome), OUTCOME_TAIL };

static const struct field letter_fields[] = {
    FIELD(NEED, NULL, field_label, struct log_letter, who),
    FIELD(NEED, NULL, field_u64, struct log_letter, first),
    FIELD(NEED, NULL, field_u32, struct log_letter, count),
};
static const struct list letters = { letter_fields, countof(letter_fields),
                                     sizeof(struct log_letter), 0 };

void
log_put(struct buf *out, const struct log_record *r)
{
    size_t from = out->len;
    pack_array(out, ENTRY_PARTS);
    pack_uint(out, LOG_VERSION);
    pack_int(out, r->at);
    pack_array(out, r->events_count);
    for (size_t i = 0; i < r->events_count; i++)
        put_event(&r->events[i], r->at, out);
    fields_put_list(&outcomes, r->outcomes, r->outcomes_count, out);
    fields_put_list(&letters, r->letters, r->letters_count, out);
    assert(out->len - from <= LOG_BYTES_MAX);
}

enum err
log_get(struct doc *d, struct arena *a, struct str bytes, struct log_record *out)
{
    size_t count;
    uint64_t version;
    void *outcomes_got = NULL, *letters_got = NULL;
    *out = (struct log_record){ 0 };
    enum err e = doc_open(d, bytes, LOG_BYTES_MAX);
    if (e != OK)
        return e;
    if (!node_uint(node_at(d->root, 0), &version))
        return ERR_SYNTAX;
    if (version != LOG_VERSION)
        return ERR_VERSION;
    if (!node_array(d->root, &count) || count != ENTRY_PARTS ||
        !node_int(node_at(d->root, 1), &out->at))
        return ERR_SYNTAX;
    const struct reading r = { a, bytes };
    e = get_events(node_at(d->root, 2), out, &r);
    if (e != OK)
        return e;
    if (!fields_get_list(&outcomes, node_at(d->root, 3), &outcomes_got, &out->outcomes_count, &r) ||
        !fields_get_list(&letters, node_at(d->root, 4), &letters_got, &out->letters_count, &r))
        return ERR_SYNTAX;
    out->outcomes = outcomes_got;
    out->letters = letters_got;
    return OK;
}
