/* saying.c - an update as the caller has it, in words: the wire's names become values again, and
 * common/wire/say.h says it. Holds nothing, needs no client. */
#include "common/wire/names.h"
#include "common/wire/say.h"
#include "faultline/client.h"

static const enum say_lang langs[] = { [FL_EN] = SAY_EN, [FL_ZH] = SAY_ZH };
static const enum say_to readers[] = { [FL_TO_CUSTOMER] = SAY_CUSTOMER,
                                       [FL_TO_ENGINEER] = SAY_ENGINEER,
                                       [FL_TO_DISPATCHER] = SAY_DISPATCHER };

/* As much of it as the field holds, in whole letters. */
static void
fill(char *to, size_t size, const char *from)
{
    struct str all = str_of(from), head = { all.at, 0 };
    for (size_t letter = 1; letter > 0 && head.len < all.len; head.len += letter) {
        letter = str_letter(str_bytes(all.at + head.len, all.len - head.len));
        if (head.len + letter >= size)
            break;
    }
    bool whole = str_fill(to, size, head);
    assert(whole);
}

static struct update
update_of(const struct fl_update *v)
{
    struct update u = {
        .kind = update_named(str_of(v->kind)),
        .at = v->at,
        .version = v->version,
        .due = v->due,
        .from = v->from,
        .until = v->until,
        .repeats = v->repeats,
        .verb = verb_named(str_of(v->verb)),
        .why = str_of(v->why),
        .place = PLACE_NONE,
        .clock = clock_named(str_of(v->clock)),
        .share_pct = (uint16_t)(v->share_pct < UINT16_MAX ? v->share_pct : UINT16_MAX),
        .object = (uint16_t)(v->object < UINT16_MAX ? v->object : UINT16_MAX),
        .object_kind = object_kind_named(str_of(v->object_kind)),
        .object_state = object_state_named(str_of(v->object_state)),
        .amount = v->has_amount ? v->amount : -1,
    };
    enum reason reason = reason_named(str_of(v->reason));
    u.reason = reason < REASONS ? reason : REASON_NONE;
    struct str state = str_of(v->state), refusal = str_of(v->refusal);
    u.state = state.len == 0 ? TICKET_STATES : state_named(state);
    u.refusal = refusal.len == 0 ? REFUSAL_NONE : refusal_named(refusal);
    fill(u.number, sizeof(u.number), v->number);
    fill(u.level, sizeof(u.level), v->level);
    fill(u.category.s, sizeof(u.category.s), v->category);
    fill(u.site.s, sizeof(u.site.s), v->site);
    fill(u.customer.s, sizeof(u.customer.s), v->customer);
    fill(u.engineer.s, sizeof(u.engineer.s), v->engineer);
    fill(u.name, sizeof(u.name), v->name);
    fill(u.phone, sizeof(u.phone), v->phone);
    fill(u.code, sizeof(u.code), v->code);
    return u;
}

size_t
fl_say(char *to, size_t size, const struct fl_saying *s, const struct fl_update *u)
{
    struct buf line = { 0 };
    const struct update update = update_of(u);
    const struct say how = {
        .lang = (size_t)s->lang < countof(langs) ? langs[s->lang] : SAY_EN,
        .to = (size_t)s->to < countof(readers) ? readers[s->to] : SAY_CUSTOMER,
        .units_max = s->units_max,
        .gsm7 = s->gsm7,
        .utc_offset_min = s->utc_offset_min,
    };
    say_update(&line, &how, &update);
    size_t len = line.len;
    if (size > 0)
        memcpy(to, len < size ? buf_cstr(&line) : "", len < size ? len + 1 : 1);
    buf_fini(&line);
    return len;
}

size_t
fl_say_units(const char *text, bool gsm7)
{
    return say_units(str_of(text), gsm7);
}

bool
fl_say_is_gsm7(const char *text)
{
    return say_is_gsm7(str_of(text));
}
