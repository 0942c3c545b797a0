/* sound.h - sound as telephones carry it: 16-bit samples, 8000 a second, one channel; WAV files of
 * other rates made so; G.711 there and back. Pure. */
#ifndef GATEWAYS_PHONE_SOUND_H
#define GATEWAYS_PHONE_SOUND_H

#include "common/base/buf.h"

enum { SOUND_RATE = 8000, SOUND_MS = SOUND_RATE / 1000, SOUND_SAMPLES_MAX = 600 * SOUND_RATE };

struct sound {
    int16_t *samples; /* owned */
    size_t count, cap;
};
void sound_fini(struct sound *s);
void sound_put(struct sound *s, const int16_t *samples, size_t count);
/* Appends a WAV file's sound (PCM of 16 bits, 8000 to 96000 a second, one channel or two). A data
 * length beyond its end means its end, as of a file written into a pipe. false: it is none. */
must_use bool sound_put_wav(struct sound *s, struct str wav);
/* The reverse. */
void sound_to_wav(struct buf *out, const struct sound *s);
/* A tone, as before "speak now". */
void sound_put_tone(struct sound *s, int32_t ms);
/* Mean of the samples' sizes: some hundreds and more when somebody speaks. */
int32_t sound_level(const int16_t *samples, size_t count);

uint8_t sound_to_ulaw(int16_t sample);
uint8_t sound_to_alaw(int16_t sample);
int16_t sound_of_ulaw(uint8_t code);
int16_t sound_of_alaw(uint8_t code);

#endif
