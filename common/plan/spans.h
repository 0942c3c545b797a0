/* spans.h - sets of instants as lists of spans, while a calendar is being made. Merged: sorted,
 * disjoint, not touching. A zeroed struct is the empty set. */
#ifndef PLAN_SPANS_H
#define PLAN_SPANS_H

#include "common/base/base.h"
#include "faultline/rules.h"

struct spans {
    struct open_span *list; /* owned; `before` means nothing until spans_calendar */
    size_t count, cap;
};

void spans_fini(struct spans *s);
void spans_add(struct spans *s, instant from, instant to); /* nothing when to <= from */
void spans_add_all(struct spans *s, const struct spans *others);
void spans_merge(struct spans *s);
/* Takes b out of a; both merged, a is again. */
void spans_subtract(struct spans *a, const struct spans *b);
/* The first span that ends after `at`; count when there is none. Merged. */
size_t spans_after(const struct spans *s, instant at);
bool spans_touch(const struct spans *s, instant from,
                 instant to); /* merged; any instant of [from, to) */
bool spans_hold(const struct spans *s, instant from, instant to); /* merged; all of [from, to) */
/* What lies in [from, until), with its running sums. Takes the spans: `s` is empty afterwards. */
struct calendar *spans_calendar(struct spans *s, const char *id, instant from, instant until);

#endif
