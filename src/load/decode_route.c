/* Ingress, and the Routes of the Gateway API: each backend of each rule is a way in of its own. */
#include <string.h>

#include "route.h"

struct pg_routes_raw *pg_routes_of(struct pg_loader *loader)
{
    if (!loader->routes)
        loader->routes = pg_arena_alloc(loader->work, sizeof *loader->routes);
    return loader->routes;
}

/* One object while its backends are gathered; they are kept together once it is known to be good. */
struct gather {
    struct pg_decode *decode;
    struct pg_route common; /* what all of its backends share */
    PG_VEC(struct pg_route) found;
};

static const char *keep(struct gather *gather, struct pg_buf *text)
{
    const char *kept = pg_arena_strdup(gather->decode->loader->cluster->arena, pg_buf_text(text));

    pg_buf_free(text);
    return kept;
}

/* A port that a backend names; 0, and a finding, where the API would not take it. */
static uint16_t backend_port(struct pg_decode *decode, const struct pg_at *at)
{
    int64_t number;

    if (!pg_at_number(at, &number))
        return 0;
    if (number >= 1 && number <= 65535)
        return (uint16_t)number;
    pg_decode_say(decode, PG_CODE_ROUTE_BACKEND, at,
                  "port %lld is out of range; ports are 1 to 65535", (long long)number);
    return 0;
}

static void finish_object(struct gather *gather, const struct pg_at *object)
{
    struct pg_decode *decode = gather->decode;
    struct pg_raw_id id;

    if (decode->rejected)
        return;
    id = pg_decode_id(decode, object);
    id.kind = pg_decode_str(decode, decode->kind_name);
    for (uint32_t i = 0; i < gather->found.n; i++) {
        struct pg_raw_route raw = {.id = id, .route = gather->found.v[i]};
        raw.route.kind = id.kind;
        raw.route.name = id.name;
        pg_vec_push(decode->loader->work, &pg_routes_of(decode->loader)->routes, raw);
    }
}

/* --- Ingress ----------------------------------------------------------------------------------- */

static void add_ingress_backend(struct gather *gather, const struct pg_at *at, const char *host,
                                const char *path)
{
    struct pg_decode *decode = gather->decode;
    struct pg_at service = pg_at_get(at, "service"), resource = pg_at_get(at, "resource");
    struct pg_at port = pg_at_get(&service, "port"), number = pg_at_get(&port, "number");
    struct pg_route route = gather->common;

    route.host = pg_arena_strdup(decode->loader->cluster->arena, host);
    route.path = pg_arena_strdup(decode->loader->cluster->arena, path);
    route.loc = pg_decode_loc(decode, at);
    route.backend_ns = decode->ns;
    if (service.node) {
        route.backend_kind = pg_decode_str(decode, "Service");
        route.backend = pg_decode_field(decode, &service, "name");
        route.port = backend_port(decode, &number);
        route.port_name = pg_decode_field(decode, &port, "name");
    } else if (resource.node) {
        route.backend_kind = pg_decode_field(decode, &resource, "kind");
        route.backend = pg_decode_field(decode, &resource, "name");
    }
    if (!route.backend)
        pg_decode_say(decode, PG_CODE_ROUTE_BACKEND, at,
                      "this backend names no service; write service: {name: …, port: {number: …}}");
    else if (service.node && !route.port && !route.port_name)
        pg_decode_say(decode, PG_CODE_ROUTE_BACKEND, at,
                      "this backend names no port; write port: {number: …} or {name: …}");
    pg_vec_push(decode->loader->work, &gather->found, route);
}

static void add_ingress_rules(struct gather *gather, const struct pg_at *rules)
{
    for (uint32_t i = 0; i < pg_at_items(rules); i++) {
        struct pg_at rule = pg_at_item(rules, i), host = pg_at_get(&rule, "host");
        struct pg_at http = pg_at_get(&rule, "http"), paths = pg_at_get(&http, "paths");
        for (uint32_t k = 0; k < pg_at_items(&paths); k++) {
            struct pg_at item = pg_at_item(&paths, k), path = pg_at_get(&item, "path");
            struct pg_at backend = pg_at_get(&item, "backend");
            add_ingress_backend(gather, &backend, pg_at_string(&host) ? pg_at_string(&host) : "",
                                pg_at_string(&path) ? pg_at_string(&path) : "/");
        }
    }
}

/* An annotation, from before classes were objects or beside them. */
static const char *annotation(const struct pg_at *object, const char *key)
{
    struct pg_at metadata = pg_at_get(object, "metadata"),
                 map = pg_at_get(&metadata, "annotations");
    struct pg_at at = pg_at_get(&map, key);

    return pg_at_string(&at);
}

void pg_decode_ingress(struct pg_decode *decode, const struct pg_at *object)
{
    struct pg_at spec = pg_at_get(object, "spec"), rules = pg_at_get(&spec, "rules");
    struct pg_at fallback = pg_at_get(&spec, "defaultBackend");
    const char *old = annotation(object, "kubernetes.io/ingress.class");
    struct gather gather = {.decode = decode, .common.protocol = PG_TCP};

    gather.common.class_name = pg_decode_field(decode, &spec, "ingressClassName");
    if (!gather.common.class_name && old && *old)
        gather.common.class_name = pg_decode_str(decode, old);
    add_ingress_rules(&gather, &rules);
    if (fallback.node)
        add_ingress_backend(&gather, &fallback, "", "");
    finish_object(&gather, object);
}

void pg_decode_ingress_class(struct pg_decode *decode, const struct pg_at *object)
{
    struct pg_at spec = pg_at_get(object, "spec");
    const char *is_default = annotation(object, "ingressclass.kubernetes.io/is-default-class");
    struct pg_raw_entry_class raw = {
        .class.controller = pg_decode_field(decode, &spec, "controller"),
        .class.is_default = is_default && strcmp(is_default, "true") == 0,
    };

    if (decode->rejected)
        return;
    raw.id = pg_decode_id(decode, object);
    raw.id.kind = pg_decode_str(decode, decode->kind_name);
    pg_vec_push(decode->loader->work, &pg_routes_of(decode->loader)->classes, raw);
}

/* --- Routes ------------------------------------------------------------------------------------ */

static void read_parents(struct gather *gather, const struct pg_at *list)
{
    struct pg_decode *decode = gather->decode;
    uint32_t n = pg_at_items(list);
    struct pg_parent *parents = pg_arena_array(decode->loader->cluster->arena, n, sizeof *parents);

    for (uint32_t i = 0; i < n; i++) {
        struct pg_at at = pg_at_item(list, i), port = pg_at_get(&at, "port");
        parents[i] = (struct pg_parent){
            .kind = pg_decode_field(decode, &at, "kind"),
            .ns = pg_decode_field(decode, &at, "namespace"),
            .name = pg_decode_field(decode, &at, "name"),
            .section = pg_decode_field(decode, &at, "sectionName"),
            .port = backend_port(decode, &port),
        };
        if (!parents[i].kind)
            parents[i].kind = pg_decode_str(decode, "Gateway");
        if (!parents[i].ns)
            parents[i].ns = decode->ns;
    }
    gather->common.parents = parents;
    gather->common.nparents = n;
}

static void add_word(struct pg_buf *out, const char *word)
{
    if (out->n > 0)
        pg_buf_putc(out, ',');
    pg_buf_puts(out, word);
}

static const char *read_hosts(struct gather *gather, const struct pg_at *list)
{
    struct pg_buf text = {0};

    for (uint32_t i = 0; i < pg_at_items(list); i++) {
        struct pg_at at = pg_at_item(list, i);
        add_word(&text, pg_at_text(&at) ? pg_at_text(&at) : "");
    }
    return keep(gather, &text);
}

/* What a rule takes: paths of HTTP ("/" where none is said), methods of gRPC. */
static const char *read_matches(struct gather *gather, const struct pg_at *rule)
{
    struct pg_at list = pg_at_get(rule, "matches");
    bool http = strcmp(gather->decode->kind_name, "HTTPRoute") == 0;
    struct pg_buf text = {0};

    for (uint32_t i = 0; i < pg_at_items(&list); i++) {
        struct pg_at match = pg_at_item(&list, i), path = pg_at_get(&match, "path");
        struct pg_at value = pg_at_get(&path, "value"), method = pg_at_get(&match, "method");
        struct pg_at service = pg_at_get(&method, "service"), name = pg_at_get(&method, "method");
        if (http) {
            add_word(&text, pg_at_string(&value) ? pg_at_string(&value) : "/");
        } else if (method.node) {
            add_word(&text, pg_at_string(&service) ? pg_at_string(&service) : "*");
            pg_buf_printf(&text, "/%s", pg_at_string(&name) ? pg_at_string(&name) : "*");
        }
    }
    if (http && pg_at_items(&list) == 0)
        pg_buf_puts(&text, "/");
    return keep(gather, &text);
}

static void add_backend_ref(struct gather *gather, const struct pg_at *at, const char *path)
{
    struct pg_decode *decode = gather->decode;
    struct pg_at port = pg_at_get(at, "port");
    struct pg_route route = gather->common;

    route.path = path;
    route.loc = pg_decode_loc(decode, at);
    route.backend_kind = pg_decode_field(decode, at, "kind");
    if (!route.backend_kind)
        route.backend_kind = pg_decode_str(decode, "Service");
    route.backend_ns = pg_decode_field(decode, at, "namespace");
    if (!route.backend_ns)
        route.backend_ns = decode->ns;
    route.backend = pg_decode_field(decode, at, "name");
    route.port = backend_port(decode, &port);
    if (!route.backend)
        pg_decode_say(decode, PG_CODE_ROUTE_BACKEND, at, "this backend has no name");
    else if (!port.node &&
             strcmp(pg_cluster_text(decode->loader->cluster, route.backend_kind), "Service") == 0)
        pg_decode_say(decode, PG_CODE_ROUTE_BACKEND, at,
                      "a backend that is a Service needs a port, and a number");
    pg_vec_push(decode->loader->work, &gather->found, route);
}

void pg_decode_gateway_route(struct pg_decode *decode, const struct pg_at *object)
{
    struct pg_at spec = pg_at_get(object, "spec"), rules = pg_at_get(&spec, "rules");
    struct pg_at parents = pg_at_get(&spec, "parentRefs"), hosts = pg_at_get(&spec, "hostnames");
    bool udp = strcmp(decode->kind_name, "UDPRoute") == 0;
    struct gather gather = {.decode = decode, .common.protocol = udp ? PG_UDP : PG_TCP};

    read_parents(&gather, &parents);
    gather.common.host = read_hosts(&gather, &hosts);
    for (uint32_t i = 0; i < pg_at_items(&rules); i++) {
        struct pg_at rule = pg_at_item(&rules, i), refs = pg_at_get(&rule, "backendRefs");
        const char *path = read_matches(&gather, &rule);
        for (uint32_t k = 0; k < pg_at_items(&refs); k++) {
            struct pg_at ref = pg_at_item(&refs, k);
            add_backend_ref(&gather, &ref, path);
        }
    }
    finish_object(&gather, object);
}
