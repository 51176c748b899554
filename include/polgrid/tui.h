/*
 * The interactive grid without a terminal: a state machine that takes keys, draws frames and says what it
 * wants of the terminal. Tests drive it with key scripts; term.h drives it with a terminal.
 *
 *     struct pg_tui *app = pg_tui_new(&options);
 *     pg_tui_resize(app, 80, 24);
 *     pg_tui_loaded(app, pg_tui_load(&options, &options.assume, NULL, NULL, &err));
 *     struct pg_tui_action action = pg_tui_key(app, PG_KEY_DOWN);
 *     while (pg_tui_busy(app)) pg_tui_work(app, 10);
 *     pg_tui_draw(app, frame);
 *
 * Everything but pg_tui_load() belongs to one thread.
 */
#ifndef POLGRID_TUI_H
#define POLGRID_TUI_H

#include <stdbool.h>
#include <stdint.h>

#include "polgrid/assume.h"
#include "polgrid/buf.h"
#include "polgrid/cluster.h"
#include "polgrid/err.h"
#include "polgrid/frame.h"
#include "polgrid/journal.h"
#include "polgrid/load.h"

/* What there is to know of a source that changes while it is looked at. */
struct pg_tui_feed {
    bool take;          /* set before the call: hand over the changes */
    bool changed;       /* there is something new for `renew` */
    int64_t proven_ms;  /* when the source last proved to be there, by pg_clock_ms() */
    bool whole;         /* all of it is followed */
    bool outdated;      /* it has to be loaded again */
    char trouble[1024]; /* what is wrong just now; "": nothing */
    /* Of a source whose credentials are of a program of the user's, a plugin. */
    bool plugin;   /* it is one: `login` of the options runs it */
    bool login;    /* they are what is wrong, and it may help to run it */
    bool terminal; /* then with the terminal */
    const char *said; /* what it wrote to standard error the last time; NULL: nothing. Until the next call */
    /* What happened since they were last handed over; until the next call. */
    const struct pg_journal_change *changes;
    uint32_t nchanges, more;
};

struct pg_tui_options {
    /* Loads the cluster; called from the loader thread, again on reload (R). NULL with err set if it
       can't. `progress` returns false to stop; what is there by then is kept. */
    struct pg_cluster *(*load)(void *context,
                               bool (*progress)(void *, const struct pg_load_progress *),
                               void *progress_context, struct pg_err *err);
    /* Of a source that changes: follows it for at most `timeout_ms`, in the loader thread, after a load.
       NULL: it does not change. */
    void (*follow)(void *context, int timeout_ms, struct pg_tui_feed *feed);
    /* The source as it is now, without reading all of it again. */
    struct pg_cluster *(*renew)(void *context);
    /* Of a source that may want somebody to log in, else NULL. Before anything else: what takes long there ends as soon
       as `fd` becomes readable. Then, in the loader thread: the next load is somebody's wish, so that what has just
       failed is tried nevertheless; and logging in, with the terminal, which nobody else uses meanwhile. */
    void (*cancel)(void *context, int fd);
    void (*asked)(void *context);
    bool (*login)(void *context, struct pg_err *err);
    void *context;
    struct pg_assume assume;
    const char *title; /* what was given: "--demo", "manifests/" */
    bool color, mouse, line_drawing;
};

/* A key: a Unicode character (control characters as they are: 3 is Ctrl-C), or one of these. */
enum {
    PG_KEY_UP = 0x110000,
    PG_KEY_DOWN,
    PG_KEY_LEFT,
    PG_KEY_RIGHT,
    PG_KEY_HOME,
    PG_KEY_END,
    PG_KEY_PAGE_UP,
    PG_KEY_PAGE_DOWN,
    PG_KEY_DELETE,
    PG_KEY_BACKTAB,
    PG_KEY_ENTER,
    PG_KEY_ESCAPE,
    PG_KEY_BACKSPACE,
    PG_KEY_TAB,
    PG_KEY_NONE, /* does nothing */
};
#define PG_KEY_CTRL(letter) ((uint32_t)(letter)&0x1fu)

/* Reads one key of a script at *text and moves on: a character, or a name in angle brackets: <Enter>, <Esc>,
   <Up>, <PgDn>, <C-u>, <lt> for `<`. PG_KEY_NONE for a name that there is not. */
uint32_t pg_key_parse(const char **text);
/* Appends the name of a key as help and footer write it: "Enter", "Ctrl-U", "j". */
void pg_key_print(struct pg_buf *out, uint32_t key);

enum pg_tui_do {
    PG_TUI_NOTHING,
    PG_TUI_QUIT,    /* `text`, unless NULL, goes to standard output once the screen is left */
    PG_TUI_SUSPEND, /* Ctrl-Z */
    PG_TUI_REDRAW,  /* everything, from scratch */
    PG_TUI_COPY,    /* `text` to the clipboard */
    PG_TUI_EDIT,    /* $EDITOR on `file` at `line` */
    PG_TUI_PAGE,    /* $PAGER on `text` */
    PG_TUI_RELOAD,  /* start the loader again */
    PG_TUI_STOP,    /* stop the loader, keep what it has */
    PG_TUI_LOGIN,   /* `login` of the options, outside of the screen */
};

/* What the app wants of the terminal. Texts live until the next call. */
struct pg_tui_action {
    enum pg_tui_do what;
    const char *text, *file;
    uint32_t line;
};

enum pg_mouse {
    PG_MOUSE_CLICK,
    PG_MOUSE_WHEEL_UP,
    PG_MOUSE_WHEEL_DOWN,
};

struct pg_tui;
/* A loaded cluster, compiled: what the loader thread hands over. */
struct pg_tui_world;

/* `options` is copied; what it points to must live as long as the app. Starts in the state of loading. */
struct pg_tui *pg_tui_new(const struct pg_tui_options *options);
void pg_tui_free(struct pg_tui *app);

/* Calls options->load and compiles; for the loader thread. NULL with `err` set. `progress` may be NULL. */
struct pg_tui_world *pg_tui_load(const struct pg_tui_options *options,
                                 const struct pg_assume *assume,
                                 bool (*progress)(void *, const struct pg_load_progress *),
                                 void *context, struct pg_err *err);
void pg_tui_world_free(struct pg_tui_world *world);

/* The state of a source that is followed, as the loader thread remembers it from one change to the next. */
struct pg_tui_past;
struct pg_tui_past *pg_tui_past_new(struct pg_tui_world *world);
void pg_tui_past_free(struct pg_tui_past *past);
/* What changed up to a world, which `past` becomes that of; the caller's, NULL where nothing did that is worth an
   entry. For the loader thread. */
struct pg_journal_entry *pg_tui_past_turn(struct pg_tui_past *past, const struct pg_tui_world *world,
                                          const struct pg_assume *assume,
                                          const struct pg_tui_feed *feed);
/* The world as it is now; `past` becomes that of it. *entry is what changed, the caller's; NULL where nothing
   did that is worth an entry. For the loader thread. */
struct pg_tui_world *pg_tui_renew(const struct pg_tui_options *options,
                                  const struct pg_assume *assume, struct pg_tui_past *past,
                                  const struct pg_tui_feed *feed, struct pg_journal_entry **entry);
/* A world that follows the one before it. The app takes both; it shows the world at once, or, where a page is
   read or something typed, when that is done. */
void pg_tui_changed(struct pg_tui *app, struct pg_tui_world *world, struct pg_journal_entry *entry);
/* What changed between a world and the one that was loaded after it, which is shown already; the app takes it. NULL:
   nothing. */
void pg_tui_noted(struct pg_tui *app, struct pg_journal_entry *entry);
/* How the source is; what changed is not looked at. Texts are copied. */
void pg_tui_fed(struct pg_tui *app, const struct pg_tui_feed *feed);

/* A load began (the first one begins with pg_tui_new), goes on, is done (the app takes the world), failed. */
void pg_tui_loading(struct pg_tui *app);
void pg_tui_progress(struct pg_tui *app, const struct pg_load_progress *progress);
void pg_tui_loaded(struct pg_tui *app, struct pg_tui_world *world);
void pg_tui_failed(struct pg_tui *app, const struct pg_err *err);
/* Whether a world has been taken. */
bool pg_tui_ready(const struct pg_tui *app);
/* What is assumed now: :assume may have changed it. For pg_tui_load(). */
const struct pg_assume *pg_tui_assume(const struct pg_tui *app);

void pg_tui_resize(struct pg_tui *app, int columns, int rows);
struct pg_tui_action pg_tui_key(struct pg_tui *app, uint32_t key);
struct pg_tui_action pg_tui_mouse(struct pg_tui *app, enum pg_mouse event, int x, int y);
/* Shows a message until the next key, sanitised like all else. */
void pg_tui_say(struct pg_tui *app, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Draws at the size of pg_tui_resize(). Cells that are not computed yet are computed now, the visible ones
   only, for at most `budget_ms` milliseconds (0: until done); what is left shows `?`, and the app is busy. */
void pg_tui_draw(struct pg_tui *app, struct pg_frame *frame, int budget_ms);

/* Whether a search or a filter is still at work, or cells are left; pg_tui_work() goes on with it. */
bool pg_tui_busy(const struct pg_tui *app);
void pg_tui_work(struct pg_tui *app, int budget_ms);

/* Appends the table of keys: a line a binding, `KEYS<tab>NAME<tab>VIEWS<tab>WHAT IT DOES`. Help, footer, man page
   and completions come from it. */
void pg_tui_print_keys(struct pg_buf *out);

#endif
