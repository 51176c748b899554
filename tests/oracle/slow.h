/*
 * The slow evaluator: may one end open a connection to another, rule by rule as semantics.md has it, in
 * loops that can be read beside the page. It knows no classes, no port sets, no interned strings; it is
 * right because it is plain.
 *
 * A side is asked once for its policies and peers (slow_ask_side), then port by port (slow_port). What the
 * policies of each kind say is in slow_admin.c, slow_cilium.c, slow_calico.c; the order in which they are
 * asked in slow_side.c.
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

/* A rule that matches the other end at least possibly, whatever the port. */
struct slow_rule {
    int policy;
    int list; /* w_dir; of a Cilium policy w_cilium_list */
    int rule;
    enum w_action action;
    enum truth peer; /* everything that it asks for but ports */
};

/* A policy that is asked, with its part of the side's rules. */
struct slow_use {
    int policy;
    enum truth selects; /* never NO */
    int first, nrules;
    int group; /* those of one group may be asked in any order (11.5) */
    bool isolates;
    bool silent; /* a NetworkPolicy, which does not speak of protocols without ports (7.14) */
};

enum slow_stage_kind {
    SLOW_FIRST_MATCH, /* policies and rules in order; the first that matches decides */
    SLOW_SUM,         /* NetworkPolicies: any rule allows, what none allows is denied */
    SLOW_CILIUM,      /* denies, then allows */
};

/* Stages follow each other: what one does not decide goes on to the next, and is allowed behind the last. */
struct slow_stage {
    enum slow_stage_kind kind;
    int first, n; /* uses */
    bool denies; /* FIRST_MATCH: what no rule decided is denied, where a policy selects the pod (14.4) */
};

enum {
    SLOW_RULES = W_POLICIES * 2 * W_RULES,
    SLOW_STAGES = W_POLICIES + 1,
};

/* One end's answer, for every port. */
struct slow_side {
    enum w_dir dir;
    bool present; /* the end is a pod, or a host policy selects it */
    enum slow_exempt exempt;
    bool maybe_own_node; /* may be traffic from (or to) the pod's own node: no policy denies it surely */
    bool foreign;        /* a policy that is not evaluated has a say */
    bool isolates;       /* so has one that isolates */
    bool plain;          /* only NetworkPolicies are asked, and as Kubernetes says */
    int policies[W_POLICIES], npolicies; /* that apply in this direction */
    struct slow_stage stages[SLOW_STAGES];
    struct slow_use uses[W_POLICIES];
    struct slow_rule rules[SLOW_RULES];
    int nstages, nuses, nrules;
    struct slow_end to; /* in whom named ports are looked up */
};

/* Whether a pod of the world is an endpoint at all (2.2, 2.7, 2.8). */
bool slow_is_endpoint(const struct world *world, int pod);

/* --- policies (slow_side.c) -------------------------------------------------------------------------------- */

/* Whose rules hold (13.1); never auto. */
enum w_engine slow_engine(const struct world *world);
/* Whether a policy is evaluated: else what it selects is unknown (12.11, 13.1). */
bool slow_is_evaluated(const struct world *world, const struct w_policy *policy);
/* Cilium: whether it is of nodes, and what has their addresses; nobody evaluates that (13.15). */
bool slow_is_host_policy(const struct world *world, const struct w_policy *policy);
/* Calico: whether its tier was not read, so that nobody knows when it is asked. */
bool slow_is_in_lost_tier(const struct world *world, const struct w_policy *policy);
/* Calico: whether it may hang on labels that nobody knows whom it selects (14.12). */
bool slow_is_in_doubt(const struct world *world, const struct w_policy *policy);
/* Whether a policy has a say in a direction. */
bool slow_applies(const struct world *world, const struct w_policy *policy, enum w_dir dir);
/* Whether a policy that the API server takes selects a pod, whatever its directions. */
enum truth slow_selects(const struct world *world, const struct w_policy *policy, int pod);
/* Whether what nothing allows is denied to its subject. */
bool slow_isolates(const struct world *world, const struct w_policy *policy, enum w_dir dir);

/* --- ends (slow.c) ---------------------------------------------------------------------------------------- */

/* The families that both ends have: [0] IPv4, [1] IPv6. */
void slow_families(const struct world *world, struct slow_end from, struct slow_end to,
                   bool common[2]);
/* Whether both ends are one pod; two replicas of a workload are two pods (2.8). */
bool slow_is_self(const struct world *world, struct slow_end from, struct slow_end to);
/* Whether two ends are on one node, as far as it matters: a node or host-network pod and a pod (8.3). */
enum truth slow_on_one_node(const struct world *world, struct slow_end from, struct slow_end to);

/* --- answers ------------------------------------------------------------------------------------------ */

/* `replicas`: a pod and itself are meant as two pods that are equal in everything. */
void slow_ask_side(const struct world *world, enum w_dir dir, struct slow_end from,
                   struct slow_end to, bool replicas, int family, struct slow_side *side);

/* Of NetworkPolicy: whether a rule names a port, as its destination understands it. */
bool slow_rule_has_port(const struct world *world, const struct w_rule *rule, struct slow_end to,
                        enum w_protocol protocol, int port);
/* One element of `ports`; of `from` or `to`. */
bool slow_port_has(const struct world *world, const struct w_port *port, struct slow_end to,
                   enum w_protocol protocol, int number);
enum truth slow_peer_has(const struct world *world, const struct w_policy *policy,
                         const struct w_peer *peer, struct slow_end other, int family);

/* What a rule says of a port. `proxied`: it lets it to a proxy, which may refuse (13.11). */
struct slow_match {
    enum truth plain, proxied;
};

struct slow_match slow_rule_match(const struct world *world, const struct slow_side *side, int rule,
                                  enum w_protocol protocol, int port);

/*
 * The worlds that are possible (slow_worlds.c): each match that is only possible is true in some and false in
 * others, and policies of one rank come in any order (0.4, 11.5). In each of them every question has one
 * answer, but for what a proxy decides, and what nobody says of protocols without ports (7.14).
 */
struct slow_outcomes {
    bool allow, deny; /* in some world */
};

/* `matches`: of every rule of the side. `acts`: where not NULL, for every rule whether it acts in some world.
   `without`: worlds in which this rule acts are left out; -1: none. */
struct slow_outcomes slow_explore(const struct slow_side *side, const struct slow_match *matches,
                                  enum w_protocol protocol, bool *acts, int without);

/* Whether a side lets a connection pass. */
enum truth slow_port(const struct world *world, const struct slow_side *side,
                     enum w_protocol protocol, int port);
/* The same, with the matches of its rules known. */
enum truth slow_answer(const struct slow_side *side, const struct slow_match *matches,
                       enum w_protocol protocol);

#endif
