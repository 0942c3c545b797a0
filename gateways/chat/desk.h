/* desk.h - the talk, at work: a message from any chat service becomes a report, an event on the
 * ticket of its thread, or a question back.
 *
 *     message -> seen before? -> talk -> report | event -> disk -> what was heard, and the answer
 *                                                          -> disk -> acknowledge
 *
 * The report is on disk before the message counts as heard, so a crash between the two makes the
 * same report again (once is once), never none. */
#ifndef GATEWAYS_CHAT_DESK_H
#define GATEWAYS_CHAT_DESK_H

#include "gateways/chat/account.h"
#include "gateways/chat/person.h"
#include "gateways/gateway.h"

struct desk_values {
    char categories[512];
    bool ask_site, ask_urgency;
    int64_t patience_s, talk_burst, talk_per_min;
};

/* One message of a person. Borrowed. */
struct heard {
    const char *address; /* on this channel: a bare JID, "desk:lisi" */
    const char *key;     /* the service's own for the message, unique with the address */
    const char *thread;  /* the service's own threading; "" none */
    struct str text;     /* UTF-8 */
    int64_t at;          /* when it was said; 0: now */
    const char *name;    /* his, as the service shows it; NULL unknown */
};

struct desk;
/* The people stand in the gateway's book, so they are made before it is opened. Whose address
 * belongs to one of the accounts reports under its source. NULL: `why`. */
struct desk *desk_new(struct gateway *g, struct persons *people, const struct accounts *accounts,
                      const struct desk_values *v, struct buf *why);
void desk_free(struct desk *d);
/* TAKEN: it is on disk, acknowledge it. TAKEN_FLOOD: refuse it for now. TAKEN_LATER: the disk does
 * not take it; it must come again. TAKEN_WRONG: never. */
enum taken desk_hear(struct desk *d, const struct heard *h);
/* Says that a message could not be read; nothing is kept of it. */
void desk_unreadable(struct desk *d, const char *address, const char *thread);
/* An update of his ticket: what he is asked for now. */
void desk_update(struct desk *d, const struct fl_update *u, const struct thread *t);
/* Now and then: files what silent people have begun, says what had to wait. */
void desk_tick(struct desk *d);
/* For --dry-run: what one message would become. */
void desk_dry(struct desk *d, const struct heard *h);

#endif
