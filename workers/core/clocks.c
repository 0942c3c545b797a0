/* clocks.c - the promised times of a ticket. */
#include "workers/core/clocks.h"

#include "workers/core/record.h"

instant
instant_after(instant at, msec length)
{
    if (length <= 0)
        return at;
    return at > INSTANT_MAX - length || length > INSTANT_MAX ? NEVER : at + length;
}

/* What begins a clock, and what ends it. */
static const struct {
    uint8_t from, to; /* enum milestone; MILES: the receipt */
} course_of[CLOCKS] = {
    [CLOCK_RESPONSE] = { MILES, MILE_DELIVERED },
    [CLOCK_ARRIVAL] = { MILES, MILE_ARRIVED },
    [CLOCK_RESTORATION] = { MILES, MILE_RESTORED },
    [CLOCK_REPLACEMENT] = { MILE_REPLACE, MILE_REPLACED },
    [CLOCK_ANALYSIS] = { MILE_RESTORED, MILE_ANALYSED },
    [CLOCK_COMPLAINT_ANSWER] = { MILE_COMPLAINED, MILE_ANSWERED },
    [CLOCK_COMPLAINT_CLOSE] = { MILE_COMPLAINED, MILE_COMPLAINT_OVER },
};

/* Stands in until calendars and exclusions are read: round the clock, nothing excluded. */
void
clock_read(enum clock c, const struct course *course, const struct contract *contract,
           uint8_t level, instant now, struct reading *out)
{
    const struct promise *p = &contract->promises[c][level];
    *out = (struct reading){ .deadline = NEVER, .stop = NEVER };
    if (p->working_ms <= 0)
        return;
    uint8_t from = course_of[c].from;
    out->start = from == MILES ? course->received_at : course->miles[from];
    out->state = CLOCK_WAITING;
    if (out->start == NEVER)
        return;
    out->stop = course->miles[course_of[c].to];
    out->deadline = instant_after(out->start, p->working_ms);
    out->state = out->stop == NEVER ? CLOCK_RUNNING : CLOCK_STOPPED;
    out->broken = out->stop == NEVER ? now >= out->deadline : out->stop > out->deadline;
}
