/* learned.h - what a territory has seen of its own trips and work: a fixed number of tallies of
 * whole numbers, changed by events only. travel.h and service.h give them their meaning.
 *
 * Memory is bounded: LEARNED_BUCKETS buckets of LEARNED_WAYS tallies. A key belongs into one
 * bucket, and where in it a tally lies decides nothing, so the same records loaded in any order are
 * the same table. In a full bucket a new key halves the tally seen least (of equals, the last by
 * key) until it has been seen once, and then takes its place: what is seen often stays. */
#ifndef CORE_LEARNED_H
#define CORE_LEARNED_H

#include "common/base/buf.h"
#include "common/base/err.h"
#include "faultline/ids.h"

enum {
    LEARNED_BUCKETS = 1024,
    LEARNED_WAYS = 4,
    LEARNED_KEY_MAX = 57,
    LEARNED_MOST = 1024, /* seen so often, a tally is halved: what is new counts again */
    LEARNED_K = 10,      /* what is expected counts for so many seen */
    LEARNED_LOST = 8     /* so many are named to whoever remembers what was told */
};

/* The first byte is the kind, zero-padded. */
enum learned_kind {
    LEARNED_TRIP = 't',     /* band, two cells (travel.c) */
    LEARNED_CATEGORY = 'c', /* category */
    LEARNED_WORK = 'e'      /* category and engineer */
};
struct learned_key {
    uint8_t b[LEARNED_KEY_MAX];
    uint8_t len;
};

struct tally {
    struct learned_key key;
    bool changed;
    uint32_t count;            /* seen; 0: the place is free */
    msec seen_ms, expected_ms; /* sums of what was seen, and of what was expected of it */
    int64_t hour;              /* of the last change: since 1970, in the engine's time */
    uint32_t was_count;        /* the same sums as they were when that hour began */
    msec was_seen_ms, was_expected_ms;
};

/* What is told to those who ask: the sums of the last full hour, so that what depends on them need
 * not be looked at anew after each trip. */
struct lesson {
    uint32_t count; /* 0: nothing is known */
    msec seen_ms, expected_ms;
};

struct learned {
    struct tally **buckets;      /* owned; NULL, or LEARNED_BUCKETS: each NULL or LEARNED_WAYS */
    struct learned_key *changed; /* owned */
    size_t changed_count, changed_cap;
    int64_t hour; /* now; 0: no time passes, and everything is told at once */
    /* Tallies that have given way, and are told of no more; for the caller to take back. */
    struct learned_key lost[LEARNED_LOST];
    size_t lost_count; /* above LEARNED_LOST: not all of them are here */
};

void learned_fini(struct learned *l);
void learned_now(struct learned *l, instant at);
struct lesson learned_ask(const struct learned *l, const struct learned_key *key);
const struct tally *learned_find(const struct learned *l, const struct learned_key *key);
/* One more; both lengths 0 or more and below a year. */
void learned_add(struct learned *l, const struct learned_key *key, msec seen, msec expected);

/* The keys of the records that have changed since learned_settle, each once, in order. */
const struct learned_key *learned_changes(struct learned *l, size_t *count);
void learned_settle(struct learned *l);
/* Every tally in the order of keys; free() the list. */
const struct tally **learned_sorted(const struct learned *l, size_t *count);

void learned_encode(const struct tally *t, struct buf *out); /* NULL: nothing */
must_use enum err learned_restore(struct learned *l, struct str key, struct str bytes);

#endif
