/*
 * Classes that come and go with their pods.
 *
 * A class is what classes.c says, with one difference: a selector without a namespaceSelector reads pods of
 * its own namespace only, so what it reads counts there and nowhere else. A new policy that names a label for
 * the first time then changes classes of one namespace.
 */
#include "follow_internal.h"

#include <stdlib.h>
#include <string.h>

uint32_t pg_follow_feature(struct pg_follow *follow, pg_str key, pg_str value)
{
    uint64_t pair = PG_MAP_PAIR(key, value);
    const uint32_t *known = pg_map_get(&follow->features, pair);
    if (known != NULL)
        return *known;
    (void)pg_vec_add(follow->arena, &follow->feature);
    pg_map_put(&follow->features, pair, follow->feature.n - 1);
    return follow->feature.n - 1;
}

static void carry(struct pg_follow *follow, pg_str key, pg_str value, int by)
{
    uint32_t feature = pg_follow_feature(follow, key, value);
    follow->feature.v[feature].carried += (uint32_t)by;
}

void pg_follow_carry(struct pg_follow *follow, const struct pg_pod *pod, int by)
{
    for (uint32_t i = 0; i < pod->labels.n; i++) {
        carry(follow, pod->labels.v[i].key, PG_STR_NONE, by);
        carry(follow, pod->labels.v[i].key, pod->labels.v[i].value, by);
    }
    for (uint32_t i = 0; i < pod->nports; i++)
        if (pod->ports[i].name != PG_STR_NONE)
            carry(follow, pod->ports[i].name, PORT_NAME, by);
}

/* Whether a policy reads something in the pods of a namespace. */
static bool is_seen(const struct pg_follow *follow, uint32_t ns, pg_str key, pg_str value)
{
    const uint32_t *feature = pg_map_get(&follow->features, PG_MAP_PAIR(key, value));
    return feature != NULL && (follow->feature.v[*feature].seen ||
                               pg_map_get(&follow->local, PG_MAP_PAIR(ns, *feature)) != NULL);
}

static void project_labels(struct pg_follow *follow, const struct pg_pod *pod)
{
    for (uint32_t i = 0; i < pod->labels.n; i++) {
        struct pg_label label = pod->labels.v[i];
        if (!is_seen(follow, pod->ns, label.key, PG_STR_NONE))
            continue;
        if (!is_seen(follow, pod->ns, label.key, label.value))
            label.value = OTHER_VALUE;
        pg_vec_push(follow->arena, &follow->labels, label);
    }
}

static void project_ports(struct pg_follow *follow, const struct pg_pod *pod)
{
    struct named_port port;
    for (uint32_t i = 0; i < pod->nports; i++) {
        const struct pg_container_port *source = &pod->ports[i];
        if (source->name == PG_STR_NONE ||
            !pg_class_counts_for_names(follow->eval.assume.named_ports, source->container) ||
            !is_seen(follow, pod->ns, source->name, PORT_NAME))
            continue;
        memset(&port, 0, sizeof port); /* its padding is part of the bytes that are compared */
        port.name = source->name;
        port.protocol = source->protocol;
        port.number = source->number;
        pg_buf_add(&follow->ports, (const char *)&port, sizeof port);
    }
    size_t n = follow->ports.n / sizeof port, kept = 0;
    struct named_port *all = (void *)follow->ports.p;
    if (n > 1)
        qsort(all, n, sizeof *all, pg_class_compare_ports);
    for (size_t i = 0; i < n; i++)
        if (kept == 0 || pg_class_compare_ports(&all[kept - 1], &all[i]) != 0)
            all[kept++] = all[i];
    follow->ports.n = kept * sizeof port;
}

static void add_word(struct pg_buf *key, uint32_t word)
{
    pg_buf_add(key, (const char *)&word, sizeof word);
}

static bool is_host(const struct pg_follow *follow, const struct pg_pod *pod)
{
    return pod->host_network && !follow->eval.assume.host_network_pod;
}

/* Makes follow->key the key of the class of a pod. */
static pg_str make_key(struct pg_follow *follow, const struct pg_pod *pod)
{
    struct pg_buf *key = &follow->key;
    bool host = is_host(follow, pod);
    pg_buf_clear(key);
    pg_buf_clear(&follow->ports);
    follow->labels.n = 0;
    add_word(key, pod->ns);
    add_word(key, (uint32_t)host | (uint32_t)pod->host_network << 1 | (uint32_t)pod->addr_known << 2 |
                      (uint32_t)pod->has_family[0] << 3 | (uint32_t)pod->has_family[1] << 4);
    for (int family = 0; pod->addr_known && family < 2; family++) {
        bool has = pod->addr[family].family != 0;
        add_word(key, has ? pg_blocks_group(follow->eval.blocks, pod->addr[family]) : PG_NONE);
    }
    if (pod->host_network)
        add_word(key, pod->node_name);
    if (!host) {
        project_labels(follow, pod);
        project_ports(follow, pod);
        add_word(key, follow->labels.n);
        pg_buf_add(key, (const char *)follow->labels.v, follow->labels.n * sizeof *follow->labels.v);
        pg_buf_add(key, follow->ports.p, follow->ports.n);
    }
    return pg_strs_put(follow->keys, key->p, key->n);
}

static void *grow(struct pg_arena *arena, const void *old, uint32_t n, uint32_t cap, size_t size)
{
    void *array = pg_arena_array(arena, cap, size);
    if (n > 0)
        memcpy(array, old, n * size);
    return array;
}

static void make_room(struct pg_follow *follow, uint32_t cap)
{
    struct pg_eval *eval = &follow->eval;
    uint32_t n = eval->nclasses;
    eval->classes = grow(follow->arena, eval->classes, n, cap, sizeof *eval->classes);
    eval->data = grow(follow->arena, eval->data, n, cap, sizeof *eval->data);
    follow->of_class = grow(follow->arena, follow->of_class, n, cap, sizeof *follow->of_class);
    follow->class_cap = cap;
}

/* Growing takes longer than an event may, so it is done beforehand. */
void pg_follow_reserve_classes(struct pg_follow *follow)
{
    uint32_t wanted = follow->eval.nclasses + follow->eval.nclasses / 2 + 1024;
    if (follow->class_cap < wanted)
        make_room(follow, wanted);
}

static uint32_t take_class(struct pg_follow *follow)
{
    if (follow->empty_classes.n > 0)
        return follow->empty_classes.v[--follow->empty_classes.n];
    if (follow->eval.nclasses == follow->class_cap)
        make_room(follow, follow->class_cap * 2);
    return follow->eval.nclasses++;
}

static void fill_class(struct pg_follow *follow, uint32_t slot, const struct pg_pod *pod)
{
    struct pg_arena *arena = follow->arena;
    bool host = is_host(follow, pod);
    struct pg_class *class = &follow->eval.classes[slot];
    struct class_data *data = &follow->eval.data[slot];
    *class = (struct pg_class){.kind = host ? PG_CLASS_HOST : PG_CLASS_PODS,
                               .ns = pod->ns,
                               .node = PG_NONE,
                               .node_name = host ? pod->node_name : PG_STR_NONE,
                               .addr_known = pod->addr_known};
    pg_class_families(&follow->eval.assume, pod, class->has_family);
    for (int family = 0; pod->addr_known && family < 2; family++)
        class->addr[family] = pod->addr[family];
    struct pg_label *labels = pg_arena_array(arena, follow->labels.n, sizeof *labels);
    if (follow->labels.n > 0)
        memcpy(labels, follow->labels.v, follow->labels.n * sizeof *labels);
    uint32_t nports = (uint32_t)(follow->ports.n / sizeof(struct named_port));
    struct named_port *ports = pg_arena_array(arena, nports, sizeof *ports);
    if (nports > 0)
        memcpy(ports, follow->ports.p, follow->ports.n);
    const char *bytes = follow->ports.n > 0 ? follow->ports.p : "";
    *data = (struct class_data){.labels = {labels, follow->labels.n},
                                .host_pods = pod->host_network && !host,
                                .ports = ports,
                                .nports = nports,
                                .port_signature =
                                    pg_strs_put(follow->signatures, bytes, follow->ports.n)};
}

static uint32_t new_class(struct pg_follow *follow, const struct pg_pod *pod, pg_str key)
{
    uint32_t slot = take_class(follow);
    fill_class(follow, slot, pod);
    follow->of_class[slot].key = key;
    follow->of_class[slot].first_pod = PG_NONE;
    pg_map_put(&follow->class_of_key, key, slot);
    pg_link_in(&follow->of_namespace.v[pod->ns].first_class, &follow->of_class->in_namespace,
               sizeof *follow->of_class, slot);
    pg_follow_subjects(follow, slot);
    return slot;
}

static void drop_class(struct pg_follow *follow, uint32_t slot)
{
    struct followed_class *of = &follow->of_class[slot];
    pg_map_put(&follow->class_of_key, of->key, PG_NONE);
    of->key = PG_STR_NONE;
    of->policies.n = 0;
    pg_link_out(&follow->of_namespace.v[follow->eval.classes[slot].ns].first_class,
                &follow->of_class->in_namespace, sizeof *follow->of_class, slot);
    pg_vec_push(follow->arena, &follow->empty_classes, slot);
}

void pg_follow_touch(struct pg_follow *follow, uint32_t class)
{
    if (follow->of_class[class].touched == follow->now)
        return;
    follow->of_class[class].touched = follow->now;
    pg_vec_push(follow->arena, &follow->touched, class);
}

static bool has_replicas(const struct pg_follow *follow, const struct pg_pod *pod)
{
    return pod->is_virtual && follow->cluster->workloads[pod->workload].replicas != 1;
}

void pg_follow_join(struct pg_follow *follow, uint32_t slot)
{
    const struct pg_pod *pod = &follow->cluster->pods[slot];
    pg_str key = make_key(follow, pod);
    const uint32_t *known = pg_map_get(&follow->class_of_key, key);
    uint32_t class = known != NULL ? *known : PG_NONE;
    if (class == PG_NONE)
        class = new_class(follow, pod, key);
    follow->eval.class_of_pod[slot] = class;
    follow->eval.classes[class].npods++;
    follow->eval.classes[class].nselves += has_replicas(follow, pod);
    pg_link_in(&follow->of_class[class].first_pod, &follow->of_pod.v->in_class,
               sizeof *follow->of_pod.v, slot);
    pg_follow_count_selected(follow, class, 1);
    pg_follow_touch(follow, class);
}

void pg_follow_leave(struct pg_follow *follow, uint32_t slot)
{
    const struct pg_pod *pod = &follow->cluster->pods[slot];
    uint32_t class = follow->eval.class_of_pod[slot];
    pg_follow_touch(follow, class);
    pg_follow_count_selected(follow, class, -1);
    pg_link_out(&follow->of_class[class].first_pod, &follow->of_pod.v->in_class,
                sizeof *follow->of_pod.v, slot);
    follow->eval.classes[class].nselves -= has_replicas(follow, pod);
    if (--follow->eval.classes[class].npods == 0)
        drop_class(follow, class);
}

/* --- what is no pod --- */

static void outside_class(struct pg_follow *follow, uint32_t group)
{
    struct pg_class *class = &follow->eval.classes[group];
    *class = (struct pg_class){
        .kind = PG_CLASS_OUTSIDE, .ns = PG_NONE, .node = PG_NONE, .addr_known = true};
    class->ranges = pg_blocks_ranges(follow->eval.blocks, group, &class->nranges);
    int family = FAMILY_INDEX(class->ranges[0].first.family);
    class->addr[family] = class->ranges[0].first;
    class->has_family[family] = true;
}

void pg_follow_class_of_node(struct pg_follow *follow, uint32_t slot)
{
    struct pg_eval *eval = &follow->eval;
    const struct pg_node *node = &follow->cluster->nodes[slot];
    struct pg_class *class = &eval->classes[eval->first_node + slot];
    *class = (struct pg_class){.kind = PG_CLASS_NODE,
                               .ns = PG_NONE,
                               .node = slot,
                               .node_name = node->name,
                               .addr_known = node->naddrs > 0};
    if (!class->addr_known)
        pg_class_assumed_families(&eval->assume, class->has_family);
    for (uint32_t i = 0; i < node->naddrs; i++) {
        int family = FAMILY_INDEX(node->addrs[i].family);
        if (class->addr[family].family == 0)
            class->addr[family] = node->addrs[i];
        class->has_family[family] = true;
    }
    pg_follow_touch(follow, eval->first_node + slot);
}

void pg_follow_lay_classes(struct pg_follow *follow)
{
    struct pg_eval *eval = &follow->eval;
    uint32_t ngroups = pg_blocks_ngroups(eval->blocks);
    eval->first_outside = 0;
    eval->first_node = ngroups;
    eval->unknown_node = ngroups + follow->node_cap;
    follow->first_class = eval->unknown_node + 1;
    make_room(follow, follow->first_class + follow->cluster->npods / 2 + 1024);
    eval->nclasses = follow->first_class;
    for (uint32_t group = 0; group < ngroups; group++)
        outside_class(follow, group);
    eval->classes[eval->unknown_node] = (struct pg_class){
        .kind = PG_CLASS_NODE, .ns = PG_NONE, .node = PG_NONE, .has_family = {true, true}};
}
