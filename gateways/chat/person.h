/* person.h - the people who chat: for each his conversation, what he was sent last, and what waits
 * for his ticket's address. In the gateway's book (kind PERSON_KIND): durable after its sync. */
#ifndef GATEWAYS_CHAT_PERSON_H
#define GATEWAYS_CHAT_PERSON_H

#include "gateways/book.h"
#include "gateways/chat/talk.h"

enum { PERSON_KIND = 16, PERSONS_MAX = 50000, PERSON_SEEN = 16, PERSON_LATER = 8 };

/* An event whose ticket the system has not yet told the address of. */
struct person_later {
    uint8_t report[16];
    char *key, *verb, *note; /* owned */
};
struct person {
    char *address;
    struct talk talk;
    uint8_t seen[PERSON_SEEN][16]; /* digests of the latest messages' keys */
    uint32_t seen_next;
    uint8_t survey[16],
        quote[16]; /* reports whose ticket asks him for a score, a decision; zero: none */
    struct person_later later[PERSON_LATER];
    size_t later_count;
    int64_t heard_at; /* instant */
    uint8_t key[16];
};

struct persons;
struct persons *persons_new(void);
void persons_free(struct persons *ps);
struct book_table persons_table(struct persons *ps);
struct person *person_of(const struct persons *ps, const char *address); /* NULL: unknown */
struct person *person_make(struct persons *ps, const char *address);
/* As it is now, into the book. */
void person_put(const struct person *p, struct book *b);
bool person_has_seen(const struct person *p, const char *key);
void person_saw(struct person *p, const char *key);
bool person_later_add(struct person *p, const uint8_t report[16], const char *key, const char *verb,
                      const char *note);
void person_later_drop(struct person *p, size_t i);
/* for (size_t i = 0; (p = persons_next(ps, &i)) != NULL;) - nobody made or forgotten meanwhile */
struct person *persons_next(const struct persons *ps, size_t *at);
/* Forgets those unheard since `before` of whom nothing is under way, a few at a time. They are not
 * told to the book: it forgets them when it is written anew. */
void persons_tidy(struct persons *ps, int64_t before);

#endif
