/* story_json.c - one ticket's whole story for scripts. */
#include "cli/story.h"

#include "common/wire/names.h"

struct json *
story_json_head(const struct site *s, struct territory_id t, const struct ticket *ticket)
{
    struct json *j = json_object_new();
    char number[32];
    number_of(number, atlas_code(s->atlas, t), ticket->id);
    json_put_hex(j, "ticket", ticket->id.b, sizeof(ticket->id.b));
    json_put_text(j, "number", number);
    json_put_text(j, "territory", t.s);
    json_put_text(j, "state", state_name(ticket->state));
    json_put_number(j, "version", ticket->version);
    json_put_text(j, "level", story_level(s, ticket->level));
    json_put_text(j, "category", ticket->category.s);
    json_put_text(j, "site", ticket->site.s);
    json_put_text(j, "customer", ticket->customer.s);
    json_put_text(j, "source", ticket->source.s);
    json_put_text(j, "engineer", ticket->engineer.s);
    json_put_text(j, "lent_by", ticket->home.s);
    json_put_time(j, "opened", ticket->opened_at);
    json_put_time(j, "occurred", ticket->occurred_at);
    json_put_number(j, "repeats", ticket->repeats);
    json_put_true(j, "unqualified", ticket->unqualified);
    json_put_true(j, "silent", ticket->silent);
    if (place_known(ticket->place)) {
        json_put_e7(j, "lat", ticket->place.lat_e7);
        json_put_e7(j, "lon", ticket->place.lon_e7);
    }
    return j;
}

static void
put_instant(struct json *j, const char *key, instant at)
{
    if (at != NEVER)
        json_put_time(j, key, at);
}

static struct json *
json_of_clocks(const struct story *s)
{
    struct json *list = json_array_new();
    const struct contract *c = story_contract(s);
    for (enum clock k = 0; k < CLOCKS; k++) {
        struct reading r;
        if (!story_read(s, k, &r))
            continue;
        struct json *j = json_object_new();
        json_put_text(j, "clock", clock_name(k));
        json_put_text(j, "state", story_clock_states[r.state]);
        if (story_has_times(&r)) {
            put_instant(j, "start", r.start);
            put_instant(j, "deadline", r.deadline);
            put_instant(j, "stop", r.stop);
            json_put_number(j, "used_ms", story_used(&r, s->now));
            json_put_number(j, "excluded_ms", r.excluded);
        }
        json_put_true(j, "broken", r.broken);
        int64_t penalty = clock_penalty(k, c, s->ticket->level, &r, s->now);
        if (penalty > 0)
            json_put_number(j, "penalty", penalty);
        json_append(list, &j);
    }
    return list;
}

static struct json *
json_of_excluded(const struct course *c)
{
    struct json *list = json_array_new();
    for (size_t i = 0; i < c->excluded_count; i++) {
        struct json *j = json_object_new();
        put_instant(j, "from", c->excluded[i].from);
        put_instant(j, "to", c->excluded[i].to);
        json_put_text(j, "reason", reason_name(c->excluded[i].reason));
        json_append(list, &j);
    }
    return list;
}

/* What was agreed, and who is planned. */
static void
put_visit(struct json *j, const struct visit *v)
{
    if (v->until == 0)
        return;
    struct json *agreed = json_object_new(), *planned = json_object_new();
    put_instant(agreed, "from", v->from);
    put_instant(agreed, "until", v->until);
    json_put_true(agreed, "missed", v->missed);
    json_put(j, "agreed", &agreed);
    if (!no_name(v->planned)) {
        json_put_text(planned, "engineer", v->planned.s);
        put_instant(planned, "leave", v->leave_at);
        put_instant(planned, "begin", v->begin_at);
    }
    json_put(j, "planned", &planned);
}

static struct json *
json_of_helpers(const struct ticket *t)
{
    struct json *list = json_array_new();
    for (size_t i = 0; i < t->helpers_count; i++) {
        struct json *j = json_object_new();
        json_put_text(j, "engineer", t->helpers[i].engineer.s);
        put_instant(j, "due", t->helpers[i].due);
        json_append(list, &j);
    }
    return list;
}

static struct json *
json_of_links(const struct ticket *t)
{
    static const char *const kinds[LINKS] = { [LINK_MASTER] = "master",
                                              [LINK_SUCCESSOR] = "successor",
                                              [LINK_PREVIOUS] = "previous",
                                              [LINK_SAME] = "same" };
    struct json *list = json_array_new();
    for (size_t i = 0; i < t->links_count; i++) {
        struct json *j = json_object_new();
        json_put_text(j, "kind", kinds[t->links[i].kind]);
        json_put_hex(j, "ticket", t->links[i].id.b, sizeof(t->links[i].id.b));
        json_append(list, &j);
    }
    return list;
}

static void
put_sections(struct json *object, struct doc *d, const struct object *o)
{
    struct sections s;
    if (o->sections == 0)
        json_put_str(object, "text", o->text);
    if (o->sections == 0 || body_get_sections(d, o->text, &s) != OK)
        return;
    struct json *j = json_object_new();
    for (unsigned i = 0; i < SECTIONS; i++)
        json_put_str(j, section_name(i), s.words[i]);
    json_put(object, "sections", &j);
}

static struct json *
json_of_objects(const struct ticket *t)
{
    struct json *list = json_array_new();
    struct doc d;
    doc_init(&d);
    for (size_t i = 0; i < t->objects_count; i++) {
        const struct object *o = &t->objects[i];
        struct json *j = json_object_new();
        json_put_number(j, "number", o->number);
        json_put_text(j, "kind", object_kind_name(o->kind));
        json_put_text(j, "state", object_state_name(o->state));
        json_put_true(j, "warranty", o->warranty);
        json_put_time(j, "opened", o->opened_at);
        json_put_time(j, "at", o->at);
        json_put_text(j, "who", o->who.s);
        json_put_text(j, "name", o->name);
        if (o->amount >= 0)
            json_put_number(j, "amount", o->amount);
        put_sections(j, &d, o);
        json_append(list, &j);
    }
    doc_fini(&d);
    return list;
}

static struct json *
json_of_timeline(const struct ticket *ticket)
{
    struct json *steps = json_array_new();
    for (size_t i = 0; i < ticket->timeline_count; i++) {
        const struct taken *step = &ticket->timeline[i];
        struct json *j = json_object_new();
        json_put_time(j, "at", step->at);
        json_put_time(j, "occurred", step->occurred_at);
        json_put_text(j, "verb", verb_name(step->verb));
        json_put_text(j, "from", state_name(step->from));
        json_put_text(j, "to", state_name(step->to));
        json_put_text(j, "who", step->who.s);
        if (step->reason != REASON_NONE)
            json_put_text(j, "reason", reason_name(step->reason));
        if (step->object != 0)
            json_put_number(j, "object", step->object);
        json_put_str(j, "note", (struct str){ step->note, step->note_len });
        json_append(steps, &j);
    }
    return steps;
}

static void
put_words(struct json *j, const struct report_body *body)
{
    json_put_str(j, "text", body->text);
    json_put_str(j, "contact", body->contact);
    json_put_str(j, "name", body->name);
    json_put_str(j, "device", body->device);
}

struct json *
story_json(const struct story *s)
{
    const struct ticket *t = s->ticket;
    const struct contract *c = story_contract(s);
    struct json *j = story_json_head(s->site, s->territory, t);
    const struct {
        const char *key;
        struct json *part;
    } parts[] = {
        { "clocks", json_of_clocks(s) },   { "excluded", json_of_excluded(&t->course) },
        { "helpers", json_of_helpers(t) }, { "links", json_of_links(t) },
        { "objects", json_of_objects(t) }, { "timeline", json_of_timeline(t) },
    };
    json_put_text(j, "level", story_level_of(s));
    json_put_number(j, "plan", t->plan);
    json_put_text(j, "contract", c == NULL ? NULL : c->id);
    if (t->wait != REASON_NONE)
        json_put_text(j, "wait", reason_name(t->wait));
    if (t->arrival != ARRIVAL_NONE)
        json_put_text(j, "arrival", arrival_name(t->arrival));
    put_visit(j, &t->visit);
    json_put_text(j, "asked", t->next.engineer.s);
    json_put_text(j, "lang", t->lang);
    json_put_text(j, "code", t->code);
    put_words(j, s->body);
    for (size_t i = 0; i < countof(parts); i++) {
        struct json *part = parts[i].part;
        json_put(j, parts[i].key, &part);
    }
    why_json(t, j);
    return j;
}
