/* why.c - a decision in words: whom it fell on and why, what the choice costs in minutes, by how
 * much it is better than the next, and why each of the others was not chosen. */
#include "cli/story.h"

#include "workers/core/cost.h"

/* Sixteenths of a second, as people count. */
static double
minutes(int64_t cost)
{
    return (double)cost / (COST_SECOND * 60);
}

static void
print_person(const struct considered *c)
{
    printf("%s, ", c->engineer.s);
    if (c->distance_m != DISTANCE_UNKNOWN)
        printf("%.1f km away", c->distance_m / 1000.0);
    else
        printf("at an unknown distance");
    printf(", carrying %u", c->load);
}

static void
print_grounds(const struct grounds *r)
{
    int64_t sum = 0;
    puts("What the choice costs, in minutes by the plan's weights:");
    for (size_t i = 0; i < COST_TERMS; i++) {
        sum += r->terms[i];
        if (r->terms[i] != 0)
            printf("  %-12s %10.1f\n", cost_text(i), minutes(r->terms[i]));
    }
    printf("  %-12s %10.1f\n", "in all", minutes(sum));
    if (r->margin == GROUNDS_ALONE)
        puts("Nobody else could do it.");
    else if (r->margin >= 0)
        printf("The next best costs %.1f minutes more.\n", minutes(r->margin));
    else
        printf("Another would cost %.1f minutes less, and is needed more elsewhere.\n",
               minutes(-r->margin));
}

void
why_print(const struct ticket *t)
{
    const struct considered *first = t->considered;
    if (t->considered_count == 0) {
        puts("Nobody was considered: no engineer of this territory has the skills.");
        return;
    }
    bool chosen = first->why == WHY_CHOSEN, awaited = first->why == WHY_AWAITED;
    if (!no_name(t->pinned))
        printf("A dispatcher keeps it for %s.\n", t->pinned.s);
    if (chosen || awaited) {
        printf(chosen ? "Chosen: " : "Worth waiting for: ");
        print_person(first);
        puts(".");
    } else {
        puts("Nobody could be chosen.");
    }
    if (t->has_grounds)
        print_grounds(&t->grounds);
    if (t->considered_count > (size_t)(chosen || awaited))
        puts("Not chosen:");
    for (size_t i = chosen || awaited; i < t->considered_count; i++) {
        printf("  ");
        print_person(&t->considered[i]);
        printf(": %s.\n", considered_text(t->considered[i].why));
    }
}
