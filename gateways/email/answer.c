/* answer.c - words to verbs, by the state of the ticket.
 *
 * Only the first line counts, and only when it is short: who writes a letter is not read by a
 * table, his words go to the engineer as a note. */
#include "gateways/email/answer.h"

#include <strings.h>

enum { SHORT = 60 }; /* bytes of a line that may be a command and words */

enum meaning { NUDGE, YES, NO, REOPEN, CANCEL, RESUME, NOTE };

/* Longer words first where one begins another: 不同意 before 同意. */
static const struct {
    const char *words;
    enum meaning meaning;
} table[] = {
    { "备注", NOTE },
    { "note", NOTE },
    { "催单", NUDGE },
    { "催一下", NUDGE },
    { "加急", NUDGE },
    { "尽快", NUDGE },
    { "请尽快", NUDGE },
    { "催", NUDGE },
    { "nudge", NUDGE },
    { "hurry", NUDGE },
    { "any news", NUDGE },
    { "urgent", NUDGE },
    { "不同意", NO },
    { "不接受", NO },
    { "拒绝", NO },
    { "不行", NO },
    { "decline", NO },
    { "reject", NO },
    { "no", NO },
    { "没修好", REOPEN },
    { "没有修好", REOPEN },
    { "未修好", REOPEN },
    { "还没好", REOPEN },
    { "没解决", REOPEN },
    { "未解决", REOPEN },
    { "没有解决", REOPEN },
    { "重开", REOPEN },
    { "重新打开", REOPEN },
    { "又坏了", REOPEN },
    { "reopen", REOPEN },
    { "not fixed", REOPEN },
    { "not solved", REOPEN },
    { "still broken", REOPEN },
    { "not resolved", REOPEN },
    { "同意", YES },
    { "确认", YES },
    { "接受", YES },
    { "已修好", YES },
    { "修好了", YES },
    { "已解决", YES },
    { "通过", YES },
    { "验收通过", YES },
    { "好的", YES },
    { "可以", YES },
    { "approve", YES },
    { "approved", YES },
    { "accept", YES },
    { "accepted", YES },
    { "confirmed", YES },
    { "fixed", YES },
    { "yes", YES },
    { "ok", YES },
    { "取消", CANCEL },
    { "撤单", CANCEL },
    { "cancel", CANCEL },
    { "withdraw", CANCEL },
    { "继续", RESUME },
    { "resume", RESUME },
    { "go on", RESUME },
};

/* What a meaning is in a state; the first row that fits. NULL: any other state. */
static const struct {
    enum meaning meaning;
    const char *state, *verb;
} verbs[] = {
    { NUDGE, NULL, "nudge" },
    { YES, "resolved", "approve" },
    { YES, "pending_customer", "quote_accept" },
    { YES, NULL, "approve" },
    { NO, "resolved", "reopen" },
    { NO, "closed", "reopen" },
    { NO, "rejected", "appeal" },
    { NO, "pending_customer", "quote_decline" },
    { NO, NULL, "note" },
    { REOPEN, "rejected", "appeal" },
    { REOPEN, "resolved", "reopen" },
    { REOPEN, "closed", "reopen" },
    { REOPEN, "", "reopen" },
    { REOPEN, NULL, "nudge" },
    { CANCEL, NULL, "cancel" },
    { RESUME, NULL, "resume" },
    { NOTE, NULL, "note" },
};

static bool
is_word_end(struct str rest)
{
    if (rest.len == 0)
        return true;
    unsigned char c = (unsigned char)rest.at[0];
    return !((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'));
}

/* Does the line begin with the words? Of an English word the end must be one. */
static bool
begins_so(struct str line, const char *words)
{
    size_t len = strlen(words);
    if (line.len < len || strncasecmp(line.at, words, len) != 0)
        return false;
    return (words[0] & 0x80) != 0 || is_word_end(str_bytes(line.at + len, line.len - len));
}

static struct str
first_line(struct str words)
{
    words = str_trim(words);
    return str_trim(str_cut(&words, '\n'));
}

/* "5", "5分", "score 5", "评分：5", "5/5" */
static int64_t
score_of(struct str line)
{
    static const char *const heads[] = { "score", "评分", "打分", "满意度" };
    for (size_t i = 0; i < countof(heads); i++) {
        size_t len = strlen(heads[i]);
        if (line.len > len && strncasecmp(line.at, heads[i], len) == 0)
            line = str_trim(str_bytes(line.at + len, line.len - len));
    }
    if (str_starts(line, STR("：")))
        line = str_trim(str_bytes(line.at + 3, line.len - 3));
    else if (line.len > 0 && (line.at[0] == ':' || line.at[0] == '='))
        line = str_trim(str_bytes(line.at + 1, line.len - 1));
    if (line.len == 0 || line.at[0] < '1' || line.at[0] > '5')
        return 0;
    struct str rest = str_bytes(line.at + 1, line.len - 1);
    bool whole = rest.len == 0 || str_is(rest, "分") || str_is(rest, "/5") || str_is(rest, ".") ||
                 rest.at[0] == ' ' || str_starts(rest, STR("分")) || rest.at[0] == ',';
    return whole ? line.at[0] - '0' : 0;
}

static const char *
verb_of(enum meaning meaning, const char *state)
{
    for (size_t i = 0; i < countof(verbs); i++)
        if (verbs[i].meaning == meaning &&
            (verbs[i].state == NULL || strcmp(verbs[i].state, state) == 0))
            return verbs[i].verb;
    return "note";
}

struct answer
answer_of(struct str words, const char *state)
{
    struct str line = first_line(words);
    bool over = strcmp(state, "closed") == 0 || state[0] == '\0';
    int64_t score = line.len <= SHORT && over ? score_of(line) : 0;
    if (score > 0)
        return (struct answer){ "survey_answer", score };
    for (size_t i = 0; line.len <= SHORT && i < countof(table); i++)
        if (begins_so(line, table[i].words))
            return (struct answer){ verb_of(table[i].meaning, state), 0 };
    return (struct answer){ "note", 0 };
}
