/*
 * What an event costs the follower, each kind for itself, on a generated cluster: profile real.
 *
 *     follow_bench [PODS ...]
 */
#include <stdio.h>
#include <stdlib.h>

#include "events.h"
#include "make_cluster.h"
#include "polgrid/load.h"

static struct pg_cluster *load(uint32_t npods)
{
    struct bench_cluster wanted = {.profile = BENCH_REAL, .npods = npods, .seed = 1, .json = true};
    FILE *out = tmpfile();
    if (out == NULL)
        abort();
    bench_cluster_write(out, &wanted);
    size_t length = (size_t)ftell(out);
    char *text = malloc(length + 1);
    rewind(out);
    if (text == NULL || fread(text, 1, length, out) != length)
        abort();
    text[length] = '\0';
    fclose(out);
    struct pg_loader *loader = pg_loader_new(NULL);
    pg_loader_text(loader, "cluster", text, length);
    struct pg_cluster *cluster = pg_loader_finish(loader);
    free(text);
    return cluster;
}

static void measure_size(uint32_t npods)
{
    struct events_times times[EVENTS_KINDS] = {{0}};
    struct pg_cluster *cluster = load(npods);
    double made = events_measure(cluster, times);
    printf("%u pods, %u namespaces, %u policies: made in %.0f ms\n", cluster->npods,
           cluster->nnamespaces, cluster->npolicies, made / 1e3);
    for (int i = 0; i < EVENTS_KINDS; i++)
        printf("%-22s %5u events, average %7.1f us, worst %8.1f us; %u not followed\n",
               times[i].name, times[i].n, times[i].n > 0 ? times[i].sum / times[i].n : 0,
               times[i].worst, times[i].stale);
    pg_cluster_free(cluster);
}

int main(int argc, char **argv)
{
    if (argc == 1)
        measure_size(10000);
    for (int i = 1; i < argc; i++)
        measure_size((uint32_t)strtoul(argv[i], NULL, 10));
    return 0;
}
