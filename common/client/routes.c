/* routes.c - answers to ROUTE: two tables, of headers and of cells, where a new answer takes the
 * place of whatever shares its slot, so neither grows. */
#include "common/client/routes.h"

struct routes_slot {
    struct route route;
    struct territory_id territory; /* none: the slot is free */
};

/* The places with the same floor(lat / side) and floor(lon / side); without gaps. */
struct cell {
    int32_t side, lat, lon;
};
struct routes_cell {
    struct cell cell;
    struct territory_id territory; /* none: the slot is free */
};

void
routes_fini(struct routes *c)
{
    free(c->slots);
    free(c->cells);
    *c = (struct routes){ 0 };
}

void
routes_forget(struct routes *c)
{
    if (c->slots != NULL && c->since != 0)
        memset(c->slots, 0, ROUTES_SLOTS * sizeof(*c->slots));
    if (c->cells != NULL && c->since != 0)
        memset(c->cells, 0, ROUTES_CELLS * sizeof(*c->cells));
    memset(c->sides, 0, sizeof(c->sides));
    c->since = 0;
}

void
routes_plan(struct routes *c, uint32_t plan)
{
    if (plan == c->plan)
        return;
    routes_forget(c);
    c->plan = plan;
}

/* FNV-1a */
static uint32_t
hash(const void *key, size_t size)
{
    const uint8_t *b = key;
    uint32_t h = 2166136261u;
    for (size_t i = 0; i < size; i++)
        h = (h ^ b[i]) * 16777619u;
    return h ^ h >> 16;
}

/* Headers are zero-padded texts and numbers, without gaps. */
static struct routes_slot *
slot_of(const struct routes *c, const struct route *r)
{
    return &c->slots[hash(r, sizeof(*r)) % ROUTES_SLOTS];
}

static struct routes_cell *
cell_slot(const struct routes *c, const struct cell *k)
{
    return &c->cells[hash(k, sizeof(*k)) % ROUTES_CELLS];
}

/* Toward minus infinity. */
static int32_t
floor_of(int32_t degrees_e7, int32_t side)
{
    return degrees_e7 / side - (degrees_e7 % side < 0 ? 1 : 0);
}

static struct cell
cell_around(struct place p, int32_t side)
{
    return (struct cell){ side, floor_of(p.lat_e7, side), floor_of(p.lon_e7, side) };
}

void
routes_learn(struct routes *c, const struct route *r, struct territory_id t, int64_t now)
{
    if (c->slots == NULL)
        c->slots = zalloc(ROUTES_SLOTS * sizeof(*c->slots));
    if (c->since == 0)
        c->since = now;
    *slot_of(c, r) = (struct routes_slot){ *r, t };
}

/* false: brokers use more of them than are worth trying. */
static bool
side_kept(struct routes *c, int32_t side)
{
    for (size_t i = 0; i < ROUTES_SIDES; i++) {
        if (c->sides[i] == 0)
            c->sides[i] = side;
        if (c->sides[i] == side)
            return true;
    }
    return false;
}

void
routes_learn_cell(struct routes *c, struct place p, int32_t side, struct territory_id t,
                  int64_t now)
{
    assert(side > 0);
    if (!place_known(p) || !side_kept(c, side))
        return;
    if (c->cells == NULL)
        c->cells = zalloc(ROUTES_CELLS * sizeof(*c->cells));
    if (c->since == 0)
        c->since = now;
    struct cell k = cell_around(p, side);
    *cell_slot(c, &k) = (struct routes_cell){ k, t };
}

static const struct territory_id *
find_headers(const struct routes *c, const struct route *r)
{
    const struct routes_slot *s = c->slots == NULL ? NULL : slot_of(c, r);
    bool known = s != NULL && !no_name(s->territory) && same_id(s->route, *r);
    return known ? &s->territory : NULL;
}

static const struct territory_id *
find_cell(const struct routes *c, const struct route *r)
{
    if (!no_name(r->site) || !no_name(r->customer) || !place_known(r->place))
        return NULL;
    for (size_t i = 0; i < ROUTES_SIDES && c->sides[i] != 0; i++) {
        struct cell k = cell_around(r->place, c->sides[i]);
        const struct routes_cell *s = cell_slot(c, &k);
        if (!no_name(s->territory) && same_id(s->cell, k))
            return &s->territory;
    }
    return NULL;
}

bool
routes_find(struct routes *c, const struct route *r, int64_t now, struct territory_id *t)
{
    if (c->plan == 0 || c->since == 0)
        return false;
    if (now - c->since > ROUTES_AGE_MS) {
        routes_forget(c);
        return false;
    }
    const struct territory_id *known = find_headers(c, r);
    if (known == NULL)
        known = find_cell(c, r);
    if (known != NULL)
        *t = *known;
    return known != NULL;
}
