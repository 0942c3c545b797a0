/* Keys and roles from texts. */
#include "common/plan/principal.h"

#include "tests/plan/fixture.h"

static void
z85_reads_the_example_of_its_specification(void **state)
{
    /* "HelloWorld" is 86 4F D2 6F B5 59 F7 5B (rfc.zeromq.org/spec/32) */
    static const uint8_t hello[8] = { 0x86, 0x4f, 0xd2, 0x6f, 0xb5, 0x59, 0xf7, 0x5b };
    uint8_t key[32];
    (void)state;
    assert_true(principal_z85(key, "HelloWorldHelloWorldHelloWorldHelloWorld"));
    for (size_t i = 0; i < 4; i++)
        assert_memory_equal(key + 8 * i, hello, 8);
}

/* The model encodes; decoding must undo it. */
static void
every_key_has_one_text(void **state)
{
    static const char letters[] = "0123456789abcdefghijklmnopqrstuvwxyz"
                                  "ABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#";
    struct rng rng = seed();
    (void)state;
    for (int round = 0; round < 2000; round++) {
        uint8_t key[32], back[32];
        char text[41] = { 0 };
        for (size_t i = 0; i < 8; i++) {
            uint32_t n = round == 0 ? UINT32_MAX : (uint32_t)rng_next(&rng);
            for (size_t j = 0; j < 4; j++)
                key[4 * i + j] = (uint8_t)(n >> (24 - 8 * j));
            for (size_t j = 5; j-- > 0; n /= 85)
                text[5 * i + j] = letters[n % 85];
        }
        assert_true(principal_z85(back, text));
        assert_memory_equal(key, back, 32);
    }
}

static void
what_is_no_key_leaves_zeros(void **state)
{
    static const char *const bad[] = {
        "",
        "HelloWorld",
        "HelloWorldHelloWorldHelloWorldHelloWorl",
        "HelloWorldHelloWorldHelloWorldHelloWorldx",
        "HelloWorldHelloWorldHelloWorldHelloWor~d",
        "HelloWorldHelloWorldHelloWorldHello Worl",
        "HelloWorldHelloWorldHelloWorldHello#####", /* more than four bytes */
    };
    static const uint8_t zero[32];
    uint8_t key[32];
    (void)state;
    for (size_t i = 0; i < countof(bad); i++) {
        memset(key, 1, sizeof(key));
        assert_false(principal_z85(key, bad[i]));
        assert_memory_equal(key, zero, 32);
        memset(key, 1, sizeof(key));
        assert_false(principal_hex(key, bad[i]));
        assert_memory_equal(key, zero, 32);
    }
    assert_false(principal_z85(key, NULL));
    assert_false(principal_hex(key, NULL));
}

static void
roles_have_names(void **state)
{
    (void)state;
    assert_int_equal(principal_role("gateway"), ROLE_GATEWAY);
    assert_int_equal(principal_role("engineer"), ROLE_ENGINEER);
    assert_int_equal(principal_role("dispatcher"), ROLE_DISPATCHER);
    assert_int_equal(principal_role("broker"), ROLE_BROKER);
    assert_int_equal(principal_role("worker"), ROLE_WORKER);
    assert_int_equal(principal_role("Worker"), ROLE_NONE);
    assert_int_equal(principal_role(""), ROLE_NONE);
    assert_int_equal(principal_role(NULL), ROLE_NONE);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(z85_reads_the_example_of_its_specification),
        cmocka_unit_test(every_key_has_one_text),
        cmocka_unit_test(what_is_no_key_leaves_zeros),
        cmocka_unit_test(roles_have_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
