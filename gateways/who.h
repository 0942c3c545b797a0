/* who.h - who is it: customer and site of an address (number, mail address, JID), from the site's
 * gateways/contacts.csv. Brokers never see that file; the plan's map may not hold personal data.
 *
 *     channel,address,customer,site,name,lang
 *     sms,+8613800138000,acme,elm-street-4,Li Wei,zh
 *     email,li.wei@example.org,acme,elm-street-4,Li Wei,zh
 *
 * Rows of the same customer and name are one person; their order is the order in which he is tried
 * when a channel does not reach him. "*" and "@example.org" as address mean everybody of the
 * channel, everybody of that domain: they recognise, but nobody is called there. */
#ifndef GATEWAYS_WHO_H
#define GATEWAYS_WHO_H

#include "common/base/buf.h"

/* Texts are never NULL. */
struct contact {
    const char *channel, *address, *customer, *site, *name, *lang;
};

struct who;
/* A missing file is an empty table. NULL: `why` has "file:line: what is wrong". */
struct who *who_open(const char *path, struct buf *why);
/* The same from a text. */
struct who *who_read(const char *name, struct str csv, struct buf *why);
void who_free(struct who *w);
/* The row of this address: itself, else its domain's, else the channel's "*"; NULL: unknown.
 * Mail addresses and JIDs are compared without regard to ASCII case, JIDs without resource,
 * numbers by their digits and leading '+'. */
const struct contact *who_is(const struct who *w, const char *channel, const char *address);
/* The same person's next row after (channel, address) that can be called; NULL: none. */
const struct contact *who_next(const struct who *w, const char *channel, const char *address);
size_t who_count(const struct who *w);

#endif
