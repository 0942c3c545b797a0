/* prove.c - claims against reckonings. */
#include "cli/prove.h"

#include "common/io/clock.h"
#include "common/wire/body.h"
#include "common/wire/names.h"

#include <stdarg.h>
#include <stdio.h>

void
proof_time(char out[32], instant at)
{
    clock_text(out, at);
    if (out[10] == 'T') {
        out[10] = ' ';
        out[23] = '\0'; /* UTC: said once, where it matters */
    }
}

const char *
verdict_text(const struct reckoning *r)
{
    static const char *const texts[] = {
        [VERDICT_ABSENT] = "not promised", [VERDICT_WAITING] = "not begun",
        [VERDICT_RUNNING] = "runs",        [VERDICT_PAUSED] = "paused",
        [VERDICT_STOPPED] = "kept",        [VERDICT_VOID] = "void",
    };
    return r->broken ? "broken" : texts[r->verdict];
}

const struct contract *
proof_contract(const struct proof *p, const struct trail *s)
{
    const struct rules *r = s->levelled ? p->rules(p->context, s->plan) : NULL;
    if (r == NULL || s->contract >= r->contracts_count || s->level >= r->levels_count)
        return NULL;
    return &r->contracts[s->contract];
}

static void differs(struct proof *p, const struct trail *s, enum clock c, const char *format, ...)
    format_like(4, 5);

static void
differs(struct proof *p, const struct trail *s, enum clock c, const char *format, ...)
{
    char number[32], text[512];
    va_list args;
    number_of(number, p->code, s->id);
    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    buf_printf(&p->differences, "%s %s: %s\n", number, clock_name(c), text);
    p->differences_count++;
}

/* ---- one alarm, with the facts known then */

static bool
was_told(const struct trail_told *t, unsigned share_pct)
{
    if (share_pct == 100)
        return t->breach;
    for (size_t i = 0; i < t->shares_count; i++)
        if (t->shares[i] == share_pct)
            return true;
    return false;
}

static void
check_breach(struct proof *p, const struct trail *s, const struct outcome *o,
             const struct reckoning *r, instant at)
{
    char now[32], due[32];
    proof_time(now, at);
    proof_time(due, r->deadline);
    if (o->kind == OUTCOME_CORRECTED && !s->told[o->clock].breach)
        differs(p, s, o->clock, "the log takes back at %s a breach that it had not told", now);
    if (o->kind == OUTCOME_CORRECTED && r->broken)
        differs(p, s, o->clock, "the log takes back the breach at %s; computed: broken since %s",
                now, due);
    if (o->kind == OUTCOME_ALARM && !r->broken)
        differs(p, s, o->clock, "the log tells a breach at %s; computed: %s, deadline %s", now,
                verdict_text(r), due);
}

/* Short of the deadline or beyond it, and only while the clock ran. */
static void
check_share(struct proof *p, const struct trail *s, const struct outcome *o,
            const struct reckoning *r, const struct contract *contract, instant at)
{
    char now[32], due[32];
    instant reached = reckon_share(o->clock, &s->facts, contract, s->level, o->share_pct);
    if (o->share_pct > 0 && reached <= at && reached <= r->stop)
        return;
    proof_time(now, at);
    proof_time(due, reached);
    differs(p, s, o->clock, "the log tells %u %% at %s; computed: %s, %u %% at %s", o->share_pct,
            now, verdict_text(r), o->share_pct, due);
}

static void
check_deadline(struct proof *p, const struct trail *s, const struct outcome *o,
               const struct reckoning *r)
{
    char said[32], due[32];
    instant deadline = o->deadline == 0 ? NEVER : o->deadline;
    if (deadline == r->deadline)
        return;
    proof_time(said, deadline);
    proof_time(due, r->deadline);
    differs(p, s, o->clock, "the log says deadline %s; computed: %s", said, due);
}

static void
on_claim(void *context, const struct trail *s, const struct outcome *o, instant at)
{
    struct proof *p = context;
    const struct contract *contract = proof_contract(p, s);
    struct reckoning r;
    if (contract == NULL)
        return; /* said once a ticket, at the end */
    p->alarms++;
    if ((unsigned)o->clock >= CLOCKS) {
        differs(p, s, CLOCK_RESPONSE, "the log names a clock that there is not");
        return;
    }
    reckon(o->clock, &s->facts, contract, s->level, at, &r);
    if (o->kind == OUTCOME_CORRECTED || o->share_pct == 100)
        check_breach(p, s, o, &r, at);
    else
        check_share(p, s, o, &r, contract, at);
    if (o->kind == OUTCOME_ALARM && was_told(&s->told[o->clock], o->share_pct))
        differs(p, s, o->clock, "the log tells %u %% twice", o->share_pct);
    check_deadline(p, s, o, &r);
}

/* ---- the end */

/* Is what is broken told, and only that? What could be known before the last record but one, and
 * not only just, must have been. */
static void
check_told(struct proof *p, const struct trail *s, enum clock c, const struct reckoning *r)
{
    const struct trail_told *told = &s->told[c];
    char due[32], when[32];
    proof_time(due, r->deadline);
    proof_time(when, told->breach_at);
    if (told->breach && !r->broken)
        differs(p, s, c, "the log tells a breach at %s and keeps to it; computed: %s, deadline %s",
                when, verdict_text(r), due);
    if (told->breach || !r->broken)
        return;
    if ((r->deadline > s->changed_at ? r->deadline : s->changed_at) > p->trails.before - UNTOLD_MS)
        p->untold++;
    else
        differs(p, s, c, "the log tells no breach; computed: broken since %s", due);
}

/* What has come to something is kept, with what is owed for it: a promise that was missed stays
 * missed when the next one begins. */
static void
on_anew(void *context, struct trail *s, enum clock c, instant at)
{
    struct proof *p = context;
    const struct contract *contract = proof_contract(p, s);
    struct reckoning r;
    if (contract == NULL)
        return;
    reckon(c, &s->facts, contract, s->level, at, &r);
    check_told(p, s, c, &r);
    if (r.verdict == VERDICT_STOPPED || r.broken)
        trail_keep(s, c, &r, at);
}

static void
end_clock(struct proof *p, const struct trail *s, const struct contract *contract, enum clock c)
{
    struct reckoning r;
    reckon(c, &s->facts, contract, s->level, p->trails.at, &r);
    p->clocks += r.verdict > VERDICT_WAITING;
    p->broken += r.broken;
    check_told(p, s, c, &r);
}

/* A line about the ticket as a whole. */
static void
differs_whole(struct proof *p, const struct trail *s, const char *what)
{
    char number[32];
    number_of(number, p->code, s->id);
    buf_printf(&p->differences, "%s: %s (plan version %u, contract %u, level %u)\n", number, what,
               (unsigned)s->plan, s->contract, s->level);
    p->differences_count++;
}

static void
end_trail(struct proof *p, const struct trail *s)
{
    const struct contract *contract = proof_contract(p, s);
    p->tickets++;
    p->silent += !s->levelled;
    if (s->strayed)
        differs_whole(p, s, "the log says another plan version than that of its opening");
    if (contract == NULL && s->levelled)
        differs_whole(p, s, "no plan that is kept has the promises that the log names");
    for (enum clock c = 0; contract != NULL && c < CLOCKS; c++)
        end_clock(p, s, contract, c);
}

void
proof_end(struct proof *p)
{
    for (size_t i = 0; i < p->trails.count; i++)
        end_trail(p, p->trails.list[i]);
    if (p->trails.unopened > 0) {
        buf_printf(&p->differences, "%llu lines are about tickets that nothing has opened\n",
                   (unsigned long long)p->trails.unopened);
        p->differences_count++;
    }
}

/* ---- its own */

static const struct rules *
rules_of(void *context, uint32_t version)
{
    struct proof *p = context;
    return p->rules(p->context, version);
}

void
proof_init(struct proof *p, const char *code,
           const struct rules *(*rules)(void *context, uint32_t version), void *context)
{
    *p = (struct proof){ .code = code, .rules = rules, .context = context };
    trails_init(&p->trails);
    p->trails.rules = rules_of;
    p->trails.claim = on_claim;
    p->trails.anew = on_anew;
    p->trails.context = p;
}

void
proof_fini(struct proof *p)
{
    trails_fini(&p->trails);
    buf_fini(&p->differences);
}

void
proof_read(struct proof *p, const struct log_record *r)
{
    trails_read(&p->trails, r);
}
