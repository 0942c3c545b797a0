/* mapping_test.c - a mapping says which column is what, or says with file and line what is wrong
 * with it. */
#include "tests/check.h"

#include "cli/mapping.h"

#include <stdio.h>
#include <unistd.h>

static struct mapping *
mapping_of(const char *text, struct buf *why)
{
    char path[] = "/tmp/faultline-map-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
    struct mapping *m = mapping_read(path, why);
    unlink(path);
    return m;
}

static const char good[] = "# a comment\n"
                           "source    city.311\n"
                           "key       {unique_key}\n"
                           "text      {words} at {street}\n"
                           "category  {type}\n"
                           "lat       {lat}\n"
                           "lon       {lon}\n"
                           "time      {opened} %Y-%m-%d %H:%M\n"
                           "time      {opened} %m/%d/%Y %I:%M:%S %p\n"
                           "zone      -05:00\n"
                           "is        category \"Light Out\" power\n"
                           "else      category other\n";

static struct str head_fields[] = { { "Unique Key", 10 }, { "words", 5 }, { "Street", 6 },
                                    { "TYPE", 4 },        { "lat", 3 },   { "lon", 3 },
                                    { "opened", 6 } };
static const struct csv_row head = { .fields = head_fields, .count = countof(head_fields) };

static bool
map_row(struct mapping *m, const char *const values[7], struct fl_report *r, struct buf *why)
{
    struct str fields[7];
    for (size_t i = 0; i < countof(fields); i++)
        fields[i] = str_of(values[i]);
    const struct csv_row row = { .fields = fields, .count = countof(fields) };
    buf_clear(why);
    return mapping_row(m, &row, r, why);
}

static void
a_row_becomes_a_report(void **state)
{
    (void)state;
    struct buf why = { 0 };
    struct fl_report r;
    struct mapping *m = mapping_of(good, &why);
    assert_non_null(m);
    assert_true(mapping_head(m, &head, &why));
    const char *row[] = { "77", "dark", "Elm", "Light Out", "42.5", "-71.25", "2024-03-01 12:30" };
    assert_true(map_row(m, row, &r, &why));
    assert_string_equal(r.source, "city.311");
    assert_string_equal(r.message_key, "77");
    assert_string_equal(r.text, "dark at Elm");
    assert_string_equal(r.category, "power");
    assert_int_equal(*r.lat_e7, 425000000);
    assert_int_equal(*r.lon_e7, -712500000);
    assert_true(r.occurred_at == 1709314200000); /* 17:30 UTC */
    row[6] = "03/01/2024 12:30:00 PM";
    row[3] = "Noise";
    assert_true(map_row(m, row, &r, &why));
    assert_true(r.occurred_at == 1709314200000);
    assert_string_equal(r.category, "other");
    mapping_free(m);
    buf_fini(&why);
}

static void
zero_and_missing_coordinates_are_no_place_and_nonsense_is_refused(void **state)
{
    (void)state;
    struct buf why = { 0 };
    struct fl_report r;
    struct mapping *m = mapping_of(good, &why);
    assert_true(mapping_head(m, &head, &why));
    const char *row[] = { "77", "dark", "Elm", "x", "0", "0.0", "2024-03-01 12:30" };
    assert_true(map_row(m, row, &r, &why));
    assert_null(r.lat_e7);
    row[4] = row[5] = "";
    assert_true(map_row(m, row, &r, &why));
    assert_null(r.lat_e7);
    row[4] = "north";
    assert_false(map_row(m, row, &r, &why));
    assert_non_null(strstr(buf_cstr(&why), "north"));
    row[4] = "95";
    assert_false(map_row(m, row, &r, &why));
    row[4] = "42";
    row[5] = "-71";
    row[6] = "tomorrow";
    assert_false(map_row(m, row, &r, &why));
    assert_non_null(strstr(buf_cstr(&why), "tomorrow"));
    row[6] = "2024-03-01 12:30";
    row[0] = " ";
    assert_false(map_row(m, row, &r, &why));
    assert_non_null(strstr(buf_cstr(&why), "key"));
    mapping_free(m);
    buf_fini(&why);
}

static void
a_faulty_mapping_names_its_lines(void **state)
{
    (void)state;
    static const struct {
        const char *text, *says;
    } cases[] = {
        { "source x\nkey {a}\ntext {b}\ncolour {c}\n", ":4: no such field" },
        { "source x\nkey {a\ntext {b}\n", ":2: a '{' without its '}'" },
        { "source x\nkey {a}\nkey {b}\ntext {c}\n", ":3: this field is there already" },
        { "source x\nkey {a}\ntext {b}\nzone five\n", ":4: zone wants an offset" },
        { "source x\nkey {a}\ntext {b}\ntime {c}\n", ":4: time wants" },
        { "key {a}\ntext {b}\n", "has no line for 'source'" },
        { "source x\nkey {a}\ntext {b}\nis colour red blue\n", ":4: wants a field's name" },
    };
    for (size_t i = 0; i < countof(cases); i++) {
        struct buf why = { 0 };
        assert_null(mapping_of(cases[i].text, &why));
        assert_non_null(strstr(buf_cstr(&why), cases[i].says));
        buf_fini(&why);
    }
}

static void
a_column_that_is_not_there_is_named(void **state)
{
    (void)state;
    struct buf why = { 0 };
    struct mapping *m = mapping_of("source x\nkey {serial}\ntext {words}\n", &why);
    assert_non_null(m);
    assert_false(mapping_head(m, &head, &why));
    assert_non_null(strstr(buf_cstr(&why), "{serial}"));
    mapping_free(m);
    buf_fini(&why);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_row_becomes_a_report),
        cmocka_unit_test(zero_and_missing_coordinates_are_no_place_and_nonsense_is_refused),
        cmocka_unit_test(a_faulty_mapping_names_its_lines),
        cmocka_unit_test(a_column_that_is_not_there_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
