/* The rules of Calico's policies, one rule of the manifest as one or two of the model. */
#include <string.h>

#include "finish_calico.h"
#include "polgrid/portset.h"

/* Numbers of IP. */
enum {
    IP_ICMP = 1,
    IP_TCP = 6,
    IP_UDP = 17,
    IP_ICMPV6 = 58,
    IP_SCTP = 132,
};

typedef PG_VEC(struct pg_port) port_vec;

struct making {
    struct pg_calico_finish *finish;
    const struct pg_calico_rule *source;
    enum pg_dir dir;
    PG_VEC(struct pg_rule) rules;
};

/* Makes a rule one that never matches for sure. */
static void make_doubtful(struct making *making, struct pg_rule *rule, const char *field,
                          const char *detail)
{
    if (rule->maybe_field)
        return;
    rule->maybe_field = pg_arena_printf(making->finish->arena, "%s.%s", making->source->path, field);
    rule->maybe_detail = detail;
}

/* --- ports --------------------------------------------------------------------------------------- */

/* Everything of one protocol. */
static struct pg_port whole_protocol(int protocol, struct pg_loc loc)
{
    struct pg_port port = {.from = 1, .to = 65535, .any = true, .index = PG_NONE, .loc = loc};

    switch (protocol) {
    case IP_TCP: port.protocol = PG_TCP; return port;
    case IP_UDP: port.protocol = PG_UDP; return port;
    case IP_SCTP: port.protocol = PG_SCTP; return port;
    default: break;
    }
    port.protocol = PG_OTHER;
    port.from = port.to = (uint16_t)protocol;
    return port;
}

static const struct pg_port *keep_ports(struct making *making, const port_vec *ports)
{
    struct pg_port *copy = pg_arena_array(making->finish->arena, ports->n, sizeof *copy);

    if (ports->n)
        memcpy(copy, ports->v, ports->n * sizeof *copy);
    return copy;
}

/* A port behind a service, once, if it is of the rule's protocol (semantics 14.14). */
static void add_backend_port(struct making *making, port_vec *ports, uint8_t protocol,
                             uint16_t number, pg_str name)
{
    const struct pg_calico_rule *source = making->source;

    if (source->protocol != PG_CALICO_ANY_PROTOCOL &&
        whole_protocol(source->protocol, source->loc).protocol != protocol)
        return;
    for (uint32_t i = 0; i < ports->n; i++)
        if (ports->v[i].protocol == protocol && ports->v[i].from == number &&
            ports->v[i].name == name)
            return;
    pg_vec_push(making->finish->work, ports,
                ((struct pg_port){.protocol = protocol,
                                  .from = number,
                                  .to = number,
                                  .name = name,
                                  .index = PG_NONE,
                                  .loc = source->destination.loc}));
}

/* Whether every address behind a service has every port that one of them has. */
static bool is_product(const pg_calico_endpoint_vec *endpoints)
{
    for (uint32_t i = 0; i < endpoints->n; i++)
        for (uint32_t k = 0; k < endpoints->n; k++) {
            bool found = false;
            for (uint32_t j = 0; j < endpoints->n && !found; j++)
                found = pg_addr_compare(endpoints->v[j].addr, endpoints->v[i].addr) == 0 &&
                        endpoints->v[j].protocol == endpoints->v[k].protocol &&
                        endpoints->v[j].port == endpoints->v[k].port;
            if (!found)
                return false;
        }
    return true;
}

/* More than these are not compared: then a rule is in doubt. */
#define MOST_ENDPOINTS 100

/* The target ports of a service, or the ports that its slices list. Peers and ports of a rule are a product;
   where the endpoints are none, the rule says too much, and is in doubt. False where the ports are not
   known. */
static bool service_ports(struct making *making, struct pg_rule *rule, port_vec *ports)
{
    const struct pg_calico_entity *to = &making->source->destination;
    const struct pg_raw_service *raw = pg_calico_service(making->finish, to);
    pg_calico_endpoint_vec endpoints = {0};

    if (raw && raw->service.has_selector) {
        for (uint32_t i = 0; i < raw->service.nports; i++) {
            const struct pg_service_port *port = &raw->service.ports[i];
            add_backend_port(making, ports, port->protocol, port->target, port->target_name);
        }
        return true;
    }
    if (!pg_calico_endpoints(making->finish, to, &endpoints))
        return false;
    for (uint32_t i = 0; i < endpoints.n; i++)
        add_backend_port(making, ports, endpoints.v[i].protocol, endpoints.v[i].port, PG_STR_NONE);
    if (endpoints.n > MOST_ENDPOINTS || !is_product(&endpoints))
        make_doubtful(making, rule, "destination.services",
                      "the endpoints of the Service do not all have the same ports");
    return true;
}

static void copy_ports(struct making *making, port_vec *to, const struct pg_port *ports, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        pg_vec_push(making->finish->work, to, ports[i]);
}

/* Destination ports decide; where there are none, the protocol does. */
static void make_ports(struct making *making, struct pg_rule *rule)
{
    const struct pg_calico_rule *source = making->source;
    const struct pg_calico_entity *to = &source->destination;
    port_vec ports = {0}, not_ports = {0};

    if (to->service && service_ports(making, rule, &ports))
        rule->any_port = false;
    else if (to->nports > 0)
        copy_ports(making, &ports, to->ports, to->nports);
    else if (source->protocol != PG_CALICO_ANY_PROTOCOL)
        pg_vec_push(making->finish->work, &ports, whole_protocol(source->protocol, source->loc));
    else
        rule->any_port = true;
    copy_ports(making, &not_ports, to->not_ports, to->nnot_ports);
    if (source->not_protocol != PG_CALICO_ANY_PROTOCOL)
        pg_vec_push(making->finish->work, &not_ports,
                    whole_protocol(source->not_protocol, source->loc));
    rule->ports = keep_ports(making, &ports);
    rule->nports = ports.n;
    rule->not_ports = keep_ports(making, &not_ports);
    rule->nnot_ports = not_ports.n;
}

/* --- conditions ---------------------------------------------------------------------------------- */

/* semantics 14.10, 14.17 */
static void make_conditions(struct making *making, struct pg_rule *rule)
{
    const struct pg_calico_rule *source = making->source;

    if (source->http)
        make_doubtful(making, rule, "http", "HTTP rules decide at a proxy");
    if (source->source.nports > 0)
        make_doubtful(making, rule, "source.ports", "which source port a client uses is not known");
    if (source->source.nnot_ports > 0)
        make_doubtful(making, rule, "source.notPorts",
                      "which source port a client uses is not known");
    if (source->icmp)
        make_doubtful(making, rule, "icmp", "a question about ICMP does not say its type");
}

static bool is_icmp(int protocol)
{
    return protocol == IP_ICMP || protocol == IP_ICMPV6;
}

/* A rule that only some messages of ICMP don't match: for other protocols it is as if nothing was said, for
   ICMP it is a rule of its own, in doubt. */
static void split_icmp(struct making *making, const struct pg_rule *whole)
{
    static const int protocols[] = {IP_ICMP, IP_ICMPV6};
    const struct pg_calico_rule *source = making->source;
    struct pg_rule other = *whole, icmp = *whole;
    port_vec without = {0}, only = {0};

    copy_ports(making, &without, whole->not_ports, whole->nnot_ports);
    for (int i = 0; i < 2; i++) {
        struct pg_port port = whole_protocol(protocols[i], source->loc);
        pg_vec_push(making->finish->work, &without, port);
        if (source->protocol == PG_CALICO_ANY_PROTOCOL || source->protocol == protocols[i])
            pg_vec_push(making->finish->work, &only, port);
    }
    other.not_ports = keep_ports(making, &without);
    other.nnot_ports = without.n;
    icmp.any_port = false;
    icmp.ports = keep_ports(making, &only);
    icmp.nports = only.n;
    make_doubtful(making, &icmp, "notICMP", "a question about ICMP does not say its type");
    if (!is_icmp(source->protocol))
        pg_vec_push(making->finish->work, &making->rules, other);
    if (only.n > 0)
        pg_vec_push(making->finish->work, &making->rules, icmp);
}

/* --- rules --------------------------------------------------------------------------------------- */

static void make_rule(struct making *making, const struct pg_calico_policy *policy)
{
    const struct pg_calico_rule *source = making->source;
    bool ingress = making->dir == PG_INGRESS;
    const struct pg_calico_entity *other = ingress ? &source->source : &source->destination;
    const struct pg_calico_entity *own = ingress ? &source->destination : &source->source;
    struct pg_calico_peers peers = pg_calico_finish_end(making->finish, policy, source, other, true);
    struct pg_calico_peers self = pg_calico_finish_end(making->finish, policy, source, own, false);
    struct pg_rule rule = {
        .action = source->action,
        .index = source->index,
        .list = ingress ? "ingress" : "egress",
        .peers = peers.peers,
        .npeers = peers.n,
        .any_peer = peers.any,
        .self = pg_calico_one_peer(making->finish, &self),
        .loc = source->loc,
        .end = source->end,
    };

    make_ports(making, &rule);
    make_conditions(making, &rule);
    if (source->not_icmp)
        split_icmp(making, &rule);
    else
        pg_vec_push(making->finish->work, &making->rules, rule);
}

void pg_calico_finish_rules(struct pg_calico_finish *finish, const struct pg_calico_policy *policy,
                            enum pg_dir dir, struct pg_policy *out)
{
    struct making making = {.finish = finish, .dir = dir};
    struct pg_rule *rules;

    for (uint32_t i = 0; i < policy->nrules[dir]; i++) {
        making.source = &policy->rules[dir][i];
        if (!making.source->log) /* semantics 14.2: on to the next rule */
            make_rule(&making, policy);
    }
    rules = pg_arena_array(finish->arena, making.rules.n, sizeof *rules);
    if (making.rules.n)
        memcpy(rules, making.rules.v, making.rules.n * sizeof *rules);
    out->rules[dir] = rules;
    out->nrules[dir] = making.rules.n;
}
