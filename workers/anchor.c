/* anchor.c - heads on disk, outside Redis. */
#include "workers/anchor.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/buf.h"
#include "common/io/clock.h"

enum { PATH_SIZE = 640, TAIL_SIZE = 64 * 1024, LIVES_MAX = 64 };

enum err
anchor_open(const char *folder)
{
    return mkdir(folder, 0700) == 0 || errno == EEXIST ? OK : ERR_IO;
}

static void
path_of(char path[PATH_SIZE], const char *folder, struct territory_id t)
{
    snprintf(path, PATH_SIZE, "%s/%s.anchors", folder, t.s);
}

static void
line_of(struct buf *line, const struct head *h, int64_t wall_ms)
{
    char when[32], incarnation[33], chain[65], signature[129];
    clock_text(when, wall_ms);
    hex_of(incarnation, h->incarnation.b, sizeof(h->incarnation.b));
    hex_of(chain, h->chain.b, sizeof(h->chain.b));
    hex_of(signature, h->signature, sizeof(h->signature));
    buf_printf(line, "%s %s %llu %s %s %s\n", when, incarnation, (unsigned long long)h->version,
               chain, h->signer.s, signature);
}

enum err
anchor_put(const char *folder, struct territory_id t, const struct head *h, int64_t wall_ms)
{
    char path[PATH_SIZE];
    struct buf line = { 0 };
    path_of(path, folder, t);
    int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (fd < 0)
        return ERR_IO;
    line_of(&line, h, wall_ms);
    /* one write, so that two workers' lines never mix */
    bool good = write(fd, line.data, line.len) == (ssize_t)line.len && fdatasync(fd) == 0;
    int saved = errno;
    buf_fini(&line);
    good = close(fd) == 0 && good;
    errno = saved;
    return good ? OK : ERR_IO;
}

/* The last whole lines of the file. */
static bool
tail_of(const char *path, struct buf *tail)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    off_t size = lseek(fd, 0, SEEK_END);
    off_t from = size > TAIL_SIZE ? size - TAIL_SIZE : 0;
    uint8_t *to = buf_reserve(tail, TAIL_SIZE);
    ssize_t got = pread(fd, to, TAIL_SIZE, from);
    close(fd);
    if (got > 0)
        tail->len = (size_t)got;
    return got > 0;
}

struct anchor {
    struct incarnation incarnation;
    uint64_t version;
    struct chain chain;
};

static bool
line_read(struct str line, struct anchor *out)
{
    int64_t version;
    str_cut(&line, ' ');
    struct str incarnation = str_cut(&line, ' '), number = str_cut(&line, ' '),
               chain = str_cut(&line, ' ');
    if (!hex_to(out->incarnation.b, sizeof(out->incarnation.b), incarnation) ||
        !str_int(number, &version) || !hex_to(out->chain.b, sizeof(out->chain.b), chain))
        return false;
    out->version = (uint64_t)version;
    return version >= 0;
}

/* What a file of anchors says about one head. A late line of a former holder proves nothing,
 * so lives are ranked by where they first appear. */
struct witness {
    struct incarnation lives[LIVES_MAX];
    size_t count;
    bool any, met, left; /* met: lines of the head's life; left: a newer life began after it */
    struct anchor best;  /* of the head's life, the greatest version */
};

static void
hear(struct witness *w, const struct anchor *one, const struct incarnation *head)
{
    bool same = head != NULL && same_id(one->incarnation, *head), known = false;
    for (size_t i = 0; i < w->count; i++)
        known = known || same_id(w->lives[i], one->incarnation);
    if (!known && w->count < LIVES_MAX)
        w->lives[w->count++] = one->incarnation;
    w->any = true;
    w->left = w->left || (w->met && !same && !known);
    if (same && (!w->met || one->version > w->best.version))
        w->best = *one;
    w->met = w->met || same;
}

bool
anchor_ahead(const char *folder, struct territory_id t, const struct head *h)
{
    char path[PATH_SIZE];
    struct buf tail = { 0 };
    struct anchor one;
    struct witness w = { .count = 0 };
    path_of(path, folder, t);
    if (tail_of(path, &tail)) {
        struct str rest = buf_str(&tail);
        while (rest.len > 0) /* the first line may be cut, the last torn by a crash */
            if (line_read(str_cut(&rest, '\n'), &one))
                hear(&w, &one, h->exists ? &h->incarnation : NULL);
    }
    buf_fini(&tail);
    if (!w.any || !h->exists)
        return w.any;
    return w.left || (w.met && (w.best.version > h->version || (w.best.version == h->version &&
                                                                !same_id(w.best.chain, h->chain))));
}
