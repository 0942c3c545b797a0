/* spool.h - the client's durable memory: reports and events from the moment they are taken
 * until 7 days after somebody said what became of them, and the tallies of letters.
 *
 * Two invariants: what is in memory is what a replay of the journal gives (so every change
 * goes through a function here that writes an entry); and what is sent was synced before.
 * Memory holds an index only; bytes are read from the journal again. */
#ifndef CLIENT_SPOOL_H
#define CLIENT_SPOOL_H

#include "common/client/entry.h"
#include "common/client/rec.h"
#include "common/client/tally.h"

struct spool_options {
    const char *folder;
    uint32_t segment_max; /* bytes after which a segment is closed */
    msec keep_ms;         /* after covered */
};

struct spool {
    struct spool_options options;
    struct journal *journal;
    struct journal_damage damage;
    struct tallies tallies;
    struct rec_list lists[RECS_LISTS];
    struct rec_pool pool;
    struct map reports, events, numbers; /* newest of an id; by event id; by number */
    uint64_t epoch, counter;             /* of the last event */
    uint64_t number;                     /* the last given */
    bool must_sync;                      /* something waits that may not be sent before a sync */
    uint32_t stuck;                      /* an old segment with damage that cannot be moved; 0 */
};

/* ERR_CONFLICT (in use), ERR_VERSION, ERR_IO; `why` says more, and on OK tells damage. */
must_use enum err spool_open(struct spool **out, const struct spool_options *o, instant now,
                             struct buf *why);
/* Syncs as well as it can. */
void spool_close(struct spool *s);

/* Everything so far is on disk. ERR_IO: it is not; the next call tries the same bytes again. */
must_use enum err spool_sync(struct spool *s);

/* Takes a report or event: *m as a message, less number and address. The loans are copied. */
struct rec *spool_put_report(struct spool *s, struct message *m, const uint8_t digest[16]);
struct rec *spool_put_event(struct spool *s, struct message *m);
/* The next event's id. */
struct event_id spool_next_event(const struct spool *s);

/* The record of this report id with this content; or NULL. */
struct rec *spool_same(const struct spool *s, struct report_id id, const uint8_t digest[16]);
/* The headers under which this id was taken last: others would lead to another territory, and the
 * changed report would be a second ticket there. false: there is none. */
bool spool_route(struct spool *s, struct report_id id, struct route *out);
struct rec *spool_numbered(const struct spool *s, uint64_t number);
/* The message of a record, with its address; loans last until the same reader's next use. */
must_use enum err spool_read(struct spool *s, size_t reader, const struct rec *r,
                             struct message *m);

/* How far it is. */
void spool_fly(struct spool *s, struct rec *r, enum rec_state state, int64_t now_mono);
void spool_land(struct spool *s, struct rec *r); /* no answer or BUSY: it waits again, in front */
void spool_address(struct spool *s, struct rec *r, struct territory_id t, uint32_t plan);
/* Its address was refused: it asks again. Not allowed for one that may be in, nor for one whose id
 * went somewhere before: false. */
bool spool_readdress(struct spool *s, struct rec *r);
void spool_accepted(struct spool *s, struct rec *r, instant now);
void spool_refused(struct spool *s, struct rec *r); /* forgets it */
void spool_again(struct spool *s, struct rec *r);   /* accepted once; sends again */
/* An update tells what became of the oldest untold report of this id, or of this event. */
void spool_told_report(struct spool *s, struct report_id id, instant now);
void spool_told_event(struct spool *s, struct event_id id, instant now);
/* A new incarnation of this territory: all that it accepted goes again, in its order. How many. */
size_t spool_rollback(struct spool *s, uint16_t territory, instant now);

/* Forgets what was covered long enough ago; gives old segments' room back. */
void spool_expire(struct spool *s, instant now);

#endif
