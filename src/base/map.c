#include "polgrid/map.h"

#include <stdlib.h>
#include <string.h>

#include "polgrid/arena.h"

#define CAP_FIRST 16u

/* Spreads the bits of a key: ids are small and close together. */
static uint64_t mix(uint64_t x)
{
    x ^= x >> 32;
    x *= UINT64_C(0xd6e8feb86659fd93);
    x ^= x >> 32;
    x *= UINT64_C(0xd6e8feb86659fd93);
    x ^= x >> 32;
    return x;
}

void pg_map_free(struct pg_map *map)
{
    free(map->keys);
    *map = (struct pg_map){0};
}

/* Where `key` is, or the free place where it belongs. */
static uint32_t probe(const struct pg_map *map, uint64_t key)
{
    uint32_t mask = map->cap - 1, i = (uint32_t)mix(key) & mask;

    while (map->used[i] && map->keys[i] != key)
        i = (i + 1) & mask;
    return i;
}

uint32_t *pg_map_get(const struct pg_map *map, uint64_t key)
{
    uint32_t i;

    if (map->n == 0)
        return NULL;
    i = probe(map, key);
    return map->used[i] ? &map->values[i] : NULL;
}

/* The three arrays are one block that begins with the keys. */
static void resize(struct pg_map *map, uint32_t cap)
{
    struct pg_map old = *map;
    size_t n = cap;
    char *block = pg_xmalloc(n * (sizeof *map->keys + sizeof *map->values + sizeof *map->used));

    map->keys = (uint64_t *)(void *)block;
    map->values = (uint32_t *)(void *)(block + n * sizeof *map->keys);
    map->used = (uint8_t *)(block + n * (sizeof *map->keys + sizeof *map->values));
    map->cap = cap;
    memset(map->used, 0, n);
    for (uint32_t i = 0; i < old.cap; i++) {
        if (old.used[i]) {
            uint32_t at = probe(map, old.keys[i]);
            map->keys[at] = old.keys[i];
            map->values[at] = old.values[i];
            map->used[at] = 1;
        }
    }
    free(old.keys);
}

void pg_map_put(struct pg_map *map, uint64_t key, uint32_t value)
{
    uint32_t i;

    if (map->cap == 0)
        resize(map, CAP_FIRST);
    i = probe(map, key);
    if (!map->used[i]) {
        if (map->n + 1 > map->cap / 8 * 5) {
            if (map->cap >= UINT32_C(1) << 31)
                pg_die("out of memory: a map of more than %u keys", map->n);
            resize(map, map->cap * 2);
            i = probe(map, key);
        }
        map->used[i] = 1;
        map->keys[i] = key;
        map->n++;
    }
    map->values[i] = value;
}

uint64_t pg_hash(const void *bytes, size_t n, uint64_t seed)
{
    const unsigned char *p = bytes;
    uint64_t h = mix(seed + ((uint64_t)n + 1) * UINT64_C(0x9e3779b97f4a7c15)), word;

    for (; n >= sizeof word; n -= sizeof word, p += sizeof word) {
        memcpy(&word, p, sizeof word);
        h = (h ^ word) * UINT64_C(0xff51afd7ed558ccd);
        h ^= h >> 29;
    }
    word = 0;
    for (size_t i = 0; i < n; i++)
        word |= (uint64_t)p[i] << 8 * i;
    return mix(h ^ word);
}
