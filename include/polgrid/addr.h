/*
 * IP addresses, CIDR blocks and ranges of addresses, IPv4 and IPv6 alike, without the C library's
 * resolver or locale.
 *
 * An address is a family and a 128-bit number; IPv4 uses the low 32 bits. An IPv4-mapped IPv6 address
 * (::ffff:a.b.c.d) is read as the IPv4 address (semantics 5.13).
 */
#ifndef POLGRID_ADDR_H
#define POLGRID_ADDR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "polgrid/buf.h"

struct pg_addr {
    uint64_t hi, lo;
    uint8_t family; /* 4, 6, or 0: not known */
};

/* A block with its host bits cut (semantics 5.15). */
struct pg_cidr {
    struct pg_addr base;
    uint8_t bits;
};

/* How a text differs from the canonical form, which the API accepts with a warning (semantics 5.15). */
enum {
    PG_ADDR_LEADING_ZERO = 1,
    PG_ADDR_MAPPED = 2,
    PG_ADDR_HOST_BITS = 4,
    PG_ADDR_UPPER_CASE = 8,
    PG_ADDR_LONG = 16, /* IPv6 that RFC 5952 writes shorter */
};

/* Reads an address. `odd` (may be NULL) receives the PG_ADDR_* bits. False where it is none. */
bool pg_addr_parse(const char *text, struct pg_addr *addr, unsigned *odd);
/* Reads ADDRESS/BITS; a bare address is refused. A mapped block needs at least 96 bits. */
bool pg_cidr_parse(const char *text, struct pg_cidr *cidr, unsigned *odd);

/* Total order: by family, then by number. */
int pg_addr_compare(struct pg_addr a, struct pg_addr b);
/* The next and the previous number; the ends stay where they are and false is returned. */
bool pg_addr_next(struct pg_addr *addr);
bool pg_addr_prev(struct pg_addr *addr);

struct pg_addr pg_cidr_first(struct pg_cidr cidr);
struct pg_addr pg_cidr_last(struct pg_cidr cidr);
bool pg_cidr_has(struct pg_cidr cidr, struct pg_addr addr);
/* Whether `outer` covers all of `inner` (same family; equal blocks cover each other). */
bool pg_cidr_covers(struct pg_cidr outer, struct pg_cidr inner);
/* Whether they share an address. */
bool pg_cidr_overlaps(struct pg_cidr a, struct pg_cidr b);

/* Appends the canonical text (RFC 5952 for IPv6). */
void pg_addr_print(struct pg_buf *out, struct pg_addr addr);
void pg_cidr_print(struct pg_buf *out, struct pg_cidr cidr);

#endif
