/* log.h - one line an event on standard error, key=value, values quoted when they need it.
 *
 *   2026-11-20T21:37:31.123Z broker[812] warn event=refused peer=e07 code=role verb=cancel
 *
 * Rate-limited per call site is the caller's affair: log once, where a trouble stops. */
#ifndef IO_LOG_H
#define IO_LOG_H

#include "common/base/base.h"

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };

void log_open(const char *program, enum log_level least);
/* The message is already key=value, e.g. log_info("event=took territory=%s", t.s).
 * Values from outside go through log_quote. */
void log_line(enum log_level level, const char *format, ...) format_like(2, 3);
#define log_debug(...) log_line(LOG_DEBUG, __VA_ARGS__)
#define log_info(...)  log_line(LOG_INFO, __VA_ARGS__)
#define log_warn(...)  log_line(LOG_WARN, __VA_ARGS__)
#define log_error(...) log_line(LOG_ERROR, __VA_ARGS__)
/* A printable, quoted, bounded copy in one of a few static buffers. */
const char *log_quote(const char *at, size_t len);

/* It was set up wrong: say which setting and what to do, exit 78 (EX_CONFIG). */
_Noreturn void die(const char *format, ...) format_like(1, 2);

#endif
