/* key_test.c - Redis keys: one hash tag a territory, and no two keys alike. */
#include "common/wire/key.h"
#include "tests/wire/draw.h"

static struct draw draw;

static void
keys_are_spelled_as_documented(void **state)
{
    const struct territory_id t = { "north" };
    (void)state;
    assert_string_equal(key_of(t, KEY_INBOX).s, "fl:{north}:inbox");
    assert_string_equal(key_of(t, KEY_HEAD).s, "fl:{north}:head");
    assert_string_equal(key_of(t, KEY_BELL).s, "fl:{north}:bell");
    assert_string_equal(key_mail(t, (struct principal_id){ "anna" }).s, "fl:{north}:mail:anna");
    assert_string_equal(key_plan(7).s, "fl:plan:7");
    assert_string_equal(key_map(UINT32_MAX).s, "fl:map:4294967295");
}

static void
all_keys_of_a_territory_share_its_hash_tag_and_fit(void **state)
{
    (void)state;
    for (size_t round = 0; round < 300; round++) {
        struct territory_id t;
        struct principal_id who;
        struct key all[TERRITORY_KEYS + 1];
        char tag[32];
        DRAW_ID(&draw, t);
        DRAW_ID(&draw, who);
        snprintf(tag, sizeof(tag), "fl:{%s}:", t.s);
        for (enum territory_key k = 0; k < TERRITORY_KEYS; k++)
            all[k] = key_of(t, k);
        all[TERRITORY_KEYS] = key_mail(t, who);
        for (size_t i = 0; i < countof(all); i++) {
            assert_true(str_starts(str_of(all[i].s), str_of(tag)));
            assert_true(strlen(all[i].s) < sizeof(all[i].s) - 1);
            for (size_t k = 0; k < i; k++)
                assert_string_not_equal(all[i].s, all[k].s);
        }
        assert_true(str_is(str_of(strrchr(all[TERRITORY_KEYS].s, ':') + 1), who.s));
    }
}

static void
a_name_without_a_zero_does_not_run_over(void **state)
{
    struct territory_id t;
    struct principal_id who;
    (void)state;
    memset(t.s, 't', sizeof(t.s));
    memset(who.s, 'w', sizeof(who.s));
    assert_string_equal(key_mail(t, who).s, "fl:{tttttttttttttttt}:mail:wwwwwwwwwwwwwwwwwwwwwwww");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_are_spelled_as_documented),
        cmocka_unit_test(all_keys_of_a_territory_share_its_hash_tag_and_fit),
        cmocka_unit_test(a_name_without_a_zero_does_not_run_over),
    };
    draw.rng = seed();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
