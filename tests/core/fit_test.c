/* fit_test.c - who may take a ticket, and why another may not. One engineer who may; then one thing
 * wrong with him at a time. */
#include "tests/core/world.h"
#include "workers/core/fit.h"
#include "workers/core/service.h"

struct setting {
    struct rules rules;
    struct category category;
    struct contract contract;
    struct engineer_rule people[2]; /* ann, bob */
    struct calendar calendar;
    struct open_span spans[2];
    struct roster roster;
    struct learned learned;
    struct ticket ticket;
    struct fit fit;
};

static void
setting_init(struct setting *s)
{
    memset(s, 0, sizeof(*s));
    s->category = (struct category){
        .id = NAME(category_id, "lift"),
        .needs = { { NAME(skill_id, "climb"), 1 }, { NAME(skill_id, "power"), 2 } },
        .needs_count = 2,
        .prefers = { { NAME(skill_id, "radio"), 1 } },
        .prefers_count = 1,
        .certificates = 5,
        .parts = 6,
        .service_ms = HOURS,
    };
    s->people[0] = (struct engineer_rule){
        .id = NAME(engineer_id, "ann"),
        .skills = { { NAME(skill_id, "climb"), 1 },
                    { NAME(skill_id, "power"), 3 },
                    { NAME(skill_id, "radio"), 1 } },
        .skills_count = 3,
        .certificates = 7,
        .parts = 14,
        .home = { 310000000, 1210000000 },
        .capacity = 2,
        .duty = { { 480, 1080 } }, /* Monday 08:00 - 18:00 */
        .duty_count = 1,
    };
    s->people[1] = s->people[0];
    s->people[1].id = NAME(engineer_id, "bob");
    s->rules = (struct rules){ .categories = &s->category,
                               .categories_count = 1,
                               .engineers = s->people,
                               .engineers_count = 2,
                               .speed_m_per_min = 600 };
    world_matching(&s->rules.matching);
    roster_init(&s->roster, &s->rules);
    ticket_init(&s->ticket, WORLD_BEGIN + 9 * HOURS);
    s->ticket.place = (struct place){ 310500000, 1210000000 }; /* some 5.6 km: 16 minutes */
    s->fit = fit_of(&s->roster, &s->learned, &s->roster.slots[0], &s->contract, &s->ticket);
}

static void
setting_fini(struct setting *s)
{
    roster_fini(&s->roster);
    learned_fini(&s->learned);
    ticket_fini(&s->ticket);
}

#define NOW (WORLD_BEGIN + 10 * HOURS)

static void
expect(struct setting *s, instant at, enum considered_why want)
{
    struct fit_way way;
    enum considered_why got = fit_ask(&s->fit, &s->roster.list[0], at, &way);
    if (got != want)
        fail_msg("wanted \"%s\", got \"%s\"", considered_text(want), considered_text(got));
}

/* ---- each reason, alone */

static void
no_skill(struct setting *s)
{
    s->people[0].skills[0].id = NAME(skill_id, "alpha");
}
static void
no_level(struct setting *s)
{
    s->people[0].skills[1].level = 1;
}
static void
past_skill(struct setting *s)
{
    s->people[0].skills_until[1] = NOW;
}
static void
other_skill(struct setting *s)
{
    s->people[0].skills_until[1] = NOW + 1;
}
static void
no_paper(struct setting *s)
{
    s->people[0].certificates = 3;
}
static void
past_paper(struct setting *s)
{
    s->people[0].certificates_until[2] = NOW - 1;
}
static void
idle_paper(struct setting *s)
{
    s->people[0].certificates_until[1] = 1;
}
static void
no_parts(struct setting *s)
{
    s->people[0].parts = 2;
}
static void
banned(struct setting *s)
{
    s->contract.banned[s->contract.banned_count++] = NAME(engineer_id, "bob");
    s->contract.banned[s->contract.banned_count++] = NAME(engineer_id, "ann");
}
static void
other_banned(struct setting *s)
{
    s->contract.banned[s->contract.banned_count++] = NAME(engineer_id, "bob");
}
static void
declined(struct setting *s)
{
    ticket_refuse(&s->ticket, (struct refuser){ NAME(engineer_id, "ann"), NOW + 1, false });
}
static void
declined_once(struct setting *s)
{
    ticket_refuse(&s->ticket, (struct refuser){ NAME(engineer_id, "ann"), NOW, false });
}
static void
missed(struct setting *s)
{
    ticket_refuse(&s->ticket, (struct refuser){ NAME(engineer_id, "ann"), NOW + 1, true });
}
static void
off_duty(struct setting *s)
{
    s->people[0].duty[0].to_min = 600;
}
static void
full(struct setting *s)
{
    s->roster.list[0].load = 2;
}
static void
far_away(struct setting *s)
{
    s->rules.matching.reach_m = 5000;
}
static void
near_enough(struct setting *s)
{
    s->rules.matching.reach_m = 6000;
}
static void
unknown_place(struct setting *s)
{
    s->rules.matching.reach_m = 1;
    s->fit.place = PLACE_NONE;
}
static void
short_shift(struct setting *s)
{
    s->people[0].duty[0].to_min = 660;
}
static void
just_enough(struct setting *s)
{
    struct fit_way w = fit_way(&s->fit, &s->roster.list[0], s->people[0].home, NOW);
    s->people[0].duty[0].to_min =
        (int32_t)((10 * HOURS + w.travel_ms + w.service_ms) / MINUTES + 1);
}
static void
short_roster(struct setting *s) /* dated duty until 11:00, whatever the week says */
{
    s->spans[0] = (struct open_span){ WORLD_BEGIN + 9 * HOURS, WORLD_BEGIN + 11 * HOURS, 0 };
    s->calendar = (struct calendar){
        .from = WORLD_BEGIN, .until = WORLD_BEGIN + 7 * DAYS, .spans = s->spans, .count = 1
    };
    s->people[0].roster = &s->calendar;
}
static void
long_roster(struct setting *s)
{
    short_roster(s);
    s->spans[0].to = WORLD_BEGIN + 20 * HOURS;
    s->people[0].duty[0].to_min = 660;
}
static void
seen_to_take_long(struct setting *s)
{
    for (int i = 0; i < 400; i++)
        service_learn(&s->learned, &s->category, NAME(engineer_id, "ann"), 8 * HOURS);
}

static const struct {
    const char *name;
    void (*wrong)(struct setting *);
    enum considered_why why;
} cases[] = {
    { "no skill", no_skill, WHY_UNSKILLED },
    { "no level", no_level, WHY_UNSKILLED },
    { "past skill", past_skill, WHY_EXPIRED },
    { "its last moment", other_skill, WHY_OUTRANKED },
    { "no certificate", no_paper, WHY_UNCERTIFIED },
    { "past certificate", past_paper, WHY_UNCERTIFIED },
    { "another past", idle_paper, WHY_OUTRANKED },
    { "no parts", no_parts, WHY_NO_PARTS },
    { "banned", banned, WHY_BANNED },
    { "another banned", other_banned, WHY_OUTRANKED },
    { "declined", declined, WHY_DECLINED },
    { "declined once", declined_once, WHY_OUTRANKED },
    { "missed", missed, WHY_MISSED },
    { "off duty", off_duty, WHY_OFF_DUTY },
    { "full", full, WHY_FULL },
    { "far", far_away, WHY_FAR },
    { "near", near_enough, WHY_OUTRANKED },
    { "unknown place", unknown_place, WHY_OUTRANKED },
    { "short shift", short_shift, WHY_SHIFT_ENDS },
    { "just enough", just_enough, WHY_OUTRANKED },
    { "short roster", short_roster, WHY_SHIFT_ENDS },
    { "long roster", long_roster, WHY_OUTRANKED },
    { "long work", seen_to_take_long, WHY_SHIFT_ENDS },
};

static void
each_thing_wrong_is_told_by_its_name(void **state)
{
    (void)state;
    for (size_t i = 0; i < countof(cases); i++) {
        struct setting s;
        setting_init(&s);
        expect(&s, NOW, WHY_OUTRANKED);
        cases[i].wrong(&s);
        print_message("%s\n", cases[i].name);
        expect(&s, NOW, cases[i].why);
        setting_fini(&s);
    }
}

static void
every_reason_has_its_words(void **state)
{
    (void)state;
    for (enum considered_why w = 0; w < CONSIDERED_WHYS; w++)
        for (enum considered_why v = 0; v <= w; v++)
            assert_true((strcmp(considered_text(v), considered_text(w)) == 0) == (v == w));
}

/* What is preferred is insisted on for its time; what is required for ever. */
static void
only_preferences_are_relaxed(void **state)
{
    (void)state;
    struct setting s;
    setting_init(&s);
    instant received = s.ticket.course.received_at, relaxed = received + 10 * MINUTES;
    s.people[0].skills_count = 2; /* no radio */
    s.people[0].duty[0] = (struct span){ 0, 10080 };
    assert_true(fit_lacks_preferred(&s.fit, &s.roster.list[0], NOW));
    assert_false(fit_lacks_preferred(&s.fit, &s.roster.list[1], NOW));
    expect(&s, relaxed - 1, WHY_UNPREFERRED);
    expect(&s, relaxed, WHY_OUTRANKED);
    s.people[0].skills[1].level = 1;
    for (instant at = received; at < received + 7 * DAYS; at += HOURS)
        expect(&s, at, WHY_UNSKILLED);
    setting_fini(&s);
}

static void
a_contract_s_preference_is_no_condition(void **state)
{
    (void)state;
    struct setting s;
    setting_init(&s);
    assert_false(fit_is_unpreferred(&s.fit, &s.roster.list[0]));
    s.contract.preferred[s.contract.preferred_count++] = NAME(engineer_id, "bob");
    assert_true(fit_is_unpreferred(&s.fit, &s.roster.list[0]));
    assert_false(fit_is_unpreferred(&s.fit, &s.roster.list[1]));
    expect(&s, NOW, WHY_OUTRANKED);
    setting_fini(&s);
}

/* Every combination of ten things wrong: the first question that he fails answers, and whoever
 * fails none may. */
static void
whoever_fails_nothing_may(void **state)
{
    (void)state;
    static void (*const wrong[])(struct setting *) = { no_skill, past_skill, past_paper, no_parts,
                                                       banned,   declined,   off_duty,   full,
                                                       far_away, short_shift };
    static const enum considered_why whys[] = { WHY_UNSKILLED, WHY_EXPIRED, WHY_UNCERTIFIED,
                                                WHY_NO_PARTS,  WHY_BANNED,  WHY_DECLINED,
                                                WHY_OFF_DUTY,  WHY_FULL,    WHY_FAR,
                                                WHY_SHIFT_ENDS };
    for (unsigned set = 0; set < 1u << countof(wrong); set++) {
        struct setting s;
        setting_init(&s);
        enum considered_why want = WHY_OUTRANKED;
        for (size_t i = countof(wrong); i-- > 0;)
            if (set >> i & 1) {
                wrong[i](&s);
                want = whys[i];
            }
        if ((set & 1 << 6) != 0) /* the shorter of both shifts counts */
            s.people[0].duty[0].to_min = 600;
        expect(&s, NOW, want);
        setting_fini(&s);
    }
}

static void
a_neighbour_s_wish_is_judged_by_what_it_says(void **state)
{
    (void)state;
    struct setting s;
    setting_init(&s);
    struct fit f = { .rules = &s.rules, .learned = &s.learned, .place = s.ticket.place };
    assert_int_equal(fit_ask(&f, &s.roster.list[0], NOW, NULL), WHY_OUTRANKED);
    f.category = &s.category;
    s.people[0].skills_count = 2; /* nothing is insisted on: no ticket of ours waits */
    assert_int_equal(fit_ask(&f, &s.roster.list[0], NOW, NULL), WHY_OUTRANKED);
    setting_fini(&s);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_thing_wrong_is_told_by_its_name),
        cmocka_unit_test(every_reason_has_its_words),
        cmocka_unit_test(only_preferences_are_relaxed),
        cmocka_unit_test(a_contract_s_preference_is_no_condition),
        cmocka_unit_test(whoever_fails_nothing_may),
        cmocka_unit_test(a_neighbour_s_wish_is_judged_by_what_it_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
