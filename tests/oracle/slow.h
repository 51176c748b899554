/*
 * The slow evaluator: may one end open a connection to another, rule by rule as semantics.md has it, in
 * loops that can be read beside the page. It knows no classes, no port sets, no interned strings; it is
 * right because it is plain.
 *
 * A side is asked once for its policies and peers (slow_ask_side), then port by port (slow_port).
 */
#ifndef ORACLE_SLOW_H
#define ORACLE_SLOW_H

#include "world.h"

/* Ordered: a conjunction is the smaller, a disjunction the greater (0.4). */
enum truth {
    NO,
    MAYBE,
    YES,
};

enum slow_kind {
    SLOW_POD,
    SLOW_NODE,
    SLOW_OUTSIDE,
};

/* An end of a question: an index into the world's pods, nodes or outside addresses. */
struct slow_end {
    enum slow_kind kind;
    int index;
};

enum slow_exempt {
    SLOW_NOT_EXEMPT,
    SLOW_HOST_NETWORK,
    SLOW_OWN_NODE,
    SLOW_SELF,
};

struct slow_rule {
    int policy, rule;
    enum truth peer; /* the best of its peers; never NO in a side's list */
};

/* One end's answer, for every port. */
struct slow_side {
    enum w_dir dir;
    bool present; /* the end is a pod */
    enum slow_exempt exempt;
    bool maybe_own_node; /* may be traffic from (or to) the pod's own node: no policy denies it surely */
    bool foreign;        /* a policy that is not evaluated has a say */
    int policies[W_POLICIES], npolicies; /* that apply in this direction */
    struct slow_rule rules[W_POLICIES * W_RULES];
    int nrules;
    struct slow_end to; /* in whom named ports are looked up */
};

/* Whether a pod of the world is an endpoint at all (2.2, 2.7, 2.8). */
bool slow_is_endpoint(const struct world *world, int pod);
/* Whether a policy has a direction among its types, after defaulting (3.7). */
bool slow_applies(const struct w_policy *policy, enum w_dir dir);
/* Whether a policy that the API server takes selects a pod, whatever its directions. */
bool slow_selects(const struct world *world, const struct w_policy *policy, int pod);

/* The families that both ends have: [0] IPv4, [1] IPv6. */
void slow_families(const struct world *world, struct slow_end from, struct slow_end to,
                   bool common[2]);
/* Whether both ends are one pod; two replicas of a workload are two pods (2.8). */
bool slow_is_self(const struct world *world, struct slow_end from, struct slow_end to);
/* Whether two ends are on one node, as far as it matters: a node or host-network pod and a pod (8.3). */
enum truth slow_on_one_node(const struct world *world, struct slow_end from, struct slow_end to);

/* `replicas`: a pod and itself are meant as two pods that are equal in everything. */
struct slow_side slow_ask_side(const struct world *world, enum w_dir dir, struct slow_end from,
                               struct slow_end to, bool replicas, int family);
/* Whether a rule names a port, as its destination understands it. */
bool slow_rule_has_port(const struct world *world, const struct w_rule *rule, struct slow_end to,
                        enum w_protocol protocol, int port);
/* One element of `ports`; of `from` or `to`. */
bool slow_port_has(const struct world *world, const struct w_port *port, struct slow_end to,
                   enum w_protocol protocol, int number);
enum truth slow_peer_has(const struct world *world, const struct w_policy *policy,
                         const struct w_peer *peer, struct slow_end other, int family);
/* What a rule says of a port: of an ICMP question never yes. */
enum truth slow_rule_truth(const struct world *world, const struct slow_side *side, int rule,
                           enum w_protocol protocol, int port);
/* Whether a side lets a connection pass; for W_ICMP the port is not looked at. */
enum truth slow_port(const struct world *world, const struct slow_side *side,
                     enum w_protocol protocol, int port);

#endif
