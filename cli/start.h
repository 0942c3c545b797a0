/* start.h - the plan that a new site begins with: the sample that travels in the program, or a
 * file; with the iCalendar files that it names. */
#ifndef CLI_START_H
#define CLI_START_H

#include "cli/site.h"

struct start_file {
    char *path; /* below the plan's folder */
    struct buf text;
};
struct start {
    struct plan *plan; /* without principals */
    struct buf yaml;   /* its text, comments and all */
    struct start_file *files;
    size_t files_count, files_cap;
    const char *path; /* NULL: the sample */
};

/* `path` NULL: the sample. false: said on stderr. Either way start_fini is due. */
must_use bool start_read(struct start *s, const char *path, instant now);
/* Puts the files below `dir`, folders and all. false: said in `why`. */
must_use bool start_put_files(const struct start *s, const char *dir, struct buf *why);
void start_fini(struct start *s);

#endif
