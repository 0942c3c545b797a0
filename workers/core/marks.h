/* marks.h - what a territory remembers of each principal: which of his events it has answered and
 * how, and how many updates it has put into his mailbox.
 *
 * Events come numbered (epoch, counter). Kept are the epoch, the highest counter, and the answers
 * within the window below it:
 *
 *      old: refused  |<-------- window of 64: answers -------->| high | new
 *
 * A number inside that bears no answer was never seen (events may overtake each other). */
#ifndef CORE_MARKS_H
#define CORE_MARKS_H

#include "common/base/buf.h"
#include "common/base/err.h"
#include "common/base/map.h"
#include "faultline/ids.h"
#include "faultline/life.h"

enum { MARKS_WINDOW = 64 };

struct answer {
    uint64_t counter; /* 0: no answer here */
    struct ticket_id ticket;
    uint32_t version;             /* of the ticket after it */
    uint8_t verb, state, refusal; /* enum verb, ticket_state, refusal */
};

struct party {
    struct principal_id id;
    uint64_t sequence; /* of the last update posted to him in this incarnation */
    uint64_t epoch, high;
    struct answer *window; /* at counter % MARKS_WINDOW; NULL: no event yet. Owned */
    bool changed;
    bool untold; /* has had no update since the incarnation changed. Derived: his record bears the
                  * old one until he has */
};

struct marks {
    struct incarnation incarnation; /* of the mailboxes' sequences */
    struct map parties;             /* principal -> party; owned */
    struct party **changed;         /* in order of first change since marks_settle */
    size_t changed_count, changed_cap;
    struct party **untold; /* by name, from marks_restored on */
    size_t untold_count, untold_at, untold_left;
};

enum marked { MARK_NEW, MARK_REPEATED, MARK_OLD };

void marks_init(struct marks *m, struct incarnation incarnation);
void marks_fini(struct marks *m);
/* The next sequence of his mailbox. */
uint64_t marks_post(struct marks *m, struct principal_id who);
/* Has this event been answered? MARK_REPEATED: *first is what was said then. */
enum marked marks_check(const struct marks *m, struct principal_id who, struct event_id id,
                        struct answer *first);
/* The answer to an event that was MARK_NEW. */
void marks_answer(struct marks *m, struct principal_id who, struct event_id id, struct answer a);
void marks_settle(struct marks *m); /* changes have been taken */

/* The record's value; its key is the name. */
void marks_encode(const struct marks *m, const struct party *p, struct buf *out);
must_use enum err marks_restore(struct marks *m, struct str key, struct str bytes);

void marks_restored(struct marks *m); /* all records are in */
/* The next of those `untold_left` who are to be told of the new incarnation, or NULL. marks_post
 * tells him. */
const struct party *marks_untold(struct marks *m);

#endif
