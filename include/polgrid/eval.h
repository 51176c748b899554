/*
 * The evaluator: from a frozen cluster to the allow matrix. Pure: no I/O, no clock, no locale, no
 * globals, no errors.
 *
 * It does not work on pods but on classes: sets of pods that no policy can tell apart (one namespace, the
 * same labels as far as some selector reads them, the same named ports as far as some rule names them,
 * addresses in the same blocks). The addresses outside the cluster fall into classes the same way, and so
 * does each node. All members of a class have the same row and the same column.
 *
 * The one thing that classes don't fix is nearness: traffic from a node to a pod that runs on it is
 * always admitted (semantics 8.3). So a cell takes it as a third coordinate; it matters only where one
 * end is a node or a pod on the host network.
 *
 * Nothing is guessed (semantics 0.4): every answer is two port sets, the ports surely allowed and the
 * ports possibly allowed. Where they differ the answer is unknown.
 */
#ifndef POLGRID_EVAL_H
#define POLGRID_EVAL_H

#include <stdbool.h>
#include <stdint.h>

#include "polgrid/assume.h"
#include "polgrid/cluster.h"
#include "polgrid/portset.h"

enum pg_class_kind {
    PG_CLASS_PODS,
    PG_CLASS_HOST,    /* pods on the host network of one node: policies do not reach them (2.5) */
    PG_CLASS_NODE,    /* a node */
    PG_CLASS_OUTSIDE, /* addresses outside the cluster */
};

struct pg_addr_range {
    struct pg_addr first, last;
};

struct pg_class {
    enum pg_class_kind kind;
    uint32_t ns;          /* PG_NONE for nodes and outside */
    const uint32_t *pods; /* PODS and HOST: sorted pod indices */
    uint32_t npods;
    uint32_t nselves; /* of these, virtual pods that stand for several replicas (2.8): their cell with
                             themselves is a pair of different pods */
    uint32_t node;    /* NODE: its index */
    pg_str node_name; /* HOST: PG_STR_NONE where the placement is unknown; NODE: its name */
    /* An address of the class by family (IPv4, IPv6), family 0 where it has none of that family. All
       members' addresses lie in the same blocks. */
    struct pg_addr addr[2];
    bool addr_known;    /* false: the members' address is not known (5.12) */
    bool has_family[2]; /* families the members have, also where the address is unknown */
    const struct pg_addr_range *ranges; /* OUTSIDE: sorted, not touching */
    uint32_t nranges;
    bool isolated[2]; /* by pg_dir: some policy selects it in that direction */
};

/* Whether the two ends are on one node. */
enum pg_near {
    PG_NEAR_OTHER,   /* different nodes, or it cannot matter */
    PG_NEAR_SAME,    /* the same node */
    PG_NEAR_UNKNOWN, /* the placement of one is not known */
};

enum pg_exempt {
    PG_EXEMPT_NONE,
    PG_EXEMPT_HOST_NETWORK,
    PG_EXEMPT_OWN_NODE,
    PG_EXEMPT_SELF,
};

/* One side's answer. Where an end has no side (outside, node) both sets are PG_PORTS_EVERY. */
struct pg_side {
    pg_ports sure, possible;
    bool present;  /* the end is a pod */
    bool isolated; /* some policy isolates it in this direction, or a rule decides some port of it */
    enum pg_exempt exempt;
};

/* The answer for every port: sides[PG_EGRESS] of the source, sides[PG_INGRESS] of the destination;
   `sure` and `possible` are their intersections, limited to TCP, UDP and SCTP. */
struct pg_cell {
    pg_ports sure, possible;
    struct pg_side sides[2];
    bool no_route; /* the ends share no address family: both sets empty */
    bool mixed;    /* the families differ: sure holds in all of them, possible in some */
};

struct pg_eval;

/* Compiles. The cluster must live as long; `assume` is copied (NULL: the defaults). */
struct pg_eval *pg_eval_new(const struct pg_cluster *cluster, const struct pg_assume *assume);
void pg_eval_free(struct pg_eval *eval);

/* The family that questions are asked for from now on, as by --assume family=; 0: every common one. */
void pg_eval_ask_family(struct pg_eval *eval, int family);

const struct pg_cluster *pg_eval_cluster(const struct pg_eval *eval);
const struct pg_assume *pg_eval_assume(const struct pg_eval *eval);
struct pg_portsets *pg_eval_portsets(struct pg_eval *eval);

/* Classes of pods first, by namespace (then by their first pod), then nodes, then outside (IPv4 before
   IPv6, by first address). */
uint32_t pg_eval_nclasses(const struct pg_eval *eval);
const struct pg_class *pg_eval_class(const struct pg_eval *eval, uint32_t class);
uint32_t pg_eval_class_of_pod(const struct pg_eval *eval, uint32_t pod);
uint32_t pg_eval_class_of_node(const struct pg_eval *eval, uint32_t node);
uint32_t pg_eval_class_of_addr(const struct pg_eval *eval, struct pg_addr addr);
/* The classes of a namespace are first .. first + n - 1. */
uint32_t pg_eval_classes_of_namespace(const struct pg_eval *eval, uint32_t ns, uint32_t *n);

/* The policies that apply to a class in a direction, in the order in which they are asked. */
const uint32_t *pg_eval_policies(const struct pg_eval *eval, uint32_t class, enum pg_dir dir,
                                 uint32_t *n);
/* The number of pods that a policy selects. */
uint32_t pg_eval_selected(const struct pg_eval *eval, uint32_t policy);

/* Whose rules hold: never PG_ENGINE_AUTO. */
enum pg_engine pg_eval_engine(const struct pg_eval *eval);
/* Whether policies of Cilium and of Calico are both loaded and no engine was chosen: no plugin reads both, so
   those of both are left aside (13.1). */
bool pg_eval_two_engines(const struct pg_eval *eval);
/* Whether a policy decides traffic and is not evaluated: its kind never is, or not under this engine or
   beside the other generation of admin policies. A staged one decides nothing (14.15). */
bool pg_eval_unevaluated(const struct pg_eval *eval, uint32_t policy);
/* Why, in words: "is not evaluated under engine=k8s". For a policy that is not evaluated. */
const char *pg_eval_why_not(const struct pg_eval *eval, uint32_t policy);
/* How many policies are not evaluated. */
uint32_t pg_eval_nunevaluated(const struct pg_eval *eval);
/* How many of these stand for policies that were not read, however many there are of those. */
uint32_t pg_eval_nunread(const struct pg_eval *eval);
/* Whether nothing was left out: pg_cluster_complete(), and every policy is evaluated. */
bool pg_eval_complete(const struct pg_eval *eval);

/* Whether no rule that any pod of either class' namespace is under can match the other class: then a pod
   that is isolated lets nothing through, and one that is not everything. False where that is not known, and
   for nodes and pods on the host network. Classes of pods of one namespace answer alike. */
bool pg_eval_strangers(const struct pg_eval *eval, uint32_t from, uint32_t to);

/* The cell of two different members. `family` is 4, 6, or 0 for every family that both have. */
struct pg_cell pg_eval_cell(struct pg_eval *eval, uint32_t from, uint32_t to, enum pg_near near,
                            int family);

/* An end of a question. */
enum pg_end_kind {
    PG_END_POD,
    PG_END_NODE,
    PG_END_ADDR, /* outside the cluster */
};

struct pg_end {
    enum pg_end_kind kind;
    uint32_t index; /* of the pod or node */
    struct pg_addr addr;
    /* Of an address that somebody asked for: it may be that of a pod, a node or a service that could not be read. */
    bool maybe_inside;
};

/* The end that has an address: the pod or the node that does (semantics 2.10), else the address. */
struct pg_end pg_end_at(const struct pg_cluster *cluster, struct pg_addr addr);

/* The class of an end; for an address: its outside class. */
uint32_t pg_eval_class_of(const struct pg_eval *eval, const struct pg_end *end);
/* Namespaces that behave alike: with each other, and with all else, they have the same cells, up to their names. */
struct pg_alike {
    const uint32_t *like; /* by namespace: the first that it is like; often itself */
    const uint32_t *kinds; /* by class of pods: equal where classes differ in nothing but the namespace */
};
/* Found out when it is first asked for; lives as long as the evaluator. */
const struct pg_alike *pg_eval_alike(struct pg_eval *eval);

/* Whether two ends are on one node (HOST-network pods and nodes against pods). */
enum pg_near pg_eval_near(const struct pg_eval *eval, const struct pg_end *from,
                          const struct pg_end *to);
/* Whether both ends are the same pod (8.1); false for a virtual pod of several replicas (2.8). */
bool pg_eval_is_self(const struct pg_eval *eval, const struct pg_end *from, const struct pg_end *to);
/* The cell of two ends: a pod to itself, nearness and the family of an address are seen to. */
struct pg_cell pg_eval_pair(struct pg_eval *eval, const struct pg_end *from,
                            const struct pg_end *to);

#endif
