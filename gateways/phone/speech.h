/* speech.h - words as sound, by espeak-ng in a child process: the words go in by its standard input
 * and are in no command line, the sound comes out of its standard output. */
#ifndef GATEWAYS_PHONE_SPEECH_H
#define GATEWAYS_PHONE_SPEECH_H

#include "gateways/phone/sound.h"

struct speech;
enum speech_state { SPEECH_GOES_ON, SPEECH_DONE, SPEECH_FAILED };

/* NULL: `why` says what is missing. */
struct speech *speech_begin(const char *program, const char *lang, const char *words,
                            struct buf *why);
/* DONE: the sound is appended to `out`. FAILED: `why`. Does not wait. */
enum speech_state speech_look(struct speech *s, struct sound *out, struct buf *why);
/* The same, and waits. */
enum speech_state speech_wait(struct speech *s, struct sound *out, struct buf *why);
/* Ends the child when it still runs. */
void speech_free(struct speech *s);

#endif
