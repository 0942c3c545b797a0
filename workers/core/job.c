/* job.c - open tickets and the indexes over them: queue, repeats, timers, loads. What is indexed
 * follows from the records alone, so that a reloaded engine goes on like one that never stopped. */
#include "workers/core/duty.h"
#include "workers/core/state.h"

/* Where a repeat is looked for: site, else coordinates rounded to 1e-4 degree (some 11 m); and
 * the category. A site id never begins with a zero byte, so the two cannot meet. */
struct spot {
    char place[32];
    struct category_id category;
};

static int32_t
rounded(int32_t e7)
{
    return (e7 + (e7 < 0 ? -500 : 500)) / 1000;
}

/* false: the place is not known, so nothing repeats it. */
static bool
spot_of(struct spot *s, struct site_id site, struct place p, struct category_id category)
{
    *s = (struct spot){ .category = category };
    if (!no_name(site)) {
        memcpy(s->place, site.s, sizeof(s->place));
        return true;
    }
    if (!place_known(p))
        return false;
    int32_t cell[2] = { rounded(p.lat_e7), rounded(p.lon_e7) };
    memcpy(s->place + 1, cell, sizeof(cell));
    s->place[1 + sizeof(cell)] = 1;
    return true;
}

/* The jobs of a spot form a list, the newest first. */
static void
repeats_add(struct engine *e, struct job *j)
{
    struct spot s;
    if (!spot_of(&s, j->t.site, j->t.place, j->t.category))
        return;
    j->repeatable = true;
    struct job *head = map_get(&e->repeats, &s);
    if (head == NULL || queue_order(&head->wait, &j->wait) < 0) {
        j->older = head;
        map_put(&e->repeats, &s, j);
        return;
    }
    while (head->older != NULL && queue_order(&head->older->wait, &j->wait) > 0)
        head = head->older;
    j->older = head->older;
    head->older = j;
}

static void
repeats_del(struct engine *e, struct job *j)
{
    struct spot s;
    bool known = spot_of(&s, j->t.site, j->t.place, j->t.category);
    assert(known);
    struct job *head = map_get(&e->repeats, &s);
    if (head != j) {
        while (head->older != j)
            head = head->older;
        head->older = j->older;
    } else if (j->older != NULL) {
        map_put(&e->repeats, &s, j->older);
    } else {
        map_del(&e->repeats, &s);
    }
    j->older = NULL;
    j->repeatable = false;
}

struct job *
job_repeated(const struct engine *e, const struct report *r, struct category_id c)
{
    struct spot s;
    if (!spot_of(&s, r->site, r->place, c))
        return NULL;
    for (struct job *j = map_get(&e->repeats, &s); j != NULL; j = j->older) {
        if (same_id(j->t.id, r->follows)) /* the customer says that it is another one */
            continue;
        msec apart = j->t.occurred_at - r->occurred_at;
        bool near = (apart < 0 ? -apart : apart) <= e->rules->repeat_ms;
        if (wait_recurs(e, j, r->occurred_at) || (near && e->rules->repeat_ms > 0))
            return j;
    }
    return NULL;
}

struct job *
job_new(struct engine *e, struct ticket_id id)
{
    struct job *j = zalloc(sizeof(*j));
    ticket_init(&j->t, e->at);
    j->t.id = id;
    j->due = NEVER;
    struct job *was = map_put(&e->jobs, &id, j);
    assert(was == NULL);
    return j;
}

struct job *
job_find(const struct engine *e, struct ticket_id id)
{
    return map_get(&e->jobs, &id);
}

void
job_free(struct job *j)
{
    ticket_fini(&j->t);
    free(j);
}

static void
push(struct jobs *l, struct job *j)
{
    l->list = grow_array(l->list, l->count, &l->cap, sizeof(struct job *));
    l->list[l->count++] = j;
}

void
job_touch(struct engine *e, struct job *j)
{
    if (!j->touched)
        push(&e->touched, j);
    j->touched = true;
    if (!j->dirty)
        push(&e->dirty, j);
    j->dirty = true;
}

void
job_show(struct engine *e, struct job *j)
{
    j->show = true;
    job_touch(e, j);
}

const struct rules *
job_rules(const struct engine *e, const struct job *j)
{
    for (size_t i = e->editions_count; i-- > 0;)
        if (e->editions[i]->version == j->t.plan)
            return e->editions[i];
    return e->rules;
}

const struct level *
job_level(const struct engine *e, const struct job *j)
{
    const struct rules *r = job_rules(e, j);
    size_t last = r->levels_count - 1;
    return &r->levels[j->t.level < last ? j->t.level : last];
}

const struct contract *
job_contract(const struct engine *e, const struct job *j)
{
    const struct rules *r = job_rules(e, j);
    return &r->contracts[j->t.contract < r->contracts_count ? j->t.contract : 0];
}

struct engineer *
job_holder(const struct engine *e, const struct job *j)
{
    if (!life_is_held(j->t.state) || !no_name(j->t.home))
        return NULL;
    return roster_find(&e->roster, j->t.engineer);
}

bool
job_is_gone(const struct engine *e, const struct job *j)
{
    return life_is_held(j->t.state) && no_name(j->t.home) && !no_name(j->t.engineer) &&
           roster_find(&e->roster, j->t.engineer) == NULL;
}

/* Has he the skills and the will, whatever his hours? */
static bool
is_willing(const struct engine *e, const struct job *j, const struct engineer *x)
{
    const struct refuser *r =
        j->t.refusers_count == 0 ? NULL : ticket_refuser(&j->t, x->rule->id, e->at);
    return r == NULL || r->missed;
}

bool
job_may_be_ours(const struct engine *e, const struct job *j)
{
    const struct slot *s = &e->roster.slots[j->slot];
    if (pin_engineer(e, j) != NULL)
        return true;
    for (size_t i = 0; i < s->qualified_count; i++)
        if (is_willing(e, j, &e->roster.list[s->qualified[i]]))
            return true;
    return false;
}

bool
job_is_ours(const struct engine *e, const struct job *j)
{
    const struct slot *s = &e->roster.slots[j->slot];
    if (pin_engineer(e, j) != NULL)
        return true;
    for (size_t i = 0; i < s->qualified_count; i++) {
        const struct engineer *x = &e->roster.list[s->qualified[i]];
        if (is_willing(e, j, x) && duty_is_on(x->rule, e->at))
            return true;
    }
    return false;
}

/* When half of the time has gone in which somebody is to be there, or it is to work again. */
enum { PRESSED_PCT = 50 };

instant
job_pressed_at(const struct engine *e, const struct job *j)
{
    if (pin_engineer(e, j) != NULL || e->rules->neighbours_count == 0)
        return NEVER;
    const struct contract *k = job_contract(e, j);
    instant arrival = clock_share(CLOCK_ARRIVAL, &j->t.course, k, j->t.level, PRESSED_PCT);
    instant restored = clock_share(CLOCK_RESTORATION, &j->t.course, k, j->t.level, PRESSED_PCT);
    return arrival < restored ? arrival : restored;
}

bool
job_is_for_all(const struct engine *e, const struct job *j)
{
    return !job_is_ours(e, j) || job_pressed_at(e, j) <= e->at;
}

void
job_enter(struct engine *e, struct job *j)
{
    e->by_state[j->t.state]++;
    j->wait.received_at = j->t.course.received_at;
    j->wait.id = j->t.id;
    if (j->t.state == TICKET_QUEUED) {
        queue_add(&e->queue, j->slot, j->t.level, &j->wait);
        j->waiting = true;
        visit_enter(e, j);
        board_enter(e, j);
    }
    if (j->t.state < TICKET_RESOLVED && !j->repeatable)
        repeats_add(e, j);
    if (j->t.state >= TICKET_RESOLVED && j->repeatable)
        repeats_del(e, j);
}

void
job_leave(struct engine *e, struct job *j)
{
    e->by_state[j->t.state]--;
    if (j->waiting)
        queue_del(&e->queue, j->slot, j->t.level, &j->wait);
    visit_leave(e, j);
    board_leave(e, j);
    j->waiting = false;
}

static bool
timer_before(const struct heap_at *a, const struct heap_at *b)
{
    const struct job *x = container_of(a, struct job, timer),
                     *y = container_of(b, struct job, timer);
    if (x->due != y->due)
        return x->due < y->due;
    return memcmp(&x->t.id, &y->t.id, sizeof(x->t.id)) < 0;
}

void
job_list(struct engine *e)
{
    queue_init(&e->queue, e->roster.slots_count, LEVELS_MAX);
    map_init(&e->repeats, sizeof(struct spot));
    heap_init(&e->timers, timer_before);
    memset(e->by_state, 0, sizeof(e->by_state));
    links_list(e);
    visit_list(e);
    board_init(e);
    struct job *j;
    for (size_t i = 0; (j = map_next(&e->jobs, &i)) != NULL;) {
        j->waiting = j->repeatable = j->lined = j->fresh = false;
        j->place = j->pin_place = j->ride = j->booked = 0;
        j->row = 0;
        j->holder = NULL;
        j->older = NULL;
        j->timer.place = 0;
        j->slot = roster_slot(&e->roster, j->t.category);
        job_enter(e, j);
        carry_count(e, j);
        timer_set(e, j);
    }
}

void
job_unlist(struct engine *e)
{
    board_fini(e);
    queue_fini(&e->queue);
    map_fini(&e->repeats);
    heap_fini(&e->timers);
    free(e->bursts);
}
