/* dispatch.c - `./dev bench dispatch`: from report to accepted by an engineer, until drained:
 * intake, two workers, sealed offers, the engineers' events, commits, sealed updates; against XADD
 * of a report's bytes by redis-benchmark on the same Redis in the same run. Engineers carry any
 * number of tickets and accept at once. */
#include "bench/crowd.h"
#include "bench/ledger.h"
#include "bench/raw.h"
#include "common/io/clock.h"
#include "common/io/log.h"

#include <stdio.h>

enum {
    REPORTS = 30000,
    RAW_ENTRIES = 200000,
    ENTRY_BYTES = 257 /* a report in the inbox, as intake.c prints it */,
    STUCK_MS = 30000
};

/* Until every report has a fate, and every ticket that was opened an engineer. */
static void
drain(struct crowd *c, uint64_t reports)
{
    int64_t moved_at = clock_mono_ms();
    uint64_t updates = 0;
    for (;;) {
        while (c->submitted < reports && crowd_report(c))
            if (c->submitted % 256 == 0)
                break;
        crowd_turn(c, c->submitted < reports ? 0 : 20);
        if (c->updates != updates) {
            updates = c->updates;
            moved_at = clock_mono_ms();
        }
        if (c->fates.count >= reports && c->accepted + c->attached >= reports)
            return;
        if (clock_mono_ms() - moved_at > STUCK_MS)
            die("nothing moves any more: %llu submitted, %zu told, %llu accepted",
                (unsigned long long)c->submitted, c->fates.count, (unsigned long long)c->accepted);
    }
}

int
main(void)
{
    static struct crowd crowd;
    static const char *const sets[] = { "inbox_max=10000000", "mailbox_max=10000000", NULL };
    struct stage stage;
    struct ledger ledger;
    uint8_t bytes[ENTRY_BYTES];
    log_open("bench", LOG_WARN);
    seal_open_library();
    random_bytes(bytes, sizeof(bytes));
    stage_open(&stage, &(struct stage_wish){
                           .workers = 2, .capacity = 60000, .sets = sets, .quiet = true });
    stage_settle(&stage);
    crowd_open(&crowd, &stage, &(struct crowd_wish){ .seed = 2, .engineers = true });
    drain(&crowd, 500); /* connected, warm */
    double before = raw_xadd_per_s(&stage, str_bytes(bytes, sizeof(bytes)), RAW_ENTRIES);
    int64_t began = clock_mono_ns();
    drain(&crowd, 500 + REPORTS);
    double took_s = (double)(clock_mono_ns() - began) / 1e9;
    double after = raw_xadd_per_s(&stage, str_bytes(bytes, sizeof(bytes)), RAW_ENTRIES);
    double raw = (before + after) / 2, per_s = (double)REPORTS / took_s;
    ledger_count(&ledger, &crowd);
    printf("%d reports to assigned in %.2f s; %llu tickets, %llu assigned, %llu attached, lost "
           "%llu; raw XADD before "
           "%.0f/s, after %.0f/s\n",
           REPORTS, took_s, (unsigned long long)ledger.tickets, (unsigned long long)ledger.assigned,
           (unsigned long long)ledger.attached, (unsigned long long)ledger.lost, before, after);
    crowd_close(&crowd);
    stage_close(&stage);
    printf("bench=dispatch ratio=%.3f per_s=%.0f raw_xadd_per_s=%.0f\n", per_s / raw, per_s, raw);
    return ledger.lost == 0 && ledger.unassigned == 0 ? 0 : 1;
}
