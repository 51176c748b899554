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

/* Runs the plugin that gives the credentials, where there is one, whatever there is of it already. For a caller that
   takes the terminal away afterwards, or gives it back for a while. */
bool pg_live_login(struct pg_live *live, struct pg_kube_run *run, struct pg_err *err);

struct pg_live_reading {
    bool terminal; /* a credential plugin may have standard input */
    bool asked;    /* by somebody: a plugin that has just failed is run again nevertheless */
    /* Gets what a plugin writes to stderr the last time, cleaned; outlives the reading, for it may be run later. NULL:
       it goes to our stderr. */
    struct pg_buf *said;
    int cancel; /* a descriptor that becomes readable to cancel a plugin, then too; -1: none */
    /* As in struct pg_load_options. False stops: what is there by then is kept, the rest is unread. */
    bool (*progress)(void *context, const struct pg_load_progress *progress);
    void *context;
};

/* Reads the cluster, anew where it was read before. False where nothing could be read at all: the server
   can't be reached, does not know the user, or allows nothing; `err` says which, and what to try. */
bool pg_live_read(struct pg_live *live, const struct pg_live_reading *reading, struct pg_err *err);

/* --- following it --- */

/* One object that came, changed or went, and who did it, as far as its managedFields tell. */
struct pg_live_event {
    const char *what; /* "added", "changed", "removed"; of a pod also "removed, or done" */
    const char *kind, *ns, *name; /* ns NULL where it has none */
    const char *manager;          /* "kubectl-client-side-apply"; NULL: not known */
    bool decides; /* a policy or what one refers to, or a namespace: more than a pod */
};

/* How fresh what was read is. */
struct pg_live_state {
    int64_t proven_ms; /* when the server last answered, by pg_clock_ms() */
    bool connected;    /* nothing is wrong just now */
    bool whole;        /* all that was read is followed */
    bool outdated; /* another kind is served, or there are rights that there were not: to be read again */
    const char *trouble; /* what is wrong, in words; NULL: nothing. Until the next call */
    const char *said; /* what the credential plugin wrote the last time; NULL: nothing. As long */
    bool plugin;      /* there is one: pg_live_login() runs it */
    bool login;       /* the credentials are what is wrong, and it may help to run it */
    bool terminal;    /* then with the terminal */
};

/* Follows the cluster for at most `timeout_ms`, less where something happened; to be called again and again
   after pg_live_read(). Watches that end are begun again where they were, a version that the server has
   forgotten makes for a new list, which is compared with what there was. Returns whether there is something
   new, for pg_live_cluster() to show. */
bool pg_live_follow(struct pg_live *live, int timeout_ms, struct pg_live_state *state);

/* What happened since the last call, at most PG_LIVE_EVENTS of them; *more is how many did besides. Valid until
   the next pg_live_follow(). */
#define PG_LIVE_EVENTS 64u
const struct pg_live_event *pg_live_events(struct pg_live *live, uint32_t *n, uint32_t *more);

/* What was read, as the loader has it. Each policy is a text of its own, "shop/networkpolicy/api-in". */
struct pg_cluster *pg_live_cluster(struct pg_live *live, const struct pg_load_options *options);

#endif
