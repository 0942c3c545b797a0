/* private_redis.h - a redis-server for one test: on a unix socket in a folder of its own, stopped
 * by its pid, nothing left behind. */
#ifndef TESTS_IO_PRIVATE_REDIS_H
#define TESTS_IO_PRIVATE_REDIS_H

#include "tests/io/help.h"

#include "common/io/clock.h"
#include "common/io/redis.h"

#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>

struct private_redis {
    char folder[64];
    char where[160]; /* "unix:..." */
    pid_t pid;       /* 0: stopped */
};

/* `extra`: one more option and its value, or NULL. */
static inline void
private_redis_start(struct private_redis *p, const char *extra, const char *value)
{
    char socket[128];
    snprintf(socket, sizeof(socket), "%s/redis.sock", p->folder);
    snprintf(p->where, sizeof(p->where), "unix:%s", socket);
    fflush(NULL);
    p->pid = fork();
    assert_true(p->pid >= 0);
    if (p->pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL); /* also when the test crashes */
        int quiet = open("/dev/null", O_WRONLY);
        dup2(quiet, STDOUT_FILENO);
        execlp("redis-server", "redis-server", "--port", "0", "--unixsocket", socket, "--dir",
               p->folder, "--appendonly", "yes", "--appendfsync", "always", "--save", "", extra,
               value, (char *)NULL);
        _exit(127);
    }
}

static inline void
private_redis_stop(struct private_redis *p)
{
    if (p->pid == 0)
        return;
    kill(p->pid, SIGKILL);
    waitpid(p->pid, NULL, 0);
    p->pid = 0;
}

/* One turn: waits a little for something to do, and does it. */
static inline void
turn(struct redis *r)
{
    struct pollfd f = { .fd = redis_fd(r), .events = POLLIN };
    if (redis_wants_write(r))
        f.events |= POLLOUT;
    int64_t wait = redis_wait_ms(r);
    poll(&f, 1, wait > 50 ? 50 : (int)wait);
    redis_work(r);
}

/* Turns until it is up, or down. */
static inline void
work_until_up(struct redis *r, bool up)
{
    int64_t deadline = clock_mono_ms() + 60000;
    while (redis_is_up(r) != up && clock_mono_ms() < deadline)
        turn(r);
    assert_int_equal(redis_is_up(r), up);
}

#endif
