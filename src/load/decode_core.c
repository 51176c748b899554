/* Decoders of the core group: Namespace, Node, Service. */
#include <string.h>

#include "decode.h"
#include "marks.h"
#include "polgrid/portset.h"
#include "syntax.h"

static struct pg_labels object_labels(struct pg_decode *decode, const struct pg_at *object)
{
    struct pg_at metadata = pg_at_get(object, "metadata"), labels = pg_at_get(&metadata, "labels");

    return pg_decode_labels(decode, &labels);
}

/* --- Namespace --------------------------------------------------------------------------------- */

/* The API server writes the name label on every read: whatever a file says, this is what holds
   (semantics 1.4). */
static struct pg_labels with_name_label(struct pg_decode *decode, const struct pg_at *object,
                                        struct pg_labels labels)
{
    struct pg_cluster *cluster = decode->loader->cluster;
    struct pg_at metadata = pg_at_get(object, "metadata"), at = pg_at_get(&metadata, "labels");
    pg_str key = pg_decode_str(decode, PG_NAME_LABEL);
    struct pg_label *copy = pg_arena_array(cluster->arena, labels.n + 1, sizeof *copy);
    uint32_t n = 0;

    for (uint32_t i = 0; i < labels.n; i++) {
        if (labels.v[i].key != key) {
            copy[n++] = labels.v[i];
        } else if (labels.v[i].value != decode->name) {
            pg_decode_say(decode, PG_CODE_NS_NAME_LABEL, &at,
                          PG_NAME_LABEL
                          " is always the namespace's name; \"%.100s\" does not count",
                          pg_cluster_text(cluster, labels.v[i].value));
        }
    }
    copy[n++] = (struct pg_label){key, decode->name};
    return pg_decode_sort_labels(copy, n);
}

void pg_decode_namespace(struct pg_decode *decode, const struct pg_at *object)
{
    struct pg_raw_namespace raw = {.labels = object_labels(decode, object)};

    if (decode->rejected)
        return;
    raw.id = pg_decode_id(decode, object);
    raw.labels = with_name_label(decode, object, raw.labels);
    pg_vec_push(decode->loader->work, &decode->loader->namespaces, raw);
}

/* --- Node -------------------------------------------------------------------------------------- */

/* Appends the addresses of one type (semantics 2.11). */
static void add_addresses(struct pg_decode *decode, const struct pg_at *list, const char *type,
                          struct pg_raw_node *raw)
{
    for (uint32_t i = 0; i < pg_at_items(list); i++) {
        struct pg_at item = pg_at_item(list, i), which = pg_at_get(&item, "type");
        struct pg_at at = pg_at_get(&item, "address");
        const char *text = pg_at_string(&at), *found = pg_at_string(&which);
        if (!text || !found || strcmp(found, type) != 0)
            continue;
        if (pg_addr_parse(text, &raw->addrs[raw->naddrs], NULL))
            raw->naddrs++;
        else
            pg_decode_say(decode, PG_CODE_NODE_ADDRESS, &at,
                          "\"%.60s\" is no IP address; it is left out", text);
    }
}

static unsigned read_marks(const struct pg_at *object)
{
    struct pg_at metadata = pg_at_get(object, "metadata");
    struct pg_at notes = pg_at_get(&metadata, "annotations");
    unsigned marks = 0;

    for (uint32_t i = 0; i < pg_at_entries(&notes); i++) {
        struct pg_at entry = pg_at_entry(&notes, i);
        marks |= pg_marks_of(entry.key, pg_at_text(&entry));
    }
    return marks;
}

void pg_decode_node(struct pg_decode *decode, const struct pg_at *object)
{
    struct pg_at status = pg_at_get(object, "status"), list = pg_at_get(&status, "addresses");
    struct pg_at info = pg_at_get(&status, "nodeInfo");
    struct pg_raw_node raw = {.labels = object_labels(decode, object)};

    raw.addrs =
        pg_arena_array(decode->loader->cluster->arena, pg_at_items(&list), sizeof(struct pg_addr));
    add_addresses(decode, &list, "InternalIP", &raw);
    raw.ninternal = raw.naddrs;
    add_addresses(decode, &list, "ExternalIP", &raw);
    raw.kubelet_version = pg_decode_field(decode, &info, "kubeletVersion");
    raw.marks = read_marks(object);
    if (decode->rejected)
        return;
    raw.id = pg_decode_id(decode, object);
    pg_vec_push(decode->loader->work, &decode->loader->nodes, raw);
}

/* --- Service ----------------------------------------------------------------------------------- */

/* A number of a Service's port, 0 where it is left out or wrong. */
static uint16_t port_number(struct pg_decode *decode, const struct pg_at *at)
{
    int64_t number;

    if (!pg_at_number(at, &number))
        return 0;
    if (number >= 1 && number <= 65535)
        return (uint16_t)number;
    pg_decode_say(decode, PG_CODE_SVC_PORT, at, "port %lld is out of range; ports are 1 to 65535",
                  (long long)number);
    return 0;
}

static uint8_t service_protocol(struct pg_decode *decode, const struct pg_at *port)
{
    struct pg_at at = pg_at_get(port, "protocol");
    const char *text = pg_at_string(&at);
    int protocol = text ? pg_syntax_protocol(text) : PG_TCP;

    if (protocol >= 0)
        return (uint8_t)protocol;
    pg_decode_say(decode, PG_CODE_SVC_PORT, &at,
                  "\"%.60s\" is no protocol; write TCP, UDP or SCTP, in capitals", text);
    return PG_TCP;
}

static struct pg_service_port read_port(struct pg_decode *decode, const struct pg_at *at)
{
    struct pg_at number = pg_at_get(at, "port"), target = pg_at_get(at, "targetPort");
    struct pg_at node = pg_at_get(at, "nodePort");
    const char *name = pg_at_string(&target);
    struct pg_service_port port = {
        .name = pg_decode_field(decode, at, "name"),
        .protocol = service_protocol(decode, at),
        .port = port_number(decode, &number),
        .target = port_number(decode, &target),
    };
    int64_t node_port;

    if (!number.node)
        pg_decode_say(decode, PG_CODE_SVC_PORT, &number, "this port has no number; write port: N");
    if (pg_at_number(&node, &node_port) && node_port != 0) /* 0: the server chooses */
        port.node_port = port_number(decode, &node);
    if (name && *name)
        port.target_name = pg_decode_str(decode, name);
    else if (!port.target)
        port.target = port.port; /* semantics 9.1 */
    return port;
}

static void read_cluster_ip(const struct pg_at *at, struct pg_service *service)
{
    const char *text = pg_at_string(at);
    struct pg_addr addr;

    if (text && strcmp(text, "None") == 0)
        service->headless = true;
    else if (text && pg_addr_parse(text, &addr, NULL) &&
             service->cluster_ip[addr.family == 6].family == 0)
        service->cluster_ip[addr.family == 6] = addr;
}

static void read_cluster_ips(const struct pg_at *spec, struct pg_service *service)
{
    struct pg_at one = pg_at_get(spec, "clusterIP"), all = pg_at_get(spec, "clusterIPs");

    read_cluster_ip(&one, service);
    for (uint32_t i = 0; i < pg_at_items(&all); i++) {
        struct pg_at at = pg_at_item(&all, i);
        read_cluster_ip(&at, service);
    }
}

/* What a load balancer is told to take. An entry that is no block is one that nobody is in. */
static void read_source_ranges(struct pg_decode *decode, const struct pg_at *spec,
                               struct pg_service *service)
{
    struct pg_at list = pg_at_get(spec, "loadBalancerSourceRanges");
    uint32_t n = pg_at_items(&list);
    struct pg_cidr *ranges = pg_arena_array(decode->loader->cluster->arena, n, sizeof *ranges);

    for (uint32_t i = 0; i < n; i++) {
        struct pg_at at = pg_at_item(&list, i);
        const char *text = pg_at_text(&at);
        if (text && pg_cidr_parse(text, &ranges[service->nsource_ranges], NULL))
            service->nsource_ranges++;
        else
            pg_decode_say(decode, PG_CODE_SVC_RANGE, &at, "\"%.60s\" is no block of addresses",
                          text ? text : "");
    }
    service->source_ranges = ranges;
}

/* Where it is reached from outside. What is no address is nobody's. */
static void read_external(struct pg_decode *decode, const struct pg_at *object,
                          const struct pg_at *spec, struct pg_service *service)
{
    struct pg_at list = pg_at_get(spec, "externalIPs"), status = pg_at_get(object, "status");
    struct pg_at balancer = pg_at_get(&status, "loadBalancer");
    struct pg_at ingress = pg_at_get(&balancer, "ingress");
    uint32_t n = pg_at_items(&list), m = pg_at_items(&ingress);
    struct pg_addr *addrs =
        pg_arena_array(decode->loader->cluster->arena, (size_t)n + m, sizeof *addrs);

    for (uint32_t i = 0; i < n + m; i++) {
        struct pg_at item = i < n ? pg_at_item(&list, i) : pg_at_item(&ingress, i - n);
        struct pg_at at = i < n ? item : pg_at_get(&item, "ip");
        const char *text = pg_at_text(&at);
        if (text && pg_addr_parse(text, &addrs[service->nexternal], NULL))
            service->nexternal++;
    }
    service->external = addrs;
    service->external_ips = n > 0;
}

void pg_decode_service(struct pg_decode *decode, const struct pg_at *object)
{
    struct pg_at spec = pg_at_get(object, "spec"), selector = pg_at_get(&spec, "selector");
    struct pg_at ports = pg_at_get(&spec, "ports");
    struct pg_at policy = pg_at_get(&spec, "externalTrafficPolicy");
    struct pg_at unready = pg_at_get(&spec, "publishNotReadyAddresses");
    uint32_t n = pg_at_items(&ports);
    struct pg_service_port *list = pg_arena_array(decode->loader->cluster->arena, n, sizeof *list);
    struct pg_raw_service raw = {.service.labels = object_labels(decode, object)};
    struct pg_service *service = &raw.service;

    for (uint32_t i = 0; i < n; i++) {
        struct pg_at at = pg_at_item(&ports, i);
        list[i] = read_port(decode, &at);
    }
    service->ports = list;
    service->nports = n;
    service->selector = pg_decode_labels(decode, &selector);
    service->has_selector = service->selector.n > 0;
    service->type = pg_decode_field(decode, &spec, "type");
    if (!service->type)
        service->type = pg_decode_str(decode, "ClusterIP");
    service->local_traffic = pg_at_string(&policy) && strcmp(pg_at_string(&policy), "Local") == 0;
    read_cluster_ips(&spec, service);
    read_external(decode, object, &spec, service);
    service->unready_too = pg_at_true(&unready);
    read_source_ranges(decode, &spec, service);
    if (decode->rejected)
        return;
    raw.id = pg_decode_id(decode, object);
    pg_vec_push(decode->loader->work, &decode->loader->services, raw);
}
