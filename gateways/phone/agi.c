/* agi.c - lines of Asterisk's, each kind a row. */
#include "gateways/phone/agi.h"

void
agi_init(struct agi *a)
{
    *a = (struct agi){ .result = -1 };
}

/* ---- the call's variables */

static void
copy(char *to, struct str value)
{
    if (!str_is_printable(value) || str_is(value, "unknown") || !str_fill(to, AGI_TEXT, value))
        memset(to, 0, AGI_TEXT);
}

static enum agi_got
on_variable(struct agi *a, struct str line)
{
    const struct {
        const char *name;
        char *to;
    } rows[] = {
        { "agi_uniqueid", a->uniqueid },
        { "agi_callerid", a->caller },
        { "agi_language", a->language },
        { "agi_network_script", a->script },
    };
    if (line.len == 0) {
        a->begun = a->variables > 0;
        return a->begun ? AGI_BEGUN : AGI_WRONG;
    }
    if (!str_starts(line, STR("agi_")) || ++a->variables > AGI_VARIABLES)
        return AGI_WRONG;
    struct str name = str_cut(&line, ':');
    for (size_t i = 0; i < countof(rows); i++)
        if (str_is(name, rows[i].name))
            copy(rows[i].to, str_trim(line));
    return AGI_MORE;
}

/* ---- replies: "200 result=N (text) endpos=N" */

static void
read_words(struct agi *a, struct str rest)
{
    const char *open = rest.len == 0 ? NULL : memchr(rest.at, '(', rest.len);
    const char *close = open == NULL ? NULL : memrchr(rest.at, ')', rest.len);
    if (close != NULL && close > open)
        copy(a->text, str_bytes(open + 1, (size_t)(close - open - 1)));
    while (rest.len > 0) {
        struct str word = str_cut(&rest, ' ');
        struct str name = str_cut(&word, '=');
        if (str_is(name, "result") && !str_int(word, &a->result))
            a->result = -1;
        if (str_is(name, "endpos") && (!str_int(word, &a->endpos) || a->endpos < 0))
            a->endpos = 0;
    }
}

static enum agi_got
on_reply(struct agi *a, struct str line)
{
    int64_t code;
    if (str_is(line, "HANGUP"))
        return AGI_HANGUP;
    if (line.len < 3 || !str_int(str_bytes(line.at, 3), &code) || code < 100)
        return a->in_usage ? AGI_MORE : AGI_WRONG;
    if (line.len > 3 && line.at[3] == '-') {
        a->in_usage = true;
        return AGI_MORE;
    }
    a->in_usage = false;
    a->code = (int)code;
    a->result = -1;
    a->endpos = 0;
    memset(a->text, 0, sizeof(a->text));
    if (line.len > 4)
        read_words(a, str_bytes(line.at + 4, line.len - 4));
    return AGI_REPLY;
}

size_t
agi_eat(struct agi *a, struct str bytes, enum agi_got *got)
{
    size_t eaten = 0;
    *got = a->wrong ? AGI_WRONG : AGI_MORE;
    while (eaten < bytes.len && *got == AGI_MORE) {
        char c = bytes.at[eaten++];
        if (c != '\n' && a->len == AGI_LINE) {
            *got = AGI_WRONG;
        } else if (c != '\n') {
            a->line[a->len++] = c;
        } else {
            struct str line = str_trim(str_bytes(a->line, a->len));
            a->len = 0;
            *got = a->begun ? on_reply(a, line) : on_variable(a, line);
        }
    }
    a->wrong = *got == AGI_WRONG;
    return eaten;
}

/* ---- commands */

static void
put_quoted(struct buf *out, const char *text)
{
    buf_put(out, "\"", 1);
    for (; *text != '\0'; text++) {
        if (*text == '"' || *text == '\\')
            buf_put(out, "\\", 1);
        buf_put(out, (unsigned char)*text < 0x20 ? "_" : text, 1);
    }
    buf_put(out, "\"", 1);
}

void
agi_put_answer(struct buf *out)
{
    buf_put(out, "ANSWER\n", 7);
}

void
agi_put_play(struct buf *out, const char *file)
{
    buf_put(out, "STREAM FILE ", 12);
    put_quoted(out, file);
    buf_printf(out, " \"0123456789*#\"\n");
}

void
agi_put_wait(struct buf *out, int32_t ms)
{
    buf_printf(out, "WAIT FOR DIGIT %d\n", (int)ms);
}

void
agi_put_record(struct buf *out, const char *file, int32_t ms, int32_t silence_s)
{
    buf_put(out, "RECORD FILE ", 12);
    put_quoted(out, file);
    buf_printf(out, " wav \"#\" %d s=%d\n", (int)ms, (int)silence_s);
}

void
agi_put_hang_up(struct buf *out)
{
    buf_put(out, "HANGUP\n", 7);
}
