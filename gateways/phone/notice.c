/* notice.c - letters by telephone. A notice is kept while its letter is: how often he was called,
 * and when he may be called again. (In memory: a restart begins to count anew.) */
#include "gateways/phone/notice.h"

#include "common/io/clock.h"
#include "common/io/log.h"
#include "gateways/entry.h"
#include "gateways/phone/speech.h"

#include <stdio.h>

enum { ROUNDS = 2, KEY_MS = 6000, TALK_MOST_MS = 70000, FORGET_MS = 3600 * 1000, DIGITS_RUN = 5 };

enum notice_stage {
    NOTICE_SPEAKS,
    NOTICE_RINGS,
    NOTICE_SAYS,
    NOTICE_WAITS,
    NOTICE_THANKS,
    NOTICE_RESTS
};

struct notice {
    struct notices *all;
    struct notice *next;
    uint8_t id[16];
    char number[NUMBER_SIZE], lang[8];
    enum notice_stage stage;
    struct speech *speech;
    struct sound words;
    struct line *line;              /* NULL: not under way */
    int64_t calls, again_at, until; /* monotonic; `until`: the stage's end */
    unsigned rounds;
    bool said; /* its outcome */
};

/* ---- words and numbers */

static bool
is_digit(char c)
{
    return c >= '0' && c <= '9';
}

void
notice_words(struct buf *out, const char *words)
{
    for (const char *at = words; *at != '\0';) {
        size_t run = 0;
        while (is_digit(at[run]))
            run++;
        for (size_t i = 0; i < run; i++) {
            buf_put(out, at + i, 1);
            if (run >= DIGITS_RUN)
                buf_put(out, " ", 1);
        }
        if (run == 0)
            buf_put(out, *at == '+' ? " " : at, 1);
        at += run > 0 ? run : 1;
    }
}

void
notice_number(char *to, size_t size, const struct notice_options *o, const char *number)
{
    size_t code = strlen(o->country);
    const char *digits = number[0] == '+' ? number + 1 : number;
    bool home = number[0] == '+' && o->home && strncmp(digits, o->country, code) == 0;
    bool plus = number[0] == '+' && o->plus && !home;
    snprintf(to, size, "%s%s%s", o->prefix, plus ? "+" : "", home ? digits + code : digits);
}

/* ---- ends */

static void
notice_free(struct notice *n)
{
    struct notice **at = &n->all->list;
    while (*at != n)
        at = &(*at)->next;
    *at = n->next;
    speech_free(n->speech);
    sound_fini(&n->words);
    free(n);
}

static void
rest(struct notice *n)
{
    speech_free(n->speech);
    n->speech = NULL;
    n->line = NULL;
    n->stage = NOTICE_RESTS;
    n->again_at = clock_mono_ms() + n->all->o.again_ms;
}

/* He was not reached, or did not confirm: again, but not for ever. */
static void
not_now(struct notice *n, const char *why)
{
    bool enough = n->calls >= n->all->o.calls_max;
    rest(n);
    if (!n->said)
        gateway_outcome(n->all->g, n->id, enough ? OUTCOME_FAILED : OUTCOME_LATER, why);
    if (enough || n->said)
        notice_free(n);
}

static void
never(struct notice *n, const char *why)
{
    gateway_outcome(n->all->g, n->id, OUTCOME_FAILED, why);
    notice_free(n);
}

/* ---- the call */

static void
play(struct notice *n)
{
    const struct sound *sounds[2] = { &n->words };
    const struct sound *ask = prompts_get(n->all->lines->desk->prompts, n->lang, "acknowledge");
    sounds[1] = ask;
    n->stage = NOTICE_SAYS;
    line_play(n->line, sounds, ask == NULL ? 1 : 2);
}

static void
on_up(void *own)
{
    struct notice *n = own;
    n->until = clock_mono_ms() + TALK_MOST_MS;
    play(n);
}

static void
thank(struct notice *n)
{
    const struct sound *thanks = prompts_get(n->all->lines->desk->prompts, n->lang, "acknowledged");
    n->said = true;
    gateway_outcome(n->all->g, n->id, OUTCOME_DELIVERED, NULL);
    n->stage = NOTICE_THANKS;
    line_play(n->line, &thanks, thanks == NULL ? 0 : 1);
}

static void
hang_up(struct notice *n, const char *why)
{
    line_hang_up(n->line);
    not_now(n, why);
}

static void
on_key(struct notice *n, char key)
{
    if (key == '1')
        thank(n);
    else
        play(n);
}

static void
on_hear(void *own, enum menu_heard what, char key)
{
    struct notice *n = own;
    if (n->stage == NOTICE_THANKS) {
        hang_up(n, NULL);
    } else if (what == HEARD_KEY) {
        on_key(n, key);
    } else if (n->stage == NOTICE_SAYS) {
        n->stage = NOTICE_WAITS;
        line_wait(n->line, KEY_MS);
    } else if (++n->rounds < ROUNDS) {
        play(n);
    } else {
        hang_up(n, "he did not confirm it by a key");
    }
}

static void
on_gone(void *own, int status)
{
    static const struct {
        int status;
        bool never;
        const char *why;
    } rows[] = {
        { 0, false, "he hung up without confirming it" },
        { 403, true, "the PBX does not let us call this number" },
        { 404, true, "there is no such number" },
        { 410, true, "there is no such number" },
        { 484, true, "the number is not whole" },
        { 604, true, "there is no such number" },
        { 486, false, "busy" },
        { 600, false, "busy" },
        { 408, false, "no answer" },
        { 480, false, "no answer" },
        { 487, false, "no answer" },
        { 603, false, "he did not take the call" },
    };
    struct notice *n = own;
    char other[64];
    for (size_t i = 0; i < countof(rows); i++)
        if (rows[i].status == status) {
            (rows[i].never ? never : not_now)(n, rows[i].why);
            return;
        }
    snprintf(other, sizeof(other), "the PBX answers %d", status);
    not_now(n, other);
}

static void
dial(struct notice *n)
{
    static const struct line_owner owner = { on_up, on_hear, on_gone };
    char to[80];
    notice_number(to, sizeof(to), &n->all->o, n->number);
    n->calls++;
    n->rounds = 0;
    n->stage = NOTICE_RINGS;
    n->until = clock_mono_ms() + n->all->o.ring_ms;
    n->line = line_dial(n->all->lines, to, &owner, n);
    log_info("event=calling try=%lld", (long long)n->calls);
    if (n->line == NULL)
        not_now(n, "the call could not be made");
}

/* ---- letters */

static struct notice *
notice_of(const struct notices *all, const uint8_t id[16])
{
    struct notice *n = all->list;
    while (n != NULL && memcmp(n->id, id, 16) != 0)
        n = n->next;
    return n;
}

static bool
is_on_the_phone(const struct notices *all, const char *number)
{
    for (const struct notice *n = all->list; n != NULL; n = n->next)
        if (n->stage != NOTICE_RESTS && strcmp(n->number, number) == 0)
            return true;
    return false;
}

static void
begin(struct notice *n, const struct sending *s)
{
    struct buf words = { 0 }, why = { 0 };
    n->words.count = 0;
    n->stage = NOTICE_SPEAKS;
    notice_words(&words, s->words);
    n->speech = speech_begin(n->all->o.espeak, n->lang, buf_cstr(&words), &why);
    if (n->speech == NULL) {
        log_error("event=not_spoken why=%s", log_quote((const char *)why.data, why.len));
        never(n, "espeak-ng cannot be run");
    }
    buf_fini(&words);
    buf_fini(&why);
}

void
notices_send(struct notices *all, const struct sending *s)
{
    struct notice *n = notice_of(all, s->id);
    char number[NUMBER_SIZE];
    const char *lang = s->lang[0] != '\0' ? s->lang : all->o.lang;
    if (!number_read(number, all->numbering, str_of(s->address))) {
        gateway_outcome(all->g, s->id, OUTCOME_FAILED, "the address is no number");
    } else if (all->stopped || is_on_the_phone(all, number)) {
        gateway_outcome(all->g, s->id, OUTCOME_LATER, "he is being called about something else");
    } else if (n != NULL && clock_mono_ms() < n->again_at) {
        gateway_outcome(all->g, s->id, OUTCOME_LATER, "he was called a moment ago");
    } else {
        if (n == NULL) {
            n = zalloc(sizeof(*n));
            n->all = all;
            n->next = all->list;
            all->list = n;
            memcpy(n->id, s->id, 16);
            entry_fill(n->number, sizeof(n->number), number);
        }
        entry_fill(n->lang, sizeof(n->lang),
                   prompts_speak(all->lines->desk->prompts, lang) ? lang : all->o.lang);
        begin(n, s);
    }
}

/* ---- turns */

static void
look_at_speech(struct notice *n)
{
    struct buf why = { 0 };
    enum speech_state state = speech_look(n->speech, &n->words, &why);
    if (state != SPEECH_GOES_ON) {
        speech_free(n->speech);
        n->speech = NULL;
    }
    if (state == SPEECH_FAILED) {
        log_error("event=not_spoken why=%s", log_quote((const char *)why.data, why.len));
        never(n, "espeak-ng cannot speak it");
    } else if (state == SPEECH_DONE) {
        dial(n);
    }
    buf_fini(&why);
}

static void
look_at(struct notice *n, int64_t now)
{
    switch (n->stage) {
    case NOTICE_SPEAKS:
        look_at_speech(n);
        break;
    case NOTICE_RINGS:
        if (now >= n->until)
            hang_up(n, "no answer");
        break;
    case NOTICE_SAYS:
    case NOTICE_WAITS:
    case NOTICE_THANKS:
        if (now >= n->until)
            hang_up(n, "he did not confirm it by a key");
        break;
    case NOTICE_RESTS:
        if (now > n->again_at + FORGET_MS)
            notice_free(n); /* its letter went another way */
        break;
    }
}

void
notices_work(struct notices *all)
{
    int64_t now = clock_mono_ms();
    for (struct notice *n = all->list, *next; n != NULL; n = next) {
        next = n->next;
        look_at(n, now);
    }
}

int
notices_wait_ms(const struct notices *all)
{
    int wait = 1000;
    for (const struct notice *n = all->list; n != NULL; n = n->next)
        wait = n->stage == NOTICE_SPEAKS ? 20 : wait;
    return wait;
}

void
notices_stop(struct notices *all)
{
    all->stopped = true;
    for (struct notice *n = all->list, *next; n != NULL; n = next) {
        next = n->next;
        if (n->stage == NOTICE_RINGS)
            line_hang_up(n->line);
        if (n->stage == NOTICE_RINGS || n->stage == NOTICE_SPEAKS)
            not_now(n, "the gateway is ending");
    }
}

void
notices_fini(struct notices *all)
{
    while (all->list != NULL)
        notice_free(all->list);
}
