/* help.h - what the tests of this room share: a seed, a scratch folder, watching a death. */
#ifndef TESTS_IO_HELP_H
#define TESTS_IO_HELP_H

#include <setjmp.h>
#include <stdarg.h>

#include "common/base/buf.h"
#include "common/base/rng.h"

#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* From FAULTLINE_SEED, or fixed; printed so that a failure can be run again. */
static inline struct rng
seeded(void)
{
    const char *text = getenv("FAULTLINE_SEED");
    uint64_t seed = text == NULL ? 20261120 : strtoull(text, NULL, 0);
    print_message("seed %llu\n", (unsigned long long)seed);
    return (struct rng){ seed };
}

static inline void
fill_random(struct rng *r, void *to, size_t len)
{
    uint8_t *bytes = to;
    for (size_t i = 0; i < len; i++)
        bytes[i] = (uint8_t)rng_next(r);
}

/* A fresh folder; scratch_remove takes it away with the files in it. */
static inline void
scratch_make(char *path, size_t size)
{
    snprintf(path, size, "/tmp/fl-io-XXXXXX");
    assert_non_null(mkdtemp(path));
}

static inline void
scratch_remove(const char *path)
{
    char command[256];
    assert_true(strncmp(path, "/tmp/fl-io-", 11) == 0);
    snprintf(command, sizeof(command), "rm -rf '%s'", path);
    assert_int_equal(system(command), 0);
}

static inline void
write_file(const char *path, struct str text, mode_t mode)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text.at, text.len), (ssize_t)text.len);
    assert_int_equal(fchmod(fd, mode), 0);
    close(fd);
}

/* Runs `fn` in a child; what it said on standard error goes to `said`. Returns its exit code,
 * or 256 + the signal that ended it. */
static inline int
run_apart(void (*fn)(void *), void *context, struct buf *said)
{
    int ends[2], status = 0;
    assert_int_equal(pipe(ends), 0);
    fflush(NULL);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        dup2(ends[1], STDERR_FILENO);
        close(ends[0]);
        close(ends[1]);
        fn(context);
        _exit(0);
    }
    close(ends[1]);
    ssize_t got;
    while ((got = read(ends[0], buf_reserve(said, 4096), 4096)) > 0)
        said->len += (size_t)got;
    close(ends[0]);
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 256 + WTERMSIG(status);
}

static inline void
assert_says(struct buf *said, const char *words)
{
    if (strstr(buf_cstr(said), words) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", buf_cstr(said), words);
}

#endif
