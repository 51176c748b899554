/*
 * From the options that name sources and assumptions to a cluster, with its diagnostics said on standard
 * error.
 */
#ifndef POLGRID_CLI_SOURCE_H
#define POLGRID_CLI_SOURCE_H

#include "command.h"
#include "polgrid/buf.h"
#include "polgrid/eval.h"
#include "polgrid/live.h"

/* Whether the arguments name one kind of source (-f, --demo, or neither: the live cluster). Says what is wrong; returns an
   exit status, PG_CLI_YES if all is well. */
int pg_cli_source_check(const struct pg_cli_run *run);

/* The assumptions of --assume. */
bool pg_cli_source_assume(const struct pg_cli_args *args, struct pg_assume *assume,
                          struct pg_err *err);

/* What a loader of the sources keeps between loads: standard input can be read once only. */
struct pg_cli_loading {
    const struct pg_cli_args *args;
    struct pg_buf stdin_text;
    bool stdin_read;
    /* As in struct pg_load_options. */
    void (*object)(void *object_context, const struct pg_object *object);
    void *object_context;
    bool on_screen;       /* the terminal is the grid's: no plugin may have it */
    int cancel;           /* then: ends a plugin that runs */
    bool asked;           /* the next load is somebody's wish */
    struct pg_buf said;   /* what a plugin wrote the last time, while on_screen */
    struct pg_live *live; /* from the first load on; NULL: another source */
    struct pg_live *next; /* of a kubeconfig that was changed, until it can be read */
    int64_t looked_ms;    /* when the kubeconfig was last looked at */
    bool renewed; /* it was read again, and the cluster: of what changed there are no events */
    struct pg_live_event renewal; /* that tells it */
    bool unreachable;             /* set where a load failed for the cluster's sake */
};

/* Whether the source is the live cluster. */
bool pg_cli_source_is_live(const struct pg_cli_args *args);

/* Loads; see pg_cli_explore.load. `context` is a struct pg_cli_loading. */
struct pg_cluster *pg_cli_source_load(void *context,
                                      bool (*progress)(void *, const struct pg_load_progress *),
                                      void *progress_context, struct pg_err *err);

/* Of a live cluster: see struct pg_cli_explore. `context` is a struct pg_cli_loading. */
bool pg_cli_source_follow(void *context, int timeout_ms, struct pg_live_state *state);
const struct pg_live_event *pg_cli_source_events(void *context, uint32_t *n, uint32_t *more);
struct pg_cluster *pg_cli_source_renew(void *context);
void pg_cli_source_cancel(void *context, int fd);
void pg_cli_source_asked(void *context);
bool pg_cli_source_login(void *context, struct pg_err *err);

/* Gives back what the loading holds. */
void pg_cli_source_end(struct pg_cli_loading *loading);
/* Says why a load failed; the exit status to end with. */
int pg_cli_source_failed(const struct pg_cli_loading *loading, const struct pg_err *err);

/* The sources as they were given: "--demo", "manifests/ and 2 more". */
const char *pg_cli_source_title(struct pg_arena *arena, const struct pg_cli_args *args);

/* A loaded cluster, compiled. */
struct pg_cli_world {
    struct pg_cluster *cluster;
    struct pg_eval *eval;
    bool told_below; /* what is incomplete stands below the answer, on the same terminal as the diagnostics */
};

/* Checks, loads, prints the diagnostics, compiles. Returns PG_CLI_YES, or the exit status with which to
   end: a document that can't be read ends a command, and under --strict a rejected object does. */
int pg_cli_source_open(const struct pg_cli_run *run, struct pg_cli_world *world);
/* The same, with `object` called for each object (load.h). */
int pg_cli_source_open_with(const struct pg_cli_run *run, struct pg_cli_world *world,
                            void (*object)(void *, const struct pg_object *), void *context);
void pg_cli_source_close(struct pg_cli_world *world);

/* Says why there is no answer, and what is incomplete if that was left to the answer. */
void pg_cli_source_say(const struct pg_cli_world *world, const struct pg_err *err);

/* The exit status of an answer: under --strict, undecided where something was not evaluated, or where the
   network plugin does not enforce what the answer says. */
int pg_cli_source_status(const struct pg_cli_run *run, const struct pg_cli_world *world, int status);

/* Says on standard error that policies are not enforced, if that was seen: for formats that have no place
   for it. */
void pg_cli_source_warn(const struct pg_cli_world *world);

/* A command that answers in a table or in JSON: reads the format, opens the sources, answers, closes them.
   Returns the exit status. */
typedef int pg_cli_answer(struct pg_cli_run *run, struct pg_cli_world *world, bool json);
int pg_cli_source_answer(struct pg_cli_run *run, pg_cli_answer *answer);

#endif
