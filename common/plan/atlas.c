/* atlas.c - where a report goes, and who holds which key: everything a broker asks per message,
 * answered from maps and bounding boxes, without allocation. Immutable once made. */
#include "common/plan/area.h"
#include "common/plan/fields.h"
#include "common/plan/principal.h"

#include "common/base/map.h"

#include <stdlib.h>

struct code {
    char s[8];
};
struct source_key {
    struct principal_id gateway;
    struct source_id source;
};

struct atlas {
    uint32_t version;
    struct territory_id *territories; /* in the plan's order */
    struct code *codes;               /* by the same index */
    struct area *areas;               /* by the same index */
    size_t territories_count;
    struct territory_id triage;
    struct map by_territory;      /* id -> its code */
    struct map by_site;           /* id -> territory id, only sites that have one */
    struct map by_customer;       /* id -> territory id */
    struct principal *principals; /* sorted by id */
    size_t principals_count;
    struct map by_principal; /* id -> principal */
    struct map by_curve;     /* 32 bytes -> principal */
    struct map sources;      /* struct source_key -> principal */
    struct map anything;     /* gateways that may speak for any source: id -> principal */
};

static bool
place_usable(struct place p)
{
    return (p.lat_e7 != 0 || p.lon_e7 != 0) && p.lat_e7 >= -900000000 && p.lat_e7 <= 900000000 &&
           p.lon_e7 >= -1800000000 && p.lon_e7 <= 1800000000;
}

/* The first in the plan's order, so borders and overlaps are settled. NULL: in none. */
static struct territory_id *
by_place(const struct atlas *a, struct place p)
{
    if (!place_usable(p))
        return NULL;
    for (size_t i = 0; i < a->territories_count; i++)
        if (area_holds(&a->areas[i], p))
            return &a->territories[i];
    return NULL;
}

static struct territory_id *
by_name(const struct atlas *a, const char *territory)
{
    struct territory_id t;
    if (territory == NULL)
        return NULL;
    field_fill(t.s, territory);
    const struct code *code = map_get(&a->by_territory, &t);
    return code == NULL ? NULL : &a->territories[code - a->codes];
}

static void
put_territories(struct atlas *a, const struct plan *p)
{
    a->territories_count = p->territories_count;
    a->territories = zalloc(a->territories_count * sizeof(*a->territories) + 1);
    a->codes = zalloc(a->territories_count * sizeof(*a->codes) + 1);
    a->areas = zalloc(a->territories_count * sizeof(*a->areas) + 1);
    for (size_t i = 0; i < a->territories_count; i++) {
        const struct plan_territory *t = &p->territories[i];
        field_fill(a->territories[i].s, t->id);
        field_fill(a->codes[i].s, t->code);
        area_init(&a->areas[i], t->area, t->area_count);
        map_put(&a->by_territory, &a->territories[i], &a->codes[i]);
    }
    field_fill(a->triage.s, p->settings.triage);
}

static void
put_customers(struct atlas *a, const struct plan *p)
{
    for (unsigned i = 0; i < p->customers_count; i++) {
        struct customer_id id;
        struct territory_id *t = by_name(a, p->customers[i].territory);
        field_fill(id.s, p->customers[i].id);
        if (t != NULL)
            map_put(&a->by_customer, &id, t);
    }
}

static void
put_sites(struct atlas *a, const struct plan *p)
{
    for (unsigned i = 0; i < p->sites_count; i++) {
        const struct plan_site *s = &p->sites[i];
        struct site_id id;
        struct customer_id customer;
        field_fill(id.s, s->id);
        field_fill(customer.s, s->customer);
        struct territory_id *t = by_name(a, s->territory);
        if (t == NULL)
            t = by_place(a, area_place(s->lat, s->lon));
        if (t == NULL && !no_name(customer))
            t = map_get(&a->by_customer, &customer);
        if (t != NULL)
            map_put(&a->by_site, &id, t);
    }
}

static int
by_id(const void *a, const void *b)
{
    const struct principal *x = a, *y = b;
    return memcmp(x->id.s, y->id.s, sizeof(x->id.s));
}

static void
put_sources(struct atlas *a, const struct plan_principal *from, struct principal *to)
{
    for (unsigned i = 0; i < from->sources_count; i++) {
        struct source_key key = { .gateway = to->id };
        field_fill(key.source.s, from->sources[i]);
        if (strcmp(from->sources[i], "*") == 0)
            map_put(&a->anything, &to->id, to);
        else
            map_put(&a->sources, &key, to);
    }
}

static void
put_homes(struct atlas *a, const struct plan *p)
{
    for (unsigned i = 0; i < p->engineers_count; i++) {
        struct principal_id id;
        field_fill(id.s, p->engineers[i].id);
        struct principal *who = map_get(&a->by_principal, &id);
        if (who != NULL && who->role == ROLE_ENGINEER)
            field_fill(who->home.s, p->engineers[i].territory);
    }
}

static void
put_principals(struct atlas *a, const struct plan *p)
{
    a->principals_count = p->principals_count;
    a->principals = zalloc(a->principals_count * sizeof(*a->principals) + 1);
    for (unsigned i = 0; i < p->principals_count; i++) {
        const struct plan_principal *from = &p->principals[i];
        struct principal *to = &a->principals[i];
        field_fill(to->id.s, from->id);
        to->role = principal_role(from->role);
        to->revoked = from->revoked != NULL && *from->revoked;
        (void)principal_z85(to->curve, from->curve);
        (void)principal_hex(to->seal, from->seal);
        (void)principal_hex(to->sign, from->sign);
    }
    if (a->principals_count > 1)
        qsort(a->principals, a->principals_count, sizeof(*a->principals), by_id);
    static const uint8_t no_key[32];
    for (size_t i = 0; i < a->principals_count; i++) {
        struct principal *to = &a->principals[i];
        map_put(&a->by_principal, &to->id, to);
        if (memcmp(to->curve, no_key, sizeof(no_key)) != 0)
            map_put(&a->by_curve, to->curve, to);
    }
    for (unsigned i = 0; i < p->principals_count; i++) {
        struct principal_id id;
        field_fill(id.s, p->principals[i].id);
        put_sources(a, &p->principals[i], map_get(&a->by_principal, &id));
    }
    put_homes(a, p);
}

struct atlas *
atlas_new(const struct plan *p)
{
    struct atlas *a = zalloc(sizeof(*a));
    a->version = p->version;
    map_init(&a->by_territory, sizeof(struct territory_id));
    map_init(&a->by_site, sizeof(struct site_id));
    map_init(&a->by_customer, sizeof(struct customer_id));
    map_init(&a->by_principal, sizeof(struct principal_id));
    map_init(&a->by_curve, 32);
    map_init(&a->sources, sizeof(struct source_key));
    map_init(&a->anything, sizeof(struct principal_id));
    put_territories(a, p);
    put_customers(a, p);
    put_sites(a, p);
    put_principals(a, p);
    return a;
}

void
atlas_free(struct atlas *a)
{
    if (a == NULL)
        return;
    for (size_t i = 0; i < a->territories_count; i++)
        area_fini(&a->areas[i]);
    free(a->territories);
    free(a->codes);
    free(a->areas);
    free(a->principals);
    map_fini(&a->by_territory);
    map_fini(&a->by_site);
    map_fini(&a->by_customer);
    map_fini(&a->by_principal);
    map_fini(&a->by_curve);
    map_fini(&a->sources);
    map_fini(&a->anything);
    free(a);
}

uint32_t
atlas_version(const struct atlas *a)
{
    return a->version;
}

struct territory_id
atlas_route(const struct atlas *a, const struct route *r, enum routed_how *how)
{
    enum routed_how found = ROUTED_SITE;
    const struct territory_id *t = no_name(r->site) ? NULL : map_get(&a->by_site, &r->site);
    if (t == NULL) {
        found = ROUTED_PLACE;
        t = by_place(a, r->place);
    }
    if (t == NULL && !no_name(r->customer)) {
        found = ROUTED_CUSTOMER;
        t = map_get(&a->by_customer, &r->customer);
    }
    if (t == NULL)
        found = ROUTED_TRIAGE;
    if (how != NULL)
        *how = found;
    return t == NULL ? a->triage : *t;
}

/* Around a place; each side divides the one before, so the smaller cell lies in the greater. */
static const int32_t cell_sides[] = { 100000, 25000, 6250 };

static int32_t
cell_low(int32_t degrees_e7, int32_t side)
{
    return degrees_e7 - (degrees_e7 % side + side) % side;
}

int32_t
atlas_cell(const struct atlas *a, struct place p)
{
    size_t i = 0, at = 0;
    if (!place_usable(p))
        return 0;
    for (; at < countof(cell_sides); at++) {
        int32_t side = cell_sides[at];
        struct place low = { cell_low(p.lat_e7, side), cell_low(p.lon_e7, side) };
        struct place high = { low.lat_e7 + side - 1, low.lon_e7 + side - 1 };
        /* all its places are usable: 0,0 can only be its low corner */
        if (!place_usable(low) || !place_usable(high))
            continue;
        /* Areas that do not touch the greater cell need not be looked at again, nor those behind
         * the first that holds it. */
        for (; i < a->territories_count && !area_touches(&a->areas[i], low, high); i++)
            if (area_holds(&a->areas[i], p))
                return side;
        if (i == a->territories_count)
            return 0;
    }
    return 0;
}

size_t
atlas_territories(const struct atlas *a, const struct territory_id **list)
{
    *list = a->territories;
    return a->territories_count;
}

const char *
atlas_code(const struct atlas *a, struct territory_id t)
{
    const struct code *code = map_get(&a->by_territory, &t);
    return code == NULL ? NULL : code->s;
}

const struct principal *
atlas_principal(const struct atlas *a, struct principal_id id)
{
    return map_get(&a->by_principal, &id);
}

const struct principal *
atlas_by_curve(const struct atlas *a, const uint8_t curve[32])
{
    return map_get(&a->by_curve, curve);
}

size_t
atlas_principals(const struct atlas *a, const struct principal **list)
{
    *list = a->principals;
    return a->principals_count;
}

bool
atlas_may_speak(const struct atlas *a, struct principal_id gateway, struct source_id source)
{
    struct source_key key = { gateway, source };
    const struct principal *p = map_get(&a->sources, &key);
    if (p == NULL)
        p = map_get(&a->anything, &gateway);
    return p != NULL && p->role == ROLE_GATEWAY && !p->revoked;
}
