/* say_words.c - states, verbs, refusals and levels in words, as the field writes them. A hole is
 * said by its name on the wire, and found by tests/wire/say_test.c. */
#include "common/wire/names.h"
#include "common/wire/say_rows.h"

typedef const char *const in_words[SAY_LANGS];

static in_words states[TICKET_STATES] = {
    [TICKET_RECEIVED] = { "received", "已受理" },
    [TICKET_TRIAGED] = { "classified", "已定级" },
    [TICKET_QUEUED] = { "waiting for an engineer", "待派单" },
    [TICKET_OFFERED] = { "offered", "已派单" },
    [TICKET_ACCEPTED] = { "accepted", "已接单" },
    [TICKET_EN_ROUTE] = { "en route", "赶往现场" },
    [TICKET_WORKING] = { "in work", "处理中" },
    [TICKET_PENDING_CUSTOMER] = { "waiting for the customer", "挂起（待用户）" },
    [TICKET_HELD] = { "on hold", "挂起（待备件）" },
    [TICKET_RESOLVED] = { "resolved", "已回单" },
    [TICKET_CLOSED] = { "closed", "已结单" },
    [TICKET_REJECTED] = { "rejected", "已退单" },
    [TICKET_DUPLICATE] = { "duplicate", "重复受理" },
    [TICKET_CANCELLED] = { "cancelled", "已撤单" },
};

static in_words verbs[VERBS] = {
    [VERB_TRIAGE] = { "classify", "定级" },
    [VERB_QUEUE] = { "queue", "排队" },
    [VERB_OFFER] = { "offer", "派单" },
    [VERB_EXPIRE] = { "take back", "超时收回" },
    [VERB_CLOSE] = { "close", "结单" },
    [VERB_ACCEPT] = { "accept", "接单" },
    [VERB_DECLINE] = { "decline", "拒单" },
    [VERB_DEPART] = { "depart", "出发" },
    [VERB_ARRIVE] = { "arrive", "到场" },
    [VERB_WORK] = { "begin work", "开始处理" },
    [VERB_PEND] = { "wait for the customer", "挂起（待用户）" },
    [VERB_HOLD] = { "hold", "挂起（待备件）" },
    [VERB_RESUME] = { "resume", "解挂" },
    [VERB_RESOLVE] = { "resolve", "回单" },
    [VERB_APPROVE] = { "approve", "恢复确认" },
    [VERB_REOPEN] = { "reopen", "退回处理" },
    [VERB_NUDGE] = { "nudge", "催单" },
    [VERB_NOTE] = { "note", "备注" },
    [VERB_CANCEL] = { "cancel", "撤单" },
    [VERB_REJECT] = { "reject", "退单" },
    [VERB_SYNC] = { "sync", "同步" },
};

static in_words refusals[REFUSALS] = {
    [REFUSAL_NONE] = { "", "" },
    [REFUSAL_NO_TICKET] = { "no open ticket of that number", "没有这张未结的故障单" },
    [REFUSAL_STATE] = { "not in the ticket's present state", "当前状态下不能这样操作" },
    [REFUSAL_ROLE] = { "not for your role", "您的角色无此权限" },
    [REFUSAL_NOT_YOURS] = { "the ticket is not yours", "不是您的故障单" },
    [REFUSAL_STALE] = { "the ticket has moved on, look again", "故障单已有变化，请先查看" },
    [REFUSAL_OLD] = { "the event's number is too old, use a new epoch",
                      "事件编号过旧，请启用新的编号段" },
};

static const struct {
    const char *id;
    in_words words;
} levels[] = {
    { "general", { "general fault", "一般故障" } },
    { "severe", { "severe fault", "严重故障" } },
};

const char *
say_state(enum say_lang lang, enum ticket_state s)
{
    if (s >= TICKET_STATES)
        return "";
    return states[s][lang] != NULL ? states[s][lang] : state_name(s);
}

const char *
say_verb(enum say_lang lang, enum verb v)
{
    if (v >= VERBS)
        return "";
    return verbs[v][lang] != NULL ? verbs[v][lang] : verb_name(v);
}

const char *
say_refusal(enum say_lang lang, enum refusal r)
{
    if (r >= REFUSALS)
        return "";
    return refusals[r][lang] != NULL ? refusals[r][lang] : refusal_name(r);
}

const char *
say_level(enum say_lang lang, struct str id)
{
    for (size_t i = 0; i < countof(levels); i++)
        if (str_is(id, levels[i].id))
            return levels[i].words[lang];
    return NULL;
}
