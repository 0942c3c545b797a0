/* feed.c - `faultline feed`: plays a CSV of real service requests through the channel client, as a
 * gateway would, and accounts for every row.
 *
 *   row -> mapping -> fl_report -> ACCEPTED -> what became of it (an update)
 *      \-> refused with its reason and row number
 *
 * Invariant: rows = opened + attached + duplicate + quarantined + refused + waiting. */
#include "cli/csv.h"
#include "cli/mapping.h"
#include "cli/show.h"
#include "cli/site.h"
#include "common/base/map.h"
#include "common/io/clock.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

static const char help[] =
    "faultline feed - play a CSV of service requests, plain or .gz, as reports\n"
    "\n"
    "usage: faultline feed FILE --map MAPPING [--as GATEWAY] [--speed N] [--limit N] [--json]\n"
    "\n"
    "Every row goes through the client library like a gateway's message: journalled in the "
    "gateway's spool,\n"
    "addressed, sealed, sent, acknowledged, and followed until the system says what became of it. "
    "Each row ends as\n"
    "one of: opened (a ticket), attached (a repeat of an open one), duplicate (known already),\n"
    "quarantined (known under that key with other content), refused (with its reason and row "
    "number).\n"
    "\n"
    "  --map MAPPING  which column is what; examples: deploy/maps/*.map\n"
    "  --as GATEWAY   the principal that reports (desk)\n"
    "  --speed N      N times as fast as the rows' own times; 0: as fast as can be (0)\n"
    "  --limit N      at most N rows\n"
    "  --quiet-s N    give up when nothing has moved for N seconds (60)\n"
    "  --json         the counts as one JSON object\n"
    "\n"
    "Interrupted with Ctrl-C, or after a crash, it may be run again: no row counts twice.\n"
    "exit: 0 every row is accounted for; 1 some are still waiting, or it could not run\n";

struct seen { /* one report id, and its rows that wait for an outcome */
    uint64_t row;
    uint32_t waiting;
};

enum tally { OPENED, ATTACHED, DUPLICATE, QUARANTINED, REFUSED, TALLIES };
static const char *const tally_names[TALLIES] = { "opened", "attached", "duplicate", "quarantined",
                                                  "refused" };

struct feed {
    struct site site;
    struct fl_client *client;
    struct csv *csv;
    struct mapping *mapping;
    struct map by_id; /* report id -> struct seen, owned */
    uint64_t rows, submitted, acked, waiting, limit;
    uint64_t counts[TALLIES];
    int64_t speed, quiet_ms;
    int64_t began_at, first_row_at, moved_at, drawn_at;
    bool bar;
    struct buf why;
};

static void
draw(struct feed *f, bool last)
{
    int64_t now = clock_mono_ms();
    if (!f->bar || (!last && now - f->drawn_at < 100))
        return;
    static const char full[] = "==============================";
    int done = last ? 1000 : csv_permille(f->csv), width = (int)sizeof(full) - 1;
    int64_t took = now - f->began_at > 0 ? now - f->began_at : 1;
    fprintf(stderr,
            "\r[%-*.*s] %3d%%  %" PRIu64 " rows  %" PRIu64 " acked (%" PRId64 "/s)  %" PRIu64
            " opened  %" PRIu64 " attached  %" PRIu64 " waiting \033[K%s",
            width, done * width / 1000, full, done / 10, f->rows, f->acked,
            (int64_t)f->acked * 1000 / took, f->counts[OPENED], f->counts[ATTACHED], f->waiting,
            last ? "\n" : "");
    f->drawn_at = now;
}

static void
refuse(struct feed *f, uint64_t row, const char *why)
{
    if (f->bar)
        fputs("\r\033[K", stderr);
    fprintf(stderr, "row %" PRIu64 ": refused: %s\n", row, why);
    f->counts[REFUSED]++;
}

static void
settle(struct feed *f, const uint8_t id[16], enum tally as)
{
    struct seen *s = map_get(&f->by_id, id);
    if (s == NULL || s->waiting == 0)
        return; /* an earlier run's row */
    s->waiting--;
    f->waiting--;
    f->counts[as]++;
}

static void
on_update(struct feed *f, const struct fl_update *u)
{
    if (!u->has_report || u->repeated)
        return;
    for (enum tally t = OPENED; t < REFUSED; t++)
        if (strcmp(u->kind, tally_names[t]) == 0)
            settle(f, u->report, t);
    if (strcmp(u->kind, "quarantined") == 0) {
        const struct seen *s = map_get(&f->by_id, u->report);
        if (f->bar)
            fputs("\r\033[K", stderr);
        fprintf(stderr, "row %" PRIu64 ": quarantined: %s\n", s == NULL ? 0 : s->row, u->why);
    }
}

static void
on_refused(struct feed *f, const struct fl_happening *h)
{
    const struct seen *s = map_get(&f->by_id, h->id);
    char why[300];
    if (h->is_event || s == NULL || s->waiting == 0)
        return;
    snprintf(why, sizeof(why), "%s: %s", h->code, h->text);
    settle(f, h->id, REFUSED);
    f->counts[REFUSED]--; /* counted by refuse */
    refuse(f, s->row, why);
}

/* Takes what has happened; waits up to `wait_ms` for the first. */
static void
turn(struct feed *f, int wait_ms)
{
    const struct fl_happening *h;
    fl_client_wait(f->client, wait_ms);
    while ((h = fl_client_next(f->client)) != NULL) {
        if (h->kind == FL_ACCEPTED || h->kind == FL_REFUSED || h->kind == FL_UPDATE)
            f->moved_at = clock_mono_ms();
        switch (h->kind) {
        case FL_ACCEPTED:
            f->acked += !h->is_event;
            break;
        case FL_REFUSED:
            on_refused(f, h);
            break;
        case FL_UPDATE:
            on_update(f, h->update);
            break;
        case FL_DOWN:
        case FL_UNSEALED:
        case FL_ROLLBACK:
            if (f->bar)
                fputs("\r\033[K", stderr);
            show_other(stderr, h);
            break;
        case FL_UP:
        case FL_BUSY:
        case FL_ANSWER:
            break;
        }
    }
    draw(f, false);
}

static bool
stuck(const struct feed *f)
{
    return cmd_interrupted() || clock_mono_ms() - f->moved_at > f->quiet_ms;
}

/* Not before its time, when the rows' own pace is wanted. */
static void
pace(struct feed *f, int64_t row_at)
{
    if (f->speed == 0 || row_at == 0)
        return;
    if (f->first_row_at == 0)
        f->first_row_at = row_at;
    int64_t due = f->began_at + (row_at - f->first_row_at) / f->speed;
    for (int64_t left; !cmd_interrupted() && (left = due - clock_mono_ms()) > 0;) {
        turn(f, left > 200 ? 200 : (int)left);
        f->moved_at = clock_mono_ms();
    }
}

/* The row's entry, once no earlier row of the same id waits any more: a changed row must meet what
 * the first became. NULL: it never ended. */
static struct seen *
entry_of(struct feed *f, const uint8_t id[16])
{
    struct seen *s = map_get(&f->by_id, id);
    if (s == NULL) {
        s = zalloc(sizeof(*s));
        map_put(&f->by_id, id, s);
    }
    while (s->waiting > 0 && !stuck(f))
        turn(f, 100);
    return s->waiting == 0 ? s : NULL;
}

static void
feed_row(struct feed *f, uint64_t number, const struct fl_report *r)
{
    uint8_t id[16];
    pace(f, r->occurred_at);
    fl_report_id(r->source, r->message_key, id);
    struct seen *s = entry_of(f, id);
    int e = FL_ERR_FULL;
    if (s != NULL)
        while ((e = fl_report(f->client, r, id)) == FL_ERR_FULL && !stuck(f))
            turn(f, 100);
    if (e != FL_OK) {
        refuse(f, number,
               s == NULL ? "an earlier row of the same key has no outcome" : fl_error_text(e));
        return;
    }
    s->row = number;
    s->waiting++;
    f->waiting++;
    f->submitted++;
}

/* All rows, and what became of them; false when the file cannot be read on. */
static bool
feed_rows(struct feed *f)
{
    struct csv_row row;
    enum err e = OK;
    while (f->rows < f->limit && !cmd_interrupted() &&
           (e = csv_next(f->csv, &row)) != ERR_TRUNCATED) {
        struct fl_report r;
        if (e == ERR_IO) {
            cmd_failed(&cmd_feed, "reading after row %" PRIu64 ": %s", row.number - 1, row.why);
            break;
        }
        f->rows++;
        buf_clear(&f->why);
        if (e == ERR_SYNTAX)
            refuse(f, row.number - 1, row.why);
        else if (!mapping_row(f->mapping, &row, &r, &f->why))
            refuse(f, row.number - 1, buf_cstr(&f->why));
        else
            feed_row(f, row.number - 1, &r);
        if (f->rows % 64 == 0)
            turn(f, 0);
    }
    while (f->waiting > 0 && !stuck(f))
        turn(f, 200);
    return e != ERR_IO;
}

static int
summary(struct feed *f, bool json)
{
    draw(f, true);
    if (json) {
        printf("{\"rows\": %" PRIu64 ", \"submitted\": %" PRIu64 ", \"acked\": %" PRIu64, f->rows,
               f->submitted, f->acked);
        for (enum tally t = 0; t < TALLIES; t++)
            printf(", \"%s\": %" PRIu64, tally_names[t], f->counts[t]);
        printf(", \"waiting\": %" PRIu64 "}\n", f->waiting);
    } else {
        printf("rows=%" PRIu64 " submitted=%" PRIu64 " acked=%" PRIu64, f->rows, f->submitted,
               f->acked);
        for (enum tally t = 0; t < TALLIES; t++)
            printf(" %s=%" PRIu64, tally_names[t], f->counts[t]);
        printf(" waiting=%" PRIu64 "\n", f->waiting);
    }
    if (cmd_interrupted())
        return cmd_failed(&cmd_feed, "interrupted: the rest of the file was not read");
    if (f->waiting == 0)
        return EXIT_DONE;
    return cmd_failed(&cmd_feed,
                      "%" PRIu64 " rows have no outcome yet; they are in the spool: run it again",
                      f->waiting);
}

static bool
open_input(struct feed *f, const char *path, const char *map)
{
    struct csv_row head;
    f->mapping = mapping_read(map, &f->why);
    if (f->mapping == NULL) {
        fputs(buf_cstr(&f->why), stderr);
        return false;
    }
    f->csv = csv_open(path);
    if (f->csv == NULL) {
        cmd_failed(&cmd_feed, "cannot read %s: %s", path, strerror(errno));
        return false;
    }
    if (csv_next(f->csv, &head) != OK) {
        cmd_failed(&cmd_feed, "%s has no heading row: %s", path,
                   head.why == NULL ? "it is empty" : head.why);
        return false;
    }
    if (!mapping_head(f->mapping, &head, &f->why)) {
        cmd_failed(&cmd_feed, "%s", buf_cstr(&f->why));
        return false;
    }
    return true;
}

static void
feed_fini(struct feed *f)
{
    struct seen *s;
    for (size_t i = 0; (s = map_next(&f->by_id, &i)) != NULL;)
        free(s);
    map_fini(&f->by_id);
    if (f->client != NULL)
        fl_client_close(f->client);
    if (f->csv != NULL)
        csv_close(f->csv);
    if (f->mapping != NULL)
        mapping_free(f->mapping);
    buf_fini(&f->why);
    site_close(&f->site);
}

static int
run(int argc, char **argv)
{
    const char *map = NULL, *as = "desk", *speed = "0", *limit = "0", *quiet = "60";
    const struct option_row rows[] = { { "map", &map, NULL },       { "as", &as, NULL },
                                       { "speed", &speed, NULL },   { "limit", &limit, NULL },
                                       { "quiet-s", &quiet, NULL }, { NULL, NULL, NULL } };
    struct words w;
    struct feed f = { .bar = isatty(STDERR_FILENO) };
    int64_t limit_rows = 0, quiet_s = 60;
    if (!cmd_options(&cmd_feed, argc, argv, rows, &w))
        return EXIT_USAGE;
    if (w.count != 1 || map == NULL)
        return cmd_usage(&cmd_feed, "one file and --map, please");
    if (!cmd_number(&cmd_feed, "speed", speed, 0, 1000000000, &f.speed) ||
        !cmd_number(&cmd_feed, "limit", limit, 0, INT64_MAX, &limit_rows) ||
        !cmd_number(&cmd_feed, "quiet-s", quiet, 1, 86400, &quiet_s))
        return EXIT_USAGE;
    f.limit = limit_rows == 0 ? UINT64_MAX : (uint64_t)limit_rows;
    f.quiet_ms = quiet_s * 1000;
    map_init(&f.by_id, 16);
    cmd_catch_signals();
    site_open(&f.site, &cmd_feed, &w);
    int code = EXIT_FAILED;
    if (open_input(&f, w.list[0], map) && site_client(&f.site, as, as, &f.client)) {
        fl_subscribe(f.client, false);
        f.began_at = f.moved_at = clock_mono_ms();
        bool whole = feed_rows(&f);
        code = summary(&f, w.json);
        code = whole ? code : EXIT_FAILED;
    }
    feed_fini(&f);
    return code;
}

const struct command cmd_feed = { "feed", "play a CSV of service requests as reports", help, run };
