/* courier.h - libcurl's transfers in a poll loop: many at once, none of them blocks. */
#ifndef GATEWAYS_EMAIL_COURIER_H
#define GATEWAYS_EMAIL_COURIER_H

#include "common/base/base.h"

#include <poll.h>

struct courier;

/* Part of whatever makes the transfer, for as long as it is under way. */
struct trip {
    void (*ended)(struct trip *t, int result); /* a CURLcode; may remove it */
};

/* Where a transfer goes, and as whom. */
struct way {
    const char *url, *protocols; /* "smtp,smtps" */
    const char *user, *password; /* "": nobody */
    const char *ca;              /* a file of certificates; "": the system's */
    bool tls;                    /* STARTTLS or nothing */
};

/* `kept`: connections that stay open between transfers, at most. */
struct courier *courier_new(long kept);
void courier_free(struct courier *c);
/* `easy` is a CURL; `error` has CURL_ERROR_SIZE bytes and lives as long. */
void courier_direct(void *easy, const struct way *w, char *error);
/* Its CURLOPT_PRIVATE becomes the courier's. */
void courier_add(struct courier *c, void *easy, struct trip *t);
void courier_remove(struct courier *c, void *easy);
size_t courier_fds(const struct courier *c, struct pollfd *fds, size_t room);
int courier_wait_ms(struct courier *c);
void courier_work(struct courier *c);

#endif
