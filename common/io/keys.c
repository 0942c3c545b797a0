/* keys.c - key files and the guarded memory behind them.
 *
 *     # comment
 *     curve-secret 64 hex digits
 *     seal-secret ...
 *     sign-seed ...
 *     storage-secret ...
 *
 * A file holds secrets only; public halves are computed at reading, so they cannot disagree.
 * Any of the four may be absent. Nothing secret is left on the stack or the heap. */
#include "common/io/keys.h"
#include "common/io/z85.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <sodium.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILE_MAX = 4096, SECRET_SIZE = 32 };

static const struct row {
    const char *name;
    size_t at; /* of the 32 bytes in struct keys */
} rows[] = {
    { "curve-secret", offsetof(struct keys, curve_secret) },
    { "seal-secret", offsetof(struct keys, seal_secret) },
    { "sign-seed", offsetof(struct keys, sign_seed) },
    { "storage-secret", offsetof(struct keys, storage_secret) },
};

#define SAY(why, ...)                                                                              \
    do {                                                                                           \
        if ((why) != NULL)                                                                         \
            buf_printf((why), __VA_ARGS__);                                                        \
    } while (0)

static struct keys *
keys_empty(void)
{
    struct keys *k = sodium_malloc(sizeof(*k));
    assert(k != NULL);
    memset(k, 0, sizeof(*k));
    return k;
}

/* Fills what is computed from the four secrets. */
static void
keys_complete(struct keys *k)
{
    uint8_t curve[32];
    if (!sodium_is_zero(k->curve_secret, SECRET_SIZE)) {
        crypto_scalarmult_base(curve, k->curve_secret);
        z85_of(k->public.curve, curve, sizeof(curve));
        z85_of(k->curve_secret_z85, k->curve_secret, SECRET_SIZE);
    }
    if (!sodium_is_zero(k->seal_secret, SECRET_SIZE)) {
        crypto_scalarmult_base(k->public.seal, k->seal_secret);
        seal_key_id(k->public.seal_id, k->public.seal);
    }
    if (!sodium_is_zero(k->sign_seed, SECRET_SIZE))
        crypto_sign_seed_keypair(k->public.sign, k->sign_secret, k->sign_seed);
    sodium_mprotect_readonly(k);
}

struct keys *
keys_new(void)
{
    struct keys *k = keys_empty();
    for (size_t i = 0; i < countof(rows); i++)
        random_bytes((uint8_t *)k + rows[i].at, SECRET_SIZE);
    keys_complete(k);
    return k;
}

void
keys_free(struct keys *k)
{
    sodium_free(k); /* wipes */
}

const struct public_keys *
keys_public(const struct keys *k)
{
    return &k->public;
}

const char *
keys_curve_secret(const struct keys *k)
{
    return k->curve_secret_z85;
}

/* ---- reading */

static enum err
read_line(struct keys *k, struct str line, const char *path, size_t number, struct buf *why)
{
    line = str_trim(line);
    if (line.len == 0 || line.at[0] == '#')
        return OK;
    struct str value = line;
    struct str name = str_cut(&value, ' ');
    value = str_trim(value);
    for (size_t i = 0; i < countof(rows); i++) {
        uint8_t *to = (uint8_t *)k + rows[i].at;
        if (!str_is(name, rows[i].name))
            continue;
        if (!sodium_is_zero(to, SECRET_SIZE)) {
            SAY(why, "%s:%zu: %s stands there twice: remove one", path, number, rows[i].name);
            return ERR_SYNTAX;
        }
        if (hex_to(to, SECRET_SIZE, value) && !sodium_is_zero(to, SECRET_SIZE))
            return OK;
        SAY(why, "%s:%zu: %s needs 64 hex digits, not all of them 0", path, number, rows[i].name);
        return ERR_SYNTAX;
    }
    /* The line may be a secret in the wrong place, so it is not repeated. */
    SAY(why, "%s:%zu: a line begins with curve-secret, seal-secret, sign-seed or storage-secret",
        path, number);
    return ERR_SYNTAX;
}

static enum err
check_file(int fd, const char *path, struct buf *why)
{
    struct stat st;
    if (fstat(fd, &st) != 0) {
        SAY(why, "%s: %s", path, strerror(errno));
        return ERR_IO;
    }
    if (!S_ISREG(st.st_mode)) {
        SAY(why, "%s is not a file", path);
        return ERR_SYNTAX;
    }
    if ((st.st_mode & 077) != 0) {
        SAY(why, "%s holds secrets but others may use it (mode %03o): chmod 600 %s", path,
            (unsigned)(st.st_mode & 0777), path);
        return ERR_FORBIDDEN;
    }
    if (st.st_size > FILE_MAX) {
        SAY(why, "%s is no key file: longer than %d bytes", path, FILE_MAX);
        return ERR_SYNTAX;
    }
    return OK;
}

static enum err
read_text(struct keys *k, struct str text, const char *path, struct buf *why)
{
    size_t number = 0;
    enum err err = OK;
    while (text.len > 0 && err == OK)
        err = read_line(k, str_cut(&text, '\n'), path, ++number, why);
    return err;
}

static enum err
read_fd(int fd, struct keys *k, const char *path, struct buf *why)
{
    char text[FILE_MAX];
    enum err err = check_file(fd, path, why);
    if (err != OK)
        return err;
    size_t len = 0;
    ssize_t got = 1;
    while (got > 0 && len < sizeof(text)) {
        got = read(fd, text + len, sizeof(text) - len);
        len += got > 0 ? (size_t)got : 0;
    }
    if (got < 0) {
        SAY(why, "%s: %s", path, strerror(errno));
        err = ERR_IO;
    } else {
        err = read_text(k, (struct str){ text, len }, path, why);
    }
    sodium_memzero(text, sizeof(text));
    return err;
}

enum err
keys_read(const char *path, struct keys **out, struct buf *why)
{
    *out = NULL;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        SAY(why, "%s: %s", path, strerror(errno));
        return ERR_IO;
    }
    struct keys *k = keys_empty();
    enum err err = read_fd(fd, k, path, why);
    close(fd);
    if (err != OK) {
        keys_free(k);
        return err;
    }
    keys_complete(k);
    *out = k;
    return OK;
}

/* ---- writing */

static size_t
write_text(char *text, size_t size, const struct keys *k)
{
    size_t len = (size_t)snprintf(text, size,
                                  "# Faultline keys. Secret: mode 0600, never in a backup that "
                                  "others read.\n# public halves: curve %s\n",
                                  k->public.curve);
    for (size_t i = 0; i < countof(rows); i++) {
        const uint8_t *from = (const uint8_t *)k + rows[i].at;
        char hex[2 * SECRET_SIZE + 1];
        if (sodium_is_zero(from, SECRET_SIZE))
            continue;
        hex_of(hex, from, SECRET_SIZE);
        len += (size_t)snprintf(text + len, size - len, "%s %s\n", rows[i].name, hex);
        sodium_memzero(hex, sizeof(hex));
    }
    assert(len < size);
    return len;
}

static bool
write_fd(int fd, const struct keys *k)
{
    char text[1024];
    size_t len = write_text(text, sizeof(text), k), done = 0;
    bool good = fchmod(fd, 0600) == 0; /* whatever the umask was */
    while (good && done < len) {
        ssize_t wrote = write(fd, text + done, len - done);
        good = wrote > 0;
        done += wrote > 0 ? (size_t)wrote : 0;
    }
    sodium_memzero(text, sizeof(text));
    return good && fsync(fd) == 0;
}

/* The name is durable only when its folder is. */
static bool
sync_folder_of(const char *path)
{
    char copy[PATH_MAX];
    if (!str_fill(copy, sizeof(copy), str_of(path)))
        return false;
    int fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return false;
    bool good = fsync(fd) == 0;
    close(fd);
    return good;
}

enum err
keys_write(const char *path, const struct keys *k, struct buf *why)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0 && errno == EEXIST) {
        SAY(why, "%s is already there: keys are never overwritten; move it away first", path);
        return ERR_CONFLICT;
    }
    if (fd < 0) {
        SAY(why, "%s: %s", path, strerror(errno));
        return ERR_IO;
    }
    bool good = write_fd(fd, k);
    good = close(fd) == 0 && good;
    good = good && sync_folder_of(path);
    if (!good) {
        SAY(why, "%s: %s", path, strerror(errno));
        unlink(path); /* half a key file is worse than none */
        return ERR_IO;
    }
    return OK;
}
