/* rules.c - from the plan to what the engine of one territory knows: names become indices,
 * hours milliseconds, duty texts spans, and absent numbers the defaults below. */
#include "common/plan/area.h"
#include "common/plan/duty.h"
#include "common/plan/matching.h"
#include "common/plan/terms.h"

#include <stdlib.h>

/* What a plan that says nothing means, in the units of its fields. */
enum {
    REPEAT_MIN = 120,          /* a second call about the same fault within two hours */
    VERDICT_MIN = 3 * 24 * 60, /* three days to complain about a repair */
    ASK_S = 60,
    DECLINE_H = 12, /* a shift */
    RETRY_MIN = 10,
    OCCURRED_LIMIT_H = 24,
    SPEED_KM_H = 25, /* through a town */
    LOAD_MIN = 30,
    CAPACITY = 1,
    PREPROCESS_MIN = 0,     /* straight to the engineers */
    SERVICE_MIN = 60,       /* of work, once there */
    PEND_LIMIT_H = 14 * 24, /* two weeks of waiting for a customer */
    OBSERVE_DAYS = 92,      /* three months */
    REOPEN_DAYS = 7,
    SETTLE_DAYS = 14,
    GEOFENCE_M = 200,
    OUTAGE_COUNT = 0, /* no two towns are alike: never, unless the plan says how many */
    OUTAGE_MIN = 0
};

static int
by_name(const void *a, const void *b)
{
    return strcmp(a, b); /* ids are the first members, zero-terminated */
}

/* Fills a sorted array of skills. */
static size_t
put_skills(struct skill *to, size_t max, const struct plan_need *from, unsigned count)
{
    assert(count <= max);
    for (unsigned i = 0; i < count; i++) {
        field_fill(to[i].id.s, from[i].skill);
        to[i].level = (uint8_t)from[i].level;
    }
    if (count > 1)
        qsort(to, count, sizeof(*to), by_name);
    return count;
}

static void
put_levels(struct rules *r, const struct plan *p)
{
    assert(p->levels_count >= 1 && p->levels_count <= LEVELS_MAX);
    for (unsigned i = 0; i < p->levels_count; i++) {
        const struct plan_level *from = &p->levels[i];
        struct level *to = &r->levels[i];
        field_fill(to->name, from->id);
        to->offer_ms = from->offer_s * SECONDS;
    }
    r->levels_count = p->levels_count;
}

static void
put_categories(struct rules *r, const struct plan *p, const struct things *things)
{
    r->categories_count = p->categories_count;
    r->categories = zalloc(p->categories_count * sizeof(*r->categories) + 1);
    for (unsigned i = 0; i < p->categories_count; i++) {
        const struct plan_category *from = &p->categories[i];
        struct category *to = &r->categories[i];
        field_fill(to->id.s, from->id);
        to->needs_count = put_skills(to->needs, NEEDS_MAX, from->needs, from->needs_count);
        to->level = (uint8_t)level_index(p, from->level);
        to->installation = same_text(from->service, "installation");
        to->preprocess_ms = number_or(from->preprocess_min, PREPROCESS_MIN) * MINUTES;
        to->prefers_count = put_skills(to->prefers, NEEDS_MAX, from->prefers, from->prefers_count);
        to->service_ms = number_or(from->service_min, SERVICE_MIN) * MINUTES;
        things_category(things, to, from);
    }
    if (r->categories_count > 1)
        qsort(r->categories, r->categories_count, sizeof(*r->categories), by_name);
}

static void
put_level_rules(struct rules *r, const struct plan *p)
{
    int16_t bit = 0; /* as in words.c */
    r->level_rules_count = p->level_rules_count;
    r->level_rules = zalloc(p->level_rules_count * sizeof(*r->level_rules) + 1);
    for (unsigned i = 0; i < p->level_rules_count; i++) {
        const struct plan_level_rule *from = &p->level_rules[i];
        struct level_rule *to = &r->level_rules[i];
        field_fill(to->category.s, from->category);
        to->hint = (int16_t)level_index(p, from->hint);
        to->words = from->words_count + from->match_count > 0 ? bit++ : -1;
        to->device = from->device_count > 0 ? bit++ : -1;
        to->contract = terms_contract(p, from->contract);
        to->affected_pct = (int8_t)number_or(from->affected_pct, -1);
        to->lost_pct = (int8_t)number_or(from->lost_pct, -1);
        to->down = from->down != NULL && *from->down;
        to->level = (uint8_t)level_index(p, from->level);
    }
    assert(bit <= WORDS_RULES_MAX);
}

static void
put_duty(struct engineer_rule *to, const struct plan_engineer *from, int utc_offset_min)
{
    struct week week = { 0 };
    enum err e = from->duty_count > 0 ? OK : duty_add(&week, STR("always"), 0);
    for (unsigned i = 0; i < from->duty_count && e == OK; i++)
        e = duty_add(&week, str_of(from->duty[i]), utc_offset_min);
    if (e == OK)
        e = duty_spans(&week, to->duty, &to->duty_count);
    assert(e == OK);
}

static void
put_engineers(struct rules *r, const struct plan *p, const struct plan_territory *t,
              const struct things *things)
{
    size_t count = 0;
    for (unsigned i = 0; i < p->engineers_count; i++)
        count += same_text(p->engineers[i].territory, t->id);
    r->engineers = zalloc(count * sizeof(*r->engineers) + 1);
    for (unsigned i = 0; i < p->engineers_count; i++) {
        const struct plan_engineer *from = &p->engineers[i];
        if (!same_text(from->territory, t->id))
            continue;
        struct engineer_rule *to = &r->engineers[r->engineers_count++];
        field_fill(to->id.s, from->id);
        field_fill(to->name, from->name);
        field_fill(to->phone, from->phone);
        to->skills_count = put_skills(to->skills, SKILLS_MAX, from->skills, from->skills_count);
        to->home = area_place(from->lat, from->lon);
        to->capacity = (uint16_t)number_or(from->capacity, CAPACITY);
        put_duty(to, from, t->utc_offset_min);
        things_engineer(things, to, from, t->utc_offset_min);
    }
    if (count > 1)
        qsort(r->engineers, count, sizeof(*r->engineers), by_name);
}

static void
put_settings(struct rules *r, const struct plan_settings *s)
{
    field_fill(r->fallback.s, s->fallback_category);
    r->repeat_ms = number_or(s->repeat_min, REPEAT_MIN) * MINUTES;
    r->verdict_ms = number_or(s->verdict_min, VERDICT_MIN) * MINUTES;
    r->ask_ms = number_or(s->ask_s, ASK_S) * SECONDS;
    r->decline_ms = number_or(s->decline_h, DECLINE_H) * HOURS;
    r->retry_ms = number_or(s->retry_min, RETRY_MIN) * MINUTES;
    r->occurred_limit_ms = number_or(s->occurred_limit_h, OCCURRED_LIMIT_H) * HOURS;
    r->speed_m_per_min = (int32_t)(number_or(s->speed_km_h, SPEED_KM_H) * 1000 / 60);
    r->load_ms = number_or(s->load_min, LOAD_MIN) * MINUTES;
    r->pend_ms = number_or(s->pend_limit_h, PEND_LIMIT_H) * HOURS;
    r->observe_ms = number_or(s->observe_days, OBSERVE_DAYS) * DAYS;
    r->reopen_ms = number_or(s->reopen_days, REOPEN_DAYS) * DAYS;
    r->settle_ms = number_or(s->settle_days, SETTLE_DAYS) * DAYS;
    if (r->settle_ms < r->reopen_ms)
        r->settle_ms = r->reopen_ms; /* what can be reopened is at hand */
    r->geofence_m = (int32_t)number_or(s->geofence_m, GEOFENCE_M);
    r->outage_count = (uint16_t)number_or(s->outage_count, OUTAGE_COUNT);
    r->outage_ms = number_or(s->outage_min, OUTAGE_MIN) * MINUTES;
    if (r->outage_count == 0)
        r->outage_ms = 0;
}

struct rules *
plan_rules(const struct plan *p, struct territory_id t)
{
    assert(p->map == NULL || !*p->map);
    const struct plan_territory *from = NULL;
    for (unsigned i = 0; i < p->territories_count && from == NULL; i++)
        if (strncmp(p->territories[i].id, t.s, sizeof(t.s)) == 0)
            from = &p->territories[i];
    if (from == NULL)
        return NULL;
    struct rules *r = zalloc(sizeof(*r));
    struct things things;
    things_of(&things, p);
    r->version = p->version;
    r->territory = t;
    field_fill(r->code, from->code);
    put_levels(r, p);
    put_categories(r, p, &things);
    put_level_rules(r, p);
    put_engineers(r, p, from, &things);
    terms_put(r, p, from);
    put_settings(r, &p->settings);
    matching_put(r, p, from);
    r->neighbours_count = from->neighbours_count;
    for (unsigned i = 0; i < from->neighbours_count; i++)
        field_fill(r->neighbours[i].s, from->neighbours[i]);
    return r;
}

void
rules_free(struct rules *r)
{
    if (r == NULL)
        return;
    free(r->categories);
    free(r->level_rules);
    free(r->engineers);
    for (size_t i = 0; i < r->calendars_count; i++)
        free(r->calendars[i].spans);
    free(r->calendars);
    free(r->ladders);
    free(r->contracts);
    free(r->sites);
    free(r->customers);
    free(r->contacts);
    free(r);
}
