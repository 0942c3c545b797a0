/* say.c - fills the templates of say_rows.c, takes the longest form that fits, cuts the last. */
#include "common/wire/say.h"
#include "common/wire/say_rows.h"

/* ---- fields */

struct filling {
    const struct say *how;
    const struct update *about;
};

#define CHARS(array) str_bytes((array), strnlen((array), sizeof(array)))

/* A line stays a line: no control characters, no separators of lines, no bytes without sense. */
static void
put_clean(struct buf *out, struct str s)
{
    static const char separators[] = "\u2028\u2029"; /* three bytes each */
    while (s.len > 0) {
        uint8_t first = (uint8_t)s.at[0];
        size_t len = str_letter(s);
        bool control = first < 0x20 || first == 0x7f ||
                       (len == 2 && first == 0xc2 && (uint8_t)s.at[1] < 0xa0) ||
                       (len == 3 &&
                        (memcmp(s.at, separators, 3) == 0 || memcmp(s.at, separators + 3, 3) == 0));
        buf_put(out, len == 0 ? "?" : control ? " " : s.at, len == 0 || control ? 1 : len);
        len = len == 0 ? 1 : len;
        s = str_bytes(s.at + len, s.len - len);
    }
}

static void
put_number(struct buf *out, const struct filling *f)
{
    put_clean(out, CHARS(f->about->number));
}

/* Whoever has no name is called by his id. */
static void
put_name(struct buf *out, const struct filling *f)
{
    const struct update *u = f->about;
    put_clean(out, u->name[0] != '\0' ? CHARS(u->name) : CHARS(u->engineer.s));
}

static void
put_engineer(struct buf *out, const struct filling *f)
{
    if (f->about->name[0] != '\0')
        put_clean(out, CHARS(f->about->engineer.s));
}

static void
put_phone(struct buf *out, const struct filling *f)
{
    put_clean(out, CHARS(f->about->phone));
}

static void
put_level(struct buf *out, const struct filling *f)
{
    struct str id = CHARS(f->about->level);
    const char *words = say_level(f->how->lang, id);
    put_clean(out, words != NULL ? str_of(words) : id);
}

static void
put_category(struct buf *out, const struct filling *f)
{
    put_clean(out, CHARS(f->about->category.s));
}

static void
put_site(struct buf *out, const struct filling *f)
{
    put_clean(out, CHARS(f->about->site.s));
}

static void
put_customer(struct buf *out, const struct filling *f)
{
    put_clean(out, CHARS(f->about->customer.s));
}

/* `received` is zero: it is said with its version, or is none. */
static void
put_state(struct buf *out, const struct filling *f)
{
    const struct update *u = f->about;
    if (u->state != TICKET_RECEIVED || u->version != 0)
        put_clean(out, str_of(say_state(f->how->lang, u->state)));
}

static void
put_verb(struct buf *out, const struct filling *f)
{
    put_clean(out, str_of(say_verb(f->how->lang, f->about->verb)));
}

static void
put_refusal(struct buf *out, const struct filling *f)
{
    put_clean(out, str_of(say_refusal(f->how->lang, f->about->refusal)));
}

static void
put_repeats(struct buf *out, const struct filling *f)
{
    if (f->about->repeats > 0)
        buf_printf(out, "%u", (unsigned)f->about->repeats);
}

static void
put_why(struct buf *out, const struct filling *f)
{
    put_clean(out, f->about->why);
}

/* The step's reason in words, then what its sender wrote. */
static void
put_why_in_words(struct buf *out, const struct filling *f)
{
    const struct update *u = f->about;
    const char *reason = say_reason(f->how->lang, u->reason);
    put_clean(out, str_of(reason));
    if (reason[0] != '\0' && u->why.len > 0)
        buf_put(out, ", ", 2);
    put_why(out, f);
}

/* Which promise, and how far it is gone; an alarm of no promise in its own words. */
static void
put_alarm(struct buf *out, const struct filling *f)
{
    const struct update *u = f->about;
    const char *clock = say_clock(f->how->lang, u->clock);
    if (clock[0] == '\0')
        put_why(out, f);
    else if (f->how->lang == SAY_ZH)
        buf_printf(out, u->share_pct >= 100 ? "%s承诺已逾期（%u%%）" : "%s时限已用%u%%", clock,
                   u->share_pct);
    else
        buf_printf(out,
                   u->share_pct >= 100 ? "%s: the promise is broken (%u %%)"
                                       : "%s: %u %% of the promised time has passed",
                   clock, u->share_pct);
}

static void
put_object(struct buf *out, const struct filling *f)
{
    if (f->about->object > 0)
        put_clean(out, str_of(say_object(f->how->lang, f->about->object_kind)));
}

static void
put_object_state(struct buf *out, const struct filling *f)
{
    if (f->about->object > 0)
        put_clean(out, str_of(say_object_state(f->how->lang, f->about->object_state)));
}

/* Minor units of the contract's currency, as they are. */
static void
put_amount(struct buf *out, const struct filling *f)
{
    if (f->about->amount < 0)
        return;
    if (f->about->object_kind == OBJECT_QUOTE)
        buf_printf(out, "%lld.%02lld", (long long)(f->about->amount / 100),
                   (long long)(f->about->amount % 100));
    else
        buf_printf(out, "%lld", (long long)f->about->amount);
}

static void
put_code(struct buf *out, const struct filling *f)
{
    put_clean(out, CHARS(f->about->code));
}

/* ---- times */

static bool
is_leap(int64_t year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static void
put_instant(struct buf *out, const struct filling *f, instant at, bool day_too)
{
    /* The calendar repeats itself every 146,097 days; 2000-01-01, day 10,957, began such a round.
     */
    static const int lengths[12] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    int64_t minutes = at / MINUTES + f->how->utc_offset_min;
    int64_t minute = (minutes % 1440 + 1440) % 1440;
    int64_t day = (((minutes - minute) / 1440 - 10957) % 146097 + 146097) % 146097;
    int64_t year = 2000, length;
    for (; day >= (length = is_leap(year) ? 366 : 365); year++)
        day -= length;
    int month = 0;
    for (; day >= (length = lengths[month] + (month == 1 && is_leap(year))); month++)
        day -= length;
    if (day_too)
        buf_printf(out, f->how->lang == SAY_ZH ? "%d月%d日" : "%02d-%02d ", month + 1,
                   (int)day + 1);
    buf_printf(out, "%02d:%02d", (int)(minute / 60), (int)(minute % 60));
}

static void
put_due(struct buf *out, const struct filling *f)
{
    if (f->about->due > 0 && f->about->due != NEVER)
        put_instant(out, f, f->about->due, true);
}

/* The day once, if it is one. */
static void
put_window(struct buf *out, const struct filling *f)
{
    instant from = f->about->from, until = f->about->until,
            shift = f->how->utc_offset_min * MINUTES;
    if (from <= 0 || until <= from)
        return;
    put_instant(out, f, from, true);
    buf_put(out, "-", 1);
    put_instant(out, f, until, (from + shift) / DAYS != (until + shift) / DAYS);
}

/* ---- filling a form */

/* What may be cut stands first, the least important at the top; `least` letters of it stay. */
static const struct {
    const char *name;
    void (*put)(struct buf *out, const struct filling *f);
    size_t least;
} fields[] = {
    { "why", put_why_in_words, 0 },  { "alarm", put_alarm, 0 },
    { "customer", put_customer, 0 }, { "site", put_site, 0 },
    { "category", put_category, 0 }, { "name", put_name, 1 },
#define CUTTABLE 6
    { "number", put_number, 0 },     { "phone", put_phone, 0 },
    { "engineer", put_engineer, 0 }, { "level", put_level, 0 },
    { "state", put_state, 0 },       { "verb", put_verb, 0 },
    { "refusal", put_refusal, 0 },   { "due", put_due, 0 },
    { "window", put_window, 0 },     { "repeats", put_repeats, 0 },
    { "object", put_object, 0 },     { "object_state", put_object_state, 0 },
    { "amount", put_amount, 0 },     { "code", put_code, 0 },
};

struct texts {
    struct {
        struct buf text;
        bool cut;
    } of[countof(fields)];
    struct str ellipsis;
};

static size_t
field_named(struct str name)
{
    size_t i = 0;
    while (i < countof(fields) && !str_is(name, fields[i].name))
        i++;
    assert(i < countof(fields)); /* a template's mistake; the test reads them all */
    return i;
}

/* false: the field is absent. */
static bool
put_field(struct buf *out, const struct texts *t, size_t field)
{
    struct str text = buf_str(&t->of[field].text);
    buf_put(out, text.at, text.len);
    if (t->of[field].cut && text.len > 0)
        buf_put(out, t->ellipsis.at, t->ellipsis.len);
    return text.len > 0;
}

static void
put_form(struct buf *out, const struct texts *t, const char *form)
{
    size_t part = out->len; /* where the last [part] began */
    bool lacks = false;
    for (struct str rest = str_of(form); rest.len > 0;) {
        char c = rest.at[0];
        rest = str_bytes(rest.at + 1, rest.len - 1);
        if (c == '{') {
            lacks = !put_field(out, t, field_named(str_cut(&rest, '}'))) || lacks;
        } else if (c == '[') {
            part = out->len;
            lacks = false;
        } else if (c == ']') {
            out->len = lacks ? part : out->len;
        } else {
            buf_put(out, &c, 1);
        }
    }
}

/* ---- making it fit */

/* By how many units it is too long. */
static size_t
excess(const struct say *s, struct str text)
{
    bool septets = s->gsm7 && say_is_gsm7(text);
    size_t max = s->gsm7 && !septets ? s->units_max * 7 / 16 : s->units_max;
    size_t units = say_units(text, septets);
    return s->units_max == 0 || units <= max ? 0 : units - max;
}

/* Where the last letter begins. */
static size_t
last_letter(struct str s)
{
    size_t i = s.len - 1;
    while (i > 0 && ((uint8_t)s.at[i] & 0xc0) == 0x80)
        i--;
    return i;
}

/* Takes letters off the field's end that are worth `units`, as long as the least it keeps is left,
 * and the blanks before them. false: it has no more to give. */
static bool
shorten(struct texts *t, size_t field, size_t units, bool gsm7)
{
    struct buf *text = &t->of[field].text;
    size_t floor = 0, taken = 0, before = text->len;
    for (size_t n = 0; n < fields[field].least && floor < before; n++)
        floor += str_letter(str_bytes(text->data + floor, before - floor));
    if (!t->of[field].cut)
        units += say_units(t->ellipsis, gsm7);
    while (text->len > floor && (taken < units || text->data[text->len - 1] == ' ')) {
        size_t last = last_letter(buf_str(text));
        taken += say_units(str_bytes(text->data + last, text->len - last), gsm7);
        text->len = last;
    }
    t->of[field].cut = t->of[field].cut || text->len < before;
    return text->len < before;
}

/* By how many units what stands in `out` from `start` is too long. */
static size_t
excess_from(const struct say *s, const struct buf *out, size_t start)
{
    return excess(s, str_bytes(out->data + start, out->len - start));
}

/* The form stands in `out` from `start`, and is too long. */
static void
cut(struct buf *out, size_t start, const struct say *s, struct texts *t, const char *form)
{
    size_t over;
    bool gsm7 = s->gsm7 && say_is_gsm7(str_bytes(out->data + start, out->len - start));
    t->ellipsis = gsm7 ? STR("...") : STR("…");
    for (size_t field = 0; field < CUTTABLE && (over = excess_from(s, out, start)) > 0;) {
        if (!shorten(t, field, over, gsm7)) {
            field++;
            continue;
        }
        out->len = start;
        put_form(out, t, form);
    }
}

void
say_update(struct buf *out, const struct say *s, const struct update *u)
{
    const struct filling f = { s, u };
    const char *const *forms = say_row_of(u, s->to)->forms[s->lang];
    struct texts t = { 0 };
    size_t start = out->len, over = 1;
    for (size_t i = 0; i < countof(fields); i++)
        fields[i].put(&t.of[i].text, &f);
    size_t i = 0;
    for (; over > 0 && i < SAY_FORMS && forms[i] != NULL; i++) {
        out->len = start;
        put_form(out, &t, forms[i]);
        over = excess_from(s, out, start);
    }
    if (over > 0)
        cut(out, start, s, &t, forms[i - 1]);
    for (i = 0; i < countof(fields); i++)
        buf_fini(&t.of[i].text);
}
