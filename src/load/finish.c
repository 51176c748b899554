#include "finish.h"
#include "calico.h"
#include "route.h"

#include <stdlib.h>
#include <string.h>

#include "tell.h"
#include "unread.h"

/* --- sorting, and objects that were read twice ----------------------------------------------------- */

static int compare_names(const struct pg_sort_key *a, const struct pg_sort_key *b)
{
    int order = strcmp(a->ns, b->ns);

    if (order == 0)
        order = strcmp(a->kind, b->kind);
    if (order == 0)
        order = strcmp(a->name, b->name);
    return order ? order : strcmp(a->group, b->group);
}

static int compare_keys(const void *left, const void *right)
{
    const struct pg_sort_key *a = left, *b = right;
    int order = compare_names(a, b);

    if (order)
        return order;
    if (a->order != b->order)
        return a->order < b->order ? -1 : 1;
    return a->index < b->index ? -1 : a->index > b->index;
}

void pg_finish_sort(struct pg_sort_key *keys, uint32_t n)
{
    if (n)
        qsort(keys, n, sizeof *keys, compare_keys);
}

/* semantics 1.5 */
static void tell_duplicate(struct pg_finish *finish, const struct pg_raw_id *lost,
                           const struct pg_raw_id *kept, const char *kind)
{
    struct pg_cluster *cluster = finish->cluster;
    const char *ns = pg_cluster_text(cluster, kept->ns);
    const char *object = pg_arena_printf(finish->work, "%s %s%s%s",
                                         kept->kind ? pg_cluster_text(cluster, kept->kind) : kind,
                                         ns, *ns ? "/" : "", pg_cluster_text(cluster, kept->name));

    pg_tell(finish->loader, PG_CODE_OBJ_DUPLICATE, PG_SEVERITY_WARNING, kept->loc, object, NULL,
            "read before at %.300s:%u; this one was read last and counts",
            finish->loader->files.v[lost->loc.file].name, lost->loc.line);
}

/* The records at `base`, sorted, and of those with one name only the last read. Records of one order are
   parts of one object (the specs of a Cilium policy): they stay together. */
struct pg_raw_id **pg_finish_settle(struct pg_finish *finish, void *base, uint32_t n, size_t size,
                                    const char *kind, uint32_t *kept)
{
    struct pg_cluster *cluster = finish->cluster;
    struct pg_raw_id **records = pg_arena_array(finish->work, n, sizeof *records);
    struct pg_arena *scratch = pg_arena_new();
    struct pg_sort_key *keys = pg_arena_array(scratch, n, sizeof *keys);

    for (uint32_t i = 0; i < n; i++) {
        const struct pg_raw_id *id = (const void *)((char *)base + i * size);
        keys[i] = (struct pg_sort_key){
            .ns = pg_cluster_text(cluster, id->ns),
            .kind = pg_cluster_text(cluster, id->kind),
            .name = pg_cluster_text(cluster, id->name),
            .group = pg_cluster_text(cluster, id->group),
            .order = id->order,
            .index = i,
        };
    }
    pg_finish_sort(keys, n);
    *kept = 0;
    for (uint32_t i = 0, first = 0; i < n; i++) { /* `first` of the name at hand */
        struct pg_raw_id *id = (void *)((char *)base + keys[i].index * size);
        if (i == 0 || compare_names(&keys[i - 1], &keys[i]) != 0) {
            first = *kept;
        } else if (keys[i - 1].order != keys[i].order) {
            tell_duplicate(finish, records[first], id, kind);
            *kept = first;
        }
        records[(*kept)++] = id;
    }
    pg_arena_free(scratch);
    return records;
}

/* --- namespaces -------------------------------------------------------------------------------- */

uint32_t pg_finish_namespace(const struct pg_finish *finish, pg_str name)
{
    const uint32_t *index = pg_map_get(&finish->namespaces, name);

    return index ? *index : PG_NONE;
}

/* semantics 1.4: named by an object and defined nowhere. */
void pg_finish_synthesise(struct pg_finish *finish, const struct pg_raw_id *by)
{
    struct pg_loader *loader = finish->loader;
    struct pg_cluster *cluster = finish->cluster;
    struct pg_raw_namespace raw = {.id = {.name = by->ns}};
    const char *name = pg_cluster_text(cluster, by->ns);
    struct pg_label *label;

    if (pg_map_get(&finish->namespaces, by->ns))
        return;
    raw.id.order = loader->order++;
    label = pg_arena_alloc(cluster->arena, sizeof *label);
    *label = (struct pg_label){pg_strs_puts(cluster->strs, PG_NAME_LABEL), by->ns};
    raw.labels = (struct pg_labels){label, 1};
    pg_map_put(&finish->namespaces, by->ns, loader->namespaces.n);
    pg_vec_push(loader->work, &loader->namespaces, raw);
    pg_tell(loader, PG_CODE_NS_SYNTHESISED, PG_SEVERITY_INFO, by->loc,
            pg_arena_printf(finish->work, "Namespace %s", name), NULL,
            "used here and defined nowhere: its labels are not known, but for its name");
}

static void synthesise_all(struct pg_finish *finish)
{
    struct pg_loader *loader = finish->loader;

    for (uint32_t i = 0; i < loader->namespaces.n; i++)
        pg_map_put(&finish->namespaces, loader->namespaces.v[i].id.name, i);
    for (uint32_t i = 0; i < loader->pods.n; i++)
        pg_finish_synthesise(finish, &loader->pods.v[i].id);
    for (uint32_t i = 0; i < loader->workloads.n; i++)
        pg_finish_synthesise(finish, &loader->workloads.v[i].id);
    for (uint32_t i = 0; i < loader->services.n; i++)
        pg_finish_synthesise(finish, &loader->services.v[i].id);
    for (uint32_t i = 0; i < loader->policies.n; i++)
        if (loader->policies.v[i].id.ns)
            pg_finish_synthesise(finish, &loader->policies.v[i].id);
    pg_finish_route_namespaces(finish);
}

static void finish_namespaces(struct pg_finish *finish)
{
    struct pg_loader *loader = finish->loader;
    struct pg_cluster *cluster = finish->cluster;
    struct pg_raw_id **records;
    uint32_t n;

    synthesise_all(finish);
    records = pg_finish_settle(finish, loader->namespaces.v, loader->namespaces.n,
                               sizeof *loader->namespaces.v, "Namespace", &n);
    cluster->namespaces = pg_arena_array(cluster->arena, n, sizeof *cluster->namespaces);
    cluster->nnamespaces = n;
    for (uint32_t i = 0; i < n; i++) {
        const struct pg_raw_namespace *raw = (const void *)records[i];
        cluster->namespaces[i] = (struct pg_namespace){
            .name = raw->id.name,
            .labels = raw->labels,
            .synthesised = raw->id.loc.line == 0,
            .loc = raw->id.loc,
        };
        pg_map_put(&finish->namespaces, raw->id.name, i);
    }
}

/* --- nodes, services, policies --------------------------------------------------------------------- */

static void finish_nodes(struct pg_finish *finish)
{
    struct pg_loader *loader = finish->loader;
    struct pg_cluster *cluster = finish->cluster;
    uint32_t n;
    struct pg_raw_id **records = pg_finish_settle(finish, loader->nodes.v, loader->nodes.n,
                                                  sizeof *loader->nodes.v, "Node", &n);

    cluster->nodes = pg_arena_array(cluster->arena, n, sizeof *cluster->nodes);
    cluster->nnodes = n;
    finish->internal = pg_arena_array(finish->work, n, sizeof *finish->internal);
    for (uint32_t i = 0; i < n; i++) {
        const struct pg_raw_node *raw = (const void *)records[i];
        cluster->nodes[i] = (struct pg_node){
            .name = raw->id.name,
            .labels = raw->labels,
            .addrs = raw->addrs,
            .naddrs = raw->naddrs,
            .kubelet_version = raw->kubelet_version,
            .marks = raw->marks,
            .loc = raw->id.loc,
        };
        finish->internal[i] = raw->ninternal;
        pg_map_put(&finish->nodes, raw->id.name, i);
    }
}

static void finish_services(struct pg_finish *finish)
{
    struct pg_loader *loader = finish->loader;
    struct pg_cluster *cluster = finish->cluster;
    uint32_t n;
    struct pg_raw_id **records = pg_finish_settle(finish, loader->services.v, loader->services.n,
                                                  sizeof *loader->services.v, "Service", &n);

    cluster->services = pg_arena_array(cluster->arena, n, sizeof *cluster->services);
    cluster->nservices = n;
    for (uint32_t i = 0; i < n; i++) {
        const struct pg_raw_service *raw = (const void *)records[i];
        cluster->services[i] = raw->service;
        cluster->services[i].ns = pg_finish_namespace(finish, raw->id.ns);
        cluster->services[i].name = raw->id.name;
        cluster->services[i].loc = raw->id.loc;
    }
}

static void finish_endpoints(struct pg_finish *finish)
{
    struct pg_loader *loader = finish->loader;
    uint32_t n;
    struct pg_raw_id **records = pg_finish_settle(finish, loader->slices.v, loader->slices.n,
                                                  sizeof *loader->slices.v, "EndpointSlice", &n);

    pg_finish_endpoints(finish, records, n);
}

static void finish_policies(struct pg_finish *finish)
{
    struct pg_loader *loader = finish->loader;
    struct pg_cluster *cluster = finish->cluster;
    uint32_t n;
    struct pg_raw_id **records = pg_finish_settle(finish, loader->policies.v, loader->policies.n,
                                                  sizeof *loader->policies.v, "NetworkPolicy", &n);

    cluster->policies = pg_arena_array(cluster->arena, n, sizeof *cluster->policies);
    cluster->npolicies = n;
    for (uint32_t i = 0; i < n; i++) {
        const struct pg_raw_policy *raw = (const void *)records[i];
        struct pg_policy *policy = &cluster->policies[i];
        *policy = raw->policy;
        policy->ns = raw->id.ns ? pg_finish_namespace(finish, raw->id.ns) : PG_NONE;
        policy->group = raw->id.group;
        policy->kind_name = raw->id.kind;
        policy->name = raw->id.name;
        cluster->nunevaluated += policy->kind == PG_POLICY_UNEVALUATED;
        if (policy->ns == PG_NONE)
            continue;
        if (cluster->namespaces[policy->ns].npolicies++ == 0)
            cluster->namespaces[policy->ns].first_policy = i;
    }
    pg_vec_free(&loader->policies);
}

/* --- the whole --------------------------------------------------------------------------------- */

/* Copies a list that was collected while reading into the cluster. */
static void *copy_list(struct pg_cluster *cluster, const void *list, uint32_t n, size_t size)
{
    void *copy = pg_arena_array(cluster->arena, n, size);

    if (n)
        memcpy(copy, list, n * size);
    return copy;
}

static int compare_skipped(const void *left, const void *right)
{
    const struct pg_skipped *a = left, *b = right;
    int order = strcmp(a->api_version, b->api_version);

    return order ? order : strcmp(a->kind, b->kind);
}

static void finish_lists(struct pg_finish *finish)
{
    struct pg_loader *loader = finish->loader;
    struct pg_cluster *cluster = finish->cluster;

    cluster->nfiles = loader->files.n;
    cluster->files = copy_list(cluster, loader->files.v, loader->files.n, sizeof *cluster->files);
    cluster->nskipped = loader->skipped.n;
    cluster->skipped =
        copy_list(cluster, loader->skipped.v, loader->skipped.n, sizeof *cluster->skipped);
    if (cluster->nskipped)
        qsort(cluster->skipped, cluster->nskipped, sizeof *cluster->skipped, compare_skipped);
    cluster->nexcluded = finish->excluded.n;
    cluster->excluded =
        copy_list(cluster, finish->excluded.v, finish->excluded.n, sizeof *cluster->excluded);
}

struct pg_cluster *pg_loader_finish(struct pg_loader *loader)
{
    struct pg_finish finish = {.loader = loader, .cluster = loader->cluster, .work = loader->work};
    struct pg_cluster *cluster = loader->cluster;

    pg_calico_finish(loader); /* labels of pods, and policies, before they are counted */
    finish_namespaces(&finish);
    finish_nodes(&finish);
    finish.pods = pg_finish_settle(&finish, loader->pods.v, loader->pods.n, sizeof *loader->pods.v,
                                   "Pod", &finish.npods);
    finish.workloads = pg_finish_settle(&finish, loader->workloads.v, loader->workloads.n,
                                        sizeof *loader->workloads.v, "", &finish.nworkloads);
    pg_finish_pods(&finish);
    finish_services(&finish);
    finish_endpoints(&finish);
    pg_finish_routes(&finish);
    pg_unread_policies(&finish);
    finish_policies(&finish);
    pg_finish_cilium(&finish);
    pg_unread_labels(&finish);
    finish_lists(&finish);
    cluster->partial = cluster->partial || loader->stopped;
    pg_tell_finish(loader);
    pg_cluster_index(cluster);
    pg_map_free(&finish.namespaces);
    pg_map_free(&finish.nodes);
    loader->cluster = NULL;
    pg_loader_free(loader);
    return cluster;
}
