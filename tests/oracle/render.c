#include <stdlib.h>
#include <string.h>

#include "render_parts.h"

/* --- metadata --- */

/* A value that is null is the empty string (1.6). */
static void add_value(struct render *r, struct tree *map, const struct w_label *label)
{
    if (*label->value == '\0' && !r->crd && chance(r, 15))
        add_null(r, map, label->key);
    else
        add_text(r, map, label->key, label->value);
}

void render_labels(struct render *r, struct tree *parent, const char *key,
                   const struct w_labels *labels)
{
    if (labels->n == 0 && chance(r, 60)) {
        if (chance(r, 20))
            add_null(r, parent, key);
        return;
    }
    struct tree *map = add_map(r, parent, key);
    for (int i = 0; i < labels->n; i++)
        add_value(r, map, &labels->v[i]);
}

/* What the API server adds, and polgrid has to step over. */
static void add_noise(struct render *r, struct tree *metadata)
{
    if (!chance(r, 15))
        return;
    struct tree *entry = add_map(r, add_list(r, metadata, "managedFields"), NULL);
    add_text(r, entry, "manager", "kubectl");
    struct tree *fields = add_map(r, add_map(r, entry, "fieldsV1"), "f:spec");
    add_map(r, fields, "f:podSelector");
    add_text(r, metadata, "uid", "0b1d-6e");
}

struct tree *render_metadata(struct render *r, struct tree *object, int ns, const char *name)
{
    struct tree *metadata = add_map(r, object, "metadata");
    add_text(r, metadata, "name", name);
    if (ns < 0)
        return metadata;
    const char *text = r->world->namespaces[ns].name;
    if (strcmp(text, "default") != 0 || chance(r, 50))
        add_text(r, metadata, "namespace", text);
    else if (chance(r, 20))
        add_text(r, metadata, "namespace", "");
    add_noise(r, metadata);
    return metadata;
}

struct tree *render_object(struct render *r, struct tree *items, const char *version,
                           const char *kind)
{
    struct tree *object = add_map(r, items, NULL);
    add_text(r, object, "apiVersion", version);
    add_text(r, object, "kind", kind);
    return object;
}

static void add_namespace(struct render *r, struct tree *items, const struct w_namespace *ns)
{
    struct w_labels labels = ns->labels;
    if (ns->name_label && labels.n < W_LABELS)
        labels.v[labels.n++] =
            (struct w_label){"kubernetes.io/metadata.name", ns->false_name ? "another" : ns->name};
    struct tree *object = render_object(r, items, "v1", "Namespace");
    render_labels(r, render_metadata(r, object, -1, ns->name), "labels", &labels);
}

/* --- nodes and pods --- */

static void add_node(struct render *r, struct tree *items, const struct w_node *node)
{
    struct tree *object = render_object(r, items, "v1", "Node");
    struct tree *metadata = render_metadata(r, object, -1, node->name);
    if (node->labels.n > 0)
        render_labels(r, metadata, "labels", &node->labels);
    if (node->naddrs == 0 && chance(r, 50))
        return;
    struct tree *list = add_list(r, add_map(r, object, "status"), "addresses");
    for (int i = 0; i < node->naddrs; i++) {
        char text[64];
        w_addr_text(node->addrs[i].addr, text);
        struct tree *entry = add_map(r, list, NULL);
        add_text(r, entry, "type", node->addrs[i].external ? "ExternalIP" : "InternalIP");
        add_text(r, entry, "address", text);
    }
    struct tree *entry = add_map(r, list, NULL);
    add_text(r, entry, "type", "Hostname");
    add_text(r, entry, "address", node->name);
}

const char *render_protocol(enum w_protocol protocol)
{
    return protocol == W_UDP ? "UDP" : protocol == W_SCTP ? "SCTP" : "TCP";
}

static void add_container(struct render *r, struct tree *list, const struct w_container *container,
                          int number)
{
    char name[16];
    snprintf(name, sizeof name, "c%d", number);
    struct tree *entry = add_map(r, list, NULL);
    add_text(r, entry, "name", name);
    add_text(r, entry, "image", "registry.example/image");
    if (container->kind == W_SIDECAR)
        add_text(r, entry, "restartPolicy", "Always");
    if (container->nports == 0)
        return;
    struct tree *ports = add_list(r, entry, "ports");
    for (int i = 0; i < container->nports; i++) {
        struct tree *port = add_map(r, ports, NULL);
        if (container->ports[i].name != NULL)
            add_text(r, port, "name", container->ports[i].name);
        add_number(r, port, "containerPort", container->ports[i].number);
        if (container->ports[i].protocol != W_DEFAULT)
            add_text(r, port, "protocol", render_protocol(container->ports[i].protocol));
    }
}

static void add_pod_spec(struct render *r, struct tree *parent, const struct w_pod *pod)
{
    struct tree *spec = add_map(r, parent, "spec");
    if (pod->host_network)
        add_bool(r, spec, "hostNetwork", true);
    else if (chance(r, 5))
        add_bool(r, spec, "hostNetwork", false);
    if (pod->node != NULL)
        add_text(r, spec, "nodeName", pod->node);
    if (pod->account != NULL)
        add_text(r, spec, "serviceAccountName", pod->account);
    struct tree *containers = add_list(r, spec, "containers"), *init = NULL;
    for (int i = 0; i < pod->ncontainers; i++) {
        const struct w_container *container = &pod->containers[i];
        if (container->kind != W_CONTAINER && init == NULL)
            init = add_list(r, spec, "initContainers");
        add_container(r, container->kind == W_CONTAINER ? containers : init, container, i);
    }
}

static void add_status(struct render *r, struct tree *object, const struct w_pod *pod)
{
    static const char *const phases[] = {"", "Running", "Pending", "Succeeded", "Failed"};
    if (pod->phase == W_NO_STATUS)
        return;
    struct tree *status = add_map(r, object, "status");
    add_text(r, status, "phase", phases[pod->phase]);
    struct tree *list = NULL;
    bool both = pod->addr[0].family != 0 && pod->addr[1].family != 0;
    bool list_only = both || chance(r, 30);
    for (int family = 0; family < 2; family++) {
        if (pod->addr[family].family == 0)
            continue;
        char text[64];
        w_addr_text(pod->addr[family], text);
        if (!list_only || (both && list == NULL && chance(r, 70)))
            add_text(r, status, "podIP", text);
        if (!list_only)
            continue;
        if (list == NULL)
            list = add_list(r, status, "podIPs");
        add_text(r, add_map(r, list, NULL), "ip", text);
    }
}

static void add_pod(struct render *r, struct tree *items, const struct w_pod *pod)
{
    struct tree *object = render_object(r, items, "v1", "Pod");
    struct tree *metadata = render_metadata(r, object, pod->ns, pod->name);
    render_labels(r, metadata, "labels", &pod->labels);
    if (pod->terminating)
        add_text(r, metadata, "deletionTimestamp", "2024-05-01T10:00:00Z");
    if (pod->owner != NULL) {
        struct tree *owner = add_map(r, add_list(r, metadata, "ownerReferences"), NULL);
        add_text(r, owner, "apiVersion", "apps/v1");
        add_text(r, owner, "kind", "StatefulSet");
        add_text(r, owner, "name", pod->owner);
        add_text(r, owner, "uid", "u1");
        add_bool(r, owner, "controller", true);
    }
    add_pod_spec(r, object, pod);
    add_status(r, object, pod);
}

static bool has_replicas(const char *kind)
{
    return strcmp(kind, "DaemonSet") != 0 && strstr(kind, "Job") == NULL;
}

static void add_workload(struct render *r, struct tree *items, const struct w_pod *pod)
{
    const char *version = strstr(pod->kind, "Job") != NULL                  ? "batch/v1"
                          : strcmp(pod->kind, "ReplicationController") == 0 ? "v1"
                                                                            : "apps/v1";
    struct tree *object = render_object(r, items, version, pod->kind);
    struct w_labels own = {.v = {{"app", "of-the-workload"}}, .n = 1};
    render_labels(r, render_metadata(r, object, pod->ns, pod->name), "labels", &own); /* 2.12 */
    struct tree *spec = add_map(r, object, "spec");
    if (has_replicas(pod->kind) && pod->replicas != W_REPLICAS_LEFT_OUT)
        add_number(r, spec, "replicas", pod->replicas);
    if (strcmp(pod->kind, "CronJob") == 0) {
        add_text(r, spec, "schedule", "5 4 * * *");
        spec = add_map(r, add_map(r, spec, "jobTemplate"), "spec");
    }
    struct tree *template = add_map(r, spec, "template");
    render_labels(r, add_map(r, template, "metadata"), "labels", &pod->labels);
    add_pod_spec(r, template, pod);
}

/* The StatefulSet that owns pods of a namespace; not there where none of them is live. */
static void add_owner(struct render *r, struct tree *items, int ns)
{
    for (int i = 0; i < r->world->npods; i++) {
        const struct w_pod *pod = &r->world->pods[i];
        if (pod->ns != ns || pod->owner == NULL || pod->phase >= W_SUCCEEDED)
            continue;
        struct w_pod owner = {.ns = ns,
                              .name = pod->owner,
                              .kind = "StatefulSet",
                              .replicas = 3,
                              .labels = pod->labels};
        add_workload(r, items, &owner);
        return;
    }
}

/* --- policies --- */

void render_selector(struct render *r, struct tree *parent, const char *key,
                     const struct w_selector *selector)
{
    static const char *const operators[] = {"In", "NotIn", "Exists", "DoesNotExist"};
    struct tree *map = add_state(r, parent, key, selector->state, TREE_MAP);
    if (map == NULL)
        return;
    struct tree *labels = add_state(r, map, "matchLabels", selector->labels_state, TREE_MAP);
    for (int i = 0; labels != NULL && i < selector->labels.n; i++)
        add_value(r, labels, &selector->labels.v[i]);
    struct tree *list = add_state(r, map, "matchExpressions", selector->reqs_state, TREE_LIST);
    for (int i = 0; list != NULL && i < selector->nreqs; i++) {
        const struct w_req *req = &selector->reqs[i];
        struct tree *entry = add_map(r, list, NULL);
        add_text(r, entry, "key", req->key);
        add_text(r, entry, "operator", operators[req->op]);
        if (req->nvalues == 0)
            continue;
        struct tree *values = add_list(r, entry, "values");
        for (int v = 0; v < req->nvalues; v++)
            add_text(r, values, NULL, req->values[v]);
    }
}

void render_block(struct render *r, struct tree *parent, const char *key,
                  const struct w_block *block)
{
    char text[64];
    w_block_text(*block, text);
    add_text(r, parent, key, text);
}

/* The API takes an IPv4 block in its IPv6-mapped form too (5.13, 5.15). */
static void block_text(struct render *r, const struct w_block *block, char text[64])
{
    char plain[64];
    w_block_text(*block, plain);
    char *slash = strchr(plain, '/');
    if (block->base.family != 4 || !chance(r, 3)) {
        memcpy(text, plain, sizeof plain);
        return;
    }
    *slash = '\0';
    snprintf(text, 64, "::ffff:%.20s/%d", plain, block->bits + 96);
}

static void add_block(struct render *r, struct tree *parent, const struct w_peer *peer)
{
    char text[64];
    struct tree *map = add_map(r, parent, "ipBlock");
    block_text(r, &peer->block, text);
    add_text(r, map, "cidr", text);
    struct tree *except = add_state(r, map, "except", peer->except_state, TREE_LIST);
    for (int i = 0; except != NULL && i < peer->nexcept; i++) {
        block_text(r, &peer->except[i], text);
        add_text(r, except, NULL, text);
    }
}

static void add_peer(struct render *r, struct tree *list, const struct w_peer *peer)
{
    struct tree *map = add_map(r, list, NULL);
    if (peer->is_block) {
        add_block(r, map, peer);
        return;
    }
    bool pods_first = chance(r, 50);
    if (pods_first)
        render_selector(r, map, "podSelector", &peer->pods);
    render_selector(r, map, "namespaceSelector", &peer->namespaces);
    if (!pods_first)
        render_selector(r, map, "podSelector", &peer->pods);
}

static void add_port(struct render *r, struct tree *list, const struct w_port *port)
{
    if (port->null) {
        add_null(r, list, NULL);
        return;
    }
    struct tree *map = add_map(r, list, NULL);
    if (port->protocol != W_DEFAULT)
        add_text(r, map, "protocol", render_protocol(port->protocol));
    if (port->name != NULL)
        add_text(r, map, "port", port->name);
    else if (port->number != 0)
        add_number(r, map, "port", port->number);
    if (port->end != 0)
        add_number(r, map, "endPort", port->end);
}

static void add_rule(struct render *r, struct tree *list, const struct w_rule *rule, enum w_dir dir)
{
    if (rule->null) {
        add_null(r, list, NULL);
        return;
    }
    struct tree *map = add_map(r, list, NULL);
    const char *key = dir == W_INGRESS ? "from" : "to";
    struct tree *peers = add_state(r, map, key, rule->peers_state, TREE_LIST);
    for (int i = 0; peers != NULL && i < rule->npeers; i++)
        add_peer(r, peers, &rule->peers[i]);
    struct tree *ports = add_state(r, map, "ports", rule->ports_state, TREE_LIST);
    for (int i = 0; ports != NULL && i < rule->nports; i++)
        add_port(r, ports, &rule->ports[i]);
}

/* One more ingress rule, with one thing wrong. */
static void add_fault(struct render *r, struct tree *ingress, enum w_fault fault)
{
    struct tree *rule = add_map(r, ingress, NULL);
    bool in_peer = fault >= W_FAULT_OPERATOR && fault <= W_FAULT_EXCEPT_OUTSIDE;
    struct tree *entry = add_map(r, add_list(r, rule, in_peer ? "from" : "ports"), NULL);
    if (fault == W_FAULT_OPERATOR || fault == W_FAULT_NO_VALUES) {
        struct tree *list = add_list(r, add_map(r, entry, "podSelector"), "matchExpressions");
        struct tree *req = add_map(r, list, NULL);
        add_text(r, req, "key", "app");
        add_text(r, req, "operator", fault == W_FAULT_OPERATOR ? "in" : "In");
        struct tree *values = add_list(r, req, "values");
        if (fault == W_FAULT_OPERATOR)
            add_text(r, values, NULL, "a");
    } else if (fault == W_FAULT_BARE_ADDRESS || fault == W_FAULT_EXCEPT_OUTSIDE) {
        struct tree *block = add_map(r, entry, "ipBlock");
        add_text(r, block, "cidr", fault == W_FAULT_BARE_ADDRESS ? "10.0.0.1" : "10.0.0.0/24");
        if (fault == W_FAULT_EXCEPT_OUTSIDE)
            add_text(r, add_list(r, block, "except"), NULL, "10.0.0.0/24");
    } else if (fault == W_FAULT_QUOTED_PORT) {
        add_text(r, entry, "port", "80");
    } else if (fault == W_FAULT_PROTOCOL) {
        add_text(r, entry, "protocol", "tcp");
    } else if (fault == W_FAULT_PORT_ZERO || fault == W_FAULT_END_BELOW) {
        add_number(r, entry, "port", fault == W_FAULT_PORT_ZERO ? 0 : 81);
        if (fault == W_FAULT_END_BELOW)
            add_number(r, entry, "endPort", 80);
    }
}

const char *render_fault_path(const struct w_policy *policy)
{
    static const char *const of_kind[] = {
        [W_ADMIN] = "spec.priority",
        [W_BASELINE_ADMIN] = "metadata.name",
        [W_CLUSTER] = "spec.priority",
        [W_CILIUM] = ".endpointSelector.matchExpressions[0].operator",
        [W_CALICO] = "spec.types[0]",
    };
    if (policy->fault == W_FAULT_OF_KIND)
        return of_kind[policy->kind];
    static const char *const paths[] = {
        [W_FAULT_NONE] = "",
        [W_FAULT_OPERATOR] = ".from[0].podSelector.matchExpressions[0].operator",
        [W_FAULT_NO_VALUES] = ".from[0].podSelector.matchExpressions[0].values",
        [W_FAULT_EMPTY_PEER] = ".from[0]",
        [W_FAULT_BARE_ADDRESS] = ".from[0].ipBlock.cidr",
        [W_FAULT_EXCEPT_OUTSIDE] = ".from[0].ipBlock.except[0]",
        [W_FAULT_PORT_ZERO] = ".ports[0].port",
        [W_FAULT_QUOTED_PORT] = ".ports[0].port",
        [W_FAULT_END_BELOW] = ".ports[0].endPort",
        [W_FAULT_PROTOCOL] = ".ports[0].protocol",
        [W_FAULT_THREE_TYPES] = "spec.policyTypes",
    };
    return paths[policy->fault];
}

static void add_policy_spec(struct render *r, struct tree *object, const struct w_policy *policy)
{
    struct tree *spec = add_map(r, object, "spec");
    render_selector(r, spec, "podSelector", &policy->subject);
    static const char *const names[2] = {"Egress", "Ingress"};
    bool three = policy->fault == W_FAULT_THREE_TYPES;
    struct tree *types =
        add_state(r, spec, "policyTypes", three ? W_GIVEN : policy->types_state, TREE_LIST);
    for (int i = 0; types != NULL && i < (three ? 3 : policy->ntypes); i++)
        add_text(r, types, NULL, names[three ? W_INGRESS : policy->types[i]]);
    static const char *const keys[2] = {"egress", "ingress"};
    bool ingress_first = chance(r, 50);
    for (int i = 0; i < 2; i++) {
        enum w_dir dir = (i == 0) == ingress_first ? W_INGRESS : W_EGRESS;
        bool faulty = dir == W_INGRESS && policy->fault != W_FAULT_NONE && !three;
        struct tree *list =
            add_state(r, spec, keys[dir], faulty ? W_GIVEN : policy->rules_state[dir], TREE_LIST);
        for (int rule = 0; list != NULL && rule < policy->nrules[dir]; rule++)
            add_rule(r, list, &policy->rules[dir][rule], dir);
        if (faulty)
            add_fault(r, list, policy->fault);
    }
}

const char *render_kind(const struct world *world, const struct w_policy *policy)
{
    bool wide = policy->cluster_wide;
    switch (policy->kind) {
    case W_NETWORK: break;
    case W_FOREIGN: return wide ? "ClusterNetworkPolicy" : "NetworkPolicy";
    case W_ADMIN: return "AdminNetworkPolicy";
    case W_BASELINE_ADMIN: return "BaselineAdminNetworkPolicy";
    case W_CLUSTER: return "ClusterNetworkPolicy";
    case W_CILIUM: return wide ? "CiliumClusterwideNetworkPolicy" : "CiliumNetworkPolicy";
    case W_CALICO:
        if (world->calicos[policy->part].staged)
            return wide ? "StagedGlobalNetworkPolicy" : "StagedNetworkPolicy";
        return wide ? "GlobalNetworkPolicy" : "NetworkPolicy";
    }
    return "NetworkPolicy";
}

static void add_foreign(struct render *r, struct tree *items, const struct w_policy *policy)
{
    struct tree *object =
        render_object(r, items, "crd.antrea.io/v1beta1", render_kind(r->world, policy));
    render_metadata(r, object, policy->cluster_wide ? -1 : policy->ns, policy->name);
    add_number(r, add_map(r, object, "spec"), "priority", 5);
}

static void add_network(struct render *r, struct tree *items, const struct w_policy *policy)
{
    if (policy->twice) { /* the one that loses lets everything in */
        struct tree *earlier = render_object(r, items, "networking.k8s.io/v1", "NetworkPolicy");
        render_metadata(r, earlier, policy->ns, policy->name);
        add_map(r, add_list(r, add_map(r, earlier, "spec"), "ingress"), NULL);
    }
    struct tree *object = render_object(r, items, "networking.k8s.io/v1", "NetworkPolicy");
    render_metadata(r, object, policy->ns, policy->name);
    if (policy->has_spec)
        add_policy_spec(r, object, policy);
    else if (chance(r, 50))
        add_null(r, object, "spec");
}

static void add_policy(struct render *r, struct tree *items, const struct w_policy *policy)
{
    r->crd = policy->kind >= W_ADMIN;
    switch (policy->kind) {
    case W_NETWORK: add_network(r, items, policy); break;
    case W_FOREIGN: add_foreign(r, items, policy); break;
    case W_ADMIN:
    case W_BASELINE_ADMIN:
    case W_CLUSTER: render_admin(r, items, policy); break;
    case W_CILIUM: render_cilium(r, items, policy); break;
    case W_CALICO: render_calico(r, items, policy); break;
    }
    r->crd = false;
}

/* --- the whole --- */

void render_pod_name(const struct w_pod *pod, char name[64])
{
    if (pod->kind == NULL)
        snprintf(name, 64, "%s", pod->name);
    else
        snprintf(name, 64, "%s[%s]", pod->name, pod->kind);
}

/* All objects as items of one List, in an order that is not the order of the answer. */
static struct tree *build(struct render *r)
{
    const struct world *world = r->world;
    struct tree *list = add_map(r, NULL, NULL);
    add_text(r, list, "apiVersion", "v1");
    add_text(r, list, "kind", "List");
    struct tree *items = add_list(r, list, "items");
    for (int i = world->npolicies - 1; i >= 0; i--)
        add_policy(r, items, &world->policies[i]);
    for (int i = 0; i < world->nnamespaces; i++) {
        if (world->namespaces[i].defined)
            add_namespace(r, items, &world->namespaces[i]);
    }
    for (int i = 0; i < world->npods; i++) {
        if (world->pods[i].kind != NULL)
            add_workload(r, items, &world->pods[i]);
        else
            add_pod(r, items, &world->pods[i]);
    }
    for (int i = 0; i < world->nnamespaces; i++)
        add_owner(r, items, i);
    for (int i = 0; i < world->nnodes; i++)
        add_node(r, items, &world->nodes[i]);
    render_calico_objects(r, items);
    return list;
}

static void put_stream(FILE *out, const struct tree *list, struct w_random *random)
{
    for (const struct tree *item = list->last->first; item != NULL; item = item->next) {
        fputs("---\n", out);
        if (w_random_chance(random, 5))
            tree_json(out, item, random);
        else
            tree_yaml(out, item, random);
    }
}

char *render_world(const struct world *world, size_t *length)
{
    struct render r = {.world = world, .pool = tree_pool_new(), .random = {~world->seed}};
    struct tree *list = build(&r);
    char *text = NULL;
    FILE *out = open_memstream(&text, length);
    if (out == NULL)
        abort();
    uint32_t style = w_random_below(&r.random, 10);
    if (style < 6) {
        put_stream(out, list, &r.random);
    } else if (style < 8) {
        fputs("---\n", out); /* what begins with {" is JSON, to polgrid as to kubectl */
        tree_yaml(out, list, &r.random);
    } else {
        tree_json(out, list, &r.random);
    }
    fclose(out);
    tree_pool_free(r.pool);
    return text;
}
