/* words.c - which level rules' words and patterns are in a report's text and device. In words,
 * ASCII letters are folded; all other bytes must be the same, so Chinese and every other script in
 * UTF-8 match as they stand. A word matches inside longer ones too: "burn" finds "burning".
 *
 * Bits are numbered in the order of the rules: first the rule's words and match together, then its
 * device; rules.c numbers them by the same walk. */
#include "common/plan/words.h"

#include "common/plan/pattern.h"

#include <stdlib.h>

static char
fold(char c)
{
    return (char)(c >= 'A' && c <= 'Z' ? c | 0x20 : c);
}

/* `text` is folded already. */
static bool
holds(struct str text, const char *word)
{
    char folded[64]; /* fields.c limits words to this */
    size_t len = strlen(word);
    if (len == 0 || len > sizeof(folded) || len > text.len)
        return false;
    for (size_t i = 0; i < len; i++)
        folded[i] = fold(word[i]);
    return memmem(text.at, text.len, folded, len) != NULL;
}

/* In the order of the rules; of each first `match`, then `device`. */
struct patterns {
    struct finder *finder;
    struct pattern **list; /* owned */
    size_t count;
};

static void
add_patterns(struct patterns *to, char *const *texts, unsigned count)
{
    struct buf why = { 0 };
    for (unsigned i = 0; i < count; i++) {
        enum err e = pattern_new(&to->list[to->count++], str_of(texts[i]), &why);
        assert(e == OK); /* check_rule.c has tried it */
    }
    buf_fini(&why);
}

struct patterns *
patterns_new(const struct plan *p)
{
    size_t count = 0;
    for (unsigned i = 0; i < p->level_rules_count; i++)
        count += p->level_rules[i].match_count + p->level_rules[i].device_count;
    if (count == 0)
        return NULL;
    struct patterns *all = zalloc(sizeof(*all));
    all->finder = finder_new();
    all->list = zalloc(count * sizeof(struct pattern *));
    for (unsigned i = 0; i < p->level_rules_count; i++) {
        const struct plan_level_rule *r = &p->level_rules[i];
        add_patterns(all, r->match, r->match_count);
        add_patterns(all, r->device, r->device_count);
    }
    return all;
}

void
patterns_free(struct patterns *p)
{
    if (p == NULL)
        return;
    for (size_t i = 0; i < p->count; i++)
        pattern_free(p->list[i]);
    finder_free(p->finder);
    free(p->list);
    free(p);
}

/* One search for all rules. */
struct search {
    const struct plan *p;
    struct str text, folded, device;
    size_t next;   /* pattern */
    unsigned slow; /* patterns that gave up: after some, the others get fewer steps */
    uint64_t bit;  /* of the condition that is next */
    uint64_t bits, given_up;
};
enum { SLOW_MAX = 4 };

static void
match_any(struct search *s, struct str text, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        const struct pattern *pattern = s->p->patterns->list[s->next + i];
        uint32_t steps = s->slow < SLOW_MAX ? PATTERN_STEPS_MAX : PATTERN_STEPS_FEW;
        if (s->bits & s->bit)
            break;
        switch (finder_find(s->p->patterns->finder, pattern, text, steps)) {
        case FOUND:
            s->bits |= s->bit;
            break;
        case FOUND_NOTHING_IN_TIME:
            s->slow++;
            s->given_up |= s->bit;
            break;
        case FOUND_NOT:
            break;
        }
    }
    s->next += count;
}

static void
search_rule(struct search *s, const struct plan_level_rule *r)
{
    if (r->words_count + r->match_count > 0) {
        for (unsigned i = 0; i < r->words_count && !(s->bits & s->bit); i++)
            if (holds(s->folded, r->words[i]))
                s->bits |= s->bit;
        match_any(s, s->text, r->match_count);
        s->bit <<= 1;
    }
    if (r->device_count > 0) {
        match_any(s, s->device, r->device_count);
        s->bit <<= 1;
    }
}

uint64_t
plan_words(const struct plan *p, struct str text, struct str device, uint64_t *given_up)
{
    char near[4096]; /* most texts are short: no allocation */
    char *folded = text.len <= sizeof(near) ? near : grow(NULL, text.len);
    for (size_t i = 0; i < text.len; i++)
        folded[i] = fold(text.at[i]);
    struct search s = {
        .p = p, .text = text, .folded = { folded, text.len }, .device = device, .bit = 1
    };
    for (unsigned i = 0; i < p->level_rules_count; i++)
        search_rule(&s, &p->level_rules[i]);
    if (folded != near)
        free(folded);
    if (given_up != NULL)
        *given_up = s.given_up & ~s.bits;
    return s.bits;
}

unsigned
plan_words_rule(const struct plan *p, unsigned bit)
{
    unsigned bits = 0, i = 0;
    for (; i < p->level_rules_count; i++) {
        bits += rule_bits(&p->level_rules[i]);
        if (bits > bit)
            break;
    }
    return i;
}
