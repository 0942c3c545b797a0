/* desk.c - the books of a desk. Invariant: a ticket that is neither in somebody's hands nor over is
 * in `waiting` exactly once. */
#include "bench/quality/desk.h"

#include "common/io/clock.h"

enum { SILENT_MS = 10 * MINUTES, GRACE_MS = 30 * MINUTES };

struct desk *
desk_open(struct field *f, desk_rule *decide, msec window_ms)
{
    struct desk *d = zalloc(sizeof(*d));
    *d = (struct desk){ .field = f, .city = f->city, .decide = decide, .window_ms = window_ms };
    d->men = zalloc(d->city->men_count * sizeof(*d->men));
    d->tickets = zalloc((d->city->tickets_count + 1) * sizeof(*d->tickets));
    for (uint32_t i = 0; i < d->city->men_count; i++)
        d->men[i] = (struct desk_man){ .ticket = NOBODY, .seen = d->city->men[i].home };
    return d;
}

void
desk_close(void *desk)
{
    struct desk *d = desk;
    free(d->waiting);
    free(d->asked);
    free(d->men);
    free(d->tickets);
    free(d->more);
    free(d);
}

/* ---- lists of tickets */

static void
list_add(uint32_t **list, size_t *count, size_t *cap, uint32_t ticket)
{
    *list = grow_array(*list, *count, cap, sizeof(**list));
    (*list)[(*count)++] = ticket;
}

static void
list_del(uint32_t *list, size_t *count, uint32_t ticket)
{
    for (size_t i = 0; i < *count; i++)
        if (list[i] == ticket) {
            memmove(&list[i], &list[i + 1], (--*count - i) * sizeof(*list));
            return;
        }
}

static void
set_stage(struct desk *d, uint32_t man, uint32_t ticket, enum job_stage stage)
{
    d->men[man].ticket = ticket;
    d->men[man].stage = stage;
    d->men[man].stage_at = d->field->at;
}

static void
waits(struct desk *d, uint32_t ticket)
{
    list_add(&d->waiting, &d->waiting_count, &d->waiting_cap, ticket);
    d->dirty = true;
}

static void
frees(struct desk *d, uint32_t man)
{
    set_stage(d, man, NOBODY, JOB_DONE);
    d->dirty = true;
}

/* ---- what rules ask and do */

bool
desk_is_idle(const struct desk *d, uint32_t man)
{
    const struct desk_man *m = &d->men[man];
    instant now = d->field->at;
    return m->ticket == NOBODY && m->silent_until <= now && city_on_duty(&d->city->men[man], now);
}

msec
desk_travel_ms(const struct desk *d, struct spot from, struct spot to, instant at)
{
    int hour = minute_of_day(at) / 60;
    double speed = city_is_rush(hour) ? CITY_RUSH_M : CITY_SPEED_M;
    (void)d;
    double minutes = spot_crow_m(from, to) * DESK_DETOUR_PCT / 100 / speed;
    return (msec)(minutes * (double)MINUTES) + DESK_DOOR_S * SECONDS;
}

bool
desk_may(const struct desk *d, uint32_t man, uint32_t ticket)
{
    const struct desk_ticket *t = &d->tickets[ticket];
    if (!city_qualified(&d->city->men[man], &d->city->tickets[ticket]))
        return false;
    for (unsigned i = 0; i < t->refused && i < DESK_REFUSERS; i++)
        if (t->refusers[i] == man)
            return false;
    return true;
}

bool
desk_fits(const struct desk *d, uint32_t man, uint32_t ticket, instant arrival)
{
    msec mean = city_mean_ms(d->city->tickets[ticket].skill);
    instant over = city_shift_end(&d->city->men[man], d->field->at) + GRACE_MS;
    return desk_may(d, man, ticket) && arrival + mean <= over;
}

void
desk_offer(struct desk *d, uint32_t ticket, uint32_t man)
{
    list_del(d->waiting, &d->waiting_count, ticket);
    list_add(&d->asked, &d->asked_count, &d->asked_cap, ticket);
    d->tickets[ticket].due = d->field->at + FIELD_OFFER_MS;
    set_stage(d, man, ticket, JOB_OFFERED);
    field_offer(d->field, ticket, man);
}

void
desk_recall(struct desk *d, uint32_t ticket)
{
    frees(d, d->field->jobs[ticket].man);
    field_withdraw(d->field, ticket);
    waits(d, ticket);
}

/* ---- what is told */

static void
expire(struct desk *d)
{
    for (size_t i = d->asked_count; i-- > 0;) {
        uint32_t ticket = d->asked[i], man = d->field->jobs[ticket].man;
        if (d->tickets[ticket].due > d->field->at)
            continue;
        list_del(d->asked, &d->asked_count, ticket);
        d->men[man].silent_until = d->field->at + SILENT_MS;
        desk_recall(d, ticket);
    }
}

static void
refused(struct desk *d, uint32_t ticket, uint32_t man)
{
    struct desk_ticket *t = &d->tickets[ticket];
    t->refusers[t->refused++ % DESK_REFUSERS] = man;
    list_del(d->asked, &d->asked_count, ticket);
    frees(d, man);
    waits(d, ticket);
}

static void
cancelled(struct desk *d, uint32_t ticket, uint32_t man)
{
    list_del(d->waiting, &d->waiting_count, ticket);
    list_del(d->asked, &d->asked_count, ticket);
    if (man != NOBODY)
        frees(d, man);
}

static void
take(struct desk *d, const struct happening *h)
{
    switch (h->kind) {
    case HAPPENED_REPORT:
        waits(d, h->ticket);
        break;
    case HAPPENED_ACCEPT:
        list_del(d->asked, &d->asked_count, h->ticket);
        set_stage(d, h->man, h->ticket, JOB_ACCEPTED);
        break;
    case HAPPENED_DECLINE:
        refused(d, h->ticket, h->man);
        break;
    case HAPPENED_DEPART:
        set_stage(d, h->man, h->ticket, JOB_TRAVEL);
        break;
    case HAPPENED_ARRIVE:
        d->men[h->man].seen = d->city->tickets[h->ticket].spot;
        set_stage(d, h->man, h->ticket, JOB_WORK);
        break;
    case HAPPENED_RESOLVE:
        frees(d, h->man);
        break;
    case HAPPENED_CANCEL:
        cancelled(d, h->ticket, h->man);
        break;
    case HAPPENED_SEEN:
        d->men[h->man].seen = h->spot;
        break;
    case HAPPENED_DUTY:
        d->dirty = true;
        break;
    case HAPPENED_TIME:
        expire(d);
        d->dirty = true;
        break;
    case HAPPENED_PEND:
    case HAPPENED_RESUME:
        break;
    }
}

void
desk_tell(void *desk, const struct happening *h)
{
    struct desk *d = desk;
    take(d, h);
    if (!d->dirty || d->waiting_count == 0 || (d->window_ms > 0 && h->kind != HAPPENED_TIME))
        return;
    d->dirty = false;
    int64_t began = clock_mono_ns();
    d->decide(d);
    field_decided(d->field, clock_mono_ns() - began);
    d->dirty = false;
}

instant
desk_next(const void *desk)
{
    const struct desk *d = desk;
    instant now = d->field->at, next = NEVER;
    for (size_t i = 0; i < d->asked_count; i++)
        if (d->tickets[d->asked[i]].due < next)
            next = d->tickets[d->asked[i]].due;
    if (d->waiting_count == 0)
        return next;
    for (uint32_t i = 0; d->window_ms == 0 && i < d->city->men_count; i++)
        if (d->men[i].silent_until > now && d->men[i].silent_until < next)
            next = d->men[i].silent_until;
    if (d->window_ms > 0) {
        instant turn = now - now % d->window_ms + d->window_ms;
        next = turn < next ? turn : next;
    }
    return next;
}
