/* shelf.c - archive files on disk: written once, found by name, listed. */
#include "common/store/shelf.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { STALE_S = 3600 }; /* a temporary file that old has lost its writer */

static const char ending[] = ".flarc", unfinished[] = ".tmp";

static void
path_of(char path[SHELF_PATH], const char *folder, struct territory_id t, const char *name)
{
    snprintf(path, SHELF_PATH, "%s/%s%s%s", folder, t.s, name[0] == '\0' ? "" : "/", name);
}

void
shelf_name(char name[SHELF_NAME], const struct archive_head *h)
{
    char hex[33];
    hex_of(hex, h->incarnation.b, sizeof(h->incarnation.b));
    snprintf(name, SHELF_NAME, "%s-%" PRIu64 "-%" PRIu64 "%s", hex, h->first, h->last, ending);
}

static bool
ends_with(const char *name, const char *end)
{
    size_t len = strlen(name), most = strlen(end);
    return len > most && strcmp(name + len - most, end) == 0;
}

/* ---- writing */

static bool
sync_folder(const char *path)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return false;
    bool good = fsync(fd) == 0;
    int saved = errno;
    good = close(fd) == 0 && good;
    errno = saved;
    return good;
}

/* A new folder is on disk when the one that holds it is. */
static bool
make_folder(const char *path)
{
    char above[SHELF_PATH + 4];
    if (mkdir(path, 0700) != 0)
        return errno == EEXIST;
    snprintf(above, sizeof(above), "%s/..", path);
    return sync_folder(above);
}

static bool
write_whole(const char *path, struct str bytes)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0)
        return false;
    bool good = true;
    while (good && bytes.len > 0) {
        ssize_t put = write(fd, bytes.at, bytes.len);
        good = put > 0 || (put < 0 && errno == EINTR);
        if (put > 0)
            bytes = str_bytes(bytes.at + put, bytes.len - (size_t)put);
    }
    good = good && fsync(fd) == 0;
    int saved = errno;
    good = close(fd) == 0 && good;
    errno = saved;
    return good;
}

/* What died between its first byte and its rename. */
static void
sweep(const char *folder, struct territory_id t)
{
    char path[SHELF_PATH];
    path_of(path, folder, t, "");
    DIR *dir = opendir(path);
    if (dir == NULL)
        return;
    for (const struct dirent *d; (d = readdir(dir)) != NULL;) {
        struct stat st;
        path_of(path, folder, t, d->d_name);
        if (ends_with(d->d_name, unfinished) && stat(path, &st) == 0 &&
            time(NULL) - st.st_mtime > STALE_S)
            unlink(path);
    }
    closedir(dir);
}

enum err
shelf_put(const char *folder, struct territory_id t, const char *name, const char *writer,
          struct str bytes)
{
    char temporary[SHELF_PATH], path[SHELF_PATH], own[SHELF_NAME];
    path_of(path, folder, t, "");
    if (!make_folder(folder) || !make_folder(path))
        return ERR_IO;
    sweep(folder, t);
    snprintf(own, sizeof(own), "%s%s", writer, unfinished);
    path_of(temporary, folder, t, own);
    path_of(path, folder, t, name);
    if (!write_whole(temporary, bytes) || rename(temporary, path) != 0) {
        int saved = errno;
        unlink(temporary);
        errno = saved;
        return ERR_IO;
    }
    path_of(path, folder, t, "");
    return sync_folder(path) ? OK : ERR_IO;
}

/* ---- reading */

/* Appends `len` bytes from `offset` on, all that there are when `len` is SIZE_MAX. */
static enum err
read_part(const char *path, uint64_t offset, size_t len, struct buf *out)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return ERR_IO;
    enum err err = fstat(fd, &st) != 0 ? ERR_IO : st.st_size > ARCHIVE_BYTES_MAX ? ERR_TOO_BIG : OK;
    uint64_t size = err == OK ? (uint64_t)st.st_size : 0;
    uint64_t left = offset < size ? size - offset : 0;
    bool all = len <= left;
    for (left = all ? len : left; err == OK && left > 0;) {
        ssize_t got = pread(fd, buf_reserve(out, left), left, (off_t)offset);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0) {
            err = got < 0 ? ERR_IO : ERR_TRUNCATED;
            break;
        }
        out->len += (size_t)got;
        offset += (size_t)got;
        left -= (size_t)got;
    }
    int saved = errno;
    close(fd);
    errno = saved;
    return err == OK && !all && len != SIZE_MAX ? ERR_TRUNCATED : err;
}

static bool
is_named(const char *name, struct territory_id t, const struct archive_head *h)
{
    char right[SHELF_NAME];
    shelf_name(right, h);
    return strcmp(name, right) == 0 && same_id(t, h->territory);
}

enum err
shelf_read(const char *folder, struct territory_id t, const char *name, struct buf *bytes,
           struct archive *out)
{
    char path[SHELF_PATH];
    path_of(path, folder, t, name);
    buf_clear(bytes);
    enum err e = read_part(path, 0, SIZE_MAX, bytes);
    if (e == OK)
        e = archive_decode(out, buf_str(bytes));
    return e == OK && !is_named(name, t, &out->head) ? ERR_CONFLICT : e;
}

enum err
shelf_records(const char *folder, struct territory_id t, const struct segment *f, struct buf *out)
{
    char path[SHELF_PATH];
    path_of(path, folder, t, f->name);
    buf_clear(out);
    return read_part(path, f->head.size + f->head.entries_bytes, (size_t)f->head.records_bytes,
                     out);
}

/* "HEX-FIRST-LAST.flarc" */
static bool
name_read(const char *name, struct incarnation *i, uint64_t *first, uint64_t *last)
{
    struct str rest = str_of(name);
    int64_t from = 0, to = 0;
    if (!ends_with(name, ending))
        return false;
    rest.len -= strlen(ending);
    bool good = hex_to(i->b, sizeof(i->b), str_cut(&rest, '-')) &&
                str_int(str_cut(&rest, '-'), &from) && str_int(rest, &to) && from > 0 && to >= from;
    *first = (uint64_t)from;
    *last = (uint64_t)to;
    return good;
}

bool
shelf_find(const char *folder, struct territory_id t, struct incarnation i, uint64_t first,
           char name[SHELF_NAME])
{
    char path[SHELF_PATH];
    uint64_t longest = 0;
    path_of(path, folder, t, "");
    DIR *dir = opendir(path);
    if (dir == NULL)
        return false;
    for (const struct dirent *d; (d = readdir(dir)) != NULL;) {
        struct incarnation its;
        uint64_t from, to;
        if (!name_read(d->d_name, &its, &from, &to) || !same_id(its, i) || from != first ||
            to <= longest || strlen(d->d_name) >= SHELF_NAME)
            continue;
        longest = to;
        snprintf(name, SHELF_NAME, "%s", d->d_name);
    }
    closedir(dir);
    return longest > 0;
}

static enum err
look(struct shelf *s, const char *folder, struct territory_id t, const char *name)
{
    char path[SHELF_PATH];
    struct buf start = { 0 };
    struct segment f = { .used = false };
    path_of(path, folder, t, name);
    enum err e = read_part(path, 0, ARCHIVE_HEAD_MAX, &start);
    if (e == OK || e == ERR_TRUNCATED) /* a small file has no more */
        e = archive_head_decode(&f.head, buf_str(&start));
    if (e == OK && (!str_fill(f.name, sizeof(f.name), str_of(name)) || !is_named(name, t, &f.head)))
        e = ERR_CONFLICT;
    buf_fini(&start);
    if (e != OK)
        return e;
    s->list = grow_array(s->list, s->count, &s->cap, sizeof(*s->list));
    s->list[s->count++] = f;
    return OK;
}

static int
by_version(const void *a, const void *b)
{
    const struct segment *p = a, *q = b;
    if (p->head.last != q->head.last)
        return p->head.last < q->head.last ? -1 : 1;
    return strcmp(p->name, q->name);
}

enum err
shelf_open(struct shelf *s, const char *folder, struct territory_id t, shelf_fault_fn *fault,
           void *context)
{
    char path[SHELF_PATH];
    *s = (struct shelf){ 0 };
    path_of(path, folder, t, "");
    DIR *dir = opendir(path);
    if (dir == NULL)
        return errno == ENOENT ? OK : ERR_IO;
    for (const struct dirent *d; (d = readdir(dir)) != NULL;) {
        if (!ends_with(d->d_name, ending))
            continue;
        enum err e = look(s, folder, t, d->d_name);
        if (e != OK)
            fault(context, d->d_name, e);
    }
    closedir(dir);
    if (s->count > 1)
        qsort(s->list, s->count, sizeof(*s->list), by_version);
    return OK;
}

void
shelf_close(struct shelf *s)
{
    free(s->list);
    *s = (struct shelf){ 0 };
}
