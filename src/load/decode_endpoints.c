/* EndpointSlices, and the Endpoints of before: the addresses behind services that have no selector
   (semantics 9.6). A slice names its service by a label, Endpoints by their own name; where both were read,
   the slices count. */
#include "decode.h"
#include "finish.h"
#include "shape_tables.h"
#include "syntax.h"

SHAPE(conditions, BOOL("ready"), ANY("serving"), ANY("terminating"));
SHAPE(slice_endpoint, STRLIST("addresses"), OBJECT("conditions", conditions),
      ANY("deprecatedTopology"), ANY("hints"), ANY("hostname"), ANY("nodeName"), ANY("targetRef"),
      ANY("topology"), ANY("zone"));
SHAPE(endpoint_port, ANY("appProtocol"), STRING("name"), INT("port"), STRING("protocol"));
PUBLIC_SHAPE(pg_shape_endpoint_slice, STRING("addressType"), STRING("apiVersion"),
             LIST("endpoints", slice_endpoint), STRING("kind"),
             OBJECT("metadata", pg_shape_metadata), LIST("ports", endpoint_port));

SHAPE(subset_address, ANY("hostname"), STRING("ip"), ANY("nodeName"), ANY("targetRef"));
SHAPE(subsets_item, LIST("addresses", subset_address), LIST("notReadyAddresses", subset_address),
      LIST("ports", endpoint_port));
PUBLIC_SHAPE(pg_shape_endpoints, STRING("apiVersion"), STRING("kind"),
             OBJECT("metadata", pg_shape_metadata), LIST("subsets", subsets_item));

#define SERVICE_LABEL "kubernetes.io/service-name"

/* Addresses times ports: the API takes a thousand addresses in a slice, a few ports with each. */
#define MAX_ENDPOINTS 100000u

/* What is gathered of one object. */
struct gather {
    struct pg_decode *decode;
    PG_VEC(struct pg_endpoint) ports; /* of the list at hand, without an address */
    PG_VEC(struct pg_endpoint) found;
};

/* A port without a number stands for "all", which nobody can ask for by name: it is left out. */
static void read_ports(struct gather *gather, const struct pg_at *ports)
{
    struct pg_endpoint endpoint = {.port = 0};
    int64_t number;

    gather->ports.n = 0;
    for (uint32_t i = 0; i < pg_at_items(ports); i++) {
        struct pg_at port = pg_at_item(ports, i), protocol = pg_at_get(&port, "protocol");
        struct pg_at at = pg_at_get(&port, "port");
        int known = pg_at_string(&protocol) ? pg_syntax_protocol(pg_at_string(&protocol)) : PG_TCP;
        if (known < 0 || !pg_at_number(&at, &number) || number < 1 || number > 65535)
            continue;
        endpoint.protocol = (uint8_t)known;
        endpoint.port = (uint16_t)number;
        endpoint.port_name = pg_decode_field(gather->decode, &port, "name");
        if (!endpoint.port_name)
            endpoint.port_name = PG_STR_EMPTY;
        pg_vec_push(gather->decode->loader->work, &gather->ports, endpoint);
    }
}

/* One address on every port of the list at hand. */
static void add_address(struct gather *gather, const struct pg_at *at, const char *text, bool ready)
{
    struct pg_addr addr;

    if (gather->decode->rejected || !text || !pg_addr_parse(text, &addr, NULL))
        return; /* a name (addressType FQDN): semantics 9.5 */
    if (gather->ports.n > MAX_ENDPOINTS - gather->found.n) {
        pg_decode_reject(gather->decode, PG_CODE_DOC_NODES, at,
                         "the addresses and ports up to here make more than %u pairs; polgrid does "
                         "not read such an object",
                         MAX_ENDPOINTS);
        return;
    }
    for (uint32_t i = 0; i < gather->ports.n; i++) {
        struct pg_endpoint endpoint = gather->ports.v[i];
        endpoint.addr = addr;
        endpoint.ready = ready;
        pg_vec_push(gather->decode->loader->cluster->arena, &gather->found, endpoint);
    }
}

static void add_slice(struct gather *gather, const struct pg_at *object, pg_str service, bool legacy)
{
    struct pg_raw_slice raw = {.service = service,
                               .legacy = legacy,
                               .endpoints = gather->found.v,
                               .nendpoints = gather->found.n};

    if (gather->decode->rejected)
        return;
    raw.id = pg_decode_id(gather->decode, object);
    raw.id.kind = pg_decode_str(gather->decode, gather->decode->kind_name);
    pg_vec_push(gather->decode->loader->work, &gather->decode->loader->slices, raw);
}

void pg_decode_endpoint_slice(struct pg_decode *decode, const struct pg_at *object)
{
    struct pg_at metadata = pg_at_get(object, "metadata"), map = pg_at_get(&metadata, "labels");
    struct pg_at list = pg_at_get(object, "endpoints"), ports = pg_at_get(object, "ports");
    struct pg_labels labels = pg_decode_labels(decode, &map);
    pg_str service = pg_labels_get(labels, pg_decode_str(decode, SERVICE_LABEL));
    struct gather gather = {.decode = decode};

    if (!service)
        return; /* a slice of nobody's */
    read_ports(&gather, &ports);
    for (uint32_t i = 0; i < pg_at_items(&list); i++) {
        struct pg_at endpoint = pg_at_item(&list, i), all = pg_at_get(&endpoint, "addresses");
        struct pg_at state = pg_at_get(&endpoint, "conditions"), ready = pg_at_get(&state, "ready");
        struct pg_at first = pg_at_item(&all, 0); /* the others, if any, are the same endpoint's */
        add_address(&gather, &first, pg_at_text(&first), !ready.node || pg_at_true(&ready));
    }
    add_slice(&gather, object, service, false);
}

static void add_subset(struct gather *gather, const struct pg_at *subset, const char *key,
                       bool ready)
{
    struct pg_at list = pg_at_get(subset, key);

    for (uint32_t i = 0; i < pg_at_items(&list); i++) {
        struct pg_at address = pg_at_item(&list, i), ip = pg_at_get(&address, "ip");
        add_address(gather, &ip, pg_at_string(&ip), ready);
    }
}

void pg_decode_endpoints(struct pg_decode *decode, const struct pg_at *object)
{
    struct pg_at subsets = pg_at_get(object, "subsets");
    struct gather gather = {.decode = decode};

    for (uint32_t i = 0; i < pg_at_items(&subsets); i++) {
        struct pg_at one = pg_at_item(&subsets, i), ports = pg_at_get(&one, "ports");
        read_ports(&gather, &ports);
        add_subset(&gather, &one, "addresses", true);
        add_subset(&gather, &one, "notReadyAddresses", false);
    }
    add_slice(&gather, object, decode->name, true);
}

struct endpoints {
    PG_VEC(struct pg_endpoint) list;
};

/* Gives a service what the settled slices of one sort (new, or Endpoints) list for it. */
static void attach(struct pg_finish *finish, struct pg_raw_id *const *slices, uint32_t n,
                   bool legacy)
{
    struct pg_cluster *cluster = finish->cluster;
    struct endpoints *of = pg_arena_array(finish->work, cluster->nservices, sizeof *of);

    for (uint32_t i = 0; i < n; i++) {
        const struct pg_raw_slice *slice = (const void *)slices[i];
        uint32_t index;
        if (slice->legacy != legacy)
            continue;
        index = pg_cluster_find_service(cluster, pg_finish_namespace(finish, slice->id.ns),
                                        pg_cluster_text(cluster, slice->service));
        if (index == PG_NONE)
            continue;
        if (legacy && cluster->services[index].has_slices)
            continue;
        for (uint32_t k = 0; k < slice->nendpoints; k++)
            pg_vec_push(cluster->arena, &of[index].list, slice->endpoints[k]);
        cluster->services[index].has_slices = true;
    }
    for (uint32_t i = 0; i < cluster->nservices; i++)
        if (of[i].list.n) {
            cluster->services[i].endpoints = of[i].list.v;
            cluster->services[i].nendpoints = of[i].list.n;
        }
}

void pg_finish_endpoints(struct pg_finish *finish, struct pg_raw_id *const *slices, uint32_t n)
{
    attach(finish, slices, n, false);
    attach(finish, slices, n, true);
}
