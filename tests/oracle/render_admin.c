/* AdminNetworkPolicy, BaselineAdminNetworkPolicy, ClusterNetworkPolicy as manifests. */
#include "render_parts.h"

static void add_pair(struct render *r, struct tree *parent, const struct w_selector *namespaces,
                     const struct w_selector *pods)
{
    struct tree *map = add_map(r, parent, "pods");
    render_selector(r, map, "podSelector", pods);
    render_selector(r, map, "namespaceSelector", namespaces);
}

static void add_subject(struct render *r, struct tree *spec, const struct w_admin *admin)
{
    struct tree *subject = add_map(r, spec, "subject");
    if (admin->of_namespaces)
        render_selector(r, subject, "namespaces", &admin->namespaces);
    else
        add_pair(r, subject, &admin->namespaces, &admin->pods);
}

static void add_old(struct render *r, struct tree *map)
{
    if (chance(r, 50)) {
        add_map(r, add_map(r, map, "namespaces"), "namespaceSelector");
    } else {
        struct tree *pods = add_map(r, map, "pods");
        add_map(r, add_map(r, pods, "namespaces"), "namespaceSelector");
        add_map(r, pods, "podSelector");
    }
}

static void add_peer(struct render *r, struct tree *list, const struct w_admin_peer *peer)
{
    struct tree *map = add_map(r, list, NULL), *items;
    switch (peer->kind) {
    case W_PEER_NAMESPACES: render_selector(r, map, "namespaces", &peer->namespaces); break;
    case W_PEER_PODS: add_pair(r, map, &peer->namespaces, &peer->pods); break;
    case W_PEER_NETWORKS:
        items = add_list(r, map, "networks");
        for (int i = 0; i < peer->nnetworks; i++)
            render_block(r, items, NULL, &peer->networks[i]);
        break;
    case W_PEER_NODES: render_selector(r, map, "nodes", &peer->pods); break;
    case W_PEER_DOMAINS:
        items = add_list(r, map, "domainNames");
        add_text(r, items, NULL, "www.example.com");
        if (chance(r, 50))
            add_text(r, items, NULL, "*.example.org");
        break;
    case W_PEER_OLD: add_old(r, map); break;
    case W_PEER_STRANGE: add_map(r, map, "services"); break;
    }
}

static void add_old_port(struct render *r, struct tree *list, const struct w_admin_port *port)
{
    struct tree *map = add_map(r, list, NULL);
    if (port->kind == W_PORT_STRANGE) {
        add_number(r, map, "destinationPort", 80);
        return;
    }
    if (port->kind == W_PORT_NAMED) {
        add_text(r, map, "namedPort", port->name);
        return;
    }
    struct tree *inner = add_map(r, map, port->kind == W_PORT_RANGE ? "portRange" : "portNumber");
    if (port->protocol != W_DEFAULT)
        add_text(r, inner, "protocol", render_protocol(port->protocol));
    add_number(r, inner, port->kind == W_PORT_RANGE ? "start" : "port", port->number);
    if (port->kind == W_PORT_RANGE)
        add_number(r, inner, "end", port->end);
}

static void add_new_port(struct render *r, struct tree *list, const struct w_admin_port *port)
{
    static const char *const protocols[] = {"tcp", "udp", "sctp"};
    struct tree *map = add_map(r, list, NULL);
    if (port->kind == W_PORT_STRANGE) {
        add_map(r, map, "icmp");
        return;
    }
    if (port->kind == W_PORT_NAMED) {
        add_text(r, map, "destinationNamedPort", port->name);
        return;
    }
    struct tree *inner = add_map(r, add_map(r, map, protocols[port->protocol]), "destinationPort");
    if (port->kind == W_PORT_NUMBER) {
        add_number(r, inner, "number", port->number);
        return;
    }
    inner = add_map(r, inner, "range");
    add_number(r, inner, "start", port->number);
    add_number(r, inner, "end", port->end);
}

static void add_rule(struct render *r, struct tree *list, const struct w_admin_rule *rule,
                     enum w_dir dir, bool newer)
{
    struct tree *map = add_map(r, list, NULL);
    const char *actions[] = {newer ? "Accept" : "Allow", "Deny", "Pass"};
    if (chance(r, 20))
        add_text(r, map, "name", "as agreed");
    add_text(r, map, "action", actions[rule->action]);
    struct tree *peers = add_list(r, map, dir == W_INGRESS ? "from" : "to");
    for (int i = 0; i < rule->npeers; i++)
        add_peer(r, peers, &rule->peers[i]);
    const char *key = newer ? "protocols" : "ports";
    if (rule->nports == 0 && chance(r, 15))
        add_null(r, map, key);
    struct tree *ports = rule->nports > 0 ? add_list(r, map, key) : NULL;
    for (int i = 0; i < rule->nports; i++) {
        if (newer)
            add_new_port(r, ports, &rule->ports[i]);
        else
            add_old_port(r, ports, &rule->ports[i]);
    }
}

void render_admin(struct render *r, struct tree *items, const struct w_policy *policy)
{
    const struct w_admin *admin = &r->world->admins[policy->part];
    bool newer = policy->kind == W_CLUSTER, faulty = policy->fault != W_FAULT_NONE;
    bool only = policy->kind == W_BASELINE_ADMIN;
    struct tree *object = render_object(
        r, items, newer ? "policy.networking.k8s.io/v1alpha2" : "policy.networking.k8s.io/v1alpha1",
        render_kind(r->world, policy));
    render_metadata(r, object, -1, only && faulty ? "another" : policy->name);
    struct tree *spec = add_map(r, object, "spec");
    if (newer)
        add_text(r, spec, "tier", admin->baseline ? "Baseline" : "Admin");
    if (!only)
        add_number(r, spec, "priority", faulty ? 1001 : admin->priority);
    add_subject(r, spec, admin);
    for (int dir = 0; dir < 2; dir++) {
        const char *key = dir == W_INGRESS ? "ingress" : "egress";
        struct tree *list = admin->nrules[dir] > 0 || chance(r, 30) ? add_list(r, spec, key) : NULL;
        for (int i = 0; i < admin->nrules[dir]; i++)
            add_rule(r, list, &admin->rules[dir][i], (enum w_dir)dir, newer);
    }
}
