/* hook.c - the services, and what their readers share. */
#include "gateways/chat/hook.h"

#include "gateways/chat/crypt.h"

#include <inttypes.h>

const struct hook_service hook_services[] = {
    { "wecom", wecom_read, wecom_message, true, "token key id secret agent", "", NULL },
    { "dingtalk", dingtalk_read, dingtalk_message, false, "id secret agent", "", "cid" },
    { "feishu", feishu_read, feishu_plain, false, "id secret", "key token", "oc_" },
    { "slack", slack_read, slack_plain, false, "key secret", "", "" },
    { "telegram", telegram_read, telegram_update, false, "token secret", "", "-" },
};
const char *const hook_headers[] = { "timestamp",
                                     "sign",
                                     "x-lark-request-timestamp",
                                     "x-lark-request-nonce",
                                     "x-lark-signature",
                                     "x-slack-request-timestamp",
                                     "x-slack-signature",
                                     "x-telegram-bot-api-secret-token",
                                     NULL };
static_assert(countof(hook_headers) - 1 <= HTTP_HEADERS, "the server keeps them all");
const size_t hook_services_count = countof(hook_services);

const struct hook_service *
hook_service(const char *name)
{
    for (size_t i = 0; i < countof(hook_services); i++)
        if (strcmp(hook_services[i].name, name) == 0)
            return &hook_services[i];
    return NULL;
}

void
hook_fini(struct hook_event *e)
{
    struct buf *const all[] = { &e->user, &e->key,  &e->chat, &e->thread,
                                &e->text, &e->name, &e->reply };
    for (size_t i = 0; i < countof(all); i++)
        buf_fini(all[i]);
    *e = (struct hook_event){ 0 };
}

enum hook_kind
hook_found(const struct hook_event *e)
{
    bool words = str_trim(buf_str(&e->text)).len > 0;
    return words && e->user.len > 0 && e->key.len > 0 ? HOOK_MESSAGE : HOOK_IGNORED;
}

const char *
hook_header(const struct hook_request *r, const char *name)
{
    return http_header(r->headers, r->headers_count, name);
}

static bool
decode(struct buf *out, struct str s)
{
    for (size_t i = 0; i < s.len; i++) {
        uint8_t byte = (uint8_t)s.at[i];
        if (byte == '+')
            byte = ' ';
        if (byte == '%') {
            char two[2];
            if (s.len - i < 3)
                return false;
            for (size_t k = 0; k < 2; k++) {
                char c = s.at[i + 1 + k];
                two[k] = (char)(c >= 'A' && c <= 'F' ? c + 32 : c);
            }
            if (!hex_to(&byte, 1, str_bytes(two, 2)))
                return false;
            i += 2;
        }
        buf_put_u8(out, byte);
    }
    return true;
}

bool
hook_field(struct buf *out, struct str form, const char *name)
{
    while (form.len > 0) {
        struct str value = str_cut(&form, '&'), key = str_cut(&value, '=');
        if (str_is(key, name))
            return decode(out, value);
    }
    return false;
}

bool
hook_is_fresh(const struct hook_request *r, struct str text, int64_t seconds)
{
    enum { MS_FROM = 100000000 }; /* in thousands: more digits than that are milliseconds */
    int64_t at;
    if (!str_int(text, &at) || at < 0 || at > INT64_MAX / 2000)
        return false;
    at = at / 1000 > MS_FROM ? at : at * 1000;
    int64_t away = at > r->now ? at - r->now : r->now - at;
    return away <= seconds * 1000;
}

const struct json *
hook_at(const struct json *j, const char *path)
{
    struct str rest = str_of(path);
    char name[64];
    while (j != NULL && rest.len > 0)
        j = str_fill(name, sizeof(name), str_cut(&rest, '.')) ? json_get(j, name) : NULL;
    return j;
}

bool
hook_put(struct buf *out, const struct json *j, const char *path)
{
    int64_t n;
    j = hook_at(j, path);
    const char *text = j == NULL ? NULL : json_text(j);
    if (text != NULL)
        buf_put(out, text, strlen(text));
    else if (j != NULL && json_number(j, &n))
        buf_printf(out, "%" PRId64, n);
    else
        return false;
    return true;
}

bool
hook_envelope_is_signed(const struct hook_account *a, const struct hook_request *r,
                        struct str encrypted, int64_t seconds)
{
    struct str query = r->query;
    struct buf sign = { 0 }, time = { 0 }, nonce = { 0 };
    char want[SHA1_HEX];
    bool good =
        a->token[0] != '\0' &&
        (hook_field(&sign, query, "msg_signature") || hook_field(&sign, query, "signature")) &&
        hook_field(&time, query, "timestamp") && hook_is_fresh(r, buf_str(&time), seconds) &&
        hook_field(&nonce, query, "nonce");
    if (good) {
        const struct str parts[] = { str_of(a->token), buf_str(&time), buf_str(&nonce), encrypted };
        crypt_sha1_sorted(want, parts, countof(parts));
        good = crypt_same(buf_str(&sign), str_of(want));
    }
    buf_fini(&sign);
    buf_fini(&time);
    buf_fini(&nonce);
    return good;
}
