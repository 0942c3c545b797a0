/* report.c - a report comes in: known, changed under a known id, a repeat of an open ticket, or the
 * beginning of a new one. Each id has its effect once, for ever. */
#include "workers/core/place.h"
#include "workers/core/state.h"

static struct update *
answer(struct engine *e, enum update_kind kind, const struct report *r)
{
    struct update *u = post_new(e, kind, r->gateway);
    if (u != NULL)
        u->report = r->id;
    return u;
}

static struct outcome *
outcome(struct engine *e, enum outcome_kind kind, const struct report *r, struct ticket_id t)
{
    struct outcome *o = post_outcome(e, kind, t);
    o->report = r->id;
    o->who = r->gateway;
    return o;
}

/* What is known of a report's ticket, open or over. */
static void
describe(struct engine *e, struct update *u, struct ticket_id t)
{
    const struct job *j = job_find(e, t);
    if (j != NULL) {
        post_describe(e, u, j, j->t.state != TICKET_OFFERED);
        return;
    }
    struct report_id opener;
    memcpy(opener.b, t.b, sizeof(opener.b));
    const struct known_report *k = known_find(&e->known, opener);
    u->ticket = t;
    ticket_number(u->number, e->rules->code, t);
    if (k != NULL)
        u->state = k->end;
}

static void
take_again(struct engine *e, const struct report *r, const struct known_report *k)
{
    struct ticket_id t = k->ticket;
    outcome(e, OUTCOME_DUPLICATE, r, t);
    struct update *u = answer(e, UPDATE_DUPLICATE, r);
    if (u != NULL)
        describe(e, u, t);
}

static void
quarantine(struct engine *e, const struct report *r, const struct known_report *k)
{
    static const char why[] = "a report of this id is known with other content";
    struct ticket_id t = k->ticket;
    outcome(e, OUTCOME_QUARANTINED, r, t);
    struct update *u = answer(e, UPDATE_QUARANTINED, r);
    if (u != NULL) {
        describe(e, u, t);
        u->why = STR(why);
    }
    u = post_new(e, UPDATE_ALARM, WATCH);
    describe(e, u, t);
    u->report = r->id;
    u->why = STR(why);
}

static void
attach(struct engine *e, const struct report *r, struct job *j)
{
    known_add(&e->known, r->id, r->digest, j->t.id);
    if (wait_recurs(e, j, r->occurred_at))
        wait_recur(e, j, r->occurred_at);
    ticket_repeat(&j->t, r->id, r->gateway);
    j->t.version++;
    job_show(e, j);
    outcome(e, OUTCOME_ATTACHED, r, j->t.id)->version = j->t.version;
    struct update *u = answer(e, UPDATE_ATTACHED, r);
    if (u != NULL)
        post_describe(e, u, j, j->t.state != TICKET_OFFERED);
}

/* -1: none is asked for. */
static bool
has_word(const struct report *r, int16_t word)
{
    return word < 0 || (word < WORDS_RULES_MAX && (r->words >> word & 1));
}

static int
by_text(const void *key, const void *item)
{
    return memcmp(key, item, sizeof(struct site_id)); /* ids are first members; all are 32 bytes */
}
_Static_assert(sizeof(struct site_id) == sizeof(struct customer_id), "by_text");

/* The rule of this id among `count`, sorted; NULL: none. Each begins with its id. */
static const void *
rule_of(const void *id, const void *list, size_t count, size_t size)
{
    return count == 0 ? NULL : bsearch(id, list, count, size, by_text);
}

uint8_t
report_contract(const struct rules *rules, struct site_id site, struct customer_id customer)
{
    const struct site_rule *s = rule_of(&site, rules->sites, rules->sites_count, sizeof(*s));
    if (s != NULL && s->contract != NO_INDEX_8)
        return s->contract;
    const struct customer_rule *c =
        rule_of(&customer, rules->customers, rules->customers_count, sizeof(*c));
    return c != NULL ? c->contract : 0;
}

/* Whoever the report names, else the site's owner. */
static struct customer_id
customer_of(const struct rules *rules, const struct report *r)
{
    const struct site_rule *s = rule_of(&r->site, rules->sites, rules->sites_count, sizeof(*s));
    return no_name(r->customer) && s != NULL ? s->customer : r->customer;
}

/* Four digits that the customer knows and the engineer does not: from the report's keyed digest. */
static void
arrival_code(char code[8], const uint8_t digest[16])
{
    unsigned n = ((unsigned)digest[0] << 16 | (unsigned)digest[1] << 8 | digest[2]) % 10000;
    for (size_t i = 4; i-- > 0; n /= 10)
        code[i] = (char)('0' + n % 10);
}

/* The first level rule that fits; else the category's own level. */
static uint8_t
level_of(const struct rules *rules, const struct report *r, struct category_id c, uint8_t contract,
         uint8_t level)
{
    for (size_t i = 0; i < rules->level_rules_count; i++) {
        const struct level_rule *l = &rules->level_rules[i];
        if (!no_name(l->category) && !same_id(l->category, c))
            continue;
        if (l->hint >= 0 && l->hint != r->hint)
            continue;
        if (l->contract != NO_INDEX_8 && l->contract != contract)
            continue;
        if (!has_word(r, l->words) || !has_word(r, l->device) || (l->down && !r->down))
            continue;
        if (r->affected_pct < l->affected_pct || r->lost_pct < l->lost_pct)
            continue;
        level = l->level;
        break;
    }
    return level < rules->levels_count ? level : (uint8_t)(rules->levels_count - 1);
}

/* The customer says what it continues: both tickets say so, if the older one is still at hand. */
static void
link_back(struct engine *e, struct job *j, struct ticket_id older)
{
    struct job *before = job_find(e, older);
    if (same_id(older, (struct ticket_id){ { 0 } }) || before == j)
        return;
    bool linked = ticket_links(&j->t, LINK_PREVIOUS, older);
    assert(linked); /* its first */
    if (before == NULL || !ticket_links(&before->t, LINK_SUCCESSOR, j->t.id))
        return;
    step_take(e, before, &(struct move){ .verb = VERB_LINK });
}

static void
open_ticket(struct engine *e, const struct report *r, size_t slot, struct category_id category)
{
    struct ticket_id id = ticket_of(r->id);
    const struct category *c = e->roster.slots[slot].category;
    known_add(&e->known, r->id, r->digest, id);
    struct job *j = job_new(e, id);
    struct ticket *t = &j->t;
    j->slot = slot;
    t->version = 1;
    t->contract = report_contract(e->rules, r->site, r->customer);
    t->level = level_of(e->rules, r, category, t->contract, c == NULL ? 0 : c->level);
    t->category = category;
    t->site = r->site;
    t->customer = customer_of(e->rules, r);
    t->source = r->source;
    t->place = r->place;
    t->opened_at = e->at;
    course_init(&t->course, step_believed(e, r->occurred_at));
    if (visit_fits(e, r->from, r->until))
        visit_agree(e, j, r->from, r->until, t->course.received_at);
    t->plan = e->rules->version;
    memcpy(t->lang, r->lang, sizeof(t->lang));
    t->paged_level = t->level;
    arrival_code(t->code, r->digest);
    t->occurred_at = r->occurred_at;
    if (!no_name(r->gateway))
        t->gateways[t->gateways_count++] = r->gateway;
    if (r->text.len > 0)
        t->text = str_bytes(memcpy(grow(NULL, r->text.len), r->text.at, r->text.len), r->text.len);
    job_enter(e, j);
    outcome(e, OUTCOME_OPENED, r, id)->version = t->version;
    post_level(e, j);
    link_back(e, j, r->follows);

    step_take(e, j, &(struct move){ .verb = VERB_TRIAGE });
    if (c != NULL && c->preprocess_ms > 0) {
        t->due = instant_after(e->at, c->preprocess_ms);
    } else {
        step_take(e, j, &(struct move){ .verb = VERB_QUEUE });
        offer_seek(e, j);
        board_settle(e, SLICE); /* the answer says what has become of it */
    }
    struct update *u = answer(e, UPDATE_OPENED, r);
    if (u != NULL) {
        post_describe(e, u, j, false);
        memcpy(u->code, t->code, sizeof(u->code));
    }
    links_outage(e, j);
}

void
report_apply(struct engine *e, const struct event *ev)
{
    struct report r = ev->report;
    const struct known_report *k = known_find(&e->known, r.id);
    if (k != NULL) {
        bool same = memcmp(k->digest, r.digest, sizeof(r.digest)) == 0;
        (same ? take_again : quarantine)(e, &r, k);
        return;
    }
    r.place = place_checked(r.place);
    if (r.occurred_at > INSTANT_MAX || r.occurred_at < -INSTANT_MAX)
        r.occurred_at = e->at;
    size_t slot = roster_slot(&e->roster, r.category);
    const struct category *c = e->roster.slots[slot].category;
    struct category_id category = c == NULL ? r.category : c->id;
    bool repeats = c == NULL || !c->installation; /* each installation is an order of its own */
    struct job *j = repeats ? job_repeated(e, &r, category) : NULL;
    if (j != NULL)
        attach(e, &r, j);
    else
        open_ticket(e, &r, slot, category);
}
