/* settings.h - a gateway's own settings: tables of rows, read from the site's gateways/NAME.conf
 * (`name value` a line, '#' begins a comment line) and from --set. Relative paths begin at the
 * site folder. */
#ifndef GATEWAYS_SETTINGS_H
#define GATEWAYS_SETTINGS_H

#include "common/base/buf.h"

#include <stdio.h>

enum setting_kind {
    SETTING_TEXT,   /* char[size] */
    SETTING_PATH,   /* char[size], made absolute; "" stays "" */
    SETTING_NUMBER, /* int64_t, least .. most */
    SETTING_YES     /* bool: yes or no */
};
struct setting {
    const char *name;
    enum setting_kind kind;
    size_t at, size; /* in the table's values */
    const char *standard, *meaning;
    int64_t least, most;
};
#define SETTING_AT(type, field) offsetof(type, field), sizeof(((type *)0)->field)

struct settings { /* one table: its rows and where their values go */
    const struct setting *rows;
    size_t count;
    void *values;
};

/* Standards, then the channel's own (NULL-terminated, or NULL), then the file (a missing one is
 * empty), then `overrides` ("name=value"). false: `why` has "file:line: ...". */
must_use bool settings_read(const struct settings *tables, size_t count,
                            const char *const *standards, const char *dir, const char *path,
                            const char *const *overrides, size_t overrides_count, struct buf *why);
/* Is there a row of this name ("name=value" too)? */
bool settings_has(const struct settings *tables, size_t count, const char *name);
/* For --help: a line a row. */
void settings_print(const struct settings *tables, size_t count, FILE *to);

#endif
