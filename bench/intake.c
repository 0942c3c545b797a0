/* intake.c - `./dev bench intake`: reports acknowledged a second, from the client library through
 * CURVE, sealed, fsync always, against XADD of the same bytes by redis-benchmark on the same Redis
 * in the same run, before and after. No workers run. */
#include "bench/crowd.h"
#include "bench/raw.h"
#include "common/io/clock.h"
#include "common/io/log.h"

#include <stdio.h>

enum { REPORTS = 150000, RAW_ENTRIES = 200000, STUCK_MS = 30000 };

static void
push(struct crowd *c, uint64_t reports)
{
    int64_t moved_at = clock_mono_ms();
    size_t acked = 0;
    while (c->acked.count < reports) {
        while (c->submitted < reports && crowd_report(c))
            if (c->submitted % 512 == 0)
                break;
        crowd_turn(c, c->submitted < reports ? 0 : 50);
        if (c->acked.count != acked) {
            acked = c->acked.count;
            moved_at = clock_mono_ms();
        }
        if (clock_mono_ms() - moved_at > STUCK_MS)
            die("nothing is acknowledged any more: %zu of %llu", acked,
                (unsigned long long)c->submitted);
    }
}

/* One inbox entry of the run, to hand the same bytes to redis-benchmark. */
static void
one_entry(struct stage *s, struct buf *out)
{
    const struct territory_id *list;
    size_t count = atlas_territories(s->atlas, &list);
    struct arena a = { 0 };
    for (size_t i = 0; i < count && out->len == 0; i++) {
        struct inbox inbox = { .territory = list[i], .cursor = "0-0" };
        int64_t redis_ms;
        if (store_read(s->store, &inbox, 1, 64, 0, &a, &redis_ms) != OK)
            die("the store does not answer");
        for (size_t e = 0; e < inbox.count && out->len == 0; e++)
            if (inbox.entries[e].kind == 'r')
                buf_put(out, inbox.entries[e].bytes.at, inbox.entries[e].bytes.len);
    }
    arena_fini(&a);
}

int
main(void)
{
    static const char *const sets[] = { "inbox_max=100000000", NULL };
    static struct crowd crowd;
    struct stage stage;
    struct buf entry = { 0 };
    log_open("bench", LOG_WARN);
    seal_open_library();
    stage_open(&stage, &(struct stage_wish){ .workers = 0, .sets = sets, .quiet = true });
    crowd_open(&crowd, &stage, &(struct crowd_wish){ .seed = 1, .on_disk = true });
    push(&crowd, 2000); /* connected, warm */
    one_entry(&stage, &entry);
    double before = raw_xadd_per_s(&stage, buf_str(&entry), RAW_ENTRIES);
    int64_t began = clock_mono_ns();
    push(&crowd, 2000 + REPORTS);
    double took_s = (double)(clock_mono_ns() - began) / 1e9;
    double after = raw_xadd_per_s(&stage, buf_str(&entry), RAW_ENTRIES);
    double raw = (before + after) / 2, per_s = (double)REPORTS / took_s;
    printf("%d reports of %zu bytes in %.2f s; raw XADD before %.0f/s, after %.0f/s\n", REPORTS,
           entry.len, took_s, before, after);
    crowd_close(&crowd);
    stage_close(&stage);
    buf_fini(&entry);
    printf("bench=intake ratio=%.3f per_s=%.0f raw_xadd_per_s=%.0f\n", per_s / raw, per_s, raw);
    return 0;
}
