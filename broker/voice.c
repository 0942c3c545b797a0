/* voice.c - encode, send, and count what was refused. */
#include "broker/voice.h"

#include "common/io/log.h"
#include "common/wire/codec.h"

#include <inttypes.h>

enum { LOG_EVERY_MS = 1000 };

void
voice_init(struct voice *v, voice_send_fn *send, void *context)
{
    *v = (struct voice){ .send = send, .send_soon = send, .context = context };
}

void
voice_fini(struct voice *v)
{
    buf_fini(&v->bytes);
}

enum err
voice_say(struct voice *v, const struct peer_id *to, const struct message *m)
{
    buf_clear(&v->bytes);
    codec_encode(m, &v->bytes);
    return v->send(v->context, to, buf_str(&v->bytes));
}

void
voice_answer(struct voice *v, const struct peer_id *to, const struct message *m)
{
    buf_clear(&v->bytes);
    codec_encode(m, &v->bytes);
    (void)v->send_soon(v->context, to, buf_str(&v->bytes));
}

static void
log_refused(struct peer *p, const char *who, struct refusal_text why, int64_t now_ms)
{
    if (p->refused_unlogged > 0 && now_ms - p->refused_logged_ms < LOG_EVERY_MS) {
        p->refused_unlogged++;
        return;
    }
    uint32_t more = p->refused_unlogged > 1 ? p->refused_unlogged - 1 : 0;
    log_warn("event=refused peer=%s code=%s why=%s unlogged=%" PRIu32, who, why.code,
             log_quote(why.text, strlen(why.text)), more);
    p->refused_logged_ms = now_ms;
    p->refused_unlogged = 1;
}

void
voice_refuse(struct voice *v, struct peer *p, const char *who, uint64_t number,
             struct refusal_text why, int64_t now_ms)
{
    const struct message m = {
        .kind = MSG_REFUSED,
        .number = number,
        .refused = { str_of(why.code), str_of(why.text) },
    };
    v->refused++;
    log_refused(p, who, why, now_ms);
    (void)voice_say(v, &p->id, &m); /* gone or flooded: it will ask again, or not */
}

void
voice_busy(struct voice *v, const struct peer_id *to, uint64_t number, uint32_t retry_ms,
           const char *what)
{
    const struct message m = {
        .kind = MSG_BUSY,
        .number = number,
        .busy = { retry_ms, str_of(what) },
    };
    v->busied++;
    (void)voice_say(v, to, &m); /* unsaid, the client's own time-out says the same */
}
