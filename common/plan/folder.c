/* folder.c - a plan's files, beside the plan itself. */
#include "common/plan/plan.h"

#include <errno.h>
#include <stdio.h>

static bool
read_whole(FILE *f, struct buf *text)
{
    size_t got;
    do {
        got = fread(buf_reserve(text, 65536), 1, 65536, f);
        text->len += got;
    } while (got > 0);
    return ferror(f) == 0;
}

/* `given` is the plan's own path. */
static bool
read_beside(void *given, const char *path, struct buf *text, struct buf *why)
{
    const char *plan = given, *slash = strrchr(plan, '/');
    struct buf whole = { 0 };
    buf_printf(&whole, "%.*s%s", slash == NULL ? 0 : (int)(slash - plan + 1), plan, path);
    FILE *f = fopen(buf_cstr(&whole), "rbe");
    bool good = f != NULL && read_whole(f, text);
    if (!good)
        buf_printf(why, "%s", strerror(errno));
    if (f != NULL)
        fclose(f);
    buf_fini(&whole);
    return good;
}

struct plan_files
plan_folder(const char *plan_path, instant now)
{
    return (struct plan_files){ read_beside, (void *)(uintptr_t)plan_path, now };
}
