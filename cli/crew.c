/* crew.c - people in a period that is played again: each answers, sets out, arrives and is done in
 * his own time. One job at a time, the severest first, then the oldest; nobody declines. */
#include "cli/rerun.h"

#include "workers/core/duty.h"

/* For whom the log says nothing. */
#define ACCEPTS_MS   (60 * SECONDS)
#define DEPARTS_MS   (2 * MINUTES)
#define DELIVERED_MS (5 * SECONDS)

static void
next_duty(struct rerun *r, struct rerun_man *m)
{
    instant next = duty_next(m->rule, r->at);
    if (next < r->end)
        rerun_later(r, next, DUE_DUTY)->man = m;
}

void
crew_begin(struct rerun *r)
{
    for (size_t t = 0; t < r->wish.count; t++)
        r->men_count += r->wish.rules[t]->engineers_count;
    r->men = zalloc((r->men_count + 1) * sizeof(*r->men));
    struct rerun_man *m = r->men;
    for (size_t t = 0; t < r->wish.count; t++)
        for (size_t i = 0; i < r->wish.rules[t]->engineers_count; i++, m++) {
            m->rule = &r->wish.rules[t]->engineers[i];
            m->territory = t;
            m->here = m->rule->home;
            m->accepts = past_accepts(r->past, m->rule->id, ACCEPTS_MS);
            m->departs = past_departs(r->past, m->rule->id, DEPARTS_MS);
            map_put(&r->by_name, &m->rule->id, m);
            next_duty(r, m);
        }
}

void
crew_fini(struct rerun *r)
{
    for (size_t i = 0; i < r->men_count; i++)
        free(r->men[i].bag);
    free(r->men);
}

static void
say(struct rerun *r, struct rerun_job *j, enum verb v)
{
    rerun_say(r, j, v, principal_of(j->man->rule->id), ROLE_ENGINEER);
}

static void
look_around(struct rerun *r, struct rerun_man *m)
{
    rerun_later(r, r->at + m->departs, DUE_LEAVE)->man = m;
}

/* ---- offers */

void
crew_asked(struct rerun *r, struct rerun_job *j, struct rerun_man *m)
{
    j->man = m;
    j->serial++;
    struct due *d = rerun_later(r, r->at + m->accepts, DUE_ACCEPT);
    d->job = j;
    d->serial = j->serial;
}

static void
accept(struct rerun *r, const struct due *d)
{
    struct rerun_job *j = d->job;
    struct rerun_man *m = j->man;
    if (m == NULL || j->serial != d->serial)
        return;
    say(r, j, VERB_ACCEPT);
    if (j->man != m || j->state != TICKET_ACCEPTED)
        return;
    m->bag = grow_array(m->bag, m->bag_count, &m->bag_cap, sizeof(struct rerun_job *));
    m->bag[m->bag_count++] = j;
    struct due *told = rerun_later(r, r->at + past_delivered(r->past, DELIVERED_MS), DUE_DELIVERED);
    told->job = j;
    told->serial = j->serial;
    look_around(r, m);
}

static void
delivered(struct rerun *r, const struct due *d)
{
    struct rerun_job *j = d->job;
    if (j->man != NULL && j->serial == d->serial)
        rerun_say(r, j, VERB_DELIVERED, j->report->event.report.gateway, ROLE_GATEWAY);
}

/* ---- the way and the work */

static void
put_away(struct rerun_man *m, const struct rerun_job *j)
{
    for (size_t i = 0; i < m->bag_count; i++)
        if (m->bag[i] == j) {
            m->bag_count--;
            memmove(&m->bag[i], &m->bag[i + 1], (m->bag_count - i) * sizeof(m->bag[0]));
            return;
        }
}

/* As much of the trip as he has made. */
static void
end_trip(struct rerun *r, struct rerun_man *m)
{
    msec whole = m->reach_at - m->left_at, made = r->at - m->left_at;
    struct rerun_job *j = m->job;
    m->travels = false;
    j->travel_ms += made;
    j->travel_m += whole > 0 ? m->metres * made / whole : 0;
    m->travel_ms += j->counted ? made : 0;
}

void
crew_let_go(struct rerun *r, struct rerun_job *j)
{
    struct rerun_man *m = j->man;
    if (m == NULL)
        return;
    put_away(m, j);
    j->man = NULL;
    j->serial++;
    if (m->job != j)
        return;
    if (m->travels)
        end_trip(r, m);
    m->job = NULL;
    m->serial++;
    look_around(r, m);
}

static void
work(struct rerun *r, struct rerun_man *m)
{
    const struct past_report *report = m->job->report;
    const struct engineer_id nobody = { { 0 } };
    msec takes = report->work_ms > 0 ? report->work_ms
                                     : ask_service(r->wish.truths[report->territory],
                                                   report->event.report.category, nobody);
    struct due *d = rerun_later(r, r->at + takes, DUE_SOLVE);
    d->man = m;
    d->serial = m->serial;
    m->work_ms += m->job->counted ? takes : 0;
}

static struct place
place_of(const struct rerun_job *j)
{
    return j->report->event.report.place;
}

static void
set_out(struct rerun *r, struct rerun_man *m)
{
    struct rerun_job *j = m->job;
    msec takes =
        ask_travel(r->wish.truths[j->report->territory], m->here, place_of(j), r->at, &m->metres);
    m->travels = true;
    m->left_at = r->at;
    m->reach_at = r->at + (takes > 0 ? takes : 1);
    struct due *d = rerun_later(r, m->reach_at, DUE_REACH);
    d->man = m;
    d->serial = m->serial;
    say(r, j, VERB_DEPART);
}

/* Of the severest the one that was reported first. */
static struct rerun_job *
most_urgent(const struct rerun_man *m)
{
    struct rerun_job *best = m->bag[0];
    for (size_t i = 1; i < m->bag_count; i++)
        if (m->bag[i]->level > best->level || (m->bag[i]->level == best->level && m->bag[i] < best))
            best = m->bag[i];
    return best;
}

static void
leave(struct rerun *r, const struct due *d)
{
    struct rerun_man *m = d->man;
    if (m->job != NULL || m->bag_count == 0)
        return;
    m->job = most_urgent(m);
    m->serial++;
    put_away(m, m->job);
    if (!m->job->report->remote) {
        set_out(r, m);
        return;
    }
    work(r, m);
    say(r, m->job, VERB_WORK);
}

static void
reach(struct rerun *r, const struct due *d)
{
    struct rerun_man *m = d->man;
    struct rerun_job *j = m->job;
    if (m->serial != d->serial)
        return;
    end_trip(r, m);
    if (place_known(place_of(j)))
        m->here = place_of(j);
    j->arrived_at = r->at;
    work(r, m);
    say(r, j, VERB_ARRIVE); /* before his place, by which alone he could still be turned back */
    rerun_place(r, m);
}

static void
solve(struct rerun *r, const struct due *d)
{
    if (d->man->serial == d->serial)
        say(r, d->man->job, VERB_RESOLVE);
}

/* The shift begins at home, unless he is still at work. */
static void
duty(struct rerun *r, const struct due *d)
{
    struct rerun_man *m = d->man;
    next_duty(r, m);
    if (m->job != NULL || m->bag_count > 0)
        return;
    m->here = m->rule->home;
    rerun_place(r, m);
}

void (*const crew_dues[DUES])(struct rerun *r, const struct due *d) = {
    [DUE_ACCEPT] = accept, [DUE_DELIVERED] = delivered, [DUE_LEAVE] = leave,
    [DUE_REACH] = reach,   [DUE_SOLVE] = solve,         [DUE_DUTY] = duty,
};
