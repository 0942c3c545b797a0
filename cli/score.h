/* score.h - what a period that was played again came to, in whole numbers; and two of them side by
 * side. Only tickets that were reported in the period count, and what was done for them. */
#ifndef CLI_SCORE_H
#define CLI_SCORE_H

#include "cli/json.h"
#include "cli/rerun.h"

struct score {
    int64_t tickets, solved, ended, left; /* ended: withdrawn or put away unsolved; left: neither */
    int64_t weighted;                     /* broken promises, each times its level's weight */
    int64_t penalty;                      /* minor units */
    struct {
        int64_t begun, broken;
        int64_t late_ms; /* in all, of those that are broken */
    } clocks[CLOCKS];
    int64_t visits, travel_ms, travel_each_ms, travel_m;
    int64_t wait_ms, wait_most_ms, wait_p90_ms; /* from report to arrival: mean, longest, 9 of 10 */
    int64_t engineers;
    int64_t busy_ms, busy_most_ms, busy_least_ms; /* on the way and at work: mean of an engineer */
    int64_t busy_spread_ms;                       /* mean distance from that mean */
    int64_t refused;
};

/* Both sides weigh by the same plan: `weigh` has its rules by territory; a level that it has not
 * weighs by its place. */
void score_take(struct score *s, const struct rerun *r, const struct rules *const *weigh);

/* Present, tried, and the difference, a figure a line. */
void score_table(const struct score *present, const struct score *tried, struct buf *out);
struct json *score_json(const struct score *present, const struct score *tried);
/* The workload of each engineer of either: so long on the way and at work. */
struct json *score_men_json(const struct rerun *present, const struct rerun *tried);

#endif
