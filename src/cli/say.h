/*
 * What goes out: answers to standard output, words about trouble to standard error.
 */
#ifndef POLGRID_CLI_SAY_H
#define POLGRID_CLI_SAY_H

#include "polgrid/buf.h"

/* "polgrid: " and a line to standard error, sanitised. */
void pg_cli_say(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The same of a text that may have several lines (the hint of a plugin): those after the first are indented, so that
   none of them looks like a message of polgrid's. */
void pg_cli_say_lines(const char *before, const char *text);

/* Writes a buffer to standard output and frees it. Returns `status`, or PG_CLI_USAGE where it could not
   be written. */
int pg_cli_write(struct pg_buf *out, int status);

#endif
