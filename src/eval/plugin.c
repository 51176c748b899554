#include "polgrid/plugin.h"

#include <string.h>

/* The DaemonSets by which plugins are known. `namespaces`: where they are installed, each between blanks;
   elsewhere a DaemonSet of that name is somebody's own. The most telling ones come first. */
static const struct known {
    const char *daemonset, *namespaces, *name;
    enum pg_enforcement enforcement;
    const char *condition; /* UNKNOWN: what it hangs on */
} KNOWN[] = {
    {"calico-node", " kube-system calico-system ", "Calico", PG_ENFORCEMENT_FOUND, NULL},
    {"canal", " kube-system ", "Canal", PG_ENFORCEMENT_FOUND, NULL},
    {"rke2-canal", " kube-system ", "Canal", PG_ENFORCEMENT_FOUND, NULL},
    {"cilium", " kube-system cilium ", "Cilium", PG_ENFORCEMENT_FOUND, NULL},
    {"anetd", " kube-system ", "GKE Dataplane V2", PG_ENFORCEMENT_FOUND, NULL},
    {"antrea-agent", " kube-system ", "Antrea", PG_ENFORCEMENT_FOUND, NULL},
    {"ovnkube-node", " openshift-ovn-kubernetes ovn-kubernetes ", "OVN-Kubernetes",
     PG_ENFORCEMENT_FOUND, NULL},
    {"sdn", " openshift-sdn ", "OpenShift SDN", PG_ENFORCEMENT_FOUND, NULL},
    {"azure-npm", " kube-system ", "Azure NPM", PG_ENFORCEMENT_FOUND, NULL},
    {"kube-network-policies", " kube-system ", "kube-network-policies", PG_ENFORCEMENT_FOUND, NULL},
    {"kube-router", " kube-system ", "kube-router", PG_ENFORCEMENT_UNKNOWN,
     "it enforces unless it was started with --run-firewall=false"},
    {"kindnet", " kube-system ", "kindnet", PG_ENFORCEMENT_UNKNOWN,
     "it enforces since kind 0.24, and not before"},
    {"weave-net", " kube-system ", "Weave Net", PG_ENFORCEMENT_UNKNOWN,
     "it enforces where its container weave-npc runs"},
    {"aws-node", " kube-system ", "AWS VPC CNI", PG_ENFORCEMENT_UNKNOWN,
     "it enforces only where it was started with --enable-network-policy=true"},
    {"kube-flannel-ds", " kube-flannel kube-system ", "Flannel", PG_ENFORCEMENT_ABSENT, NULL},
    {"azure-cns", " kube-system ", "Azure CNI", PG_ENFORCEMENT_ABSENT, NULL},
};

#define NKNOWN (sizeof KNOWN / sizeof *KNOWN)

static bool in_list(const char *list, const char *word)
{
    size_t n = strlen(word);
    for (const char *at = strstr(list, word); at != NULL && n > 0; at = strstr(at + 1, word))
        if (at[-1] == ' ' && at[n] == ' ')
            return true;
    return false;
}

/* The workload that is a known DaemonSet, or NULL. */
static const struct pg_workload *find(const struct pg_cluster *cluster, const struct known *known)
{
    for (uint32_t i = 0; i < cluster->nworkloads; i++) {
        const struct pg_workload *workload = &cluster->workloads[i];
        if (strcmp(pg_cluster_text(cluster, workload->kind), "DaemonSet") == 0 &&
            strcmp(pg_cluster_text(cluster, workload->name), known->daemonset) == 0 &&
            in_list(known->namespaces,
                    pg_cluster_text(cluster, cluster->namespaces[workload->ns].name)))
            return workload;
    }
    return NULL;
}

static const char *say(struct pg_arena *arena, const struct known *known)
{
    if (known->enforcement == PG_ENFORCEMENT_FOUND)
        return pg_arena_printf(arena, "%s enforces NetworkPolicy", known->name);
    if (known->enforcement == PG_ENFORCEMENT_UNKNOWN)
        return pg_arena_printf(arena, "whether %s enforces NetworkPolicy is not known: %s",
                               known->name, known->condition);
    return pg_arena_printf(arena,
                           "policies describe intent only: this cluster's network plugin (%s) does "
                           "not enforce NetworkPolicy, all traffic is allowed",
                           known->name);
}

struct pg_plugin pg_plugin_find(struct pg_arena *arena, const struct pg_cluster *cluster)
{
    for (size_t i = 0; i < NKNOWN; i++) {
        const struct pg_workload *workload = find(cluster, &KNOWN[i]);
        if (workload == NULL)
            continue;
        const char *ns = pg_cluster_text(cluster, cluster->namespaces[workload->ns].name);
        return (struct pg_plugin){
            .enforcement = KNOWN[i].enforcement,
            .name = KNOWN[i].name,
            .evidence = pg_arena_printf(arena, "DaemonSet %s/%s", ns, KNOWN[i].daemonset),
            .sentence = say(arena, &KNOWN[i])};
    }
    return (struct pg_plugin){.sentence = "assumes a network plugin that enforces NetworkPolicy: "
                                          "none was seen"};
}

const char *pg_enforcement_name(enum pg_enforcement enforcement)
{
    static const char *const names[] = {
        [PG_ENFORCEMENT_UNKNOWN] = "unknown",
        [PG_ENFORCEMENT_FOUND] = "found",
        [PG_ENFORCEMENT_ABSENT] = "absent",
    };
    return names[enforcement];
}
