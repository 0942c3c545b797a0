/* outbox.h - what is still to be told: letters to reporters, in the gateway's book until their
 * channel has delivered them, refused them, or given up.
 *
 *     put -> waiting -> under way -> delivered                 (gone)
 *               ^           |-----> handed -> delivered/failed (a receipt follows)
 *               '- later <--|-----> failed                     (gone: the next channel's affair)
 */
#ifndef GATEWAYS_OUTBOX_H
#define GATEWAYS_OUTBOX_H

#include "common/base/heap.h"
#include "gateways/book.h"

enum { LETTER_KIND = 3, OUTBOX_MAX = 200000 };

enum letter_stage { LETTER_WAITING, LETTER_UNDER_WAY, LETTER_HANDED };

/* Texts are never NULL. A letter is the outbox's. */
struct letter {
    uint8_t id[16];     /* the same update to the same report: the same id */
    uint8_t report[16]; /* whose thread; zero: none of this gateway's */
    uint8_t ticket[16];
    uint32_t version;    /* of the ticket, as told: `seen` */
    bool names_engineer; /* its arrival is said as `delivered` */
    int64_t at;          /* instant it was put */
    char *territory, *address, *lang, *data;
    char *text;      /* the words; "": they are said of `update` when it is sent */
    char *asked_by;  /* the gateway (channel) on whose behalf; "": this one's own */
    char *via;       /* the channel that it was passed on to; "": this one's */
    struct buf said; /* the update, by said_put; empty with `text` */
    enum letter_stage stage;
    unsigned tries;
    int64_t again_at; /* instant of the next look */
    struct heap_at heap;
};

struct outbox;
struct outbox *outbox_new(size_t most);
void outbox_free(struct outbox *o);
struct book_table outbox_table(struct outbox *o);
size_t outbox_count(const struct outbox *o);
size_t outbox_under_way(const struct outbox *o);

/* Copies `from` (stage, tries and heap are its own affair). Nothing when there is one of this id;
 * false when it is full. */
bool outbox_put(struct outbox *o, struct book *b, const struct letter *from);
struct letter *outbox_get(const struct outbox *o, const uint8_t id[16]);
/* The letter whose time has come, soonest first; NULL: none. */
struct letter *outbox_due(const struct outbox *o, int64_t now);
/* When the next one's time comes; NEVER: none waits. */
int64_t outbox_next_at(const struct outbox *o);
/* Into another stage, to be looked at again at `again_at`. HANDED is kept in the book. */
void outbox_move(struct outbox *o, struct book *b, struct letter *l, enum letter_stage stage,
                 int64_t again_at);
/* The same letter to another address, from the start; `via` "": of this channel. */
void outbox_readdress(struct outbox *o, struct book *b, struct letter *l, const char *via,
                      const char *address, const char *lang);
void outbox_remove(struct outbox *o, struct book *b, struct letter *l);

#endif
