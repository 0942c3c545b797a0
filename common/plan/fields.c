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
    { ONE(plan_site, lat, FIELD_DEGREE), .min = -90, .max = 90 },
    { ONE(plan_site, lon, FIELD_DEGREE), .min = -180, .max = 180 },
};
const struct noun noun_site = { NOUN("site", plan_site, site_fields), .names = REFERS_SITE,
                                .id_max = sizeof(struct site_id) - 1 };

static const struct field customer_fields[] = {
    ID(plan_customer, "C-1001"),
    { ONE(plan_customer, name, FIELD_TEXT), .hidden = true, LINE },
    { ONE(plan_customer, territory, FIELD_TEXT), .refers = REFERS_TERRITORY },
};
const struct noun noun_customer = { NOUN("customer", plan_customer, customer_fields),
                                    .names = REFERS_CUSTOMER,
                                    .id_max = sizeof(struct customer_id) - 1 };

/* A year of minutes: no promise is longer. */
#define PROMISE .need = NEED_ALWAYS, .min = 1, .max = 525600
static const struct field level_fields[] = {
    ID(plan_level, "general"),
    { ONE(plan_level, name, FIELD_TEXT), LINE },
    { ONE(plan_level, offer_s, FIELD_COUNT), .need = NEED_ALWAYS, .min = 1, .max = 86400,
      .like = "300" },
    { ONE(plan_level, response_min, FIELD_COUNT), PROMISE, .like = "15" },
    { ONE(plan_level, arrival_min, FIELD_COUNT), PROMISE, .like = "180" },
    { ONE(plan_level, restoration_min, FIELD_COUNT), PROMISE, .like = "240" },
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

static const struct field category_fields[] = {
    ID(plan_category, "power-failure"),
    { ONE(plan_category, name, FIELD_TEXT), LINE },
    { ONE(plan_category, level, FIELD_TEXT), .need = NEED_ALWAYS, .refers = REFERS_LEVEL,
      .like = "general" },
    { MANY(plan_category, needs, FIELD_LIST), .of = &noun_need, .max = NEEDS_MAX },
};
const struct noun noun_category = { NOUN("category", plan_category, category_fields),
                                    .names = REFERS_CATEGORY,
                                    .id_max = sizeof(struct category_id) - 1 };

static const struct field level_rule_fields[] = {
    { ONE(plan_level_rule, category, FIELD_TEXT), .refers = REFERS_CATEGORY },
    { ONE(plan_level_rule, hint, FIELD_TEXT), .refers = REFERS_LEVEL },
    { MANY(plan_level_rule, words, FIELD_TEXTS), .min = 1, .max = 63 },
    { ONE(plan_level_rule, level, FIELD_TEXT), .need = NEED_ALWAYS, .refers = REFERS_LEVEL,
      .like = "severe" },
};
const struct noun noun_level_rule = { NOUN("level_rule", plan_level_rule, level_rule_fields),
                                      .ordered = true };

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
    { MANY(plan_engineer, skills, FIELD_LIST), .of = &noun_need, .hidden = true,
      .max = SKILLS_MAX },
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
};
const struct noun noun_settings = { NOUN("settings", plan_settings, settings_fields) };

static const struct field plan_fields[] = {
    { ONE(plan, version, FIELD_COUNT) },
    { ONE(plan, map, FIELD_FLAG) },
    { ONE(plan, name, FIELD_TEXT), .hidden = true, LINE },
    { ONE(plan, settings, FIELD_PART), .of = &noun_settings },
    { MANY(plan, levels, FIELD_LIST), .of = &noun_level, .need = NEED_FULL, .hidden = true,
      .max = LEVELS_MAX },
    { MANY(plan, categories, FIELD_LIST), .of = &noun_category, .need = NEED_FULL, .hidden = true },
    { MANY(plan, level_rules, FIELD_LIST), .of = &noun_level_rule, .hidden = true },
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
    case FIELD_REAL:
    case FIELD_PART:
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
