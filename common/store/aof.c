/* aof.c - cuts a torn tail off Redis' append-only file, at a boundary between commits.
 *
 *   ... MULTI a b EXEC  MULTI c d EXEC  MULTI e f EX|     what a power cut leaves
 *   ... MULTI a b EXEC  MULTI c d EXEC|                   what we leave
 *   ... MULTI a b EXEC  MULTI c d EXEC  MULTI e f|        what Redis leaves
 *
 * With `aof-load-truncated yes` Redis drops only the torn command: MULTI, e and f stay in the
 * file, further transactions are appended behind them, and the next start runs e and f as part of
 * those: half a commit comes alive. So redis.conf says `no`, and whoever starts a Redis on a
 * single machine calls this first. What is cut was never fsynced, hence never answered.
 *
 * Invariant: only bytes that are the incomplete end of the file (or zeros, which some file systems
 * leave there) are cut. Anything else that is not as Redis writes it is left for a person. */
#include "common/io/log.h"
#include "common/store/call.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

struct scan {
    FILE *file;
    uint64_t at;   /* bytes read */
    uint64_t good; /* the last boundary between commits */
    bool in_multi;
    bool ended; /* the file ended where something was missing */
};

static int
next(struct scan *s)
{
    int c = getc_unlocked(s->file);
    if (c == EOF)
        s->ended = true;
    else
        s->at++;
    return c;
}

/* "<mark>123\r\n" after its mark. */
static bool
length(struct scan *s, uint64_t *out)
{
    uint64_t n = 0;
    int c;
    size_t digits = 0;
    while ((c = next(s)) >= '0' && c <= '9' && digits++ < 12)
        n = n * 10 + (uint64_t)(c - '0');
    *out = n;
    return c == '\r' && digits > 0 && next(s) == '\n';
}

/* "$5\r\nMULTI\r\n"; the first bytes of it into `word`. */
static bool
argument(struct scan *s, char word[8])
{
    uint64_t len;
    size_t kept = 0;
    memset(word, 0, 8);
    if (next(s) != '$' || !length(s, &len))
        return false;
    for (; len > 0; len--) {
        int c = next(s);
        if (c == EOF)
            return false;
        if (kept < 7)
            word[kept++] = (char)c;
    }
    return next(s) == '\r' && next(s) == '\n';
}

/* One command, or a line that begins with '#'. False: not whole, or not as Redis writes it. */
static bool
unit(struct scan *s)
{
    uint64_t count;
    char word[8], rest[8];
    int c = next(s);
    if (c == '#') {
        while (c != '\n' && c != EOF)
            c = next(s);
        return c == '\n';
    }
    if (c != '*' || !length(s, &count) || count == 0 || !argument(s, word))
        return false;
    while (--count > 0)
        if (!argument(s, rest))
            return false;
    if (strcasecmp(word, "MULTI") == 0) {
        if (s->in_multi)
            return false; /* the trace of such an accident: for a person */
        s->in_multi = true;
    } else if (strcasecmp(word, "EXEC") == 0) {
        s->in_multi = false;
    }
    return true;
}

/* Is there nothing but zeros from the place where reading stopped? */
static bool
only_zeros(FILE *file, uint64_t from)
{
    int c;
    if (fseeko(file, (off_t)from, SEEK_SET) != 0)
        return false;
    while ((c = getc_unlocked(file)) == 0)
        ;
    return c == EOF;
}

/* ERR_SYNTAX: damaged otherwise than by a torn end. */
static enum err
scan_file(FILE *file, uint64_t *good, uint64_t *size)
{
    struct scan s = { .file = file };
    struct stat st;
    if (fstat(fileno(file), &st) != 0)
        return ERR_IO;
    *size = (uint64_t)st.st_size;
    uint64_t begun = 0;
    while (s.at < *size) {
        begun = s.at;
        if (!unit(&s))
            break;
        if (!s.in_multi)
            s.good = s.at;
        begun = s.at;
    }
    *good = s.good;
    if (begun == *size || s.ended) /* whole, or torn; perhaps within MULTI */
        return ferror(file) ? ERR_IO : OK;
    /* s.at is one past the first byte that is not as it should be. */
    return only_zeros(file, s.at - 1) ? OK : ERR_SYNTAX;
}

static enum err
mend_file(const char *path, uint64_t *cut)
{
    uint64_t good = 0, size = 0;
    FILE *file = fopen(path, "r+");
    if (file == NULL)
        return errno == ENOENT ? OK : ERR_IO;
    enum err err = scan_file(file, &good, &size);
    if (err == OK && good < size) {
        if (ftruncate(fileno(file), (off_t)good) != 0 || fsync(fileno(file)) != 0)
            err = ERR_IO;
        else
            *cut = size - good;
    }
    fclose(file);
    if (err == OK && *cut > 0)
        log_warn("event=aof_mended file=%s cut=%" PRIu64 " left=%" PRIu64,
                 log_quote(path, strlen(path)), *cut, good);
    else if (err == ERR_SYNTAX)
        log_error("event=aof_damaged file=%s after=%" PRIu64 " do=%s",
                  log_quote(path, strlen(path)), good,
                  "\"copy the folder away, then look at docs/store.md section 7\"");
    else if (err != OK)
        log_error("event=aof_unreadable file=%s why=%s", log_quote(path, strlen(path)),
                  strerror(errno));
    return err;
}

/* The name of the last file of type i: the only one that is being appended to. */
static bool
last_incremental(FILE *manifest, char name[256])
{
    char line[1024], type;
    char found[256];
    name[0] = '\0';
    while (fgets(line, sizeof(line), manifest) != NULL)
        if (sscanf(line, "file %255s seq %*s type %c", found, &type) == 2 && type == 'i')
            memcpy(name, found, sizeof(found));
    return name[0] != '\0' && strchr(name, '/') == NULL;
}

enum err
aof_mend(const char *dir, uint64_t *cut)
{
    char name[256];
    struct buf path = { 0 };
    enum err err = OK;
    *cut = 0;
    buf_printf(&path, "%s/appendonlydir/appendonly.aof.manifest", dir);
    FILE *manifest = fopen(buf_cstr(&path), "r");
    if (manifest != NULL && last_incremental(manifest, name)) {
        buf_clear(&path);
        buf_printf(&path, "%s/appendonlydir/%s", dir, name);
        err = mend_file(buf_cstr(&path), cut);
    } else if (manifest == NULL && errno != ENOENT) {
        err = ERR_IO;
        log_error("event=aof_unreadable file=%s why=%s", log_quote(buf_cstr(&path), path.len),
                  strerror(errno));
    }
    if (manifest != NULL)
        fclose(manifest);
    buf_fini(&path);
    return err;
}
