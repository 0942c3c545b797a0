/* nearest.h - candidates among many: scored in a row, and found by place. */
#ifndef BENCH_NEAREST_H
#define BENCH_NEAREST_H

/* 100,000 candidates' times and the best 32 of them, us. */
double score_us_100k(void);

/* The nearest 32 of a skill that one in a hundred of a million has. */
struct nearest {
    double grid_us;
    double scan_us; /* by looking at everybody */
};
struct nearest nearest_1m(void);

#endif
