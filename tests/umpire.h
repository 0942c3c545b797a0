/* umpire.h - judges a plan of routes from its input alone, and knows nothing of how it was made:
 * every visit's instants, skills, windows, shifts, kits, each job at most once, and the cost. */
#ifndef TESTS_UMPIRE_H
#define TESTS_UMPIRE_H

#include "workers/core/route.h"

#include <stdio.h>

struct umpire {
    const struct route_input *in;
    const char *wrong; /* the first rule broken; NULL: none */
    uint32_t job;      /* there */
    int64_t cost, travel_s, late_s;
    uint32_t left_out;
};

static inline int32_t
umpire_travel(const struct umpire *u, uint32_t from, uint32_t to)
{
    if (from == ROUTE_NONE || to == ROUTE_NONE)
        return 0;
    if (u->in->travel_s != NULL)
        return u->in->travel_s[(size_t)from * u->in->places_count + to];
    return u->in->travel(u->in->arg, from, to);
}

static inline void
umpire_want(struct umpire *u, bool good, const char *rule, uint32_t job)
{
    if (!good && u->wrong == NULL) {
        u->wrong = rule;
        u->job = job;
    }
}

/* What does not depend on the visits before. */
static inline void
umpire_pair(struct umpire *u, const struct route_visit *x)
{
    const struct route_job *j = &u->in->jobs[x->job];
    const struct route_vehicle *v = &u->in->vehicles[x->vehicle];
    bool skilled = true, banned = false, inside = j->windows_count == 0, on_shift = false;
    for (int w = 0; w < ROUTE_SKILL_WORDS; w++)
        skilled = skilled && (v->skills[w] & j->needs[w]) == j->needs[w];
    for (uint32_t i = 0; i < u->in->bans_count; i++)
        banned = banned || (u->in->bans[i].job == x->job && u->in->bans[i].vehicle == x->vehicle);
    for (uint32_t w = 0; w < j->windows_count; w++)
        inside = inside || (x->begin_at >= j->windows[w].from && x->begin_at <= j->windows[w].to);
    for (uint32_t s = 0; s < v->shifts_count; s++)
        on_shift = on_shift || (x->begin_at >= v->shifts[s].from && x->done_at <= v->shifts[s].to);
    int32_t late = inside ? 0 : x->begin_at - j->windows[j->windows_count - 1].to;
    umpire_want(u, skilled, "a skill is missing", x->job);
    umpire_want(u, !banned, "the pair is banned", x->job);
    umpire_want(u, j->pinned == ROUTE_NONE || j->pinned == x->vehicle, "not the pinned one",
                x->job);
    umpire_want(u, inside || (late > 0 && late <= j->late_max_s), "outside its windows", x->job);
    umpire_want(u, on_shift, "outside the shifts", x->job);
    umpire_want(u, x->done_at - x->begin_at == j->service_s, "not the service time", x->job);
    umpire_want(u, x->leave_at >= j->release_at, "set out before the release", x->job);
    u->late_s += late;
    u->cost += late * j->late_weight;
}

/* One engineer's visits, in their order. */
static inline void
umpire_tour(struct umpire *u, const struct route_visit *x, uint32_t count)
{
    const struct route_vehicle *v = &u->in->vehicles[x->vehicle];
    int32_t free_at = v->shifts[0].from, parts[ROUTE_PARTS];
    uint32_t place = v->start;
    bool stocked = false;
    for (int p = 0; p < ROUTE_PARTS; p++)
        parts[p] = v->parts[p];
    for (uint32_t i = 0; i < count; i++, x++) {
        const struct route_job *j = &u->in->jobs[x->job];
        int32_t way = umpire_travel(u, place, j->place), stay = 0;
        umpire_want(u, !x->by_store || u->in->store != ROUTE_NONE, "no such store", x->job);
        if (x->by_store) {
            stay = u->in->store_s;
            way = umpire_travel(u, place, u->in->store) + umpire_travel(u, u->in->store, j->place);
            stocked = true;
        }
        for (int p = 0; p < ROUTE_PARTS && !stocked; p++) {
            parts[p] -= j->parts[p];
            umpire_want(u, parts[p] >= 0, "a part is missing", x->job);
        }
        umpire_want(u, stocked || (j->tools & v->tools) == j->tools, "a tool is missing", x->job);
        umpire_want(u, x->leave_at >= free_at, "in two places at once", x->job);
        umpire_want(u, x->begin_at >= x->leave_at + way + stay, "faster than travel", x->job);
        u->travel_s += way;
        free_at = x->done_at;
        place = j->place;
    }
    int32_t home = umpire_travel(u, place, v->end);
    umpire_want(u, free_at + home <= v->shifts[v->shifts_count - 1].to, "home too late", x[-1].job);
    u->travel_s += home;
}

/* A plan of so many visits: is it one, and what does it cost? */
static inline struct umpire
umpire_walk(const struct route_input *in, const struct route_visit *visits, uint32_t count)
{
    struct umpire u = { .in = in };
    uint8_t *seen = zalloc(in->jobs_count + 1);
    for (uint32_t i = 0, from = 0; i < count; i++) {
        const struct route_visit *x = &visits[i];
        if (x->job >= in->jobs_count || x->vehicle >= in->vehicles_count || seen[x->job]++ > 0) {
            umpire_want(&u, false, "no such job or engineer, or twice", x->job);
            break;
        }
        umpire_pair(&u, x);
        if (i + 1 == count || visits[i + 1].vehicle != x->vehicle) {
            umpire_want(&u, i + 1 == count || visits[i + 1].vehicle > x->vehicle,
                        "engineers out of order", x->job);
            umpire_tour(&u, &visits[from], i + 1 - from);
            from = i + 1;
        }
    }
    for (uint32_t i = 0; i < in->jobs_count; i++)
        if (!seen[i]) {
            u.left_out++;
            u.cost += in->jobs[i].penalty;
        }
    u.cost += u.travel_s * in->travel_weight;
    free(seen);
    return u;
}

/* Judges what route_best said; `wrong` tells. */
static inline struct umpire
umpire_judge(const struct route_input *in, const struct route_visit *visits,
             const struct route_total *total)
{
    struct umpire u = umpire_walk(in, visits, total->visits);
    umpire_want(&u, u.cost == total->cost, "another cost", 0);
    umpire_want(&u, u.travel_s == total->travel_s && u.late_s == total->late_s, "other sums", 0);
    umpire_want(&u, u.left_out == total->left_out, "another number left out", 0);
    return u;
}

#endif
