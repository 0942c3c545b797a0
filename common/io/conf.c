/* conf.c - a site's settings: one table, read from a file, written to a file.
 *
 * Every row knows its kind; every kind is one function that checks a value and stores it.
 * Whatever is wrong is said with its file and line (or the --set), and the process ends. */
#include "common/io/conf.h"
#include "common/base/buf.h"
#include "common/io/log.h"
#include "common/io/z85.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <sys/un.h>

enum { FILE_MAX = 64 * 1024, UNIX_PATH_MAX_ = sizeof(((struct sockaddr_un *)0)->sun_path) - 1 };

struct row;
/* Stores a value; false, with `why` filled, when it is none of this kind. */
typedef bool kind_fn(struct conf *c, const struct row *row, struct str value, struct buf *why);
static kind_fn kind_text, kind_hex, kind_z85, kind_path, kind_redis, kind_brokers, kind_number;

struct row {
    const char *name;
    kind_fn *kind;
    size_t at, size; /* in struct conf */
    const char *standard;
    const char *meaning;
    int64_t least, most; /* of numbers */
};

#define AT(field) offsetof(struct conf, field), sizeof(((struct conf *)0)->field)
#define WORD(field, kind, standard, meaning)                                                       \
    {                                                                                              \
#field, kind, AT(field), standard, meaning, 0, 0                                           \
    }
#define NUMBER(field, standard, least, most, meaning)                                              \
    {                                                                                              \
#field, kind_number, AT(field), standard, meaning, least, most                             \
    }

static const struct row rows[] = {
    WORD(redis, kind_redis, "unix:run/redis.sock", "Where Redis is: unix:PATH or tcp:HOST:PORT."),
    WORD(redis_broker_password, kind_text, "", "Redis' password of the ACL user \"broker\"."),
    WORD(redis_worker_password, kind_text, "", "Redis' password of the ACL user \"worker\"."),
    WORD(redis_operator_password, kind_text, "",
         "Redis' password of the ACL user \"operator\": plan apply, audit, tickets."),
    WORD(brokers, kind_brokers, "ipc://run/broker.sock",
         "ZeroMQ endpoints of the brokers, with blanks between: ipc://PATH or tcp://HOST:PORT."),
    WORD(broker_key, kind_path, "keys/broker.key", "Key file of the brokers' CURVE pair."),
    WORD(pool_key, kind_path, "keys/pool.key", "Key file of the pool: for workers and operators."),
    WORD(operator_key, kind_path, "keys/operator.key", "Key file that signs plans."),
    WORD(
        operator_public, kind_hex, "",
        "Public half of the operator's signing key: 64 hex digits. Brokers check the map with it."),
    WORD(pool_public, kind_hex, "",
         "Public half of the pool's seal key: 64 hex digits. Clients seal to it."),
    WORD(
        broker_public, kind_z85, "",
        "Public half of the brokers' CURVE key: 40 characters of z85. Clients know brokers by it."),
    WORD(keys_dir, kind_path, "keys", "Folder of the principals' key files: NAME.key."),
    WORD(plan, kind_path, "plan.yaml", "The plan: territories, sites, customers, engineers."),
    WORD(anchors, kind_path, "anchors",
         "Folder where audit heads are anchored; best on another machine's disk than Redis'."),
    WORD(archive, kind_path, "archive",
         "Folder of archive files: log entries and closed tickets that have left Redis."),
    WORD(spool_dir, kind_path, "spool", "Folder of the clients' durable spools."),
    NUMBER(lease_ms, "6000", 200, 600000,
           "A worker silent for so long may lose its territories (ms)."),
    NUMBER(beat_ms, "1000", 20, 60000, "Between two beats of a worker (ms)."),
    NUMBER(batch, "256", 1, 4000, "Inbox entries in one commit."),
    NUMBER(inbox_max, "200000", 1, 100000000,
           "Entries that may wait in a territory; past it senders are told BUSY."),
    NUMBER(mailbox_max, "10000", 1, 10000000,
           "Letters that may wait for one recipient; past it he must synchronise."),
    NUMBER(watch_max, "10000", 1, 10000000, "Letters kept in the dispatchers' stream."),
    NUMBER(memory_busy_percent, "80", 1, 100,
           "Of Redis' maxmemory: past it senders are told BUSY."),
    NUMBER(anchor_ms, "60000", 100, 86400000, "Between two anchors of the audit head (ms)."),
    NUMBER(archive_after_s, "2592000", 0, 3153600000,
           "Log entries and closed tickets older than this leave Redis for archive files (s; 0: "
           "never)."),
    NUMBER(
        planner_steps, "4000", 0, 10000000,
        "Steps in each run of the planner of appointments, some 15 microseconds each (0: never)."),
    NUMBER(clock_limit_ms, "2000", 1, 3600000,
           "Own clock and Redis' may differ by so much before timers stop (ms)."),
};

/* ---- kinds */

static bool
kind_text(struct conf *c, const struct row *row, struct str value, struct buf *why)
{
    if (str_fill((char *)c + row->at, row->size, value))
        return true;
    buf_printf(why, "is longer than %zu bytes", row->size - 1);
    return false;
}

static bool
kind_hex(struct conf *c, const struct row *row, struct str value, struct buf *why)
{
    uint8_t raw[32];
    if (value.len == 0 || hex_to(raw, sizeof(raw), value))
        return kind_text(c, row, value, why);
    buf_printf(why, "needs 64 hex digits");
    return false;
}

static bool
kind_z85(struct conf *c, const struct row *row, struct str value, struct buf *why)
{
    uint8_t raw[32];
    if (value.len == 0 || z85_to(raw, sizeof(raw), value))
        return kind_text(c, row, value, why);
    buf_printf(why, "needs 40 characters of z85");
    return false;
}

/* `scheme` and `path`, which begins at the site folder unless it begins with '/'. */
static bool
fill_path(const struct conf *c, char *to, size_t size, struct str scheme, struct str path,
          struct buf *why)
{
    bool whole = path.len > 0 && (path.at[0] == '/' || path.at[0] == '@');
    struct buf text = { 0 };
    buf_printf(&text, "%.*s%s%s%.*s", STR_ARG(scheme), whole ? "" : c->dir, whole ? "" : "/",
               STR_ARG(path));
    bool good = path.len > 0 && str_fill(to, size, buf_str(&text));
    buf_fini(&text);
    if (!good)
        buf_printf(why, path.len == 0 ? "needs a path" : "is too long a path");
    return good;
}

/* The same for a unix socket, whose path the kernel keeps short. */
static bool
fill_socket(const struct conf *c, char *to, size_t size, struct str scheme, struct str path,
            struct buf *why)
{
    if (!fill_path(c, to, size, scheme, path, why))
        return false;
    if (strlen(to) - scheme.len <= UNIX_PATH_MAX_)
        return true;
    buf_printf(why, "gives a socket path of more than %d bytes: give a shorter absolute path",
               (int)UNIX_PATH_MAX_);
    return false;
}

static bool
kind_path(struct conf *c, const struct row *row, struct str value, struct buf *why)
{
    return fill_path(c, (char *)c + row->at, row->size, STR(""), value, why);
}

/* HOST:PORT with a port from 1 to 65535. */
static bool
is_host_port(struct str s)
{
    const char *colon = s.len == 0 ? NULL : memrchr(s.at, ':', s.len);
    if (colon == NULL || colon == s.at)
        return false;
    int64_t port = 0;
    struct str digits = { colon + 1, s.len - (size_t)(colon + 1 - s.at) };
    return str_int(digits, &port) && port >= 1 && port <= 65535;
}

static struct str
after(struct str s, struct str prefix)
{
    return (struct str){ s.at + prefix.len, s.len - prefix.len };
}

static bool
kind_redis(struct conf *c, const struct row *row, struct str value, struct buf *why)
{
    struct str local = STR("unix:"), remote = STR("tcp:");
    if (str_starts(value, local))
        return fill_socket(c, (char *)c + row->at, row->size, local, after(value, local), why);
    if (str_starts(value, remote) && is_host_port(after(value, remote)))
        return kind_text(c, row, value, why);
    buf_printf(why, "needs unix:PATH or tcp:HOST:PORT");
    return false;
}

static bool
put_broker(struct conf *c, struct str value, struct buf *why)
{
    struct str local = STR("ipc://"), remote = STR("tcp://");
    if (c->brokers_count == BROKERS_MAX) {
        buf_printf(why, "names more than %d brokers", BROKERS_MAX);
        return false;
    }
    char *to = c->brokers[c->brokers_count++];
    if (str_starts(value, local))
        return fill_socket(c, to, sizeof(c->brokers[0]), local, after(value, local), why);
    if (str_starts(value, remote) && is_host_port(after(value, remote)) &&
        str_fill(to, sizeof(c->brokers[0]), value))
        return true;
    buf_printf(why, "needs ipc://PATH or tcp://HOST:PORT where it says \"%.*s\"", STR_ARG(value));
    return false;
}

static bool
kind_brokers(struct conf *c, const struct row *row, struct str value, struct buf *why)
{
    memset((char *)c + row->at, 0, row->size);
    c->brokers_count = 0;
    while (value.len > 0) {
        struct str one = str_trim(str_cut(&value, ' '));
        if (one.len > 0 && !put_broker(c, one, why))
            return false;
    }
    if (c->brokers_count == 0)
        buf_printf(why, "names no broker");
    return c->brokers_count > 0;
}

static bool
kind_number(struct conf *c, const struct row *row, struct str value, struct buf *why)
{
    int64_t n = 0;
    if (!str_int(value, &n) || n < row->least || n > row->most) {
        buf_printf(why, "needs a whole number from %lld to %lld", (long long)row->least,
                   (long long)row->most);
        return false;
    }
    memcpy((char *)c + row->at, &n, sizeof(n));
    return true;
}

/* ---- reading */

/* countof(rows) when there is none of that name. */
static size_t
find_row(struct str name)
{
    size_t i = 0;
    while (i < countof(rows) && !str_is(name, rows[i].name))
        i++;
    return i;
}

/* `place` says where the words stand: a file and line, or the command line. */
static void
set_value(struct conf *c, size_t row, struct str value, const char *place)
{
    struct buf why = { 0 };
    if (!rows[row].kind(c, &rows[row], value, &why)) {
        bool secret = strstr(rows[row].name, "password") != NULL;
        die("%s: %s %s%s%s", place, rows[row].name, buf_cstr(&why), secret ? "" : ", not ",
            secret ? "" : log_quote(value.at, value.len));
    }
    buf_fini(&why);
}

bool
conf_knows(const char *assignment)
{
    struct str rest = str_of(assignment);
    return find_row(str_cut(&rest, '=')) < countof(rows);
}

static size_t
need_row(struct str name, const char *place)
{
    size_t row = find_row(name);
    if (row == countof(rows))
        die("%s: there is no setting %s: \"faultline init\" writes a file with all of them", place,
            log_quote(name.at, name.len));
    return row;
}

static void
read_line(struct conf *c, struct str line, const char *path, size_t number,
          size_t lines[countof(rows)])
{
    char place[2 * PATH_MAX];
    line = str_trim(line);
    if (line.len == 0 || line.at[0] == '#')
        return;
    snprintf(place, sizeof(place), "%s:%zu", path, number);
    size_t name_len = 0;
    while (name_len < line.len && line.at[name_len] != ' ' && line.at[name_len] != '\t')
        name_len++;
    size_t row = need_row((struct str){ line.at, name_len }, place);
    if (lines[row] != 0)
        die("%s: %s stands on line %zu already: remove one", place, rows[row].name, lines[row]);
    lines[row] = number;
    set_value(c, row, str_trim((struct str){ line.at + name_len, line.len - name_len }), place);
}

static void
read_file(struct conf *c, const char *path)
{
    static char text[FILE_MAX];
    size_t lines[countof(rows)] = { 0 }, number = 0;
    FILE *file = fopen(path, "re");
    if (file == NULL)
        die("%s: %s: a site folder has this file; \"faultline init\" makes one", path,
            strerror(errno));
    struct str rest = { text, fread(text, 1, sizeof(text), file) };
    if (ferror(file))
        die("%s: %s", path, strerror(errno));
    if (rest.len == sizeof(text))
        die("%s: is longer than %d bytes", path, FILE_MAX);
    fclose(file);
    while (rest.len > 0)
        read_line(c, str_cut(&rest, '\n'), path, ++number, lines);
    explicit_bzero(text, sizeof(text)); /* passwords */
}

static void
read_override(struct conf *c, const char *words)
{
    char place[160];
    struct str value = str_of(words);
    struct str name = str_trim(str_cut(&value, '='));
    snprintf(place, sizeof(place), "--set %.*s", name.len > 100 ? 100 : (int)name.len, name.at);
    if (strchr(words, '=') == NULL)
        die("%s: write --set name=value", place);
    set_value(c, need_row(name, place), str_trim(value), place);
}

static void
set_standards(struct conf *c)
{
    for (size_t i = 0; i < countof(rows); i++)
        set_value(c, i, str_of(rows[i].standard), "standard value");
}

void
conf_load(struct conf *c, const char *dir, const char *const *overrides)
{
    char whole[PATH_MAX], path[PATH_MAX + 32];
    memset(c, 0, sizeof(*c));
    if (realpath(dir, whole) == NULL)
        die("site folder %s: %s", dir, strerror(errno));
    if (!str_fill(c->dir, sizeof(c->dir), str_of(whole)))
        die("site folder %s: its path is longer than %zu bytes", dir, sizeof(c->dir) - 1);
    snprintf(path, sizeof(path), "%s/faultline.conf", whole);
    set_standards(c);
    read_file(c, path);
    for (size_t i = 0; overrides != NULL && overrides[i] != NULL; i++)
        read_override(c, overrides[i]);
    if (c->lease_ms < 3 * c->beat_ms)
        die("%s: lease_ms (%lld) must be at least three times beat_ms (%lld), or one late beat "
            "loses territories",
            path, (long long)c->lease_ms, (long long)c->beat_ms);
}

/* ---- writing */

void
conf_write(struct buf *out, const char *const *values)
{
    struct str given[countof(rows)] = { 0 };
    for (size_t i = 0; values != NULL && values[i] != NULL; i++) {
        struct str value = str_of(values[i]);
        struct str name = str_cut(&value, '=');
        size_t row = find_row(name);
        assert(row < countof(rows)); /* the caller's spelling */
        given[row] = value;
    }
    buf_printf(out, "# A Faultline site. `name value` a line; relative paths begin at this file's "
                    "folder.\n# A line that begins with # is a comment; those below show the "
                    "standard values.\n");
    for (size_t i = 0; i < countof(rows); i++) {
        bool is_given = given[i].at != NULL;
        struct str value = is_given ? given[i] : str_of(rows[i].standard);
        buf_printf(out, "\n# %s\n%s%s%s%.*s\n", rows[i].meaning, is_given ? "" : "#", rows[i].name,
                   value.len == 0 ? "" : " ", STR_ARG(value));
    }
}
