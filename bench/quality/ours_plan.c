/* ours_plan.c - the drawn city as the plan that the engine is given: a category for each skill and
 * level, the four severities as levels with their promised arrivals and penalties, and every
 * engineer's skills, home and duty; with the speeds that everybody knows. */
#include "bench/quality/ours.h"

#include "common/base/base.h"
#include "common/plan/matching.h"

#include <stdio.h>

enum { CATEGORIES = CITY_SKILLS * CITY_LEVELS, PENALTY_MINOR = 10000 };

struct ours_plan {
    struct rules rules;
    struct category categories[CATEGORIES];
    struct level_rule by_hint[CITY_SEVERITIES];
    struct contract contract;
    struct ladder ladder;
    struct engineer_rule *engineers; /* owned */
};

struct engineer_id
ours_engineer(uint32_t man)
{
    struct engineer_id id = { "" };
    snprintf(id.s, sizeof(id.s), "e%06u", man);
    return id;
}

uint32_t
ours_man(const char *id)
{
    return id[0] == 'e' ? (uint32_t)strtoul(id + 1, NULL, 10) : NOBODY;
}

static struct skill_id
skill_id(unsigned skill)
{
    struct skill_id id = { "" };
    snprintf(id.s, sizeof(id.s), "s%02u", skill);
    return id;
}

struct category_id
ours_category(unsigned skill, unsigned level)
{
    struct category_id id = { "" };
    snprintf(id.s, sizeof(id.s), "s%02u.%u", skill, level);
    return id;
}

static void
put_categories(struct ours_plan *p)
{
    for (unsigned i = 0; i < CATEGORIES; i++) {
        struct category *c = &p->categories[i];
        uint8_t level = (uint8_t)(1 + i % CITY_LEVELS);
        c->id = ours_category(i / CITY_LEVELS, level);
        c->service_ms = city_mean_ms(i / CITY_LEVELS);
        c->needs[c->needs_count++] = (struct skill){ skill_id(i / CITY_LEVELS), level };
    }
    p->rules.categories = p->categories;
    p->rules.categories_count = CATEGORIES;
    p->rules.fallback = p->categories[0].id;
}

/* The mildest severity is level 0. */
static void
put_levels(struct ours_plan *p)
{
    static const char *const names[CITY_SEVERITIES] = { "minor", "normal", "severe", "critical" };
    for (unsigned i = 0; i < CITY_SEVERITIES; i++) {
        unsigned severity = CITY_SEVERITIES - 1 - i;
        struct level *l = &p->rules.levels[p->rules.levels_count++];
        snprintf(l->name, sizeof(l->name), "%s", names[i]);
        l->offer_ms = FIELD_OFFER_MS;
        p->by_hint[i] = (struct level_rule){ .contract = NO_INDEX_8,
                                             .hint = (int16_t)i,
                                             .words = -1,
                                             .device = -1,
                                             .affected_pct = -1,
                                             .lost_pct = -1,
                                             .level = (uint8_t)i };
        p->contract.promises[CLOCK_ARRIVAL][i] = (struct promise){
            .working_ms = city_limits_min[severity] * MINUTES,
            .off_ms = city_limits_min[severity] * MINUTES,
            .basis = BASIS_ALWAYS,
            .penalty = (int64_t)(city_weights[severity] * PENALTY_MINOR),
        };
    }
    p->rules.level_rules = p->by_hint;
    p->rules.level_rules_count = CITY_SEVERITIES;
}

static void
put_engineer(const struct man *m, uint32_t i, struct engineer_rule *e)
{
    e->id = ours_engineer(i);
    snprintf(e->name, sizeof(e->name), "Engineer %u", i);
    snprintf(e->phone, sizeof(e->phone), "555-%06u", i);
    for (unsigned k = 0; k < CITY_SKILLS; k++)
        if (m->levels[k] > 0)
            e->skills[e->skills_count++] = (struct skill){ skill_id(k), m->levels[k] };
    e->home = spot_place(m->home);
    e->capacity = 1;
    for (int32_t day = 0; day < 7; day++) {
        int32_t day_min = day * 1440;
        e->duty[e->duty_count++] = (struct span){ day_min + m->from_min, day_min + m->break_min };
        e->duty[e->duty_count++] =
            (struct span){ day_min + m->break_min + CITY_BREAK_MIN, day_min + m->to_min };
    }
}

static void
put_times(struct rules *r)
{
    r->verdict_ms = 24 * HOURS;
    r->settle_ms = HOURS;
    r->pend_ms = 48 * HOURS;
    r->observe_ms = r->reopen_ms = 7 * DAYS;
    r->ask_ms = 2 * MINUTES;
    r->retry_ms = 30 * MINUTES;
    r->decline_ms = 6 * HOURS;
    r->occurred_limit_ms = 12 * HOURS;
    r->speed_m_per_min = CITY_SPEED_M;
    r->load_ms = 20 * MINUTES;
    r->geofence_m = 200;
}

/* The plan's `speeds`: the rush hours that the other policies' desk knows, too. */
static void
put_speeds(struct matching *m)
{
    enum { A_DAY = 48, RUSH_PCT = (100 * CITY_RUSH_M + CITY_SPEED_M / 2) / CITY_SPEED_M };
    for (int i = 0; i < SPEEDS; i++)
        m->speed_pct[i] = city_is_rush(i % A_DAY / 2) ? RUSH_PCT : 100;
}

struct ours_plan *
ours_plan_new(const struct city *c)
{
    struct ours_plan *p = zalloc(sizeof(*p));
    struct rules *r = &p->rules;
    r->version = 1;
    snprintf(r->territory.s, sizeof(r->territory.s), "city");
    snprintf(r->code, sizeof(r->code), "Q1");
    put_categories(p);
    put_levels(p);
    put_times(r);
    matching_standard(r);                             /* the standards are what is measured, */
    r->matching.divert = (1u << CITY_SEVERITIES) - 1; /* and anybody may be turned back */
    put_speeds(&r->matching);

    snprintf(p->contract.id, sizeof(p->contract.id), "standard");
    snprintf(p->contract.currency, sizeof(p->contract.currency), "EUR");
    p->ladder.rungs[0] = (struct rung){ 100, { { TARGET_DISPATCHERS, { "" } } }, 1, 0, 1 };
    p->ladder.rungs_count = 1;
    r->contracts = &p->contract;
    r->ladders = &p->ladder;
    r->contracts_count = r->ladders_count = 1;
    p->engineers = zalloc(c->men_count * sizeof(*p->engineers));
    for (uint32_t i = 0; i < c->men_count; i++)
        put_engineer(&c->men[i], i, &p->engineers[i]);
    r->engineers = p->engineers;
    r->engineers_count = c->men_count;
    return p;
}

void
ours_plan_free(struct ours_plan *p)
{
    free(p->engineers);
    free(p);
}

const struct rules *
ours_plan_rules(const struct ours_plan *p)
{
    return &p->rules;
}
