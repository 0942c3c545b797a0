/* state.h - what an engine is made of, for the files that together are the engine. Nobody outside
 * workers/core includes this.
 *
 *   event --> report.c, act.c, timer.c, plan.c, assist.c     one handler a kind (engine.c)
 *                |        |        |
 *                v        v        v
 *             offer.c, board.c, assist.c                     who gets it
 *                |
 *                v
 *             step.c    the only place that moves a ticket: table, timeline, queue, load, outcome
 *                |
 *                v
 *             post.c    updates; each ticket that changed is told once, at the event's end
 *
 * Invariants between events: a job is in the queue exactly while QUEUED, among the repeats exactly
 * while it may take one, in the timers exactly while something is due for it; an engineer's load
 * is the number of jobs that he carries (carry.c). All of these are derived: only the records are
 * state. */
#ifndef CORE_STATE_H
#define CORE_STATE_H

#include "workers/core/board.h"
#include "workers/core/clocks.h"
#include "workers/core/engine.h"
#include "workers/core/known.h"
#include "workers/core/learned.h"
#include "workers/core/life.h"
#include "workers/core/marks.h"
#include "workers/core/match.h"
#include "workers/core/queue.h"
#include "workers/core/record.h"

enum {
    PAGED_MAX = 64, /* people whose pages are remembered */
    HELD_MAX = 16,  /* alarms held back for one of them, by name */
    PAGES_FLOCK = 5,
    SLICE = 128,      /* timers or offers in one event; what is left comes with the next TIME */
    SYNC_MAX = 1000,  /* tickets told again at once */
    SOURCES_MAX = 64, /* (neighbour, incarnation) whose marks are kept */
    WAITERS_MAX = 8,  /* wishes of one neighbour that wait for somebody of ours */
    OUTLETS_MAX = UINT16_MAX, /* territories ever written to */
};

/* An open ticket, and where it hangs. */
struct job {
    struct ticket t;
    struct queue_at wait; /* in the queue while `waiting` */
    struct heap_at timer; /* in the timers while due < NEVER */
    instant due;
    struct job *older;       /* next among the repeats of the same place and category */
    size_t slot;             /* of its category */
    struct queue_at line;    /* in the board's line while `lined`, by rank */
    size_t place;            /* in its window + 1; 0: not in it */
    size_t near;             /* so many candidates it has needed: only a hint */
    uint32_t row, era;       /* in the board's matching + 1, of that era; 0: not in it */
    struct engineer *holder; /* in whose list of held jobs it is; NULL: in nobody's */
    struct job *beside, **beside_at;
    size_t pin_place; /* among the board's pinned + 1; 0: not there */
    size_t ride;      /* among the board's riders + 1; 0: not there */
    size_t booked;    /* in engine.booked + 1; 0: not there */
    bool lined;
    bool fresh;       /* in board.fresh */
    bool sought;      /* somebody has been looked for in this event */
    size_t followers; /* jobs whose master it is */
    bool waiting, repeatable;
    bool touched; /* in engine.touched: its timer is to be set, its record is dirty */
    bool show;    /* dispatchers are told at the event's end */
    bool tell;    /* and the reporter's gateways */
    bool moved;   /* and helpers: its state has changed, or its engineer */
    bool dirty;   /* in engine.dirty */
    bool over;    /* settled: only engine.dirty knows it */
};

struct jobs {
    struct job **list; /* owned list, borrowed jobs */
    size_t count, cap;
};

/* What we have applied of a neighbour's numbered words. */
struct source {
    struct territory_id from;
    struct incarnation incarnation;
    uint64_t high;
    struct waiter { /* it was told BUSY for these skills, and not FREE since */
        struct skill needs[NEEDS_MAX];
        size_t needs_count;
    } waiters[WAITERS_MAX];
    size_t waiters_count;
};
struct outlet {
    struct territory_id to;
    uint64_t sequence; /* of the last word to it */
};

/* When the last tickets of a category were opened, oldest first. */
struct burst {
    instant opened[OUTAGE_MAX + 1];
    size_t count;
};

/* What a person is told, now or later. */
struct held {
    struct ticket_id ticket;
    uint8_t clock;      /* enum clock */
    uint16_t share_pct; /* 0: the breach that was told was none */
};
/* Who has been paged lately, and what is held back for him. */
struct paged {
    struct principal_id who;
    instant at;                 /* the last page; -INSTANT_MAX: none */
    struct held held[HELD_MAX]; /* oldest first */
    size_t held_count;
    uint32_t beyond; /* more, only counted */
};
struct pages {
    struct paged *list; /* owned; in the order they were met */
    size_t count, cap;
    instant recent[PAGES_FLOCK]; /* the last pages to anybody, oldest first */
    size_t recent_count;
};

struct engine {
    struct territory_id id;
    struct incarnation incarnation;
    const struct rules *rules;
    const struct rules **editions; /* owned list, borrowed rules: every version that some ticket
                                      was opened under, the present one too */
    size_t editions_count, editions_cap;

    /* META */
    instant at;
    uint32_t plan;
    struct source sources[SOURCES_MAX]; /* the oldest drops out */
    size_t sources_count;
    struct outlet *outlets; /* owned */
    size_t outlets_count, outlets_cap;
    struct pages pages;
    bool meta_dirty;

    struct map jobs; /* ticket id -> job; owned */
    struct known known;
    struct marks marks;
    struct roster roster;
    struct learned learned;

    /* derived */
    struct queue queue;
    struct board board;
    struct map repeats; /* place and category -> the newest job there */
    struct heap timers; /* jobs by (due, id) */
    struct jobs booked; /* those that wait for their appointment, in no order */
    size_t by_state[TICKET_STATES];
    struct burst *bursts; /* a slot each; owned */

    /* within an event */
    struct effects *fx;
    struct event_id event; /* of the act being applied; zero otherwise */
    struct jobs touched;
    struct engineer **freed;
    size_t freed_count, freed_cap;

    struct jobs dirty; /* since the last engine_changes */
    struct buf scratch;
};

/* ---- job.c: open tickets and the indexes over them */
struct job *job_new(struct engine *e, struct ticket_id id);
struct job *job_find(const struct engine *e, struct ticket_id id); /* NULL: not open here */
void job_free(struct job *j);
void job_touch(struct engine *e, struct job *j); /* it has changed */
void job_show(struct engine *e, struct job *j);  /* and dispatchers should see it */
void job_list(struct engine *e);                 /* builds all that is derived */
void job_unlist(struct engine *e);               /* forgets it */
void job_enter(struct engine *e, struct job *j); /* into the indexes that its state asks for */
void job_leave(struct engine *e, struct job *j);
/* What the ticket lives by: the version it was opened under; where that is lost, the present. */
const struct rules *job_rules(const struct engine *e, const struct job *j);
const struct level *job_level(const struct engine *e, const struct job *j);
const struct contract *job_contract(const struct engine *e, const struct job *j);
/* Our engineer in whose hands it is; NULL: none, or a neighbour's. */
struct engineer *job_holder(const struct engine *e, const struct job *j);
/* Its engineer should be ours but is no longer in the plan. */
bool job_is_gone(const struct engine *e, const struct job *j);
/* Is anybody of ours on duty who has the skills and has not declined it, though he may have no room
 * now? Else neighbours are asked. And the same whatever the hours: this one does not change
 * by time alone, so timers may depend on it. */
bool job_is_ours(const struct engine *e, const struct job *j);
bool job_may_be_ours(const struct engine *e, const struct job *j);
/* Since when, should it still wait, neighbours are asked though it is ours; NEVER: not. And are
 * they to be asked now, for the one reason or the other? */
instant job_pressed_at(const struct engine *e, const struct job *j);
bool job_is_for_all(const struct engine *e, const struct job *j);
/* The open, unsolved job that a report from here takes as a repeat; NULL: none. */
struct job *job_repeated(const struct engine *e, const struct report *r, struct category_id c);

/* ---- step.c */
struct move {
    enum verb verb;
    struct principal_id who; /* the sender; none when the engine moves */
    instant occurred_at;     /* 0: now */
    struct str note;
    enum reason reason;
    uint16_t object;
    uint32_t seen; /* the ticket's version that the sender saw; 0: not said */
};
void step_take(struct engine *e, struct job *j, const struct move *m);
/* The sender's instant if it is believable, else the event's. */
instant step_believed(const struct engine *e, instant occurred_at);

/* ---- miles.c: the milestones that a step has reached, or taken back. After its state is set. */
void miles_take(struct engine *e, struct job *j, const struct move *m);
/* ---- learn.c: what a step just taken teaches of trips and work. After its state is set. */
void learn_step(struct engine *e, struct job *j, const struct taken *s);
/* ---- carry.c: whose places it takes up, each once: its engineer's, those of who helps, and of who
 * is asked to take over or to help. Only of ours. */
struct carriers {
    struct engineer *list[HELPERS_MAX + 2];
    size_t count;
};
void carry_list(const struct engine *e, const struct job *j, struct carriers *out);
void carry_change(struct engine *e, struct job *j, const struct carriers *before);
/* How long he would rest, were he free of it and of all else at this instant: who was at it when
 * his break began takes that then. 0: he would not. */
msec carry_rest(const struct engine *e, const struct job *j, const struct engineer *x, instant at);
void carry_count(const struct engine *e, struct job *j); /* of a job just listed */
void carry_freed(struct engine *e, struct engineer *x);  /* he has room again, or may have */

/* ---- seat.c */
instant seat_tick(instant at); /* the minute's beginning */
const struct seats *seat_look(const struct engine *e, struct engineer *x); /* as they are now */
/* To whom he is on his way, and could be turned back from; NULL: none. */
struct job *seat_rider(const struct engine *e, const struct engineer *x);
msec seat_way_left(const struct engine *e, const struct engineer *x); /* to seats.rider */

/* What he has in hand, in the order in which he does it; 0: nothing, or too much to foresee. */
size_t seat_errands(const struct engine *e, struct engineer *x, struct errand out[ERRANDS_MAX]);

/* ---- post.c */
/* An update to one recipient; NULL when `who` is none. Good until the next call. */
struct update *post_new(struct engine *e, enum update_kind kind, struct principal_id who);
void post_also(struct engine *e, struct principal_id who); /* one more recipient of the last */
struct str post_words(struct engine *e, struct str words); /* a copy that lives with the effects */
/* Fills in what there is to say of the ticket; of its engineer only if asked. */
void post_describe(struct engine *e, struct update *u, const struct job *j, bool engineer);
/* To its engineer, with the report's words. */
void post_engineer(struct engine *e, enum update_kind kind, const struct job *j, struct str why);
/* To one who is asked to take over or to help (and why), or who helps. */
void post_hand(struct engine *e, enum update_kind kind, const struct job *j, const struct hand *h,
               enum reason reason, struct str why);
/* It is not his any more. */
void post_withdrawn(struct engine *e, const struct job *j, struct engineer_id x, struct str why);
void post_alarm(struct engine *e, const struct job *j, instant due, struct str why);
void post_verdict(struct engine *e, struct principal_id who, struct event_id id, struct answer a);
/* To the helpers who have joined in, but not to one. */
void post_helpers(struct engine *e, const struct job *j, struct principal_id but, struct str why);
void post_changed(struct engine *e, const struct job *j); /* dispatchers, gateways, helpers */
struct outcome *post_outcome(struct engine *e, enum outcome_kind kind, struct ticket_id t);
void post_level(struct engine *e, const struct job *j); /* the outcome that says which it has */

/* ---- offer.c */
/* QUEUED: somebody is found for it at the event's end (board.c); nobody here qualifies: asks the
 * neighbours. */
void offer_seek(struct engine *e, struct job *j);
/* To one of ours, who has room. */
void offer_make(struct engine *e, struct job *j, struct engineer *x);
/* To one lent by `home`. */
void offer_lent(struct engine *e, struct job *j, const struct assist *reserved);
/* The offer ran out, or the engineer is gone: back into the queue, and on. */
void offer_end(struct engine *e, struct job *j, struct str why);
/* Whoever is on his way to it turns back. */
void offer_divert(struct engine *e, struct job *j);

/* ---- timer.c */
void timer_set(struct engine *e, struct job *j); /* by what is due for it now */
size_t timer_fire(struct engine *e, instant until, size_t budget);

/* ---- assist.c */
void assist_begin(struct engine *e, struct job *j); /* asks the first neighbour */
void assist_next(struct engine *e, struct job *j);  /* the one after t.asked */
void assist_again(struct engine *e, struct job *j, struct territory_id home); /* the same again */
void assist_free(struct engine *e, struct territory_id to, const struct skill *needs, size_t count);
/* waiters.c: who was told BUSY, and is told FREE when somebody has room whom nothing here wants. */
void waiters_note(struct source *s, const struct skill *needs, size_t count);
void waiters_tell(struct engine *e); /* of those freed in this event who still have room */
void waiters_encode(const struct source *s, struct buf *out);
void waiters_decode(struct source *s, struct cur *c);
/* To the home of the engineer who is lent: he has accepted; and his time is his own again. */
void assist_assign(struct engine *e, const struct job *j);
void assist_release(struct engine *e, struct job *j);
/* To who was promised an engineer of ours: he is not there any more. */
void assist_lost(struct engine *e, struct engineer_id x, struct reservation v);

/* ---- meta.c */
void meta_encode(const struct engine *e, struct buf *out);
must_use enum err meta_restore(struct engine *e, struct str bytes);

/* ---- what a verb does, one file a subject. `may` says why not (after life's table, and whose
 * ticket it is); `take` does it, and steps. Neither is called unless act.c's checks have passed. */
struct deed {
    enum refusal (*may)(const struct engine *e, const struct job *j, const struct act *a);
    void (*take)(struct engine *e, struct job *j, const struct act *a);
};
extern const struct deed deeds_hands[VERBS];  /* hands.c: accept .. resolve, return */
extern const struct deed deeds_team[VERBS];   /* team.c: transfer, help */
extern const struct deed deeds_desk[VERBS];   /* desk.c: preprocess, relevel, reject ... */
extern const struct deed deeds_pin[VERBS];    /* pin.c: assign, pin, forbid */
extern const struct deed deeds_wait[VERBS];   /* wait.c: pend, hold, resume, exempt, observe */
extern const struct deed deeds_links[VERBS];  /* links.c: different, join, merge, reopen, appeal */
extern const struct deed deeds_object[VERBS]; /* object.c */
void deed_step(struct engine *e, struct job *j, const struct act *a); /* just the step */
/* And its engineer and helpers hear. */
void deed_tell(struct engine *e, struct job *j, const struct act *a);

/* ---- whose.c */
bool whose_is(const struct ticket *t, enum verb v, struct engineer_id x);

/* ---- team.c */
/* Asked to take over or to help, or helping; NULL: neither. */
const struct hand *hands_find(const struct ticket *t, struct engineer_id x);
const struct hand *hands_helper(const struct ticket *t, struct engineer_id x);
void hands_tell(struct engine *e, const struct job *j, struct engineer_id x); /* again */
void hands_lapse(struct engine *e, struct job *j); /* of those asked whose time is up, or gone */
instant hands_due(const struct engine *e, const struct job *j); /* when to call hands_lapse */
/* Nobody is asked or helps any more. Within a step only: it is step.c that keeps the loads. */
void hands_release(struct engine *e, struct job *j);

/* ---- desk.c */
void desk_waited(struct engine *e, struct job *j); /* preprocessing took too long: it is queued */

/* ---- pin.c */
/* The one of ours it waits for, by a dispatcher's word; NULL: for whoever is found. */
struct engineer *pin_engineer(const struct engine *e, const struct job *j);

/* ---- visit.c: a ticket with an appointment waits beside the line until it is time to set out */
/* Not offered yet. */
static inline bool
visit_waits(const struct job *j)
{
    return j->booked > 0;
}
void visit_enter(struct engine *e, struct job *j); /* among the booked, if it is one of those */
void visit_leave(struct engine *e, struct job *j);
void visit_list(struct engine *e); /* nothing is booked yet */
/* Can such a time be agreed now? */
bool visit_fits(const struct engine *e, instant from, instant until);
/* From `said` to its end nothing counts; there must be room for one exclusion. */
void visit_agree(struct engine *e, struct job *j, instant from, instant until, instant said);
instant visit_due(const struct engine *e,
                  const struct job *j); /* it is time then; of one waiting */
/* Of one in the queue: if it is time, it comes among those that are matched. false: it is not. */
bool visit_call(struct engine *e, struct job *j);
instant visit_missed_at(const struct engine *e, const struct job *j); /* NEVER: it is not */
void visit_fire(struct engine *e, struct job *j, instant until);
extern const struct deed deeds_visit[VERBS];

/* ---- wait.c */
void wait_quote(struct engine *e, struct job *j, const struct act *a); /* a price has been named */
void wait_over(struct engine *e, struct job *j); /* PENDING_CUSTOMER is due: wakes, or closes */
/* Is a fault of this instant the recurrence that the job is watched for? Then it is taken up. */
bool wait_recurs(const struct engine *e, const struct job *j, instant occurred_at);
void wait_recur(struct engine *e, struct job *j, instant occurred_at);

/* ---- links.c */
void links_list(struct engine *e); /* builds what is derived: followers, bursts */
/* `master` has been solved, has ended, or is back: those that follow it are due now, or not. */
void links_wake(struct engine *e, const struct job *master);
bool links_is_due(const struct engine *e, const struct job *j);
/* It follows no longer: step.c says so, whatever the verb. */
void links_left(struct engine *e, struct job *j);
/* HELD and due: what became of its master becomes of it. */
void links_follow(struct engine *e, struct job *j);
/* It was opened: are there many of its kind? */
void links_outage(struct engine *e, const struct job *j);

/* ---- object.c, owed.c */
void object_survey(struct engine *e, struct job *j); /* CLOSED: asks the customer */
/* Another state of the ticket: what does not go with it (a quote nobody waits for any more, a part
 * that has not come by the end) is refused. */
void object_lapse(struct engine *e, struct job *j, const struct taken *s);
/* Is anything still owed (an analysis, a complaint's answer, an old part)? */
bool object_is_owed(const struct engine *e, const struct job *j);

/* ---- pager.c */
instant pager_due(const struct engine *e, const struct job *j); /* of its next alarm */
/* All that is due by `until`, which is now. */
void pager_fire(struct engine *e, struct job *j, instant until);
/* What was said of a promise turns out otherwise: corrected visibly. After any change of the
 * course or the level; engine.c calls it at each event's end. */
void pager_correct(struct engine *e, struct job *j);
/* Repeats are silent for the ladder's time; then the last is told again. Takes no step. */
void pager_acknowledge(struct engine *e, struct job *j, const struct act *a);
/* For pages.c: does it still matter; in full, of an open ticket; in a word or two. */
bool pager_stands(const struct engine *e, const struct held *h);
void pager_say(struct engine *e, const struct held *h, const struct principal_id *who,
               size_t count);
void pager_put_short(struct buf *b, const struct held *h);

/* ---- pages.c */
/* May this person be paged now? Then it is counted as done; else it is held for him. */
bool pages_may(struct engine *e, struct principal_id who, struct held h);
/* Was an alarm of this ticket and clock held for him? It is no more. */
bool pages_forget(struct engine *e, struct principal_id who, struct held h);
instant pager_next(const struct engine *e); /* when held-back pages may go */
void pager_flush(struct engine *e);
void pager_encode(const struct engine *e, struct buf *out);
void pager_decode(struct engine *e, struct cur *c);

/* ---- report.c: the site's contract, else the customer's, else that of everybody else */
uint8_t report_contract(const struct rules *rules, struct site_id site,
                        struct customer_id customer);

/* ---- handlers, one an event kind */
void report_apply(struct engine *e, const struct event *ev);
void act_apply(struct engine *e, const struct event *ev);
void timer_apply(struct engine *e, const struct event *ev);
void plan_apply(struct engine *e, const struct event *ev);
void assist_apply(struct engine *e, const struct event *ev);
void propose_apply(struct engine *e, const struct event *ev); /* visit.c */

#endif
