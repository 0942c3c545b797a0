/* price.c - see price.h. The probability to be late is a logistic curve around the deadline that
 * widens with the distance into the future. */
#include "bench/quality/price.h"

#define LATE_S      3600.0
#define LATER_SHARE 0.5
#define FLOW_SHARE  0.2
#define DEFER_S     2700
#define DEFER_WAY_S 900

static double
seconds(msec ms)
{
    return (double)ms / (double)SECONDS;
}

double
price_pair(const struct ticket_drawn *t, instant now, instant arrival, msec travel, double unsure_s)
{
    double w = city_weights[t->severity], late = seconds(arrival - t->deadline);
    double width = 240 + 0.12 * seconds(arrival - now) + unsure_s;
    double chance = 1 / (1 + exp(-late / width));
    return seconds(travel) + w * (LATE_S * chance + LATER_SHARE * (late > 0 ? late : 0)) +
           FLOW_SHARE * w * seconds(arrival - t->created_at);
}

double
price_defer(const struct ticket_drawn *t, instant now, unsigned slots)
{
    msec wait = (DEFER_S + DEFER_WAY_S + (msec)slots * PRICE_JOB_S) * SECONDS;
    return price_pair(t, now, now + wait, DEFER_WAY_S * SECONDS, 0);
}
