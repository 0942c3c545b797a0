/* match.c - filter, then cost. Filter: has the skills (a category's list was filtered when the plan
 * came), did not decline, is on duty. Cost: when he could leave, and how long he would travel;
 * whoever let an offer of this ticket run out comes after everybody else. */
#include "workers/core/place.h"
#include "workers/core/state.h"

/* Unknown places rank like a long way. */
#define FAR_M 100000

/* More than any way, less than leaving it. */
#define MISSED ((int64_t)1 << 34)
#define DEFER  ((int64_t)1 << 36)

static int64_t
metres(const struct wish *w, struct place from)
{
    bool known = place_known(from) && place_known(w->place);
    return known ? place_distance(from, w->place) : FAR_M;
}

static enum considered_why
refusal(const struct wish *w, struct engineer_id e)
{
    for (size_t i = 0; i < w->refused_count; i++)
        if (same_id(w->refused[i], e))
            return WHY_DECLINED;
    if (w->ticket == NULL || w->ticket->refusers_count == 0)
        return WHY_OUTRANKED;
    const struct refuser *r = ticket_refuser(w->ticket, e, seat_tick(w->e->at));
    if (r == NULL)
        return WHY_OUTRANKED;
    return r->missed ? WHY_MISSED : WHY_DECLINED;
}

enum considered_why
match_fit(const struct wish *w, struct engineer *x)
{
    if (!engineer_qualifies(x, w->needs, w->needs_count))
        return WHY_UNSKILLED;
    enum considered_why why = refusal(w, x->rule->id);
    if (why == WHY_DECLINED)
        return why;
    return seat_look(w->e, x)->count > 0 ? why : WHY_OFF_DUTY;
}

int64_t
match_cost(const struct wish *w, struct engineer *x, size_t i)
{
    const struct seats *s = seat_look(w->e, x);
    int64_t speed = w->e->rules->speed_m_per_min > 0 ? w->e->rules->speed_m_per_min : 1;
    msec wait = seat_begin(w->e, s, i) - s->tick, travel = metres(w, s->from) * MINUTES / speed;
    int64_t missed = refusal(w, x->rule->id) == WHY_MISSED ? MISSED : 0;
    return (wait + travel) * 16 / SECONDS + missed + (int64_t)i;
}

int64_t
match_defer(const struct wish *w)
{
    (void)w;
    return DEFER;
}

struct engineer *
match_each(const struct wish *w, size_t *at)
{
    const struct roster *r = &w->e->roster;
    size_t i = (*at)++;
    if (w->slot != NULL)
        return i < w->slot->qualified_count ? &r->list[w->slot->qualified[i]] : NULL;
    if (w->needs_count == 0)
        return i < r->count ? &r->list[i] : NULL;
    size_t count;
    const struct holding *holders = roster_holders(r, w->needs, w->needs_count, &count);
    return i < count ? &r->list[holders[i].engineer] : NULL;
}

/* ---- the best so many of a kind, in order */

struct graded {
    struct engineer *x;
    int64_t score; /* cost; of those who cannot: metres */
    uint8_t why;
};

struct podium {
    struct graded list[CONSIDERED_MAX];
    size_t count;
};

static void
podium_add(struct podium *p, struct graded g)
{
    size_t i = p->count;
    if (i == CONSIDERED_MAX) {
        if (p->list[i - 1].score <= g.score)
            return;
        i--;
    } else {
        p->count++;
    }
    for (; i > 0 && p->list[i - 1].score > g.score; i--) /* equals stay in the order of ids */
        p->list[i] = p->list[i - 1];
    p->list[i] = g;
}

/* Those who could now, and those who could not. */
struct podiums {
    struct podium can, cannot;
    struct engineer *best; /* the cheapest of those who could, be it later */
    int64_t least;         /* his cost */
};

static void
grade(const struct wish *w, struct engineer *x, enum considered_why why, struct podiums *p)
{
    bool could = match_could(why), now = could && seat_look(w->e, x)->now > 0;
    if (could) {
        int64_t cost = match_cost(w, x, 0);
        if (p->best == NULL || cost < p->least) {
            p->best = x;
            p->least = cost;
        }
        if (now)
            podium_add(&p->can, (struct graded){ x, cost, (uint8_t)why });
    }
    if (!now)
        podium_add(&p->cannot, (struct graded){ x, metres(w, engineer_place(x)),
                                                (uint8_t)(could ? WHY_FULL : why) });
}

/* ---- what is kept of it */

static struct considered
considered(const struct wish *w, struct engineer *x, enum considered_why why)
{
    struct place from = engineer_place(x);
    uint32_t load = engineer_load(x);
    bool known = place_known(from) && place_known(w->place);
    return (struct considered){
        .engineer = x->rule->id,
        .distance_m = known ? (int32_t)place_distance(from, w->place) : DISTANCE_UNKNOWN,
        .load = (uint16_t)(load < UINT16_MAX ? load : UINT16_MAX),
        .why = (uint8_t)why,
    };
}

/* Those who could take it first: half of the room, and what the others leave. */
static void
conclude(const struct wish *w, const struct podiums *p, struct choice *out)
{
    size_t willing = p->can.count, others = p->cannot.count;
    size_t kept = willing > CONSIDERED_MAX / 2 ? CONSIDERED_MAX / 2 : willing;
    size_t rest = others > CONSIDERED_MAX - kept ? CONSIDERED_MAX - kept : others;
    out->count = 0;
    for (size_t i = 0; i < willing && out->count < CONSIDERED_MAX - rest; i++)
        out->list[out->count++] = considered(w, p->can.list[i].x, p->can.list[i].why);
    for (size_t i = 0; i < rest; i++)
        out->list[out->count++] = considered(w, p->cannot.list[i].x, p->cannot.list[i].why);
}

void
match_look(const struct wish *w, struct choice *out)
{
    struct podiums p;
    struct engineer *x;
    p.can.count = p.cannot.count = 0;
    p.best = NULL;
    for (size_t i = 0; (x = match_each(w, &i)) != NULL;)
        grade(w, x, match_fit(w, x), &p);
    for (size_t i = 0; w->slot != NULL && i < w->slot->misses_count; i++)
        grade(w, &w->e->roster.list[w->slot->misses[i]], WHY_UNSKILLED, &p);
    out->best = p.best;
    conclude(w, &p, out);
}

void
match_first(const struct wish *w, struct choice *c, struct engineer *x, enum considered_why why)
{
    size_t i = 0;
    while (i < c->count && !same_id(c->list[i].engineer, x->rule->id))
        i++;
    if (i == c->count && c->count < CONSIDERED_MAX)
        c->count++;
    if (i == CONSIDERED_MAX)
        i--;
    memmove(&c->list[1], &c->list[0], i * sizeof(c->list[0]));
    c->list[0] = considered(w, x, why);
}

struct engineer *
match_free(const struct wish *w)
{
    struct engineer *x, *best = NULL;
    int64_t least = 0;
    for (size_t i = 0; (x = match_each(w, &i)) != NULL;) {
        enum considered_why why = match_fit(w, x);
        if (!match_could(why) || seat_look(w->e, x)->now == 0)
            continue;
        int64_t cost = match_cost(w, x, 0);
        if (best == NULL || cost < least) {
            best = x;
            least = cost;
        }
    }
    return best;
}

bool
match_exists(const struct wish *w)
{
    struct engineer *x;
    for (size_t i = 0; (x = match_each(w, &i)) != NULL;)
        if (engineer_qualifies(x, w->needs, w->needs_count))
            return true;
    return false;
}
