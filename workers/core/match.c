/* match.c - filter, then score.
 *
 * Filter: on duty, has room, did not decline, has the skills (a slot's list was filtered when the
 * plan came). Score: time to travel there plus load_ms for each ticket carried; whoever
 * let an offer of this ticket run out comes after everybody else. */
#include "workers/core/match.h"

#include "workers/core/duty.h"
#include "workers/core/place.h"

/* Unknown places rank like a long way. */
#define FAR_M 100000

struct graded {
    struct considered seen;
    int64_t score; /* ms, smaller is better; of the rejected: metres */
};

/* The best so many of a kind, in order. */
struct podium {
    struct graded list[CONSIDERED_MAX];
    size_t count;
};

static void
podium_add(struct podium *p, const struct graded *g)
{
    size_t i = p->count;
    if (i == CONSIDERED_MAX) {
        if (p->list[i - 1].score <= g->score)
            return;
        i--;
    } else {
        p->count++;
    }
    for (; i > 0 && p->list[i - 1].score > g->score; i--) /* equals stay in the order of ids */
        p->list[i] = p->list[i - 1];
    p->list[i] = *g;
}

static enum considered_why
refusal(const struct wish *w, struct engineer_id e, instant at)
{
    for (size_t i = 0; i < w->refused_count; i++)
        if (same_id(w->refused[i], e))
            return WHY_DECLINED;
    const struct refuser *r = w->ticket == NULL ? NULL : ticket_refuser(w->ticket, e, at);
    if (r == NULL)
        return WHY_OUTRANKED;
    return r->missed ? WHY_MISSED : WHY_DECLINED;
}

/* WHY_OUTRANKED and WHY_MISSED can take it; the others say why not. */
static enum considered_why
look(const struct wish *w, const struct engineer *x, instant at)
{
    if (!engineer_qualifies(x, w->needs, w->needs_count))
        return WHY_UNSKILLED;
    enum considered_why why = refusal(w, x->rule->id, at);
    if (why == WHY_DECLINED)
        return why;
    if (!duty_is_on(x->rule, at))
        return WHY_OFF_DUTY;
    return engineer_room(x) ? why : WHY_FULL;
}

static struct graded
grade(const struct roster *r, const struct wish *w, const struct engineer *x,
      enum considered_why why)
{
    struct place from = engineer_place(x);
    uint32_t load = engineer_load(x);
    bool known = place_known(from) && place_known(w->place);
    int64_t metres = known ? place_distance(from, w->place) : FAR_M;
    int64_t speed = r->rules->speed_m_per_min > 0 ? r->rules->speed_m_per_min : 1;
    struct graded g = { .score = metres };
    g.seen.engineer = x->rule->id;
    g.seen.distance_m = known ? (int32_t)metres : DISTANCE_UNKNOWN;
    g.seen.load = (uint16_t)(load < UINT16_MAX ? load : UINT16_MAX);
    g.seen.why = (uint8_t)why;
    if (why == WHY_OUTRANKED || why == WHY_MISSED)
        g.score = metres * MINUTES / speed + r->rules->load_ms * load;
    return g;
}

/* Those who could take it first: half of the room, and what the others leave. */
static void
conclude(struct choice *choice, const struct podium *can, const struct podium *missed,
         const struct podium *cannot)
{
    size_t left = CONSIDERED_MAX;
    size_t willing = can->count + missed->count;
    size_t keep = willing > CONSIDERED_MAX / 2 ? CONSIDERED_MAX / 2 : willing;
    size_t others = cannot->count > left - keep ? left - keep : cannot->count;
    choice->count = 0;
    for (size_t i = 0; i < can->count && choice->count < left - others; i++)
        choice->list[choice->count++] = can->list[i].seen;
    for (size_t i = 0; i < missed->count && choice->count < left - others; i++)
        choice->list[choice->count++] = missed->list[i].seen;
    if (choice->count > 0)
        choice->list[0].why = WHY_CHOSEN;
    for (size_t i = 0; i < others; i++)
        choice->list[choice->count++] = cannot->list[i].seen;
}

struct engineer *
match_best(const struct roster *r, const struct wish *w, instant at, struct choice *choice)
{
    struct podium can = { 0 }, missed = { 0 }, cannot = { 0 };
    size_t count = r->count;
    const struct holding *holders = NULL;
    if (w->slot == NULL && w->needs_count > 0)
        holders = roster_holders(r, w->needs, w->needs_count, &count);
    else if (w->slot != NULL)
        count = w->slot->qualified_count;
    for (size_t i = 0; i < count; i++) {
        size_t at_place = w->slot != NULL ? w->slot->qualified[i] : i;
        const struct engineer *x = &r->list[holders != NULL ? holders[i].engineer : at_place];
        enum considered_why why = look(w, x, at);
        struct podium *p = why == WHY_OUTRANKED ? &can : why == WHY_MISSED ? &missed : &cannot;
        if (p == &cannot && choice == NULL)
            continue;
        struct graded g = grade(r, w, x, why);
        podium_add(p, &g);
    }
    for (size_t i = 0; choice != NULL && w->slot != NULL && i < w->slot->misses_count; i++) {
        struct graded g = grade(r, w, &r->list[w->slot->misses[i]], WHY_UNSKILLED);
        podium_add(&cannot, &g);
    }
    if (choice != NULL)
        conclude(choice, &can, &missed, &cannot);
    const struct podium *best = can.count > 0 ? &can : &missed;
    return best->count == 0 ? NULL : roster_find(r, best->list[0].seen.engineer);
}

bool
match_exists(const struct roster *r, const struct wish *w)
{
    size_t count = r->count;
    const struct holding *holders = NULL;
    if (w->needs_count > 0)
        holders = roster_holders(r, w->needs, w->needs_count, &count);
    for (size_t i = 0; i < count; i++)
        if (engineer_qualifies(&r->list[holders != NULL ? holders[i].engineer : i], w->needs,
                               w->needs_count))
            return true;
    return false;
}
