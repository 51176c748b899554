/*
 * The model: a cluster as the evaluator sees it. Plain data, built by the loader and frozen; everything
 * points into one arena and one string table, which the cluster owns. A change in the world makes a new
 * cluster, never a patch to this one.
 *
 * Order is part of the contract, since answers must be stable byte for byte: namespaces by name; pods by
 * namespace, then name; workloads by namespace, kind, name; policies by namespace (cluster-scoped ones
 * first), kind, name. Names sort in byte order.
 */
#ifndef POLGRID_CLUSTER_H
#define POLGRID_CLUSTER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "polgrid/addr.h"
#include "polgrid/arena.h"
#include "polgrid/diag.h"
#include "polgrid/policy.h"
#include "polgrid/strs.h"

#define PG_NONE UINT32_MAX

struct pg_label {
    pg_str key, value;
};

/* Sorted by key (by number); keys are unique. */
struct pg_labels {
    const struct pg_label *v;
    uint32_t n;
};

/* One thing that was read. */
struct pg_file {
    const char *name; /* as given: a path, "-" for stdin, "demo/shop.yaml" for the built-in cluster */
    char sha256[65];  /* "" where it was not made (load.h) */
    int64_t mtime_ns; /* of a file on disk, when it was opened */
    uint64_t bytes;
    /* The text, where it can't be read again from `name` (stdin, demo); else NULL. */
    const char *text;
    bool on_disk;
};

struct pg_namespace {
    pg_str name;
    struct pg_labels labels; /* with kubernetes.io/metadata.name (semantics 1.4) */
    bool synthesised;        /* named by an object but defined nowhere: no labels but its name */
    bool labels_unread;      /* synthesised, and it may have others: it could not be read */
    uint32_t first_pod, npods;
    uint32_t first_workload, nworkloads;
    uint32_t first_policy, npolicies;
    struct pg_loc loc;
};

enum pg_container_kind {
    PG_CONTAINER,
    PG_CONTAINER_SIDECAR, /* an init container with restartPolicy Always */
    PG_CONTAINER_INIT,
};

/* A declared container port: opens nothing, but gives names to numbers (semantics 7.3, 7.5). */
struct pg_container_port {
    pg_str name; /* PG_STR_NONE where it has none */
    uint8_t protocol;
    uint8_t container; /* enum pg_container_kind */
    uint16_t number;
};

#define PG_REPLICAS_UNKNOWN UINT32_MAX

/* What the containers of a network plugin's pod tell, and their arguments. */
enum pg_agent_mark {
    PG_AGENT_LISTED = 1,   /* its containers were read */
    PG_AGENT_ENFORCES = 2, /* one enforces by being there: for a plugin that does not itself */
    PG_AGENT_ON = 4,       /* the arguments turn policies on, or leave them on */
    PG_AGENT_OFF = 8,
    PG_AGENT_ODD = 16,    /* arguments that would tell are not there, or not understood */
    PG_AGENT_ALWAYS = 32, /* Cilium's enable-policy=always: all that no policy allows is denied */
    PG_AGENT_LOCALHOST = 64, /* Cilium's allow-localhost=policy (8.3) */
    PG_AGENT_ADMIN = 128,    /* AdminNetworkPolicies are read */
    PG_AGENT_NO_ADMIN = 256,
    PG_AGENT_BASELINE = 512, /* BaselineAdminNetworkPolicies are read */
    PG_AGENT_NO_BASELINE = 1024,
    PG_AGENT_NO_K8S = 2048, /* NetworkPolicies are ignored, policies of the plugin's own are not */
};

struct pg_pod {
    uint32_t ns;
    pg_str name; /* "web-7d4f9-abcde", or "web[Deployment]" for the pod of a workload without live pods */
    struct pg_labels labels;
    const struct pg_container_port *ports; /* sorted by protocol, number, name; no repeats */
    uint32_t nports;
    struct pg_addr addr[2]; /* IPv4 and IPv6; family 0 where there is none or it is not known */
    bool addr_known;        /* false: no address was given (semantics 2.3, 5.12) */
    bool has_family[2];     /* where it is not known: the families it must have, if that much is */
    bool host_network;
    bool is_virtual; /* stands for a workload without live pods (semantics 2.6) */
    bool terminating;
    bool invalid;     /* the API server would refuse it; kept, marked (semantics 10.5) */
    bool not_ready;   /* its Ready condition is not True: shown, judged all the same (9.3) */
    uint16_t agent;   /* what its containers tell of a network plugin: enum pg_agent_mark, or-ed */
    pg_str node_name; /* PG_STR_NONE where the placement is unknown */
    uint32_t node;    /* index of that node, PG_NONE where no such Node object was read */
    pg_str service_account; /* "default" where left out */
    uint32_t workload;      /* index; every pod has one */
    struct pg_loc loc;
};

/* What owns pods, at the top: a Deployment rather than its ReplicaSet (semantics 2.8). A pod without an
   owner is a workload of its own of kind "Pod". */
struct pg_workload {
    uint32_t ns;
    pg_str kind, name;
    uint32_t replicas; /* of the manifest; PG_REPLICAS_UNKNOWN for DaemonSet, Job, … and owners not read */
    bool suspended;
    bool guessed; /* the name was cut from a ReplicaSet's (semantics 2.8) */
    uint32_t npods;
    struct pg_loc loc; /* file 0 line 0 where only its pods were read */
};

/* What network plugins write on the nodes that they run on. */
enum pg_node_mark {
    PG_MARK_CALICO = 1,
    PG_MARK_CILIUM = 2,
    PG_MARK_ANTREA = 4,
    PG_MARK_OVN = 8,
    PG_MARK_FLANNEL = 16,
    PG_MARK_K3S_ARGS = 32,        /* the arguments of k3s are there */
    PG_MARK_K3S_NO_POLICY = 64,   /* and --disable-network-policy is one of them */
    PG_MARK_K3S_NO_FLANNEL = 128, /* and --flannel-backend=none: another plugin is there */
};

struct pg_node {
    pg_str name;
    struct pg_labels labels;
    const struct pg_addr *addrs;
    uint32_t naddrs;
    pg_str kubelet_version; /* PG_STR_NONE where it is not known */
    unsigned marks;         /* enum pg_node_mark, or-ed */
    struct pg_loc loc;
};

struct pg_service_port {
    pg_str name;
    uint8_t protocol;
    uint16_t port, target, node_port; /* target 0: see target_name */
    pg_str target_name;
};

/* One address and port behind a service, from an EndpointSlice or Endpoints object. */
struct pg_endpoint {
    struct pg_addr addr;
    pg_str port_name; /* PG_STR_EMPTY where the port has no name */
    uint8_t protocol;
    uint16_t port;
    bool ready;
};

struct pg_service {
    uint32_t ns;
    pg_str name, type;
    struct pg_labels labels;
    struct pg_labels selector;
    bool has_selector, headless;
    bool local_traffic; /* externalTrafficPolicy: Local (9.7) */
    bool external_ips;  /* spec.externalIPs is not empty */
    bool unready_too;   /* publishNotReadyAddresses: pods that are not ready serve, too */
    const struct pg_cidr *source_ranges; /* loadBalancerSourceRanges: enforced elsewhere (9.7) */
    uint32_t nsource_ranges;
    struct pg_addr cluster_ip[2];
    const struct pg_addr *external; /* externalIPs, and what its load balancer was given */
    uint32_t nexternal;
    const struct pg_service_port *ports;
    uint32_t nports;
    const struct pg_endpoint *endpoints; /* what slices list for it (semantics 9.6) */
    uint32_t nendpoints;
    bool has_slices; /* a slice of this service was read, be it empty */
    struct pg_loc loc;
};

/* An IngressClass or a GatewayClass: which controller serves those that name it. */
struct pg_entry_class {
    pg_str kind, name;
    pg_str controller; /* spec.controller, spec.controllerName */
    bool is_default;   /* of Ingresses that name no class */
    struct pg_loc loc;
};

enum pg_routes_from {
    PG_ROUTES_SAME, /* of the Gateway's own namespace: where nothing is said */
    PG_ROUTES_ALL,
    PG_ROUTES_SELECTOR,
    PG_ROUTES_NONE, /* or a word that is not known */
};

/* Where a Gateway takes connections, and from which namespaces it takes routes (allowedRoutes). */
struct pg_listener {
    pg_str name;
    uint16_t port;
    enum pg_routes_from from;
    struct pg_selector namespaces; /* SELECTOR */
    const pg_str *kinds;           /* of routes; none: every kind */
    uint32_t nkinds;
};

struct pg_gateway {
    uint32_t ns;
    pg_str name, class_name;
    const struct pg_listener *listeners;
    uint32_t nlisteners;
    struct pg_loc loc;
};

/* What a Route hangs on: a Gateway, or in a mesh a Service. */
struct pg_parent {
    pg_str kind, ns, name; /* ns: that of the route where it is left out */
    pg_str section;        /* the listener; PG_STR_NONE: any */
    uint16_t port;         /* likewise; 0: any */
};

/* One way in from outside the cluster: a rule of an Ingress or of a Route of the Gateway API, and one of its
   backends. They sort by namespace, kind, name, then as written. */
struct pg_route {
    uint32_t ns;
    pg_str kind, name;               /* "Ingress", "HTTPRoute", "TCPRoute" … */
    pg_str class_name;               /* Ingress: PG_STR_NONE where it names none */
    const struct pg_parent *parents; /* Routes */
    uint32_t nparents;
    const char *host, *path; /* as written, several with commas between; "" where nothing is said */
    pg_str backend_kind;     /* "Service", or something that is not evaluated */
    pg_str backend_ns, backend;
    uint8_t protocol;
    uint16_t port; /* of the service; 0: see port_name */
    pg_str port_name;
    struct pg_loc loc; /* of the backend */
};

/* A ReferenceGrant: which routes of other namespaces may name Services of this one. */
struct pg_grant_from {
    pg_str kind, ns;
};

struct pg_grant {
    uint32_t ns;
    pg_str name;
    const struct pg_grant_from *from;
    const pg_str *to; /* names of Services; PG_STR_NONE: every one */
    uint32_t nfrom, nto;
    struct pg_loc loc;
};

/* Objects of a kind that polgrid does not read: counted, never hidden. */
struct pg_skipped {
    const char *api_version, *kind;
    uint32_t count;
    struct pg_loc first;
};

/* Something that is no endpoint, and why: "succeeded", "failed", "replicas-0", "represented-by-pods",
   "represented-by-owner". */
struct pg_excluded {
    uint32_t ns;
    pg_str name; /* "web[Deployment]" or a pod's name */
    const char *reason;
    struct pg_loc loc;
};

/* One entry of the index of addresses: a pod (a host-network one only if its node was not read) or a node. */
struct pg_addr_entry {
    struct pg_addr addr;
    bool is_node;
    uint32_t index;
};

/* The live cluster that the objects came from, directly or by a snapshot. Each NULL where it is not known. */
struct pg_origin {
    const char *context, *server, *user;
    const char *namespace_; /* that of -n or of the context */
    const char *resource_version;
    const char *taken; /* of a snapshot: when, as RFC 3339 writes it; NULL: the cluster was read itself */
};

/* What hangs on objects that are there, or may be, and were not read. */
enum pg_unread_kind {
    PG_UNREAD_POLICY, /* they decide traffic: what they may touch is unknown */
    PG_UNREAD_PART,   /* policies of their group refer to them: what these may touch is unknown */
    PG_UNREAD_PEERS,  /* namespaces, pods: who there is */
    PG_UNREAD_EXTRA,  /* services, nodes, workloads, ways in: no cell hangs on them */
    PG_NUNREADS,
};

struct pg_unread {
    enum pg_unread_kind what;
    const char *group, *resource,
        *kind; /* "networking.k8s.io", "networkpolicies", "NetworkPolicy" */
    bool namespaced;
    const char *ns;     /* of a namespaced resource: the one; NULL: every namespace */
    const char *reason; /* in words: "user alice may not list them" */
    /* Of every namespace (ns is NULL): but for these, by name. */
    const char *const *except;
    uint32_t nexcept;
};

struct pg_cluster {
    struct pg_arena *arena;
    struct pg_strs *strs;
    struct pg_file *files;
    struct pg_namespace *namespaces;
    struct pg_pod *pods;
    struct pg_workload *workloads;
    struct pg_node *nodes; /* by name */
    struct pg_service *services;
    struct pg_entry_class *entry_classes; /* by kind, then name */
    struct pg_gateway *gateways;          /* by namespace, then name */
    struct pg_route *routes;
    struct pg_grant *grants;
    struct pg_policy *policies;
    struct pg_diag *diags; /* in the order of reading */
    struct pg_skipped *skipped;
    struct pg_excluded *excluded;
    struct pg_addr_entry *addr_index; /* sorted; made by pg_cluster_index() */
    uint32_t naddr_index;
    uint32_t nfiles, nnamespaces, npods, nworkloads, nnodes, nservices, npolicies, ndiags, nskipped,
        nexcluded, nentry_classes, ngateways, nroutes, ngrants;
    uint32_t nrejected;             /* objects left out because the API server would refuse them */
    uint32_t nunevaluated;          /* policies of kind PG_POLICY_UNEVALUATED */
    const struct pg_origin *origin; /* NULL: no live cluster */
    struct pg_unread *unread;
    uint32_t nunread;
    const char *const *groups; /* API groups that a live cluster serves; NULL: not known */
    uint32_t ngroups;
    bool partial;            /* loading was stopped, or a file could not be read to its end */
    struct pg_cluster *base; /* what the lists point into besides (memo.h); NULL: nothing */
    atomic_uint owners;
};

/* An empty cluster with its arena and string table; the loader fills it. */
struct pg_cluster *pg_cluster_new(void);
/* For one more owner, in whatever thread; each of them frees it. Returns the cluster. */
struct pg_cluster *pg_cluster_keep(struct pg_cluster *cluster);
/* Frees it, if no other owner is left. */
void pg_cluster_free(struct pg_cluster *cluster);

/* Makes the index behind pg_cluster_pod_at() and pg_cluster_node_at(). To be called once, last, when
   pods and nodes are in their places. */
void pg_cluster_index(struct pg_cluster *cluster);

/* Whether nothing was left out: no rejected object, no unevaluated policy, no partial load, and nothing unread
   but what no cell hangs on. */
bool pg_cluster_complete(const struct pg_cluster *cluster);

/* The text of an interned string of this cluster. */
const char *pg_cluster_text(const struct pg_cluster *cluster, pg_str str);

/* Look-ups by name; PG_NONE where there is none. Binary search. */
uint32_t pg_cluster_find_namespace(const struct pg_cluster *cluster, const char *name);
uint32_t pg_cluster_find_pod(const struct pg_cluster *cluster, uint32_t ns, const char *name);
/* `kind` in any case, kubectl's short and plural forms too (deploy, deployments, sts, …). */
uint32_t pg_cluster_find_workload(const struct pg_cluster *cluster, uint32_t ns, const char *kind,
                                  const char *name);
/* Whether `word`, in any case, is how kubectl lets one write `kind`: po, pods, deploy, deployments.apps. */
bool pg_kind_is(const char *kind, const char *word);
/* Whether it is one of the usual kinds that pods are of, or Pod. */
bool pg_kind_is_usual(const char *word);
/* Services sort by namespace, then name. */
uint32_t pg_cluster_find_service(const struct pg_cluster *cluster, uint32_t ns, const char *name);
uint32_t pg_cluster_find_node(const struct pg_cluster *cluster, const char *name);
/* The pod or the node that has an address; PG_NONE where there is none. A host-network pod has none of
   its own: its address is its node's, for which it stands where that node was not read (semantics 2.10).
   Of several with one address, the first. */
uint32_t pg_cluster_pod_at(const struct pg_cluster *cluster, struct pg_addr addr);
uint32_t pg_cluster_node_at(const struct pg_cluster *cluster, struct pg_addr addr);
/* What tells that there may be more objects of a kind ("Pod", of a namespace) than were read; NULL where all were. `ns`
   NULL: in whatever namespace. */
const struct pg_unread *pg_cluster_find_unread(const struct pg_cluster *cluster, const char *kind,
                                               const char *ns);
/* How many policies were read: without what stands for those that were not. */
uint32_t pg_cluster_count_policies(const struct pg_cluster *cluster);
/* Whether there may be pods, nodes or services that have addresses and were not read. */
bool pg_cluster_addresses_unread(const struct pg_cluster *cluster);

/* The value of a label, PG_STR_NONE where the key is missing. */
pg_str pg_labels_get(struct pg_labels labels, pg_str key);
/* Whether labels contain every pair of `wanted` (a Service's selector); none is contained in all. */
bool pg_labels_contain(struct pg_labels labels, struct pg_labels wanted);
/* Whether labels satisfy a selector; an absent selector holds for everything (semantics 6). */
bool pg_selector_matches(const struct pg_selector *selector, struct pg_labels labels);
/* Appends a selector as kubectl prints it: "app=web,tier in (a,b),!legacy"; "all" if it is empty. */
void pg_selector_print(struct pg_buf *out, const struct pg_cluster *cluster,
                       const struct pg_selector *selector);

#endif
