/* chat.c - the chat channel: an XMPP account in front of the desk. */
#include "gateways/chat/chat.h"

#include "common/io/seal.h"
#include "gateways/chat/desk.h"
#include "gateways/chat/xmpp.h"

struct chat_values {
    struct xmpp_settings xmpp;
    struct desk_values desk;
};
static struct chat_values values;

#define AT(field) SETTING_AT(struct chat_values, field)
static const struct setting rows[] = {
    { "xmpp_jid", SETTING_TEXT, AT(xmpp.jid), "", "the bot's account: name@server", 0, 0 },
    { "xmpp_password", SETTING_TEXT, AT(xmpp.password), "", "its password", 0, 0 },
    { "xmpp_host", SETTING_TEXT, AT(xmpp.host), "", "the server's address; empty: by DNS", 0, 0 },
    { "xmpp_port", SETTING_NUMBER, AT(xmpp.port), "0", "its port; 0: by DNS, else 5222", 0, 65535 },
    { "xmpp_tls", SETTING_YES, AT(xmpp.tls), "yes", "no: without encryption, for loopback alone", 0,
      0 },
    { "xmpp_trust", SETTING_YES, AT(xmpp.trust), "no", "yes: whatever certificate it shows", 0, 0 },
    { "xmpp_ca_file", SETTING_PATH, AT(xmpp.ca_file), "",
      "who signed its certificate (PEM); empty: the system's", 0, 0 },
    { "xmpp_receipts", SETTING_YES, AT(xmpp.receipts), "no",
      "yes: told means that the person's client has said so (XEP-0184), not that his server has it",
      0, 0 },
    { "categories", SETTING_TEXT, AT(desk.categories), "",
      "asked for: id=words/words, ... (at most 9 of the plan's); empty: not asked", 0, 0 },
    { "ask_site", SETTING_YES, AT(desk.ask_site), "yes",
      "ask those whose site contacts.csv has not", 0, 0 },
    { "ask_urgency", SETTING_YES, AT(desk.ask_urgency), "yes",
      "ask how urgent it is when the words do not say", 0, 0 },
    { "patience_s", SETTING_NUMBER, AT(desk.patience_s), "180",
      "a question unanswered for so long: the report goes as it is (s)", 1, 86400 },
    { "talk_burst", SETTING_NUMBER, AT(desk.talk_burst), "20",
      "messages of one person at once; 0: no limit", 0, 1000000 },
    { "talk_per_min", SETTING_NUMBER, AT(desk.talk_per_min), "30", "and so many more a minute", 0,
      1000000 },
};
#undef AT

struct chat {
    struct gateway *gateway;
    struct desk *desk;
    struct xmpp *xmpp;
    bool dry_run;
};
/* Made when the gateway asks for its tables, which is before it opens the channel. */
static struct persons *people;

static size_t
tables(struct book_table *to, size_t room)
{
    if (room == 0)
        return 0;
    people = persons_new();
    to[0] = persons_table(people);
    return 1;
}

/* ---- in */

/* A client may number its stanzas from 1 again; the words tell such a one from a repeated one. */
static void
key_of(struct buf *key, const struct xmpp_message *m)
{
    uint8_t digest[16];
    char hex[33];
    struct buf b = { 0 };
    buf_put_str(&b, m->body);
    if (m->id[0] == '\0')
        buf_put_i64(&b, m->at);
    digest_16(digest, NULL, buf_str(&b));
    hex_of(hex, digest, 8);
    buf_printf(key, "%s/%.128s/%.16s", m->from, m->id, hex);
    buf_fini(&b);
}

static enum xmpp_taken
on_message(void *own, const struct xmpp_message *m)
{
    static const enum xmpp_taken answers[] = { [TAKEN] = XMPP_TAKEN,
                                               [TAKEN_FLOOD] = XMPP_WAIT,
                                               [TAKEN_WRONG] = XMPP_NEVER,
                                               [TAKEN_LATER] = XMPP_BROKEN };
    struct chat *c = own;
    struct buf key = { 0 };
    if (m->body.len == 0) {
        desk_unreadable(c->desk, m->from, m->thread);
        return XMPP_TAKEN;
    }
    key_of(&key, m);
    const struct heard h = { m->from, buf_cstr(&key), m->thread, m->body, m->at };
    enum taken taken = TAKEN;
    if (c->dry_run)
        desk_dry(c->desk, &h);
    else
        taken = desk_hear(c->desk, &h);
    buf_fini(&key);
    return answers[taken];
}

static bool
message(void *own, struct str text, struct buf *why)
{
    const struct xmpp_calls calls = { .message = on_message, .own = own };
    return xmpp_read(text, &calls, why);
}

/* ---- out */

static void
on_sent(void *own, const uint8_t id[16], enum xmpp_sent how, const char *why)
{
    const struct chat *c = own;
    const enum outcome outcomes[] = { [XMPP_SENT] =
                                          values.xmpp.receipts ? OUTCOME_HANDED : OUTCOME_DELIVERED,
                                      [XMPP_READ] = OUTCOME_DELIVERED,
                                      [XMPP_REFUSED] = OUTCOME_FAILED,
                                      [XMPP_LATER] = OUTCOME_LATER };
    gateway_outcome(c->gateway, id, outcomes[how], why);
}

static void
send(void *own, const struct sending *s)
{
    struct chat *c = own;
    xmpp_say(c->xmpp, s->id, s->address, s->data, s->words);
}

static void
update(void *own, const struct fl_update *u, const struct thread *t)
{
    struct chat *c = own;
    desk_update(c->desk, u, t);
}

/* ---- its life */

static void
finish(void *own)
{
    struct chat *c = own;
    xmpp_close(c->xmpp);
    desk_free(c->desk);
    persons_free(people);
    people = NULL;
    free(c);
}

static void *
begin(struct gateway *g, bool dry_run, struct buf *why)
{
    struct chat *c = zalloc(sizeof(*c));
    const struct xmpp_calls calls = { on_message, on_sent, c };
    *c = (struct chat){ .gateway = g, .dry_run = dry_run };
    if (people == NULL)
        people = persons_new();
    c->desk = desk_new(g, people, &values.desk, why);
    bool good = c->desk != NULL;
    if (good && !dry_run)
        good = (c->xmpp = xmpp_open(&values.xmpp, &calls, why)) != NULL;
    if (good)
        return c;
    finish(c);
    return NULL;
}

static size_t
fds(void *own, struct pollfd *to, size_t room)
{
    return xmpp_fds(((struct chat *)own)->xmpp, to, room);
}

static int
wait_ms(void *own)
{
    return xmpp_wait_ms(((struct chat *)own)->xmpp);
}

static void
work(void *own, const struct pollfd *ready, size_t count)
{
    struct chat *c = own;
    (void)ready;
    (void)count;
    xmpp_turn(c->xmpp);
    desk_tick(c->desk);
}

const struct channel chat_channel = {
    .name = "chat",
    .principal = "gw-chat",
    .source = "chat.help",
    .about =
        "reports and replies by chat: an XMPP account that asks for what is missing\n"
        "\n"
        "A customer writes what is broken; site, kind and urgency are asked for when they are\n"
        "not known, then a ticket opens, and news of it comes into the same thread. Words it\n"
        "knows: status, nudge (催单), accept (满意), reject and why (没修好), cancel (取消),\n"
        "new (新报障), skip (跳过), help (帮助), and 1 to 5 when a score is asked for.\n"
        "With --dry-run the message on standard input is an XMPP stanza.",
    .settings = { rows, countof(rows), &values },
    .units_max = 2000,
    .window = 32,
    .open = begin,
    .close = finish,
    .fds = fds,
    .wait_ms = wait_ms,
    .work = work,
    .send = send,
    .update = update,
    .message = message,
    .tables = tables,
};
