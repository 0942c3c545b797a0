/* foresee.c - before, the event, after; and the difference in words. */
#include "cli/foresee.h"

#include "common/wire/body.h"
#include "common/wire/names.h"
#include "workers/core/cost.h"

/* No event of his is newer: a territory keeps counters by epoch. */
#define EPOCH UINT64_MAX

struct act
foresee_act(const struct said *said, struct ticket_id ticket, uint32_t seen,
            const struct principal *who)
{
    const struct fl_details *d = &said->details;
    struct act a = {
        .who = who->id,
        .role = who->revoked ? ROLE_NONE : who->role,
        .id = { EPOCH, 1 },
        .verb = said->row->verb,
        .ticket = ticket,
        .seen = seen,
        .occurred_at = said->at,
        .note = said->note == NULL ? STR("") : str_of(said->note),
        .reason = d->reason == NULL ? REASON_NONE : reason_named(str_of(d->reason)),
        .until = d->until,
        .place = PLACE_NONE,
        .object = d->object,
        .amount = d->amount == NULL ? -1 : *d->amount,
        .warranty = d->warranty,
    };
    bool fits =
        d->engineer == NULL || str_fill(a.engineer.s, sizeof(a.engineer.s), str_of(d->engineer));
    fits = fits && (d->level == NULL || str_fill(a.level, sizeof(a.level), str_of(d->level)));
    fits = fits && (d->name == NULL || str_fill(a.name, sizeof(a.name), str_of(d->name)));
    if (!fits)
        memset(a.engineer.s, '?', sizeof(a.engineer.s) - 1); /* a name too long is nobody's */
    if (d->other != NULL)
        memcpy(a.other.b, d->other, sizeof(a.other.b));
    memset(a.fresh.b, 0xff, sizeof(a.fresh.b));
    return a;
}

/* ---- the event */

/* The ticket's decision, as it is now: a copy, for the next event may free it. */
static void
keep(struct foresight *f, unsigned when, const struct engine *e)
{
    struct engine_look look;
    struct buf bytes = { 0 };
    if (!ask_ticket(e, f->act.ticket, &look))
        return;
    ticket_encode(look.ticket, &bytes);
    f->there[when] = ticket_decode(&f->ticket[when], buf_str(&bytes)) == OK;
    buf_fini(&bytes);
}

void
foresee(struct foresight *f, struct shadow *s, const char *code, const struct act *act, instant now)
{
    *f = (struct foresight){ .code = code, .act = *act, .named = CONSIDERED_WHYS };
    const struct rules *rules = editions_rules(&s->editions, engine_plan(s->engine));
    shadow_pass(s, now);
    keep(f, 0, s->engine);
    standings_take(&f->before, s->engine, rules);
    if (!no_name(act->engineer))
        f->named = ask_why(s->engine, act->ticket, act->engineer);
    struct event ev = { .kind = EVENT_VERB, .at = engine_at(s->engine), .act = *act };
    shadow_apply(s, &ev);
    for (size_t i = 0; i < s->fx.outcomes_count; i++)
        if (s->fx.outcomes[i].kind == OUTCOME_REFUSED) {
            f->refused = true;
            f->refusal = s->fx.outcomes[i].refusal;
        }
    keep(f, 1, s->engine);
    standings_take(&f->after, s->engine, rules);
    f->hands_count = ask_errands(s->engine, act->engineer, f->hands);
}

void
foresight_fini(struct foresight *f)
{
    standings_fini(&f->before);
    standings_fini(&f->after);
    for (unsigned i = 0; i < 2; i++)
        if (f->there[i])
            ticket_fini(&f->ticket[i]);
}

/* ---- what it would cost */

static const struct considered *
first_of(const struct foresight *f, unsigned when)
{
    const struct ticket *t = &f->ticket[when];
    bool told = f->there[when] && t->has_grounds && t->considered_count > 0 &&
                (t->state == TICKET_QUEUED || t->state == TICKET_OFFERED);
    return told ? &t->considered[0] : NULL;
}

static double
minutes(int64_t cost)
{
    return (double)cost / (COST_SECOND * 60);
}

static int64_t
sum(const struct grounds *r)
{
    int64_t all = 0;
    for (size_t i = 0; i < COST_TERMS; i++)
        all += r->terms[i];
    return all;
}

static void
put_term(struct buf *out, const char *name, int64_t was, int64_t is, bool both)
{
    buf_printf(out, "  %-12s %10.1f", name, minutes(is));
    if (both)
        buf_printf(out, " %10.1f %+10.1f", minutes(was), minutes(is - was));
    buf_printf(out, "\n");
}

static void
put_costs(const struct foresight *f, struct buf *out)
{
    const struct considered *was = first_of(f, 0), *is = first_of(f, 1);
    bool both = was != NULL && is != NULL && !same_id(was->engineer, is->engineer);
    if (is == NULL)
        return;
    const struct grounds *a = &f->ticket[0].grounds, *b = &f->ticket[1].grounds;
    buf_printf(out, "What %s costs, in minutes by the plan's weights%s%s%s:\n", is->engineer.s,
               both ? "; what the engine's own choice, " : "", both ? was->engineer.s : "",
               both ? ", cost when it was made; and the difference" : "");
    for (size_t i = 0; i < COST_TERMS; i++)
        if (b->terms[i] != 0 || (both && a->terms[i] != 0))
            put_term(out, cost_text(i), a->terms[i], b->terms[i], both);
    put_term(out, "in all", sum(a), sum(b), both);
}

/* ---- what would be otherwise */

static void
put_number(const struct foresight *f, struct ticket_id id, struct buf *out)
{
    char number[32];
    number_of(number, f->code, id);
    buf_printf(out, "%s", number);
}

static void
put_standing(const struct standing *s, instant now, const char *when, struct buf *out)
{
    buf_printf(out, "  %-5s ", when);
    if (s == NULL)
        buf_printf(out, "nobody's: solved, or over");
    else
        standing_words(s, now, out);
    buf_printf(out, "\n");
}

static void
put_difference(const struct foresight *f, struct ticket_id id, struct buf *out)
{
    put_number(f, id, out);
    buf_printf(out, "\n");
    put_standing(standings_find(&f->before, id), f->before.at, "now", out);
    put_standing(standings_find(&f->after, id), f->after.at, "then", out);
}

static void
put_hands(const struct foresight *f, struct buf *out)
{
    if (f->hands_count > 0)
        buf_printf(out, "In the hands of %s then, in this order:\n", f->act.engineer.s);
    for (size_t i = 0; i < f->hands_count; i++) {
        const struct standing *s = standings_find(&f->after, f->hands[i].ticket);
        if (s == NULL)
            continue;
        buf_printf(out, "  ");
        put_number(f, s->id, out);
        buf_printf(out, " ");
        standing_words(s, f->after.at, out);
        buf_printf(out, "\n");
    }
}

/* The tickets, but for the one, that would stand otherwise. */
static bool
is_other(const struct foresight *f, size_t i)
{
    const struct standing *s = &f->before.list[i], *then = standings_find(&f->after, s->id);
    return !same_id(s->id, f->act.ticket) && (then == NULL || standing_differs(s, then));
}

static void
put_others(const struct foresight *f, struct buf *out)
{
    size_t count = 0;
    for (size_t i = 0; i < f->before.count; i++)
        if (is_other(f, i)) {
            buf_printf(out, count++ == 0 ? "Other tickets that it touches:\n" : "");
            put_difference(f, f->before.list[i].id, out);
        }
    if (count == 0)
        buf_printf(out, "No other ticket changes.\n");
}

static void
put_refused(const struct foresight *f, struct buf *out)
{
    const struct standing *s = standings_find(&f->before, f->act.ticket);
    bool his = s != NULL && same_id(s->has, f->act.engineer);
    buf_printf(out, "It would be refused: %s", refusal_name(f->refusal));
    if (f->refusal == REFUSAL_NOBODY && f->named == CONSIDERED_WHYS)
        buf_printf(out, " (%s is no engineer of this territory)", f->act.engineer.s);
    else if (f->refusal == REFUSAL_NOBODY && his)
        buf_printf(out, " (%s has it already)", f->act.engineer.s);
    else if (f->refusal == REFUSAL_NOBODY && f->named == WHY_AWAITED)
        buf_printf(out, " (%s has no room now; 'pin' waits for that)", f->act.engineer.s);
    else if (f->refusal == REFUSAL_NOBODY)
        buf_printf(out, " (%s: %s)", f->act.engineer.s, considered_text(f->named));
    buf_printf(out, "\n");
}

void
foresight_words(const struct foresight *f, struct buf *out)
{
    if (f->refused) {
        put_refused(f, out);
        return;
    }
    buf_printf(out, "What would follow from '%s', by what is known now:\n", verb_name(f->act.verb));
    put_difference(f, f->act.ticket, out);
    put_costs(f, out);
    put_hands(f, out);
    put_others(f, out);
}

/* ---- for scripts */

static struct json *
json_of_standing(const struct standing *s)
{
    static const char *const names[STANDING_CLOCKS] = { "arrival_late_s", "restoration_late_s" };
    struct json *j = json_object_new();
    json_put_text(j, "state", state_name(s->state));
    json_put_text(j, "engineer", s->has.s);
    json_put_text(j, "awaited", s->awaited.s);
    if (s->foreseen && !s->errand.there)
        json_put_time(j, "arrives", s->errand.arrives);
    if (s->foreseen)
        json_put_time(j, "done", s->errand.done);
    for (unsigned i = 0; i < STANDING_CLOCKS; i++) {
        msec late;
        if (standing_late(s, i, &late))
            json_put_number(j, names[i], late / SECONDS);
    }
    return j;
}

static struct json *
json_of_difference(const struct foresight *f, struct ticket_id id)
{
    const struct standing *parts[2] = { standings_find(&f->before, id),
                                        standings_find(&f->after, id) };
    struct json *j = json_object_new();
    char number[32];
    number_of(number, f->code, id);
    json_put_hex(j, "ticket", id.b, sizeof(id.b));
    json_put_text(j, "number", number);
    for (unsigned i = 0; i < 2; i++)
        if (parts[i] != NULL) {
            struct json *part = json_of_standing(parts[i]);
            json_put(j, i == 0 ? "now" : "then", &part);
        }
    return j;
}

static void
put_json_costs(const struct foresight *f, struct json *j)
{
    static const char *const names[2] = { "cost_now", "cost_then" };
    for (unsigned when = 0; when < 2; when++) {
        const struct considered *first = first_of(f, when);
        if (first == NULL)
            continue;
        const struct grounds *r = &f->ticket[when].grounds;
        struct json *cost = json_object_new(), *terms = json_object_new();
        for (size_t i = 0; i < COST_TERMS; i++)
            json_put_number(terms, cost_text(i), r->terms[i] / COST_SECOND);
        json_put_text(cost, "engineer", first->engineer.s);
        json_put(cost, "terms", &terms);
        json_put_number(cost, "cost", sum(r) / COST_SECOND);
        json_put(j, names[when], &cost);
    }
}

struct json *
foresight_json(const struct foresight *f)
{
    struct json *j = json_of_difference(f, f->act.ticket), *others = json_array_new(),
                *hands = json_array_new();
    json_put_text(j, "verb", verb_name(f->act.verb));
    if (f->refused)
        json_put_text(j, "refusal", refusal_name(f->refusal));
    if (f->refused && f->named != CONSIDERED_WHYS)
        json_put_text(j, "why", considered_text(f->named));
    put_json_costs(f, j);
    for (size_t i = 0; i < f->hands_count; i++) {
        struct json *one = json_of_difference(f, f->hands[i].ticket);
        json_append(hands, &one);
    }
    for (size_t i = 0; i < f->before.count; i++)
        if (is_other(f, i)) {
            struct json *one = json_of_difference(f, f->before.list[i].id);
            json_append(others, &one);
        }
    json_put(j, "hands", &hands);
    json_put(j, "others", &others);
    return j;
}
