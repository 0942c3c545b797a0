/* asterisk.c - connections of Asterisk's. One command is under way at a time; its reply is what
 * the talk hears.
 *
 *     variables -> ANSWER -> talk: STREAM FILE ... | WAIT FOR DIGIT | RECORD FILE -> HANGUP ->
 * closed
 */
#include "gateways/phone/asterisk.h"

#include "common/io/log.h"
#include "gateways/entry.h"
#include "gateways/phone/agi.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { SILENCE_S = 4, WAV_MAX = 32 << 20, HAPPENINGS = 32 };

enum agi_stage { AGI_VARS, AGI_ANSWERS, AGI_SAYS, AGI_WAITS, AGI_RECORDS, AGI_IDLES, AGI_ENDS };

struct caller {
    struct asterisk *door;
    struct caller *next;
    struct talk *talk; /* NULL: not begun, or over */
    int fd;
    bool dead;
    enum agi_stage stage;
    struct agi agi;
    struct buf out;
    const char *prompts[MENU_PROMPTS];
    size_t prompts_count, prompts_at;
    char lang[MENU_VALUE], record[700];
};

struct asterisk {
    struct desk *desk;
    struct asterisk_options o;
    int epoll, listener;
    struct caller *callers;
    size_t count;
    uint64_t records; /* files so far */
};

/* ---- opening */

static int
listen_at(const char *where)
{
    struct str host = str_of(where);
    const char *colon = strrchr(where, ':');
    char address[64];
    int64_t port = 0;
    struct sockaddr_in in = { .sin_family = AF_INET };
    if (colon == NULL || !str_int(str_of(colon + 1), &port) || port < 0 || port > 65535)
        return -1;
    host.len = (size_t)(colon - where);
    in.sin_port = htons((uint16_t)port);
    if (!str_fill(address, sizeof(address), host) || inet_pton(AF_INET, address, &in.sin_addr) != 1)
        return -1;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), one = 1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
    if (bind(fd, (struct sockaddr *)&in, sizeof(in)) == 0 && listen(fd, 64) == 0)
        return fd;
    close(fd);
    return -1;
}

struct asterisk *
asterisk_open(struct desk *d, const struct asterisk_options *o, struct buf *why)
{
    struct asterisk *a = zalloc(sizeof(*a));
    a->desk = d;
    a->o = *o;
    a->epoll = epoll_create1(EPOLL_CLOEXEC);
    a->listener = listen_at(o->listen);
    struct epoll_event e = { .events = EPOLLIN };
    if (a->listener >= 0 && epoll_ctl(a->epoll, EPOLL_CTL_ADD, a->listener, &e) == 0)
        return a;
    buf_printf(why,
               "agi_listen %s: cannot listen there: ADDRESS:PORT with an address of this machine "
               "is wanted, and no other program there",
               o->listen);
    asterisk_close(a);
    return NULL;
}

static void
flush(struct caller *c)
{
    size_t sent = 0;
    while (sent < c->out.len) {
        ssize_t n = send(c->fd, c->out.data + sent, c->out.len - sent, MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0) /* a command a reply: its buffer is never full but on a dead line */
            c->dead = true;
        if (n <= 0)
            break;
        sent += (size_t)n;
    }
    buf_clear(&c->out);
}

/* ---- what a talk wants */

static void
play_next(struct caller *c)
{
    char path[PROMPT_PATH];
    const char *name = c->prompts[c->prompts_at++];
    const char *lang = c->lang[0] != '\0' ? c->lang : c->door->o.lang;
    if (c->door->o.prompts[0] != '\0')
        snprintf(path, sizeof(path), "%s/%s/%s", c->door->o.prompts, lang, name);
    else if (!prompts_find(c->door->desk->prompts, lang, name, path))
        snprintf(path, sizeof(path), "%s", name); /* Asterisk says that it is not there */
    agi_put_play(&c->out, path);
    flush(c);
}

static void
agi_say(void *line, const char *lang, const char *const *prompts, size_t count)
{
    struct caller *c = line;
    memcpy(c->prompts, prompts, count * sizeof(*prompts));
    c->prompts_count = count;
    c->prompts_at = 0;
    entry_fill(c->lang, sizeof(c->lang), lang);
    c->stage = AGI_SAYS;
    play_next(c);
}

static void
agi_wait(void *line, int32_t ms)
{
    struct caller *c = line;
    c->stage = AGI_WAITS;
    agi_put_wait(&c->out, ms);
    flush(c);
}

static void
agi_record(void *line, int32_t ms)
{
    struct caller *c = line;
    c->stage = AGI_RECORDS;
    snprintf(c->record, sizeof(c->record), "%s/faultline-%d-%llu", c->door->o.records,
             (int)getpid(), (unsigned long long)++c->door->records);
    agi_put_record(&c->out, c->record, ms, SILENCE_S);
    flush(c);
}

static void
agi_hang_up(void *line)
{
    struct caller *c = line;
    c->talk = NULL;
    c->stage = AGI_ENDS;
    agi_put_hang_up(&c->out);
    flush(c);
}

static const struct line_calls calls = { agi_say, agi_wait, agi_record, agi_hang_up };

/* ---- what Asterisk says */

static void
take_record(struct caller *c, struct buf *wav)
{
    char path[720];
    snprintf(path, sizeof(path), "%s.wav", c->record);
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    for (ssize_t got = 1; fd >= 0 && got > 0 && wav->len < WAV_MAX;) {
        got = read(fd, buf_reserve(wav, 65536), 65536);
        wav->len += got > 0 ? (size_t)got : 0;
    }
    if (fd < 0)
        log_warn(
            "event=no_record file=%s why=\"%s\" do=\"agi_records must be a folder that Asterisk "
            "writes and the gateway reads\"",
            path, strerror(errno));
    else
        close(fd);
    unlink(path);
}

static void
hear(struct caller *c, enum menu_heard what, const struct menu_word *w, struct str wav)
{
    struct talk *t = c->talk;
    c->stage = c->stage == AGI_ENDS ? AGI_ENDS : AGI_IDLES;
    if (what == HEARD_GONE)
        c->talk = NULL;
    if (t != NULL)
        talk_hear(t, what, w, wav);
}

static void
gone(struct caller *c)
{
    hear(c, HEARD_GONE, NULL, str_of(NULL));
    c->dead = true;
}

static void
on_record(struct caller *c)
{
    struct buf wav = { 0 };
    struct menu_word w = { .recorded_ms = (int32_t)(c->agi.endpos / SOUND_MS) };
    bool left = c->agi.result < 0 && strcmp(c->agi.text, "hangup") == 0;
    take_record(c, &wav);
    hear(c, left ? HEARD_GONE : HEARD_ENDED, &w, buf_str(&wav));
    c->dead = c->dead || left;
    buf_fini(&wav);
}

/* Words of the dialplan's address: agi://host/fault?lang=zh&site=B3 */
static void
read_script(const struct agi *a, char known[][MENU_VALUE])
{
    static const struct {
        const char *name;
        enum menu_field field;
    } rows[] = { { "lang", MENU_LANG },
                 { "customer", MENU_CUSTOMER },
                 { "site", MENU_SITE },
                 { "category", MENU_CATEGORY },
                 { "hint", MENU_HINT } };
    struct str rest = str_of(a->script);
    str_cut(&rest, '?');
    while (rest.len > 0) {
        struct str value = str_cut(&rest, '&'), name = str_cut(&value, '=');
        for (size_t i = 0; i < countof(rows); i++)
            if (str_is(name, rows[i].name))
                str_fill(known[rows[i].field], MENU_VALUE, value);
    }
}

static void
on_answered(struct caller *c)
{
    char key[AGI_TEXT + 8], known[MENU_FIELDS][MENU_VALUE] = { "" };
    read_script(&c->agi, known);
    snprintf(key, sizeof(key), "agi %s", c->agi.uniqueid);
    log_info("event=call by=asterisk call=%s", log_quote(key, strlen(key)));
    c->talk =
        talk_new(c->door->desk, &calls, c, key, c->agi.caller, (const char(*)[MENU_VALUE])known);
    talk_begin(c->talk);
}

static void
on_reply(struct caller *c)
{
    const struct menu_word w = { .key = (char)c->agi.result };
    bool key = c->agi.result > 0 && c->agi.result < 128;
    if (c->agi.code == 511 || (c->stage == AGI_WAITS && c->agi.result < 0)) {
        gone(c);
        return;
    }
    switch (c->stage) {
    case AGI_ANSWERS:
        on_answered(c);
        break;
    case AGI_SAYS:
        if (key || c->prompts_at == c->prompts_count)
            hear(c, key ? HEARD_KEY : HEARD_ENDED, &w, str_of(NULL));
        else
            play_next(c);
        break;
    case AGI_WAITS:
        hear(c, key ? HEARD_KEY : HEARD_ENDED, &w, str_of(NULL));
        break;
    case AGI_RECORDS:
        on_record(c);
        break;
    case AGI_VARS:
    case AGI_IDLES:
        break;
    case AGI_ENDS:
        c->dead = true;
        break;
    }
}

static void
on_got(struct caller *c, enum agi_got got)
{
    switch (got) {
    case AGI_MORE:
        break;
    case AGI_BEGUN:
        c->stage = AGI_ANSWERS;
        agi_put_answer(&c->out);
        flush(c);
        break;
    case AGI_REPLY:
        on_reply(c);
        break;
    case AGI_HANGUP:
        gone(c);
        break;
    case AGI_WRONG:
        log_warn("event=no_asterisk what=\"a connection to agi_listen does not speak AGI\"");
        gone(c);
        break;
    }
}

static void
read_caller(struct caller *c)
{
    char bytes[4096];
    ssize_t n = recv(c->fd, bytes, sizeof(bytes), 0);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    struct str rest = str_bytes(bytes, n > 0 ? (size_t)n : 0);
    while (rest.len > 0 && !c->dead) {
        enum agi_got got;
        size_t eaten = agi_eat(&c->agi, rest, &got);
        rest = str_bytes(rest.at + eaten, rest.len - eaten);
        on_got(c, got);
    }
    if (n <= 0 && !c->dead)
        gone(c);
}

/* ---- connections */

static void
caller_free(struct caller *c)
{
    struct caller **at = &c->door->callers;
    while (*at != c)
        at = &(*at)->next;
    *at = c->next;
    c->door->count--;
    if (c->talk != NULL)
        talk_hear(c->talk, HEARD_GONE, NULL, str_of(NULL));
    close(c->fd);
    buf_fini(&c->out);
    free(c);
}

static void
take_caller(struct asterisk *a)
{
    int fd = accept4(a->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0)
        return;
    if (a->count >= a->o.calls_max) {
        log_warn("event=busy calls=%zu do=\"raise calls_max, or let Asterisk queue\"", a->count);
        close(fd);
        return;
    }
    struct caller *c = zalloc(sizeof(*c));
    struct epoll_event e = { .events = EPOLLIN, .data.ptr = c };
    c->door = a;
    c->fd = fd;
    agi_init(&c->agi);
    c->next = a->callers;
    a->callers = c;
    a->count++;
    epoll_ctl(a->epoll, EPOLL_CTL_ADD, fd, &e);
}

void
asterisk_work(struct asterisk *a)
{
    struct epoll_event events[HAPPENINGS];
    int count = epoll_wait(a->epoll, events, HAPPENINGS, 0);
    for (int i = 0; i < count; i++)
        if (events[i].data.ptr == NULL)
            take_caller(a);
        else
            read_caller(events[i].data.ptr);
    for (struct caller *c = a->callers, *next; c != NULL; c = next) {
        next = c->next;
        if (c->dead)
            caller_free(c);
    }
}

int
asterisk_fd(const struct asterisk *a)
{
    return a->epoll;
}

void
asterisk_stop(struct asterisk *a)
{
    if (a->listener >= 0)
        close(a->listener);
    a->listener = -1;
}

size_t
asterisk_calls(const struct asterisk *a)
{
    return a->count;
}

void
asterisk_close(struct asterisk *a)
{
    if (a == NULL)
        return;
    while (a->callers != NULL)
        caller_free(a->callers);
    asterisk_stop(a);
    close(a->epoll);
    free(a);
}
