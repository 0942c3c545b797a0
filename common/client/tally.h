/* tally.h - what this client holds of each territory's letters, and the table of the
 * territories it has to do with. A tally survives a crash (the spool journals it when dirty), and
 * a CONFIRM says no more than a tally on disk.
 *
 *      sequence: 1 2 3 4 5 6 7 8 9
 *                ^^^^^ - - ^^^^^       `mail` is 8: the highest held
 *      confirmed up to 3 ^^^ the hole: letters that did not open, or never came
 *
 * The broker deletes up to what is confirmed, so nothing past a hole is ever confirmed; a
 * letter that closes the hole, or a `resync`, sets it free. The dispatchers' stream is cut by
 * length and has no holes. */
#ifndef CLIENT_TALLY_H
#define CLIENT_TALLY_H

#include "common/base/buf.h"
#include "common/base/map.h"
#include "common/wire/body.h"

enum { TALLIES_MAX = 60000, TALLY_PAST = 4 };

struct tally {
    struct territory_id territory;
    struct incarnation incarnation;      /* zero: no letter yet */
    struct incarnation past[TALLY_PAST]; /* those before it, newest first */
    uint64_t mail, watch;                /* highest sequences held */
    uint64_t hole_first, hole_last;      /* in mail; 0, 0: none */
    struct letter_head head;             /* highest signed head seen; version 0: none */
    bool missed;                         /* a letter of the mail has just not opened */
    bool dirty;                          /* not in the journal as it is */
    bool say_mail, say_watch;            /* a CONFIRM is due */
};

struct tallies {
    struct tally **list; /* list[0] is nobody's: index 0 means "no territory" */
    size_t count, cap;
    struct map by_name;
    size_t dirty, due; /* how many are dirty; how many have a CONFIRM due */
};

void tallies_init(struct tallies *m);
void tallies_fini(struct tallies *m);
/* Finds or adds; 0 for no name, or when TALLIES_MAX is reached. */
uint16_t tallies_index(struct tallies *m, struct territory_id t);
struct tally *tallies_at(const struct tallies *m, uint16_t index);

/* Is this incarnation one that was left behind? */
bool tally_is_past(const struct tally *k, struct incarnation i);
/* A new incarnation: sequences start again, the head is the old one's. */
void tally_renew(struct tallies *m, struct tally *k, struct incarnation i);
bool tally_holds(const struct tally *k, bool watch, uint64_t sequence);
/* An update was taken. `resync`: it stands for everything before it. */
void tally_take(struct tallies *m, struct tally *k, bool watch, uint64_t sequence, bool resync);
/* A letter of the mail did not open: the next one that does begins after a hole. */
void tally_miss(struct tally *k);
/* A whole letter was taken: a CONFIRM is due. */
void tally_due(struct tallies *m, struct tally *k, bool watch);
/* What may be confirmed; 0: nothing. */
uint64_t tally_confirmed(const struct tally *k, bool watch);
/* Keeps the higher head. false: two heads of one version disagree (the new one is kept). */
bool tally_head(struct tallies *m, struct tally *k, const struct letter_head *h);

void tally_put(struct buf *out, const struct tally *k);
bool tally_get(struct str bytes, struct tally *k);

#endif
