/* open.h - from an inbox entry to an event: decoded, its sender found in the plan, unsealed,
 * its body read. What cannot be read becomes EVENT_POISON and the caller keeps the entry aside:
 * one bad message is told about, and stalls nobody. */
#ifndef WORKERS_OPEN_H
#define WORKERS_OPEN_H

#include "common/wire/codec.h"
#include "common/wire/pack.h"
#include "faultline/event.h"
#include "workers/keyring.h"
#include "workers/plans.h"
#include "workers/rest.h"

struct opener {
    struct keyring *keyring; /* borrowed */
    struct plans *plans;     /* borrowed */
    struct rest *rest;       /* borrowed */
    struct seal_key digest;  /* keys the digests of contents */
    struct codec codec;
    struct doc doc;
    struct buf ad, plain;
};
void opener_init(struct opener *o, const struct keys *pool, struct keyring *k, struct plans *p,
                 struct rest *r);
void opener_fini(struct opener *o);

/* Fills kind and content of *ev; its instant is the caller's. Texts live in the arena. `rules_of`
 * is the edition that the territory lives by. A plan entry that says nothing new gives
 * EVENT_KINDS: nothing to apply. ERR_AGAIN, ERR_CLOSED: the store could not be asked; later. */
must_use enum err open_entry(struct opener *o, struct territory_id t, struct edition *rules_of,
                             const struct inbox_entry *entry, struct arena *a, struct event *ev);
/* The entry as poison, for a reason with static life. */
void open_poison(struct opener *o, const struct inbox_entry *entry, const char *why,
                 struct event *ev);
/* A position as the broker keeps it: the PLACE message whole. ERR_UNKNOWN, ERR_KEY, ...: not
 * to be used. `after`: one that is not younger is not even opened (ERR_AGAIN). */
must_use enum err open_place(struct opener *o, struct territory_id t, struct str engineer,
                             struct str bytes, instant after, struct position *out);

#endif
