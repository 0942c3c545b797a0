/* check.c - the door's rules for each kind of message, one refusal a line. */
#include "broker/check.h"

#include "common/io/seal.h"
#include "common/wire/body.h"

#define NOTHING_WRONG      ((struct refusal_text){ NULL, NULL })
#define REFUSE(code, text) ((struct refusal_text){ (code), (text) })

enum {
    G = ROLE_BIT(ROLE_GATEWAY),
    E = ROLE_BIT(ROLE_ENGINEER),
    D = ROLE_BIT(ROLE_DISPATCHER),
};

static const unsigned verb_roles[VERBS] = {
    [VERB_PREPROCESS] = D,
    [VERB_DISPATCH] = D,
    [VERB_SOLVE] = D,
    [VERB_ACCEPT] = E,
    [VERB_DECLINE] = E,
    [VERB_DEPART] = E,
    [VERB_ARRIVE] = E,
    [VERB_WORK] = E,
    [VERB_PEND] = E,
    [VERB_HOLD] = E,
    [VERB_RESUME] = G | E | D,
    [VERB_RESOLVE] = E,
    [VERB_TRANSFER] = E | D,
    [VERB_TAKE_OVER] = E,
    [VERB_HELP] = E | D,
    [VERB_JOIN_IN] = E,
    [VERB_STEP_BACK] = E,
    [VERB_RETURN] = E | D,
    [VERB_APPROVE] = G | D,
    [VERB_REOPEN] = G | D,
    [VERB_APPEAL] = G | D,
    [VERB_NUDGE] = G | D,
    [VERB_NOTE] = G | E | D,
    [VERB_CANCEL] = G | D,
    [VERB_APPOINT] = G | D,
    [VERB_DELIVERED] = G,
    [VERB_REJECT] = D,
    [VERB_ASSIGN] = D,
    [VERB_PIN] = D,
    [VERB_FORBID] = D,
    [VERB_RELEVEL] = D,
    [VERB_EXEMPT] = D,
    [VERB_ACKNOWLEDGE] = E | D,
    [VERB_OBSERVE] = E | D,
    [VERB_DIFFERENT] = E | D,
    [VERB_JOIN] = D,
    [VERB_LEAVE] = D,
    [VERB_MERGE] = D,
    [VERB_INSPECT] = E,
    [VERB_QUOTE] = E | D,
    [VERB_QUOTE_ACCEPT] = G | D,
    [VERB_QUOTE_DECLINE] = G | D,
    [VERB_PART_REQUEST] = E | D,
    [VERB_PART_RESERVE] = D,
    [VERB_PART_MOVE] = D,
    [VERB_PART_RECEIVE] = E | D,
    [VERB_PART_USE] = E,
    [VERB_PART_RETURN] = E | D,
    [VERB_PART_CANCEL] = E | D,
    [VERB_REPLACE] = E | D,
    [VERB_REPLACED] = E,
    [VERB_REPORT] = E | D,
    [VERB_ANALYSE] = E | D,
    [VERB_SURVEY_ANSWER] = G | D,
    [VERB_COMPLAIN] = G | D,
    [VERB_COMPLAINT_ANSWER] = D,
    [VERB_COMPLAINT_CLOSE] = D,
    [VERB_SYNC] = G | E | D,
};

unsigned
check_verb_roles(enum verb v)
{
    return v < VERBS ? verb_roles[v] : 0;
}

static bool
pool_key_differs(const struct check *c, const struct key_id *theirs)
{
    return memcmp(c->pool_id, theirs, sizeof(*theirs)) != 0;
}

static const struct refusal_text wrong_pool_key = {
    "pool_key",
    "not sealed to the pool's present key: the operator gives that to you; seal again with it"
};
static const struct refusal_text no_such_territory = {
    "territory", "no territory of that name in the plan in force"
};

/* Too short to be sealed, or too long to be allowed. */
static struct refusal_text
check_sealed(struct str sealed, size_t body_max)
{
    if (sealed.len < SEAL_OVERHEAD)
        return REFUSE("malformed", "the body is too short to be sealed");
    if (sealed.len > body_max + SEAL_OVERHEAD)
        return REFUSE("too_big", "the body is larger than the protocol allows");
    return NOTHING_WRONG;
}

static bool
knows(const struct atlas *a, struct territory_id t)
{
    return atlas_code(a, t) != NULL;
}

static struct refusal_text
check_address(const struct check *c, const struct message *m)
{
    enum routed_how how;
    if (c->then == NULL)
        return REFUSE("plan", "that version of the plan is not kept: ask for the address again");
    if (!knows(c->now, m->report.territory))
        return no_such_territory;
    struct territory_id there = atlas_route(c->then, &m->report.route, &how);
    if (!same_id(there, m->report.territory))
        return REFUSE("address",
                      "that version of the map sends this report elsewhere: a new report "
                      "asks for its address, an old one keeps the one it was sent to");
    return NOTHING_WRONG;
}

struct refusal_text
check_report(const struct check *c, const struct message *m)
{
    if (no_name(m->report.source) || !atlas_may_speak(c->now, c->who->id, m->report.source))
        return REFUSE("source",
                      "the plan does not let you speak for this source: the operator adds "
                      "it to your sources");
    if (no_name(m->report.territory))
        return NOTHING_WRONG; /* it only asks where to go */
    if (pool_key_differs(c, &m->report.pool_key))
        return wrong_pool_key;
    struct refusal_text sealed = check_sealed(m->report.sealed, REPORT_BODY_MAX);
    return sealed.code != NULL ? sealed : check_address(c, m);
}

struct refusal_text
check_event(const struct check *c, const struct message *m)
{
    if (m->event.verb >= VERBS || check_verb_roles(m->event.verb) == 0)
        return REFUSE("verb", "no such verb: docs/protocol.md section 4 lists them");
    if ((check_verb_roles(m->event.verb) & ROLE_BIT(c->who->role)) == 0)
        return REFUSE("role", "this verb is not for your role");
    if (m->event.id.counter == 0)
        return REFUSE("malformed", "an event's counter begins at 1");
    if (!knows(c->now, m->event.territory))
        return no_such_territory;
    if (pool_key_differs(c, &m->event.pool_key))
        return wrong_pool_key;
    return check_sealed(m->event.sealed, EVENT_BODY_MAX);
}

struct refusal_text
check_place(const struct check *c, const struct message *m)
{
    if (!same_id(m->place.territory, c->who->home))
        return REFUSE("territory", "an engineer's place goes to the territory that the plan gives "
                                   "as his home");
    if (pool_key_differs(c, &m->place.pool_key))
        return wrong_pool_key;
    return check_sealed(m->place.sealed, EVENT_BODY_MAX);
}

struct refusal_text
check_subscribe(const struct check *c, const struct message *m)
{
    if (m->subscribe.watch && c->who->role != ROLE_DISPATCHER)
        return REFUSE("role", "the stream `watch` is for dispatchers");
    if (m->subscribe.credit == 0 || m->subscribe.credit > CREDIT_MAX)
        return REFUSE("malformed", "credit is 1 to 256 letters");
    return NOTHING_WRONG;
}

struct refusal_text
check_confirm(const struct check *c, const struct message *m, bool known)
{
    if (m->confirm.watch && c->who->role != ROLE_DISPATCHER)
        return REFUSE("role", "the stream `watch` is for dispatchers");
    return known ? NOTHING_WRONG : no_such_territory;
}

struct refusal_text
check_unreadable(enum err err)
{
    static const struct {
        enum err err;
        struct refusal_text text;
    } rows[] = {
        { ERR_TOO_BIG, { "too_big", "past 65,536 bytes or 20,000 values" } },
        { ERR_TOO_DEEP, { "too_deep", "more than 8 levels of nesting" } },
        { ERR_VERSION, { "version", "this broker speaks protocol version 1" } },
        { ERR_KIND, { "kind", "no such kind of message" } },
    };
    for (size_t i = 0; i < countof(rows); i++)
        if (rows[i].err == err)
            return rows[i].text;
    return REFUSE("malformed", "not one msgpack array as the protocol lays it out");
}
