/*
 * The benchmark's parts: what is measured of a cluster (stages.c, screens.c, others.c), and how it is told
 * (report.c).
 */
#ifndef BENCH_BENCH_H
#define BENCH_BENCH_H

#include <stdbool.h>
#include <stdint.h>

#include "make_cluster.h"

/* What is measured. Times are CPU time in microseconds, but for the first screen, which is waited for. */
enum metric {
    PODS,
    NAMESPACES,
    POLICIES,
    CLASSES,
    PORT_SETS,
    JSON_BYTES,
    RUN,  /* JSON file to totals */
    PEAK, /* its memory in bytes */
    READ, /* read() of the file alone */
    COPY, /* copying as many bytes in memory */
    RUN_TO_COPY,
    LOAD,
    COMPILE,
    TOTALS,
    ASKED,
    COMPILE_AND_TOTALS,
    CELL,
    REASON,
    ALIKE,      /* finding the namespaces that behave alike */
    ALIKE_ROWS, /* what is left of them when they are folded */
    FIRST_SCREEN,
    KEY_MEAN,
    KEY_WORST,
    KEY_WHOLE,  /* the worst, until nothing of the screen is left to compute */
    KEY_SOURCE, /* the one that reads the file again */
    EVENT_MEAN,
    EVENT_WORST,
    YAML_BYTES,
    YAML_LOAD,
    YAML_EVENTS,
    YAML_TO_EVENTS,
    BY_CLASS,
    BY_POD,
    BY_POD_ROWS,
    BY_POD_AGREE,
    BY_POD_TO_TOTALS,
    ANALYZER,
    KUBECTL,
    NMETRICS,
};

enum state {
    LEFT_OUT, /* not asked for at this size */
    BEGUN,    /* and not ended: the limit was hit */
    DONE,
    FAILED,
};

/* One cluster's results. Lives in memory shared with the processes that measure. */
struct result {
    double v[NMETRICS];
    enum state state[NMETRICS];
    enum bench_profile profile;
    uint32_t npods;
    uint64_t checksum;
    char worst_key[16];     /* of KEY_WORST */
    bool whole;             /* everything was read */
    bool compared, differs; /* with the checksum found class by class; row by row: BY_POD_AGREE */
};

enum {
    MAX_SIZES = 8,
    MAX_RESULTS = BENCH_NPROFILES * MAX_SIZES + 1,
};

struct setting {
    bool profiles[BENCH_NPROFILES];
    uint64_t seed;
    uint32_t sizes[MAX_SIZES];
    int nsizes;
    long limit; /* seconds of CPU time for each measurement */
    bool markdown;
};

/* The files of a cluster; the YAML has a directory of its own. */
struct files {
    char directory[64], json[80], yaml_directory[80], yaml[96];
};

void bench_fail(const char *what) __attribute__((noreturn));
void bench_begin(struct result *result, enum metric metric);
void bench_done(struct result *result, enum metric metric, double value);
/* The median CPU time of some runs; `clean` gets what `stage` made, outside of the time. May be NULL. */
double bench_measure(void *(*stage)(void *), void (*clean)(void *, void *), void *context);

/* Steps: each runs in a process of its own. */
void bench_run(const struct files *files, struct result *result);
void bench_parts(const struct files *files, struct result *result);
void bench_yaml(const struct files *files, struct result *result);
void bench_keys(const struct files *files, struct result *result);
void bench_events(const struct files *files, struct result *result);
/* These start programs themselves. */
void bench_first_screen(const char *program, const struct files *files, struct result *result);
bool bench_on_path(const char *program);
void bench_analyzer(const struct files *files, struct result *result, long limit);
void bench_kubectl(const struct files *files, struct result *result, long limit);

/* Returns whether every matrix was right. */
bool bench_report(const struct setting *setting, const struct result *results, int n);

#endif
