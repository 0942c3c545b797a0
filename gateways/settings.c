/* settings.c - rows, their kinds, and where their values come from. */
#include "gateways/settings.h"

#include <errno.h>
#include <inttypes.h>

struct reading {
    const struct settings *tables;
    size_t count;
    const char *dir;
    struct buf *why;
};

static bool
fill_path(char *to, size_t size, const char *dir, struct str value)
{
    bool whole = value.len == 0 || value.at[0] == '/';
    struct buf path = { 0 };
    buf_printf(&path, "%s%s%.*s", whole ? "" : dir, whole ? "" : "/", STR_ARG(value));
    bool good = str_fill(to, size, buf_str(&path));
    buf_fini(&path);
    return good;
}

static bool
set(const struct reading *r, const struct setting *row, void *values, struct str value,
    const char *place)
{
    char *to = (char *)values + row->at;
    int64_t n = 0;
    switch (row->kind) {
    case SETTING_TEXT:
        if (str_fill(to, row->size, value))
            return true;
        buf_printf(r->why, "%s: %s is longer than %zu bytes", place, row->name, row->size - 1);
        return false;
    case SETTING_PATH:
        if (fill_path(to, row->size, r->dir, value))
            return true;
        buf_printf(r->why, "%s: %s is longer than %zu bytes", place, row->name, row->size - 1);
        return false;
    case SETTING_NUMBER:
        if (str_int(value, &n) && n >= row->least && n <= row->most) {
            memcpy(to, &n, sizeof(n));
            return true;
        }
        buf_printf(r->why, "%s: %s needs a whole number from %" PRId64 " to %" PRId64, place,
                   row->name, row->least, row->most);
        return false;
    case SETTING_YES:
        if (str_is(value, "yes") || str_is(value, "no")) {
            bool yes = str_is(value, "yes");
            memcpy(to, &yes, sizeof(yes));
            return true;
        }
        buf_printf(r->why, "%s: %s needs yes or no", place, row->name);
        return false;
    }
    return false;
}

static bool
set_named(const struct reading *r, struct str name, struct str value, const char *place)
{
    for (size_t t = 0; t < r->count; t++)
        for (size_t i = 0; i < r->tables[t].count; i++)
            if (str_is(name, r->tables[t].rows[i].name))
                return set(r, &r->tables[t].rows[i], r->tables[t].values, value, place);
    buf_printf(r->why, "%s: there is no setting \"%.*s\": --help lists them", place, STR_ARG(name));
    return false;
}

static bool
set_words(const struct reading *r, const char *words, const char *place)
{
    struct str value = str_of(words);
    struct str name = str_cut(&value, '=');
    return set_named(r, str_trim(name), str_trim(value), place);
}

static bool
read_text(const struct reading *r, struct str text, const char *path)
{
    char place[700];
    for (size_t number = 1; text.len > 0; number++) {
        struct str line = str_trim(str_cut(&text, '\n'));
        size_t len = 0;
        if (line.len == 0 || line.at[0] == '#')
            continue;
        while (len < line.len && line.at[len] != ' ' && line.at[len] != '\t')
            len++;
        snprintf(place, sizeof(place), "%s:%zu", path, number);
        if (!set_named(r, str_bytes(line.at, len),
                       str_trim(str_bytes(line.at + len, line.len - len)), place))
            return false;
    }
    return true;
}

static bool
read_file(const struct reading *r, const char *path)
{
    enum { MOST = 256 * 1024 };
    struct buf text = { 0 };
    FILE *file = fopen(path, "re");
    if (file == NULL && errno == ENOENT)
        return true;
    if (file != NULL)
        text.len = fread(buf_reserve(&text, MOST), 1, MOST, file);
    bool good = file != NULL && !ferror(file) && text.len < MOST;
    if (!good)
        buf_printf(r->why, "%s: %s", path, text.len == MOST ? "too long" : strerror(errno));
    if (file != NULL)
        fclose(file);
    good = good && read_text(r, buf_str(&text), path);
    buf_fini(&text);
    return good;
}

bool
settings_read(const struct settings *tables, size_t count, const char *const *standards,
              const char *dir, const char *path, const char *const *overrides,
              size_t overrides_count, struct buf *why)
{
    const struct reading r = { tables, count, dir, why };
    for (size_t t = 0; t < count; t++)
        for (size_t i = 0; i < tables[t].count; i++)
            if (!set(&r, &tables[t].rows[i], tables[t].values, str_of(tables[t].rows[i].standard),
                     "standard value"))
                return false;
    for (size_t i = 0; standards != NULL && standards[i] != NULL; i++)
        if (!set_words(&r, standards[i], "standard value"))
            return false;
    if (!read_file(&r, path))
        return false;
    for (size_t i = 0; i < overrides_count; i++)
        if (!set_words(&r, overrides[i], "--set"))
            return false;
    return true;
}

bool
settings_has(const struct settings *tables, size_t count, const char *name)
{
    struct str rest = str_of(name), wanted = str_cut(&rest, '=');
    for (size_t t = 0; t < count; t++)
        for (size_t i = 0; i < tables[t].count; i++)
            if (str_is(wanted, tables[t].rows[i].name))
                return true;
    return false;
}

void
settings_print(const struct settings *tables, size_t count, FILE *to)
{
    for (size_t t = 0; t < count; t++)
        for (size_t i = 0; i < tables[t].count; i++) {
            const struct setting *row = &tables[t].rows[i];
            fprintf(to, "  %-20s %s (%s)\n", row->name, row->meaning,
                    row->standard[0] == '\0' ? "empty" : row->standard);
        }
}
