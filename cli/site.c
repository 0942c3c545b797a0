/* site.c - a site folder opened for the command line. */
#include "cli/site.h"

#include "common/wire/body.h"
#include "common/wire/key.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum { STORE_LIMIT_MS = 5000 };

void
site_open(struct site *s, const struct command *c, const struct words *w)
{
    *s = (struct site){ .command = c };
    conf_load(&s->conf, w->site, w->sets);
}

void
site_close(struct site *s)
{
    atlas_free(s->atlas);
    plan_free(s->plan);
    if (s->pool != NULL)
        keys_free(s->pool);
    if (s->store != NULL)
        store_free(s->store);
}

bool
site_store(struct site *s)
{
    if (s->store != NULL)
        return true;
    const struct store_options o = { .where = s->conf.redis,
                                     .user = "operator",
                                     .password = s->conf.redis_operator_password,
                                     .load_library = true };
    s->store = store_new(&o);
    enum err e = store_up(s->store, STORE_LIMIT_MS);
    if (e == ERR_VERSION)
        cmd_failed(s->command, "the site runs a newer release than this program");
    else if (e != OK)
        cmd_failed(s->command, "no answer from Redis at %s: is 'faultline up' running?",
                   s->conf.redis);
    return e == OK;
}

bool
site_pool(struct site *s)
{
    if (s->pool != NULL)
        return true;
    struct buf why = { 0 };
    enum err e = keys_read(s->conf.pool_key, &s->pool, &why);
    if (e != OK)
        cmd_failed(s->command, "pool key %s: %s", s->conf.pool_key, buf_cstr(&why));
    buf_fini(&why);
    return e == OK;
}

enum err
site_plan_of(struct site *s, uint32_t version, struct plan **out)
{
    struct buf sealed = { 0 }, ad = { 0 }, yaml = { 0 }, why = { 0 };
    struct seal_key key;
    char name[16];
    snprintf(name, sizeof(name), "%u", (unsigned)version);
    seal_key_storage(&key, s->pool, "plan");
    ad_rest(&ad, "plan", (struct territory_id){ "" }, str_of(name));
    enum err e = store_plan_get(s->store, version, &sealed);
    if (e == OK)
        e = unseal(&yaml, &key, buf_str(&ad), buf_str(&sealed));
    if (e == OK)
        e = plan_parse(out, "stored plan", buf_str(&yaml), &why);
    if (e != OK && e != ERR_UNKNOWN)
        cmd_failed(s->command, "plan version %u: %s%s%s", (unsigned)version, err_text(e),
                   why.len > 0 ? "\n" : "", buf_cstr(&why));
    buf_fini(&sealed);
    buf_fini(&ad);
    buf_fini(&yaml);
    buf_fini(&why);
    return e;
}

bool
site_plan(struct site *s)
{
    if (s->plan != NULL)
        return true;
    uint32_t version = 0;
    if (!site_store(s) || !site_pool(s))
        return false;
    enum err e = store_plan_current(s->store, &version);
    if (e != OK || version == 0) {
        cmd_failed(s->command, "no plan is in force yet: run 'faultline plan apply'");
        return false;
    }
    e = site_plan_of(s, version, &s->plan);
    if (e == ERR_UNKNOWN)
        cmd_failed(s->command, "plan version %u is in force and not in the store",
                   (unsigned)version);
    if (e != OK)
        return false;
    s->plan->version = version;
    s->atlas = atlas_new(s->plan);
    return true;
}

const char *
site_key_path(const struct site *s, const char *name)
{
    static char path[1024];
    snprintf(path, sizeof(path), "%s/%s.key", s->conf.keys_dir, name);
    return path;
}

bool
site_client(struct site *s, const char *name, const char *spool, struct fl_client **out)
{
    const char *brokers[BROKERS_MAX + 1] = { NULL };
    for (size_t i = 0; i < s->conf.brokers_count; i++)
        brokers[i] = s->conf.brokers[i];
    char key_file[1024], folder[1024], why[512] = "";
    snprintf(key_file, sizeof(key_file), "%s", site_key_path(s, name));
    snprintf(folder, sizeof(folder), "%s/%s", s->conf.spool_dir, spool);
    const struct fl_options o = { .brokers = brokers,
                                  .broker_key = s->conf.broker_public,
                                  .pool_key = s->conf.pool_public,
                                  .key_file = key_file,
                                  .spool = folder,
                                  .software = "faultline " FAULTLINE_VERSION };
    int e = fl_client_open(out, &o, why, sizeof(why));
    if (e != FL_OK)
        cmd_failed(s->command, "%s: %s", name, why[0] != '\0' ? why : fl_error_text(e));
    return e == FL_OK;
}

bool
file_read(const char *path, struct buf *out)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    for (;;) {
        ssize_t got = read(fd, buf_reserve(out, 65536), 65536);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0) {
            int why = errno;
            close(fd);
            errno = why;
            return got == 0;
        }
        out->len += (size_t)got;
    }
}

static bool
write_all(int fd, struct str bytes)
{
    while (bytes.len > 0) {
        ssize_t put = write(fd, bytes.at, bytes.len);
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return false;
        bytes.at += put;
        bytes.len -= (size_t)put;
    }
    return true;
}

bool
file_write(const char *path, struct str bytes, unsigned mode)
{
    char beside[1100];
    snprintf(beside, sizeof(beside), "%s.new", path);
    int fd = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
    if (fd < 0)
        return false;
    bool good = fchmod(fd, mode) == 0 && write_all(fd, bytes) && fsync(fd) == 0;
    good = close(fd) == 0 && good;
    return good && rename(beside, path) == 0;
}
