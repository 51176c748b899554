/*
 * The command line: arguments in, an answer on standard output, an exit status out (interface.md).
 *
 * The interactive grid lives above this room, so whoever calls pg_cli_main() hands it in.
 */
#ifndef POLGRID_CLI_H
#define POLGRID_CLI_H

#include <stdbool.h>

#include "polgrid/assume.h"
#include "polgrid/cluster.h"
#include "polgrid/err.h"
#include "polgrid/live.h"
#include "polgrid/load.h"

/* What the grid is to show. */
struct pg_cli_explore {
    /* Loads the sources of the command line; may be called again. Calls must not overlap. NULL with `err`
       set where it can't. `progress` returns false to stop. */
    struct pg_cluster *(*load)(void *context,
                               bool (*progress)(void *, const struct pg_load_progress *),
                               void *progress_context, struct pg_err *err);
    /* Of a live cluster, else NULL; see struct pg_tui_options. What the front end gets of it is told in the
       terms of the live room. `take`: hand over what happened. */
    bool (*follow)(void *context, int timeout_ms, struct pg_live_state *state);
    const struct pg_live_event *(*events)(void *context, uint32_t *n, uint32_t *more);
    struct pg_cluster *(*renew)(void *context);
    void (*cancel)(void *context, int fd);
    void (*asked)(void *context);
    bool (*login)(void *context, struct pg_err *err);
    void *context;
    struct pg_assume assume;
    const char *title; /* the sources, as they were given */
    bool color, mouse, line_drawing;
};

/* Runs the command that the arguments name and returns the exit status. */
int pg_cli_main(int argc, char **argv, int (*explore)(const struct pg_cli_explore *));

#endif
