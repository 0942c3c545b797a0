/* engine.h - one territory: event in, effects out. The whole interface of thought.
 *
 * The engine is a function of its events: no clock, no randomness, no file, no socket,
 * no global. Its state is a set of records; what is loaded from the records at any event
 * behaves, byte for byte, like what had never been away. */
#ifndef CORE_ENGINE_H
#define CORE_ENGINE_H

#include "common/base/buf.h"
#include "common/base/err.h"
#include "workers/core/effect.h"

struct engine;

/* What the state is made of. Each kind is a Redis hash of its own (docs/store.md). */
enum record_kind {
    RECORD_META,      /* key "": counters, marks of neighbours, plan version, last instant */
    RECORD_TICKET,    /* key ticket id, 16 bytes: one that is open, or not yet settled */
    RECORD_CLOSED,    /* key ticket id: settled; written once, never loaded again */
    RECORD_ENGINEER,  /* key engineer name: load, place, reservations, trip under way */
    RECORD_PRINCIPAL, /* key principal name: event marks and answers, mailbox sequence */
    RECORD_REPORT,    /* key report id: digest and ticket, for ever */
    RECORD_LEARNED,   /* key kind, cells or names (learned.h): sums of what was seen */
    RECORDS
};

struct change {
    enum record_kind kind;
    struct str key;   /* borrowed from the changes' arena */
    struct str bytes; /* empty: delete */
};

struct changes {
    struct arena arena;
    struct change *list;
    size_t count, cap;
};
void changes_clear(struct changes *c);
void changes_fini(struct changes *c);

/* A territory with nothing in it. `rules` is borrowed until the engine is freed, for tickets opened
 * under them live by them. `incarnation` names this life of the territory. */
struct engine *engine_new(struct territory_id id, struct incarnation incarnation,
                          const struct rules *rules);
void engine_free(struct engine *e);

/* Cannot fail: what the table refuses becomes an update and an outcome that say so. */
void engine_apply(struct engine *e, const struct event *ev, struct effects *fx);

/* When the engine wants a TIME event: NEVER, or an instant that may have passed. */
instant engine_next(const struct engine *e);

/* The instant of the last event applied; 0 before the first. */
instant engine_at(const struct engine *e);
/* The plan version in force (that of the last FOUND or PLAN event). */
uint32_t engine_plan(const struct engine *e);

/* Every record changed since the last call, each once, in a fixed order. */
void engine_changes(struct engine *e, struct changes *out);

/* The rules of another version, which tickets were opened under and live by until they are settled:
 * borrowed until the engine is freed. EVENT_PLAN and engine_new make theirs known by themselves. */
void engine_knows(struct engine *e, const struct rules *rules);
/* The least version above `after` that some ticket was opened under and that is not known; 0:
 * none. A ticket whose version stays unknown lives by the present one. */
uint32_t engine_wants(const struct engine *e, uint32_t after);
/* Is this version borrowed? engine_forget gives back those that no ticket lives by any more. */
bool engine_lives_by(const struct engine *e, uint32_t version);
void engine_forget(struct engine *e);

/* One ticket that is open or not yet settled, and the rules it lives by; borrowed until the next
 * engine_apply. */
struct ticket;
struct engine_look {
    const struct ticket *ticket;
    const struct rules *rules;
};
/* for (size_t i = 0; engine_each(e, &i, &look);) - in no order. Events in between do no harm, but
 * may make it miss a ticket, or give it twice. */
bool engine_each(const struct engine *e, size_t *at, struct engine_look *out);

/* Loading: engine_new with the rules of the stored plan version, then every stored
 * record but CLOSED in any order, engine_knows for what engine_wants, then engine_restored.
 * ERR_SYNTAX: not a record. */
must_use enum err engine_restore(struct engine *e, enum record_kind kind, struct str key,
                                 struct str bytes);
void engine_restored(struct engine *e);

/* All records in canonical order, for tests and digests. */
void engine_save(const struct engine *e, struct buf *out);

/* Figures for the shell's beat and for `top`. */
struct engine_stats {
    size_t by_state[TICKET_STATES];
    size_t reports_known, engineers, principals;
};
void engine_stats(const struct engine *e, struct engine_stats *out);

#endif
