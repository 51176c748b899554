#include "polgrid/cli.h"

#include "args.h"
#include "help.h"
#include "say.h"

/* A terminal gets the grid, anything else the matrix; so does who asks for what only the matrix has. */
static const struct pg_cli_command *default_command(const struct pg_cli_args *args)
{
    const struct pg_cli_command *explore = pg_cli_find_command("explore");
    bool fits = isatty(STDOUT_FILENO);
    for (int id = 0; id < PG_NOPTIONS; id++)
        fits = fits && (!args->given[id] || explore->options & PG_OPT_BIT(id));
    return fits ? explore : pg_cli_find_command("matrix");
}

static int complain(const struct pg_cli_args *args, const struct pg_err *err)
{
    struct pg_buf usage = {0};
    pg_cli_say("%s", err->text);
    pg_cli_print_usage(&usage, args);
    fputs(pg_buf_text(&usage), stderr);
    pg_buf_free(&usage);
    return PG_CLI_USAGE;
}

static int print_help(const struct pg_cli_args *args)
{
    struct pg_buf out = {0};
    pg_cli_print_help(&out, args, args->command);
    return pg_cli_write(&out, PG_CLI_YES);
}

static int run_command(struct pg_arena *arena, struct pg_cli_args *args,
                       int (*explore)(const struct pg_cli_explore *))
{
    struct pg_cli_run run = {arena, args, explore};
    if (args->given[PG_OPT_VERSION])
        return pg_cli_run_version(&run);
    if (args->given[PG_OPT_HELP])
        return print_help(args);
    if (!args->command)
        args->command = default_command(args);
    return args->command->run(&run);
}

int pg_cli_main(int argc, char **argv, int (*explore)(const struct pg_cli_explore *))
{
    struct pg_arena *arena = pg_arena_new();
    struct pg_cli_args args;
    struct pg_err err;
    int status;
    if (pg_cli_args_parse(arena, argc, argv, &args, &err))
        status = run_command(arena, &args, explore);
    else
        status = complain(&args, &err);
    pg_arena_free(arena);
    return status;
}
