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
    /* Of the live cluster, as kubectl has them. */
    PG_OPT_KUBECONFIG,
    PG_OPT_CONTEXT,
    PG_OPT_CLUSTER,
    PG_OPT_USER,
    PG_OPT_SERVER,
    PG_OPT_TOKEN,
    PG_OPT_AS,
    PG_OPT_AS_GROUP,
    PG_OPT_AS_UID,
    PG_OPT_AS_USER_EXTRA,
    PG_OPT_TLS_SERVER_NAME,
    PG_OPT_CERTIFICATE_AUTHORITY,
    PG_OPT_CLIENT_CERTIFICATE,
    PG_OPT_CLIENT_KEY,
    PG_OPT_INSECURE_SKIP_TLS_VERIFY,
    PG_OPT_DISABLE_COMPRESSION,
    PG_OPT_REQUEST_TIMEOUT,
    PG_OPT_HELP,
    PG_OPT_VERSION,
    PG_NOPTIONS,
};

#define PG_OPT_BIT(id) (UINT64_C(1) << (id))

/* From the first to the last of the options that name a live cluster. */
#define PG_OPT_KUBE_FIRST PG_OPT_KUBECONFIG
#define PG_OPT_KUBE_LAST  PG_OPT_REQUEST_TIMEOUT
#define PG_OPT_KUBE       (PG_OPT_BIT(PG_OPT_KUBE_LAST + 1) - PG_OPT_BIT(PG_OPT_KUBE_FIRST))

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
    struct pg_cli_words files, assumes, operands, as_groups, as_user_extra;
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
    uint64_t options; /* PG_OPT_BIT of those it takes */
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
int pg_cli_run_snapshot(struct pg_cli_run *run);
int pg_cli_run_version(struct pg_cli_run *run);
int pg_cli_run_help(struct pg_cli_run *run);

#endif
