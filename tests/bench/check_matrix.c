/*
 * The matrix of generated clusters, class by class and pod by pod: the same checksum, whatever the
 * profile, the seed and the format. Times are for `make bench`.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "make_cluster.h"
#include "matrix.h"
#include "polgrid/load.h"

enum {
    PODS = 130,
    SEEDS = 3,
};

static struct pg_cluster *load(const struct bench_cluster *wanted)
{
    char *text = NULL;
    size_t length;
    FILE *out = open_memstream(&text, &length);
    if (out == NULL)
        abort();
    bench_cluster_write(out, wanted);
    fclose(out);
    struct pg_loader *loader = pg_loader_new(NULL);
    pg_loader_text(loader, "cluster", text, length);
    struct pg_cluster *cluster = pg_loader_finish(loader);
    free(text);
    return cluster;
}

/* Prints why not; a cluster that is read in part proves nothing. */
static bool is_whole(const struct pg_cluster *cluster)
{
    if (cluster->npods == PODS && cluster->npolicies > 0 && pg_cluster_complete(cluster) &&
        cluster->nskipped == 0)
        return true;
    printf("# %u pods of %d, %u policies, %u refused\n", cluster->npods, PODS, cluster->npolicies,
           cluster->nrejected);
    return false;
}

static bool agrees(const struct pg_cluster *cluster, uint64_t *checksum)
{
    struct pg_eval *eval = pg_eval_new(cluster, NULL);
    struct naive *naive = naive_new(cluster);
    struct matrix_sum classes = matrix_by_class(eval);
    uint64_t pods = matrix_by_pod(naive);
    bool rows = true;
    for (uint32_t from = 0; from < cluster->npods; from += 13)
        rows = rows && matrix_row_by_class(eval, from) == matrix_row_by_pod(naive, from);
    bool agree =
        classes.checksum == pods && rows && classes.allowed > 0 && classes.allowed < classes.pairs;
    if (!agree)
        printf("# by class %016" PRIx64 ", by pod %016" PRIx64 "; %" PRIu64 " of %" PRIu64
               " pairs allowed\n",
               classes.checksum, pods, classes.allowed, classes.pairs);
    *checksum = pods;
    naive_free(naive);
    pg_eval_free(eval);
    return agree;
}

static bool check(enum bench_profile profile, uint64_t seed)
{
    uint64_t checksum[2] = {0};
    bool good = true;
    for (int json = 0; json < 2; json++) {
        struct bench_cluster wanted = {profile, PODS, seed, json != 0};
        struct pg_cluster *cluster = load(&wanted);
        good = is_whole(cluster) && agrees(cluster, &checksum[json]) && good;
        pg_cluster_free(cluster);
    }
    if (checksum[0] != checksum[1])
        printf("# YAML %016" PRIx64 ", JSON %016" PRIx64 "\n", checksum[0], checksum[1]);
    return good && checksum[0] == checksum[1];
}

int main(void)
{
    int n = 0, failures = 0;
    for (int profile = 0; profile < BENCH_NPROFILES; profile++) {
        for (uint64_t seed = 1; seed <= SEEDS; seed++) {
            bool good = check((enum bench_profile)profile, seed);
            failures += !good;
            printf("%s %d - %s, seed %" PRIu64 ": the same matrix by class and by pod\n",
                   good ? "ok" : "not ok", ++n, bench_profile_name((enum bench_profile)profile),
                   seed);
        }
    }
    printf("1..%d\n", n);
    return failures > 0;
}
