#include "source.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "format.h"
#include "kube.h"
#include "polgrid/clock.h"
#include "polgrid/report.h"
#include "polgrid/text.h"
#include "say.h"
#include "texts.h"

/* Diagnostics printed of each sort; the rest is counted. */
#define PG_DIAGS_SHOWN 50u
#define PG_KINDS_SHOWN 12u

/* How often the kubeconfig of a cluster that is followed is looked at. */
#define LOOK_MS 20000

int pg_cli_source_check(const struct pg_cli_run *run)
{
    const struct pg_cli_args *args = run->args;
    if (args->given[PG_OPT_DEMO] && args->files.n > 0) {
        pg_cli_say("--demo and -f are two sources; give one of them");
        return PG_CLI_USAGE;
    }
    for (int id = PG_OPT_KUBE_FIRST; id <= PG_OPT_KUBE_LAST; id++) {
        if (!args->given[id] || pg_cli_source_is_live(args))
            continue;
        pg_cli_say("--%s names a live cluster, and %s is another source; give one of them",
                   pg_cli_options[id].name, args->given[PG_OPT_DEMO] ? "--demo" : "-f");
        return PG_CLI_USAGE;
    }
    return PG_CLI_YES;
}

bool pg_cli_source_is_live(const struct pg_cli_args *args)
{
    return !args->given[PG_OPT_DEMO] && args->files.n == 0;
}

bool pg_cli_source_assume(const struct pg_cli_args *args, struct pg_assume *assume,
                          struct pg_err *err)
{
    *assume = pg_assume_default();
    for (uint32_t i = 0; i < args->assumes.n; i++) {
        if (!pg_assume_set(assume, args->assumes.v[i], err))
            return false;
    }
    return true;
}

/* --- loading ------------------------------------------------------------------------------------- */

/* Keeps the text of standard input for the next load. */
static void keep_stdin(struct pg_cli_loading *loading, const struct pg_cluster *cluster)
{
    for (uint32_t i = 0; i < cluster->nfiles && !loading->stdin_read; i++) {
        const struct pg_file *file = &cluster->files[i];
        if (strcmp(file->name, "-") == 0 && file->text) {
            pg_buf_add(&loading->stdin_text, file->text, (size_t)file->bytes);
            loading->stdin_read = true;
        }
    }
}

static bool load_path(struct pg_cli_loading *loading, struct pg_loader *loader, const char *path,
                      struct pg_err *err)
{
    if (strcmp(path, "-") != 0 || !loading->stdin_read)
        return pg_loader_path(loader, path, err);
    pg_loader_text(loader, "-", pg_buf_text(&loading->stdin_text), loading->stdin_text.n);
    return true;
}

/* How it is read: what the grid's screen must not see is kept from it. */
static struct pg_live_reading reading_of(struct pg_cli_loading *loading)
{
    bool on_screen = loading->on_screen;
    return (struct pg_live_reading){
        .terminal = !on_screen && isatty(STDIN_FILENO),
        .said = on_screen ? &loading->said : NULL,
        .cancel = on_screen ? loading->cancel : -1,
    };
}

/* Reads the cluster. A first failure is the command's; on a reload what was there stays. */
static struct pg_cluster *load_live(struct pg_cli_loading *loading,
                                    const struct pg_load_options *options, struct pg_err *err)
{
    struct pg_live_reading reading = reading_of(loading);
    struct pg_load_options quiet = *options;

    reading.progress = options->progress;
    reading.context = options->context;
    reading.asked = loading->asked;
    loading->asked = false;
    loading->unreachable = true;
    if (!loading->live)
        loading->live = pg_cli_kube_open(loading->args, err);

    if (!loading->live || !pg_live_read(loading->live, &reading, err))
        return NULL;
    loading->unreachable = false;
    quiet.progress = NULL;
    return pg_live_cluster(loading->live, &quiet);
}

struct pg_cluster *pg_cli_source_load(void *context,
                                      bool (*progress)(void *, const struct pg_load_progress *),
                                      void *progress_context, struct pg_err *err)
{
    struct pg_cli_loading *loading = context;
    const struct pg_cli_args *args = loading->args;
    struct pg_load_options options = {
        .default_namespace = args->values[PG_OPT_NAMESPACE],
        .recursive = args->given[PG_OPT_RECURSIVE],
        .hash = args->values[PG_OPT_OUTPUT] && strcmp(args->values[PG_OPT_OUTPUT], "json") == 0,
        .progress = progress,
        .context = progress_context,
        .object = loading->object,
        .object_context = loading->object_context,
    };
    if (pg_cli_source_is_live(args))
        return load_live(loading, &options, err);
    struct pg_loader *loader = pg_loader_new(&options);
    if (args->given[PG_OPT_DEMO])
        pg_loader_text(loader, PG_CLI_DEMO_NAME, pg_cli_demo_text, pg_cli_demo_length);
    for (uint32_t i = 0; i < args->files.n; i++) {
        if (!load_path(loading, loader, args->files.v[i], err)) {
            pg_loader_free(loader);
            return NULL;
        }
    }
    struct pg_cluster *cluster = pg_loader_finish(loader);
    keep_stdin(loading, cluster);
    return cluster;
}

/* Another cluster or another context is not what is being looked at: somebody chose it for other work. */
static bool same_target(const struct pg_kube_target *a, const struct pg_kube_target *b)
{
    return pg_text_same(a->context, b->context) && pg_text_same(a->url, b->url);
}

/* What a kubeconfig that was changed says now; NULL: nothing that could be used. It is kept until it is changed once more:
   it remembers that its plugin failed. */
static struct pg_live *changed_kubeconfig(struct pg_cli_loading *loading)
{
    struct pg_err err;

    if (loading->next && pg_kube_changed(pg_live_target(loading->next))) {
        pg_live_free(loading->next);
        loading->next = NULL;
    }
    if (!loading->next && pg_kube_changed(pg_live_target(loading->live)))
        loading->next = pg_cli_kube_open(loading->args, &err);
    if (!loading->next || !same_target(pg_live_target(loading->next), pg_live_target(loading->live)))
        return NULL;
    return loading->next;
}

/* A kubeconfig that was replaced (a new token, a certificate) is read again, and the cluster with it. Returns whether
   that was done. */
static bool renew_kubeconfig(struct pg_cli_loading *loading)
{
    const struct pg_live_reading reading = reading_of(loading);
    int64_t now = pg_clock_ms();
    struct pg_live *fresh;
    struct pg_err err;

    if (now - loading->looked_ms < LOOK_MS)
        return false;
    loading->looked_ms = now;
    fresh = changed_kubeconfig(loading);
    if (!fresh || !pg_live_read(fresh, &reading, &err))
        return false;
    pg_live_free(loading->live);
    loading->live = fresh;
    loading->next = NULL;
    loading->renewed = true;
    return true;
}

bool pg_cli_source_follow(void *context, int timeout_ms, struct pg_live_state *state)
{
    struct pg_cli_loading *loading = context;
    bool renewed = renew_kubeconfig(loading);
    return pg_live_follow(loading->live, timeout_ms, state) || renewed;
}

const struct pg_live_event *pg_cli_source_events(void *context, uint32_t *n, uint32_t *more)
{
    struct pg_cli_loading *loading = context;
    const struct pg_live_event *events = pg_live_events(loading->live, n, more);
    if (!loading->renewed)
        return events;
    /* Whatever is another object now: it touches everything. */
    const struct pg_kube_target *target = pg_live_target(loading->live);
    loading->renewed = false;
    loading->renewal =
        (struct pg_live_event){.what = "changed",
                               .kind = "kubeconfig",
                               .name = target->context ? target->context : target->url,
                               .decides = true};
    *more += *n;
    *n = 1;
    return &loading->renewal;
}

struct pg_cluster *pg_cli_source_renew(void *context)
{
    struct pg_cli_loading *loading = context;
    struct pg_load_options options = {.default_namespace = loading->args->values[PG_OPT_NAMESPACE]};
    return pg_live_cluster(loading->live, &options);
}

void pg_cli_source_cancel(void *context, int fd)
{
    struct pg_cli_loading *loading = context;
    loading->cancel = fd;
}

void pg_cli_source_asked(void *context)
{
    struct pg_cli_loading *loading = context;
    loading->asked = true;
}

bool pg_cli_source_login(void *context, struct pg_err *err)
{
    struct pg_cli_loading *loading = context;
    struct pg_kube_run run = {.terminal = isatty(STDIN_FILENO), .cancel = loading->cancel};
    return pg_live_login(loading->live, &run, err);
}

void pg_cli_source_end(struct pg_cli_loading *loading)
{
    pg_buf_free(&loading->stdin_text);
    pg_live_free(loading->live);
    pg_live_free(loading->next);
    loading->live = loading->next = NULL;
    pg_buf_free(&loading->said);
}

int pg_cli_source_failed(const struct pg_cli_loading *loading, const struct pg_err *err)
{
    if (loading->unreachable) {
        pg_cli_kube_unreachable(loading->args, loading->live, err);
        return PG_CLI_UNREACHABLE;
    }
    pg_cli_say("%s", err->text);
    return PG_CLI_USAGE;
}

const char *pg_cli_source_title(struct pg_arena *arena, const struct pg_cli_args *args)
{
    if (args->given[PG_OPT_DEMO])
        return "--demo";
    if (args->files.n == 0)
        return "";
    if (args->files.n == 1)
        return args->files.v[0];
    return pg_arena_printf(arena, "%s and %u more", args->files.v[0], (unsigned)(args->files.n - 1));
}

/* --- what the loader had to say ------------------------------------------------------------------- */

/* Objects that have no say in the network are counted, not listed. */
static void print_skipped(struct pg_buf *out, const struct pg_cluster *cluster)
{
    for (uint32_t i = 0; i < cluster->nskipped; i++) {
        const struct pg_skipped *skipped = &cluster->skipped[i];
        pg_buf_puts(out, i == 0 ? "not looked at: " : ", ");
        if (i == PG_KINDS_SHOWN) {
            pg_buf_printf(out, "and %u more kinds", (unsigned)(cluster->nskipped - i));
            break;
        }
        pg_buf_printf(out, "%u ", (unsigned)skipped->count);
        pg_text_clean(out, skipped->kind, strlen(skipped->kind));
    }
    if (cluster->nskipped > 0)
        pg_buf_putc(out, '\n');
}

static void print_left_out(struct pg_buf *out, const struct pg_eval *eval)
{
    if (pg_report_left_out(out, eval))
        pg_buf_putc(out, '\n');
}

/* Whether standard output and standard error are one terminal, and the answer a page that ends with what is
   incomplete: a reader need not be told twice. What goes to a file or a pipe is as it is without a terminal. */
static bool tells_below(const struct pg_cli_args *args)
{
    static const char *const pages[] = {"table", "wide", "md"};
    const char *format = args->values[PG_OPT_OUTPUT];
    struct stat out, err;
    bool page = !format;
    for (size_t i = 0; i < sizeof pages / sizeof *pages && format; i++)
        page = page || strcmp(format, pages[i]) == 0;
    return page && isatty(STDOUT_FILENO) && isatty(STDERR_FILENO) &&
           fstat(STDOUT_FILENO, &out) == 0 && fstat(STDERR_FILENO, &err) == 0 &&
           out.st_rdev == err.st_rdev;
}

/* In the order of reading; many warnings must not hide an error, so each of the two has its own cap. */
static void print_diags(const struct pg_cli_world *world, enum pg_severity least)
{
    const struct pg_cluster *cluster = world->cluster;
    struct pg_buf out = {0};
    uint32_t seen[2] = {0}, left = 0;
    for (uint32_t i = 0; i < cluster->ndiags; i++) {
        if (cluster->diags[i].severity < least)
            continue;
        if (seen[cluster->diags[i].severity >= PG_SEVERITY_ERROR]++ >= PG_DIAGS_SHOWN) {
            left++;
            continue;
        }
        pg_diag_print(&out, cluster, &cluster->diags[i]);
        pg_buf_putc(&out, '\n');
    }
    if (left > 0)
        pg_buf_printf(&out, "and %u more\n", (unsigned)left);
    print_skipped(&out, cluster);
    if (!world->told_below)
        print_left_out(&out, world->eval);
    fputs(pg_buf_text(&out), stderr);
    pg_buf_free(&out);
}

/* The worst that the loader had to say. */
static enum pg_severity worst(const struct pg_cluster *cluster)
{
    enum pg_severity severity = PG_SEVERITY_INFO;
    for (uint32_t i = 0; i < cluster->ndiags; i++)
        if (cluster->diags[i].severity > severity)
            severity = cluster->diags[i].severity;
    return severity;
}

int pg_cli_source_open(const struct pg_cli_run *run, struct pg_cli_world *world)
{
    return pg_cli_source_open_with(run, world, NULL, NULL);
}

int pg_cli_source_open_with(const struct pg_cli_run *run, struct pg_cli_world *world,
                            void (*object)(void *, const struct pg_object *), void *context)
{
    struct pg_assume assume;
    struct pg_err err;
    int status = pg_cli_source_check(run);
    *world = (struct pg_cli_world){0};
    if (status != PG_CLI_YES)
        return status;
    if (!pg_cli_source_assume(run->args, &assume, &err)) {
        pg_cli_say("%s", err.text);
        return PG_CLI_USAGE;
    }
    struct pg_cli_loading loading = {.args = run->args, .object = object, .object_context = context};
    world->cluster = pg_cli_source_load(&loading, NULL, NULL, &err);
    if (!world->cluster)
        status = pg_cli_source_failed(&loading, &err);
    pg_cli_source_end(&loading);
    if (!world->cluster)
        return status;
    world->eval = pg_eval_new(world->cluster, &assume);
    /* What a lenient API server takes and kubectl refuses, an unknown field above all, is no better under
       --strict than what is rejected: it may have opened a rule (semantics 1.7). */
    bool refused = worst(world->cluster) >=
                   (run->args->given[PG_OPT_STRICT] ? PG_SEVERITY_ERROR : PG_SEVERITY_FATAL);
    world->told_below = !object && !refused && tells_below(run->args);
    /* Remarks are for those who write manifests, and are on the grid's page of diagnostics. */
    print_diags(world, pg_cli_source_is_live(run->args) ? PG_SEVERITY_WARNING : PG_SEVERITY_INFO);
    if (refused) {
        pg_cli_source_close(world);
        return PG_CLI_USAGE;
    }
    return PG_CLI_YES;
}

void pg_cli_source_say(const struct pg_cli_world *world, const struct pg_err *err)
{
    struct pg_buf out = {0};
    if (world->told_below)
        print_left_out(&out, world->eval);
    fputs(pg_buf_text(&out), stderr);
    pg_buf_free(&out);
    pg_cli_say("%s", err->text);
}

void pg_cli_source_close(struct pg_cli_world *world)
{
    pg_eval_free(world->eval);
    pg_cluster_free(world->cluster);
    *world = (struct pg_cli_world){0};
}

int pg_cli_source_answer(struct pg_cli_run *run, pg_cli_answer *answer)
{
    static const char *const formats[] = {"table", "json", NULL};
    struct pg_cli_world world;
    int format = pg_cli_format(run->args, formats);
    if (format < 0)
        return PG_CLI_USAGE;
    int status = pg_cli_source_open(run, &world);
    if (status != PG_CLI_YES)
        return status;
    status = answer(run, &world, format == 1);
    pg_cli_source_close(&world);
    return status;
}

/* Whether something could not be read that cells hang on. */
static bool is_unread(const struct pg_cluster *cluster)
{
    for (uint32_t i = 0; i < cluster->nunread; i++)
        if (cluster->unread[i].what != PG_UNREAD_EXTRA)
            return true;
    return false;
}

int pg_cli_source_status(const struct pg_cli_run *run, const struct pg_cli_world *world, int status)
{
    bool sure = pg_eval_complete(world->eval) && !pg_report_not_enforced(world->eval);
    if (run->args->given[PG_OPT_STRICT] && !sure)
        return PG_CLI_UNDECIDED;
    if (status == PG_CLI_YES && run->args->command != pg_cli_find_command("why") &&
        is_unread(world->cluster))
        return PG_CLI_UNDECIDED;
    return status;
}

void pg_cli_source_warn(const struct pg_cli_world *world)
{
    struct pg_buf out = {0};
    pg_report_head(&out, world->eval);
    fputs(pg_buf_text(&out), stderr);
    pg_buf_free(&out);
}
