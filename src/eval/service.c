/*
 * A question to a service: each backend is judged on its own at its target port (semantics 9). The
 * service's own address and port are never matched by a policy.
 */
#include <string.h>

#include "why_internal.h"

typedef PG_VEC(struct pg_backend) backend_vec;

struct asking {
    struct pg_arena *arena;
    struct pg_eval *eval;
    const struct pg_end *from;
    const struct pg_service *service;
    enum pg_protocol protocol;
    uint32_t port; /* of the service */
    int family;
    backend_vec backends;
};

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

static const struct pg_service_port *service_port(const struct asking *asking)
{
    for (uint32_t i = 0; i < asking->service->nports; i++)
        if (asking->service->ports[i].port == asking->port &&
            asking->service->ports[i].protocol == asking->protocol)
            return &asking->service->ports[i];
    return NULL;
}

/* Whether an outside client's packet may come with a node's address (9.7). */
static bool source_may_be_node(const struct asking *asking)
{
    return asking->from->kind == PG_END_ADDR && !asking->service->local_traffic;
}

/* What the backend's policies say of a packet from some node, which may be its own. */
static enum pg_verdict verdict_from_node(struct asking *asking, const struct pg_why *client)
{
    struct ask ask = {.self = pg_eval_class_of(asking->eval, &client->to),
                      .other = asking->eval->unknown_node,
                      .dir = PG_INGRESS,
                      .near = PG_NEAR_UNKNOWN,
                      .family = asking->from->addr.family};
    struct pg_side side = pg_cell_side(asking->eval, &ask);
    return pg_why_verdict(asking->eval, client->question, side.sure, side.possible);
}

/* The client's address may have been replaced by a node's: what holds for both is the answer, else
   nothing is known (9.7). */
static const struct pg_why *judge_unknown_node(struct asking *asking, const struct pg_why *client)
{
    if (client->verdict == PG_VERDICT_NO_ROUTE ||
        client->verdict == verdict_from_node(asking, client))
        return client;
    struct pg_why *why = pg_arena_alloc(asking->arena, sizeof *why);
    *why = *client;
    why->verdict = PG_VERDICT_UNKNOWN;
    why->sides[PG_INGRESS].verdict = PG_VERDICT_UNKNOWN;
    why->sides[PG_INGRESS].own_node_unknown = client->verdict == PG_VERDICT_DENIED;
    why->sure = PG_PORTS_NONE;
    why->possible = why->question;
    why->sentence = pg_arena_printf(
        asking->arena,
        "%s But through this service a node may replace the client's address, and then the answer "
        "may be another: it is not known.",
        client->sentence);
    return why;
}

static void add_backend(struct asking *asking, const struct pg_end *end, uint32_t port, bool counted)
{
    struct pg_backend *backend = pg_vec_add(asking->arena, &asking->backends);
    struct ask_options options = {.family = asking->family, .through_service = true};
    options.hairpin =
        pg_eval_is_self(asking->eval, asking->from, end) && !asking->eval->assume.hairpin_policy;
    backend->end = *end;
    backend->port = port;
    backend->counted = counted;
    pg_ports question = pg_portset_range(asking->eval->sets, asking->protocol, port, port);
    backend->why =
        pg_why_question(asking->arena, asking->eval, asking->from, end, question, &options);
    if (source_may_be_node(asking))
        backend->why = judge_unknown_node(asking, backend->why);
}

/* The pods that the selector names (9.3). Terminating ones serve only where nothing else does. */
static void backends_by_selector(struct asking *asking)
{
    const struct pg_cluster *cluster = asking->eval->cluster;
    const struct pg_namespace *ns = &cluster->namespaces[asking->service->ns];
    const struct pg_service_port *port = service_port(asking);
    bool alive = false;
    for (int pass = 0; pass < 2; pass++)
        for (uint32_t i = ns->first_pod; i < ns->first_pod + ns->npods; i++) {
            const struct pg_pod *pod = &cluster->pods[i];
            uint32_t number = asking->port;
            if (!pg_labels_contain(pod->labels, asking->service->selector) ||
                pod->terminating != (pass == 1))
                continue;
            if (!asking->service->headless)
                number = port->target != 0 ? port->target
                                           : find_port(pod, port->target_name, asking->protocol);
            if (number == 0)
                continue;
            alive |= pass == 0;
            add_backend(asking, &(struct pg_end){.kind = PG_END_POD, .index = i}, number,
                        pass == 0 || !alive);
        }
}

/* The addresses that slices list, port by port name (9.6). */
static void backends_by_slices(struct asking *asking)
{
    const struct pg_cluster *cluster = asking->eval->cluster;
    const struct pg_service_port *port = service_port(asking);
    pg_str name = port->name != PG_STR_NONE ? port->name : PG_STR_EMPTY;
    for (uint32_t i = 0; i < asking->service->nendpoints; i++) {
        const struct pg_endpoint *endpoint = &asking->service->endpoints[i];
        if (endpoint->port_name != name || endpoint->protocol != asking->protocol)
            continue;
        struct pg_end end = {.kind = PG_END_ADDR, .addr = endpoint->addr};
        uint32_t pod = pg_cluster_pod_at(cluster, endpoint->addr);
        uint32_t node = pg_cluster_node_at(cluster, endpoint->addr);
        if (pod != PG_NONE)
            end = (struct pg_end){.kind = PG_END_POD, .index = pod};
        else if (node != PG_NONE)
            end = (struct pg_end){.kind = PG_END_NODE, .index = node};
        add_backend(asking, &end, endpoint->port, true);
    }
}

static void print_service(struct pg_buf *out, const struct pg_cluster *cluster,
                          const struct pg_service *service)
{
    pg_buf_printf(out, "%s/svc/%s", pg_cluster_text(cluster, cluster->namespaces[service->ns].name),
                  pg_cluster_text(cluster, service->name));
}

/* An answer that no backend was needed for. */
static void answer(struct asking *asking, struct pg_why *why, enum pg_verdict verdict,
                   const char *reason)
{
    struct pg_buf text = {0};
    pg_end_print(&text, asking->eval, asking->from);
    pg_buf_puts(&text,
                verdict == PG_VERDICT_UNKNOWN ? " may or may not reach " : " does not reach ");
    print_service(&text, asking->eval->cluster, asking->service);
    pg_buf_printf(&text, " on %u/%s: %s.", asking->port, pg_protocol_name(asking->protocol), reason);
    why->verdict = verdict;
    why->sentence = pg_arena_strndup(asking->arena, pg_buf_text(&text), text.n);
    pg_buf_free(&text);
}

/* Sums up: equal verdicts are that verdict, different ones are mixed. */
static void combine_backends(struct asking *asking, struct pg_why *why)
{
    const struct pg_backend *decider = NULL;
    uint32_t n = 0, allowed = 0;
    for (uint32_t i = 0; i < asking->backends.n; i++) {
        const struct pg_backend *backend = &asking->backends.v[i];
        if (!backend->counted)
            continue;
        if (n++ == 0)
            why->verdict = backend->why->verdict;
        else if (why->verdict != backend->why->verdict)
            why->verdict = PG_VERDICT_MIXED;
        allowed += backend->why->verdict == PG_VERDICT_ALLOWED;
        if (decider == NULL || (decider->why->verdict == PG_VERDICT_ALLOWED &&
                                backend->why->verdict != PG_VERDICT_ALLOWED))
            decider = backend;
    }
    why->to = decider->end;
    why->question = decider->why->question;
    why->sides[0] = decider->why->sides[0];
    why->sides[1] = decider->why->sides[1];
    why->notes = decider->why->notes;
    why->nnotes = decider->why->nnotes;
    struct pg_buf text = {0};
    print_service(&text, asking->eval->cluster, asking->service);
    pg_buf_printf(&text, " port %u/%s is answered by %u backend%s at ", asking->port,
                  pg_protocol_name(asking->protocol), n, n == 1 ? "" : "s");
    pg_buf_printf(&text, "%u/%s; %u of %u allowed; ", decider->port,
                  pg_protocol_name(asking->protocol), allowed, n);
    pg_buf_puts(&text, decider->why->sentence);
    why->sentence = pg_arena_strndup(asking->arena, pg_buf_text(&text), text.n);
    pg_buf_free(&text);
}

static bool is_type(const struct asking *asking, const char *type)
{
    return strcmp(pg_cluster_text(asking->eval->cluster, asking->service->type), type) == 0;
}

/* What ends a question before any backend is looked at. Returns whether it did. */
static bool ends_early(struct asking *asking, struct pg_why *why)
{
    const struct pg_service_port *port = service_port(asking);
    if (is_type(asking, "ExternalName")) {
        answer(asking, why, PG_VERDICT_UNKNOWN,
               "it is an alias for a name outside, whose address is not known"); /* 9.5 */
        return true;
    }
    if (port == NULL && !asking->service->headless) {
        answer(asking, why, PG_VERDICT_NO_BACKEND, "the service has no such port");
        return true;
    }
    bool open = is_type(asking, "NodePort") || is_type(asking, "LoadBalancer") ||
                asking->service->external_ips;
    if (asking->from->kind == PG_END_ADDR && !open) {
        answer(asking, why, PG_VERDICT_NO_ROUTE,
               "a ClusterIP service has no address outside the cluster"); /* 9.7 */
        return true;
    }
    return false;
}

const struct pg_why *pg_why_service(struct pg_arena *arena, struct pg_eval *eval,
                                    const struct pg_end *from, uint32_t service,
                                    enum pg_protocol protocol, uint32_t port, int family)
{
    struct asking asking = {.arena = arena,
                            .eval = eval,
                            .from = from,
                            .service = &eval->cluster->services[service],
                            .protocol = protocol,
                            .port = port,
                            .family = family};
    struct pg_why *why = pg_arena_alloc(arena, sizeof *why);
    why->from = *from;
    why->service = service;
    why->service_port = port;
    why->family = family;
    why->question = pg_portset_range(eval->sets, protocol, port, port);
    if (ends_early(&asking, why))
        return why;
    if (asking.service->has_selector)
        backends_by_selector(&asking);
    else if (service_port(&asking) != NULL)
        backends_by_slices(&asking);
    why->backends = asking.backends.v;
    why->nbackends = asking.backends.n;
    if (asking.backends.n == 0)
        answer(&asking, why, PG_VERDICT_NO_BACKEND,
               asking.service->has_selector ? "no pod answers for it"
                                            : "no endpoint is listed for it"); /* 9.9 */
    else
        combine_backends(&asking, why);
    return why;
}
