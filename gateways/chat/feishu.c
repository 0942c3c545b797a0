/* feishu.c - Feishu (飞书): JSON, encrypted when an Encrypt Key is set, signed in the headers then;
 * else it shows the verification token in the body. */
#include "gateways/chat/crypt.h"
#include "gateways/chat/hook.h"

enum { FRESH_S = 8 * 3600 }; /* it repeats an unanswered event for seven hours */

/* {"text":"..."} inside a string. A post is a tree: its leaves' texts, one after the other. */
static void
leaves(struct buf *out, const struct json *j, size_t depth)
{
    enum { DEPTH_MAX = 8 };
    const char *text = j == NULL ? NULL : json_text(json_get(j, "text"));
    if (j == NULL || depth > DEPTH_MAX)
        return;
    if (text != NULL)
        buf_printf(out, "%s%s", out->len > 0 ? " " : "", text);
    for (size_t i = 0; json_is(j, JSON_AN_ARRAY) && i < json_count(j); i++)
        leaves(out, json_at(j, i), depth + 1);
    const char *key;
    for (size_t i = 0; json_is(j, JSON_AN_OBJECT) && (key = json_key(j, i)) != NULL; i++)
        if (json_is(json_get(j, key), JSON_AN_ARRAY) || json_is(json_get(j, key), JSON_AN_OBJECT))
            leaves(out, json_get(j, key), depth + 1);
}

/* "@_user_1 the lift" was said to somebody, us mostly. */
static void
drop_mentions(struct buf *out, struct str text)
{
    static const struct str mark = { "@_user_", 7 };
    while (text.len > 0) {
        size_t skip = str_starts(text, mark) ? mark.len : 0;
        while (skip > 0 && skip < text.len && text.at[skip] >= '0' && text.at[skip] <= '9')
            skip++;
        if (skip == 0)
            buf_put(out, text.at, skip = 1);
        text = str_bytes(text.at + skip, text.len - skip);
    }
}

static bool
put_words(struct buf *out, const struct json *message)
{
    struct buf why = { 0 };
    const char *content = json_text(hook_at(message, "content"));
    struct json *inner = content == NULL ? NULL : json_read(str_of(content), &why);
    struct buf all = { 0 };
    leaves(&all, inner, 0);
    drop_mentions(out, buf_str(&all));
    buf_fini(&all);
    json_free(&inner);
    buf_fini(&why);
    return out->len > 0;
}

static enum hook_kind
challenge(const struct json *j, struct hook_event *e)
{
    struct json *answer = json_object_new();
    json_put_text(answer, "challenge", json_text(hook_at(j, "challenge")));
    json_write(&answer, &e->reply);
    return HOOK_ANSWER;
}

static bool
is(const struct json *j, const char *path, const char *text)
{
    const char *there = json_text(hook_at(j, path));
    return there != NULL && strcmp(there, text) == 0;
}

/* `token`: what the body must show; "": it came signed or encrypted. */
enum hook_kind
feishu_event(struct str text, const char *token, struct hook_event *e)
{
    struct buf why = { 0 }, time = { 0 };
    struct json *j = json_read(text, &why);
    const struct json *message = hook_at(j, "event.message");
    enum hook_kind found = j == NULL || !json_is(j, JSON_AN_OBJECT) ? HOOK_BROKEN : HOOK_IGNORED;
    if (j != NULL && token[0] != '\0' && !is(j, "header.token", token) && !is(j, "token", token))
        found = HOOK_FORGED;
    else if (is(j, "type", "url_verification"))
        found = challenge(j, e);
    else if (is(j, "header.event_type", "im.message.receive_v1") &&
             hook_put(&e->user, j, "event.sender.sender_id.open_id") &&
             hook_put(&e->key, message, "message_id") && put_words(&e->text, message))
        found = hook_found(e);
    if (is(message, "chat_type", "group"))
        hook_put(&e->chat, message, "chat_id");
    hook_put(&e->thread, message, "thread_id");
    if (hook_put(&time, message, "create_time") && !str_int(buf_str(&time), &e->at))
        e->at = 0;
    json_free(&j);
    buf_fini(&why);
    buf_fini(&time);
    return found;
}

enum hook_kind
feishu_plain(struct str json, struct hook_event *e)
{
    return feishu_event(json, "", e);
}

static bool
is_signed(const struct hook_account *a, const struct hook_request *r)
{
    const struct str parts[] = { str_of(hook_header(r, "x-lark-request-timestamp")),
                                 str_of(hook_header(r, "x-lark-request-nonce")), str_of(a->key),
                                 r->body };
    char want[SHA256_HEX];
    crypt_sha256(want, parts, countof(parts));
    return hook_is_fresh(r, parts[0], FRESH_S) &&
           crypt_same(str_of(want), str_of(hook_header(r, "x-lark-signature")));
}

enum hook_kind
feishu_read(const struct hook_account *a, const struct hook_request *r, struct hook_event *e)
{
    struct buf encrypted = { 0 }, plain = { 0 }, why = { 0 };
    struct json *j = json_read(r->body, &why);
    enum hook_kind found = j == NULL ? HOOK_BROKEN : HOOK_FORGED;
    if (j != NULL && a->key[0] == '\0' && a->token[0] != '\0')
        found = feishu_event(r->body, a->token, e);
    else if (j != NULL && a->key[0] != '\0' && hook_put(&encrypted, j, "encrypt") &&
             crypt_open_feishu(&plain, str_of(a->key), buf_str(&encrypted)))
        found = feishu_event(buf_str(&plain), a->token, e);
    /* Only the first request of all, which verifies the address, comes unsigned. */
    if (a->key[0] != '\0' && found != HOOK_ANSWER && found != HOOK_BROKEN && !is_signed(a, r))
        found = HOOK_FORGED;
    json_free(&j);
    buf_fini(&encrypted);
    buf_fini(&plain);
    buf_fini(&why);
    return found;
}
