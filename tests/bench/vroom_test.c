/* vroom_test.c - what is read of VROOM's answers. */
#include "bench/quality/vroom.h"
#include "tests/check.h"

#define HEAD                                                                                       \
    "{\"code\":0,\"summary\":{\"cost\":9,\"routes\":2},\"unassigned\":[{\"id\":7,\"type\":"        \
    "\"job\"}],"

static void
the_first_job_of_each_route_is_read(void **state)
{
    static const char answer[] =
        HEAD "\"routes\":[{\"vehicle\":12,\"cost\":5,\"steps\":[{\"type\":\"start\",\"arrival\":0},"
             "{\"type\": \"job\",\"location_index\":4,\"id\": 31,\"service\":60},"
             "{\"type\":\"job\",\"id\":32},{\"type\":\"end\"}]},"
             "{\"vehicle\":13,\"steps\":[{\"type\":\"start\"},{\"type\":\"end\"}]},"
             "{\"vehicle\":2,\"steps\":[{\"type\":\"job\",\"id\":33}]}]}";
    struct vroom_step s[4];
    (void)state;
    assert_int_equal(vroom_read(answer, s, countof(s)), 2);
    assert_true(s[0].vehicle == 12 && s[0].job == 31);
    assert_true(s[1].vehicle == 2 && s[1].job == 33);
    assert_int_equal(vroom_read(answer, s, 1), 1);
}

static void
an_answer_without_routes_says_nothing(void **state)
{
    struct vroom_step s[4];
    (void)state;
    assert_int_equal(vroom_read("", s, countof(s)), 0);
    assert_int_equal(vroom_read("{\"code\":2,\"error\":\"Invalid skills\"}", s, countof(s)), 0);
    assert_int_equal(vroom_read(HEAD "\"routes\":[]}", s, countof(s)), 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_job_of_each_route_is_read),
        cmocka_unit_test(an_answer_without_routes_says_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
