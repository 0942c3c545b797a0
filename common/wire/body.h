/* body.h - what is inside the seals: report bodies, event bodies, places, updates, letters,
 * words between territories; and the associated data that each is sealed with.
 * docs/protocol.md sections 2, 4 and 5; docs/store.md for what stays inside. */
#ifndef WIRE_BODY_H
#define WIRE_BODY_H

#include "common/base/arena.h"
#include "common/base/buf.h"
#include "common/base/err.h"
#include "common/wire/pack.h"
#include "faultline/event.h"
#include "faultline/message.h"
#include "faultline/update.h"

enum {
    REPORT_BODY_MAX = 32 * 1024,
    EVENT_BODY_MAX = 12 * 1024,
    SECTIONS_MAX = 8 * 1024, /* of an event's sections, packed */
    LETTER_MAX = 60 * 1024
};

/* A report's body as a gateway says it. Empty texts and none-ids are left out. */
struct report_body {
    struct str text, contact, name, lang, device;
    struct category_id category;
    struct site_id site;
    struct customer_id customer;
    struct place place;
    int8_t hint;                   /* -1 none */
    int8_t affected_pct, lost_pct; /* 0 .. 100; -1 not said */
    bool down;
    struct ticket_id follows; /* zero: none */
    instant from, until;      /* the agreed time; 0: none */
    instant occurred_at;
};
void body_put_report(struct buf *out, const struct report_body *r);
must_use enum err body_get_report(struct doc *d, struct str bytes, struct report_body *out);

/* An event's body: what a verb needs besides its ticket. Absent is empty, zero, none; an absent
 * amount is -1. `text` holds the sections as one packed map in the order of enum section, which is
 * how the core keeps them; `sections` has a bit for each. */
struct event_body {
    struct str note;
    enum reason reason;
    instant from, until;
    struct engineer_id engineer;
    struct ticket_id other;
    struct place place;
    char code[16], level[16];
    uint16_t object;
    int64_t amount;
    char name[64];
    bool warranty;
    uint32_t sections;
    struct str text;
};
/* Nothing said yet: `amount` and `place` are not zero when absent. */
#define EVENT_BODY_NONE ((struct event_body){ .place = PLACE_NONE, .amount = -1 })
void body_put_event(struct buf *out, const struct event_body *e);
/* Texts are borrowed from `bytes`, `text` may lie in the arena. On ERR_SYNTAX, *wrong (may be NULL)
 * is the first section name that is none, or empty. ERR_TOO_BIG: so are the sections. */
must_use enum err body_get_event(struct doc *d, struct arena *a, struct str bytes,
                                 struct event_body *out, struct str *wrong);

/* Sections by enum section; absent ones are empty. */
struct sections {
    struct str words[SECTIONS];
};
/* Appends the packed map, and returns its bits. Empty sections are left out. */
uint32_t body_put_sections(struct buf *out, const struct sections *s);
must_use enum err body_get_sections(struct doc *d, struct str text, struct sections *out);

void body_put_place(struct buf *out, struct place p);
must_use enum err body_get_place(struct doc *d, struct str bytes, struct place *out);

/* Put: one update, a map. Get: what lies in a letter, an array of exactly `count` of them, in the
 * arena; their texts are the bytes'. One of a kind that a later version made is of UPDATE_KINDS and
 * empty. */
void body_put_update(struct buf *out, const struct update *u);
must_use enum err body_get_updates(struct doc *d, struct arena *a, struct str bytes, size_t count,
                                   struct update **out);

/* A word to another territory: from, incarnation and sequence are inside too. */
void body_put_assist(struct buf *out, const struct assist *a);
must_use enum err body_get_assist(struct doc *d, struct str bytes, struct assist *out);

/* A letter, as docs/protocol.md section 5 lays it out. */
struct letter_head {
    uint64_t version;
    struct chain chain;
    struct principal_id signer; /* none: the first commit has no parent to sign */
    uint8_t signature[64];
};
struct letter_watch {
    struct principal_id dispatcher;
    struct str sealed_key;
};
struct letter {
    struct territory_id territory;
    struct principal_id recipient;
    struct incarnation incarnation;
    uint64_t first; /* the sequence of the first update inside */
    uint32_t count; /* of updates inside */
    struct str sealed;
    struct letter_head head;
    struct letter_watch *watch; /* NULL for mail; got: in the arena */
    size_t watch_count;
};
void body_put_letter(struct buf *out, const struct letter *l);
must_use enum err body_get_letter(struct doc *d, struct arena *a, struct str bytes,
                                  struct letter *out);

/* Associated data, each a packed array (docs/protocol.md). They append to `out`. */
void ad_report(struct buf *out, struct key_id pool, struct key_id sender, struct source_id source,
               struct report_id id);
/* `m` must be an EVENT or a PLACE. */
void ad_event(struct buf *out, struct key_id pool, struct key_id sender, const struct message *m);
void ad_place(struct buf *out, struct key_id pool, struct key_id sender, const struct message *m);
/* Of a letter's updates: all that stands before them in clear. */
void ad_letter(struct buf *out, const struct letter *l);
void ad_watch(struct buf *out, struct territory_id t, struct incarnation i, uint64_t first);
/* What a worker signs: [1, "head", territory, incarnation, version, chain]. */
void ad_head(struct buf *out, struct territory_id t, struct incarnation i, uint64_t version,
             struct chain chain);
/* Records and words at rest: [1, what, territory, key]. `what`: "ticket", "engineer", "assist", ...
 */
void ad_rest(struct buf *out, const char *what, struct territory_id t, struct str key);

/* "N1-0123456789-4": the code, ten digits, the check digit (ISO 7064 MOD 11,10). */
void number_of(char out[32], const char *code, struct ticket_id id);
/* Is it a number with a right check digit? Gives code and digits. */
bool number_check(struct str number, struct str *code, struct str *digits);

#endif
