/* slack.c - Slack: events as JSON and slash commands as forms, each signed over its time and bytes.
 */
#include "gateways/chat/crypt.h"
#include "gateways/chat/hook.h"

enum { FRESH_S = 300 };

static bool
is(const struct json *j, const char *path, const char *text)
{
    const char *there = json_text(hook_at(j, path));
    return there != NULL && strcmp(there, text) == 0;
}

/* Words of a person: no bot's, and nothing that tells of another message (but those with files). */
static bool
is_talk(const struct json *event)
{
    static const char *const subtypes[] = { "file_share", "me_message", "thread_broadcast" };
    const char *subtype = json_text(hook_at(event, "subtype"));
    const char *bot = json_text(hook_at(event, "bot_id"));
    if ((!is(event, "type", "message") && !is(event, "type", "app_mention")) ||
        (bot != NULL && bot[0] != '\0'))
        return false;
    for (size_t i = 0; subtype != NULL && i < countof(subtypes); i++)
        if (strcmp(subtype, subtypes[i]) == 0)
            return true;
    return subtype == NULL || subtype[0] == '\0';
}

/* Slack writes <@U1> for a person, <https://x|x> for an address, and &amp; for what would be such.
 */
static void
put_plain(struct buf *out, struct str text)
{
    static const struct {
        struct str coded;
        const char *is;
    } rows[] = { { { "&amp;", 5 }, "&" }, { { "&lt;", 4 }, "<" }, { { "&gt;", 4 }, ">" } };
    while (text.len > 0) {
        size_t used = 1, i = 0;
        while (i < countof(rows) && !str_starts(text, rows[i].coded))
            i++;
        const char *end = text.at[0] == '<' ? memchr(text.at, '>', text.len) : NULL;
        if (i < countof(rows)) {
            buf_printf(out, "%s", rows[i].is);
            used = rows[i].coded.len;
        } else if (end != NULL) {
            struct str inner = str_bytes(text.at + 1, (size_t)(end - text.at) - 1), label = inner;
            struct str address = str_cut(&label, '|');
            used = inner.len + 2;
            if (inner.len > 0 && inner.at[0] != '@')
                buf_put(out, label.len > 0 ? label.at : address.at,
                        label.len > 0 ? label.len : address.len);
        } else {
            buf_put(out, text.at, 1);
        }
        text = str_bytes(text.at + used, text.len - used);
    }
}

enum hook_kind
slack_event(struct str text, struct hook_event *e)
{
    struct buf why = { 0 };
    struct json *j = json_read(text, &why);
    const struct json *event = hook_at(j, "event");
    enum hook_kind found = j == NULL || !json_is(j, JSON_AN_OBJECT) ? HOOK_BROKEN : HOOK_IGNORED;
    if (is(j, "type", "url_verification") && hook_put(&e->reply, j, "challenge")) {
        found = HOOK_ANSWER;
    } else if (is(j, "type", "event_callback") && is_talk(event) &&
               hook_put(&e->user, event, "user")) {
        put_plain(&e->text, str_of(json_text(hook_at(event, "text"))));
        /* the message's own name: a mention comes as two events of one message */
        if (hook_put(&e->chat, event, "channel") && str_starts(buf_str(&e->chat), STR("D")))
            buf_clear(&e->chat); /* a conversation with us alone */
        hook_put(&e->key, event, "channel");
        buf_put(&e->key, "/", 1);
        hook_put(&e->key, event, "ts");
        if (!hook_put(&e->thread, event, "thread_ts"))
            hook_put(&e->thread, event, "ts");
        int64_t seconds;
        const char *ts = json_text(hook_at(event, "ts"));
        struct str whole = str_of(ts);
        if (str_int(str_cut(&whole, '.'), &seconds) && seconds < 1LL << 40)
            e->at = seconds * 1000;
        found = hook_found(e);
    }
    json_free(&j);
    buf_fini(&why);
    return found;
}

/* A command is seen by who gives it alone, and answered to him alone. */
enum hook_kind
slack_form(struct str form, struct hook_event *e)
{
    if (!hook_field(&e->user, form, "user_id") || !hook_field(&e->key, form, "trigger_id") ||
        !hook_field(&e->text, form, "text"))
        return HOOK_BROKEN;
    return hook_found(e);
}

enum hook_kind
slack_plain(struct str text, struct hook_event *e)
{
    return text.len > 0 && text.at[0] == '{' ? slack_event(text, e) : slack_form(text, e);
}

enum hook_kind
slack_read(const struct hook_account *a, const struct hook_request *r, struct hook_event *e)
{
    struct str time = str_of(hook_header(r, "x-slack-request-timestamp"));
    const struct str parts[] = { STR("v0:"), time, STR(":"), r->body };
    uint8_t mac[32];
    char want[3 + 65] = "v0=";
    crypt_hmac_sha256(mac, str_of(a->key), parts, countof(parts));
    hex_of(want + 3, mac, sizeof(mac));
    if (a->key[0] == '\0' || !hook_is_fresh(r, time, FRESH_S) ||
        !crypt_same(str_of(want), str_of(hook_header(r, "x-slack-signature"))))
        return HOOK_FORGED;
    return slack_plain(r->body, e);
}
