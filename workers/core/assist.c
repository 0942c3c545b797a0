/* assist.c - territories help each other. Only an engineer's home commits his time.
 *
 *     asker                                   home
 *       | --- ASK (needs, place, refused) ---> |  keeps one of his places for (asker, ticket)
 *       | <---- RESERVED, BUSY or DENIED ----- |
 *       |  offers it to him                    |
 *       | --- ASSIGN: he accepted -----------> |
 *       | --- RELEASE: declined, ran out, over |  the place is free again
 *
 * Neighbours are asked when nobody at home is on duty with the skills who has not declined: one
 * after the other, in the plan's order. When one of them was BUSY (it has
 * somebody, but nobody is free) all are asked again soon, with back-off; else the dispatchers are
 * told, and all are asked again retry_ms later. Words may come twice, or long after they
 * were wanted: each is numbered, and what no longer fits is answered by RELEASE, so that no place
 * stays taken. A ticket's questions are counted in rounds, in which nobody is asked twice; answers
 * count in their own round, and a RELEASE gives back the place of its round and no younger one:
 * else a late RESERVED could be taken for one that holds. A home that loses an engineer says DENIED
 * for what he was kept for, naming him. */
#include "workers/core/place.h"
#include "workers/core/state.h"

static struct outlet *
outlet(struct engine *e, struct territory_id to)
{
    for (size_t i = 0; i < e->outlets_count; i++)
        if (same_id(e->outlets[i].to, to))
            return &e->outlets[i];
    assert(e->outlets_count < OUTLETS_MAX);
    e->outlets = grow_array(e->outlets, e->outlets_count, &e->outlets_cap, sizeof(*e->outlets));
    e->outlets[e->outlets_count] = (struct outlet){ .to = to };
    return &e->outlets[e->outlets_count++];
}

static struct assist *
say(struct engine *e, enum assist_kind kind, struct territory_id to, struct ticket_id t,
    uint32_t round)
{
    struct effects *fx = e->fx;
    fx->messages =
        grow_array(fx->messages, fx->messages_count, &fx->messages_cap, sizeof(*fx->messages));
    struct message_out *m = &fx->messages[fx->messages_count++];
    memset(m, 0, sizeof(*m));
    m->to = to;
    m->assist.from = e->id;
    m->assist.incarnation = e->incarnation;
    m->assist.sequence = ++outlet(e, to)->sequence;
    m->assist.kind = kind;
    m->assist.ticket = t;
    m->assist.round = round;
    m->assist.place = PLACE_NONE;
    return &m->assist;
}

void
assist_lost(struct engine *e, struct engineer_id x, struct reservation v)
{
    say(e, ASSIST_DENIED, v.asker, v.ticket, v.round)->engineer = x;
}

void
assist_assign(struct engine *e, const struct job *j)
{
    say(e, ASSIST_ASSIGN, j->t.home, j->t.id, j->t.round)->engineer = j->t.engineer;
}

/* What is still on its way of this round was said before the place was given back. */
void
assist_release(struct engine *e, struct job *j)
{
    struct ticket *t = &j->t;
    say(e, ASSIST_RELEASE, t->home, t->id, t->round)->engineer = t->engineer;
    t->home = (struct territory_id){ 0 };
    t->round++;
}

void
assist_free(struct engine *e, struct territory_id to, const struct skill *needs, size_t count)
{
    struct assist *a = say(e, ASSIST_FREE, to, (struct ticket_id){ { 0 } }, 0);
    a->needs_count = count;
    memcpy(a->needs, needs, count * sizeof(needs[0]));
}

/* What is known of a neighbour's words: once each. */
static struct source *
source(struct engine *e, const struct assist *a)
{
    for (size_t i = 0; i < e->sources_count; i++)
        if (same_id(e->sources[i].from, a->from) &&
            same_id(e->sources[i].incarnation, a->incarnation))
            return &e->sources[i];
    if (e->sources_count == SOURCES_MAX)
        memmove(&e->sources[0], &e->sources[1], --e->sources_count * sizeof(e->sources[0]));
    struct source *s = &e->sources[e->sources_count++];
    *s = (struct source){ .from = a->from, .incarnation = a->incarnation };
    return s;
}

/* ---- the asker's side */

static void
ask(struct engine *e, struct job *j, struct territory_id to)
{
    struct ticket *t = &j->t;
    t->asked = to;
    t->due = instant_after(e->at, e->rules->ask_ms);
    struct assist *a = say(e, ASSIST_ASK, to, t->id, t->round);
    const struct category *c = e->roster.slots[j->slot].category;
    a->level = t->level;
    a->place = t->place;
    if (c != NULL) { /* else: anybody will do */
        a->needs_count = c->needs_count;
        memcpy(a->needs, c->needs, sizeof(a->needs));
        a->certificates = c->certificates;
        a->parts = c->parts;
    }
    for (size_t i = t->refusers_count; i-- > 0 && a->refused_count < countof(a->refused);)
        if (t->refusers[i].until > e->at)
            a->refused[a->refused_count++] = t->refusers[i].engineer;
    const struct contract *k = job_contract(e, j);
    for (size_t i = 0; i < k->banned_count && a->refused_count < countof(a->refused); i++)
        a->refused[a->refused_count++] = k->banned[i];
    job_touch(e, j);
}

static msec
retry_ms(const struct engine *e)
{
    return e->rules->retry_ms > MINUTES ? e->rules->retry_ms : MINUTES;
}

/* Somebody could, later: the next round begins after 2, 4, 8 ... seconds, ask_ms at the most. */
static void
wait_for_busy(struct engine *e, struct job *j)
{
    struct ticket *t = &j->t;
    msec most = job_is_ours(e, j) ? retry_ms(e) : e->rules->ask_ms;
    msec pause = (2 * SECONDS) << t->busy_rounds;
    t->busy = false;
    if (t->busy_rounds < BUSY_ROUNDS_MAX)
        t->busy_rounds++;
    t->asked = (struct territory_id){ 0 };
    t->due = instant_after(e->at, pause < most ? pause : most);
    job_touch(e, j);
}

/* Nobody left to ask: say so, and begin again later, then also with those who did not answer. */
static void
give_up(struct engine *e, struct job *j)
{
    struct ticket *t = &j->t;
    t->asked = (struct territory_id){ 0 };
    t->due = instant_after(e->at, retry_ms(e));
    ticket_forgive(t, e->at, true);
    job_touch(e, j);
    if (t->unqualified || job_is_ours(e, j))
        return;
    t->unqualified = true;
    post_outcome(e, OUTCOME_UNQUALIFIED, t->id);
    post_alarm(e, j, 0, STR("nobody here or at any neighbour can take it"));
}

/* Asks the first neighbour from place `i` of the plan's list on. */
static void
ask_from(struct engine *e, struct job *j, size_t i)
{
    const struct rules *r = e->rules;
    while (i < r->neighbours_count &&
           (same_id(r->neighbours[i], e->id) || no_name(r->neighbours[i])))
        i++;
    if (i < r->neighbours_count)
        ask(e, j, r->neighbours[i]);
    else if (j->t.busy)
        wait_for_busy(e, j);
    else
        give_up(e, j);
}

void
assist_begin(struct engine *e, struct job *j)
{
    j->t.round++;
    ask_from(e, j, 0);
}

static size_t
neighbour(const struct engine *e, struct territory_id t)
{
    size_t i = 0;
    while (i < e->rules->neighbours_count && !same_id(e->rules->neighbours[i], t))
        i++;
    return i;
}

void
assist_next(struct engine *e, struct job *j)
{
    ask_from(e, j, neighbour(e, j->t.asked) + 1);
}

void
assist_again(struct engine *e, struct job *j, struct territory_id home)
{
    size_t i = neighbour(e, home);
    if (!job_is_for_all(e, j)) {
        offer_seek(e, j); /* meanwhile there is somebody here */
        return;
    }
    j->t.round++;
    ask_from(e, j, i < e->rules->neighbours_count ? i : 0);
}

/* Does it go back to the ticket's present round? What comes from an older one is about a place that
 * has been given back, or is spoken of again in a younger one. */
static bool
is_answer(const struct job *j, const struct assist *a)
{
    return j != NULL && a->round == j->t.round;
}

/* Is it already offered to, or in the hands of, this very engineer of theirs? */
static bool
lent(const struct job *j, const struct assist *a)
{
    return is_answer(j, a) && same_id(j->t.home, a->from) && same_id(j->t.engineer, a->engineer) &&
           !life_is_over(j->t.state);
}

static bool
slot_needs(const struct slot *s, const struct assist *a)
{
    if (s->category == NULL || s->category->needs_count != a->needs_count)
        return false;
    for (size_t i = 0; i < a->needs_count; i++)
        if (!same_id(s->category->needs[i].id, a->needs[i].id) ||
            s->category->needs[i].level != a->needs[i].level)
            return false;
    return true;
}

/* The best of ours that waits for a neighbour's with these skills, and is not being asked about. */
static struct job *
best_for(const struct engine *e, const struct assist *a)
{
    for (size_t level = e->queue.levels; level-- > 0;)
        for (size_t slot = 0; slot < e->queue.slots; slot++) {
            struct queue_at *at = NULL;
            while (slot_needs(&e->roster.slots[slot], a) &&
                   (at = queue_next(&e->queue, slot, level, at)) != NULL) {
                struct job *j = container_of(at, struct job, wait);
                if (no_name(j->t.asked) && !visit_waits(j) && job_is_for_all(e, j))
                    return j;
            }
        }
    return NULL;
}

/* A neighbour has somebody: the best that waits for such a one asks for him. When he is given, the
 * next one asks, until the neighbour is BUSY again and notes it. */
static void
on_free(struct engine *e, const struct assist *a)
{
    struct job *j = best_for(e, a);
    if (j == NULL || neighbour(e, a->from) == e->rules->neighbours_count)
        return;
    j->t.round++;
    ask(e, j, a->from);
}

static void
on_reserved(struct engine *e, const struct assist *a)
{
    struct job *j = job_find(e, a->ticket);
    if (lent(j, a))
        return;
    bool wanted = is_answer(j, a) && j->t.state == TICKET_QUEUED && !visit_waits(j) &&
                  !no_name(a->engineer) && job_is_for_all(e, j);
    if (wanted && ticket_refuser(&j->t, a->engineer, e->at) == NULL) {
        offer_lent(e, j, a);
        struct assist more = { .from = a->from };
        const struct category *c = e->roster.slots[j->slot].category;
        if (c != NULL) {
            more.needs_count = c->needs_count;
            memcpy(more.needs, c->needs, sizeof(more.needs));
            on_free(e, &more);
        }
        return;
    }
    say(e, ASSIST_RELEASE, a->from, a->ticket, a->round)->engineer = a->engineer;
}

static void
on_denied(struct engine *e, const struct assist *a)
{
    struct job *j = job_find(e, a->ticket);
    if (j == NULL)
        return;
    if (!no_name(a->engineer)) {
        if (!lent(j, a))
            return;
        if (life_is_held(j->t.state)) {
            offer_end(e, j, STR("no longer in the plan of his territory"));
        } else { /* solved: he counts as gone should it be reopened */
            j->t.home = (struct territory_id){ 0 };
            job_touch(e, j);
        }
        return;
    }
    if (is_answer(j, a) && j->t.state == TICKET_QUEUED && same_id(j->t.asked, a->from))
        assist_next(e, j);
}

static void
on_busy(struct engine *e, const struct assist *a)
{
    struct job *j = job_find(e, a->ticket);
    if (!is_answer(j, a) || j->t.state != TICKET_QUEUED || !same_id(j->t.asked, a->from))
        return;
    j->t.busy = true;
    assist_next(e, j);
}

/* ---- the home's side */

static bool
is_refused(const struct assist *a, struct engineer_id x)
{
    for (size_t i = 0; i < a->refused_count; i++)
        if (same_id(a->refused[i], x))
            return true;
    return false;
}

static void
release(struct engine *e, struct engineer *x, const struct assist *a)
{
    if (roster_release(&e->roster, x, a->from, a->ticket))
        carry_freed(e, x);
}

/* The one whose place is kept, if he still can; else another. */
static struct engineer *
reserve(struct engine *e, const struct assist *a, const struct wish *w)
{
    struct engineer *x = roster_reserved(&e->roster, a->from, a->ticket);
    if (x != NULL &&
        (is_refused(a, x->rule->id) || !fits(fit_person(&w->fit, x, seat_tick(e->at))))) {
        release(e, x, a);
        x = NULL;
    }
    if (x != NULL) {
        roster_kept(x, a->from, a->ticket)->round = a->round;
        roster_mark(&e->roster, x);
    } else if ((x = match_free(w)) != NULL) {
        roster_reserve(&e->roster, x, (struct reservation){ a->from, a->ticket, a->round });
        board_changed(e, x);
    }
    return x;
}

static void
on_ask(struct engine *e, const struct assist *a)
{
    bool sound = a->needs_count <= NEEDS_MAX && a->refused_count <= countof(a->refused);
    struct category made = { .needs_count = sound ? a->needs_count : 0,
                             .certificates = a->certificates,
                             .parts = a->parts };
    memcpy(made.needs, a->needs, sizeof(made.needs));
    struct wish wish = match_foreign(e, place_checked(a->place), &made);
    wish.refused = a->refused;
    wish.refused_count = sound ? a->refused_count : 0;
    struct engineer *x = sound ? reserve(e, a, &wish) : NULL;
    if (x == NULL) {
        bool busy = sound && match_exists(&wish);
        if (busy)
            waiters_note(source(e, a), a->needs, a->needs_count);
        say(e, busy ? ASSIST_BUSY : ASSIST_DENIED, a->from, a->ticket, a->round);
        return;
    }
    struct assist *out = say(e, ASSIST_RESERVED, a->from, a->ticket, a->round);
    out->engineer = x->rule->id;
    out->place = engineer_place(e->rules, x, e->at);
    memcpy(out->name, x->rule->name, sizeof(out->name));
    memcpy(out->phone, x->rule->phone, sizeof(out->phone));
}

/* He accepted. The place was kept from RESERVED on; if it is not, he has left the plan, and the
 * DENIED that says so is on its way. */
static void
on_assign(struct engine *e, const struct assist *a)
{
    (void)e;
    (void)a;
}

static void
on_release(struct engine *e, const struct assist *a)
{
    struct engineer *x = roster_reserved(&e->roster, a->from, a->ticket);
    if (x != NULL && same_id(x->rule->id, a->engineer) &&
        roster_kept(x, a->from, a->ticket)->round == a->round)
        release(e, x, a);
}

static void (*const handlers[ASSISTS])(struct engine *, const struct assist *) = {
    [ASSIST_ASK] = on_ask,         [ASSIST_RESERVED] = on_reserved, [ASSIST_DENIED] = on_denied,
    [ASSIST_BUSY] = on_busy,       [ASSIST_FREE] = on_free,         [ASSIST_ASSIGN] = on_assign,
    [ASSIST_RELEASE] = on_release,
};

void
assist_apply(struct engine *e, const struct event *ev)
{
    const struct assist *a = &ev->assist;
    if ((unsigned)a->kind >= ASSISTS || no_name(a->from) || same_id(a->from, e->id)) {
        post_outcome(e, OUTCOME_QUARANTINED, a->ticket);
        post_alarm(e, NULL, 0,
                   STR("a word between territories that makes no sense was kept aside"));
        return;
    }
    struct source *s = source(e, a);
    if (a->sequence <= s->high) {
        post_outcome(e, OUTCOME_REPEATED, a->ticket);
        return;
    }
    if (a->sequence > s->high + 1)
        post_alarm(e, NULL, 0, STR("words from a neighbour are missing: its numbers have a gap"));
    s->high = a->sequence;
    post_outcome(e, OUTCOME_ASSIST, a->ticket);
    handlers[a->kind](e, a);
}
