/*
 * What polgrid's work costs, and how the cost grows: CPU time by size of the cluster.
 *
 *     bench [--profile even|real|worst|deployments] [--seed N] [PODS ...]
 *
 * Every size is measured in processes of its own, so that its peak memory is its own; a checksum of the
 * matrix shows that what was timed was also right: it is compared with rows found pod by pod.
 */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <yaml.h>

#include "make_cluster.h"
#include "matrix.h"
#include "polgrid/clock.h"
#include "polgrid/grid.h"
#include "polgrid/load.h"
#include "polgrid/why.h"

enum {
    MAX_SIZES = 8,
    MAX_RUNS = 7,
    ENOUGH_US = 400000, /* of CPU time for one measurement; then the median of the runs so far */
    SCREEN_ROWS = 40,
    SCREEN_COLUMNS = 30,
    WHYS = 1000,
    NAIVE_PAIRS = 2000000, /* pod by pod: rows enough for that many pairs */
};

/* One size's results, sent through a pipe. Times in microseconds. */
struct result {
    uint32_t npods, nnamespaces, npolicies, nclasses, nsets;
    double yaml_bytes, json_bytes, yaml_load, yaml_events, json_load, compile, screen, why, sweep;
    double naive; /* of all rows, from those that were run */
    uint32_t naive_rows, naive_agree;
    struct matrix_sum sum;
    bool whole;
    long peak_kib; /* JSON file to matrix */
};

struct files {
    char yaml[64], json[64];
};

struct setting {
    enum bench_profile profile;
    uint64_t seed;
    uint32_t sizes[MAX_SIZES];
    int nsizes;
};

/* --- timing --- */

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

/* The median CPU time of some runs; `stage` returns what is to be cleaned up outside of the time. */
static double measure(void *(*stage)(void *), void (*clean)(void *, void *), void *context)
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
    qsort(times, (size_t)n, sizeof *times, by_value);
    return n % 2 != 0 ? times[n / 2] : (times[n / 2 - 1] + times[n / 2]) / 2;
}

static void fail(const char *what)
{
    fprintf(stderr, "bench: %s: %s\n", what, strerror(errno));
    exit(1);
}

/* --- the stages --- */

struct run {
    const char *path;
    struct pg_cluster *cluster;
    struct pg_eval *eval;
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

/* What reading YAML costs before anyone looks at it. */
static void *stage_events(void *context)
{
    struct run *run = context;
    yaml_parser_t parser;
    yaml_event_t event;
    FILE *file = fopen(run->path, "rb");
    if (file == NULL || !yaml_parser_initialize(&parser))
        fail(run->path);
    yaml_parser_set_input_file(&parser, file);
    bool more = true;
    while (more) {
        if (!yaml_parser_parse(&parser, &event))
            fail("libyaml refuses the cluster");
        more = event.type != YAML_STREAM_END_EVENT;
        yaml_event_delete(&event);
    }
    yaml_parser_delete(&parser);
    fclose(file);
    return NULL;
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

/* The grid of namespaces, as far as a terminal shows it. */
static void *stage_screen(void *context)
{
    struct run *run = context;
    struct pg_axis axis = {.level = PG_LEVEL_NAMESPACE, .ns = PG_NONE, .workload = PG_NONE};
    struct pg_grid *grid = pg_grid_new(run->eval, &axis, &axis, PG_PORTS_ALL);
    for (uint32_t row = 0; row < pg_grid_nrows(grid) && row < SCREEN_ROWS; row++) {
        for (uint32_t k = 0; k < pg_grid_ncolumns(grid) && k < SCREEN_COLUMNS; k++)
            (void)pg_grid_cell(grid, row, k);
    }
    return grid;
}

/* The next run begins with an evaluator that remembers nothing. */
static void clean_screen(void *context, void *made)
{
    struct run *run = context;
    pg_grid_free(made);
    pg_eval_free(run->eval);
    run->eval = pg_eval_new(run->cluster, NULL);
}

static void *stage_whys(void *context)
{
    struct run *run = context;
    struct pg_arena *arena = pg_arena_new();
    pg_ports port = pg_portset_range(pg_eval_portsets(run->eval), PG_TCP, 8080, 8080);
    uint64_t random = 1;
    for (int i = 0; i < WHYS; i++) {
        random = random * 6364136223846793005u + 1442695040888963407u;
        struct pg_end from = {.kind = PG_END_POD,
                              .index = (uint32_t)(random >> 40) % run->cluster->npods};
        struct pg_end to = {.kind = PG_END_POD,
                            .index = (uint32_t)(random >> 16 & 0xffffff) % run->cluster->npods};
        (void)pg_why_ask(arena, run->eval, &from, &to, port, 0);
        pg_arena_reset(arena);
    }
    pg_arena_free(arena);
    return NULL;
}

/* --- one size --- */

static void measure_yaml(const struct files *files, struct result *result)
{
    struct run run = {.path = files->yaml};
    result->yaml_events = measure(stage_events, NULL, &run);
    result->yaml_load = measure(stage_load, clean_load, &run);
}

static void measure_naive(const struct run *run, struct result *result)
{
    struct naive *naive = naive_new(run->cluster);
    uint32_t npods = run->cluster->npods;
    uint32_t rows = NAIVE_PAIRS / npods + 1;
    rows = rows < npods ? rows : npods;
    int64_t time = 0;
    for (uint32_t i = 0; i < rows; i++) {
        uint32_t from = (uint32_t)((uint64_t)i * npods / rows);
        int64_t start = pg_clock_cpu_us();
        uint64_t row = matrix_row_by_pod(naive, from);
        time += pg_clock_cpu_us() - start;
        result->naive_agree += row == matrix_row_by_class(run->eval, from);
    }
    result->naive_rows = rows;
    result->naive = (double)time / rows * npods;
    naive_free(naive);
}

static void measure_json(const struct files *files, struct result *result)
{
    struct run run = {.path = files->json};
    result->json_load = measure(stage_load, clean_load, &run);
    run.cluster = stage_load(&run);
    result->compile = measure(stage_compile, clean_compile, &run);
    run.eval = pg_eval_new(run.cluster, NULL);
    result->screen = measure(stage_screen, clean_screen, &run);
    result->why = measure(stage_whys, NULL, &run) / WHYS;
    int64_t start = pg_clock_cpu_us();
    result->sum = matrix_by_class(run.eval);
    result->sweep = (double)(pg_clock_cpu_us() - start);
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    result->peak_kib = usage.ru_maxrss;
    result->nnamespaces = run.cluster->nnamespaces;
    result->npolicies = run.cluster->npolicies;
    result->whole = run.cluster->npods == result->npods && pg_cluster_complete(run.cluster);
    result->nsets = pg_portsets_count(pg_eval_portsets(run.eval));
    while (result->nclasses < pg_eval_nclasses(run.eval) &&
           pg_eval_class(run.eval, result->nclasses)->kind == PG_CLASS_PODS)
        result->nclasses++;
    measure_naive(&run, result);
    pg_eval_free(run.eval);
    pg_cluster_free(run.cluster);
}

/* Runs a measurement in a child; what it found comes back in *result. */
static void in_child(void (*what)(const struct files *, struct result *), const struct files *files,
                     struct result *result)
{
    int ends[2], status;
    fflush(NULL);
    if (pipe(ends) != 0)
        fail("pipe");
    pid_t child = fork();
    if (child < 0)
        fail("fork");
    if (child == 0) {
        close(ends[0]);
        what(files, result);
        ssize_t written = write(ends[1], result, sizeof *result);
        _exit(written == (ssize_t)sizeof *result ? 0 : 1);
    }
    close(ends[1]);
    size_t got = 0;
    for (ssize_t n; got < sizeof *result; got += (size_t)n) {
        n = read(ends[0], (char *)result + got, sizeof *result - got);
        if (n <= 0)
            break;
    }
    close(ends[0]);
    if (waitpid(child, &status, 0) != child || status != 0 || got != sizeof *result) {
        fprintf(stderr, "bench: a measurement ended early\n");
        exit(1);
    }
}

static double write_cluster(const struct bench_cluster *cluster, char path[64])
{
    const char *directory = getenv("TMPDIR");
    bool fits = directory != NULL && strlen(directory) < 32;
    snprintf(path, 64, "%s/polgrid-bench-XXXXXX.%s", fits ? directory : "/tmp",
             cluster->json ? "json" : "yaml");
    int fd = mkstemps(path, 5);
    FILE *out = fd >= 0 ? fdopen(fd, "wb") : NULL;
    if (out == NULL)
        fail(path);
    bench_cluster_write(out, cluster);
    double bytes = (double)ftell(out);
    if (fclose(out) != 0)
        fail(path);
    return bytes;
}

static struct result measure_size(const struct setting *setting, uint32_t npods)
{
    struct result result = {.npods = npods};
    struct files files;
    struct bench_cluster cluster = {setting->profile, npods, setting->seed, false};
    result.yaml_bytes = write_cluster(&cluster, files.yaml);
    cluster.json = true;
    result.json_bytes = write_cluster(&cluster, files.json);
    in_child(measure_yaml, &files, &result);
    in_child(measure_json, &files, &result);
    unlink(files.yaml);
    unlink(files.json);
    return result;
}

/* --- the table --- */

static void print_count(double count)
{
    char digits[32], text[48];
    int n = snprintf(digits, sizeof digits, "%.0f", count), k = 0;
    for (int i = 0; i < n; i++) {
        if (i > 0 && (n - i) % 3 == 0)
            text[k++] = ',';
        text[k++] = digits[i];
    }
    text[k] = '\0';
    printf("%14s", text);
}

static void print_time(double us)
{
    if (us >= 1e6)
        printf("%12.2f s", us / 1e6);
    else if (us >= 1e3)
        printf("%11.2f ms", us / 1e3);
    else
        printf("%11.2f us", us);
}

enum form {
    FORM_COUNT,
    FORM_TIME, /* with its growth: the exponent from each size to the next */
    FORM_RATIO,
    FORM_MB,
};

/* Lines of the table, and what each takes from a result. The order is the same in both. */
static const struct {
    const char *name;
    enum form form;
} rows[] = {
    {"pods", FORM_COUNT},
    {"namespaces", FORM_COUNT},
    {"policies", FORM_COUNT},
    {"classes", FORM_COUNT},
    {"port sets", FORM_COUNT},
    {"YAML", FORM_MB},
    {"JSON", FORM_MB},
    {"load YAML", FORM_TIME},
    {"  libyaml's events alone", FORM_TIME},
    {"  ratio", FORM_RATIO},
    {"load JSON", FORM_TIME},
    {"compile", FORM_TIME},
    {"first screen, 40 x 30 namespaces", FORM_TIME},
    {"one why", FORM_TIME},
    {"whole matrix, class by class", FORM_TIME},
    {"  cells", FORM_COUNT},
    {"  one cell", FORM_TIME},
    {"JSON file to matrix", FORM_TIME},
    {"peak memory", FORM_MB},
    {"pod by pod, in C", FORM_TIME},
    {"  against compile and matrix", FORM_RATIO},
    {"  from rows", FORM_COUNT},
    {"  rows that agree", FORM_COUNT},
};

enum { ROWS = sizeof rows / sizeof *rows };

static void fill(const struct result *r, double cells[ROWS])
{
    const double values[ROWS] = {
        r->npods,
        r->nnamespaces,
        r->npolicies,
        r->nclasses,
        r->nsets,
        r->yaml_bytes,
        r->json_bytes,
        r->yaml_load,
        r->yaml_events,
        r->yaml_load / r->yaml_events,
        r->json_load,
        r->compile,
        r->screen,
        r->why,
        r->sweep,
        (double)r->sum.cells,
        r->sweep / (double)r->sum.cells,
        r->json_load + r->compile + r->sweep,
        (double)r->peak_kib * 1024,
        r->naive,
        r->naive / (r->compile + r->sweep),
        r->naive_rows,
        r->naive_agree,
    };
    memcpy(cells, values, sizeof values);
}

static void print_growth(const double sizes[], const double values[], int n)
{
    printf("  ");
    for (int i = 1; i < n; i++) {
        if (values[i - 1] > 0 && values[i] > 0 && sizes[i] != sizes[i - 1])
            printf(" %.2f", log(values[i] / values[i - 1]) / log(sizes[i] / sizes[i - 1]));
    }
}

static void print_cell(enum form form, double value)
{
    switch (form) {
    case FORM_COUNT: print_count(value); break;
    case FORM_TIME: print_time(value); break;
    case FORM_RATIO: printf("%13.*fx", value < 100 ? 2 : 0, value); break;
    case FORM_MB: printf("%11.1f MB", value / 1e6); break;
    }
}

static void print_table(const struct setting *setting, const struct result *results, int n)
{
    double cells[MAX_SIZES][ROWS] = {{0}};
    printf("profile %s, seed %" PRIu64 "; CPU time, median of up to %d runs; right: growth, as the"
           " exponent from one size to the next\n\n",
           bench_profile_name(setting->profile), setting->seed, MAX_RUNS);
    for (int i = 0; i < n; i++)
        fill(&results[i], cells[i]);
    for (int row = 0; row < ROWS; row++) {
        double sizes[MAX_SIZES] = {0}, values[MAX_SIZES] = {0};
        printf("%-34s", rows[row].name);
        for (int i = 0; i < n; i++) {
            sizes[i] = cells[i][0];
            values[i] = cells[i][row];
            print_cell(rows[row].form, values[i]);
        }
        if (rows[row].form == FORM_TIME)
            print_growth(sizes, values, n);
        putchar('\n');
    }
}

static bool print_checksums(const struct result *results, int n)
{
    bool good = true;
    printf("\n%-34s", "checksum of the matrix");
    for (int i = 0; i < n; i++) {
        bool agrees = results[i].whole && results[i].naive_agree == results[i].naive_rows;
        good = good && agrees;
        printf("    %08x%s", (unsigned)(results[i].sum.checksum >> 32 ^ results[i].sum.checksum),
               agrees ? "  " : " !");
    }
    printf("\n%s\n", good ? "Every row that was found pod by pod agrees."
                          : "! differs from pod by pod, or was not read as a whole");
    return good;
}

static bool read_number(const char *text, uint64_t most, uint64_t *number)
{
    char *end;
    errno = 0;
    *number = strtoull(text, &end, 10);
    return errno == 0 && *text >= '0' && *text <= '9' && *end == '\0' && *number <= most;
}

static bool read_setting(int argc, char **argv, struct setting *setting)
{
    for (int i = 1; i < argc; i++) {
        uint64_t number;
        if (strcmp(argv[i], "--profile") == 0 && i + 1 < argc) {
            setting->profile = bench_profile_find(argv[++i]);
            if (setting->profile == BENCH_NPROFILES)
                return false;
        } else if (strcmp(argv[i], "--seed") == 0 && i + 1 < argc) {
            if (!read_number(argv[++i], UINT64_MAX, &setting->seed))
                return false;
        } else {
            if (setting->nsizes == MAX_SIZES || !read_number(argv[i], 1000000, &number) ||
                number < 2)
                return false;
            setting->sizes[setting->nsizes++] = (uint32_t)number;
        }
    }
    return true;
}

int main(int argc, char **argv)
{
    struct setting setting = {.profile = BENCH_REAL, .seed = 1};
    struct result results[MAX_SIZES] = {0};
    if (!read_setting(argc, argv, &setting)) {
        fprintf(stderr,
                "usage: bench [--profile even|real|worst|deployments] [--seed N] [PODS ...]\n");
        return 2;
    }
    if (setting.nsizes == 0) {
        static const uint32_t usual[] = {100, 1000, 10000};
        memcpy(setting.sizes, usual, sizeof usual);
        setting.nsizes = 3;
    }
    for (int i = 0; i < setting.nsizes; i++)
        results[i] = measure_size(&setting, setting.sizes[i]);
    print_table(&setting, results, setting.nsizes);
    return print_checksums(results, setting.nsizes) ? 0 : 1;
}
