/* letter.c - headers and a base64 body. Whatever comes from outside (subjects, ids, names) passes
 * through an encoder or a filter, so that no line of it becomes a header of ours. */
#include "gateways/email/letter.h"

#include "gateways/email/letters.h"

#include <stdio.h>
#include <strings.h>
#include <time.h>

static void
put_base64(struct buf *out, const uint8_t *from, size_t len)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < len; i += 3) {
        uint32_t n = (uint32_t)from[i] << 16;
        n |= i + 1 < len ? (uint32_t)from[i + 1] << 8 : 0;
        n |= i + 2 < len ? from[i + 2] : 0;
        const char four[4] = { digits[n >> 18], digits[n >> 12 & 63],
                               i + 1 < len ? digits[n >> 6 & 63] : '=',
                               i + 2 < len ? digits[n & 63] : '=' };
        buf_put(out, four, 4);
    }
}

/* `marks` are what it may not hold. */
static bool
is_plain(struct str s, const char *marks)
{
    for (size_t i = 0; i < s.len; i++)
        if (s.at[i] < ' ' || s.at[i] > '~' || strchr(marks, s.at[i]) != NULL)
            return false;
    return s.len < 60 && memmem(s.at, s.len, "=?", 2) == NULL;
}

/* As encoded-words of whole letters, each at most 75 bytes, when it is not plain. */
static void
put_words(struct buf *out, struct str s, const char *marks)
{
    enum { BYTES = 42 };
    if (is_plain(s, marks)) {
        buf_put(out, s.at, s.len);
        return;
    }
    for (size_t at = 0, len; at < s.len; at += len) {
        for (len = 0; at + len < s.len;) {
            size_t letter = str_letter(str_bytes(s.at + at + len, s.len - at - len));
            letter = letter == 0 ? 1 : letter;
            if (len + letter > BYTES)
                break;
            len += letter;
        }
        buf_printf(out, "%s=?UTF-8?B?", at > 0 ? "\r\n " : "");
        put_base64(out, (const uint8_t *)s.at + at, len);
        buf_printf(out, "?=");
    }
}

/* ---- threads */

static struct str
first_id(struct str references)
{
    struct str rest = references;
    return str_cut(&rest, ' ');
}

void
letter_put_thread(struct buf *out, const char *subject, const char *id, const char *references,
                  size_t most)
{
    enum { SUBJECT_MAX = 400, ID_MAX = 500 };
    struct str s = str_of(subject), r = str_of(references), first = first_id(r);
    size_t room = most > SUBJECT_MAX + 2 * ID_MAX ? most - SUBJECT_MAX - 2 * ID_MAX : 0;
    s = letters_fit(s, SUBJECT_MAX);
    bool cut = r.len > room;
    while (r.len > room || (cut && r.len > 0 && r.at[0] != '<'))
        r = str_bytes(r.at + 1, r.len - 1);
    buf_printf(out, "%.*s\n%s\n", STR_ARG(s), strlen(id) < ID_MAX ? id : "");
    if (cut && first.len < ID_MAX)
        buf_printf(out, "%.*s ", STR_ARG(first));
    buf_put(out, r.at, r.len);
}

/* ---- the header */

/* "Re: Re: 回复: x" is x. */
static struct str
bare_subject(struct str s)
{
    static const char *const marks[] = { "re:",    "aw:",   "sv:",    "fw:",   "fwd:",  "回复:",
                                         "回复：", "答复:", "答复：", "回覆:", "转发:", "转发：" };
    for (bool again = true; again;) {
        again = false;
        s = str_trim(s);
        for (size_t i = 0; i < countof(marks); i++) {
            size_t len = strlen(marks[i]);
            if (s.len >= len && strncasecmp(s.at, marks[i], len) == 0) {
                s = str_bytes(s.at + len, s.len - len);
                again = true;
            }
        }
    }
    return s;
}

static void
put_subject(struct buf *out, const struct letter_head *h, struct str subject)
{
    struct buf b = { 0 };
    bool chinese = strncmp(h->lang, "zh", 2) == 0;
    subject = bare_subject(subject);
    if (subject.len > 0)
        buf_printf(&b, "Re: %.*s", STR_ARG(subject));
    else
        buf_printf(&b, "%s", chinese ? "您的报修" : "Your report");
    if (h->number[0] != '\0' && memmem(b.data, b.len, h->number, strlen(h->number)) == NULL)
        buf_printf(&b, " [%s]", h->number);
    buf_printf(out, "Subject: ");
    put_words(out, buf_str(&b), "");
    buf_printf(out, "\r\n");
    buf_fini(&b);
}

/* Each id on a line of its own; what is no id is left out. */
static void
put_references(struct buf *out, struct str references, struct str id)
{
    enum { ID_MAX = 900 };
    bool any = false;
    while (references.len > 0) {
        struct str one = str_cut(&references, ' ');
        if (one.len < 3 || one.len > ID_MAX || one.at[0] != '<' || !str_is_printable(one))
            continue;
        buf_printf(out, "%s%.*s\r\n", any ? " " : "References: ", STR_ARG(one));
        any = true;
    }
    if (id.len > 0)
        buf_printf(out, "%s<%.*s>\r\n", any ? " " : "References: ", STR_ARG(id));
}

static void
put_thread(struct buf *out, const struct letter_head *h)
{
    struct str rest = str_of(h->data), subject = str_cut(&rest, '\n'), id = str_cut(&rest, '\n');
    put_subject(out, h, subject);
    if (id.len > 0)
        buf_printf(out, "In-Reply-To: <%.*s>\r\n", STR_ARG(id));
    put_references(out, rest, id);
}

void
letter_put(struct buf *out, const struct letter_head *h, struct str words)
{
    enum { LINE = 57 };
    buf_printf(out, "Date: %s\r\nFrom: ", h->date);
    put_words(out, str_of(h->from_name), "\"<>()[],;:@\\.");
    buf_printf(out, " <%s>\r\nTo: <%s>\r\n", h->from, h->to);
    put_thread(out, h);
    buf_printf(
        out,
        "Message-ID: <%s>\r\nAuto-Submitted: auto-replied\r\nX-Auto-Response-Suppress: All\r\n"
        "X-Loop: %s\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
        "Content-Transfer-Encoding: base64\r\n\r\n",
        h->id, h->loop);
    for (size_t at = 0; at < words.len; at += LINE) {
        put_base64(out, (const uint8_t *)words.at + at,
                   words.len - at < LINE ? words.len - at : LINE);
        buf_printf(out, "\r\n");
    }
}

/* ---- hints */

static const struct {
    const char *state, *object; /* NULL: any */
    const char *en, *zh;
} hints[] = {
    { NULL, "survey", "Please answer this mail with a score from 1 (bad) to 5 (very good).",
      "请直接回复本邮件打分：1（很不满意）到 5（非常满意）。" },
    { NULL, "quote", "To answer: \"accept\" or \"decline\" and why, as the first line of a reply.",
      "请回复本邮件，第一行写“同意”或“拒绝”及原因。" },
    { "resolved", NULL,
      "To answer: \"approve\", or \"not fixed\" and what is wrong, as the first line of a reply.",
      "请回复本邮件，第一行写“已修好”或“没修好”及现象。" },
    { "closed", NULL, "If it comes back, answer this mail with \"reopen\" as the first line.",
      "如再次出现，请回复本邮件，第一行写“重开”。" },
    { "rejected", NULL, "If you do not agree, answer this mail with \"reopen\" and why.",
      "如有异议，请回复本邮件，第一行写“重开”及原因。" },
    { "cancelled", NULL, "", "" },
    { NULL, NULL, "To answer: \"nudge\" to urge us, \"cancel\", or any words for the engineer.",
      "可直接回复本邮件：“催单”、“取消”，或给工程师的留言。" },
};

void
letter_put_hint(struct buf *out, const char *lang, const char *state, const char *object)
{
    for (size_t i = 0; i < countof(hints); i++)
        if ((hints[i].state == NULL || strcmp(hints[i].state, state) == 0) &&
            (hints[i].object == NULL || strcmp(hints[i].object, object) == 0)) {
            const char *hint = strncmp(lang, "zh", 2) == 0 ? hints[i].zh : hints[i].en;
            buf_printf(out, "%s%s%s", hint[0] != '\0' ? "\r\n\r\n" : "", hint,
                       hint[0] != '\0' ? "\r\n" : "");
            return;
        }
}

void
letter_date(char *to, size_t size, int64_t at_ms)
{
    static const char *const days[] = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat" };
    static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                          "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
    time_t seconds = (time_t)(at_ms / 1000);
    struct tm t;
    gmtime_r(&seconds, &t);
    snprintf(to, size, "%s, %d %s %d %02d:%02d:%02d +0000", days[t.tm_wday], t.tm_mday,
             months[t.tm_mon], 1900 + t.tm_year, t.tm_hour, t.tm_min, t.tm_sec);
}
