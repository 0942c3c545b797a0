/* mailbox.c - the queue of updates for one recipient in one territory, and its bells.
 *
 * A letter stands in the stream under the sequence of its last update, so reading after a mark
 * and forgetting up to a mark need no other bookkeeping. A bell is a hint: what it misses is
 * found by reading the mailbox again. */
#include "common/io/log.h"
#include "common/store/call.h"

#include <inttypes.h>
#include <stdio.h>

static struct key
mailbox(struct territory_id t, struct principal_id who, bool watch)
{
    return watch ? key_of(t, KEY_WATCH) : key_mail(t, who);
}

struct letters_wait {
    store_letters_fn *fn;
    void *context;
};

/* One entry of a mailbox: ["12-0", ["l", letter]]. */
static bool
letter_of(struct reply entry, struct letter_entry *out)
{
    struct str id = reply_text(reply_at(entry, 0));
    struct str sequence = str_cut(&id, '-');
    out->bytes = fields_get(reply_at(entry, 1), "l");
    return fields_number(sequence, &out->sequence);
}

static void
on_letters(void *context, enum err err, struct reply r)
{
    struct letters_wait wait = *(struct letters_wait *)context;
    free(context);
    err = call_answer(err, r);
    if (err != OK) {
        wait.fn(wait.context, err, NULL, 0);
        return;
    }
    /* A list of its own, since the callback may well ask for more letters. */
    struct letter_entry *list = NULL;
    size_t count = 0, cap = 0;
    for (size_t i = 0; i < reply_count(r); i++) {
        list = grow_array(list, count, &cap, sizeof(*list));
        if (letter_of(reply_at(r, i), &list[count]))
            count++;
    }
    wait.fn(wait.context, OK, list, count);
    free(list);
}

void
store_letters(struct store *s, struct territory_id t, struct principal_id who, bool watch,
              uint64_t after, size_t count, store_letters_fn *fn, void *context)
{
    struct letters_wait *wait = zalloc(sizeof(*wait));
    *wait = (struct letters_wait){ fn, context };
    struct call *c = call_begin(s, "XRANGE");
    call_key(c, mailbox(t, who, watch));
    call_format(c, "(%" PRIu64 "-0", after);
    call_text(c, "+");
    call_text(c, "COUNT");
    call_number(c, count);
    call_send(s, on_letters, wait);
}

struct life_wait {
    store_life_fn *fn;
    void *context;
};

static void
on_life(void *context, enum err err, struct reply r)
{
    struct life_wait wait = *(struct life_wait *)context;
    struct incarnation life = { 0 };
    free(context);
    err = call_answer(err, r);
    struct str bytes = err == OK ? reply_text(r) : (struct str){ 0 };
    if (err == OK && bytes.len != sizeof(life.b))
        err = ERR_UNKNOWN;
    if (err == OK)
        memcpy(life.b, bytes.at, sizeof(life.b));
    wait.fn(wait.context, err, life);
}

void
store_life(struct store *s, struct territory_id t, store_life_fn *fn, void *context)
{
    struct life_wait *wait = zalloc(sizeof(*wait));
    *wait = (struct life_wait){ fn, context };
    struct call *c = call_begin(s, "HGET");
    call_key(c, key_of(t, KEY_HEAD));
    call_text(c, "inc");
    call_send(s, on_life, wait);
}

void
store_confirm(struct store *s, struct territory_id t, struct principal_id who, uint64_t sequence)
{
    struct call *c = call_begin(s, "XTRIM");
    call_key(c, key_mail(t, who));
    call_text(c, "MINID");
    call_format(c, "%" PRIu64 "-1", sequence); /* the least id that stays */
    call_send_word(s, NULL, NULL);
}

/* ---- bells */

struct bells {
    struct redis *redis;
    store_bell_fn *fn;
    void *context;
};

/* "fl:{north}:bell" -> north. */
static bool
territory_of(struct str channel, struct territory_id *out)
{
    struct str id = channel;
    str_cut(&id, '{');
    id = str_cut(&id, '}');
    return id.len > 0 && str_fill(out->s, sizeof(out->s), id);
}

static void
on_ring(void *context, enum err err, struct reply r)
{
    struct bells *b = context;
    struct territory_id t;
    if (err != OK || reply_count(r) != 4 || !territory_of(reply_text(reply_at(r, 2)), &t))
        return; /* closed, or the confirmation of a subscription */
    struct str rest = reply_text(reply_at(r, 3));
    while (rest.len > 0) {
        struct principal_id who;
        struct str name = str_cut(&rest, ' ');
        if (name.len > 0 && str_fill(who.s, sizeof(who.s), name))
            b->fn(b->context, t, who);
    }
}

static void
on_listening(void *context, enum err err, struct reply r)
{
    struct bells *b = context;
    if (err != OK)
        return;
    if (reply_kind(r) == REPLY_ERROR) {
        struct str why = reply_text(r);
        log_error("event=bells_refused why=%s", log_quote(why.at, why.len));
        return;
    }
    b->fn(b->context, (struct territory_id){ 0 }, (struct principal_id){ 0 });
}

static void
on_bells_up(void *context, struct redis *r)
{
    struct str listen[] = { STR("PSUBSCRIBE"), STR("fl:{*}:bell") };
    redis_call(r, on_listening, context, countof(listen), listen);
}

struct bells *
bells_new(const struct store_options *o, store_bell_fn *fn, void *context)
{
    struct bells *b = zalloc(sizeof(*b));
    b->fn = fn;
    b->context = context;
    b->redis = redis_new(o->where, o->user, o->password, on_bells_up, b);
    redis_on_push(b->redis, on_ring, b);
    return b;
}

void
bells_free(struct bells *b)
{
    if (b == NULL)
        return;
    redis_free(b->redis);
    free(b);
}

struct redis *
bells_redis(struct bells *b)
{
    return b->redis;
}
