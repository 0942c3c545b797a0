/* json.h - the doorman of jansson: objects built field by field, printed on one line; and texts
 * read. Of what is built, a value that is absent (NULL or "") is left out. */
#ifndef JSON_JSON_H
#define JSON_JSON_H

#include "common/base/buf.h"

#include <stdio.h>

struct json; /* an object or an array */

struct json *json_object_new(void);
struct json *json_array_new(void);
void json_put_text(struct json *object, const char *key, const char *value);
void json_put_str(struct json *object, const char *key, struct str value);
void json_put_number(struct json *object, const char *key, int64_t value);
void json_put_true(struct json *object, const char *key, bool value); /* false: left out */
void json_put_hex(struct json *object, const char *key, const void *bytes, size_t len);
void json_put_e7(struct json *object, const char *key, int32_t e7); /* degrees */
/* The gift: *value is NULL afterwards. */
void json_put(struct json *object, const char *key, struct json **value);
void json_append(struct json *array, struct json **value);
void json_append_text(struct json *array, const char *value);
/* Prints one line and frees. */
void json_print(struct json **value, FILE *to);
/* The same without the line's end, appended. */
void json_write(struct json **value, struct buf *out);

/* Reads a whole text; NULL: none, and `why` has "line N: ..." appended. */
must_use struct json *json_read(struct str text, struct buf *why);
void json_free(struct json **value);
/* Borrowed from what they are of; NULL: absent, or of another kind. `value` may be NULL. */
const struct json *json_get(const struct json *value, const char *key);
size_t json_count(const struct json *array); /* 0 of anything else */
const struct json *json_at(const struct json *array, size_t i);
const char *json_text(const struct json *value);
bool json_bool(const struct json *value, bool *out);       /* false: it is none */
bool json_number(const struct json *value, int64_t *out);  /* a whole one; else 0 and false */
bool json_real_e7(const struct json *value, int32_t *out); /* degrees, at most 180; else false */
enum json_kind { JSON_A_TEXT, JSON_A_NUMBER, JSON_A_BOOL, JSON_AN_OBJECT, JSON_AN_ARRAY };
bool json_is(const struct json *value, enum json_kind kind);
/* The name of an object's i-th member; NULL: it has not so many. */
const char *json_key(const struct json *object, size_t i);

#endif
