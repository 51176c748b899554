/* CiliumNetworkPolicy and CiliumClusterwideNetworkPolicy as manifests. */
#include <stdlib.h>

#include "render_parts.h"

static const char *const entities[] = {
    [W_ENTITY_ALL] = "all",
    [W_ENTITY_WORLD] = "world",
    [W_ENTITY_CLUSTER] = "cluster",
    [W_ENTITY_HOST] = "host",
    [W_ENTITY_REMOTE_NODE] = "remote-node",
    [W_ENTITY_KUBE_APISERVER] = "kube-apiserver",
    [W_ENTITY_INGRESS] = "ingress",
    [W_ENTITY_NONE] = "none",
    [W_ENTITY_INIT] = "init",
    [W_ENTITY_HEALTH] = "health",
    [W_ENTITY_UNMANAGED] = "unmanaged",
};

static void add_peer(struct render *r, struct tree *list, enum w_cilium_field field,
                     const struct w_cilium_peer *peer)
{
    struct tree *map;
    switch (field) {
    case W_FIELD_ENDPOINTS: render_selector(r, list, NULL, &peer->selector); break;
    case W_FIELD_ENTITIES: add_text(r, list, NULL, entities[peer->entity]); break;
    case W_FIELD_CIDR: render_block(r, list, NULL, &peer->block); break;
    case W_FIELD_CIDR_SET:
        map = add_map(r, list, NULL);
        render_block(r, map, "cidr", &peer->block);
        if (peer->nexcept == 0)
            break;
        map = add_list(r, map, "except");
        for (int i = 0; i < peer->nexcept; i++)
            render_block(r, map, NULL, &peer->except[i]);
        break;
    case W_FIELD_FQDNS:
        add_text(r, add_map(r, list, NULL), chance(r, 50) ? "matchName" : "matchPattern",
                 "www.example.com");
        break;
    case W_FIELD_LEFT_OUT: break;
    }
}

static void add_peers(struct render *r, struct tree *map, const struct w_cilium_rule *rule,
                      enum w_dir dir)
{
    static const char *const names[2][W_FIELD_FQDNS + 1] = {
        [W_EGRESS] = {NULL, "toEndpoints", "toEntities", "toCIDR", "toCIDRSet", "toFQDNs"},
        [W_INGRESS] = {NULL, "fromEndpoints", "fromEntities", "fromCIDR", "fromCIDRSet", NULL},
    };
    if (rule->field == W_FIELD_LEFT_OUT) {
        if (chance(r, 20)) /* null is left out, too */
            add_null(r, map, names[dir][W_FIELD_ENDPOINTS]);
        return;
    }
    struct tree *list = add_list(r, map, names[dir][rule->field]);
    for (int i = 0; i < rule->npeers; i++)
        add_peer(r, list, rule->field, &rule->peers[i]);
}

static void add_port(struct render *r, struct tree *list, const struct w_cilium_port *port)
{
    struct tree *map = add_map(r, list, NULL);
    char text[16];
    snprintf(text, sizeof text, "%d", port->number);
    add_text(r, map, "port", port->name != NULL ? port->name : text);
    if (port->end != 0)
        add_number(r, map, "endPort", port->end);
    if (port->any)
        add_text(r, map, "protocol", "ANY");
    else if (port->protocol != W_DEFAULT)
        add_text(r, map, "protocol", render_protocol(port->protocol));
}

static void add_ports(struct render *r, struct tree *map, const struct w_cilium_rule *rule)
{
    struct tree *list = add_state(r, map, "toPorts", rule->ports_state, TREE_LIST);
    for (int e = 0; e < rule->nentries; e++) {
        const struct w_cilium_entry *entry = &rule->entries[e];
        struct tree *item = add_map(r, list, NULL), *ports = add_list(r, item, "ports");
        for (int i = 0; i < entry->nports; i++)
            add_port(r, ports, &entry->ports[i]);
        if (entry->http) {
            struct tree *http = add_list(r, add_map(r, item, "rules"), "http");
            add_text(r, add_map(r, http, NULL), "path", "/public");
        }
    }
    if (rule->icmp == 0)
        return;
    list = add_list(r, add_map(r, add_list(r, map, "icmps"), NULL), "fields");
    map = add_map(r, list, NULL);
    if (rule->icmp == 6 || chance(r, 50))
        add_text(r, map, "family", rule->icmp == 6 ? "IPv6" : "IPv4");
    add_number(r, map, "type", rule->icmp == 6 ? 128 : 8);
}

static void add_rule(struct render *r, struct tree *list, const struct w_cilium_rule *rule,
                     enum w_dir dir)
{
    struct tree *map = add_map(r, list, NULL);
    add_peers(r, map, rule, dir);
    add_ports(r, map, rule);
    if (rule->authentication)
        add_text(r, add_map(r, map, "authentication"), "mode", "required");
}

static void add_subject(struct render *r, struct tree *spec, const struct w_cilium *cilium,
                        bool faulty)
{
    if (!faulty) {
        render_selector(r, spec, cilium->of_nodes ? "nodeSelector" : "endpointSelector",
                        &cilium->subject);
        return;
    }
    struct tree *map = add_map(r, spec, "endpointSelector");
    map = add_map(r, add_list(r, map, "matchExpressions"), NULL);
    add_text(r, map, "key", "app");
    add_text(r, map, "operator", "Equals");
}

static void add_switches(struct render *r, struct tree *spec, const struct w_cilium *cilium)
{
    static const char *const names[2] = {"egress", "ingress"};
    if (cilium->default_deny[0] == W_SWITCH_LEFT_OUT && cilium->default_deny[1] == W_SWITCH_LEFT_OUT)
        return;
    struct tree *map = add_map(r, spec, "enableDefaultDeny");
    for (int dir = 0; dir < 2; dir++) {
        if (cilium->default_deny[dir] != W_SWITCH_LEFT_OUT)
            add_bool(r, map, names[dir], cilium->default_deny[dir] == W_SWITCH_ON);
    }
}

static void fill_spec(struct render *r, struct tree *spec, const struct w_cilium *cilium,
                      bool faulty)
{
    static const char *const names[W_NLISTS] = {"egress", "ingress", "egressDeny", "ingressDeny"};
    add_subject(r, spec, cilium, faulty);
    add_switches(r, spec, cilium);
    for (int l = 0; l < W_NLISTS; l++) {
        struct tree *list = add_state(r, spec, names[l], cilium->list_state[l], TREE_LIST);
        for (int i = 0; i < cilium->nrules[l]; i++)
            add_rule(r, list, &cilium->rules[l][i], l % 2 == 0 ? W_EGRESS : W_INGRESS);
    }
}

void render_cilium(struct render *r, struct tree *items, const struct w_policy *policy)
{
    const struct world *world = r->world;
    const struct w_policy *end = &world->policies[world->npolicies];
    if (world->ciliums[policy->part].joined)
        return; /* written with the one that it is joined to */
    struct tree *object = render_object(r, items, "cilium.io/v2", render_kind(world, policy));
    render_metadata(r, object, policy->cluster_wide ? -1 : policy->ns, policy->name);
    struct tree *specs = NULL;
    for (const struct w_policy *p = policy; p < end; p++) {
        const struct w_cilium *cilium = p->kind == W_CILIUM ? &world->ciliums[p->part] : NULL;
        if (cilium == NULL || (p != policy && !cilium->joined))
            break;
        if (cilium->spec != W_NONE && specs == NULL)
            specs = add_list(r, object, "specs");
        struct tree *spec =
            cilium->spec == W_NONE ? add_map(r, object, "spec") : add_map(r, specs, NULL);
        fill_spec(r, spec, cilium, policy->fault != W_FAULT_NONE);
    }
}
