/* check.c - does a plan make sense? Two passes over the rows of fields.c:
 *
 *     census     every id is said once, and has the letters and the length of its kind
 *     walk       every field is there, in its range, and names only what exists;
 *                then what no row can say (polygons, duty, keys, promises) by noun: checks.h
 *
 * Nothing stops at the first fault, and no pass looks at a pair of items. A map lacks the private
 * fields, so what depends on them is not asked of it. */
#include "common/plan/check.h"

#include "common/plan/checks.h"

static const char *const lists[REFERS] = {
    [REFERS_TERRITORY] = "territories", [REFERS_SITE] = "sites",
    [REFERS_CUSTOMER] = "customers",    [REFERS_CATEGORY] = "categories",
    [REFERS_LEVEL] = "levels",          [REFERS_CALENDAR] = "calendars",
    [REFERS_ROSTER] = "rosters",        [REFERS_ESCALATION] = "escalations",
    [REFERS_CONTRACT] = "contracts",    [REFERS_ENGINEER] = "engineers",
    [REFERS_PRINCIPAL] = "principals",
};

/* ---- ids */

bool
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

/* Words that stand for somebody else where a principal may be named. */
static void
check_reserved(struct check *c, const struct spot *s, const char *id)
{
    static const char *const words[][2] = {
        { "watch", "the dispatchers' stream" },
        { "engineer", "whoever has the ticket (in escalations)" },
        { "dispatchers", "all dispatchers (in escalations)" },
        { "manager", "the contract's manager (in escalations)" },
    };
    for (size_t i = 0; i < countof(words); i++)
        if (strcmp(id, words[i][0]) == 0)
            fault(c->f, s, "id", "\"%s\" is %s; choose another id", id, words[i][1]);
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
    if (n->names == REFERS_PRINCIPAL)
        check_reserved(c, s, id);
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
    if (f->kind != FIELD_PART && field_absent(f, s->item)) {
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

static const struct {
    const struct noun *noun;
    void (*check)(struct check *, const struct spot *);
} specials[] = {
    { &noun_settings, check_settings },
    { &noun_matching, check_matching },
    { &noun_speed, check_speed },
    { &noun_territory, check_territory },
    { &noun_site, check_site },
    { &noun_category, check_category },
    { &noun_level_rule, check_level_rule },
    { &noun_calendar, check_calendar },
    { &noun_roster, check_roster },
    { &noun_escalation, check_escalation },
    { &noun_contract, check_contract },
    { &noun_promise, check_promise },
    { &noun_engineer, check_engineer },
    { &noun_principal, check_principal },
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
check_plan(const struct plan *p, bool files, struct faults *f)
{
    struct check c = { .p = p, .f = f, .files = files, .map = p->map != NULL && *p->map };
    struct spot root = { NULL, NULL, NO_INDEX, &noun_plan, p };
    census_init(&c.census);
    map_init(&c.codes, 32);
    for (size_t i = 0; i < KEYS; i++)
        map_init(&c.keys[i], 32);
    take_census(&c, &root);
    check_things_begin(&c);
    walk(&c, &root);
    check_things_end(&c);
    for (size_t i = 0; i < KEYS; i++)
        map_fini(&c.keys[i]);
    map_fini(&c.codes);
    census_fini(&c.census);
}
