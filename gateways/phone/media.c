/* media.c - one of the two files that know libre: RTP and SDP. */
#include "gateways/phone/libre.h"

#include "gateways/phone/media.h"

#include "gateways/phone/keys.h"
#include "gateways/phone/sound.h"

struct media {
    struct sdp_session *sdp;
    struct sdp_media *audio;
    struct rtp_sock *rtp;
    const struct media_calls *calls;
    void *own;
    int type, key_type; /* payload types; -1: none */
    bool ulaw, begun;
    struct key_events keys;
    uint32_t at; /* samples sent */
};

/* ---- in */

static void
on_sound(struct media *m, struct mbuf *mb)
{
    int16_t samples[960];
    size_t count = 0, len = mbuf_get_left(mb);
    const uint8_t *from = mbuf_buf(mb);
    for (; count < len && count < countof(samples); count++)
        samples[count] = m->ulaw ? sound_of_ulaw(from[count]) : sound_of_alaw(from[count]);
    m->calls->heard(m->own, samples, count);
}

static void
on_rtp(const struct sa *from, const struct rtp_header *header, struct mbuf *mb, void *own)
{
    struct media *m = own;
    (void)from;
    if (m->type < 0)
        return;
    if (header->pt == m->key_type) {
        struct str payload = str_bytes(mbuf_buf(mb), mbuf_get_left(mb));
        char key = key_of_event(&m->keys, header->ts, payload);
        if (key != '\0')
            m->calls->key(m->own, key);
    } else if (header->pt == m->type)
        on_sound(m, mb);
}

/* ---- agreeing */

static void
forget(void *own)
{
    struct media *m = own;
    mem_deref(m->rtp);
    mem_deref(m->sdp);
}

struct media *
media_new(const struct sa *local, int port_least, int port_most, const struct media_calls *calls,
          void *own)
{
    struct media *m = mem_zalloc(sizeof(*m), forget);
    if (m == NULL)
        return NULL;
    m->calls = calls;
    m->own = own;
    m->type = m->key_type = -1;
    int e = rtp_listen(&m->rtp, IPPROTO_UDP, local, (uint16_t)port_least, (uint16_t)port_most,
                       false, on_rtp, NULL, m);
    e = e ? e : sdp_session_alloc(&m->sdp, local);
    e = e ? e : sdp_media_add(&m->audio, m->sdp, "audio", sa_port(rtp_local(m->rtp)), "RTP/AVP");
    e = e ? e
          : sdp_format_add(NULL, m->audio, false, "8", "PCMA", SOUND_RATE, 1, NULL, NULL, NULL,
                           false, NULL);
    e = e ? e
          : sdp_format_add(NULL, m->audio, false, "0", "PCMU", SOUND_RATE, 1, NULL, NULL, NULL,
                           false, NULL);
    e = e ? e
          : sdp_format_add(NULL, m->audio, false, "101", "telephone-event", SOUND_RATE, 1, NULL,
                           NULL, NULL, false, "0-15");
    return e ? mem_deref(m) : m;
}

void
media_free(struct media *m)
{
    mem_deref(m);
}

/* The first of the other side's that is ours too. */
static void
agree(struct media *m)
{
    const struct sdp_format *f = sdp_media_rformat(m->audio, NULL);
    if (f == NULL || (strcasecmp(f->name, "PCMU") != 0 && strcasecmp(f->name, "PCMA") != 0))
        f = sdp_media_rformat(m->audio, "PCMA");
    if (f == NULL)
        f = sdp_media_rformat(m->audio, "PCMU");
    m->type = f == NULL ? -1 : f->pt;
    m->ulaw = f != NULL && strcasecmp(f->name, "PCMU") == 0;
    f = sdp_media_rformat(m->audio, "telephone-event");
    m->key_type = f == NULL ? -1 : f->pt;
}

bool
media_take(struct media *m, struct mbuf *sdp, bool offer)
{
    if (sdp_decode(m->sdp, sdp, offer) != 0)
        return false;
    agree(m);
    return m->type >= 0;
}

bool
media_put(struct media *m, struct mbuf **sdp, bool offer)
{
    return sdp_encode(sdp, m->sdp, offer) == 0;
}

bool
media_is_agreed(struct media *m)
{
    return m->type >= 0;
}

/* ---- out */

static int
send_rtp(struct media *m, struct mbuf *mb)
{
#ifdef RE_RTP_SEND_CLOCK
    return rtp_send(m->rtp, sdp_media_raddr(m->audio), false, !m->begun, (uint8_t)m->type, m->at,
                    tmr_jiffies_rt_usec(), mb);
#else
    return rtp_send(m->rtp, sdp_media_raddr(m->audio), false, !m->begun, (uint8_t)m->type, m->at,
                    mb);
#endif
}

void
media_send(struct media *m, const int16_t samples[FRAME])
{
    struct mbuf *mb = m->type < 0 || sa_port(sdp_media_raddr(m->audio)) == 0
                          ? NULL
                          : mbuf_alloc(RTP_HEADER_SIZE + FRAME);
    if (mb == NULL)
        return;
    mb->pos = mb->end = RTP_HEADER_SIZE;
    for (size_t i = 0; i < FRAME; i++)
        mbuf_write_u8(mb, m->ulaw ? sound_to_ulaw(samples[i]) : sound_to_alaw(samples[i]));
    mb->pos = RTP_HEADER_SIZE;
    send_rtp(m, mb);
    mem_deref(mb);
    m->begun = true;
    m->at += FRAME;
}
