/* init.c - `faultline init`: a site folder that works at once.
 *
 *   DIR/faultline.conf       the settings
 *   DIR/plan.yaml            a sample city, completed with everybody's public keys
 *   DIR/calendars            its working hours, holidays and rosters
 *   DIR/keys/NAME.key        secret keys, mode 0600: broker, pool, operator, worker, principals
 *   DIR/redis/               redis.conf and users.acl of the private Redis that `up` starts
 *   DIR/anchors, DIR/archive, DIR/spool, DIR/run, DIR/gateways */
#include "cli/apply.h"
#include "cli/port.h"
#include "cli/start.h"

#include "common/io/clock.h"

#include "redis_conf.h"
#include "users_acl.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static const char help[] =
    "faultline init - make a site folder\n"
    "\n"
    "usage: faultline init DIR [--brokers N] [--port P | --local] [--maxmemory SIZE] [--plan "
    "FILE]\n"
    "\n"
    "Makes DIR with settings, keys of mode 0600, a plan, and the files of a private Redis. The "
    "plan is a\n"
    "sample city of three territories, two dozen engineers, sites and customers, or FILE; keys "
    "are\n"
    "made for every engineer in it, for the gateways desk, gw-email, gw-sms, gw-phone, gw-chat and "
    "gw-web, for the dispatchers\n"
    "dispatch-1 and dispatch-2, and for whoever else contracts and escalations name. The\n"
    "calendars' files come along. Nothing that exists is overwritten.\n"
    "\n"
    "  --brokers N       how many brokers (1)\n"
    "  --port P          the first broker's TCP port on 127.0.0.1 (the first free one from 7341)\n"
    "  --local           unix sockets in DIR/run instead of TCP\n"
    "  --maxmemory SIZE  of the private Redis, as redis.conf writes it (2gb)\n"
    "  --plan FILE       a plan without principals to start from, instead of the sample\n"
    "\n"
    "Then: faultline up --site DIR\n";

static const struct {
    const char *name, *role, *source;
} staff[] = {
    { "desk", "gateway", "*" },
    { "gw-email", "gateway", "mail.support" },
    { "gw-sms", "gateway", "sms.4711" },
    { "gw-phone", "gateway", "phone.hotline" },
    { "gw-chat", "gateway", "chat.help" },
    { "gw-web", "gateway", "web.api" },
    { "dispatch-1", "dispatcher", NULL },
    { "dispatch-2", "dispatcher", NULL },
    { "worker", "worker", NULL },
};

struct making {
    char dir[600]; /* absolute */
    struct buf why;
    struct buf settings[24]; /* "name=value" */
    size_t settings_count;
};

static void
set(struct making *m, const char *name, const char *value)
{
    assert(m->settings_count < countof(m->settings));
    buf_printf(&m->settings[m->settings_count++], "%s=%s", name, value);
}

static bool
folder(const struct making *m, const char *name)
{
    char path[700];
    snprintf(path, sizeof(path), "%s/%s", m->dir, name);
    return mkdir(path, 0700) == 0 || errno == EEXIST;
}

/* keys/NAME.key; its public halves go to *out. */
static bool
make_keys(struct making *m, const char *name, struct public_keys *out)
{
    char path[1024];
    snprintf(path, sizeof(path), "%s/keys/%s.key", m->dir, name);
    struct keys *k = keys_new();
    *out = *keys_public(k);
    bool good = keys_write(path, k, &m->why) == OK;
    keys_free(k);
    return good;
}

static bool
add_principal(struct making *m, struct plan *plan, const char *name, const char *role,
              const char *source)
{
    struct public_keys k;
    if (!make_keys(m, name, &k))
        return false;
    char seal_hex[65], sign_hex[65];
    hex_of(seal_hex, k.seal, sizeof(k.seal));
    hex_of(sign_hex, k.sign, sizeof(k.sign));
    char *sources[] = { (char *)(uintptr_t)source };
    const struct plan_principal p = {
        .id = (char *)(uintptr_t)name,
        .role = (char *)(uintptr_t)role,
        .curve = k.curve,
        .seal = seal_hex,
        .sign = strcmp(role, "worker") == 0 ? sign_hex : NULL,
        .sources = source == NULL ? NULL : sources,
        .sources_count = source == NULL ? 0 : 1,
    };
    plan_add_principal(plan, &p);
    return true;
}

static bool
write_into(struct making *m, const char *name, struct str text, unsigned mode)
{
    char path[700];
    snprintf(path, sizeof(path), "%s/%s", m->dir, name);
    if (file_write(path, text, mode))
        return true;
    buf_printf(&m->why, "cannot write %s: %s", path, strerror(errno));
    return false;
}

/* Managers, directors and whoever else contracts and escalations name are dispatchers. */
static bool
add_named(struct making *m, struct plan *plan)
{
    char **names;
    bool good = true;
    size_t count = plan_named(plan, &names);
    for (size_t i = 0; i < count && good; i++) {
        bool there = false;
        for (unsigned k = 0; k < plan->principals_count && !there; k++)
            there = strcmp(plan->principals[k].id, names[i]) == 0;
        good = there || add_principal(m, plan, names[i], "dispatcher", NULL);
    }
    free(names);
    return good;
}

/* The plan's own text, comments and all, with everybody's public keys below it. */
static bool
make_plan(struct making *m, struct plan *plan, struct buf *yaml)
{
    for (size_t i = 0; i < countof(staff); i++)
        if (!add_principal(m, plan, staff[i].name, staff[i].role, staff[i].source))
            return false;
    for (unsigned i = 0; i < plan->engineers_count; i++)
        if (!add_principal(m, plan, plan->engineers[i].id, "engineer", NULL))
            return false;
    if (!add_named(m, plan))
        return false;
    plan_write_principals(plan, yaml);
    return write_into(m, "plan.yaml", buf_str(yaml), 0600);
}

static bool
make_site_keys(struct making *m)
{
    struct public_keys broker, pool, operator_;
    if (!make_keys(m, "broker", &broker) || !make_keys(m, "pool", &pool) ||
        !make_keys(m, "operator", &operator_))
        return false;
    char hex[65];
    set(m, "broker_public", broker.curve);
    hex_of(hex, pool.seal, sizeof(pool.seal));
    set(m, "pool_public", hex);
    hex_of(hex, operator_.sign, sizeof(operator_.sign));
    set(m, "operator_public", hex);
    return true;
}

/* The template with each @NAME@ of `names` replaced by its value. */
static void
fill_in(struct buf *out, const char *template, const char *const names[][2], size_t count)
{
    for (const char *at = template; *at != '\0';) {
        size_t i = 0;
        while (i < count && strncmp(at, names[i][0], strlen(names[i][0])) != 0)
            i++;
        if (i < count) {
            buf_printf(out, "%s", names[i][1]);
            at += strlen(names[i][0]);
        } else {
            buf_put(out, at++, 1);
        }
    }
}

static bool
make_redis(struct making *m, const char *maxmemory)
{
    static const char *const users[][2] = { { "@BROKER_PASSWORD@", "redis_broker_password" },
                                            { "@WORKER_PASSWORD@", "redis_worker_password" },
                                            { "@OPERATOR_PASSWORD@", "redis_operator_password" } };
    char passwords[countof(users)][49], dir[700], socket[700], acl[700];
    const char *filled[countof(users)][2];
    for (size_t i = 0; i < countof(users); i++) {
        uint8_t secret[24];
        random_bytes(secret, sizeof(secret));
        hex_of(passwords[i], secret, sizeof(secret));
        set(m, users[i][1], passwords[i]);
        filled[i][0] = users[i][0];
        filled[i][1] = passwords[i];
    }
    snprintf(dir, sizeof(dir), "%s/redis", m->dir);
    snprintf(socket, sizeof(socket), "%s/run/redis.sock", m->dir);
    snprintf(acl, sizeof(acl), "%s/redis/users.acl", m->dir);
    const char *const names[][2] = {
        { "@DIR@", dir }, { "@SOCKET@", socket }, { "@ACLFILE@", acl }, { "@MAXMEMORY@", maxmemory }
    };
    struct buf conf = { 0 }, users_acl_text = { 0 };
    fill_in(&conf, redis_conf, names, countof(names));
    fill_in(&users_acl_text, users_acl, (const char *const(*)[2])filled, countof(filled));
    bool good = write_into(m, "redis/redis.conf", buf_str(&conf), 0600) &&
                write_into(m, "redis/users.acl", buf_str(&users_acl_text), 0600);
    buf_fini(&conf);
    buf_fini(&users_acl_text);
    return good;
}

static bool
make_settings(struct making *m, int brokers, int port, bool local)
{
    struct buf list = { 0 }, conf = { 0 };
    for (int i = 0; i < brokers; i++) {
        if (local)
            buf_printf(&list, "%sipc://%s/run/broker-%d.sock", i == 0 ? "" : " ", m->dir, i);
        else
            buf_printf(&list, "%stcp://127.0.0.1:%d", i == 0 ? "" : " ", port + i);
    }
    set(m, "brokers", buf_cstr(&list));
    const char *values[countof(m->settings) + 1] = { NULL };
    for (size_t i = 0; i < m->settings_count; i++)
        values[i] = buf_cstr(&m->settings[i]);
    conf_write(&conf, values);
    bool good = write_into(m, "faultline.conf", buf_str(&conf), 0600);
    buf_fini(&list);
    buf_fini(&conf);
    return good;
}

struct wish {
    const char *brokers, *port, *maxmemory, *plan;
    bool local;
};

static int
make(struct making *m, const struct wish *wish)
{
    static const char *const folders[] = { "",        "keys",    "redis", "run",
                                           "anchors", "archive", "spool", "gateways" };
    int64_t brokers = 1, port = 7341;
    if ((wish->brokers != NULL &&
         !cmd_number(&cmd_init, "brokers", wish->brokers, 1, BROKERS_MAX, &brokers)) ||
        (wish->port != NULL && !cmd_number(&cmd_init, "port", wish->port, 1, 65535, &port)))
        return EXIT_USAGE;
    if (wish->port == NULL && !wish->local && (port = port_free((int)port, (int)brokers)) < 0)
        return cmd_failed(&cmd_init, "no free port on 127.0.0.1 from 7341 on; try --local");
    struct start start;
    if (!start_read(&start, wish->plan, clock_wall_ms())) {
        start_fini(&start);
        return EXIT_FAILED;
    }
    bool good = true;
    for (size_t i = 0; i < countof(folders) && good; i++)
        if (!folder(m, folders[i])) {
            buf_printf(&m->why, "cannot make %s/%s: %s", m->dir, folders[i], strerror(errno));
            good = false;
        }
    good = good && make_site_keys(m) && make_plan(m, start.plan, &start.yaml) &&
           start_put_files(&start, m->dir, &m->why) &&
           make_redis(m, wish->maxmemory == NULL ? "2gb" : wish->maxmemory) &&
           make_settings(m, (int)brokers, (int)port, wish->local);
    start_fini(&start);
    if (!good)
        return cmd_failed(&cmd_init, "%s", buf_cstr(&m->why));
    printf("made %s\n  settings  %s/faultline.conf\n  plan      %s/plan.yaml\n  keys      %s/keys "
           "(mode 0600)\n\n"
           "next:  faultline up --site %s\n",
           m->dir, m->dir, m->dir, m->dir, m->dir);
    return EXIT_DONE;
}

/* The absolute form of a folder that may not exist yet. */
static bool
absolute(char *to, size_t size, const char *dir)
{
    char here[512];
    if (dir[0] == '/')
        return snprintf(to, size, "%s", dir) < (int)size;
    return getcwd(here, sizeof(here)) != NULL && snprintf(to, size, "%s/%s", here, dir) < (int)size;
}

static int
run(int argc, char **argv)
{
    struct wish wish = { 0 };
    const struct option_row rows[] = {
        { "brokers", &wish.brokers, NULL },     { "port", &wish.port, NULL },
        { "maxmemory", &wish.maxmemory, NULL }, { "plan", &wish.plan, NULL },
        { "local", NULL, &wish.local },         { NULL, NULL, NULL }
    };
    struct words w;
    if (!cmd_options(&cmd_init, argc, argv, rows, &w))
        return EXIT_USAGE;
    if (w.count != 1)
        return cmd_usage(&cmd_init, "one folder, please");
    struct making m = { 0 };
    char conf[700];
    if (!absolute(m.dir, 512, w.list[0]))
        return cmd_failed(&cmd_init, "the folder's path is too long");
    snprintf(conf, sizeof(conf), "%s/faultline.conf", m.dir);
    if (strlen(m.dir) > 80)
        return cmd_failed(
            &cmd_init,
            "%s is too long for unix sockets in it (80 characters): choose a shorter path", m.dir);
    if (access(conf, F_OK) == 0)
        return cmd_failed(&cmd_init, "%s is a site already; nothing was changed", m.dir);
    int code = make(&m, &wish);
    for (size_t i = 0; i < m.settings_count; i++)
        buf_fini(&m.settings[i]);
    buf_fini(&m.why);
    return code;
}

const struct command cmd_init = { "init", "make a site folder: settings, keys, a sample plan", help,
                                  run };
