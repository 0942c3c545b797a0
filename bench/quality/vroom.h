/* vroom.h - VROOM, a route solver of others, as a policy: planned anew every minute from the same
 * desk's model, where a `vroom` is found in PATH. */
#ifndef QUALITY_VROOM_H
#define QUALITY_VROOM_H

#include "bench/quality/field.h"

#include <stddef.h>

extern const struct policy policy_vroom;

/* Is there one, and is it the route solver? */
bool vroom_is_found(void);

/* The first job of each vehicle's route in VROOM's answer; ids are those of the question. */
struct vroom_step {
    uint32_t vehicle, job;
};
size_t vroom_read(const char *answer, struct vroom_step *out, size_t most);

#endif
