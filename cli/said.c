/* said.c - a verb and what is said besides it. A row for each detail: how its text is taken. */
#include "cli/said.h"

#include "cli/when.h"
#include "common/io/clock.h"
#include "common/wire/names.h"

void
said_init(struct said *s, const struct verb_row *row)
{
    *s = (struct said){ .row = row };
}

void
said_fini(struct said *s)
{
    arena_fini(&s->words);
}

static const char *
word(struct said *s, struct str text)
{
    char *copy = arena_alloc(&s->words, text.len + 1); /* zeroed */
    if (text.len > 0)
        memcpy(copy, text.at, text.len);
    return copy;
}

/* ---- each detail */

typedef bool set_fn(struct said *s, struct str value, struct buf *why);

static bool
set_reason(struct said *s, struct str value, struct buf *why)
{
    enum reason r = reason_named(value);
    s->details.reason = word(s, value);
    if (r != REASONS && (s->row->reasons >> r & 1))
        return true;
    buf_printf(why, "%s takes one of these reasons, not '%.*s': ", verb_name(s->row->verb),
               STR_ARG(value));
    verb_reasons(s->row, why);
    return false;
}

static bool
instant_of(struct str value, int64_t *out, struct buf *why)
{
    if (when_parse(value, clock_wall_ms(), out))
        return true;
    buf_printf(why, "'%.*s' is no time: say " WHEN_FORMS, STR_ARG(value));
    return false;
}

static bool
set_from(struct said *s, struct str value, struct buf *why)
{
    return instant_of(value, &s->details.from, why);
}

static bool
set_until(struct said *s, struct str value, struct buf *why)
{
    return instant_of(value, &s->details.until, why);
}

static bool
set_at(struct said *s, struct str value, struct buf *why)
{
    return instant_of(value, &s->at, why);
}

static bool
set_engineer(struct said *s, struct str value, struct buf *why)
{
    (void)why;
    s->details.engineer = word(s, value);
    return true;
}

static bool
set_other(struct said *s, struct str value, struct buf *why)
{
    s->details.other = s->other;
    if (hex_to(s->other, sizeof(s->other), value))
        return true;
    buf_printf(why, "'%.*s' is no ticket's id of 32 hex digits", STR_ARG(value));
    return false;
}

static bool
set_level(struct said *s, struct str value, struct buf *why)
{
    (void)why;
    s->details.level = word(s, value);
    return true;
}

static bool
set_object(struct said *s, struct str value, struct buf *why)
{
    int64_t n;
    if (str_int(value, &n) && n >= 1 && n <= UINT16_MAX) {
        s->details.object = (uint16_t)n;
        return true;
    }
    buf_printf(why, "'%.*s' is no linked object's number: 'faultline ticket' shows them",
               STR_ARG(value));
    return false;
}

static bool
set_name(struct said *s, struct str value, struct buf *why)
{
    (void)why;
    s->details.name = word(s, value);
    return true;
}

static bool
set_amount(struct said *s, struct str value, struct buf *why)
{
    s->details.amount = &s->amount;
    if (str_int(value, &s->amount) && s->amount >= 0)
        return true;
    buf_printf(why, "'%.*s' is no amount: a whole number, prices in minor units (cents)",
               STR_ARG(value));
    return false;
}

static bool
set_warranty(struct said *s, struct str value, struct buf *why)
{
    (void)value;
    (void)why;
    s->details.warranty = true;
    return true;
}

static bool
set_code(struct said *s, struct str value, struct buf *why)
{
    (void)why;
    s->details.code = word(s, value);
    return true;
}

static bool
set_place(struct said *s, struct str value, struct buf *why)
{
    struct str lon = value, lat = str_cut(&lon, ',');
    s->details.lat_e7 = &s->lat_e7;
    s->details.lon_e7 = &s->lon_e7;
    if (str_e7(lat, &s->lat_e7) && str_e7(lon, &s->lon_e7) && s->lat_e7 >= -900000000 &&
        s->lat_e7 <= 900000000)
        return true;
    buf_printf(why, "'%.*s' is no place: decimal degrees, as 42.355,-71.06", STR_ARG(value));
    return false;
}

static bool
set_section(struct said *s, struct str value, struct buf *why)
{
    struct str text = value, name = str_cut(&text, '=');
    size_t count = s->details.sections_count;
    bool known = section_named(name) != SECTIONS && text.len > 0;
    for (size_t i = 0; i < count && known; i++)
        known = !str_is(name, s->sections[i].name);
    if (!known) {
        buf_printf(why, "'%.*s' is no SECTION=TEXT, or said twice; sections:", STR_ARG(value));
        for (unsigned i = 0; i < SECTIONS; i++)
            buf_printf(why, " %s", section_name(i));
        return false;
    }
    s->sections[count] = (struct fl_section){ word(s, name), word(s, text) };
    s->details.sections = s->sections;
    s->details.sections_count++;
    return true;
}

static bool
set_note(struct said *s, struct str value, struct buf *why)
{
    (void)why;
    s->note = word(s, value);
    return true;
}

static set_fn *const setters[DETAILS] = {
    [DETAIL_REASON] = set_reason,     [DETAIL_FROM] = set_from,   [DETAIL_UNTIL] = set_until,
    [DETAIL_ENGINEER] = set_engineer, [DETAIL_OTHER] = set_other, [DETAIL_LEVEL] = set_level,
    [DETAIL_OBJECT] = set_object,     [DETAIL_NAME] = set_name,   [DETAIL_AMOUNT] = set_amount,
    [DETAIL_WARRANTY] = set_warranty, [DETAIL_CODE] = set_code,   [DETAIL_PLACE] = set_place,
    [DETAIL_SECTION] = set_section,   [DETAIL_AT] = set_at,       [DETAIL_NOTE] = set_note,
};

bool
said_set(struct said *s, enum detail d, struct str value, struct buf *why)
{
    if (!verb_takes(s->row, d)) {
        buf_printf(why, "%s takes no %s", verb_name(s->row->verb), detail_rows[d].option);
        return false;
    }
    s->set |= 1u << d;
    return setters[d](s, value, why);
}

bool
said_whole(const struct said *s, struct buf *why)
{
    unsigned missing = s->row->needs & ~s->set;
    const char *between = "";
    if (missing == 0)
        return true;
    buf_printf(why, "%s needs ", verb_name(s->row->verb));
    for (enum detail d = 0; d < DETAILS; d++)
        if (missing >> d & 1) {
            buf_printf(why, "%sa %s", between, detail_rows[d].option);
            between = " and ";
            if (d == DETAIL_REASON) {
                buf_printf(why, " (");
                verb_reasons(s->row, why);
                buf_printf(why, ")");
            }
        }
    return false;
}

void
said_event(const struct said *s, struct fl_event *e)
{
    e->verb = verb_name(s->row->verb);
    e->note = s->note;
    e->occurred_at = s->at;
    e->details = &s->details;
}

/* ---- a line */

/* The next word; what stands in quotes is one word, without them. */
static struct str
next_word(struct str *rest, bool *quoted)
{
    *rest = str_trim(*rest);
    *quoted = rest->len > 0 && rest->at[0] == '"';
    if (!*quoted)
        return str_cut(rest, ' ');
    *rest = (struct str){ rest->at + 1, rest->len - 1 };
    return str_cut(rest, '"');
}

/* SECTION="TEXT", or SECTION=TEXT of one word. */
static bool
line_section(struct said *s, struct str *rest, struct buf *why, bool *good)
{
    struct str after = *rest, name = str_cut(&after, '=');
    bool quoted;
    if (!verb_takes(s->row, DETAIL_SECTION) || section_named(name) == SECTIONS)
        return false;
    struct buf both = { 0 };
    struct str text = next_word(&after, &quoted);
    buf_printf(&both, "%.*s=%.*s", STR_ARG(name), STR_ARG(text));
    *good = said_set(s, DETAIL_SECTION, buf_str(&both), why);
    *rest = after;
    buf_fini(&both);
    return true;
}

/* A word that says by itself what it is: a reason, #2, x3, warranty. */
static enum detail
bare(const struct said *s, struct str w, struct str *value)
{
    enum reason r = reason_named(w);
    int64_t n;
    struct str tail = { w.at + 1, w.len - 1 };
    *value = w;
    if (r != REASONS && (s->row->reasons >> r & 1))
        return DETAIL_REASON;
    if (str_is(w, "warranty"))
        return DETAIL_WARRANTY;
    if (w.len < 2 || !str_int(tail, &n))
        return DETAILS;
    *value = tail;
    return w.at[0] == '#' ? DETAIL_OBJECT : w.at[0] == 'x' ? DETAIL_AMOUNT : DETAILS;
}

/* A word that says what the next one is: until, to, code, at. */
static enum detail
announced(struct str w)
{
    for (enum detail d = 0; d < DETAILS; d++) {
        struct str line = str_of(detail_rows[d].line);
        struct str first = str_cut(&line, ' ');
        if (line.len > 0 && str_eq(first, w))
            return d;
    }
    return DETAILS;
}

static bool
open_for(const struct said *s, enum detail d)
{
    return d != DETAILS && verb_takes(s->row, d) && (s->set >> d & 1) == 0;
}

/* Takes one detail off the front of the line. false: none begins here. */
static bool
line_detail(struct said *s, struct str *rest, struct buf *why, bool *good)
{
    struct str after = *rest, value;
    bool quoted;
    if (line_section(s, rest, why, good))
        return true;
    struct str w = next_word(&after, &quoted);
    enum detail d = quoted || w.len == 0 ? DETAILS : bare(s, w, &value);
    if (!open_for(s, d) && !quoted) {
        d = announced(w);
        if (open_for(s, d))
            value = next_word(&after, &quoted);
    }
    if (!open_for(s, d)) { /* a name is in quotes, or the first word that is nothing else */
        d = DETAIL_NAME;
        value = w;
        if (!open_for(s, d) || w.len == 0 || !(quoted || (s->row->needs >> d & 1)))
            return false;
    }
    *good = said_set(s, d, value, why);
    *rest = after;
    return true;
}

bool
said_line(struct said *s, struct str rest, struct buf *why)
{
    bool good = true, quoted;
    rest = str_trim(rest);
    while (good && rest.len > 0 && line_detail(s, &rest, why, &good))
        rest = str_trim(rest);
    if (!good || rest.len == 0)
        return good;
    struct str whole = rest, words = next_word(&whole, &quoted);
    bool all = quoted && str_trim(whole).len == 0; /* the whole note is in quotes */
    return said_set(s, DETAIL_NOTE, all ? words : rest, why);
}
