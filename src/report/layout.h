/*
 * A grid laid out for a report, with the rows and columns that are wanted.
 */
#ifndef POLGRID_REPORT_LAYOUT_H
#define POLGRID_REPORT_LAYOUT_H

#include "select.h"

struct pg_report_layout {
    struct pg_arena *arena;
    struct pg_grid *grid;
    struct pg_report_selection rows, columns;
};

/* False where the patterns select nothing; then there is nothing to free. */
bool pg_report_layout(struct pg_report_layout *layout, struct pg_eval *eval,
                      const struct pg_report_matrix *matrix, struct pg_err *err);
void pg_report_layout_free(struct pg_report_layout *layout);

const struct pg_item *pg_report_layout_row(const struct pg_report_layout *layout, uint32_t i);
const struct pg_item *pg_report_layout_column(const struct pg_report_layout *layout, uint32_t i);
const struct pg_count *pg_report_layout_cell(const struct pg_report_layout *layout, uint32_t row,
                                             uint32_t column);

/* How a list calls an item, so that --from and --to take it: NS/KIND/NAME, or "internet". */
const char *pg_report_item_name(const struct pg_item *item);

/* Appends what is open in a cell, raw: "every port", "8080/TCP", "some: 53/UDP", "nothing", "unknown".
   "some" where not every pair is allowed all of it. */
void pg_report_cell_ports(struct pg_buf *out, const struct pg_report_layout *layout,
                          const struct pg_count *count);
/* allowed, denied or unknown where all pairs are, partly where they differ or not all ports are open. */
const char *pg_report_cell_verdict(const struct pg_count *count);

#endif
