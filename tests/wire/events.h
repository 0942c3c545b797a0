/* events.h - random events and their sameness, for the tests of the log and of words between
 * territories. */
#ifndef TESTS_WIRE_EVENTS_H
#define TESTS_WIRE_EVENTS_H

#include "faultline/event.h"
#include "tests/wire/draw.h"

static inline void
draw_assist(struct draw *d, struct assist *a)
{
    *a = (struct assist){ .kind = (enum assist_kind)draw_below(d, ASSISTS) };
    DRAW_ID(d, a->from);
    draw_bytes(d, a->incarnation.b, sizeof(a->incarnation.b));
    a->sequence = draw_u64(d);
    draw_bytes(d, a->ticket.b, sizeof(a->ticket.b));
    a->place = draw_place(d);
    if (draw_bool(d)) {
        a->level = (uint8_t)draw_below(d, 256);
        a->needs_count = draw_below(d, countof(a->needs) + 1);
        for (size_t i = 0; i < a->needs_count; i++) {
            DRAW_ID(d, a->needs[i].id);
            a->needs[i].level = (uint8_t)draw_below(d, 10);
        }
        a->refused_count = draw_below(d, countof(a->refused) + 1);
        for (size_t i = 0; i < a->refused_count; i++)
            DRAW_ID(d, a->refused[i]);
    }
    if (draw_bool(d)) {
        DRAW_ID(d, a->engineer);
        draw_label(d, a->name, sizeof(a->name));
        draw_label(d, a->phone, sizeof(a->phone));
        a->round = (uint32_t)draw_below(d, UINT32_MAX);
        a->certificates = (uint32_t)draw_below(d, UINT32_MAX);
        a->parts = draw_u64(d);
    }
}

static inline void
draw_report(struct draw *d, struct report *r)
{
    draw_bytes(d, r->id.b, sizeof(r->id.b));
    DRAW_ID(d, r->gateway);
    DRAW_ID(d, r->source);
    DRAW_LABEL(d, r->site);
    DRAW_LABEL(d, r->customer);
    DRAW_LABEL(d, r->category);
    r->place = draw_place(d);
    r->hint = (int8_t)((int)draw_below(d, 129) - 1);
    r->affected_pct = r->lost_pct = -1;
    if (draw_bool(d)) {
        r->affected_pct = (int8_t)((int)draw_below(d, 102) - 1);
        r->lost_pct = (int8_t)((int)draw_below(d, 102) - 1);
        r->down = draw_bool(d);
        draw_label(d, r->lang, sizeof(r->lang));
    }
    if (draw_below(d, 4) == 0)
        draw_bytes(d, r->follows.b, sizeof(r->follows.b));
    if (draw_below(d, 4) == 0) {
        r->from = draw_i64(d);
        r->until = draw_i64(d);
    }
    r->occurred_at = draw_i64(d);
    r->words = draw_u64(d);
    draw_bytes(d, r->digest, sizeof(r->digest));
    r->text = draw_octets(d);
}

/* What some verbs need besides. */
static inline void
draw_details(struct draw *d, struct act *a)
{
    a->place = draw_bool(d) ? PLACE_NONE : draw_place(d);
    a->amount = draw_bool(d) ? -1 : (int64_t)draw_mark(d);
    if (draw_bool(d)) {
        a->reason = (enum reason)draw_below(d, REASONS);
        a->until = draw_i64(d);
        a->from = draw_i64(d);
        DRAW_ID(d, a->engineer);
        draw_bytes(d, a->other.b, sizeof(a->other.b));
    }
    if (draw_bool(d)) {
        draw_bytes(d, a->fresh.b, sizeof(a->fresh.b));
        draw_label(d, a->code, sizeof(a->code));
        draw_label(d, a->level, sizeof(a->level));
        a->object = (uint16_t)draw_u32(d);
        draw_label(d, a->name, sizeof(a->name));
        a->warranty = draw_bool(d);
    }
    if (draw_bool(d)) {
        a->sections = draw_u32(d);
        a->text = draw_octets(d);
    }
}

static inline void
draw_act(struct draw *d, struct act *a)
{
    DRAW_ID(d, a->who);
    a->role = (enum role)draw_below(d, ROLES);
    a->id = (struct event_id){ draw_u64(d), draw_u64(d) };
    a->verb = (enum verb)draw_below(d, VERBS + 1);
    if (draw_bool(d))
        draw_bytes(d, a->ticket.b, sizeof(a->ticket.b));
    a->seen = draw_u32(d);
    a->occurred_at = draw_i64(d);
    a->note = draw_text(d);
    a->place = PLACE_NONE;
    a->amount = -1;
    if (draw_bool(d))
        draw_details(d, a);
}

static inline void
same_report(const struct report *a, const struct report *b)
{
    assert_same(a, b, id);
    assert_same(a, b, gateway);
    assert_same(a, b, source);
    assert_same(a, b, site);
    assert_same(a, b, customer);
    assert_same(a, b, category);
    assert_same(a, b, place);
    assert_same(a, b, hint);
    assert_same(a, b, affected_pct);
    assert_same(a, b, lost_pct);
    assert_same(a, b, down);
    assert_same(a, b, lang);
    assert_same(a, b, follows);
    assert_same(a, b, from);
    assert_same(a, b, until);
    assert_same(a, b, occurred_at);
    assert_same(a, b, words);
    assert_same(a, b, digest);
    assert_same_str(a, b, text);
}

static inline void
same_act(const struct act *a, const struct act *b)
{
    assert_same(a, b, who);
    assert_same(a, b, role);
    assert_same(a, b, id);
    assert_same(a, b, verb);
    assert_same(a, b, ticket);
    assert_same(a, b, seen);
    assert_same(a, b, occurred_at);
    assert_same_str(a, b, note);
    assert_same(a, b, reason);
    assert_same(a, b, from);
    assert_same(a, b, until);
    assert_same(a, b, engineer);
    assert_same(a, b, other);
    assert_same(a, b, fresh);
    assert_same(a, b, place);
    assert_same(a, b, code);
    assert_same(a, b, level);
    assert_same(a, b, object);
    assert_same(a, b, amount);
    assert_same(a, b, name);
    assert_same(a, b, warranty);
    assert_same(a, b, sections);
    assert_same_str(a, b, text);
}

static inline void
same_assist(const struct assist *a, const struct assist *b)
{
    assert_same(a, b, kind);
    assert_same(a, b, from);
    assert_same(a, b, incarnation);
    assert_same(a, b, sequence);
    assert_same(a, b, ticket);
    assert_same(a, b, level);
    assert_same(a, b, place);
    assert_same(a, b, needs_count);
    for (size_t i = 0; i < a->needs_count; i++) {
        assert_same(a, b, needs[i].id);
        assert_same(a, b, needs[i].level);
    }
    assert_same(a, b, refused_count);
    assert_same(a, b, refused);
    assert_same(a, b, engineer);
    assert_same(a, b, name);
    assert_same(a, b, phone);
    assert_same(a, b, round);
    assert_same(a, b, certificates);
    assert_same(a, b, parts);
}

#endif
