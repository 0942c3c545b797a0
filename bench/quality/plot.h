/* plot.h - lines over a common axis as an SVG file. The vertical axis is logarithmic, since the
 * policies differ by orders of magnitude. */
#ifndef QUALITY_PLOT_H
#define QUALITY_PLOT_H

#include <stdbool.h>
#include <stddef.h>

enum { PLOT_LINES = 12, PLOT_POINTS = 16 };

struct plot {
    const char *title, *across, *up;
    double floor;          /* what is less is drawn there */
    double x[PLOT_POINTS]; /* ascending */
    size_t points;
    struct {
        const char *name;
        double y[PLOT_POINTS], error[PLOT_POINTS];
    } lines[PLOT_LINES];
    size_t count;
};

/* false: the file cannot be written; errno says why. */
bool plot_write(const struct plot *p, const char *path);

#endif
