/* alarm.c - Alertmanager's groups as tickets.
 *
 * A group's episode begins with its first firing alert's start; group and start are the report's
 * key, so Alertmanager's own repetition makes no second ticket. What was reported is kept as the
 * thread's data until the system has the number, so that the report can be made again, the same,
 * when the gateway died between its two journals. */
#include "gateways/web/alarm.h"

#include "common/base/map.h"
#include "common/io/clock.h"
#include "faultline/ids.h"
#include "gateways/web/web.h"

#include <stdio.h>
#include <strings.h>

enum { GROUPS_MAX = 20000, TEXT_MAX_ = 1600, SHOWN_MAX = 12 };

struct group {
    uint8_t key[16];
    uint8_t reported[16]; /* by this process: the report's id */
    size_t firing;        /* so many alerts are */
    size_t noted;         /* so many were when it was last said */
    int64_t over_at;      /* instant: resolved; what starts later is another episode */
};

struct alarms {
    struct map groups;
};

struct alarms *
alarms_new(void)
{
    struct alarms *a = zalloc(sizeof(*a));
    map_init(&a->groups, 16);
    return a;
}

static void
forget_all(struct alarms *a)
{
    struct group *g;
    for (size_t i = 0; (g = map_next(&a->groups, &i)) != NULL;)
        free(g);
    map_fini(&a->groups);
    map_init(&a->groups, 16);
}

void
alarms_free(struct alarms *a)
{
    if (a == NULL)
        return;
    forget_all(a);
    map_fini(&a->groups);
    free(a);
}

static struct group *
group_of(struct alarms *a, const uint8_t key[16])
{
    struct group *g = map_get(&a->groups, key);
    if (g != NULL)
        return g;
    if (a->groups.count >= GROUPS_MAX)
        forget_all(a); /* only notes are said once more */
    g = zalloc(sizeof(*g));
    memcpy(g->key, key, 16);
    map_put(&a->groups, key, g);
    return g;
}

/* ---- times */

static bool
digits(struct str *s, size_t count, int64_t *out)
{
    *out = 0;
    if (s->len < count)
        return false;
    for (size_t i = 0; i < count; i++) {
        if (s->at[i] < '0' || s->at[i] > '9')
            return false;
        *out = *out * 10 + (s->at[i] - '0');
    }
    *s = str_bytes(s->at + count, s->len - count);
    return true;
}

static bool
mark(struct str *s, const char *any)
{
    if (s->len == 0 || strchr(any, s->at[0]) == NULL)
        return false;
    *s = str_bytes(s->at + 1, s->len - 1);
    return true;
}

/* Days since 1970 of a date of the Gregorian calendar. */
static int64_t
days_of(int64_t year, int64_t month, int64_t day)
{
    year -= month <= 2;
    int64_t era = year / 400, in_era = year % 400;
    int64_t in_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + in_era * 365 + in_era / 4 - in_era / 100 + in_year - 719468;
}

bool
alarm_time(struct str s, int64_t *out)
{
    int64_t y, mo, d, h, mi, sec, zh = 0, zm = 0, milli = 0;
    bool good = digits(&s, 4, &y) && mark(&s, "-") && digits(&s, 2, &mo) && mark(&s, "-") &&
                digits(&s, 2, &d) && mark(&s, "Tt ") && digits(&s, 2, &h) && mark(&s, ":") &&
                digits(&s, 2, &mi) && mark(&s, ":") && digits(&s, 2, &sec);
    if (!good || mo < 1 || mo > 12 || d < 1 || d > 31 || h > 24 || mi > 59 || sec > 60)
        return false;
    if (mark(&s, ".")) {
        int64_t digit, scale = 100;
        if (s.len == 0 || s.at[0] < '0' || s.at[0] > '9')
            return false;
        for (; digits(&s, 1, &digit); scale /= 10)
            milli += digit * scale;
    }
    bool behind = s.len > 0 && s.at[0] == '-';
    if (!mark(&s, "Zz") &&
        !(mark(&s, "+-") && digits(&s, 2, &zh) && mark(&s, ":") && digits(&s, 2, &zm)))
        return false;
    int64_t minutes = days_of(y, mo, d) * 1440 + h * 60 + mi;
    minutes += (behind ? 1 : -1) * (zh * 60 + zm);
    *out = (minutes * 60 + sec) * 1000 + milli;
    return s.len == 0 && y > 0;
}

/* ---- reading */

struct alarm {
    const struct json *body, *alerts;
    char name[128]; /* address: KEY/alarm:HASH */
    uint8_t key[16];
    size_t firing, all;
    int64_t began; /* of the first firing alert; 0: none says */
};

static const char *
text_at(const struct json *j, const char *section, const char *key)
{
    const char *text = json_text(json_get(json_get(j, section), key));
    return text == NULL ? "" : text;
}

static bool
is_firing(const struct json *alert)
{
    const char *status = json_text(json_get(alert, "status"));
    return status == NULL || strcmp(status, "resolved") != 0;
}

static bool
read_alarm(struct alarm *a, const struct json *body, const struct web_key *key, struct reply *r)
{
    const char *group = json_text(json_get(body, "groupKey"));
    char hash[33];
    struct buf both = { 0 };
    *a = (struct alarm){ .body = body, .alerts = json_get(body, "alerts") };
    a->all = json_count(a->alerts);
    if (group == NULL || !json_is(a->alerts, JSON_AN_ARRAY) || a->all == 0) {
        reply_error(r, 400, "alarm",
                    "no Alertmanager webhook: \"groupKey\" and \"alerts\" are needed");
        return false;
    }
    buf_put_str(&both, str_of(key->name));
    buf_put_str(&both, str_of(group));
    digest_16(a->key, NULL, buf_str(&both));
    buf_fini(&both);
    hex_of(hash, a->key, 16);
    snprintf(a->name, sizeof(a->name), "%s/alarm:%s", key->name, hash);
    for (size_t i = 0; i < a->all; i++) {
        const struct json *alert = json_at(a->alerts, i);
        const char *starts = json_text(json_get(alert, "startsAt"));
        int64_t at;
        if (!is_firing(alert))
            continue;
        a->firing++;
        if (starts != NULL && alarm_time(str_of(starts), &at) && at > 0 &&
            (a->began == 0 || at < a->began))
            a->began = at;
    }
    return true;
}

/* ---- the report */

/* On one line: what is not printable becomes a blank. */
static void
put_plain(struct buf *out, const char *text)
{
    for (struct str s = str_of(text); s.len > 0 && out->len < TEXT_MAX_;) {
        size_t len = str_letter(s);
        len = len == 0 ? 1 : len;
        bool plain = str_is_printable(str_bytes(s.at, len));
        buf_put(out, plain ? s.at : " ", plain ? len : 1);
        s = str_bytes(s.at + len, s.len - len);
    }
}

static void
put_alert(struct buf *out, const struct json *alert)
{
    const char *summary = text_at(alert, "annotations", "summary");
    if (summary[0] == '\0')
        summary = text_at(alert, "annotations", "description");
    buf_printf(out, "\n- ");
    put_plain(out, text_at(alert, "labels", "alertname"));
    if (text_at(alert, "labels", "instance")[0] != '\0') {
        buf_printf(out, " ");
        put_plain(out, text_at(alert, "labels", "instance"));
    }
    if (summary[0] != '\0') {
        buf_printf(out, ": ");
        put_plain(out, summary);
    }
}

static void
put_text(struct buf *out, const struct alarm *a)
{
    const char *summary = text_at(a->body, "commonAnnotations", "summary");
    const char *name = text_at(a->body, "commonLabels", "alertname");
    const struct json *group = json_get(a->body, "groupLabels");
    const char *key;
    size_t shown = 0;
    put_plain(out, name[0] != '\0' ? name : "Alarm");
    if (summary[0] != '\0') {
        buf_printf(out, ": ");
        put_plain(out, summary);
    }
    buf_printf(out, " (%zu firing)", a->firing);
    for (size_t i = 0; (key = json_key(group, i)) != NULL && out->len < TEXT_MAX_ / 2; i++) {
        buf_printf(out, i == 0 ? "\nGroup: " : ", ");
        put_plain(out, key);
        buf_printf(out, "=");
        put_plain(out, text_at(a->body, "groupLabels", key));
    }
    for (size_t i = 0; i < a->all && shown < SHOWN_MAX && out->len < TEXT_MAX_; i++)
        if (is_firing(json_at(a->alerts, i))) {
            put_alert(out, json_at(a->alerts, i));
            shown++;
        }
    if (shown < a->firing)
        buf_printf(out, "\n... and %zu more", a->firing - shown);
}

/* Is the severity one of those that the setting calls severe? */
static bool
is_severe(const struct web *w, const struct alarm *a)
{
    const char *severity = text_at(a->body, "commonLabels", "severity");
    struct str rest = str_of(w->values->alarm_severe);
    while (rest.len > 0)
        if (severity[0] != '\0' && str_is(str_cut(&rest, ' '), severity))
            return true;
    return false;
}

/* What is reported, as the thread keeps it. */
static void
put_data(struct buf *out, const struct web *w, const struct alarm *a, const struct web_key *key)
{
    struct json *j = json_object_new();
    struct buf text = { 0 };
    char hash[33];
    const struct contact *who = who_is(gateway_who(w->gateway), "web", key->name);
    const char *site = text_at(a->body, "commonLabels", "site");
    const char *customer = text_at(a->body, "commonLabels", "customer");
    const char *category = text_at(a->body, "commonLabels", "category");
    int64_t at = a->began != 0 ? a->began : clock_wall_ms();
    put_text(&text, a);
    hex_of(hash, a->key, 16);
    json_put_str(j, "text", buf_str(&text));
    buf_clear(&text);
    buf_printf(&text, "alarm:%s:%lld", hash, (long long)a->began);
    json_put_str(j, "key", buf_str(&text));
    json_put_text(j, "site", site[0] == '\0' && who != NULL ? who->site : site);
    json_put_text(j, "customer", customer[0] == '\0' && who != NULL ? who->customer : customer);
    json_put_text(j, "category", category[0] != '\0' ? category : w->values->alarm_category);
    json_put_number(j, "hint", is_severe(w, a) ? 1 : -1);
    json_put_number(j, "at", at);
    json_write(&j, out);
    buf_fini(&text);
}

static const char *
text_or_null(const struct json *j, const char *key)
{
    const char *text = json_text(json_get(j, key));
    return text == NULL || text[0] == '\0' ? NULL : text;
}

static enum taken
report(struct web *w, const char *address, const struct web_key *key, const char *data,
       uint8_t id[16])
{
    struct buf why = { 0 };
    struct json *j = json_read(str_of(data), &why);
    int64_t hint = -1, at = 0;
    enum taken taken = TAKEN_WRONG;
    if (j != NULL) {
        json_number(json_get(j, "hint"), &hint);
        json_number(json_get(j, "at"), &at);
        const struct arrival a = {
            .key = text_or_null(j, "key"),
            .address = address,
            .data = data,
            .unlimited = true, /* it is one ticket an episode */
            .report = { .source = key->source[0] == '\0' ? NULL : key->source,
                        .text = text_or_null(j, "text"),
                        .site = text_or_null(j, "site"),
                        .customer = text_or_null(j, "customer"),
                        .category = text_or_null(j, "category"),
                        .name = key->name,
                        .contact = "Alertmanager",
                        .hint = (int)hint,
                        .occurred_at = at },
        };
        taken = gateway_report(w->gateway, &a, id);
        json_free(&j);
    }
    buf_fini(&why);
    return taken;
}

/* ---- deciding */

/* The group's newest thread whose episode goes on. */
static const struct thread *
open_thread(struct web *w, const struct alarm *a, const struct group *g)
{
    const struct thread *t = thread_of_address(gateway_threads(w->gateway), a->name);
    for (; t != NULL; t = thread_next(t, BY_ADDRESS))
        if (t->ended_at == 0 && (g->over_at == 0 || t->at > g->over_at))
            return t;
    return NULL;
}

static enum taken
say(struct web *w, const struct thread *t, const char *verb, const char *note)
{
    const struct said s = { .thread = t, .verb = verb, .note = note };
    return gateway_event(w->gateway, &s);
}

/* How many are firing is said each time they have doubled. A ticket without its number cannot be
 * spoken to yet: the first update that finds it has one says it (alarm_update). */
static bool
has_grown(const struct thread *t, const struct group *g)
{
    return t->number[0] != '\0' && g->firing >= 2 * (g->noted > 0 ? g->noted : 1);
}

static enum taken
say_firing(struct web *w, const struct thread *t, struct group *g)
{
    char note[96];
    snprintf(note, sizeof(note), "monitoring: %zu alerts are firing now", g->firing);
    enum taken taken = say(w, t, "note", note);
    g->noted = taken == TAKEN ? g->firing : g->noted;
    return taken;
}

static enum taken
on_firing(struct web *w, const struct alarm *a, struct group *g, const struct web_key *key,
          uint8_t id[16])
{
    const struct thread *t = open_thread(w, a, g);
    g->firing = a->firing;
    if (t == NULL) {
        struct buf data = { 0 };
        put_data(&data, w, a, key);
        enum taken taken = report(w, a->name, key, buf_cstr(&data), id);
        memcpy(g->reported, id, 16);
        g->noted = a->firing;
        buf_fini(&data);
        return taken;
    }
    memcpy(id, t->report, 16);
    bool ours = memcmp(g->reported, t->report, 16) == 0;
    if (t->number[0] == '\0' && !ours) {
        memcpy(g->reported, t->report, 16);
        return report(w, a->name, key, t->data, id); /* the same, in case it was lost */
    }
    if (has_grown(t, g))
        return say_firing(w, t, g);
    gateway_again(w->gateway);
    return TAKEN;
}

static enum taken
on_resolved(struct web *w, const struct alarm *a, struct group *g, uint8_t id[16])
{
    static const char *const untaken[] = { "", "received", "triaged", "queued", "offered" };
    const struct thread *t = open_thread(w, a, g);
    char note[96];
    bool taken_on = true;
    if (t == NULL) {
        gateway_again(w->gateway);
        return TAKEN;
    }
    memcpy(id, t->report, 16);
    for (size_t i = 0; i < countof(untaken); i++)
        taken_on = taken_on && strcmp(t->state, untaken[i]) != 0;
    snprintf(note, sizeof(note), "monitoring: all %zu alerts have ended", a->all);
    const char *verb = strcmp(t->state, "resolved") == 0       ? "approve"
                       : !taken_on && w->values->alarm_cancels ? "cancel"
                                                               : "note";
    enum taken taken = say(w, t, verb, note);
    if (taken == TAKEN) {
        g->over_at = strcmp(verb, "note") == 0 ? 0 : clock_wall_ms();
        g->firing = g->noted = 0;
    }
    return taken;
}

void
alarm_update(struct web *w, const struct thread *t)
{
    struct str hash = str_of(t->address);
    uint8_t key[16];
    str_cut(&hash, '/');
    if (!str_is(str_cut(&hash, ':'), "alarm") || !hex_to(key, 16, hash))
        return;
    struct group *g = map_get(&w->alarms->groups, key);
    if (g != NULL && memcmp(g->reported, t->report, 16) == 0 && t->ended_at == 0 && has_grown(t, g))
        say_firing(w, t, g);
}

void
alarm_post(struct web *w, const struct call_in *c, struct reply *r)
{
    struct alarm a;
    uint8_t id[16] = { 0 };
    static const uint8_t none[16];
    struct json *body = body_of(c->request, r);
    if (body != NULL && read_alarm(&a, body, c->key, r)) {
        struct group *g = group_of(w->alarms, a.key);
        enum taken taken =
            a.firing > 0 ? on_firing(w, &a, g, c->key, id) : on_resolved(w, &a, g, id);
        const struct thread *t = thread_of_report(gateway_threads(w->gateway), id);
        reply_taken(w, r, taken);
        if (taken == TAKEN) {
            r->status = 202;
            r->json = json_object_new();
            if (memcmp(id, none, 16) != 0)
                json_put_hex(r->json, "report", id, 16);
            json_put_text(r->json, "number", t == NULL ? "" : t->number);
            json_put_number(r->json, "firing", (int64_t)a.firing);
            r->journalled = true;
        }
    }
    if (body != NULL)
        json_free(&body);
}
