/* sip.h - a SIP user agent: registers at a PBX or trunk, takes calls, makes calls. Knows nothing of
 * what is said in them. libre owns the process' loop: sip_run.
 *
 *     ring -> up -> frame, heard, key ... -> gone          (each told of the owner's own call)
 *     sip_dial -------> up ...          '-> gone(status)
 */
#ifndef GATEWAYS_PHONE_SIP_H
#define GATEWAYS_PHONE_SIP_H

#include "common/base/buf.h"
#include "gateways/phone/media.h"

struct sip_door;
struct sip_call;

struct sip_told {
    /* Somebody calls. Returns the owner's call, or NULL: refused with *status (486, 503). */
    void *(*ring)(void *own, struct sip_call *c, const char *call_id, const char *number,
                  int *status);
    void (*up)(void *call); /* both sides hear each other from now on */
    /* Every FRAME_MS: what is to be said next. */
    void (*frame)(void *call, int16_t out[FRAME]);
    void (*heard)(void *call, const int16_t *samples, size_t count);
    void (*key)(void *call, char key);
    /* The other side has hung up, or could not be reached: SIP's status, 0 after it was up. */
    void (*gone)(void *call, int status);
};
struct sip_options {
    const char *bind;      /* "10.0.0.5:5060": also what the other side is told */
    const char *registrar; /* "sip:pbx.example"; "": none */
    const char *user, *password, *domain;
    const char *peers; /* addresses that may call, blanks between; "": everybody */
    int rtp_least, rtp_most;
    const struct sip_told *told;
    void *lines; /* told's own */
    /* of the loop: wake is readable, or wait_ms have passed: turn */
    const int *wake;
    size_t wake_count;
    void (*turn)(void *own);
    int (*wait_ms)(void *own);
    bool (*done)(void *own);
    void *own;
};
/* NULL: `why`. The options' texts are loans. */
struct sip_door *sip_open(const struct sip_options *o, struct buf *why);
void sip_close_door(struct sip_door *d);
void sip_run(struct sip_door *d);  /* until done */
void sip_wake(struct sip_door *d); /* a turn, soon */
void sip_stop(struct sip_door *d); /* takes no new call: 503 */
size_t sip_calls(const struct sip_door *d);

/* NULL: not even tried. `call` is the owner's. */
struct sip_call *sip_dial(struct sip_door *d, const char *number, void *call);
/* Nothing more is told of it. */
void sip_hang_up(struct sip_call *c);

#endif
