/* prompts.h - what is said, as WAV files: DIR/LANGUAGE/NAME.wav. The site's folder stands before
 * the one that came with the program, file by file. Loaded when first wanted, and kept. */
#ifndef GATEWAYS_PHONE_PROMPTS_H
#define GATEWAYS_PHONE_PROMPTS_H

#include "gateways/phone/sound.h"

enum { PROMPT_PATH = 1024 };

struct prompts;
/* `own`: the site's folder, need not be there; `common`: the program's; "": where it is installed
 * or was built. Copied. */
struct prompts *prompts_new(const char *own, const char *common);
void prompts_free(struct prompts *p);
/* The path without ".wav"; false: there is no such file in this language. */
bool prompts_find(const struct prompts *p, const char *lang, const char *name,
                  char path[PROMPT_PATH]);
/* NULL: there is none, or it is no WAV file. */
const struct sound *prompts_get(struct prompts *p, const char *lang, const char *name);
/* Is there a folder of this language? */
bool prompts_speak(const struct prompts *p, const char *lang);

/* `faultline gateway phone prompts DIR [FILE]`: makes them with espeak-ng. Returns the exit code.
 */
int prompts_make(int argc, char **argv);

#endif
