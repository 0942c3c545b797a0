/* ticket.c - what can be done to a ticket's record without knowing the territory. */
#include "workers/core/ticket.h"

const char *
considered_text(enum considered_why w)
{
    static const char *const texts[CONSIDERED_WHYS] = {
        [WHY_CHOSEN] = "chosen",
        [WHY_OUTRANKED] = "could, but another fits better",
        [WHY_MISSED] = "did not answer the last offer",
        [WHY_OFF_DUTY] = "off duty",
        [WHY_FULL] = "carries as many tickets as allowed",
        [WHY_DECLINED] = "declined",
        [WHY_UNSKILLED] = "lacks a skill or its level",
        [WHY_EXPIRED] = "a skill has expired",
        [WHY_UNCERTIFIED] = "lacks a valid certificate",
        [WHY_NO_PARTS] = "lacks parts",
        [WHY_UNPREFERRED] = "lacks a preferred skill, for now",
        [WHY_BANNED] = "banned by the contract",
        [WHY_FAR] = "out of reach",
        [WHY_AWAITED] = "worth waiting for",
        [WHY_SHIFT_ENDS] = "the shift ends first",
    };
    return (unsigned)w < CONSIDERED_WHYS ? texts[w] : "";
}

void
ticket_init(struct ticket *t, instant received_at)
{
    *t = (struct ticket){ .due = NEVER, .ended_at = NEVER, .next.due = NEVER };
    course_init(&t->course, received_at);
    for (size_t i = 0; i < CLOCKS; i++)
        t->pages[i].again_at = NEVER;
}

void
ticket_fini(struct ticket *t)
{
    for (size_t i = 0; i < t->timeline_count; i++)
        free(t->timeline[i].note);
    free(t->timeline);
    free(t->considered);
    free(t->refusers);
    for (size_t i = 0; i < t->objects_count; i++)
        free((char *)(uintptr_t)t->objects[i].text.at);
    free(t->objects);
    free((char *)(uintptr_t)t->text.at);
    *t = (struct ticket){ 0 };
}

struct str
ticket_note(struct str words)
{
    if (words.len <= NOTE_MAX)
        return words;
    size_t len = NOTE_MAX;
    while (len > 0 && ((uint8_t)words.at[len] & 0xc0) == 0x80)
        len--;
    return str_bytes(words.at, len > 0 ? len : NOTE_MAX);
}

/* Folds the oldest step after the head into the sum. */
static void
fold_one(struct ticket *t)
{
    struct taken *s = &t->timeline[TIMELINE_HEAD];
    t->fold.count++;
    t->fold.version = s->version;
    t->fold.occurred_at = s->occurred_at;
    free(s->note);
    t->timeline_count--;
    memmove(s, s + 1, (t->timeline_count - TIMELINE_HEAD) * sizeof(*s));
}

void
ticket_take(struct ticket *t, const struct taken *step, struct str note)
{
    if (t->timeline_count == TIMELINE_MAX)
        fold_one(t);
    if (t->timeline_count == t->timeline_cap) {
        t->timeline_cap = t->timeline_cap == 0 ? 4 : t->timeline_cap * 2;
        t->timeline = grow(t->timeline, t->timeline_cap * sizeof(*t->timeline));
    }
    struct taken *s = &t->timeline[t->timeline_count];
    *s = *step;
    if (t->timeline_count > 0 && s->occurred_at < s[-1].occurred_at)
        s->occurred_at = s[-1].occurred_at;
    s->note_len = (uint32_t)ticket_note(note).len;
    s->note = NULL;
    if (s->note_len > 0)
        s->note = memcpy(grow(NULL, s->note_len), note.at, s->note_len);
    t->timeline_count++;
}

const struct link *
ticket_link(const struct ticket *t, enum link_kind kind)
{
    for (size_t i = 0; i < t->links_count; i++)
        if (t->links[i].kind == kind)
            return &t->links[i];
    return NULL;
}

bool
ticket_links(struct ticket *t, enum link_kind kind, struct ticket_id id)
{
    struct link l = { (uint8_t)kind, id };
    for (size_t i = 0; i < t->links_count; i++)
        if (t->links[i].kind == l.kind && same_id(t->links[i].id, id))
            return false;
    if (t->links_count == LINKS_MAX)
        return false;
    t->links[t->links_count++] = l;
    return true;
}

void
ticket_unlink(struct ticket *t, enum link_kind kind)
{
    for (size_t i = t->links_count; i-- > 0;)
        if (t->links[i].kind == kind) {
            t->links_count--;
            memmove(&t->links[i], &t->links[i + 1], (t->links_count - i) * sizeof(t->links[0]));
        }
}

bool
ticket_is_stale(const struct ticket *t, uint32_t seen, struct principal_id who)
{
    if (seen == 0 || seen >= t->version)
        return false;
    if (t->fold.count > 0 && t->fold.version > seen)
        return true; /* who moved it is no longer known */
    for (size_t i = t->timeline_count; i-- > 0 && t->timeline[i].version > seen;) {
        const struct taken *s = &t->timeline[i];
        bool own = s->verb >= VERB_FIRST_OF_PEOPLE && same_id(s->who, who);
        if (s->from != s->to && !own)
            return true;
    }
    return false;
}

void
ticket_consider(struct ticket *t, const struct considered *list, size_t count,
                const struct grounds *r)
{
    assert(count <= CONSIDERED_MAX);
    if (count > t->considered_count)
        t->considered = grow(t->considered, count * sizeof(*list));
    if (count > 0)
        memcpy(t->considered, list, count * sizeof(*list));
    t->considered_count = count;
    t->has_grounds = r != NULL;
    t->grounds = r == NULL ? (struct grounds){ { 0 } } : *r;
}

static void
drop_refuser(struct ticket *t, size_t i)
{
    t->refusers_count--;
    memmove(&t->refusers[i], &t->refusers[i + 1], (t->refusers_count - i) * sizeof(*t->refusers));
}

void
ticket_refuse(struct ticket *t, struct refuser r)
{
    for (size_t i = t->refusers_count; i-- > 0;) {
        const struct refuser *old = &t->refusers[i];
        if (!same_id(old->engineer, r.engineer))
            continue;
        if (!old->missed && old->until > r.until) /* no word shortens another */
            r = *old;
        drop_refuser(t, i);
    }
    if (t->refusers_count == REFUSERS_MAX)
        drop_refuser(t, 0);
    t->refusers =
        grow_array(t->refusers, t->refusers_count, &t->refusers_cap, sizeof(*t->refusers));
    t->refusers[t->refusers_count++] = r;
}

const struct refuser *
ticket_refuser(const struct ticket *t, struct engineer_id e, instant at)
{
    for (size_t i = 0; i < t->refusers_count; i++)
        if (t->refusers[i].until > at && same_id(t->refusers[i].engineer, e))
            return &t->refusers[i];
    return NULL;
}

void
ticket_forgive(struct ticket *t, instant at, bool missed_too)
{
    for (size_t i = t->refusers_count; i-- > 0;)
        if (t->refusers[i].until <= at || (missed_too && t->refusers[i].missed))
            drop_refuser(t, i);
}

bool
ticket_tells(const struct ticket *t, struct principal_id gateway)
{
    for (size_t i = 0; i < t->gateways_count; i++)
        if (same_id(t->gateways[i], gateway))
            return true;
    return false;
}

void
ticket_repeat(struct ticket *t, struct report_id id, struct principal_id gateway)
{
    size_t kept = t->repeats < REPEATS_KEPT ? t->repeats : REPEATS_KEPT;
    if (kept == REPEATS_KEPT)
        memmove(&t->repeat_ids[0], &t->repeat_ids[1], --kept * sizeof(t->repeat_ids[0]));
    t->repeat_ids[kept] = id;
    t->repeats++;
    if (!no_name(gateway) && !ticket_tells(t, gateway) && t->gateways_count < GATEWAYS_MAX)
        t->gateways[t->gateways_count++] = gateway;
}

void
ticket_absorb(struct ticket *t, const struct ticket *other)
{
    size_t kept = other->repeats < REPEATS_KEPT ? other->repeats : REPEATS_KEPT;
    size_t gateways = other->gateways_count;
    struct report_id opener;
    memcpy(opener.b, other->id.b, sizeof(opener.b));
    ticket_repeat(t, opener, gateways > 0 ? other->gateways[0] : (struct principal_id){ 0 });
    for (size_t i = 0; i < kept; i++) /* whose each was is not known, but there are as many */
        ticket_repeat(t, other->repeat_ids[i],
                      i + 1 < gateways ? other->gateways[i + 1] : (struct principal_id){ 0 });
    t->repeats += other->repeats - (uint32_t)kept;
}

void
ticket_number(char out[32], const char *code, struct ticket_id id)
{
    uint64_t n = 0;
    for (size_t i = 0; i < 8; i++)
        n = n << 8 | id.b[i];
    n %= 10000000000u;
    memset(out, 0, 32);
    size_t at = strlen(code);
    assert(at <= 16);
    memcpy(out, code, at);
    out[at++] = '-';
    for (size_t i = 10; i-- > 0; n /= 10)
        out[at + i] = (char)('0' + n % 10);
    unsigned check = 10; /* ISO 7064 MOD 11,10 */
    for (size_t i = 0; i < 10; i++) {
        check = (check + (unsigned)(out[at + i] - '0')) % 10;
        check = (check == 0 ? 10 : check) * 2 % 11;
    }
    out[at + 10] = '-';
    out[at + 11] = (char)('0' + (11 - check) % 10);
}

void
ticket_relent(struct ticket *t, struct engineer_id e)
{
    size_t kept = 0;
    for (size_t i = 0; i < t->refusers_count; i++)
        if (!same_id(t->refusers[i].engineer, e))
            t->refusers[kept++] = t->refusers[i];
    t->refusers_count = kept;
}
