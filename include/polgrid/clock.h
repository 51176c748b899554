/*
 * Time, for progress and benchmarks only: the evaluator never sees a clock.
 */
#ifndef POLGRID_CLOCK_H
#define POLGRID_CLOCK_H

#include <stdint.h>

/* Milliseconds since an arbitrary start, never going back. */
int64_t pg_clock_ms(void);
/* CPU time of the process in microseconds. */
int64_t pg_clock_cpu_us(void);

#endif
