/* phrase.c - tables of what is said and what is understood.
 *
 * What customers ask for in every channel is read by gateways/wish.c; here are the words that only
 * a dialogue has. */
#include "gateways/chat/phrase.h"

#include <stdio.h>

enum { EN, ZH, LANGS };

static const char *const phrases[PHRASES][LANGS] = {
    [PHRASE_NONE] = { "", "" },
    [PHRASE_HELP] = { "Tell me what is broken and I open a ticket. Words I know: status, nudge, "
                      "accept, reject (and why), cancel, new, skip, and 1 to 5 when you are asked "
                      "for a score. With several tickets say the number too.",
                      "请直接描述故障，我来登记。可用的词：进度、催单、满意、没修好（加原因）、取消"
                      "、"
                      "新报障、跳过；评价时回复1到5。有多张单时请带上单号。" },
    [PHRASE_ASK_FAULT] = { "What is broken? One message is enough.", "请描述故障，一条消息即可。" },
    [PHRASE_ASK_SITE] = { "Where is it? The site's name or number (or: skip).",
                          "故障在哪里？请回复站点名称或编号（或回复：跳过）。" },
    [PHRASE_ASK_CATEGORY] = { "What kind of fault is it? Reply with a number (or: skip). {1}",
                              "属于哪一类故障？请回复数字（或回复：跳过）。{1}" },
    [PHRASE_ASK_URGENCY] = { "How urgent is it? 1 work goes on, 2 work has stopped (or: skip).",
                             "影响如何？1 业务基本正常，2 业务中断（或回复：跳过）。" },
    [PHRASE_FILED] = { "Thank you, it is on record. The ticket's number follows.",
                       "谢谢，已登记，工单号随后发送。" },
    [PHRASE_DROPPED] = { "Forgotten. Nothing was reported.", "好的，已放弃，没有登记。" },
    [PHRASE_NOTED] = { "Added to ticket {1}. If it is another fault, say: new",
                       "已补充到工单{1}。如果是另一个故障，请回复：新报障" },
    [PHRASE_NUDGED] = { "Ticket {1}: the engineer is being urged.", "工单{1}：已催单。" },
    [PHRASE_CANCELLED] = { "Ticket {1}: its withdrawal is on record.",
                           "工单{1}：撤单请求已登记。" },
    [PHRASE_APPROVED] = { "Ticket {1}: thank you, accepted.", "工单{1}：感谢确认。" },
    [PHRASE_ASK_WHY] = { "Ticket {1}: what is still wrong?", "工单{1}：请说明还有什么问题。" },
    [PHRASE_REOPENED] = { "Ticket {1}: the work goes on.", "工单{1}：已退回继续处理。" },
    [PHRASE_SCORED] = { "Ticket {1}: thank you for the score.", "工单{1}：感谢评价。" },
    [PHRASE_QUOTE_YES] = { "Ticket {1}: the price is accepted.", "工单{1}：已接受报价。" },
    [PHRASE_QUOTE_NO] = { "Ticket {1}: the price is declined.", "工单{1}：已拒绝报价。" },
    [PHRASE_NO_TICKET] = { "I know of no ticket of yours for that. Tell me what is broken, or say: "
                           "help",
                           "没有找到您的相关工单。请描述故障，或回复：帮助" },
    [PHRASE_WHICH] = { "Which ticket? Say its number behind the word: {1}",
                       "请在词后加上工单号：{1}" },
    [PHRASE_STATUS] = { "{1}", "{1}" },
    [PHRASE_UNREADABLE] = { "I cannot read that (encrypted, or not text). Please write it in "
                            "words, "
                            "unencrypted.",
                            "无法读取该消息（已加密或不是文字），请用不加密的文字发送。" },
    [PHRASE_NO_REASON] = { "rejected without a reason", "客户未说明原因" },
    [PHRASE_COMPLAINED] = { "Ticket {1}: your complaint is recorded. You will be answered.",
                            "工单{1}：您的投诉已登记，我们会尽快答复。" },
    [PHRASE_RESUMED] = { "Ticket {1}: the work can go on.", "工单{1}：可以继续处理。" },
};

static int
lang_of(const char *tag)
{
    return strncmp(tag, "zh", 2) == 0 ? ZH : EN;
}

void
phrase_put(struct buf *out, enum phrase p, const char *lang, const char *one)
{
    struct str rest = str_of(phrases[p][lang_of(lang)]);
    const char *gap = rest.len == 0 ? NULL : strstr(rest.at, "{1}");
    if (gap == NULL) {
        buf_put(out, rest.at, rest.len);
        return;
    }
    buf_put(out, rest.at, (size_t)(gap - rest.at));
    buf_put(out, one, strlen(one));
    buf_put(out, gap + 3, strlen(gap + 3));
}

const char *
phrase_state(const char *state, const char *lang)
{
    static const struct {
        const char *state, *said[LANGS];
    } rows[] = {
        { "received", { "on record", "已受理" } },
        { "triaged", { "on record", "已受理" } },
        { "queued", { "looking for an engineer", "正在派单" } },
        { "offered", { "looking for an engineer", "正在派单" } },
        { "accepted", { "an engineer has it", "工程师已接单" } },
        { "en_route", { "the engineer is on the way", "工程师在途" } },
        { "working", { "being repaired", "处理中" } },
        { "pending_customer", { "waiting for you", "等待您的回复" } },
        { "held", { "waiting for parts or others", "等待备件或第三方" } },
        { "resolved", { "repaired, please accept or reject", "已修复，请回复满意或没修好" } },
        { "closed", { "closed", "已关闭" } },
        { "rejected", { "rejected", "已拒绝" } },
        { "duplicate", { "goes on in another ticket", "已并入其他工单" } },
        { "cancelled", { "cancelled", "已取消" } },
    };
    for (size_t i = 0; i < countof(rows); i++)
        if (strcmp(rows[i].state, state) == 0)
            return rows[i].said[lang_of(lang)];
    return rows[0].said[lang_of(lang)];
}

/* ---- understanding */

/* `more`: the report itself may follow. */
static const struct {
    const char *word;
    enum input input;
    bool more;
} words[] = {
    { "hello", INPUT_HELLO, false }, { "hi", INPUT_HELLO, false },
    { "你好", INPUT_HELLO, false },  { "您好", INPUT_HELLO, false },
    { "在吗", INPUT_HELLO, false },  { "help", INPUT_HELP, false },
    { "帮助", INPUT_HELP, false },   { "new", INPUT_NEW, false },
    { "report", INPUT_NEW, false },  { "新报障", INPUT_NEW, true },
    { "报障", INPUT_NEW, true },     { "报修", INPUT_NEW, true },
    { "skip", INPUT_SKIP, false },   { "跳过", INPUT_SKIP, false },
    { "不知道", INPUT_SKIP, false },
};

static const enum input inputs[WISHES] = {
    [WISH_NUDGE] = INPUT_NUDGE,   [WISH_YES] = INPUT_ACCEPT,    [WISH_NO] = INPUT_REJECT,
    [WISH_REOPEN] = INPUT_REJECT, [WISH_CANCEL] = INPUT_CANCEL, [WISH_SCORE] = INPUT_DIGIT,
    [WISH_STATUS] = INPUT_STATUS,
};

static char
lower(char c)
{
    return (char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
}

static bool
same(struct str a, struct str b)
{
    if (a.len != b.len)
        return false;
    for (size_t i = 0; i < a.len; i++)
        if (lower(a.at[i]) != lower(b.at[i]))
            return false;
    return true;
}

bool
phrase_has(struct str text, struct str word)
{
    for (size_t i = 0; word.len > 0 && i + word.len <= text.len; i++)
        if (same(str_bytes(text.at + i, word.len), word))
            return true;
    return false;
}

static bool
is_own_word(struct understood *u, struct str bare)
{
    struct str rest;
    for (size_t i = 0; i < countof(words); i++)
        if (wish_begins(bare, words[i].word, &rest) && wish_parts(rest) &&
            (words[i].more || rest.len == 0)) {
            u->input = words[i].input;
            u->rest = wish_bare(rest);
            return true;
        }
    return false;
}

struct understood
phrase_understand(struct str text)
{
    struct str all = str_trim(text), bare = wish_bare(all);
    struct understood u = { .input = INPUT_WORDS };
    if (bare.len == 0)
        u.input = all.len > 0 ? INPUT_HELP : INPUT_WORDS; /* "?" and the like */
    else if (bare.len == 1 && bare.at[0] >= '1' && bare.at[0] <= '9') {
        u.input = INPUT_DIGIT;
        u.digit = bare.at[0] - '0';
        u.rest = bare;
    }
    if (bare.len == 0 || u.input != INPUT_WORDS || is_own_word(&u, bare))
        return u;
    const struct wished w = wish_of(all);
    u.wish = w.wish;
    u.input = inputs[w.wish];
    u.digit = (int)w.score;
    memcpy(u.number, w.number, sizeof(u.number));
    u.rest = u.input == INPUT_WORDS ? all : w.rest;
    return u;
}

int
phrase_urgency(struct str text)
{
    static const struct {
        const char *word;
        int level;
    } rows[] = {
        { "不急", 0 },          { "不紧急", 0 },
        { "not urgent", 0 },    { "no hurry", 0 },
        { "一般故障", 0 },      { "work goes on", 0 },
        { "紧急", 1 },          { "严重", 1 },
        { "中断", 1 },          { "瘫痪", 1 },
        { "urgent", 1 },        { "emergency", 1 },
        { "work has stop", 1 }, { "nobody can work", 1 },
    };
    for (size_t i = 0; i < countof(rows); i++)
        if (phrase_has(text, str_of(rows[i].word)))
            return rows[i].level;
    return -1;
}

const char *
phrase_lang(struct str text)
{
    for (size_t i = 0; i + 2 < text.len; i++) {
        const uint8_t *at = (const uint8_t *)text.at + i;
        if (at[0] >= 0xe4 && at[0] <= 0xe9 && (at[1] & 0xc0) == 0x80 && (at[2] & 0xc0) == 0x80)
            return "zh";
    }
    return "en";
}
