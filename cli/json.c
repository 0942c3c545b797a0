/* json.c - JSON for scripts, and from the world. */
#include "cli/json.h"

#include "common/io/clock.h"

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
json_put_time(struct json *object, const char *key, int64_t instant)
{
    char text[32];
    if (instant == 0)
        return;
    clock_text(text, instant);
    json_put_text(object, key, text);
}

void
json_put(struct json *object, const char *key, struct json **value)
{
    set_new(object, key, tree(*value));
    *value = NULL;
}

void
json_append(struct json *array, struct json **value)
{
    int failed = json_array_append_new(tree(array), tree(*value));
    assert(failed == 0);
    *value = NULL;
}

void
json_print(struct json **value, FILE *to)
{
    json_dumpf(tree(*value), to, JSON_COMPACT | JSON_REAL_PRECISION(9));
    fputc('\n', to);
    json_decref(tree(*value));
    *value = NULL;
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

static void
put_texts(struct json *j, const struct fl_update *u)
{
    const struct {
        const char *key, *value;
    } texts[] = {
        { "kind", u->kind },
        { "territory", u->territory },
        { "recipient", u->recipient },
        { "number", u->number },
        { "state", u->state },
        { "level", u->level },
        { "category", u->category },
        { "site", u->site },
        { "customer", u->customer },
        { "engineer", u->engineer },
        { "name", u->name },
        { "phone", u->phone },
        { "verb", u->verb },
        { "refusal", u->refusal },
        { "why", u->why },
        { "text", u->text },
        { "contact", u->contact },
        { "reporter", u->reporter },
        { "reason", u->reason },
        { "clock", u->clock },
        { "object_kind", u->object_kind },
        { "object_state", u->object_state },
        { "lang", u->lang },
        { "code", u->code },
    };
    for (size_t i = 0; i < countof(texts); i++)
        json_put_text(j, texts[i].key, texts[i].value);
}

/* Those that are not zero. */
static void
put_numbers(struct json *j, const struct fl_update *u)
{
    const struct {
        const char *key;
        uint64_t value;
    } numbers[] = {
        { "version", u->version }, { "repeats", u->repeats },     { "counter", u->counter },
        { "object", u->object },   { "share_pct", u->share_pct },
    };
    for (size_t i = 0; i < countof(numbers); i++)
        if (numbers[i].value != 0)
            json_put_number(j, numbers[i].key, (int64_t)numbers[i].value);
    if (u->has_amount)
        json_put_number(j, "amount", u->amount);
}

struct json *
json_of_update(const struct fl_update *u)
{
    struct json *j = json_object_new();
    put_texts(j, u);
    json_put_number(j, "sequence", (int64_t)u->sequence);
    json_put_time(j, "at", u->at);
    json_put_time(j, "due", u->due);
    if (u->has_ticket)
        json_put_hex(j, "ticket", u->ticket, sizeof(u->ticket));
    if (u->has_report)
        json_put_hex(j, "report", u->report, sizeof(u->report));
    if (u->has_other)
        json_put_hex(j, "other", u->other, sizeof(u->other));
    put_numbers(j, u);
    if (u->has_place) {
        json_put_e7(j, "lat", u->lat_e7);
        json_put_e7(j, "lon", u->lon_e7);
    }
    json_put_true(j, "repeated", u->repeated);
    return j;
}
