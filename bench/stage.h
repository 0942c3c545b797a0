/* stage.h - a whole site in a scratch folder, run by `faultline up`, gone when it is over. */
#ifndef BENCH_STAGE_H
#define BENCH_STAGE_H

#include "common/io/conf.h"
#include "common/io/seal.h"
#include "common/plan/plan.h"
#include "common/store/store.h"

struct stage {
    char dir[64];
    char devices[64]; /* spools of engineers' devices: two dozen disks of their own, as it were, so
                         in memory where that can be; a gateway's spool is on the site's disk */
    int up;           /* pid of `faultline up` */
    int said;         /* its standard output */
    struct conf conf;
    struct keys *pool;
    struct plan *plan; /* as `init` completed it */
    struct atlas *atlas;
    struct store *store; /* operator's rights */
};

struct stage_wish {
    unsigned workers;
    unsigned capacity;       /* of every engineer; 0: the sample's own */
    const char *const *sets; /* "name=value" for brokers and workers, NULL-terminated, or NULL */
    bool still;              /* the site is made, and nothing of it started */
    bool quiet;              /* the site's own log goes to DIR/log instead of standard error */
};

/* Makes and starts it; dies, saying why, when it does not come up. */
void stage_open(struct stage *s, const struct stage_wish *w);
/* Until nobody hands a territory over any more: a worker that starts a moment before the others has
 * taken everything, and shares it with them beat by beat. */
void stage_settle(struct stage *s);
/* Ends `up` in order, and removes the folder. */
void stage_close(struct stage *s);

#endif
