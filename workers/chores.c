/* chores.c - a table of chores, a row each.
 *
 * The order of the rows is the order of the first turn: the plan says which territories there
 * are, then the beat shares them out. */
#include "workers/chores.h"

#include "common/io/clock.h"
#include "common/io/log.h"
#include "workers/archivist.h"

enum {
    PLAN_MS = 1000,
    PLACES_MS = 2000,
    ANCHORS_MS = 250, /* looks at who is due; at most ANCHORS_AT_ONCE are written */
    ANCHORS_AT_ONCE = 4,
    ARCHIVE_MS = 250, /* looks at who is due; one is served, as it may take a disk's while */
    AUDIT_MS = 250,   /* AUDIT_SLICE tickets, of whichever territories are due */
    HEADS_AT_ONCE = 16,
    BROKEN_MS = 1000,
    PLANNER_MS = 500 /* looks at who is due; one slice */
};

enum chore {
    CHORE_PLAN,
    CHORE_BEAT,
    CHORE_HEADS,
    CHORE_PLACES,
    CHORE_ANCHORS,
    CHORE_ARCHIVE,
    CHORE_AUDIT,
    CHORE_BROKEN,
    CHORE_PLANNER
};

void
chores_progress(void *worker)
{
    struct worker *w = worker;
    int64_t now = clock_mono_ms();
    if (now < w->beat_due)
        return;
    w->beat_due = now + w->conf->beat_ms;
    if (lease_beat(w->x.lease, w->x.store, now) != OK)
        w->lost = true; /* who cannot beat cannot commit either */
}

static struct territory *
add_territory(struct worker *w, struct territory_id id)
{
    struct territory *t = map_get(&w->by_id, &id);
    if (t != NULL)
        return t;
    t = territory_new(id, &w->x);
    map_put(&w->by_id, &id, t);
    w->list = grow_array(w->list, w->count, &w->cap, sizeof(struct territory *));
    w->list[w->count++] = t;
    return t;
}

/* Letters bear our signature: whoever reads them must find our key in the plan. */
static void
check_signer(struct worker *w, const struct atlas *a)
{
    const struct principal *p = atlas_principal(a, w->x.signer);
    w->known_signer = p != NULL && p->role == ROLE_WORKER && !p->revoked &&
                      memcmp(p->sign, keys_public(w->own)->sign, sizeof(p->sign)) == 0;
    if (!w->known_signer && !w->told_signer)
        log_error("event=signer_unknown name=%s action=\"give the plan a principal of this name "
                  "with role worker and the sign key of its key file\"",
                  w->x.signer.s);
    w->told_signer = !w->known_signer;
}

static bool
in_use(void *context, uint32_t version)
{
    const struct worker *w = context;
    for (size_t i = 0; i < w->count; i++) {
        const struct territory *t = w->list[i];
        if (t->edition != NULL && t->edition->version == version)
            return true;
        if (t->engine != NULL && engine_lives_by(t->engine, version))
            return true;
    }
    return false;
}

/* A territory weighs what its engineers can do: that is what its tickets will be. */
static void
share_territories(struct worker *w, const struct edition *now, const struct territory_id *ids,
                  size_t count)
{
    uint32_t *loads = zalloc((count + 1) * sizeof(*loads));
    struct map places;
    map_init(&places, sizeof(struct territory_id));
    for (size_t i = 0; i < count; i++) {
        loads[i] = 1;
        map_put(&places, &ids[i], &loads[i]);
    }
    for (unsigned i = 0; i < now->plan->engineers_count; i++) {
        struct territory_id home;
        uint32_t *load = NULL;
        if (str_fill(home.s, sizeof(home.s), str_of(now->plan->engineers[i].territory)))
            load = map_get(&places, &home);
        if (load != NULL)
            ++*load;
    }
    lease_territories(w->x.lease, ids, loads, count);
    map_fini(&places);
    free(loads);
}

static void
chore_plan(struct worker *w)
{
    bool news;
    enum err err = plans_refresh(w->x.plans, &news);
    w->lost = w->lost || err == ERR_CLOSED;
    if (err != OK || !news)
        return;
    const struct edition *now = plans_current(w->x.plans);
    const struct territory_id *ids;
    size_t count = atlas_territories(now->atlas, &ids);
    for (size_t i = 0; i < w->count; i++)
        w->list[i]->listed = false;
    for (size_t i = 0; i < count; i++)
        add_territory(w, ids[i])->listed = true;
    share_territories(w, now, ids, count);
    keyring_use(w->x.keyring, now->atlas);
    check_signer(w, now->atlas);
    for (size_t i = 0; i < w->count; i++)
        if (w->list[i]->engine != NULL)
            engine_forget(w->list[i]->engine);
    plans_sweep(w->x.plans, in_use, w);
    log_info("event=plan version=%u territories=%zu", now->version, count);
}

/* Takes what should be ours and lets go what should be another's. */
static void
share_out(struct worker *w, struct territory *t)
{
    struct tools *x = &w->x;
    const char *owner = lease_owner(x->lease, t->id);
    bool mine = owner == lease_worker(x->lease) && w->known_signer;
    if (t->standing == TERRITORY_AWAY && mine && t->listed) {
        enum err err = territory_take(t, x);
        if (err != OK && err != ERR_AGAIN && err != ERR_FENCED && err != ERR_CLOSED)
            log_error("event=take_failed territory=%s err=%s", t->id.s,
                      log_quote(err_text(err), strlen(err_text(err))));
    } else if (t->standing == TERRITORY_SERVED || t->standing == TERRITORY_BROKEN) {
        if (!w->known_signer || (!mine && t->listed && lease_moving(x->lease, owner)))
            if (territory_release(t, x) != OK)
                log_warn("event=not_released territory=%s", t->id.s);
    }
}

static void
chore_beat(struct worker *w)
{
    w->beat_due = 0;
    chores_progress(w);
    for (size_t i = 0; i < w->count && store_is_up(w->x.store); i++) {
        share_out(w, w->list[i]);
        chores_progress(w); /* many loads in a row are progress, too */
    }
}

static void
chore_heads(struct worker *w)
{
    for (size_t i = 0; i < w->count && i < HEADS_AT_ONCE && store_is_up(w->x.store); i++)
        territory_check(w->list[w->head_next++ % w->count], &w->x);
}

static void
chore_places(struct worker *w)
{
    for (size_t i = 0; i < w->count; i++)
        territory_look(w->list[i], &w->x);
}

static void
chore_anchors(struct worker *w)
{
    for (size_t i = 0, written = 0; i < w->count && written < ANCHORS_AT_ONCE; i++) {
        struct territory *t = w->list[w->anchor_next++ % w->count];
        uint64_t before = t->anchored;
        territory_anchor(t, &w->x);
        written += t->anchored != before;
    }
}

static void
chore_archive(struct worker *w)
{
    bool looked = false;
    for (size_t i = 0; i < w->count && !looked; i++)
        looked = archivist_look(w->list[w->archive_next++ % w->count], &w->x);
}

/* While the clock is in doubt, timers stand still by intent. */
static void
chore_audit(struct worker *w)
{
    size_t left = watchtime_sane(&w->x.time) ? AUDIT_SLICE : 0;
    for (size_t i = 0; i < w->count && left > 0; i++) {
        struct territory *t = w->list[w->audit_next++ % w->count];
        if (t->standing == TERRITORY_SERVED)
            left -= auditor_walk(t, watchtime_at(&w->x.time, engine_at(t->engine)), clock_mono_ms(),
                                 left);
    }
}

/* One that is not served cannot speak for itself: any neighbour we serve tells its dispatchers. */
static void
speak_for(struct worker *w, struct territory *broken)
{
    for (size_t i = 0; i < w->count && broken->alarm.len > 0; i++) {
        if (w->list[i]->standing != TERRITORY_SERVED)
            continue;
        territory_tell(w->list[i], "%s", buf_cstr(&broken->alarm));
        buf_clear(&broken->alarm);
    }
}

static void
chore_broken(struct worker *w)
{
    for (size_t i = 0; i < w->count; i++) {
        struct territory *t = w->list[i];
        if (t->standing != TERRITORY_BROKEN)
            continue;
        speak_for(w, t);
        if (clock_mono_ms() >= t->again_at) {
            territory_drop(t, &w->x); /* the next beat takes it and loads it again */
            buf_clear(&t->alarm);
        }
    }
}

/* Planning is for quiet moments: not while messages come faster than they are read. */
static void
chore_planner(struct worker *w)
{
    uint64_t steps = (uint64_t)w->conf->planner_steps;
    if (w->busy || steps == 0 || !watchtime_sane(&w->x.time))
        return;
    for (size_t i = 0; i < w->count; i++) {
        struct territory *t = w->list[w->planner_next % w->count];
        instant now = t->engine == NULL ? 0 : watchtime_at(&w->x.time, engine_at(t->engine));
        if (t->standing == TERRITORY_SERVED && planner_walk(t, now, clock_mono_ms(), steps)) {
            w->due[CHORE_PLANNER] = 0; /* goes on after the next read, which does not wait */
            return;
        }
        w->planner_next++;
    }
}

static const struct {
    void (*fn)(struct worker *);
    int64_t every_ms; /* 0: conf.beat_ms */
} chores[] = {
    [CHORE_BEAT] = { chore_beat, 0 },
    [CHORE_HEADS] = { chore_heads, 0 },
    [CHORE_PLAN] = { chore_plan, PLAN_MS },
    [CHORE_PLACES] = { chore_places, PLACES_MS },
    [CHORE_ANCHORS] = { chore_anchors, ANCHORS_MS },
    [CHORE_ARCHIVE] = { chore_archive, ARCHIVE_MS },
    [CHORE_AUDIT] = { chore_audit, AUDIT_MS },
    [CHORE_BROKEN] = { chore_broken, BROKEN_MS },
    [CHORE_PLANNER] = { chore_planner, PLANNER_MS },
};
_Static_assert(countof(chores) <= CHORES_MAX, "each chore has its time");

bool
chores_due(const struct worker *w)
{
    return chores_wait_ms(w, clock_mono_ms()) <= 0;
}

void
chores_do(struct worker *w)
{
    for (size_t i = 0; i < countof(chores) && store_is_up(w->x.store); i++) {
        int64_t now = clock_mono_ms();
        if (now < w->due[i])
            continue;
        w->due[i] = now + (chores[i].every_ms == 0 ? w->conf->beat_ms : chores[i].every_ms);
        chores[i].fn(w);
    }
}

int64_t
chores_wait_ms(const struct worker *w, int64_t mono_ms)
{
    int64_t wait = INT64_MAX;
    for (size_t i = 0; i < countof(chores); i++)
        if (w->due[i] - mono_ms < wait)
            wait = w->due[i] - mono_ms;
    return wait;
}
