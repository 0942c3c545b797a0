/* plan.h - the organisation's own description: territories, sites, customers, categories,
 * engineers, principals. Written by people as YAML, checked whole, numbered, and never
 * changed once applied: a new version replaces it.
 *
 *     YAML text -> lines -> shape -> schema -> check -> struct plan
 *                  (libyaml) (fields) (libcyaml)          |-> atlas   where a report goes
 *                                                         |-> rules   what one engine knows
 *                                                         '-> YAML    the plan again, or its map
 *
 * The map is the plan without what brokers need not know (names, phones, rules): the same
 * YAML schema, marked `map: true`, with the private fields absent. */
#ifndef PLAN_PLAN_H
#define PLAN_PLAN_H

#include "common/base/buf.h"
#include "common/base/err.h"
#include "faultline/message.h"
#include "faultline/rules.h"

/* Everything is owned by the plan and lives in malloc's memory; texts are zero-terminated, NULL
 * where absent. What each field may hold stands in fields.c. */
struct plan_point {
    double lat, lon; /* degrees */
};
struct plan_territory {
    char *id, *code, *name;
    struct plan_point *area; /* polygon, its border belongs to it; none for the triage territory */
    unsigned area_count;
    char **neighbours; /* territory ids in the order of asking */
    unsigned neighbours_count;
    int utc_offset_min; /* of duty times; summer time is a new plan version */
};
struct plan_site {
    char *id, *name, *territory; /* territory NULL: by lat, lon; then by the customer's */
    double *lat, *lon;
    char *customer;
};
struct plan_customer {
    char *id, *name, *territory;
};
struct plan_need {
    char *skill;
    unsigned level; /* 1..9 */
};
struct plan_category {
    char *id, *name, *level;
    struct plan_need *needs;
    unsigned needs_count;
};
struct plan_level {
    char *id, *name;
    unsigned offer_s, response_min, arrival_min, restoration_min;
};
struct plan_level_rule {
    char *category, *hint, *level; /* hint: a level's id */
    char **words;                  /* any of these in the text, ASCII case folded */
    unsigned words_count;
};
struct plan_engineer {
    char *id, *name, *phone, *territory;
    struct plan_need *skills;
    unsigned skills_count;
    double *lat, *lon;  /* home */
    unsigned *capacity; /* tickets at a time; absent: 1 */
    char **duty;        /* "mon-fri 08:00-18:00", "always"; absent: always */
    unsigned duty_count;
};
struct plan_principal {
    char *id, *role; /* gateway, engineer, dispatcher, broker, worker */
    char *curve;     /* z85 */
    char *seal;      /* hex */
    char *sign;      /* hex; workers */
    char **sources;  /* gateways: the channel accounts they speak for; "*": any */
    unsigned sources_count;
    bool *revoked;
};
/* Absent numbers have the defaults of rules.c. */
struct plan_settings {
    unsigned *repeat_min, *verdict_min, *ask_s, *decline_h, *retry_min, *occurred_limit_h,
        *speed_km_h, *load_min;
    char *triage;            /* the triage territory */
    char *fallback_category; /* for reports of an unknown category */
};
struct plan {
    unsigned version;
    bool *map; /* true: only the public part is here */
    char *name;
    struct plan_settings settings;
    struct plan_territory *territories; /* where areas meet or overlap, the first one counts */
    unsigned territories_count;
    struct plan_site *sites;
    unsigned sites_count;
    struct plan_customer *customers;
    unsigned customers_count;
    struct plan_category *categories;
    unsigned categories_count;
    struct plan_level *levels; /* mildest first */
    unsigned levels_count;
    struct plan_level_rule *level_rules;
    unsigned level_rules_count;
    struct plan_engineer *engineers;
    unsigned engineers_count;
    struct plan_principal *principals;
    unsigned principals_count;
};

/* Parses and checks everything: references, names, ranges, polygons, keys, duty texts. Every fault
 * is a line "file:line: what is wrong and what to do" in `why`, in the order of the file;
 * ERR_SYNTAX when there is any. `name` is the file's name for these lines. */
must_use enum err plan_parse(struct plan **out, const char *name, struct str yaml, struct buf *why);
void plan_free(struct plan *p);
/* YAML again (canonical), appended. `public_only`: the map for brokers. */
void plan_write(const struct plan *p, bool public_only, struct buf *yaml);
/* Copies a principal into the plan. Nothing is checked: parse what plan_write gives. */
void plan_add_principal(struct plan *p, const struct plan_principal *principal);
/* The section "principals:" alone, to be added to the text of a plan that has none (and whose
 * comments are worth keeping). */
void plan_write_principals(const struct plan *p, struct buf *yaml);
/* One line a difference: "engineer e07: capacity 2 -> 3". Empty: none. Versions are not compared.
 */
void plan_diff(const struct plan *from, const struct plan *to, struct buf *lines);

/* What the engine of one territory needs. The plan must have been checked, and not be a map.
 * NULL: no such territory. */
struct rules *plan_rules(const struct plan *p, struct territory_id t);
void rules_free(struct rules *r);
/* The bits of report.words for a text: bit i is the i-th level rule that has words. */
uint64_t plan_words(const struct plan *p, struct str text);

/* Fast look-ups, built once per version; used by brokers, workers and the client side alike. */
struct atlas;
struct atlas *atlas_new(const struct plan *p); /* keeps nothing of the plan */
void atlas_free(struct atlas *a);
uint32_t atlas_version(const struct atlas *a);
/* Where a report with these headers goes: site, then coordinates (0,0 and out of range count as
 * absent), then customer, then triage. `how` may be NULL. */
struct territory_id atlas_route(const struct atlas *a, const struct route *r, enum routed_how *how);
/* The side of a cell around the place, in units of 1e-7 degree: every place with the same
 * floor(lat / side) and floor(lon / side) goes by place to the same territory. 0: none is known,
 * for a border is near, or the place is in no area. */
int32_t atlas_cell(const struct atlas *a, struct place p);
size_t atlas_territories(const struct atlas *a, const struct territory_id **list);
/* The territory's code for numbers; NULL: no such territory. */
const char *atlas_code(const struct atlas *a, struct territory_id t);
struct principal {
    struct principal_id id;
    enum role role;
    uint8_t curve[32], seal[32], sign[32]; /* zero where there is none */
    bool revoked;
    struct territory_id home; /* engineers; in the map too */
};
/* NULL: unknown. Revoked ones are found, with the flag set. */
const struct principal *atlas_principal(const struct atlas *a, struct principal_id id);
const struct principal *atlas_by_curve(const struct atlas *a, const uint8_t curve[32]);
size_t atlas_principals(const struct atlas *a, const struct principal **list); /* sorted by id */
/* Is it an unrevoked gateway that the plan lets speak for this source? */
bool atlas_may_speak(const struct atlas *a, struct principal_id gateway, struct source_id source);

#endif
