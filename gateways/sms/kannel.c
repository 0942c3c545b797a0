/* kannel.c - a message's fields are a table; reading and writing walk it. */
#include "gateways/sms/kannel.h"

#include <stdio.h>

enum field_kind { FIELD_TEXT, FIELD_INT, FIELD_ID };
struct field {
    enum field_kind kind;
    size_t at;
};
#define TEXT(name)                                                                                 \
    {                                                                                              \
        FIELD_TEXT, offsetof(struct kannel_sms, name)                                              \
    }
#define INT(name)                                                                                  \
    {                                                                                              \
        FIELD_INT, offsetof(struct kannel_sms, name)                                               \
    }

/* In the order of Kannel's gw/msg-decl.h; `split_parts`, between left and priority, is a pointer of
 * its own and has no bytes. */
static const struct field sms_fields[] = {
    TEXT(sender),
    TEXT(receiver),
    TEXT(udh),
    TEXT(words),
    INT(time),
    TEXT(smsc),
    TEXT(smsc_number),
    TEXT(foreign),
    TEXT(service),
    TEXT(account),
    { FIELD_ID, offsetof(struct kannel_sms, id) },
    INT(type),
    INT(mclass),
    INT(mwi),
    INT(coding),
    INT(compress),
    INT(validity),
    INT(deferred),
    INT(dlr_mask),
    TEXT(dlr_url),
    INT(pid),
    INT(alt_dcs),
    INT(rpi),
    TEXT(charset),
    TEXT(box),
    TEXT(binfo),
    INT(left),
    INT(priority),
    INT(resend_try),
    INT(resend_time),
    TEXT(meta),
};
#undef TEXT
#undef INT

struct kannel_sms
kannel_sms_none(void)
{
    struct kannel_sms s = { 0 };
    for (size_t i = 0; i < countof(sms_fields); i++)
        if (sms_fields[i].kind == FIELD_INT)
            *(int32_t *)(void *)((char *)&s + sms_fields[i].at) = KANNEL_UNSET;
    return s;
}

/* ---- in */

struct reader {
    struct str left;
    bool failed;
};

static uint32_t
be32(const char *at)
{
    const uint8_t *b = (const uint8_t *)at;
    return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

static int32_t
get_int(struct reader *r)
{
    if (r->left.len < 4) {
        r->failed = true;
        return KANNEL_UNSET;
    }
    int32_t n = (int32_t)be32(r->left.at);
    r->left = str_bytes(r->left.at + 4, r->left.len - 4);
    return n;
}

static struct str
get_text(struct reader *r)
{
    int32_t len = get_int(r);
    if (len == -1 || r->failed)
        return (struct str){ 0 };
    if (len < 0 || (size_t)len > r->left.len) {
        r->failed = true;
        return (struct str){ 0 };
    }
    struct str text = str_bytes(r->left.at, (size_t)len);
    r->left = str_bytes(r->left.at + len, r->left.len - (size_t)len);
    return text;
}

static void
get_id(struct reader *r, uint8_t id[16])
{
    char digits[32];
    size_t n = 0;
    struct str text = get_text(r);
    for (size_t i = 0; i < text.len && n <= sizeof(digits); i++) {
        char c = text.at[i];
        if (c == '-')
            continue;
        if (n < sizeof(digits))
            digits[n] = (char)(c >= 'A' && c <= 'F' ? c + 32 : c);
        n++;
    }
    if (n != sizeof(digits) || !hex_to(id, 16, str_bytes(digits, n)))
        r->failed = true;
}

static void
get_sms(struct reader *r, struct kannel_sms *s)
{
    for (size_t i = 0; i < countof(sms_fields) && !r->failed; i++) {
        char *at = (char *)s + sms_fields[i].at;
        switch (sms_fields[i].kind) {
        case FIELD_TEXT:
            *(struct str *)(void *)at = get_text(r);
            break;
        case FIELD_INT:
            *(int32_t *)(void *)at = get_int(r);
            break;
        case FIELD_ID:
            get_id(r, (uint8_t *)at);
            break;
        }
    }
}

static void
get_message(struct kannel_message *m, struct str frame)
{
    struct reader r = { .left = frame };
    int32_t type = get_int(&r);
    *m = (struct kannel_message){ .kind = KANNEL_OTHER };
    switch (type) {
    case KANNEL_HEARTBEAT:
        m->load = get_int(&r);
        break;
    case KANNEL_ADMIN:
        m->command = get_int(&r);
        m->box = get_text(&r);
        break;
    case KANNEL_SMS:
        get_sms(&r, &m->sms);
        memcpy(m->id, m->sms.id, 16);
        break;
    case KANNEL_ACK:
        m->answer = get_int(&r);
        m->time = get_int(&r);
        get_id(&r, m->id);
        break;
    default:
        r.failed = true;
        break;
    }
    if (!r.failed)
        m->kind = (enum kannel_kind)type;
}

void
kannel_reset(struct kannel *k)
{
    buf_clear(&k->in);
    k->at = 0;
    k->broken = false;
}

void
kannel_fini(struct kannel *k)
{
    buf_fini(&k->in);
}

void
kannel_eat(struct kannel *k, struct str bytes)
{
    if (k->at > 0) {
        memmove(k->in.data, k->in.data + k->at, k->in.len - k->at);
        k->in.len -= k->at;
        k->at = 0;
    }
    buf_put(&k->in, bytes.at, bytes.len);
}

bool
kannel_next(struct kannel *k, struct kannel_message *m)
{
    size_t left = k->in.len - k->at;
    if (k->broken || left < 4)
        return false;
    const char *at = (const char *)k->in.data + k->at;
    uint32_t len = be32(at);
    if (len < 4 || len > KANNEL_FRAME_MAX) {
        k->broken = true;
        return false;
    }
    if (left - 4 < len)
        return false;
    k->at += 4 + len;
    get_message(m, str_bytes(at + 4, len));
    return true;
}

/* ---- out */

static void
write_be32(uint8_t *at, uint32_t n)
{
    for (size_t i = 0; i < 4; i++)
        at[i] = (uint8_t)(n >> (24 - 8 * i));
}

static void
put_int(struct buf *out, int32_t n)
{
    write_be32(buf_extend(out, 4), (uint32_t)n);
}

static void
put_text(struct buf *out, struct str text)
{
    put_int(out, text.len == 0 ? -1 : (int32_t)text.len);
    buf_put(out, text.at, text.len);
}

static void
put_id(struct buf *out, const uint8_t id[16])
{
    char hex[33], text[37];
    hex_of(hex, id, 16);
    snprintf(text, sizeof(text), "%.8s-%.4s-%.4s-%.4s-%.12s", hex, hex + 8, hex + 12, hex + 16,
             hex + 20);
    put_text(out, str_of(text));
}

/* Room for the length; returns where it is. */
static size_t
begin(struct buf *out, enum kannel_kind kind)
{
    size_t at = out->len;
    put_int(out, 0);
    put_int(out, (int32_t)kind);
    return at;
}

static void
end(struct buf *out, size_t at)
{
    write_be32(out->data + at, (uint32_t)(out->len - at - 4));
}

void
kannel_put_heartbeat(struct buf *out, int32_t load)
{
    size_t at = begin(out, KANNEL_HEARTBEAT);
    put_int(out, load);
    end(out, at);
}

void
kannel_put_identify(struct buf *out, const char *box)
{
    size_t at = begin(out, KANNEL_ADMIN);
    put_int(out, KANNEL_IDENTIFY);
    put_text(out, str_of(box));
    end(out, at);
}

void
kannel_put_ack(struct buf *out, const uint8_t id[16], int32_t time, enum kannel_answer answer)
{
    size_t at = begin(out, KANNEL_ACK);
    put_int(out, (int32_t)answer);
    put_int(out, time);
    put_id(out, id);
    end(out, at);
}

void
kannel_put_sms(struct buf *out, const struct kannel_sms *sms)
{
    size_t start = begin(out, KANNEL_SMS);
    for (size_t i = 0; i < countof(sms_fields); i++) {
        const char *at = (const char *)sms + sms_fields[i].at;
        switch (sms_fields[i].kind) {
        case FIELD_TEXT:
            put_text(out, *(const struct str *)(const void *)at);
            break;
        case FIELD_INT:
            put_int(out, *(const int32_t *)(const void *)at);
            break;
        case FIELD_ID:
            put_id(out, (const uint8_t *)at);
            break;
        }
    }
    end(out, start);
}
