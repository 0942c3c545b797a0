/* offer.c - a ticket that waits is offered to one engineer, who takes it, declines, or lets it run
 * out; then to the next. A ticket has at most one engineer at any moment. */
#include "workers/core/place.h"
#include "workers/core/state.h"

/* Puts the chosen one first among those who were considered. */
static void
consider_first(struct ticket *t, struct considered chosen)
{
    struct considered list[CONSIDERED_MAX];
    size_t count = 1;
    list[0] = chosen;
    for (size_t i = 0; i < t->considered_count && count < CONSIDERED_MAX; i++)
        if (!same_id(t->considered[i].engineer, chosen.engineer))
            list[count++] = t->considered[i];
    ticket_consider(t, list, count, NULL);
}

static void
offer(struct engine *e, struct job *j)
{
    j->t.unqualified = j->t.busy = false;
    j->t.busy_rounds = 0;
    step_take(e, j, &(struct move){ .verb = VERB_OFFER });
    j->t.due = instant_after(e->at, job_level(e, j)->offer_ms);
    post_engineer(e, UPDATE_OFFER, j, STR(""));
}

void
offer_make(struct engine *e, struct job *j, struct engineer *x)
{
    struct ticket *t = &j->t;
    assert(engineer_room(x));
    t->engineer = x->rule->id;
    memcpy(t->name, x->rule->name, sizeof(t->name));
    memcpy(t->phone, x->rule->phone, sizeof(t->phone));
    offer(e, j);
}

static int32_t
distance(struct place from, struct place to)
{
    bool known = place_known(from) && place_known(to);
    return known ? (int32_t)place_distance(from, to) : DISTANCE_UNKNOWN;
}

void
offer_lent(struct engine *e, struct job *j, const struct assist *reserved)
{
    struct ticket *t = &j->t;
    struct considered chosen = {
        .engineer = reserved->engineer,
        .distance_m = distance(place_checked(reserved->place), t->place),
        .why = WHY_CHOSEN,
    };
    consider_first(t, chosen);
    t->engineer = reserved->engineer;
    (void)str_fill(t->name, sizeof(t->name), str_of(reserved->name));
    (void)str_fill(t->phone, sizeof(t->phone), str_of(reserved->phone));
    t->home = reserved->from;
    offer(e, j);
}

void
offer_seek(struct engine *e, struct job *j)
{
    assert(j->t.state == TICKET_QUEUED);
    job_touch(e, j);
    if (!visit_call(e, j))
        return;
    j->sought = true;
    if (!job_is_for_all(e, j)) { /* no need for neighbours, or not any more */
        j->t.asked = (struct territory_id){ 0 };
        j->t.due = NEVER;
    } else if (j->t.due == NEVER && !job_is_ours(e, j)) { /* else in its time (timer.c) */
        assist_begin(e, j);
    }
}

void
offer_end(struct engine *e, struct job *j, struct str why)
{
    struct ticket *t = &j->t;
    struct territory_id home = t->home;
    if (t->state == TICKET_OFFERED)
        ticket_refuse(
            t, (struct refuser){ t->engineer, instant_after(e->at, e->rules->decline_ms), true });
    else
        j->tell = true; /* the reporter was given a name that is no longer true */
    struct engineer_id engineer = t->engineer;
    step_take(e, j, &(struct move){ .verb = VERB_EXPIRE });
    post_withdrawn(e, j, engineer, why);
    if (!no_name(home))
        assist_again(e, j, home);
    else
        offer_seek(e, j);
}

void
offer_divert(struct engine *e, struct job *j)
{
    struct engineer_id engineer = j->t.engineer;
    j->tell = true; /* the reporter was given a name that is no longer true */
    step_take(e, j, &(struct move){ .verb = VERB_DIVERT });
    post_withdrawn(e, j, engineer, STR("turned back: needed more elsewhere"));
    offer_seek(e, j);
}
