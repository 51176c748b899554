/*
 * Base64 (RFC 4648, section 4) as Go's standard decoder takes it, and with it every `*-data` field of
 * Kubernetes: padding is needed, line ends inside are passed over, anything else is an error.
 */
#ifndef POLGRID_BASE64_H
#define POLGRID_BASE64_H

#include <stdbool.h>
#include <stddef.h>

#include "polgrid/buf.h"

/* Room for what `n` characters decode to. */
#define PG_BASE64_SIZE(n) ((n) / 4 * 3 + 3)

/* Decodes into `out`, *length bytes. False where it is no base64: then *length is the place of the first
   character that does not fit. */
bool pg_base64_decode(const char *text, size_t n, void *out, size_t *length);

/* Appends the base64 of `n` bytes, on one line. */
void pg_base64_encode(struct pg_buf *out, const void *bytes, size_t n);

#endif
