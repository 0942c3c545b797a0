/* desk.c - what the customer and the dispatch centre do with a ticket: urging, words, the way
 * around the engineers (预处理), another level, its end. */
#include "workers/core/state.h"

/* So long the desk may try when its category does not say. */
#define PREPROCESS_MS HOURS

/* Held back no longer than anything may wait: nothing is forgotten at the desk. */
static enum refusal
may_preprocess(const struct engine *e, const struct job *j, const struct act *a)
{
    instant limit = instant_after(e->at, job_rules(e, j)->pend_ms);
    bool timely = a->until == 0 || (a->until > e->at && a->until <= limit);
    return timely ? REFUSAL_NONE : REFUSAL_INCOMPLETE;
}

/* Whoever has been offered it, has not any more. */
static void
preprocess(struct engine *e, struct job *j, const struct act *a)
{
    const struct category *c = e->roster.slots[j->slot].category;
    msec length = c != NULL && c->preprocess_ms > 0 ? c->preprocess_ms : PREPROCESS_MS;
    struct engineer_id had = j->t.engineer;
    deed_step(e, j, a);
    j->t.due = a->until != 0 ? a->until : instant_after(e->at, length);
    post_withdrawn(e, j, had, a->note);
}

static void
dispatch(struct engine *e, struct job *j, const struct act *a)
{
    deed_step(e, j, a);
    offer_seek(e, j);
}

static void
solve(struct engine *e, struct job *j, const struct act *a)
{
    deed_step(e, j, a);
    j->t.due = instant_after(e->at, e->rules->verdict_ms);
}

void
desk_waited(struct engine *e, struct job *j)
{
    step_take(e, j, &(struct move){ .verb = VERB_QUEUE });
    offer_seek(e, j);
}

static void
nudge(struct engine *e, struct job *j, const struct act *a)
{
    j->t.nudges++;
    deed_tell(e, j, a);
}

/* Withdrawn or rejected: whoever had it, has it no more. */
static void
end(struct engine *e, struct job *j, const struct act *a)
{
    struct engineer_id engineer = j->t.engineer;
    deed_step(e, j, a);
    post_withdrawn(e, j, engineer, a->note);
}

static void
approve(struct engine *e, struct job *j, const struct act *a)
{
    deed_tell(e, j, a);
    object_survey(e, j);
}

/* ---- another level: as if it had been so from the start, for nothing that was is counted */

/* The place of the level so named in the plan that the ticket lives by; LEVELS_MAX: none. */
static uint8_t
level_named(const struct rules *r, const char name[16])
{
    for (uint8_t i = 0; i < r->levels_count; i++)
        if (strncmp(r->levels[i].name, name, sizeof(r->levels[i].name)) == 0)
            return i;
    return LEVELS_MAX;
}

static enum refusal
may_relevel(const struct engine *e, const struct job *j, const struct act *a)
{
    bool known = level_named(job_rules(e, j), a->level) < LEVELS_MAX;
    return known ? REFUSAL_NONE : REFUSAL_INCOMPLETE;
}

static void
relevel(struct engine *e, struct job *j, const struct act *a)
{
    job_leave(e, j); /* its place in the queue is by level */
    j->t.level = level_named(job_rules(e, j), a->level);
    job_enter(e, j);
    deed_tell(e, j, a);
    post_level(e, j);
    pager_correct(e, j);
}

static void
acknowledge(struct engine *e, struct job *j, const struct act *a)
{
    deed_step(e, j, a);
    pager_acknowledge(e, j, a);
}

const struct deed deeds_desk[VERBS] = {
    [VERB_PREPROCESS] = { may_preprocess, preprocess },
    [VERB_DISPATCH] = { NULL, dispatch },
    [VERB_SOLVE] = { NULL, solve },
    [VERB_APPROVE] = { NULL, approve },
    [VERB_NUDGE] = { NULL, nudge },
    [VERB_NOTE] = { NULL, deed_tell },
    [VERB_CANCEL] = { NULL, end },
    [VERB_REJECT] = { NULL, end },
    [VERB_DELIVERED] = { NULL, deed_step },
    [VERB_RELEVEL] = { may_relevel, relevel },
    [VERB_ACKNOWLEDGE] = { NULL, acknowledge },
};
