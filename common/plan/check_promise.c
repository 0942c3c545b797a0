/* check_promise.c - what customers are promised, and who is told when it is in danger. */
#include "common/plan/checks.h"
#include "common/plan/principal.h"
#include "common/plan/promise.h"

/* ---- people */

/* The role of a principal; ROLE_NONE: there is no such principal. */
static enum role
role_of(const struct check *c, const char *id)
{
    const struct plan_principal *p = census_find(&c->census, REFERS_PRINCIPAL, id);
    if (p != NULL)
        return principal_role(p->role);
    return census_find(&c->census, REFERS_ENGINEER, id) != NULL ? ROLE_ENGINEER : ROLE_NONE;
}

/* A plan without principals is one to begin with: `faultline init` makes them. */
static bool
may_come(const struct check *c, enum role role)
{
    return role == ROLE_NONE && c->p->principals_count == 0;
}

static void
check_person(struct check *c, const struct spot *s, const char *key, const char *id,
             bool engineers_too)
{
    if (id == NULL || id[0] == '\0')
        return;
    enum role role = role_of(c, id);
    if (role == ROLE_DISPATCHER || (role == ROLE_ENGINEER && engineers_too) || may_come(c, role))
        return;
    if (role == ROLE_NONE)
        fault(c->f, s, key, "%s \"%s\" is not among the plan's principals; add %s", key, id,
              engineers_too ? "a dispatcher of this id, or name an engineer"
                            : "a dispatcher of this id");
    else
        fault(c->f, s, key, "%s \"%s\" must be a dispatcher%s", key, id,
              engineers_too ? " or an engineer" : "");
}

/* ---- escalations */

static bool
stands_for_somebody(const char *to)
{
    return strcmp(to, "engineer") == 0 || strcmp(to, "dispatchers") == 0 ||
           strcmp(to, "manager") == 0;
}

static void
check_step(struct check *c, const struct spot *s, unsigned before)
{
    const struct plan_step *step = s->item;
    if (step->share_pct > 0 && step->share_pct <= before)
        fault(c->f, s, "share_pct",
              "%u %% is not more than the step before (%u %%); steps rise, put them in order",
              step->share_pct, before);
    for (unsigned i = 0; i < step->to_count && i < TARGETS_MAX; i++) {
        enum role role = role_of(c, step->to[i]);
        if (!stands_for_somebody(step->to[i]) && role != ROLE_ENGINEER && role != ROLE_DISPATCHER &&
            !may_come(c, role))
            fault(c->f, &(struct spot){ s, "to", i, NULL, NULL }, NULL,
                  "to \"%s\" is nobody who could be told; write engineer, dispatchers, manager, or "
                  "the id of an engineer or a dispatcher",
                  step->to[i]);
    }
    if (step->repeat_min == 0 && step->times > 1)
        fault(c->f, s, "times", "told %u times without repeat_min; add the minutes in between",
              step->times);
    else if (step->repeat_min > 0 && step->times < 2)
        fault(c->f, s, "repeat_min", "repeated how often? Add times, 2 or more");
}

void
check_escalation(struct check *c, const struct spot *s)
{
    const struct plan_escalation *e = s->item;
    unsigned before = 0;
    for (unsigned i = 0; i < e->steps_count && i < RUNGS_MAX; i++) {
        check_step(c, &(struct spot){ s, "steps", i, &noun_step, &e->steps[i] }, before);
        if (e->steps[i].share_pct > before)
            before = e->steps[i].share_pct;
    }
}

/* ---- contracts */

static void
check_penalty(struct check *c, const struct spot *s, const struct plan_promise *p)
{
    const struct plan_contract *k = s->up->item;
    if ((p->penalty_per == 0) != (p->penalty_each_min == 0))
        fault(c->f, s, p->penalty_per == 0 ? "penalty_each_min" : "penalty_per",
              "penalty_per and penalty_each_min go together: so much for each so many minutes; add "
              "the %s",
              p->penalty_per == 0 ? "money" : "minutes");
    if (p->penalty_most > 0 && p->penalty_most < p->penalty)
        fault(c->f, s, "penalty_most",
              "at most %u in all is less than the %u at once; raise it or leave it out",
              p->penalty_most, p->penalty);
    if ((p->penalty > 0 || p->penalty_per > 0) && (k->currency == NULL || k->currency[0] == '\0'))
        fault(c->f, s, p->penalty > 0 ? "penalty" : "penalty_per",
              "a penalty in which money? Give the contract a currency, for example CNY");
}

static void
check_length(struct check *c, const struct spot *s, const struct plan_promise *p,
             enum promise_basis basis)
{
    const struct plan_contract *k = s->up->item;
    const unsigned split_max = SPLIT_DAYS_MAX * 24 * 60;
    unsigned longest =
        p->off_min != NULL && *p->off_min > p->working_min ? *p->off_min : p->working_min;
    bool closes = k->calendar != NULL && k->calendar[0] != '\0';
    bool hours = p->off_min != NULL || basis != BASIS_ALWAYS;
    if (hours && !closes)
        fault(c->f, s, basis != BASIS_ALWAYS ? "basis" : "off_min",
              "working and off hours need a calendar; give the contract one");
    if (basis == BASIS_SPLIT && longest > split_max)
        fault(c->f, s, longest > p->working_min ? "off_min" : "working_min",
              "a split promise of %u minutes; at most %d days (%u minutes) can be split, choose "
              "another basis",
              longest, SPLIT_DAYS_MAX, split_max);
    if (basis == BASIS_WORKING && p->off_min != NULL)
        fault(c->f, s, "off_min",
              "with basis working only open time counts, so off_min has no meaning; take it out");
}

void
check_promise(struct check *c, const struct spot *s)
{
    const struct plan_promise *p = s->item;
    enum promise_basis basis;
    if (p->clock != NULL && p->clock[0] != '\0' && promise_clock(str_of(p->clock)) == CLOCKS) {
        struct buf known = { 0 };
        for (enum clock i = 0; i < CLOCKS; i++)
            buf_printf(&known, "%s%s", i == 0 ? "" : ", ", promise_clock_name(i));
        fault(c->f, s, "clock", "clock \"%s\" is unknown; it is one of %s", p->clock,
              buf_cstr(&known));
        buf_fini(&known);
    }
    if (!promise_basis(str_of(p->basis), &basis))
        fault(c->f, s, "basis", "basis \"%s\" is unknown; it is always, working or split",
              p->basis);
    check_length(c, s, p, basis);
    check_penalty(c, s, p);
}

/* For which levels is each clock promised? Once each. */
static void
check_twice(struct check *c, const struct spot *s, bool promised[CLOCKS][LEVELS_MAX])
{
    const struct plan_contract *k = s->item;
    for (unsigned i = 0; i < k->promises_count; i++) {
        const struct plan_promise *p = &k->promises[i];
        enum clock clock = promise_clock(str_of(p->clock));
        bool every = p->level == NULL || p->level[0] == '\0', told = false;
        for (unsigned l = 0; clock < CLOCKS && l < c->p->levels_count && l < LEVELS_MAX; l++) {
            const char *level = c->p->levels[l].id;
            if (level == NULL || (!every && strcmp(p->level, level) != 0))
                continue;
            if (promised[clock][l] && !told) {
                fault(c->f, &(struct spot){ s, "promises", i, &noun_promise, p }, "clock",
                      "%s is promised twice for level %s; keep one", p->clock, level);
                told = true;
            }
            promised[clock][l] = true;
        }
    }
}

/* Whoever is promised a time for one level is promised one for all. */
static void
check_missing(struct check *c, const struct spot *s, bool promised[CLOCKS][LEVELS_MAX])
{
    static const enum clock whole[] = { CLOCK_RESPONSE, CLOCK_ARRIVAL, CLOCK_RESTORATION };
    for (size_t i = 0; i < countof(whole); i++) {
        const bool *has = promised[whole[i]];
        unsigned count = c->p->levels_count < LEVELS_MAX ? c->p->levels_count : LEVELS_MAX;
        unsigned with = 0, without = 0;
        while (with < count && !has[with])
            with++;
        while (without < count && has[without])
            without++;
        if (with < count && without < count)
            fault(c->f, s, "promises",
                  "%s is promised for level %s and not for %s; add a promise for it, or leave out "
                  "`level` to promise the same for all",
                  promise_clock_name(whole[i]), c->p->levels[with].id, c->p->levels[without].id);
    }
}

static bool
good_currency(const char *currency)
{
    if (strlen(currency) != 3)
        return false;
    for (; *currency != '\0'; currency++)
        if (*currency < 'A' || *currency > 'Z')
            return false;
    return true;
}

/* `text` among the first `count`? */
static bool
among(const char *text, char *const *texts, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        if (strcmp(texts[i], text) == 0)
            return true;
    return false;
}

static void
check_bans(struct check *c, const struct spot *s, const struct plan_contract *k)
{
    for (unsigned i = 0; i < k->bans_count && i < BANNED_MAX; i++) {
        struct spot at = { s, "bans", i, NULL, NULL };
        if (among(k->bans[i], k->bans, i))
            fault(c->f, &at, NULL, "bans \"%s\" is said twice; keep the first", k->bans[i]);
        if (among(k->bans[i], k->preferred, k->preferred_count))
            fault(c->f, &at, NULL, "\"%s\" is preferred and banned; take one out", k->bans[i]);
    }
}

static void
check_lists(struct check *c, const struct spot *s, const struct plan_contract *k)
{
    for (unsigned i = 0; i < k->exempts_count; i++)
        if (promise_exempt(str_of(k->exempts[i])) == REASON_NONE)
            fault(c->f, &(struct spot){ s, "exempts", i, NULL, NULL }, NULL,
                  "exempts \"%s\" is not a reason; it may be force_majeure or customer_delay",
                  k->exempts[i]);
    for (unsigned i = 0; i < k->preferred_count && i < PREFERRED_MAX; i++)
        if (among(k->preferred[i], k->preferred, i))
            fault(c->f, &(struct spot){ s, "preferred", i, NULL, NULL }, NULL,
                  "preferred \"%s\" is said twice; keep the first", k->preferred[i]);
    check_bans(c, s, k);
}

void
check_contract(struct check *c, const struct spot *s)
{
    const struct plan_contract *k = s->item;
    bool promised[CLOCKS][LEVELS_MAX] = { 0 };
    if (k->currency != NULL && k->currency[0] != '\0' && !good_currency(k->currency))
        fault(c->f, s, "currency", "currency \"%s\" must be three capital letters such as CNY",
              k->currency);
    check_person(c, s, "manager", k->manager, true);
    check_person(c, s, "complaints", k->complaints, false);
    if (k->manager != NULL && k->complaints != NULL && k->manager[0] != '\0' &&
        strcmp(k->manager, k->complaints) == 0)
        fault(c->f, s, "complaints",
              "\"%s\" is the manager, and complaints need somebody outside the team complained of; "
              "name another",
              k->complaints);
    check_lists(c, s, k);
    check_twice(c, s, promised);
    check_missing(c, s, promised);
}
