/*
 * What the parts of a live cluster share: the session (live.c), the lists (read.c).
 */
#ifndef POLGRID_LIVE_INNER_H
#define POLGRID_LIVE_INNER_H

#include "discovery.h"
#include "http.h"
#include "polgrid/live.h"
#include "polgrid/memo.h"
#include "polgrid/objects.h"
#include "polgrid/vec.h"
#include "resources.h"
#include "store.h"

/* One list of one resource: of the whole cluster, or of a namespace. Once read it is what a watch goes on
   from. */
struct live_list {
    struct pg_live *live;
    uint32_t resource;
    const char *ns; /* NULL: of the cluster */
    enum live_list_state {
        LIVE_LIST_DUE,     /* waits for its turn, or until `due_ms` */
        LIVE_LIST_ASKED,   /* a request is under way */
        LIVE_LIST_READ,    /* whole */
        LIVE_LIST_REFUSED, /* forbidden; read namespace by namespace where that can be */
        LIVE_LIST_FAILED,
        LIVE_LIST_ABSENT, /* not served after all */
    } state;
    struct pg_http_call *call;
    struct pg_buf token;   /* `continue` of the page to come */
    struct pg_buf version; /* resourceVersion of the list */
    const char *reason;    /* REFUSED, FAILED: in words */
    uint32_t round, pages, empty, tries, restarts;
    bool had;   /* it was READ and is read again: what is there still holds, of a while ago */
    bool whole; /* no pages: they ran out twice */
    int64_t due_ms;
    /* READ: the watch that goes on from it (watch.c). */
    struct pg_http_call *watch;
    int64_t watch_begun_ms, watch_heard_ms; /* when it began, and last said something */
    uint32_t watch_failures;                /* in a row */
    int64_t watch_lost_ms;                  /* the first of them */
    bool watch_expired;                     /* the version is forgotten: to be read again */
    bool watch_bad;                         /* it said what is no event */
    char watch_trouble[400];                /* why the last of them failed */
};

struct pg_live {
    struct pg_arena *arena; /* as long as the live */
    const struct pg_kube_env *env;
    struct pg_kube_target target;
    struct pg_kube_creds *creds;
    struct pg_http *http;
    struct live_store *store;
    struct pg_memo *memo; /* what was decoded of it; NULL before the first cluster */

    struct pg_arena *read; /* of the last reading; what follows lives in it */
    struct live_discovery discovery;
    PG_VEC(struct live_list *) lists;
    const char *unasked; /* why it is not known what is served; NULL: it is */
    bool stopped;
    bool spread;                 /* some lists are of one namespace each */
    bool new_names, gone_names;  /* a namespace may have come since, or gone */
    uint32_t round, first_round; /* that of the list that began last, of the first of this reading */
    struct pg_live_reading reading;
    struct pg_load_progress progress;
    uint64_t random;
    struct pg_err err;                    /* of discovery, or of the first list that failed */
    bool failed, rejected;                /* rejected: 401 */
    uint32_t discovering;                 /* requests under way */
    PG_VEC(struct live_asking *) askings; /* of discovery */

    /* watch.c */
    struct pg_arena *news; /* of the events */
    PG_VEC(struct pg_live_event) events;
    uint32_t more_events;
    bool events_taken, changed, following;
    bool noting; /* what happens is of interest: there was a first reading */
    bool whole;  /* the last reading succeeded */

    /* probe.c */
    struct pg_arena *probe; /* of the last one */
    int64_t probe_ms;
    uint32_t probing, probe_list, probe_name; /* requests under way; where the next one goes on */
    bool outdated;                            /* there is something to be read that was not */

    struct pg_http_call *heartbeat;
    int64_t heartbeat_ms, proven_ms, turn_ms, turn_wall_ms;
    uint32_t missed;   /* heartbeats in a row */
    bool dead;         /* the connections are to be closed */
    char trouble[512]; /* of the heartbeat */
    char lost[512];    /* which list is not followed, and why */
    struct pg_kube_creds_state creds_state;
};

/* --- discovery (discover.c) --- */

/* Asks what is served, for live->discovery. False with `err` set where there is nothing to be said without. */
bool live_discover(struct pg_live *live, struct pg_err *err);

/* --- the lists (read.c) --- */

#define LIVE_PARALLEL  4u /* requests: what a server's fairness lets one user have */
#define LIVE_MAX_TRIES 5u
#define LIVE_TURN_MS   50 /* between two looks at progress */

/* Says how far a reading is; `what` is being read, NULL: as before. Sets live->stopped where it is to stop. */
void live_tell_progress(struct pg_live *live, const char *what);
/* One more list that is due; `ns` NULL: of the cluster. */
void live_list_add(struct pg_live *live, uint32_t resource, const char *ns);

/* From the first page once more; what is not found again is gone then. */
void live_list_again(struct live_list *list, int64_t wait_ms);
/* Asks for the lists that are due, as far as there is room. Milliseconds until the next one is, at most
   `most`; -1 where none is left. */
int64_t live_lists_ask(struct pg_live *live, int64_t most);
/* Notes that something happened to an object (watch.c). Does nothing while nobody follows. */
void live_note(struct pg_live *live, uint32_t resource, enum live_change change, const char *ns,
               const char *name, const char *manager);
/* Puts an object as the server sent it into the store, in the form that the store keeps. */
enum live_change live_take(struct pg_live *live, uint32_t resource, const struct pg_object *object,
                           uint32_t round);
/* Takes one that is gone out of the store, and notes it. */
void live_drop(struct pg_live *live, const struct live_object *object);
/* Looks, now and then, for what no watch tells of (probe.c). */
void live_probe(struct pg_live *live);
/* Ends all watches, so that the lists can be read anew. */
void live_follow_stop(struct pg_live *live);

/* --- namespace by namespace (spread.c) --- */

/* Where a list of the whole cluster was refused: one of each namespace that is known and has none yet. */
void live_lists_spread(struct pg_live *live);
/* Ends the lists and watches of namespaces that are gone: they take the place of others. */
void live_lists_retire(struct pg_live *live);
/* Reads those that are known of one by one, where they may not be listed. */
void live_ask_namespaces(struct pg_live *live);
/* Takes the namespace that is the answer, if it is one. */
void live_take_namespace(struct pg_live *live, const struct pg_http_reply *reply);

/* --- words and paths (words.c) --- */

/* "/apis/apps/v1/namespaces/shop/deployments?limit=500…", in `arena`. */
const char *live_list_path(struct pg_arena *arena, const struct live_list *list);
/* The same, of one object: to see whether it may be read. */
const char *live_look_path(struct pg_arena *arena, const struct live_list *list);
/* The same with watch=1, from its version on. */
const char *live_watch_path(struct pg_arena *arena, const struct live_list *list, unsigned seconds);
/* "/api/v1/namespaces/shop", in `arena`. */
const char *live_namespace_path(struct pg_arena *arena, const char *name);
/* What a reply that is no success says, in words, in `arena`. */
const char *live_reply_reason(struct pg_arena *arena, const struct pg_http_reply *reply);
/* Some number, another one each time; of no use for secrets. */
uint32_t live_random(uint64_t *random);
/* Milliseconds before try number `tries`, doubling up to half a minute, with full jitter. */
int64_t live_backoff_ms(uint64_t *random, uint32_t tries);

#endif
