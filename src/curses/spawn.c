#include "screen.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* In the child: signals as a program expects them, keys from the terminal or `input`. */
static void become(int input, char *const *argv)
{
    sigset_t none;
    static const int defaults[] = {SIGINT, SIGQUIT, SIGTERM, SIGHUP,  SIGTSTP,  SIGSEGV,
                                   SIGBUS, SIGILL,  SIGFPE,  SIGABRT, SIGWINCH, SIGCONT};
    for (size_t i = 0; i < sizeof defaults / sizeof *defaults; i++)
        signal(defaults[i], SIG_DFL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    if (input != STDIN_FILENO)
        dup2(input, STDIN_FILENO);
    execvp(argv[0], argv);
    _exit(127);
}

/* Ctrl-C and Ctrl-\ are the child's while it runs. */
static bool run(int input, char *const *argv, const char *what, struct pg_err *err)
{
    struct sigaction ignore, old_int, old_quit;
    memset(&ignore, 0, sizeof ignore);
    ignore.sa_handler = SIG_IGN;
    sigaction(SIGINT, &ignore, &old_int);
    sigaction(SIGQUIT, &ignore, &old_quit);
    int status = 0;
    pid_t child = fork();
    if (child == 0)
        become(input, argv);
    int failure = child < 0 ? errno : 0;
    while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR)
        ;
    sigaction(SIGINT, &old_int, NULL);
    sigaction(SIGQUIT, &old_quit, NULL);
    if (failure)
        return pg_err_set(err, "can't start %s: %s", what, strerror(failure));
    if (WIFEXITED(status) && (WEXITSTATUS(status) == 127 || WEXITSTATUS(status) == 126))
        return pg_err_set(err, "%s was not found", what);
    return true;
}

static const char *setting(const char *first, const char *second, const char *fallback)
{
    const char *value = first ? getenv(first) : NULL;
    if (!value || !*value)
        value = second ? getenv(second) : NULL;
    return value && *value ? value : fallback;
}

/* The shell splits $EDITOR, for it may hold options; the file is an argument and never shell text. */
bool pg_spawn_editor(int tty, const char *file, uint32_t line, struct pg_err *err)
{
    const char *editor = setting("VISUAL", "EDITOR", "vi");
    struct pg_buf command = {0};
    char sh[] = "sh", c[] = "-c", where[24];
    snprintf(where, sizeof where, "+%" PRIu32, line);
    pg_buf_printf(&command, "%s \"$@\"", editor);
    /* A name that begins with a dash is no option. */
    struct pg_buf name = {0};
    pg_buf_printf(&name, "%s%s", *file == '-' ? "./" : "", file);
    char *const argv[] = {sh, c, command.p, sh, where, name.p, NULL};
    bool ok = run(tty, argv, editor, err);
    pg_buf_free(&command);
    pg_buf_free(&name);
    return ok;
}

/* The text waits in a file without a name: a pager that ends early leaves no writer behind. */
bool pg_spawn_pager(int tty, const char *text, struct pg_err *err)
{
    const char *pager = setting("PAGER", NULL, "less");
    (void)tty; /* pagers read their keys from /dev/tty */
    FILE *file = tmpfile();
    if (!file)
        return pg_err_set(err, "no temporary file: %s", strerror(errno));
    bool ok = fputs(text, file) >= 0 && fflush(file) == 0;
    rewind(file);
    struct pg_buf command = {0};
    char sh[] = "sh", c[] = "-c";
    pg_buf_puts(&command, pager);
    char *const argv[] = {sh, c, command.p, NULL};
    if (ok)
        ok = run(fileno(file), argv, pager, err);
    else
        pg_err_set(err, "can't write a temporary file: %s", strerror(errno));
    pg_buf_free(&command);
    fclose(file);
    return ok;
}
