/* talk.h - the dialogue: a table of stages, pure. It eats what a customer says and what is known of
 * him, and gives what is to be done and said.
 *
 *     idle --words--> site? --> category? --> urgency? --> FILE --> idle
 *       |                (only what is missing is asked; skip, silence and cancel end it)
 *       |--reject-----> why? --words--> REOPEN --> idle
 *       '--nudge, accept, cancel, status, a score: at once
 */
#ifndef GATEWAYS_CHAT_TALK_H
#define GATEWAYS_CHAT_TALK_H

#include "gateways/chat/phrase.h"

enum talk_stage {
    STAGE_IDLE,
    STAGE_FAULT,
    STAGE_SITE,
    STAGE_CATEGORY,
    STAGE_URGENCY,
    STAGE_WHY,
    STAGES
};
enum { TALK_TEXT_MAX = 8000, TALK_CATEGORIES = 9 };

/* A conversation with one person: the report that is being made. Zeroed: idle. */
struct talk {
    enum talk_stage stage;
    bool ask_site, ask_category, ask_urgency; /* still to be asked */
    char site[32], category[32], number[32];  /* number: the ticket of STAGE_WHY */
    int hint;                                 /* -1: not said */
    int64_t at;                               /* its first message was said */
    char *key, *text, *thread; /* of the first message; owned, NULL while there is no report */
    char *name;                /* his own, as the service shows it; "" unknown; the same */
};
void talk_fini(struct talk *t); /* to idle */
struct talk talk_copy(const struct talk *t);

struct talk_category {
    char id[32];
    char words[96]; /* "断网/network down": any of them in a message means it */
};
struct talk_config {
    struct talk_category categories[TALK_CATEGORIES];
    size_t categories_count;
    bool ask_urgency, ask_site;
};
/* "network-outage=断网/network down, lift=电梯/lift". false: `why`. */
must_use bool talk_categories(struct talk_config *c, const char *text, struct buf *why);

/* What the gateway knows when a message comes. */
struct talk_known {
    bool site;             /* of his address */
    size_t open;           /* his open tickets */
    bool ticket;           /* there is one that the message means */
    bool in_thread;        /* and it says so, by thread or number */
    bool resolved;         /* it waits for his verdict, or is closed: a repair can be rejected */
    bool quoted, surveyed; /* a price, a survey waits for him */
    const char *number;    /* its number, for people; "" */
};
struct talk_message {
    const char *key, *thread; /* thread may be NULL */
    struct str text;
    int64_t at;
    const char *name; /* may be NULL */
};

enum talk_do {
    DO_NOTHING,
    DO_FILE, /* the talk's report; then talk_fini */
    DO_NOTE, /* the rest on the ticket meant: note, nudge, ... */
    DO_NUDGE,
    DO_CANCEL,
    DO_APPROVE,
    DO_REOPEN,
    DO_SCORE,
    DO_QUOTE_ACCEPT,
    DO_QUOTE_DECLINE,
    DO_STATUS
};
struct talk_step {
    enum talk_do act;
    enum phrase say;
    struct str words; /* the note of an act; borrowed of the message */
    int digit;
};
struct talk_step talk_hear(struct talk *t, const struct talk_config *c, const struct talk_known *k,
                           const struct talk_message *m);
/* He is silent, or leaves: what there is goes as it is. false: there is nothing to file. */
bool talk_leave(struct talk *t);
/* The question of the stage, with its choices; nothing when idle. */
void talk_ask(struct buf *out, const struct talk *t, const struct talk_config *c, const char *lang);

#endif
