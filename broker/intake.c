/* intake.c - gather by territory, append, acknowledge. */
#include "broker/intake.h"

#include "common/io/log.h"
#include "common/wire/body.h"

void
intake_init(struct intake *in, struct store *s, struct peers *ps, struct voice *v,
            uint64_t inbox_max)
{
    *in = (struct intake){
        .store = s, .peers = ps, .voice = v, .inbox_max = inbox_max, .flushed_ms = -LINGER_MS
    };
    uint64_t quarter = inbox_max / 4; /* a batch is taken whole or not at all, so it must fit */
    in->batch_max = inbox_max == 0 || quarter > BATCH_ENTRIES ? BATCH_ENTRIES : (size_t)quarter;
    if (in->batch_max == 0)
        in->batch_max = 1;
    map_init(&in->lanes, sizeof(struct territory_id));
}

static void
batch_free(struct batch *b)
{
    if (b == NULL)
        return;
    free(b->waiting);
    free(b->entries);
    buf_fini(&b->bytes);
    free(b);
}

void
intake_fini(struct intake *in)
{
    assert(in->oldest == NULL); /* the store has answered them all, if only with ERR_CLOSED */
    struct lane *lane;
    for (size_t i = 0; (lane = map_next(&in->lanes, &i)) != NULL;) {
        batch_free(lane->open);
        free(lane);
    }
    while (in->spare != NULL) {
        struct batch *b = in->spare;
        in->spare = b->next;
        batch_free(b);
    }
    free(in->ready);
    map_fini(&in->lanes);
}

/* ---- bounds */

bool
intake_is_stalled(const struct intake *in)
{
    return in->oldest != NULL && in->now_ms - in->oldest->sent_ms >= INTAKE_STALLED_MS;
}

bool
intake_is_full(const struct intake *in)
{
    return in->batches >= INTAKE_BATCHES || in->bytes >= INTAKE_BYTES;
}

bool
intake_is_idle(const struct intake *in)
{
    return in->batches == 0;
}

const char *
intake_busy(const struct intake *in, bool report, uint32_t *retry_ms)
{
    *retry_ms = BUSY_STORE_MS;
    if (!store_is_up(in->store))
        return "store";
    if (intake_is_stalled(in) || intake_is_full(in))
        return "stalled";
    *retry_ms = BUSY_MEMORY_MS;
    return report && in->memory_short ? "memory" : NULL;
}

/* ---- batches */

static struct batch *
batch_new(struct intake *in, struct lane *lane)
{
    struct batch *b = in->spare;
    if (b != NULL)
        in->spare = b->next;
    else
        b = zalloc(sizeof(*b));
    b->intake = in;
    b->lane = lane;
    b->next = b->before = NULL;
    b->count = 0;
    b->full = false;
    buf_clear(&b->bytes);
    in->batches++;
    return b;
}

static void
batch_done(struct batch *b)
{
    struct intake *in = b->intake;
    *(b->before == NULL ? &in->oldest : &b->before->next) = b->next;
    *(b->next == NULL ? &in->newest : &b->next->before) = b->before;
    in->batches--;
    in->bytes -= b->bytes.len;
    b->next = in->spare;
    in->spare = b;
}

static void
batch_sent(struct batch *b)
{
    struct intake *in = b->intake;
    b->sent_ms = in->now_ms;
    b->before = in->newest;
    b->next = NULL;
    *(in->newest == NULL ? &in->oldest : &in->newest->next) = b;
    in->newest = b;
}

static void
batch_add(struct batch *b, struct peer *p, const struct message *m, struct str bytes)
{
    b->waiting = grow_array(b->waiting, b->count, &b->waiting_cap, sizeof(*b->waiting));
    struct waiting *w = &b->waiting[b->count++];
    *w = (struct waiting){
        .to = p->id,
        .key = p->key,
        .number = m->number,
        .report = m->kind == MSG_REPORT,
        .at = b->bytes.len,
        .len = bytes.len,
    };
    if (w->report)
        w->id = ticket_of(m->report.id);
    buf_put(&b->bytes, bytes.at, bytes.len);
    b->intake->bytes += bytes.len;
    p->open++;
}

/* ---- answers */

static void
say_accepted(struct intake *in, const struct batch *b, const struct waiting *w)
{
    struct message m = { .kind = MSG_ACCEPTED, .number = w->number };
    m.accepted.territory = b->lane->territory;
    memcpy(m.accepted.id, w->id.b, sizeof(m.accepted.id));
    const char *code = in->code_of(in->context, b->lane->territory);
    if (w->report && code != NULL)
        number_of(m.accepted.number, code, w->id);
    in->accepted++;
    voice_answer(in->voice, &w->to, &m); /* unsaid: the client sends again, and once is once */
}

static void
answer(struct batch *b, enum err err)
{
    struct intake *in = b->intake;
    for (size_t i = 0; i < b->count; i++) {
        const struct waiting *w = &b->waiting[i];
        struct peer *p = peers_find(in->peers, &w->to, w->key);
        if (p == NULL)
            continue; /* gone, or its place taken by somebody else */
        if (p->open > 0)
            p->open--;
        if (err == OK)
            say_accepted(in, b, w);
        else if (err == ERR_BUSY)
            voice_busy(in->voice, &w->to, w->number, BUSY_INBOX_MS, "inbox");
        else
            voice_busy(in->voice, &w->to, w->number, BUSY_STORE_MS, "store");
    }
    if (err != OK && err != ERR_BUSY && err != ERR_CLOSED)
        log_error("event=append_failed territory=%s err=\"%s\" entries=%zu", b->lane->territory.s,
                  err_text(err), b->count);
    batch_done(b);
}

static void
on_appended(void *context, enum err err)
{
    struct batch *b = context;
    if (!b->full)
        b->lane->partial--;
    answer(b, err);
}

static void
on_placed(void *context, enum err err)
{
    answer(context, err);
}

/* ---- on the way */

static struct lane *
lane_of(struct intake *in, struct territory_id t)
{
    struct lane *lane = map_get(&in->lanes, &t);
    if (lane != NULL)
        return lane;
    lane = zalloc(sizeof(*lane));
    lane->territory = t;
    map_put(&in->lanes, &t, lane);
    return lane;
}

/* The open batch leaves. Its bytes stand still from here on, so entries may point into them. */
static void
append(struct intake *in, struct lane *lane, bool full)
{
    struct batch *b = lane->open;
    lane->open = NULL;
    b->full = full;
    if (!full)
        lane->partial++;
    for (size_t i = 0; i < b->count; i++)
        b->entries[i].bytes = str_bytes(b->bytes.data + b->waiting[i].at, b->waiting[i].len);
    batch_sent(b);
    store_append(in->store, lane->territory, b->entries, b->count, in->inbox_max, on_appended, b);
}

static void
list_lane(struct intake *in, struct lane *lane)
{
    if (lane->listed)
        return;
    in->ready = grow_array(in->ready, in->ready_count, &in->ready_cap, sizeof(struct lane *));
    in->ready[in->ready_count++] = lane;
    lane->listed = true;
}

void
intake_take(struct intake *in, struct peer *p, const struct principal_id *who,
            struct territory_id t, const struct message *m, struct str bytes)
{
    struct lane *lane = lane_of(in, t);
    if (lane->open != NULL && lane->open->bytes.len + bytes.len > BATCH_BYTES)
        append(in, lane, true);
    if (lane->open == NULL)
        lane->open = batch_new(in, lane);
    struct batch *b = lane->open;
    b->entries = grow_array(b->entries, b->count, &b->entries_cap, sizeof(*b->entries));
    b->entries[b->count] = (struct intake_entry){
        .kind = m->kind == MSG_REPORT ? 'r' : 'e',
        .who = *who,
    };
    batch_add(b, p, m, bytes);
    if (b->count >= in->batch_max)
        append(in, lane, true);
    else
        list_lane(in, lane);
}

void
intake_place(struct intake *in, struct peer *p, const struct principal_id *who,
             const struct message *m, struct str bytes)
{
    struct batch *b = batch_new(in, lane_of(in, m->place.territory));
    batch_add(b, p, m, bytes);
    batch_sent(b);
    store_place(in->store, m->place.territory, engineer_of(*who), buf_str(&b->bytes), on_placed, b);
}

void
intake_flush(struct intake *in, bool all)
{
    size_t kept = 0;
    if (!all && in->now_ms - in->flushed_ms < LINGER_MS)
        return;
    for (size_t i = 0; i < in->ready_count; i++) {
        struct lane *lane = in->ready[i];
        if (lane->open != NULL && lane->partial > 0 && !all) {
            in->ready[kept++] = lane; /* gathers on, until the one in flight is answered */
            continue;
        }
        lane->listed = false;
        if (lane->open == NULL)
            continue;
        append(in, lane, false);
        in->flushed_ms = in->now_ms;
    }
    in->ready_count = kept;
}

int64_t
intake_wait_ms(const struct intake *in)
{
    int64_t left = in->ready_count == 0 ? INT64_MAX : in->flushed_ms + LINGER_MS - in->now_ms;
    return left < 0 ? INT64_MAX : left;
}
