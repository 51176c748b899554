/* The ports of admin policies: `ports` of v1alpha1 (semantics 11.17), `protocols` of v1alpha2 (12.6). */
#include <string.h>

#include "decode_admin.h"
#include "polgrid/portset.h"
#include "syntax.h"

/* What is being filled in: the ports of a rule, and one element of its list. */
struct reading {
    const struct pg_admin *admin;
    const struct pg_at *element;
    struct pg_admin_ports *out;
    struct pg_port port; /* what is known of every port of the element */
};

static void add(const struct reading *reading, struct pg_port port)
{
    pg_vec_push(reading->admin->decode->loader->cluster->arena, &reading->out->list, port);
}

/* `port` NULL: all traffic. */
static void add_maybe(const struct reading *reading, const struct pg_at *at,
                      const struct pg_port *port, const char *detail)
{
    struct pg_admin_maybe maybe = {
        .any = port == NULL, .field = pg_admin_path(reading->admin, at), .detail = detail};

    if (port)
        maybe.port = *port;
    pg_vec_push(reading->admin->decode->loader->cluster->arena, &reading->out->maybes, maybe);
}

/* A port number; 0 where there is none that can be used. */
static uint16_t read_number(const struct reading *reading, const struct pg_at *map, const char *key)
{
    struct pg_at at = pg_at_get(map, key);
    int64_t number;

    if (!at.node)
        pg_decode_say(reading->admin->decode, PG_CODE_ADM_PORT_NUMBER, &at, "%s needs %s", map->key,
                      key);
    if (!pg_at_number(&at, &number))
        return 0;
    if (number >= 1 && number <= 65535)
        return (uint16_t)number;
    pg_decode_say(reading->admin->decode, PG_CODE_ADM_PORT_NUMBER, &at,
                  "%s %lld is out of range; ports are 1 to 65535", key, (long long)number);
    return 0;
}

static void add_name(const struct reading *reading, const struct pg_at *at)
{
    struct pg_port port = reading->port;
    const char *text = pg_at_string(at);

    reading->out->named = true;
    pg_admin_experimental(reading->admin, at);
    if (!text)
        return;
    port.protocol = PG_ANY_PROTOCOL; /* it is the container port's */
    port.name = pg_decode_str(reading->admin->decode, text);
    add(reading, port);
}

/* Not just one thing. Returns whether the map can be read; `maybe` is what it may stand for where it has
   only fields that are not known (NULL: all traffic). */
static bool is_one_thing(const struct reading *reading, const struct pg_at *at,
                         struct pg_admin_choice choice, const struct pg_port *maybe)
{
    struct pg_decode *decode = reading->admin->decode;

    if (pg_admin_is_mistyped(at, PG_TREE_MAP))
        return false;
    if (choice.known == 1)
        return true;
    if (choice.known == 0 && choice.unknown > 0) {
        pg_decode_say(decode, PG_CODE_ADM_PORT_UNKNOWN, at,
                      "nothing here is known: what it matches is taken as possible, not as sure");
        add_maybe(reading, at, maybe, "the rule asks for something that is not known");
        return false;
    }
    pg_decode_say(decode, PG_CODE_ADM_PORT, at,
                  choice.known
                      ? "just one field may stand here; make an item of each"
                      : "one field must stand here; leave it all out if every port is meant");
    return false;
}

/* --- v1alpha1 ---------------------------------------------------------------------------------- */

/* The CRD takes any text as a protocol; nobody knows what a plugin makes of one that is none. */
static void add_of_protocol(struct reading *reading, const struct pg_at *map, struct pg_port port)
{
    struct pg_at at = pg_at_get(map, "protocol");
    const char *text = pg_at_string(&at);
    int protocol = text ? pg_syntax_protocol(text) : PG_TCP;

    port.protocol = protocol < 0 ? PG_ANY_PROTOCOL : (uint8_t)protocol;
    if (protocol >= 0) {
        add(reading, port);
        return;
    }
    pg_decode_say(reading->admin->decode, PG_CODE_ADM_PROTO, &at,
                  "protocol is TCP, UDP or SCTP, in capitals; what a plugin makes of \"%.60s\" is "
                  "open",
                  text);
    add_maybe(reading, &at, &port, "it is not known what a plugin takes this protocol for");
}

static void read_port_number(struct reading *reading, const struct pg_at *map)
{
    struct pg_port port = reading->port;

    port.from = port.to = read_number(reading, map, "port");
    if (port.from)
        add_of_protocol(reading, map, port);
}

static void read_port_range(struct reading *reading, const struct pg_at *map)
{
    struct pg_port port = reading->port;

    port.from = read_number(reading, map, "start");
    port.to = read_number(reading, map, "end");
    if (!port.from || !port.to)
        return;
    if (port.from <= port.to)
        add_of_protocol(reading, map, port);
    else
        pg_decode_say(reading->admin->decode, PG_CODE_ADM_RANGE_EMPTY, map,
                      "a range that ends at %u, before it starts at %u, has no port", port.to,
                      port.from);
}

static void read_port(struct reading *reading)
{
    static const char *const names[] = {"namedPort", "portNumber", "portRange"};
    const struct pg_at *element = reading->element;
    struct pg_admin_choice choice = pg_admin_choose(element, names, 3);
    struct pg_at field;

    if (!is_one_thing(reading, element, choice, NULL))
        return;
    field = pg_at_get(element, names[choice.which]);
    if (choice.which == 0)
        add_name(reading, &field);
    else if (pg_admin_is_mistyped(&field, PG_TREE_MAP))
        return;
    else if (choice.which == 1)
        read_port_number(reading, &field);
    else
        read_port_range(reading, &field);
}

/* --- v1alpha2 ---------------------------------------------------------------------------------- */

static void read_range(struct reading *reading, const struct pg_at *map, struct pg_port port)
{
    port.any = false;
    port.from = read_number(reading, map, "start");
    port.to = read_number(reading, map, "end");
    if (!port.from || !port.to)
        return;
    if (port.from < port.to)
        add(reading, port);
    else
        pg_decode_say(reading->admin->decode, PG_CODE_ADM_RANGE, map,
                      "start %u is not below end %u; the CRD refuses that, and one port is written "
                      "as number",
                      port.from, port.to);
}

/* `all` is every port of the protocol. */
static void read_destination(struct reading *reading, const struct pg_at *at, struct pg_port all)
{
    static const char *const names[] = {"number", "range"};
    struct pg_admin_choice choice = pg_admin_choose(at, names, 2);
    struct pg_at range = pg_at_get(at, "range");
    struct pg_port port = all;

    if (!is_one_thing(reading, at, choice, &all))
        return;
    if (choice.which == 1) {
        if (!pg_admin_is_mistyped(&range, PG_TREE_MAP))
            read_range(reading, &range, all);
        return;
    }
    port.any = false;
    port.from = port.to = read_number(reading, at, "number");
    if (port.from)
        add(reading, port);
}

static void read_protocol_match(struct reading *reading, const struct pg_at *at, int protocol)
{
    static const char *const names[] = {"destinationPort"};
    struct pg_admin_choice choice = pg_admin_choose(at, names, 1);
    struct pg_at destination = pg_at_get(at, names[0]);
    struct pg_port all = reading->port;

    all.protocol = (uint8_t)protocol;
    all.any = true;
    all.from = 1;
    all.to = 65535;
    if (is_one_thing(reading, at, choice, &all))
        read_destination(reading, &destination, all);
}

static void read_protocol(struct reading *reading)
{
    static const char *const names[] = {"tcp", "udp", "sctp", "destinationNamedPort"};
    static const int protocols[] = {PG_TCP, PG_UDP, PG_SCTP};
    const struct pg_at *element = reading->element;
    struct pg_admin_choice choice = pg_admin_choose(element, names, 4);
    struct pg_at field;

    if (!is_one_thing(reading, element, choice, NULL))
        return;
    field = pg_at_get(element, names[choice.which]);
    if (choice.which == 3)
        add_name(reading, &field);
    else
        read_protocol_match(reading, &field, protocols[choice.which]);
}

void pg_admin_read_ports(const struct pg_admin *admin, const struct pg_at *list,
                         struct pg_admin_ports *out)
{
    out->any = list->node == NULL;
    if (out->any || pg_admin_is_mistyped(list, PG_TREE_SEQ))
        return;
    pg_admin_check_length(admin, list, admin->most);
    for (uint32_t i = 0; i < pg_at_items(list); i++) {
        struct pg_at element = pg_at_item(list, i);
        struct reading reading = {
            .admin = admin,
            .element = &element,
            .out = out,
            .port = {.index = i, .loc = pg_decode_loc(admin->decode, &element)},
        };
        if (admin->newer)
            read_protocol(&reading);
        else
            read_port(&reading);
    }
}
