/* CiliumNetworkPolicy, CiliumClusterwideNetworkPolicy. */
#include "gen.h"

/* A key says where its label comes from, or not (13.6). */
static const char *const pod_keys[] = {
    "app", "k8s:app", "any:app", "tier", "k8s:tier", "example.com/role", "any:example.com/role",
    "x",   "k8s:x"};
static const char *const namespace_keys[] = {"k8s:io.kubernetes.pod.namespace",
                                             "io.kubernetes.pod.namespace",
                                             "any:io.kubernetes.pod.namespace"};
static const char *const label_of_namespace_keys[] = {
    "io.cilium.k8s.namespace.labels.app", "k8s:io.cilium.k8s.namespace.labels.tier",
    "io.cilium.k8s.namespace.labels.example.com/role",
    "k8s:io.cilium.k8s.namespace.labels.kubernetes.io/metadata.name"};
static const char *const account_keys[] = {"io.cilium.k8s.policy.serviceaccount",
                                           "k8s:io.cilium.k8s.policy.serviceaccount"};

#define ONE_OF(array) (array[w_random_below(random, COUNT(array))])

static void add_label(struct w_selector *selector, const char *key, const char *value)
{
    for (int i = 0; i < selector->labels.n; i++) {
        if (strcmp(selector->labels.v[i].key, key) == 0)
            return; /* the keys of a map are unique */
    }
    selector->labels_state = W_GIVEN;
    if (selector->labels.n < W_LABELS)
        selector->labels.v[selector->labels.n++] = (struct w_label){key, value};
}

static struct w_selector gen_pods(struct w_random *random)
{
    struct w_selector selector = {
        .state = W_GIVEN, .labels_state = gen_state(random), .reqs_state = gen_state(random)};
    if (w_random_chance(random, 35))
        return selector;
    if (w_random_chance(random, 65))
        add_label(&selector, ONE_OF(pod_keys), gen_value(random));
    if (w_random_chance(random, 20))
        add_label(&selector, ONE_OF(pod_keys), gen_value(random));
    if (w_random_chance(random, 8))
        add_label(&selector, ONE_OF(account_keys), gen_account_name(random));
    if (w_random_chance(random, 30)) {
        selector.reqs_state = W_GIVEN;
        selector.nreqs = 1;
        selector.reqs[0] = gen_req(random);
        selector.reqs[0].key = ONE_OF(pod_keys);
    }
    return selector;
}

/* A term about the namespace: which widens the selector of a namespaced policy. */
static void add_namespace(struct w_random *random, struct w_selector *selector)
{
    uint32_t which = w_random_below(random, 10);
    if (which < 4) {
        add_label(selector, ONE_OF(namespace_keys), gen_namespace_name(random));
    } else if (which < 6) {
        const char *key = ONE_OF(label_of_namespace_keys);
        bool name = strstr(key, "metadata.name") != NULL;
        add_label(selector, key, name ? gen_namespace_name(random) : gen_value(random));
    } else if (selector->nreqs < W_REQS) {
        struct w_req *req = &selector->reqs[selector->nreqs++];
        selector->reqs_state = W_GIVEN;
        *req = (struct w_req){.key = ONE_OF(namespace_keys), .op = W_EXISTS};
        if (which == 9)
            req->op = W_DOES_NOT_EXIST;
        if (which < 8) {
            req->op = which == 6 ? W_IN : W_NOT_IN;
            req->nvalues = 1;
            req->values[0] = gen_namespace_name(random);
        }
    }
}

static struct w_selector gen_subject(struct w_random *random, bool cluster_wide)
{
    struct w_selector selector = gen_pods(random);
    if (cluster_wide && w_random_chance(random, 35))
        add_namespace(random, &selector);
    else if (!cluster_wide && w_random_chance(random, 10)) /* overruled (13.2) */
        add_label(&selector, namespace_keys[0], gen_namespace_name(random));
    return selector;
}

static struct w_cilium_peer gen_peer(struct world *world, struct w_random *random,
                                     enum w_cilium_field field)
{
    struct w_cilium_peer peer = {0};
    switch (field) {
    case W_FIELD_ENDPOINTS:
        peer.selector = gen_pods(random);
        if (w_random_chance(random, 40))
            add_namespace(random, &peer.selector);
        break;
    case W_FIELD_ENTITIES: peer.entity = (enum w_entity)w_random_below(random, W_NENTITIES); break;
    case W_FIELD_CIDR: peer.block = gen_block(world, random); break;
    case W_FIELD_CIDR_SET:
        peer.block = gen_block(world, random);
        for (uint32_t i = w_random_below(random, W_EXCEPTS + 1); i > 0; i--)
            peer.nexcept += gen_except(world, random, &peer.block, &peer.except[peer.nexcept]);
        break;
    default: break;
    }
    return peer;
}

static struct w_cilium_port gen_port(struct w_random *random, bool http)
{
    struct w_cilium_port port = {.protocol = (enum w_protocol)((int)w_random_below(random, 4) - 1)};
    uint32_t which = w_random_below(random, 100);
    if (port.protocol == W_DEFAULT)
        port.any = w_random_chance(random, 50);
    if (http) { /* of TCP, and not of every port */
        port.protocol = W_TCP;
        port.any = false;
    }
    if (which < 12 && !http) {
        port.number = 0;
    } else if (which < 40) {
        gen_range(random, &port.number, &port.end);
    } else if (which < 65) {
        static const char *const odd[] = {"WEB", "Http", "dns"};
        port.name = w_random_chance(random, 25) ? ONE_OF(odd) : gen_port_name(random);
    } else {
        port.number = gen_number(random);
    }
    return port;
}

static void gen_ports(struct w_random *random, bool deny, struct w_cilium_rule *rule)
{
    rule->ports_state = gen_state(random);
    if (w_random_chance(random, 5)) {
        rule->icmp = w_random_chance(random, 50) ? 4 : 6;
        rule->ports_state = W_MISSING;
        return;
    }
    if (w_random_chance(random, 45))
        return;
    rule->ports_state = W_GIVEN;
    rule->nentries = 1 + (int)w_random_below(random, W_ENTRIES);
    for (int e = 0; e < rule->nentries; e++) {
        struct w_cilium_entry *entry = &rule->entries[e];
        entry->http = !deny && w_random_chance(random, 12);
        entry->nports = 1 + (int)w_random_below(random, W_ENTRY_PORTS);
        for (int i = 0; i < entry->nports; i++)
            entry->ports[i] = gen_port(random, entry->http);
    }
}

static struct w_cilium_rule gen_rule(struct world *world, struct w_random *random, enum w_dir dir,
                                     bool deny)
{
    struct w_cilium_rule rule = {.field = W_FIELD_ENDPOINTS};
    uint32_t which = w_random_below(random, 100);
    if (which < 10)
        rule.field = W_FIELD_LEFT_OUT;
    else if (which < 28)
        rule.field = W_FIELD_ENTITIES;
    else if (which < 38)
        rule.field = W_FIELD_CIDR;
    else if (which < 50)
        rule.field = W_FIELD_CIDR_SET;
    else if (which < 55 && dir == W_EGRESS && !deny)
        rule.field = W_FIELD_FQDNS;
    if (rule.field != W_FIELD_LEFT_OUT)
        rule.npeers = 1 + (int)w_random_below(random, W_PEERS);
    if (rule.field != W_FIELD_FQDNS && w_random_chance(random, 4))
        rule.npeers = 0;
    for (int i = 0; i < rule.npeers; i++)
        rule.peers[i] = gen_peer(world, random, rule.field);
    gen_ports(random, deny, &rule);
    rule.authentication = !deny && w_random_chance(random, 3);
    return rule;
}

static void gen_list(struct world *world, struct w_random *random, struct w_cilium *cilium,
                     enum w_cilium_list list)
{
    bool deny = list >= W_LIST_EGRESS_DENY;
    enum w_dir dir = list % 2 == 0 ? W_EGRESS : W_INGRESS;
    cilium->list_state[list] = gen_state(random);
    if (!w_random_chance(random, deny ? 25 : 55))
        return;
    cilium->list_state[list] = W_GIVEN;
    cilium->nrules[list] = 1 + (int)w_random_below(random, W_RULES);
    for (int r = 0; r < cilium->nrules[list]; r++)
        cilium->rules[list][r] = gen_rule(world, random, dir, deny);
}

/* A spec may join the object of the policy before it. */
static void join(struct world *world, struct w_random *random, struct w_policy *policy,
                 struct w_cilium *cilium)
{
    const struct w_policy *before = policy > world->policies ? policy - 1 : NULL;
    cilium->spec = w_random_chance(random, 10) ? 0 : W_NONE;
    if (before == NULL || before->kind != W_CILIUM || before->fault != W_FAULT_NONE ||
        !w_random_chance(random, 15))
        return;
    cilium->joined = true;
    cilium->spec = world->ciliums[before->part].spec + 1;
    policy->ns = before->ns;
    policy->name = before->name;
    policy->cluster_wide = before->cluster_wide;
}

void gen_cilium(struct world *world, struct w_random *random, struct w_policy *policy)
{
    struct w_cilium *cilium = &world->ciliums[world->nciliums];
    policy->part = world->nciliums++;
    policy->cluster_wide = w_random_chance(random, 35);
    join(world, random, policy, cilium);
    cilium->subject = gen_subject(random, policy->cluster_wide);
    if (policy->cluster_wide && w_random_chance(random, 7)) {
        cilium->of_nodes = true;
        cilium->subject = gen_pods(random);
    }
    int n = 0;
    for (int list = 0; list < W_NLISTS; list++) {
        gen_list(world, random, cilium, (enum w_cilium_list)list);
        n += cilium->nrules[list];
    }
    if (n == 0) { /* Cilium takes no spec without rules */
        cilium->list_state[W_LIST_INGRESS] = W_GIVEN;
        cilium->nrules[W_LIST_INGRESS] = 1; /* {}: isolates, and allows nothing (13.5) */
    }
    for (int dir = 0; dir < 2; dir++) {
        if (w_random_chance(random, 25))
            cilium->default_deny[dir] = w_random_chance(random, 60) ? W_SWITCH_OFF : W_SWITCH_ON;
    }
    if (!cilium->joined && w_random_chance(random, 3))
        policy->fault = W_FAULT_OF_KIND;
}
