/* private.h - a Redis of a test's own, set up by deploy/redis.conf and deploy/users.acl as a site
 * would be, in a folder that goes when it is stopped. Run from the project's root. */
#ifndef TESTS_STORE_PRIVATE_H
#define TESTS_STORE_PRIVATE_H

#include "common/base/buf.h"
#include "common/io/clock.h"
#include "common/io/seal.h"
#include "common/store/store.h"
#include "common/wire/key.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

struct private_redis {
    char dir[64];
    char where[96]; /* for store_options */
    pid_t pid;      /* 0: not running */
};

#define BROKER_PASSWORD   "broker-secret"
#define WORKER_PASSWORD   "worker-secret"
#define OPERATOR_PASSWORD "operator-secret"

static inline void
private_fill(const char *from, const char *to, const char *dir, const char *memory)
{
    const char *const names[][2] = {
        { "@DIR@", dir },
        { "@SOCKET@", "" },
        { "@ACLFILE@", "" },
        { "@MAXMEMORY@", memory },
        { "@BROKER_PASSWORD@", BROKER_PASSWORD },
        { "@WORKER_PASSWORD@", WORKER_PASSWORD },
        { "@OPERATOR_PASSWORD@", OPERATOR_PASSWORD },
    };
    char line[4096], out[8192];
    FILE *in = fopen(from, "r"), *file = fopen(to, "w");
    assert_non_null(in);
    assert_non_null(file);
    while (fgets(line, sizeof(line), in) != NULL) {
        size_t len = 0;
        for (const char *at = line; *at != '\0';) {
            size_t i;
            for (i = 0; i < countof(names); i++)
                if (strncmp(at, names[i][0], strlen(names[i][0])) == 0)
                    break;
            if (i == countof(names)) {
                out[len++] = *at++;
                continue;
            }
            at += strlen(names[i][0]);
            len += (size_t)(i == 1   ? snprintf(out + len, 256, "%s/redis.sock", dir)
                            : i == 2 ? snprintf(out + len, 256, "%s/users.acl", dir)
                                     : snprintf(out + len, 256, "%s", names[i][1]));
        }
        out[len] = '\0';
        fputs(out, file);
    }
    fclose(in);
    fclose(file);
}

/* Starts the server on what is in its folder, as a site does, and waits until it answers. */
static inline void
private_start(struct private_redis *p)
{
    char conf[96], log[96];
    uint64_t cut;
    assert_int_equal(aof_mend(p->dir, &cut), OK);
    snprintf(conf, sizeof(conf), "%s/redis.conf", p->dir);
    snprintf(log, sizeof(log), "%s/log", p->dir);
    p->pid = fork();
    assert_true(p->pid >= 0);
    if (p->pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL); /* a test that dies takes it along */
        int fd = open(log, O_CREAT | O_WRONLY | O_APPEND, 0600);
        dup2(fd, 1);
        dup2(fd, 2);
        execlp("redis-server", "redis-server", conf, (char *)NULL);
        _exit(127);
    }
    struct redis *r = redis_new(p->where, "worker", WORKER_PASSWORD, NULL, NULL);
    struct reply pong;
    assert_int_equal(redis_ask(r, 60000, 1, (struct str[]){ STR("PING") }, &pong), OK);
    reply_free(&pong);
    redis_free(r);
}

static inline void
private_new(struct private_redis *p, const char *memory)
{
    char path[96];
    seal_open_library();
    *p = (struct private_redis){ .dir = "/tmp/faultline-test-XXXXXX" };
    assert_non_null(mkdtemp(p->dir));
    snprintf(p->where, sizeof(p->where), "unix:%s/redis.sock", p->dir);
    snprintf(path, sizeof(path), "%s/redis.conf", p->dir);
    private_fill("deploy/redis.conf", path, p->dir, memory);
    snprintf(path, sizeof(path), "%s/users.acl", p->dir);
    private_fill("deploy/users.acl", path, p->dir, memory);
    private_start(p);
}

static inline void
private_signal(struct private_redis *p, int number)
{
    if (p->pid == 0)
        return;
    kill(p->pid, number);
    while (waitpid(p->pid, NULL, 0) < 0 && errno == EINTR)
        ;
    p->pid = 0;
}

static inline int
private_unlink(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
    (void)st, (void)flag, (void)ftw;
    return remove(path);
}

static inline void
private_stop(struct private_redis *p)
{
    if (p->dir[0] == '\0')
        return;
    private_signal(p, SIGKILL);
    nftw(p->dir, private_unlink, 16, FTW_DEPTH | FTW_PHYS);
    p->dir[0] = '\0';
}

/* `user`: "broker", "worker" or "operator". */
static inline struct store *
private_store(const struct private_redis *p, const char *user)
{
    const char *password = strcmp(user, "broker") == 0   ? BROKER_PASSWORD
                           : strcmp(user, "worker") == 0 ? WORKER_PASSWORD
                                                         : OPERATOR_PASSWORD;
    struct store_options o = { p->where, user, password, strcmp(user, "broker") != 0 };
    return store_new(&o);
}

/* A plain command, its answer as text: numbers in decimal, lists by their length, errors as
 * they are, nil as "(nil)". */
static inline const char *
private_say(struct store *s, size_t argc, const struct str *argv)
{
    static char text[512];
    struct reply r;
    enum err err = redis_ask(store_redis(s), 60000, argc, argv, &r);
    assert_int_equal(err, OK);
    switch (reply_kind(r)) {
    case REPLY_NIL:
        snprintf(text, sizeof(text), "(nil)");
        break;
    case REPLY_NUMBER:
        snprintf(text, sizeof(text), "%lld", (long long)reply_number(r));
        break;
    case REPLY_LIST:
        snprintf(text, sizeof(text), "%zu", reply_count(r));
        break;
    case REPLY_TEXT:
    case REPLY_ERROR:
        snprintf(text, sizeof(text), "%.*s", STR_ARG(reply_text(r)));
        break;
    }
    reply_free(&r);
    return text;
}
#define SAY(s, ...)                                                                                \
    private_say((s), sizeof((const char *[]){ __VA_ARGS__ }) / sizeof(char *),                     \
                private_args((const char *[]){ __VA_ARGS__, NULL }))
static inline const struct str *
private_args(const char *const *list)
{
    static struct str argv[16];
    size_t n = 0;
    for (; list[n] != NULL; n++) {
        assert_true(n < countof(argv));
        argv[n] = str_of(list[n]);
    }
    return argv;
}

/* ---- asynchronous answers, waited for */

static inline void
answer_to(void *context, enum err answer)
{
    *(enum err *)context = answer;
}

#define NOT_YET ERRS
#define LIBRARY "4" /* STORE_VERSION as text */

static inline enum err
private_append(struct store *s, struct territory_id t, const struct intake_entry *list,
               size_t count, uint64_t max)
{
    enum err answer = NOT_YET;
    assert_int_equal(store_up(s, 60000), OK);
    store_append(s, t, list, count, max, answer_to, &answer);
    assert_int_equal(store_wait(s, 60000), OK);
    return answer;
}

static inline enum err
private_commit(struct store *s, const struct commit *c)
{
    enum err answer = NOT_YET;
    assert_int_equal(store_up(s, 60000), OK);
    store_commit(s, c, answer_to, &answer);
    assert_int_equal(store_wait(s, 60000), OK);
    return answer;
}

/* A commit with nothing in it but the fence, building on `h`. */
static inline struct commit
private_next(struct territory_id t, const struct head *h)
{
    static const char log[] = "what went in";
    struct commit c = { .territory = t,
                        .holder = h->holder,
                        .version = h->version + 1,
                        .parent = h->chain,
                        .plan = h->plan,
                        .signer = { "w1" },
                        .log = STR(log),
                        .mailbox_max = 100,
                        .watch_max = 1000 };
    random_bytes(c.id.b, sizeof(c.id.b));
    memcpy(c.cursor, h->cursor, sizeof(c.cursor));
    chain_effects(&c, c.effects);
    chain_next(&c.chain, &c.parent, h->incarnation, c.version, c.effects, c.log);
    return c;
}

static inline struct nonce
private_nonce(uint8_t n)
{
    struct nonce nonce;
    memset(nonce.b, n, sizeof(nonce.b));
    return nonce;
}

/* Founds the territory, or takes it from whoever has it. */
static inline struct head
private_hold(struct store *s, struct territory_id t, uint8_t who)
{
    struct head h;
    struct incarnation fresh = { { 1, 2, 3 } };
    assert_int_equal(store_head(s, t, &h), OK);
    assert_int_equal(
        store_take(s, t, h.holder, private_nonce(who), "w1", h.exists ? NULL : &fresh, &h), OK);
    return h;
}

/* What `h` becomes by that commit. */
static inline void
private_follow(struct head *h, const struct commit *c)
{
    h->version = c->version;
    h->chain = c->chain;
    h->commit = c->id;
    memcpy(h->cursor, c->cursor, sizeof(h->cursor));
}

#endif
