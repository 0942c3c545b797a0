/* calls.c - calls by FastAGI: we are an Asterisk with GATE_WINDOW callers, who press their keys as
 * soon as they are asked, tell their story in four seconds that take no time, and hang up when they
 * hear that it was taken. */
#include "bench/gate.h"
#include "common/io/clock.h"
#include "common/io/log.h"
#include "gateways/phone/menu.h"
#include "gateways/phone/sound.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

enum { STUCK_MS = 20000, PROMPT_SAMPLES = 320, STORY_SAMPLES = 32190 };

struct caller {
    int fd;
    struct buf in;
};

struct callers {
    struct caller all[GATE_WINDOW];
    unsigned begun, taken, most;
    int port;
    struct buf story; /* a WAV file */
};

static void
put_wav(struct buf *out, size_t samples)
{
    struct sound s = { .samples = zalloc(samples * sizeof(int16_t)), .count = samples };
    for (size_t i = 0; i < samples; i++)
        s.samples[i] = (int16_t)(i * 2654435761U >> 20);
    sound_to_wav(out, &s);
    free(s.samples);
}

/* The gateway begins only with all the prompts that its menu leads to. */
static void
write_prompts(const char *site)
{
    static const char *const langs[] = { "en", "zh" };
    struct buf wav = { 0 }, why = { 0 };
    struct menu_table *menu = menu_table_read("menu", str_of(menu_standard()), &why);
    char name[100];
    put_wav(&wav, PROMPT_SAMPLES);
    for (size_t i = 0; i < countof(langs); i++)
        for (size_t k = 0; menu_prompt(menu, k) != NULL; k++) {
            snprintf(name, sizeof(name), "phone-prompts/%s/%s.wav", langs[i], menu_prompt(menu, k));
            gate_write(site, name, buf_str(&wav));
        }
    menu_table_free(menu);
    buf_fini(&wav);
}

/* ---- one caller */

static void
say(struct caller *c, const char *line)
{
    size_t len = strlen(line);
    if (send(c->fd, line, len, MSG_NOSIGNAL) != (ssize_t)len)
        die("the phone gateway closed a call: %s", strerror(errno));
}

static void
call(struct callers *p, struct caller *c)
{
    char lines[300];
    c->fd = -1;
    buf_clear(&c->in);
    if (p->begun == p->most)
        return;
    if ((c->fd = gate_connect(p->port)) < 0)
        die("the phone gateway takes no call: %s", strerror(errno));
    snprintf(lines, sizeof(lines),
             "agi_network: yes\nagi_network_script: fault?lang=en&customer=C-1005&site=city-hall\n"
             "agi_uniqueid: 1795195698.%u\nagi_callerid: 138%08u\nagi_language: en\n\n",
             p->begun, p->begun);
    say(c, lines);
    p->begun++;
}

/* What stands in quotes, its folder cut off. */
static struct str
name_in(struct str line)
{
    struct str name = line;
    str_cut(&name, '"');
    name = str_cut(&name, '"');
    while (name.len > 0 && memchr(name.at, '/', name.len) != NULL)
        str_cut(&name, '/');
    return name;
}

static void
tell_story(const struct callers *p, struct str line)
{
    char path[300];
    str_cut(&line, '"');
    line = str_cut(&line, '"');
    snprintf(path, sizeof(path), "%.*s.wav", STR_ARG(line));
    FILE *f = fopen(path, "we");
    if (f == NULL || fwrite(p->story.data, 1, p->story.len, f) != p->story.len || fclose(f) != 0)
        die("cannot write %s: %s", path, strerror(errno));
}

/* Hears a prompt: presses what it asks for, or goes. */
static void
hear_prompt(struct callers *p, struct caller *c, struct str name)
{
    static const struct {
        const char *prompt, *answer;
    } rows[] = { { "main", "200 result=49 endpos=7200\n" },
                 { "category", "200 result=52 endpos=7200\n" },
                 { "severity", "200 result=49 endpos=7200\n" },
                 { "taken", "200 result=-1 endpos=4000\nHANGUP\n" } };
    const char *answer = "200 result=0 endpos=320\n";
    for (size_t i = 0; i < countof(rows); i++)
        if (str_is(name, rows[i].prompt))
            answer = rows[i].answer;
    if (str_is(name, "not-taken"))
        die("the phone gateway did not take a call's report: see its log");
    say(c, answer);
    if (!str_is(name, "taken"))
        return;
    p->taken++;
    close(c->fd);
    call(p, c);
}

static void
obey(struct callers *p, struct caller *c, struct str line)
{
    if (str_starts(line, STR("STREAM FILE"))) {
        hear_prompt(p, c, name_in(line));
    } else if (str_starts(line, STR("RECORD FILE"))) {
        tell_story(p, line);
        say(c, "200 result=35 (dtmf) endpos=32190\n");
    } else if (str_starts(line, STR("HANGUP"))) {
        die("the phone gateway ended a call before its report was taken");
    } else {
        say(c, "200 result=0\n");
    }
}

static void
hear(struct callers *p, struct caller *c)
{
    struct str line, rest;
    ssize_t got = recv(c->fd, buf_reserve(&c->in, 4096), 4096, MSG_DONTWAIT);
    if (got == 0 || (got < 0 && errno != EAGAIN))
        die("the phone gateway closed a call");
    c->in.len += got > 0 ? (size_t)got : 0;
    rest = buf_str(&c->in);
    if (rest.len == 0 || rest.at[rest.len - 1] != '\n') /* a command at a time */
        return;
    line = str_cut(&rest, '\n');
    c->in.len = 0;
    obey(p, c, line);
}

/* ---- all */

static void
call_all(struct callers *p)
{
    struct pollfd fds[GATE_WINDOW];
    for (size_t i = 0; i < GATE_WINDOW; i++)
        call(p, &p->all[i]);
    while (p->taken < p->most) {
        for (size_t i = 0; i < GATE_WINDOW; i++)
            fds[i] = (struct pollfd){ .fd = p->all[i].fd, .events = POLLIN };
        if (poll(fds, GATE_WINDOW, STUCK_MS) <= 0)
            die("the phone gateway says no more: %u of %u calls", p->taken, p->most);
        for (size_t i = 0; i < GATE_WINDOW; i++)
            if (fds[i].revents != 0)
                hear(p, &p->all[i]);
    }
}

double
calls_per_s(const char *site, unsigned calls)
{
    struct callers p = { .most = calls, .port = gate_free_port() };
    char settings[160];
    snprintf(settings, sizeof(settings),
             "calls_max %d\nsip_bind 127.0.0.1:%d\nagi_listen 127.0.0.1:%d\n", 2 * GATE_WINDOW,
             gate_free_port(), p.port);
    write_prompts(site);
    put_wav(&p.story, STORY_SAMPLES);
    pid_t gate = gate_open(site, "phone", settings);
    int64_t began = clock_mono_ns();
    call_all(&p);
    double took_s = (double)(clock_mono_ns() - began) / 1e9;
    for (size_t i = 0; i < GATE_WINDOW; i++)
        buf_fini(&p.all[i].in);
    buf_fini(&p.story);
    gate_close(gate);
    return calls / took_s;
}
