/*
 * From the command line to a live cluster: the flags that kubectl has, and the cluster that they name.
 */
#ifndef POLGRID_CLI_KUBE_H
#define POLGRID_CLI_KUBE_H

#include "command.h"
#include "polgrid/live.h"

/* The flags as the kubeconfig reader takes them; they point into the arguments. */
void pg_cli_kube_flags(const struct pg_cli_args *args, struct pg_kube_flags *flags);

/* The live cluster that the arguments name; no network yet. NULL with `err` set. */
struct pg_live *pg_cli_kube_open(const struct pg_cli_args *args, struct pg_err *err);

/* The cluster, its server and the user in one line: "prod as alice (https://10.0.0.1:6443)". */
const char *pg_cli_kube_title(struct pg_arena *arena, const struct pg_kube_target *target);

/* Appends what was asked for, and what else can be looked at. `live` may be NULL. */
void pg_cli_kube_hints(struct pg_buf *out, const struct pg_cli_args *args,
                       const struct pg_live *live);

/* Says on standard error why there is no cluster, and what else can be looked at. `live` is NULL where the
   kubeconfig could not be read. */
void pg_cli_kube_unreachable(const struct pg_cli_args *args, const struct pg_live *live,
                             const struct pg_err *err);

#endif
