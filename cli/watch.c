/* watch.c - `faultline watch`: a dispatcher's sealed stream, opened and printed. */
#include "cli/show.h"
#include "cli/site.h"

static const char help[] =
    "faultline watch - see what happens, as a dispatcher\n"
    "\n"
    "usage: faultline watch [--as DISPATCHER] [--lang en|zh] [--json]\n"
    "\n"
    "Prints every update of the dispatchers' stream of all territories, "
    "opened with the dispatcher's own\n"
    "key, from where this dispatcher last stopped: one line a ticket that "
    "moved, alarms among them.\n"
    "Ctrl-C ends it.\n"
    "\n"
    "  --as DISPATCHER  whose key and place in the stream (dispatch-1)\n"
    "  --lang en|zh     in which language (the locale's: LANG)\n"
    "  --json           one JSON object a line\n"
    "\n"
    "Times are of this machine's zone (TZ), in JSON milliseconds since 1970 UTC.\n";

static void
watch(struct fl_client *client, const struct show *how)
{
    const struct fl_happening *h;
    while (!cmd_interrupted()) {
        fl_client_wait(client, 500);
        while ((h = fl_client_next(client)) != NULL) {
            if (h->kind == FL_UPDATE)
                show_update(stdout, how, h->update);
            else
                show_other(stderr, h);
        }
        fflush(stdout);
    }
}

static int
run(int argc, char **argv)
{
    const char *as = "dispatch-1", *lang = NULL;
    const struct option_row rows[] = { { "as", &as, NULL },
                                       { "lang", &lang, NULL },
                                       { NULL, NULL, NULL } };
    struct show how = { .to = FL_TO_DISPATCHER };
    struct words w;
    if (!cmd_options(&cmd_watch, argc, argv, rows, &w) || !show_lang(&how, &cmd_watch, lang))
        return EXIT_USAGE;
    if (w.count != 0)
        return cmd_usage(&cmd_watch, "no words, only options");
    struct site s;
    struct fl_client *client;
    int code = EXIT_FAILED;
    cmd_catch_signals();
    site_open(&s, &cmd_watch, &w);
    if (site_client(&s, as, as, &client)) {
        fl_subscribe(client, true);
        how.json = w.json;
        watch(client, &how);
        fl_client_close(client);
        code = EXIT_DONE;
    }
    site_close(&s);
    return code;
}

const struct command cmd_watch = { "watch", "a dispatcher's sealed stream, opened", help, run };
