#include "app.h"

#include <inttypes.h>
#include <string.h>

/* Namespaces that no screen has room for: then those that behave alike are folded at first. */
#define FOLD_FROM 200u

/* --- messages -------------------------------------------------------------------------------------- */

__attribute__((format(printf, 3, 0))) static void say(struct pg_tui *app, bool warns,
                                                      const char *format, va_list args)
{
    vsnprintf(app->message, sizeof app->message, format, args);
    app->message_warns = warns;
}

void pg_tui_say(struct pg_tui *app, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    say(app, false, format, args);
    va_end(args);
}

void pg_app_warn(struct pg_tui *app, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    say(app, true, format, args);
    va_end(args);
}

/* --- life ------------------------------------------------------------------------------------------ */

struct pg_tui *pg_tui_new(const struct pg_tui_options *options)
{
    struct pg_arena *arena = pg_arena_new();
    struct pg_tui *app = pg_arena_alloc(arena, sizeof *app);
    app->arena = arena;
    app->options = *options;
    app->assume = options->assume;
    app->proof.arena = pg_arena_new();
    app->panel_arena = pg_arena_new();
    app->job_arena = pg_arena_new();
    app->pending = PG_KEY_NONE;
    app->ctrl_c = INT64_MIN / 2;
    app->columns = 80;
    app->rows = 24;
    app->loading = true;
    return app;
}

void pg_tui_free(struct pg_tui *app)
{
    if (!app)
        return;
    pg_app_pop_all(app);
    pg_news_free(app);
    pg_tui_world_free(app->world);
    pg_arena_free(app->proof.arena);
    pg_arena_free(app->panel_arena);
    pg_arena_free(app->job_arena);
    pg_buf_free(&app->out);
    pg_arena_free(app->arena);
}

static void find_causes(struct pg_tui_world *world)
{
    pg_arena_reset(world->causes_arena);
    world->ncauses = pg_grid_causes(world->causes_arena, world->eval, world->causes,
                                    sizeof world->causes / sizeof *world->causes);
}

struct pg_tui_world *pg_tui_load(const struct pg_tui_options *options,
                                 const struct pg_assume *assume,
                                 bool (*progress)(void *, const struct pg_load_progress *),
                                 void *context, struct pg_err *err)
{
    struct pg_cluster *cluster = options->load(options->context, progress, context, err);
    return cluster ? pg_tui_world_of(cluster, assume) : NULL;
}

struct pg_tui_world *pg_tui_world_of(struct pg_cluster *cluster, const struct pg_assume *assume)
{
    struct pg_arena *arena = pg_arena_new();
    struct pg_tui_world *world = pg_arena_alloc(arena, sizeof *world);
    world->arena = arena;
    world->causes_arena = pg_arena_new();
    world->cluster = cluster;
    world->eval = pg_eval_new(cluster, assume);
    world->plugin = pg_plugin_find(arena, cluster);
    find_causes(world);
    if (cluster->nnamespaces > FOLD_FROM)
        pg_eval_alike(world->eval); /* here, where nobody waits for the screen */
    return world;
}

void pg_tui_world_free(struct pg_tui_world *world)
{
    if (!world)
        return;
    pg_eval_free(world->eval);
    pg_cluster_free(world->cluster);
    pg_arena_free(world->causes_arena);
    pg_arena_free(world->arena);
}

/* --- the stack of views ---------------------------------------------------------------------------- */

struct pg_view *pg_app_top(struct pg_tui *app)
{
    return app->stack[app->depth - 1];
}

struct pg_gridview *pg_app_grid(struct pg_tui *app)
{
    for (uint32_t i = app->depth; i > 0; i--) {
        if (app->stack[i - 1]->grid)
            return app->stack[i - 1]->grid;
    }
    return NULL;
}

static struct pg_view *push(struct pg_tui *app, enum pg_view_kind kind)
{
    if (app->depth == PG_DEPTH)
        pg_app_pop(app);
    struct pg_arena *arena = pg_arena_new();
    struct pg_view *view = pg_arena_alloc(arena, sizeof *view);
    view->arena = arena;
    view->kind = kind;
    view->page.arena = pg_arena_new();
    app->stack[app->depth++] = view;
    return view;
}

struct pg_view *pg_app_push_page(struct pg_tui *app, enum pg_view_kind kind)
{
    app->focus = false;
    return push(app, kind);
}

void pg_app_push_grid(struct pg_tui *app, struct pg_gridview *grid)
{
    app->focus = false;
    push(app, PG_VIEW_GRID)->grid = grid;
}

void pg_app_pop(struct pg_tui *app)
{
    struct pg_view *view = app->stack[--app->depth];
    app->focus = false;
    if (view->grid) {
        if (app->job.view == view->grid)
            pg_move_stop(app);
        pg_proof_drop(app);
        pg_gridview_free(view->grid);
    }
    pg_arena_free(view->page.arena);
    pg_arena_free(view->arena);
}

void pg_app_pop_all(struct pg_tui *app)
{
    while (app->depth > 0)
        pg_app_pop(app);
}

void pg_app_root_axes(const struct pg_cluster *cluster, struct pg_axis axes[2])
{
    bool fold = cluster->nnamespaces > FOLD_FROM;
    for (unsigned axis = PG_FROM; axis <= PG_TO; axis++)
        axes[axis] = (struct pg_axis){.level = PG_LEVEL_NAMESPACE,
                                      .ns = PG_NONE,
                                      .workload = PG_NONE,
                                      .outside = true,
                                      .fold = fold};
}

static void push_root(struct pg_tui *app)
{
    struct pg_axis axes[2];
    pg_app_root_axes(app->world->cluster, axes);
    pg_app_push_grid(app, pg_gridview_new(app, axes, ""));
}

/* --- drilling -------------------------------------------------------------------------------------- */

/* One level down from an item; false where there is none. */
static bool deeper(struct pg_axis *axis, const struct pg_item *item)
{
    if (item->kind == PG_ITEM_NAMESPACE)
        *axis = (struct pg_axis){.level = PG_LEVEL_WORKLOAD, .ns = item->index, .workload = PG_NONE};
    else if (item->kind == PG_ITEM_WORKLOAD)
        *axis = (struct pg_axis){.level = PG_LEVEL_POD, .ns = axis->ns, .workload = item->index};
    else
        return false;
    return true;
}

/* A workload of one pod says no more as a pod. */
static bool is_leaf(const struct pg_item *item)
{
    return item->kind == PG_ITEM_POD || item->kind == PG_ITEM_OUTSIDE ||
           (item->kind == PG_ITEM_WORKLOAD && item->npods == 1);
}

/* The item that an end of the explained flow belongs to, or the same item as before. */
static bool holds(const struct pg_cluster *cluster, const struct pg_item *item,
                  const struct pg_end *end, const struct pg_item *before)
{
    if (item->kind == before->kind && item->index == before->index)
        return true;
    if (!end || end->kind != PG_END_POD)
        return false;
    return item->kind == PG_ITEM_POD ? item->index == end->index
                                     : item->kind == PG_ITEM_WORKLOAD &&
                                           item->index == cluster->pods[end->index].workload;
}

static void select_end(struct pg_gridview *view, unsigned axis, const struct pg_cluster *cluster,
                       const struct pg_end *end, const struct pg_item *before)
{
    for (uint32_t i = 0; i < pg_gridview_nitems(view, axis); i++) {
        if (holds(cluster, pg_gridview_item(view, axis, i), end, before)) {
            pg_gridview_go(view, axis, i);
            return;
        }
    }
}

/* The cursor starts at the flow that the panel spoke of. */
void pg_app_drill(struct pg_tui *app)
{
    struct pg_gridview *view = pg_app_grid(app);
    const struct pg_proof *proof = pg_proof_get(app, view);
    if (!proof) {
        pg_tui_say(app, "no cell to drill into");
        return;
    }
    struct pg_axis axes[2] = {view->axes[PG_FROM], view->axes[PG_TO]};
    bool from = deeper(&axes[PG_FROM], proof->items[PG_FROM]);
    bool to = deeper(&axes[PG_TO], proof->items[PG_TO]);
    bool leaf = is_leaf(proof->items[PG_FROM]) && is_leaf(proof->items[PG_TO]);
    if (!proof->why && (leaf || !(from || to))) {
        pg_tui_say(app, "no two pods to ask about");
        return;
    }
    if (leaf || !(from || to)) {
        pg_app_do(app, PG_DO_WHY);
        return;
    }
    struct pg_gridview *next = pg_gridview_new(app, axes, view->ports_text);
    next->swapped = view->swapped;
    select_end(next, PG_FROM, app->world->cluster, proof->why ? &proof->flow->from : NULL,
               proof->items[PG_FROM]);
    select_end(next, PG_TO, app->world->cluster, proof->why ? &proof->flow->to : NULL,
               proof->items[PG_TO]);
    pg_app_push_grid(app, next);
}

/* --- worlds ---------------------------------------------------------------------------------------- */

struct saved {
    struct pg_arena *arena;
    struct pg_place places[PG_DEPTH];
    uint32_t n;
};

/* Notes where every grid is, and closes all views. */
static void save_views(struct pg_tui *app, struct saved *saved)
{
    *saved = (struct saved){.arena = pg_arena_new()};
    for (uint32_t i = 0; i < app->depth; i++) {
        if (app->stack[i]->grid)
            pg_place_save(&saved->places[saved->n++], saved->arena, app, app->stack[i]->grid);
    }
    pg_app_pop_all(app);
}

static void restore_views(struct pg_tui *app, struct saved *saved)
{
    for (uint32_t i = 0; i < saved->n; i++) {
        struct pg_gridview *grid = pg_place_open(app, &saved->places[i]);
        if (!grid)
            break;
        pg_app_push_grid(app, grid);
    }
    if (app->depth == 0)
        push_root(app);
    pg_arena_free(saved->arena);
}

void pg_tui_loading(struct pg_tui *app)
{
    app->loading = true;
    app->stopping = false;
    app->progress = (struct pg_tui_progress){0};
}

void pg_tui_progress(struct pg_tui *app, const struct pg_load_progress *progress)
{
    app->progress = (struct pg_tui_progress){
        .bytes = progress->bytes,
        .total_bytes = progress->total_bytes,
        .objects = progress->objects,
        .pods = progress->pods,
        .policies = progress->policies,
    };
    snprintf(app->progress.file, sizeof app->progress.file, "%s",
             progress->file ? progress->file : "");
}

void pg_app_replace(struct pg_tui *app, struct pg_tui_world *world)
{
    struct saved saved = {.n = 0};
    if (!pg_assume_same(pg_eval_assume(world->eval), &app->assume)) {
        /* It was made before :assume chose something else. */
        pg_eval_free(world->eval);
        world->eval = pg_eval_new(world->cluster, &app->assume);
        find_causes(world);
    }
    save_views(app, &saved);
    pg_tui_world_free(app->world);
    app->world = world;
    restore_views(app, &saved);
}

void pg_tui_loaded(struct pg_tui *app, struct pg_tui_world *world)
{
    bool again = app->world != NULL;
    /* A page that was opened while nothing was there yet (help) stays on top. */
    bool help = app->depth > 0 && pg_app_top(app)->kind == PG_VIEW_HELP;
    app->loading = app->stopping = false;
    app->prompt.kind = PG_PROMPT_NONE;
    pg_tui_world_free(app->next); /* older than this one */
    app->next = NULL;
    app->nahead = 0;
    pg_app_replace(app, world);
    if (help)
        pg_app_push_page(app, PG_VIEW_HELP);
    if (world->cluster->partial)
        pg_app_warn(app, "stopped: only a part was read. R reads everything again");
    else if (again)
        pg_tui_say(app, "read again: %" PRIu32 " pods, %" PRIu32 " policies", world->cluster->npods,
                   pg_cluster_count_policies(world->cluster));
}

void pg_tui_failed(struct pg_tui *app, const struct pg_err *err)
{
    struct pg_err line = *err;
    app->loading = app->stopping = false;
    /* The hint of a plugin has lines of its own; here there is one for all. */
    for (char *p = line.text; *p; p++)
        *p = *p == '\n' ? ' ' : *p;
    pg_app_warn(app, "not read again: %s", line.text);
}

bool pg_tui_ready(const struct pg_tui *app)
{
    return app->world != NULL;
}

const struct pg_assume *pg_tui_assume(const struct pg_tui *app)
{
    return &app->assume;
}

void pg_app_assume(struct pg_tui *app, const struct pg_assume *assume)
{
    struct saved saved;
    struct pg_buf out = {0};
    app->assume = *assume;
    save_views(app, &saved);
    pg_eval_free(app->world->eval);
    app->world->eval = pg_eval_new(app->world->cluster, assume);
    find_causes(app->world);
    restore_views(app, &saved);
    pg_words_assume(&out, app->world);
    pg_tui_say(app, "evaluated again: %s", pg_buf_text(&out));
    pg_buf_free(&out);
}

/* --- drawing and working --------------------------------------------------------------------------- */

void pg_tui_resize(struct pg_tui *app, int columns, int rows)
{
    app->columns = columns > 1 ? columns : 1;
    app->rows = rows > 1 ? rows : 1;
}

/* The first frame, before anything is there. */
static void draw_loading(struct pg_tui *app, struct pg_frame *frame)
{
    const struct pg_tui_progress *it = &app->progress;
    struct pg_buf out = {0};
    int y = app->rows > 6 ? 3 : app->rows > 1;
    pg_view_draw_title(app, frame, "");
    pg_buf_printf(&out, "%s %s", app->stopping ? "Stopping" : "Loading",
                  *it->file ? it->file : app->options.title);
    pg_frame_text(frame, 2, y++, app->columns - 2, PG_ROLE_TEXT, pg_buf_text(&out));
    pg_buf_clear(&out);
    pg_words_count(&out, it->bytes);
    if (it->total_bytes) {
        pg_buf_puts(&out, " of ");
        pg_words_count(&out, it->total_bytes);
    }
    pg_buf_puts(&out, " bytes, ");
    pg_words_plural(&out, it->objects, "object", "objects");
    pg_buf_puts(&out, ", ");
    pg_words_plural(&out, it->pods, "pod", "pods");
    pg_buf_puts(&out, ", ");
    pg_words_plural(&out, it->policies, "policy", "policies");
    pg_frame_text(frame, 2, y++, app->columns - 2, PG_ROLE_TEXT, pg_buf_text(&out));
    if (app->rows > 3)
        pg_frame_text(frame, 2, y + (app->rows > 6), app->columns - 2, PG_ROLE_DIM,
                      "Esc stops, keeps part; ? help; q quits");
    if (*app->message)
        pg_view_draw_message(app, frame, app->rows - 1, "");
    pg_buf_free(&out);
}

void pg_tui_draw(struct pg_tui *app, struct pg_frame *frame, int budget_ms)
{
    pg_frame_resize(frame, app->columns, app->rows);
    app->columns = pg_frame_columns(frame);
    app->rows = pg_frame_rows(frame);
    app->nhits = 0;
    app->cells_left = false;
    pg_news_settle(app);
    if (app->depth == 0) {
        draw_loading(app, frame);
        return;
    }
    struct pg_view *view = pg_app_top(app);
    if (view->kind == PG_VIEW_GRID)
        pg_view_grid_draw(app, view->grid, frame, budget_ms);
    else
        pg_page_draw(app, view, frame);
}

bool pg_tui_busy(const struct pg_tui *app)
{
    return app->job.kind != PG_JOB_NONE || app->cells_left;
}

/* The cells that are left are computed by the next drawing. */
void pg_tui_work(struct pg_tui *app, int budget_ms)
{
    app->cells_left = false;
    pg_move_work(app, budget_ms);
}
