/* terms.c - promises, ladders and calendars for the core: names become indices and pointers into
 * the rules' own arrays. Calendars are opened first, since the others point to them: those of the
 * plan in its order, then the duty of whoever this territory knows by name. */
#include "common/plan/terms.h"

#include "common/base/map.h"
#include "common/plan/calendar.h"
#include "common/plan/census.h"
#include "common/plan/matching.h"
#include "common/plan/promise.h"

#include <stdlib.h>

enum {
    ACK_MIN = 30
}; /* an acknowledged alarm is quiet for so long, unless the plan says otherwise */

static int
by_name(const void *a, const void *b)
{
    return strcmp(a, b); /* ids are the first members, zero-terminated */
}

static int
by_text(const void *a, const void *b)
{
    const char *x, *y;
    memcpy(&x, a, sizeof(x));
    memcpy(&y, b, sizeof(y));
    return strcmp(x, y);
}

/* ---- names */

uint8_t
terms_contract(const struct plan *p, const char *id)
{
    for (unsigned i = 0; id != NULL && i < p->contracts_count; i++)
        if (same_text(p->contracts[i].id, id))
            return (uint8_t)i;
    return NO_INDEX_8;
}

static enum target_kind
target_of(const char *to)
{
    return strcmp(to, "engineer") == 0      ? TARGET_ENGINEER
           : strcmp(to, "dispatchers") == 0 ? TARGET_DISPATCHERS
           : strcmp(to, "manager") == 0     ? TARGET_MANAGER
                                            : TARGET_PRINCIPAL;
}

static void
add_name(char ***names, size_t *count, size_t *cap, char *name)
{
    if (name == NULL || name[0] == '\0')
        return;
    *names = grow_array(*names, *count, cap, sizeof(char *));
    (*names)[(*count)++] = name;
}

size_t
plan_named(const struct plan *p, char ***names)
{
    size_t count = 0, cap = 0, kept = 0;
    *names = NULL;
    for (unsigned i = 0; i < p->contracts_count; i++) {
        add_name(names, &count, &cap, p->contracts[i].manager);
        add_name(names, &count, &cap, p->contracts[i].complaints);
    }
    for (unsigned i = 0; i < p->escalations_count; i++)
        for (unsigned k = 0; k < p->escalations[i].steps_count; k++) {
            const struct plan_step *s = &p->escalations[i].steps[k];
            for (unsigned j = 0; j < s->to_count; j++)
                if (target_of(s->to[j]) == TARGET_PRINCIPAL)
                    add_name(names, &count, &cap, s->to[j]);
        }
    if (count > 1)
        qsort(*names, count, sizeof(char *), by_text);
    for (size_t i = 0; i < count; i++)
        if (kept == 0 || strcmp((*names)[kept - 1], (*names)[i]) != 0)
            (*names)[kept++] = (*names)[i];
    return kept;
}

/* ---- calendars */

static void
open_calendar(struct rules *r, const char *id, const char *compiled)
{
    struct calendar *c = NULL;
    enum err e = calendar_of_text(&c, id, str_of(compiled));
    assert(e == OK); /* checked */
    r->calendars[r->calendars_count++] = *c;
    free(c); /* the spans are the rules' now */
}

static struct engineer_rule *
engineer_here(struct rules *r, const char *id)
{
    struct engineer_id key;
    field_fill(key.s, id);
    return r->engineers_count == 0
               ? NULL
               : bsearch(&key, r->engineers, r->engineers_count, sizeof(*r->engineers), by_name);
}

static struct contact *
contact_here(struct rules *r, const char *id)
{
    struct principal_id key;
    field_fill(key.s, id);
    return r->contacts_count == 0
               ? NULL
               : bsearch(&key, r->contacts, r->contacts_count, sizeof(*r->contacts), by_name);
}

static void
put_contacts(struct rules *r, const struct plan *p)
{
    char **names;
    r->contacts_count = plan_named(p, &names);
    r->contacts = zalloc(r->contacts_count * sizeof(*r->contacts) + 1);
    for (size_t i = 0; i < r->contacts_count; i++)
        field_fill(r->contacts[i].id.s, names[i]);
    free(names);
}

static void
put_calendars(struct rules *r, const struct plan *p)
{
    size_t most = p->calendars_count;
    for (unsigned i = 0; i < p->rosters_count; i++)
        most += p->rosters[i].compiled_count;
    r->calendars = zalloc(most * sizeof(*r->calendars) + 1);
    for (unsigned i = 0; i < p->calendars_count; i++)
        open_calendar(r, p->calendars[i].id, p->calendars[i].compiled);
    for (unsigned i = 0; i < p->rosters_count; i++)
        for (unsigned k = 0; k < p->rosters[i].compiled_count; k++) {
            const struct plan_duty *d = &p->rosters[i].compiled[k];
            struct engineer_rule *engineer = engineer_here(r, d->who);
            struct contact *contact = contact_here(r, d->who);
            if (engineer == NULL && contact == NULL)
                continue;
            open_calendar(r, d->who, d->compiled);
            const struct calendar *duty = &r->calendars[r->calendars_count - 1];
            if (engineer != NULL)
                engineer->roster = duty;
            if (contact != NULL)
                contact->duty = duty;
        }
}

static const struct calendar *
calendar_named(const struct rules *r, const struct plan *p, const char *id)
{
    for (unsigned i = 0; i < p->calendars_count; i++)
        if (same_text(p->calendars[i].id, id))
            return &r->calendars[i];
    return NULL;
}

/* ---- ladders */

static void
put_step(struct rung *to, const struct plan_step *from)
{
    to->share_pct = (uint16_t)from->share_pct;
    to->repeat_ms = from->repeat_min * MINUTES;
    to->times = from->times == 0 ? 1 : (uint16_t)from->times;
    for (unsigned i = 0; i < from->to_count; i++) {
        struct target *t = &to->targets[to->targets_count++];
        t->kind = (uint8_t)target_of(from->to[i]);
        if (t->kind == TARGET_PRINCIPAL)
            field_fill(t->who.s, from->to[i]);
    }
}

static void
put_ladders(struct rules *r, const struct plan *p)
{
    r->ladders_count = p->escalations_count;
    r->ladders = zalloc(r->ladders_count * sizeof(*r->ladders) + 1);
    for (unsigned i = 0; i < p->escalations_count; i++) {
        const struct plan_escalation *from = &p->escalations[i];
        struct ladder *to = &r->ladders[i];
        field_fill(to->id, from->id);
        to->ack_ms = number_or(from->ack_min, ACK_MIN) * MINUTES;
        for (unsigned k = 0; k < from->steps_count; k++)
            put_step(&to->rungs[to->rungs_count++], &from->steps[k]);
    }
}

/* ---- contracts */

static void
put_promise(struct contract *to, const struct plan *p, const struct plan_promise *from)
{
    enum clock clock = promise_clock(str_of(from->clock));
    enum promise_basis basis;
    bool known = promise_basis(str_of(from->basis), &basis);
    int level = level_index(p, from->level);
    assert(clock < CLOCKS && known);
    const struct promise promise = { .working_ms = from->working_min * MINUTES,
                                     .off_ms =
                                         number_or(from->off_min, from->working_min) * MINUTES,
                                     .basis = (uint8_t)basis,
                                     .penalty = from->penalty,
                                     .penalty_per = from->penalty_per,
                                     .penalty_each_ms = from->penalty_each_min * MINUTES,
                                     .penalty_most = from->penalty_most };
    for (unsigned i = 0; i < p->levels_count; i++)
        if (level < 0 || (unsigned)level == i)
            to->promises[clock][i] = promise;
}

static uint8_t
ladder_named(const struct plan *p, const char *id)
{
    for (unsigned i = 0; i < p->escalations_count; i++)
        if (same_text(p->escalations[i].id, id))
            return (uint8_t)i;
    return 0;
}

static void
put_contract(struct rules *r, const struct plan *p, const struct plan_contract *from)
{
    struct contract *to = &r->contracts[r->contracts_count++];
    field_fill(to->id, from->id);
    field_fill(to->name, from->name);
    field_fill(to->currency, from->currency);
    field_fill(to->manager.s, from->manager);
    field_fill(to->complaints.s, from->complaints);
    to->calendar = calendar_named(r, p, from->calendar);
    to->ladder = ladder_named(p, from->ladder);
    for (unsigned i = 0; i < from->exempts_count; i++)
        to->exempts |= UINT32_C(1) << promise_exempt(str_of(from->exempts[i]));
    for (unsigned i = 0; i < from->preferred_count; i++)
        field_fill(to->preferred[to->preferred_count++].s, from->preferred[i]);
    for (unsigned i = 0; i < from->bans_count; i++)
        field_fill(to->banned[to->banned_count++].s, from->bans[i]);
    for (unsigned i = 0; i < from->promises_count; i++)
        put_promise(to, p, &from->promises[i]);
}

/* ---- whose */

static void
put_customers(struct rules *r, const struct plan *p)
{
    r->customers = zalloc(p->customers_count * sizeof(*r->customers) + 1);
    for (unsigned i = 0; i < p->customers_count; i++) {
        uint8_t contract = terms_contract(p, p->customers[i].contract);
        if (contract == NO_INDEX_8)
            continue; /* everybody else's */
        struct customer_rule *to = &r->customers[r->customers_count++];
        field_fill(to->id.s, p->customers[i].id);
        to->contract = contract;
    }
    if (r->customers_count > 1)
        qsort(r->customers, r->customers_count, sizeof(*r->customers), by_name);
}

static uint8_t
site_contract(const struct rules *r, const struct plan *p, const struct plan_site *site)
{
    uint8_t own = terms_contract(p, site->contract);
    struct customer_id key;
    field_fill(key.s, site->customer);
    if (own != NO_INDEX_8 || r->customers_count == 0)
        return own;
    const struct customer_rule *c =
        bsearch(&key, r->customers, r->customers_count, sizeof(*r->customers), by_name);
    return c == NULL ? NO_INDEX_8 : c->contract;
}

/* Sites that say something, and may be this territory's: those that name another are left out. */
static void
put_sites(struct rules *r, const struct plan *p, const struct plan_territory *t)
{
    r->sites = zalloc(p->sites_count * sizeof(*r->sites) + 1);
    for (unsigned i = 0; i < p->sites_count; i++) {
        const struct plan_site *from = &p->sites[i];
        bool elsewhere = from->territory != NULL && from->territory[0] != '\0' &&
                         !same_text(from->territory, t->id);
        uint8_t contract = site_contract(r, p, from);
        instant until = last_day_end(from->warranty_until, t->utc_offset_min);
        bool owned = from->customer != NULL && from->customer[0] != '\0';
        if (elsewhere || (contract == NO_INDEX_8 && until == 0 && !owned))
            continue;
        struct site_rule *to = &r->sites[r->sites_count++];
        field_fill(to->id.s, from->id);
        field_fill(to->customer.s, from->customer);
        to->contract = contract;
        to->warranty_until = until;
    }
    if (r->sites_count > 1)
        qsort(r->sites, r->sites_count, sizeof(*r->sites), by_name);
}

void
terms_put(struct rules *r, const struct plan *p, const struct plan_territory *t)
{
    assert(p->contracts_count >= 1 && p->escalations_count >= 1);
    put_contacts(r, p);
    put_calendars(r, p);
    put_ladders(r, p);
    r->contracts = zalloc(p->contracts_count * sizeof(*r->contracts));
    for (unsigned i = 0; i < p->contracts_count; i++)
        put_contract(r, p, &p->contracts[i]);
    put_customers(r, p);
    put_sites(r, p, t);
}
