/*
 * Reads arguments: options with one letter or a long name, values after a space or "=", before and after
 * the operands. "--" ends the options; "-" is an operand or a value.
 */
#ifndef POLGRID_CLI_ARGS_H
#define POLGRID_CLI_ARGS_H

#include "command.h"

/* False with a message for the user; `args` then still says which command was meant, if that is known. */
bool pg_cli_args_parse(struct pg_arena *arena, int argc, char **argv, struct pg_cli_args *args,
                       struct pg_err *err);

/* The name in a list (ending in NULL) that looks most like `word`; NULL where none is near. */
const char *pg_cli_nearest(const char *word, const char *const *names);

#endif
