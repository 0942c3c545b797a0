/* replay.h - the spool's inside: what spool.c and replay.c, which opens a spool, share. */
#ifndef CLIENT_REPLAY_H
#define CLIENT_REPLAY_H

#include "common/client/spool.h"

/* Puts a record that is in no list where its state belongs. */
void spool_place(struct spool *s, struct rec *r, enum rec_state state);
/* A report of an id that went somewhere before goes to the same address. */
void spool_inherit(struct spool *s, struct rec *r);
/* Journals what begins a segment. */
void spool_start(struct spool *s);

#endif
