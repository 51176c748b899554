/*
 * The other kinds of policies, as their manifests say it: admin tiers (semantics 11, 12), Cilium's (13),
 * Calico's (14). Part of world.h.
 */
#ifndef ORACLE_WORLD_KINDS_H
#define ORACLE_WORLD_KINDS_H

enum {
    W_NETWORKS = 2,
    W_ADMIN_PORTS = 3,
    W_ENTRIES = 2,
    W_ENTRY_PORTS = 2,
    W_EXPRS = 9,
    W_NETS = 2,
    W_END_PORTS = 2,
    W_TIERS = 3,
    W_SETS = 3,
    W_ACCOUNTS = 12,
    W_NONE = -1,
};

/* --- AdminNetworkPolicy, BaselineAdminNetworkPolicy, ClusterNetworkPolicy ---------------------------------- */

enum w_admin_peer_kind {
    W_PEER_NAMESPACES,
    W_PEER_PODS,
    W_PEER_NETWORKS,
    W_PEER_NODES,
    W_PEER_DOMAINS,
    W_PEER_OLD,    /* as before v0.1.3 (11.13) */
    W_PEER_STRANGE /* no known field (11.18) */
};

struct w_admin_peer {
    enum w_admin_peer_kind kind;
    struct w_selector namespaces, pods; /* NODES: `pods` selects nodes */
    struct w_block networks[W_NETWORKS];
    int nnetworks;
};

enum w_admin_port_kind {
    W_PORT_NUMBER,
    W_PORT_RANGE,
    W_PORT_NAMED,
    W_PORT_STRANGE, /* no known field (12.6) */
};

struct w_admin_port {
    enum w_admin_port_kind kind;
    enum w_protocol protocol; /* W_DEFAULT in v1alpha1 only */
    int number, end;
    const char *name;
};

struct w_admin_rule {
    enum w_action action;
    struct w_admin_peer peers[W_PEERS]; /* one at least */
    struct w_admin_port ports[W_ADMIN_PORTS];
    int npeers, nports; /* no port: left out */
};

struct w_admin {
    bool baseline; /* ClusterNetworkPolicy: its tier */
    int priority;
    bool of_namespaces; /* the subject is `namespaces`, else `pods` */
    struct w_selector namespaces, pods;
    struct w_admin_rule rules[2][W_RULES]; /* by w_dir */
    int nrules[2];
};

/* --- CiliumNetworkPolicy, CiliumClusterwideNetworkPolicy ---------------------------------------------------- */

enum w_entity {
    W_ENTITY_ALL,
    W_ENTITY_WORLD,
    W_ENTITY_CLUSTER,
    W_ENTITY_HOST,
    W_ENTITY_REMOTE_NODE,
    W_ENTITY_KUBE_APISERVER,
    W_ENTITY_INGRESS,
    W_ENTITY_NONE,
    W_ENTITY_INIT,
    W_ENTITY_HEALTH,
    W_ENTITY_UNMANAGED,
    W_NENTITIES,
};

/* Which field of a rule names the other end; only one may (13.18). */
enum w_cilium_field {
    W_FIELD_LEFT_OUT,
    W_FIELD_ENDPOINTS,
    W_FIELD_ENTITIES,
    W_FIELD_CIDR,
    W_FIELD_CIDR_SET,
    W_FIELD_FQDNS, /* of egress rules that allow */
};

struct w_cilium_peer {
    struct w_selector selector; /* ENDPOINTS: keys may have a source, "k8s:app" */
    enum w_entity entity;
    struct w_block block, except[W_EXCEPTS];
    int nexcept;
};

struct w_cilium_port {
    const char *name;         /* or NULL */
    int number;               /* 0: every port (13.9) */
    int end;                  /* 0: left out */
    enum w_protocol protocol; /* W_DEFAULT: left out … */
    bool any;                 /* … or ANY */
};

struct w_cilium_entry {
    struct w_cilium_port ports[W_ENTRY_PORTS];
    int nports;
    bool http;
};

struct w_cilium_rule {
    enum w_cilium_field field;
    struct w_cilium_peer peers[W_PEERS]; /* none: an explicit empty list (13.19) */
    int npeers;
    enum w_state ports_state;
    struct w_cilium_entry entries[W_ENTRIES];
    int nentries;
    int icmp; /* 4 or 6: `icmps` instead of toPorts; else 0 */
    bool authentication;
};

/* The lists of a spec; by the direction and whether they deny. */
enum w_cilium_list {
    W_LIST_EGRESS,
    W_LIST_INGRESS,
    W_LIST_EGRESS_DENY,
    W_LIST_INGRESS_DENY,
    W_NLISTS,
};

enum w_switch {
    W_SWITCH_LEFT_OUT,
    W_SWITCH_ON,
    W_SWITCH_OFF,
};

/* One spec: a policy of its own (13.2). */
struct w_cilium {
    int spec;      /* W_NONE: `spec`; else the place in `specs` */
    bool joined;   /* to the object of the policy before it */
    bool of_nodes; /* a host policy (13.15): `subject` is its nodeSelector */
    struct w_selector subject;
    enum w_switch default_deny[2]; /* by w_dir */
    enum w_state list_state[W_NLISTS];
    struct w_cilium_rule rules[W_NLISTS][W_RULES];
    int nrules[W_NLISTS];
};

/* --- Calico ---------------------------------------------------------------------------------------- */

enum w_expr_kind {
    W_EXPR_ALL,
    W_EXPR_EQ,
    W_EXPR_NE,
    W_EXPR_IN,
    W_EXPR_NOT_IN,
    W_EXPR_HAS,
    W_EXPR_CONTAINS,
    W_EXPR_STARTS,
    W_EXPR_ENDS,
    W_EXPR_NOT,
    W_EXPR_AND,
    W_EXPR_OR,
};

struct w_expr {
    enum w_expr_kind kind;
    const char *key;
    const char *values[W_VALUES];
    int nvalues;
    int left, right; /* places in the selector */
};

/* A selector in Calico's language (14.6); the last expression is the whole. */
struct w_text_selector {
    bool given;
    bool global; /* global() and nothing else */
    struct w_expr exprs[W_EXPRS];
    int n;
};

struct w_end_port {
    int number, end; /* end 0: one port */
    const char *name;
};

/* `source` or `destination` (14.7-14.12). */
struct w_rule_end {
    struct w_text_selector selector, not_selector, namespaces, accounts;
    const char *account_names[W_VALUES];
    struct w_block nets[W_NETS], not_nets[W_NETS];
    struct w_end_port ports[W_END_PORTS], not_ports[W_END_PORTS];
    int naccount_names, nnets, nnot_nets, nports, nnot_ports;
};

enum {
    W_IP_ICMP = 1,
    W_IP_TCP = 6,
    W_IP_UDP = 17,
    W_IP_ICMPV6 = 58,
    W_IP_SCTP = 132,
    W_IP_UDP_LITE = 136,
};

struct w_calico_rule {
    enum w_action action;
    int protocol, not_protocol; /* numbers of IP; W_NONE: left out */
    int ip_version;             /* 0: left out */
    bool icmp, not_icmp;        /* only some types (14.17) */
    bool http;
    struct w_rule_end source, destination;
};

struct w_calico {
    const char *tier; /* NULL: left out */
    int order_halves; /* twice its order; W_NONE: left out */
    bool stored;      /* as crd.projectcalico.org/v1 (1.2) */
    bool staged;      /* (14.15) */
    bool forward;     /* applyOnForward: touches no pod (14.16) */
    enum w_state types_state;
    enum w_dir types[2];
    int ntypes;
    struct w_text_selector selector, namespaces, accounts;
    struct w_calico_rule rules[2][W_RULES]; /* by w_dir */
    int nrules[2];
};

struct w_tier {
    const char *name;
    int order;  /* W_NONE: left out */
    int action; /* W_DENY, W_PASS, or W_NONE: left out */
};

/* A NetworkSet, or a GlobalNetworkSet (14.13). */
struct w_set {
    int ns; /* W_NONE: global */
    const char *name;
    struct w_labels labels;
    struct w_block nets[W_NETS];
    int nnets;
};

/* A ServiceAccount object; one that is not there has labels that nobody knows. */
struct w_account {
    int ns;
    const char *name;
    struct w_labels labels;
};

#endif
