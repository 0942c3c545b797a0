/* check_hours.c - calendars and rosters: named files while a plan is being made, compiled texts
 * ever after. */
#include "common/plan/calendar.h"
#include "common/plan/checks.h"

/* Below the plan's own folder, so that a plan can be moved with its files. */
static bool
below(const char *path)
{
    if (path[0] == '/')
        return false;
    for (const char *at = path; at != NULL; at = strchr(at, '/')) {
        at += *at == '/';
        if (strncmp(at, "..", 2) == 0 && (at[2] == '/' || at[2] == '\0'))
            return false;
    }
    return true;
}

/* Files or what was compiled from them: one of the two. */
static void
check_source(struct check *c, const struct spot *s, char *const *files, unsigned count,
             bool compiled)
{
    if (count > 0 && compiled)
        fault(c->f, s, "compiled",
              "it has files and what was compiled from such; take `compiled` out to have the files "
              "read, or `files` to keep it");
    else if (count > 0 && !c->files)
        fault(
            c->f, s, "files",
            "files are compiled when a plan is applied, and this plan should be compiled already; "
            "apply it again");
    else if (count == 0 && !compiled)
        fault(c->f, s, "files",
              "files is missing; name its iCalendar files, for example "
              "[calendars/hours.ics]");
    for (unsigned i = 0; i < count; i++)
        if (!below(files[i]))
            fault(c->f, &(struct spot){ s, "files", i, NULL, NULL }, NULL,
                  "files \"%s\" must be below the plan's own folder; move it there and name it "
                  "without a leading / and without ..",
                  files[i]);
}

static void
check_compiled(struct check *c, const struct spot *s, const char *id, const char *text)
{
    struct calendar *calendar = NULL;
    if (text == NULL || text[0] == '\0')
        return;
    enum err e = calendar_of_text(&calendar, id, str_of(text));
    if (e != OK)
        fault(c->f, s, "compiled", "not a compiled calendar (%s); name its files instead",
              err_text(e));
    else
        calendar_free(calendar);
}

void
check_calendar(struct check *c, const struct spot *s)
{
    const struct plan_calendar *k = s->item;
    bool compiled = k->compiled != NULL && k->compiled[0] != '\0';
    check_source(c, s, k->files, k->files_count, compiled);
    check_compiled(c, s, "x", k->compiled);
}

void
check_roster(struct check *c, const struct spot *s)
{
    const struct plan_roster *r = s->item;
    check_source(c, s, r->files, r->files_count, r->compiled_count > 0);
    for (unsigned i = 0; i < r->compiled_count; i++) {
        const struct plan_duty *d = &r->compiled[i];
        struct spot at = { s, "compiled", i, &noun_duty, d };
        if (d->who != NULL && d->who[0] != '\0' && c->p->principals_count > 0 &&
            census_find(&c->census, REFERS_ENGINEER, d->who) == NULL &&
            census_find(&c->census, REFERS_PRINCIPAL, d->who) == NULL)
            fault(c->f, &at, "who",
                  "who \"%s\" is neither an engineer nor a principal; correct it or add him",
                  d->who);
        check_compiled(c, &at, "x", d->compiled);
    }
}

void
check_rosters(const struct plan *p, struct faults *f)
{
    struct spot root = { NULL, NULL, NO_INDEX, &noun_plan, p };
    struct map seen;
    map_init(&seen, sizeof(struct engineer_id));
    for (unsigned i = 0; i < p->rosters_count; i++) {
        const struct plan_roster *r = &p->rosters[i];
        struct spot s = { &root, "rosters", i, &noun_roster, r };
        for (unsigned k = 0; k < r->compiled_count; k++) {
            char key[sizeof(struct engineer_id)];
            if (!str_fill(key, sizeof(key), str_of(r->compiled[k].who)) || key[0] == '\0')
                continue;
            const struct plan_roster *other = map_put(&seen, key, (void *)(uintptr_t)r);
            if (other != NULL)
                fault(f, &s, NULL,
                      "%s has duty in roster %s too; nobody can be in two, join their files in one "
                      "roster",
                      key, other->id == NULL ? "?" : other->id);
        }
    }
    map_fini(&seen);
}
