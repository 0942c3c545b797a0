/* divert_test.c - about workers/core/board.c and offer.c: who is on his way is turned back only for
 * a level that the plan names, only when that is worth the switch, and never from his work. */
#include "tests/core/world.h"

/* One engineer who can do it, an hour and more from the first ticket, and next to the second. */
struct scene {
    struct world w;
    struct event far, near;
    uint64_t said;
};

static void
say(struct scene *s, enum verb v, const struct event *r)
{
    world_do(&s->w, world_act(engine_at(s->w.e), "home-e2", ROLE_ENGINEER, ++s->said, v, r));
}

static void
scene_init(struct scene *s, uint8_t divert, int32_t away_e7)
{
    memset(s, 0, sizeof(*s));
    world_init(&s->w, "home");
    s->w.plan.rules.matching.divert = divert;
    struct position at = { { "home-e2" }, s->w.plan.engineers[2].home, WORLD_BEGIN };
    struct event ev = { .kind = EVENT_PLACES, .at = WORLD_BEGIN };
    ev.places.list = &at;
    ev.places.count = 1;
    world_do(&s->w, ev);
    s->far = world_report(WORLD_BEGIN, 1, "ac", "");
    s->far.report.place = at.place;
    s->far.report.place.lat_e7 += away_e7;
    world_do(&s->w, s->far);
    assert_true(world_told(&s->w.fx, UPDATE_OFFER, "home-e2"));
    say(s, VERB_ACCEPT, &s->far);
    say(s, VERB_DEPART, &s->far);
    s->near = world_report(WORLD_BEGIN + MINUTES, 2, "ac", "");
    s->near.report.place = at.place;
    s->near.report.place.lat_e7 += 100000;
}

static enum ticket_state
state_of(const struct scene *s, const struct event *r)
{
    struct ticket t = world_ticket(&s->w, r);
    enum ticket_state state = t.state;
    ticket_fini(&t);
    return state;
}

/* Nobody can do the far one any more: it is never forgotten, and comes when he has time. */
static void
a_level_that_may_divert_turns_him_back_and_the_other_waits(void **state)
{
    (void)state;
    struct scene s;
    scene_init(&s, 1u << 1, 5000000);
    s.near.report.hint = 1;
    world_do(&s.w, s.near);
    assert_true(world_told(&s.w.fx, UPDATE_WITHDRAWN, "home-e2"));
    assert_true(world_told(&s.w.fx, UPDATE_OFFER, "home-e2"));
    assert_int_equal(state_of(&s, &s.far), TICKET_QUEUED);
    assert_int_equal(state_of(&s, &s.near), TICKET_OFFERED);
    say(&s, VERB_ARRIVE, &s.far); /* too late */
    assert_int_equal(state_of(&s, &s.far), TICKET_QUEUED);
    say(&s, VERB_ACCEPT, &s.near);
    say(&s, VERB_WORK, &s.near);
    say(&s, VERB_RESOLVE, &s.near);
    assert_int_equal(state_of(&s, &s.far), TICKET_OFFERED);
    world_fini(&s.w);
}

static void
check_kept(struct scene *s)
{
    world_do(&s->w, s->near);
    assert_false(world_told(&s->w.fx, UPDATE_WITHDRAWN, "home-e2"));
    assert_int_equal(state_of(s, &s->near), TICKET_QUEUED);
    world_fini(&s->w);
}

static void
no_other_level_does(void **state)
{
    (void)state;
    struct scene s;
    scene_init(&s, 1u << 1, 5000000); /* it is not severe */
    check_kept(&s);
    scene_init(&s, 0, 5000000); /* the plan says nothing of it */
    s.near.report.hint = 1;
    check_kept(&s);
}

static void
nor_does_what_the_switch_does_not_pay_for(void **state)
{
    (void)state;
    struct scene s;
    scene_init(&s, 3, 300000); /* he is as good as there */
    check_kept(&s);
}

static void
who_works_is_left_alone(void **state)
{
    (void)state;
    struct scene s;
    scene_init(&s, 3, 5000000);
    say(&s, VERB_WORK, &s.far);
    s.near.report.hint = 1;
    check_kept(&s);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_level_that_may_divert_turns_him_back_and_the_other_waits),
        cmocka_unit_test(no_other_level_does),
        cmocka_unit_test(nor_does_what_the_switch_does_not_pay_for),
        cmocka_unit_test(who_works_is_left_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
