/* json.c - JSON for scripts: times and updates. */
#include "cli/json.h"

#include "common/io/clock.h"

void
json_put_time(struct json *object, const char *key, int64_t instant)
{
    char text[32];
    if (instant == 0)
        return;
    clock_text(text, instant);
    json_put_text(object, key, text);
}

static void
put_texts(struct json *j, const struct fl_update *u)
{
    const struct {
        const char *key, *value;
    } texts[] = {
        { "kind", u->kind },
        { "territory", u->territory },
        { "recipient", u->recipient },
        { "number", u->number },
        { "state", u->state },
        { "level", u->level },
        { "category", u->category },
        { "site", u->site },
        { "customer", u->customer },
        { "engineer", u->engineer },
        { "name", u->name },
        { "phone", u->phone },
        { "verb", u->verb },
        { "refusal", u->refusal },
        { "why", u->why },
        { "text", u->text },
        { "contact", u->contact },
        { "reporter", u->reporter },
        { "reason", u->reason },
        { "clock", u->clock },
        { "object_kind", u->object_kind },
        { "object_state", u->object_state },
        { "lang", u->lang },
        { "code", u->code },
    };
    for (size_t i = 0; i < countof(texts); i++)
        json_put_text(j, texts[i].key, texts[i].value);
}

/* Those that are not zero. */
static void
put_numbers(struct json *j, const struct fl_update *u)
{
    const struct {
        const char *key;
        uint64_t value;
    } numbers[] = {
        { "version", u->version }, { "repeats", u->repeats },     { "counter", u->counter },
        { "object", u->object },   { "share_pct", u->share_pct },
    };
    for (size_t i = 0; i < countof(numbers); i++)
        if (numbers[i].value != 0)
            json_put_number(j, numbers[i].key, (int64_t)numbers[i].value);
    if (u->has_amount)
        json_put_number(j, "amount", u->amount);
}

struct json *
json_of_update(const struct fl_update *u)
{
    struct json *j = json_object_new();
    put_texts(j, u);
    json_put_number(j, "sequence", (int64_t)u->sequence);
    json_put_time(j, "at", u->at);
    json_put_time(j, "due", u->due);
    json_put_time(j, "from", u->from);
    json_put_time(j, "until", u->until);
    if (u->has_ticket)
        json_put_hex(j, "ticket", u->ticket, sizeof(u->ticket));
    if (u->has_report)
        json_put_hex(j, "report", u->report, sizeof(u->report));
    if (u->has_other)
        json_put_hex(j, "other", u->other, sizeof(u->other));
    put_numbers(j, u);
    if (u->has_place) {
        json_put_e7(j, "lat", u->lat_e7);
        json_put_e7(j, "lon", u->lon_e7);
    }
    json_put_true(j, "repeated", u->repeated);
    return j;
}
