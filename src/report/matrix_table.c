/*
 * The matrix as a page of text: the grid that the screen shows, with its glyphs, and what a reader needs
 * to read it without the program at hand.
 */
#include <string.h>

#include "layout.h"
#include "parts.h"
#include "polgrid/text.h"

/* The widest name; connections on some ports that are listed below the grid; causes. */
#define PG_NAME_WIDTH   40
#define PG_PORTS_LISTED 40u
#define PG_CAUSES       4u

struct sheet {
    struct pg_buf *out;
    struct pg_eval *eval;
    const struct pg_report_matrix *matrix;
    struct pg_report_layout layout;
    struct pg_count sum; /* of the cells printed so far */
};

static char glyph(const struct sheet *sheet, const struct pg_count *count)
{
    return sheet->matrix->level == PG_LEVEL_NAMESPACE
               ? pg_grid_glyph(count)
               : pg_grid_verdict_glyph(sheet->layout.grid, count);
}

static void print_name(struct pg_buf *out, const char *name, int width)
{
    struct pg_buf clean = {0};
    pg_report_clean(&clean, name);
    pg_text_fit(out, pg_buf_text(&clean), width, true);
    pg_buf_free(&clean);
}

static int name_width(const struct sheet *sheet)
{
    int widest = 4;
    for (uint32_t i = 0; i < sheet->layout.rows.n; i++) {
        struct pg_buf clean = {0};
        pg_report_clean(&clean, pg_report_layout_row(&sheet->layout, i)->name);
        int width = pg_text_width(pg_buf_text(&clean));
        widest = width > widest ? width : widest;
        pg_buf_free(&clean);
    }
    return widest < PG_NAME_WIDTH ? widest : PG_NAME_WIDTH;
}

/* --- the grid ------------------------------------------------------------------------------------- */

static void trim(struct pg_buf *out)
{
    while (out->n > 0 && out->p[out->n - 1] == ' ')
        out->p[--out->n] = '\0';
    pg_buf_putc(out, '\n');
}

static void print_header(const struct sheet *sheet, int width)
{
    for (int line = 0; line < 3; line++) {
        pg_buf_fill(sheet->out, ' ', (size_t)width + 6);
        for (uint32_t j = 0; j < sheet->layout.columns.n; j++) {
            pg_buf_putc(sheet->out, ' ');
            pg_buf_putc(sheet->out, pg_report_layout_column(&sheet->layout, j)->abbr[line]);
        }
        trim(sheet->out);
    }
}

static void add_up(struct pg_count *sum, const struct pg_count *count)
{
    sum->pairs += count->pairs;
    sum->allowed += count->allowed;
    sum->every += count->every;
    sum->unknown += count->unknown;
    sum->denied_egress += count->denied_egress;
    sum->denied_ingress += count->denied_ingress;
    sum->denied_both += count->denied_both;
}

static void print_row(struct sheet *sheet, uint32_t i, int width)
{
    const struct pg_item *item = pg_report_layout_row(&sheet->layout, i);
    print_name(sheet->out, item->name, width);
    if (item->kind == PG_ITEM_OUTSIDE)
        pg_buf_fill(sheet->out, ' ', 6);
    else
        pg_buf_printf(sheet->out, "%5u ", (unsigned)item->npods);
    for (uint32_t j = 0; j < sheet->layout.columns.n; j++) {
        const struct pg_count *count = pg_report_layout_cell(&sheet->layout, i, j);
        pg_buf_putc(sheet->out, ' ');
        pg_buf_putc(sheet->out, glyph(sheet, count));
        add_up(&sheet->sum, count);
    }
    trim(sheet->out);
}

static void print_legend(const struct sheet *sheet)
{
    if (sheet->matrix->level == PG_LEVEL_NAMESPACE)
        pg_buf_puts(sheet->out, "\n. none of the pairs allowed   1-9 tenths of them   # all   "
                                "? unknown   blank no pairs\n");
    else
        pg_buf_puts(sheet->out,
                    "\n# every port   + some ports   e egress denies   i ingress denies   x both\n"
                    "? unknown   . and 1-9 tenths: pairs that differ   blank no pairs\n");
}

/* Abbreviations, for those whose name they are not. */
static void print_columns(const struct sheet *sheet)
{
    struct pg_buf text = {0};
    pg_buf_puts(&text, "columns:");
    for (uint32_t j = 0; j < sheet->layout.columns.n; j++) {
        const struct pg_item *item = pg_report_layout_column(&sheet->layout, j);
        pg_buf_printf(&text, "%s %.*s=%s", j > 0 ? "," : "", (int)strcspn(item->abbr, " "),
                      item->abbr, item->name);
    }
    pg_report_wrap(sheet->out, pg_buf_text(&text), 0);
    pg_buf_free(&text);
}

/* --- below the grid ------------------------------------------------------------------------------- */

static void print_total(const struct sheet *sheet)
{
    const struct pg_count sum = sheet->sum;
    struct pg_buf text = {0};
    pg_buf_printf(&text, "%llu %s: %llu allowed", (unsigned long long)sum.pairs,
                  pg_report_plural(sum.pairs, "pair", "pairs"), (unsigned long long)sum.allowed);
    if (sheet->matrix->ports == PG_PORTS_ALL)
        pg_buf_printf(&text, " (%llu on every port)", (unsigned long long)sum.every);
    pg_buf_printf(&text,
                  ", %llu unknown, %llu denied (%llu by egress, %llu by ingress, %llu by both)",
                  (unsigned long long)sum.unknown,
                  (unsigned long long)(sum.denied_egress + sum.denied_ingress + sum.denied_both),
                  (unsigned long long)sum.denied_egress, (unsigned long long)sum.denied_ingress,
                  (unsigned long long)sum.denied_both);
    pg_report_wrap(sheet->out, pg_buf_text(&text), 0);
    pg_buf_free(&text);
}

/* Open, and not for anyone on every port. */
static bool is_partial(const struct sheet *sheet, const struct pg_count *count)
{
    return count->allowed > 0 && count->sure_some != sheet->matrix->ports;
}

static void add_partial(const struct sheet *sheet, struct pg_report_table *table, uint32_t i,
                        uint32_t j, const struct pg_count *count)
{
    struct pg_buf ports = {0};
    pg_report_cell_ports(&ports, &sheet->layout, count);
    pg_report_table_row(table);
    pg_report_table_set(table, 0, pg_report_layout_row(&sheet->layout, i)->name);
    pg_report_table_set(table, 1, pg_report_layout_column(&sheet->layout, j)->name);
    pg_report_table_set(table, 2, pg_buf_text(&ports));
    pg_buf_free(&ports);
}

/* The ports of the cells that are open on some only: a glyph can't say which. */
static void print_partial(const struct sheet *sheet)
{
    struct pg_arena *scratch = pg_arena_new();
    struct pg_report_table table = pg_report_table(scratch, 3);
    uint32_t left = 0;
    for (uint32_t i = 0; i < sheet->layout.rows.n; i++) {
        for (uint32_t j = 0; j < sheet->layout.columns.n; j++) {
            const struct pg_count *count = pg_report_layout_cell(&sheet->layout, i, j);
            if (!is_partial(sheet, count))
                continue;
            if (table.rows.n < PG_PORTS_LISTED)
                add_partial(sheet, &table, i, j, count);
            else
                left++;
        }
    }
    if (table.rows.n > 0) {
        pg_buf_puts(sheet->out, "\nopen on some ports only:\n");
        pg_report_table_print(sheet->out, &table, 2);
        if (left > 0)
            pg_buf_printf(sheet->out, "  and %u more; -o wide lists them all\n", (unsigned)left);
    }
    pg_arena_free(scratch);
}

static void print_causes(const struct sheet *sheet)
{
    struct pg_cause causes[PG_CAUSES];
    struct pg_arena *scratch = pg_arena_new();
    uint32_t n = pg_grid_causes(scratch, sheet->eval, causes, PG_CAUSES);
    for (uint32_t i = 0; i < n; i++) {
        const char *text =
            causes[i].option
                ? pg_arena_printf(scratch, "unknown: %s (%s)", causes[i].what, causes[i].option)
                : pg_arena_printf(scratch, "unknown: %s", causes[i].what);
        pg_report_wrap(sheet->out, text, 0);
    }
    pg_arena_free(scratch);
}

bool pg_report_matrix_table(struct pg_buf *out, struct pg_eval *eval,
                            const struct pg_report_matrix *matrix, struct pg_err *err)
{
    struct sheet sheet = {.out = out, .eval = eval, .matrix = matrix};
    if (!pg_report_layout(&sheet.layout, eval, matrix, err))
        return false;
    int width = name_width(&sheet);
    pg_report_head(out, eval);
    pg_report_title(out, eval, "Rows may reach columns", matrix->ports);
    print_header(&sheet, width);
    for (uint32_t i = 0; i < sheet.layout.rows.n; i++)
        print_row(&sheet, i, width);
    print_legend(&sheet);
    print_columns(&sheet);
    print_total(&sheet);
    print_causes(&sheet);
    if (matrix->level != PG_LEVEL_NAMESPACE)
        print_partial(&sheet);
    pg_report_foot(out, eval);
    pg_report_layout_free(&sheet.layout);
    return true;
}
