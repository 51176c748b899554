/*
 * The loader's thread. It shares nothing with the other but a flag to stop and a pipe; the world that it
 * hands over is frozen.
 */
#include "screen.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "polgrid/clock.h"

/* At most 30 frames a second while loading; and how long one waits for the thread at the end. */
#define TELL_MS 33
#define END_MS  300

_Static_assert(sizeof(struct pg_loader_message) <= PIPE_BUF, "a message must go in one piece");

static bool on_progress(void *context, const struct pg_load_progress *progress)
{
    struct pg_background *background = context;
    int64_t now = pg_clock_ms();
    if (now - background->told >= TELL_MS) {
        struct pg_loader_message message = {.kind = PG_LOADER_PROGRESS, .progress = *progress};
        snprintf(message.file, sizeof message.file, "%s", progress->file ? progress->file : "");
        background->told = now;
        /* A full pipe means that nobody looks just now: this one may be lost. */
        ssize_t ignored = write(background->pipe[1], &message, sizeof message);
        (void)ignored;
    }
    return !atomic_load(&background->stop) && !atomic_load(&background->halt) &&
           !atomic_load(&background->login);
}

/* What must not be lost. */
static void send_surely(int fd, const struct pg_loader_message *message)
{
    struct pollfd poll_fd = {.fd = fd, .events = POLLOUT};
    while (write(fd, message, sizeof *message) < 0) {
        if (errno != EAGAIN && errno != EINTR)
            return;
        poll(&poll_fd, 1, -1);
    }
}

/* --- following ------------------------------------------------------------------------------------- */

/* What a feed says on the screen, in a second: more often it is not looked at. */
#define FEED_MS 1000
#define TURN_MS 100
/* Worlds are at least this far apart, and three times as far as one takes to make. */
#define WORLD_MS 100
/* Until a source that could not be read again is tried anew. */
#define LOST_MS 10000

struct following {
    struct pg_background *background;
    struct pg_tui_past *past;
    struct pg_tui_feed feed; /* of all turns since the last world */
    int64_t told_ms, world_ms, cost_ms;
    bool changed;
};

static void tell_feed(struct following *following, const struct pg_tui_feed *feed)
{
    struct pg_loader_message message = {.kind = PG_LOADER_FED, .feed = *feed};
    int64_t now = pg_clock_ms();
    if (now - following->told_ms < FEED_MS)
        return;
    following->told_ms = now;
    char *said = feed->said ? strdup(feed->said) : NULL;
    message.feed.said = said;
    if (write(following->background->pipe[1], &message, sizeof message) < 0)
        free(said);
}

/* Those who interrupt do so before they say why: what is cleared here is of a wish that is known by now. */
static void clear_interrupt(struct pg_background *background)
{
    eventfd_t ignored;
    eventfd_read(background->interrupt, &ignored);
}

static bool goes_on(struct pg_background *background)
{
    clear_interrupt(background);
    return !atomic_load(&background->stop) && !atomic_load(&background->again);
}

/* The screen is left and waits for the message. */
static bool log_in(struct pg_background *background)
{
    struct pg_loader_message message = {.kind = PG_LOADER_NOT_LOGGED_IN};
    clear_interrupt(background);
    if (background->options->login(background->options->context, &message.err)) {
        message.kind = PG_LOADER_LOGGED_IN;
        atomic_store(&background->again, true);
    }
    atomic_store(&background->login, false);
    send_surely(background->pipe[1], &message);
    return message.kind == PG_LOADER_LOGGED_IN;
}

static struct pg_assume assume_now(struct pg_background *background)
{
    pthread_mutex_lock(&background->lock);
    struct pg_assume assume = background->assume;
    pthread_mutex_unlock(&background->lock);
    return assume;
}

static void send_world(struct following *following, const struct pg_tui_feed *feed)
{
    struct pg_background *background = following->background;
    struct pg_loader_message message = {.kind = PG_LOADER_CHANGED};
    int64_t begun = pg_clock_ms();
    struct pg_assume assume = assume_now(background);
    message.world =
        pg_tui_renew(background->options, &assume, following->past, feed, &message.entry);
    atomic_fetch_add(&background->waiting, 1);
    send_surely(background->pipe[1], &message);
    following->world_ms = pg_clock_ms();
    following->cost_ms = following->world_ms - begun;
}

/* Until it is told to stop or to read everything again, or has to. Changes that come close together become one world.
   What could not be read the last time (`lost`) is tried again after a while. */
static void follow(struct pg_background *background, struct pg_tui_past *past, bool lost)
{
    struct following following = {.background = background, .past = past};
    struct pg_tui_feed feed = {.changed = false};
    int64_t begun = pg_clock_ms();
    while (goes_on(background)) {
        int64_t pause = 3 * following.cost_ms > WORLD_MS ? 3 * following.cost_ms : WORLD_MS;
        bool due =
            pg_clock_ms() - following.world_ms >= pause && atomic_load(&background->waiting) == 0;
        if (atomic_load(&background->login) && log_in(background))
            return;
        if ((lost && pg_clock_ms() - begun > LOST_MS) || feed.outdated)
            return;
        feed.take = due && !lost;
        background->options->follow(background->options->context, TURN_MS, &feed);
        following.changed = following.changed || (feed.changed && !lost);
        tell_feed(&following, &feed);
        if (due && following.changed) {
            following.changed = false;
            send_world(&following, &feed);
        }
    }
}

/* A world that was loaded after another one: what changed between them. The past is that of the world then. Where
   something happens while it is asked for, the world is that of now: nobody would hear of it again. */
static void compare(struct pg_background *background, struct pg_tui_past **past,
                    const struct pg_assume *assume, struct pg_loader_message *message)
{
    struct pg_tui_feed feed = {.take = true};
    if (*past && background->options->follow) {
        background->options->follow(background->options->context, 0, &feed);
        if (!feed.changed) {
            message->entry = pg_tui_past_turn(*past, message->world, assume, &feed);
            return;
        }
        pg_tui_world_free(message->world);
        message->world = pg_tui_renew(background->options, assume, *past, &feed, &message->entry);
        return;
    }
    pg_tui_past_free(*past);
    *past = pg_tui_past_new(message->world);
}

/* Reads everything and says what came of it; nothing, where nobody asked for it (`quiet`) and it failed. */
static bool load(struct pg_background *background, struct pg_tui_past **past, bool quiet)
{
    struct pg_loader_message message = {.kind = quiet ? PG_LOADER_CHANGED : PG_LOADER_DONE};
    struct pg_assume assume = assume_now(background);
    if (!quiet && background->options->asked)
        background->options->asked(background->options->context);
    message.world = pg_tui_load(background->options, &assume, on_progress, background, &message.err);
    if (message.world && (atomic_load(&background->halt) || atomic_load(&background->login))) {
        pg_tui_world_free(message.world);
        message.world = NULL;
        pg_err_set(&message.err, "stopped");
    }
    if (message.world) {
        compare(background, past, &assume, &message);
        atomic_fetch_add(&background->waiting, 1);
    } else {
        message.kind = PG_LOADER_FAILED;
    }
    if (message.world || !quiet)
        send_surely(background->pipe[1], &message);
    return message.world != NULL;
}

static void *work(void *context)
{
    struct pg_background *background = context;
    struct pg_tui_past *past = NULL;
    pg_crash_thread_begin();
    bool quiet = false;
    do {
        atomic_store(&background->halt, false);
        clear_interrupt(background);
        if (atomic_load(&background->stop))
            break;
        bool ok = load(background, &past, quiet);
        if (!past || !background->options->follow)
            break;
        follow(background, past, !ok);
        quiet = !atomic_exchange(&background->again, false);
    } while (!atomic_load(&background->stop));
    pg_tui_past_free(past);
    struct pg_loader_message message = {.kind = PG_LOADER_ENDED};
    send_surely(background->pipe[1], &message);
    pg_crash_thread_end();
    return NULL;
}

bool pg_background_open(struct pg_background *background, const struct pg_tui_options *options,
                        struct pg_err *err)
{
    memset(background, 0, sizeof *background);
    background->options = options;
    pthread_mutex_init(&background->lock, NULL);
    background->interrupt = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (background->interrupt < 0 || pipe(background->pipe) != 0)
        return pg_err_set(err, "no pipe: %s", strerror(errno));
    if (options->cancel)
        options->cancel(options->context, background->interrupt);
    for (int i = 0; i < 2; i++) {
        fcntl(background->pipe[i], F_SETFL, O_NONBLOCK);
        fcntl(background->pipe[i], F_SETFD, FD_CLOEXEC);
    }
    return true;
}

/* Drops what the thread had still to say. */
static bool take_end(struct pg_background *background)
{
    struct pg_loader_message message;
    if (!pg_background_read(background, &message))
        return false;
    pg_tui_world_free(message.world);
    pg_journal_free(message.entry);
    free((char *)(uintptr_t)message.feed.said);
    return true;
}

static bool spawn(struct pg_background *background, struct pg_err *err)
{
    sigset_t all, old;
    atomic_store(&background->waiting, 0);
    background->told = 0;
    /* Signals are for the other thread; but a crash here is a crash. */
    sigfillset(&all);
    sigdelset(&all, SIGSEGV);
    sigdelset(&all, SIGBUS);
    sigdelset(&all, SIGILL);
    sigdelset(&all, SIGFPE);
    sigdelset(&all, SIGABRT);
    pthread_sigmask(SIG_SETMASK, &all, &old);
    int failure = pthread_create(&background->thread, NULL, work, background);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    background->running = failure == 0;
    return failure == 0 || pg_err_set(err, "no thread: %s", strerror(failure));
}

bool pg_background_start(struct pg_background *background, const struct pg_assume *assume,
                         struct pg_err *err)
{
    pthread_mutex_lock(&background->lock);
    background->assume = *assume;
    pthread_mutex_unlock(&background->lock);
    atomic_store(&background->stop, false);
    if (!background->running)
        return spawn(background, err);
    /* It is following, or about to end; then pg_background_read() begins another. */
    pg_background_interrupt(background);
    atomic_store(&background->again, true);
    return true;
}

bool pg_background_login(struct pg_background *background)
{
    if (!background->running || !background->options->login)
        return false;
    pg_background_interrupt(background);
    atomic_store(&background->login, true);
    return true;
}

void pg_background_interrupt(struct pg_background *background)
{
    eventfd_write(background->interrupt, 1);
}

void pg_background_stop(struct pg_background *background, bool shown)
{
    atomic_store(shown ? &background->halt : &background->stop, true);
    pg_background_interrupt(background);
}

bool pg_background_read(struct pg_background *background, struct pg_loader_message *message)
{
    ssize_t n = read(background->pipe[0], message, sizeof *message);
    if (n != (ssize_t)sizeof *message)
        return false;
    message->progress.file = message->file;
    if (message->kind == PG_LOADER_ENDED) {
        struct pg_err err;
        pthread_join(background->thread, NULL);
        background->running = false;
        if (atomic_exchange(&background->again, false) && !atomic_load(&background->stop))
            spawn(background, &err);
    } else if (message->kind == PG_LOADER_DONE || message->kind == PG_LOADER_CHANGED) {
        atomic_fetch_sub(&background->waiting, 1);
    }
    return true;
}

bool pg_background_end(struct pg_background *background)
{
    struct pollfd poll_fd = {.fd = background->pipe[0], .events = POLLIN};
    int64_t end = pg_clock_ms() + END_MS;
    pg_background_stop(background, false);
    while (background->running) {
        int64_t left = end - pg_clock_ms();
        if (left <= 0 || poll(&poll_fd, 1, (int)left) <= 0)
            return false;
        take_end(background);
    }
    close(background->pipe[0]);
    close(background->pipe[1]);
    close(background->interrupt);
    pthread_mutex_destroy(&background->lock);
    return true;
}
