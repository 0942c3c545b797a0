/* chat.c - the chat channel: an XMPP account and the services' webhooks in front of one desk.
 *
 *     XMPP  <--> xmpp ------------.
 *     POST   --> http --> inlet --+--> desk
 *     their APIs <-- outlet <-----'
 */
#include "gateways/chat/chat.h"

#include "common/io/log.h"
#include "common/io/seal.h"
#include "gateways/chat/desk.h"
#include "gateways/chat/inlet.h"
#include "gateways/chat/outlet.h"
#include "gateways/chat/xmpp.h"

struct chat_values {
    char hooks[512], bind[64], tls_cert[512], tls_key[512];
    int64_t port, body_max;
    struct xmpp_settings xmpp;
    struct desk_values desk;
};
static struct chat_values values;

#define AT(field) SETTING_AT(struct chat_values, field)
static const struct setting rows[] = {
    { "hooks", SETTING_PATH, AT(hooks), "gateways/chat.hooks",
      "accounts with WeCom, DingTalk, Feishu, Slack, Telegram (mode 0600)", 0, 0 },
    { "bind", SETTING_TEXT, AT(bind), "127.0.0.1", "address to listen on for their webhooks", 0,
      0 },
    { "port", SETTING_NUMBER, AT(port), "8081", "its port; 0: a free one, which is logged", 0,
      65535 },
    { "tls_cert", SETTING_PATH, AT(tls_cert), "", "certificate chain (PEM); none: no TLS", 0, 0 },
    { "tls_key", SETTING_PATH, AT(tls_key), "", "its key (PEM)", 0, 0 },
    { "body_max", SETTING_NUMBER, AT(body_max), "262144", "of a webhook (bytes)", 1024, 16777216 },
    { "xmpp_jid", SETTING_TEXT, AT(xmpp.jid), "", "the bot's account: name@server; empty: none", 0,
      0 },
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
    struct xmpp *xmpp; /* NULL: no such account */
    struct accounts accounts;
    struct inlet inlet;
    struct outlet *outlet;
    struct http *http; /* the loop, too */
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
    const struct chat *c = own;
    return str_starts(text, STR("/")) ? inlet_dry(&c->inlet, text, why)
                                      : xmpp_read(text, &calls, why);
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
    const struct account *a = accounts_of(&c->accounts, s->address);
    if (a != NULL)
        outlet_send(c->outlet, a, s);
    else if (c->xmpp != NULL)
        xmpp_say(c->xmpp, s->id, s->address, s->data, s->words);
    else
        gateway_outcome(c->gateway, s->id, OUTCOME_FAILED,
                        "there is no XMPP account, and none of this name in chat.hooks");
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
    outlet_free(c->outlet);
    if (c->http != NULL)
        http_close(c->http);
    desk_free(c->desk);
    accounts_fini(&c->accounts);
    persons_free(people);
    people = NULL;
    free(c);
}

/* The server; without an account of a service it is the loop alone. */
static bool
serve(struct chat *c, struct buf *why)
{
    bool any = c->accounts.count > 0;
    const struct http_options o = { .bind = values.bind,
                                    .port = any ? (int)values.port : HTTP_NOWHERE,
                                    .cert = any ? values.tls_cert : "",
                                    .key = any ? values.tls_key : "",
                                    .body_max = (size_t)values.body_max,
                                    .headers = hook_headers,
                                    .handle = inlet_request,
                                    .own = &c->inlet };
    c->http = c->inlet.http = http_open(&o, why);
    if (c->http == NULL)
        return false;
    c->outlet = outlet_new(c->gateway, &c->accounts);
    http_wake_for(c->http, gateway_fd(c->gateway));
    http_wake_for(c->http, outlet_fd(c->outlet));
    if (any)
        log_info("event=listening bind=%s port=%d accounts=%zu tls=%d", values.bind,
                 http_port(c->http), c->accounts.count, values.tls_cert[0] != '\0');
    return true;
}

static bool
join(struct chat *c, struct buf *why)
{
    const struct xmpp_calls calls = { on_message, on_sent, c };
    if (values.xmpp.jid[0] == '\0' && c->accounts.count > 0)
        return true;
    if (values.xmpp.jid[0] == '\0') {
        buf_printf(why, "there is nothing to join: set xmpp_jid in gateways/chat.conf, or give "
                        "gateways/chat.hooks an account");
        return false;
    }
    c->xmpp = xmpp_open(&values.xmpp, &calls, why);
    if (c->xmpp != NULL)
        http_wake_for(c->http, xmpp_fd(c->xmpp));
    return c->xmpp != NULL;
}

static void *
begin(struct gateway *g, bool dry_run, struct buf *why)
{
    struct chat *c = zalloc(sizeof(*c));
    *c = (struct chat){ .gateway = g, .dry_run = dry_run };
    if (people == NULL)
        people = persons_new();
    c->desk = desk_new(g, people, &c->accounts, &values.desk, why);
    c->inlet = (struct inlet){ .gateway = g, .desk = c->desk, .accounts = &c->accounts };
    if (c->desk != NULL && accounts_open(&c->accounts, values.hooks, why) &&
        (dry_run || (serve(c, why) && join(c, why))))
        return c;
    finish(c);
    return NULL;
}

static int
wait_ms(const struct chat *c)
{
    int waits[] = { gateway_wait_ms(c->gateway), outlet_wait_ms(c->outlet),
                    c->xmpp == NULL ? 1000 : xmpp_wait_ms(c->xmpp) };
    int least = waits[0];
    for (size_t i = 1; i < countof(waits); i++)
        least = waits[i] < least ? waits[i] : least;
    return least;
}

static void
loop(void *own)
{
    struct chat *c = own;
    gateway_turn(c->gateway);
    while (!gateway_done(c->gateway)) {
        if (c->xmpp != NULL)
            xmpp_watch(c->xmpp);
        http_turn(c->http, wait_ms(c));
        if (c->xmpp != NULL)
            xmpp_turn(c->xmpp);
        outlet_work(c->outlet);
        desk_tick(c->desk);
        gateway_turn(c->gateway);
    }
}

static bool
drain(void *own)
{
    struct chat *c = own;
    http_stop_listening(c->http);
    return true;
}

const struct channel chat_channel = {
    .name = "chat",
    .principal = "gw-chat",
    .source = "chat.help",
    .about =
        "reports and replies by chat: an XMPP account, WeCom, DingTalk, Feishu, Slack, Telegram\n"
        "\n"
        "A customer writes what is broken; site, kind and urgency are asked for when they are\n"
        "not known, then a ticket opens, and news of it comes into the same thread. Words it\n"
        "knows: status, nudge (催单), accept (满意), reject and why (没修好), cancel (取消),\n"
        "new (新报障), skip (跳过), help (帮助), and 1 to 5 when a score is asked for.\n"
        "\n"
        "Give it an account at least: xmpp_jid in gateways/chat.conf, or rows of\n"
        "gateways/chat.hooks (mode 0600), `name kind field=value ...`; the service then posts\n"
        "to https://YOUR-HOST/v1/hooks/NAME, through your reverse proxy or tls_cert:\n"
        "\n"
        "  desk  wecom     token= key=EncodingAESKey id=corp secret= agent=\n"
        "  ding  dingtalk  id=app-key secret=app-secret agent=robot-code [token= key=]\n"
        "  lark  feishu    id=app-id secret=app-secret key=Encrypt-Key|token=Verification-Token\n"
        "  ops   slack     key=signing-secret secret=bot-token\n"
        "  tg    telegram  token=secret-token secret=bot-token\n"
        "\n"
        "and in each, if you like, source= (the plan's channel account) and base= (of its API).\n"
        "With --dry-run the message on standard input is an XMPP stanza, or a line\n"
        "`/v1/hooks/NAME` and a service's event below it, not encrypted.",
    .settings = { rows, countof(rows), &values },
    .units_max = 2000,
    .window = 32,
    .open = begin,
    .close = finish,
    .send = send,
    .update = update,
    .message = message,
    .drain = drain,
    .loop = loop,
    .tables = tables,
};
