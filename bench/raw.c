/* raw.c - redis-benchmark on the stage's own Redis. The bytes go in by standard input (-x), because
 * they are sealed and hold zeros. */
#include "bench/raw.h"

#include "common/io/log.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

double
raw_xadd_per_s(const struct stage *s, struct str bytes, unsigned entries)
{
    char path[128], command[1200], line[512];
    double per_s = 0;
    snprintf(path, sizeof(path), "%s/one-report", s->dir);
    FILE *f = fopen(path, "we");
    if (f == NULL || fwrite(bytes.at, 1, bytes.len, f) != bytes.len || fclose(f) != 0)
        die("cannot write %s: %s", path, strerror(errno));
    snprintf(command, sizeof(command),
             "redis-benchmark -s %s --user operator -a %s -c 8 -P 64 -n %u --csv -x "
             "XADD 'fl:{bench}:inbox' '*' w rgw-email b < %s 2> /dev/null",
             strchr(s->conf.redis, ':') + 1, s->conf.redis_operator_password, entries, path);
    f = popen(command, "re");
    if (f == NULL)
        die("redis-benchmark: %s", strerror(errno));
    while (fgets(line, sizeof(line), f) != NULL) { /* "XADD fl:...","123456.78",... */
        const char *at = strstr(line, "\",\"");
        if (strncmp(line, "\"XADD", 5) == 0 && at != NULL)
            per_s = strtod(at + 3, NULL);
    }
    if (pclose(f) != 0 || per_s <= 0)
        die("redis-benchmark gave no figure: is redis-tools 7 installed?");
    return per_s;
}
