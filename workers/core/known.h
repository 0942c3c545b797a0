/* known.h - every report ever taken: its id, the digest of its content, its ticket. For ever, so
 * it is compact: 50 bytes an entry in one array, and a table of 32-bit places beside it. */
#ifndef CORE_KNOWN_H
#define CORE_KNOWN_H

#include "common/base/buf.h"
#include "common/base/err.h"
#include "faultline/ids.h"
#include "faultline/life.h"

struct known_report {
    struct report_id id;
    uint8_t digest[16];
    struct ticket_id ticket;
    uint8_t end; /* of the report that opened a ticket now over: its last state; else 0 */
    uint8_t changed;
};

struct known {
    struct known_report *list; /* in order of arrival; owned */
    size_t count, cap;
    uint32_t *table; /* place + 1; 0: free. Owned */
    size_t table_cap;
    uint32_t *changed; /* places, in order of their first change since known_settle */
    size_t changed_count, changed_cap;
    size_t ended[TICKET_STATES]; /* tickets that came to each last state */
};

void known_fini(struct known *k);
/* NULL: never seen. Good until the next known_add. */
const struct known_report *known_find(const struct known *k, struct report_id id);
/* `id` must be new. */
void known_add(struct known *k, struct report_id id, const uint8_t digest[16],
               struct ticket_id ticket);
/* The ticket is over: remembered at the report that opened it. */
void known_end(struct known *k, struct ticket_id ticket, enum ticket_state end);
void known_settle(struct known *k); /* changes have been taken */

/* The record's value; its key is the id. */
void known_encode(const struct known_report *r, struct buf *out);
must_use enum err known_restore(struct known *k, struct str key, struct str bytes);

#endif
