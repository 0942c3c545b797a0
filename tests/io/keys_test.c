/* keys_test.c - key files: what is written is read, what is wrong is refused and named. */
#include "tests/io/help.h"

#include "common/io/keys.h"
#include "common/io/z85.h"

#include <errno.h>
#include <zmq.h>

static char folder[64], path[128];

static int
setup(void **state)
{
    (void)state;
    seal_open_library();
    scratch_make(folder, sizeof(folder));
    snprintf(path, sizeof(path), "%s/a.key", folder);
    return 0;
}

static int
teardown(void **state)
{
    (void)state;
    scratch_remove(folder);
    return 0;
}

static struct buf
file_text(void)
{
    struct buf text = { 0 };
    int fd = open(path, O_RDONLY);
    assert_true(fd >= 0);
    ssize_t got = read(fd, buf_reserve(&text, 8192), 8192);
    assert_true(got > 0);
    text.len = (size_t)got;
    close(fd);
    return text;
}

static void
what_was_written_is_read_back(void **state)
{
    (void)state;
    struct keys *a = keys_new(), *b = NULL;
    struct buf why = { 0 };
    struct stat st;
    assert_int_equal(keys_write(path, a, &why), OK);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0600);
    assert_int_equal(keys_read(path, &b, &why), OK);
    assert_int_equal(why.len, 0);
    assert_memory_equal(keys_public(a), keys_public(b), sizeof(struct public_keys));
    assert_string_equal(keys_curve_secret(a), keys_curve_secret(b));
    struct seal_key ka, kb;
    seal_key_storage(&ka, a, "records");
    seal_key_storage(&kb, b, "records");
    assert_memory_equal(&ka, &kb, sizeof(ka));
    keys_free(a);
    keys_free(b);
}

static void
two_fresh_keys_have_nothing_in_common(void **state)
{
    (void)state;
    struct keys *a = keys_new(), *b = keys_new();
    const struct public_keys *pa = keys_public(a), *pb = keys_public(b);
    assert_string_not_equal(pa->curve, pb->curve);
    assert_memory_not_equal(pa->seal, pb->seal, 32);
    assert_memory_not_equal(pa->sign, pb->sign, 32);
    assert_memory_not_equal(pa->seal_id, pb->seal_id, 8);
    keys_free(a);
    keys_free(b);
}

static void
the_curve_halves_are_zeromq_s(void **state)
{
    (void)state;
    struct keys *k = keys_new();
    char public[41];
    assert_int_equal(strlen(keys_curve_secret(k)), 40);
    assert_int_equal(zmq_curve_public(public, keys_curve_secret(k)), 0);
    assert_string_equal(public, keys_public(k)->curve);
    keys_free(k);
}

static void
z85_is_zeromq_s_both_ways(void **state)
{
    (void)state;
    struct rng rng = seeded();
    for (int round = 0; round < 2000; round++) {
        uint8_t raw[32], back[32];
        char ours[41], theirs[41];
        fill_random(&rng, raw, sizeof(raw));
        z85_of(ours, raw, sizeof(raw));
        assert_non_null(zmq_z85_encode(theirs, raw, sizeof(raw)));
        assert_string_equal(ours, theirs);
        assert_true(z85_to(back, sizeof(back), str_of(ours)));
        assert_memory_equal(raw, back, sizeof(raw));
        ours[rng_below(&rng, 40)] = '~'; /* no digit of z85 */
        assert_false(z85_to(back, sizeof(back), str_of(ours)));
    }
    uint8_t raw[4];
    assert_true(z85_to(raw, 4, STR("%nSc0")));  /* 2^32 - 1 */
    assert_false(z85_to(raw, 4, STR("%nSc1"))); /* 2^32 */
    assert_false(z85_to(raw, 4, STR("#####")));
    assert_false(z85_to(raw, 4, STR("0000")));
}

static void
a_file_that_others_may_use_is_refused_with_the_command_that_mends_it(void **state)
{
    (void)state;
    static const mode_t modes[] = { 0640, 0604, 0620, 0602, 0610, 0601, 0644, 0777 };
    struct keys *k = keys_new(), *read = NULL;
    struct buf why = { 0 };
    assert_int_equal(keys_write(path, k, &why), OK);
    for (size_t i = 0; i < countof(modes); i++) {
        buf_clear(&why);
        assert_int_equal(chmod(path, modes[i]), 0);
        assert_int_equal(keys_read(path, &read, &why), ERR_FORBIDDEN);
        assert_null(read);
        assert_says(&why, "chmod 600");
        assert_says(&why, path);
    }
    assert_int_equal(chmod(path, 0400), 0);
    assert_int_equal(keys_read(path, &read, &why), OK);
    keys_free(read);
    keys_free(k);
    buf_fini(&why);
}

static void
keys_are_never_overwritten(void **state)
{
    (void)state;
    struct keys *a = keys_new(), *b = keys_new(), *read = NULL;
    struct buf why = { 0 };
    assert_int_equal(keys_write(path, a, &why), OK);
    assert_int_equal(keys_write(path, b, &why), ERR_CONFLICT);
    assert_says(&why, path);
    assert_int_equal(keys_read(path, &read, &why), OK);
    assert_string_equal(keys_public(read)->curve, keys_public(a)->curve);
    keys_free(a);
    keys_free(b);
    keys_free(read);
    buf_fini(&why);
}

static void
a_missing_file_and_a_folder_are_named(void **state)
{
    (void)state;
    struct keys *k = NULL;
    struct buf why = { 0 };
    assert_int_equal(keys_read(path, &k, &why), ERR_IO);
    assert_says(&why, path);
    buf_clear(&why);
    assert_int_equal(keys_read(folder, &k, &why), ERR_SYNTAX);
    assert_says(&why, folder);
    assert_int_equal(keys_read(folder, &k, NULL), ERR_SYNTAX); /* `why` is no must */
    buf_fini(&why);
}

#define D16    "0123456789abcdef"
#define DIGITS D16 D16 D16 D16
#define ZEROES "00000000000000000000000000000000"

static void
each_malformed_line_is_refused_with_its_number(void **state)
{
    (void)state;
    static const struct {
        const char *text, *says;
    } bad[] = {
        { "curve-secret\n", ":1: curve-secret" },
        { "# all well\nseal-secret 12\n", ":2: seal-secret" },
        { "\n\nsign-seed " DIGITS "0\n", ":3: sign-seed" },
        { "storage-secret " DIGITS "\nstorage-secret " DIGITS "\n", ":2: storage-secret" },
        { "curve-secret " ZEROES ZEROES "\n", ":1: curve-secret" },
        { "curve-public " DIGITS "\n", ":1: a line begins with" },
        { "hello", ":1: a line begins with" },
    };
    for (size_t i = 0; i < countof(bad); i++) {
        struct keys *k = NULL;
        struct buf why = { 0 };
        write_file(path, str_of(bad[i].text), 0600);
        assert_int_equal(keys_read(path, &k, &why), ERR_SYNTAX);
        assert_null(k);
        assert_says(&why, bad[i].says);
        buf_fini(&why);
    }
}

static void
a_line_in_the_wrong_place_is_not_repeated_for_it_may_be_secret(void **state)
{
    (void)state;
    struct keys *k = NULL;
    struct buf why = { 0 };
    write_file(path, STR("password " DIGITS "\n"), 0600);
    assert_int_equal(keys_read(path, &k, &why), ERR_SYNTAX);
    assert_null(strstr(buf_cstr(&why), D16));
    buf_fini(&why);
}

static void
absent_keys_are_zero_and_comments_are_passed_over(void **state)
{
    (void)state;
    static const uint8_t zero[32];
    struct keys *k = NULL;
    struct seal_key key;
    write_file(path, STR("  # only this\r\n\r\n curve-secret   " DIGITS " \r\n"), 0600);
    assert_int_equal(keys_read(path, &k, NULL), OK);
    assert_int_equal(strlen(keys_public(k)->curve), 40);
    assert_memory_equal(keys_public(k)->seal, zero, 32);
    assert_memory_equal(keys_public(k)->sign, zero, 32);
    /* and an absent seal key seals nothing */
    assert_false(seal_key_between(&key, k, (const uint8_t *)DIGITS, true));
    keys_free(k);
}

/* A torn file gives the keys that are whole in it, or is refused; never others. */
static void
every_prefix_of_a_file_is_read_rightly_or_refused(void **state)
{
    (void)state;
    struct keys *k = keys_new();
    assert_int_equal(keys_write(path, k, NULL), OK);
    struct buf text = file_text();
    const struct public_keys *all = keys_public(k);
    size_t whole = 0;
    for (size_t len = 0; len <= text.len; len++) {
        struct keys *torn = NULL;
        write_file(path, (struct str){ (const char *)text.data, len }, 0600);
        enum err err = keys_read(path, &torn, NULL);
        assert_true(err == OK || err == ERR_SYNTAX);
        if (err != OK)
            continue;
        const struct public_keys *some = keys_public(torn);
        assert_true(some->curve[0] == '\0' || strcmp(some->curve, all->curve) == 0);
        assert_true(some->seal[0] == 0 || memcmp(some->seal, all->seal, 32) == 0);
        whole += memcmp(some, all, sizeof(*all)) == 0;
        keys_free(torn);
    }
    assert_true(whole > 0); /* the whole file is among them */
    keys_free(k);
    buf_fini(&text);
}

static void
a_file_with_one_changed_byte_never_gives_the_same_four_secrets(void **state)
{
    (void)state;
    struct keys *k = keys_new();
    assert_int_equal(keys_write(path, k, NULL), OK);
    struct buf text = file_text();
    /* comments may change; what stands after the first secret's name may not */
    size_t from = (size_t)(strstr(buf_cstr(&text), "\ncurve-secret") + 1 - (char *)text.data);
    for (size_t at = from; at + 1 < text.len; at++) {
        struct keys *changed = NULL;
        text.data[at] ^= 1;
        write_file(path, buf_str(&text), 0600);
        text.data[at] ^= 1;
        if (keys_read(path, &changed, NULL) != OK)
            continue;
        /* the secrets themselves: X25519 takes a few different ones for the same */
        bool same = memcmp(changed, k, 4 * 32) == 0;
        keys_free(changed);
        assert_false(same);
    }
    keys_free(k);
    buf_fini(&text);
}

#define test(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        test(what_was_written_is_read_back),
        test(two_fresh_keys_have_nothing_in_common),
        test(the_curve_halves_are_zeromq_s),
        test(z85_is_zeromq_s_both_ways),
        test(a_file_that_others_may_use_is_refused_with_the_command_that_mends_it),
        test(keys_are_never_overwritten),
        test(a_missing_file_and_a_folder_are_named),
        test(each_malformed_line_is_refused_with_its_number),
        test(a_line_in_the_wrong_place_is_not_repeated_for_it_may_be_secret),
        test(absent_keys_are_zero_and_comments_are_passed_over),
        test(every_prefix_of_a_file_is_read_rightly_or_refused),
        test(a_file_with_one_changed_byte_never_gives_the_same_four_secrets),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
