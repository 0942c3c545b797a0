/* Every fault is told, with its own line. The line that must be named bears the mark #!. What
 * contracts, escalations, calendars and rosters get wrong is in contract_test.c and hours_test.c.
 */
#include "tests/plan/fixture.h"

static const struct {
    const char *old, *new, *says;
} cases[] = {
    /* references that lead nowhere */
    { "triage: desk", "triage: dsk #!", "settings: triage \"dsk\" is not among the plan's terr" },
    { "fallback_category: other", "fallback_category: etc #!", "\"etc\" is not among the plan's" },
    { "      - desk\n", "      - dusk #!\n", "territory east: neighbours \"dusk\"" },
    { "  - {id: C 1, territory: east}", "  - {id: C 1, territory: eats} #!", "customer C 1" },
    { "lat: 5, lon: 15, customer: C 2}", "lat: 5, lon: 15, customer: C 3} #!", "site mill: cust" },
    { "territory: desk, lat", "territory: dsk, lat: 5, lon: 5} #!\n  - {id: x, lat",
      "site tower: territory \"dsk\"" },
    { "    level: severe\n    needs", "    level: worse #!\n    needs", "category power: level" },
    { "  - category: power\n", "  - category: water #!\n", "level_rule number 2: category" },
    { "    hint: severe\n", "    hint: awful #!\n", "hint \"awful\"" },
    { "    territory: east\nprincipals", "    territory: south #!\nprincipals",
      "engineer bob: ter" },
    { "  - id: ann\n    role", "  - id: anne #!\n    role", "no engineer has this id" },
    { "[{skill: power, level: 2}, ", "[{skill: magic, level: 1}, #!\n      ",
      "category power, skill number 1: no engineer has magic" },
    { "    needs: [{skill: power, level: 2}", "    needs: [{skill: power, level: 4} #!\n",
      "no engineer has power at level 4" },
    /* said twice */
    { "  - id: east\n", "  - id: west #!\n    code: X\n  - id: east\n",
      "another territory has this" },
    { "  - {id: C 2, contract: gold}",
      "  - {id: C 2, contract: gold}\n  - {id: C 2, contract: gold} #!",
      "another customer has this id" },
    { "  - {id: shop,", "  - {id: mill, customer: C 1} #!\n  - {id: shop,", "another site" },
    { "code: E1", "code: W1 #!", "territory west has code \"W1\" too" },
    { "neighbours: [east, desk]", "neighbours: [east, east] #!", "\"east\" is said twice" },
    { "neighbours: [east, desk]", "neighbours: [west, east] #!", "its own neighbour" },
    { "{skill: climb, level: 1}]\n    duty",
      "{skill: power, level: 1}, #!\n {skill: climb, level: 1}]\n    duty",
      "engineer ann, skill number 2: \"power\" is said twice" },
    { "rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7'", "Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID' #!",
      "principal ann has the same curve key" },
    { "'2222222222222222222222222222222222222222222222222222222222222222'",
      "'1111111111111111111111111111111111111111111111111111111111111111' #!",
      "principal ann has the same seal key" },
    { "    phone: '+1 555'\n", "    phone: '+1 555'\n    phone: '1' #!\n",
      "\"phone\" is said twice" },
    /* ids */
    { "  - id: bob", "  - id: Bob #!", "engineer Bob: the id may have only a-z" },
    { "  - id: bob", "  - id: bobbybobbybobbybobbybobby #!", "25 bytes, at most 23" },
    { "  - id: w1", "  - id: watch #!", "dispatchers' stream" },
    { "  - id: bob\n    name: 鲍勃", "  - name: 鲍勃 #!", "engineer number 2: id is missing" },
    { "code: E1", "code: e1 #!", "only A-Z and 0-9" },
    { "code: E1", "code: E1234567 #!", "8 bytes" },
    /* shapes and ranges */
    { "    area:\n      - {lat: 0, lon: 10}\n      - {lat: 0, lon: 20}\n", "    area: #!\n",
      "has 2 points" },
    { "    area:\n      - {lat: 0, lon: 10}\n      - {lat: 0, lon: 20}\n      - {lat: 10, lon: 20}",
      "    area: #!\n      - {lat: 0, lon: 0}\n      - {lat: 5, lon: 5}", "enclose nothing" },
    { "      - {lat: 10, lon: 20}", "      - {lat: 91, lon: 20} #!", "lat is 91, but must be" },
    { "      - {lat: 10, lon: 20}", "      - {lat: 10, lon: -181} #!", "lon is -181" },
    { "      - {lat: 10, lon: 20}", "      - {lat: 10} #!", "point: lon is missing" },
    { "    lat: 5.5", "    lat: 95.5 #!", "lat is 95.5" },
    { "lat: 5, lon: 15,", "lat: 0, lon: 0, #!\n", "0, 0 stands for an unknown place" },
    { "  - {id: shop, customer: C 1}", "  - {id: shop} #!", "nothing says where it is" },
    { "    capacity: 2", "    capacity: 0 #!", "capacity is 0, but must be from 1" },
    { "    capacity: 2", "    capacity: 65536 #!", "must be from 1 to 65535" },
    { "skills: [{skill: power, level: 3}", "skills: [{skill: power, level: 10} #!\n",
      "level is 10" },
    { "skills: [{skill: power, level: 3},",
      "skills: [{skill: nothing, level: 0}, #!\n"
      "      {skill: power, level: 3},",
      "level is missing or 0" },
    { "    utc_offset_min: 60", "    utc_offset_min: 900 #!", "utc_offset_min is 900" },
    { "  repeat_min: 60", "  repeat_min: 99999999 #!", "repeat_min is 99999999" },
    { "sat 22:00-06:00]", "weekends 22:00-06:00] #!", "duty \"weekends 22:00-06:00\"" },
    /* keys and roles */
    { "'rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7'", "'rq:rM' #!", "40 characters of Z85" },
    { "'rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7'", "'rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]y~7' #!",
      "40 characters of Z85" },
    { "'2222222222222222222222222222222222222222222222222222222222222222'", "'22' #!",
      "64 characters of hex" },
    { "    role: gateway", "    role: gatekeeper #!", "role \"gatekeeper\" is unknown" },
    { "    role: engineer", "    role: dispatcher #!", "the role must be engineer" },
    { "    role: worker\n", "    role: worker\n    sources: [x] #!\n",
      "only gateways have sources" },
    { "  - words: [Fire, 着火]", "  - words: [Fire, ''] #!", "0 bytes" },
    /* patterns and the other conditions of level rules */
    { "  - words: [smoke]", "  - match: [smoke, '着(火'] #!",
      "level_rule number 3: match \"着(火\" is not a pattern: missing closing parenthesis at "
      "letter 4" },
    { "  - words: [smoke]", "  - device: ['(a)\\1'] #!", "references back" },
    { "  - words: [smoke]", "  - device: ['(?x)a # b'] #!", "may not begin with (*...) or end in" },
    { "  - words: [smoke]", "  - match: ['(*UTF)a'] #!", "may not begin with (*...) or end in" },
    { "    category: other\n", "    category: other\n    affected_pct: 101 #!\n",
      "affected_pct is 101, but must be from 0 to 100" },
    { "    category: other\n", "    category: other\n    down: maybe #!\n", "true or false" },
    { "    category: other\n", "    category: other\n    contract: silver #!\n",
      "contract \"silver\" is not among the plan's contracts" },
    /* services, warranties, settings */
    { "  - id: other\n", "  - id: other\n    service: magic #!\n", "it is repair or installation" },
    { "warranty_until: 2030-02-28}", "warranty_until: 2030-02-29} #!",
      "site tower: \"2030-02-29\" is not a day" },
    { "contract: gold}\nsites", "contract: goldd} #!\nsites", "customer C 2: contract \"goldd\"" },
    { "  repeat_min: 60", "  reopen_days: 9 #!\n  settle_days: 8", "raise settle_days" },
    { "  repeat_min: 60", "  outage_count: 5 #!", "outage_count and outage_min go together" },
    { "  repeat_min: 60", "  outage_min: 5 #!", "add the count" },
    { "  repeat_min: 60", "  outage_min: 5\n  outage_count: 65 #!", "outage_count is 65" },
    /* what libyaml and the shape refuse */
    { "    capacity: 2", "    capacity: two #!", "capacity is \"two\" but must be a whole number" },
    { "    capacity: 2", "    capacity: -2 #!", "whole number, 0 or more" },
    { "    lat: 5.5", "    lat: north #!", "a number of degrees" },
    { "    lat: 5.5", "    lat: nan #!", "a number of degrees" },
    { "    capacity: 2", "    colour: red #!",
      "engineer: unknown field \"colour\"; it may have: id" },
    { "    phone: '+1 555'", "    phone: [1, 2] #!", "phone must be one value" },
    { "version: 7", "version: 7\n---\nversion: 8 #!", "a second YAML document begins" },
    { "    duty: [mon-fri 08:00-18:00, sat 22:00-06:00]", "    duty: always #!",
      "duty must be a list" },
    { "    duty: [mon-fri 08:00-18:00, sat 22:00-06:00]", "    duty: [[always]] #!",
      "duty must be a list of texts" },
    { "    capacity: 2", "\tcapacity: 2 #!", "not YAML: " },
};

static void
each_fault_is_told_once_with_its_line(void **state)
{
    (void)state;
    for (size_t i = 0; i < countof(cases); i++) {
        char *yaml = edited(town, cases[i].old, cases[i].new);
        expect_one(yaml, "#!", cases[i].says);
        free(yaml);
    }
}

/* What is not there is told at the item that lacks it. */
static void
a_missing_field_is_told_at_its_item(void **state)
{
    static const struct {
        const char *old, *at, *says; /* `old` is taken out */
    } missing[] = {
        { "    lat: 5.5\n", "    lon: 5.25", "engineer ann: lat and lon go together; add the lat" },
        { ", offer_s: 300", "{id: general}", "level general: offer_s is missing" },
        { "    phone: '+1 556'\n", "id: bob",
          "engineer bob: phone is missing; add it, for example" },
        { "    sources: [mail.support]\n", "id: mail", "a gateway must say its sources" },
        { "    sign: '3333333333333333333333333333333333333333333333333333333333333333'\n",
          "id: w1", "principal w1: the sign key is missing" },
        { "  triage: desk\n", "settings:", "settings: triage is missing" },
        { "    code: D1\n", "id: desk", "territory desk: code is missing" },
    };
    (void)state;
    for (size_t i = 0; i < countof(missing); i++) {
        char *yaml = edited(town, missing[i].old, "");
        expect_one(yaml, missing[i].at, missing[i].says);
        free(yaml);
    }
}

static void
all_faults_are_told_in_one_go_and_in_the_order_of_the_file(void **state)
{
    (void)state;
    char *one = edited(town, "triage: desk", "triage: dsk");
    char *two = edited(one, "capacity: 2", "capacity: 0");
    char *three = edited(two, "code: E1", "code: W1");
    char *four = edited(three, "    role: gateway", "    role: gatekeeper");
    struct plan *p = NULL;
    struct buf why = { 0 };
    assert_int_equal(plan_parse(&p, "t.yaml", str_of(four), &why), ERR_SYNTAX);
    unsigned lines = 0, last = 0;
    struct str rest = buf_str(&why);
    while (rest.len > 0) {
        struct str line = str_cut(&rest, '\n');
        unsigned now = (unsigned)strtoul(line.at + strlen("t.yaml:"), NULL, 10);
        assert_true(now > last);
        last = now;
        lines++;
    }
    assert_int_equal(lines, 4);
    buf_fini(&why);
    free(one);
    free(two);
    free(three);
    free(four);
}

/* Every # of the item is the number. */
static void
put_item(struct buf *b, const char *item, unsigned number)
{
    for (; *item != '\0'; item++)
        if (*item == '#')
            buf_printf(b, "%u", number);
        else
            buf_put_u8(b, (uint8_t)*item);
}

/* The town with `count` more items after the text `before`; the caller's to free. */
static char *
with_many(const char *before, const char *item, unsigned count)
{
    struct buf b = { 0 };
    const char *at = strstr(town, before) + strlen(before);
    buf_put(&b, town, (size_t)(at - town));
    for (unsigned i = 0; i < count; i++)
        put_item(&b, item, i);
    buf_put(&b, at, strlen(at) + 1);
    return (char *)b.data;
}

static void
limits_of_the_engine_are_limits_of_the_plan(void **state)
{
    static const struct {
        const char *before, *item;
        unsigned fit;
        const char *at, *says;
    } limits[] = {
        { "level_rules:\n", "  - {words: [w#], level: severe}\n", WORDS_RULES_MAX - 2,
          "words: [smoke]", "at most 64 level rules may look at texts" },
        { "levels:\n", "  - {id: l#, offer_s: 1}\n", LEVELS_MAX - 2,
          "levels:", "9 levels, at most 8 are allowed" },
        { "    skills: [", "{skill: s#, level: 1}, ", SKILLS_MAX - 2, "skills: [",
          "33 skills, at most 32 are allowed" },
        { "territories:\n", "  - {id: t#, code: T#}\n", TERRITORIES_SAID_MAX - 3,
          "territories:", "1025 territories, at most 1024 are allowed" },
    };
    (void)state;
    for (size_t i = 0; i < countof(limits); i++) {
        char *fits = with_many(limits[i].before, limits[i].item, limits[i].fit);
        plan_free(parse(fits));
        free(fits);
        char *more = with_many(limits[i].before, limits[i].item, limits[i].fit + 1);
        expect_one(more, limits[i].at, limits[i].says);
        free(more);
    }
}

static void
more_spans_of_duty_than_fit_are_refused(void **state)
{
    (void)state;
    struct buf b = { 0 };
    buf_printf(&b, "    duty: [");
    for (unsigned h = 0; h < 10; h++)
        buf_printf(&b, "'daily %02u:00-%02u:30', ", h, h);
    buf_printf(&b, "] #!\n");
    char *yaml = edited(town, "    duty: [mon-fri 08:00-18:00, sat 22:00-06:00]\n", buf_cstr(&b));
    expect_one(yaml, "#!", "engineer ann: more than 64 spans of duty");
    free(yaml);
    buf_fini(&b);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_fault_is_told_once_with_its_line),
        cmocka_unit_test(a_missing_field_is_told_at_its_item),
        cmocka_unit_test(all_faults_are_told_in_one_go_and_in_the_order_of_the_file),
        cmocka_unit_test(limits_of_the_engine_are_limits_of_the_plan),
        cmocka_unit_test(more_spans_of_duty_than_fit_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
