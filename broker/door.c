/* door.c - CURVE keys to numbers, numbers to principals of the current map. */
#include "broker/door.h"

#include "common/io/log.h"

#include <inttypes.h>
#include <stdio.h>

/* Who may be a client. Brokers and workers have no business at this door. */
static const bool welcome[ROLES] = {
    [ROLE_GATEWAY] = true,
    [ROLE_ENGINEER] = true,
    [ROLE_DISPATCHER] = true,
};

void
door_init(struct door *d, const struct chart *chart)
{
    *d = (struct door){ .chart = chart };
    map_init(&d->by_curve, 32);
}

void
door_fini(struct door *d)
{
    for (size_t i = 0; i < d->keys_count; i++)
        free(d->keys[i]);
    free(d->keys);
    map_fini(&d->by_curve);
    *d = (struct door){ 0 };
}

static const struct principal *
look_up(const struct door *d, const uint8_t curve[32])
{
    const struct atlas *a = chart_current(d->chart);
    const struct principal *p = a == NULL ? NULL : atlas_by_curve(a, curve);
    return p != NULL && !p->revoked && welcome[p->role] ? p : NULL;
}

/* Numbers are given only to keys of the plan, so there are never many. */
static struct door_key *
number_for(struct door *d, const uint8_t curve[32])
{
    struct door_key *k = map_get(&d->by_curve, curve);
    if (k != NULL)
        return k;
    k = zalloc(sizeof(*k));
    memcpy(k->curve, curve, sizeof(k->curve));
    d->keys = grow_array(d->keys, d->keys_count, &d->keys_cap, sizeof(struct door_key *));
    assert(d->keys_count < UINT32_MAX);
    k->number = (uint32_t)d->keys_count;
    d->keys[d->keys_count++] = k;
    map_put(&d->by_curve, curve, k);
    return k;
}

bool
door_admit(void *context, const uint8_t public_key[32], char user[24])
{
    struct door *d = context;
    const struct principal *p = look_up(d, public_key);
    if (p == NULL) {
        log_debug("event=door_refused");
        return false;
    }
    memset(user, 0, 24);
    snprintf(user, 24, "%" PRIu32, number_for(d, public_key)->number);
    return true;
}

bool
door_number(const struct door *d, const char user[24], uint32_t *number)
{
    int64_t n = 0;
    if (memchr(user, '\0', 24) == NULL || !str_int(str_of(user), &n) || n < 0 ||
        (uint64_t)n >= d->keys_count)
        return false;
    *number = (uint32_t)n;
    return true;
}

const struct principal *
door_who(struct door *d, uint32_t number)
{
    assert(number < d->keys_count);
    struct door_key *k = d->keys[number];
    if (k->generation != d->chart->generation) {
        k->who = look_up(d, k->curve);
        k->generation = d->chart->generation;
    }
    return k->who;
}
