/* mapping.h - from a row of somebody's CSV to a report: a small file says which column is what.
 *
 *   source    open311.boston                 the channel account: a constant
 *   key       {case_enquiry_id}              the channel's own message key
 *   category  {type}                         columns in braces, anything around them
 *   text      {case_title}; {queue}
 *   lat       {latitude}                     decimal degrees; absent or 0,0: no place
 *   lon       {longitude}
 *   time      {open_dt} %Y-%m-%d %H:%M:%S    strptime; several lines: tried in turn
 *   zone      -05:00                         of times that name none
 *   contact   {source}    name, lang, site, customer, hint: likewise
 *   is        category "Pick up Dead Animal" animal    what a value becomes
 *   else      category other                           what all other values become
 *
 * Column names are compared in lower case, blanks as '_', so that "Unique Key" is {unique_key}. */
#ifndef CLI_MAPPING_H
#define CLI_MAPPING_H

#include "cli/csv.h"
#include "faultline/client.h"

struct mapping;

/* NULL, with "file:line: ..." lines in `why`. */
struct mapping *mapping_read(const char *path, struct buf *why);
void mapping_free(struct mapping *m);
/* The heading row: finds the columns. false: `why` names the column that is not there. */
must_use bool mapping_head(struct mapping *m, const struct csv_row *head, struct buf *why);
/* A row's report, borrowed until the next call. false: `why` says what is wrong with it. */
must_use bool mapping_row(struct mapping *m, const struct csv_row *row, struct fl_report *out,
                          struct buf *why);

#endif
