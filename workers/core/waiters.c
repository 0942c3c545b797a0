/* waiters.c - neighbours that wait for somebody of ours. Whoever asked when nobody was free is
 * noted with the skills he wants, once for the same skills; when one with those skills has room
 * that nothing at home wants, the neighbour is told FREE, once, and asks again. What does not fit
 * the list is not lost: the asker also asks again by himself, only later. */
#include "workers/core/duty.h"
#include "workers/core/record.h"
#include "workers/core/state.h"

static bool
same_needs(const struct waiter *w, const struct skill *needs, size_t count)
{
    if (w->needs_count != count)
        return false;
    for (size_t i = 0; i < count; i++)
        if (!same_id(w->needs[i].id, needs[i].id) || w->needs[i].level != needs[i].level)
            return false;
    return true;
}

void
waiters_note(struct source *s, const struct skill *needs, size_t count)
{
    for (size_t i = 0; i < s->waiters_count; i++)
        if (same_needs(&s->waiters[i], needs, count))
            return;
    if (s->waiters_count == WAITERS_MAX || count > NEEDS_MAX)
        return;
    struct waiter *w = &s->waiters[s->waiters_count++];
    memset(w, 0, sizeof(*w));
    memcpy(w->needs, needs, count * sizeof(needs[0]));
    w->needs_count = count;
}

static void
tell(struct engine *e, struct source *s, const struct engineer *x)
{
    for (size_t i = 0; i < s->waiters_count;) {
        const struct waiter *w = &s->waiters[i];
        if (!engineer_qualifies(x, w->needs, w->needs_count)) {
            i++;
            continue;
        }
        assist_free(e, s->from, w->needs, w->needs_count);
        memmove(&s->waiters[i], &s->waiters[i + 1],
                (--s->waiters_count - i) * sizeof(s->waiters[0]));
    }
}

/* While more is offered than one event holds, nobody is given away. */
void
waiters_tell(struct engine *e)
{
    for (size_t i = 0; i < e->freed_count; i++) {
        struct engineer *x = e->freed[i];
        x->freed = false;
        if (e->board.pending || !engineer_room(x) || !duty_is_on(x->rule, e->at))
            continue;
        for (size_t k = 0; k < e->sources_count; k++)
            tell(e, &e->sources[k], x);
    }
    e->freed_count = 0;
}

void
waiters_encode(const struct source *s, struct buf *out)
{
    buf_put_u8(out, (uint8_t)s->waiters_count);
    for (size_t i = 0; i < s->waiters_count; i++) {
        const struct waiter *w = &s->waiters[i];
        buf_put_u8(out, (uint8_t)w->needs_count);
        for (size_t n = 0; n < w->needs_count; n++) {
            record_put_id(out, w->needs[n].id);
            buf_put_u8(out, w->needs[n].level);
        }
    }
}

void
waiters_decode(struct source *s, struct cur *c)
{
    s->waiters_count = record_get_below(c, WAITERS_MAX + 1);
    for (size_t i = 0; i < s->waiters_count; i++) {
        struct waiter *w = &s->waiters[i];
        w->needs_count = record_get_below(c, NEEDS_MAX + 1);
        for (size_t n = 0; n < w->needs_count; n++) {
            record_get_id(c, &w->needs[n].id);
            w->needs[n].level = cur_u8(c);
        }
    }
}
