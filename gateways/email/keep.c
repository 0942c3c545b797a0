/* keep.c - files, each synced with its folder before anybody is told of it. */
#include "gateways/email/keep.h"

#include "common/io/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum { NAME_MAX_BYTES = 80 };

/* "1-photo.jpg": letters of any script, digits and a few marks; what else there is becomes '_'. */
static void
put_name(struct buf *out, size_t number, const struct mail_file *f)
{
    struct str name = str_of(f->name[0] != '\0' ? f->name : "file");
    buf_printf(out, "%zu-", number);
    for (size_t i = 0, letter; i < name.len && i < NAME_MAX_BYTES; i += letter) {
        letter = str_letter(str_bytes(name.at + i, name.len - i));
        char c = name.at[i];
        bool good = letter > 1 || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
                    (c >= 'A' && c <= 'Z') || c == '-' || c == '_' || (c == '.' && i > 0);
        letter = letter == 0 ? 1 : letter;
        buf_put(out, good ? name.at + i : "_", good ? letter : 1);
    }
}

static bool
sync_folder(const char *path)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool good = fd >= 0 && fsync(fd) == 0;
    if (fd >= 0)
        close(fd);
    return good;
}

static bool
write_file(const char *path, struct str bytes)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    size_t at = 0;
    while (fd >= 0 && at < bytes.len) {
        ssize_t put = write(fd, bytes.at + at, bytes.len - at);
        if (put < 0 && errno != EINTR)
            break;
        at += put > 0 ? (size_t)put : 0;
    }
    bool good = fd >= 0 && at == bytes.len && fsync(fd) == 0;
    if (fd >= 0)
        close(fd);
    return good;
}

bool
keep_files(struct buf *text, const struct mail *m, const char *folder, const char *name, bool dry)
{
    struct buf path = { 0 }, file = { 0 };
    bool good = true;
    buf_printf(&path, "%s/%s", folder, name);
    if (m->files_count > 0 && !dry) {
        mkdir(folder, 0700);
        good = (mkdir(buf_cstr(&path), 0700) == 0 || errno == EEXIST) && sync_folder(folder);
    }
    for (size_t i = 0; i < m->files_count && good; i++) {
        const struct mail_file *f = &m->files[i];
        buf_clear(&file);
        put_name(&file, i + 1, f);
        buf_printf(text, "\n[attachment %s, %s, %zu bytes: %s/%s]", f->name, f->type, f->bytes.len,
                   name, buf_cstr(&file));
        size_t len = path.len;
        buf_printf(&path, "/%s", buf_cstr(&file));
        good = dry || write_file(buf_cstr(&path), buf_str(&f->bytes));
        path.len = len;
    }
    if (m->files_count > 0 && !dry)
        good = good && sync_folder(buf_cstr(&path));
    if (m->files_dropped > 0)
        buf_printf(text, "\n[attachments not kept, too large or too many: %zu]", m->files_dropped);
    if (!good)
        log_error(
            "event=files_not_kept folder=%s why=\"%s\" do=\"make room, or let it be written\"",
            buf_cstr(&path), strerror(errno));
    buf_fini(&path);
    buf_fini(&file);
    return good;
}

/* ---- the key */

static bool
make_key(struct seal_key *key, const char *path, struct buf *why)
{
    char hex[66];
    seal_key_random(key);
    hex_of(hex, key->b, 32);
    hex[64] = '\n';
    if (write_file(path, str_bytes(hex, 65)))
        return true;
    buf_printf(why, "%s: cannot be written: %s", path, strerror(errno));
    return false;
}

bool
keep_key(struct seal_key *key, const char *path, bool dry, struct buf *why)
{
    char hex[65] = "";
    struct stat s;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    memset(key, 0, sizeof(*key));
    if (fd < 0 && errno == ENOENT)
        return dry || make_key(key, path, why);
    bool read_it = fd >= 0 && fstat(fd, &s) == 0 && read(fd, hex, 64) == 64;
    if (fd >= 0)
        close(fd);
    if (read_it && (s.st_mode & 077) != 0)
        buf_printf(why, "%s: others may read it: chmod 600", path);
    else if (!read_it || !hex_to(key->b, 32, str_of(hex)))
        buf_printf(why,
                   "%s: not 64 hex digits: put the old key back, or remove the file (replies "
                   "to earlier mails then become new reports)",
                   path);
    return why->len == 0;
}
