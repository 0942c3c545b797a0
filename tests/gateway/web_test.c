/* web_test.c - the web gateway's keys, signatures, times, and a document that tells its routes. */
#include "tests/check.h"

#include "common/io/seal.h"
#include "gateways/web/web.h"

#include "gateways/outbox.h"

static void
file_get_text(const char *path, struct buf *out)
{
    FILE *f = fopen(path, "r");
    assert_non_null(f);
    out->len = fread(buf_reserve(out, 1 << 20), 1, 1 << 20, f);
    fclose(f);
}

static void
the_document_has_every_route_and_no_other(void **state)
{
    (void)state;
    struct buf text = { 0 }, why = { 0 };
    const struct route *list;
    size_t count = routes(&list), found = 0;
    file_get_text("gateways/web/openapi.json", &text);
    struct json *doc = json_read(buf_str(&text), &why);
    assert_non_null(doc);
    const struct json *paths = json_get(doc, "paths");
    for (size_t i = 0; i < count; i++) {
        const struct json *path = json_get(paths, list[i].path);
        const struct json *way =
            json_get(path, strcmp(list[i].method, "GET") == 0 ? "get" : "post");
        if (way == NULL)
            fail_msg("openapi.json lacks %s %s", list[i].method, list[i].path);
        assert_int_equal(json_get(way, "security") != NULL, list[i].open);
    }
    for (size_t i = 0; json_key(paths, i) != NULL; i++)
        found++;
    assert_int_equal(found, count);
    json_free(&doc);
    buf_fini(&text);
    buf_fini(&why);
}

static void
times_are_read_as_rfc_3339_has_them(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t at; /* -1: none */
    } rows[] = {
        { "1970-01-01T00:00:00Z", 0 },
        { "2018-08-03T09:52:26.739266876+02:00", 1533282746739 },
        { "2000-02-29T23:59:59-00:30", 951870599000 },
        { "2026-01-01T00:00:00.5Z", 1767225600500 },
        { "2026-13-01T00:00:00Z", -1 },
        { "2026-01-01T00:00:00", -1 },
        { "2026-01-01T00:00:00.Z", -1 },
        { "yesterday", -1 },
        { "", -1 },
    };
    for (size_t i = 0; i < countof(rows); i++) {
        int64_t at = -1;
        bool good = alarm_time(str_of(rows[i].text), &at);
        if (good != (rows[i].at >= 0) || (good && at != rows[i].at))
            fail_msg("%s: %lld", rows[i].text, (long long)at);
    }
}

static void
a_signature_is_hmac_sha256_of_stamp_and_body(void **state)
{
    (void)state;
    char out[65];
    uint8_t mac[32];
    hmac_sha256(mac, STR("Jefe"), STR("what do ya want for nothing?")); /* RFC 4231, case 2 */
    hex_of(out, mac, 32);
    assert_string_equal(out, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    hooks_sign(out, "Jefe", "what do ya want for nothing?", STR(""));
    assert_string_not_equal(out,
                            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

static void
keys_are_known_by_their_hash_and_bad_lines_are_named(void **state)
{
    (void)state;
    static const char *const bad[] = { "a", "a 00", "a/b 00", "a  zz" };
    struct buf text = { 0 }, why = { 0 };
    struct web_keys k;
    uint8_t hash[32];
    char hex[65];
    digest_32(hash, STR("sesame"));
    hex_of(hex, hash, 32);
    buf_printf(&text, "# keys\nportal %s web.api http://h/x s3\nprom %s - - -\n", hex, hex);
    text.data[text.len - 10] = '0'; /* of prom's hash: another key */
    assert_true(web_keys_read(&k, "web.keys", buf_str(&text), &why));
    assert_int_equal(k.count, 2);
    assert_string_equal(web_keys_find(&k, STR("sesame"))->name, "portal");
    assert_null(web_keys_find(&k, STR("sesam")));
    assert_null(web_keys_find(&k, STR("")));
    web_keys_fini(&k);
    for (size_t i = 0; i < countof(bad); i++) {
        buf_clear(&why);
        assert_false(web_keys_read(&k, "web.keys", str_of(bad[i]), &why));
        assert_int_equal(strncmp(buf_cstr(&why), "web.keys:1: ", 12), 0);
    }
    buf_fini(&text);
    buf_fini(&why);
}

int
main(void)
{
    seal_open_library();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_document_has_every_route_and_no_other),
        cmocka_unit_test(times_are_read_as_rfc_3339_has_them),
        cmocka_unit_test(a_signature_is_hmac_sha256_of_stamp_and_body),
        cmocka_unit_test(keys_are_known_by_their_hash_and_bad_lines_are_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
