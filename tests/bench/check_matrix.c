/*
 * The matrix of generated clusters, from the totals, class by class and pod by pod: the same checksum,
 * whatever the profile, the seed and the format, and the one that is on record, so that neither the clusters
 * nor their matrix change unseen. Times are for `make bench`.
 *
 *     check_matrix [--record]       prints matrix.txt anew
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "make_cluster.h"
#include "matrix.h"
#include "polgrid/load.h"

enum {
    PODS = 130,
    SEEDS = 3,
};

/* What is on record of a cluster: its matrix, and its texts. */
struct numbers {
    uint64_t matrix, pairs, allowed;
    uint64_t text[2]; /* YAML, JSON */
};

/* FNV-1a. */
static uint64_t hash_text(const char *text, size_t length)
{
    uint64_t hash = 0xcbf29ce484222325u;
    for (size_t i = 0; i < length; i++)
        hash = (hash ^ (unsigned char)text[i]) * 0x100000001b3u;
    return hash;
}

static struct pg_cluster *load(const struct bench_cluster *wanted, uint64_t *hash)
{
    char *text = NULL;
    size_t length;
    FILE *out = open_memstream(&text, &length);
    if (out == NULL)
        abort();
    bench_cluster_write(out, wanted);
    fclose(out);
    *hash = hash_text(text, length);
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

static bool agrees(const struct pg_cluster *cluster, struct matrix_sum *sum)
{
    struct pg_eval *eval = pg_eval_new(cluster, NULL);
    struct naive *naive = naive_new(cluster);
    struct matrix_sum classes = matrix_by_class(eval);
    *sum = matrix_by_totals(eval);
    uint64_t pods = matrix_by_pod(naive);
    bool rows = true;
    for (uint32_t from = 0; from < cluster->npods; from += 13)
        rows = rows && matrix_row_by_class(eval, from) == matrix_row_by_pod(naive, from);
    bool agree = sum->checksum == pods && classes.checksum == pods && rows &&
                 sum->pairs == classes.pairs && sum->allowed == classes.allowed &&
                 sum->allowed > 0 && sum->allowed < sum->pairs;
    if (!agree)
        printf("# totals %016" PRIx64 ", by class %016" PRIx64 ", by pod %016" PRIx64 "; %" PRIu64
               " of %" PRIu64 " pairs allowed\n",
               sum->checksum, classes.checksum, pods, sum->allowed, sum->pairs);
    naive_free(naive);
    pg_eval_free(eval);
    return agree;
}

static bool find(enum bench_profile profile, uint64_t seed, struct numbers *numbers)
{
    struct matrix_sum sum[2] = {{0}};
    bool good = true;
    for (int json = 0; json < 2; json++) {
        struct bench_cluster wanted = {profile, PODS, seed, json != 0};
        struct pg_cluster *cluster = load(&wanted, &numbers->text[json]);
        good = is_whole(cluster) && agrees(cluster, &sum[json]) && good;
        pg_cluster_free(cluster);
    }
    if (sum[0].checksum != sum[1].checksum)
        printf("# YAML %016" PRIx64 ", JSON %016" PRIx64 "\n", sum[0].checksum, sum[1].checksum);
    numbers->matrix = sum[1].checksum;
    numbers->pairs = sum[1].pairs;
    numbers->allowed = sum[1].allowed;
    return good && sum[0].checksum == sum[1].checksum;
}

static void print_record(FILE *out, enum bench_profile profile, uint64_t seed,
                         const struct numbers *n)
{
    fprintf(out,
            "%s %" PRIu64 " matrix %016" PRIx64 " pairs %" PRIu64 " allowed %" PRIu64
            " yaml %016" PRIx64 " json %016" PRIx64 "\n",
            bench_profile_name(profile), seed, n->matrix, n->pairs, n->allowed, n->text[0],
            n->text[1]);
}

/* The records in their file stand in the order in which they are made. */
static bool is_on_record(FILE *records, enum bench_profile profile, uint64_t seed,
                         const struct numbers *numbers)
{
    char wanted[256] = "", found[256] = "";
    FILE *out = fmemopen(found, sizeof found, "w");
    if (out == NULL)
        abort();
    print_record(out, profile, seed, numbers);
    fclose(out);
    do {
        if (fgets(wanted, sizeof wanted, records) == NULL)
            wanted[0] = '\0';
    } while (wanted[0] == '#');
    if (strcmp(wanted, found) == 0)
        return true;
    printf("# on record: %s%s# found:     %s", wanted, *wanted ? "" : "nothing\n", found);
    return false;
}

static FILE *open_records(void)
{
    const char *source = getenv("PG_SRC");
    char path[4096];
    snprintf(path, sizeof path, "%s/tests/bench/matrix.txt", source != NULL ? source : ".");
    FILE *records = fopen(path, "r");
    if (records == NULL)
        printf("Bail out! no %s\n", path);
    return records;
}

int main(int argc, char **argv)
{
    bool record = argc > 1 && strcmp(argv[1], "--record") == 0;
    FILE *records = record ? NULL : open_records();
    int n = 0, failures = 0;
    if (records == NULL && !record)
        return 1;
    for (int i = 0; i < BENCH_NPROFILES * SEEDS; i++) {
        enum bench_profile profile = (enum bench_profile)(i / SEEDS);
        uint64_t seed = (uint64_t)(i % SEEDS) + 1;
        struct numbers numbers;
        bool good = find(profile, seed, &numbers);
        if (record) {
            print_record(stdout, profile, seed, &numbers);
        } else {
            bool same = is_on_record(records, profile, seed, &numbers);
            const char *name = bench_profile_name(profile);
            printf("%s %d - %s, seed %" PRIu64 ": one matrix from totals, classes and pods\n",
                   good ? "ok" : "not ok", ++n, name, seed);
            printf("%s %d - %s, seed %" PRIu64 ": as on record\n", same ? "ok" : "not ok", ++n,
                   name, seed);
            failures += !same;
        }
        failures += !good;
    }
    if (records != NULL) {
        printf("1..%d\n", n);
        fclose(records);
    }
    return failures > 0;
}
