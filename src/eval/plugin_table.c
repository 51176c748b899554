/*
 * The tables of network plugins. What a plugin lacks changes from release to release, and which release runs is not
 * known: each text says for which it holds, and it is told as a note, never as a verdict. Where the knowledge is from
 * stands beside it.
 */
#include <assert.h>
#include <string.h>

#include "plugin_internal.h"
#include "polgrid/policy.h"

/* --- what each does with a pod's own node (8.3) ----------------------------------------------------- */

#define OWN_NODE_CALICO "Calico always admits a pod's own node"
#define OWN_NODE_CILIUM                                                                           \
    "Cilium admits a pod's own node unless its agent runs with allow-localhost=policy, and then " \
    "health checks need a rule (--assume ingress-own-node=policy)"
#define OWN_NODE_ANTREA "Antrea admits what a pod's own node sends"
#define OWN_NODE_AWS                                                                             \
    "the agent of the AWS VPC CNI admits the addresses of a pod's own node, but early releases " \
    "are known to have blocked health checks"
#define OWN_NODE_KNP                                                                            \
    "releases of kube-network-policies, which kindnet contains too, are known to have blocked " \
    "the health checks of isolated pods"
/* docs/ of cloudnativelabs/kube-router, and iptables-save of k3s */
#define OWN_NODE_KUBE_ROUTER                                                                      \
    "kube-router, which k3s contains, admits the addresses of a pod's own node by a rule of its " \
    "own"

const char pg_plugin_cilium_localhost[] =
    "Cilium's agents run with allow-localhost=policy, and then health checks need a rule "
    "(--assume ingress-own-node=policy)";

/* --- what each lacks ------------------------------------------------------------------------------ */

#define LACKS_END      \
    {                  \
        0, false, NULL \
    }

/* semantics 7.10 */
#define ALL_INIT                                                                                  \
    {                                                                                             \
        PG_FEATURE_INIT_PORT, false,                                                              \
            "Calico looks for named ports in all init containers (--assume named-ports=all-init)" \
    }
#define CONTAINERS_ONLY(name)                                                                     \
    {                                                                                             \
        PG_FEATURE_INIT_PORT, false,                                                              \
            name " looks for named ports in ordinary containers only, not in sidecars (--assume " \
                 "named-ports=containers)"                                                        \
    }

static const struct pg_lack CALICO[] = {ALL_INIT, LACKS_END};

/* cilium#28684 and Documentation/network/kubernetes/policy.rst, "known missing features"; configuration/sctp */
#define CILIUM_END_PORT                                                          \
    {                                                                            \
        PG_FEATURE_END_PORT, false,                                              \
            "Cilium before 1.16 ignores endPort and applies the first port only" \
    }
#define CILIUM_SCTP                                                                \
    {                                                                              \
        PG_FEATURE_SCTP, false,                                                    \
            "Cilium handles SCTP only where sctp.enabled is set, which it is not " \
            "by default"                                                           \
    }

static const struct pg_lack CILIUM[] = {CILIUM_END_PORT, CILIUM_SCTP, CONTAINERS_ONLY("Cilium"),
                                        LACKS_END};
const struct pg_lack pg_plugin_cilium_always[] = {
    {PG_FEATURE_NOT_ISOLATED, false,
     "Cilium runs with enable-policy=always, which is not evaluated: it denies what no policy "
     "allows, also to pods that no policy selects"},
    CILIUM_END_PORT,
    CILIUM_SCTP,
    CONTAINERS_ONLY("Cilium"),
    LACKS_END};

/* OpenShift's documentation of network policy, 4.5 to 4.9 */
static const struct pg_lack OPENSHIFT_SDN[] = {
    {PG_FEATURE_EGRESS, false,
     "OpenShift SDN is documented not to enforce egress up to OpenShift 4.9"},
    {PG_FEATURE_EXCEPT, false,
     "OpenShift SDN is documented to ignore an ipBlock that has except as a whole"},
    LACKS_END};

/* AKS, "Use network policies": limitations of Azure NPM */
#define ON_WINDOWS(feature, what)                                                         \
    {                                                                                     \
        feature, true,                                                                    \
            "Azure NPM does not support " what " on Windows nodes, and logs an error in " \
            "place of enforcing such a policy"                                            \
    }
static const struct pg_lack AZURE_NPM[] = {
    {PG_FEATURE_IPV6, false, "Azure NPM does not support IPv6"},
    ON_WINDOWS(PG_FEATURE_NAMED_PORT, "named ports"),
    ON_WINDOWS(PG_FEATURE_SCTP, "SCTP"),
    ON_WINDOWS(PG_FEATURE_NEGATIVE, "negative selectors"),
    ON_WINDOWS(PG_FEATURE_EXCEPT, "except in an ipBlock"),
    LACKS_END};

/* npc/analyser.go of the last release: the field is not looked at */
static const struct pg_lack WEAVE[] = {
    {PG_FEATURE_END_PORT, false, "Weave Net ignores endPort and applies the first port only"},
    LACKS_END};

/* kube-router#1019, open */
static const struct pg_lack KUBE_ROUTER[] = {
    {PG_FEATURE_SCTP, false, "support of SCTP is an open request at kube-router, which k3s contains"},
    LACKS_END};

/* EKS, "Limit Pod traffic with Kubernetes network policies": considerations */
static const struct pg_lack AWS[] = {
    {PG_FEATURE_ANY_OWNER, false,
     "the AWS VPC CNI is documented to enforce policies for pods of Deployments"},
    LACKS_END};

static const struct pg_lack KNP[] = {CONTAINERS_ONLY("kube-network-policies"), LACKS_END};

/* --- plugins -------------------------------------------------------------------------------------- */

#define KIND(kind) (1u << (kind))
#define ADMINS     (KIND(PG_POLICY_ADMIN) | KIND(PG_POLICY_BASELINE_ADMIN))

static const struct plugin_facts FACTS[] = {
    {"Calico", "calico", OWN_NODE_CALICO, CALICO, KIND(PG_POLICY_CALICO),
     ADMINS | KIND(PG_POLICY_CLUSTER)},
    {"Canal", "calico", OWN_NODE_CALICO, CALICO, KIND(PG_POLICY_CALICO),
     ADMINS | KIND(PG_POLICY_CLUSTER)},
    {"Cilium", "cilium", OWN_NODE_CILIUM, CILIUM, KIND(PG_POLICY_CILIUM), 0},
    {"GKE Dataplane V2", "cilium", NULL, CILIUM, 0, KIND(PG_POLICY_CILIUM)},
    {"Antrea", "antrea", OWN_NODE_ANTREA, NULL, KIND(PG_POLICY_ADMIN),
     KIND(PG_POLICY_BASELINE_ADMIN)},
    {"OVN-Kubernetes", "ovn", NULL, NULL, ADMINS, 0},
    {"OpenShift SDN", "sdn", NULL, OPENSHIFT_SDN, 0, 0},
    {"Azure NPM", "npm", NULL, AZURE_NPM, 0, 0},
    {"kube-network-policies", "knp", OWN_NODE_KNP, KNP, 0, ADMINS},
    {"kube-router", "kube-router", OWN_NODE_KUBE_ROUTER, KUBE_ROUTER, 0, 0},
    {"k3s", "k3s", OWN_NODE_KUBE_ROUTER, KUBE_ROUTER, 0, 0},
    {"kindnet", "kindnet", OWN_NODE_KNP, KNP, 0, 0},
    {"Weave Net", "weave", NULL, WEAVE, 0, 0},
    {"AWS VPC CNI", "aws", OWN_NODE_AWS, AWS, 0, KIND(PG_POLICY_CLUSTER)},
    {"Flannel", "flannel", NULL, NULL, 0, 0},
    {"Azure CNI", "azure", NULL, NULL, 0, 0},
    /* Known by nodes alone: what enforces there is not. */
    {"EKS Auto Mode", "aws", NULL, NULL, 0, ~0u},
    {"EKS", "aws", NULL, NULL, 0, ~0u},
    {"GKE", "gke", NULL, NULL, 0, ~0u},
    {"AKS", "azure", NULL, NULL, 0, ~0u},
};

const struct plugin_facts *pg_plugin_facts(const char *name)
{
    for (size_t i = 0; i < sizeof FACTS / sizeof *FACTS; i++)
        if (strcmp(FACTS[i].name, name) == 0)
            return &FACTS[i];
    assert(!"a plugin of the tables");
    return NULL;
}

/* --- DaemonSets ----------------------------------------------------------------------------------- */

/* Elsewhere a DaemonSet of that name is somebody's own. The most telling ones come first. */
const struct plugin_set pg_plugin_sets[] = {
    {"calico-node", " kube-system calico-system ", "Calico", PG_ENFORCEMENT_FOUND, NULL, NULL},
    {"canal", " kube-system ", "Canal", PG_ENFORCEMENT_FOUND, NULL, NULL},
    {"rke2-canal", " kube-system ", "Canal", PG_ENFORCEMENT_FOUND, NULL, NULL},
    {"cilium", " kube-system cilium ", "Cilium", PG_ENFORCEMENT_FOUND, NULL, NULL},
    {"anetd", " kube-system ", "GKE Dataplane V2", PG_ENFORCEMENT_FOUND, NULL, NULL},
    {"antrea-agent", " kube-system ", "Antrea", PG_ENFORCEMENT_FOUND, NULL, NULL},
    {"ovnkube-node", " openshift-ovn-kubernetes ovn-kubernetes ", "OVN-Kubernetes",
     PG_ENFORCEMENT_FOUND, NULL, NULL},
    {"sdn", " openshift-sdn ", "OpenShift SDN", PG_ENFORCEMENT_FOUND, NULL, NULL},
    {"azure-npm", " kube-system ", "Azure NPM", PG_ENFORCEMENT_FOUND, NULL, NULL},
    {"kube-network-policies", " kube-system ", "kube-network-policies", PG_ENFORCEMENT_FOUND, NULL,
     NULL},
    {"kube-router", " kube-system ", "kube-router", PG_ENFORCEMENT_UNKNOWN,
     "it enforces unless it was started with --run-firewall=false", NULL},
    {"kindnet", " kube-system ", "kindnet", PG_ENFORCEMENT_UNKNOWN,
     "it enforces since kind 0.24, and not before", NULL},
    {"weave-net", " kube-system ", "Weave Net", PG_ENFORCEMENT_UNKNOWN,
     "it enforces where its container weave-npc runs", NULL},
    {"aws-node", " kube-system ", "AWS VPC CNI", PG_ENFORCEMENT_UNKNOWN,
     "it enforces only where it was started with --enable-network-policy=true, and is documented "
     "to do so for pods of Deployments",
     "*"},
    {"kube-flannel-ds", " kube-flannel kube-system ", "Flannel", PG_ENFORCEMENT_ABSENT, NULL,
     " kube-router kube-network-policies "},
    {"azure-cns", " kube-system ", "Azure CNI", PG_ENFORCEMENT_ABSENT, NULL, "*"},
    {"azure-ip-masq-agent", " kube-system ", "Azure CNI", PG_ENFORCEMENT_ABSENT, NULL, "*"},
};

const uint32_t pg_plugin_nsets = sizeof pg_plugin_sets / sizeof *pg_plugin_sets;
