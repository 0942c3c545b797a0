/* sms.c - the channel: Kannel's messages become reports, events and engineers' orders; letters
 * become messages, Kannel's answers and delivery reports their outcomes.
 *
 *     bearerbox --MO--> taken -> committed -> ack 0        (unanswered: it comes again, same UUID)
 *                          '--> not taken --> ack 2, after a pause (bearerbox repeats at once)
 *     bearerbox <--MT-- letter; its id is the UUID and the dlr_url
 *               --ack-> handed --report--> delivered | the next channel
 *
 * Invariant: what is acknowledged with 0 is in a synced journal; what the journal does not take is
 * acknowledged with 2. */
#include "gateways/sms/sms.h"

#include "common/io/clock.h"
#include "common/io/log.h"
#include "faultline/ids.h"
#include "gateways/entry.h"
#include "gateways/limit.h"
#include "gateways/sms/box.h"
#include "gateways/sms/code.h"
#include "gateways/sms/crew.h"
#include "gateways/sms/words.h"
#include "gateways/wish.h"

#include <stdio.h>

enum { WINDOW = 32, MESSAGES_A_TURN = 512, PAUSE_MS = 1000, PAUSE_MOST_MS = 30000 };
enum { ANSWERS_BURST = 5, ANSWERS_A_MINUTE = 2, ANSWERED_MAX = 10000 };

struct values {
    char host[128], box_id[32], sender[NUMBER_SIZE], smsc[32], country[8], crew[512];
    int64_t port, digits_max;
    bool plus, receipts;
};

/* An acknowledgement that waits: for the commit, or for its pause to pass. */
struct due_ack {
    uint8_t id[16];
    int32_t time;
    enum kannel_answer answer;
    bool fresh; /* for the commit */
    int64_t at; /* monotonic */
};

struct sms {
    struct gateway *g;
    struct box box;
    struct crew *crew;
    struct limits *answers; /* of our own to one sender: a machine there may answer them */
    struct numbering numbering;
    struct due_ack *acks;
    size_t acks_count, acks_cap;
    uint8_t unanswered[WINDOW][16]; /* MTs */
    size_t unanswered_count;
    bool dry_run, taken, unsynced;
};

static struct values values;
static struct sms own;

#define AT(field) SETTING_AT(struct values, field)
static const struct setting rows[] = {
    { "host", SETTING_TEXT, AT(host), "127.0.0.1", "where Kannel's bearerbox is", 0, 0 },
    { "port", SETTING_NUMBER, AT(port), "13001", "its smsbox-port", 1, 65535 },
    { "box_id", SETTING_TEXT, AT(box_id), "faultline",
      "our smsbox-id: kannel.conf needs a group smsbox-route for it", 0, 0 },
    { "sender", SETTING_TEXT, AT(sender), "4711", "the number that our messages come from", 0, 0 },
    { "smsc", SETTING_TEXT, AT(smsc), "", "smsc-id for our messages; empty: Kannel chooses", 0, 0 },
    { "country", SETTING_TEXT, AT(country), "86", "country code of numbers that say none", 0, 0 },
    { "digits_max", SETTING_NUMBER, AT(digits_max), "11",
      "longest number in that country, without leading zeros; a longer one says its country", 4,
      14 },
    { "plus", SETTING_YES, AT(plus), "no", "write numbers to Kannel with their +", 0, 0 },
    { "receipts", SETTING_YES, AT(receipts), "yes",
      "telephones confirm; no: what the SMSC has taken counts as delivered", 0, 0 },
    { "engineers", SETTING_PATH, AT(crew), "gateways/sms-engineers.csv",
      "number,engineer,lang: who is an engineer without a device (his key in keys_dir)", 0, 0 },
};
#undef AT

/* ---- opening */

static bool
is_digits(const char *text)
{
    return text[strspn(text, "0123456789")] == '\0' && text[0] != '\0';
}

static void
sms_close(void *state)
{
    struct sms *s = state;
    box_fini(&s->box);
    crew_free(s->crew);
    limits_free(s->answers);
    free(s->acks);
    *s = (struct sms){ 0 };
}

static void *
sms_open(struct gateway *g, bool dry_run, struct buf *why)
{
    struct sms *s = &own;
    s->g = g;
    s->dry_run = dry_run;
    s->crew = s->crew == NULL ? crew_new() : s->crew; /* a dry run asks for no tables */
    s->answers = limits_new((struct limit_rate){ ANSWERS_BURST, ANSWERS_A_MINUTE },
                            (struct limit_rate){ 0, 0 }, ANSWERED_MAX);
    box_init(&s->box, values.host, (int)values.port, values.box_id);
    if (!is_digits(values.country)) {
        buf_printf(why, "country %s: digits are wanted, 86 for China", values.country);
        sms_close(s);
        return NULL;
    }
    entry_fill(s->numbering.country, sizeof(s->numbering.country), values.country);
    s->numbering.digits_max = (size_t)values.digits_max;
    if (crew_open(s->crew, g, values.crew, &s->numbering, dry_run, why))
        return s;
    sms_close(s);
    return NULL;
}

static size_t
sms_tables(struct book_table *tables, size_t room)
{
    if (room == 0)
        return 0;
    own.crew = crew_new();
    tables[0] = crew_table(own.crew);
    return 1;
}

/* ---- acknowledgements */

static void
put_ack(struct sms *s, const struct kannel_sms *m, enum kannel_answer answer, int64_t pause_ms)
{
    s->acks = grow_array(s->acks, s->acks_count, &s->acks_cap, sizeof(*s->acks));
    struct due_ack *a = &s->acks[s->acks_count++];
    *a = (struct due_ack){ .time = m->time, .answer = answer, .fresh = true };
    memcpy(a->id, m->id, 16);
    a->at = clock_mono_ms() + pause_ms;
    s->taken = s->taken || answer == KANNEL_GOOD;
}

/* The journal has them, or has not. */
static void
settle(struct sms *s, bool good)
{
    for (size_t i = 0; i < s->acks_count; i++) {
        struct due_ack *a = &s->acks[i];
        if (a->fresh && !good && a->answer == KANNEL_GOOD) {
            a->answer = KANNEL_LATER;
            a->at = clock_mono_ms() + PAUSE_MS;
        }
        a->fresh = false;
    }
}

static void
send_acks(struct sms *s)
{
    size_t kept = 0;
    int64_t now = clock_mono_ms();
    for (size_t i = 0; i < s->acks_count; i++) {
        const struct due_ack *a = &s->acks[i];
        if (a->fresh || a->at > now)
            s->acks[kept++] = *a;
        else
            kannel_put_ack(&s->box.out, a->id, a->time, a->answer);
    }
    s->acks_count = kept;
    box_flush(&s->box);
}

/* ---- in: words */

static void
answer(struct sms *s, const char *address, bool chinese, const char *text)
{
    if (s->dry_run || limits_take(s->answers, str_of(address), clock_mono_ms()) == 0)
        gateway_say(s->g, address, chinese ? "zh" : "en", "", text);
}

/* His ticket for which this wish is possible, newest first; else the newest, and no verb. */
static const struct thread *
thread_for(struct sms *s, const char *address, const struct wished *said, const char **verb)
{
    struct threads *all = gateway_threads(s->g);
    const struct thread *any = NULL, *t = all == NULL ? NULL : thread_of_address(all, address);
    *verb = NULL;
    for (; t != NULL; t = thread_next(t, BY_ADDRESS)) {
        if (said->number[0] != '\0' && strcasecmp(t->number, said->number) != 0)
            continue;
        *verb = wish_verb(said->wish, t->state);
        any = any == NULL ? t : any;
        if (*verb != NULL)
            return t;
    }
    return any;
}

static void
answer_wish(struct sms *s, const char *address, bool chinese, const char *verb)
{
    static const struct {
        const char *verb;
        enum answer answer;
    } rows_of[] = {
        { "nudge", ANSWER_NUDGED },
        { "note", ANSWER_NOTED },
        { "survey_answer", ANSWER_THANKS },
        { "complain", ANSWER_COMPLAINED },
    };
    for (size_t i = 0; i < countof(rows_of); i++)
        if (strcmp(rows_of[i].verb, verb) == 0)
            answer(s, address, chinese, sms_words(rows_of[i].answer, chinese));
}

static void
say_of_ticket(struct sms *s, const char *address, bool chinese, const struct thread *t,
              enum answer what)
{
    struct buf text = { 0 };
    buf_printf(&text, sms_words(what, chinese), t->number, sms_state_words(t->state, chinese));
    answer(s, address, chinese, buf_cstr(&text));
    buf_fini(&text);
}

struct mo {
    const struct kannel_sms *sms;
    char address[NUMBER_SIZE], key[33];
    struct str text; /* zero-terminated */
    bool chinese;
};

/* A score has no language, he who sends it has. */
static bool
speaks_chinese(struct sms *s, const struct mo *m)
{
    struct threads *all = gateway_threads(s->g);
    const struct contact *c = who_is(gateway_who(s->g), "sms", m->address);
    const struct thread *t = all == NULL ? NULL : thread_of_address(all, m->address);
    const char *lang = t != NULL && t->lang[0] != '\0' ? t->lang : c != NULL ? c->lang : "";
    return sms_is_chinese(m->text) || strncmp(lang, "zh", 2) == 0;
}

static enum taken
take_report(struct sms *s, const struct mo *m)
{
    uint8_t id[16];
    const struct arrival a = { .key = m->key,
                               .address = m->address,
                               .report = { .text = m->text.at,
                                           .lang = m->chinese ? "zh" : NULL,
                                           .hint = -1,
                                           .occurred_at =
                                               m->sms->time > 0 ? m->sms->time * SECONDS : 0 } };
    return gateway_report(s->g, &a, id);
}

static enum taken
take_wish(struct sms *s, const struct mo *m, const struct wished *said)
{
    const char *verb;
    const struct thread *t = thread_for(s, m->address, said, &verb);
    if (t == NULL && said->rest.len > 0 && !s->dry_run)
        return take_report(s, m); /* words that would be lost */
    if (t == NULL && !s->dry_run) {
        answer(s, m->address, m->chinese, sms_words(ANSWER_NO_TICKET, m->chinese));
        return TAKEN;
    }
    if (t == NULL) /* in a dry run, whatever his ticket's state may be */
        verb = wish_verb(said->wish, wish_state(said->wish));
    bool late = verb == NULL && said->rest.len > 0; /* not now, but his words are not lost */
    if (said->wish == WISH_STATUS || (verb == NULL && !late)) {
        if (t != NULL)
            say_of_ticket(s, m->address, m->chinese, t,
                          said->wish == WISH_STATUS ? ANSWER_STATUS : ANSWER_NOT_NOW);
        return TAKEN;
    }
    verb = late ? "note" : verb;
    char *rest = str_dup(late ? m->text : said->rest);
    bool wants = wish_wants_words(verb);
    const struct fl_details score = { .amount = &said->score };
    const struct said event = { .key = m->key,
                                .address = m->address,
                                .thread = t,
                                .verb = verb,
                                .note = rest[0] != '\0' ? rest
                                        : wants         ? m->text.at
                                                        : NULL,
                                .details = said->wish == WISH_SCORE ? &score : NULL };
    enum taken taken = gateway_event(s->g, &event);
    if (taken == TAKEN)
        answer_wish(s, m->address, m->chinese, verb);
    free(rest);
    return taken;
}

/* An engineer reports a fault as everybody does once he says that it is one. */
static bool
is_report(struct str text)
{
    return str_starts(text, STR("报障")) || strncasecmp(text.at, "report ", 7) == 0;
}

static enum taken
take_words(struct sms *s, const struct mo *m)
{
    struct member *member = crew_of_number(s->crew, m->address);
    if (member != NULL && !is_report(m->text))
        return crew_take(s->crew, member, s->answers, m->text, m->sms->id,
                         m->sms->time > 0 ? m->sms->time * SECONDS : 0);
    const struct wished said = wish_of(m->text);
    if (said.wish != WISH_NONE)
        return take_wish(s, m, &said);
    if (m->text.len > 0)
        return take_report(s, m);
    answer(s, m->address, m->chinese, sms_words(ANSWER_EMPTY, m->chinese));
    return TAKEN;
}

/* TAKEN_WRONG: no words at all, or none that can be taken. */
static enum taken
take_sms(struct sms *s, const struct kannel_sms *sms)
{
    struct buf text = { 0 };
    struct mo m = { .sms = sms };
    enum taken taken = TAKEN_WRONG;
    sms_number(m.address, &s->numbering, sms->sender);
    hex_of(m.key, sms->id, 16);
    if (sms_text(&text, sms)) {
        m.text = str_bytes(buf_cstr(&text), text.len);
        m.chinese = speaks_chinese(s, &m);
        taken = take_words(s, &m);
    }
    if (taken == TAKEN_WRONG)
        log_warn("event=not_taken key=%s coding=%d why=%s", m.key, (int)sms->coding,
                 sms->coding == KANNEL_8BIT
                     ? "\"8-bit data is no text\""
                     : log_quote(gateway_why(s->g), strlen(gateway_why(s->g))));
    buf_fini(&text);
    return taken;
}

static void
on_mo(struct sms *s, const struct kannel_sms *sms)
{
    int64_t wait;
    switch (take_sms(s, sms)) {
    case TAKEN:
        put_ack(s, sms, KANNEL_GOOD, 0);
        break;
    case TAKEN_FLOOD:
        wait = gateway_retry_ms(s->g);
        wait = wait < PAUSE_MS ? PAUSE_MS : wait < PAUSE_MOST_MS ? wait : PAUSE_MOST_MS;
        put_ack(s, sms, KANNEL_LATER, wait);
        break;
    case TAKEN_LATER:
        put_ack(s, sms, KANNEL_LATER, PAUSE_MS);
        break;
    case TAKEN_WRONG:
        put_ack(s, sms, KANNEL_REFUSED, 0);
        break;
    }
}

/* ---- what became of ours */

static void
forget_unanswered(struct sms *s, const uint8_t id[16])
{
    for (size_t i = 0; i < s->unanswered_count; i++)
        if (memcmp(s->unanswered[i], id, 16) == 0) {
            memcpy(s->unanswered[i], s->unanswered[--s->unanswered_count], 16);
            return;
        }
}

/* One that was sent before and is sent again, or that the gateway has given up, is not expected
 * twice. */
static void
expect_answer(struct sms *s, const uint8_t id[16])
{
    forget_unanswered(s, id);
    if (s->unanswered_count == WINDOW)
        forget_unanswered(s, s->unanswered[0]);
    memcpy(s->unanswered[s->unanswered_count++], id, 16);
}

static void
on_answer(struct sms *s, const struct kannel_message *m)
{
    forget_unanswered(s, m->id);
    if (m->answer == KANNEL_REFUSED)
        gateway_outcome(s->g, m->id, OUTCOME_FAILED, "Kannel refuses it");
    else if (m->answer == KANNEL_LATER)
        gateway_outcome(s->g, m->id, OUTCOME_LATER, "Kannel cannot take it now");
    else
        gateway_outcome(s->g, m->id, OUTCOME_HANDED, NULL);
    s->taken = true;
}

static void
on_receipt(struct sms *s, const struct kannel_sms *sms)
{
    static const struct {
        enum kannel_receipt bit;
        enum outcome outcome;
    } outcomes[] = {
        { KANNEL_DELIVERED, OUTCOME_DELIVERED },
        { KANNEL_SMSC_TOOK, OUTCOME_DELIVERED }, /* asked for without receipts only */
        { KANNEL_UNDELIVERABLE, OUTCOME_FAILED },
        { KANNEL_SMSC_REFUSED, OUTCOME_FAILED },
    };
    uint8_t id[16];
    char *why = str_dup(sms->words);
    bool ours = hex_to(id, 16, sms->dlr_url);
    for (size_t i = 0; i < countof(outcomes) && ours; i++)
        if (sms->dlr_mask == (int32_t)outcomes[i].bit)
            gateway_outcome(s->g, id, outcomes[i].outcome, why);
    free(why);
    put_ack(s, sms, KANNEL_GOOD, 0);
}

static void
on_message(struct sms *s, const struct kannel_message *m)
{
    switch (m->kind) {
    case KANNEL_SMS:
        if (m->sms.type == KANNEL_REPORT)
            on_receipt(s, &m->sms);
        else
            on_mo(s, &m->sms);
        break;
    case KANNEL_ACK:
        on_answer(s, m);
        break;
    case KANNEL_ADMIN:
        log_info("event=admin command=%d", (int)m->command);
        break;
    case KANNEL_OTHER:
        log_warn(
            "event=unreadable what=\"a frame of bearerbox that is no message of version 1.4\"");
        break;
    case KANNEL_HEARTBEAT:
        break;
    }
}

/* ---- turns */

static size_t
sms_fds(void *state, struct pollfd *fds, size_t room)
{
    struct sms *s = state;
    size_t count = box_fds(&s->box, fds, room);
    return count + crew_fds(s->crew, fds + count, room - count);
}

static int
sms_wait_ms(void *state)
{
    struct sms *s = state;
    int64_t now = clock_mono_ms();
    int wait = box_wait_ms(&s->box, now), crew = crew_wait_ms(s->crew);
    wait = crew < wait ? crew : wait;
    for (size_t i = 0; i < s->acks_count; i++) {
        int64_t in = s->acks[i].at - now;
        wait = in < wait ? (in > 0 ? (int)in : 0) : wait;
    }
    return wait;
}

/* Whether Kannel had taken what it did not answer nobody knows: again. */
static void
on_lost(struct sms *s)
{
    size_t count = s->unanswered_count;
    s->unanswered_count = 0;
    s->acks_count = 0; /* what they answer comes again */
    for (size_t i = 0; i < count; i++)
        gateway_outcome(s->g, s->unanswered[i], OUTCOME_LATER, "the connection to Kannel is gone");
}

static void
sms_work(void *state, const struct pollfd *fds, size_t count)
{
    struct sms *s = state;
    struct kannel_message m;
    (void)fds;
    (void)count;
    if (box_work(&s->box, clock_mono_ms()))
        on_lost(s);
    for (size_t i = 0; i < MESSAGES_A_TURN && kannel_next(&s->box.in, &m); i++)
        on_message(s, &m);
    if (!s->unsynced && crew_work(s->crew))
        s->taken = true;
    if (s->taken || s->unsynced) {
        bool good = gateway_commit(s->g);
        settle(s, good);
        s->unsynced = !good;
        s->taken = false;
    }
    settle(s, true); /* refusals wait for nothing */
    send_acks(s);
}

static bool
sms_drain(void *state)
{
    struct sms *s = state;
    s->box.drained = s->unanswered_count == 0;
    return s->unanswered_count == 0 && s->box.out.len == 0;
}

/* ---- out */

static int32_t
receipts_wanted(void)
{
    return values.receipts ? KANNEL_DELIVERED | KANNEL_UNDELIVERABLE | KANNEL_SMSC_REFUSED
                           : KANNEL_SMSC_TOOK | KANNEL_UNDELIVERABLE | KANNEL_SMSC_REFUSED;
}

static void
put_words(struct kannel_sms *m, struct buf *words, const char *text)
{
    bool gsm7 = fl_say_is_gsm7(text);
    if (gsm7)
        buf_put(words, text, strlen(text));
    else
        sms_put_utf16(words, str_of(text));
    m->words = buf_str(words);
    m->coding = gsm7 ? KANNEL_7BIT : KANNEL_UCS2;
    m->charset = gsm7 ? STR("UTF-8") : STR("UTF-16BE");
}

static void
sms_send(void *state, const struct sending *letter)
{
    struct sms *s = state;
    struct kannel_sms m = kannel_sms_none();
    struct buf words = { 0 };
    char to[NUMBER_SIZE], id[33];
    if (!sms_number(to, &s->numbering, str_of(letter->address))) {
        gateway_outcome(s->g, letter->id, OUTCOME_FAILED, "the address is no number");
        return;
    }
    if (!s->box.up) {
        gateway_outcome(s->g, letter->id, OUTCOME_LATER, "no connection to Kannel's bearerbox");
        return;
    }
    hex_of(id, letter->id, 16);
    memcpy(m.id, letter->id, 16);
    expect_answer(s, letter->id);
    m.sender = str_of(values.sender);
    m.receiver = str_of(to[0] == '+' && !values.plus ? to + 1 : to);
    m.time = (int32_t)(clock_wall_ms() / SECONDS);
    m.type = KANNEL_MT_PUSH;
    m.dlr_mask = receipts_wanted();
    m.dlr_url = str_of(id);
    m.box = str_of(values.box_id);
    m.smsc = str_of(values.smsc);
    m.service = STR("faultline");
    put_words(&m, &words, letter->words);
    kannel_put_sms(&s->box.out, &m);
    box_flush(&s->box);
    buf_fini(&words);
}

/* ---- dry run: a frame of Kannel's, or the sender's number in the first line and then the words */

static bool
sms_message(void *state, struct str message, struct buf *why)
{
    struct sms *s = state;
    struct kannel machine = { 0 };
    struct kannel_message m = { .sms = kannel_sms_none() };
    struct str rest = message;
    kannel_eat(&machine, message);
    bool frame = kannel_next(&machine, &m) && m.kind == KANNEL_SMS;
    if (!frame) {
        m.sms = kannel_sms_none();
        m.sms.sender = str_trim(str_cut(&rest, '\n'));
        m.sms.words = rest;
    }
    char number[NUMBER_SIZE];
    bool good = frame || sms_number(number, &s->numbering, m.sms.sender);
    if (!good)
        buf_printf(why, "the first line is no number: write the sender's number, a new line, and "
                        "the words of the message");
    good = good && take_sms(s, &m.sms) == TAKEN;
    if (!good && why->len == 0)
        buf_printf(why, "not taken: %s", gateway_why(s->g));
    kannel_fini(&machine);
    return good;
}

const struct channel sms_channel = {
    .name = "sms",
    .principal = "gw-sms",
    .source = "sms.4711",
    .about =
        "reports, replies and updates by SMS, through Kannel's bearerbox\n"
        "\n"
        "Joins bearerbox as a box (like smsbox) on its smsbox-port. Customers write what is "
        "broken; afterwards\n"
        "催单/nudge, 接受/accept, 拒绝/reject WHY, 取消/cancel, 补充/note WORDS, 投诉/complain "
        "WHAT, 进度/status,\n"
        "and a score of 1 to 5; with several tickets the number first. Engineers of the file "
        "`engineers` write\n"
        "1a accept, 1d decline [reason], 1g gone, 1c come [code], 1w work, 1r resolved, ? for "
        "their list.",
    .settings = { rows, countof(rows), &values },
    .units_max = 160,
    .gsm7 = true,
    .window = WINDOW,
    .open = sms_open,
    .close = sms_close,
    .fds = sms_fds,
    .wait_ms = sms_wait_ms,
    .work = sms_work,
    .send = sms_send,
    .message = sms_message,
    .drain = sms_drain,
    .tables = sms_tables,
};
