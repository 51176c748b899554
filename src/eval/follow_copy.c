/* Copies of objects with everything that they point to, from one string table to another. */
#include <stdlib.h>
#include <string.h>

#include "follow_internal.h"

pg_str pg_copy_str(const struct copier *c, pg_str str)
{
    if (str <= PG_STR_EMPTY || c->from == c->to)
        return str;
    return pg_strs_put(c->to, pg_strs_text(c->from, str), pg_strs_length(c->from, str));
}

static void *copy_array(const struct copier *c, const void *from, uint32_t n, size_t size)
{
    if (n == 0)
        return NULL;
    void *to = pg_arena_array(c->arena, n, size);
    memcpy(to, from, n * size);
    return to;
}

static const char *copy_text(const struct copier *c, const char *text)
{
    return text != NULL ? pg_arena_strdup(c->arena, text) : NULL;
}

static int compare_keys(const void *a, const void *b)
{
    const struct pg_label *x = a, *y = b;
    return x->key < y->key ? -1 : x->key > y->key;
}

struct pg_labels pg_copy_labels(const struct copier *c, struct pg_labels labels)
{
    struct pg_label *v = copy_array(c, labels.v, labels.n, sizeof *v);
    for (uint32_t i = 0; i < labels.n; i++) {
        v[i].key = pg_copy_str(c, v[i].key);
        v[i].value = pg_copy_str(c, v[i].value);
    }
    if (labels.n > 1) /* keys sort by number, and have new ones */
        qsort(v, labels.n, sizeof *v, compare_keys);
    return (struct pg_labels){v, labels.n};
}

static const pg_str *copy_strs(const struct copier *c, const pg_str *from, uint32_t n)
{
    pg_str *to = copy_array(c, from, n, sizeof *to);
    for (uint32_t i = 0; i < n; i++)
        to[i] = pg_copy_str(c, to[i]);
    return to;
}

void pg_copy_pod(const struct copier *c, struct pg_pod *to, const struct pg_pod *from)
{
    *to = *from;
    to->name = pg_copy_str(c, from->name);
    to->labels = pg_copy_labels(c, from->labels);
    struct pg_container_port *ports = copy_array(c, from->ports, from->nports, sizeof *ports);
    for (uint32_t i = 0; i < from->nports; i++)
        ports[i].name = pg_copy_str(c, ports[i].name);
    to->ports = ports;
    to->node_name = pg_copy_str(c, from->node_name);
    to->service_account = pg_copy_str(c, from->service_account);
}

static struct pg_req copy_req(const struct copier *c, struct pg_req req)
{
    req.key = pg_copy_str(c, req.key);
    req.values = copy_strs(c, req.values, req.nvalues);
    return req;
}

static const struct pg_expr *copy_expr(const struct copier *c, const struct pg_expr *from)
{
    if (from == NULL)
        return NULL;
    struct pg_expr *to = copy_array(c, from, 1, sizeof *to);
    if (to->kind == PG_EXPR_REQ)
        to->req = copy_req(c, from->req);
    to->left = copy_expr(c, from->left);
    to->right = copy_expr(c, from->right);
    return to;
}

static struct pg_selector copy_selector(const struct copier *c, struct pg_selector selector)
{
    struct pg_req *reqs = copy_array(c, selector.reqs, selector.nreqs, sizeof *reqs);
    for (uint32_t i = 0; i < selector.nreqs; i++)
        reqs[i] = copy_req(c, reqs[i]);
    selector.reqs = reqs;
    selector.expr = copy_expr(c, selector.expr);
    selector.text = copy_text(c, selector.text);
    return selector;
}

static const struct pg_peer *copy_peers(const struct copier *c, const struct pg_peer *from,
                                        uint32_t n)
{
    struct pg_peer *to = copy_array(c, from, n, sizeof *to);
    for (uint32_t i = 0; i < n; i++) {
        to[i].namespace_selector = copy_selector(c, from[i].namespace_selector);
        to[i].pod_selector = copy_selector(c, from[i].pod_selector);
        to[i].except = copy_array(c, from[i].except, from[i].nexcept, sizeof *from[i].except);
        to[i].parts = copy_peers(c, from[i].parts, from[i].nparts);
        to[i].field = copy_text(c, from[i].field);
        to[i].detail = copy_text(c, from[i].detail);
    }
    return to;
}

static const struct pg_port *copy_ports(const struct copier *c, const struct pg_port *from,
                                        uint32_t n)
{
    struct pg_port *to = copy_array(c, from, n, sizeof *to);
    for (uint32_t i = 0; i < n; i++)
        to[i].name = pg_copy_str(c, to[i].name);
    return to;
}

static const struct pg_rule *copy_rules(const struct copier *c, const struct pg_rule *from,
                                        uint32_t n)
{
    struct pg_rule *to = copy_array(c, from, n, sizeof *to);
    for (uint32_t i = 0; i < n; i++) {
        to[i].list = copy_text(c, from[i].list);
        to[i].peer_list = copy_text(c, from[i].peer_list);
        to[i].peers = copy_peers(c, from[i].peers, from[i].npeers);
        to[i].ports = copy_ports(c, from[i].ports, from[i].nports);
        to[i].not_ports = copy_ports(c, from[i].not_ports, from[i].nnot_ports);
        to[i].self = copy_peers(c, from[i].self, from[i].self != NULL);
        to[i].maybe_field = copy_text(c, from[i].maybe_field);
        to[i].maybe_detail = copy_text(c, from[i].maybe_detail);
    }
    return to;
}

void pg_copy_policy(const struct copier *c, struct pg_policy *to, const struct pg_policy *from)
{
    *to = *from;
    to->group = pg_copy_str(c, from->group);
    to->kind_name = pg_copy_str(c, from->kind_name);
    to->name = pg_copy_str(c, from->name);
    to->pod_selector = copy_selector(c, from->pod_selector);
    to->namespace_selector = copy_selector(c, from->namespace_selector);
    to->maybe_selector = copy_selector(c, from->maybe_selector);
    to->maybe_field = copy_text(c, from->maybe_field);
    to->maybe_detail = copy_text(c, from->maybe_detail);
    to->hosts = copy_strs(c, from->hosts, from->nhosts);
    for (int dir = 0; dir < 2; dir++)
        to->rules[dir] = copy_rules(c, from->rules[dir], from->nrules[dir]);
    to->tier.name = pg_copy_str(c, from->tier.name);
    to->spec_path = copy_text(c, from->spec_path);
    to->why_not = copy_text(c, from->why_not);
}

void pg_copy_service(const struct copier *c, struct pg_service *to, const struct pg_service *from)
{
    *to = *from;
    to->name = pg_copy_str(c, from->name);
    to->type = pg_copy_str(c, from->type);
    to->labels = pg_copy_labels(c, from->labels);
    to->selector = pg_copy_labels(c, from->selector);
    to->external = copy_array(c, from->external, from->nexternal, sizeof *from->external);
    to->source_ranges =
        copy_array(c, from->source_ranges, from->nsource_ranges, sizeof *from->source_ranges);
    struct pg_service_port *ports = copy_array(c, from->ports, from->nports, sizeof *ports);
    for (uint32_t i = 0; i < from->nports; i++) {
        ports[i].name = pg_copy_str(c, ports[i].name);
        ports[i].target_name = pg_copy_str(c, ports[i].target_name);
    }
    to->ports = ports;
    struct pg_endpoint *endpoints =
        copy_array(c, from->endpoints, from->nendpoints, sizeof *endpoints);
    for (uint32_t i = 0; i < from->nendpoints; i++)
        endpoints[i].port_name = pg_copy_str(c, endpoints[i].port_name);
    to->endpoints = endpoints;
}

void pg_copy_node(const struct copier *c, struct pg_node *to, const struct pg_node *from)
{
    *to = *from;
    to->name = pg_copy_str(c, from->name);
    to->labels = pg_copy_labels(c, from->labels);
    to->addrs = copy_array(c, from->addrs, from->naddrs, sizeof *from->addrs);
    to->kubelet_version = pg_copy_str(c, from->kubelet_version);
}

void pg_copy_file(const struct copier *c, struct pg_file *to, const struct pg_file *from)
{
    *to = *from;
    to->name = copy_text(c, from->name);
    to->text = copy_text(c, from->text);
}

void pg_copy_unread(const struct copier *c, struct pg_cluster *to, const struct pg_cluster *from)
{
    to->unread = copy_array(c, from->unread, from->nunread, sizeof *to->unread);
    to->nunread = from->nunread;
    for (uint32_t i = 0; i < to->nunread; i++) {
        struct pg_unread *unread = &to->unread[i];
        unread->group = copy_text(c, unread->group);
        unread->resource = copy_text(c, unread->resource);
        unread->kind = copy_text(c, unread->kind);
        unread->ns = copy_text(c, unread->ns);
        unread->reason = copy_text(c, unread->reason);
        const char **except = copy_array(c, unread->except, unread->nexcept, sizeof *except);
        for (uint32_t k = 0; k < unread->nexcept; k++)
            except[k] = copy_text(c, except[k]);
        unread->except = except;
    }
}
