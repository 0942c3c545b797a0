/* key.h - the only place where a Redis key is spelled. See docs/store.md. */
#ifndef WIRE_KEY_H
#define WIRE_KEY_H

#include "faultline/ids.h"

enum territory_key {
    KEY_INBOX,      /* stream */
    KEY_HEAD,       /* hash */
    KEY_TICKETS,    /* hash: id -> sealed record */
    KEY_CLOSED,     /* hash */
    KEY_ENGINEERS,  /* hash */
    KEY_PRINCIPALS, /* hash */
    KEY_REPORTS,    /* hash: id -> sealed digest and ticket */
    KEY_LEARNED,    /* hash: trips and work seen -> sealed sums */
    KEY_PLACES,     /* hash: engineer -> sealed position */
    KEY_LOG,        /* stream */
    KEY_WATCH,      /* stream */
    KEY_OUTBOX,     /* stream */
    KEY_QUARANTINE, /* stream */
    KEY_BELL,       /* pub/sub channel */
    TERRITORY_KEYS
};

#define KEY_WORKERS      "fl:workers"
#define KEY_PLAN_CURRENT "fl:plan:current"

struct key {
    char s[96];
};

struct key key_of(struct territory_id t, enum territory_key k);      /* "fl:{T}:inbox" */
struct key key_mail(struct territory_id t, struct principal_id who); /* "fl:{T}:mail:who" */
struct key key_plan(uint32_t version); /* "fl:plan:7": the sealed plan */
struct key key_map(uint32_t version);  /* "fl:map:7": its public part, signed */

#endif
