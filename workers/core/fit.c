/* fit.c - the hard conditions of matching, the cheap ones first. */
#include "workers/core/fit.h"

#include "workers/core/clocks.h"
#include "workers/core/duty.h"
#include "workers/core/service.h"
#include "workers/core/travel.h"

struct fit
fit_of(const struct roster *r, const struct learned *l, const struct slot *slot,
       const struct contract *contract, const struct ticket *t)
{
    return (struct fit){ .rules = r->rules,
                         .learned = l,
                         .ticket = t,
                         .category = slot->category,
                         .contract = contract,
                         .place = t->place };
}

/* ---- the person */

static bool
still_counts(instant until, instant at)
{
    return until == 0 || at < until;
}

/* Both lists are sorted by skill. Lacking comes before expired: it is the stronger reason. */
static enum considered_why
skills_of(const struct engineer_rule *r, const struct skill *needs, size_t count, instant at)
{
    enum considered_why why = WHY_OUTRANKED;
    size_t k = 0;
    for (size_t i = 0; i < count; i++) {
        while (k < r->skills_count &&
               memcmp(&r->skills[k].id, &needs[i].id, sizeof(needs[i].id)) < 0)
            k++;
        if (k == r->skills_count || !same_id(r->skills[k].id, needs[i].id) ||
            r->skills[k].level < needs[i].level)
            return WHY_UNSKILLED;
        if (!still_counts(r->skills_until[k], at))
            why = WHY_EXPIRED;
    }
    return why;
}

static bool
is_certified(const struct engineer_rule *r, uint32_t needs, instant at)
{
    if ((needs & ~r->certificates) != 0)
        return false;
    for (; needs != 0; needs &= needs - 1)
        if (!still_counts(r->certificates_until[__builtin_ctz(needs)], at))
            return false;
    return true;
}

static bool
is_banned(const struct contract *c, struct engineer_id x)
{
    for (size_t i = 0; c != NULL && i < c->banned_count; i++)
        if (same_id(c->banned[i], x))
            return true;
    return false;
}

bool
fit_lacks_preferred(const struct fit *f, const struct engineer *x, instant at)
{
    const struct category *c = f->category;
    return c != NULL && c->prefers_count > 0 &&
           skills_of(x->rule, c->prefers, c->prefers_count, at) != WHY_OUTRANKED;
}

bool
fit_is_unpreferred(const struct fit *f, const struct engineer *x)
{
    const struct contract *c = f->contract;
    if (c == NULL || c->preferred_count == 0)
        return false;
    for (size_t i = 0; i < c->preferred_count; i++)
        if (same_id(c->preferred[i], x->rule->id))
            return false;
    return true;
}

static instant
insists_until(const struct fit *f)
{
    return instant_after(f->ticket->course.received_at, f->rules->matching.prefer_ms);
}

static bool
insists(const struct fit *f, instant at)
{
    return f->ticket != NULL && f->category->prefers_count > 0 && at < insists_until(f);
}

static enum considered_why
qualifies(const struct fit *f, const struct engineer *x, instant at)
{
    const struct category *c = f->category;
    if (c == NULL)
        return WHY_OUTRANKED;
    enum considered_why why = skills_of(x->rule, c->needs, c->needs_count, at);
    if (why != WHY_OUTRANKED)
        return why;
    if (!is_certified(x->rule, c->certificates, at))
        return WHY_UNCERTIFIED;
    if ((c->parts & ~x->rule->parts) != 0)
        return WHY_NO_PARTS;
    return insists(f, at) && fit_lacks_preferred(f, x, at) ? WHY_UNPREFERRED : WHY_OUTRANKED;
}

enum considered_why
fit_person(const struct fit *f, const struct engineer *x, instant at)
{
    enum considered_why why = qualifies(f, x, at);
    if (why != WHY_OUTRANKED)
        return why;
    if (is_banned(f->contract, x->rule->id))
        return WHY_BANNED;
    const struct refuser *no =
        f->ticket == NULL ? NULL : ticket_refuser(f->ticket, x->rule->id, at);
    return no == NULL ? WHY_OUTRANKED : no->missed ? WHY_MISSED : WHY_DECLINED;
}

instant
fit_eases(const struct fit *f, instant at)
{
    instant next = NEVER;
    if (f->category != NULL && insists(f, at))
        next = insists_until(f);
    for (size_t i = 0; f->ticket != NULL && i < f->ticket->refusers_count; i++) {
        instant until = f->ticket->refusers[i].until;
        if (until > at && until < next)
            next = until;
    }
    return next;
}

/* ---- now, and the way */

enum considered_why
fit_now(const struct engineer *x, instant at)
{
    if (!duty_is_on(x->rule, at))
        return WHY_OFF_DUTY;
    return engineer_room(x) ? WHY_OUTRANKED : WHY_FULL;
}

struct fit_way
fit_way(const struct fit *f, const struct engineer *x, struct place from, instant departs)
{
    bool known = place_known(from) && place_known(f->place);
    int64_t metres = travel_metres(from, f->place);
    return (struct fit_way){
        .metres = known ? metres : DISTANCE_UNKNOWN,
        .travel_ms = travel_over(f->rules, f->learned, from, f->place, metres, departs),
        .service_ms = f->service_ms != NULL ? f->service_ms(f, x)
                                            : service_time(f->learned, f->category, x->rule->id),
    };
}

instant
fit_until(const struct rules *r, const struct engineer *x, instant departs)
{
    const struct matching *m = &r->matching;
    if (!duty_is_on(x->rule, departs)) {
        instant next = duty_next(x->rule, departs);
        if (next == NEVER || next - departs > m->pause_ms)
            return FIT_OFF;
        departs = next;
    }
    instant over = duty_over(x->rule, departs, m->pause_ms);
    return over == NEVER ? NEVER : instant_after(over, m->overrun_ms);
}

enum considered_why
fit_reach(const struct fit *f, const struct fit_way *way, instant departs, instant until)
{
    int64_t reach = f->rules->matching.reach_m;
    if (reach > 0 && way->metres > reach)
        return WHY_FAR;
    if (until == FIT_OFF) /* he would begin in another shift */
        return WHY_OFF_DUTY;
    instant done = instant_after(instant_after(departs, way->travel_ms), way->service_ms);
    return done > until ? WHY_SHIFT_ENDS : WHY_OUTRANKED;
}

enum considered_why
fit_ask(const struct fit *f, const struct engineer *x, instant at, struct fit_way *way)
{
    enum considered_why person = fit_person(f, x, at);
    if (!fits(person))
        return person;
    enum considered_why now = fit_now(x, at);
    if (!fits(now))
        return now;
    struct fit_way found = fit_way(f, x, engineer_place(f->rules, x, at), at);
    if (way != NULL)
        *way = found;
    enum considered_why reach = fit_reach(f, &found, at, fit_until(f->rules, x, at));
    return fits(reach) ? person : reach;
}
