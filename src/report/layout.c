#include "layout.h"

bool pg_report_layout(struct pg_report_layout *layout, struct pg_eval *eval,
                      const struct pg_report_matrix *matrix, struct pg_err *err)
{
    struct pg_axis axis = {
        .level = matrix->level, .ns = PG_NONE, .workload = PG_NONE, .outside = true};
    layout->arena = pg_arena_new();
    layout->grid = pg_grid_new(eval, &axis, &axis, matrix->ports);
    layout->rows = pg_report_select(layout->arena, layout->grid, false, matrix->from);
    layout->columns = pg_report_select(layout->arena, layout->grid, true, matrix->to);
    if (matrix->from && layout->rows.n == 0)
        pg_err_set(err, "--from %s selects nothing", matrix->from);
    else if (matrix->to && layout->columns.n == 0)
        pg_err_set(err, "--to %s selects nothing", matrix->to);
    else
        return true;
    pg_report_layout_free(layout);
    return false;
}

void pg_report_layout_free(struct pg_report_layout *layout)
{
    pg_grid_free(layout->grid);
    pg_arena_free(layout->arena);
}

const struct pg_item *pg_report_layout_row(const struct pg_report_layout *layout, uint32_t i)
{
    return pg_grid_row(layout->grid, layout->rows.v[i]);
}

const struct pg_item *pg_report_layout_column(const struct pg_report_layout *layout, uint32_t i)
{
    return pg_grid_column(layout->grid, layout->columns.v[i]);
}

const struct pg_count *pg_report_layout_cell(const struct pg_report_layout *layout, uint32_t row,
                                             uint32_t column)
{
    return pg_grid_cell(layout->grid, layout->rows.v[row], layout->columns.v[column]);
}

const char *pg_report_item_name(const struct pg_item *item)
{
    return item->kind == PG_ITEM_OUTSIDE ? item->name : item->full;
}

void pg_report_cell_ports(struct pg_buf *out, const struct pg_report_layout *layout,
                          const struct pg_count *count)
{
    const struct pg_portsets *sets = pg_eval_portsets(pg_grid_eval(layout->grid));
    if (count->allowed == 0) {
        pg_buf_puts(out, count->unknown > 0 ? "unknown" : "nothing");
        return;
    }
    if (count->sure_some != count->sure_all)
        pg_buf_puts(out, "some: ");
    pg_portset_print(out, sets, count->sure_some);
}

const char *pg_report_cell_verdict(const struct pg_count *count)
{
    if (count->every == count->pairs)
        return "allowed";
    if (count->unknown == count->pairs)
        return "unknown";
    if (count->allowed + count->unknown == 0)
        return "denied";
    return "partly";
}
