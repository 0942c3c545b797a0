/* assign_audit.c - what the matching costs, who moved, and whether the potentials prove it. */
#include "workers/core/assign_state.h"

/* What the row has, as a price. */
static price
row_price(const struct assign *a, uint32_t row)
{
    uint32_t slot = a->rows[row].slot;
    return slot == ASSIGN_NONE ? a->rows[row].defer : link_price(link_find(a, row, slot));
}

int64_t
assign_cost(const struct assign *a)
{
    int64_t sum = 0;
    for (uint32_t i = 0; i < a->rows_count; i++)
        if (a->rows[i].presence == PRESENT)
            sum += price_cost(row_price(a, i));
    return sum;
}

size_t
assign_left_count(const struct assign *a)
{
    size_t left = 0;
    for (uint32_t i = 0; i < a->rows_count; i++)
        left += a->rows[i].presence == PRESENT && a->rows[i].slot == ASSIGN_NONE;
    return left;
}

int64_t
assign_regret(const struct assign *a, uint32_t row)
{
    const struct row *r = &a->rows[row];
    assert(row < a->rows_count && r->presence == PRESENT);
    if (r->links.count == 0)
        return ASSIGN_NEVER;
    int64_t regret = price_cost(row_price(a, row)) - price_cost(link_price(row_links(a, row)));
    return regret > 0 ? regret : 0;
}

static bool
later(const struct assign *a, uint32_t x, uint32_t y)
{
    return a->rows[x].key > a->rows[y].key;
}

static void
sink(struct assign *a, size_t i, size_t count)
{
    uint32_t *m = a->moved, row = m[i];
    for (size_t child; (child = 2 * i + 1) < count; i = child) {
        if (child + 1 < count && later(a, m[child + 1], m[child]))
            child++;
        if (!later(a, m[child], row))
            break;
        m[i] = m[child];
    }
    m[i] = row;
}

/* In place: the library's sort may allocate. */
static void
sort_moved(struct assign *a)
{
    size_t count = a->moved_count;
    for (size_t i = count / 2; i-- > 0;)
        sink(a, i, count);
    while (count > 1) {
        uint32_t last = a->moved[--count];
        a->moved[count] = a->moved[0];
        a->moved[0] = last;
        sink(a, 0, count);
    }
}

const uint32_t *
assign_moved(struct assign *a, size_t *count)
{
    size_t kept = 0;
    for (size_t i = 0; i < a->moved_count; i++) {
        struct row *r = &a->rows[a->moved[i]];
        if (r->presence == PRESENT && r->slot != r->settled)
            a->moved[kept++] = a->moved[i];
        else
            r->touched = false;
    }
    a->moved_count = kept;
    sort_moved(a);
    *count = kept;
    return a->moved;
}

void
assign_settle(struct assign *a)
{
    for (size_t i = 0; i < a->moved_count; i++) {
        struct row *r = &a->rows[a->moved[i]];
        r->settled = r->slot;
        r->touched = false;
    }
    a->moved_count = 0;
}

static bool
links_sound(const struct assign *a, uint32_t row)
{
    const struct link *l = row_links(a, row);
    for (uint32_t i = 0; i < a->rows[row].links.count; i++) {
        const struct slot_at *s = &a->slots[l[i].other];
        if (s->presence == ABSENT || l[i].twin >= s->links.count ||
            (i > 0 && link_price(&l[i - 1]) > link_price(&l[i])))
            return false;
        const struct link *back = &slot_links(a, l[i].other)[l[i].twin];
        if (back->other != row || back->twin != i || link_price(back) != link_price(&l[i]))
            return false;
    }
    return true;
}

/* Do both sides say so, of matches, holds and links? */
static bool
books_sound(const struct assign *a, uint32_t row)
{
    const struct row *r = &a->rows[row];
    if (r->presence == ABSENT)
        return r->links.count == 0 && r->slot == ASSIGN_NONE;
    if (r->held != ASSIGN_NONE && (r->presence == PRESENT || a->slots[r->held].held != row))
        return false;
    if (r->slot != ASSIGN_NONE && (r->presence != PRESENT || a->slots[r->slot].row != row ||
                                   link_find(a, row, r->slot) == NULL))
        return false;
    return links_sound(a, row);
}

static struct assign_flaw
audit_row(const struct assign *a, uint32_t row)
{
    const struct row *r = &a->rows[row];
    if (!books_sound(a, row))
        return (struct assign_flaw){ ASSIGN_BROKEN, row, r->slot };
    if (r->presence != PRESENT)
        return (struct assign_flaw){ ASSIGN_SOUND, row, ASSIGN_NONE };
    if (a->u[row] > r->defer)
        return (struct assign_flaw){ ASSIGN_CHEAPER, row, ASSIGN_NONE };
    if (r->slot == ASSIGN_NONE && a->u[row] < r->defer)
        return (struct assign_flaw){ ASSIGN_SLACK, row, ASSIGN_NONE };
    const struct link *l = row_links(a, row), *end = l + r->links.count;
    for (; l < end; l++) {
        price slack = link_price(l) - a->u[row] - a->v[l->other];
        if (slack < 0)
            return (struct assign_flaw){ ASSIGN_CHEAPER, row, l->other };
        if (slack > 0 && r->slot == l->other)
            return (struct assign_flaw){ ASSIGN_SLACK, row, l->other };
    }
    return (struct assign_flaw){ ASSIGN_SOUND, row, ASSIGN_NONE };
}

static enum assign_fault
audit_slot(const struct assign *a, uint32_t slot)
{
    const struct slot_at *s = &a->slots[slot];
    if (s->row != ASSIGN_NONE && (s->presence != PRESENT || a->rows[s->row].slot != slot))
        return ASSIGN_BROKEN;
    if (s->presence != PRESENT)
        return a->v[slot] == OUT ? ASSIGN_SOUND : ASSIGN_BROKEN;
    if (a->v[slot] > 0)
        return ASSIGN_POSITIVE;
    return s->row == ASSIGN_NONE && a->v[slot] != 0 ? ASSIGN_PRICED : ASSIGN_SOUND;
}

struct assign_flaw
assign_audit(const struct assign *a)
{
    for (uint32_t i = 0; i < a->rows_count; i++) {
        struct assign_flaw flaw = audit_row(a, i);
        if (flaw.fault != ASSIGN_SOUND)
            return flaw;
    }
    for (uint32_t i = 0; i < a->slots_count; i++) {
        enum assign_fault fault = audit_slot(a, i);
        if (fault != ASSIGN_SOUND)
            return (struct assign_flaw){ fault, a->slots[i].row, i };
    }
    return (struct assign_flaw){ ASSIGN_SOUND, ASSIGN_NONE, ASSIGN_NONE };
}
