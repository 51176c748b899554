/*
 * What someone at the screen waits for: the first frame, in a terminal of its own, and the frame after a key,
 * without one.
 */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "bench.h"
#include "polgrid/clock.h"
#include "polgrid/load.h"
#include "polgrid/tui.h"

enum {
    COLUMNS = 200,
    ROWS = 50,
    STARTS = 5,
    PATIENCE_MS = 20000,
    BUDGET_MS = 12, /* what the terminal's loop gives a drawing (src/curses/term.c) */
};

/* In the first frame, of loading or of the grid, whichever it is. */
static const char in_every_frame[] = "q quit";

/* --- the first screen --- */

static double now_us(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e6 + (double)time.tv_nsec / 1e3;
}

/* In the child: the terminal becomes its own, the program takes its place. */
static void become(const char *program, const char *terminal, const char *path)
{
    const struct winsize size = {.ws_row = ROWS, .ws_col = COLUMNS};
    setsid();
    int fd = open(terminal, O_RDWR); /* the first of a session: its controlling terminal */
    if (fd < 0)
        _exit(127);
    ioctl(fd, TIOCSWINSZ, &size);
    for (int i = 0; i < 3; i++)
        dup2(fd, i);
    setenv("TERM", "xterm-256color", 1);
    setenv("LC_ALL", "C.UTF-8", 1);
    execl(program, program, "explore", "-f", path, (char *)NULL);
    _exit(127);
}

/* Waits until the frame has been written; false where none comes. */
static bool wait_for_frame(int fd)
{
    char text[1 << 16];
    size_t n = 0;
    struct pollfd poll_fd = {.fd = fd, .events = POLLIN};
    while (n < sizeof text - 1 && poll(&poll_fd, 1, PATIENCE_MS) > 0) {
        ssize_t got = read(fd, text + n, sizeof text - 1 - n);
        if (got <= 0)
            return false;
        n += (size_t)got;
        text[n] = '\0';
        if (strstr(text, in_every_frame) != NULL)
            return true;
    }
    return false;
}

static double time_start(const char *program, const char *path)
{
    int status, fd = posix_openpt(O_RDWR | O_NOCTTY);
    if (fd < 0 || grantpt(fd) != 0 || unlockpt(fd) != 0)
        return -1;
    double start = now_us();
    pid_t child = fork();
    if (child < 0)
        bench_fail("fork");
    if (child == 0)
        become(program, ptsname(fd), path);
    double time = wait_for_frame(fd) ? now_us() - start : -1;
    kill(child, SIGKILL);
    waitpid(child, &status, 0);
    close(fd);
    return time;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

void bench_first_screen(const char *program, const struct files *files, struct result *result)
{
    double times[STARTS];
    if (access(program, X_OK) != 0)
        return;
    bench_begin(result, FIRST_SCREEN);
    for (int i = 0; i < STARTS; i++) {
        times[i] = time_start(program, files->json);
        if (times[i] < 0) {
            result->state[FIRST_SCREEN] = FAILED;
            return;
        }
    }
    qsort(times, STARTS, sizeof *times, by_value);
    bench_done(result, FIRST_SCREEN, times[STARTS / 2]);
}

/* --- key to screen --- */

static struct pg_cluster *load(void *context,
                               bool (*progress)(void *, const struct pg_load_progress *),
                               void *progress_context, struct pg_err *err)
{
    const struct files *files = context;
    (void)progress;
    (void)progress_context;
    struct pg_loader *loader = pg_loader_new(NULL);
    if (pg_loader_path(loader, files->json, err))
        return pg_loader_finish(loader);
    pg_loader_free(loader);
    return NULL;
}

struct keys {
    struct pg_tui *app;
    struct pg_frame *frame;
    double total, worst, whole, source;
    uint32_t worst_key;
    int n;
};

static void press(struct keys *keys, uint32_t key)
{
    int64_t start = pg_clock_cpu_us();
    (void)pg_tui_key(keys->app, key);
    pg_tui_draw(keys->app, keys->frame, BUDGET_MS);
    double time = (double)(pg_clock_cpu_us() - start);
    if (key == 's') {
        keys->source = time;
        return;
    }
    keys->total += time;
    if (time > keys->worst) {
        keys->worst = time;
        keys->worst_key = key;
    }
    keys->n++;
    while (pg_tui_busy(keys->app)) {
        pg_tui_work(keys->app, BUDGET_MS);
        pg_tui_draw(keys->app, keys->frame, BUDGET_MS);
    }
    time = (double)(pg_clock_cpu_us() - start);
    keys->whole = time > keys->whole ? time : keys->whole;
}

/* The source of a rule, s, is timed for itself: what it takes is reading the file anew.

   A walk over the grid of namespaces, into a cell and its pods, to the reasons, through the lenses, a filter. */
static void walk(struct keys *keys)
{
    static const char way[] =
        "<Down><Down><Right><Right><PgDn><PgDn><PgUp><End><Home><Down>]][<Enter><Down><Right><"
        "Enter>"
        "<Down><Right>w<Down><Esc><Esc><Esc>vvvv<Tab><Tab>s<Esc>/ns-7<Enter><Esc><Down>";
    for (const char *p = way; *p;)
        press(keys, pg_key_parse(&p));
}

void bench_keys(const struct files *files, struct result *result)
{
    struct pg_err err;
    struct files copy = *files;
    const struct pg_tui_options options = {
        .load = load, .context = &copy, .assume = pg_assume_default(), .title = "bench"};
    struct keys keys = {.app = pg_tui_new(&options), .frame = pg_frame_new()};
    struct pg_tui_world *world = pg_tui_load(&options, pg_tui_assume(keys.app), NULL, NULL, &err);
    if (world == NULL) {
        fprintf(stderr, "bench: %s\n", err.text);
        exit(1);
    }
    pg_tui_resize(keys.app, COLUMNS, ROWS);
    pg_tui_loaded(keys.app, world);
    pg_tui_draw(keys.app, keys.frame, 0);
    bench_begin(result, KEY_MEAN);
    bench_begin(result, KEY_WORST);
    bench_begin(result, KEY_WHOLE);
    bench_begin(result, KEY_SOURCE);
    walk(&keys);
    bench_done(result, KEY_MEAN, keys.total / keys.n);
    bench_done(result, KEY_WORST, keys.worst);
    bench_done(result, KEY_WHOLE, keys.whole);
    bench_done(result, KEY_SOURCE, keys.source);
    struct pg_buf name = {0};
    pg_key_print(&name, keys.worst_key);
    snprintf(result->worst_key, sizeof result->worst_key, "%s", name.p);
    pg_buf_free(&name);
    pg_tui_free(keys.app);
    pg_frame_free(keys.frame);
}
