/* account.h - what one ticket's promises came to, all clocks at one instant: for `audit clocks
 * TICKET` and for statements. */
#ifndef CLI_ACCOUNT_H
#define CLI_ACCOUNT_H

#include "cli/json.h"
#include "cli/prove.h"

struct account {
    const struct trail *trail;
    const struct contract *contract; /* NULL: not known, and so for what follows */
    const char *level;
    struct reckoning clocks[CLOCKS];
    int64_t penalties[CLOCKS]; /* minor units of the contract's currency */
    msec late_ms[CLOCKS];      /* of a broken one, until its stop or the last record */
};

void account_of(struct account *a, const struct proof *p, const struct trail *s);
/* Has this promise begun? */
bool account_has(const struct account *a, enum clock c);
/* The i-th run that was over before its clock began anew: `out` is the same account with that run
 * in the place of clock *c. false: there are no more. */
bool account_earlier(const struct account *a, size_t i, struct account *out, enum clock *c);
struct json *json_of_account(const struct account *a, const struct proof *p, const char *territory);

#endif
