/*
 * Draws a small cluster from a seed. The alphabets are small on purpose: what matters is that selectors,
 * names, numbers and blocks meet, miss by one, and overlap.
 */
#include <arpa/inet.h>
#include <stdio.h>

#include "gen.h"

static const char *const namespace_names[] = {"default", "shop", "kube-system", "dev"};
static const char *const node_names[] = {"n1", "n2", "n3"};
static const char *const keys[] = {"app", "tier", "example.com/role", "x"};
static const char *const values[] = {"", "a", "web", "1", "true"};
static const char *const port_names[] = {"web", "http", "dns"};
const int gen_numbers[] = {1, 53, 79, 80, 81, 443, 8080, 8081, 65534, 65535, 0};
static const char *const pod_names[] = {"p0", "p1", "p2", "p3", "p4",  "p5",
                                        "p6", "p7", "p8", "p9", "p10", "p11"};
/* Calico breaks ties by the text name/namespace/kind, in which "a-b/" comes before "a/" (14.1). */
static const char *const policy_names[] = {"np", "np-1", "np.0", "np0", "np01", "np1", "o", "o-0"};
static const char *const account_names[] = {"default", "robot", "admin"};
static const char *const workload_kinds[] = {
    "Deployment", "Deployment", "StatefulSet", "ReplicaSet",
    "DaemonSet",  "Job",        "CronJob",     "ReplicationController"};
/* Addresses outside of everything. */
static const char *const outside_texts[] = {"203.0.113.7", "10.0.3.200",      "192.168.0.77",
                                            "2001:db8::7", "fd00:0:0:3::200", "127.0.0.1"};

uint32_t w_random_below(struct w_random *random, uint32_t n)
{
    random->state += 0x9e3779b97f4a7c15u;
    uint64_t z = random->state;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return (uint32_t)((z ^ (z >> 31)) >> 32) % n;
}

bool w_random_chance(struct w_random *random, uint32_t percent)
{
    return w_random_below(random, 100) < percent;
}

const char *gen_key(struct w_random *random)
{
    return keys[w_random_below(random, COUNT(keys))];
}

const char *gen_value(struct w_random *random)
{
    return values[w_random_below(random, COUNT(values))];
}

const char *gen_port_name(struct w_random *random)
{
    if (w_random_chance(random, 10))
        return "nowhere";
    return port_names[w_random_below(random, COUNT(port_names))];
}

int gen_number(struct w_random *random)
{
    return gen_numbers[w_random_below(random, COUNT(gen_numbers) - 1)];
}

void gen_range(struct w_random *random, int *first, int *last)
{
    int a = gen_number(random), b = gen_number(random);
    *first = a < b ? a : b;
    *last = a < b ? b : a;
}

const char *gen_namespace_name(struct w_random *random)
{
    return namespace_names[w_random_below(random, COUNT(namespace_names))];
}

const char *gen_account_name(struct w_random *random)
{
    return account_names[w_random_below(random, COUNT(account_names))];
}

void w_addr_text(struct w_addr addr, char text[64])
{
    if (inet_ntop(addr.family == 6 ? AF_INET6 : AF_INET, addr.bytes, text, 64) == NULL)
        snprintf(text, 64, "none");
}

void w_block_text(struct w_block block, char text[64])
{
    char base[64];
    w_addr_text(block.base, base);
    snprintf(text, 64, "%.45s/%d", base, block.bits);
}

static struct w_addr address(const char *text)
{
    struct w_addr addr = {.family = strchr(text, ':') != NULL ? 6 : 4};
    inet_pton(addr.family == 6 ? AF_INET6 : AF_INET, text, addr.bytes);
    return addr;
}

/* Pods live in 10.0.0-3.1-9 and fd00:0:0:0-3::1-9; the last byte tells them apart. */
static struct w_addr pod_address(struct w_random *random, int family, int last)
{
    struct w_addr addr = address(family == 4 ? "10.0.0.0" : "fd00::");
    addr.bytes[family == 4 ? 2 : 7] = (uint8_t)w_random_below(random, 4);
    addr.bytes[family == 4 ? 3 : 15] = (uint8_t)last;
    return addr;
}

struct w_labels gen_labels(struct w_random *random)
{
    struct w_labels labels = {0};
    for (uint32_t i = 0; i < COUNT(keys); i++) {
        if (w_random_chance(random, i < 2 ? 65 : 25))
            labels.v[labels.n++] = (struct w_label){keys[i], gen_value(random)};
    }
    return labels;
}

/* --- the endpoints --- */

static void gen_namespaces(struct world *world, struct w_random *random)
{
    world->nnamespaces = 1 + (int)w_random_below(random, W_NAMESPACES);
    for (int i = 0; i < world->nnamespaces; i++) {
        struct w_namespace *ns = &world->namespaces[i];
        ns->name = namespace_names[i];
        ns->defined = w_random_chance(random, 80);
        ns->name_label = w_random_chance(random, 40);
        ns->false_name = ns->name_label && w_random_chance(random, 20);
        if (ns->defined)
            ns->labels = gen_labels(random);
    }
}

static void gen_nodes(struct world *world, struct w_random *random)
{
    world->nnodes = (int)w_random_below(random, W_NODES + 1);
    for (int i = 0; i < world->nnodes; i++) {
        struct w_node *node = &world->nodes[i];
        node->name = node_names[i];
        node->labels = gen_labels(random);
        struct w_addr v4 = address("192.168.0.0"), v6 = address("fd01::");
        v4.bytes[3] = v6.bytes[15] = (uint8_t)(i + 1);
        if (w_random_chance(random, 85))
            node->addrs[node->naddrs++] = (struct w_node_addr){v4, false};
        if (w_random_chance(random, 35))
            node->addrs[node->naddrs++] = (struct w_node_addr){v6, false};
        if (w_random_chance(random, 10)) {
            v4.bytes[2] = 9;
            node->addrs[node->naddrs++] = (struct w_node_addr){v4, true};
        }
    }
}

/* A name is unique within its container (10.5), and on the host network a number too. */
static bool port_is_new(const struct w_pod *pod, const struct w_container *container,
                        const struct w_container_port *port)
{
    for (int i = 0; i < container->nports; i++) {
        const char *name = container->ports[i].name;
        if (name != NULL && port->name != NULL && strcmp(name, port->name) == 0)
            return false;
    }
    for (int c = 0; c < pod->ncontainers + 1 && c < W_CONTAINERS; c++) {
        const struct w_container *other = &pod->containers[c];
        for (int i = 0; i < other->nports; i++) {
            if ((pod->host_network || other == container) && other->ports[i].number == port->number)
                return false;
        }
    }
    return true;
}

static void gen_containers(struct w_pod *pod, struct w_random *random)
{
    int n = 1 + (int)w_random_below(random, W_CONTAINERS);
    for (int c = 0; c < n; c++) {
        struct w_container *container = &pod->containers[c];
        if (c > 0)
            container->kind = (enum w_container_kind)w_random_below(random, 3);
        int nports = (int)w_random_below(random, W_CONTAINER_PORTS + 1);
        for (int i = 0; i < nports; i++) {
            struct w_container_port port = {
                .name = w_random_chance(random, 80)
                            ? port_names[w_random_below(random, COUNT(port_names))]
                            : NULL,
                .protocol = (enum w_protocol)((int)w_random_below(random, 4) - 1),
                .number = gen_number(random),
            };
            if (port_is_new(pod, container, &port))
                container->ports[container->nports++] = port;
        }
        pod->ncontainers++;
    }
}

static void gen_pod_addresses(const struct world *world, struct w_pod *pod, struct w_random *random,
                              int last)
{
    pod->phase = w_random_chance(random, 70) ? W_RUNNING : (enum w_phase)w_random_below(random, 5);
    if (pod->phase == W_NO_STATUS || pod->phase == W_PENDING)
        return;
    if (pod->host_network) {
        /* The address of its node, or nothing: then the reader has to find the node's (2.5). */
        for (int i = 0; i < world->nnodes; i++) {
            const struct w_node *node = &world->nodes[i];
            if (pod->node != NULL && strcmp(node->name, pod->node) == 0 && node->naddrs > 0 &&
                w_random_chance(random, 60))
                pod->addr[node->addrs[0].addr.family == 6] = node->addrs[0].addr;
        }
        return;
    }
    uint32_t which = w_random_below(random, 10); /* IPv4, both, IPv6, none */
    if (which < 8)
        pod->addr[0] = pod_address(random, 4, last);
    if (which >= 5 && which < 9)
        pod->addr[1] = pod_address(random, 6, last);
}

/* Many pods are much alike, as replicas are: only where they differ do classes show their worth. */
static void gen_template(struct w_pod *pod, const struct world *world, int npods,
                         struct w_random *random)
{
    if (npods > 0 && w_random_chance(random, 50)) {
        const struct w_pod *sibling = &world->pods[w_random_below(random, (uint32_t)npods)];
        const char *node = pod->node;
        *pod = (struct w_pod){.ns = sibling->ns,
                              .labels = sibling->labels,
                              .ncontainers = sibling->ncontainers,
                              .host_network = sibling->host_network,
                              .account = sibling->account,
                              .node = w_random_chance(random, 50) ? sibling->node : node};
        memcpy(pod->containers, sibling->containers, sizeof pod->containers);
        if (w_random_chance(random, 30))
            pod->labels = gen_labels(random);
        return;
    }
    pod->ns = (int)w_random_below(random, (uint32_t)world->nnamespaces);
    pod->labels = gen_labels(random);
    pod->host_network = w_random_chance(random, 15);
    pod->account = w_random_chance(random, 50) ? gen_account_name(random) : NULL;
    gen_containers(pod, random);
}

static void gen_pods(struct world *world, struct w_random *random)
{
    world->npods = 1 + (int)w_random_below(random, W_PODS);
    for (int i = 0; i < world->npods; i++) {
        struct w_pod *pod = &world->pods[i];
        pod->node = w_random_chance(random, 70) ? node_names[w_random_below(random, W_NODES)] : NULL;
        gen_template(pod, world, i, random);
        pod->name = pod_names[i];
        if (w_random_chance(random, 30)) {
            pod->kind = workload_kinds[w_random_below(random, COUNT(workload_kinds))];
            uint32_t replicas = w_random_below(random, 8);
            pod->replicas = replicas == 0   ? 0
                            : replicas == 1 ? W_REPLICAS_LEFT_OUT
                            : replicas < 5  ? 1
                                            : 3;
            if (w_random_chance(random, 70))
                pod->node = NULL;
            continue;
        }
        pod->owner = w_random_chance(random, 10) ? "owner" : NULL;
        pod->terminating = w_random_chance(random, 5);
        gen_pod_addresses(world, pod, random, i + 1);
    }
}

/* --- the policies --- */

struct w_req gen_req(struct w_random *random)
{
    struct w_req req = {.key = gen_key(random), .op = (enum w_op)w_random_below(random, 4)};
    if (req.op == W_IN || req.op == W_NOT_IN) {
        req.nvalues = 1 + (int)w_random_below(random, W_VALUES);
        for (int i = 0; i < req.nvalues; i++)
            req.values[i] = gen_value(random);
    }
    return req;
}

enum w_state gen_state(struct w_random *random)
{
    return (enum w_state)w_random_below(random, 3);
}

struct w_selector gen_selector(struct w_random *random, bool for_namespaces)
{
    struct w_selector selector = {
        .state = W_GIVEN, .labels_state = gen_state(random), .reqs_state = gen_state(random)};
    if (w_random_chance(random, 25))
        return selector; /* {} in one of its spellings */
    if (w_random_chance(random, 70)) {
        selector.labels_state = W_GIVEN;
        uint32_t first = w_random_below(random, COUNT(keys));
        for (uint32_t i = 0; i < 1 + w_random_below(random, 2); i++) {
            struct w_label label = {keys[(first + i) % COUNT(keys)], gen_value(random)};
            selector.labels.v[selector.labels.n++] = label;
        }
    }
    if (for_namespaces && w_random_chance(random, 40)) {
        selector.labels_state = W_GIVEN;
        selector.labels.n = 1;
        selector.labels.v[0] =
            (struct w_label){"kubernetes.io/metadata.name", gen_namespace_name(random)};
    }
    if (selector.labels.n == 0 || w_random_chance(random, 25)) {
        selector.reqs_state = W_GIVEN;
        selector.nreqs = 1 + (int)w_random_below(random, W_REQS - 1);
        for (int i = 0; i < selector.nreqs; i++)
            selector.reqs[i] = gen_req(random);
    }
    return selector;
}

/* An address that a block may want to hold or just to miss. */
static struct w_addr anchor(const struct world *world, struct w_random *random)
{
    for (int tries = 0; tries < 4; tries++) {
        uint32_t which = w_random_below(random, 10);
        struct w_addr addr = {0};
        if (which < 6) {
            const struct w_pod *pod = &world->pods[w_random_below(random, (uint32_t)world->npods)];
            addr = pod->addr[w_random_below(random, 2)];
        } else if (which < 8 && world->nnodes > 0) {
            const struct w_node *node =
                &world->nodes[w_random_below(random, (uint32_t)world->nnodes)];
            addr = node->addrs[w_random_below(random, W_NODE_ADDRS)].addr;
        } else {
            addr = address(outside_texts[w_random_below(random, COUNT(outside_texts))]);
        }
        if (addr.family != 0)
            return addr;
    }
    return address("10.0.1.1");
}

static struct w_block note(struct world *world, struct w_block block)
{
    if (world->ndrawn < W_DRAWN)
        world->drawn[world->ndrawn++] = block;
    return block;
}

struct w_block gen_block_of(struct world *world, struct w_random *random, int family)
{
    static const int bits4[] = {0, 0, 1, 8, 16, 22, 23, 24, 24, 28, 29, 30, 31, 32, 32};
    static const int bits6[] = {0, 0, 1, 8, 16, 62, 63, 64, 64, 124, 125, 126, 127, 128, 128};
    struct w_block block = {.base = anchor(world, random)};
    for (int tries = 0; tries < 6 && family != 0 && block.base.family != family; tries++)
        block.base = anchor(world, random);
    if (family != 0 && block.base.family != family)
        block.base = address(family == 4 ? "10.0.1.1" : "fd00:0:0:1::1");
    uint32_t which = w_random_below(random, COUNT(bits4));
    block.bits = block.base.family == 4 ? bits4[which] : bits6[which];
    return note(world, block);
}

struct w_block gen_block(struct world *world, struct w_random *random)
{
    return gen_block_of(world, random, 0);
}

static int address_bits(int family)
{
    return family == 4 ? 32 : 128;
}

static void flip_bit(struct w_addr *addr, int bit)
{
    addr->bytes[bit / 8] ^= (uint8_t)(0x80u >> (bit % 8));
}

/* Half of the time it still holds the address that `block` was drawn around. */
bool gen_except(struct world *world, struct w_random *random, const struct w_block *block,
                struct w_block *except)
{
    int full = address_bits(block->base.family);
    int room = full - block->bits;
    if (room == 0)
        return false;
    *except = *block;
    except->bits = block->bits + 1 + (int)w_random_below(random, (uint32_t)room);
    if (w_random_chance(random, 40) && room > 8) /* near the host part, where the pods are */
        except->bits = full - (int)w_random_below(random, 9);
    if (w_random_chance(random, 50)) {
        int bit = block->bits + (int)w_random_below(random, (uint32_t)(except->bits - block->bits));
        flip_bit(&except->base, bit);
    }
    note(world, *except);
    return true;
}

static struct w_peer gen_peer(struct world *world, struct w_random *random)
{
    struct w_peer peer = {.except_state = gen_state(random)};
    if (w_random_chance(random, 35)) {
        peer.is_block = true;
        peer.block = gen_block(world, random);
        if (w_random_chance(random, 45)) {
            peer.except_state = W_GIVEN;
            int n = 1 + (int)w_random_below(random, W_EXCEPTS);
            for (int i = 0; i < n; i++)
                peer.nexcept += gen_except(world, random, &peer.block, &peer.except[peer.nexcept]);
        }
        return peer;
    }
    uint32_t which = w_random_below(random, 3);
    peer.namespaces.state = peer.pods.state = w_random_chance(random, 20) ? W_NULL : W_MISSING;
    if (which != 0)
        peer.pods = gen_selector(random, false);
    if (which != 1)
        peer.namespaces = gen_selector(random, true);
    return peer;
}

static struct w_port gen_port(struct w_random *random)
{
    struct w_port port = {.null = w_random_chance(random, 4), .protocol = W_DEFAULT};
    if (port.null)
        return port;
    port.protocol = (enum w_protocol)((int)w_random_below(random, 4) - 1);
    uint32_t which = w_random_below(random, 10);
    if (which < 4)
        port.number = gen_number(random);
    else if (which < 6)
        gen_range(random, &port.number, &port.end);
    else if (which < 9)
        port.name = gen_port_name(random);
    return port;
}

static struct w_rule gen_rule(struct world *world, struct w_random *random)
{
    struct w_rule rule = {.null = w_random_chance(random, 3),
                          .peers_state = gen_state(random),
                          .ports_state = gen_state(random)};
    if (rule.null)
        return rule;
    if (w_random_chance(random, 85)) {
        rule.peers_state = W_GIVEN;
        rule.npeers = 1 + (int)w_random_below(random, W_PEERS);
        for (int i = 0; i < rule.npeers; i++)
            rule.peers[i] = gen_peer(world, random);
    }
    if (w_random_chance(random, 65)) {
        rule.ports_state = W_GIVEN;
        rule.nports = 1 + (int)w_random_below(random, W_RULE_PORTS);
        for (int i = 0; i < rule.nports; i++)
            rule.ports[i] = gen_port(random);
    }
    return rule;
}

static void gen_types(struct w_policy *policy, struct w_random *random)
{
    policy->types_state = gen_state(random);
    if (policy->types_state == W_GIVEN)
        policy->ntypes = (int)w_random_below(random, 3);
    for (int i = 0; i < policy->ntypes; i++)
        policy->types[i] = (enum w_dir)w_random_below(random, 2);
}

static void gen_network(struct world *world, struct w_random *random, struct w_policy *policy)
{
    policy->has_spec = !w_random_chance(random, 3);
    if (!policy->has_spec)
        return;
    policy->subject = gen_selector(random, false);
    if (w_random_chance(random, 20))
        policy->subject = (struct w_selector){.state = gen_state(random)};
    gen_types(policy, random);
    for (int dir = 0; dir < 2; dir++) {
        policy->rules_state[dir] = gen_state(random);
        if (w_random_chance(random, 60)) {
            policy->rules_state[dir] = W_GIVEN;
            policy->nrules[dir] = (int)w_random_below(random, W_RULES + 1);
        }
        for (int r = 0; r < policy->nrules[dir]; r++)
            policy->rules[dir][r] = gen_rule(world, random);
    }
    if (w_random_chance(random, 4))
        policy->fault = (enum w_fault)(1 + w_random_below(random, W_NFAULTS - 1));
    policy->twice = policy->fault == W_FAULT_NONE && w_random_chance(random, 3);
}

/* One of the kinds of admin policies; the baseline of the older API has one name, and so is one. */
static enum w_kind gen_admin_kind(const struct world *world, struct w_random *random)
{
    uint64_t which = world->seed / 4 % 5;
    bool newer = which < 2;
    if (which == 4) /* both generations (12.11) */
        newer = w_random_chance(random, 50);
    if (newer)
        return W_CLUSTER;
    if (!w_random_chance(random, 30))
        return W_ADMIN;
    for (int i = 0; i < world->npolicies; i++) {
        if (world->policies[i].kind == W_BASELINE_ADMIN)
            return W_ADMIN;
    }
    return W_BASELINE_ADMIN;
}

static enum w_kind gen_kind(const struct world *world, struct w_random *random)
{
    enum w_family family = world->family;
    if (w_random_chance(random, 2))
        return W_FOREIGN;
    if (family != W_PLAIN && w_random_chance(random, 3)) /* of another plugin (13.1) */
        family = (enum w_family)w_random_below(random, W_OF_CALICO + 1);
    switch (family) {
    case W_PLAIN: break;
    case W_OF_ADMINS:
        return w_random_chance(random, 65) ? gen_admin_kind(world, random) : W_NETWORK;
    case W_OF_CILIUM: return w_random_chance(random, 65) ? W_CILIUM : W_NETWORK;
    case W_OF_CALICO:
        if (w_random_chance(random, 14)) /* has a place in Calico's tiers (14.19) */
            return W_CLUSTER;
        return w_random_chance(random, 70) ? W_CALICO : W_NETWORK;
    }
    return W_NETWORK;
}

static void gen_policy(struct world *world, struct w_random *random, const char *name)
{
    struct w_policy *policy = &world->policies[world->npolicies];
    policy->kind = gen_kind(world, random);
    policy->ns = (int)w_random_below(random, (uint32_t)world->nnamespaces);
    policy->name = name;
    switch (policy->kind) {
    case W_NETWORK: gen_network(world, random, policy); break;
    case W_FOREIGN: policy->cluster_wide = w_random_chance(random, 30); break;
    case W_ADMIN:
    case W_BASELINE_ADMIN:
    case W_CLUSTER: gen_admin(world, random, policy); break;
    case W_CILIUM: gen_cilium(world, random, policy); break;
    case W_CALICO: gen_calico(world, random, policy); break;
    }
    world->npolicies++;
}

static void gen_policies(struct world *world, struct w_random *random)
{
    if (world->family == W_OF_CALICO)
        gen_calico_objects(world, random);
    uint32_t first = w_random_below(random, W_POLICIES);
    for (uint32_t i = w_random_below(random, W_POLICIES + 1); i > 0; i--)
        gen_policy(world, random, policy_names[(first + i * 3) % W_POLICIES]);
}

/* --- what is asked --- */

static bool same_address(struct w_addr a, struct w_addr b)
{
    return a.family == b.family && memcmp(a.bytes, b.bytes, sizeof a.bytes) == 0;
}

/* Whether an address belongs to something of the cluster, which it then stands for (2.10). */
static bool is_taken(const struct world *world, struct w_addr addr)
{
    for (int i = 0; i < world->npods; i++) {
        for (int family = 0; family < 2; family++) {
            if (same_address(world->pods[i].addr[family], addr))
                return true;
        }
    }
    for (int i = 0; i < world->nnodes; i++) {
        for (int a = 0; a < world->nodes[i].naddrs; a++) {
            if (same_address(world->nodes[i].addrs[a].addr, addr))
                return true;
        }
    }
    for (int i = 0; i < world->noutside; i++) {
        if (same_address(world->outside[i], addr))
            return true;
    }
    return false;
}

static void add_outside(struct world *world, struct w_addr addr)
{
    if (world->noutside < W_OUTSIDE && addr.family != 0 && !is_taken(world, addr))
        world->outside[world->noutside++] = addr;
}

/* The first or last address of a block, or the one beyond it: where a comparison off by one shows. */
static struct w_addr block_edge(const struct w_block *block, struct w_random *random)
{
    struct w_addr addr = block->base;
    uint32_t which = w_random_below(random, 4);
    int full = address_bits(addr.family);
    for (int bit = block->bits; bit < full; bit++) {
        uint8_t mask = (uint8_t)(0x80u >> (bit % 8));
        addr.bytes[bit / 8] =
            (uint8_t)(which % 2 != 0 ? addr.bytes[bit / 8] | mask : addr.bytes[bit / 8] & ~mask);
    }
    for (int i = full / 8 - 1; which >= 2 && i >= 0; i--) {
        addr.bytes[i] = (uint8_t)(addr.bytes[i] + (which == 3 ? 1 : -1));
        if (addr.bytes[i] != (which == 3 ? 0 : 0xff))
            break;
    }
    return addr;
}

static void gen_outside(struct world *world, struct w_random *random)
{
    for (int i = 0; i < world->ndrawn && world->noutside < W_OUTSIDE - 2; i++) {
        uint32_t which = w_random_below(random, (uint32_t)world->ndrawn);
        add_outside(world, block_edge(&world->drawn[which], random));
    }
    uint32_t first = w_random_below(random, COUNT(outside_texts));
    for (uint32_t i = 0; i < 2; i++)
        add_outside(world, address(outside_texts[(first + i * 3) % COUNT(outside_texts)]));
}

static void gen_options(struct w_options *options, struct w_random *random)
{
    if (w_random_chance(random, 40))
        return;
    options->ipblock_pods_ignore = w_random_chance(random, 15);
    options->host_network_pod = w_random_chance(random, 20);
    options->self_policy = w_random_chance(random, 20);
    options->ingress_own_node_policy = w_random_chance(random, 20);
    options->egress_own_node_allow = w_random_chance(random, 20);
    options->not_enforced = w_random_chance(random, 3);
    if (w_random_chance(random, 5))
        options->engine = (enum w_engine)w_random_below(random, 4);
    if (w_random_chance(random, 8))
        options->admin_api = (enum w_admin_api)w_random_below(random, 3);
    if (w_random_chance(random, 30))
        options->named_ports = (enum w_named_ports)w_random_below(random, 3);
    if (w_random_chance(random, 15))
        options->ip_family = w_random_chance(random, 50) ? 4 : 6;
    static const char *const pod_cidrs[2][3] = {{"10.0.0.0/22", "10.0.0.0/23", "172.16.0.0/12"},
                                                {"fd00::/62", "fd00::/63", "2001:db8::/32"}};
    for (int family = 0; family < 2; family++) {
        if (!w_random_chance(random, 20))
            continue;
        char base[32];
        snprintf(base, sizeof base, "%s", pod_cidrs[family][w_random_below(random, 3)]);
        char *slash = strchr(base, '/');
        *slash = '\0';
        options->pod_cidr[family].base = address(base);
        options->pod_cidr[family].bits = (slash[1] - '0') * 10 + (slash[2] - '0');
    }
}

void gen_world(struct world *world, uint64_t seed)
{
    struct w_random random = {seed * 0xd1342543de82ef95u + 1};
    memset(world, 0, sizeof *world);
    world->seed = seed;
    world->family = (enum w_family)(seed % 4);
    gen_namespaces(world, &random);
    gen_nodes(world, &random);
    gen_pods(world, &random);
    gen_policies(world, &random);
    gen_outside(world, &random);
    gen_options(&world->options, &random);
}
