/* event_body.c - what a verb needs besides its ticket (docs/protocol.md section 4), and the
 * sections of reports to customers: one packed map, in the order of enum section, whatever order
 * its sender chose, so that equal papers are equal bytes. */
#include "common/wire/body.h"
#include "common/wire/field.h"

/* ---- sections */

uint32_t
body_put_sections(struct buf *out, const struct sections *s)
{
    uint32_t bits = 0;
    size_t count = 0;
    for (unsigned i = 0; i < SECTIONS; i++)
        if (s->words[i].len > 0) {
            bits |= UINT32_C(1) << i;
            count++;
        }
    pack_map(out, count);
    for (unsigned i = 0; i < SECTIONS; i++)
        if (bits >> i & 1) {
            pack_text(out, words_at(&words_section, i)->name);
            pack_str(out, s->words[i]);
        }
    return bits;
}

/* NULL: all is well; else the key that is no section's name, or whose words are none. */
static node
take_sections(node map, struct sections *out)
{
    size_t pairs = 0;
    struct str name = { 0 };
    bool ok = node_map(map, &pairs);
    assert(ok);
    for (size_t i = 0; i < pairs; i++) {
        unsigned at = node_str(node_key(map, i), &name) ? words_named(&words_section, name)
                                                        : (unsigned)SECTIONS;
        if (at == SECTIONS || !node_str(node_value(map, i), &out->words[at]))
            return node_key(map, i);
    }
    return NULL;
}

enum err
body_get_sections(struct doc *d, struct str text, struct sections *out)
{
    size_t pairs;
    *out = (struct sections){ 0 };
    if (text.len == 0)
        return OK;
    enum err e = doc_open(d, text, SECTIONS_MAX);
    if (e != OK)
        return e;
    return node_map(d->root, &pairs) && take_sections(d->root, out) == NULL ? OK : ERR_SYNTAX;
}

/* Both members of the body at once: the shape stands on the whole record. */
static void
put_sections(const struct field *f, const void *at, struct buf *out)
{
    (void)f;
    pack_raw(out, ((const struct event_body *)at)->text);
}

static bool
get_sections(const struct field *f, node n, void *at, const struct reading *r)
{
    struct event_body *e = at;
    struct sections s = { 0 };
    struct buf packed = { 0 };
    size_t pairs;
    (void)f;
    if (!node_map(n, &pairs) || take_sections(n, &s) != NULL)
        return false;
    e->sections = body_put_sections(&packed, &s);
    if (e->sections != 0)
        e->text = arena_copy(r->arena, buf_str(&packed));
    buf_fini(&packed);
    return true;
}

static bool
no_sections(const struct field *f, const void *at)
{
    (void)f;
    return ((const struct event_body *)at)->sections == 0;
}

static bool
clear_sections(const struct field *f, void *at)
{
    (void)f;
    ((struct event_body *)at)->sections = 0;
    return true;
}

static const struct shape field_sections = {
    put_sections, get_sections, no_sections, clear_sections, NULL, 0, 0
};

/* ---- the body */

static const struct shape field_reason = FIELD_NAMED(words_reason, REASON_NONE);

#define F(rule, key, shape, member) FIELD(rule, key, shape, struct event_body, member)
static const struct field fields[] = {
    F(MAY, "note", field_text, note),
    F(MAY, "reason", field_reason, reason),
    F(MAY, "from", field_instant, from),
    F(MAY, "until", field_instant, until),
    F(MAY, "engineer", field_label, engineer),
    F(MAY, "other", field_bytes, other),
    F(MAY, "lat", field_lat, place),
    F(MAY, "lon", field_lon, place),
    F(MAY, "code", field_label, code),
    F(MAY, "level", field_label, level),
    F(MAY, "object", field_u16, object),
    F(MAY, "amount", field_amount, amount),
    F(MAY, "name", field_label, name),
    F(MAY, "warranty", field_bool, warranty),
    { MAY, "sections", &field_sections, 0, sizeof(struct event_body), NULL },
};

void
body_put_event(struct buf *out, const struct event_body *e)
{
    fields_put_map(fields, countof(fields), e, out);
}

/* Why a body that is a map was refused: a section of an unknown name is the likeliest. */
static struct str
wrong_section(node root)
{
    struct sections s = { 0 };
    struct str name = { 0 };
    size_t pairs;
    node map = node_get(root, "sections");
    if (node_map(map, &pairs))
        (void)!node_str(take_sections(map, &s), &name);
    return name;
}

enum err
body_get_event(struct doc *d, struct arena *a, struct str bytes, struct event_body *out,
               struct str *wrong)
{
    *out = EVENT_BODY_NONE;
    if (wrong != NULL)
        *wrong = (struct str){ 0 };
    enum err e = doc_open(d, bytes, EVENT_BODY_MAX);
    if (e != OK)
        return e;
    const struct reading r = { a, bytes };
    if (fields_get_map(fields, countof(fields), d->root, out, &r))
        return out->text.len > SECTIONS_MAX ? ERR_TOO_BIG : OK;
    if (wrong != NULL)
        *wrong = wrong_section(d->root);
    return ERR_SYNTAX;
}
