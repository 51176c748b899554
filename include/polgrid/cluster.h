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
    char sha256[65];
    uint64_t bytes;
    /* The text, where it can't be read again from `name` (stdin, demo); else NULL. */
    const char *text;
    bool on_disk;
};

struct pg_namespace {
    pg_str name;
    struct pg_labels labels; /* with kubernetes.io/metadata.name (semantics 1.4) */
    bool synthesised;        /* named by an object but defined nowhere: labels unknown */
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

struct pg_pod {
    uint32_t ns;
    pg_str name; /* "web-7d4f9-abcde", or "web[Deployment]" for the pod of a workload without live pods */
    struct pg_labels labels;
    const struct pg_container_port *ports; /* sorted by protocol, number, name; no repeats */
    uint32_t nports;
    struct pg_addr addr[2]; /* IPv4 and IPv6; family 0 where there is none or it is not known */
    bool addr_known;        /* false: no address was given (semantics 2.3, 5.12) */
    bool host_network;
    bool is_virtual; /* stands for a workload without live pods (semantics 2.6) */
    bool terminating;
    bool invalid;           /* the API server would refuse it; kept, marked (semantics 10.5) */
    pg_str node_name;       /* PG_STR_NONE where the placement is unknown */
    uint32_t node;          /* index of that node, PG_NONE where no such Node object was read */
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

struct pg_node {
    pg_str name;
    struct pg_labels labels;
    const struct pg_addr *addrs;
    uint32_t naddrs;
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
    struct pg_addr cluster_ip[2];
    const struct pg_service_port *ports;
    uint32_t nports;
    const struct pg_endpoint *endpoints; /* what slices list for it (semantics 9.6) */
    uint32_t nendpoints;
    bool has_slices; /* a slice of this service was read, be it empty */
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

/* One entry of the index of addresses: a pod (never a host-network one) or a node. */
struct pg_addr_entry {
    struct pg_addr addr;
    bool is_node;
    uint32_t index;
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
    struct pg_policy *policies;
    struct pg_diag *diags; /* in the order of reading */
    struct pg_skipped *skipped;
    struct pg_excluded *excluded;
    struct pg_addr_entry *addr_index; /* sorted; made by pg_cluster_index() */
    uint32_t naddr_index;
    uint32_t nfiles, nnamespaces, npods, nworkloads, nnodes, nservices, npolicies, ndiags, nskipped,
        nexcluded;
    uint32_t nrejected;    /* objects left out because the API server would refuse them */
    uint32_t nunevaluated; /* policies of kind PG_POLICY_UNEVALUATED */
    bool partial;          /* loading was stopped, or a file could not be read to its end */
};

/* An empty cluster with its arena and string table; the loader fills it. */
struct pg_cluster *pg_cluster_new(void);
void pg_cluster_free(struct pg_cluster *cluster);

/* Makes the index behind pg_cluster_pod_at() and pg_cluster_node_at(). To be called once, last, when
   pods and nodes are in their places. */
void pg_cluster_index(struct pg_cluster *cluster);

/* Whether nothing was left out: no rejected object, no unevaluated policy, no partial load. */
bool pg_cluster_complete(const struct pg_cluster *cluster);

/* The text of an interned string of this cluster. */
const char *pg_cluster_text(const struct pg_cluster *cluster, pg_str str);

/* Look-ups by name; PG_NONE where there is none. Binary search. */
uint32_t pg_cluster_find_namespace(const struct pg_cluster *cluster, const char *name);
uint32_t pg_cluster_find_pod(const struct pg_cluster *cluster, uint32_t ns, const char *name);
/* `kind` in any case, kubectl's short and plural forms too (deploy, deployments, sts, …). */
uint32_t pg_cluster_find_workload(const struct pg_cluster *cluster, uint32_t ns, const char *kind,
                                  const char *name);
/* Services sort by namespace, then name. */
uint32_t pg_cluster_find_service(const struct pg_cluster *cluster, uint32_t ns, const char *name);
uint32_t pg_cluster_find_node(const struct pg_cluster *cluster, const char *name);
/* The pod or the node that has an address; PG_NONE where there is none. A host-network pod has none of
   its own: its address is its node's (semantics 2.10). Of several with one address, the first. */
uint32_t pg_cluster_pod_at(const struct pg_cluster *cluster, struct pg_addr addr);
uint32_t pg_cluster_node_at(const struct pg_cluster *cluster, struct pg_addr addr);

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
