#include "polgrid/vec.h"

#include <string.h>

void *pg_vec_grow(struct pg_arena *arena, void *v, uint32_t n, uint32_t *cap, size_t size)
{
    char *grown;
    uint32_t room;

    if (n < *cap) {
        memset((char *)v + (size_t)n * size, 0, size);
        return v;
    }
    if (n >= UINT32_MAX / 2)
        pg_die("out of memory: a list of more than %u elements", UINT32_MAX / 2);
    room = n ? 2 * n : 8;
    grown = pg_arena_array(arena, room, size);
    if (n)
        memcpy(grown, v, (size_t)n * size);
    *cap = room;
    return grown;
}
