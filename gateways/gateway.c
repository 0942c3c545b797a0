/* gateway.c - a gateway's parts, its turn, its end. */
#include "gateways/gateway.h"

#include "common/io/clock.h"
#include "common/io/log.h"
#include "faultline/ids.h"
#include "gateways/entry.h"
#include "gateways/handover.h"
#include "gateways/own.h"
#include "gateways/program.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

enum { HAPPENINGS_A_TURN = 256, TIDY_MS = 1000, DRAIN_MS = 8000, SENDERS_MAX = 100000 };

/* ---- opening; each part dies with what is wrong, for it was set up wrong */

static int
catch_signals(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigprocmask(SIG_BLOCK, &set, NULL);
    signal(SIGPIPE, SIG_IGN);
    return signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

static void
open_tables(struct gateway *g)
{
    const struct gateway_values *v = &g->values;
    const struct limit_rate sender = { (unsigned)v->sender_burst, (unsigned)v->sender_per_min };
    const struct limit_rate all = { (unsigned)v->all_burst, (unsigned)v->all_per_min };
    struct buf why = { 0 };
    g->threads = threads_new(THREADS_MAX);
    g->marks = marks_new(MARKS_MAX);
    g->outbox = outbox_new(OUTBOX_MAX);
    g->limits = limits_new(sender, all, SENDERS_MAX);
    g->who = who_open(v->contacts, &why);
    if (g->who == NULL)
        die("%s", buf_cstr(&why));
    buf_fini(&why);
}

static void
open_book(struct gateway *g)
{
    struct book_table tables[BOOK_TABLES] = { threads_table(g->threads), marks_table(g->marks),
                                              outbox_table(g->outbox) };
    size_t count = 3;
    struct seal_key key;
    struct buf why = { 0 };
    char path[700];
    if (g->channel->tables != NULL)
        count += g->channel->tables(tables + count, countof(tables) - count);
    snprintf(path, sizeof(path), "%s/%s.key", g->conf.keys_dir, g->principal);
    if (keys_read(path, &g->keys, &why) != OK)
        die("%s: a gateway needs the key of a principal of its own (--as NAME)", buf_cstr(&why));
    seal_key_storage(&key, g->keys, "gateway");
    enum err e = book_open(&g->book, g->folder, &key, tables, count, &why);
    if (e == ERR_CONFLICT)
        die("%s: another gateway runs as %s: stop it, or give this one its own principal (--as)",
            g->folder, g->principal);
    if (e != OK)
        die("%s", buf_cstr(&why));
    explicit_bzero(&key, sizeof(key));
    buf_fini(&why);
}

static void
open_client(struct gateway *g)
{
    const char *brokers[BROKERS_MAX + 1] = { NULL };
    char key[700], spool[700], why[512] = "";
    for (size_t i = 0; i < g->conf.brokers_count; i++)
        brokers[i] = g->conf.brokers[i];
    snprintf(key, sizeof(key), "%s/%s.key", g->conf.keys_dir, g->principal);
    snprintf(spool, sizeof(spool), "%s/%s", g->conf.spool_dir, g->principal);
    const struct fl_options o = { .brokers = brokers,
                                  .broker_key = g->conf.broker_public,
                                  .pool_key = g->conf.pool_public,
                                  .key_file = key,
                                  .spool = spool,
                                  .software = "faultline-gateway " FAULTLINE_VERSION };
    int e = fl_client_open(&g->client, &o, why, sizeof(why));
    if (e != FL_OK)
        die("%s: %s", g->principal, why[0] != '\0' ? why : fl_error_text(e));
    if (why[0] != '\0')
        log_warn("event=spool_damaged why=%s", log_quote(why, strlen(why)));
    fl_subscribe(g->client, false);
}

static void
open_waiting(struct gateway *g)
{
    g->signals = catch_signals();
    g->epoll = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event e = { .events = EPOLLIN, .data.fd = g->signals };
    if (g->epoll < 0 || g->signals < 0 || epoll_ctl(g->epoll, EPOLL_CTL_ADD, g->signals, &e) != 0)
        die("epoll: %s", strerror(errno));
}

struct gateway *
gateway_open(const struct channel *c, const struct program *p)
{
    struct gateway *g = zalloc(sizeof(*g));
    struct buf why = { 0 };
    char dir[560];
    *g = (struct gateway){
        .channel = c, .dry_run = p->dry_run, .client_fd = -1, .epoll = -1, .signals = -1
    };
    program_settings(g, p);
    snprintf(dir, sizeof(dir), "%s/gateways", g->conf.dir);
    snprintf(g->folder, sizeof(g->folder), "%.560s/%s", dir, g->principal);
    mkdir(dir, 0700);
    open_tables(g);
    if (!g->dry_run) {
        open_book(g);
        open_client(g);
        open_waiting(g);
        g->handover = handover_open(dir, c->name, &why);
        if (g->handover == NULL)
            die("%s", buf_cstr(&why));
    }
    g->own = c->open(g, g->dry_run, &why);
    if (g->own == NULL)
        die("%s: %s", c->name, buf_cstr(&why));
    buf_fini(&why);
    return g;
}

void
gateway_close(struct gateway *g)
{
    if (!g->dry_run)
        gateway_commit(g);
    g->channel->close(g->own);
    if (g->client != NULL)
        fl_client_close(g->client);
    handover_close(g->handover);
    book_close(g->book);
    threads_free(g->threads);
    marks_free(g->marks);
    outbox_free(g->outbox);
    limits_free(g->limits);
    who_free(g->who);
    if (g->keys != NULL)
        keys_free(g->keys);
    buf_fini(&g->fresh_marks);
    if (g->epoll >= 0)
        close(g->epoll);
    if (g->signals >= 0)
        close(g->signals);
    free(g);
}

/* ---- a turn */

static void
look_for_signals(struct gateway *g)
{
    struct signalfd_siginfo info;
    while (read(g->signals, &info, sizeof(info)) == (ssize_t)sizeof(info))
        if (g->ending_at == 0) {
            g->ending_at = clock_mono_ms();
            log_info("event=ending letters=%zu", outbox_count(g->outbox));
        }
}

/* The client's descriptor changes with its connection, under the same number at times. */
static void
watch_client(struct gateway *g)
{
    int fd = fl_client_fd(g->client);
    struct epoll_event e = { .events = EPOLLIN, .data.fd = fd };
    if (fd != g->client_fd && g->client_fd >= 0)
        epoll_ctl(g->epoll, EPOLL_CTL_DEL, g->client_fd, &e);
    g->client_fd = fd;
    if (fd >= 0)
        epoll_ctl(g->epoll, EPOLL_CTL_ADD, fd, &e);
}

static void
on_accepted(struct gateway *g, const struct fl_happening *h)
{
    struct thread *t = h->is_event ? NULL : thread_of_report(g->threads, h->id);
    if (t == NULL)
        return;
    thread_accepted(g->threads, g->book, t, h->territory, h->number);
    g->dirty = true;
}

static void
on_happening(struct gateway *g, const struct fl_happening *h)
{
    switch (h->kind) {
    case FL_UP:
    case FL_DOWN:
        g->up = h->kind == FL_UP;
        log_info("event=%s what=%s", g->up ? "up" : "down", log_quote(h->text, strlen(h->text)));
        break;
    case FL_ACCEPTED:
        on_accepted(g, h);
        break;
    case FL_REFUSED:
        log_error("event=refused is_event=%d code=%s why=%s", h->is_event, h->code,
                  log_quote(h->text, strlen(h->text)));
        break;
    case FL_UPDATE:
        tell_update(g, h->update);
        break;
    case FL_UNSEALED:
    case FL_ROLLBACK:
        log_error("event=%s what=%s", h->kind == FL_UNSEALED ? "unsealed" : "rollback",
                  log_quote(h->text, strlen(h->text)));
        break;
    case FL_BUSY:
    case FL_ANSWER:
        break;
    }
}

static void
tidy(struct gateway *g)
{
    int64_t now = clock_wall_ms();
    if (clock_mono_ms() < g->tidy_at)
        return;
    g->tidy_at = clock_mono_ms() + TIDY_MS;
    threads_tidy(g->threads, g->book, now - g->values.keep_days * DAYS);
    marks_tidy(g->marks, now - g->values.keep_days * DAYS);
    tell_passed(g);
}

void
gateway_turn(struct gateway *g)
{
    const struct fl_happening *h;
    look_for_signals(g);
    if (g->dirty || g->took)
        gateway_commit(g);
    fl_client_work(g->client);
    for (size_t i = 0; i < HAPPENINGS_A_TURN && (h = fl_client_next(g->client)) != NULL; i++)
        on_happening(g, h);
    tidy(g);
    if (g->dirty && !gateway_commit(g))
        return; /* what is not on disk is not sent */
    tell_send(g);
    gateway_commit(g); /* of nothing new costs nothing */
    watch_client(g);
}

int
gateway_wait_ms(const struct gateway *g)
{
    int64_t wait = fl_client_wait_ms(g->client), now = clock_mono_ms();
    int64_t tidy_in = g->tidy_at - now > 0 ? g->tidy_at - now : 0;
    wait = wait < tidy_in ? wait : tidy_in;
    size_t window = g->channel->window > 0 ? g->channel->window : 16;
    int64_t next = outbox_next_at(g->outbox);
    if (next != NEVER && outbox_under_way(g->outbox) < window) {
        int64_t in = next - clock_wall_ms();
        wait = in < wait ? (in > 0 ? in : 0) : wait;
    }
    return (int)(wait < 1000 ? wait : 1000);
}

bool
gateway_ending(const struct gateway *g)
{
    return g->ending_at != 0;
}

bool
gateway_done(struct gateway *g)
{
    if (g->ending_at == 0)
        return false;
    if (clock_mono_ms() - g->ending_at > DRAIN_MS)
        return true;
    bool drained = g->channel->drain == NULL || g->channel->drain(g->own);
    return drained && outbox_under_way(g->outbox) == 0;
}

void
gateway_run(struct gateway *g)
{
    const struct channel *c = g->channel;
    struct pollfd fds[512];
    puts("ready");
    fflush(stdout);
    log_info("event=ready channel=%s principal=%s source=%s threads=%zu letters=%zu contacts=%zu",
             c->name, g->principal, g->values.source, threads_count(g->threads),
             outbox_count(g->outbox), who_count(g->who));
    if (c->loop != NULL) {
        c->loop(g->own);
        return;
    }
    gateway_turn(g);
    while (!gateway_done(g)) {
        size_t count = c->fds(g->own, fds + 1, countof(fds) - 1);
        int wait = gateway_wait_ms(g), own = c->wait_ms == NULL ? 1000 : c->wait_ms(g->own);
        fds[0] = (struct pollfd){ .fd = g->epoll, .events = POLLIN };
        if (poll(fds, (nfds_t)(1 + count), wait < own ? wait : own) < 0)
            for (size_t i = 0; i < 1 + count; i++)
                fds[i].revents = 0;
        c->work(g->own, fds + 1, count);
        gateway_turn(g);
    }
}

/* ---- asking */

struct threads *
gateway_threads(struct gateway *g)
{
    return g->threads;
}

const struct who *
gateway_who(const struct gateway *g)
{
    return g->who;
}

struct book *
gateway_book(struct gateway *g)
{
    return g->book;
}

const struct conf *
gateway_conf(const struct gateway *g)
{
    return &g->conf;
}

const char *
gateway_source(const struct gateway *g)
{
    return g->values.source;
}

struct fl_client *
gateway_client(struct gateway *g)
{
    return g->client;
}

bool
gateway_is_up(const struct gateway *g)
{
    return g->up;
}

const struct gateway_counts *
gateway_counts(const struct gateway *g)
{
    return &g->counts;
}

size_t
gateway_letters(const struct gateway *g)
{
    return outbox_count(g->outbox);
}

int
gateway_fd(const struct gateway *g)
{
    return g->epoll;
}
