/*
 * Classes: sets of pods that no policy can tell apart.
 *
 * A pod's labels are projected first: only keys that some podSelector mentions are kept, and of their
 * values only those that some selector compares with; any other value becomes OTHER_VALUE, which equals
 * nothing. Else the labels that StatefulSets and Jobs give each pod would make every pod a class of its
 * own. Container ports are cut to the names that some rule mentions, addresses to their group of blocks.
 */
#include "eval_internal.h"

#include <stdlib.h>
#include <string.h>

#include "polgrid/vec.h"

/* What the selectors and rules of all policies can see. */
struct sight {
    struct pg_map values; /* PAIR(key, value) that some selector compares; PAIR(key, 0): the key */
    struct pg_map names;  /* names of ports */
};

struct builder {
    struct pg_eval *eval;
    struct sight sight;
    struct pg_strs *keys;       /* the key of a class, as bytes → number */
    struct pg_strs *signatures; /* named ports, as bytes → number */
    struct pg_map class_of;     /* number of a key → class */
    struct pg_buf key, ports;
    PG_VEC(struct pg_class) classes;
    PG_VEC(struct class_data) data;
    PG_VEC(struct pg_label) labels; /* of the pod at hand, projected */
};

static void see_req(struct sight *sight, const struct pg_req *req)
{
    pg_map_put(&sight->values, PG_MAP_PAIR(req->key, PG_STR_NONE), 1);
    for (uint32_t v = 0; v < req->nvalues; v++)
        pg_map_put(&sight->values, PG_MAP_PAIR(req->key, req->values[v]), 1);
}

static void see_expr(struct sight *sight, const struct pg_expr *expr)
{
    if (expr == NULL)
        return;
    if (expr->kind == PG_EXPR_REQ)
        see_req(sight, &expr->req);
    see_expr(sight, expr->left);
    see_expr(sight, expr->right);
}

static void see_selector(struct sight *sight, const struct pg_selector *selector)
{
    for (uint32_t i = 0; i < selector->nreqs; i++)
        see_req(sight, &selector->reqs[i]);
    see_expr(sight, selector->expr);
}

static void see_peers(struct sight *sight, const struct pg_peer *peers, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        see_selector(sight, &peers[i].pod_selector);
        see_peers(sight, peers[i].parts, peers[i].nparts);
    }
}

static void see_ports(struct sight *sight, const struct pg_port *ports, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        if (ports[i].name != PG_STR_NONE)
            pg_map_put(&sight->names, ports[i].name, 1);
}

static void see_policies(struct sight *sight, const struct pg_cluster *cluster)
{
    for (uint32_t p = 0; p < cluster->npolicies; p++) {
        const struct pg_policy *policy = &cluster->policies[p];
        see_selector(sight, &policy->pod_selector);
        see_selector(sight, &policy->maybe_selector);
        for (int dir = 0; dir < 2; dir++)
            for (uint32_t r = 0; r < policy->nrules[dir]; r++) {
                const struct pg_rule *rule = &policy->rules[dir][r];
                see_peers(sight, rule->peers, rule->npeers);
                see_peers(sight, rule->self, rule->self != NULL);
                see_ports(sight, rule->ports, rule->nports);
                see_ports(sight, rule->not_ports, rule->nnot_ports);
            }
    }
}

static void project_labels(struct builder *builder, struct pg_labels labels)
{
    builder->labels.n = 0;
    for (uint32_t i = 0; i < labels.n; i++) {
        struct pg_label label = labels.v[i];
        if (pg_map_get(&builder->sight.values, PG_MAP_PAIR(label.key, PG_STR_NONE)) == NULL)
            continue;
        if (pg_map_get(&builder->sight.values, PG_MAP_PAIR(label.key, label.value)) == NULL)
            label.value = OTHER_VALUE;
        pg_vec_push(builder->eval->arena, &builder->labels, label);
    }
}

/* Whether a container's ports give names to numbers (semantics 7.10). */
bool pg_class_counts_for_names(enum pg_named_ports option, uint8_t container)
{
    if (container == PG_CONTAINER)
        return true;
    if (container == PG_CONTAINER_SIDECAR)
        return option != PG_NAMED_PORTS_CONTAINERS;
    return option == PG_NAMED_PORTS_ALL_INIT;
}

int pg_class_compare_ports(const void *a, const void *b)
{
    const struct named_port *x = a, *y = b;
    if (x->name != y->name)
        return x->name < y->name ? -1 : 1;
    if (x->protocol != y->protocol)
        return (int)x->protocol - (int)y->protocol;
    return (int)x->number - (int)y->number;
}

/* Appends the ports that rules can name to builder->ports, sorted and without repeats: one port may
   stand in several containers. */
static void project_ports(struct builder *builder, const struct pg_pod *pod)
{
    pg_buf_clear(&builder->ports);
    struct named_port port;
    for (uint32_t i = 0; i < pod->nports; i++) {
        const struct pg_container_port *source = &pod->ports[i];
        if (source->name == PG_STR_NONE ||
            !pg_class_counts_for_names(builder->eval->assume.named_ports, source->container) ||
            pg_map_get(&builder->sight.names, source->name) == NULL)
            continue;
        memset(&port, 0, sizeof port); /* its padding is part of the bytes that are compared */
        port.name = source->name;
        port.protocol = source->protocol;
        port.number = source->number;
        pg_buf_add(&builder->ports, (const char *)&port, sizeof port);
    }
    size_t n = builder->ports.n / sizeof port, kept = 0;
    struct named_port *all = (void *)builder->ports.p;
    if (n > 1)
        qsort(all, n, sizeof *all, pg_class_compare_ports);
    for (size_t i = 0; i < n; i++)
        if (kept == 0 || pg_class_compare_ports(&all[kept - 1], &all[i]) != 0)
            all[kept++] = all[i];
    builder->ports.n = kept * sizeof port;
}

static void add_word(struct pg_buf *key, uint32_t word)
{
    pg_buf_add(key, (const char *)&word, sizeof word);
}

static bool is_host(const struct pg_eval *eval, const struct pg_pod *pod)
{
    return pod->host_network && !eval->assume.host_network_pod;
}

/* The families that pods without a known address are taken to have (semantics 5.12). */
void pg_class_assumed_families(const struct pg_assume *assume, bool has[2])
{
    has[0] = assume->pod_cidr[0].base.family != 0;
    has[1] = assume->pod_cidr[1].base.family != 0;
    if (!has[0] && !has[1])
        has[FAMILY_INDEX(assume->ip_family)] = true;
}

void pg_class_families(const struct pg_assume *assume, const struct pg_pod *pod, bool has[2])
{
    bool given = pod->has_family[0] || pod->has_family[1];
    if (!pod->addr_known && !given)
        pg_class_assumed_families(assume, has);
    for (int family = 0; family < 2 && (pod->addr_known || given); family++)
        has[family] = pod->addr_known ? pod->addr[family].family != 0 : pod->has_family[family];
}

/* What the address of a pod adds to the key of its class. */
static void add_addresses(struct builder *builder, const struct pg_pod *pod)
{
    const struct pg_eval *eval = builder->eval;
    add_word(&builder->key, pod->addr_known);
    add_word(&builder->key, (uint32_t)pod->has_family[0] | (uint32_t)pod->has_family[1] << 1);
    for (int family = 0; pod->addr_known && family < 2; family++) {
        uint32_t group = PG_NONE;
        if (pod->addr[family].family != 0)
            group = pg_blocks_group(eval->blocks, pod->addr[family]);
        add_word(&builder->key, group);
    }
}

/* Makes builder->key the key of the class of a pod. */
static void make_key(struct builder *builder, const struct pg_pod *pod)
{
    bool host = is_host(builder->eval, pod);
    pg_buf_clear(&builder->key);
    add_word(&builder->key, pod->ns);
    add_word(&builder->key, host);
    add_word(&builder->key, pod->host_network);
    add_addresses(builder, pod);
    builder->labels.n = 0;
    pg_buf_clear(&builder->ports);
    if (pod->host_network)
        add_word(&builder->key, pod->node_name);
    if (host) /* it is its node: no selector and no port name sees it (2.5, 7.11) */
        return;
    project_labels(builder, pod->labels);
    project_ports(builder, pod);
    add_word(&builder->key, builder->labels.n);
    if (builder->labels.n > 0)
        pg_buf_add(&builder->key, (const char *)builder->labels.v,
                   builder->labels.n * sizeof *builder->labels.v);
    if (builder->ports.n > 0)
        pg_buf_add(&builder->key, builder->ports.p, builder->ports.n);
}

static void new_class(struct builder *builder, const struct pg_pod *pod)
{
    struct pg_arena *arena = builder->eval->arena;
    struct pg_class *class = pg_vec_add(arena, &builder->classes);
    struct class_data *data = pg_vec_add(arena, &builder->data);
    bool host = is_host(builder->eval, pod);
    class->kind = host ? PG_CLASS_HOST : PG_CLASS_PODS;
    class->ns = pod->ns;
    class->node = PG_NONE;
    class->node_name = host ? pod->node_name : PG_STR_NONE;
    class->addr_known = pod->addr_known;
    pg_class_families(&builder->eval->assume, pod, class->has_family);
    for (int family = 0; pod->addr_known && family < 2; family++)
        class->addr[family] = pod->addr[family];
    struct pg_label *labels = pg_arena_array(arena, builder->labels.n, sizeof *labels);
    if (builder->labels.n > 0)
        memcpy(labels, builder->labels.v, builder->labels.n * sizeof *labels);
    data->labels = (struct pg_labels){labels, builder->labels.n};
    data->host_pods = pod->host_network && !host;
    data->nports = (uint32_t)(builder->ports.n / sizeof *data->ports);
    struct named_port *ports = pg_arena_array(arena, data->nports, sizeof *ports);
    if (data->nports > 0)
        memcpy(ports, builder->ports.p, builder->ports.n);
    data->ports = ports;
    data->port_signature = pg_strs_put(
        builder->signatures, builder->ports.n > 0 ? builder->ports.p : "", builder->ports.n);
}

static uint32_t class_of(struct builder *builder, const struct pg_pod *pod)
{
    make_key(builder, pod);
    pg_str key = pg_strs_put(builder->keys, builder->key.p, builder->key.n);
    const uint32_t *known = pg_map_get(&builder->class_of, key);
    if (known != NULL)
        return *known;
    pg_map_put(&builder->class_of, key, builder->classes.n);
    new_class(builder, pod);
    return builder->classes.n - 1;
}

/* Pods are sorted by namespace, so the classes of a namespace come out beside each other. */
static void classes_of_pods(struct builder *builder)
{
    struct pg_eval *eval = builder->eval;
    const struct pg_cluster *cluster = eval->cluster;
    eval->class_of_pod = pg_arena_array(eval->arena, cluster->npods, sizeof(uint32_t));
    eval->first_of_namespace =
        pg_arena_array(eval->arena, cluster->nnamespaces + 1, sizeof(uint32_t));
    for (uint32_t ns = 0; ns < cluster->nnamespaces; ns++) {
        const struct pg_namespace *namespace = &cluster->namespaces[ns];
        eval->first_of_namespace[ns] = builder->classes.n;
        for (uint32_t i = 0; i < namespace->npods; i++) {
            uint32_t pod = namespace->first_pod + i;
            uint32_t class = class_of(builder, &cluster->pods[pod]);
            eval->class_of_pod[pod] = class;
            builder->classes.v[class].npods++;
            if (cluster->pods[pod].is_virtual &&
                cluster->workloads[cluster->pods[pod].workload].replicas != 1)
                builder->classes.v[class].nselves++;
        }
    }
    eval->first_of_namespace[cluster->nnamespaces] = builder->classes.n;
}

/* Gives every class the list of its pods, in order. */
static void members(struct builder *builder)
{
    struct pg_eval *eval = builder->eval;
    uint32_t npods = eval->cluster->npods, start = 0;
    uint32_t *list = pg_arena_array(eval->arena, npods, sizeof *list);
    for (uint32_t c = 0; c < builder->classes.n; c++) {
        builder->classes.v[c].pods = &list[start];
        start += builder->classes.v[c].npods;
        builder->classes.v[c].npods = 0; /* counted again while filling */
    }
    for (uint32_t pod = 0; pod < npods; pod++) {
        struct pg_class *class = &builder->classes.v[eval->class_of_pod[pod]];
        ((uint32_t *)class->pods)[class->npods++] = pod;
    }
}

static void classes_of_nodes(struct builder *builder)
{
    struct pg_eval *eval = builder->eval;
    eval->first_node = builder->classes.n;
    for (uint32_t n = 0; n < eval->cluster->nnodes; n++) {
        const struct pg_node *node = &eval->cluster->nodes[n];
        struct pg_class *class = pg_vec_add(eval->arena, &builder->classes);
        (void)pg_vec_add(eval->arena, &builder->data);
        class->kind = PG_CLASS_NODE;
        class->ns = PG_NONE;
        class->node = n;
        class->node_name = node->name;
        class->addr_known = node->naddrs > 0;
        if (!class->addr_known)
            pg_class_assumed_families(&eval->assume, class->has_family);
        for (uint32_t i = 0; i < node->naddrs; i++) {
            int family = FAMILY_INDEX(node->addrs[i].family);
            if (class->addr[family].family == 0)
                class->addr[family] = node->addrs[i];
            class->has_family[family] = true;
        }
    }
}

static void classes_outside(struct builder *builder)
{
    struct pg_eval *eval = builder->eval;
    eval->first_outside = builder->classes.n;
    for (uint32_t group = 0; group < pg_blocks_ngroups(eval->blocks); group++) {
        struct pg_class *class = pg_vec_add(eval->arena, &builder->classes);
        (void)pg_vec_add(eval->arena, &builder->data);
        class->kind = PG_CLASS_OUTSIDE;
        class->ns = class->node = PG_NONE;
        class->addr_known = true;
        class->ranges = pg_blocks_ranges(eval->blocks, group, &class->nranges);
        int family = FAMILY_INDEX(class->ranges[0].first.family);
        class->addr[family] = class->ranges[0].first;
        class->has_family[family] = true;
    }
}

/* A node of which nothing is known: behind the others, and not one of the matrix. */
static void class_of_unknown_node(struct builder *builder)
{
    struct pg_eval *eval = builder->eval;
    eval->unknown_node = builder->classes.n;
    struct pg_class *class = pg_vec_add(eval->arena, &builder->classes);
    (void)pg_vec_add(eval->arena, &builder->data);
    *class = (struct pg_class){
        .kind = PG_CLASS_NODE, .ns = PG_NONE, .node = PG_NONE, .has_family = {true, true}};
}

void pg_compile_classes(struct pg_eval *eval)
{
    struct builder builder = {.eval = eval, .keys = pg_strs_new(), .signatures = pg_strs_new()};
    see_policies(&builder.sight, eval->cluster);
    classes_of_pods(&builder);
    members(&builder);
    classes_of_nodes(&builder);
    classes_outside(&builder);
    class_of_unknown_node(&builder);
    eval->classes = builder.classes.v;
    eval->data = builder.data.v;
    eval->nclasses = eval->unknown_node;
    pg_map_free(&builder.sight.values);
    pg_map_free(&builder.sight.names);
    pg_map_free(&builder.class_of);
    pg_strs_free(builder.keys);
    pg_strs_free(builder.signatures);
    pg_buf_free(&builder.key);
    pg_buf_free(&builder.ports);
}
