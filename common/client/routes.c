/* routes.c - answers to ROUTE: a table where a new answer takes the place of whatever shares
 * its slot. */
#include "common/client/routes.h"

struct routes_slot {
    struct route route;
    struct territory_id territory; /* none: the slot is free */
};

void
routes_fini(struct routes *c)
{
    free(c->slots);
    *c = (struct routes){ 0 };
}

void
routes_forget(struct routes *c)
{
    if (c->slots != NULL && c->since != 0)
        memset(c->slots, 0, ROUTES_SLOTS * sizeof(*c->slots));
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

/* FNV-1a; headers are zero-padded texts and numbers, without gaps. */
static struct routes_slot *
slot_of(const struct routes *c, const struct route *r)
{
    const uint8_t *b = (const uint8_t *)r;
    uint32_t h = 2166136261u;
    for (size_t i = 0; i < sizeof(*r); i++)
        h = (h ^ b[i]) * 16777619u;
    return &c->slots[(h ^ h >> 16) % ROUTES_SLOTS];
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

bool
routes_find(struct routes *c, const struct route *r, int64_t now, struct territory_id *t)
{
    if (c->plan == 0 || c->since == 0)
        return false;
    if (now - c->since > ROUTES_AGE_MS) {
        routes_forget(c);
        return false;
    }
    const struct routes_slot *s = slot_of(c, r);
    if (no_name(s->territory) || !same_id(s->route, *r))
        return false;
    *t = s->territory;
    return true;
}
