/* dingtalk.c - DingTalk (钉钉): a robot's messages are plain JSON with a signed time stamp in the
 * headers; events come in WeCom's envelope, as JSON, and want such an envelope back. */
#include "gateways/chat/crypt.h"
#include "gateways/chat/hook.h"

#include <inttypes.h>

enum { FRESH_S = 3600 };

enum hook_kind
dingtalk_message(struct str text, struct hook_event *e)
{
    struct buf why = { 0 };
    struct json *j = json_read(text, &why);
    enum hook_kind found = HOOK_BROKEN;
    buf_fini(&why);
    if (j == NULL)
        return found;
    bool user = hook_put(&e->user, j, "senderStaffId") || hook_put(&e->user, j, "senderId");
    bool said =
        hook_put(&e->text, j, "text.content") || hook_put(&e->text, j, "content.recognition");
    const char *kind = json_text(hook_at(j, "conversationType"));
    if (kind != NULL && strcmp(kind, "2") == 0)
        hook_put(&e->chat, j, "conversationId");
    hook_put(&e->name, j, "senderNick");
    json_number(hook_at(j, "createAt"), &e->at);
    if (hook_put(&e->key, j, "msgId") && user && said)
        found = hook_found(e);
    else if (json_is(j, JSON_AN_OBJECT))
        found = HOOK_IGNORED;
    json_free(&j);
    return found;
}

static enum hook_kind
robot(const struct hook_account *a, const struct hook_request *r, struct hook_event *e)
{
    struct str time = str_of(hook_header(r, "timestamp"));
    const struct str parts[] = { time, STR("\n"), str_of(a->secret) };
    struct buf want = { 0 };
    uint8_t mac[32];
    crypt_hmac_sha256(mac, str_of(a->secret), parts, countof(parts));
    crypt_base64(&want, str_bytes(mac, sizeof(mac)));
    bool good = a->secret[0] != '\0' && hook_is_fresh(r, time, FRESH_S) &&
                crypt_same(buf_str(&want), str_of(hook_header(r, "sign")));
    buf_fini(&want);
    return good ? dingtalk_message(r->body, e) : HOOK_FORGED;
}

/* "success", in an envelope of its own. */
static bool
say_success(const struct hook_account *a, const struct hook_request *r, struct hook_event *e)
{
    struct buf sealed = { 0 }, time = { 0 };
    char nonce[17], sign[SHA1_HEX];
    hex_of(nonce, r->random, 8);
    buf_printf(&time, "%" PRId64, r->now);
    bool good =
        crypt_make_envelope(&sealed, str_of(a->key), r->random, STR("success"), str_of(a->id));
    const struct str parts[] = { str_of(a->token), buf_str(&time), str_of(nonce),
                                 buf_str(&sealed) };
    crypt_sha1_sorted(sign, parts, countof(parts));
    struct json *j = json_object_new();
    json_put_text(j, "msg_signature", sign);
    json_put_str(j, "timeStamp", buf_str(&time));
    json_put_text(j, "nonce", nonce);
    json_put_str(j, "encrypt", buf_str(&sealed));
    json_write(&j, &e->reply);
    buf_fini(&sealed);
    buf_fini(&time);
    return good;
}

static enum hook_kind
event(const struct hook_account *a, const struct hook_request *r, struct hook_event *e)
{
    struct buf encrypted = { 0 }, plain = { 0 }, why = { 0 };
    struct json *j = json_read(r->body, &why);
    enum hook_kind found = j == NULL ? HOOK_BROKEN : HOOK_FORGED;
    if (j != NULL && hook_put(&encrypted, j, "encrypt")) {
        bool good = hook_envelope_is_signed(a, r, buf_str(&encrypted), FRESH_S) &&
                    crypt_open_envelope(&plain, str_of(a->key), buf_str(&encrypted), str_of(a->id));
        found = good && say_success(a, r, e) ? HOOK_ANSWER : HOOK_FORGED;
    }
    json_free(&j);
    buf_fini(&encrypted);
    buf_fini(&plain);
    buf_fini(&why);
    return found;
}

enum hook_kind
dingtalk_read(const struct hook_account *a, const struct hook_request *r, struct hook_event *e)
{
    return hook_header(r, "sign")[0] != '\0' ? robot(a, r, e) : event(a, r, e);
}
