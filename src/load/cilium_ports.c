/* toPorts and icmps of Cilium's rules (semantics 13.9, 13.11, 13.13, 13.18). */
#include <string.h>

#include "cilium.h"
#include "polgrid/portset.h"

#define MAX_PORTS 40 /* in one entry of toPorts, and types in one of icmps */
#define MAX_NAME  15

#define ICMP_V4   1 /* IP protocol numbers */
#define ICMP_V6   58

/* The ports of a rule while they are read. */
struct reading {
    struct pg_decode *decode;
    enum pg_dir dir;
    bool deny;
    uint32_t index; /* of the next port, counted through all entries */
    PG_VEC(struct pg_cilium_ports) out;
};

static struct pg_arena *arena(const struct reading *reading)
{
    return reading->decode->loader->cluster->arena;
}

/* --- one port ---------------------------------------------------------------------------------- */

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* A service name of RFC 6335, in any case. */
static bool is_name(const char *text)
{
    size_t n = strlen(text);
    bool letter = false;

    if (n == 0 || n > MAX_NAME || text[0] == '-' || text[n - 1] == '-' || strstr(text, "--"))
        return false;
    for (size_t i = 0; i < n; i++) {
        if (!is_letter(text[i]) && !is_digit(text[i]) && text[i] != '-')
            return false;
        letter |= is_letter(text[i]);
    }
    return letter;
}

/* A number as Go writes one that has no letters: a leading 0 means octal, `_` may stand between digits. */
static bool read_number(const char *text, uint32_t *number)
{
    uint32_t base = text[0] == '0' && text[1] != '\0' ? 8 : 10;

    *number = 0;
    if (!is_digit(text[0]))
        return false;
    for (const char *p = text; *p; p++) {
        if (*p == '_' && is_digit(p[1]))
            continue;
        if (!is_digit(*p) || (uint32_t)(*p - '0') >= base)
            return false;
        *number = *number * base + (uint32_t)(*p - '0');
        if (*number > 65535)
            return false;
    }
    return true;
}

static void read_protocol(struct reading *reading, const struct pg_at *entry, struct pg_port *port)
{
    static const char *const names[] = {
        [PG_TCP] = "TCP", [PG_UDP] = "UDP", [PG_SCTP] = "SCTP", [PG_OTHER] = "ANY"};
    struct pg_at at = pg_at_get(entry, "protocol");
    const char *text = pg_at_string(&at);

    port->protocol = PG_ANY_PROTOCOL;
    if (!text)
        return;
    for (uint8_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(text, names[i]) == 0) {
            port->protocol = i == PG_OTHER ? PG_ANY_PROTOCOL : i;
            return;
        }
    pg_decode_say(reading->decode, PG_CODE_CIL_PROTO, &at,
                  "protocol must be TCP, UDP, SCTP or ANY, in capitals; found \"%.60s\"", text);
}

static void set_name(struct reading *reading, const char *text, struct pg_port *port)
{
    char lower[MAX_NAME + 1];
    size_t n = strlen(text);

    for (size_t i = 0; i <= n; i++)
        lower[i] = (char)(text[i] >= 'A' && text[i] <= 'Z' ? text[i] - 'A' + 'a' : text[i]);
    port->name = pg_decode_str(reading->decode, lower);
}

/* Port 0 is every port; with an endPort, every port up to it. */
static void set_range(uint32_t number, uint32_t end, struct pg_port *port)
{
    port->any = number == 0 && (end == 0 || end == 65535);
    port->from = (uint16_t)(number == 0 ? 1 : number);
    port->to = port->any ? 65535 : (uint16_t)(end > number ? end : number);
}

/* The last port of a range, 0 where there is none. */
static uint32_t read_end(struct reading *reading, const struct pg_at *entry, bool named,
                         uint32_t number)
{
    struct pg_at at = pg_at_get(entry, "endPort");
    int64_t end;

    if (!pg_at_number(&at, &end) || end == 0)
        return 0;
    if (end < 0 || end > 65535) {
        pg_decode_say(reading->decode, PG_CODE_CIL_PORT, &at,
                      "endPort %lld is out of range; ports are 1 to 65535", (long long)end);
        return 0;
    }
    if (named)
        pg_decode_say(reading->decode, PG_CODE_CIL_ENDPORT, &at,
                      "endPort beside a named port is ignored");
    else if (end < number)
        pg_decode_say(reading->decode, PG_CODE_CIL_ENDPORT, &at,
                      "an endPort below its port is ignored: this is port %u alone", number);
    return named ? 0 : (uint32_t)end;
}

static struct pg_port read_port(struct reading *reading, const struct pg_at *entry)
{
    struct pg_at at = pg_at_get(entry, "port");
    struct pg_port port = {.loc = pg_decode_loc(reading->decode, entry), .index = reading->index++};
    const char *text = pg_at_string(&at);
    uint32_t number = 0, end;
    bool named = text && is_name(text);

    read_protocol(reading, entry, &port);
    if (named)
        set_name(reading, text, &port);
    else if (!at.node)
        pg_decode_say(reading->decode, PG_CODE_CIL_PORT, &at, "a port needs its number or name");
    else if (text && !read_number(text, &number))
        pg_decode_say(
            reading->decode, PG_CODE_CIL_PORT, &at,
            "\"%.60s\" is no port: write a number from 0 (every port) to 65535, or a name "
            "of at most 15 letters, digits and -",
            text);
    end = read_end(reading, entry, named, number);
    if (!named)
        set_range(number, end, &port);
    return port;
}

static void read_ports(struct reading *reading, const struct pg_at *entry,
                       struct pg_cilium_ports *out)
{
    struct pg_at list = pg_at_get(entry, "ports");
    uint32_t n = pg_at_items(&list), kept = out->nports;
    struct pg_port *ports = pg_arena_array(arena(reading), (size_t)kept + n, sizeof *ports);

    if (n > MAX_PORTS)
        pg_decode_say(reading->decode, PG_CODE_CIL_MANY, &list,
                      "%u ports in one entry; Cilium takes %d", n, MAX_PORTS);
    if (kept)
        memcpy(ports, out->ports, kept * sizeof *ports);
    for (uint32_t i = 0; i < n; i++) {
        struct pg_at at = pg_at_item(&list, i);
        if (pg_cilium_item(reading->decode, &at))
            ports[kept++] = read_port(reading, &at);
    }
    out->ports = ports;
    out->nports = kept;
}

/* --- what a proxy decides ---------------------------------------------------------------------- */

static const char *const l7_fields[] = {"http", "kafka", "dns", "l7"};
static const char *const l7_details[] = {
    "HTTP rules decide at a proxy",
    "Kafka rules decide at a proxy",
    "DNS rules decide at a proxy",
    "rules of another protocol decide at a proxy",
};

static void hang(struct reading *reading, const struct pg_at *at, const char *detail,
                 struct pg_cilium_ports *out)
{
    if (out->maybe_field)
        return;
    out->maybe_field = pg_cilium_path(reading->decode, at);
    out->maybe_detail = detail;
    out->may_refuse = true;
}

/* Which fields of an entry go together. */
static void check_l7_fields(struct reading *reading, const struct pg_at *entry,
                            const struct pg_at *rules, bool has_rules)
{
    struct pg_at listener = pg_at_get(entry, "listener"), names = pg_at_get(entry, "serverNames");
    struct pg_at tls = pg_at_get(entry, "terminatingTLS"), dns = pg_at_get(rules, "dns");
    struct pg_at protocol = pg_at_get(rules, "l7proto"), ports = pg_at_get(entry, "ports");
    uint32_t kinds = protocol.node != NULL;

    for (int i = 0; i < 3; i++)
        kinds += pg_at_get(rules, l7_fields[i]).node != NULL;
    if (rules->node && kinds != 1)
        pg_decode_say(reading->decode, PG_CODE_CIL_L7, rules,
                      "rules takes just one of http, kafka, dns and l7proto (with l7)");
    if (reading->dir == PG_INGRESS && pg_at_items(&dns) > 0)
        pg_decode_say(reading->decode, PG_CODE_CIL_L7, &dns, "DNS rules are for egress only");
    if (pg_at_items(&dns) > 0 && pg_at_items(&ports) == 0)
        pg_decode_say(reading->decode, PG_CODE_CIL_L7, &dns, "DNS rules need a port: 53");
    if (reading->dir == PG_INGRESS && listener.node)
        pg_decode_say(reading->decode, PG_CODE_CIL_L7, &listener, "a listener is for egress only");
    if (listener.node && has_rules)
        pg_decode_say(reading->decode, PG_CODE_CIL_L7, &listener,
                      "a listener and rules cannot stand in one entry");
    if (pg_at_items(&names) > 0 && has_rules && !tls.node)
        pg_decode_say(reading->decode, PG_CODE_CIL_L7, &names,
                      "serverNames beside rules need terminatingTLS");
    if (names.node && pg_at_items(&names) == 0)
        pg_decode_say(reading->decode, PG_CODE_CIL_L7, &names, "serverNames needs a name");
}

/* The ports that rules for a proxy may have: TCP, and for DNS no ranges. */
static void check_l7_ports(struct reading *reading, const struct pg_at *entry,
                           const struct pg_at *rules, const struct pg_cilium_ports *out)
{
    struct pg_at dns = pg_at_get(rules, "dns"), list = pg_at_get(entry, "ports");
    bool names = pg_at_items(&dns) > 0;

    for (uint32_t i = 0; i < out->nports; i++) {
        const struct pg_port *port = &out->ports[i];
        if (!names && port->protocol != PG_TCP)
            pg_decode_say(reading->decode, PG_CODE_CIL_L7, &list,
                          "rules other than dns need protocol: TCP at every port");
        else if (!port->name && (port->any || (names && port->to != port->from)))
            pg_decode_say(reading->decode, PG_CODE_CIL_L7, &list,
                          port->any ? "rules cannot stand beside port 0"
                                    : "DNS rules take no range of ports");
        else
            continue;
        return;
    }
}

/* Conditions of one entry of toPorts beyond its ports (13.11). */
static void read_conditions(struct reading *reading, const struct pg_at *entry,
                            struct pg_cilium_ports *out)
{
    static const char *const fields[][2] = {
        {"listener", "an Envoy listener decides"},
        {"terminatingTLS", "TLS ends at a proxy, which decides"},
        {"originatingTLS", "TLS begins at a proxy, which decides"},
    };
    struct pg_at rules = pg_at_get(entry, "rules"), names = pg_at_get(entry, "serverNames");
    struct pg_at protocol = pg_at_get(&rules, "l7proto");

    for (int i = 0; i < 4; i++) {
        struct pg_at list = pg_at_get(&rules, l7_fields[i]);
        if (pg_at_items(&list) > 0)
            hang(reading, &list, l7_details[i], out);
    }
    if (protocol.node)
        hang(reading, &protocol, l7_details[3], out);
    if (pg_at_items(&names) > 0)
        hang(reading, &names, "the server name that TLS asks for decides at a proxy", out);
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        struct pg_at at = pg_at_get(entry, fields[i][0]);
        if (at.node)
            hang(reading, &at, fields[i][1], out);
    }
}

/* What Cilium refuses of an entry whose ports were read. */
static void check_l7(struct reading *reading, const struct pg_at *entry,
                     const struct pg_cilium_ports *out)
{
    struct pg_at rules = pg_at_get(entry, "rules");
    bool has_rules = false;

    for (int i = 0; i < 4; i++) {
        struct pg_at list = pg_at_get(&rules, l7_fields[i]);
        has_rules |= pg_at_items(&list) > 0;
    }
    check_l7_fields(reading, entry, &rules, has_rules);
    if (has_rules)
        check_l7_ports(reading, entry, &rules, out);
}

/* Entries without a condition share the first element. */
static void read_entry(struct reading *reading, const struct pg_at *entry)
{
    struct pg_cilium_ports one = {0}, *out = &one;

    if (!pg_cilium_item(reading->decode, entry))
        return;
    if (!reading->deny)
        read_conditions(reading, entry, &one);
    for (uint32_t i = 0; i < reading->out.n && !one.maybe_field && out == &one; i++)
        if (!reading->out.v[i].maybe_field)
            out = &reading->out.v[i];
    read_ports(reading, entry, out);
    if (!reading->deny)
        check_l7(reading, entry, out);
    if (out == &one)
        pg_vec_push(reading->decode->loader->work, &reading->out, one);
}

/* --- ICMP -------------------------------------------------------------------------------------- */

/* The names of types, of both families: which of them it is does not matter here, only that it is one. */
static bool is_icmp_type(const char *text)
{
    static const char names[] =
        " EchoReply DestinationUnreachable Redirect Echo EchoRequest RouterAdvertisement "
        "RouterSelection TimeExceeded ParameterProblem Timestamp TimestampReply Photuris "
        "ExtendedEchoRequest ExtendedEchoReply PacketTooBig MulticastListenerQuery "
        "MulticastListenerReport MulticastListenerDone RouterSolicitation NeighborSolicitation "
        "NeighborAdvertisement RedirectMessage RouterRenumbering ICMPNodeInformationQuery "
        "ICMPNodeInformationResponse InverseNeighborDiscoverySolicitation "
        "InverseNeighborDiscoveryAdvertisement HomeAgentAddressDiscoveryRequest "
        "HomeAgentAddressDiscoveryReply MobilePrefixSolicitation MobilePrefixAdvertisement "
        "DuplicateAddressRequestCodeSuffix DuplicateAddressConfirmationCodeSuffix ";
    size_t n = strlen(text);
    uint32_t number;

    if (read_number(text, &number))
        return true;
    for (const char *p = strstr(names, text); p && n > 0; p = strstr(p + 1, text))
        if (p[-1] == ' ' && p[n] == ' ')
            return true;
    return false;
}

static void read_icmp_field(struct reading *reading, const struct pg_at *at, struct pg_port *port)
{
    struct pg_at family = pg_at_get(at, "family"), type = pg_at_get(at, "type");
    const char *which = pg_at_string(&family), *text = pg_at_string(&type);
    bool six = which && strcmp(which, "IPv6") == 0;

    if (which && !six && strcmp(which, "IPv4") != 0)
        pg_decode_say(reading->decode, PG_CODE_CIL_ICMP, &family,
                      "family is IPv4 or IPv6; found \"%.60s\"", which);
    if (!type.node)
        pg_decode_say(reading->decode, PG_CODE_CIL_ICMP, &type, "this needs a type of ICMP");
    else if (text && (strchr(text, ' ') || !is_icmp_type(text)))
        pg_decode_say(reading->decode, PG_CODE_CIL_ICMP, &type, "\"%.60s\" is no type of ICMP",
                      text);
    port->protocol = PG_OTHER;
    port->from = port->to = six ? ICMP_V6 : ICMP_V4;
    port->index = reading->index++;
    port->loc = pg_decode_loc(reading->decode, at);
}

/* All of them become one maybe: polgrid asks about ICMP, not about its types (13.13). */
static void read_icmps(struct reading *reading, const struct pg_at *list)
{
    struct pg_cilium_ports *out = pg_vec_add(reading->decode->loader->work, &reading->out);
    PG_VEC(struct pg_port) ports = {0};

    for (uint32_t i = 0; i < pg_at_items(list); i++) {
        struct pg_at entry = pg_at_item(list, i), fields = pg_at_get(&entry, "fields");
        pg_cilium_item(reading->decode, &entry);
        if (pg_at_items(&fields) > MAX_PORTS)
            pg_decode_say(reading->decode, PG_CODE_CIL_MANY, &fields,
                          "%u types in one entry; Cilium takes %d", pg_at_items(&fields), MAX_PORTS);
        for (uint32_t k = 0; k < pg_at_items(&fields); k++) {
            struct pg_at at = pg_at_item(&fields, k);
            if (pg_cilium_item(reading->decode, &at))
                read_icmp_field(reading, &at, pg_vec_add(arena(reading), &ports));
        }
    }
    out->ports = ports.v;
    out->nports = ports.n;
    out->maybe_field = pg_cilium_path(reading->decode, list);
    out->maybe_detail = "only some types of ICMP are meant";
}

/* --- rules ------------------------------------------------------------------------------------- */

uint32_t pg_cilium_ports(struct pg_decode *decode, const struct pg_at *rule,
                         const struct pg_cilium_list *list, const struct pg_cilium_ports **ports,
                         bool *none)
{
    struct pg_at entries = pg_at_get(rule, "toPorts"), icmps = pg_at_get(rule, "icmps");
    struct reading reading = {
        .decode = decode, .dir = list->dir, .deny = list->action == PG_ACTION_DENY};

    for (uint32_t i = 0; i < pg_at_items(&entries); i++) {
        struct pg_at at = pg_at_item(&entries, i);
        read_entry(&reading, &at);
    }
    if (pg_at_items(&entries) > 0 && pg_at_items(&icmps) > 0)
        pg_decode_say(decode, PG_CODE_CIL_COMBINE, rule,
                      "toPorts and icmps cannot stand in one rule; make two of it");
    if (pg_at_items(&icmps) > 0)
        read_icmps(&reading, &icmps);
    *none = pg_at_items(&entries) + pg_at_items(&icmps) == 0;
    if (reading.out.n == 0)
        pg_vec_add(decode->loader->work, &reading.out)->any_port = *none;
    *ports = reading.out.v;
    return reading.out.n;
}
