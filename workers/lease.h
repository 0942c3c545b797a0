/* lease.h - who is alive, and who should hold which territory.
 *
 * A worker's beat is a number that grows with its main loop. Silence is the time *this*
 * process has watched a beat stand still, on its own monotonic clock; a gap in watching
 * (Redis away, this process stopped) counts for little, so nobody is declared dead by a
 * sleeper. No wall clock, no TTL: a clock step neither frees nor freezes a territory.
 *
 *     owner(territory) = the live worker with the greatest hash(worker, territory) among those
 *                        whom it does not take beyond a fair share of all the weight; among those
 *                        who carry least, where it would take everybody there. Heavy ones first.
 *
 * so the weight is spread, and a worker that comes or goes moves little beside its own share.
 * Owning by this rule decides who tries; the head's nonce decides who holds. */
#ifndef WORKERS_LEASE_H
#define WORKERS_LEASE_H

#include "common/base/err.h"
#include "common/store/store.h"

enum { WORKER_NAME_MAX = 40 };

struct lease;
struct lease *lease_new(const char *worker, int64_t lease_ms);
void lease_free(struct lease *l);

/* What the beats say at this instant of the monotonic clock. */
void lease_observe(struct lease *l, const struct beat *list, size_t count, int64_t mono_ms);
/* Has this worker's beat stood still for the lease time? One never heard of is watched from now. */
bool lease_silent(struct lease *l, const char *worker);
/* Has its beat been seen to grow? Nothing is handed to one that was only ever seen once. */
bool lease_moving(const struct lease *l, const char *worker);
/* The territories that are shared out, and how heavy each is (at least 1; any unit); copied. */
void lease_territories(struct lease *l, const struct territory_id *list, const uint32_t *loads,
                       size_t count);
/* Who should hold it: a name that is good until the next lease_observe. What is not shared out is
 * left to whoever has it. */
const char *lease_owner(const struct lease *l, struct territory_id t);
bool lease_mine(const struct lease *l, struct territory_id t);
size_t lease_live(const struct lease *l);
const char *lease_worker(const struct lease *l);

/* Beats, looks at the others' beats, and buries the long dead. */
must_use enum err lease_beat(struct lease *l, struct store *s, int64_t mono_ms);
/* The last beat is withdrawn, so that nobody waits for us. */
void lease_end(struct lease *l, struct store *s);

#endif
