/* sip.c - one of the two files that know libre (1.1 of Debian 12, 3 of Ubuntu 24.04): transport,
 * registration, sessions, and the loop.
 *
 * Invariant: a call is freed by its own timer alone, never inside a handler of libre's or of the
 * owner's that may still use it. */
#include "gateways/phone/libre.h"

#include "gateways/phone/sip.h"

#include "common/io/log.h"
#include "gateways/phone/keys.h"

#include <stdio.h>

enum { HASH = 64, FDS_MAX = 4096, REGISTER_S = 120, WAKES = 4, LAG_MOST_MS = 200 };

struct sip_call {
    struct le le;
    struct sip_door *door;
    struct sipsess *session;
    struct media *media;
    struct tmr beat, end;
    uint64_t next;
    void *own; /* NULL: it is not told of any more */
    bool up;
};

struct sip_door {
    struct sip_options o;
    struct sip *sip;
    struct sipsess_sock *sessions;
    struct sip_lsnr *others; /* OPTIONS */
    struct sipreg *registration;
    struct dnsc *dns;
    struct sa local;
    struct list calls;
    struct tmr pulse;
    bool stopped, registered;
    size_t watched; /* of o.wake */
    char aor[400], route[300];
#ifdef RE_FD_HANDLES
    struct re_fhs *wakes[WAKES];
#endif
};

/* ---- a call's end */

static void
forget(void *own)
{
    struct sip_call *c = own;
    list_unlink(&c->le);
    tmr_cancel(&c->beat);
    tmr_cancel(&c->end);
    mem_deref(c->session); /* BYE, or CANCEL */
    media_free(c->media);
}

static void
on_end(void *own)
{
    mem_deref(own);
}

static void
end_soon(struct sip_call *c)
{
    c->own = NULL;
    tmr_cancel(&c->beat);
    tmr_start(&c->end, 0, on_end, c);
}

void
sip_hang_up(struct sip_call *c)
{
    end_soon(c);
}

static void
on_close(int error, const struct sip_msg *msg, void *own)
{
    struct sip_call *c = own;
    void *call = c->own;
    int status = msg != NULL && !msg->req ? msg->scode : 0;
    c->session = mem_deref(c->session);
    if (status == 0 && error != 0 && !c->up)
        status = 408;
    end_soon(c);
    if (call != NULL)
        c->door->o.told->gone(call, c->up ? 0 : status);
}

/* ---- sound */

static void
on_beat(void *own)
{
    struct sip_call *c = own;
    int16_t frame[FRAME] = { 0 };
    uint64_t now = tmr_jiffies();
    if (now > c->next + LAG_MOST_MS)
        c->next = now; /* the machine stood still: what was missed is not said faster */
    while (c->own != NULL && now >= c->next) {
        c->next += FRAME_MS;
        memset(frame, 0, sizeof(frame));
        c->door->o.told->frame(c->own, frame);
        if (c->own != NULL)
            media_send(c->media, frame);
    }
    if (c->own != NULL)
        tmr_start(&c->beat, c->next > now ? c->next - now : 0, on_beat, c);
}

static void
on_heard(void *own, const int16_t *samples, size_t count)
{
    struct sip_call *c = own;
    if (c->own != NULL && c->up)
        c->door->o.told->heard(c->own, samples, count);
}

static void
on_key(void *own, char key)
{
    struct sip_call *c = own;
    if (c->own != NULL && c->up)
        c->door->o.told->key(c->own, key);
}

/* ---- sessions */

static int
on_offer(struct mbuf **sdp, const struct sip_msg *msg, void *own)
{
    struct sip_call *c = own;
    bool theirs = mbuf_get_left(msg->mb) > 0;
    if (theirs && !media_take(c->media, msg->mb, true))
        return EPROTO;
    return media_put(c->media, sdp, !theirs) ? 0 : EPROTO;
}

static int
on_answer(const struct sip_msg *msg, void *own)
{
    struct sip_call *c = own;
    return media_take(c->media, msg->mb, false) ? 0 : EPROTO;
}

static void
on_established(const struct sip_msg *msg, void *own)
{
    struct sip_call *c = own;
    (void)msg;
    if (c->own == NULL || c->up || !media_is_agreed(c->media))
        return;
    c->up = true;
    c->door->o.told->up(c->own);
    c->next = tmr_jiffies();
    if (c->own != NULL)
        tmr_start(&c->beat, 0, on_beat, c);
}

/* Keys of telephones that do without RFC 4733. */
static void
on_info(struct sip *sip, const struct sip_msg *msg, void *own)
{
    char key = key_of_info(str_bytes(mbuf_buf(msg->mb), mbuf_get_left(msg->mb)));
    sip_treply(NULL, sip, msg, 200, "OK");
    if (key != '\0')
        on_key(own, key);
}

/* As libre frees it. */
static int
give(char **to, const char *text)
{
    size_t size = strlen(text) + 1;
    *to = mem_alloc(size, NULL);
    if (*to != NULL)
        memcpy(*to, text, size);
    return *to == NULL ? ENOMEM : 0;
}

static int
on_auth(char **user, char **password, const char *realm, void *own)
{
    struct sip_door *d = own;
    (void)realm;
    int e = give(user, d->o.user);
    return e ? e : give(password, d->o.password);
}

static struct sip_call *
call_new(struct sip_door *d)
{
    static const struct media_calls calls = { on_heard, on_key };
    struct sip_call *c = mem_zalloc(sizeof(*c), forget);
    if (c == NULL)
        return NULL;
    c->door = d;
    tmr_init(&c->beat);
    tmr_init(&c->end);
    list_append(&d->calls, &c->le, c);
    c->media = media_new(&d->local, d->o.rtp_least, d->o.rtp_most, &calls, c);
    return c->media != NULL ? c : mem_deref(c);
}

static int
accept_call(struct sip_call *c, const struct sip_msg *msg, struct mbuf *sdp)
{
    struct sip_door *d = c->door;
#ifdef RE_SIPSESS_REL100
    return sipsess_accept(&c->session, d->sessions, msg, 200, "OK", REL100_DISABLED, d->o.user,
                          "application/sdp", sdp, on_auth, d, false, on_offer, on_answer,
                          on_established, on_info, NULL, on_close, c, NULL);
#else
    return sipsess_accept(&c->session, d->sessions, msg, 200, "OK", d->o.user, "application/sdp",
                          sdp, on_auth, d, false, on_offer, on_answer, on_established, on_info,
                          NULL, on_close, c, NULL);
#endif
}

/* ---- who calls */

/* P-Asserted-Identity is the network's word, From the caller's. */
static void
number_of(char *to, size_t size, const struct sip_msg *msg)
{
    const struct sip_hdr *asserted = sip_msg_hdr(msg, SIP_HDR_P_ASSERTED_IDENTITY);
    struct sip_addr address;
    struct pl user = msg->from.uri.user;
    if (asserted != NULL && sip_addr_decode(&address, &asserted->val) == 0)
        user = pl_isset(&address.uri.user) ? address.uri.user : address.uri.host;
    pl_strcpy(&user, to, size);
}

static bool
may_call(const struct sip_door *d, const struct sip_msg *msg)
{
    struct str rest = str_of(d->o.peers);
    char from[64];
    if (str_trim(rest).len == 0)
        return true;
    if (sa_ntop(&msg->src, from, sizeof(from)) != 0)
        return false;
    while (rest.len > 0)
        if (str_is(str_cut(&rest, ' '), from))
            return true;
    log_warn("event=not_answered from=%s why=\"not one of sip_peers\"", from);
    return false;
}

/* What to refuse it with; 0: it is answered. */
static int
take_call(struct sip_door *d, const struct sip_msg *msg)
{
    char id[256] = "", number[128] = "";
    int status = 488;
    struct mbuf *sdp = NULL;
    bool offer = mbuf_get_left(msg->mb) > 0;
    if (!may_call(d, msg))
        return 403;
    if (d->stopped)
        return 503;
    struct sip_call *c = call_new(d);
    if (c == NULL)
        return 503;
    pl_strcpy(&msg->callid, id, sizeof(id));
    number_of(number, sizeof(number), msg);
    if ((!offer || media_take(c->media, msg->mb, true)) && media_put(c->media, &sdp, !offer)) {
        status = 503;
        c->own = d->o.told->ring(d->o.lines, c, id, number, &status);
    }
    void *call = c->own;
    if (call != NULL && accept_call(c, msg, sdp) != 0)
        d->o.told->gone(call, status = 500);
    else if (call != NULL)
        status = 0;
    mem_deref(sdp);
    if (status != 0)
        mem_deref(c);
    return status;
}

static void
on_invite(const struct sip_msg *msg, void *own)
{
    static const struct {
        int status;
        const char *reason;
    } rows[] = { { 403, "Forbidden" },
                 { 486, "Busy Here" },
                 { 488, "Not Acceptable Here" },
                 { 500, "Server Internal Error" },
                 { 503, "Service Unavailable" } };
    struct sip_door *d = own;
    int status = take_call(d, msg);
    for (size_t i = 0; i < countof(rows); i++)
        if (rows[i].status == status)
            sip_treply(NULL, d->sip, msg, (uint16_t)status, rows[i].reason);
}

/* A PBX asks from time to time whether we are there. */
static bool
on_other(const struct sip_msg *msg, void *own)
{
    struct sip_door *d = own;
    if (pl_strcasecmp(&msg->met, "OPTIONS") != 0)
        return false;
    sip_treply(NULL, d->sip, msg, d->stopped ? 503 : 200,
               d->stopped ? "Service Unavailable" : "OK");
    return true;
}

/* ---- calling */

#ifdef RE_SIPSESS_REL100
static int
describe(struct mbuf **sdp, const struct sa *from, const struct sa *to, void *own)
{
    struct sip_call *c = own;
    (void)from, (void)to;
    return media_put(c->media, sdp, true) ? 0 : EPROTO;
}
#endif

static int
connect_call(struct sip_call *c, const char *to)
{
    struct sip_door *d = c->door;
    const char *routes[] = { d->route };
    uint32_t count = d->route[0] != '\0';
#ifdef RE_SIPSESS_REL100
    return sipsess_connect(&c->session, d->sessions, to, NULL, d->aor, d->o.user, routes, count,
                           "application/sdp", on_auth, d, false, NULL, describe, on_offer,
                           on_answer, NULL, on_established, on_info, NULL, on_close, c, NULL);
#else
    struct mbuf *sdp = NULL;
    int e = media_put(c->media, &sdp, true) ? 0 : EPROTO;
    if (e == 0)
        e = sipsess_connect(&c->session, d->sessions, to, NULL, d->aor, d->o.user, routes, count,
                            "application/sdp", sdp, on_auth, d, false, on_offer, on_answer, NULL,
                            on_established, on_info, NULL, on_close, c, NULL);
    mem_deref(sdp);
    return e;
#endif
}

struct sip_call *
sip_dial(struct sip_door *d, const char *number, void *call)
{
    char to[400];
    struct sip_call *c = call_new(d);
    snprintf(to, sizeof(to), "sip:%s@%s", number, d->o.domain);
    if (c != NULL && connect_call(c, to) != 0)
        c = mem_deref(c);
    if (c != NULL)
        c->own = call;
    return c;
}

/* ---- the door */

static void
on_registered(int error, const struct sip_msg *msg, void *own)
{
    struct sip_door *d = own;
    bool good = error == 0 && msg != NULL && msg->scode >= 200 && msg->scode < 300;
    if (good && !d->registered)
        log_info("event=registered at=%s", d->o.registrar);
    if (!good)
        log_warn("event=not_registered at=%s status=%d do=\"look at sip_registrar, sip_user, "
                 "sip_password; it is tried again\"",
                 d->o.registrar, msg == NULL ? 0 : (int)msg->scode);
    d->registered = good;
}

static void
open_dns(struct sip_door *d)
{
    struct sa servers[8];
    char domain[256];
    uint32_t count = countof(servers);
    if (dns_srv_get(domain, sizeof(domain), servers, &count) == 0 && count > 0)
        dnsc_alloc(&d->dns, NULL, servers, count);
}

static bool
open_stack(struct sip_door *d, struct buf *why)
{
    struct pl bind = { d->o.bind, strlen(d->o.bind) };
    if (sa_decode(&d->local, bind.p, bind.l) != 0 || sa_is_any(&d->local)) {
        buf_printf(why,
                   "sip_bind %s: an address of this machine and a port are wanted, as the PBX "
                   "reaches it: 10.0.0.5:5060",
                   d->o.bind);
        return false;
    }
    open_dns(d);
    int e =
        sip_alloc(&d->sip, d->dns, HASH, HASH, HASH, "faultline " FAULTLINE_VERSION, NULL, NULL);
    e = e ? e : sip_transp_add(d->sip, SIP_TRANSP_UDP, &d->local);
    e = e ? e : sip_transp_add(d->sip, SIP_TRANSP_TCP, &d->local);
    e = e ? e : sipsess_listen(&d->sessions, d->sip, HASH, on_invite, d);
    e = e ? e : sip_listen(&d->others, d->sip, true, on_other, d);
    if (e != 0)
        buf_printf(why, "sip_bind %s: cannot listen there (%s): is another program there?",
                   d->o.bind, strerror(e));
    return e == 0;
}

static bool
open_registration(struct sip_door *d, struct buf *why)
{
    snprintf(d->aor, sizeof(d->aor), "sip:%s@%s", d->o.user, d->o.domain);
    if (d->o.registrar[0] == '\0')
        return true;
    snprintf(d->route, sizeof(d->route), "%s;lr", d->o.registrar);
    int e =
        sipreg_register(&d->registration, d->sip, d->o.registrar, d->aor, NULL, d->aor, REGISTER_S,
                        d->o.user, NULL, 0, 0, on_auth, d, false, on_registered, d, NULL, NULL);
    if (e != 0)
        buf_printf(why, "sip_registrar %s: %s: sip:HOST or sip:HOST:PORT is wanted", d->o.registrar,
                   strerror(e));
    return e == 0;
}

struct sip_door *
sip_open(const struct sip_options *o, struct buf *why)
{
    struct sip_door *d = zalloc(sizeof(*d));
    d->o = *o;
    tmr_init(&d->pulse);
    list_init(&d->calls);
    fd_setsize(FDS_MAX);
    if (libre_init() == 0 && open_stack(d, why) && open_registration(d, why))
        return d;
    if (why->len == 0)
        buf_printf(why, "libre does not begin");
    sip_close_door(d);
    return NULL;
}

void
sip_stop(struct sip_door *d)
{
    d->stopped = true;
    d->registration = mem_deref(d->registration); /* no longer there */
}

static void
unwatch(struct sip_door *d)
{
    for (size_t i = 0; i < d->watched; i++)
#ifdef RE_FD_HANDLES
        d->wakes[i] = fd_close(d->wakes[i]);
#else
        fd_close(d->o.wake[i]);
#endif
    d->watched = 0;
}

void
sip_close_door(struct sip_door *d)
{
    if (d == NULL)
        return;
    for (struct le *at = d->calls.head; at != NULL; at = at->next) {
        struct sip_call *c = at->data;
        void *call = c->own;
        c->own = NULL;
        if (call != NULL) /* it goes on, and the time to end is over */
            d->o.told->gone(call, 503);
    }
    unwatch(d);
    tmr_cancel(&d->pulse);
    list_flush(&d->calls);
    mem_deref(d->registration);
    if (d->sessions != NULL)
        sipsess_close_all(d->sessions);
    mem_deref(d->others);
    mem_deref(d->sessions);
    if (d->sip != NULL)
        sip_close(d->sip, true);
    mem_deref(d->sip);
    mem_deref(d->dns);
    libre_close();
    free(d);
}

size_t
sip_calls(const struct sip_door *d)
{
    return list_count(&d->calls);
}

/* ---- the loop */

static void
turn(void *own)
{
    struct sip_door *d = own;
    d->o.turn(d->o.own);
    if (d->o.done(d->o.own)) {
        re_cancel();
        return;
    }
    int wait = d->o.wait_ms(d->o.own);
    tmr_start(&d->pulse, (uint64_t)(wait > 0 ? wait : 0), turn, d);
}

static void
on_wake(int flags, void *own)
{
    (void)flags;
    turn(own);
}

void
sip_wake(struct sip_door *d)
{
    tmr_start(&d->pulse, 0, turn, d);
}

void
sip_run(struct sip_door *d)
{
    for (size_t i = 0; i < d->o.wake_count && i < WAKES; i++) {
#ifdef RE_FD_HANDLES
        int e = fd_listen(&d->wakes[i], d->o.wake[i], FD_READ, on_wake, d);
#else
        int e = fd_listen(d->o.wake[i], FD_READ, on_wake, d);
#endif
        if (e != 0)
            die("the loop does not watch descriptor %d: %s", d->o.wake[i], strerror(e));
        d->watched = i + 1;
    }
    sip_wake(d);
    int e = re_main(NULL);
    if (e != 0)
        die("libre's loop: %s", strerror(e));
}
