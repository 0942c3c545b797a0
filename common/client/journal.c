/* journal.c - a folder of append-only files. The drawing is in journal.h.
 *
 * Invariant: the newest segment's file is `size` bytes of what was synced, followed by
 * anything; `pending` is what belongs at `size`. */
#include "common/client/journal.h"

#include "common/client/crc.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { HEADER = 10, MAGIC = 0xF1, STRETCH = 256 * 1024 };

struct segment {
    uint32_t number, size;
    uint64_t held; /* bytes of entries that must stay */
};

struct stretch { /* bytes of a file, kept from the last read */
    uint32_t segment, offset;
    struct buf bytes;
};

struct journal {
    char *folder;
    int lock_fd, dir_fd, fd;  /* fd: the newest segment */
    struct segment *segments; /* by number, ascending */
    size_t count, cap;
    struct buf pending;
    size_t begun; /* where in pending the entry being put begins */
    struct stretch stretches[JOURNAL_READERS];
};

static void
name_of(char out[32], uint32_t number)
{
    snprintf(out, 32, "%08u.seg", number);
}

static enum err
fail(struct buf *why, const char *folder, const char *what)
{
    int saved = errno;
    if (why != NULL)
        buf_printf(why, "%s: %s: %s", folder, what, strerror(saved));
    errno = saved;
    return ERR_IO;
}

/* ---- entries */

static uint32_t
checksum(uint32_t segment, uint32_t offset, uint8_t kind, struct str payload)
{
    const uint32_t numbers[3] = { segment, offset, (uint32_t)payload.len };
    uint8_t head[13];
    for (size_t i = 0; i < 12; i++)
        head[i] = (uint8_t)(numbers[i / 4] >> (8 * (i % 4)));
    head[12] = kind;
    return crc_add(crc_add(0, str_bytes(head, sizeof(head))), payload);
}

/* Is there a whole entry at `offset` of these bytes, which begin the segment's file at `base`? */
static bool
entry_at(struct str bytes, uint32_t base, uint32_t segment, size_t offset, uint8_t *kind,
         struct str *payload)
{
    if (bytes.len < HEADER || offset > bytes.len - HEADER)
        return false;
    struct cur c = cur_of(str_bytes(bytes.at + offset, bytes.len - offset));
    uint8_t magic = cur_u8(&c);
    *kind = cur_u8(&c);
    uint32_t len = cur_u32(&c), crc = cur_u32(&c);
    if (magic != MAGIC || len > JOURNAL_ENTRY_MAX || len > bytes.len - offset - HEADER)
        return false;
    *payload = str_bytes(bytes.at + offset + HEADER, len);
    return checksum(segment, base + (uint32_t)offset, *kind, *payload) == crc;
}

struct buf *
journal_begin(struct journal *j, uint8_t kind)
{
    j->begun = j->pending.len;
    uint8_t *head = buf_extend(&j->pending, HEADER);
    memset(head, 0, HEADER);
    head[0] = MAGIC;
    head[1] = kind;
    return &j->pending;
}

struct spot
journal_end(struct journal *j)
{
    const struct segment *s = &j->segments[j->count - 1];
    size_t len = j->pending.len - j->begun - HEADER;
    assert(len <= JOURNAL_ENTRY_MAX && s->size + j->pending.len < UINT32_MAX);
    struct spot at = { s->number, (uint32_t)(s->size + j->begun), (uint32_t)len };
    uint8_t *head = j->pending.data + j->begun;
    uint32_t crc = checksum(at.segment, at.offset, head[1], str_bytes(head + HEADER, at.len));
    for (size_t i = 0; i < 4; i++) {
        head[2 + i] = (uint8_t)(at.len >> (8 * i));
        head[6 + i] = (uint8_t)(crc >> (8 * i));
    }
    return at;
}

size_t
journal_pending(const struct journal *j)
{
    return j->pending.len;
}

/* ---- writing */

static enum err
write_all(int fd, struct str bytes, uint32_t offset)
{
    while (bytes.len > 0) {
        ssize_t n = pwrite(fd, bytes.at, bytes.len, (off_t)offset);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return ERR_IO;
        bytes = str_bytes(bytes.at + n, bytes.len - (size_t)n);
        offset += (uint32_t)n;
    }
    return OK;
}

enum err
journal_sync(struct journal *j)
{
    struct segment *s = &j->segments[j->count - 1];
    if (j->pending.len == 0)
        return OK;
    enum err e = write_all(j->fd, buf_str(&j->pending), s->size);
    if (e == OK && fdatasync(j->fd) != 0)
        e = ERR_IO;
    if (e != OK)
        return e;
    s->size += (uint32_t)j->pending.len;
    buf_clear(&j->pending);
    return OK;
}

static enum err
segment_add(struct journal *j, uint32_t number, uint32_t size)
{
    j->segments = grow_array(j->segments, j->count, &j->cap, sizeof(*j->segments));
    j->segments[j->count++] = (struct segment){ .number = number, .size = size };
    return OK;
}

enum err
journal_roll(struct journal *j)
{
    assert(j->pending.len == 0);
    uint32_t number = j->count == 0 ? 1 : j->segments[j->count - 1].number + 1;
    char name[32];
    name_of(name, number);
    int fd = openat(j->dir_fd, name, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0)
        return ERR_IO;
    if (fsync(j->dir_fd) != 0) {
        close(fd);
        return ERR_IO;
    }
    if (j->fd >= 0)
        close(j->fd);
    j->fd = fd;
    return segment_add(j, number, 0);
}

/* ---- holding and dropping */

static struct segment *
segment_find(const struct journal *j, uint32_t number)
{
    size_t from = 0, to = j->count;
    while (from < to) {
        size_t mid = from + (to - from) / 2;
        if (j->segments[mid].number < number)
            from = mid + 1;
        else
            to = mid;
    }
    return from < j->count && j->segments[from].number == number ? &j->segments[from] : NULL;
}

void
journal_hold(struct journal *j, struct spot at)
{
    struct segment *s = segment_find(j, at.segment);
    assert(s != NULL);
    s->held += at.len + HEADER;
}

void
journal_release(struct journal *j, struct spot at)
{
    struct segment *s = segment_find(j, at.segment);
    assert(s != NULL && s->held >= at.len + HEADER);
    s->held -= at.len + HEADER;
}

uint32_t
journal_size(const struct journal *j)
{
    return j->segments[j->count - 1].size;
}

size_t
journal_segments(const struct journal *j)
{
    return j->count;
}

bool
journal_oldest(const struct journal *j, uint32_t *segment, uint32_t *size, uint64_t *held)
{
    if (j->count < 2)
        return false;
    *segment = j->segments[0].number;
    *size = j->segments[0].size;
    *held = j->segments[0].held;
    return true;
}

void
journal_total(const struct journal *j, uint64_t *size, uint64_t *held)
{
    *size = *held = 0;
    for (size_t i = 0; i < j->count; i++) {
        *size += j->segments[i].size;
        *held += j->segments[i].held;
    }
}

void
journal_drop_oldest(struct journal *j)
{
    assert(j->count >= 2 && j->segments[0].held == 0);
    char name[32];
    name_of(name, j->segments[0].number);
    unlinkat(j->dir_fd, name, 0); /* left behind, it only costs room: it is empty of sense */
    memmove(j->segments, j->segments + 1, (j->count - 1) * sizeof(*j->segments));
    j->count--;
}

/* ---- reading */

static enum err
stretch_fill(struct journal *j, struct stretch *t, uint32_t segment, uint32_t offset, size_t least)
{
    size_t want = least > STRETCH ? least : STRETCH;
    char name[32];
    name_of(name, segment);
    int fd = openat(j->dir_fd, name, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return ERR_IO;
    buf_clear(&t->bytes);
    uint8_t *to = buf_reserve(&t->bytes, want);
    ssize_t n;
    while ((n = pread(fd, to + t->bytes.len, want - t->bytes.len,
                      (off_t)(offset + t->bytes.len))) != 0) {
        if (n > 0)
            t->bytes.len += (size_t)n;
        else if (errno != EINTR)
            break;
    }
    close(fd);
    t->segment = segment;
    t->offset = offset;
    return t->bytes.len >= least ? OK : ERR_IO;
}

enum err
journal_read(struct journal *j, size_t reader, struct spot at, struct str *payload)
{
    assert(reader < JOURNAL_READERS);
    struct stretch *t = &j->stretches[reader];
    size_t len = (size_t)at.len + HEADER;
    if (t->segment != at.segment || at.offset < t->offset ||
        at.offset + len > t->offset + t->bytes.len) {
        enum err e = stretch_fill(j, t, at.segment, at.offset, len);
        if (e != OK) {
            t->segment = 0;
            return e;
        }
    }
    uint8_t kind;
    if (!entry_at(buf_str(&t->bytes), t->offset, at.segment, at.offset - t->offset, &kind,
                  payload) ||
        payload->len != at.len)
        return ERR_SYNTAX;
    return OK;
}

/* ---- opening */

static bool
number_of_name(const char *name, uint32_t *number)
{
    int64_t n;
    if (strlen(name) != 12 || strcmp(name + 8, ".seg") != 0 || !str_int(str_bytes(name, 8), &n) ||
        n <= 0)
        return false;
    *number = (uint32_t)n;
    return true;
}

static int
by_number(const void *a, const void *b)
{
    const struct segment *x = a, *y = b;
    return (x->number > y->number) - (x->number < y->number);
}

static enum err
segments_list(struct journal *j, struct buf *why)
{
    DIR *d = opendir(j->folder);
    if (d == NULL)
        return fail(why, j->folder, "cannot be listed");
    struct dirent *entry;
    while ((entry = readdir(d)) != NULL) {
        uint32_t number;
        if (number_of_name(entry->d_name, &number))
            (void)segment_add(j, number, 0);
    }
    closedir(d);
    if (j->count > 0)
        qsort(j->segments, j->count, sizeof(*j->segments), by_number);
    return OK;
}

static enum err
file_read(struct journal *j, uint32_t number, struct buf *bytes, struct buf *why)
{
    char name[32];
    name_of(name, number);
    int fd = openat(j->dir_fd, name, O_RDONLY | O_CLOEXEC);
    struct stat st;
    if (fd < 0 || fstat(fd, &st) != 0 || st.st_size >= (off_t)UINT32_MAX) {
        enum err e = fail(why, name, "cannot be opened");
        if (fd >= 0)
            close(fd);
        return e;
    }
    buf_clear(bytes);
    size_t size = (size_t)st.st_size;
    uint8_t *to = buf_reserve(bytes, size + 1);
    while (bytes->len < size) {
        ssize_t n = read(fd, to + bytes->len, size - bytes->len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0) {
            enum err e = fail(why, name, "cannot be read");
            close(fd);
            return e;
        }
        if (n == 0)
            break;
        bytes->len += (size_t)n;
    }
    close(fd);
    return OK;
}

/* Gives every whole entry to fn; returns where the last one ends. */
static size_t
replay(uint32_t segment, struct str bytes, journal_fn *fn, void *context,
       struct journal_damage *damage)
{
    size_t end = 0, at = 0;
    while (at < bytes.len) {
        uint8_t kind;
        struct str payload;
        if (!entry_at(bytes, 0, segment, at, &kind, &payload)) {
            at++;
            continue;
        }
        if (at > end) {
            damage->skipped += at - end;
            if (damage->first[0] == '\0')
                snprintf(damage->first, sizeof(damage->first),
                         "segment %08u: %zu bytes at %zu are damaged", segment, at - end, end);
        }
        fn(context, kind, (struct spot){ segment, (uint32_t)at, (uint32_t)payload.len }, payload);
        at = end = at + HEADER + payload.len;
    }
    return end;
}

static enum err
segments_replay(struct journal *j, journal_fn *fn, void *context, struct journal_damage *damage,
                struct buf *why)
{
    struct buf bytes = { 0 };
    enum err e = OK;
    for (size_t i = 0; e == OK && i < j->count; i++) {
        struct segment *s = &j->segments[i];
        e = file_read(j, s->number, &bytes, why);
        if (e != OK)
            break;
        size_t end = replay(s->number, buf_str(&bytes), fn, context, damage);
        if (i + 1 == j->count) {
            damage->cut += bytes.len - end;
            s->size = (uint32_t)end;
        } else {
            damage->skipped += bytes.len - end;
            s->size = (uint32_t)bytes.len;
        }
    }
    buf_fini(&bytes);
    return e;
}

/* Opens the newest segment for appending where its whole entries end. */
static enum err
newest_open(struct journal *j, struct buf *why)
{
    if (j->count == 0)
        return journal_roll(j) == OK ? OK : fail(why, j->folder, "cannot make a segment");
    const struct segment *s = &j->segments[j->count - 1];
    char name[32];
    name_of(name, s->number);
    j->fd = openat(j->dir_fd, name, O_RDWR | O_CLOEXEC);
    if (j->fd < 0 || ftruncate(j->fd, (off_t)s->size) != 0 || fdatasync(j->fd) != 0)
        return fail(why, name, "cannot be opened for writing");
    return OK;
}

static enum err
folder_make(const char *folder, struct buf *why)
{
    char *path = str_dup(str_of(folder));
    for (char *slash = path + 1; *slash != '\0'; slash++)
        if (*slash == '/') {
            *slash = '\0';
            mkdir(path, 0700); /* whether it worked shows at the last one */
            *slash = '/';
        }
    enum err e = OK;
    if (mkdir(path, 0700) != 0 && errno != EEXIST)
        e = fail(why, folder, "cannot be made");
    free(path);
    return e;
}

static enum err
folder_take(struct journal *j, struct buf *why)
{
    j->dir_fd = open(j->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (j->dir_fd < 0)
        return fail(why, j->folder, "cannot be opened");
    j->lock_fd = openat(j->dir_fd, "lock", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (j->lock_fd < 0)
        return fail(why, j->folder, "cannot make the lock file");
    if (flock(j->lock_fd, LOCK_EX | LOCK_NB) == 0)
        return OK;
    if (errno != EWOULDBLOCK)
        return fail(why, j->folder, "cannot be locked");
    if (why != NULL)
        buf_printf(why, "%s: another process uses this spool; give each its own", j->folder);
    return ERR_CONFLICT;
}

enum err
journal_open(struct journal **out, const char *folder, journal_fn *fn, void *context,
             struct journal_damage *damage, struct buf *why)
{
    *out = NULL;
    *damage = (struct journal_damage){ 0 };
    enum err e = folder_make(folder, why);
    if (e != OK)
        return e;
    struct journal *j = zalloc(sizeof(*j));
    j->folder = str_dup(str_of(folder));
    j->lock_fd = j->dir_fd = j->fd = -1;
    *out = j;
    if ((e = folder_take(j, why)) == OK && (e = segments_list(j, why)) == OK &&
        (e = segments_replay(j, fn, context, damage, why)) == OK)
        e = newest_open(j, why);
    if (e != OK) {
        journal_close(j);
        *out = NULL;
    }
    return e;
}

void
journal_close(struct journal *j)
{
    if (j == NULL)
        return;
    const int fds[] = { j->fd, j->dir_fd, j->lock_fd };
    for (size_t i = 0; i < countof(fds); i++)
        if (fds[i] >= 0)
            close(fds[i]);
    for (size_t i = 0; i < JOURNAL_READERS; i++)
        buf_fini(&j->stretches[i].bytes);
    buf_fini(&j->pending);
    free(j->segments);
    free(j->folder);
    free(j);
}
