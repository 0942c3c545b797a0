/* code.c - the words, the codes, and which verb each is. */
#include "gateways/sms/code.h"

#include <string.h>

/* ---- text as it is compared */

/* One plain form: full-width ASCII becomes ASCII, 。 and 、 blanks. */
static void
plain(struct buf *out, struct str text)
{
    for (size_t len; text.len > 0; text = str_bytes(text.at + len, text.len - len)) {
        len = str_letter(text);
        const uint8_t *b = (const uint8_t *)text.at;
        uint32_t c =
            len == 3 ? (uint32_t)(b[0] & 15) << 12 | (uint32_t)(b[1] & 63) << 6 | (b[2] & 63) : 0;
        len = len == 0 ? 1 : len;
        if (c >= 0xff01 && c <= 0xff5e)
            c -= 0xfee0;
        else if (c == 0x3000 || c == 0x3001 || c == 0x3002)
            c = ' ';
        else
            c = len == 1 ? b[0] : 0;
        if (c == 0)
            buf_put(out, b, len);
        else
            buf_put_u8(out, (uint8_t)c);
    }
}

static bool
is_mark(char c)
{
    return c != '\0' && strchr(" \n\t.,;:!?#-", c) != NULL;
}

static struct str
skip_marks(struct str s)
{
    while (s.len > 0 && is_mark(s.at[0]))
        s = str_bytes(s.at + 1, s.len - 1);
    return s;
}

/* Without marks at both ends. */
static struct str
bare(struct str s)
{
    s = skip_marks(s);
    while (s.len > 0 && is_mark(s.at[s.len - 1]))
        s.len--;
    return s;
}

static void
fill(char *to, size_t size, struct str from)
{
    size_t used = 0;
    for (size_t len; from.len > 0; from = str_bytes(from.at + len, from.len - len)) {
        len = str_letter(from);
        if (len == 0 || used + len >= size)
            break;
        memcpy(to + used, from.at, len);
        used += len;
    }
    to[used] = '\0';
}

static struct str
after(struct str s, size_t bytes)
{
    return str_bytes(s.at + bytes, s.len - bytes);
}

static char
small(char c)
{
    return (char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
}

/* Capitals in `s` make no difference. */
static bool
starts(struct str s, const char *word)
{
    for (size_t i = 0; word[i] != '\0'; i++)
        if (i == s.len || small(s.at[i]) != word[i])
            return false;
    return true;
}

static bool
is(struct str s, const char *word)
{
    return s.len == strlen(word) && starts(s, word);
}

/* Does `s` begin with this word, and does the word end there? Chinese words need no blank after
 * them. */
static bool
begins(struct str s, const char *word)
{
    size_t len = strlen(word);
    if (!starts(s, word))
        return false;
    return s.len == len || (uint8_t)word[len - 1] >= 0x80 || is_mark(s.at[len]);
}

/* ---- engineers */

static const struct {
    const char *word;
    enum crew_code code;
} crew_words[] = {
    { "accept", CREW_ACCEPT }, { "a", CREW_ACCEPT },        { "接单", CREW_ACCEPT },
    { "接", CREW_ACCEPT },     { "decline", CREW_DECLINE }, { "d", CREW_DECLINE },
    { "拒单", CREW_DECLINE },  { "拒", CREW_DECLINE },      { "go", CREW_GO },
    { "g", CREW_GO },          { "出发", CREW_GO },         { "arrived", CREW_COME },
    { "c", CREW_COME },        { "到场", CREW_COME },       { "到", CREW_COME },
    { "w", CREW_WORK },        { "工作", CREW_WORK },       { "resolved", CREW_RESOLVE },
    { "r", CREW_RESOLVE },     { "修复", CREW_RESOLVE },    { "好", CREW_RESOLVE },
};
static const char *const list_words[] = { "?", "list", "l", "列表", "帮助", "help" };

static const struct {
    const char *word, *reason;
} reason_words[] = {
    { "busy", "busy" },     { "忙", "busy" },     { "far", "far" },     { "远", "far" },
    { "skill", "skill" },   { "技能", "skill" },  { "parts", "parts" }, { "备件", "parts" },
    { "缺件", "parts" },    { "shift", "shift" }, { "下班", "shift" },  { "conflict", "conflict" },
    { "回避", "conflict" }, { "unfit", "unfit" }, { "病", "unfit" },
};

static const char *const crew_verbs[CREW_CODES][ORDERS] = {
    [CREW_ACCEPT] = { "accept", "take_over", "join_in" },
    [CREW_DECLINE] = { "decline", "step_back", "step_back" },
    [CREW_GO] = { "depart", "depart", NULL },
    [CREW_COME] = { "arrive", "arrive", NULL },
    [CREW_WORK] = { "work", "work", NULL },
    [CREW_RESOLVE] = { "resolve", "resolve", NULL },
};

const char *
sms_crew_verb(enum crew_code code, enum order order)
{
    return crew_verbs[code][order];
}

static const char *
reason_of(struct str rest)
{
    for (size_t i = 0; i < countof(reason_words); i++)
        if (starts(rest, reason_words[i].word))
            return reason_words[i].reason;
    return "busy";
}

/* 1 .. 99; 0: no number. `s` goes on behind it. */
static unsigned
cut_number(struct str *s)
{
    unsigned n = 0;
    size_t i = 0;
    for (; i < s->len && i < 3 && s->at[i] >= '0' && s->at[i] <= '9'; i++)
        n = n * 10 + (unsigned)(s->at[i] - '0');
    if (i == 0 || i == 3)
        return 0;
    *s = after(*s, i);
    return n;
}

struct crew_said
sms_crew_code(struct str text)
{
    struct crew_said said = { .reason = "busy" };
    struct buf b = { 0 };
    plain(&b, text);
    struct str s = str_trim(buf_str(&b));
    for (size_t i = 0; i < countof(list_words); i++)
        if (is(s, list_words[i]))
            said.code = CREW_LIST;
    said.number = said.code == CREW_NONE ? cut_number(&s) : 0;
    s = skip_marks(s);
    for (size_t i = 0; i < countof(crew_words) && said.number > 0 && said.code == CREW_NONE; i++) {
        if (!begins(s, crew_words[i].word))
            continue;
        struct str rest = bare(after(s, strlen(crew_words[i].word)));
        said.code = crew_words[i].code;
        fill(said.rest, sizeof(said.rest), rest);
        said.reason = reason_of(rest);
    }
    buf_fini(&b);
    return said;
}

/* ---- customers */

/* `more`: words may follow; without it the message is this word, or this word and a ticket's
 * number. Longer words stand before their beginnings. */
static const struct {
    const char *word;
    enum wish wish;
    bool more;
} customer_words[] = {
    { "催单", WISH_NUDGE, true },
    { "催促", WISH_NUDGE, true },
    { "催一下", WISH_NUDGE, true },
    { "nudge", WISH_NUDGE, true },
    { "urge", WISH_NUDGE, false },
    { "hurry", WISH_NUDGE, false },
    { "接受", WISH_YES, false },
    { "同意", WISH_YES, false },
    { "满意", WISH_YES, false },
    { "已修好", WISH_YES, false },
    { "修好了", WISH_YES, false },
    { "好了", WISH_YES, false },
    { "accept", WISH_YES, false },
    { "approve", WISH_YES, false },
    { "agree", WISH_YES, false },
    { "yes", WISH_YES, false },
    { "y", WISH_YES, false },
    { "ok", WISH_YES, false },
    { "拒绝", WISH_NO, true },
    { "不同意", WISH_NO, true },
    { "不接受", WISH_NO, true },
    { "没修好", WISH_NO, true },
    { "未修好", WISH_NO, true },
    { "reject", WISH_NO, true },
    { "decline", WISH_NO, false },
    { "no", WISH_NO, false },
    { "n", WISH_NO, false },
    { "取消", WISH_CANCEL, false },
    { "撤销", WISH_CANCEL, false },
    { "cancel", WISH_CANCEL, false },
    { "补充", WISH_NOTE, true },
    { "note", WISH_NOTE, true },
    { "投诉", WISH_COMPLAIN, true },
    { "complain", WISH_COMPLAIN, true },
    { "complaint", WISH_COMPLAIN, true },
    { "进度", WISH_STATUS, false },
    { "查询", WISH_STATUS, false },
    { "status", WISH_STATUS, false },
};

static const struct {
    enum wish wish;
    const char *state, *verb; /* state NULL: every other; verb NULL: not in this one */
} customer_verbs[] = {
    { WISH_YES, "resolved", "approve" },
    { WISH_YES, "pending_customer", "quote_accept" },
    { WISH_NO, "resolved", "reopen" },
    { WISH_NO, "closed", "reopen" },
    { WISH_NO, "pending_customer", "quote_decline" },
    { WISH_NO, "rejected", "appeal" },
    { WISH_SCORE, "closed", "survey_answer" },
    { WISH_NUDGE, "closed", NULL },
    { WISH_NUDGE, "rejected", NULL },
    { WISH_NUDGE, "duplicate", NULL },
    { WISH_NUDGE, "cancelled", NULL },
    { WISH_NUDGE, NULL, "nudge" },
    { WISH_CANCEL, "closed", NULL },
    { WISH_CANCEL, "rejected", NULL },
    { WISH_CANCEL, "duplicate", NULL },
    { WISH_CANCEL, "cancelled", NULL },
    { WISH_CANCEL, NULL, "cancel" },
    { WISH_NOTE, NULL, "note" },
    { WISH_COMPLAIN, NULL, "complain" },
};

const char *
sms_customer_verb(enum wish wish, const char *state)
{
    for (size_t i = 0; i < countof(customer_verbs); i++)
        if (customer_verbs[i].wish == wish &&
            (customer_verbs[i].state == NULL || strcmp(customer_verbs[i].state, state) == 0))
            return customer_verbs[i].verb;
    return NULL;
}

bool
sms_wants_note(const char *verb)
{
    static const char *const verbs[] = { "reopen", "quote_decline", "appeal", "note", "complain" };
    for (size_t i = 0; i < countof(verbs); i++)
        if (strcmp(verb, verbs[i]) == 0)
            return true;
    return false;
}

/* "N1-0123456789-4": letters and digits, a dash, ten digits, a dash, one. How long; 0: none. */
static size_t
ticket_number(struct str s)
{
    size_t code = 0;
    while (code < s.len && code < 8 &&
           ((small(s.at[code]) >= 'a' && small(s.at[code]) <= 'z') ||
            (s.at[code] >= '0' && s.at[code] <= '9')))
        code++;
    if (code == 0 || s.len < code + 13 || s.at[code] != '-' || s.at[code + 11] != '-')
        return 0;
    for (size_t i = 1; i <= 12; i++)
        if (i != 11 && (s.at[code + i] < '0' || s.at[code + i] > '9'))
            return 0;
    return code + 13;
}

static void
take_number(struct customer_said *said, struct str *s)
{
    *s = skip_marks(*s);
    size_t len = ticket_number(*s);
    if (len == 0)
        return;
    fill(said->number, sizeof(said->number), str_bytes(s->at, len));
    *s = skip_marks(after(*s, len));
}

static bool
take_score(struct customer_said *said, struct str s)
{
    static const char *const tails[] = { "", "分", "星" };
    if (s.len == 0 || s.at[0] < '1' || s.at[0] > '5')
        return false;
    for (size_t i = 0; i < countof(tails); i++)
        if (str_is(after(s, 1), tails[i])) {
            said->wish = WISH_SCORE;
            said->score = s.at[0] - '0';
            return true;
        }
    return false;
}

struct customer_said
sms_customer_code(struct str text)
{
    struct customer_said said = { 0 };
    struct buf b = { 0 };
    plain(&b, text);
    struct str s = bare(buf_str(&b));
    take_number(&said, &s);
    bool scored = take_score(&said, s);
    for (size_t i = 0; i < countof(customer_words) && !scored && said.wish == WISH_NONE; i++) {
        if (!begins(s, customer_words[i].word))
            continue;
        struct str rest = after(s, strlen(customer_words[i].word));
        struct customer_said with = said;
        take_number(&with, &rest);
        rest = bare(rest);
        if (rest.len > 0 && !customer_words[i].more)
            continue;
        said = with;
        said.wish = customer_words[i].wish;
        fill(said.rest, sizeof(said.rest), rest);
    }
    if (said.wish == WISH_NONE && said.number[0] != '\0' && s.len > 0) {
        said.wish = WISH_NOTE; /* his ticket's number, then words */
        fill(said.rest, sizeof(said.rest), s);
    }
    if (said.wish == WISH_NONE && said.number[0] != '\0')
        said.wish = WISH_STATUS;
    buf_fini(&b);
    return said;
}
