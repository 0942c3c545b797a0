/* crew.c - members, their lists, their clients. */
#include "gateways/sms/crew.h"

#include "common/io/clock.h"
#include "common/io/log.h"
#include "gateways/entry.h"
#include "gateways/sms/code.h"
#include "gateways/sms/words.h"

#include <errno.h>
#include <stdio.h>

enum { SLOTS_MAX = 40, NUMBERS = 99, KEYS = 16, SAY_UNITS = 128, ONE_SMS = 160 };

struct slot {
    unsigned number; /* in his list */
    enum order order;
    bool his; /* accepted: no offer any more */
    uint8_t ticket[16];
    uint32_t version; /* as he was told */
    char territory[16], name[32], state[24];
    char about[400]; /* who reported what, for when it is his */
};
struct member {
    char id[24], number[NUMBER_SIZE], lang[8];
    struct fl_client *client;
    unsigned last; /* number given out */
    struct slot slots[SLOTS_MAX];
    size_t count;
    uint8_t keys[KEYS][16]; /* of his last messages: once is once */
    uint64_t keys_next;
};
struct crew {
    struct member *members[CREW_MAX];
    size_t count;
    struct gateway *g;
    struct fl_context *context;
    bool dry_run, busy;
};

/* ---- the book: a member's whole truth is one entry */

static void
put_member(struct book *b, const struct member *m)
{
    struct buf e = { 0 };
    entry_put_text(&e, m->id);
    buf_put_u32(&e, m->last);
    buf_put_u64(&e, m->keys_next);
    buf_put(&e, m->keys, sizeof(m->keys));
    buf_put_u32(&e, (uint32_t)m->count);
    for (size_t i = 0; i < m->count; i++) {
        const struct slot *s = &m->slots[i];
        buf_put_u32(&e, s->number);
        buf_put_u8(&e, (uint8_t)s->order);
        buf_put_u8(&e, s->his);
        buf_put(&e, s->ticket, 16);
        buf_put_u32(&e, s->version);
        entry_put_text(&e, s->territory);
        entry_put_text(&e, s->name);
        entry_put_text(&e, s->state);
        entry_put_text(&e, s->about);
    }
    book_put(b, CREW_KIND, buf_str(&e));
    buf_fini(&e);
}

static struct member *
of_id(const struct crew *c, const char *id)
{
    for (size_t i = 0; i < c->count; i++)
        if (strcmp(c->members[i]->id, id) == 0)
            return c->members[i];
    return NULL;
}

static struct member *
add(struct crew *c, const char *id)
{
    struct member *m = of_id(c, id);
    if (m != NULL || c->count == CREW_MAX)
        return m;
    m = zalloc(sizeof(*m));
    entry_fill(m->id, sizeof(m->id), id);
    return c->members[c->count++] = m;
}

static void
get_slot(struct cur *cur, struct slot *s)
{
    *s = (struct slot){ .number = cur_u32(cur) };
    s->order = (enum order)cur_u8(cur);
    s->his = cur_u8(cur) != 0;
    cur_get(cur, s->ticket, 16);
    s->version = cur_u32(cur);
    entry_get_text(cur, s->territory, sizeof(s->territory));
    entry_get_text(cur, s->name, sizeof(s->name));
    entry_get_text(cur, s->state, sizeof(s->state));
    entry_get_text(cur, s->about, sizeof(s->about));
    if (s->order >= ORDERS)
        cur->failed = true;
}

static void
load(void *own, struct str entry)
{
    struct cur cur = cur_of(entry);
    struct member read = { 0 };
    entry_get_text(&cur, read.id, sizeof(read.id));
    read.last = cur_u32(&cur);
    read.keys_next = cur_u64(&cur);
    cur_get(&cur, read.keys, sizeof(read.keys));
    read.count = cur_u32(&cur);
    if (read.count > SLOTS_MAX)
        return;
    for (size_t i = 0; i < read.count; i++)
        get_slot(&cur, &read.slots[i]);
    struct member *m = cur_done(&cur) ? add(own, read.id) : NULL;
    if (m != NULL)
        *m = read;
}

static void
save(void *own, struct book *b)
{
    const struct crew *c = own;
    for (size_t i = 0; i < c->count; i++)
        put_member(b, c->members[i]);
}

struct book_table
crew_table(struct crew *c)
{
    return (struct book_table){ .kind = CREW_KIND, .own = c, .load = load, .save = save };
}

/* ---- opening */

struct crew *
crew_new(void)
{
    return zalloc(sizeof(struct crew));
}

void
crew_free(struct crew *c)
{
    for (size_t i = 0; i < c->count; i++) {
        if (c->members[i]->client != NULL)
            fl_client_close(c->members[i]->client);
        free(c->members[i]);
    }
    if (c->context != NULL)
        fl_context_free(c->context);
    free(c);
}

/* NULL: fine. */
static const char *
read_line(struct crew *c, struct str line, const struct numbering *n)
{
    char number[NUMBER_SIZE], id[24], lang[8];
    struct str raw = str_trim(str_cut(&line, ',')), who = str_trim(str_cut(&line, ','));
    if (!sms_number(number, n, raw))
        return "the first column is no number that can be called";
    if (who.len == 0 || !str_fill(id, sizeof(id), who))
        return "the second column is no engineer's id";
    if (!str_fill(lang, sizeof(lang), str_trim(str_cut(&line, ','))))
        return "the third column is no language: en or zh";
    struct member *m = add(c, id);
    if (m == NULL)
        return "too many engineers without a device: 250 at most, another gateway for the rest";
    if (m->number[0] != '\0' || crew_of_number(c, number) != NULL)
        return "this number or engineer stands above already";
    memcpy(m->number, number, sizeof(number));
    memcpy(m->lang, lang, sizeof(lang));
    return NULL;
}

static bool
read_file(struct crew *c, const char *path, const struct numbering *n, struct buf *why)
{
    char text[256];
    const char *wrong = NULL;
    FILE *f = fopen(path, "re");
    if (f == NULL && errno != ENOENT)
        buf_printf(why, "%s: %s", path, strerror(errno));
    if (f == NULL)
        return errno == ENOENT;
    for (size_t number = 1; wrong == NULL && fgets(text, sizeof(text), f) != NULL; number++) {
        struct str line = str_trim(str_of(text));
        if (line.len == 0 || line.at[0] == '#' || str_starts(line, STR("number,")))
            continue;
        wrong = read_line(c, line, n);
        if (wrong != NULL)
            buf_printf(why, "%s:%zu: %s (number,engineer,lang)", path, number, wrong);
    }
    fclose(f);
    return wrong == NULL;
}

static bool
open_member(struct crew *c, struct member *m, struct buf *why)
{
    const struct conf *conf = gateway_conf(c->g);
    const char *brokers[BROKERS_MAX + 1] = { NULL };
    char key[700], spool[700], said[512] = "";
    for (size_t i = 0; i < conf->brokers_count; i++)
        brokers[i] = conf->brokers[i];
    snprintf(key, sizeof(key), "%s/%s.key", conf->keys_dir, m->id);
    snprintf(spool, sizeof(spool), "%s/sms.%s", conf->spool_dir, m->id);
    const struct fl_options o = { .brokers = brokers,
                                  .broker_key = conf->broker_public,
                                  .pool_key = conf->pool_public,
                                  .key_file = key,
                                  .spool = spool,
                                  .context = c->context,
                                  .software = "faultline-gateway-sms " FAULTLINE_VERSION };
    int e = fl_client_open(&m->client, &o, said, sizeof(said));
    if (e != FL_OK)
        buf_printf(why, "engineer %s: %s", m->id, said[0] != '\0' ? said : fl_error_text(e));
    else
        fl_subscribe(m->client, false);
    return e == FL_OK;
}

bool
crew_open(struct crew *c, struct gateway *g, const char *path, const struct numbering *n,
          bool dry_run, struct buf *why)
{
    c->g = g;
    c->dry_run = dry_run;
    if (!read_file(c, path, n, why))
        return false;
    size_t kept = 0;
    for (size_t i = 0; i < c->count; i++)
        if (c->members[i]->number[0] != '\0')
            c->members[kept++] = c->members[i];
        else
            free(c->members[i]); /* he has left the file */
    c->count = kept;
    c->context = dry_run || kept == 0 ? NULL : fl_context_new();
    for (size_t i = 0; i < kept && !dry_run; i++)
        if (!open_member(c, c->members[i], why))
            return false;
    return true;
}

struct member *
crew_of_number(const struct crew *c, const char *number)
{
    for (size_t i = 0; i < c->count; i++)
        if (strcmp(c->members[i]->number, number) == 0)
            return c->members[i];
    return NULL;
}

/* ---- telling him */

static bool
is_zh(const struct member *m)
{
    return strncmp(m->lang, "zh", 2) == 0;
}

static void
say(struct crew *c, const struct member *m, const char *text)
{
    gateway_say(c->g, m->number, m->lang, "", text);
}

static void
tell(struct crew *c, const struct member *m, const struct slot *s, const struct fl_update *u)
{
    char words[1024];
    struct buf text = { 0 };
    bool asks = s != NULL && !s->his && strcmp(u->kind, "withdrawn") != 0;
    const struct fl_saying how = { .lang = is_zh(m) ? FL_ZH : FL_EN,
                                   .to = FL_TO_ENGINEER,
                                   .units_max = asks ? SAY_UNITS : ONE_SMS - 8,
                                   .gsm7 = true,
                                   .utc_offset_min = clock_zone_min(u->at) };
    fl_say(words, sizeof(words), &how, u);
    if (s != NULL)
        buf_printf(&text, "%u: ", s->number);
    buf_printf(&text, "%s", words);
    if (asks)
        buf_printf(&text, sms_words(ANSWER_OFFER_TAIL, is_zh(m)), s->number, s->number);
    say(c, m, buf_cstr(&text));
    buf_fini(&text);
}

/* It is his: who reported it, and what. As long as that takes. */
static void
tell_his(struct crew *c, const struct member *m, struct slot *s)
{
    struct buf text = { 0 };
    s->his = true;
    buf_printf(&text, sms_words(ANSWER_YOURS, is_zh(m)), s->number, s->name, s->about);
    say(c, m, buf_cstr(&text));
    buf_fini(&text);
}

static void
tell_list(struct crew *c, const struct member *m)
{
    struct buf text = { 0 };
    buf_printf(&text, "%s", sms_words(m->count == 0 ? ANSWER_NO_ORDERS : ANSWER_ORDERS, is_zh(m)));
    for (size_t i = 0; i < m->count; i++)
        buf_printf(&text, "\n%u: %s %s", m->slots[i].number, m->slots[i].name,
                   m->slots[i].his ? sms_state_words(m->slots[i].state, is_zh(m)) : "?");
    buf_printf(&text, "\n%s", sms_words(ANSWER_CODES, is_zh(m)));
    say(c, m, buf_cstr(&text));
    buf_fini(&text);
}

/* ---- his list */

static struct slot *
slot_of_ticket(struct member *m, const uint8_t ticket[16])
{
    for (size_t i = 0; i < m->count; i++)
        if (memcmp(m->slots[i].ticket, ticket, 16) == 0)
            return &m->slots[i];
    return NULL;
}

static struct slot *
slot_of_number(struct member *m, unsigned number)
{
    for (size_t i = 0; i < m->count; i++)
        if (m->slots[i].number == number)
            return &m->slots[i];
    return NULL;
}

static void
remove_slot(struct member *m, struct slot *s)
{
    size_t at = (size_t)(s - m->slots);
    m->count--;
    memmove(s, s + 1, (m->count - at) * sizeof(*s));
}

static struct slot *
put_slot(struct member *m, const struct fl_update *u, enum order order)
{
    struct slot *s = slot_of_ticket(m, u->ticket);
    if (s == NULL && m->count == SLOTS_MAX) { /* the dispatchers' screens still have it */
        log_warn("event=list_full engineer=%s forgotten=%s", m->id, m->slots[0].name);
        remove_slot(m, &m->slots[0]);
    }
    if (s == NULL) {
        s = &m->slots[m->count++];
        *s = (struct slot){ .order = order };
        do
            m->last = m->last % NUMBERS + 1;
        while (slot_of_number(m, m->last) != NULL && slot_of_number(m, m->last) != s);
        s->number = m->last;
        memcpy(s->ticket, u->ticket, 16);
    }
    s->order = order;
    s->version = u->version;
    entry_fill(s->territory, sizeof(s->territory), u->territory);
    entry_fill(s->name, sizeof(s->name), u->number);
    entry_fill(s->state, sizeof(s->state), u->state);
    if (u->text[0] != '\0' || u->contact[0] != '\0') {
        struct buf about = { 0 };
        buf_printf(&about, "%s %s %s", u->reporter, u->contact, u->text);
        entry_fill(s->about, sizeof(s->about), buf_cstr(&about));
        buf_fini(&about);
    }
    return s;
}

/* ---- updates */

static void
on_asked(struct crew *c, struct member *m, const struct fl_update *u)
{
    enum order order = strcmp(u->kind, "offer") == 0      ? ORDER_OFFER
                       : strcmp(u->kind, "transfer") == 0 ? ORDER_TRANSFER
                                                          : ORDER_HELP;
    struct slot *s = put_slot(m, u, order);
    s->his = false;
    tell(c, m, s, u);
}

static void
on_withdrawn(struct crew *c, struct member *m, const struct fl_update *u)
{
    struct slot *s = slot_of_ticket(m, u->ticket);
    if (s == NULL)
        return;
    tell(c, m, s, u);
    remove_slot(m, s);
}

static bool
is_one_of(const char *text, const char *const *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(text, list[i]) == 0)
            return true;
    return false;
}

static void
on_ticket(struct crew *c, struct member *m, const struct fl_update *u)
{
    static const char *const ends[] = { "closed", "rejected", "duplicate", "cancelled" };
    static const char *const told[] = { "accepted", "rejected", "duplicate", "cancelled" };
    struct slot *s = slot_of_ticket(m, u->ticket);
    bool over = is_one_of(u->state, ends, countof(ends));
    if (s == NULL && (over || strcmp(u->engineer, m->id) != 0))
        return;
    bool news = s == NULL || strcmp(s->state, u->state) != 0;
    s = put_slot(m, u, s == NULL ? ORDER_OFFER : s->order);
    if (!s->his && strcmp(u->engineer, m->id) == 0)
        tell_his(c, m, s);
    else if (news && is_one_of(u->state, told, countof(told)))
        tell(c, m, s, u);
    if (over)
        remove_slot(m, s);
}

static void
on_verdict(struct crew *c, struct member *m, const struct fl_update *u)
{
    static const char *const takes[] = { "accept", "take_over", "join_in" };
    struct slot *s = u->has_ticket ? slot_of_ticket(m, u->ticket) : NULL;
    if (u->refusal[0] != '\0')
        tell(c, m, NULL, u);
    else if (s != NULL && !s->his && is_one_of(u->verb, takes, countof(takes)))
        tell_his(c, m, s);
    if (s != NULL && u->refusal[0] == '\0' && u->state[0] != '\0')
        entry_fill(s->state, sizeof(s->state), u->state);
}

static void
on_alarm(struct crew *c, struct member *m, const struct fl_update *u)
{
    tell(c, m, u->has_ticket ? slot_of_ticket(m, u->ticket) : NULL, u);
}

static void
on_resync(struct crew *c, struct member *m, const struct fl_update *u)
{
    (void)c;
    fl_event(m->client, &(struct fl_event){ .territory = u->territory, .verb = "sync" }, NULL,
             NULL);
}

static const struct {
    const char *kind;
    void (*handle)(struct crew *c, struct member *m, const struct fl_update *u);
} kinds[] = {
    { "offer", on_asked },         { "transfer", on_asked }, { "help", on_asked },
    { "withdrawn", on_withdrawn }, { "ticket", on_ticket },  { "verdict", on_verdict },
    { "alarm", on_alarm },         { "resync", on_resync },
};

static void
on_happening(struct crew *c, struct member *m, const struct fl_happening *h)
{
    if (h->kind == FL_REFUSED)
        log_error("event=refused engineer=%s code=%s why=%s", m->id, h->code,
                  log_quote(h->text, strlen(h->text)));
    if (h->kind != FL_UPDATE || h->update->repeated)
        return;
    for (size_t i = 0; i < countof(kinds); i++)
        if (strcmp(h->update->kind, kinds[i].kind) == 0)
            kinds[i].handle(c, m, h->update);
    put_member(gateway_book(c->g), m);
}

/* ---- waiting */

size_t
crew_fds(const struct crew *c, struct pollfd *fds, size_t room)
{
    size_t count = 0;
    for (size_t i = 0; i < c->count && count < room; i++) {
        int fd = c->dry_run ? -1 : fl_client_fd(c->members[i]->client);
        if (fd >= 0)
            fds[count++] = (struct pollfd){ .fd = fd, .events = POLLIN };
    }
    return count;
}

int
crew_wait_ms(const struct crew *c)
{
    int least = c->busy ? 0 : 1000;
    for (size_t i = 0; i < c->count && !c->dry_run; i++) {
        int wait = fl_client_wait_ms(c->members[i]->client);
        least = wait < least ? wait : least;
    }
    return least;
}

bool
crew_work(struct crew *c)
{
    c->busy = false;
    for (size_t i = 0; i < c->count && !c->dry_run; i++) {
        struct member *m = c->members[i];
        fl_client_work(m->client);
        const struct fl_happening *h = fl_client_next(m->client);
        if (h == NULL)
            continue;
        c->busy = true;
        on_happening(c, m, h);
    }
    return c->busy;
}

/* ---- his words */

static bool
is_known(const struct member *m, const uint8_t key[16])
{
    for (size_t i = 0; i < KEYS; i++)
        if (memcmp(m->keys[i], key, 16) == 0)
            return true;
    return false;
}

static enum taken
say_event(struct member *m, const struct slot *s, const char *verb, const struct crew_said *said,
          int64_t at)
{
    bool no = said->code == CREW_DECLINE;
    bool come = said->code == CREW_COME;
    struct fl_details details = { .reason = no ? said->reason : NULL,
                                  .code = come && strlen(said->rest) < 16 ? said->rest : NULL };
    struct fl_event e = { .territory = s->territory,
                          .seen = s->his ? 0 : s->version,
                          .verb = verb,
                          .note = said->rest[0] != '\0' ? said->rest : NULL,
                          .occurred_at = at,
                          .details = &details };
    memcpy(e.ticket, s->ticket, 16);
    if (details.code != NULL && details.code[0] == '\0')
        details.code = NULL;
    int wrong = fl_event(m->client, &e, NULL, NULL);
    if (wrong == FL_OK)
        wrong = fl_client_sync(m->client);
    if (wrong != FL_OK)
        log_error("event=not_said engineer=%s verb=%s why=\"%s\"", m->id, verb,
                  fl_error_text(wrong));
    return wrong == FL_OK ? TAKEN : wrong == FL_ERR_ARGUMENT ? TAKEN_WRONG : TAKEN_LATER;
}

static void
remember(struct crew *c, struct member *m, const uint8_t key[16])
{
    memcpy(m->keys[m->keys_next++ % KEYS], key, 16);
    put_member(gateway_book(c->g), m);
}

static void
answer(struct crew *c, const struct member *m, struct limits *answers, bool code, bool order)
{
    if (limits_take(answers, str_of(m->number), clock_mono_ms()) != 0)
        return;
    if (!code)
        tell_list(c, m);
    else
        say(c, m, sms_words(order ? ANSWER_NOT_FOR_IT : ANSWER_NO_ORDER, is_zh(m)));
}

enum taken
crew_take(struct crew *c, struct member *m, struct limits *answers, struct str text,
          const uint8_t key[16], int64_t at)
{
    struct crew_said said = sms_crew_code(text);
    struct slot *s = slot_of_number(m, said.number);
    const char *verb = s == NULL ? NULL : sms_crew_verb(said.code, s->order);
    if (c->dry_run) {
        verb = sms_crew_verb(said.code, ORDER_OFFER);
        printf("{\"becomes\":\"order\",\"engineer\":\"%s\",\"number\":%u,\"verb\":\"%s\"}\n", m->id,
               said.number, verb == NULL ? "" : verb);
        return TAKEN;
    }
    if (is_known(m, key))
        return TAKEN;
    enum taken taken = TAKEN;
    if (verb == NULL)
        answer(c, m, answers, said.code > CREW_LIST, s != NULL);
    else
        taken = say_event(m, s, verb, &said, at);
    if (taken != TAKEN)
        return taken;
    if (s != NULL && said.code == CREW_DECLINE && verb != NULL && !s->his)
        remove_slot(m, s);
    remember(c, m, key);
    return TAKEN;
}
