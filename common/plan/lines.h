/* lines.h - the doorman of libyaml: a YAML text as a tree whose nodes know their lines.
 *
 * libcyaml turns a text into structs but forgets where it read what; this remembers, so that
 * a fault found later still names its line. Nodes are small numbers, 0 is none. */
#ifndef PLAN_LINES_H
#define PLAN_LINES_H

#include "common/base/buf.h"
#include "common/base/err.h"

struct lines;
enum lines_kind { LINES_TEXT, LINES_LIST, LINES_MAP };

/* ERR_SYNTAX: not YAML (or not UTF-8, or more than one document); `line` and `why` say where
 * and what. `yaml` must outlive the call only. */
must_use enum err lines_open(struct lines **out, struct str yaml, unsigned *line, struct buf *why);
void lines_close(struct lines *l);

size_t lines_nodes(const struct lines *l); /* nodes are 1 .. this */
int lines_root(const struct lines *l);     /* 0: the document is empty */
enum lines_kind lines_kind(const struct lines *l, int node);
unsigned lines_line(const struct lines *l, int node); /* from 1 */
struct str lines_text(const struct lines *l, int node);
unsigned lines_count(const struct lines *l, int node);       /* items of a list, pairs of a map */
int lines_item(const struct lines *l, int list, unsigned i); /* 0: past the end, or no list */
int lines_key(const struct lines *l, int map, unsigned i);
int lines_value(const struct lines *l, int map, unsigned i);
/* The pair with this key: its place in the map, or -1. */
int lines_find(const struct lines *l, int map, const char *key);

#endif
