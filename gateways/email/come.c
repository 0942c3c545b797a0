/* come.c - what a mail is: a report, a word about a ticket, one of ours that came back, or nothing
 * for us. A table by the address it came to and by who wrote it.
 *
 * Only a signed tag leads to a ticket: a number in the text, a subject or a thread proves nothing,
 * for anybody can write them. */
#include "common/io/log.h"
#include "common/json/json.h"
#include "gateways/email/address.h"
#include "gateways/email/answer.h"
#include "gateways/email/email.h"
#include "gateways/email/header.h"
#include "gateways/email/keep.h"
#include "gateways/email/letter.h"
#include "gateways/email/letters.h"
#include "gateways/email/reply.h"

#include <stdio.h>

enum { TEXT_MAX = 16000, NOTE_MAX = 7000, KEY_HEX = 64 };

struct coming {
    const struct mail *m;
    struct str message;
    const char *sender;
    uint8_t report[16]; /* of the tag */
    char key[KEY_HEX + 1];
    struct buf why;
};

static const char *
answer_to(struct email *e, enum taken t)
{
    switch (t) {
    case TAKEN:
        return NULL;
    case TAKEN_FLOOD:
        return "451 4.7.1 too many mails from this sender, later";
    case TAKEN_WRONG:
        log_warn("event=mail_wrong why=\"%s\"", gateway_why(e->g));
        return "554 5.6.0 this mail cannot become a report";
    case TAKEN_LATER:
        return "451 4.3.0 not now, later";
    }
    return NULL;
}

/* The same for the same mail to the same address, whatever servers add on the way. */
static void
key_of(struct coming *c, const char *rcpt)
{
    static const char *const fields[] = { "Message-ID", "From", "Date", "Subject" };
    struct buf b = { 0 };
    uint8_t digest[32];
    for (const char *at = rcpt; *at != '\0'; at++)
        buf_put_u8(&b, (uint8_t)(*at >= 'A' && *at <= 'Z' ? *at | 0x20 : *at));
    for (size_t i = 0; i < countof(fields); i++)
        buf_put_str(&b, header_field(c->m->header, fields[i]));
    buf_put_str(&b, header_body(c->message));
    digest_32(digest, buf_str(&b));
    hex_of(c->key, digest, sizeof(digest));
    buf_fini(&b);
}

static void
cut_to(struct buf *text, size_t most)
{
    if (text->len <= most)
        return;
    text->len = letters_fit(buf_str(text), most).len;
    buf_printf(text, "\n[...]");
}

static bool
has_chinese(struct str s)
{
    for (size_t i = 0; i < s.len; i++)
        if ((uint8_t)s.at[i] >= 0xe3 && (uint8_t)s.at[i] <= 0xe9)
            return true;
    return false;
}

/* Files are named by the message's key, half of it: 64 digits are long for a person. */
static bool
put_files(struct email *e, struct coming *c, struct buf *text)
{
    char name[33];
    snprintf(name, sizeof(name), "%.32s", c->key);
    return keep_files(text, c->m, e->v->files, name, e->dry_run);
}

/* ---- deeds */

static const char *
pass_over(struct email *e, struct coming *c)
{
    if (e->dry_run) {
        struct json *j = json_object_new();
        json_put_text(j, "becomes", "nothing");
        json_put_text(j, "why", buf_cstr(&c->why));
        json_print(&j, stdout);
        return "250 2.0.0 read, nothing to do";
    }
    log_info("event=passed_over from=%s why=%s", log_quote(c->m->from, strlen(c->m->from)),
             log_quote(buf_cstr(&c->why), c->why.len));
    return "250 2.0.0 read, nothing to do";
}

static void
put_report_text(struct coming *c, struct buf *text)
{
    const struct mail *m = c->m;
    if (m->subject[0] != '\0')
        buf_printf(text, "%.*s\n", STR_ARG(letters_fit(str_of(m->subject), 400)));
    reply_put_new(text, buf_str(&m->text), str_of(m->subject));
    if (m->encrypted)
        buf_printf(text, "\n[the mail is encrypted, its words could not be read]");
    cut_to(text, TEXT_MAX);
}

/* A monitor's, as the site says. Who writes with its address is believed: the mail server in front
 * has to keep others from that. */
static bool
is_machine(const struct email *e, const struct coming *c)
{
    return address_is_among(e->v->machines, str_of(c->m->from)) ||
           address_is_among(e->v->machines, str_of(c->sender));
}

/* A machine is not answered: its person's next row is, or nobody. NULL: as for everybody. */
static const char *
who_is_told(struct email *e, const struct coming *c, const char *from)
{
    if (!is_machine(e, c))
        return NULL;
    const struct contact *next = who_next(gateway_who(e->g), "email", from);
    return next == NULL ? "" : strcmp(next->channel, "email") == 0 ? next->address : NULL;
}

static const char *
as_report(struct email *e, struct coming *c)
{
    const struct mail *m = c->m;
    struct buf text = { 0 }, data = { 0 };
    uint8_t id[16];
    const char *from = m->from[0] != '\0' ? m->from : c->sender;
    const struct contact *who = who_is(gateway_who(e->g), "email", from);
    put_report_text(c, &text);
    bool kept = put_files(e, c, &text);
    if (str_trim(buf_str(&text)).len == 0)
        buf_printf(&text, "[a mail without words]");
    letter_put_thread(&data, m->subject, m->id, m->references, THREAD_DATA_MAX - 1);
    struct arrival a = { .key = c->key,
                         .address = from,
                         .told = who_is_told(e, c, from),
                         .data = buf_cstr(&data),
                         .report = { .text = buf_cstr(&text), .hint = -1 } };
    if (m->from_name[0] != '\0' && strlen(m->from_name) < 200)
        a.report.name = m->from_name;
    if (has_chinese(buf_str(&text)) && (who == NULL || who->lang[0] == '\0'))
        a.report.lang = "zh";
    const char *reply = !kept ? "451 4.3.0 no room for its files, later"
                              : answer_to(e, gateway_report(e->g, &a, id));
    buf_fini(&text);
    buf_fini(&data);
    return reply;
}

static const char *
as_alarm(struct email *e, struct coming *c)
{
    return is_machine(e, c) ? as_report(e, c) : pass_over(e, c);
}

/* In a dry run there are no threads: one is made up of the tag. */
static const struct thread *
thread_of(struct email *e, struct coming *c, struct thread *made)
{
    *made = (struct thread){ .address = "" };
    memcpy(made->report, c->report, 16);
    memcpy(made->ticket, c->report, 16);
    return e->dry_run ? made : thread_of_report(gateway_threads(e->g), c->report);
}

static const char *
as_word(struct email *e, struct coming *c)
{
    struct thread made;
    const struct thread *t = thread_of(e, c, &made);
    struct buf words = { 0 };
    if (t == NULL) {
        log_info("event=old_thread do=\"it becomes a new report\"");
        return as_report(e, c);
    }
    reply_put(&words, buf_str(&c->m->text));
    struct answer answer = answer_of(buf_str(&words), e->dry_run ? NULL : t->state);
    cut_to(&words, NOTE_MAX);
    bool kept = put_files(e, c, &words);
    if (words.len == 0) {
        buf_fini(&words);
        buf_printf(&c->why, "a reply without words");
        return pass_over(e, c);
    }
    const struct fl_details score = { .amount = &answer.score };
    const struct said s = { .key = c->key,
                            .address = c->m->from,
                            .thread = t,
                            .verb = answer.verb,
                            .note = buf_cstr(&words),
                            .details = answer.score > 0 ? &score : NULL };
    const char *reply =
        !kept ? "451 4.3.0 no room for its files, later" : answer_to(e, gateway_event(e->g, &s));
    buf_fini(&words);
    return reply;
}

/* A mail of ours about this report did not arrive: letters that still count as under way have
 * failed (the next channel is tried); of older ones the ticket is told. */
static const char *
as_bounce(struct email *e, struct coming *c)
{
    struct thread made;
    const struct thread *t = thread_of(e, c, &made);
    struct buf note = { 0 };
    uint8_t id[16];
    bool any = false;
    while (!e->dry_run && grace_failed(e->grace, gateway_book(e->g), c->report, id)) {
        gateway_outcome(e->g, id, OUTCOME_FAILED, buf_cstr(&c->why));
        any = true;
    }
    log_warn("event=bounced why=%s", log_quote(buf_cstr(&c->why), c->why.len));
    if (any || t == NULL)
        return t == NULL && !any ? "250 2.0.0 read, nothing to do" : NULL;
    buf_printf(&note, "not delivered by email: %.*s", STR_ARG(letters_fit(buf_str(&c->why), 300)));
    const struct said s = { .key = c->key, .thread = t, .verb = "note", .note = buf_cstr(&note) };
    const char *reply = answer_to(e, gateway_event(e->g, &s));
    buf_fini(&note);
    return reply;
}

/* A report of delivery to our plain address: the mail within may name the tag. */
static const char *
as_stray_bounce(struct email *e, struct coming *c)
{
    struct str header = buf_str(&c->m->returned), from = header_field(header, "From"), name;
    char address[320];
    if (header_mailbox(&from, address, sizeof(address), &name) &&
        address_read(e->v->address, &e->key, str_of(address), c->report) == ADDRESS_REPLY)
        return as_bounce(e, c);
    return pass_over(e, c);
}

/* ---- what is done */

typedef const char *deed(struct email *e, struct coming *c);

/* clang-format off */
static deed *const deeds[][6] = {
    /*                   person     failed           delayed    auto       machine    loop */
    [ADDRESS_PLAIN] =  { as_report, as_stray_bounce, pass_over, pass_over, as_alarm,  pass_over },
    [ADDRESS_REPLY] =  { as_word,   as_bounce,       pass_over, pass_over, pass_over, pass_over },
    [ADDRESS_BOUNCE] = { pass_over, as_bounce,       pass_over, pass_over, pass_over, pass_over },
    [ADDRESS_FORGED] = { pass_over, pass_over,       pass_over, pass_over, pass_over, pass_over },
};
/* clang-format on */

const char *
come(struct email *e, const struct mail *m, struct str message, const char *sender,
     const char *rcpt)
{
    struct coming c = { .m = m, .message = message, .sender = sender };
    enum address_kind to = address_read(e->v->address, &e->key, str_of(rcpt), c.report);
    if (to == ADDRESS_OTHER)
        return "550 5.1.1 no such address here";
    enum mail_kind kind = bounce_kind(m, sender, e->v->address, &c.why);
    key_of(&c, rcpt);
    const char *reply = deeds[to][kind](e, &c);
    buf_fini(&c.why);
    return reply;
}

/* ---- without an envelope: from a mailbox, or for a dry run */

static const char *
recipient_in(struct email *e, const struct mail *m, char *address, size_t size)
{
    static const char *const fields[] = { "X-Original-To", "Delivered-To", "To", "Cc" };
    uint8_t report[16];
    struct str name;
    for (size_t i = 0; i < countof(fields); i++) {
        struct str rest = header_field(m->header, fields[i]);
        while (header_mailbox(&rest, address, size, &name))
            if (address_read(e->v->address, &e->key, str_of(address), report) != ADDRESS_OTHER)
                return address;
    }
    (void)str_fill(address, size, address_first(e->v->address));
    return address;
}

/* Return-Path: <> is the null sender; without one it is who wrote it. */
static void
sender_in(const struct mail *m, char sender[320])
{
    struct str path, rest = header_field(m->header, "Return-Path");
    sender[0] = '\0';
    if (str_is(rest, "<>"))
        return;
    if (rest.at == NULL || !header_id(&rest, &path) || !str_fill(sender, 320, path))
        memcpy(sender, m->from, sizeof(m->from));
}

const char *
come_bare(struct email *e, struct str message)
{
    struct mail m;
    char address[320], sender[320];
    mime_read(&m, message, (size_t)e->v->file_max);
    sender_in(&m, sender);
    const char *reply = come(e, &m, message, sender, recipient_in(e, &m, address, sizeof(address)));
    mime_free(&m);
    return reply;
}
