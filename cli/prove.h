/* prove.h - what the workers said of promises against what is reckoned from the log: each alarm
 * when it was given, each breach at the end. Every difference is one line in words. */
#ifndef CLI_PROVE_H
#define CLI_PROVE_H

#include "cli/trail.h"
#include "common/base/buf.h"

/* So long before the last record but one a breach is told: time comes after what was read. */
enum { UNTOLD_MS = 60 * 1000 };

struct proof {
    struct trails trails; /* its claims and context are ours */
    const char *code;     /* of the territory, for numbers; a loan */
    const struct rules *(*rules)(void *context, uint32_t version);
    void *context;
    struct buf differences; /* lines */
    uint64_t differences_count;
    uint64_t tickets, clocks; /* promises that have begun */
    uint64_t alarms;          /* and corrections, compared */
    uint64_t broken;          /* by reckoning */
    uint64_t untold;          /* broken too lately to have been told */
    uint64_t silent;          /* tickets of before the log said what promises they live by */
};

/* `rules` gives those of a plan version, for as long as the proof lives; NULL: not kept. */
void proof_init(struct proof *p, const char *code,
                const struct rules *(*rules)(void *context, uint32_t version), void *context);
void proof_fini(struct proof *p);
/* The next record of the log: its alarms are compared with what is known by then. */
void proof_read(struct proof *p, const struct log_record *r);
/* After the last record: is all that is broken told, and all that is told broken? */
void proof_end(struct proof *p);

/* The contract that a trail lives by; NULL: the log or the plans do not say. */
const struct contract *proof_contract(const struct proof *p, const struct trail *s);
const char *verdict_text(const struct reckoning *r); /* static: "kept", "broken", "runs", ... */
/* "2026-11-20 21:37:31.123", or "never" */
void proof_time(char out[32], instant at);

#endif
