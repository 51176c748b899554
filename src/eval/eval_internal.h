/*
 * What the modules of the evaluator share: the compiled form of a cluster.
 *
 * The model stays as it was read; beside each policy stands what matching needs: which namespaces a
 * selector means, as bits; the port set of a rule, as a number; and beside each class its labels, cut
 * down to what some selector can see ("projected", see classes.c).
 */
#ifndef POLGRID_EVAL_INTERNAL_H
#define POLGRID_EVAL_INTERNAL_H

#include "blocks.h"
#include "polgrid/buf.h"
#include "polgrid/eval.h"
#include "polgrid/map.h"
#include "polgrid/vec.h"

/* Index of an address family in the two-element arrays of the model. */
#define FAMILY_INDEX(family) ((family) == 6 ? 1 : 0)

/* A "yes" that is certain, a "maybe", or a "no" (semantics 0.4). */
enum match {
    MATCH_NO,
    MATCH_MAYBE,
    MATCH_YES,
};

struct peer {
    const struct pg_peer *source;
    const uint64_t *namespaces; /* bits of the namespaces meant; NULL: see pg_peer.any_namespace */
    const struct peer *parts;   /* source->nparts */
};

struct rule {
    const struct pg_rule *source;
    const struct peer *peers; /* source->npeers */
    const struct peer *self;  /* NULL: nothing is asked of the own end */
    uint32_t id;              /* unique over all rules: key of the named-port memo */
    pg_ports numeric;         /* the ports given by number, less not_ports */
    bool named;               /* some ports are given by name */
};

struct policy {
    const struct pg_policy *source;
    const struct rule *rules[2]; /* by pg_dir, source->nrules[dir] */
    const uint64_t *namespaces;  /* bits, of a cluster-scoped policy with a namespaceSelector */
    uint32_t selected;           /* pods */
    bool has_block[2];           /* some peer in that direction looks at addresses */
    bool unevaluated;            /* under this engine */
};

/*
 * The order in which policies are asked. Every engine is a sequence of tiers; a tier asks groups of
 * policies in order; the policies of a group are asked side by side. What no rule of a tier decides goes
 * on to the next, or is denied at the end of a tier that isolates.
 *
 * NetworkPolicy is a tier of one group. Cilium is one tier of two groups: all denies, then all allows.
 */
enum part {
    PART_RULES, /* every rule of the policy, in order */
    PART_DENIES,
    PART_ALLOWS,
};

struct entry {
    uint32_t policy;
    uint8_t part;   /* enum part */
    bool unordered; /* the rules add up, so each of them is a reason; else the first match decides */
    uint32_t tier, group;
};

struct tier {
    bool denies;    /* what it leaves undecided is denied, if one of its policies isolates */
    bool by_action; /* a rule that only possibly matches is still named by its action */
};

/* What a named port resolves to in the pods of a class (semantics 7.5-7.10). */
struct named_port {
    pg_str name;
    uint8_t protocol;
    uint16_t number;
};

/* What matching needs of a class, beside the public struct pg_class. */
struct class_data {
    struct pg_labels labels; /* projected */
    const struct named_port *ports;
    uint32_t nports;
    uint32_t port_signature;    /* equal exactly where `ports` are */
    const uint32_t *entries[2]; /* by pg_dir: those that apply, in order */
    uint32_t nentries[2];
    const uint32_t *policies[2]; /* the policies of these, each once */
    uint32_t npolicies[2];
    bool has_block[2];   /* one of them looks at addresses in that direction */
    bool unevaluated[2]; /* one of them can't be evaluated */
    /* On the host network, and taken for ordinary pods all the same (host-network=pod): admin policies
       never do that (semantics 2.5). */
    bool host_pods;
};

struct pg_eval {
    const struct pg_cluster *cluster;
    struct pg_assume assume;
    struct pg_arena *arena;
    struct pg_portsets *sets;
    struct blocks *blocks;
    struct policy *policies; /* by index of the model */
    struct entry *entries;   /* in the order in which they are asked */
    struct tier *tiers;
    uint32_t nentries, ntiers;
    enum pg_engine engine; /* PG_ENGINE_AUTO resolved */
    struct pg_class *classes;
    struct class_data *data; /* beside classes */
    uint32_t nclasses;
    uint32_t first_node, first_outside; /* classes of nodes and of outside groups start here */
    uint32_t unknown_node;              /* the class of a node of which nothing is known */
    uint32_t *class_of_pod;
    uint32_t *first_of_namespace; /* nnamespaces + 1 */
    uint64_t *may_match[2]; /* by pg_dir: bits of namespaces by namespace (strangers.c); NULL: not known */
    size_t stranger_words;          /* of one row of these */
    const struct pg_plugin *plugin; /* NULL: not looked for yet (plugin_lacks.c) */
    struct pg_alike *alike;         /* NULL: not asked for yet (alike.c) */
    struct pg_map named;            /* (rule id, port signature) → port set */
};

/* A question to one side: the class whose policies are asked, the class at the other end, and what else
   counts. */
struct ask {
    uint32_t self, other;
    enum pg_dir dir;
    enum pg_near near;
    int family;         /* 4 or 6 */
    bool ignore_blocks; /* ipBlocks never match pods (semantics 5.11) */
    bool no_network;    /* NetworkPolicies are not asked: a pod to itself through a service (8.2) */
};

/* The namespaces that a selector means, as bits. */
struct selected_namespaces {
    const struct pg_selector *selector;
    uint64_t *bits; /* NULL: not made yet */
};

/* Namespace selectors seen so far; equal texts share their bits. */
struct selector_bits {
    struct pg_strs *keys; /* a selector as bytes → number, index in `all` */
    struct pg_buf key;
    size_t words; /* of bits each */
    PG_VEC(struct selected_namespaces) all;
    uint32_t next_rule; /* id of the next rule that is compiled */
};

/* Compiles eval->policies[p] anew, from the policy of that index. Its rules get ids of their own. */
void pg_compile_policy(struct pg_eval *eval, struct selector_bits *seen, uint32_t p);

/* A value no selector compares with: no string has this number. */
#define OTHER_VALUE UINT32_MAX

/* classes.c. Whether a container's ports give names to numbers (semantics 7.10). */
bool pg_class_counts_for_names(enum pg_named_ports option, uint8_t container);
/* The order of a class' named ports. */
int pg_class_compare_ports(const void *a, const void *b);
/* The families that pods without a known address are taken to have, and those of a pod (semantics 5.12). */
void pg_class_assumed_families(const struct pg_assume *assume, bool has[2]);
void pg_class_families(const struct pg_assume *assume, const struct pg_pod *pod, bool has[2]);

/* Called by pg_eval_new(), in this order. */
void pg_compile_policies(struct pg_eval *eval);  /* compile.c */
void pg_compile_order(struct pg_eval *eval);     /* order.c */
void pg_compile_classes(struct pg_eval *eval);   /* classes.c */
void pg_compile_subjects(struct pg_eval *eval);  /* subjects.c */
void pg_compile_strangers(struct pg_eval *eval); /* strangers.c */

/* compile.c. Appends what is equal exactly for selectors that select alike; one with an expression is known by
   its place in memory, since the text of an expression may mean something else in another policy. */
void pg_compile_selector_key(struct pg_buf *key, const struct pg_selector *selector);

/* subjects.c. Whether what a policy says of a class that it applies to can't be told: under this engine, or
   because it protects a host (14.16). */
bool pg_cell_unevaluated(const struct pg_eval *eval, const struct policy *policy, uint32_t class);
/* Whether it may not select the class at all (14.12): its rules match possibly at best, and possibly it
   isolates. */
bool pg_cell_doubtful(const struct pg_eval *eval, const struct policy *policy, uint32_t class);

/* match.c */
enum match pg_match_peer(const struct pg_eval *eval, const struct policy *policy,
                         const struct peer *peer, const struct ask *ask);
/* Everything of a rule but its ports: the best match among its peers, and what it asks of its own end
   and of what is not evaluated. */
enum match pg_match_rule(const struct pg_eval *eval, const struct policy *policy,
                         const struct rule *rule, const struct ask *ask);
/* Whether a namespaceSelector, or what stands in for one, takes a namespace in. */
bool pg_match_namespace(const struct policy *policy, const struct peer *peer, uint32_t ns);
/* The ports of a rule, as its destination understands them. `possible` has more than `sure` where
   NetworkPolicy says nothing: protocols without ports (semantics 7.14). */
void pg_match_ports(struct pg_eval *eval, const struct policy *policy, const struct rule *rule,
                    const struct ask *ask, pg_ports *sure, pg_ports *possible);
/* The ports of one element of `ports`. */
pg_ports pg_match_port(struct pg_eval *eval, const struct pg_port *port, uint32_t destination);

/*
 * One walk through the entries of a class (semantics 16.3): what is not decided yet, surely and possibly,
 * and what was decided. Both the cell and the reason walk the same way; the reason looks on.
 */
struct walk {
    pg_ports left_sure, left_possible; /* undecided */
    pg_ports allow_possible, deny_possible;
    pg_ports reached;       /* what was possibly undecided when the tier at hand began */
    pg_ports pass_possible; /* by a Pass of the tier at hand */
    pg_ports entered; /* left where only policies of the tier that may not select the pod were asked */
};

/* What a rule does to what is left. */
struct step {
    const struct rule *rule;
    uint32_t position; /* in policy->rules[dir] */
    enum match match;
    bool matches;            /* it surely matches, be it sure or not that it is asked */
    pg_ports sure, possible; /* of what was left */
};

struct watcher {
    void (*on_step)(void *context, const struct entry *entry, const struct step *step);
    void (*on_tier_end)(void *context, uint32_t tier, const struct walk *walk);
    void *context;
    pg_ports question; /* nothing else is looked at */
};

/* cell.c. `watcher` may be NULL. */
void pg_cell_walk(struct pg_eval *eval, const struct ask *ask, struct walk *walk,
                  const struct watcher *watcher);
struct pg_side pg_cell_side(struct pg_eval *eval, const struct ask *ask);
/* The families both classes have, as numbers; returns how many. */
int pg_cell_families(const struct pg_eval *eval, uint32_t from, uint32_t to, int family, int out[2]);

static inline uint32_t ask_destination(const struct ask *ask)
{
    return ask->dir == PG_EGRESS ? ask->other : ask->self;
}

/* A NetworkPolicy that has a say always isolates (semantics 3.2); other kinds tell. */
static inline bool policy_isolates(const struct pg_policy *policy, int dir)
{
    return policy->kind == PG_POLICY_NETWORK || policy->isolates[dir];
}

/* AdminNetworkPolicy and its relatives. */
static inline bool policy_is_admin(const struct pg_policy *policy)
{
    return policy->kind == PG_POLICY_ADMIN || policy->kind == PG_POLICY_BASELINE_ADMIN ||
           policy->kind == PG_POLICY_CLUSTER;
}

static inline bool entry_has(const struct entry *entry, const struct pg_rule *rule)
{
    if (entry->part == PART_RULES)
        return true;
    return (rule->action == PG_ACTION_DENY) == (entry->part == PART_DENIES);
}

#endif
