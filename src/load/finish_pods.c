/* Pods and workloads: who owns whom, which pods are endpoints, and where they are (semantics 2). */
#include <stdlib.h>
#include <string.h>

#include "finish.h"
#include "tell.h"

/* Owners of owners: a Pod's ReplicaSet's Deployment is two. More is a mistake, or a circle. */
#define MAX_OWNERS 8

/* The top of a chain of owners. */
struct top {
    pg_str kind, name;
    const struct pg_raw_workload *raw; /* NULL where the object was not read */
    bool guessed;
};

/* A pod on its way into the cluster. */
struct endpoint {
    const struct pg_pod *pod; /* as it was read: without a name, if it is virtual */
    pg_str ns, name;
    uint32_t workload;
};

struct context {
    struct pg_finish *finish;
    struct pg_strs *strs;
    struct pg_map raw_index; /* workloads that were read, by namespace, kind, name */
    struct pg_map index;     /* workloads of the cluster so far, likewise */
    PG_VEC(struct pg_workload) workloads;
    PG_VEC(struct endpoint) pods;
    pg_str replica_set, deployment, node, pod, hash_key;
};

/* --- finding workloads ----------------------------------------------------------------------------- */

/* The key of a triple in one of the maps, or a free one; *value is what stands there, PG_NONE if free. */
static uint64_t probe(const struct context *context, const struct pg_map *map, bool raw, pg_str ns,
                      pg_str kind, pg_str name, uint32_t *value)
{
    uint32_t triple[3] = {ns, kind, name};
    uint64_t key = pg_hash(triple, sizeof triple, 0);
    const uint32_t *place;

    for (; (place = pg_map_get(map, key)) != NULL; key++) {
        const struct pg_raw_id *id = raw ? context->finish->workloads[*place] : NULL;
        const struct pg_workload *workload = raw ? NULL : &context->workloads.v[*place];
        if (raw ? id->ns == ns && id->kind == kind && id->name == name
                : workload->ns == ns && workload->kind == kind && workload->name == name)
            break;
    }
    *value = place ? *place : PG_NONE;
    return key;
}

static void index_raw(struct context *context)
{
    uint32_t found;

    for (uint32_t i = 0; i < context->finish->nworkloads; i++) {
        const struct pg_raw_id *id = context->finish->workloads[i];
        uint64_t key = probe(context, &context->raw_index, true, id->ns, id->kind, id->name, &found);
        pg_map_put(&context->raw_index, key, i);
    }
}

static struct pg_raw_workload *find_raw(const struct context *context, pg_str ns, pg_str kind,
                                        pg_str name)
{
    uint32_t found;

    probe(context, &context->raw_index, true, ns, kind, name, &found);
    return found == PG_NONE ? NULL : (void *)context->finish->workloads[found];
}

/* --- owners ------------------------------------------------------------------------------------ */

/* What the API server's hashes are written with. */
static bool looks_like_hash(const char *text)
{
    size_t n = strlen(text);

    return n >= 4 && n <= 10 && strspn(text, "bcdfghjklmnpqrstvwxz2456789") == n;
}

/* The Deployment's name in a ReplicaSet's, without the hash that the pod's label confirms, or that at
   least looks like one; PG_STR_NONE where there is none. */
static pg_str cut_hash(const struct context *context, pg_str replica_set, pg_str hash)
{
    const char *name = pg_strs_text(context->strs, replica_set);
    const char *dash = strrchr(name, '-');

    if (!dash || dash == name)
        return PG_STR_NONE;
    if (hash ? strcmp(dash + 1, pg_strs_text(context->strs, hash)) != 0 : !looks_like_hash(dash + 1))
        return PG_STR_NONE;
    return pg_strs_put(context->strs, name, (size_t)(dash - name));
}

/* Follows owners up (semantics 2.8). `represent`: marks those that were read as having live pods. */
static struct top find_top(struct context *context, pg_str ns, struct pg_raw_owner owner,
                           pg_str hash, bool represent)
{
    struct top top = {.kind = owner.kind, .name = owner.name};

    for (int i = 0; i < MAX_OWNERS; i++) {
        struct pg_raw_workload *raw = find_raw(context, ns, top.kind, top.name);
        pg_str cut = PG_STR_NONE;
        if (raw && represent)
            raw->represented = true;
        if (raw && raw->owner.kind) {
            top.kind = raw->owner.kind;
            top.name = raw->owner.name;
            continue;
        }
        if (!raw && top.kind == context->replica_set)
            cut = cut_hash(context, top.name, hash);
        if (!cut)
            break;
        top.kind = context->deployment;
        top.name = cut;
        top.guessed = true;
    }
    top.raw = find_raw(context, ns, top.kind, top.name);
    return top;
}

/* The workload of the cluster for the top of a chain; made where it is new. */
static uint32_t intern_workload(struct context *context, pg_str ns, const struct top *top)
{
    uint32_t found;
    uint64_t key = probe(context, &context->index, false, ns, top->kind, top->name, &found);
    struct pg_workload *workload;

    if (found == PG_NONE) {
        found = context->workloads.n;
        pg_map_put(&context->index, key, found);
        workload = pg_vec_add_heap(&context->workloads);
        *workload = (struct pg_workload){
            .ns = ns, .kind = top->kind, .name = top->name, .replicas = PG_REPLICAS_UNKNOWN};
        if (top->raw) {
            workload->replicas = top->raw->replicas;
            workload->suspended = top->raw->suspended;
            workload->loc = top->raw->id.loc;
        }
    }
    workload = &context->workloads.v[found];
    workload->guessed = workload->guessed || top->guessed;
    workload->npods++;
    return found;
}

/* --- endpoints --------------------------------------------------------------------------------- */

static void exclude(struct context *context, const struct pg_raw_id *id, pg_str name,
                    const char *reason)
{
    pg_vec_push(context->finish->work, &context->finish->excluded,
                ((struct pg_excluded){
                    .ns = pg_finish_namespace(context->finish, id->ns),
                    .name = name,
                    .reason = reason,
                    .loc = id->loc,
                }));
}

static void add_endpoint(struct context *context, const struct pg_pod *pod, pg_str ns, pg_str name,
                         uint32_t workload)
{
    pg_vec_push_heap(&context->pods, ((struct endpoint){pod, ns, name, workload}));
}

/* A pod that nothing owns is a workload of its own. So is a static pod, which its node owns. */
static void add_pod(struct context *context, const struct pg_raw_pod *raw)
{
    struct top top = {.kind = context->pod, .name = raw->id.name};
    uint32_t workload;
    bool owned = raw->owner.kind && raw->owner.kind != context->node;

    if (owned)
        top = find_top(context, raw->id.ns, raw->owner,
                       pg_labels_get(raw->pod.labels, context->hash_key), true);
    workload = intern_workload(context, raw->id.ns, &top);
    if (!owned) {
        context->workloads.v[workload].replicas = 1;
        context->workloads.v[workload].loc = raw->id.loc;
    }
    add_endpoint(context, &raw->pod, raw->id.ns, raw->pod.name, workload);
}

/* "web[Deployment]" */
static pg_str virtual_name(struct context *context, const struct pg_raw_id *id)
{
    const char *text =
        pg_arena_printf(context->finish->work, "%s[%s]", pg_strs_text(context->strs, id->name),
                        pg_strs_text(context->strs, id->kind));

    return pg_strs_puts(context->strs, text);
}

/* The pod that stands for a workload, or why there is none. */
static void add_virtual(struct context *context, const struct pg_raw_workload *raw)
{
    const struct pg_raw_id *id = &raw->id;
    struct top top = {.kind = id->kind, .name = id->name, .raw = raw};
    pg_str name = virtual_name(context, id);

    if (raw->represented) {
        exclude(context, id, name, "represented-by-pods");
        return;
    }
    if (raw->replicas == 0) {
        exclude(context, id, name, "replicas-0");
        return;
    }
    if (raw->owner.kind && find_raw(context, id->ns, raw->owner.kind, raw->owner.name)) {
        exclude(context, id, name, "represented-by-owner");
        return;
    }
    if (raw->owner.kind)
        top = find_top(context, id->ns, raw->owner, PG_STR_NONE, false);
    add_endpoint(context, &raw->pod, id->ns, name, intern_workload(context, id->ns, &top));
}

static void collect(struct context *context)
{
    struct pg_finish *finish = context->finish;

    for (uint32_t i = 0; i < finish->npods; i++) {
        const struct pg_raw_pod *raw = (const void *)finish->pods[i];
        if (raw->finished)
            exclude(context, &raw->id, raw->id.name, raw->finished);
        else
            add_pod(context, raw);
    }
    for (uint32_t i = 0; i < finish->nworkloads; i++)
        add_virtual(context, (const void *)finish->workloads[i]);
}

/* --- into the cluster -------------------------------------------------------------------------------- */

/* Puts the workloads in order; returns their new numbers. */
static const uint32_t *place_workloads(struct context *context)
{
    struct pg_finish *finish = context->finish;
    struct pg_cluster *cluster = finish->cluster;
    uint32_t n = context->workloads.n;
    struct pg_arena *scratch = pg_arena_new();
    struct pg_sort_key *keys = pg_arena_array(scratch, n, sizeof *keys);
    uint32_t *number = pg_arena_array(finish->work, n, sizeof *number);

    for (uint32_t i = 0; i < n; i++) {
        const struct pg_workload *workload = &context->workloads.v[i];
        keys[i] = (struct pg_sort_key){pg_strs_text(context->strs, workload->ns),
                                       pg_strs_text(context->strs, workload->kind),
                                       pg_strs_text(context->strs, workload->name),
                                       "",
                                       i,
                                       i};
    }
    pg_finish_sort(keys, n);
    cluster->workloads = pg_arena_array(cluster->arena, n, sizeof *cluster->workloads);
    cluster->nworkloads = n;
    for (uint32_t i = 0; i < n; i++) {
        struct pg_workload *workload = &cluster->workloads[i];
        struct pg_namespace *ns;
        *workload = context->workloads.v[keys[i].index];
        workload->ns = pg_finish_namespace(finish, workload->ns);
        number[keys[i].index] = i;
        ns = &cluster->namespaces[workload->ns];
        if (ns->nworkloads++ == 0)
            ns->first_workload = i;
    }
    pg_arena_free(scratch);
    return number;
}

static void place_pods(struct context *context, const uint32_t *workload_number)
{
    struct pg_finish *finish = context->finish;
    struct pg_cluster *cluster = finish->cluster;
    uint32_t n = context->pods.n;
    struct pg_arena *scratch = pg_arena_new();
    struct pg_sort_key *keys = pg_arena_array(scratch, n, sizeof *keys);

    for (uint32_t i = 0; i < n; i++)
        keys[i] = (struct pg_sort_key){pg_strs_text(context->strs, context->pods.v[i].ns),
                                       "",
                                       pg_strs_text(context->strs, context->pods.v[i].name),
                                       "",
                                       i,
                                       i};
    pg_finish_sort(keys, n);
    cluster->pods = pg_arena_array(cluster->arena, n, sizeof *cluster->pods);
    cluster->npods = n;
    for (uint32_t i = 0; i < n; i++) {
        const struct endpoint *endpoint = &context->pods.v[keys[i].index];
        struct pg_pod *pod = &cluster->pods[i];
        const uint32_t *node = pg_map_get(&finish->nodes, endpoint->pod->node_name);
        struct pg_namespace *ns;
        *pod = *endpoint->pod;
        pod->name = endpoint->name;
        pod->ns = pg_finish_namespace(finish, endpoint->ns);
        pod->workload = workload_number[endpoint->workload];
        pod->node = pod->node_name && node ? *node : PG_NONE;
        ns = &cluster->namespaces[pod->ns];
        if (ns->npods++ == 0)
            ns->first_pod = i;
    }
    pg_arena_free(scratch);
}

/* --- addresses --------------------------------------------------------------------------------- */

/* semantics 2.5: a host-network pod is where its node is. */
static void take_node_addresses(struct pg_finish *finish)
{
    struct pg_cluster *cluster = finish->cluster;

    for (uint32_t i = 0; i < cluster->npods; i++) {
        struct pg_pod *pod = &cluster->pods[i];
        const struct pg_node *node;
        if (!pod->host_network || pod->addr_known || pod->node == PG_NONE)
            continue;
        node = &cluster->nodes[pod->node];
        for (uint32_t k = 0; k < finish->internal[pod->node]; k++) {
            struct pg_addr addr = node->addrs[k];
            if (pod->addr[addr.family == 6].family == 0)
                pod->addr[addr.family == 6] = addr;
            pod->addr_known = true;
        }
    }
}

struct used {
    struct pg_addr addr;
    uint32_t pod;
};

static int compare_used(const void *left, const void *right)
{
    const struct used *a = left, *b = right;
    int order = pg_addr_compare(a->addr, b->addr);

    if (order)
        return order;
    return a->pod < b->pod ? -1 : a->pod > b->pod;
}

static const char *pod_text(struct pg_finish *finish, uint32_t index)
{
    const struct pg_cluster *cluster = finish->cluster;
    const struct pg_pod *pod = &cluster->pods[index];

    return pg_arena_printf(finish->work, "Pod %s/%s",
                           pg_cluster_text(cluster, cluster->namespaces[pod->ns].name),
                           pg_cluster_text(cluster, pod->name));
}

static void tell_shared(struct pg_finish *finish, const struct used *first,
                        const struct used *second)
{
    struct pg_buf addr = {0};

    pg_addr_print(&addr, first->addr);
    pg_tell(finish->loader, PG_CODE_POD_ADDRESS_SHARED, PG_SEVERITY_WARNING,
            finish->cluster->pods[second->pod].loc, pod_text(finish, second->pod), NULL,
            "has the address %s, and so has %.300s; both addresses are taken as unknown",
            pg_buf_text(&addr), pod_text(finish, first->pod));
    pg_buf_free(&addr);
}

/* semantics 2.9: two live pods with one address. Which of them has it nobody can tell. */
static void forget_shared(struct pg_finish *finish)
{
    struct pg_cluster *cluster = finish->cluster;
    struct pg_arena *scratch = pg_arena_new();
    struct used *used = pg_arena_array(scratch, (size_t)cluster->npods * 2, sizeof *used);
    uint32_t n = 0;

    for (uint32_t i = 0; i < cluster->npods; i++)
        for (int family = 0; family < 2; family++)
            if (!cluster->pods[i].host_network && cluster->pods[i].addr[family].family)
                used[n++] = (struct used){cluster->pods[i].addr[family], i};
    if (n)
        qsort(used, n, sizeof *used, compare_used);
    for (uint32_t i = 1, first = 0; i < n; i++) {
        if (pg_addr_compare(used[first].addr, used[i].addr) != 0) {
            first = i;
            continue;
        }
        tell_shared(finish, &used[first], &used[i]);
        cluster->pods[used[first].pod].addr_known = cluster->pods[used[i].pod].addr_known = false;
    }
    pg_arena_free(scratch);
    for (uint32_t i = 0; i < cluster->npods; i++) {
        struct pg_pod *pod = &cluster->pods[i];
        if (pod->addr_known)
            continue;
        for (int family = 0; family < 2; family++)
            pod->has_family[family] = pod->addr[family].family != 0;
        memset(pod->addr, 0, sizeof pod->addr);
    }
}

void pg_finish_pods(struct pg_finish *finish)
{
    struct pg_strs *strs = finish->cluster->strs;
    struct context context = {
        .finish = finish,
        .strs = strs,
        .replica_set = pg_strs_puts(strs, "ReplicaSet"),
        .deployment = pg_strs_puts(strs, "Deployment"),
        .node = pg_strs_puts(strs, "Node"),
        .pod = pg_strs_puts(strs, "Pod"),
        .hash_key = pg_strs_puts(strs, "pod-template-hash"),
    };

    index_raw(&context);
    collect(&context);
    place_pods(&context, place_workloads(&context));
    pg_vec_free(&context.pods);
    pg_vec_free(&context.workloads);
    pg_vec_free(&finish->loader->pods);
    pg_vec_free(&finish->loader->workloads);
    take_node_addresses(finish);
    forget_shared(finish);
    pg_map_free(&context.raw_index);
    pg_map_free(&context.index);
}
