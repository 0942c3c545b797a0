/* answer.h - what a customer's reply by mail asks for: the wish in its first line, when that is
 * short; a letter is not read by a table, its words go to the ticket as a note. Pure. */
#ifndef GATEWAYS_EMAIL_ANSWER_H
#define GATEWAYS_EMAIL_ANSWER_H

#include "common/base/str.h"

struct answer {
    const char *verb; /* "nudge", "approve", "reopen", "survey_answer", ..., "note" */
    int64_t score;    /* 1 .. 5 of a survey_answer; else 0 */
};

/* `words` is the reply without quotes, `state` the ticket's as last told ("" unknown); NULL: that
 * in which the reply would most likely be written. */
struct answer answer_of(struct str words, const char *state);

#endif
