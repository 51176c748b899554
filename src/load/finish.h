/*
 * From what was read to the frozen cluster: duplicates settled, namespaces synthesised, owners found,
 * everything sorted and numbered. finish.c has the plain lists, finish_pods.c pods and their workloads.
 */
#ifndef POLGRID_LOAD_FINISH_H
#define POLGRID_LOAD_FINISH_H

#include "loader.h"

struct pg_finish {
    struct pg_loader *loader;
    struct pg_cluster *cluster;
    struct pg_arena *work;
    struct pg_map namespaces; /* name to index */
    struct pg_map nodes;
    uint32_t *internal; /* of each node: how many of its addresses are InternalIPs */
    /* The records, each once, in the order of the model. An id is the first member of its record. */
    struct pg_raw_id **pods, **workloads;
    uint32_t npods, nworkloads;
    PG_VEC(struct pg_excluded) excluded;
};

/* What a namespace, a pod … is sorted by. */
struct pg_sort_key {
    const char *ns, *kind, *name, *group;
    uint32_t order, index;
};

/* Sorts by namespace (none first), kind, name, group, order. */
void pg_finish_sort(struct pg_sort_key *keys, uint32_t n);

/* The records at `base`, `n` of them, `size` bytes each and an id first: sorted, and of those with one name only
   the last read. Records of one order are parts of one object: they stay together. `kind` is that of records
   without one. */
struct pg_raw_id **pg_finish_settle(struct pg_finish *finish, void *base, uint32_t n, size_t size,
                                    const char *kind, uint32_t *kept);

/* Makes the namespace that an object names, where nothing defines it (semantics 1.4). */
void pg_finish_synthesise(struct pg_finish *finish, const struct pg_raw_id *by);

/* The number of the namespace of that name. */
uint32_t pg_finish_namespace(const struct pg_finish *finish, pg_str name);

/* Fills pods, workloads and what was excluded; namespaces and nodes have their numbers. */
void pg_finish_pods(struct pg_finish *finish);

/* Gives services the endpoints that slices list, `n` of them, settled; services have their numbers
   (decode_endpoints.c). */
void pg_finish_endpoints(struct pg_finish *finish, struct pg_raw_id *const *slices, uint32_t n);

/* Settles what Cilium's policies say about other objects (finish_cilium.c); the cluster's lists are in their
   places. */
void pg_finish_cilium(struct pg_finish *finish);

#endif
