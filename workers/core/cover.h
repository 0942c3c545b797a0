/* cover.h - what it is worth that somebody stands by: by how much likelier the next reports of the
 * worst level would be late without him.
 *
 * Where they will come from nobody knows; the tickets at hand, those that are done but not yet
 * settled too, are the best guess there is, so a sample of them, the COVER_SAMPLE least by a key of
 * their ids, stands for it: each as if it came now, at the worst level. Of those who could go
 * there, the likeliest to be in time first, the k-th has q(k), his probability to be late, and each
 * will still be free with one and the same probability a, so that
 *
 *      P(late) = sum over k of a (1 - a)^(k - 1) q(k), and (1 - a)^n that nobody is free
 *
 * (the busy fraction of Daskin's maximum expected covering, 1983, with a probability instead of a
 * circle). What P rises by without somebody, on average over the sample, times the number of such
 * reports to be expected while he is away, times what one that is late costs, is his worth in
 * seconds. Reports to be expected: as many come while one job is done as there are people at work
 * (Little 1961), cover_pm of 1000 of them at the worst level.
 *
 * It is looked at once a minute, by its first event, and kept with the engineer: a part of his
 * record, for what has happened within the minute since does not change it. */
#ifndef CORE_COVER_H
#define CORE_COVER_H

#include <stdint.h>

struct engine;

enum {
    COVER_SAMPLE = 128,
    COVER_LEAST = 16,      /* fewer open tickets tell nothing */
    COVER_FREE_PCT = 60,   /* a */
    COVER_STEP_S = 60,     /* worth is told in steps of this, */
    COVER_MOST_S = 1 << 20 /* and is at most this */
};

/* Sets standby_s of every engineer. */
void cover_look(struct engine *e);

#endif
