/* door.c - non-blocking sockets around lmtp.c.
 *
 * Invariant: a connection reads no more while a message of it waits for its answers, so one sender
 * holds one message in memory. */
#include "gateways/email/door.h"

#include "common/io/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { READ = 65536, IDLE_MS = 300000, BACKLOG = 128, GATHER_MS = 5, FRESH_MS = 20 };

struct connection {
    int fd; /* -1: free */
    struct lmtp lmtp;
    struct buf ahead; /* read, not yet eaten */
    int64_t seen_at;
    size_t slot; /* where it stands among what was polled last */
    bool ended;  /* the other side has closed */
};

struct door {
    struct door_owner o;
    int listener;
    char path[108];
    struct connection connections[DOOR_CONNECTIONS];
};

/* ---- opening */

/* A socket file that nobody listens to is an old process'. */
static int
listen_unix(struct door *d, const char *path)
{
    struct sockaddr_un a = { .sun_family = AF_UNIX };
    if (strlen(path) >= sizeof(a.sun_path)) {
        errno = ENAMETOOLONG;
        return -1;
    }
    memcpy(a.sun_path, path, strlen(path) + 1);
    int probe = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool taken = connect(probe, (struct sockaddr *)&a, sizeof(a)) == 0;
    close(probe);
    if (taken) {
        errno = EADDRINUSE;
        return -1;
    }
    unlink(path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (bind(fd, (struct sockaddr *)&a, sizeof(a)) != 0 || chmod(path, 0666) != 0) {
        close(fd);
        return -1;
    }
    memcpy(d->path, path, strlen(path) + 1);
    return fd;
}

static int
listen_tcp(const char *place)
{
    char host[256] = "";
    const char *colon = strrchr(place, ':');
    struct addrinfo wish = { .ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE }, *found = NULL;
    if (colon == NULL || (size_t)(colon - place) >= sizeof(host)) {
        errno = EINVAL;
        return -1;
    }
    memcpy(host, place, (size_t)(colon - place));
    if (getaddrinfo(host, colon + 1, &wish, &found) != 0) {
        errno = EADDRNOTAVAIL;
        return -1;
    }
    int one = 1, fd = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
    if (bind(fd, found->ai_addr, found->ai_addrlen) != 0) {
        int e = errno;
        close(fd);
        fd = -1;
        errno = e;
    }
    freeaddrinfo(found);
    return fd;
}

struct door *
door_open(const char *place, const struct door_owner *o, struct buf *why)
{
    struct door *d = zalloc(sizeof(*d));
    d->o = *o;
    for (size_t i = 0; i < DOOR_CONNECTIONS; i++)
        d->connections[i].fd = -1;
    d->listener = place[0] == '/' ? listen_unix(d, place) : listen_tcp(place);
    if (d->listener >= 0 && listen(d->listener, BACKLOG) == 0)
        return d;
    buf_printf(why,
               "listen %s: %s: give a free host:port or a socket's path in a folder that exists",
               place, strerror(errno));
    if (d->listener >= 0)
        close(d->listener);
    free(d);
    return NULL;
}

static void
connection_close(struct connection *c)
{
    close(c->fd);
    lmtp_fini(&c->lmtp);
    buf_fini(&c->ahead);
    *c = (struct connection){ .fd = -1 };
}

void
door_close(struct door *d)
{
    if (d == NULL)
        return;
    for (size_t i = 0; i < DOOR_CONNECTIONS; i++)
        if (d->connections[i].fd >= 0)
            connection_close(&d->connections[i]);
    if (d->listener >= 0)
        close(d->listener);
    if (d->path[0] != '\0')
        unlink(d->path);
    free(d);
}

/* ---- a turn */

static struct connection *
free_connection(struct door *d)
{
    for (size_t i = 0; i < DOOR_CONNECTIONS; i++)
        if (d->connections[i].fd < 0)
            return &d->connections[i];
    return NULL;
}

static void
write_some(struct connection *c)
{
    struct buf *out = &c->lmtp.out;
    while (out->len > 0) {
        ssize_t put = send(c->fd, out->data, out->len, MSG_NOSIGNAL);
        if (put < 0 && (errno == EAGAIN || errno == EINTR))
            return;
        if (put <= 0) {
            c->ended = true;
            buf_clear(out);
            return;
        }
        memmove(out->data, out->data + put, out->len - (size_t)put);
        out->len -= (size_t)put;
    }
}

static void
take_connections(struct door *d)
{
    struct connection *c;
    while (d->listener >= 0 && (c = free_connection(d)) != NULL) {
        int fd = accept4(d->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd < 0)
            return;
        *c = (struct connection){ .fd = fd, .seen_at = clock_mono_ms() };
        lmtp_init(&c->lmtp, d->o.host, d->o.size_max, d->o.refuses, d->o.own);
        write_some(c);
    }
}

static bool
is_waiting(const struct connection *c)
{
    return c->lmtp.stage == LMTP_WHOLE;
}

static void
eat(struct door *d, struct connection *c)
{
    size_t at = 0;
    while (at < c->ahead.len && c->lmtp.stage != LMTP_OVER) {
        at += lmtp_eat(&c->lmtp, str_bytes((char *)c->ahead.data + at, c->ahead.len - at));
        if (!is_waiting(c))
            continue;
        d->o.message(d->o.own, &c->lmtp);
        if (is_waiting(c))
            break;
    }
    if (at > 0) {
        memmove(c->ahead.data, c->ahead.data + at, c->ahead.len - at);
        c->ahead.len -= at;
    }
}

static void
read_some(struct door *d, struct connection *c)
{
    while (!is_waiting(c) && c->lmtp.stage != LMTP_OVER && !c->ended) {
        ssize_t got = read(c->fd, buf_reserve(&c->ahead, READ), READ);
        if (got < 0 && (errno == EAGAIN || errno == EINTR))
            return;
        c->ended = got <= 0;
        if (got <= 0)
            return;
        c->seen_at = clock_mono_ms();
        c->ahead.len += (size_t)got;
        eat(d, c);
        if (got < READ)
            return; /* that was all, mostly: the next poll says so for nothing */
    }
}

size_t
door_fds(struct door *d, struct pollfd *fds, size_t room)
{
    size_t count = 0;
    if (d->listener >= 0 && room > 0 && free_connection(d) != NULL)
        fds[count++] = (struct pollfd){ .fd = d->listener, .events = POLLIN };
    for (size_t i = 0; i < DOOR_CONNECTIONS && count < room; i++) {
        struct connection *c = &d->connections[i];
        short events = (short)((c->lmtp.out.len > 0 ? POLLOUT : 0) | (is_waiting(c) ? 0 : POLLIN));
        c->slot = count;
        if (c->fd >= 0 && events != 0)
            fds[count++] = (struct pollfd){ .fd = c->fd, .events = events };
    }
    return count;
}

static void
end_those_over(struct door *d)
{
    int64_t now = clock_mono_ms();
    for (size_t i = 0; i < DOOR_CONNECTIONS; i++) {
        struct connection *c = &d->connections[i];
        bool over = c->ended || (c->lmtp.stage == LMTP_OVER && c->lmtp.out.len == 0) ||
                    (!is_waiting(c) && now - c->seen_at > IDLE_MS);
        if (c->fd >= 0 && over && !is_waiting(c))
            connection_close(c);
    }
}

static bool
is_ready(const struct pollfd *fds, size_t count, const struct connection *c)
{
    return c->slot < count && fds[c->slot].fd == c->fd && fds[c->slot].revents != 0;
}

void
door_work(struct door *d, const struct pollfd *fds, size_t count)
{
    for (size_t i = 0; i < DOOR_CONNECTIONS; i++) {
        struct connection *c = &d->connections[i];
        if (c->fd >= 0 && is_ready(fds, count, c)) {
            read_some(d, c);
            write_some(c);
        }
    }
    if (d->listener >= 0 && count > 0 && fds[0].fd == d->listener && fds[0].revents != 0)
        take_connections(d);
    end_those_over(d);
}

void
door_flush(struct door *d)
{
    for (size_t i = 0; i < DOOR_CONNECTIONS; i++) {
        struct connection *c = &d->connections[i];
        if (c->fd < 0)
            continue;
        write_some(c);
        if (!is_waiting(c) && c->ahead.len > 0)
            eat(d, c);
    }
}

/* Between its MAIL and its message's end, or so new that its MAIL is to come. */
static bool
is_at_it(const struct connection *c, int64_t now)
{
    return c->fd >= 0 && !c->ended && !is_waiting(c) &&
           (c->lmtp.has_from || (!c->lmtp.greeted && now - c->seen_at < FRESH_MS));
}

void
door_gather(struct door *d)
{
    struct pollfd fds[1 + DOOR_CONNECTIONS];
    int64_t until = clock_mono_ms() + GATHER_MS;
    for (int64_t now; (now = clock_mono_ms()) < until;) {
        bool any = false;
        for (size_t i = 0; i < DOOR_CONNECTIONS && !any; i++)
            any = is_at_it(&d->connections[i], now);
        size_t count = any ? door_fds(d, fds, countof(fds)) : 0;
        if (count == 0 || poll(fds, (nfds_t)count, 1) <= 0)
            return;
        door_work(d, fds, count);
    }
}

void
door_each_waiting(struct door *d, void (*f)(void *own, struct lmtp *l), void *own)
{
    for (size_t i = 0; i < DOOR_CONNECTIONS; i++)
        if (d->connections[i].fd >= 0 && is_waiting(&d->connections[i]))
            f(own, &d->connections[i].lmtp);
}

bool
door_drain(struct door *d)
{
    if (d->listener >= 0)
        close(d->listener);
    d->listener = -1;
    for (size_t i = 0; i < DOOR_CONNECTIONS; i++) {
        const struct connection *c = &d->connections[i];
        if (c->fd >= 0 && (is_waiting(c) || c->lmtp.out.len > 0))
            return false;
    }
    return true;
}
