/* matching.c - weights with their defaults, speeds by half hours, and the numbering of certificates
 * and parts. */
#include "common/plan/matching.h"

#include "common/plan/date.h"
#include "common/plan/duty.h"
#include "common/plan/fields.h"
#include "common/plan/terms.h"

#include <stdlib.h>

/* What a plan that says nothing means, in the units of its fields. Lateness, flow, switch, slots
 * and candidates were measured in a simulated city of 100 engineers at a load of 0.9; scarcity,
 * fairness, preference and missed are set so that they break ties and outweigh no promise. */
enum {
    TRAVEL_PCT = 100,
    DETOUR_PCT = 135,
    FIXED_MIN = 3,
    P_LATE_S = 3600,
    LATE_PCT = 50,
    FLOW_PCT = 20,
    SCARCITY_S = 120,
    FAIRNESS_S = 300,
    COVER_PM = 40,
    PREFERENCE_S = 900,
    MISSED_S = 1800,
    SWITCH_S = 600,
    PLANNED_S = 1800,
    LEAD_MIN = 15,
    DEFER_WAIT_S = 2700,
    DEFER_TRIP_S = 900,
    SLOT_S = 3300,
    ANSWER_S = 60,
    UNSURE_S = 1200,
    UNSURE_SLOT_S = 800,
    SILENT_MIN = 10,
    EARLY_MIN = 120,
    PAUSE_MIN = 60,
    OVERRUN_MIN = 30,
    CANDIDATES = 32,
    PREFER_MIN = 10,
    REACH_KM = 0,         /* from anywhere */
    PENALTY_UNIT = 10000, /* a hundred of most currencies */
    LEVEL_STEP = 3        /* each level weighs so many times the one below */
};

static void
put_weights(struct matching *m, const struct plan *p)
{
    unsigned weight = 1;
    for (unsigned i = 0; i < LEVELS_MAX; i++) {
        const unsigned *given = i < p->levels_count ? p->levels[i].weight : NULL;
        m->weights[i] = (uint16_t)number_or(given, weight);
        weight = weight * LEVEL_STEP > WEIGHT_MAX ? WEIGHT_MAX : weight * LEVEL_STEP;
    }
}

/* The middle of each half hour decides; the first row that has it. */
static void
put_speeds(struct matching *m, const struct plan_matching *from)
{
    enum { HALF_HOUR = 30 };
    memset(m->speed_pct, 100, sizeof(m->speed_pct));
    for (unsigned i = from->speeds_count; i-- > 0;) {
        struct week week = { 0 };
        enum err e = duty_add(&week, str_of(from->speeds[i].hours), 0);
        assert(e == OK); /* checked */
        for (size_t k = 0; k < SPEEDS; k++)
            if (week.on[k * HALF_HOUR + HALF_HOUR / 2])
                m->speed_pct[k] = (uint8_t)from->speeds[i].pct;
    }
}

void
matching_put(struct rules *r, const struct plan *p, const struct plan_territory *t)
{
    const struct plan_matching *from = &p->matching;
    struct matching *m = &r->matching;
    m->by_penalties = same_text(from->weigh, "penalties");
    m->penalty_unit = number_or(from->penalty_unit, PENALTY_UNIT);
    put_weights(m, p);
    m->travel_pct = (int32_t)number_or(from->travel_pct, TRAVEL_PCT);
    m->detour_pct = (int32_t)number_or(from->detour_pct, DETOUR_PCT);
    m->fixed_ms = number_or(from->fixed_min, FIXED_MIN) * MINUTES;
    put_speeds(m, from);
    m->utc_offset_min = t->utc_offset_min;
    m->p_late_s = (int32_t)number_or(from->p_late_s, P_LATE_S);
    m->late_pct = (int32_t)number_or(from->late_pct, LATE_PCT);
    m->flow_pct = (int32_t)number_or(from->flow_pct, FLOW_PCT);
    m->scarcity_s = (int32_t)number_or(from->scarcity_s, SCARCITY_S);
    m->cover_pm = (int32_t)number_or(from->cover_pm, COVER_PM);
    m->fairness_s = (int32_t)number_or(from->fairness_s, FAIRNESS_S);
    m->preference_s = (int32_t)number_or(from->preference_s, PREFERENCE_S);
    m->missed_s = (int32_t)number_or(from->missed_s, MISSED_S);
    m->switch_s = (int32_t)number_or(from->switch_s, SWITCH_S);
    m->planned_s = (int32_t)number_or(from->planned_s, PLANNED_S);
    m->lead_ms = number_or(from->lead_min, LEAD_MIN) * MINUTES;
    m->defer_wait_s = (int32_t)number_or(from->defer_wait_s, DEFER_WAIT_S);
    m->defer_trip_s = (int32_t)number_or(from->defer_trip_s, DEFER_TRIP_S);
    m->slot_s = (int32_t)number_or(from->slot_s, SLOT_S);
    m->answer_s = (int32_t)number_or(from->answer_s, ANSWER_S);
    m->unsure_s = (int32_t)number_or(from->unsure_s, UNSURE_S);
    m->unsure_slot_s = (int32_t)number_or(from->unsure_slot_s, UNSURE_SLOT_S);
    m->silent_ms = number_or(from->silent_min, SILENT_MIN) * MINUTES;
    m->early_ms = number_or(from->early_min, EARLY_MIN) * MINUTES;
    m->pause_ms = number_or(from->pause_min, PAUSE_MIN) * MINUTES;
    m->overrun_ms = number_or(from->overrun_min, OVERRUN_MIN) * MINUTES;
    m->candidates = (uint16_t)number_or(from->candidates, CANDIDATES);
    m->prefer_ms = number_or(from->prefer_min, PREFER_MIN) * MINUTES;
    m->reach_m = number_or(from->reach_km, REACH_KM) * 1000;
    for (unsigned i = 0; i < from->divert_count; i++)
        m->divert |= (uint8_t)(1u << level_index(p, from->divert[i]));
}

void
matching_standard(struct rules *r)
{
    static const struct plan plan;
    static const struct plan_territory territory;
    matching_put(r, &plan, &territory);
}

/* ---- certificates and parts */

static void
add_thing(const char **list, size_t *count, size_t most, const char *name)
{
    size_t at = 0;
    while (at < *count && strcmp(list[at], name) < 0)
        at++;
    if (at < *count && strcmp(list[at], name) == 0)
        return;
    assert(*count < most); /* checked */
    memmove(&list[at + 1], &list[at], (*count - at) * sizeof(*list));
    list[at] = name;
    ++*count;
}

void
things_of(struct things *out, const struct plan *p)
{
    out->certificates_count = out->parts_count = 0;
    for (unsigned i = 0; i < p->categories_count; i++) {
        const struct plan_category *c = &p->categories[i];
        for (unsigned k = 0; k < c->certificates_count; k++)
            add_thing(out->certificates, &out->certificates_count, CERTIFICATES_MAX,
                      c->certificates[k]);
        for (unsigned k = 0; k < c->parts_count; k++)
            add_thing(out->parts, &out->parts_count, PART_KINDS_MAX, c->parts[k]);
    }
}

/* -1: no category needs it, so it decides nothing. */
static int
bit_of(const char *const *list, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(list[i], name) == 0)
            return (int)i;
    return -1;
}

void
things_category(const struct things *t, struct category *to, const struct plan_category *from)
{
    for (unsigned k = 0; k < from->certificates_count; k++)
        to->certificates |=
            UINT32_C(1) << bit_of(t->certificates, t->certificates_count, from->certificates[k]);
    for (unsigned k = 0; k < from->parts_count; k++)
        to->parts |= UINT64_C(1) << bit_of(t->parts, t->parts_count, from->parts[k]);
}

instant
last_day_end(const char *last, int utc_offset_min)
{
    int64_t day;
    if (last == NULL || !date_read(str_of(last), &day))
        return 0;
    return (day + 1) * DAYS - utc_offset_min * MINUTES;
}

void
things_engineer(const struct things *t, struct engineer_rule *to, const struct plan_engineer *from,
                int utc_offset_min)
{
    for (unsigned k = 0; k < from->certificates_count; k++) {
        const struct plan_certificate *c = &from->certificates[k];
        int bit = bit_of(t->certificates, t->certificates_count, c->certificate);
        if (bit < 0)
            continue;
        to->certificates |= UINT32_C(1) << bit;
        to->certificates_until[bit] = last_day_end(c->until, utc_offset_min);
    }
    for (unsigned k = 0; k < from->carries_count; k++) {
        int bit = bit_of(t->parts, t->parts_count, from->carries[k]);
        if (bit >= 0)
            to->parts |= UINT64_C(1) << bit;
    }
    for (size_t i = 0; i < to->skills_count; i++)
        for (unsigned k = 0; k < from->skills_count; k++)
            if (same_text(from->skills[k].skill, to->skills[i].id.s))
                to->skills_until[i] = last_day_end(from->skills[k].until, utc_offset_min);
}
