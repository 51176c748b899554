/* NetworkPolicy of networking.k8s.io/v1, with every check that the API server makes (semantics 10.1). */
#include <string.h>

#include "decode.h"
#include "polgrid/addr.h"
#include "polgrid/portset.h"
#include "syntax.h"

static struct pg_arena *arena(const struct pg_decode *decode)
{
    return decode->loader->cluster->arena;
}

/* --- ipBlock ----------------------------------------------------------------------------------- */

/* What is accepted though written oddly (semantics 5.15). */
static void warn_odd(struct pg_decode *decode, const struct pg_at *at, const char *text,
                     struct pg_cidr cidr, unsigned odd)
{
    struct pg_buf plain = {0};
    const char *why = odd & PG_ADDR_HOST_BITS      ? "bits beyond its prefix are set"
                      : odd & PG_ADDR_LEADING_ZERO ? "it has leading zeros"
                      : odd & PG_ADDR_MAPPED       ? "it is an IPv4 block in IPv6 clothes"
                                                   : "it has capital letters";

    if (!odd)
        return;
    pg_cidr_print(&plain, cidr);
    pg_decode_say(decode, PG_CODE_NP_CIDR_ODD, at, "%.60s is read as %s, for %s; write it so", text,
                  pg_buf_text(&plain), why);
    pg_buf_free(&plain);
}

static bool read_cidr(struct pg_decode *decode, const struct pg_at *block, struct pg_cidr *cidr)
{
    struct pg_at at = pg_at_get(block, "cidr");
    const char *text = pg_at_string(&at);
    unsigned odd = 0;

    if (at.node && !text)
        return false;
    if (!text || !*text) {
        pg_decode_say(decode, PG_CODE_NP_CIDR_MISSING, &at, "ipBlock needs cidr");
        return false;
    }
    if (!pg_cidr_parse(text, cidr, &odd)) {
        pg_decode_say(decode, PG_CODE_NP_CIDR_BAD, &at,
                      "\"%.60s\" is not a CIDR; a single address needs /32 or /128", text);
        return false;
    }
    warn_odd(decode, &at, text, *cidr, odd);
    return true;
}

/* `cidr` is NULL where the block itself could not be read. */
static bool read_except(struct pg_decode *decode, const struct pg_at *at,
                        const struct pg_cidr *cidr, struct pg_cidr *except)
{
    const char *text = pg_at_text(at);
    unsigned odd = 0;

    if (!text)
        return false;
    if (!pg_cidr_parse(text, except, &odd)) {
        pg_decode_say(decode, PG_CODE_NP_EXCEPT_BAD, at,
                      "\"%.60s\" is not a CIDR; a single address needs /32 or /128", text);
        return false;
    }
    warn_odd(decode, at, text, *except, odd);
    if (cidr && (!pg_cidr_covers(*cidr, *except) || cidr->bits >= except->bits)) {
        pg_decode_say(decode, PG_CODE_NP_EXCEPT_OUT, at,
                      "except must be a smaller block inside cidr, and %.60s is none", text);
        return false;
    }
    return true;
}

static void read_block(struct pg_decode *decode, const struct pg_at *block, struct pg_peer *peer)
{
    struct pg_at list = pg_at_get(block, "except");
    uint32_t n = pg_at_items(&list);
    struct pg_cidr *except = n ? pg_arena_array(arena(decode), n, sizeof *except) : NULL;
    bool ok = read_cidr(decode, block, &peer->cidr);

    for (uint32_t i = 0; i < n; i++) {
        struct pg_at at = pg_at_item(&list, i);
        if (read_except(decode, &at, ok ? &peer->cidr : NULL, &except[peer->nexcept]))
            peer->nexcept++;
    }
    peer->except = except;
}

/* --- peers ------------------------------------------------------------------------------------- */

static void read_peer(struct pg_decode *decode, const struct pg_at *at, struct pg_peer *peer)
{
    struct pg_at block = pg_at_get(at, "ipBlock"), pods = pg_at_get(at, "podSelector");
    struct pg_at namespaces = pg_at_get(at, "namespaceSelector");

    peer->index = at->index;
    peer->loc = pg_decode_loc(decode, at);
    if (at->node && at->node->kind != PG_TREE_MAP) /* reported */
        return;
    if (!block.node && !pods.node && !namespaces.node)
        pg_decode_say(decode, PG_CODE_NP_PEER_EMPTY, at,
                      "this peer says nothing; write {} inside a selector if you mean \"all\"");
    if (block.node && (pods.node || namespaces.node))
        pg_decode_say(decode, PG_CODE_NP_PEER_MIX, at,
                      "ipBlock cannot be combined with selectors in one peer; make two of it");
    peer->kind = block.node ? PG_PEER_IPBLOCK : PG_PEER_SELECTOR;
    if (block.node)
        read_block(decode, &block, peer);
    peer->pod_selector = pg_decode_selector(decode, &pods);
    peer->namespace_selector = pg_decode_selector(decode, &namespaces);
}

static void read_peers(struct pg_decode *decode, const struct pg_at *list, struct pg_rule *rule)
{
    uint32_t n = pg_at_items(list);
    struct pg_peer *peers = n ? pg_arena_array(arena(decode), n, sizeof *peers) : NULL;

    for (uint32_t i = 0; i < n; i++) {
        struct pg_at at = pg_at_item(list, i);
        read_peer(decode, &at, &peers[i]);
    }
    rule->peers = peers;
    rule->npeers = n;
    rule->any_peer = n == 0; /* semantics 4.4 */
}

/* --- ports ------------------------------------------------------------------------------------- */

static void read_protocol(struct pg_decode *decode, const struct pg_at *entry, struct pg_port *port)
{
    struct pg_at at = pg_at_get(entry, "protocol");
    const char *text = pg_at_string(&at);
    int protocol = text ? pg_syntax_protocol(text) : PG_TCP; /* semantics 7.1 */

    if (protocol < 0)
        pg_decode_say(decode, PG_CODE_NP_PROTO, &at,
                      "protocol must be TCP, UDP or SCTP, in capitals; found \"%.60s\"", text);
    else
        port->protocol = (uint8_t)protocol;
}

static bool in_range(int64_t number)
{
    return number >= 1 && number <= 65535;
}

static void read_port_name(struct pg_decode *decode, const struct pg_at *at, const char *text,
                           struct pg_port *port)
{
    bool number = *text && strspn(text, "0123456789") == strlen(text);

    port->name = pg_decode_str(decode, text);
    if (pg_syntax_port_name(text))
        return;
    if (number)
        pg_decode_say(decode, PG_CODE_NP_PORT_NAME, at,
                      "\"%.60s\" in quotes is a port name, and names need a letter; write %.60s",
                      text, text);
    else
        pg_decode_say(decode, PG_CODE_NP_PORT_NAME, at,
                      "\"%.60s\" is no name for a port; use at most 15 of a-z, 0-9 and -, one of "
                      "them a letter",
                      text);
}

/* The last port of a range; semantics 7.4. `number` is 0 where the port is no number. */
static void read_end_port(struct pg_decode *decode, const struct pg_at *at, bool port_given,
                          bool named, int64_t number, struct pg_port *port)
{
    int64_t end;

    if (!pg_at_number(at, &end))
        return;
    if (!port_given)
        pg_decode_say(decode, PG_CODE_NP_ENDPORT_ALONE, at, "endPort needs port");
    else if (named)
        pg_decode_say(decode, PG_CODE_NP_ENDPORT_NAMED, at,
                      "endPort needs a numeric port; a name is one port");
    else if (!in_range(end))
        pg_decode_say(decode, PG_CODE_NP_ENDPORT_RANGE, at,
                      "endPort %lld is out of range; ports are 1 to 65535", (long long)end);
    else if (end < number)
        pg_decode_say(decode, PG_CODE_NP_ENDPORT_LT, at, "endPort %lld is below port %lld",
                      (long long)end, (long long)number);
    else if (in_range(number))
        pg_decode_say(decode, PG_CODE_NP_ENDPORT_USED, at,
                      "a plugin without support for endPort applies port %lld only",
                      (long long)number);
    port->to = in_range(end) ? (uint16_t)end : port->from;
    port->ranged = true;
}

static void read_port(struct pg_decode *decode, const struct pg_at *entry, struct pg_port *port)
{
    struct pg_at at = pg_at_get(entry, "port"), end = pg_at_get(entry, "endPort");
    const char *name = pg_at_string(&at);
    int64_t number = 0;

    port->index = entry->index;
    port->loc = pg_decode_loc(decode, entry);
    read_protocol(decode, entry, port);
    if (!at.node) { /* semantics 7.2 */
        port->any = true;
        port->from = 1;
        port->to = 65535;
    } else if (name) {
        read_port_name(decode, &at, name, port);
    } else if (pg_at_number(&at, &number)) {
        if (!in_range(number))
            pg_decode_say(decode, PG_CODE_NP_PORT_RANGE, &at,
                          "port %lld is out of range; ports are 1 to 65535", (long long)number);
        port->from = port->to = in_range(number) ? (uint16_t)number : 0;
    }
    read_end_port(decode, &end, at.node != NULL, name != NULL, number, port);
}

static void read_ports(struct pg_decode *decode, const struct pg_at *list, struct pg_rule *rule)
{
    uint32_t n = pg_at_items(list);
    struct pg_port *ports = n ? pg_arena_array(arena(decode), n, sizeof *ports) : NULL;

    for (uint32_t i = 0; i < n; i++) {
        struct pg_at at = pg_at_item(list, i);
        if (!at.node)
            pg_decode_say(decode, PG_CODE_NP_NULL_PORT, &at,
                          "a bare dash means every TCP port; write {} if that is meant");
        read_port(decode, &at, &ports[i]);
    }
    rule->ports = ports;
    rule->nports = n;
    rule->any_port = n == 0; /* semantics 4.5 */
}

/* --- rules ------------------------------------------------------------------------------------- */

static void read_rules(struct pg_decode *decode, const struct pg_at *list, enum pg_dir dir,
                       struct pg_policy *policy)
{
    uint32_t n = pg_at_items(list);
    struct pg_rule *rules = n ? pg_arena_array(arena(decode), n, sizeof *rules) : NULL;

    for (uint32_t i = 0; i < n; i++) {
        struct pg_at at = pg_at_item(list, i), ports = pg_at_get(&at, "ports");
        struct pg_at peers = pg_at_get(&at, dir == PG_INGRESS ? "from" : "to");
        if (!at.node)
            pg_decode_say(decode, PG_CODE_NP_NULL_RULE, &at,
                          "a bare dash allows everything; write {} if that is meant");
        rules[i].action = PG_ACTION_ALLOW;
        rules[i].index = i;
        rules[i].list = dir == PG_INGRESS ? "ingress" : "egress";
        rules[i].loc = pg_decode_loc(decode, &at);
        rules[i].end = pg_decode_end(decode, &at);
        read_peers(decode, &peers, &rules[i]);
        read_ports(decode, &ports, &rules[i]);
    }
    policy->rules[dir] = rules;
    policy->nrules[dir] = n;
}

/* semantics 3.7, 3.12, 10.1; false where the list is missing or empty. */
static bool read_types(struct pg_decode *decode, const struct pg_at *list, struct pg_policy *policy)
{
    uint32_t n = pg_at_items(list);

    for (uint32_t i = 0; i < n; i++) {
        struct pg_at at = pg_at_item(list, i);
        const char *text = pg_at_text(&at);
        bool ingress = text && strcmp(text, "Ingress") == 0;
        bool egress = text && strcmp(text, "Egress") == 0;
        if (text && !ingress && !egress)
            pg_decode_say(decode, PG_CODE_NP_TYPES_WORD, &at,
                          "policyTypes takes Ingress and Egress, with a capital; found \"%.60s\"",
                          text);
        else if (n <= 2 && text && policy->has_type[ingress ? PG_INGRESS : PG_EGRESS])
            pg_decode_say(decode, PG_CODE_NP_TYPES_TWICE, &at, "%s stands here twice", text);
        policy->has_type[PG_INGRESS] = policy->has_type[PG_INGRESS] || ingress;
        policy->has_type[PG_EGRESS] = policy->has_type[PG_EGRESS] || egress;
    }
    if (n > 2)
        pg_decode_say(decode, PG_CODE_NP_TYPES_MANY, list,
                      "at most two policyTypes; there are two to name");
    return n > 0;
}

/* semantics 3.6 */
static void warn_unused(struct pg_decode *decode, const struct pg_at *rules, enum pg_dir dir,
                        const struct pg_policy *policy)
{
    const char *type = dir == PG_INGRESS ? "Ingress" : "Egress";

    if (policy->nrules[dir] && !policy->has_type[dir])
        pg_decode_say(decode, PG_CODE_NP_RULES_UNUSED, rules,
                      "policyTypes leaves %s out, so these rules do nothing; add %s to it or take "
                      "them away",
                      type, type);
}

void pg_decode_network_policy(struct pg_decode *decode, const struct pg_at *object)
{
    struct pg_at metadata = pg_at_get(object, "metadata"), labels = pg_at_get(&metadata, "labels");
    struct pg_at spec = pg_at_get(object, "spec"), types = pg_at_get(&spec, "policyTypes");
    struct pg_at ingress = pg_at_get(&spec, "ingress"), egress = pg_at_get(&spec, "egress");
    struct pg_at selector = pg_at_get(&spec, "podSelector");
    struct pg_raw_policy raw = {.policy.kind = PG_POLICY_NETWORK};
    struct pg_policy *policy = &raw.policy;

    pg_decode_labels(decode, &labels);
    policy->pod_selector = pg_decode_selector(decode, &selector);
    read_rules(decode, &ingress, PG_INGRESS, policy);
    read_rules(decode, &egress, PG_EGRESS, policy);
    if (!read_types(decode, &types, policy)) {
        policy->has_type[PG_INGRESS] = true;
        policy->has_type[PG_EGRESS] = policy->nrules[PG_EGRESS] > 0;
    }
    for (int dir = 0; dir < 2; dir++)
        policy->isolates[dir] = policy->has_type[dir]; /* semantics 3.2 */
    policy->spec_path = "spec";
    warn_unused(decode, &ingress, PG_INGRESS, policy);
    warn_unused(decode, &egress, PG_EGRESS, policy);
    if (decode->rejected)
        return;
    raw.id = pg_decode_id(decode, object);
    raw.id.group = pg_decode_str(decode, "networking.k8s.io");
    raw.id.kind = pg_decode_str(decode, "NetworkPolicy");
    policy->loc = raw.id.loc;
    policy->end = pg_decode_end(decode, object);
    pg_vec_push_heap(&decode->loader->policies, raw);
    decode->loader->progress.policies++;
}
