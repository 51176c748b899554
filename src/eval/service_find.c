/*
 * The backends of a service: the pods that its selector names, or the addresses that EndpointSlices list
 * (semantics 9.2-9.4, 9.6). Where the two disagree the slices count: they are what a cluster goes by.
 */
#include "service_internal.h"

/* Names of pods or addresses that a disagreement lists. */
#define MOST_GONE 3u

/* --- by selector ---------------------------------------------------------------------------------- */

/* A named target port in a pod: containers first, then sidecars, the first that has it (9.2). */
static uint32_t find_port(const struct pg_pod *pod, pg_str name, enum pg_protocol protocol)
{
    for (int kind = PG_CONTAINER; kind <= PG_CONTAINER_SIDECAR; kind++)
        for (uint32_t i = 0; i < pod->nports; i++)
            if (pod->ports[i].container == kind && pod->ports[i].name == name &&
                pod->ports[i].protocol == protocol)
                return pod->ports[i].number;
    return 0;
}

static bool is_selected(const struct asking *asking, const struct pg_pod *pod)
{
    return pod->ns == asking->service->ns &&
           pg_labels_contain(pod->labels, asking->service->selector);
}

/* The port that a pod is asked at; 0 where it has none of the name. Clients of a headless service choose
   the port themselves (9.4). */
static uint32_t port_of(const struct asking *asking, const struct pg_pod *pod)
{
    const struct pg_service_port *port = asking->service_port;
    if (asking->headless)
        return asking->port;
    return port->target != 0 ? port->target : find_port(pod, port->target_name, asking->protocol);
}

static void add_backend(struct asking *asking, struct pg_end end, uint32_t port)
{
    struct pg_backend *backend = pg_vec_add(asking->arena, &asking->backends);
    *backend = (struct pg_backend){.end = end, .port = port, .counted = true, .ready = true};
}

/* Terminating pods serve only where nothing else does (9.3). */
static void by_selector(struct asking *asking)
{
    const struct pg_cluster *cluster = asking->eval->cluster;
    const struct pg_namespace *ns = &cluster->namespaces[asking->service->ns];
    bool alive = false;
    for (int pass = 0; pass < 2; pass++)
        for (uint32_t i = ns->first_pod; i < ns->first_pod + ns->npods; i++) {
            const struct pg_pod *pod = &cluster->pods[i];
            if (!is_selected(asking, pod) || pod->terminating != (pass == 1))
                continue;
            uint32_t number = port_of(asking, pod);
            asking->nselected++;
            asking->nlacking += number == 0;
            if (number == 0)
                continue;
            add_backend(asking, (struct pg_end){.kind = PG_END_POD, .index = i}, number);
            struct pg_backend *backend = &asking->backends.v[asking->backends.n - 1];
            alive |= pass == 0;
            backend->counted = pass == 0 || !alive;
            backend->ready = !pod->not_ready || asking->service->unready_too;
        }
}

/* --- by slices ------------------------------------------------------------------------------------ */

/* Whether an endpoint is one of the port that is asked for: by the port's name (9.6). */
static bool is_of_port(const struct asking *asking, const struct pg_endpoint *endpoint)
{
    pg_str name = asking->service_port->name;
    return endpoint->port_name == (name != PG_STR_NONE ? name : PG_STR_EMPTY) &&
           endpoint->protocol == asking->protocol;
}

static bool has_addr(const struct pg_pod *pod, struct pg_addr addr)
{
    return pg_addr_compare(pod->addr[FAMILY_INDEX(addr.family)], addr) == 0;
}

/* The pod at an address that a slice lists. One on the host network has its node's: of several, one that the
   selector names. */
static uint32_t pod_at(const struct asking *asking, struct pg_addr addr)
{
    const struct pg_cluster *cluster = asking->eval->cluster;
    const struct pg_namespace *ns = &cluster->namespaces[asking->service->ns];
    uint32_t pod = pg_cluster_pod_at(cluster, addr);
    bool sure = pod != PG_NONE && !cluster->pods[pod].host_network;
    if (sure || !asking->service->has_selector)
        return pod;
    for (uint32_t i = ns->first_pod; i < ns->first_pod + ns->npods; i++)
        if (cluster->pods[i].host_network && has_addr(&cluster->pods[i], addr) &&
            is_selected(asking, &cluster->pods[i]))
            return i;
    return pod;
}

static struct pg_end end_at(const struct asking *asking, struct pg_addr addr)
{
    uint32_t pod = pod_at(asking, addr);
    if (pod != PG_NONE)
        return (struct pg_end){.kind = PG_END_POD, .index = pod};
    return pg_end_at(asking->eval->cluster, addr);
}

/* The addresses that slices list, port by port name (9.6). Those of a pod with two families are one
   backend. */
static void by_slices(struct asking *asking)
{
    struct pg_map pods = {0};
    for (uint32_t i = 0; i < asking->service->nendpoints && asking->service_port != NULL; i++) {
        const struct pg_endpoint *endpoint = &asking->service->endpoints[i];
        if (!is_of_port(asking, endpoint))
            continue;
        struct pg_end end = end_at(asking, endpoint->addr);
        uint32_t port = asking->headless ? asking->port : endpoint->port;
        if (end.kind == PG_END_POD) {
            if (pg_map_get(&pods, (uint64_t)end.index << 16 | port) != NULL)
                continue;
            pg_map_put(&pods, (uint64_t)end.index << 16 | port, 1);
        }
        add_backend(asking, end, port);
        asking->backends.v[asking->backends.n - 1].ready = endpoint->ready;
    }
    pg_map_free(&pods);
    asking->by_slices = true;
}

/* --- both ----------------------------------------------------------------------------------------- */

struct difference {
    struct pg_buf text;
    uint32_t n;
};

static void add_gone(struct difference *difference, const struct asking *asking,
                     const struct pg_end *end, const char *what)
{
    if (difference->n++ >= MOST_GONE)
        return;
    pg_buf_puts(&difference->text, difference->n > 1 ? ", " : "");
    pg_end_print(&difference->text, asking->eval, end);
    pg_buf_printf(&difference->text, " %s", what);
}

/* The endpoints that no pod of the selector has; in `seen` the pods that are listed. */
static void see_listed(const struct asking *asking, struct pg_map *seen,
                       struct difference *difference)
{
    const struct pg_cluster *cluster = asking->eval->cluster;
    for (uint32_t i = 0; i < asking->service->nendpoints; i++) {
        const struct pg_endpoint *endpoint = &asking->service->endpoints[i];
        if (!is_of_port(asking, endpoint))
            continue;
        struct pg_end end = end_at(asking, endpoint->addr);
        if (end.kind == PG_END_POD && is_selected(asking, &cluster->pods[end.index]))
            pg_map_put(seen, end.index, 1);
        else
            add_gone(difference, asking, &end, "is listed and not selected");
    }
}

/* Whether slices list others than the selector names. Pods without an address can't be in a slice, and a
   workload without live pods is no cluster to compare with. */
static void compare(struct asking *asking)
{
    const struct pg_cluster *cluster = asking->eval->cluster;
    struct difference difference = {0};
    struct pg_map seen = {0};
    for (uint32_t i = 0; i < asking->backends.n; i++)
        if (cluster->pods[asking->backends.v[i].end.index].is_virtual)
            return;
    see_listed(asking, &seen, &difference);
    for (uint32_t i = 0; i < asking->backends.n; i++) {
        const struct pg_end *end = &asking->backends.v[i].end;
        const struct pg_pod *pod = &cluster->pods[end->index];
        if (pod->addr_known && !pod->terminating && pg_map_get(&seen, end->index) == NULL)
            add_gone(&difference, asking, end, "is selected and not listed");
    }
    if (difference.n > MOST_GONE)
        pg_buf_printf(&difference.text, " and %u more", difference.n - MOST_GONE);
    asking->disagree = difference.n > 0;
    asking->gone = pg_arena_strdup(asking->arena, pg_buf_text(&difference.text));
    pg_buf_free(&difference.text);
    pg_map_free(&seen);
}

void pg_service_backends(struct asking *asking)
{
    if (!asking->service->has_selector) {
        by_slices(asking);
        return;
    }
    by_selector(asking);
    if (!asking->service->has_slices || asking->service_port == NULL)
        return;
    compare(asking);
    if (asking->disagree) {
        asking->backends.n = 0;
        by_slices(asking);
    }
}
