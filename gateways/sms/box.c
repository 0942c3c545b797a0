/* box.c - one non-blocking TCP connection. */
#include "gateways/sms/box.h"

#include "common/io/log.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

enum { PAUSE_LEAST_MS = 250, PAUSE_MOST_MS = 30000, BEAT_MS = 5000, READ_SIZE = 64 * 1024 };

void
box_init(struct box *b, const char *host, int port, const char *id)
{
    *b = (struct box){ .fd = -1, .port = port, .pause_ms = PAUSE_LEAST_MS };
    snprintf(b->host, sizeof(b->host), "%s", host);
    snprintf(b->id, sizeof(b->id), "%s", id);
}

void
box_fini(struct box *b)
{
    if (b->fd >= 0)
        close(b->fd);
    kannel_fini(&b->in);
    buf_fini(&b->out);
}

size_t
box_fds(const struct box *b, struct pollfd *fds, size_t room)
{
    if (b->fd < 0 || room == 0)
        return 0;
    bool writes = !b->up || b->out.len > b->written;
    fds[0] =
        (struct pollfd){ .fd = b->fd,
                         .events = (short)((b->drained ? 0 : POLLIN) | (writes ? POLLOUT : 0)) };
    return 1;
}

int
box_wait_ms(const struct box *b, int64_t now)
{
    int64_t until = b->fd < 0 ? b->again_at : b->up ? b->beat_at : now + 1000;
    return until <= now ? 0 : until - now < 1000 ? (int)(until - now) : 1000;
}

/* ---- coming and going */

static int
connect_to(const struct box *b)
{
    const struct addrinfo hints = { .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM };
    struct addrinfo *found = NULL;
    char port[16];
    snprintf(port, sizeof(port), "%d", b->port);
    int wrong = getaddrinfo(b->host, port, &hints, &found);
    if (wrong != 0) {
        log_warn("event=no_bearerbox host=%s why=\"%s\"", b->host, gai_strerror(wrong));
        return -1;
    }
    int fd = socket(found->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd >= 0 && connect(fd, found->ai_addr, found->ai_addrlen) != 0 && errno != EINPROGRESS) {
        close(fd);
        fd = -1;
    }
    freeaddrinfo(found);
    return fd;
}

static void
wait_longer(struct box *b, int64_t now)
{
    b->again_at = now + b->pause_ms;
    b->pause_ms = b->pause_ms * 2 < PAUSE_MOST_MS ? b->pause_ms * 2 : PAUSE_MOST_MS;
}

static void
lose(struct box *b, int64_t now, const char *why)
{
    if (b->up)
        log_warn("event=bearerbox_lost host=%s port=%d why=\"%s\"", b->host, b->port, why);
    else if (b->pause_ms == PAUSE_LEAST_MS)
        log_warn(
            "event=no_bearerbox host=%s port=%d why=\"%s\" do=\"is Kannel's bearerbox running, "
            "and is this its smsbox-port?\"",
            b->host, b->port, why);
    if (b->fd >= 0)
        close(b->fd);
    b->fd = -1;
    b->up = false;
    b->written = 0;
    buf_clear(&b->out);
    kannel_reset(&b->in);
    wait_longer(b, now);
}

/* Connected, or not yet, or not at all. */
static void
greet(struct box *b, int64_t now)
{
    struct pollfd p = { .fd = b->fd, .events = POLLOUT };
    int wrong = 0, one = 1;
    socklen_t size = sizeof(wrong);
    if (poll(&p, 1, 0) != 1)
        return;
    if (getsockopt(b->fd, SOL_SOCKET, SO_ERROR, &wrong, &size) != 0 || wrong != 0) {
        lose(b, now, strerror(wrong));
        return;
    }
    setsockopt(b->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
    setsockopt(b->fd, SOL_SOCKET, SO_KEEPALIVE, &one, sizeof(one));
    kannel_put_identify(&b->out, b->id);
    b->up = true;
    b->beat_at = now + BEAT_MS;
    log_info("event=bearerbox host=%s port=%d box=%s", b->host, b->port, b->id);
}

/* ---- bytes */

/* NULL: all is well. */
static const char *
read_some(struct box *b)
{
    static char bytes[READ_SIZE];
    ssize_t got = recv(b->fd, bytes, sizeof(bytes), 0);
    if (got == 0)
        return "it has closed the connection";
    if (got < 0)
        return errno == EAGAIN || errno == EINTR ? NULL : strerror(errno);
    kannel_eat(&b->in, str_bytes(bytes, (size_t)got));
    b->pause_ms = PAUSE_LEAST_MS;
    return NULL;
}

static const char *
write_some(struct box *b)
{
    while (b->written < b->out.len) {
        ssize_t put = send(b->fd, b->out.data + b->written, b->out.len - b->written, MSG_NOSIGNAL);
        if (put < 0)
            return errno == EAGAIN || errno == EINTR ? NULL : strerror(errno);
        b->written += (size_t)put;
    }
    buf_clear(&b->out);
    b->written = 0;
    return NULL;
}

bool
box_work(struct box *b, int64_t now)
{
    bool was_up = b->up;
    const char *wrong = NULL;
    if (b->fd < 0 && now >= b->again_at && !b->drained && (b->fd = connect_to(b)) < 0)
        lose(b, now, strerror(errno));
    if (b->fd >= 0 && !b->up)
        greet(b, now);
    if (!b->up)
        return was_up;
    if (now >= b->beat_at) {
        kannel_put_heartbeat(&b->out, 0);
        b->beat_at = now + BEAT_MS;
    }
    if (b->in.broken)
        wrong = "a frame of impossible length: is this the smsbox-port?";
    if (wrong == NULL && !b->drained)
        wrong = read_some(b);
    if (wrong == NULL)
        wrong = write_some(b);
    if (wrong != NULL)
        lose(b, now, wrong);
    return was_up && !b->up;
}

void
box_flush(struct box *b)
{
    if (b->up)
        write_some(b); /* what went wrong box_work will see */
}
