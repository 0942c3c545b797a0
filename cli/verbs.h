/* verbs.h - people's verbs as the command line knows them: who may say them, and what they take
 * besides the ticket. One table serves `faultline act`, `faultline engineer` and their pages; a
 * test holds it equal to the core's. docs/protocol.md section 4 says the same in words. */
#ifndef CLI_VERBS_H
#define CLI_VERBS_H

#include "common/base/buf.h"
#include "common/base/str.h"
#include "faultline/life.h"

#include <stdio.h>

enum detail {
    DETAIL_REASON,
    DETAIL_FROM,
    DETAIL_UNTIL,
    DETAIL_ENGINEER,
    DETAIL_OTHER,
    DETAIL_LEVEL,
    DETAIL_OBJECT,
    DETAIL_NAME,
    DETAIL_AMOUNT,
    DETAIL_WARRANTY,
    DETAIL_CODE,
    DETAIL_PLACE,
    DETAIL_SECTION,
    DETAIL_AT, /* when it happened: every verb takes it */
    DETAIL_NOTE,
    DETAILS
};

/* How a detail is said: as an option of `act`, and in a line of `engineer`. */
struct detail_row {
    const char *option; /* "until" for --until */
    const char *value;  /* "TIME"; NULL: a bare word or flag */
    const char *line;   /* "until TIME"; NULL: not in a line */
};
extern const struct detail_row detail_rows[DETAILS];

struct verb_row {
    enum verb verb;
    unsigned roles;      /* 1 << enum role */
    unsigned needs, may; /* 1 << enum detail */
    uint32_t reasons;    /* 1 << enum reason */
    const char *what;    /* a few words */
};

/* NULL: no verb of people, or one about no ticket (sync). */
const struct verb_row *verb_row(struct str name);
bool verb_takes(const struct verb_row *v, enum detail d);
/* "busy, far, skill": the reasons it takes, appended. */
void verb_reasons(const struct verb_row *v, struct buf *out);
/* The verbs of a role, each with what it takes, as a page's lines. */
void verbs_print(FILE *to, enum role role, bool as_options);

#endif
