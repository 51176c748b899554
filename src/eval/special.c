/*
 * Ends and ports that have a part of their own in every cluster, and what a reader should know of them
 * (semantics 8): the node that a pod runs on and its probes, the API server, the metadata service of a cloud,
 * DNS.
 */
#include <string.h>

#include "polgrid/plugin.h"
#include "why_internal.h"

#define DNS_PORT 53u

/* Link-local addresses that mean one thing nearly everywhere. */
static const struct {
    const char *addr, *name;
} KNOWN[] = {
    {"169.254.169.254", "cloud metadata"},
    {"fd00:ec2::254", "cloud metadata"},
    {"169.254.20.10", "node-local DNS"},
};

static void add_note(struct question *q, note_vec *notes, struct pg_buf *text)
{
    const char *kept = pg_why_keep(q, text);
    pg_buf_free(text);
    pg_vec_push(q->arena, notes, kept);
}

/* --- names ---------------------------------------------------------------------------------------- */

static bool is_known(struct pg_addr addr, const char *name)
{
    for (size_t i = 0; i < sizeof KNOWN / sizeof *KNOWN; i++) {
        struct pg_addr known;
        if (pg_addr_parse(KNOWN[i].addr, &known, NULL) && pg_addr_compare(addr, known) == 0)
            return strcmp(KNOWN[i].name, name) == 0;
    }
    return false;
}

/* default/kubernetes, whose endpoints are the API servers (8.11); NULL where it was not read. */
static const struct pg_service *api_service(const struct pg_cluster *cluster)
{
    uint32_t ns = pg_cluster_find_namespace(cluster, "default");
    uint32_t service = ns == PG_NONE ? PG_NONE : pg_cluster_find_service(cluster, ns, "kubernetes");
    return service == PG_NONE ? NULL : &cluster->services[service];
}

static bool has_addr(const struct pg_cluster *cluster, const struct pg_end *end, struct pg_addr addr)
{
    if (end->kind == PG_END_ADDR)
        return pg_addr_compare(end->addr, addr) == 0;
    if (end->kind == PG_END_POD)
        return pg_addr_compare(cluster->pods[end->index].addr[FAMILY_INDEX(addr.family)], addr) == 0;
    for (uint32_t i = 0; i < cluster->nodes[end->index].naddrs; i++)
        if (pg_addr_compare(cluster->nodes[end->index].addrs[i], addr) == 0)
            return true;
    return false;
}

/* The port that an end serves the API at; 0 where it does not. */
static uint16_t api_port(const struct pg_cluster *cluster, const struct pg_end *end)
{
    const struct pg_service *service = api_service(cluster);
    for (uint32_t i = 0; service != NULL && i < service->nendpoints; i++)
        if (has_addr(cluster, end, service->endpoints[i].addr))
            return service->endpoints[i].port;
    return 0;
}

/* The service whose own address this is; PG_NONE where it is none. */
static uint32_t service_at(const struct pg_cluster *cluster, const struct pg_end *end)
{
    for (uint32_t i = 0; i < cluster->nservices && end->kind == PG_END_ADDR; i++)
        for (int k = 0; k < 2; k++) {
            struct pg_addr addr = cluster->services[i].cluster_ip[k];
            if (addr.family != 0 && pg_addr_compare(addr, end->addr) == 0)
                return i;
        }
    return PG_NONE;
}

static const char *service_text(struct pg_arena *arena, const struct pg_cluster *cluster,
                                uint32_t index)
{
    const struct pg_service *service = &cluster->services[index];
    return pg_arena_printf(arena, "%s/svc/%s",
                           pg_cluster_text(cluster, cluster->namespaces[service->ns].name),
                           pg_cluster_text(cluster, service->name));
}

const char *pg_special_name(struct pg_arena *arena, const struct pg_eval *eval,
                            const struct pg_end *end)
{
    for (size_t i = 0; i < sizeof KNOWN / sizeof *KNOWN && end->kind == PG_END_ADDR; i++)
        if (is_known(end->addr, KNOWN[i].name))
            return KNOWN[i].name;
    if (end->kind != PG_END_POD && api_port(eval->cluster, end) != 0)
        return "the API server";
    uint32_t service = service_at(eval->cluster, end);
    if (service == PG_NONE)
        return NULL;
    return pg_arena_printf(arena, "the address of %s", service_text(arena, eval->cluster, service));
}

/* --- addresses ------------------------------------------------------------------------------------ */

/* A service's own address is translated before policies look at it (9.1, 8.11). */
static void note_service_address(struct question *q, note_vec *notes)
{
    uint32_t index = service_at(q->eval->cluster, q->to);
    struct pg_buf text = {0};
    if (index == PG_NONE)
        return;
    const struct pg_service *service = &q->eval->cluster->services[index];
    pg_addr_print(&text, q->to->addr);
    pg_buf_printf(
        &text,
        " is translated to the addresses behind the service before policies look at it: no "
        "ipBlock about it has an effect. Ask for %s",
        service_text(q->arena, q->eval->cluster, index));
    if (service->nports > 0)
        pg_buf_printf(&text, ":%u", service->ports[0].port);
    add_note(q, notes, &text);
}

static void note_api_server(struct question *q, note_vec *notes)
{
    uint16_t port = api_port(q->eval->cluster, q->to);
    struct pg_buf text = {0};
    if (port == 0 || q->from->kind != PG_END_POD || q->to->kind == PG_END_POD)
        return;
    pg_end_print(&text, q->eval, q->to);
    pg_buf_printf(
        &text,
        " is an endpoint of the service default/kubernetes. Policies see this address and "
        "port %u, not the service's; no selector matches it, an ipBlock may",
        port);
    add_note(q, notes, &text);
}

static void note_metadata(struct question *q, const struct pg_why *why, note_vec *notes)
{
    struct pg_buf text = {0};
    if (q->to->kind != PG_END_ADDR || !is_known(q->to->addr, "cloud metadata") ||
        why->possible == PG_PORTS_NONE)
        return;
    pg_addr_print(&text, q->to->addr);
    pg_buf_puts(&text,
                " is where most clouds serve metadata, the credentials of the node among it");
    add_note(q, notes, &text);
}

/* --- nodes ---------------------------------------------------------------------------------------- */

/* A node asks a pod: that is what the kubelet's probes do (8.3, 8.7). */
static void note_probes(struct question *q, const struct pg_why *why, note_vec *notes)
{
    const struct pg_cluster *cluster = q->eval->cluster;
    struct pg_buf text = {0};
    if (q->from->kind != PG_END_NODE || q->to->kind != PG_END_POD)
        return;
    pg_buf_puts(&text, "health checks of the kubelet come from the pod's own node");
    pg_str node = cluster->pods[q->to->index].node_name;
    if (node != PG_STR_NONE && q->near == PG_NEAR_OTHER)
        pg_buf_printf(&text, ", node/%s", pg_cluster_text(cluster, node));
    if (q->eval->assume.ingress_own_node_policy)
        pg_buf_puts(&text, ", which is taken to be subject to policies "
                           "(ingress-own-node=policy)");
    else
        pg_buf_puts(&text, ", which the specification always admits");
    const struct pg_plugin *plugin = pg_eval_plugin(q->eval);
    for (uint32_t i = 0; i < plugin->nseen; i++)
        pg_buf_printf(
            &text, ". %s was found (%s): %s", plugin->seen[i].name, plugin->seen[i].evidence,
            plugin->seen[i].own_node != NULL ? plugin->seen[i].own_node
                                             : "whether it does anything else is not known here");
    if (plugin->name == NULL && why->sides[PG_INGRESS].exempt == PG_EXEMPT_OWN_NODE)
        pg_buf_puts(&text, ". Some network plugins don't; "
                           "--assume ingress-own-node=policy shows what they do");
    add_note(q, notes, &text);
}

/* A pod asks its own node: documentation and plugins disagree (8.4). */
static void note_own_node(struct question *q, const struct pg_why *why, note_vec *notes)
{
    struct pg_buf text = {0};
    if (q->from->kind != PG_END_POD || q->to->kind != PG_END_NODE || q->near == PG_NEAR_OTHER ||
        why->sides[PG_EGRESS].verdict == PG_VERDICT_ALLOWED)
        return;
    pg_buf_puts(&text, q->near == PG_NEAR_SAME ? "this is the pod's own node"
                                               : "this may be the pod's own node");
    pg_buf_puts(&text, ": what a pod sends there is subject to policies, by the letter of the API; "
                       "some network plugins let it pass (--assume egress-own-node=allow)");
    add_note(q, notes, &text);
}

/* --- DNS ------------------------------------------------------------------------------------------ */

/* Whether a question is about port 53 alone, and its protocol. */
static bool is_dns(const struct question *q, enum pg_protocol *protocol)
{
    uint32_t n;
    const struct pg_range *ranges = pg_portset_ranges(q->eval->sets, q->ports, &n);
    if (n != 1 || ranges[0].lo != ranges[0].hi || PG_KEY_PORT(ranges[0].lo) != DNS_PORT)
        return false;
    *protocol = PG_KEY_PROTOCOL(ranges[0].lo);
    return *protocol == PG_TCP || *protocol == PG_UDP;
}

/* DNS needs both protocols, and may not go where one thinks (8.8). */
static void note_dns(struct question *q, const struct pg_why *why, note_vec *notes)
{
    enum pg_protocol protocol;
    struct pg_buf text = {0};
    if (why->verdict != PG_VERDICT_DENIED || !is_dns(q, &protocol))
        return;
    enum pg_protocol other = protocol == PG_TCP ? PG_UDP : PG_TCP;
    pg_ports port = pg_portset_range(q->eval->sets, other, DNS_PORT, DNS_PORT);
    struct pg_cell cell = pg_eval_pair(q->eval, q->from, q->to);
    bool allowed = pg_portset_intersect(q->eval->sets, cell.sure, port) == port;
    pg_buf_puts(&text, "DNS needs 53/UDP and 53/TCP");
    if (allowed)
        pg_buf_printf(&text, "; of the two only 53/%s is allowed here", pg_protocol_name(other));
    add_note(q, notes, &text);
    if (why->sides[PG_EGRESS].verdict != PG_VERDICT_DENIED)
        return;
    if (q->to->kind == PG_END_ADDR && is_known(q->to->addr, "node-local DNS"))
        pg_buf_puts(&text, "node-local DNS answers from the host network");
    else
        pg_buf_puts(&text, "where NodeLocal DNSCache runs, queries go to 169.254.20.10 on the host "
                           "network");
    pg_buf_puts(&text, ": no pod selector matches that, an ipBlock is needed");
    add_note(q, notes, &text);
}

void pg_special_notes(struct question *q, const struct pg_why *why, note_vec *notes)
{
    note_service_address(q, notes);
    note_api_server(q, notes);
    note_metadata(q, why, notes);
    note_probes(q, why, notes);
    note_own_node(q, why, notes);
    note_dns(q, why, notes);
}
