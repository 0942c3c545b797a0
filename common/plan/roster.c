/* roster.c - shifts, absences, and the duty of each engineer. */
#include "common/plan/roster.h"

#include "common/base/map.h"
#include "common/plan/calendar.h"
#include "common/plan/spans.h"

/* While compiling: what is known of one engineer. */
struct member {
    struct engineer_id id;
    const char *name, *phone;
    struct spans duty, absent;
};
struct making {
    const struct happenings *all;
    struct member *members; /* sorted by id */
    size_t count, cap;
    struct buf *why;
    bool failed;
};

static int
by_id(const void *a, const void *b)
{
    return memcmp(a, b, sizeof(struct engineer_id)); /* members and engineers begin with it */
}

static bool
is_ours(const struct happening *h)
{
    return h->categories == ICAL_DUTY || h->categories == ICAL_ABSENCE;
}

static bool
id_of(const struct ical_person *p, struct engineer_id *id)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789._-";
    return p->id != NULL && p->id[0] != '\0' && strspn(p->id, letters) == strlen(p->id) &&
           str_fill(id->s, sizeof(id->s), str_of(p->id));
}

static void
meet(struct making *m, const struct happening *h)
{
    if (h->categories == ICAL_ABSENCE && h->people_count == 0) {
        m->failed = true;
        buf_printf(m->why, "%s:%u: \"%s\": an absence of nobody; add ATTENDEE:engineer:ID\n",
                   h->file, h->line, h->summary);
    }
    for (size_t i = 0; i < h->people_count; i++) {
        const struct ical_person *p = &h->people[i];
        struct member member = { .name = p->name, .phone = p->phone };
        if (!id_of(p, &member.id)) {
            m->failed = true;
            buf_printf(m->why,
                       "%s:%u: \"%s\": ATTENDEE:%.100s is no engineer; write "
                       "ATTENDEE:engineer:ID\n",
                       h->file, h->line, h->summary, p->value);
            continue;
        }
        m->members = grow_array(m->members, m->count, &m->cap, sizeof(*m->members));
        m->members[m->count++] = member;
    }
}

/* Everybody who is named, once. The occurrences of an event share its people, so each event is met
 * once. */
static void
meet_all(struct making *m)
{
    struct map met;
    size_t kept = 0;
    map_init(&met, sizeof(void *));
    for (size_t i = 0; i < m->all->count; i++) {
        const struct happening *h = &m->all->list[i];
        if (is_ours(h) && map_put(&met, &h->people, (void *)(uintptr_t)1) == NULL)
            meet(m, h);
    }
    map_fini(&met);
    if (m->count > 1)
        qsort(m->members, m->count, sizeof(*m->members), by_id);
    for (size_t i = 0; i < m->count; i++) {
        struct member *last = kept == 0 ? NULL : &m->members[kept - 1];
        if (last == NULL || !same_id(last->id, m->members[i].id)) {
            m->members[kept++] = m->members[i];
            continue;
        }
        last->name = last->name == NULL ? m->members[i].name : last->name;
        last->phone = last->phone == NULL ? m->members[i].phone : last->phone;
    }
    m->count = kept;
}

static struct member *
member_of(const struct making *m, const struct ical_person *p)
{
    struct engineer_id id;
    bool good = id_of(p, &id);
    assert(good);
    return bsearch(&id, m->members, m->count, sizeof(*m->members), by_id);
}

/* Absences first, then the shifts of whoever is left. */
static void
assign(struct making *m)
{
    for (size_t i = 0; i < m->all->count; i++) {
        const struct happening *h = &m->all->list[i];
        for (size_t j = 0; j < h->people_count && is_ours(h); j++) {
            struct member *member = member_of(m, &h->people[j]);
            if (h->categories == ICAL_ABSENCE)
                spans_add(&member->absent, h->from, h->to);
            else if (!h->people[j].absent)
                spans_add(&member->duty, h->from, h->to);
        }
    }
    for (size_t i = 0; i < m->count; i++) {
        spans_merge(&m->members[i].absent);
        spans_merge(&m->members[i].duty);
        spans_subtract(&m->members[i].duty, &m->members[i].absent);
    }
}

static enum presence
presence_of(const struct making *m, const struct happening *h, const struct ical_person *p)
{
    const struct spans *absent = &member_of(m, p)->absent;
    if (p->absent || spans_hold(absent, h->from, h->to))
        return ABSENT;
    return spans_touch(absent, h->from, h->to) ? PARTLY_ABSENT : PRESENT;
}

static int
by_begin(const void *a, const void *b)
{
    const struct shift *x = a, *y = b;
    if (x->from != y->from)
        return x->from < y->from ? -1 : 1;
    return (x->source > y->source) - (x->source < y->source);
}

static void
list_shifts(const struct making *m, struct roster *r)
{
    size_t cap = 0;
    for (size_t i = 0; i < m->all->count; i++) {
        const struct happening *h = &m->all->list[i];
        if (h->categories != ICAL_DUTY || h->to <= r->from || h->from >= r->until)
            continue;
        struct shift s = { h->from, h->to, h->summary, h->swapped, h, NULL, h->people_count };
        s.people = arena_alloc(&r->arena, (h->people_count + 1) * sizeof(*s.people));
        for (size_t j = 0; j < h->people_count; j++)
            s.people[j] = (struct shift_person){ &h->people[j], presence_of(m, h, &h->people[j]) };
        r->shifts = grow_array(r->shifts, r->shifts_count, &cap, sizeof(*r->shifts));
        r->shifts[r->shifts_count++] = s;
    }
    if (r->shifts_count > 1)
        qsort(r->shifts, r->shifts_count, sizeof(*r->shifts), by_begin);
}

static void
list_engineers(struct making *m, struct roster *r)
{
    r->engineers_count = m->count;
    r->engineers = zalloc((m->count + 1) * sizeof(*r->engineers));
    for (size_t i = 0; i < m->count; i++) {
        struct member *from = &m->members[i];
        struct roster_engineer *e = &r->engineers[i];
        *e = (struct roster_engineer){ from->id, from->name, from->phone, NULL };
        e->duty = spans_calendar(&from->duty, from->id.s, r->from, r->until);
        spans_fini(&from->absent);
    }
    free(m->members);
}

/* One more engineer, or one less. */
struct turn {
    instant at;
    int change;
};

static int
by_turn(const void *a, const void *b)
{
    const struct turn *x = a, *y = b;
    return (x->at > y->at) - (x->at < y->at);
}

static void
count_seats(struct roster *r)
{
    struct turn *turns = NULL;
    size_t count = 0, turns_cap = 0, steps_cap = 0;
    int seats = 0;
    for (size_t i = 0; i < r->engineers_count; i++)
        for (size_t j = 0; j < r->engineers[i].duty->count; j++) {
            const struct open_span *s = &r->engineers[i].duty->spans[j];
            turns = grow_array(turns, count, &turns_cap, sizeof(*turns));
            turns[count++] = (struct turn){ s->from, 1 };
            turns = grow_array(turns, count, &turns_cap, sizeof(*turns));
            turns[count++] = (struct turn){ s->to, -1 };
        }
    if (count > 1)
        qsort(turns, count, sizeof(*turns), by_turn);
    for (size_t i = 0; i <= count; i++) { /* the state before each turn that is at a later time */
        instant at = i == 0 ? r->from : turns[i - 1].at;
        if (i > 0)
            seats += turns[i - 1].change;
        if ((i < count && turns[i].at == at) || at >= r->until)
            continue;
        r->steps = grow_array(r->steps, r->steps_count, &steps_cap, sizeof(*r->steps));
        r->steps[r->steps_count++] = (struct roster_step){ at, (unsigned)seats };
    }
    free(turns);
}

enum err
roster_compile(struct roster **out, const struct zone *zone, const struct happenings *all,
               instant from, instant until, struct buf *why)
{
    struct making m = { .all = all, .why = why };
    meet_all(&m);
    if (m.failed) {
        free(m.members);
        return ERR_SYNTAX;
    }
    struct roster *r = zalloc(sizeof(*r));
    r->zone = zone;
    r->all = all;
    r->from = from;
    r->until = until;
    assign(&m);
    list_shifts(&m, r);
    list_engineers(&m, r);
    count_seats(r);
    *out = r;
    return OK;
}

void
roster_free(struct roster *r)
{
    if (r == NULL)
        return;
    for (size_t i = 0; i < r->engineers_count; i++)
        calendar_free(r->engineers[i].duty);
    free(r->engineers);
    free(r->shifts);
    free(r->steps);
    arena_fini(&r->arena);
    free(r);
}

const struct roster_engineer *
roster_engineer(const struct roster *r, struct engineer_id id)
{
    return bsearch(&id, r->engineers, r->engineers_count, sizeof(*r->engineers), by_id);
}

unsigned
roster_seats(const struct roster *r, instant at)
{
    size_t low = 0, high = r->steps_count;
    while (low < high) {
        size_t mid = (low + high) / 2;
        if (r->steps[mid].at <= at)
            low = mid + 1;
        else
            high = mid;
    }
    return low == 0 ? 0 : r->steps[low - 1].seats;
}
