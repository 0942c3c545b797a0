/* city.h - what the simulator draws before anything moves: engineers with homes, skills and
 * shifts, and tickets with all that will be true of them. It depends on the wish alone. */
#ifndef QUALITY_CITY_H
#define QUALITY_CITY_H

#include "bench/quality/draw.h"
#include "bench/quality/road.h"

enum {
    CITY_SKILLS = 16,
    CITY_LEVELS = 3,
    CITY_SEVERITIES = 4,  /* 0 is the worst */
    CITY_BREAK_MIN = 30,  /* planned length of a break */
    CITY_STORM = 300,     /* tickets in ten minutes */
    CITY_NOMINAL_MIN = 20 /* the travel that `load` reckons with */
};
/* Monday 2026-01-05 00:00 UTC, which is midnight in the city. */
#define CITY_BEGIN ((instant)1767571200000)

extern const double city_weights[CITY_SEVERITIES];      /* 27, 9, 3, 1 */
extern const unsigned city_limits_min[CITY_SEVERITIES]; /* promised arrival */

struct city_wish {
    uint64_t seed;
    unsigned engineers, days;
    double load; /* work that comes, service and nominal travel, over time on duty */
    bool storm;
};

struct man {
    struct spot home;
    uint8_t levels[CITY_SKILLS]; /* 0: not his */
    unsigned shift;              /* of three */
    int from_min, to_min;        /* of every day */
    int break_min;               /* when it is planned */
    double pace;                 /* his service times over others' */
};

struct ticket_drawn {
    uint64_t number; /* names its draws */
    instant created_at, deadline;
    struct spot spot;
    uint8_t skill, level, severity;
    msec service_ms;      /* at pace 1 */
    instant cancel_at;    /* NEVER; or then, unless somebody has come */
    msec absent_ms;       /* nobody there for so long; 0: somebody is */
    bool absent_for_good; /* and then it is called off */
};

struct city {
    struct city_wish wish;
    struct man *men; /* owned */
    unsigned men_count;
    struct ticket_drawn *tickets; /* owned; by created_at */
    unsigned tickets_count;
};

struct city *city_new(const struct city_wish *w);
void city_free(struct city *c);

/* What everybody knows: the mean time a job of this skill takes. */
msec city_mean_ms(unsigned skill);
/* And the hours of the day, 0 .. 23, in which one gets about slowly; metres a minute, about. */
enum { CITY_SPEED_M = 540, CITY_RUSH_M = 420 };
bool city_is_rush(int hour);
bool city_qualified(const struct man *m, const struct ticket_drawn *t);
/* By the plan: within his shift and not in his break. */
bool city_on_duty(const struct man *m, instant at);
instant city_shift_end(const struct man *m, instant at); /* of that day */
uint64_t city_digest(const struct city *c);              /* of everything drawn */

#endif
