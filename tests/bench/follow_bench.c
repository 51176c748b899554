/*
 * What an event costs the follower, by kind: average and worst CPU time over events on a generated cluster.
 * Each event takes something of the cluster and puts it back changed: a pod under another name or with other
 * labels, a policy with other ports, a namespace with another label.
 *
 *     follow_bench [PODS ...]
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "make_cluster.h"
#include "polgrid/follow.h"
#include "polgrid/load.h"

enum { EVENTS = 2000 };

struct times {
    double sum, worst;
    uint32_t n, stale;
};

static double cpu_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

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

struct bench {
    struct pg_cluster *cluster;
    struct pg_follow *follow;
    uint32_t at;
    char name[300];
};

typedef void make_change(struct bench *bench, struct pg_change *change);

static const char *text(const struct bench *bench, pg_str str)
{
    return pg_cluster_text(bench->cluster, str);
}

static const char *namespace_name(const struct bench *bench, uint32_t ns)
{
    return text(bench, bench->cluster->namespaces[ns].name);
}

static uint32_t draw(struct bench *bench, uint32_t n)
{
    bench->at = bench->at * 1664525u + 1013904223u;
    return (uint32_t)((uint64_t)bench->at * n >> 32);
}

static void same_pod(struct bench *bench, struct pg_change *change)
{
    const struct pg_pod *pod = &bench->cluster->pods[draw(bench, bench->cluster->npods)];
    change->kind = PG_CHANGE_POD;
    change->ns = namespace_name(bench, pod->ns);
    change->name = text(bench, pod->name);
    change->pod = pod;
    change->workload = &bench->cluster->workloads[pod->workload];
}

static void add_pod(struct bench *bench, struct pg_change *change)
{
    same_pod(bench, change);
    snprintf(bench->name, sizeof bench->name, "%s-%u", change->name, bench->at);
    change->name = bench->name;
}

static void remove_pod(struct bench *bench, struct pg_change *change)
{
    same_pod(bench, change);
    change->removed = true;
}

/* With the labels of another pod. */
static void relabel_pod(struct bench *bench, struct pg_change *change)
{
    static struct pg_pod pod;
    same_pod(bench, change);
    pod = *change->pod;
    pod.labels = bench->cluster->pods[draw(bench, bench->cluster->npods)].labels;
    change->pod = &pod;
}

static void same_policy(struct bench *bench, struct pg_change *change)
{
    const struct pg_policy *policy =
        &bench->cluster->policies[draw(bench, bench->cluster->npolicies)];
    change->kind = PG_CHANGE_POLICY;
    change->ns = namespace_name(bench, policy->ns);
    change->name = text(bench, policy->name);
    change->policy_group = text(bench, policy->group);
    change->policy_kind = text(bench, policy->kind_name);
    change->policy = policy;
}

/* With the subject of another policy. */
static void replace_policy(struct bench *bench, struct pg_change *change)
{
    static struct pg_policy policy;
    same_policy(bench, change);
    policy = *change->policy;
    policy.pod_selector =
        bench->cluster->policies[draw(bench, bench->cluster->npolicies)].pod_selector;
    change->policy = &policy;
}

static void remove_policy(struct bench *bench, struct pg_change *change)
{
    same_policy(bench, change);
    change->removed = true;
}

/* With the labels of another one. */
static void relabel_namespace(struct bench *bench, struct pg_change *change)
{
    static struct pg_namespace ns;
    struct pg_cluster *cluster = bench->cluster;
    ns = cluster->namespaces[draw(bench, cluster->nnamespaces)];
    change->kind = PG_CHANGE_NAMESPACE;
    change->name = text(bench, ns.name);
    ns.labels = cluster->namespaces[draw(bench, cluster->nnamespaces)].labels;
    change->namespace = &ns;
}

static void same_node(struct bench *bench, struct pg_change *change)
{
    const struct pg_node *node = &bench->cluster->nodes[draw(bench, bench->cluster->nnodes)];
    change->kind = PG_CHANGE_NODE;
    change->name = text(bench, node->name);
    change->node = node;
}

static struct times measure(struct bench *bench, make_change *make)
{
    struct times times = {0};
    for (uint32_t i = 0; i < EVENTS; i++) {
        struct pg_change change = {.strs = bench->cluster->strs};
        make(bench, &change);
        double start = cpu_us();
        enum pg_follow_result result = pg_follow_apply(bench->follow, &change);
        double time = cpu_us() - start;
        if (result == PG_FOLLOW_STALE) {
            times.stale++;
            bench->follow = pg_follow_renew(bench->follow);
            continue;
        }
        times.n++;
        times.sum += time;
        times.worst = time > times.worst ? time : times.worst;
    }
    return times;
}

static void measure_size(uint32_t npods)
{
    static const struct {
        const char *name;
        make_change *make;
    } kinds[] = {
        {"pod added", add_pod},
        {"pod relabelled", relabel_pod},
        {"pod removed", remove_pod},
        {"policy replaced", replace_policy},
        {"policy removed", remove_policy},
        {"policy put back", same_policy},
        {"namespace relabelled", relabel_namespace},
        {"node put again", same_node},
    };
    struct bench bench = {.cluster = load(npods), .at = 1};
    double start = cpu_us();
    bench.follow = pg_follow_new(bench.cluster, NULL);
    printf("%u pods, %u namespaces, %u policies: made in %.0f ms, %u classes\n",
           bench.cluster->npods, bench.cluster->nnamespaces, bench.cluster->npolicies,
           (cpu_us() - start) / 1e3, pg_follow_nclasses(bench.follow));
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        struct times times = measure(&bench, kinds[i].make);
        printf("%-22s %5u events, average %7.1f us, worst %8.1f us; %u not followed\n",
               kinds[i].name, times.n, times.n > 0 ? times.sum / times.n : 0, times.worst,
               times.stale);
    }
    pg_follow_free(bench.follow);
    pg_cluster_free(bench.cluster);
}

int main(int argc, char **argv)
{
    if (argc == 1)
        measure_size(10000);
    for (int i = 1; i < argc; i++)
        measure_size((uint32_t)strtoul(argv[i], NULL, 10));
    return 0;
}
