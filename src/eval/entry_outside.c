/*
 * The first hop of an entry: from outside the cluster to the pods of its controller, through the services
 * that open them, or where there is none straight to their ports.
 */
#include <string.h>

#include "entry_internal.h"

void pg_entry_join(struct pg_hop *hop, const struct pg_why *why)
{
    bool first = !hop->asked;
    if (first)
        hop->verdict = why->verdict;
    else if (hop->verdict != why->verdict)
        hop->verdict = PG_VERDICT_MIXED;
    if (first || (hop->why->verdict == PG_VERDICT_ALLOWED && why->verdict != PG_VERDICT_ALLOWED))
        hop->why = why;
    hop->asked = true;
}

/* --- services ------------------------------------------------------------------------------------- */

static bool is_open(const struct pg_cluster *cluster, const struct pg_service *service)
{
    const char *type = pg_cluster_text(cluster, service->type);
    return strcmp(type, "NodePort") == 0 || strcmp(type, "LoadBalancer") == 0 ||
           service->external_ips;
}

static bool selects_one(const struct pg_cluster *cluster, const struct pg_service *service,
                        const struct controller *controller)
{
    for (uint32_t i = 0; i < controller->npods && service->has_selector; i++) {
        const struct pg_pod *pod = &cluster->pods[controller->pods[i]];
        if (pod->ns == service->ns && pg_labels_contain(pod->labels, service->selector))
            return true;
    }
    return false;
}

/* 80 and 443 are what an entry is for; a service may open ports for other purposes beside them. */
static bool is_usual(const struct pg_service_port *port)
{
    return port->protocol == PG_TCP && (port->port == 80 || port->port == 443);
}

static struct pg_hop ask_service(struct pg_arena *arena, struct pg_eval *eval,
                                 const struct pg_end *outside, uint32_t index)
{
    const struct pg_service *service = &eval->cluster->services[index];
    struct pg_hop hop = {0};
    bool usual = false;
    for (uint32_t i = 0; i < service->nports; i++)
        usual |= is_usual(&service->ports[i]);
    for (uint32_t i = 0; i < service->nports; i++) {
        const struct pg_service_port *port = &service->ports[i];
        if (!usual || is_usual(port))
            pg_entry_join(&hop, pg_why_service(arena, eval, outside, index,
                                               (enum pg_protocol)port->protocol, port->port, 0));
    }
    return hop;
}

/* Whether one way in is better than another: one that is open is enough. */
static bool is_better(const struct pg_hop *hop, const struct pg_hop *than)
{
    static const int rank[] = {
        [PG_VERDICT_ALLOWED] = 5, [PG_VERDICT_MIXED] = 4,      [PG_VERDICT_UNKNOWN] = 3,
        [PG_VERDICT_DENIED] = 2,  [PG_VERDICT_NO_BACKEND] = 1, [PG_VERDICT_NO_ROUTE] = 0,
    };
    return hop->asked && (!than->asked || rank[hop->verdict] > rank[than->verdict]);
}

static bool ask_services(struct pg_arena *arena, struct pg_eval *eval, const struct pg_end *outside,
                         struct controller *controller)
{
    const struct pg_cluster *cluster = eval->cluster;
    for (uint32_t i = 0; i < cluster->nservices; i++) {
        if (!is_open(cluster, &cluster->services[i]) ||
            !selects_one(cluster, &cluster->services[i], controller))
            continue;
        struct pg_hop hop = ask_service(arena, eval, outside, i);
        if (is_better(&hop, &controller->outside))
            controller->outside = hop;
    }
    return controller->outside.asked;
}

/* --- straight to the pods ------------------------------------------------------------------------- */

static bool is_web(const struct pg_cluster *cluster, const struct pg_container_port *port)
{
    static const char *const names[] = {"http", "https", "web", "websecure", "proxy", "proxy-tls"};
    const char *name = pg_cluster_text(cluster, port->name);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(name, names[i]) == 0)
            return true;
    return port->number == 80 || port->number == 443;
}

/* The ports that a controller's pod takes connections at, as far as it declares any. */
static pg_ports own_ports(struct pg_eval *eval, const struct pg_pod *pod)
{
    pg_ports web = PG_PORTS_NONE, all = PG_PORTS_NONE;
    for (uint32_t i = 0; i < pod->nports; i++) {
        const struct pg_container_port *port = &pod->ports[i];
        if (port->protocol != PG_TCP)
            continue;
        pg_ports one = pg_portset_range(eval->sets, PG_TCP, port->number, port->number);
        all = pg_portset_union(eval->sets, all, one);
        if (is_web(eval->cluster, port))
            web = pg_portset_union(eval->sets, web, one);
    }
    if (web != PG_PORTS_NONE)
        return web;
    return all != PG_PORTS_NONE ? all : pg_portset_range(eval->sets, PG_TCP, 1, 65535);
}

static void ask_pods(struct pg_arena *arena, struct pg_eval *eval, const struct pg_end *outside,
                     struct controller *controller)
{
    struct pg_map seen = {0};
    bool hosts = true;
    for (uint32_t i = 0; i < controller->npods; i++) {
        uint32_t pod = controller->pods[i], class = pg_eval_class_of_pod(eval, pod);
        struct pg_end end = {.kind = PG_END_POD, .index = pod};
        hosts &= eval->cluster->pods[pod].host_network;
        if (pg_map_get(&seen, class) != NULL)
            continue;
        pg_map_put(&seen, class, 1);
        pg_entry_join(
            &controller->outside,
            pg_why_ask(arena, eval, outside, &end, own_ports(eval, &eval->cluster->pods[pod]), 0));
    }
    pg_map_free(&seen);
    if (hosts)
        return;
    const char **notes = pg_arena_array(arena, 1, sizeof *notes);
    notes[0] = "no Service of type NodePort or LoadBalancer selects the controller's pods: the way "
               "in from outside is asked at their own ports";
    controller->notes = notes;
    controller->nnotes = 1;
}

void pg_entry_ask_outside(struct pg_arena *arena, struct pg_eval *eval,
                          const struct pg_end *outside, struct controller *controller)
{
    if (controller->npods == 0 || (controller->flags & CONTROLLER_IDENTITY) != 0)
        return;
    if (!ask_services(arena, eval, outside, controller))
        ask_pods(arena, eval, outside, controller);
}
