#include "format.h"

#include <string.h>
#include <strings.h>

#include "polgrid/buf.h"
#include "say.h"

int pg_cli_format(const struct pg_cli_args *args, const char *const *formats)
{
    const char *wanted = args->values[PG_OPT_OUTPUT];
    if (!wanted)
        return 0;
    for (int i = 0; formats[i]; i++) {
        if (strcmp(formats[i], wanted) == 0)
            return i;
    }
    struct pg_buf known = {0};
    for (int i = 0; formats[i]; i++)
        pg_buf_printf(&known, "%s%s", i > 0 ? ", " : "", formats[i]);
    pg_cli_say("%s does not write %s; it writes: %s",
               args->command ? args->command->name : args->program, wanted, pg_buf_text(&known));
    pg_buf_free(&known);
    return -1;
}

static bool parse_protocol(const char *text, struct pg_cli_port *port, struct pg_err *err)
{
    static const struct {
        const char *name;
        int protocol;
    } known[] = {
        {"TCP", PG_TCP},    {"UDP", PG_UDP},      {"SCTP", PG_SCTP},
        {"ICMP", PG_OTHER}, {"ICMPv6", PG_OTHER},
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (strcasecmp(text, known[i].name) != 0)
            continue;
        port->protocol = known[i].protocol;
        port->protocol_name = known[i].name;
        return true;
    }
    return pg_err_set(err, "%s is no protocol: TCP, UDP, SCTP or ICMP", text);
}

static bool is_number(const char *text)
{
    return *text && strspn(text, "0123456789") == strlen(text);
}

static bool parse_number(const char *text, struct pg_cli_port *port, struct pg_err *err)
{
    if (!is_number(text)) {
        port->name = text;
        return true;
    }
    unsigned long number = strlen(text) > 5 ? 65536 : strtoul(text, NULL, 10);
    if (number < 1 || number > 65535)
        return pg_err_set(err, "%s is no port: ports go from 1 to 65535", text);
    port->number = (uint32_t)number;
    return true;
}

bool pg_cli_port_parse(struct pg_arena *arena, const char *text, struct pg_cli_port *port,
                       struct pg_err *err)
{
    *port = (struct pg_cli_port){.protocol = PG_TCP, .protocol_name = "TCP"};
    const char *slash = strchr(text, '/');
    size_t length = slash ? (size_t)(slash - text) : strlen(text);
    if (!slash && length == 0) {
        *port = (struct pg_cli_port){.any = true};
        return true;
    }
    if (slash && !parse_protocol(slash + 1, port, err))
        return false;
    if (length == 0)
        return true;
    if (port->protocol == PG_OTHER)
        return pg_err_set(err, "%s has no ports; write /%s", port->protocol_name,
                          port->protocol_name);
    return parse_number(pg_arena_strndup(arena, text, length), port, err);
}

pg_ports pg_cli_port_set(struct pg_portsets *sets, const struct pg_cli_port *port)
{
    if (port->any)
        return PG_PORTS_ALL;
    if (port->protocol == PG_OTHER) {
        uint32_t number = strcmp(port->protocol_name, "ICMP") == 0 ? 1 : 58;
        return pg_portset_range(sets, PG_OTHER, number, number);
    }
    uint32_t low = port->number ? port->number : 1, high = port->number ? port->number : 65535;
    return pg_portset_range(sets, (enum pg_protocol)port->protocol, low, high);
}
