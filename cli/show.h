/* show.h - happenings of a client as lines for people or for scripts. */
#ifndef CLI_SHOW_H
#define CLI_SHOW_H

#include "faultline/client.h"

#include <stdio.h>

/* "21:37:31 N1-0123456789-4 accepted  severe lift  e07 Li Na 555-0107" */
void show_update(FILE *to, const struct fl_update *u, bool json);
/* Anything else that happens, where a person should know: connection, refusals, what does not open.
 */
void show_other(FILE *to, const struct fl_happening *h);

#endif
