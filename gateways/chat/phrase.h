/* phrase.h - what the chat says of itself, in Chinese and English, and the words it understands.
 * What the system tells of a ticket is said by fl_say. */
#ifndef GATEWAYS_CHAT_PHRASE_H
#define GATEWAYS_CHAT_PHRASE_H

#include "common/base/buf.h"
#include "gateways/wish.h"

enum phrase {
    PHRASE_NONE,
    PHRASE_HELP,
    PHRASE_ASK_FAULT,
    PHRASE_ASK_SITE,
    PHRASE_ASK_CATEGORY, /* {1}: the choices */
    PHRASE_ASK_URGENCY,
    PHRASE_FILED,
    PHRASE_DROPPED,
    PHRASE_NOTED,     /* {1}: the ticket's number, as below */
    PHRASE_NUDGED,    /* {1} */
    PHRASE_CANCELLED, /* {1} */
    PHRASE_APPROVED,  /* {1} */
    PHRASE_ASK_WHY,   /* {1} */
    PHRASE_REOPENED,  /* {1} */
    PHRASE_SCORED,    /* {1} */
    PHRASE_QUOTE_YES, /* {1} */
    PHRASE_QUOTE_NO,  /* {1} */
    PHRASE_NO_TICKET,
    PHRASE_WHICH,      /* {1}: a list */
    PHRASE_STATUS,     /* {1}: a list */
    PHRASE_UNREADABLE, /* encrypted, or no words in it */
    PHRASE_NO_REASON,  /* the note of a rejection whose reason was skipped */
    PHRASE_COMPLAINED, /* {1}: the ticket's number */
    PHRASE_RESUMED,    /* {1} */
    PHRASES
};

/* Appends it; {1} becomes `one`. `lang` is a tag; what is no Chinese is English. */
void phrase_put(struct buf *out, enum phrase p, const char *lang, const char *one);
/* "received" -> "on record" | "已受理". */
const char *phrase_state(const char *state, const char *lang);

/* A customer's message, as the dialogue takes it: its own words (hello, help, new, skip), and what
 * every channel knows (gateways/wish.h). */
enum input {
    INPUT_WORDS, /* anything else */
    INPUT_DIGIT, /* 1 .. 9 alone */
    INPUT_HELLO,
    INPUT_HELP,
    INPUT_NEW,
    INPUT_SKIP,
    INPUT_STATUS,
    INPUT_NUDGE,
    INPUT_ACCEPT,
    INPUT_REJECT,
    INPUT_CANCEL,
    INPUTS
};
struct understood {
    enum input input;
    enum wish wish;  /* of which the dialogue knows some: a complaint is INPUT_WORDS to it */
    int digit;       /* of INPUT_DIGIT: 1 .. 9 */
    struct str rest; /* what follows the word; INPUT_WORDS: all of it. Borrowed of the text */
    char number[32]; /* a ticket's, if one was said beside the word; "" */
};
struct understood phrase_understand(struct str text);

/* How urgent the words say it is: an index of the plan's levels, 0 or 1; -1: they do not say. */
int phrase_urgency(struct str text);
/* Is `word` in it, without regard to ASCII case? */
bool phrase_has(struct str text, struct str word);
/* "zh" when there is a Chinese letter in it, else "en". */
const char *phrase_lang(struct str text);

#endif
