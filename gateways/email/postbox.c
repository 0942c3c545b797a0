/* postbox.c - a look every poll_s: idle, connecting (libcurl's), talking (imap.h over libcurl's
 * connection), idle again. */
#include "gateways/email/postbox.h"

#include "common/io/clock.h"
#include "common/io/log.h"
#include "gateways/email/courier.h"

#include <curl/curl.h>

enum { SILENT_MS = 60000, READ = 65536, READS_A_TURN = 32 };
enum state { IDLE, CONNECTING, TALKING, STOPPED };

struct postbox {
    struct trip trip;
    struct postbox_options o;
    struct book *book;
    struct courier *courier;
    enum state state;
    CURL *easy; /* not while idle */
    curl_socket_t fd;
    struct imap imap;
    size_t sent;
    int64_t next_at, heard_at;
    char error[CURL_ERROR_SIZE];
    struct { /* in the book */
        uint8_t place[16];
        uint32_t validity, uid;
    } settled;
    uint8_t place[16]; /* which mailbox it is */
};

/* ---- in the book */

static void
load(void *own, struct str entry)
{
    struct postbox *m = own;
    struct cur c = cur_of(entry);
    uint8_t place[16];
    cur_get(&c, place, sizeof(place));
    uint32_t validity = cur_u32(&c), uid = cur_u32(&c);
    if (!cur_done(&c))
        return;
    memcpy(m->settled.place, place, sizeof(place));
    m->settled.validity = validity;
    m->settled.uid = uid;
}

static void
save(void *own, struct book *b)
{
    const struct postbox *m = own;
    struct buf e = { 0 };
    if (m->settled.uid == 0)
        return;
    buf_put(&e, m->settled.place, sizeof(m->settled.place));
    buf_put_u32(&e, m->settled.validity);
    buf_put_u32(&e, m->settled.uid);
    book_put(b, POSTBOX_KIND, buf_str(&e));
    buf_fini(&e);
}

struct book_table
postbox_table(struct postbox *m)
{
    return (struct book_table){ POSTBOX_KIND, m, load, save };
}

static uint32_t
settled(void *own, uint32_t validity)
{
    const struct postbox *m = own;
    bool same = m->settled.validity == validity &&
                memcmp(m->settled.place, m->place, sizeof(m->place)) == 0;
    return same ? m->settled.uid : 0;
}

/* It is put after the sync that it speaks of, and reaches the disk with the next: lost, it makes a
 * mail be fetched again, which its key makes the same report. */
static void
settle(void *own, uint32_t validity, uint32_t uid)
{
    struct postbox *m = own;
    memcpy(m->settled.place, m->place, sizeof(m->place));
    m->settled.validity = validity;
    m->settled.uid = uid;
    save(m, m->book);
}

/* ---- a look */

static enum imap_fate
on_mail(void *own, struct str message, bool too_large)
{
    struct postbox *m = own;
    return m->o.mail(m->o.own, message, too_large);
}

static void
hang_up(struct postbox *m, const char *why)
{
    if (why[0] != '\0')
        log_warn("event=imap_failed url=%s why=%s again_s=%lld",
                 log_quote(m->o.url, strlen(m->o.url)), log_quote(why, strlen(why)),
                 (long long)m->o.poll_s);
    if (m->state == TALKING)
        imap_fini(&m->imap);
    if (m->easy != NULL) {
        courier_remove(m->courier, m->easy);
        curl_easy_cleanup(m->easy);
    }
    m->easy = NULL;
    m->state = m->state == STOPPED ? STOPPED : IDLE;
    m->next_at = clock_mono_ms() + m->o.poll_s * 1000;
}

static void
on_connected(struct trip *t, int result)
{
    struct postbox *m = (struct postbox *)(void *)t; /* it is its first member */
    const struct imap_options o = { .folder = m->o.folder,
                                    .moved = m->o.moved,
                                    .size_max = m->o.size_max,
                                    .settled = settled,
                                    .mail = on_mail,
                                    .settle = settle,
                                    .own = m };
    if (result == CURLE_LOGIN_DENIED) {
        hang_up(m, "the login is refused: see imap_user and imap_password_file");
    } else if (result != CURLE_OK ||
               curl_easy_getinfo(m->easy, CURLINFO_ACTIVESOCKET, &m->fd) != 0 ||
               m->fd == CURL_SOCKET_BAD) {
        hang_up(m, m->error[0] != '\0' ? m->error : curl_easy_strerror((CURLcode)result));
    } else {
        imap_init(&m->imap, &o);
        m->sent = 0;
        m->heard_at = clock_mono_ms();
        m->state = TALKING;
    }
}

static void
ring_up(struct postbox *m)
{
    const struct postbox_options *o = &m->o;
    CURL *c = m->easy = curl_easy_init();
    assert(c != NULL);
    m->error[0] = '\0';
    m->trip.ended = on_connected;
    const struct way way = { o->url, "imap,imaps", o->user, o->password, o->ca, o->tls };
    courier_direct(c, &way, m->error);
    curl_easy_setopt(c, CURLOPT_CONNECT_ONLY, 1L); /* which logs in, too */
    m->state = CONNECTING;
    courier_add(m->courier, c, &m->trip);
}

static bool
read_some(struct postbox *m)
{
    uint8_t bytes[READ];
    size_t got;
    for (int i = 0; i < READS_A_TURN && m->imap.stage == IMAP_TALKS; i++) {
        CURLcode result = curl_easy_recv(m->easy, bytes, sizeof(bytes), &got);
        if (result == CURLE_AGAIN)
            return true;
        if (result != CURLE_OK || got == 0)
            return false;
        m->heard_at = clock_mono_ms();
        imap_eat(&m->imap, str_bytes(bytes, got));
    }
    return true;
}

static bool
write_some(struct postbox *m)
{
    struct buf *out = &m->imap.out;
    while (m->sent < out->len) {
        size_t put = 0;
        CURLcode result = curl_easy_send(m->easy, out->data + m->sent, out->len - m->sent, &put);
        if (result == CURLE_AGAIN)
            return true;
        if (result != CURLE_OK)
            return false;
        m->sent += put;
    }
    buf_clear(out);
    m->sent = 0;
    return true;
}

static void
talk(struct postbox *m)
{
    bool good = write_some(m) && read_some(m) && write_some(m);
    if (m->imap.stage == IMAP_OVER)
        hang_up(m, m->imap.why.len > 0 ? buf_cstr(&m->imap.why) : "");
    else if (!good)
        hang_up(m, "the connection broke");
    else if (clock_mono_ms() - m->heard_at > SILENT_MS)
        hang_up(m, "the server is silent");
}

/* ---- */

struct postbox *
postbox_new(void)
{
    struct postbox *m = zalloc(sizeof(*m));
    m->state = STOPPED;
    return m;
}

void
postbox_free(struct postbox *m)
{
    if (m == NULL)
        return;
    postbox_stop(m);
    courier_free(m->courier);
    free(m);
}

void
postbox_open(struct postbox *m, const struct postbox_options *o, struct book *b)
{
    struct buf place = { 0 };
    m->o = *o;
    m->book = b;
    if (o->url[0] == '\0')
        return;
    buf_put_str(&place, str_of(o->url));
    buf_put_str(&place, str_of(o->user));
    buf_put_str(&place, str_of(o->folder));
    digest_16(m->place, NULL, buf_str(&place));
    buf_fini(&place);
    m->courier = courier_new(1);
    m->state = IDLE;
}

size_t
postbox_fds(struct postbox *m, struct pollfd *fds, size_t room)
{
    if (m->state == CONNECTING)
        return courier_fds(m->courier, fds, room);
    if (m->state != TALKING || room == 0)
        return 0;
    short events = (short)(POLLIN | (m->imap.out.len > 0 ? POLLOUT : 0));
    fds[0] = (struct pollfd){ .fd = m->fd, .events = events };
    return 1;
}

int
postbox_wait_ms(struct postbox *m)
{
    int64_t wait = m->next_at - clock_mono_ms();
    if (m->state == CONNECTING)
        return courier_wait_ms(m->courier);
    if (m->state != IDLE || wait > 1000)
        return postbox_waits(m) ? 0 : 1000;
    return wait > 0 ? (int)wait : 0;
}

void
postbox_work(struct postbox *m)
{
    if (m->state == IDLE && clock_mono_ms() >= m->next_at)
        ring_up(m);
    if (m->state == CONNECTING)
        courier_work(m->courier);
    if (m->state == TALKING)
        talk(m);
}

bool
postbox_waits(const struct postbox *m)
{
    return m->state == TALKING && m->imap.stage == IMAP_BATCH;
}

void
postbox_settle(struct postbox *m, bool good)
{
    if (!postbox_waits(m))
        return;
    imap_settle(&m->imap, good);
    talk(m);
}

void
postbox_stop(struct postbox *m)
{
    if (m->state != STOPPED)
        hang_up(m, "");
    m->state = STOPPED;
}
