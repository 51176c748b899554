/*
 * The steps of the work from a file to the matrix, and what they are compared with.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>
#include <yaml.h>

#include "bench.h"
#include "events.h"
#include "matrix.h"
#include "polgrid/clock.h"
#include "polgrid/load.h"
#include "polgrid/totals.h"
#include "polgrid/why.h"

enum {
    MAX_RUNS = 7,
    YAML_RUNS = 5,
    ENOUGH_US = 400000, /* of CPU time for one measurement; then the median of the runs so far */
    CELLS = 200000,
    REASONS = 20000,
    BY_POD_PAIRS = 3000000, /* rows enough for that many pairs, or what a few seconds give */
    BY_POD_US = 3000000,
    MOST_CLASSES = 5000, /* class by class is quadratic */
    COPY_BLOCK = 64 << 20,
};

void bench_fail(const char *what)
{
    fprintf(stderr, "bench: %s: %s\n", what, strerror(errno));
    exit(1);
}

void bench_begin(struct result *result, enum metric metric)
{
    result->state[metric] = BEGUN;
}

void bench_done(struct result *result, enum metric metric, double value)
{
    result->v[metric] = value;
    result->state[metric] = DONE;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static double median(double *values, int n)
{
    qsort(values, (size_t)n, sizeof *values, by_value);
    return n % 2 != 0 ? values[n / 2] : (values[n / 2 - 1] + values[n / 2]) / 2;
}

double bench_measure(void *(*stage)(void *), void (*clean)(void *, void *), void *context)
{
    double times[MAX_RUNS], total = 0;
    int n = 0;
    while (n < MAX_RUNS && (n == 0 || total < ENOUGH_US)) {
        int64_t start = pg_clock_cpu_us();
        void *made = stage(context);
        times[n] = (double)(pg_clock_cpu_us() - start);
        if (clean != NULL)
            clean(context, made);
        total += times[n++];
    }
    return median(times, n);
}

/* --- stages --- */

struct run {
    const char *path;
    struct pg_cluster *cluster;
    struct pg_eval *eval;
    struct pg_arena *arena;
    double bytes;
};

static void *stage_load(void *context)
{
    struct run *run = context;
    struct pg_err err;
    struct pg_loader *loader = pg_loader_new(NULL);
    if (!pg_loader_path(loader, run->path, &err)) {
        fprintf(stderr, "bench: %s\n", err.text);
        exit(1);
    }
    return pg_loader_finish(loader);
}

static void clean_load(void *context, void *made)
{
    (void)context;
    pg_cluster_free(made);
}

/* What the program does for `matrix --totals`, all of it. */
static void *stage_run(void *context)
{
    struct run *run = context;
    run->cluster = stage_load(run);
    run->eval = pg_eval_new(run->cluster, NULL);
    run->arena = pg_arena_new();
    (void)pg_eval_totals(run->eval, run->arena, PG_PORTS_ALL);
    return NULL;
}

/* The peak is that of the first run: what is freed may not go back to the system. */
static void clean_run(void *context, void *made)
{
    struct run *run = context;
    (void)made;
    if (run->bytes == 0) {
        struct rusage usage;
        getrusage(RUSAGE_SELF, &usage);
        run->bytes = (double)usage.ru_maxrss * 1024;
    }
    pg_arena_free(run->arena);
    pg_eval_free(run->eval);
    pg_cluster_free(run->cluster);
}

static void *stage_compile(void *context)
{
    struct run *run = context;
    return pg_eval_new(run->cluster, NULL);
}

static void clean_compile(void *context, void *made)
{
    (void)context;
    pg_eval_free(made);
}

static void *stage_totals(void *context)
{
    struct run *run = context;
    run->arena = pg_arena_new();
    (void)pg_eval_totals(run->eval, run->arena, PG_PORTS_ALL);
    return NULL;
}

/* The next run begins with an evaluator that remembers nothing. */
static void clean_totals(void *context, void *made)
{
    struct run *run = context;
    (void)made;
    pg_arena_free(run->arena);
    pg_eval_free(run->eval);
    run->eval = pg_eval_new(run->cluster, NULL);
}

static uint32_t below(uint64_t *random, uint32_t n)
{
    *random = *random * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(*random >> 33) % n;
}

static struct pg_end any_pod(const struct run *run, uint64_t *random)
{
    return (struct pg_end){.kind = PG_END_POD, .index = below(random, run->cluster->npods)};
}

static void *stage_cells(void *context)
{
    struct run *run = context;
    uint64_t random = 1;
    for (int i = 0; i < CELLS; i++) {
        struct pg_end from = any_pod(run, &random), to = any_pod(run, &random);
        (void)pg_eval_pair(run->eval, &from, &to);
    }
    return NULL;
}

static void *stage_reasons(void *context)
{
    struct run *run = context;
    struct pg_arena *arena = pg_arena_new();
    pg_ports port = pg_portset_range(pg_eval_portsets(run->eval), PG_TCP, 8080, 8080);
    uint64_t random = 1;
    for (int i = 0; i < REASONS; i++) {
        struct pg_end from = any_pod(run, &random), to = any_pod(run, &random);
        (void)pg_why_ask(arena, run->eval, &from, &to, port, 0);
        pg_arena_reset(arena);
    }
    pg_arena_free(arena);
    return NULL;
}

/* What reading YAML costs before anyone looks at it. */
static void *stage_events(void *context)
{
    struct run *run = context;
    yaml_parser_t parser;
    yaml_event_t event;
    FILE *file = fopen(run->path, "rb");
    if (file == NULL || !yaml_parser_initialize(&parser))
        bench_fail(run->path);
    yaml_parser_set_input_file(&parser, file);
    bool more = true;
    while (more) {
        if (!yaml_parser_parse(&parser, &event))
            bench_fail("libyaml refuses the cluster");
        more = event.type != YAML_STREAM_END_EVENT;
        yaml_event_delete(&event);
    }
    yaml_parser_delete(&parser);
    fclose(file);
    return NULL;
}

/* As much memory as the file has bytes, copied block by block. */
static void *stage_copy(void *context)
{
    const struct run *run = context;
    static volatile char keep; /* or the compiler would see that nobody reads the copy */
    char *from = calloc(2, COPY_BLOCK), *to = from + COPY_BLOCK;
    if (from == NULL)
        bench_fail("memory");
    memset(from, 1, 2 * (size_t)COPY_BLOCK);
    int64_t start = pg_clock_cpu_us();
    for (double left = run->bytes; left > 0; left -= COPY_BLOCK) {
        memcpy(to, from, left < COPY_BLOCK ? (size_t)left : COPY_BLOCK);
        keep = to[(size_t)keep];
    }
    double *us = malloc(sizeof *us);
    if (us != NULL)
        *us = (double)(pg_clock_cpu_us() - start);
    free(from);
    return us;
}

static void *stage_read(void *context)
{
    const struct run *run = context;
    static char chunk[1 << 16];
    int fd = open(run->path, O_RDONLY);
    if (fd < 0)
        bench_fail(run->path);
    while (read(fd, chunk, sizeof chunk) > 0)
        continue;
    close(fd);
    return NULL;
}

/* --- steps --- */

void bench_run(const struct files *files, struct result *result)
{
    struct run run = {.path = files->json};
    bench_begin(result, RUN);
    bench_begin(result, PEAK);
    bench_done(result, RUN, bench_measure(stage_run, clean_run, &run));
    bench_done(result, PEAK, run.bytes);
    run.bytes = result->v[JSON_BYTES];
    bench_done(result, READ, bench_measure(stage_read, NULL, &run));
    double *copy = stage_copy(&run);
    bench_done(result, COPY, copy != NULL ? *copy : 0);
    free(copy);
    if (result->v[COPY] > 0)
        bench_done(result, RUN_TO_COPY, result->v[RUN] / result->v[COPY]);
}

static double timed(void *(*stage)(void *), void (*clean)(void *, void *), void *context)
{
    int64_t start = pg_clock_cpu_us();
    void *made = stage(context);
    double time = (double)(pg_clock_cpu_us() - start);
    if (clean != NULL)
        clean(context, made);
    return time;
}

/* In turns, so that a noisy neighbour slows both alike: the ratio is what counts. */
void bench_yaml(const struct files *files, struct result *result)
{
    struct run run = {.path = files->yaml};
    double events[YAML_RUNS], loads[YAML_RUNS], ratios[YAML_RUNS];
    bench_begin(result, YAML_EVENTS);
    bench_begin(result, YAML_LOAD);
    for (int i = 0; i < YAML_RUNS; i++) {
        events[i] = timed(stage_events, NULL, &run);
        loads[i] = timed(stage_load, clean_load, &run);
        ratios[i] = loads[i] / events[i];
    }
    bench_done(result, YAML_EVENTS, median(events, YAML_RUNS));
    bench_done(result, YAML_LOAD, median(loads, YAML_RUNS));
    bench_done(result, YAML_TO_EVENTS, median(ratios, YAML_RUNS));
}

static void measure_by_pod(const struct run *run, struct result *result)
{
    struct naive *naive = naive_new(run->cluster);
    uint32_t npods = run->cluster->npods, done = 0, agree = 0;
    uint32_t rows = BY_POD_PAIRS / npods + 1;
    rows = rows < npods ? rows : npods;
    int64_t time = 0;
    bench_begin(result, BY_POD);
    while (done < rows && time < BY_POD_US) {
        uint32_t from = (uint32_t)((uint64_t)done * npods / rows);
        int64_t start = pg_clock_cpu_us();
        uint64_t row = matrix_row_by_pod(naive, from);
        time += pg_clock_cpu_us() - start;
        agree += row == matrix_row_by_class(run->eval, from);
        done++;
    }
    bench_done(result, BY_POD_ROWS, done);
    bench_done(result, BY_POD_AGREE, agree);
    bench_done(result, BY_POD, (double)time / done * npods);
    bench_done(result, BY_POD_TO_TOTALS, result->v[BY_POD] / result->v[COMPILE_AND_TOTALS]);
    naive_free(naive);
}

static void compare_by_class(const struct run *run, struct result *result)
{
    if (matrix_nclasses(run->eval) > MOST_CLASSES)
        return;
    bench_begin(result, BY_CLASS);
    int64_t start = pg_clock_cpu_us();
    struct matrix_sum sum = matrix_by_class(run->eval);
    bench_done(result, BY_CLASS, (double)(pg_clock_cpu_us() - start));
    result->compared = true;
    result->differs = sum.checksum != result->checksum;
}

/* It is remembered, so once is all. */
static void measure_alike(const struct run *run, struct result *result)
{
    uint32_t rows = 0;
    bench_begin(result, ALIKE);
    int64_t start = pg_clock_cpu_us();
    const struct pg_alike *alike = pg_eval_alike(run->eval);
    bench_done(result, ALIKE, (double)(pg_clock_cpu_us() - start));
    for (uint32_t ns = 0; ns < run->cluster->nnamespaces; ns++)
        rows += alike->like[ns] == ns;
    bench_done(result, ALIKE_ROWS, rows);
}

void bench_parts(const struct files *files, struct result *result)
{
    struct run run = {.path = files->json};
    bench_begin(result, LOAD);
    int64_t start = pg_clock_cpu_us();
    run.cluster = stage_load(&run);
    bench_done(result, LOAD, (double)(pg_clock_cpu_us() - start));
    result->whole = run.cluster->npods == result->npods && pg_cluster_complete(run.cluster);
    bench_done(result, NAMESPACES, run.cluster->nnamespaces);
    bench_done(result, POLICIES, run.cluster->npolicies);
    bench_begin(result, COMPILE);
    bench_done(result, COMPILE, bench_measure(stage_compile, clean_compile, &run));
    run.eval = pg_eval_new(run.cluster, NULL);
    bench_done(result, CLASSES, matrix_nclasses(run.eval));
    bench_begin(result, CELL);
    bench_done(result, CELL, bench_measure(stage_cells, NULL, &run) / CELLS);
    bench_begin(result, REASON);
    bench_done(result, REASON, bench_measure(stage_reasons, NULL, &run) / REASONS);
    measure_alike(&run, result);
    bench_begin(result, TOTALS);
    clean_totals(&run, NULL);
    bench_done(result, TOTALS, bench_measure(stage_totals, clean_totals, &run));
    bench_done(result, COMPILE_AND_TOTALS, result->v[COMPILE] + result->v[TOTALS]);
    struct matrix_sum sum = matrix_by_totals(run.eval);
    result->checksum = sum.checksum;
    bench_done(result, ASKED, (double)sum.cells);
    bench_done(result, PORT_SETS, pg_portsets_count(pg_eval_portsets(run.eval)));
    measure_by_pod(&run, result);
    compare_by_class(&run, result);
    pg_eval_free(run.eval);
    pg_cluster_free(run.cluster);
}

void bench_events(const struct files *files, struct result *result)
{
    struct run run = {.path = files->json};
    struct events_times times[EVENTS_KINDS] = {{0}};
    double sum = 0, n = 0, worst = 0;
    run.cluster = stage_load(&run);
    if (run.cluster->npods == 0 || run.cluster->npolicies == 0)
        return;
    bench_begin(result, EVENT_MEAN);
    bench_begin(result, EVENT_WORST);
    events_measure(run.cluster, times);
    for (int i = 0; i < EVENTS_KINDS; i++) {
        sum += times[i].sum;
        n += times[i].n;
        worst = times[i].worst > worst ? times[i].worst : worst;
    }
    pg_cluster_free(run.cluster);
    if (n == 0)
        return;
    bench_done(result, EVENT_MEAN, sum / n);
    bench_done(result, EVENT_WORST, worst);
}
