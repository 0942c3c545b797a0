/* post.c - gathering, folding and sealing letters. */
#include "workers/post.h"

#include "common/io/log.h"
#include "common/wire/body.h"

enum {
    BYTES_FULL = 3 * 1024 * 1024, /* of all letters of one commit */
    HEAD_SPACE = 512,             /* of a letter without updates and dispatchers, at most */
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

/* One update, packed once for all its recipients: where in poster.packed. */
struct slice {
    size_t at, len;
};

struct poster {
    struct keyring *keyring; /* borrowed */
    uint64_t round;          /* this commit's number in keyholder.post */
    struct slice *slices;    /* of the postings seen */
    size_t slices_count, slices_cap;
    struct buf packed;
    struct group *groups; /* [0] is the dispatchers' */
    size_t groups_count, groups_cap;
    struct item *items;
    size_t items_count, items_cap;
    size_t bytes;   /* of updates in letters */
    size_t skipped; /* updates whose recipient cannot be reached */
    struct buf ad, plain, sealed, letter;
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
    free(p->slices);
    buf_fini(&p->packed);
    buf_fini(&p->ad);
    buf_fini(&p->plain);
    buf_fini(&p->sealed);
    buf_fini(&p->letter);
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
    p->slices_count = p->groups_count = p->items_count = 0;
    p->bytes = p->skipped = 0;
    buf_clear(&p->packed);
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

static struct slice
slice_add(struct poster *p, const struct update *u)
{
    p->slices = grow_array(p->slices, p->slices_count, &p->slices_cap, sizeof(*p->slices));
    struct slice *s = &p->slices[p->slices_count++];
    s->at = p->packed.len;
    body_put_update(&p->packed, u);
    s->len = p->packed.len - s->at;
    return *s;
}

void
post_gather(struct poster *p, const struct effects *fx)
{
    const struct principal_id watch = WATCH;
    while (p->slices_count < fx->postings_count) {
        uint32_t posting = (uint32_t)p->slices_count;
        const struct posting *post = &fx->postings[posting];
        struct slice s = slice_add(p, &post->update);
        for (size_t i = 0; i < post->recipients_count; i++) {
            bool to_watch = same_id(post->recipients[i].who, watch);
            uint32_t group = to_watch ? 0 : group_of(p, post->recipients[i].who);
            if (group == NO_ITEM)
                continue;
            item_add(p, group, posting, post->recipients[i].sequence);
            p->bytes += s.len;
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
    const struct post_from *from;
    struct arena *a;
    struct commit *c;
    struct log_letter *letters;
    size_t letters_count;
    /* of the group in hand */
    struct principal_id who;
    struct seal_key kw;
};

/* Updates with dense sequences that go as one letter. */
struct batch {
    uint64_t first;
    uint32_t count;
    uint32_t end; /* the item after them */
    struct str plain;
};

/* As many as fit into `room`, and one at least, from item `i` on. They are in p->plain. */
static struct batch
batch_of(struct poster *p, uint32_t i, size_t room)
{
    struct batch b = { .first = p->items[i].sequence, .end = i };
    size_t size = 0;
    while (b.end != NO_ITEM && p->items[b.end].sequence == b.first + b.count) {
        size += p->slices[p->items[b.end].posting].len;
        if (b.count > 0 && size > room)
            break;
        b.count++;
        b.end = p->items[b.end].next;
    }
    buf_clear(&p->plain);
    pack_array(&p->plain, b.count);
    for (; i != b.end; i = p->items[i].next) {
        const struct slice *s = &p->slices[p->items[i].posting];
        buf_put(&p->plain, p->packed.data + s->at, s->len);
    }
    b.plain = buf_str(&p->plain);
    return b;
}

/* A letter to s->who, under s->kw. */
static struct str
letter_of(struct sealing *s, const struct batch *b, struct letter_watch *watch, size_t watch_count)
{
    const struct head *h = s->from->head;
    struct letter l = {
        .territory = s->from->territory,
        .recipient = s->who,
        .incarnation = s->from->incarnation,
        .first = b->first,
        .count = b->count,
        .head = { .version = h->version, .chain = h->chain, .signer = h->signer },
        .watch = watch,
        .watch_count = watch_count,
    };
    memcpy(l.head.signature, h->signature, sizeof(l.head.signature));
    buf_clear(&s->p->ad);
    buf_clear(&s->p->sealed);
    buf_clear(&s->p->letter);
    ad_letter(&s->p->ad, &l);
    seal(&s->p->sealed, &s->kw, buf_str(&s->p->ad), b->plain);
    l.sealed = buf_str(&s->p->sealed);
    body_put_letter(&s->p->letter, &l);
    return arena_copy(s->a, buf_str(&s->p->letter));
}

/* "What was in your mailbox is gone", in the place of the letter that ends with `last`. */
static struct str
resync_letter(struct sealing *s, uint64_t last)
{
    const struct update u = {
        .kind = UPDATE_RESYNC, .at = s->from->at, .place = PLACE_NONE, .verb = VERBS
    };
    struct batch only = { .first = last, .count = 1 };
    buf_clear(&s->p->plain);
    pack_array(&s->p->plain, 1);
    body_put_update(&s->p->plain, &u);
    only.plain = buf_str(&s->p->plain);
    return letter_of(s, &only, NULL, 0);
}

static void
letter_logged(struct sealing *s, const struct batch *b)
{
    s->letters[s->letters_count++] = (struct log_letter){ s->who, b->first, b->count };
}

/* One recipient's letters: a new one where LETTER_MAX or a gap in the sequences asks for it. */
static void
mail_group(struct sealing *s, const struct group *g)
{
    s->who = g->holder->p.id;
    s->kw = *keyholder_out(s->p->keyring, g->holder);
    for (uint32_t i = g->first; i != NO_ITEM;) {
        struct batch b = batch_of(s->p, i, LETTER_MAX - HEAD_SPACE);
        struct commit_mail *m = &s->c->mail[s->c->mail_count++];
        m->who = s->who;
        m->sequence = b.first + b.count - 1;
        m->letter = letter_of(s, &b, NULL, 0);
        m->resync = resync_letter(s, m->sequence);
        letter_logged(s, &b);
        i = b.end;
    }
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

/* The dispatchers' letters: each has a key of its own, and each dispatcher's copy of it weighs. */
static void
watch_group(struct sealing *s, const struct group *g)
{
    struct keyholder *const *list;
    size_t keys = keyring_dispatchers(s->p->keyring, &list) * SEALED_KEY_SPACE;
    size_t room = HEAD_SPACE + keys < LETTER_MAX ? LETTER_MAX - HEAD_SPACE - keys : 0;
    s->who = WATCH;
    for (uint32_t i = g->first; i != NO_ITEM;) {
        struct letter_watch *watch;
        struct batch b = batch_of(s->p, i, room);
        seal_key_random(&s->kw);
        size_t count = watch_keys(s, b.first, &watch);
        s->c->watch[s->c->watch_count++] =
            (struct commit_watch){ b.first + b.count - 1, letter_of(s, &b, watch, count) };
        letter_logged(s, &b);
        i = b.end;
    }
}

void
post_seal(struct poster *p, const struct post_from *from, struct arena *a, struct commit *c,
          struct log_letter **letters, size_t *count)
{
    struct sealing s = { .p = p, .from = from, .a = a, .c = c };
    /* at most one letter an item */
    c->mail = arena_alloc(a, (p->items_count + 1) * sizeof(*c->mail));
    c->watch = arena_alloc(a, (p->items_count + 1) * sizeof(*c->watch));
    s.letters = arena_alloc(a, (p->items_count + 1) * sizeof(*s.letters));
    for (size_t i = 1; i < p->groups_count; i++)
        mail_group(&s, &p->groups[i]);
    watch_group(&s, &p->groups[0]);
    *letters = s.letters;
    *count = s.letters_count;
}
