/* clocks.h - the promised times of a ticket, computed from its timeline: nothing is counted, so
 * nothing can be lost. Each clock gives two alarms, each once and never early. */
#ifndef CORE_CLOCKS_H
#define CORE_CLOCKS_H

#include "faultline/rules.h"
#include "workers/core/ticket.h"

enum clock { CLOCK_RESPONSE, CLOCK_ARRIVAL, CLOCK_RESTORATION, CLOCKS };
enum clock_stage { STAGE_WARNING, STAGE_BREACH, STAGES }; /* at 75 % and at 100 % */

struct clock_alarm {
    enum clock clock;
    enum clock_stage stage;
    instant at;       /* when this alarm is due */
    instant deadline; /* the promise's end */
};

/* The earliest alarm not yet given of a clock that runs; false: none. */
bool clocks_next(const struct ticket *t, const struct level *level, struct clock_alarm *out);
/* It has been given. */
void clocks_given(struct ticket *t, const struct clock_alarm *a);
/* "response: 75 % of the promised time has passed"; static. */
const char *clocks_text(const struct clock_alarm *a);
/* at + length, NEVER instead of overflow. */
instant instant_after(instant at, msec length);

#endif
