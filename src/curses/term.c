#include "polgrid/term.h"

#include <curses.h>
#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <wchar.h>

#include "polgrid/clock.h"
#include "polgrid/text.h"
#include "screen.h"

/* A drawing computes cells for so long, and work between keys takes so long; both well under one frame. */
#define BUDGET_MS 8
/* Frames while nothing but the progress of a load changes. */
#define FRAME_MS 33

struct terminal {
    struct pg_tui *app;
    const struct pg_tui_options *options;
    struct pg_frame *frame;
    struct pg_background background;
    FILE *in, *out;
    SCREEN *screen;
    enum pg_depth depth;
    bool light, utf8;
    bool quit, dirty;
    const sigset_t *outside; /* the signals that wait outside of ppoll() */
    int64_t drawn;
    int status;
    struct pg_buf sentence; /* to print after the screen is left */
    struct pg_err failure;  /* the first load failed */
};

/* --- signals --------------------------------------------------------------------------------------- */

/* Set by handlers, read between events. */
static volatile sig_atomic_t ended_by, continued;

static void on_end(int signal_number)
{
    ended_by = signal_number;
}

static void on_continue(int signal_number)
{
    (void)signal_number;
    continued = 1;
}

static const int watched[] = {SIGTERM, SIGHUP, SIGINT, SIGWINCH, SIGCONT};

/* All of them wait outside of ppoll(), so that none comes between a look and a sleep. */
static void watch_signals(sigset_t *outside)
{
    struct sigaction action;
    sigset_t ours;
    memset(&action, 0, sizeof action);
    sigemptyset(&action.sa_mask);
    action.sa_handler = on_end;
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGHUP, &action, NULL);
    sigaction(SIGINT, &action, NULL);
    action.sa_handler = on_continue;
    sigaction(SIGCONT, &action, NULL);
    action.sa_handler = SIG_IGN;
    sigaction(SIGPIPE, &action, NULL);
    sigemptyset(&ours);
    for (size_t i = 0; i < sizeof watched / sizeof *watched; i++)
        sigaddset(&ours, watched[i]);
    pthread_sigmask(SIG_BLOCK, &ours, outside);
    for (size_t i = 0; i < sizeof watched / sizeof *watched; i++)
        sigdelset(outside, watched[i]);
}

/* --- the screen ------------------------------------------------------------------------------------ */

static void set_colors(struct terminal *term)
{
    term->depth = PG_DEPTH_MONO;
    if (!term->options->color || !has_colors() || start_color() != OK)
        return;
    use_default_colors();
    term->depth = COLORS >= 256 ? PG_DEPTH_256 : COLORS >= 16 ? PG_DEPTH_16 : PG_DEPTH_8;
    /* The one hint that terminals give: "15;0", foreground and background. */
    const char *hint = getenv("COLORFGBG"), *last = hint ? strrchr(hint, ';') : NULL;
    term->light = last && (strcmp(last, ";7") == 0 || strcmp(last, ";15") == 0);
    for (int role = 0; role < PG_NROLES; role++) {
        struct pg_look look = pg_theme_look((enum pg_role)role, term->depth, term->light);
        init_pair((short)(role + 1), (short)look.foreground, (short)look.background);
    }
}

static void add_cap(struct pg_buf *out, const char *name)
{
    const char *bytes = tigetstr(name);
    if (!bytes || bytes == (const char *)-1)
        return;
    /* Without the delays that terminfo writes as $<5>. */
    while (*bytes) {
        const char *end = strncmp(bytes, "$<", 2) == 0 ? strchr(bytes, '>') : NULL;
        if (end)
            bytes = end + 1;
        else
            pg_buf_putc(out, *bytes++);
    }
}

/* What leaves the screen, in the order in which it must go. */
static void arm(struct terminal *term)
{
    struct pg_buf out = {0};
    if (term->options->mouse)
        pg_buf_puts(&out, "\033[?1006l\033[?1003l\033[?1002l\033[?1000l");
    add_cap(&out, "sgr0");
    add_cap(&out, "cnorm");
    add_cap(&out, "rmkx");
    add_cap(&out, "rmcup");
    if (tigetstr("rmcup") == NULL)
        pg_buf_puts(&out, "\r\n");
    pg_crash_arm(pg_buf_text(&out), out.n);
    pg_buf_free(&out);
}

/* Keys and screen: standard input and output where they are terminals, else /dev/tty. */
static bool open_files(struct terminal *term, struct pg_err *err)
{
    term->in = isatty(STDIN_FILENO) ? stdin : fopen("/dev/tty", "re");
    term->out = isatty(STDOUT_FILENO) ? stdout : fopen("/dev/tty", "we");
    if (!term->in || !term->out)
        return pg_err_set(err, "no terminal for the grid (/dev/tty: %s); polgrid matrix prints it",
                          strerror(errno));
    return true;
}

static bool enter(struct terminal *term, struct pg_err *err)
{
    const char *name = getenv("TERM");
    if (!open_files(term, err))
        return false;
    setlocale(LC_CTYPE, "");
    term->utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
    pg_crash_before(fileno(term->out));
    term->screen = newterm(NULL, term->out, term->in);
    if (!term->screen)
        return pg_err_set(err, "the terminal type TERM=%s is not known; polgrid matrix needs none",
                          name ? name : "");
    const char *cup = tigetstr("cup");
    if (!cup || cup == (const char *)-1) {
        endwin();
        return pg_err_set(err, "a terminal of type %s can't show the grid; polgrid matrix prints it",
                          name ? name : "");
    }
    if (!getenv("ESCDELAY"))
        set_escdelay(25);
    raw();
    noecho();
    nonl();
    keypad(stdscr, TRUE);
    nodelay(stdscr, TRUE);
    scrollok(stdscr, FALSE);
    set_colors(term);
    mouseinterval(0);
    if (term->options->mouse)
        mousemask(BUTTON1_PRESSED | BUTTON1_CLICKED | BUTTON4_PRESSED | BUTTON5_PRESSED, NULL);
    arm(term);
    return true;
}

static void leave(struct terminal *term)
{
    if (!term->screen)
        return;
    endwin();
    fflush(term->out);
    pg_crash_disarm(false);
    delscreen(term->screen);
    term->screen = NULL;
}

/* --- drawing --------------------------------------------------------------------------------------- */

static attr_t attributes(unsigned attrs)
{
    return (attrs & PG_ATTR_BOLD ? A_BOLD : 0) | (attrs & PG_ATTR_DIM ? A_DIM : 0) |
           (attrs & PG_ATTR_REVERSE ? A_REVERSE : 0) | (attrs & PG_ATTR_UNDERLINE ? A_UNDERLINE : 0);
}

/* The characters of a cell as this terminal can show them; returns how many columns they take. */
static int characters(const struct terminal *term, const struct pg_frame_cell *cell, int width,
                      wchar_t text[4])
{
    text[0] = (wchar_t)cell->rune;
    text[1] = L'\0';
    if (cell->rune < 0x7f)
        return 1;
    /* Where the C library counts other columns than the frame, the row would slip. */
    if (!term->utf8 || wcwidth(text[0]) != width) {
        text[0] = L'?';
        return 1;
    }
    int n = 1;
    for (int i = 0; i < 2; i++) {
        if (cell->marks[i] && wcwidth((wchar_t)cell->marks[i]) == 0)
            text[n++] = (wchar_t)cell->marks[i];
    }
    text[n] = L'\0';
    return width;
}

static void put_cell(const struct terminal *term, int x, int y)
{
    const struct pg_frame_cell *cell = pg_frame_at(term->frame, x, y);
    const struct pg_frame_cell *next = pg_frame_at(term->frame, x + 1, y);
    if (cell->rune == 0)
        return;
    struct pg_look look = pg_theme_look((enum pg_role)cell->role, term->depth, term->light);
    int width = next && next->rune == 0 ? 2 : 1;
    wchar_t text[4];
    cchar_t out;
    int used = characters(term, cell, width, text);
    short pair = term->depth == PG_DEPTH_MONO ? 0 : (short)(cell->role + 1);
    setcchar(&out, text, attributes(look.attrs | cell->attrs), pair, NULL);
    mvadd_wch(y, x, &out);
    if (used < width)
        mvaddch(y, x + 1, ' ');
}

static void draw(struct terminal *term)
{
    int rows, columns, x, y;
    bool visible;
    getmaxyx(stdscr, rows, columns);
    pg_tui_resize(term->app, columns, rows);
    pg_tui_draw(term->app, term->frame, BUDGET_MS);
    erase();
    for (y = 0; y < rows && y < pg_frame_rows(term->frame); y++) {
        for (x = 0; x < columns && x < pg_frame_columns(term->frame); x++)
            put_cell(term, x, y);
    }
    bool shown = pg_frame_cursor(term->frame, &x, &y, &visible);
    curs_set(shown && visible);
    move(shown ? y : rows - 1, shown ? x : columns - 1);
    refresh();
    term->dirty = false;
    term->drawn = pg_clock_ms();
}

/* --- what the app asks for -------------------------------------------------------------------------- */

/* Leaves the screen for a while. */
static void step_out(struct terminal *term)
{
    def_prog_mode();
    endwin();
    fflush(term->out);
    pg_crash_disarm(true);
}

static void step_in(struct terminal *term)
{
    reset_prog_mode();
    arm(term);
    clearok(curscr, TRUE);
    refresh();
    term->dirty = true;
}

/* The whole job stops, as if the terminal had sent the signal: polgrid may be one part of a pipeline. */
static void suspend(struct terminal *term)
{
    struct sigaction action, old;
    memset(&action, 0, sizeof action);
    action.sa_handler = SIG_DFL;
    step_out(term);
    sigaction(SIGTSTP, &action, &old);
    kill(0, SIGTSTP);
    sigaction(SIGTSTP, &old, NULL);
    step_in(term);
}

static void spawn(struct terminal *term, const struct pg_tui_action *action)
{
    struct pg_err err = {{0}};
    step_out(term);
    int tty = fileno(term->in);
    bool ok = action->what == PG_TUI_EDIT ? pg_spawn_editor(tty, action->file, action->line, &err)
                                          : pg_spawn_pager(tty, action->text, &err);
    step_in(term);
    if (!ok)
        pg_tui_say(term->app, "%s", err.text);
    else if (action->what == PG_TUI_EDIT)
        pg_tui_say(term->app, "R reads everything again");
}

/* --- logging in ------------------------------------------------------------------------------------ */

static void take_message(struct terminal *term, struct pg_loader_message *message);

/* Until the thread has logged in, or could not. Ctrl-C ends the plugin, which may have taken it already; then there is
   nothing to be read about that. */
static bool await_login(struct terminal *term, struct pg_err *err, bool *given_up)
{
    struct pollfd fd = {.fd = term->background.pipe[0], .events = POLLIN};
    const struct timespec soon = {.tv_nsec = FRAME_MS * 1000000};
    struct pg_loader_message message;
    while (term->background.running) {
        while (pg_background_read(&term->background, &message)) {
            take_message(term, &message);
            *err = message.err;
            if (message.kind == PG_LOADER_LOGGED_IN || message.kind == PG_LOADER_NOT_LOGGED_IN)
                return message.kind == PG_LOADER_LOGGED_IN;
        }
        /* Again and again: the thread may not have begun when it is first told. */
        if (*given_up)
            pg_background_interrupt(&term->background);
        ppoll(&fd, 1, *given_up ? &soon : NULL, term->outside);
        *given_up = *given_up || ended_by;
        if (ended_by == SIGINT)
            ended_by = 0;
    }
    return pg_err_set(err, "nothing is followed any more");
}

/* What the plugin said is on the terminal and nowhere else: the grid would hide it. */
static void await_enter(struct terminal *term, const struct pg_err *err)
{
    struct pollfd fd = {.fd = fileno(term->in), .events = POLLIN};
    struct pg_buf clean = {0};
    char c = 0;
    pg_text_clean(&clean, err->text, strlen(err->text));
    fprintf(term->out, "polgrid: not logged in: %s\nEnter goes back to the grid ",
            pg_buf_text(&clean));
    fflush(term->out);
    pg_buf_free(&clean);
    while (!ended_by && c != '\n') {
        if (ppoll(&fd, 1, NULL, term->outside) > 0 && read(fd.fd, &c, 1) <= 0)
            break;
    }
    if (ended_by == SIGINT)
        ended_by = 0;
}

static void login(struct terminal *term)
{
    struct sigaction ignore, old;
    struct pg_err err = {{0}};
    memset(&ignore, 0, sizeof ignore);
    ignore.sa_handler = SIG_IGN;
    step_out(term);
    fputs("polgrid: logging in; Ctrl-C gives up\n", term->out);
    fflush(term->out);
    sigaction(SIGQUIT, &ignore, &old);
    bool given_up = false;
    bool asked = pg_background_login(&term->background);
    bool ok = asked && await_login(term, &err, &given_up);
    if (asked && !ok && !given_up)
        await_enter(term, &err);
    sigaction(SIGQUIT, &old, NULL);
    step_in(term);
    flushinp(); /* what was typed for the plugin is no key of the grid's */
    if (!asked)
        pg_tui_say(term->app, "there is nothing to log in to");
    else if (!ok)
        pg_tui_say(term->app, "not logged in: %s", err.text);
}

static void start_load(struct terminal *term)
{
    struct pg_err err;
    if (!pg_background_start(&term->background, pg_tui_assume(term->app), &err))
        pg_tui_failed(term->app, &err);
}

static void copy(struct terminal *term, const char *text)
{
    if (!pg_clipboard_copy(fileno(term->out), text, strlen(text)))
        pg_tui_say(term->app, "too long for a terminal's clipboard");
}

static void act(struct terminal *term, const struct pg_tui_action *action)
{
    term->dirty = true;
    switch (action->what) {
    case PG_TUI_NOTHING: break;
    case PG_TUI_QUIT:
        term->quit = true;
        if (action->text)
            pg_buf_puts(&term->sentence, action->text);
        break;
    case PG_TUI_SUSPEND: suspend(term); break;
    case PG_TUI_REDRAW: clearok(curscr, TRUE); break;
    case PG_TUI_COPY: copy(term, action->text); break;
    case PG_TUI_EDIT:
    case PG_TUI_PAGE: spawn(term, action); break;
    case PG_TUI_RELOAD: start_load(term); break;
    case PG_TUI_STOP: pg_background_stop(&term->background, pg_tui_ready(term->app)); break;
    case PG_TUI_LOGIN: login(term); break;
    }
}

/* --- the loop -------------------------------------------------------------------------------------- */

/* The terminal is gone, or its input has ended: poll says that there is something, and there is nothing. */
static bool input_ended(const struct terminal *term, short revents)
{
    int waiting = 0;
    if (revents & (POLLHUP | POLLERR | POLLNVAL))
        return true;
    return (revents & POLLIN) && ioctl(fileno(term->in), FIONREAD, &waiting) == 0 && waiting == 0;
}

static void take_input(struct terminal *term)
{
    struct pg_event event;
    while (!term->quit && (event = pg_input_next()).kind != PG_EVENT_NONE) {
        struct pg_tui_action action = {.what = PG_TUI_NOTHING};
        if (event.kind == PG_EVENT_KEY)
            action = pg_tui_key(term->app, event.key);
        else if (event.kind == PG_EVENT_MOUSE)
            action = pg_tui_mouse(term->app, event.mouse, event.x, event.y);
        act(term, &action);
    }
}

static void take_failure(struct terminal *term, const struct pg_err *err)
{
    if (pg_tui_ready(term->app)) {
        pg_tui_failed(term->app, err);
        return;
    }
    term->failure = *err;
    term->status = 2;
    term->quit = true;
}

static void take_message(struct terminal *term, struct pg_loader_message *message)
{
    term->dirty = true;
    switch (message->kind) {
    case PG_LOADER_PROGRESS: pg_tui_progress(term->app, &message->progress); break;
    case PG_LOADER_DONE:
        pg_tui_loaded(term->app, message->world);
        pg_tui_noted(term->app, message->entry);
        break;
    case PG_LOADER_FAILED: take_failure(term, &message->err); break;
    case PG_LOADER_FED:
        pg_tui_fed(term->app, &message->feed);
        free((char *)(uintptr_t)message->feed.said);
        break;
    case PG_LOADER_CHANGED: pg_tui_changed(term->app, message->world, message->entry); break;
    case PG_LOADER_LOGGED_IN: pg_tui_loading(term->app); break;
    case PG_LOADER_NOT_LOGGED_IN:
    case PG_LOADER_ENDED: break;
    }
}

static void take_messages(struct terminal *term)
{
    struct pg_loader_message message;
    while (!term->quit && pg_background_read(&term->background, &message))
        take_message(term, &message);
}

/* How long to sleep: not at all while there is work, until the next frame while one is due. */
static void sleep_time(const struct terminal *term, bool pressed, struct timespec *time,
                       struct timespec **out)
{
    int64_t wait = -1;
    if (pg_tui_busy(term->app))
        wait = 0;
    else if (term->dirty)
        wait = pressed ? 0 : term->drawn + FRAME_MS - pg_clock_ms();
    *out = wait < 0 && !term->dirty ? NULL : time;
    wait = wait < 0 ? 0 : wait;
    *time = (struct timespec){.tv_sec = wait / 1000, .tv_nsec = (long)(wait % 1000) * 1000000};
}

static void run(struct terminal *term, const sigset_t *outside)
{
    bool pressed = true;
    while (!term->quit) {
        struct pollfd fds[2] = {{.fd = fileno(term->in), .events = POLLIN},
                                {.fd = term->background.pipe[0], .events = POLLIN}};
        struct timespec time, *wait;
        if (term->dirty && (pressed || pg_clock_ms() - term->drawn >= FRAME_MS))
            draw(term);
        sleep_time(term, pressed, &time, &wait);
        pressed = false;
        int ready = ppoll(fds, 2, wait, outside);
        if (ready > 0 && fds[0].revents && input_ended(term, fds[0].revents))
            term->quit = true;
        if (ended_by) {
            term->status = 128 + ended_by;
            term->quit = true;
        }
        if (term->quit)
            return;
        if (continued) {
            continued = 0;
            clearok(curscr, TRUE);
            term->dirty = pressed = true;
        }
        if (ready < 0 || fds[0].revents) { /* a resize arrives as a key after the signal */
            take_input(term);
            pressed = true;
        }
        if (ready > 0 && fds[1].revents)
            take_messages(term);
        if (pg_tui_busy(term->app)) {
            pg_tui_work(term->app, BUDGET_MS);
            term->dirty = true;
        }
    }
}

/* --- all of it ------------------------------------------------------------------------------------- */

static void say_last(struct terminal *term)
{
    if (*term->failure.text)
        fprintf(stderr, "polgrid: %s\n", term->failure.text);
    if (term->sentence.n)
        printf("%s\n", term->sentence.p);
    fflush(stdout);
}

int pg_term_run(const struct pg_tui_options *options)
{
    struct terminal term = {.options = options, .dirty = true};
    struct pg_err err = {{0}};
    sigset_t outside;
    if (!enter(&term, &err) || !pg_background_open(&term.background, options, &err)) {
        leave(&term);
        fprintf(stderr, "polgrid: %s\n", err.text);
        return 2;
    }
    watch_signals(&outside);
    term.outside = &outside;
    term.app = pg_tui_new(options);
    term.frame = pg_frame_new();
    start_load(&term);
    run(&term, &outside);
    leave(&term);
    say_last(&term);
    if (!pg_background_end(&term.background))
        _exit(term.status); /* the thread reads what the caller would free */
    pg_tui_free(term.app);
    pg_frame_free(term.frame);
    pg_buf_free(&term.sentence);
    return term.status;
}
