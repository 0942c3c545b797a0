/* ahead.c - tickets (those waiting, and those that somebody travels to) against slots: when and
 * where each engineer will be free. The whole is solved anew each time; pairs of an engineer who is
 * free now are acted upon, the rest is only what was reckoned with. */
#include "bench/quality/ahead.h"
#include "bench/quality/hungary.h"
#include "bench/quality/price.h"

enum {
    SLOTS = 3,
    WINDOW_S = 30,
    UNKNOWN_WAY_S = 900,
    ANSWER_S = 60, /* until an offer is answered */
    EARLY_MS = 2 * HOURS,
    OVERDUE_MS = HOURS,
    BUSY_UNSURE_S = 1200, /* when somebody will be done is hardly known, */
    JOB_UNSURE_S = 800    /* and less with every job more */
};

struct slot {
    uint32_t man;
    unsigned turn;    /* so many jobs from now */
    bool now;         /* he can be sent at once */
    uint32_t serving; /* and would leave this one; NOBODY */
    instant free_at;
    double unsure_s; /* how far off that may be */
    struct spot from;
};
struct row {
    uint32_t ticket;
    uint32_t man; /* who travels to it; NOBODY */
};
struct pair {
    double gain;
    uint32_t row, slot;
};
struct board {
    struct row *rows;
    struct slot *slots;
    double *cost, *defer;
    uint32_t *to; /* slot of each row */
    size_t rows_count, slots_count;
};
/* idle: only those who are idle, now. */
struct way {
    bool idle, greedy;
};

/* ---- when and where somebody will be free; false: not to be reckoned with */

static bool
first_slot(const struct desk *d, uint32_t i, struct slot *s)
{
    const struct desk_man *m = &d->men[i];
    const struct man *plan = &d->city->men[i];
    instant now = d->field->at, morning = now - now % DAYS + plan->from_min * MINUTES;
    *s = (struct slot){ i, 0, false, NOBODY, now, 0, m->seen };
    if (now < morning && now > morning - EARLY_MS) {
        s->free_at = morning;
        s->from = plan->home;
        return true;
    }
    if (now < morning || now >= city_shift_end(plan, now))
        return false;
    if (m->ticket == NOBODY) {
        instant break_end = morning + (plan->break_min + CITY_BREAK_MIN - plan->from_min) * MINUTES;
        s->now = desk_is_idle(d, i);
        if (!s->now)
            s->free_at = city_on_duty(plan, now) ? m->silent_until : break_end;
        return true;
    }
    const struct ticket_drawn *t = &d->city->tickets[m->ticket];
    msec mean = city_mean_ms(t->skill);
    if (m->stage == JOB_TRAVEL && city_on_duty(plan, now)) {
        s->now = true;
        s->serving = m->ticket;
        return true;
    }
    s->from = t->spot;
    s->unsure_s = BUSY_UNSURE_S;
    s->free_at = m->stage_at + mean;
    if (m->stage == JOB_TRAVEL)
        s->free_at = now + mean;
    if (m->stage != JOB_WORK)
        s->free_at += desk_travel_ms(d, m->seen, t->spot, now);
    if (s->free_at < now + mean / 3)
        s->free_at = now + mean / 3;
    return true;
}

static void
fill_slots(const struct desk *d, struct way way, struct board *b)
{
    b->slots = zalloc((d->city->men_count * SLOTS + 1) * sizeof(*b->slots));
    for (uint32_t i = 0; i < d->city->men_count; i++) {
        struct slot s;
        if (way.idle && !desk_is_idle(d, i))
            continue;
        if (!first_slot(d, i, &s))
            continue;
        b->slots[b->slots_count++] = s;
        for (unsigned turn = 1; turn < SLOTS && !way.idle; turn++) {
            struct slot later = { i,      turn,      false,
                                  NOBODY, s.free_at, s.unsure_s + turn * JOB_UNSURE_S,
                                  s.from };
            later.free_at += (msec)turn * PRICE_JOB_S * SECONDS;
            b->slots[b->slots_count++] = later;
        }
    }
}

static void
fill_rows(const struct desk *d, struct way way, struct board *b)
{
    b->rows = zalloc((d->waiting_count + d->city->men_count) * sizeof(*b->rows));
    for (size_t i = 0; i < d->waiting_count; i++)
        b->rows[b->rows_count++] = (struct row){ d->waiting[i], NOBODY };
    for (uint32_t i = 0; i < d->city->men_count && !way.idle; i++)
        if (d->men[i].ticket != NOBODY && d->men[i].stage == JOB_TRAVEL)
            b->rows[b->rows_count++] = (struct row){ d->men[i].ticket, i };
}

static double
price(const struct desk *d, const struct row *r, const struct slot *s)
{
    const struct ticket_drawn *t = &d->city->tickets[r->ticket];
    if (!city_qualified(&d->city->men[s->man], t))
        return HUNGARY_NEVER;
    msec travel = desk_travel_ms(d, s->from, t->spot, s->free_at);
    if (s->turn > 0) /* he comes from where nobody knows */
        travel = (travel + UNKNOWN_WAY_S * SECONDS) / 2;
    bool stays = r->man == s->man && s->turn == 0;
    if (!stays && !desk_fits(d, s->man, r->ticket, s->free_at + travel))
        return HUNGARY_NEVER;
    double leaves = r->man == NOBODY || stays ? 0 : PRICE_SWITCH_S * city_weights[t->severity];
    instant arrival = s->free_at + travel + (stays ? 0 : ANSWER_S * SECONDS);
    return leaves + price_pair(t, d->field->at, arrival, travel, s->unsure_s);
}

static void
fill(const struct desk *d, struct way way, struct board *b)
{
    fill_slots(d, way, b);
    fill_rows(d, way, b);
    b->cost = zalloc((b->rows_count * b->slots_count + 1) * sizeof(double));
    b->defer = zalloc((b->rows_count + 1) * sizeof(double));
    b->to = zalloc((b->rows_count + 1) * sizeof(uint32_t));
    for (size_t r = 0; r < b->rows_count; r++) {
        const struct ticket_drawn *t = &d->city->tickets[b->rows[r].ticket];
        bool overdue = d->field->at > t->deadline + OVERDUE_MS; /* it comes from far, or never */
        double leaves = b->rows[r].man == NOBODY ? 0 : PRICE_SWITCH_S * city_weights[t->severity];
        b->defer[r] = leaves + price_defer(t, d->field->at, way.idle && !overdue ? 0 : SLOTS);
        for (size_t s = 0; s < b->slots_count; s++)
            b->cost[r * b->slots_count + s] = price(d, &b->rows[r], &b->slots[s]);
    }
}

static void
board_fini(struct board *b)
{
    free(b->rows);
    free(b->slots);
    free(b->cost);
    free(b->defer);
    free(b->to);
}

/* ---- by gain */

static int
most_gain_first(const void *a, const void *b)
{
    const struct pair *x = a, *y = b;
    if (x->gain < y->gain || x->gain > y->gain)
        return x->gain < y->gain ? -1 : 1;
    if (x->row != y->row)
        return x->row < y->row ? -1 : 1;
    return x->slot < y->slot ? -1 : x->slot > y->slot;
}

static void
solve_greedy(struct board *b)
{
    struct pair *pairs = grow(NULL, (b->rows_count * b->slots_count + 1) * sizeof(*pairs));
    bool *taken = zalloc(b->slots_count + 1);
    size_t count = 0;
    for (uint32_t r = 0; r < b->rows_count; r++)
        for (uint32_t s = 0; s < b->slots_count; s++) {
            double gain = b->cost[r * b->slots_count + s] - b->defer[r];
            if (gain < 0)
                pairs[count++] = (struct pair){ gain, r, s };
        }
    if (count > 0)
        qsort(pairs, count, sizeof(*pairs), most_gain_first);
    for (size_t r = 0; r < b->rows_count; r++)
        b->to[r] = HUNGARY_NONE;
    for (size_t i = 0; i < count; i++) {
        if (b->to[pairs[i].row] != HUNGARY_NONE || taken[pairs[i].slot])
            continue;
        b->to[pairs[i].row] = pairs[i].slot;
        taken[pairs[i].slot] = true;
    }
    free(pairs);
    free(taken);
}

/* ---- what is done of it */

static bool
is_sent(const struct board *b, size_t r)
{
    if (b->to[r] == HUNGARY_NONE)
        return false;
    const struct slot *s = &b->slots[b->to[r]];
    return s->now && s->man != b->rows[r].man;
}

static void
act(struct desk *d, const struct board *b)
{
    for (size_t r = 0; r < b->rows_count; r++) {
        if (!is_sent(b, r))
            continue;
        uint32_t left = b->slots[b->to[r]].serving;
        if (left != NOBODY && d->field->jobs[left].stage == JOB_TRAVEL)
            desk_recall(d, left);
        if (b->rows[r].man != NOBODY && d->field->jobs[b->rows[r].ticket].stage == JOB_TRAVEL)
            desk_recall(d, b->rows[r].ticket);
    }
    for (size_t r = 0; r < b->rows_count; r++)
        if (is_sent(b, r))
            desk_offer(d, b->rows[r].ticket, b->slots[b->to[r]].man);
}

static void
decide(struct desk *d, struct way way)
{
    struct board b = { 0 };
    fill(d, way, &b);
    if (way.greedy)
        solve_greedy(&b);
    else
        hungary_solve(b.cost, b.defer, b.rows_count, b.slots_count, b.to);
    act(d, &b);
    board_fini(&b);
}

#define POLICY(key, name, window_ms, ...)                                                          \
    static void decide_##key(struct desk *d)                                                       \
    {                                                                                              \
        decide(d, (struct way){ __VA_ARGS__ });                                                    \
    }                                                                                              \
    static void *open_##key(struct field *f)                                                       \
    {                                                                                              \
        return desk_open(f, decide_##key, window_ms);                                              \
    }                                                                                              \
    const struct policy policy_##key = { #key, name, open_##key, desk_tell, desk_next, desk_close }

POLICY(idle_only, "optimal matching, idle only", 0, .idle = true);
POLICY(greedy, "same cost, greedy by gain", WINDOW_S *SECONDS, .greedy = true);
POLICY(optimal, "same cost, optimal", WINDOW_S *SECONDS, .idle = false);
