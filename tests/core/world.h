/* world.h - what the tests of the core share: a small plan in three versions, a store for records,
 * effects as bytes, and a generator of histories in which people behave, mostly.
 *
 * Everything derives from one seed, so a history can be told again. */
#ifndef TESTS_CORE_WORLD_H
#define TESTS_CORE_WORLD_H

#include <stdio.h>

#include "common/base/map.h"
#include "tests/check.h"
#include "workers/core/engine.h"
#include "workers/core/record.h"
#include "workers/core/ticket.h"

#define NAME(type, text) world_name_##type(text)
#define NAMED(type)                                                                                \
    static inline struct type world_name_##type(const char *text)                                  \
    {                                                                                              \
        struct type id;                                                                            \
        bool fits = str_fill(id.s, sizeof(id.s), str_of(text));                                    \
        assert(fits);                                                                              \
        return id;                                                                                 \
    }
NAMED(territory_id)
NAMED(principal_id)
NAMED(engineer_id)
NAMED(site_id)
NAMED(category_id)
NAMED(skill_id)
NAMED(source_id)

/* ---- the plan */

#define WORLD_ENGINEERS 6
struct world_plan {
    struct rules rules;
    struct category categories[5];
    struct engineer_rule engineers[WORLD_ENGINEERS];
    struct level_rule level_rules[2];
    struct contract contract;
    struct ladder ladder;
    struct contact contacts[2];
};

static inline void
world_skill(struct engineer_rule *r, const char *skill, uint8_t level)
{
    r->skills[r->skills_count++] = (struct skill){ NAME(skill_id, skill), level };
}

/* "ac" needs air 2, "line" needs line 1, "mixed" both, "odd" needs what nobody here has,
 * "misc" (the fallback) needs nothing. */
static inline void
world_categories(struct world_plan *p)
{
    struct skill air = { NAME(skill_id, "air"), 2 }, line = { NAME(skill_id, "line"), 1 };
    p->categories[0] = (struct category){ NAME(category_id, "ac"), { air }, 1, 0 };
    p->categories[1] = (struct category){ NAME(category_id, "line"), { line }, 1, 1 };
    p->categories[2] = (struct category){ NAME(category_id, "misc"), { { { "" }, 0 } }, 0, 0 };
    p->categories[3] = (struct category){ NAME(category_id, "mixed"), { air, line }, 2, 0 };
    p->categories[4] =
        (struct category){ NAME(category_id, "odd"), { { NAME(skill_id, "odd"), 1 } }, 1, 0 };
    p->rules.categories = p->categories;
    p->rules.categories_count = 5;
    p->rules.fallback = NAME(category_id, "misc");
    struct level_rule any = { { "" }, NO_INDEX_8, -1, -1, -1, -1, -1, false, 1 };
    p->level_rules[0] = p->level_rules[1] = any;
    p->level_rules[0].hint = 1;
    p->level_rules[1].category = NAME(category_id, "ac");
    p->level_rules[1].words = 3;
    p->rules.level_rules = p->level_rules;
    p->rules.level_rules_count = 2;
}

static inline void
world_engineer(struct world_plan *p, size_t i, unsigned version)
{
    struct engineer_rule *r = &p->engineers[p->rules.engineers_count++];
    char name[24];
    snprintf(name, sizeof(name), "%.8s-e%zu", p->rules.territory.s, i);
    r->id = NAME(engineer_id, name);
    snprintf(r->name, sizeof(r->name), "Engineer %zu", i);
    snprintf(r->phone, sizeof(r->phone), "+86-%zu", i);
    if (i % 2 == 0)
        world_skill(r, "air", (uint8_t)(1 + i / 2)); /* e0 only at level 1 */
    if (i % 3 != 0)
        world_skill(r, "line", 3);
    r->home = (struct place){ 310000000 + (int32_t)i * 100000, 1210000000 };
    r->capacity = (uint16_t)(1 + (i + version) % 3);
    if (i < 3) {
        r->duty[r->duty_count++] = (struct span){ 0, 10080 };
    } else { /* 08:00-16:00 every day, in two spans */
        for (int32_t day = 0; day < 7; day++) {
            r->duty[r->duty_count++] = (struct span){ day * 1440 + 480, day * 1440 + 720 };
            r->duty[r->duty_count++] = (struct span){ day * 1440 + 780, day * 1440 + 960 };
        }
    }
}

/* The seed's figures, round the clock; dispatchers hear at 75 and 100 %. */
static inline void
world_contract(struct world_plan *p)
{
    static const msec limits[][2] = {
        [CLOCK_RESPONSE] = { 15 * MINUTES, 15 * MINUTES },
        [CLOCK_ARRIVAL] = { 3 * HOURS, 2 * HOURS },
        [CLOCK_RESTORATION] = { 4 * HOURS, 4 * HOURS },
    };
    memcpy(p->contract.id, "standard", 8);
    for (size_t i = 0; i < countof(limits); i++)
        for (size_t level = 0; level < 2; level++)
            p->contract.promises[i][level] =
                (struct promise){ .working_ms = limits[i][level], .off_ms = limits[i][level] };
    for (size_t i = 0; i < 2; i++)
        p->ladder.rungs[i] =
            (struct rung){ i == 0 ? 75 : 100, { { TARGET_DISPATCHERS, { "" } } }, 1, 0, 1 };
    p->ladder.rungs_count = 2;
    p->rules.contracts = &p->contract;
    p->rules.ladders = &p->ladder;
    p->rules.contracts_count = p->rules.ladders_count = 1;
}

/* Every kind of target, repeats, and people who have names: for tests of escalation. */
static inline void
world_ladder(struct world_plan *p)
{
    struct ladder *l = &p->ladder;
    struct target engineer = { TARGET_ENGINEER, { "" } }, desk = { TARGET_DISPATCHERS, { "" } },
                  manager = { TARGET_MANAGER, { "" } },
                  chief = { TARGET_PRINCIPAL, NAME(principal_id, "chief") };
    l->rungs[0] = (struct rung){ 50, { engineer }, 1, 5 * MINUTES, 2 };
    l->rungs[1] = (struct rung){ 75, { engineer, manager }, 2, 0, 1 };
    l->rungs[2] = (struct rung){ 100, { desk, manager, chief }, 3, 10 * MINUTES, 3 };
    l->rungs[3] = (struct rung){ 150, { chief }, 1, 0, 1 };
    l->rungs_count = 4;
    l->ack_ms = 20 * MINUTES;
    p->contract.manager = NAME(principal_id, "boss");
    p->contacts[0] = (struct contact){ NAME(principal_id, "boss"), NULL };
    p->contacts[1] = (struct contact){ NAME(principal_id, "chief"), NULL };
    p->rules.contacts = p->contacts;
    p->rules.contacts_count = 2;
}

/* The defaults of common/plan/matching.c, with rush hours. */
static inline void
world_matching(struct matching *m)
{
    *m = (struct matching){ .penalty_unit = 10000,
                            .travel_pct = 100,
                            .detour_pct = 135,
                            .fixed_ms = 3 * MINUTES,
                            .p_late_s = 3600,
                            .late_pct = 50,
                            .flow_pct = 20,
                            .scarcity_s = 120,
                            .fairness_s = 300,
                            .cover_pm = 40,
                            .preference_s = 900,
                            .missed_s = 1800,
                            .switch_s = 600,
                            .planned_s = 1800,
                            .lead_ms = 15 * MINUTES,
                            .defer_wait_s = 2700,
                            .defer_trip_s = 900,
                            .slot_s = 3300,
                            .candidates = 32,
                            .divert = 2,
                            .prefer_ms = 10 * MINUTES };
    for (unsigned i = 0, weight = 1; i < LEVELS_MAX; i++, weight *= 3)
        m->weights[i] = (uint16_t)(weight < WEIGHT_MAX ? weight : WEIGHT_MAX);
    for (size_t i = 0; i < SPEEDS; i++)
        m->speed_pct[i] = i % 48 >= 14 && i % 48 < 19 ? 60 : 100;
}

/* Version 1: all six. Version 2: without e1 and e4. Version 3: all, other capacities. */
static inline void
world_plan_init(struct world_plan *p, const char *territory, unsigned version)
{
    memset(p, 0, sizeof(*p));
    p->rules.version = version;
    p->rules.territory = NAME(territory_id, territory);
    memcpy(p->rules.code, "T1", 2);
    world_categories(p);
    p->rules.levels_count = 2;
    p->rules.levels[0] = (struct level){ "general", 10 * MINUTES };
    p->rules.levels[1] = (struct level){ "severe", 5 * MINUTES };
    world_contract(p);
    p->rules.engineers = p->engineers;
    for (size_t i = 0; i < WORLD_ENGINEERS; i++)
        if (version != 2 || (i != 1 && i != 4))
            world_engineer(p, i, version);
    p->rules.neighbours[0] = NAME(territory_id, "north");
    p->rules.neighbours[1] = NAME(territory_id, "south");
    p->rules.neighbours_count = 2;
    p->rules.repeat_ms = 2 * HOURS;
    p->rules.verdict_ms = 24 * HOURS;
    p->rules.ask_ms = 2 * MINUTES;
    p->rules.decline_ms = 6 * HOURS;
    p->rules.retry_ms = 30 * MINUTES;
    p->rules.occurred_limit_ms = 12 * HOURS;
    p->rules.speed_m_per_min = 500;
    p->rules.load_ms = 20 * MINUTES;
    p->rules.pend_ms = 48 * HOURS;
    p->rules.observe_ms = 92 * DAYS;
    p->rules.reopen_ms = 7 * DAYS;
    p->rules.settle_ms = 14 * DAYS;
    p->rules.geofence_m = 200;
    world_matching(&p->rules.matching);
}

#define WORLD_INCARNATION ((struct incarnation){ { 7, 7, 7 } })
/* Monday 2026-01-05 00:00 UTC */
#define WORLD_BEGIN ((instant)1767571200000)

/* ---- records kept outside the engine, as Redis would */

struct world_store {
    struct map map; /* kind, length, key -> struct buf * of kind, key, bytes */
};
struct world_key {
    uint8_t kind, len;
    uint8_t key[38];
};
struct world_record {
    enum record_kind kind;
    struct world_key key;
    struct buf bytes;
};

static inline void
world_store_init(struct world_store *s)
{
    map_init(&s->map, sizeof(struct world_key));
}

static inline void
world_store_put(struct world_store *s, const struct change *c)
{
    struct world_key key = { (uint8_t)c->kind, (uint8_t)c->key.len, { 0 } };
    assert_true(c->key.len <= sizeof(key.key));
    if (c->key.len > 0)
        memcpy(key.key, c->key.at, c->key.len);
    struct world_record *r = map_get(&s->map, &key);
    if (c->bytes.len == 0) {
        map_del(&s->map, &key);
        if (r != NULL)
            buf_fini(&r->bytes);
        free(r);
        return;
    }
    if (r == NULL) {
        r = zalloc(sizeof(*r));
        r->kind = c->kind;
        r->key = key;
        map_put(&s->map, &key, r);
    }
    buf_clear(&r->bytes);
    buf_put(&r->bytes, c->bytes.at, c->bytes.len);
}

static inline void
world_store_fini(struct world_store *s)
{
    struct world_record *r;
    for (size_t i = 0; (r = map_next(&s->map, &i)) != NULL;) {
        buf_fini(&r->bytes);
        free(r);
    }
    map_fini(&s->map);
}

static inline struct engine *
world_load(const struct world_store *s, struct incarnation incarnation, const struct rules *rules)
{
    struct engine *e = engine_new(rules->territory, incarnation, rules);
    struct world_record *r;
    for (size_t i = 0; (r = map_next(&s->map, &i)) != NULL;) {
        if (r->kind == RECORD_CLOSED)
            continue;
        enum err err =
            engine_restore(e, r->kind, str_bytes(r->key.key, r->key.len), buf_str(&r->bytes));
        assert_int_equal(err, OK);
    }
    engine_restored(e);
    return e;
}

/* Takes the engine's changes into the store. */
static inline void
world_commit(struct world_store *s, struct engine *e)
{
    struct changes c = { 0 };
    engine_changes(e, &c);
    for (size_t i = 0; i < c.count; i++)
        world_store_put(s, &c.list[i]);
    changes_fini(&c);
}

/* ---- effects as bytes, every field */

static inline void
world_put_update(struct buf *b, const struct update *u)
{
    buf_printf(b, "update %d at=%lld state=%d v=%u level=%s cat=%s site=%s eng=%s name=%s phone=%s",
               u->kind, (long long)u->at, u->state, u->version, u->level, u->category.s, u->site.s,
               u->engineer.s, u->name, u->phone);
    buf_printf(b,
               " due=%lld rep=%u ev=%llu.%llu verb=%d ref=%d num=%s place=%d,%d why=%.*s text=%.*s",
               (long long)u->due, u->repeats, (unsigned long long)u->event.epoch,
               (unsigned long long)u->event.counter, u->verb, u->refusal, u->number,
               u->place.lat_e7, u->place.lon_e7, STR_ARG(u->why), STR_ARG(u->text));
    buf_printf(b, " agreed=%lld-%lld", (long long)u->from, (long long)u->until);
    buf_printf(b, " reason=%d clock=%d share=%u object=%u,%d,%d amount=%lld lang=%s code=%s",
               u->reason, u->clock, u->share_pct, u->object, u->object_kind, u->object_state,
               (long long)u->amount, u->lang, u->code);
    buf_put(b, u->ticket.b, 16);
    buf_put(b, u->report.b, 16);
    buf_put(b, u->other.b, 16);
}

static inline void
world_put_effects(struct buf *b, const struct effects *fx)
{
    for (size_t i = 0; i < fx->postings_count; i++) {
        const struct posting *p = &fx->postings[i];
        world_put_update(b, &p->update);
        for (size_t k = 0; k < p->recipients_count; k++)
            buf_printf(b, " to=%s#%llu", p->recipients[k].who.s,
                       (unsigned long long)p->recipients[k].sequence);
    }
    for (size_t i = 0; i < fx->outcomes_count; i++) {
        const struct outcome *o = &fx->outcomes[i];
        buf_printf(b, "\noutcome %d who=%s ev=%llu verb=%d %d->%d ref=%d v=%u", o->kind, o->who.s,
                   (unsigned long long)o->event.counter, o->verb, o->from, o->to, o->refusal,
                   o->version);
        buf_printf(b, " clock=%d share=%u deadline=%lld level=%u contract=%u plan=%u", o->clock,
                   o->share_pct, (long long)o->deadline, o->level, o->contract, o->plan);
        buf_put(b, o->report.b, 16);
        buf_put(b, o->ticket.b, 16);
    }
    for (size_t i = 0; i < fx->messages_count; i++)
        buf_put(b, &fx->messages[i], sizeof(fx->messages[i]));
}

/* ---- what an engine's records say, for checkers that trust nothing else */

struct world_view {
    struct ticket *tickets; /* those at hand, sorted by id */
    size_t count, cap;
    struct { /* of engineers who have a record */
        char id[32];
        uint32_t load;
    } loads[16];
    size_t loads_count;
    struct { /* places of theirs that are kept for neighbours */
        char engineer[32];
        struct ticket_id ticket;
        struct territory_id asker;
    } kept[32];
    size_t kept_count;
};

static inline void
world_view_fini(struct world_view *v)
{
    for (size_t i = 0; i < v->count; i++)
        ticket_fini(&v->tickets[i]);
    free(v->tickets);
    *v = (struct world_view){ 0 };
}

static inline void
world_view_engineer(struct world_view *v, struct str key, struct str bytes)
{
    struct cur c = cur_of(bytes);
    uint8_t format = cur_u8(&c);
    assert_true(format >= RECORD_FORMAT && format < RECORD_FORMAT + 8); /* more may follow */
    (void)record_get_place(&c);
    (void)record_get_instant(&c);
    assert_true(v->loads_count < countof(v->loads));
    assert_true(str_fill(v->loads[v->loads_count].id, sizeof(v->loads[0].id), key));
    v->loads[v->loads_count++].load = cur_u32(&c);
    for (uint32_t n = cur_u32(&c); n > 0 && !c.failed; n--) {
        assert_true(v->kept_count < countof(v->kept));
        assert_true(str_fill(v->kept[v->kept_count].engineer, sizeof(v->kept[0].engineer), key));
        cur_get(&c, v->kept[v->kept_count].ticket.b, sizeof(v->kept[0].ticket.b));
        record_get_id(&c, &v->kept[v->kept_count++].asker);
        record_get_count(&c, UINT32_MAX); /* the round */
    }
    assert_false(c.failed);
}

/* What his record says that he carries of tickets here. */
static inline uint32_t
world_view_load(const struct world_view *v, const char *engineer)
{
    for (size_t i = 0; i < v->loads_count; i++)
        if (strcmp(v->loads[i].id, engineer) == 0)
            return v->loads[i].load;
    return 0;
}

static inline void
world_view_take(struct world_view *v, const struct engine *e)
{
    struct buf all = { 0 };
    engine_save(e, &all);
    world_view_fini(v);
    for (struct cur c = cur_of(buf_str(&all)); c.at < c.end;) {
        uint8_t kind = cur_u8(&c);
        struct str key = cur_str(&c), bytes = cur_str(&c);
        if (kind == RECORD_ENGINEER)
            world_view_engineer(v, key, bytes);
        if (kind != RECORD_TICKET)
            continue;
        v->tickets = grow_array(v->tickets, v->count, &v->cap, sizeof(*v->tickets));
        assert_int_equal(ticket_decode(&v->tickets[v->count++], bytes), OK);
    }
    buf_fini(&all);
}

static inline const struct ticket *
world_view_find(const struct world_view *v, struct ticket_id id)
{
    for (size_t i = 0; i < v->count; i++)
        if (same_id(v->tickets[i].id, id))
            return &v->tickets[i];
    return NULL;
}

/* ---- short ways to single events */

static inline struct event
world_report(instant at, uint8_t n, const char *category, const char *site)
{
    struct event ev = { .kind = EVENT_REPORT, .at = at };
    ev.report.id.b[0] = n;
    ev.report.id.b[1] = 1;
    ev.report.gateway = NAME(principal_id, "gw-1");
    ev.report.source = NAME(source_id, "mail.support");
    ev.report.category = NAME(category_id, category);
    ev.report.site = NAME(site_id, site);
    ev.report.place = (struct place){ 310000000, 1210000000 };
    ev.report.hint = -1;
    ev.report.occurred_at = at;
    ev.report.digest[0] = n;
    ev.report.text = STR("it does not work");
    return ev;
}

/* A reason that the verb takes, where it needs one. */
static inline enum reason
world_reason(enum verb v)
{
    static const uint8_t reasons[VERBS] = {
        [VERB_DECLINE] = REASON_BUSY,         [VERB_STEP_BACK] = REASON_FAR,
        [VERB_RETURN] = REASON_SKILL,         [VERB_TRANSFER] = REASON_SHIFT,
        [VERB_PEND] = REASON_ABSENT,          [VERB_HOLD] = REASON_PARTS,
        [VERB_EXEMPT] = REASON_FORCE_MAJEURE,
    };
    return (unsigned)v < VERBS ? reasons[v] : REASON_NONE;
}

static inline struct event
world_act(instant at, const char *who, enum role role, uint64_t counter, enum verb verb,
          const struct event *report)
{
    struct event ev = { .kind = EVENT_VERB, .at = at };
    ev.act.who = NAME(principal_id, who);
    ev.act.role = role;
    ev.act.id = (struct event_id){ 1, counter };
    ev.act.verb = verb;
    if (report != NULL)
        ev.act.ticket = ticket_of(report->report.id);
    ev.act.occurred_at = at;
    ev.act.reason = world_reason(verb);
    ev.act.note = STR("because");
    memcpy(ev.act.fresh.b, &counter, sizeof(counter));
    ev.act.fresh.b[15] = 0xaa;
    ev.act.place = PLACE_NONE;
    ev.act.amount = -1;
    return ev;
}

/* The n-th update of a kind among the effects; NULL: fewer. */
static inline const struct posting *
world_posting(const struct effects *fx, enum update_kind kind, size_t n)
{
    for (size_t i = 0; i < fx->postings_count; i++)
        if (fx->postings[i].update.kind == kind && n-- == 0)
            return &fx->postings[i];
    return NULL;
}

static inline size_t
world_outcomes(const struct effects *fx, enum outcome_kind kind)
{
    size_t n = 0;
    for (size_t i = 0; i < fx->outcomes_count; i++)
        n += fx->outcomes[i].kind == kind;
    return n;
}

/* Is `who` among the recipients of an update of this kind? */
static inline bool
world_told(const struct effects *fx, enum update_kind kind, const char *who)
{
    const struct posting *p;
    for (size_t n = 0; (p = world_posting(fx, kind, n)) != NULL; n++)
        for (size_t k = 0; k < p->recipients_count; k++)
            if (strcmp(p->recipients[k].who.s, who) == 0)
                return true;
    return false;
}

/* Effects of this one event alone. */
static inline void
world_apply(struct engine *e, const struct event *ev, struct effects *fx)
{
    effects_clear(fx);
    engine_apply(e, ev, fx);
}

/* One engine with its plan, founded on a Monday at midnight: e0, e1, e2 are on duty. */
struct world {
    struct world_plan plan;
    struct engine *e;
    struct effects fx; /* of the last event */
};

static inline void
world_do(struct world *w, struct event ev)
{
    world_apply(w->e, &ev, &w->fx);
}

static inline void
world_init(struct world *w, const char *territory)
{
    memset(w, 0, sizeof(*w));
    world_plan_init(&w->plan, territory, 1);
    w->e = engine_new(w->plan.rules.territory, WORLD_INCARNATION, &w->plan.rules);
    world_do(w, (struct event){ .kind = EVENT_FOUND, .at = WORLD_BEGIN, .rules = &w->plan.rules });
}

static inline void
world_fini(struct world *w)
{
    engine_free(w->e);
    effects_fini(&w->fx);
}

static inline void
world_time(struct world *w, instant at)
{
    world_do(w, (struct event){ .kind = EVENT_TIME, .at = at });
}

/* The ticket's record as it would be stored; ticket_fini it. */
static inline struct ticket
world_ticket(const struct world *w, const struct event *report)
{
    struct world_view v = { 0 };
    struct ticket_id id = ticket_of(report->report.id);
    world_view_take(&v, w->e);
    const struct ticket *found = world_view_find(&v, id);
    assert_non_null(found);
    struct buf b = { 0 };
    struct ticket t;
    ticket_encode(found, &b);
    assert_int_equal(ticket_decode(&t, buf_str(&b)), OK);
    buf_fini(&b);
    world_view_fini(&v);
    return t;
}

#endif
