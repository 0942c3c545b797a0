/* http_head_test.c - where a request's head ends, what is kept of it, and what is refused because
 * two readers could differ on it. */
#include "tests/check.h"

#include "gateways/http/head.h"

#include <string.h>

static const char *const wanted[] = { "authorization", "x-key", NULL };

/* `text` lives as long as the pieces are looked at. */
static int
read_head(struct http_head *h, struct buf *text, const char *head)
{
    buf_clear(text);
    buf_put(text, head, strlen(head));
    assert_int_equal(http_head_len(buf_str(text)), text->len);
    return http_head_read(h, (char *)text->data, text->len, wanted);
}

static void
a_head_is_cut_into_its_pieces(void **state)
{
    struct http_head h;
    struct buf text = { 0 };
    (void)state;
    int status =
        read_head(&h, &text,
                  "POST /v1/%e6%95%85%20x?a=%20b&c HTTP/1.1\r\nHost: x\r\nX-KEY:  k 1\t\r\n"
                  "content-length: 0012\r\nAuthorization:\r\n\r\n");
    assert_int_equal(status, 0);
    assert_string_equal(h.method, "POST");
    assert_string_equal(h.path, "/v1/故 x");
    assert_true(str_is(h.query, "a=%20b&c"));
    assert_int_equal(h.body_len, 12);
    assert_true(h.keeps);
    assert_int_equal(h.headers_count, 2);
    assert_string_equal(http_header(h.headers, h.headers_count, "x-key"), "k 1");
    assert_string_equal(http_header(h.headers, h.headers_count, "authorization"), "");
    assert_string_equal(http_header(h.headers, h.headers_count, "host"), "");
    assert_int_equal(read_head(&h, &text, "GET http://a.example:80/b?c HTTP/1.1\r\n\r\n"), 0);
    assert_string_equal(h.path, "/b");
    assert_int_equal(h.body_len, 0);
    buf_fini(&text);
}

static void
a_connection_is_kept_unless_somebody_says_otherwise(void **state)
{
    static const struct {
        const char *head;
        bool keeps;
    } rows[] = { { "GET / HTTP/1.1\r\n\r\n", true },
                 { "GET / HTTP/1.0\r\n\r\n", false },
                 { "GET / HTTP/1.1\r\nConnection: keep-alive\r\n\r\n", true },
                 { "GET / HTTP/1.1\r\nConnection: Close\r\n\r\n", false },
                 { "GET / HTTP/1.1\r\nConnection: TE , close\r\n\r\n", false } };
    struct http_head h;
    struct buf text = { 0 };
    (void)state;
    for (size_t i = 0; i < countof(rows); i++) {
        assert_int_equal(read_head(&h, &text, rows[i].head), 0);
        assert_int_equal(h.keeps, rows[i].keeps);
    }
    buf_fini(&text);
}

static void
what_two_readers_could_read_differently_is_refused(void **state)
{
    static const struct {
        const char *head;
        int status;
    } rows[] = {
        { "POST / HTTP/1.1\r\n\r\n", 411 },
        { "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", 411 },
        { "POST / HTTP/1.1\r\nContent-Length: 3\r\nTransfer-Encoding: identity\r\n\r\n", 411 },
        { "POST / HTTP/1.1\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\n", 400 },
        { "POST / HTTP/1.1\r\nContent-Length: +3\r\n\r\n", 400 },
        { "POST / HTTP/1.1\r\nContent-Length: 3, 3\r\n\r\n", 400 },
        { "POST / HTTP/1.1\r\nContent-Length:\r\n\r\n", 400 },
        { "POST / HTTP/1.1\r\nContent-Length: 9999999999999999\r\n\r\n", 400 },
        { "POST / HTTP/1.1\r\nContent-Length : 3\r\n\r\n", 400 },
        { "POST / HTTP/1.1\r\nX-Key: a\r\n Content-Length: 3\r\n\r\n", 400 },
        { "GET / HTTP/1.1\r\nX-Key: a\rContent-Length: 3\r\n\r\n", 400 },
        { "POST / HTTP/1.1\r\nContent-Length: \r3\r\n\r\n", 400 },
        { "POST / HTTP/1.1\r\nContent-Length: 3\r\r\n\r\n", 400 },
        { "POST / HTTP/1.1\nContent-Length: 3\n\n", 400 },
        { "POST / HTTP/1.1\r\nContent-Length: 3\n\r\n", 400 },
        { "GET / HTTP/1.1\r\n\n", 400 },
        { "GET / HTTP/1.1\r\nX-Key: a\r\nx-key: a\r\n\r\n", 400 },
        { "GET / HTTP/1.1\r\nno colon\r\n\r\n", 400 },
        { "GET / HTTP/1.1\r\n: x\r\n\r\n", 400 },
        { "GET  / HTTP/1.1\r\n\r\n", 400 },
        { "GET / HTTP/1.1 \r\n\r\n", 505 },
        { "GET / HTTP/2.0\r\n\r\n", 505 },
        { "GET / HTTP/1.x\r\n\r\n", 505 },
        { "GET /\r\n\r\n", 400 },
        { "GET / SIP/2.0\r\n\r\n", 400 },
        { "GET x HTTP/1.1\r\n\r\n", 400 },
        { "GET http://x HTTP/1.1\r\n\r\n", 400 },
        { "OPTIONS * HTTP/1.1\r\n\r\n", 400 },
        { "GET /%0a HTTP/1.1\r\n\r\n", 400 },
        { "GET /%00 HTTP/1.1\r\n\r\n", 400 },
        { "GET /%4 HTTP/1.1\r\n\r\n", 400 },
        { "GET /%ff HTTP/1.1\r\n\r\n", 400 },
        { "GET /\xe6\x95\x85 HTTP/1.1\r\n\r\n", 400 },
        { "G(T / HTTP/1.1\r\n\r\n", 400 },
    };
    struct http_head h;
    struct buf text = { 0 };
    (void)state;
    for (size_t i = 0; i < countof(rows); i++) {
        int status = read_head(&h, &text, rows[i].head);
        if (status != rows[i].status)
            fail_msg("row %zu: %d", i, status);
    }
    buf_fini(&text);
}

static void
a_head_ends_at_its_first_empty_line_and_not_before(void **state)
{
    static const char whole[] = "GET / HTTP/1.1\r\nX-Key: 1\r\n\r\nGET / HTTP/1.1\r\n\r\n";
    size_t first = sizeof("GET / HTTP/1.1\r\nX-Key: 1\r\n\r\n") - 1;
    (void)state;
    for (size_t len = 0; len < sizeof(whole); len++)
        assert_int_equal(http_head_len(str_bytes(whole, len)), len < first ? 0 : first);
    assert_int_equal(http_head_len(STR("GET / HTTP/1.1\n\nbody")), 16);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_head_is_cut_into_its_pieces),
        cmocka_unit_test(a_connection_is_kept_unless_somebody_says_otherwise),
        cmocka_unit_test(what_two_readers_could_read_differently_is_refused),
        cmocka_unit_test(a_head_ends_at_its_first_empty_line_and_not_before),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
