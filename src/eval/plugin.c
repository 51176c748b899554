#include "polgrid/plugin.h"

#include <string.h>

/* What the plugins are known to do with a pod's own node, where it is more than the specification says. */
#define OWN_NODE_CALICO "Calico always admits a pod's own node"
#define OWN_NODE_CILIUM                                                                           \
    "Cilium admits a pod's own node unless its agent runs with allow-localhost=policy, and then " \
    "health checks need a rule (--assume ingress-own-node=policy)"
#define OWN_NODE_ANTREA "Antrea admits what a pod's own node sends"
#define OWN_NODE_AWS                                                                             \
    "the agent of the AWS VPC CNI admits the addresses of a pod's own node, but early releases " \
    "are "                                                                                       \
    "known to have blocked health checks"
#define OWN_NODE_KNP                                                                            \
    "releases of kube-network-policies, which kindnet contains too, are known to have blocked " \
    "the "                                                                                      \
    "health checks of isolated pods"

/* The DaemonSets by which plugins are known. `namespaces`: where they are installed, each between blanks;
   elsewhere a DaemonSet of that name is somebody's own. The most telling ones come first. */
static const struct known {
    const char *daemonset, *namespaces, *name;
    enum pg_enforcement enforcement; /* PG_ENFORCEMENT_FOUND all the same where its pods have an agent */
    const char *condition;           /* UNKNOWN: what it hangs on */
    const char *own_node;
} KNOWN[] = {
    {"calico-node", " kube-system calico-system ", "Calico", PG_ENFORCEMENT_FOUND, NULL,
     OWN_NODE_CALICO},
    {"canal", " kube-system ", "Canal", PG_ENFORCEMENT_FOUND, NULL, OWN_NODE_CALICO},
    {"rke2-canal", " kube-system ", "Canal", PG_ENFORCEMENT_FOUND, NULL, OWN_NODE_CALICO},
    {"cilium", " kube-system cilium ", "Cilium", PG_ENFORCEMENT_FOUND, NULL, OWN_NODE_CILIUM},
    {"anetd", " kube-system ", "GKE Dataplane V2", PG_ENFORCEMENT_FOUND, NULL, NULL},
    {"antrea-agent", " kube-system ", "Antrea", PG_ENFORCEMENT_FOUND, NULL, OWN_NODE_ANTREA},
    {"ovnkube-node", " openshift-ovn-kubernetes ovn-kubernetes ", "OVN-Kubernetes",
     PG_ENFORCEMENT_FOUND, NULL, NULL},
    {"sdn", " openshift-sdn ", "OpenShift SDN", PG_ENFORCEMENT_FOUND, NULL, NULL},
    {"azure-npm", " kube-system ", "Azure NPM", PG_ENFORCEMENT_FOUND, NULL, NULL},
    {"kube-network-policies", " kube-system ", "kube-network-policies", PG_ENFORCEMENT_FOUND, NULL,
     OWN_NODE_KNP},
    {"kube-router", " kube-system ", "kube-router", PG_ENFORCEMENT_UNKNOWN,
     "it enforces unless it was started with --run-firewall=false", NULL},
    {"kindnet", " kube-system ", "kindnet", PG_ENFORCEMENT_UNKNOWN,
     "it enforces since kind 0.24, and not before", OWN_NODE_KNP},
    {"weave-net", " kube-system ", "Weave Net", PG_ENFORCEMENT_UNKNOWN,
     "it enforces where its container weave-npc runs", NULL},
    {"aws-node", " kube-system ", "AWS VPC CNI", PG_ENFORCEMENT_UNKNOWN,
     "it enforces only where it was started with --enable-network-policy=true, and is documented "
     "to "
     "do so for pods of Deployments",
     OWN_NODE_AWS},
    {"kube-flannel-ds", " kube-flannel kube-system ", "Flannel", PG_ENFORCEMENT_ABSENT, NULL, NULL},
    {"azure-cns", " kube-system ", "Azure CNI", PG_ENFORCEMENT_ABSENT, NULL, NULL},
};

#define NKNOWN (sizeof KNOWN / sizeof *KNOWN)

/* The known DaemonSet in one of its namespaces; PG_NONE where there is none. */
static uint32_t find(const struct pg_cluster *cluster, const struct known *known)
{
    char name[64];
    for (const char *p = known->namespaces + 1; *p != '\0'; p += strcspn(p, " ") + 1) {
        size_t n = strcspn(p, " ");
        memcpy(name, p, n);
        name[n] = '\0';
        uint32_t ns = pg_cluster_find_namespace(cluster, name);
        uint32_t workload =
            ns == PG_NONE ? PG_NONE
                          : pg_cluster_find_workload(cluster, ns, "DaemonSet", known->daemonset);
        if (workload != PG_NONE)
            return workload;
    }
    return PG_NONE;
}

static bool has_agent(const struct pg_cluster *cluster, uint32_t workload)
{
    const struct pg_namespace *ns = &cluster->namespaces[cluster->workloads[workload].ns];
    for (uint32_t i = ns->first_pod; i < ns->first_pod + ns->npods; i++)
        if (cluster->pods[i].workload == workload && cluster->pods[i].policy_agent)
            return true;
    return false;
}

static const char *say(struct pg_arena *arena, const struct known *known,
                       enum pg_enforcement enforcement)
{
    if (enforcement == PG_ENFORCEMENT_FOUND)
        return pg_arena_printf(arena, "%s enforces NetworkPolicy", known->name);
    if (enforcement == PG_ENFORCEMENT_UNKNOWN)
        return pg_arena_printf(arena, "whether %s enforces NetworkPolicy is not known: %s",
                               known->name, known->condition);
    return pg_arena_printf(arena,
                           "policies describe intent only: this cluster's network plugin (%s) does "
                           "not enforce NetworkPolicy, all traffic is allowed",
                           known->name);
}

/* --- what nodes tell ------------------------------------------------------------------------------ */

static const struct pg_node *marked_node(const struct pg_cluster *cluster, unsigned marks)
{
    for (uint32_t i = 0; i < cluster->nnodes; i++)
        if ((cluster->nodes[i].marks & marks) != 0)
            return &cluster->nodes[i];
    return NULL;
}

/* k3s has its plugin inside: the kubelet's version tells of it, and its arguments whether it was turned off. On
   every node it is the same program, but each has arguments of its own. */
static bool find_k3s(struct pg_arena *arena, const struct pg_cluster *cluster,
                     struct pg_plugin *plugin)
{
    const struct pg_node *node = NULL, *off = marked_node(cluster, PG_MARK_K3S_NO_POLICY);
    bool told = true;
    for (uint32_t i = 0; i < cluster->nnodes; i++) {
        const struct pg_node *other = &cluster->nodes[i];
        if (strstr(pg_cluster_text(cluster, other->kubelet_version), "+k3s") == NULL)
            continue;
        node = node != NULL ? node : other;
        told = told && (other->marks & PG_MARK_K3S_ARGS) != 0;
    }
    if (node == NULL)
        return false;
    plugin->name = "k3s";
    plugin->evidence = pg_arena_printf(arena, "the kubelet's version on node %s is %s",
                                       pg_cluster_text(cluster, node->name),
                                       pg_cluster_text(cluster, node->kubelet_version));
    if (off != NULL) {
        plugin->enforcement = PG_ENFORCEMENT_ABSENT;
        plugin->evidence = pg_arena_printf(arena, "--disable-network-policy on node %s",
                                           pg_cluster_text(cluster, off->name));
        plugin->sentence =
            "policies describe intent only: k3s was started without its network policy "
            "controller, all traffic is allowed";
    } else if (told) {
        plugin->enforcement = PG_ENFORCEMENT_FOUND;
        plugin->sentence = "k3s enforces NetworkPolicy";
    } else {
        plugin->sentence = "whether k3s enforces NetworkPolicy is not known: it does unless it was "
                           "started with --disable-network-policy";
    }
    return true;
}

/* Annotations that plugins write on their nodes: for those who may not read DaemonSets. */
static bool find_mark(struct pg_arena *arena, const struct pg_cluster *cluster,
                      struct pg_plugin *plugin)
{
    static const struct {
        unsigned mark;
        const char *name, *own_node;
        const char *condition; /* NULL: it enforces */
    } marks[] = {
        {PG_MARK_CALICO, "Calico", OWN_NODE_CALICO, NULL},
        {PG_MARK_CILIUM, "Cilium", OWN_NODE_CILIUM, NULL},
        {PG_MARK_ANTREA, "Antrea", OWN_NODE_ANTREA, NULL},
        {PG_MARK_OVN, "OVN-Kubernetes", NULL, NULL},
        {PG_MARK_FLANNEL, "Flannel", NULL,
         "it does not by itself, and whether something beside it does was not seen"},
    };
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        const struct pg_node *node = marked_node(cluster, marks[i].mark);
        if (node == NULL)
            continue;
        plugin->name = marks[i].name;
        plugin->own_node = marks[i].own_node;
        plugin->enforcement = marks[i].condition ? PG_ENFORCEMENT_UNKNOWN : PG_ENFORCEMENT_FOUND;
        plugin->evidence =
            pg_arena_printf(arena, "annotations of node %s", pg_cluster_text(cluster, node->name));
        plugin->sentence =
            marks[i].condition
                ? pg_arena_printf(arena, "whether %s enforces NetworkPolicy is not known: %s",
                                  marks[i].name, marks[i].condition)
                : pg_arena_printf(arena, "%s enforces NetworkPolicy", marks[i].name);
        return true;
    }
    return false;
}

/* --- what the API tells --------------------------------------------------------------------------- */

/* Groups that plugins bring: that they are served does not say that the plugin runs. */
static bool find_group(struct pg_arena *arena, const struct pg_cluster *cluster,
                       struct pg_plugin *plugin)
{
    static const struct {
        const char *group, *name;
    } groups[] = {{"crd.projectcalico.org", "Calico"},
                  {"projectcalico.org", "Calico"},
                  {"cilium.io", "Cilium"},
                  {"crd.antrea.io", "Antrea"},
                  {"k8s.ovn.org", "OVN-Kubernetes"},
                  {"networking.k8s.aws", "AWS VPC CNI"}};
    for (size_t i = 0; i < sizeof groups / sizeof *groups; i++)
        for (uint32_t g = 0; g < cluster->ngroups; g++) {
            if (strcmp(cluster->groups[g], groups[i].group) != 0)
                continue;
            plugin->name = groups[i].name;
            plugin->enforcement = PG_ENFORCEMENT_UNKNOWN;
            plugin->evidence = pg_arena_printf(arena, "the API group %s", groups[i].group);
            plugin->sentence = pg_arena_printf(
                arena, "the API knows objects of %s; whether it runs was not seen", groups[i].name);
            return true;
        }
    return false;
}

/* --- all of it ------------------------------------------------------------------------------------ */

static bool find_daemonset(struct pg_arena *arena, const struct pg_cluster *cluster,
                           struct pg_plugin *plugin)
{
    for (size_t i = 0; i < NKNOWN; i++) {
        uint32_t workload = find(cluster, &KNOWN[i]);
        if (workload == PG_NONE)
            continue;
        uint32_t ns = cluster->workloads[workload].ns;
        plugin->enforcement =
            has_agent(cluster, workload) ? PG_ENFORCEMENT_FOUND : KNOWN[i].enforcement;
        plugin->name = KNOWN[i].name;
        plugin->evidence = pg_arena_printf(arena, "DaemonSet %s/%s",
                                           pg_cluster_text(cluster, cluster->namespaces[ns].name),
                                           KNOWN[i].daemonset);
        plugin->sentence = say(arena, &KNOWN[i], plugin->enforcement);
        plugin->own_node = KNOWN[i].own_node;
        return true;
    }
    return false;
}

/* Whether what is in the namespaces of plugins was not read. */
static bool is_unread(const struct pg_cluster *cluster, const char *resource)
{
    for (uint32_t i = 0; i < cluster->nunread; i++)
        if (strcmp(cluster->unread[i].resource, resource) == 0 &&
            (cluster->unread[i].ns == NULL || strcmp(cluster->unread[i].ns, "kube-system") == 0))
            return true;
    return false;
}

/* One that does not enforce is not alone where there are traces of another: that one decides. It is how others are
   put on k3s, whose own controller is turned off for them. */
static void look_further(struct pg_arena *arena, const struct pg_cluster *cluster,
                         struct pg_plugin *plugin)
{
    struct pg_plugin other = {.enforcement = PG_ENFORCEMENT_UNKNOWN};
    if (find_mark(arena, cluster, &other) && other.enforcement == PG_ENFORCEMENT_FOUND) {
        *plugin = other;
        return;
    }
    other = (struct pg_plugin){.enforcement = PG_ENFORCEMENT_UNKNOWN};
    if (!find_group(arena, cluster, &other) && marked_node(cluster, PG_MARK_K3S_NO_FLANNEL) == NULL &&
        !(is_unread(cluster, "pods") && is_unread(cluster, "daemonsets")))
        return;
    plugin->enforcement = PG_ENFORCEMENT_UNKNOWN;
    plugin->sentence = pg_arena_printf(
        arena,
        "whether policies are enforced is not known: %s does not, and what runs beside it "
        "was not seen",
        plugin->name);
}

struct pg_plugin pg_plugin_find(struct pg_arena *arena, const struct pg_cluster *cluster)
{
    struct pg_plugin plugin = {.enforcement = PG_ENFORCEMENT_UNKNOWN};
    if (!find_daemonset(arena, cluster, &plugin) && !find_k3s(arena, cluster, &plugin) &&
        !find_mark(arena, cluster, &plugin) && !find_group(arena, cluster, &plugin))
        plugin.sentence = "assumes a network plugin that enforces NetworkPolicy: none was seen";
    if (plugin.enforcement == PG_ENFORCEMENT_ABSENT)
        look_further(arena, cluster, &plugin);
    return plugin;
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
