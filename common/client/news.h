/* news.h - what has happened and was not yet taken by fl_client_next: a queue. A letter stands
 * in it sealed, under FL_UPDATE, and is opened when its turn comes. */
#ifndef CLIENT_NEWS_H
#define CLIENT_NEWS_H

#include "common/base/str.h"
#include "faultline/client.h"
#include "faultline/ids.h"

/* Past so many the client stops reading its socket, so a slow caller slows the broker. */
enum { NEWS_MAX = 8192 };

struct news {
    enum fl_kind kind;
    bool is_event;
    bool watch;     /* a letter of the dispatchers' stream */
    bool told;      /* this letter's ROLLBACK was said */
    uint8_t id[16]; /* report */
    uint64_t epoch, counter;
    uint64_t sequence; /* of a letter's last update, as the broker says */
    struct territory_id territory;
    char number[32];
    int wait_ms;
    char *code, *text; /* owned; NULL is "" */
    void *bytes;       /* owned: a letter, an answer's value */
    size_t len;
};

struct news_queue {
    struct news *ring;
    size_t first, count, cap; /* cap: a power of two, or 0 */
    size_t letters;           /* of these */
};

/* A fresh item at the end, zeroed but for its kind; a loan until the next push. */
struct news *news_push(struct news_queue *q, enum fl_kind kind);
/* The same with words. */
struct news *news_say(struct news_queue *q, enum fl_kind kind, const char *code, const char *text);
void news_keep(struct news *n, struct str bytes); /* copies into n->bytes */
/* Takes the first out; the words and bytes are the caller's: news_drop. false: nothing there. */
bool news_pop(struct news_queue *q, struct news *out);
void news_drop(struct news *n);
void news_fini(struct news_queue *q);

#endif
