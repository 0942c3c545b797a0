/* vroom.h - the same routes planned by VROOM (vroom-project.org), where its program is installed.
 */
#ifndef BENCH_VROOM_H
#define BENCH_VROOM_H

#include "workers/core/route.h"

struct vroom_said {
    long cost, left_out; /* seconds of travel; jobs */
};

bool vroom_found(void);
/* Writes the problem into `folder` and runs it for `seconds`. What VROOM has no words for
 * (lateness, releases, kits, pins, bans) must not be in the input. false: it failed. */
bool vroom_run(const struct route_input *in, const char *folder, unsigned seconds,
               struct vroom_said *said);

#endif
