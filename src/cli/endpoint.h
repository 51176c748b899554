/*
 * The endpoints of the command line: from text to ends of the cluster.
 *
 *     NS/POD  NS/KIND/NAME  NS/svc/NAME  node/NAME  ADDRESS  CIDR  internet
 *     NAME and, where no namespace is called KIND, KIND/NAME: of the namespace of -n or the context
 *
 * The destination of a question carries a port: TO[:[PORT][/PROTO]], an IPv6 address in brackets.
 */
#ifndef POLGRID_CLI_ENDPOINT_H
#define POLGRID_CLI_ENDPOINT_H

#include "command.h"
#include "polgrid/eval.h"

struct pg_cli_ends {
    const struct pg_end *v;
    uint32_t n;        /* at least one */
    const char *asked; /* what was asked, where it is not simply v[0]; else NULL */
    uint32_t workload; /* asked for all pods of a workload: its index; else PG_NONE */
    uint32_t service;  /* a service, by name or by its cluster IP: its index; else PG_NONE */
    int family;        /* 4 or 6 where a pod, node or service was asked for by an address, else 0 */
    const char *note;  /* what the reader must know, or NULL */
    bool unread;       /* not found, and it may be there all the same: not all could be read */
};

/* The namespace of a bare name: that of -n, or of a live cluster's context. */
const char *pg_cli_endpoint_namespace(const struct pg_cli_run *run,
                                      const struct pg_cluster *cluster);

/* The namespace of -n; PG_NONE with a message where there is none, and then in *status what that comes to. */
uint32_t pg_cli_endpoint_given(const struct pg_cli_run *run, const struct pg_cluster *cluster,
                               int *status, struct pg_err *err);

/* `ns` is the namespace of a bare name. False with a message. */
bool pg_cli_endpoint_find(struct pg_arena *arena, const struct pg_eval *eval, const char *text,
                          const char *ns, struct pg_cli_ends *ends, struct pg_err *err);

/* Cuts a destination in two; `port` is what follows the colon, "" where nothing does. */
bool pg_cli_endpoint_split(struct pg_arena *arena, const char *text, const char **name,
                           const char **port, struct pg_err *err);

#endif
