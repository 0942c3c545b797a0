/* check.c - does a plan make sense? Two passes over the rows of fields.c:
 *
 *     census     every id is said once, and has the letters and the length of its kind
 *     walk       every field is there, in its range, and names only what exists;
 *                then what no row can say (polygons, duty, keys, skills) by noun
 *
 * Nothing stops at the first fault, and no pass looks at a pair of items. A map lacks the private
 * fields, so what depends on them is not asked of it. */
#include "common/plan/check.h"

#include "common/plan/census.h"
#include "common/plan/duty.h"
#include "common/plan/principal.h"

/* The three keys a principal may have; no two principals share one. */
enum key_kind { KEY_CURVE, KEY_SEAL, KEY_SIGN, KEYS };

struct check {
    const struct plan *p;
    struct faults *f;
    bool map;
    struct census census;
    struct map codes;      /* code -> territory */
    struct map keys[KEYS]; /* 32 bytes -> principal */
    unsigned words_rules;
};

static const char *const lists[REFERS] = {
    [REFERS_TERRITORY] = "territories", [REFERS_SITE] = "sites",   [REFERS_CUSTOMER] = "customers",
    [REFERS_CATEGORY] = "categories",   [REFERS_LEVEL] = "levels", [REFERS_ENGINEER] = "engineers",
    [REFERS_PRINCIPAL] = "principals",
};

/* ---- ids */

static bool
plain_id(const char *id)
{
    for (; *id != '\0'; id++)
        if (!(*id >= 'a' && *id <= 'z') && !(*id >= '0' && *id <= '9') &&
            strchr("._-", *id) == NULL)
            return false;
    return true;
}

static bool
printable(const char *text)
{
    for (; *text != '\0'; text++)
        if ((unsigned char)*text < 0x20 || *text == 0x7f)
            return false;
    return true;
}

static void
check_id(struct check *c, const struct spot *s)
{
    const struct noun *n = s->noun;
    const char *id = noun_id(s->item);
    if (id == NULL || id[0] == '\0')
        return; /* told as a missing field */
    if (strlen(id) > n->id_max)
        fault(c->f, s, "id", "the id has %zu bytes, at most %zu fit; shorten it", strlen(id),
              n->id_max);
    if (n->id_plain && !plain_id(id))
        fault(c->f, s, "id", "the id may have only a-z, 0-9, '.', '_' and '-'; spell it so");
    else if (!printable(id))
        fault(c->f, s, "id", "the id has a control character; take it out");
    if (n->names == REFERS_PRINCIPAL && strcmp(id, "watch") == 0)
        fault(c->f, s, "id", "\"watch\" is the dispatchers' stream; choose another id");
    if (census_add(&c->census, n->names, id, s->item) != NULL)
        fault(c->f, s, "id", "another %s has this id; ids are said once, rename or remove one",
              n->name);
}

static void
take_census(struct check *c, const struct spot *root)
{
    for (size_t i = 0; i < noun_plan.fields_count; i++) {
        const struct field *f = &noun_plan.fields[i];
        if (f->kind != FIELD_LIST || f->of->names == REFERS_NOWHERE)
            continue;
        for (unsigned j = 0; j < field_count(f, c->p); j++)
            check_id(c, &(struct spot){ root, f->key, j, f->of, field_item(f, c->p, j) });
    }
    for (unsigned i = 0; i < c->p->engineers_count; i++)
        for (unsigned j = 0; j < c->p->engineers[i].skills_count; j++)
            census_add_skill(&c->census, &c->p->engineers[i].skills[j]);
}

/* ---- what a row says of its field */

/* `key` is NULL where the spot itself is the text: one of several. */
static void
check_reference(struct check *c, const struct spot *s, const char *key, const struct field *f,
                const char *text)
{
    if (f->refers == REFERS_NOWHERE || text[0] == '\0')
        return;
    if (census_find(&c->census, f->refers, text) == NULL)
        fault(c->f, s, key, "%s \"%s\" is not among the plan's %s; correct it or add it there",
              f->key, text, lists[f->refers]);
}

static void
check_text(struct check *c, const struct spot *s, const char *key, const struct field *f,
           const char *text)
{
    size_t len = strlen(text);
    if (f->max > 0 && ((double)len < f->min || (double)len > f->max))
        fault(c->f, s, key, "%s \"%s\" has %zu bytes, from %.0f to %.0f are allowed", f->key, text,
              len, f->min, f->max);
    else if (!printable(text))
        fault(c->f, s, key, "%s has a control character; take it out", f->key);
    check_reference(c, s, key, f, text);
}

static void
check_texts(struct check *c, const struct spot *s, const struct field *f)
{
    unsigned count = field_count(f, s->item);
    char *const *texts = field_pointer(f, s->item);
    if (f->items_max > 0 && count > f->items_max)
        fault(c->f, s, f->key, "%u %s, at most %u are allowed; drop some", count, f->key,
              f->items_max);
    for (unsigned i = 0; i < count; i++)
        check_text(c, &(struct spot){ s, f->key, i, NULL, NULL }, NULL, f, texts[i]);
}

static void
check_range(struct check *c, const struct spot *s, const struct field *f, double n)
{
    if ((f->min < 0 || f->max > 0) && !(n >= f->min && n <= f->max))
        fault(c->f, s, f->key, "%s is %.10g, but must be from %.10g to %.10g", f->key, n, f->min,
              f->max);
}

static void walk(struct check *c, const struct spot *s);

static void
check_list(struct check *c, const struct spot *s, const struct field *f)
{
    unsigned count = field_count(f, s->item);
    if (f->max > 0 && count > f->max)
        fault(c->f, s, f->key, "%u %s, at most %.0f are allowed; drop some", count, f->key, f->max);
    for (unsigned i = 0; i < count; i++)
        walk(c, &(struct spot){ s, f->key, i, f->of, field_item(f, s->item, i) });
}

static void
check_field(struct check *c, const struct spot *s, const struct field *f)
{
    const void *at = field_at(f, s->item);
    if (field_absent(f, s->item)) {
        if (f->need == NEED_ALWAYS || (f->need == NEED_FULL && !c->map))
            fault(c->f, s, f->key, "%s is missing%s; add it%s%s", f->key,
                  f->kind == FIELD_COUNT ? " or 0" : "", f->like == NULL ? "" : ", for example ",
                  f->like == NULL ? "" : f->like);
        return;
    }
    switch (f->kind) {
    case FIELD_TEXT:
        check_text(c, s, f->key, f, field_pointer(f, s->item));
        break;
    case FIELD_COUNT:
        check_range(c, s, f, *(const unsigned *)at);
        break;
    case FIELD_OFFSET:
        check_range(c, s, f, *(const int *)at);
        break;
    case FIELD_NUMBER:
        check_range(c, s, f, *(unsigned *)field_pointer(f, s->item));
        break;
    case FIELD_REAL:
        check_range(c, s, f, *(const double *)at);
        break;
    case FIELD_DEGREE:
        check_range(c, s, f, *(double *)field_pointer(f, s->item));
        break;
    case FIELD_TEXTS:
        check_texts(c, s, f);
        break;
    case FIELD_LIST:
        check_list(c, s, f);
        break;
    case FIELD_PART:
        walk(c, &(struct spot){ s, f->key, NO_INDEX, f->of, at });
        break;
    case FIELD_FLAG:
    case FIELD_KINDS:
        break;
    }
}

/* ---- what only the noun knows */

static bool
good_code(const char *code)
{
    for (; *code != '\0'; code++)
        if (!(*code >= 'A' && *code <= 'Z') && !(*code >= '0' && *code <= '9'))
            return false;
    return true;
}

/* Twice the area, in square degrees, signed. */
static double
surface(const struct plan_territory *t)
{
    double sum = 0;
    for (unsigned i = 0; i < t->area_count; i++) {
        const struct plan_point *a = &t->area[i], *b = &t->area[(i + 1) % t->area_count];
        sum += (a->lon - t->area[0].lon) * (b->lat - t->area[0].lat) -
               (b->lon - t->area[0].lon) * (a->lat - t->area[0].lat);
    }
    return sum;
}

static void
check_neighbours(struct check *c, const struct spot *s, const struct plan_territory *t)
{
    unsigned count = t->neighbours_count > NEIGHBOURS_MAX ? NEIGHBOURS_MAX : t->neighbours_count;
    for (unsigned i = 0; i < count; i++) {
        if (t->id != NULL && strcmp(t->neighbours[i], t->id) == 0)
            fault(c->f, s, "neighbours", "it is its own neighbour; take \"%s\" out", t->id);
        for (unsigned j = 0; j < i; j++)
            if (strcmp(t->neighbours[i], t->neighbours[j]) == 0)
                fault(c->f, s, "neighbours", "\"%s\" is said twice; keep the first",
                      t->neighbours[i]);
    }
}

static void
check_territory(struct check *c, const struct spot *s)
{
    const struct plan_territory *t = s->item;
    char code[32];
    if (t->code != NULL && !good_code(t->code))
        fault(c->f, s, "code", "code \"%s\" may have only A-Z and 0-9; spell it so", t->code);
    if (t->code != NULL && t->code[0] != '\0' && str_fill(code, sizeof(code), str_of(t->code))) {
        const struct plan_territory *other = map_get(&c->codes, code);
        if (other != NULL)
            fault(c->f, s, "code", "territory %s has code \"%s\" too; give each its own",
                  other->id == NULL ? "?" : other->id, t->code);
        else
            map_put(&c->codes, code, (void *)(uintptr_t)t);
    }
    if (t->area_count > 0 && t->area_count < 3)
        fault(c->f, s, "area",
              "the area has %u points, a polygon needs 3; add some or leave out "
              "the area",
              t->area_count);
    else if (t->area_count > 0 && !(surface(t) > 0) && !(surface(t) < 0))
        fault(c->f, s, "area", "the points of the area enclose nothing; are they on one line?");
    check_neighbours(c, s, t);
}

static void
check_both(struct check *c, const struct spot *s, const double *lat, const double *lon)
{
    if ((lat == NULL) != (lon == NULL))
        fault(c->f, s, lat == NULL ? "lon" : "lat", "lat and lon go together; add the %s",
              lat == NULL ? "lat" : "lon");
    else if (lat != NULL && !(*lat > 0) && !(*lat < 0) && !(*lon > 0) && !(*lon < 0))
        fault(c->f, s, "lat",
              "0, 0 stands for an unknown place; give the real one or leave it "
              "out");
}

static void
check_site(struct check *c, const struct spot *s)
{
    const struct plan_site *site = s->item;
    check_both(c, s, site->lat, site->lon);
    if (site->territory == NULL && site->lat == NULL && site->customer == NULL)
        fault(c->f, s, NULL,
              "nothing says where it is; add a territory, lat and lon, or a "
              "customer");
}

/* Skills that an engineer has or a category needs: each once. They are few. */
static void
check_skills(struct check *c, const struct spot *s, const char *key, const struct plan_need *skills,
             unsigned count)
{
    for (unsigned i = 0; i < count && i < SKILLS_MAX; i++) {
        struct spot at = { s, key, i, &noun_need, &skills[i] };
        const char *name = skills[i].skill;
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
check_category(struct check *c, const struct spot *s)
{
    const struct plan_category *k = s->item;
    check_skills(c, s, "needs", k->needs, k->needs_count);
    for (unsigned i = 0; i < k->needs_count && i < NEEDS_MAX; i++) {
        const struct plan_need *need = &k->needs[i];
        if (need->skill != NULL && census_skill(&c->census, need->skill) < need->level)
            fault(c->f, &(struct spot){ s, "needs", i, &noun_need, need }, "skill",
                  "no engineer has %s at level %u or above; lower it, or give somebody the skill",
                  need->skill, need->level);
    }
}

static void
check_level_rule(struct check *c, const struct spot *s)
{
    const struct plan_level_rule *r = s->item;
    if (r->words_count > 0 && ++c->words_rules == WORDS_RULES_MAX + 1)
        fault(c->f, s, "words", "at most %d level rules may have words; join some",
              WORDS_RULES_MAX);
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

static void
check_engineer(struct check *c, const struct spot *s)
{
    const struct plan_engineer *e = s->item;
    check_both(c, s, e->lat, e->lon);
    check_skills(c, s, "skills", e->skills, e->skills_count);
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

static void
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

static const struct {
    const struct noun *noun;
    void (*check)(struct check *, const struct spot *);
} specials[] = {
    { &noun_territory, check_territory }, { &noun_site, check_site },
    { &noun_category, check_category },   { &noun_level_rule, check_level_rule },
    { &noun_engineer, check_engineer },   { &noun_principal, check_principal },
};

static void
walk(struct check *c, const struct spot *s)
{
    for (size_t i = 0; i < s->noun->fields_count; i++)
        if (!(c->map && s->noun->fields[i].hidden))
            check_field(c, s, &s->noun->fields[i]);
    for (size_t i = 0; i < countof(specials); i++)
        if (specials[i].noun == s->noun)
            specials[i].check(c, s);
}

void
check_plan(const struct plan *p, struct faults *f)
{
    struct check c = { .p = p, .f = f, .map = p->map != NULL && *p->map };
    struct spot root = { NULL, NULL, NO_INDEX, &noun_plan, p };
    census_init(&c.census);
    map_init(&c.codes, 32);
    for (size_t i = 0; i < KEYS; i++)
        map_init(&c.keys[i], 32);
    take_census(&c, &root);
    walk(&c, &root);
    for (size_t i = 0; i < KEYS; i++)
        map_fini(&c.keys[i]);
    map_fini(&c.codes);
    census_fini(&c.census);
}
