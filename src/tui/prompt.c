#include "app.h"

#include <inttypes.h>
#include <string.h>

#define AXIS_BOTH 2u

/* --- history --------------------------------------------------------------------------------------- */

static void remember(struct pg_tui *app, enum pg_prompt_kind kind, const char *text)
{
    struct pg_history *history = &app->history[kind];
    if (!*text || (history->n && strcmp(history->v[history->n - 1], text) == 0))
        return;
    if (history->n == PG_HISTORY_MAX) {
        memmove(history->v, history->v + 1, (history->n - 1) * sizeof *history->v);
        history->n--;
    }
    history->v = pg_vec_grow(app->arena, history->v, history->n, &history->cap, sizeof *history->v);
    history->v[history->n++] = pg_arena_strdup(app->arena, text);
}

static void set_text(struct pg_prompt *prompt, const char *text)
{
    snprintf(prompt->text, sizeof prompt->text, "%s", text);
    prompt->n = prompt->at = strlen(prompt->text);
}

static void recall(struct pg_tui *app, int by)
{
    struct pg_prompt *prompt = &app->prompt;
    const struct pg_history *history = &app->history[prompt->kind];
    if (by > 0 ? prompt->back >= history->n : prompt->back == 0)
        return;
    prompt->back += (uint32_t)by;
    set_text(prompt, prompt->back ? history->v[history->n - prompt->back] : "");
}

/* --- editing --------------------------------------------------------------------------------------- */

static size_t encode(char bytes[4], uint32_t rune)
{
    if (rune < 0x80) {
        bytes[0] = (char)rune;
        return 1;
    }
    size_t n = rune < 0x800 ? 2 : rune < 0x10000 ? 3 : 4;
    static const uint32_t leads[] = {0, 0, 0xc0, 0xe0, 0xf0};
    bytes[0] = (char)(leads[n] | rune >> (6 * (n - 1)));
    for (size_t i = 1; i < n; i++)
        bytes[i] = (char)(0x80 | (rune >> (6 * (n - 1 - i)) & 0x3f));
    return n;
}

static void insert(struct pg_prompt *prompt, uint32_t rune)
{
    char bytes[4];
    size_t n = encode(bytes, rune);
    if (prompt->n + n >= sizeof prompt->text)
        return;
    memmove(prompt->text + prompt->at + n, prompt->text + prompt->at, prompt->n - prompt->at + 1);
    memcpy(prompt->text + prompt->at, bytes, n);
    prompt->at += n;
    prompt->n += n;
}

static void erase(struct pg_prompt *prompt, size_t from, size_t to)
{
    memmove(prompt->text + from, prompt->text + to, prompt->n - to + 1);
    prompt->n -= to - from;
    prompt->at = from;
}

static size_t before(const struct pg_prompt *prompt, size_t at)
{
    while (at > 0 && ((unsigned char)prompt->text[--at] & 0xc0) == 0x80)
        ;
    return at;
}

static size_t after(const struct pg_prompt *prompt, size_t at)
{
    if (at < prompt->n)
        at++;
    while (at < prompt->n && ((unsigned char)prompt->text[at] & 0xc0) == 0x80)
        at++;
    return at;
}

static size_t word_before(const struct pg_prompt *prompt, size_t at)
{
    while (at > 0 && prompt->text[at - 1] == ' ')
        at--;
    while (at > 0 && prompt->text[at - 1] != ' ')
        at--;
    return at;
}

/* Keys that edit; false for one that does not. */
static bool edit(struct pg_prompt *prompt, uint32_t key)
{
    switch (key) {
    case PG_KEY_LEFT: prompt->at = before(prompt, prompt->at); break;
    case PG_KEY_RIGHT: prompt->at = after(prompt, prompt->at); break;
    case PG_KEY_HOME:
    case PG_KEY_CTRL('a'): prompt->at = 0; break;
    case PG_KEY_END:
    case PG_KEY_CTRL('e'): prompt->at = prompt->n; break;
    case PG_KEY_BACKSPACE: erase(prompt, before(prompt, prompt->at), prompt->at); break;
    case PG_KEY_DELETE: erase(prompt, prompt->at, after(prompt, prompt->at)); break;
    case PG_KEY_CTRL('u'): erase(prompt, 0, prompt->n); break;
    case PG_KEY_CTRL('w'): erase(prompt, word_before(prompt, prompt->at), prompt->at); break;
    default:
        if (key < ' ' || (key >= 0x7f && key < 0xa0) || key >= 0x110000)
            return false;
        insert(prompt, key);
    }
    return true;
}

/* --- the prompt ------------------------------------------------------------------------------------ */

void pg_prompt_open(struct pg_tui *app, enum pg_prompt_kind kind, const char *text)
{
    struct pg_prompt *prompt = &app->prompt;
    struct pg_gridview *view = pg_app_grid(app);
    *prompt = (struct pg_prompt){.kind = kind};
    if (kind == PG_PROMPT_FILTER && view) {
        text = view->filter_text ? view->filter_text : "";
        snprintf(prompt->before, sizeof prompt->before, "%s", text);
        for (unsigned axis = PG_FROM; axis <= PG_TO; axis++)
            prompt->items[axis] = view->n[axis] ? view->order[axis][view->at[axis]] : 0;
        prompt->axis = prompt->axis_before = view->filter_text ? view->filter_axis : PG_FROM;
    }
    set_text(prompt, text);
}

static void apply_filter(struct pg_tui *app)
{
    struct pg_prompt *prompt = &app->prompt;
    struct pg_gridview *view = pg_app_grid(app);
    struct pg_err err = {{0}};
    prompt->wrong[0] = '\0';
    if (view && !pg_gridview_filter(app, view, prompt->text, prompt->axis, &err))
        snprintf(prompt->wrong, sizeof prompt->wrong, "%s", err.text);
}

static void close_prompt(struct pg_tui *app)
{
    app->prompt.kind = PG_PROMPT_NONE;
}

static void drop(struct pg_tui *app)
{
    struct pg_prompt *prompt = &app->prompt;
    struct pg_gridview *view = pg_app_grid(app);
    struct pg_err err;
    if (prompt->kind == PG_PROMPT_FILTER && view) {
        pg_gridview_filter(app, view, prompt->before, prompt->axis_before, &err);
        pg_gridview_go(view, PG_FROM, prompt->items[PG_FROM]);
        pg_gridview_go(view, PG_TO, prompt->items[PG_TO]);
    }
    close_prompt(app);
}

static void keep_filter(struct pg_tui *app)
{
    struct pg_prompt *prompt = &app->prompt;
    if (*prompt->wrong) {
        pg_app_warn(app, "%s", prompt->wrong);
        return; /* the prompt stays, to put it right */
    }
    if (*prompt->text) {
        app->last_filter = pg_arena_strdup(app->arena, prompt->text);
        app->last_axis = prompt->axis;
    }
    remember(app, prompt->kind, prompt->text);
    close_prompt(app);
}

static struct pg_tui_action accept(struct pg_tui *app)
{
    struct pg_prompt *prompt = &app->prompt;
    const struct pg_tui_action nothing = {.what = PG_TUI_NOTHING};
    if (prompt->kind == PG_PROMPT_FILTER) {
        keep_filter(app);
        return nothing;
    }
    char text[PG_PROMPT_MAX];
    snprintf(text, sizeof text, "%s", prompt->text);
    remember(app, prompt->kind, text);
    enum pg_prompt_kind kind = prompt->kind;
    close_prompt(app);
    if (kind == PG_PROMPT_COMMAND)
        return pg_command_run(app, text);
    pg_page_search(app, pg_app_top(app), text);
    return nothing;
}

static void tab(struct pg_tui *app)
{
    struct pg_prompt *prompt = &app->prompt;
    if (prompt->kind == PG_PROMPT_FILTER) {
        prompt->axis = (prompt->axis + 1) % (AXIS_BOTH + 1);
        apply_filter(app);
    } else if (prompt->kind == PG_PROMPT_COMMAND) {
        pg_command_complete(app, prompt);
    }
}

struct pg_tui_action pg_prompt_key(struct pg_tui *app, uint32_t key)
{
    struct pg_prompt *prompt = &app->prompt;
    const struct pg_tui_action nothing = {.what = PG_TUI_NOTHING};
    bool edited = false;
    switch (key) {
    case PG_KEY_ENTER: return accept(app);
    case PG_KEY_ESCAPE:
    case PG_KEY_CTRL('c'): drop(app); return nothing;
    case PG_KEY_TAB: tab(app); return nothing;
    case PG_KEY_UP:
        recall(app, 1);
        edited = true;
        break;
    case PG_KEY_DOWN:
        recall(app, -1);
        edited = true;
        break;
    case PG_KEY_BACKSPACE:
        if (prompt->n == 0) {
            drop(app);
            return nothing;
        }
        edited = edit(prompt, key);
        break;
    default: edited = edit(prompt, key); break;
    }
    if (edited && prompt->kind == PG_PROMPT_FILTER)
        apply_filter(app);
    else if (edited)
        prompt->wrong[0] = '\0';
    return nothing;
}

/* --- drawing --------------------------------------------------------------------------------------- */

static void add_counts(struct pg_buf *out, const struct pg_gridview *view)
{
    unsigned vertical = pg_gridview_vertical(view), horizontal = pg_gridview_horizontal(view);
    pg_buf_printf(out, "%" PRIu32 "x%" PRIu32 " of %" PRIu32 "x%" PRIu32, view->n[vertical],
                  view->n[horizontal], pg_gridview_nitems(view, vertical),
                  pg_gridview_nitems(view, horizontal));
}

/* At the right of the filter: what is wrong with it, else how much it leaves; of a command the ways on. */
static int draw_right(struct pg_tui *app, struct pg_frame *frame, int y)
{
    static const char *const axes[] = {"from", "to", "both"};
    struct pg_prompt *prompt = &app->prompt;
    struct pg_gridview *view = pg_app_grid(app);
    struct pg_buf out = {0};
    if (!*prompt->wrong && (prompt->kind != PG_PROMPT_FILTER || !view))
        return 0;
    if (*prompt->wrong) {
        pg_buf_puts(&out, prompt->wrong);
    } else {
        if (app->columns >= 60)
            pg_buf_printf(&out, "Tab: %s   ", axes[prompt->axis]);
        add_counts(&out, view);
        pg_buf_puts(&out, app->job.kind == PG_JOB_FILTER ? ".." : "");
    }
    int width = pg_frame_text_width(pg_buf_text(&out));
    int most = app->columns / 2, left = app->columns - pg_frame_text_width(prompt->text) - 6;
    if (prompt->kind == PG_PROMPT_COMMAND && left > most)
        most = left;
    if (width > most)
        width = most;
    pg_frame_text(frame, app->columns - width - 1, y, width,
                  *prompt->wrong ? PG_ROLE_WARN : PG_ROLE_DIM, pg_buf_text(&out));
    pg_buf_free(&out);
    return width + 2;
}

void pg_prompt_draw(struct pg_tui *app, struct pg_frame *frame, int y)
{
    static const char *const leads[PG_NPROMPTS] = {"", "/", ":", "/"};
    struct pg_prompt *prompt = &app->prompt;
    int room = app->columns - draw_right(app, frame, y) - 3;
    pg_frame_text(frame, 1, y, 1, PG_ROLE_KEY, leads[prompt->kind]);
    /* The end of what is typed stays in sight: cut at the left until the cursor fits. */
    char left[PG_PROMPT_MAX];
    snprintf(left, sizeof left, "%.*s", (int)prompt->at, prompt->text);
    size_t start = 0;
    while (start < prompt->at && pg_frame_text_width(left + start) >= room)
        start = after(prompt, start);
    int cursor = 2 + pg_frame_text_width(left + start);
    pg_frame_text(frame, 2, y, room, PG_ROLE_PROMPT, prompt->text + start);
    pg_frame_mark(frame, cursor, y, 1, PG_ATTR_UNDERLINE);
    pg_frame_set_cursor(frame, cursor, y, true);
}
