/*
 * Other programs on the same files, where they are installed.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"

bool bench_on_path(const char *program)
{
    const char *path = getenv("PATH");
    char name[4096];
    while (path != NULL && *path) {
        size_t n = strcspn(path, ":");
        snprintf(name, sizeof name, "%.*s/%s", (int)n, path, program);
        if (access(name, X_OK) == 0)
            return true;
        path += n + (path[n] == ':');
    }
    return false;
}

static void become(char *const argv[], long limit)
{
    const struct rlimit cpu = {(rlim_t)limit, (rlim_t)limit + 1};
    int null = open("/dev/null", O_RDWR);
    for (int i = 0; i < 3; i++)
        dup2(null, i);
    setrlimit(RLIMIT_CPU, &cpu);
    setenv("KUBECONFIG", "/nonexistent", 1);
    execvp(argv[0], argv);
    _exit(127);
}

/* Its CPU time, of all its threads. */
static void time_program(char *const argv[], struct result *result, enum metric metric, long limit)
{
    struct rusage usage;
    int status;
    if (!bench_on_path(argv[0]))
        return;
    bench_begin(result, metric);
    fflush(NULL);
    pid_t child = fork();
    if (child < 0)
        bench_fail("fork");
    if (child == 0)
        become(argv, limit);
    if (wait4(child, &status, 0, &usage) != child)
        bench_fail(argv[0]);
    if (WIFSIGNALED(status))
        return;
    if (WEXITSTATUS(status) != 0)
        result->state[metric] = FAILED;
    else
        bench_done(result, metric,
                   (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e6 +
                       (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec));
}

/* All allowed connections. */
void bench_analyzer(const struct files *files, struct result *result, long limit)
{
    struct files copy = *files;
    char program[] = "netpol-analyzer", list[] = "list", dirpath[] = "--dirpath";
    char *const argv[] = {program, list, dirpath, copy.yaml_directory, NULL};
    time_program(argv, result, ANALYZER, limit);
}

/* Reads the objects and prints their names, without a server. */
void bench_kubectl(const struct files *files, struct result *result, long limit)
{
    struct files copy = *files;
    char program[] = "kubectl", annotate[] = "annotate", local[] = "--local";
    char dry[] = "--dry-run=client", out[] = "-oname", from[] = "-f", pair[] = "bench=1";
    char *const argv[] = {program, annotate, local, dry, out, from, copy.yaml, pair, NULL};
    time_program(argv, result, KUBECTL, limit);
}
