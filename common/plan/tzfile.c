/* tzfile.c - "TZif" files, version 2 and later, and the POSIX rule that ends them. Numbers are
 * big-endian. The block for 32-bit readers comes first and is skipped. */
#include "common/plan/tzfile.h"

#include "common/plan/date.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

enum { FILE_MAX = 1 << 20, HEADER = 44, LAST_YEAR = 2200, TYPES_MAX = 256 };

static uint32_t
big32(struct cur *c)
{
    return __builtin_bswap32(cur_u32(c));
}

struct header {
    uint8_t version;
    uint32_t utc_flags, std_flags, leaps, times, types, chars;
};

static bool
header_read(struct cur *c, struct header *h)
{
    char magic[4], reserved[15];
    cur_get(c, magic, sizeof(magic));
    h->version = cur_u8(c);
    cur_get(c, reserved, sizeof(reserved));
    h->utc_flags = big32(c);
    h->std_flags = big32(c);
    h->leaps = big32(c);
    h->times = big32(c);
    h->types = big32(c);
    h->chars = big32(c);
    return !c->failed && memcmp(magic, "TZif", 4) == 0 && h->version >= '2' && h->types >= 1 &&
           h->types <= TYPES_MAX && h->times < FILE_MAX && h->leaps < FILE_MAX &&
           h->chars < FILE_MAX && h->utc_flags <= h->types && h->std_flags <= h->types;
}

static void
skip(struct cur *c, size_t len)
{
    if (c->failed || len > (size_t)(c->end - c->at))
        c->failed = true;
    else
        c->at += len;
}

/* The 64-bit block. Zones with leap seconds ("right/...") are none of ours. */
static bool
block(struct cur *c, int32_t *first_s, struct zone_change **changes, size_t *count, size_t *cap)
{
    struct header h;
    int32_t offsets[TYPES_MAX];
    if (!header_read(c, &h) || h.leaps != 0)
        return false;
    struct cur times = *c, kinds = *c;
    skip(c, (size_t)h.times * 8);
    kinds = *c;
    skip(c, h.times);
    for (uint32_t i = 0; i < h.types; i++) {
        offsets[i] = (int32_t)big32(c);
        skip(c, 2);
    }
    skip(c, h.chars + h.std_flags + h.utc_flags);
    if (c->failed)
        return false;
    *first_s = offsets[0];
    for (uint32_t i = 0; i < h.times; i++) {
        int64_t at_s = (int64_t)__builtin_bswap64(cur_u64(&times));
        uint8_t kind = cur_u8(&kinds);
        if (kind >= h.types)
            return false;
        if (at_s < -((int64_t)1 << 40) || at_s > (int64_t)1 << 40)
            continue; /* the "big bang" of some files */
        *changes = grow_array(*changes, *count, cap, sizeof(**changes));
        (*changes)[(*count)++] = (struct zone_change){ at_s * SECONDS, offsets[kind] };
    }
    return true;
}

static bool
parse(struct str text, int32_t *first_s, struct zone_change **changes, size_t *count)
{
    struct header h;
    size_t cap = 0;
    struct cur c = cur_of(text);
    if (!header_read(&c, &h))
        return false;
    skip(&c, (size_t)h.times * 5 + (size_t)h.types * 6 + h.chars + (size_t)h.leaps * 8 +
                 h.std_flags + h.utc_flags);
    if (!block(&c, first_s, changes, count, &cap))
        return false;
    struct str rule = str_trim(str_bytes(c.at, (size_t)(c.end - c.at)));
    instant last = *count == 0 ? INT64_MIN : (*changes)[*count - 1].at;
    return rule.len == 0 || tzfile_rule(rule, last, changes, count, &cap);
}

/* Names such as "America/Argentina/Ushuaia"; never a path out of the folder. */
static bool
is_name(const char *name)
{
    size_t len = strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+-/");
    return len > 0 && len < 64 && name[len] == '\0' && name[0] != '/' && name[len - 1] != '/';
}

bool
tzfile_read(const char *name, int32_t *first_s, struct zone_change **changes, size_t *count)
{
    const char *folder = getenv("TZDIR");
    struct buf path = { 0 }, text = { 0 };
    *changes = NULL;
    *count = 0;
    if (!is_name(name))
        return false;
    buf_printf(&path, "%s/%s", folder == NULL ? "/usr/share/zoneinfo" : folder, name);
    int fd = open(buf_cstr(&path), O_RDONLY | O_CLOEXEC);
    buf_fini(&path);
    if (fd < 0)
        return false;
    for (ssize_t got = 1; got > 0 && text.len < FILE_MAX;) {
        got = read(fd, buf_reserve(&text, 65536), 65536);
        text.len += got > 0 ? (size_t)got : 0;
    }
    close(fd);
    bool good = parse(buf_str(&text), first_s, changes, count);
    buf_fini(&text);
    if (!good) {
        free(*changes);
        *changes = NULL;
        *count = 0;
    }
    return good;
}

/* ---- the rule */

struct turn {
    char kind; /* 'M': month, week, weekday; 'J': day of the year, no leap day; '0': the same with
                  it */
    int a, b, c;
    int32_t time_s;
};

static bool
take(struct str *s, char mark)
{
    if (s->len == 0 || s->at[0] != mark)
        return false;
    *s = str_bytes(s->at + 1, s->len - 1);
    return true;
}

static bool
number(struct str *s, int most, int *out)
{
    size_t len = 0;
    for (*out = 0; len < s->len && len < 4 && s->at[len] >= '0' && s->at[len] <= '9'; len++)
        *out = *out * 10 + s->at[len] - '0';
    *s = str_bytes(s->at + len, s->len - len);
    return len > 0 && *out <= most;
}

static bool
name(struct str *s)
{
    size_t len = 0;
    if (take(s, '<')) {
        struct str inside = str_cut(s, '>');
        return inside.len > 0;
    }
    while (len < s->len && ((s->at[len] | 0x20) >= 'a' && (s->at[len] | 0x20) <= 'z'))
        len++;
    *s = str_bytes(s->at + len, s->len - len);
    return len >= 3;
}

/* [+-]hh[:mm[:ss]] */
static bool
clock_time(struct str *s, int32_t *out)
{
    int h = 0, m = 0, sec = 0;
    bool minus = take(s, '-');
    if (!minus)
        take(s, '+');
    if (!number(s, 167, &h) || (take(s, ':') && !number(s, 59, &m)) ||
        (take(s, ':') && !number(s, 59, &sec)))
        return false;
    *out = (minus ? -1 : 1) * (h * 3600 + m * 60 + sec);
    return true;
}

static bool
turn_read(struct str *s, struct turn *t)
{
    *t = (struct turn){ .kind = '0', .time_s = 7200 };
    if (!take(s, ','))
        return false;
    if (take(s, 'M')) {
        t->kind = 'M';
        if (!number(s, 12, &t->a) || t->a < 1 || !take(s, '.') || !number(s, 5, &t->b) ||
            t->b < 1 || !take(s, '.') || !number(s, 6, &t->c))
            return false;
    } else {
        t->kind = take(s, 'J') ? 'J' : '0';
        if (!number(s, 365, &t->a) || (t->kind == 'J' && t->a == 0))
            return false;
    }
    return !take(s, '/') || clock_time(s, &t->time_s);
}

static instant
turn_wall(const struct turn *t, int year)
{
    int64_t day, new_year = date_day((struct date){ year, 1, 1 });
    bool leap = date_month_days(year, 2) == 29;
    if (t->kind == 'M') {
        int64_t first = date_day((struct date){ year, (unsigned)t->a, 1 });
        int sunday = (int)(date_weekday(first) + 1) % 7; /* POSIX: 0 is Sunday */
        day = first + (t->c - sunday + 7) % 7 + 7 * (t->b - 1);
        if (day >= first + date_month_days(year, (unsigned)t->a))
            day -= 7;
    } else if (t->kind == 'J') {
        day = new_year + t->a - 1 + (leap && t->a >= 60);
    } else {
        day = new_year + t->a;
    }
    return day * DAYS + t->time_s * SECONDS;
}

bool
tzfile_rule(struct str rule, instant after, struct zone_change **changes, size_t *count,
            size_t *cap)
{
    int32_t std_s = 0, dst_s = 0;
    struct turn start, end;
    if (!name(&rule) || !clock_time(&rule, &std_s))
        return false;
    std_s = -std_s;
    if (rule.len == 0)
        return true;
    if (!name(&rule))
        return false;
    dst_s = std_s + 3600;
    if (rule.len > 0 && rule.at[0] != ',') {
        if (!clock_time(&rule, &dst_s))
            return false;
        dst_s = -dst_s;
    }
    if (!turn_read(&rule, &start) || !turn_read(&rule, &end) || rule.len != 0)
        return false;
    int first = after < 0 ? 1970 : date_of(after / DAYS).year;
    for (int year = first; year < LAST_YEAR; year++) {
        const struct zone_change pair[] = {
            { turn_wall(&start, year) - std_s * SECONDS, dst_s },
            { turn_wall(&end, year) - dst_s * SECONDS, std_s },
        };
        for (size_t i = 0; i < countof(pair); i++) {
            if (pair[i].at <= after)
                continue;
            *changes = grow_array(*changes, *count, cap, sizeof(**changes));
            (*changes)[(*count)++] = pair[i];
        }
    }
    return true;
}
