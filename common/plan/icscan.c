/* icscan.c - lines, without unfolding them: BEGIN and END are never folded by those who write them.
 */
#include "common/plan/icscan.h"

#include <strings.h>

enum { DEPTH_MAX = 8 };

static bool
line_begins(struct str line, const char *with)
{
    return line.len >= strlen(with) && strncasecmp(line.at, with, strlen(with)) == 0;
}

static bool
walk_lines(struct icscan *scan, struct events *all, struct str text)
{
    unsigned line = 0, depth = 0;
    for (struct str rest = text; rest.len > 0;) {
        struct str at = str_trim(str_cut(&rest, '\n'));
        if (++line == 1 && !line_begins(at, "BEGIN:VCALENDAR")) {
            event_fault(all, ERR_SYNTAX, NULL,
                        "no iCalendar file: it does not begin with BEGIN:VCALENDAR");
            return false;
        }
        if (line_begins(at, "BEGIN:") && ++depth > DEPTH_MAX) {
            event_fault(all, ERR_TOO_BIG, NULL, "line %u: nested more than %d deep", line,
                        DEPTH_MAX);
            return false;
        }
        if (line_begins(at, "END:") && depth-- == 0) {
            event_fault(all, ERR_SYNTAX, NULL, "line %u: END without its BEGIN", line);
            return false;
        }
        if (line_begins(at, "BEGIN:VEVENT")) {
            scan->lines =
                grow_array(scan->lines, scan->lines_count, &scan->lines_cap, sizeof(*scan->lines));
            scan->lines[scan->lines_count++] = line;
        }
    }
    if (depth > 0 || line == 0)
        event_fault(all, ERR_SYNTAX, NULL,
                    line == 0 ? "the file is empty" : "the file ends before its END:VCALENDAR");
    return depth == 0 && line > 0;
}

bool
icscan(struct icscan *scan, struct events *all, struct str text)
{
    if (text.len > ICAL_FILE_MAX) {
        event_fault(all, ERR_TOO_BIG, NULL, "larger than %d MiB; split it", ICAL_FILE_MAX >> 20);
        return false;
    }
    if (!str_is_utf8(text) || (text.len > 0 && memchr(text.at, '\0', text.len) != NULL)) {
        event_fault(all, ERR_SYNTAX, NULL, "not UTF-8 text; save it as UTF-8");
        return false;
    }
    return walk_lines(scan, all, text);
}
