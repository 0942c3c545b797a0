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
               hook_put(&e->user, event, "user") && hook_put(&e->text, event, "text") &&
               e->text.len > 0) {
        /* the message's own name: a mention comes as two events of one message */
        hook_put(&e->chat, event, "channel");
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
        found = HOOK_MESSAGE;
    }
    json_free(&j);
    buf_fini(&why);
    return found;
}

enum hook_kind
slack_form(struct str form, struct hook_event *e)
{
    if (!hook_field(&e->user, form, "user_id") || !hook_field(&e->key, form, "trigger_id") ||
        !hook_field(&e->text, form, "text"))
        return HOOK_BROKEN;
    if (!hook_field(&e->chat, form, "channel_id"))
        buf_clear(&e->chat);
    return e->text.len > 0 ? HOOK_MESSAGE : HOOK_IGNORED;
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
    bool json = r->body.len > 0 && r->body.at[0] == '{';
    return json ? slack_event(r->body, e) : slack_form(r->body, e);
}
