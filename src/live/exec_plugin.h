/*
 * Credential plugins (client.authentication.k8s.io): a program of the user's that prints credentials. Run
 * without a shell, in a process group of its own, with a deadline and a cap on what it may print.
 */
#ifndef POLGRID_LIVE_EXEC_PLUGIN_H
#define POLGRID_LIVE_EXEC_PLUGIN_H

#include "polgrid/kubeconfig.h"

struct exec_answer {
    struct pg_secret token, cert, key;
    int64_t expires_ms; /* since 1970; 0: it does not say */
};

/* To be called before the first plugin runs, and best before there are threads: from then on JSON is forgotten with
   its memory overwritten, in the whole program. */
void pg_exec_plugin_prepare(void);

/* Runs it and takes its answer. On failure run->trouble says of what sort. */
bool pg_exec_plugin_run(const struct pg_kube_exec *exec, const struct pg_kube_env *env,
                        struct pg_kube_run *run, struct exec_answer *answer, struct pg_err *err);

/* The ExecCredential that a plugin printed. */
bool pg_exec_plugin_parse(const struct pg_kube_exec *exec, const char *text, size_t n,
                          struct exec_answer *answer, struct pg_err *err);

/* RFC 3339 in milliseconds since 1970. */
bool pg_exec_plugin_time(const char *text, int64_t *ms);

void pg_exec_plugin_wipe(struct exec_answer *answer);

#endif
