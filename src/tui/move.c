/*
 * Moving in the grid. What may have to look at many cells (the next difference, a match, a filter about cells) is
 * a job that goes on between keys, so that the screen answers and Ctrl-C stops it.
 */
#include "app.h"

#include "polgrid/clock.h"

/* --- plain moves ----------------------------------------------------------------------------------- */

static void step(struct pg_gridview *view, unsigned axis, int64_t by)
{
    int64_t at = (int64_t)view->at[axis] + by, last = (int64_t)view->n[axis] - 1;
    at = at > last ? last : at;
    view->at[axis] = (uint32_t)(at < 0 ? 0 : at);
}

static void job_start(struct pg_tui *app, struct pg_gridview *view, enum pg_job_kind kind, int by);

void pg_move_do(struct pg_tui *app, struct pg_gridview *view, enum pg_do what)
{
    unsigned vertical = pg_gridview_vertical(view), horizontal = pg_gridview_horizontal(view);
    pg_layout_grid(&app->layout, app, view);
    int page = app->layout.nbody, wide = app->layout.ncells;
    switch (what) {
    case PG_DO_LEFT: step(view, horizontal, -1); break;
    case PG_DO_RIGHT: step(view, horizontal, 1); break;
    case PG_DO_UP: step(view, vertical, -1); break;
    case PG_DO_DOWN: step(view, vertical, 1); break;
    case PG_DO_PAGE_LEFT: step(view, horizontal, -wide); break;
    case PG_DO_PAGE_RIGHT: step(view, horizontal, wide); break;
    case PG_DO_PAGE_UP: step(view, vertical, -page); break;
    case PG_DO_PAGE_DOWN: step(view, vertical, page); break;
    case PG_DO_ROW_START: step(view, horizontal, INT32_MIN); break;
    case PG_DO_ROW_END: step(view, horizontal, UINT32_MAX); break;
    case PG_DO_FIRST: step(view, vertical, -(int64_t)UINT32_MAX); break;
    case PG_DO_LAST: step(view, vertical, UINT32_MAX); break;
    case PG_DO_NEXT_DIFFERENCE: job_start(app, view, PG_JOB_CELL, 1); break;
    case PG_DO_PREV_DIFFERENCE: job_start(app, view, PG_JOB_CELL, -1); break;
    case PG_DO_NEXT_ROW: job_start(app, view, PG_JOB_ROW, 1); break;
    case PG_DO_PREV_ROW: job_start(app, view, PG_JOB_ROW, -1); break;
    default: break;
    }
}

/* --- jobs ------------------------------------------------------------------------------------------ */

/* A value of a cell at positions of the screen's axes. */
static uint64_t value_at(struct pg_gridview *view, uint32_t row, uint32_t col)
{
    uint32_t at[2];
    at[pg_gridview_vertical(view)] = row;
    at[pg_gridview_horizontal(view)] = col;
    return pg_gridview_value(view, pg_gridview_count(view, at[PG_FROM], at[PG_TO]));
}

static void go(struct pg_gridview *view, uint32_t row, uint32_t col)
{
    view->at[pg_gridview_vertical(view)] = row;
    view->at[pg_gridview_horizontal(view)] = col;
}

/* One cell on in reading order, or back; false at the end. */
static bool advance(struct pg_job *job)
{
    uint32_t rows = job->view->n[pg_gridview_vertical(job->view)];
    uint32_t cols = job->view->n[pg_gridview_horizontal(job->view)];
    if (job->step > 0 ? job->col + 1 < cols : job->col > 0) {
        job->col += (uint32_t)job->step;
        return true;
    }
    if (job->step > 0 ? job->row + 1 >= rows : job->row == 0)
        return false;
    job->row += (uint32_t)job->step;
    job->col = job->step > 0 ? 0 : cols - 1;
    return true;
}

static bool next_row(struct pg_job *job)
{
    uint32_t rows = job->view->n[pg_gridview_vertical(job->view)];
    job->col = 0;
    if (job->step > 0 ? job->row + 1 >= rows : job->row == 0)
        return false;
    job->row += (uint32_t)job->step;
    return true;
}

static void job_start(struct pg_tui *app, struct pg_gridview *view, enum pg_job_kind kind, int by)
{
    unsigned vertical = pg_gridview_vertical(view), horizontal = pg_gridview_horizontal(view);
    pg_move_stop(app);
    if (!pg_gridview_has_cell(view))
        return;
    struct pg_job job = {.kind = kind, .view = view, .step = by};
    job.row = view->at[vertical];
    job.col = view->at[horizontal];
    job.value = value_at(view, job.row, job.col);
    if (!(kind == PG_JOB_ROW ? next_row(&job) : advance(&job))) {
        pg_tui_say(app, "this is the %s", by > 0 ? "end of the grid" : "beginning of the grid");
        return;
    }
    app->job = job;
}

void pg_move_filter(struct pg_tui *app, struct pg_gridview *view)
{
    pg_move_stop(app);
    for (unsigned axis = PG_FROM; axis <= PG_TO; axis++)
        view->has[axis] =
            pg_arena_array(view->order_arena, view->n[axis] + 1u, sizeof *view->has[axis]);
    app->job = (struct pg_job){.kind = PG_JOB_FILTER, .view = view, .step = 1};
}

void pg_move_stop(struct pg_tui *app)
{
    app->job = (struct pg_job){.kind = PG_JOB_NONE};
}

/* The next item that passes a filter without words about cells. */
static bool match_item(struct pg_gridview *view, const struct pg_filter *filter, unsigned axis,
                       int by)
{
    const struct pg_eval *eval = pg_grid_eval(view->grid);
    uint32_t n = view->n[axis];
    for (uint32_t i = 1; i <= n; i++) {
        uint32_t at = (view->at[axis] + (by > 0 ? i : n - i)) % n;
        if (pg_filter_item(filter, eval, pg_gridview_shown(view, axis, at), axis)) {
            view->at[axis] = at;
            return true;
        }
    }
    return false;
}

void pg_move_match(struct pg_tui *app, struct pg_gridview *view, int by)
{
    struct pg_err err = {{0}};
    pg_move_stop(app);
    pg_arena_reset(app->job_arena);
    if (!app->last_filter) {
        pg_tui_say(app, "nothing filtered yet: / filters");
        return;
    }
    const struct pg_filter *filter =
        pg_filter_parse(app->job_arena, app->last_filter, app->last_axis, &err);
    if (!filter || !pg_gridview_has_cell(view))
        return;
    if (pg_filter_has_cells(filter)) {
        job_start(app, view, PG_JOB_MATCH, by);
        app->job.filter = filter;
        return;
    }
    unsigned vertical = pg_gridview_vertical(view), horizontal = pg_gridview_horizontal(view);
    unsigned axis = pg_filter_about(filter, vertical) ? vertical : horizontal;
    if (!match_item(view, filter, axis, by))
        pg_app_warn(app, "nothing here matches %s", app->last_filter);
}

/* The filter: marks what has a cell that passes. Cells that could tell nothing new are not computed. */
static bool work_filter(struct pg_job *job)
{
    struct pg_gridview *view = job->view;
    uint32_t at[2];
    at[pg_gridview_vertical(view)] = job->row;
    at[pg_gridview_horizontal(view)] = job->col;
    bool *from = &view->has[PG_FROM][at[PG_FROM]], *to = &view->has[PG_TO][at[PG_TO]];
    if (!(*from && *to) && pg_filter_cell(view->filter, view, view->order[PG_FROM][at[PG_FROM]],
                                          view->order[PG_TO][at[PG_TO]]))
        *from = *to = true;
    return advance(job);
}

/* Returns false when the job is done; *found where it ends at a cell to go to. */
static bool work_one(struct pg_job *job, bool *found)
{
    struct pg_gridview *view = job->view;
    uint32_t here = view->at[pg_gridview_vertical(view)];
    switch (job->kind) {
    case PG_JOB_CELL:
        *found = value_at(view, job->row, job->col) != job->value;
        return !*found && advance(job);
    case PG_JOB_ROW:
        *found = value_at(view, job->row, job->col) != value_at(view, here, job->col);
        if (*found)
            return false;
        if (++job->col < view->n[pg_gridview_horizontal(view)])
            return true;
        return next_row(job);
    case PG_JOB_MATCH: {
        uint32_t at[2];
        at[pg_gridview_vertical(view)] = job->row;
        at[pg_gridview_horizontal(view)] = job->col;
        const struct pg_eval *eval = pg_grid_eval(view->grid);
        *found = true;
        for (unsigned axis = PG_FROM; axis <= PG_TO && *found; axis++)
            *found =
                pg_filter_item(job->filter, eval, pg_gridview_shown(view, axis, at[axis]), axis);
        *found = *found && pg_filter_cell(job->filter, view, view->order[PG_FROM][at[PG_FROM]],
                                          view->order[PG_TO][at[PG_TO]]);
        return !*found && advance(job);
    }
    case PG_JOB_FILTER: return work_filter(job);
    case PG_JOB_NONE: break;
    }
    return false;
}

static void finish(struct pg_tui *app, struct pg_job *job, bool found)
{
    struct pg_gridview *view = job->view;
    if (job->kind == PG_JOB_FILTER)
        pg_gridview_settle(view);
    else if (!found)
        pg_tui_say(app, job->kind == PG_JOB_MATCH ? "no further match" : "no further difference");
    else if (job->kind == PG_JOB_ROW)
        view->at[pg_gridview_vertical(view)] = job->row;
    else
        go(view, job->row, job->col);
}

void pg_move_work(struct pg_tui *app, int budget_ms)
{
    struct pg_job *job = &app->job;
    int64_t deadline = pg_clock_ms() + budget_ms;
    if (job->kind == PG_JOB_FILTER && !pg_gridview_has_cell(job->view))
        pg_move_stop(app);
    for (int i = 0; job->kind != PG_JOB_NONE; i++) {
        bool found = false;
        if (!work_one(job, &found)) {
            struct pg_job done = *job;
            pg_move_stop(app);
            finish(app, &done, found);
            return;
        }
        if (budget_ms > 0 && i % 16 == 15 && pg_clock_ms() >= deadline)
            return;
    }
}
