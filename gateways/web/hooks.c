/* hooks.c - what is posted to the reporters' systems, and the log of it. */
#include "gateways/web/hooks.h"

#include "common/base/map.h"
#include "common/io/clock.h"
#include "faultline/ids.h"
#include "gateways/entry.h"
#include "gateways/web/web.h"

#include <stdio.h>

struct posted {
    uint8_t id[16];
    int64_t at;
    char *name, *body; /* owned */
    struct posted *newer;
};

struct hooks {
    struct map posts;
    struct posted *oldest, *newest;
};

struct hooks *
hooks_new(void)
{
    struct hooks *h = zalloc(sizeof(*h));
    map_init(&h->posts, 16);
    return h;
}

static void
drop_oldest(struct hooks *h)
{
    struct posted *p = h->oldest;
    h->oldest = p->newer;
    if (h->oldest == NULL)
        h->newest = NULL;
    map_del(&h->posts, p->id);
    free(p->name);
    free(p->body);
    free(p);
}

void
hooks_free(struct hooks *h)
{
    if (h == NULL)
        return;
    while (h->oldest != NULL)
        drop_oldest(h);
    map_fini(&h->posts);
    free(h);
}

static void
enter(struct hooks *h, struct posted *p)
{
    while (h->oldest != NULL &&
           (h->posts.count >= HOOKS_KEPT || h->oldest->at < clock_wall_ms() - HOOKS_DAYS * DAYS))
        drop_oldest(h);
    map_put(&h->posts, p->id, p);
    *(h->newest != NULL ? &h->newest->newer : &h->oldest) = p;
    h->newest = p;
}

static void
put(const struct posted *p, struct book *b)
{
    struct buf e = { 0 };
    buf_put(&e, p->id, 16);
    buf_put_i64(&e, p->at);
    entry_put_text(&e, p->name);
    entry_put_text(&e, p->body);
    book_put(b, HOOKS_KIND, buf_str(&e));
    buf_fini(&e);
}

static void
load(void *own, struct str entry)
{
    struct hooks *h = own;
    struct cur c = cur_of(entry);
    struct posted *p = zalloc(sizeof(*p));
    cur_get(&c, p->id, 16);
    p->at = cur_i64(&c);
    p->name = entry_text(&c);
    p->body = entry_text(&c);
    if (cur_done(&c) && map_get(&h->posts, p->id) == NULL) {
        enter(h, p);
        return;
    }
    free(p->name);
    free(p->body);
    free(p);
}

static void
save(void *own, struct book *b)
{
    const struct hooks *h = own;
    for (const struct posted *p = h->oldest; p != NULL; p = p->newer)
        put(p, b);
}

struct book_table
hooks_table(struct hooks *h)
{
    return (struct book_table){ HOOKS_KIND, h, load, save };
}

/* ---- the body of a post */

static void
put_instant(struct json *j, const char *name, int64_t at)
{
    char text[32];
    clock_text(text, at);
    if (at != 0)
        json_put_text(j, name, text);
}

static void
put_linked(struct json *j, const struct fl_update *u)
{
    if (u->name[0] != '\0') {
        struct json *engineer = json_object_new();
        json_put_text(engineer, "id", u->engineer);
        json_put_text(engineer, "name", u->name);
        json_put_text(engineer, "phone", u->phone);
        json_put(j, "engineer", &engineer);
    }
    if (u->object != 0) {
        struct json *object = json_object_new();
        json_put_number(object, "number", u->object);
        json_put_text(object, "kind", u->object_kind);
        json_put_text(object, "state", u->object_state);
        if (u->has_amount)
            json_put_number(object, "amount", u->amount);
        json_put(j, "object", &object);
    }
}

static void
write_body(struct buf *out, const struct sending *s)
{
    const struct fl_update *u = s->update;
    struct json *j = json_object_new();
    const struct {
        const char *key, *value;
    } texts[] = {
        { "kind", u->kind },   { "number", u->number },     { "state", u->state },
        { "level", u->level }, { "category", u->category }, { "site", u->site },
        { "verb", u->verb },   { "refusal", u->refusal },   { "reason", u->reason },
        { "why", u->why },     { "code", u->code },         { "words", s->words },
    };
    json_put_hex(j, "event", s->id, 16);
    for (size_t i = 0; i < countof(texts); i++)
        json_put_text(j, texts[i].key, texts[i].value);
    json_put_number(j, "version", u->version);
    put_instant(j, "at", u->at);
    put_instant(j, "due", u->due);
    if (s->thread != NULL) {
        json_put_hex(j, "report", s->thread->report, 16);
        json_put_text(j, "key", strchr(s->address, '/') == NULL ? s->thread->data : "");
    }
    put_linked(j, u);
    json_write(&j, out);
}

/* ---- posting */

void
hooks_sign(char out[65], const char *secret, const char *timestamp, struct str body)
{
    struct buf text = { 0 };
    uint8_t mac[32];
    buf_printf(&text, "%s.", timestamp);
    buf_put(&text, body.at, body.len);
    hmac_sha256(mac, str_of(secret), buf_str(&text));
    hex_of(out, mac, sizeof(mac));
    buf_fini(&text);
}

static void
on_done(void *own, const uint8_t id[16], const struct post_answer *a)
{
    struct web *w = own;
    char text[160];
    snprintf(text, sizeof(text), "the webhook answered %d", a->status);
    enum outcome o = a->status >= 200 && a->status < 300 ? OUTCOME_DELIVERED
                     : a->status == 410                  ? OUTCOME_FAILED
                                                         : OUTCOME_LATER;
    gateway_outcome(w->gateway, id, o, a->status == 0 ? a->why : text);
}

static void
post_body(struct web *w, const struct sending *s, const struct web_key *key, const char *event,
          struct str body)
{
    char timestamp[24], signature[65];
    struct buf headers = { 0 };
    snprintf(timestamp, sizeof(timestamp), "%lld", (long long)(clock_wall_ms() / 1000));
    hooks_sign(signature, key->secret, timestamp, body);
    buf_printf(&headers,
               "content-type: application/json\nx-faultline-event: %s\nx-faultline-timestamp: "
               "%s\nx-faultline-signature: sha256=%s\n",
               event, timestamp, signature);
    struct post p = {
        .url = key->url, .headers = buf_cstr(&headers), .body = body, .done = on_done, .own = w
    };
    memcpy(p.id, s->id, 16);
    if (!post_send(w->posts, &p))
        gateway_outcome(w->gateway, s->id, OUTCOME_FAILED, "its webhook's address is none");
    buf_fini(&headers);
}

/* What was posted once is the same at every try: it stands in the log. */
static const struct posted *
logged(struct web *w, const struct sending *s, const char *name)
{
    struct hooks *h = w->hooks;
    struct posted *p = map_get(&h->posts, s->id);
    struct buf body = { 0 };
    if (p != NULL || s->update == NULL)
        return p;
    write_body(&body, s);
    p = zalloc(sizeof(*p));
    memcpy(p->id, s->id, 16);
    p->at = clock_wall_ms();
    p->name = str_dup(str_of(name));
    p->body = str_dup(buf_str(&body));
    buf_fini(&body);
    enter(h, p);
    put(p, gateway_book(w->gateway));
    return p;
}

void
hooks_send(struct web *w, const struct sending *s)
{
    char name[40], event[33];
    struct str rest = str_of(s->address), first = str_cut(&rest, '/');
    if (!str_fill(name, sizeof(name), first))
        name[0] = '\0';
    const struct web_key *key = web_keys_named(&w->keys, name);
    if (key == NULL || key->url[0] == '\0') {
        gateway_outcome(w->gateway, s->id, OUTCOME_FAILED, "it has no webhook in web.keys");
        return;
    }
    const struct posted *p = logged(w, s, name);
    hex_of(event, s->id, 16);
    post_body(w, s, key, p == NULL && s->data[0] != '\0' ? s->data : event,
              str_of(p == NULL ? s->words : p->body));
}

/* ---- replay */

void
replay_post(struct web *w, const struct call_in *c, struct reply *r)
{
    struct json *body = body_of(c->request, r);
    const char *after = body == NULL ? NULL : json_text(json_get(body, "after"));
    int64_t since = 0, count = 0;
    uint8_t id[16] = { 0 };
    if (body == NULL)
        return;
    bool by_id = after != NULL && hex_to(id, sizeof(id), str_of(after));
    const struct posted *from = by_id ? map_get(&w->hooks->posts, id) : NULL;
    if (c->key->url[0] == '\0')
        reply_error(r, 400, "webhook", "this key has no webhook in web.keys");
    else if (!by_id && !json_number(json_get(body, "since"), &since))
        reply_error(r, 400, "member",
                    "\"after\" (an event's id) or \"since\" (milliseconds since 1970) is needed");
    else if (by_id && from == NULL)
        reply_error(r, 404, "event", "event %s is not kept: they are for %d days", after,
                    HOOKS_DAYS);
    json_free(&body);
    if (r->json != NULL)
        return;
    for (const struct posted *p = by_id ? from->newer : w->hooks->oldest; p != NULL; p = p->newer) {
        char event[33];
        if (p->at < since || strcmp(p->name, c->key->name) != 0)
            continue;
        hex_of(event, p->id, 16);
        gateway_say(w->gateway, p->name, "", event, p->body);
        count++;
    }
    r->status = 202;
    r->json = json_object_new();
    json_put_number(r->json, "events", count);
}
