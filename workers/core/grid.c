/* grid.c - people come, move and go; sheets are drawn anew when they no longer fit. */
#include "workers/core/grid_state.h"

#include "workers/core/place.h"

enum {
    CROWD = 64,    /* a point's own cell is to hold about so many */
    CELLS = 4,     /* but there are at most so many cells a point */
    CELLS_ODD = 16 /* and these */
};

struct grid *
grid_new(struct place middle)
{
    struct grid *g = zalloc(sizeof(*g));
    g->middle = middle;
    g->cosine = place_cosine(middle.lat_e7);
    pool_init(&g->points, sizeof(struct point));
    pool_init(&g->skills, sizeof(uint32_t));
    return g;
}

void
grid_free(struct grid *g)
{
    if (g == NULL)
        return;
    for (size_t i = 0; i < g->sheets_count; i++)
        free(g->sheets[i].cells);
    free(g->sheets);
    free(g->people);
    pool_fini(&g->points);
    pool_fini(&g->skills);
    free(g);
}

struct spot
grid_spot(const struct grid *g, struct place at)
{
    const int64_t turn = 3600000000;
    int64_t east = (int64_t)at.lon_e7 - g->middle.lon_e7;
    if (east > turn / 2)
        east -= turn;
    if (east < -turn / 2)
        east += turn;
    return (struct spot){ (int32_t)(east * g->cosine / PLACE_COSINE_ONE / 2),
                          (int32_t)(((int64_t)at.lat_e7 - g->middle.lat_e7) / 2) };
}

static struct run *
cell_at(const struct sheet *s, struct spot at)
{
    return &s->cells[(size_t)sheet_step(at.y, s->origin.y, s->shift, s->high) * s->wide +
                     sheet_step(at.x, s->origin.x, s->shift, s->wide)];
}

static void
point_put(struct grid *g, struct sheet *s, struct point p)
{
    struct run *cell = cell_at(s, p.at);
    run_reserve(&g->points, cell, cell->count + 1);
    struct point *points = run_items(&g->points, cell);
    points[cell->count] = p;
    s->crowd += 2 * (uint64_t)cell->count++ + 1;
    s->count++;
}

static void
point_take(struct grid *g, struct sheet *s, struct point p)
{
    struct run *cell = cell_at(s, p.at);
    struct point *points = run_items(&g->points, cell);
    uint32_t i = 0;
    while (i < cell->count && points[i].engineer != p.engineer)
        i++;
    assert(i < cell->count);
    points[i] = points[--cell->count];
    s->crowd -= 2 * (uint64_t)cell->count + 1;
    s->count--;
    if (cell->count == 0)
        run_free(&g->points, cell);
}

/* Every point of the sheet; the cells are given back. Owned by the caller. */
static struct point *
sheet_clear(struct grid *g, struct sheet *s)
{
    struct point *all = grow(NULL, (s->count + 1) * sizeof(all[0]));
    size_t count = 0;
    for (size_t i = 0; i < (size_t)s->wide * s->high; i++) {
        struct run *cell = &s->cells[i];
        if (cell->count > 0)
            memcpy(all + count, run_items(&g->points, cell), cell->count * sizeof(all[0]));
        count += cell->count;
        run_free(&g->points, cell);
    }
    assert(count == s->count);
    s->count = 0;
    s->crowd = 0;
    return all;
}

struct frame {
    struct spot low, high;
};

static struct frame
frame_of(const struct point *all, size_t count)
{
    struct frame f = { { 0, 0 }, { 0, 0 } };
    for (size_t i = 0; i < count; i++) {
        struct spot at = all[i].at;
        if (i == 0)
            f = (struct frame){ at, at };
        f.low.x = at.x < f.low.x ? at.x : f.low.x;
        f.low.y = at.y < f.low.y ? at.y : f.low.y;
        f.high.x = at.x > f.high.x ? at.x : f.high.x;
        f.high.y = at.y > f.high.y ? at.y : f.high.y;
    }
    return f;
}

static void
sheet_ruled(struct sheet *s, const struct frame *f, unsigned shift)
{
    s->origin = f->low;
    s->shift = shift;
    s->wide = (uint32_t)((((int64_t)f->high.x - f->low.x) >> shift) + 1);
    s->high = (uint32_t)((((int64_t)f->high.y - f->low.y) >> shift) + 1);
}

/* The cells get their counts and nothing else. Returns how crowded the points would be. */
static uint64_t
sheet_count(struct sheet *s, const struct point *all, size_t count)
{
    size_t cells = (size_t)s->wide * s->high;
    uint64_t crowd = 0;
    s->cells = grow(s->cells, cells * sizeof(s->cells[0]));
    memset(s->cells, 0, cells * sizeof(s->cells[0]));
    for (size_t i = 0; i < count; i++)
        crowd += 2 * (uint64_t)cell_at(s, all[i].at)->count++ + 1;
    return crowd;
}

/* Points into counted cells. Neighbours get their places one after the other, which is how they
 * are looked at. */
static void
sheet_fill(struct grid *g, struct sheet *s, const struct point *all, size_t count)
{
    for (size_t i = 0; i < (size_t)s->wide * s->high; i++) {
        uint32_t want = s->cells[i].count;
        s->cells[i].count = 0;
        run_reserve(&g->points, &s->cells[i], want);
    }
    for (size_t i = 0; i < count; i++)
        point_put(g, s, all[i]);
}

/* Halves the cells until few share one, or there are too many cells. */
static void
sheet_draw(struct grid *g, struct sheet *s)
{
    size_t count = s->count, most = count * CELLS + CELLS_ODD;
    struct point *all = sheet_clear(g, s);
    struct frame f = frame_of(all, count);
    unsigned shift = 32;
    sheet_ruled(s, &f, shift);
    uint64_t crowd = sheet_count(s, all, count);
    while (shift > 0 && crowd > CROWD * count) {
        struct sheet finer = *s;
        sheet_ruled(&finer, &f, --shift);
        if ((uint64_t)finer.wide * finer.high > most)
            break;
        *s = finer;
        if ((uint64_t)s->wide * s->high * CROWD >= count)
            crowd = sheet_count(s, all, count);
    }
    sheet_count(s, all, count);
    sheet_fill(g, s, all, count);
    s->drawn_count = count;
    s->drawn_crowd = s->crowd;
    s->changes = 0;
    free(all);
}

/* Twice or a quarter of the people, or as many changes as people and a denser crowd. */
static void
sheet_changed(struct grid *g, struct sheet *s)
{
    bool grown = s->count > 2 * s->drawn_count + CELLS_ODD;
    bool shrunk = s->count + CELLS_ODD < s->drawn_count / 4;
    bool denser = ++s->changes > s->count && s->crowd > 2 * s->drawn_crowd + CELLS_ODD;
    if (grown || shrunk || denser)
        sheet_draw(g, s);
}

static struct sheet *
sheet_of(struct grid *g, uint32_t skill)
{
    if (skill >= g->sheets_count) {
        size_t count = (size_t)skill + 1;
        g->sheets = grow(g->sheets, count * sizeof(g->sheets[0]));
        memset(g->sheets + g->sheets_count, 0, (count - g->sheets_count) * sizeof(g->sheets[0]));
        for (; g->sheets_count < count; g->sheets_count++)
            sheet_draw(g, &g->sheets[g->sheets_count]);
    }
    return &g->sheets[skill];
}

static struct person *
person_of(struct grid *g, uint32_t engineer)
{
    if (engineer >= g->people_count) {
        size_t count = (size_t)engineer + 1;
        if (count < g->people_count * 2)
            count = g->people_count * 2;
        g->people = grow(g->people, count * sizeof(g->people[0]));
        memset(g->people + g->people_count, 0, (count - g->people_count) * sizeof(g->people[0]));
        g->people_count = count;
    }
    return &g->people[engineer];
}

void
grid_move(struct grid *g, uint32_t engineer, struct place at)
{
    struct person *p = person_of(g, engineer);
    struct person then = *p;
    p->placed = place_known(at);
    p->at = p->placed ? grid_spot(g, at) : (struct spot){ 0, 0 };
    if (then.placed == p->placed && then.at.x == p->at.x && then.at.y == p->at.y)
        return;
    for (uint32_t i = 0; i < p->skills.count; i++) {
        uint32_t skill = ((const uint32_t *)run_items(&g->skills, &p->skills))[i];
        struct sheet *s = &g->sheets[skill];
        if (then.placed)
            point_take(g, s, (struct point){ then.at, engineer });
        if (p->placed)
            point_put(g, s, (struct point){ p->at, engineer });
        sheet_changed(g, s);
    }
}

/* Its place in his list; the count: he has it not. */
static uint32_t
skill_find(const struct grid *g, const struct person *p, uint32_t skill)
{
    const uint32_t *skills = run_items(&g->skills, &p->skills);
    uint32_t i = 0;
    while (i < p->skills.count && skills[i] != skill)
        i++;
    return i;
}

void
grid_have(struct grid *g, uint32_t engineer, uint32_t skill)
{
    struct person *p = person_of(g, engineer);
    struct sheet *s = sheet_of(g, skill);
    if (skill_find(g, p, skill) < p->skills.count)
        return;
    run_reserve(&g->skills, &p->skills, p->skills.count + 1);
    ((uint32_t *)run_items(&g->skills, &p->skills))[p->skills.count++] = skill;
    if (!p->placed)
        return;
    point_put(g, s, (struct point){ p->at, engineer });
    sheet_changed(g, s);
}

void
grid_lose(struct grid *g, uint32_t engineer, uint32_t skill)
{
    struct person *p = person_of(g, engineer);
    uint32_t at = skill_find(g, p, skill);
    if (at == p->skills.count)
        return;
    uint32_t *skills = run_items(&g->skills, &p->skills);
    skills[at] = skills[--p->skills.count];
    if (!p->placed)
        return;
    point_take(g, &g->sheets[skill], (struct point){ p->at, engineer });
    sheet_changed(g, &g->sheets[skill]);
}

void
grid_remove(struct grid *g, uint32_t engineer)
{
    struct person *p = person_of(g, engineer);
    grid_move(g, engineer, PLACE_NONE);
    run_free(&g->skills, &p->skills);
}

size_t
grid_count(const struct grid *g, uint32_t skill)
{
    return skill < g->sheets_count ? g->sheets[skill].count : 0;
}

uint32_t
grid_rarest(const struct grid *g, const uint32_t *skills, size_t count)
{
    uint32_t rarest = skills[0];
    for (size_t i = 1; i < count; i++)
        if (grid_count(g, skills[i]) < grid_count(g, rarest))
            rarest = skills[i];
    return rarest;
}
