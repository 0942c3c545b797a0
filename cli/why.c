/* why.c - a decision in words, for whoever is woken by it: who has the ticket or whom it waits for,
 * what that costs in minutes by the plan's weights, against whom and by how much, and why it was
 * none of the others. */
#include "cli/story.h"

#include "common/io/clock.h"
#include "workers/core/cost.h"

/* What a term of the cost is, for people who have not read the plan. By cost_text's order. */
static const char *const meanings[COST_TERMS] = {
    "the time on the way",
    "the chance of missing a promised time, and by how much",
    "the customer's waiting until somebody is there",
    "skills that would lie idle, and that few others have",
    "the share of work that falls on one person",
    "the contract or the category prefers others, or an offer was missed",
    "turned back on the way to another ticket",
};

/* Sixteenths of a second, as people count. */
static double
minutes(int64_t cost)
{
    return (double)cost / (COST_SECOND * 60);
}

/* "2026-11-21 03:40 UTC" */
static void
put_time(char out[32], instant at)
{
    clock_text(out, at);
    out[10] = ' ';
    memcpy(&out[16], " UTC", 5);
}

static void
put_person(struct buf *out, const struct considered *c)
{
    buf_printf(out, "%s, ", c->engineer.s);
    if (c->distance_m != DISTANCE_UNKNOWN)
        buf_printf(out, "%.1f km away", c->distance_m / 1000.0);
    else
        buf_printf(out, "at an unknown distance");
    buf_printf(out, ", carrying %u", c->load);
}

/* ---- how it stands */

static void
put_hand(struct buf *out, const struct ticket *t)
{
    char until[32];
    bool offered = t->state == TICKET_OFFERED, ended = t->state >= TICKET_RESOLVED;
    put_time(until, t->due);
    buf_printf(out, "%s%s", offered ? "Offered to " : "", t->engineer.s);
    if (t->name[0] != '\0')
        buf_printf(out, " (%s%s%s)", t->name, t->phone[0] == '\0' ? "" : ", ", t->phone);
    if (!no_name(t->home))
        buf_printf(out, ", lent by %s", t->home.s);
    if (offered)
        buf_printf(out, ", who has until %s to answer.\n", until);
    else
        buf_printf(out, " %s.\n", ended ? "had it to the end" : "has it");
}

static void
put_waiting(struct buf *out, const struct ticket *t)
{
    char until[32];
    put_time(until, t->due);
    if (t->state == TICKET_TRIAGED && t->due != NEVER)
        buf_printf(out, "The desk keeps it: it is offered to nobody before %s.\n", until);
    else if (t->state >= TICKET_RESOLVED)
        buf_printf(out, "It ended without an engineer.\n");
    else
        buf_printf(out, "It waits; nobody has it.\n");
    if (t->state != TICKET_QUEUED)
        return;
    if (t->unqualified)
        buf_printf(out, "Nobody here or at any neighbour has the skills.\n");
    else if (!no_name(t->asked))
        buf_printf(out, "Territory %s has been asked for somebody%s.\n", t->asked.s,
                   t->busy ? "; another one has somebody who is busy" : "");
    else if (t->busy)
        buf_printf(out, "A neighbour has somebody, who is busy; it is asked again.\n");
}

/* ---- the first of them, and what he costs */

static void
put_margin(struct buf *out, const struct grounds *r)
{
    bool named = !no_name(r->other);
    if (r->margin == GROUNDS_ALONE)
        buf_printf(out, "Nobody else could do it.\n");
    else if (r->margin >= 0)
        buf_printf(out, "The next best%s%s%s would cost %.1f minutes more.\n", named ? ", " : "",
                   r->other.s, named ? "," : "", minutes(r->margin));
    else
        buf_printf(out,
                   "%s would cost %.1f minutes less for this ticket alone, and is needed more "
                   "elsewhere.\n",
                   named ? r->other.s : "Another", minutes(-r->margin));
}

static void
put_grounds(struct buf *out, const struct grounds *r)
{
    int64_t sum = 0;
    buf_printf(out, "What that costs, in minutes by the plan's weights:\n");
    for (size_t i = 0; i < COST_TERMS; i++) {
        sum += r->terms[i];
        if (r->terms[i] != 0)
            buf_printf(out, "  %-12s %8.1f   %s\n", cost_text(i), minutes(r->terms[i]),
                       meanings[i]);
    }
    buf_printf(out, "  %-12s %8.1f\n", "in all", minutes(sum));
    put_margin(out, r);
}

static void
put_first(struct buf *out, const struct ticket *t, const struct considered *first)
{
    char departs[32];
    bool chosen = first->why == WHY_CHOSEN;
    buf_printf(out, chosen ? "Chosen: " : "It waits for ");
    put_person(out, first);
    put_time(departs, t->grounds.departs);
    if (!chosen && t->has_grounds && t->grounds.departs != 0 && t->grounds.departs != NEVER)
        buf_printf(out, ", who should be free at about %s", departs);
    buf_printf(out, ".\n");
}

/* ---- the others */

static void
put_others(struct buf *out, const struct ticket *t, size_t from)
{
    if (t->considered_count > from)
        buf_printf(out, from > 0 ? "Not the others:\n" : "Why not:\n");
    for (size_t i = from; i < t->considered_count; i++) {
        const struct considered *c = &t->considered[i];
        buf_printf(out, "  ");
        put_person(out, c);
        buf_printf(out, ": %s.\n", considered_text(c->why));
    }
    if (t->considered_count == CONSIDERED_MAX)
        buf_printf(out, "  (no more than %d are kept)\n", CONSIDERED_MAX);
}

void
why_words(const struct ticket *t, struct buf *out)
{
    const struct considered *first = t->considered;
    size_t count = t->considered_count;
    bool told = count > 0 && (first->why == WHY_CHOSEN || first->why == WHY_AWAITED);
    if (no_name(t->engineer))
        put_waiting(out, t);
    else
        put_hand(out, t);
    if (!no_name(t->pinned))
        buf_printf(out, "A dispatcher keeps it for %s.\n", t->pinned.s);
    if (count == 0)
        buf_printf(out, "Nobody was considered: no engineer of this territory has the skills.\n");
    else if (told)
        put_first(out, t, first);
    else
        buf_printf(out, "Nobody could be chosen.\n");
    if (t->has_grounds)
        put_grounds(out, &t->grounds);
    put_others(out, t, told);
}

/* ---- for scripts */

static int64_t
seconds(int64_t cost)
{
    return (cost + (cost < 0 ? -COST_SECOND / 2 : COST_SECOND / 2)) / COST_SECOND;
}

static struct json *
json_of_considered(const struct ticket *t)
{
    struct json *list = json_array_new();
    for (size_t i = 0; i < t->considered_count; i++) {
        const struct considered *c = &t->considered[i];
        struct json *j = json_object_new();
        json_put_text(j, "engineer", c->engineer.s);
        json_put_text(j, "why", considered_text(c->why));
        json_put_number(j, "load", c->load);
        if (c->distance_m != DISTANCE_UNKNOWN)
            json_put_number(j, "distance_m", c->distance_m);
        json_append(list, &j);
    }
    return list;
}

void
why_json(const struct ticket *t, struct json *j)
{
    struct json *considered = json_of_considered(t), *terms = json_object_new();
    int64_t sum = 0;
    json_put(j, "considered", &considered);
    json_put_text(j, "pinned", t->pinned.s);
    for (size_t i = 0; i < COST_TERMS; i++) {
        sum += t->grounds.terms[i];
        json_put_number(terms, cost_text(i), seconds(t->grounds.terms[i]));
    }
    if (!t->has_grounds) {
        json_free(&terms);
        return;
    }
    json_put(j, "terms", &terms);
    json_put_number(j, "cost", seconds(sum));
    if (t->grounds.margin != GROUNDS_ALONE)
        json_put_number(j, "margin", seconds(t->grounds.margin));
    json_put_text(j, "next_best", t->grounds.other.s);
    if (t->grounds.departs != NEVER)
        json_put_time(j, "departs", t->grounds.departs);
}
