/*
 * The lines that every view has: the title with the way here, the message, the footer with its keys.
 */
#include "app.h"

#include <inttypes.h>
#include <string.h>

void pg_bars_loading(struct pg_buf *out, const struct pg_tui *app)
{
    const struct pg_tui_progress *it = &app->progress;
    pg_buf_puts(out, app->stopping ? "stopping" : "loading");
    if (it->total_bytes)
        pg_buf_printf(out, " %" PRIu64 "%%", it->bytes * 100 / it->total_bytes);
}

/* One step of the way: what a view was opened on. */
static void add_crumb(struct pg_buf *out, struct pg_tui *app, uint32_t i)
{
    static const struct {
        enum pg_view_kind kind;
        const char *name;
    } pages[] = {{PG_VIEW_WHY, "why"},
                 {PG_VIEW_SOURCE, "source"},
                 {PG_VIEW_HELP, "help"},
                 {PG_VIEW_DIAGS, "diagnostics"},
                 {PG_VIEW_JOURNAL, "changes"}};
    const struct pg_view *view = app->stack[i];
    const struct pg_gridview *grid = i > 0 ? app->stack[i - 1]->grid : NULL;
    bool cell = grid && view->kind & (PG_VIEW_GRID | PG_VIEW_WHY) && pg_gridview_has_cell(grid);
    pg_buf_puts(out, " > ");
    if (cell)
        pg_buf_printf(out, "%s -> %s", pg_gridview_cursor(grid, PG_FROM)->name,
                      pg_gridview_cursor(grid, PG_TO)->name);
    for (size_t k = 0; k < sizeof pages / sizeof *pages; k++) {
        if (pages[k].kind == view->kind)
            pg_buf_printf(out, "%s%s", cell ? " > " : "", pages[k].name);
    }
}

/* How fresh it is, of a source that changes. */
static void add_fresh(struct pg_buf *out, const struct pg_tui *app)
{
    struct pg_buf fresh = {0};
    pg_news_words(&fresh, app);
    if (fresh.n)
        pg_buf_printf(out, "[%s] ", pg_buf_text(&fresh));
    pg_buf_free(&fresh);
}

/* The way here, in at most `columns`: what is in the middle goes first. */
static void add_crumbs(struct pg_buf *out, struct pg_tui *app, int columns)
{
    bool named = app->columns >= 60;
    uint32_t first = app->depth && app->stack[0]->grid ? 1 : 0;
    for (uint32_t gone = 0; first + gone <= app->depth; gone++) {
        pg_buf_clear(out);
        pg_buf_puts(out, named && !gone ? " polgrid  " : " ");
        add_fresh(out, app);
        pg_buf_puts(out, app->options.title);
        pg_buf_puts(out, gone ? " > .." : "");
        for (uint32_t i = first + gone; i < app->depth; i++)
            add_crumb(out, app, i);
        if (pg_frame_text_width(pg_buf_text(out)) <= columns || first + gone + 1 >= app->depth)
            return;
    }
}

void pg_view_draw_title(struct pg_tui *app, struct pg_frame *frame, const char *right)
{
    struct pg_buf out = {0}, brief = {0};
    int width = pg_frame_text_width(right), columns = app->columns;
    /* What is incomplete must show where no other line has the room to say so. */
    if (app->world && (app->rows < 20 || pg_app_top(app)->kind != PG_VIEW_GRID))
        pg_words_complete(&brief, app->world, true);
    if (app->loading)
        pg_bars_loading(&out, app);
    else if (brief.n)
        pg_buf_puts(&out, pg_buf_text(&brief));
    int extra = (int)out.n < columns / 2 ? (int)out.n : 0;
    if (extra > 0) {
        pg_frame_text(frame, columns - extra - 1, 0, extra, PG_ROLE_WARN, pg_buf_text(&out));
        columns -= extra + 2;
    }
    /* Half of the line is for the way at least. */
    int room = width && width + 3 <= columns / 2 ? columns - width - 3 : columns;
    add_crumbs(&out, app, room);
    int used = pg_frame_text(frame, 0, 0, room, PG_ROLE_TITLE, pg_buf_text(&out));
    if (used + 2 + width < columns)
        pg_frame_text(frame, columns - width - 1, 0, width, PG_ROLE_DIM, right);
    pg_buf_free(&out);
    pg_buf_free(&brief);
}

/* The words of the footer that fit: the least important go first, help and quit last. */
static uint32_t fit_footer(const struct pg_binding **words, uint32_t n, int columns, bool brief)
{
    struct pg_buf out = {0};
    for (;;) {
        int width = 0;
        for (uint32_t i = 0; i < n; i++) {
            pg_buf_clear(&out);
            pg_key_print(&out, pg_keys_first(words[i]));
            width += (int)out.n + (brief ? 1 : 3 + (int)strlen(words[i]->footer));
        }
        if (width <= columns || n <= 1)
            break;
        uint32_t gone = n > 2 ? n - 3 : 0;
        memmove(&words[gone], &words[gone + 1], (n - gone - 1) * sizeof *words);
        n--;
    }
    pg_buf_free(&out);
    return n;
}

static void add_hit(struct pg_tui *app, int x, int y, int columns, uint32_t key)
{
    if (app->nhits < PG_HITS)
        app->hits[app->nhits++] = (struct pg_hit){x, y, columns, key};
}

/* One button; returns where it ends. */
static int draw_button(struct pg_tui *app, struct pg_frame *frame, int x, int y, uint32_t key,
                       const char *word)
{
    struct pg_buf name = {0};
    int start = x;
    pg_key_print(&name, key);
    x += pg_frame_text(frame, x, y, app->columns - x, PG_ROLE_KEY, pg_buf_text(&name));
    if (word)
        x += 1 + pg_frame_text(frame, x + 1, y, app->columns - x - 1, PG_ROLE_TEXT, word);
    add_hit(app, start, y, x - start, key);
    pg_buf_free(&name);
    return x;
}

/* What can be pressed while one types. */
static void draw_prompt_footer(struct pg_tui *app, struct pg_frame *frame, int y)
{
    static const struct {
        uint32_t key;
        const char *words[PG_NPROMPTS]; /* by kind of prompt, NULL: not there */
    } keys[] = {
        {PG_KEY_ENTER, {NULL, "keep", "run", "search"}},
        {PG_KEY_ESCAPE, {NULL, "drop", "drop", "drop"}},
        {PG_KEY_TAB, {NULL, "from/to/both", "complete", NULL}},
        {PG_KEY_UP, {NULL, "history", "history", "history"}},
        {PG_KEY_CTRL('u'), {NULL, "clear", "clear", "clear"}},
    };
    int x = 1;
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        const char *word = keys[i].words[app->prompt.kind];
        if (word)
            x = 2 + draw_button(app, frame, x, y, keys[i].key, app->columns >= 60 ? word : NULL);
    }
}

void pg_view_draw_footer(struct pg_tui *app, struct pg_frame *frame, int y)
{
    if (app->prompt.kind != PG_PROMPT_NONE) {
        draw_prompt_footer(app, frame, y);
        return;
    }
    const struct pg_binding *words[16];
    enum pg_view_kind kind = app->depth ? pg_app_top(app)->kind : PG_VIEW_HELP;
    uint32_t n = pg_keys_footer(kind, words, 16);
    bool brief = app->columns < 60;
    n = fit_footer(words, n, app->columns - 1, brief);
    int x = 1;
    for (uint32_t i = 0; i < n; i++)
        x = (brief ? 1 : 2) +
            draw_button(app, frame, x, y, pg_keys_first(words[i]), brief ? NULL : words[i]->footer);
}

static void add_progress(struct pg_buf *out, const struct pg_tui *app)
{
    const struct pg_tui_progress *it = &app->progress;
    pg_buf_printf(out, " %s %s  ", app->stopping ? "stopping" : "loading", it->file);
    pg_words_count(out, it->bytes);
    if (it->total_bytes) {
        pg_buf_putc(out, '/');
        pg_words_count(out, it->total_bytes);
    }
    pg_buf_puts(out, " bytes  ");
    pg_words_plural(out, it->objects, "object", "objects");
    pg_buf_puts(out, "  ");
    pg_words_plural(out, it->pods, "pod", "pods");
    pg_buf_puts(out, "  ");
    pg_words_plural(out, it->policies, "policy", "policies");
    pg_buf_puts(out, "   Ctrl-C stops, keeps part");
}

static bool add_job(struct pg_buf *out, const struct pg_tui *app)
{
    const struct pg_job *job = &app->job;
    static const char *const doing[] = {"", "filtering", "looking for a difference",
                                        "looking for a difference", "looking for a match"};
    if (job->kind == PG_JOB_NONE)
        return false;
    pg_buf_printf(out, " %s: row ", doing[job->kind]);
    pg_words_count(out, job->row + 1u);
    pg_buf_puts(out, "   Ctrl-C stops");
    return true;
}

/* A message of several lines grows upwards. */
static void draw_said(struct pg_tui *app, struct pg_frame *frame, int y)
{
    struct pg_arena *arena = pg_arena_new();
    struct pg_lines lines;
    pg_lines_start(&lines, arena, app->columns);
    pg_lines_wrap(&lines, app->columns > 4, app->columns > 4 ? 3 : 0,
                  app->message_warns ? PG_ROLE_WARN : PG_ROLE_TEXT, PG_NO_LOC, app->message);
    int n = (int)lines.n < y + 1 ? (int)lines.n : y + 1;
    for (int i = 0; i < n; i++) {
        pg_frame_fill(frame, 0, y - n + 1 + i, app->columns, ' ', PG_ROLE_TEXT);
        pg_lines_draw(frame, 0, y - n + 1 + i, app->columns, &lines.v[i]);
    }
    pg_arena_free(arena);
}

void pg_view_draw_message(struct pg_tui *app, struct pg_frame *frame, int y, const char *otherwise)
{
    pg_frame_fill(frame, 0, y, app->columns, ' ', PG_ROLE_TEXT);
    if (app->prompt.kind != PG_PROMPT_NONE) {
        pg_prompt_draw(app, frame, y);
        return;
    }
    struct pg_buf out = {0};
    enum pg_role role = PG_ROLE_DIM;
    if (*app->message) {
        draw_said(app, frame, y);
    } else if (app->loading && app->world) {
        add_progress(&out, app);
    } else if (!add_job(&out, app)) {
        pg_buf_puts(&out, otherwise);
    }
    pg_frame_text(frame, 0, y, app->columns, role, pg_buf_text(&out));
    pg_buf_free(&out);
}
