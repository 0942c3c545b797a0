/* check_people.c - who can do what, when, and with which key: categories, engineers, principals. */
#include "common/plan/checks.h"
#include "common/plan/duty.h"
#include "common/plan/principal.h"

/* Skills that an engineer has or a category needs: each once. They are few. */
static void
check_skills(struct check *c, const struct spot *s, const char *key, const struct plan_need *skills,
             unsigned count)
{
    for (unsigned i = 0; i < count && i < SKILLS_MAX; i++) {
        struct spot at = { s, key, i, &noun_need, &skills[i] };
        const char *name = skills[i].skill;
        check_until(c, &at, skills[i].until);
        if (name == NULL)
            continue;
        if (!plain_id(name))
            fault(c->f, &at, "skill",
                  "\"%s\" may have only a-z, 0-9, '.', '_' and '-'; spell it "
                  "so",
                  name);
        for (unsigned j = 0; j < i; j++)
            if (skills[j].skill != NULL && strcmp(name, skills[j].skill) == 0) {
                fault(c->f, &at, "skill", "\"%s\" is said twice; keep one", name);
                break;
            }
    }
}

static void
check_needs(struct check *c, const struct spot *s, const char *key, const struct plan_need *needs,
            unsigned count)
{
    check_skills(c, s, key, needs, count);
    for (unsigned i = 0; i < count && i < NEEDS_MAX; i++) {
        const struct plan_need *need = &needs[i];
        if (need->skill != NULL && census_skill(&c->census, need->skill) < need->level)
            fault(c->f, &(struct spot){ s, key, i, &noun_need, need }, "skill",
                  "no engineer has %s at level %u or above; lower it, or give somebody the skill",
                  need->skill, need->level);
    }
}

void
check_category(struct check *c, const struct spot *s)
{
    const struct plan_category *k = s->item;
    if (k->service != NULL && k->service[0] != '\0' && strcmp(k->service, "repair") != 0 &&
        strcmp(k->service, "installation") != 0)
        fault(c->f, s, "service", "service \"%s\" is unknown; it is repair or installation",
              k->service);
    check_needs(c, s, "needs", k->needs, k->needs_count);
    check_needs(c, s, "prefers", k->prefers, k->prefers_count);
    check_category_things(c, s);
}

static void
check_duty(struct check *c, const struct spot *s, const struct plan_engineer *e)
{
    const struct plan_territory *home =
        e->territory == NULL ? NULL : census_find(&c->census, REFERS_TERRITORY, e->territory);
    struct week week = { 0 };
    struct span spans[SPANS_MAX];
    size_t count;
    for (unsigned i = 0; i < e->duty_count; i++)
        if (duty_add(&week, str_of(e->duty[i]), home == NULL ? 0 : home->utc_offset_min) != OK)
            fault(c->f, &(struct spot){ s, "duty", i, NULL, NULL }, NULL,
                  "duty \"%s\" is not understood; write it like \"mon-fri 08:00-18:00\", "
                  "\"sat,sun 22:00-06:00\", \"daily 08:00-20:00\" or \"always\"",
                  e->duty[i]);
    if (duty_spans(&week, spans, &count) != OK)
        fault(c->f, s, "duty", "more than %d spans of duty in a week; join some", SPANS_MAX);
}

void
check_engineer(struct check *c, const struct spot *s)
{
    const struct plan_engineer *e = s->item;
    check_both(c, s, e->lat, e->lon);
    check_skills(c, s, "skills", e->skills, e->skills_count);
    check_engineer_things(c, s);
    check_duty(c, s, e);
}

static void
check_key(struct check *c, const struct spot *s, enum key_kind kind, const char *text, bool needed)
{
    static const char *const names[KEYS] = { "curve", "seal", "sign" };
    uint8_t key[32];
    if (text == NULL || text[0] == '\0') {
        if (needed)
            fault(c->f, s, names[kind], "the %s key is missing; this role needs one", names[kind]);
        return;
    }
    bool good = kind == KEY_CURVE ? principal_z85(key, text) : principal_hex(key, text);
    if (!good) {
        fault(c->f, s, names[kind], "the %s key must be %d characters of %s; copy it whole",
              names[kind], kind == KEY_CURVE ? Z85_SIZE : HEX_SIZE,
              kind == KEY_CURVE ? "Z85" : "hex");
        return;
    }
    const struct plan_principal *other = map_get(&c->keys[kind], key);
    if (other != NULL)
        fault(c->f, s, names[kind], "principal %s has the same %s key; make a fresh one for each",
              other->id == NULL ? "?" : other->id, names[kind]);
    else
        map_put(&c->keys[kind], key, (void *)(uintptr_t)s->item);
}

/* Which keys a role cannot do without. */
static const bool keys_needed[ROLES][KEYS] = {
    [ROLE_GATEWAY] = { [KEY_CURVE] = true, [KEY_SEAL] = true },
    [ROLE_ENGINEER] = { [KEY_CURVE] = true, [KEY_SEAL] = true },
    [ROLE_DISPATCHER] = { [KEY_CURVE] = true, [KEY_SEAL] = true },
    [ROLE_WORKER] = { [KEY_SIGN] = true },
};

void
check_principal(struct check *c, const struct spot *s)
{
    const struct plan_principal *p = s->item;
    enum role role = principal_role(p->role);
    bool engineer = p->id != NULL && census_find(&c->census, REFERS_ENGINEER, p->id) != NULL;
    if (role == ROLE_NONE && p->role != NULL && p->role[0] != '\0')
        fault(c->f, s, "role",
              "role \"%s\" is unknown; it is gateway, engineer, dispatcher, "
              "broker or worker",
              p->role);
    else if (engineer && role != ROLE_ENGINEER && role != ROLE_NONE)
        fault(c->f, s, "role",
              "an engineer has this id, so the role must be engineer; or choose "
              "another id");
    else if (!engineer && role == ROLE_ENGINEER)
        fault(c->f, s, "id", "no engineer has this id; add the engineer, or correct the id");
    if (role == ROLE_GATEWAY && p->sources_count == 0)
        fault(c->f, s, "sources", "a gateway must say its sources, for example [mail.support]");
    else if (role != ROLE_GATEWAY && role != ROLE_NONE && p->sources_count > 0)
        fault(c->f, s, "sources", "only gateways have sources; take them out");
    check_key(c, s, KEY_CURVE, p->curve, keys_needed[role][KEY_CURVE]);
    check_key(c, s, KEY_SEAL, p->seal, keys_needed[role][KEY_SEAL]);
    check_key(c, s, KEY_SIGN, p->sign, keys_needed[role][KEY_SIGN]);
}
