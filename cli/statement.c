/* statement.c - `faultline audit statement`: for a customer, what became of each promise, what was
 * not counted, and what is owed. All of it is reckoned from a log that held. */
#include "cli/account.h"
#include "cli/audit.h"
#include "common/io/clock.h"
#include "common/plan/zone.h"
#include "common/wire/body.h"
#include "common/wire/say_rows.h"

#include <inttypes.h>
#include <stdio.h>

/* ---- the words */

enum word {
    W_TITLE,
    W_OPENED_FROM,
    W_OPENED_TO,
    W_OPENED,
    W_CONTRACT,
    W_UNKNOWN,
    W_FROM,
    W_DUE,
    W_PAUSED_DUE,
    W_REACHED,
    W_VOID_SINCE,
    W_NOT_COUNTED,
    W_UNTIL,
    W_NOW,
    W_KEPT,
    W_MISSED,
    W_VOID,
    W_RUNS,
    W_PAUSED,
    W_PENALTY,
    W_STOP, /* ends a sentence */
    W_COMMA,
    W_COLON,
    W_TOTAL,
    W_TOTAL_PENALTY,
    W_AS_OF,
    W_INCOMPLETE,
    WORDS
};

static const char *const words[WORDS][SAY_LANGS] = {
    [W_TITLE] = { "Statement of service promises for %s", "%s 服务承诺结算单" },
    [W_OPENED_FROM] = { ", tickets opened from %s", "，受理日期自 %s" },
    [W_OPENED_TO] = { ", to %s", "，至 %s" },
    [W_OPENED] = { "opened", "受理" },
    [W_CONTRACT] = { "contract", "协议" },
    [W_UNKNOWN] = { "what was promised is not in the log", "日志中没有所承诺的内容" },
    [W_FROM] = { "from", "自" },
    [W_DUE] = { "due", "期限" },
    [W_PAUSED_DUE] = { "due when time counts again", "恢复计时后确定期限" },
    [W_REACHED] = { "reached", "达成" },
    [W_VOID_SINCE] = { "nothing owed since", "自此不再适用" },
    [W_NOT_COUNTED] = { "not counted", "不计时" },
    [W_UNTIL] = { "to", "至" },
    [W_NOW] = { "now", "现在" },
    [W_KEPT] = { "kept", "按时" },
    [W_MISSED] = { "missed by", "超时" },
    [W_VOID] = { "void", "不适用" },
    [W_RUNS] = { "running", "进行中" },
    [W_PAUSED] = { "paused", "暂停计时" },
    [W_PENALTY] = { "penalty", "违约金" },
    [W_STOP] = { ".", "。" },
    [W_COMMA] = { ", ", "，" },
    [W_COLON] = { ": ", "：" },
    [W_TOTAL] = { "In all: tickets %" PRIu64 ", promises kept %" PRIu64 ", missed %" PRIu64
                  ", void %" PRIu64 ", running %" PRIu64,
                  "共 %" PRIu64 " 单：按时 %" PRIu64 " 项，超时 %" PRIu64 " 项，不适用 %" PRIu64
                  " 项，进行中 %" PRIu64 " 项" },
    [W_TOTAL_PENALTY] = { "penalty due", "应付违约金" },
    [W_AS_OF] = { "as of", "统计截至" },
    [W_INCOMPLETE] = { "INCOMPLETE: a log does not hold, its tickets are not in this statement",
                       "不完整：有日志未通过验证，其故障单未列入本结算单" },
};

/* ---- sums */

enum { CURRENCIES_MAX = 16 };
struct owed {
    char currency[4];
    int64_t amount;
};

struct statement {
    enum say_lang lang;
    struct buf body;
    uint64_t tickets, kept, missed, voided, running;
    struct owed owed[CURRENCIES_MAX];
    size_t owed_count;
    instant at;
    bool complete;
};

static const char *
say(const struct statement *st, enum word w)
{
    return words[w][st->lang];
}

static void
owe(struct statement *st, const char *currency, int64_t amount)
{
    size_t i = 0;
    while (i < st->owed_count && strncmp(st->owed[i].currency, currency, 3) != 0)
        i++;
    if (amount <= 0 || i == CURRENCIES_MAX)
        return;
    if (i == st->owed_count) {
        memcpy(st->owed[i].currency, currency, sizeof(st->owed[i].currency));
        st->owed_count++;
    }
    if (__builtin_add_overflow(st->owed[i].amount, amount, &st->owed[i].amount))
        st->owed[i].amount = INT64_MAX;
}

static void
count(struct statement *st, const struct account *a, enum clock c)
{
    const struct reckoning *r = &a->clocks[c];
    uint64_t *where = r->broken                       ? &st->missed
                      : r->verdict == VERDICT_VOID    ? &st->voided
                      : r->verdict == VERDICT_STOPPED ? &st->kept
                                                      : &st->running;
    ++*where;
    owe(st, a->contract->currency, a->penalties[c]);
}

/* ---- times, lengths, money */

/* Which zone a ticket's times are said in. */
struct wall {
    const char *name;
    struct zone *zone; /* owned; NULL: UTC */
};

static struct wall
wall_of(struct editions *e, const struct account *a)
{
    static const struct wall utc = { "UTC", NULL };
    const struct plan *plan = editions_plan(e, a->trail->plan);
    if (plan == NULL || a->contract == NULL || a->contract->calendar == NULL)
        return utc;
    for (unsigned i = 0; i < plan->calendars_count; i++) {
        const struct plan_calendar *c = &plan->calendars[i];
        struct zone *zone = NULL;
        if (strcmp(c->id, a->contract->calendar->id) == 0 && c->zone != NULL)
            zone = zone_open(c->zone);
        if (zone != NULL)
            return (struct wall){ c->zone, zone };
    }
    return utc;
}

/* "2026-11-20 21:37:31", there. */
static void
put_time(struct buf *b, const struct wall *w, instant at)
{
    char text[32];
    proof_time(text, at + (w->zone == NULL ? 0 : zone_offset(w->zone, at)));
    text[19] = '\0'; /* to the second; a broken promise says by how much */
    buf_printf(b, "%s", text);
}

/* "49:05:07", and what is below a second only when there is nothing else. */
static void
put_length(struct buf *b, msec length)
{
    msec s = length / SECONDS;
    if (s == 0)
        buf_printf(b, "0.%03" PRId64 " s", length);
    else
        buf_printf(b, "%" PRId64 ":%02" PRId64 ":%02" PRId64, s / 3600, s / 60 % 60, s % 60);
}

/* Of these a minor unit is the unit itself (ISO 4217). */
static const char *const whole[] = { "JPY", "KRW", "VND", "CLP", "ISK", "XAF", "XOF", "PYG" };

static void
put_money(struct buf *b, const char *currency, int64_t amount)
{
    for (size_t i = 0; i < countof(whole); i++)
        if (strncmp(whole[i], currency, 3) == 0) {
            buf_printf(b, "%" PRId64 " %.3s", amount, currency);
            return;
        }
    buf_printf(b, "%" PRId64 ".%02" PRId64, amount / 100, amount % 100);
    if (currency[0] != '\0')
        buf_printf(b, " %.3s", currency);
}

/* ---- a ticket */

static void
put_head(struct statement *st, const struct account *a, const struct wall *w, const char *code)
{
    char number[32];
    struct buf *b = &st->body;
    number_of(number, code, a->trail->id);
    buf_printf(b, "\n%s", number);
    if (a->contract != NULL) {
        const char *level = say_level(st->lang, str_of(a->level));
        buf_printf(b, "%s%s", say(st, W_COMMA), level != NULL ? level : a->level);
    }
    buf_printf(b, "%s%s ", say(st, W_COMMA), say(st, W_OPENED));
    put_time(b, w, a->trail->opened_at);
    buf_printf(b, " (%s)", w->name);
    if (a->contract != NULL)
        buf_printf(b, "%s%s %s", say(st, W_COMMA), say(st, W_CONTRACT),
                   a->contract->name[0] != '\0' ? a->contract->name : a->contract->id);
    else
        buf_printf(b, "%s%s", say(st, W_COLON), say(st, W_UNKNOWN));
    buf_printf(b, "\n");
}

static void
put_verdict(struct statement *st, const struct account *a, enum clock c)
{
    static const enum word plain[] = {
        [VERDICT_RUNNING] = W_RUNS,
        [VERDICT_PAUSED] = W_PAUSED,
        [VERDICT_STOPPED] = W_KEPT,
        [VERDICT_VOID] = W_VOID,
    };
    struct buf *b = &st->body;
    const struct reckoning *r = &a->clocks[c];
    buf_printf(b, "%s", say(st, W_COLON));
    if (!r->broken) {
        buf_printf(b, "%s", say(st, plain[r->verdict]));
        return;
    }
    buf_printf(b, "%s ", say(st, W_MISSED));
    put_length(b, a->late_ms[c]);
    if (a->penalties[c] > 0) {
        buf_printf(b, "%s%s ", say(st, W_COMMA), say(st, W_PENALTY));
        put_money(b, a->contract->currency, a->penalties[c]);
    }
}

static void
put_clock(struct statement *st, const struct account *a, const struct wall *w, enum clock c)
{
    struct buf *b = &st->body;
    const struct reckoning *r = &a->clocks[c];
    buf_printf(b, "  %s%s%s ", say_clock(st->lang, c), say(st, W_COLON), say(st, W_FROM));
    put_time(b, w, r->start);
    buf_printf(b, "%s", say(st, W_COMMA));
    if (r->deadline == NEVER) {
        buf_printf(b, "%s", say(st, W_PAUSED_DUE));
    } else {
        buf_printf(b, "%s ", say(st, W_DUE));
        put_time(b, w, r->deadline);
    }
    if (r->stop != NEVER) {
        enum word how = r->verdict == VERDICT_VOID ? W_VOID_SINCE : W_REACHED;
        buf_printf(b, "%s%s ", say(st, W_COMMA), say(st, how));
        put_time(b, w, r->stop);
    }
    if (r->excluded > 0) {
        buf_printf(b, "%s%s ", say(st, W_COMMA), say(st, W_NOT_COUNTED));
        put_length(b, r->excluded);
    }
    put_verdict(st, a, c);
    buf_printf(b, "\n");
}

static void
put_gap(struct statement *st, const struct gap *g, const struct wall *w)
{
    struct buf *b = &st->body;
    buf_printf(b, "  %s%s", say(st, W_NOT_COUNTED), say(st, W_COLON));
    put_time(b, w, g->from);
    buf_printf(b, " %s ", say(st, W_UNTIL));
    if (g->to == NEVER)
        buf_printf(b, "%s", say(st, W_NOW));
    else
        put_time(b, w, g->to);
    buf_printf(b, "%s%s\n", say(st, W_COMMA), say_reason(st->lang, g->reason));
}

static void
put_ticket(struct statement *st, const struct account *a, const struct wall *w, const char *code)
{
    struct account old;
    enum clock of;
    put_head(st, a, w, code);
    for (size_t i = 0; account_earlier(a, i, &old, &of); i++)
        put_clock(st, &old, w, of);
    for (enum clock c = 0; c < CLOCKS; c++)
        if (account_has(a, c))
            put_clock(st, a, w, c);
    for (size_t i = 0; i < a->trail->facts.gaps_count; i++)
        put_gap(st, &a->trail->facts.gaps[i], w);
}

/* ---- which tickets */

/* Is it a day as people write it? Days are then compared as texts. */
static bool
is_date(const char *text)
{
    static const char shape[] = "dddd-dd-dd";
    for (size_t i = 0; i < sizeof(shape); i++)
        if (shape[i] == 'd' ? text[i] < '0' || text[i] > '9' : text[i] != shape[i])
            return false;
    return true;
}

static bool
is_within(const struct audit *a, const struct trail *s, const struct wall *w)
{
    struct buf day = { 0 };
    put_time(&day, w, s->opened_at);
    day.len = strlen("2026-11-20");
    const char *text = buf_cstr(&day);
    bool within = (a->from == NULL || strcmp(text, a->from) >= 0) &&
                  (a->to == NULL || strcmp(text, a->to) <= 0);
    buf_fini(&day);
    return within;
}

static bool
is_asked(const struct audit *a, const struct proof *p, const struct trail *s)
{
    if (a->about_ticket)
        return audit_find(a, p) == s;
    return strncmp(s->customer.s, a->subject, sizeof(s->customer.s)) == 0;
}

static void
state_one(struct audit *a, const struct proof *p, struct editions *e, const struct trail *s,
          struct territory_id t)
{
    struct statement *st = a->sum;
    struct account account;
    account_of(&account, p, s);
    struct wall w = wall_of(e, &account);
    if (is_within(a, s, &w)) {
        struct account old;
        enum clock of;
        st->tickets++;
        for (size_t i = 0; account_earlier(&account, i, &old, &of); i++)
            count(st, &old, of);
        for (enum clock c = 0; c < CLOCKS; c++)
            if (account_has(&account, c))
                count(st, &account, c);
        if (a->json) {
            struct json *j = json_of_account(&account, p, t.s);
            json_put_text(j, "zone", w.name);
            json_print(&j, stdout);
        } else {
            put_ticket(st, &account, &w, p->code);
        }
    }
    zone_free(w.zone);
}

/* ---- the part */

static bool
begin(struct audit *a)
{
    static struct statement st;
    st = (struct statement){ .lang = SAY_EN, .complete = true };
    a->sum = &st;
    if (a->lang != NULL && strcmp(a->lang, "zh") == 0)
        st.lang = SAY_ZH;
    else if (a->lang != NULL && strcmp(a->lang, "en") != 0) {
        cmd_usage(&cmd_audit, "--lang takes en or zh, not '%s'", a->lang);
        return false;
    }
    const char *days[] = { a->from, a->to };
    for (size_t i = 0; i < countof(days); i++)
        if (days[i] != NULL && !is_date(days[i])) {
            cmd_usage(&cmd_audit, "--from and --to take a day like 2026-11-20, not '%s'", days[i]);
            return false;
        }
    return true;
}

static bool
territory(struct audit *a, struct territory_id t)
{
    struct statement *st = a->sum;
    struct editions e;
    struct proof p;
    if (!audit_may_be_of(a, t))
        return true;
    if (!audit_read(a, t, &e, &p)) {
        st->complete = false;
        return false;
    }
    for (size_t i = 0; i < p.trails.count; i++)
        if (is_asked(a, &p, p.trails.list[i]))
            state_one(a, &p, &e, p.trails.list[i], t);
    if (p.trails.at > st->at)
        st->at = p.trails.at;
    proof_fini(&p);
    editions_fini(&e);
    return true;
}

static bool
is_known(const struct audit *a)
{
    const struct plan *plan = a->site->plan;
    for (unsigned i = 0; i < plan->customers_count; i++)
        if (strcmp(plan->customers[i].id, a->subject) == 0)
            return true;
    return false;
}

static void
print_total(const struct audit *a, struct statement *st)
{
    static const struct wall utc = { "UTC", NULL };
    struct buf b = { 0 };
    printf(say(st, W_TITLE), a->subject); /* the table's own formats */
    if (a->from != NULL)
        printf(say(st, W_OPENED_FROM), a->from);
    if (a->to != NULL)
        printf(say(st, W_OPENED_TO), a->to);
    put_time(&b, &utc, st->at);
    printf("%s%s %s UTC\n%s\n", say(st, W_COMMA), say(st, W_AS_OF), buf_cstr(&b),
           buf_cstr(&st->body));
    printf(say(st, W_TOTAL), st->tickets, st->kept, st->missed, st->voided, st->running);
    for (size_t i = 0; i < st->owed_count; i++) {
        buf_clear(&b);
        put_money(&b, st->owed[i].currency, st->owed[i].amount);
        printf("%s%s %s", say(st, W_COMMA), say(st, W_TOTAL_PENALTY), buf_cstr(&b));
    }
    printf("%s\n", say(st, W_STOP));
    if (!st->complete)
        printf("%s%s\n", say(st, W_INCOMPLETE), say(st, W_STOP));
    buf_fini(&b);
}

static void
print_total_json(const struct audit *a, const struct statement *st)
{
    struct json *j = json_object_new(), *owed = json_array_new();
    json_put_text(j, "statement", a->subject);
    json_put_time(j, "as_of", st->at);
    json_put_number(j, "tickets", (int64_t)st->tickets);
    json_put_number(j, "kept", (int64_t)st->kept);
    json_put_number(j, "missed", (int64_t)st->missed);
    json_put_number(j, "void", (int64_t)st->voided);
    json_put_number(j, "running", (int64_t)st->running);
    for (size_t i = 0; i < st->owed_count; i++) {
        struct json *one = json_object_new();
        json_put_text(one, "currency", st->owed[i].currency);
        json_put_number(one, "amount", st->owed[i].amount);
        json_append(owed, &one);
    }
    json_put(j, "penalties", &owed);
    json_put_true(j, "incomplete", !st->complete);
    json_print(&j, stdout);
}

static bool
end(struct audit *a)
{
    struct statement *st = a->sum;
    bool good = a->site->plan != NULL;
    if (good && st->tickets == 0 && st->complete && (a->about_ticket || !is_known(a))) {
        cmd_failed(&cmd_audit,
                   a->about_ticket ? "no ticket %s in that time"
                                   : "no customer '%s' in the plan in force, nor in any log",
                   a->subject);
        good = false;
    } else if (good && a->json) {
        print_total_json(a, st);
    } else if (good) {
        print_total(a, st);
    }
    buf_fini(&st->body);
    return good;
}

const struct audit_part audit_statement = { "statement", true, true, true, begin, territory, end };
