/* bodies.c - what lies inside the seals, from a peer who holds a key: every body decoder, chosen by
 * the first byte. */
#include "common/wire/body.h"
#include "common/wire/log.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct doc doc;
static struct arena arena;

static void
letter(struct str s)
{
    struct letter l;
    if (body_get_letter(&doc, &arena, s, &l) == OK) {
        struct buf out = { 0 };
        body_put_letter(&out, &l);
        buf_fini(&out);
    }
}

static void
report(struct str s)
{
    struct report_body r;
    if (body_get_report(&doc, s, &r) == OK) {
        struct buf out = { 0 };
        body_put_report(&out, &r);
        buf_fini(&out);
    }
}

static void
event(struct str s)
{
    struct event_body e;
    struct str wrong;
    if (body_get_event(&doc, &arena, s, &e, &wrong) == OK) {
        struct buf out = { 0 };
        body_put_event(&out, &e);
        buf_fini(&out);
    }
}

static void
place(struct str s)
{
    struct place p;
    (void)!body_get_place(&doc, s, &p);
}

static void
updates(struct str s)
{
    struct update *list;
    size_t count = s.len > 0 ? (uint8_t)s.at[0] & 15 : 0; /* as a short array's first byte tells */
    (void)!body_get_updates(&doc, &arena, s, count, &list);
}

static void
assist(struct str s)
{
    struct assist a;
    (void)!body_get_assist(&doc, s, &a);
}

static void
log_entry(struct str s)
{
    struct log_record r;
    (void)!log_get(&doc, &arena, s, &r);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static void (*const decoders[])(struct str) = { letter,  report, event,    place,
                                                    updates, assist, log_entry };
    if (size == 0)
        return 0;
    arena_clear(&arena);
    decoders[data[0] % countof(decoders)](str_bytes(data + 1, size - 1));
    return 0;
}
