/* plan.h - the organisation's own description: territories, sites, customers, contracts,
 * escalations, calendars, rosters, categories, engineers, principals. Written by people as YAML,
 * checked whole, numbered, and never changed once applied: a new version replaces it.
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
    char *contract;       /* absent: the customer's */
    char *warranty_until; /* its last day, "2027-12-31"; absent: no warranty */
};
struct plan_customer {
    char *id, *name, *territory;
    char *contract; /* absent: the first one */
};
struct plan_need {
    char *skill;
    unsigned level; /* 1..9 */
    char *until;    /* an engineer's: its last day, "2027-12-31"; absent: no end */
};
struct plan_certificate {
    char *certificate;
    char *until; /* its last day; absent: no end */
};
struct plan_category {
    char *id, *name, *level;
    struct plan_need *needs;
    unsigned needs_count;
    char *service;            /* installation, repair; absent: repair */
    unsigned *preprocess_min; /* so long the desk tries first; absent: not at all */
    char **certificates;      /* all are required */
    unsigned certificates_count;
    char **parts; /* that the engineer must carry */
    unsigned parts_count;
    struct plan_need *prefers; /* skills; required for matching.prefer_min, then only preferred */
    unsigned prefers_count;
    unsigned *service_min; /* how long the work takes, as long as nothing has been learned */
};
struct plan_level {
    char *id, *name;
    unsigned offer_s;
    unsigned *weight; /* in matching */
};
/* What is absent fits everything; what is there must all fit. */
struct plan_level_rule {
    char *category, *contract, *hint, *level; /* hint: a level's id */
    char **words;                             /* in the text, ASCII case folded ... */
    unsigned words_count;
    char **match; /* ... or PCRE2 patterns: any of both */
    unsigned match_count;
    char **device; /* PCRE2 patterns: any of them in the device */
    unsigned device_count;
    unsigned *affected_pct, *lost_pct; /* at least */
    bool *down;
};

/* ---- promises */

/* One clock's promise, for one level or for every one. */
struct plan_promise {
    char *clock; /* response, arrival, ... : promise.c */
    char *level; /* absent: every level */
    unsigned working_min;
    unsigned *off_min; /* absent: the same */
    char *basis;       /* always, working, split; absent: always */
    unsigned penalty, penalty_per, penalty_each_min, penalty_most; /* minor units of currency */
};
/* So many people are on duty in the roster at any moment of its shifts. */
struct plan_seats {
    char *roster;
    unsigned seats;
};
struct plan_contract {
    char *id, *name, *currency;
    char *calendar;           /* absent: always open */
    char *ladder;             /* absent: the first escalation */
    char *manager;            /* an engineer or a dispatcher */
    char *complaints;         /* a dispatcher, and not the manager; absent: any dispatcher */
    char **preferred;         /* engineers */
    char **bans;              /* engineers who are never sent */
    char **exempts;           /* reasons: promise.c */
    struct plan_seats *seats; /* for checks only */
    struct plan_promise *promises;
    unsigned preferred_count, bans_count, exempts_count, seats_count, promises_count;
};
struct plan_step {
    unsigned share_pct;
    char **to; /* engineer, dispatchers, manager, or a principal */
    unsigned to_count;
    unsigned repeat_min, times; /* 0: once */
};
struct plan_escalation {
    char *id;
    unsigned *ack_min;
    struct plan_step *steps;
    unsigned steps_count;
};

/* ---- hours: from iCalendar files, or compiled from them already (never both) */

struct plan_calendar {
    char *id, *zone; /* an IANA name */
    char **files;    /* below the plan's own folder */
    unsigned files_count;
    char *compiled; /* calendar.h's text */
};
struct plan_duty {
    char *who;      /* an engineer or a principal */
    char *compiled; /* his duty, as a calendar's text */
};
struct plan_roster {
    char *id, *zone;
    char **files;
    unsigned files_count;
    bool *covers;   /* somebody is on duty at every moment */
    char *holidays; /* a calendar: each of its holidays must have duty */
    struct plan_duty *compiled;
    unsigned compiled_count;
};
struct plan_engineer {
    char *id, *name, *phone, *territory;
    struct plan_need *skills;
    unsigned skills_count;
    double *lat, *lon;  /* home */
    unsigned *capacity; /* tickets at a time; absent: 1 */
    char **duty;        /* "mon-fri 08:00-18:00", "always"; absent: always */
    unsigned duty_count;
    struct plan_certificate *certificates;
    unsigned certificates_count;
    char **carries; /* parts */
    unsigned carries_count;
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
        *speed_km_h, *load_min, *pend_limit_h, *observe_days, *reopen_days, *settle_days,
        *geofence_m, *outage_count, *outage_min;
    char *triage;            /* the triage territory */
    char *fallback_category; /* for reports of an unknown category */
};
/* So fast is travel at these times, in percent of settings.speed_km_h. */
struct plan_speed {
    char *hours; /* "mon-fri 07:00-09:30", the territory's own time */
    unsigned pct;
};
/* What the matching of tickets and engineers weighs, and how much. Absent numbers have the defaults
 * of matching.c. */
struct plan_matching {
    char *weigh; /* levels, penalties; absent: levels */
    unsigned *penalty_unit, *travel_pct, *detour_pct, *fixed_min, *p_late_s, *late_pct, *flow_pct,
        *scarcity_s, *fairness_s, *cover_pm, *preference_s, *missed_s, *switch_s, *planned_s,
        *lead_min, *defer_wait_s, *defer_trip_s, *answer_s, *unsure_s, *unsure_slot_s, *silent_min,
        *early_min, *pause_min, *overrun_min, *slot_s, *candidates, *prefer_min, *reach_km;
    char **divert; /* levels that may divert an engineer who is on his way */
    unsigned divert_count;
    struct plan_speed *speeds; /* the first that fits counts; else 100 % */
    unsigned speeds_count;
};
struct patterns;
struct plan {
    unsigned version;
    bool *map; /* true: only the public part is here */
    char *name;
    struct plan_settings settings;
    struct plan_matching matching;
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
    struct plan_calendar *calendars;
    unsigned calendars_count;
    struct plan_roster *rosters;
    unsigned rosters_count;
    struct plan_escalation *escalations;
    unsigned escalations_count;
    struct plan_contract *contracts; /* the first one is everybody else's */
    unsigned contracts_count;
    struct plan_engineer *engineers;
    unsigned engineers_count;
    struct plan_principal *principals;
    unsigned principals_count;
    struct patterns *patterns; /* `match` and `device` of level_rules, ready for plan_words */
};

/* How the files of calendars and rosters are read, and when now is: they are compiled from 1
 * January of last year to the end of the fifth year from now, in their zones' years. */
struct plan_files {
    /* Appends the file at `path`, which is as the plan writes it. false: why not is in `why`. */
    bool (*read)(void *given, const char *path, struct buf *text, struct buf *why);
    void *given;
    instant now;
};
/* Files below the folder of the plan at `plan_path`, which must outlive them. */
struct plan_files plan_folder(const char *plan_path, instant now);

/* Parses and checks everything: references, names, ranges, polygons, keys, duty texts, patterns,
 * promises. Every fault is a line "file:line: what is wrong and what to do" in `why`, in the order
 * of the file; ERR_SYNTAX when there is any. `name` is the file's name for these lines.
 *
 * plan_read compiles the files of calendars and rosters and leaves only `compiled` in the plan;
 * then those files' faults follow, under their own names. OK with lines in `why`: warnings,
 * "file:line: warning: ...". plan_parse is for plans at rest: no file is read, `files` is a fault.
 */
must_use enum err plan_read(struct plan **out, const char *name, struct str yaml,
                            const struct plan_files *files, struct buf *why);
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

/* Whom contracts and escalations name: principals, once each, sorted. The list is the caller's to
 * free, the names are the plan's. Returns how many. */
size_t plan_named(const struct plan *p, char ***names);

/* What the engine of one territory needs. The plan must have been checked, and not be a map.
 * NULL: no such territory. */
struct rules *plan_rules(const struct plan *p, struct territory_id t);
void rules_free(struct rules *r);
/* The bits of report.words: each level rule with `words` or `match` has one, set when any of these
 * is in the text, and each with `device` the next one, for the device. A pattern that reaches its
 * limits counts as not found; its bit is set in *given_up (may be NULL), for the caller to log
 * once. */
uint64_t plan_words(const struct plan *p, struct str text, struct str device, uint64_t *given_up);
/* The place in level_rules of the rule that a bit belongs to; level_rules_count: no rule's. */
unsigned plan_words_rule(const struct plan *p, unsigned bit);

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
