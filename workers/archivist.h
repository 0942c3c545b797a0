/* archivist.h - what has grown old leaves Redis for a signed file: the oldest log entries of a
 * territory, and the closed tickets whose records they wrote.
 *
 *   gather: anchored, older than archive_after_s, whole links of the chain, of one incarnation
 *     -> write beside, fsync, rename, fsync the folder
 *     -> read it back and prove it
 *     -> fl_forget: removes exactly what the file holds, if we hold the territory still
 *
 * Killed anywhere in between, the next look finds a file that begins where the log begins, proves
 * it, and only forgets. Nothing leaves Redis that is not on disk. */
#ifndef WORKERS_ARCHIVIST_H
#define WORKERS_ARCHIVIST_H

#include "workers/territory.h"

/* If it is this territory's time: archives one file's worth. Returns whether it looked. Nothing of
 * the territory may be in flight. */
bool archivist_look(struct territory *t, struct tools *x);

#endif
