/* names.h - the words of life.h, update.h, outcome.h and event.h as they stand on the wire, in
 * the plan and in docs: lower case, "en_route", "accept", "not_yours". */
#ifndef WIRE_NAMES_H
#define WIRE_NAMES_H

#include "common/base/str.h"
#include "faultline/event.h"
#include "faultline/life.h"
#include "faultline/message.h"
#include "faultline/outcome.h"
#include "faultline/update.h"

const char *state_name(enum ticket_state s);
const char *verb_name(enum verb v);
const char *role_name(enum role r);
const char *refusal_name(enum refusal r);
const char *update_name(enum update_kind k);
const char *outcome_name(enum outcome_kind k);
const char *how_name(enum routed_how h);
const char *event_name(enum event_kind k);
const char *assist_name(enum assist_kind k);
/* From a name: the enum's count (TICKET_STATES, VERBS, ...) when there is none such. */
enum ticket_state state_named(struct str name);
enum verb verb_named(struct str name);
enum role role_named(struct str name);
enum refusal refusal_named(struct str name);
enum update_kind update_named(struct str name);
enum outcome_kind outcome_named(struct str name);
enum routed_how how_named(struct str name);
enum event_kind event_named(struct str name);
enum assist_kind assist_named(struct str name);

const char *reason_name(enum reason v);
enum reason reason_named(struct str name);
const char *object_kind_name(enum object_kind v);
enum object_kind object_kind_named(struct str name);
const char *object_state_name(enum object_state v);
enum object_state object_state_named(struct str name);
const char *section_name(enum section v);
enum section section_named(struct str name);
const char *clock_name(enum clock v);
enum clock clock_named(struct str name);
const char *arrival_name(enum arrival v);
enum arrival arrival_named(struct str name);

#endif
