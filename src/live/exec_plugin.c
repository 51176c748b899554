#include "exec_plugin.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "kubeconfig_inner.h"
#include "polgrid/clock.h"
#include "polgrid/text.h"

#define DEADLINE_MS ((int64_t)30000)
#define GRACE_MS    500 /* between asking it to end and ending it */
#define HURRY_MS    200 /* the same, where somebody waits */
#define WAITING_MS  1000
#define TICK_MS     50 /* how often to look whether it has ended with its output still open */
#define MAX_ANSWER  ((size_t)1 << 20)
#define MAX_SAID    ((size_t)64 << 10)
#define MAX_LINE    200 /* columns of what it said last, in a message */
#define MAX_FILES   65536u
#define INFO        "KUBERNETES_EXEC_INFO"

extern char **environ;

void pg_exec_plugin_wipe(struct exec_answer *answer)
{
    pg_secret_wipe(&answer->token);
    pg_secret_wipe(&answer->cert);
    pg_secret_wipe(&answer->key);
}

static bool fail(struct pg_kube_run *run, enum pg_kube_trouble trouble)
{
    run->trouble = trouble;
    return false;
}

/* --- what is run ------------------------------------------------------------------------------- */

static bool is_program(const char *path)
{
    struct stat info;

    return stat(path, &info) == 0 && S_ISREG(info.st_mode) && access(path, X_OK) == 0;
}

/* The program of a command. Directories of PATH that are not absolute are passed over: what lies in the
   directory where polgrid happens to be started is nobody's plugin. */
static const char *find_program(struct pg_arena *arena, const struct pg_kube_env *env,
                                const char *command)
{
    const char *path = kube_env_get(env, "PATH");

    if (strchr(command, '/'))
        return is_program(command) ? command : NULL;
    while (path && *path) {
        size_t n = strcspn(path, ":");
        const char *whole = pg_arena_printf(arena, "%.*s/%s", (int)n, path, command);
        if (*path == '/' && is_program(whole))
            return whole;
        path += n + (path[n] == ':');
    }
    return NULL;
}

/* The strings of a child's environment; some of them are secrets. */
struct child_env {
    struct pg_secret *vars;
    char **list;
    uint32_t n;
};

static void child_env_put(struct child_env *child, const char *name, size_t n, const char *value)
{
    struct pg_secret var = {0};
    uint32_t i;

    var.n = n + 1 + strlen(value);
    var.p = pg_xmalloc(var.n + 1);
    memcpy(var.p, name, n);
    var.p[n] = '=';
    memcpy(var.p + n + 1, value, strlen(value) + 1);
    for (i = 0; i < child->n; i++)
        if (child->vars[i].n > n && memcmp(child->vars[i].p, var.p, n + 1) == 0)
            break;
    if (i == child->n)
        child->n++;
    else
        pg_secret_wipe(&child->vars[i]);
    child->vars[i] = var;
    child->list[i] = var.p;
    child->list[child->n] = NULL;
}

static void child_env_make(struct child_env *child, struct pg_arena *arena,
                           const struct pg_kube_exec *exec, const struct pg_kube_env *env,
                           const char *info)
{
    const char *const *base = env->environ_ ? env->environ_ : (const char *const *)environ;
    uint32_t n = 0;

    while (base[n])
        n++;
    *child =
        (struct child_env){.vars = pg_arena_array(arena, n + exec->nenv + 1, sizeof *child->vars),
                           .list = pg_arena_array(arena, n + exec->nenv + 2, sizeof(char *))};
    for (uint32_t i = 0; i < n; i++) {
        const char *equals = strchr(base[i], '=');
        if (equals)
            child_env_put(child, base[i], (size_t)(equals - base[i]), equals + 1);
    }
    for (uint32_t i = 0; i < exec->nenv; i++)
        child_env_put(child, exec->env[i].name, strlen(exec->env[i].name), exec->env[i].value.p);
    child_env_put(child, INFO, strlen(INFO), info);
}

static void child_env_wipe(struct child_env *child)
{
    for (uint32_t i = 0; i < child->n; i++)
        pg_secret_wipe(&child->vars[i]);
}

static const char *info_text(struct pg_arena *arena, const struct pg_kube_exec *exec,
                             bool interactive)
{
    return pg_arena_printf(
        arena,
        "{\"kind\":\"ExecCredential\",\"apiVersion\":\"%s\",\"spec\":{%s%s%s\"interactive\":%s}}",
        exec->api_version, exec->cluster_info ? "\"cluster\":" : "",
        exec->cluster_info ? exec->cluster_info : "", exec->cluster_info ? "," : "",
        interactive ? "true" : "false");
}

/* --- the process ------------------------------------------------------------------------------- */

struct plugin {
    const char *name;
    const struct pg_kube_run *run;
    bool interactive, asks;
    pid_t pid;
    int out, said, failed;   /* reading ends; -1: none, or at its end */
    struct pg_secret answer; /* p has room for MAX_ANSWER; n is what is there */
    char *errors;            /* room for MAX_SAID */
    size_t nerrors;
    int status;
    bool ended;
};

/* Connections with credentials on them, and the terminal, are not for a plugin: libcurl's sockets, for one, would stay
   open. */
static void close_others(void)
{
    struct rlimit limit;
    rlim_t n = MAX_FILES;

#ifdef SYS_close_range
    if (syscall(SYS_close_range, STDERR_FILENO + 1, ~0u, 1u << 2 /* at exec */) == 0)
        return;
#endif
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < n)
        n = limit.rlim_cur;
    for (int fd = STDERR_FILENO + 1; fd < (int)n; fd++)
        fcntl(fd, F_SETFD, FD_CLOEXEC);
}

/* In the child: only what is safe after fork() in a process with threads. */
static void become(const struct plugin *plugin, pid_t parent, const char *program, char *const *argv,
                   char *const *envp, const int *out, const int *said, const int *failed, int null)
{
    static const int defaults[] = {SIGINT,  SIGQUIT, SIGTERM, SIGHUP,  SIGTSTP,  SIGPIPE,
                                   SIGSEGV, SIGBUS,  SIGABRT, SIGCHLD, SIGWINCH, SIGCONT};
    struct sigaction action;
    sigset_t none;
    int failure;

    memset(&action, 0, sizeof action);
    action.sa_handler = SIG_DFL;
    for (size_t i = 0; i < sizeof defaults / sizeof *defaults; i++)
        sigaction(defaults[i], &action, NULL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    if (!plugin->interactive) {
        setpgid(0, 0);
        dup2(null, STDIN_FILENO);
    }
    dup2(out[1], STDOUT_FILENO);
    if (said[1] >= 0)
        dup2(said[1], STDERR_FILENO);
    close_others();
    /* Whoever waits for the answer may be gone, however that came. */
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != parent)
        _exit(126);
    execve(program, argv, envp);
    failure = errno;
    if (write(failed[1], &failure, sizeof failure) < 0)
        _exit(126);
    _exit(127);
}

static bool make_pipe(int *ends)
{
    return pipe2(ends, O_CLOEXEC) == 0;
}

static void close_end(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

static bool start(struct plugin *plugin, const char *program, char *const *argv, char *const *envp,
                  struct pg_err *err)
{
    int out[2] = {-1, -1}, said[2] = {-1, -1}, failed[2] = {-1, -1};
    int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
    pid_t parent = getpid();
    bool ok =
        null >= 0 && make_pipe(out) && make_pipe(failed) && (!plugin->run->said || make_pipe(said));
    int failure = ok ? 0 : errno;

    if (ok) {
        plugin->pid = fork();
        failure = plugin->pid < 0 ? errno : 0;
        if (plugin->pid == 0)
            become(plugin, parent, program, argv, envp, out, said, failed, null);
        if (plugin->pid > 0 && !plugin->interactive)
            setpgid(plugin->pid, plugin->pid); /* here too: whoever comes first */
    }
    close_end(&null);
    close_end(&out[1]);
    close_end(&said[1]);
    close_end(&failed[1]);
    plugin->out = out[0];
    plugin->said = said[0];
    plugin->failed = failed[0];
    return !failure ||
           pg_err_set(err, "the plugin %s can't be run: %s", plugin->name, strerror(failure));
}

static bool reap(struct plugin *plugin)
{
    pid_t got;

    if (plugin->ended)
        return true;
    got = waitpid(plugin->pid, &plugin->status, WNOHANG);
    plugin->ended = got == plugin->pid || (got < 0 && errno != EINTR);
    return plugin->ended;
}

static void signal_plugin(const struct plugin *plugin, int number)
{
    kill(plugin->interactive ? plugin->pid : -plugin->pid, number);
}

/* Ends it and what it has started. */
static void stop(struct plugin *plugin, int64_t grace_ms)
{
    int64_t until = pg_clock_ms() + grace_ms;

    signal_plugin(plugin, SIGTERM);
    while (!reap(plugin) && pg_clock_ms() < until)
        poll(NULL, 0, 10);
    signal_plugin(plugin, SIGKILL);
    while (!plugin->ended && waitpid(plugin->pid, &plugin->status, 0) < 0 && errno == EINTR)
        ;
    plugin->ended = true;
}

/* Takes what is there; at the end closes. False where there is no room. */
static bool take(int *fd, char *into, size_t *n, size_t room)
{
    ssize_t got;

    if (*n == room)
        return false;
    got = read(*fd, into + *n, room - *n);
    if (got > 0)
        *n += (size_t)got;
    if (got == 0 || (got < 0 && errno != EINTR && errno != EAGAIN))
        close_end(fd);
    return true;
}

/* Of very much what came last is kept: there it says why it fails. */
static void take_said(struct plugin *plugin)
{
    if (plugin->nerrors == MAX_SAID) {
        const char *half = plugin->errors + MAX_SAID / 2;
        const char *line = memchr(half, '\n', MAX_SAID / 2 - 1);
        half = line ? line + 1 : half;
        plugin->nerrors = (size_t)(plugin->errors + MAX_SAID - half);
        memmove(plugin->errors, half, plugin->nerrors);
    }
    take(&plugin->said, plugin->errors, &plugin->nerrors, MAX_SAID);
}

enum outcome { GOES_ON, DONE, TOO_LONG, TOO_LATE, CANCELLED };

/* Waits once for whatever comes first. */
static enum outcome step(struct plugin *plugin, int64_t until)
{
    struct pollfd fds[3] = {
        {plugin->out, POLLIN, 0}, {plugin->said, POLLIN, 0}, {plugin->run->cancel, POLLIN, 0}};
    bool ended = reap(plugin), quiet;
    int64_t left = until ? until - pg_clock_ms() : TICK_MS;

    if (left <= 0)
        return TOO_LATE;
    /* What it left running may keep the pipes open for ever: its own end is the end. */
    quiet = poll(fds, 3, ended ? 0 : left < TICK_MS ? (int)left : TICK_MS) <= 0;
    if (ended && (quiet || (plugin->out < 0 && plugin->said < 0)))
        return DONE;
    if (!ended && fds[2].revents)
        return CANCELLED;
    if (fds[0].revents && !take(&plugin->out, plugin->answer.p, &plugin->answer.n, MAX_ANSWER))
        return TOO_LONG;
    if (fds[1].revents)
        take_said(plugin);
    return GOES_ON;
}

static void say(struct plugin *plugin)
{
    const char *p = plugin->errors, *end = p + plugin->nerrors, *line;
    struct pg_buf *out = plugin->run->said;

    while (out && p < end) {
        line = memchr(p, '\n', (size_t)(end - p));
        line = line ? line : end;
        pg_text_clean(out, p, (size_t)(line - p) - (line > p && line[-1] == '\r'));
        pg_buf_putc(out, '\n');
        p = line + 1;
    }
}

static bool explain(struct plugin *plugin, enum outcome outcome, struct pg_kube_run *run,
                    int64_t deadline, struct pg_err *err)
{
    int failure;

    run->trouble = outcome == CANCELLED  ? PG_KUBE_CANCELLED
                   : outcome == TOO_LATE ? PG_KUBE_PLUGIN_TIMEOUT
                                         : PG_KUBE_PLUGIN_FAILED;
    if (outcome == CANCELLED)
        return pg_err_set(err, "the plugin %s was cancelled", plugin->name);
    if (outcome == TOO_LATE)
        return pg_err_set(err, "the plugin %s did not answer within %lld seconds; it was ended",
                          plugin->name, (long long)(deadline + 999) / 1000);
    if (outcome == TOO_LONG)
        return pg_err_set(err, "the plugin %s printed more than %zu bytes; it was ended",
                          plugin->name, MAX_ANSWER);
    if (read(plugin->failed, &failure, sizeof failure) == (ssize_t)sizeof failure)
        return pg_err_set(err, "the plugin %s can't be run: %s", plugin->name, strerror(failure));
    if (WIFSIGNALED(plugin->status))
        return pg_err_set(err, "the plugin %s was ended by signal %d", plugin->name,
                          WTERMSIG(plugin->status));
    if (!WIFEXITED(plugin->status) || WEXITSTATUS(plugin->status) != 0)
        return pg_err_set(err, "the plugin %s failed with exit code %d", plugin->name,
                          WEXITSTATUS(plugin->status));
    run->trouble = PG_KUBE_FINE;
    return true;
}

static bool watch(struct plugin *plugin, struct pg_kube_run *run, struct pg_err *err)
{
    int64_t deadline = run->deadline_ms ? run->deadline_ms : DEADLINE_MS, began = pg_clock_ms();
    int64_t until = plugin->interactive ? 0 : began + deadline;
    enum outcome outcome;
    /* One that always has the terminal says itself what it waits for. */
    bool told = run->waiting == NULL || plugin->asks;

    while ((outcome = step(plugin, until)) == GOES_ON) {
        if (told || pg_clock_ms() - began < WAITING_MS)
            continue;
        told = true;
        run->waiting(run->context, plugin->name);
    }
    if (outcome != DONE)
        stop(plugin, outcome == CANCELLED ? HURRY_MS : GRACE_MS);
    say(plugin);
    return explain(plugin, outcome, run, deadline, err);
}

/* Adds to a failure what the plugin said last, where nobody has seen it: that tells what to do. */
static void add_last_line(const struct pg_kube_run *run, size_t from, struct pg_err *err)
{
    const char *begin = run->said ? pg_buf_text(run->said) + from : "";
    const char *end = begin + strlen(begin);
    char line[MAX_LINE * 12 + 1]; /* a character takes four bytes at most, and has two marks */

    while (end > begin && (end[-1] == '\n' || end[-1] == ' '))
        end--;
    const char *last = end;
    while (last > begin && last[-1] != '\n')
        last--;
    if (last == end)
        return;
    snprintf(line, sizeof line, "%.*s", (int)(end - last), last);
    int n = (int)pg_text_prefix(line, MAX_LINE);
    struct pg_err before = *err;
    pg_err_set(err, "%s: %.*s%s", before.text, n, line, end - last > n ? ".." : "");
}

/* --- all of it --------------------------------------------------------------------------------- */

static bool missing(const struct pg_kube_exec *exec, struct pg_err *err)
{
    return pg_err_set(err, "the plugin %s was not found%s%s%s", exec->command,
                      strchr(exec->command, '/') ? "" : " in $PATH", exec->install_hint ? "\n" : "",
                      exec->install_hint ? exec->install_hint : "");
}

static char **arguments(struct pg_arena *arena, const struct pg_kube_exec *exec)
{
    char **argv = pg_arena_array(arena, exec->nargs + 2, sizeof *argv);

    argv[0] = pg_arena_strdup(arena, exec->command);
    for (uint32_t i = 0; i < exec->nargs; i++)
        argv[i + 1] = pg_arena_strdup(arena, exec->args[i]);
    return argv;
}

static bool run_program(struct pg_arena *arena, const struct pg_kube_exec *exec,
                        const char *program, const struct pg_kube_env *env, struct plugin *plugin,
                        struct pg_kube_run *run, struct pg_err *err)
{
    struct child_env child;
    bool ok;

    child_env_make(&child, arena, exec, env, info_text(arena, exec, plugin->interactive));
    plugin->answer.p = pg_xmalloc(MAX_ANSWER + 1);
    plugin->errors = pg_arena_alloc(arena, MAX_SAID);
    run->trouble = PG_KUBE_PLUGIN_FAILED;
    ok = start(plugin, program, arguments(arena, exec), child.list, err);
    child_env_wipe(&child);
    ok = ok && watch(plugin, run, err);
    close_end(&plugin->out);
    close_end(&plugin->said);
    close_end(&plugin->failed);
    return ok;
}

bool pg_exec_plugin_run(const struct pg_kube_exec *exec, const struct pg_kube_env *env,
                        struct pg_kube_run *run, struct exec_answer *answer, struct pg_err *err)
{
    struct pg_arena *arena;
    struct plugin plugin = {.name = exec->command, .run = run, .out = -1, .said = -1, .failed = -1};
    size_t from = run->said ? run->said->n : 0;
    const char *program;
    bool ok;

    if (exec->interactive == PG_KUBE_ALWAYS && !run->terminal) {
        pg_err_set(err, "the plugin %s needs a terminal", exec->command);
        return fail(run, PG_KUBE_PLUGIN_TERMINAL);
    }
    plugin.interactive = exec->interactive != PG_KUBE_NEVER && run->terminal;
    plugin.asks = exec->interactive == PG_KUBE_ALWAYS;
    arena = pg_arena_new();
    program = find_program(arena, env, exec->command);
    if (!program) {
        missing(exec, err);
        ok = fail(run, PG_KUBE_PLUGIN_MISSING);
    } else {
        ok = run_program(arena, exec, program, env, &plugin, run, err);
    }
    if (ok && !pg_exec_plugin_parse(exec, plugin.answer.p, plugin.answer.n, answer, err))
        ok = fail(run, PG_KUBE_PLUGIN_FAILED);
    if (!ok && run->trouble != PG_KUBE_CANCELLED)
        add_last_line(run, from, err);
    pg_secret_wipe(&plugin.answer);
    pg_arena_free(arena);
    return ok;
}
