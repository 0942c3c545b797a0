/* pages.c - how many alarms a person gets: one a minute, and few at a time in the whole territory.
 * What may not go now is held, each (ticket, clock) once, and goes as one message when it may.
 * The dispatchers' stream is no person: it gets everything at once.
 *
 * Nothing is dropped: what has no room in the list is counted, and the message says so. */
#include "workers/core/state.h"

#define EACH_MS  MINUTES       /* between two pages of one person */
#define FLOCK_MS (5 * SECONDS) /* and PAGES_FLOCK in so long, whoever they are for */

static struct paged *
find(const struct pages *p, struct principal_id who)
{
    for (size_t i = 0; i < p->count; i++)
        if (same_id(p->list[i].who, who))
            return &p->list[i];
    return NULL;
}

/* NULL: everybody in the list has to be remembered. */
static struct paged *
meet(struct pages *p, struct principal_id who)
{
    struct paged *known = find(p, who);
    if (known != NULL)
        return known;
    if (p->count == PAGED_MAX)
        return NULL;
    p->list = grow_array(p->list, p->count, &p->cap, sizeof(*p->list));
    known = &p->list[p->count++];
    *known = (struct paged){ .who = who, .at = -INSTANT_MAX };
    return known;
}

/* When another page may go to anybody. */
static instant
flock_free(const struct pages *p)
{
    return p->recent_count < PAGES_FLOCK ? -INSTANT_MAX : p->recent[0] + FLOCK_MS;
}

static instant
free_at(const struct pages *p, const struct paged *x)
{
    instant his = x->at == -INSTANT_MAX ? x->at : x->at + EACH_MS, all = flock_free(p);
    return his > all ? his : all;
}

static void
count_page(struct pages *p, struct paged *x, instant at)
{
    if (p->recent_count == PAGES_FLOCK)
        memmove(&p->recent[0], &p->recent[1], --p->recent_count * sizeof(p->recent[0]));
    p->recent[p->recent_count++] = at;
    if (x != NULL)
        x->at = at;
}

static void
hold(struct paged *x, struct held h)
{
    for (size_t i = 0; i < x->held_count; i++)
        if (same_id(x->held[i].ticket, h.ticket) && x->held[i].clock == h.clock) {
            x->held[i] = h;
            return;
        }
    if (x->held_count < HELD_MAX)
        x->held[x->held_count++] = h;
    else
        x->beyond++;
}

bool
pages_may(struct engine *e, struct principal_id who, struct held h)
{
    struct paged *x = meet(&e->pages, who);
    if (x == NULL || (x->held_count == 0 && free_at(&e->pages, x) <= e->at)) {
        count_page(&e->pages, x, e->at); /* x NULL: rather one too many than none */
        return true;
    }
    hold(x, h);
    return false;
}

bool
pages_forget(struct engine *e, struct principal_id who, struct held h)
{
    struct paged *x = find(&e->pages, who);
    for (size_t i = 0; x != NULL && i < x->held_count; i++)
        if (same_id(x->held[i].ticket, h.ticket) && x->held[i].clock == h.clock) {
            x->held_count--;
            memmove(&x->held[i], &x->held[i + 1], (x->held_count - i) * sizeof(x->held[i]));
            return true;
        }
    return false;
}

/* ---- what was held goes */

/* Alarms of clocks that have stopped meanwhile, in time, are none any more. */
static void
drop_settled(struct engine *e, struct paged *x)
{
    size_t kept = 0;
    for (size_t i = 0; i < x->held_count; i++)
        if (pager_stands(e, &x->held[i]))
            x->held[kept++] = x->held[i];
    x->held_count = kept;
}

static void
say_bundle(struct engine *e, const struct paged *x)
{
    char number[32];
    struct buf *words = &e->scratch;
    buf_clear(words);
    buf_printf(words, "%zu alarms", x->held_count + x->beyond);
    for (size_t i = 0; i < x->held_count; i++) {
        ticket_number(number, e->rules->code, x->held[i].ticket);
        buf_printf(words, "%s%s ", i > 0 ? ", " : ": ", number);
        pager_put_short(words, &x->held[i]);
    }
    if (x->beyond > 0)
        buf_printf(words, ", and %u more: look at your tickets", (unsigned)x->beyond);
    struct update *u = post_new(e, UPDATE_ALARM, x->who);
    u->why = post_words(e, buf_str(words));
    buf_clear(words);
}

static void
let_go(struct engine *e, struct paged *x)
{
    drop_settled(e, x);
    if (x->held_count + x->beyond > 0)
        count_page(&e->pages, x, e->at);
    if (x->held_count == 1 && x->beyond == 0)
        pager_say(e, &x->held[0], &x->who, 1);
    else if (x->held_count + x->beyond > 0)
        say_bundle(e, x);
    x->held_count = x->beyond = 0;
}

/* Who has waited longest for his next page; NULL: nobody is held up. */
static struct paged *
next_of(const struct pages *p)
{
    struct paged *first = NULL;
    for (size_t i = 0; i < p->count; i++) {
        struct paged *x = &p->list[i];
        if (x->held_count + x->beyond > 0 && (first == NULL || x->at < first->at))
            first = x;
    }
    return first;
}

instant
pager_next(const struct engine *e)
{
    const struct paged *x = next_of(&e->pages);
    return x == NULL ? NEVER : free_at(&e->pages, x);
}

void
pager_flush(struct engine *e)
{
    struct pages *p = &e->pages;
    while (pager_next(e) <= e->at)
        let_go(e, next_of(p));
    size_t kept = 0;
    for (size_t i = 0; i < p->count; i++)
        if (p->list[i].held_count + p->list[i].beyond > 0 || p->list[i].at + EACH_MS > e->at)
            p->list[kept++] = p->list[i];
    p->count = kept;
    size_t old = 0;
    while (old < p->recent_count && p->recent[old] + FLOCK_MS <= e->at)
        old++;
    p->recent_count -= old;
    memmove(&p->recent[0], &p->recent[old], p->recent_count * sizeof(p->recent[0]));
}

/* ---- the record's part */

void
pager_encode(const struct engine *e, struct buf *out)
{
    const struct pages *p = &e->pages;
    buf_put_u8(out, (uint8_t)p->recent_count);
    for (size_t i = 0; i < p->recent_count; i++)
        buf_put_i64(out, p->recent[i]);
    buf_put_u8(out, (uint8_t)p->count);
    for (size_t i = 0; i < p->count; i++) {
        const struct paged *x = &p->list[i];
        record_put_id(out, x->who);
        buf_put_i64(out, x->at);
        buf_put_u32(out, x->beyond);
        buf_put_u8(out, (uint8_t)x->held_count);
        for (size_t k = 0; k < x->held_count; k++) {
            buf_put(out, x->held[k].ticket.b, sizeof(x->held[k].ticket.b));
            buf_put_u8(out, x->held[k].clock);
            buf_put_u16(out, x->held[k].share_pct);
        }
    }
}

static void
get_paged(struct engine *e, struct cur *c)
{
    struct paged x = { 0 };
    record_get_id(c, &x.who);
    x.at = record_get_instant(c);
    x.beyond = cur_u32(c);
    x.held_count = record_get_below(c, HELD_MAX + 1);
    for (size_t k = 0; k < x.held_count; k++) {
        cur_get(c, x.held[k].ticket.b, sizeof(x.held[k].ticket.b));
        x.held[k].clock = record_get_below(c, CLOCKS);
        x.held[k].share_pct = cur_u16(c);
    }
    c->failed |= no_name(x.who) || x.at == NEVER || find(&e->pages, x.who) != NULL;
    struct paged *at = c->failed ? NULL : meet(&e->pages, x.who);
    if (at != NULL)
        *at = x;
}

void
pager_decode(struct engine *e, struct cur *c)
{
    struct pages *p = &e->pages;
    p->count = 0;
    p->recent_count = record_get_below(c, PAGES_FLOCK + 1);
    for (size_t i = 0; i < p->recent_count; i++) {
        p->recent[i] = record_get_instant(c);
        c->failed |= p->recent[i] == NEVER || (i > 0 && p->recent[i] < p->recent[i - 1]);
    }
    size_t count = record_get_below(c, PAGED_MAX + 1);
    for (size_t i = 0; i < count && !c->failed; i++)
        get_paged(e, c);
    if (c->failed)
        p->count = p->recent_count = 0;
}
