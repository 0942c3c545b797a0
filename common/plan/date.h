/* date.h - days of the Gregorian calendar as whole numbers: 0 is 1970-01-01. No zones here. */
#ifndef PLAN_DATE_H
#define PLAN_DATE_H

#include "common/base/str.h"

struct date {
    int year;            /* 1..9999 */
    unsigned month, day; /* from 1 */
};

unsigned date_month_days(int year, unsigned month);
/* false: there is no such day. */
must_use bool date_is_real(struct date d);
int64_t date_day(struct date d); /* of a real date */
struct date date_of(int64_t day);
unsigned date_weekday(int64_t day);         /* 0 is Monday */
const char *date_weekday_name(int64_t day); /* "Mon" */
/* "2026-02-14" and nothing else. */
must_use bool date_read(struct str text, int64_t *day);
enum { DATE_TEXT = 16 };
void date_text(char out[DATE_TEXT], int64_t day);

#endif
