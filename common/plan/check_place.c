/* check_place.c - where things are: territories and sites. */
#include "common/plan/checks.h"
#include "common/plan/date.h"

static bool
good_code(const char *code)
{
    for (; *code != '\0'; code++)
        if (!(*code >= 'A' && *code <= 'Z') && !(*code >= '0' && *code <= '9'))
            return false;
    return true;
}

/* Twice the area, in square degrees, signed. */
static double
surface(const struct plan_territory *t)
{
    double sum = 0;
    for (unsigned i = 0; i < t->area_count; i++) {
        const struct plan_point *a = &t->area[i], *b = &t->area[(i + 1) % t->area_count];
        sum += (a->lon - t->area[0].lon) * (b->lat - t->area[0].lat) -
               (b->lon - t->area[0].lon) * (a->lat - t->area[0].lat);
    }
    return sum;
}

static void
check_neighbours(struct check *c, const struct spot *s, const struct plan_territory *t)
{
    unsigned count = t->neighbours_count > NEIGHBOURS_MAX ? NEIGHBOURS_MAX : t->neighbours_count;
    for (unsigned i = 0; i < count; i++) {
        if (t->id != NULL && strcmp(t->neighbours[i], t->id) == 0)
            fault(c->f, s, "neighbours", "it is its own neighbour; take \"%s\" out", t->id);
        for (unsigned j = 0; j < i; j++)
            if (strcmp(t->neighbours[i], t->neighbours[j]) == 0)
                fault(c->f, s, "neighbours", "\"%s\" is said twice; keep the first",
                      t->neighbours[i]);
    }
}

void
check_territory(struct check *c, const struct spot *s)
{
    const struct plan_territory *t = s->item;
    char code[32];
    if (t->code != NULL && !good_code(t->code))
        fault(c->f, s, "code", "code \"%s\" may have only A-Z and 0-9; spell it so", t->code);
    if (t->code != NULL && t->code[0] != '\0' && str_fill(code, sizeof(code), str_of(t->code))) {
        const struct plan_territory *other = map_get(&c->codes, code);
        if (other != NULL)
            fault(c->f, s, "code", "territory %s has code \"%s\" too; give each its own",
                  other->id == NULL ? "?" : other->id, t->code);
        else
            map_put(&c->codes, code, (void *)(uintptr_t)t);
    }
    if (t->area_count > 0 && t->area_count < 3)
        fault(c->f, s, "area",
              "the area has %u points, a polygon needs 3; add some or leave out "
              "the area",
              t->area_count);
    else if (t->area_count > 0 && !(surface(t) > 0) && !(surface(t) < 0))
        fault(c->f, s, "area", "the points of the area enclose nothing; are they on one line?");
    check_neighbours(c, s, t);
}

void
check_both(struct check *c, const struct spot *s, const double *lat, const double *lon)
{
    if ((lat == NULL) != (lon == NULL))
        fault(c->f, s, lat == NULL ? "lon" : "lat", "lat and lon go together; add the %s",
              lat == NULL ? "lat" : "lon");
    else if (lat != NULL && !(*lat > 0) && !(*lat < 0) && !(*lon > 0) && !(*lon < 0))
        fault(c->f, s, "lat",
              "0, 0 stands for an unknown place; give the real one or leave it "
              "out");
}

void
check_site(struct check *c, const struct spot *s)
{
    const struct plan_site *site = s->item;
    check_both(c, s, site->lat, site->lon);
    if (site->territory == NULL && site->lat == NULL && site->customer == NULL)
        fault(c->f, s, NULL,
              "nothing says where it is; add a territory, lat and lon, or a "
              "customer");
    int64_t day;
    if (site->warranty_until != NULL && site->warranty_until[0] != '\0' &&
        !date_read(str_of(site->warranty_until), &day))
        fault(c->f, s, "warranty_until",
              "\"%s\" is not a day; write the last day of the warranty like 2027-12-31",
              site->warranty_until);
}
