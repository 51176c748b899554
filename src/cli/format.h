/*
 * The values of options that several commands share.
 */
#ifndef POLGRID_CLI_FORMAT_H
#define POLGRID_CLI_FORMAT_H

#include "command.h"
#include "polgrid/eval.h"

/* The index of what -o names in `formats` (ending in NULL, the default first); -1, after saying so, for
   one that the command does not write. */
int pg_cli_format(const struct pg_cli_args *args, const char *const *formats);

/* What is asked of ports: "8080/TCP", "53/UDP", "/ICMP", "http", "8080", "". */
struct pg_cli_port {
    bool any;                  /* no port and no protocol: everything */
    int protocol;              /* enum pg_protocol; PG_OTHER: icmp */
    uint32_t number;           /* 0: every port, or a name */
    const char *name;          /* a container port's, or NULL */
    const char *protocol_name; /* "TCP", "ICMPv6"; NULL with `any` */
};

/* Reads it. False with a message. */
bool pg_cli_port_parse(struct pg_arena *arena, const char *text, struct pg_cli_port *port,
                       struct pg_err *err);
/* The set of a port without a name. */
pg_ports pg_cli_port_set(struct pg_portsets *sets, const struct pg_cli_port *port);

#endif
