/* code.c - an engineer's codes, and which verb each is. */
#include "gateways/sms/code.h"

#include "gateways/wish.h"

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
        if (wish_begins(rest, reason_words[i].word, &rest))
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
    *s = str_bytes(s->at + i, s->len - i);
    return n;
}

/* Chinese words need no blank after them. */
static bool
is_code(struct str s, const char *word, struct str *rest)
{
    return wish_begins(s, word, rest) && ((word[0] & 0x80) != 0 || wish_parts(*rest));
}

struct crew_said
sms_crew_code(struct str text)
{
    struct crew_said said = { .reason = "busy" };
    struct buf b = { 0 };
    struct str rest;
    wish_put_narrow(&b, text);
    struct str s = str_trim(buf_str(&b));
    for (size_t i = 0; i < countof(list_words); i++)
        if (wish_begins(s, list_words[i], &rest) && rest.len == 0)
            said.code = CREW_LIST;
    said.number = said.code == CREW_NONE ? cut_number(&s) : 0;
    s = wish_bare(s);
    for (size_t i = 0; i < countof(crew_words) && said.number > 0 && said.code == CREW_NONE; i++) {
        if (!is_code(s, crew_words[i].word, &rest))
            continue;
        rest = wish_bare(rest);
        said.code = crew_words[i].code;
        fill(said.rest, sizeof(said.rest), rest);
        said.reason = reason_of(rest);
    }
    buf_fini(&b);
    return said;
}
