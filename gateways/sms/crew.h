/* crew.h - engineers who have no device of their own but a telephone: this gateway holds their keys
 * and speaks as them, each through his own client of the broker with his own spool.
 *
 *     update -> his client -> his list (in the book) -> an SMS "3: lift, N1-.. 3a=yes 3d=no"
 *     SMS "3a" -> his list: which ticket, as he saw it -> his client: accept
 *
 * A gateway may not say an engineer's verbs (docs/protocol.md, section 4); he himself may, and what
 * he says is checked as his. Numbers in a list go round from 1 to 99, so that a late answer does
 * not meet another order. An update is confirmed only when list and SMS are in the synced book. */
#ifndef GATEWAYS_SMS_CREW_H
#define GATEWAYS_SMS_CREW_H

#include "gateways/gateway.h"
#include "gateways/limit.h"
#include "gateways/sms/text.h"

enum { CREW_KIND = 16, CREW_MAX = 250 };

struct crew;
struct member;
struct crew *crew_new(void);
void crew_free(struct crew *c);
struct book_table crew_table(struct crew *c);
/* Reads `path` (number,engineer[,lang] a line; a missing file: nobody) and opens everybody's
 * client. false: `why`. */
must_use bool crew_open(struct crew *c, struct gateway *g, const char *path,
                        const struct numbering *n, bool dry_run, struct buf *why);
struct member *crew_of_number(const struct crew *c, const char *number);
/* His words. TAKEN: on disk but for the book; `key` is the message's. What is no code is answered
 * with his list as often as `answers` allows: a machine on his telephone may be writing. */
enum taken crew_take(struct crew *c, struct member *m, struct limits *answers, struct str text,
                     const uint8_t key[16], int64_t at);
size_t crew_fds(const struct crew *c, struct pollfd *fds, size_t room);
int crew_wait_ms(const struct crew *c);
/* One happening of each client at most; the book is to be synced before the next call. Returns
 * whether there was any. */
bool crew_work(struct crew *c);

#endif
