/* resp.c - how a command is spelled for Redis. */
#include "common/io/resp.h"

#include <strings.h>

/* `mark`, the number, CR LF. */
static void
put_length(struct buf *out, char mark, size_t n)
{
    char text[24];
    size_t at = sizeof(text);
    text[--at] = '\n';
    text[--at] = '\r';
    do
        text[--at] = (char)('0' + n % 10);
    while ((n /= 10) > 0);
    text[--at] = mark;
    buf_put(out, text + at, sizeof(text) - at);
}

void
resp_command(struct buf *out, size_t argc, const struct str *argv)
{
    put_length(out, '*', argc);
    for (size_t i = 0; i < argc; i++) {
        put_length(out, '$', argv[i].len);
        buf_put(out, argv[i].at, argv[i].len);
        buf_put(out, "\r\n", 2);
    }
}

bool
resp_is_subscribe(struct str word)
{
    static const char *const words[] = { "subscribe",   "psubscribe",   "ssubscribe",
                                         "unsubscribe", "punsubscribe", "sunsubscribe" };
    for (size_t i = 0; i < countof(words); i++)
        if (word.len == strlen(words[i]) && strncasecmp(word.at, words[i], word.len) == 0)
            return true;
    return false;
}
