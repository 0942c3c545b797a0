/* outlet.c - errands, and a purse with a token for each account.
 *
 * Invariant: an errand is freed when its outcome has been said; while it has no request of its own
 * under way, its account's token has. */
#include "gateways/chat/outlet.h"

#include "common/io/clock.h"
#include "common/io/log.h"
#include "gateways/chat/reply.h"
#include "gateways/http/post.h"

enum { MARGIN_S = 300, QUIET_MAX_S = 3600 };

struct purse {
    struct outlet *outlet;
    const struct account *account;
    struct buf token;
    int64_t good_until, quiet_until; /* monotonic; 0: no token; 0: we may speak */
    bool asked;                      /* for a token */
};

struct errand {
    struct errand *next;
    struct purse *purse;
    uint8_t id[16];
    char *to, *thread, *words; /* owned */
    bool under_way, again;     /* again: with its second token */
};

struct outlet {
    struct gateway *gateway;
    struct posts *posts;
    struct purse *purses; /* one an account, in their order */
    size_t purses_count;
    const struct accounts *accounts;
    struct errand *errands;
};

struct outlet *
outlet_new(struct gateway *g, const struct accounts *a)
{
    struct outlet *o = zalloc(sizeof(*o));
    *o = (struct outlet){ .gateway = g, .posts = posts_new(), .accounts = a };
    o->purses_count = a->count;
    o->purses = zalloc((a->count + 1) * sizeof(*o->purses));
    for (size_t i = 0; i < a->count; i++)
        o->purses[i] = (struct purse){ .outlet = o, .account = &a->rows[i] };
    return o;
}

static void
errand_free(struct errand **list)
{
    struct errand *e = *list;
    *list = e->next;
    free(e->to);
    free(e->thread);
    free(e->words);
    free(e);
}

static void
forget_token(struct purse *p)
{
    if (p->token.data != NULL)
        explicit_bzero(p->token.data, p->token.len);
    buf_clear(&p->token);
    p->good_until = 0;
}

void
outlet_free(struct outlet *o)
{
    if (o == NULL)
        return;
    posts_free(o->posts);
    while (o->errands != NULL)
        errand_free(&o->errands);
    for (size_t i = 0; i < o->purses_count; i++) {
        forget_token(&o->purses[i]);
        buf_fini(&o->purses[i].token);
    }
    free(o->purses);
    free(o);
}

/* How an errand ended. */
static void
end(struct errand *e, enum outcome outcome, const char *why)
{
    struct outlet *o = e->purse->outlet;
    struct errand **at = &o->errands;
    uint8_t id[16];
    while (*at != e)
        at = &(*at)->next;
    memcpy(id, e->id, 16);
    errand_free(at);
    gateway_outcome(o->gateway, id, outcome, why);
}

/* The service's wish to be left alone for a while. */
static void
heed(struct purse *p, const struct post_answer *a)
{
    int64_t seconds = a->retry_after_s > 0 ? a->retry_after_s : reply_retry_s(a->body);
    seconds = seconds < QUIET_MAX_S ? seconds : QUIET_MAX_S;
    if (seconds > 0)
        p->quiet_until = clock_mono_ms() + seconds * 1000;
}

static void
say_why(struct buf *out, const struct purse *p, const struct post_answer *a)
{
    if (a->status == 0)
        buf_printf(out, "%s: %s", p->account->service->name, a->why);
    else
        reply_why(out, p->account->service->name, a->status, a->body);
}

/* ---- a token */

static void begin(struct errand *e);

/* One that waits for this purse's token; NULL: none. */
static struct errand *
waiting(const struct purse *p)
{
    struct errand *e = p->outlet->errands;
    while (e != NULL && (e->purse != p || e->under_way))
        e = e->next;
    return e;
}

static void
on_token(void *own, const uint8_t id[16], const struct post_answer *a)
{
    struct purse *p = own;
    struct buf why = { 0 };
    struct errand *e;
    int64_t life_s = 0;
    (void)id;
    p->asked = false;
    forget_token(p);
    bool good = a->status == 200 &&
                reply_token_read(&p->token, &life_s, p->account->service->name, a->body) &&
                life_s > 0;
    if (good) {
        life_s = life_s < 86400 ? life_s : 86400;
        p->good_until =
            clock_mono_ms() + (life_s > 2 * MARGIN_S ? life_s - MARGIN_S : (life_s + 1) / 2) * 1000;
    } else {
        forget_token(p);
        heed(p, a);
        buf_printf(&why, "no token: ");
        say_why(&why, p, a);
        log_error("event=hook_token account=%s why=%s", p->account->name,
                  log_quote(buf_cstr(&why), why.len));
    }
    while (!p->asked && (e = waiting(p)) != NULL)
        if (good)
            begin(e);
        else
            end(e, OUTCOME_LATER, buf_cstr(&why));
    buf_fini(&why);
}

static bool
post(struct purse *p, struct reply *r, const struct post *how)
{
    struct post it = *how;
    it.get = r->get;
    it.url = buf_cstr(&r->url);
    it.headers = buf_cstr(&r->headers);
    it.body = buf_str(&r->body);
    bool sent = post_send(p->outlet->posts, &it);
    explicit_bzero(r->url.data, r->url.len);
    explicit_bzero(r->headers.data, r->headers.len);
    reply_fini(r);
    return sent;
}

static bool
ask_for_token(struct purse *p)
{
    struct reply r = { 0 };
    const struct post how = { .done = on_token, .own = p };
    if (p->asked)
        return true;
    p->asked =
        reply_token_make(&r, p->account->service->name, &p->account->hook) && post(p, &r, &how);
    reply_fini(&r);
    return p->asked;
}

/* ---- the words */

static void
on_sent(void *own, const uint8_t id[16], const struct post_answer *a)
{
    struct errand *e = own;
    struct purse *p = e->purse;
    struct buf why = { 0 };
    (void)id;
    enum reply_outcome o = reply_read(p->account->service->name, a->status, a->body);
    if (o == REPLY_TOKEN && !e->again) {
        e->again = true;
        e->under_way = false;
        p->good_until = 0;
        begin(e);
        return;
    }
    if (o != REPLY_DELIVERED) {
        heed(p, a);
        say_why(&why, p, a);
        log_warn("event=hook_reply account=%s why=%s", p->account->name,
                 log_quote(buf_cstr(&why), why.len));
    }
    end(e,
        o == REPLY_DELIVERED ? OUTCOME_DELIVERED
        : o == REPLY_FAILED  ? OUTCOME_FAILED
                             : OUTCOME_LATER,
        buf_cstr(&why));
    buf_fini(&why);
}

static void
begin(struct errand *e)
{
    struct purse *p = e->purse;
    const struct account *a = p->account;
    char hex[33];
    bool token = reply_needs_token(a->service->name);
    if (token && clock_mono_ms() >= p->good_until) {
        if (!ask_for_token(p))
            end(e, OUTCOME_FAILED, "base: no address that can be called");
        return;
    }
    hex_of(hex, e->id, 16);
    struct reply r = { 0 };
    const struct reply_words w = { .to = e->to, .thread = e->thread, .text = e->words, .id = hex };
    const struct post how = { .done = on_sent, .own = e };
    e->under_way =
        reply_make(&r, a->service->name, &a->hook, buf_cstr(&p->token), &w) && post(p, &r, &how);
    if (!e->under_way)
        end(e, OUTCOME_FAILED, "base: no address that can be called");
}

void
outlet_send(struct outlet *o, const struct account *a, const struct sending *s)
{
    struct purse *p = &o->purses[a - o->accounts->rows];
    if (clock_mono_ms() < p->quiet_until) {
        gateway_outcome(o->gateway, s->id, OUTCOME_LATER, "the service has asked us to wait");
        return;
    }
    struct errand *e = zalloc(sizeof(*e));
    *e = (struct errand){ .next = o->errands,
                          .purse = p,
                          .to = str_dup(account_target(a, s->address)),
                          .thread = str_dup(str_of(s->data)),
                          .words = str_dup(str_of(s->words)) };
    memcpy(e->id, s->id, 16);
    o->errands = e;
    begin(e);
}

/* ---- the loop */

int
outlet_fd(const struct outlet *o)
{
    return posts_fd(o->posts);
}

int
outlet_wait_ms(const struct outlet *o)
{
    return posts_wait_ms(o->posts);
}

void
outlet_work(struct outlet *o)
{
    posts_work(o->posts);
}
