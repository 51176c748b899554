/*
 * What was read of a cluster: every object as a short text, by resource, namespace and name. It is what a
 * cluster is made of for the evaluator (as often as something changed), what a snapshot is written from, and
 * what a new list is compared with.
 */
#ifndef POLGRID_LIVE_STORE_H
#define POLGRID_LIVE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "polgrid/buf.h"

enum live_change {
    LIVE_SAME,
    LIVE_ADDED,
    LIVE_CHANGED,
    LIVE_REMOVED,
    LIVE_DONE, /* a pod that was removed, or is done: for live_note() */
};

struct live_object {
    uint32_t resource; /* index in the table of resources.h */
    uint32_t round;    /* the list that last had it */
    bool gone;
    const char *ns, *name; /* ns "" where it has none */
    struct pg_buf text;
    uint32_t slot;    /* its own among the objects of all resources */
    uint32_t line;    /* among those of its resource; from 1 */
    uint64_t version; /* another one for each text; from 1 */
    const char *file; /* for whoever makes a cluster of it: NULL at first */
};

struct live_store;

struct live_store *live_store_new(void);
void live_store_free(struct live_store *store);

/* Takes a copy. */
enum live_change live_store_put(struct live_store *store, uint32_t resource, const char *ns,
                                const char *name, const char *text, size_t n, uint32_t round);
enum live_change live_store_remove(struct live_store *store, uint32_t resource, const char *ns,
                                   const char *name);
const struct live_object *live_store_find(const struct live_store *store, uint32_t resource,
                                          const char *ns, const char *name);

/* Calls `visit` for each object of a resource, in the order of its arrival; false stops. `ns` NULL: of every
   namespace. It may remove the object it is at. */
typedef bool live_store_visit(void *context, struct live_object *object);
void live_store_each(struct live_store *store, uint32_t resource, const char *ns,
                     live_store_visit *visit, void *context);

uint32_t live_store_count(const struct live_store *store, uint32_t resource);
/* Of all resources. */
uint32_t live_store_count_all(const struct live_store *store);

#endif
