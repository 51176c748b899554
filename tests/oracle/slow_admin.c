/* AdminNetworkPolicy and its relatives: subjects, peers, ports (semantics 11, 12). */
#include <string.h>

#include "slow_kinds.h"

/* Host-network pods are neither subjects nor pods to a peer, whatever is assumed of them (2.5). */
static const struct w_pod *ordinary_pod(const struct world *world, struct slow_end end)
{
    if (end.kind != SLOW_POD || world->pods[end.index].host_network)
        return NULL;
    return &world->pods[end.index];
}

/* A namespaceSelector that is missing means every namespace (12.9). */
static bool is_selected(const struct world *world, const struct w_selector *namespaces,
                        const struct w_selector *pods, const struct w_pod *pod)
{
    return (namespaces->state != W_GIVEN ||
            slow_namespace_holds(namespaces, &world->namespaces[pod->ns])) &&
           slow_selector_holds(pods, &pod->labels);
}

bool slow_admin_selects(const struct world *world, const struct w_policy *policy, int index)
{
    const struct w_admin *admin = &world->admins[policy->part];
    const struct w_pod *pod = ordinary_pod(world, (struct slow_end){SLOW_POD, index});
    if (pod == NULL)
        return false;
    if (admin->of_namespaces) /* 11.2 */
        return slow_namespace_holds(&admin->namespaces, &world->namespaces[pod->ns]);
    return is_selected(world, &admin->namespaces, &admin->pods, pod);
}

/* --- rules ------------------------------------------------------------------------------------- */

static bool has_strange_peer(const struct w_admin_rule *rule)
{
    for (int i = 0; i < rule->npeers; i++) {
        if (rule->peers[i].kind == W_PEER_STRANGE)
            return true;
    }
    return false;
}

/* 11.18: where a peer is not known, a rule that does not allow denies everything. */
static bool fails_closed(const struct w_admin_rule *rule)
{
    return rule->action != W_ALLOW && has_strange_peer(rule);
}

enum w_action slow_admin_action(const struct w_admin_rule *rule)
{
    return fails_closed(rule) ? W_DENY : rule->action;
}

static enum truth networks_have(const struct world *world, const struct w_admin_peer *peer,
                                struct slow_end other, int family)
{
    enum truth best = NO;
    for (int i = 0; i < peer->nnetworks; i++)
        best = slow_most(best, slow_block_truth(world, &peer->networks[i], NULL, 0, other, family));
    return best;
}

/* 11.15: nodes by label, and what has a node's address. */
static enum truth nodes_have(const struct world *world, const struct w_admin_peer *peer,
                             struct slow_end other)
{
    if (other.kind == SLOW_OUTSIDE)
        return world->nnodes == 0 ? MAYBE : NO;
    if (ordinary_pod(world, other) != NULL)
        return NO;
    const struct w_node *node = other.kind == SLOW_NODE
                                    ? &world->nodes[other.index]
                                    : slow_find_node(world, world->pods[other.index].node);
    if (node == NULL)
        return MAYBE;
    return slow_selector_holds(&peer->pods, &node->labels) ? YES : NO;
}

static enum truth peer_has(const struct world *world, const struct w_admin_peer *peer,
                           struct slow_end other, int family)
{
    const struct w_pod *pod = ordinary_pod(world, other);
    switch (peer->kind) {
    case W_PEER_NAMESPACES:
        return pod != NULL && slow_namespace_holds(&peer->namespaces, &world->namespaces[pod->ns])
                   ? YES
                   : NO;
    case W_PEER_PODS:
        return pod != NULL && is_selected(world, &peer->namespaces, &peer->pods, pod) ? YES : NO;
    case W_PEER_NETWORKS: return networks_have(world, peer, other, family); /* 11.14 */
    case W_PEER_NODES: return nodes_have(world, peer, other);
    case W_PEER_DOMAINS: return pod != NULL ? NO : MAYBE; /* 11.16; of nodes nobody says: 0.4 */
    case W_PEER_OLD: return pod != NULL ? MAYBE : NO;     /* 11.13 */
    case W_PEER_STRANGE: break;
    }
    return NO;
}

enum truth slow_admin_peers(const struct world *world, const struct w_admin_rule *rule,
                            struct slow_end other, int family)
{
    if (fails_closed(rule))
        return YES;
    enum truth best = NO;
    for (int i = 0; i < rule->npeers; i++)
        best = slow_most(best, peer_has(world, &rule->peers[i], other, family));
    return best;
}

/* --- ports ------------------------------------------------------------------------------------- */

static enum truth port_has(const struct world *world, const struct w_admin_port *port,
                           struct slow_end to, enum w_protocol protocol, int number)
{
    bool numbered = slow_protocol_of(port->protocol) == protocol;
    switch (port->kind) {
    case W_PORT_NUMBER: return numbered && number == port->number ? YES : NO;
    case W_PORT_RANGE: return numbered && number >= port->number && number <= port->end ? YES : NO;
    case W_PORT_NAMED: return slow_name_has(world, port->name, to, protocol, number) ? YES : NO;
    case W_PORT_STRANGE: break;
    }
    return MAYBE; /* 12.6 */
}

enum truth slow_admin_port(const struct world *world, const struct w_admin_rule *rule,
                           struct slow_end to, enum w_protocol protocol, int number)
{
    if (rule->nports == 0 || fails_closed(rule))
        return YES; /* 11.17, 12.8 */
    enum truth best = NO;
    for (int i = 0; i < rule->nports; i++)
        best = slow_most(best, port_has(world, &rule->ports[i], to, protocol, number));
    return best;
}
