/* plan.c - from a text to a checked plan, and the plan's memory. */
#include "common/plan/plan.h"

#include "common/plan/check.h"
#include "common/plan/hours.h"
#include "common/plan/schema.h"
#include "common/plan/shape.h"
#include "common/plan/words.h"

enum { PLAN_BYTES_MAX = 64 * 1024 * 1024 };

static struct plan *
load(struct str yaml, const struct lines *l, bool files, struct faults *f)
{
    shape_check(l, f);
    if (f->count > 0)
        return NULL;
    struct plan *p = schema_load(yaml, f);
    if (p != NULL)
        check_plan(p, files, f);
    return p;
}

/* The last steps with a plan that is good so far. */
static bool
finish(struct plan *p, const struct plan_files *files, struct faults *f, struct buf *about_files)
{
    bool good = files == NULL || hours_compile(p, files, f, about_files);
    check_rosters(p, f);
    good = good && f->count == 0;
    if (good)
        p->patterns = patterns_new(p);
    return good;
}

enum err
plan_read(struct plan **out, const char *name, struct str yaml, const struct plan_files *files,
          struct buf *why)
{
    struct faults f = { .file = name };
    struct lines *l = NULL;
    struct plan *p = NULL;
    struct buf reason = { 0 }, about_files = { 0 };
    unsigned line = 0;
    if (yaml.len > PLAN_BYTES_MAX)
        fault_line(&f, 1, "the plan has %zu bytes, at most %d are read; split it", yaml.len,
                   PLAN_BYTES_MAX);
    else if (lines_open(&l, yaml, &line, &reason) != OK)
        fault_line(&f, line, "%s", buf_cstr(&reason));
    f.lines = l;
    if (l != NULL)
        p = load(yaml, l, files != NULL, &f);
    bool good = f.count == 0 && finish(p, files, &f, &about_files);
    faults_tell(&f, why);
    buf_put(why, about_files.data, about_files.len);
    if (good)
        *out = p;
    else
        plan_free(p);
    faults_fini(&f);
    lines_close(l);
    buf_fini(&reason);
    buf_fini(&about_files);
    return good ? OK : ERR_SYNTAX;
}

enum err
plan_parse(struct plan **out, const char *name, struct str yaml, struct buf *why)
{
    return plan_read(out, name, yaml, NULL, why);
}

void
plan_free(struct plan *p)
{
    if (p == NULL)
        return;
    patterns_free(p->patterns);
    noun_fini(&noun_plan, p);
    free(p);
}

static char *
copy(const char *text)
{
    return text == NULL ? NULL : str_dup(str_of(text));
}

void
plan_add_principal(struct plan *p, const struct plan_principal *principal)
{
    struct plan_principal mine = { .id = copy(principal->id),
                                   .role = copy(principal->role),
                                   .curve = copy(principal->curve),
                                   .seal = copy(principal->seal),
                                   .sign = copy(principal->sign),
                                   .sources_count = principal->sources_count };
    if (mine.sources_count > 0)
        mine.sources = zalloc(mine.sources_count * sizeof(char *));
    for (unsigned i = 0; i < mine.sources_count; i++)
        mine.sources[i] = copy(principal->sources[i]);
    if (principal->revoked != NULL) {
        mine.revoked = zalloc(sizeof(bool));
        *mine.revoked = *principal->revoked;
    }
    size_t count = p->principals_count;
    p->principals = grow(p->principals, (count + 1) * sizeof(*p->principals));
    p->principals[count] = mine;
    p->principals_count++;
}
