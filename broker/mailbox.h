/* mailbox.h - letters from the store to their recipients. The stream in Redis is the only queue:
 * a letter is read, sent, and stays there until its recipient confirms it.
 *
 *   bell ----------+
 *   subscribed ----+--> queue of boxes --read, within credit--> UPDATE --> CONFIRM --> trimmed
 *   slow re-read --+         ^                                               |
 *                            +---- hungry boxes, when credit comes back <----+
 *
 * A subscription has one box a territory. A box is in the queue at most once, has at most one read
 * in flight, and remembers only how far it has sent. A lost bell, a full socket and a forgotten
 * box are all mended by the slow re-read.
 *
 * After a rollback of the store a territory's mailboxes are numbered from 1 again. So its
 * incarnation is asked for as slowly, and a box that is further than its stream begins again. */
#ifndef BROKER_MAILBOX_H
#define BROKER_MAILBOX_H

#include "broker/voice.h"
#include "common/base/map.h"
#include "common/store/store.h"

enum {
    READS_MAX = 64,         /* store_letters in flight */
    TRIM_EVERY_MS = 50,     /* each trim is a write, and a write a wait for the disk */
    READ_LETTERS = 16,      /* letters in one read: at most 1 MB */
    REREAD_EVERY_MS = 3000, /* a box is read again so long after, or later: */
    REREADS_PER_S = 2000    /* at most so many a second, all together */
};

struct box {
    uint64_t sent;    /* last sequence sent on this subscription */
    uint64_t confirm; /* to be trimmed up to here at the turn's end; 0: nothing */
    bool queued, reading;
    bool doubt;  /* the next read makes sure that the stream reaches `sent` */
    bool again;  /* rung while reading */
    bool hungry; /* has perhaps letters, had no credit */
};

/* Sent and not confirmed. */
struct posted {
    uint32_t box;
    uint64_t sequence;
};

struct subscription {
    struct peer *peer;         /* whose connection; ends with it */
    struct principal_id owner; /* as authenticated when it began */
    struct principal_id who;   /* the mailbox: the owner, or "watch" */
    bool watch;
    bool hungry; /* some box is */
    uint32_t slot, generation;
    uint32_t credit, reserved, posted_count; /* letters: at once, being read, unconfirmed */
    struct posted *posted;                   /* room for `credit` */
    struct box *boxes;                       /* one a territory of the table; owned */
    size_t boxes_count, boxes_cap;
    size_t reread_at; /* the box to be read again next */
    int64_t reread_ms;
    struct subscription *next, *before; /* of the same mailbox */
};

/* A territory's incarnation, as far as the broker knows. */
struct life {
    struct mailbox *mailbox;
    struct territory_id territory;
    size_t box;
    struct incarnation incarnation;
    bool known, asking;
};

/* A box by name: the subscription may be gone when its turn comes. */
struct box_name {
    uint32_t slot, generation, box;
};
struct reading {
    struct mailbox *mailbox;
    struct box_name name;
    uint64_t after;
    uint32_t count;
    bool doubt;           /* the letter at `after` was asked for as well */
    struct reading *next; /* spare */
};

struct mailbox {
    struct store *store;
    struct voice *voice;
    struct territory_id *territories; /* box number -> territory; only grows */
    size_t territories_count, territories_cap;
    struct life **lives; /* one a territory */
    size_t lives_cap;
    int64_t lives_ms;            /* when they were asked for last */
    struct subscription **slots; /* NULL: free */
    size_t slots_count, slots_cap;
    uint32_t generation;
    struct map by_who;      /* mailbox -> first of its subscriptions */
    struct box_name *queue; /* a ring */
    size_t queue_head, queue_count, queue_cap;
    struct box_name *confirms; /* boxes with something to trim */
    size_t confirms_count, confirms_cap;
    int64_t trimmed_ms;
    struct reading *spare;
    size_t reads; /* in flight */
    size_t reread_slot;
    int64_t reread_ms;
    bool store_up;
    uint64_t sent; /* letters so far */
};

void mailbox_init(struct mailbox *mb, struct store *s, struct voice *v);
void mailbox_fini(struct mailbox *mb); /* after the peers are dropped, then the store freed */
/* The current map's territories: new ones are added, and read for every subscription. */
void mailbox_territories(struct mailbox *mb, const struct territory_id *list, size_t count);
bool mailbox_knows(const struct mailbox *mb, struct territory_id t);

void mailbox_subscribe(struct mailbox *mb, struct peer *p, const struct principal_id *owner,
                       const struct message *m, int64_t now_ms);
/* Gives credit back; trims, for mail. Without a subscription it only trims. */
void mailbox_confirm(struct mailbox *mb, struct peer *p, const struct principal_id *owner,
                     const struct message *m);
/* The peer is going: its subscriptions end. */
void mailbox_drop(struct mailbox *mb, struct peer *p);
/* Ends every subscription that `still` does not vouch for (a new map). */
void mailbox_recheck(struct mailbox *mb, bool (*still)(void *context, const struct subscription *s),
                     void *context);
/* A store_bell_fn; the context is the mailbox. */
void mailbox_bell(void *context, struct territory_id t, struct principal_id who);
/* Once a turn: now and then trims what was confirmed, re-reads slowly, reads what is queued. */
void mailbox_work(struct mailbox *mb, bool store_up, int64_t now_ms);
/* The confirmations alone (draining). */
void mailbox_trim(struct mailbox *mb);

#endif
