/* editions.c - plan versions, opened when they are first asked for. */
#include "cli/editions.h"

struct edition {
    struct plan *plan; /* owned, unless it is the one in force */
    struct rules *rules;
    bool tried;
};

void
editions_init(struct editions *e, struct site *s, struct territory_id t)
{
    *e = (struct editions){ .site = s, .territory = t };
}

void
editions_fini(struct editions *e)
{
    for (size_t i = 0; i < e->count; i++) {
        rules_free(e->list[i].rules);
        if (e->list[i].plan != e->site->plan)
            plan_free(e->list[i].plan);
    }
    free(e->list);
}

static void
open_edition(struct editions *e, struct edition *one, uint32_t version)
{
    one->tried = true;
    if (version == e->site->plan->version)
        one->plan = e->site->plan;
    else if (site_plan_of(e->site, version, &one->plan) != OK)
        return;
    one->plan->version = version;
    one->rules = plan_rules(one->plan, e->territory);
}

static struct edition *
edition_of(struct editions *e, uint32_t version)
{
    if (version == 0 || version > e->site->plan->version)
        return NULL; /* of a store that was rolled back */
    while (e->count < version) {
        e->list = grow_array(e->list, e->count, &e->cap, sizeof(*e->list));
        e->list[e->count++] = (struct edition){ NULL, NULL, false };
    }
    struct edition *one = &e->list[version - 1];
    if (!one->tried)
        open_edition(e, one, version);
    return one;
}

const struct rules *
editions_rules(void *editions, uint32_t version)
{
    const struct edition *one = edition_of(editions, version);
    return one == NULL ? NULL : one->rules;
}

const struct plan *
editions_plan(struct editions *e, uint32_t version)
{
    const struct edition *one = edition_of(e, version);
    return one == NULL ? NULL : one->plan;
}
