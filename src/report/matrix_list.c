/*
 * The matrix as lists: a line a cell for people (wide) and for programs (csv), and a table for a page of
 * Markdown.
 */
#include <string.h>

#include "layout.h"
#include "parts.h"

/* --- wide ----------------------------------------------------------------------------------------- */

static const char *number(struct pg_arena *arena, uint64_t n)
{
    return pg_arena_printf(arena, "%llu", (unsigned long long)n);
}

static void add_line(struct pg_report_table *table, const struct pg_report_layout *layout,
                     uint32_t i, uint32_t j, const struct pg_count *count)
{
    struct pg_buf ports = {0};
    pg_report_cell_ports(&ports, layout, count);
    pg_report_table_row(table);
    pg_report_table_set(table, 0, pg_report_item_name(pg_report_layout_row(layout, i)));
    pg_report_table_set(table, 1, pg_report_item_name(pg_report_layout_column(layout, j)));
    pg_report_table_set(table, 2, number(table->arena, count->pairs));
    pg_report_table_set(table, 3, number(table->arena, count->allowed));
    pg_report_table_set(table, 4, number(table->arena, count->unknown));
    pg_report_table_set(table, 5, pg_report_cell_verdict(count));
    pg_report_table_set(table, 6, pg_buf_text(&ports));
    pg_buf_free(&ports);
}

bool pg_report_matrix_wide(struct pg_buf *out, struct pg_eval *eval,
                           const struct pg_report_matrix *matrix, struct pg_err *err)
{
    static const char *const heads[] = {"FROM",    "TO",      "PAIRS", "ALLOWED",
                                        "UNKNOWN", "VERDICT", "PORTS"};
    struct pg_report_layout layout;
    if (!pg_report_layout(&layout, eval, matrix, err))
        return false;
    pg_report_head(out, eval);
    struct pg_report_table table = pg_report_table(layout.arena, 7);
    table.right[2] = table.right[3] = table.right[4] = true;
    pg_report_table_row(&table);
    for (int i = 0; i < 7; i++)
        pg_report_table_set(&table, i, heads[i]);
    for (uint32_t i = 0; i < layout.rows.n; i++) {
        for (uint32_t j = 0; j < layout.columns.n; j++) {
            const struct pg_count *count = pg_report_layout_cell(&layout, i, j);
            if (count->pairs > 0)
                add_line(&table, &layout, i, j, count);
        }
    }
    pg_report_table_print(out, &table, 0);
    pg_report_foot(out, eval);
    pg_report_layout_free(&layout);
    return true;
}

/* --- csv ------------------------------------------------------------------------------------------ */

/* A field (RFC 4180). One that a spreadsheet would run as a formula gets an apostrophe in front. */
static void csv_text(struct pg_buf *out, const char *text)
{
    struct pg_buf clean = {0};
    pg_report_clean(&clean, text);
    const char *p = pg_buf_text(&clean);
    bool formula = *p && strchr("=+-@", *p);
    bool quote = formula || strpbrk(p, ",\"\r\n");
    pg_buf_puts(out, quote ? "\"" : "");
    pg_buf_puts(out, formula ? "'" : "");
    for (; *p; p++) {
        if (*p == '"')
            pg_buf_putc(out, '"');
        pg_buf_putc(out, *p);
    }
    pg_buf_puts(out, quote ? "\"" : "");
    pg_buf_free(&clean);
}

static void csv_line(struct pg_buf *out, const struct pg_report_layout *layout, uint32_t i,
                     uint32_t j, const struct pg_count *count)
{
    struct pg_buf ports = {0};
    csv_text(out, pg_report_item_name(pg_report_layout_row(layout, i)));
    pg_buf_putc(out, ',');
    csv_text(out, pg_report_item_name(pg_report_layout_column(layout, j)));
    const uint64_t numbers[] = {count->pairs,      count->allowed,       count->every,
                                count->unknown,    count->denied_egress, count->denied_ingress,
                                count->denied_both};
    for (size_t k = 0; k < sizeof numbers / sizeof numbers[0]; k++)
        pg_buf_printf(out, ",%llu", (unsigned long long)numbers[k]);
    pg_buf_printf(out, ",%s,", pg_report_cell_verdict(count));
    pg_report_cell_ports(&ports, layout, count);
    csv_text(out, pg_buf_text(&ports));
    pg_buf_puts(out, "\r\n");
    pg_buf_free(&ports);
}

bool pg_report_matrix_csv(struct pg_buf *out, struct pg_eval *eval,
                          const struct pg_report_matrix *matrix, struct pg_err *err)
{
    struct pg_report_layout layout;
    if (!pg_report_layout(&layout, eval, matrix, err))
        return false;
    pg_buf_puts(out, "from,to,pairs,allowed,every_port,unknown,denied_egress,denied_ingress,"
                     "denied_both,verdict,ports\r\n");
    for (uint32_t i = 0; i < layout.rows.n; i++) {
        for (uint32_t j = 0; j < layout.columns.n; j++) {
            const struct pg_count *count = pg_report_layout_cell(&layout, i, j);
            if (count->pairs > 0)
                csv_line(out, &layout, i, j, count);
        }
    }
    pg_report_layout_free(&layout);
    return true;
}

/* --- Markdown ------------------------------------------------------------------------------------- */

/* What Markdown would read as its own is escaped. */
static void md_text(struct pg_buf *out, const char *text)
{
    struct pg_buf clean = {0};
    pg_report_clean(&clean, text);
    for (const char *p = pg_buf_text(&clean); *p; p++) {
        if (strchr("\\`*_{}[]<>#|&!~", *p))
            pg_buf_putc(out, '\\');
        pg_buf_putc(out, *p);
    }
    pg_buf_free(&clean);
}

static void md_cell(struct pg_buf *out, const struct pg_report_layout *layout,
                    const struct pg_count *count)
{
    struct pg_buf ports = {0};
    pg_buf_puts(out, " | ");
    if (count->pairs == 0)
        return;
    if (count->allowed == 0) {
        pg_buf_puts(out, count->unknown > 0 ? "?" : "-");
        return;
    }
    pg_report_cell_ports(&ports, layout, count);
    md_text(out, pg_buf_text(&ports));
    pg_buf_free(&ports);
}

static void md_head(struct pg_buf *out, const struct pg_report_layout *layout)
{
    pg_buf_puts(out, "| from \\ to");
    for (uint32_t j = 0; j < layout->columns.n; j++) {
        pg_buf_puts(out, " | ");
        md_text(out, pg_report_layout_column(layout, j)->name);
    }
    pg_buf_puts(out, " |\n|---");
    for (uint32_t j = 0; j < layout->columns.n; j++)
        pg_buf_puts(out, "|---");
    pg_buf_puts(out, "|\n");
}

bool pg_report_matrix_md(struct pg_buf *out, struct pg_eval *eval,
                         const struct pg_report_matrix *matrix, struct pg_err *err)
{
    struct pg_report_layout layout;
    if (!pg_report_layout(&layout, eval, matrix, err))
        return false;
    pg_report_head(out, eval);
    md_head(out, &layout);
    for (uint32_t i = 0; i < layout.rows.n; i++) {
        pg_buf_puts(out, "| ");
        md_text(out, pg_report_layout_row(&layout, i)->name);
        for (uint32_t j = 0; j < layout.columns.n; j++)
            md_cell(out, &layout, pg_report_layout_cell(&layout, i, j));
        pg_buf_puts(out, " |\n");
    }
    pg_buf_puts(out, "\nCells: the ports that are open, - none, ? unknown.\n");
    pg_report_foot(out, eval);
    pg_report_layout_free(&layout);
    return true;
}
