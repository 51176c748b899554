#include "events.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "polgrid/follow.h"

enum { EVENTS = 2000 };

static double cpu_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
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

static struct events_times measure(struct bench *bench, make_change *make)
{
    struct events_times times = {0};
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

double events_measure(struct pg_cluster *cluster, struct events_times times[EVENTS_KINDS])
{
    static const struct {
        const char *name;
        make_change *make;
    } kinds[EVENTS_KINDS] = {
        {"pod added", add_pod},
        {"pod relabelled", relabel_pod},
        {"pod removed", remove_pod},
        {"policy replaced", replace_policy},
        {"policy removed", remove_policy},
        {"policy put back", same_policy},
        {"namespace relabelled", relabel_namespace},
        {"node put again", same_node},
    };
    struct bench bench = {.cluster = cluster, .at = 1};
    double start = cpu_us(), made;
    bench.follow = pg_follow_new(cluster, NULL);
    made = cpu_us() - start;
    for (int i = 0; i < EVENTS_KINDS; i++) {
        bool possible = kinds[i].make != same_node || cluster->nnodes > 0;
        if (possible)
            times[i] = measure(&bench, kinds[i].make);
        times[i].name = kinds[i].name;
    }
    pg_follow_free(bench.follow);
    return made;
}
