/* media.h - a call's sound: RTP with G.711 and the keys of RFC 4733, agreed on by SDP. For sip.c.
 */
#ifndef GATEWAYS_PHONE_MEDIA_H
#define GATEWAYS_PHONE_MEDIA_H

#include "common/base/base.h"

struct mbuf; /* libre's */
struct sa;
struct sdp_session;

enum { FRAME_MS = 20, FRAME = 160 }; /* samples */

struct media;
struct media_calls {
    void (*heard)(void *own, const int16_t *samples, size_t count);
    void (*key)(void *own, char key);
};
/* `local`: this machine's address as the other side reaches it. NULL: no port is free. */
struct media *media_new(const struct sa *local, int port_least, int port_most,
                        const struct media_calls *calls, void *own);
void media_free(struct media *m);
/* The other side's words, and ours. false: nothing in common. */
must_use bool media_take(struct media *m, struct mbuf *sdp, bool offer);
must_use bool media_put(struct media *m, struct mbuf **sdp, bool offer);
/* A kind of sound that both can has been agreed on. */
bool media_is_agreed(struct media *m);
void media_send(struct media *m, const int16_t samples[FRAME]);

#endif
