#include <string.h>

#include "args.h"
#include "help.h"
#include "say.h"
#include "texts.h"

/* What a cluster's administrator is to apply. */
static int print_rbac(void)
{
    struct pg_buf out = {0};
    pg_buf_add(&out, pg_cli_rbac_text, pg_cli_rbac_length);
    return pg_cli_write(&out, PG_CLI_YES);
}

int pg_cli_run_help(struct pg_cli_run *run)
{
    const struct pg_cli_command *command = NULL;
    if (run->args->operands.n > 0) {
        const char *name = run->args->operands.v[0];
        if (strcmp(name, "rbac") == 0)
            return print_rbac();
        command = pg_cli_find_command(name);
        if (!command) {
            pg_cli_say("unknown command %s; `%s help' lists them", name, run->args->program);
            return PG_CLI_USAGE;
        }
    }
    struct pg_buf out = {0};
    pg_cli_print_help(&out, run->args, command);
    return pg_cli_write(&out, PG_CLI_YES);
}
