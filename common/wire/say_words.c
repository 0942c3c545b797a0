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
    [VERB_DIVERT] = { "turn back", "改派他处" },
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
    [VERB_LAPSE] = { "take back the question", "超时收回" },
    [VERB_WAKE] = { "stop waiting", "到时解挂" },
    [VERB_RECUR] = { "come again", "复现" },
    [VERB_FOLLOW] = { "be solved with the master", "随主单回单" },
    [VERB_LINK] = { "open a linked ticket", "关联新单" },
    [VERB_SURVEY] = { "ask for a verdict", "回访" },
    [VERB_PREPROCESS] = { "preprocess", "预处理" },
    [VERB_DISPATCH] = { "dispatch", "派单" },
    [VERB_SOLVE] = { "solve from afar", "远程解决" },
    [VERB_TRANSFER] = { "transfer", "转派" },
    [VERB_TAKE_OVER] = { "take over", "接手" },
    [VERB_HELP] = { "call a helper", "加派" },
    [VERB_JOIN_IN] = { "join in", "加入处理" },
    [VERB_STEP_BACK] = { "step back", "退出" },
    [VERB_RETURN] = { "hand back", "转交" },
    [VERB_APPEAL] = { "appeal", "申诉" },
    [VERB_DELIVERED] = { "deliver the engineer's name", "送达工程师信息" },
    [VERB_ASSIGN] = { "assign to an engineer", "指派" },
    [VERB_PIN] = { "keep for an engineer", "预留给工程师" },
    [VERB_APPOINT] = { "agree a time", "预约" },
    [VERB_FORBID] = { "keep from an engineer", "禁止派给工程师" },
    [VERB_RELEVEL] = { "change the level", "调整级别" },
    [VERB_EXEMPT] = { "exempt", "免责" },
    [VERB_ACKNOWLEDGE] = { "acknowledge", "确认告警" },
    [VERB_OBSERVE] = { "observe", "观察" },
    [VERB_DIFFERENT] = { "end for another cause", "另有原因，结单另开" },
    [VERB_JOIN] = { "join to a master", "并入主单" },
    [VERB_LEAVE] = { "leave the master", "脱离主单" },
    [VERB_MERGE] = { "merge", "合并" },
    [VERB_INSPECT] = { "inspect", "检测" },
    [VERB_QUOTE] = { "quote", "报价" },
    [VERB_QUOTE_ACCEPT] = { "accept the quote", "接受报价" },
    [VERB_QUOTE_DECLINE] = { "decline the quote", "拒绝报价" },
    [VERB_PART_REQUEST] = { "request a part", "申请备件" },
    [VERB_PART_RESERVE] = { "reserve the part", "预留备件" },
    [VERB_PART_MOVE] = { "send the part", "调拨备件" },
    [VERB_PART_RECEIVE] = { "receive the part", "备件到货" },
    [VERB_PART_USE] = { "use the part", "更换备件" },
    [VERB_PART_RETURN] = { "return the old part", "返还旧件" },
    [VERB_PART_CANCEL] = { "cancel the part", "取消备件" },
    [VERB_REPLACE] = { "declare a replacement", "整机替换" },
    [VERB_REPLACED] = { "replace the device", "替换完成" },
    [VERB_REPORT] = { "deliver the fault report", "提交故障报告" },
    [VERB_ANALYSE] = { "deliver the analysis report", "提交故障分析报告" },
    [VERB_SURVEY_ANSWER] = { "answer the survey", "回复回访" },
    [VERB_COMPLAIN] = { "complain", "投诉" },
    [VERB_COMPLAINT_ANSWER] = { "answer the complaint", "答复投诉" },
    [VERB_COMPLAINT_CLOSE] = { "settle the complaint", "办结投诉" },
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
    [REFUSAL_REASON] = { "a reason from the list is needed", "须从列表中选择原因" },
    [REFUSAL_INCOMPLETE] = { "something is missing or out of range", "内容不全或超出范围" },
    [REFUSAL_LIMIT] = { "as many as a ticket may have", "已达故障单上限" },
    [REFUSAL_OBJECT] = { "no such linked object, or not in that state",
                         "没有这个关联单据或状态不符" },
    [REFUSAL_DISPATCHER] = { "a dispatcher has to decide this time", "此次须由调度人员决定" },
    [REFUSAL_NOBODY] = { "no such engineer, or not free", "没有该工程师或暂不能接手" },
};

static in_words reasons[REASONS] = {
    [REASON_NONE] = { "", "" },
    [REASON_BUSY] = { "more urgent work", "另有急单" },
    [REASON_FAR] = { "too far", "路途太远" },
    [REASON_SKILL] = { "lacks the skill", "技能不符" },
    [REASON_PARTS] = { "parts or tools", "缺备件或工具" },
    [REASON_SHIFT] = { "the shift ends", "即将下班" },
    [REASON_CONFLICT] = { "should not go there", "须回避" },
    [REASON_UNFIT] = { "ill, or not safe", "身体不适或不安全" },
    [REASON_ABSENT] = { "nobody is there", "用户不在场" },
    [REASON_ACCESS] = { "no way in", "无法进入" },
    [REASON_WISH] = { "the customer's wish", "用户改约" },
    [REASON_INFORMATION] = { "information is missing", "待用户提供信息" },
    [REASON_QUOTE] = { "a quote waits for its answer", "待用户确认报价" },
    [REASON_OBSERVED] = { "under observation", "观察中" },
    [REASON_VENDOR] = { "a vendor", "等待厂商" },
    [REASON_TEAM] = { "another team", "等待其他班组" },
    [REASON_MASTER] = { "follows its master ticket", "随主单处理" },
    [REASON_FORCE_MAJEURE] = { "force majeure", "不可抗力" },
    [REASON_CUSTOMER_DELAY] = { "the customer's delay", "用户原因延误" },
    [REASON_OVER] = { "closed in between", "期间已结单" },
};

static in_words object_kinds[OBJECT_KINDS] = {
    [OBJECT_INSPECTION] = { "inspection", "检测" },
    [OBJECT_QUOTE] = { "quote", "报价" },
    [OBJECT_PART] = { "spare part", "备件" },
    [OBJECT_REPLACEMENT] = { "replacement", "整机替换" },
    [OBJECT_REPORT] = { "fault report", "故障报告" },
    [OBJECT_ANALYSIS] = { "fault analysis report", "故障分析报告" },
    [OBJECT_SURVEY] = { "survey", "回访" },
    [OBJECT_COMPLAINT] = { "complaint", "投诉" },
};

static in_words object_states[OBJECT_STATES] = {
    [OBJECT_OPEN] = { "open", "待处理" },
    [OBJECT_RESERVED] = { "reserved", "已预留" },
    [OBJECT_MOVING] = { "on its way", "运输中" },
    [OBJECT_HERE] = { "arrived", "已到货" },
    [OBJECT_OWED] = { "old part to be returned", "旧件待返还" },
    [OBJECT_ANSWERED] = { "answered", "已答复" },
    [OBJECT_DONE] = { "done", "已完成" },
    [OBJECT_REFUSED] = { "refused", "已取消" },
};

static in_words clocks[CLOCKS] = {
    [CLOCK_RESPONSE] = { "response", "响应" },
    [CLOCK_ARRIVAL] = { "arrival", "到场" },
    [CLOCK_RESTORATION] = { "restoration", "修复" },
    [CLOCK_REPLACEMENT] = { "replacement", "整机替换" },
    [CLOCK_ANALYSIS] = { "analysis report", "故障分析报告" },
    [CLOCK_COMPLAINT_ANSWER] = { "answer to the complaint", "投诉首次答复" },
    [CLOCK_COMPLAINT_CLOSE] = { "end of the complaint", "投诉办结" },
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
say_reason(enum say_lang lang, enum reason v)
{
    if (v >= REASONS)
        return "";
    return reasons[v][lang] != NULL ? reasons[v][lang] : reason_name(v);
}

const char *
say_object(enum say_lang lang, enum object_kind v)
{
    if (v >= OBJECT_KINDS)
        return "";
    return object_kinds[v][lang] != NULL ? object_kinds[v][lang] : object_kind_name(v);
}

const char *
say_object_state(enum say_lang lang, enum object_state v)
{
    if (v >= OBJECT_STATES)
        return "";
    return object_states[v][lang] != NULL ? object_states[v][lang] : object_state_name(v);
}

const char *
say_clock(enum say_lang lang, enum clock v)
{
    if (v >= CLOCKS)
        return "";
    return clocks[v][lang] != NULL ? clocks[v][lang] : clock_name(v);
}

const char *
say_level(enum say_lang lang, struct str id)
{
    for (size_t i = 0; i < countof(levels); i++)
        if (str_is(id, levels[i].id))
            return levels[i].words[lang];
    return NULL;
}
