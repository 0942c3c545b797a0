/* course.c - the facts that clocks run over. */
#include "workers/core/course.h"

void
course_init(struct course *c, instant received_at)
{
    *c = (struct course){ .received_at = received_at };
    for (size_t i = 0; i < MILES; i++)
        c->miles[i] = NEVER;
}

bool
course_exclude(struct course *c, instant from, instant to, enum reason reason)
{
    if (c->excluded_count == EXCLUSIONS_MAX)
        return false;
    if (from < c->received_at)
        from = c->received_at;
    c->excluded[c->excluded_count++] =
        (struct exclusion){ from, to < from ? from : to, (uint8_t)reason };
    return true;
}

void
course_cut(struct course *c, enum reason reason, instant was, instant to)
{
    for (size_t i = 0; i < c->excluded_count; i++) {
        struct exclusion *x = &c->excluded[i];
        if (x->reason == reason && x->to == was && to < was)
            x->to = to < x->from ? x->from : to;
    }
}

void
course_resume(struct course *c, enum reason reason, instant to)
{
    for (size_t i = 0; i < c->excluded_count; i++) {
        struct exclusion *x = &c->excluded[i];
        if (x->reason == reason && x->to == NEVER)
            x->to = to < x->from ? x->from : to;
    }
}

bool
course_is_paused(const struct course *c)
{
    for (size_t i = 0; i < c->excluded_count; i++)
        if (c->excluded[i].to == NEVER)
            return true;
    return false;
}
