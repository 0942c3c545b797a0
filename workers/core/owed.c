/* owed.c - what linked objects mean to others: who is told of them, what a ticket's step takes away
 * from them, whether something is still owed when the ticket is over. */
#include "workers/core/object.h"
#include "workers/core/state.h"

#define IN(state) OBJECT_BIT(OBJECT_##state)

/* ---- who is told; dispatchers always */

enum audience { TO_GATEWAYS = 1, TO_ENGINEER = 2, TO_HELPERS = 4, TO_OWNER = 8 };
static const uint8_t audience[OBJECT_KINDS] = {
    [OBJECT_QUOTE] = TO_GATEWAYS | TO_ENGINEER,
    [OBJECT_PART] = TO_ENGINEER | TO_HELPERS,
    [OBJECT_REPLACEMENT] = TO_GATEWAYS,
    [OBJECT_REPORT] = TO_GATEWAYS,
    [OBJECT_ANALYSIS] = TO_GATEWAYS,
    [OBJECT_SURVEY] = TO_GATEWAYS,
    [OBJECT_COMPLAINT] = TO_GATEWAYS | TO_OWNER,
};

struct principal_id
object_owner(const struct engine *e, const struct job *j)
{
    const struct contract *c = job_contract(e, j);
    for (size_t i = 0; i < e->rules->contracts_count; i++)
        if (strcmp(e->rules->contracts[i].id, c->id) == 0)
            return e->rules->contracts[i].complaints;
    return c->complaints;
}

/* What it is called, and what was said: "fan tray, depot-2: by courier". */
static struct str
words_of(struct engine *e, const struct object *o, struct str words)
{
    struct buf b = { 0 };
    struct str depot = o->kind == OBJECT_PART ? o->text : STR("");
    buf_printf(&b, "%s%s%.*s", o->name, depot.len > 0 ? ", " : "", STR_ARG(depot));
    if (words.len > 0)
        buf_printf(&b, "%s%.*s", b.len > 0 ? ": " : "", STR_ARG(words));
    struct str said = post_words(e, buf_str(&b));
    buf_fini(&b);
    return said;
}

static void
describe(struct engine *e, struct update *u, const struct job *j, const struct object *o,
         struct str why)
{
    post_describe(e, u, j, j->t.state != TICKET_OFFERED);
    u->object = o->number;
    u->object_kind = o->kind;
    u->object_state = o->state;
    u->amount = o->amount;
    u->why = why;
    if (o->sections != 0)
        u->text = post_words(e, o->text);
}

static void
tell_gateways(struct engine *e, const struct job *j, const struct object *o, struct str why)
{
    if (j->t.gateways_count == 0)
        return;
    struct update *u = post_new(e, UPDATE_OBJECT, j->t.gateways[0]);
    describe(e, u, j, o, why);
    memcpy(u->lang, j->t.lang, sizeof(u->lang));
    for (size_t i = 1; i < j->t.gateways_count; i++)
        post_also(e, j->t.gateways[i]);
}

static void
tell_engineer(struct engine *e, const struct job *j, const struct object *o, struct engineer_id x,
              struct str why)
{
    struct update *u = post_new(e, UPDATE_OBJECT, principal_of(x));
    if (u != NULL)
        describe(e, u, j, o, why);
}

void
object_tell(struct engine *e, const struct job *j, const struct object *o, struct str words)
{
    const struct ticket *t = &j->t;
    struct str why = words_of(e, o, words);
    unsigned to = audience[o->kind];
    if (to & TO_GATEWAYS)
        tell_gateways(e, j, o, why);
    if (to & TO_ENGINEER)
        tell_engineer(e, j, o, t->engineer, why);
    for (size_t i = 0; to & TO_HELPERS && i < t->helpers_count; i++)
        if (t->helpers[i].due == NEVER) /* he has said yes */
            tell_engineer(e, j, o, t->helpers[i].engineer, why);
    describe(e, post_new(e, UPDATE_OBJECT, WATCH), j, o, why);
    struct principal_id owner = object_owner(e, j);
    if (to & TO_OWNER && !no_name(owner))
        post_also(e, owner);
}

/* ---- what goes with a state of the ticket */

/* Outside these states of the ticket, what is still in these states of its own is refused. */
struct hold {
    unsigned states; /* bit an object state */
    bool (*goes_with)(enum ticket_state s);
};

static bool
is_waiting(enum ticket_state s)
{
    return s == TICKET_PENDING_CUSTOMER;
}

static bool
is_not_over(enum ticket_state s)
{
    return !life_is_over(s);
}

static bool
is_closed(enum ticket_state s)
{
    return s == TICKET_CLOSED;
}

static const struct hold holds[OBJECT_KINDS] = {
    [OBJECT_QUOTE] = { IN(OPEN), is_waiting },
    [OBJECT_PART] = { IN(OPEN) | IN(RESERVED) | IN(MOVING), is_not_over },
    [OBJECT_REPLACEMENT] = { IN(OPEN), is_not_over },
    [OBJECT_SURVEY] = { IN(OPEN), is_closed },
};

void
object_lapse(struct engine *e, struct job *j, const struct taken *s)
{
    for (size_t i = 0; i < j->t.objects_count; i++) {
        struct object *o = &j->t.objects[i];
        const struct hold *h = &holds[o->kind];
        if (!(h->states >> o->state & 1) || h->goes_with(j->t.state))
            continue;
        o->state = OBJECT_REFUSED;
        o->at = s->occurred_at < o->at ? o->at : s->occurred_at;
        o->who = s->who;
        object_tell(e, j, o, STR("the ticket has moved on without it"));
    }
}

/* ---- the survey */

void
object_survey(struct engine *e, struct job *j)
{
    if (j->t.objects_count == OBJECTS_MAX)
        return;
    struct act a = { .verb = VERB_SURVEY, .occurred_at = e->at, .amount = -1 };
    struct object *o = object_move(e, j, &a);
    step_take(e, j, &(struct move){ .verb = VERB_SURVEY, .object = a.object });
    object_tell(e, j, o, STR("how satisfied are you, from 1 (not at all) to 5 (very)?"));
}

/* ---- what is still owed */

enum { ANALYSIS_DAYS = 30, OLD_PART_DAYS = 90 };

static bool
is_analysis_owed(const struct engine *e, const struct job *j)
{
    struct reading r;
    clock_read(CLOCK_ANALYSIS, &j->t.course, job_contract(e, j), j->t.level, e->at, &r);
    bool runs = r.state == CLOCK_RUNNING || r.state == CLOCK_PAUSED;
    return runs && r.deadline != NEVER && e->at < instant_after(r.deadline, ANALYSIS_DAYS * DAYS);
}

/* Only what this state of the ticket still lets anybody give can keep it. */
bool
object_is_owed(const struct engine *e, const struct job *j)
{
    if (life_step(j->t.state, VERB_ANALYSE) != NULL && is_analysis_owed(e, j))
        return true;
    bool returns = life_step(j->t.state, VERB_PART_RETURN) != NULL;
    for (size_t i = 0; i < j->t.objects_count; i++) {
        const struct object *o = &j->t.objects[i];
        bool complaint = o->kind == OBJECT_COMPLAINT && o->state != OBJECT_DONE;
        bool part = o->kind == OBJECT_PART && (IN(HERE) | IN(OWED)) >> o->state & 1;
        if (complaint || (returns && part && e->at - o->at < OLD_PART_DAYS * DAYS))
            return true;
    }
    return false;
}
