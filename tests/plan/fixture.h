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
    "  - {id: general, offer_s: 300, response_min: 15, arrival_min: 180, restoration_min: 240}\n"
    "  - {id: severe, offer_s: 120, response_min: 15, arrival_min: 120, restoration_min: 240}\n"
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
    "  - {id: C 2}\n"
    "sites:\n"
    "  - {id: mill, lat: 5, lon: 15, customer: C 2}\n"
    "  - {id: shop, customer: C 1}\n"
    "  - {id: tower, territory: desk, lat: 5, lon: 5}\n"
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

#endif
