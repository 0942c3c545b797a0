/* link.c - one DEALER at a time. The drawing is in link.h. */
#include "common/client/link.h"

#include "common/wire/codec.h"

const struct tempo tempo_default = {
    .greet_ms = 5 * SECONDS,
    .ping_ms = 5 * SECONDS,
    .ping_asking_ms = 1 * SECONDS,
    .dead_ms = 15 * SECONDS,
    .backoff_ms = 100,
    .backoff_max_ms = 30 * SECONDS,
    .resend_ms = 15 * SECONDS,
};

static void
hang_up(struct link *l)
{
    if (l->sock != NULL)
        sock_free(l->sock);
    l->sock = NULL;
}

void
link_fini(struct link *l)
{
    hang_up(l);
    for (size_t i = 0; i < l->brokers_count; i++)
        free(l->brokers[i]);
    free(l->brokers);
    free(l->software);
    buf_fini(&l->out);
}

const char *
link_endpoint(const struct link *l)
{
    return l->brokers[l->at];
}

enum err
link_send(struct link *l, struct message *m)
{
    if (l->sock == NULL)
        return ERR_AGAIN;
    if (m->number == 0)
        m->number = link_number(++l->asked, TAG_OTHER);
    buf_clear(&l->out);
    codec_encode(m, &l->out);
    l->sent = true;
    return sock_send_soon(l->sock, NULL, buf_str(&l->out));
}

void
link_flush(struct link *l)
{
    if (l->sock != NULL)
        (void)sock_flush(l->sock); /* what must wait goes with the next turn */
}

enum err
link_receive(struct link *l, int64_t now, struct str *bytes)
{
    if (l->sock == NULL)
        return ERR_AGAIN;
    enum err e = sock_receive(l->sock, NULL, NULL, bytes);
    if (e == OK)
        l->heard_at = now;
    return e;
}

void
link_drop(struct link *l, int64_t now)
{
    hang_up(l);
    l->state = LINK_IDLE;
    l->at = (l->at + 1) % l->brokers_count;
    l->fails++;
    uint64_t rounds = l->fails / l->brokers_count;
    msec wait = l->tempo->backoff_ms;
    if (rounds > 0 && l->fails % l->brokers_count == 0) /* everyone was tried: wait longer */
        for (uint64_t i = 0; i < rounds && wait < l->tempo->backoff_max_ms; i++)
            wait *= 2;
    if (wait > l->tempo->backoff_max_ms)
        wait = l->tempo->backoff_max_ms;
    l->until = now + wait / 2 + (msec)rng_below(&l->jitter, (uint64_t)wait / 2 + 1);
}

void
link_welcome(struct link *l, int64_t now)
{
    l->state = LINK_UP;
    l->up_at = l->pinged_at = now;
}

static const char *
dial(struct link *l, int64_t now)
{
    struct buf why = { 0 };
    l->sock = sock_dealer(l->sockets, link_endpoint(l), l->server_key, l->public_key, l->secret_key,
                          &why);
    buf_fini(&why); /* keys and endpoints were tried at fl_client_open */
    struct message hello = { .kind = MSG_HELLO };
    hello.hello.software = str_of(l->software);
    if (l->sock == NULL || link_send(l, &hello) != OK) {
        link_drop(l, now);
        return "no socket can be made for it";
    }
    l->state = LINK_GREETING;
    l->heard_at = now;
    l->until = now + l->tempo->greet_ms;
    return NULL;
}

static msec
ping_after(const struct link *l, bool asking)
{
    return asking ? l->tempo->ping_asking_ms : l->tempo->ping_ms;
}

static const char *
watch_over(struct link *l, int64_t now, bool asking)
{
    if (now - l->heard_at >= l->tempo->dead_ms) {
        link_drop(l, now);
        return "it has been silent for too long";
    }
    if (now - l->up_at >= l->tempo->ping_ms)
        l->fails = 0;
    msec after = ping_after(l, asking);
    if (now - l->heard_at >= after && now - l->pinged_at >= after) {
        struct message ping = { .kind = MSG_PING };
        l->pinged_at = now;
        enum err e = link_send(l, &ping);
        (void)e; /* a full queue is silence too */
    }
    return NULL;
}

const char *
link_turn(struct link *l, int64_t now, bool asking)
{
    switch (l->state) {
    case LINK_IDLE:
        return now >= l->until ? dial(l, now) : NULL;
    case LINK_GREETING:
        if (now < l->until)
            return NULL;
        link_drop(l, now);
        return "no answer to HELLO: it is down, or the plan does not know this key";
    case LINK_UP:
        return watch_over(l, now, asking);
    }
    return NULL;
}

int64_t
link_next(const struct link *l, bool asking)
{
    if (l->state != LINK_UP)
        return l->until;
    msec after = ping_after(l, asking);
    int64_t ping = (l->heard_at > l->pinged_at ? l->heard_at : l->pinged_at) + after;
    int64_t dead = l->heard_at + l->tempo->dead_ms;
    return ping < dead ? ping : dead;
}
