/* ledger.c - an independent count of what the log says. */
#include "bench/ledger.h"

#include "common/io/log.h"
#include "common/store/history.h"
#include "common/wire/body.h"
#include "common/wire/key.h"
#include "common/wire/log.h"

#include <stdio.h>

struct fate {
    uint8_t effects; /* times it opened a ticket or was attached */
    bool opened, accepted, unqualified;
    bool ended; /* solved, over, or in its master's hands: needs nobody of its own */
};

struct sent {
    char who[64]; /* territory/recipient */
    uint64_t count;
};

struct reader {
    struct ledger *ledger;
    struct crowd *crowd;
    struct territory_id territory;
    struct seal_key key;
    struct map fates; /* report or ticket id -> struct fate, owned */
    struct sent *sent;
    size_t sent_count, sent_cap;
    struct doc doc;
    struct arena arena;
    struct buf ad, plain;
};

static struct fate *
fate_of(struct reader *r, const void *id)
{
    struct fate *f = map_get(&r->fates, id);
    if (f == NULL) {
        f = zalloc(sizeof(*f));
        map_put(&r->fates, id, f);
    }
    return f;
}

static void
read_outcome(struct reader *r, const struct outcome *o)
{
    switch (o->kind) {
    case OUTCOME_OPENED:
        fate_of(r, o->report.b)->opened = true;
        fate_of(r, o->report.b)->effects++;
        if (o->event.counter == 0)
            r->ledger->tickets++;
        else
            r->ledger->linked++;
        break;
    case OUTCOME_ATTACHED:
        fate_of(r, o->report.b)->effects++;
        r->ledger->attached++;
        break;
    case OUTCOME_DUPLICATE:
        r->ledger->duplicates++;
        break;
    case OUTCOME_QUARANTINED:
        fate_of(r, o->report.b);
        r->ledger->quarantined++;
        break;
    case OUTCOME_STEP:
        if (o->verb == VERB_ACCEPT)
            fate_of(r, o->ticket.b)->accepted = true;
        if (o->to >= TICKET_RESOLVED || o->verb == VERB_JOIN)
            fate_of(r, o->ticket.b)->ended = true;
        break;
    case OUTCOME_UNQUALIFIED:
        fate_of(r, o->ticket.b)->unqualified = true;
        break;
    case OUTCOME_ALARM:
    case OUTCOME_CORRECTED:
    case OUTCOME_LEVEL:
    case OUTCOME_REFUSED:
    case OUTCOME_REPEATED:
    case OUTCOME_ASSIST:
    case OUTCOME_PLAN:
    case OUTCOMES:
        break;
    }
}

static void
read_letter(struct reader *r, const struct log_letter *l)
{
    char who[64];
    size_t i = 0;
    snprintf(who, sizeof(who), "%s/%s", r->territory.s, l->who.s);
    while (i < r->sent_count && strcmp(r->sent[i].who, who) != 0)
        i++;
    if (i == r->sent_count) {
        r->sent = grow_array(r->sent, r->sent_count, &r->sent_cap, sizeof(*r->sent));
        r->sent[r->sent_count++] = (struct sent){ .count = 0 };
        memcpy(r->sent[i].who, who, sizeof(who));
    }
    r->sent[i].count += l->count;
}

static enum err
read_entry(void *context, const struct log_entry *e)
{
    struct reader *r = context;
    struct log_record record;
    struct buf key = { 0 };
    buf_put_u64(&key, e->version);
    buf_clear(&r->ad);
    buf_clear(&r->plain);
    arena_clear(&r->arena);
    ad_rest(&r->ad, "log", r->territory, buf_str(&key));
    buf_fini(&key);
    if (unseal(&r->plain, &r->key, buf_str(&r->ad), e->sealed) != OK ||
        log_get(&r->doc, &r->arena, buf_str(&r->plain), &record) != OK) {
        r->ledger->unreadable++;
        return OK;
    }
    for (size_t i = 0; i < record.outcomes_count; i++)
        read_outcome(r, &record.outcomes[i]);
    for (size_t i = 0; i < record.letters_count; i++)
        read_letter(r, &record.letters[i]);
    return OK;
}

static void
on_fault(void *context, const char *words)
{
    const struct reader *r = context;
    die("the log of %s: %s", r->territory.s, words);
}

static void
count_reports(struct reader *r)
{
    struct fate *f;
    void *one;
    for (size_t i = 0; (f = map_next(&r->fates, &i)) != NULL;) {
        r->ledger->duplicated += f->effects > 1;
        r->ledger->assigned += f->opened && f->accepted;
        r->ledger->unassigned += f->opened && !f->accepted && !f->unqualified && !f->ended;
    }
    for (size_t i = 0; (one = map_next(&r->crowd->acked, &i)) != NULL;)
        r->ledger->lost += map_get(&r->fates, map_key(&r->crowd->acked, i)) == NULL;
}

/* What was sent to each member, against what he opened; and what still waits for him. */
static void
count_updates(struct reader *r, struct store *store)
{
    const struct territory_id *territories;
    size_t count = atlas_territories(r->crowd->stage->atlas, &territories);
    for (size_t m = 0; m < r->crowd->members_count; m++) {
        const struct member *member = &r->crowd->members[m];
        for (size_t t = 0; t < count; t++) {
            char who[64];
            uint64_t sent = 0, opened = 0;
            snprintf(who, sizeof(who), "%s/%s", territories[t].s, member->id.s);
            for (size_t i = 0; i < r->sent_count; i++)
                if (strcmp(r->sent[i].who, who) == 0)
                    sent = r->sent[i].count;
            for (size_t i = 0; i < member->opened_count; i++)
                if (same_id(member->opened[i].territory, territories[t]))
                    opened = member->opened[i].count;
            r->ledger->updates += sent;
            r->ledger->unopened += sent > opened ? sent - opened : opened - sent;
            const struct str words[] = { STR("XLEN"),
                                         str_of(key_mail(territories[t], member->id).s) };
            struct reply reply;
            if (redis_ask(store_redis(store), 10000, 2, words, &reply) != OK)
                die("the store does not answer");
            r->ledger->left += (uint64_t)reply_number(reply);
            reply_free(&reply);
        }
    }
}

void
ledger_count(struct ledger *l, struct crowd *c)
{
    struct reader r = { .ledger = l, .crowd = c };
    const struct territory_id *territories;
    size_t count = atlas_territories(c->stage->atlas, &territories);
    struct fate *f;
    memset(l, 0, sizeof(*l));
    map_init(&r.fates, 16);
    doc_init(&r.doc);
    seal_key_storage(&r.key, c->stage->pool, "log");
    for (size_t i = 0; i < count; i++) {
        r.territory = territories[i];
        const struct history_reader reader = { read_entry, on_fault, NULL, &r };
        enum err e = history_log(c->stage->store, c->stage->conf.archive, territories[i], &reader);
        if (e != OK)
            die("reading the log of %s: %s", territories[i].s, err_text(e));
    }
    count_reports(&r);
    count_updates(&r, c->stage->store);
    for (size_t i = 0; (f = map_next(&r.fates, &i)) != NULL;)
        free(f);
    map_fini(&r.fates);
    free(r.sent);
    doc_fini(&r.doc);
    arena_fini(&r.arena);
    buf_fini(&r.ad);
    buf_fini(&r.plain);
}
