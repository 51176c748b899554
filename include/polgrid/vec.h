/*
 * Growable arrays, typed by the caller:
 *
 *     PG_VEC(struct pg_pod) pods = {0};
 *     *pg_vec_add(arena, &pods) = pod;            a zeroed new last element, by address
 *     for (uint32_t i = 0; i < pods.n; i++) use(&pods.v[i]);
 *
 * The elements live in an arena; growing copies them (so addresses of elements change while a vector
 * grows) and leaves the old copy to the arena. At most 2^32 - 1 elements.
 */
#ifndef POLGRID_VEC_H
#define POLGRID_VEC_H

#include <stdint.h>
#include <string.h>

#include "polgrid/arena.h"

#define PG_VEC(type)     \
    struct {             \
        type *v;         \
        uint32_t n, cap; \
    }

/* Returns the elements with room for one more than `n`, zeroed; updates `cap`. */
void *pg_vec_grow(struct pg_arena *arena, void *v, uint32_t n, uint32_t *cap, size_t size);

#define pg_vec_add(arena, vec)                                                                 \
    ((vec)->v = (vec)->n < (vec)->cap                                                          \
                    ? (vec)->v                                                                 \
                    : pg_vec_grow((arena), (vec)->v, (vec)->n, &(vec)->cap, sizeof *(vec)->v), \
     memset(&(vec)->v[(vec)->n], 0, sizeof *(vec)->v), &(vec)->v[(vec)->n++])

#define pg_vec_push(arena, vec, value) (*pg_vec_add((arena), (vec)) = (value))

/*
 * The same on the heap, for the few lists that grow to many megabytes and are given up before the arenas are:
 * there growing leaves no copy behind. Such a vector is freed by pg_vec_free() and by nothing else.
 */
void *pg_vec_grow_heap(void *v, uint32_t n, uint32_t *cap, size_t size);
void pg_vec_drop_heap(void *v);

#define pg_vec_add_heap(vec)                                                         \
    ((vec)->v = pg_vec_grow_heap((vec)->v, (vec)->n, &(vec)->cap, sizeof *(vec)->v), \
     &(vec)->v[(vec)->n++])

#define pg_vec_push_heap(vec, value) (*pg_vec_add_heap(vec) = (value))

#define pg_vec_free(vec)             (pg_vec_drop_heap((vec)->v), (vec)->v = NULL, (vec)->n = (vec)->cap = 0)

#endif
