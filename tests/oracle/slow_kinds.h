/*
 * What the parts of the slow evaluator know of each other: labels, addresses and ports in slow.c, and for each
 * kind of policy whom it selects and what its rules match.
 */
#ifndef ORACLE_SLOW_KINDS_H
#define ORACLE_SLOW_KINDS_H

#include "slow.h"

static inline enum truth slow_least(enum truth a, enum truth b)
{
    return a < b ? a : b;
}

static inline enum truth slow_most(enum truth a, enum truth b)
{
    return a > b ? a : b;
}

/* --- labels, ends, ports (slow.c) ------------------------------------------------------------------------- */

/* The value of a label, or NULL. */
const char *slow_label(const struct w_labels *labels, const char *key);
/* Whether a term holds where its key has a value; NULL: where it has none. */
bool slow_value_holds(const struct w_req *req, const char *value);
bool slow_selector_holds(const struct w_selector *selector, const struct w_labels *labels);
bool slow_namespace_holds(const struct w_selector *selector, const struct w_namespace *ns);

/* A pod on the host network that counts as its node (2.5); any other pod. */
bool slow_is_host(const struct world *world, struct slow_end end);
bool slow_is_plain_pod(const struct world *world, struct slow_end end);
const struct w_node *slow_find_node(const struct world *world, const char *name);

/* A block, less its excepts, against the address of any end (5.8-5.13). */
enum truth slow_block_truth(const struct world *world, const struct w_block *block,
                            const struct w_block *except, int nexcept, struct slow_end end,
                            int family);

enum w_protocol slow_protocol_of(enum w_protocol protocol);
/* Whether a container port of `to` has a name, and is this one (7.5-7.11). */
bool slow_name_has(const struct world *world, const char *name, struct slow_end to,
                   enum w_protocol protocol, int number);

/* --- NetworkPolicy (slow.c) ----------------------------------------------------------------------------- */

bool slow_network_applies(const struct world *world, const struct w_policy *policy, enum w_dir dir);
bool slow_network_selects(const struct world *world, const struct w_policy *policy, int pod);
enum truth slow_network_peers(const struct world *world, const struct w_policy *policy,
                              const struct w_rule *rule, struct slow_end other, int family);

/* --- admin policies (slow_admin.c) --------------------------------------------------------------------------- */

bool slow_admin_selects(const struct world *world, const struct w_policy *policy, int pod);
enum w_action slow_admin_action(const struct w_admin_rule *rule);
enum truth slow_admin_peers(const struct world *world, const struct w_admin_rule *rule,
                            struct slow_end other, int family);
enum truth slow_admin_port(const struct world *world, const struct w_admin_rule *rule,
                           struct slow_end to, enum w_protocol protocol, int number);

/* --- Cilium (slow_cilium.c) -------------------------------------------------------------------------------- */

bool slow_cilium_selects(const struct world *world, const struct w_policy *policy, int pod);
/* Whether a host policy selects a node; NULL: one of which nothing is known. */
enum truth slow_cilium_selects_node(const struct world *world, const struct w_policy *policy,
                                    const struct w_node *node);
/* `self` is the end that the policy selects. */
enum truth slow_cilium_peers(const struct world *world, const struct w_policy *policy,
                             const struct w_cilium_rule *rule, struct slow_end self,
                             struct slow_end other, int family);
struct slow_match slow_cilium_port(const struct world *world, const struct w_cilium_rule *rule,
                                   struct slow_end to, enum w_protocol protocol, int number);

/* --- Calico (slow_calico.c) -------------------------------------------------------------------------------- */

bool slow_calico_applies(const struct world *world, const struct w_policy *policy, enum w_dir dir);
enum truth slow_calico_selects(const struct world *world, const struct w_policy *policy, int pod);
enum truth slow_calico_peers(const struct world *world, const struct w_policy *policy,
                             const struct w_calico_rule *rule, enum w_dir dir, struct slow_end self,
                             struct slow_end other, int family);
enum truth slow_calico_port(const struct world *world, const struct w_calico_rule *rule,
                            struct slow_end to, enum w_protocol protocol, int number);

/* Where a policy stands (14.1, 14.5, 14.19). `tier` NULL: in a tier that was not read. */
struct slow_rank {
    const char *tier;
    double tier_order, order;
    bool denies; /* what its tier leaves is denied (14.4) */
    char text[192];
};

struct slow_rank slow_calico_rank(const struct world *world, const struct w_policy *policy);

#endif
