/* field.h - the simulated days themselves: tickets come, engineers answer, travel, wait, work and
 * take their breaks. A policy is told what a dispatcher would be told, and answers with offers.
 *
 *   drawn city --> field --happening--> policy (a desk with a rule, or the real engine)
 *                    ^                    |
 *                    +--- offer, withdraw +
 *
 * Invariant: what is true of a ticket or an engineer is drawn by its name (draw.h), so policies
 * differ by their decisions alone. */
#ifndef QUALITY_FIELD_H
#define QUALITY_FIELD_H

#include "bench/quality/city.h"

#define NOBODY UINT32_MAX /* no ticket; no engineer */
enum { FIELD_OFFER_MS = 5 * MINUTES, FIELD_BAG = 4 };

enum happening_kind {
    HAPPENED_REPORT,
    HAPPENED_ACCEPT,
    HAPPENED_DECLINE,
    HAPPENED_DEPART,
    HAPPENED_ARRIVE,
    HAPPENED_PEND, /* the customer is not there; the engineer waits for him */
    HAPPENED_RESUME,
    HAPPENED_RESOLVE,
    HAPPENED_CANCEL, /* by the customer */
    HAPPENED_SEEN,   /* a device has said where it was */
    HAPPENED_DUTY,   /* by the plan, duty begins or a break ends */
    HAPPENED_TIME    /* the instant that the policy asked for */
};
struct happening {
    enum happening_kind kind;
    uint32_t ticket, man; /* NOBODY where there is none */
    struct spot spot;     /* SEEN */
    instant spot_at;      /* SEEN: the device's own */
};

struct field;
struct policy {
    const char *key, *name;
    void *(*open)(struct field *f);
    void (*tell)(void *self, const struct happening *h);
    instant (*next)(const void *self); /* when it wants TIME; NEVER */
    void (*close)(void *self);
};

enum job_stage {
    JOB_FUTURE,
    JOB_WAITING,
    JOB_OFFERED,
    JOB_ACCEPTED,
    JOB_TRAVEL,
    JOB_ABSENT,
    JOB_WORK,
    JOB_DONE,
    JOB_CANCELLED
};
struct job_now {
    enum job_stage stage;
    uint32_t man;
    unsigned offers, legs;
    instant arrived_at, ended_at; /* NEVER: not */
};
struct man_now {
    uint32_t ticket;         /* whom he travels to or works for */
    uint32_t bag[FIELD_BAG]; /* accepted, not begun */
    unsigned bag_count, asked;
    struct spot here; /* where he is, or where he left */
    struct road road;
    instant left_at, reach_at;
    instant pause_until;
    int64_t paused_on; /* the day of his last break */
    uint64_t fixes;
    unsigned serial; /* of what he is at: older events are void */
    msec travel_ms, work_ms;
};

/* What must never be; each is counted, and a run with any of them has failed. */
enum breach_kind {
    BROKEN_CAPACITY,    /* more than one job in an engineer's hands */
    BROKEN_UNQUALIFIED, /* offered to somebody without the skill or level */
    BROKEN_OFF_DUTY,    /* offered outside the planned hours */
    BROKEN_TWICE,       /* offered while somebody else has it, or when it is over */
    BROKEN_STARVED,     /* still waiting two days after the last ticket came */
    BROKEN_REFUSED,     /* the engine refused what really happened */
    BROKEN_KINDS
};
extern const char *const field_broken[BROKEN_KINDS];

struct field {
    const struct city *city;
    instant at, end;
    struct job_now *jobs; /* owned; one a ticket */
    struct man_now *men;  /* owned */
    unsigned open;        /* tickets that are not over */
    uint64_t digest;      /* of every decision so far */
    uint64_t offers, declines, diverted;
    unsigned broken[BROKEN_KINDS];
    struct due *dues; /* owned heap of what will happen */
    size_t dues_count, dues_cap;
    uint64_t dues_made;
    uint32_t *decisions_ns; /* owned */
    size_t decisions_count, decisions_cap;
    const struct policy *policy;
    void *self;
};

/* Plays the city under the policy until every ticket is over, or two days have passed since. */
struct field *field_play(const struct city *c, const struct policy *p);
void field_free(struct field *f);

/* ---- for policies, within open and tell */
void field_offer(struct field *f, uint32_t ticket, uint32_t man);
/* It is not his any more: an offer, or a job that he has not arrived at. */
void field_withdraw(struct field *f, uint32_t ticket);
void field_decided(struct field *f, int64_t took_ns);

#endif
