/*
 * Which rows and columns of a matrix are wanted: the patterns of pg_report_matrix.
 */
#ifndef POLGRID_REPORT_SELECT_H
#define POLGRID_REPORT_SELECT_H

#include "polgrid/report.h"

/* A pattern, cut at its slashes. */
struct pg_report_pattern {
    const char *whole;            /* NULL: everything */
    const char *ns, *kind, *name; /* kind and name NULL where it has none; ns NULL: outside only */
};

struct pg_report_pattern pg_report_pattern(struct pg_arena *arena, const char *text);
bool pg_report_pattern_has_pod(const struct pg_report_pattern *pattern,
                               const struct pg_cluster *cluster, uint32_t pod);
bool pg_report_pattern_has_workload(const struct pg_report_pattern *pattern,
                                    const struct pg_cluster *cluster, uint32_t workload);
bool pg_report_pattern_has_namespace(const struct pg_report_pattern *pattern,
                                     const struct pg_cluster *cluster, uint32_t ns);
bool pg_report_pattern_has_outside(const struct pg_report_pattern *pattern,
                                   const struct pg_eval *eval, uint32_t class);

/* The rows (or columns) of a grid that a pattern selects, as indices in `arena`. */
struct pg_report_selection {
    uint32_t *v;
    uint32_t n;
};

struct pg_report_selection pg_report_select(struct pg_arena *arena, const struct pg_grid *grid,
                                            bool columns, const char *pattern);

#endif
