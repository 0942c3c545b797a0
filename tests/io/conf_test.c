/* conf_test.c - settings: what is written is read; what is wrong is named with file and line. */
#include "tests/io/help.h"

#include "common/io/conf.h"

static char folder[64], path[128];

static int
setup(void **state)
{
    (void)state;
    scratch_make(folder, sizeof(folder));
    snprintf(path, sizeof(path), "%s/faultline.conf", folder);
    return 0;
}

static int
teardown(void **state)
{
    (void)state;
    scratch_remove(folder);
    return 0;
}

static void
write_conf(const char *text)
{
    write_file(path, str_of(text), 0600);
}

static const char *
under_folder(const char *rest)
{
    static char text[256];
    snprintf(text, sizeof(text), "%s%s", folder, rest);
    return text;
}

static void
an_empty_file_gives_the_standards_under_the_site_folder(void **state)
{
    (void)state;
    struct conf c;
    write_conf("");
    conf_load(&c, folder, NULL);
    assert_string_equal(c.dir, folder);
    assert_string_equal(c.plan, under_folder("/plan.yaml"));
    assert_int_equal(c.brokers_count, 1);
    assert_int_equal(strncmp(c.redis, "unix:/tmp/", 10), 0);
    assert_string_equal(c.redis + 5, under_folder("/run/redis.sock"));
    assert_true(c.lease_ms >= 3 * c.beat_ms);
    assert_true(c.memory_busy_percent > 0 && c.batch > 0 && c.inbox_max > 0);
}

static void
the_written_file_says_the_standards_and_is_read_back(void **state)
{
    (void)state;
    struct conf standard, c;
    struct buf text = { 0 };
    write_conf("");
    conf_load(&standard, folder, NULL);
    conf_write(&text, NULL);
    write_conf(buf_cstr(&text));
    conf_load(&c, folder, NULL);
    assert_memory_equal(&c, &standard, sizeof(c));

    /* every setting stands there, as a comment; without the '#' it says the same */
    size_t settings = 0;
    for (size_t i = 0; i + 1 < text.len; i++)
        if (text.data[i] == '\n' && text.data[i + 1] == '#' && text.data[i + 2] != ' ') {
            text.data[i + 1] = ' ';
            settings++;
        }
    assert_int_equal(settings, 27);
    write_conf(buf_cstr(&text));
    conf_load(&c, folder, NULL);
    assert_memory_equal(&c, &standard, sizeof(c));
    buf_fini(&text);
}

static const char hex_key[] = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
static const char z85_key[] = "rq:#vEGx&^S!Y1e)xkZ0N#2h4nlTm?jKd9/Uabcd";

static void
values_given_to_write_come_back_from_load(void **state)
{
    (void)state;
    struct conf c;
    struct buf text = { 0 };
    char hex[128], z85[128];
    snprintf(hex, sizeof(hex), "pool_public=%s", hex_key);
    snprintf(z85, sizeof(z85), "broker_public=%s", z85_key);
    const char *values[] = { "brokers=tcp://127.0.0.1:7410 ipc:///tmp/b.sock",
                             hex,
                             z85,
                             "lease_ms=900",
                             "beat_ms=300",
                             "redis_worker_password=a # b=c",
                             "plan=/etc/plan.yaml",
                             NULL };
    conf_write(&text, values);
    write_conf(buf_cstr(&text));
    conf_load(&c, folder, NULL);
    assert_int_equal(c.brokers_count, 2);
    assert_string_equal(c.brokers[0], "tcp://127.0.0.1:7410");
    assert_string_equal(c.brokers[1], "ipc:///tmp/b.sock");
    assert_string_equal(c.pool_public, hex_key);
    assert_string_equal(c.broker_public, z85_key); /* '#' is a digit of z85 */
    assert_string_equal(c.redis_worker_password, "a # b=c");
    assert_string_equal(c.plan, "/etc/plan.yaml");
    assert_int_equal(c.lease_ms, 900);
    assert_int_equal(c.beat_ms, 300);
    buf_fini(&text);
}

static void
an_override_wins_over_the_file_and_the_last_one_over_all(void **state)
{
    (void)state;
    struct conf c;
    const char *overrides[] = { "batch=7", "redis=tcp:localhost:6379", "batch = 9",
                                "brokers=ipc://b1 ipc://b2", NULL };
    write_conf("batch 5\ninbox_max\t11\r\n   # nothing\n");
    conf_load(&c, folder, overrides);
    assert_int_equal(c.batch, 9);
    assert_int_equal(c.inbox_max, 11);
    assert_string_equal(c.redis, "tcp:localhost:6379");
    assert_int_equal(c.brokers_count, 2);
    assert_int_equal(strncmp(c.brokers[1], "ipc:///tmp/", 11), 0);
    assert_string_equal(c.brokers[1] + 6, under_folder("/b2"));
}

static void
a_relative_folder_becomes_absolute(void **state)
{
    (void)state;
    struct conf c;
    char before[512], relative[128];
    write_conf("");
    assert_non_null(getcwd(before, sizeof(before)));
    assert_int_equal(chdir("/tmp"), 0);
    snprintf(relative, sizeof(relative), "./%s/../%s/", folder + 5, folder + 5);
    conf_load(&c, relative, NULL);
    assert_int_equal(chdir(before), 0);
    assert_string_equal(c.dir, folder);
}

struct attempt {
    const char *dir;
    const char *overrides[2];
};

static void
load(void *context)
{
    const struct attempt *a = context;
    struct conf c;
    conf_load(&c, a->dir, a->overrides);
}

static void
what_is_wrong_is_named_with_file_and_line(void **state)
{
    (void)state;
    static const struct {
        const char *text, *place, *says;
    } wrong[] = {
        { "nonsense 1\n", "faultline.conf:1:", "\"nonsense\"" },
        { "# x\n\nlease_ms many\n", "faultline.conf:3:", "lease_ms needs a whole number" },
        { "lease_ms -1\n", "faultline.conf:1:", "lease_ms needs a whole number from" },
        { "lease_ms\n", "faultline.conf:1:", "lease_ms needs" },
        { "batch 4001\n", "faultline.conf:1:", "from 1 to 4000" },
        { "batch 1\nbatch 2\n", "faultline.conf:2:", "stands on line 1 already" },
        { "redis localhost\n", "faultline.conf:1:", "redis needs unix:PATH or tcp:HOST:PORT" },
        { "redis tcp:host:70000\n", "faultline.conf:1:", "redis needs" },
        { "redis tcp::1\n", "faultline.conf:1:", "redis needs" },
        { "redis unix:\n", "faultline.conf:1:", "redis needs a path" },
        { "brokers \n", "faultline.conf:1:", "names no broker" },
        { "brokers tcp://*:x\n", "faultline.conf:1:", "brokers needs ipc://PATH" },
        { "brokers udp://h:1\n", "faultline.conf:1:", "udp://h:1" },
        { "pool_public abc\n", "faultline.conf:1:", "pool_public needs 64 hex digits" },
        { "broker_public abc\n", "faultline.conf:1:", "broker_public needs 40 characters" },
        { "plan\n", "faultline.conf:1:", "plan needs a path" },
        { "beat_ms 1000\nlease_ms 2000\n", "faultline.conf:", "three times beat_ms" },
    };
    struct attempt a = { .dir = folder };
    for (size_t i = 0; i < countof(wrong); i++) {
        struct buf said = { 0 };
        write_conf(wrong[i].text);
        assert_int_equal(run_apart(load, &a, &said), 78);
        assert_says(&said, wrong[i].place);
        assert_says(&said, wrong[i].says);
        buf_fini(&said);
    }
}

static void
a_wrong_override_is_named_as_one(void **state)
{
    (void)state;
    static const char *const wrong[][2] = {
        { "batch=x", "--set batch: batch needs" },
        { "batsch=1", "--set batsch: there is no setting \"batsch\"" },
        { "batch", "write --set name=value" },
        { "", "write --set name=value" },
    };
    write_conf("");
    for (size_t i = 0; i < countof(wrong); i++) {
        struct attempt a = { folder, { wrong[i][0] } };
        struct buf said = { 0 };
        assert_int_equal(run_apart(load, &a, &said), 78);
        assert_says(&said, wrong[i][1]);
        buf_fini(&said);
    }
}

static void
a_missing_file_and_a_missing_folder_are_named(void **state)
{
    (void)state;
    struct attempt here = { .dir = folder }, nowhere = { .dir = "/nowhere/at/all" };
    struct buf said = { 0 };
    assert_int_equal(run_apart(load, &here, &said), 78);
    assert_says(&said, path);
    assert_says(&said, "faultline init");
    assert_int_equal(run_apart(load, &nowhere, &said), 78);
    assert_says(&said, "/nowhere/at/all");
    buf_fini(&said);
}

static void
a_password_is_not_repeated_in_an_error(void **state)
{
    (void)state;
    struct attempt a = { .dir = folder };
    struct buf said = { 0 }, text = { 0 };
    buf_printf(&text, "redis_worker_password secretsecret%0100d\n", 0);
    write_conf(buf_cstr(&text));
    assert_int_equal(run_apart(load, &a, &said), 78);
    assert_says(&said, "redis_worker_password is longer than");
    assert_null(strstr(buf_cstr(&said), "secretsecret"));
    buf_fini(&said);
    buf_fini(&text);
}

static void
a_socket_path_that_the_kernel_would_cut_is_refused(void **state)
{
    (void)state;
    struct attempt a = { .dir = folder };
    struct buf said = { 0 }, text = { 0 };
    buf_printf(&text, "brokers ipc:///tmp/%0102d\n", 0);
    write_conf(buf_cstr(&text));
    assert_int_equal(run_apart(load, &a, &said), 0);
    buf_clear(&text);
    buf_printf(&text, "brokers ipc:///tmp/%0103d\n", 0);
    write_conf(buf_cstr(&text));
    assert_int_equal(run_apart(load, &a, &said), 78);
    assert_says(&said, "107 bytes");
    buf_fini(&said);
    buf_fini(&text);
}

static void
any_garbage_is_loaded_or_refused(void **state)
{
    (void)state;
    struct rng rng = seeded();
    struct attempt a = { .dir = folder };
    struct buf good = { 0 };
    int refused = 0;
    conf_write(&good, NULL);
    for (int round = 0; round < 150; round++) {
        struct buf text = { 0 }, said = { 0 };
        buf_put(&text, good.data, good.len);
        for (uint64_t i = rng_below(&rng, 8) + 1; i > 0; i--)
            text.data[rng_below(&rng, text.len)] = (uint8_t)rng_next(&rng);
        text.len = rng_below(&rng, 4) == 0 ? rng_below(&rng, text.len) : text.len;
        write_file(path, buf_str(&text), 0600);
        int code = run_apart(load, &a, &said);
        if (code != 0 && code != 78)
            fail_msg("round %d ended with %d: %s", round, code, buf_cstr(&said));
        refused += code == 78;
        buf_fini(&text);
        buf_fini(&said);
    }
    assert_true(refused > 0 && refused < 150);
    buf_fini(&good);
}

#define test(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        test(an_empty_file_gives_the_standards_under_the_site_folder),
        test(the_written_file_says_the_standards_and_is_read_back),
        test(values_given_to_write_come_back_from_load),
        test(an_override_wins_over_the_file_and_the_last_one_over_all),
        test(a_relative_folder_becomes_absolute),
        test(what_is_wrong_is_named_with_file_and_line),
        test(a_wrong_override_is_named_as_one),
        test(a_missing_file_and_a_missing_folder_are_named),
        test(a_password_is_not_repeated_in_an_error),
        test(a_socket_path_that_the_kernel_would_cut_is_refused),
        test(any_garbage_is_loaded_or_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
