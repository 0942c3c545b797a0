/* words.c - which level rules' words are in a report's text. ASCII letters are folded; all other
 * bytes must be the same, so Chinese and every other script in UTF-8 match as they stand. A word
 * matches inside longer ones too: "burn" finds "burning". */
#include "common/plan/plan.h"

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

static uint64_t
bits_of(const struct plan *p, struct str text)
{
    uint64_t bits = 0, bit = 1;
    for (unsigned i = 0; i < p->level_rules_count; i++) {
        const struct plan_level_rule *r = &p->level_rules[i];
        if (r->words_count == 0)
            continue;
        for (unsigned j = 0; j < r->words_count && !(bits & bit); j++)
            if (holds(text, r->words[j]))
                bits |= bit;
        bit <<= 1;
    }
    return bits;
}

uint64_t
plan_words(const struct plan *p, struct str text)
{
    char near[4096]; /* most texts are short: no allocation */
    char *folded = text.len <= sizeof(near) ? near : grow(NULL, text.len);
    for (size_t i = 0; i < text.len; i++)
        folded[i] = fold(text.at[i]);
    uint64_t bits = bits_of(p, (struct str){ folded, text.len });
    if (folded != near)
        free(folded);
    return bits;
}
