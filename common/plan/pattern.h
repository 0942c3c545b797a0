/* pattern.h - the doorman of PCRE2: patterns over texts, in bounded time.
 *
 * Patterns are UTF-8, caseless, with Unicode's classes. A search is one match with one count of
 * steps for all places of the text together (PCRE2's own limits begin anew at each place), so what
 * a pattern can cost is known whatever the text. References back are refused: their steps are not
 * counted. */
#ifndef PLAN_PATTERN_H
#define PLAN_PATTERN_H

#include "common/base/buf.h"
#include "common/base/err.h"

enum {
    PATTERN_TEXT_MAX = 8192,    /* bytes of a text that are searched; the rest is not looked at */
    PATTERN_STEPS_MAX = 500000, /* some milliseconds */
    PATTERN_STEPS_FEW = 50000,  /* enough for anything but a bomb */
    PATTERN_DEPTH_MAX = 10000,
    PATTERN_HEAP_KIB = 4096,
    PATTERN_STACK_BYTES = 1 << 20, /* of the compiled code */
};

struct pattern;
/* ERR_SYNTAX: said in `why`, "missing closing parenthesis at letter 7". */
must_use enum err pattern_new(struct pattern **out, struct str text, struct buf *why);
void pattern_free(struct pattern *p);

/* What a search needs beside the pattern; one for many patterns, one search at a time. */
struct finder;
struct finder *finder_new(void);
void finder_free(struct finder *f);

enum found {
    FOUND_NOT,
    FOUND,
    FOUND_NOTHING_IN_TIME /* the limits were reached first */
};
/* Text that is not UTF-8 holds nothing. */
enum found finder_find(struct finder *f, const struct pattern *p, struct str text, uint32_t steps);

#endif
