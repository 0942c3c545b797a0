/* clocks.c - `faultline audit clocks`: what differs, territory by territory; or one ticket's whole
 * reckoning, for a reader who wants to follow it with a pencil. */
#include "cli/account.h"
#include "cli/audit.h"
#include "common/wire/body.h"
#include "common/wire/names.h"

#include <inttypes.h>
#include <stdio.h>

/* ---- a territory */

static void
say_differences(const struct proof *p, struct territory_id t, bool json)
{
    struct str rest = buf_str(&p->differences);
    while (rest.len > 0) {
        struct str line = str_cut(&rest, '\n');
        if (json) {
            struct json *j = json_object_new();
            json_put_text(j, "territory", t.s);
            json_put_str(j, "difference", line);
            json_print(&j, stdout);
        } else {
            printf("%s: %.*s\n", t.s, STR_ARG(line));
        }
    }
}

static void
say_sum(const struct proof *p, struct territory_id t, bool json)
{
    const struct {
        const char *name;
        uint64_t count;
    } counts[] = {
        { "tickets", p->tickets },
        { "clocks", p->clocks },
        { "broken", p->broken },
        { "alarms", p->alarms },
        { "untold", p->untold },
        { "silent", p->silent },
        { "differences", p->differences_count },
    };
    if (json) {
        struct json *j = json_object_new();
        json_put_text(j, "territory", t.s);
        for (size_t i = 0; i < countof(counts); i++)
            json_put_number(j, counts[i].name, (int64_t)counts[i].count);
        json_print(&j, stdout);
        return;
    }
    printf("%s: clocks %s: %" PRIu64 " tickets, %" PRIu64 " clocks, %" PRIu64 " broken, %" PRIu64
           " alarms, %" PRIu64 " differences",
           t.s, p->differences_count == 0 ? "hold" : "DIFFER", p->tickets, p->clocks, p->broken,
           p->alarms, p->differences_count);
    if (p->untold > 0)
        printf("; %" PRIu64 " broken too lately to be told yet", p->untold);
    if (p->silent > 0)
        printf("; %" PRIu64 " tickets older than contracts in the log, not reckoned", p->silent);
    putchar('\n');
}

/* ---- a ticket */

static void
say_head(const struct account *a, const struct proof *p, struct territory_id t)
{
    const struct trail *s = a->trail;
    char number[32], opened[32], received[32];
    number_of(number, p->code, s->id);
    proof_time(opened, s->opened_at);
    proof_time(received, s->facts.received);
    printf("ticket    %s in %s, %s (all times are UTC)\nreceived  %s, opened %s\n", number, t.s,
           state_name(s->state), received, opened);
    if (a->contract != NULL)
        printf("promises  contract %s, level %s, plan version %u\n", a->contract->id, a->level,
               (unsigned)s->plan);
    else
        puts("promises  the log or the plans that are kept do not say which");
}

static void
say_steps(const struct trail *s)
{
    puts("steps");
    for (size_t i = 0; i < s->steps_count; i++) {
        const struct trail_step *step = &s->steps[i];
        char at[32], occurred[32];
        proof_time(at, step->at);
        proof_time(occurred, step->occurred_at);
        printf("  %s  %-16s %s%s%s", occurred, verb_name(step->verb), step->who.s,
               step->reason == REASON_NONE ? "" : ", ",
               step->reason == REASON_NONE ? "" : reason_name(step->reason));
        if (step->at != step->occurred_at)
            printf(", known %s", at);
        putchar('\n');
    }
}

static void
say_gaps(const struct trail *s)
{
    if (s->facts.gaps_count > 0)
        puts("not counted");
    for (size_t i = 0; i < s->facts.gaps_count; i++) {
        const struct gap *g = &s->facts.gaps[i];
        char from[32], to[32];
        proof_time(from, g->from);
        proof_time(to, g->to);
        printf("  %s to %s, %s\n", from, g->to == NEVER ? "now" : to, reason_name(g->reason));
    }
}

static void
say_told(const struct trail_told *told)
{
    char at[32];
    if (told->shares_count == 0 && !told->breach)
        return;
    printf("      told");
    for (size_t i = 0; i < told->shares_count; i++)
        printf("%s %u %%", i == 0 ? "" : ",", told->shares[i]);
    proof_time(at, told->breach_at);
    if (told->breach)
        printf("%s broken, at %s", told->shares_count == 0 ? "" : ";", at);
    putchar('\n');
}

static void
say_clock(const struct account *a, enum clock c)
{
    const struct reckoning *r = &a->clocks[c];
    char start[32], due[32], stop[32];
    proof_time(start, r->start);
    proof_time(due, r->deadline);
    proof_time(stop, r->stop);
    printf("  %-17s %s\n      from %s, due %s", clock_name(c), verdict_text(r), start,
           r->deadline == NEVER ? "when time counts again" : due);
    if (r->stop != NEVER)
        printf(", %s %s", r->verdict == VERDICT_VOID ? "void since" : "reached", stop);
    printf("\n      not counted %" PRId64 ".%03" PRId64 " s", r->excluded / 1000,
           r->excluded % 1000);
    if (a->penalties[c] > 0)
        printf(", penalty %" PRId64 " minor units of %s", a->penalties[c],
               a->contract->currency[0] == '\0' ? "no currency" : a->contract->currency);
    putchar('\n');
    say_told(&a->trail->told[c]);
}

static void
say_ticket(const struct trail *s, const struct proof *p, struct territory_id t, bool json)
{
    struct account a;
    account_of(&a, p, s);
    if (json) {
        struct json *j = json_of_account(&a, p, t.s);
        json_print(&j, stdout);
        return;
    }
    say_head(&a, p, t);
    say_steps(s);
    say_gaps(s);
    puts("clocks");
    struct account old;
    enum clock of;
    for (size_t i = 0; account_earlier(&a, i, &old, &of); i++)
        say_clock(&old, of);
    for (enum clock c = 0; c < CLOCKS; c++)
        if (account_has(&a, c))
            say_clock(&a, c);
}

/* ---- the part */

static bool
begin(struct audit *a)
{
    static bool found;
    found = false;
    a->sum = &found;
    if (a->subject != NULL && !a->about_ticket) {
        cmd_usage(&cmd_audit,
                  "'%s' is no ticket number (its check digit is wrong?) and no id of 32 hex digits",
                  a->subject);
        return false;
    }
    return true;
}

/* The differences of one ticket alone, when one was asked for. */
static void
only_his(struct proof *p, const struct trail *s)
{
    struct buf kept = { 0 };
    char number[32];
    struct str rest = buf_str(&p->differences);
    number_of(number, p->code, s->id);
    p->differences_count = 0;
    while (rest.len > 0) {
        struct str line = str_cut(&rest, '\n');
        if (line.len < strlen(number) || memcmp(line.at, number, strlen(number)) != 0)
            continue;
        buf_printf(&kept, "%.*s\n", STR_ARG(line));
        p->differences_count++;
    }
    buf_fini(&p->differences);
    p->differences = kept;
}

/* true: nothing differs. */
static bool
say_proof(const struct audit *a, struct proof *p, struct territory_id t)
{
    const struct trail *s = a->subject == NULL ? NULL : audit_find(a, p);
    if (a->subject == NULL) {
        say_differences(p, t, a->json);
        say_sum(p, t, a->json);
    } else if (s != NULL) {
        *(bool *)a->sum = true;
        only_his(p, s);
        say_ticket(s, p, t, a->json);
        say_differences(p, t, a->json);
    }
    return (a->subject != NULL && s == NULL) || p->differences_count == 0;
}

static bool
territory(struct audit *a, struct territory_id t)
{
    struct editions e;
    struct proof p;
    if (!audit_may_be_of(a, t))
        return true;
    if (!audit_read(a, t, &e, &p))
        return false;
    proof_end(&p);
    bool same = say_proof(a, &p, t);
    proof_fini(&p);
    editions_fini(&e);
    return same;
}

static bool
end(struct audit *a)
{
    const bool *found = a->sum;
    if (a->subject != NULL && !*found && a->site->plan != NULL)
        cmd_failed(&cmd_audit, "no ticket %s in any log that holds", a->subject);
    return a->subject == NULL || *found;
}

const struct audit_part audit_clocks = { "clocks", false, true, false, begin, territory, end };
