/* json.h - the doorman of jansson: objects built field by field, printed on one line; and texts
 * read. Of what is built, a value that is absent (NULL or "") is left out. */
#ifndef CLI_JSON_H
#define CLI_JSON_H

#include "common/base/buf.h"
#include "faultline/client.h"

#include <stdio.h>

struct json; /* an object or an array */

struct json *json_object_new(void);
struct json *json_array_new(void);
void json_put_text(struct json *object, const char *key, const char *value);
void json_put_str(struct json *object, const char *key, struct str value);
void json_put_number(struct json *object, const char *key, int64_t value);
void json_put_true(struct json *object, const char *key, bool value); /* false: left out */
void json_put_hex(struct json *object, const char *key, const void *bytes, size_t len);
void json_put_e7(struct json *object, const char *key, int32_t e7);        /* degrees */
void json_put_time(struct json *object, const char *key, int64_t instant); /* 0: left out */
/* The gift: *value is NULL afterwards. */
void json_put(struct json *object, const char *key, struct json **value);
void json_append(struct json *array, struct json **value);
/* Prints one line and frees. */
void json_print(struct json **value, FILE *to);

/* Reads a whole text; NULL: none, and `why` has "line N: ..." appended. */
must_use struct json *json_read(struct str text, struct buf *why);
void json_free(struct json **value);
/* Borrowed from what they are of; NULL: absent, or of another kind. `value` may be NULL. */
const struct json *json_get(const struct json *value, const char *key);
size_t json_count(const struct json *array); /* 0 of anything else */
const struct json *json_at(const struct json *array, size_t i);
const char *json_text(const struct json *value);
bool json_bool(const struct json *value, bool *out); /* false: it is none */

struct json *json_of_update(const struct fl_update *u);

#endif
