/* fixture.h - what the tests of this room share: a small town's plan, and a seed. */
#ifndef TESTS_PLAN_FIXTURE_H
#define TESTS_PLAN_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/plan/plan.h"
#include "tests/seed.h"

#include <stdio.h>
#include <stdlib.h>

static const char town[] =
    "version: 7\n"
    "name: Little Town\n"
    "settings:\n"
    "  triage: desk\n"
    "  fallback_category: other\n"
    "  repeat_min: 60\n"
    "levels:\n"
    "  - {id: general, offer_s: 300}\n"
    "  - {id: severe, offer_s: 120}\n"
    "calendars:\n"
    "  - {id: hours, zone: UTC, compiled: 1s.AICsjwSQ_QGA4QGAwgOA4QE}\n" /* 09-17, of 100 days */
    "rosters:\n"
    "  - id: shifts\n"
    "    zone: UTC\n"
    "    holidays: hours\n"
    "    compiled:\n"
    "      - {who: ann, compiled: 1s.AICsjwQAwNEC}\n" /* half of the first day */
    "      - {who: dora, compiled: 1s.AICsjwQAwNEC}\n"
    "escalations:\n"
    "  - id: usual\n"
    "    steps:\n"
    "      - {share_pct: 75, to: [engineer, dispatchers]}\n"
    "  - id: steep\n"
    "    ack_min: 20\n"
    "    steps:\n"
    "      - {share_pct: 50, to: [engineer]}\n"
    "      - {share_pct: 100, to: [manager], repeat_min: 10, times: 3}\n"
    "      - {share_pct: 150, to: [quinn, dora]}\n"
    "contracts:\n"
    "  - id: usual\n"
    "    promises:\n"
    "      - {clock: response, working_min: 15}\n"
    "      - {clock: arrival, working_min: 120}\n"
    "      - {clock: restoration, working_min: 240}\n"
    "  - id: gold\n"
    "    name: Golden\n"
    "    currency: EUR\n"
    "    calendar: hours\n"
    "    ladder: steep\n"
    "    manager: dora\n"
    "    complaints: quinn\n"
    "    preferred: [ann]\n"
    "    exempts: [customer_delay, force_majeure]\n"
    "    seats: [{roster: shifts, seats: 1}]\n"
    "    promises:\n"
    "      - {clock: restoration, working_min: 60, off_min: 90, basis: split, penalty: 100, "
    "penalty_per: 10, penalty_each_min: 30, penalty_most: 500}\n"
    "      - {clock: analysis, level: severe, working_min: 480, basis: working}\n"
    "categories:\n"
    "  - id: power\n"
    "    level: severe\n"
    "    needs: [{skill: power, level: 2}, {skill: climb, level: 1}]\n"
    "  - id: other\n"
    "    level: general\n"
    "level_rules:\n"
    "  - words: [Fire, 着火]\n"
    "    level: severe\n"
    "  - category: power\n"
    "    hint: severe\n"
    "    level: severe\n"
    "  - words: [smoke]\n"
    "    category: other\n"
    "    level: severe\n"
    "territories:\n"
    "  - id: west\n"
    "    code: W1\n"
    "    utc_offset_min: 60\n"
    "    neighbours: [east, desk]\n"
    "    area: [{lat: 0, lon: 0}, {lat: 0, lon: 10}, {lat: 10, lon: 10}, {lat: 10, lon: 0}]\n"
    "  - id: east\n"
    "    code: E1\n"
    "    neighbours:\n"
    "      - west\n"
    "      - desk\n"
    "    area:\n"
    "      - {lat: 0, lon: 10}\n"
    "      - {lat: 0, lon: 20}\n"
    "      - {lat: 10, lon: 20}\n"
    "      - {lat: 10, lon: 10}\n"
    "  - id: desk\n"
    "    code: D1\n"
    "customers:\n"
    "  - {id: C 1, territory: east}\n"
    "  - {id: C 2, contract: gold}\n"
    "sites:\n"
    "  - {id: mill, lat: 5, lon: 15, customer: C 2}\n"
    "  - {id: shop, customer: C 1}\n"
    "  - {id: tower, territory: desk, lat: 5, lon: 5, contract: gold, warranty_until: 2030-02-28}\n"
    "engineers:\n"
    "  - id: ann\n"
    "    name: Ann\n"
    "    phone: '+1 555'\n"
    "    territory: west\n"
    "    lat: 5.5\n"
    "    lon: 5.25\n"
    "    capacity: 2\n"
    "    skills: [{skill: power, level: 3}, {skill: climb, level: 1}]\n"
    "    duty: [mon-fri 08:00-18:00, sat 22:00-06:00]\n"
    "  - id: bob\n"
    "    name: 鲍勃\n"
    "    phone: '+1 556'\n"
    "    territory: east\n"
    "principals:\n"
    "  - id: ann\n"
    "    role: engineer\n"
    "    curve: 'Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID'\n"
    "    seal: '1111111111111111111111111111111111111111111111111111111111111111'\n"
    "  - id: mail\n"
    "    role: gateway\n"
    "    curve: 'rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7'\n"
    "    seal: '2222222222222222222222222222222222222222222222222222222222222222'\n"
    "    sources: [mail.support]\n"
    "  - {id: dora, role: dispatcher, curve: '0000000000000000000000000000000000000001',\n"
    "     seal: '4444444444444444444444444444444444444444444444444444444444444444'}\n"
    "  - {id: quinn, role: dispatcher, curve: '0000000000000000000000000000000000000002',\n"
    "     seal: '5555555555555555555555555555555555555555555555555555555555555555'}\n"
    "  - id: w1\n"
    "    role: worker\n"
    "    sign: '3333333333333333333333333333333333333333333333333333333333333333'\n";

/* A plan that must be good. */
static inline struct plan *
parse(const char *yaml)
{
    struct plan *p = NULL;
    struct buf why = { 0 };
    enum err e = plan_parse(&p, "t.yaml", str_of(yaml), &why);
    if (e != OK)
        fail_msg("%s", buf_cstr(&why));
    buf_fini(&why);
    return p;
}

/* The sample, with the files that it names, as of mid-2027. */
static inline struct plan *
parse_sample(const char *yaml)
{
    static const char path[] = "deploy/sample/plan.yaml";
    const struct plan_files files = plan_folder(path, INT64_C(1814400000000));
    struct plan *p = NULL;
    struct buf why = { 0 };
    enum err e = plan_read(&p, path, str_of(yaml), &files, &why);
    if (e != OK || why.len > 0)
        fail_msg("%s", buf_cstr(&why));
    buf_fini(&why);
    return p;
}

/* The text with its first `old` replaced; the caller's to free. */
static inline char *
edited(const char *text, const char *old, const char *new)
{
    const char *at = strstr(text, old);
    struct buf b = { 0 };
    assert_non_null(at);
    buf_put(&b, text, (size_t)(at - text));
    buf_put(&b, new, strlen(new));
    buf_put(&b, at + strlen(old), strlen(at + strlen(old)) + 1);
    return (char *)b.data;
}

static inline unsigned
line_of(const char *yaml, const char *what)
{
    const char *found = strstr(yaml, what);
    unsigned line = 1;
    assert_non_null(found);
    for (const char *c = yaml; c < found; c++)
        line += *c == '\n';
    return line;
}

/* Exactly one line: "t.yaml:<the line of `at`>: ... says ...". */
static inline void
expect_one(const char *yaml, const char *at, const char *says)
{
    struct plan *p = NULL;
    struct buf why = { 0 };
    char begin[32];
    snprintf(begin, sizeof(begin), "t.yaml:%u: ", line_of(yaml, at));
    enum err e = plan_parse(&p, "t.yaml", str_of(yaml), &why);
    const char *text = buf_cstr(&why);
    const char *end = strchr(text, '\n');
    if (e != ERR_SYNTAX || strncmp(text, begin, strlen(begin)) != 0 || strstr(text, says) == NULL ||
        end == NULL || end[1] != '\0')
        fail_msg("wanted one line \"%s...%s...\", got:\n%s", begin, says, text);
    assert_null(p);
    buf_fini(&why);
}

static inline char *
file(const char *path)
{
    FILE *f = fopen(path, "rb");
    struct buf b = { 0 };
    assert_non_null(f);
    for (size_t got = 1; got > 0;) {
        got = fread(buf_reserve(&b, 65536), 1, 65536, f);
        b.len += got;
    }
    fclose(f);
    buf_put_u8(&b, 0);
    return (char *)b.data;
}

/* Refused, and one of the lines says this. */
static inline void
expect_some(const char *yaml, const char *says)
{
    struct plan *p = NULL;
    struct buf why = { 0 };
    if (plan_parse(&p, "t.yaml", str_of(yaml), &why) != ERR_SYNTAX ||
        strstr(buf_cstr(&why), says) == NULL)
        fail_msg("wanted \"%s\", got:\n%s", says, buf_cstr(&why));
    buf_fini(&why);
}

#endif
