#include "source.h"

#include <stdlib.h>
#include <string.h>

#include "demo.h"
#include "format.h"
#include "polgrid/kubeconfig.h"
#include "polgrid/report.h"
#include "polgrid/text.h"
#include "say.h"

/* Diagnostics printed of each sort; the rest is counted. */
#define PG_DIAGS_SHOWN 50u
#define PG_KINDS_SHOWN 12u

static const char *from_environment(void *context, const char *name)
{
    (void)context;
    return getenv(name);
}

/* What kubectl would talk to, for whom, so that the command to ask it can be given whole. */
static void tell_target(const struct pg_cli_args *args)
{
    struct pg_arena *arena = pg_arena_new();
    struct pg_kube_flags flags = {.namespace_ = args->values[PG_OPT_NAMESPACE]};
    struct pg_kube_env env = {.get = from_environment};
    struct pg_kube_target target;
    struct pg_buf out = {0};
    struct pg_err err;
    if (pg_kube_load(arena, &flags, &env, &target, &err)) {
        pg_buf_puts(&out, "the kubeconfig in use names this cluster, for kubectl to read:\n");
        pg_kube_describe(&out, &target);
        fputs(pg_buf_text(&out), stderr);
        pg_kube_target_wipe(&target);
    }
    pg_buf_free(&out);
    pg_arena_free(arena);
}

int pg_cli_source_check(const struct pg_cli_run *run)
{
    const struct pg_cli_args *args = run->args;
    if (args->given[PG_OPT_DEMO] && args->files.n > 0) {
        pg_cli_say("--demo and -f are two sources; give one of them");
        return PG_CLI_USAGE;
    }
    if (args->given[PG_OPT_DEMO] || args->files.n > 0)
        return PG_CLI_YES;
    pg_cli_say("no cluster can be reached: this version reads manifests only");
    fprintf(stderr,
            "try:  %s --demo                 the built-in demo cluster\n"
            "      %s -f PATH                manifests, a file or a directory\n"
            "      kubectl get ns,pod,netpol -A -o yaml | %s -f -\n",
            args->program, args->program, args->program);
    tell_target(args);
    return PG_CLI_UNREACHABLE;
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
    };
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

/* In the order of reading; many warnings must not hide an error, so each of the two has its own cap. */
static void print_diags(const struct pg_cluster *cluster, const struct pg_eval *eval)
{
    struct pg_buf out = {0};
    uint32_t seen[2] = {0}, left = 0;
    for (uint32_t i = 0; i < cluster->ndiags; i++) {
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
    if (pg_report_left_out(&out, eval))
        pg_buf_putc(&out, '\n');
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
    struct pg_cli_loading loading = {.args = run->args};
    world->cluster = pg_cli_source_load(&loading, NULL, NULL, &err);
    pg_buf_free(&loading.stdin_text);
    if (!world->cluster) {
        pg_cli_say("%s", err.text);
        return PG_CLI_USAGE;
    }
    world->eval = pg_eval_new(world->cluster, &assume);
    print_diags(world->cluster, world->eval);
    /* What a lenient API server takes and kubectl refuses, an unknown field above all, is no better under
       --strict than what is rejected: it may have opened a rule (semantics 1.7). */
    enum pg_severity refused =
        run->args->given[PG_OPT_STRICT] ? PG_SEVERITY_ERROR : PG_SEVERITY_FATAL;
    if (worst(world->cluster) >= refused) {
        pg_cli_source_close(world);
        return PG_CLI_USAGE;
    }
    return PG_CLI_YES;
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

int pg_cli_source_status(const struct pg_cli_run *run, const struct pg_cli_world *world, int status)
{
    bool sure = pg_eval_complete(world->eval) && !pg_report_not_enforced(world->eval);
    if (run->args->given[PG_OPT_STRICT] && !sure)
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
