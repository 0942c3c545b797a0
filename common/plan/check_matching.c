/* check_matching.c - what matching is told: weights, speeds, and the things besides skills that
 * engineers must bring: certificates and parts. */
#include "common/plan/checks.h"
#include "common/plan/date.h"
#include "common/plan/duty.h"

void
check_matching(struct check *c, const struct spot *s)
{
    const struct plan_matching *m = s->item;
    bool penalties = m->weigh != NULL && strcmp(m->weigh, "penalties") == 0;
    if (m->weigh != NULL && m->weigh[0] != '\0' && !penalties && strcmp(m->weigh, "levels") != 0)
        fault(c->f, s, "weigh", "weigh \"%s\" is unknown; it is levels or penalties", m->weigh);
    else if (!penalties && m->penalty_unit != NULL)
        fault(c->f, s, "penalty_unit",
              "penalty_unit means something only with weigh: penalties; take it out, or add that");
}

void
check_speed(struct check *c, const struct spot *s)
{
    const struct plan_speed *speed = s->item;
    struct week week;
    if (speed->hours != NULL && duty_add(&week, str_of(speed->hours), 0) != OK)
        fault(c->f, s, "hours",
              "hours \"%s\" are not understood; write them like \"mon-fri 07:00-09:30\" or "
              "\"daily 22:00-06:00\"",
              speed->hours);
}

void
check_until(struct check *c, const struct spot *s, const char *until)
{
    int64_t day;
    if (until != NULL && until[0] != '\0' && !date_read(str_of(until), &day))
        fault(c->f, s, "until",
              "\"%s\" is not a day; write the last day that counts like 2027-12-31", until);
}

/* ---- certificates and parts: numbered, so there is a limit to those that categories need */

enum { THING_KEY = 32 };
static const struct {
    const char *key, *what;
    unsigned most;
} things[] = {
    [NEEDED_CERTIFICATE] = { "certificates", "certificate", CERTIFICATES_MAX },
    [NEEDED_PART] = { "parts", "part", PART_KINDS_MAX },
};

/* Was it there? A name too long for a key has been told. */
static bool
note(struct map *m, const char *name)
{
    char key[THING_KEY];
    if (name == NULL || !str_fill(key, sizeof(key), str_of(name)))
        return true;
    return map_put(m, key, m) != NULL;
}

static bool
noted(const struct map *m, const char *name)
{
    char key[THING_KEY];
    return !str_fill(key, sizeof(key), str_of(name)) || map_get(m, key) != NULL;
}

void
check_things_begin(struct check *c)
{
    for (size_t i = 0; i < countof(things); i++) {
        map_init(&c->needed[i], THING_KEY);
        map_init(&c->had[i], THING_KEY);
    }
    for (unsigned i = 0; i < c->p->engineers_count; i++) {
        const struct plan_engineer *e = &c->p->engineers[i];
        for (unsigned k = 0; k < e->certificates_count; k++)
            (void)note(&c->had[NEEDED_CERTIFICATE], e->certificates[k].certificate);
        for (unsigned k = 0; k < e->carries_count; k++)
            (void)note(&c->had[NEEDED_PART], e->carries[k]);
    }
}

void
check_things_end(struct check *c)
{
    for (size_t i = 0; i < countof(things); i++) {
        map_fini(&c->needed[i]);
        map_fini(&c->had[i]);
    }
}

static void
check_twice(struct check *c, const struct spot *s, const char *key, char *const *names,
            unsigned count)
{
    for (unsigned i = 0; i < count && i < PART_KINDS_MAX; i++)
        for (unsigned j = 0; j < i; j++)
            if (strcmp(names[i], names[j]) == 0) {
                fault(c->f, &(struct spot){ s, key, i, NULL, NULL }, NULL,
                      "%s \"%s\" is said twice; keep one", key, names[i]);
                break;
            }
}

static void
check_needed(struct check *c, const struct spot *s, size_t thing, char *const *names,
             unsigned count)
{
    const char *key = things[thing].key;
    check_twice(c, s, key, names, count);
    for (unsigned i = 0; i < count; i++) {
        struct spot at = { s, key, i, NULL, NULL };
        bool before = note(&c->needed[thing], names[i]);
        if (!noted(&c->had[thing], names[i]))
            fault(c->f, &at, NULL,
                  "no engineer has the %s \"%s\"; correct it, or give it to somebody",
                  things[thing].what, names[i]);
        if (!before && c->needed[thing].count == things[thing].most + 1)
            fault(c->f, &at, NULL,
                  "all categories together need more than %u different %s; join some",
                  things[thing].most, key);
    }
}

void
check_category_things(struct check *c, const struct spot *s)
{
    const struct plan_category *k = s->item;
    check_needed(c, s, NEEDED_CERTIFICATE, k->certificates, k->certificates_count);
    check_needed(c, s, NEEDED_PART, k->parts, k->parts_count);
}

void
check_engineer_things(struct check *c, const struct spot *s)
{
    const struct plan_engineer *e = s->item;
    check_twice(c, s, "carries", e->carries, e->carries_count);
    for (unsigned i = 0; i < e->certificates_count && i < CERTIFICATES_MAX; i++) {
        struct spot at = { s, "certificates", i, &noun_certificate, &e->certificates[i] };
        const char *name = e->certificates[i].certificate;
        check_until(c, &at, e->certificates[i].until);
        for (unsigned j = 0; j < i && name != NULL; j++)
            if (e->certificates[j].certificate != NULL &&
                strcmp(e->certificates[j].certificate, name) == 0) {
                fault(c->f, &at, "certificate", "\"%s\" is said twice; keep one", name);
                break;
            }
    }
}
