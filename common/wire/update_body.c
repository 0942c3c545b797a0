/* update_body.c - status messages as their recipient opens them (docs/protocol.md section 5). */
#include "common/wire/body.h"
#include "common/wire/field.h"

static const struct shape field_kind = FIELD_CODED(words_update, UPDATE_KINDS);
static const struct shape field_state = FIELD_CODED(words_state, TICKET_RECEIVED);
static const struct shape field_refusal = FIELD_NAMED(words_refusal, REFUSAL_NONE);
static const struct shape field_object_kind = FIELD_NAMED(words_object_kind, OBJECT_INSPECTION);
static const struct shape field_object_state = FIELD_NAMED(words_object_state, OBJECT_OPEN);

/* The state is said together with the version whose state it is: received is zero, too. */
static bool
stateless(const void *record)
{
    const struct update *u = record;
    return u->version == 0 && u->state == TICKET_RECEIVED;
}

/* Verb and refusal belong to verdicts: triage is zero, too. */
static bool
verbless(const void *record)
{
    const struct update *u = record;
    return u->kind != UPDATE_VERDICT || u->verb == VERBS;
}

static bool
unrefused(const void *record)
{
    const struct update *u = record;
    return u->kind != UPDATE_VERDICT || u->refusal == REFUSAL_NONE;
}

/* Clocks belong to alarms: response is zero, too. */
static bool
clockless(const void *record)
{
    const struct update *u = record;
    return u->kind != UPDATE_ALARM || u->clock == CLOCKS;
}

/* What is said of a linked object belongs to its number: inspection and open are zero, too. */
static bool
objectless(const void *record)
{
    const struct update *u = record;
    return u->object == 0;
}

static bool
amountless(const void *record)
{
    const struct update *u = record;
    return u->object == 0 || u->amount == -1;
}

/* A verb, reason or clock of a later version of Faultline is none that this one knows. */
static bool
get_kindly(const struct field *f, node n, void *at, const struct reading *r)
{
    struct str s;
    return node_str(n, &s) && (field_get_name(f, n, at, r) || field_word_clear(f, at));
}

#define KINDLY(table, absent)                                                                      \
    {                                                                                              \
        field_put_name, get_kindly, field_word_empty, field_word_clear, &(table), absent, 0        \
    }
static const struct shape field_verb = KINDLY(words_verb, VERBS);
static const struct shape field_reason = KINDLY(words_reason, REASON_NONE);
static const struct shape field_clock = KINDLY(words_clock, CLOCKS);

static void
put_event(const struct field *f, const void *at, struct buf *out)
{
    const struct event_id *id = at;
    (void)f;
    pack_array(out, 2);
    pack_uint(out, id->epoch);
    pack_uint(out, id->counter);
}

static bool
get_event(const struct field *f, node n, void *at, const struct reading *r)
{
    struct event_id *id = at;
    size_t count;
    (void)f;
    (void)r;
    return node_array(n, &count) && count == 2 && node_uint(node_at(n, 0), &id->epoch) &&
           node_uint(node_at(n, 1), &id->counter);
}

static bool
no_event(const struct field *f, const void *at)
{
    const struct event_id *id = at;
    (void)f;
    return id->epoch == 0 && id->counter == 0;
}

static bool
clear_event(const struct field *f, void *at)
{
    (void)f;
    *(struct event_id *)at = (struct event_id){ 0 };
    return true;
}

static const struct shape field_event = { put_event, get_event, no_event, clear_event, NULL, 0, 0 };

#define F(rule, key, shape, member) FIELD(rule, key, shape, struct update, member)
#define MAY_WHEN(key, shape, member, absent)                                                       \
    {                                                                                              \
        MAY, key, &(shape), offsetof(struct update, member),                                       \
            sizeof(((struct update *)NULL)->member), absent                                        \
    }
/* A number once given is never given to another field. */
static const struct field fields[] = {
    [0] = F(NEED, "kind", field_kind, kind),
    [1] = F(MAY, "at", field_i64, at),
    [2] = F(MAY, "ticket", field_bytes, ticket),
    [3] = F(MAY, "report", field_bytes, report),
    [4] = F(MAY, "number", field_label, number),
    [5] = MAY_WHEN("state", field_state, state, stateless),
    [6] = F(MAY, "version", field_u32, version),
    [7] = F(MAY, "level", field_label, level),
    [8] = F(MAY, "category", field_label, category),
    [9] = F(MAY, "site", field_label, site),
    [10] = F(MAY, "customer", field_label, customer),
    [11] = F(MAY, "lat", field_lat, place),
    [12] = F(MAY, "lon", field_lon, place),
    [13] = F(MAY, "engineer", field_label, engineer),
    [14] = F(MAY, "name", field_label, name),
    [15] = F(MAY, "phone", field_label, phone),
    [16] = F(MAY, "due", field_i64, due),
    [17] = F(MAY, "repeats", field_u32, repeats),
    [18] = F(MAY, "event", field_event, event),
    [19] = MAY_WHEN("verb", field_verb, verb, verbless),
    [20] = MAY_WHEN("refusal", field_refusal, refusal, unrefused),
    [21] = F(MAY, "why", field_text, why),
    [22] = F(MAY, "text", field_octets, text),
    [23] = F(MAY, "reason", field_reason, reason),
    [24] = MAY_WHEN("clock", field_clock, clock, clockless),
    [25] = F(MAY, "share_pct", field_u16, share_pct),
    [26] = F(MAY, "object", field_u16, object),
    [27] = MAY_WHEN("object_kind", field_object_kind, object_kind, objectless),
    [28] = MAY_WHEN("object_state", field_object_state, object_state, objectless),
    [29] = MAY_WHEN("amount", field_amount, amount, amountless),
    [30] = F(MAY, "other", field_bytes, other),
    [31] = F(MAY, "lang", field_label, lang),
    [32] = F(MAY, "code", field_label, code),
    [33] = F(MAY, "from", field_i64, from),
    [34] = F(MAY, "until", field_i64, until),
};

void
body_put_update(struct buf *out, const struct update *u)
{
    fields_put_pairs(fields, countof(fields), u, out);
}

/* One of a later version was sealed well, so its place counts. */
static bool
get_update(node n, struct update *out, const struct reading *r)
{
    uint64_t number, kind;
    *out = (struct update){ .verb = VERBS, .clock = CLOCKS, .amount = -1, .place = PLACE_NONE };
    if (!node_uint(node_at(n, 0), &number) || number != 0 || !node_uint(node_at(n, 1), &kind))
        return false;
    if (words_coded(&words_update, kind) == UPDATE_KINDS) {
        out->kind = UPDATE_KINDS;
        return true;
    }
    return fields_get_pairs(fields, countof(fields), n, out, r);
}

enum err
body_get_updates(struct doc *d, struct arena *a, struct str bytes, size_t count,
                 struct update **out)
{
    size_t has;
    enum err e = doc_open(d, bytes, 0);
    if (e != OK)
        return e;
    if (!node_array(d->root, &has) || has != count)
        return ERR_SYNTAX;
    const struct reading r = { a, bytes };
    *out = arena_alloc(a, count * sizeof(**out));
    for (size_t i = 0; i < count; i++)
        if (!get_update(node_at(d->root, i), &(*out)[i], &r))
            return ERR_SYNTAX;
    return OK;
}
