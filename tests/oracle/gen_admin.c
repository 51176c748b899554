/* AdminNetworkPolicy, BaselineAdminNetworkPolicy, ClusterNetworkPolicy. */
#include "gen.h"

static bool is_newer(const struct w_policy *policy)
{
    return policy->kind == W_CLUSTER;
}

/* A list of blocks may not name one twice, as it is written. */
static bool is_new(const struct w_admin_peer *peer, struct w_block block)
{
    char a[64], b[64];
    w_block_text(block, a);
    for (int i = 0; i < peer->nnetworks; i++) {
        w_block_text(peer->networks[i], b);
        if (strcmp(a, b) == 0)
            return false;
    }
    return true;
}

static void gen_networks(struct world *world, struct w_random *random, struct w_admin_peer *peer)
{
    int n = 1 + (int)w_random_below(random, W_NETWORKS);
    for (int i = 0; i < n; i++) {
        struct w_block block = gen_block(world, random);
        if (is_new(peer, block))
            peer->networks[peer->nnetworks++] = block;
    }
}

static void gen_pair(struct w_random *random, bool newer, struct w_selector *namespaces,
                     struct w_selector *pods)
{
    *pods = gen_selector(random, false);
    *namespaces = gen_selector(random, true);
    if (newer && w_random_chance(random, 30))
        *namespaces = (struct w_selector){.state = w_random_chance(random, 50) ? W_NULL : W_MISSING};
}

static struct w_admin_peer gen_peer(struct world *world, struct w_random *random,
                                    const struct w_policy *policy, enum w_dir dir, bool allow)
{
    struct w_admin_peer peer = {.kind = W_PEER_NAMESPACES};
    uint32_t which = w_random_below(random, 100);
    bool domains = allow && policy->kind != W_BASELINE_ADMIN;
    if (which < 4)
        peer.kind = W_PEER_STRANGE;
    else if (which < 7 && !is_newer(policy))
        peer.kind = W_PEER_OLD;
    else if (dir == W_EGRESS && which < 45)
        peer.kind = which < 32               ? W_PEER_NETWORKS
                    : which < 39 || !domains ? W_PEER_NODES
                                             : W_PEER_DOMAINS;
    else if (w_random_chance(random, 60))
        peer.kind = W_PEER_PODS;
    switch (peer.kind) {
    case W_PEER_NAMESPACES: peer.namespaces = gen_selector(random, true); break;
    case W_PEER_PODS: gen_pair(random, is_newer(policy), &peer.namespaces, &peer.pods); break;
    case W_PEER_NETWORKS: gen_networks(world, random, &peer); break;
    case W_PEER_NODES: peer.pods = gen_selector(random, false); break;
    default: break;
    }
    return peer;
}

static bool has_names(const struct w_admin_rule *rule)
{
    for (int i = 0; i < rule->npeers; i++) {
        enum w_admin_peer_kind kind = rule->peers[i].kind;
        if (kind == W_PEER_NETWORKS || kind == W_PEER_NODES || kind == W_PEER_DOMAINS)
            return false; /* they have no named ports, and the CRD says so (11.20) */
    }
    return true;
}

static struct w_admin_port gen_port(struct w_random *random, bool newer, bool names)
{
    struct w_admin_port port = {.kind = W_PORT_NUMBER, .protocol = W_DEFAULT};
    uint32_t which = w_random_below(random, 100);
    port.protocol = (enum w_protocol)((int)w_random_below(random, 4) - 1);
    if (newer && port.protocol == W_DEFAULT)
        port.protocol = W_TCP;
    if (which < 3) {
        port.kind = W_PORT_STRANGE;
    } else if (which < 30 && names) {
        port.kind = W_PORT_NAMED;
        port.name = gen_port_name(random);
    } else if (which < 60) {
        port.kind = W_PORT_RANGE;
        gen_range(random, &port.number, &port.end);
        if (port.number == port.end)
            port.kind = newer ? W_PORT_NUMBER : W_PORT_RANGE; /* there start is below end */
    } else {
        port.number = gen_number(random);
    }
    return port;
}

static struct w_admin_rule gen_rule(struct world *world, struct w_random *random,
                                    const struct w_policy *policy, enum w_dir dir)
{
    struct w_admin_rule rule = {0};
    uint32_t which = w_random_below(random, 10);
    rule.action = which < 4 ? W_ALLOW : which < 8 ? W_DENY : W_PASS;
    if (rule.action == W_PASS && policy->kind == W_BASELINE_ADMIN)
        rule.action = W_DENY;
    rule.npeers = 1 + (int)w_random_below(random, W_PEERS);
    for (int i = 0; i < rule.npeers; i++)
        rule.peers[i] = gen_peer(world, random, policy, dir, rule.action == W_ALLOW);
    if (w_random_chance(random, 55)) {
        rule.nports = 1 + (int)w_random_below(random, W_ADMIN_PORTS);
        for (int i = 0; i < rule.nports; i++)
            rule.ports[i] = gen_port(random, is_newer(policy), has_names(&rule));
    }
    return rule;
}

void gen_admin(struct world *world, struct w_random *random, struct w_policy *policy)
{
    static const int priorities[] = {0, 0, 5, 5, 6, 1000};
    struct w_admin *admin = &world->admins[world->nadmins];
    policy->part = world->nadmins++;
    policy->cluster_wide = true;
    admin->baseline =
        policy->kind == W_BASELINE_ADMIN || (is_newer(policy) && w_random_chance(random, 35));
    if (policy->kind == W_BASELINE_ADMIN)
        policy->name = "default";
    else
        admin->priority = priorities[w_random_below(random, COUNT(priorities))];
    admin->of_namespaces = w_random_chance(random, 45);
    if (admin->of_namespaces)
        admin->namespaces = gen_selector(random, true);
    else
        gen_pair(random, is_newer(policy), &admin->namespaces, &admin->pods);
    for (int dir = 0; dir < 2; dir++) {
        admin->nrules[dir] = (int)w_random_below(random, W_RULES + 1);
        for (int r = 0; r < admin->nrules[dir]; r++)
            admin->rules[dir][r] = gen_rule(world, random, policy, (enum w_dir)dir);
    }
    if (w_random_chance(random, 3))
        policy->fault = W_FAULT_OF_KIND;
}
