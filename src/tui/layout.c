/*
 * Where things stand on the screen of the grid. A small terminal loses the panel first, then lines, and never the
 * answer: side panel, drawer, one line, the grid alone. Any size will do.
 */
#include "app.h"

#define SIDE_COLUMNS 110 /* from here on the panel stands beside the grid */
#define DRAWER_ROWS  20  /* from here on it lies below */
#define PANEL_MIN    38
#define PANEL_MAX    72
#define WIDE_CELL    6  /* that shows more than a glyph */
#define ACROSS       10 /* from here on a header may be cut and still tells */

static int at_most(int value, int limit)
{
    return value < limit ? value : limit;
}

static int at_least(int value, int limit)
{
    return value > limit ? value : limit;
}

/* Names may take what the cells do not need, and a share of the line in any case. */
static void labels(struct pg_layout *layout, const struct pg_gridview *view, int columns)
{
    unsigned axis = pg_gridview_vertical(view);
    int cap = columns >= 80 ? 22 : columns >= 60 ? 16 : columns >= 36 ? 13 : columns / 3;
    uint32_t ncells = view->n[pg_gridview_horizontal(view)];
    int spare = ncells > 500 ? 0 : columns - (int)ncells * (view->width ? view->width : 3) - 24;
    cap = at_least(cap, at_most(spare, 32));
    layout->label = at_least(at_most(view->label[axis], cap), 1);
    layout->note = columns >= 60 ? view->note[axis] : 0;
    layout->count = columns >= 30 ? view->digits[axis] : 0;
    layout->cell_x = 1 + layout->label + (layout->note ? 1 + layout->note : 0) +
                     (layout->count ? 1 + layout->count : 0) + (columns >= 30);
}

/* A cell of the verdict lens says more where all columns have the room; else three columns, or two: a gap, the
   character, its mark. */
static int cell_width(const struct pg_gridview *view, int room)
{
    static const int widths[] = {14, 12, 10, 8, WIDE_CELL};
    int n = (int)view->n[pg_gridview_horizontal(view)];
    if (view->width)
        return view->width;
    for (size_t i = 0; view->lens == PG_LENS_VERDICT && i < sizeof widths / sizeof *widths; i++) {
        if (n <= room / widths[i])
            return widths[i];
    }
    return n <= room / 3 ? 3 : 2; /* the third column is for the mark of half-open flows */
}

static int cells_wanted(const struct pg_gridview *view, int cell)
{
    uint32_t n = view->n[pg_gridview_horizontal(view)];
    return n > 1000 ? 2000 : (int)n * cell + 1;
}

/* The panel takes what the grid leaves, and at least a third. */
static void side_panel(struct pg_layout *layout, const struct pg_gridview *view)
{
    labels(layout, view, layout->columns - PANEL_MIN);
    int room = layout->columns - PANEL_MIN - 1 - layout->cell_x;
    int want = layout->cell_x + cells_wanted(view, cell_width(view, room));
    int third = layout->columns / 3;
    layout->panel_w = at_most(at_least(layout->columns - 1 - want, at_least(PANEL_MIN, third - 1)),
                              at_least(PANEL_MAX, layout->columns / 2));
    layout->panel_x = layout->columns - layout->panel_w;
    layout->grid_columns = layout->panel_x - 1;
}

/* The lines from the top; returns the first free one. */
static int upper(struct pg_layout *layout, int rows)
{
    int y = 0;
    if (rows >= 2)
        layout->title = y++;
    if (rows >= 12)
        layout->lens = y++;
    if (layout->panel_w)
        layout->mark = y++;
    else if (rows >= 12)
        layout->mark = layout->lens;
    if (rows >= 8) {
        layout->head = y;
        layout->nhead = 3;
        y += 3;
    }
    return y;
}

/* The lines from the bottom; returns how many rows are left above them. */
static int lower(struct pg_layout *layout, const struct pg_tui *app, int rows)
{
    int y = rows;
    if (rows >= 8)
        layout->footer = --y;
    if (rows >= DRAWER_ROWS)
        layout->message = --y;
    if (rows >= 16 && app->world && app->world->ncauses > 0)
        layout->notice = --y;
    if (rows >= 14)
        layout->status = --y;
    if (!layout->panel_w && rows < DRAWER_ROWS && rows >= 4)
        layout->answer = --y;
    return y;
}

static void drawer(struct pg_layout *layout, const struct pg_gridview *view, int y, int end)
{
    int height = at_most(at_least((layout->rows - 8) * 2 / 5, 5), 16), room = end - y;
    uint32_t nrows = view->n[pg_gridview_vertical(view)];
    int body = room - height - 1;
    if (nrows < (uint32_t)body)
        body = at_least((int)nrows, 1);
    layout->drawer = true;
    layout->nbody = body;
    layout->panel_x = layout->columns > 40;
    layout->panel_w = layout->columns - layout->panel_x;
    layout->panel_y = y + body + 1;
    layout->panel_h = end - layout->panel_y;
}

void pg_layout_grid(struct pg_layout *layout, const struct pg_tui *app,
                    const struct pg_gridview *view)
{
    *layout = (struct pg_layout){.columns = app->columns, .rows = app->rows};
    layout->title = layout->lens = layout->mark = layout->head = -1;
    layout->status = layout->notice = layout->message = layout->footer = layout->answer = -1;
    layout->grid_columns = layout->columns;
    if (layout->columns >= SIDE_COLUMNS && layout->rows >= 8)
        side_panel(layout, view);
    int y = upper(layout, layout->rows), end = lower(layout, app, layout->rows);
    layout->body = y;
    layout->nbody = at_least(end - y, 1);
    if (layout->panel_w) {
        layout->panel_y = layout->mark;
        layout->panel_h = end - layout->panel_y;
    } else if (layout->rows >= DRAWER_ROWS) {
        drawer(layout, view, y, end);
    }
    labels(layout, view, layout->columns - (layout->drawer ? 0 : layout->panel_w ? PANEL_MIN : 0));
    int room = layout->grid_columns - layout->cell_x;
    layout->cell = cell_width(view, room - 1);
    layout->ncells = at_least((room - 1) / layout->cell, 1);
    layout->across =
        layout->cell >= ACROSS ||
        (layout->cell >= WIDE_CELL && view->label[pg_gridview_horizontal(view)] <= layout->cell - 2);
}
