/* course.h - what a ticket's clocks run over: the facts, and nothing computed from them. An instant
 * here is when the thing happened as far as its sender is believed (step_believed).
 *
 *      received ----- delivered ----- arrived ------------- restored ---- analysed
 *                |excluded|                |excluded ...
 */
#ifndef CORE_COURSE_H
#define CORE_COURSE_H

#include "common/base/base.h"
#include "faultline/ids.h"
#include "faultline/life.h"

enum { EXCLUSIONS_MAX = 24 };

enum milestone {
    MILE_DELIVERED, /* the engineer's name and phone, to the reporter */
    MILE_ARRIVED,
    MILE_RESTORED,
    MILE_REPLACE, /* a replacement was declared */
    MILE_REPLACED,
    MILE_ANALYSED, /* the analysis report was delivered */
    MILE_COMPLAINED,
    MILE_ANSWERED,
    MILE_COMPLAINT_OVER,
    MILE_ENDED, /* closed, rejected, cancelled, joined to another */
    MILES
};

/* Time that does not count: a wait for the customer, an exemption, the time between an end and its
 * reopening. They may overlap: time is excluded once. */
struct exclusion {
    instant from, to; /* from <= t < to; NEVER in `to`: it goes on */
    uint8_t reason;   /* enum reason */
};

struct course {
    instant received_at;
    instant miles[MILES];                      /* NEVER: not reached, or not any more */
    struct exclusion excluded[EXCLUSIONS_MAX]; /* in the order they were said */
    size_t excluded_count;
};

void course_init(struct course *c, instant received_at);
/* What lies before received_at is left out. false: EXCLUSIONS_MAX are there already. */
must_use bool course_exclude(struct course *c, instant from, instant to, enum reason reason);
/* What for this reason was to end at `was` ends at `to` already, never before it began. */
void course_cut(struct course *c, enum reason reason, instant was, instant to);
/* What goes on for this reason ends: at `to`, never before it began. */
void course_resume(struct course *c, enum reason reason, instant to);
/* Is any excluded time going on? */
bool course_is_paused(const struct course *c);

#endif
