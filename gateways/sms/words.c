/* words.c - answers: one row each, English and Chinese. */
#include "gateways/sms/words.h"

#include <string.h>

static const char *const answers[ANSWERS][2] = {
    [ANSWER_NUDGED] = { "Thank you. Your engineer has been urged.", "已为您催单。" },
    [ANSWER_NOTED] = { "Thank you. Your words are with the ticket.", "已补充到您的故障单。" },
    [ANSWER_THANKS] = { "Thank you for your score.", "感谢您的评价。" },
    [ANSWER_COMPLAINED] = { "Your complaint is recorded. You will be answered.",
                            "您的投诉已登记，我们会尽快答复。" },
    [ANSWER_NO_TICKET] = { "There is no open ticket from this number. To report a fault, write "
                           "what is broken and where.",
                           "本号码没有未结故障单。报障请写明故障和地点。" },
    [ANSWER_NOT_NOW] = { "Ticket %s: this is not possible at its present state.",
                         "故障单%s当前状态不能这样处理。" },
    [ANSWER_STATUS] = { "Ticket %s: %s.", "故障单%s：%s。" },
    [ANSWER_EMPTY] = { "Your message was empty. To report a fault, write what is broken and where.",
                       "您的短信没有内容。报障请写明故障和地点。" },
    [ANSWER_NO_ORDER] = { "No order of this number. Write ? for your list.",
                          "没有这个序号。回复?查看列表。" },
    [ANSWER_NOT_FOR_IT] = { "This code is not for that order. Write ? for your list.",
                            "该故障单不能用此代码。回复?查看列表。" },
    [ANSWER_ORDERS] = { "Your orders:", "您的故障单：" },
    [ANSWER_NO_ORDERS] = { "You have no orders.", "您没有故障单。" },
    [ANSWER_CODES] = { "1a accept, 1d decline, 1g gone, 1c come, 1w work, 1r resolved",
                       "1a接 1d拒 1g出发 1c到场 1w远程 1r修复" },
    [ANSWER_OFFER_TAIL] = { " %ua=yes %ud=no", "（%ua接%ud拒）" },
    [ANSWER_YOURS] = { "%u: %s is yours. %s", "%u：%s归您处理。%s" },
};

static const struct {
    const char *state, *words[2];
} states[] = {
    { "", { "received", "已受理" } },
    { "received", { "received", "已受理" } },
    { "triaged", { "received", "已受理" } },
    { "queued", { "waiting for an engineer", "待派单" } },
    { "offered", { "an engineer is being asked", "派单中" } },
    { "accepted", { "an engineer has taken it", "已接单" } },
    { "en_route", { "the engineer is on the way", "工程师已出发" } },
    { "working", { "being repaired", "处理中" } },
    { "pending_customer", { "waiting for you", "等待您处理" } },
    { "held", { "waiting for parts", "等待备件" } },
    { "resolved", { "repaired: reply accept or reject", "已修复，请回复接受或拒绝" } },
    { "closed", { "closed", "已结单" } },
    { "rejected", { "rejected", "已驳回" } },
    { "duplicate", { "joined to another", "已合并" } },
    { "cancelled", { "cancelled", "已取消" } },
};

const char *
sms_words(enum answer a, bool chinese)
{
    return answers[a][chinese];
}

const char *
sms_state_words(const char *state, bool chinese)
{
    for (size_t i = 0; i < countof(states); i++)
        if (strcmp(states[i].state, state) == 0)
            return states[i].words[chinese];
    return state;
}
