/* board.c - the windows, and what an event's end does with them. */
#include "workers/core/board.h"

#include "workers/core/cover.h"
#include "workers/core/duty.h"
#include "workers/core/state.h"

void
board_hour(struct engine *e)
{
    struct board *b = &e->board;
    if (b->hour == e->learned.hour)
        return;
    b->hour = e->learned.hour;
    b->warm = false;
    memset(b->services, 0, e->roster.slots_count * e->roster.count * sizeof(*b->services));
}

/* ---- the line and its windows */

void
board_init(struct engine *e)
{
    struct board *b = &e->board;
    size_t slots = e->roster.slots_count;
    assert(e->rules->matching.candidates > 0);
    *b = (struct board){ .tick = NEVER, .depth = SEATS_LATER + 1 };
    queue_init(&b->line, slots, 1);
    b->windows = zalloc(slots * sizeof(*b->windows));
    b->services = zalloc((slots * e->roster.count + 1) * sizeof(*b->services));
    b->staffings = zalloc((slots + 1) * sizeof(*b->staffings));
    b->stances = zalloc((e->roster.count + 1) * sizeof(*b->stances));
    b->width = BOARD_ROWS / slots;
    if (b->width < BOARD_WIDTH_LEAST)
        b->width = BOARD_WIDTH_LEAST;
    for (size_t i = 0; i < slots; i++) {
        struct slot *s = &e->roster.slots[i];
        if (s->category != NULL)
            s->rarity = cost_rarity(&e->roster, s->category->needs, s->category->needs_count);
    }
    for (size_t i = 0; i < e->roster.count; i++) {
        struct engineer *x = &e->roster.list[i];
        x->rarity = cost_rarity(&e->roster, x->rule->skills, x->rule->skills_count);
        x->seats = (struct seats){ .stale = true };
        if (x->rule->capacity > b->depth)
            b->depth = x->rule->capacity;
    }
}

void
board_fini(struct engine *e)
{
    struct board *b = &e->board;
    for (size_t i = 0; i < e->roster.slots_count; i++)
        free(b->windows[i].list);
    for (size_t i = 0; i < b->rows_cap; i++)
        free(b->rows[i].near);
    queue_fini(&b->line);
    free(b->windows);
    free(b->services);
    free(b->staffings);
    free(b->stances);
    free(b->pins);
    free(b->riders);
    free(b->fresh);
    free(b->changed);
    assign_free(b->assign);
    free(b->rows);
    free(b->owners);
    free(b->rated);
    free(b->edges);
    free(b->chances);
    *b = (struct board){ 0 };
}

/* Is there anybody whose will he could have? By the record alone: what time alone changes, its
 * timer takes out of the record. */
static bool
is_wanted(const struct engine *e, const struct job *j)
{
    const struct slot *s = &e->roster.slots[j->slot];
    if (j->t.refusers_count == 0)
        return s->qualified_count > 0;
    for (size_t i = 0; i < s->qualified_count; i++) {
        const struct engineer *x = &e->roster.list[s->qualified[i]];
        const struct refuser *r = ticket_refuser(&j->t, x->rule->id, -INSTANT_MAX);
        if (r == NULL || r->missed)
            return true;
    }
    return false;
}

void
board_fresh(struct engine *e, struct job *j)
{
    struct board *b = &e->board;
    if (j->fresh)
        return;
    b->fresh = grow_array(b->fresh, b->fresh_count, &b->fresh_cap, sizeof(*b->fresh));
    b->fresh[b->fresh_count++] = j;
    j->fresh = true;
}

static void
window_add(struct engine *e, struct window *w, struct job *j)
{
    struct board *b = &e->board;
    w->list = grow_array(w->list, w->count, &w->cap, sizeof(*w->list));
    j->place = ++w->count;
    w->list[j->place - 1] = j;
    b->waiting++;
    board_fresh(e, j);
}

static void
window_del(struct engine *e, struct window *w, struct job *j)
{
    struct job *other = w->list[--w->count];
    w->list[j->place - 1] = other;
    other->place = j->place;
    j->place = 0;
    e->board.waiting--;
    edges_drop(e, j);
}

static void
pins_add(struct board *b, struct job *j)
{
    b->pins = grow_array(b->pins, b->pins_count, &b->pins_cap, sizeof(*b->pins));
    b->pins[b->pins_count++] = j;
    j->pin_place = b->pins_count;
    b->repinned = true;
}

static void
pins_del(struct board *b, struct job *j)
{
    struct job *other = b->pins[--b->pins_count];
    b->pins[j->pin_place - 1] = other;
    other->pin_place = j->pin_place;
    j->pin_place = 0;
}

void
board_enter(struct engine *e, struct job *j)
{
    struct board *b = &e->board;
    if (visit_waits(j))
        return;
    if (pin_engineer(e, j) != NULL) {
        pins_add(b, j);
        return;
    }
    struct window *w = &b->windows[j->slot];
    if (j->lined || !is_wanted(e, j))
        return;
    j->line.received_at = j->t.course.received_at - AGEING_MS * j->t.level;
    j->line.id = j->t.id;
    queue_add(&b->line, j->slot, 0, &j->line);
    j->lined = true;
    bool first = w->last == NULL || queue_order(&j->line, w->last) < 0;
    if (w->count == b->width) {
        if (!first)
            return;
        struct job *out = container_of(w->last, struct job, line);
        w->last = queue_prev(&b->line, j->slot, 0, w->last);
        window_del(e, w, out);
    } else if (!first || w->last == NULL) {
        w->last = &j->line;
    }
    window_add(e, w, j);
}

void
board_leave(struct engine *e, struct job *j)
{
    struct board *b = &e->board;
    struct window *w = &b->windows[j->slot];
    if (j->pin_place > 0)
        pins_del(b, j);
    if (!j->lined) {
        edges_drop(e, j); /* somebody was on his way */
        return;
    }
    j->lined = false;
    if (j->place > 0) {
        struct queue_at *next = queue_next(&b->line, j->slot, 0, w->last);
        window_del(e, w, j);
        if (w->last == &j->line)
            w->last = queue_prev(&b->line, j->slot, 0, w->last);
        if (next != NULL) {
            w->last = next;
            window_add(e, w, container_of(next, struct job, line));
        }
    }
    queue_del(&b->line, j->slot, 0, &j->line);
}

void
board_changed(struct engine *e, struct engineer *x)
{
    struct board *b = &e->board;
    x->seats.stale = true;
    if (x->seats.listed)
        return;
    b->changed = grow_array(b->changed, b->changed_count, &b->changed_cap, sizeof(*b->changed));
    b->changed[b->changed_count++] = x;
    x->seats.listed = true;
}

bool
board_diverts(const struct engine *e, const struct job *j)
{
    return e->rules->matching.divert >> j->t.level & 1;
}

/* Does anybody wait who may turn somebody back? */
static bool
is_riding(const struct engine *e)
{
    const struct board *b = &e->board;
    for (size_t c = 0; e->rules->matching.divert != 0 && c < e->roster.slots_count; c++)
        for (size_t i = 0; i < b->windows[c].count; i++)
            if (board_diverts(e, b->windows[c].list[i]))
                return true;
    return false;
}

static bool
rides(struct engine *e, const struct job *j)
{
    struct engineer *x = j->t.state == TICKET_EN_ROUTE ? job_holder(e, j) : NULL;
    return x != NULL && e->board.riding && seat_look(e, x)->rider == j;
}

/* A ticket that something has happened to. */
static void
review(struct engine *e, struct job *j)
{
    bool wanted = j->waiting && !visit_waits(j) && j->pin_place == 0 && is_wanted(e, j);
    if (j->lined && !wanted)
        board_leave(e, j);
    else if (!j->lined && wanted)
        board_enter(e, j);
    if (j->place > 0 || rides(e, j))
        board_fresh(e, j);
    else
        edges_drop(e, j);
}

/* ---- who gets what */

/* Unless his duty has ended within this minute. */
static void
chance(struct engine *e, struct job *j, struct engineer *x, size_t seat)
{
    struct board *b = &e->board;
    uint64_t key;
    if (!duty_is_on(x->rule, e->at))
        return;
    memcpy(&key, j->t.id.b, sizeof(key));
    b->chances = grow_array(b->chances, b->chances_count, &b->chances_cap, sizeof(*b->chances));
    bool turns = seat < x->seats.turn;
    b->chances[b->chances_count++] = (struct chance){ key, j, x, seat, turns };
}

static struct job *
only(const struct engine *e)
{
    const struct board *b = &e->board;
    if (b->fresh_count > 0 && b->fresh[0]->place > 0)
        return b->fresh[0];
    size_t c = 0;
    while (b->windows[c].count == 0)
        c++;
    return b->windows[c].list[0];
}

static void
settled(struct board *b)
{
    for (size_t i = 0; i < b->fresh_count; i++)
        b->fresh[i]->fresh = false;
    for (size_t i = 0; i < b->changed_count; i++)
        b->changed[i]->seats.listed = false;
    b->fresh_count = b->changed_count = 0;
}

static void
match_one(struct engine *e)
{
    struct job *j = only(e);
    struct wish w = match_wish(e, j);
    struct board *b = &e->board;
    match_look(&w, &b->choice);
    struct engineer *best = b->choice.best;
    if (best != NULL && best->seats.now > 0 && b->choice.least < w.defer)
        chance(e, j, best, best->seats.turn);
    b->looked = true;
}

/* Nobody asks what the matching would be; what has changed looks for its row later. */
static void
rest(struct engine *e)
{
    struct board *b = &e->board;
    b->live = false;
    for (size_t i = 0; i < b->fresh_count; i++)
        edges_drop(e, b->fresh[i]);
}

/* All rows anew. */
static void
build(struct engine *e)
{
    struct board *b = &e->board;
    edges_clear(e);
    for (size_t c = 0; c < e->roster.slots_count; c++)
        for (size_t i = 0; i < b->windows[c].count; i++)
            edges_row(e, b->windows[c].list[i], 0);
    for (size_t i = 0; b->riding && i < e->roster.count; i++) {
        struct job *rider = seat_look(e, &e->roster.list[i])->rider;
        if (rider != NULL)
            edges_row(e, rider, 0);
    }
}

/* To whom nobody comes any more. */
static void
dismount(struct engine *e)
{
    struct board *b = &e->board;
    for (size_t i = b->riders_count; i-- > 0;)
        if (!rides(e, b->riders[i]))
            edges_drop(e, b->riders[i]);
}

/* What has changed. */
static void
refresh(struct engine *e)
{
    struct board *b = &e->board;
    if (b->changed_count > 0)
        dismount(e);
    for (size_t i = 0; i < b->changed_count; i++)
        edges_engineer(e, b->changed[i]);
    for (size_t i = 0; b->riding && i < b->changed_count; i++) {
        struct job *rider = seat_look(e, b->changed[i])->rider;
        if (rider != NULL && !edges_has(e, rider))
            edges_row(e, rider, 0);
    }
    for (size_t i = 0; i < b->fresh_count; i++)
        if (b->fresh[i]->place > 0 || rides(e, b->fresh[i]))
            edges_row(e, b->fresh[i], 0);
        else
            edges_drop(e, b->fresh[i]);
}

/* A minute has passed, or for a while nobody asked: rows as of then, and as of now. */
static void
renew(struct engine *e)
{
    struct board *b = &e->board;
    dismount(e);
    edges_renew(e);
    for (size_t c = 0; c < e->roster.slots_count; c++)
        for (size_t i = 0; i < b->windows[c].count; i++)
            if (!edges_has(e, b->windows[c].list[i]))
                board_fresh(e, b->windows[c].list[i]);
    for (size_t i = 0; b->riding && i < e->roster.count; i++) {
        struct job *rider = seat_look(e, &e->roster.list[i])->rider;
        if (rider != NULL && !edges_has(e, rider))
            board_fresh(e, rider);
    }
}

static void
take_chance(struct engine *e, struct job *j)
{
    size_t seat;
    struct engineer *x = edges_taken(e, j, &seat);
    if (x != NULL && seat_is_now(&x->seats, seat) && x->seats.rider != j)
        chance(e, j, x, seat);
}

/* When more than one in so many of all stand otherwise, it is cheaper to begin anew. */
enum { CROWD = 6 };

static void
match_many(struct engine *e)
{
    struct board *b = &e->board;
    bool cold = !b->warm || b->rode != b->riding;
    if (!cold && !b->live) {
        renew(e);
        cold = b->changed_count > e->roster.count / CROWD;
    }
    if (cold)
        build(e);
    else
        refresh(e);
    b->live = true;
    edges_suffice(e);
    for (size_t c = 0; c < e->roster.slots_count; c++)
        for (size_t i = 0; i < b->windows[c].count; i++)
            take_chance(e, b->windows[c].list[i]);
    for (size_t i = 0; i < b->riders_count; i++)
        take_chance(e, b->riders[i]);
}

/* The first by id of the pinned whose engineer has room: before anything is matched. */
static bool
match_pinned(struct engine *e)
{
    struct board *b = &e->board;
    struct job *first = NULL;
    for (size_t i = 0; i < b->pins_count; i++) {
        struct job *j = b->pins[i];
        struct engineer *x = pin_engineer(e, j);
        bool now = seat_look(e, x)->now > 0 && duty_is_on(x->rule, e->at);
        if (now && (first == NULL || memcmp(&j->t.id, &first->t.id, sizeof(j->t.id)) < 0))
            first = j;
    }
    b->repinned = false;
    if (first != NULL)
        chance(e, first, pin_engineer(e, first), pin_engineer(e, first)->seats.turn);
    return first != NULL;
}

/* Brings the matching up to date; what can be offered now is in `chances`. */
static void
match_all(struct engine *e)
{
    struct board *b = &e->board;
    b->chances_count = 0;
    b->looked = false;
    b->riding = is_riding(e);
    if (match_pinned(e))
        return;
    if (b->waiting > 1 || b->riding)
        match_many(e);
    else if (b->waiting == 1)
        match_one(e);
    if (b->waiting < 2 && !b->riding)
        rest(e);
    settled(b);
}

static int
by_key(const void *a, const void *b)
{
    const struct chance *x = a, *y = b;
    if (x->key != y->key)
        return x->key < y->key ? -1 : 1;
    return memcmp(&x->job->t.id, &y->job->t.id, sizeof(x->job->t.id));
}

/* The ticket keeps who was considered, and why this one. */
static void
keep(const struct wish *w, struct choice *choice, const struct chance *c, enum considered_why why)
{
    struct grounds r;
    match_first(w, choice, c->x, why);
    bool fit = match_grounds(w, choice, c->x, c->seat, &r);
    ticket_consider(&c->job->t, choice->list, choice->count, fit ? &r : NULL);
}

/* Makes the offers that were found, in the order of tickets' ids; returns how many. */
static size_t
make_offers(struct engine *e, size_t budget)
{
    struct board *b = &e->board;
    size_t made = 0;
    if (b->chances_count > 1)
        qsort(b->chances, b->chances_count, sizeof(*b->chances), by_key);
    for (; made < b->chances_count && made < budget; made++) {
        struct chance c = b->chances[made];
        struct wish w = match_wish(e, c.job);
        if (!b->looked)
            match_look(&w, &b->choice);
        keep(&w, &b->choice, &c, WHY_CHOSEN);
        if (c.job->t.state == TICKET_EN_ROUTE)
            offer_divert(e, c.job);
        struct job *rider = c.turns ? seat_rider(e, c.x) : NULL;
        if (rider != NULL)
            offer_divert(e, rider);
        offer_make(e, c.job, c.x);
    }
    return made;
}

/* Whom a ticket waits for: x NULL for nobody. */
static struct chance
awaited(struct engine *e, struct job *j, const struct choice *choice)
{
    struct chance c = { .job = j };
    if (j->pin_place > 0)
        c.x = pin_engineer(e, j);
    else if (e->board.live)
        c.x = edges_taken(e, j, &c.seat);
    else
        c.x = choice->best;
    return c;
}

/* Whoever was looked for in this event and has not been found knows why. */
static void
explain(struct engine *e)
{
    struct choice choice;
    for (size_t i = 0; i < e->touched.count; i++) {
        struct job *j = e->touched.list[i];
        bool waits = j->sought && j->t.state == TICKET_QUEUED;
        j->sought = false;
        if (!waits)
            continue;
        struct wish w = match_wish(e, j);
        match_look(&w, &choice);
        struct chance c = awaited(e, j, &choice);
        if (c.x != NULL)
            keep(&w, &choice, &c, WHY_AWAITED);
        else
            ticket_consider(&j->t, choice.list, choice.count, NULL);
    }
}

/* ---- looking again */

/* Could anybody take something now who does not? */
static bool
is_choosing(const struct engine *e)
{
    const struct board *b = &e->board;
    struct suitor s;
    if (b->riding && b->riders_count > 0) /* somebody on his way will come nearer */
        return true;
    for (size_t c = 0; b->waiting > 0 && c < e->roster.slots_count; c++) {
        const struct window *w = &b->windows[c];
        const struct slot *slot = &e->roster.slots[c];
        for (size_t k = 0; w->count > 0 && k < slot->qualified_count; k++) {
            struct engineer *x = &e->roster.list[slot->qualified[k]];
            if (seat_look(e, x)->now == 0)
                continue;
            for (size_t i = 0; i < w->count; i++) {
                struct wish wish = match_wish(e, w->list[i]);
                if (fits(match_fit(&wish, x, &s)))
                    return true;
            }
        }
    }
    return false;
}

instant
board_next(const struct engine *e)
{
    const struct engineer *x = roster_shift(&e->roster);
    instant next = NEVER;
    if (e->board.pending)
        return e->at;
    if (e->board.choosing)
        next = instant_after(seat_tick(e->at), SEAT_TICK);
    if (e->queue.count == 0 || x == NULL || x->shift_at >= next)
        return next;
    return seat_tick(x->shift_at + SEAT_TICK - 1);
}

/* Those whose duty has begun. */
static void
duties(struct engine *e)
{
    struct engineer *x;
    while ((x = roster_shift(&e->roster)) != NULL && x->shift_at <= e->board.tick) {
        roster_shifted(&e->roster, x, e->board.tick);
        carry_freed(e, x);
    }
}

/* As many rounds as it takes: whoever has been offered something has another first seat. */
static void
settle(struct engine *e, size_t budget, bool anew)
{
    struct board *b = &e->board;
    size_t given = 0, reviewed = 0;
    for (;; anew = false) {
        for (; reviewed < e->touched.count; reviewed++)
            review(e, e->touched.list[reviewed]);
        if (!anew && !b->repinned && b->fresh_count + b->changed_count == 0)
            return;
        match_all(e);
        b->pending = b->chances_count > 0 && given == budget;
        b->choosing = b->chances_count == 0 && is_choosing(e);
        if (b->chances_count == 0 || b->pending)
            return;
        given += make_offers(e, budget - given);
    }
}

void
board_settle(struct engine *e, size_t budget)
{
    struct board *b = &e->board;
    instant tick = seat_tick(e->at);
    bool later = b->tick != tick;
    board_hour(e);
    board_lose(e);
    b->riding = is_riding(e);
    if (later)
        b->live = false;
    b->tick = tick;
    duties(e);
    if (later && e->fx != NULL) /* no event: it is reloaded, and the records have said so */
        cover_look(e);
    settle(e, budget, later || b->pending);
    explain(e);
}
