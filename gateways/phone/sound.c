/* sound.c - samples. A higher rate is brought down by averaging over each new sample's length,
 * which is enough of a low-pass for speech. */
#include "gateways/phone/sound.h"

enum { RATE_MAX = 96000, TONE_HZ = 1000, TONE_SIZE = 6000 };

void
sound_fini(struct sound *s)
{
    free(s->samples);
    *s = (struct sound){ 0 };
}

void
sound_put(struct sound *s, const int16_t *samples, size_t count)
{
    if (s->count + count > s->cap) {
        s->cap = 2 * (s->count + count);
        s->samples = grow(s->samples, s->cap * sizeof(*samples));
    }
    if (count > 0)
        memcpy(s->samples + s->count, samples, count * sizeof(*samples));
    s->count += count;
}

/* ---- WAV */

struct wav {
    uint32_t rate;
    uint16_t channels;
    struct str data;
};

static bool
read_format(struct wav *w, struct cur c)
{
    uint16_t kind = cur_u16(&c);
    w->channels = cur_u16(&c);
    w->rate = cur_u32(&c);
    cur_u32(&c);
    cur_u16(&c);
    uint16_t bits = cur_u16(&c);
    return !c.failed && (kind == 1 || kind == 0xfffe) && bits == 16 && w->channels >= 1 &&
           w->channels <= 2 && w->rate >= SOUND_RATE && w->rate <= RATE_MAX;
}

static bool
read_wav(struct wav *w, struct str bytes)
{
    char name[4];
    struct cur c = cur_of(bytes);
    bool format = false;
    cur_get(&c, name, 4);
    cur_u32(&c);
    if (c.failed || memcmp(name, "RIFF", 4) != 0)
        return false;
    cur_get(&c, name, 4);
    if (c.failed || memcmp(name, "WAVE", 4) != 0)
        return false;
    while (!c.failed) {
        cur_get(&c, name, 4);
        size_t len = cur_u32(&c), left = (size_t)(c.end - c.at);
        if (c.failed)
            return false;
        len = len < left ? len : left;
        if (memcmp(name, "data", 4) == 0) {
            w->data = str_bytes(c.at, len);
            return format;
        }
        if (memcmp(name, "fmt ", 4) == 0 &&
            !(format = read_format(w, cur_of(str_bytes(c.at, len)))))
            return false;
        len += len & 1 && len < left;
        c.at += len;
    }
    return false;
}

/* Both channels' mean. */
static int32_t
sample_at(const struct wav *w, size_t i)
{
    int32_t sum = 0;
    for (size_t k = 0; k < w->channels; k++) {
        const uint8_t *at = (const uint8_t *)w->data.at + 2 * (i * w->channels + k);
        sum += (int16_t)(at[0] | at[1] << 8);
    }
    return sum / w->channels;
}

bool
sound_put_wav(struct sound *s, struct str bytes)
{
    struct wav w = { 0 };
    if (!read_wav(&w, bytes))
        return false;
    size_t have = w.data.len / 2 / w.channels;
    size_t want = (size_t)((uint64_t)have * SOUND_RATE / w.rate);
    for (size_t i = 0; i < want && i < SOUND_SAMPLES_MAX; i++) {
        size_t from = (size_t)((uint64_t)i * w.rate / SOUND_RATE);
        size_t to = (size_t)((uint64_t)(i + 1) * w.rate / SOUND_RATE);
        int64_t sum = 0;
        to = to > from ? to : from + 1;
        for (size_t k = from; k < to; k++)
            sum += sample_at(&w, k);
        int16_t sample = (int16_t)(sum / (int64_t)(to - from));
        sound_put(s, &sample, 1);
    }
    return true;
}

void
sound_to_wav(struct buf *out, const struct sound *s)
{
    uint32_t bytes = (uint32_t)(2 * s->count);
    buf_put(out, "RIFF", 4);
    buf_put_u32(out, 36 + bytes);
    buf_put(out, "WAVEfmt ", 8);
    buf_put_u32(out, 16);
    buf_put_u16(out, 1); /* PCM */
    buf_put_u16(out, 1);
    buf_put_u32(out, SOUND_RATE);
    buf_put_u32(out, 2 * SOUND_RATE);
    buf_put_u16(out, 2);
    buf_put_u16(out, 16);
    buf_put(out, "data", 4);
    buf_put_u32(out, bytes);
    for (size_t i = 0; i < s->count; i++)
        buf_put_u16(out, (uint16_t)s->samples[i]);
}

/* A triangle: no libm is needed for a beep. */
void
sound_put_tone(struct sound *s, int32_t ms)
{
    const int32_t period = SOUND_RATE / TONE_HZ, quarter = period / 4;
    for (int32_t i = 0; i < ms * SOUND_MS; i++) {
        int32_t at = i % period;
        int32_t up = at < 2 * quarter ? at - quarter : 3 * quarter - at;
        int16_t sample = (int16_t)(up * TONE_SIZE / quarter);
        sound_put(s, &sample, 1);
    }
}

int32_t
sound_level(const int16_t *samples, size_t count)
{
    int64_t sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += samples[i] < 0 ? -(int32_t)samples[i] : samples[i];
    return count == 0 ? 0 : (int32_t)(sum / (int64_t)count);
}

/* ---- G.711: sign, three bits of exponent, four of mantissa */

static int32_t
exponent_of(int32_t size, int32_t most)
{
    int32_t exponent = 7;
    for (int32_t bit = most; exponent > 0 && (size & bit) == 0; bit >>= 1)
        exponent--;
    return exponent;
}

uint8_t
sound_to_ulaw(int16_t sample)
{
    enum { BIAS = 0x84, MOST = 32635 };
    int32_t size = sample < 0 ? -(int32_t)sample : sample;
    size = (size < MOST ? size : MOST) + BIAS;
    int32_t exponent = exponent_of(size, 0x4000);
    int32_t code = (sample < 0 ? 0x80 : 0) | exponent << 4 | (size >> (exponent + 3) & 15);
    return (uint8_t)~code;
}

int16_t
sound_of_ulaw(uint8_t code)
{
    int32_t bits = (uint8_t)~code;
    int32_t size = (((bits & 15) << 3) + 0x84) << (bits >> 4 & 7);
    return (int16_t)(bits & 0x80 ? 0x84 - size : size - 0x84);
}

uint8_t
sound_to_alaw(int16_t sample)
{
    int32_t size = sample < 0 ? -1 - (int32_t)sample : sample;
    int32_t exponent = exponent_of(size, 0x4000);
    int32_t mantissa = exponent == 0 ? size >> 4 & 15 : size >> (exponent + 3) & 15;
    return (uint8_t)(((sample < 0 ? 0 : 0x80) | exponent << 4 | mantissa) ^ 0x55);
}

int16_t
sound_of_alaw(uint8_t code)
{
    int32_t bits = code ^ 0x55, exponent = bits >> 4 & 7, size = (bits & 15) << 4 | 8;
    if (exponent > 0)
        size = (size + 0x100) << (exponent - 1);
    return (int16_t)(bits & 0x80 ? size : -size);
}
