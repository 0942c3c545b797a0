/* handover.c - files in folders: written beside, synced, renamed, read, taken away. */
#include "gateways/handover.h"

#include "common/io/log.h"
#include "common/io/seal.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum { READ_MAX = 64, MESSAGE_MAX = 128 * 1024, NAME_SIZE = 33 };

struct handover {
    char folder[600], channel[24];
    int own_fd; /* the channel's folder */
    struct seal_key key;
    char taken[READ_MAX][NAME_SIZE];
    size_t taken_count;
};

static bool
open_key(struct handover *h, const char *dir, struct buf *why)
{
    char path[700];
    struct keys *k = NULL;
    struct buf other = { 0 };
    snprintf(path, sizeof(path), "%s/handover.key", dir);
    if (access(path, F_OK) != 0) {
        k = keys_new();
        if (keys_write(path, k, &other) != OK && errno != EEXIST)
            log_debug("event=handover_key_there");
        keys_free(k);
        k = NULL;
    }
    enum err e = keys_read(path, &k, why);
    if (e == OK) {
        seal_key_storage(&h->key, k, "handover");
        keys_free(k);
    }
    buf_fini(&other);
    return e == OK;
}

struct handover *
handover_open(const char *gateways_dir, const char *channel, struct buf *why)
{
    struct handover *h = zalloc(sizeof(*h));
    char path[700];
    snprintf(h->folder, sizeof(h->folder), "%s/handover", gateways_dir);
    snprintf(h->channel, sizeof(h->channel), "%s", channel);
    snprintf(path, sizeof(path), "%s/%s", h->folder, channel);
    mkdir(gateways_dir, 0700);
    mkdir(h->folder, 0700);
    mkdir(path, 0700);
    h->own_fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (h->own_fd < 0)
        buf_printf(why, "%s: %s", path, strerror(errno));
    else if (open_key(h, gateways_dir, why))
        return h;
    handover_close(h);
    return NULL;
}

void
handover_close(struct handover *h)
{
    if (h == NULL)
        return;
    if (h->own_fd >= 0)
        close(h->own_fd);
    explicit_bzero(&h->key, sizeof(h->key));
    free(h);
}

static bool
write_file(int dir, const char *name, struct str bytes)
{
    char beside[NAME_SIZE + 8];
    snprintf(beside, sizeof(beside), ".%s", name);
    int fd = openat(dir, beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0)
        return false;
    bool good = write(fd, bytes.at, bytes.len) == (ssize_t)bytes.len && fsync(fd) == 0;
    good = close(fd) == 0 && good;
    return good && renameat(dir, beside, dir, name) == 0 && fsync(dir) == 0;
}

/* A gateway that has settings but never ran finds its letters when it starts. */
static bool
is_expected(const struct handover *h, const char *channel)
{
    char path[700];
    snprintf(path, sizeof(path), "%s/../%s.conf", h->folder, channel);
    return access(path, F_OK) == 0;
}

enum err
handover_put(struct handover *h, const char *to, const uint8_t id[16], struct str message)
{
    char path[700], name[NAME_SIZE];
    struct buf sealed = { 0 };
    snprintf(path, sizeof(path), "%s/%s", h->folder, to);
    hex_of(name, id, 16);
    if (is_expected(h, to))
        mkdir(path, 0700);
    int dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (dir < 0)
        return errno == ENOENT ? ERR_UNKNOWN : ERR_IO;
    seal(&sealed, &h->key, str_of(to), message);
    bool good = write_file(dir, name, buf_str(&sealed));
    close(dir);
    buf_fini(&sealed);
    return good ? OK : ERR_IO;
}

static bool
read_one(struct handover *h, const char *name, struct buf *plain)
{
    struct buf sealed = { 0 };
    int fd = openat(h->own_fd, name, O_RDONLY | O_CLOEXEC);
    ssize_t got = fd < 0 ? -1 : read(fd, buf_reserve(&sealed, MESSAGE_MAX), MESSAGE_MAX);
    if (got > 0)
        sealed.len = (size_t)got;
    if (fd >= 0)
        close(fd);
    enum err e = unseal(plain, &h->key, str_of(h->channel), buf_str(&sealed));
    if (e != OK)
        log_warn("event=handover_unreadable file=%s why=\"%s\"", log_quote(name, strlen(name)),
                 err_text(e));
    buf_fini(&sealed);
    return e == OK;
}

size_t
handover_read(struct handover *h, void (*fn)(void *own, struct str message), void *own)
{
    struct buf plain = { 0 };
    struct dirent *e;
    int again = openat(h->own_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *d = again < 0 ? NULL : fdopendir(again);
    while (d != NULL && h->taken_count < READ_MAX && (e = readdir(d)) != NULL) {
        if (e->d_name[0] == '.' || strlen(e->d_name) != NAME_SIZE - 1)
            continue;
        memcpy(h->taken[h->taken_count++], e->d_name, NAME_SIZE);
        buf_clear(&plain);
        if (read_one(h, e->d_name, &plain))
            fn(own, buf_str(&plain));
    }
    if (d != NULL)
        closedir(d);
    buf_fini(&plain);
    return h->taken_count;
}

void
handover_clear(struct handover *h)
{
    for (size_t i = 0; i < h->taken_count; i++)
        unlinkat(h->own_fd, h->taken[i], 0);
    h->taken_count = 0;
}
