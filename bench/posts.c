/* posts.c - reports by HTTP: GATE_WINDOW kept connections, each with one POST on its way. */
#include "bench/gate.h"
#include "common/io/clock.h"
#include "common/io/log.h"
#include "common/io/seal.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

enum { STUCK_MS = 20000 };
static const char api_key[] = "bench-0123456789abcdef";

struct poster {
    int fd;
    struct buf in;
};

struct posters {
    struct poster all[GATE_WINDOW];
    unsigned sent, answered, most;
};

static void
write_key(const char *site)
{
    char path[160], hex[65];
    uint8_t digest[32];
    digest_32(digest, str_of(api_key));
    hex_of(hex, digest, sizeof(digest));
    snprintf(path, sizeof(path), "%s/gateways/web.keys", site);
    FILE *f = fopen(path, "we");
    if (f == NULL || fprintf(f, "bench %s web.api - -\n", hex) < 0 || fclose(f) != 0)
        die("cannot write %s: %s", path, strerror(errno));
}

static void
post(struct posters *p, struct poster *one)
{
    char body[300], request[800];
    if (p->sent == p->most)
        return;
    int len =
        snprintf(body, sizeof(body),
                 "{\"text\":\"The lift in stairwell %u stands between two floors, nobody is "
                 "inside\",\"site\":\"city-hall\",\"lang\":\"en\",\"contact\":\"+86138%08u\"}",
                 p->sent, p->sent);
    len = snprintf(request, sizeof(request),
                   "POST /v1/reports HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer %s\r\n"
                   "Idempotency-Key: bench-%u\r\nContent-Type: application/json\r\n"
                   "Content-Length: %d\r\n\r\n%s",
                   api_key, p->sent, len, body);
    if (send(one->fd, request, (size_t)len, MSG_NOSIGNAL) != len)
        die("the web gateway closed a connection: %s", strerror(errno));
    p->sent++;
}

/* One whole answer out of what has come; false: not yet. */
static bool
take_answer(struct poster *one)
{
    struct str in = buf_str(&one->in);
    const char *end = in.len == 0 ? NULL : memmem(in.at, in.len, "\r\n\r\n", 4);
    const char *length = in.len == 0 ? NULL : memmem(in.at, in.len, "ontent-length: ", 15);
    if (length == NULL && in.len > 0)
        length = memmem(in.at, in.len, "ontent-Length: ", 15);
    if (end == NULL || length == NULL)
        return false;
    size_t whole = (size_t)(end - in.at) + 4 + strtoul(length + 15, NULL, 10);
    if (in.len < whole)
        return false;
    if (in.len < 12 || memcmp(in.at + 8, " 202", 4) != 0)
        die("the web gateway answered %.*s", (int)(in.len < 300 ? in.len : 300), in.at);
    memmove(one->in.data, one->in.data + whole, in.len - whole);
    one->in.len -= whole;
    return true;
}

static void
hear(struct posters *p, struct poster *one)
{
    ssize_t got = recv(one->fd, buf_reserve(&one->in, 4096), 4096, MSG_DONTWAIT);
    if (got == 0 || (got < 0 && errno != EAGAIN))
        die("the web gateway closed a connection");
    one->in.len += got > 0 ? (size_t)got : 0;
    while (take_answer(one)) {
        p->answered++;
        post(p, one);
    }
}

static void
post_all(struct posters *p)
{
    struct pollfd fds[GATE_WINDOW];
    for (size_t i = 0; i < GATE_WINDOW; i++) {
        fds[i] = (struct pollfd){ .fd = p->all[i].fd, .events = POLLIN };
        post(p, &p->all[i]);
    }
    while (p->answered < p->most) {
        if (poll(fds, GATE_WINDOW, STUCK_MS) <= 0)
            die("the web gateway answers no more: %u of %u", p->answered, p->most);
        for (size_t i = 0; i < GATE_WINDOW; i++)
            if (fds[i].revents != 0)
                hear(p, &p->all[i]);
    }
}

double
posts_per_s(const char *site, unsigned messages)
{
    struct posters p = { .most = messages };
    char settings[64];
    int port = gate_free_port();
    snprintf(settings, sizeof(settings), "port %d\n", port);
    write_key(site);
    pid_t gate = gate_open(site, "web", settings);
    for (size_t i = 0; i < GATE_WINDOW; i++)
        if ((p.all[i].fd = gate_connect(port)) < 0)
            die("the web gateway takes no connection: %s", strerror(errno));
    int64_t began = clock_mono_ns();
    post_all(&p);
    double took_s = (double)(clock_mono_ns() - began) / 1e9;
    for (size_t i = 0; i < GATE_WINDOW; i++) {
        close(p.all[i].fd);
        buf_fini(&p.all[i].in);
    }
    gate_close(gate);
    return messages / took_s;
}
