/* letter.c - what a mailbox holds: updates under one seal and one signed head (docs/protocol.md
 * section 5). */
#include "common/wire/body.h"
#include "common/wire/field.h"

enum { LETTER_VERSION = 1, LETTER_PARTS = 9 };

/* A signer that is none stands as the empty text: nothing is signed yet. */
static const struct field head_fields[] = {
    FIELD(NEED, NULL, field_u64, struct letter_head, version),
    FIELD(NEED, NULL, field_bytes, struct letter_head, chain),
    FIELD(NEED, NULL, field_label, struct letter_head, signer),
    FIELD(NEED, NULL, field_bytes, struct letter_head, signature),
};

#define F(shape, member) FIELD(NEED, NULL, shape, struct letter, member)
static const struct field fields[] = {
    F(field_id, territory), F(field_id, recipient), F(field_bytes, incarnation),
    F(field_mark, first),   F(field_u32, count),    F(field_octets, sealed),
};
static const struct field watch_fields[] = {
    FIELD(NEED, NULL, field_id, struct letter_watch, dispatcher),
    FIELD(NEED, NULL, field_octets, struct letter_watch, sealed_key),
};

void
body_put_letter(struct buf *out, const struct letter *l)
{
    pack_array(out, LETTER_PARTS);
    pack_uint(out, LETTER_VERSION);
    fields_put_array(fields, countof(fields), l, out);
    pack_array(out, countof(head_fields));
    fields_put_array(head_fields, countof(head_fields), &l->head, out);
    if (l->watch == NULL) {
        pack_nil(out);
        return;
    }
    pack_map(out, l->watch_count);
    for (size_t i = 0; i < l->watch_count; i++)
        fields_put_array(watch_fields, countof(watch_fields), &l->watch[i], out);
}

static bool
get_watch(node n, struct letter *out, const struct reading *r)
{
    if (node_nil(n))
        return true;
    if (!node_map(n, &out->watch_count))
        return false;
    out->watch = arena_alloc(r->arena, out->watch_count * sizeof(*out->watch));
    for (size_t i = 0; i < out->watch_count; i++) {
        struct letter_watch *w = &out->watch[i];
        if (!field_id.get(&watch_fields[0], node_key(n, i), &w->dispatcher, r) ||
            !node_bin(node_value(n, i), &w->sealed_key))
            return false;
    }
    return true;
}

static bool
get_parts(node root, struct letter *out, const struct reading *r)
{
    for (size_t i = 0; i < countof(fields); i++)
        if (!fields[i].shape->get(&fields[i], node_at(root, 1 + i), (char *)out + fields[i].offset,
                                  r))
            return false;
    return fields_get_array(head_fields, countof(head_fields), node_at(root, 7), 0, &out->head,
                            r) &&
           get_watch(node_at(root, 8), out, r);
}

enum err
body_get_letter(struct doc *d, struct arena *a, struct str bytes, struct letter *out)
{
    size_t count;
    uint64_t version;
    *out = (struct letter){ 0 };
    enum err e = doc_open(d, bytes, 0);
    if (e != OK)
        return e;
    if (!node_uint(node_at(d->root, 0), &version))
        return ERR_SYNTAX;
    if (version != LETTER_VERSION)
        return ERR_VERSION;
    const struct reading r = { a, bytes };
    bool ok = node_array(d->root, &count) && count == LETTER_PARTS && get_parts(d->root, out, &r);
    return ok ? OK : ERR_SYNTAX;
}
