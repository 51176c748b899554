/*
 * A view of lines: why, source, help and diagnostics scroll, search and draw alike.
 */
#include "app.h"

#include <inttypes.h>
#include <string.h>
#include <strings.h>

/* Rows above and below the lines: title, message, footer, as far as there is room. */
static int page_y(const struct pg_tui *app)
{
    return app->rows >= 12 ? 2 : app->rows >= 3 ? 1 : 0;
}

int pg_page_height(const struct pg_tui *app)
{
    int below = app->rows >= 12 ? 2 : app->rows >= 4 ? 1 : 0;
    int height = app->rows - page_y(app) - below;
    return height > 0 ? height : 1;
}

static int page_width(const struct pg_tui *app)
{
    return app->columns > 4 ? app->columns - 2 : app->columns;
}

static void find_matches(struct pg_page *page)
{
    struct pg_buf out = {0};
    for (uint32_t i = 0; i < page->lines.n; i++) {
        pg_buf_clear(&out);
        pg_lines_text(&out, &page->lines.v[i]);
        page->lines.v[i].match =
            *page->search && strcasestr(pg_buf_text(&out), page->search) != NULL;
    }
    pg_buf_free(&out);
}

void pg_page_build(struct pg_tui *app, struct pg_view *view)
{
    struct pg_page *page = &view->page;
    int width = page_width(app);
    if (page->built == width)
        return;
    page->built = width;
    pg_arena_reset(page->arena);
    pg_lines_start(&page->lines, page->arena, width);
    switch (view->kind) {
    case PG_VIEW_WHY: pg_page_build_why(app, view); break;
    case PG_VIEW_SOURCE: pg_page_build_source(app, view); break;
    case PG_VIEW_HELP: pg_page_build_help(app, view); break;
    case PG_VIEW_DIAGS: pg_page_build_diags(app, view); break;
    case PG_VIEW_JOURNAL: pg_page_build_journal(app, view); break;
    case PG_VIEW_GRID: break;
    }
    if (page->at >= page->lines.n)
        page->at = page->lines.n ? page->lines.n - 1 : 0;
    find_matches(page);
}

/* --- moving ---------------------------------------------------------------------------------------- */

static void go(struct pg_page *page, int64_t line)
{
    int64_t last = page->lines.n ? (int64_t)page->lines.n - 1 : 0;
    page->at = (uint32_t)(line < 0 ? 0 : line > last ? last : line);
}

static void keep_visible(struct pg_page *page, uint32_t height)
{
    if (page->top == UINT32_MAX)
        page->top = page->at > height / 3 ? page->at - height / 3 : 0;
    if (page->at < page->top)
        page->top = page->at;
    if (page->at >= page->top + height)
        page->top = page->at - height + 1;
    uint32_t most = page->lines.n > height ? page->lines.n - height : 0;
    if (page->top > most)
        page->top = most;
}

/* The page that is shown moves, and the line with it. */
static void turn(struct pg_page *page, int by)
{
    uint32_t height = (uint32_t)(by < 0 ? -by : by);
    keep_visible(page, height);
    if (by > 0)
        page->top += height;
    else
        page->top = page->top > height ? page->top - height : 0;
    go(page, (int64_t)page->at + by);
    keep_visible(page, height);
}

static bool next_match(struct pg_page *page, int step)
{
    uint32_t n = page->lines.n;
    for (uint32_t i = 1; i <= n; i++) {
        uint32_t at = (page->at + (step > 0 ? i : n - i)) % n;
        if (page->lines.v[at].match) {
            page->at = at;
            return true;
        }
    }
    return false;
}

static void step_match(struct pg_tui *app, struct pg_page *page, int step)
{
    if (!*page->search)
        pg_tui_say(app, "nothing searched yet: / searches");
    else if (!next_match(page, step))
        pg_app_warn(app, "not found: %s", page->search);
}

void pg_page_search(struct pg_tui *app, struct pg_view *view, const char *text)
{
    struct pg_page *page = &view->page;
    snprintf(page->search, sizeof page->search, "%s", text);
    find_matches(page);
    if (!*text)
        return;
    if (page->at > 0)
        page->at--; /* a match on the line itself counts */
    else if (page->lines.n)
        page->at = page->lines.n - 1;
    if (!next_match(page, 1))
        pg_app_warn(app, "not found: %s", text);
}

static void step_place(struct pg_tui *app, struct pg_view *view, int step)
{
    if (*view->page.search)
        step_match(app, &view->page, step);
    else if (view->page.nplaces == 0)
        pg_tui_say(app, "no rule is in play here");
    else
        pg_source_step(view, step);
}

static void step_flow(struct pg_tui *app, struct pg_view *view, int step)
{
    struct pg_gridview *grid = pg_app_grid(app);
    const struct pg_proof *proof = pg_proof_get(app, grid);
    if (!proof || proof->detail->nflows < 2) {
        pg_tui_say(app, "the pairs of this cell are all alike");
        return;
    }
    uint32_t n = proof->detail->nflows;
    pg_proof_choose(app, grid, (proof->flow_index + n + (uint32_t)step) % n);
    view->page.built = 0;
    view->page.at = view->page.top = 0;
}

void pg_page_do(struct pg_tui *app, struct pg_view *view, enum pg_do what)
{
    struct pg_page *page = &view->page;
    int height = pg_page_height(app);
    pg_page_build(app, view);
    switch (what) {
    case PG_DO_UP: go(page, (int64_t)page->at - 1); break;
    case PG_DO_DOWN: go(page, (int64_t)page->at + 1); break;
    case PG_DO_PAGE_UP: turn(page, -height); break;
    case PG_DO_PAGE_DOWN: turn(page, height); break;
    case PG_DO_FIRST: go(page, 0); break;
    case PG_DO_LAST: go(page, page->lines.n); break;
    case PG_DO_NEXT_MATCH: step_match(app, page, 1); break;
    case PG_DO_PREV_MATCH: step_match(app, page, -1); break;
    case PG_DO_NEXT_PLACE: step_place(app, view, 1); break;
    case PG_DO_PREV_PLACE: step_place(app, view, -1); break;
    case PG_DO_NEXT_FLOW: step_flow(app, view, 1); break;
    case PG_DO_PREV_FLOW: step_flow(app, view, -1); break;
    default: break;
    }
}

/* --- drawing --------------------------------------------------------------------------------------- */

static void draw_line(const struct pg_tui *app, const struct pg_view *view, struct pg_frame *frame,
                      int y, uint32_t i)
{
    const struct pg_page *page = &view->page;
    const struct pg_line *line = &page->lines.v[i];
    int x = app->columns > 4 ? 1 : 0, width = app->columns - x;
    if (x && i == page->at)
        pg_frame_put(frame, 0, y, '>', PG_ROLE_CURSOR);
    else if (x && line->match)
        pg_frame_put(frame, 0, y, '*', PG_ROLE_MATCH);
    if (view->kind == PG_VIEW_SOURCE && line->loc.line && width > 20) {
        char number[24];
        snprintf(number, sizeof number, "%5" PRIu32 " %c ", line->loc.line,
                 line->marked ? '>' : ' ');
        pg_frame_text(frame, x, y, 8, line->marked ? PG_ROLE_HEADING : PG_ROLE_DIM, number);
        x += 8;
        width -= 8;
    }
    pg_lines_draw(frame, x, y, width - (width > 10), line);
    if (i == page->at)
        pg_frame_set_cursor(frame, 0, y, false);
    if (line->match)
        pg_frame_mark(frame, x, y, width, PG_ATTR_UNDERLINE);
}

/* " lines 1-20/34"; of a source in the file's own numbers, and which of the rules in play it is. */
static void add_where(struct pg_buf *out, const struct pg_view *view, uint32_t height)
{
    const struct pg_page *page = &view->page;
    uint32_t n = page->lines.n, last = page->top + height < n ? page->top + height : n;
    uint32_t offset = view->kind == PG_VIEW_SOURCE && page->first_line ? page->first_line - 1 : 0;
    pg_buf_printf(out, " lines %" PRIu32 "-%" PRIu32, n ? page->top + 1 + offset : 0, last + offset);
    if (view->kind != PG_VIEW_SOURCE)
        pg_buf_printf(out, "/%" PRIu32, n);
    else if (page->nplaces)
        pg_buf_printf(out, "   rule %" PRIu32 " of %" PRIu32 " in play", page->place + 1,
                      page->nplaces);
}

void pg_page_draw(struct pg_tui *app, struct pg_view *view, struct pg_frame *frame)
{
    struct pg_page *page = &view->page;
    int height = pg_page_height(app), y = page_y(app);
    pg_page_build(app, view);
    keep_visible(page, (uint32_t)height);
    if (y > 0)
        pg_view_draw_title(app, frame, page->title);
    for (int i = 0; i < height && page->top + (uint32_t)i < page->lines.n; i++)
        draw_line(app, view, frame, y + i, page->top + (uint32_t)i);
    struct pg_buf where = {0};
    add_where(&where, view, (uint32_t)height);
    int below = app->rows - (y + height);
    if (below == 2)
        pg_view_draw_message(app, frame, app->rows - 2, pg_buf_text(&where));
    if (below == 1 && (*app->message || app->prompt.kind))
        pg_view_draw_message(app, frame, app->rows - 1, "");
    else if (below >= 1)
        pg_view_draw_footer(app, frame, app->rows - 1);
    else if (*app->message || app->prompt.kind)
        pg_view_draw_message(app, frame, app->rows - 1, "");
    pg_buf_free(&where);
}
