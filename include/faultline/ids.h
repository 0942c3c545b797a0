/* ids.h - one struct type for each kind of name, so that they cannot be mixed up.
 *
 * Names chosen by people (territory, engineer, ...) are short texts of
 * [a-z0-9._-], zero-padded to their array so that memcmp compares them; an all-zero
 * name means "none". Ids of reports and tickets are derived (docs/protocol.md). */
#ifndef FAULTLINE_IDS_H
#define FAULTLINE_IDS_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

typedef int64_t instant; /* milliseconds since 1970-01-01T00:00Z */
typedef int64_t msec;    /* a length of time in milliseconds */
#define NEVER   INT64_MAX
#define SECONDS ((msec)1000)
#define MINUTES (60 * SECONDS)
#define HOURS   (60 * MINUTES)
#define DAYS    (24 * HOURS)

struct territory_id {
    char s[16];
};
/* Whoever holds a key; an engineer is the principal of the same name. */
struct principal_id {
    char s[24];
};
struct engineer_id {
    char s[24];
};
struct site_id {
    char s[32];
};
struct customer_id {
    char s[32];
};
struct category_id {
    char s[32];
};
struct skill_id {
    char s[24];
};
/* The channel account that a report came in by, named in the plan. */
struct source_id {
    char s[32];
};
struct report_id {
    uint8_t b[16];
};
/* A ticket bears the id of the report that opened it. */
struct ticket_id {
    uint8_t b[16];
};
/* A territory's life since it was founded or its store was rolled back: random. */
struct incarnation {
    uint8_t b[16];
};
/* The chain hash of a committed version: BLAKE2b-256. */
struct chain {
    uint8_t b[32];
};
/* An event's name: (principal, epoch, counter), persisted by its sender. */
struct event_id {
    uint64_t epoch;   /* a new one whenever the sender's counter was lost */
    uint64_t counter; /* from 1, by one */
};

/* Degrees in units of 1e-7; PLACE_NONE in both when unknown. */
struct place {
    int32_t lat_e7, lon_e7;
};
#define PLACE_NONE ((struct place){ INT32_MIN, INT32_MIN })

static inline bool
place_known(struct place p)
{
    return p.lat_e7 != INT32_MIN && p.lon_e7 != INT32_MIN;
}

#define same_id(a, b) (memcmp(&(a), &(b), sizeof(a)) == 0)
/* Is a text id (one with a member s) absent? */
#define no_name(id) ((id).s[0] == '\0')

static inline struct principal_id
principal_of(struct engineer_id e)
{
    struct principal_id p;
    memcpy(p.s, e.s, sizeof(p.s));
    return p;
}

static inline struct engineer_id
engineer_of(struct principal_id p)
{
    struct engineer_id e;
    memcpy(e.s, p.s, sizeof(e.s));
    return e;
}

static inline struct ticket_id
ticket_of(struct report_id r)
{
    struct ticket_id t;
    memcpy(t.b, r.b, sizeof(t.b));
    return t;
}

#endif
