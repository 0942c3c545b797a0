/* posts.c - messages by HTTP: GATE_WINDOW kept connections, each with one POST on its way. */
#include "bench/gate.h"
#include "common/io/clock.h"
#include "common/io/log.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

enum { STUCK_MS = 20000 };

struct poster {
    int fd;
    struct buf in;
};

struct posters {
    const struct post *post;
    struct poster all[GATE_WINDOW];
    unsigned sent, answered, most;
};

void
post_put(struct buf *out, const char *path, const char *headers, struct str body)
{
    buf_printf(out,
               "POST %s HTTP/1.1\r\nHost: bench\r\n%sContent-Type: application/json\r\n"
               "Content-Length: %zu\r\n\r\n",
               path, headers, body.len);
    buf_put(out, body.at, body.len);
}

static void
post(struct posters *p, struct poster *one)
{
    struct buf request = { 0 };
    if (p->sent == p->most)
        return;
    p->post->request(&request, p->sent);
    if (send(one->fd, request.data, request.len, MSG_NOSIGNAL) != (ssize_t)request.len)
        die("the %s gateway closed a connection: %s", p->post->gateway, strerror(errno));
    p->sent++;
    buf_fini(&request);
}

/* One whole answer out of what has come; false: not yet. */
static bool
take_answer(const struct post *post, struct poster *one)
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
    if (strtol(in.at + sizeof("HTTP/1.1"), NULL, 10) != post->status)
        die("the %s gateway answered %.*s", post->gateway, (int)(in.len < 300 ? in.len : 300),
            in.at);
    memmove(one->in.data, one->in.data + whole, in.len - whole);
    one->in.len -= whole;
    return true;
}

static void
hear(struct posters *p, struct poster *one)
{
    ssize_t got = recv(one->fd, buf_reserve(&one->in, 4096), 4096, MSG_DONTWAIT);
    if (got == 0 || (got < 0 && errno != EAGAIN))
        die("the %s gateway closed a connection", p->post->gateway);
    one->in.len += got > 0 ? (size_t)got : 0;
    while (take_answer(p->post, one)) {
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
            die("the %s gateway answers no more: %u of %u", p->post->gateway, p->answered, p->most);
        for (size_t i = 0; i < GATE_WINDOW; i++)
            if (fds[i].revents != 0)
                hear(p, &p->all[i]);
    }
}

double
posts_per_s(const struct post *post, const char *site, unsigned messages)
{
    struct posters p = { .post = post, .most = messages };
    struct buf settings = { 0 };
    int port = gate_free_port();
    buf_printf(&settings, "port %d\n", port);
    post->prepare(site, &settings);
    pid_t gate = gate_open(site, post->gateway, buf_cstr(&settings));
    for (size_t i = 0; i < GATE_WINDOW; i++)
        if ((p.all[i].fd = gate_connect(port)) < 0)
            die("the %s gateway takes no connection: %s", post->gateway, strerror(errno));
    int64_t began = clock_mono_ns();
    post_all(&p);
    double took_s = (double)(clock_mono_ns() - began) / 1e9;
    for (size_t i = 0; i < GATE_WINDOW; i++) {
        close(p.all[i].fd);
        buf_fini(&p.all[i].in);
    }
    gate_close(gate);
    buf_fini(&settings);
    return messages / took_s;
}
