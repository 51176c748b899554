/*
 * What the files of the grid share: the grid itself, and the walk over what meets in a cell.
 */
#ifndef POLGRID_GRID_INNER_H
#define POLGRID_GRID_INNER_H

#include <stdint.h>

#include "axis.h"
#include "polgrid/grid.h"
#include "polgrid/map.h"
#include "polgrid/vec.h"

/* Cells that a grid remembers; those over it are computed anew each time, in a ring. */
#define PG_GRID_CELLS (1u << 18)
#define PG_GRID_RING  4096u

/* Pods of a share that are on one node, or whose node is not known. */
struct pg_place {
    uint32_t pod; /* one of them */
    uint32_t npods;
};

struct pg_places {
    const struct pg_place *v;
    uint32_t n;
};

struct pg_grid {
    struct pg_arena *arena;
    struct pg_eval *eval;
    pg_ports ports;
    struct pg_items rows, columns;
    struct pg_map cells; /* row and column to an index of counts */
    PG_VEC(struct pg_count *) counts;
    struct pg_count *ring;
    uint32_t ring_next;
    struct pg_map places_of; /* a share's address to an index of places */
    PG_VEC(struct pg_places) places;
};

/* Pods of one class meet pods of another (or outside addresses), alike in nearness: all these pairs have
   the same answer. */
struct pg_meeting {
    const struct pg_share *from, *to;
    enum pg_near near;
    uint64_t pairs; /* never 0 */
    struct pg_cell cell;
    pg_ports sure, possible; /* of the cell, within the lens */
};

typedef void pg_meet_fn(void *context, const struct pg_meeting *meeting);

/* Calls `meet` for everything that meets in a cell. */
void pg_grid_meet(struct pg_grid *grid, uint32_t row, uint32_t column, pg_meet_fn *meet,
                  void *context);

/* The same sums in fewer calls, for counting: classes that the other side cannot tell apart are reported
   together, by the share of one of them. */
void pg_grid_meet_crowds(struct pg_grid *grid, uint32_t row, uint32_t column, pg_meet_fn *meet,
                         void *context);

/* One of the pairs of a meeting. */
void pg_grid_one_pair(struct pg_grid *grid, const struct pg_meeting *meeting, struct pg_end *from,
                      struct pg_end *to);

enum pg_outcome {
    PG_OUTCOME_ALLOWED,
    PG_OUTCOME_UNKNOWN,
    PG_OUTCOME_DENIED_EGRESS,
    PG_OUTCOME_DENIED_INGRESS,
    PG_OUTCOME_DENIED_BOTH,
};

enum pg_outcome pg_grid_outcome(struct pg_grid *grid, const struct pg_meeting *meeting);

#endif
