/* client.h - libfaultline: how gateways, engineers' devices and dispatchers speak to Faultline.
 *
 * One client is one principal. It keeps one connection to one of several brokers, fails over,
 * and holds everything that matters in a spool folder on disk, so that a crash at any moment
 * loses nothing that fl_report or fl_event has taken:
 *
 *     fl_report -> spool (fsync) -> ROUTE -> spool the address -> REPORT -> ACCEPTED
 *               -> an update says what became of it -> kept 7 days more -> forgotten
 *
 * Nothing here blocks except fl_client_wait, and nothing here starts a thread of yours: call
 * fl_client_work when fl_client_fd is readable and at least every fl_client_wait_ms. Events
 * come out of fl_client_next, one after the other. One client may be used by one thread at
 * a time.
 *
 * Times are milliseconds since 1970 UTC, places degrees in units of 1e-7, ids 16 bytes. Strings
 * are UTF-8 and zero-terminated. What a function takes it copies; what it returns belongs to
 * the client and is good until the next call on the same client, unless said otherwise. */
#ifndef FAULTLINE_CLIENT_H
#define FAULTLINE_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct fl_client;

/* What went wrong. Negative, so that counts can share the return value. */
enum fl_error {
    FL_OK = 0,
    FL_ERR_OPTION = -1,   /* an option is missing or malformed */
    FL_ERR_KEY = -2,      /* a key file is missing, malformed, or readable by others */
    FL_ERR_SPOOL = -3,    /* the spool cannot be written, or another process uses it */
    FL_ERR_ARGUMENT = -4, /* this call's argument */
    FL_ERR_FULL = -5,     /* too much waits to be sent: call fl_client_work, then again */
    FL_ERR_CONFLICT = -6  /* reserved */
};
const char *fl_error_text(int error);

struct fl_options {
    const char *const
        *brokers;           /* ZeroMQ endpoints, NULL-terminated; tried in turn from a random one */
    const char *broker_key; /* the brokers' CURVE public key, z85, 40 characters */
    const char *pool_key;   /* the pool's seal public key, hex, 64 characters */
    const char *key_file;   /* this principal's key file, mode 0600 */
    const char *spool;      /* folder for this client alone; made when missing */
    const char *software;   /* said in HELLO; may be NULL */
    size_t window;          /* reports and events in flight at once; 0: 1024; at most 4096, and
                               what the broker allows */
    void *context;          /* a struct fl_context shared by many clients, or NULL */
};

/* Several clients of one process may share their sockets' threads. Free it last. */
struct fl_context;
struct fl_context *fl_context_new(void);
void fl_context_free(struct fl_context *c);

/* FL_OK, FL_ERR_OPTION, FL_ERR_KEY or FL_ERR_SPOOL; `why` (may be NULL; size bytes) says more. With
 * FL_OK it is "", or says what the disk had altered in the spool: that much is skipped. */
int fl_client_open(struct fl_client **out, const struct fl_options *o, char *why, size_t size);
/* Closes at once. What is in the spool goes out when it is opened again. Happenings that were not
 * taken are not told again, but for updates: an unconfirmed one comes again. */
void fl_client_close(struct fl_client *c);

/* ---- waiting */
/* Readable: work to do; edge-triggered. May change after work; -1 while there is no connection. */
int fl_client_fd(const struct fl_client *c);
/* After so many milliseconds call work even if nothing is readable; 0: at once. */
int fl_client_wait_ms(const struct fl_client *c);
void fl_client_work(struct fl_client *c);
/* work, and wait up to `timeout_ms` until an event can be had; returns whether one can. */
bool fl_client_wait(struct fl_client *c, int timeout_ms);

/* ---- sending */
struct fl_report {
    const char *source;      /* the channel account named in the plan */
    const char *message_key; /* the channel's own name for the message: the id derives from both */
    const char *text;        /* the words */
    const char *category;    /* these may all be NULL */
    const char *contact;
    const char *name;
    const char *lang;
    const char *site;
    const char *customer;
    const int32_t *lat_e7, *lon_e7; /* both or none */
    int hint;                       /* level hint: index of the level, -1 none */
    int64_t occurred_at;            /* 0: now */
    /* What decides the level besides: shares in percent, 0 .. 100; NULL: not said */
    const int *affected_pct; /* of the business affected */
    const int *lost_pct;     /* of the capacity lost */
    bool down;               /* the system is down */
    const char *device;      /* what has failed, in words; may be NULL */
    const uint8_t *follows;  /* 16 bytes: an older ticket that this one continues; NULL: none */
    int64_t from, until;     /* instants: a time agreed with the customer; both or none (0) */
};
/* Journals the report; it is durable after the next fl_client_sync (which fl_client_work does
 * before anything is sent). The id is written to `id`. Offline it may be called as well: up to
 * 262,144 reports and events may wait, then FL_ERR_FULL. A source is of
 * [a-z0-9._-]; category, site and customer are any printable UTF-8; each of the four has at most 31
 * bytes, the texts together at most 32 KiB. `lang` is a language tag ("zh", "en-GB"); of one longer
 * than 7 bytes only what stands before its first '-' counts.
 *
 * A report of the same id and content that the spool still holds is sent again; with other content
 * it follows the first to its address (under the first's site, place and customer as far as the
 * broker sees), and will come back QUARANTINED. "Now" (occurred_at 0) is no part of the content.
 * FL_OK, FL_ERR_ARGUMENT, FL_ERR_FULL, FL_ERR_SPOOL. */
int fl_report(struct fl_client *c, const struct fl_report *r, uint8_t id[16]);

/* What some verbs need besides; which and what for is in docs/protocol.md section 4. Everything is
 * borrowed for the length of the call, and absent when NULL or zero. */
struct fl_section {
    const char *name; /* "handling", "analysis", ... */
    const char *text;
};
struct fl_details {
    const char *reason;             /* "busy", "absent", ... */
    int64_t from, until;            /* instants */
    const char *engineer;           /* an engineer's id, at most 23 bytes */
    const uint8_t *other;           /* 16 bytes: another ticket */
    const int32_t *lat_e7, *lon_e7; /* both or none */
    const char *code;               /* at most 15 bytes */
    const char *level;              /* at most 15 bytes */
    uint16_t object;                /* number of a linked object; 0: the only one of its kind */
    const int64_t *amount;          /* not negative: a price in minor units, a count or a score */
    const char *name;               /* at most 63 bytes */
    bool warranty;
    const struct fl_section *sections; /* each name once; packed at most 8 KiB */
    size_t sections_count;
};

struct fl_event {
    const char *territory;
    uint8_t ticket[16];
    uint32_t seen;                    /* ticket version that the person saw; 0 any */
    const char *verb;                 /* "accept", "decline", ... (docs/protocol.md) */
    const char *note;                 /* may be NULL */
    int64_t occurred_at;              /* 0: now */
    const struct fl_details *details; /* NULL: nothing besides */
};
/* FL_ERR_ARGUMENT: a verb, reason or section of no such name, a member too long; body and sections
 * together at most 12 KiB.
 *
 * Journals the event under the next counter. `epoch` and `counter` may be NULL. Events leave in the
 * order they were made; of two about one ticket the second waits until the first is accepted. */
int fl_event(struct fl_client *c, const struct fl_event *e, uint64_t *epoch, uint64_t *counter);
/* The engineer's position. Not journalled: only the latest matters. It goes to his home territory:
 * `territory` names it, or is NULL, once the broker has greeted us (before: FL_ERR_ARGUMENT). */
int fl_place(struct fl_client *c, const char *territory, int32_t lat_e7, int32_t lon_e7);
/* Everything journalled so far is on disk when this returns FL_OK. FL_ERR_SPOOL: it is not; it is
 * still in memory, and the next call (work makes one) tries again. */
int fl_client_sync(struct fl_client *c);

/* From now on, and after every reconnection, updates are delivered. `watch`: the dispatchers'
 * stream as well. */
int fl_subscribe(struct fl_client *c, bool watch);
/* Asks the broker ("status", "map"); the answer comes as FL_ANSWER. At most 8 at a time, then
 * FL_ERR_FULL. Not journalled, but asked again after a reconnection. */
int fl_query(struct fl_client *c, const char *what);

/* ---- what happened */
enum fl_kind {
    FL_UP,       /* connected and greeted; text: the broker's endpoint */
    FL_DOWN,     /* connection lost; text: why */
    FL_ACCEPTED, /* a report or event is durable: id or counter, number */
    FL_REFUSED,  /* a report or event was refused: code, text; it is not sent again. Code "spool":
                    this disk has altered its bytes. A zero id: a subscription, place or
                    confirmation was refused */
    FL_BUSY,     /* the system asks to slow down; sending pauses by itself for `wait_ms` */
    FL_UPDATE,   /* an update was opened: `update`. It is confirmed when the next event is taken. */
    FL_UNSEALED, /* a letter or update that does not open: text says which. It is not confirmed. */
    FL_ANSWER,   /* to fl_query; text: what was asked, value: msgpack bytes. Refused: code, text
                    (why), and value NULL */
    FL_ROLLBACK  /* the territory's store was rolled back, or two of its heads disagree: kept
                    reports and events are being sent again; text says which */
};

/* An opened update. Strings are "" and numbers 0 when absent. */
struct fl_update {
    const char *kind; /* "opened", "offer", "ticket", "verdict", ... */
    const char *territory, *recipient;
    uint64_t sequence;
    bool repeated; /* seen before: acknowledge, do not act */
    int64_t at;
    bool has_ticket, has_report;
    uint8_t ticket[16], report[16];
    const char *number, *state, *level, *category, *site, *customer;
    uint32_t version, repeats;
    bool has_place;
    int32_t lat_e7, lon_e7;
    const char *engineer, *name, *phone;
    int64_t due;
    int64_t from, until; /* the time agreed with the customer */
    uint64_t epoch, counter;
    const char *verb, *refusal, *why;
    const char *text, *contact, *reporter; /* of the report, where the recipient may read them */
    const char *reason;                    /* of the step that is told */
    const char *clock;                     /* alarm: which promise */
    unsigned share_pct;                    /* alarm: how much of it has passed; may be over 100 */
    unsigned object; /* number of a linked object; 0: none, and so for the next three */
    const char *object_kind, *object_state;
    bool has_amount;
    int64_t amount; /* its price in minor units, its count or its score */
    bool has_other;
    uint8_t other[16]; /* the linked ticket */
    const char *lang;  /* the reporter's language, for gateways */
    const char *code;  /* opened: what the customer tells the engineer on arrival */
};

struct fl_happening {
    enum fl_kind kind;
    bool is_event;  /* ACCEPTED, REFUSED: an event, not a report */
    uint8_t id[16]; /* ACCEPTED, REFUSED: report id */
    uint64_t epoch, counter;
    const char *territory, *number, *code, *text;
    int wait_ms;
    const struct fl_update *update;
    const void *value;
    size_t value_len;
};
/* The next happening, or NULL. Taking one confirms the update given by the last (the CONFIRM
 * leaves at the letter's last update, after the spool has it on disk). */
const struct fl_happening *fl_client_next(struct fl_client *c);

/* ---- in words, for people */
enum fl_lang { FL_EN, FL_ZH };
enum fl_reader { FL_TO_CUSTOMER, FL_TO_ENGINEER, FL_TO_DISPATCHER };
struct fl_saying {
    enum fl_lang lang;
    enum fl_reader to;
    size_t units_max; /* what the channel takes at most, in UTF-16 code units: an SMS in UCS-2 has
                         70; 0: any. From one SMS on it is kept to, whatever the update holds */
    bool gsm7;        /* the channel speaks GSM-7: units_max counts septets, an SMS has 160; a text
                         with a letter outside GSM 03.38 goes as UCS-2, and has 7/16 of that */
    int utc_offset_min; /* of the zone that times are said in */
};
/* Writes one line of UTF-8, zero-terminated, and returns its length in bytes. With a length of
 * `size` or more it is not written: `to` is "" (from one SMS on 3 * units_max + 1 bytes are
 * enough; `to` may be NULL when `size` is 0). To a customer whose ticket is accepted it has ticket
 * number, engineer's name and telephone number; a long name may be cut, the numbers never. These
 * three need no client, keep nothing, and may be called from any thread. */
size_t fl_say(char *to, size_t size, const struct fl_saying *s, const struct fl_update *u);
/* As how long a channel counts a text: with gsm7 in septets when GSM 03.38 has every letter (those
 * of its extension count two), else in UTF-16 code units. */
size_t fl_say_units(const char *text, bool gsm7);
bool fl_say_is_gsm7(const char *text);

/* ---- looking */
struct fl_counts {
    size_t waiting;   /* journalled, not yet accepted */
    size_t in_flight; /* of these: sent, unanswered */
    size_t uncovered; /* accepted, not yet told what became of it */
    size_t kept;      /* told, kept for 7 days in case of a rollback */
};
void fl_client_counts(const struct fl_client *c, struct fl_counts *out);
/* The principal's name, role and territories as the broker greeted it; "" before. */
const char *fl_client_principal(const struct fl_client *c);
const char *fl_client_role(const struct fl_client *c);
/* The engineer's home territory; "" for others, and before. */
const char *fl_client_home(const struct fl_client *c);
size_t fl_client_territories(const struct fl_client *c, const char *const **list);

/* The id that a report of this source and key has, always: a gateway may say a number offline. */
void fl_report_id(const char *source, const char *message_key, uint8_t id[16]);

#ifdef __cplusplus
}
#endif
#endif
