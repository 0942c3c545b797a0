/* mapping.c - from a row of somebody's CSV to a report. Templates are compiled into pieces once:
 * literal text, or a column's place in the row. */
#include "cli/mapping.h"

#include "cli/site.h"

#include <errno.h>
#include <stdio.h>
#include <time.h>

enum field {
    FIELD_SOURCE,
    FIELD_KEY,
    FIELD_TEXT,
    FIELD_CATEGORY,
    FIELD_CONTACT,
    FIELD_NAME,
    FIELD_LANG,
    FIELD_SITE,
    FIELD_CUSTOMER,
    FIELD_LAT,
    FIELD_LON,
    FIELD_HINT,
    FIELDS
};

static const char *const field_names[FIELDS] = {
    [FIELD_SOURCE] = "source",     [FIELD_KEY] = "key",         [FIELD_TEXT] = "text",
    [FIELD_CATEGORY] = "category", [FIELD_CONTACT] = "contact", [FIELD_NAME] = "name",
    [FIELD_LANG] = "lang",         [FIELD_SITE] = "site",       [FIELD_CUSTOMER] = "customer",
    [FIELD_LAT] = "lat",           [FIELD_LON] = "lon",         [FIELD_HINT] = "hint",
};

enum { PIECES_MAX = 24, TIMES_MAX = 8, CHANGES_MAX = 256 };

struct piece {
    char *literal; /* NULL: a column */
    char *column;
    size_t at; /* the column's place in a row */
};

struct template
{
    struct piece pieces[PIECES_MAX];
    size_t count;
};

struct change { /* what a value becomes; `from` NULL: all others */
    enum field field;
    char *from, *to;
};

struct mapping {
    char *path;
    struct template fields[FIELDS];
    struct template times[TIMES_MAX];
    char *formats[TIMES_MAX];
    size_t times_count;
    struct change changes[CHANGES_MAX];
    size_t changes_count;
    int zone_min;
    size_t columns;    /* in the heading */
    struct buf values; /* zero-terminated texts of the present row */
    int32_t lat, lon;
};

/* ---- reading the file */

static bool
compile(struct template *t, struct str text)
{
    while (text.len > 0) {
        if (t->count == PIECES_MAX)
            return false;
        bool column = text.at[0] == '{';
        struct str piece;
        if (column) {
            text.at++;
            text.len--;
            if (memchr(text.at, '}', text.len) == NULL)
                return false;
            piece = str_cut(&text, '}');
        } else {
            struct str rest = text;
            piece = str_cut(&rest, '{');
            text.at += piece.len;
            text.len -= piece.len;
        }
        t->pieces[t->count++] = (struct piece){ .literal = column ? NULL : str_dup(piece),
                                                .column = column ? str_dup(piece) : NULL };
    }
    return true;
}

static enum field
field_named(struct str name)
{
    enum field f = 0;
    while (f < FIELDS && !str_is(name, field_names[f]))
        f++;
    return f;
}

/* A word, or a quoted text, off the front. */
static struct str
word(struct str *rest)
{
    *rest = str_trim(*rest);
    if (rest->len > 0 && rest->at[0] == '"') {
        rest->at++;
        rest->len--;
        return str_cut(rest, '"');
    }
    return str_cut(rest, ' ');
}

static const char *
take_time(struct mapping *m, struct str rest)
{
    const char *mark = rest.len == 0 ? NULL : memchr(rest.at, '}', rest.len);
    if (mark == NULL || m->times_count == TIMES_MAX)
        return "time wants {column} and a format such as %Y-%m-%d";
    struct str column = { rest.at, (size_t)(mark + 1 - rest.at) };
    struct str format = str_trim((struct str){ mark + 1, rest.len - column.len });
    if (format.len == 0 || !compile(&m->times[m->times_count], column))
        return "time wants {column} and a format such as %Y-%m-%d";
    m->formats[m->times_count++] = str_dup(format);
    return NULL;
}

static const char *
take_zone(struct mapping *m, struct str rest)
{
    int hours, minutes;
    char sign;
    char *text = str_dup(rest);
    bool good =
        sscanf(text, "%c%2d:%2d", &sign, &hours, &minutes) == 3 && (sign == '+' || sign == '-');
    free(text);
    if (!good || hours > 14 || minutes > 59)
        return "zone wants an offset such as -05:00";
    m->zone_min = (hours * 60 + minutes) * (sign == '-' ? -1 : 1);
    return NULL;
}

static const char *
take_change(struct mapping *m, struct str rest, bool otherwise)
{
    enum field f = field_named(word(&rest));
    if (f == FIELDS || m->changes_count == CHANGES_MAX)
        return "wants a field's name first: category, site, ...";
    struct str from = otherwise ? (struct str){ NULL, 0 } : word(&rest);
    struct str to = word(&rest);
    m->changes[m->changes_count++] =
        (struct change){ f, otherwise ? NULL : str_dup(from), str_dup(to) };
    return NULL;
}

/* NULL, or what is wrong with the line. */
static const char *
take_line(struct mapping *m, struct str line)
{
    struct str rest = line;
    struct str name = word(&rest);
    rest = str_trim(rest);
    if (str_is(name, "time"))
        return take_time(m, rest);
    if (str_is(name, "zone"))
        return take_zone(m, rest);
    if (str_is(name, "is") || str_is(name, "else"))
        return take_change(m, rest, str_is(name, "else"));
    enum field f = field_named(name);
    if (f == FIELDS)
        return "no such field: source, key, text, category, contact, name, lang, site, customer, "
               "lat, lon, "
               "hint, time, zone, is or else";
    if (m->fields[f].count > 0)
        return "this field is there already";
    return compile(&m->fields[f], rest) ? NULL : "a '{' without its '}', or too many pieces";
}

struct mapping *
mapping_read(const char *path, struct buf *why)
{
    struct buf text = { 0 };
    if (!file_read(path, &text)) {
        buf_printf(why, "%s: %s\n", path, strerror(errno));
        buf_fini(&text);
        return NULL;
    }
    struct mapping *m = zalloc(sizeof(*m));
    m->path = str_dup(str_of(path));
    struct str rest = buf_str(&text);
    for (unsigned line = 1; rest.len > 0; line++) {
        struct str one = str_trim(str_cut(&rest, '\n'));
        const char *wrong = one.len == 0 || one.at[0] == '#' ? NULL : take_line(m, one);
        if (wrong != NULL)
            buf_printf(why, "%s:%u: %s\n", path, line, wrong);
    }
    static const enum field needed[] = { FIELD_SOURCE, FIELD_KEY, FIELD_TEXT };
    for (size_t i = 0; i < countof(needed); i++)
        if (m->fields[needed[i]].count == 0)
            buf_printf(why, "%s: has no line for '%s'\n", path, field_names[needed[i]]);
    buf_fini(&text);
    if (why->len == 0)
        return m;
    mapping_free(m);
    return NULL;
}

static void
template_fini(struct template *t)
{
    for (size_t i = 0; i < t->count; i++) {
        free(t->pieces[i].literal);
        free(t->pieces[i].column);
    }
}

void
mapping_free(struct mapping *m)
{
    for (enum field f = 0; f < FIELDS; f++)
        template_fini(&m->fields[f]);
    for (size_t i = 0; i < m->times_count; i++) {
        template_fini(&m->times[i]);
        free(m->formats[i]);
    }
    for (size_t i = 0; i < m->changes_count; i++) {
        free(m->changes[i].from);
        free(m->changes[i].to);
    }
    buf_fini(&m->values);
    free(m->path);
    free(m);
}

/* ---- the heading */

static bool
same_column(struct str head, const char *column)
{
    head = str_trim(head);
    if (head.len != strlen(column))
        return false;
    for (size_t i = 0; i < head.len; i++) {
        char c = head.at[i];
        c = c == ' ' ? '_' : c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
        if (c != column[i])
            return false;
    }
    return true;
}

static bool
find_columns(struct template *t, const struct csv_row *head, const char *path, struct buf *why)
{
    for (size_t i = 0; i < t->count; i++) {
        struct piece *p = &t->pieces[i];
        if (p->column == NULL)
            continue;
        p->at = 0;
        while (p->at < head->count && !same_column(head->fields[p->at], p->column))
            p->at++;
        if (p->at == head->count) {
            buf_printf(why, "%s wants the column {%s}, which the file does not have", path,
                       p->column);
            return false;
        }
    }
    return true;
}

bool
mapping_head(struct mapping *m, const struct csv_row *head, struct buf *why)
{
    m->columns = head->count;
    for (enum field f = 0; f < FIELDS; f++)
        if (!find_columns(&m->fields[f], head, m->path, why))
            return false;
    for (size_t i = 0; i < m->times_count; i++)
        if (!find_columns(&m->times[i], head, m->path, why))
            return false;
    return true;
}

/* ---- a row */

/* Appends the template's text and a zero; returns where it begins in m->values. */
static size_t
fill(struct mapping *m, const struct template *t, const struct csv_row *row)
{
    size_t begin = m->values.len;
    for (size_t i = 0; i < t->count; i++) {
        const struct piece *p = &t->pieces[i];
        struct str s = p->column == NULL ? str_of(p->literal) : str_trim(row->fields[p->at]);
        buf_put(&m->values, s.at, s.len);
    }
    buf_put_u8(&m->values, 0);
    return begin;
}

static const char *
changed(const struct mapping *m, enum field f, const char *value)
{
    for (size_t i = 0; i < m->changes_count; i++) {
        const struct change *c = &m->changes[i];
        if (c->field == f && (c->from == NULL || strcmp(c->from, value) == 0))
            return c->to;
    }
    return value;
}

static bool
parse_time(const struct mapping *m, const char *text, const char *format, int64_t *out)
{
    struct tm tm = { 0 };
    const char *end = strptime(text, format, &tm);
    if (end == NULL)
        return false;
    int64_t zone_s = strstr(format, "%z") != NULL ? tm.tm_gmtoff : (int64_t)m->zone_min * 60;
    tm.tm_gmtoff = 0;
    *out = ((int64_t)timegm(&tm) - zone_s) * 1000;
    return true;
}

/* The first format that fits the row's time. */
static bool
row_time(struct mapping *m, const struct csv_row *row, int64_t *out, struct buf *why)
{
    *out = 0;
    for (size_t i = 0; i < m->times_count; i++) {
        size_t at = fill(m, &m->times[i], row);
        const char *text = (const char *)m->values.data + at;
        if (parse_time(m, text, m->formats[i], out))
            return true;
        if (i + 1 == m->times_count)
            buf_printf(why, "'%.60s' is not a time of any of the mapping's formats", text);
    }
    return m->times_count == 0;
}

static bool
row_place(struct mapping *m, const char *lat, const char *lon, struct fl_report *out,
          struct buf *why)
{
    if (lat[0] == '\0' && lon[0] == '\0')
        return true;
    if (!str_e7(str_of(lat), &m->lat) || !str_e7(str_of(lon), &m->lon) || m->lat > 900000000 ||
        m->lat < -900000000) {
        buf_printf(why, "'%.30s', '%.30s' are no coordinates", lat, lon);
        return false;
    }
    if (m->lat != 0 || m->lon != 0) {
        out->lat_e7 = &m->lat;
        out->lon_e7 = &m->lon;
    }
    return true;
}

bool
mapping_row(struct mapping *m, const struct csv_row *row, struct fl_report *out, struct buf *why)
{
    size_t at[FIELDS];
    const char *values[FIELDS];
    int64_t hint = -1;
    *out = (struct fl_report){ .hint = -1 };
    if (row->count != m->columns) {
        buf_printf(why, "has %zu fields where the heading has %zu", row->count, m->columns);
        return false;
    }
    buf_clear(&m->values);
    if (!row_time(m, row, &out->occurred_at, why))
        return false;
    for (enum field f = 0; f < FIELDS; f++)
        at[f] = fill(m, &m->fields[f], row);
    for (enum field f = 0; f < FIELDS; f++)
        values[f] = changed(m, f, (const char *)m->values.data + at[f]);
    if (values[FIELD_KEY][0] == '\0') {
        buf_printf(why, "its key is empty");
        return false;
    }
    if (values[FIELD_HINT][0] != '\0' &&
        (!str_int(str_of(values[FIELD_HINT]), &hint) || hint < -1 || hint > 7)) {
        buf_printf(why, "'%.30s' is no level hint (-1 to 7)", values[FIELD_HINT]);
        return false;
    }
    out->hint = (int)hint;
    const struct {
        enum field field;
        const char **to;
    } texts[] = { { FIELD_SOURCE, &out->source },    { FIELD_KEY, &out->message_key },
                  { FIELD_TEXT, &out->text },        { FIELD_CATEGORY, &out->category },
                  { FIELD_CONTACT, &out->contact },  { FIELD_NAME, &out->name },
                  { FIELD_LANG, &out->lang },        { FIELD_SITE, &out->site },
                  { FIELD_CUSTOMER, &out->customer } };
    for (size_t i = 0; i < countof(texts); i++)
        *texts[i].to = values[texts[i].field][0] == '\0' ? NULL : values[texts[i].field];
    if (out->text == NULL)
        out->text = "(no words)";
    return row_place(m, values[FIELD_LAT], values[FIELD_LON], out, why);
}
