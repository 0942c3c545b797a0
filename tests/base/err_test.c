/* err_test.c - every error has words, and no two the same. */
#include "common/base/err.h"
#include "tests/check.h"

static void
every_error_has_words_of_its_own(void **state)
{
    (void)state;
    for (enum err e = OK; e < ERRS; e++) {
        assert_non_null(err_text(e));
        assert_int_not_equal(strlen(err_text(e)), 0);
        for (enum err other = OK; other < e; other++)
            assert_string_not_equal(err_text(e), err_text(other));
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_error_has_words_of_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
