/* account.c - one ticket's promises, reckoned and put down. */
#include "cli/account.h"

#include "common/wire/body.h"
#include "common/wire/names.h"

/* `now`: until when a broken one that has not stopped is late. */
static void
put(struct account *a, enum clock c, const struct reckoning *r, instant now)
{
    a->clocks[c] = *r;
    a->penalties[c] = reckon_penalty(&a->contract->promises[c][a->trail->level], r, now);
    a->late_ms[c] = r->broken ? (r->stop == NEVER ? now : r->stop) - r->deadline : 0;
}

void
account_of(struct account *a, const struct proof *p, const struct trail *s)
{
    *a = (struct account){ .trail = s, .contract = proof_contract(p, s), .level = "" };
    if (a->contract == NULL)
        return;
    a->level = p->rules(p->context, s->plan)->levels[s->level].name;
    for (enum clock c = 0; c < CLOCKS; c++) {
        struct reckoning r;
        reckon(c, &s->facts, a->contract, s->level, p->trails.at, &r);
        put(a, c, &r, p->trails.at);
    }
}

bool
account_earlier(const struct account *a, size_t i, struct account *out, enum clock *c)
{
    if (a->contract == NULL || i >= a->trail->runs_count)
        return false;
    const struct trail_run *run = &a->trail->runs[i];
    *out = *a;
    *c = run->clock;
    put(out, *c, &run->reckoning, run->at);
    return true;
}

bool
account_has(const struct account *a, enum clock c)
{
    return a->contract != NULL && a->clocks[c].verdict > VERDICT_WAITING;
}

static void
put_instant(struct json *j, const char *key, instant at)
{
    if (at != NEVER)
        json_put_time(j, key, at);
}

static struct json *
json_of_clock(const struct account *a, enum clock c)
{
    const struct reckoning *r = &a->clocks[c];
    const struct trail_told *told = &a->trail->told[c];
    struct json *j = json_object_new();
    json_put_text(j, "clock", clock_name(c));
    json_put_text(j, "verdict", verdict_text(r));
    put_instant(j, "start", r->start);
    put_instant(j, "deadline", r->deadline);
    put_instant(j, "stop", r->stop);
    json_put_number(j, "excluded_ms", r->excluded);
    json_put_number(j, "late_ms", a->late_ms[c]);
    json_put_number(j, "penalty", a->penalties[c]);
    put_instant(j, "breach_told", told->breach ? told->breach_at : NEVER);
    return j;
}

static struct json *
json_of_gaps(const struct trail *s)
{
    struct json *list = json_array_new();
    for (size_t i = 0; i < s->facts.gaps_count; i++) {
        const struct gap *g = &s->facts.gaps[i];
        struct json *j = json_object_new();
        put_instant(j, "from", g->from);
        put_instant(j, "to", g->to);
        json_put_text(j, "reason", reason_name(g->reason));
        json_append(list, &j);
    }
    return list;
}

struct json *
json_of_account(const struct account *a, const struct proof *p, const char *territory)
{
    const struct trail *s = a->trail;
    struct json *j = json_object_new(), *clocks = json_array_new(), *gaps = json_of_gaps(s);
    char number[32];
    number_of(number, p->code, s->id);
    json_put_text(j, "number", number);
    json_put_hex(j, "ticket", s->id.b, sizeof(s->id.b));
    json_put_text(j, "territory", territory);
    json_put_text(j, "customer", s->customer.s);
    json_put_text(j, "site", s->site.s);
    json_put_text(j, "category", s->category.s);
    json_put_text(j, "state", state_name(s->state));
    json_put_text(j, "level", a->level);
    json_put_text(j, "contract", a->contract == NULL ? NULL : a->contract->id);
    json_put_text(j, "currency", a->contract == NULL ? NULL : a->contract->currency);
    json_put_number(j, "plan", s->plan);
    json_put_time(j, "opened", s->opened_at);
    json_put_time(j, "received", s->facts.received);
    json_put_time(j, "as_of", p->trails.at);
    struct account old;
    enum clock of;
    for (size_t i = 0; account_earlier(a, i, &old, &of); i++) {
        struct json *one = json_of_clock(&old, of);
        json_append(clocks, &one);
    }
    for (enum clock c = 0; c < CLOCKS; c++)
        if (account_has(a, c)) {
            struct json *one = json_of_clock(a, c);
            json_append(clocks, &one);
        }
    json_put(j, "clocks", &clocks);
    json_put(j, "excluded", &gaps);
    return j;
}
