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
    }
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
}

#endif
