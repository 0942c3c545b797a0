/* said.h - one verb with what is said besides it, gathered from options or from a line, checked
 * against the table of verbs, and given to the client. */
#ifndef CLI_SAID_H
#define CLI_SAID_H

#include "cli/verbs.h"
#include "common/base/arena.h"
#include "faultline/client.h"

struct said {
    const struct verb_row *row;
    unsigned set; /* 1 << enum detail */
    struct fl_details details;
    struct fl_section sections[SECTIONS];
    uint8_t other[16];
    int32_t lat_e7, lon_e7;
    int64_t amount, at;
    const char *note;
    struct arena words; /* all texts */
};

void said_init(struct said *s, const struct verb_row *row);
void said_fini(struct said *s);
/* One detail, as text. Other tickets are 32 hex digits. false: `why` says what it should be. */
must_use bool said_set(struct said *s, enum detail d, struct str value, struct buf *why);
/* A line after verb and job: details in any order as the verb's page shows them; the first word
 * that is none begins the note. */
must_use bool said_line(struct said *s, struct str rest, struct buf *why);
/* Is everything there that the verb needs? */
must_use bool said_whole(const struct said *s, struct buf *why);
/* Verb, note, details and instant; borrowed from `s`. */
void said_event(const struct said *s, struct fl_event *e);

#endif
