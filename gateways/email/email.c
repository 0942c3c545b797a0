/* email.c - the email gateway's parts and its turn.
 *
 * Invariant: a recipient is answered 250 only after gateway_commit has said that what his mail
 * became is on disk. All mails of a turn share one commit. */
#include "gateways/email/email.h"

#include "common/io/clock.h"
#include "common/io/log.h"
#include "faultline/ids.h"
#include "gateways/email/address.h"
#include "gateways/email/keep.h"

#include <errno.h>
#include <stdio.h>

static struct email_values values;
/* The book asks for their tables before the gateway is open. */
static struct grace *grace;
static struct postbox *postbox;

#define AT(field) SETTING_AT(struct email_values, field)
static const struct setting rows[] = {
    { "address", SETTING_TEXT, AT(address), "",
      "our addresses, the first is the one we write from; needed", 0, 0 },
    { "listen", SETTING_TEXT, AT(listen), "127.0.0.1:2400",
      "where LMTP is spoken: host:port, or a unix socket's path", 0, 0 },
    { "name", SETTING_TEXT, AT(name), "Fault desk 报修台", "the name we write under", 0, 0 },
    { "host", SETTING_TEXT, AT(host), "", "the name we greet with; the first address' domain", 0,
      0 },
    { "size_max", SETTING_NUMBER, AT(size_max), "26214400", "bytes of a mail", 10000, 268435456 },
    { "file_max", SETTING_NUMBER, AT(file_max), "10485760",
      "bytes of an attachment that is kept; 0: none is", 0, 268435456 },
    { "files", SETTING_PATH, AT(files), "gateways/email-files", "where attachments are kept", 0,
      0 },
    { "token_key", SETTING_PATH, AT(token_key), "gateways/email-tags.key",
      "signs our reply addresses; made when missing", 0, 0 },
    { "machines", SETTING_TEXT, AT(machines), "",
      "whose automatic mails are reports, never answered: alarm@a.example @b.example", 0, 0 },
    { "relay", SETTING_TEXT, AT(relay), "smtp://127.0.0.1:25", "who takes our mails", 0, 0 },
    { "relay_user", SETTING_TEXT, AT(relay_user), "", "how we log in there; empty: not at all", 0,
      0 },
    { "relay_password_file", SETTING_PATH, AT(relay_password_file), "", "a file with the password",
      0, 0 },
    { "relay_tls", SETTING_YES, AT(relay_tls), "no", "STARTTLS or nothing", 0, 0 },
    { "relay_ca", SETTING_PATH, AT(relay_ca), "", "certificates to trust; empty: the system's", 0,
      0 },
    { "bounce_wait_s", SETTING_NUMBER, AT(bounce_wait_s), "15",
      "a mail that has not come back for so long (s) is delivered", 0, 86400 },
    { "imap_url", SETTING_TEXT, AT(imap_url), "",
      "a mailbox that is fetched from, too: imaps://host or imap://host", 0, 0 },
    { "imap_user", SETTING_TEXT, AT(imap_user), "", "how we log in there", 0, 0 },
    { "imap_password_file", SETTING_PATH, AT(imap_password_file), "", "a file with the password", 0,
      0 },
    { "imap_tls", SETTING_YES, AT(imap_tls), "yes", "imap://: STARTTLS or nothing", 0, 0 },
    { "imap_ca", SETTING_PATH, AT(imap_ca), "", "certificates to trust; empty: the system's", 0,
      0 },
    { "imap_folder", SETTING_TEXT, AT(imap_folder), "INBOX",
      "whose unseen mails are taken, as the server names it", 0, 0 },
    { "imap_moved", SETTING_TEXT, AT(imap_moved), "",
      "a folder where taken mails are moved; empty: they are marked seen", 0, 0 },
    { "imap_poll_s", SETTING_NUMBER, AT(imap_poll_s), "30", "between two looks (s)", 1, 86400 },
};
#undef AT

/* ---- mails that come */

static const char *
refuses(void *own, const char *address)
{
    struct email *e = own;
    uint8_t report[16];
    switch (address_read(e->v->address, &e->key, str_of(address), report)) {
    case ADDRESS_OTHER:
        return "550 5.1.1 no such address here";
    case ADDRESS_FORGED:
        return "550 5.7.1 this is no return address of ours";
    case ADDRESS_PLAIN:
    case ADDRESS_REPLY:
    case ADDRESS_BOUNCE:
        break;
    }
    return NULL;
}

static void
on_message(void *own, struct lmtp *l)
{
    struct email *e = own;
    struct pending *p = zalloc(sizeof(*p));
    struct mail m;
    p->lmtp = l;
    p->count = l->rcpts_count;
    mime_read(&m, buf_str(&l->message), (size_t)e->v->file_max);
    for (size_t i = 0; i < p->count; i++)
        p->replies[i] = come(e, &m, buf_str(&l->message), l->from, l->rcpts[i]);
    mime_free(&m);
    p->next = e->pendings;
    e->pendings = p;
}

static void
answer_all(struct email *e, bool good)
{
    struct pending *p;
    while ((p = e->pendings) != NULL) {
        const char *by_commit = good ? "250 2.0.0 taken" : "451 4.3.0 not on disk, later";
        e->pendings = p->next;
        for (size_t i = 0; i < p->count; i++)
            lmtp_answer(p->lmtp, p->replies[i] != NULL ? p->replies[i] : by_commit);
        free(p);
    }
}

static enum imap_fate
on_fetched(void *own, struct str message, bool too_large)
{
    const char *reply = too_large ? "552 5.3.4 the message is too large" : come_bare(own, message);
    if (reply == NULL || reply[0] == '2')
        return IMAP_TAKEN;
    log_warn("event=mail_left why=\"%s\"", reply);
    return reply[0] == '4' ? IMAP_LATER : IMAP_REFUSED;
}

static bool
message(void *own, struct str bytes, struct buf *why)
{
    const char *reply = come_bare(own, bytes);
    if (reply == NULL || reply[0] == '2')
        return true;
    buf_printf(why, "it would be refused: %s", reply);
    return false;
}

static void
committed(void *own, bool good)
{
    answer_all(own, good);
}

/* ---- a turn */

static size_t
fds(void *own, struct pollfd *to, size_t room)
{
    struct email *e = own;
    e->door_at = smtp_fds(e->smtp, to, room);
    e->door_at += postbox_fds(e->postbox, to + e->door_at, room - e->door_at);
    return e->door_at + door_fds(e->door, to + e->door_at, room - e->door_at);
}

static int
wait_ms(void *own)
{
    struct email *e = own;
    int64_t wait = smtp_wait_ms(e->smtp), next = grace_next(e->grace);
    int64_t look = postbox_wait_ms(e->postbox);
    wait = look < wait ? look : wait;
    if (e->pendings != NULL)
        return 0;
    if (next != NEVER) {
        int64_t in = next - clock_wall_ms();
        wait = in < wait ? in : wait;
    }
    return (int)(wait > 0 ? wait : 0);
}

static void
work(void *own, const struct pollfd *polled, size_t count)
{
    enum { ROUNDS = 16 };
    struct email *e = own;
    door_work(e->door, polled + e->door_at, count - e->door_at);
    smtp_work(e->smtp);
    postbox_work(e->postbox);
    go_over(e);
    for (int i = 0; i < ROUNDS && (e->pendings != NULL || postbox_waits(e->postbox)); i++) {
        door_gather(e->door);
        bool good = gateway_commit(e->g);
        answer_all(e, good);
        postbox_settle(e->postbox, good);
        door_flush(e->door); /* may take the next ones that were sent ahead */
    }
}

static bool
drain(void *own)
{
    struct email *e = own;
    postbox_stop(e->postbox);
    return door_drain(e->door) && smtp_count(e->smtp) == 0;
}

/* ---- opening */

/* The file's first line; without a user none is needed. */
static bool
read_password(char to[256], const char *user, const char *setting, const char *path,
              struct buf *why)
{
    FILE *f = user[0] == '\0' ? NULL : fopen(path, "re");
    if (user[0] == '\0')
        return true;
    bool good = f != NULL && fgets(to, 256, f) != NULL;
    if (!good)
        buf_printf(why, "%s %s: %s", setting, path[0] == '\0' ? "(empty)" : path,
                   f == NULL ? strerror(errno) : "holds no line");
    to[strcspn(to, "\r\n")] = '\0';
    if (f != NULL)
        fclose(f);
    return good;
}

static bool
read_passwords(struct email *e, struct buf *why)
{
    const struct email_values *v = e->v;
    return read_password(e->password, v->relay_user, "relay_password_file", v->relay_password_file,
                         why) &&
           read_password(e->imap_password, v->imap_user, "imap_password_file",
                         v->imap_password_file, why);
}

static bool
open_mailbox(struct email *e, struct buf *why)
{
    const struct email_values *v = e->v;
    const struct postbox_options o = { .url = v->imap_url,
                                       .user = v->imap_user,
                                       .password = e->imap_password,
                                       .ca = v->imap_ca,
                                       .tls = v->imap_tls,
                                       .folder = v->imap_folder,
                                       .moved = v->imap_moved,
                                       .poll_s = v->imap_poll_s,
                                       .size_max = (size_t)v->size_max,
                                       .mail = on_fetched,
                                       .own = e };
    bool good = v->imap_url[0] == '\0' || strncmp(v->imap_url, "imap://", 7) == 0 ||
                strncmp(v->imap_url, "imaps://", 8) == 0;
    if (!good)
        buf_printf(why, "imap_url %s: write imaps://host or imap://host", v->imap_url);
    else if (v->imap_url[0] != '\0' && v->imap_user[0] == '\0')
        buf_printf(why, "imap_user is empty: who logs in at %s?", v->imap_url);
    else
        postbox_open(e->postbox, &o, gateway_book(e->g));
    return why->len == 0;
}

static bool
open_doors(struct email *e, struct buf *why)
{
    const struct email_values *v = e->v;
    char place[1200];
    bool whole = v->listen[0] == '/' || strchr(v->listen, ':') != NULL;
    snprintf(place, sizeof(place), "%s%s%s", whole ? "" : gateway_conf(e->g)->dir, whole ? "" : "/",
             v->listen);
    const struct door_owner o = { .host = v->host,
                                  .size_max = (size_t)v->size_max,
                                  .refuses = refuses,
                                  .message = on_message,
                                  .own = e };
    const struct smtp_options relay = { .url = v->relay,
                                        .user = v->relay_user,
                                        .password = e->password,
                                        .ca = v->relay_ca,
                                        .tls = v->relay_tls,
                                        .ended = go_ended,
                                        .own = e };
    e->door = door_open(place, &o, why);
    e->smtp = e->door == NULL ? NULL : smtp_new(&relay);
    return e->smtp != NULL;
}

static bool
are_addresses(const char *ours, struct buf *why)
{
    struct str first = address_first(ours);
    if (address_domain(first).len > 0)
        return true;
    buf_printf(why, "address \"%s\": set `address fault@your.domain` in gateways/email.conf", ours);
    return false;
}

static void
email_close(void *own)
{
    struct email *e = own;
    door_close(e->door);
    smtp_free(e->smtp);
    postbox_free(postbox);
    grace_free(grace);
    postbox = NULL;
    grace = NULL;
    explicit_bzero(e, sizeof(*e));
    free(e);
}

static void *
email_open(struct gateway *g, bool dry_run, struct buf *why)
{
    struct email *e = zalloc(sizeof(*e));
    *e = (struct email){
        .g = g, .v = &values, .dry_run = dry_run, .grace = grace, .postbox = postbox
    };
    mime_open_library();
    bool good = are_addresses(values.address, why);
    if (good && values.host[0] == '\0')
        (void)str_fill(values.host, sizeof(values.host),
                       address_domain(address_first(values.address)));
    good = good && keep_key(&e->key, values.token_key, dry_run, why);
    good =
        good && (dry_run || (read_passwords(e, why) && open_mailbox(e, why) && open_doors(e, why)));
    if (good)
        return e;
    email_close(e);
    return NULL;
}

static size_t
tables(struct book_table *to, size_t room)
{
    assert(room >= 2);
    grace = grace_new();
    postbox = postbox_new();
    to[0] = grace_table(grace);
    to[1] = postbox_table(postbox);
    return 2;
}

const struct channel email_channel = {
    .name = "email",
    .principal = "gw-email",
    .source = "mail.support",
    .about =
        "mails behind a mail server: LMTP or a mailbox (IMAP) in, SMTP out.\n\n"
        "A mail to one of `address` becomes a report; a reply to a mail of ours becomes a word "
        "about "
        "its\nticket: its first line may be nudge/催单, approve/已修好, not fixed/没修好, "
        "reopen/重开, cancel/取消,\naccept/同意, decline/拒绝, or a score from 1 to 5; all else is "
        "a "
        "note. Which ticket is proved by the\nsigned address that the reply goes to "
        "(fault+r...@), never by a number that is quoted. Automatic mails\nare not answered; those "
        "of `machines` are reports all the same. Mails of ours that come back are\ntold to the "
        "ticket.\n\n"
        "Postfix:\n"
        "  virtual_mailbox_domains = dispatch.example\n"
        "  virtual_transport = lmtp:inet:127.0.0.1:2400\n"
        "  recipient_delimiter = +\n\n"
        "A mailbox: with `imap_url` its unseen mails are taken, too, and marked seen (or moved to "
        "`imap_moved`)\nwhen they are on this disk.",
    .settings = { rows, countof(rows), &values },
    .window = EMAIL_WINDOW,
    .open = email_open,
    .close = email_close,
    .fds = fds,
    .wait_ms = wait_ms,
    .work = work,
    .committed = committed,
    .send = go_send,
    .message = message,
    .drain = drain,
    .tables = tables,
};
