/* auditor.c - does every promise that comes near its end ring? */
#include "workers/auditor.h"

#include "common/io/log.h"
#include "workers/core/clocks.h"
#include "workers/core/ticket.h"
#include "workers/territory.h"

enum { LINES_MAX = 8 }; /* of one walk; the rest is only counted */

/* When the ticket last changed: a late word may have made something due only then. */
static instant
changed_at(const struct ticket *t)
{
    return t->timeline_count == 0 ? t->opened_at : t->timeline[t->timeline_count - 1].at;
}

static bool
is_overdue(const struct ticket *t, const struct rules *rules, enum clock c, instant then)
{
    const struct contract *k =
        &rules->contracts[t->contract < rules->contracts_count ? t->contract : 0];
    const struct ladder *l = &rules->ladders[k->ladder < rules->ladders_count ? k->ladder : 0];
    const struct page *said = &t->pages[c];
    struct reading r;
    clock_read(c, &t->course, k, t->level, then, &r);
    if (r.broken && !said->breach)
        return true;
    bool runs = r.state == CLOCK_RUNNING || r.state == CLOCK_PAUSED;
    return runs && said->rungs < l->rungs_count &&
           clock_share(c, &t->course, k, t->level, l->rungs[said->rungs].share_pct) <= then;
}

/* What the engine has to do by itself about a ticket in such a state: an offer's end, a wake time,
 * the customer's silence, somebody who was asked and does not answer. */
static bool
is_stuck(const struct ticket *t, instant then)
{
    if (t->state != TICKET_HELD && t->state != TICKET_QUEUED && t->due <= then)
        return true;
    if (t->next.due <= then)
        return true;
    for (size_t i = 0; i < t->helpers_count; i++)
        if (t->helpers[i].due <= then)
            return true;
    return false;
}

const char *
auditor_overdue(const struct engine_look *l, instant now)
{
    instant then = now - AUDIT_GRACE_MS;
    if (changed_at(l->ticket) > then)
        return NULL;
    for (enum clock c = 0; c < CLOCKS; c++)
        if (is_overdue(l->ticket, l->rules, c, then))
            return promise_text(c);
    return is_stuck(l->ticket, then) ? "timer" : NULL;
}

static void
report(struct territory *t, const struct engine_look *l, const char *what)
{
    char hex[2 * sizeof(l->ticket->id.b) + 1];
    if (t->audit.found++ >= LINES_MAX)
        return;
    hex_of(hex, l->ticket->id.b, sizeof(l->ticket->id.b));
    log_error("event=timer_overdue territory=%s ticket=%s clock=%s", t->id.s, hex,
              log_quote(what, strlen(what)));
}

/* All tickets have been looked at. */
static void
finish(struct territory *t, int64_t mono_ms)
{
    struct audit *a = &t->audit;
    if (a->found > 0 && !a->told)
        territory_tell(t,
                       "%zu tickets have timers or alarms that should have gone off and did not: "
                       "look at open tickets by hand, and at the worker's log",
                       a->found);
    a->told = a->found > 0;
    a->at = a->found = 0;
    a->due = mono_ms + AUDIT_EVERY_MS;
}

size_t
auditor_walk(struct territory *t, instant now, int64_t mono_ms, size_t budget)
{
    struct audit *a = &t->audit;
    struct engine_look l;
    size_t looked = 0;
    if (a->engine != t->engine) /* just loaded: what was missed meanwhile is being told */
        *a = (struct audit){ .engine = t->engine, .due = mono_ms + AUDIT_EVERY_MS };
    if (mono_ms < a->due)
        return 0;
    for (; looked < budget; looked++) {
        if (!engine_each(t->engine, &a->at, &l)) {
            finish(t, mono_ms);
            break;
        }
        const char *what = auditor_overdue(&l, now);
        if (what != NULL)
            report(t, &l, what);
    }
    return looked;
}
