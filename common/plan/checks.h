/* checks.h - what only a noun knows of its fields: a function a noun, each in the file of its
 * subject. check.c has looked at every row before; what is absent or out of range has been told. */
#ifndef PLAN_CHECKS_H
#define PLAN_CHECKS_H

#include "common/plan/census.h"
#include "common/plan/check.h"

/* The three keys a principal may have; no two principals share one. */
enum key_kind { KEY_CURVE, KEY_SEAL, KEY_SIGN, KEYS };

struct check {
    const struct plan *p;
    struct faults *f;
    bool map, files; /* files: may be named */
    struct census census;
    struct map codes;      /* code -> territory */
    struct map keys[KEYS]; /* 32 bytes -> principal */
    unsigned conditions;   /* of level rules, on texts */
    struct map needed[2];  /* CERTIFICATE and PART names that categories need -> the name */
    struct map had[2];     /* and that engineers have */
};
enum { NEEDED_CERTIFICATE, NEEDED_PART };

bool plain_id(const char *id);
void check_both(struct check *c, const struct spot *s, const double *lat, const double *lon);

/* check_place.c */
void check_territory(struct check *c, const struct spot *s);
void check_site(struct check *c, const struct spot *s);
/* check_people.c */
void check_category(struct check *c, const struct spot *s);
void check_engineer(struct check *c, const struct spot *s);
void check_principal(struct check *c, const struct spot *s);
/* check_matching.c */
void check_matching(struct check *c, const struct spot *s);
void check_speed(struct check *c, const struct spot *s);
void check_things_begin(struct check *c); /* certificates and parts: who has which */
void check_things_end(struct check *c);
void check_category_things(struct check *c, const struct spot *s);
void check_engineer_things(struct check *c, const struct spot *s);
/* The last day of something: "2027-12-31". */
void check_until(struct check *c, const struct spot *s, const char *until);
/* check_level.c */
void check_settings(struct check *c, const struct spot *s);
void check_level_rule(struct check *c, const struct spot *s);
/* check_promise.c */
void check_escalation(struct check *c, const struct spot *s);
void check_contract(struct check *c, const struct spot *s);
void check_promise(struct check *c, const struct spot *s);
/* check_hours.c */
void check_calendar(struct check *c, const struct spot *s);
void check_roster(struct check *c, const struct spot *s);

#endif
