/* messages.h - a random message of each kind, and what it is for two to be the same. */
#ifndef TESTS_WIRE_MESSAGES_H
#define TESTS_WIRE_MESSAGES_H

#include "common/wire/codec.h"
#include "tests/wire/draw.h"

static struct draw draw;
static struct territory_id territories[TERRITORIES_SAID_MAX];
static struct mark marks[TERRITORIES_SAID_MAX];

static void
draw_hello(struct message *m)
{
    m->hello.software = draw_text(&draw);
}

static void
same_hello(const struct message *a, const struct message *b)
{
    assert_same_str(a, b, hello.software);
}

static void
draw_welcome(struct message *m)
{
    DRAW_ID(&draw, m->welcome.principal);
    m->welcome.role = (enum role)draw_below(&draw, ROLES);
    m->welcome.now = draw_instant(&draw);
    m->welcome.plan = draw_u32(&draw);
    draw_bytes(&draw, m->welcome.pool_key, sizeof(m->welcome.pool_key));
    m->welcome.window = draw_u32(&draw);
    m->welcome.territories_count = draw_below(&draw, 5);
    m->welcome.territories = territories;
    if (draw_below(&draw, 2) == 0)
        DRAW_ID(&draw, m->welcome.home);
    for (size_t i = 0; i < m->welcome.territories_count; i++)
        DRAW_ID(&draw, territories[i]);
}

static void
same_welcome(const struct message *a, const struct message *b)
{
    assert_same(a, b, welcome.principal);
    assert_same(a, b, welcome.role);
    assert_same(a, b, welcome.now);
    assert_same(a, b, welcome.plan);
    assert_same(a, b, welcome.pool_key);
    assert_same(a, b, welcome.window);
    assert_same(a, b, welcome.territories_count);
    assert_same(a, b, welcome.home);
    for (size_t i = 0; i < a->welcome.territories_count; i++)
        assert_same(a, b, welcome.territories[i]);
}

static void
draw_headers(struct route *r)
{
    DRAW_LABEL(&draw, r->site);
    DRAW_LABEL(&draw, r->customer);
    r->place = draw_place(&draw);
}

static void
draw_route(struct message *m)
{
    draw_headers(&m->route);
}

static void
same_route(const struct message *a, const struct message *b)
{
    assert_same(a, b, route);
}

static void
draw_routed(struct message *m)
{
    DRAW_ID(&draw, m->routed.territory);
    m->routed.plan = draw_u32(&draw);
    m->routed.how = (enum routed_how)draw_below(&draw, ROUTED_HOWS);
    m->routed.cell = (int32_t)(draw_u32(&draw) >> 1);
}

static void
same_routed(const struct message *a, const struct message *b)
{
    assert_same(a, b, routed);
}

static void
draw_report(struct message *m)
{
    draw_bytes(&draw, m->report.id.b, sizeof(m->report.id.b));
    if (draw_bool(&draw)) {
        DRAW_ID(&draw, m->report.territory);
        m->report.plan = draw_u32(&draw);
    }
    draw_headers(&m->report.route);
    m->report.hint = (int8_t)((int)draw_below(&draw, 129) - 1);
    DRAW_ID(&draw, m->report.source);
    draw_bytes(&draw, m->report.pool_key.b, sizeof(m->report.pool_key.b));
    m->report.sealed = draw_octets(&draw);
}

static void
same_report(const struct message *a, const struct message *b)
{
    assert_same(a, b, report.id);
    assert_same(a, b, report.territory);
    assert_same(a, b, report.plan);
    assert_same(a, b, report.route);
    assert_same(a, b, report.hint);
    assert_same(a, b, report.source);
    assert_same(a, b, report.pool_key);
    assert_same_str(a, b, report.sealed);
}

static void
draw_accepted(struct message *m)
{
    DRAW_ID(&draw, m->accepted.territory);
    draw_bytes(&draw, m->accepted.id, sizeof(m->accepted.id));
    draw_label(&draw, m->accepted.number, sizeof(m->accepted.number));
}

static void
same_accepted(const struct message *a, const struct message *b)
{
    assert_same(a, b, accepted);
}

static void
draw_refused(struct message *m)
{
    m->refused.code = draw_text(&draw);
    m->refused.text = draw_text(&draw);
}

static void
same_refused(const struct message *a, const struct message *b)
{
    assert_same_str(a, b, refused.code);
    assert_same_str(a, b, refused.text);
}

static void
draw_busy(struct message *m)
{
    m->busy.retry_ms = draw_u32(&draw);
    m->busy.what = draw_text(&draw);
}

static void
same_busy(const struct message *a, const struct message *b)
{
    assert_same(a, b, busy.retry_ms);
    assert_same_str(a, b, busy.what);
}

static void
draw_event(struct message *m)
{
    m->event.id = (struct event_id){ draw_mark(&draw), draw_mark(&draw) | 1 };
    DRAW_ID(&draw, m->event.territory);
    draw_bytes(&draw, m->event.ticket.b, sizeof(m->event.ticket.b));
    m->event.seen = draw_u32(&draw);
    m->event.verb =
        (enum verb)(VERB_FIRST_OF_PEOPLE + draw_below(&draw, VERBS - VERB_FIRST_OF_PEOPLE + 1));
    m->event.occurred_at = draw_instant(&draw);
    draw_bytes(&draw, m->event.pool_key.b, sizeof(m->event.pool_key.b));
    m->event.sealed = draw_octets(&draw);
}

static void
same_event(const struct message *a, const struct message *b)
{
    assert_same(a, b, event.id);
    assert_same(a, b, event.territory);
    assert_same(a, b, event.ticket);
    assert_same(a, b, event.seen);
    assert_same(a, b, event.verb);
    assert_same(a, b, event.occurred_at);
    assert_same(a, b, event.pool_key);
    assert_same_str(a, b, event.sealed);
}

static void
draw_place_told(struct message *m)
{
    DRAW_ID(&draw, m->place.territory);
    m->place.at = draw_instant(&draw);
    draw_bytes(&draw, m->place.pool_key.b, sizeof(m->place.pool_key.b));
    m->place.sealed = draw_octets(&draw);
}

static void
same_place(const struct message *a, const struct message *b)
{
    assert_same(a, b, place.territory);
    assert_same(a, b, place.at);
    assert_same(a, b, place.pool_key);
    assert_same_str(a, b, place.sealed);
}

static void
draw_subscribe(struct message *m)
{
    m->subscribe.watch = draw_bool(&draw);
    m->subscribe.credit = 1 + (uint32_t)draw_below(&draw, CREDIT_MAX);
    m->subscribe.marks_count = draw_below(&draw, 5);
    m->subscribe.marks = marks;
    for (size_t i = 0; i < m->subscribe.marks_count; i++) {
        DRAW_ID(&draw, marks[i].territory);
        marks[i].territory.s[0] = (char)('a' + i); /* each once */
        marks[i].sequence = draw_mark(&draw);
    }
}

static void
same_subscribe(const struct message *a, const struct message *b)
{
    assert_same(a, b, subscribe.watch);
    assert_same(a, b, subscribe.credit);
    assert_same(a, b, subscribe.marks_count);
    for (size_t i = 0; i < a->subscribe.marks_count; i++)
        assert_same(a, b, subscribe.marks[i]);
}

static void
draw_update(struct message *m)
{
    DRAW_ID(&draw, m->update.territory);
    m->update.watch = draw_bool(&draw);
    m->update.sequence = draw_mark(&draw);
    m->update.letter = draw_octets(&draw);
}

static void
same_update(const struct message *a, const struct message *b)
{
    assert_same(a, b, update.territory);
    assert_same(a, b, update.watch);
    assert_same(a, b, update.sequence);
    assert_same_str(a, b, update.letter);
}

static void
draw_confirm(struct message *m)
{
    DRAW_ID(&draw, m->confirm.territory);
    m->confirm.watch = draw_bool(&draw);
    m->confirm.sequence = draw_mark(&draw);
}

static void
same_confirm(const struct message *a, const struct message *b)
{
    assert_same(a, b, confirm.territory);
    assert_same(a, b, confirm.watch);
    assert_same(a, b, confirm.sequence);
}

static void
draw_query(struct message *m)
{
    m->query.what = draw_text(&draw);
}

static void
same_query(const struct message *a, const struct message *b)
{
    assert_same_str(a, b, query.what);
}

static void
draw_answer(struct message *m)
{
    struct buf value = { 0 };
    m->answer.what = draw_text(&draw);
    if (draw_bool(&draw)) {
        pack_map(&value, 2);
        pack_text(&value, "open");
        pack_uint(&value, draw_u64(&draw));
        pack_text(&value, "list");
        pack_array(&value, 1);
        pack_str(&value, draw_text(&draw));
    }
    m->answer.value = arena_copy(&draw.arena, buf_str(&value));
    buf_fini(&value);
}

static void
same_answer(const struct message *a, const struct message *b)
{
    assert_same_str(a, b, answer.what);
    assert_same_str(a, b, answer.value);
}

static void
draw_nothing(struct message *m)
{
    (void)m;
}

static void
same_nothing(const struct message *a, const struct message *b)
{
    (void)a;
    (void)b;
}

static void
draw_pong(struct message *m)
{
    m->pong.now = draw_instant(&draw);
}

static void
same_pong(const struct message *a, const struct message *b)
{
    assert_same(a, b, pong.now);
}

static const struct {
    void (*draw)(struct message *);
    void (*same)(const struct message *, const struct message *);
} kinds[MSG_KINDS] = {
    [MSG_HELLO] = { draw_hello, same_hello },
    [MSG_WELCOME] = { draw_welcome, same_welcome },
    [MSG_ROUTE] = { draw_route, same_route },
    [MSG_ROUTED] = { draw_routed, same_routed },
    [MSG_REPORT] = { draw_report, same_report },
    [MSG_ACCEPTED] = { draw_accepted, same_accepted },
    [MSG_REFUSED] = { draw_refused, same_refused },
    [MSG_BUSY] = { draw_busy, same_busy },
    [MSG_EVENT] = { draw_event, same_event },
    [MSG_PLACE] = { draw_place_told, same_place },
    [MSG_SUBSCRIBE] = { draw_subscribe, same_subscribe },
    [MSG_UPDATE] = { draw_update, same_update },
    [MSG_CONFIRM] = { draw_confirm, same_confirm },
    [MSG_QUERY] = { draw_query, same_query },
    [MSG_ANSWER] = { draw_answer, same_answer },
    [MSG_PING] = { draw_nothing, same_nothing },
    [MSG_PONG] = { draw_pong, same_pong },
};

static struct message
draw_message(enum message_kind kind)
{
    struct message m = { .kind = kind, .number = draw_mark(&draw) };
    kinds[kind].draw(&m);
    return m;
}

#endif
