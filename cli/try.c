/* try.c - the log becomes a past, the past is played twice, and the two plays are compared. The
 * store is only read. */
#include "cli/try.h"

#include "cli/apply.h"
#include "cli/score.h"
#include "cli/shadow.h"
#include "cli/verify.h"
#include "cli/when.h"
#include "common/io/clock.h"
#include "common/wire/body.h"

struct trial {
    struct site *site;
    struct plan *other;
    const struct territory_id *territories; /* of the plan in force; the atlas' */
    size_t count;
    struct shadow *shadows;       /* what is known of ways and works; owned */
    const struct engine **truths; /* theirs; owned list */
    struct past past;
    struct doc doc;
};

/* One plan's side of it. */
struct side {
    const struct plan *plan;
    const struct rules **rules; /* by territory; owned list of owned rules */
    struct doc *doc;
};

/* ---- the past */

static void
on_record(void *context, const struct log_record *record)
{
    past_read(context, record);
}

static bool
read_territory(struct trial *t, const struct signers *signers, size_t i)
{
    struct verified v;
    struct past_reading reading;
    past_begin(&reading, &t->past, i, editions_rules, &t->shadows[i].editions);
    bool holds = verify_log(t->site, signers, t->territories[i], on_record, &reading, &v);
    past_end(&reading);
    if (!holds)
        cmd_failed(t->site->command,
                   "the log of territory %s does not hold: nothing is played from it; see "
                   "'faultline audit verify'",
                   t->territories[i].s);
    return holds;
}

static bool
read_past(struct trial *t)
{
    struct signers *signers = NULL;
    bool good = signers_collect(&signers, t->site);
    for (size_t i = 0; i < t->count && good; i++)
        good = read_territory(t, signers, i);
    signers_free(signers);
    past_done(&t->past);
    if (good && t->past.reports_count == 0) {
        cmd_failed(t->site->command, "no report in that period: there is nothing to play again");
        return false;
    }
    return good;
}

static bool
open_shadows(struct trial *t)
{
    t->shadows = zalloc((t->count + 1) * sizeof(*t->shadows));
    t->truths = zalloc((t->count + 1) * sizeof(*t->truths));
    for (size_t i = 0; i < t->count; i++) {
        if (!shadow_open(&t->shadows[i], t->site, t->territories[i])) {
            t->count = i;
            return false;
        }
        t->truths[i] = t->shadows[i].engine;
    }
    return true;
}

/* ---- a side */

static bool
side_init(struct side *side, struct trial *t, const struct plan *plan)
{
    *side = (struct side){ .plan = plan, .doc = &t->doc };
    side->rules = zalloc((t->count + 1) * sizeof(*side->rules));
    for (size_t i = 0; i < t->count; i++) {
        side->rules[i] = plan_rules(plan, t->territories[i]);
        if (side->rules[i] == NULL) {
            cmd_failed(t->site->command,
                       "the plan in force has the territory '%s' and this one does not: who would "
                       "serve its tickets?",
                       t->territories[i].s);
            return false;
        }
    }
    return true;
}

static void
side_fini(struct side *side, size_t count)
{
    for (size_t i = 0; i < count && side->rules != NULL; i++)
        if (side->rules[i] != NULL)
            rules_free((struct rules *)side->rules[i]);
    free(side->rules);
}

/* The level rules of this plan, over the report's own words. */
static uint64_t
words_of(void *context, const struct report *r)
{
    struct side *side = context;
    struct report_body body;
    if (body_get_report(side->doc, r->text, &body) != OK)
        return r->words;
    return plan_words(side->plan, body.text, body.device, NULL);
}

static struct rerun *
play(struct trial *t, struct side *side)
{
    const struct rerun_wish wish = { t->count, side->rules, t->truths, words_of, side };
    return rerun_play(&t->past, &wish);
}

/* ---- both */

static void
tell_scripts(const struct trial *t, const struct score scores[2], struct rerun *const plays[2])
{
    struct json *j = score_json(&scores[0], &scores[1]), *men = score_men_json(plays[0], plays[1]);
    json_put_time(j, "from", t->past.from);
    json_put_time(j, "to", t->past.to);
    json_put_number(j, "plan", t->site->plan->version);
    json_put(j, "workload", &men);
    json_print(&j, stdout);
}

static void
tell(const struct trial *t, const struct score scores[2], const struct try_wish *w)
{
    char from[32], to[32];
    struct buf out = { 0 };
    clock_text(from, t->past.from);
    clock_text(to, t->past.to);
    buf_printf(&out,
               "%s to %s, played again under plan version %u (present) and under\n%s (tried)\n\n",
               from, to, (unsigned)t->site->plan->version, w->path);
    score_table(&scores[0], &scores[1], &out);
    fputs(buf_cstr(&out), stdout);
    buf_fini(&out);
}

static int
compare(struct trial *t, const struct try_wish *w)
{
    struct side sides[2] = { { .plan = NULL }, { .plan = NULL } };
    struct rerun *plays[2] = { NULL, NULL };
    struct score scores[2];
    bool good = side_init(&sides[0], t, t->site->plan) && side_init(&sides[1], t, t->other);
    for (size_t i = 0; i < 2 && good; i++) {
        plays[i] = play(t, &sides[i]);
        score_take(&scores[i], plays[i], sides[0].rules);
    }
    if (good && w->json)
        tell_scripts(t, scores, plays);
    else if (good)
        tell(t, scores, w);
    for (size_t i = 0; i < 2; i++) {
        rerun_free(plays[i]);
        side_fini(&sides[i], t->count);
    }
    return good ? EXIT_DONE : EXIT_FAILED;
}

/* false: it complained. */
static bool
period(const struct command *c, const struct try_wish *w, instant *from, instant *to)
{
    int64_t now = clock_wall_ms();
    *from = 0;
    *to = NEVER;
    const struct {
        const char *option, *text;
        instant *at;
    } ends[] = { { "from", w->from, from }, { "to", w->to, to } };
    for (size_t i = 0; i < countof(ends); i++)
        if (ends[i].text != NULL && !when_parse(str_of(ends[i].text), now, ends[i].at)) {
            cmd_usage(c, "--%s: '%s' is no time: say 2026-11-21T14:30 or 2026-11-21T14:30:00Z",
                      ends[i].option, ends[i].text);
            return false;
        }
    if (*from < *to)
        return true;
    cmd_usage(c, "--from is to be before --to");
    return false;
}

int
try_plan(struct site *s, const struct try_wish *w)
{
    struct trial t = { .site = s };
    instant from, to;
    if (!period(s->command, w, &from, &to))
        return EXIT_USAGE;
    t.other = apply_read(s->command, w->path, NULL);
    if (t.other == NULL)
        return EXIT_FAILED;
    int code = EXIT_FAILED;
    past_init(&t.past, from, to);
    doc_init(&t.doc);
    if (site_plan(s)) {
        t.count = atlas_territories(s->atlas, &t.territories);
        t.other->version = s->plan->version + 1;
        if (open_shadows(&t) && read_past(&t))
            code = compare(&t, w);
    }
    for (size_t i = 0; i < t.count && t.shadows != NULL; i++)
        shadow_close(&t.shadows[i]);
    free(t.shadows);
    free(t.truths);
    doc_fini(&t.doc);
    past_fini(&t.past);
    plan_free(t.other);
    return code;
}
