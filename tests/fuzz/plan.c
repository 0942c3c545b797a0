/* plan.c - a plan written by anybody parses whole or is refused with words. */
#include "common/plan/plan.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct plan *p = NULL;
    struct buf why = { 0 };
    if (plan_parse(&p, "fuzz", str_bytes(data, size), &why) == OK) {
        struct atlas *a = atlas_new(p);
        atlas_free(a);
        if (p->map == NULL || !*p->map) {
            struct territory_id t;
            bool fits = str_fill(t.s, sizeof(t.s), str_of(p->territories[0].id));
            assert(fits);
            rules_free(plan_rules(p, t));
            (void)plan_words(p, str_bytes(data, size), str_bytes(data, size), NULL);
        }
        plan_free(p);
    } else {
        assert(why.len > 0);
    }
    buf_fini(&why);
    return 0;
}
