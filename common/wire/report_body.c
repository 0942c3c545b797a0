/* report_body.c - what clients seal: reports and places (docs/protocol.md section 4). */
#include "common/wire/body.h"
#include "common/wire/field.h"

#define F(rule, key, shape, member) FIELD(rule, key, shape, struct report_body, member)
static const struct field fields[] = {
    F(MAY, "category", field_label, category),
    F(NEED, "text", field_text, text),
    F(MAY, "contact", field_text, contact),
    F(MAY, "name", field_text, name),
    F(MAY, "lang", field_text, lang),
    F(MAY, "site", field_label, site),
    F(MAY, "lat", field_lat, place),
    F(MAY, "lon", field_lon, place),
    F(MAY, "customer", field_label, customer),
    F(MAY, "hint", field_hint, hint),
    F(MAY, "affected", field_percent, affected_pct),
    F(MAY, "lost", field_percent, lost_pct),
    F(MAY, "down", field_bool, down),
    F(MAY, "device", field_text, device),
    F(MAY, "follows", field_bytes, follows),
    F(MAY, "from", field_instant, from),
    F(MAY, "until", field_instant, until),
    F(NEED, "occurred_at", field_instant, occurred_at),
};

void
body_put_report(struct buf *out, const struct report_body *r)
{
    fields_put_map(fields, countof(fields), r, out);
}

enum err
body_get_report(struct doc *d, struct str bytes, struct report_body *out)
{
    *out = (struct report_body){ 0 };
    enum err e = doc_open(d, bytes, REPORT_BODY_MAX);
    if (e != OK)
        return e;
    const struct reading r = { NULL, bytes };
    return fields_get_map(fields, countof(fields), d->root, out, &r) ? OK : ERR_SYNTAX;
}

static const struct field place_fields[] = {
    { NEED, NULL, &field_lat, 0, sizeof(struct place), NULL },
    { NEED, NULL, &field_lon, 0, sizeof(struct place), NULL },
};

void
body_put_place(struct buf *out, struct place p)
{
    assert(place_known(p));
    pack_array(out, countof(place_fields));
    fields_put_array(place_fields, countof(place_fields), &p, out);
}

enum err
body_get_place(struct doc *d, struct str bytes, struct place *out)
{
    *out = PLACE_NONE;
    enum err e = doc_open(d, bytes, EVENT_BODY_MAX);
    if (e != OK)
        return e;
    const struct reading r = { NULL, bytes };
    return fields_get_array(place_fields, countof(place_fields), d->root, 0, out, &r) ? OK
                                                                                      : ERR_SYNTAX;
}
