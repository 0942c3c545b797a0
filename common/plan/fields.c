/* fields.c - the rows of every noun of the plan. The order of rows is the order of writing. */
#include "common/plan/fields.h"

#include <stddef.h>

#define ONE(type, member, k) .key = #member, .kind = k, .at = offsetof(struct type, member)
#define MANY(type, member, k)                                                                      \
    ONE(type, member, k), .count_at = offsetof(struct type, member##_count)
#define ID(type, example)                                                                          \
    {                                                                                              \
        ONE(type, id, FIELD_TEXT), .need = NEED_ALWAYS, .like = example                            \
    }
#define NOUN(what, type, rows)                                                                     \
    .name = what, .size = sizeof(struct type), .fields = rows, .fields_count = countof(rows)

/* Names are for people: long enough for a whole line, short enough for a record. */
#define LINE .min = 0, .max = 127

static const struct field point_fields[] = {
    { ONE(plan_point, lat, FIELD_REAL), .min = -90, .max = 90 },
    { ONE(plan_point, lon, FIELD_REAL), .min = -180, .max = 180 },
};
const struct noun noun_point = { NOUN("point", plan_point, point_fields), .flow = true };

static const struct field territory_fields[] = {
    ID(plan_territory, "north"),
    { ONE(plan_territory, code, FIELD_TEXT), .need = NEED_ALWAYS, .max = 7, .like = "N1" },
    { ONE(plan_territory, name, FIELD_TEXT), .hidden = true, LINE },
    { ONE(plan_territory, utc_offset_min, FIELD_OFFSET), .hidden = true, .min = -840, .max = 840 },
    { MANY(plan_territory, neighbours, FIELD_TEXTS), .refers = REFERS_TERRITORY, .hidden = true,
      .items_max = NEIGHBOURS_MAX },
    { MANY(plan_territory, area, FIELD_LIST), .of = &noun_point, .max = 100000 },
};
const struct noun noun_territory = { NOUN("territory", plan_territory, territory_fields),
                                     .names = REFERS_TERRITORY,
                                     .id_max = sizeof(struct territory_id) - 1, .id_plain = true,
                                     .ordered = true };

static const struct field site_fields[] = {
    ID(plan_site, "town-hall"),
    { ONE(plan_site, name, FIELD_TEXT), .hidden = true, LINE },
    { ONE(plan_site, customer, FIELD_TEXT), .refers = REFERS_CUSTOMER },
    { ONE(plan_site, territory, FIELD_TEXT), .refers = REFERS_TERRITORY },
    { ONE(plan_site, contract, FIELD_TEXT), .refers = REFERS_CONTRACT, .hidden = true },
    { ONE(plan_site, warranty_until, FIELD_TEXT), .hidden = true },
    { ONE(plan_site, lat, FIELD_DEGREE), .min = -90, .max = 90 },
    { ONE(plan_site, lon, FIELD_DEGREE), .min = -180, .max = 180 },
};
const struct noun noun_site = { NOUN("site", plan_site, site_fields), .names = REFERS_SITE,
                                .id_max = sizeof(struct site_id) - 1 };

static const struct field customer_fields[] = {
    ID(plan_customer, "C-1001"),
    { ONE(plan_customer, name, FIELD_TEXT), .hidden = true, LINE },
    { ONE(plan_customer, territory, FIELD_TEXT), .refers = REFERS_TERRITORY },
    { ONE(plan_customer, contract, FIELD_TEXT), .refers = REFERS_CONTRACT, .hidden = true },
};
const struct noun noun_customer = { NOUN("customer", plan_customer, customer_fields),
                                    .names = REFERS_CUSTOMER,
                                    .id_max = sizeof(struct customer_id) - 1 };

static const struct field level_fields[] = {
    ID(plan_level, "general"),
    { ONE(plan_level, name, FIELD_TEXT), LINE },
    { ONE(plan_level, offer_s, FIELD_COUNT), .need = NEED_ALWAYS, .min = 1, .max = 86400,
      .like = "300" },
    { ONE(plan_level, weight, FIELD_NUMBER), .min = 1, .max = WEIGHT_MAX },
};
const struct noun noun_level = { NOUN("level", plan_level, level_fields), .names = REFERS_LEVEL,
                                 .id_max = sizeof((struct level *)NULL)->name - 1, .id_plain = true,
                                 .ordered = true };

static const struct field need_fields[] = {
    { ONE(plan_need, skill, FIELD_TEXT), .need = NEED_ALWAYS, .max = sizeof(struct skill_id) - 1,
      .like = "network" },
    { ONE(plan_need, level, FIELD_COUNT), .need = NEED_ALWAYS, .min = 1, .max = 9, .like = "1" },
};
const struct noun noun_need = { NOUN("skill", plan_need, need_fields), .flow = true };

/* A day is looked at by checks that know what a day is. */
#define UNTIL(type)                                                                                \
    {                                                                                              \
        ONE(type, until, FIELD_TEXT)                                                               \
    }
static const struct field skill_fields[] = {
    { ONE(plan_need, skill, FIELD_TEXT), .need = NEED_ALWAYS, .max = sizeof(struct skill_id) - 1,
      .like = "network" },
    { ONE(plan_need, level, FIELD_COUNT), .need = NEED_ALWAYS, .min = 1, .max = 9, .like = "1" },
    UNTIL(plan_need),
};
const struct noun noun_skill = { NOUN("skill", plan_need, skill_fields), .flow = true };

/* Of certificates and parts: a name for people and for comparing, no more. */
enum { THING_MAX = 31 };
static const struct field certificate_fields[] = {
    { ONE(plan_certificate, certificate, FIELD_TEXT), .need = NEED_ALWAYS, .max = THING_MAX,
      .like = "high-voltage" },
    UNTIL(plan_certificate),
};
const struct noun noun_certificate = { NOUN("certificate", plan_certificate, certificate_fields),
                                       .flow = true };

static const struct field category_fields[] = {
    ID(plan_category, "power-failure"),
    { ONE(plan_category, name, FIELD_TEXT), LINE },
    { ONE(plan_category, level, FIELD_TEXT), .need = NEED_ALWAYS, .refers = REFERS_LEVEL,
      .like = "general" },
    { MANY(plan_category, needs, FIELD_LIST), .of = &noun_need, .max = NEEDS_MAX },
    { ONE(plan_category, service, FIELD_TEXT) },
    { ONE(plan_category, preprocess_min, FIELD_NUMBER), .min = 0, .max = 10080 },
    { MANY(plan_category, certificates, FIELD_TEXTS), .min = 1, .max = THING_MAX, .items_max = 8 },
    { MANY(plan_category, parts, FIELD_TEXTS), .min = 1, .max = THING_MAX, .items_max = 8 },
    { MANY(plan_category, prefers, FIELD_LIST), .of = &noun_need, .max = NEEDS_MAX },
    { ONE(plan_category, service_min, FIELD_NUMBER), .min = 1, .max = 10080 },
};
const struct noun noun_category = { NOUN("category", plan_category, category_fields),
                                    .names = REFERS_CATEGORY,
                                    .id_max = sizeof(struct category_id) - 1 };

static const struct field level_rule_fields[] = {
    { ONE(plan_level_rule, category, FIELD_TEXT), .refers = REFERS_CATEGORY },
    { ONE(plan_level_rule, contract, FIELD_TEXT), .refers = REFERS_CONTRACT },
    { ONE(plan_level_rule, hint, FIELD_TEXT), .refers = REFERS_LEVEL },
    { MANY(plan_level_rule, words, FIELD_TEXTS), .min = 1, .max = 63 },
    { MANY(plan_level_rule, match, FIELD_TEXTS), .min = 1, .max = 255, .items_max = 16 },
    { MANY(plan_level_rule, device, FIELD_TEXTS), .min = 1, .max = 255, .items_max = 16 },
    { ONE(plan_level_rule, affected_pct, FIELD_NUMBER), .min = 0, .max = 100 },
    { ONE(plan_level_rule, lost_pct, FIELD_NUMBER), .min = 0, .max = 100 },
    { ONE(plan_level_rule, down, FIELD_FLAG) },
    { ONE(plan_level_rule, level, FIELD_TEXT), .need = NEED_ALWAYS, .refers = REFERS_LEVEL,
      .like = "severe" },
};
const struct noun noun_level_rule = { NOUN("level_rule", plan_level_rule, level_rule_fields),
                                      .ordered = true };

static const struct field calendar_fields[] = {
    ID(plan_calendar, "hours"),
    { ONE(plan_calendar, zone, FIELD_TEXT), .need = NEED_ALWAYS, .max = 63,
      .like = "Asia/Shanghai" },
    { MANY(plan_calendar, files, FIELD_TEXTS), .min = 1, .max = 255 },
    { ONE(plan_calendar, compiled, FIELD_TEXT) },
};
const struct noun noun_calendar = { NOUN("calendar", plan_calendar, calendar_fields),
                                    .names = REFERS_CALENDAR,
                                    .id_max = sizeof((struct calendar *)NULL)->id - 1,
                                    .id_plain = true };

static const struct field duty_fields[] = {
    { ONE(plan_duty, who, FIELD_TEXT), .need = NEED_ALWAYS, .max = sizeof(struct engineer_id) - 1 },
    { ONE(plan_duty, compiled, FIELD_TEXT), .need = NEED_ALWAYS },
};
const struct noun noun_duty = { NOUN("duty", plan_duty, duty_fields) };

static const struct field roster_fields[] = {
    ID(plan_roster, "hotline"),
    { ONE(plan_roster, zone, FIELD_TEXT), .need = NEED_ALWAYS, .max = 63, .like = "Asia/Shanghai" },
    { MANY(plan_roster, files, FIELD_TEXTS), .min = 1, .max = 255 },
    { ONE(plan_roster, covers, FIELD_FLAG) },
    { ONE(plan_roster, holidays, FIELD_TEXT), .refers = REFERS_CALENDAR },
    { MANY(plan_roster, compiled, FIELD_LIST), .of = &noun_duty },
};
const struct noun noun_roster = { NOUN("roster", plan_roster, roster_fields),
                                  .names = REFERS_ROSTER,
                                  .id_max = sizeof((struct calendar *)NULL)->id - 1,
                                  .id_plain = true };

static const struct field step_fields[] = {
    { ONE(plan_step, share_pct, FIELD_COUNT), .need = NEED_ALWAYS, .min = 1, .max = 1000,
      .like = "75" },
    { MANY(plan_step, to, FIELD_TEXTS), .need = NEED_ALWAYS, .min = 1,
      .max = sizeof(struct principal_id) - 1, .items_max = TARGETS_MAX, .like = "[dispatchers]" },
    { ONE(plan_step, repeat_min, FIELD_COUNT), .min = 0, .max = 10080 },
    { ONE(plan_step, times, FIELD_COUNT), .min = 0, .max = 1000 },
};
const struct noun noun_step = { NOUN("step", plan_step, step_fields), .ordered = true,
                                .flow = true };

static const struct field escalation_fields[] = {
    ID(plan_escalation, "usual"),
    { ONE(plan_escalation, ack_min, FIELD_NUMBER), .min = 0, .max = 10080 },
    { MANY(plan_escalation, steps, FIELD_LIST), .of = &noun_step, .need = NEED_ALWAYS,
      .max = RUNGS_MAX },
};
const struct noun noun_escalation = { NOUN("escalation", plan_escalation, escalation_fields),
                                      .names = REFERS_ESCALATION,
                                      .id_max = sizeof((struct ladder *)NULL)->id - 1,
                                      .id_plain = true, .ordered = true };

/* A year of minutes: no promise is longer. Money: forty million of most currencies. */
enum { PROMISE_MIN_MAX = 525600 };
#define MONEY .min = 0, .max = 4000000000
static const struct field promise_fields[] = {
    { ONE(plan_promise, clock, FIELD_TEXT), .need = NEED_ALWAYS, .like = "arrival" },
    { ONE(plan_promise, level, FIELD_TEXT), .refers = REFERS_LEVEL },
    { ONE(plan_promise, working_min, FIELD_COUNT), .need = NEED_ALWAYS, .min = 1,
      .max = PROMISE_MIN_MAX, .like = "240" },
    { ONE(plan_promise, off_min, FIELD_NUMBER), .min = 1, .max = PROMISE_MIN_MAX },
    { ONE(plan_promise, basis, FIELD_TEXT) },
    { ONE(plan_promise, penalty, FIELD_COUNT), MONEY },
    { ONE(plan_promise, penalty_per, FIELD_COUNT), MONEY },
    { ONE(plan_promise, penalty_each_min, FIELD_COUNT), .min = 0, .max = PROMISE_MIN_MAX },
    { ONE(plan_promise, penalty_most, FIELD_COUNT), MONEY },
};
const struct noun noun_promise = { NOUN("promise", plan_promise, promise_fields), .flow = true };

static const struct field seats_fields[] = {
    { ONE(plan_seats, roster, FIELD_TEXT), .need = NEED_ALWAYS, .refers = REFERS_ROSTER },
    { ONE(plan_seats, seats, FIELD_COUNT), .need = NEED_ALWAYS, .min = 1, .max = 10000,
      .like = "2" },
};
const struct noun noun_seats = { NOUN("seats", plan_seats, seats_fields), .flow = true };

static const struct field contract_fields[] = {
    ID(plan_contract, "standard"),
    { ONE(plan_contract, name, FIELD_TEXT), .min = 0,
      .max = sizeof((struct contract *)NULL)->name - 1 },
    { ONE(plan_contract, currency, FIELD_TEXT) },
    { ONE(plan_contract, calendar, FIELD_TEXT), .refers = REFERS_CALENDAR },
    { ONE(plan_contract, ladder, FIELD_TEXT), .refers = REFERS_ESCALATION },
    { ONE(plan_contract, manager, FIELD_TEXT), .max = sizeof(struct principal_id) - 1 },
    { ONE(plan_contract, complaints, FIELD_TEXT), .max = sizeof(struct principal_id) - 1 },
    { MANY(plan_contract, preferred, FIELD_TEXTS), .refers = REFERS_ENGINEER,
      .items_max = PREFERRED_MAX },
    { MANY(plan_contract, bans, FIELD_TEXTS), .refers = REFERS_ENGINEER, .items_max = BANNED_MAX },
    { MANY(plan_contract, exempts, FIELD_TEXTS) },
    { MANY(plan_contract, seats, FIELD_LIST), .of = &noun_seats },
    { MANY(plan_contract, promises, FIELD_LIST), .of = &noun_promise },
};
const struct noun noun_contract = { NOUN("contract", plan_contract, contract_fields),
                                    .names = REFERS_CONTRACT,
                                    .id_max = sizeof((struct contract *)NULL)->id - 1,
                                    .id_plain = true, .ordered = true };

static const struct field engineer_fields[] = {
    ID(plan_engineer, "chen.wei"),
    { ONE(plan_engineer, name, FIELD_TEXT), .need = NEED_FULL, .hidden = true,
      .max = sizeof((struct engineer_rule *)NULL)->name - 1, .like = "Chen Wei" },
    { ONE(plan_engineer, phone, FIELD_TEXT), .need = NEED_FULL, .hidden = true,
      .max = sizeof((struct engineer_rule *)NULL)->phone - 1, .like = "+1 617 555 0101" },
    { ONE(plan_engineer, territory, FIELD_TEXT), .need = NEED_ALWAYS, .refers = REFERS_TERRITORY,
      .like = "north" },
    { ONE(plan_engineer, lat, FIELD_DEGREE), .hidden = true, .min = -90, .max = 90 },
    { ONE(plan_engineer, lon, FIELD_DEGREE), .hidden = true, .min = -180, .max = 180 },
    { ONE(plan_engineer, capacity, FIELD_NUMBER), .hidden = true, .min = 1, .max = 65535 },
    { MANY(plan_engineer, skills, FIELD_LIST), .of = &noun_skill, .hidden = true,
      .max = SKILLS_MAX },
    { MANY(plan_engineer, certificates, FIELD_LIST), .of = &noun_certificate, .hidden = true,
      .max = CERTIFICATES_MAX },
    { MANY(plan_engineer, carries, FIELD_TEXTS), .hidden = true, .min = 1, .max = THING_MAX,
      .items_max = PART_KINDS_MAX },
    { MANY(plan_engineer, duty, FIELD_TEXTS), .hidden = true },
};
const struct noun noun_engineer = { NOUN("engineer", plan_engineer, engineer_fields),
                                    .names = REFERS_ENGINEER,
                                    .id_max = sizeof(struct engineer_id) - 1, .id_plain = true };

static const struct field principal_fields[] = {
    ID(plan_principal, "gateway-mail"),
    { ONE(plan_principal, role, FIELD_TEXT), .need = NEED_ALWAYS, .like = "gateway" },
    { ONE(plan_principal, curve, FIELD_TEXT) },
    { ONE(plan_principal, seal, FIELD_TEXT) },
    { ONE(plan_principal, sign, FIELD_TEXT) },
    { MANY(plan_principal, sources, FIELD_TEXTS), .min = 1, .max = sizeof(struct source_id) - 1 },
    { ONE(plan_principal, revoked, FIELD_FLAG) },
};
const struct noun noun_principal = { NOUN("principal", plan_principal, principal_fields),
                                     .names = REFERS_PRINCIPAL,
                                     .id_max = sizeof(struct principal_id) - 1, .id_plain = true };

/* Ten years of minutes, of hours and of seconds are beyond any use, and far from overflow. */
#define SETTING(member, least, most)                                                               \
    {                                                                                              \
        ONE(plan_settings, member, FIELD_NUMBER), .hidden = true, .min = least, .max = most        \
    }
static const struct field settings_fields[] = {
    { ONE(plan_settings, triage, FIELD_TEXT), .need = NEED_ALWAYS, .refers = REFERS_TERRITORY,
      .like = "triage" },
    { ONE(plan_settings, fallback_category, FIELD_TEXT), .need = NEED_FULL,
      .refers = REFERS_CATEGORY, .hidden = true, .like = "other" },
    SETTING(repeat_min, 0, 5256000),
    SETTING(verdict_min, 1, 5256000),
    SETTING(ask_s, 1, 86400),
    SETTING(decline_h, 0, 87600),
    SETTING(retry_min, 1, 525600),
    SETTING(occurred_limit_h, 0, 87600),
    SETTING(speed_km_h, 1, 1000),
    SETTING(load_min, 0, 10080),
    SETTING(pend_limit_h, 1, 87600),
    SETTING(observe_days, 1, 3650),
    SETTING(reopen_days, 0, 3650),
    SETTING(settle_days, 0, 3650),
    SETTING(geofence_m, 0, 100000),
    SETTING(outage_count, 0, 64),
    SETTING(outage_min, 0, 10080),
};
const struct noun noun_settings = { NOUN("settings", plan_settings, settings_fields) };

static const struct field speed_fields[] = {
    { ONE(plan_speed, hours, FIELD_TEXT), .need = NEED_ALWAYS, .like = "\"mon-fri 07:00-09:30\"" },
    { ONE(plan_speed, pct, FIELD_COUNT), .need = NEED_ALWAYS, .min = 5, .max = 250, .like = "60" },
};
const struct noun noun_speed = { NOUN("speed", plan_speed, speed_fields), .ordered = true,
                                 .flow = true };

/* A day of seconds is more than any of these is worth; what they add up to stays far below 2^40
 * sixteenths of a second (workers/core/cost.h). */
#define WEIGHT(member, least, most)                                                                \
    {                                                                                              \
        ONE(plan_matching, member, FIELD_NUMBER), .hidden = true, .min = least, .max = most        \
    }
static const struct field matching_fields[] = {
    { ONE(plan_matching, weigh, FIELD_TEXT), .hidden = true },
    WEIGHT(penalty_unit, 1, 4000000000),
    WEIGHT(travel_pct, 0, 1000),
    WEIGHT(detour_pct, 100, 1000),
    WEIGHT(fixed_min, 0, 240),
    WEIGHT(p_late_s, 0, 86400),
    WEIGHT(late_pct, 0, 1000),
    WEIGHT(flow_pct, 0, 1000),
    WEIGHT(scarcity_s, 0, 86400),
    WEIGHT(fairness_s, 0, 86400),
    WEIGHT(cover_pm, 0, 1000),
    WEIGHT(preference_s, 0, 86400),
    WEIGHT(missed_s, 0, 86400),
    WEIGHT(switch_s, 0, 86400),
    WEIGHT(planned_s, 0, 86400),
    WEIGHT(lead_min, 0, 1440),
    WEIGHT(defer_wait_s, 0, 86400),
    WEIGHT(defer_trip_s, 0, 86400),
    WEIGHT(slot_s, 1, 86400),
    WEIGHT(answer_s, 0, 3600),
    WEIGHT(unsure_s, 0, 86400),
    WEIGHT(unsure_slot_s, 0, 86400),
    WEIGHT(silent_min, 0, 1440),
    WEIGHT(early_min, 0, 1440),
    WEIGHT(pause_min, 0, 240),
    WEIGHT(overrun_min, 0, 1440),
    WEIGHT(candidates, 4, 256),
    WEIGHT(prefer_min, 0, 10080),
    WEIGHT(reach_km, 1, 10000),
    { MANY(plan_matching, divert, FIELD_TEXTS), .refers = REFERS_LEVEL, .hidden = true,
      .items_max = LEVELS_MAX },
    { MANY(plan_matching, speeds, FIELD_LIST), .of = &noun_speed, .hidden = true, .max = 32 },
};
const struct noun noun_matching = { NOUN("matching", plan_matching, matching_fields) };

static const struct field plan_fields[] = {
    { ONE(plan, version, FIELD_COUNT) },
    { ONE(plan, map, FIELD_FLAG) },
    { ONE(plan, name, FIELD_TEXT), .hidden = true, LINE },
    { ONE(plan, settings, FIELD_PART), .of = &noun_settings },
    { ONE(plan, matching, FIELD_PART), .of = &noun_matching, .hidden = true },
    { MANY(plan, levels, FIELD_LIST), .of = &noun_level, .need = NEED_FULL, .hidden = true,
      .max = LEVELS_MAX },
    { MANY(plan, categories, FIELD_LIST), .of = &noun_category, .need = NEED_FULL, .hidden = true },
    { MANY(plan, level_rules, FIELD_LIST), .of = &noun_level_rule, .hidden = true },
    { MANY(plan, calendars, FIELD_LIST), .of = &noun_calendar, .hidden = true },
    { MANY(plan, rosters, FIELD_LIST), .of = &noun_roster, .hidden = true },
    { MANY(plan, escalations, FIELD_LIST), .of = &noun_escalation, .need = NEED_FULL,
      .hidden = true, .max = NO_INDEX_8 },
    { MANY(plan, contracts, FIELD_LIST), .of = &noun_contract, .need = NEED_FULL, .hidden = true,
      .max = NO_INDEX_8 },
    { MANY(plan, territories, FIELD_LIST), .of = &noun_territory, .need = NEED_ALWAYS,
      .max = TERRITORIES_SAID_MAX },
    { MANY(plan, customers, FIELD_LIST), .of = &noun_customer },
    { MANY(plan, sites, FIELD_LIST), .of = &noun_site },
    { MANY(plan, engineers, FIELD_LIST), .of = &noun_engineer },
    { MANY(plan, principals, FIELD_LIST), .of = &noun_principal },
};
const struct noun noun_plan = { NOUN("plan", plan, plan_fields) };

const struct field *
noun_field(const struct noun *n, struct str key)
{
    for (size_t i = 0; i < n->fields_count; i++)
        if (str_is(key, n->fields[i].key))
            return &n->fields[i];
    return NULL;
}

static bool
part_absent(const struct field *f, const void *item)
{
    for (size_t i = 0; i < f->of->fields_count; i++)
        if (!field_absent(&f->of->fields[i], field_at(f, item)))
            return false;
    return true;
}

bool
field_absent(const struct field *f, const void *item)
{
    switch (f->kind) {
    case FIELD_TEXT: {
        const char *text = field_pointer(f, item);
        return text == NULL || text[0] == '\0';
    }
    case FIELD_COUNT:
    case FIELD_OFFSET: {
        unsigned n;
        memcpy(&n, field_at(f, item), sizeof(n));
        return n == 0;
    }
    case FIELD_NUMBER:
    case FIELD_DEGREE:
    case FIELD_FLAG:
        return field_pointer(f, item) == NULL;
    case FIELD_TEXTS:
    case FIELD_LIST:
        return field_count(f, item) == 0;
    case FIELD_PART:
        return part_absent(f, item);
    case FIELD_REAL:
    case FIELD_KINDS:
        break;
    }
    return false;
}

static void
field_fini(const struct field *f, void *item)
{
    void *owned = NULL;
    switch (f->kind) {
    case FIELD_PART:
        noun_fini(f->of, (char *)item + f->at);
        return;
    case FIELD_COUNT:
    case FIELD_OFFSET:
    case FIELD_REAL:
    case FIELD_KINDS:
        return;
    case FIELD_TEXTS:
        for (unsigned i = 0; i < field_count(f, item); i++)
            free(((char **)field_pointer(f, item))[i]);
        break;
    case FIELD_LIST:
        for (unsigned i = 0; i < field_count(f, item); i++)
            noun_fini(f->of, field_item(f, item, i));
        break;
    case FIELD_TEXT:
    case FIELD_NUMBER:
    case FIELD_DEGREE:
    case FIELD_FLAG:
        break;
    }
    owned = field_pointer(f, item);
    free(owned);
}

void
noun_fini(const struct noun *n, void *item)
{
    for (size_t i = 0; i < n->fields_count; i++)
        field_fini(&n->fields[i], item);
}
