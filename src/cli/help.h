/*
 * Usage and help, made from the tables.
 */
#ifndef POLGRID_CLI_HELP_H
#define POLGRID_CLI_HELP_H

#include "command.h"
#include "polgrid/buf.h"

/* Appends the usage line of a command, or of the program where there is none. */
void pg_cli_print_usage(struct pg_buf *out, const struct pg_cli_args *args);
/* Appends the help of a command, or of the program. */
void pg_cli_print_help(struct pg_buf *out, const struct pg_cli_args *args,
                       const struct pg_cli_command *command);

#endif
