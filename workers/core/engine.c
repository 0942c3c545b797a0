/* engine.c - one territory: event in, effects out. One handler a kind; what they have in common
 * at an event's end is here: what waits is matched with who is free, everybody is told of what
 * changed, timers are set, tickets that are over leave. */
#include "workers/core/place.h"
#include "workers/core/state.h"

struct engine *
engine_new(struct territory_id id, struct incarnation incarnation, const struct rules *rules)
{
    struct engine *e = zalloc(sizeof(*e));
    assert(rules != NULL && rules->levels_count > 0 && rules->levels_count <= LEVELS_MAX);
    e->id = id;
    e->incarnation = incarnation;
    engine_knows(e, rules);
    e->rules = rules;
    map_init(&e->jobs, sizeof(struct ticket_id));
    marks_init(&e->marks, incarnation);
    roster_init(&e->roster, rules);
    roster_shifts(&e->roster, e->at);
    job_list(e);
    return e;
}

void
engine_free(struct engine *e)
{
    if (e == NULL)
        return;
    struct job *j;
    for (size_t i = 0; i < e->dirty.count; i++)
        if (e->dirty.list[i]->over)
            job_free(e->dirty.list[i]);
    for (size_t i = 0; (j = map_next(&e->jobs, &i)) != NULL;)
        job_free(j);
    job_unlist(e);
    map_fini(&e->jobs);
    known_fini(&e->known);
    marks_fini(&e->marks);
    roster_fini(&e->roster);
    learned_fini(&e->learned);
    buf_fini(&e->scratch);
    free(e->editions);
    free(e->outlets);
    free(e->pages.list);
    free(e->touched.list);
    free(e->booked.list);
    free(e->dirty.list);
    free(e->freed);
    free(e);
}

static void
places_apply(struct engine *e, const struct event *ev)
{
    for (size_t i = 0; i < ev->places.count; i++) {
        const struct position *p = &ev->places.list[i];
        struct engineer *x = roster_find(&e->roster, p->engineer);
        struct place place = place_checked(p->place);
        instant at = p->at < 0 ? 0 : p->at > e->at ? e->at : p->at;
        if (x == NULL || !place_known(place) || (place_known(x->place) && at <= x->place_at))
            continue;
        x->place = place;
        x->place_at = at;
        roster_mark(&e->roster, x);
        board_changed(e, x);
    }
}

/* Is it about a message? The shell also speaks to the dispatchers by this kind, of itself. */
static bool
names_a_message(const struct event *ev)
{
    return !no_name(ev->poison.who) || ev->poison.event.counter != 0 ||
           !same_id(ev->poison.report, (struct report_id){ 0 });
}

static void
poison_apply(struct engine *e, const struct event *ev)
{
    if (names_a_message(ev)) {
        struct outcome *o = post_outcome(e, OUTCOME_QUARANTINED, (struct ticket_id){ 0 });
        o->report = ev->poison.report;
        o->event = ev->poison.event;
        o->who = ev->poison.who;
    }
    struct update *u = post_new(e, UPDATE_QUARANTINED, ev->poison.who);
    if (u != NULL) {
        u->report = ev->poison.report;
        u->event = ev->poison.event;
        u->why = post_words(e, ev->poison.why);
    }
    u = post_new(e, UPDATE_ALARM, WATCH);
    u->report = ev->poison.report;
    u->why = post_words(e, ev->poison.why);
}

static void (*const handlers[EVENT_KINDS])(struct engine *, const struct event *) = {
    [EVENT_FOUND] = plan_apply,    [EVENT_REPORT] = report_apply, [EVENT_VERB] = act_apply,
    [EVENT_TIME] = timer_apply,    [EVENT_PLAN] = plan_apply,     [EVENT_PLACES] = places_apply,
    [EVENT_ASSIST] = assist_apply, [EVENT_POISON] = poison_apply, [EVENT_PROPOSE] = propose_apply,
};

/* The job is told of, timed, and let go if it is over. */
static void
conclude(struct engine *e, struct job *j)
{
    if (!j->over)
        pager_correct(e, j);
    if (j->show)
        post_changed(e, j);
    j->touched = j->show = j->tell = j->moved = false;
    if (j->over) { /* settled: it leaves */
        job_leave(e, j);
        known_end(&e->known, j->t.id, j->t.state);
        map_del(&e->jobs, &j->t.id);
    } else {
        timer_set(e, j);
    }
}

void
engine_apply(struct engine *e, const struct event *ev, struct effects *fx)
{
    assert((unsigned)ev->kind < EVENT_KINDS && ev->at <= INSTANT_MAX);
    if (ev->at > e->at)
        e->at = ev->at;
    e->fx = fx;
    e->meta_dirty = true;
    learned_now(&e->learned, e->at);
    board_hour(e);
    handlers[ev->kind](e, ev);
    board_settle(e, SLICE);
    waiters_tell(e);
    pager_flush(e);
    for (size_t i = 0; i < e->touched.count; i++)
        conclude(e, e->touched.list[i]);
    e->touched.count = 0;
    e->fx = NULL;
}

instant
engine_next(const struct engine *e)
{
    instant next = NEVER;
    if (e->marks.untold_left > 0)
        return e->at;
    struct heap_at *first = heap_first(&e->timers);
    if (first != NULL)
        next = container_of(first, struct job, timer)->due;
    if (pager_next(e) < next)
        next = pager_next(e);
    instant board = board_next(e);
    return board < next ? board : next;
}

bool
engine_each(const struct engine *e, size_t *at, struct engine_look *out)
{
    const struct job *j = map_next(&e->jobs, at);
    if (j != NULL)
        *out = (struct engine_look){ &j->t, job_rules(e, j) };
    return j != NULL;
}

instant
engine_at(const struct engine *e)
{
    return e->at;
}

void
engine_knows(struct engine *e, const struct rules *rules)
{
    for (size_t i = 0; i < e->editions_count; i++)
        if (e->editions[i]->version == rules->version) {
            e->editions[i] = rules;
            return;
        }
    e->editions =
        grow_array(e->editions, e->editions_count, &e->editions_cap, sizeof(*e->editions));
    e->editions[e->editions_count++] = rules;
}

bool
engine_lives_by(const struct engine *e, uint32_t version)
{
    for (size_t i = 0; i < e->editions_count; i++)
        if (e->editions[i]->version == version)
            return true;
    return false;
}

void
engine_forget(struct engine *e)
{
    const struct job *j;
    struct map used;
    map_init(&used, sizeof(uint32_t));
    map_put(&used, &e->rules->version, e);
    for (size_t i = 0; (j = map_next(&e->jobs, &i)) != NULL;)
        map_put(&used, &j->t.plan, e);
    size_t kept = 0;
    for (size_t i = 0; i < e->editions_count; i++)
        if (map_get(&used, &e->editions[i]->version) != NULL)
            e->editions[kept++] = e->editions[i];
    e->editions_count = kept;
    map_fini(&used);
}

uint32_t
engine_wants(const struct engine *e, uint32_t after)
{
    const struct job *j;
    uint32_t least = 0;
    for (size_t i = 0; (j = map_next(&e->jobs, &i)) != NULL;)
        if (j->t.plan > after && !engine_lives_by(e, j->t.plan) &&
            (least == 0 || j->t.plan < least))
            least = j->t.plan;
    return least;
}

uint32_t
engine_plan(const struct engine *e)
{
    return e->plan;
}

void
engine_stats(const struct engine *e, struct engine_stats *out)
{
    *out = (struct engine_stats){
        .reports_known = e->known.count,
        .engineers = e->roster.count,
        .principals = e->marks.parties.count,
    };
    for (size_t i = 0; i < TICKET_STATES; i++)
        out->by_state[i] = e->by_state[i] + e->known.ended[i];
}
