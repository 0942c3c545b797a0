/* try.h - `faultline plan try`: a past period of the log, played again under the plan in force and
 * under another one. */
#ifndef CLI_TRY_H
#define CLI_TRY_H

#include "cli/site.h"

struct try_wish {
    const char *path;      /* the other plan's file */
    const char *from, *to; /* as people type instants; NULL: the log's beginning and end */
    bool json;
};
/* An exit code. */
int try_plan(struct site *s, const struct try_wish *w);

#endif
