/* assist_body.h - a word between territories as one msgpack value: the body of an outbox entry,
 * and a part of the log. Private to this room. An array:
 *
 *     [1, kind, from, incarnation, sequence, ticket, level, lat, lon, needs, refused, engineer,
 *      name, phone]
 *
 * `needs` is an array of [skill, level], `refused` of engineers. nil stands for zero and none. */
#ifndef WIRE_ASSIST_BODY_H
#define WIRE_ASSIST_BODY_H

#include "common/wire/pack.h"
#include "faultline/event.h"

void assist_put(struct buf *out, const struct assist *a);
must_use enum err assist_get(node n, struct assist *out);

#endif
