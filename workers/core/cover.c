/* cover.c - the sample, those who could go there, and what each of them is worth. */
#include "workers/core/cover.h"

#include "common/base/rng.h"
#include "workers/core/state.h"
#include "workers/core/travel.h"

enum { DEEP = 6 }; /* the next hardly matter: (1 - a)^6 is 0.4 % */
#define CERTAIN   ((int64_t)1 << 24)
#define STAKE_MAX ((int64_t)1 << 38) /* so that it fits, times what is certain */

/* One of the sample. */
struct point {
    uint64_t key;
    const struct job *job;
    msec limit; /* somebody must be there within */
};

/* How an engineer stands to all of it. */
struct standing {
    bool comes; /* he is to be reckoned with */
    struct place from;
    instant begins, until;
    msec unsure;
};

/* Somebody who could go there. */
struct helper {
    uint32_t late; /* in 1/2^24 */
    uint32_t engineer;
    instant there;
    msec unsure;
};

struct look {
    struct engine *e;
    instant tick;
    uint8_t worst; /* level */
    struct point points[COVER_SAMPLE];
    size_t points_count;
    struct standing *standings; /* an engineer each; owned */
    int64_t *worth;             /* sums over the sample, in 1/2^24; an engineer each; owned */
};

/* ---- the sample */

static uint8_t
worst_level(const struct rules *r)
{
    uint8_t worst = 0;
    for (uint8_t i = 1; i < r->levels_count; i++)
        if (r->matching.weights[i] >= r->matching.weights[worst])
            worst = i;
    return worst;
}

/* How soon somebody must be there; 0: nothing is promised, or nobody can tell who could go. */
static msec
limit_of(const struct look *k, const struct job *j)
{
    const struct slot *s = &k->e->roster.slots[j->slot];
    if (s->category == NULL || !place_known(j->t.place))
        return 0;
    return job_contract(k->e, j)->promises[CLOCK_ARRIVAL][k->worst].working_ms;
}

static uint64_t
key_of(struct ticket_id id)
{
    struct rng r = { 0 };
    memcpy(&r.state, id.b, sizeof(r.state));
    return rng_next(&r);
}

static bool
before(const struct point *a, const struct point *b)
{
    if (a->key != b->key)
        return a->key < b->key;
    return memcmp(&a->job->t.id, &b->job->t.id, sizeof(a->job->t.id)) < 0;
}

static void
draw(struct look *k)
{
    const struct job *j;
    for (size_t at = 0; (j = map_next(&k->e->jobs, &at)) != NULL;) {
        struct point p = { key_of(j->t.id), j, 0 };
        bool full = k->points_count == COVER_SAMPLE;
        if (full && !before(&p, &k->points[COVER_SAMPLE - 1]))
            continue;
        p.limit = limit_of(k, j);
        if (p.limit == 0)
            continue;
        size_t i = full ? COVER_SAMPLE - 1 : k->points_count++;
        for (; i > 0 && before(&p, &k->points[i - 1]); i--)
            k->points[i] = k->points[i - 1];
        k->points[i] = p;
    }
}

/* ---- one point of it */

/* false: he cannot, or would be far too late. What was learned of the ways is left out: this is
 * asked too often. */
static bool
can_help(const struct look *k, const struct point *p, uint32_t engineer, struct helper *out)
{
    const struct standing *s = &k->standings[engineer];
    const struct rules *r = k->e->rules;
    if (!s->comes || s->begins > k->tick + 2 * p->limit)
        return false;
    msec way = travel_expected(r, travel_metres(s->from, p->job->t.place), s->begins);
    instant there = instant_after(s->begins, way + r->matching.answer_s * SECONDS);
    msec service = k->e->roster.slots[p->job->slot].category->service_ms;
    *out = (struct helper){ 0, engineer, there, s->unsure };
    return there <= k->tick + 2 * p->limit && instant_after(there, service) <= s->until;
}

/* The soonest; one more than DEEP, so that somebody moves up behind the last. */
static size_t
helpers_of(const struct look *k, const struct point *p, struct helper list[DEEP + 1])
{
    const struct slot *slot = &k->e->roster.slots[p->job->slot];
    size_t count = 0;
    for (size_t n = 0; n < slot->qualified_count; n++) {
        struct helper h;
        bool full = count == DEEP + 1;
        if (!can_help(k, p, slot->qualified[n], &h))
            continue;
        if (full && h.there >= list[DEEP].there && h.unsure >= list[DEEP].unsure)
            continue;
        h.late = cost_late(k->tick, k->tick + p->limit, h.there, h.unsure);
        if (full && h.late >= list[DEEP].late)
            continue;
        size_t i = full ? DEEP : count++;
        for (; i > 0 && list[i - 1].late > h.late; i--)
            list[i] = list[i - 1];
        list[i] = h;
    }
    return count;
}

/* Without one of them all behind him move up: from the last to the first. */
static void
weigh(struct look *k, const struct point *p)
{
    struct helper list[DEEP + 1];
    size_t count = helpers_of(k, p, list);
    int64_t chances[DEEP + 1], rise = 0;
    for (size_t i = 0; i < count; i++)
        chances[i] =
            i == 0 ? COVER_FREE_PCT * CERTAIN / 100 : chances[i - 1] * (100 - COVER_FREE_PCT) / 100;
    for (size_t i = count; i-- > 0;) {
        int64_t next = i + 1 < count ? list[i + 1].late : CERTAIN;
        rise += chances[i] * (next - list[i].late) / CERTAIN;
        if (i < DEEP)
            k->worth[list[i].engineer] += rise;
    }
}

/* ---- what is kept of it */

static int64_t
at_work(const struct roster *r)
{
    int64_t count = 0;
    for (size_t i = 0; i < r->count; i++)
        count += r->list[i].load > 0;
    return count;
}

static void
keep(const struct look *k, struct engineer *x, int64_t sum, int64_t busy)
{
    const struct matching *m = &k->e->rules->matching;
    int64_t each = (int64_t)m->weights[k->worst] * m->p_late_s * busy * m->cover_pm / 1000;
    if (each > STAKE_MAX)
        each = STAKE_MAX;
    int64_t worth = k->points_count == 0 ? 0 : sum / (int64_t)k->points_count * each / CERTAIN;
    worth -= worth % COVER_STEP_S;
    uint32_t standby = (uint32_t)(worth < COVER_MOST_S ? worth : COVER_MOST_S);
    if (x->standby_s == standby)
        return;
    x->standby_s = standby;
    roster_mark(&k->e->roster, x);
}

static void
stand(struct look *k)
{
    const struct matching *m = &k->e->rules->matching;
    k->standings = zalloc((k->e->roster.count + 1) * sizeof(*k->standings));
    for (size_t i = 0; i < k->e->roster.count; i++) {
        const struct seats *s = seat_look(k->e, &k->e->roster.list[i]);
        if (s->count == 0 || s->untils[s->turn] == FIT_OFF)
            continue;
        k->standings[i] = (struct standing){ true, s->from, s->begins[s->turn], s->untils[s->turn],
                                             s->busy ? m->unsure_s * SECONDS : 0 };
    }
}

void
cover_look(struct engine *e)
{
    struct look k = { .e = e, .tick = seat_tick(e->at), .worst = worst_level(e->rules) };
    if (e->rules->matching.cover_pm > 0)
        draw(&k);
    if (k.points_count < COVER_LEAST)
        k.points_count = 0;
    if (k.points_count > 0)
        stand(&k);
    k.worth = zalloc((e->roster.count + 1) * sizeof(*k.worth));
    for (size_t i = 0; i < k.points_count; i++)
        weigh(&k, &k.points[i]);
    int64_t busy = at_work(&e->roster);
    for (size_t i = 0; i < e->roster.count; i++)
        keep(&k, &e->roster.list[i], k.worth[i], busy);
    free(k.standings);
    free(k.worth);
}
