/* picture.h - the demo's live picture in the terminal. */
#ifndef BENCH_PICTURE_H
#define BENCH_PICTURE_H

#include "bench/crowd.h"

void picture_open(void); /* clears the screen, hides the cursor */
void picture_draw(const struct crowd *c, int64_t began_at);
void picture_close(void); /* gives the terminal back */

#endif
