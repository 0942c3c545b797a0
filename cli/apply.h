/* apply.h - a plan file becomes the plan in force. */
#ifndef CLI_APPLY_H
#define CLI_APPLY_H

#include "cli/site.h"

/* Parses and checks a plan file, and compiles the files that it names; every fault has been printed
 * when this is NULL. `warned` (may be NULL): warnings have been printed. */
struct plan *apply_read(const struct command *c, const char *path, bool *warned);
/* Puts `p` in force as the next version: sealed for workers, its public map signed for brokers.
 * Says what it did, or that nothing differs. Returns an exit code. */
int apply_plan(struct site *s, struct plan *p);

#endif
