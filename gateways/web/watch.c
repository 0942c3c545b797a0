/* watch.c - what operators and machines ask of the gateway itself. */
#include "gateways/web/web.h"

#include "openapi.h"

#include <inttypes.h>

void
openapi_get(struct web *w, const struct call_in *c, struct reply *r)
{
    (void)w;
    (void)c;
    buf_put(&r->text, openapi, strlen(openapi));
}

void
healthz_get(struct web *w, const struct call_in *c, struct reply *r)
{
    (void)c;
    r->status = w->disk_good ? 200 : 503;
    r->json = json_object_new();
    json_put_text(r->json, "journal", w->disk_good ? "good" : "cannot be written");
    json_put_text(r->json, "broker", gateway_is_up(w->gateway) ? "connected" : "not connected");
    json_put_number(r->json, "letters", (int64_t)gateway_letters(w->gateway));
}

static void
put(struct buf *out, const char *name, const char *labels, const char *type, const char *help,
    uint64_t value)
{
    if (help != NULL)
        buf_printf(out, "# HELP faultline_gateway_%s %s\n# TYPE faultline_gateway_%s %s\n", name,
                   help, name, type);
    buf_printf(out, "faultline_gateway_%s%s %" PRIu64 "\n", name, labels, value);
}

static void
put_in(struct buf *out, const struct gateway_counts *n)
{
    const struct {
        const char *labels;
        uint64_t value;
    } in[] = { { "{outcome=\"report\"}", n->reports },    { "{outcome=\"event\"}", n->events },
               { "{outcome=\"repeated\"}", n->repeated }, { "{outcome=\"flood\"}", n->flooded },
               { "{outcome=\"wrong\"}", n->wrong },       { "{outcome=\"later\"}", n->later } },
      sent[] = { { "{outcome=\"delivered\"}", n->delivered },
                 { "{outcome=\"handed\"}", n->handed },
                 { "{outcome=\"retried\"}", n->retried },
                 { "{outcome=\"failed\"}", n->failed },
                 { "{outcome=\"passed_on\"}", n->passed_on } };
    for (size_t i = 0; i < countof(in); i++)
        put(out, "messages_total", in[i].labels, "counter",
            i == 0 ? "Messages that came in, by what became of them." : NULL, in[i].value);
    for (size_t i = 0; i < countof(sent); i++)
        put(out, "letters_total", sent[i].labels, "counter",
            i == 0 ? "Letters to reporters, by how their sending ended." : NULL, sent[i].value);
}

void
metrics_get(struct web *w, const struct call_in *c, struct reply *r)
{
    static const char *const classes[STATUS_CLASSES] = {
        NULL, NULL, "{class=\"2xx\"}", "{class=\"3xx\"}", "{class=\"4xx\"}", "{class=\"5xx\"}"
    };
    struct fl_counts spool;
    (void)c;
    r->type = "text/plain; version=0.0.4";
    put_in(&r->text, gateway_counts(w->gateway));
    for (size_t i = 2; i < STATUS_CLASSES; i++)
        put(&r->text, "http_answers_total", classes[i], "counter",
            i == 2 ? "Requests answered, by class of status." : NULL, w->answers[i]);
    fl_client_counts(gateway_client(w->gateway), &spool);
    put(&r->text, "spool_waiting", "", "gauge", "Journalled, not yet accepted by a broker.",
        spool.waiting);
    put(&r->text, "letters", "", "gauge", "Letters waiting or under way.",
        gateway_letters(w->gateway));
    put(&r->text, "threads", "", "gauge", "Reports whose reporter is remembered.",
        threads_count(gateway_threads(w->gateway)));
    put(&r->text, "broker_up", "", "gauge", "1 while a broker is connected.",
        gateway_is_up(w->gateway));
}
