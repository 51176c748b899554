/* The rules of Calico's policies: `source` and `destination`, protocols, ports (semantics 14.7 - 14.12). */
#include <string.h>

#include "calico.h"
#include "polgrid/portset.h"
#include "syntax.h"

/* Numbers of IP. */
enum {
    IP_ICMP = 1,
    IP_TCP = 6,
    IP_UDP = 17,
    IP_ICMPV6 = 58,
    IP_SCTP = 132,
    IP_UDP_LITE = 136,
};

static struct pg_arena *arena(const struct pg_decode *decode)
{
    return decode->loader->cluster->arena;
}

/* --- protocols ----------------------------------------------------------------------------------- */

static bool same_word(const char *a, const char *b)
{
    for (; *a && *b; a++, b++) {
        char x = *a >= 'A' && *a <= 'Z' ? (char)(*a - 'A' + 'a') : *a;
        char y = *b >= 'A' && *b <= 'Z' ? (char)(*b - 'A' + 'a') : *b;
        if (x != y)
            return false;
    }
    return *a == *b;
}

/* A number of at most five digits, whole; -1 where it is none. */
static long digits(const char *text, size_t n)
{
    long number = 0;

    if (n == 0 || n > 5)
        return -1;
    for (size_t i = 0; i < n; i++) {
        if (text[i] < '0' || text[i] > '9')
            return -1;
        number = number * 10 + (text[i] - '0');
    }
    return number;
}

static int protocol_number(const char *text)
{
    static const struct {
        const char *name;
        int number;
    } names[] = {
        {"TCP", IP_TCP},       {"UDP", IP_UDP},   {"ICMP", IP_ICMP},
        {"ICMPv6", IP_ICMPV6}, {"SCTP", IP_SCTP}, {"UDPLite", IP_UDP_LITE},
    };

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (same_word(text, names[i].name))
            return names[i].number;
    return (int)digits(text, strlen(text));
}

/* semantics 14.11 */
static int read_protocol(struct pg_decode *decode, const struct pg_at *rule, const char *key)
{
    struct pg_at at = pg_at_get(rule, key);
    const char *text = pg_at_string(&at);
    int64_t number = PG_CALICO_ANY_PROTOCOL;

    if (text)
        number = protocol_number(text);
    else if (!pg_at_number(&at, &number))
        return PG_CALICO_ANY_PROTOCOL;
    if (number >= 1 && number <= 255)
        return (int)number;
    pg_decode_say(decode, PG_CODE_CAL_PROTOCOL, &at,
                  "%s is TCP, UDP, SCTP, ICMP, ICMPv6, UDPLite or a number from 1 to 255", key);
    return PG_CALICO_ANY_PROTOCOL;
}

static bool has_ports(int protocol)
{
    return protocol == IP_TCP || protocol == IP_UDP || protocol == IP_SCTP;
}

static uint8_t model_protocol(int protocol)
{
    return protocol == IP_UDP ? PG_UDP : protocol == IP_SCTP ? PG_SCTP : PG_TCP;
}

/* --- ports --------------------------------------------------------------------------------------- */

static void bad_port(struct pg_decode *decode, const struct pg_at *at)
{
    pg_decode_say(decode, PG_CODE_CAL_PORT, at,
                  "a port is a number from 1 to 65535, a range \"FROM:TO\", or the name of a "
                  "container port");
}

/* semantics 14.10: 80, "80", "1000:2000", web */
static void read_port_text(struct pg_decode *decode, const struct pg_at *at, const char *text,
                           struct pg_port *port)
{
    const char *colon = strchr(text, ':');
    size_t first = colon ? (size_t)(colon - text) : strlen(text);
    long from = digits(text, first), to = colon ? digits(colon + 1, strlen(colon + 1)) : from;

    if (!colon && from < 0) {
        port->name = pg_decode_str(decode, text);
        if (!pg_syntax_port_name(text))
            bad_port(decode, at);
        return;
    }
    if (from < 1 || to > 65535 || to < from) {
        bad_port(decode, at);
        return;
    }
    port->from = (uint16_t)from;
    port->to = (uint16_t)to;
}

static const struct pg_port *read_ports(struct pg_decode *decode, const struct pg_at *entity,
                                        const char *key, int protocol, uint32_t *n)
{
    struct pg_at list = pg_at_get(entity, key);
    struct pg_port *ports = pg_arena_array(arena(decode), pg_at_items(&list), sizeof *ports);

    *n = pg_at_items(&list);
    for (uint32_t i = 0; i < *n; i++) {
        struct pg_at at = pg_at_item(&list, i);
        const char *text = pg_at_string(&at);
        int64_t number = 0;
        ports[i] = (struct pg_port){.protocol = model_protocol(protocol),
                                    .index = i,
                                    .from = 1,
                                    .to = 1,
                                    .loc = pg_decode_loc(decode, &at)};
        if (text)
            read_port_text(decode, &at, text, &ports[i]);
        else if ((pg_at_number(&at, &number) || !at.node) && (number < 1 || number > 65535))
            bad_port(decode, &at);
        else
            ports[i].from = ports[i].to = (uint16_t)number;
    }
    if (*n > 0 && !has_ports(protocol))
        pg_decode_say(decode, PG_CODE_CAL_MIX, &list,
                      "%s needs a protocol that has ports: TCP, UDP or SCTP", key);
    return ports;
}

/* --- entities ------------------------------------------------------------------------------------ */

static void read_accounts(struct pg_decode *decode, const struct pg_at *up,
                          struct pg_calico_entity *entity, const char **broken)
{
    struct pg_at at = pg_at_get(up, "serviceAccounts"), list = pg_at_get(&at, "names");
    pg_str *names = pg_arena_array(arena(decode), pg_at_items(&list), sizeof *names);

    for (uint32_t i = 0; i < pg_at_items(&list); i++) {
        struct pg_at item = pg_at_item(&list, i);
        const char *text = pg_at_text(&item);
        if (text)
            names[entity->naccount_names++] = pg_decode_str(decode, text);
    }
    entity->account_names = names;
    entity->accounts =
        pg_calico_read_selector(decode, &at, "selector", PG_CALICO_OF_ENDPOINTS, broken);
}

/* Says what a list of fields that can't stand beside `services` is, if one is given. */
static void check_services_alone(struct pg_decode *decode, const struct pg_at *up,
                                 const struct pg_at *services)
{
    static const char *const others[] = {"namespaceSelector", "selector", "notSelector",
                                         "serviceAccounts",   "nets",     "notNets"};

    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        struct pg_at at = pg_at_get(up, others[i]);
        const char *text = pg_at_string(&at);
        if (text ? *text : pg_at_items(&at) > 0 || (at.node && at.node->kind == PG_TREE_MAP))
            pg_decode_say(decode, PG_CODE_CAL_MIX, services, "services can't stand beside %s",
                          others[i]);
    }
}

/* semantics 14.14. `own`: it is the end that the policy selects. */
static void read_services(struct pg_decode *decode, const struct pg_at *up, bool own,
                          struct pg_calico_entity *entity)
{
    struct pg_at at = pg_at_get(up, "services"), name = pg_at_get(&at, "name");
    struct pg_at ns = pg_at_get(&at, "namespace");

    if (!at.node || at.node->kind != PG_TREE_MAP)
        return;
    entity->service = pg_decode_field(decode, &at, "name");
    entity->service_ns = pg_decode_field(decode, &at, "namespace");
    if (own)
        pg_decode_say(
            decode, PG_CODE_CAL_MIX, &at,
            "services names the other end: the source of an ingress rule, the destination "
            "of an egress rule");
    if (!entity->service && (!name.node || pg_at_string(&name)))
        pg_decode_say(decode, PG_CODE_CAL_MIX, &name, "services needs the name of a Service");
    if (!entity->service_ns && decode->ns)
        entity->service_ns = decode->ns;
    else if (!entity->service_ns && (!ns.node || pg_at_string(&ns)))
        pg_decode_say(decode, PG_CODE_CAL_MIX, &ns,
                      "a policy of the whole cluster must say the namespace of the Service");
    check_services_alone(decode, up, &at);
}

static void read_entity(struct pg_decode *decode, const struct pg_at *rule, const char *key,
                        bool own, int protocol, struct pg_calico_entity *entity, const char **broken)
{
    struct pg_at at = pg_at_get(rule, key), nets = pg_at_get(&at, "nets");
    struct pg_at not_nets = pg_at_get(&at, "notNets");

    entity->path = pg_calico_path(decode, &at);
    entity->loc = pg_decode_loc(decode, &at);
    entity->selector =
        pg_calico_read_selector(decode, &at, "selector", PG_CALICO_OF_ENDPOINTS, broken);
    entity->not_selector =
        pg_calico_read_selector(decode, &at, "notSelector", PG_CALICO_OF_ENDPOINTS, broken);
    entity->namespaces = pg_calico_read_selector(decode, &at, "namespaceSelector",
                                                 PG_CALICO_OF_RULE_NAMESPACES, broken);
    read_accounts(decode, &at, entity, broken);
    read_services(decode, &at, own, entity);
    entity->nets = pg_calico_read_nets(decode, &nets, &entity->nnets);
    entity->not_nets = pg_calico_read_nets(decode, &not_nets, &entity->nnot_nets);
    entity->ports = read_ports(decode, &at, "ports", protocol, &entity->nports);
    entity->not_ports = read_ports(decode, &at, "notPorts", protocol, &entity->nnot_ports);
}

/* --- rules --------------------------------------------------------------------------------------- */

static void read_action(struct pg_decode *decode, const struct pg_at *at,
                        struct pg_calico_rule *rule)
{
    struct pg_at field = pg_at_get(at, "action");
    const char *text = pg_at_string(&field);

    if (field.node && !text) /* its type was reported */
        return;
    if (text && strcmp(text, "Allow") == 0)
        rule->action = PG_ACTION_ALLOW;
    else if (text && strcmp(text, "Deny") == 0)
        rule->action = PG_ACTION_DENY;
    else if (text && strcmp(text, "Pass") == 0)
        rule->action = PG_ACTION_PASS;
    else if (text && strcmp(text, "Log") == 0)
        rule->log = true;
    else if (text)
        pg_decode_say(decode, PG_CODE_CAL_WORD, &field,
                      "action is Allow, Deny, Pass or Log, with a capital; found \"%.60s\"", text);
    else
        pg_decode_say(decode, PG_CODE_CAL_WORD, &field,
                      "a rule needs an action: Allow, Deny, Pass or Log");
}

/* semantics 14.17. Returns whether there is such a field. */
static bool read_icmp(struct pg_decode *decode, const struct pg_at *rule, const char *key)
{
    struct pg_at at = pg_at_get(rule, key), type = pg_at_get(&at, "type");
    struct pg_at code = pg_at_get(&at, "code");
    int64_t number;

    if (code.node && !type.node)
        pg_decode_say(decode, PG_CODE_CAL_MIX, &code, "code needs type");
    if (pg_at_number(&type, &number) && (number < 0 || number > 254))
        pg_decode_say(decode, PG_CODE_CAL_NUMBER, &type, "a type of ICMP is 0 to 254");
    if (pg_at_number(&code, &number) && (number < 0 || number > 255))
        pg_decode_say(decode, PG_CODE_CAL_NUMBER, &code, "a code of ICMP is 0 to 255");
    return type.node != NULL;
}

static bool is_icmp(int protocol)
{
    return protocol == IP_ICMP || protocol == IP_ICMPV6;
}

static void read_ip_version(struct pg_decode *decode, const struct pg_at *at,
                            struct pg_calico_rule *rule)
{
    struct pg_at field = pg_at_get(at, "ipVersion");
    int64_t number;
    int wanted = 0;

    if (!pg_at_number(&field, &number))
        return;
    if (number != 4 && number != 6) {
        pg_decode_say(decode, PG_CODE_CAL_NUMBER, &field, "ipVersion is 4 or 6");
        return;
    }
    rule->ip_version = (int)number;
    if (is_icmp(rule->protocol))
        wanted = rule->protocol == IP_ICMP ? 4 : 6;
    if (is_icmp(rule->not_protocol))
        wanted = rule->not_protocol == IP_ICMP ? 4 : 6;
    if (wanted != 0 && wanted != rule->ip_version)
        pg_decode_say(decode, PG_CODE_CAL_MIX, &field, "this version of IP has another ICMP");
}

/* Blocks of one rule are of one family, and of the rule's where it names one. */
static void check_families(struct pg_decode *decode, const struct pg_at *at,
                           const struct pg_calico_rule *rule)
{
    const struct pg_calico_entity *ends[] = {&rule->source, &rule->destination};
    int family = rule->ip_version;

    for (int i = 0; i < 4; i++) {
        const struct pg_calico_entity *end = ends[i / 2];
        const struct pg_calico_net *nets = i % 2 == 0 ? end->nets : end->not_nets;
        uint32_t n = i % 2 == 0 ? end->nnets : end->nnot_nets;
        for (uint32_t k = 0; k < n; k++) {
            struct pg_at entity = pg_at_get(at, i / 2 == 0 ? "source" : "destination");
            struct pg_at list = pg_at_get(&entity, i % 2 == 0 ? "nets" : "notNets");
            struct pg_at item = pg_at_item(&list, nets[k].index);
            if (family == 0)
                family = nets[k].cidr.base.family;
            if (nets[k].cidr.base.family == family)
                continue;
            pg_decode_say(decode, PG_CODE_CAL_MIX, &item,
                          rule->ip_version ? "a block of another version of IP than ipVersion"
                                           : "IPv4 and IPv6 blocks can't stand in one rule; make "
                                             "two of it");
            return;
        }
    }
}

static void check_rule(struct pg_decode *decode, const struct pg_at *at, enum pg_dir dir,
                       const struct pg_calico_rule *rule)
{
    struct pg_at http = pg_at_get(at, "http"), icmp = pg_at_get(at, "icmp");
    struct pg_at destination = pg_at_get(at, "destination"),
                 list = pg_at_get(&destination, "ports");
    bool tcp = rule->protocol == PG_CALICO_ANY_PROTOCOL || rule->protocol == IP_TCP;

    if (rule->http && (!tcp || rule->log || rule->action != PG_ACTION_ALLOW || dir == PG_EGRESS))
        pg_decode_say(decode, PG_CODE_CAL_MIX, &http,
                      "http stands in ingress rules that allow TCP only");
    if (rule->icmp && !is_icmp(rule->protocol))
        pg_decode_say(decode, PG_CODE_CAL_MIX, &icmp, "icmp needs protocol ICMP or ICMPv6");
    if (rule->destination.service && rule->destination.nports + rule->destination.nnot_ports > 0)
        pg_decode_say(decode, PG_CODE_CAL_MIX, &list,
                      "services brings its own ports; take ports and notPorts away");
    check_families(decode, at, rule);
}

static void read_rule(struct pg_decode *decode, const struct pg_at *at, enum pg_dir dir,
                      struct pg_calico_rule *rule, const char **broken)
{
    struct pg_at http = pg_at_get(at, "http");

    rule->path = pg_calico_path(decode, at);
    rule->loc = pg_decode_loc(decode, at);
    rule->end = pg_decode_end(decode, at);
    read_action(decode, at, rule);
    rule->protocol = read_protocol(decode, at, "protocol");
    rule->not_protocol = read_protocol(decode, at, "notProtocol");
    read_ip_version(decode, at, rule);
    rule->icmp = read_icmp(decode, at, "icmp");
    rule->not_icmp = read_icmp(decode, at, "notICMP");
    rule->http = http.node != NULL;
    read_entity(decode, at, "source", dir == PG_EGRESS, rule->protocol, &rule->source, broken);
    read_entity(decode, at, "destination", dir == PG_INGRESS, rule->protocol, &rule->destination,
                broken);
    check_rule(decode, at, dir, rule);
}

const struct pg_calico_rule *pg_calico_read_rules(struct pg_decode *decode, const struct pg_at *list,
                                                  enum pg_dir dir, const char **broken, uint32_t *n)
{
    struct pg_calico_rule *rules =
        pg_arena_array(decode->loader->work, pg_at_items(list), sizeof *rules);

    *n = pg_at_items(list);
    for (uint32_t i = 0; i < *n; i++) {
        struct pg_at at = pg_at_item(list, i);
        rules[i].index = i;
        read_rule(decode, &at, dir, &rules[i], broken);
    }
    return rules;
}
