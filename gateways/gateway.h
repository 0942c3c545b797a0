/* gateway.h - what all gateways share. One gateway is one process, one channel, one principal, one
 * contract: *journal on disk, then acknowledge in the channel's own language*.
 *
 *     channel --message--> gateway_report, gateway_event --> gateway_commit --> acknowledge
 *                          (thread; libfaultline's spool)    (both are synced)
 *     channel <---send---- outbox <-- an update, in the reporter's language, as long as fits
 *             --outcome--> `delivered` is said | again later | the reporter's next channel
 *
 * A channel is a table of callbacks, a program of its own (gateways/NAME/main.c calls
 * gateway_main), and has the settings of gateways/NAME.conf. How to write one: docs/gateways.md.
 *
 * Personal data (words, name, contact) leave this process sealed to the workers: libfaultline seals
 * every body. What the gateway keeps on disk (spool, book, handovers) is sealed with its own key.
 */
#ifndef GATEWAYS_GATEWAY_H
#define GATEWAYS_GATEWAY_H

#include "common/io/conf.h"
#include "faultline/client.h"
#include "gateways/book.h"
#include "gateways/settings.h"
#include "gateways/thread.h"
#include "gateways/who.h"

#include <poll.h>

struct gateway;

/* A message to a reporter, a loan for the length of the call. Keep the id for gateway_outcome. */
struct sending {
    uint8_t id[16];
    const char *address;            /* where to, on this channel */
    const char *lang;               /* "zh", "en", ... */
    const char *data;               /* the thread's own; "" when there is none */
    const char *words;              /* what to say, within the channel's length */
    const char *number;             /* the ticket's, for people; "" */
    unsigned tries;                 /* 1: the first */
    const struct fl_update *update; /* what is told; NULL: words of gateway_say */
    const struct thread *thread;    /* NULL: asked for by another gateway */
};

struct channel {
    const char *name;             /* "sms": program faultline-gateway-sms, folder gateways/sms */
    const char *principal;        /* whose key by default: "gw-sms" */
    const char *source;           /* the channel account by default: "sms.4711" */
    const char *about;            /* --help: a few lines on what it does */
    struct settings settings;     /* its own rows; values is static memory of the channel */
    const char *const *standards; /* "name=value", NULL-terminated: other standards of the common
                                     settings for this channel; may be NULL */
    size_t units_max;             /* as in struct fl_saying */
    bool gsm7;
    size_t window; /* letters under way at once; 0: 16 */

    /* The settings are read. NULL: `why` says why not. In a dry run nothing may be connected. */
    void *(*open)(struct gateway *g, bool dry_run, struct buf *why);
    void (*close)(void *own);
    /* What to wait for; returns how many of `fds` it filled. */
    size_t (*fds)(void *own, struct pollfd *fds, size_t room);
    /* So long at most (ms); may be NULL: a second. */
    int (*wait_ms)(void *own);
    /* Every turn, after the wait: reads what is there, hands it to gateway_report and _event. `fds`
     * as filled before, with revents. */
    void (*work)(void *own, const struct pollfd *fds, size_t count);
    /* Everything taken since the last time is on disk (acknowledge it) or is not (`good` is false:
     * a temporary failure, in the channel's words). Called after each work that took something, and
     * by gateway_commit. May be NULL. */
    void (*committed)(void *own, bool good);
    /* Begins to send; gateway_outcome says how it ended, at once or later. */
    void (*send)(void *own, const struct sending *s);
    /* Every update before it is told, with each thread it concerns (NULL: none). May be NULL. */
    void (*update)(void *own, const struct fl_update *u, const struct thread *t);
    /* Another choice of what is told, instead of the gateway's table. May be NULL. */
    bool (*worth)(void *own, const struct fl_update *u, const struct thread *t);
    /* One whole message as it comes in on this channel, for --dry-run. false: `why`. */
    bool (*message)(void *own, struct str message, struct buf *why);
    /* SIGTERM: take nothing new; true when everything begun is ended. May be NULL. */
    bool (*drain)(void *own);
    /* Instead of the gateway's poll loop, for libraries with a loop of their own: calls
     * gateway_turn when gateway_fd is readable and at least every gateway_wait_ms, and ends when
     * gateway_done. May be NULL. */
    void (*loop)(void *own);
    /* Its own tables in the book (kinds from 16 on); asked before open. May be NULL. */
    size_t (*tables)(struct book_table *tables, size_t room);
};

/* The whole program: options, settings, keys, loop. Returns the exit code. */
int gateway_main(const struct channel *c, int argc, char **argv);

/* ---- in */

enum taken {
    TAKEN,       /* journalled; acknowledge after the commit */
    TAKEN_FLOOD, /* over the limit: refuse for now; gateway_retry_ms says how long */
    TAKEN_WRONG, /* never: gateway_why says what is wrong */
    TAKEN_LATER  /* not now (disk, ending, a ticket without its address yet): temporary failure */
};
struct arrival {
    const char *key; /* the channel's own name for the message: the report's id derives from it */
    const char *address; /* the sender's; at most 319 bytes count */
    const char *data;    /* threading; may be NULL; at most 4 KiB */
    bool unlimited;      /* a trusted source: no rate limit */
    const char *told;    /* who hears of it: another address of this channel, ""
                            nobody; NULL: `address` */
    /* `source` NULL: the setting's. message_key is `key`. What is NULL of lang, site, customer,
     * name comes from contacts.csv, contact is then "channel:address". hint -1: none. */
    struct fl_report report;
};
/* A message that came before is TAKEN again and makes no second ticket. */
enum taken gateway_report(struct gateway *g, const struct arrival *a, uint8_t id[16]);

struct said {
    const char *key;     /* the message's, as above: once is once. NULL: said by no message */
    const char *address; /* for the rate limit; NULL: none */
    const struct thread *thread; /* its ticket */
    const char *verb;            /* of a gateway: "nudge", "note", "approve", ... */
    const char *note;            /* may be NULL */
    uint32_t seen;
    const struct fl_details *details; /* may be NULL */
};
enum taken gateway_event(struct gateway *g, const struct said *s);
/* A message that the channel knows to be one taken before: acknowledged with the next commit. */
void gateway_again(struct gateway *g);
/* Syncs book and spool, then calls `committed`; what it returns is what that was told. Only for
 * channels that must commit inside a handler: the loop calls it after work. */
bool gateway_commit(struct gateway *g);
const char *gateway_why(const struct gateway *g);  /* of the last TAKEN_WRONG or _LATER */
int64_t gateway_retry_ms(const struct gateway *g); /* of the last TAKEN_FLOOD */

/* ---- out */

enum outcome {
    OUTCOME_DELIVERED, /* the channel has it for good: the promised response time ends */
    OUTCOME_HANDED,    /* the channel's server has it; a receipt follows */
    OUTCOME_LATER,     /* failed for now: again, with back-off, until the setting give_up_s */
    OUTCOME_FAILED     /* it will not reach him: the next channel */
};
/* Unknown ids are ignored (a receipt for what was given up). `why` may be NULL. */
void gateway_outcome(struct gateway *g, const uint8_t id[16], enum outcome o, const char *why);
/* Words to an address, kept until they are sent: an answer of the channel itself. */
void gateway_say(struct gateway *g, const char *address, const char *lang, const char *data,
                 const char *text);

/* ---- asking, and a foreign loop's part */

struct threads *gateway_threads(struct gateway *g);
const struct who *gateway_who(const struct gateway *g);
struct book *gateway_book(struct gateway *g);
const struct conf *gateway_conf(const struct gateway *g); /* the site's settings */
const char *gateway_source(const struct gateway *g);
struct fl_client *gateway_client(struct gateway *g);
bool gateway_is_up(const struct gateway *g); /* connected to a broker */
struct gateway_counts {
    uint64_t reports, events, repeated, flooded, wrong, later; /* of what came in */
    uint64_t delivered, handed, retried, failed, passed_on;    /* of what went out */
};
const struct gateway_counts *gateway_counts(const struct gateway *g);
size_t gateway_letters(const struct gateway *g); /* waiting or under way */
int gateway_fd(const struct gateway *g); /* one descriptor for all of the gateway's; constant */
int gateway_wait_ms(const struct gateway *g);
void gateway_turn(struct gateway *g); /* without the channel's fds and work */
bool gateway_ending(const struct gateway *g);
bool gateway_done(struct gateway *g); /* ending, and drained or out of time */

#endif
