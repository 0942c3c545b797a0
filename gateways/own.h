/* own.h - a gateway from inside: for the files of this room. */
#ifndef GATEWAYS_OWN_H
#define GATEWAYS_OWN_H

#include "common/json/json.h"
#include "gateways/gateway.h"
#include "gateways/limit.h"
#include "gateways/marks.h"
#include "gateways/outbox.h"

enum { VERDICTS = 4096, GATEWAY_SETS = 32 };

struct gateway_values {
    char source[32], lang[8], contacts[512];
    int64_t utc_offset_min, sender_burst, sender_per_min, all_burst, all_per_min;
    int64_t give_up_s, receipt_s, keep_days;
};

/* Whose event this was: its verdict is told to him. In memory: after a restart nobody is told. */
struct asked {
    uint64_t epoch, counter;
    uint8_t report[16];
};

struct gateway {
    const struct channel *channel;
    void *own; /* the channel's */
    struct gateway_values values;
    struct conf conf;
    char principal[24], folder[600], why[256];
    struct fl_client *client;
    struct keys *keys;
    struct book *book;
    struct threads *threads;
    struct marks *marks;
    struct outbox *outbox;
    struct limits *limits;
    struct who *who;
    struct handover *handover;
    struct buf fresh_marks; /* keys of 16: to be put when the spool has their events */
    struct asked asked[VERDICTS];
    size_t asked_next;
    struct gateway_counts counts;
    int64_t retry_ms, tidy_at, ending_at; /* ending_at: monotonic; 0: not ending */
    int epoll, signals, client_fd;
    bool dry_run, dirty, took, up;
};

/* take.c */
void take_dry(const struct arrival *a, const struct fl_report *r, const uint8_t id[16]);
/* An event of the gateway's own. */
void take_own(struct gateway *g, const char *territory, const uint8_t ticket[16], uint32_t seen,
              const char *verb, const char *note);
/* tell.c */
void tell_update(struct gateway *g, const struct fl_update *u);
void tell_send(struct gateway *g);
/* Is this thread another channel's, whose letter came here because that one could not deliver it?
 */
bool tell_is_borrowed(const struct thread *t);
/* Hands what was said of such a thread back to its gateway, once for each `id`; durable when true.
 */
bool tell_owner(struct gateway *g, const struct said *s, const uint8_t id[16]);
/* Takes what was put into this gateway's handover folder. */
void tell_passed(struct gateway *g);

#endif
