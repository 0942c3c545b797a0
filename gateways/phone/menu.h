/* menu.h - a call's dialogue: what is asked, in which order, what the answers mean. A table read
 * from a text (default.menu says how) and a machine that walks it. Pure: it plays nothing and
 * waits for nothing itself.
 *
 *     menu_begin --act--> the line says, waits, records, or the desk reports
 *                 <-------- menu_hear(what came of it) --act--> ...
 *
 * One act at a time; each ends with one menu_hear. After HEARD_GONE nothing is said any more: what
 * the caller has told is reported when it is enough, and then the call is let go. */
#ifndef GATEWAYS_PHONE_MENU_H
#define GATEWAYS_PHONE_MENU_H

#include "common/base/buf.h"

enum { MENU_STEPS = 64, MENU_KEYS = 10, MENU_VALUE = 32, MENU_NAME = 24, MENU_PROMPTS = 48 };

enum menu_kind {
    MENU_CHOOSE,
    MENU_DIGITS,
    MENU_VOICE,
    MENU_REPORT,
    MENU_STATUS,
    MENU_EVENT,
    MENU_KINDS
};
enum menu_field {
    MENU_NONE,
    MENU_LANG,
    MENU_CUSTOMER,
    MENU_SITE,
    MENU_CATEGORY,
    MENU_HINT,
    MENU_SCORE,
    MENU_FIELDS
};

struct menu_key {
    bool is_there;
    char value[MENU_VALUE]; /* "": none */
    char next_name[MENU_NAME];
    size_t next;
};
struct menu_code {
    char digits[MENU_VALUE], value[MENU_VALUE];
};
struct menu_step {
    char name[MENU_NAME], prompt[MENU_NAME], next_name[MENU_NAME], prefix[MENU_VALUE],
        verb[MENU_NAME];
    enum menu_kind kind;
    enum menu_field field;
    size_t next; /* MENU_STEPS: none */
    size_t most; /* digits */
    int32_t seconds;
    bool known, enough;
    struct menu_key keys[MENU_KEYS];
    struct menu_code *codes; /* owned */
    size_t codes_count, codes_cap;
};
struct menu_table {
    struct menu_step steps[MENU_STEPS];
    size_t count;
};
/* NULL: `why` has "NAME:line: what is wrong". */
struct menu_table *menu_table_read(const char *name, struct str text, struct buf *why);
void menu_table_free(struct menu_table *t);
/* The text of the menu that is built in. */
const char *menu_standard(void);
/* The prompts that any call may need, the table's and the machine's own; NULL past the last. */
const char *menu_prompt(const struct menu_table *t, size_t i);

/* ---- the machine */

enum menu_do {
    DO_SAY,    /* the prompts, one after the other; a key may end it */
    DO_WAIT,   /* for a key, so long */
    DO_RECORD, /* his words, so long at most */
    DO_REPORT, /* journal what was told; HEARD_TAKEN when the disk has it, or HEARD_NOT_TAKEN */
    DO_NUMBER, /* wait, so long at most, for the ticket's number; HEARD_TOLD with it or without */
    DO_STATUS, /* HEARD_TOLD: number and state of his newest ticket; without: he has none */
    DO_EVENT,  /* menu_verb about his ticket: HEARD_TAKEN, HEARD_TOLD (he has none), HEARD_NOT_TAKEN
                */
    DO_GO_ON,  /* with the report that is under way, though he has gone */
    DO_HANG_UP
};
struct menu_act {
    enum menu_do what;
    int32_t ms;                        /* WAIT, RECORD, NUMBER */
    const char *prompts[MENU_PROMPTS]; /* SAY: static, or the table's */
    size_t count;
};
enum menu_heard {
    HEARD_ENDED, /* SAY: said; WAIT: silence; RECORD: ended */
    HEARD_KEY,
    HEARD_TAKEN,
    HEARD_NOT_TAKEN,
    HEARD_TOLD,
    HEARD_GONE /* he has hung up */
};
struct menu_word {
    char key;            /* KEY */
    const char *number;  /* TOLD; NULL or "": none */
    const char *state;   /* TOLD of DO_STATUS */
    int32_t recorded_ms; /* ENDED or GONE of DO_RECORD */
};

enum menu_stage {
    AT_ASKING,
    AT_KEYS,
    AT_RECORDING,
    AT_DOING,
    AT_TAKEN,
    AT_NUMBER,
    AT_SAYING,
    AT_END,
    AT_OVER
};
struct menu {
    const struct menu_table *table; /* a loan */
    enum menu_stage stage;
    size_t step, after; /* `after`: the step that follows what is being said; MENU_STEPS: the end */
    unsigned tried, visits, heard;
    char digits[MENU_VALUE];
    char values[MENU_FIELDS][MENU_VALUE]; /* "": not said */
    int32_t recorded_ms;
    bool enough, gone, reported;
};
/* What is known of him before he says a word goes into `values` first. */
struct menu_act menu_begin(struct menu *m);
struct menu_act menu_hear(struct menu *m, enum menu_heard what, const struct menu_word *w);
/* Of DO_EVENT. */
const char *menu_verb(const struct menu *m);
/* The level hint; -1: none. */
int menu_hint(const struct menu *m);

#endif
