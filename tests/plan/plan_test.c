/* Plans from text and back: round trips, the map, the sample, hostile texts, size. */
#include "tests/plan/fixture.h"

#include <time.h>

static void
expect_equal(const struct plan *a, const struct plan *b)
{
    struct buf lines = { 0 };
    plan_diff(a, b, &lines);
    if (lines.len > 0)
        fail_msg("%s", buf_cstr(&lines));
    buf_fini(&lines);
    assert_int_equal(a->version, b->version);
}

static struct plan *
again(const struct plan *p, bool public_only, struct buf *yaml)
{
    buf_clear(yaml);
    plan_write(p, public_only, yaml);
    return parse(buf_cstr(yaml));
}

static void
what_is_written_reads_back_the_same(void **state)
{
    struct buf once = { 0 }, twice = { 0 };
    (void)state;
    struct plan *p = parse(town), *q = again(p, false, &once), *r = again(q, false, &twice);
    expect_equal(p, q);
    assert_true(str_eq(buf_str(&once), buf_str(&twice)));
    plan_free(p);
    plan_free(q);
    plan_free(r);
    buf_fini(&once);
    buf_fini(&twice);
}

/* A text of letters that YAML and people find awkward. */
static char *
awkward(struct rng *rng, size_t most)
{
    static const char *const parts[] = { "a",
                                         "Z",
                                         "7",
                                         " ",
                                         "'",
                                         "\"",
                                         "\\",
                                         ":",
                                         ": ",
                                         "#",
                                         " #",
                                         "-",
                                         "{",
                                         "}",
                                         "[",
                                         "]",
                                         ",",
                                         "&",
                                         "*",
                                         "!",
                                         "|",
                                         ">",
                                         "%",
                                         "@",
                                         "`",
                                         "海",
                                         "é",
                                         "😀",
                                         "~",
                                         "\xc2\x85",
                                         "\xe2\x80\xa8",
                                         "?",
                                         "\xef\xbb\xbf",
                                         "=",
                                         "true" };
    struct buf b = { 0 };
    size_t want = 1 + rng_below(rng, most);
    while (b.len < want) {
        const char *part = parts[rng_below(rng, countof(parts))];
        if (b.len + strlen(part) > most)
            break;
        buf_put(&b, part, strlen(part));
    }
    if (b.len == 0)
        buf_put_u8(&b, 'x');
    buf_put_u8(&b, 0);
    return (char *)b.data;
}

static void
change_text(char **at, struct rng *rng, size_t most)
{
    free(*at);
    *at = awkward(rng, most);
}

static void
any_text_and_any_number_survives_a_round_trip(void **state)
{
    struct rng rng = seed();
    struct buf yaml = { 0 };
    (void)state;
    for (int i = 0; i < 500; i++) {
        struct plan *p = parse(town);
        change_text(&p->name, &rng, 127);
        change_text(&p->sites[0].id, &rng, 31);
        change_text(&p->sites[0].name, &rng, 127);
        change_text(&p->engineers[0].name, &rng, 63);
        change_text(&p->engineers[0].phone, &rng, 31);
        change_text(&p->principals[1].sources[0], &rng, 31);
        change_text(&p->level_rules[0].words[0], &rng, 63);
        *p->engineers[0].lat = (double)rng_next(&rng) / 1.1e18 - 8;
        *p->engineers[0].lon = (double)(int64_t)rng_next(&rng) / 1e17;
        p->territories[0].utc_offset_min = (int)rng_below(&rng, 1681) - 840;
        struct plan *q = again(p, false, &yaml);
        expect_equal(p, q);
        assert_true(!(*p->engineers[0].lat < *q->engineers[0].lat) &&
                    !(*p->engineers[0].lat > *q->engineers[0].lat));
        plan_free(p);
        plan_free(q);
    }
    buf_fini(&yaml);
}

static void
the_map_says_where_and_whose_key_but_not_who(void **state)
{
    static const char *const private[] = { "Ann",      "鲍勃",   "+1 555", "capacity", "skills",
                                           "duty",     "levels", "climb",  "Fire",     "Little",
                                           "offer",    "5.25",   "gold",   "Golden",   "EUR",
                                           "promises", "usual",  "steep",  "hours",    "shifts",
                                           "1s.AIC",   "2030",   "smoke",  "share_pct" };
    static const char *const public[] = { "map: true",    "ann",  "west", "W1",   "mail.support",
                                          "triage: desk", "mill", "C 1",  "rq:rM" };
    struct buf yaml = { 0 }, more = { 0 };
    (void)state;
    struct plan *p = parse(town), *map = again(p, true, &yaml);
    for (size_t i = 0; i < countof(private); i++)
        assert_null(strstr(buf_cstr(&yaml), private[i]));
    for (size_t i = 0; i < countof(public); i++)
        assert_non_null(strstr(buf_cstr(&yaml), public[i]));
    assert_true(map->map != NULL && *map->map);
    assert_string_equal(map->engineers[0].territory, "west");
    assert_int_equal(map->version, 7);
    /* the map of a map, and the map written as a plan, are the same bytes */
    struct plan *same = again(map, false, &more);
    assert_true(str_eq(buf_str(&yaml), buf_str(&more)));
    plan_free(p);
    plan_free(map);
    plan_free(same);
    buf_fini(&yaml);
    buf_fini(&more);
}

static void
a_principal_can_be_added_and_written_below_the_sample(void **state)
{
    (void)state;
    char *sources[] = { "mail.a", "*" };
    bool yes = true;
    struct plan_principal g = { .id = "gw",
                                .role = "gateway",
                                .curve = "rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7",
                                .seal = "22222222222222222222222222222222222222222222222222222222"
                                        "22222222",
                                .sources = sources,
                                .sources_count = 2,
                                .revoked = &yes };
    char *text = file("deploy/sample/plan.yaml");
    struct plan *p = parse_sample(text);
    assert_int_equal(p->principals_count, 0);
    plan_add_principal(p, &g);
    char **names; /* once there are principals, whom contracts name must be among them */
    size_t count = plan_named(p, &names);
    assert_int_equal(count, 4);
    for (size_t i = 0; i < count; i++) {
        char curve[41], seal[65];
        snprintf(curve, sizeof(curve), "%040zu", i);
        snprintf(seal, sizeof(seal), "%064zu", i);
        plan_add_principal(
            p, &(struct plan_principal){
                   .id = names[i], .role = "dispatcher", .curve = curve, .seal = seal });
    }
    free(names);
    struct buf whole = { 0 };
    buf_put(&whole, text, strlen(text));
    plan_write_principals(p, &whole);
    struct plan *q = parse_sample(buf_cstr(&whole));
    expect_equal(p, q);
    assert_int_equal(q->principals_count, 1 + count);
    assert_string_equal(q->principals[0].sources[1], "*");
    assert_true(*q->principals[0].revoked);
    plan_free(p);
    plan_free(q);
    buf_fini(&whole);
    free(text);
}

static void
principals_may_be_absent_or_an_empty_list(void **state)
{
    static const char *const ends[] = { "", "principals:\n", "principals: []\n" };
    (void)state;
    for (size_t i = 0; i < countof(ends); i++) {
        struct buf b = { 0 };
        buf_put(&b, town, (size_t)(strstr(town, "principals:") - town));
        buf_put(&b, ends[i], strlen(ends[i]));
        struct plan *p = parse(buf_cstr(&b));
        assert_int_equal(p->principals_count, 0);
        plan_free(p);
        buf_fini(&b);
    }
}

/* Whatever the text, the answer is a plan or a reason, and never both. */
static bool
parse_any(struct str yaml)
{
    struct plan *p = NULL;
    struct buf why = { 0 };
    enum err e = plan_parse(&p, "t", yaml, &why);
    assert_true(e == OK || e == ERR_SYNTAX);
    assert_true((e == OK) == (p != NULL) && (e == OK) == (why.len == 0));
    if (e == OK)
        atlas_free(atlas_new(p));
    plan_free(p);
    buf_fini(&why);
    return e == OK;
}

static void
every_prefix_is_a_plan_or_a_reason(void **state)
{
    (void)state;
    /* an allocation of exactly these bytes, so that a sanitizer sees a read past the end */
    for (size_t len = 0; len < sizeof(town); len += 1 + len % 3) {
        char *cut = malloc(len + (len == 0));
        memcpy(cut, town, len);
        parse_any(str_bytes(cut, len));
        free(cut);
    }
}

static void
flipped_bytes_are_a_plan_or_a_reason(void **state)
{
    struct rng rng = seed();
    int good = 0;
    (void)state;
    for (int i = 0; i < 1500; i++) {
        char yaml[sizeof(town)];
        memcpy(yaml, town, sizeof(town));
        for (uint64_t n = 1 + rng_below(&rng, 3); n > 0; n--)
            yaml[rng_below(&rng, sizeof(town) - 1)] ^= (char)(1u << rng_below(&rng, 8));
        good += parse_any(str_bytes(yaml, sizeof(yaml) - 1));
    }
    assert_true(good > 0 && good < 1500);
}

static void
hostile_yaml_is_refused(void **state)
{
    static const char *const texts[] = {
        "",
        "# nothing\n",
        "- a\n",
        "just words\n",
        "{}",
        "? {a: b}\n: c\n",
        "engineers: [1, [2], {}]\n",
        "a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\n",
        "engineers: &e [{id: a}]\nprincipals: *e\n",
        "engineers: &e [*e]\n",
        "version: 99999999999\n",
        "name: \"a\\0b\"\n",
        "version: \xff\xfe\n",
        "%YAML 3.7\n---\nversion: 1\n",
        "settings: {triage: [}\n",
    };
    (void)state;
    for (size_t i = 0; i < countof(texts); i++)
        assert_false(parse_any(str_of(texts[i])));
    struct buf deep = { 0 };
    buf_printf(&deep, "name: ");
    memset(buf_extend(&deep, 5000), '[', 5000);
    assert_false(parse_any(buf_str(&deep)));
    buf_fini(&deep);
}

static void
an_alias_is_told_to_be_written_out(void **state)
{
    (void)state;
    char *yaml = edited(town, "'+1 555'", "&p '+1 555'");
    char *aliased = edited(yaml, "'+1 556'", "*p");
    struct plan *p = NULL;
    struct buf why = { 0 };
    assert_int_equal(plan_parse(&p, "t", str_of(aliased), &why), ERR_SYNTAX);
    assert_non_null(strstr(buf_cstr(&why), "alias"));
    buf_fini(&why);
    free(yaml);
    free(aliased);
}

static void
big_plan(struct buf *b, unsigned territories, unsigned engineers)
{
    buf_printf(b, "settings: {triage: t0, fallback_category: other}\n"
                  "levels:\n  - {id: general, offer_s: 1}\n"
                  "escalations:\n  - {id: e, steps: [{share_pct: 1, to: [engineer]}]}\n"
                  "contracts:\n  - {id: c}\n"
                  "categories:\n  - {id: other, level: general}\nterritories:\n");
    for (unsigned i = 0; i < territories; i++)
        buf_printf(
            b,
            "  - id: t%u\n    code: T%u\n    neighbours: [t%u]\n    area: [{lat: %u, lon: %u}, "
            "{lat: %u, lon: %u.9}, {lat: %u.9, lon: %u}]\n",
            i, i, (i + 1) % territories, i % 80, i / 80, i % 80, i / 80, i % 80, i / 80);
    buf_printf(b, "engineers:\n");
    for (unsigned i = 0; i < engineers; i++)
        buf_printf(b,
                   "  - id: e%u\n    name: Engineer %u\n    phone: '+1 %u'\n    territory: t%u\n"
                   "    lat: 1.5\n    lon: 2.5\n    skills: [{skill: network, level: 2}, "
                   "{skill: power, level: 1}]\n    duty: [mon-fri 08:00-18:00]\n",
                   i, i, i, i % territories);
    buf_printf(b, "sites:\n");
    for (unsigned i = 0; i < engineers; i++)
        buf_printf(b, "  - {id: s%u, lat: 1.1, lon: %u.2}\n", i, i % 13);
    buf_printf(b, "principals:\n");
    for (unsigned i = 0; i < engineers; i++)
        buf_printf(b, "  - {id: e%u, role: engineer, curve: '%05u%035u', seal: '%064u'}\n", i, i, i,
                   i + 1);
}

static void
a_plan_of_ten_thousand_engineers_takes_seconds(void **state)
{
    struct buf yaml = { 0 }, out = { 0 };
    struct timespec a, b;
    (void)state;
    big_plan(&yaml, 1000, 10000);
    timespec_get(&a, TIME_UTC);
    struct plan *p = parse(buf_cstr(&yaml));
    timespec_get(&b, TIME_UTC);
    double seconds = (double)(b.tv_sec - a.tv_sec) + (double)(b.tv_nsec - a.tv_nsec) / 1e9;
    print_message("%zu bytes parsed and checked in %.2f s\n", yaml.len, seconds);
    assert_int_equal(p->engineers_count, 10000);
    assert_true(seconds < 30); /* anything quadratic takes minutes */
    struct plan *q = again(p, false, &out);
    expect_equal(p, q);
    plan_free(p);
    plan_free(q);
    buf_fini(&yaml);
    buf_fini(&out);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_reads_back_the_same),
        cmocka_unit_test(any_text_and_any_number_survives_a_round_trip),
        cmocka_unit_test(the_map_says_where_and_whose_key_but_not_who),
        cmocka_unit_test(a_principal_can_be_added_and_written_below_the_sample),
        cmocka_unit_test(principals_may_be_absent_or_an_empty_list),
        cmocka_unit_test(every_prefix_is_a_plan_or_a_reason),
        cmocka_unit_test(flipped_bytes_are_a_plan_or_a_reason),
        cmocka_unit_test(hostile_yaml_is_refused),
        cmocka_unit_test(an_alias_is_told_to_be_written_out),
        cmocka_unit_test(a_plan_of_ten_thousand_engineers_takes_seconds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
