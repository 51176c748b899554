/*
 * A live cluster: what an API server has of it, read with GET and nothing else.
 *
 *     struct pg_live *live = pg_live_new(&flags, &env, &err);         resolves the kubeconfig; no network yet
 *     if (!pg_live_read(live, &reading, &err)) …                       discovery, then all lists
 *     struct pg_cluster *cluster = pg_live_cluster(live, &options);    any number of times
 *     pg_live_free(live);
 *
 * What may not be read, or could not be, is told to the loader, which makes what hangs on it unknown
 * (load.h, pg_loader_unread). Each object is pruned to what is evaluated as soon as it arrives, so memory
 * grows with the model and not with the bytes.
 *
 * A live belongs to one thread at a time.
 */
#ifndef POLGRID_LIVE_H
#define POLGRID_LIVE_H

#include "polgrid/kubeconfig.h"
#include "polgrid/load.h"

struct pg_live;

/* Strings of the flags are copied as far as they are needed later; `env` must outlive it. NULL with `err`
   set where the kubeconfig can't be honoured. */
struct pg_live *pg_live_new(const struct pg_kube_flags *flags, const struct pg_kube_env *env,
                            struct pg_err *err);
void pg_live_free(struct pg_live *live);

/* Which cluster, as whom. */
const struct pg_kube_target *pg_live_target(const struct pg_live *live);

struct pg_live_reading {
    bool terminal;       /* a credential plugin may have standard input */
    struct pg_buf *said; /* gets what a plugin writes to stderr, cleaned; NULL: it goes to our stderr */
    int cancel;          /* a descriptor that becomes readable to cancel a plugin; -1: none */
    /* As in struct pg_load_options. False stops: what is there by then is kept, the rest is unread. */
    bool (*progress)(void *context, const struct pg_load_progress *progress);
    void *context;
};

/* Reads the cluster, anew where it was read before. False where nothing could be read at all: the server
   can't be reached, does not know the user, or allows nothing; `err` says which, and what to try. */
bool pg_live_read(struct pg_live *live, const struct pg_live_reading *reading, struct pg_err *err);

/* What was read, as the loader has it. Each policy is a text of its own, "shop/networkpolicy/api-in". */
struct pg_cluster *pg_live_cluster(struct pg_live *live, const struct pg_load_options *options);

#endif
