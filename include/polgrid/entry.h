/*
 * Ways into the cluster: what Ingresses and the Routes of the Gateway API open to the outside (semantics
 * 8.12). A connection takes two hops, and each is a question of its own: from outside to the pods of the
 * controller, and from those pods to the backend, as to any service (semantics 9).
 *
 * Which pods a controller has is in no object: its class names the controller, and a table knows the labels
 * that the usual controllers are installed with. One that is not in the table, or has no pods here, makes
 * the entry unknown, and the entry says so.
 */
#ifndef POLGRID_ENTRY_H
#define POLGRID_ENTRY_H

#include <stdbool.h>
#include <stdint.h>

#include "polgrid/arena.h"
#include "polgrid/why.h"

enum pg_entry_state {
    PG_ENTRY_REACHABLE, /* both hops are allowed */
    PG_ENTRY_BLOCKED,   /* one of them is not, or the entry leads nowhere */
    PG_ENTRY_MIXED,     /* some of the controller's pods or of the backends */
    PG_ENTRY_UNKNOWN,
};

/* One hop. */
struct pg_hop {
    bool asked; /* false: there was nobody to ask from or for */
    enum pg_verdict verdict;
    const struct pg_why *why; /* of one pair that decides; NULL where none was asked */
};

struct pg_entry {
    uint32_t route;  /* in pg_cluster.routes */
    uint32_t parent; /* in its parents; PG_NONE: an Ingress */
    enum pg_entry_state state;
    const char *controller; /* "ingress-nginx"; NULL where it is not known */
    const uint32_t *pods;   /* of the controller */
    uint32_t npods;
    uint32_t service; /* the backend; PG_NONE where there is none of that name */
    uint32_t port;    /* of the service; 0 where it is not known */
    struct pg_hop outside, inside;
    const char *reason;       /* why it is what it is: a sentence, raw text */
    const char *const *notes; /* what a reader must know beside it */
    uint32_t nnotes;
};

struct pg_entries {
    const struct pg_entry *v; /* in the order of the routes */
    uint32_t n;
    uint32_t nmesh; /* routes left out, since what they hang on is no Gateway: they open nothing */
};

/* Which entries. */
struct pg_entry_filter {
    uint32_t ns;         /* of the route; PG_NONE: every one */
    uint32_t backend_ns; /* of the backend; PG_NONE: every one */
};

/* Ends outside the cluster that the first hop is asked from: the first that shares an address family with
   the pods of a controller. */
struct pg_entry_clients {
    const struct pg_end *v;
    uint32_t n; /* at least one */
};

/* Everything returned lives in `arena`. */
struct pg_entries pg_entries_find(struct pg_arena *arena, struct pg_eval *eval,
                                  const struct pg_entry_clients *clients,
                                  const struct pg_entry_filter *filter);

const char *pg_entry_state_name(enum pg_entry_state state); /* reachable blocked mixed unknown */

#endif
