/*
 * A hash map from a 64-bit key to a 32-bit value, and the hash that goes with it. For ids, pairs of ids
 * (PG_MAP_PAIR) and hashes of larger things (the caller then compares, and probes on with another key).
 * The zero value `struct pg_map m = {0};` is an empty map.
 */
#ifndef POLGRID_MAP_H
#define POLGRID_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pg_map {
    uint64_t *keys;
    uint32_t *values;
    uint8_t *used;
    uint32_t n, cap; /* cap is 0 or a power of two */
};

#define PG_MAP_PAIR(a, b) ((uint64_t)(a) << 32 | (uint32_t)(b))

void pg_map_free(struct pg_map *map);
/* The place of the value of `key`, or NULL. Valid until the next put. */
uint32_t *pg_map_get(const struct pg_map *map, uint64_t key);
void pg_map_put(struct pg_map *map, uint64_t key, uint32_t value);

/* A 64-bit hash of bytes; chain by passing the last result as `seed`. */
uint64_t pg_hash(const void *bytes, size_t n, uint64_t seed);

#endif
