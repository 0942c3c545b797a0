/* address.h - the gateway's addresses and the signed tags behind their plus: fault+rTAG@example.org
 * answers a ticket, fault+bTAG@ is where our own mails come back to.
 *
 * A tag is a report's id and a keyed digest of it, in base32: who has it was sent it. Anybody can
 * quote a ticket's number; that proves nothing. */
#ifndef GATEWAYS_EMAIL_ADDRESS_H
#define GATEWAYS_EMAIL_ADDRESS_H

#include "common/base/buf.h"
#include "common/io/seal.h"

enum address_kind {
    ADDRESS_OTHER,  /* none of ours */
    ADDRESS_PLAIN,  /* ours; no tag, or one that is not signed by us */
    ADDRESS_REPLY,  /* a signed tag: a reply about `report` */
    ADDRESS_BOUNCE, /* a signed tag: a mail of ours about `report` came back */
    ADDRESS_FORGED  /* looks like a bounce's tag, and is not signed by us */
};

/* `ours`: addresses separated by blanks or commas; ASCII case does not count. */
enum address_kind address_read(const char *ours, const struct seal_key *key, struct str address,
                               uint8_t report[16]);
/* ours' first address with a tag. ADDRESS_REPLY or ADDRESS_BOUNCE. */
void address_put(struct buf *out, const char *ours, const struct seal_key *key,
                 enum address_kind kind, const uint8_t report[16]);
/* Is it one of these, as they are: "alarm@a.example @b.example"? */
bool address_is_among(const char *list, struct str address);
/* The first of ours, and its domain. */
struct str address_first(const char *ours);
struct str address_domain(struct str address);

#endif
