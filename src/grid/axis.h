/*
 * Lays out one axis of a grid: from the cluster and its classes to items with their shares. Everything
 * returned lives in the arena that is given.
 */
#ifndef POLGRID_GRID_AXIS_H
#define POLGRID_GRID_AXIS_H

#include <stdbool.h>
#include <stdint.h>

#include "polgrid/grid.h"

struct pg_items {
    struct pg_item *v;
    uint32_t n;
};

struct pg_items pg_grid_lay_out(struct pg_arena *arena, struct pg_eval *eval,
                                const struct pg_axis *axis);

/* Gives every item its three letters: by preference the first letter of the name and two of its last
   part, then other letters of the name in their order, then digits. Unique on the axis, up to 62^3
   items; what comes after those is "***". */
void pg_grid_abbreviate(struct pg_items items);

/* Appends the name of a group of outside addresses; `internet` tells that it is the largest. */
void pg_grid_name_outside(struct pg_buf *out, const struct pg_class *group, bool internet);

#endif
