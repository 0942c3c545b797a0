/* answer.h - what a customer's reply asks for: the verb of the first words that a table knows, in
 * Chinese and English; what none knows is a note. Pure. */
#ifndef GATEWAYS_EMAIL_ANSWER_H
#define GATEWAYS_EMAIL_ANSWER_H

#include "common/base/str.h"

struct answer {
    const char *verb; /* "nudge", "approve", "reopen", "survey_answer", ..., "note" */
    int64_t score;    /* 1 .. 5 of a survey_answer; else 0 */
};

/* `words` is the reply without quotes, `state` the ticket's as last told ("" unknown). */
struct answer answer_of(struct str words, const char *state);

#endif
