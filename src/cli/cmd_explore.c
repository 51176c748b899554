#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "kube.h"
#include "say.h"
#include "source.h"

static bool wants_color(const char *when)
{
    if (when && strcmp(when, "auto") != 0)
        return strcmp(when, "always") == 0;
    const char *none = getenv("NO_COLOR"), *term = getenv("TERM");
    return !(none && *none) && !(term && strcmp(term, "dumb") == 0);
}

static void say_waiting(void *context, const char *plugin)
{
    (void)context;
    pg_cli_say("waiting for the plugin %s", plugin);
}

/* The kubeconfig is read, and a credential plugin run, while the terminal is still the user's. */
static bool prepare_live(struct pg_cli_run *run, struct pg_cli_loading *loading,
                         struct pg_cli_explore *explore, struct pg_err *err)
{
    struct pg_kube_run plugin = {
        .terminal = isatty(STDIN_FILENO), .cancel = -1, .waiting = say_waiting};
    loading->unreachable = true;
    loading->live = pg_cli_kube_open(run->args, err);
    if (!loading->live || !pg_live_login(loading->live, &plugin, err))
        return false;
    loading->on_screen = true;
    explore->title = pg_cli_kube_title(run->arena, pg_live_target(loading->live));
    explore->follow = pg_cli_source_follow;
    explore->events = pg_cli_source_events;
    explore->renew = pg_cli_source_renew;
    explore->cancel = pg_cli_source_cancel;
    explore->asked = pg_cli_source_asked;
    explore->login = pg_cli_source_login;
    return true;
}

int pg_cli_run_explore(struct pg_cli_run *run)
{
    const struct pg_cli_args *args = run->args;
    struct pg_cli_loading loading = {.args = args, .cancel = -1};
    struct pg_cli_explore explore = {
        .load = pg_cli_source_load,
        .context = &loading,
        .title = pg_cli_source_title(run->arena, args),
        .color = wants_color(args->values[PG_OPT_COLOR]),
        .mouse = !args->given[PG_OPT_NO_MOUSE],
        .line_drawing = args->given[PG_OPT_LINE_DRAWING],
    };
    struct pg_err err;
    int status = pg_cli_source_check(run);
    if (status != PG_CLI_YES)
        return status;
    if (pg_cli_source_is_live(args)) {
        if (!prepare_live(run, &loading, &explore, &err))
            return pg_cli_source_failed(&loading, &err);
    }
    if (!pg_cli_source_assume(args, &explore.assume, &err)) {
        pg_cli_say("%s", err.text);
        return PG_CLI_USAGE;
    }
    status = run->explore(&explore);
    if (status == PG_CLI_USAGE && loading.unreachable) {
        /* The screen has said why; it knows nothing of clusters. */
        struct pg_buf hints = {0};
        pg_cli_kube_hints(&hints, args, loading.live);
        fputs(pg_buf_text(&hints), stderr);
        pg_buf_free(&hints);
        status = PG_CLI_UNREACHABLE;
    }
    pg_cli_source_end(&loading);
    return status;
}
