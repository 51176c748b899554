#include "polgrid/cluster.h"

#include <assert.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct pg_cluster *pg_cluster_new(void)
{
    struct pg_arena *arena = pg_arena_new();
    struct pg_cluster *cluster = pg_arena_alloc(arena, sizeof *cluster);

    cluster->arena = arena;
    cluster->strs = pg_strs_new();
    atomic_init(&cluster->owners, 1);
    return cluster;
}

struct pg_cluster *pg_cluster_keep(struct pg_cluster *cluster)
{
    atomic_fetch_add(&cluster->owners, 1);
    return cluster;
}

void pg_cluster_free(struct pg_cluster *cluster)
{
    struct pg_cluster *base;

    if (!cluster || atomic_fetch_sub(&cluster->owners, 1) > 1)
        return;
    base = cluster->base;
    pg_strs_free(cluster->strs);
    pg_arena_free(cluster->arena); /* the cluster itself is in it */
    pg_cluster_free(base);
}

bool pg_cluster_complete(const struct pg_cluster *cluster)
{
    for (uint32_t i = 0; i < cluster->nunread; i++)
        if (cluster->unread[i].what != PG_UNREAD_EXTRA)
            return false;
    return cluster->nrejected == 0 && cluster->nunevaluated == 0 && !cluster->partial;
}

static bool is_excepted(const struct pg_unread *unread, const char *ns)
{
    for (uint32_t i = 0; i < unread->nexcept; i++)
        if (strcmp(unread->except[i], ns) == 0)
            return true;
    return false;
}

const struct pg_unread *pg_cluster_find_unread(const struct pg_cluster *cluster, const char *kind,
                                               const char *ns)
{
    for (uint32_t i = 0; i < cluster->nunread; i++) {
        const struct pg_unread *unread = &cluster->unread[i];
        if (strcmp(unread->kind, kind) != 0)
            continue;
        if (!ns || (unread->ns ? strcmp(unread->ns, ns) == 0 : !is_excepted(unread, ns)))
            return unread;
    }
    return NULL;
}

uint32_t pg_cluster_count_policies(const struct pg_cluster *cluster)
{
    uint32_t n = 0;

    for (uint32_t i = 0; i < cluster->npolicies; i++)
        n += !cluster->policies[i].unread;
    return n;
}

bool pg_cluster_addresses_unread(const struct pg_cluster *cluster)
{
    static const char *const kinds[] = {"Pod", "Node", "Service"};

    for (uint32_t i = 0; i < cluster->nunread; i++)
        for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
            if (*cluster->unread[i].group == '\0' && strcmp(cluster->unread[i].kind, kinds[k]) == 0)
                return true;
    return false;
}

const char *pg_cluster_text(const struct pg_cluster *cluster, pg_str str)
{
    return pg_strs_text(cluster->strs, str);
}

/* --- names ------------------------------------------------------------------------------------- */

/* The name of element `i` of some list of the cluster. */
typedef pg_str name_at(const struct pg_cluster *cluster, uint32_t i);

static pg_str namespace_name(const struct pg_cluster *cluster, uint32_t i)
{
    return cluster->namespaces[i].name;
}

static pg_str pod_name(const struct pg_cluster *cluster, uint32_t i)
{
    return cluster->pods[i].name;
}

static pg_str node_name(const struct pg_cluster *cluster, uint32_t i)
{
    return cluster->nodes[i].name;
}

static pg_str workload_name(const struct pg_cluster *cluster, uint32_t i)
{
    return cluster->workloads[i].name;
}

static pg_str workload_kind(const struct pg_cluster *cluster, uint32_t i)
{
    return cluster->workloads[i].kind;
}

/* The first of the elements [lo, hi), sorted by name, whose name is not below `name` (`after`: is above
   it); hi if there is none. */
static uint32_t bound(const struct pg_cluster *cluster, name_at *at, uint32_t lo, uint32_t hi,
                      const char *name, bool after)
{
    while (lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2;
        int order = strcmp(pg_cluster_text(cluster, at(cluster, mid)), name);
        if (order < 0 || (after && order == 0))
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

static uint32_t find(const struct pg_cluster *cluster, name_at *at, uint32_t lo, uint32_t hi,
                     const char *name)
{
    uint32_t i = bound(cluster, at, lo, hi, name, false);

    if (i < hi && strcmp(pg_cluster_text(cluster, at(cluster, i)), name) == 0)
        return i;
    return PG_NONE;
}

uint32_t pg_cluster_find_namespace(const struct pg_cluster *cluster, const char *name)
{
    return find(cluster, namespace_name, 0, cluster->nnamespaces, name);
}

uint32_t pg_cluster_find_pod(const struct pg_cluster *cluster, uint32_t ns, const char *name)
{
    const struct pg_namespace *in;

    assert(ns < cluster->nnamespaces);
    in = &cluster->namespaces[ns];
    return find(cluster, pod_name, in->first_pod, in->first_pod + in->npods, name);
}

uint32_t pg_cluster_find_node(const struct pg_cluster *cluster, const char *name)
{
    return find(cluster, node_name, 0, cluster->nnodes, name);
}

static pg_str service_name(const struct pg_cluster *cluster, uint32_t i)
{
    return cluster->services[i].name;
}

uint32_t pg_cluster_find_service(const struct pg_cluster *cluster, uint32_t ns, const char *name)
{
    uint32_t lo = 0, hi = cluster->nservices, first;

    /* Services have no range in their namespace: its first one is searched for. */
    while (lo < hi) {
        uint32_t middle = lo + (hi - lo) / 2;
        if (cluster->services[middle].ns < ns)
            lo = middle + 1;
        else
            hi = middle;
    }
    first = lo;
    for (hi = first; hi < cluster->nservices && cluster->services[hi].ns == ns;)
        hi++;
    return find(cluster, service_name, first, hi, name);
}

/* --- workloads --------------------------------------------------------------------------------- */

static const struct {
    const char *kind, *abbreviation; /* NULL: it has none */
} usual[] = {
    {"Pod", "po"},          {"Deployment", "deploy"},
    {"StatefulSet", "sts"}, {"DaemonSet", "ds"},
    {"ReplicaSet", "rs"},   {"ReplicationController", "rc"},
    {"CronJob", "cj"},      {"Job", NULL},
};

bool pg_kind_is(const char *kind, const char *word)
{
    size_t n = strcspn(word, "."); /* deployments.apps, deployments.v1.apps */
    size_t length = strlen(kind);

    if (n == length || (n == length + 1 && tolower((unsigned char)word[length]) == 's')) {
        if (strncasecmp(kind, word, length) == 0)
            return true;
    }
    for (size_t i = 0; i < sizeof usual / sizeof *usual; i++) {
        if (strcmp(kind, usual[i].kind) == 0)
            return usual[i].abbreviation && strlen(usual[i].abbreviation) == n &&
                   strncasecmp(usual[i].abbreviation, word, n) == 0;
    }
    return false;
}

bool pg_kind_is_usual(const char *word)
{
    for (size_t i = 0; i < sizeof usual / sizeof *usual; i++)
        if (pg_kind_is(usual[i].kind, word))
            return true;
    return false;
}

uint32_t pg_cluster_find_workload(const struct pg_cluster *cluster, uint32_t ns, const char *kind,
                                  const char *name)
{
    const struct pg_namespace *in;
    uint32_t end;

    assert(ns < cluster->nnamespaces);
    in = &cluster->namespaces[ns];
    end = in->first_workload + in->nworkloads;
    for (uint32_t i = in->first_workload, next; i < end; i = next) {
        const char *here = pg_cluster_text(cluster, cluster->workloads[i].kind);
        next = bound(cluster, workload_kind, i, end, here, true);
        if (pg_kind_is(here, kind)) {
            uint32_t found = find(cluster, workload_name, i, next, name);
            if (found != PG_NONE)
                return found;
        }
    }
    return PG_NONE;
}

/* --- addresses --------------------------------------------------------------------------------- */

static int compare_entries(const void *left, const void *right)
{
    const struct pg_addr_entry *a = left, *b = right;
    int order = pg_addr_compare(a->addr, b->addr);

    if (order)
        return order;
    if (a->is_node != b->is_node)
        return a->is_node ? 1 : -1;
    return a->index < b->index ? -1 : a->index > b->index;
}

static void index_add(struct pg_cluster *cluster, struct pg_addr addr, bool is_node, uint32_t index)
{
    if (addr.family)
        cluster->addr_index[cluster->naddr_index++] = (struct pg_addr_entry){addr, is_node, index};
}

void pg_cluster_index(struct pg_cluster *cluster)
{
    size_t most = 2 * (size_t)cluster->npods;

    for (uint32_t i = 0; i < cluster->nnodes; i++)
        most += cluster->nodes[i].naddrs;
    cluster->addr_index = pg_arena_array(cluster->arena, most, sizeof *cluster->addr_index);
    cluster->naddr_index = 0;
    for (uint32_t i = 0; i < cluster->npods; i++) {
        const struct pg_pod *pod = &cluster->pods[i];
        /* On the host network it stands for its node only where that was not read. */
        bool node_has_it = pod->host_network && pod->node != PG_NONE;
        for (int family = 0; family < 2 && !node_has_it; family++)
            index_add(cluster, pod->addr[family], false, i);
    }
    for (uint32_t i = 0; i < cluster->nnodes; i++) {
        for (uint32_t j = 0; j < cluster->nodes[i].naddrs; j++)
            index_add(cluster, cluster->nodes[i].addrs[j], true, i);
    }
    qsort(cluster->addr_index, cluster->naddr_index, sizeof *cluster->addr_index, compare_entries);
}

/* The first entry of the kind with that address. */
static uint32_t find_address(const struct pg_cluster *cluster, struct pg_addr addr, bool is_node)
{
    struct pg_addr_entry wanted = {.addr = addr, .is_node = is_node};
    uint32_t lo = 0, hi = cluster->naddr_index;
    const struct pg_addr_entry *entry;

    assert(cluster->addr_index); /* pg_cluster_index() was called */
    while (lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2;
        if (compare_entries(&cluster->addr_index[mid], &wanted) < 0)
            lo = mid + 1;
        else
            hi = mid;
    }
    entry = &cluster->addr_index[lo];
    if (lo < cluster->naddr_index && entry->is_node == is_node &&
        pg_addr_compare(entry->addr, addr) == 0)
        return entry->index;
    return PG_NONE;
}

uint32_t pg_cluster_pod_at(const struct pg_cluster *cluster, struct pg_addr addr)
{
    return find_address(cluster, addr, false);
}

uint32_t pg_cluster_node_at(const struct pg_cluster *cluster, struct pg_addr addr)
{
    return find_address(cluster, addr, true);
}
