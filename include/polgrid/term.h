/*
 * The interactive grid on a terminal: the only room that knows ncurses.
 *
 * Keys come from standard input, or from /dev/tty where standard input is data; the screen goes to standard
 * output, or to /dev/tty where that is not a terminal. However the program ends, by q, by a signal, by a
 * crash, by running out of memory, the terminal is left as it was found.
 */
#ifndef POLGRID_TERM_H
#define POLGRID_TERM_H

#include "polgrid/tui.h"

/* Runs until the user quits. Returns the exit status: 0; 2 where there is no usable terminal or the first load
   failed (said on standard error); 128 + signal after SIGTERM or SIGHUP. Q prints the sentence of the cell
   to standard output after the screen is left. */
int pg_term_run(const struct pg_tui_options *options);

#endif
