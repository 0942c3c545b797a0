/* mailbox.c - subscriptions, the queue of boxes to read, credit, confirmations. */
#include "broker/mailbox.h"

#include "common/io/log.h"
#include "common/wire/body.h"

#include <inttypes.h>

static const struct principal_id watch_name = { "watch" };

void
mailbox_init(struct mailbox *mb, struct store *s, struct voice *v)
{
    *mb = (struct mailbox){ .store = s, .voice = v };
    map_init(&mb->by_who, sizeof(struct principal_id));
}

void
mailbox_fini(struct mailbox *mb)
{
    assert(mb->reads == 0 && mb->by_who.count == 0);
    while (mb->spare != NULL) {
        struct reading *r = mb->spare;
        mb->spare = r->next;
        free(r);
    }
    for (size_t i = 0; i < mb->territories_count; i++)
        free(mb->lives[i]);
    free(mb->lives);
    free(mb->territories);
    free(mb->slots);
    free(mb->queue);
    free(mb->confirms);
    map_fini(&mb->by_who);
}

/* ---- the queue */

static void
enqueue(struct mailbox *mb, const struct subscription *s, size_t box)
{
    struct box *b = &s->boxes[box];
    if (b->reading)
        b->again = true;
    if (b->reading || b->queued)
        return;
    if (mb->queue_count == mb->queue_cap) {
        size_t cap = mb->queue_cap == 0 ? 64 : mb->queue_cap * 2;
        struct box_name *ring = zalloc(cap * sizeof(*ring));
        for (size_t i = 0; i < mb->queue_count; i++)
            ring[i] = mb->queue[(mb->queue_head + i) % mb->queue_cap];
        free(mb->queue);
        mb->queue = ring;
        mb->queue_cap = cap;
        mb->queue_head = 0;
    }
    mb->queue[(mb->queue_head + mb->queue_count++) % mb->queue_cap] =
        (struct box_name){ s->slot, s->generation, (uint32_t)box };
    b->queued = true;
}

static void
enqueue_all(struct mailbox *mb, const struct subscription *s)
{
    for (size_t i = 0; i < s->boxes_count; i++)
        enqueue(mb, s, i);
}

static struct box_name
dequeue(struct mailbox *mb)
{
    struct box_name name = mb->queue[mb->queue_head];
    mb->queue_head = (mb->queue_head + 1) % mb->queue_cap;
    mb->queue_count--;
    return name;
}

/* NULL: it has ended meanwhile. */
static struct subscription *
named(const struct mailbox *mb, struct box_name name)
{
    struct subscription *s = name.slot < mb->slots_count ? mb->slots[name.slot] : NULL;
    return s != NULL && s->generation == name.generation ? s : NULL;
}

/* ---- territories */

/* A box number, or SIZE_MAX. Territories are few, and every caller comes from a message. */
static size_t
box_of(const struct mailbox *mb, struct territory_id t)
{
    for (size_t i = 0; i < mb->territories_count; i++)
        if (same_id(mb->territories[i], t))
            return i;
    return SIZE_MAX;
}

bool
mailbox_knows(const struct mailbox *mb, struct territory_id t)
{
    return box_of(mb, t) != SIZE_MAX;
}

/* A box for every territory; the new ones are queued. */
static void
fit_boxes(struct mailbox *mb, struct subscription *s)
{
    while (s->boxes_count < mb->territories_count) {
        s->boxes = grow_array(s->boxes, s->boxes_count, &s->boxes_cap, sizeof(*s->boxes));
        s->boxes[s->boxes_count++] = (struct box){ 0 };
        enqueue(mb, s, s->boxes_count - 1);
    }
}

void
mailbox_territories(struct mailbox *mb, const struct territory_id *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (mailbox_knows(mb, list[i]))
            continue;
        mb->territories = grow_array(mb->territories, mb->territories_count, &mb->territories_cap,
                                     sizeof(*mb->territories));
        mb->lives =
            grow_array(mb->lives, mb->territories_count, &mb->lives_cap, sizeof(struct life *));
        struct life *l = zalloc(sizeof(*l));
        *l = (struct life){ .mailbox = mb, .territory = list[i], .box = mb->territories_count };
        mb->lives[mb->territories_count] = l;
        mb->territories[mb->territories_count++] = list[i];
    }
    for (size_t i = 0; i < mb->slots_count; i++)
        if (mb->slots[i] != NULL)
            fit_boxes(mb, mb->slots[i]);
}

/* ---- subscriptions */

static void
link_same(struct mailbox *mb, struct subscription *s)
{
    struct subscription *first = map_put(&mb->by_who, &s->who, s);
    s->next = first;
    if (first != NULL)
        first->before = s;
}

static void
unlink_same(struct mailbox *mb, struct subscription *s)
{
    if (s->next != NULL)
        s->next->before = s->before;
    if (s->before != NULL)
        s->before->next = s->next;
    else if (s->next != NULL)
        map_put(&mb->by_who, &s->who, s->next);
    else
        map_del(&mb->by_who, &s->who);
}

static uint32_t
free_slot(struct mailbox *mb)
{
    for (size_t i = 0; i < mb->slots_count; i++)
        if (mb->slots[i] == NULL)
            return (uint32_t)i;
    mb->slots = grow_array(mb->slots, mb->slots_count, &mb->slots_cap, sizeof(*mb->slots));
    mb->slots[mb->slots_count] = NULL;
    return (uint32_t)mb->slots_count++;
}

static struct subscription **
place_in(struct peer *p, bool watch)
{
    return watch ? &p->watch : &p->mail;
}

static void
end(struct mailbox *mb, struct subscription *s)
{
    *place_in(s->peer, s->watch) = NULL;
    mb->slots[s->slot] = NULL;
    unlink_same(mb, s);
    for (size_t i = 0; i < s->boxes_count; i++)
        if (s->boxes[i].confirm > 0)
            store_confirm(mb->store, mb->territories[i], s->who, s->boxes[i].confirm);
    free(s->posted);
    free(s->boxes);
    free(s);
}

void
mailbox_drop(struct mailbox *mb, struct peer *p)
{
    if (p->mail != NULL)
        end(mb, p->mail);
    if (p->watch != NULL)
        end(mb, p->watch);
}

void
mailbox_recheck(struct mailbox *mb, bool (*still)(void *context, const struct subscription *s),
                void *context)
{
    for (size_t i = 0; i < mb->slots_count; i++)
        if (mb->slots[i] != NULL && !still(context, mb->slots[i]))
            end(mb, mb->slots[i]);
}

/* Mail begins at the oldest letter that is still there, whatever the marks say: what was
 * confirmed is gone, and after a rollback of the store the marks are of another history. The
 * stream `watch` is not trimmed by confirming, so there the marks count. */
static void
apply_marks(struct mailbox *mb, struct subscription *s, const struct message *m)
{
    for (size_t i = 0; s->watch && i < m->subscribe.marks_count; i++) {
        size_t box = box_of(mb, m->subscribe.marks[i].territory);
        if (box != SIZE_MAX)
            s->boxes[box].sent = m->subscribe.marks[i].sequence;
    }
}

void
mailbox_subscribe(struct mailbox *mb, struct peer *p, const struct principal_id *owner,
                  const struct message *m, int64_t now_ms)
{
    assert(m->subscribe.credit >= 1 && m->subscribe.credit <= CREDIT_MAX);
    struct subscription **at = place_in(p, m->subscribe.watch);
    if (*at != NULL)
        end(mb, *at);
    struct subscription *s = zalloc(sizeof(*s));
    *s = (struct subscription){
        .peer = p,
        .owner = *owner,
        .who = m->subscribe.watch ? watch_name : *owner,
        .watch = m->subscribe.watch,
        .slot = free_slot(mb),
        .generation = ++mb->generation,
        .credit = m->subscribe.credit,
        .posted = zalloc(m->subscribe.credit * sizeof(struct posted)),
        .reread_ms = now_ms,
    };
    *at = mb->slots[s->slot] = s;
    link_same(mb, s);
    fit_boxes(mb, s);
    apply_marks(mb, s, m);
}

/* ---- reading and sending */

static uint32_t
credit_left(const struct subscription *s)
{
    return s->credit - s->posted_count - s->reserved;
}

static void
give_back(struct subscription *s, size_t box, uint64_t sequence)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < s->posted_count; i++)
        if (s->posted[i].box != box || s->posted[i].sequence > sequence)
            s->posted[kept++] = s->posted[i];
    s->posted_count = kept;
}

/* What was sent is of another history: from the stream's first letter again. */
static void
restart(struct mailbox *mb, struct subscription *s, size_t box)
{
    struct box *b = &s->boxes[box];
    b->sent = b->confirm = 0;
    b->doubt = false;
    give_back(s, box, UINT64_MAX);
    enqueue(mb, s, box);
}

/* Credit has come back: the boxes that waited for it queue again. */
static void
feed_hungry(struct mailbox *mb, struct subscription *s)
{
    if (!s->hungry || credit_left(s) == 0)
        return;
    s->hungry = false;
    for (size_t i = 0; i < s->boxes_count; i++) {
        if (!s->boxes[i].hungry)
            continue;
        s->boxes[i].hungry = false;
        enqueue(mb, s, i);
    }
}

/* OK: sent, and on credit. A letter at or below `sent` was sent before. */
static enum err
post(struct mailbox *mb, struct subscription *s, uint32_t box, const struct letter_entry *letter)
{
    if (letter->sequence <= s->boxes[box].sent)
        return OK;
    if (letter->bytes.len > LETTER_MAX) { /* no worker of ours wrote it: pass it over, keep it */
        log_error("event=letter_too_big territory=%s who=%s sequence=%" PRIu64,
                  mb->territories[box].s, s->who.s, letter->sequence);
        s->boxes[box].sent = letter->sequence;
        return OK;
    }
    struct message m = { .kind = MSG_UPDATE };
    m.update.territory = mb->territories[box];
    m.update.watch = s->watch;
    m.update.sequence = letter->sequence;
    m.update.letter = letter->bytes;
    enum err err = voice_say(mb->voice, &s->peer->id, &m);
    if (err != OK)
        return err;
    assert(s->posted_count < s->credit);
    s->posted[s->posted_count++] = (struct posted){ box, letter->sequence };
    s->boxes[box].sent = letter->sequence;
    mb->sent++;
    return OK;
}

static void
on_letters(void *context, enum err answer, const struct letter_entry *list, size_t count)
{
    struct reading *r = context;
    struct mailbox *mb = r->mailbox;
    const struct box_name name = r->name;
    const uint64_t after = r->after;
    const uint32_t asked = r->count;
    const bool doubt = r->doubt;
    r->next = mb->spare;
    mb->spare = r;
    mb->reads--;
    struct subscription *s = named(mb, name);
    if (s == NULL)
        return;
    s->reserved -= asked;
    struct box *b = &s->boxes[name.box];
    b->reading = false;
    if (b->sent != after) { /* begun again meanwhile: this answer is about another time */
        b->again = true;
        count = 0;
    } else if (answer == OK && doubt && count == 0) {
        restart(mb, s, name.box); /* the stream ends before `sent`, or all of it was confirmed */
    }
    enum err err = answer;
    for (size_t i = 0; err == OK && i < count && i < asked; i++)
        err = post(mb, s, name.box, &list[i]);
    if (answer == OK && err == ERR_CLOSED) {
        end(mb, s); /* nobody is there any more; the peer itself falls silent */
        return;
    }
    if (err == OK && (b->again || count >= asked))
        enqueue(mb, s, name.box);
    b->again = false;
    feed_hungry(mb, s);
}

static void
read_box(struct mailbox *mb, struct subscription *s, struct box_name name)
{
    struct box *b = &s->boxes[name.box];
    uint32_t left = credit_left(s);
    b->queued = false;
    if (left == 0) {
        b->hungry = s->hungry = true;
        return;
    }
    struct reading *r = mb->spare;
    if (r != NULL)
        mb->spare = r->next;
    else
        r = zalloc(sizeof(*r));
    *r = (struct reading){
        .mailbox = mb,
        .name = name,
        .after = b->sent,
        .count = left < READ_LETTERS ? left : READ_LETTERS,
        .doubt = b->doubt && b->sent > 0,
    };
    b->doubt = false;
    b->reading = true;
    s->reserved += r->count;
    mb->reads++;
    store_letters(mb->store, mb->territories[name.box], s->who, s->watch, b->sent - r->doubt,
                  r->count, on_letters, r);
}

void
mailbox_bell(void *context, struct territory_id t, struct principal_id who)
{
    struct mailbox *mb = context;
    if (no_name(who)) { /* a new connection: rings may have been missed */
        for (size_t i = 0; i < mb->slots_count; i++)
            if (mb->slots[i] != NULL)
                enqueue_all(mb, mb->slots[i]);
        return;
    }
    size_t box = box_of(mb, t);
    if (box == SIZE_MAX)
        return;
    for (struct subscription *s = map_get(&mb->by_who, &who); s != NULL; s = s->next)
        enqueue(mb, s, box);
}

/* ---- confirmations */

void
mailbox_confirm(struct mailbox *mb, struct peer *p, const struct principal_id *owner,
                const struct message *m)
{
    size_t box = box_of(mb, m->confirm.territory);
    assert(box != SIZE_MAX);
    struct subscription *s = *place_in(p, m->confirm.watch);
    if (s == NULL) {
        if (!m->confirm.watch)
            store_confirm(mb->store, m->confirm.territory, *owner, m->confirm.sequence);
        return;
    }
    give_back(s, box, m->confirm.sequence);
    feed_hungry(mb, s);
    struct box *b = &s->boxes[box];
    /* one beyond what was sent is of another history, or comes again with the letter */
    if (s->watch || m->confirm.sequence <= b->confirm || m->confirm.sequence > b->sent)
        return;
    if (b->confirm == 0) {
        mb->confirms =
            grow_array(mb->confirms, mb->confirms_count, &mb->confirms_cap, sizeof(*mb->confirms));
        mb->confirms[mb->confirms_count++] =
            (struct box_name){ s->slot, s->generation, (uint32_t)box };
    }
    b->confirm = m->confirm.sequence;
}

void
mailbox_trim(struct mailbox *mb)
{
    for (size_t i = 0; i < mb->confirms_count; i++) {
        struct subscription *s = named(mb, mb->confirms[i]);
        if (s == NULL)
            continue; /* trimmed when it ended */
        struct box *b = &s->boxes[mb->confirms[i].box];
        store_confirm(mb->store, mb->territories[mb->confirms[i].box], s->who, b->confirm);
        b->confirm = 0;
    }
    mb->confirms_count = 0;
}

/* ---- the turn */

/* The store is back, perhaps as an older self, perhaps without what was confirmed: mail is read
 * from its beginning again. Repeats are recognised by their recipients. */
static void
begin_again(struct mailbox *mb)
{
    mb->lives_ms = 0; /* asked at once, before a worker begins a new one */
    for (size_t i = 0; i < mb->slots_count; i++) {
        struct subscription *s = mb->slots[i];
        if (s == NULL)
            continue;
        if (!s->watch) {
            s->posted_count = 0;
            for (size_t k = 0; k < s->boxes_count; k++)
                s->boxes[k].sent = 0;
        }
        enqueue_all(mb, s);
    }
}

static void
reread(struct mailbox *mb, int64_t now_ms)
{
    int64_t passed_ms = now_ms - mb->reread_ms;
    int64_t budget = (passed_ms < 1000 ? passed_ms : 1000) * REREADS_PER_S / 1000;
    if (budget == 0)
        return;
    mb->reread_ms = now_ms;
    for (size_t looked = 0; looked < mb->slots_count && budget > 0; looked++) {
        mb->reread_slot %= mb->slots_count;
        struct subscription *s = mb->slots[mb->reread_slot];
        if (s != NULL && now_ms - s->reread_ms < REREAD_EVERY_MS && s->reread_at == 0) {
            mb->reread_slot++;
            continue;
        }
        for (; s != NULL && budget > 0 && s->reread_at < s->boxes_count; budget--) {
            s->boxes[s->reread_at].doubt = true;
            enqueue(mb, s, s->reread_at++);
        }
        if (s != NULL && s->reread_at < s->boxes_count)
            return; /* the rest of its boxes next time */
        if (s != NULL) {
            s->reread_at = 0;
            s->reread_ms = now_ms;
        }
        mb->reread_slot++;
    }
}

static void
on_life(void *context, enum err answer, struct incarnation now)
{
    struct life *l = context;
    struct mailbox *mb = l->mailbox;
    l->asking = false;
    if (answer != OK && answer != ERR_UNKNOWN) /* not founded: the life of zeros */
        return;
    bool another = l->known && !same_id(l->incarnation, now);
    l->incarnation = now;
    l->known = true;
    for (size_t i = 0; another && i < mb->slots_count; i++)
        if (mb->slots[i] != NULL)
            restart(mb, mb->slots[i], l->box);
}

static void
ask_lives(struct mailbox *mb, int64_t now_ms)
{
    if (mb->lives_ms != 0 && now_ms - mb->lives_ms < REREAD_EVERY_MS)
        return;
    mb->lives_ms = now_ms;
    for (size_t i = 0; i < mb->territories_count; i++) {
        struct life *l = mb->lives[i];
        if (l->asking)
            continue;
        l->asking = true;
        store_life(mb->store, l->territory, on_life, l);
    }
}

void
mailbox_work(struct mailbox *mb, bool store_up, int64_t now_ms)
{
    if (store_up && !mb->store_up)
        begin_again(mb);
    mb->store_up = store_up;
    if (!store_up)
        return;
    if (now_ms - mb->trimmed_ms >= TRIM_EVERY_MS) {
        mb->trimmed_ms = now_ms;
        mailbox_trim(mb);
    }
    reread(mb, now_ms);
    ask_lives(mb, now_ms);
    for (size_t turn = mb->queue_count; turn > 0 && mb->reads < READS_MAX; turn--) {
        struct box_name name = dequeue(mb);
        struct subscription *s = named(mb, name);
        if (s != NULL)
            read_box(mb, s, name);
    }
}
