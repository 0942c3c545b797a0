/* anchor_test.c - what anchors prove about a head, and what they do not. */
#include <setjmp.h>
#include <stdarg.h>

#include "workers/anchor.h"

#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

static const struct territory_id here = { "north" };

struct folder {
    char path[64];
};

static int
make(void **state)
{
    struct folder *f = zalloc(sizeof(*f));
    snprintf(f->path, sizeof(f->path), "/tmp/fl-anchor-XXXXXX");
    *state = f;
    return mkdtemp(f->path) == NULL ? -1 : (int)anchor_open(f->path);
}

static int
unmake(void **state)
{
    struct folder *f = *state;
    char file[128];
    snprintf(file, sizeof(file), "%s/north.anchors", f->path);
    unlink(file);
    int failed = rmdir(f->path);
    free(f);
    return failed;
}

/* `life` and `branch` are marks that end up in incarnation and chain. */
static struct head
head(uint8_t life, uint64_t version, uint8_t branch)
{
    struct head h = { .exists = true, .version = version, .signer = { "worker" } };
    memset(h.incarnation.b, life, sizeof(h.incarnation.b));
    memset(h.chain.b, (int)(branch + version), sizeof(h.chain.b));
    return h;
}

static void
put(const struct folder *f, struct head h)
{
    assert_int_equal(anchor_put(f->path, here, &h, INT64_C(1800000000000)), OK);
}

static bool
ahead(const struct folder *f, struct head h)
{
    return anchor_ahead(f->path, here, &h);
}

static void
without_anchors_nothing_is_proven(void **state)
{
    assert_false(ahead(*state, head(1, 5, 0)));
    assert_false(ahead(*state, (struct head){ .exists = false }));
}

static void
a_store_is_behind_when_its_head_is_older_or_on_another_branch(void **state)
{
    put(*state, head(1, 10, 0));
    put(*state, head(1, 20, 0));
    assert_false(ahead(*state, head(1, 20, 0)));
    assert_false(ahead(*state, head(1, 25, 0)));
    assert_true(ahead(*state, head(1, 19, 0)));
    assert_true(ahead(*state, head(1, 20, 7)));
    assert_true(ahead(*state, (struct head){ .exists = false }));
}

static void
a_life_that_had_ended_is_behind_and_a_new_one_is_not(void **state)
{
    put(*state, head(1, 10, 0));
    put(*state, head(2, 8, 0));
    assert_true(ahead(*state, head(1, 50, 0)));
    assert_false(ahead(*state, head(2, 8, 0)));
    assert_false(ahead(*state, head(3, 1, 0)));
    put(*state, head(1, 11, 0)); /* the former holder wakes and writes late */
    assert_false(ahead(*state, head(2, 9, 0)));
}

static void
a_torn_line_is_passed_over(void **state)
{
    const struct folder *f = *state;
    char file[128];
    put(f, head(1, 10, 0));
    snprintf(file, sizeof(file), "%s/north.anchors", f->path);
    int fd = open(file, O_WRONLY | O_APPEND);
    assert_int_equal(write(fd, "2026-11-20T21:37:31.123Z 0101", 29), 29);
    close(fd);
    assert_false(ahead(f, head(1, 10, 0)));
    assert_true(ahead(f, head(1, 9, 0)));
}

static void
only_the_end_of_a_long_file_is_read(void **state)
{
    for (uint64_t v = 1; v <= 600; v++)
        put(*state, head(1, v, 0));
    assert_false(ahead(*state, head(1, 600, 0)));
    assert_true(ahead(*state, head(1, 599, 0)));
}

#define IN_A_FOLDER(test) cmocka_unit_test_setup_teardown(test, make, unmake)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        IN_A_FOLDER(without_anchors_nothing_is_proven),
        IN_A_FOLDER(a_store_is_behind_when_its_head_is_older_or_on_another_branch),
        IN_A_FOLDER(a_life_that_had_ended_is_behind_and_a_new_one_is_not),
        IN_A_FOLDER(a_torn_line_is_passed_over),
        IN_A_FOLDER(only_the_end_of_a_long_file_is_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
