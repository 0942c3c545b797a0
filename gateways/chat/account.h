/* account.h - our accounts with the chat services: the site's gateways/chat.hooks, mode 0600.
 *
 *     name   kind    field=value ...
 *     desk   wecom   token=QDG6eK key=jWmY..2C id=ww58.. secret=.. agent=1000002 source=chat.wecom
 *     ops    slack   key=8f74.. secret=xoxb-..
 *
 * A person's address begins with his account's name: "desk:lisi", and in a group "ops:U1@C2". */
#ifndef GATEWAYS_CHAT_ACCOUNT_H
#define GATEWAYS_CHAT_ACCOUNT_H

#include "gateways/chat/hook.h"

struct account {
    char name[32], source[32]; /* source: the plan's channel account; "": the setting's */
    const struct hook_service *service;
    struct hook_account hook;
};
struct accounts {
    struct account *rows;
    size_t count, cap;
};

/* false: `why` has "file:line: ..."; a missing file is an empty one. */
must_use bool accounts_open(struct accounts *a, const char *path, struct buf *why);
must_use bool accounts_read(struct accounts *a, const char *name, struct str text, struct buf *why);
void accounts_fini(struct accounts *a);
const struct account *accounts_named(const struct accounts *a, struct str name); /* NULL: none */
/* Whose address this is; NULL: no account's. */
const struct account *accounts_of(const struct accounts *a, const char *address);
/* The address of an event's person, appended; and the user or group that it is answered to. */
void account_address(struct buf *out, const struct account *a, struct hook_event *e);
struct str account_target(const struct account *a, const char *address);

#endif
