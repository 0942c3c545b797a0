/* csv_test.c - rows come out as they went in, whatever is inside them; broken rows are told and
 * passed. */
#include "tests/check.h"

#include "cli/csv.h"
#include "common/base/rng.h"
#include "tests/seed.h"

#include <stdio.h>
#include <unistd.h>
#include <zlib.h>

static void
file_of(char path[32], struct str bytes, bool gzipped)
{
    snprintf(path, 32, "/tmp/faultline-csv-XXXXXX");
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    if (gzipped) {
        gzFile f = gzdopen(fd, "wb");
        assert_int_equal(gzwrite(f, bytes.at, (unsigned)bytes.len), (int)bytes.len);
        assert_int_equal(gzclose(f), Z_OK);
    } else {
        assert_int_equal(write(fd, bytes.at, bytes.len), (ssize_t)bytes.len);
        close(fd);
    }
}

static struct csv *
open_text(const char *text, char path[32])
{
    file_of(path, str_of(text), false);
    struct csv *c = csv_open(path);
    assert_non_null(c);
    return c;
}

static void
a_row_is_cut_at_commas_and_quotes_keep_what_is_inside(void **state)
{
    (void)state;
    char path[32];
    struct csv_row row;
    struct csv *c = open_text("\xef\xbb\xbfid,words\r\n1,\"a, \"\"b\"\"\nc\"\r\n\r\n2,\n", path);
    assert_int_equal(csv_next(c, &row), OK);
    assert_true(str_is(row.fields[0], "id")); /* the byte-order mark is not part of it */
    assert_int_equal(csv_next(c, &row), OK);
    assert_int_equal(row.count, 2);
    assert_true(str_is(row.fields[1], "a, \"b\"\nc"));
    assert_int_equal(csv_next(c, &row), OK); /* the blank line is no row */
    assert_int_equal(row.number, 3);
    assert_int_equal(row.line, 5);
    assert_int_equal(row.fields[1].len, 0);
    assert_int_equal(csv_next(c, &row), ERR_TRUNCATED);
    csv_close(c);
    unlink(path);
}

static void
a_broken_row_is_told_and_the_next_one_is_whole(void **state)
{
    (void)state;
    char path[32];
    struct csv_row row;
    struct csv *c = open_text("a,\"b\" c,d\n1,2,3\n4,\"open", path);
    assert_int_equal(csv_next(c, &row), ERR_SYNTAX);
    assert_non_null(strstr(row.why, "quote"));
    assert_int_equal(csv_next(c, &row), OK);
    assert_true(str_is(row.fields[2], "3"));
    assert_int_equal(csv_next(c, &row), ERR_SYNTAX);
    assert_non_null(strstr(row.why, "never closed"));
    assert_int_equal(csv_next(c, &row), ERR_TRUNCATED);
    csv_close(c);
    unlink(path);
}

enum { ROWS = 200, FIELDS = 6 };

static void
random_field(struct rng *r, struct buf *out)
{
    static const char *const pieces[] = { "a", ",", "\"", "\n", "\r\n", "\xe7\xbd\x91", " ", "0" };
    for (uint64_t n = rng_below(r, 9); n > 0; n--) {
        const char *p = pieces[rng_below(r, countof(pieces))];
        buf_put(out, p, strlen(p));
    }
}

static void
put_quoted(struct buf *out, struct str field)
{
    buf_put_u8(out, '"');
    for (size_t i = 0; i < field.len; i++) {
        if (field.at[i] == '"')
            buf_put_u8(out, '"');
        buf_put(out, &field.at[i], 1);
    }
    buf_put_u8(out, '"');
}

static void
whatever_is_quoted_comes_out_as_it_went_in_plain_and_gzipped(void **state)
{
    (void)state;
    struct rng r = seed();
    for (int gzipped = 0; gzipped < 2; gzipped++) {
        static struct buf fields[ROWS][FIELDS];
        struct buf text = { 0 };
        char path[32];
        for (size_t i = 0; i < ROWS; i++)
            for (size_t f = 0; f < FIELDS; f++) {
                buf_clear(&fields[i][f]);
                random_field(&r, &fields[i][f]);
                put_quoted(&text, buf_str(&fields[i][f]));
                buf_printf(&text, "%s",
                           f + 1 < FIELDS          ? ","
                           : rng_below(&r, 2) == 0 ? "\n"
                                                   : "\r\n");
            }
        file_of(path, buf_str(&text), gzipped);
        struct csv *c = csv_open(path);
        struct csv_row row;
        for (size_t i = 0; i < ROWS; i++) {
            assert_int_equal(csv_next(c, &row), OK);
            assert_int_equal(row.count, FIELDS);
            for (size_t f = 0; f < FIELDS; f++)
                assert_true(str_eq(row.fields[f], buf_str(&fields[i][f])));
        }
        assert_int_equal(csv_next(c, &row), ERR_TRUNCATED);
        assert_int_equal(csv_permille(c), 1000);
        csv_close(c);
        unlink(path);
        buf_fini(&text);
        for (size_t i = 0; i < ROWS; i++)
            for (size_t f = 0; f < FIELDS; f++)
                buf_fini(&fields[i][f]);
    }
}

static void
a_cut_gzip_is_an_error_of_the_file_and_every_prefix_of_a_text_ends(void **state)
{
    (void)state;
    static const char text[] = "id,\"wo\"\"rds\"\n1,\"a\nb\"\n2,c\n";
    char path[32];
    struct csv_row row;
    for (size_t len = 0; len < sizeof(text); len++) {
        file_of(path, (struct str){ text, len }, false);
        struct csv *c = csv_open(path);
        unsigned rows = 0;
        while (csv_next(c, &row) != ERR_TRUNCATED)
            assert_true(++rows < 10);
        csv_close(c);
        unlink(path);
    }
    struct buf big = { 0 };
    struct rng r = seed();
    for (int i = 0; i < 20000; i++)
        buf_printf(&big, "%llu,x\n", (unsigned long long)rng_next(&r));
    file_of(path, buf_str(&big), true);
    assert_int_equal(truncate(path, 40000), 0);
    struct csv *c = csv_open(path);
    enum err e;
    struct str rest = buf_str(&big);
    while ((e = csv_next(c, &row)) == OK) { /* only whole rows, wherever the cut is */
        struct str line = str_cut(&rest, '\n');
        assert_int_equal(row.count, 2);
        assert_true(str_eq(row.fields[0], str_cut(&line, ',')));
        assert_true(str_eq(row.fields[1], line));
    }
    assert_int_equal(e, ERR_IO);
    assert_true(rest.len > 0);
    assert_int_equal(csv_next(c, &row), ERR_IO); /* and it stays so */
    csv_close(c);
    unlink(path);
    buf_fini(&big);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_row_is_cut_at_commas_and_quotes_keep_what_is_inside),
        cmocka_unit_test(a_broken_row_is_told_and_the_next_one_is_whole),
        cmocka_unit_test(whatever_is_quoted_comes_out_as_it_went_in_plain_and_gzipped),
        cmocka_unit_test(a_cut_gzip_is_an_error_of_the_file_and_every_prefix_of_a_text_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
