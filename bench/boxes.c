/* boxes.c - short messages by Kannel's box protocol: we are its bearerbox, with GATE_WINDOW
 * messages on their way to the box that the gateway is. */
#include "bench/gate.h"
#include "common/io/clock.h"
#include "common/io/log.h"
#include "gateways/sms/kannel.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

enum { STUCK_MS = 20000 };

static void
put_message(struct buf *out, unsigned number)
{
    char sender[24], words[160];
    struct kannel_sms m = kannel_sms_none();
    snprintf(sender, sizeof(sender), "+86138%08u", number);
    snprintf(words, sizeof(words), "Building %u: the lift stands between two floors", number);
    m.sender = str_of(sender);
    m.receiver = STR("4711");
    m.words = str_of(words);
    m.time = (int32_t)(clock_wall_ms() / 1000);
    m.type = KANNEL_MO;
    m.coding = KANNEL_7BIT;
    for (size_t i = 0; i < 16; i++)
        m.id[i] = (uint8_t)(i < 4 ? number >> (8 * i) : i);
    kannel_put_sms(out, &m);
}

static void
send_all(int fd, struct buf *out)
{
    for (size_t at = 0; at < out->len;) {
        ssize_t put = send(fd, out->data + at, out->len - at, MSG_NOSIGNAL);
        if (put <= 0)
            die("the SMS gateway closed its connection: %s", strerror(errno));
        at += (size_t)put;
    }
    buf_clear(out);
}

/* How many more it has acknowledged. */
static unsigned
hear(int fd, struct kannel *k)
{
    uint8_t bytes[65536];
    struct kannel_message m;
    struct pollfd poll_fd = { .fd = fd, .events = POLLIN };
    unsigned count = 0;
    ssize_t got = poll(&poll_fd, 1, STUCK_MS) <= 0 ? 0 : recv(fd, bytes, sizeof(bytes), 0);
    if (got <= 0)
        die("the SMS gateway answers no more");
    kannel_eat(k, str_bytes(bytes, (size_t)got));
    while (kannel_next(k, &m)) {
        if (m.kind == KANNEL_ACK && m.answer != KANNEL_GOOD)
            die("the SMS gateway refused a message: %d", (int)m.answer);
        count += m.kind == KANNEL_ACK;
    }
    return count;
}

double
boxes_per_s(const char *site, unsigned messages)
{
    char settings[64];
    struct kannel k = { 0 };
    struct buf out = { 0 };
    unsigned sent = 0, acked = 0;
    int port, listener = gate_listen(&port);
    snprintf(settings, sizeof(settings), "port %d\n", port);
    pid_t gate = gate_open(site, "sms", settings);
    int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    if (fd < 0)
        die("the SMS gateway does not connect: %s", strerror(errno));
    int64_t began = clock_mono_ns();
    while (acked < messages) {
        for (; sent < messages && sent - acked < GATE_WINDOW; sent++)
            put_message(&out, sent);
        send_all(fd, &out);
        acked += hear(fd, &k);
    }
    double took_s = (double)(clock_mono_ns() - began) / 1e9;
    close(fd);
    close(listener);
    gate_close(gate);
    kannel_fini(&k);
    buf_fini(&out);
    return messages / took_s;
}
