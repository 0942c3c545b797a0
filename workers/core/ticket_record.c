/* ticket_record.c - a ticket to bytes and back. The order of fields below is the format; each
 * part has its put beside its get. */
#include "faultline/rules.h"
#include "workers/core/record.h"
#include "workers/core/ticket.h"

static void
put_head(const struct ticket *t, struct buf *b)
{
    buf_put_u8(b, RECORD_FORMAT);
    buf_put(b, t->id.b, sizeof(t->id.b));
    record_put_count(b, t->version);
    buf_put_u8(b, (uint8_t)t->state);
    buf_put_u8(b, t->level);
    record_put_count(b, t->plan);
    buf_put_u8(b, t->contract);
    record_put_name(b, t->lang, sizeof(t->lang));
    record_put_name(b, t->code, sizeof(t->code));
    record_put_id(b, t->category);
    record_put_id(b, t->site);
    record_put_id(b, t->customer);
    record_put_id(b, t->source);
    record_put_place(b, t->place);
    buf_put_i64(b, t->opened_at);
    record_put_since(b, t->opened_at, t->occurred_at);
    record_put_since(b, t->opened_at, t->due);
    record_put_since(b, t->opened_at, t->ended_at);
}

static void
get_head(struct ticket *t, struct cur *c)
{
    if (cur_u8(c) != RECORD_FORMAT)
        c->failed = true;
    cur_get(c, t->id.b, sizeof(t->id.b));
    t->version = (uint32_t)record_get_count(c, UINT32_MAX);
    t->state = record_get_below(c, TICKET_STATES);
    t->level = record_get_below(c, 8);
    t->plan = (uint32_t)record_get_count(c, UINT32_MAX);
    t->contract = cur_u8(c);
    record_get_name(c, t->lang, sizeof(t->lang));
    record_get_name(c, t->code, sizeof(t->code));
    record_get_id(c, &t->category);
    record_get_id(c, &t->site);
    record_get_id(c, &t->customer);
    record_get_id(c, &t->source);
    t->place = record_get_place(c);
    t->opened_at = record_get_instant(c);
    if (t->opened_at == NEVER) /* the others count from it */
        c->failed = true;
    t->occurred_at = record_get_since(c, t->opened_at);
    t->due = record_get_since(c, t->opened_at);
    t->ended_at = record_get_since(c, t->opened_at);
    if (t->occurred_at == NEVER)
        c->failed = true;
}

/* Instants of milestones that were reached; a bit a milestone says which. */
static void
put_course(const struct ticket *t, struct buf *b)
{
    const struct course *c = &t->course;
    uint32_t reached = 0;
    record_put_since(b, t->opened_at, c->received_at);
    for (size_t i = 0; i < MILES; i++)
        reached |= (uint32_t)(c->miles[i] != NEVER) << i;
    record_put_count(b, reached);
    for (size_t i = 0; i < MILES; i++)
        if (c->miles[i] != NEVER)
            record_put_since(b, t->opened_at, c->miles[i]);
    buf_put_u8(b, (uint8_t)c->excluded_count);
    for (size_t i = 0; i < c->excluded_count; i++) {
        record_put_since(b, t->opened_at, c->excluded[i].from);
        record_put_since(b, t->opened_at, c->excluded[i].to);
        buf_put_u8(b, c->excluded[i].reason);
    }
}

static void
get_course(struct ticket *t, struct cur *c)
{
    course_init(&t->course, record_get_since(c, t->opened_at));
    uint32_t reached = (uint32_t)record_get_count(c, (1u << MILES) - 1);
    c->failed |= t->course.received_at == NEVER;
    for (size_t i = 0; i < MILES; i++)
        if (reached >> i & 1) {
            t->course.miles[i] = record_get_since(c, t->opened_at);
            c->failed |= t->course.miles[i] == NEVER;
        }
    t->course.excluded_count = record_get_below(c, EXCLUSIONS_MAX + 1);
    for (size_t i = 0; i < t->course.excluded_count; i++) {
        struct exclusion *x = &t->course.excluded[i];
        x->from = record_get_since(c, t->opened_at);
        x->to = record_get_since(c, t->opened_at);
        x->reason = record_get_below(c, REASONS);
        c->failed |= x->from == NEVER || x->to < x->from;
    }
}

/* Who has it, who is asked, who helps, and which tickets have to do with it. */
static void
put_hands(const struct ticket *t, struct buf *b)
{
    buf_put(b, (uint8_t[]){ t->wait, t->arrival, t->transfers }, 3);
    record_put_count(b, t->named_version);
    record_put_id(b, t->pinned);
    record_put_since(b, t->opened_at, t->named_at == 0 ? NEVER : t->named_at);
    record_put_since(b, t->opened_at, t->begun_at == 0 ? NEVER : t->begun_at);
    record_put_id(b, t->next.engineer);
    if (!no_name(t->next.engineer))
        record_put_since(b, t->opened_at, t->next.due);
    buf_put_u8(b, (uint8_t)t->helpers_count);
    for (size_t i = 0; i < t->helpers_count; i++) {
        record_put_id(b, t->helpers[i].engineer);
        record_put_since(b, t->opened_at, t->helpers[i].due);
    }
    buf_put_u8(b, (uint8_t)t->links_count);
    for (size_t i = 0; i < t->links_count; i++) {
        buf_put_u8(b, t->links[i].kind);
        buf_put(b, t->links[i].id.b, sizeof(t->links[i].id.b));
    }
}

/* 0 for what is not known, which no instant is. */
static instant
get_known(const struct ticket *t, struct cur *c)
{
    instant at = record_get_since(c, t->opened_at);
    c->failed |= at == 0;
    return at == NEVER ? 0 : at;
}

static void
get_hands(struct ticket *t, struct cur *c)
{
    t->wait = record_get_below(c, REASONS);
    t->arrival = record_get_below(c, ARRIVALS);
    t->transfers = cur_u8(c);
    t->named_version = (uint32_t)record_get_count(c, UINT32_MAX);
    record_get_id(c, &t->pinned);
    t->named_at = get_known(t, c);
    t->begun_at = get_known(t, c);
    t->next.due = NEVER;
    record_get_id(c, &t->next.engineer);
    if (!no_name(t->next.engineer))
        t->next.due = record_get_since(c, t->opened_at);
    t->helpers_count = record_get_below(c, HELPERS_MAX + 1);
    for (size_t i = 0; i < t->helpers_count; i++) {
        record_get_id(c, &t->helpers[i].engineer);
        t->helpers[i].due = record_get_since(c, t->opened_at);
        c->failed |= no_name(t->helpers[i].engineer);
    }
    t->links_count = record_get_below(c, LINKS_MAX + 1);
    for (size_t i = 0; i < t->links_count; i++) {
        t->links[i].kind = record_get_below(c, LINKS);
        cur_get(c, t->links[i].id.b, sizeof(t->links[i].id.b));
    }
}

enum { VISIT_AGREED = 1, VISIT_OPEN = 2, VISIT_MISSED = 4, VISIT_PLANNED = 8 };

/* A byte where nothing is agreed. */
static void
put_visit(const struct ticket *t, struct buf *b)
{
    const struct visit *v = &t->visit;
    bool planned = !no_name(v->planned);
    buf_put_u8(b, (uint8_t)((v->until != 0) * VISIT_AGREED | v->open * VISIT_OPEN |
                            v->missed * VISIT_MISSED | planned * VISIT_PLANNED));
    if (v->until == 0)
        return;
    record_put_since(b, t->opened_at, v->from);
    record_put_since(b, v->from, v->until);
    if (!planned)
        return;
    record_put_id(b, v->planned);
    record_put_since(b, v->from, v->leave_at);
    record_put_since(b, v->from, v->begin_at);
}

static void
get_visit(struct ticket *t, struct cur *c)
{
    struct visit *v = &t->visit;
    uint8_t said = record_get_below(c, 2 * VISIT_PLANNED);
    if (said == 0)
        return;
    v->open = (said & VISIT_OPEN) != 0;
    v->missed = (said & VISIT_MISSED) != 0;
    v->from = record_get_since(c, t->opened_at);
    c->failed |= !(said & VISIT_AGREED) || v->from == NEVER;
    if (c->failed)
        return;
    v->until = record_get_since(c, v->from);
    c->failed |= v->until == NEVER || v->until <= v->from;
    if (!(said & VISIT_PLANNED))
        return;
    record_get_id(c, &v->planned);
    v->leave_at = record_get_since(c, v->from);
    v->begin_at = record_get_since(c, v->from);
    c->failed |= no_name(v->planned) || v->leave_at == NEVER || v->begin_at == NEVER;
}

/* Only the clocks of which something was said. */
static void
put_pages(const struct ticket *t, struct buf *b)
{
    uint8_t said = 0;
    for (size_t i = 0; i < CLOCKS; i++)
        said = (uint8_t)(said | (t->pages[i].rungs > 0 || t->pages[i].breach) << i);
    buf_put_u8(b, said);
    for (size_t i = 0; i < CLOCKS; i++)
        if (said >> i & 1) {
            buf_put(b, (uint8_t[]){ t->pages[i].rungs, t->pages[i].breach }, 2);
            record_put_count(b, t->pages[i].told);
            record_put_since(b, t->opened_at, t->pages[i].again_at);
        }
    buf_put_u8(b, t->paged_level);
    record_put_since(b, t->opened_at, t->quiet_until == 0 ? NEVER : t->quiet_until);
}

static void
get_pages(struct ticket *t, struct cur *c)
{
    uint8_t said = record_get_below(c, 1u << CLOCKS);
    for (size_t i = 0; i < CLOCKS; i++) {
        struct page *p = &t->pages[i];
        *p = (struct page){ .again_at = NEVER };
        if (!(said >> i & 1))
            continue;
        p->rungs = record_get_below(c, RUNGS_MAX + 1);
        p->breach = record_get_bool(c);
        p->told = (uint16_t)record_get_count(c, UINT16_MAX);
        p->again_at = record_get_since(c, t->opened_at);
        c->failed |= p->rungs == 0 && !p->breach;
    }
    t->paged_level = record_get_below(c, 8);
    instant quiet = record_get_since(c, t->opened_at);
    c->failed |= quiet == 0;
    t->quiet_until = quiet == NEVER ? 0 : quiet;
}

static void
put_objects(const struct ticket *t, struct buf *b)
{
    record_put_count(b, t->objects_made);
    buf_put_u8(b, (uint8_t)t->objects_count);
    for (size_t i = 0; i < t->objects_count; i++) {
        const struct object *o = &t->objects[i];
        record_put_count(b, o->number);
        buf_put(b, (uint8_t[]){ o->kind, o->state, o->warranty }, 3);
        record_put_since(b, t->opened_at, o->opened_at);
        record_put_since(b, t->opened_at, o->at);
        record_put_id(b, o->who);
        buf_put_i64(b, o->amount);
        record_put_name(b, o->name, sizeof(o->name));
        record_put_count(b, o->sections);
        record_put_text(b, o->text);
    }
}

static void
get_object(struct object *o, const struct ticket *t, struct cur *c)
{
    o->number = (uint16_t)record_get_count(c, UINT16_MAX);
    o->kind = record_get_below(c, OBJECT_KINDS);
    o->state = record_get_below(c, OBJECT_STATES);
    o->warranty = record_get_bool(c);
    o->opened_at = record_get_since(c, t->opened_at);
    o->at = record_get_since(c, t->opened_at);
    record_get_id(c, &o->who);
    o->amount = cur_i64(c);
    record_get_name(c, o->name, sizeof(o->name));
    o->sections = (uint32_t)record_get_count(c, (1u << SECTIONS) - 1);
    struct str text = record_get_text(c);
    c->failed |= text.len > SECTIONS_BYTES_MAX;
    if (!c->failed && text.len > 0)
        o->text = str_bytes(memcpy(grow(NULL, text.len), text.at, text.len), text.len);
}

static void
get_objects(struct ticket *t, struct cur *c)
{
    t->objects_made = (uint16_t)record_get_count(c, UINT16_MAX);
    size_t count = record_get_below(c, OBJECTS_MAX + 1);
    for (size_t i = 0; i < count && !c->failed; i++) {
        uint16_t before = t->objects_count > 0 ? t->objects[t->objects_count - 1].number : 0;
        t->objects = grow_array(t->objects, t->objects_count, &t->objects_cap, sizeof(*t->objects));
        struct object *o = &t->objects[t->objects_count++];
        *o = (struct object){ 0 };
        get_object(o, t, c);
        c->failed |= o->number <= before || o->number > t->objects_made;
    }
}

static void
put_people(const struct ticket *t, struct buf *b)
{
    buf_put_u8(b, (uint8_t)t->gateways_count);
    for (size_t i = 0; i < t->gateways_count; i++)
        record_put_id(b, t->gateways[i]);
    record_put_id(b, t->engineer);
    record_put_name(b, t->name, sizeof(t->name));
    record_put_name(b, t->phone, sizeof(t->phone));
    record_put_id(b, t->home);
    record_put_id(b, t->asked);
    record_put_count(b, t->round);
    buf_put_u8(b, t->unqualified);
    buf_put_u8(b, t->busy);
    buf_put_u8(b, t->busy_rounds);
    buf_put_u8(b, t->silent);
    record_put_count(b, t->nudges);
}

static void
get_people(struct ticket *t, struct cur *c)
{
    t->gateways_count = record_get_below(c, GATEWAYS_MAX + 1);
    for (size_t i = 0; i < t->gateways_count; i++)
        record_get_id(c, &t->gateways[i]);
    record_get_id(c, &t->engineer);
    record_get_name(c, t->name, sizeof(t->name));
    record_get_name(c, t->phone, sizeof(t->phone));
    record_get_id(c, &t->home);
    record_get_id(c, &t->asked);
    t->round = (uint32_t)record_get_count(c, UINT32_MAX);
    t->unqualified = record_get_bool(c);
    t->busy = record_get_bool(c);
    t->busy_rounds = record_get_below(c, BUSY_ROUNDS_MAX + 1);
    t->silent = record_get_bool(c);
    t->nudges = (uint32_t)record_get_count(c, UINT32_MAX);
}

static void
put_words(const struct ticket *t, struct buf *b)
{
    size_t kept = t->repeats < REPEATS_KEPT ? t->repeats : REPEATS_KEPT;
    record_put_count(b, t->repeats);
    buf_put(b, t->repeat_ids, kept * sizeof(t->repeat_ids[0]));
    record_put_text(b, t->text);
}

static void
get_words(struct ticket *t, struct cur *c)
{
    t->repeats = (uint32_t)record_get_count(c, UINT32_MAX);
    size_t kept = t->repeats < REPEATS_KEPT ? t->repeats : REPEATS_KEPT;
    cur_get(c, t->repeat_ids, kept * sizeof(t->repeat_ids[0]));
    struct str text = record_get_text(c);
    if (text.len > 0)
        t->text = str_bytes(memcpy(grow(NULL, text.len), text.at, text.len), text.len);
}

static void
put_timeline(const struct ticket *t, struct buf *b)
{
    record_put_count(b, t->fold.count);
    if (t->fold.count > 0) {
        record_put_count(b, t->fold.version);
        record_put_since(b, t->opened_at, t->fold.occurred_at);
    }
    buf_put_u8(b, (uint8_t)t->timeline_count);
    for (size_t i = 0; i < t->timeline_count; i++) {
        const struct taken *s = &t->timeline[i];
        record_put_since(b, t->opened_at, s->at);
        record_put_since(b, t->opened_at, s->occurred_at);
        record_put_id(b, s->who);
        record_put_count(b, s->version);
        buf_put(b, (uint8_t[]){ s->verb, s->from, s->to, s->reason }, 4);
        record_put_count(b, s->object);
        record_put_text(b, str_bytes(s->note, s->note_len));
    }
}

static void
get_step(struct ticket *t, struct cur *c)
{
    struct taken s = { .at = record_get_since(c, t->opened_at) };
    s.occurred_at = record_get_since(c, t->opened_at);
    record_get_id(c, &s.who);
    s.version = (uint32_t)record_get_count(c, UINT32_MAX);
    s.verb = record_get_below(c, VERBS);
    s.from = record_get_below(c, TICKET_STATES);
    s.to = record_get_below(c, TICKET_STATES);
    s.reason = record_get_below(c, REASONS);
    s.object = (uint16_t)record_get_count(c, UINT16_MAX);
    struct str note = record_get_text(c);
    instant last =
        t->timeline_count > 0 ? t->timeline[t->timeline_count - 1].occurred_at : -INSTANT_MAX;
    if (note.len > NOTE_MAX || s.occurred_at < last || s.occurred_at == NEVER)
        c->failed = true;
    if (!c->failed)
        ticket_take(t, &s, note);
}

static void
get_timeline(struct ticket *t, struct cur *c)
{
    struct fold fold = { .count = (uint32_t)record_get_count(c, UINT32_MAX) };
    if (fold.count > 0) {
        fold.version = (uint32_t)record_get_count(c, UINT32_MAX);
        fold.occurred_at = record_get_since(c, t->opened_at);
        if (fold.occurred_at == NEVER)
            c->failed = true;
    }
    size_t count = record_get_below(c, TIMELINE_MAX + 1);
    if (fold.count > 0 && count != TIMELINE_MAX)
        c->failed = true;
    for (size_t i = 0; i < count && !c->failed; i++)
        get_step(t, c);
    t->fold = fold;
}

/* What a record says of its grounds; the second is of before it was kept who the other is. */
enum { GROUNDS_NONE, GROUNDS_BARE, GROUNDS_WHO, GROUNDS_FORMATS };

static void
put_grounds(const struct ticket *t, struct buf *b)
{
    const struct grounds *r = &t->grounds;
    bool who = !no_name(r->other) || r->departs != 0;
    buf_put_u8(b, !t->has_grounds ? GROUNDS_NONE : who ? GROUNDS_WHO : GROUNDS_BARE);
    if (!t->has_grounds)
        return;
    for (size_t i = 0; i < TERMS_MAX; i++)
        record_put_count(b, (uint64_t)r->terms[i]);
    uint64_t size = (uint64_t)(r->margin < 0 ? -r->margin : r->margin);
    record_put_count(b, r->margin == GROUNDS_ALONE ? 0 : (size << 1 | (r->margin < 0)) + 1);
    if (who) {
        record_put_id(b, r->other);
        record_put_since(b, t->opened_at, r->departs);
    }
}

static bool
get_grounds(const struct ticket *t, struct cur *c, struct grounds *r)
{
    const uint64_t most = (uint64_t)1 << 40;
    unsigned format = record_get_below(c, GROUNDS_FORMATS);
    bool has_grounds = format != GROUNDS_NONE;
    *r = (struct grounds){ 0 };
    for (size_t i = 0; has_grounds && i < TERMS_MAX; i++)
        r->terms[i] = (int64_t)record_get_count(c, most);
    uint64_t margin = has_grounds ? record_get_count(c, most << 3) : 0;
    int64_t size = margin == 0 ? 0 : (int64_t)((margin - 1) >> 1);
    r->margin = margin == 0 ? GROUNDS_ALONE : ((margin - 1) & 1) != 0 ? -size : size;
    if (margin == 2) /* nothing, below 0 */
        c->failed = true;
    if (format == GROUNDS_WHO) {
        record_get_id(c, &r->other);
        r->departs = record_get_since(c, t->opened_at);
        c->failed |= no_name(r->other) && r->departs == 0;
    }
    return has_grounds;
}

static void
put_choice(const struct ticket *t, struct buf *b)
{
    put_grounds(t, b);
    buf_put_u8(b, (uint8_t)t->considered_count);
    for (size_t i = 0; i < t->considered_count; i++) {
        record_put_id(b, t->considered[i].engineer);
        record_put_count(b, (uint64_t)((int64_t)t->considered[i].distance_m - DISTANCE_UNKNOWN));
        record_put_count(b, t->considered[i].load);
        buf_put_u8(b, t->considered[i].why);
    }
    buf_put_u8(b, (uint8_t)t->refusers_count);
    for (size_t i = 0; i < t->refusers_count; i++) {
        record_put_id(b, t->refusers[i].engineer);
        record_put_since(b, t->opened_at, t->refusers[i].until);
        buf_put_u8(b, t->refusers[i].missed);
    }
}

static void
get_choice(struct ticket *t, struct cur *c)
{
    struct considered list[CONSIDERED_MAX];
    struct grounds grounds;
    bool has_grounds = get_grounds(t, c, &grounds);
    size_t count = record_get_below(c, CONSIDERED_MAX + 1);
    for (size_t i = 0; i < count; i++) {
        record_get_id(c, &list[i].engineer);
        list[i].distance_m = (int32_t)record_get_count(c, INT32_MAX) + DISTANCE_UNKNOWN;
        list[i].load = (uint16_t)record_get_count(c, UINT16_MAX);
        list[i].why = record_get_below(c, CONSIDERED_WHYS);
    }
    ticket_consider(t, list, count, has_grounds ? &grounds : NULL);
    count = record_get_below(c, REFUSERS_MAX + 1);
    for (size_t i = 0; i < count; i++) {
        struct refuser r = { 0 };
        record_get_id(c, &r.engineer);
        r.until = record_get_since(c, t->opened_at);
        r.missed = record_get_bool(c);
        ticket_refuse(t, r);
    }
    if (t->refusers_count != count) /* one engineer twice */
        c->failed = true;
}

void
ticket_encode(const struct ticket *t, struct buf *out)
{
    put_head(t, out);
    put_course(t, out);
    put_people(t, out);
    put_hands(t, out);
    put_visit(t, out);
    put_pages(t, out);
    put_words(t, out);
    put_timeline(t, out);
    put_choice(t, out);
    put_objects(t, out);
}

enum err
ticket_decode(struct ticket *out, struct str bytes)
{
    struct cur c = cur_of(bytes);
    *out = (struct ticket){ 0 };
    get_head(out, &c);
    get_course(out, &c);
    get_people(out, &c);
    get_hands(out, &c);
    get_visit(out, &c);
    get_pages(out, &c);
    get_words(out, &c);
    get_timeline(out, &c);
    get_choice(out, &c);
    get_objects(out, &c);
    if (cur_done(&c))
        return OK;
    ticket_fini(out);
    return ERR_SYNTAX;
}
