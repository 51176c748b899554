#include "polgrid/vec.h"

#include <stdlib.h>
#include <string.h>

/* The room of a list that is full. */
static uint32_t more_room(uint32_t n)
{
    if (n >= UINT32_MAX / 2)
        pg_die("out of memory: a list of more than %u elements", UINT32_MAX / 2);
    return n ? 2 * n : 8;
}

void *pg_vec_grow(struct pg_arena *arena, void *v, uint32_t n, uint32_t *cap, size_t size)
{
    char *grown;
    uint32_t room;

    if (n < *cap) {
        memset((char *)v + (size_t)n * size, 0, size);
        return v;
    }
    room = more_room(n);
    grown = pg_arena_array(arena, room, size);
    if (n)
        memcpy(grown, v, (size_t)n * size);
    *cap = room;
    return grown;
}

void *pg_vec_grow_heap(void *v, uint32_t n, uint32_t *cap, size_t size)
{
    if (n == *cap) {
        /* By half, not twofold: the pages of a large block move, they are not copied. */
        uint32_t room = n < 1024 ? more_room(n) : more_room(n) - n / 2;
        v = pg_xrealloc(v, room * size);
        *cap = room;
    }
    memset((char *)v + (size_t)n * size, 0, size);
    return v;
}

void pg_vec_drop_heap(void *v)
{
    free(v);
}
