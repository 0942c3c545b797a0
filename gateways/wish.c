/* wish.c - the words, and which verb each is by the state of the ticket.
 *
 * Invariant: a word that could begin a sentence about a fault ("accept", "取消") is a wish only
 * when it stands alone; and no verb is given that the ticket's life refuses
 * (tests/gateway/wish_test.c holds the table against it). */
#include "gateways/wish.h"

/* ---- letters as they are compared */

/* The letter at the front of `s`, narrow, and how many bytes it takes. 。、 and their like are
 * blanks. No letter: a byte by itself, which is none of ours. */
static uint32_t
narrow(struct str s, size_t *len)
{
    const uint8_t *b = (const uint8_t *)s.at;
    *len = str_letter(s);
    uint32_t c = *len == 1 ? b[0] : 0xfffd;
    if (*len == 3)
        c = (uint32_t)(b[0] & 15) << 12 | (uint32_t)(b[1] & 63) << 6 | (b[2] & 63);
    if (*len == 0)
        *len = 1;
    if (c >= 0xff01 && c <= 0xff5e)
        c -= 0xfee0;
    return c >= 0x3000 && c <= 0x3002 ? ' ' : c;
}

static uint32_t
letter(struct str s, size_t *len)
{
    uint32_t c = narrow(s, len);
    return c >= 'A' && c <= 'Z' ? c | 32 : c;
}

static bool
is_mark(uint32_t c)
{
    return c < 0x80 && c != 0 && strchr(" \t\r\n.,;:!?#-~", (int)c) != NULL;
}

static struct str
after(struct str s, size_t len)
{
    return str_bytes(s.at + len, s.len - len);
}

void
wish_put_narrow(struct buf *out, struct str s)
{
    for (size_t len; s.len > 0; s = after(s, len)) {
        uint32_t c = narrow(s, &len);
        if (c < 0x80)
            buf_put_u8(out, (uint8_t)c);
        else
            buf_put(out, s.at, len);
    }
}

static bool
begins_with_mark(struct str s, size_t *len)
{
    return s.len > 0 && is_mark(letter(s, len));
}

bool
wish_parts(struct str s)
{
    size_t len;
    return s.len == 0 || begins_with_mark(s, &len);
}

struct str
wish_bare(struct str s)
{
    size_t end = 0;
    for (size_t len; begins_with_mark(s, &len);)
        s = after(s, len);
    for (size_t at = 0, len; at < s.len; at += len)
        if (!is_mark(letter(after(s, at), &len)))
            end = at + len;
    return str_bytes(s.at, end);
}

bool
wish_begins(struct str s, const char *word, struct str *rest)
{
    struct str w = str_of(word);
    for (size_t of_s, of_w; w.len > 0; s = after(s, of_s), w = after(w, of_w))
        if (s.len == 0 || letter(s, &of_s) != letter(w, &of_w))
            return false;
    *rest = s;
    return true;
}

static bool
is(struct str s, const char *word)
{
    struct str rest;
    return wish_begins(s, word, &rest) && rest.len == 0;
}

static bool
is_digit(uint32_t c)
{
    return c >= '0' && c <= '9';
}

/* "N1-0123456789-4": up to eight letters and digits, a dash, ten digits, a dash, a digit. */
bool
wish_cut_number(struct str *s, char number[32])
{
    char read[32];
    size_t count = 0, code = 0, len;
    struct str rest = *s;
    for (; rest.len > 0 && count < 22; rest = after(rest, len), count++) {
        uint32_t c = letter(rest, &len);
        if (!is_digit(c) && (c < 'a' || c > 'z') && c != '-')
            break;
        if (c == '-' && code == 0)
            code = count;
        read[count] = (char)(c >= 'a' && c <= 'z' ? c - 32 : c);
    }
    if (code == 0 || code > 8 || count != code + 13 || read[code + 11] != '-')
        return false;
    for (size_t i = code + 1; i < count; i++)
        if (i != code + 11 && !is_digit((uint8_t)read[i]))
            return false;
    read[count] = '\0';
    memcpy(number, read, count + 1);
    *s = rest;
    return true;
}

/* ---- words */

/* What may follow a word besides a ticket's number and thanks. */
enum tail {
    ALONE,  /* nothing: "accept payments does not work" is a fault */
    MARKED, /* words behind a mark: "取消，好了" */
    PARTED, /* words behind a blank or a mark: "reject still leaking" */
    ANY     /* words, unparted too: "没修好还在漏" */
};

/* Of several that fit the longest counts. */
static const struct {
    const char *word;
    enum wish wish;
    enum tail tail;
} words[] = {
    { "催单", WISH_NUDGE, ANY },
    { "催促", WISH_NUDGE, ANY },
    { "催一下", WISH_NUDGE, ANY },
    { "催", WISH_NUDGE, MARKED },
    { "加急", WISH_NUDGE, ALONE },
    { "尽快", WISH_NUDGE, MARKED },
    { "请尽快", WISH_NUDGE, MARKED },
    { "nudge", WISH_NUDGE, PARTED },
    { "urge", WISH_NUDGE, ALONE },
    { "urgent", WISH_NUDGE, ALONE },
    { "hurry", WISH_NUDGE, MARKED },
    { "hurry up", WISH_NUDGE, MARKED },
    { "any news", WISH_NUDGE, MARKED },
    { "接受", WISH_YES, ALONE },
    { "同意", WISH_YES, ALONE },
    { "满意", WISH_YES, ALONE },
    { "确认", WISH_YES, ALONE },
    { "通过", WISH_YES, ALONE },
    { "验收通过", WISH_YES, ALONE },
    { "可以", WISH_YES, ALONE },
    { "好的", WISH_YES, ALONE },
    { "好了", WISH_YES, ALONE },
    { "修好了", WISH_YES, ALONE },
    { "已修好", WISH_YES, ALONE },
    { "已解决", WISH_YES, ALONE },
    { "accept", WISH_YES, ALONE },
    { "accepted", WISH_YES, ALONE },
    { "agree", WISH_YES, ALONE },
    { "agreed", WISH_YES, ALONE },
    { "approve", WISH_YES, ALONE },
    { "approved", WISH_YES, ALONE },
    { "confirm", WISH_YES, ALONE },
    { "confirmed", WISH_YES, ALONE },
    { "fixed", WISH_YES, ALONE },
    { "yes", WISH_YES, ALONE },
    { "y", WISH_YES, ALONE },
    { "ok", WISH_YES, ALONE },
    { "拒绝", WISH_NO, PARTED },
    { "不同意", WISH_NO, ANY },
    { "不接受", WISH_NO, PARTED },
    { "不满意", WISH_NO, ANY },
    { "不行", WISH_NO, MARKED },
    { "reject", WISH_NO, PARTED },
    { "decline", WISH_NO, PARTED },
    { "no", WISH_NO, ALONE },
    { "n", WISH_NO, ALONE },
    { "没修好", WISH_REOPEN, ANY },
    { "没有修好", WISH_REOPEN, ANY },
    { "未修好", WISH_REOPEN, ANY },
    { "还没好", WISH_REOPEN, ANY },
    { "没解决", WISH_REOPEN, ANY },
    { "没有解决", WISH_REOPEN, ANY },
    { "未解决", WISH_REOPEN, ANY },
    { "又坏了", WISH_REOPEN, MARKED },
    { "重开", WISH_REOPEN, MARKED },
    { "重新打开", WISH_REOPEN, MARKED },
    { "reopen", WISH_REOPEN, PARTED },
    { "not fixed", WISH_REOPEN, PARTED },
    { "not solved", WISH_REOPEN, PARTED },
    { "not resolved", WISH_REOPEN, PARTED },
    { "still broken", WISH_REOPEN, PARTED },
    { "取消", WISH_CANCEL, MARKED },
    { "撤单", WISH_CANCEL, MARKED },
    { "撤销", WISH_CANCEL, MARKED },
    { "cancel", WISH_CANCEL, MARKED },
    { "withdraw", WISH_CANCEL, MARKED },
    { "继续", WISH_RESUME, MARKED },
    { "resume", WISH_RESUME, MARKED },
    { "go on", WISH_RESUME, MARKED },
    { "补充", WISH_NOTE, ANY },
    { "备注", WISH_NOTE, ANY },
    { "note", WISH_NOTE, PARTED },
    { "投诉", WISH_COMPLAIN, ANY },
    { "complain", WISH_COMPLAIN, PARTED },
    { "complaint", WISH_COMPLAIN, PARTED },
    { "进度", WISH_STATUS, ALONE },
    { "状态", WISH_STATUS, ALONE },
    { "查询", WISH_STATUS, ALONE },
    { "status", WISH_STATUS, ALONE },
};

static bool
is_thanks(struct str s)
{
    static const char *const thanks[] = { "谢谢", "多谢", "辛苦了", "thanks", "thank you" };
    for (size_t i = 0; i < countof(thanks); i++)
        if (is(s, thanks[i]))
            return true;
    return s.len == 0;
}

static bool
may_follow(enum tail tail, struct str rest)
{
    size_t len;
    bool mark = begins_with_mark(rest, &len);
    switch (tail) {
    case ALONE:
        return false;
    case MARKED:
        return mark && rest.at[0] != ' ' && rest.at[0] != '\t';
    case PARTED:
        return mark;
    case ANY:
        return true;
    }
    return false;
}

/* The word, a number, what follows. `w` is filled when it fits. */
static bool
read_word(struct wished *w, size_t i, struct str s)
{
    struct str rest;
    struct wished with = *w;
    if (!wish_begins(s, words[i].word, &rest) ||
        (!wish_parts(rest) && (words[i].word[0] & 0x80) == 0))
        return false;
    struct str numbered = wish_bare(rest), own = rest;
    bool named = wish_cut_number(&numbered, with.number);
    if (named)
        own = numbered;
    struct str bare = wish_bare(own);
    bool thanks = is_thanks(bare) && (bare.len == 0 || wish_parts(own));
    if (!thanks && !may_follow(words[i].tail, own))
        return false;
    with.wish = words[i].wish;
    with.rest = thanks ? (struct str){ 0 } : bare;
    *w = with;
    return true;
}

static bool
read_words(struct wished *w, struct str s)
{
    size_t longest = 0;
    const struct wished before = *w;
    for (size_t i = 0; i < countof(words); i++) {
        struct wished read = before;
        if (strlen(words[i].word) > longest && read_word(&read, i, s)) {
            longest = strlen(words[i].word);
            *w = read;
        }
    }
    return longest > 0;
}

/* "5", "5分", "5/5", "score 5", "评分：5"; behind a 分, or what was said before it, his own words.
 */
static bool
read_score(struct wished *w, struct str s)
{
    static const char *const heads[] = { "score", "评分", "打分", "满意度" };
    static const char *const units[] = { "分", "星", "/5" };
    struct str rest = s;
    bool said = false;
    for (size_t i = 0; i < countof(heads) && !said; i++)
        said = wish_begins(s, heads[i], &rest);
    rest = wish_bare(rest);
    size_t len = 0;
    uint32_t digit = rest.len == 0 ? 0 : letter(rest, &len);
    if (digit < '1' || digit > '5')
        return false;
    rest = after(rest, len);
    for (size_t i = 0; i < countof(units); i++)
        said = wish_begins(rest, units[i], &rest) || said;
    struct str bare = wish_bare(rest);
    if (!wish_parts(rest) || (!said && !is_thanks(bare)))
        return false;
    w->wish = WISH_SCORE;
    w->score = digit - '0';
    w->rest = bare;
    return true;
}

struct wished
wish_of(struct str text)
{
    struct wished w = { .rest = str_trim(text) };
    struct str s = wish_bare(text);
    bool named = wish_cut_number(&s, w.number);
    s = wish_bare(s);
    if (read_score(&w, s) || read_words(&w, s) || !named)
        return w;
    w.wish = s.len > 0 ? WISH_NOTE : WISH_STATUS; /* his ticket's number, and what he says of it */
    w.rest = s;
    return w;
}

/* ---- verbs */

static const struct {
    enum wish wish;
    const char *state, *verb; /* state NULL: every other; verb NULL: not in this one */
} verbs[] = {
    { WISH_YES, "resolved", "approve" },
    { WISH_YES, "pending_customer", "quote_accept" },
    { WISH_NO, "resolved", "reopen" },
    { WISH_NO, "closed", "reopen" },
    { WISH_NO, "rejected", "appeal" },
    { WISH_NO, "pending_customer", "quote_decline" },
    { WISH_REOPEN, "resolved", "reopen" },
    { WISH_REOPEN, "closed", "reopen" },
    { WISH_REOPEN, "rejected", "appeal" },
    { WISH_REOPEN, "duplicate", NULL },
    { WISH_REOPEN, "cancelled", NULL },
    { WISH_REOPEN, NULL, "nudge" },
    { WISH_NUDGE, "resolved", NULL },
    { WISH_NUDGE, "closed", NULL },
    { WISH_NUDGE, "rejected", NULL },
    { WISH_NUDGE, "duplicate", NULL },
    { WISH_NUDGE, "cancelled", NULL },
    { WISH_NUDGE, NULL, "nudge" },
    { WISH_CANCEL, "resolved", NULL },
    { WISH_CANCEL, "closed", NULL },
    { WISH_CANCEL, "rejected", NULL },
    { WISH_CANCEL, "duplicate", NULL },
    { WISH_CANCEL, "cancelled", NULL },
    { WISH_CANCEL, NULL, "cancel" },
    { WISH_RESUME, "pending_customer", "resume" },
    { WISH_SCORE, "closed", "survey_answer" },
    { WISH_NOTE, NULL, "note" },
    { WISH_COMPLAIN, NULL, "complain" },
};

const char *
wish_verb(enum wish wish, const char *state)
{
    for (size_t i = 0; i < countof(verbs); i++)
        if (verbs[i].wish == wish && (verbs[i].state == NULL || strcmp(verbs[i].state, state) == 0))
            return verbs[i].verb;
    return NULL;
}

const char *
wish_state(enum wish wish)
{
    static const char *const states[WISHES] = {
        [WISH_YES] = "resolved",    [WISH_NO] = "resolved",
        [WISH_REOPEN] = "resolved", [WISH_RESUME] = "pending_customer",
        [WISH_SCORE] = "closed",
    };
    return states[wish] == NULL ? "working" : states[wish];
}

bool
wish_wants_words(const char *verb)
{
    static const char *const wanting[] = { "reopen", "quote_decline", "appeal", "note",
                                           "complain" };
    for (size_t i = 0; i < countof(wanting); i++)
        if (strcmp(verb, wanting[i]) == 0)
            return true;
    return false;
}
