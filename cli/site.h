/* site.h - a site folder opened for the command line: its settings, and on demand the store,
 * the pool's keys, the plan in force, and a client for one of its principals. */
#ifndef CLI_SITE_H
#define CLI_SITE_H

#include "cli/cmd.h"
#include "common/io/conf.h"
#include "common/io/seal.h"
#include "common/plan/plan.h"
#include "common/store/store.h"
#include "faultline/client.h"

struct site {
    const struct command *command; /* whom to name in complaints */
    struct conf conf;
    struct store *store; /* after site_store */
    struct keys *pool;   /* after site_pool */
    struct plan *plan;   /* after site_plan: the version in force */
    struct atlas *atlas;
};

/* Reads the settings; dies, naming what is wrong, when there is no site. */
void site_open(struct site *s, const struct command *c, const struct words *w);
void site_close(struct site *s);
/* Each says what is wrong and returns false. Operator's rights on the store. */
must_use bool site_store(struct site *s);
must_use bool site_pool(struct site *s);
must_use bool site_plan(struct site *s); /* implies the two above */
/* The plan of a version, opened with the pool's key; after site_store and site_pool.
 * ERR_UNKNOWN: no such version is kept; other errors are said. The caller frees it. */
must_use enum err site_plan_of(struct site *s, uint32_t version, struct plan **out);
/* A client for principal `name` (keys_dir/NAME.key), its spool in spool_dir/`spool`. Reads nothing
 * but the settings: works where there is no store. */
must_use bool site_client(struct site *s, const char *name, const char *spool,
                          struct fl_client **out);
/* Key file of a principal: "keys_dir/NAME.key"; static buffer. */
const char *site_key_path(const struct site *s, const char *name);

/* Whole files. false: errno says why. */
must_use bool file_read(const char *path, struct buf *out);
/* Replaces atomically: a new file beside it, fsync, rename. */
must_use bool file_write(const char *path, struct str bytes, unsigned mode);

#endif
