/*
 * Words on services: the way from the name to the policies, step by step with the one that fails, and what a
 * reader must know beside it (semantics 9).
 */
#include <string.h>

#include "service_internal.h"

/* Addresses or port numbers that a text lists. */
#define MOST_LISTED 4u

const char *pg_stage_state_name(enum pg_stage_state state)
{
    static const char *const names[] = {
        [PG_STAGE_OK] = "ok",           [PG_STAGE_PARTLY] = "partly",   [PG_STAGE_FAILS] = "fails",
        [PG_STAGE_UNKNOWN] = "unknown", [PG_STAGE_SKIPPED] = "skipped",
    };
    return names[state];
}

void pg_service_print(struct pg_buf *out, const struct asking *asking)
{
    const struct pg_cluster *cluster = asking->eval->cluster;
    pg_buf_printf(out, "%s/svc/%s",
                  pg_cluster_text(cluster, cluster->namespaces[asking->service->ns].name),
                  pg_cluster_text(cluster, asking->service->name));
}

bool pg_service_is(const struct asking *asking, const char *type)
{
    return strcmp(pg_cluster_text(asking->eval->cluster, asking->service->type), type) == 0;
}

bool pg_service_is_open(const struct asking *asking)
{
    return pg_service_is(asking, "NodePort") || pg_service_is(asking, "LoadBalancer") ||
           asking->service->external_ips;
}

static const char *keep(const struct asking *asking, struct pg_buf *text)
{
    const char *kept = pg_arena_strndup(asking->arena, pg_buf_text(text), text->n);
    pg_buf_free(text);
    return kept;
}

static void print_port(struct pg_buf *out, const struct asking *asking,
                       const struct pg_service_port *port)
{
    const char *name = pg_cluster_text(asking->eval->cluster, port->name);
    pg_buf_printf(out, "%u/%s", port->port, pg_protocol_name((enum pg_protocol)port->protocol));
    if (*name != '\0')
        pg_buf_printf(out, " (%s)", name);
}

/* --- the steps ------------------------------------------------------------------------------------ */

static struct pg_stage say_service(const struct asking *asking)
{
    struct pg_stage stage = {.name = "service", .loc = asking->service->loc};
    struct pg_buf text = {0};
    pg_service_print(&text, asking);
    pg_buf_printf(&text, ", type %s", pg_cluster_text(asking->eval->cluster, asking->service->type));
    if (asking->service->headless)
        pg_buf_puts(&text, ", headless");
    for (int i = 0; i < 2; i++)
        if (asking->service->cluster_ip[i].family != 0) {
            pg_buf_puts(&text, " ");
            pg_addr_print(&text, asking->service->cluster_ip[i]);
        }
    if (pg_service_is(asking, "ExternalName")) {
        stage.state = PG_STAGE_UNKNOWN;
        pg_buf_puts(&text, ": an alias for a name outside, whose address is not known");
    } else if (asking->from->kind == PG_END_ADDR && !pg_service_is_open(asking) &&
               !asking->from->maybe_inside) {
        stage.state = PG_STAGE_FAILS;
        pg_buf_puts(&text, ": it has no address outside the cluster");
    }
    stage.detail = keep(asking, &text);
    return stage;
}

static struct pg_stage say_port(const struct asking *asking)
{
    struct pg_stage stage = {.name = "port"};
    const struct pg_service_port *port = asking->service_port;
    struct pg_buf text = {0};
    if (port != NULL) {
        print_port(&text, asking, port);
        if (port->node_port != 0 && asking->from->kind == PG_END_ADDR)
            pg_buf_printf(&text, ", on the nodes %u", port->node_port);
    } else if (asking->headless) {
        pg_buf_printf(&text,
                      "%u/%s is none of the service's: clients of a headless one may ask for it",
                      asking->port, pg_protocol_name(asking->protocol));
    } else {
        stage.state = PG_STAGE_FAILS;
        pg_buf_printf(&text, "the service has no %u/%s; it has ", asking->port,
                      pg_protocol_name(asking->protocol));
        for (uint32_t i = 0; i < asking->service->nports; i++) {
            pg_buf_puts(&text, i > 0 ? ", " : "");
            print_port(&text, asking, &asking->service->ports[i]);
        }
        pg_buf_puts(&text, asking->service->nports == 0 ? "none" : "");
    }
    stage.detail = keep(asking, &text);
    return stage;
}

/* "8080 in 2 pods, 9090 in 1": the numbers that the backends are asked at. */
static void print_numbers(struct pg_buf *out, const struct asking *asking)
{
    uint32_t shown = 0;
    for (uint32_t i = 0; i < asking->backends.n; i++) {
        uint32_t port = asking->backends.v[i].port, n = 0;
        bool again = false;
        for (uint32_t k = 0; k < asking->backends.n; k++) {
            again |= k < i && asking->backends.v[k].port == port;
            n += asking->backends.v[k].port == port;
        }
        if (again)
            continue;
        if (shown++ == MOST_LISTED) {
            pg_buf_puts(out, ", ...");
            return;
        }
        pg_buf_printf(out, "%s%u at %u %s", shown > 1 ? ", " : "", port, n,
                      n == 1 ? "backend" : "backends");
    }
}

static void say_named_target(const struct asking *asking, struct pg_stage *stage,
                             struct pg_buf *text)
{
    const struct pg_service_port *port = asking->service_port;
    uint32_t found = asking->nselected - asking->nlacking;
    const char *name = pg_cluster_text(asking->eval->cluster, port->target_name);
    pg_buf_printf(text, "%s/%s: ", name, pg_protocol_name(asking->protocol));
    if (found > 0)
        print_numbers(text, asking);
    else if (asking->nselected > 0)
        pg_buf_printf(text, "no container port of that name in any of %u pods", asking->nselected);
    else
        pg_buf_puts(text, "there is no pod to look the name up in");
    if (found > 0 && asking->nlacking > 0)
        pg_buf_printf(text, "; %u %s no port of that name and %s no backend", asking->nlacking,
                      asking->nlacking == 1 ? "pod has" : "pods have",
                      asking->nlacking == 1 ? "is" : "are");
    if (asking->nselected > 0 && asking->nlacking > 0)
        stage->state = found > 0 ? PG_STAGE_PARTLY : PG_STAGE_FAILS;
}

static struct pg_stage say_target(const struct asking *asking)
{
    struct pg_stage stage = {.name = "target port"};
    const struct pg_service_port *port = asking->service_port;
    struct pg_buf text = {0};
    if (asking->headless)
        pg_buf_printf(&text, "%u: clients of a headless service get pod addresses and keep the port",
                      asking->port);
    else if (asking->by_slices && asking->backends.n > 0)
        print_numbers(&text, asking);
    else if (asking->by_slices || port->target != 0)
        pg_buf_printf(&text, "%u", port->target);
    else
        say_named_target(asking, &stage, &text);
    stage.detail = keep(asking, &text);
    return stage;
}

static void print_origin(struct pg_buf *out, const struct asking *asking)
{
    const struct pg_cluster *cluster = asking->eval->cluster;
    struct pg_labels selector = asking->service->selector;
    if (asking->by_slices) {
        pg_buf_puts(out, asking->service->has_slices ? "listed by EndpointSlices"
                                                     : "no selector, and no EndpointSlice");
        return;
    }
    for (uint32_t i = 0; i < selector.n; i++)
        pg_buf_printf(out, "%s%s=%s", i > 0 ? "," : "", pg_cluster_text(cluster, selector.v[i].key),
                      pg_cluster_text(cluster, selector.v[i].value));
}

static struct pg_stage say_endpoints(const struct asking *asking)
{
    struct pg_stage stage = {.name = "endpoints"};
    struct pg_buf text = {0};
    uint32_t n = asking->backends.n, ready = 0, dying = 0;
    for (uint32_t i = 0; i < n; i++) {
        ready += asking->backends.v[i].ready && asking->backends.v[i].counted;
        dying += !asking->backends.v[i].counted;
    }
    pg_buf_printf(&text, "%u of %u ready", ready, n);
    if (n == 0)
        pg_buf_puts(&text, asking->nselected > 0 ? ", the others lack the target port" : "");
    if (dying > 0)
        pg_buf_printf(&text, ", %u terminating", dying);
    pg_buf_puts(&text, " (");
    print_origin(&text, asking);
    pg_buf_puts(&text, ")");
    if (ready == 0)
        stage.state = PG_STAGE_FAILS;
    stage.detail = keep(asking, &text);
    return stage;
}

static struct pg_stage say_policies(const struct asking *asking, const struct pg_why *why)
{
    static const enum pg_stage_state states[] = {
        [PG_VERDICT_ALLOWED] = PG_STAGE_OK,       [PG_VERDICT_DENIED] = PG_STAGE_FAILS,
        [PG_VERDICT_UNKNOWN] = PG_STAGE_UNKNOWN,  [PG_VERDICT_MIXED] = PG_STAGE_PARTLY,
        [PG_VERDICT_NO_BACKEND] = PG_STAGE_FAILS, [PG_VERDICT_NO_ROUTE] = PG_STAGE_FAILS,
    };
    uint32_t counted = 0, by[PG_VERDICT_NO_ROUTE + 1] = {0};
    struct pg_stage stage = {.name = "policies", .state = states[why->verdict]};
    struct pg_buf text = {0};
    for (uint32_t i = 0; i < why->nbackends; i++)
        if (why->backends[i].counted) {
            by[why->backends[i].why->verdict]++;
            counted++;
        }
    pg_buf_printf(&text, "%u of %u %s allowed", by[PG_VERDICT_ALLOWED], counted,
                  counted == 1 ? "backend" : "backends");
    for (int verdict = PG_VERDICT_DENIED; verdict <= PG_VERDICT_NO_ROUTE; verdict++)
        if (by[verdict] > 0)
            pg_buf_printf(&text, ", %u %s", by[verdict], pg_verdict_name((enum pg_verdict)verdict));
    stage.detail = keep(asking, &text);
    return stage;
}

/* What comes after a step that ends the way. */
static void skip(struct pg_stage *stages, int from)
{
    static const char *const names[] = {"service", "port", "target port", "endpoints", "policies"};
    for (int i = from; i < PG_NSTAGES; i++)
        stages[i] =
            (struct pg_stage){.name = names[i], .state = PG_STAGE_SKIPPED, .detail = "not asked"};
}

const struct pg_stage *pg_service_stages(const struct asking *asking, const struct pg_why *why)
{
    struct pg_stage *stages = pg_arena_array(asking->arena, PG_NSTAGES, sizeof *stages);
    stages[STAGE_SERVICE] = say_service(asking);
    skip(stages, STAGE_PORT);
    if (stages[STAGE_SERVICE].state != PG_STAGE_OK)
        return stages;
    stages[STAGE_PORT] = say_port(asking);
    if (stages[STAGE_PORT].state != PG_STAGE_OK)
        return stages;
    stages[STAGE_TARGET] = say_target(asking);
    if (stages[STAGE_TARGET].state == PG_STAGE_FAILS)
        return stages;
    stages[STAGE_ENDPOINTS] = say_endpoints(asking);
    if (asking->backends.n > 0)
        stages[STAGE_POLICIES] = say_policies(asking, why);
    return stages;
}

/* --- notes ---------------------------------------------------------------------------------------- */

static void add_note(const struct asking *asking, note_vec *notes, struct pg_buf *text)
{
    const char *kept = keep(asking, text);
    pg_vec_push(asking->arena, notes, kept);
}

/* The addresses of nodes that a policy may see instead of a client's. */
static void print_nodes(struct pg_buf *out, const struct pg_cluster *cluster)
{
    uint32_t shown = 0;
    for (uint32_t i = 0; i < cluster->nnodes; i++)
        for (uint32_t k = 0; k < cluster->nodes[i].naddrs; k++) {
            if (shown == MOST_LISTED) {
                pg_buf_puts(out, ", ...)");
                return;
            }
            pg_buf_puts(out, shown++ == 0 ? " (" : ", ");
            pg_addr_print(out, cluster->nodes[i].addrs[k]);
        }
    pg_buf_puts(out, shown > 0 ? ")" : "");
}

/* What source address the policies of the backends see (9.7). */
static void note_source(const struct asking *asking, note_vec *notes)
{
    struct pg_buf text = {0};
    if (asking->from->kind != PG_END_ADDR || !pg_service_is_open(asking))
        return;
    if (asking->service->local_traffic) {
        pg_buf_puts(&text,
                    "externalTrafficPolicy is Local: the policies see the client's own address, ");
        pg_addr_print(&text, asking->from->addr);
        pg_buf_puts(&text, "; only nodes with a backend of their own take the packet");
    } else {
        pg_buf_puts(&text,
                    "externalTrafficPolicy is Cluster (the default): the policies see the client's "
                    "address, ");
        pg_addr_print(&text, asking->from->addr);
        pg_buf_puts(&text, ", or that of the node that passed the packet on");
        print_nodes(&text, asking->eval->cluster);
        pg_buf_puts(&text,
                    ", which may be the backend's own and is then always admitted. It hangs on the "
                    "network plugin and the proxy; with externalTrafficPolicy: Local they see the "
                    "client");
    }
    add_note(asking, notes, &text);
}

static void note_ranges(const struct asking *asking, note_vec *notes)
{
    const struct pg_service *service = asking->service;
    struct pg_buf text = {0};
    bool in = false;
    if (service->nsource_ranges == 0 || asking->from->kind != PG_END_ADDR)
        return;
    pg_buf_puts(&text, "loadBalancerSourceRanges: the load balancer is told to take ");
    for (uint32_t i = 0; i < service->nsource_ranges; i++) {
        in |= pg_cidr_has(service->source_ranges[i], asking->from->addr);
        if (i < MOST_LISTED) {
            pg_buf_puts(&text, i > 0 ? ", " : "");
            pg_cidr_print(&text, service->source_ranges[i]);
        }
    }
    pg_buf_puts(&text, service->nsource_ranges > MOST_LISTED ? ", ... only; " : " only; ");
    pg_addr_print(&text, asking->from->addr);
    pg_buf_printf(&text, " is %s. That is enforced outside the cluster and no part of the verdict",
                  in ? "one of these" : "none of these");
    add_note(asking, notes, &text);
}

static void note_headless(const struct asking *asking, note_vec *notes)
{
    const struct pg_service_port *port = asking->service_port;
    struct pg_buf text = {0};
    if (!asking->headless || port == NULL || port->target == port->port)
        return;
    pg_buf_puts(&text, "the service is headless: its targetPort ");
    if (port->target != 0)
        pg_buf_printf(&text, "%u", port->target);
    else
        pg_buf_puts(&text, pg_cluster_text(asking->eval->cluster, port->target_name));
    pg_buf_printf(
        &text,
        " is not applied, clients connect to the pods at %u themselves; a pod that listens "
        "on the target port only does not answer there",
        port->port);
    add_note(asking, notes, &text);
}

static void note_slices(const struct asking *asking, note_vec *notes)
{
    struct pg_buf text = {0};
    if (!asking->disagree)
        return;
    pg_buf_printf(
        &text,
        "the EndpointSlices of this service and its selector disagree: %s. The slices are "
        "what the cluster goes by",
        asking->gone);
    add_note(asking, notes, &text);
}

static void note_unready(const struct asking *asking, const struct pg_why *why, note_vec *notes)
{
    struct pg_buf text = {0};
    for (uint32_t i = 0; i < why->nbackends; i++)
        if (why->backends[i].ready)
            return;
    if (why->nbackends == 0)
        return;
    pg_buf_puts(&text,
                "no backend is ready: whatever the policies say, nothing answers until one is");
    add_note(asking, notes, &text);
}

/* A block in an egress rule that means the service's own address allows nothing (9.8). */
static bool covers(const struct pg_rule *rule, struct pg_addr addr)
{
    for (uint32_t i = 0; i < rule->npeers; i++)
        if (rule->peers[i].kind == PG_PEER_IPBLOCK && pg_cidr_has(rule->peers[i].cidr, addr))
            return true;
    return false;
}

static void note_cluster_ip(const struct asking *asking, const struct pg_why *why, note_vec *notes)
{
    const struct pg_cluster *cluster = asking->eval->cluster;
    const struct pg_why_side *side = &why->sides[PG_EGRESS];
    if (!side->present || side->verdict == PG_VERDICT_ALLOWED)
        return;
    for (uint32_t i = 0; i < side->npolicies; i++) {
        const struct pg_policy *policy = &cluster->policies[side->policies[i]];
        for (uint32_t k = 0; k < policy->nrules[PG_EGRESS] * 2; k++) {
            struct pg_addr addr = asking->service->cluster_ip[k % 2];
            struct pg_buf text = {0};
            if (addr.family == 0 || !covers(&policy->rules[PG_EGRESS][k / 2], addr))
                continue;
            pg_policy_print(&text, cluster, side->policies[i]);
            pg_buf_puts(&text, " has an ipBlock that covers the service's own address, ");
            pg_addr_print(&text, addr);
            pg_buf_puts(&text,
                        ": policies are asked with the pods' addresses, so it allows nothing "
                        "here");
            add_note(asking, notes, &text);
            return;
        }
    }
}

/* A rule about port 53 does not match DNS pods that listen elsewhere (8.8). */
static void note_dns(const struct asking *asking, const struct pg_why *why, note_vec *notes)
{
    struct pg_buf text = {0};
    if (asking->port != 53 || why->verdict != PG_VERDICT_DENIED || asking->backends.v[0].port == 53)
        return;
    pg_buf_printf(&text,
                  "the service answers on port 53 and its pods on %u: policies are asked with the "
                  "pods' port",
                  asking->backends.v[0].port);
    add_note(asking, notes, &text);
}

void pg_service_notes(const struct asking *asking, struct pg_why *why)
{
    note_vec notes = {0};
    for (uint32_t i = 0; i < why->nnotes; i++)
        pg_vec_push(asking->arena, &notes, why->notes[i]);
    note_source(asking, &notes);
    note_ranges(asking, &notes);
    note_headless(asking, &notes);
    note_slices(asking, &notes);
    note_unready(asking, why, &notes);
    note_cluster_ip(asking, why, &notes);
    note_dns(asking, why, &notes);
    why->notes = notes.v;
    why->nnotes = notes.n;
}
