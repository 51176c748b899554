/*
 * Prints a cluster: gen_cluster PODS [even|real|worst|deployments] [yaml|json] [SEED]
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "make_cluster.h"

static bool read_number(const char *text, uint64_t most, uint64_t *number)
{
    char *end;
    errno = 0;
    *number = strtoull(text, &end, 10);
    return errno == 0 && *text >= '0' && *text <= '9' && *end == '\0' && *number <= most;
}

int main(int argc, char **argv)
{
    struct bench_cluster cluster = {.profile = BENCH_EVEN, .seed = 1};
    uint64_t npods = 0;
    bool good = argc > 1 && argc < 6 && read_number(argv[1], 1000000, &npods);
    if (argc > 2)
        cluster.profile = bench_profile_find(argv[2]);
    if (argc > 3)
        cluster.json = strcmp(argv[3], "json") == 0;
    if (argc > 3 && !cluster.json && strcmp(argv[3], "yaml") != 0)
        good = false;
    if (argc > 4 && !read_number(argv[4], UINT64_MAX, &cluster.seed))
        good = false;
    if (!good || npods == 0 || cluster.profile == BENCH_NPROFILES) {
        fprintf(stderr,
                "usage: gen_cluster PODS [even|real|worst|deployments] [yaml|json] [SEED]\n");
        return 2;
    }
    cluster.npods = (uint32_t)npods;
    bench_cluster_write(stdout, &cluster);
    return fflush(stdout) != 0;
}
