/* json.h - JSON for scripts: common/json, with times and updates. */
#ifndef CLI_JSON_H
#define CLI_JSON_H

#include "common/json/json.h"
#include "faultline/client.h"

void json_put_time(struct json *object, const char *key, int64_t instant); /* 0: left out */
struct json *json_of_update(const struct fl_update *u);

#endif
