/* shadow.h - a copy of a territory's engine, thinking beside the one that decides: its records are
 * read out of the store and opened, and events that never happened may be applied to it. Nothing is
 * ever written.
 *
 *   store --read, open--> records --restore--> engine <-- events --> effects, questions (ask.h) */
#ifndef CLI_SHADOW_H
#define CLI_SHADOW_H

#include "cli/editions.h"
#include "workers/core/ask.h"

struct shadow {
    struct site *site; /* borrowed */
    struct territory_id territory;
    struct editions editions;
    struct engine *engine; /* its rules are the editions' */
    struct effects fx;     /* of the last event */
};

/* As of one commit. After site_plan. false: it complained; the shadow holds nothing. */
must_use bool shadow_open(struct shadow *s, struct site *site, struct territory_id t);
void shadow_close(struct shadow *s);
void shadow_apply(struct shadow *s, const struct event *ev);
/* The minutes that have passed since: what is due by then happens. */
void shadow_pass(struct shadow *s, instant at);

#endif
