/*
 * Sets of ports: per protocol, sorted disjoint intervals over 1-65535 (semantics 16.1). Real clusters
 * have a few dozen distinct sets, so each distinct set is stored once and is a number from then on:
 * equal sets have equal numbers, and unions and intersections are remembered.
 *
 * An element is a "key": protocol << 16 | port. The fourth protocol, PG_OTHER, stands for what has no
 * ports (ICMP and the like): its "port" is the IP protocol number 0-255.
 */
#ifndef POLGRID_PORTSET_H
#define POLGRID_PORTSET_H

#include <stdbool.h>
#include <stdint.h>

#include "polgrid/buf.h"

enum pg_protocol {
    PG_TCP,
    PG_UDP,
    PG_SCTP,
    PG_OTHER,
};

typedef uint32_t pg_ports;
#define PG_PORTS_NONE               0u /* the empty set */
#define PG_PORTS_ALL                1u /* every port of TCP, UDP and SCTP */
#define PG_PORTS_OTHER              2u /* every protocol without ports */
#define PG_PORTS_EVERY              3u /* both: all traffic */

#define PG_PORT_KEY(protocol, port) ((uint32_t)(protocol) << 16 | (uint32_t)(port))
#define PG_KEY_PROTOCOL(key)        ((enum pg_protocol)((key) >> 16))
#define PG_KEY_PORT(key)            ((uint32_t)(key)&0xffffu)

struct pg_range {
    uint32_t lo, hi; /* keys of one protocol, inclusive */
};

struct pg_portsets;

struct pg_portsets *pg_portsets_new(void);
void pg_portsets_free(struct pg_portsets *sets);

/* The set of one interval of ports: 1 <= lo <= hi <= 65535, for PG_OTHER 0 <= lo <= hi <= 255. */
pg_ports pg_portset_range(struct pg_portsets *sets, enum pg_protocol protocol, uint32_t lo,
                          uint32_t hi);
pg_ports pg_portset_union(struct pg_portsets *sets, pg_ports a, pg_ports b);
pg_ports pg_portset_intersect(struct pg_portsets *sets, pg_ports a, pg_ports b);
pg_ports pg_portset_minus(struct pg_portsets *sets, pg_ports a, pg_ports b);

bool pg_portset_has(const struct pg_portsets *sets, pg_ports set, uint32_t key);
/* The intervals, sorted, not touching; valid until the next set is made. */
const struct pg_range *pg_portset_ranges(const struct pg_portsets *sets, pg_ports set, uint32_t *n);
/* The number of distinct sets so far; ids are below it. */
uint32_t pg_portsets_count(const struct pg_portsets *sets);

/* TCP, UDP, SCTP, "other"; "any" for what is none of them (PG_ANY_PROTOCOL). */
const char *pg_protocol_name(enum pg_protocol protocol);
/* Appends one interval: "8080/TCP", "30000-32767/TCP", "every TCP port", "ICMP", "protocol 47". */
void pg_range_print(struct pg_buf *out, struct pg_range range);
/* Appends "8080/TCP, 53/UDP", "30000-32767/TCP", "every TCP port", "every port" (PG_PORTS_ALL), "every
   port and protocol" (PG_PORTS_EVERY), "no port"; "ICMP", "every other protocol" for what has none. */
void pg_portset_print(struct pg_buf *out, const struct pg_portsets *sets, pg_ports set);

#endif
