/* who.c - contacts.csv as an array in file order, and a map from (channel, address). */
#include "gateways/who.h"

#include "common/base/map.h"
#include "common/io/seal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

enum { COLUMNS = 6, ROWS_MAX = 1000000, FILE_MAX = 256 << 20, ADDRESS_MAX = 320 };
static const char *const columns[COLUMNS] = { "channel", "address", "customer",
                                              "site",    "name",    "lang" };

struct row {
    struct contact contact;
    char *texts[COLUMNS]; /* owned */
    struct row *next;     /* the same person's */
};

struct who {
    struct row **rows;
    size_t count, cap;
    struct map addresses; /* digest of channel and address -> row */
    struct map people;    /* digest of customer and name -> last row */
};

/* ---- keys */

/* As addresses are compared: lower case; a number without blanks, dashes, brackets; a JID bare. */
static struct str
plain(char out[ADDRESS_MAX], const char *address)
{
    size_t len = 0;
    bool number = address[0] == '+' || (address[0] >= '0' && address[0] <= '9');
    for (const char *at = address; *at != '\0'; at++)
        number = number && strchr("+0123456789 -()./", *at) != NULL;
    bool at_sign = false;
    for (; *address != '\0' && len < ADDRESS_MAX - 1; address++) {
        char c = *address;
        if (number && strchr(" -()./", c) != NULL)
            continue;
        at_sign = at_sign || c == '@';
        if (at_sign && c == '/')
            break;
        out[len++] = (char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
    }
    out[len] = '\0';
    return str_bytes(out, len);
}

static void
key_of(uint8_t key[16], struct str a, struct str b)
{
    struct buf both = { 0 };
    buf_put_str(&both, a);
    buf_put_str(&both, b);
    digest_16(key, NULL, buf_str(&both));
    buf_fini(&both);
}

static struct row *
row_of(const struct who *w, const char *channel, struct str address)
{
    uint8_t key[16];
    key_of(key, str_of(channel), address);
    return map_get(&w->addresses, key);
}

/* ---- reading */

/* The next field of a line; quotes as in RFC 4180. false: an open quote. */
static bool
cut_field(struct str *rest, struct buf *field)
{
    buf_clear(field);
    bool quoted = rest->len > 0 && rest->at[0] == '"';
    size_t i = quoted ? 1 : 0;
    for (; i < rest->len; i++) {
        if (quoted && rest->at[i] == '"') {
            if (i + 1 == rest->len || rest->at[i + 1] != '"') {
                quoted = false;
                continue;
            }
            i++;
        } else if (!quoted && rest->at[i] == ',') {
            break;
        }
        buf_put(field, rest->at + i, 1);
    }
    size_t used = i < rest->len ? i + 1 : i;
    *rest = str_bytes(rest->at + used, rest->len - used);
    return !quoted;
}

static void
enter(struct who *w, struct row *r)
{
    char address[ADDRESS_MAX];
    uint8_t key[16];
    r->contact = (struct contact){ r->texts[0], r->texts[1], r->texts[2],
                                   r->texts[3], r->texts[4], r->texts[5] };
    w->rows = grow_array(w->rows, w->count, &w->cap, sizeof(struct row *));
    w->rows[w->count++] = r;
    key_of(key, str_of(r->texts[0]), plain(address, r->texts[1]));
    if (map_get(&w->addresses, key) == NULL) /* the first one counts */
        map_put(&w->addresses, key, r);
    if (r->texts[4][0] == '\0')
        return;
    key_of(key, str_of(r->texts[2]), str_of(r->texts[4]));
    struct row *before = map_put(&w->people, key, r);
    if (before != NULL)
        before->next = r;
}

static const char *
wrong_with(const struct row *r, struct str rest)
{
    if (rest.len > 0)
        return "more than six columns";
    if (r->texts[0] == NULL || r->texts[0][0] == '\0')
        return "channel is empty: email, sms, phone, chat or web";
    if (r->texts[1] == NULL || r->texts[1][0] == '\0')
        return "address is empty";
    for (size_t i = 0; i < COLUMNS; i++)
        if (r->texts[i] != NULL && !str_is_printable(str_of(r->texts[i])))
            return "a field is not printable UTF-8";
    if ((r->texts[2] != NULL && strlen(r->texts[2]) > 31) ||
        (r->texts[3] != NULL && strlen(r->texts[3]) > 31))
        return "customer and site have at most 31 bytes";
    return NULL;
}

static void
row_free(struct row *r)
{
    for (size_t i = 0; i < COLUMNS; i++)
        free(r->texts[i]);
    free(r);
}

/* false: said. */
static bool
read_row(struct who *w, struct str line, const char *name, size_t number, struct buf *why)
{
    struct row *r = zalloc(sizeof(*r));
    struct buf field = { 0 };
    const char *wrong = NULL;
    size_t i = 0;
    for (; i < COLUMNS && line.len > 0 && wrong == NULL; i++) {
        if (!cut_field(&line, &field))
            wrong = "a quote is not closed";
        r->texts[i] = str_dup(str_trim(buf_str(&field)));
    }
    wrong = wrong != NULL ? wrong : wrong_with(r, line);
    for (; i < COLUMNS; i++)
        r->texts[i] = str_dup(STR(""));
    buf_fini(&field);
    bool heading = wrong == NULL && strcmp(r->texts[0], columns[0]) == 0 &&
                   strcmp(r->texts[1], columns[1]) == 0;
    if (wrong == NULL && !heading) {
        enter(w, r);
        return true;
    }
    row_free(r);
    if (wrong != NULL)
        buf_printf(why, "%s:%zu: %s (channel,address,customer,site,name,lang)", name, number,
                   wrong);
    return wrong == NULL;
}

struct who *
who_read(const char *name, struct str csv, struct buf *why)
{
    struct who *w = zalloc(sizeof(*w));
    map_init(&w->addresses, 16);
    map_init(&w->people, 16);
    bool good = true;
    for (size_t number = 1; csv.len > 0 && good; number++) {
        struct str line = str_trim(str_cut(&csv, '\n'));
        if (line.len > 0 && line.at[0] != '#')
            good = read_row(w, line, name, number, why);
        if (w->count > ROWS_MAX) {
            buf_printf(why, "%s: more than %d rows", name, ROWS_MAX);
            good = false;
        }
    }
    if (good)
        return w;
    who_free(w);
    return NULL;
}

struct who *
who_open(const char *path, struct buf *why)
{
    struct buf text = { 0 };
    struct who *w = NULL;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t got = fd < 0 && errno == ENOENT ? 0 : -1;
    while (fd >= 0 && text.len < FILE_MAX && (got = read(fd, buf_reserve(&text, 65536), 65536)) > 0)
        text.len += (size_t)got;
    if (got < 0)
        buf_printf(why, "%s: %s", path, strerror(errno));
    else
        w = who_read(path, buf_str(&text), why);
    if (fd >= 0)
        close(fd);
    buf_fini(&text);
    return w;
}

void
who_free(struct who *w)
{
    if (w == NULL)
        return;
    for (size_t i = 0; i < w->count; i++)
        row_free(w->rows[i]);
    free(w->rows);
    map_fini(&w->addresses);
    map_fini(&w->people);
    free(w);
}

/* ---- asking */

static struct row *
find(const struct who *w, const char *channel, const char *address)
{
    char text[ADDRESS_MAX];
    struct str key = plain(text, address);
    struct row *r = row_of(w, channel, key);
    const char *domain = key.len == 0 ? NULL : memrchr(key.at, '@', key.len);
    if (r == NULL && domain != NULL)
        r = row_of(w, channel, str_bytes(domain, key.len - (size_t)(domain - key.at)));
    return r == NULL ? row_of(w, channel, STR("*")) : r;
}

const struct contact *
who_is(const struct who *w, const char *channel, const char *address)
{
    const struct row *r = find(w, channel, address);
    return r == NULL ? NULL : &r->contact;
}

const struct contact *
who_next(const struct who *w, const char *channel, const char *address)
{
    char text[ADDRESS_MAX];
    const struct row *r = row_of(w, channel, plain(text, address));
    for (r = r == NULL ? NULL : r->next; r != NULL; r = r->next)
        if (r->texts[1][0] != '*' && r->texts[1][0] != '@')
            return &r->contact;
    return NULL;
}

size_t
who_count(const struct who *w)
{
    return w->count;
}
