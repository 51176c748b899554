/*
 * Policies of every kind, translated into one shape: who is selected, and ordered rules of peers and
 * ports for each direction, each keeping the place it was written at.
 *
 * The loader keeps apart what the API keeps apart: a list or selector that is missing, and one that is
 * empty (semantics 4.1-4.5, 5.5).
 */
#ifndef POLGRID_POLICY_H
#define POLGRID_POLICY_H

#include <stdbool.h>
#include <stdint.h>

#include "polgrid/addr.h"
#include "polgrid/diag.h"
#include "polgrid/portset.h"
#include "polgrid/strs.h"

enum pg_dir {
    PG_EGRESS,
    PG_INGRESS,
};

enum pg_op {
    PG_OP_IN,
    PG_OP_NOT_IN,
    PG_OP_EXISTS,
    PG_OP_DOES_NOT_EXIST,
};

/* One term of a selector. A matchLabels pair is an In with one value. */
struct pg_req {
    pg_str key;
    enum pg_op op;
    const pg_str *values;
    uint32_t nvalues;
    struct pg_loc loc;
};

/* A selector of a language with "or" and "not" (Calico's). A term that compares parts of a text is
   turned into an In over the values that the cluster has when it is frozen. */
enum pg_expr_kind {
    PG_EXPR_ALL, /* always true */
    PG_EXPR_REQ,
    PG_EXPR_NOT, /* of left */
    PG_EXPR_AND,
    PG_EXPR_OR,
};

struct pg_expr {
    enum pg_expr_kind kind;
    struct pg_req req;
    const struct pg_expr *left, *right;
};

/* A label selector: all terms must hold (semantics 6), and `expr` too where there is one. `present` is
   false where the field was missing or null; then there are no terms. */
struct pg_selector {
    const struct pg_req *reqs;
    uint32_t nreqs;
    bool present;
    const struct pg_expr *expr; /* NULL but for kinds with a selector language */
    const char *text;           /* as written, where there is an expr */
    struct pg_loc loc;
};

/* What a peer of any kind of policy can ask for. The first two are NetworkPolicy's. */
enum pg_peer_kind {
    PG_PEER_SELECTOR, /* namespaceSelector and/or podSelector */
    PG_PEER_IPBLOCK, /* a block; whether it matches pods is --assume ipblock-pods (semantics 5.11) */
    PG_PEER_NETWORKS, /* a block compared with every address, pods included (11.14, 14.9) */
    PG_PEER_OUTSIDE,  /* a block that never matches pods nor nodes (13.8) */
    PG_PEER_NODES,    /* nodes by label: their addresses, hence host-network pods too (11.15) */
    PG_PEER_ENTITY,   /* Cilium's entities, a set of enum pg_entity (13.7) */
    PG_PEER_NAMES,    /* domain names: an outside address possibly, a pod never (11.16, 13.12) */
    PG_PEER_MAYBE,    /* something that is not evaluated: possibly anything */
    PG_PEER_ALL_OF,   /* all of `parts` (14.9) */
    PG_PEER_ANY_OF,   /* one of `parts`, which are not negated; none matches nothing (14.9) */
};

enum pg_entity {
    PG_ENTITY_WORLD = 1,        /* outside addresses */
    PG_ENTITY_PODS = 2,         /* every pod that has an endpoint */
    PG_ENTITY_HOST = 4,         /* the own node and its host-network pods */
    PG_ENTITY_REMOTE_NODE = 8,  /* other nodes and theirs */
    PG_ENTITY_MAYBE_NODE = 16,  /* nodes and outside addresses, possibly (kube-apiserver) */
    PG_ENTITY_MAYBE_WORLD = 32, /* outside addresses, possibly (ingress) */
};

struct pg_peer {
    enum pg_peer_kind kind;
    bool negate; /* a part of ALL_OF that must not match (notSelector, notNets) */
    /* SELECTOR: without namespace_selector the policy's own namespace is meant, or every namespace where
       any_namespace is set; without pod_selector every pod of the namespaces (semantics 5.1-5.3).
       NODES: pod_selector selects nodes. */
    struct pg_selector namespace_selector, pod_selector;
    bool any_namespace;
    /* IPBLOCK, NETWORKS, OUTSIDE */
    struct pg_cidr cidr;
    const struct pg_cidr *except;
    uint32_t nexcept;
    unsigned entities;           /* ENTITY */
    const struct pg_peer *parts; /* ALL_OF, ANY_OF */
    uint32_t nparts;
    const char *field, *detail; /* NAMES, MAYBE: what is not evaluated, and why, in words */
    uint32_t index;             /* in the list of the manifest */
    struct pg_loc loc;
};

#define PG_ANY_PROTOCOL 255 /* TCP, UDP and SCTP */

struct pg_port {
    uint8_t protocol;  /* enum pg_protocol, or PG_ANY_PROTOCOL */
    uint16_t from, to; /* numbers; 1-65535 where the port was left out (PG_OTHER: 0-255) */
    pg_str name;       /* or a name, looked up in the destination pod (semantics 7.5, 7.6) */
    bool any;          /* the port was left out: every port of the protocol (semantics 7.2) */
    bool ranged;       /* endPort was given */
    uint32_t index;    /* in the list of the manifest */
    struct pg_loc loc;
};

enum pg_action {
    PG_ACTION_ALLOW,
    PG_ACTION_DENY,
    PG_ACTION_PASS,
};

/* `peers` of length 0 with any_peer: from/to missing, null or empty (semantics 4.4); the same for ports
   (4.5). A rule with no peers and no any_peer matches nothing. */
struct pg_rule {
    enum pg_action action;
    uint32_t index;        /* in its list of the manifest */
    const char *list;      /* the name of that list: "ingress", "egressDeny" */
    const char *peer_list; /* the name of the list that peers count in: "toCIDRSet"; NULL: from, to */
    const struct pg_peer *peers;
    uint32_t npeers;
    const struct pg_port *ports;
    uint32_t nports;
    const struct pg_port *not_ports; /* taken off the ports (14.10) */
    uint32_t nnot_ports;
    bool any_peer, any_port;
    const struct pg_peer *self; /* what must hold of the policy's own end, too (Calico); NULL: nothing */
    /* Set where the rule also hangs on something that is not evaluated (HTTP paths, source ports): then
       it possibly matches, never surely. The field, and why, in words. */
    const char *maybe_field, *maybe_detail;
    bool may_refuse; /* ALLOW, a maybe: what it matches may be refused for it, by a proxy (13.11) */
    struct pg_loc loc, end; /* first and last line of the rule in the source */
};

enum pg_policy_kind {
    PG_POLICY_NETWORK,        /* networking.k8s.io/v1 NetworkPolicy */
    PG_POLICY_ADMIN,          /* AdminNetworkPolicy (semantics 11) */
    PG_POLICY_BASELINE_ADMIN, /* BaselineAdminNetworkPolicy */
    PG_POLICY_CLUSTER,        /* ClusterNetworkPolicy (12) */
    PG_POLICY_CILIUM,         /* CiliumNetworkPolicy, CiliumClusterwideNetworkPolicy (13) */
    PG_POLICY_CALICO,         /* Calico's NetworkPolicy and GlobalNetworkPolicy (14) */
    /* A policy of a kind that decides traffic and is not evaluated: what it selects is unknown. */
    PG_POLICY_UNEVALUATED,
};

/* The tier of an ordered policy. */
struct pg_tier {
    pg_str name;  /* "Admin", "Baseline", a Calico tier */
    double order; /* Calico: ascending, infinity where it was left out (14.1) */
    bool pass;    /* Calico: what no rule decided goes on to the next tier, not denied (14.4) */
};

struct pg_policy {
    enum pg_policy_kind kind;
    pg_str group, kind_name; /* "networking.k8s.io", "NetworkPolicy" */
    uint32_t ns;             /* index of the namespace; PG_NONE for a cluster-scoped kind */
    pg_str name;
    /* The subject: pods that pod_selector selects, of its own namespace, or for cluster-scoped kinds of
       the namespaces that namespace_selector selects (absent: all). With both, its own namespace if it is
       selected (Cilium). */
    struct pg_selector pod_selector, namespace_selector;
    bool of_nodes; /* UNEVALUATED: pod_selector selects nodes, and the host-network pods on them */
    /* Pods that are possibly its subject, where present: of the same namespaces, and others than those that
       pod_selector selects (14.12: labels of service accounts that were not read). The field, and why. */
    struct pg_selector maybe_selector;
    const char *maybe_field, *maybe_detail;
    /* Names of nodes that it protects too (host endpoints, 14.16): what they and their host-network pods send
       and receive is not evaluated. */
    const pg_str *hosts;
    uint32_t nhosts;
    bool staged; /* listed, never enforced (14.15); then has_type is false in both directions */
    bool has_type[2]; /* by pg_dir: it has a say in this direction (policyTypes after defaulting, 3.7) */
    bool isolates[2]; /* by pg_dir: what nothing allows is denied to its subject (13.4: may be false) */
    const struct pg_rule *rules[2]; /* by pg_dir; in the order in which they are asked */
    uint32_t nrules[2];
    struct pg_tier tier;   /* ADMIN, BASELINE_ADMIN, CLUSTER, CALICO */
    double order;          /* priority or order, ascending; infinity where it was left out */
    const char *spec_path; /* Cilium: "specs[1]" where there are several; else "spec" */
    const char *why_not;   /* UNEVALUATED: in words; NULL: its kind is not evaluated */
    bool unread; /* UNEVALUATED: stands for policies that could not be read; its name is "*" */
    struct pg_loc loc, end; /* first and last line of the object in the source */
};

/* The path of its spec, for a policy whose object has several: "specs[1]"; else NULL. */
static inline const char *pg_policy_spec(const struct pg_policy *policy)
{
    return policy->spec_path != NULL && policy->spec_path[4] == 's' ? policy->spec_path : NULL;
}

#endif
