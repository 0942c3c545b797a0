/* schema.h - the doorman of libcyaml: YAML text into the structs of plan.h. */
#ifndef PLAN_SCHEMA_H
#define PLAN_SCHEMA_H

#include "common/plan/faults.h"

/* NULL, and at least one fault, when libcyaml does not take it. */
struct plan *schema_load(struct str yaml, struct faults *f);

#endif
