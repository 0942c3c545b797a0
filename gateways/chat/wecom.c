/* wecom.c - WeCom (企业微信): an encrypted XML envelope, signed over its parts in order of bytes.
 */
#include "gateways/chat/crypt.h"
#include "gateways/chat/hook.h"
#include "gateways/chat/xml.h"

enum { FRESH_S = 3600 };

static bool
put(struct buf *out, struct str xml, const char *name)
{
    buf_clear(out);
    return xml_child(out, xml, name);
}

/* What a person has said in each kind of message. */
static bool
words(struct hook_event *e, struct str xml, struct str kind)
{
    static const struct {
        const char *kind, *field;
    } rows[] = {
        { "text", "Content" },
        { "link", "Title" },
        { "location", "Label" },
        { "voice", "Recognition" },
    };
    for (size_t i = 0; i < countof(rows); i++)
        if (str_is(kind, rows[i].kind))
            return put(&e->text, xml, rows[i].field) && e->text.len > 0;
    return false;
}

enum hook_kind
wecom_message(struct str xml, struct hook_event *e)
{
    struct buf kind = { 0 }, time = { 0 };
    enum hook_kind found = HOOK_BROKEN;
    if (put(&kind, xml, "MsgType") && put(&e->user, xml, "FromUserName") && e->user.len > 0)
        found = words(e, xml, buf_str(&kind)) && put(&e->key, xml, "MsgId") ? hook_found(e)
                                                                            : HOOK_IGNORED;
    else if (put(&time, xml, "InfoType") || kind.len > 0)
        found = HOOK_IGNORED; /* the suite's own events have no person */
    if (put(&time, xml, "CreateTime") && str_int(buf_str(&time), &e->at) && e->at < 1LL << 40)
        e->at *= 1000;
    else
        e->at = 0;
    buf_fini(&kind);
    buf_fini(&time);
    return found;
}

enum hook_kind
wecom_read(const struct hook_account *a, const struct hook_request *r, struct hook_event *e)
{
    struct buf encrypted = { 0 }, plain = { 0 };
    enum hook_kind found = HOOK_BROKEN;
    bool there = r->get ? hook_field(&encrypted, r->query, "echostr")
                        : xml_child(&encrypted, r->body, "Encrypt");
    if (there && !hook_envelope_is_signed(a, r, buf_str(&encrypted), FRESH_S))
        found = HOOK_FORGED;
    else if (there &&
             !crypt_open_envelope(&plain, str_of(a->key), buf_str(&encrypted), str_of(a->id)))
        found = HOOK_FORGED;
    else if (there && r->get)
        found = HOOK_ANSWER;
    else if (there)
        found = wecom_message(buf_str(&plain), e);
    if (found == HOOK_ANSWER)
        buf_put(&e->reply, plain.data, plain.len);
    buf_fini(&encrypted);
    buf_fini(&plain);
    return found;
}
