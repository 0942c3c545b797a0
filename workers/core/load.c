/* load.c - what an engineer carries: his tickets, the places kept for neighbours, his record. */
#include "workers/core/cover.h"
#include "workers/core/duty.h"
#include "workers/core/record.h"
#include "workers/core/roster.h"

uint32_t
engineer_load(const struct engineer *x)
{
    return x->load + (uint32_t)x->reserved_count;
}

bool
engineer_room(const struct engineer *x)
{
    return engineer_load(x) < x->rule->capacity;
}

struct place
engineer_place(const struct rules *r, const struct engineer *x, instant at)
{
    msec pause = r->matching.pause_ms;
    if (!place_known(x->rule->home))
        return x->place;
    if (!place_known(x->place))
        return x->rule->home;
    bool fresh = at - x->place_at <= pause || duty_began(x->rule, at, pause) - x->place_at <= pause;
    return fresh ? x->place : x->rule->home;
}

bool
engineer_travels(const struct engineer *x)
{
    return !same_id(x->trip.ticket, (struct ticket_id){ 0 });
}

void
roster_away(struct roster *r, struct engineer *x, instant until, instant at)
{
    x->absent_until = until;
    roster_shifted(r, x, at);
    roster_mark(r, x);
}

static void
mark_id(struct roster *r, struct engineer_id id)
{
    r->changed = grow_array(r->changed, r->changed_count, &r->changed_cap, sizeof(*r->changed));
    r->changed[r->changed_count++] = id;
}

void
roster_mark(struct roster *r, struct engineer *x)
{
    if (!x->changed)
        mark_id(r, x->rule->id);
    x->changed = true;
}

void
roster_settle(struct roster *r)
{
    for (size_t i = 0; i < r->changed_count; i++) {
        struct engineer *x = roster_find(r, r->changed[i]);
        if (x != NULL)
            x->changed = false;
    }
    r->changed_count = 0;
}

struct reserved_key {
    struct ticket_id ticket;
    struct territory_id asker;
};

struct engineer *
roster_reserved(const struct roster *r, struct territory_id asker, struct ticket_id t)
{
    struct reserved_key key = { t, asker };
    uintptr_t place = (uintptr_t)map_get(&r->reserved, &key);
    return place == 0 ? NULL : &r->list[place - 1];
}

void
roster_reserve(struct roster *r, struct engineer *x, struct reservation v)
{
    struct reserved_key key = { v.ticket, v.asker };
    x->reserved =
        grow_array(x->reserved, x->reserved_count, &x->reserved_cap, sizeof(*x->reserved));
    x->reserved[x->reserved_count++] = v;
    map_put(&r->reserved, &key, (void *)(uintptr_t)(x - r->list + 1));
    roster_mark(r, x);
}

struct reservation *
roster_kept(const struct engineer *x, struct territory_id asker, struct ticket_id t)
{
    size_t i = 0;
    while (i < x->reserved_count &&
           (!same_id(x->reserved[i].asker, asker) || !same_id(x->reserved[i].ticket, t)))
        i++;
    return i < x->reserved_count ? &x->reserved[i] : NULL;
}

bool
roster_release(struct roster *r, struct engineer *x, struct territory_id asker, struct ticket_id t)
{
    struct reservation *v = roster_kept(x, asker, t);
    if (v == NULL)
        return false;
    struct reserved_key key = { t, asker };
    map_del(&r->reserved, &key);
    size_t after = --x->reserved_count - (size_t)(v - x->reserved);
    memmove(v, v + 1, after * sizeof(*v));
    roster_mark(r, x);
    return true;
}

/* Has he a record? */
static bool
remembered(const struct engineer *x)
{
    return x->load > 0 || x->reserved_count > 0 || place_known(x->place) || engineer_travels(x) ||
           x->absent_until != 0 || x->standby_s != 0;
}

void
roster_inherit(struct roster *r, struct roster *old,
               void (*lost)(void *context, struct engineer_id e, struct reservation v),
               void *context)
{
    for (size_t i = 0; i < old->changed_count; i++) { /* records that are not yet taken */
        struct engineer *x = roster_find(r, old->changed[i]);
        if (x != NULL)
            roster_mark(r, x);
        else
            mark_id(r, old->changed[i]);
    }
    for (size_t i = 0; i < old->count; i++) {
        struct engineer *was = &old->list[i], *x = roster_find(r, was->rule->id);
        if (x == NULL) {
            for (size_t k = 0; k < was->reserved_count; k++)
                lost(context, was->rule->id, was->reserved[k]);
            if (remembered(was) && !was->changed)
                mark_id(r, was->rule->id);
            continue;
        }
        x->place = was->place;
        x->place_at = was->place_at;
        x->trip = was->trip;
        x->absent_until = was->absent_until;
        x->standby_s = was->standby_s;
        for (size_t k = 0; k < was->reserved_count; k++)
            roster_reserve(r, x, was->reserved[k]);
        if (remembered(was))
            roster_mark(r, x);
    }
}

/* Bits on top of the format: the record goes on with a trip, with the end of a silence, with what
 * his standing by is worth. */
enum { FORMAT_TRIP = 1, FORMAT_SILENT = 2, FORMAT_STANDBY = 4, FORMATS = 8 };

void
roster_encode(const struct engineer *x, struct buf *out)
{
    if (!remembered(x))
        return;
    unsigned trip = engineer_travels(x) ? FORMAT_TRIP : 0;
    unsigned silent = x->absent_until != 0 ? FORMAT_SILENT : 0;
    unsigned standby = x->standby_s != 0 ? FORMAT_STANDBY : 0;
    buf_put_u8(out, (uint8_t)(RECORD_FORMAT + (trip | silent | standby)));
    record_put_place(out, x->place);
    buf_put_i64(out, x->place_at);
    buf_put_u32(out, x->load); /* for readers: the engine counts its tickets */
    buf_put_u32(out, (uint32_t)x->reserved_count);
    for (size_t i = 0; i < x->reserved_count; i++) {
        buf_put(out, x->reserved[i].ticket.b, sizeof(x->reserved[i].ticket.b));
        record_put_id(out, x->reserved[i].asker);
        record_put_count(out, x->reserved[i].round);
    }
    if (trip != 0) {
        buf_put(out, x->trip.ticket.b, sizeof(x->trip.ticket.b));
        record_put_place(out, x->trip.from);
        buf_put_i64(out, x->trip.at);
    }
    if (silent != 0)
        buf_put_i64(out, x->absent_until);
    if (standby != 0)
        buf_put_u32(out, x->standby_s);
}

static struct trip
get_trip(struct cur *c)
{
    struct trip t;
    cur_get(c, t.ticket.b, sizeof(t.ticket.b));
    t.from = record_get_place(c);
    t.at = record_get_instant(c);
    if (!place_known(t.from) || same_id(t.ticket, (struct ticket_id){ 0 }))
        c->failed = true;
    return t;
}

enum err
roster_restore(struct roster *r, struct str key, struct str bytes)
{
    struct cur c = cur_of(bytes);
    struct engineer_id id;
    uint8_t format = cur_u8(&c);
    if (!record_key_name(key, id.s, sizeof(id.s)) || format < RECORD_FORMAT ||
        format >= RECORD_FORMAT + FORMATS)
        return ERR_SYNTAX;
    unsigned more = format - RECORD_FORMAT;
    struct place place = record_get_place(&c);
    instant place_at = record_get_instant(&c);
    cur_u32(&c);
    uint32_t count = cur_u32(&c);
    struct cur reserved = c;
    for (uint32_t i = 0; i < count && !c.failed; i++) {
        struct reservation v;
        cur_get(&c, v.ticket.b, sizeof(v.ticket.b));
        record_get_id(&c, &v.asker);
        record_get_count(&c, UINT32_MAX);
        if (roster_reserved(r, v.asker, v.ticket) != NULL)
            c.failed = true;
    }
    struct trip trip = { 0 };
    if ((more & FORMAT_TRIP) != 0)
        trip = get_trip(&c);
    instant silent = (more & FORMAT_SILENT) != 0 ? record_get_instant(&c) : 0;
    uint32_t standby = (more & FORMAT_STANDBY) != 0 ? cur_u32(&c) : 0;
    bool empty = ((more & FORMAT_SILENT) != 0 && silent == 0) ||
                 ((more & FORMAT_STANDBY) != 0 && standby == 0);
    if (empty || standby > COVER_MOST_S)
        c.failed = true;
    struct engineer *x = roster_find(r, id);
    if (!cur_done(&c) || (x != NULL && (place_known(x->place) || x->reserved_count > 0)))
        return ERR_SYNTAX;
    if (x == NULL)
        return OK; /* not in this plan: nothing of his concerns us */
    x->place = place;
    x->place_at = place_at;
    x->trip = trip;
    x->absent_until = silent;
    x->standby_s = standby;
    for (uint32_t i = 0; i < count; i++) {
        struct reservation v;
        cur_get(&reserved, v.ticket.b, sizeof(v.ticket.b));
        record_get_id(&reserved, &v.asker);
        v.round = (uint32_t)record_get_count(&reserved, UINT32_MAX);
        if (roster_reserved(r, v.asker, v.ticket) == NULL)
            roster_reserve(r, x, v);
    }
    return OK;
}
