/* gateways.c - `./dev bench gateways`: messages a second that each channel's gateway accepts, that
 * is: has on its disk and has acknowledged. No broker runs: what is measured is the gateway.
 *
 * LMTP is measured with Postfix' own smtp-source against Postfix' own smtp-sink, which takes mails
 * and throws them away, in turns within the same run, once with a connection for each mail and once
 * with GATE_WINDOW connections that are kept. */
#include "bench/gate.h"
#include "bench/stage.h"

#include "common/io/clock.h"
#include "common/io/log.h"

#include <signal.h>
#include <stdio.h>
#include <unistd.h>

enum {
    ROUNDS = 4,
    MAILS = 5000,
    MAILS_KEPT = 15000,
    POSTS = 20000,
    MESSAGES = 40000,
    CALLS = 5000
};

static double
source_s(int port, bool kept, unsigned mails)
{
    char window[16], count[16], address[40];
    const char *words[20] = { "smtp-source", "-L",
                              "-s",          window,
                              "-m",          count,
                              "-l",          "1000",
                              "-f",          "ann@customer.example",
                              "-t",          "fault@dispatch.example" };
    size_t n = 12;
    snprintf(window, sizeof(window), "%d", GATE_WINDOW);
    snprintf(count, sizeof(count), "%u", mails);
    snprintf(address, sizeof(address), "inet:127.0.0.1:%d", port);
    if (kept)
        words[n++] = "-d";
    words[n++] = address;
    int64_t began = clock_mono_ns();
    int code = gate_wait(gate_spawn(words));
    if (code == 127)
        die("there is no smtp-source: install postfix");
    if (code != 0)
        die("smtp-source failed at port %d", port);
    return (double)(clock_mono_ns() - began) / 1e9;
}

static pid_t
open_sink(int *port)
{
    char address[40];
    bool root = geteuid() == 0;
    *port = gate_free_port();
    snprintf(address, sizeof(address), "inet:127.0.0.1:%d", *port);
    const char *const words[] = { "smtp-sink",
                                  "-L",
                                  root ? "-u" : address,
                                  root ? "nobody" : "200",
                                  root ? address : NULL,
                                  root ? "200" : NULL,
                                  NULL };
    pid_t pid = gate_spawn(words);
    gate_await(*port);
    return pid;
}

struct rate {
    double ours, sinks; /* mails a second */
};

static struct rate
rate_of(int ours, int sinks, bool kept)
{
    unsigned mails = kept ? MAILS_KEPT : MAILS;
    double our_s = 0, sink_s = 0;
    for (int i = 0; i < ROUNDS; i++) {
        double sink = source_s(sinks, kept, mails), our = source_s(ours, kept, mails);
        printf("%u mails, %s: smtp-sink %.0f/s, the gateway %.0f/s\n", mails,
               kept ? "connections kept" : "a connection each", mails / sink, mails / our);
        sink_s += sink;
        our_s += our;
    }
    return (struct rate){ ROUNDS * mails / our_s, ROUNDS * mails / sink_s };
}

int
main(void)
{
    struct stage stage;
    char settings[160];
    int ours, sinks;
    log_open("bench", LOG_WARN);
    seal_open_library();
    setenv("PATH", "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", 1);
    setvbuf(stdout, NULL, _IOLBF, 0);
    stage_open(&stage, &(struct stage_wish){ .still = true });
    pid_t sink = open_sink(&sinks);
    ours = gate_free_port();
    snprintf(settings, sizeof(settings), "address fault@dispatch.example\nlisten 127.0.0.1:%d\n",
             ours);
    pid_t gate = gate_open(stage.dir, "email", settings);
    struct rate each = rate_of(ours, sinks, false), kept = rate_of(ours, sinks, true);
    gate_close(gate);
    kill(sink, SIGTERM);
    (void)gate_wait(sink);
    double web = posts_per_s(&web_post, stage.dir, POSTS);
    double chat = posts_per_s(&chat_post, stage.dir, POSTS);
    double sms = boxes_per_s(stage.dir, MESSAGES), phone = calls_per_s(stage.dir, CALLS);
    stage_close(&stage);
    printf(
        "bench=gateways lmtp_per_s=%.0f lmtp_vs_sink=%.2f lmtp_kept_per_s=%.0f "
        "lmtp_kept_vs_sink=%.2f web_per_s=%.0f sms_per_s=%.0f chat_per_s=%.0f phone_per_s=%.0f\n",
        each.ours, each.ours / each.sinks, kept.ours, kept.ours / kept.sinks, web, sms, chat,
        phone);
    return 0;
}
