/* assist_body.c - a word between territories. */
#include "common/wire/assist_body.h"
#include "common/wire/body.h"
#include "common/wire/field.h"

enum { ASSIST_VERSION = 1, FIELDS_LEAST = 13 }; /* the round came later */

static const struct shape field_kind = FIELD_CODED(words_assist, ASSISTS);

static const struct field need_fields[] = {
    FIELD(NEED, NULL, field_id, struct skill, id),
    FIELD(NEED, NULL, field_u8, struct skill, level),
};

/* Both lists stand on the whole assist, as they need their counts. */
static void
put_needs(const struct field *f, const void *at, struct buf *out)
{
    const struct list l = { need_fields, countof(need_fields), sizeof(struct skill) };
    const struct assist *a = at;
    (void)f;
    fields_put_list(&l, a->needs, a->needs_count, out);
}

static bool
get_needs(const struct field *f, node n, void *at, const struct reading *r)
{
    struct assist *a = at;
    (void)f;
    bool ok = node_array(n, &a->needs_count) && a->needs_count <= countof(a->needs);
    for (size_t i = 0; ok && i < a->needs_count; i++)
        ok = fields_get_array(need_fields, countof(need_fields), node_at(n, i), 0, &a->needs[i], r);
    return ok;
}

static const struct field refused_fields[] = {
    FIELD(NEED, NULL, field_id, struct engineer_id, s),
};

static void
put_refused(const struct field *f, const void *at, struct buf *out)
{
    const struct assist *a = at;
    (void)f;
    pack_array(out, a->refused_count);
    for (size_t i = 0; i < a->refused_count; i++)
        fields_put_array(refused_fields, 1, &a->refused[i], out);
}

static bool
get_refused(const struct field *f, node n, void *at, const struct reading *r)
{
    struct assist *a = at;
    (void)f;
    bool ok = node_array(n, &a->refused_count) && a->refused_count <= countof(a->refused);
    for (size_t i = 0; ok && i < a->refused_count; i++)
        ok = field_id.get(refused_fields, node_at(n, i), &a->refused[i], r);
    return ok;
}

static bool
no_needs(const struct field *f, const void *at)
{
    (void)f;
    return ((const struct assist *)at)->needs_count == 0;
}

static bool
no_refused(const struct field *f, const void *at)
{
    (void)f;
    return ((const struct assist *)at)->refused_count == 0;
}

static bool
leave(const struct field *f, void *at)
{
    (void)f;
    (void)at;
    return true;
}

static const struct shape field_needs = { put_needs, get_needs, no_needs, leave, NULL, 0, 0 };
static const struct shape field_refused = {
    put_refused, get_refused, no_refused, leave, NULL, 0, 0
};

#define F(rule, shape, member) FIELD(rule, NULL, shape, struct assist, member)
#define WHOLE(rule, shape)                                                                         \
    {                                                                                              \
        rule, NULL, &(shape), 0, sizeof(struct assist), NULL                                       \
    }
static const struct field fields[] = {
    F(NEED, field_kind, kind),   F(MAY, field_id, from),      F(MAY, field_bytes, incarnation),
    F(MAY, field_u64, sequence), F(MAY, field_bytes, ticket), F(MAY, field_u8, level),
    F(MAY, field_lat, place),    F(MAY, field_lon, place),    WHOLE(MAY, field_needs),
    WHOLE(MAY, field_refused),   F(MAY, field_id, engineer),  F(MAY, field_label, name),
    F(MAY, field_label, phone),  F(MAY, field_u32, round),    F(MAY, field_u32, certificates),
    F(MAY, field_u64, parts),
};

void
assist_put(struct buf *out, const struct assist *a)
{
    size_t said = fields_said(fields, FIELDS_LEAST, countof(fields), a);
    pack_array(out, 1 + said);
    pack_uint(out, ASSIST_VERSION);
    fields_put_array(fields, said, a, out);
}

enum err
assist_get(node n, struct assist *out)
{
    const struct reading r = { 0 };
    uint64_t version;
    *out = (struct assist){ 0 };
    if (!node_uint(node_at(n, 0), &version))
        return ERR_SYNTAX;
    if (version != ASSIST_VERSION)
        return ERR_VERSION;
    bool ok = fields_get_tailed(fields, FIELDS_LEAST, countof(fields), n, 1, out, &r);
    return ok ? OK : ERR_SYNTAX;
}

void
body_put_assist(struct buf *out, const struct assist *a)
{
    assist_put(out, a);
}

enum err
body_get_assist(struct doc *d, struct str bytes, struct assist *out)
{
    *out = (struct assist){ 0 };
    enum err e = doc_open(d, bytes, 0);
    return e != OK ? e : assist_get(d->root, out);
}
