/* story.c - one ticket's whole story for people, part by part. */
#include "cli/story.h"

#include "common/io/clock.h"
#include "common/wire/names.h"
#include "workers/core/clocks.h"
#include "workers/core/life.h"

#include <inttypes.h>

void
story_time(char out[32], instant at)
{
    clock_text(out, at);
    out[19] = '\0';
}

const char *
story_level(const struct site *s, uint8_t level)
{
    return level < s->plan->levels_count ? s->plan->levels[level].id : "?";
}

const struct contract *
story_contract(const struct story *s)
{
    const struct rules *r = s->rules;
    return r != NULL && s->ticket->contract < r->contracts_count
               ? &r->contracts[s->ticket->contract]
               : NULL;
}

const char *
story_level_of(const struct story *s)
{
    const struct rules *r = s->rules;
    return r != NULL && s->ticket->level < r->levels_count ? r->levels[s->ticket->level].name
                                                           : story_level(s->site, s->ticket->level);
}

/* ---- the head */

static void
print_promise(const struct story *s)
{
    const struct contract *c = story_contract(s);
    printf("level     %s\nplan      version %" PRIu32 "%s\n", story_level_of(s), s->ticket->plan,
           s->rules == NULL ? " (not kept any more)" : "");
    if (c != NULL)
        printf("contract  %s %s\n", c->id, c->name);
}

static void
print_state(const struct ticket *t)
{
    printf("state     %s%s%s", state_name(t->state), t->silent ? " (the customer's silence)" : "",
           t->unqualified ? " (nobody qualified here or at any neighbour)" : "");
    if (t->wait != REASON_NONE)
        printf(" (%s)", reason_name(t->wait));
    char at[32];
    story_time(at, t->due);
    if (t->state == TICKET_PENDING_CUSTOMER && t->due != NEVER)
        printf(" until %s", at);
    putchar('\n');
}

static void
print_people(const struct ticket *t)
{
    if (!no_name(t->engineer))
        printf("engineer  %s %s %s%s%s\n", t->engineer.s, t->name, t->phone,
               no_name(t->home) ? "" : ", lent by ", t->home.s);
    if (t->arrival != ARRIVAL_NONE)
        printf("arrival   %s\n", arrival_name(t->arrival));
    if (!no_name(t->next.engineer))
        printf("asked     %s to take over\n", t->next.engineer.s);
    for (size_t i = 0; i < t->helpers_count; i++)
        printf("helper    %s%s\n", t->helpers[i].engineer.s,
               t->helpers[i].due == NEVER ? "" : " (asked)");
}

/* What was agreed, and who is planned for it while it waits. */
static void
print_visit(const struct ticket *t)
{
    const struct visit *v = &t->visit;
    char from[32], until[32];
    if (v->until == 0)
        return;
    story_time(from, v->from);
    story_time(until, v->until);
    printf("agreed    %s .. %s%s\n", from, until, v->missed ? " (missed)" : "");
    if (t->state > TICKET_QUEUED)
        return;
    story_time(from, v->leave_at);
    story_time(until, v->begin_at);
    if (no_name(v->planned))
        puts("planned   nobody yet");
    else
        printf("planned   %s leaves %s, begins %s%s\n", v->planned.s, from, until,
               v->open ? " (being offered)" : "");
}

static void
print_head(const struct story *s)
{
    const struct ticket *t = s->ticket;
    char number[32], at[32];
    number_of(number, atlas_code(s->site->atlas, s->territory), t->id);
    story_time(at, t->opened_at);
    printf("ticket    %s in %s, version %" PRIu32 "\n", number, s->territory.s, t->version);
    print_state(t);
    print_promise(s);
    printf("category  %s\nreceived  %s through %s\n", t->category.s, at, t->source.s);
    if (!no_name(t->site) || !no_name(t->customer))
        printf("site      %s %s\n", t->site.s, t->customer.s);
    if (place_known(t->place))
        printf("place     %.5f, %.5f\n", t->place.lat_e7 / 1e7, t->place.lon_e7 / 1e7);
    print_visit(t);
    print_people(t);
    if (t->repeats > 0)
        printf("repeats   %" PRIu32 "\n", t->repeats);
    if (t->nudges > 0)
        printf("nudges    %" PRIu32 "\n", t->nudges);
    printf("words     %.*s\n", STR_ARG(s->body->text));
    if (s->body->contact.len > 0 || s->body->name.len > 0)
        printf("reporter  %.*s %.*s\n", STR_ARG(s->body->name), STR_ARG(s->body->contact));
    if (s->body->device.len > 0)
        printf("device    %.*s\n", STR_ARG(s->body->device));
}

/* ---- promised times */

bool
story_read(const struct story *s, enum clock k, struct reading *out)
{
    const struct contract *c = story_contract(s);
    if (c == NULL || s->ticket->level >= LEVELS_MAX)
        return false;
    clock_read(k, &s->ticket->course, c, s->ticket->level, s->now, out);
    return out->state != CLOCK_ABSENT;
}

const char *const story_clock_states[] = {
    [CLOCK_ABSENT] = "absent", [CLOCK_WAITING] = "waiting", [CLOCK_RUNNING] = "running",
    [CLOCK_PAUSED] = "paused", [CLOCK_STOPPED] = "stopped", [CLOCK_VOID] = "void",
};

msec
story_used(const struct reading *r, instant now)
{
    instant to = r->stop != NEVER && r->stop < now ? r->stop : now;
    msec passed = to > r->start ? to - r->start : 0;
    return passed > r->excluded ? passed - r->excluded : 0;
}

bool
story_has_times(const struct reading *r)
{
    return r->state == CLOCK_RUNNING || r->state == CLOCK_PAUSED || r->state == CLOCK_STOPPED;
}

/* "3d 4h 5m", "4h 0m", "2m 7s". */
static void
length_text(char out[32], msec ms)
{
    long long s = (long long)(ms / 1000);
    if (s >= 86400)
        snprintf(out, 32, "%lldd %lldh %lldm", s / 86400, s / 3600 % 24, s / 60 % 60);
    else if (s >= 3600)
        snprintf(out, 32, "%lldh %lldm", s / 3600, s / 60 % 60);
    else
        snprintf(out, 32, "%lldm %llds", s / 60, s % 60);
}

static void
print_clock(const struct story *s, enum clock k)
{
    const struct contract *c = story_contract(s);
    struct reading r;
    char deadline[32], length[32];
    if (!story_read(s, k, &r))
        return;
    printf("  %-17s %-8s", clock_name(k), story_clock_states[r.state]);
    if (story_has_times(&r)) {
        story_time(deadline, r.deadline);
        length_text(length, story_used(&r, s->now));
        printf(" deadline %-19s used %s", r.deadline == NEVER ? "-" : deadline, length);
        length_text(length, r.excluded);
        if (r.excluded > 0)
            printf(", not counted %s", length);
    }
    int64_t penalty = clock_penalty(k, c, s->ticket->level, &r, s->now);
    if (r.broken)
        printf(", BROKEN");
    if (penalty > 0)
        printf(", penalty %" PRId64 ".%02" PRId64 " %s", penalty / 100, penalty % 100, c->currency);
    putchar('\n');
}

static void
print_clocks(const struct story *s)
{
    if (story_contract(s) != NULL)
        puts("\npromised times");
    for (enum clock k = 0; k < CLOCKS; k++)
        print_clock(s, k);
    for (size_t i = 0; i < s->ticket->course.excluded_count; i++) {
        const struct exclusion *x = &s->ticket->course.excluded[i];
        char from[32], to[32];
        story_time(from, x->from);
        story_time(to, x->to);
        printf("  not counted: %s .. %-19s %s\n", from, x->to == NEVER ? "" : to,
               reason_name(x->reason));
    }
}

/* ---- links and objects */

const char *const story_links[LINKS] = {
    [LINK_MASTER] = "follows its master",
    [LINK_SUCCESSOR] = "goes on as",
    [LINK_PREVIOUS] = "continues",
    [LINK_SAME] = "is the same as",
};

static void
print_links(const struct story *s)
{
    const struct ticket *t = s->ticket;
    if (t->links_count > 0)
        puts("\nlinked tickets");
    for (size_t i = 0; i < t->links_count; i++) {
        char number[32];
        number_of(number, atlas_code(s->site->atlas, s->territory), t->links[i].id);
        printf("  %s %s\n", story_links[t->links[i].kind], number);
    }
}

static void
print_sections(struct doc *d, const struct object *o)
{
    struct sections s;
    if (o->sections == 0 && o->text.len > 0)
        printf("      \"%.*s\"\n", STR_ARG(o->text));
    if (o->sections == 0 || body_get_sections(d, o->text, &s) != OK)
        return;
    for (unsigned i = 0; i < SECTIONS; i++)
        if (s.words[i].len > 0)
            printf("      %s: %.*s\n", section_name(i), STR_ARG(s.words[i]));
}

static void
print_objects(const struct ticket *t)
{
    struct doc d;
    doc_init(&d);
    if (t->objects_count > 0)
        puts("\nlinked objects");
    for (size_t i = 0; i < t->objects_count; i++) {
        const struct object *o = &t->objects[i];
        char at[32];
        story_time(at, o->at);
        printf("  #%-3u %-12s %-9s %s %s%s%s", o->number, object_kind_name(o->kind),
               object_state_name(o->state), at, o->who.s, o->name[0] == '\0' ? "" : "  ", o->name);
        if (o->amount >= 0)
            printf("  %" PRId64, o->amount);
        puts(o->warranty ? "  in warranty" : "");
        print_sections(&d, o);
    }
    doc_fini(&d);
}

/* ---- what happened, and who was considered */

static void
print_timeline(const struct ticket *ticket)
{
    puts("\ntimeline");
    for (size_t i = 0; i < ticket->timeline_count; i++) {
        const struct taken *step = &ticket->timeline[i];
        char at[32];
        story_time(at, step->at);
        if (i == TIMELINE_HEAD && ticket->fold.count > 0)
            printf("  ... %" PRIu32 " steps folded\n", ticket->fold.count);
        printf("  %s  %-12s %-16s -> %-16s %s", at, verb_name(step->verb), state_name(step->from),
               state_name(step->to), step->who.s);
        if (step->reason != REASON_NONE)
            printf("  (%s)", reason_name(step->reason));
        if (step->object != 0)
            printf("  #%u", step->object);
        if (step->note_len > 0)
            printf("  \"%.*s\"", (int)step->note_len, step->note);
        putchar('\n');
    }
}

static void
print_considered(const struct ticket *ticket)
{
    puts("\nconsidered at the last decision");
    for (size_t i = 0; i < ticket->considered_count; i++) {
        const struct considered *c = &ticket->considered[i];
        printf("  %-10s %-34s", c->engineer.s, considered_text(c->why));
        if (c->distance_m != DISTANCE_UNKNOWN)
            printf(" %6.1f km", c->distance_m / 1000.0);
        printf("  carries %u\n", c->load);
    }
    bool waits = ticket->state == TICKET_QUEUED && ticket->visit.until != 0 && !ticket->visit.open;
    if (waits)
        puts("  nobody yet: it waits for the agreed time");
    else if (ticket->considered_count == 0)
        puts("  nobody: no engineer of this territory has the skills");
}

void
story_print(const struct story *s)
{
    print_head(s);
    print_clocks(s);
    print_links(s);
    print_objects(s->ticket);
    print_timeline(s->ticket);
    print_considered(s->ticket);
}
