/* log.c - one line an event on standard error, written in one system call so that the
 * lines of several processes on one terminal do not mix. Works before log_open too. */
#include "common/io/log.h"
#include "common/io/clock.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

enum {
    LINE_SIZE = 2048, /* longer lines are cut, and end in "..." */
    QUOTES = 8,       /* copies that live at once: enough for one line */
    QUOTE_SIZE = 256,
    EX_CONFIG_ = 78 /* sysexits.h */
};

static const char *const level_names[] = {
    [LOG_DEBUG] = "debug",
    [LOG_INFO] = "info",
    [LOG_WARN] = "warn",
    [LOG_ERROR] = "error",
};

static char program_name[32] = "faultline";
static enum log_level level_least = LOG_INFO;

void
log_open(const char *program, enum log_level least)
{
    assert((size_t)least < countof(level_names));
    snprintf(program_name, sizeof(program_name), "%s", program);
    level_least = least;
}

static void
write_all(const char *at, size_t len)
{
    while (len > 0) {
        ssize_t wrote = write(STDERR_FILENO, at, len);
        if (wrote <= 0)
            return; /* nobody to tell */
        at += wrote;
        len -= (size_t)wrote;
    }
}

/* Ends what was printed into `line` (of LINE_SIZE; `len` as printf returned it). */
static void
write_line(char *line, size_t len)
{
    if (len > LINE_SIZE - 2) {
        len = LINE_SIZE - 2;
        memcpy(line + len - 3, "...", 3);
    }
    for (size_t i = 0; i < len; i++)
        if (line[i] == '\n')
            line[i] = ' ';
    line[len++] = '\n';
    write_all(line, len);
}

void
log_line(enum log_level level, const char *format, ...)
{
    if (level < level_least)
        return;
    char line[LINE_SIZE], when[32];
    clock_text(when, clock_wall_ms());
    int head = snprintf(line, sizeof(line), "%s %s[%d] %s ", when, program_name, (int)getpid(),
                        level_names[level]);
    va_list args;
    va_start(args, format);
    int tail = vsnprintf(line + head, sizeof(line) - (size_t)head, format, args);
    va_end(args);
    assert(head >= 0 && tail >= 0);
    write_line(line, (size_t)head + (size_t)tail);
}

/* Appends `c` as it may stand between quotes; false when it does not fit. */
static bool
quote_put(char *to, size_t *len, unsigned char c)
{
    static const char digits[] = "0123456789abcdef";
    char text[4];
    size_t text_len = 0;
    if (c == '"' || c == '\\') {
        text[text_len++] = '\\';
        text[text_len++] = (char)c;
    } else if (c < 0x20 || c == 0x7f) {
        text[text_len++] = '\\';
        text[text_len++] = 'x';
        text[text_len++] = digits[c >> 4];
        text[text_len++] = digits[c & 15];
    } else {
        text[text_len++] = (char)c; /* UTF-8 passes */
    }
    if (*len + text_len > QUOTE_SIZE - sizeof("...\""))
        return false;
    memcpy(to + *len, text, text_len);
    *len += text_len;
    return true;
}

const char *
log_quote(const char *at, size_t len)
{
    static char copies[QUOTES][QUOTE_SIZE];
    static size_t next;
    char *to = copies[next++ % QUOTES];
    size_t to_len = 0, i = 0;
    to[to_len++] = '"';
    while (i < len && quote_put(to, &to_len, (unsigned char)at[i]))
        i++;
    if (i < len) {
        memcpy(to + to_len, "...", 3);
        to_len += 3;
    }
    to[to_len++] = '"';
    to[to_len] = '\0';
    return to;
}

void
die(const char *format, ...)
{
    char line[LINE_SIZE];
    int head = snprintf(line, sizeof(line), "%s: ", program_name);
    va_list args;
    va_start(args, format);
    int tail = vsnprintf(line + head, sizeof(line) - (size_t)head, format, args);
    va_end(args);
    assert(head >= 0 && tail >= 0);
    write_line(line, (size_t)head + (size_t)tail);
    exit(EX_CONFIG_);
}
