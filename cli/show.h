/* show.h - happenings of a client as lines for people or for scripts. */
#ifndef CLI_SHOW_H
#define CLI_SHOW_H

#include "cli/cmd.h"
#include "faultline/client.h"

#include <stdio.h>

/* How updates are printed: as JSON, or in whose words. */
struct show {
    bool json;
    enum fl_reader to;
    enum fl_lang lang;
};

/* `given` is what --lang says, or NULL: then the locale's language (LC_ALL, LC_MESSAGES, LANG), and
 * English for those that we do not speak. false: neither en nor zh, already said. */
must_use bool show_lang(struct show *how, const struct command *c, const char *given);

/* "21:37:31 N1-0123456789-4 accepted: severe fault, lift, by e07 Li Na 555-0107" in this machine's
 * zone, as fl_say has it; for its engineer the report's own words on a second line. */
void show_update(FILE *to, const struct show *how, const struct fl_update *u);
/* Anything else that happens, where a person should know: connection, refusals, what does not open.
 */
void show_other(FILE *to, const struct fl_happening *h);

#endif
