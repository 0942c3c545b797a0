/* line.c - what is said next, 20 ms at a time. Time is counted in frames, so a call's pauses are
 * those that the other side hears. */
#include "gateways/phone/line.h"

#include "common/io/log.h"

enum { SILENCE_MS = 4000, LOUD = 250 };

enum line_stage { LINE_IDLES, LINE_SAYS, LINE_WAITS, LINE_RECORDS };

struct line {
    struct lines *lines;
    struct sip_call *call;
    struct talk *talk;              /* of a call that came in */
    const struct line_owner *owner; /* of one that went out */
    void *own;
    enum line_stage stage;
    const struct sound *sounds[MENU_PROMPTS];
    size_t count, at, offset;
    int32_t left_ms, silent_ms;
    struct sound record;
};

static void
line_free(struct line *line)
{
    line->lines->count--;
    line->lines->out -= line->owner != NULL;
    sound_fini(&line->record);
    free(line);
}

/* ---- what comes of it */

static void
hear(struct line *line, enum menu_heard what, const struct menu_word *w, struct str wav)
{
    struct lines *l = line->lines;
    line->stage = LINE_IDLES;
    if (line->talk != NULL)
        talk_hear(line->talk, what, w, wav);
    else
        line->owner->hear(line->own, what, w == NULL ? '\0' : w->key);
    sip_wake(l->door); /* what was taken is committed now */
}

static void
hear_record(struct line *line, enum menu_heard what)
{
    struct buf wav = { 0 };
    const struct menu_word w = { .recorded_ms = (int32_t)(line->record.count / SOUND_MS) };
    if (line->record.count > 0)
        sound_to_wav(&wav, &line->record);
    hear(line, what, &w, buf_str(&wav));
    buf_fini(&wav);
}

/* ---- the door's calls */

static void
say_frame(struct line *line, int16_t out[FRAME])
{
    size_t filled = 0;
    if (line->at == line->count) { /* a frame later: the last one is to be heard too */
        hear(line, HEARD_ENDED, NULL, str_of(NULL));
        return;
    }
    while (filled < FRAME && line->at < line->count) {
        const struct sound *s = line->sounds[line->at];
        size_t some = s->count - line->offset;
        some = some < FRAME - filled ? some : FRAME - filled;
        if (some > 0)
            memcpy(out + filled, s->samples + line->offset, some * sizeof(*out));
        filled += some;
        line->offset += some;
        if (line->offset < s->count)
            break;
        line->at++;
        line->offset = 0;
    }
}

static void
on_frame(void *call, int16_t out[FRAME])
{
    struct line *line = call;
    line->left_ms -= FRAME_MS;
    line->silent_ms += FRAME_MS;
    switch (line->stage) {
    case LINE_IDLES:
        break;
    case LINE_SAYS:
        say_frame(line, out);
        break;
    case LINE_WAITS:
        if (line->left_ms <= 0)
            hear(line, HEARD_ENDED, NULL, str_of(NULL));
        break;
    case LINE_RECORDS:
        if (line->left_ms <= 0 || line->silent_ms >= SILENCE_MS)
            hear_record(line, HEARD_ENDED);
        break;
    }
}

static void
on_heard(void *call, const int16_t *samples, size_t count)
{
    struct line *line = call;
    if (line->stage != LINE_RECORDS || line->record.count + count > SOUND_SAMPLES_MAX)
        return;
    sound_put(&line->record, samples, count);
    if (sound_level(samples, count) >= LOUD)
        line->silent_ms = 0;
}

static void
on_key(void *call, char key)
{
    struct line *line = call;
    const struct menu_word w = { .key = key };
    if (line->stage == LINE_SAYS || line->stage == LINE_WAITS)
        hear(line, HEARD_KEY, &w, str_of(NULL));
    else if (line->stage == LINE_RECORDS && key == '#')
        hear_record(line, HEARD_ENDED);
}

static void
on_up(void *call)
{
    struct line *line = call;
    if (line->talk != NULL)
        talk_begin(line->talk);
    else
        line->owner->up(line->own);
}

static void
on_gone(void *call, int status)
{
    struct line *line = call;
    if (line->talk != NULL)
        hear_record(line, HEARD_GONE);
    else
        line->owner->gone(line->own, status);
    line_free(line);
}

/* ---- a talk's wishes */

static void
start(struct line *line, enum line_stage stage, int32_t ms)
{
    line->stage = stage;
    line->left_ms = ms;
    line->silent_ms = 0;
}

void
line_play(struct line *line, const struct sound *const *sounds, size_t count)
{
    assert(count <= MENU_PROMPTS);
    memcpy(line->sounds, sounds, count * sizeof(struct sound *));
    line->count = count;
    line->at = line->offset = 0;
    start(line, LINE_SAYS, 0);
}

static void
say(void *own, const char *lang, const char *const *prompts, size_t count)
{
    struct line *line = own;
    const struct sound *sounds[MENU_PROMPTS];
    size_t have = 0;
    lang = lang[0] != '\0' ? lang : line->lines->lang;
    for (size_t i = 0; i < count; i++) {
        const struct sound *s = prompts_get(line->lines->desk->prompts, lang, prompts[i]);
        if (s != NULL)
            sounds[have++] = s;
        else
            log_warn("event=no_prompt name=%s lang=%s do=\"run faultline gateway phone prompts\"",
                     prompts[i], lang);
    }
    line_play(line, sounds, have);
}

static void
wait(void *own, int32_t ms)
{
    start(own, LINE_WAITS, ms);
}

void
line_wait(struct line *line, int32_t ms)
{
    start(line, LINE_WAITS, ms);
}

static void
record(void *own, int32_t ms)
{
    struct line *line = own;
    line->record.count = 0;
    start(line, LINE_RECORDS, ms);
}

static void
hang_up(void *own)
{
    line_hang_up(own);
}

void
line_hang_up(struct line *line)
{
    sip_hang_up(line->call);
    line_free(line);
}

static const struct line_calls calls = { say, wait, record, hang_up };

/* ---- beginning */

static void *
on_ring(void *own, struct sip_call *call, const char *call_id, const char *number, int *status)
{
    struct lines *l = own;
    struct buf key = { 0 };
    if (l->count - l->out >= l->calls_max) {
        log_warn("event=busy calls=%zu do=\"raise calls_max\"", l->count - l->out);
        *status = 486;
        return NULL;
    }
    /* What the disk does not take is refused before anybody has told his story. */
    l->desk->unsynced = l->desk->unsynced && !gateway_commit(l->desk->g);
    if (l->desk->unsynced) {
        *status = 503;
        return NULL;
    }
    struct line *line = zalloc(sizeof(*line));
    line->lines = l;
    line->call = call;
    l->count++;
    buf_printf(&key, "sip %s", call_id);
    log_info("event=call by=sip call=%s", log_quote(call_id, strlen(call_id)));
    line->talk = talk_new(l->desk, &calls, line, buf_cstr(&key), number, NULL);
    buf_fini(&key);
    return line;
}

struct line *
line_dial(struct lines *l, const char *number, const struct line_owner *owner, void *own)
{
    struct line *line = zalloc(sizeof(*line));
    line->lines = l;
    line->owner = owner;
    line->own = own;
    l->count++;
    l->out++;
    line->call = sip_dial(l->door, number, line);
    if (line->call != NULL)
        return line;
    line_free(line);
    return NULL;
}

const struct sip_told lines_told = { on_ring, on_up, on_frame, on_heard, on_key, on_gone };
