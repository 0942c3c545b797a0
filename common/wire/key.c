/* key.c - Redis keys. All of a territory's keys share the hash tag {T}. */
#include "common/wire/key.h"

#include "common/base/base.h"

#include <inttypes.h>
#include <stdio.h>

static const char *const names[TERRITORY_KEYS] = {
    [KEY_INBOX] = "inbox",     [KEY_HEAD] = "head",           [KEY_TICKETS] = "tickets",
    [KEY_CLOSED] = "closed",   [KEY_ENGINEERS] = "engineers", [KEY_PRINCIPALS] = "principals",
    [KEY_REPORTS] = "reports", [KEY_PLACES] = "places",       [KEY_LOG] = "log",
    [KEY_WATCH] = "watch",     [KEY_OUTBOX] = "outbox",       [KEY_QUARANTINE] = "quarantine",
    [KEY_BELL] = "bell",       [KEY_LEARNED] = "learned",
};

struct key
key_of(struct territory_id t, enum territory_key k)
{
    struct key key;
    assert(k < TERRITORY_KEYS);
    snprintf(key.s, sizeof(key.s), "fl:{%.*s}:%s", (int)sizeof(t.s), t.s, names[k]);
    return key;
}

struct key
key_mail(struct territory_id t, struct principal_id who)
{
    struct key key;
    snprintf(key.s, sizeof(key.s), "fl:{%.*s}:mail:%.*s", (int)sizeof(t.s), t.s, (int)sizeof(who.s),
             who.s);
    return key;
}

struct key
key_plan(uint32_t version)
{
    struct key key;
    snprintf(key.s, sizeof(key.s), "fl:plan:%" PRIu32, version);
    return key;
}

struct key
key_map(uint32_t version)
{
    struct key key;
    snprintf(key.s, sizeof(key.s), "fl:map:%" PRIu32, version);
    return key;
}
