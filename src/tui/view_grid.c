#include "app.h"

#include <inttypes.h>
#include <string.h>

#include "polgrid/clock.h"

/* --- title and lens -------------------------------------------------------------------------------- */

static void add_totals(struct pg_buf *out, const struct pg_cluster *cluster, int columns)
{
    pg_words_plural(out, cluster->npods, "pod", "pods");
    if (columns >= 100) {
        pg_buf_puts(out, "  ");
        pg_words_plural(out, cluster->nworkloads, "workload", "workloads");
    }
    pg_buf_puts(out, "  ");
    pg_words_count(out, cluster->nnamespaces);
    /* That must stay where a long title leaves little room, so the least of the counts gives way to it. */
    bool more = pg_words_unread(cluster, PG_UNREAD_PEERS);
    pg_buf_puts(out, more ? " ns, not all read" : " ns");
    if (more && columns < 100)
        return;
    pg_buf_puts(out, "  ");
    pg_words_plural(out, pg_cluster_count_policies(cluster), "policy", "policies");
}

/* The right end of a title that tells the cell: the lens, which rows are on the screen if not all, what is not
   complete. Where there is little room the first of these go first. */
static void add_brief(struct pg_buf *out, const struct pg_tui *app, const struct pg_gridview *view,
                      int columns)
{
    const struct pg_layout *layout = &app->layout;
    unsigned axis = pg_gridview_vertical(view);
    uint32_t top = view->top[axis], n = view->n[axis];
    uint32_t last = top + (uint32_t)layout->nbody < n ? top + (uint32_t)layout->nbody : n;
    for (int gone = 0; gone < 3; gone++) {
        pg_buf_clear(out);
        if (gone < 1)
            pg_buf_printf(out, " %s", pg_gridview_lens_name(view->lens));
        if (gone < 2 && last - top < n)
            pg_buf_printf(out, " %" PRIu32 "-%" PRIu32 "/%" PRIu32, top + 1, last, n);
        struct pg_buf left_out = {0};
        if (app->loading)
            pg_bars_loading(&left_out, app);
        else
            pg_words_complete(&left_out, app->world, true);
        pg_buf_printf(out, "%s%s", left_out.n ? " " : "", pg_buf_text(&left_out));
        pg_buf_free(&left_out);
        if (app->world->ncauses && !app->loading)
            pg_buf_puts(out, " ? A");
        if ((int)out->n <= columns)
            return;
    }
    pg_buf_clear(out);
}

static void draw_title(struct pg_tui *app, struct pg_gridview *view, struct pg_frame *frame)
{
    struct pg_buf out = {0};
    if (app->layout.mark >= 0) {
        add_totals(&out, app->world->cluster, app->columns);
        pg_view_draw_title(app, frame, pg_buf_text(&out));
        pg_buf_free(&out);
        return;
    }
    /* No line tells the names of the cursor's row and column: this one does. */
    struct pg_buf brief = {0};
    if (pg_gridview_has_cell(view))
        pg_buf_printf(&out, " %s -> %s", pg_gridview_cursor(view, PG_FROM)->name,
                      pg_gridview_cursor(view, PG_TO)->name);
    add_brief(&brief, app, view, app->columns * 3 / 5);
    int extra = (int)brief.n;
    pg_frame_text(frame, 0, 0, app->columns - extra - 1, PG_ROLE_TITLE, pg_buf_text(&out));
    pg_frame_text(frame, app->columns - extra - 1, 0, extra, PG_ROLE_WARN, pg_buf_text(&brief));
    pg_buf_free(&out);
    pg_buf_free(&brief);
}

static void add_axis(struct pg_buf *out, const struct pg_tui *app, const struct pg_axis *axis)
{
    const struct pg_cluster *cluster = app->world->cluster;
    if (axis->level == PG_LEVEL_NAMESPACE) {
        pg_buf_putc(out, '*');
        return;
    }
    uint32_t ns = axis->ns;
    if (axis->level == PG_LEVEL_POD && axis->workload != PG_NONE)
        ns = cluster->workloads[axis->workload].ns;
    pg_buf_puts(out, ns == PG_NONE ? "*" : pg_cluster_text(cluster, cluster->namespaces[ns].name));
    if (axis->level == PG_LEVEL_POD && axis->workload != PG_NONE)
        pg_buf_printf(out, "/%s", pg_cluster_text(cluster, cluster->workloads[axis->workload].name));
}

static int cell_x(const struct pg_layout *layout, uint32_t position, uint32_t top)
{
    return layout->cell_x + (int)(position - top) * layout->cell;
}

/* The name of the cursor's column, beside its mark. Returns where it begins, and the end in *end. */
static int draw_mark(struct pg_tui *app, struct pg_gridview *view, struct pg_frame *frame, int *end)
{
    const struct pg_layout *layout = &app->layout;
    unsigned axis = pg_gridview_horizontal(view);
    const struct pg_item *item = pg_gridview_cursor(view, axis);
    *end = 0;
    if (!item || layout->mark < 0)
        return layout->columns;
    int x = cell_x(layout, view->at[axis], view->top[axis]) + (layout->cell > 1);
    int width = pg_frame_text_width(item->name), name = x + 2;
    if (name + width > layout->grid_columns)
        name = x - 1 - width > 0 ? x - 1 - width : x + 2;
    pg_frame_put(frame, x, layout->mark, 'v', PG_ROLE_CURSOR);
    width = pg_frame_text(frame, name, layout->mark, layout->grid_columns - name, PG_ROLE_HEADING,
                          item->name);
    *end = name > x ? name + width : x + 1;
    return name > x ? x : name;
}

static void add_lens(struct pg_buf *out, struct pg_tui *app, struct pg_gridview *view, bool roomy)
{
    const char *between = roomy ? "  " : " ";
    pg_buf_printf(out, "lens:%s", pg_gridview_lens_name(view->lens));
    if (roomy) {
        pg_buf_puts(out, "  from:");
        add_axis(out, app, &view->axes[PG_FROM]);
        pg_buf_puts(out, "  to:");
        add_axis(out, app, &view->axes[PG_TO]);
    }
    pg_buf_printf(out, "%sport:%s", between, *view->ports_text ? view->ports_text : "any");
    pg_buf_printf(out, "%ssort:%s", between, pg_gridview_sort_name(view->sort));
    if (view->swapped)
        pg_buf_printf(out, "%srows:to", between);
}

/* At the right: what is assumed, and what is not complete. */
static void draw_honesty(struct pg_tui *app, struct pg_frame *frame, int used)
{
    struct pg_buf assume = {0}, left_out = {0};
    pg_words_complete(&left_out, app->world, false);
    pg_words_assume(&assume, app->world);
    int wide = pg_frame_text_width(pg_buf_text(&left_out)) + (left_out.n ? 2 : 0);
    int room = app->columns - used - 2 - wide, y = app->layout.lens;
    int width = pg_frame_text_width(pg_buf_text(&assume));
    width = width < room ? width : room;
    pg_frame_text(frame, app->columns - wide - width - 1, y, width, PG_ROLE_DIM,
                  pg_buf_text(&assume));
    pg_frame_text(frame, app->columns - wide + 1, y, wide, PG_ROLE_WARN, pg_buf_text(&left_out));
    pg_buf_free(&assume);
    pg_buf_free(&left_out);
}

/* Where the mark stands in the same line, the lens takes the side with more room. */
static void draw_lens(struct pg_tui *app, struct pg_gridview *view, struct pg_frame *frame)
{
    const struct pg_layout *layout = &app->layout;
    struct pg_buf out = {0};
    int end, start = draw_mark(app, view, frame, &end);
    if (layout->lens < 0)
        return;
    add_lens(&out, app, view, layout->lens != layout->mark);
    int left = start - 2, right = layout->columns - end - 3;
    if (layout->lens != layout->mark) {
        draw_honesty(app, frame,
                     1 + pg_frame_text(frame, 1, layout->lens, layout->columns - 1, PG_ROLE_DIM,
                                       pg_buf_text(&out)));
    } else if (left >= (int)out.n || left >= right) {
        pg_frame_text(frame, 1, layout->lens, left, PG_ROLE_DIM, pg_buf_text(&out));
    } else {
        int width = (int)out.n < right ? (int)out.n : right;
        pg_frame_text(frame, layout->columns - width - 1, layout->lens, width, PG_ROLE_DIM,
                      pg_buf_text(&out));
    }
    pg_buf_free(&out);
}

/* --- the grid -------------------------------------------------------------------------------------- */

static void draw_wide_head(const struct pg_layout *layout, struct pg_frame *frame, int x,
                           const struct pg_item *item, enum pg_role role)
{
    struct pg_buf out = {0};
    if (item->kind == PG_ITEM_POD)
        pg_words_tail(&out, item->name, layout->cell - 2);
    else
        pg_buf_puts(&out, item->name);
    pg_frame_text(frame, x + 1, layout->head, layout->cell - 2, role, pg_buf_text(&out));
    pg_buf_clear(&out);
    pg_frame_text(frame, x + 1, layout->head + 1, layout->cell - 2, PG_ROLE_DIM, item->note);
    if (item->kind != PG_ITEM_OUTSIDE && layout->cell >= 10)
        pg_words_plural(&out, item->npods, "pod", "pods");
    else if (item->kind != PG_ITEM_OUTSIDE)
        pg_words_count(&out, item->npods);
    pg_frame_text(frame, x + 1, layout->head + 2, layout->cell - 2, PG_ROLE_DIM, pg_buf_text(&out));
    pg_buf_free(&out);
}

static void draw_heads(struct pg_tui *app, struct pg_gridview *view, struct pg_frame *frame)
{
    const struct pg_layout *layout = &app->layout;
    unsigned axis = pg_gridview_horizontal(view);
    for (int i = 0; i < layout->ncells && layout->head >= 0; i++) {
        uint32_t position = view->top[axis] + (uint32_t)i;
        if (position >= view->n[axis])
            break;
        const struct pg_item *item = pg_gridview_shown(view, axis, position);
        int x = cell_x(layout, position, view->top[axis]);
        enum pg_role role = position == view->at[axis] ? PG_ROLE_HEADING : PG_ROLE_DIM;
        if (layout->across) {
            draw_wide_head(layout, frame, x, item, role);
            continue;
        }
        for (int row = 0; row < 3 && item->abbr[row]; row++)
            pg_frame_put(frame, x + (layout->cell > 1), layout->head + row,
                         (unsigned char)item->abbr[row], role);
    }
}

static void draw_label(struct pg_tui *app, struct pg_gridview *view, struct pg_frame *frame, int y,
                       uint32_t position)
{
    const struct pg_layout *layout = &app->layout;
    unsigned axis = pg_gridview_vertical(view);
    const struct pg_item *item = pg_gridview_shown(view, axis, position);
    bool here = position == view->at[axis];
    if (here)
        pg_frame_put(frame, 0, y, '>', PG_ROLE_CURSOR);
    pg_frame_text(frame, 1, y, layout->label, here ? PG_ROLE_HEADING : PG_ROLE_TEXT, item->name);
    int x = 2 + layout->label;
    if (layout->note) {
        pg_frame_text(frame, x, y, layout->note, PG_ROLE_DIM, item->note);
        x += layout->note + 1;
    }
    if (layout->count && item->kind != PG_ITEM_OUTSIDE) {
        char count[16];
        snprintf(count, sizeof count, "%*" PRIu32, layout->count, item->npods);
        pg_frame_text(frame, x, y, layout->count, PG_ROLE_DIM, count);
    }
}

/* What a cell says where it has more than one column. */
static void wide_text(struct pg_buf *out, struct pg_gridview *view, const struct pg_count *count,
                      char glyph, int columns)
{
    if (view->lens == PG_LENS_VERDICT && glyph == '#')
        pg_buf_puts(out, "ALL");
    else if (view->lens == PG_LENS_VERDICT && glyph == '+')
        pg_words_ports_short(out, pg_eval_portsets(pg_grid_eval(view->grid)), count->sure_some,
                             columns);
    else
        pg_buf_putc(out, glyph);
    if (view->lens == PG_LENS_REACH && columns >= 5 && count->allowed &&
        count->allowed < count->pairs) {
        pg_buf_putc(out, ' ');
        pg_words_percent(out, count->allowed, count->pairs);
    }
}

struct drawing {
    struct pg_tui *app;
    struct pg_gridview *view;
    struct pg_frame *frame;
    int64_t deadline; /* 0: none */
    int cells;
};

static bool out_of_time(struct drawing *drawing)
{
    if (drawing->deadline && drawing->cells++ % 8 == 7 && pg_clock_ms() > drawing->deadline)
        drawing->app->cells_left = true;
    return drawing->app->cells_left;
}

/* What stands in a cell; returns its columns. */
static int draw_value(struct drawing *drawing, int x, int y, const struct pg_count *count)
{
    struct pg_gridview *view = drawing->view;
    int cell = drawing->app->layout.cell, gap = cell > 1;
    char glyph = pg_gridview_glyph(view, count);
    enum pg_role role = pg_gridview_role(view, count);
    if (cell < 4) {
        pg_frame_put(drawing->frame, x + gap, y, (unsigned char)glyph, role);
        return 1;
    }
    struct pg_buf out = {0};
    wide_text(&out, view, count, glyph, cell - 2);
    int used = pg_frame_text(drawing->frame, x + 1, y, cell - 1, role, pg_buf_text(&out));
    pg_buf_free(&out);
    return used;
}

/* The brackets of the cursor; of a half-open cell the mark follows them, or where cells are too close, closes
   them. */
static void draw_cursor(struct drawing *drawing, int x, int y, int used, bool half)
{
    int cell = drawing->app->layout.cell, gap = cell > 1;
    pg_frame_set_cursor(drawing->frame, x + gap, y, false);
    if (gap) {
        pg_frame_put(drawing->frame, x, y, '[', PG_ROLE_CURSOR);
        pg_frame_put(drawing->frame, x + 1 + used, y, ']', PG_ROLE_CURSOR);
        if (half)
            pg_frame_put(drawing->frame, x + 1 + used + (cell > 2), y, '!', PG_ROLE_WARN);
    }
    pg_frame_mark(drawing->frame, x + gap, y, used, PG_ATTR_BOLD | (gap ? 0 : PG_ATTR_REVERSE));
}

/* Whether a cell has a half-open flow, as far as there is time to find out. */
static bool is_half(struct drawing *drawing, const uint32_t at[2])
{
    struct pg_gridview *view = drawing->view;
    uint32_t row = view->order[PG_FROM][at[PG_FROM]], column = view->order[PG_TO][at[PG_TO]];
    bool known, half = pg_proof_half(view, row, column, &known);
    if (!known && !out_of_time(drawing))
        half = pg_proof_half(view, row, column, NULL);
    return half;
}

/* `marks`: of the half-open cells only the mark, once all cells are there; the cursor is drawn with both. */
static void draw_cell(struct drawing *drawing, int y, uint32_t row, uint32_t column, bool marks)
{
    struct pg_gridview *view = drawing->view;
    const struct pg_layout *layout = &drawing->app->layout;
    unsigned vertical = pg_gridview_vertical(view), horizontal = pg_gridview_horizontal(view);
    bool here = row == view->at[vertical] && column == view->at[horizontal];
    uint32_t at[2];
    at[vertical] = row;
    at[horizontal] = column;
    int x = cell_x(layout, column, view->top[horizontal]);
    bool half = marks && layout->cell > 1 && is_half(drawing, at);
    if (marks && !here && !half)
        return;
    if (!here && !marks && out_of_time(drawing)) {
        pg_frame_put(drawing->frame, x + (layout->cell > 1), y, '?', PG_ROLE_UNKNOWN);
        return;
    }
    int used = draw_value(drawing, x, y, pg_gridview_count(view, at[PG_FROM], at[PG_TO]));
    if (here && marks)
        draw_cursor(drawing, x, y, used, half);
    else if (half)
        pg_frame_put(drawing->frame, x + 1 + used, y, '!', PG_ROLE_WARN);
}

static void draw_cells(struct drawing *drawing, bool marks)
{
    struct pg_gridview *view = drawing->view;
    const struct pg_layout *layout = &drawing->app->layout;
    uint32_t top = view->top[pg_gridview_vertical(view)];
    uint32_t left = view->top[pg_gridview_horizontal(view)];
    for (int i = 0; i < layout->nbody; i++) {
        for (int k = 0; k < layout->ncells; k++) {
            uint32_t row = top + (uint32_t)i, column = left + (uint32_t)k;
            if (row < view->n[pg_gridview_vertical(view)] &&
                column < view->n[pg_gridview_horizontal(view)])
                draw_cell(drawing, layout->body + i, row, column, marks);
        }
    }
}

/* Marks come when all cells are there, for those that are on the screen and as long as there is time; the cell of
   the cursor is drawn last, for its brackets stand in the gaps of its neighbours. */
static void draw_body(struct drawing *drawing)
{
    struct pg_gridview *view = drawing->view;
    const struct pg_layout *layout = &drawing->app->layout;
    unsigned vertical = pg_gridview_vertical(view);
    for (int i = 0; i < layout->nbody && view->top[vertical] + (uint32_t)i < view->n[vertical]; i++)
        draw_label(drawing->app, view, drawing->frame, layout->body + i,
                   view->top[vertical] + (uint32_t)i);
    draw_cells(drawing, false);
    draw_cells(drawing, true);
    if (pg_gridview_has_cell(view)) {
        int y = layout->body + (int)(view->at[vertical] - view->top[vertical]);
        draw_cell(drawing, y, view->at[vertical], view->at[pg_gridview_horizontal(view)], true);
    }
}

static void scroll(struct pg_gridview *view, unsigned axis, int room)
{
    uint32_t n = room > 0 ? (uint32_t)room : 1, *top = &view->top[axis];
    if (view->at[axis] < *top)
        *top = view->at[axis];
    if (view->at[axis] >= *top + n)
        *top = view->at[axis] - n + 1;
    uint32_t most = view->n[axis] > n ? view->n[axis] - n : 0;
    if (*top > most)
        *top = most;
}

/* --- the lines below -------------------------------------------------------------------------------- */

static void add_range(struct pg_buf *out, const char *what, uint32_t top, int room, uint32_t n)
{
    uint32_t last = top + (uint32_t)room;
    last = last < n ? last : n;
    pg_buf_printf(out, " %s %" PRIu32 "-%" PRIu32 "/%" PRIu32 " ", what, n ? top + 1 : 0, last, n);
}

static void add_hidden(struct pg_buf *out, const struct pg_gridview *view)
{
    unsigned vertical = pg_gridview_vertical(view), horizontal = pg_gridview_horizontal(view);
    uint32_t empty = view->empty[vertical] + view->empty[horizontal];
    if (view->filter_text) {
        pg_buf_puts(out, " hidden by the filter: ");
        pg_words_plural(out, view->hidden[vertical], "row", "rows");
        pg_buf_puts(out, ", ");
        pg_words_plural(out, view->hidden[horizontal], "column", "columns");
        pg_buf_puts(out, " (Ctrl-U)");
    }
    if (empty) {
        uint32_t most = view->empty[vertical] > view->empty[horizontal] ? view->empty[vertical]
                                                                        : view->empty[horizontal];
        pg_buf_puts(out, " ");
        pg_words_plural(out, most, "empty namespace", "empty namespaces");
        pg_buf_puts(out, " hidden (a)");
    }
    if (view->folded[vertical]) {
        pg_buf_puts(out, " ");
        pg_words_count(out, view->folded[vertical]);
        pg_buf_puts(out, " alike folded (z)");
    }
}

/* By how much room there is: 0 a whole line, 2 the least. */
#define LEGENDS 3

static const char *legend(const struct pg_gridview *view, int brief)
{
    static const char *const texts[PG_NLENSES][LEGENDS] = {
        [PG_LENS_REACH] =
            {"share of pairs: . none  1-9 tenths  # all pairs  ? unknown  blank no pods  "
             "5! half open",
             ". none 1-9 tenths # all pairs ? unknown 5! half open",
             ".none 1-9tenths #all pairs ?unknown 5!half"},
        [PG_LENS_VERDICT] =
            {"# ALL every port  + some  e egress denies  i ingress denies  x both  ? "
             "unknown  e! half open",
             "# every port + some e i x deny ? unknown e! half open",
             "#every port +some eix deny ?unknown e!half"},
        [PG_LENS_OPEN] =
            {"o no policy selects either side  < only the source  > only the destination "
             " # both, allowed  . both, denied  ? unknown",
             "o open < > one side # both, allowed . denied ? unknown",
             "o open <> one side #allowed .denied ?unknown"},
    };
    return texts[view->lens][brief];
}

/* The longest that fits, "" where none does. */
static const char *fit_legend(const struct pg_gridview *view, int columns)
{
    for (int brief = 1; brief < LEGENDS; brief++) {
        if ((int)strlen(legend(view, brief)) <= columns - 1)
            return legend(view, brief);
    }
    return "";
}

static void draw_status(struct pg_tui *app, struct pg_gridview *view, struct pg_frame *frame)
{
    const struct pg_layout *layout = &app->layout;
    unsigned vertical = pg_gridview_vertical(view), horizontal = pg_gridview_horizontal(view);
    struct pg_buf out = {0};
    add_range(&out, "rows", view->top[vertical], layout->nbody, view->n[vertical]);
    add_range(&out, "cols", view->top[horizontal], layout->ncells, view->n[horizontal]);
    size_t plain = out.n;
    add_hidden(&out, view);
    if (out.n == plain && app->columns >= 110)
        pg_buf_puts(&out, " next difference: ]");
    int used = pg_frame_text(frame, 0, layout->status, app->columns, PG_ROLE_DIM, pg_buf_text(&out));
    pg_buf_clear(&out);
    if (app->columns < 110) {
        const char *text = fit_legend(view, app->columns - used - 2);
        pg_buf_puts(&out, text);
        app->layout.legend = *text != '\0';
    } else if (pg_gridview_has_cell(view)) {
        const struct pg_count *count = pg_gridview_count(view, view->at[PG_FROM], view->at[PG_TO]);
        pg_buf_printf(&out, "%s -> %s   ", pg_gridview_cursor(view, PG_FROM)->name,
                      pg_gridview_cursor(view, PG_TO)->name);
        pg_words_count(&out, count->allowed);
        pg_buf_putc(&out, '/');
        pg_words_count(&out, count->pairs);
        pg_buf_puts(&out, "   ");
        pg_words_percent(&out, count->allowed, count->pairs);
    }
    int width = pg_frame_text_width(pg_buf_text(&out));
    if (used + 2 + width < app->columns)
        pg_frame_text(frame, app->columns - width - 1, layout->status, width, PG_ROLE_DIM,
                      pg_buf_text(&out));
    pg_buf_free(&out);
}

/* One cause of unknown cells, said once, with the way out. */
static void draw_notice(struct pg_tui *app, struct pg_frame *frame)
{
    const struct pg_tui_world *world = app->world;
    if (app->layout.notice < 0 || world->ncauses == 0)
        return;
    const struct pg_cause *cause = &world->causes[0];
    struct pg_buf out = {0}, way = {0};
    pg_buf_printf(&out, " ? %s", cause->what);
    if (cause->prompt)
        pg_buf_printf(&way, "  A: --assume %s", cause->prompt);
    if (world->ncauses > 1)
        pg_buf_printf(&way, "  (%" PRIu32 " more: !)", world->ncauses - 1);
    int room = app->columns - pg_frame_text_width(pg_buf_text(&way)) - 1;
    int used = pg_frame_text(frame, 0, app->layout.notice, room, PG_ROLE_UNKNOWN, pg_buf_text(&out));
    pg_frame_text(frame, used, app->layout.notice, app->columns - used, PG_ROLE_KEY,
                  pg_buf_text(&way));
    pg_buf_free(&out);
    pg_buf_free(&way);
}

static void draw_answer(struct pg_tui *app, struct pg_gridview *view, struct pg_frame *frame)
{
    const struct pg_proof *proof = pg_proof_get(app, view);
    struct pg_buf out = {0};
    if (app->layout.answer < 0)
        return;
    pg_buf_putc(&out, ' ');
    if (proof)
        pg_panel_answer(&out, app, proof);
    else
        add_hidden(&out, view);
    pg_frame_text(frame, 0, app->layout.answer, app->columns, PG_ROLE_TEXT, pg_buf_text(&out));
    pg_buf_free(&out);
}

static void draw_bottom(struct pg_tui *app, struct pg_gridview *view, struct pg_frame *frame)
{
    const struct pg_layout *layout = &app->layout;
    bool talks = *app->message || app->prompt.kind || app->job.kind || app->loading;
    if (layout->status >= 0)
        draw_status(app, view, frame);
    draw_notice(app, frame);
    draw_answer(app, view, frame);
    if (layout->footer >= 0)
        pg_view_draw_footer(app, frame, layout->footer);
    if (layout->message < 0) {
        if (talks)
            pg_view_draw_message(app, frame, app->rows - 1, "");
        return;
    }
    struct pg_buf out = {0};
    pg_buf_putc(&out, ' ');
    /* Nothing is as worth knowing as that what is seen may not be so any more. */
    bool stale = pg_news_why_stale(&out, app);
    if (!stale && app->columns >= 110) {
        pg_buf_puts(&out, legend(view, 0));
    } else if (!stale) {
        pg_words_complete(&out, app->world, false);
        pg_buf_puts(&out, out.n > 1 ? "   " : "");
        pg_words_assume(&out, app->world);
        if (layout->status >= 0 && !layout->legend) {
            int used = pg_frame_text_width(pg_buf_text(&out));
            const char *text = fit_legend(view, app->columns - used);
            if (*text)
                pg_buf_printf(&out, "%*s%s", app->columns - used - 1 - (int)strlen(text), "", text);
        }
    }
    pg_view_draw_message(app, frame, layout->message, pg_buf_text(&out));
    pg_buf_free(&out);
}

void pg_view_grid_draw(struct pg_tui *app, struct pg_gridview *view, struct pg_frame *frame,
                       int budget_ms)
{
    struct drawing drawing = {.app = app, .view = view, .frame = frame};
    if (budget_ms > 0)
        drawing.deadline = pg_clock_ms() + budget_ms;
    pg_layout_grid(&app->layout, app, view);
    scroll(view, pg_gridview_vertical(view), app->layout.nbody);
    scroll(view, pg_gridview_horizontal(view), app->layout.ncells);
    if (app->layout.title >= 0)
        draw_title(app, view, frame);
    draw_lens(app, view, frame);
    draw_heads(app, view, frame);
    draw_body(&drawing);
    if (!pg_gridview_has_cell(view))
        pg_frame_text(frame, app->layout.cell_x + 1, app->layout.body, app->columns, PG_ROLE_WARN,
                      view->filter_text ? "Nothing passes the filter (Ctrl-U clears)."
                                        : "No pods here.");
    pg_panel_draw(app, view, frame);
    draw_bottom(app, view, frame);
}
