/*
 * Matching: one peer, one rule, one port against the class at the other end. Nothing here knows of the
 * order in which policies are asked.
 */
#include "eval_internal.h"

/* Whether a block matches an address; NO for an address of another family (semantics 5.8-5.13). */
static bool block_has(const struct pg_peer *peer, struct pg_addr addr)
{
    if (addr.family == 0 || !pg_cidr_has(peer->cidr, addr))
        return false;
    for (uint32_t i = 0; i < peer->nexcept; i++)
        if (pg_cidr_has(peer->except[i], addr))
            return false;
    return true;
}

/* A block against an address somewhere in `range` (semantics 5.12). */
static enum match block_against_range(const struct pg_peer *peer, struct pg_cidr range)
{
    if (!pg_cidr_overlaps(peer->cidr, range))
        return MATCH_NO;
    bool touched = false;
    for (uint32_t i = 0; i < peer->nexcept; i++) {
        if (pg_cidr_covers(peer->except[i], range))
            return MATCH_NO;
        touched |= pg_cidr_overlaps(peer->except[i], range);
    }
    return pg_cidr_covers(peer->cidr, range) && !touched ? MATCH_YES : MATCH_MAYBE;
}

static enum match block_against_unknown(const struct pg_eval *eval, const struct pg_peer *peer,
                                        uint32_t other)
{
    const struct pg_class *class = &eval->classes[other];
    struct pg_cidr range = {.base = {.family = peer->cidr.base.family}, .bits = 0};
    const struct pg_cidr *given = &eval->assume.pod_cidr[FAMILY_INDEX(peer->cidr.base.family)];
    /* Neither a node nor what has a node's address is in a range of pods. */
    if (class->kind == PG_CLASS_PODS && !eval->data[other].host_pods && given->base.family != 0)
        range = *given;
    return block_against_range(peer, range);
}

/* A node may have several addresses in a family; which one is meant is not said, so where a block tells
   them apart the match is a maybe. */
static enum match block_against_node(const struct pg_peer *peer, const struct pg_node *node)
{
    bool some = false, all = true;
    for (uint32_t i = 0; i < node->naddrs; i++) {
        if (node->addrs[i].family != peer->cidr.base.family)
            continue;
        bool has = block_has(peer, node->addrs[i]);
        some |= has;
        all &= has;
    }
    return !some ? MATCH_NO : all ? MATCH_YES : MATCH_MAYBE;
}

static enum match match_block(const struct pg_eval *eval, const struct pg_peer *peer,
                              const struct ask *ask)
{
    const struct pg_class *class = &eval->classes[ask->other];
    if (peer->cidr.base.family != ask->family)
        return MATCH_NO; /* semantics 5.13 */
    if (class->kind == PG_CLASS_PODS && peer->kind == PG_PEER_IPBLOCK && ask->ignore_blocks)
        return MATCH_NO; /* semantics 5.11 */
    bool outside_only = peer->kind == PG_PEER_OUTSIDE ||
                        (peer->kind == PG_PEER_IPBLOCK && eval->engine == PG_ENGINE_CILIUM);
    if (class->kind != PG_CLASS_OUTSIDE && outside_only)
        return MATCH_NO; /* semantics 13.8 */
    if (!class->addr_known)
        return block_against_unknown(eval, peer, ask->other);
    if (class->kind == PG_CLASS_NODE)
        return block_against_node(peer, &eval->cluster->nodes[class->node]);
    return block_has(peer, class->addr[FAMILY_INDEX(ask->family)]) ? MATCH_YES : MATCH_NO;
}

bool pg_match_namespace(const struct policy *policy, const struct peer *peer, uint32_t ns)
{
    if (peer->namespaces != NULL)
        return (peer->namespaces[ns / 64] >> (ns % 64) & 1) != 0;
    return peer->source->any_namespace || ns == policy->source->ns; /* semantics 5.1 */
}

static enum match match_selectors(const struct pg_eval *eval, const struct policy *policy,
                                  const struct peer *peer, const struct ask *ask)
{
    const struct pg_class *class = &eval->classes[ask->other];
    if (eval->data[ask->other].host_pods && policy_is_admin(policy->source))
        return MATCH_NO; /* semantics 2.5 */
    return class->kind == PG_CLASS_PODS /* semantics 5.7 */ &&
                   pg_match_namespace(policy, peer, class->ns) &&
                   pg_selector_matches(&peer->source->pod_selector, eval->data[ask->other].labels)
               ? MATCH_YES
               : MATCH_NO;
}

/* Nodes by label: the node itself, and the host-network pods on it, which have its address. */
static enum match match_nodes(const struct pg_eval *eval, const struct pg_peer *peer,
                              const struct ask *ask)
{
    const struct pg_class *class = &eval->classes[ask->other];
    uint32_t node = class->node;
    bool host_pods = class->kind == PG_CLASS_HOST || eval->data[ask->other].host_pods;
    if (class->kind == PG_CLASS_PODS && !host_pods)
        return MATCH_NO; /* semantics 11.15 */
    if (class->kind == PG_CLASS_OUTSIDE)
        return eval->cluster->nnodes == 0 ? MATCH_MAYBE : MATCH_NO;
    if (host_pods)
        node = eval->cluster->pods[class->pods[0]].node;
    if (node == PG_NONE)
        return MATCH_MAYBE;
    return pg_selector_matches(&peer->pod_selector, eval->cluster->nodes[node].labels) ? MATCH_YES
                                                                                       : MATCH_NO;
}

static enum match match_entity(const struct pg_eval *eval, const struct pg_peer *peer,
                               const struct ask *ask)
{
    unsigned set = peer->entities;
    bool maybe_node = (set & PG_ENTITY_MAYBE_NODE) != 0;
    switch (eval->classes[ask->other].kind) {
    case PG_CLASS_PODS: return set & PG_ENTITY_PODS ? MATCH_YES : MATCH_NO;
    case PG_CLASS_OUTSIDE:
        if (set & PG_ENTITY_WORLD)
            return MATCH_YES;
        return maybe_node || (set & PG_ENTITY_MAYBE_WORLD) ? MATCH_MAYBE : MATCH_NO;
    case PG_CLASS_HOST:
    case PG_CLASS_NODE: break;
    }
    bool own = (set & PG_ENTITY_HOST) != 0, remote = (set & PG_ENTITY_REMOTE_NODE) != 0;
    bool same = ask->near == PG_NEAR_SAME, unknown = ask->near == PG_NEAR_UNKNOWN;
    if ((own && remote) || (same && own) || (ask->near == PG_NEAR_OTHER && remote))
        return MATCH_YES;
    return maybe_node || (unknown && (own || remote)) ? MATCH_MAYBE : MATCH_NO;
}

/* A name may be one of a node's addresses, too; Cilium makes blocks of it, which nodes are not in (11.16,
   13.12, 13.8). */
static enum match match_names(const struct pg_eval *eval, const struct policy *policy,
                              const struct ask *ask)
{
    switch (eval->classes[ask->other].kind) {
    case PG_CLASS_OUTSIDE: return MATCH_MAYBE;
    case PG_CLASS_NODE:
    case PG_CLASS_HOST: return policy_is_admin(policy->source) ? MATCH_MAYBE : MATCH_NO;
    case PG_CLASS_PODS: break;
    }
    return eval->data[ask->other].host_pods && policy_is_admin(policy->source) ? MATCH_MAYBE
                                                                               : MATCH_NO;
}

static enum match negate(enum match match)
{
    return match == MATCH_NO ? MATCH_YES : match == MATCH_YES ? MATCH_NO : MATCH_MAYBE;
}

static enum match match_all_of(const struct pg_eval *eval, const struct policy *policy,
                               const struct peer *peer, const struct ask *ask)
{
    enum match all = MATCH_YES;
    for (uint32_t i = 0; i < peer->source->nparts && all != MATCH_NO; i++) {
        enum match part = pg_match_peer(eval, policy, &peer->parts[i], ask);
        if (peer->parts[i].source->negate)
            part = negate(part);
        if (part < all)
            all = part;
    }
    return all;
}

static enum match match_any_of(const struct pg_eval *eval, const struct policy *policy,
                               const struct peer *peer, const struct ask *ask)
{
    enum match any = MATCH_NO;
    for (uint32_t i = 0; i < peer->source->nparts && any != MATCH_YES; i++) {
        enum match part = pg_match_peer(eval, policy, &peer->parts[i], ask);
        if (part > any)
            any = part;
    }
    return any;
}

enum match pg_match_peer(const struct pg_eval *eval, const struct policy *policy,
                         const struct peer *peer, const struct ask *ask)
{
    switch (peer->source->kind) {
    case PG_PEER_SELECTOR: return match_selectors(eval, policy, peer, ask);
    case PG_PEER_IPBLOCK:
    case PG_PEER_NETWORKS:
    case PG_PEER_OUTSIDE: return match_block(eval, peer->source, ask);
    case PG_PEER_NODES: return match_nodes(eval, peer->source, ask);
    case PG_PEER_ENTITY: return match_entity(eval, peer->source, ask);
    case PG_PEER_NAMES: return match_names(eval, policy, ask);
    case PG_PEER_ALL_OF: return match_all_of(eval, policy, peer, ask);
    case PG_PEER_ANY_OF: return match_any_of(eval, policy, peer, ask);
    case PG_PEER_MAYBE: break;
    }
    return MATCH_MAYBE;
}

/* What a rule asks of the end that its policy selects: the same matching, seen from the other side. */
static enum match match_self(const struct pg_eval *eval, const struct policy *policy,
                             const struct rule *rule, const struct ask *ask)
{
    struct ask turned = *ask;
    turned.other = ask->self;
    turned.self = ask->other;
    return pg_match_peer(eval, policy, rule->self, &turned);
}

enum match pg_match_rule(const struct pg_eval *eval, const struct policy *policy,
                         const struct rule *rule, const struct ask *ask)
{
    enum match best = rule->source->any_peer ? MATCH_YES : MATCH_NO; /* semantics 4.4 */
    for (uint32_t i = 0; i < rule->source->npeers && best != MATCH_YES; i++) {
        enum match match = pg_match_peer(eval, policy, &rule->peers[i], ask);
        if (match > best)
            best = match;
    }
    if (best != MATCH_NO && rule->self != NULL) {
        enum match own = match_self(eval, policy, rule, ask);
        if (own < best)
            best = own;
    }
    if (best == MATCH_YES && rule->source->maybe_field != NULL)
        best = MATCH_MAYBE;
    return best;
}

pg_ports pg_match_port(struct pg_eval *eval, const struct pg_port *port, uint32_t destination)
{
    bool any = port->protocol == PG_ANY_PROTOCOL;
    pg_ports all = PG_PORTS_NONE;
    if (port->name == PG_STR_NONE) {
        for (int protocol = any ? PG_TCP : port->protocol;; protocol++) {
            all = pg_portset_union(
                eval->sets, all,
                pg_portset_range(eval->sets, (enum pg_protocol)protocol, port->from, port->to));
            if (!any || protocol == PG_SCTP)
                return all;
        }
    }
    const struct class_data *data = &eval->data[destination];
    for (uint32_t i = 0; i < data->nports; i++) {
        const struct named_port *named = &data->ports[i];
        if (named->name == port->name && (any || named->protocol == port->protocol))
            all = pg_portset_union(
                eval->sets, all,
                pg_portset_range(eval->sets, named->protocol, named->number, named->number));
    }
    return all;
}

/* The ports that a list names, at a destination: names resolve there, in both directions (semantics 7.5,
   7.6), and where there are no container ports (outside, nodes, host network) none resolves (7.11). */
static pg_ports resolve_names(struct pg_eval *eval, const struct rule *rule, uint32_t destination)
{
    const struct class_data *data = &eval->data[destination];
    uint64_t key = PG_MAP_PAIR(rule->id, data->port_signature);
    const uint32_t *known = pg_map_get(&eval->named, key);
    if (known != NULL)
        return *known;
    pg_ports all = rule->numeric;
    for (uint32_t i = 0; i < rule->source->nports; i++)
        all = pg_portset_union(eval->sets, all,
                               pg_match_port(eval, &rule->source->ports[i], destination));
    for (uint32_t i = 0; i < rule->source->nnot_ports; i++)
        all = pg_portset_minus(eval->sets, all,
                               pg_match_port(eval, &rule->source->not_ports[i], destination));
    pg_map_put(&eval->named, key, all);
    return all;
}

void pg_match_ports(struct pg_eval *eval, const struct policy *policy, const struct rule *rule,
                    const struct ask *ask, pg_ports *sure, pg_ports *possible)
{
    *sure = rule->numeric;
    if (rule->named)
        *sure = resolve_names(eval, rule, ask_destination(ask));
    *possible = *sure;
    /* semantics 4.5: every port; 7.14: of protocols without ports NetworkPolicy does not speak */
    if (rule->source->any_port && policy->source->kind == PG_POLICY_NETWORK)
        *sure = pg_portset_intersect(eval->sets, *sure, PG_PORTS_ALL);
}
