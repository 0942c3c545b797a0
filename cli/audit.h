/* audit.h - the parts of `faultline audit`, a row and a file each. A part answers territory by
 * territory, and builds on a log only when all of it held. */
#ifndef CLI_AUDIT_H
#define CLI_AUDIT_H

#include "cli/editions.h"
#include "cli/prove.h"
#include "cli/verify.h"

struct audit {
    struct site *site; /* with the plan in force */
    struct signers *signers;
    const char *subject;          /* what it is about; NULL: everything */
    const char *from, *to, *lang; /* of a statement; NULL: not said */
    bool json;
    bool about_ticket;   /* the subject is one: */
    struct ticket_id id; /* by its id, where there is no number */
    struct str number;   /* its number; empty: by id */
    void *sum;           /* the part's own, over all territories */
};

struct audit_part {
    const char *name;
    bool subject_must, subject_may;
    bool states;                    /* takes --from, --to and --lang */
    bool (*begin)(struct audit *a); /* NULL: nothing to do; false: it complained of the usage */
    /* false: something does not hold, or cannot be said; it was said */
    bool (*territory)(struct audit *a, struct territory_id t);
    bool (*end)(struct audit *a); /* NULL: nothing to do */
};
extern const struct audit_part audit_clocks, audit_statement;

/* What a territory's log says, after it held. false: it does not, which was said, and nothing may
 * be built on it; `p` is empty then. The editions outlive the proof. */
must_use bool audit_read(struct audit *a, struct territory_id t, struct editions *e,
                         struct proof *p);
/* Can a ticket asked for by number be this territory's? By id: any can. */
bool audit_may_be_of(const struct audit *a, struct territory_id t);
/* The ticket asked for; NULL: not here. */
const struct trail *audit_find(const struct audit *a, const struct proof *p);

#endif
