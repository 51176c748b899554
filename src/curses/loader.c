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
#include <string.h>
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
    return !atomic_load(&background->stop);
}

/* The last message must not be lost. */
static void send_last(int fd, const struct pg_loader_message *message)
{
    struct pollfd poll_fd = {.fd = fd, .events = POLLOUT};
    while (write(fd, message, sizeof *message) < 0) {
        if (errno != EAGAIN && errno != EINTR)
            return;
        poll(&poll_fd, 1, -1);
    }
}

static void *work(void *context)
{
    struct pg_background *background = context;
    struct pg_loader_message message = {.kind = PG_LOADER_DONE};
    pg_crash_thread_begin();
    message.world = pg_tui_load(background->options, &background->assume, on_progress, background,
                                &message.err);
    if (!message.world)
        message.kind = PG_LOADER_FAILED;
    send_last(background->pipe[1], &message);
    pg_crash_thread_end();
    return NULL;
}

bool pg_background_open(struct pg_background *background, const struct pg_tui_options *options,
                        struct pg_err *err)
{
    memset(background, 0, sizeof *background);
    background->options = options;
    if (pipe(background->pipe) != 0)
        return pg_err_set(err, "no pipe: %s", strerror(errno));
    for (int i = 0; i < 2; i++) {
        fcntl(background->pipe[i], F_SETFL, O_NONBLOCK);
        fcntl(background->pipe[i], F_SETFD, FD_CLOEXEC);
    }
    return true;
}

bool pg_background_start(struct pg_background *background, const struct pg_assume *assume,
                         struct pg_err *err)
{
    sigset_t all, old;
    background->assume = *assume;
    atomic_store(&background->stop, false);
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

bool pg_background_read(struct pg_background *background, struct pg_loader_message *message)
{
    ssize_t n = read(background->pipe[0], message, sizeof *message);
    if (n != (ssize_t)sizeof *message)
        return false;
    message->progress.file = message->file;
    if (message->kind != PG_LOADER_PROGRESS) {
        pthread_join(background->thread, NULL);
        background->running = false;
    }
    return true;
}

bool pg_background_end(struct pg_background *background)
{
    struct pollfd poll_fd = {.fd = background->pipe[0], .events = POLLIN};
    int64_t end = pg_clock_ms() + END_MS;
    atomic_store(&background->stop, true);
    while (background->running) {
        struct pg_loader_message message;
        int64_t left = end - pg_clock_ms();
        if (left <= 0 || poll(&poll_fd, 1, (int)left) <= 0)
            return false;
        if (pg_background_read(background, &message) && message.kind == PG_LOADER_DONE)
            pg_tui_world_free(message.world);
    }
    close(background->pipe[0]);
    close(background->pipe[1]);
    return true;
}
