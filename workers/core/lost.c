/* lost.c - a tally has given way, so nothing is told of its trips or its work any more: whoever was
 * reckoned with it is looked at again. */
#include "workers/core/service.h"
#include "workers/core/state.h"
#include "workers/core/travel.h"

/* He is to be looked at even if he stands as he stood. */
static void
suspect(struct engine *e, struct engineer *x)
{
    e->board.stances[x - e->roster.list].tick = NEVER;
    board_changed(e, x);
}

static bool
ends(const struct learned_key *key, const struct job *j)
{
    return travel_key_ends(key, j->t.place);
}

/* All tickets at either end, and all who have one of them on their way. */
static void
lose_trip(struct engine *e, const struct learned_key *key)
{
    struct board *b = &e->board;
    for (size_t c = 0; c < e->roster.slots_count; c++)
        for (size_t i = 0; i < b->windows[c].count; i++)
            if (ends(key, b->windows[c].list[i]))
                board_fresh(e, b->windows[c].list[i]);
    for (size_t i = 0; i < b->riders_count; i++)
        if (ends(key, b->riders[i]))
            board_fresh(e, b->riders[i]);
    for (size_t i = 0; i < e->roster.count; i++)
        for (struct job *j = e->roster.list[i].held; j != NULL; j = j->beside)
            if (ends(key, j))
                suspect(e, &e->roster.list[i]);
}

static void
lose_everything(struct engine *e)
{
    struct board *b = &e->board;
    b->warm = false;
    memset(b->services, 0, e->roster.slots_count * e->roster.count * sizeof(*b->services));
    for (size_t i = 0; i < e->roster.count; i++)
        board_changed(e, &e->roster.list[i]);
}

static void
lose_work(struct engine *e, const struct learned_key *key)
{
    struct category_id id;
    struct engineer_id who;
    service_key_names(key, &id, &who);
    size_t slot = roster_slot(&e->roster, id);
    const struct category *c = e->roster.slots[slot].category;
    if (c == NULL || !same_id(c->id, id))
        return; /* no longer in the plan */
    struct engineer *x = no_name(who) ? NULL : roster_find(&e->roster, who);
    if (no_name(who))
        lose_everything(e); /* seldom: a category is seen often */
    if (x == NULL)
        return;
    e->board.services[slot * e->roster.count + (size_t)(x - e->roster.list)] = 0;
    suspect(e, x);
}

void
board_lose(struct engine *e)
{
    struct learned *l = &e->learned;
    if (l->lost_count > LEARNED_LOST)
        lose_everything(e);
    for (size_t i = 0; i < l->lost_count && i < LEARNED_LOST; i++)
        if (l->lost[i].b[0] == LEARNED_TRIP)
            lose_trip(e, &l->lost[i]);
        else
            lose_work(e, &l->lost[i]);
    l->lost_count = 0;
}
