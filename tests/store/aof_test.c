/* aof_test.c - a torn tail is cut between commits, and nothing else is touched. */
#include "private.h"

#include "tests/seed.h"

struct folder {
    char dir[64], file[160];
};

static void
folder_new(struct folder *f)
{
    char path[192];
    *f = (struct folder){ .dir = "/tmp/faultline-test-XXXXXX" };
    assert_non_null(mkdtemp(f->dir));
    snprintf(path, sizeof(path), "%s/appendonlydir", f->dir);
    assert_int_equal(mkdir(path, 0700), 0);
    snprintf(path, sizeof(path), "%s/appendonlydir/appendonly.aof.manifest", f->dir);
    FILE *m = fopen(path, "w");
    fputs(
        "file appendonly.aof.3.base.rdb seq 3 type b\nfile appendonly.aof.8.incr.aof seq 8 type i\n"
        "file appendonly.aof.9.incr.aof seq 9 type i\n",
        m);
    fclose(m);
    snprintf(f->file, sizeof(f->file), "%s/appendonlydir/appendonly.aof.9.incr.aof", f->dir);
}

static void
folder_free(struct folder *f)
{
    nftw(f->dir, private_unlink, 16, FTW_DEPTH | FTW_PHYS);
}

static void
put_file(const struct folder *f, const void *at, size_t len)
{
    FILE *file = fopen(f->file, "w");
    assert_int_equal(fwrite(at, 1, len, file), len);
    fclose(file);
}

static size_t
file_size(const struct folder *f)
{
    struct stat st;
    assert_int_equal(stat(f->file, &st), 0);
    return (size_t)st.st_size;
}

static void
put_command(struct buf *b, size_t argc, const struct str *argv)
{
    buf_printf(b, "*%zu\r\n", argc);
    for (size_t i = 0; i < argc; i++) {
        buf_printf(b, "$%zu\r\n", argv[i].len);
        buf_put(b, argv[i].at, argv[i].len);
        buf_put(b, "\r\n", 2);
    }
}

/* Plain commands, transactions and remarks; `ends` are the places where a cut is right. */
static size_t
some_file(struct rng *r, struct buf *b, size_t *ends)
{
    static char value[40];
    size_t count = 0;
    ends[count++] = 0;
    for (int unit = 0; unit < 12; unit++) {
        size_t commands = rng_below(r, 4);
        for (size_t i = 0; i < sizeof(value); i++)
            value[i] = (char)rng_next(r);
        struct str set[] = { STR("HSET"), STR("k"), { value, rng_below(r, sizeof(value)) } };
        if (rng_below(r, 4) == 0) {
            buf_printf(b, "#TS:1700000000\r\n");
            ends[count++] = b->len;
        }
        if (commands > 0)
            put_command(b, 1, (struct str[]){ STR("MULTI") });
        for (size_t i = 0; i < commands; i++)
            put_command(b, countof(set), set);
        put_command(b, commands > 0 ? 1 : countof(set),
                    commands > 0 ? (struct str[]){ STR("EXEC") } : set);
        ends[count++] = b->len;
    }
    return count;
}

static void
a_file_cut_at_any_byte_is_mended_to_the_boundary_before(void **state)
{
    (void)state;
    struct rng r = seed();
    struct folder f;
    struct buf b = { 0 };
    size_t ends[64], count = some_file(&r, &b, ends);
    uint64_t cut;
    folder_new(&f);
    for (size_t len = 0; len <= b.len; len++) {
        size_t want = 0;
        for (size_t i = 0; i < count; i++)
            want = ends[i] <= len && ends[i] > want ? ends[i] : want;
        put_file(&f, b.data, len);
        assert_int_equal(aof_mend(f.dir, &cut), OK);
        assert_int_equal(cut, len - want);
        assert_int_equal(file_size(&f), want);
        assert_int_equal(aof_mend(f.dir, &cut), OK);
        assert_int_equal(cut, 0);
        if (len % 7 == 0) { /* and what some file systems leave of unwritten pages */
            put_file(&f, b.data, len);
            assert_int_equal(truncate(f.file, (off_t)(len + 5000)), 0);
            assert_int_equal(aof_mend(f.dir, &cut), OK);
            assert_true(file_size(&f) >= want && file_size(&f) <= len);
        }
    }
    buf_fini(&b);
    folder_free(&f);
}

static void
damage_that_is_no_torn_tail_is_left_for_a_person(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "*1\r\n$4\r\nPING\r\nrubbish*1\r\n$4\r\nPING\r\n", /* in the middle */
        "*1\r\n$4\r\nPINGxx*1\r\n$4\r\nPING\r\n",          /* a length that lies */
        "*0\r\n*1\r\n$4\r\nPING\r\n",
        "*x\r\n",
        "*1\r\n$4\r\nPING\r\n*1\r\n%4\r\n",
        /* what Redis itself leaves when it drops a torn command, and goes on */
        "*1\r\n$5\r\nMULTI\r\n*1\r\n$4\r\nPING\r\n*1\r\n$5\r\nMULTI\r\n*1\r\n$4\r\nEXEC\r\n",
    };
    struct folder f;
    uint64_t cut;
    folder_new(&f);
    for (size_t i = 0; i < countof(wrong); i++) {
        put_file(&f, wrong[i], strlen(wrong[i]));
        assert_int_equal(aof_mend(f.dir, &cut), ERR_SYNTAX);
        assert_int_equal(file_size(&f), strlen(wrong[i]));
    }
    folder_free(&f);
}

static void
a_folder_without_a_file_needs_no_mending(void **state)
{
    (void)state;
    struct folder f;
    uint64_t cut = 9;
    folder_new(&f);
    assert_int_equal(aof_mend(f.dir, &cut), OK);
    assert_int_equal(cut, 0);
    folder_free(&f);
    assert_int_equal(aof_mend(f.dir, &cut), OK);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_cut_at_any_byte_is_mended_to_the_boundary_before),
        cmocka_unit_test(damage_that_is_no_torn_tail_is_left_for_a_person),
        cmocka_unit_test(a_folder_without_a_file_needs_no_mending),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
