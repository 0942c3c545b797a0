/* ad.c - associated data: what a seal is bound to. Each a packed array that begins with the
 * version and a word of its own, so that no two uses can be mistaken for each other. */
#include "common/wire/body.h"
#include "common/wire/names.h"

enum { AD_VERSION = 1 };

static void
begin(struct buf *out, size_t more, const char *what)
{
    pack_array(out, 2 + more);
    pack_uint(out, AD_VERSION);
    pack_text(out, what);
}

/* A name from its zero-padded array. */
static void
name(struct buf *out, const char *at, size_t size)
{
    pack_str(out, (struct str){ at, strnlen(at, size) });
}
#define NAME(out, id)  name(out, (id).s, sizeof((id).s))
#define BYTES(out, id) pack_bin(out, (id).b, sizeof((id).b))

void
ad_report(struct buf *out, struct key_id pool, struct key_id sender, struct source_id source,
          struct report_id id)
{
    begin(out, 4, "report");
    BYTES(out, pool);
    BYTES(out, sender);
    NAME(out, source);
    BYTES(out, id);
}

void
ad_event(struct buf *out, struct key_id pool, struct key_id sender, const struct message *m)
{
    assert(m->kind == MSG_EVENT);
    begin(out, 9, "event");
    BYTES(out, pool);
    BYTES(out, sender);
    pack_uint(out, m->event.id.epoch);
    pack_uint(out, m->event.id.counter);
    NAME(out, m->event.territory);
    BYTES(out, m->event.ticket);
    pack_uint(out, m->event.seen);
    pack_text(out, m->event.verb == VERBS ? "" : verb_name(m->event.verb));
    pack_int(out, m->event.occurred_at);
}

void
ad_place(struct buf *out, struct key_id pool, struct key_id sender, const struct message *m)
{
    assert(m->kind == MSG_PLACE);
    begin(out, 4, "place");
    BYTES(out, pool);
    BYTES(out, sender);
    NAME(out, m->place.territory);
    pack_int(out, m->place.at);
}

void
ad_letter(struct buf *out, const struct letter *l)
{
    begin(out, 6, "letter");
    pack_text(out, "down");
    NAME(out, l->territory);
    NAME(out, l->recipient);
    BYTES(out, l->incarnation);
    pack_uint(out, l->first);
    pack_uint(out, l->count);
}

void
ad_watch(struct buf *out, struct territory_id t, struct incarnation i, uint64_t first)
{
    begin(out, 3, "watch");
    NAME(out, t);
    BYTES(out, i);
    pack_uint(out, first);
}

void
ad_head(struct buf *out, struct territory_id t, struct incarnation i, uint64_t version,
        struct chain chain)
{
    begin(out, 4, "head");
    NAME(out, t);
    BYTES(out, i);
    pack_uint(out, version);
    BYTES(out, chain);
}

void
ad_rest(struct buf *out, const char *what, struct territory_id t, struct str key)
{
    begin(out, 2, what);
    NAME(out, t);
    pack_bin(out, key.at, key.len);
}
