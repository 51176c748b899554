/*
 * The groups of the matrix document: sets of pods, or of outside addresses, of which all members have the
 * same row and column. They are the evaluator's classes, with two cuts more: by node where nearness to
 * some host-network pod changes an answer (semantics 8.3), and by what --from and --to select.
 */
#ifndef POLGRID_REPORT_GROUPS_H
#define POLGRID_REPORT_GROUPS_H

#include "polgrid/report.h"

struct pg_report_group {
    uint32_t class;
    const uint32_t *pods; /* sorted; NULL: outside addresses */
    uint32_t npods;
    bool from, to; /* selected as a row, as a column */
};

struct pg_report_groups {
    const struct pg_report_group *v;
    uint32_t n;
    const uint32_t *of_pod; /* a pod's group; PG_NONE where it is not selected */
};

struct pg_report_groups pg_report_groups(struct pg_arena *arena, struct pg_eval *eval,
                                         const struct pg_report_matrix *matrix);

/* The cell of two groups: of any two different members. */
struct pg_cell pg_report_groups_cell(struct pg_eval *eval, const struct pg_report_group *from,
                                     const struct pg_report_group *to);

#endif
