/* house.h - a whole site for the broker's tests: a private Redis with the walls of
 * deploy/users.acl, the program faultline-broker, an operator, and clients that speak raw messages.
 */
#ifndef TESTS_BROKER_HOUSE_H
#define TESTS_BROKER_HOUSE_H

#include "tests/broker/city.h"

#include "common/io/clock.h"
#include "common/io/conf.h"
#include "common/io/log.h"
#include "common/io/sock.h"
#include "common/store/store.h"
#include "common/wire/codec.h"
#include "common/wire/key.h"

#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { DEADLINE_MS = 60000 };

struct house {
    struct city city;
    char dir[64];
    pid_t redis, broker;
    struct store *store; /* the operator's */
    struct sockets *sockets;
    char endpoint[128];
    struct client *clients; /* newest first: a test that fails leaves them to house_close */
};

/* Waits until `condition`, doing `work` meanwhile. */
#define wait_until(condition, work)                                                                \
    do {                                                                                           \
        int64_t until_ = clock_mono_ms() + DEADLINE_MS;                                            \
        while (!(condition)) {                                                                     \
            if (clock_mono_ms() > until_)                                                          \
                fail_msg("still not after %d ms: %s", DEADLINE_MS, #condition);                    \
            work;                                                                                  \
        }                                                                                          \
    } while (0)

/* ---- files and processes */

static inline void
house_write(const struct house *h, const char *name, struct str text)
{
    char path[128];
    snprintf(path, sizeof(path), "%s/%s", h->dir, name);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text.at, text.len), (ssize_t)text.len);
    close(fd);
}

static inline void
house_read(const struct house *h, const char *name, struct buf *out)
{
    char path[128];
    snprintf(path, sizeof(path), "%s/%s", h->dir, name);
    FILE *f = fopen(path, "r");
    assert_non_null(f);
    for (size_t got = 1; got > 0; out->len += got)
        got = fread(buf_reserve(out, 4096), 1, 4096, f);
    fclose(f);
}

/* Starts a program; what it says goes to `log` in the house's folder. */
static inline pid_t
house_start(const struct house *h, const char *log, const char *const argv[])
{
    char path[128];
    snprintf(path, sizeof(path), "%s/%s", h->dir, log);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        int fd = open(path, O_WRONLY | O_CREAT | O_APPEND, 0600);
        dup2(fd, STDOUT_FILENO);
        dup2(fd, STDERR_FILENO);
        prctl(PR_SET_PDEATHSIG, SIGKILL); /* a test that crashes leaves no process behind */
        execvp(argv[0], (char *const *)(uintptr_t)argv);
        _exit(127);
    }
    return pid;
}

/* The exit code, or 256 + the signal. */
static inline int
house_end(pid_t pid, int number)
{
    int status = 0;
    if (number != 0)
        kill(pid, number);
    wait_until(waitpid(pid, &status, WNOHANG) == pid, usleep(1000));
    return WIFEXITED(status) ? WEXITSTATUS(status) : 256 + WTERMSIG(status);
}

/* Beside the tests' folder in the build. */
static inline void
broker_program(char path[512])
{
    ssize_t len = readlink("/proc/self/exe", path, 400);
    assert_true(len > 0);
    path[len] = '\0';
    for (int up = 0; up < 2; up++)
        *strrchr(path, '/') = '\0';
    strcat(path, "/faultline-broker");
    if (access(path, X_OK) != 0)
        fail_msg("%s is not built: build the target faultline-broker too", path);
}

/* ---- Redis */

static inline void
start_redis(struct house *h)
{
    char sock[96], acl[96];
    snprintf(sock, sizeof(sock), "%s/redis.sock", h->dir);
    snprintf(acl, sizeof(acl), "%s/users.acl", h->dir);
    const char *const argv[] = { "redis-server",
                                 "--port",
                                 "0",
                                 "--unixsocket",
                                 sock,
                                 "--dir",
                                 h->dir,
                                 "--appendonly",
                                 "yes",
                                 "--appendfsync",
                                 "always",
                                 "--save",
                                 "",
                                 "--aclfile",
                                 acl,
                                 NULL };
    h->redis = house_start(h, "redis.log", argv);
    /* The first call may find out that the old connection is dead. */
    struct reply r = { NULL };
    wait_until(redis_ask(store_redis(h->store), DEADLINE_MS, 1, (struct str[]){ STR("PING") },
                         &r) == OK, );
    reply_free(&r);
    assert_int_equal(store_up(h->store, DEADLINE_MS), OK);
}

/* deploy/users.acl with passwords, and one user who may do anything for the tests. */
static inline void
write_acl(const struct house *h)
{
    struct buf acl = { 0 };
    char line[2048], out[2048];
    FILE *f = fopen("deploy/users.acl", "r");
    assert_non_null(f);
    while (fgets(line, sizeof(line), f) != NULL) {
        char *at = strchr(line, '@'), *end = at == NULL ? NULL : strstr(at, "PASSWORD@");
        bool masked = end != NULL && at[-1] == '>';
        if (masked)
            snprintf(out, sizeof(out), "%.*ssecret%s", (int)(at - line), line, end + 9);
        buf_printf(&acl, "%s", masked ? out : line);
    }
    fclose(f);
    buf_printf(&acl, "\nuser tester on >secret ~* &* +@all\n");
    house_write(h, "users.acl", buf_str(&acl));
    buf_fini(&acl);
}

/* One command as the tester, waiting; the reply as a number or a length. */
static inline int64_t
redis_say(struct house *h, size_t argc, const struct str *argv)
{
    struct reply r = { NULL };
    assert_int_equal(redis_ask(store_redis(h->store), DEADLINE_MS, argc, argv, &r), OK);
    if (reply_kind(r) == REPLY_ERROR)
        fail_msg("redis: %.*s", STR_ARG(reply_text(r)));
    int64_t n = reply_kind(r) == REPLY_LIST ? (int64_t)reply_count(r) : reply_number(r);
    reply_free(&r);
    return n;
}

/* Reports and events waiting in a territory; plans are not counted. */
static inline size_t
inbox_length(struct house *h, const char *where)
{
    struct arena a = { 0 };
    struct inbox in = { .territory = territory(where), .cursor = "0-0" };
    int64_t redis_ms;
    size_t count = 0;
    assert_int_equal(store_read(h->store, &in, 1, 100000, 0, &a, &redis_ms), OK);
    for (size_t i = 0; i < in.count; i++)
        count += in.entries[i].kind != 'p';
    arena_fini(&a);
    return count;
}

/* ---- the broker */

static inline void
start_broker(struct house *h, const char *setting)
{
    char program[512];
    broker_program(program);
    const char *const argv[] = { program, "--site", h->dir, "--set", setting, NULL };
    h->broker = house_start(h, "broker.log", argv);
}

/* Applies the city as it is now, under its version. */
static inline void
apply_plan(struct house *h)
{
    struct buf map = { 0 };
    uint8_t signature[64];
    const struct territory_id all[] = { territory("north"), territory("south"),
                                        territory("triage") };
    city_map(&h->city, &map, signature);
    assert_int_equal(store_plan_put(h->store, h->city.version, STR("sealed"), buf_str(&map),
                                    signature, all, countof(all)),
                     OK);
    buf_fini(&map);
}

static inline void
write_site(struct house *h)
{
    struct buf conf = { 0 }, why = { 0 };
    char path[128], pool[65], operator_hex[65];
    hex_of(pool, keys_public(h->city.pool)->seal, 32);
    hex_of(operator_hex, keys_public(h->city.operator_keys)->sign, 32);
    snprintf(path, sizeof(path), "%s/broker.key", h->dir);
    assert_int_equal(keys_write(path, h->city.broker, &why), OK);
    buf_printf(&conf,
               "redis unix:%s/redis.sock\nbrokers %s\nbroker_key broker.key\nbroker_public %s\n"
               "operator_public %s\npool_public %s\nredis_broker_password secret\n",
               h->dir, h->endpoint, keys_public(h->city.broker)->curve, operator_hex, pool);
    house_write(h, "faultline.conf", buf_str(&conf));
    buf_fini(&conf);
}

/* Redis is up and the plan of version 1 applied; the broker is the test's to start. */
static inline void
house_open(struct house *h)
{
    char where[128];
    *h = (struct house){ .dir = "/tmp/fl-broker-XXXXXX" };
    log_open("test", LOG_ERROR);
    city_init(&h->city);
    assert_non_null(mkdtemp(h->dir));
    snprintf(h->endpoint, sizeof(h->endpoint), "ipc://%s/broker.sock", h->dir);
    write_acl(h);
    write_site(h);
    snprintf(where, sizeof(where), "unix:%s/redis.sock", h->dir);
    h->store = store_new(&(struct store_options){
        .where = where, .user = "tester", .password = "secret", .load_library = true });
    start_redis(h);
    apply_plan(h);
    h->sockets = sockets_new();
}

static inline void client_close(struct client *c);

static inline void
house_close(struct house *h)
{
    char command[128];
    while (h->clients != NULL)
        client_close(h->clients);
    if (h->broker != 0)
        house_end(h->broker, SIGKILL);
    if (h->redis != 0)
        house_end(h->redis, SIGKILL);
    store_free(h->store);
    sockets_free(h->sockets);
    city_fini(&h->city);
    assert_true(strncmp(h->dir, "/tmp/fl-broker-", 15) == 0);
    snprintf(command, sizeof(command), "rm -rf '%s'", h->dir);
    assert_int_equal(system(command), 0);
}

static inline int
house_set_up(void **state)
{
    struct house *h = zalloc(sizeof(*h));
    house_open(h);
    start_broker(h, "inbox_max=100000");
    *state = h;
    return 0;
}

static inline int
house_tear_down(void **state)
{
    house_close(*state);
    free(*state);
    return 0;
}

/* ---- clients */

struct client {
    struct client *next;
    struct house *house;
    enum who who;
    struct sock *sock;
    struct codec codec;
    struct buf out;
    uint64_t number;
    struct message got; /* the last one; borrowed until the next */
};

/* The next message, within `limit_ms`; false: none came. */
static inline bool
client_hear(struct client *c, int64_t limit_ms)
{
    struct str bytes;
    struct wait w = { .sock = c->sock };
    int64_t until = clock_mono_ms() + limit_ms;
    while (sock_receive(c->sock, NULL, NULL, &bytes) != OK) {
        int64_t left = until - clock_mono_ms();
        if (left <= 0)
            return false;
        wait_for(&w, 1, left);
    }
    assert_int_equal(codec_decode(&c->codec, bytes, &c->got), OK);
    return true;
}

static inline void
client_send_bytes(struct client *c, struct str bytes)
{
    assert_int_equal(sock_send(c->sock, NULL, bytes), OK);
}

static inline uint64_t
client_send(struct client *c, struct message *m)
{
    m->number = ++c->number;
    buf_clear(&c->out);
    codec_encode(m, &c->out);
    client_send_bytes(c, buf_str(&c->out));
    return m->number;
}

/* The answer to `number`; UPDATEs on the way are passed over. */
static inline const struct message *
client_answer(struct client *c, uint64_t number)
{
    do
        if (!client_hear(c, DEADLINE_MS))
            fail_msg("no answer to request %d of %s", (int)number, people[c->who].name);
    while (c->got.number != number);
    return &c->got;
}

static inline const struct message *
client_ask(struct client *c, struct message m)
{
    return client_answer(c, client_send(c, &m));
}

static inline struct client *
client_connect(struct house *h, enum who who)
{
    struct buf why = { 0 };
    struct client *c = zalloc(sizeof(*c));
    *c = (struct client){ .next = h->clients, .house = h, .who = who };
    codec_init(&c->codec);
    c->sock = sock_dealer(h->sockets, h->endpoint, keys_public(h->city.broker)->curve,
                          keys_public(h->city.keys[who])->curve,
                          keys_curve_secret(h->city.keys[who]), &why);
    assert_non_null(c->sock);
    h->clients = c;
    return c;
}

static inline void
client_hello(struct client *c)
{
    struct message hello = { .kind = MSG_HELLO, .hello = { STR("a test") } };
    assert_int_equal(client_ask(c, hello)->kind, MSG_WELCOME);
}

static inline struct client *
client_open(struct house *h, enum who who)
{
    struct client *c = client_connect(h, who);
    client_hello(c);
    return c;
}

static inline void
client_close(struct client *c)
{
    struct client **at = &c->house->clients;
    while (*at != c)
        at = &(*at)->next;
    *at = c->next;
    sock_free(c->sock);
    codec_fini(&c->codec);
    buf_fini(&c->out);
    free(c);
}

static inline struct message
message_of(enum message_kind kind)
{
    return (struct message){ .kind = kind };
}

/* A report of `n` by mail.support, from a place in the north, not addressed. The broker cannot look
 * into the body, so any octets do. */
static inline struct message
report_of(const struct house *h, uint64_t n)
{
    static const char body[300];
    struct message m = { .kind = MSG_REPORT };
    report_id_of(m.report.id.b, STR("mail.support"), str_bytes(&n, sizeof(n)));
    m.report.route.place = (struct place){ 50000000, 30000000 };
    m.report.hint = -1;
    str_fill(m.report.source.s, sizeof(m.report.source.s), STR("mail.support"));
    memcpy(m.report.pool_key.b, keys_public(h->city.pool)->seal_id, 8);
    m.report.sealed = str_bytes(body, sizeof(body));
    return m;
}

static inline struct message
addressed(struct message m, const char *where, uint32_t plan)
{
    m.report.territory = territory(where);
    m.report.plan = plan;
    return m;
}

static inline struct message
event_of(const struct house *h, enum verb v, uint64_t counter)
{
    static const char body[60];
    struct message m = { .kind = MSG_EVENT };
    m.event.id = (struct event_id){ 1, counter };
    m.event.territory = territory("north");
    m.event.verb = v;
    m.event.occurred_at = clock_wall_ms();
    memcpy(m.event.pool_key.b, keys_public(h->city.pool)->seal_id, 8);
    m.event.sealed = str_bytes(body, sizeof(body));
    return m;
}

static inline void
expect_refused(const struct message *m, const char *code)
{
    assert_int_equal(m->kind, MSG_REFUSED);
    if (!str_is(m->refused.code, code))
        fail_msg("refused as %.*s, not %s", STR_ARG(m->refused.code), code);
    assert_true(m->refused.text.len > 0);
}

/* Until it is accepted: BUSY is met by asking again. */
static inline void
until_accepted(struct client *c, struct message m)
{
    wait_until(client_ask(c, m)->kind == MSG_ACCEPTED, assert_int_equal(c->got.kind, MSG_BUSY));
}

#endif
