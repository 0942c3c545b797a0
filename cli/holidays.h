/* holidays.h - public holidays with make-up working days, from the yearly JSON files of the
 * "holiday-cn" shape ({"days": [{"name", "date", "isOffDay"}]}) into one iCalendar text. */
#ifndef CLI_HOLIDAYS_H
#define CLI_HOLIDAYS_H

#include "common/base/buf.h"

struct holiday {
    int64_t day;      /* common/plan/date.h */
    bool off;         /* else a make-up working day */
    char *name;       /* owned */
    const char *file; /* borrowed: which file said so first */
};
struct holidays {
    struct holiday *list; /* sorted by holidays_write */
    size_t count, cap;
};

/* Adds one file's days. A day that is there already is taken once. false: "file: what is wrong;
 * what to do" is in `why`; two files that disagree on a day are both named. */
must_use bool holidays_read(struct holidays *h, const char *file, struct str text, struct buf *why);
/* RFC 5545: CRLF, lines folded at 75 bytes, an event a day. The same days give the same bytes. */
void holidays_write(struct holidays *h, struct buf *ics);
void holidays_fini(struct holidays *h);

#endif
