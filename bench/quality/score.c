/* score.c - see score.h. A ticket is late when nobody came by its deadline, unless it was called
 * off before that. Every ticket counts, so all policies of a seed have the same denominators. */
#include "bench/quality/score.h"

#include "common/base/base.h"

#include <math.h>

static bool
is_late(const struct ticket_drawn *t, const struct job_now *j)
{
    if (j->arrived_at != NEVER)
        return j->arrived_at > t->deadline;
    return j->ended_at > t->deadline;
}

/* How unevenly the work fell: of those who worked the same hours. */
static double
spread_of(const struct field *f)
{
    double sum = 0, squares = 0, n = f->city->men_count;
    for (uint32_t i = 0; i < f->city->men_count; i++) {
        double busy = (double)(f->men[i].travel_ms + f->men[i].work_ms) / (double)HOURS;
        sum += busy;
        squares += busy * busy;
    }
    double mean = sum / n, variance = squares / n - mean * mean;
    return mean > 0 && variance > 0 ? 100 * sqrt(variance) / mean : 0;
}

static void
look_at_tickets(const struct field *f, struct score *s)
{
    double weight = 0, late = 0, worst = 0, worst_late = 0;
    msec longest = 0;
    for (uint32_t i = 0; i < f->city->tickets_count; i++) {
        const struct ticket_drawn *t = &f->city->tickets[i];
        const struct job_now *j = &f->jobs[i];
        bool is = is_late(t, j);
        double w = city_weights[t->severity];
        weight += w;
        late += is ? w : 0;
        worst += t->severity == 0;
        worst_late += t->severity == 0 && is;
        s->done += j->stage == JOB_DONE;
        s->cancelled += j->stage == JOB_CANCELLED;
        instant until = j->arrived_at != NEVER ? j->arrived_at : j->ended_at;
        msec waited = (until == NEVER ? f->at : until) - t->created_at;
        longest = waited > longest ? waited : longest;
    }
    s->figures[FIGURE_BREACH] = weight > 0 ? 100 * late / weight : 0;
    s->figures[FIGURE_CRITICAL] = worst > 0 ? 100 * worst_late / worst : 0;
    s->figures[FIGURE_WAIT] = (double)longest / (double)HOURS;
}

struct score
score_of(const struct field *f)
{
    struct score s = { .tickets = f->city->tickets_count, .open = f->open, .digest = f->digest };
    s.offers = f->offers;
    s.declines = f->declines;
    s.diverted = f->diverted;
    memcpy(s.broken, f->broken, sizeof(s.broken));
    look_at_tickets(f, &s);
    double travel = 0, reached = 0;
    for (uint32_t i = 0; i < f->city->men_count; i++)
        travel += (double)f->men[i].travel_ms / (double)MINUTES;
    for (uint32_t i = 0; i < f->city->tickets_count; i++)
        reached += f->jobs[i].arrived_at != NEVER;
    s.figures[FIGURE_TRAVEL] = reached > 0 ? travel / reached : 0;
    s.figures[FIGURE_SPREAD] = spread_of(f);
    return s;
}

unsigned
score_broken(const struct score *s)
{
    unsigned all = 0;
    for (size_t i = 0; i < BROKEN_KINDS; i++)
        all += s->broken[i];
    return all;
}

/* ---- many */

void
record_add(struct record *r, const struct field *f)
{
    struct score s = score_of(f);
    for (size_t i = 0; i < FIGURES; i++) {
        r->sum[i] += s.figures[i];
        r->squares[i] += s.figures[i] * s.figures[i];
    }
    for (size_t i = 0; i < BROKEN_KINDS; i++)
        r->broken[i] += s.broken[i];
    r->runs++;
    r->diverted += s.diverted;
    r->offers += s.offers;
    r->tickets += s.tickets;
    for (size_t i = 0; i < f->decisions_count; i++) {
        r->decisions_ns = grow_array(r->decisions_ns, r->decisions_count, &r->decisions_cap,
                                     sizeof(*r->decisions_ns));
        r->decisions_ns[r->decisions_count++] = f->decisions_ns[i];
    }
}

void
record_fini(struct record *r)
{
    free(r->decisions_ns);
    *r = (struct record){ 0 };
}

double
record_mean(const struct record *r, enum figure f)
{
    return r->runs > 0 ? r->sum[f] / r->runs : 0;
}

double
record_error(const struct record *r, enum figure f)
{
    double n = r->runs, mean = record_mean(r, f);
    double variance = n > 1 ? (r->squares[f] - n * mean * mean) / (n - 1) : 0;
    return variance > 0 ? sqrt(variance / n) : 0;
}

static int
ascending(const void *a, const void *b)
{
    const uint32_t *x = a, *y = b;
    return *x < *y ? -1 : *x > *y;
}

double
record_us(struct record *r, double share)
{
    if (r->decisions_count == 0)
        return 0;
    qsort(r->decisions_ns, r->decisions_count, sizeof(*r->decisions_ns), ascending);
    return r->decisions_ns[(size_t)(share * (double)(r->decisions_count - 1))] / 1e3;
}

unsigned
record_broken(const struct record *r)
{
    unsigned all = r->not_replayed;
    for (size_t i = 0; i < BROKEN_KINDS; i++)
        all += r->broken[i];
    return all;
}
