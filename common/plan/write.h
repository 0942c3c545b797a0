/* write.h - a plan, or one field of it, as YAML. */
#ifndef PLAN_WRITE_H
#define PLAN_WRITE_H

#include "common/plan/fields.h"

/* The field's value on one line; nothing when it is absent. */
void write_value(struct buf *to, const struct field *f, const void *item);

#endif
