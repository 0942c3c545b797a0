/* scratch.h - what the tests of this room share: folders that come and go, files' bytes. */
#ifndef TESTS_CLIENT_SCRATCH_H
#define TESTS_CLIENT_SCRATCH_H

#include <setjmp.h>
#include <stdarg.h>

#include "common/base/buf.h"
#include "tests/seed.h"

#include <cmocka.h>
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

struct scratch {
    char path[64];
};

/* In memory where there is such a folder: these tests sync thousands of times. */
static inline struct scratch
scratch_new(void)
{
    struct scratch s;
    const char *root = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
    snprintf(s.path, sizeof(s.path), "%s/fl-client-XXXXXX", root);
    assert_non_null(mkdtemp(s.path));
    return s;
}

/* Takes away everything below an open folder; closes it. */
static inline void
scratch_empty_fd(int fd)
{
    DIR *d = fdopendir(fd);
    struct dirent *e;
    while (d != NULL && (e = readdir(d)) != NULL) {
        if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0 ||
            unlinkat(dirfd(d), e->d_name, 0) == 0)
            continue;
        int below = openat(dirfd(d), e->d_name, O_RDONLY | O_DIRECTORY);
        if (below >= 0)
            scratch_empty_fd(below);
        unlinkat(dirfd(d), e->d_name, AT_REMOVEDIR);
    }
    if (d != NULL)
        closedir(d);
}

static inline void
scratch_empty(const char *path)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY);
    if (fd >= 0)
        scratch_empty_fd(fd);
}

static inline void
scratch_free(struct scratch *s)
{
    scratch_empty(s->path);
    assert_int_equal(rmdir(s->path), 0);
}

/* "folder/name" in a static buffer, good until the fourth call after. */
static inline const char *
scratch_at(const char *folder, const char *name)
{
    static char paths[4][400];
    static size_t turn;
    char *path = paths[turn++ % 4];
    snprintf(path, sizeof(paths[0]), "%s/%s", folder, name);
    return path;
}

static inline void
file_get(const char *path, struct buf *bytes)
{
    struct stat st;
    int fd = open(path, O_RDONLY);
    assert_true(fd >= 0 && fstat(fd, &st) == 0);
    buf_clear(bytes);
    uint8_t *to = buf_reserve(bytes, (size_t)st.st_size + 1);
    assert_int_equal(read(fd, to, (size_t)st.st_size), st.st_size);
    bytes->len = (size_t)st.st_size;
    close(fd);
}

static inline void
file_put(const char *path, struct str bytes)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes.at, bytes.len), (ssize_t)bytes.len);
    close(fd);
}

/* Copies a folder's files: what a crash would leave. `to` is emptied before. */
static inline void
folder_copy(const char *from, const char *to)
{
    struct buf bytes = { 0 };
    scratch_empty(to);
    mkdir(to, 0700);
    DIR *d = opendir(from);
    struct dirent *e;
    assert_non_null(d);
    while ((e = readdir(d)) != NULL)
        if (e->d_name[0] != '.') {
            file_get(scratch_at(from, e->d_name), &bytes);
            file_put(scratch_at(to, e->d_name), buf_str(&bytes));
        }
    closedir(d);
    buf_fini(&bytes);
}

static inline size_t
folder_count(const char *folder)
{
    size_t count = 0;
    DIR *d = opendir(folder);
    struct dirent *e;
    while (d != NULL && (e = readdir(d)) != NULL)
        count += e->d_name[0] != '.';
    closedir(d);
    return count;
}

#endif
