/* ticket_test.c - about workers/core/ticket.c and ticket_record.c. */
#include "tests/core/world.h"

#include "common/wire/body.h"

static struct taken
step(instant at, enum verb v, enum ticket_state from, enum ticket_state to, uint32_t version)
{
    return (struct taken){ .at = at,
                           .occurred_at = at,
                           .who = { "e1" },
                           .version = version,
                           .verb = (uint8_t)v,
                           .from = (uint8_t)from,
                           .to = (uint8_t)to };
}

/* A ticket that has seen everything. */
static void
fill(struct ticket *t, struct rng *r, size_t steps)
{
    ticket_init(t, WORLD_BEGIN);
    t->version = 9;
    t->state = TICKET_WORKING;
    t->level = 1;
    t->course.miles[MILE_ARRIVED] = WORLD_BEGIN + HOURS;
    t->course.excluded[t->course.excluded_count++] =
        (struct exclusion){ WORLD_BEGIN + HOURS, NEVER, REASON_ABSENT };
    t->helpers[t->helpers_count++] = (struct hand){ NAME(engineer_id, "e5"), NEVER };
    bool linked = ticket_links(t, LINK_MASTER, (struct ticket_id){ { 4 } });
    assert_true(linked);
    t->pages[CLOCK_ARRIVAL] = (struct page){ 1, 2, WORLD_BEGIN, true };
    t->objects = grow_array(NULL, 0, &t->objects_cap, sizeof(*t->objects));
    t->objects[t->objects_count++] = (struct object){
        .number = ++t->objects_made, .kind = OBJECT_PART, .amount = 2, .name = "fan"
    };
    t->category = NAME(category_id, "ac");
    t->site = NAME(site_id, "site-7");
    t->place = (struct place){ -310000000, 1210000000 };
    t->engineer = NAME(engineer_id, "e1");
    t->text = str_bytes(str_dup(STR("words")), 5);
    for (uint8_t i = 0; i < 20; i++)
        ticket_repeat(t, (struct report_id){ { i } }, NAME(principal_id, i % 2 ? "a" : "b"));
    for (size_t i = 0; i < steps; i++) {
        struct taken s =
            step(WORLD_BEGIN + (instant)i * MINUTES, (enum verb)rng_below(r, VERBS),
                 TICKET_PENDING_CUSTOMER, (enum ticket_state)rng_below(r, 10), (uint32_t)i + 1);
        ticket_take(t, &s, rng_below(r, 2) ? STR("why") : STR(""));
    }
    struct considered list[2] = { { { "e1" }, 1200, 2, WHY_CHOSEN },
                                  { { "e2" }, DISTANCE_UNKNOWN, 0, WHY_FULL } };
    const struct grounds why = { { 1, 2, 3, 4, 5, 6, 7 }, -8, { "e2" }, WORLD_BEGIN };
    ticket_consider(t, list, 2, &why);
    ticket_refuse(t, (struct refuser){ { "e3" }, NEVER, true });
    ticket_refuse(t, (struct refuser){ { "e4" }, WORLD_BEGIN, false });
}

static void
a_record_comes_back_whole_and_every_prefix_is_refused(void **state)
{
    (void)state;
    struct rng r = seed();
    for (size_t steps = 0; steps < 200; steps += 33) {
        struct ticket t, back;
        struct buf b = { 0 }, again = { 0 };
        fill(&t, &r, steps);
        ticket_encode(&t, &b);
        assert_int_equal(ticket_decode(&back, buf_str(&b)), OK);
        ticket_encode(&back, &again);
        assert_true(str_eq(buf_str(&b), buf_str(&again)));
        assert_true(str_is(back.text, "words"));
        assert_int_equal(back.refusers_count, 2);
        assert_int_equal(back.considered[1].why, WHY_FULL);
        ticket_fini(&back);
        for (size_t len = 0; len < b.len; len++)
            assert_int_equal(ticket_decode(&back, str_bytes(b.data, len)), ERR_SYNTAX);
        buf_put_u8(&b, 0);
        assert_int_equal(ticket_decode(&back, buf_str(&b)), ERR_SYNTAX);
        ticket_fini(&t);
        buf_fini(&b);
        buf_fini(&again);
    }
}

static void
a_flipped_bit_gives_another_record_or_none(void **state)
{
    (void)state;
    struct rng r = seed();
    struct ticket t, back;
    struct buf b = { 0 }, again = { 0 };
    fill(&t, &r, 90);
    ticket_encode(&t, &b);
    size_t refused = 0;
    for (size_t bit = 0; bit < b.len * 8; bit++) {
        b.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
        if (ticket_decode(&back, buf_str(&b)) == OK) {
            buf_clear(&again);
            ticket_encode(&back, &again);
            assert_true(str_eq(buf_str(&b), buf_str(&again)));
            ticket_fini(&back);
        } else {
            refused++;
        }
        b.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    assert_true(refused > 100);
    ticket_fini(&t);
    buf_fini(&b);
    buf_fini(&again);
}

static void
a_long_timeline_is_folded_in_its_middle(void **state)
{
    (void)state;
    struct rng r = seed();
    struct ticket t = { 0 };
    instant at = WORLD_BEGIN;
    for (uint32_t i = 0; i < 500; i++) {
        at += (instant)rng_below(&r, HOURS) - 5 * MINUTES; /* may step back: then it stands still */
        struct taken s = step(at, VERB_NOTE, TICKET_WORKING, TICKET_WORKING, i + 1);
        ticket_take(&t, &s, STR("note"));
        assert_true(t.timeline_count <= TIMELINE_MAX);
    }
    assert_int_equal(t.fold.count, 500 - TIMELINE_MAX);
    assert_int_equal(t.timeline[0].version, 1);
    assert_int_equal(t.timeline[TIMELINE_HEAD - 1].version, TIMELINE_HEAD);
    assert_int_equal(t.timeline[TIMELINE_MAX - 1].version, 500);
    for (size_t i = 1; i < t.timeline_count; i++)
        assert_true(t.timeline[i].occurred_at >= t.timeline[i - 1].occurred_at);
    ticket_fini(&t);
}

static void
a_note_is_cut_between_characters(void **state)
{
    (void)state;
    struct ticket t = { 0 };
    static char note[NOTE_MAX + 10];
    for (size_t i = 0; i + 3 <= sizeof(note); i += 3)
        memcpy(note + i, "\xe6\x96\xad", 3);
    struct taken s = step(1, VERB_NOTE, TICKET_WORKING, TICKET_WORKING, 1);
    ticket_take(&t, &s, str_bytes(note, sizeof(note)));
    assert_int_equal(t.timeline[0].note_len, NOTE_MAX - NOTE_MAX % 3);
    ticket_fini(&t);
}

static void
the_oldest_refusal_drops_out_and_passed_ones_do_not_count(void **state)
{
    (void)state;
    struct ticket t = { 0 };
    for (int i = 0; i < REFUSERS_MAX + 2; i++) {
        char name[24];
        snprintf(name, sizeof(name), "e%02d", i);
        ticket_refuse(&t, (struct refuser){ NAME(engineer_id, name), 100 + i, i % 2 == 0 });
    }
    assert_int_equal(t.refusers_count, REFUSERS_MAX);
    assert_null(ticket_refuser(&t, NAME(engineer_id, "e01"), 0));
    assert_non_null(ticket_refuser(&t, NAME(engineer_id, "e05"), 104));
    assert_null(ticket_refuser(&t, NAME(engineer_id, "e05"), 105));
    ticket_forgive(&t, 109, false);
    assert_int_equal(t.refusers_count, 8);
    ticket_forgive(&t, 109, true);
    assert_int_equal(t.refusers_count, 4);
    ticket_fini(&t);
}

/* The same rule stands in common/wire, which the core may not see. */
static void
numbers_for_people_are_those_of_the_protocol(void **state)
{
    (void)state;
    struct rng r = seed();
    for (int i = 0; i < 5000; i++) {
        struct ticket_id id;
        char ours[32], theirs[32];
        for (size_t k = 0; k < sizeof(id.b); k++)
            id.b[k] = (uint8_t)rng_next(&r);
        ticket_number(ours, "N1", id);
        number_of(theirs, "N1", id);
        assert_string_equal(ours, theirs);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_record_comes_back_whole_and_every_prefix_is_refused),
        cmocka_unit_test(a_flipped_bit_gives_another_record_or_none),
        cmocka_unit_test(a_long_timeline_is_folded_in_its_middle),
        cmocka_unit_test(a_note_is_cut_between_characters),
        cmocka_unit_test(the_oldest_refusal_drops_out_and_passed_ones_do_not_count),
        cmocka_unit_test(numbers_for_people_are_those_of_the_protocol),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
