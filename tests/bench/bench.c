/*
 * What polgrid's work costs, how the cost grows with the cluster, and which goals are met.
 *
 *     bench [--profile even|real|worst|deployments]... [--sizes N,N,...] [--quick] [--seed N]
 *           [--limit SECONDS] [--markdown]
 *
 * Every measurement is made in a process of its own, with a limit on its CPU time: what hits the limit is told
 * as such. A checksum of the matrix shows that what was timed was also right.
 */
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "bench.h"

enum {
    YAML_PODS = 5000, /* the size that the goal for YAML is for; run beside the sizes asked for */
    MOST_YAML_PODS =
        5000, /* beyond it only JSON is read: YAML grows in step and takes several times as long */
    MOST_OTHER_PODS = 1000,
};

/* --- files --- */

static void make_directory(struct files *files)
{
    const char *directory = getenv("TMPDIR");
    bool fits = directory != NULL && strlen(directory) < 32;
    snprintf(files->directory, sizeof files->directory, "%s/polgrid-bench-XXXXXX",
             fits ? directory : "/tmp");
    if (mkdtemp(files->directory) == NULL)
        bench_fail(files->directory);
    snprintf(files->json, sizeof files->json, "%s/list.json", files->directory);
    snprintf(files->yaml_directory, sizeof files->yaml_directory, "%s/yaml", files->directory);
    snprintf(files->yaml, sizeof files->yaml, "%s/list.yaml", files->yaml_directory);
    if (mkdir(files->yaml_directory, 0700) != 0)
        bench_fail(files->yaml_directory);
}

static void remove_files(const struct files *files)
{
    unlink(files->json);
    unlink(files->yaml);
    rmdir(files->yaml_directory);
    rmdir(files->directory);
}

static double write_cluster(const struct bench_cluster *cluster, const char *path)
{
    FILE *out = fopen(path, "wb");
    if (out == NULL)
        bench_fail(path);
    bench_cluster_write(out, cluster);
    double bytes = (double)ftell(out);
    if (ferror(out) || fclose(out) != 0)
        bench_fail(path);
    return bytes;
}

/* --- one cluster --- */

/* Waits for a child, and kills it once it has had `limit` seconds of CPU time; false then. RLIMIT_CPU would do
   it as well, but on Linux a process that is under it sees its CPU time in steps of a tick. */
static bool wait_until(pid_t child, long limit, int *status)
{
    const struct timespec pause = {.tv_nsec = 20000000};
    struct timespec used;
    clockid_t clock;
    pid_t got;
    while ((got = waitpid(child, status, WNOHANG)) == 0) {
        if (clock_getcpuclockid(child, &clock) == 0 && clock_gettime(clock, &used) == 0 &&
            used.tv_sec >= limit) {
            kill(child, SIGKILL);
            if (waitpid(child, status, 0) != child)
                bench_fail("waitpid");
            return false;
        }
        nanosleep(&pause, NULL);
    }
    if (got != child)
        bench_fail("waitpid");
    return true;
}

/* Runs a step in a child. What it finds is in *result, which is shared; what it had begun when the limit hit
   stays begun. */
static void in_child(void (*step)(const struct files *, struct result *), const struct files *files,
                     struct result *result, long limit)
{
    int status;
    fflush(NULL);
    pid_t child = fork();
    if (child < 0)
        bench_fail("fork");
    if (child == 0) {
        step(files, result);
        _exit(0);
    }
    bool ended = wait_until(child, limit, &status);
    for (int i = 0; i < NMETRICS && status != 0 && ended; i++) {
        if (result->state[i] == BEGUN)
            result->state[i] = FAILED;
    }
}

static const char *program(void)
{
    const char *name = getenv("POLGRID");
    return name != NULL ? name : "./polgrid";
}

static void measure_json(const struct setting *setting, const struct files *files,
                         struct result *result)
{
    in_child(bench_run, files, result, setting->limit);
    bench_first_screen(program(), files, result);
    if (result->state[RUN] != DONE) /* what the others begin with has hit the limit */
        return;
    in_child(bench_parts, files, result, setting->limit);
    in_child(bench_keys, files, result, setting->limit);
    in_child(bench_events, files, result, setting->limit);
}

static void measure(const struct setting *setting, struct result *result, bool only_yaml)
{
    struct files files;
    struct bench_cluster cluster = {result->profile, result->npods, setting->seed, true};
    fprintf(stderr, "bench: %s, %u pods\n", bench_profile_name(result->profile), result->npods);
    make_directory(&files);
    bench_done(result, PODS, result->npods);
    if (!only_yaml) {
        bench_done(result, JSON_BYTES, write_cluster(&cluster, files.json));
        measure_json(setting, &files, result);
    }
    if (result->npods <= MOST_YAML_PODS) {
        cluster.json = false;
        bench_done(result, YAML_BYTES, write_cluster(&cluster, files.yaml));
        in_child(bench_yaml, &files, result, setting->limit);
    }
    if (result->npods <= MOST_OTHER_PODS) {
        bench_analyzer(&files, result, setting->limit);
        bench_kubectl(&files, result, setting->limit);
    }
    remove_files(&files);
}

static int measure_all(const struct setting *setting, struct result *results)
{
    int n = 0;
    for (int profile = 0; profile < BENCH_NPROFILES; profile++) {
        bool has_yaml = profile != BENCH_EVEN;
        if (!setting->profiles[profile])
            continue;
        for (int i = 0; i < setting->nsizes; i++) {
            struct result *result = &results[n++];
            *result =
                (struct result){.profile = (enum bench_profile)profile, .npods = setting->sizes[i]};
            measure(setting, result, false);
            has_yaml = has_yaml || result->npods == YAML_PODS;
        }
        if (!has_yaml) {
            results[n] = (struct result){.profile = BENCH_EVEN, .npods = YAML_PODS};
            measure(setting, &results[n++], true);
        }
    }
    return n;
}

/* --- the command line --- */

static bool read_number(const char *text, uint64_t most, uint64_t *number)
{
    char *end;
    errno = 0;
    *number = strtoull(text, &end, 10);
    return errno == 0 && *text >= '0' && *text <= '9' && (*end == '\0' || *end == ',') &&
           *number <= most;
}

static bool read_sizes(const char *text, struct setting *setting)
{
    uint64_t number;
    setting->nsizes = 0;
    while (true) {
        size_t n = strcspn(text, ",");
        if (setting->nsizes == MAX_SIZES || !read_number(text, 1000000, &number) || number < 2)
            return false;
        setting->sizes[setting->nsizes++] = (uint32_t)number;
        if (text[n] == '\0')
            return true;
        text += n + 1;
    }
}

static bool read_option(const char *option, const char *value, struct setting *setting)
{
    uint64_t number = 0;
    if (value == NULL)
        return false;
    if (strcmp(option, "--profile") == 0) {
        enum bench_profile profile = bench_profile_find(value);
        if (profile == BENCH_NPROFILES)
            return false;
        setting->profiles[profile] = true;
        return true;
    }
    if (strcmp(option, "--sizes") == 0)
        return read_sizes(value, setting);
    if (!read_number(value, INT32_MAX, &number) || number == 0)
        return false;
    if (strcmp(option, "--seed") == 0)
        setting->seed = number;
    else if (strcmp(option, "--limit") == 0)
        setting->limit = (long)number;
    else
        return false;
    return true;
}

static bool read_setting(int argc, char **argv, struct setting *setting)
{
    bool any = false;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--markdown") == 0)
            setting->markdown = true;
        else if (strcmp(argv[i], "--quick") == 0)
            read_sizes("100,1000,10000", setting);
        else if (!read_option(argv[i], argv[i + 1], setting))
            return false;
        else
            i++;
    }
    for (int i = 0; i < BENCH_NPROFILES; i++)
        any = any || setting->profiles[i];
    for (int i = 0; i < BENCH_NPROFILES && !any; i++)
        setting->profiles[i] = true;
    return true;
}

int main(int argc, char **argv)
{
    struct setting setting = {.seed = 1, .limit = 120};
    read_sizes("100,1000,10000,50000,150000", &setting);
    if (!read_setting(argc, argv, &setting)) {
        fprintf(stderr, "usage: bench [--profile even|real|worst|deployments]... [--sizes N,N,...] "
                        "[--quick]\n             [--seed N] [--limit SECONDS] [--markdown]\n");
        return 2;
    }
    struct result *results = mmap(NULL, MAX_RESULTS * sizeof *results, PROT_READ | PROT_WRITE,
                                  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (results == MAP_FAILED)
        bench_fail("memory");
    int n = measure_all(&setting, results);
    return bench_report(&setting, results, n) ? 0 : 1;
}
