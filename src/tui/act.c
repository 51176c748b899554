/*
 * What keys and the mouse do.
 */
#include "app.h"

#include <ctype.h>
#include <inttypes.h>
#include <string.h>

#include "polgrid/clock.h"
#include "polgrid/report.h"
#include "polgrid/text.h"

/* Twice within this time, Ctrl-C quits. */
#define TWICE_MS 2000
#define WHEEL    3

static struct pg_tui_action only(enum pg_tui_do what)
{
    return (struct pg_tui_action){.what = what};
}

/* The text of an action: sanitised, for it leaves the program. */
static const char *clean_out(struct pg_tui *app)
{
    struct pg_buf clean = {0};
    pg_text_clean(&clean, pg_buf_text(&app->out), app->out.n);
    pg_buf_clear(&app->out);
    pg_buf_puts(&app->out, pg_buf_text(&clean));
    pg_buf_free(&clean);
    return pg_buf_text(&app->out);
}

/* --- taking away ----------------------------------------------------------------------------------- */

/* The place under the cursor of a page, or of the cell. */
static struct pg_loc current_loc(struct pg_tui *app)
{
    struct pg_view *view = pg_app_top(app);
    if (view->kind != PG_VIEW_GRID) {
        pg_page_build(app, view);
        struct pg_page *page = &view->page;
        if (page->at < page->lines.n && page->lines.v[page->at].loc.line)
            return page->lines.v[page->at].loc;
        if (view->kind != PG_VIEW_WHY)
            return PG_NO_LOC;
    }
    const struct pg_proof *proof = pg_proof_get(app, pg_app_grid(app));
    return proof && proof->why ? pg_proof_loc(proof->why, app->world->cluster) : PG_NO_LOC;
}

static struct pg_tui_action copy(struct pg_tui *app)
{
    struct pg_view *view = pg_app_top(app);
    pg_buf_clear(&app->out);
    if (view->kind == PG_VIEW_SOURCE) {
        pg_words_loc(&app->out, app->world->cluster, current_loc(app), 4096);
    } else {
        const struct pg_proof *proof = pg_proof_get(app, pg_app_grid(app));
        if (proof)
            pg_proof_sentence(&app->out, proof);
    }
    if (app->out.n == 0) {
        pg_tui_say(app, "nothing to copy here");
        return only(PG_TUI_NOTHING);
    }
    struct pg_tui_action action = {.what = PG_TUI_COPY, .text = clean_out(app)};
    pg_tui_say(app, "copied %zu bytes: %s", app->out.n, action.text);
    return action;
}

static struct pg_tui_action copy_json(struct pg_tui *app)
{
    const struct pg_proof *proof = pg_proof_get(app, pg_app_grid(app));
    if (!proof || !proof->why) {
        pg_tui_say(app, "no reason to copy here");
        return only(PG_TUI_NOTHING);
    }
    struct pg_report_answer answer;
    struct pg_report_question question =
        pg_report_question(pg_eval_portsets(app->world->eval), proof->why, &answer);
    pg_buf_clear(&app->out);
    pg_report_why_json(&app->out, app->world->eval, &question);
    pg_tui_say(app, "copied %zu bytes of JSON", app->out.n);
    return (struct pg_tui_action){.what = PG_TUI_COPY, .text = pg_buf_text(&app->out)};
}

static struct pg_tui_action edit(struct pg_tui *app)
{
    struct pg_loc loc = current_loc(app);
    const struct pg_cluster *cluster = app->world->cluster;
    if (loc.line == 0 || loc.file >= cluster->nfiles) {
        pg_tui_say(app, "no line to edit here");
        return only(PG_TUI_NOTHING);
    }
    const struct pg_file *file = &cluster->files[loc.file];
    if (!file->on_disk) {
        pg_tui_say(app, "%s is no file on disk: s shows it, | pages it", file->name);
        return only(PG_TUI_NOTHING);
    }
    return (struct pg_tui_action){.what = PG_TUI_EDIT, .file = file->name, .line = loc.line};
}

static void add_lines(struct pg_buf *out, const struct pg_lines *lines)
{
    for (uint32_t i = 0; i < lines->n; i++) {
        pg_lines_text(out, &lines->v[i]);
        pg_buf_putc(out, '\n');
    }
}

/* The lines of a page; of a grid, the whole reason of its cell. */
static struct pg_tui_action page_out(struct pg_tui *app)
{
    struct pg_view *view = pg_app_top(app);
    pg_buf_clear(&app->out);
    if (view->kind != PG_VIEW_GRID) {
        pg_page_build(app, view);
        add_lines(&app->out, &view->page.lines);
    } else {
        const struct pg_proof *proof = pg_proof_get(app, view->grid);
        struct pg_arena *arena = pg_arena_new();
        struct pg_lines lines;
        pg_lines_start(&lines, arena, 100);
        if (proof && !proof->single)
            pg_panel_tall(&lines, app, proof);
        if (proof && proof->why) {
            pg_lines_open(&lines);
            pg_why_lines(&lines, app, proof, PG_WHY_PAGE);
        }
        add_lines(&app->out, &lines);
        pg_arena_free(arena);
    }
    if (app->out.n == 0) {
        pg_tui_say(app, "nothing to page here");
        return only(PG_TUI_NOTHING);
    }
    return (struct pg_tui_action){.what = PG_TUI_PAGE, .text = pg_buf_text(&app->out)};
}

static struct pg_tui_action quit_print(struct pg_tui *app)
{
    const struct pg_proof *proof = app->depth ? pg_proof_get(app, pg_app_grid(app)) : NULL;
    pg_buf_clear(&app->out);
    if (proof)
        pg_proof_sentence(&app->out, proof);
    const char *text = app->out.n ? clean_out(app) : NULL;
    return (struct pg_tui_action){.what = PG_TUI_QUIT, .text = text};
}

/* --- pages ----------------------------------------------------------------------------------------- */

static void open_why(struct pg_tui *app)
{
    const struct pg_proof *proof = pg_proof_get(app, pg_app_grid(app));
    if (pg_app_top(app)->kind != PG_VIEW_GRID)
        return;
    if (proof && proof->why)
        pg_app_push_page(app, PG_VIEW_WHY);
    else
        pg_tui_say(app, "no two pods to ask about");
}

/* From the diagnostics it is the line; from a cell the rules in play, beginning at the one that decides. */
static void open_source(struct pg_tui *app)
{
    struct pg_view *from = pg_app_top(app);
    struct pg_loc loc = current_loc(app);
    if (loc.line == 0) {
        pg_tui_say(app, from->kind == PG_VIEW_GRID ? "no policy has a say in this cell"
                                                   : "no source for this line");
        return;
    }
    const struct pg_proof *proof =
        from->kind == PG_VIEW_DIAGS ? NULL : pg_proof_get(app, pg_app_grid(app));
    struct pg_view *view = pg_app_push_page(app, PG_VIEW_SOURCE);
    if (proof && proof->why)
        pg_source_places(view, app->world->cluster, proof->why);
    view->page.loc = loc;
}

static void open_page(struct pg_tui *app, enum pg_view_kind kind)
{
    if (app->depth > 0 && pg_app_top(app)->kind == kind)
        pg_app_pop(app);
    else
        pg_app_push_page(app, kind);
}

static void back(struct pg_tui *app)
{
    if (app->focus)
        app->focus = false;
    else if (app->depth > 1 || (app->depth == 1 && !app->stack[0]->grid))
        pg_app_pop(app);
    else if (app->depth == 1 && app->stack[0]->grid->filter_text)
        pg_tui_say(app, "this is the top; Ctrl-U clears the filter, q quits");
    else
        pg_tui_say(app, "this is the top; q quits");
}

/* --- the grid's own -------------------------------------------------------------------------------- */

static void widen(struct pg_tui *app, struct pg_gridview *view, int step)
{
    static const int widths[] = {1, 2, 3, 4, 6, 8, 10, 12, 14, 20};
    const int n = (int)(sizeof widths / sizeof *widths);
    int now = view->width;
    if (now == 0) {
        pg_layout_grid(&app->layout, app, view);
        now = app->layout.cell;
    }
    int i = 0;
    while (i < n - 1 && widths[i] < now)
        i++;
    i += step;
    view->width = widths[i < 0 ? 0 : i >= n ? n - 1 : i];
}

static void toggle_empty(struct pg_tui *app, struct pg_gridview *view)
{
    bool any = false, empty = !(view->axes[PG_FROM].empty || view->axes[PG_TO].empty);
    for (unsigned axis = PG_FROM; axis <= PG_TO; axis++) {
        if (view->axes[axis].level == PG_LEVEL_NAMESPACE) {
            view->axes[axis].empty = empty;
            any = true;
        }
    }
    if (!any) {
        pg_tui_say(app, "only namespaces can be empty");
        return;
    }
    pg_gridview_rebuild(app, view);
    pg_tui_say(app, "namespaces without pods are %s", empty ? "shown" : "hidden");
}

static void toggle_fold(struct pg_tui *app, struct pg_gridview *view)
{
    bool fold = !view->axes[PG_FROM].fold;
    if (view->axes[PG_FROM].level != PG_LEVEL_NAMESPACE ||
        view->axes[PG_TO].level != PG_LEVEL_NAMESPACE) {
        pg_tui_say(app, "only namespaces fold");
        return;
    }
    view->axes[PG_FROM].fold = view->axes[PG_TO].fold = fold;
    pg_gridview_rebuild(app, view);
    if (!fold)
        pg_tui_say(app, "every namespace by itself");
    else if (view->folded[PG_FROM] == 0)
        pg_tui_say(app, "no two namespaces behave alike");
    else
        pg_tui_say(app, "namespaces that behave alike are folded; z unfolds them");
}

static void clear_filter(struct pg_tui *app, struct pg_gridview *view)
{
    struct pg_err err;
    pg_gridview_filter(app, view, NULL, view->filter_axis, &err);
}

/* Opens the prompt at what settles most; where nothing does, there is nothing to type. */
static void ask_assume(struct pg_tui *app)
{
    char text[256];
    const struct pg_tui_world *world = app->world;
    const char *prompt = pg_eval_two_engines(world->eval) ? "engine=" : NULL;
    for (uint32_t i = 0; i < world->ncauses && !prompt; i++)
        prompt = world->causes[i].prompt;
    if (prompt) {
        snprintf(text, sizeof text, "assume %s", prompt);
        pg_prompt_open(app, PG_PROMPT_COMMAND, text);
    } else if (world->ncauses > 0) {
        pg_tui_say(app, "no assumption settles what is unknown here: ! says why. :assume sets one "
                        "all the same");
    } else {
        pg_tui_say(app,
                   "nothing is unknown here. :assume KEY=VALUE sets an assumption all the same");
    }
}

static void focus(struct pg_tui *app)
{
    if (app->layout.panel_w > 0)
        app->focus = !app->focus;
    else
        pg_tui_say(app, "no room for the panel here: w shows the whole reason");
}

static int mark_index(uint32_t key)
{
    if (key >= 'a' && key <= 'z')
        return (int)(key - 'a');
    return key >= 'A' && key <= 'Z' ? (int)(key - 'A') + 26 : -1;
}

static void set_mark(struct pg_tui *app, struct pg_gridview *view, uint32_t key)
{
    int i = mark_index(key);
    if (i < 0) {
        pg_tui_say(app, "a mark is a letter");
        return;
    }
    app->marks[i] = pg_arena_alloc(app->arena, sizeof *app->marks[i]);
    pg_place_save(app->marks[i], app->arena, app, view);
    pg_tui_say(app, "mark %c set: '%c comes back", (char)key, (char)key);
}

/* A mark of a view that is open drops what is above it; else it opens on top. */
static void go_mark(struct pg_tui *app, uint32_t key)
{
    int i = mark_index(key);
    if (i < 0 || !app->marks[i]) {
        pg_tui_say(app, "no such mark: m and a letter sets one");
        return;
    }
    struct pg_gridview *view = pg_place_open(app, app->marks[i]);
    if (!view) {
        pg_app_warn(app, "the place of this mark is gone");
        return;
    }
    uint32_t depth = app->depth;
    while (depth > 0 && !(app->stack[depth - 1]->grid && memcmp(app->stack[depth - 1]->grid->axes,
                                                                view->axes, sizeof view->axes) == 0))
        depth--;
    while (depth > 0 && app->depth >= depth)
        pg_app_pop(app);
    pg_app_push_grid(app, view);
}

static void grid_do(struct pg_tui *app, struct pg_gridview *view, enum pg_do what)
{
    switch (what) {
    case PG_DO_DRILL: pg_app_drill(app); break;
    case PG_DO_LENS: view->lens = (view->lens + 1) % PG_NLENSES; break;
    case PG_DO_FILTER: pg_prompt_open(app, PG_PROMPT_FILTER, ""); break;
    case PG_DO_CLEAR: clear_filter(app, view); break;
    case PG_DO_NEXT_MATCH: pg_move_match(app, view, 1); break;
    case PG_DO_PREV_MATCH: pg_move_match(app, view, -1); break;
    case PG_DO_SWAP: view->swapped = !view->swapped; break;
    case PG_DO_SORT:
        view->sort = (view->sort + 1) % PG_NSORTS;
        pg_gridview_arrange(app, view);
        break;
    case PG_DO_WIDER: widen(app, view, 1); break;
    case PG_DO_NARROWER: widen(app, view, -1); break;
    case PG_DO_EMPTY: toggle_empty(app, view); break;
    case PG_DO_FOLD: toggle_fold(app, view); break;
    case PG_DO_ASSUME: ask_assume(app); break;
    case PG_DO_FOCUS: focus(app); break;
    default: pg_move_do(app, view, what); break;
    }
}

/* --- all of it ------------------------------------------------------------------------------------- */

/* What has been read by then is kept. */
static struct pg_tui_action stop_load(struct pg_tui *app)
{
    app->stopping = true;
    app->ctrl_c = pg_clock_ms(); /* so that what the message says is so, whichever key it was */
    pg_tui_say(app, "stopping; Ctrl-C again quits");
    return only(PG_TUI_STOP);
}

static struct pg_tui_action stop(struct pg_tui *app)
{
    int64_t now = pg_clock_ms();
    bool twice = now - app->ctrl_c < TWICE_MS;
    app->ctrl_c = now;
    if (twice)
        return only(PG_TUI_QUIT);
    if (app->job.kind != PG_JOB_NONE) {
        bool filter = app->job.kind == PG_JOB_FILTER;
        pg_move_stop(app);
        pg_app_warn(app,
                    filter ? "stopped: the filter looked at a part of the cells only" : "stopped");
    } else if (app->loading && !app->stopping) {
        return stop_load(app);
    } else {
        pg_tui_say(app, "nothing is running; Ctrl-C again quits");
    }
    return only(PG_TUI_NOTHING);
}

static struct pg_tui_action reload(struct pg_tui *app)
{
    if (app->loading) {
        pg_tui_say(app, "still loading");
        return only(PG_TUI_NOTHING);
    }
    pg_tui_loading(app);
    return only(PG_TUI_RELOAD);
}

static struct pg_tui_action login(struct pg_tui *app)
{
    if (app->loading)
        pg_tui_say(app, "still loading: Ctrl-C stops");
    else if (!app->options.login || !app->options.follow)
        pg_tui_say(app, "there is nothing to log in to");
    else if (!app->feed.plugin)
        pg_tui_say(app, "no plugin gives the credentials: there is nothing to log in with");
    else
        return only(PG_TUI_LOGIN);
    return only(PG_TUI_NOTHING);
}

/* While nothing is there to go up in, Esc gives up waiting for the rest; like everywhere it never quits. */
static struct pg_tui_action back_or_stop(struct pg_tui *app)
{
    if (app->depth == 0 && app->loading && !app->stopping)
        return stop_load(app);
    back(app);
    return only(PG_TUI_NOTHING);
}

/* What needs nothing loaded; false where `what` does. */
static bool do_bare(struct pg_tui *app, enum pg_do what, struct pg_tui_action *action)
{
    *action = only(PG_TUI_NOTHING);
    switch (what) {
    case PG_DO_STOP: *action = stop(app); break;
    case PG_DO_QUIT: *action = only(PG_TUI_QUIT); break;
    case PG_DO_QUIT_PRINT: *action = quit_print(app); break;
    case PG_DO_SUSPEND: *action = only(PG_TUI_SUSPEND); break;
    case PG_DO_REDRAW: *action = only(PG_TUI_REDRAW); break;
    case PG_DO_RELOAD: *action = reload(app); break;
    case PG_DO_LOGIN: *action = login(app); break;
    case PG_DO_HELP: open_page(app, PG_VIEW_HELP); break;
    case PG_DO_BACK: *action = back_or_stop(app); break;
    case PG_DO_COMMAND: pg_prompt_open(app, PG_PROMPT_COMMAND, ""); break;
    default: return false;
    }
    return true;
}

struct pg_tui_action pg_app_do(struct pg_tui *app, enum pg_do what)
{
    struct pg_tui_action action;
    if (do_bare(app, what, &action))
        return action;
    struct pg_view *view = app->depth ? pg_app_top(app) : NULL;
    if (!app->world) {
        if (view)
            pg_page_do(app, view, what);
        else
            pg_tui_say(app, "still loading: Ctrl-C stops, q quits");
        return action;
    }
    switch (what) {
    case PG_DO_COPY: return copy(app);
    case PG_DO_COPY_JSON: return copy_json(app);
    case PG_DO_EDITOR: return edit(app);
    case PG_DO_PAGER: return page_out(app);
    case PG_DO_WHY: open_why(app); break;
    case PG_DO_SOURCE: open_source(app); break;
    case PG_DO_OPEN: pg_changes_open(app, view); break;
    case PG_DO_DIAGS: open_page(app, PG_VIEW_DIAGS); break;
    case PG_DO_JOURNAL: open_page(app, PG_VIEW_JOURNAL); break;
    case PG_DO_SEARCH: pg_prompt_open(app, PG_PROMPT_SEARCH, ""); break;
    default:
        if (view->kind == PG_VIEW_GRID)
            grid_do(app, view->grid, what);
        else
            pg_page_do(app, view, what);
    }
    return action;
}

/* The panel has the focus: keys that move scroll it. True where the key was one. */
static bool scroll_panel(struct pg_tui *app, enum pg_do what)
{
    int page = app->layout.panel_h > 1 ? app->layout.panel_h - 1 : 1;
    switch (what) {
    case PG_DO_UP: app->panel_top--; break;
    case PG_DO_DOWN: app->panel_top++; break;
    case PG_DO_PAGE_UP: app->panel_top -= page; break;
    case PG_DO_PAGE_DOWN: app->panel_top += page; break;
    case PG_DO_FIRST: app->panel_top = 0; break;
    case PG_DO_LAST: app->panel_top = (int)app->panel.n; break;
    default: return false;
    }
    int most = (int)app->panel.n - app->layout.panel_h;
    if (app->panel_top > most)
        app->panel_top = most;
    if (app->panel_top < 0)
        app->panel_top = 0;
    return true;
}

static struct pg_tui_action unknown_key(struct pg_tui *app, uint32_t key)
{
    struct pg_buf name = {0};
    pg_key_print(&name, key);
    if (key != PG_KEY_NONE)
        pg_tui_say(app, "%s does nothing here; ? shows all keys", pg_buf_text(&name));
    pg_buf_free(&name);
    return only(PG_TUI_NOTHING);
}

struct pg_tui_action pg_tui_key(struct pg_tui *app, uint32_t key)
{
    uint32_t first = app->pending;
    bool more;
    app->message[0] = '\0';
    app->pending = PG_KEY_NONE;
    if (key == '\r' || key == '\n')
        key = PG_KEY_ENTER;
    else if (key == '\t')
        key = PG_KEY_TAB;
    else if (key == 0x1b)
        key = PG_KEY_ESCAPE;
    else if (key == 0x7f || key == '\b')
        key = PG_KEY_BACKSPACE;
    if (app->prompt.kind != PG_PROMPT_NONE)
        return pg_prompt_key(app, key);
    struct pg_gridview *grid = app->depth && app->world ? pg_app_top(app)->grid : NULL;
    if (grid && (first == 'm' || first == '\'')) {
        if (first == 'm')
            set_mark(app, grid, key);
        else
            go_mark(app, key);
        return only(PG_TUI_NOTHING);
    }
    enum pg_view_kind kind = app->depth ? pg_app_top(app)->kind : PG_VIEW_GRID;
    const struct pg_binding *binding = pg_keys_find(kind, first, key, &more);
    if (!binding && first != PG_KEY_NONE)
        binding = pg_keys_find(kind, PG_KEY_NONE, key, &more);
    if (!binding && !more)
        return unknown_key(app, key);
    if (!binding || (grid && (binding->what == PG_DO_MARK || binding->what == PG_DO_GO_MARK))) {
        app->pending = key;
        return only(PG_TUI_NOTHING);
    }
    bool moves = app->job.kind != PG_JOB_NONE && app->job.kind != PG_JOB_FILTER;
    if (moves && binding->what != PG_DO_STOP)
        pg_move_stop(app);
    if (app->focus && scroll_panel(app, binding->what))
        return only(PG_TUI_NOTHING);
    /* As the line of messages says then; paging has other keys. */
    if (binding->what == PG_DO_PAGE_RIGHT && pg_news_wants_login(app))
        return pg_app_do(app, PG_DO_LOGIN);
    return pg_app_do(app, binding->what);
}

/* --- the mouse ------------------------------------------------------------------------------------- */

static bool in_panel(const struct pg_layout *layout, int x, int y)
{
    return layout->panel_w > 0 && x >= layout->panel_x && y >= layout->panel_y &&
           y < layout->panel_y + layout->panel_h;
}

/* A click on a cell selects it, on the one that is selected drills. */
static void click_grid(struct pg_tui *app, struct pg_gridview *view, int x, int y)
{
    const struct pg_layout *layout = &app->layout;
    unsigned vertical = pg_gridview_vertical(view), horizontal = pg_gridview_horizontal(view);
    if (layout->head >= 0 && y >= layout->head && y < layout->head + layout->nhead) {
        grid_do(app, view, PG_DO_SORT);
        return;
    }
    uint32_t row = view->top[vertical] + (uint32_t)(y - layout->body);
    if (y < layout->body || y >= layout->body + layout->nbody || row >= view->n[vertical])
        return;
    uint32_t col = view->at[horizontal];
    if (x >= layout->cell_x && x < layout->cell_x + layout->ncells * layout->cell)
        col = view->top[horizontal] + (uint32_t)((x - layout->cell_x) / layout->cell);
    if (col >= view->n[horizontal])
        return;
    bool same = view->at[vertical] == row && view->at[horizontal] == col;
    view->at[vertical] = row;
    view->at[horizontal] = col;
    if (same)
        pg_app_drill(app);
}

static void click_page(struct pg_tui *app, struct pg_view *view, int y)
{
    struct pg_page *page = &view->page;
    uint32_t line = page->top + (uint32_t)(y - (app->rows - pg_page_height(app) > 3 ? 2 : 1));
    if (line >= page->lines.n)
        return;
    if (line == page->at && (view->kind & (PG_VIEW_WHY | PG_VIEW_DIAGS)))
        open_source(app);
    else
        page->at = line;
}

struct pg_tui_action pg_tui_mouse(struct pg_tui *app, enum pg_mouse event, int x, int y)
{
    for (uint32_t i = 0; event == PG_MOUSE_CLICK && i < app->nhits; i++) {
        const struct pg_hit *hit = &app->hits[i];
        if (hit->y == y && x >= hit->x && x < hit->x + hit->columns)
            return pg_tui_key(app, hit->key);
    }
    app->message[0] = '\0';
    if (app->depth == 0 || app->prompt.kind != PG_PROMPT_NONE)
        return only(PG_TUI_NOTHING);
    struct pg_view *view = pg_app_top(app);
    enum pg_do what = event == PG_MOUSE_WHEEL_UP ? PG_DO_UP : PG_DO_DOWN;
    if (event == PG_MOUSE_CLICK) {
        if (!view->grid)
            click_page(app, view, y);
        else if (!in_panel(&app->layout, x, y))
            click_grid(app, view->grid, x, y);
        return only(PG_TUI_NOTHING);
    }
    for (int i = 0; i < WHEEL; i++) {
        if (!view->grid || !in_panel(&app->layout, x, y))
            pg_app_do(app, what);
        else
            scroll_panel(app, what);
    }
    return only(PG_TUI_NOTHING);
}
