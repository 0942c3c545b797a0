/* census.c - ids of every kind, zero-padded to one size. */
#include "common/plan/census.h"

enum { KEY_SIZE = 32 };

void
census_init(struct census *c)
{
    for (size_t i = 0; i < REFERS; i++)
        map_init(&c->by_id[i], KEY_SIZE);
    map_init(&c->skills, KEY_SIZE);
}

void
census_fini(struct census *c)
{
    for (size_t i = 0; i < REFERS; i++)
        map_fini(&c->by_id[i]);
    map_fini(&c->skills);
}

const void *
census_add(struct census *c, enum field_refers kind, const char *id, const void *item)
{
    char key[KEY_SIZE];
    if (!str_fill(key, sizeof(key), str_of(id)))
        return NULL;
    const void *was = map_get(&c->by_id[kind], key);
    if (was == NULL)
        map_put(&c->by_id[kind], key, (void *)(uintptr_t)item);
    return was;
}

const void *
census_find(const struct census *c, enum field_refers kind, const char *id)
{
    char key[KEY_SIZE];
    return str_fill(key, sizeof(key), str_of(id)) ? map_get(&c->by_id[kind], key) : NULL;
}

void
census_add_skill(struct census *c, const struct plan_need *skill)
{
    char key[KEY_SIZE];
    if (skill->level == 0 || !str_fill(key, sizeof(key), str_of(skill->skill)))
        return;
    if ((uintptr_t)map_get(&c->skills, key) < skill->level)
        map_put(&c->skills, key, (void *)(uintptr_t)skill->level);
}

unsigned
census_skill(const struct census *c, const char *skill)
{
    char key[KEY_SIZE];
    return str_fill(key, sizeof(key), str_of(skill)) ? (unsigned)(uintptr_t)map_get(&c->skills, key)
                                                     : 0;
}
