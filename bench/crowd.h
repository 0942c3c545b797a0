/* crowd.h - simulated gateways, engineers and a dispatcher in one process: real clients of
 * libfaultline with real keys and real spools, whose people are made up. */
#ifndef BENCH_CROWD_H
#define BENCH_CROWD_H

#include "bench/stage.h"
#include "common/base/map.h"
#include "common/base/rng.h"
#include "faultline/client.h"

enum { MEMBERS_MAX = 64, LATEST_MAX = 12 };

struct crowd_wish {
    uint64_t seed;
    unsigned step_ms;    /* mean time of an engineer between two steps of a job; 0: at once */
    unsigned decline_pc; /* how many offers of 100 are declined */
    unsigned reopen_pc;  /* how many repairs of 100 do not hold */
    bool finish; /* engineers work on to the end, customers hear of it and approve; else they stop
                    at accept */
    bool
        on_disk; /* gateways' spools share the site's disk; else memory, as other machines' disks */
    bool engineers; /* false: gateways only */
    bool watch;     /* a dispatcher looks on */
    bool latest;    /* keep the latest updates as lines of text */
};

/* What a member has opened, territory by territory: the other half of the ledger. */
struct opened {
    struct territory_id territory;
    uint64_t count, highest;
};

struct member {
    struct fl_client *client;
    struct principal_id id;
    enum role role;
    struct opened opened[32];
    size_t opened_count;
};

/* The latest of many lengths of time, in ms. */
struct lately {
    int64_t ms[4096];
    size_t count; /* ever */
};

struct crowd {
    struct stage *stage;
    struct crowd_wish wish;
    struct rng rng;
    struct fl_context *context;
    struct member members[MEMBERS_MAX];
    size_t members_count, gateways_count; /* the gateways come first */
    struct map acked;                     /* report id -> 1: durable, as the gateways were told */
    struct map fates;                     /* report id -> 1: told what became of it */
    struct map assigned;                  /* ticket id -> 1: its gateway was told of an engineer */
    struct map tickets; /* ticket id -> struct seen_ticket, from the dispatchers' stream */
    struct heap *plans; /* steps that engineers have yet to take */
    uint64_t submitted, attached; /* attached: reports told so */
    uint64_t accepted;            /* tickets whose gateway was told of an engineer */
    uint64_t updates, refused, unsealed, verdicts_refused;
    uint64_t by_state[32];
    struct lately accepted_after; /* ticket received -> its acceptance opened by the dispatcher */
    struct lately told_after;     /* update decided -> opened by its recipient */
    char latest[LATEST_MAX][160]; /* updates, as their recipients opened them; newest last */
    size_t latest_count;
};

struct seen_ticket {
    char state[20], number[32], level[16];
    int64_t received_at; /* instant of its first update */
    bool accepted;
};

void crowd_open(struct crowd *c, struct stage *s, const struct crowd_wish *w);
void crowd_close(struct crowd *c);
/* One made-up report through a gateway. false: the window is full. */
must_use bool crowd_report(struct crowd *c);
/* Lets everybody work; waits up to `wait_ms` for something to happen. */
void crowd_turn(struct crowd *c, int wait_ms);
/* Steps that engineers still mean to take. */
size_t crowd_pending(const struct crowd *c);

#endif
