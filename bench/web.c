/* web.c - what is posted to the web gateway: reports with an API key. */
#include "bench/gate.h"
#include "common/io/seal.h"

#include <stdio.h>

static const char api_key[] = "bench-0123456789abcdef";

static void
prepare(const char *site, struct buf *settings)
{
    char hex[65], row[100];
    uint8_t digest[32];
    (void)settings;
    digest_32(digest, str_of(api_key));
    hex_of(hex, digest, sizeof(digest));
    snprintf(row, sizeof(row), "bench %s web.api - -\n", hex);
    gate_write(site, "web.keys", str_of(row));
}

static void
request(struct buf *out, unsigned number)
{
    char headers[160];
    struct buf body = { 0 };
    buf_printf(&body,
               "{\"text\":\"The lift in stairwell %u stands between two floors, nobody is "
               "inside\",\"site\":\"city-hall\",\"lang\":\"en\",\"contact\":\"+86138%08u\"}",
               number, number);
    snprintf(headers, sizeof(headers), "Authorization: Bearer %s\r\nIdempotency-Key: bench-%u\r\n",
             api_key, number);
    post_put(out, "/v1/reports", headers, buf_str(&body));
    buf_fini(&body);
}

const struct post web_post = { "web", 202, prepare, request };
