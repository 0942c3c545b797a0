/* city.h - a small plan for the broker's tests: two territories and triage, everybody's keys. */
#ifndef TESTS_BROKER_CITY_H
#define TESTS_BROKER_CITY_H

#include <setjmp.h>
#include <stdarg.h>

#include "common/io/seal.h"
#include "common/plan/plan.h"

#include <cmocka.h>
#include <stdio.h>

enum who { GATEWAY, OTHER_GATEWAY, ENGINEER, DISPATCHER, WORKER, STRANGER, PEOPLE };

static const struct {
    const char *name, *role, *source;
} people[PEOPLE] = {
    [GATEWAY] = { "gw-mail", "gateway", "mail.support" },
    [OTHER_GATEWAY] = { "gw-sms", "gateway", "sms.4711" },
    [ENGINEER] = { "e07", "engineer", NULL },
    [DISPATCHER] = { "desk-1", "dispatcher", NULL },
    [WORKER] = { "w1", "worker", NULL },
    [STRANGER] = { "nobody", NULL, NULL }, /* has keys, is in no plan */
};

struct city {
    uint32_t version;
    struct keys *keys[PEOPLE];
    struct keys *operator_keys, *pool, *broker;
    bool revoked[PEOPLE];
    bool wide; /* the border between north and south lies elsewhere */
};

static inline void
city_init(struct city *c)
{
    *c = (struct city){ .version = 1 };
    seal_open_library();
    for (size_t i = 0; i < PEOPLE; i++)
        c->keys[i] = keys_new();
    c->operator_keys = keys_new();
    c->pool = keys_new();
    c->broker = keys_new();
}

static inline void
city_fini(struct city *c)
{
    for (size_t i = 0; i < PEOPLE; i++)
        keys_free(c->keys[i]);
    keys_free(c->operator_keys);
    keys_free(c->pool);
    keys_free(c->broker);
}

static const char city_nouns[] =
    "name: Testburg\n"
    "settings: {triage: triage, fallback_category: other}\n"
    "levels:\n"
    "  - {id: general, offer_s: 300}\n"
    "escalations:\n"
    "  - {id: usual, steps: [{share_pct: 75, to: [dispatchers]}, {share_pct: 100, to: "
    "[dispatchers]}]}\n"
    "contracts:\n"
    "  - {id: usual, promises: [{clock: response, working_min: 15}, {clock: arrival, working_min: "
    "180},\n"
    "     {clock: restoration, working_min: 240}]}\n"
    "categories:\n"
    "  - {id: other, level: general}\n"
    "sites:\n"
    "  - {id: hall, territory: south}\n"
    "customers:\n"
    "  - {id: acme, territory: north}\n"
    "engineers:\n"
    "  - {id: e07, name: Chen Wei, phone: '+1 617 555 0101', territory: north}\n";

static inline void
city_principals(const struct city *c, struct buf *yaml)
{
    buf_printf(yaml, "principals:\n");
    for (size_t i = 0; i < PEOPLE; i++) {
        if (people[i].role == NULL)
            continue;
        char seal_hex[65], sign_hex[65];
        const struct public_keys *k = keys_public(c->keys[i]);
        hex_of(seal_hex, k->seal, 32);
        hex_of(sign_hex, k->sign, 32);
        buf_printf(yaml, "  - {id: %s, role: %s, curve: '%s', seal: '%s', revoked: %s",
                   people[i].name, people[i].role, k->curve, seal_hex,
                   c->revoked[i] ? "true" : "false");
        if (people[i].source != NULL)
            buf_printf(yaml, ", sources: [%s]", people[i].source);
        if (i == WORKER)
            buf_printf(yaml, ", sign: '%s'", sign_hex);
        buf_printf(yaml, "}\n");
    }
}

/* north is 0..10 degrees of longitude, south 10..20; with `wide`, north ends at 5. */
static inline void
city_yaml(const struct city *c, struct buf *yaml)
{
    int border = c->wide ? 5 : 10;
    buf_printf(yaml, "version: %u\n%sterritories:\n", c->version, city_nouns);
    buf_printf(yaml,
               "  - {id: north, code: N1, area: [{lat: 1, lon: 1}, {lat: 1, lon: %d}, "
               "{lat: 9, lon: %d}, {lat: 9, lon: 1}]}\n",
               border, border);
    buf_printf(yaml,
               "  - {id: south, code: S1, area: [{lat: 1, lon: %d}, {lat: 1, lon: 20}, "
               "{lat: 9, lon: 20}, {lat: 9, lon: %d}]}\n",
               border, border);
    buf_printf(yaml, "  - {id: triage, code: T1}\n");
    city_principals(c, yaml);
}

static inline struct plan *
city_plan(const struct city *c)
{
    struct buf yaml = { 0 }, why = { 0 };
    struct plan *plan = NULL;
    city_yaml(c, &yaml);
    if (plan_parse(&plan, "city.yaml", buf_str(&yaml), &why) != OK)
        fail_msg("%s", buf_cstr(&why));
    buf_fini(&yaml);
    buf_fini(&why);
    return plan;
}

/* The map as the operator signs it. */
static inline void
city_map(const struct city *c, struct buf *map, uint8_t signature[64])
{
    struct plan *plan = city_plan(c);
    plan_write(plan, true, map);
    sign(signature, c->operator_keys, buf_str(map));
    plan_free(plan);
}

static inline struct atlas *
city_atlas(const struct city *c)
{
    struct plan *plan = city_plan(c);
    struct atlas *a = atlas_new(plan);
    plan_free(plan);
    return a;
}

static inline struct territory_id
territory(const char *name)
{
    struct territory_id t = { "" };
    assert_true(str_fill(t.s, sizeof(t.s), str_of(name)));
    return t;
}

static inline struct principal_id
principal(const char *name)
{
    struct principal_id p = { "" };
    assert_true(str_fill(p.s, sizeof(p.s), str_of(name)));
    return p;
}

#endif
