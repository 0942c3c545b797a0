/* program.h - a gateway as a program: its command line, its settings, its help. */
#ifndef GATEWAYS_PROGRAM_H
#define GATEWAYS_PROGRAM_H

#include "gateways/own.h"

struct program {
    const char *site, *as, *conf;
    const char *sets[GATEWAY_SETS];
    size_t sets_count;
    bool dry_run;
};

/* The site's settings and the gateway's, from files and --set; dies when they are wrong. */
void program_settings(struct gateway *g, const struct program *p);

/* gateway.c */
struct gateway *gateway_open(const struct channel *c, const struct program *p);
void gateway_run(struct gateway *g);
void gateway_close(struct gateway *g);

#endif
