/*
 * replay: drives the grid without a terminal by a script and prints the frames, for golden tests.
 *
 *     replay SCRIPT [FIXTURES]       FIXTURES: the directory that `load` is relative to
 *     replay --keys                  the table of keys
 *
 * A script has a directive a line; # begins a comment:
 *     title TEXT       what was given on the command line; \xHH is a byte
 *     load PATH...     loads and compiles; before it, frames show the state of loading
 *     progress BYTES TOTAL OBJECTS PODS POLICIES
 *     size 80x24
 *     assume KEY=VALUE before load
 *     drawing          lines are drawn with box characters
 *     keys KEYS        as pg_key_parse() reads them; blanks are skipped (<Space> is one)
 *     type TEXT        the rest of the line, as it is
 *     click X Y, wheel-up X Y, wheel-down X Y
 *     frame            prints the frame
 *     looks            prints how it looks without colours
 * What the app asks of the terminal is printed as it asks.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "polgrid/tui.h"

struct replay {
    struct pg_tui_options options;
    struct pg_tui *app;
    struct pg_frame *frame;
    const char *fixtures;
    char title[256], paths[4096];
    int line;
    struct pg_buf since; /* the keys since the last frame */
};

static void fail(const struct replay *replay, const char *what)
{
    fprintf(stderr, "replay: line %d: %s\n", replay->line, what);
    exit(2);
}

static struct pg_cluster *load(void *context,
                               bool (*progress)(void *, const struct pg_load_progress *),
                               void *progress_context, struct pg_err *err)
{
    struct replay *replay = context;
    const struct pg_load_options options = {.progress = progress, .context = progress_context};
    struct pg_loader *loader = pg_loader_new(&options);
    char path[256];
    for (const char *p = replay->paths; *p;) {
        size_t n = strcspn(p, " ");
        snprintf(path, sizeof path, "%.*s", (int)n, p);
        if (!pg_loader_path(loader, path, err)) {
            pg_loader_free(loader);
            return NULL;
        }
        p += n + strspn(p + n, " ");
    }
    return pg_loader_finish(loader);
}

static struct pg_tui *app(struct replay *replay)
{
    if (!replay->app)
        replay->app = pg_tui_new(&replay->options);
    return replay->app;
}

static void do_load(struct replay *replay)
{
    struct pg_err err;
    struct pg_tui_world *world =
        pg_tui_load(&replay->options, pg_tui_assume(app(replay)), NULL, NULL, &err);
    if (!world)
        fail(replay, err.text);
    pg_tui_loaded(app(replay), world);
}

static void act(struct replay *replay, const struct pg_tui_action *action)
{
    static const char *const names[] = {"",     "quit", "suspend", "redraw", "copy",
                                        "edit", "page", "reload",  "stop"};
    if (action->what == PG_TUI_NOTHING)
        return;
    printf("== asks: %s", names[action->what]);
    if (action->file)
        printf(" %s +%" PRIu32,
               strrchr(action->file, '/') ? strrchr(action->file, '/') + 1 : action->file,
               action->line);
    printf("\n");
    /* Of JSON its kind will do: tests/cli has the rest. */
    const char *kind =
        action->text && *action->text == '{' ? strstr(action->text, "\"kind\"") : NULL;
    if (kind)
        printf("%.*s\n", (int)strcspn(kind, "\n"), kind);
    else if (action->text)
        printf("%s\n", action->text);
    if (action->what == PG_TUI_RELOAD)
        do_load(replay);
}

static void work(struct replay *replay)
{
    while (pg_tui_busy(app(replay)))
        pg_tui_work(app(replay), 0);
}

static void press(struct replay *replay, uint32_t key)
{
    struct pg_tui_action action = pg_tui_key(app(replay), key);
    act(replay, &action);
    work(replay);
}

static void do_keys(struct replay *replay, const char *text)
{
    pg_buf_puts(&replay->since, replay->since.n ? " " : "");
    pg_buf_puts(&replay->since, text);
    while (*text) {
        if (*text == ' ') {
            text++;
            continue;
        }
        uint32_t key = pg_key_parse(&text);
        if (key == PG_KEY_NONE)
            fail(replay, "no such key");
        press(replay, key);
    }
}

static void do_type(struct replay *replay, const char *text)
{
    pg_buf_printf(&replay->since, "%s\"%s\"", replay->since.n ? " " : "", text);
    for (; *text; text++)
        press(replay, (unsigned char)*text);
}

static void do_mouse(struct replay *replay, enum pg_mouse event, const char *text)
{
    char *end;
    long x = strtol(text, &end, 10), y = strtol(end, NULL, 10);
    pg_buf_printf(&replay->since, "%s(mouse %ld %ld)", replay->since.n ? " " : "", x, y);
    struct pg_tui_action action = pg_tui_mouse(app(replay), event, (int)x, (int)y);
    act(replay, &action);
    work(replay);
}

static void do_frame(struct replay *replay, bool looks)
{
    struct pg_buf out = {0};
    pg_tui_draw(app(replay), replay->frame, 0);
    printf("== %dx%d %s%s\n", pg_frame_columns(replay->frame), pg_frame_rows(replay->frame),
           looks ? "looks " : "", replay->since.n ? replay->since.p : "");
    if (looks)
        pg_frame_dump_looks(replay->frame, &out);
    else
        pg_frame_dump(replay->frame, &out);
    fputs(out.p, stdout);
    pg_buf_free(&out);
    pg_buf_clear(&replay->since);
}

static void do_progress(struct replay *replay, const char *text)
{
    uint64_t n[5] = {0};
    char *end = NULL;
    for (int i = 0; i < 5; i++) {
        n[i] = strtoull(text, &end, 10);
        text = end;
    }
    const struct pg_load_progress progress = {.bytes = n[0],
                                              .total_bytes = n[1],
                                              .objects = (uint32_t)n[2],
                                              .pods = (uint32_t)n[3],
                                              .policies = (uint32_t)n[4],
                                              .file = "big.yaml"};
    pg_tui_progress(app(replay), &progress);
}

static void do_size(struct replay *replay, const char *text)
{
    char *end;
    long columns = strtol(text, &end, 10), rows = *end == 'x' ? strtol(end + 1, NULL, 10) : 0;
    pg_tui_resize(app(replay), (int)columns, (int)rows);
}

/* A title may hold what deceives: \xHH is a byte. */
static void do_title(struct replay *replay, const char *text)
{
    size_t n = 0;
    while (*text && n + 1 < sizeof replay->title) {
        char hex[3] = {0};
        if (text[0] == '\\' && text[1] == 'x' && text[2] && text[3]) {
            hex[0] = text[2];
            hex[1] = text[3];
            replay->title[n++] = (char)strtol(hex, NULL, 16);
            text += 4;
        } else {
            replay->title[n++] = *text++;
        }
    }
    replay->title[n] = '\0';
}

static void directive(struct replay *replay, const char *word, const char *rest)
{
    struct pg_err err;
    if (strcmp(word, "title") == 0)
        do_title(replay, rest);
    else if (strcmp(word, "load") == 0) {
        snprintf(replay->paths, sizeof replay->paths, "%s", rest);
        do_load(replay);
    } else if (strcmp(word, "assume") == 0) {
        if (!pg_assume_set(&replay->options.assume, rest, &err))
            fail(replay, err.text);
    } else if (strcmp(word, "drawing") == 0)
        replay->options.line_drawing = true;
    else if (strcmp(word, "progress") == 0)
        do_progress(replay, rest);
    else if (strcmp(word, "size") == 0)
        do_size(replay, rest);
    else if (strcmp(word, "keys") == 0)
        do_keys(replay, rest);
    else if (strcmp(word, "type") == 0)
        do_type(replay, rest);
    else if (strcmp(word, "click") == 0)
        do_mouse(replay, PG_MOUSE_CLICK, rest);
    else if (strcmp(word, "wheel-up") == 0)
        do_mouse(replay, PG_MOUSE_WHEEL_UP, rest);
    else if (strcmp(word, "wheel-down") == 0)
        do_mouse(replay, PG_MOUSE_WHEEL_DOWN, rest);
    else if (strcmp(word, "frame") == 0 || strcmp(word, "looks") == 0)
        do_frame(replay, *word == 'l');
    else
        fail(replay, "no such directive");
}

static void run(struct replay *replay, FILE *script)
{
    char text[4096];
    while (fgets(text, sizeof text, script)) {
        replay->line++;
        text[strcspn(text, "\n")] = '\0';
        if (!*text || *text == '#')
            continue;
        size_t n = strcspn(text, " ");
        char *rest = text + n + (text[n] == ' ');
        text[n] = '\0';
        directive(replay, text, rest);
    }
}

int main(int argc, char **argv)
{
    struct replay replay = {.fixtures = argc > 2 ? argv[2] : ".", .title = "fixture"};
    if (argc > 1 && strcmp(argv[1], "--keys") == 0) {
        struct pg_buf out = {0};
        pg_tui_print_keys(&out);
        fputs(out.p, stdout);
        pg_buf_free(&out);
        return 0;
    }
    FILE *script = argc > 1 ? fopen(argv[1], "r") : NULL;
    if (!script) {
        fprintf(stderr, "usage: replay SCRIPT [FIXTURES] | replay --keys\n");
        return 2;
    }
    if (chdir(replay.fixtures) != 0) { /* so that frames show the same names everywhere */
        fprintf(stderr, "replay: no directory %s\n", replay.fixtures);
        return 2;
    }
    replay.options = (struct pg_tui_options){.load = load,
                                             .context = &replay,
                                             .assume = pg_assume_default(),
                                             .title = replay.title,
                                             .color = true,
                                             .mouse = true};
    replay.frame = pg_frame_new();
    run(&replay, script);
    pg_tui_free(replay.app);
    pg_frame_free(replay.frame);
    pg_buf_free(&replay.since);
    fclose(script);
    return 0;
}
