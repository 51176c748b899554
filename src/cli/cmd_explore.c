#include <string.h>

#include "command.h"
#include "say.h"
#include "source.h"

static bool wants_color(const char *when)
{
    if (when && strcmp(when, "auto") != 0)
        return strcmp(when, "always") == 0;
    const char *none = getenv("NO_COLOR"), *term = getenv("TERM");
    return !(none && *none) && !(term && strcmp(term, "dumb") == 0);
}

int pg_cli_run_explore(struct pg_cli_run *run)
{
    const struct pg_cli_args *args = run->args;
    struct pg_cli_loading loading = {.args = args};
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
    if (!pg_cli_source_assume(args, &explore.assume, &err)) {
        pg_cli_say("%s", err.text);
        return PG_CLI_USAGE;
    }
    status = run->explore(&explore);
    pg_cli_source_end(&loading);
    return status;
}
