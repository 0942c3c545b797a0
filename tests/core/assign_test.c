/* assign_test.c - about workers/core/assign*.c: beside exact solvers of other kinds, beside its own
 * cold solve after every event, and on the published instances of Beasley's OR-library. */
#include <errno.h>

#include "cli/csv.h"
#include "tests/core/assign_world.h"

static bool
is_long(void)
{
    return getenv("FAULTLINE_LONG") != NULL;
}

static void
sound(const struct assign *a)
{
    struct assign_flaw flaw = assign_audit(a);
    if (flaw.fault != ASSIGN_SOUND)
        fail_msg("fault %d at row %u, slot %u", (int)flaw.fault, flaw.row, flaw.slot);
}

static void
same_as_cold(const struct model *m, struct assign *cold)
{
    assign_copy(cold, m->a);
    assign_cold(cold);
    sound(m->a);
    sound(cold);
    assert_true(assign_cost(m->a) == assign_cost(cold));
    for (size_t i = 0; i < m->size; i++)
        if (m->rows[i].there)
            assert_int_equal(model_matched(m, m->a, i), model_matched(m, cold, i));
}

/* What is out is not matched, and what is matched has an edge. */
static void
as_the_model_says(const struct model *m)
{
    for (size_t i = 0; i < m->size; i++) {
        if (!m->rows[i].there)
            continue;
        size_t slot = model_matched(m, m->a, i);
        assert_int_equal(assign_row_is_in(m->a, m->rows[i].handle), m->rows[i].in);
        if (slot != m->size)
            assert_true(m->rows[i].in && m->slots[slot].in && m->cost[i][slot] != NO_EDGE);
    }
}

static void
the_smallest_problems_are_solved_as_by_trying_everything(void **state)
{
    (void)state;
    struct rng r = seed();
    static struct model m;
    for (int round = 0; round < 300; round++) {
        model_init(&m, &r, (enum style)(round % STYLES), 5, 3);
        for (int i = 0; i < 40; i++) {
            model_event(&m);
            assert_true(assign_cost(m.a) == model_tried(&m, 0, 0));
            assert_true(assign_cost(m.a) == model_cost(&m, SIZE_MAX, 0));
            as_the_model_says(&m);
            sound(m.a);
        }
        model_fini(&m);
    }
}

/* Margins too: the dense solver may not use what the row has. */
static void
larger_ones_cost_what_a_dense_solver_finds(void **state)
{
    (void)state;
    struct rng r = seed();
    static struct model m;
    for (int round = 0; round < 40; round++) {
        size_t size = 5 + rng_below(&r, 36);
        model_init(&m, &r, (enum style)(round % STYLES), size, 1 + rng_below(&r, size));
        for (int i = 0; i < 800; i++) {
            model_event(&m);
            if (i % 40 != 0)
                continue;
            int64_t cost = model_cost(&m, SIZE_MAX, 0);
            assert_true(assign_cost(m.a) == cost);
            as_the_model_says(&m);
            size_t row = rng_below(&r, size);
            if (!m.rows[row].in)
                continue;
            int64_t other = model_cost(&m, row, model_matched(&m, m.a, row));
            int64_t margin = assign_margin(m.a, m.rows[row].handle, NULL);
            if (margin == ASSIGN_NEVER)
                assert_true(other >= (int64_t)1 << 47);
            else
                assert_true(margin == other - cost);
        }
        model_fini(&m);
    }
}

static void
after_every_event_the_matching_is_the_one_solved_from_nothing(void **state)
{
    (void)state;
    struct rng r = seed();
    static const size_t sizes[] = { 3, 8, 20, 40, 60, 100, 100 };
    static struct model m;
    long events = is_long() ? 1000000 : 100000;
    struct assign *cold = assign_new();
    for (long i = 0, epoch = 0; i < events; epoch++) {
        size_t size = sizes[rng_below(&r, countof(sizes))];
        model_init(&m, &r, (enum style)(epoch % STYLES), size, 1 + rng_below(&r, 24));
        for (int k = 0; k < 1000; k++, i++) {
            model_event(&m);
            same_as_cold(&m, cold);
        }
        model_fini(&m);
    }
    assign_free(cold);
}

/* The same problem, its rows and slots coming in another order under other handles. */
static struct assign *
shuffled(const struct model *m, struct rng *r)
{
    struct assign *a = assign_new();
    uint32_t slots[MODEL_MAX];
    size_t order[MODEL_MAX];
    for (size_t i = 0; i < m->size; i++) {
        size_t j = rng_below(r, i + 1);
        order[i] = order[j];
        order[j] = i;
    }
    for (size_t i = 0; i < m->size; i++) {
        slots[order[i]] = assign_slot_add(a, order[i] + 1);
        assign_slot_in(a, slots[order[i]]);
    }
    for (size_t i = m->size; i-- > 0;) {
        size_t row = order[i], count = 0;
        struct assign_edge edges[MODEL_MAX];
        for (size_t j = 0; j < m->size; j++)
            if (m->cost[row][order[j]] != NO_EDGE)
                edges[count++] = (struct assign_edge){ slots[order[j]], m->cost[row][order[j]] };
        assign_row_in(a, assign_row_add(a, row + 1, m->rows[row].defer, edges, count));
    }
    return a;
}

static void
the_answer_depends_on_what_is_in_alone(void **state)
{
    (void)state;
    struct rng r = seed();
    static struct model m;
    for (int round = 0; round < 100; round++) {
        model_init(&m, &r, (enum style)(round % STYLES), 20 + rng_below(&r, 80), 8);
        for (size_t i = 0; i < m.size; i++)
            model_slot_add(&m, i);
        for (size_t i = 0; i < m.size; i++)
            model_row_add(&m, i);
        struct assign *other = shuffled(&m, &r);
        assert_true(assign_cost(m.a) == assign_cost(other));
        for (uint32_t i = 0; i < m.size; i++) {
            size_t row = (size_t)assign_row_key(other, i) - 1;
            uint32_t slot = assign_matched(other, i);
            size_t want = slot == ASSIGN_NONE ? m.size : (size_t)assign_slot_key(other, slot) - 1;
            assert_int_equal(model_matched(&m, m.a, row), want);
            uint32_t next[2] = { ASSIGN_NONE, ASSIGN_NONE };
            int64_t margin = assign_margin(m.a, m.rows[row].handle, &next[0]);
            assert_true(margin == assign_margin(other, i, &next[1]));
            assert_true((next[0] == ASSIGN_NONE) == (next[1] == ASSIGN_NONE));
            if (next[0] != ASSIGN_NONE)
                assert_true(assign_slot_key(m.a, next[0]) == assign_slot_key(other, next[1]));
        }
        assign_free(other);
        model_fini(&m);
    }
}

static void
who_moved_is_told_in_order_of_keys(void **state)
{
    (void)state;
    struct rng r = seed();
    static struct model m;
    size_t before[MODEL_MAX], count;
    model_init(&m, &r, TIES, 60, 6);
    for (int i = 0; i < 20000; i++) {
        bool out[MODEL_MAX];
        for (size_t k = 0; k < m.size; k++) {
            out[k] = !m.rows[k].in;
            before[k] = out[k] ? m.size : model_matched(&m, m.a, k);
        }
        assign_settle(m.a);
        model_event(&m);
        const uint32_t *moved = assign_moved(m.a, &count);
        size_t at = 0;
        for (size_t k = 0; k < m.size; k++)
            if (m.rows[k].in && model_matched(&m, m.a, k) != before[k]) {
                assert_true(at < count);
                assert_int_equal(moved[at++], m.rows[k].handle);
            }
        assert_int_equal(at, count);
    }
    model_fini(&m);
}

static void
a_held_pair_is_nobody_elses_until_it_is_released(void **state)
{
    (void)state;
    struct assign *a = assign_new();
    uint32_t near = assign_slot_add(a, 1), far = assign_slot_add(a, 2);
    const struct assign_edge edges[] = { { near, 10 }, { far, 50 } };
    assign_slot_in(a, near);
    assign_slot_in(a, far);
    uint32_t first = assign_row_add(a, 1, 1000, edges, 2);
    assign_row_in(a, first);
    assert_int_equal(assign_matched(a, first), near);
    assert_true(assign_margin(a, first, NULL) == 40);
    assign_hold(a, first, near);
    uint32_t second = assign_row_add(a, 2, 1000, edges, 2);
    assign_row_in(a, second);
    assert_int_equal(assign_matched(a, second), far);
    assert_int_equal(assign_held(a, first), near);
    assert_true(assign_cost(a) == 50);
    assert_true(assign_regret(a, second) == 40);
    assign_row_del(a, first); /* it has been taken back: the slot comes in */
    assert_int_equal(assign_matched(a, second), near);
    assign_hold(a, second, far); /* by hand, against the matching */
    assert_int_equal(assign_taker(a, near), ASSIGN_NONE);
    assign_release(a, second);
    assert_int_equal(assign_matched(a, second), near);
    assign_slot_del(a, near);
    assert_int_equal(assign_matched(a, second), far);
    assign_slot_del(a, far);
    assert_int_equal(assign_matched(a, second), ASSIGN_NONE);
    assert_int_equal(assign_left_count(a), 1);
    assert_true(assign_cost(a) == 1000);
    assert_true(assign_margin(a, second, NULL) == ASSIGN_NEVER);
    sound(a);
    assign_free(a);
}

static void
the_largest_costs_do_not_overflow(void **state)
{
    (void)state;
    const int64_t most = ASSIGN_COST_MAX - 1;
    struct assign *a = assign_new();
    enum { SIDE = 40 };
    for (uint64_t i = 0; i < SIDE; i++)
        assign_slot_in(a, assign_slot_add(a, i));
    for (uint64_t i = 0; i < SIDE; i++) {
        struct assign_edge edges[SIDE];
        for (uint32_t j = 0; j < SIDE; j++)
            edges[j] = (struct assign_edge){ j, (i + j) % 3 == 0 ? -most : most };
        assign_row_in(a, assign_row_add(a, i, i % 2 == 0 ? most : -most, edges, SIDE));
        sound(a);
        for (uint32_t j = 0; j <= i; j++)
            assert_true(assign_margin(a, j, NULL) >= 0);
    }
    assert_true(assign_cost(a) == -most * SIDE);
    for (uint32_t j = 0; j < SIDE; j++) {
        assign_slot_out(a, j);
        sound(a);
    }
    assert_true(assign_cost(a) == 0);
    assign_free(a);
}

/* The file's numbers, the first of which is n. */
static int64_t *
numbers(const char *path, size_t *count)
{
    struct csv *c = csv_open(path);
    struct csv_row row;
    int64_t *list = NULL;
    size_t cap = 0;
    *count = 0;
    if (c == NULL)
        return NULL;
    while (csv_next(c, &row) == OK) {
        char text[256];
        snprintf(text, sizeof(text), "%.*s", (int)row.fields[0].len, row.fields[0].at);
        char *at = text, *end;
        for (long long n = strtoll(at, &end, 10); end != at; n = strtoll(at = end, &end, 10)) {
            list = grow_array(list, *count, &cap, sizeof(list[0]));
            list[(*count)++] = n;
        }
    }
    csv_close(c);
    return list;
}

static void
published_instances_come_out_at_their_optima(void **state)
{
    (void)state;
    static const struct {
        const char *path;
        int64_t optimum;
    } rows[] = {
        { "../shared/data/orlib-assign/assign100.txt.gz", 305 },
        { "../shared/data/orlib-assign/assign200.txt.gz", 475 },
        { "../shared/data/orlib-assign/assign300.txt.gz", 626 },
        { "../shared/data/orlib-assign/assign400.txt.gz", 804 },
        { "../shared/data/orlib-assign/assign500.txt.gz", 991 },
    };
    for (size_t i = 0; i < countof(rows); i++) {
        size_t count, n;
        int64_t *list = numbers(rows[i].path, &count);
        if (list == NULL) {
            printf("skipped: %s is not there\n", rows[i].path);
            skip();
        }
        n = (size_t)list[0];
        assert_int_equal(count, n * n + 1);
        struct assign *a = assign_new();
        struct assign_edge *edges = grow(NULL, n * sizeof(edges[0]));
        for (size_t j = 0; j < n; j++)
            assign_slot_in(a, assign_slot_add(a, j));
        for (size_t k = 0; k < n; k++) {
            for (uint32_t j = 0; j < n; j++)
                edges[j] = (struct assign_edge){ j, list[1 + k * n + j] };
            assign_row_in(a, assign_row_add(a, k, 100000, edges, n));
        }
        sound(a);
        assert_true(assign_cost(a) == rows[i].optimum);
        assign_cold(a);
        sound(a);
        assert_true(assign_cost(a) == rows[i].optimum);
        assign_free(a);
        free(edges);
        free(list);
    }
}

/* A thousand by a thousand, 32 edges each: sound after every 10,000th event. */
enum { SIDE = 1000, EDGES = 32 };

static size_t
draw_edges(struct rng *r, struct assign_edge *edges)
{
    uint32_t from = (uint32_t)rng_below(r, SIDE);
    for (uint32_t k = 0; k < EDGES; k++)
        edges[k] = (struct assign_edge){ (from + k * k) % SIDE,
                                         (int64_t)(rng_below(r, 4) << 30 | rng_below(r, 50000)) };
    return EDGES;
}

static void
a_thousand_by_a_thousand_stays_sound(void **state)
{
    (void)state;
    struct rng r = seed();
    struct assign *a = assign_new(), *cold = assign_new();
    struct assign_edge edges[EDGES];
    static uint32_t rows[SIDE];
    long events = is_long() ? 1000000 : 20000;
    assign_reserve(a, SIDE, SIDE, (size_t)SIDE * EDGES);
    for (uint64_t i = 0; i < SIDE; i++)
        assign_slot_in(a, assign_slot_add(a, i));
    for (uint32_t i = 0; i < SIDE; i++)
        assign_row_in(a, rows[i] =
                             assign_row_add(a, i, (int64_t)1 << 33, edges, draw_edges(&r, edges)));
    for (long i = 1; i <= events; i++) {
        uint32_t k = (uint32_t)rng_below(&r, SIDE), slot = (uint32_t)rng_below(&r, SIDE);
        switch (rng_below(&r, 4)) {
        case 0:
            assign_row_set(a, rows[k], (int64_t)1 << 33, edges, draw_edges(&r, edges));
            break;
        case 1:
            assign_slot_is_in(a, slot) ? assign_slot_out(a, slot) : assign_slot_in(a, slot);
            break;
        default:
            assign_row_del(a, rows[k]);
            rows[k] = assign_row_add(a, k, (int64_t)1 << 33, edges, draw_edges(&r, edges));
            assign_row_in(a, rows[k]);
        }
        if (i % 10000 != 0)
            continue;
        sound(a);
        assign_copy(cold, a);
        assign_cold(cold);
        assert_true(assign_cost(a) == assign_cost(cold));
        for (uint32_t j = 0; j < SIDE; j++)
            assert_int_equal(assign_matched(a, rows[j]), assign_matched(cold, rows[j]));
    }
    assign_free(a);
    assign_free(cold);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_smallest_problems_are_solved_as_by_trying_everything),
        cmocka_unit_test(larger_ones_cost_what_a_dense_solver_finds),
        cmocka_unit_test(after_every_event_the_matching_is_the_one_solved_from_nothing),
        cmocka_unit_test(the_answer_depends_on_what_is_in_alone),
        cmocka_unit_test(who_moved_is_told_in_order_of_keys),
        cmocka_unit_test(a_held_pair_is_nobody_elses_until_it_is_released),
        cmocka_unit_test(the_largest_costs_do_not_overflow),
        cmocka_unit_test(published_instances_come_out_at_their_optima),
        cmocka_unit_test(a_thousand_by_a_thousand_stays_sound),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
