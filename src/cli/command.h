/*
 * The tables of commands and options, and what a running command gets. Usage, help and the checks of the
 * manual page all read the same two tables.
 */
#ifndef POLGRID_CLI_COMMAND_H
#define POLGRID_CLI_COMMAND_H

#include <stdbool.h>
#include <stdint.h>

#include "polgrid/arena.h"
#include "polgrid/cli.h"
#include "polgrid/err.h"

/* Exit statuses (interface.md). */
enum {
    PG_CLI_YES = 0,
    PG_CLI_NO = 1,
    PG_CLI_USAGE = 2,
    PG_CLI_UNREACHABLE = 3,
    PG_CLI_UNDECIDED = 4,
};

enum pg_cli_option_id {
    PG_OPT_FILENAME,
    PG_OPT_RECURSIVE,
    PG_OPT_DEMO,
    PG_OPT_NAMESPACE,
    PG_OPT_ALL_NAMESPACES,
    PG_OPT_OUTPUT,
    PG_OPT_BY,
    PG_OPT_PORT,
    PG_OPT_FROM,
    PG_OPT_TO,
    PG_OPT_EXPAND,
    PG_OPT_TOTALS,
    PG_OPT_ASSUME,
    PG_OPT_STRICT,
    PG_OPT_COLOR,
    PG_OPT_NO_MOUSE,
    PG_OPT_LINE_DRAWING,
    PG_OPT_HELP,
    PG_OPT_VERSION,
    PG_NOPTIONS,
};

#define PG_OPT_BIT(id) (1u << (id))

struct pg_cli_option {
    char letter; /* '\0': none */
    const char *name;
    const char *value; /* what help calls its value; NULL: takes none */
    const char *help;
};

/* By enum pg_cli_option_id. */
extern const struct pg_cli_option pg_cli_options[PG_NOPTIONS];

struct pg_cli_words {
    const char **v;
    uint32_t n, cap;
};

/* The arguments, read. */
struct pg_cli_args {
    const struct pg_cli_command *command; /* NULL: none was named */
    const char *program;                  /* "polgrid", or "kubectl polgrid" */
    struct pg_cli_words files, assumes, operands;
    const char *values[PG_NOPTIONS]; /* the last value given, or NULL */
    bool given[PG_NOPTIONS];
};

/* What a command works with. */
struct pg_cli_run {
    struct pg_arena *arena;
    const struct pg_cli_args *args;
    int (*explore)(const struct pg_cli_explore *);
};

struct pg_cli_command {
    const char *name;
    const char *operands; /* as the usage line shows them */
    const char *help;     /* one line */
    const char *more;     /* paragraphs for `help COMMAND` */
    uint32_t min_operands, max_operands;
    uint32_t options; /* PG_OPT_BIT of those it takes */
    int (*run)(struct pg_cli_run *run);
};

/* Ends with a command without a name. */
extern const struct pg_cli_command pg_cli_commands[];
const struct pg_cli_command *pg_cli_find_command(const char *name);

int pg_cli_run_explore(struct pg_cli_run *run);
int pg_cli_run_matrix(struct pg_cli_run *run);
int pg_cli_run_why(struct pg_cli_run *run);
int pg_cli_run_policies(struct pg_cli_run *run);
int pg_cli_run_entries(struct pg_cli_run *run);
int pg_cli_run_version(struct pg_cli_run *run);
int pg_cli_run_help(struct pg_cli_run *run);

#endif
