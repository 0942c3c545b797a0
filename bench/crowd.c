/* crowd.c - simulated people behind real clients.
 *
 *   report -> (offer -> accept | decline) -> depart -> arrive -> resolve -> approve | reopen
 *                          `-> delivered                         ^-------------------'
 *
 * An engineer's step is planned when the update that allows it is opened, and taken when its time
 * has come. What repeats (an update seen before) moves nobody. */
#include "bench/crowd.h"

#include "common/base/heap.h"
#include "common/io/clock.h"
#include "common/io/log.h"

#include <poll.h>
#include <stdio.h>

struct step {
    struct heap_at at;
    int64_t due; /* monotonic ms */
    uint64_t order;
    size_t member;
    const char *verb, *note, *reason;
    uint32_t seen;
    char territory[16];
    uint8_t ticket[16];
};

static bool
before(const struct heap_at *a, const struct heap_at *b)
{
    const struct step *x = container_of(a, const struct step, at),
                      *y = container_of(b, const struct step, at);
    return x->due != y->due ? x->due < y->due : x->order < y->order;
}

/* ---- who is there */

static void
join(struct crowd *c, const char *name, enum role role)
{
    static const char *brokers[BROKERS_MAX + 1];
    char key[600], spool[600], why[300] = "";
    if (c->members_count == MEMBERS_MAX)
        return;
    for (size_t i = 0; i < c->stage->conf.brokers_count; i++)
        brokers[i] = c->stage->conf.brokers[i];
    snprintf(key, sizeof(key), "%s/%s.key", c->stage->conf.keys_dir, name);
    snprintf(spool, sizeof(spool), "%s/%s",
             role == ROLE_GATEWAY && c->wish.on_disk ? c->stage->conf.spool_dir : c->stage->devices,
             name);
    struct member *m = &c->members[c->members_count++];
    const struct fl_options o = { .brokers = brokers,
                                  .broker_key = c->stage->conf.broker_public,
                                  .pool_key = c->stage->conf.pool_public,
                                  .key_file = key,
                                  .spool = spool,
                                  .software = "crowd",
                                  .window = 4096,
                                  .context = c->context };
    m->role = role;
    bool fits = str_fill(m->id.s, sizeof(m->id.s), str_of(name));
    assert(fits);
    if (fl_client_open(&m->client, &o, why, sizeof(why)) != FL_OK)
        die("%s: %s", name, why);
    fl_subscribe(m->client, role == ROLE_DISPATCHER);
}

void
crowd_open(struct crowd *c, struct stage *s, const struct crowd_wish *w)
{
    static const char *const gateways[] = { "gw-email", "gw-sms", "gw-phone", "gw-chat" };
    memset(c, 0, sizeof(*c));
    c->stage = s;
    c->wish = *w;
    c->rng.state = w->seed;
    c->context = fl_context_new();
    c->plans = zalloc(sizeof(*c->plans));
    heap_init(c->plans, before);
    map_init(&c->acked, 16);
    map_init(&c->fates, 16);
    map_init(&c->assigned, 16);
    map_init(&c->tickets, 16);
    for (size_t i = 0; i < countof(gateways); i++)
        join(c, gateways[i], ROLE_GATEWAY);
    c->gateways_count = c->members_count;
    for (unsigned i = 0; w->engineers && i < s->plan->engineers_count; i++)
        join(c, s->plan->engineers[i].id, ROLE_ENGINEER);
    if (w->watch)
        join(c, "dispatch-1", ROLE_DISPATCHER);
}

void
crowd_close(struct crowd *c)
{
    void *p;
    for (size_t i = 0; i < c->members_count; i++)
        fl_client_close(c->members[i].client);
    fl_context_free(c->context);
    for (struct heap_at *at; (at = heap_first(c->plans)) != NULL;) {
        heap_del(c->plans, at);
        free(container_of(at, struct step, at));
    }
    heap_fini(c->plans);
    free(c->plans);
    for (size_t i = 0; (p = map_next(&c->tickets, &i)) != NULL;)
        free(p);
    map_fini(&c->tickets);
    map_fini(&c->assigned);
    map_fini(&c->acked);
    map_fini(&c->fates);
}

size_t
crowd_pending(const struct crowd *c)
{
    return c->plans->count;
}

/* ---- what they say */

static const char *const words[] = {
    "No dial tone since this morning",
    "Elevator stuck between floors, nobody inside",
    "Router in the meter room blinks red, whole building offline",
    "\xe7\xa9\xba\xe8\xb0\x83\xe4\xb8\x8d\xe5\x88\xb6\xe5\x86\xb7\xef\xbc\x8c\xe6\x9c\xba\xe6\x88"
    "\xbf\xe6\xb8\xa9\xe5\xba\xa6\xe4\xb8\x8a\xe5\x8d\x87",
    "Server room smells of burning",
    "\xe7\xbd\x91\xe7\xbb\x9c\xe4\xb8\xad\xe6\x96\xad\xef\xbc\x8c\xe5\x85\xa8\xe9\x83\xa8\xe7\x94"
    "\xa8\xe6\x88\xb7\xe6\x97\xa0\xe6\xb3\x95\xe4\xb8\x8a\xe7\xbd\x91",
    "Street cabinet door is open",
    "Half of the phones at the front desk are dead",
};

bool
crowd_report(struct crowd *c)
{
    static const char *const sources[] = { "mail.support", "sms.4711", "phone.hotline",
                                           "chat.help" };
    struct rng *r = &c->rng;
    const struct plan *p = c->stage->plan;
    size_t g = (size_t)rng_below(r, c->gateways_count);
    char key[48];
    uint8_t id[16];
    int32_t lat = 422300000 + (int32_t)rng_below(r, 1700000),
            lon = -711900000 + (int32_t)rng_below(r, 2000000);
    bool at_site = p->sites_count > 0 && rng_below(r, 20) == 0;
    snprintf(key, sizeof(key), "%016llx-%llu", (unsigned long long)c->wish.seed,
             (unsigned long long)c->submitted);
    const struct fl_report report = {
        .source = sources[g],
        .message_key = key,
        .text = words[rng_below(r, countof(words))],
        .category = p->categories[rng_below(r, p->categories_count)].id,
        .contact = "+1 617 555 0100",
        .name = "Zhang Wei",
        .site = at_site ? p->sites[rng_below(r, p->sites_count)].id : NULL,
        .lat_e7 = at_site ? NULL : &lat,
        .lon_e7 = at_site ? NULL : &lon,
        .hint = -1,
    };
    int e = fl_report(c->members[g].client, &report, id);
    if (e == FL_ERR_FULL)
        return false;
    if (e != FL_OK)
        die("fl_report: %s", fl_error_text(e));
    c->submitted++;
    return true;
}

/* What is said besides may be added to the step that is returned. */
static struct step *
plan_step(struct crowd *c, size_t member, const struct fl_update *u, const char *verb)
{
    struct step *s = zalloc(sizeof(*s));
    unsigned mean = c->wish.step_ms;
    s->due = clock_mono_ms() + (mean == 0 ? 0 : (int64_t)rng_below(&c->rng, 2 * mean + 1));
    s->order = rng_next(&c->rng);
    s->member = member;
    s->verb = verb;
    snprintf(s->territory, sizeof(s->territory), "%s", u->territory);
    memcpy(s->ticket, u->ticket, 16);
    heap_set(c->plans, &s->at);
    return s;
}

static void
take_steps(struct crowd *c)
{
    int64_t now = clock_mono_ms();
    for (struct heap_at *at; (at = heap_first(c->plans)) != NULL;) {
        struct step *s = container_of(at, struct step, at);
        if (s->due > now)
            return;
        const struct fl_details details = { .reason = s->reason };
        struct fl_event e = { .territory = s->territory,
                              .verb = s->verb,
                              .note = s->note,
                              .seen = s->seen,
                              .details = &details };
        memcpy(e.ticket, s->ticket, 16);
        int code = fl_event(c->members[s->member].client, &e, NULL, NULL);
        if (code == FL_ERR_FULL)
            return;
        if (code != FL_OK)
            die("fl_event: %s", fl_error_text(code));
        heap_del(c->plans, at);
        free(s);
    }
}

/* ---- what they hear */

/* An engineer's next step after his own ticket has reached a state. */
static const struct {
    const char *state, *verb;
} next_steps[] = {
    { "accepted", "depart" },
    { "en_route", "arrive" },
    { "working", "resolve" },
};

static bool
has_skills(const struct plan_engineer *e, const struct plan_category *c)
{
    for (unsigned n = 0; n < c->needs_count; n++) {
        unsigned i = 0;
        while (i < e->skills_count && (strcmp(e->skills[i].skill, c->needs[n].skill) != 0 ||
                                       e->skills[i].level < c->needs[n].level))
            i++;
        if (i == e->skills_count)
            return false;
    }
    return true;
}

/* How many in the whole city could do a job of this category. */
static unsigned
colleagues(const struct plan *p, const char *category)
{
    unsigned count = 0;
    for (unsigned c = 0; c < p->categories_count; c++)
        for (unsigned e = 0; strcmp(p->categories[c].id, category) == 0 && e < p->engineers_count;
             e++)
            count += has_skills(&p->engineers[e], &p->categories[c]);
    return count;
}

/* Nobody declines what only he, or he and another one, can do. */
static bool
declines(struct crowd *c, const struct fl_update *u)
{
    return rng_below(&c->rng, 100) < c->wish.decline_pc &&
           colleagues(c->stage->plan, u->category) > 2;
}

static void
answer_offer(struct crowd *c, size_t member, const struct fl_update *u)
{
    static const char *const reasons[] = { "busy",  "far",      "skill", "parts",
                                           "shift", "conflict", "unfit" };
    if (declines(c, u))
        plan_step(c, member, u, "decline")->reason = reasons[rng_below(&c->rng, countof(reasons))];
    else
        plan_step(c, member, u, "accept");
}

static void
engineer_hears(struct crowd *c, size_t member, const struct fl_update *u)
{
    if (strcmp(u->kind, "offer") == 0)
        answer_offer(c, member, u);
    if (c->wish.finish && strcmp(u->kind, "ticket") == 0 && strcmp(u->state, "working") == 0)
        plan_step(c, member, u, "resolve"); /* the customer was not content */
    if (strcmp(u->kind, "verdict") != 0)
        return;
    if (u->refusal[0] != '\0') {
        c->verdicts_refused++;
        return;
    }
    for (size_t i = 0; c->wish.finish && i < countof(next_steps); i++)
        if (strcmp(u->state, next_steps[i].state) == 0)
            plan_step(c, member, u, next_steps[i].verb);
}

/* The customer hears who comes; and looks at the repair, which mostly holds. */
static void
customer_hears(struct crowd *c, size_t member, const struct fl_update *u)
{
    if (strcmp(u->state, "accepted") == 0 && u->name[0] != '\0' && u->phone[0] != '\0')
        plan_step(c, member, u, "delivered")->seen = u->version;
    if (strcmp(u->state, "resolved") != 0)
        return;
    if (rng_below(&c->rng, 100) < c->wish.reopen_pc)
        plan_step(c, member, u, "reopen")->note = "it is broken again";
    else
        plan_step(c, member, u, "approve");
}

static void
gateway_hears(struct crowd *c, size_t member, const struct fl_update *u)
{
    static char one;
    if (u->has_report && strcmp(u->kind, "verdict") != 0)
        map_put(&c->fates, u->report, &one);
    c->attached += strcmp(u->kind, "attached") == 0;
    if (strcmp(u->kind, "ticket") != 0)
        return;
    if (strcmp(u->state, "accepted") == 0 && map_put(&c->assigned, u->ticket, &one) == NULL)
        c->accepted++;
    if (c->wish.finish)
        customer_hears(c, member, u);
}

static void
lately_add(struct lately *l, int64_t ms)
{
    l->ms[l->count++ % countof(l->ms)] = ms;
}

static size_t
state_slot(const char *state)
{
    static const char *const names[] = { "received",  "triaged",  "queued",  "offered",
                                         "accepted",  "en_route", "working", "pending_customer",
                                         "held",      "resolved", "closed",  "rejected",
                                         "duplicate", "cancelled" };
    for (size_t i = 0; i < countof(names); i++)
        if (strcmp(state, names[i]) == 0)
            return i;
    return countof(names);
}

static void
dispatcher_hears(struct crowd *c, const struct fl_update *u)
{
    if (!u->has_ticket || u->state[0] == '\0')
        return;
    struct seen_ticket *t = map_get(&c->tickets, u->ticket);
    if (t == NULL) {
        t = zalloc(sizeof(*t));
        t->received_at = u->at;
        snprintf(t->number, sizeof(t->number), "%s", u->number);
        map_put(&c->tickets, u->ticket, t);
    } else {
        c->by_state[state_slot(t->state)]--;
    }
    snprintf(t->state, sizeof(t->state), "%s", u->state);
    snprintf(t->level, sizeof(t->level), "%s", u->level);
    c->by_state[state_slot(t->state)]++;
    if (!t->accepted && strcmp(u->state, "accepted") == 0) {
        t->accepted = true;
        lately_add(&c->accepted_after, clock_wall_ms() - t->received_at);
    }
}

/* Cuts a letter of which only the first octets fitted. */
static void
trim_letter(char *text)
{
    size_t len = strlen(text), at = len;
    while (at > 0 && ((unsigned char)text[at - 1] & 0xc0) == 0x80)
        at--;
    if (at == 0 || (unsigned char)text[at - 1] < 0xc0)
        return;
    unsigned char lead = (unsigned char)text[at - 1];
    size_t whole = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    if (len - (at - 1) < whole)
        text[at - 1] = '\0';
}

static void
remember(struct crowd *c, const struct member *m, const struct fl_update *u)
{
    char at[32], report[40], *to = c->latest[c->latest_count++ % LATEST_MAX];
    clock_text(at, u->at);
    snprintf(report, sizeof(report), "%s", u->text);
    trim_letter(report);
    snprintf(to, sizeof(c->latest[0]), "%.8s  %-11s %-10s %-16s %-9s %-15s %s %s", at + 11, m->id.s,
             u->kind, u->number, u->state, u->category, u->name, report);
    trim_letter(to);
}

static void
count_opened(struct member *m, const struct fl_update *u)
{
    size_t i = 0;
    while (i < m->opened_count && strcmp(m->opened[i].territory.s, u->territory) != 0)
        i++;
    if (i == m->opened_count) {
        assert(i < countof(m->opened));
        m->opened_count++;
        bool fits = str_fill(m->opened[i].territory.s, sizeof(m->opened[i].territory.s),
                             str_of(u->territory));
        assert(fits);
    }
    m->opened[i].count++;
    if (u->sequence > m->opened[i].highest)
        m->opened[i].highest = u->sequence;
}

static void
hear(struct crowd *c, size_t member, const struct fl_update *u)
{
    struct member *m = &c->members[member];
    if (u->repeated)
        return;
    c->updates++;
    lately_add(&c->told_after, clock_wall_ms() - u->at);
    /* the dispatchers' stream is counted apart from the dispatcher's own mailbox */
    bool watch = strcmp(u->recipient, "watch") == 0;
    if (!watch)
        count_opened(m, u);
    if (c->wish.latest)
        remember(c, m, u);
    if (m->role == ROLE_GATEWAY)
        gateway_hears(c, member, u);
    else if (m->role == ROLE_ENGINEER)
        engineer_hears(c, member, u);
    else
        dispatcher_hears(c, u);
}

static void
listen(struct crowd *c, size_t member)
{
    static char one;
    const struct fl_happening *h;
    fl_client_work(c->members[member].client);
    while ((h = fl_client_next(c->members[member].client)) != NULL) {
        if (h->kind == FL_UPDATE)
            hear(c, member, h->update);
        else if (h->kind == FL_ACCEPTED && !h->is_event)
            map_put(&c->acked, h->id, &one);
        else if (h->kind == FL_REFUSED)
            c->refused++;
        else if (h->kind == FL_UNSEALED)
            c->unsealed++;
        if (h->kind == FL_REFUSED || h->kind == FL_UNSEALED)
            log_warn("event=crowd member=%s said=%s", c->members[member].id.s,
                     log_quote(h->text, strlen(h->text)));
    }
}

void
crowd_turn(struct crowd *c, int wait_ms)
{
    struct pollfd fds[MEMBERS_MAX];
    const struct heap_at *first = heap_first(c->plans);
    if (first != NULL) {
        int64_t left = container_of(first, const struct step, at)->due - clock_mono_ms();
        wait_ms = left < 0 ? 0 : left < wait_ms ? (int)left : wait_ms;
    }
    for (size_t i = 0; i < c->members_count; i++) {
        int wait = fl_client_wait_ms(c->members[i].client);
        wait_ms = wait >= 0 && wait < wait_ms ? wait : wait_ms;
        fds[i] = (struct pollfd){ .fd = fl_client_fd(c->members[i].client), .events = POLLIN };
    }
    poll(fds, (nfds_t)c->members_count, wait_ms);
    for (size_t i = 0; i < c->members_count; i++)
        listen(c, i);
    take_steps(c);
}
