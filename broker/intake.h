/* intake.h - REPORT, EVENT and PLACE on their way to disk. An ACCEPTED is said only after the
 * store has said OK, so the broker may be killed at any moment.
 *
 *   message --take--> lane's open batch --flush--> store_append --answer--> ACCEPTED | BUSY
 *
 * A lane is a territory. Many small appends cost the store more than few big ones, so a lane has at
 * most one append in flight that is not full: what comes meanwhile gathers in the open batch and
 * leaves when the answer is here; and all lanes leave together, LINGER_MS apart, for whatever Redis
 * is given alone costs a wait for the disk alone. Full batches leave at once. What is in flight is
 * bounded: past the bound intake_is_full, and the broker stops reading its router. */
#ifndef BROKER_INTAKE_H
#define BROKER_INTAKE_H

#include "broker/voice.h"
#include "common/base/map.h"
#include "common/store/store.h"

enum {
    BATCH_ENTRIES = 256,
    LINGER_MS = 4, /* from one flush to the next */
    BATCH_BYTES = 128 * 1024,
    INTAKE_BATCHES = 1024,           /* taken and unanswered: batches and places, */
    INTAKE_BYTES = 32 * 1024 * 1024, /* and bytes */
    INTAKE_STALLED_MS = 2000,        /* an append unanswered for so long: the store hangs */
    BUSY_STORE_MS = 500,
    BUSY_INBOX_MS = 1000,
    BUSY_MEMORY_MS = 2000,
};

/* Who waits for an entry: by name, since the connection may be gone when the answer comes. */
struct waiting {
    struct peer_id to;
    uint32_t key; /* the door's number */
    bool report;
    uint64_t number;
    struct ticket_id id; /* of a report; zeros otherwise */
    size_t at, len;      /* the message in the batch's bytes */
};

struct batch {
    struct intake *intake;
    struct batch *next; /* in the list of spare ones, or of those in flight (oldest first) */
    struct batch *before;
    struct lane *lane;
    struct waiting *waiting;      /* owned; count in use */
    struct intake_entry *entries; /* as many */
    size_t count, waiting_cap, entries_cap;
    struct buf bytes;
    int64_t sent_ms;
    bool full;
};

struct lane {
    struct territory_id territory;
    struct batch *open; /* NULL: nothing gathered */
    uint32_t partial;   /* appends in flight that were not full: 0 or 1 */
    bool listed;        /* in intake.ready */
};

struct intake {
    struct store *store;
    struct peers *peers;
    struct voice *voice;
    const char *(*code_of)(void *context, struct territory_id t); /* for numbers; NULL: gone */
    void *context;
    uint64_t inbox_max;
    int64_t flushed_ms;  /* when something that was not full left last */
    size_t batch_max;    /* entries: BATCH_ENTRIES, or fewer where inboxes are small */
    struct map lanes;    /* territory -> struct lane; owned */
    struct lane **ready; /* lanes with an open batch */
    size_t ready_count, ready_cap;
    struct batch *spare, *oldest, *newest; /* in flight */
    size_t batches, bytes;                 /* open and in flight */
    uint64_t accepted;                     /* so far */
    bool memory_short;                     /* past the watermark: REPORT is BUSY */
    int64_t now_ms;                        /* monotonic, of this turn */
};

void intake_init(struct intake *in, struct store *s, struct peers *ps, struct voice *v,
                 uint64_t inbox_max);
void intake_fini(struct intake *in); /* after the store is freed */

/* Why nothing can be taken now, or NULL; and how long to wait. `report`: memory counts too. */
const char *intake_busy(const struct intake *in, bool report, uint32_t *retry_ms);
/* Takes a checked message, whole, into its territory's batch. */
void intake_take(struct intake *in, struct peer *p, const struct principal_id *who,
                 struct territory_id t, const struct message *m, struct str bytes);
void intake_place(struct intake *in, struct peer *p, const struct principal_id *who,
                  const struct message *m, struct str bytes);
/* Sends what may leave. `all`: also partial batches beside others in flight, at once (draining). */
void intake_flush(struct intake *in, bool all);
/* After so long something may leave by time alone; INT64_MAX: nothing. */
int64_t intake_wait_ms(const struct intake *in);
bool intake_is_full(const struct intake *in);    /* stop reading */
bool intake_is_stalled(const struct intake *in); /* the store does not answer: say BUSY */
bool intake_is_idle(const struct intake *in);    /* nothing taken that is not answered */

#endif
