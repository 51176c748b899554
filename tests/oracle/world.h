/*
 * The oracle's own small cluster: what the generator draws, the renderer writes as YAML or JSON, and the
 * slow evaluator answers from. It shares nothing with the program under test: texts are texts, lists are
 * short arrays, an address is its bytes.
 *
 * What is NetworkPolicy's, and what all kinds share, is here; the other kinds are in world_kinds.h.
 *
 * A world is one flat value without pointers into itself; texts are constants. Everything that a manifest
 * can leave out, set to null or leave empty is kept apart (enum w_state), since that is what most rules of
 * the semantics are about.
 */
#ifndef ORACLE_WORLD_H
#define ORACLE_WORLD_H

#include <stdbool.h>
#include <stdint.h>

enum {
    W_NAMESPACES = 4,
    W_NODES = 3,
    W_PODS = 12,
    W_POLICIES = 8,
    W_RULES = 3,
    W_PEERS = 3,
    W_RULE_PORTS = 3,
    W_LABELS = 4,
    W_REQS = 3,
    W_VALUES = 3,
    W_EXCEPTS = 2,
    W_CONTAINERS = 3,
    W_CONTAINER_PORTS = 2,
    W_NODE_ADDRS = 3,
    W_OUTSIDE = 6,
    W_DRAWN = 48,
    W_ENDS = W_PODS + W_NODES + W_OUTSIDE,
};

enum w_state {
    W_MISSING,
    W_NULL,
    W_GIVEN, /* lists: may have no element */
};

enum w_protocol {
    W_DEFAULT = -1, /* left out: TCP (7.1, 7.7) */
    W_TCP,
    W_UDP,
    W_SCTP,
    W_ICMP, /* of questions only; the port is then the number of an IP protocol without ports */
};

enum w_dir {
    W_EGRESS,
    W_INGRESS,
};

enum w_action {
    W_ALLOW,
    W_DENY,
    W_PASS,
    W_LOG, /* Calico: goes on to the next rule */
};

struct w_addr {
    int family; /* 4 or 6; 0: none */
    uint8_t bytes[16];
};

struct w_block {
    struct w_addr base; /* host bits may be set (5.15) */
    int bits;
};

struct w_label {
    const char *key, *value;
};

struct w_labels {
    struct w_label v[W_LABELS];
    int n;
};

enum w_op {
    W_IN,
    W_NOT_IN,
    W_EXISTS,
    W_DOES_NOT_EXIST,
};

struct w_req {
    const char *key;
    enum w_op op;
    const char *values[W_VALUES];
    int nvalues;
};

struct w_selector {
    enum w_state state, labels_state, reqs_state;
    struct w_labels labels;
    struct w_req reqs[W_REQS];
    int nreqs;
};

struct w_peer {
    bool is_block;
    struct w_selector namespaces, pods;
    struct w_block block, except[W_EXCEPTS];
    enum w_state except_state;
    int nexcept;
};

struct w_port {
    bool null; /* a bare dash: all of TCP (4.3) */
    enum w_protocol protocol;
    const char *name; /* a name, or NULL */
    int number;       /* 0: left out */
    int end;          /* 0: left out */
};

struct w_rule {
    bool null; /* a bare dash: everything (4.3) */
    enum w_state peers_state, ports_state;
    struct w_peer peers[W_PEERS];
    int npeers;
    struct w_port ports[W_RULE_PORTS];
    int nports;
};

/* What makes the API server refuse a policy (10.1). */
enum w_fault {
    W_FAULT_NONE,
    W_FAULT_OPERATOR,
    W_FAULT_NO_VALUES,
    W_FAULT_EMPTY_PEER,
    W_FAULT_BARE_ADDRESS,
    W_FAULT_EXCEPT_OUTSIDE,
    W_FAULT_PORT_ZERO,
    W_FAULT_QUOTED_PORT,
    W_FAULT_END_BELOW,
    W_FAULT_PROTOCOL,
    W_FAULT_THREE_TYPES,
    W_NFAULTS,
    W_FAULT_OF_KIND, /* of the other kinds: one each, see render_fault_path() */
};

/* The kinds of policies. */
enum w_kind {
    W_NETWORK,
    W_FOREIGN, /* one that decides traffic and that nobody evaluates */
    W_ADMIN,
    W_BASELINE_ADMIN,
    W_CLUSTER,
    W_CILIUM,
    W_CALICO,
};

struct w_policy {
    enum w_kind kind;
    int ns;
    const char *name;
    enum w_fault fault;
    bool cluster_wide; /* without a namespace */
    int part;          /* of the other kinds: their place in world.admins, .ciliums, .calicos */
    /* What follows is NetworkPolicy's. */
    bool twice; /* an earlier object of the same name stands before it, and loses (1.5) */
    bool has_spec;
    struct w_selector subject;
    enum w_state types_state;
    enum w_dir types[2];
    int ntypes;
    enum w_state rules_state[2]; /* by w_dir */
    struct w_rule rules[2][W_RULES];
    int nrules[2];
};

enum w_container_kind {
    W_CONTAINER,
    W_SIDECAR,
    W_INIT,
};

struct w_container_port {
    const char *name; /* or NULL */
    enum w_protocol protocol;
    int number;
};

struct w_container {
    enum w_container_kind kind;
    struct w_container_port ports[W_CONTAINER_PORTS];
    int nports;
};

enum w_phase {
    W_NO_STATUS,
    W_RUNNING,
    W_PENDING,
    W_SUCCEEDED,
    W_FAILED,
};

enum { W_REPLICAS_LEFT_OUT = -1 };

struct w_pod {
    int ns;
    const char *name;
    const char *kind; /* NULL: a pod; else the workload that it stands for (2.6) */
    int replicas;     /* workloads that have the field */
    const char *owner; /* the name of a StatefulSet that owns the pod, and is in the input too (2.8) */
    struct w_labels labels;
    struct w_container containers[W_CONTAINERS];
    int ncontainers;
    struct w_addr addr[2]; /* IPv4, IPv6 */
    bool host_network;
    const char *node;    /* or NULL */
    const char *account; /* its service account, or NULL: "default" */
    enum w_phase phase;
    bool terminating;
};

struct w_namespace {
    const char *name;
    bool defined;    /* false: only named by other objects (1.4) */
    bool name_label; /* its own label is written in the manifest … */
    bool false_name; /* … with a wrong value */
    struct w_labels labels;
};

struct w_node_addr {
    struct w_addr addr;
    bool external;
};

struct w_node {
    const char *name;
    struct w_labels labels;
    struct w_node_addr addrs[W_NODE_ADDRS];
    int naddrs;
};

enum w_named_ports {
    W_NAMED_SIDECARS,
    W_NAMED_CONTAINERS,
    W_NAMED_ALL_INIT,
};

enum w_engine {
    W_ENGINE_AUTO,
    W_ENGINE_K8S,
    W_ENGINE_CILIUM,
    W_ENGINE_CALICO,
};

enum w_admin_api {
    W_ADMIN_NEWEST,
    W_ADMIN_V1ALPHA1,
    W_ADMIN_V1ALPHA2,
};

/* Section 17. */
struct w_options {
    bool ipblock_pods_ignore, host_network_pod, self_policy, ingress_own_node_policy,
        egress_own_node_allow, not_enforced;
    enum w_named_ports named_ports;
    enum w_engine engine;
    enum w_admin_api admin_api;
    int ip_family;              /* 0: not given */
    struct w_block pod_cidr[2]; /* family 0: not given */
};

/* Random numbers: the same everywhere for the same seed. */
struct w_random {
    uint64_t state;
};

uint32_t w_random_below(struct w_random *random, uint32_t n);
/* True in `percent` of a hundred cases. */
bool w_random_chance(struct w_random *random, uint32_t percent);

/* Texts of an address and a block, canonical; `text` has room for 64 bytes. */
void w_addr_text(struct w_addr addr, char text[64]);
void w_block_text(struct w_block block, char text[64]);

#include "world_kinds.h"

/* Whose policies a world has, beside NetworkPolicies; a few others may stand among them (13.1). */
enum w_family {
    W_PLAIN,
    W_OF_ADMINS,
    W_OF_CILIUM,
    W_OF_CALICO,
};

struct world {
    uint64_t seed;
    enum w_family family;
    struct w_options options;
    struct w_namespace namespaces[W_NAMESPACES];
    struct w_node nodes[W_NODES];
    struct w_pod pods[W_PODS];
    struct w_policy policies[W_POLICIES];
    struct w_admin admins[W_POLICIES];
    struct w_cilium ciliums[W_POLICIES];
    struct w_calico calicos[W_POLICIES];
    struct w_tier tiers[W_TIERS];
    struct w_set sets[W_SETS];
    struct w_account accounts[W_ACCOUNTS];
    struct w_addr outside[W_OUTSIDE]; /* addresses worth asking about */
    struct w_block drawn[W_DRAWN];    /* blocks that stand somewhere: their edges are worth it */
    int nnamespaces, nnodes, npods, npolicies, nadmins, nciliums, ncalicos, ntiers, nsets,
        naccounts, noutside, ndrawn;
};

/* Draws the cluster of a seed. */
void gen_world(struct world *world, uint64_t seed);

#endif
