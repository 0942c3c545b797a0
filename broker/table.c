/* table.c - one table from message kind to handler, with the roles that may use it. A handler
 * checks, and either answers at once or hands on to the part that will. */
#include "broker/check.h"
#include "broker/parts.h"
#include "common/io/clock.h"

enum { BUSY_PLAN_MS = 200, BUSY_WINDOW_MS = 100 };

/* A message on its way through the table. */
struct request {
    struct peer *peer;
    const struct principal *who;
    const struct message *m;
    struct str bytes; /* the whole message */
};

/* ---- handlers, one a kind */

static void
refuse(struct broker *b, const struct request *r, struct refusal_text why)
{
    voice_refuse(&b->voice, r->peer, r->who->id.s, r->m->number, why, b->now_ms);
}

static void
on_hello(struct broker *b, const struct request *r)
{
    const struct atlas *a = chart_current(&b->chart);
    struct message m = { .kind = MSG_WELCOME, .number = r->m->number };
    m.welcome.principal = r->who->id;
    m.welcome.role = r->who->role;
    m.welcome.home = r->who->home;
    m.welcome.now = clock_wall_ms();
    m.welcome.plan = atlas_version(a);
    memcpy(m.welcome.pool_key, b->pool_public, sizeof(m.welcome.pool_key));
    m.welcome.window = WINDOW_MAX;
    size_t count = atlas_territories(a, &m.welcome.territories);
    m.welcome.territories_count = count < TERRITORIES_SAID_MAX ? count : TERRITORIES_SAID_MAX;
    r->peer->greeted = true;
    (void)voice_say(&b->voice, &r->peer->id, &m);
}

static void
say_routed(struct broker *b, const struct request *r, const struct route *route)
{
    const struct atlas *a = chart_current(&b->chart);
    struct message m = { .kind = MSG_ROUTED, .number = r->m->number };
    m.routed.territory = atlas_route(a, route, &m.routed.how);
    m.routed.plan = atlas_version(a);
    if (m.routed.how == ROUTED_PLACE)
        m.routed.cell = atlas_cell(a, route->place);
    (void)voice_say(&b->voice, &r->peer->id, &m);
}

static void
on_route(struct broker *b, const struct request *r)
{
    say_routed(b, r, &r->m->route);
}

/* BUSY was said, for one of the reasons there are. */
static bool
is_busy(struct broker *b, const struct request *r, bool report)
{
    uint32_t retry_ms = BUSY_WINDOW_MS;
    const char *what = r->peer->open >= WINDOW_MAX ? "window" : NULL;
    if (what == NULL)
        what = intake_busy(&b->intake, report, &retry_ms);
    if (what != NULL)
        voice_busy(&b->voice, &r->peer->id, r->m->number, retry_ms, what);
    return what != NULL;
}

static struct check
check_for(const struct broker *b, const struct request *r)
{
    return (struct check){
        .who = r->who,
        .now = chart_current(&b->chart),
        .pool_id = &b->pool_id,
    };
}

static void
on_report(struct broker *b, const struct request *r)
{
    struct check c = check_for(b, r);
    bool addressed = !no_name(r->m->report.territory), coming = false;
    if (addressed)
        c.then = chart_of(&b->chart, r->m->report.plan, b->now_ms, &coming);
    if (coming) {
        voice_busy(&b->voice, &r->peer->id, r->m->number, BUSY_PLAN_MS, "plan");
        return;
    }
    struct refusal_text why = check_report(&c, r->m);
    if (why.code != NULL)
        refuse(b, r, why);
    else if (!addressed)
        say_routed(b, r, &r->m->report.route);
    else if (!is_busy(b, r, true))
        intake_take(&b->intake, r->peer, &r->who->id, r->m->report.territory, r->m, r->bytes);
}

static void
on_event(struct broker *b, const struct request *r)
{
    struct check c = check_for(b, r);
    struct refusal_text why = check_event(&c, r->m);
    if (why.code != NULL)
        refuse(b, r, why);
    else if (!is_busy(b, r, false))
        intake_take(&b->intake, r->peer, &r->who->id, r->m->event.territory, r->m, r->bytes);
}

static void
on_place(struct broker *b, const struct request *r)
{
    struct check c = check_for(b, r);
    struct refusal_text why = check_place(&c, r->m);
    if (why.code != NULL)
        refuse(b, r, why);
    else if (!is_busy(b, r, false))
        intake_place(&b->intake, r->peer, &r->who->id, r->m, r->bytes);
}

static void
on_subscribe(struct broker *b, const struct request *r)
{
    struct check c = check_for(b, r);
    struct refusal_text why = check_subscribe(&c, r->m);
    if (why.code != NULL)
        refuse(b, r, why);
    else
        mailbox_subscribe(&b->mailbox, r->peer, &r->who->id, r->m, b->now_ms);
}

static void
on_confirm(struct broker *b, const struct request *r)
{
    struct check c = check_for(b, r);
    struct refusal_text why =
        check_confirm(&c, r->m, mailbox_knows(&b->mailbox, r->m->confirm.territory));
    if (why.code != NULL)
        refuse(b, r, why);
    else
        mailbox_confirm(&b->mailbox, r->peer, &r->who->id, r->m);
}

static void
on_query(struct broker *b, const struct request *r)
{
    struct refusal_text why = query_ask(&b->query, r->peer, r->who, r->m, b->now_ms);
    if (why.code != NULL)
        refuse(b, r, why);
}

static void
on_ping(struct broker *b, const struct request *r)
{
    const struct message m = {
        .kind = MSG_PONG,
        .number = r->m->number,
        .pong = { clock_wall_ms() },
    };
    (void)voice_say(&b->voice, &r->peer->id, &m);
}

/* ---- the table: an empty row is a refusal */

enum {
    G = ROLE_BIT(ROLE_GATEWAY),
    E = ROLE_BIT(ROLE_ENGINEER),
    D = ROLE_BIT(ROLE_DISPATCHER),
};

static const struct row {
    unsigned roles;
    void (*handle)(struct broker *b, const struct request *r);
} rows[MSG_KINDS] = {
    [MSG_HELLO] = { G | E | D, on_hello },
    [MSG_ROUTE] = { G | D, on_route },
    [MSG_REPORT] = { G, on_report },
    [MSG_EVENT] = { G | E | D, on_event },
    [MSG_PLACE] = { E, on_place },
    [MSG_SUBSCRIBE] = { G | E | D, on_subscribe },
    [MSG_CONFIRM] = { G | E | D, on_confirm },
    [MSG_QUERY] = { G | E | D, on_query },
    [MSG_PING] = { G | E | D, on_ping },
};

static const struct refusal_text no_key = { "key", "the plan in force does not know this key, or "
                                                   "revokes it: ask the operator" };
static const struct refusal_text no_hello = { "hello", "say HELLO first" };
static const struct refusal_text no_kind = { "kind", "no such kind of message" };
static const struct refusal_text no_role = { "role", "this kind of message is not for your role" };

static void
dispatch(struct broker *b, const struct request *r)
{
    const struct row *row = &rows[r->m->kind];
    if (row->handle == NULL)
        refuse(b, r, no_kind);
    else if (!r->peer->greeted && r->m->kind != MSG_HELLO)
        refuse(b, r, no_hello);
    else if ((row->roles & ROLE_BIT(r->who->role)) == 0)
        refuse(b, r, no_role);
    else
        row->handle(b, r);
}

void
table_take(struct broker *b, const struct peer_id *from, const char user[24], struct str bytes)
{
    uint32_t key;
    struct message m = { 0 };
    if (!door_number(&b->door, user, &key))
        return; /* no name that our door gives: sock lets none such through */
    struct request r = {
        .peer = peers_heard(&b->peers, from, key, b->now_ms),
        .who = door_who(&b->door, key),
        .m = &m,
        .bytes = bytes,
    };
    enum err err = codec_decode(&b->codec, bytes, &m);
    if (r.who == NULL)
        voice_refuse(&b->voice, r.peer, "-", m.number, no_key, b->now_ms);
    else if (err != OK)
        refuse(b, &r, check_unreadable(err));
    else
        dispatch(b, &r);
}
