/* reply.c - tables of the lines that end what a person has written himself.
 *
 * A line is compared without blanks at its ends, ASCII letters in either case. */
#include "gateways/email/reply.h"

#include <strings.h>

/* A line that begins so introduces the quoted mail. */
static const char *const begins[] = {
    "-----original message",
    "----- original message",
    "-----原始邮件",
    "----- 原始邮件",
    "------------------ 原始邮件",
    "------------------ original",
    "------------------原始邮件",
    "-----邮件原件",
    "-----原邮件",
    "---原始邮件",
    "----回复的原邮件",
    "---- 回复的原邮件",
    "-----ursprüngliche nachricht",
    "-------- original message",
    "-------- 原始邮件",
    "-------- 原邮件",
    "-----forwarded message",
    "---------- forwarded message",
    "---------- 转发的邮件",
    "-----reply message",
    "________________________________",
    "-----原始郵件",
    "----- 原始郵件",
};

/* Such a line is the introduction when it begins and ends so; it may be folded twice. */
static const struct {
    const char *begin, *end;
} wraps[] = {
    { "on ", "wrote:" },    { "on ", "writes:" },  { "在", "写道：" },   { "在", "写道:" },
    { "于", "写道：" },     { "于", "写道:" },     { "在", "寫道：" },   { "於", "寫道：" },
    { "20", "写道：" },     { "20", "写道:" },     { "20", "寫道：" },   { "at ", "写道：" },
    { "at ", "写道:" },     { "am ", "schrieb:" }, { "le ", "écrit :" }, { "le ", "écrit:" },
    { "el ", "escribió:" }, { "", "<wrote>:" },
};

/* Two of these within a few lines are a quoted mail's header. */
static const char *const fields[] = {
    "from:",      "sent:",     "to:",        "date:",    "subject:", "cc:",      "发件人:",
    "发件人：",   "发送时间:", "发送时间：", "收件人:",  "收件人：", "主题:",    "主题：",
    "抄送:",      "抄送：",    "日期:",      "日期：",   "寄件者:",  "寄件者：", "收件者:",
    "收件者：",   "主旨:",     "主旨：",     "发自:",    "时间:",    "时间：",   "寄件日期:",
    "寄件日期：", "von:",      "an:",        "betreff:",
};

/* A signature begins. */
static const char *const signatures[] = {
    "sent from my ",
    "sent from mail for",
    "sent from outlook",
    "get outlook for",
    "发自我的",
    "发自 ",
    "发自手机",
    "来自我的",
    "从我的",
    "傳送自我的",
    "从 windows 版邮件发送",
    "由 outlook",
    "发送自我的",
    "本邮件来自",
    "从网易",
    "发自网易",
    "发自foxmail",
    "发自 foxmail",
};

static bool
begins_with(struct str line, const char *head)
{
    if (line.len > 0 && head[0] != '\0' && ((line.at[0] ^ head[0]) & ~0x20) != 0)
        return false; /* most are told apart so, and there are a hundred for every line */
    size_t len = strlen(head);
    return line.len >= len && strncasecmp(line.at, head, len) == 0;
}

static bool
ends_with(struct str line, const char *tail)
{
    size_t len = strlen(tail);
    return line.len >= len && strncasecmp(line.at + line.len - len, tail, len) == 0;
}

static bool
begins_with_any(struct str line, const char *const *heads, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (begins_with(line, heads[i]))
            return true;
    return false;
}

/* The next line with no blanks around; *rest moves behind it. U+00A0 and U+3000 are blanks too. */
static struct str
next_line(struct str *rest)
{
    struct str line = str_trim(str_cut(rest, '\n'));
    for (;;) {
        if (begins_with(line, "\xc2\xa0"))
            line = str_trim(str_bytes(line.at + 2, line.len - 2));
        else if (begins_with(line, "\xe3\x80\x80"))
            line = str_trim(str_bytes(line.at + 3, line.len - 3));
        else
            return line;
    }
}

/* "On Friday ... wrote:", perhaps over three lines. */
static bool
is_wrapped(struct str line, struct str rest)
{
    enum { FOLDS = 3, LONGEST = 400 };
    for (size_t i = 0; i < countof(wraps); i++) {
        if (!begins_with(line, wraps[i].begin))
            continue;
        struct str last = line, after = rest;
        for (unsigned fold = 0; fold < FOLDS; fold++) {
            if (ends_with(last, wraps[i].end) && (size_t)(last.at + last.len - line.at) <= LONGEST)
                return true;
            if (after.len == 0)
                break;
            last = next_line(&after);
            if (last.len == 0)
                break;
        }
    }
    return false;
}

static bool
is_field(struct str line)
{
    if (begins_with(line, "*")) /* "*From:*" of a text made of HTML */
        line = str_bytes(line.at + 1, line.len - 1);
    return begins_with_any(line, fields, countof(fields));
}

/* A header of three fields within five lines. */
static bool
is_quoted_header(struct str line, struct str rest)
{
    enum { LOOK = 5, NEEDED = 3 };
    if (!is_field(line))
        return false;
    unsigned found = 1;
    for (unsigned i = 0; i < LOOK && rest.len > 0; i++)
        found += is_field(next_line(&rest));
    return found >= NEEDED;
}

static bool
introduces(struct str line, struct str rest)
{
    return begins_with_any(line, begins, countof(begins)) || is_wrapped(line, rest) ||
           is_quoted_header(line, rest);
}

/* `raw` is the line as it stands: "-- " and "--" alone begin a signature. */
static bool
is_signature(struct str line)
{
    return str_is(line, "--") || str_is(line, "—") || str_is(line, "__") ||
           begins_with_any(line, signatures, countof(signatures));
}

struct cutting {
    bool quoted_lines; /* keep them */
    bool introduced;   /* keep what an introduction begins */
};

static void
put_own(struct buf *out, struct str text, struct cutting keep)
{
    size_t from = out->len;
    unsigned blanks = 0;
    while (text.len > 0) {
        struct str line = next_line(&text);
        if (is_signature(line) || (!keep.introduced && introduces(line, text)))
            break;
        if (!keep.quoted_lines && line.len > 0 && line.at[0] == '>')
            continue;
        blanks = line.len == 0 ? blanks + 1 : 0;
        if (blanks < 2 && (out->len > from || line.len > 0))
            buf_printf(out, "%.*s\n", STR_ARG(line));
    }
    while (out->len > from && out->data[out->len - 1] == '\n')
        out->len--;
}

/* What stands below the last quoted line: some answer there. */
static struct str
below_quotation(struct str text)
{
    struct str below = { NULL, 0 };
    while (text.len > 0)
        if (begins_with(next_line(&text), ">"))
            below = text;
    return below;
}

void
reply_put(struct buf *out, struct str text)
{
    size_t from = out->len;
    put_own(out, text, (struct cutting){ false, false });
    if (out->len == from)
        put_own(out, below_quotation(text), (struct cutting){ false, false });
}

static bool
is_forward(struct str subject)
{
    static const char *const marks[] = {
        "fwd:", "fw:", "转发:", "转发：", "轉寄:", "轉寄：", "wg:"
    };
    return begins_with_any(str_trim(subject), marks, countof(marks));
}

void
reply_put_new(struct buf *out, struct str text, struct str subject)
{
    size_t from = out->len;
    if (!is_forward(subject))
        put_own(out, text, (struct cutting){ false, false });
    if (out->len == from)
        put_own(out, text, (struct cutting){ true, true });
    if (out->len == from) { /* nothing but a signature */
        struct str all = str_trim(text);
        buf_put(out, all.at, all.len);
    }
}
