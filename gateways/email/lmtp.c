/* lmtp.c - a table of commands, and a count of how much of a message's end was seen.
 *
 * Invariant: as many replies leave as commands came in, and one for each accepted recipient after a
 * message. */
#include "gateways/email/lmtp.h"

#include <strings.h>

enum { ERRORS_MAX = 20 };

static void
say(struct lmtp *l, const char *reply)
{
    buf_printf(&l->out, "%s\r\n", reply);
}

static void
complain(struct lmtp *l, const char *reply)
{
    if (++l->errors < ERRORS_MAX) {
        say(l, reply);
        return;
    }
    say(l, "421 4.7.0 too many errors, closing");
    l->stage = LMTP_OVER;
}

static void
forget(struct lmtp *l)
{
    l->has_from = false;
    l->from[0] = '\0';
    l->rcpts_count = l->answered = 0;
    l->too_large = false;
    l->seen = 0;
    buf_clear(&l->message);
}

void
lmtp_init(struct lmtp *l, const char *host, size_t size_max,
          const char *(*refuses)(void *own, const char *address), void *own)
{
    *l = (struct lmtp){ .size_max = size_max, .host = host, .refuses = refuses, .own = own };
    buf_printf(&l->out, "220 %s LMTP ready\r\n", host);
}

void
lmtp_fini(struct lmtp *l)
{
    buf_fini(&l->line);
    buf_fini(&l->message);
    buf_fini(&l->out);
}

/* ---- addresses: FROM:<a@b> SIZE=123 */

/* What stands after "FROM:" or "TO:" between '<' and '>'; false: not so. */
static bool
path_of(struct str *words, const char *label, char *to)
{
    struct str s = str_trim(*words);
    size_t len = strlen(label);
    if (s.len < len || strncasecmp(s.at, label, len) != 0)
        return false;
    s = str_trim(str_bytes(s.at + len, s.len - len));
    if (s.len == 0 || s.at[0] != '<')
        return false;
    bool quoted = false;
    size_t end = 1;
    while (end < s.len && (quoted || s.at[end] != '>')) {
        if (s.at[end] == '\\' && end + 1 < s.len)
            end++;
        else if (s.at[end] == '"')
            quoted = !quoted;
        end++;
    }
    if (end >= s.len)
        return false;
    struct str path = str_bytes(s.at + 1, end - 1);
    *words = str_bytes(s.at + end + 1, s.len - end - 1);
    return str_is_printable(path) && str_fill(to, LMTP_ADDRESS_MAX, path);
}

/* MAIL's parameters; NULL: good, else the reply. */
static const char *
refused_parameter(const struct lmtp *l, struct str rest)
{
    for (rest = str_trim(rest); rest.len > 0; rest = str_trim(rest)) {
        struct str word = str_cut(&rest, ' '), name = str_cut(&word, '=');
        int64_t size = 0;
        if (name.len == 4 && strncasecmp(name.at, "SIZE", 4) == 0) {
            if (!str_int(word, &size) || size < 0)
                return "501 5.5.4 SIZE needs a number";
            if ((uint64_t)size > l->size_max)
                return "552 5.3.4 the message is too large";
        } else if (!(name.len == 4 && strncasecmp(name.at, "BODY", 4) == 0) &&
                   !(name.len == 8 && strncasecmp(name.at, "SMTPUTF8", 8) == 0)) {
            return "555 5.5.4 no such parameter";
        }
    }
    return NULL;
}

/* ---- commands */

static void
on_lhlo(struct lmtp *l, struct str words)
{
    if (str_trim(words).len == 0) {
        complain(l, "501 5.5.4 LHLO needs a name");
        return;
    }
    forget(l);
    l->greeted = true;
    buf_printf(&l->out,
               "250-%s\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n"
               "250-ENHANCEDSTATUSCODES\r\n250 SIZE %zu\r\n",
               l->host, l->size_max);
}

static void
on_mail(struct lmtp *l, struct str words)
{
    char from[LMTP_ADDRESS_MAX];
    if (!l->greeted || l->has_from) {
        complain(l, l->greeted ? "503 5.5.1 one MAIL at a time" : "503 5.5.1 LHLO first");
        return;
    }
    if (!path_of(&words, "FROM:", from)) {
        complain(l, "501 5.5.4 MAIL FROM:<address> is wanted");
        return;
    }
    const char *refusal = refused_parameter(l, words);
    if (refusal != NULL) {
        complain(l, refusal);
        return;
    }
    memcpy(l->from, from, sizeof(from));
    l->has_from = true;
    say(l, "250 2.1.0 ok");
}

static void
on_rcpt(struct lmtp *l, struct str words)
{
    char *to = l->rcpts[l->rcpts_count < LMTP_RCPTS_MAX ? l->rcpts_count : 0];
    char address[LMTP_ADDRESS_MAX];
    if (!l->has_from)
        complain(l, "503 5.5.1 MAIL first");
    else if (l->rcpts_count == LMTP_RCPTS_MAX)
        say(l, "452 4.5.3 too many recipients at once");
    else if (!path_of(&words, "TO:", address) || address[0] == '\0')
        complain(l, "501 5.5.4 RCPT TO:<address> is wanted");
    else if (str_trim(words).len > 0)
        complain(l, "555 5.5.4 no such parameter");
    else {
        const char *refusal = l->refuses(l->own, address);
        say(l, refusal == NULL ? "250 2.1.5 ok" : refusal);
        if (refusal == NULL) {
            memcpy(to, address, sizeof(address));
            l->rcpts_count++;
        }
    }
}

static void
on_data(struct lmtp *l, struct str words)
{
    (void)words;
    if (l->rcpts_count == 0) {
        complain(l, "503 5.5.1 no valid recipients");
        return;
    }
    l->stage = LMTP_DATA;
    l->seen = 2; /* the line before ended so */
    say(l, "354 end it with a dot on a line of its own");
}

static void
on_rset(struct lmtp *l, struct str words)
{
    (void)words;
    forget(l);
    say(l, "250 2.0.0 ok");
}

static void
on_noop(struct lmtp *l, struct str words)
{
    (void)words;
    say(l, "250 2.0.0 ok");
}

static void
on_vrfy(struct lmtp *l, struct str words)
{
    (void)words;
    say(l, "252 2.5.2 send some mail and see");
}

static void
on_quit(struct lmtp *l, struct str words)
{
    (void)words;
    say(l, "221 2.0.0 bye");
    l->stage = LMTP_OVER;
}

static void
on_smtp(struct lmtp *l, struct str words)
{
    (void)words;
    complain(l, "500 5.5.1 this is LMTP: say LHLO");
}

static const struct {
    const char *name;
    void (*handle)(struct lmtp *l, struct str words);
} commands[] = {
    { "LHLO", on_lhlo }, { "MAIL", on_mail }, { "RCPT", on_rcpt }, { "DATA", on_data },
    { "RSET", on_rset }, { "NOOP", on_noop }, { "VRFY", on_vrfy }, { "QUIT", on_quit },
    { "HELO", on_smtp }, { "EHLO", on_smtp },
};

static void
on_line(struct lmtp *l)
{
    struct str words = buf_str(&l->line);
    struct str name = str_cut(&words, ' ');
    if (l->too_long) {
        complain(l, "500 5.5.2 the line is too long");
        return;
    }
    for (size_t i = 0; i < countof(commands); i++)
        if (name.len == 4 && strncasecmp(name.at, commands[i].name, 4) == 0) {
            commands[i].handle(l, words);
            return;
        }
    complain(l, "500 5.5.1 no such command");
}

static void
eat_command(struct lmtp *l, char byte)
{
    if (byte != '\n') {
        l->too_long = l->too_long || l->line.len == LMTP_LINE_MAX;
        if (!l->too_long)
            buf_put_u8(&l->line, (uint8_t)byte);
        return;
    }
    if (l->line.len > 0 && l->line.data[l->line.len - 1] == '\r')
        l->line.len--;
    on_line(l);
    buf_clear(&l->line);
    l->too_long = false;
}

/* ---- messages */

static void
keep(struct lmtp *l, const char *bytes, size_t len)
{
    if (l->message.len + len > l->size_max)
        l->too_large = true;
    if (l->too_large)
        buf_clear(&l->message);
    else
        buf_put(&l->message, bytes, len);
}

static void
end_message(struct lmtp *l)
{
    l->stage = LMTP_WHOLE;
    l->answered = 0;
    if (l->too_large)
        for (size_t i = l->rcpts_count; i > 0; i--)
            lmtp_answer(l, "552 5.3.4 the message is too large");
}

/* `seen` of CR LF . CR LF: what of it is text is kept once it is known not to be the end. */
static void
eat_data(struct lmtp *l, char byte)
{
    static const char end[] = "\r\n.\r\n";
    if (byte == end[l->seen]) {
        if (l->seen < 2)
            keep(l, &byte, 1);
        if (++l->seen == sizeof(end) - 1)
            end_message(l);
        return;
    }
    if (l->seen == 4) /* a line that begins with a dot and a CR */
        keep(l, "\r", 1);
    keep(l, &byte, 1); /* after seen == 3 the dot is gone: it was stuffed */
    l->seen = byte == '\r' ? 1 : 0;
}

/* The stretch before the next CR, when nothing of an end was seen. */
static size_t
plain_stretch(const struct lmtp *l, struct str bytes)
{
    if (l->seen != 0)
        return 0;
    const char *mark = memchr(bytes.at, '\r', bytes.len);
    return mark == NULL ? bytes.len : (size_t)(mark - bytes.at);
}

size_t
lmtp_eat(struct lmtp *l, struct str bytes)
{
    size_t at = 0;
    while (at < bytes.len && (l->stage == LMTP_COMMANDS || l->stage == LMTP_DATA)) {
        if (l->stage == LMTP_COMMANDS) {
            eat_command(l, bytes.at[at++]);
            continue;
        }
        size_t plain = plain_stretch(l, str_bytes(bytes.at + at, bytes.len - at));
        keep(l, bytes.at + at, plain);
        at += plain;
        if (plain == 0)
            eat_data(l, bytes.at[at++]);
    }
    return at;
}

void
lmtp_answer(struct lmtp *l, const char *reply)
{
    assert(l->stage == LMTP_WHOLE && l->answered < l->rcpts_count);
    say(l, reply);
    if (++l->answered < l->rcpts_count)
        return;
    forget(l);
    l->stage = LMTP_COMMANDS;
}
