/* field.c - a heap of what is due, and a handler for each kind. */
#include "bench/quality/field.h"

#include "common/base/base.h"

const char *const field_broken[BROKEN_KINDS] = {
    "beyond capacity", "unqualified", "off duty", "offered twice", "starved", "refused",
};

enum due_kind {
    DUE_REPORT,
    DUE_CANCEL,
    DUE_ANSWER,
    DUE_NEXT, /* he looks for what to do next */
    DUE_REACH,
    DUE_CUSTOMER, /* comes at last, or calls it off */
    DUE_DONE,
    DUE_PAUSE,
    DUE_DUTY,
    DUE_FIX,
    DUES
};
struct due {
    instant at;
    uint64_t order;
    enum due_kind kind;
    uint32_t who; /* a ticket or an engineer */
    unsigned serial;
};

enum { STARVED_AFTER_MS = 2 * DAYS, LATE_BREAK_MIN = 60, FIX_MOVING_S = 120, FIX_STILL_S = 600 };

/* ---- the heap */

static bool
before(const struct due *a, const struct due *b)
{
    return a->at < b->at || (a->at == b->at && a->order < b->order);
}

static void
later(struct field *f, instant at, enum due_kind kind, uint32_t who, unsigned serial)
{
    f->dues = grow_array(f->dues, f->dues_count, &f->dues_cap, sizeof(*f->dues));
    struct due d = { at, f->dues_made++, kind, who, serial };
    size_t i = f->dues_count++;
    for (; i > 0 && before(&d, &f->dues[(i - 1) / 2]); i = (i - 1) / 2)
        f->dues[i] = f->dues[(i - 1) / 2];
    f->dues[i] = d;
}

static struct due
take_first(struct field *f)
{
    struct due first = f->dues[0], last = f->dues[--f->dues_count];
    size_t i = 0, n = f->dues_count;
    for (size_t k; (k = 2 * i + 1) < n; i = k) {
        if (k + 1 < n && before(&f->dues[k + 1], &f->dues[k]))
            k++;
        if (!before(&f->dues[k], &last))
            break;
        f->dues[i] = f->dues[k];
    }
    f->dues[i] = last;
    return first;
}

static void
tell(struct field *f, enum happening_kind kind, uint32_t ticket, uint32_t man)
{
    struct happening h = { .kind = kind, .ticket = ticket, .man = man };
    f->policy->tell(f->self, &h);
}

static const struct ticket_drawn *
drawn(const struct field *f, uint32_t ticket)
{
    return &f->city->tickets[ticket];
}

/* ---- engineers */

static struct spot
whereabouts(const struct man_now *m, instant at)
{
    if (m->ticket == NOBODY || m->reach_at == NEVER || m->reach_at <= m->left_at)
        return m->here;
    return road_at(&m->road, (double)(at - m->left_at) / (double)(m->reach_at - m->left_at));
}

/* Nothing occupies him any more. A break that was due is taken now, unless it is too late for it.
 */
static void
set_free(struct field *f, uint32_t i)
{
    struct man_now *m = &f->men[i];
    const struct man *plan = &f->city->men[i];
    int minute = minute_of_day(f->at);
    if (m->reach_at != NEVER)
        m->travel_ms += f->at - m->left_at;
    m->here = whereabouts(m, f->at);
    m->reach_at = NEVER;
    m->ticket = NOBODY;
    m->serial++;
    if (minute >= plan->break_min && minute < plan->break_min + LATE_BREAK_MIN &&
        m->paused_on != f->at / DAYS) {
        m->paused_on = f->at / DAYS;
        m->pause_until = f->at + CITY_BREAK_MIN * MINUTES;
    }
    later(f, f->at > m->pause_until ? f->at : m->pause_until, DUE_NEXT, i, 0);
}

static void
put_away(struct man_now *m, uint32_t ticket)
{
    for (unsigned i = 0; i < m->bag_count; i++)
        if (m->bag[i] == ticket) {
            memmove(&m->bag[i], &m->bag[i + 1], (--m->bag_count - i) * sizeof(m->bag[0]));
            return;
        }
}

/* The ticket leaves whoever has it or is asked. */
static void
let_go(struct field *f, uint32_t ticket)
{
    struct job_now *j = &f->jobs[ticket];
    if (j->man == NOBODY)
        return;
    struct man_now *m = &f->men[j->man];
    if (j->stage == JOB_OFFERED)
        m->asked--;
    put_away(m, ticket);
    if (m->ticket == ticket)
        set_free(f, j->man);
    j->man = NOBODY;
    j->offers++; /* an answer on its way is void */
}

static void
end(struct field *f, uint32_t ticket, enum job_stage stage)
{
    struct job_now *j = &f->jobs[ticket];
    let_go(f, ticket);
    j->stage = stage;
    j->ended_at = f->at;
    f->open--;
}

static void
depart(struct field *f, uint32_t i, uint32_t ticket)
{
    struct man_now *m = &f->men[i];
    struct job_now *j = &f->jobs[ticket];
    const struct ticket_drawn *t = drawn(f, ticket);
    uint64_t seed = f->city->wish.seed;
    put_away(m, ticket);
    m->ticket = ticket;
    m->road = road_find(m->here, t->spot);
    m->left_at = f->at;
    double takes = (double)road_takes(&m->road, f->at) *
                   draw_lognormal(seed, DRAW_TRAVEL, t->number, j->legs, 0.2);
    double door = 1.5 * (double)MINUTES * draw_lognormal(seed, DRAW_DOOR, t->number, j->legs, 0.5);
    m->reach_at = f->at + (msec)(takes + door) + 1;
    m->serial++;
    j->legs++;
    j->stage = JOB_TRAVEL;
    later(f, m->reach_at, DUE_REACH, i, m->serial);
    tell(f, HAPPENED_DEPART, ticket, i);
}

static void
look_for_next(struct field *f, const struct due *d)
{
    struct man_now *m = &f->men[d->who];
    if (m->ticket != NOBODY || m->bag_count == 0 || f->at < m->pause_until)
        return;
    uint32_t best = m->bag[0];
    for (unsigned i = 1; i < m->bag_count; i++)
        if (drawn(f, m->bag[i])->severity < drawn(f, best)->severity)
            best = m->bag[i];
    depart(f, d->who, best);
}

static void
work(struct field *f, uint32_t i)
{
    struct man_now *m = &f->men[i];
    msec takes = (msec)((double)drawn(f, m->ticket)->service_ms * f->city->men[i].pace) + 1;
    f->jobs[m->ticket].stage = JOB_WORK;
    m->work_ms += takes;
    later(f, f->at + takes, DUE_DONE, i, m->serial);
}

static void
reach(struct field *f, const struct due *d)
{
    struct man_now *m = &f->men[d->who];
    if (m->serial != d->serial)
        return;
    struct job_now *j = &f->jobs[m->ticket];
    const struct ticket_drawn *t = drawn(f, m->ticket);
    m->travel_ms += f->at - m->left_at;
    m->here = t->spot;
    m->reach_at = NEVER;
    j->arrived_at = f->at;
    j->stage = JOB_ABSENT;
    tell(f, HAPPENED_ARRIVE, m->ticket, d->who);
    if (t->absent_ms == 0) {
        work(f, d->who);
        return;
    }
    tell(f, HAPPENED_PEND, m->ticket, d->who);
    later(f, f->at + t->absent_ms, DUE_CUSTOMER, d->who, m->serial);
}

static void
customer(struct field *f, const struct due *d)
{
    struct man_now *m = &f->men[d->who];
    uint32_t ticket = m->ticket;
    if (m->serial != d->serial)
        return;
    if (drawn(f, ticket)->absent_for_good) {
        end(f, ticket, JOB_CANCELLED);
        tell(f, HAPPENED_CANCEL, ticket, d->who);
        return;
    }
    tell(f, HAPPENED_RESUME, ticket, d->who);
    work(f, d->who);
}

static void
done(struct field *f, const struct due *d)
{
    uint32_t ticket = f->men[d->who].ticket;
    if (f->men[d->who].serial != d->serial)
        return;
    end(f, ticket, JOB_DONE);
    tell(f, HAPPENED_RESOLVE, ticket, d->who);
}

static void
pause_begins(struct field *f, const struct due *d)
{
    struct man_now *m = &f->men[d->who];
    later(f, f->at + DAYS, DUE_PAUSE, d->who, 0);
    if (m->ticket != NOBODY || m->paused_on == f->at / DAYS)
        return;
    m->paused_on = f->at / DAYS;
    m->pause_until = f->at + CITY_BREAK_MIN * MINUTES;
    later(f, m->pause_until, DUE_NEXT, d->who, 0);
}

/* The shift begins, at home; or the planned break is over. */
static void
duty_begins(struct field *f, const struct due *d)
{
    struct man_now *m = &f->men[d->who];
    const struct man *plan = &f->city->men[d->who];
    if (minute_of_day(f->at) == plan->from_min && m->ticket == NOBODY)
        m->here = plan->home;
    later(f, f->at + DAYS, DUE_DUTY, d->who, 0);
    tell(f, HAPPENED_DUTY, NOBODY, d->who);
}

/* ---- devices: late, a little wrong, and now and then very wrong */

static void
fix(struct field *f, const struct due *d)
{
    struct man_now *m = &f->men[d->who];
    const struct man *plan = &f->city->men[d->who];
    int minute = minute_of_day(f->at);
    uint64_t seed = f->city->wish.seed, n = m->fixes++;
    if (m->ticket == NOBODY && (minute < plan->from_min || minute >= plan->to_min)) {
        instant morning = f->at - f->at % DAYS + plan->from_min * MINUTES;
        later(f, morning > f->at ? morning : morning + DAYS, DUE_FIX, d->who, 0);
        return;
    }
    msec lag = (msec)((10 + 80 * draw_unit(seed, DRAW_FIX, d->who, 4 * n)) * (double)SECONDS);
    bool wild = draw_unit(seed, DRAW_FIX, d->who, 4 * n + 1) < 0.02;
    double angle = 6.283185307179586 * draw_unit(seed, DRAW_FIX, d->who, 4 * n + 2);
    double off = (wild ? 600 : 40) * -log(draw_unit(seed, DRAW_FIX, d->who, 4 * n + 3));
    struct spot s = whereabouts(m, f->at - lag);
    struct happening h = { .kind = HAPPENED_SEEN, .ticket = NOBODY, .man = d->who };
    h.spot = (struct spot){ s.x + off * cos(angle), s.y + off * sin(angle) };
    h.spot_at = f->at - lag;
    f->policy->tell(f->self, &h);
    later(f, f->at + (m->reach_at != NEVER ? FIX_MOVING_S : FIX_STILL_S) * SECONDS, DUE_FIX, d->who,
          0);
}

/* ---- tickets */

static void
report(struct field *f, const struct due *d)
{
    f->jobs[d->who].stage = JOB_WAITING;
    if (drawn(f, d->who)->cancel_at != NEVER)
        later(f, drawn(f, d->who)->cancel_at, DUE_CANCEL, d->who, 0);
    tell(f, HAPPENED_REPORT, d->who, NOBODY);
}

static void
cancel(struct field *f, const struct due *d)
{
    struct job_now *j = &f->jobs[d->who];
    uint32_t man = j->man;
    if (j->stage > JOB_TRAVEL) /* somebody is there, or was */
        return;
    end(f, d->who, JOB_CANCELLED);
    tell(f, HAPPENED_CANCEL, d->who, man);
}

static void
answer(struct field *f, const struct due *d)
{
    struct job_now *j = &f->jobs[d->who];
    if (j->stage != JOB_OFFERED || j->offers != d->serial)
        return;
    uint32_t i = j->man;
    struct man_now *m = &f->men[i];
    bool full = m->bag_count == FIELD_BAG;
    f->broken[BROKEN_CAPACITY] += full;
    if (full || draw_unit(f->city->wish.seed, DRAW_ANSWER, drawn(f, d->who)->number, i) < 0.04) {
        let_go(f, d->who);
        j->stage = JOB_WAITING;
        f->declines++;
        tell(f, HAPPENED_DECLINE, d->who, i);
        return;
    }
    m->asked--;
    j->stage = JOB_ACCEPTED;
    m->bag[m->bag_count++] = d->who;
    tell(f, HAPPENED_ACCEPT, d->who, i);
    f->broken[BROKEN_CAPACITY] += m->bag_count + (m->ticket != NOBODY) > 1;
    later(f, f->at > m->pause_until ? f->at : m->pause_until, DUE_NEXT, i, 0);
}

/* ---- what policies do */

static void
remember(struct field *f, uint64_t what, uint32_t ticket, uint32_t man)
{
    uint64_t words[] = { what, (uint64_t)f->at, ticket, man };
    for (size_t i = 0; i < countof(words); i++)
        f->digest = (f->digest ^ words[i]) * 0x100000001b3u;
}

void
field_offer(struct field *f, uint32_t ticket, uint32_t man)
{
    struct job_now *j = &f->jobs[ticket];
    struct man_now *m = &f->men[man];
    const struct ticket_drawn *t = drawn(f, ticket);
    bool busy = m->ticket != NOBODY && m->reach_at == NEVER;
    remember(f, 1, ticket, man);
    f->offers++;
    f->broken[BROKEN_UNQUALIFIED] += !city_qualified(&f->city->men[man], t);
    f->broken[BROKEN_OFF_DUTY] += !city_on_duty(&f->city->men[man], f->at);
    f->broken[BROKEN_CAPACITY] += busy || m->asked > 0;
    if (j->stage != JOB_WAITING) {
        f->broken[BROKEN_TWICE]++;
        return;
    }
    j->stage = JOB_OFFERED;
    j->man = man;
    j->offers++;
    m->asked++;
    double thinks =
        40 * draw_lognormal(f->city->wish.seed, DRAW_ANSWER, t->number, 1u << 30 | man, 0.6);
    instant free_at = f->at > m->pause_until ? f->at : m->pause_until;
    later(f, free_at + (msec)(thinks * (double)SECONDS), DUE_ANSWER, ticket, j->offers);
}

void
field_withdraw(struct field *f, uint32_t ticket)
{
    struct job_now *j = &f->jobs[ticket];
    if (j->man == NOBODY || j->stage > JOB_TRAVEL)
        return;
    remember(f, 2, ticket, j->man);
    f->diverted += j->stage == JOB_TRAVEL;
    let_go(f, ticket);
    j->stage = JOB_WAITING;
}

void
field_decided(struct field *f, int64_t took_ns)
{
    f->decisions_ns =
        grow_array(f->decisions_ns, f->decisions_count, &f->decisions_cap, sizeof(uint32_t));
    f->decisions_ns[f->decisions_count++] = (uint32_t)(took_ns < UINT32_MAX ? took_ns : UINT32_MAX);
}

/* ---- a run */

static void (*const handlers[DUES])(struct field *, const struct due *) = {
    [DUE_REPORT] = report,    [DUE_CANCEL] = cancel,
    [DUE_ANSWER] = answer,    [DUE_NEXT] = look_for_next,
    [DUE_REACH] = reach,      [DUE_CUSTOMER] = customer,
    [DUE_DONE] = done,        [DUE_PAUSE] = pause_begins,
    [DUE_DUTY] = duty_begins, [DUE_FIX] = fix,
};

static void
prepare(struct field *f)
{
    const struct city *c = f->city;
    for (uint32_t i = 0; i < c->tickets_count; i++) {
        f->jobs[i] = (struct job_now){ .man = NOBODY, .arrived_at = NEVER, .ended_at = NEVER };
        later(f, c->tickets[i].created_at, DUE_REPORT, i, 0);
    }
    for (uint32_t i = 0; i < c->men_count; i++) {
        const struct man *m = &c->men[i];
        f->men[i] = (struct man_now){ .ticket = NOBODY, .here = m->home, .reach_at = NEVER };
        f->men[i].paused_on = -1;
        later(f, CITY_BEGIN + m->from_min * MINUTES, DUE_DUTY, i, 0);
        later(f, CITY_BEGIN + m->from_min * MINUTES + i * 5 * SECONDS, DUE_FIX, i, 0);
        later(f, CITY_BEGIN + m->break_min * MINUTES, DUE_PAUSE, i, 0);
        later(f, CITY_BEGIN + (m->break_min + CITY_BREAK_MIN) * MINUTES, DUE_DUTY, i, 0);
    }
}

static void
run(struct field *f)
{
    unsigned still = 0; /* TIMEs without progress */
    while (f->open > 0 && f->at < f->end) {
        instant wanted = f->policy->next(f->self);
        if (wanted < f->dues[0].at) {
            still = wanted > f->at ? 0 : still + 1;
            assert(still < 100000);
            f->at = wanted > f->at ? wanted : f->at;
            tell(f, HAPPENED_TIME, NOBODY, NOBODY);
            continue;
        }
        struct due d = take_first(f);
        f->at = d.at;
        handlers[d.kind](f, &d);
    }
    f->broken[BROKEN_STARVED] += f->open;
}

struct field *
field_play(const struct city *c, const struct policy *p)
{
    struct field *f = zalloc(sizeof(*f));
    f->city = c;
    f->policy = p;
    f->at = CITY_BEGIN;
    f->end = CITY_BEGIN + c->wish.days * DAYS + STARVED_AFTER_MS;
    f->open = c->tickets_count;
    f->jobs = zalloc((c->tickets_count + 1) * sizeof(*f->jobs));
    f->men = zalloc(c->men_count * sizeof(*f->men));
    f->self = p->open(f);
    prepare(f);
    run(f);
    p->close(f->self);
    f->self = NULL;
    return f;
}

void
field_free(struct field *f)
{
    if (f == NULL)
        return;
    free(f->jobs);
    free(f->men);
    free(f->dues);
    free(f->decisions_ns);
    free(f);
}
