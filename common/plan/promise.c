/* promise.c - the names of common/wire/names.c that people write in contracts. The two rooms do not
 * know each other; a test holds the names together. */
#include "common/plan/promise.h"

static const char *const clocks[CLOCKS] = {
    [CLOCK_RESPONSE] = "response",
    [CLOCK_ARRIVAL] = "arrival",
    [CLOCK_RESTORATION] = "restoration",
    [CLOCK_REPLACEMENT] = "replacement",
    [CLOCK_ANALYSIS] = "analysis",
    [CLOCK_COMPLAINT_ANSWER] = "complaint_answer",
    [CLOCK_COMPLAINT_CLOSE] = "complaint_close",
};

static const char *const bases[] = {
    [BASIS_ALWAYS] = "always",
    [BASIS_WORKING] = "working",
    [BASIS_SPLIT] = "split",
};

static const struct {
    const char *name;
    enum reason reason;
} exempts[] = {
    { "force_majeure", REASON_FORCE_MAJEURE },
    { "customer_delay", REASON_CUSTOMER_DELAY },
};

enum clock
promise_clock(struct str name)
{
    enum clock c = 0;
    while (c < CLOCKS && !str_is(name, clocks[c]))
        c++;
    return c;
}

const char *
promise_clock_name(enum clock c)
{
    assert(c < CLOCKS);
    return clocks[c];
}

bool
promise_basis(struct str name, enum promise_basis *basis)
{
    *basis = BASIS_ALWAYS;
    size_t i = 0;
    while (i < countof(bases) && !str_is(name, bases[i]))
        i++;
    if (i < countof(bases))
        *basis = (enum promise_basis)i;
    return i < countof(bases) || name.len == 0;
}

enum reason
promise_exempt(struct str name)
{
    for (size_t i = 0; i < countof(exempts); i++)
        if (str_is(name, exempts[i].name))
            return exempts[i].reason;
    return REASON_NONE;
}
