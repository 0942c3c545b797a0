/* miles.c - which step reaches which milestone of the course, one table. Whoever takes a step need
 * not think of clocks: step.c asks here, each time. An instant is the sender's own if it is
 * believed, and never before the report. */
#include "workers/core/state.h"

#define BIT(n) (1u << (n))

/* FIRST: what has been reached stays as it is. */
enum how { FIRST, AGAIN };

static const struct mile {
    uint8_t verb, sets, how; /* MILES: sets none */
    uint16_t clears;         /* BIT(...) */
    uint8_t restarts;        /* bits of clocks that begin anew: alarms, too */
} table[] = {
    { VERB_DELIVERED, MILE_DELIVERED, FIRST, 0, 0 },
    { VERB_ARRIVE, MILE_ARRIVED, FIRST, 0, 0 },
    /* the analysis that is owed is of this restoration */
    { VERB_RESOLVE, MILE_RESTORED, AGAIN, BIT(MILE_ANALYSED), 0 },
    { VERB_SOLVE, MILE_RESTORED, AGAIN, BIT(MILE_ANALYSED), 0 },
    { VERB_FOLLOW, MILE_RESTORED, AGAIN, BIT(MILE_ANALYSED), 0 },
    { VERB_REOPEN, MILES, FIRST, BIT(MILE_RESTORED) | BIT(MILE_ANALYSED) | BIT(MILE_REPLACED),
      BIT(CLOCK_ANALYSIS) },
    /* a second device does not begin the eight hours anew */
    { VERB_REPLACE, MILE_REPLACE, FIRST, BIT(MILE_REPLACED), 0 },
    { VERB_REPLACED, MILE_REPLACED, AGAIN, 0, 0 },
    { VERB_ANALYSE, MILE_ANALYSED, FIRST, 0, 0 },
    { VERB_COMPLAIN, MILE_COMPLAINED, AGAIN, BIT(MILE_ANSWERED) | BIT(MILE_COMPLAINT_OVER),
      BIT(CLOCK_COMPLAINT_ANSWER) | BIT(CLOCK_COMPLAINT_CLOSE) },
    { VERB_COMPLAINT_ANSWER, MILE_ANSWERED, FIRST, 0, 0 },
    { VERB_COMPLAINT_CLOSE, MILE_ANSWERED, FIRST, 0, 0 },
    { VERB_COMPLAINT_CLOSE, MILE_COMPLAINT_OVER, AGAIN, 0, 0 },
};

/* Before which it cannot have happened, whatever its sender says: the log itself knows better. */
static instant
floor_of(const struct ticket *t, enum verb v)
{
    const instant *miles = t->course.miles;
    switch (v) {
    case VERB_DELIVERED: /* a name is not delivered before it is known */
        return t->named_at;
    case VERB_ARRIVE:
    case VERB_RESOLVE:
    case VERB_SOLVE:
    case VERB_REPLACE:
        return t->begun_at;
    case VERB_REPLACED:
        return miles[MILE_REPLACE] == NEVER ? t->begun_at : miles[MILE_REPLACE];
    case VERB_ANALYSE:
        return miles[MILE_RESTORED] == NEVER ? 0 : miles[MILE_RESTORED];
    case VERB_COMPLAINT_ANSWER:
    case VERB_COMPLAINT_CLOSE:
        return miles[MILE_COMPLAINED] == NEVER ? 0 : miles[MILE_COMPLAINED];
    default:
        return 0;
    }
}

static instant
reached_at(const struct engine *e, const struct ticket *t, const struct move *m)
{
    instant at = step_believed(e, m->occurred_at), least = floor_of(t, m->verb);
    at = at < least ? least : at;
    return at < t->course.received_at ? t->course.received_at : at;
}

/* Does the step say what its verb means? A word of delivery may be about an earlier version, that
 * named nobody; and a complaint that waits for its first answer waits on. */
static bool
counts(const struct ticket *t, const struct move *m)
{
    const instant *miles = t->course.miles;
    if (m->verb == VERB_DELIVERED)
        return t->named_version > 0 && m->seen >= t->named_version;
    return m->verb != VERB_COMPLAIN || miles[MILE_COMPLAINED] == NEVER ||
           miles[MILE_ANSWERED] != NEVER;
}

static void
reach(struct ticket *t, const struct mile *m, instant at)
{
    for (unsigned i = 0; i < MILES; i++)
        if (m->clears >> i & 1)
            t->course.miles[i] = NEVER;
    for (unsigned i = 0; i < CLOCKS; i++)
        if (m->restarts >> i & 1)
            t->pages[i] = (struct page){ .again_at = NEVER };
    if (m->sets < MILES && (m->how == AGAIN || t->course.miles[m->sets] == NEVER))
        t->course.miles[m->sets] = at;
}

void
miles_take(struct engine *e, struct job *j, const struct move *m)
{
    struct ticket *t = &j->t;
    instant at = reached_at(e, t, m);
    for (size_t i = 0; i < countof(table); i++)
        if (table[i].verb == m->verb && counts(t, m))
            reach(t, &table[i], at);
    if (m->verb == VERB_ACCEPT || m->verb == VERB_TAKE_OVER)
        t->named_at = e->at;
    if (m->verb == VERB_ACCEPT || m->verb == VERB_TAKE_OVER || m->verb == VERB_REOPEN)
        t->begun_at = at > t->begun_at ? at : t->begun_at;
    instant *ended = &t->course.miles[MILE_ENDED];
    if (!life_is_over(t->state))
        *ended = NEVER;
    else if (*ended == NEVER)
        *ended = at;
}
