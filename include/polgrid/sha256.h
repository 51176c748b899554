/*
 * SHA-256 (FIPS 180-4), for naming the files that an answer was made from. Not used for secrets.
 */
#ifndef POLGRID_SHA256_H
#define POLGRID_SHA256_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pg_sha256 {
    uint32_t state[8];
    uint64_t length;
    uint8_t block[64];
    bool x86; /* the processor's own instructions are used; false gives the same result */
};

void pg_sha256_start(struct pg_sha256 *hash);
void pg_sha256_add(struct pg_sha256 *hash, const void *bytes, size_t n);
/* Writes 64 hexadecimal digits and a NUL. */
void pg_sha256_hex(struct pg_sha256 *hash, char out[65]);

#endif
