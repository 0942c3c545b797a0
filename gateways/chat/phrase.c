/* phrase.c - tables of what is said and what is understood.
 *
 * Invariant: a word that could begin a sentence about a fault ("accept", "取消") is a command only
 * when it stands alone or before a ticket's number. */
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

static const struct {
    const char *word;
    enum input input;
    bool takes_words; /* what follows it is said with it */
} words[] = {
    { "hello", INPUT_HELLO, false },   { "hi", INPUT_HELLO, false },
    { "你好", INPUT_HELLO, false },    { "您好", INPUT_HELLO, false },
    { "在吗", INPUT_HELLO, false },    { "help", INPUT_HELP, false },
    { "?", INPUT_HELP, false },        { "？", INPUT_HELP, false },
    { "帮助", INPUT_HELP, false },     { "new", INPUT_NEW, false },
    { "report", INPUT_NEW, false },    { "新报障", INPUT_NEW, true },
    { "报障", INPUT_NEW, true },       { "报修", INPUT_NEW, true },
    { "skip", INPUT_SKIP, false },     { "跳过", INPUT_SKIP, false },
    { "不知道", INPUT_SKIP, false },   { "status", INPUT_STATUS, false },
    { "进度", INPUT_STATUS, false },   { "状态", INPUT_STATUS, false },
    { "查询", INPUT_STATUS, false },   { "nudge", INPUT_NUDGE, true },
    { "hurry", INPUT_NUDGE, true },    { "催单", INPUT_NUDGE, true },
    { "催", INPUT_NUDGE, false },      { "催一下", INPUT_NUDGE, false },
    { "accept", INPUT_ACCEPT, false }, { "approve", INPUT_ACCEPT, false },
    { "yes", INPUT_ACCEPT, false },    { "ok", INPUT_ACCEPT, false },
    { "满意", INPUT_ACCEPT, false },   { "同意", INPUT_ACCEPT, false },
    { "接受", INPUT_ACCEPT, false },   { "确认", INPUT_ACCEPT, false },
    { "好了", INPUT_ACCEPT, false },   { "reject", INPUT_REJECT, true },
    { "no", INPUT_REJECT, false },     { "不满意", INPUT_REJECT, true },
    { "没修好", INPUT_REJECT, true },  { "不同意", INPUT_REJECT, true },
    { "拒绝", INPUT_REJECT, true },    { "cancel", INPUT_CANCEL, false },
    { "取消", INPUT_CANCEL, false },   { "撤单", INPUT_CANCEL, false },
    { "撤销", INPUT_CANCEL, false },
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

/* Blanks and marks at the front; how many bytes. */
static size_t
marks(struct str s)
{
    static const char *const signs[] = { " ", "\t", "\r", "\n", ",",  ".",  "!",  ":",
                                         ";", "，", "。", "！", "：", "；", "、", "　" };
    size_t len = 0;
    for (size_t i = 0; i < countof(signs); i++) {
        struct str sign = str_of(signs[i]);
        if (str_starts(str_bytes(s.at + len, s.len - len), sign)) {
            len += sign.len;
            i = (size_t)-1; /* from the first sign again */
        }
    }
    return len;
}

static struct str
without_marks(struct str s)
{
    size_t front = marks(s);
    s = str_bytes(s.at + front, s.len - front);
    size_t end = s.len;
    for (size_t i = 0, letter; i < s.len; i += letter) {
        letter = str_letter(str_bytes(s.at + i, s.len - i));
        letter = letter == 0 ? 1 : letter;
        size_t skipped = marks(str_bytes(s.at + i, s.len - i));
        if (skipped > 0 && i + skipped == s.len && end == s.len)
            end = i;
    }
    return str_bytes(s.at, end);
}

/* Letters, ten digits, a check digit: "N-0000000001-2", at the front. */
static bool
take_number(struct str *s, char number[32])
{
    size_t i = 0, digits = 0;
    while (i < s->len && i < 30 && s->at[i] != ' ' && (s->at[i] & 0x80) == 0 && s->at[i] != ',')
        digits += s->at[i] >= '0' && s->at[i] <= '9', i++;
    if (digits < 11 || s->at[i - 2] != '-' || !str_fill(number, 32, str_bytes(s->at, i)))
        return false;
    for (char *c = number; *c != '\0'; c++)
        *c = (char)(*c >= 'a' && *c <= 'z' ? *c - 32 : *c);
    *s = without_marks(str_bytes(s->at + i, s->len - i));
    return true;
}

static bool
begins(struct str text, const char *word, bool takes_words, struct understood *u)
{
    struct str w = str_of(word);
    if (text.len < w.len || !same(str_bytes(text.at, w.len), w))
        return false;
    struct str rest = str_bytes(text.at + w.len, text.len - w.len);
    bool parted = rest.len == 0 || marks(rest) > 0;
    rest = without_marks(rest);
    u->number[0] = '\0';
    if (rest.len > 0 && !take_number(&rest, u->number) && !parted)
        return false;
    u->rest = rest;
    return rest.len == 0 || takes_words;
}

struct understood
phrase_understand(struct str text)
{
    struct understood u = { .input = INPUT_WORDS };
    struct str all = str_trim(text), bare = without_marks(all);
    if (bare.len == 0 && all.len > 0)
        bare = all; /* "?" and the like */
    if (bare.len == 1 && bare.at[0] >= '1' && bare.at[0] <= '9') {
        u.input = INPUT_DIGIT;
        u.digit = bare.at[0] - '0';
        u.rest = bare;
        return u;
    }
    for (size_t i = 0; i < countof(words); i++)
        if (begins(bare, words[i].word, words[i].takes_words, &u)) {
            u.input = words[i].input;
            return u;
        }
    u.number[0] = '\0';
    u.rest = all;
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
