/* simple.c - each rule is an order of pairs (waiting ticket, idle engineer); the first pair is
 * offered, again and again until there is none. Equal pairs: the shorter way first, then the
 * smaller numbers. */
#include "bench/quality/simple.h"
#include "bench/quality/desk.h"

#define TARDINESS_LOOK  2.0
#define TARDINESS_JOB_S 3600.0

/* Smaller is better. */
typedef double rank_fn(const struct desk *d, const struct ticket_drawn *t, double travel_s);

struct pair {
    uint32_t ticket, man;
    double rank, travel_s;
};

static bool
is_better(const struct pair *a, const struct pair *b)
{
    return a->rank < b->rank || (a->rank <= b->rank && a->travel_s < b->travel_s);
}

static bool
best_pair(const struct desk *d, const uint32_t *idle, unsigned count, rank_fn *rank,
          struct pair *out)
{
    instant now = d->field->at;
    bool found = false;
    for (size_t i = 0; i < d->waiting_count; i++)
        for (unsigned k = 0; k < count; k++) {
            struct pair p = { .ticket = d->waiting[i], .man = idle[k] };
            const struct ticket_drawn *t = &d->city->tickets[p.ticket];
            if (!city_qualified(&d->city->men[p.man], t))
                continue;
            msec travel = desk_travel_ms(d, d->men[p.man].seen, t->spot, now);
            if (!desk_fits(d, p.man, p.ticket, now + travel))
                continue;
            p.travel_s = (double)(travel / SECONDS);
            p.rank = rank(d, t, p.travel_s);
            if (!found || is_better(&p, out))
                *out = p;
            found = true;
        }
    return found;
}

static void
decide(struct desk *d, rank_fn *rank)
{
    uint32_t *idle = d->more;
    for (;;) {
        unsigned count = 0;
        struct pair p;
        for (uint32_t i = 0; i < d->city->men_count; i++)
            if (desk_is_idle(d, i))
                idle[count++] = i;
        if (!best_pair(d, idle, count, rank, &p))
            return;
        desk_offer(d, p.ticket, p.man);
    }
}

static double
oldest(const struct desk *d, const struct ticket_drawn *t, double travel_s)
{
    (void)d;
    (void)travel_s;
    return (double)(t->created_at - CITY_BEGIN);
}

static double
nearest(const struct desk *d, const struct ticket_drawn *t, double travel_s)
{
    (void)d;
    (void)t;
    return travel_s;
}

static double
worst(const struct desk *d, const struct ticket_drawn *t, double travel_s)
{
    (void)d;
    (void)travel_s;
    return t->severity * 1e12 + (double)(t->deadline - CITY_BEGIN);
}

static double
tardiness(const struct desk *d, const struct ticket_drawn *t, double travel_s)
{
    double takes = travel_s + (double)(city_mean_ms(t->skill) / SECONDS);
    double slack = (double)((t->deadline - d->field->at) / SECONDS) - travel_s;
    slack = slack < 0 ? 0 : slack;
    return -city_weights[t->severity] / takes * exp(-slack / (TARDINESS_LOOK * TARDINESS_JOB_S));
}

#define POLICY(rule, key, name)                                                                    \
    static void decide_##rule(struct desk *d)                                                      \
    {                                                                                              \
        decide(d, rule);                                                                           \
    }                                                                                              \
    static void *open_##rule(struct field *f)                                                      \
    {                                                                                              \
        struct desk *d = desk_open(f, decide_##rule, 0);                                           \
        d->more = zalloc(f->city->men_count * sizeof(uint32_t));                                   \
        return d;                                                                                  \
    }                                                                                              \
    const struct policy policy_##key = { #key, name, open_##rule, desk_tell, desk_next, desk_close }

POLICY(oldest, first_come, "nearest idle, first come");
POLICY(nearest, nearest, "nearest idle and nearest ticket");
POLICY(worst, severity, "severity, then deadline");
POLICY(tardiness, tardiness, "apparent tardiness cost");
