/* start.c - the sample, or somebody's own plan, taken with all the files that it names: a site's
 * plan can be read again wherever the site is moved. */
#include "cli/start.h"

#include "sample_hotline.h"
#include "sample_hours.h"
#include "sample_on_call.h"
#include "sample_plan.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

static const struct {
    const char *path;
    struct str text;
} sample_files[] = {
    { "calendars/hours.ics", { sample_hours, sizeof(sample_hours) - 1 } },
    { "calendars/hotline.ics", { sample_hotline, sizeof(sample_hotline) - 1 } },
    { "calendars/on-call.ics", { sample_on_call, sizeof(sample_on_call) - 1 } },
};

static bool
read_sample(const char *path, struct buf *text, struct buf *why)
{
    for (size_t i = 0; i < countof(sample_files); i++)
        if (strcmp(path, sample_files[i].path) == 0) {
            buf_put(text, sample_files[i].text.at, sample_files[i].text.len);
            return true;
        }
    buf_printf(why, "not among the sample's files");
    return false;
}

/* Reads, and remembers what was read: once, however often it is named. */
static bool
read_and_keep(void *given, const char *path, struct buf *text, struct buf *why)
{
    struct start *s = given;
    if (s->path == NULL
            ? !read_sample(path, text, why)
            : !plan_folder(s->path, 0).read((void *)(uintptr_t)s->path, path, text, why))
        return false;
    for (size_t i = 0; i < s->files_count; i++)
        if (strcmp(s->files[i].path, path) == 0)
            return true;
    s->files = grow_array(s->files, s->files_count, &s->files_cap, sizeof(*s->files));
    struct start_file *file = &s->files[s->files_count++];
    *file = (struct start_file){ .path = str_dup(str_of(path)) };
    buf_put(&file->text, text->data, text->len);
    return true;
}

bool
start_read(struct start *s, const char *path, instant now)
{
    const char *name = path == NULL ? "sample plan" : path;
    const struct plan_files files = { read_and_keep, s, now };
    struct buf why = { 0 };
    *s = (struct start){ .path = path };
    if (path == NULL)
        buf_put(&s->yaml, sample_plan, sizeof(sample_plan) - 1);
    else if (!file_read(path, &s->yaml))
        buf_printf(&why, "faultline init: cannot read %s: %s\n", path, strerror(errno));
    bool good = why.len == 0 && plan_read(&s->plan, name, buf_str(&s->yaml), &files, &why) == OK;
    if (good && s->plan->principals_count > 0) {
        buf_printf(
            &why,
            "faultline init: %s has principals already: take them out, init makes their keys\n",
            name);
        good = false;
    }
    fputs(buf_cstr(&why), stderr);
    buf_fini(&why);
    return good;
}

/* Every folder on the way to the file. */
static bool
make_way(char *path, size_t from)
{
    for (char *slash = strchr(path + from, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        bool good = mkdir(path, 0700) == 0 || errno == EEXIST;
        *slash = '/';
        if (!good)
            return false;
    }
    return true;
}

bool
start_put_files(const struct start *s, const char *dir, struct buf *why)
{
    for (size_t i = 0; i < s->files_count; i++) {
        char path[1100];
        int len = snprintf(path, sizeof(path), "%s/%s", dir, s->files[i].path);
        if (len >= (int)sizeof(path) || !make_way(path, strlen(dir) + 1) ||
            !file_write(path, buf_str(&s->files[i].text), 0600)) {
            buf_printf(why, "cannot write %s: %s", path, strerror(errno));
            return false;
        }
    }
    return true;
}

void
start_fini(struct start *s)
{
    plan_free(s->plan);
    buf_fini(&s->yaml);
    for (size_t i = 0; i < s->files_count; i++) {
        free(s->files[i].path);
        buf_fini(&s->files[i].text);
    }
    free(s->files);
    *s = (struct start){ 0 };
}
