/* check_level.c - how bad a fault is: level rules with their patterns; and the settings. */
#include "common/plan/checks.h"
#include "common/plan/pattern.h"
#include "common/plan/words.h"

static void
check_patterns(struct check *c, const struct spot *s, const char *key, char *const *texts,
               unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        struct pattern *pattern = NULL;
        struct buf why = { 0 };
        if (pattern_new(&pattern, str_of(texts[i]), &why) != OK)
            fault(c->f, &(struct spot){ s, key, i, NULL, NULL }, NULL,
                  "%s \"%s\" is not a pattern: %s; correct it", key, texts[i], buf_cstr(&why));
        pattern_free(pattern);
        buf_fini(&why);
    }
}

void
check_level_rule(struct check *c, const struct spot *s)
{
    const struct plan_level_rule *r = s->item;
    unsigned before = c->conditions;
    c->conditions += rule_bits(r);
    if (before <= WORDS_RULES_MAX && c->conditions > WORDS_RULES_MAX)
        fault(c->f, s,
              r->device_count > 0  ? "device"
              : r->match_count > 0 ? "match"
                                   : "words",
              "at most %d level rules may look at texts, and one that looks at the device too "
              "counts twice; join some",
              WORDS_RULES_MAX);
    check_patterns(c, s, "match", r->match, r->match_count);
    check_patterns(c, s, "device", r->device, r->device_count);
}

void
check_settings(struct check *c, const struct spot *s)
{
    const struct plan_settings *set = s->item;
    if (set->reopen_days != NULL && set->settle_days != NULL &&
        *set->reopen_days > *set->settle_days)
        fault(
            c->f, s, "reopen_days",
            "a ticket that is over stays at hand for %u days (settle_days) and cannot be reopened "
            "for %u; raise settle_days or lower reopen_days",
            *set->settle_days, *set->reopen_days);
    if ((set->outage_count == NULL) != (set->outage_min == NULL))
        fault(c->f, s, set->outage_count == NULL ? "outage_min" : "outage_count",
              "outage_count and outage_min go together; add the %s",
              set->outage_count == NULL ? "count" : "minutes");
}
