/* picture.c - the demo's live picture: one screen, drawn from what the simulated people have
 * opened. */
#include "bench/picture.h"

#include "common/io/clock.h"

#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { SOON_MAX = 4, SOON_MS = 15 * 60 * 1000 };

static const struct {
    const char *label;
    size_t slot; /* of crowd.by_state */
    const char *colour;
} shown[] = {
    { "queued", 2, "33" },   { "offered", 3, "36" }, { "accepted", 4, "34" },
    { "en route", 5, "34" }, { "working", 6, "35" }, { "resolved", 9, "32" },
    { "closed", 10, "90" },
};

void
picture_open(void)
{
    fputs("\033[?1049h\033[?25l\033[2J", stdout);
}

void
picture_close(void)
{
    fputs("\033[?25h\033[?1049l", stdout);
    fflush(stdout);
}

static int
by_value(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static void
draw_lately(const char *what, const struct lately *l)
{
    static int64_t sorted[countof(l->ms)];
    size_t n = l->count < countof(sorted) ? l->count : countof(sorted);
    if (n > 0) {
        memcpy(sorted, l->ms, n * sizeof(sorted[0]));
        qsort(sorted, n, sizeof(sorted[0]), by_value);
        printf("  %s: median %lld ms, 99th percentile %lld ms", what, (long long)sorted[n / 2],
               (long long)sorted[n * 99 / 100]);
    }
    fputs("\033[K\n", stdout);
}

static void
draw_states(const struct crowd *c, int width)
{
    uint64_t most = 1;
    for (size_t i = 0; i < countof(shown); i++)
        most = c->by_state[shown[i].slot] > most ? c->by_state[shown[i].slot] : most;
    int room = width - 24 > 50 ? 50 : width - 24;
    for (size_t i = 0; i < countof(shown); i++) {
        uint64_t n = c->by_state[shown[i].slot];
        int bar = room <= 0 ? 0 : (int)(n * (uint64_t)room / most);
        printf("  %-9s %7llu  \033[%sm", shown[i].label, (unsigned long long)n, shown[i].colour);
        for (int b = 0; b < bar; b++)
            fputs("\xe2\x96\x88", stdout);
        fputs("\033[0m\033[K\n", stdout);
    }
}

/* The promised response of a level by everybody else's contract, in milliseconds. */
static int64_t
response_ms(const struct crowd *c, const char *level)
{
    const struct plan_contract *k = &c->stage->plan->contracts[0];
    for (unsigned i = 0; i < k->promises_count; i++) {
        const struct plan_promise *p = &k->promises[i];
        if (strcmp(p->clock, "response") == 0 && (p->level == NULL || strcmp(p->level, level) == 0))
            return (int64_t)p->working_min * 60000;
    }
    return 0;
}

/* Tickets without an engineer whose response is due next. */
static void
draw_soon(const struct crowd *c)
{
    struct {
        const struct seen_ticket *ticket;
        int64_t left;
    } soon[SOON_MAX] = { 0 };
    size_t count = 0;
    int64_t now = clock_wall_ms();
    const struct seen_ticket *t;
    for (size_t i = 0; (t = map_next(&c->tickets, &i)) != NULL;) {
        bool waits = strcmp(t->state, "queued") == 0 || strcmp(t->state, "offered") == 0;
        int64_t left = t->received_at + response_ms(c, t->level) - now;
        if (!waits || left > SOON_MS)
            continue;
        size_t at = count;
        while (at > 0 && soon[at - 1].left > left)
            at--;
        if (at == SOON_MAX)
            continue;
        size_t keep = count < SOON_MAX ? count++ : SOON_MAX - 1;
        memmove(&soon[at + 1], &soon[at], (keep - at) * sizeof(soon[0]));
        soon[at].ticket = t;
        soon[at].left = left;
    }
    for (size_t i = 0; i < SOON_MAX; i++) {
        if (i < count)
            printf("  %-18s %-8s %-8s response due in %lld min %02lld s", soon[i].ticket->number,
                   soon[i].ticket->level, soon[i].ticket->state, (long long)(soon[i].left / 60000),
                   (long long)(soon[i].left / 1000 % 60));
        fputs("\033[K\n", stdout);
    }
}

/* The last updates; a line is cut by characters of the screen, not in the middle of a letter. */
static void
draw_latest(const struct crowd *c, int width)
{
    for (size_t i = 0; i < LATEST_MAX; i++) {
        const char *line = c->latest_count < LATEST_MAX
                               ? (i < c->latest_count ? c->latest[i] : "")
                               : c->latest[(c->latest_count + i) % LATEST_MAX];
        int columns = 0;
        fputs("  ", stdout);
        for (const unsigned char *at = (const unsigned char *)line; *at != 0; at++) {
            columns += (*at & 0xc0) != 0x80 ? (*at >= 0xe0 ? 2 : 1) : 0;
            if (columns > width - 4 && (*at & 0xc0) != 0x80)
                break;
            fputc(*at < 32 ? ' ' : *at, stdout);
        }
        fputs("\033[K\n", stdout);
    }
}

void
picture_draw(const struct crowd *c, int64_t began_at)
{
    struct winsize size = { 0 };
    int64_t took = clock_mono_ms() - began_at;
    int width = ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 20 ? size.ws_col : 80;
    fputs("\033[H\033[1mFaultline\033[0m  a city of three territories, one broker, two workers, "
          "all on this "
          "machine\033[K\n\033[K\n",
          stdout);
    printf("  reports %llu  durable %zu  %llu updates opened  %.0f s  Ctrl-C ends "
           "it\033[K\n",
           (unsigned long long)c->submitted, c->acked.count, (unsigned long long)c->updates,
           (double)took / 1000);
    draw_lately("an update, from its decision to its recipient's eyes", &c->told_after);
    draw_lately("a ticket, from its report to an engineer who accepts (they think it over)",
                &c->accepted_after);
    fputs("\033[K\n", stdout);
    fputs("\033[1mtickets\033[0m\033[K\n", stdout);
    draw_states(c, width);
    fputs("\033[K\n\033[1mpromises due next\033[0m\033[K\n", stdout);
    draw_soon(c);
    fputs("\033[K\n\033[1mupdates, as their recipients opened them\033[0m\033[K\n", stdout);
    draw_latest(c, width);
    fputs("\033[J", stdout);
    fflush(stdout);
}
