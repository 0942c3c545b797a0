/* clocks.c - `./dev bench clocks`: how many promised times one core reads in a second: contracts
 * of every basis over a calendar of ten years, courses with up to six exclusions, each clock begun
 * (one that was not costs nothing, and is no measure). */
#include "workers/core/clocks.h"
#include "common/base/rng.h"
#include "common/io/clock.h"

#include <stdio.h>

enum { YEARS = 10, COURSES = 8192, CONTRACTS = 6, ROUND = 65536, SECONDS_RUN = 3 };
#define BEGIN ((instant)1767571200000) /* Monday 2026-01-05 00:00 UTC */

static struct open_span spans[YEARS * 53 * 5 * 2];
static struct calendar calendar = { "office", BEGIN, BEGIN + YEARS * 365 * DAYS, spans, 0 };
static struct contract contracts[CONTRACTS];
static struct course courses[COURSES];

/* Monday to Friday, 8 to 12 and 13 to 17, but for a holiday now and then. */
static void
draw_calendar(struct rng *r)
{
    msec before = 0;
    for (instant day = BEGIN; day < calendar.until; day += DAYS) {
        if ((day - BEGIN) / DAYS % 7 >= 5 || rng_below(r, 30) == 0)
            continue;
        for (int half = 0; half < 2; half++) {
            instant from = day + (half == 0 ? 8 : 13) * HOURS;
            spans[calendar.count++] = (struct open_span){ from, from + 4 * HOURS, before };
            before += 4 * HOURS;
        }
    }
}

/* The seed's numbers, twice each basis. */
static void
draw_contracts(void)
{
    static const msec lengths[CLOCKS][2] = {
        [CLOCK_RESPONSE] = { 15 * MINUTES, 15 * MINUTES },
        [CLOCK_ARRIVAL] = { 3 * HOURS, 5 * HOURS },
        [CLOCK_RESTORATION] = { 4 * HOURS, 7 * HOURS },
        [CLOCK_REPLACEMENT] = { 8 * HOURS, 12 * HOURS },
        [CLOCK_ANALYSIS] = { 3 * DAYS, 4 * DAYS },
        [CLOCK_COMPLAINT_ANSWER] = { 2 * HOURS, 3 * HOURS },
        [CLOCK_COMPLAINT_CLOSE] = { 15 * DAYS, 16 * DAYS },
    };
    for (size_t i = 0; i < CONTRACTS; i++) {
        contracts[i].calendar = &calendar;
        for (size_t c = 0; c < CLOCKS; c++)
            for (size_t l = 0; l < LEVELS_MAX; l++)
                contracts[i].promises[c][l] = (struct promise){
                    .working_ms = lengths[c][0] * (msec)(1 + i / 3),
                    .off_ms = lengths[c][1] * (msec)(1 + i / 3),
                    .basis = (uint8_t)(i % 3),
                };
    }
}

static void
draw_course(struct rng *r, struct course *c)
{
    instant at = BEGIN + (instant)rng_below(r, (uint64_t)((YEARS * 365 - 60) * DAYS));
    course_init(c, at);
    for (size_t n = rng_below(r, 7); n > 0; n--) {
        instant from = at + (instant)rng_below(r, (uint64_t)DAYS) - HOURS;
        msec length = (msec)rng_below(r, (uint64_t)(6 * HOURS));
        if (!course_exclude(c, from, rng_below(r, 20) == 0 ? NEVER : from + length, REASON_WISH))
            return;
    }
    for (size_t m = 0; m < MILES; m++) {
        bool begins = m == MILE_RESTORED || m == MILE_REPLACE || m == MILE_COMPLAINED;
        if (m != MILE_ENDED && (begins || rng_below(r, 2) == 0))
            c->miles[m] = at += (instant)rng_below(r, (uint64_t)HOURS);
    }
}

int
main(void)
{
    struct rng r = { 20240229 };
    uint64_t done = 0, broken = 0;
    draw_calendar(&r);
    draw_contracts();
    for (size_t i = 0; i < COURSES; i++)
        draw_course(&r, &courses[i]);
    int64_t began = clock_mono_ns(), took = 0;
    for (; took < SECONDS_RUN * INT64_C(1000000000); took = clock_mono_ns() - began)
        for (size_t i = 0; i < ROUND; i++, done++) {
            uint64_t pick = rng_next(&r);
            const struct course *c = &courses[pick % COURSES];
            struct reading said;
            clock_read((enum clock)(pick >> 16 & 0xff) % CLOCKS, c,
                       &contracts[(pick >> 24 & 0xff) % CONTRACTS], (uint8_t)(pick >> 32 & 1),
                       c->received_at + (instant)(pick >> 40) * 10, &said);
            broken += said.broken;
        }
    printf("%llu clocks read in %.2f s, %llu of them broken; %zu spans in the calendar, %d "
           "courses of up to six exclusions\n",
           (unsigned long long)done, (double)took / 1e9, (unsigned long long)broken, calendar.count,
           COURSES);
    printf("bench=clocks per_s=%.0f\n", (double)done * 1e9 / (double)took);
    return 0;
}
