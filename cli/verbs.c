/* verbs.c - the table of people's verbs for the command line. */
#include "cli/verbs.h"

#include "common/wire/names.h"

#define G         (1u << ROLE_GATEWAY)
#define E         (1u << ROLE_ENGINEER)
#define D         (1u << ROLE_DISPATCHER)

#define REASON    (1u << DETAIL_REASON)
#define FROM      (1u << DETAIL_FROM)
#define UNTIL     (1u << DETAIL_UNTIL)
#define WHO       (1u << DETAIL_ENGINEER)
#define OTHER     (1u << DETAIL_OTHER)
#define LEVEL     (1u << DETAIL_LEVEL)
#define OBJ       (1u << DETAIL_OBJECT)
#define NAME      (1u << DETAIL_NAME)
#define AMOUNT    (1u << DETAIL_AMOUNT)
#define WARR      (1u << DETAIL_WARRANTY)
#define CODE      (1u << DETAIL_CODE)
#define PLACE     (1u << DETAIL_PLACE)
#define SECTION   (1u << DETAIL_SECTION)
#define NOTE      (1u << DETAIL_NOTE)

#define R(reason) (UINT32_C(1) << (REASON_##reason))
#define UNWILLING (R(BUSY) | R(FAR) | R(SKILL) | R(PARTS) | R(SHIFT) | R(CONFLICT) | R(UNFIT))
#define WAITS     (R(ABSENT) | R(ACCESS) | R(WISH) | R(INFORMATION))
#define HOLDS     (R(PARTS) | R(VENDOR) | R(TEAM))
#define EXCUSES   (R(FORCE_MAJEURE) | R(CUSTOMER_DELAY))

const struct detail_row detail_rows[DETAILS] = {
    [DETAIL_REASON] = { "reason", "REASON", "REASON" },
    [DETAIL_FROM] = { "from", "TIME", "from TIME" },
    [DETAIL_UNTIL] = { "until", "TIME", "until TIME" },
    [DETAIL_ENGINEER] = { "engineer", "ID", "to ENGINEER" },
    [DETAIL_OTHER] = { "other", "TICKET", NULL },
    [DETAIL_LEVEL] = { "level", "LEVEL", NULL },
    [DETAIL_OBJECT] = { "object", "NUMBER", "#NUMBER" },
    [DETAIL_NAME] = { "name", "TEXT", "\"NAME\"" },
    [DETAIL_AMOUNT] = { "amount", "N", "xCOUNT" },
    [DETAIL_WARRANTY] = { "warranty", NULL, "warranty" },
    [DETAIL_CODE] = { "code", "DIGITS", "code DIGITS" },
    [DETAIL_PLACE] = { "place", "LAT,LON", "at LAT,LON" },
    [DETAIL_SECTION] = { "section", "NAME=TEXT", "SECTION=\"TEXT\"" },
    [DETAIL_AT] = { "at", "TIME", NULL },
    [DETAIL_NOTE] = { "note", "TEXT", "WORDS" },
};

/* clang-format off */
static const struct verb_row rows[] = {
    { VERB_ACCEPT, E, 0, NOTE, 0, "take the offer" },
    { VERB_DECLINE, E, REASON, NOTE, UNWILLING, "do not take it" },
    { VERB_DEPART, E, 0, NOTE, 0, "on the way" },
    { VERB_ARRIVE, E, 0, CODE | PLACE | NOTE, 0, "there; the customer's code or the place proves it" },
    { VERB_WORK, E, 0, NOTE, 0, "begin remotely" },
    { VERB_PEND, E, REASON | NOTE, UNTIL, WAITS, "wait for the customer: the clocks pause" },
    { VERB_HOLD, E, REASON, NOTE, HOLDS, "wait for others: the clocks run on" },
    { VERB_RESUME, G | E | D, 0, NOTE, 0, "go on" },
    { VERB_RESOLVE, E, 0, NOTE, 0, "it works again" },
    { VERB_TRANSFER, E | D, REASON, WHO | NOTE, UNWILLING, "ask another engineer to take over" },
    { VERB_TAKE_OVER, E, 0, NOTE, 0, "take over, as asked" },
    { VERB_HELP, E | D, 0, WHO | NOTE, 0, "ask for a helper" },
    { VERB_JOIN_IN, E, 0, NOTE, 0, "come to help, as asked" },
    { VERB_STEP_BACK, E, REASON, NOTE, UNWILLING, "asked to take over or to help: no; a helper leaves" },
    { VERB_RETURN, E | D, REASON, NOTE, UNWILLING, "back to the desk" },
    { VERB_OBSERVE, E | D, NOTE, 0, 0, "cannot be reproduced: watch it for a time" },
    { VERB_DIFFERENT, E | D, NOTE, 0, 0, "another cause: this ends, a linked ticket begins" },
    { VERB_INSPECT, E, 0, NAME | WARR | NOTE, 0, "the finding: its cause; in warranty or not" },
    { VERB_QUOTE, E | D, AMOUNT | NOTE, NAME, 0, "a price for the customer, in minor units" },
    { VERB_PART_REQUEST, E | D, NAME | AMOUNT, NOTE, 0, "so many of a part are needed" },
    { VERB_PART_RESERVE, D, NAME, OBJ | NOTE, 0, "it is kept in a depot (its name)" },
    { VERB_PART_MOVE, D, 0, OBJ | NOTE, 0, "it is on its way" },
    { VERB_PART_RECEIVE, E | D, 0, OBJ | NOTE, 0, "it is in the engineer's hands" },
    { VERB_PART_USE, E, 0, OBJ | WARR | NOTE, 0, "it is built in; in warranty the old one is owed" },
    { VERB_PART_RETURN, E | D, 0, OBJ | NOTE, 0, "the old one is back" },
    { VERB_PART_CANCEL, E | D, 0, OBJ | NOTE, 0, "it is not needed" },
    { VERB_REPLACE, E | D, 0, NOTE, 0, "the whole device will be replaced" },
    { VERB_REPLACED, E, 0, NOTE, 0, "it is, and works" },
    { VERB_REPORT, E | D, SECTION, NOTE, 0, "the fault report to the customer" },
    { VERB_ANALYSE, E | D, SECTION, NOTE, 0, "the fault analysis report" },
    { VERB_ACKNOWLEDGE, E | D, 0, NOTE, 0, "the alarm is seen" },
    { VERB_PREPROCESS, D, 0, UNTIL | NOTE, 0, "kept at the desk: offered to nobody until then" },
    { VERB_DISPATCH, D, 0, NOTE, 0, "let go: to the engineers" },
    { VERB_SOLVE, D, 0, NOTE, 0, "it could: solved from afar" },
    { VERB_REJECT, D, 0, NOTE, 0, "not a fault for us" },
    { VERB_ASSIGN, D, WHO, NOTE, 0, "to this engineer, now, before all else" },
    { VERB_PIN, D, WHO, NOTE, 0, "to this engineer, as soon as he has room" },
    { VERB_FORBID, D, WHO, UNTIL | NOTE, 0, "not to this engineer, until then" },
    { VERB_RELEVEL, D, LEVEL, NOTE, 0, "another level, as if from the start" },
    { VERB_EXEMPT, D, REASON | NOTE, UNTIL, EXCUSES, "from --at until then does not count" },
    { VERB_JOIN, D, OTHER, NOTE, 0, "part of a mass outage: follows its master" },
    { VERB_LEAVE, D, 0, NOTE, 0, "not any more" },
    { VERB_MERGE, D, OTHER, NOTE, 0, "the same fault as the other, which stays" },
    { VERB_COMPLAINT_ANSWER, D, NOTE, OBJ, 0, "the first answer to a complaint" },
    { VERB_COMPLAINT_CLOSE, D, NOTE, OBJ, 0, "its solution" },
    { VERB_APPROVE, G | D, 0, NOTE, 0, "the customer accepts the repair" },
    { VERB_REOPEN, G | D, NOTE, 0, 0, "he does not, or it has come back" },
    { VERB_APPEAL, G | D, NOTE, 0, 0, "he contests a rejection" },
    { VERB_NUDGE, G | D, 0, NOTE, 0, "he urges" },
    { VERB_CANCEL, G | D, 0, NOTE, 0, "withdrawn" },
    { VERB_APPOINT, G | D, FROM | UNTIL, NOTE, 0, "a time is agreed with the customer (a dispatcher notes with whom)" },
    { VERB_DELIVERED, G, 0, NOTE, 0, "the engineer's name and phone have reached the reporter" },
    { VERB_QUOTE_ACCEPT, G | D, 0, OBJ | NOTE, 0, "he takes the price" },
    { VERB_QUOTE_DECLINE, G | D, NOTE, OBJ, 0, "he does not, and the ticket ends" },
    { VERB_SURVEY_ANSWER, G | D, AMOUNT, OBJ | NOTE, 0, "how he found it: 1 (bad) .. 5 (good)" },
    { VERB_COMPLAIN, G | D, NOTE, 0, 0, "he complains" },
    { VERB_NOTE, G | E | D, NOTE, 0, 0, "add words" },
};
/* clang-format on */

const struct verb_row *
verb_row(struct str name)
{
    enum verb v = verb_named(name);
    for (size_t i = 0; i < countof(rows); i++)
        if (rows[i].verb == v)
            return &rows[i];
    return NULL;
}

bool
verb_takes(const struct verb_row *v, enum detail d)
{
    return d == DETAIL_AT || ((v->needs | v->may) >> d & 1) != 0;
}

void
verb_reasons(const struct verb_row *v, struct buf *out)
{
    const char *between = "";
    for (unsigned r = 0; r < REASONS; r++)
        if (v->reasons >> r & 1) {
            buf_printf(out, "%s%s", between, reason_name(r));
            between = ", ";
        }
}

/* "[--until TIME]", "until TIME". */
static void
put_detail(struct buf *out, enum detail d, bool needed, bool as_option)
{
    const struct detail_row *r = &detail_rows[d];
    const char *open = needed ? "" : "[", *close = needed ? "" : "]";
    if (as_option)
        buf_printf(out, " %s--%s%s%s%s", open, r->option, r->value == NULL ? "" : " ",
                   r->value == NULL ? "" : r->value, close);
    else if (r->line != NULL)
        buf_printf(out, " %s%s%s", open, r->line, close);
}

void
verbs_print(FILE *to, enum role role, bool as_options)
{
    enum { COLUMN = 44 };
    struct buf line = { 0 };
    for (size_t i = 0; i < countof(rows); i++) {
        const struct verb_row *v = &rows[i];
        if ((v->roles >> role & 1) == 0)
            continue;
        buf_clear(&line);
        buf_printf(&line, "%s%s", verb_name(v->verb), as_options ? "" : " N");
        for (enum detail d = 0; d < DETAILS; d++)
            if (d != DETAIL_AT && verb_takes(v, d) &&
                !(as_options && d == DETAIL_NOTE && (v->may >> d & 1)))
                put_detail(&line, d, v->needs >> d & 1, as_options);
        bool fits = line.len <= COLUMN;
        fprintf(to, "  %-*s%s", COLUMN, buf_cstr(&line), fits ? "" : "\n  ");
        fprintf(to, "%-*s %s\n", fits ? 0 : COLUMN, "", v->what);
        buf_clear(&line);
        verb_reasons(v, &line);
        if (line.len > 0)
            fprintf(to, "  %-*s   REASON: %s\n", COLUMN, "", buf_cstr(&line));
    }
    buf_fini(&line);
}
