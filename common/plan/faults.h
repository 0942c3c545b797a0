/* faults.h - everything that is wrong with one plan, collected, then told in the order of the
 * file: "file:line: engineer e07: what is wrong; what to do". */
#ifndef PLAN_FAULTS_H
#define PLAN_FAULTS_H

#include "common/base/arena.h"
#include "common/plan/fields.h"
#include "common/plan/lines.h"

/* Where in the plan: a chain from an item up to the plan itself, kept on the caller's stack. */
struct spot {
    const struct spot *up; /* NULL: the plan */
    const char *key;       /* the field of `up` */
    unsigned index;        /* the item in it, or NO_INDEX */
    const struct noun *noun;
    const void *item; /* NULL: a plain text */
};
#define NO_INDEX UINT32_MAX

struct fault;
struct faults {
    const char *file;
    const struct lines *lines; /* borrowed; NULL: no lines known */
    struct arena arena;
    struct fault *list;
    size_t count, cap;
};

void faults_fini(struct faults *f);
void fault_line(struct faults *f, unsigned line, const char *format, ...) format_like(3, 4);
/* At the field `key` of the spot, or at the spot itself when `key` is NULL or not written. */
void fault(struct faults *f, const struct spot *s, const char *key, const char *format, ...)
    format_like(4, 5);
/* The line of that place; 1 when it is not known. */
unsigned fault_at(const struct faults *f, const struct spot *s, const char *key);
/* Appends the lines, first line of the file first. */
void faults_tell(struct faults *f, struct buf *why);

#endif
