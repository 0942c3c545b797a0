/* object.c - what is linked to a ticket, each with a life of its own: one table says which verb
 * makes it or moves it on. docs/life.md says the same in words, and a test holds the two equal.
 *
 *   part         open -> reserved -> moving -> here -> owed -> done     (cancelled: refused)
 *   quote        open -> done | refused              lives as long as the ticket waits for its
 * answer complaint    open -> answered -> done replacement  open -> done survey       open -> done
 *   inspection, report, analysis: done when made
 *
 * A deed moves the object and then the ticket, so that the step in the timeline names it. */
#include "workers/core/object.h"

#include "workers/core/state.h"

#define IN(state) OBJECT_BIT(OBJECT_##state)
#define HAS(part) OBJECT_BIT(SECTION_##part)

#define FAULT_REPORT                                                                               \
    (HAS(HANDLING) | HAS(OPERATIONS) | HAS(HANDLER) | HAS(TIMES) | HAS(PROCESS) | HAS(LESSONS))
#define FAULT_ANALYSIS                                                                             \
    (HAS(FAULT) | HAS(TIME_AFFECTED) | HAS(USERS_AFFECTED) | HAS(PROCESS) | HAS(ANALYSIS) |        \
     HAS(LESSONS) | HAS(PREVENTION))

/* clang-format off */
#define TO(state) OBJECT_##state, OBJECT_##state

#define COMING       (IN(OPEN) | IN(RESERVED) | IN(MOVING))

static const struct object_rule rules[VERBS] = {
    [VERB_INSPECT] = { OBJECT_INSPECTION, 0, TO(DONE), .keeps = KEEP_NOTE },

    [VERB_QUOTE]         = { OBJECT_QUOTE, 0, TO(OPEN), NEED_AMOUNT | NEED_NOTE, .alone = true,
                             .keeps = KEEP_NOTE },
    [VERB_QUOTE_ACCEPT]  = { OBJECT_QUOTE, IN(OPEN), TO(DONE) },
    [VERB_QUOTE_DECLINE] = { OBJECT_QUOTE, IN(OPEN), TO(REFUSED), NEED_NOTE },

    [VERB_PART_REQUEST] = { OBJECT_PART, 0, TO(OPEN), NEED_NAME | NEED_AMOUNT },
    [VERB_PART_RESERVE] = { OBJECT_PART, IN(OPEN), TO(RESERVED), NEED_NAME, .keeps = KEEP_NAME },
    [VERB_PART_MOVE]    = { OBJECT_PART, IN(RESERVED), TO(MOVING) },
    [VERB_PART_RECEIVE] = { OBJECT_PART, COMING, TO(HERE) },
    [VERB_PART_USE]     = { OBJECT_PART, IN(HERE), OBJECT_DONE, OBJECT_OWED },
    [VERB_PART_RETURN]  = { OBJECT_PART, IN(HERE) | IN(OWED), TO(DONE) },
    [VERB_PART_CANCEL]  = { OBJECT_PART, COMING, TO(REFUSED) },

    [VERB_REPLACE]  = { OBJECT_REPLACEMENT, 0, TO(OPEN), .alone = true, .keeps = KEEP_NOTE },
    [VERB_REPLACED] = { OBJECT_REPLACEMENT, IN(OPEN), TO(DONE) },

    [VERB_REPORT]  = { OBJECT_REPORT, 0, TO(DONE), NEED_SECTIONS, .keeps = KEEP_SECTIONS,
                       .sections = FAULT_REPORT },
    [VERB_ANALYSE] = { OBJECT_ANALYSIS, 0, TO(DONE), NEED_SECTIONS, .keeps = KEEP_SECTIONS,
                       .sections = FAULT_ANALYSIS },

    [VERB_SURVEY]        = { OBJECT_SURVEY, 0, TO(OPEN), .alone = true },
    [VERB_SURVEY_ANSWER] = { OBJECT_SURVEY, IN(OPEN), TO(DONE), NEED_SCORE, .keeps = KEEP_NOTE },

    [VERB_COMPLAIN]         = { OBJECT_COMPLAINT, 0, TO(OPEN), NEED_NOTE, .alone = true,
                                .keeps = KEEP_NOTE },
    [VERB_COMPLAINT_ANSWER] = { OBJECT_COMPLAINT, IN(OPEN), TO(ANSWERED), NEED_NOTE },
    [VERB_COMPLAINT_CLOSE]  = { OBJECT_COMPLAINT, IN(ANSWERED), TO(DONE), NEED_NOTE },
};
/* clang-format on */

const struct object_rule *
object_rule(enum verb v)
{
    if ((unsigned)v >= VERBS)
        return NULL;
    const struct object_rule *r = &rules[v];
    bool empty = r->kind == OBJECT_INSPECTION && r->to == OBJECT_OPEN; /* those are made done */
    return empty ? NULL : r;
}

/* ---- which one */

struct object *
object_find(const struct ticket *t, uint16_t number, enum object_kind kind, unsigned states)
{
    struct object *found = NULL;
    for (size_t i = 0; i < t->objects_count; i++) {
        struct object *o = &t->objects[i];
        if (o->kind != kind || !(states >> o->state & 1) || (number != 0 && o->number != number))
            continue;
        if (found != NULL)
            return NULL;
        found = o;
    }
    return found;
}

static bool
is_pending(const struct ticket *t, enum object_kind kind)
{
    for (size_t i = 0; i < t->objects_count; i++)
        if (t->objects[i].kind == kind && (IN(OPEN) | IN(ANSWERED)) >> t->objects[i].state & 1)
            return true;
    return false;
}

bool
object_in_warranty(const struct engine *e, const struct job *j)
{
    for (size_t i = j->t.objects_count; i-- > 0;)
        if (j->t.objects[i].kind == OBJECT_INSPECTION)
            return j->t.objects[i].warranty;
    const struct rules *r = job_rules(e, j);
    for (size_t low = 0, high = r->sites_count; low < high;) {
        size_t middle = low + (high - low) / 2;
        int order = memcmp(&j->t.site, &r->sites[middle].id, sizeof(j->t.site));
        if (order == 0)
            return r->sites[middle].warranty_until > e->at;
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return false;
}

/* ---- may it be? */

/* All sections of this paper, and none that nobody knows. */
static bool
has_sections(const struct act *a, unsigned asked)
{
    return (a->sections & asked) == asked && a->sections >> SECTIONS == 0 && a->text.len > 0;
}

static bool
has_needs(const struct object_rule *r, const struct act *a)
{
    return !((r->needs & NEED_AMOUNT && a->amount <= 0) ||
             (r->needs & NEED_SCORE && (a->amount < 1 || a->amount > SCORE_MOST)) ||
             (r->needs & NEED_NAME && a->name[0] == '\0') ||
             (r->needs & NEED_NOTE && a->note.len == 0) ||
             (r->needs & NEED_SECTIONS && !has_sections(a, r->sections)));
}

/* Parts and papers that a ticket may have many of leave places for what every ticket may need once.
 */
static size_t
room_for(enum object_kind k)
{
    bool many =
        k == OBJECT_PART || k == OBJECT_REPORT || k == OBJECT_INSPECTION || k == OBJECT_QUOTE;
    return many ? OBJECTS_MAX - OBJECTS_KEPT : OBJECTS_MAX;
}

enum refusal
object_may(const struct engine *e, const struct job *j, const struct act *a)
{
    (void)e;
    const struct object_rule *r = object_rule(a->verb);
    if (r->from != 0 && object_find(&j->t, a->object, r->kind, r->from) == NULL)
        return REFUSAL_OBJECT;
    if (!has_needs(r, a))
        return REFUSAL_INCOMPLETE;
    if (r->needs & NEED_SECTIONS && a->text.len > SECTIONS_BYTES_MAX)
        return REFUSAL_LIMIT;
    bool full = j->t.objects_count >= room_for(r->kind) || (r->alone && is_pending(&j->t, r->kind));
    return r->from == 0 && full ? REFUSAL_LIMIT : REFUSAL_NONE;
}

/* ---- it is */

static void
keep(struct object *o, const struct object_rule *r, const struct act *a)
{
    struct str text[] = {
        [KEEP_NOTE] = ticket_note(a->note), [KEEP_NAME] = str_of(a->name), [KEEP_SECTIONS] = a->text
    };
    if (r->keeps == KEEP_NOTHING || text[r->keeps].len == 0)
        return;
    free((char *)(uintptr_t)o->text.at);
    o->text =
        str_bytes(memcpy(grow(NULL, text[r->keeps].len), text[r->keeps].at, text[r->keeps].len),
                  text[r->keeps].len);
}

static struct object *
make(struct ticket *t, const struct object_rule *r, const struct act *a, instant at)
{
    t->objects = grow_array(t->objects, t->objects_count, &t->objects_cap, sizeof(*t->objects));
    struct object *o = &t->objects[t->objects_count++];
    *o = (struct object){ .number = ++t->objects_made,
                          .kind = r->kind,
                          .warranty = r->kind == OBJECT_INSPECTION && a->warranty,
                          .opened_at = at,
                          .amount = -1 };
    memcpy(o->name, a->name, sizeof(o->name));
    return o;
}

struct object *
object_move(struct engine *e, struct job *j, struct act *a)
{
    const struct object_rule *r = object_rule(a->verb);
    instant at = step_believed(e, a->occurred_at);
    bool warranty = a->verb == VERB_PART_USE && (a->warranty || object_in_warranty(e, j));
    struct object *o =
        r->from == 0 ? make(&j->t, r, a, at) : object_find(&j->t, a->object, r->kind, r->from);
    assert(o != NULL); /* object_may has looked */
    o->warranty |= warranty;
    o->state = o->warranty ? r->warranted : r->to;
    o->at = at < o->at ? o->at : at;
    o->who = a->who;
    if (r->needs & (NEED_AMOUNT | NEED_SCORE))
        o->amount = a->amount;
    if (r->needs & NEED_SECTIONS)
        o->sections = a->sections;
    keep(o, r, a);
    a->object = o->number;
    return o;
}

static void
move(struct engine *e, struct job *j, const struct act *a)
{
    struct act b = *a;
    struct object *o = object_move(e, j, &b);
    deed_step(e, j, &b);
    object_tell(e, j, o, a->note);
}

/* ---- with something of their own */

static enum refusal
may_quote(const struct engine *e, const struct job *j, const struct act *a)
{
    enum refusal r = object_may(e, j, a);
    if (r != REFUSAL_NONE)
        return r;
    if (object_in_warranty(e, j))
        return REFUSAL_OBJECT;
    return j->t.course.excluded_count == EXCLUSIONS_MAX ? REFUSAL_LIMIT : REFUSAL_NONE;
}

static void
quote(struct engine *e, struct job *j, const struct act *a)
{
    struct act b = *a;
    struct object *o = object_move(e, j, &b);
    wait_quote(e, j, &b);
    object_tell(e, j, o, a->note);
}

/* Its answer moves the ticket, so the engineer hears of that too. */
static void
quote_answer(struct engine *e, struct job *j, const struct act *a)
{
    struct act b = *a;
    struct object *o = object_move(e, j, &b);
    deed_tell(e, j, &b);
    object_tell(e, j, o, a->note);
    if (j->t.state == TICKET_CLOSED)
        object_survey(e, j);
}

/* Late, it may still be what helps; but the promise that is broken stays broken. */
static void
replace(struct engine *e, struct job *j, const struct act *a)
{
    struct act b = *a;
    struct reading promise;
    clock_read(CLOCK_RESTORATION, &j->t.course, job_contract(e, j), j->t.level,
               step_believed(e, a->occurred_at), &promise);
    struct object *o = object_move(e, j, &b);
    deed_step(e, j, &b);
    object_tell(e, j, o,
                promise.broken ? STR("declared after the restoration deadline: the promise to "
                                     "restore is not void by it")
                               : a->note);
}

static void
survey_answer(struct engine *e, struct job *j, const struct act *a)
{
    move(e, j, a);
    if (a->amount <= SCORE_BAD)
        post_alarm(e, j, NEVER, STR("the customer is not satisfied: ask why, and follow it up"));
}

static enum refusal
may_settle_complaint(const struct engine *e, const struct job *j, const struct act *a)
{
    struct principal_id owner = object_owner(e, j);
    if (!no_name(owner) && !same_id(owner, a->who))
        return REFUSAL_NOT_YOURS;
    return object_may(e, j, a);
}

const struct deed deeds_object[VERBS] = {
    [VERB_INSPECT] = { object_may, move },
    [VERB_QUOTE] = { may_quote, quote },
    [VERB_QUOTE_ACCEPT] = { object_may, quote_answer },
    [VERB_QUOTE_DECLINE] = { object_may, quote_answer },
    [VERB_PART_REQUEST] = { object_may, move },
    [VERB_PART_RESERVE] = { object_may, move },
    [VERB_PART_MOVE] = { object_may, move },
    [VERB_PART_RECEIVE] = { object_may, move },
    [VERB_PART_USE] = { object_may, move },
    [VERB_PART_RETURN] = { object_may, move },
    [VERB_PART_CANCEL] = { object_may, move },
    [VERB_REPLACE] = { object_may, replace },
    [VERB_REPLACED] = { object_may, move },
    [VERB_REPORT] = { object_may, move },
    [VERB_ANALYSE] = { object_may, move },
    [VERB_SURVEY_ANSWER] = { object_may, survey_answer },
    [VERB_COMPLAIN] = { object_may, move },
    [VERB_COMPLAINT_ANSWER] = { may_settle_complaint, move },
    [VERB_COMPLAINT_CLOSE] = { may_settle_complaint, move },
};
