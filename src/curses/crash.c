/*
 * A handler must not call into ncurses: it could have crashed there. So the bytes that leave the screen are made
 * ready when it is entered, and the handler only writes them, puts the modes back and raises the signal again.
 *
 * The state below is static and changes: a signal handler has no other way to reach it.
 */
#include "screen.h"

#include <signal.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "polgrid/arena.h"

#define STACK_BYTES 65536

static struct {
    int fd;
    bool known, armed, handlers;
    struct termios modes;
    char bytes[512];
    size_t n;
    int real_stderr, kept_stderr; /* -1: not taken */
    char stack[STACK_BYTES];
} crash = {.fd = -1, .real_stderr = -1, .kept_stderr = -1};

static void write_all(int fd, const char *p, size_t n)
{
    while (n > 0) {
        ssize_t done = write(fd, p, n);
        if (done <= 0)
            return;
        p += done;
        n -= (size_t)done;
    }
}

/* Gives standard error back, and says there what it was kept from saying. Async-signal-safe. */
static void release_stderr(void)
{
    char buffer[1024];
    ssize_t n;
    if (crash.kept_stderr < 0)
        return;
    dup2(crash.real_stderr, STDERR_FILENO);
    lseek(crash.kept_stderr, 0, SEEK_SET);
    while ((n = read(crash.kept_stderr, buffer, sizeof buffer)) > 0)
        write_all(STDERR_FILENO, buffer, (size_t)n);
    close(crash.kept_stderr);
    close(crash.real_stderr);
    crash.kept_stderr = crash.real_stderr = -1;
}

/* Async-signal-safe. */
static void restore(void)
{
    if (!crash.armed)
        return;
    crash.armed = false;
    write_all(crash.fd, crash.bytes, crash.n);
    if (crash.known)
        tcsetattr(crash.fd, TCSANOW, &crash.modes);
    release_stderr();
}

static void on_crash(int signal_number)
{
    restore();
    signal(signal_number, SIG_DFL);
    raise(signal_number);
}

static void set_stack(char *memory, stack_t *old)
{
    stack_t stack = {.ss_sp = memory, .ss_size = STACK_BYTES};
    sigaltstack(&stack, old);
}

static _Thread_local struct {
    char memory[STACK_BYTES];
    stack_t before; /* a sanitizer may have had one there, and wants it back */
} thread;

void pg_crash_thread_begin(void)
{
    set_stack(thread.memory, &thread.before);
}

void pg_crash_thread_end(void)
{
    sigaltstack(&thread.before, NULL);
}

static void install(void)
{
    static const int signals[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT};
    struct sigaction action;
    if (crash.handlers)
        return;
    crash.handlers = true;
    set_stack(crash.stack, NULL);
    memset(&action, 0, sizeof action);
    action.sa_handler = on_crash;
    action.sa_flags = SA_ONSTACK | SA_NODEFER;
    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
        sigaction(signals[i], &action, NULL);
    pg_die_handler(restore);
}

static void keep_stderr(void)
{
    if (crash.kept_stderr >= 0 || !isatty(STDERR_FILENO))
        return;
    FILE *file = tmpfile();
    if (!file)
        return;
    crash.kept_stderr = dup(fileno(file));
    fclose(file);
    crash.real_stderr = dup(STDERR_FILENO);
    if (crash.kept_stderr >= 0 && crash.real_stderr >= 0)
        dup2(crash.kept_stderr, STDERR_FILENO);
}

void pg_crash_before(int fd)
{
    crash.fd = fd;
    crash.known = tcgetattr(fd, &crash.modes) == 0;
}

void pg_crash_arm(const char *bytes, size_t n)
{
    crash.n = n < sizeof crash.bytes ? n : sizeof crash.bytes;
    memcpy(crash.bytes, bytes, crash.n);
    keep_stderr();
    crash.armed = true;
    install();
}

void pg_crash_disarm(bool again)
{
    crash.armed = false;
    if (!again && crash.known)
        tcsetattr(crash.fd, TCSADRAIN, &crash.modes);
    release_stderr();
}
