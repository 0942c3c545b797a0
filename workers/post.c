/* post.c - gathering, sealing and folding letters. */
#include "workers/post.h"

#include "common/io/log.h"
#include "common/wire/body.h"

enum {
    BYTES_FULL = 3 * 1024 * 1024, /* of all letters of one commit, about */
    UPDATE_ABOUT = 260,           /* bytes of an update without its texts, at most about */
    UPDATE_FRAME = 32,            /* bytes around body and wrap inside a letter, at most */
    WRAP_SIZE = SEAL_OVERHEAD + 32,
    HEAD_SPACE = 512, /* of a letter without updates and dispatchers */
    SEALED_KEY_SPACE = 128
};
#define NO_ITEM UINT32_MAX

/* One update to one recipient. */
struct item {
    uint32_t posting, next; /* next: of the same recipient, or NO_ITEM */
    uint64_t sequence;
};

/* One recipient's share of the commit. */
struct group {
    struct keyholder *holder; /* NULL: the dispatchers' stream */
    uint32_t first, last;
};

struct body {
    struct seal_key key;
    struct str sealed;
};

struct poster {
    struct keyring *keyring; /* borrowed */
    uint64_t round;          /* this commit's number in keyholder.post */
    size_t gathered;         /* postings seen */
    struct group *groups;    /* [0] is the dispatchers' */
    size_t groups_count, groups_cap;
    struct item *items;
    size_t items_count, items_cap;
    size_t bytes;   /* estimate */
    size_t skipped; /* updates whose recipient cannot be reached */
    struct buf ad, plain, sealed;
};

struct poster *
poster_new(struct keyring *k)
{
    struct poster *p = zalloc(sizeof(*p));
    p->keyring = k;
    post_begin(p);
    return p;
}

void
poster_free(struct poster *p)
{
    if (p == NULL)
        return;
    free(p->groups);
    free(p->items);
    buf_fini(&p->ad);
    buf_fini(&p->plain);
    buf_fini(&p->sealed);
    free(p);
}

/* ---- gathering */

static uint32_t
group_new(struct poster *p, struct keyholder *x)
{
    p->groups = grow_array(p->groups, p->groups_count, &p->groups_cap, sizeof(*p->groups));
    p->groups[p->groups_count] = (struct group){ x, NO_ITEM, NO_ITEM };
    return (uint32_t)p->groups_count++;
}

void
post_begin(struct poster *p)
{
    p->round++;
    p->gathered = p->groups_count = p->items_count = 0;
    p->bytes = p->skipped = 0;
    group_new(p, NULL);
}

/* The recipient's group, or NO_ITEM when no letter can reach him. */
static uint32_t
group_of(struct poster *p, struct principal_id who)
{
    struct keyholder *x = keyring_find(p->keyring, who);
    if (x == NULL || x->p.revoked || keyholder_out(p->keyring, x) == NULL) {
        if (p->skipped++ == 0) /* one line a commit tells enough */
            log_warn("event=letter_skipped recipient=%s reason=%s", log_quote(who.s, strlen(who.s)),
                     x == NULL      ? "unknown"
                     : x->p.revoked ? "revoked"
                                    : "weak_key");
        return NO_ITEM;
    }
    if (x->post != p->round) {
        x->post = p->round;
        x->group = group_new(p, x);
    }
    return x->group;
}

static void
item_add(struct poster *p, uint32_t group, uint32_t posting, uint64_t sequence)
{
    p->items = grow_array(p->items, p->items_count, &p->items_cap, sizeof(*p->items));
    uint32_t at = (uint32_t)p->items_count++;
    p->items[at] = (struct item){ posting, NO_ITEM, sequence };
    struct group *g = &p->groups[group];
    if (g->first == NO_ITEM)
        g->first = at;
    else
        p->items[g->last].next = at;
    g->last = at;
}

/* What the update will weigh in a letter, rather too much than too little. */
static size_t
weight(const struct update *u)
{
    return UPDATE_ABOUT + strlen(u->category.s) + strlen(u->site.s) + strlen(u->customer.s) +
           strlen(u->engineer.s) + strlen(u->name) + strlen(u->phone) + u->text.len + u->why.len;
}

void
post_gather(struct poster *p, const struct effects *fx)
{
    const struct principal_id watch = WATCH;
    for (; p->gathered < fx->postings_count; p->gathered++) {
        const struct posting *post = &fx->postings[p->gathered];
        size_t about = weight(&post->update);
        for (size_t i = 0; i < post->recipients_count; i++) {
            bool to_watch = same_id(post->recipients[i].who, watch);
            uint32_t group = to_watch ? 0 : group_of(p, post->recipients[i].who);
            if (group == NO_ITEM)
                continue;
            item_add(p, group, (uint32_t)p->gathered, post->recipients[i].sequence);
            p->bytes += about;
        }
    }
}

bool
post_full(const struct poster *p)
{
    return p->bytes > BYTES_FULL || p->groups_count > MAIL_MAX / 2;
}

bool
post_light(const struct poster *p)
{
    return p->bytes < BYTES_FULL / 4 && p->groups_count < MAIL_MAX / 8;
}

/* ---- sealing */

/* What one call of post_seal works with. */
struct sealing {
    struct poster *p;
    const struct effects *fx;
    const struct post_from *from;
    struct arena *a;
    struct commit *c;
    struct body *bodies; /* by posting; empty until first wanted */
    struct body resync;
    struct log_letter *letters;
    size_t letters_count;
    /* of the group in hand */
    struct principal_id who;
    struct seal_key kw;
    struct letter_update *updates;
    size_t updates_count, size;
};

static struct body
body_of(struct sealing *s, const struct update *u)
{
    struct body body;
    buf_clear(&s->p->plain);
    buf_clear(&s->p->ad);
    buf_clear(&s->p->sealed);
    body_put_update(&s->p->plain, u);
    ad_update(&s->p->ad, s->from->territory, u->ticket);
    seal_key_random(&body.key);
    seal(&s->p->sealed, &body.key, buf_str(&s->p->ad), buf_str(&s->p->plain));
    body.sealed = arena_copy(s->a, buf_str(&s->p->sealed));
    return body;
}

static struct letter_update
wrapped(struct sealing *s, const struct body *body, struct ticket_id ticket, uint64_t sequence)
{
    buf_clear(&s->p->ad);
    buf_clear(&s->p->sealed);
    ad_wrap(&s->p->ad, s->from->territory, s->who, s->from->incarnation, sequence);
    seal(&s->p->sealed, &s->kw, buf_str(&s->p->ad), str_bytes(body->key.b, sizeof(body->key.b)));
    return (struct letter_update){ ticket, body->sealed, arena_copy(s->a, buf_str(&s->p->sealed)) };
}

/* A letter of `updates`, whose first has this sequence. */
static struct str
folded(struct sealing *s, const struct letter_update *updates, size_t count, uint64_t first,
       const struct letter_watch *watch, size_t watch_count)
{
    const struct head *h = s->from->head;
    struct letter l = {
        .territory = s->from->territory,
        .recipient = s->who,
        .incarnation = s->from->incarnation,
        .first = first,
        .updates = (struct letter_update *)updates,
        .updates_count = count,
        .head = { .version = h->version, .chain = h->chain, .signer = h->signer },
        .watch = (struct letter_watch *)watch,
        .watch_count = watch_count,
    };
    memcpy(l.head.signature, h->signature, sizeof(l.head.signature));
    buf_clear(&s->p->plain);
    body_put_letter(&s->p->plain, &l);
    return arena_copy(s->a, buf_str(&s->p->plain));
}

/* "What was in your mailbox is gone": the same body for all, made when first wanted. */
static struct str
resync_letter(struct sealing *s, uint64_t sequence)
{
    const struct ticket_id none = { 0 };
    if (s->resync.sealed.len == 0) {
        struct update u = {
            .kind = UPDATE_RESYNC, .at = s->from->at, .place = PLACE_NONE, .verb = VERBS
        };
        s->resync = body_of(s, &u);
    }
    struct letter_update only = wrapped(s, &s->resync, none, sequence);
    return folded(s, &only, 1, sequence, NULL, 0);
}

static void
letter_logged(struct sealing *s, uint64_t first, size_t count)
{
    s->letters[s->letters_count++] = (struct log_letter){ s->who, first, (uint32_t)count };
}

/* The updates in hand go as one letter of mail. */
static void
mail_close(struct sealing *s, uint64_t first)
{
    if (s->updates_count == 0)
        return;
    uint64_t last = first + s->updates_count - 1;
    struct commit_mail *m = &s->c->mail[s->c->mail_count++];
    m->who = s->who;
    m->sequence = last;
    m->letter = folded(s, s->updates, s->updates_count, first, NULL, 0);
    m->resync = resync_letter(s, last);
    letter_logged(s, first, s->updates_count);
    s->updates_count = s->size = 0;
}

static const struct body *
body_at(struct sealing *s, uint32_t posting)
{
    struct body *b = &s->bodies[posting];
    if (b->sealed.len == 0)
        *b = body_of(s, &s->fx->postings[posting].update);
    return b;
}

/* One recipient's letters: a new one where LETTER_MAX or a gap in the sequences asks for it. */
static void
mail_group(struct sealing *s, const struct group *g)
{
    uint64_t first = 0;
    s->who = g->holder->p.id;
    s->kw = *keyholder_out(s->p->keyring, g->holder);
    for (uint32_t i = g->first; i != NO_ITEM; i = s->p->items[i].next) {
        const struct item *it = &s->p->items[i];
        const struct body *body = body_at(s, it->posting);
        size_t size = body->sealed.len + WRAP_SIZE + UPDATE_FRAME;
        if (HEAD_SPACE + s->size + size > LETTER_MAX || it->sequence != first + s->updates_count)
            mail_close(s, first);
        if (s->updates_count == 0)
            first = it->sequence;
        s->updates[s->updates_count++] =
            wrapped(s, body, s->fx->postings[it->posting].update.ticket, it->sequence);
        s->size += size;
    }
    mail_close(s, first);
}

/* The letter key, sealed to each dispatcher. */
static size_t
watch_keys(struct sealing *s, uint64_t first, struct letter_watch **out)
{
    struct keyholder *const *list;
    size_t count = keyring_dispatchers(s->p->keyring, &list), n = 0;
    *out = arena_alloc(s->a, (count + 1) * sizeof(**out));
    for (size_t i = 0; i < count; i++) {
        const struct seal_key *key = keyholder_out(s->p->keyring, list[i]);
        if (key == NULL)
            continue;
        buf_clear(&s->p->ad);
        buf_clear(&s->p->sealed);
        ad_watch(&s->p->ad, s->from->territory, s->from->incarnation, first);
        seal(&s->p->sealed, key, buf_str(&s->p->ad), str_bytes(s->kw.b, sizeof(s->kw.b)));
        (*out)[n].dispatcher = list[i]->p.id;
        (*out)[n++].sealed_key = arena_copy(s->a, buf_str(&s->p->sealed));
    }
    return n;
}

/* The updates in hand go as one letter to all dispatchers. */
static void
watch_close(struct sealing *s, uint64_t first)
{
    struct letter_watch *keys;
    if (s->updates_count == 0)
        return;
    size_t count = watch_keys(s, first, &keys);
    s->c->watch[s->c->watch_count++] =
        (struct commit_watch){ first + s->updates_count - 1,
                               folded(s, s->updates, s->updates_count, first, keys, count) };
    letter_logged(s, first, s->updates_count);
    s->updates_count = s->size = 0;
}

/* Each letter has a key of its own, and each dispatcher's copy of it weighs. */
static void
watch_group(struct sealing *s, const struct group *g)
{
    struct keyholder *const *list;
    size_t keys = keyring_dispatchers(s->p->keyring, &list) * SEALED_KEY_SPACE;
    uint64_t first = 0;
    s->who = WATCH;
    for (uint32_t i = g->first; i != NO_ITEM; i = s->p->items[i].next) {
        const struct item *it = &s->p->items[i];
        const struct body *body = body_at(s, it->posting);
        size_t size = body->sealed.len + WRAP_SIZE + UPDATE_FRAME;
        if (HEAD_SPACE + keys + s->size + size > LETTER_MAX ||
            it->sequence != first + s->updates_count)
            watch_close(s, first);
        if (s->updates_count == 0) {
            first = it->sequence;
            seal_key_random(&s->kw);
        }
        s->updates[s->updates_count++] =
            wrapped(s, body, s->fx->postings[it->posting].update.ticket, it->sequence);
        s->size += size;
    }
    watch_close(s, first);
}

void
post_seal(struct poster *p, const struct effects *fx, const struct post_from *from, struct arena *a,
          struct commit *c, struct log_letter **letters, size_t *count)
{
    struct sealing s = { .p = p, .fx = fx, .from = from, .a = a, .c = c };
    assert(p->gathered == fx->postings_count);
    /* at most one letter an item */
    c->mail = arena_alloc(a, (p->items_count + 1) * sizeof(*c->mail));
    c->watch = arena_alloc(a, (p->items_count + 1) * sizeof(*c->watch));
    s.letters = arena_alloc(a, (p->items_count + 1) * sizeof(*s.letters));
    s.updates = arena_alloc(a, (p->items_count + 1) * sizeof(*s.updates));
    s.bodies = arena_alloc(a, (fx->postings_count + 1) * sizeof(*s.bodies));
    for (size_t i = 1; i < p->groups_count; i++)
        mail_group(&s, &p->groups[i]);
    watch_group(&s, &p->groups[0]);
    *letters = s.letters;
    *count = s.letters_count;
}
