/* thread.c - threads in four indexes and a row by age.
 *
 * Invariant: a thread stands in the chain of each of its keys that is not zero, newest first, and
 * `keys` says under which. */
#include "gateways/thread.h"

#include "common/base/map.h"
#include "common/io/log.h"
#include "gateways/entry.h"

struct threads {
    struct map reports, chains[THREAD_INDEXES]; /* 16 bytes -> thread */
    struct thread *oldest, *newest;
    size_t count, most;
};

enum { PUT = 1, FORGET };
static const uint8_t nothing[16];

struct threads *
threads_new(size_t most)
{
    struct threads *ts = zalloc(sizeof(*ts));
    ts->most = most;
    map_init(&ts->reports, 16);
    for (size_t i = 0; i < THREAD_INDEXES; i++)
        map_init(&ts->chains[i], 16);
    return ts;
}

static void
thread_free(struct thread *t)
{
    free(t->source);
    free(t->address);
    free(t->lang);
    free(t->data);
    free(t);
}

void
threads_free(struct threads *ts)
{
    if (ts == NULL)
        return;
    for (struct thread *t = ts->oldest, *next; t != NULL; t = next) {
        next = t->newer;
        thread_free(t);
    }
    map_fini(&ts->reports);
    for (size_t i = 0; i < THREAD_INDEXES; i++)
        map_fini(&ts->chains[i]);
    free(ts);
}

size_t
threads_count(const struct threads *ts)
{
    return ts->count;
}

/* ---- indexes */

static void
key_of_text(uint8_t key[16], const char *text)
{
    memset(key, 0, 16);
    if (text[0] != '\0')
        digest_16(key, NULL, str_of(text));
}

static void
unchain(struct threads *ts, struct thread *t, size_t index)
{
    struct map *chains = &ts->chains[index];
    struct thread *head = map_get(chains, t->keys[index]);
    if (head == t) {
        if (t->next[index] != NULL)
            map_put(chains, t->keys[index], t->next[index]);
        else
            map_del(chains, t->keys[index]);
    } else {
        while (head != NULL && head->next[index] != t)
            head = head->next[index];
        if (head != NULL)
            head->next[index] = t->next[index];
    }
    t->next[index] = NULL;
    memset(t->keys[index], 0, 16);
}

static void
chain(struct threads *ts, struct thread *t, size_t index, const uint8_t key[16])
{
    if (memcmp(t->keys[index], key, 16) == 0)
        return;
    if (memcmp(t->keys[index], nothing, 16) != 0)
        unchain(ts, t, index);
    if (memcmp(key, nothing, 16) == 0)
        return;
    memcpy(t->keys[index], key, 16);
    t->next[index] = map_put(&ts->chains[index], key, t);
}

static void
chain_all(struct threads *ts, struct thread *t)
{
    uint8_t key[16];
    chain(ts, t, BY_TICKET, t->ticket);
    key_of_text(key, t->address);
    chain(ts, t, BY_ADDRESS, key);
    key_of_text(key, t->number);
    chain(ts, t, BY_NUMBER, key);
}

struct thread *
thread_of_report(const struct threads *ts, const uint8_t report[16])
{
    return map_get(&ts->reports, report);
}

struct thread *
thread_of_ticket(const struct threads *ts, const uint8_t ticket[16])
{
    return map_get(&ts->chains[BY_TICKET], ticket);
}

struct thread *
thread_of_address(const struct threads *ts, const char *address)
{
    uint8_t key[16];
    key_of_text(key, address);
    return map_get(&ts->chains[BY_ADDRESS], key);
}

struct thread *
thread_of_number(const struct threads *ts, const char *number)
{
    uint8_t key[16];
    key_of_text(key, number);
    return map_get(&ts->chains[BY_NUMBER], key);
}

struct thread *
thread_next(const struct thread *t, enum thread_by index)
{
    return t->next[index];
}

/* ---- in the book */

static void
put(const struct thread *t, struct book *b)
{
    struct buf e = { 0 };
    const char *const texts[] = { t->source,    t->address, t->lang,  t->data,
                                  t->territory, t->number,  t->state, t->level,
                                  t->engineer,  t->name,    t->phone };
    buf_put_u8(&e, PUT);
    buf_put(&e, t->report, 16);
    buf_put(&e, t->ticket, 16);
    buf_put_i64(&e, t->at);
    buf_put_i64(&e, t->ended_at);
    buf_put_i64(&e, t->told_at);
    buf_put_u32(&e, t->version);
    for (size_t i = 0; i < countof(texts); i++)
        entry_put_text(&e, texts[i]);
    book_put(b, THREAD_KIND, buf_str(&e));
    buf_fini(&e);
}

static void
enter(struct threads *ts, struct thread *t)
{
    map_put(&ts->reports, t->report, t);
    chain_all(ts, t);
    t->older = ts->newest;
    if (ts->newest != NULL)
        ts->newest->newer = t;
    else
        ts->oldest = t;
    ts->newest = t;
    ts->count++;
}

static void
leave(struct threads *ts, struct thread *t)
{
    map_del(&ts->reports, t->report);
    for (size_t i = 0; i < THREAD_INDEXES; i++)
        if (memcmp(t->keys[i], nothing, 16) != 0)
            unchain(ts, t, i);
    *(t->newer != NULL ? &t->newer->older : &ts->newest) = t->older;
    *(t->older != NULL ? &t->older->newer : &ts->oldest) = t->newer;
    ts->count--;
    thread_free(t);
}

static void
forget(struct threads *ts, struct book *b, struct thread *t)
{
    struct buf e = { 0 };
    buf_put_u8(&e, FORGET);
    buf_put(&e, t->report, 16);
    book_put(b, THREAD_KIND, buf_str(&e));
    buf_fini(&e);
    leave(ts, t);
}

static void
load(void *own, struct str entry)
{
    struct threads *ts = own;
    struct cur c = cur_of(entry);
    struct thread *t = zalloc(sizeof(*t));
    uint8_t what = cur_u8(&c);
    cur_get(&c, t->report, 16);
    struct thread *there = thread_of_report(ts, t->report);
    if (what == PUT) {
        cur_get(&c, t->ticket, 16);
        t->at = cur_i64(&c);
        t->ended_at = cur_i64(&c);
        t->told_at = cur_i64(&c);
        t->version = cur_u32(&c);
    }
    t->source = entry_text(&c);
    t->address = entry_text(&c);
    t->lang = entry_text(&c);
    t->data = entry_text(&c);
    entry_get_text(&c, t->territory, sizeof(t->territory));
    entry_get_text(&c, t->number, sizeof(t->number));
    entry_get_text(&c, t->state, sizeof(t->state));
    entry_get_text(&c, t->level, sizeof(t->level));
    entry_get_text(&c, t->engineer, sizeof(t->engineer));
    entry_get_text(&c, t->name, sizeof(t->name));
    entry_get_text(&c, t->phone, sizeof(t->phone));
    if (there != NULL && (what == FORGET || cur_done(&c)))
        leave(ts, there);
    if (what == PUT && cur_done(&c))
        enter(ts, t);
    else
        thread_free(t);
}

static void
save(void *own, struct book *b)
{
    const struct threads *ts = own;
    for (const struct thread *t = ts->oldest; t != NULL; t = t->newer)
        put(t, b);
}

struct book_table
threads_table(struct threads *ts)
{
    return (struct book_table){ THREAD_KIND, ts, load, save };
}

/* ---- its life */

enum { LOOK_MAX = 64 };

/* The oldest that has ended, among the oldest few; else the oldest. */
static void
make_room(struct threads *ts, struct book *b)
{
    struct thread *t = ts->oldest;
    for (size_t i = 0; i < LOOK_MAX && t != NULL && t->ended_at == 0; i++)
        t = t->newer;
    if (t == NULL || t->ended_at == 0) {
        t = ts->oldest;
        log_warn("event=thread_forgotten number=%s why=\"%zu threads are open: its reporter will "
                 "not be told\"",
                 t->number, ts->count);
    }
    forget(ts, b, t);
}

struct thread *
thread_begin(struct threads *ts, struct book *b, const struct thread *from)
{
    struct thread *t = thread_of_report(ts, from->report);
    if (t != NULL)
        return t;
    if (ts->count >= ts->most)
        make_room(ts, b);
    t = zalloc(sizeof(*t));
    memcpy(t->report, from->report, 16);
    memcpy(t->ticket, from->report, 16);
    t->at = from->at;
    t->source = str_dup(str_of(from->source));
    t->address = str_dup(str_of(from->address));
    t->lang = str_dup(str_of(from->lang));
    struct str data = str_of(from->data);
    t->data = str_dup(str_bytes(data.at, data.len < THREAD_DATA_MAX ? data.len : THREAD_DATA_MAX));
    enter(ts, t);
    put(t, b);
    return t;
}

static bool
is_end(const char *state)
{
    static const char *const ends[] = { "closed", "rejected", "cancelled", "duplicate" };
    for (size_t i = 0; i < countof(ends); i++)
        if (strcmp(state, ends[i]) == 0)
            return true;
    return false;
}

/* An absent text leaves what was known, but for the engineer, who may have gone. */
static void
learn_texts(struct thread *t, const struct fl_update *u)
{
    const struct {
        char *to;
        size_t size;
        const char *from;
        bool may_go;
    } rows[] = {
        { t->territory, sizeof(t->territory), u->territory, false },
        { t->number, sizeof(t->number), u->number, false },
        { t->state, sizeof(t->state), u->state, false },
        { t->level, sizeof(t->level), u->level, false },
        { t->engineer, sizeof(t->engineer), u->engineer, true },
        { t->name, sizeof(t->name), u->name, true },
        { t->phone, sizeof(t->phone), u->phone, true },
    };
    bool of_ticket = strcmp(u->kind, "ticket") == 0;
    for (size_t i = 0; i < countof(rows); i++)
        if (rows[i].from[0] != '\0' || (rows[i].may_go && of_ticket))
            entry_fill(rows[i].to, rows[i].size, rows[i].from);
}

void
thread_learn(struct threads *ts, struct book *b, struct thread *t, const struct fl_update *u)
{
    bool another = u->has_ticket && memcmp(t->ticket, u->ticket, 16) != 0;
    if (u->version < t->version && !another)
        return;
    t->version = u->version;
    t->told_at = u->at;
    learn_texts(t, u);
    t->ended_at = is_end(t->state) ? u->at : 0;
    if (u->has_ticket)
        memcpy(t->ticket, u->ticket, 16);
    if (u->has_other && is_end(t->state)) { /* it goes on there */
        memcpy(t->ticket, u->other, 16);
        t->version = 0;
        t->ended_at = 0;
    }
    chain_all(ts, t);
    put(t, b);
}

void
thread_accepted(struct threads *ts, struct book *b, struct thread *t, const char *territory,
                const char *number)
{
    if (t->number[0] != '\0')
        return;
    entry_fill(t->territory, sizeof(t->territory), territory);
    entry_fill(t->number, sizeof(t->number), number);
    chain_all(ts, t);
    put(t, b);
}

void
threads_tidy(struct threads *ts, struct book *b, int64_t before)
{
    struct thread *t = ts->oldest, *next;
    for (size_t i = 0; i < LOOK_MAX && t != NULL; i++, t = next) {
        next = t->newer;
        if (t->ended_at != 0 && t->ended_at < before)
            forget(ts, b, t);
    }
}
