/* gate.h - a gateway's program on a site where nothing else runs, and those who bring it messages
 * as fast as it takes them. What it has acknowledged is on its disk; nobody takes it further, so
 * that a measure is of the gateway alone. */
#ifndef BENCH_GATE_H
#define BENCH_GATE_H

#include "common/base/buf.h"

#include <sys/types.h>

enum { GATE_WINDOW = 50 }; /* messages on their way to a gateway at once */

/* Starts faultline-gateway-NAME with the lines of its settings file; returns when it is ready, or
 * dies. No sender is a flood here. */
pid_t gate_open(const char *site, const char *name, const char *settings);
/* SIGTERM, and waits. */
void gate_close(pid_t gate);
/* A file of the site's folder gateways, mode 0600. */
void gate_write(const char *site, const char *name, struct str bytes);

/* A port of 127.0.0.1 that nobody listens on. */
int gate_free_port(void);
/* A socket bound to a free port and listening there. */
int gate_listen(int *port);
/* A connected socket; -1. */
int gate_connect(int port);
/* Waits until somebody listens there; dies when nobody does. */
void gate_await(int port);
/* Another program, its standard output and complaints thrown away; dies when there is none of that
 * name. */
pid_t gate_spawn(const char *const *words);
/* Its exit code. */
int gate_wait(pid_t pid);

/* What is posted to a gateway that speaks HTTP. */
struct post {
    const char *gateway; /* "web" */
    int status;          /* what it answers once it has a message */
    void (*prepare)(const char *site, struct buf *settings);
    void (*request)(struct buf *out, unsigned number);
};
extern const struct post web_post;  /* reports */
extern const struct post chat_post; /* Telegram's updates */
/* `headers`: whole lines. */
void post_put(struct buf *out, const char *path, const char *headers, struct str body);

/* Messages a second, acknowledged. */
double posts_per_s(const struct post *post, const char *site, unsigned messages);
double boxes_per_s(const char *site, unsigned messages); /* SMS: we are Kannel's bearerbox */
double calls_per_s(const char *site, unsigned calls);    /* phone: we are Asterisk */

#endif
