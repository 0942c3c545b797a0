/* carry.c - whose places a ticket takes up, and the loads and lists that follow from it. The only
 * file that keeps them: whatever changes a ticket's engineer, its state or its hands stands between
 * carry_list and carry_change, and a loaded engine counts by carry_count. */
#include "workers/core/duty.h"
#include "workers/core/state.h"

static void
add(struct carriers *c, struct engineer *x)
{
    for (size_t i = 0; i < c->count; i++)
        if (c->list[i] == x)
            return;
    if (x != NULL)
        c->list[c->count++] = x;
}

void
carry_list(const struct engine *e, const struct job *j, struct carriers *out)
{
    const struct ticket *t = &j->t;
    out->count = 0;
    add(out, job_holder(e, j));
    if (!no_name(t->next.engineer))
        add(out, roster_find(&e->roster, t->next.engineer));
    for (size_t i = 0; i < t->helpers_count; i++)
        add(out, roster_find(&e->roster, t->helpers[i].engineer));
}

static bool
is_among(const struct carriers *c, const struct engineer *x)
{
    for (size_t i = 0; i < c->count; i++)
        if (c->list[i] == x)
            return true;
    return false;
}

void
carry_freed(struct engine *e, struct engineer *x)
{
    board_changed(e, x);
    if (x->freed)
        return;
    e->freed = grow_array(e->freed, e->freed_count, &e->freed_cap, sizeof(*e->freed));
    e->freed[e->freed_count++] = x;
    x->freed = true;
}

static void
lay_down(struct engine *e, struct engineer *x)
{
    assert(x->load > 0);
    x->load--;
    roster_mark(&e->roster, x);
    carry_freed(e, x);
}

/* Into the list of him in whose hands it is. */
static void
hold(const struct engine *e, struct job *j)
{
    struct engineer *x = job_holder(e, j);
    if (j->holder == x)
        return;
    if (j->holder != NULL) {
        *j->beside_at = j->beside;
        if (j->beside != NULL)
            j->beside->beside_at = j->beside_at;
        j->holder->held_count--;
    }
    j->holder = x;
    if (x == NULL)
        return;
    j->beside = x->held;
    j->beside_at = &x->held;
    if (j->beside != NULL)
        j->beside->beside_at = &j->beside;
    x->held = j;
    x->held_count++;
}

/* Did it occupy him who has it, or had it last, at this instant? What has been offered since was
 * another's then; what waited for others left him time. */
static bool
occupied(const struct ticket *t, instant at)
{
    size_t i = t->timeline_count;
    while (i > 0 && t->timeline[i - 1].occurred_at > at)
        if (t->timeline[--i].to == TICKET_OFFERED)
            return false;
    enum ticket_state was = i > 0 ? t->timeline[i - 1].to : TICKET_RECEIVED;
    return was >= TICKET_ACCEPTED && was <= TICKET_WORKING;
}

msec
carry_rest(const struct engine *e, const struct job *j, const struct engineer *x, instant at)
{
    instant from, to;
    bool due = duty_break(x->rule, at, e->rules->matching.pause_ms, &from, &to);
    return due && occupied(&j->t, from) ? to - from : 0;
}

static void
rest(struct engine *e, const struct job *j, struct engineer *x)
{
    msec length = x->load > 0 ? 0 : carry_rest(e, j, x, e->at);
    if (length > 0)
        roster_away(&e->roster, x, instant_after(e->at, length), seat_tick(e->at));
}

void
carry_change(struct engine *e, struct job *j, const struct carriers *before)
{
    hold(e, j);
    struct carriers after;
    carry_list(e, j, &after);
    for (size_t i = 0; i < before->count; i++)
        if (!is_among(&after, before->list[i])) {
            lay_down(e, before->list[i]);
            rest(e, j, before->list[i]);
        }
    for (size_t i = 0; i < after.count; i++) {
        board_changed(e, after.list[i]); /* where he is with it counts, too */
        if (!is_among(before, after.list[i])) {
            after.list[i]->load++;
            roster_mark(&e->roster, after.list[i]);
        }
    }
}

void
carry_count(const struct engine *e, struct job *j)
{
    struct carriers c;
    hold(e, j);
    carry_list(e, j, &c);
    for (size_t i = 0; i < c.count; i++)
        c.list[i]->load++;
}
