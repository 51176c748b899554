#include <string.h>

#include "slow_kinds.h"

/* --- labels (6) --- */

const char *slow_label(const struct w_labels *labels, const char *key)
{
    for (int i = 0; i < labels->n; i++) {
        if (strcmp(labels->v[i].key, key) == 0)
            return labels->v[i].value;
    }
    return NULL;
}

bool slow_value_holds(const struct w_req *req, const char *value)
{
    bool listed = false;
    for (int i = 0; value != NULL && i < req->nvalues; i++)
        listed = listed || strcmp(value, req->values[i]) == 0;
    switch (req->op) {
    case W_IN: return listed;                    /* 6.2 */
    case W_NOT_IN: return !listed;               /* 6.3: also where the key is absent */
    case W_EXISTS: return value != NULL;         /* 6.4 */
    case W_DOES_NOT_EXIST: return value == NULL; /* 6.5 */
    }
    return false;
}

static bool req_holds(const struct w_req *req, const struct w_labels *labels)
{
    return slow_value_holds(req, slow_label(labels, req->key));
}

/* A selector that is present (5.5); what its lists leave out asks for nothing (6.6). */
bool slow_selector_holds(const struct w_selector *selector, const struct w_labels *labels)
{
    for (int i = 0; i < selector->labels.n; i++) {
        const char *value = slow_label(labels, selector->labels.v[i].key);
        if (value == NULL || strcmp(value, selector->labels.v[i].value) != 0) /* 6.7 */
            return false;
    }
    for (int i = 0; i < selector->nreqs; i++) {
        if (!req_holds(&selector->reqs[i], labels))
            return false;
    }
    return true;
}

/* What a namespace wears: its own labels where it is defined, and always its name (1.4). */
bool slow_namespace_holds(const struct w_selector *selector, const struct w_namespace *ns)
{
    struct w_labels labels = ns->labels;
    struct w_labels name = {.v = {{"kubernetes.io/metadata.name", ns->name}}, .n = 1};
    /* One requirement at a time, each against the set of labels that has its key. */
    for (int i = 0; i < selector->labels.n; i++) {
        const struct w_label *want = &selector->labels.v[i];
        const char *value =
            slow_label(slow_label(&name, want->key) != NULL ? &name : &labels, want->key);
        if (value == NULL || strcmp(value, want->value) != 0)
            return false;
    }
    for (int i = 0; i < selector->nreqs; i++) {
        const struct w_req *req = &selector->reqs[i];
        if (!req_holds(req, slow_label(&name, req->key) != NULL ? &name : &labels))
            return false;
    }
    return true;
}

/* --- addresses (5.8-5.13) --- */

/* Whether the first `bits` bits agree. */
static bool same_prefix(const struct w_addr *a, const struct w_addr *b, int bits)
{
    for (int bit = 0; bit < bits; bit++) {
        if (((a->bytes[bit / 8] ^ b->bytes[bit / 8]) & (0x80 >> (bit % 8))) != 0)
            return false;
    }
    return true;
}

static bool block_has(const struct w_block *block, const struct w_addr *addr)
{
    return block->base.family == addr->family && same_prefix(&block->base, addr, block->bits);
}

/* Whether `outer` holds all of `inner`. */
static bool block_covers(const struct w_block *outer, const struct w_block *inner)
{
    return outer->bits <= inner->bits && block_has(outer, &inner->base);
}

/* Two blocks overlap where one holds the other. */
static bool blocks_meet(const struct w_block *a, const struct w_block *b)
{
    return block_covers(a, b) || block_covers(b, a);
}

static bool has_address(const struct w_block *block, const struct w_block *except, int nexcept,
                        const struct w_addr *addr)
{
    if (!block_has(block, addr))
        return false;
    for (int i = 0; i < nexcept; i++) {
        if (block_has(&except[i], addr))
            return false; /* 5.9 */
    }
    return true;
}

/* A block against an address that is only known to lie in `range`; NULL: nothing is known (5.12). */
static enum truth may_have(const struct w_block *block, const struct w_block *except, int nexcept,
                           const struct w_block *range)
{
    if (range == NULL)
        return block->bits == 0 && nexcept == 0 ? YES : MAYBE;
    if (!blocks_meet(block, range))
        return NO;
    bool touched = false;
    for (int i = 0; i < nexcept; i++) {
        if (block_covers(&except[i], range))
            return NO;
        touched = touched || blocks_meet(&except[i], range);
    }
    return block_covers(block, range) && !touched ? YES : MAYBE;
}

/* --- endpoints (2) --- */

static const struct w_pod *pod_of(const struct world *world, struct slow_end end)
{
    return end.kind == SLOW_POD ? &world->pods[end.index] : NULL;
}

/* A pod on the host network counts as its node (2.5). */
bool slow_is_host(const struct world *world, struct slow_end end)
{
    const struct w_pod *pod = pod_of(world, end);
    return pod != NULL && pod->host_network && !world->options.host_network_pod;
}

bool slow_is_plain_pod(const struct world *world, struct slow_end end)
{
    return end.kind == SLOW_POD && !slow_is_host(world, end);
}

const struct w_node *slow_find_node(const struct world *world, const char *name)
{
    for (int i = 0; name != NULL && i < world->nnodes; i++) {
        if (strcmp(world->nodes[i].name, name) == 0)
            return &world->nodes[i];
    }
    return NULL;
}

bool slow_is_endpoint(const struct world *world, int index)
{
    const struct w_pod *pod = &world->pods[index];
    if (pod->kind == NULL)
        return pod->phase != W_SUCCEEDED && pod->phase != W_FAILED; /* 2.2 */
    bool counted = strcmp(pod->kind, "DaemonSet") != 0 && strstr(pod->kind, "Job") == NULL;
    return !counted || pod->replicas != 0; /* 2.7 */
}

/* Whether a cell of the endpoint with itself is about two pods (2.8). */
static bool has_replicas(const struct w_pod *pod)
{
    if (pod->kind == NULL)
        return false;
    bool counted = strcmp(pod->kind, "DaemonSet") != 0 && strstr(pod->kind, "Job") == NULL;
    return !counted || pod->replicas > 1;
}

/* The addresses of an end in a family. */
struct addresses {
    struct w_addr v[W_NODE_ADDRS];
    int n;
};

static void add_node_addresses(const struct w_node *node, int family, bool external,
                               struct addresses *out)
{
    for (int i = 0; i < node->naddrs; i++) {
        const struct w_node_addr *addr = &node->addrs[i];
        if (addr->addr.family == family && (external || !addr->external))
            out->v[out->n++] = addr->addr;
    }
}

static struct addresses addresses_of(const struct world *world, struct slow_end end, int family)
{
    struct addresses out = {0};
    if (end.kind == SLOW_OUTSIDE) {
        if (world->outside[end.index].family == family)
            out.v[out.n++] = world->outside[end.index];
    } else if (end.kind == SLOW_NODE) {
        add_node_addresses(&world->nodes[end.index], family, true, &out);
    } else {
        const struct w_pod *pod = &world->pods[end.index];
        const struct w_node *node = pod->host_network ? slow_find_node(world, pod->node) : NULL;
        if (pod->addr[family == 6].family != 0)
            out.v[out.n++] = pod->addr[family == 6];
        else if (node != NULL && pod->addr[family != 6].family == 0)
            add_node_addresses(node, family, false, &out); /* 2.5 */
    }
    return out;
}

static bool address_known(const struct world *world, struct slow_end end)
{
    return addresses_of(world, end, 4).n + addresses_of(world, end, 6).n > 0;
}

/* The block that an unknown address lies in: --pod-cidr, for pods on the pod network (5.12). */
static const struct w_block *pod_range(const struct world *world, struct slow_end end, int family)
{
    const struct w_block *range = &world->options.pod_cidr[family == 6];
    const struct w_pod *pod = pod_of(world, end);
    return pod != NULL && !pod->host_network && range->base.family != 0 ? range : NULL;
}

/* 5.12: an unknown address is IPv4, unless --ip-family or --pod-cidr say otherwise. */
static bool has_family(const struct world *world, struct slow_end end, int family)
{
    if (address_known(world, end))
        return addresses_of(world, end, family).n > 0;
    const struct w_options *options = &world->options;
    if (options->pod_cidr[0].base.family != 0 || options->pod_cidr[1].base.family != 0)
        return options->pod_cidr[family == 6].base.family != 0;
    return family == (options->ip_family != 0 ? options->ip_family : 4);
}

void slow_families(const struct world *world, struct slow_end from, struct slow_end to,
                   bool common[2])
{
    for (int i = 0; i < 2; i++) {
        int family = i == 0 ? 4 : 6;
        common[i] = has_family(world, from, family) && has_family(world, to, family);
    }
}

bool slow_is_self(const struct world *world, struct slow_end from, struct slow_end to)
{
    return from.kind == SLOW_POD && to.kind == SLOW_POD && from.index == to.index &&
           !has_replicas(&world->pods[from.index]);
}

static const char *node_name(const struct world *world, struct slow_end end)
{
    return end.kind == SLOW_NODE  ? world->nodes[end.index].name
           : end.kind == SLOW_POD ? world->pods[end.index].node
                                  : NULL;
}

enum truth slow_on_one_node(const struct world *world, struct slow_end from, struct slow_end to)
{
    bool from_node = from.kind == SLOW_NODE || slow_is_host(world, from);
    bool to_node = to.kind == SLOW_NODE || slow_is_host(world, to);
    bool matters =
        (from_node && slow_is_plain_pod(world, to)) || (to_node && slow_is_plain_pod(world, from));
    if (!matters)
        return NO;
    const char *a = node_name(world, from), *b = node_name(world, to);
    if (a == NULL || b == NULL)
        return MAYBE;
    return strcmp(a, b) == 0 ? YES : NO;
}

/* --- peers (5) --- */

static enum truth selectors_have(const struct world *world, const struct w_policy *policy,
                                 const struct w_peer *peer, struct slow_end other)
{
    if (!slow_is_plain_pod(world, other))
        return NO; /* 5.7 */
    const struct w_pod *pod = &world->pods[other.index];
    bool in_namespace = peer->namespaces.state == W_GIVEN
                            ? slow_namespace_holds(&peer->namespaces, &world->namespaces[pod->ns])
                            : pod->ns == policy->ns;
    bool is_pod = peer->pods.state != W_GIVEN || slow_selector_holds(&peer->pods, &pod->labels);
    return in_namespace && is_pod ? YES : NO;
}

enum truth slow_block_truth(const struct world *world, const struct w_block *block,
                            const struct w_block *except, int nexcept, struct slow_end end,
                            int family)
{
    if (block->base.family != family)
        return NO; /* 5.13 */
    if (!address_known(world, end))
        return may_have(block, except, nexcept, pod_range(world, end, family));
    /* A node speaks from any of its addresses: sure only where they agree (0.4). */
    struct addresses addresses = addresses_of(world, end, family);
    int hits = 0;
    for (int i = 0; i < addresses.n; i++)
        hits += has_address(block, except, nexcept, &addresses.v[i]);
    return hits == 0 ? NO : hits == addresses.n ? YES : MAYBE;
}

enum truth slow_peer_has(const struct world *world, const struct w_policy *policy,
                         const struct w_peer *peer, struct slow_end other, int family)
{
    if (!peer->is_block)
        return selectors_have(world, policy, peer, other);
    if (world->options.ipblock_pods_ignore && slow_is_plain_pod(world, other))
        return NO; /* 5.11 */
    if (slow_engine(world) == W_ENGINE_CILIUM && other.kind != SLOW_OUTSIDE)
        return NO; /* 13.8 */
    return slow_block_truth(world, &peer->block, peer->except, peer->nexcept, other, family);
}

enum truth slow_network_peers(const struct world *world, const struct w_policy *policy,
                              const struct w_rule *rule, struct slow_end other, int family)
{
    if (rule->npeers == 0)
        return YES; /* 4.2-4.4 */
    enum truth best = NO;
    for (int i = 0; i < rule->npeers; i++) {
        enum truth truth = slow_peer_has(world, policy, &rule->peers[i], other, family);
        best = truth > best ? truth : best;
    }
    return best;
}

/* --- ports (7) --- */

enum w_protocol slow_protocol_of(enum w_protocol protocol)
{
    return protocol == W_DEFAULT ? W_TCP : protocol;
}

static bool container_counts(const struct world *world, enum w_container_kind kind)
{
    switch (world->options.named_ports) {
    case W_NAMED_CONTAINERS: return kind == W_CONTAINER;
    case W_NAMED_ALL_INIT: return true;
    default: return kind == W_CONTAINER || kind == W_SIDECAR;
    }
}

/* 7.5-7.11 */
bool slow_name_has(const struct world *world, const char *name, struct slow_end to,
                   enum w_protocol protocol, int number)
{
    if (!slow_is_plain_pod(world, to))
        return false;
    const struct w_pod *pod = &world->pods[to.index];
    for (int c = 0; c < pod->ncontainers; c++) {
        const struct w_container *container = &pod->containers[c];
        for (int i = 0; container_counts(world, container->kind) && i < container->nports; i++) {
            const struct w_container_port *port = &container->ports[i];
            if (port->name != NULL && strcmp(port->name, name) == 0 && port->number == number &&
                slow_protocol_of(port->protocol) == protocol)
                return true;
        }
    }
    return false;
}

bool slow_port_has(const struct world *world, const struct w_port *port, struct slow_end to,
                   enum w_protocol protocol, int number)
{
    if (slow_protocol_of(port->protocol) != protocol)
        return false;
    if (port->name != NULL)
        return slow_name_has(world, port->name, to, protocol, number);
    if (port->number == 0)
        return true; /* 7.2 */
    int end = port->end != 0 ? port->end : port->number;
    return number >= port->number && number <= end; /* 7.4 */
}

bool slow_rule_has_port(const struct world *world, const struct w_rule *rule, struct slow_end to,
                        enum w_protocol protocol, int port)
{
    for (int i = 0; i < rule->nports; i++) {
        if (slow_port_has(world, &rule->ports[i], to, protocol, port))
            return true;
    }
    return rule->nports == 0; /* 4.5 */
}

/* --- policies (3) --- */

bool slow_network_applies(const struct world *world, const struct w_policy *policy, enum w_dir dir)
{
    if (slow_engine(world) == W_ENGINE_CILIUM && policy->nrules[dir] > 0)
        return true; /* 3.6 */
    for (int i = 0; i < policy->ntypes; i++) {
        if (policy->types[i] == dir)
            return true;
    }
    if (policy->ntypes > 0)
        return false;
    return dir == W_INGRESS || policy->nrules[W_EGRESS] > 0; /* 3.7 */
}

bool slow_network_selects(const struct world *world, const struct w_policy *policy, int index)
{
    const struct w_pod *pod = &world->pods[index];
    if (world->options.not_enforced)
        return false; /* 8.10 */
    bool selected =
        policy->subject.state != W_GIVEN || slow_selector_holds(&policy->subject, &pod->labels);
    return policy->ns == pod->ns && selected; /* 3.8, 3.9 */
}
