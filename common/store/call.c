/* call.c - one call to Redis and its answer in our own words. */
#include "common/store/call.h"

#include "common/io/log.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

struct call *
call_begin(struct store *s, const char *command)
{
    struct call *c = &s->call;
    arena_clear(&c->texts);
    c->argc = c->counted = 0;
    call_text(c, command);
    return c;
}

struct call *
call_function(struct store *s, const char *name)
{
    struct call *c = call_begin(s, "FCALL");
    call_text(c, name);
    c->counted = c->argc;
    call_text(c, "0");
    return c;
}

void
call_keys_end(struct call *c)
{
    assert(c->counted > 0);
    char *digits = arena_alloc(&c->texts, 24);
    snprintf(digits, 24, "%zu", c->argc - c->counted - 1);
    c->argv[c->counted] = str_of(digits);
    call_number(c, STORE_VERSION);
}

void
call_str(struct call *c, struct str bytes)
{
    c->argv = grow_array(c->argv, c->argc, &c->cap, sizeof(*c->argv));
    c->argv[c->argc++] = bytes;
}

void
call_bytes(struct call *c, const void *at, size_t len)
{
    call_str(c, str_bytes(at, len));
}

void
call_text(struct call *c, const char *zero_terminated)
{
    call_str(c, str_of(zero_terminated));
}

void
call_name(struct call *c, const char *padded, size_t size)
{
    call_str(c, (struct str){ padded, strnlen(padded, size) });
}

void
call_number(struct call *c, uint64_t n)
{
    call_format(c, "%" PRIu64, n);
}

void
call_key(struct call *c, struct key key)
{
    call_str(c, arena_copy(&c->texts, str_of(key.s)));
}

void
call_format(struct call *c, const char *format, ...)
{
    char text[96];
    va_list args;
    va_start(args, format);
    int len = vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    assert(len >= 0 && (size_t)len < sizeof(text));
    call_str(c, arena_copy(&c->texts, (struct str){ text, (size_t)len }));
}

void
call_send(struct store *s, redis_fn *fn, void *context)
{
    redis_call(s->redis, fn, context, s->call.argc, s->call.argv);
}

struct word_wait {
    store_fn *fn;
    void *context;
};

static void
on_word(void *context, enum err err, struct reply r)
{
    struct word_wait wait = *(struct word_wait *)context;
    free(context);
    enum err answer = call_answer(err, r);
    if (wait.fn != NULL)
        wait.fn(wait.context, answer);
}

void
call_send_word(struct store *s, store_fn *fn, void *context)
{
    struct word_wait *wait = zalloc(sizeof(*wait));
    *wait = (struct word_wait){ fn, context };
    call_send(s, on_word, wait);
}

enum err
call_ask(struct store *s, struct reply *owned)
{
    *owned = (struct reply){ NULL };
    enum err err = store_up(s, UP_MS);
    if (err == OK)
        err = redis_ask(s->redis, ASK_MS, s->call.argc, s->call.argv, owned);
    err = call_answer(err, *owned);
    if (err != OK)
        reply_free(owned);
    return err;
}

enum err
call_do(struct store *s)
{
    struct reply owned;
    enum err err = call_ask(s, &owned);
    reply_free(&owned);
    return err;
}

/* The words that store.lua answers. Any other text is data. */
static const struct {
    const char *word;
    enum err err;
} words[] = {
    { "DUPLICATE", ERR_DUPLICATE }, { "FENCED", ERR_FENCED },     { "DIVERGED", ERR_DIVERGED },
    { "BUSY", ERR_BUSY },           { "CONFLICT", ERR_CONFLICT }, { "UNKNOWN", ERR_UNKNOWN },
};

/* How error replies begin. Those that are ERR_CLOSED pass: nothing was done, ask again. */
static const struct {
    const char *start;
    enum err err;
} troubles[] = {
    { "FLVERSION ", ERR_VERSION }, { "OOM ", ERR_BUSY },
    { "LOADING ", ERR_CLOSED },    { "BUSY ", ERR_CLOSED },
    { "TRYAGAIN ", ERR_CLOSED },   { "CLUSTERDOWN ", ERR_CLOSED },
    { "MASTERDOWN ", ERR_CLOSED }, { "READONLY ", ERR_CLOSED },
    { "UNBLOCKED ", ERR_CLOSED },  { "ERR Function not found", ERR_CLOSED },
    { "NOPERM ", ERR_FORBIDDEN },
};

static enum err
trouble(struct str text)
{
    for (size_t i = 0; i < countof(troubles); i++)
        if (str_starts(text, str_of(troubles[i].start))) {
            if (troubles[i].err != ERR_BUSY && troubles[i].err != ERR_CLOSED)
                log_error("event=store_refused why=%s", log_quote(text.at, text.len));
            return troubles[i].err;
        }
    log_error("event=store_failed why=%s", log_quote(text.at, text.len));
    return ERR_IO;
}

enum err
call_answer(enum err err, struct reply r)
{
    if (err != OK)
        return err;
    struct str text = reply_text(r);
    if (reply_kind(r) == REPLY_ERROR)
        return trouble(text);
    for (size_t i = 0; i < countof(words) && text.len > 0; i++)
        if (str_is(text, words[i].word))
            return words[i].err;
    return OK;
}

struct str
fields_get(struct reply list, const char *name)
{
    for (size_t i = 0; i + 1 < reply_count(list); i += 2)
        if (str_is(reply_text(reply_at(list, i)), name))
            return reply_text(reply_at(list, i + 1));
    return (struct str){ NULL, 0 };
}

bool
fields_copy(struct reply list, const char *name, void *to, size_t size)
{
    struct str s = fields_get(list, name);
    if (s.len != size)
        return false;
    memcpy(to, s.at, size);
    return true;
}

bool
fields_number(struct str text, uint64_t *out)
{
    uint64_t n = 0;
    if (text.len == 0 || text.len > 20)
        return false;
    for (size_t i = 0; i < text.len; i++) {
        uint64_t digit = (uint64_t)(text.at[i] - '0');
        if (digit > 9 || n > (UINT64_MAX - digit) / 10)
            return false;
        n = n * 10 + digit;
    }
    *out = n;
    return true;
}
