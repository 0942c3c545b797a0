/* field.h - a struct's members on the wire, as a table: one row serves putting and getting, so
 * that the two cannot drift apart. Private to this room.
 *
 *     static const struct field fields[] = {
 *         FIELD(NEED, "ticket", field_bytes, struct update, ticket),
 *         FIELD(MAY, "due", field_instant, struct update, due),
 *     };
 *
 * In an array every field has its place, and nil where it is absent. In a map or in pairs an
 * absent field is left out. Absent stands for the member's empty value: zero, no name, no text, no
 * place. */
#ifndef WIRE_FIELD_H
#define WIRE_FIELD_H

#include "common/base/arena.h"
#include "common/wire/pack.h"
#include "common/wire/words.h"
#include "faultline/ids.h"

struct field;

/* What a getter may lean on. */
struct reading {
    struct arena *arena; /* for lists */
    struct str bytes;    /* that the doc was opened from */
};

/* How values of one type stand on the wire. */
struct shape {
    void (*put)(const struct field *f, const void *at, struct buf *out);
    bool (*get)(const struct field *f, node n, void *at, const struct reading *r);
    bool (*empty)(const struct field *f, const void *at); /* NULL: never */
    bool (*clear)(const struct field *f, void *at);       /* makes it empty; false: may not be */
    const struct words *words;                            /* of an enum */
    int64_t low, high; /* numbers; for words, `low` is what absent means */
};

enum field_rule { NEED, MAY };

struct field {
    enum field_rule rule;
    const char *key; /* in a map; what people call it in pairs; NULL in arrays */
    const struct shape *shape;
    size_t offset, size; /* of the member */
    /* Is it left out of this record? NULL: when it is empty. */
    bool (*lacks)(const void *record);
};
#define FIELD(rule, key, shape, type, member)                                                      \
    {                                                                                              \
        rule, key, &(shape), offsetof(type, member), sizeof(((type *)NULL)->member), NULL          \
    }

/* Names. An id is of [a-z0-9._-] and not empty; a label any printable UTF-8. */
extern const struct shape field_id, field_label;
extern const struct shape field_bytes; /* an array of octets: exactly so many */
/* Whole numbers. Hint, percent and amount are -1 when absent, an instant 0. */
extern const struct shape field_u8, field_u16, field_u32, field_u64, field_mark, field_counter,
    field_credit, field_i64, field_instant, field_hint, field_percent, field_amount, field_side;
extern const struct shape field_bool;               /* absent: false; said only when true */
extern const struct shape field_text, field_octets; /* struct str: as str, as bin */
/* Both on the struct place; lat first. Both are there or none is. */
extern const struct shape field_lat, field_lon;

/* Enums, by name and by number; shapes are made from these with `words` and `low`. */
void field_put_name(const struct field *f, const void *at, struct buf *out);
bool field_get_name(const struct field *f, node n, void *at, const struct reading *r);
void field_put_code(const struct field *f, const void *at, struct buf *out);
bool field_get_code(const struct field *f, node n, void *at, const struct reading *r);
bool field_word_empty(const struct field *f, const void *at);
bool field_word_clear(const struct field *f, void *at);
#define FIELD_NAMED(table, absent)                                                                 \
    {                                                                                              \
        field_put_name, field_get_name, field_word_empty, field_word_clear, &(table), absent, 0    \
    }
#define FIELD_CODED(table, absent)                                                                 \
    {                                                                                              \
        field_put_code, field_get_code, field_word_empty, field_word_clear, &(table), absent, 0    \
    }

/* A record is its fields. Getting expects a zeroed record, and leaves it unusable when it fails.
 * An array begins with `first` elements that are not the record's, and has no others. */
void fields_put_array(const struct field *f, size_t count, const void *record, struct buf *out);
bool fields_get_array(const struct field *f, size_t count, node array, size_t first, void *record,
                      const struct reading *r);
/* An array whose fields from `least` on are a tail: what is absent at its very end is left off, so
 * that a tail may grow and costs nothing where it says nothing. Putting is given how many fields
 * fields_said has counted, `least` or more. */
size_t fields_said(const struct field *f, size_t least, size_t count, const void *record);
bool fields_get_tailed(const struct field *f, size_t least, size_t count, node array, size_t first,
                       void *record, const struct reading *r);
void fields_put_map(const struct field *f, size_t count, const void *record, struct buf *out);
bool fields_get_map(const struct field *f, size_t count, node map, void *record,
                    const struct reading *r);

/* An array of number, value, number, value, ...: a field's number is its row's. The numbers rise,
 * what is absent is left out, and a number past the rows is some later version's: passed over. */
void fields_put_pairs(const struct field *f, size_t count, const void *record, struct buf *out);
bool fields_get_pairs(const struct field *f, size_t count, node array, void *record,
                      const struct reading *r);

/* Arrays of records, each an array. Getting allocates in the arena. */
struct list {
    const struct field *fields;
    size_t fields_count, item_size;
    size_t least; /* fields from here on are a tail; 0: none is */
};
void fields_put_list(const struct list *l, const void *items, size_t count, struct buf *out);
bool fields_get_list(const struct list *l, node array, void **items, size_t *count,
                     const struct reading *r);

#endif
