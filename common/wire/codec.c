/* codec.c - [1, kind, number, fields...]: the tables of docs/protocol.md section 3.
 *
 * A kind is a row, a field is a row of that row; one table serves both directions. */
#include "common/wire/codec.h"
#include "common/wire/field.h"

enum { HEADER = 3 }; /* version, kind, number */

/* ---- shapes that only messages have */

/* A person's verb. A name that we do not know is VERBS, which the receiver refuses by name; so
 * are the engine's own verbs, which nobody sends. */
static void
put_verb(const struct field *f, const void *at, struct buf *out)
{
    enum verb v = *(const enum verb *)at;
    (void)f;
    pack_text(out, v == VERBS ? "" : words_at(&words_verb, v)->name);
}

static bool
get_verb(const struct field *f, node n, void *at, const struct reading *r)
{
    struct str s;
    (void)f;
    (void)r;
    if (!node_str(n, &s))
        return false;
    unsigned v = words_named(&words_verb, s);
    *(enum verb *)at = v < VERB_FIRST_OF_PEOPLE ? VERBS : v;
    return true;
}

static void
put_watch(const struct field *f, const void *at, struct buf *out)
{
    (void)f;
    pack_text(out, *(const bool *)at ? "watch" : "mail");
}

static bool
get_watch(const struct field *f, node n, void *at, const struct reading *r)
{
    struct str s;
    (void)f;
    (void)r;
    if (!node_str(n, &s))
        return false;
    *(bool *)at = str_is(s, "watch");
    return str_is(s, "watch") || str_is(s, "mail");
}

static const struct field name_of_territory[] = {
    FIELD(NEED, NULL, field_id, struct territory_id, s),
};
static const struct field mark_sequence[] = {
    FIELD(NEED, NULL, field_mark, struct mark, sequence),
};

/* The shapes below stand on the whole message, as they need two members of it. */
static void
put_territories(const struct field *f, const void *at, struct buf *out)
{
    const struct message *m = at;
    (void)f;
    pack_array(out, m->welcome.territories_count);
    for (size_t i = 0; i < m->welcome.territories_count; i++)
        fields_put_array(name_of_territory, 1, &m->welcome.territories[i], out);
}

static bool
get_territories(const struct field *f, node n, void *at, const struct reading *r)
{
    struct message *m = at;
    size_t count;
    (void)f;
    if (!node_array(n, &count) || count > TERRITORIES_SAID_MAX)
        return false;
    struct territory_id *list = arena_alloc(r->arena, count * sizeof(*list));
    const struct field *name = name_of_territory;
    for (size_t i = 0; i < count; i++)
        if (!name->shape->get(name, node_at(n, i), &list[i], r))
            return false;
    m->welcome.territories = list;
    m->welcome.territories_count = count;
    return true;
}

static void
put_marks(const struct field *f, const void *at, struct buf *out)
{
    const struct message *m = at;
    (void)f;
    pack_map(out, m->subscribe.marks_count);
    for (size_t i = 0; i < m->subscribe.marks_count; i++) {
        fields_put_array(name_of_territory, 1, &m->subscribe.marks[i].territory, out);
        fields_put_array(mark_sequence, 1, &m->subscribe.marks[i], out);
    }
}

static bool
get_marks(const struct field *f, node n, void *at, const struct reading *r)
{
    struct message *m = at;
    size_t count;
    (void)f;
    if (!node_map(n, &count) || count > TERRITORIES_SAID_MAX)
        return false;
    struct mark *list = arena_alloc(r->arena, count * sizeof(*list));
    const struct field *name = name_of_territory, *sequence = mark_sequence;
    for (size_t i = 0; i < count; i++)
        if (!name->shape->get(name, node_key(n, i), &list[i].territory, r) ||
            !sequence->shape->get(sequence, node_value(n, i), &list[i].sequence, r))
            return false;
    m->subscribe.marks = list;
    m->subscribe.marks_count = count;
    return true;
}

/* An argument that version 1 gives no meaning to: nil from us, anything from others. */
static bool
no_argument(const struct field *f, const void *at)
{
    (void)f;
    (void)at;
    return true;
}

static bool
get_argument(const struct field *f, node n, void *at, const struct reading *r)
{
    (void)f;
    (void)n;
    (void)at;
    (void)r;
    return true;
}

enum { ANSWER_VALUE = HEADER + 1 }; /* where it stands in its message */

static void
put_value(const struct field *f, const void *at, struct buf *out)
{
    (void)f;
    pack_raw(out, *(const struct str *)at);
}

static bool
get_value(const struct field *f, node n, void *at, const struct reading *r)
{
    (void)f;
    (void)n;
    *(struct str *)at = pack_element(r->bytes, ANSWER_VALUE);
    return true;
}

static bool
no_value(const struct field *f, const void *at)
{
    (void)f;
    return ((const struct str *)at)->len == 0;
}

static bool
leave(const struct field *f, void *at)
{
    (void)f;
    (void)at;
    return true;
}

static const struct shape field_verb = { .put = put_verb, .get = get_verb };
static const struct shape field_what = { .put = put_watch, .get = get_watch };
static const struct shape field_territories = { .put = put_territories, .get = get_territories };
static const struct shape field_marks = { .put = put_marks, .get = get_marks };
static const struct shape field_argument = { .get = get_argument,
                                             .empty = no_argument,
                                             .clear = leave };
static const struct shape field_value = { put_value, get_value, no_value, leave, NULL, 0, 0 };
static const struct shape field_role = FIELD_NAMED(words_role, ROLES);
static const struct shape field_how = FIELD_NAMED(words_how, ROUTED_HOWS);

/* ---- the kinds */

#define F(rule, shape, member) FIELD(rule, NULL, shape, struct message, member)
#define WHOLE(rule, shape)                                                                         \
    {                                                                                              \
        rule, NULL, &(shape), 0, sizeof(struct message), NULL                                      \
    }

static const struct field hello[] = { F(NEED, field_text, hello.software) };
static const struct field welcome[] = {
    F(NEED, field_id, welcome.principal),   F(NEED, field_role, welcome.role),
    F(NEED, field_instant, welcome.now),    F(NEED, field_u32, welcome.plan),
    F(NEED, field_bytes, welcome.pool_key), F(NEED, field_u32, welcome.window),
    WHOLE(NEED, field_territories),         F(MAY, field_id, welcome.home),
};
static const struct field route[] = {
    F(MAY, field_label, route.site),
    F(MAY, field_lat, route.place),
    F(MAY, field_lon, route.place),
    F(MAY, field_label, route.customer),
};
static const struct field routed[] = {
    F(NEED, field_id, routed.territory),
    F(NEED, field_u32, routed.plan),
    F(NEED, field_how, routed.how),
    F(NEED, field_side, routed.cell),
};
static const struct field report[] = {
    F(NEED, field_bytes, report.id),
    F(MAY, field_id, report.territory),
    F(MAY, field_u32, report.plan),
    F(MAY, field_label, report.route.site),
    F(MAY, field_lat, report.route.place),
    F(MAY, field_lon, report.route.place),
    F(MAY, field_label, report.route.customer),
    F(NEED, field_hint, report.hint),
    F(NEED, field_id, report.source),
    F(NEED, field_bytes, report.pool_key),
    F(NEED, field_octets, report.sealed),
};
static const struct field accepted[] = {
    F(NEED, field_id, accepted.territory),
    F(NEED, field_bytes, accepted.id),
    F(NEED, field_label, accepted.number),
};
static const struct field refused[] = {
    F(NEED, field_text, refused.code),
    F(NEED, field_text, refused.text),
};
static const struct field busy[] = {
    F(NEED, field_u32, busy.retry_ms),
    F(NEED, field_text, busy.what),
};
static const struct field event[] = {
    F(NEED, field_mark, event.id.epoch),
    F(NEED, field_counter, event.id.counter),
    F(NEED, field_id, event.territory),
    F(NEED, field_bytes, event.ticket),
    F(NEED, field_u32, event.seen),
    F(NEED, field_verb, event.verb),
    F(NEED, field_instant, event.occurred_at),
    F(NEED, field_bytes, event.pool_key),
    F(NEED, field_octets, event.sealed),
};
static const struct field place[] = {
    F(NEED, field_id, place.territory),
    F(NEED, field_instant, place.at),
    F(NEED, field_bytes, place.pool_key),
    F(NEED, field_octets, place.sealed),
};
static const struct field subscribe[] = {
    F(NEED, field_what, subscribe.watch),
    WHOLE(NEED, field_marks),
    F(NEED, field_credit, subscribe.credit),
};
static const struct field update[] = {
    F(NEED, field_id, update.territory),
    F(NEED, field_what, update.watch),
    F(NEED, field_mark, update.sequence),
    F(NEED, field_octets, update.letter),
};
static const struct field confirm[] = {
    F(NEED, field_id, confirm.territory),
    F(NEED, field_what, confirm.watch),
    F(NEED, field_mark, confirm.sequence),
};
static const struct field query[] = {
    F(NEED, field_text, query.what),
    WHOLE(MAY, field_argument),
};
static const struct field answer[] = {
    F(NEED, field_text, answer.what),
    F(MAY, field_value, answer.value),
};
static const struct field pong[] = { F(NEED, field_instant, pong.now) };

#define ROW(name, fields)                                                                          \
    {                                                                                              \
        name, fields, countof(fields)                                                              \
    }
static const struct {
    const char *name;
    const struct field *fields;
    size_t count;
} kinds[MSG_KINDS] = {
    [MSG_HELLO] = ROW("HELLO", hello),
    [MSG_WELCOME] = ROW("WELCOME", welcome),
    [MSG_ROUTE] = ROW("ROUTE", route),
    [MSG_ROUTED] = ROW("ROUTED", routed),
    [MSG_REPORT] = ROW("REPORT", report),
    [MSG_ACCEPTED] = ROW("ACCEPTED", accepted),
    [MSG_REFUSED] = ROW("REFUSED", refused),
    [MSG_BUSY] = ROW("BUSY", busy),
    [MSG_EVENT] = ROW("EVENT", event),
    [MSG_PLACE] = ROW("PLACE", place),
    [MSG_SUBSCRIBE] = ROW("SUBSCRIBE", subscribe),
    [MSG_UPDATE] = ROW("UPDATE", update),
    [MSG_CONFIRM] = ROW("CONFIRM", confirm),
    [MSG_QUERY] = ROW("QUERY", query),
    [MSG_ANSWER] = ROW("ANSWER", answer),
    [MSG_PING] = { "PING", NULL, 0 },
    [MSG_PONG] = ROW("PONG", pong),
};

static bool
known(uint64_t kind)
{
    return kind < MSG_KINDS && kinds[kind].name != NULL;
}

const char *
codec_kind_name(enum message_kind k)
{
    return known(k) ? kinds[k].name : "?";
}

void
codec_init(struct codec *c)
{
    *c = (struct codec){ 0 };
    doc_init(&c->doc);
}

void
codec_fini(struct codec *c)
{
    doc_fini(&c->doc);
    arena_fini(&c->arena);
}

void
codec_encode(const struct message *m, struct buf *out)
{
    assert(known(m->kind));
    pack_array(out, HEADER + kinds[m->kind].count);
    pack_uint(out, PROTOCOL_VERSION);
    pack_uint(out, m->kind);
    pack_uint(out, m->number);
    fields_put_array(kinds[m->kind].fields, kinds[m->kind].count, m, out);
}

enum err
codec_decode(struct codec *c, struct str bytes, struct message *m)
{
    uint64_t version, kind, number;
    *m = (struct message){ 0 };
    arena_clear(&c->arena);
    enum err e = doc_open(&c->doc, bytes, 0);
    if (e != OK) {
        if (pack_peek(bytes, 2, &number) && number <= INT64_MAX)
            m->number = number;
        return e;
    }
    bool numbered = node_uint(node_at(c->doc.root, 2), &number) && number <= INT64_MAX;
    if (numbered)
        m->number = number;
    if (!node_uint(node_at(c->doc.root, 0), &version))
        return ERR_SYNTAX;
    if (version != PROTOCOL_VERSION)
        return ERR_VERSION;
    if (!node_uint(node_at(c->doc.root, 1), &kind))
        return ERR_SYNTAX;
    if (!known(kind))
        return ERR_KIND;
    m->kind = (enum message_kind)kind;
    const struct reading r = { &c->arena, bytes };
    if (numbered &&
        fields_get_array(kinds[kind].fields, kinds[kind].count, c->doc.root, HEADER, m, &r))
        return OK;
    return ERR_SYNTAX;
}
