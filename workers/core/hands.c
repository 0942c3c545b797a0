/* hands.c - an engineer's own way with a ticket, from the offer to the repair; and more hands and
 * other hands: transfer (转派), where the old engineer stays responsible until the new one takes
 * over, and helpers (加派). */
#include "workers/core/state.h"

static void
accept(struct engine *e, struct job *j, const struct act *a)
{
    deed_step(e, j, a);
    j->t.named_version = j->t.version;
    if (!no_name(j->t.home))
        assist_say(e, ASSIST_ASSIGN, j->t.home, j->t.id, j->t.engineer);
}

static void
decline(struct engine *e, struct job *j, const struct act *a)
{
    struct territory_id home = j->t.home;
    struct refuser r = { j->t.engineer, instant_after(e->at, e->rules->decline_ms), false };
    deed_step(e, j, a);
    ticket_refuse(&j->t, r);
    if (!no_name(home))
        assist_again(e, j, home);
    else
        offer_seek(e, j);
}

static void
resolve(struct engine *e, struct job *j, const struct act *a)
{
    deed_step(e, j, a);
    j->t.due = instant_after(e->at, e->rules->verdict_ms);
}

const struct hand *
hands_find(const struct ticket *t, struct engineer_id x)
{
    if (!no_name(x) && same_id(t->next.engineer, x))
        return &t->next;
    for (size_t i = 0; i < t->helpers_count; i++)
        if (same_id(t->helpers[i].engineer, x))
            return &t->helpers[i];
    return NULL;
}

instant
hands_due(const struct ticket *t)
{
    (void)t;
    return NEVER;
}

void
hands_lapse(struct engine *e, struct job *j)
{
    (void)e;
    (void)j;
}

void
hands_release(struct engine *e, struct job *j)
{
    (void)e;
    (void)j;
}

const struct deed deeds_hands[VERBS] = {
    [VERB_ACCEPT] = { NULL, accept },       [VERB_DECLINE] = { NULL, decline },
    [VERB_DEPART] = { NULL, deed_step },    [VERB_ARRIVE] = { NULL, deed_step },
    [VERB_WORK] = { NULL, deed_step },      [VERB_RESOLVE] = { NULL, resolve },
    [VERB_TRANSFER] = { NULL, deed_step },  [VERB_TAKE_OVER] = { NULL, deed_step },
    [VERB_HELP] = { NULL, deed_step },      [VERB_JOIN_IN] = { NULL, deed_step },
    [VERB_STEP_BACK] = { NULL, deed_step }, [VERB_RETURN] = { NULL, deed_step },
};
