/* alarm.h - Prometheus' Alertmanager: its webhook (version 4) becomes one ticket for each group.
 *
 *     firing, group unknown          -> a report (key: group and the first alert's start)
 *     firing, group has a ticket     -> nothing; a note each time the alerts have doubled (as soon
 *                                       as the ticket has its number)
 *     resolved, repaired already     -> approve: monitoring accepts the repair
 *     resolved, nobody took it yet   -> cancel (setting alarm_cancels; else a note)
 *     resolved, an engineer has it   -> a note: he decides */
#ifndef GATEWAYS_WEB_ALARM_H
#define GATEWAYS_WEB_ALARM_H

#include "common/base/str.h"

struct web;
struct thread;
struct alarms;
struct alarms *alarms_new(void);
void alarms_free(struct alarms *a);
/* Something was told of a group's ticket: says what had to wait for its number. */
void alarm_update(struct web *w, const struct thread *t);

/* An RFC 3339 time as an instant; false: it is none. */
bool alarm_time(struct str text, int64_t *out);

#endif
