/*
 * SHA-256 by the instructions that x86-64 processors have had for it since about 2017: seven times as fast as
 * the plain C beside it. Loading a large cluster would else be mostly hashing.
 */
#ifndef POLGRID_BASE_SHA256_X86_H
#define POLGRID_BASE_SHA256_X86_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Whether this processor has them. Slow (it asks the processor): ask once for a file. */
bool pg_sha256_x86_has(void);

/* Adds `n` blocks of 64 bytes. `k`: the round constants. Only where pg_sha256_x86_has(). */
void pg_sha256_x86_add(uint32_t state[8], const uint32_t k[64], const uint8_t *blocks, size_t n);

#endif
