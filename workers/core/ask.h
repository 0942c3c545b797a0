/* ask.h - questions to a territory's engine, for whoever shows people what it thinks. They change
 * nothing, and are about the minute of the last event. */
#ifndef CORE_ASK_H
#define CORE_ASK_H

#include "workers/core/engine.h"
#include "workers/core/seat.h"
#include "workers/core/ticket.h"

/* One that is open or not yet settled; borrowed until the next engine_apply. false: none such. */
bool ask_ticket(const struct engine *e, struct ticket_id id, struct engine_look *out);
/* For whom a ticket waits, by a dispatcher's word or by the matching; none: for nobody. */
struct engineer_id ask_awaited(const struct engine *e, struct ticket_id id);
/* Might he take it? WHY_CHOSEN: he could now; WHY_AWAITED: once he has room; else why not.
 * CONSIDERED_WHYS: no such ticket, or not one of ours. */
enum considered_why ask_why(const struct engine *e, struct ticket_id id, struct engineer_id x);
/* What he has in hand, in the order in which he does it, and by when. At most ERRANDS_MAX; 0: it is
 * nothing, or too much to foresee. */
size_t ask_errands(const struct engine *e, struct engineer_id x, struct errand out[ERRANDS_MAX]);
/* What is known here of the way and of the work. `metres` straight; may be NULL. */
msec ask_travel(const struct engine *e, struct place from, struct place to, instant at,
                int64_t *metres);
msec ask_service(const struct engine *e, struct category_id c, struct engineer_id x);

#endif
