/* pack.c - msgpack, through msgpack-c; nobody else includes it.
 *
 *     bytes --> walk (ours: lengths, depth, count, keys, UTF-8) --> msgpack_unpack --> nodes
 *
 * The invariant: what reaches the library is one whole value whose every length is true,
 * at most PACK_DEPTH_MAX deep, without extension types. So the memory that it takes is at
 * most some 48 bytes for each byte of the input. */
#include "common/wire/pack.h"

#include <msgpack.h>

/* ---- writing */

static int
append(void *buf, const char *at, size_t len)
{
    buf_put(buf, at, len);
    return 0;
}

static msgpack_packer
packer_of(struct buf *b)
{
    msgpack_packer p;
    msgpack_packer_init(&p, b, append);
    return p;
}

void
pack_nil(struct buf *b)
{
    msgpack_packer p = packer_of(b);
    msgpack_pack_nil(&p);
}

void
pack_bool(struct buf *b, bool v)
{
    msgpack_packer p = packer_of(b);
    if (v)
        msgpack_pack_true(&p);
    else
        msgpack_pack_false(&p);
}

void
pack_uint(struct buf *b, uint64_t n)
{
    msgpack_packer p = packer_of(b);
    msgpack_pack_uint64(&p, n);
}

void
pack_int(struct buf *b, int64_t n)
{
    msgpack_packer p = packer_of(b);
    if (n >= 0)
        msgpack_pack_uint64(&p, (uint64_t)n);
    else
        msgpack_pack_int64(&p, n);
}

void
pack_str(struct buf *b, struct str s)
{
    assert(s.len <= UINT32_MAX);
    msgpack_packer p = packer_of(b);
    msgpack_pack_str(&p, s.len);
    if (str_is_utf8(s)) {
        buf_put(b, s.at, s.len);
        return;
    }
    for (size_t len; s.len > 0; s.at += len, s.len -= len) {
        size_t letter = str_letter(s);
        len = letter == 0 ? 1 : letter;
        buf_put(b, letter == 0 ? "?" : s.at, len);
    }
}

void
pack_text(struct buf *b, const char *zero_terminated)
{
    pack_str(b, str_of(zero_terminated));
}

void
pack_bin(struct buf *b, const void *at, size_t len)
{
    assert(len <= UINT32_MAX);
    msgpack_packer p = packer_of(b);
    msgpack_pack_bin(&p, len);
    buf_put(b, at, len);
}

void
pack_array(struct buf *b, size_t count)
{
    assert(count <= UINT32_MAX);
    msgpack_packer p = packer_of(b);
    msgpack_pack_array(&p, count);
}

void
pack_map(struct buf *b, size_t count)
{
    assert(count <= UINT32_MAX);
    msgpack_packer p = packer_of(b);
    msgpack_pack_map(&p, count);
}

void
pack_raw(struct buf *b, struct str packed)
{
    buf_put(b, packed.at, packed.len);
}

/* ---- the pre-check */

enum shape { SHAPE_BAD, SHAPE_FIXED, SHAPE_STR, SHAPE_BIN, SHAPE_ARRAY, SHAPE_MAP };

/* The first bytes 0xc0 .. 0xdf: how wide the length is that follows (STR, BIN, ARRAY, MAP), or
 * the value itself (FIXED). What is missing is unknown, or an extension. */
static const struct {
    enum shape shape;
    uint8_t width;
} heads[32] = {
    [0x00] = { SHAPE_FIXED, 0 }, /* nil */
    [0x02] = { SHAPE_FIXED, 0 }, /* false */
    [0x03] = { SHAPE_FIXED, 0 }, /* true */
    [0x04] = { SHAPE_BIN, 1 },   [0x05] = { SHAPE_BIN, 2 },   [0x06] = { SHAPE_BIN, 4 },
    [0x0a] = { SHAPE_FIXED, 4 },                              /* float */
    [0x0b] = { SHAPE_FIXED, 8 },                              /* double */
    [0x0c] = { SHAPE_FIXED, 1 }, [0x0d] = { SHAPE_FIXED, 2 }, /* uint */
    [0x0e] = { SHAPE_FIXED, 4 }, [0x0f] = { SHAPE_FIXED, 8 }, [0x10] = { SHAPE_FIXED, 1 },
    [0x11] = { SHAPE_FIXED, 2 }, /* int */
    [0x12] = { SHAPE_FIXED, 4 }, [0x13] = { SHAPE_FIXED, 8 }, [0x19] = { SHAPE_STR, 1 },
    [0x1a] = { SHAPE_STR, 2 },   [0x1b] = { SHAPE_STR, 4 },   [0x1c] = { SHAPE_ARRAY, 2 },
    [0x1d] = { SHAPE_ARRAY, 4 }, [0x1e] = { SHAPE_MAP, 2 },   [0x1f] = { SHAPE_MAP, 4 },
};

/* The keys of the maps that the walk is inside of: a stack, its memory kept for the next. */
struct keys {
    struct str *list;
    size_t count, cap;
};

struct walk {
    const uint8_t *at, *end;
    size_t parts; /* that may still come */
    struct keys *keys;
};

static size_t
left(const struct walk *w)
{
    return (size_t)(w->end - w->at);
}

/* One head: its shape, and how many bytes (STR, BIN, FIXED) or values (ARRAY, MAP) follow. */
static enum err
walk_head(struct walk *w, enum shape *shape, size_t *n)
{
    if (left(w) == 0)
        return ERR_TRUNCATED;
    uint8_t first = *w->at++;
    *n = 0;
    if (first < 0x80 || first >= 0xe0) {
        *shape = SHAPE_FIXED;
    } else if (first < 0xc0) {
        *shape = first < 0x90 ? SHAPE_MAP : first < 0xa0 ? SHAPE_ARRAY : SHAPE_STR;
        *n = first < 0xa0 ? first & 0x0f : first & 0x1f;
    } else {
        size_t width = heads[first & 0x1f].width;
        *shape = heads[first & 0x1f].shape;
        if (*shape == SHAPE_BAD)
            return ERR_SYNTAX;
        if (*shape == SHAPE_FIXED) {
            *n = width;
        } else {
            if (left(w) < width)
                return ERR_TRUNCATED;
            for (; width > 0; width--)
                *n = *n << 8 | *w->at++;
        }
    }
    return *n > left(w) ? ERR_TRUNCATED : OK; /* a value is a byte at least */
}

static int
order(const void *a, const void *b)
{
    return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

/* Few keys are compared each with each; many are sorted first, so that no message can make
 * this quadratic. */
static bool
unique(struct str *keys, size_t count)
{
    enum { FEW = 16 };
    if (count > FEW)
        qsort(keys, count, sizeof(*keys), order);
    for (size_t i = 1; i < count; i++)
        for (size_t j = count > FEW ? i - 1 : 0; j < i; j++)
            if (keys[i].len == keys[j].len && str_eq(keys[i], keys[j]))
                return false;
    return true;
}

static enum err walk_value(struct walk *w, size_t depth);

static enum err
walk_key(struct walk *w)
{
    enum shape shape;
    size_t len;
    enum err e = walk_head(w, &shape, &len);
    if (e != OK)
        return e;
    struct str key = { (const char *)w->at, len };
    if (shape != SHAPE_STR || !str_is_utf8(key))
        return ERR_SYNTAX;
    w->at += len;
    struct keys *k = w->keys;
    k->list = grow_array(k->list, k->count, &k->cap, sizeof(*k->list));
    k->list[k->count++] = key;
    return OK;
}

static enum err
walk_map(struct walk *w, size_t count, size_t depth)
{
    size_t base = w->keys->count;
    enum err e = OK;
    for (size_t i = 0; i < count && e == OK; i++) {
        e = walk_key(w);
        if (e == OK)
            e = walk_value(w, depth);
    }
    if (e == OK && count > 1 && !unique(w->keys->list + base, count))
        e = ERR_SYNTAX;
    w->keys->count = base;
    return e;
}

static enum err
walk_array(struct walk *w, size_t count, size_t depth)
{
    enum err e = OK;
    for (size_t i = 0; i < count && e == OK; i++)
        e = walk_value(w, depth);
    return e;
}

/* One value, and everything in it. `depth` arrays and maps may still open. */
static enum err
walk_value(struct walk *w, size_t depth)
{
    enum shape shape;
    size_t n;
    enum err e = walk_head(w, &shape, &n);
    if (e != OK)
        return e;
    if (shape == SHAPE_ARRAY || shape == SHAPE_MAP) {
        size_t values = shape == SHAPE_MAP ? 2 * n : n;
        if (depth == 0)
            return ERR_TOO_DEEP;
        if (values > left(w))
            return ERR_TRUNCATED;
        if (values > w->parts)
            return ERR_TOO_BIG;
        w->parts -= values;
        return shape == SHAPE_MAP ? walk_map(w, n, depth - 1) : walk_array(w, n, depth - 1);
    }
    if (shape == SHAPE_STR && !str_is_utf8(str_bytes(w->at, n)))
        return ERR_SYNTAX;
    w->at += n;
    return OK;
}

/* ---- a doc */

struct memory {
    msgpack_zone zone;
    msgpack_object root;
    struct keys keys;
};

static struct memory *
memory_new(void)
{
    struct memory *m = zalloc(sizeof(*m));
    bool ok = msgpack_zone_init(&m->zone, MSGPACK_ZONE_CHUNK_SIZE);
    assert(ok);
    return m;
}

void
doc_init(struct doc *d)
{
    *d = (struct doc){ 0 };
}

void
doc_fini(struct doc *d)
{
    struct memory *m = d->memory;
    if (m != NULL) {
        msgpack_zone_destroy(&m->zone);
        free(m->keys.list);
        free(m);
    }
    *d = (struct doc){ 0 };
}

enum err
doc_open(struct doc *d, struct str bytes, size_t bytes_max)
{
    d->root = NULL;
    if (bytes_max == 0)
        bytes_max = PACK_BYTES_MAX;
    if (bytes.len > bytes_max)
        return ERR_TOO_BIG;
    if (bytes.len == 0)
        return ERR_TRUNCATED;
    if (d->memory == NULL)
        d->memory = memory_new();
    struct memory *m = d->memory;
    m->keys.count = 0;
    const uint8_t *at = (const uint8_t *)bytes.at;
    size_t parts = bytes_max > PACK_BYTES_MAX ? bytes_max : PACK_PARTS_MAX;
    struct walk w = { at, at + bytes.len, parts - 1, &m->keys };
    enum err e = walk_value(&w, PACK_DEPTH_MAX);
    if (e != OK)
        return e;
    if (left(&w) > 0)
        return ERR_SYNTAX;
    msgpack_zone_clear(&m->zone);
    size_t off = 0;
    msgpack_unpack_return r = msgpack_unpack(bytes.at, bytes.len, &off, &m->zone, &m->root);
    assert(r == MSGPACK_UNPACK_SUCCESS); /* the walk has seen to it */
    d->root = &m->root;
    return OK;
}

/* ---- its nodes */

static const msgpack_object *
typed(node n, msgpack_object_type type)
{
    const msgpack_object *o = n;
    return o != NULL && o->type == type ? o : NULL;
}

bool
node_nil(node n)
{
    return typed(n, MSGPACK_OBJECT_NIL) != NULL;
}

bool
node_bool(node n, bool *out)
{
    const msgpack_object *o = typed(n, MSGPACK_OBJECT_BOOLEAN);
    if (o != NULL)
        *out = o->via.boolean;
    return o != NULL;
}

bool
node_uint(node n, uint64_t *out)
{
    const msgpack_object *o = typed(n, MSGPACK_OBJECT_POSITIVE_INTEGER);
    if (o != NULL)
        *out = o->via.u64;
    return o != NULL;
}

bool
node_u32(node n, uint32_t *out)
{
    uint64_t v;
    if (!node_uint(n, &v) || v > UINT32_MAX)
        return false;
    *out = (uint32_t)v;
    return true;
}

bool
node_int(node n, int64_t *out)
{
    const msgpack_object *o = typed(n, MSGPACK_OBJECT_NEGATIVE_INTEGER);
    uint64_t v;
    if (o != NULL)
        *out = o->via.i64;
    else if (node_uint(n, &v) && v <= INT64_MAX)
        *out = (int64_t)v;
    else
        return false;
    return true;
}

bool
node_str(node n, struct str *out)
{
    const msgpack_object *o = typed(n, MSGPACK_OBJECT_STR);
    if (o != NULL)
        *out = (struct str){ o->via.str.ptr, o->via.str.size };
    return o != NULL;
}

bool
node_bin(node n, struct str *out)
{
    const msgpack_object *o = typed(n, MSGPACK_OBJECT_BIN);
    if (o != NULL)
        *out = (struct str){ o->via.bin.ptr, o->via.bin.size };
    return o != NULL;
}

bool
node_bytes(node n, void *to, size_t len)
{
    struct str s;
    if (!node_bin(n, &s) || s.len != len)
        return false;
    if (len > 0)
        memcpy(to, s.at, len);
    return true;
}

bool
node_name(node n, char *to, size_t size)
{
    struct str s;
    return node_str(n, &s) && s.len < size && str_is_printable(s) && str_fill(to, size, s);
}

bool
node_array(node n, size_t *count)
{
    const msgpack_object *o = typed(n, MSGPACK_OBJECT_ARRAY);
    if (o != NULL)
        *count = o->via.array.size;
    return o != NULL;
}

node
node_at(node array, size_t i)
{
    const msgpack_object *o = typed(array, MSGPACK_OBJECT_ARRAY);
    return o != NULL && i < o->via.array.size ? &o->via.array.ptr[i] : NULL;
}

bool
node_map(node n, size_t *count)
{
    const msgpack_object *o = typed(n, MSGPACK_OBJECT_MAP);
    if (o != NULL)
        *count = o->via.map.size;
    return o != NULL;
}

static const msgpack_object_kv *
pair(node map, size_t i)
{
    const msgpack_object *o = typed(map, MSGPACK_OBJECT_MAP);
    return o != NULL && i < o->via.map.size ? &o->via.map.ptr[i] : NULL;
}

node
node_key(node map, size_t i)
{
    const msgpack_object_kv *kv = pair(map, i);
    return kv == NULL ? NULL : &kv->key;
}

node
node_value(node map, size_t i)
{
    const msgpack_object_kv *kv = pair(map, i);
    return kv == NULL ? NULL : &kv->val;
}

node
node_get_from(node map, const char *key, size_t *next)
{
    const msgpack_object *o = typed(map, MSGPACK_OBJECT_MAP);
    size_t count = o == NULL ? 0 : o->via.map.size, len = strlen(key);
    for (size_t n = 0, i = *next; n < count; n++, i++) {
        const msgpack_object_kv *kv = &o->via.map.ptr[i % count];
        if (kv->key.via.str.size == len && memcmp(kv->key.via.str.ptr, key, len) == 0) {
            *next = (i + 1) % count;
            return &kv->val;
        }
    }
    return NULL;
}

node
node_get(node map, const char *key)
{
    size_t next = 0;
    return node_get_from(map, key, &next);
}

/* ---- a look without a doc */

struct str
pack_element(struct str bytes, size_t i)
{
    const struct str nothing = { NULL, 0 };
    struct keys keys = { 0 };
    const uint8_t *at = (const uint8_t *)bytes.at;
    struct walk w = { at, at == NULL ? at : at + bytes.len, PACK_PARTS_MAX, &keys };
    enum shape shape = SHAPE_BAD;
    size_t count = 0;
    struct str found = nothing;
    /* The array may claim more than there is: its beginning is still of use. */
    enum err e = walk_head(&w, &shape, &count);
    if ((e == OK || e == ERR_TRUNCATED) && shape == SHAPE_ARRAY && i < count) {
        e = OK;
        for (size_t skip = 0; skip <= i && e == OK; skip++) {
            const uint8_t *from = w.at;
            e = walk_value(&w, PACK_DEPTH_MAX);
            found = e == OK ? str_bytes(from, (size_t)(w.at - from)) : nothing;
        }
    }
    free(keys.list);
    return found;
}

bool
pack_peek(struct str bytes, size_t i, uint64_t *out)
{
    struct str s = pack_element(bytes, i);
    if (s.len == 0)
        return false;
    uint8_t first = (uint8_t)s.at[0];
    if (first >= 0x80 && (first < 0xcc || first > 0xcf))
        return false;
    uint64_t n = first < 0x80 ? first : 0;
    for (size_t k = 1; k < s.len; k++)
        n = n << 8 | (uint8_t)s.at[k];
    *out = n;
    return true;
}
