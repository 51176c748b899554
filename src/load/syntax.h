/*
 * The API's syntaxes: names, labels, ports.
 */
#ifndef POLGRID_LOAD_SYNTAX_H
#define POLGRID_LOAD_SYNTAX_H

#include <stdbool.h>

/* Lower-case letters, digits, `-`, dots between labels; at most 253 characters. */
bool pg_syntax_subdomain(const char *text);
/* The same without dots and of at most 63 characters: a namespace. */
bool pg_syntax_dns_label(const char *text);
/* [prefix/]name (semantics 6.8). */
bool pg_syntax_label_key(const char *text);
bool pg_syntax_label_value(const char *text);
/* The name of a port: at most 15 of a-z, 0-9, `-`, with a letter (semantics 7.5). */
bool pg_syntax_port_name(const char *text);
/* PG_TCP, PG_UDP or PG_SCTP for their names in capitals, else -1. */
int pg_syntax_protocol(const char *text);

#endif
