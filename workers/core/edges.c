/* edges.c - the board's matching: which engineers a row has edges to, and what they cost.
 *
 * A row has edges to its cheapest k engineers, to each of whose seats. Its floor is below the costs
 * of all left out; while its potential is not above that, nobody left out can be part of anything
 * cheaper, for slots' potentials are never above 0. Else everybody is rated, and if that has been
 * done in this minute already, it gets twice as many.
 *
 * In each further minute those with edges alone are rated, and the floor sinks by what time may
 * have done for the others; it never rises again, for somebody may have been left out by it. That
 * is sound while they stand as they stood (stance.h) and the ticket asks for what it asked
 * (is_same_question). */
#include "workers/core/state.h"

#define NOBODY_LEFT INT64_MAX

static void *
room_for(void *list, size_t want, size_t *cap, size_t size)
{
    if (want <= *cap)
        return list;
    *cap = want > *cap * 2 ? want : *cap * 2;
    return grow(list, *cap * size);
}

static uint64_t
mix(uint64_t z)
{
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

static uint64_t
key_of(const void *bytes, size_t len, uint64_t key)
{
    for (size_t i = 0; i < len; i += sizeof(uint64_t)) {
        uint64_t part;
        memcpy(&part, (const uint8_t *)bytes + i, sizeof(part));
        key = mix(key * 0x9e3779b97f4a7c15u + part + 1);
    }
    return key;
}
_Static_assert(sizeof(struct ticket_id) % sizeof(uint64_t) == 0, "key_of");
_Static_assert(sizeof(struct engineer_id) % sizeof(uint64_t) == 0, "key_of");

/* ---- slots */

static void
seats_in(struct engine *e, struct engineer *x)
{
    struct board *b = &e->board;
    struct seats *s = &x->seats;
    if (s->era != b->era) {
        s->era = b->era;
        s->slots_count = 0;
    }
    for (; s->slots_count < s->count; s->slots_count++) {
        uint32_t slot = assign_slot_add(
            b->assign, key_of(x->rule->id.s, sizeof(x->rule->id.s), s->slots_count));
        b->owners = room_for(b->owners, (size_t)slot + 1, &b->owners_cap, sizeof(*b->owners));
        b->owners[slot] = (struct seat_owner){ (uint32_t)(x - e->roster.list), s->slots_count };
        s->slots[s->slots_count] = slot;
    }
}

static void
seats_open(struct engine *e, const struct engineer *x)
{
    for (size_t i = 0; i < x->seats.count; i++)
        assign_slot_in(e->board.assign, x->seats.slots[i]);
}

/* ---- rows */

static int
by_cost(const struct rated *a, const struct rated *b)
{
    if (a->cost != b->cost)
        return a->cost < b->cost ? -1 : 1;
    return (a->s.x > b->s.x) - (a->s.x < b->s.x); /* one list */
}

/* The k cheapest come first (Hoare 1961). */
static void
part(struct rated *list, size_t count, size_t k)
{
    size_t low = 0, high = count - 1;
    while (low < high) {
        struct rated pivot = list[low + (high - low) / 2];
        size_t i = low, j = high;
        for (;;) {
            while (by_cost(&list[i], &pivot) < 0)
                i++;
            while (by_cost(&list[j], &pivot) > 0)
                j--;
            if (i >= j)
                break;
            struct rated swap = list[i];
            list[i++] = list[j];
            list[j--] = swap;
        }
        if (k <= j)
            high = j;
        else
            low = j + 1;
    }
}

/* Everybody who fits, and what his first seat would cost. */
static void
rate(struct engine *e, const struct wish *w)
{
    struct board *b = &e->board;
    struct engineer *x;
    struct suitor s;
    b->rated_count = 0;
    for (size_t i = 0; (x = match_each(w, &i)) != NULL;) {
        if (!fits(match_fit(w, x, &s)))
            continue;
        b->rated = room_for(b->rated, b->rated_count + 1, &b->rated_cap, sizeof(*b->rated));
        b->rated[b->rated_count++] = (struct rated){ match_least(w, &s), s };
    }
}

static size_t
place_of(const struct engine *e, const struct engineer *x)
{
    return (size_t)(x - e->roster.list);
}

/* Of what he costs, what no later minute takes away: his standing by may be worth nothing then. */
static int64_t
lasting(int64_t cost, const struct engineer *x)
{
    return x->seats.now > 0 ? cost - (int64_t)x->standby_s * COST_SECOND : cost;
}

/* Below it he has an edge. */
static int64_t
floor_of(const struct engine *e, const struct board_row *r, const struct engineer *x)
{
    return r->floors[e->board.stances[place_of(e, x)].kind];
}

/* How far time may have brought down the cheapest of those left out. */
static void
sink(const struct engine *e, struct board_row *r)
{
    const msec doubts[STANCES] = { [STANCE_BUSY] = e->rules->matching.unsure_s * SECONDS };
    for (size_t i = 0; i < STANCES; i++) {
        r->floors[i] = r->bounds[i];
        if (i != STANCE_FREE && r->bounds[i] != NOBODY_LEFT)
            r->floors[i] -= cost_fall(&r->wish.cost, doubts[i], e->board.tick - r->rated);
    }
}

/* Keeps the k cheapest of those rated; the rest give the bounds. */
static void
choose(struct engine *e, struct board_row *r)
{
    struct board *b = &e->board;
    size_t k = r->k < b->rated_count ? r->k : b->rated_count;
    for (size_t i = 0; i < STANCES; i++)
        r->bounds[i] = NOBODY_LEFT;
    if (k < b->rated_count)
        part(b->rated, b->rated_count, k - 1);
    for (size_t i = k; i < b->rated_count; i++) {
        int64_t *bound = &r->bounds[b->stances[place_of(e, b->rated[i].s.x)].kind];
        int64_t least = lasting(b->rated[i].cost, b->rated[i].s.x);
        if (least < *bound)
            *bound = least;
    }
    r->rated = b->tick;
    r->eases = fit_eases(&r->wish.fit, b->tick);
    sink(e, r);
    r->near = room_for(r->near, k, &r->near_cap, sizeof(*r->near));
    r->near_count = k;
    for (size_t i = 0; i < k; i++)
        r->near[i] = (uint32_t)(b->rated[i].s.x - e->roster.list);
}

/* Returns the least of their costs. */
static int64_t
edges_to(struct engine *e, const struct wish *w, const struct suitor *s)
{
    struct board *b = &e->board;
    struct engineer *x = s->x;
    int64_t costs[SEATS_MAX], least = match_costs(w, s, costs);
    seats_in(e, x);
    b->edges = room_for(b->edges, b->edges_count + SEATS_MAX, &b->edges_cap, sizeof(*b->edges));
    for (size_t i = 0; i < x->seats.count; i++)
        if (costs[i] != MATCH_NEVER)
            b->edges[b->edges_count++] = (struct assign_edge){ x->seats.slots[i], costs[i] };
    return least;
}

static struct board_row *
row_of(const struct engine *e, const struct job *j)
{
    bool there = e->board.warm && j->row > 0 && j->era == e->board.era;
    return there ? &e->board.rows[j->row - 1] : NULL;
}

bool
edges_has(const struct engine *e, const struct job *j)
{
    return row_of(e, j) != NULL;
}

static void
riders_add(struct board *b, struct job *j)
{
    b->riders = grow_array(b->riders, b->riders_count, &b->riders_cap, sizeof(*b->riders));
    b->riders[b->riders_count++] = j;
    j->ride = b->riders_count;
}

static void
riders_del(struct board *b, struct job *j)
{
    struct job *other = b->riders[--b->riders_count];
    b->riders[j->ride - 1] = other;
    other->ride = j->ride;
    j->ride = 0;
}

/* The row gets the edges that lie ready. */
static void
put(struct engine *e, struct board_row *r)
{
    struct board *b = &e->board;
    uint32_t row = r->job->row - 1;
    assign_row_set(b->assign, row, r->wish.defer + r->wish.aged, b->edges, b->edges_count);
    for (size_t i = 0; i < r->near_count; i++)
        seats_open(e, &e->roster.list[r->near[i]]);
    assign_row_in(b->assign, row);
}

void
edges_row(struct engine *e, struct job *j, size_t k)
{
    struct board *b = &e->board;
    struct board_row *r = row_of(e, j);
    if (r == NULL) {
        uint32_t row =
            assign_row_add(b->assign, key_of(j->t.id.b, sizeof(j->t.id.b), 0), 0, NULL, 0);
        size_t cap = b->rows_cap;
        b->rows = room_for(b->rows, (size_t)row + 1, &b->rows_cap, sizeof(*b->rows));
        memset(&b->rows[cap], 0, (b->rows_cap - cap) * sizeof(*b->rows));
        j->row = row + 1;
        j->era = b->era;
        r = &b->rows[row];
        r->job = j;
        if (j->place == 0)
            riders_add(b, j);
        r->k = e->rules->matching.candidates > j->near ? e->rules->matching.candidates : j->near;
    }
    if (r->k < k)
        r->k = j->near = k;
    r->wish = match_wish(e, j);
    rate(e, &r->wish);
    choose(e, r);
    b->edges_count = 0;
    for (size_t i = 0; i < r->near_count; i++)
        (void)edges_to(e, &r->wish, &b->rated[i].s);
    put(e, r);
}

void
edges_drop(struct engine *e, struct job *j)
{
    if (row_of(e, j) != NULL)
        assign_row_del(e->board.assign, j->row - 1);
    j->row = 0;
    if (j->ride > 0)
        riders_del(&e->board, j);
}

/* ---- one engineer */

static size_t
place_near(const struct board_row *r, uint32_t engineer)
{
    size_t i = 0;
    while (i < r->near_count && r->near[i] != engineer)
        i++;
    return i;
}

static void
cut(struct engine *e, struct board_row *r, size_t at, const struct engineer *x)
{
    if (at == r->near_count)
        return;
    r->near[at] = r->near[--r->near_count];
    for (size_t i = 0; i < x->seats.slots_count; i++)
        assign_edge_cut(e->board.assign, r->job->row - 1, x->seats.slots[i]);
}

static void
near_add(struct board_row *r, uint32_t engineer)
{
    r->near = room_for(r->near, r->near_count + 1, &r->near_cap, sizeof(*r->near));
    r->near[r->near_count++] = engineer;
}

/* His edges of one row, as his seats are now. They are out meanwhile. */
static void
reach(struct engine *e, struct board_row *r, struct engineer *x)
{
    uint32_t engineer = (uint32_t)(x - e->roster.list);
    size_t at = place_near(r, engineer);
    struct suitor s;
    if (!fits(match_fit(&r->wish, x, &s))) {
        cut(e, r, at, x);
        return;
    }
    int64_t costs[SEATS_MAX], least = match_costs(&r->wish, &s, costs);
    if (at == r->near_count && lasting(least, x) >= floor_of(e, r, x))
        return;
    if (at == r->near_count)
        near_add(r, engineer);
    seats_in(e, x);
    for (size_t i = 0; i < x->seats.slots_count; i++)
        if (i >= x->seats.count || costs[i] == MATCH_NEVER)
            assign_edge_cut(e->board.assign, r->job->row - 1, x->seats.slots[i]);
        else
            assign_edge_set(e->board.assign, r->job->row - 1, x->seats.slots[i], costs[i]);
}

void
edges_engineer(struct engine *e, struct engineer *x)
{
    struct board *b = &e->board;
    struct stance *stands = &b->stances[place_of(e, x)], is = stance_of(e, x);
    bool known = x->seats.era == b->era;
    if (stance_is_same(stands, &is))
        return;
    *stands = is;
    for (size_t i = 0; known && i < x->seats.slots_count; i++)
        assign_slot_out(b->assign, x->seats.slots[i]);
    for (size_t i = 0; i < x->slots_count; i++) {
        const struct window *w = &b->windows[x->slots[i]];
        for (size_t k = 0; k < w->count; k++) {
            struct board_row *r = row_of(e, w->list[k]);
            if (r != NULL)
                reach(e, r, x);
        }
    }
    for (size_t i = 0; i < b->riders_count; i++)
        reach(e, row_of(e, b->riders[i]), x);
    if (x->seats.era == b->era) {
        seats_in(e, x);
        seats_open(e, x);
    }
}

/* ---- all of it */

void
edges_clear(struct engine *e)
{
    struct board *b = &e->board;
    if (b->assign == NULL)
        b->assign = assign_new();
    assign_clear(b->assign);
    b->era++;
    b->warm = true;
    b->rode = b->riding;
    for (size_t i = 0; i < e->roster.count; i++)
        b->stances[i] = stance_of(e, &e->roster.list[i]);
    while (b->riders_count > 0)
        riders_del(b, b->riders[b->riders_count - 1]);
}

/* But for the clock. */
static bool
is_same_question(const struct wish *was, const struct wish *is)
{
    const struct cost_ticket *a = &was->cost, *b = &is->cost;
    return a->received_at == b->received_at && a->weight == b->weight && a->rarity == b->rarity &&
           a->arrival.deadline == b->arrival.deadline && a->arrival.weight == b->arrival.weight &&
           a->restoration.deadline == b->restoration.deadline &&
           a->restoration.weight == b->restoration.weight && was->comes == is->comes &&
           was->defer <= is->defer && was->aged <= is->aged;
}

/* Those with edges are rated anew. Of those beyond k whoever is not below the floor loses his; who
 * is on his way to it is looked at each time, kept or not, for he alone comes nearer meanwhile. */
static void
renew_row(struct engine *e, struct board_row *r)
{
    struct board *b = &e->board;
    struct wish w = match_wish(e, r->job);
    if (!is_same_question(&r->wish, &w) || b->tick >= r->eases) {
        edges_row(e, r->job, 0);
        return;
    }
    r->wish = w;
    sink(e, r);
    if (w.comes != NULL && place_near(r, (uint32_t)place_of(e, w.comes)) == r->near_count)
        near_add(r, (uint32_t)place_of(e, w.comes));
    size_t kept = b->edges_count = 0;
    for (size_t i = 0; i < r->near_count; i++) {
        struct engineer *x = &e->roster.list[r->near[i]];
        struct suitor s;
        size_t before = b->edges_count;
        if (!fits(match_fit(&w, x, &s)))
            continue;
        if (lasting(edges_to(e, &w, &s), x) >= floor_of(e, r, x) && kept >= r->k)
            b->edges_count = before;
        else
            r->near[kept++] = r->near[i];
    }
    r->near_count = kept;
    put(e, r);
}

void
edges_renew(struct engine *e)
{
    struct board *b = &e->board;
    for (size_t i = 0; i < e->roster.count; i++) {
        struct stance is = stance_of(e, &e->roster.list[i]);
        if (stance_holds(&b->stances[i], &is))
            b->stances[i] = is;
        else
            board_changed(e, &e->roster.list[i]);
    }
    for (size_t c = 0; c < e->roster.slots_count; c++)
        for (size_t i = 0; i < b->windows[c].count; i++)
            if (edges_has(e, b->windows[c].list[i]))
                renew_row(e, row_of(e, b->windows[c].list[i]));
    for (size_t i = 0; i < b->riders_count; i++)
        renew_row(e, row_of(e, b->riders[i]));
}

static bool
is_sufficed(struct engine *e, struct job *j)
{
    const struct board_row *r = row_of(e, j);
    int64_t least = NOBODY_LEFT;
    for (size_t i = 0; i < STANCES; i++)
        least = r->floors[i] < least ? r->floors[i] : least;
    if (least == NOBODY_LEFT || assign_is_content(e->board.assign, j->row - 1, least))
        return true;
    edges_row(e, j, r->rated == e->board.tick ? r->k * 2 : 0);
    return false;
}

void
edges_suffice(struct engine *e)
{
    struct board *b = &e->board;
    bool more = true;
    while (more) {
        more = false;
        for (size_t c = 0; c < e->roster.slots_count; c++)
            for (size_t i = 0; i < b->windows[c].count; i++)
                more |= !is_sufficed(e, b->windows[c].list[i]);
        for (size_t i = 0; i < b->riders_count; i++)
            more |= !is_sufficed(e, b->riders[i]);
    }
}

struct engineer *
edges_taken(const struct engine *e, const struct job *j, size_t *seat)
{
    const struct board *b = &e->board;
    uint32_t slot = row_of(e, j) == NULL ? ASSIGN_NONE : assign_matched(b->assign, j->row - 1);
    if (slot == ASSIGN_NONE)
        return NULL;
    *seat = b->owners[slot].seat;
    return &e->roster.list[b->owners[slot].engineer];
}
