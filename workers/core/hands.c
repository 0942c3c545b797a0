/* hands.c - an engineer's own way with a ticket, from the offer to the repair, and back to the
 * desk (转交). More hands and other hands, transfer and help, are team.c's. */
#include "workers/core/place.h"
#include "workers/core/state.h"

/* So old may the last word of an engineer's whereabouts be to tell where he is now. */
#define WHEREABOUTS_MS (15 * MINUTES)

static void
accept(struct engine *e, struct job *j, const struct act *a)
{
    deed_step(e, j, a);
    j->t.named_version = j->t.version;
    if (!no_name(j->t.home))
        assist_assign(e, j);
}

/* It waits again: somebody else is looked for. */
static void
pass_on(struct engine *e, struct job *j, struct territory_id home)
{
    if (!no_name(home))
        assist_again(e, j, home);
    else
        offer_seek(e, j);
}

static void
decline(struct engine *e, struct job *j, const struct act *a)
{
    struct territory_id home = j->t.home;
    struct refuser r = { j->t.engineer, instant_after(e->at, e->rules->decline_ms), false };
    deed_step(e, j, a);
    ticket_refuse(&j->t, r);
    pass_on(e, j, home);
}

/* ---- arrival: the customer's code tells more than the device's place, and that more than words */

static struct place
whereabouts(const struct engine *e, const struct job *j, const struct act *a)
{
    const struct engineer *x = job_holder(e, j);
    struct place said = place_checked(a->place);
    if (place_known(said) || x == NULL || e->at - x->place_at > WHEREABOUTS_MS)
        return said;
    return x->place;
}

static enum arrival
arrival_of(const struct engine *e, const struct job *j, const struct act *a)
{
    struct place there = j->t.place, here = whereabouts(e, j, a);
    if (a->code[0] != '\0')
        return ARRIVAL_CODE; /* may_arrive has looked */
    bool known = place_known(here) && place_known(there);
    bool near = known && place_distance(here, there) <= job_rules(e, j)->geofence_m;
    return near && job_rules(e, j)->geofence_m > 0 ? ARRIVAL_GEOFENCE : ARRIVAL_UNVERIFIED;
}

static enum refusal
may_arrive(const struct engine *e, const struct job *j, const struct act *a)
{
    (void)e;
    bool wrong = strncmp(a->code, j->t.code, sizeof(j->t.code)) != 0;
    return a->code[0] != '\0' && wrong ? REFUSAL_INCOMPLETE : REFUSAL_NONE;
}

static void
arrive(struct engine *e, struct job *j, const struct act *a)
{
    enum arrival how = arrival_of(e, j, a);
    if (how > j->t.arrival)
        j->t.arrival = (uint8_t)how;
    deed_step(e, j, a);
}

static void
resolve(struct engine *e, struct job *j, const struct act *a)
{
    deed_step(e, j, a);
    j->t.due = instant_after(e->at, e->rules->verdict_ms);
}

/* ---- back to the desk */

static enum refusal
may_return(const struct engine *e, const struct job *j, const struct act *a)
{
    (void)e;
    (void)a;
    return no_name(j->t.engineer) ? REFUSAL_NOBODY : REFUSAL_NONE; /* it follows its master */
}

/* Who gives it back himself is not asked again for a while; from whom a dispatcher takes it, may.
 */
static void
give_back(struct engine *e, struct job *j, const struct act *a)
{
    struct territory_id home = j->t.home;
    struct engineer_id x = j->t.engineer;
    deed_step(e, j, a);
    j->tell = true; /* the reporter was given a name that is no longer true */
    if (a->role == ROLE_ENGINEER)
        ticket_refuse(&j->t, (struct refuser){ x, instant_after(e->at, e->rules->decline_ms), 0 });
    else
        post_withdrawn(e, j, x, a->note);
    pass_on(e, j, home);
}

const struct deed deeds_hands[VERBS] = {
    [VERB_ACCEPT] = { NULL, accept },          [VERB_DECLINE] = { NULL, decline },
    [VERB_DEPART] = { NULL, deed_step },       [VERB_ARRIVE] = { may_arrive, arrive },
    [VERB_WORK] = { NULL, deed_step },         [VERB_RESOLVE] = { NULL, resolve },
    [VERB_RETURN] = { may_return, give_back },
};
