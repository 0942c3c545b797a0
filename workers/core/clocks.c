/* clocks.c - the promised times of a ticket.
 *
 *      received_at      75 %      100 %
 *          |-------------|----------|       a clock: from receipt, over so much time,
 *                  ^^^^^                    a wait for the customer not counted
 *
 * While the ticket waits for the customer, or is solved, no clock runs. */
#include "workers/core/clocks.h"

#include "workers/core/record.h"

static const struct {
    size_t limit;   /* offset of its length in struct level; 0 or less there: no such promise */
    uint32_t stops; /* verbs that end it for ever */
    const char *texts[STAGES];
} clocks[CLOCKS] = {
    [CLOCK_RESPONSE] = {
        offsetof(struct level, response_ms),
        1u << VERB_ACCEPT,
        { "response: 75 % of the promised time has passed", "response: the promise is broken" },
    },
    [CLOCK_ARRIVAL] = {
        offsetof(struct level, arrival_ms),
        1u << VERB_ARRIVE | 1u << VERB_RESOLVE, /* void when solved remotely */
        { "arrival: 75 % of the promised time has passed", "arrival: the promise is broken" },
    },
    [CLOCK_RESTORATION] = {
        offsetof(struct level, restoration_ms),
        0, /* a rejected repair never restored anything */
        { "restoration: 75 % of the promised time has passed",
          "restoration: the promise is broken" },
    },
};

instant
instant_after(instant at, msec length)
{
    if (length <= 0)
        return at;
    return at > INSTANT_MAX - length || length > INSTANT_MAX ? NEVER : at + length;
}

static unsigned
bit(const struct clock_alarm *a)
{
    return 1u << ((unsigned)a->clock * STAGES + (unsigned)a->stage);
}

bool
clocks_next(const struct ticket *t, const struct level *level, struct clock_alarm *out)
{
    if (t->state == TICKET_PENDING_CUSTOMER || t->state >= TICKET_RESOLVED)
        return false;
    uint32_t verbs = ticket_verbs(t);
    instant start = instant_after(t->received_at, ticket_paused(t));
    out->at = NEVER;
    for (unsigned i = 0; i < CLOCKS; i++) {
        msec limit;
        memcpy(&limit, (const char *)level + clocks[i].limit, sizeof(limit));
        if (limit <= 0 || (clocks[i].stops & verbs))
            continue;
        instant deadline = instant_after(start, limit);
        instant due[STAGES] = { instant_after(start, limit - limit / 4), deadline };
        for (unsigned k = 0; k < STAGES; k++) {
            struct clock_alarm a = { i, k, due[k], deadline };
            if (!(t->warned & bit(&a)) && a.at < out->at)
                *out = a;
        }
    }
    return out->at != NEVER;
}

void
clocks_given(struct ticket *t, const struct clock_alarm *a)
{
    t->warned = (uint8_t)(t->warned | bit(a));
}

const char *
clocks_text(const struct clock_alarm *a)
{
    return clocks[a->clock].texts[a->stage];
}
