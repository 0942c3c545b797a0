/* say_rows.c - the templates: what is told of each update, to whom, in which language; longest
 * form first.
 *
 * The last form of a row fits an SMS of 70 with the longest number and telephone number there are,
 * as long as say.c may cut its other texts. tests/wire/say_test.c holds every row to that. */
#include "common/wire/say_rows.h"

#define ROW(en, zh)                                                                                \
    {                                                                                              \
        {                                                                                          \
            en, zh                                                                                 \
        }                                                                                          \
    }
#define FORMS(...)                                                                                 \
    {                                                                                              \
        __VA_ARGS__                                                                                \
    }

/* The reporter's: the ticket has come into this state. */
static const struct say_row to_customer[TICKET_STATES] = {
    [TICKET_RECEIVED] =
        ROW(FORMS("Ticket {number}: your report has been received.", "{number}: received"),
            FORMS("故障单{number}：您的报障已受理。", "{number}已受理")),
    [TICKET_TRIAGED] = ROW(FORMS("Ticket {number}: your report has been classified[, {level}].",
                                 "{number}: classified"),
                           FORMS("故障单{number}：您的报障已定级[，{level}]。", "{number}已定级")),
    [TICKET_QUEUED] = ROW(
        FORMS("Ticket {number}: we are looking for an engineer. You will be told name and "
              "telephone number.",
              "{number}: looking for an engineer"),
        FORMS("故障单{number}：正在为您安排工程师，确定后将告知姓名和电话。", "{number}待派单")),
    [TICKET_OFFERED] =
        ROW(FORMS("Ticket {number}: an engineer has been asked.", "{number}: engineer asked"),
            FORMS("故障单{number}：已派单，等待工程师接单。", "{number}已派单")),
    [TICKET_ACCEPTED] =
        ROW(FORMS("Ticket {number} is in the hands of your engineer[ {name}][, phone {phone}].",
                  "{number}: engineer[ {name}][, {phone}]", "{number}[ {name}][ {phone}]"),
            FORMS("故障单{number}：已接单，由工程师[{name}]为您处理[，电话{phone}]。",
                  "{number}已接单[：{name}][ {phone}]", "{number}[ {name}][ {phone}]")),
    [TICKET_EN_ROUTE] =
        ROW(FORMS("Ticket {number}: your engineer is on the way[: {name}][, phone {phone}].",
                  "{number}: on the way[: {name}][ {phone}]", "{number}: on the way"),
            FORMS("故障单{number}：工程师[{name}]正赶往现场[，电话{phone}]。",
                  "{number}赶往现场[：{name}][ {phone}]", "{number}赶往现场")),
    [TICKET_WORKING] =
        ROW(FORMS("Ticket {number}: your engineer is at work[: {name}][, phone {phone}].",
                  "{number}: in work[: {name}][ {phone}]", "{number}: in work"),
            FORMS("故障单{number}：工程师[{name}]正在处理[，电话{phone}]。",
                  "{number}处理中[：{name}][ {phone}]", "{number}处理中")),
    [TICKET_PENDING_CUSTOMER] =
        ROW(FORMS("Ticket {number} is waiting for you[: {why}]. Please call your engineer[ {name}]"
                  "[, phone {phone}].",
                  "{number} is waiting for you[: {name}][ {phone}]", "{number} is waiting for you"),
            FORMS("故障单{number}：已挂起，等待您的配合[：{why}]。请联系工程师[{name}][，电话"
                  "{phone}]。",
                  "{number}已挂起，待您配合[：{name}][ {phone}]", "{number}已挂起，待您配合")),
    [TICKET_HELD] =
        ROW(FORMS("Ticket {number} is on hold, for parts or a vendor[: {why}]. Your engineer[ "
                  "{name}][, phone {phone}] goes on then.",
                  "{number}: on hold, for parts or a vendor", "{number}: on hold"),
            FORMS("故障单{number}：已挂起，等待备件或厂商[：{why}]。工程师[{name}][，电话{phone}]"
                  "随后继续处理。",
                  "{number}已挂起，等待备件或厂商", "{number}已挂起")),
    [TICKET_RESOLVED] =
        ROW(FORMS("Ticket {number}: the repair is done[, by {name}][, phone {phone}]. Please tell "
                  "us whether it works again.",
                  "{number}: repaired. Does it work again?", "{number}: repaired"),
            FORMS("故障单{number}：已回单[，工程师{name}][，电话{phone}]。请作恢复确认；如未恢复，"
                  "请告知我们。",
                  "{number}已回单，请作恢复确认", "{number}已回单")),
    [TICKET_CLOSED] =
        ROW(FORMS("Ticket {number} is closed. Thank you for your report.", "{number}: closed"),
            FORMS("故障单{number}：已结单，感谢您的报障。", "{number}已结单")),
    [TICKET_REJECTED] =
        ROW(FORMS("Ticket {number} is no fault for us and was not taken on[: {why}].",
                  "{number}: not taken on[: {why}]"),
            FORMS("故障单{number}：不属受理范围，已退单[：{why}]。", "{number}已退单[：{why}]")),
    [TICKET_DUPLICATE] =
        ROW(FORMS("Ticket {number} has been joined to another one about the same fault.",
                  "{number}: joined to another"),
            FORMS("故障单{number}：重复受理，已并入同一故障的另一张故障单。", "{number}重复受理")),
    [TICKET_CANCELLED] =
        ROW(FORMS("Ticket {number} has been cancelled[: {why}].", "{number}: cancelled[: {why}]"),
            FORMS("故障单{number}：已撤单[：{why}]。", "{number}已撤单[：{why}]")),
};

/* The reporter's: something linked to the ticket. */
static const struct say_row to_customer_object[OBJECT_KINDS] = {
    [OBJECT_QUOTE] =
        ROW(FORMS("Ticket {number}: the repair would cost {amount}[: {why}]. Do you accept?",
                  "{number}: quote {amount}. Accept?", "{number}: quote {amount}"),
            FORMS("故障单{number}：维修报价{amount}[：{why}]。请确认是否接受。",
                  "{number}报价{amount}，请确认", "{number}报价{amount}")),
    [OBJECT_REPLACEMENT] =
        ROW(FORMS("Ticket {number}: the whole device is being replaced[: {object_state}].",
                  "{number}: replacement[: {object_state}]"),
            FORMS("故障单{number}：整机替换[：{object_state}]。",
                  "{number}整机替换[：{object_state}]")),
    [OBJECT_REPORT] =
        ROW(FORMS("Ticket {number}: the fault report is here for you to accept or reject.",
                  "{number}: fault report"),
            FORMS("故障单{number}：故障报告已提交，请确认接受或退回。", "{number}故障报告已提交")),
    [OBJECT_ANALYSIS] = ROW(
        FORMS("Ticket {number}: the fault analysis report is here.", "{number}: analysis report"),
        FORMS("故障单{number}：故障分析报告已提交。", "{number}故障分析报告已提交")),
    [OBJECT_SURVEY] = ROW(FORMS("Ticket {number}: how was our service? Please answer 1 (bad) to 5 "
                                "(very good).",
                                "{number}: our service, 1 to 5?", "{number}: 1 to 5?"),
                          FORMS("故障单{number}：请为本次服务评分，1（差）至5（很好）。",
                                "{number}请评分1至5", "{number}回访")),
    [OBJECT_COMPLAINT] = ROW(FORMS("Ticket {number}: your complaint: {object_state}[: {why}].",
                                   "{number}: complaint {object_state}[: {why}]"),
                             FORMS("故障单{number}：您的投诉{object_state}[：{why}]。",
                                   "{number}投诉{object_state}[：{why}]")),
};

static const struct say_row kinds[UPDATE_KINDS][SAY_TOS] = {
    [UPDATE_OPENED] = {
        [SAY_CUSTOMER] =
            ROW(FORMS("Ticket {number} has been opened for your report[, {level}][. Tell your "
                      "engineer {code} when he arrives].",
                      "{number}: opened[, code {code}]", "{number}: opened"),
                FORMS("您的报障已受理，故障单{number}[，{level}][。工程师到场时请告知验证码{code}]。",
                      "{number}已受理[，验证码{code}]", "{number}已受理")),
        [SAY_DISPATCHER] = ROW(FORMS("{number} opened[: {level}][, {category}]", "{number} opened"),
                               FORMS("{number}已受理[：{level}][，{category}]", "{number}已受理")),
    },
    [UPDATE_ATTACHED] = {
        [SAY_CUSTOMER] =
            ROW(FORMS("Ticket {number} is already open for this fault; your report was added[. "
                      "Engineer: {name}][, phone {phone}].",
                      "{number}: added to it[. {name}][ {phone}]", "{number}: added to it"),
                FORMS("重复受理：您的报障已并入故障单{number}[，工程师{name}][，电话{phone}]。",
                      "{number}重复受理[：{name}][ {phone}]", "{number}重复受理")),
        [SAY_DISPATCHER] =
            ROW(FORMS("{number} has a report more[, {repeats} repeated][, {state}]",
                      "{number}: repeated"),
                FORMS("{number}重复受理[，累计{repeats}次][，{state}]", "{number}重复受理")),
    },
    [UPDATE_DUPLICATE] = {
        [SAY_CUSTOMER] =
            ROW(FORMS("This report is known already as ticket {number}[: {state}].",
                      "{number}: known"),
                FORMS("该报障此前已受理，故障单{number}[：{state}]。", "{number}此前已受理")),
        [SAY_DISPATCHER] = ROW(FORMS("{number}: this report is known[, {state}]", "{number}: known"),
                               FORMS("{number}该报障此前已受理[，{state}]", "{number}此前已受理")),
    },
    [UPDATE_QUARANTINED] = {
        [SAY_CUSTOMER] =
            ROW(FORMS("Your message[ about ticket {number}] was quarantined and awaits a "
                      "dispatcher[: {why}].",
                      "[{number}: ]quarantined[: {why}]"),
                FORMS("您的消息[（故障单{number}）]已隔离，待调度人员核查[：{why}]。",
                      "[{number}]已隔离[：{why}]")),
        [SAY_DISPATCHER] = ROW(FORMS("[{number} ]quarantined[: {why}]"),
                               FORMS("[{number}]已隔离[：{why}]")),
    },
    [UPDATE_TICKET] = {
        [SAY_CUSTOMER] = ROW(FORMS("Ticket {number}[: {state}].", "{number}[: {state}]"),
                             FORMS("故障单{number}[：{state}]。", "{number}[{state}]")),
        [SAY_ENGINEER] =
            ROW(FORMS("{number} {state}[: {level}][, {category}][, site {site}][, customer "
                      "{customer}][, {repeats} repeated][, agreed for {window}][ - {why}]",
                      "{number} {state}[: {level}][, site {site}][ - {why}]",
                      "{number} {state}[ - {why}]"),
                FORMS("{number}{state}[：{level}][，{category}][，站点{site}][，客户{customer}]"
                      "[，重复受理{repeats}次][，预约{window}][。{why}]",
                      "{number}{state}[：{level}][，站点{site}][。{why}]",
                      "{number}{state}[。{why}]")),
        [SAY_DISPATCHER] =
            ROW(FORMS("{number} {state}[: {level}][, {category}][, site {site}][, customer "
                      "{customer}][, {repeats} repeated][, agreed for {window}][, by {engineer}][ {name}][ {phone}]"
                      "[ - {why}]",
                      "{number} {state}[: {level}][, {name}][ {phone}][ - {why}]",
                      "{number} {state}[ - {why}]"),
                FORMS("{number}{state}[：{level}][，{category}][，站点{site}][，客户{customer}]"
                      "[，重复受理{repeats}次][，预约{window}][，工程师{engineer}][ {name}][ {phone}][。{why}]",
                      "{number}{state}[：{level}][，{name}][ {phone}][。{why}]",
                      "{number}{state}[。{why}]")),
    },
    [UPDATE_OFFER] = {
        [SAY_DISPATCHER] =
            ROW(FORMS("Offer {number}[: {level}][, {category}][, site {site}][, customer "
                      "{customer}][, {repeats} repeated][, agreed for {window}]. Accept or decline[ before {due}].",
                      "Offer {number}[: {level}][, site {site}][, agreed for {window}][, answer before {due}]",
                      "Offer {number}[, before {due}]"),
                FORMS("派单{number}[：{level}][，{category}][，站点{site}][，客户{customer}]"
                      "[，重复受理{repeats}次][，预约{window}]。请[于{due}前]接单或拒单。",
                      "派单{number}[：{level}][，站点{site}][，预约{window}][，{due}前答复]",
                      "派单{number}[，{due}前]")),
    },
    [UPDATE_WITHDRAWN] = {
        [SAY_DISPATCHER] =
            ROW(FORMS("{number} is withdrawn and no longer yours[: {why}].",
                      "{number} withdrawn[: {why}]"),
                FORMS("{number}已收回，不再由您处理[：{why}]。", "{number}已收回[：{why}]")),
    },
    [UPDATE_OBJECT] = {
        [SAY_DISPATCHER] =
            ROW(FORMS("{number}[ {object}][ {object_state}][, {amount}][, site {site}][, customer "
                      "{customer}][ - {why}]",
                      "{number}[ {object}][ {object_state}][, {amount}][ - {why}]",
                      "{number}[ {object}][ {object_state}]"),
                FORMS("{number}[{object}][：{object_state}][，{amount}][，站点{site}][，客户"
                      "{customer}][。{why}]",
                      "{number}[{object}][：{object_state}][，{amount}][。{why}]",
                      "{number}[{object}][：{object_state}]")),
    },
    [UPDATE_TRANSFER] = {
        [SAY_DISPATCHER] =
            ROW(FORMS("Take over {number}[: {level}][, {category}][, site {site}][, customer "
                      "{customer}][ - {why}]. Take over or step back[ before {due}].",
                      "Take over {number}[: {level}][, site {site}][, answer before {due}]",
                      "Take over {number}[, before {due}]"),
                FORMS("转派{number}[：{level}][，{category}][，站点{site}][，客户{customer}]"
                      "[。{why}]。请[于{due}前]接手或退出。",
                      "转派{number}[：{level}][，站点{site}][，{due}前答复]",
                      "转派{number}[，{due}前]")),
    },
    [UPDATE_HELP] = {
        [SAY_DISPATCHER] =
            ROW(FORMS("Help with {number}[: {level}][, {category}][, site {site}][, customer "
                      "{customer}][, with {name}][ {phone}][ - {why}]. Join in or step back"
                      "[ before {due}].",
                      "Help with {number}[: {level}][, with {name}][ {phone}][, before {due}]",
                      "Help with {number}[, before {due}]"),
                FORMS("加派{number}[：{level}][，{category}][，站点{site}][，客户{customer}]"
                      "[，协助{name}][ {phone}][。{why}]。请[于{due}前]加入或退出。",
                      "加派{number}[：{level}][，协助{name}][ {phone}][，{due}前答复]",
                      "加派{number}[，{due}前]")),
    },
    [UPDATE_ALARM] = {
        [SAY_DISPATCHER] =
            ROW(FORMS("Alarm[ {number}][: {alarm}][, deadline {due}][, {state}][, {level}][, "
                      "{category}][, site {site}][, customer {customer}][, by {engineer}][ {name}]"
                      "[ {phone}]",
                      "Alarm[ {number}][: {alarm}][, deadline {due}]", "Alarm[ {number}][: {alarm}]"),
                FORMS("告警[{number}][：{alarm}][，时限{due}][，{state}][，{level}][，{category}]"
                      "[，站点{site}][，客户{customer}][，工程师{engineer}][ {name}][ {phone}]",
                      "告警[{number}][：{alarm}][，时限{due}]", "告警[{number}][：{alarm}]")),
    },
    [UPDATE_RESYNC] = {
        [SAY_DISPATCHER] =
            ROW(FORMS("Some updates were left out: ask again with sync.", "Please sync."),
                FORMS("部分进度通知未能保留，请重新同步。", "请同步。")),
    },
};

/* On one's own event: done, or refused. */
static const struct say_row verdicts[2][SAY_TOS] = {
    {
        [SAY_CUSTOMER] = ROW(
            FORMS("[Ticket {number}: ]{verb} is done[, now {state}].", "[{number}: ]{verb} done"),
            FORMS("[故障单{number}：]{verb}成功[，现为{state}]。", "[{number}]{verb}成功")),
        [SAY_DISPATCHER] =
            ROW(FORMS("[{number} ]{verb}: done[, now {state}]", "[{number} ]{verb}: done"),
                FORMS("[{number}]{verb}成功[，现为{state}]", "[{number}]{verb}成功")),
    },
    {
        [SAY_CUSTOMER] =
            ROW(FORMS("[Ticket {number}: ]{verb} is refused[: {refusal}].",
                      "[{number}: ]{verb} refused"),
                FORMS("[故障单{number}：]{verb}未成功[：{refusal}]。", "[{number}]{verb}未成功")),
        [SAY_DISPATCHER] = ROW(
            FORMS("[{number} ]{verb}: refused[: {refusal}][, now {state}]",
                  "[{number} ]{verb}: refused"),
            FORMS("[{number}]{verb}未成功[：{refusal}][，现为{state}]", "[{number}]{verb}未成功")),
    },
};

/* An update of a later version. */
static const struct say_row unknown = ROW(FORMS("[{number}: ]an update of a newer kind[: {why}]"),
                                          FORMS("[{number}：]新版本的进度通知[：{why}]"));

static bool
is_hole(const struct say_row *r)
{
    return r->forms[SAY_EN][0] == NULL;
}

const struct say_row *
say_row_of(const struct update *u, enum say_to to)
{
    if (u->kind >= UPDATE_KINDS)
        return &unknown;
    if (u->kind == UPDATE_TICKET && to == SAY_CUSTOMER && u->state < TICKET_STATES &&
        !is_hole(&to_customer[u->state]))
        return &to_customer[u->state];
    if (u->kind == UPDATE_OBJECT && to == SAY_CUSTOMER && u->object_kind < OBJECT_KINDS &&
        !is_hole(&to_customer_object[u->object_kind]))
        return &to_customer_object[u->object_kind];
    const struct say_row *rows =
        u->kind == UPDATE_VERDICT ? verdicts[u->refusal != REFUSAL_NONE] : kinds[u->kind];
    if (!is_hole(&rows[to]))
        return &rows[to];
    return is_hole(&rows[SAY_DISPATCHER]) ? &unknown : &rows[SAY_DISPATCHER];
}

const struct say_row *
say_row_next(size_t *i)
{
    static const struct {
        const struct say_row *rows;
        size_t count;
    } tables[] = { { to_customer, countof(to_customer) },
                   { to_customer_object, countof(to_customer_object) },
                   { kinds[0], UPDATE_KINDS * SAY_TOS },
                   { verdicts[0], 2 * SAY_TOS },
                   { &unknown, 1 } };
    size_t first = 0;
    for (size_t t = 0; t < countof(tables); first += tables[t++].count)
        for (; *i - first < tables[t].count; (*i)++)
            if (!is_hole(&tables[t].rows[*i - first]))
                return &tables[t].rows[(*i)++ - first];
    return NULL;
}
