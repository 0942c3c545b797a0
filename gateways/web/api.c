/* api.c - reports, tickets and events as JSON. */
#include "common/io/clock.h"
#include "gateways/web/web.h"

#include <stdio.h>

/* ---- bodies */

struct json *
body_of(const struct http_request *request, struct reply *r)
{
    struct buf why = { 0 };
    struct json *j = json_read(request->body, &why);
    if (j == NULL)
        reply_error(r, 400, "json", "the body is no JSON: %s", buf_cstr(&why));
    else if (!json_is(j, JSON_AN_OBJECT))
        reply_error(r, 400, "json", "the body must be a JSON object");
    buf_fini(&why);
    if (j != NULL && !json_is(j, JSON_AN_OBJECT))
        json_free(&j);
    return j;
}

const char *
message_key_of(const struct call_in *c, const struct json *body, struct buf *out, struct reply *r)
{
    const char *key =
        http_header(c->request->headers, c->request->headers_count, "idempotency-key");
    if (key[0] == '\0')
        key = json_text(json_get(body, "key"));
    if (key == NULL || key[0] == '\0' || strlen(key) > 200 || !str_is_printable(str_of(key))) {
        reply_error(r, 400, "key_missing",
                    "name the message: header Idempotency-Key or member \"key\", 1 to 200 bytes; "
                    "the same key is the same message for ever");
        return NULL;
    }
    buf_printf(out, "%s:%s", c->key->name, key);
    return buf_cstr(out);
}

/* ---- reports */

struct report_in {
    struct fl_report report;
    int32_t lat, lon;
    int64_t hint, affected, lost, occurred_at;
    uint8_t follows[16];
    int affected_pct, lost_pct;
};

enum field_kind { FIELD_TEXT, FIELD_WHOLE, FIELD_DEGREES, FIELD_YES, FIELD_ID, FIELD_KEY };
#define IN(field)  offsetof(struct report_in, field)
#define OUT(field) offsetof(struct report_in, report.field)
static const struct field {
    const char *name;
    enum field_kind kind;
    size_t at;
    int64_t least, most;
} fields[] = {
    { "key", FIELD_KEY, 0, 0, 0 },
    { "text", FIELD_TEXT, OUT(text), 0, 0 },
    { "category", FIELD_TEXT, OUT(category), 0, 0 },
    { "site", FIELD_TEXT, OUT(site), 0, 0 },
    { "customer", FIELD_TEXT, OUT(customer), 0, 0 },
    { "name", FIELD_TEXT, OUT(name), 0, 0 },
    { "contact", FIELD_TEXT, OUT(contact), 0, 0 },
    { "lang", FIELD_TEXT, OUT(lang), 0, 0 },
    { "device", FIELD_TEXT, OUT(device), 0, 0 },
    { "lat", FIELD_DEGREES, IN(lat), 0, 0 },
    { "lon", FIELD_DEGREES, IN(lon), 0, 0 },
    { "hint", FIELD_WHOLE, IN(hint), -1, 7 },
    { "affected", FIELD_WHOLE, IN(affected), 0, 100 },
    { "lost", FIELD_WHOLE, IN(lost), 0, 100 },
    { "occurred_at", FIELD_WHOLE, IN(occurred_at), 0, INT64_MAX / 2 },
    { "down", FIELD_YES, OUT(down), 0, 0 },
    { "follows", FIELD_ID, IN(follows), 0, 0 },
};
#undef IN
#undef OUT

/* What is wrong with it; NULL: nothing. */
static const char *
read_field(struct report_in *in, const struct field *f, const struct json *value)
{
    void *to = (char *)in + f->at;
    const char *text = json_text(value);
    switch (f->kind) {
    case FIELD_KEY:
        return text == NULL ? "is a text" : NULL;
    case FIELD_TEXT:
        memcpy(to, &text, sizeof(text));
        return text == NULL ? "is a text" : NULL;
    case FIELD_WHOLE: {
        int64_t n;
        bool good = json_number(value, &n) && n >= f->least && n <= f->most;
        memcpy(to, &n, sizeof(n));
        return good ? NULL : "is a whole number in its range";
    }
    case FIELD_DEGREES: {
        int32_t e7;
        bool good = json_real_e7(value, &e7);
        memcpy(to, &e7, sizeof(e7));
        return good ? NULL : "is a number of degrees";
    }
    case FIELD_YES:
        return json_bool(value, to) ? NULL : "is true or false";
    case FIELD_ID:
        in->report.follows = in->follows;
        return text != NULL && hex_to(to, 16, str_of(text)) ? NULL : "is 32 hex digits";
    }
    return NULL;
}

static bool
read_report(struct report_in *in, const struct json *body, struct reply *r)
{
    *in = (struct report_in){ .hint = -1, .affected = -1, .lost = -1 };
    const char *name;
    for (size_t i = 0; (name = json_key(body, i)) != NULL; i++) {
        size_t k = 0;
        while (k < countof(fields) && strcmp(fields[k].name, name) != 0)
            k++;
        const char *wrong = k == countof(fields) ? "is no member of a report: see /openapi.json"
                                                 : read_field(in, &fields[k], json_get(body, name));
        if (wrong != NULL) {
            reply_error(r, 400, "member", "\"%.60s\" %s", name, wrong);
            return false;
        }
    }
    if (in->report.text == NULL || str_trim(str_of(in->report.text)).len == 0) {
        reply_error(r, 400, "member", "\"text\" is missing: what is wrong, in words");
        return false;
    }
    bool lat = json_get(body, "lat") != NULL, lon = json_get(body, "lon") != NULL;
    if (lat != lon || in->lat > 900000000 || in->lat < -900000000) {
        reply_error(r, 400, "member", "\"lat\" (-90 to 90) and \"lon\" go together");
        return false;
    }
    in->report.lat_e7 = lat ? &in->lat : NULL;
    in->report.lon_e7 = lat ? &in->lon : NULL;
    in->report.hint = (int)in->hint;
    in->report.occurred_at = in->occurred_at;
    in->affected_pct = (int)in->affected;
    in->lost_pct = (int)in->lost;
    in->report.affected_pct = in->affected >= 0 ? &in->affected_pct : NULL;
    in->report.lost_pct = in->lost >= 0 ? &in->lost_pct : NULL;
    return true;
}

void
report_post(struct web *w, const struct call_in *c, struct reply *r)
{
    struct report_in in;
    struct buf key = { 0 };
    uint8_t id[16];
    struct json *body = body_of(c->request, r);
    if (body != NULL && message_key_of(c, body, &key, r) != NULL && read_report(&in, body, r)) {
        in.report.source = c->key->source[0] == '\0' ? NULL : c->key->source;
        const struct arrival a = { .key = buf_cstr(&key),
                                   .address = c->key->name,
                                   .data = buf_cstr(&key) + strlen(c->key->name) + 1,
                                   .report = in.report };
        enum taken taken = gateway_report(w->gateway, &a, id);
        const struct thread *t = thread_of_report(gateway_threads(w->gateway), id);
        reply_taken(w, r, taken);
        if (taken == TAKEN) {
            r->status = 202;
            r->journalled = true;
            r->json = json_object_new();
            json_put_hex(r->json, "report", id, 16);
            json_put_text(r->json, "number", t == NULL ? "" : t->number);
        }
    }
    if (body != NULL)
        json_free(&body);
    buf_fini(&key);
}

/* ---- tickets */

static bool
is_of(const struct thread *t, const struct web_key *key)
{
    size_t len = strlen(key->name);
    return strncmp(t->address, key->name, len) == 0 &&
           (t->address[len] == '\0' || t->address[len] == '/');
}

/* By number or by the report's id; only what this key has reported. */
static const struct thread *
find_thread(struct web *w, const struct call_in *c, struct reply *r)
{
    struct threads *ts = gateway_threads(w->gateway);
    uint8_t id[16];
    const struct thread *t = hex_to(id, sizeof(id), str_of(c->part))
                                 ? thread_of_report(ts, id)
                                 : thread_of_number(ts, c->part);
    while (t != NULL && !is_of(t, c->key))
        t = thread_next(t, BY_NUMBER);
    if (t == NULL)
        reply_error(r, 404, "ticket", "no ticket %s was reported with this key", c->part);
    return t;
}

static void
put_instant(struct json *j, const char *name, int64_t at)
{
    char text[32];
    clock_text(text, at);
    if (at != 0)
        json_put_text(j, name, text);
}

void
ticket_get(struct web *w, const struct call_in *c, struct reply *r)
{
    const struct thread *t = find_thread(w, c, r);
    if (t == NULL)
        return;
    r->json = json_object_new();
    json_put_text(r->json, "number", t->number);
    json_put_hex(r->json, "report", t->report, 16);
    json_put_hex(r->json, "ticket", t->ticket, 16);
    json_put_text(r->json, "state",
                  t->state[0] != '\0'    ? t->state
                  : t->number[0] != '\0' ? "received"
                                         : "journalled");
    json_put_text(r->json, "level", t->level);
    json_put_number(r->json, "version", t->version);
    if (t->name[0] != '\0') {
        struct json *engineer = json_object_new();
        json_put_text(engineer, "name", t->name);
        json_put_text(engineer, "phone", t->phone);
        json_put(r->json, "engineer", &engineer);
    }
    put_instant(r->json, "reported_at", t->at);
    put_instant(r->json, "told_at", t->told_at);
    put_instant(r->json, "ended_at", t->ended_at);
}

/* ---- events */

static const struct {
    const char *name, *verb;
    bool note, score;
} verbs[] = {
    { "nudge", "nudge", false, false },
    { "note", "note", true, false },
    { "approve", "approve", false, false },
    { "reopen", "reopen", true, false },
    { "cancel", "cancel", false, false },
    { "appeal", "appeal", true, false },
    { "resume", "resume", false, false },
    { "complain", "complain", true, false },
    { "quote_accept", "quote_accept", false, false },
    { "quote_decline", "quote_decline", true, false },
    { "survey", "survey_answer", false, true },
};

/* countof(verbs): it has no such verb, or lacks something, which is said. */
static size_t
read_verb(const struct json *body, int64_t *score, struct reply *r)
{
    const char *verb = json_text(json_get(body, "verb")), *note = json_text(json_get(body, "note"));
    size_t i = 0;
    while (i < countof(verbs) && (verb == NULL || strcmp(verb, verbs[i].name) != 0))
        i++;
    if (i == countof(verbs)) {
        reply_error(r, 400, "member",
                    "\"verb\" is one of nudge, note, approve, reopen, cancel, appeal, resume, "
                    "complain, quote_accept, quote_decline, survey");
        return i;
    }
    if (verbs[i].note && (note == NULL || note[0] == '\0')) {
        reply_error(r, 400, "member", "%s needs a \"note\"", verb);
        return countof(verbs);
    }
    if (verbs[i].score &&
        (!json_number(json_get(body, "score"), score) || *score < 1 || *score > 5)) {
        reply_error(r, 400, "member", "%s needs a \"score\" from 1 to 5", verb);
        return countof(verbs);
    }
    return i;
}

void
event_post(struct web *w, const struct call_in *c, struct reply *r)
{
    const struct thread *t = find_thread(w, c, r);
    struct json *body = t == NULL ? NULL : body_of(c->request, r);
    struct buf key = { 0 };
    int64_t score = 0, seen = 0, object = 0;
    size_t verb = body != NULL && message_key_of(c, body, &key, r) != NULL
                      ? read_verb(body, &score, r)
                      : countof(verbs);
    if (verb < countof(verbs)) {
        json_number(json_get(body, "seen"), &seen);
        json_number(json_get(body, "object"), &object);
        const struct fl_details d = { .amount = verbs[verb].score ? &score : NULL,
                                      .object = (uint16_t)object };
        const struct said s = { .key = buf_cstr(&key),
                                .address = c->key->name,
                                .thread = t,
                                .verb = verbs[verb].verb,
                                .note = json_text(json_get(body, "note")),
                                .seen = (uint32_t)seen,
                                .details = &d };
        enum taken taken = gateway_event(w->gateway, &s);
        reply_taken(w, r, taken);
        if (taken == TAKEN) {
            r->status = 202;
            r->journalled = true;
            r->json = json_object_new();
            json_put_text(r->json, "verb", verbs[verb].name);
            json_put_text(r->json, "number", t->number);
        }
    }
    if (body != NULL)
        json_free(&body);
    buf_fini(&key);
}
