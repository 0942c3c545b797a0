/* desk.h - the calls that are going on, whatever carries them: a call's menu walked with the
 * gateway behind it.
 *
 *     line --talk_hear--> menu --act--> the line says, waits, records   (struct line_calls)
 *                              '------> gateway_report, _event; the desk answers after the commit
 *
 * Invariant: "taken" is said only after the report is on disk (desk_committed). */
#ifndef GATEWAYS_PHONE_DESK_H
#define GATEWAYS_PHONE_DESK_H

#include "gateways/gateway.h"
#include "gateways/number.h"
#include "gateways/phone/menu.h"
#include "gateways/phone/prompts.h"

enum { DESK_OWES = 256 };

struct desk {
    struct gateway *g;
    const struct menu_table *menu; /* a loan, and so the rest */
    struct prompts *prompts;
    const struct numbering *numbering;
    const char *files; /* folder for callers' words */
    struct talk *talks;
    size_t talks_count;
    bool dry_run, unsynced;      /* unsynced: the disk did not take the last commit */
    uint8_t owed[DESK_OWES][16]; /* reports whose callers were promised the number for later */
    size_t owed_count;           /* ever */
};

/* What a line does. None of them may call talk_hear from inside; it is called later, once for each
 * but hang_up: then the talk is gone, and no longer heard of. */
struct line_calls {
    void (*say)(void *line, const char *lang, const char *const *prompts, size_t count);
    void (*wait)(void *line, int32_t ms);
    void (*record)(void *line, int32_t ms);
    void (*hang_up)(void *line);
};

struct talk;
/* `key`: the call's own name, for ever; `number` as the network writes it; NULL or "": not said.
 * `known` may be NULL: values (MENU_FIELDS of them) that the line knows. */
struct talk *talk_new(struct desk *d, const struct line_calls *calls, void *line, const char *key,
                      const char *number, const char known[][MENU_VALUE]);
/* The first act. */
void talk_begin(struct talk *t);
/* `wav`: of ENDED or GONE after record, what was recorded; a loan. After GONE the line is not
 * called again. */
void talk_hear(struct talk *t, enum menu_heard what, const struct menu_word *w, struct str wav);

/* Of the channel's `committed`. */
void desk_committed(struct desk *d, bool good);
/* Looks for numbers that talks wait for. */
void desk_work(struct desk *d);
bool desk_is_waiting(const struct desk *d); /* desk_work wants to be called soon */
/* Was this report's caller told that he will hear its number later? (In memory.) */
bool desk_owes(const struct desk *d, const uint8_t report[16]);
/* A call with all its answers, as a report's words. */
void desk_words(struct buf *out, const struct menu *m, const char *address, const char *lang);

#endif
