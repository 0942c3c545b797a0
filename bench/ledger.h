/* ledger.h - an independent count: reads the audit log of every territory and what still lies in
 * the mailboxes, and compares with what gateways were told and what recipients opened. It shares no
 * code with the worker but the log's own layout. */
#ifndef BENCH_LEDGER_H
#define BENCH_LEDGER_H

#include "bench/crowd.h"

struct ledger {
    uint64_t tickets; /* opened by reports */
    uint64_t linked;  /* opened by events: another cause, a late return */
    uint64_t attached, duplicates, quarantined;
    uint64_t assigned;   /* tickets that an engineer accepted */
    uint64_t unassigned; /* tickets that nobody accepted though somebody qualified was to be had */
    uint64_t updates;    /* sent to the crowd's members, by the log's own count */
    uint64_t unopened;   /* of these: not opened by their recipient */
    uint64_t left;       /* letters still in members' mailboxes */
    uint64_t lost;       /* acknowledged reports that no log knows */
    uint64_t duplicated; /* reports that had more than one effect */
    uint64_t unreadable; /* log entries that do not open */
};

/* Waits for the store; dies when it does not answer. */
void ledger_count(struct ledger *l, struct crowd *c);

#endif
