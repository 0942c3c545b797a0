/* thread.h - what came from where: one thread for each report that this gateway has taken, with
 * the reporter's address, the channel's own threading data, and what is known of the ticket.
 *
 *     report id -> thread -> address           (an update is to be told)
 *     address, ticket, number -> threads       (a reply, a question about a ticket)
 *
 * Kept in the gateway's book: durable after book_sync, there again after a crash. Bounded: past
 * the limit the oldest that has ended goes, else the oldest. */
#ifndef GATEWAYS_THREAD_H
#define GATEWAYS_THREAD_H

#include "faultline/client.h"
#include "gateways/book.h"

enum { THREAD_KIND = 1, THREADS_MAX = 200000, THREAD_DATA_MAX = 4096 };

/* Texts are never NULL. A thread is the table's; change it by thread_learn alone. */
struct thread {
    uint8_t report[16];
    uint8_t ticket[16]; /* the ticket it opened or joined; the report's id until that is told */
    int64_t at;         /* taken */
    int64_t ended_at;   /* 0: its ticket goes on */
    char *source;       /* the channel account */
    char *address;      /* the reporter's on this channel */
    char *lang;         /* "" unknown */
    char *data;         /* the channel's own, to answer in the same thread */
    /* as last told by the system; "" and 0 before */
    char territory[16], number[32], state[24], level[16], engineer[24], name[64], phone[32];
    uint32_t version;
    int64_t told_at;

    struct thread *next[3], *newer, *older; /* the table's */
    uint8_t keys[3][16];
};

struct threads;
struct threads *threads_new(size_t most);
void threads_free(struct threads *ts);
struct book_table threads_table(struct threads *ts);
size_t threads_count(const struct threads *ts);

/* The thread of a report; one that is there already is given back as it is. `from` names report,
 * at, source, address, lang and data; they are copied. */
struct thread *thread_begin(struct threads *ts, struct book *b, const struct thread *from);
struct thread *thread_of_report(const struct threads *ts, const uint8_t report[16]);
/* The first of several; thread_next_of_... gives the rest, newest first. */
enum thread_by { BY_TICKET, BY_ADDRESS, BY_NUMBER, THREAD_INDEXES };
struct thread *thread_of_ticket(const struct threads *ts, const uint8_t ticket[16]);
struct thread *thread_of_address(const struct threads *ts, const char *address);
struct thread *thread_of_number(const struct threads *ts, const char *number);
struct thread *thread_next(const struct thread *t, enum thread_by index);
/* What an update says of its ticket. */
void thread_learn(struct threads *ts, struct book *b, struct thread *t, const struct fl_update *u);
/* ACCEPTED: territory and number are known before the first update. */
void thread_accepted(struct threads *ts, struct book *b, struct thread *t, const char *territory,
                     const char *number);
/* Forgets those that ended before `before`, a few at a time. */
void threads_tidy(struct threads *ts, struct book *b, int64_t before);

#endif
