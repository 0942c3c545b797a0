/* roster.c - who is there and who qualifies: the indexes, built once a plan version. */
#include "workers/core/roster.h"

#include "workers/core/duty.h"

static int
skill_order(struct skill_id a, struct skill_id b)
{
    return memcmp(a.s, b.s, sizeof(a.s));
}

static int
holding_order(const void *a, const void *b)
{
    const struct holding *x = a, *y = b;
    int order = skill_order(x->skill, y->skill);
    return order != 0 ? order : (x->engineer > y->engineer) - (x->engineer < y->engineer);
}

static void
index_skills(struct roster *r)
{
    size_t count = 0;
    for (size_t i = 0; i < r->count; i++)
        count += r->rules->engineers[i].skills_count;
    r->holdings = zalloc((count + 1) * sizeof(*r->holdings));
    for (size_t i = 0; i < r->count; i++)
        for (size_t k = 0; k < r->rules->engineers[i].skills_count; k++) {
            struct skill s = r->rules->engineers[i].skills[k];
            r->holdings[r->holdings_count++] = (struct holding){ s.id, (uint32_t)i, s.level };
        }
    qsort(r->holdings, r->holdings_count, sizeof(*r->holdings), holding_order);
}

/* The first holding of a skill at or after `skill`, or past it. */
static size_t
bound(const struct roster *r, struct skill_id skill, bool past)
{
    size_t low = 0, high = r->holdings_count;
    while (low < high) {
        size_t mid = (low + high) / 2;
        int order = skill_order(r->holdings[mid].skill, skill);
        if (order < 0 || (past && order == 0))
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

const struct holding *
roster_holders(const struct roster *r, const struct skill *needs, size_t needs_count, size_t *count)
{
    const struct holding *best = NULL;
    *count = 0;
    for (size_t i = 0; i < needs_count; i++) {
        size_t from = bound(r, needs[i].id, false), to = bound(r, needs[i].id, true);
        if (best == NULL || to - from < *count) {
            best = &r->holdings[from];
            *count = to - from;
        }
    }
    return best;
}

bool
engineer_qualifies(const struct engineer *x, const struct skill *needs, size_t needs_count)
{
    const struct engineer_rule *rule = x->rule;
    for (size_t i = 0; i < needs_count; i++) {
        size_t k = 0;
        while (k < rule->skills_count && skill_order(rule->skills[k].id, needs[i].id) != 0)
            k++;
        if (k == rule->skills_count || rule->skills[k].level < needs[i].level)
            return false;
    }
    return true;
}

static void
enlist(struct roster *r, struct slot *s, uint32_t i)
{
    struct engineer *x = &r->list[i];
    s->qualified =
        grow_array(s->qualified, s->qualified_count, &s->qualified_cap, sizeof(*s->qualified));
    s->qualified[s->qualified_count++] = i;
    x->slots = grow_array(x->slots, x->slots_count, &x->slots_cap, sizeof(*x->slots));
    x->slots[x->slots_count++] = (uint32_t)(s - r->slots);
}

static void
index_slot(struct roster *r, struct slot *s)
{
    if (s->category == NULL || s->category->needs_count == 0) {
        for (size_t i = 0; i < r->count; i++)
            enlist(r, s, (uint32_t)i);
        return;
    }
    size_t count;
    const struct category *c = s->category;
    const struct holding *holders = roster_holders(r, c->needs, c->needs_count, &count);
    for (size_t i = 0; i < count; i++) {
        uint32_t at = holders[i].engineer;
        if (engineer_qualifies(&r->list[at], c->needs, c->needs_count))
            enlist(r, s, at);
        else if (s->misses_count < CONSIDERED_MAX)
            s->misses[s->misses_count++] = at;
    }
}

static bool
shift_before(const struct heap_at *a, const struct heap_at *b)
{
    const struct engineer *x = container_of(a, struct engineer, shift);
    const struct engineer *y = container_of(b, struct engineer, shift);
    return x->shift_at != y->shift_at ? x->shift_at < y->shift_at : x < y; /* sorted by id */
}

void
roster_init(struct roster *r, const struct rules *rules)
{
    *r = (struct roster){ .rules = rules, .count = rules->engineers_count };
    r->list = zalloc((r->count + 1) * sizeof(*r->list));
    for (size_t i = 0; i < r->count; i++) {
        r->list[i].rule = &rules->engineers[i];
        r->list[i].place = PLACE_NONE;
    }
    r->slots_count = rules->categories_count + 1;
    r->slots = zalloc(r->slots_count * sizeof(*r->slots));
    for (size_t i = 0; i < rules->categories_count; i++)
        r->slots[i].category = &rules->categories[i];
    index_skills(r);
    for (size_t i = 0; i < r->slots_count; i++)
        index_slot(r, &r->slots[i]);
    heap_init(&r->shifts, shift_before);
    map_init(&r->reserved, sizeof(struct ticket_id) + sizeof(struct territory_id));
}

void
roster_fini(struct roster *r)
{
    for (size_t i = 0; i < r->count; i++) {
        free(r->list[i].reserved);
        free(r->list[i].slots);
    }
    for (size_t i = 0; i < r->slots_count; i++)
        free(r->slots[i].qualified);
    free(r->list);
    free(r->slots);
    free(r->holdings);
    free(r->changed);
    heap_fini(&r->shifts);
    map_fini(&r->reserved);
    *r = (struct roster){ 0 };
}

struct engineer *
roster_find(const struct roster *r, struct engineer_id id)
{
    size_t low = 0, high = r->count;
    while (low < high) {
        size_t mid = (low + high) / 2;
        int order = memcmp(r->list[mid].rule->id.s, id.s, sizeof(id.s));
        if (order == 0)
            return &r->list[mid];
        if (order < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return NULL;
}

static bool
category_find(const struct rules *rules, struct category_id id, size_t *at)
{
    size_t low = 0, high = rules->categories_count;
    while (low < high) {
        size_t mid = (low + high) / 2;
        int order = memcmp(rules->categories[mid].id.s, id.s, sizeof(id.s));
        if (order == 0) {
            *at = mid;
            return true;
        }
        if (order < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return false;
}

size_t
roster_slot(const struct roster *r, struct category_id c)
{
    size_t at;
    if (category_find(r->rules, c, &at) || category_find(r->rules, r->rules->fallback, &at))
        return at;
    return r->slots_count - 1;
}

static instant
next_shift(const struct engineer *x, instant at)
{
    instant next = duty_next(x->rule, at);
    return x->absent_until > at && x->absent_until < next ? x->absent_until : next;
}

void
roster_shifts(struct roster *r, instant at)
{
    for (size_t i = 0; i < r->count; i++) {
        struct engineer *x = &r->list[i];
        x->shift_at = next_shift(x, at);
        if (x->shift_at != NEVER)
            heap_set(&r->shifts, &x->shift);
    }
}

struct engineer *
roster_shift(const struct roster *r)
{
    struct heap_at *first = heap_first(&r->shifts);
    return first == NULL ? NULL : container_of(first, struct engineer, shift);
}

void
roster_shifted(struct roster *r, struct engineer *x, instant at)
{
    x->shift_at = next_shift(x, at);
    heap_set(&r->shifts, &x->shift);
}
