/* limit.h - how many messages a sender may send: a token bucket for each, a bounded table of them,
 * and one bucket for all. A sender who is not in the table has a full bucket; when the table is
 * full, the one unheard for longest leaves it. */
#ifndef GATEWAYS_LIMIT_H
#define GATEWAYS_LIMIT_H

#include "common/base/str.h"

struct limit_rate {
    unsigned burst;      /* so many at once; 0: no limit */
    unsigned per_minute; /* and so many come back in a minute */
};

struct limits;
struct limits *limits_new(struct limit_rate sender, struct limit_rate all, size_t senders_max);
void limits_free(struct limits *l);
/* Takes a token for this sender, and one of all. 0: taken; else milliseconds until there is one
 * (for Retry-After), and nothing was taken. `now` (ms) is monotonic. */
int64_t limits_take(struct limits *l, struct str sender, int64_t now);

#endif
