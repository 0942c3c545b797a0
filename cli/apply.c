/* apply.c - a plan file becomes the plan in force: sealed for the workers, and its public
 * part signed by the operator for the brokers, so that Redis can change neither. */
#include "cli/apply.h"

#include "common/io/clock.h"
#include "common/wire/body.h"

#include <errno.h>
#include <stdio.h>

struct plan *
apply_read(const struct command *c, const char *path, bool *warned)
{
    struct buf yaml = { 0 }, why = { 0 };
    struct plan *plan = NULL;
    const struct plan_files files = plan_folder(path, clock_wall_ms());
    if (!file_read(path, &yaml))
        cmd_failed(c, "cannot read %s: %s", path, strerror(errno));
    else if (plan_read(&plan, path, buf_str(&yaml), &files, &why) != OK)
        plan = NULL;
    fprintf(stderr, "%s", buf_cstr(&why));
    if (warned != NULL)
        *warned = why.len > 0;
    buf_fini(&yaml);
    buf_fini(&why);
    return plan;
}

static void
seal_plan(struct site *s, const struct plan *p, struct buf *sealed)
{
    struct buf yaml = { 0 }, ad = { 0 };
    struct seal_key key;
    char name[16];
    snprintf(name, sizeof(name), "%u", p->version);
    plan_write(p, false, &yaml);
    seal_key_storage(&key, s->pool, "plan");
    ad_rest(&ad, "plan", (struct territory_id){ "" }, str_of(name));
    seal(sealed, &key, buf_str(&ad), buf_str(&yaml));
    buf_fini(&yaml);
    buf_fini(&ad);
}

/* Stores the version in p; all of its territories are told. */
static enum err
put(struct site *s, const struct plan *p, const struct keys *signer)
{
    struct buf sealed = { 0 }, map = { 0 };
    uint8_t signature[SIGNATURE_SIZE];
    const struct territory_id *territories;
    struct atlas *atlas = atlas_new(p);
    size_t count = atlas_territories(atlas, &territories);

    seal_plan(s, p, &sealed);
    plan_write(p, true, &map);
    sign(signature, signer, buf_str(&map));
    enum err e = store_plan_put(s->store, p->version, buf_str(&sealed), buf_str(&map), signature,
                                territories, count);
    atlas_free(atlas);
    buf_fini(&sealed);
    buf_fini(&map);
    return e;
}

/* Is `p` what is in force already? */
static bool
same_as_now(struct site *s, const struct plan *p, uint32_t now)
{
    if (now == 0 || !site_plan(s))
        return false;
    struct buf lines = { 0 };
    plan_diff(s->plan, p, &lines);
    bool same = lines.len == 0;
    fputs(buf_cstr(&lines), stdout);
    buf_fini(&lines);
    return same;
}

/* A territory that has lived may not vanish from the plan: its tickets would be served by nobody.
 */
static const char *
lost_territory(const struct plan *now, const struct plan *p)
{
    for (unsigned i = 0; now != NULL && i < now->territories_count; i++) {
        unsigned k = 0;
        while (k < p->territories_count &&
               strcmp(p->territories[k].id, now->territories[i].id) != 0)
            k++;
        if (k == p->territories_count)
            return now->territories[i].id;
    }
    return NULL;
}

int
apply_plan(struct site *s, struct plan *p)
{
    uint32_t now = 0;
    if (!site_store(s) || !site_pool(s))
        return EXIT_FAILED;
    enum err e = store_plan_current(s->store, &now);
    if (e != OK)
        return cmd_failed(s->command, "asking for the plan in force: %s", err_text(e));
    if (same_as_now(s, p, now)) {
        printf("nothing differs from plan version %u\n", (unsigned)now);
        return EXIT_DONE;
    }
    const char *lost = lost_territory(s->plan, p);
    if (lost != NULL)
        return cmd_failed(
            s->command,
            "the plan in force has the territory '%s' and this one does not: its tickets "
            "would be served by nobody. Keep it (without an area, to send it no more reports)",
            lost);
    struct keys *signer = NULL;
    struct buf why = { 0 };
    if (keys_read(s->conf.operator_key, &signer, &why) != OK) {
        int code =
            cmd_failed(s->command, "operator key %s: %s", s->conf.operator_key, buf_cstr(&why));
        buf_fini(&why);
        return code;
    }
    p->version = now + 1;
    e = put(s, p, signer);
    keys_free(signer);
    if (e == ERR_CONFLICT)
        return cmd_failed(s->command,
                          "somebody applied another plan just now; look at it, then try again");
    if (e != OK)
        return cmd_failed(s->command, "storing plan version %u: %s", p->version, err_text(e));
    printf("plan version %u is in force for %u territories\n", p->version, p->territories_count);
    return EXIT_DONE;
}
