/* links.c - tickets that have to do with each other: a linked new one after another cause or a late
 * return, a mass outage with its master, a duplicate; and the ways back from an end. */
#include "workers/core/state.h"

struct job *
links_succeed(struct engine *e, struct job *j, struct ticket_id fresh)
{
    (void)j;
    (void)e;
    (void)fresh;
    return NULL;
}

void
links_follow(struct engine *e, struct job *master)
{
    (void)e;
    (void)master;
}

void
links_outage(struct engine *e, const struct job *j)
{
    (void)e;
    (void)j;
}

const struct deed deeds_links[VERBS] = {
    [VERB_REOPEN] = { NULL, deed_tell },    [VERB_APPEAL] = { NULL, deed_step },
    [VERB_DIFFERENT] = { NULL, deed_step }, [VERB_JOIN] = { NULL, deed_step },
    [VERB_LEAVE] = { NULL, deed_step },     [VERB_MERGE] = { NULL, deed_step },
};
