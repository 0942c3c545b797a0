/* marks.c - what a territory remembers of each principal. */
#include "workers/core/marks.h"

#include "workers/core/record.h"

void
marks_init(struct marks *m, struct incarnation incarnation)
{
    *m = (struct marks){ .incarnation = incarnation };
    map_init(&m->parties, sizeof(struct principal_id));
}

void
marks_fini(struct marks *m)
{
    struct party *p;
    for (size_t i = 0; (p = map_next(&m->parties, &i)) != NULL;) {
        free(p->window);
        free(p);
    }
    map_fini(&m->parties);
    free(m->changed);
    free(m->untold);
    *m = (struct marks){ 0 };
}

/* Made when missing. */
static struct party *
party(struct marks *m, struct principal_id who)
{
    struct party *p = map_get(&m->parties, &who);
    if (p == NULL) {
        p = zalloc(sizeof(*p));
        p->id = who;
        map_put(&m->parties, &who, p);
    }
    return p;
}

static void
mark(struct marks *m, struct party *p)
{
    if (p->changed)
        return;
    p->changed = true;
    m->changed = grow_array(m->changed, m->changed_count, &m->changed_cap, sizeof(struct party *));
    m->changed[m->changed_count++] = p;
}

uint64_t
marks_post(struct marks *m, struct principal_id who)
{
    struct party *p = party(m, who);
    mark(m, p);
    m->untold_left -= p->untold;
    p->untold = false;
    return ++p->sequence;
}

/* Below the window of `high`? */
static bool
too_old(uint64_t counter, uint64_t high)
{
    return counter == 0 || (high >= MARKS_WINDOW && counter <= high - MARKS_WINDOW);
}

enum marked
marks_check(const struct marks *m, struct principal_id who, struct event_id id,
            struct answer *first)
{
    const struct party *p = map_get(&m->parties, &who);
    if (p == NULL || p->window == NULL || id.epoch > p->epoch)
        return id.counter == 0 ? MARK_OLD : MARK_NEW;
    if (id.epoch < p->epoch || too_old(id.counter, p->high))
        return MARK_OLD;
    *first = p->window[id.counter % MARKS_WINDOW];
    return first->counter == id.counter ? MARK_REPEATED : MARK_NEW;
}

void
marks_answer(struct marks *m, struct principal_id who, struct event_id id, struct answer a)
{
    struct party *p = party(m, who);
    if (p->window == NULL)
        p->window = zalloc(MARKS_WINDOW * sizeof(*p->window));
    if (id.epoch > p->epoch) {
        p->epoch = id.epoch;
        p->high = 0;
        memset(p->window, 0, MARKS_WINDOW * sizeof(*p->window));
    }
    if (id.counter > p->high)
        p->high = id.counter;
    a.counter = id.counter;
    p->window[id.counter % MARKS_WINDOW] = a;
    mark(m, p);
}

void
marks_settle(struct marks *m)
{
    for (size_t i = 0; i < m->changed_count; i++)
        m->changed[i]->changed = false;
    m->changed_count = 0;
}

/* The answer to `counter`, if it is still in the window. */
static const struct answer *
answer_at(const struct party *p, uint64_t counter)
{
    const struct answer *a = &p->window[counter % MARKS_WINDOW];
    return a->counter == counter ? a : NULL;
}

static uint64_t
lowest(const struct party *p)
{
    return p->high >= MARKS_WINDOW ? p->high - MARKS_WINDOW + 1 : 1;
}

void
marks_encode(const struct marks *m, const struct party *p, struct buf *out)
{
    buf_put_u8(out, RECORD_FORMAT);
    buf_put(out, m->incarnation.b, sizeof(m->incarnation.b));
    buf_put_u64(out, p->sequence);
    buf_put_u64(out, p->epoch);
    buf_put_u64(out, p->high);
    size_t count_at = out->len;
    buf_put_u8(out, 0);
    for (uint64_t n = lowest(p); p->window != NULL && p->high - n < p->high; n++) {
        const struct answer *a = answer_at(p, n);
        if (a == NULL)
            continue;
        out->data[count_at]++;
        buf_put_u8(out, (uint8_t)(p->high - n));
        buf_put(out, a->ticket.b, sizeof(a->ticket.b));
        buf_put_u32(out, a->version);
        buf_put(out, (uint8_t[]){ a->verb, a->state, a->refusal }, 3);
    }
}

static void
get_answers(struct party *p, struct cur *c)
{
    unsigned last = MARKS_WINDOW; /* distances from `high` descend */
    for (size_t count = record_get_below(c, MARKS_WINDOW + 1); count > 0 && !c->failed; count--) {
        struct answer a = { 0 };
        unsigned below = record_get_below(c, last);
        if (below >= p->high) {
            c->failed = true;
            return;
        }
        a.counter = p->high - below;
        cur_get(c, a.ticket.b, sizeof(a.ticket.b));
        a.version = cur_u32(c);
        a.verb = record_get_below(c, VERBS + 1);
        a.state = record_get_below(c, TICKET_STATES);
        a.refusal = record_get_below(c, REFUSALS);
        if (p->window == NULL)
            p->window = zalloc(MARKS_WINDOW * sizeof(*p->window));
        p->window[a.counter % MARKS_WINDOW] = a;
        last = below;
    }
    if (!c->failed && p->high > 0 && last != 0) /* the highest was answered */
        c->failed = true;
}

enum err
marks_restore(struct marks *m, struct str key, struct str bytes)
{
    struct cur c = cur_of(bytes);
    struct principal_id who;
    struct incarnation incarnation;
    if (!record_key_name(key, who.s, sizeof(who.s)) || cur_u8(&c) != RECORD_FORMAT ||
        map_get(&m->parties, &who) != NULL)
        return ERR_SYNTAX;
    cur_get(&c, incarnation.b, sizeof(incarnation.b));
    struct party got = { .id = who, .sequence = cur_u64(&c) };
    got.epoch = cur_u64(&c);
    got.high = cur_u64(&c);
    get_answers(&got, &c);
    if (!cur_done(&c)) {
        free(got.window);
        return ERR_SYNTAX;
    }
    if (!same_id(incarnation, m->incarnation)) {
        got.sequence = 0; /* mailboxes are numbered anew in each incarnation */
        got.untold = true;
    }
    *party(m, who) = got;
    return OK;
}

/* ---- after a rollback: who knows nothing of the new incarnation */

static int
by_name(const void *a, const void *b)
{
    struct party *const *x = a, *const *y = b;
    return memcmp(&(*x)->id, &(*y)->id, sizeof((*x)->id));
}

void
marks_restored(struct marks *m)
{
    struct party *p;
    assert(m->untold == NULL);
    m->untold = zalloc((m->parties.count + 1) * sizeof(struct party *));
    for (size_t i = 0; (p = map_next(&m->parties, &i)) != NULL;)
        if (p->untold)
            m->untold[m->untold_count++] = p;
    m->untold_left = m->untold_count;
    if (m->untold_count > 1)
        qsort(m->untold, m->untold_count, sizeof(struct party *), by_name);
}

const struct party *
marks_untold(struct marks *m)
{
    while (m->untold_at < m->untold_count && !m->untold[m->untold_at]->untold)
        m->untold_at++;
    return m->untold_at < m->untold_count ? m->untold[m->untold_at] : NULL;
}
