/* go.c - mails that leave: composed in the thread, handed to the relay, counted as delivered when
 * they have not come back for a while. */
#include "common/io/clock.h"
#include "common/io/log.h"
#include "gateways/email/address.h"
#include "gateways/email/email.h"
#include "gateways/email/letter.h"

#include <stdio.h>

/* What may stand between '<' and '>' of ours. */
static bool
is_address(const char *s)
{
    const char *at = strrchr(s, '@');
    return at != NULL && at > s && at[1] != '\0' && strpbrk(s, " \t\r\n<>,;\"") == NULL &&
           str_is_printable(str_of(s)) && strlen(s) < 320;
}

static void
put_words(struct buf *body, const struct sending *s)
{
    const struct fl_update *u = s->update;
    buf_printf(body, "%s", s->words);
    if (u != NULL && u->has_ticket && u->refusal[0] == '\0')
        letter_put_hint(body, s->lang, u->state, u->object != 0 ? u->object_kind : "");
    buf_printf(body, "\r\n");
}

static void
compose(struct email *e, const struct sending *s, const uint8_t tag[16], struct buf *message)
{
    struct buf from = { 0 }, loop = { 0 }, body = { 0 };
    char id[420], hex[33], date[64];
    struct str first = address_first(e->v->address), domain = address_domain(first);
    hex_of(hex, s->id, 16);
    snprintf(id, sizeof(id), "fl.%s@%.*s", hex, STR_ARG(domain));
    letter_date(date, sizeof(date), clock_wall_ms());
    address_put(&from, e->v->address, &e->key, ADDRESS_REPLY, tag);
    buf_put(&loop, first.at, first.len);
    put_words(&body, s);
    const struct letter_head h = { .from_name = e->v->name,
                                   .from = buf_cstr(&from),
                                   .to = s->address,
                                   .id = id,
                                   .loop = buf_cstr(&loop),
                                   .date = date,
                                   .number = s->number,
                                   .data = s->data,
                                   .lang = s->lang };
    letter_put(message, &h, buf_str(&body));
    buf_fini(&from);
    buf_fini(&loop);
    buf_fini(&body);
}

void
go_send(void *own, const struct sending *s)
{
    static const uint8_t nothing[16];
    struct email *e = own;
    struct buf message = { 0 }, bounce = { 0 };
    const uint8_t *tag = s->thread != NULL ? s->thread->report : s->id;
    size_t i = 0;
    if (address_is_among(e->v->machines, str_of(s->address))) {
        gateway_outcome(e->g, s->id, OUTCOME_FAILED, "a machine sent it, nobody reads there");
        return;
    }
    if (!is_address(s->address)) {
        gateway_outcome(e->g, s->id, OUTCOME_FAILED, "it is no mail address");
        return;
    }
    while (i < EMAIL_WINDOW && memcmp(e->flights[i].id, nothing, 16) != 0)
        i++;
    if (i == EMAIL_WINDOW) {
        gateway_outcome(e->g, s->id, OUTCOME_LATER, "too many mails under way");
        return;
    }
    memcpy(e->flights[i].id, s->id, 16);
    memcpy(e->flights[i].tag, tag, 16);
    compose(e, s, tag, &message);
    address_put(&bounce, e->v->address, &e->key, ADDRESS_BOUNCE, tag);
    smtp_send(e->smtp, s->id, buf_cstr(&bounce), s->address, &message);
    buf_fini(&bounce);
}

/* The relay has it: it is delivered unless it comes back. */
static void
taken(struct email *e, const uint8_t id[16], const uint8_t tag[16])
{
    if (e->v->bounce_wait_s == 0) {
        gateway_outcome(e->g, id, OUTCOME_DELIVERED, NULL);
        return;
    }
    gateway_outcome(e->g, id, OUTCOME_HANDED, NULL);
    grace_put(e->grace, gateway_book(e->g), id, tag, clock_wall_ms() + e->v->bounce_wait_s * 1000);
}

void
go_ended(void *own, const uint8_t id[16], long code, const char *why)
{
    struct email *e = own;
    for (size_t i = 0; i < EMAIL_WINDOW; i++) {
        if (memcmp(e->flights[i].id, id, 16) != 0)
            continue;
        memset(e->flights[i].id, 0, 16);
        if (code / 100 == 2)
            taken(e, id, e->flights[i].tag);
        else
            gateway_outcome(e->g, id, code / 100 == 5 ? OUTCOME_FAILED : OUTCOME_LATER, why);
        return;
    }
}

void
go_over(struct email *e)
{
    uint8_t id[16];
    while (grace_over(e->grace, gateway_book(e->g), clock_wall_ms(), id))
        gateway_outcome(e->g, id, OUTCOME_DELIVERED, NULL);
}
