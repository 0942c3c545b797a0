/* programs.h - the programs that stand beside `faultline`: the broker and the worker. */
#ifndef CLI_PROGRAMS_H
#define CLI_PROGRAMS_H

#include "cli/cmd.h"

#include <sys/types.h>

/* Full path of a program of ours ("faultline-broker"), beside this one or in $PATH. */
const char *program_path(const char *name, char *out, size_t size);
/* Starts it in a process group of its own, so that a Ctrl-C reaches only the one who supervises.
 * argv[0] is its path. -1: errno says why. */
pid_t program_start(char *const argv[]);

#endif
