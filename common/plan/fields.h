/* fields.h - what a plan is made of, said once: a row a field. Loading, checking, writing,
 * comparing and freeing all walk these rows, so a new field is a member and a row. */
#ifndef PLAN_FIELDS_H
#define PLAN_FIELDS_H

#include "common/plan/plan.h"

enum field_kind {
    FIELD_TEXT,   /* char * */
    FIELD_COUNT,  /* unsigned; absent: 0 */
    FIELD_OFFSET, /* int; absent: 0 */
    FIELD_NUMBER, /* unsigned *; absent: NULL */
    FIELD_REAL,   /* double, never absent */
    FIELD_DEGREE, /* double *; absent: NULL */
    FIELD_FLAG,   /* bool *; absent: NULL */
    FIELD_TEXTS,  /* char ** and a count */
    FIELD_LIST,   /* structs of `of`, and a count */
    FIELD_PART,   /* one struct of `of`, in place */
    FIELD_KINDS
};

/* When must a field be there? */
enum field_need { NEED_NEVER, NEED_FULL /* not in a map */, NEED_ALWAYS };

/* Lists whose items have ids, and which other fields may name. */
enum field_refers {
    REFERS_NOWHERE,
    REFERS_TERRITORY,
    REFERS_SITE,
    REFERS_CUSTOMER,
    REFERS_CATEGORY,
    REFERS_LEVEL,
    REFERS_CALENDAR,
    REFERS_ROSTER,
    REFERS_ESCALATION,
    REFERS_CONTRACT,
    REFERS_ENGINEER,
    REFERS_PRINCIPAL,
    REFERS
};

struct noun;
struct field {
    const char *key;
    enum field_kind kind;
    size_t at, count_at; /* offsets in the struct */
    const struct noun *of;
    enum field_need need;
    enum field_refers refers; /* the text (or each of the texts) must be an id there */
    bool hidden;              /* left out of the map */
    double min, max;          /* numbers: range; texts: bytes of each; lists: items. 0, 0: any */
    unsigned items_max;       /* of TEXTS; 0: any */
    const char *like;         /* an example, for people */
};

struct noun {
    const char *name; /* of one: "engineer" */
    size_t size;
    const struct field *fields;
    size_t fields_count;
    enum field_refers names; /* its items have ids of this kind; the id is the first member */
    size_t id_max;           /* bytes */
    bool id_plain;           /* ids of [a-z0-9._-]; else of anything printable */
    bool ordered;            /* the order of its items means something */
    bool flow;               /* written on one line */
};

extern const struct noun noun_plan, noun_settings, noun_territory, noun_point, noun_site,
    noun_customer, noun_level, noun_category, noun_need, noun_skill, noun_certificate,
    noun_level_rule, noun_matching, noun_speed, noun_calendar, noun_duty, noun_roster, noun_step,
    noun_escalation, noun_promise, noun_seats, noun_contract, noun_engineer, noun_principal;

static inline const void *
field_at(const struct field *f, const void *item)
{
    return (const char *)item + f->at;
}

/* Text or pointer of a TEXT, NUMBER, DEGREE, FLAG, TEXTS or LIST. */
static inline void *
field_pointer(const struct field *f, const void *item)
{
    void *p;
    memcpy(&p, field_at(f, item), sizeof(p));
    return p;
}

static inline unsigned
field_count(const struct field *f, const void *item)
{
    unsigned n;
    memcpy(&n, (const char *)item + f->count_at, sizeof(n));
    return n;
}

/* The i-th item of a LIST. */
static inline void *
field_item(const struct field *f, const void *item, unsigned i)
{
    return (char *)field_pointer(f, item) + i * f->of->size;
}

/* The id of an item of a noun that has ids; NULL when it was not given. */
static inline const char *
noun_id(const void *item)
{
    const char *id;
    memcpy(&id, item, sizeof(id));
    return id;
}

const struct field *noun_field(const struct noun *n, struct str key); /* NULL: none */
bool field_absent(const struct field *f,
                  const void *item); /* a 0 is absent; a PART of which all is */
/* Frees what the item owns, not the item. */
void noun_fini(const struct noun *n, void *item);

/* Into an id or a name, zero-padded; the texts of a checked plan fit. */
#define field_fill(to, text)                                                                       \
    do {                                                                                           \
        bool fits = str_fill((to), sizeof(to), str_of(text));                                      \
        assert(fits);                                                                              \
    } while (0)

#endif
