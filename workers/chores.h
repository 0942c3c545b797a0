/* chores.h - what a worker does now and then, each at its own pace: beat and share out the
 * territories, look whether it holds them, for a new plan, for positions, write anchors and
 * archive files, plan appointments, try the broken again. */
#ifndef WORKERS_CHORES_H
#define WORKERS_CHORES_H

#include "workers/worker.h"

bool chores_due(const struct worker *w);
/* Those that are due, while Redis is there. Nothing may be in flight but what is in doubt. */
void chores_do(struct worker *w);
/* Time until the next is due; may be negative. */
int64_t chores_wait_ms(const struct worker *w, int64_t mono_ms);
/* Beats if it is time, and nothing else: for the middle of long work. A struct worker. */
void chores_progress(void *worker);

#endif
