/* plot.c - see plot.h. */
#include "bench/quality/plot.h"

#include "common/base/base.h"

#include <math.h>
#include <stdio.h>

enum { WIDE = 860, HIGH = 520, LEFT = 70, RIGHT = 250, TOP = 50, BOTTOM = 60 };

static const char *const colours[] = {
    "#8c564b", "#ff7f0e", "#bcbd22", "#9467bd", "#17becf", "#1f77b4",
    "#7f7f7f", "#d62728", "#2ca02c", "#e377c2", "#000000", "#aec7e8",
};
_Static_assert(countof(colours) == PLOT_LINES, "a colour each");

struct scale {
    double low, high; /* logarithms, whole decades */
};

static double
at_x(const struct plot *p, double x)
{
    double from = p->x[0], to = p->x[p->points - 1];
    return LEFT + (to > from ? (x - from) / (to - from) : 0.5) * (WIDE - LEFT - RIGHT);
}

static double
at_y(const struct plot *p, const struct scale *s, double y)
{
    double up = (log10(y < p->floor ? p->floor : y) - s->low) / (s->high - s->low);
    return HIGH - BOTTOM - up * (HIGH - TOP - BOTTOM);
}

static struct scale
scale_of(const struct plot *p)
{
    double most = p->floor * 10;
    for (size_t i = 0; i < p->count; i++)
        for (size_t k = 0; k < p->points; k++)
            most = p->lines[i].y[k] > most ? p->lines[i].y[k] : most;
    return (struct scale){ floor(log10(p->floor)), ceil(log10(most)) };
}

static void
draw_axes(FILE *f, const struct plot *p, const struct scale *s)
{
    int right = WIDE - RIGHT, bottom = HIGH - BOTTOM;
    fprintf(f, "<text x='%d' y='28' font-size='17'>%s</text>\n", LEFT, p->title);
    for (double d = s->low; d <= s->high; d++) {
        double y = at_y(p, s, pow(10, d));
        fprintf(f, "<path d='M%d %.1fH%d' stroke='#ccc'/>\n", LEFT, y, right);
        fprintf(f, "<text x='%d' y='%.1f' text-anchor='end'>%g</text>\n", LEFT - 8, y + 4,
                pow(10, d));
    }
    for (size_t k = 0; k < p->points; k++)
        fprintf(f, "<text x='%.1f' y='%d' text-anchor='middle'>%g</text>\n", at_x(p, p->x[k]),
                bottom + 20, p->x[k]);
    fprintf(f, "<path d='M%d %dV%dH%d' fill='none' stroke='#333'/>\n", LEFT, TOP, bottom, right);
    fprintf(f, "<text x='%d' y='%d' text-anchor='middle'>%s</text>\n", (LEFT + right) / 2,
            bottom + 44, p->across);
    fprintf(f, "<text transform='translate(18 %d) rotate(-90)' text-anchor='middle'>%s</text>\n",
            (TOP + bottom) / 2, p->up);
}

static void
draw_line(FILE *f, const struct plot *p, const struct scale *s, size_t i)
{
    const double *y = p->lines[i].y, *error = p->lines[i].error;
    fprintf(f, "<path fill='none' stroke='%s' stroke-width='2' d='", colours[i]);
    for (size_t k = 0; k < p->points; k++)
        fprintf(f, "%c%.1f %.1f", k == 0 ? 'M' : 'L', at_x(p, p->x[k]), at_y(p, s, y[k]));
    fprintf(f, "'/>\n");
    for (size_t k = 0; k < p->points; k++)
        fprintf(f, "<path stroke='%s' d='M%.1f %.1fV%.1f'/>\n", colours[i], at_x(p, p->x[k]),
                at_y(p, s, y[k] - error[k]), at_y(p, s, y[k] + error[k]));
    double row = TOP + 10 + 22 * (double)i;
    fprintf(f, "<path stroke='%s' stroke-width='3' d='M%d %.1fh22'/>\n", colours[i],
            WIDE - RIGHT + 14, row);
    fprintf(f, "<text x='%d' y='%.1f'>%s</text>\n", WIDE - RIGHT + 42, row + 4, p->lines[i].name);
}

bool
plot_write(const struct plot *p, const char *path)
{
    FILE *f = fopen(path, "w");
    if (f == NULL)
        return false;
    struct scale s = scale_of(p);
    fprintf(f,
            "<svg xmlns='http://www.w3.org/2000/svg' width='%d' height='%d' "
            "font-family='sans-serif' font-size='13'>\n<rect width='100%%' height='100%%' "
            "fill='white'/>\n",
            WIDE, HIGH);
    draw_axes(f, p, &s);
    for (size_t i = 0; i < p->count; i++)
        draw_line(f, p, &s, i);
    fprintf(f, "</svg>\n");
    bool fine = ferror(f) == 0;
    return fclose(f) == 0 && fine;
}
