/* rows.c - a file's lines, one after the other. */
#include "gateways/rows.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

enum { FILE_MAX = 4 << 20 };

struct str
rows_cut_word(struct str *rest)
{
    size_t len = 0;
    *rest = str_trim(*rest);
    while (len < rest->len && rest->at[len] != ' ' && rest->at[len] != '\t')
        len++;
    struct str word = str_bytes(rest->at, len);
    *rest = str_trim(str_bytes(rest->at + len, rest->len - len));
    return word;
}

bool
rows_read(const char *name, struct str text, row_fn *row, void *own, struct buf *why)
{
    for (size_t number = 1; text.len > 0; number++) {
        struct str line = str_trim(str_cut(&text, '\n'));
        if (line.len == 0 || line.at[0] == '#')
            continue;
        const char *wrong = row(own, line);
        if (wrong != NULL) {
            buf_printf(why, "%s:%zu: %s", name, number, wrong);
            return false;
        }
    }
    return true;
}

static bool
is_private(FILE *file, const char *path, struct buf *why)
{
    struct stat st;
    if (fstat(fileno(file), &st) == 0 && (st.st_mode & 077) == 0)
        return true;
    buf_printf(why, "%s holds secrets but others may use it: chmod 600 %s", path, path);
    return false;
}

bool
rows_open(const char *path, bool secret, row_fn *row, void *own, struct buf *why)
{
    struct buf text = { 0 };
    FILE *file = fopen(path, "re");
    if (file == NULL && errno == ENOENT)
        return true;
    if (file != NULL)
        text.len = fread(buf_reserve(&text, FILE_MAX), 1, FILE_MAX, file);
    bool good = file != NULL && !ferror(file) && text.len < FILE_MAX;
    if (!good)
        buf_printf(why, "%s: %s", path, text.len == FILE_MAX ? "too long" : strerror(errno));
    good = good && (!secret || is_private(file, path, why)) &&
           rows_read(path, buf_str(&text), row, own, why);
    if (file != NULL)
        fclose(file);
    if (text.data != NULL)
        explicit_bzero(text.data, text.len);
    buf_fini(&text);
    return good;
}
