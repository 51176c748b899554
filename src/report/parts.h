/*
 * What several reports are made of: ends, policies and ports in JSON, sanitised text, a table of text.
 */
#ifndef POLGRID_REPORT_PARTS_H
#define POLGRID_REPORT_PARTS_H

#include "polgrid/report.h"
#include "polgrid/vec.h"

/* --- JSON ----------------------------------------------------------------------------------------- */

/* "namespace", "kind", "name" of an interned text; null for PG_STR_NONE. */
void pg_report_json_str(struct pg_json *json, const char *key, const struct pg_cluster *cluster,
                        pg_str str);
/* "file" and "line"; null where there is none. */
void pg_report_json_loc(struct pg_json *json, const struct pg_cluster *cluster, struct pg_loc loc);
/* "group", "kind", "namespace", "name" of a policy; "tier" and "priority" of one that has them. */
void pg_report_json_policy(struct pg_json *json, const struct pg_cluster *cluster, uint32_t policy);
/* {"namespace", "pod"}, {"node"} or {"ip"}. */
void pg_report_json_end(struct pg_json *json, const char *key, const struct pg_eval *eval,
                        const struct pg_end *end);
/* [{"protocol", "from", "to"}, ...] */
void pg_report_json_ports(struct pg_json *json, const char *key, const struct pg_portsets *sets,
                          pg_ports ports);
/* A number, or null for PG_NO_INDEX. */
void pg_report_json_index(struct pg_json *json, const char *key, uint32_t index);

/* --- text ----------------------------------------------------------------------------------------- */

void pg_report_clean(struct pg_buf *out, const char *text);
/* Appends FILE:LINE, sanitised; nothing where there is no place. */
void pg_report_place(struct pg_buf *out, const struct pg_cluster *cluster, struct pg_loc loc);
/* Appends a sanitised text broken between words at 78 columns, each line after `indent` spaces, with a
   newline at the end. */
void pg_report_wrap(struct pg_buf *out, const char *text, int indent);
const char *pg_report_plural(uint64_t n, const char *one, const char *many);

/* The first lines of a report on the matrix: "Rows may reach columns, on any port. 46 pods, …", what was
   assumed, an empty line. */
void pg_report_title(struct pg_buf *out, struct pg_eval *eval, const char *what, pg_ports lens);

/* Columns of text, as wide as their widest cell. The last column is not padded. */
#define PG_REPORT_COLUMNS 12

struct pg_report_row {
    const char *cells[PG_REPORT_COLUMNS];
};

struct pg_report_table {
    struct pg_arena *arena;
    int ncolumns;
    bool right[PG_REPORT_COLUMNS]; /* numbers */
    PG_VEC(struct pg_report_row) rows;
};

struct pg_report_table pg_report_table(struct pg_arena *arena, int ncolumns);
/* The cell of the last row; `text` is sanitised. */
void pg_report_table_row(struct pg_report_table *table);
void pg_report_table_set(struct pg_report_table *table, int column, const char *text);
void pg_report_table_print(struct pg_buf *out, const struct pg_report_table *table, int indent);

#endif
