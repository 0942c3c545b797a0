/* wish.h - what a customer's short message asks for, in Chinese and English: one table of words,
 * one of verbs, for every channel. What a channel does with what is no wish (a report, a note, a
 * question back) is its own affair. Pure.
 *
 *     [number] word [number] [rest]       "催单"   "C1-0123456789-4 nudge"   "没修好，还在漏水"
 *
 * A word counts when the message is nothing else; behind some there may be words of his own. Full-
 * width letters, capitals, marks at both ends and a word of thanks make no difference. */
#ifndef GATEWAYS_WISH_H
#define GATEWAYS_WISH_H

#include "common/base/buf.h"

enum wish {
    WISH_NONE, /* words of his own */
    WISH_NUDGE,
    WISH_YES,    /* the repair is good, the price is */
    WISH_NO,     /* it is not */
    WISH_REOPEN, /* the fault is still there, whatever the ticket says */
    WISH_CANCEL,
    WISH_RESUME, /* what waits for him can go on */
    WISH_SCORE,
    WISH_NOTE,
    WISH_COMPLAIN,
    WISH_STATUS,
    WISHES
};
struct wished {
    enum wish wish;
    int64_t score;   /* of WISH_SCORE: 1 .. 5; else 0 */
    char number[32]; /* of a ticket, in capitals: "N1-0123456789-4"; "" */
    struct str rest; /* what follows, borrowed of the text; of WISH_NONE all of it */
};
struct wished wish_of(struct str text);

/* The verb in this state of his ticket ("" before anything is told), which the territory takes
 * there; NULL: none now. */
const char *wish_verb(enum wish wish, const char *state);
/* The state in which he would most likely say so, for dry runs: there is no ticket in them. */
const char *wish_state(enum wish wish);
/* Does the verb want words along with it? */
bool wish_wants_words(const char *verb);

/* ---- letters as they are compared, for the channels' own words */

/* Full-width letters become ASCII, 。 and 、 blanks. */
void wish_put_narrow(struct buf *out, struct str s);
/* Does `s` begin with `word`, small and narrow? `rest` is what follows. */
bool wish_begins(struct str s, const char *word, struct str *rest);
/* Without blanks and marks at both ends. */
struct str wish_bare(struct str s);
/* Is there a blank or a mark at its front, or nothing at all? */
bool wish_parts(struct str s);
/* Cuts a ticket's number off its front. false: there is none, and nothing is changed. */
bool wish_cut_number(struct str *s, char number[32]);

#endif
