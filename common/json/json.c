/* json.c - JSON built and read, by jansson. */
#include "common/json/json.h"

#include <jansson.h>

static json_t *
tree(struct json *j)
{
    return (json_t *)(void *)j;
}

static void
set_new(struct json *object, const char *key, json_t *value)
{
    int failed = json_object_set_new(tree(object), key, value);
    assert(failed == 0);
}

struct json *
json_object_new(void)
{
    json_t *j = json_object();
    assert(j != NULL);
    return (struct json *)(void *)j;
}

struct json *
json_array_new(void)
{
    json_t *j = json_array();
    assert(j != NULL);
    return (struct json *)(void *)j;
}

void
json_put_str(struct json *object, const char *key, struct str value)
{
    if (value.len == 0)
        return;
    json_t *text = json_stringn(value.at, value.len);
    if (text == NULL) { /* not UTF-8: its bytes, then */
        char *hex = zalloc(2 * value.len + 1);
        hex_of(hex, value.at, value.len);
        text = json_string(hex);
        free(hex);
    }
    set_new(object, key, text);
}

void
json_put_text(struct json *object, const char *key, const char *value)
{
    json_put_str(object, key, str_of(value));
}

void
json_put_number(struct json *object, const char *key, int64_t value)
{
    set_new(object, key, json_integer(value));
}

void
json_put_true(struct json *object, const char *key, bool value)
{
    if (value)
        set_new(object, key, json_true());
}

void
json_put_hex(struct json *object, const char *key, const void *bytes, size_t len)
{
    char hex[129];
    assert(2 * len < sizeof(hex));
    hex_of(hex, bytes, len);
    json_put_text(object, key, hex);
}

void
json_put_e7(struct json *object, const char *key, int32_t e7)
{
    set_new(object, key, json_real(e7 / 1e7));
}

void
json_put(struct json *object, const char *key, struct json **value)
{
    set_new(object, key, tree(*value));
    *value = NULL;
}

void
json_append_text(struct json *array, const char *value)
{
    json_array_append_new(tree(array), json_string(value));
}

void
json_append(struct json *array, struct json **value)
{
    int failed = json_array_append_new(tree(array), tree(*value));
    assert(failed == 0);
    *value = NULL;
}

enum { STYLE = JSON_COMPACT | JSON_REAL_PRECISION(9) };

void
json_print(struct json **value, FILE *to)
{
    json_dumpf(tree(*value), to, STYLE);
    fputc('\n', to);
    json_free(value);
}

static int
put_piece(const char *at, size_t len, void *out)
{
    buf_put(out, at, len);
    return 0;
}

void
json_write(struct json **value, struct buf *out)
{
    json_dump_callback(tree(*value), put_piece, out, STYLE);
    json_free(value);
}

static const json_t *
leaf(const struct json *j)
{
    return (const json_t *)(const void *)j;
}

struct json *
json_read(struct str text, struct buf *why)
{
    json_error_t error;
    json_t *j =
        json_loadb(text.at == NULL ? "" : text.at, text.len, JSON_REJECT_DUPLICATES, &error);
    if (j == NULL)
        buf_printf(why, "line %d: %s", error.line, error.text);
    return (struct json *)(void *)j;
}

void
json_free(struct json **value)
{
    json_decref(tree(*value));
    *value = NULL;
}

const struct json *
json_get(const struct json *value, const char *key)
{
    return (const struct json *)(const void *)json_object_get(leaf(value), key);
}

size_t
json_count(const struct json *array)
{
    return json_array_size(leaf(array));
}

const struct json *
json_at(const struct json *array, size_t i)
{
    return (const struct json *)(const void *)json_array_get(leaf(array), i);
}

const char *
json_text(const struct json *value)
{
    return json_string_value(leaf(value));
}

bool
json_bool(const struct json *value, bool *out)
{
    *out = json_is_true(leaf(value));
    return json_is_boolean(leaf(value));
}

bool
json_number(const struct json *value, int64_t *out)
{
    *out = json_integer_value(leaf(value));
    return json_is_integer(leaf(value));
}

bool
json_real_e7(const struct json *value, int32_t *out)
{
    double degrees = json_number_value(leaf(value));
    bool good = json_is_number(leaf(value)) && degrees >= -180 && degrees <= 180;
    *out = good ? (int32_t)(degrees * 1e7 + (degrees < 0 ? -0.5 : 0.5)) : 0;
    return good;
}

bool
json_is(const struct json *value, enum json_kind kind)
{
    const json_t *j = leaf(value);
    switch (kind) {
    case JSON_A_TEXT:
        return json_is_string(j);
    case JSON_A_NUMBER:
        return json_is_number(j);
    case JSON_A_BOOL:
        return json_is_boolean(j);
    case JSON_AN_OBJECT:
        return json_is_object(j);
    case JSON_AN_ARRAY:
        return json_is_array(j);
    }
    return false;
}

const char *
json_key(const struct json *object, size_t i)
{
    json_t *all = (json_t *)(uintptr_t)(const void *)leaf(object);
    void *at = json_object_iter(all);
    while (at != NULL && i-- > 0)
        at = json_object_iter_next(all, at);
    return at == NULL ? NULL : json_object_iter_key(at);
}
