/* standing.c - tickets as the engine sees them, and in words. */
#include "cli/standing.h"

#include "common/wire/names.h"
#include "workers/core/clocks.h"

static const enum clock clocks[STANDING_CLOCKS] = { CLOCK_ARRIVAL, CLOCK_RESTORATION };

static int
by_id(const void *a, const void *b)
{
    return memcmp(a, b, sizeof(struct ticket_id));
}
_Static_assert(offsetof(struct standing, id) == 0, "by_id");

const struct standing *
standings_find(const struct standings *all, struct ticket_id id)
{
    return all->count == 0 ? NULL : bsearch(&id, all->list, all->count, sizeof(*all->list), by_id);
}

void
standings_fini(struct standings *all)
{
    free(all->list);
    *all = (struct standings){ 0 };
}

static instant
deadline(const struct engine_look *look, enum clock c, instant now)
{
    const struct ticket *t = look->ticket;
    const struct rules *r = look->rules;
    struct reading reading;
    if (t->contract >= r->contracts_count || t->level >= LEVELS_MAX)
        return NEVER;
    clock_read(c, &t->course, &r->contracts[t->contract], t->level, now, &reading);
    return reading.state == CLOCK_RUNNING ? reading.deadline : NEVER;
}

static void
take_ticket(struct standings *all, const struct engine *e, const struct engine_look *look)
{
    const struct ticket *t = look->ticket;
    struct standing s = { .id = t->id, .state = t->state, .due = t->due, .has = t->engineer };
    if (t->state == TICKET_QUEUED)
        s.awaited = ask_awaited(e, t->id);
    for (unsigned i = 0; i < STANDING_CLOCKS; i++)
        s.deadlines[i] = deadline(look, clocks[i], all->at);
    all->list = grow_array(all->list, all->count, &all->cap, sizeof(*all->list));
    all->list[all->count++] = s;
}

static void
foresee(struct standings *all, const struct engine *e, struct engineer_id x)
{
    struct errand errands[ERRANDS_MAX];
    size_t count = ask_errands(e, x, errands);
    for (size_t i = 0; i < count; i++) {
        struct standing *s = (struct standing *)standings_find(all, errands[i].ticket);
        if (s == NULL)
            continue;
        s->foreseen = true;
        s->errand = errands[i];
    }
}

void
standings_take(struct standings *all, const struct engine *e, const struct rules *r)
{
    struct engine_look look;
    *all = (struct standings){ .at = engine_at(e) };
    for (size_t i = 0; engine_each(e, &i, &look);)
        if (look.ticket->state < TICKET_RESOLVED)
            take_ticket(all, e, &look);
    if (all->count > 0)
        qsort(all->list, all->count, sizeof(*all->list), by_id);
    for (size_t i = 0; i < r->engineers_count; i++)
        foresee(all, e, r->engineers[i].id);
}

bool
standing_late(const struct standing *s, unsigned clock, msec *late)
{
    if (!s->foreseen || s->deadlines[clock] == NEVER)
        return false;
    *late = (clock == STANDING_ARRIVAL ? s->errand.arrives : s->errand.done) - s->deadlines[clock];
    return true;
}

/* A minute more or less is no news. */
bool
standing_differs(const struct standing *a, const struct standing *b)
{
    if (a->state != b->state || !same_id(a->has, b->has) || !same_id(a->awaited, b->awaited))
        return true;
    for (unsigned i = 0; i < STANDING_CLOCKS; i++) {
        msec x = 0, y = 0;
        bool one = standing_late(a, i, &x), other = standing_late(b, i, &y);
        msec apart = x < y ? y - x : x - y;
        if (one != other || ((x > 0 || y > 0) && apart >= MINUTES))
            return true;
    }
    return false;
}

/* ---- in words */

static long long
minutes(msec length)
{
    return (long long)((length < 0 ? length - MINUTES / 2 : length + MINUTES / 2) / MINUTES);
}

static void
put_who(const struct standing *s, instant now, struct buf *out)
{
    if (s->state == TICKET_OFFERED)
        buf_printf(out, "offered to %s", s->has.s);
    else if (!no_name(s->has))
        buf_printf(out, "%s has it (%s)", s->has.s, state_name(s->state));
    else if (s->state == TICKET_TRIAGED && s->due != NEVER)
        buf_printf(out, "kept at the desk for %lld min more", minutes(s->due - now));
    else if (no_name(s->awaited))
        buf_printf(out, "waits, for nobody in particular");
    else
        buf_printf(out, "waits for %s", s->awaited.s);
}

void
standing_words(const struct standing *s, instant now, struct buf *out)
{
    static const char *const names[STANDING_CLOCKS] = { "arrival", "restoration" };
    const char *between = "; ";
    put_who(s, now, out);
    if (s->foreseen && !s->errand.there)
        buf_printf(out, "; there in %lld min", minutes(s->errand.arrives - now));
    if (s->foreseen)
        buf_printf(out, "%sdone in %lld min", s->errand.there ? "; " : ", ",
                   minutes(s->errand.done - now));
    for (unsigned i = 0; i < STANDING_CLOCKS; i++) {
        msec late;
        if (!standing_late(s, i, &late))
            continue;
        if (late > 0)
            buf_printf(out, "%s%s LATE by %lld min", between, names[i], minutes(late));
        else
            buf_printf(out, "%s%s with %lld min to spare", between, names[i], minutes(-late));
        between = ", ";
    }
}
