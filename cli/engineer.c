/* engineer.c - `faultline engineer`: an engineer's device in a terminal. It sees its sealed offers
 * and tickets, and says the verbs of docs/life.md; what was said is journalled before it is sent.
 *
 * Jobs are numbered 1, 2, 3 ... on this screen in the order in which they came. */
#include "cli/said.h"
#include "cli/show.h"
#include "cli/site.h"
#include "cli/when.h"
#include "common/io/clock.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <unistd.h>

static const char help[] =
    "faultline engineer - an engineer's client in the terminal\n"
    "\n"
    "usage: faultline engineer ID [--lang en|zh] [--json] [--wait-s N] [COMMAND]\n"
    "\n"
    "Shows the engineer's offers and tickets as they come, opened with the engineer's own key, and "
    "takes\n"
    "commands, a line each, from standard input; or does the one COMMAND given, and ends.\n"
    "\n"
    "  list                                         the jobs at hand, numbered\n"
    "  place LAT LON                                where I am, decimal degrees\n"
    "  sync                                         tell me everything again\n"
    "  quit                                         (or the end of the input, once everything said "
    "is answered)\n";

static const char help_tail[] =
    "\n"
    "N is a job's number on this screen, or the ticket's own number. What stands after it may come "
    "in any order;\n"
    "the first word that is nothing else begins the WORDS. A name of several words, and a section, "
    "stand in\n"
    "quotes. TIME: " WHEN_FORMS ".\n"
    "\n"
    "  decline 3 far                       pend 3 absent until 14:30 nobody at the door\n"
    "  transfer 3 busy to chen.wei         part_request 3 \"fan tray\" x2\n"
    "  arrive 3 code 4711                  report 3 handling=\"new fan\" lessons=\"clean it "
    "yearly\"\n"
    "\n"
    "--wait-s: how long one COMMAND may take (30). --lang: in which language (the locale's: LANG). "
    "--json prints\n"
    "updates as JSON, a line each. Times are of this machine's zone (TZ).\n";

struct job {
    uint8_t ticket[16];
    char territory[16], number[32], state[24];
    uint32_t version;
};

struct desk {
    struct fl_client *client;
    struct job *jobs;
    size_t jobs_count, jobs_cap;
    size_t unanswered; /* events said and without a verdict */
    uint64_t epoch;    /* of the events said on this screen */
    struct show how;
    bool quit, failed;
    struct buf input;
};

/* ---- what comes in */

static struct job *
job_of(struct desk *d, const struct fl_update *u)
{
    for (size_t i = 0; i < d->jobs_count; i++)
        if (memcmp(d->jobs[i].ticket, u->ticket, 16) == 0)
            return &d->jobs[i];
    d->jobs = grow_array(d->jobs, d->jobs_count, &d->jobs_cap, sizeof(*d->jobs));
    struct job *j = &d->jobs[d->jobs_count++];
    *j = (struct job){ 0 };
    memcpy(j->ticket, u->ticket, 16);
    return j;
}

static void
on_update(struct desk *d, const struct fl_update *u)
{
    bool verdict = strcmp(u->kind, "verdict") == 0;
    if (verdict && !u->repeated && u->epoch == d->epoch && d->unanswered > 0) {
        d->unanswered--;
        d->failed = d->failed || u->refusal[0] != '\0';
    }
    if (u->has_ticket && (u->number[0] != '\0' || !verdict)) {
        struct job *j = job_of(d, u);
        snprintf(j->territory, sizeof(j->territory), "%s", u->territory);
        if (u->number[0] != '\0')
            snprintf(j->number, sizeof(j->number), "%s", u->number);
        if (strcmp(u->kind, "withdrawn") == 0)
            snprintf(j->state, sizeof(j->state), "withdrawn");
        else if (u->state[0] != '\0')
            snprintf(j->state, sizeof(j->state), "%s", u->state);
        j->version = u->version > j->version ? u->version : j->version;
        if (!d->how.json)
            printf("[%zu] ", (size_t)(j - d->jobs) + 1);
    }
    show_update(stdout, &d->how, u);
}

static void
take_happenings(struct desk *d)
{
    const struct fl_happening *h;
    while ((h = fl_client_next(d->client)) != NULL) {
        if (h->kind == FL_UPDATE) {
            on_update(d, h->update);
        } else {
            if (h->kind == FL_REFUSED && h->is_event && d->unanswered > 0) {
                d->unanswered--;
                d->failed = true;
            }
            show_other(stderr, h);
        }
    }
    fflush(stdout);
}

/* ---- what goes out */

static struct job *
named_job(struct desk *d, struct str name)
{
    int64_t n;
    for (size_t i = 0; i < d->jobs_count; i++)
        if (str_is(name, d->jobs[i].number))
            return &d->jobs[i];
    if (!str_int(name, &n) || n < 1 || n > (int64_t)d->jobs_count)
        return NULL;
    return &d->jobs[n - 1];
}

static void
list_jobs(const struct desk *d)
{
    for (size_t i = 0; i < d->jobs_count; i++)
        printf("[%zu] %s %s %s\n", i + 1, d->jobs[i].number, d->jobs[i].state,
               d->jobs[i].territory);
    if (d->jobs_count == 0)
        puts("no jobs at hand");
}

static void
say(struct desk *d, const struct fl_event *e)
{
    uint64_t epoch, counter;
    int code = fl_event(d->client, e, &epoch, &counter);
    if (code != FL_OK) {
        fprintf(stderr, "%s: %s\n", e->verb, fl_error_text(code));
        d->failed = true;
        return;
    }
    d->epoch = epoch;
    d->unanswered++;
}

static void
say_verb(struct desk *d, const struct verb_row *row, struct str rest)
{
    struct str name = str_cut(&rest, ' ');
    struct job *j = named_job(d, name);
    struct said said;
    struct buf why = { 0 };
    if (j == NULL) {
        fprintf(stderr, "no job '%.*s': 'list' shows them\n", STR_ARG(name));
        d->failed = true;
        return;
    }
    said_init(&said, row);
    if (said_line(&said, rest, &why) && said_whole(&said, &why)) {
        struct fl_event e = { .territory = j->territory };
        memcpy(e.ticket, j->ticket, sizeof(e.ticket));
        said_event(&said, &e);
        say(d, &e);
    } else {
        fprintf(stderr, "%s\n", buf_cstr(&why));
        d->failed = true;
    }
    buf_fini(&why);
    said_fini(&said);
}

static void
say_place(struct desk *d, struct str rest)
{
    int32_t lat, lon;
    struct str first = str_cut(&rest, ' ');
    if (!str_e7(first, &lat) || !str_e7(str_trim(rest), &lon)) {
        fprintf(stderr, "place takes decimal degrees: place 42.355 -71.06\n");
        d->failed = true;
        return;
    }
    int code = fl_place(d->client, NULL, lat, lon);
    if (code != FL_OK) {
        fprintf(stderr, "place: %s\n", fl_error_text(code));
        d->failed = true;
    }
}

static void
sync_all(struct desk *d)
{
    const char *const *territories;
    size_t count = fl_client_territories(d->client, &territories);
    for (size_t i = 0; i < count; i++) {
        const struct fl_event e = { .territory = territories[i], .verb = "sync" };
        say(d, &e);
    }
}

static void
obey(struct desk *d, struct str line)
{
    struct str rest = str_trim(line);
    struct str verb = str_cut(&rest, ' ');
    rest = str_trim(rest);
    if (verb.len == 0)
        return;
    const struct verb_row *row = verb_row(verb);
    if (row != NULL && (row->roles >> ROLE_ENGINEER & 1))
        say_verb(d, row, rest);
    else if (str_is(verb, "list"))
        list_jobs(d);
    else if (str_is(verb, "place"))
        say_place(d, rest);
    else if (str_is(verb, "sync"))
        sync_all(d);
    else if (str_is(verb, "quit"))
        d->quit = true;
    else
        fprintf(stderr, "no command '%.*s': 'faultline engineer --help' lists them\n",
                STR_ARG(verb));
}

/* ---- the loop */

/* false: the input has ended. */
static bool
read_lines(struct desk *d)
{
    ssize_t got = read(STDIN_FILENO, buf_reserve(&d->input, 4096), 4096);
    if (got < 0)
        return errno == EAGAIN || errno == EINTR;
    d->input.len += (size_t)got;
    struct str rest = buf_str(&d->input);
    while (rest.len > 0 && memchr(rest.at, '\n', rest.len) != NULL)
        obey(d, str_cut(&rest, '\n'));
    if (got == 0) {
        obey(d, rest);
        return false;
    }
    if (rest.len > 0)
        memmove(d->input.data, rest.at, rest.len);
    d->input.len = rest.len;
    return true;
}

/* Works and listens until `limit`, or until what was said is answered. */
static void
hear_answers(struct desk *d, int64_t limit)
{
    while (d->unanswered > 0 && !cmd_interrupted() && clock_mono_ms() < limit) {
        fl_client_wait(d->client, 200);
        take_happenings(d);
    }
}

/* Connects and learns which jobs are at hand. false: not within the limit. */
static bool
begin(struct desk *d, int64_t limit)
{
    while (fl_client_principal(d->client)[0] == '\0' && !cmd_interrupted() &&
           clock_mono_ms() < limit) {
        fl_client_wait(d->client, 200);
        take_happenings(d);
    }
    if (fl_client_principal(d->client)[0] == '\0')
        return false;
    sync_all(d);
    hear_answers(d, limit);
    return d->unanswered == 0;
}

static void
converse(struct desk *d)
{
    bool open = begin(d, INT64_MAX);
    while (!cmd_interrupted() && !d->quit && (open || d->unanswered > 0)) {
        struct pollfd fds[2] = { { .fd = fl_client_fd(d->client), .events = POLLIN },
                                 { .fd = open ? STDIN_FILENO : -1, .events = POLLIN } };
        int wait = fl_client_wait_ms(d->client);
        poll(fds, 2, wait < 0 || wait > 1000 ? 1000 : wait);
        if (open && fds[1].revents != 0)
            open = read_lines(d);
        fl_client_work(d->client);
        take_happenings(d);
    }
}

/* A word of the command line as a word of a line: the shell has taken its quotes away. */
static void
put_word(struct buf *line, const char *word)
{
    const char *blank = strchr(word, ' '), *equals = strchr(word, '=');
    const char *between = line->len == 0 ? "" : " ";
    if (blank == NULL || strchr(word, '"') != NULL)
        buf_printf(line, "%s%s", between, word);
    else if (equals != NULL && equals < blank)
        buf_printf(line, "%s%.*s\"%s\"", between, (int)(equals + 1 - word), word, equals + 1);
    else
        buf_printf(line, "%s\"%s\"", between, word);
}

/* One command from the command line: first learn what the jobs are, then say it, then hear the
 * verdict. */
static void
one_command(struct desk *d, const struct words *w, int64_t wait_s)
{
    struct buf line = { 0 };
    int64_t limit = clock_mono_ms() + wait_s * 1000;
    for (size_t i = 1; i < w->count; i++)
        put_word(&line, w->list[i]);
    if (begin(d, limit)) {
        obey(d, buf_str(&line));
        hear_answers(d, limit);
        if (d->unanswered > 0)
            cmd_failed(&cmd_engineer,
                       "said, but not answered yet; it goes out with the next command");
    } else {
        cmd_failed(&cmd_engineer, "no broker answers; '%s' was not said", buf_cstr(&line));
        d->failed = true;
    }
    d->failed = d->failed || d->unanswered > 0;
    buf_fini(&line);
}

static int
run(int argc, char **argv)
{
    const char *wait = "30", *lang = NULL;
    const struct option_row rows[] = { { "wait-s", &wait, NULL },
                                       { "lang", &lang, NULL },
                                       { NULL, NULL, NULL } };
    struct words w;
    int64_t wait_s;
    struct desk d = { .how.to = FL_TO_ENGINEER };
    if (cmd_asks_help(argc, argv)) {
        fputs(help, stdout);
        verbs_print(stdout, ROLE_ENGINEER, false);
        fputs(help_tail, stdout);
        return EXIT_DONE;
    }
    if (!cmd_options(&cmd_engineer, argc, argv, rows, &w) ||
        !cmd_number(&cmd_engineer, "wait-s", wait, 1, 86400, &wait_s) ||
        !show_lang(&d.how, &cmd_engineer, lang))
        return EXIT_USAGE;
    if (w.count == 0)
        return cmd_usage(&cmd_engineer, "which engineer?");
    struct site s;
    d.how.json = w.json;
    cmd_catch_signals();
    site_open(&s, &cmd_engineer, &w);
    if (!site_client(&s, w.list[0], w.list[0], &d.client)) {
        site_close(&s);
        return EXIT_FAILED;
    }
    fl_subscribe(d.client, false);
    if (w.count > 1)
        one_command(&d, &w, wait_s);
    else
        converse(&d);
    fl_client_work(d.client); /* the last confirmation leaves */
    fl_client_close(d.client);
    site_close(&s);
    free(d.jobs);
    buf_fini(&d.input);
    return d.failed ? EXIT_FAILED : EXIT_DONE;
}

const struct command cmd_engineer = { "engineer", "an engineer's client in the terminal", help,
                                      run };
