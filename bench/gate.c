/* gate.c - programs and ports for ./dev bench gateways. */
#include "bench/gate.h"

#include "common/io/clock.h"
#include "common/io/log.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { READY_MS = 20000 };

/* `out` and `err`: -1 stays ours. */
static pid_t
spawn(const char *const *words, int out, int err)
{
    pid_t pid = fork();
    if (pid < 0)
        die("fork: %s", strerror(errno));
    if (pid > 0)
        return pid;
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (out >= 0)
        dup2(out, STDOUT_FILENO);
    if (err >= 0)
        dup2(err, STDERR_FILENO);
    execvp(words[0], (char *const *)(uintptr_t)words);
    _exit(127);
}

pid_t
gate_spawn(const char *const *words)
{
    int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
    pid_t pid = spawn(words, null, null);
    close(null);
    return pid;
}

int
gate_wait(pid_t pid)
{
    int status;
    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            return -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

void
gate_write(const char *site, const char *name, struct str bytes)
{
    char path[200];
    snprintf(path, sizeof(path), "%s/gateways/%s", site, name);
    for (char *at = path + strlen(site); (at = strchr(at + 1, '/')) != NULL; *at = '/') {
        *at = '\0';
        mkdir(path, 0700);
    }
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0 || write(fd, bytes.at, bytes.len) != (ssize_t)bytes.len || close(fd) != 0)
        die("cannot write %s: %s", path, strerror(errno));
}

static void
write_settings(const char *site, const char *gateway, const char *settings)
{
    char name[40];
    struct buf text = { 0 };
    snprintf(name, sizeof(name), "%s.conf", gateway);
    buf_printf(&text, "sender_burst 0\nall_burst 0\n%s", settings);
    gate_write(site, name, buf_str(&text));
    buf_fini(&text);
}

pid_t
gate_open(const char *site, const char *name, const char *settings)
{
    char program[400], log[160], line[16] = "";
    const char *words[] = { program, "--site", site, NULL };
    int said[2];
    write_settings(site, name, settings);
    snprintf(program, sizeof(program), "%s/faultline-gateway-%s", FAULTLINE_PROGRAMS, name);
    snprintf(log, sizeof(log), "%s/log", site);
    int err = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (pipe2(said, O_CLOEXEC) != 0)
        die("pipe: %s", strerror(errno));
    pid_t pid = spawn(words, said[1], err);
    close(said[1]);
    close(err);
    struct pollfd fd = { .fd = said[0], .events = POLLIN };
    if (poll(&fd, 1, READY_MS) <= 0 || read(said[0], line, sizeof(line) - 1) <= 0 ||
        strcmp(line, "ready\n") != 0)
        die("faultline-gateway-%s did not come up; its log is in %s", name, site);
    close(said[0]);
    return pid;
}

void
gate_close(pid_t gate)
{
    kill(gate, SIGTERM);
    (void)gate_wait(gate);
}

/* ---- ports */

static struct sockaddr_in
local(int port)
{
    return (struct sockaddr_in){ .sin_family = AF_INET,
                                 .sin_port = htons((uint16_t)port),
                                 .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
}

int
gate_listen(int *port)
{
    struct sockaddr_in a = local(0);
    socklen_t len = sizeof(a);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || bind(fd, (struct sockaddr *)&a, sizeof(a)) != 0 || listen(fd, 16) != 0 ||
        getsockname(fd, (struct sockaddr *)&a, &len) != 0)
        die("no port to listen on: %s", strerror(errno));
    *port = ntohs(a.sin_port);
    return fd;
}

int
gate_free_port(void)
{
    int port, fd = gate_listen(&port);
    close(fd);
    return port;
}

int
gate_connect(int port)
{
    struct sockaddr_in a = local(port);
    int one = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && connect(fd, (struct sockaddr *)&a, sizeof(a)) == 0) {
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
        return fd;
    }
    if (fd >= 0)
        close(fd);
    return -1;
}

void
gate_await(int port)
{
    int64_t limit = clock_mono_ms() + READY_MS;
    int fd;
    while ((fd = gate_connect(port)) < 0) {
        if (clock_mono_ms() > limit)
            die("nobody listens on port %d", port);
        (void)poll(NULL, 0, 5);
    }
    close(fd);
}
