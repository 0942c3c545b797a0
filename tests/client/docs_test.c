/* docs_test.c - the example of docs/client.md compiles, and links where the shared library is. */
#include "tests/client/scratch.h"

static bool
there_is(const char *command)
{
    return system(command) == 0;
}

static void
the_example_on_the_page_compiles_without_a_warning(void **state)
{
    (void)state;
    struct buf page = { 0 };
    char command[1024], here[300] = "";
    if (access("docs/client.md", R_OK) != 0 || !there_is("cc --version >/dev/null 2>&1")) {
        print_message("skipped: no docs/client.md here, or no cc\n");
        skip();
    }
    file_get("docs/client.md", &page);
    char *from = strstr(buf_cstr(&page), "```c\n");
    assert_non_null(from);
    from += 5;
    char *to = strstr(from, "\n```");
    assert_non_null(to);
    struct scratch s = scratch_new();
    file_put(scratch_at(s.path, "report.c"), str_bytes(from, (size_t)(to - from) + 1));
    snprintf(command, sizeof(command),
             "cc -std=c99 -Wall -Wextra -Wpedantic -Werror -Iinclude -c %s/report.c -o %s/report.o",
             s.path, s.path);
    assert_true(there_is(command));

    /* Beside this program's folder the build puts libfaultline.so. */
    ssize_t n = readlink("/proc/self/exe", here, sizeof(here) - 32);
    for (int up = 0; n > 0 && up < 2; up++)
        *strrchr(here, '/') = '\0';
    strcat(here, "/libfaultline.so");
    if (access(here, R_OK) == 0) {
        snprintf(command, sizeof(command),
                 "cc %s/report.o '%s' -o %s/report -Wl,--allow-shlib-undefined", s.path, here,
                 s.path);
        assert_true(there_is(command));
    } else {
        print_message("not linked: %s is not built\n", here);
    }
    buf_fini(&page);
    scratch_free(&s);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_example_on_the_page_compiles_without_a_warning),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
