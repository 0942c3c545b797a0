/* field.c - shapes of single values, and records made of them. */
#include "common/wire/field.h"

#include "faultline/message.h"

/* The last instant of the year 9999: what people send beyond is a mistake, and sums of such
 * instants and any length of time do not overflow. */
#define INSTANT_MAX INT64_C(253402300799999)
#define LAT_MAX     900000000
#define LON_MAX     1800000000

static bool
zero(const struct field *f, const void *at)
{
    const uint8_t *b = at; /* the first byte is zero, and each equals the one before it */
    return b[0] == 0 && memcmp(b, b + 1, f->size - 1) == 0;
}

static bool
make_zero(const struct field *f, void *at)
{
    memset(at, 0, f->size);
    return true;
}

/* ---- names and octets */

static void
put_chars(const struct field *f, const void *at, struct buf *out)
{
    pack_str(out, (struct str){ at, strnlen(at, f->size) });
}

static bool
get_label(const struct field *f, node n, void *at, const struct reading *r)
{
    (void)r;
    return node_name(n, at, f->size);
}

static bool
get_id(const struct field *f, node n, void *at, const struct reading *r)
{
    const char *s = at;
    if (!get_label(f, n, at, r) || s[0] == '\0')
        return false;
    for (; *s != '\0'; s++)
        if (strchr("abcdefghijklmnopqrstuvwxyz0123456789._-", *s) == NULL)
            return false;
    return true;
}

static void
put_bytes(const struct field *f, const void *at, struct buf *out)
{
    pack_bin(out, at, f->size);
}

static bool
get_bytes(const struct field *f, node n, void *at, const struct reading *r)
{
    (void)r;
    return node_bytes(n, at, f->size);
}

const struct shape field_id = { put_chars, get_id, zero, make_zero, NULL, 0, 0 };
const struct shape field_label = { put_chars, get_label, zero, make_zero, NULL, 0, 0 };
const struct shape field_bytes = { put_bytes, get_bytes, zero, make_zero, NULL, 0, 0 };

/* ---- texts */

static bool
str_none(const struct field *f, const void *at)
{
    (void)f;
    return ((const struct str *)at)->len == 0;
}

static void
put_text(const struct field *f, const void *at, struct buf *out)
{
    (void)f;
    pack_str(out, *(const struct str *)at);
}

static bool
get_text(const struct field *f, node n, void *at, const struct reading *r)
{
    (void)f;
    (void)r;
    return node_str(n, at);
}

static void
put_octets(const struct field *f, const void *at, struct buf *out)
{
    const struct str *s = at;
    (void)f;
    pack_bin(out, s->at, s->len);
}

static bool
get_octets(const struct field *f, node n, void *at, const struct reading *r)
{
    (void)f;
    (void)r;
    return node_bin(n, at);
}

const struct shape field_text = { put_text, get_text, str_none, make_zero, NULL, 0, 0 };
const struct shape field_octets = { put_octets, get_octets, str_none, make_zero, NULL, 0, 0 };

/* ---- numbers */

static void
put_unsigned(const struct field *f, const void *at, struct buf *out)
{
    uint64_t n = 0;
    switch (f->size) {
    case 1:
        n = *(const uint8_t *)at;
        break;
    case 2:
        n = *(const uint16_t *)at;
        break;
    case 4:
        n = *(const uint32_t *)at;
        break;
    default:
        n = *(const uint64_t *)at;
    }
    pack_uint(out, n);
}

/* low .. high, where a high of -1 stands for UINT64_MAX. */
static bool
get_unsigned(const struct field *f, node n, void *at, const struct reading *r)
{
    uint64_t v;
    (void)r;
    if (!node_uint(n, &v) || v < (uint64_t)f->shape->low || v > (uint64_t)f->shape->high)
        return false;
    switch (f->size) {
    case 1:
        *(uint8_t *)at = (uint8_t)v;
        break;
    case 2:
        *(uint16_t *)at = (uint16_t)v;
        break;
    case 4:
        *(uint32_t *)at = (uint32_t)v;
        break;
    default:
        *(uint64_t *)at = v;
    }
    return true;
}

static void
put_signed(const struct field *f, const void *at, struct buf *out)
{
    pack_int(out, f->size == 1 ? *(const int8_t *)at : *(const int64_t *)at);
}

static bool
get_signed(const struct field *f, node n, void *at, const struct reading *r)
{
    int64_t v;
    (void)r;
    if (!node_int(n, &v) || v < f->shape->low || v > f->shape->high)
        return false;
    if (f->size == 1)
        *(int8_t *)at = (int8_t)v;
    else
        *(int64_t *)at = v;
    return true;
}

/* -1 in all its octets stands for none. */
static bool
minus_one(const struct field *f, const void *at)
{
    const uint8_t *b = at;
    return b[0] == 0xff && memcmp(b, b + 1, f->size - 1) == 0;
}

static bool
make_minus_one(const struct field *f, void *at)
{
    memset(at, 0xff, f->size);
    return true;
}

static void
put_true(const struct field *f, const void *at, struct buf *out)
{
    (void)f;
    pack_bool(out, *(const bool *)at);
}

static bool
get_bool(const struct field *f, node n, void *at, const struct reading *r)
{
    (void)f;
    (void)r;
    return node_bool(n, at);
}

#define UNSIGNED(low, high)                                                                        \
    {                                                                                              \
        put_unsigned, get_unsigned, zero, make_zero, NULL, low, high                               \
    }
#define SIGNED(low, high)                                                                          \
    {                                                                                              \
        put_signed, get_signed, zero, make_zero, NULL, low, high                                   \
    }
const struct shape field_u8 = UNSIGNED(0, UINT8_MAX);
const struct shape field_u16 = UNSIGNED(0, UINT16_MAX);
const struct shape field_u32 = UNSIGNED(0, UINT32_MAX);
const struct shape field_u64 = UNSIGNED(0, -1);
const struct shape field_mark = UNSIGNED(0, INT64_MAX);
const struct shape field_counter = UNSIGNED(1, INT64_MAX);
const struct shape field_credit = UNSIGNED(1, CREDIT_MAX);
const struct shape field_side = UNSIGNED(0, INT32_MAX); /* of an int32_t */
const struct shape field_i64 = SIGNED(INT64_MIN, INT64_MAX);
const struct shape field_instant = SIGNED(0, INSTANT_MAX);
#define OR_MINUS_ONE(high)                                                                         \
    {                                                                                              \
        put_signed, get_signed, minus_one, make_minus_one, NULL, -1, high                          \
    }
const struct shape field_hint = OR_MINUS_ONE(INT8_MAX);
const struct shape field_percent = OR_MINUS_ONE(100);
const struct shape field_amount = OR_MINUS_ONE(INT64_MAX);
const struct shape field_bool = { put_true, get_bool, zero, make_zero, NULL, 0, 0 };

/* ---- places */

static bool
unknown(const struct field *f, const void *at)
{
    (void)f;
    return !place_known(*(const struct place *)at);
}

static void
put_lat(const struct field *f, const void *at, struct buf *out)
{
    (void)f;
    pack_int(out, ((const struct place *)at)->lat_e7);
}

static void
put_lon(const struct field *f, const void *at, struct buf *out)
{
    (void)f;
    pack_int(out, ((const struct place *)at)->lon_e7);
}

static bool
get_degrees(const struct field *f, node n, int32_t *out)
{
    int64_t v;
    if (!node_int(n, &v) || v < f->shape->low || v > f->shape->high)
        return false;
    *out = (int32_t)v;
    return true;
}

static bool
get_lat(const struct field *f, node n, void *at, const struct reading *r)
{
    (void)r;
    return get_degrees(f, n, &((struct place *)at)->lat_e7);
}

static bool
get_lon(const struct field *f, node n, void *at, const struct reading *r)
{
    struct place *p = at;
    (void)r;
    return p->lat_e7 != PLACE_NONE.lat_e7 && get_degrees(f, n, &p->lon_e7);
}

static bool
clear_lat(const struct field *f, void *at)
{
    (void)f;
    ((struct place *)at)->lat_e7 = PLACE_NONE.lat_e7;
    return true;
}

static bool
clear_lon(const struct field *f, void *at)
{
    struct place *p = at;
    (void)f;
    p->lon_e7 = PLACE_NONE.lon_e7;
    return p->lat_e7 == PLACE_NONE.lat_e7;
}

const struct shape field_lat = { put_lat, get_lat, unknown, clear_lat, NULL, -LAT_MAX, LAT_MAX };
const struct shape field_lon = { put_lon, get_lon, unknown, clear_lon, NULL, -LON_MAX, LON_MAX };

/* ---- enums: all of ours are stored as unsigned */

static unsigned
word_value(const void *at)
{
    unsigned v;
    memcpy(&v, at, sizeof(v));
    return v;
}

bool
field_word_empty(const struct field *f, const void *at)
{
    return word_value(at) == f->shape->low;
}

bool
field_word_clear(const struct field *f, void *at)
{
    unsigned v = (unsigned)f->shape->low;
    memcpy(at, &v, sizeof(v));
    return true;
}

void
field_put_name(const struct field *f, const void *at, struct buf *out)
{
    pack_text(out, words_at(f->shape->words, word_value(at))->name);
}

bool
field_get_name(const struct field *f, node n, void *at, const struct reading *r)
{
    struct str s;
    (void)r;
    if (!node_str(n, &s))
        return false;
    unsigned v = words_named(f->shape->words, s);
    memcpy(at, &v, sizeof(v));
    return v < f->shape->words->count;
}

void
field_put_code(const struct field *f, const void *at, struct buf *out)
{
    pack_uint(out, words_at(f->shape->words, word_value(at))->code);
}

bool
field_get_code(const struct field *f, node n, void *at, const struct reading *r)
{
    uint64_t code;
    (void)r;
    if (!node_uint(n, &code))
        return false;
    unsigned v = words_coded(f->shape->words, code);
    memcpy(at, &v, sizeof(v));
    return v < f->shape->words->count;
}

/* ---- records */

static bool
lacks(const struct field *f, const void *record)
{
    if (f->rule == NEED)
        return false;
    return f->lacks != NULL ? f->lacks(record)
                            : f->shape->empty(f, (const char *)record + f->offset);
}

static bool
get(const struct field *f, node n, void *record, const struct reading *r)
{
    void *at = (char *)record + f->offset;
    if (n == NULL || node_nil(n))
        return f->rule == MAY && f->shape->clear(f, at);
    return f->shape->get(f, n, at, r);
}

void
fields_put_array(const struct field *f, size_t count, const void *record, struct buf *out)
{
    for (size_t i = 0; i < count; i++) {
        if (lacks(&f[i], record))
            pack_nil(out);
        else
            f[i].shape->put(&f[i], (const char *)record + f[i].offset, out);
    }
}

bool
fields_get_array(const struct field *f, size_t count, node array, size_t first, void *record,
                 const struct reading *r)
{
    return fields_get_tailed(f, count, count, array, first, record, r);
}

size_t
fields_said(const struct field *f, size_t least, size_t count, const void *record)
{
    while (count > least && lacks(&f[count - 1], record))
        count--;
    return count;
}

bool
fields_get_tailed(const struct field *f, size_t least, size_t count, node array, size_t first,
                  void *record, const struct reading *r)
{
    size_t has;
    bool ok = node_array(array, &has) && has >= first + least && has <= first + count;
    for (size_t i = 0; i < count && ok; i++)
        ok = get(&f[i], node_at(array, first + i), record, r);
    return ok;
}

void
fields_put_map(const struct field *f, size_t count, const void *record, struct buf *out)
{
    size_t present = 0;
    for (size_t i = 0; i < count; i++)
        present += lacks(&f[i], record) ? 0 : 1;
    pack_map(out, present);
    for (size_t i = 0; i < count; i++) {
        if (lacks(&f[i], record))
            continue;
        pack_text(out, f[i].key);
        f[i].shape->put(&f[i], (const char *)record + f[i].offset, out);
    }
}

bool
fields_get_map(const struct field *f, size_t count, node map, void *record, const struct reading *r)
{
    size_t pairs, next = 0; /* maps mostly keep the fields' order */
    bool ok = node_map(map, &pairs);
    for (size_t i = 0; i < count && ok; i++)
        ok = get(&f[i], node_get_from(map, f[i].key, &next), record, r);
    return ok;
}

static size_t
least_of(const struct list *l)
{
    return l->least != 0 ? l->least : l->fields_count;
}

void
fields_put_pairs(const struct field *f, size_t count, const void *record, struct buf *out)
{
    uint64_t said = 0;
    size_t present = 0;
    assert(count <= 64);
    for (size_t i = 0; i < count; i++)
        if (!lacks(&f[i], record)) {
            said |= UINT64_C(1) << i;
            present++;
        }
    pack_array(out, 2 * present);
    for (size_t i = 0; said != 0; i++, said >>= 1)
        if (said & 1) {
            pack_uint(out, i);
            f[i].shape->put(&f[i], (const char *)record + f[i].offset, out);
        }
}

/* The field that the pair at `at` is of: above all before it, or the pairs are malformed. */
static bool
pair_number(node array, size_t at, bool first, uint64_t before, uint64_t *number)
{
    return node_uint(node_at(array, at), number) && (first || *number > before);
}

bool
fields_get_pairs(const struct field *f, size_t count, node array, void *record,
                 const struct reading *r)
{
    size_t has, next = 0; /* the first row that no pair has come to */
    uint64_t number = 0;
    bool ok = node_array(array, &has) && has % 2 == 0;
    for (size_t at = 0; at < has && ok; at += 2) {
        ok = pair_number(array, at, at == 0, number, &number);
        for (; next < count && next < number && ok; next++)
            ok = get(&f[next], NULL, record, r);
        if (ok && number < count)
            ok = get(&f[next++], node_at(array, at + 1), record, r);
    }
    for (; next < count && ok; next++)
        ok = get(&f[next], NULL, record, r);
    return ok;
}

void
fields_put_list(const struct list *l, const void *items, size_t count, struct buf *out)
{
    pack_array(out, count);
    for (size_t i = 0; i < count; i++) {
        const void *item = (const char *)items + i * l->item_size;
        size_t said = fields_said(l->fields, least_of(l), l->fields_count, item);
        pack_array(out, said);
        fields_put_array(l->fields, said, item, out);
    }
}

bool
fields_get_list(const struct list *l, node array, void **items, size_t *count,
                const struct reading *r)
{
    if (!node_array(array, count))
        return false;
    char *list = arena_alloc(r->arena, *count * l->item_size);
    for (size_t i = 0; i < *count; i++)
        if (!fields_get_tailed(l->fields, least_of(l), l->fields_count, node_at(array, i), 0,
                               list + i * l->item_size, r))
            return false;
    *items = list;
    return true;
}
