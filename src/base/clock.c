#include "polgrid/clock.h"

#include <time.h>

#include "polgrid/arena.h"

static struct timespec read_clock(clockid_t id)
{
    struct timespec t;

    if (clock_gettime(id, &t) != 0)
        pg_die("the system has no clock");
    return t;
}

int64_t pg_clock_ms(void)
{
    struct timespec t = read_clock(CLOCK_MONOTONIC);

    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

int64_t pg_clock_cpu_us(void)
{
    struct timespec t = read_clock(CLOCK_PROCESS_CPUTIME_ID);

    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}
